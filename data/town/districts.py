"""The municipality and its six districts: boundary lines shared by neighbours."""

from .land import rail_v, river_v, world_line
from .plane import inside

WEST, EAST = -1640, 1640

_CUTS = {                      # where the inner borders meet railway and river (plan u)
    "west": (-213, -249), "mid": (422, 185), "east": (842, 838),
}
_INNER = {
    "west": [(-213, 500), (-219, 440), (-226, 395), (-240, 250), (-258, 140), (-262, 60), (-262, 20), (-258, -110),
             (-250, -250), (-249, -298)],
    "mid": [(420, 468), (420, 362), (420, 75), (330, 55), (250, 20), (246, -40), (225, -150), (185, -245)],
    "east": [(842, 440), (842, 286), (842, 62), (842, -226)],
}


def _rail(u):
    return (u, rail_v(u) + 9)


def _river(u):
    return (u, river_v(u))


def _along(f, low, high):
    return [f(u) for u in [low, *range(40 * (low // 40 + 1), high, 40), high]]


def boundary_lines():
    """Name -> (level, open world line); ends that meet are the same points."""
    rail_stops = [WEST, *(c[0] for c in _CUTS.values()), EAST]
    river_stops = [WEST, *(c[1] for c in _CUTS.values()), EAST]
    names = ["1", "2", "3", "4"]
    lines = {f"rail{n}": (9, _along(_rail, a, b)) for n, a, b in zip(names, rail_stops, rail_stops[1:])}
    lines.update({f"river{n}": (9, _along(_river, a, b)) for n, a, b in zip(names, river_stops, river_stops[1:])})
    for key, (rail_u, river_u) in _CUTS.items():
        lines[key] = (9, [_rail(rail_u), *_INNER[key], _river(river_u)])
    lines["outer_north"] = (8, [_rail(EAST), (1640, 1100), (600, 1230), (-150, 1180), (-1100, 1245), (-1640, 1150),
                                _rail(WEST)])
    lines["outer_west"] = (8, [_rail(WEST), (-1655, 100), _river(WEST)])
    lines["outer_south"] = (8, [_river(WEST), (-1640, -1100), (-700, -1230), (300, -1180), (1300, -1220), (1650, -700),
                                _river(EAST)])
    lines["outer_east"] = (8, [_river(EAST), (1655, 200), _rail(EAST)])
    return {k: (level, world_line(points)) for k, (level, points) in lines.items()}


# district: (level, boundary pieces in order; "-" walks a piece backwards)
RINGS = {
    "Lerchenfurt": (8, ["outer_north", "outer_west", "outer_south", "outer_east"]),
    "Altstadt": (9, ["west", "river2", "-mid", "-rail2"]),
    "Westend": (9, ["outer_west", "river1", "-west", "-rail1"]),
    "Oststadt": (9, ["mid", "river3", "-east", "-rail3"]),
    "Mühlfeld": (9, ["east", "river4", "outer_east", "-rail4"]),
    "Nordstadt": (9, ["outer_north", "rail1", "rail2", "rail3", "rail4"]),
    "Südvorstadt": (9, ["outer_south", "-river4", "-river3", "-river2", "-river1"]),
}


def ring_of(lines, name):
    """The open ring of a district, put together from the shared lines."""
    ring = []
    for piece in RINGS[name][1]:
        line = lines[piece.lstrip("-")][1]
        ring.extend((line[::-1] if piece.startswith("-") else line)[:-1])
    return ring


def district_at(rings, p):
    """Name of the district that holds a point, or "" outside the town."""
    return next((name for name, ring in rings.items() if name != "Lerchenfurt" and inside(p, ring)), "")
