"""Building styles along a street: each call draws the next group of houses."""

from dataclasses import dataclass

from .building import Body
from .lattice import steps
from .shapes import block, chamfered, ell, tee


@dataclass
class Unit:
    """One house of a group, still without a place."""
    width: int                  # lattice steps along the street
    use: str
    year: int
    shape: tuple                # outline, holes, pieces; starting at (0, 0)
    bodies: list


@dataclass
class Group:
    """Houses that share party walls, and the room around them (metres)."""
    units: list
    setback: float
    gap: float
    margin: float
    garage: float = 0.0         # chance of a garage beside it

    @property
    def width(self):
        return sum(u.width for u in self.units)

    @property
    def depth(self):
        return max(max(j for _, j in u.shape[0]) for u in self.units)


def _unit(use, year, shape, levels, storey, roof, pitch, along="i"):
    """A house with one body; the pitch is rise over half the span."""
    outline = shape[0]
    span = max(j for _, j in outline) if along == "i" else max(i for i, _ in outline)
    eave = 100 * round((levels * storey + 0.4) * 10)
    rise = 0 if roof == "flat" else max(800, 100 * round(pitch * span * 0.125 * 10))
    if len(outline) != 4:
        roof, rise = "flat", 0
    if roof == "shed":
        rise = 100 * round(rise / 150)
    body = Body(outline, eave, roof, rise, along, levels=levels, holes=shape[1])
    return Unit(max(i for i, _ in outline), use, year, shape, [body])


def core(rng, use="residential"):
    """Old town: narrow houses wall to wall, steep roofs."""
    depth = steps(rng.uniform(9.5, 13))
    units = []
    for _ in range(rng.randint(2, 6)):
        width = steps(rng.uniform(8, 14.5))
        along = "j" if width < depth and rng.random() < 0.35 else "i"
        roof = rng.choices(["gabled", "hipped", "flat"], [8, 1, 1])[0]
        if width > depth and along == "j":
            along = "i"
        units.append(_unit(use, rng.randint(1530, 1910), block(width, depth), rng.choice([2, 3, 3, 3, 4]),
                           rng.choice([2.7, 2.8, 3.0]), roof, rng.uniform(0.85, 1.15), along))
    if rng.random() < 0.12:
        units[-1] = _unit(use, rng.randint(1890, 1960), chamfered(steps(10), depth, 8), 3, 3.2, "flat", 0)
    return Group(units, 0.6, rng.choice([1.5, 2.5, 4, 6]), 0.7)


def shops(rng):
    """Old town with shops on the ground floor."""
    return core(rng, "retail")


def town(rng):
    """Blocks of the years around 1900, in short rows or alone."""
    depth, year = steps(rng.uniform(11, 13)), rng.randint(1878, 1962)
    units = []
    for _ in range(rng.choice([1, 1, 2, 2, 3])):
        width = steps(rng.uniform(14, 21))
        use = rng.choices(["apartments", "retail", "office"], [7, 2, 1])[0]
        roof = rng.choice(["gabled", "hipped", "gabled", "flat"])
        units.append(_unit(use, year + rng.randint(0, 4), block(width, depth), rng.choice([3, 3, 4]), 3.1,
                           roof, rng.uniform(0.6, 0.95)))
    return Group(units, 2.0, rng.uniform(5, 10), 1.5)


def villa(rng):
    width, depth = steps(rng.uniform(12, 15)), steps(rng.uniform(11, 13))
    roof = rng.choice(["hipped", "pyramidal", "hipped", "gabled"])
    if roof == "pyramidal":
        depth = width
    along = "i" if width >= depth else "j"
    unit = _unit(rng.choice(["detached", "detached", "apartments"]), rng.randint(1894, 1938),
                 block(width, depth), rng.choice([2, 2, 3]), 3.2, roof, rng.uniform(0.6, 0.9), along)
    return Group([unit], 5.0, rng.uniform(12, 18), 2.5, 0.2)


def house(rng):
    """Detached houses of the last decades."""
    width, depth = steps(rng.uniform(9, 12)), steps(rng.uniform(8, 10.5))
    year = rng.randint(1952, 2018)
    roof = rng.choices(["gabled", "hipped", "shed", "pyramidal", "flat"], [14, 3, 1, 1, 1])[0]
    levels, shape = rng.choice([1, 1, 2, 2]), block(width, depth)
    if roof == "pyramidal":
        shape = block(width, width)
    elif rng.random() < 0.1:
        shape = ell(width + 4, depth + 8, 28)
    elif rng.random() < 0.04:
        shape = tee(width + 8, depth + 6, 24)
    along = rng.choice("ij")
    if roof == "hipped":
        along = "i" if width >= depth else "j"
    unit = _unit("house", year, shape, levels, 2.8, roof, rng.uniform(0.6, 1.0), along)
    if len(shape[0]) == 6:
        unit.bodies = _bar_and_wing(shape)
    return Group([unit], rng.uniform(3.5, 6), rng.uniform(9, 16), 3.5, 0.2)


def _bar_and_wing(shape):
    """An L-shaped house as two parts, the wing lower than the bar."""
    bar, wing = shape[2]
    return [Body(bar, 5600, "gabled", 3500, "i", levels=2, name="bar"),
            Body(wing, 3200, "flat", 0, levels=1, name="wing")]


def semi(rng):
    """Two mirrored houses."""
    width, depth, year = steps(rng.uniform(7, 8.5)), steps(rng.uniform(9.5, 11)), rng.randint(1958, 2014)
    levels, pitch = rng.choice([1, 2, 2]), rng.uniform(0.6, 0.95)
    units = [_unit("semidetached_house", year, block(width, depth), levels, 2.8, "gabled", pitch)
             for _ in range(2)]
    return Group(units, rng.uniform(3.5, 5), rng.uniform(9, 15), 3.5, 0.15)


def terrace(rng):
    width, depth, year = steps(rng.uniform(6, 7)), steps(rng.uniform(10, 12)), rng.randint(1966, 2012)
    roof, pitch = rng.choice(["gabled", "gabled", "shed"]), rng.uniform(0.55, 0.8)
    units = [_unit("terrace", year, block(width, depth), 2, 2.8, roof, pitch)
             for _ in range(rng.randint(3, 6))]
    return Group(units, 3.5, rng.uniform(9, 15), 3)


def apartment(rng):
    year = rng.randint(1956, 2016)
    if rng.random() < 0.07:
        unit = _unit("apartments", year, block(68, 68), rng.choice([7, 8, 9]), 2.8, "flat", 0)
    else:
        width, depth = steps(rng.uniform(20, 34)), steps(rng.uniform(11.5, 13.5))
        roof = "flat" if 1964 < year < 1984 else rng.choice(["hipped", "gabled", "flat"])
        unit = _unit("apartments", year, block(width, depth), rng.choice([3, 3, 4, 4, 5]), 2.8, roof,
                     rng.uniform(0.5, 0.7))
    return Group([unit], 6.0, rng.uniform(10, 16), 3.5)


def commerce(rng):
    width, depth = steps(rng.uniform(24, 40)), steps(rng.uniform(17, 26))
    unit = _unit(rng.choice(["commercial", "commercial", "office", "retail"]), rng.randint(1972, 2020),
                 block(width, depth), rng.choice([1, 2, 2, 3]), 3.9, "flat", 0)
    return Group([unit], 9.0, rng.uniform(12, 18), 4.0)


def works(rng):
    width, depth = steps(rng.uniform(28, 56)), steps(rng.uniform(20, 34))
    roof = rng.choice(["flat", "flat", "gabled", "shed"])
    unit = _unit(rng.choice(["industrial", "industrial", "warehouse"]), rng.randint(1958, 2019),
                 block(width, depth), 1, rng.choice([6.5, 8.0, 9.5]), roof, 0.22)
    return Group([unit], 9.0, rng.uniform(14, 22), 5.0)


def farm(rng):
    if rng.random() < 0.5:
        unit = _unit("barn", rng.randint(1880, 1990), block(steps(rng.uniform(18, 26)), steps(13)), 1, 4.5,
                     "gabled", 0.8)
    else:
        unit = _unit("farm", rng.randint(1850, 1975), block(steps(rng.uniform(12, 16)), steps(10)), 2, 2.8,
                     "gabled", 0.9)
    return Group([unit], 5.0, rng.uniform(8, 12), 3.0)


STYLES = {f.__name__: f for f in (core, shops, town, villa, house, semi, terrace, apartment,
                                  commerce, works, farm)}
