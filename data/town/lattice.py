"""A building's own lattice: exact right angles on integer millimetres.

Every building is drawn on a square lattice of about 250 mm whose two axes are
integer vectors at right angles.  Corners, ridges and windows are lattice
points, so walls are at exact right angles and roof planes exactly flat, with
no rounding anywhere.
"""

from dataclasses import dataclass

from .plane import distance

STEP = 250                    # nominal lattice step, millimetres


@dataclass(frozen=True)
class Frame:
    """Origin and axis of a lattice; the other axis is the axis turned left."""
    ox: int
    oy: int
    a: int
    b: int

    def at(self, i, j):
        return (self.ox + i * self.a - j * self.b, self.oy + i * self.b + j * self.a)

    def ring(self, cells):
        return [self.at(i, j) for i, j in cells]


def frame_towards(origin, target):
    """A lattice at origin whose first axis points to target."""
    scale = STEP / distance(origin, target)
    return Frame(round(origin[0]), round(origin[1]),
                 round((target[0] - origin[0]) * scale), round((target[1] - origin[1]) * scale))


def fine_frame(origin):
    """A lattice of 1 mm, for round shapes."""
    return Frame(round(origin[0]), round(origin[1]), 1, 0)


def steps(metres):
    """Metres as an even number of lattice steps."""
    return 2 * round(metres * 2)


def rect(i0, j0, i1, j1):
    """Counter-clockwise lattice ring of a rectangle."""
    return [(i0, j0), (i1, j0), (i1, j1), (i0, j1)]
