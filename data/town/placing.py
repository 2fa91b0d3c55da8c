"""Placing the buildings: walk along every street and set houses where ground is free."""

from random import Random

from . import settings
from .building import Body, Building
from .lattice import STEP, Frame, frame_towards, rect
from .plane import distance, bearing, left_normal, line_length, point_along, turn_between
from .shapes import block
from .styles import STYLES, Group, Unit

MAX_BEND = 14                 # degrees a street may turn along one group


def place_along_streets(streets, taken):
    """Buildings on both sides of every street that has a building style."""
    out = []
    for n, line in enumerate(streets.lines):
        for side, style in enumerate(line.road.build):
            if style:
                walk = _Walk(n, line, side, style, taken)
                out.extend(walk.run())
    return out


class _Walk:
    """One side of one line, walked so that the houses stand on the left."""

    def __init__(self, n, line, side, style, taken):
        self.n, self.side, self.taken, self.road = n, side, taken, line.road
        self.line = line.points if side == 0 else line.points[::-1]
        self.length = line_length(self.line)
        self.style = STYLES[style]
        self.rng = Random(f"{settings.SEED}-houses-{n}-{side}")
        self.out = []

    def run(self):
        s = 2000.0
        while s < self.length - 5000:
            group = self.style(self.rng)
            s += self._try(group, s)
        return self.out

    def _try(self, group, s):
        """Set the group at arc length s, or a smaller one; returns the advance."""
        while group.units:
            frame = self._frame(group, s)
            if frame and self._fits(group, frame):
                self._build(group, frame, s)
                self._garage(group, frame)
                return group.width * STEP + group.gap * 1000
            if len(group.units) == 1:
                break
            group = Group(group.units[:-1], group.setback, group.gap, group.margin, group.garage)
        return 2500

    def _frame(self, group, s):
        end = s + group.width * STEP
        if end > self.length:
            return None
        a, b = point_along(self.line, s), point_along(self.line, end)
        first = bearing(point_along(self.line, s - 500), point_along(self.line, s + 500))
        last = bearing(point_along(self.line, end - 500), point_along(self.line, end + 500))
        if distance(a, b) < 1000 or turn_between(first, last) > MAX_BEND:
            return None
        nx, ny = left_normal(a, b)
        off = (self.road.half_free + group.setback) * 1000
        start = (a[0] + nx * off, a[1] + ny * off)
        return frame_towards(start, (start[0] + b[0] - a[0], start[1] + b[1] - a[1]))

    def _fits(self, group, frame):
        m = round(group.margin * 4)
        ring = rect(-m, -1, group.width + m, group.depth + 2 * m)
        return self.taken.free(frame.ring(ring))

    def _build(self, group, frame, s):
        i = 0
        for unit in group.units:
            ox, oy = frame.at(i, 0)
            own = Frame(ox, oy, frame.a, frame.b)
            self._add(unit, own, s + i * STEP)
            i += unit.width

    def _add(self, unit, frame, s, order=True):
        outline, holes, pieces = unit.shape
        front = (2 * (unit.width // 4) or 2, 0)
        building = Building(unit.use, frame, outline, unit.bodies, unit.year, holes, pieces, front=front)
        if order:
            along = s if self.side == 0 else self.length - s
            building.street, building.order = self.road.name, (self.side, self.n, along)
        for ring in building.piece_rings():
            self.taken.add(ring)
        self.out.append(building)

    def _garage(self, group, frame):
        """A garage beside the group, set back a little, and sometimes a garden shed."""
        if self.rng.random() < group.garage:
            wide = self.rng.choice([12, 12, 24])
            self._extra(frame, group.width + 3, 6 + 2 * self.rng.randint(0, 6), wide, 24, "garage")
        if group.garage > 0.15 and self.rng.random() < 0.04:
            self._extra(frame, 2 * self.rng.randint(0, 6), group.depth + 20, 12, 10, "shed")

    def _extra(self, frame, i, j, w, d, use):
        m = 2
        if not self.taken.free(frame.ring(rect(i - m, j - m, i + w + m, j + d + m))):
            return
        ox, oy = frame.at(i, j)
        height = 2600 if use == "garage" else 2300
        unit = Unit(w, use, 1990, block(w, d), [Body(rect(0, 0, w, d), height)])
        self._add(unit, Frame(ox, oy, frame.a, frame.b), 0, order=False)


def number_houses(buildings):
    """House numbers: odd on the left, even on the right, in walking order."""
    streets = {}
    for b in buildings:
        if b.order:
            streets.setdefault(b.street, []).append(b)
    for name in sorted(streets):
        for side in (0, 1):
            row = sorted((b for b in streets[name] if b.order[0] == side), key=lambda b: b.order)
            number = 1 + side
            for k, b in enumerate(row):
                suffix = "a" if k % 17 == 9 else ""
                if suffix:
                    number -= 2
                b.number = f"{number}{suffix}"
                number += 2
