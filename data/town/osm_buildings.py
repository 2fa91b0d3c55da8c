"""Buildings as closed ways, multipolygons and building parts."""

from .land import world
from .lattice import frame_towards, rect
from .osm_data import LOST_NODE
from .settings import POSTCODE, TOWN

VALUE = {"townhall": "civic", "library": "public", "police": "public", "sports_hall": "sports_hall",
         "depot": "industrial", "water_tank": "service", "water_works": "service", "substation": "service",
         "sewage": "service", "digester": "digester", "clarifier": "service", "underground": "parking"}
ROOF_COLOURS = {"gabled": "#a0522d", "hipped": "#8b4513"}
WITH_ENTRANCE = {"apartments", "office", "school", "hospital", "townhall", "library", "police", "kindergarten", "hotel",
                 "fire_station", "train_station", "supermarket", "church", "sports_hall"}
PARTS_NOT_DRAWN = {"hotel": {"restaurant"}}        # the outline stands alone there
ODD_HEIGHTS = ["high", "12 m", "39'4\""]


def metres(mm):
    """Millimetres as metres without needless zeros."""
    return f"{mm / 1000:.1f}".removesuffix(".0")


def write_buildings(osm, town, index):
    plain = 0
    for n, building in enumerate(town.buildings):
        if not building.in_osm:
            continue
        tags = {**_kind_tags(building), **_height_tags(building, n), **_address(building), **building.tags}
        if building.name:
            tags["name"] = building.name
        _write_outline(osm, building, tags)
        if building.key and building.has_parts:
            _write_parts(osm, building, index)
        if building.use == "house" and n % 3 == 0 and plain < len(ODD_HEIGHTS) and not building.has_parts:
            _odd_height(osm, building, index, ODD_HEIGHTS[plain])
            plain += 1


def _kind_tags(building):
    tags = {"building": VALUE.get(building.use, building.use)}
    if building.year % 3 == 0 and building.use not in ("garage", "shed"):
        tags["start_date"] = str(building.year)
    if building.use in ("apartments", "residential") and building.people.get("dwellings"):
        tags["building:flats"] = str(building.people["dwellings"])
    return tags


def _height_tags(building, n):
    """Most buildings say their height or levels; every few say neither."""
    style = 0 if building.key else n % 10
    if style == 9 and n % 30 == 9 or building.use in ("shed", "underground"):
        return {}
    tags = {}
    if style not in (7, 9):
        tags["height"] = metres(building.height)
    if style != 6:
        tags["building:levels"] = str(building.levels)
    if style < 6 and building.use != "garage":
        tags["roof:shape"] = {"shed": "skillion"}.get(building.roof, building.roof)
        rise = building.bodies[0].rise
        if rise:
            tags["roof:height"] = metres(rise)
            tags["roof:orientation"] = "along" if building.bodies[0].along == "i" else "across"
        if building.roof in ROOF_COLOURS and n % 4 == 0:
            tags["roof:colour"] = ROOF_COLOURS[building.roof]
    return tags


def _address(building):
    if not building.number:
        return {}
    return {"addr:street": building.street, "addr:housenumber": building.number, "addr:postcode": POSTCODE,
            "addr:city": TOWN}


def _write_outline(osm, building, tags):
    ring = _ring_with_entrance(osm, building)
    if building.holes:
        outer = osm.way(ring, {})
        inner = [osm.ring(hole, {}, "building") for hole in building.hole_rings()]
        members = [("way", outer, "outer"), *(("way", way, "inner") for way in inner)]
        building.osm_type, building.osm_id = "relation", osm.relation(members, {"type": "multipolygon", **tags})
    else:
        building.osm_id = osm.way(ring, tags)


def _ring_with_entrance(osm, building):
    """Node ids of the closed outline, with an entrance node on the front wall."""
    corners = building.ring()
    refs = [osm.node(p, domain="building") for p in corners]
    if building.use in WITH_ENTRANCE and building.front not in building.outline:
        tags = {"entrance": "main" if building.key else "yes",
                "wheelchair": "yes" if building.year > 1975 or building.use == "hospital" else "no", "door": "hinged"}
        at = _edge_of(building)
        refs.insert(at + 1, osm.node(building.entrance(), tags, "building"))
    return [*refs, refs[0]]


def _edge_of(building):
    """Index of the outline's edge that holds the front point."""
    i, j = building.front
    ring = building.outline
    for k, (a, b) in enumerate(zip(ring, ring[1:] + ring[:1])):
        if a[1] == b[1] == j and min(a[0], b[0]) < i < max(a[0], b[0]):
            return k
    raise ValueError(f"entrance of {building.gml_id} is not on its outline")


def _write_parts(osm, building, index):
    """building:part ways over the outline, tied by a building relation."""
    members = [("way", building.osm_id, "outline")] if building.osm_type == "way" else []
    for body in building.bodies:
        if body.name in PARTS_NOT_DRAWN.get(building.key, ()):
            continue
        tags = {"building:part": "yes", "height": metres(body.top), "building:levels": str(body.levels),
                "roof:shape": body.roof, "name": body.name}
        if body.base:
            tags["min_height"] = metres(body.base)
        if body.rise:
            tags["roof:height"] = metres(body.rise)
        members.append(("way", _write_part(osm, building, body, tags), "part"))
    if building.osm_type == "way":
        osm.relation(members, {"type": "building"})


def _write_part(osm, building, body, tags):
    way = osm.ring(building.frame.ring(body.outline), tags, "building")
    if body.holes:
        tags = osm.ways[way][1]
        inner = osm.ring(building.frame.ring(body.holes[0]), {}, "building")
        osm.relation([("way", way, "outer"), ("way", inner, "inner")], {"type": "multipolygon", **tags})
        osm.ways[way] = (osm.ways[way][0], {})
    return way


def _odd_height(osm, building, index, text):
    osm.ways[building.osm_id][1]["height"] = text
    index.traps[f"height {text}"] = {"way": building.osm_id, "height_m": building.height / 1000}


def write_traps(osm, town, index):
    """Dirty data on purpose: see the README."""
    frame = frame_towards(world((-760, -150)), world((-700, -148)))
    square = [frame.ring(rect(40 * k, 0, 40 * k + 16, 12)) for k in range(3)]
    refs = [osm.node(p, domain="building") for p in square[0]]
    index.traps["not_closed"] = {"way": osm.way(refs, {"building": "shed", "note": "last node missing"})}
    a, b, c, d = square[1]
    index.traps["self_intersecting"] = {"way": osm.ring([a, c, b, d], {"building": "shed"}, "building")}
    source = next(x for x in town.buildings if x.in_osm and x.use == "terrace")
    way, tags = osm.ways[source.osm_id]
    index.traps["duplicate"] = {"way": osm.way(way, tags), "of": source.osm_id}
    ends = [osm.node(p, domain="building") for p in square[2][:2]]
    index.traps["missing_node"] = {"way": osm.way([ends[0], LOST_NODE, ends[1]], {"highway": "path"}),
                                   "node": LOST_NODE}
