"""The power grid: one substation, a medium-voltage ring run open, low-voltage trees."""

from collections import defaultdict
from dataclasses import dataclass, field

from .furniture import small_square
from .land import world
from .netlines import chains
from .plane import distance, line_length, moved, rounded
from .streets import DRIVEN, Graph

SHIFT = (-1500, -1000)         # cables run on the other side than the water mains
STATIONS = [                   # transformer stations in ring order (plan points)
    (1090, 215), (888, 200), (842, 140), (640, 289), (420, 362), (200, 362), (2, 290), (-100, 30),
    (-440, 174), (-640, 100), (-440, -117), (-256, -184),
    (-120, -517), (20, -664), (220, -517), (430, -148), (640, -78), (905, -100)]
NORTH = [(100, 724), (-203, 732), (-500, 705)]     # a spur over the level crossing
OPEN_AFTER = 9                 # the ring is open between the 9th and the 10th station
NO_POWER = {"shed", "water_tank", "clarifier"}


@dataclass
class Site:
    """A substation, transformer station or cabinet."""
    id: str
    kind: str
    vertex: tuple                # street vertex the cables come through
    point: tuple                 # where it stands
    station: str = ""            # feeding transformer station (cabinets)
    customers: int = 0


@dataclass
class Cable:
    id: str
    kind: str                    # mv_cable, lv_cable
    start: str
    end: str
    line: list
    feeder: str = ""
    energised: bool = True


@dataclass
class Switch:
    id: str
    at: str                      # site it stands in
    cable: str
    closed: bool
    normally_open: bool = False


@dataclass
class Power:
    sites: dict = field(default_factory=dict)
    cables: list = field(default_factory=list)
    switches: list = field(default_factory=list)
    services: list = field(default_factory=list)      # (building, cabinet id)


def build_power(streets, buildings, free):
    lines = [line for line in streets.lines if line.road.kind in DRIVEN - {"trunk", "trunk_link"}]
    graph = Graph(lines)
    power = Power()
    _add_stations(power, graph, free)
    _add_ring(power, graph)
    _add_cabinets(power, graph, lines, buildings, free)
    return power


def _stand(p, free):
    """A spot near a street vertex where nothing else is."""
    for reach in (3200, 4200, 5200, 6400, 8000, 10000):
        for dx, dy in ((1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (0, 1), (-1, 0), (0, -1)):
            q = (p[0] + dx * reach, p[1] + dy * reach)
            if all(f.free(small_square(q, 900)) for f in free):
                return q
    return rounded(p)


def _add_stations(power, graph, free):
    middle = world((1372, 356))
    vertex = graph.nearest(world((1360, 330)))
    power.sites["UW-1"] = Site("UW-1", "substation", vertex, middle)
    for n, at in enumerate([*STATIONS, *NORTH], start=1):
        vertex = graph.nearest(world(at))
        name = f"TS-{n:02d}"
        power.sites[name] = Site(name, "transformer", vertex, _stand(vertex, free))


def _add_ring(power, graph):
    """The ring and its spur; the tie in the ring's middle stays open."""
    names = [f"TS-{n:02d}" for n in range(1, len(STATIONS) + 1)]
    stops = ["UW-1", *names, "UW-1"]
    for k, (a, b) in enumerate(zip(stops, stops[1:])):
        tie = k == OPEN_AFTER
        feeder = "F1" if k <= OPEN_AFTER else "F2"
        cable = _add_mv(power, graph, a, b, "tie" if tie else feeder)
        cable.energised = not tie
        _add_switches(power, cable, tie)
    spur = ["TS-05", *(f"TS-{len(STATIONS) + n:02d}" for n in range(1, len(NORTH) + 1))]
    for a, b in zip(spur, spur[1:]):
        _add_switches(power, _add_mv(power, graph, a, b, "F1"), False)


def _add_mv(power, graph, a, b, feeder):
    path = graph.path(power.sites[a].vertex, power.sites[b].vertex)
    line = [power.sites[a].point, *moved(path, SHIFT), power.sites[b].point]
    n = sum(1 for c in power.cables if c.kind == "mv_cable") + 1
    power.cables.append(Cable(f"MV-{n:02d}", "mv_cable", a, b, line, feeder))
    return power.cables[-1]


def _add_switches(power, cable, tie):
    """A load switch at both ends; of the tie, the far one is open."""
    for n, site in enumerate((cable.start, cable.end)):
        is_open = tie and n == 1
        power.switches.append(Switch(f"SW-{len(power.switches) + 1:03d}", site, cable.id, not is_open, is_open))


def _add_cabinets(power, graph, lines, buildings, free):
    vertices = _cabinet_vertices(lines)
    served = _nearest_cabinets(vertices, buildings)
    used = sorted({v for v in served.values()})
    names = {v: f"KVS-{n:03d}" for n, v in enumerate(used, start=1)}
    for v in used:
        power.sites[names[v]] = Site(names[v], "cabinet", v, _stand(v, free))
    _hang_cabinets(power, graph, names)
    for n, building in enumerate(buildings):
        if n in served:
            site = power.sites[names[served[n]]]
            site.customers += 1
            power.services.append((building, site.id))


def _cabinet_vertices(lines):
    """Branchings, ends and middles of long stretches of the streets."""
    out = set()
    for chain in chains([line for line in lines if line.road.kind != "service"]):
        out.update((chain[0], chain[-1]))
        if line_length(chain) > 140_000 and len(chain) > 2:
            out.add(chain[len(chain) // 2])
    return sorted(out)


def _nearest_cabinets(vertices, buildings):
    grid = defaultdict(list)
    for v in vertices:
        grid[v[0] // 200_000, v[1] // 200_000].append(v)
    out = {}
    for n, building in enumerate(buildings):
        if building.use in NO_POWER or not building.in_gml:
            continue
        p = building.entrance()
        cx, cy = p[0] // 200_000, p[1] // 200_000
        near = [v for i in (-1, 0, 1) for j in (-1, 0, 1) for v in grid.get((cx + i, cy + j), ())]
        if near:
            out[n] = min(near, key=lambda v: (distance(v, p), v))
    return out


def _hang_cabinets(power, graph, names):
    """Cables from every cabinet to the next site on its way to a transformer."""
    stations = {s.vertex: s for s in power.sites.values() if s.kind == "transformer"}
    tree = graph.tree(sorted(stations))
    for vertex in sorted(names):
        site = power.sites[names[vertex]]
        path = [vertex]
        while path[-1] not in stations and (len(path) == 1 or path[-1] not in names):
            path.append(tree[path[-1]][1])
        site.station = stations[tree[vertex][2]].id
        top = stations[path[-1]] if path[-1] in stations else power.sites[names[path[-1]]]
        line = [top.point, *moved(path[::-1], SHIFT), site.point]
        n = sum(1 for c in power.cables if c.kind == "lv_cable") + 1
        power.cables.append(Cable(f"LV-{n:03d}", "lv_cable", top.id, site.id, line, site.station))
