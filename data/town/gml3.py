"""CityGML 3.0."""

from . import settings
from .attributes import ROOF_CODES, codes, codespace, generics, osm_reference
from .gml_geometry import matrix_text
from .gml_writer import CityGml, materials
from .shells import installations, rooms, shells
from .things import main_street

_NS = "http://www.opengis.net/citygml"
NAMESPACES = {"xmlns": f"{_NS}/3.0", "xmlns__core": f"{_NS}/3.0", "xmlns__gml": "http://www.opengis.net/gml/3.2",
              "xmlns__xlink": "http://www.w3.org/1999/xlink", "xmlns__xAL": "urn:oasis:names:tc:ciq:xal:3",
              **{f"xmlns__{p}": f"{_NS}/{m}/3.0" for p, m in (
                  ("app", "appearance"), ("bldg", "building"), ("brid", "bridge"), ("con", "construction"),
                  ("dem", "relief"), ("dyn", "dynamizer"), ("frn", "cityfurniture"), ("gen", "generics"),
                  ("grp", "cityobjectgroup"), ("luse", "landuse"), ("tran", "transportation"), ("tun", "tunnel"),
                  ("veg", "vegetation"), ("wtr", "waterbody"))}}


class Gml3(CityGml):
    version, namespaces = 3, NAMESPACES

    # buildings

    def _building(self, building, n):
        xml = self.xml
        parts = shells(building)
        xml.open("bldg:Building", gml__id=building.gml_id)
        if building.name:
            xml.leaf("gml:name", building.name)
        xml.leaf("core:creationDate", "2024-01-15T00:00:00Z")
        self._reference(osm_reference(building))
        for generic in generics(building, n):
            xml.open("core:genericAttribute")
            self._generic(generic)
            xml.close()
        if building.key == "town_hall":
            self._dynamizer(building)
        if building.has_parts:
            self._measures(building, building.height)
        else:
            self._space(building, parts[0], building.key == "library")
        self._facts(building, None if building.has_parts else building.bodies[0])
        self._fittings(building)
        self._address(building)
        for part in parts if building.has_parts else ():
            xml.open("bldg:buildingPart")
            xml.open("bldg:BuildingPart", gml__id=part.id)
            xml.leaf("gml:name", part.body.name)
            self._space(building, part, False)
            self._facts(building, part.body)
            xml.close(2)
        xml.close()

    def _reference(self, name):
        if name:
            self.xml.open("core:externalReference")
            self.xml.open("core:ExternalReference")
            self.xml.leaf("core:targetResource", f"https://www.openstreetmap.org/{name}")
            self.xml.leaf("core:informationSystem", "https://www.openstreetmap.org")
            self.xml.close(2)

    def _generic(self, g):
        xml = self.xml
        xml.open("gen:GenericAttributeSet" if g.type == "set" else f"gen:{g.type.title()}Attribute")
        xml.leaf("gen:name", g.name)
        if g.type == "set":
            for inner in g.value:
                xml.open("gen:genericAttribute")
                self._generic(inner)
                xml.close()
        else:
            xml.leaf("gen:value", g.value, **({"uom": g.uom} if g.uom else {}))
        xml.close()

    def _dynamizer(self, building):
        """The air at the market square, from the sensor service."""
        xml = self.xml
        xml.open("core:dynamizer")
        xml.open("dyn:Dynamizer", gml__id="LF_DYNAMIZER_1")
        xml.leaf("dyn:attributeRef", f"//bldg:Building[@gml:id='{building.gml_id}']/core:genericAttribute"
                                     "/gen:DoubleAttribute[gen:name='footprintArea']/gen:value")
        xml.leaf("dyn:startTime", f"{settings.TODAY}T00:00:00Z")
        xml.open("dyn:sensorConnection")
        xml.open("dyn:SensorConnection")
        xml.leaf("dyn:connectionType", "sensorThings", codeSpace=codespace("connection_type"))
        xml.leaf("dyn:observationProperty", "NO2")
        xml.leaf("dyn:uom", "ug/m3")
        xml.leaf("dyn:sensorID", "AQ-2")
        xml.leaf("dyn:datastreamID", "AQ-2/NO2")
        xml.leaf("dyn:baseURL", "https://lerchenfurt.example/sta/v1.1")
        xml.close(4)

    def _space(self, building, shell, footprint):
        """Boundaries and solids of one body, then its height."""
        if footprint:
            self._boundary(shell, True)
            ground = shell.lod2[0]
            up = type(ground)("", [ring[::-1] for ring in ground.rings])
            self.geo.multi_surface("core:lod0MultiSurface", [up], [f"{shell.id}_FP"])
        else:
            self._boundary(shell, False)
        self.geo.solid("core:lod1Solid", shell.lod1)
        if shell.lod2:
            self.geo.linked_solid("core:lod2Solid", [f"{s.id}_2" for s in shell.lod2], f"{shell.id}_S2")
        if shell.lod3:
            hrefs = [f"{s.id}_3" for w in shell.lod3 for s in (w, *w.openings)]
            self.geo.linked_solid("core:lod3Solid", hrefs, f"{shell.id}_S3")
        self._measures(building, shell.body.top)

    def _boundary(self, shell, turned):
        xml = self.xml
        for n, surface in enumerate(shell.lod2 or ()):
            xml.open("core:boundary")
            xml.open(f"con:{surface.kind}", gml__id=surface.id)
            if turned and n == 0:
                self._turned_ground(shell, surface)
            else:
                self.geo.multi_surface("core:lod2MultiSurface", [surface], [f"{surface.id}_2"])
            if shell.lod3:
                fine = shell.lod3[n]
                self.geo.multi_surface("core:lod3MultiSurface", [fine], [f"{fine.id}_3"])
                for opening in fine.openings:
                    self._opening(opening)
            xml.close(2)

    def _turned_ground(self, shell, surface):
        xml = self.xml
        xml.open("core:lod2MultiSurface")
        xml.open("gml:MultiSurface", **self.geo.ids())
        xml.open("gml:surfaceMember")
        xml.open("gml:OrientableSurface", gml__id=f"{surface.id}_2", orientation="-")
        xml.empty("gml:baseSurface", xlink__href=f"#{shell.id}_FP")
        xml.close(4)

    def _opening(self, opening):
        self.xml.open("con:fillingSurface")
        self.xml.open(f"con:{opening.kind}", gml__id=opening.id)
        self.geo.multi_surface("core:lod3MultiSurface", [opening], [f"{opening.id}_3"])
        self.xml.close(2)

    def _measures(self, building, top):
        xml = self.xml
        xml.leaf("con:conditionOfConstruction", "functional")
        xml.leaf("con:dateOfConstruction", f"{building.year:04d}-01-01")
        xml.open("con:height")
        xml.open("con:Height")
        xml.leaf("con:highReference", "highestRoofEdge")
        xml.leaf("con:lowReference", "lowestGroundPoint")
        xml.leaf("con:status", "measured")
        xml.leaf("con:value", f"{top / 1000:.1f}", uom="m")
        xml.close(2)

    def _facts(self, building, body):
        xml = self.xml
        cls, function = codes(building)
        xml.leaf("bldg:class", cls, codeSpace=codespace("building_class"))
        xml.leaf("bldg:function", function, codeSpace=codespace("building_function"))
        xml.leaf("bldg:usage", function, codeSpace=codespace("building_function"))
        if body:
            xml.leaf("bldg:roofType", ROOF_CODES[body.roof], codeSpace=codespace("roof_type"))
        xml.leaf("bldg:storeysAboveGround", body.levels if body else building.levels)

    def _fittings(self, building):
        xml = self.xml
        for thing_id, function, surfaces in installations(building):
            xml.open("bldg:buildingInstallation")
            xml.open("bldg:BuildingInstallation", gml__id=thing_id)
            self.geo.solid("core:lod2Solid", surfaces)
            xml.leaf("con:relationToConstruction", "outside")
            xml.leaf("bldg:function", function, codeSpace=codespace("installation"))
            xml.close(2)
        for room_id, name, surfaces in rooms(building):
            self._room(room_id, name, surfaces)

    def _room(self, room_id, name, surfaces):
        xml = self.xml
        xml.open("bldg:buildingRoom")
        xml.open("bldg:BuildingRoom", gml__id=room_id)
        xml.leaf("gml:name", name)
        for n, surface in enumerate(surfaces):
            xml.open("core:boundary")
            xml.open(f"con:{surface.kind}", gml__id=f"{room_id}_{n}")
            self.geo.multi_surface("core:lod3MultiSurface", [surface], [f"{room_id}_{n}_3"])
            xml.close(2)
        self.geo.linked_solid("core:lod3Solid", [f"{room_id}_{n}_3" for n in range(len(surfaces))], f"{room_id}_S3")
        xml.leaf("bldg:class", "1000", codeSpace=codespace("room_class"))
        xml.close(2)

    def _address(self, building):
        if not building.number:
            return
        xml = self.xml
        xml.open("bldg:address")
        xml.open("core:Address", gml__id=f"{building.gml_id}_A")
        xml.open("core:xalAddress")
        xml.open("xAL:Address")
        for tag, text in (("Country", "Deutschland"), ("Locality", settings.TOWN)):
            xml.open(f"xAL:{tag}")
            xml.leaf("xAL:NameElement", text)
            xml.close()
        xml.open("xAL:Thoroughfare")
        xml.leaf("xAL:NameElement", building.street)
        xml.leaf("xAL:Number", building.number)
        xml.close()
        xml.open("xAL:PostCode")
        xml.leaf("xAL:Identifier", settings.POSTCODE)
        xml.close(5)

    # everything else

    def _open(self, thing, tag):
        """Open the object with its name and reference."""
        self.xml.open(tag, gml__id=thing.id)
        if thing.name:
            self.xml.leaf("gml:name", thing.name)
        if "ref" in thing.extra:
            self.xml.open("core:genericAttribute")
            self.xml.open("gen:StringAttribute")
            self.xml.leaf("gen:name", "ref")
            self.xml.leaf("gen:value", thing.extra["ref"])
            self.xml.close(2)

    def _codes(self, thing, prefix):
        self.xml.leaf(f"{prefix}:class", thing.cls, codeSpace=codespace(f"{thing.kind.lower()}_class"))
        self.xml.leaf(f"{prefix}:function", thing.function, codeSpace=codespace(f"{thing.kind.lower()}_function"))

    def _road(self, thing):
        self._open(thing, "tran:Road")
        if thing.name == "Hauptstraße":
            self._main_street(thing)
        else:
            for area in thing.areas:
                self._traffic_space(*area)
            self._codes(thing, "tran")
        self.xml.close()

    def _traffic_space(self, area_id, kind, function, surfaces):
        """A space of granularity way over one traffic area."""
        xml = self.xml
        space = kind.removesuffix("Area") + "Space"
        xml.open(f"tran:{space[0].lower()}{space[1:]}")
        xml.open(f"tran:{space}", gml__id=f"{area_id}_space")
        self._traffic_area(area_id, kind, function, surfaces)
        xml.leaf("tran:granularity", "way")
        xml.close(2)

    def _traffic_area(self, area_id, kind, function, surfaces):
        xml = self.xml
        xml.open("core:boundary")
        xml.open(f"tran:{kind}", gml__id=area_id)
        self.geo.multi_surface("core:lod2MultiSurface", surfaces)
        xml.leaf("tran:function", function, codeSpace=codespace("traffic_area"))
        xml.leaf("tran:surfaceMaterial", "asphalt", codeSpace=codespace("surface_material"))
        xml.close(2)

    def _main_street(self, thing):
        """Sections and intersections with a space for each lane, linked in driving order."""
        xml = self.xml
        parts = main_street(self.town)
        self._codes(thing, "tran")
        for want in ("Section", "Intersection"):
            for n, (kind, part_id, lanes) in enumerate(parts):
                if kind != want:
                    continue
                xml.open(f"tran:{kind.lower()}")
                xml.open(f"tran:{kind}", gml__id=part_id)
                for k, lane in enumerate(lanes):
                    before = parts[n - 1][2][k][0] if n else None
                    after = parts[n + 1][2][k][0] if n + 1 < len(parts) else None
                    self._lane(lane, before, after)
                xml.close(2)

    def _lane(self, lane, before, after):
        lane_id, direction, surfaces, middle = lane
        if direction == "backwards":
            before, after, middle = after, before, middle[::-1]
        xml = self.xml
        xml.open("tran:trafficSpace")
        xml.open("tran:TrafficSpace", gml__id=lane_id)
        self._traffic_area(f"{lane_id}_A", "TrafficArea", "driving_lane", surfaces)
        xml.open("core:lod2MultiCurve")
        xml.open("gml:MultiCurve", **self.geo.ids())
        xml.open("gml:curveMember")
        self.geo.line(middle)
        xml.close(3)
        xml.leaf("tran:granularity", "lane")
        xml.leaf("tran:trafficDirection", direction)
        for tag, target in (("predecessor", before), ("successor", after)):
            if target:
                xml.empty(f"tran:{tag}", xlink__href=f"#{target}")
        xml.close(2)

    def _structure(self, thing, prefix):
        xml = self.xml
        self._open(thing, f"{prefix}:{thing.kind}")
        ids = [f"{thing.id}_{n}" for n in range(len(thing.solid))]
        for own, surface in zip(ids, thing.solid):
            xml.open("core:boundary")
            xml.open(f"con:{surface.kind}", gml__id=own)
            self.geo.multi_surface("core:lod2MultiSurface", [surface], [f"{own}_2"])
            xml.close(2)
        self.geo.linked_solid("core:lod2Solid", [f"{i}_2" for i in ids], f"{thing.id}_S2")
        xml.leaf("con:dateOfConstruction", f"{thing.extra['year']}-01-01")
        self._codes(thing, prefix)
        xml.close()

    def _bridge(self, thing):
        self._structure(thing, "brid")

    def _tunnel(self, thing):
        self._structure(thing, "tun")

    def _waterbody(self, thing):
        self._open(thing, "wtr:WaterBody")
        for area_id, kind, _, surfaces in thing.areas:
            self.xml.open("core:boundary")
            self.xml.open(f"wtr:{kind}", gml__id=area_id)
            self.geo.multi_surface("core:lod2MultiSurface", surfaces)
            self.xml.close(2)
        self._codes(thing, "wtr")
        self.xml.close()

    def _landuse(self, thing):
        self._open(thing, "luse:LandUse")
        self.geo.multi_surface("core:lod1MultiSurface", thing.surfaces)
        self._codes(thing, "luse")
        self.xml.close()

    def _plantcover(self, thing):
        self._open(thing, "veg:PlantCover")
        self.geo.multi_surface("core:lod2MultiSurface", thing.surfaces)
        self._codes(thing, "veg")
        self.xml.leaf("veg:averageHeight", thing.extra["height"], uom="m")
        self.xml.close()

    def _solitaryvegetationobject(self, thing):
        self._open(thing, "veg:SolitaryVegetationObject")
        self._implicit(thing)
        self._codes(thing, "veg")
        self.xml.leaf("veg:species", thing.extra["species"], codeSpace=codespace("species"))
        self.xml.leaf("veg:height", thing.extra["height"], uom="m")
        self.xml.leaf("veg:crownDiameter", thing.extra["crown"], uom="m")
        self.xml.close()

    def _cityfurniture(self, thing):
        self._open(thing, "frn:CityFurniture")
        self._implicit(thing)
        self._codes(thing, "frn")
        self.xml.close()

    def _implicit(self, thing):
        xml = self.xml
        xml.open("core:lod2ImplicitRepresentation")
        xml.open("core:ImplicitGeometry", gml__id=f"{thing.id}_IG")
        xml.leaf("core:transformationMatrix", matrix_text(thing.facing, thing.scale))
        self.geo.point("core:referencePoint", thing.point)
        self._template("core:relativeGeometry", thing)
        xml.close(2)

    def _genericcityobject(self, thing):
        self._open(thing, "gen:GenericOccupiedSpace")
        self.geo.solid("core:lod1Solid", thing.solid)
        self._codes(thing, "gen")
        self.xml.close()

    def _cityobjectgroup(self, thing):
        self._open(thing, "grp:CityObjectGroup")
        self._codes(thing, "grp")
        for n, member in enumerate(thing.members, start=1):
            self.xml.open("grp:groupMember")
            self.xml.open("grp:Role", gml__id=f"{thing.id}_M{n}")
            self.xml.leaf("grp:role", "building")
            self.xml.empty("grp:groupMember", xlink__href=f"#{member}")
            self.xml.close(2)
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
        xml = self.xml
        xml.open("core:appearanceMember")
        xml.open("app:Appearance", gml__id="LF_APPEARANCE")
        xml.leaf("app:theme", "rgb")
        for key, colour, targets in materials(self.town):
            xml.open("app:surfaceData")
            xml.open("app:X3DMaterial", gml__id=f"LF_MATERIAL_{key}")
            xml.leaf("app:diffuseColor", " ".join(f"{v:g}" for v in colour))
            for target in targets:
                xml.leaf("app:target", f"#{target}")
            xml.close(2)
        xml.close(2)
