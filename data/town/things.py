"""City objects besides buildings: roads, bridges, water, green, furniture, terrain.

A Thing is neutral; each file format writes it in its own words.
"""

from dataclasses import dataclass, field

from .land import bypass_height_mm, height_mm, plan, river_v, terrain_plan, world
from .plane import corridor, cut_line, line_length, offset_line, rounded
from .shapes import round_tank
from .solids import Surface, prism
from .streets import DRIVEN
from .triangles import triangulate

MAIN_ROADS = {"primary", "secondary", "tertiary"}
TIN_STEP = 100                 # metres between terrain points
TIN_BOX = (504_300, 5_381_700, 507_700, 5_384_300)       # metres


@dataclass
class Template:
    """A relative geometry, millimetres around (0, 0, 0), facing north."""
    key: str
    surfaces: list


@dataclass
class Thing:
    """One city object; surfaces are (kind, function, list of Surface)."""
    id: str
    kind: str
    name: str = ""
    cls: str = ""
    function: str = ""
    attributes: list = field(default_factory=list)
    surfaces: list = field(default_factory=list)     # multi-surface content
    solid: list = field(default_factory=list)        # closed shell
    areas: list = field(default_factory=list)        # parts: (id, kind, function, surfaces)
    template: str = ""
    point: tuple = ()
    facing: float = 0.0
    scale: float = 1.0
    extra: dict = field(default_factory=dict)
    members: list = field(default_factory=list)


def on_ground(ring):
    return [(*p, height_mm(p)) for p in ring]


def ground_triangles(ring, holes=()):
    """The terrain over a ring, as upward triangles."""
    return [Surface("", [on_ground(t)]) for t in triangulate(ring, holes)]


def strip(left, right, height):
    """Upward triangles between two lines with equal numbers of points."""
    left, right = [rounded(p) for p in left], [rounded(p) for p in right]
    out = []
    for a, b, c, d in zip(right, right[1:], left[1:], left):
        p, q, r, s = ((*v, height(v)) for v in (a, b, c, d))
        out += [Surface("", [[p, q, r]]), Surface("", [[p, r, s]])]
    return out


def roads(town):
    """One road per name: carriageways and pavements of the main roads."""
    by_name = {}
    for line in town.streets.lines:
        if line.road.kind in MAIN_ROADS and line.road.layer == 0:
            by_name.setdefault(line.road.name, []).append(line)
    return [_road(n, name, lines) for n, (name, lines) in enumerate(sorted(by_name.items()), start=1)]


def _road(n, name, lines):
    road = Thing(f"LF_ROAD_{n:02d}", "Road", name, "1040", lines[0].road.kind)
    drive, walk = [], []
    for line in lines:
        half = line.road.width * 500
        drive += strip(offset_line(line.points, half), offset_line(line.points, -half), height_mm)
        if line.road.tags.get("sidewalk") == "both":
            for inner, outer in ((half, half + 1500), (-half - 1500, -half)):
                walk += strip(offset_line(line.points, outer), offset_line(line.points, inner), height_mm)
    road.areas.append((f"{road.id}_T", "TrafficArea", "driving_lane", drive))
    if walk:
        road.areas.append((f"{road.id}_A", "AuxiliaryTrafficArea", "footpath", walk))
    return road


def bridges(town):
    out = []
    for line in town.streets.lines:
        if line.road.tags.get("bridge") == "yes":
            name = line.road.tags.get("bridge:name") or line.road.name or "Eisenbahnbrücke Nordstraße"
            out.append(_bridge(f"LF_BRIDGE_{len(out) + 1}", name, line))
    return out


def _bridge(thing_id, name, line):
    """A deck as a flat slab from abutment to abutment."""
    a, b = line.points[0], line.points[-1]
    half = float(line.road.tags.get("width", line.road.width)) * 500
    top = max(height_mm(a), height_mm(b)) + 150
    ring = [rounded(p) for p in corridor([a, b], half, half)]
    slab = prism(ring, [], top - 900, top, "OuterCeilingSurface", "RoofSurface")
    kind = "railway" if line.road.kind == "rail" else line.road.kind
    year = 1480 if name == "Alte Brücke" else 1966
    return Thing(thing_id, "Bridge", name, "1000", kind, solid=slab, extra={"year": year})


def tunnels(town):
    out = []
    for line in town.streets.lines:
        if line.road.tags.get("tunnel:name"):
            floor = min(bypass_height_mm(p) for p in line.points)
            ring = [rounded(p) for p in corridor(line.points, 5200, 5200)]
            tube = prism(ring, [], floor, floor + 6800)
            own, name = f"LF_TUNNEL_{len(out) + 1}", line.road.tags["tunnel:name"]
            out.append(Thing(own, "Tunnel", name, "1000", "trunk", solid=tube, extra={"year": 2003}))
    return out


def waters(town):
    """The river with its surface and bed, and the pond."""
    us = range(-1640, 1641, 40)

    def level(p):
        u = plan(p)[0]
        return round(1000 * terrain_plan(u, river_v(u)))

    left, right = ([world((u, river_v(u) + side)) for u in us] for side in (11, -11))
    top = strip(left, right, level)
    bed = strip(left, right, lambda p: level(p) - 1600)
    river = Thing("LF_WATER_1", "WaterBody", "Erlach", "1000", "river",
                  areas=[("LF_WATER_1_S", "WaterSurface", "", top), ("LF_WATER_1_G", "WaterGroundSurface", "", bed)])
    ring = town.areas["pond"].ring
    z = min(height_mm(p) for p in ring) - 300
    flat = [Surface("", [[(*p, z) for p in ring]])]
    pond = Thing("LF_WATER_2", "WaterBody", "Ostparkteich", "1050", "pond",
                 areas=[("LF_WATER_2_S", "WaterSurface", "", flat)])
    return [river, pond]


def land_uses(town):
    out = []
    for key, area in town.areas.items():
        use = area.tags.get("landuse") or area.tags.get("leisure")
        if use and use != "forest" and use != "playground":
            thing = Thing(f"LF_LAND_{len(out) + 1:02d}", "LandUse", area.tags.get("name", ""), "1000", use,
                          surfaces=ground_triangles(area.ring, area.holes), extra={"area": key})
            out.append(thing)
    return out


def plant_covers(town):
    out = []
    for key in ("forest", "wood_south"):
        area = town.areas[key]
        out.append(Thing(f"LF_PLANTS_{len(out) + 1}", "PlantCover", area.tags["name"], "1000", area.tags["leaf_type"],
                         surfaces=ground_triangles(area.ring, area.holes), extra={"height": 18.0 + len(out)}))
    return out


def templates():
    """Relative geometries for implicit representations."""
    pole = prism(_square(60), [], 0, 8000)
    arm = prism([(-90, 60), (90, 60), (90, 1260), (-90, 1260)], [], 7850, 8000)
    post = prism(_square(180), [], 0, 120)
    body = prism([(-60, -150), (60, -150), (60, 150), (-60, 150)], [], -60, 60)
    trunk = prism(_square(180), [], 0, 3000)
    return {t.key: t for t in (Template("TPL_LAMP", pole + arm), Template("TPL_TREE", trunk + _crown()),
                               Template("TPL_HYDRANT", post), Template("TPL_CAMERA", body))}


def _square(half):
    return [(-half, -half), (half, -half), (half, half), (-half, half)]


def _crown():
    """A double pyramid from 2.5 m to 10 m, 5.5 m wide."""
    ring = [(2750, 0), (0, 2750), (-2750, 0), (0, -2750)]
    low, high, mid = (0, 0, 2500), (0, 0, 10000), 5500
    out = []
    for a, b in zip(ring, ring[1:] + ring[:1]):
        out += [Surface("", [[(*a, mid), (*b, mid), high]]), Surface("", [[(*b, mid), (*a, mid), low]])]
    return out


def trees(town):
    return [Thing(f"LF_TREE_{t.ref[1:]}", "SolitaryVegetationObject", "", "1070", "1000", template="TPL_TREE",
                  point=(*t.point, height_mm(t.point)), scale=t.height / 10,
                  extra={"species": t.tags["species"], "height": t.height, "crown": float(t.tags["diameter_crown"])})
            for t in town.trees]


def furniture(town):
    """Lamps, hydrants and cameras."""
    out = [Thing(f"LF_LAMP_{x.ref[1:]}", "CityFurniture", "", "1000", "street_lamp", template="TPL_LAMP",
                 point=(*x.point, height_mm(x.point)), facing=x.facing, scale=x.height / 8, extra={"ref": x.ref})
           for x in town.lamps]
    out += [Thing(f"LF_HYDRANT_{x.id[1:]}", "CityFurniture", "", "1000", "hydrant", template="TPL_HYDRANT",
                  point=(*x.point, height_mm(x.point)), extra={"ref": x.id})
            for x in town.water.nodes.values() if x.kind == "hydrant"]
    out += [Thing(f"LF_CAMERA_{x.ref[4:]}", "CityFurniture", "", "1000", "surveillance_camera", template="TPL_CAMERA",
                  point=(*x.point, height_mm(x.point) + round(x.height * 1000)), facing=x.direction,
                  extra={"ref": x.ref})
            for x in town.cameras]
    return out


def relief():
    """A coarse regular net of terrain triangles."""
    e0, n0, e1, n1 = TIN_BOX
    out = []
    for e in range(e0, e1, TIN_STEP):
        for n in range(n0, n1, TIN_STEP):
            a, b, c, d = on_ground([(1000 * x, 1000 * y) for x, y in
                                    ((e, n), (e + TIN_STEP, n), (e + TIN_STEP, n + TIN_STEP), (e, n + TIN_STEP))])
            out += [Surface("", [[a, b, c]]), Surface("", [[a, c, d]])]
    return Thing("LF_RELIEF", "TINRelief", "Gelände Lerchenfurt", surfaces=out)


def generic_objects():
    """A fountain and a radio mast."""
    x, y = world((2, 17))
    z = height_mm((x, y))
    basin = prism([(x + i, y + j) for i, j in round_tank(2400, 8)[0]], [], z, z + 900)
    x, y = world((-905, 905))
    z = height_mm((x, y))
    mast = prism([(x + i, y + j) for i, j in round_tank(900, 6)[0]], [], z, z + 42000)
    return [Thing("LF_GENERIC_1", "GenericCityObject", "Marktbrunnen", "1000", "fountain", solid=basin),
            Thing("LF_GENERIC_2", "GenericCityObject", "Funkmast FM-1", "1000", "mast", solid=mast)]


def groups(town):
    members = [b.gml_id for b in town.buildings if b.use == "hospital"]
    return [Thing("LF_GROUP_1", "CityObjectGroup", "Klinikum Erlachtal", "1000", "hospital_campus", members=members)]


def main_street(town):
    """Hauptstraße from the Nordwall to the river as sections and intersections.

    Each entry: (kind, id, [(lane id, direction, surfaces, middle line)]).
    """
    lines = [x for x in town.streets.named("Hauptstraße") if x.ground][:2]
    points = lines[0].points + lines[1].points[1:]
    others = {p for x in town.streets.lines if x.road.kind in DRIVEN and x.road.name != "Hauptstraße" and x.ground
              for p in x.points}
    cuts, run = [], 0.0
    for n, p in enumerate(points):
        run += line_length(points[n - 1:n + 1]) if n else 0
        if p in others:
            cuts.append(run)
    return _street_parts(points, _merged(cuts, 9000, run))


def _merged(cuts, reach, end):
    """Intervals around the cuts, joined where they touch."""
    out = []
    for s in cuts:
        low, high = max(0.0, s - reach), min(end, s + reach)
        if out and low <= out[-1][1] + 2000:
            out[-1] = (out[-1][0], high)
        else:
            out.append((low, high))
    return out


def _street_parts(points, crossings):
    marks = [s for pair in crossings for s in pair if 0 < s < line_length(points) - 1]
    pieces = cut_line(points, marks)
    parts = []
    for n, piece in enumerate(pieces):
        kind = "Intersection" if n % 2 == 0 else "Section"
        part_id = f"LF_MAIN_{kind[0]}{n // 2 + 1:02d}"
        lanes = []
        for key, direction, side in (("F", "forwards", -1), ("B", "backwards", 1)):
            edge = offset_line(piece, side * 3750)
            left, right = (piece, edge) if side < 0 else (edge, piece)
            middle = [(*rounded(p), height_mm(p)) for p in offset_line(piece, side * 1875)]
            lanes.append((f"{part_id}_{key}", direction, strip(left, right, height_mm), middle))
        parts.append((kind, part_id, lanes))
    return parts


def all_things(town):
    """Everything but buildings and terrain, in file order."""
    return [*roads(town), *bridges(town), *tunnels(town), *waters(town), *land_uses(town), *plant_covers(town),
            *trees(town), *furniture(town), *generic_objects(), *groups(town)]
