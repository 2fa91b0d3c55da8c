"""A random but valid CityJSON 2.0 document or sequence; the same for the same seed.

usage: make_cityjson.py SEED OBJECTS [seq] > FILE"""
import json
import random
import sys

R = random.Random(int(sys.argv[1]))
COUNT = int(sys.argv[2])
SEQUENCE = len(sys.argv) > 3
TYPES = {  # type: (geometries, type of its parts)
    "Building": (["MultiSurface", "CompositeSurface", "Solid", "CompositeSolid"], ["BuildingPart", "BuildingInstallation", "BuildingRoom", "BuildingStorey"]),
    "Bridge": (["MultiSurface", "Solid"], ["BridgePart", "BridgeInstallation"]),
    "Tunnel": (["MultiSurface", "Solid"], ["TunnelPart", "TunnelHollowSpace"]),
    "Road": (["MultiLineString", "MultiSurface", "CompositeSurface"], []),
    "Railway": (["MultiLineString", "MultiSurface"], []),
    "WaterBody": (["MultiLineString", "MultiSurface", "Solid"], []),
    "LandUse": (["MultiSurface", "CompositeSurface"], []),
    "PlantCover": (["MultiSurface", "Solid", "MultiSolid"], []),
    "SolitaryVegetationObject": (["MultiPoint", "MultiSurface", "Solid", "GeometryInstance"], []),
    "CityFurniture": (["MultiPoint", "MultiLineString", "MultiSurface", "Solid", "GeometryInstance"], []),
    "TINRelief": (["CompositeSurface"], []),
    "GenericCityObject": (["MultiPoint", "MultiLineString", "MultiSurface", "Solid", "MultiSolid", "CompositeSolid", "GeometryInstance"], []),
    "+NoiseBarrier": (["MultiPoint", "MultiSurface", "Solid"], []),
}
PART_GEOMETRIES = ["MultiSurface", "Solid"]
SURFACES = ["RoofSurface", "GroundSurface", "WallSurface", "ClosureSurface", "Window", "Door", "+ThermalSurface"]
WORDS = ["Turm", "größe", "日本", "a\"b", "back\\slash", "tab\t", "", "x" * 40, "\U0001f3e0", "1e5", "null"]


class Vertices:
    def __init__(self):
        self.list, self.index = [], {}

    def add(self, v):
        if v not in self.index:
            self.index[v] = len(self.list)
            self.list.append(v)
        return self.index[v]


def box(vs, x, y, z, w, d, h, inner=False):
    """A shell of six faces, outwards; the roof may have a hole."""
    a, b = z, z + h
    c = [(x, y), (x + w, y), (x + w, y + d), (x, y + d)]
    low = [vs.add((p[0], p[1], a)) for p in c]
    top = [vs.add((p[0], p[1], b)) for p in c]
    faces = [[low[::-1]], [top]] + [[[low[i], low[(i + 1) % 4], top[(i + 1) % 4], top[i]]] for i in range(4)]
    if not inner and R.random() < 0.3:
        m = [(x + w // 4, y + d // 4), (x + w // 4, y + d // 2), (x + w // 2, y + d // 2), (x + w // 2, y + d // 4)]
        faces[1].append([vs.add((p[0], p[1], b)) for p in m])
    return faces


def place():
    return R.randrange(0, 900000), R.randrange(0, 900000), R.randrange(0, 50000), R.randrange(4000, 20000), R.randrange(4000, 20000), R.randrange(2000, 30000)


def solid(vs):
    x, y, z, w, d, h = place()
    shells = [box(vs, x, y, z, w, d, h)]
    if R.random() < 0.2:
        shells.append(box(vs, x + w // 3, y + d // 3, z + h // 3, w // 3, d // 3, h // 3, True))
    return shells


def semantics(depth, boundaries):
    count = R.randrange(1, 6)
    surfaces = []
    for i in range(count):
        s = {"type": R.choice(SURFACES)}
        if R.random() < 0.4:
            s["slope"] = R.randrange(0, 900) / 10
            s["notes"] = {"deep": [1, None, R.choice(WORDS)]}
        if i and R.random() < 0.3:
            s["parent"] = R.randrange(0, i)
            surfaces[s["parent"]].setdefault("children", []).append(i)
        surfaces.append(s)

    def values(b, level):
        if level == 0:
            return R.choice([None] + list(range(count)))
        return [values(v, level - 1) for v in b]
    return {"surfaces": surfaces, "values": values(boundaries, depth)}


def geometry(kind, vs, lod):
    if kind == "GeometryInstance":
        x, y, z, *_ = place()
        s = R.choice([1, 2, 0.5])
        return {"type": kind, "template": R.randrange(0, 3), "boundaries": [vs.add((x, y, z))], "transformationMatrix": [s, 0, 0, 1.5, 0, s, 0, 0, 0, 0, s, 0, 0, 0, 0, 1]}
    g = {"type": kind, "lod": lod}
    if kind == "MultiPoint":
        g["boundaries"] = [vs.add(place()[:3]) for _ in range(R.randrange(1, 4))]
        return g
    if kind == "MultiLineString":
        g["boundaries"] = [[vs.add(place()[:3]) for _ in range(R.randrange(2, 6))] for _ in range(R.randrange(1, 3))]
        return g
    if kind in ("MultiSurface", "CompositeSurface"):
        g["boundaries"], depth = box(vs, *place()), 1
    elif kind == "Solid":
        g["boundaries"], depth = solid(vs), 2
    else:
        g["boundaries"], depth = [solid(vs) for _ in range(R.randrange(1, 4))], 3
    if R.random() < 0.6:
        g["semantics"] = semantics(depth, g["boundaries"])
    return g


def attributes():
    a = {}
    for _ in range(R.randrange(0, 6)):
        a[R.choice(["name", "function", "measuredHeight2", "höhe", "list", "obj", "flag", "q\"uote", "yearOfConstruction"])] = R.choice(
            [R.randrange(-10 ** 9, 10 ** 9), R.randrange(0, 10 ** 6) / 1000, R.choice(WORDS), True, None, [1, "2", [3]], {"a": {"b": [R.choice(WORDS)]}}])
    return a


def city_object(kind, geometries, vs):
    o = {"type": kind, "attributes": attributes()}
    lods = R.sample(["0", "1", "1.2", "2", "2.2", "3"], R.randrange(0, 3))
    o["geometry"] = [geometry(R.choice(geometries), vs, lod) for lod in sorted(lods)]
    return o


def whole(number, vs):
    kind = R.choice(list(TYPES))
    geometries, parts = TYPES[kind]
    oid = R.choice(["id-%d", "{%d}", "a/b#%d", "50%%%d", "ünï-%d"]) % number
    objects = {oid: city_object(kind, geometries, vs)}
    for i in range(R.randrange(0, 4) if parts else 0):
        part = city_object(R.choice(parts), PART_GEOMETRIES, vs)
        part["parents"] = [oid]
        objects[oid].setdefault("children", []).append(f"{oid}-{i}")
        objects[f"{oid}-{i}"] = part
    return oid, objects


def main():
    vs, patterns = Vertices(), Vertices()
    templates = [{"type": "MultiSurface", "lod": "2", "boundaries": box(patterns, 0, 0, 0, 1 + i, 2, 3, True)} for i in range(3)]
    head = {"type": "CityJSON", "version": "2.0", "transform": {"scale": [0.001, 0.001, 0.001], "translate": [480000, 5420000, 100]},
            "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/25832", "title": "random"}, "CityObjects": {}, "vertices": [],
            "geometry-templates": {"templates": templates, "vertices-templates": patterns.list}}
    if SEQUENCE:
        print(json.dumps(head))
        for i in range(COUNT):
            vs = Vertices()
            oid, objects = whole(i, vs)
            print(json.dumps({"type": "CityJSONFeature", "id": oid, "CityObjects": objects, "vertices": vs.list}, ensure_ascii=False))
        return
    for i in range(COUNT):
        head["CityObjects"].update(whole(i, vs)[1])
    head["vertices"] = vs.list
    roots = [k for k, o in head["CityObjects"].items() if "parents" not in o]
    members = R.sample(roots, min(5, len(roots)))
    head["CityObjects"]["group"] = {"type": "CityObjectGroup", "attributes": {}, "children": members, "geometry": []}
    for m in members:
        head["CityObjects"][m]["parents"] = ["group"]
    print(json.dumps(head, ensure_ascii=False))


main()
