"""CityGML 2.0."""

from . import settings
from .attributes import ROOF_CODES, codes, codespace, generics, osm_reference
from .gml_geometry import matrix_text
from .gml_writer import CityGml, materials
from .shells import installations, rooms, shells

_NS = "http://www.opengis.net/citygml"
NAMESPACES = {"xmlns": f"{_NS}/2.0", "xmlns__core": f"{_NS}/2.0", "xmlns__gml": "http://www.opengis.net/gml",
              "xmlns__xlink": "http://www.w3.org/1999/xlink", "xmlns__xAL": "urn:oasis:names:tc:ciq:xsdschema:xAL:2.0",
              **{f"xmlns__{p}": f"{_NS}/{m}/2.0" for p, m in (
                  ("app", "appearance"), ("bldg", "building"), ("brid", "bridge"), ("dem", "relief"),
                  ("frn", "cityfurniture"),
                  ("gen", "generics"), ("grp", "cityobjectgroup"), ("luse", "landuse"), ("tran", "transportation"),
                  ("tun", "tunnel"), ("veg", "vegetation"), ("wtr", "waterbody"))}}

class Gml2(CityGml):
    version, namespaces = 2, NAMESPACES

    # buildings

    def _building(self, building, n):
        xml = self.xml
        parts = shells(building)
        xml.open("bldg:Building", gml__id=building.gml_id)
        if building.name:
            xml.leaf("gml:name", building.name)
        xml.leaf("core:creationDate", "2024-01-15")
        self._reference(osm_reference(building))
        for generic in generics(building, n):
            self._generic(generic)
        self._facts(building, building.bodies[0] if not building.has_parts else None)
        whole = None if building.has_parts else parts[0]
        self._body(building, whole)
        for part in parts if building.has_parts else ():
            xml.open("bldg:consistsOfBuildingPart")
            xml.open("bldg:BuildingPart", gml__id=part.id)
            xml.leaf("gml:name", part.body.name)
            self._facts(building, part.body)
            self._shell_geometry(part)
            xml.close(2)
        self._address(building)
        xml.close()

    def _reference(self, name):
        if name:
            self.xml.open("core:externalReference")
            self.xml.leaf("core:informationSystem", "https://www.openstreetmap.org")
            self.xml.open("core:externalObject")
            self.xml.leaf("core:name", name)
            self.xml.close(2)

    def _generic(self, g):
        xml = self.xml
        tag = {"set": "gen:genericAttributeSet"}.get(g.type, f"gen:{g.type}Attribute")
        xml.open(tag, name=g.name)
        if g.type == "set":
            for inner in g.value:
                self._generic(inner)
        else:
            xml.leaf("gen:value", g.value, **({"uom": g.uom} if g.uom else {}))
        xml.close()

    def _facts(self, building, body):
        """Class to storeys; the roof and height of one body, or of the whole."""
        xml = self.xml
        cls, function = codes(building)
        xml.leaf("bldg:class", cls, codeSpace=codespace("building_class"))
        xml.leaf("bldg:function", function, codeSpace=codespace("building_function"))
        xml.leaf("bldg:usage", function, codeSpace=codespace("building_function"))
        xml.leaf("bldg:yearOfConstruction", f"{building.year:04d}")
        if body:
            xml.leaf("bldg:roofType", ROOF_CODES[body.roof], codeSpace=codespace("roof_type"))
        top = body.top if body else building.height
        xml.leaf("bldg:measuredHeight", f"{top / 1000:.1f}", uom="m")
        xml.leaf("bldg:storeysAboveGround", body.levels if body else building.levels)

    def _body(self, building, shell):
        xml = self.xml
        footprint = building.key == "library"
        if footprint:
            self._footprint(building, shell)
        if shell:
            self._lod12(shell)
        for thing_id, function, surfaces in installations(building):
            xml.open("bldg:outerBuildingInstallation")
            xml.open("bldg:BuildingInstallation", gml__id=thing_id)
            xml.leaf("bldg:function", function, codeSpace=codespace("installation"))
            self.geo.solid("bldg:lod2Geometry", surfaces)
            xml.close(2)
        if shell:
            self._boundary(shell, footprint)
            self._lod3(shell)
        for room_id, name, surfaces in rooms(building):
            self._room(room_id, name, surfaces)

    def _shell_geometry(self, shell):
        self._lod12(shell)
        self._boundary(shell, False)
        self._lod3(shell)

    def _lod12(self, shell):
        self.geo.solid("bldg:lod1Solid", shell.lod1)
        if shell.lod2:
            self.geo.linked_solid("bldg:lod2Solid", [f"{s.id}_2" for s in shell.lod2], f"{shell.id}_S2")

    def _lod3(self, shell):
        if shell.lod3:
            hrefs = [f"{s.id}_3" for w in shell.lod3 for s in (w, *w.openings)]
            self.geo.linked_solid("bldg:lod3Solid", hrefs, f"{shell.id}_S3")

    def _footprint(self, building, shell):
        """The ground polygon seen from above; the solid uses it turned over."""
        ground = shell.lod2[0]
        up = type(ground)("", [ring[::-1] for ring in ground.rings])
        self.geo.multi_surface("bldg:lod0FootPrint", [up], [f"{shell.id}_FP"])

    def _boundary(self, shell, turned):
        for n, surface in enumerate(shell.lod2 or ()):
            xml = self.xml
            xml.open("bldg:boundedBy")
            xml.open(f"bldg:{surface.kind}", gml__id=surface.id)
            if turned and n == 0:
                self._turned_ground(shell, surface)
            else:
                self.geo.multi_surface("bldg:lod2MultiSurface", [surface], [f"{surface.id}_2"])
            if shell.lod3:
                fine = shell.lod3[n]
                self.geo.multi_surface("bldg:lod3MultiSurface", [fine], [f"{fine.id}_3"])
                for opening in fine.openings:
                    self._opening(opening)
            xml.close(2)

    def _turned_ground(self, shell, surface):
        xml = self.xml
        xml.open("bldg:lod2MultiSurface")
        xml.open("gml:MultiSurface")
        xml.open("gml:surfaceMember")
        xml.open("gml:OrientableSurface", gml__id=f"{surface.id}_2", orientation="-")
        xml.empty("gml:baseSurface", xlink__href=f"#{shell.id}_FP")
        xml.close(4)

    def _opening(self, opening):
        self.xml.open("bldg:opening")
        self.xml.open("bldg:" + opening.kind.removesuffix("Surface"), gml__id=opening.id)
        self.geo.multi_surface("bldg:lod3MultiSurface", [opening], [f"{opening.id}_3"])
        self.xml.close(2)

    def _room(self, room_id, name, surfaces):
        xml = self.xml
        xml.open("bldg:interiorRoom")
        xml.open("bldg:Room", gml__id=room_id)
        xml.leaf("gml:name", name)
        xml.leaf("bldg:class", "1000", codeSpace=codespace("room_class"))
        self.geo.linked_solid("bldg:lod4Solid", [f"{room_id}_{n}_4" for n in range(len(surfaces))], f"{room_id}_S4")
        for n, surface in enumerate(surfaces):
            xml.open("bldg:boundedBy")
            xml.open(f"bldg:{surface.kind}", gml__id=f"{room_id}_{n}")
            self.geo.multi_surface("bldg:lod4MultiSurface", [surface], [f"{room_id}_{n}_4"])
            xml.close(2)
        xml.close(2)

    def _address(self, building):
        if not building.number:
            return
        xml = self.xml
        xml.open("bldg:address")
        xml.open("core:Address")
        xml.open("core:xalAddress")
        xml.open("xAL:AddressDetails")
        xml.open("xAL:Country")
        xml.leaf("xAL:CountryName", "Deutschland")
        xml.open("xAL:Locality", Type="Town")
        xml.leaf("xAL:LocalityName", settings.TOWN)
        xml.open("xAL:Thoroughfare", Type="Street")
        xml.leaf("xAL:ThoroughfareNumber", building.number)
        xml.leaf("xAL:ThoroughfareName", building.street)
        xml.close()
        xml.open("xAL:PostalCode")
        xml.leaf("xAL:PostalCodeNumber", settings.POSTCODE)
        xml.close(7)

    # everything else

    def _head(self, thing, tag):
        """Open the object and write name, class and function."""
        self.xml.open(tag, gml__id=thing.id)
        if thing.name:
            self.xml.leaf("gml:name", thing.name)
        if "ref" in thing.extra:
            self.xml.open("gen:stringAttribute", name="ref")
            self.xml.leaf("gen:value", thing.extra["ref"])
            self.xml.close()
        prefix = tag.split(":")[0]
        self.xml.leaf(f"{prefix}:class", thing.cls, codeSpace=codespace(f"{thing.kind.lower()}_class"))
        self.xml.leaf(f"{prefix}:function", thing.function, codeSpace=codespace(f"{thing.kind.lower()}_function"))

    def _road(self, thing):
        self._head(thing, "tran:Road")
        for area_id, kind, function, surfaces in thing.areas:
            self.xml.open(f"tran:{kind[0].lower()}{kind[1:]}")
            self.xml.open(f"tran:{kind}", gml__id=area_id)
            self.xml.leaf("tran:function", function, codeSpace=codespace("traffic_area"))
            self.xml.leaf("tran:surfaceMaterial", "asphalt", codeSpace=codespace("surface_material"))
            self.geo.multi_surface("tran:lod2MultiSurface", surfaces)
            self.xml.close(2)
        self.xml.close()

    def _structure(self, thing, prefix):
        """A bridge or tunnel with a solid whose polygons its surfaces own."""
        self._head(thing, f"{prefix}:{thing.kind}")
        self.xml.leaf(f"{prefix}:yearOfConstruction", thing.extra["year"])
        ids = [f"{thing.id}_{n}" for n in range(len(thing.solid))]
        self.geo.linked_solid(f"{prefix}:lod2Solid", [f"{i}_2" for i in ids], f"{thing.id}_S2")
        for own, surface in zip(ids, thing.solid):
            self.xml.open(f"{prefix}:boundedBy")
            self.xml.open(f"{prefix}:{surface.kind}", gml__id=own)
            self.geo.multi_surface(f"{prefix}:lod2MultiSurface", [surface], [f"{own}_2"])
            self.xml.close(2)
        self.xml.close()

    def _bridge(self, thing):
        self._structure(thing, "brid")

    def _tunnel(self, thing):
        self._structure(thing, "tun")

    def _waterbody(self, thing):
        self._head(thing, "wtr:WaterBody")
        self.geo.multi_surface("wtr:lod1MultiSurface", thing.areas[0][3])
        for area_id, kind, _, surfaces in thing.areas:
            self.xml.open("wtr:boundedBy")
            self.xml.open(f"wtr:{kind}", gml__id=area_id)
            self.xml.open("wtr:lod2Surface")
            self.xml.open("gml:CompositeSurface")
            self.geo.members(surfaces)
            self.xml.close(4)
        self.xml.close()

    def _landuse(self, thing):
        self._head(thing, "luse:LandUse")
        self.geo.multi_surface("luse:lod1MultiSurface", thing.surfaces)
        self.xml.close()

    def _plantcover(self, thing):
        self._head(thing, "veg:PlantCover")
        self.xml.leaf("veg:averageHeight", thing.extra["height"], uom="m")
        self.geo.multi_surface("veg:lod1MultiSurface", thing.surfaces)
        self.xml.close()

    def _solitaryvegetationobject(self, thing):
        self._head(thing, "veg:SolitaryVegetationObject")
        self.xml.leaf("veg:species", thing.extra["species"], codeSpace=codespace("species"))
        self.xml.leaf("veg:height", thing.extra["height"], uom="m")
        self.xml.leaf("veg:crownDiameter", thing.extra["crown"], uom="m")
        self._implicit(thing, "veg:lod2ImplicitRepresentation")
        self.xml.close()

    def _cityfurniture(self, thing):
        self._head(thing, "frn:CityFurniture")
        self._implicit(thing, "frn:lod2ImplicitRepresentation")
        self.xml.close()

    def _implicit(self, thing, prop):
        xml = self.xml
        xml.open(prop)
        xml.open("core:ImplicitGeometry")
        xml.leaf("core:transformationMatrix", matrix_text(thing.facing, thing.scale))
        self._template("core:relativeGMLGeometry", thing)
        self.geo.point("core:referencePoint", thing.point)
        xml.close(2)

    def _genericcityobject(self, thing):
        self._head(thing, "gen:GenericCityObject")
        self.geo.solid("gen:lod1Geometry", thing.solid)
        self.xml.close()

    def _cityobjectgroup(self, thing):
        self._head(thing, "grp:CityObjectGroup")
        for member in thing.members:
            self.xml.empty("grp:groupMember", xlink__href=f"#{member}", role="building")
        self.xml.close()

    def _relief(self, thing):
        xml = self.xml
        xml.open("core:cityObjectMember")
        xml.open("dem:ReliefFeature", gml__id=thing.id)
        xml.leaf("gml:name", thing.name)
        xml.leaf("dem:lod", 1)
        xml.open("dem:reliefComponent")
        xml.open("dem:TINRelief", gml__id=f"{thing.id}_TIN")
        xml.leaf("dem:lod", 1)
        xml.open("dem:tin")
        self._triangles(thing)
        xml.close(5)

    def _appearance(self):
        """One theme with two materials: red roofs and white walls."""
        xml = self.xml
        xml.open("app:appearanceMember")
        xml.open("app:Appearance", gml__id="LF_APPEARANCE")
        xml.leaf("app:theme", "rgb")
        for key, colour, targets in materials(self.town):
            xml.open("app:surfaceDataMember")
            xml.open("app:X3DMaterial", gml__id=f"LF_MATERIAL_{key}")
            xml.leaf("app:diffuseColor", " ".join(f"{v:g}" for v in colour))
            for target in targets:
                xml.leaf("app:target", f"#{target}")
            xml.close(2)
        xml.close(2)

