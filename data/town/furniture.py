"""Street lamps, trees, manholes and benches beside the streets."""

from dataclasses import dataclass, field
from random import Random

from . import settings
from .land import world
from .occupied import Occupied
from .plane import bearing, left_normal, line_length, point_along, rounded

LAMP_KINDS = {"primary", "secondary", "tertiary", "residential", "living_street", "pedestrian", "lane"}


@dataclass
class Item:
    """One thing on the ground: a lamp, a tree, a manhole…"""
    ref: str
    point: tuple
    height: float = 0.0         # metres
    facing: float = 0.0         # compass bearing
    tags: dict = field(default_factory=dict)


def beside(line, spacing, offset, sides, start):
    """Points beside a line, sides in turn: (point, bearing towards the line)."""
    length, n, s = line_length(line), 0, start
    while s < length - start / 2:
        a, b = point_along(line, s - 200), point_along(line, s + 200)
        if a != b:
            side = sides[n % len(sides)]
            nx, ny = left_normal(a, b)
            p = rounded((a[0] + (b[0] - a[0]) / 2 + side * nx * offset,
                         a[1] + (b[1] - a[1]) / 2 + side * ny * offset))
            yield p, (bearing(a, b) + (90 if side > 0 else 270)) % 360
        n += 1
        s += spacing


def small_square(p, half=350):
    return [(p[0] - half, p[1] - half), (p[0] + half, p[1] - half),
            (p[0] + half, p[1] + half), (p[0] - half, p[1] + half)]


def carriageways(streets):
    """The ground that wheels run on."""
    taken = Occupied()
    for line in streets.lines:
        taken.add_line(line.points, line.road.width * 500 + 200)
    return taken


def street_lamps(streets, free):
    lamps = []
    for line in streets.lines:
        road = line.road
        if road.kind not in LAMP_KINDS or road.tags.get("lit") != "yes" or not line.ground:
            continue
        low = road.kind in ("pedestrian", "lane", "living_street")
        sides = (1, 1) if road.kind in ("lane", "pedestrian") else (1, -1)
        for p, facing in beside(line.points, 41_000, road.width * 500 + 700, sides, 14_000):
            if all(f.free(small_square(p)) for f in free):
                tags = {"highway": "street_lamp", "support": "pole", "lamp_type": "electric"}
                lamps.append(Item(f"L{len(lamps) + 1:04d}", p, 4.5 if low else 8.0, facing, tags))
    return lamps


def street_trees(streets, free):
    """Rows of trees along the avenues and the river."""
    rows = {"Kastanienallee": ("Aesculus hippocastanum", 11, 4600), "Bahnhofstraße": ("Tilia cordata", 13, 4700),
            "Lindenstraße": ("Tilia cordata", 12, 4000), "Uferpromenade": ("Platanus x hispanica", 14, 3300),
            "Südstraße": ("Acer platanoides", 10, 5300), "Parkstraße": ("Betula pendula", 11, 4000)}
    trees = []
    for line in streets.lines:
        row = rows.get(line.road.name)
        if row and line.ground:
            species, height, offset = row
            for p, _ in beside(line.points, 15_000, offset, (1, -1), 9_000):
                _add_tree(trees, p, species, height, free)
    return trees


def park_trees(areas, trees, free):
    """Loose trees in the parks and the churchyard."""
    boxes = {"park_west": (-632, -542, 198, 312, 26), "park_east": (652, 832, -216, -48, 60),
             "park_roses": (260, 316, -139, -88, 10), "churchyard": (-150, -66, 64, 106, 8),
             "park_station": (-50, 40, 390, 436, 14), "cemetery": (40, 184, 918, 1000, 24)}
    species = ["Quercus robur", "Acer platanoides", "Tilia cordata", "Fagus sylvatica", "Betula pendula"]
    for key, (u0, u1, v0, v1, count) in boxes.items():
        rng = Random(f"{settings.SEED}-trees-{key}")
        for _ in range(count):
            p = world((rng.uniform(u0, u1), rng.uniform(v0, v1)))
            _add_tree(trees, p, rng.choice(species), rng.randint(7, 21), free)
    return trees


def _add_tree(trees, p, species, height, free):
    if not all(f.free(small_square(p, 900)) for f in free):
        return
    n = len(trees) + 1
    high = height + (n * 7 % 5) - 2
    genus = species.split()[0]
    evergreen = {"leaf_type": "broadleaved", "leaf_cycle": "deciduous"}
    tags = {"natural": "tree", "species": species, "genus": genus, "height": str(high),
            "diameter_crown": str(round(high * 0.55)), **evergreen}
    trees.append(Item(f"T{n:04d}", p, float(high), 0.0, tags))


def manholes(streets):
    """Sewer manholes in the middle of the main streets."""
    out = []
    for line in streets.lines:
        if line.road.kind in ("primary", "secondary", "tertiary") and line.ground:
            for p, _ in beside(line.points, 70_000, 0, (1,), 30_000):
                tags = {"man_made": "manhole", "manhole": "sewer", "utility": "sewerage"}
                out.append(Item(f"K{len(out) + 1:03d}", p, 0.0, 0.0, tags))
    return out
