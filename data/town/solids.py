"""Closed, outward-oriented shells of building bodies on integer millimetres.

A surface has a semantic kind, rings of (x, y, z) (the first ring counter-
clockwise seen from outside, holes clockwise) and, in LoD3, openings that fill
its holes.
"""

from dataclasses import dataclass, field

STOREY_SILL, WINDOW_HIGH = 900, 1400
WINDOW_WIDE, WINDOW_EVERY, WALL_MARGIN = 5, 12, 5        # lattice steps
DOOR_WIDE, DOOR_SILL, DOOR_HIGH = 6, 150, 2150


@dataclass
class Surface:
    kind: str
    rings: list
    openings: list = field(default_factory=list)
    id: str = ""


def _flat(points, z):
    return [(x, y, z) for x, y in points]


def _wall(a, b, low, high):
    """The wall over edge a-b of a counter-clockwise footprint."""
    return Surface("WallSurface", [[(*a, low), (*b, low), (*b, high), (*a, high)]])


def _edges(ring):
    return zip(ring, ring[1:] + ring[:1])


def prism(outer, holes, low, high, bottom="GroundSurface", top="RoofSurface"):
    """A block with vertical walls; outer counter-clockwise, holes clockwise."""
    floor = [_flat(outer[::-1], low), *(_flat(h[::-1], low) for h in holes)]
    roof = [_flat(outer, high), *(_flat(h, high) for h in holes)]
    walls = [_wall(a, b, low, high) for ring in (outer, *holes) for a, b in _edges(ring)]
    return [Surface(bottom, floor), *walls, Surface(top, roof)]


def body_prism(building, body):
    """LoD1: the body as one block up to its highest point."""
    low = building.ground + body.base
    return prism(building.frame.ring(body.outline), [building.frame.ring(h) for h in body.holes], low,
                 building.ground + body.top)


def body_roofed(building, body):
    """LoD2: the body with its roof."""
    if body.roof == "flat":
        surfaces = body_prism(building, body)
    else:
        surfaces = _with_roof(building, body)
    if body.base:
        surfaces[0].kind = "OuterFloorSurface"
    return surfaces


def _corners(body):
    """Lattice corners of a rectangle, turned so that the ridge runs along 0-1."""
    ring = body.outline
    return ring if body.along == "i" else ring[1:] + ring[:1]


def _middle(a, b):
    return ((a[0] + b[0]) // 2, (a[1] + b[1]) // 2)


def _towards(a, b, n):
    """The lattice point n steps from a towards b on an axis-parallel line."""
    length = abs(b[0] - a[0]) + abs(b[1] - a[1])
    return (a[0] + (b[0] - a[0]) * n // length, a[1] + (b[1] - a[1]) * n // length)


def _size(a, b):
    return abs(b[0] - a[0]) + abs(b[1] - a[1])


class _Roofer:
    """Names for the corner points while a roof is put together."""

    def __init__(self, building, body):
        self.frame, self.body = building.frame, body
        self.low = building.ground + body.base
        self.eave = building.ground + body.eave
        self.ridge = building.ground + body.top
        self.p = _corners(body)

    def at(self, cell, z):
        return (*self.frame.at(*cell), z)

    def wall(self, k, *tops):
        """Wall under edge k; tops are further points from right to left."""
        a, b = self.p[k], self.p[(k + 1) % 4]
        return Surface("WallSurface", [[self.at(a, self.low), self.at(b, self.low), *tops]])

    def plain_wall(self, k):
        a, b = self.p[k], self.p[(k + 1) % 4]
        return self.wall(k, self.at(b, self.eave), self.at(a, self.eave))

    def ground(self):
        return Surface("GroundSurface", [[self.at(c, self.low) for c in self.p[::-1]]])

    def roof(self, *points):
        return Surface("RoofSurface", [list(points)])


def _with_roof(building, body):
    r = _Roofer(building, body)
    build = {"gabled": _gabled, "hipped": _hipped, "pyramidal": _pyramidal, "shed": _shed}[body.roof]
    if body.roof == "hipped" and _size(r.p[0], r.p[1]) < _size(r.p[1], r.p[2]):
        r.p = r.p[1:] + r.p[:1]
    if body.roof == "hipped" and _size(r.p[0], r.p[1]) == _size(r.p[1], r.p[2]):
        build = _pyramidal
    return [r.ground(), *build(r)]


def _gabled(r):
    e = [r.at(c, r.eave) for c in r.p]
    right, left = r.at(_middle(r.p[1], r.p[2]), r.ridge), r.at(_middle(r.p[3], r.p[0]), r.ridge)
    return [r.plain_wall(0), r.wall(1, e[2], right, e[1]), r.plain_wall(2), r.wall(3, e[0], left, e[3]),
            r.roof(e[0], e[1], right, left), r.roof(e[2], e[3], left, right)]


def _hipped(r):
    e = [r.at(c, r.eave) for c in r.p]
    right, left = _middle(r.p[1], r.p[2]), _middle(r.p[3], r.p[0])
    inset = _size(r.p[1], r.p[2]) // 2
    near, far = r.at(_towards(left, right, inset), r.ridge), r.at(_towards(right, left, inset), r.ridge)
    return [*(r.plain_wall(k) for k in range(4)), r.roof(e[0], e[1], far, near), r.roof(e[1], e[2], far),
            r.roof(e[2], e[3], near, far), r.roof(e[3], e[0], near)]


def _pyramidal(r):
    e = [r.at(c, r.eave) for c in r.p]
    tip = r.at(_middle(_middle(r.p[0], r.p[1]), _middle(r.p[2], r.p[3])), r.ridge)
    return [*(r.plain_wall(k) for k in range(4)), *(r.roof(e[k], e[(k + 1) % 4], tip) for k in range(4))]


def _shed(r):
    e = [r.at(c, r.eave) for c in r.p]
    back_right, back_left = r.at(r.p[2], r.ridge), r.at(r.p[3], r.ridge)
    return [r.plain_wall(0), r.wall(1, back_right, e[1]), r.wall(2, back_left, back_right), r.wall(3, e[0], back_left),
            r.roof(e[0], e[1], back_right, back_left)]


def body_detailed(building, body):
    """LoD3: the LoD2 shell with windows and, on the front wall, a door."""
    surfaces = body_roofed(building, body)
    storey = (body.eave - body.base - 400) // max(body.levels, 1)
    for surface in surfaces:
        if surface.kind == "WallSurface":
            _add_openings(building, body, surface, storey)
    return surfaces


def _add_openings(building, body, wall, storey):
    a, b = wall.rings[0][0], wall.rings[0][1]
    along = _lattice_axis(building.frame, a, b)
    if along is None:
        return
    step, length = along
    door = _door_at(building, a, step, length)
    floor = building.ground + body.base
    if door is not None:
        _add_opening(wall, "DoorSurface", a, step, door, DOOR_WIDE, floor + DOOR_SILL, floor + DOOR_SILL + DOOR_HIGH)
    for level in range(body.levels):
        sill = floor + level * storey + STOREY_SILL
        for k in range(WALL_MARGIN, length - WALL_MARGIN - WINDOW_WIDE + 1, WINDOW_EVERY):
            if level == 0 and door is not None and k - 1 < door + DOOR_WIDE and door < k + WINDOW_WIDE + 1:
                continue
            _add_opening(wall, "WindowSurface", a, step, k, WINDOW_WIDE, sill, sill + WINDOW_HIGH)


def _lattice_axis(frame, a, b):
    """((dx, dy) of one lattice step from a to b, number of steps), or None."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    for ux, uy in ((frame.a, frame.b), (-frame.b, frame.a), (-frame.a, -frame.b), (frame.b, -frame.a)):
        n = (dx * ux + dy * uy) // (ux * ux + uy * uy)
        if n > 0 and (ux * n, uy * n) == (dx, dy):
            return (ux, uy), n
    return None


def _door_at(building, a, step, length):
    """First step of the door on this wall, or None if the entrance is elsewhere."""
    x, y = building.entrance()
    square = step[0] ** 2 + step[1] ** 2
    n, rest = divmod((x - a[0]) * step[0] + (y - a[1]) * step[1], square)
    off = (x - a[0]) * step[1] - (y - a[1]) * step[0]
    if rest or off or not DOOR_WIDE < n < length - DOOR_WIDE:
        return None
    return n - DOOR_WIDE // 2


def _add_opening(wall, kind, a, step, k, wide, low, high):
    left = (a[0] + step[0] * k, a[1] + step[1] * k)
    right = (left[0] + step[0] * wide, left[1] + step[1] * wide)
    ring = [(*left, low), (*right, low), (*right, high), (*left, high)]
    wall.rings.append(ring[::-1])
    wall.openings.append(Surface(kind, [ring]))


def box_room(building, body, low, high, inset=2):
    """A room inside a rectangular body: floor, walls and ceiling of a closed block."""
    (i0, j0), _, (i1, j1), _ = body.outline
    ring = building.frame.ring([(i0 + inset, j0 + inset), (i1 - inset, j0 + inset), (i1 - inset, j1 - inset),
                                (i0 + inset, j1 - inset)])
    surfaces = prism(ring, [], building.ground + low, building.ground + high, "FloorSurface", "CeilingSurface")
    for surface in surfaces[1:-1]:
        surface.kind = "InteriorWallSurface"
    return surfaces
