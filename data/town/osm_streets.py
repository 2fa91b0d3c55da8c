"""Streets, paths and rails as ways; turn restrictions; bus routes."""

from collections import defaultdict

from .land import river_v, world_line
from .noding import Line
from .plan_features import BUS_ROUTES, LOST_TO_RULE, NO_VIA_RULE, TURN_RULES, VIA_WAY_RULE
from .plane import bearing, left_normal, rounded, turn_between
from .osm_data import LOST_WAY

HIGHWAY = {"lane": "residential"}
HAS_WIDTH = {"lane": "4", "service": "3.5"}
DEFAULT = {
    "trunk": {"surface": "asphalt", "oneway": "yes", "foot": "no", "bicycle": "no"},
    "trunk_link": {"surface": "asphalt"},
    "primary": {"surface": "asphalt"}, "secondary": {"surface": "asphalt"}, "tertiary": {"surface": "asphalt"},
}


def write_streets(osm, town, index):
    """Ways of all lines; fills the index with ways by vertex pair and by name."""
    _crossing_tags(town)
    for n, line in enumerate(town.streets.lines):
        for piece in _split(line.points, town.splits):
            _write_way(osm, town, index, n, line, piece)
    _turning_circles(osm, town, index)
    _waterway(osm, index)
    _restrictions(osm, town, index)
    _bus(osm, town, index)
    _enforcement(osm, town, index)


def _crossing_tags(town):
    """Level crossings where rails share a vertex with a street or path."""
    rails = {p for line in town.streets.lines if line.road.kind == "rail" and line.ground for p in line.points}
    for line in town.streets.lines:
        if line.road.kind != "rail" and line.ground:
            for p in rails.intersection(line.points):
                on_foot = line.road.kind in ("footway", "cycleway", "path", "track")
                tags = {"railway": "crossing"} if on_foot else {
                    "railway": "level_crossing", "crossing:barrier": "half", "crossing:light": "yes"}
                town.streets.tags.setdefault(p, {}).update(tags)


def _split(points, splits):
    piece, out = [points[0]], []
    for p in points[1:-1]:
        piece.append(p)
        if p in splits:
            out.append(piece)
            piece = [p]
    return [*out, [*piece, points[-1]]]


def street_tags(road):
    """OpenStreetMap tags of a road."""
    if road.kind == "rail":
        tags = dict(road.tags)
    else:
        tags = {"highway": HIGHWAY.get(road.kind, road.kind), **DEFAULT.get(road.kind, {}), **road.tags}
        if road.name:
            tags["name"] = road.name
        if road.kind in HAS_WIDTH:
            tags.setdefault("width", HAS_WIDTH[road.kind])
    if road.layer:
        tags["layer"] = str(road.layer)
    return tags


def _write_way(osm, town, index, n, line, piece):
    refs = []
    for p in piece:
        inner = not line.ground and p not in (line.points[0], line.points[-1])
        domain = f"street{n}" if inner else "street"
        tags = {k: v for k, v in town.streets.tags.get(p, {}).items() if k != "enforcement_from"}
        refs.append(osm.node(p, tags, domain))
    way = osm.way(refs, street_tags(line.road))
    index.lines.append((way, Line(line.road, piece)))
    index.arms[piece[0]].append((bearing(piece[0], piece[1]), way))
    index.arms[piece[-1]].append((bearing(piece[-1], piece[-2]), way))
    for a, b in zip(piece, piece[1:]):
        index.way_of[a, b] = index.way_of[b, a] = way


def _turning_circles(osm, town, index):
    count = town.streets.degree()
    for _, line in index.lines:
        end = line.points[-1]
        if line.road.tags.get("noexit") == "yes" and count[end] == 1:
            osm.node(end, {"highway": "turning_circle"}, "street")


def _waterway(osm, index):
    line = world_line([(u, river_v(u)) for u in range(1640, -1641, -40)][::-1])
    index.special["river_line"] = osm.line(line, {"waterway": "river", "name": "Erlach", "width": "22"}, "water")


def _arm(index, vertex, towards):
    """The way that leaves a vertex most nearly in the given direction."""
    return min(index.arms[vertex], key=lambda arm: (turn_between(arm[0], towards), arm[1]))[1]


def _restrictions(osm, town, index):
    for key, tags, at, source, goal in TURN_RULES:
        via = town.streets.junction(at, 2)
        members = [("way", _arm(index, via, source), "from"), ("node", _node(osm, via), "via"),
                   ("way", _arm(index, via, goal), "to")]
        index.add_rule(key, osm.relation(members, {"type": "restriction", **tags}), tags, members)
    _restriction_via_way(osm, town, index)
    _broken_restrictions(osm, town, index)


def _node(osm, vertex):
    return osm.node(vertex, domain="street")


def _restriction_via_way(osm, town, index):
    key, tags, first, second, source, goal = VIA_WAY_RULE
    a, b = town.streets.junction(first, 2), town.streets.junction(second, 2)
    between = next(way for way, line in index.lines if {line.points[0], line.points[-1]} == {a, b})
    members = [("way", _arm(index, a, source), "from"), ("way", between, "via"), ("way", _arm(index, b, goal), "to")]
    index.add_rule(key, osm.relation(members, {"type": "restriction", **tags}), tags, members)


def _broken_restrictions(osm, town, index):
    """One rule has lost its via member, one names a way that is not in the file."""
    key, tags, at, source, goal = NO_VIA_RULE
    via = town.streets.junction(at, 3)
    members = [("way", _any_way(index, via, source), "from"), ("way", _any_way(index, via, goal), "to")]
    index.broken[key] = osm.relation(members, {"type": "restriction", **tags})
    key, tags, at, source = LOST_TO_RULE
    via = town.streets.junction(at, 3)
    members = [("way", _any_way(index, via, source), "from"), ("node", _node(osm, via), "via"),
               ("way", LOST_WAY, "to")]
    index.broken[key] = osm.relation(members, {"type": "restriction", **tags})


def _any_way(index, vertex, towards):
    """The way through a vertex that has a segment most nearly in the direction."""
    found = [(turn_between(bearing(a, b), towards), way) for (a, b), way in index.way_of.items() if a == vertex]
    return min(found)[1]


def _bus(osm, town, index):
    stops = {}
    for key, vertex in town.bus_stops.items():
        name = town.streets.tags[vertex]["name"]
        a, b = next((x, y) for x, y in index.way_of if x == vertex)
        nx, ny = left_normal(a, b)
        platform = rounded((vertex[0] + nx * 5200, vertex[1] + ny * 5200))
        tags = {"highway": "bus_stop", "public_transport": "platform", "bus": "yes", "name": name, "shelter": "yes"}
        stops[key] = (_node(osm, vertex), osm.node(platform, tags))
    for ref, name, calls in BUS_ROUTES:
        members = [m for key in calls for m in (("node", stops[key][0], "stop"), ("node", stops[key][1], "platform"))]
        path = town.bus_paths[ref]
        ways = []
        for a, b in zip(path, path[1:]):
            if not ways or ways[-1] != index.way_of[a, b]:
                ways.append(index.way_of[a, b])
        members += [("way", way, "") for way in ways]
        tags = {"type": "route", "route": "bus", "ref": ref, "name": name, "from": _name(town, calls[0]),
                "to": _name(town, calls[-1]), "network": "Stadtbus Lerchenfurt", "public_transport:version": "2"}
        index.special[f"bus_{ref}"] = osm.relation(members, tags)


def _name(town, stop):
    return town.streets.tags[town.bus_stops[stop]]["name"]


def _enforcement(osm, town, index):
    """A speed camera beside the bypass, with its enforcement relation."""
    vertex = next(p for p, tags in town.streets.tags.items() if "enforcement_from" in tags)
    a, b = next((x, y) for x, y in index.way_of if x == vertex)
    nx, ny = left_normal(a, b)
    device = osm.node(rounded((vertex[0] + nx * 7000, vertex[1] + ny * 7000)),
                      {"highway": "speed_camera", "direction": str(round(bearing(a, b)))})
    members = [("node", device, "device"), ("node", _node(osm, vertex), "from")]
    index.special["enforcement"] = osm.relation(members, {"type": "enforcement", "enforcement": "maxspeed",
                                                          "maxspeed": "100"})
    index.special["speed_camera"] = device


class Index:
    """What later writers and the ground truth need to know of the ways."""

    def __init__(self):
        self.lines = []                      # (way id, Line with the way's points)
        self.arms = defaultdict(list)        # vertex -> [(bearing, way id)] of ways that end there
        self.way_of = {}                     # (vertex, vertex) -> way id
        self.rules, self.broken = [], {}
        self.special, self.traps = {}, {}
        self.refs = {}                       # reference of a lamp, hydrant, cabinet… -> node id

    def add_rule(self, key, relation, tags, members):
        self.rules.append({"key": key, "relation": relation, **{k.replace(":", "_"): v for k, v in tags.items()},
                           "members": [list(m) for m in members]})
