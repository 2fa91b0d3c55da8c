"""Checks CityJSON 2.0 documents and sequences by the rules of the specification (2.0.1), independently of libcim.

usage: check_cityjson.py FILE...            rules only
       check_cityjson.py --same FILE FILE   and that both have the same objects, attributes and geometries
Prints a line for everything that is wrong; the exit status is 1 then.  Members that only extensions should have are noted."""
import json
import sys

LEVEL2 = {
    "BuildingPart": {"Building"}, "BuildingInstallation": {"Building", "BuildingPart", "BuildingRoom", "BuildingUnit", "BuildingStorey"},
    "BuildingConstructiveElement": None, "BuildingFurniture": None, "BuildingStorey": None, "BuildingRoom": None, "BuildingUnit": None,
    "BridgePart": {"Bridge"}, "BridgeInstallation": None, "BridgeConstructiveElement": None, "BridgeRoom": None, "BridgeFurniture": None,
    "TunnelPart": {"Tunnel"}, "TunnelInstallation": None, "TunnelConstructiveElement": None, "TunnelHollowSpace": None, "TunnelFurniture": None,
}
LEVEL1 = {"Building", "Bridge", "CityObjectGroup", "CityFurniture", "GenericCityObject", "LandUse", "OtherConstruction", "PlantCover",
          "SolitaryVegetationObject", "TINRelief", "Road", "Railway", "TransportSquare", "Waterway", "Tunnel", "WaterBody"}
DEPTH = {"MultiPoint": 1, "MultiLineString": 2, "MultiSurface": 3, "CompositeSurface": 3, "Solid": 4, "MultiSolid": 5, "CompositeSolid": 5}
MATERIAL_DEPTH = {"MultiSurface": 1, "CompositeSurface": 1, "Solid": 2, "MultiSolid": 3, "CompositeSolid": 3}
SURFACES = {"RoofSurface", "GroundSurface", "WallSurface", "ClosureSurface", "OuterCeilingSurface", "OuterFloorSurface", "Window", "Door", "InteriorWallSurface",
            "CeilingSurface", "FloorSurface", "WaterSurface", "WaterGroundSurface", "WaterClosureSurface", "TrafficArea", "AuxiliaryTrafficArea",
            "TransportationHole", "TransportationMarking"}
LODS = {"0", "1", "2", "3"} | {f"{a}.{b}" for a in "0123" for b in "0123"}
ROOT = {"type", "version", "transform", "metadata", "CityObjects", "vertices", "appearance", "geometry-templates", "extensions"}
FEATURE = {"type", "id", "CityObjects", "vertices", "appearance"}

bad = []


def wrong(where, what):
    bad.append(f"{where}: {what}")


def pairs(where):
    def check(items):
        keys = [k for k, _ in items]
        if len(set(keys)) != len(keys):
            wrong(where, "a key comes twice in an object")
        return dict(items)
    return check


def indices(value, depth, count, where):
    """Lists nested `depth` deep with indices below count."""
    if depth == 0:
        if type(value) is not int or not 0 <= value < count:
            wrong(where, f"vertex {value!r} of {count}")
        return
    if not isinstance(value, list):
        return wrong(where, "boundaries are not nested deep enough")
    for v in value:
        indices(v, depth - 1, count, where)


def rings(value, depth):
    if depth == 1:
        yield value
    else:
        for v in value:
            yield from rings(v, depth - 1)


def nested_like(value, like, depth, allowed, where):
    """Values of surfaces: one a surface."""
    if value is None:
        return
    if depth == 0:
        if type(value) is not int or value not in allowed:
            wrong(where, f"value {value!r}")
        return
    if not isinstance(value, list) or len(value) != len(like):
        return wrong(where, "values are not nested like boundaries")
    for v, b in zip(value, like):
        nested_like(v, b, depth - 1, allowed, where)


def semantics(g, where):
    s = g["semantics"]
    depth = {"MultiPoint": 1, "MultiLineString": 1}.get(g["type"], MATERIAL_DEPTH.get(g["type"]))
    if not isinstance(s, dict) or set(s) != {"surfaces", "values"}:
        return wrong(where, "semantics need surfaces and values")
    for i, surface in enumerate(s["surfaces"]):
        kind = surface.get("type", "")
        if kind not in SURFACES and not kind.startswith("+"):
            wrong(where, f"surface type {kind!r}")
        for c in surface.get("children", []):
            if not 0 <= c < len(s["surfaces"]) or s["surfaces"][c].get("parent") != i:
                wrong(where, "children of a surface do not know it")
    nested_like(s["values"], g["boundaries"], depth, range(len(s["surfaces"])), where + " semantics")


def geometry(g, count, templates, where):
    if g.get("type") == "GeometryInstance":
        if not set(g) <= {"type", "template", "boundaries", "transformationMatrix"}:
            wrong(where, "members of an instance")
        if not 0 <= g["template"] < templates or len(g["transformationMatrix"]) != 16 or len(g["boundaries"]) != 1:
            wrong(where, "instance")
        return indices(g["boundaries"], 1, count, where)
    depth = DEPTH.get(g.get("type"))
    if depth is None:
        return wrong(where, f"geometry type {g.get('type')!r}")
    if g.get("lod") not in LODS:
        wrong(where, f"lod {g.get('lod')!r}")
    if not set(g) <= {"type", "lod", "boundaries", "semantics", "material", "texture"}:
        wrong(where, f"members {sorted(g)}")
    before = len(bad)
    indices(g["boundaries"], depth, count, where)
    if len(bad) > before:
        return
    if "semantics" in g:
        semantics(g, where)


def links(objects, oid, o, whole):
    for p in o.get("parents", []):
        if p not in objects:
            wrong(oid, f"parent {p} is not there")
        elif oid not in objects[p].get("children", []):
            wrong(oid, f"parent {p} does not know it")
    for c in o.get("children", []):
        if c not in objects:
            whole and wrong(oid, f"child {c} is not there")
        elif oid not in objects[c].get("parents", []) and o["type"] != "CityObjectGroup":
            wrong(oid, f"child {c} does not know it")
    if len(set(o.get("children", []))) != len(o.get("children", [])):
        wrong(oid, "a child comes twice")
    if "children_roles" in o and len(o["children_roles"]) != len(o.get("children", [])):
        wrong(oid, "roles are not as many as children")


def objects(doc, templates, whole):
    found = doc["CityObjects"]
    for oid, o in found.items():
        kind = o.get("type", "")
        if kind not in LEVEL1 and kind not in LEVEL2 and not kind.startswith("+"):
            wrong(oid, f"type {kind!r}")
        if kind in LEVEL2 and not o.get("parents"):
            wrong(oid, f"{kind} without a parent")
        if kind in LEVEL2 and LEVEL2[kind] and not any(found.get(p, {}).get("type") in LEVEL2[kind] or found.get(p, {}).get("type", "+").startswith("+") for p in o["parents"]):
            wrong(oid, f"{kind} is a part of something else")
        if kind == "CityObjectGroup" and "children" not in o:
            wrong(oid, "group without children")
        if "attributes" in o and not isinstance(o["attributes"], dict):
            wrong(oid, "attributes")
        links(found, oid, o, whole)
        for i, g in enumerate(o.get("geometry", [])):
            geometry(g, len(doc["vertices"]), templates, f"{oid} geometry {i}")


def vertices(doc):
    seen = set()
    for v in doc["vertices"]:
        if len(v) != 3 or any(type(c) is not int for c in v):
            return wrong("vertices", f"{v}")
        seen.add(tuple(v))
    if len(seen) != len(doc["vertices"]):
        wrong("vertices", "one comes twice")
    used = set()

    def collect(v):
        if isinstance(v, list):
            for w in v:
                collect(w)
        else:
            used.add(v)
    for o in doc["CityObjects"].values():
        for g in o.get("geometry", []):
            collect(g["boundaries"])
        for a in o.get("address", []):
            collect((a.get("location") or {}).get("boundaries", []) if isinstance(a, dict) else [])
    if len(used) < len(doc["vertices"]):
        wrong("vertices", f"{len(doc['vertices']) - len(used)} are not used")


def head(doc):
    if doc.get("type") != "CityJSON" or doc.get("version") != "2.0":
        wrong("head", f"{doc.get('type')} {doc.get('version')}")
    t = doc.get("transform", {})
    if set(t) != {"scale", "translate"} or len(t["scale"]) != 3 or len(t["translate"]) != 3:
        wrong("transform", f"{t}")
    crs = doc.get("metadata", {}).get("referenceSystem", "")
    if not crs.startswith("https://www.opengis.net/def/crs/"):
        wrong("referenceSystem", crs)
    for key in doc:
        if key not in ROOT and not key.startswith("+"):
            print(f"note: root member {key}")
    extent = doc.get("metadata", {}).get("geographicalExtent")
    if extent and (len(extent) != 6 or any(extent[i] > extent[i + 3] for i in range(3))):
        wrong("geographicalExtent", f"{extent}")


def template_count(doc):
    found = doc.get("geometry-templates")
    if not found:
        return 0
    for i, g in enumerate(found["templates"]):
        geometry(g, len(found["vertices-templates"]), 0, f"template {i}")
    return len(found["templates"])


def load(path):
    """[documents]: one, or the head and its features with the members they share."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if text.count("\n") <= 1 or '"CityJSONFeature"' not in text:
        docs = [json.loads(text, object_pairs_hook=pairs(path))] if text.count('{"type":"CityJSON"') <= 1 else []
        if docs:
            return docs
    return [json.loads(line.lstrip("\x1e"), object_pairs_hook=pairs(path)) for line in text.split("\n") if line]


def check(path):
    docs = load(path)
    head(docs[0])
    templates = template_count(docs[0])
    for i, doc in enumerate(docs):
        if i and (doc.get("type") != "CityJSONFeature" or doc.get("id") not in doc["CityObjects"]):
            wrong(path, f"feature {i}: type or id")
        for key in doc if i else []:
            if key not in FEATURE and not key.startswith("+"):
                print(f"note: feature {i} member {key}")
        vertices(doc)
        objects(doc, templates, whole=i == 0)
    return docs


def place(v, doc, t, local):
    c = doc[v]
    return tuple(c) if local or not t else tuple(round(c[i] * t["scale"][i] + t["translate"][i], 3) for i in range(3))


def resolve(value, doc, t, local=False):
    if isinstance(value, list):
        return [resolve(v, doc, t, local) for v in value]
    return place(value, doc, t, local)


def plain(docs):
    """Objects with everything that numbers stand for put in its place."""
    result = {}
    first = docs[0]
    t = first.get("transform")
    patterns = first.get("geometry-templates", {"templates": [], "vertices-templates": []})
    for doc in docs:
        for oid, o in doc["CityObjects"].items():
            o = dict(o)
            shown = []
            for g in o.get("geometry", []):
                g = dict(g)
                g["boundaries"] = resolve(g["boundaries"], doc["vertices"], t)
                if g["type"] == "GeometryInstance":
                    pattern = dict(patterns["templates"][g.pop("template")])
                    pattern["boundaries"] = resolve(pattern["boundaries"], patterns["vertices-templates"], None, True)
                    g["pattern"] = pattern
                g.pop("material", None), g.pop("texture", None)
                shown.append(g)
            o["geometry"] = sorted(shown, key=lambda g: json.dumps(g, sort_keys=True))
            for key in ("parents", "children"):
                o[key] = sorted(o.get(key, []))
            for key in ("address", "children_roles", "geographicalExtent"):
                o.pop(key, None)
            o["attributes"] = o.get("attributes", {})
            result[oid] = o
    return result


def different(where, a, b):
    """The innermost places where two values differ."""
    if a == b:
        return
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            different(where + " " + key, a.get(key), b.get(key))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (v, w) in enumerate(zip(a, b)):
            different(f"{where} {i}", v, w)
    else:
        wrong(where, f"{json.dumps(a)[:100]} is not {json.dumps(b)[:100]}")


def same(a, b):
    a, b = plain(a), plain(b)
    for oid in sorted(a.keys() | b.keys()):
        if oid not in a or oid not in b:
            wrong(oid, "is only in one of the files")
            continue
        for key in sorted(a[oid].keys() | b[oid].keys()):
            different(oid + " " + key, a[oid].get(key), b[oid].get(key))


def main(args):
    if args[0] == "--same":
        same(check(args[1]), check(args[2]))
    else:
        for path in args:
            check(path)
    for line in bad[:50]:
        print(line)
    return 1 if bad else 0


sys.exit(main(sys.argv[1:]))
