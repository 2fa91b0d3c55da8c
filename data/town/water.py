"""The drinking water network: mains in the streets, tank, well, two pressure zones."""

from collections import defaultdict
from dataclasses import dataclass, field

from .land import height_mm, plan, rail_v, world
from .netlines import chains
from .plane import cut_line, distance, line_length, moved, nearest_on, point_along, rounded

MAIN_KINDS = {"primary", "secondary", "tertiary", "residential", "living_street", "unclassified", "lane", "pedestrian"}
SHIFT = (1200, 800)            # mains run beside the street's middle, millimetres
HYDRANT_EVERY = 120_000
BACKBONE = {"Hangweg", "Nordstraße", "Hauptstraße", "Höhenstraße", "Ziegeleistraße", "Nordwall"}
LITRES_PER_PERSON = 130
LOW_ZONE_HEAD = 366.0          # metres above datum that the reducers hold
DAILY_M3 = {"hospital": 42, "school": 6, "industrial": 14, "warehouse": 2, "commercial": 4, "office": 3, "retail": 1.5,
            "hotel": 9, "supermarket": 3, "townhall": 4, "kindergarten": 2, "sports_hall": 5, "barn": 3}
NO_SERVICE = {"garage", "shed", "water_tank", "clarifier", "digester", "gatehouse"}


@dataclass
class Node:
    """A junction of the network; hydrants are junctions too."""
    id: str
    point: tuple
    kind: str = "junction"       # junction, hydrant, prv
    homes_lps: float = 0.0
    trade_lps: float = 0.0

    @property
    def high_zone(self):
        u, v = plan(self.point)
        return v > rail_v(u)


@dataclass
class Pipe:
    id: str
    start: str
    end: str
    line: list
    street: str
    diameter: int
    status: str = "Open"
    year: int = 1985

    @property
    def length(self):
        return line_length(self.line) / 1000


@dataclass
class Valve:
    """An isolation valve on a pipe, close to one of its ends."""
    id: str
    pipe: str
    node: str
    point: tuple
    state: str = "open"
    works: bool = True


@dataclass
class Service:
    """A service connection from a pipe to a building."""
    building: object
    pipe: str
    point: tuple
    customers: int


@dataclass
class Water:
    """The whole network."""
    nodes: dict = field(default_factory=dict)
    pipes: dict = field(default_factory=dict)
    valves: list = field(default_factory=list)
    services: list = field(default_factory=list)
    prvs: list = field(default_factory=list)       # (id, upstream node, downstream node, setting)
    tank: tuple = None                             # world point
    well: tuple = None


def build_water(streets, buildings):
    water = Water()
    places = {}
    lines = [line for line in streets.lines if _has_main(line.road)]
    street_of = _street_index(lines)
    for chain in chains(lines):
        _lay_chain(water, places, chain, street_of)
    _add_supply(water, places, streets)
    _add_zone_links(water)
    _rename_hydrants(water)
    _add_valves(water)
    _add_services(water, buildings)
    return water


def _has_main(road):
    fast = road.tags.get("maxspeed") in ("70", "100")
    return road.kind in MAIN_KINDS and (not fast or road.name == "Weilerstraße")


def _street_index(lines):
    index = {}
    for line in lines:
        for a, b in zip(line.points, line.points[1:]):
            index[a, b] = index[b, a] = line.road
    return index


def _place(water, places, p, kind="junction"):
    """The node at a street vertex, made when first asked for."""
    if p not in places:
        node = Node(f"J{len(water.nodes) + 1:03d}", (p[0] + SHIFT[0], p[1] + SHIFT[1]), kind)
        water.nodes[node.id] = node
        places[p] = node.id
    return places[p]


def _lay_chain(water, places, chain, street_of):
    """Pipes along one chain of street vertices, with hydrants on the way."""
    road = street_of[chain[0], chain[1]]
    length = line_length(chain)
    n = max(1 if length > 70_000 else 0, int(length / HYDRANT_EVERY))
    marks = [length * (k + 1) / (n + 1) for k in range(n)]
    pieces = cut_line(chain, marks)
    for k, piece in enumerate(pieces):
        start = _place(water, places, piece[0], "hydrant" if k else "junction")
        end = _place(water, places, piece[-1], "hydrant" if k < n else "junction")
        _add_pipe(water, start, end, moved(piece, SHIFT), road.name, _diameter(road))


def _add_pipe(water, start, end, line, street, diameter, status="Open"):
    pipe = Pipe(f"P{len(water.pipes) + 1:04d}", start, end, line, street, diameter, status)
    pipe.year = 1948 + (len(water.pipes) * 37) % 72
    water.pipes[pipe.id] = pipe
    return pipe


def _diameter(road):
    if road.name in BACKBONE:
        return 250
    return {"primary": 200, "secondary": 200, "tertiary": 150, "unclassified": 150}.get(road.kind, 100)


def _degrees(water):
    degree = defaultdict(list)
    for pipe in water.pipes.values():
        degree[pipe.start].append(pipe.id)
        degree[pipe.end].append(pipe.id)
    return degree


def _add_supply(water, places, streets):
    """Well, pump and rising main in the west; the tank's main down the hill."""
    water.tank, water.well = world((-848, 852)), world((-716, -310))
    water.nodes["JW1"] = Node("JW1", world((-708, -304)))
    rising = [(-708, -304), (-692, -100), (-700, 300), (-722, 500), (-850, 560), (-880, 700), (-848, 852)]
    _add_pipe(water, "JW1", "T1", [world(p) for p in rising], "Steigleitung", 250)
    track = streets.named("Hochbehälterweg")[0].points[::-1]
    below = places[track[-1]]
    line = [water.tank, *moved(track[:-1], SHIFT), water.nodes[below].point]
    _add_pipe(water, "T1", below, line, "Hochbehälterweg", 300)


def _add_zone_links(water):
    """Pressure reducers where mains pass the railway, and one closed link."""
    crossing = [p for p in water.pipes.values() if p.id not in _supply_ids(water)
                and water.nodes[p.start].high_zone != water.nodes[p.end].high_zone]
    for k, pipe in enumerate(sorted(crossing, key=lambda p: p.id), start=1):
        _insert_prv(water, pipe, f"PRV{k}")
    south = _nearest_node(water, world((130, 462)))
    north = _nearest_node(water, world((100, 572)))
    line = [south.point, world((132, 480)), world((133, 560)), north.point]
    _add_pipe(water, south.id, north.id, line, "Unterführung Bahnhof", 100, "Closed")


def _supply_ids(water):
    return {p.id for p in water.pipes.values() if "T1" in (p.start, p.end)}


def _nearest_node(water, p):
    return min(water.nodes.values(), key=lambda n: (distance(n.point, p), n.id))


def _insert_prv(water, pipe, name):
    """Split a pipe in its low half and set a reducing valve between the halves."""
    if water.nodes[pipe.end].high_zone:
        pipe.start, pipe.end, pipe.line = pipe.end, pipe.start, pipe.line[::-1]
    s = line_length(pipe.line)
    above, below = rounded(point_along(pipe.line, s * 0.9)), rounded(point_along(pipe.line, s * 0.9 + 2000))
    first, rest = cut_line(pipe.line, [s * 0.9])
    last = cut_line(pipe.line, [s * 0.9 + 2000])[1]
    water.nodes[f"{name}A"] = Node(f"{name}A", above, "prv")
    water.nodes[f"{name}B"] = Node(f"{name}B", below, "prv")
    _add_pipe(water, f"{name}B", pipe.end, [below, *last[1:]], pipe.street, pipe.diameter)
    pipe.end, pipe.line = f"{name}A", [*first[:-1], above]
    setting = round(LOW_ZONE_HEAD - node_height(water.nodes[f"{name}B"]), 1)
    water.prvs.append((name, f"{name}A", f"{name}B", setting))


def _rename_hydrants(water):
    """Hydrants get names of their own; dead ends get a flushing hydrant."""
    degree = _degrees(water)
    for node in water.nodes.values():
        if node.kind == "junction" and len(degree[node.id]) == 1 and node.id.startswith("J") and node.id != "JW1":
            node.kind = "hydrant"
    names, n = {}, 0
    for node in list(water.nodes.values()):
        if node.kind == "hydrant":
            n += 1
            names[node.id] = f"H{n:03d}"
            node.id = names[node.id]
    water.nodes = {node.id: node for node in water.nodes.values()}
    for pipe in water.pipes.values():
        pipe.start, pipe.end = names.get(pipe.start, pipe.start), names.get(pipe.end, pipe.end)


def _add_valves(water):
    """At a branching every pipe but one gets a valve; so do the PRVs and the tank."""
    degree = _degrees(water)
    for node_id in sorted(degree):
        pipes = sorted(degree[node_id])
        chosen = pipes if node_id in ("T1", "JW1") else pipes[1:] if len(pipes) > 2 else []
        if node_id.startswith("PRV"):
            chosen = pipes
        for pipe_id in chosen:
            _add_valve(water, water.pipes[pipe_id], node_id)
    for pipe in water.pipes.values():
        if pipe.status == "Closed":
            _add_valve(water, pipe, pipe.start, "closed")


def _add_valve(water, pipe, node_id, state="open"):
    line = pipe.line if pipe.start == node_id else pipe.line[::-1]
    point = rounded(point_along(line, min(2500, line_length(line) / 3)))
    n = len(water.valves) + 1
    water.valves.append(Valve(f"S{n:04d}", pipe.id, node_id, point, state, works=n % 61 != 17))


def _add_services(water, buildings):
    by_street = defaultdict(list)
    for pipe in water.pipes.values():
        if pipe.status == "Open" and pipe.id not in _supply_ids(water):
            by_street[pipe.street].append(pipe)
    everything = [p for name in sorted(by_street) for p in by_street[name]]
    for building in buildings:
        if building.use in NO_SERVICE or not building.in_gml:
            continue
        gap, point, pipe = _best_pipe(building.entrance(), by_street.get(building.street) or everything)
        if gap > 150_000:
            gap, point, pipe = _best_pipe(building.entrance(), everything)
        if gap > 400_000:
            continue
        customers = max(1, building.people.get("dwellings", 0))
        water.services.append(Service(building, pipe.id, point, customers))
        _share_demand(water, pipe, building)


def _best_pipe(p, pipes):
    found = [(*nearest_on(p, pipe.line), pipe) for pipe in pipes]
    return min(found, key=lambda f: (f[0], f[2].id))


def _share_demand(water, pipe, building):
    homes = building.people.get("people", 0) * LITRES_PER_PERSON / 86400
    trade = DAILY_M3.get(building.use, 0.3 if not homes else 0.0) * 1000 / 86400
    for end in (pipe.start, pipe.end):
        water.nodes[end].homes_lps += homes / 2
        water.nodes[end].trade_lps += trade / 2


def node_height(node):
    """Elevation of a node in metres: pipes lie 1.2 m under the ground."""
    return height_mm(node.point) / 1000 - 1.2
