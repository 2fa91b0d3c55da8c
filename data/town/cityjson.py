"""CityJSON 2.0, as one file and as a sequence of building features."""

import json

from . import settings
from .attributes import ROOF_CODES, Generic, codes, generics, osm_reference
from .gml_geometry import matrix
from .gml_writer import materials
from .shells import installations, rooms, shells
from .things import TIN_BOX, all_things, relief, templates

OFFSET = (TIN_BOX[0] * 1000, TIN_BOX[1] * 1000, 300_000)           # millimetres
OPENING = {"WindowSurface": "Window", "DoorSurface": "Door"}


class Vertices:
    """Vertex list with shared points."""

    def __init__(self):
        self.list, self._index = [], {}

    def __call__(self, p):
        if p not in self._index:
            self._index[p] = len(self.list)
            self.list.append([p[0] - OFFSET[0], p[1] - OFFSET[1], p[2] - OFFSET[2]])
        return self._index[p]

    def extent(self):
        """Lowest and highest coordinates in metres."""
        return [(f(p[k] for p in self.list) + OFFSET[k]) / 1000 for f in (min, max) for k in range(3)]

    def rings(self, surface):
        return [[self(p) for p in ring] for ring in surface.rings]


def _head():
    return {"type": "CityJSON", "version": "2.0",
            "transform": {"scale": [0.001, 0.001, 0.001], "translate": [v / 1000 for v in OFFSET]},
            "metadata": {"identifier": "lerchenfurt-sample", "title": "Lerchenfurt",
                         "referenceDate": settings.TODAY,
                         "referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/25832"}}


def _solid(vertices, lod, surfaces, with_kinds=True):
    """A solid, with semantics and openings as parents and children."""
    faces, kinds, values = [], [], []
    for surface in surfaces:
        parent = len(kinds)
        kinds.append({"type": surface.kind})
        faces.append(vertices.rings(surface))
        values.append(parent)
        for opening in surface.openings:
            kinds[parent].setdefault("children", []).append(len(kinds))
            values.append(len(kinds))
            kinds.append({"type": OPENING[opening.kind], "parent": parent})
            faces.append(vertices.rings(opening))
    out = {"type": "Solid", "lod": lod, "boundaries": [faces]}
    if with_kinds:
        out["semantics"] = {"surfaces": kinds, "values": [values]}
    return out


def _multi(vertices, lod, surfaces, kinds=None, values=None, type_="MultiSurface"):
    out = {"type": type_, "lod": lod, "boundaries": [vertices.rings(s) for s in surfaces]}
    if kinds:
        out["semantics"] = {"surfaces": [{"type": k} for k in kinds], "values": values}
    return out


def _attributes(building, n):
    cls, function = codes(building)
    out = {"class": cls, "function": function, "usage": function, "yearOfConstruction": building.year,
           "measuredHeight": building.height / 1000, "storeysAboveGround": building.levels}
    if not building.has_parts:
        out["roofType"] = ROOF_CODES[building.bodies[0].roof]
    if building.name:
        out["name"] = building.name
    for g in generics(building, n):
        out[g.name] = _value(g)
    reference = osm_reference(building)
    if reference:
        out["externalReference"] = f"https://www.openstreetmap.org/{reference}"
    return out


def _value(g: Generic):
    return {inner.name: _value(inner) for inner in g.value} if g.type == "set" else g.value


def _shell_geometry(vertices, shell, paint):
    out = [_solid(vertices, "1", shell.lod1, with_kinds=False)]
    if shell.lod2:
        solid = _solid(vertices, "2", shell.lod2)
        colours = [paint.get(s.id + "_2") for s in shell.lod2]
        if any(c is not None for c in colours):
            solid["material"] = {"rgb": {"values": [colours]}}
        out.append(solid)
    if shell.lod3:
        out.append(_solid(vertices, "3", shell.lod3))
    return out


def building_objects(building, n, vertices, paint):
    """City objects of one building with its parts, installations and rooms."""
    own = {"type": "Building", "attributes": _attributes(building, n)}
    objects, children = {building.gml_id: own}, []
    if building.number:
        own["address"] = [{"Country": "Deutschland", "Locality": settings.TOWN, "PostalCode": settings.POSTCODE,
                           "ThoroughfareName": building.street, "ThoroughfareNumber": building.number}]
    for shell in shells(building):
        geometry = _shell_geometry(vertices, shell, paint)
        if not building.has_parts:
            own["geometry"] = geometry
            continue
        facts = {"name": shell.body.name, "measuredHeight": shell.body.top / 1000,
                 "storeysAboveGround": shell.body.levels, "roofType": ROOF_CODES[shell.body.roof]}
        children.append((shell.id, {"type": "BuildingPart", "attributes": facts, "geometry": geometry}))
    for thing_id, function, surfaces in installations(building):
        children.append((thing_id, {"type": "BuildingInstallation", "attributes": {"function": function},
                                    "geometry": [_solid(vertices, "2", surfaces, with_kinds=False)]}))
    for room_id, name, surfaces in rooms(building):
        children.append((room_id, {"type": "BuildingRoom", "attributes": {"name": name},
                                   "geometry": [_solid(vertices, "3", surfaces)]}))
    for child_id, child in children:
        child["parents"] = [building.gml_id]
        objects[child_id] = child
    if children:
        own["children"] = [child_id for child_id, _ in children]
    return objects


def _thing(thing, vertices, order):
    """The city object of any other thing."""
    attributes = {k: v for k, v in (("name", thing.name), ("class", thing.cls), ("function", thing.function)) if v}
    attributes.update(thing.extra)
    out = {"type": thing.kind, "attributes": attributes}
    if thing.template:
        out["geometry"] = [{"type": "GeometryInstance", "template": order[thing.template],
                            "boundaries": [vertices(thing.point)],
                            "transformationMatrix": matrix(thing.facing, thing.scale)}]
    elif thing.solid:
        lod, kinds = ("1", False) if thing.kind == "GenericCityObject" else ("2", True)
        out["geometry"] = [_solid(vertices, lod, thing.solid, kinds)]
    elif thing.areas:
        surfaces = [s for area in thing.areas for s in area[3]]
        values = [n for n, area in enumerate(thing.areas) for _ in area[3]]
        out["geometry"] = [_multi(vertices, "2", surfaces, [a[1] for a in thing.areas], values)]
    elif thing.surfaces:
        kind = "CompositeSurface" if thing.kind == "TINRelief" else "MultiSurface"
        out["geometry"] = [_multi(vertices, "1", thing.surfaces, type_=kind)]
    if thing.members:
        out["children"] = thing.members
    return out


def _paint(town):
    """(material list, polygon id -> index)."""
    found = materials(town)
    table = [{"name": key.lower(), "diffuseColor": list(colour)} for key, colour, _ in found]
    return table, {target: n for n, (_, _, targets) in enumerate(found) for target in targets}


def _templates():
    points, shapes = Vertices(), []
    for template in templates().values():
        faces = [points.rings(s) for s in template.surfaces]
        shapes.append({"type": "MultiSurface", "lod": "2", "boundaries": faces})
    plain = [[(a + b) / 1000 for a, b in zip(p, OFFSET)] for p in points.list]
    return {"templates": shapes, "vertices-templates": plain}


def cityjson_text(town):
    """The whole town as one CityJSON file."""
    vertices, objects = Vertices(), {}
    table, paint = _paint(town)
    order = {key: n for n, key in enumerate(templates())}
    for n, building in enumerate(town.buildings):
        if building.in_gml:
            objects.update(building_objects(building, n, vertices, paint))
    for thing in [*all_things(town), relief()]:
        objects[thing.id] = _thing(thing, vertices, order)
    _tell_members(objects)
    head = _head()
    head["metadata"]["geographicalExtent"] = vertices.extent()
    city = {**head, "CityObjects": objects, "appearance": {"materials": table, "default-theme-material": "rgb"},
            "geometry-templates": _templates(), "vertices": vertices.list}
    return _dump(city) + "\n"


def _tell_members(objects):
    """Members of a group name it as a parent."""
    for group_id, group in list(objects.items()):
        if group["type"] == "CityObjectGroup":
            for member in group["children"]:
                objects[member].setdefault("parents", []).append(group_id)


def cityjsonseq_text(town):
    """The buildings, one feature a line."""
    head = {**_head(), "CityObjects": {}, "vertices": []}
    lines = [_dump(head)]
    for n, building in enumerate(town.buildings):
        if building.in_gml:
            vertices = Vertices()
            objects = building_objects(building, n, vertices, {})
            lines.append(_dump({"type": "CityJSONFeature", "id": building.gml_id, "CityObjects": objects,
                                "vertices": vertices.list}))
    return "\n".join([*lines, ""])


def _dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


__all__ = ["cityjson_text", "cityjsonseq_text"]
