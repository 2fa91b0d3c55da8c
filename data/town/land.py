"""The lie of the land: plan coordinates, their gentle warp, and the terrain.

The town is drawn in plan metres around (0, 0).  A smooth warp bends every
drawn line a little, so that nothing looks ruled; heights are a closed formula
in plan coordinates.
"""

from math import cos, exp, sin

from . import settings
from .plane import densify, rounded, simplify, smooth


def _shift(u, v):
    return (18 * sin(v / 210 + 0.8) + 6 * sin(u / 130 - v / 170),
            20 * sin(u / 240 + 0.4) + 6 * sin(v / 120 + u / 190 + 1.1))


def world(p):
    """World millimetres (integers) of a plan point."""
    du, dv = _shift(*p)
    return rounded(((settings.ORIGIN_E + p[0] + du) * 1000,
                    (settings.ORIGIN_N + p[1] + dv) * 1000))


def plan(p):
    """Plan metres of a world point: the inverse of world()."""
    x, y = p[0] / 1000 - settings.ORIGIN_E, p[1] / 1000 - settings.ORIGIN_N
    u, v = x, y
    for _ in range(8):
        du, dv = _shift(u, v)
        u, v = x - du, y - dv
    return u, v


def world_line(points, curve=False, step=22):
    """A drawn plan line as a world line with just enough vertices."""
    fine = smooth(points, step) if curve else points
    warped = [world(p) for p in densify(fine, step)]
    return simplify(warped, 350)


def world_ring(points, curve=False):
    """A drawn plan ring (open) as an open world ring."""
    return world_line([*points, points[0]], curve)[:-1]


def river_v(u):
    """Plan v of the river's centre line."""
    return -330 + 40 * sin(u / 350) - 0.02 * u


def bypass_v(u):
    """Plan v of the bypass's centre line."""
    return -900 + 50 * sin(u / 500)


def rail_v(u):
    """Plan v of the railway."""
    return 500 + 26 * cos(u / 900 - 0.3)


def terrain_plan(u, v):
    """Height in metres (DHHN2016) of the ground at a plan point."""
    d = v - river_v(u)
    valley = 312 - 0.0022 * u + 7.5 * (1 - exp(-(d / 150) ** 2))
    slope = 0.012 * max(d, 0.0) + 0.006 * max(-d, 0.0)
    channel = 2.6 * exp(-(d / 16) ** 4)
    return (valley + slope - channel + _hill(u, v) + _spur(u, v)
            - _bypass_cutting(u, v) - _underpass(u, v))


def _hill(u, v):
    """The vineyard hill in the north-west, with the water tank on top."""
    return 62 * exp(-((u + 930) / 420) ** 2 - ((v - 860) / 330) ** 2)


def _spur(u, v):
    """The ridge in the south-east that the bypass passes by tunnel."""
    return 34 * exp(-((u - 960) / 130) ** 2 - ((v + 890) / 210) ** 2)


def _bypass_cutting(u, v):
    """The bypass lies low where the main road crosses over it."""
    return 6.5 * exp(-((v - bypass_v(u)) / 26) ** 4 - ((u + 307) / 170) ** 4)


def _underpass(u, v):
    """The main road dips under the railway."""
    return 4.6 * exp(-((u + 213) / 14) ** 4 - ((v - 524) / 45) ** 4)


def height_mm(p):
    """Terrain height in millimetres at a world point."""
    return round(1000 * terrain_plan(*plan(p)))


def bypass_height_mm(p):
    """Height of the bypass: the terrain without the ridge it tunnels."""
    u, v = plan(p)
    return round(1000 * (terrain_plan(u, v) - _spur(u, v)))
