"""Cutting plane rings into triangles by ears, so that any terrain height stays planar."""

from .plane import crossing, distance


def triangulate(ring, holes=()):
    """Triangles (counter-clockwise) of an open counter-clockwise ring with clockwise holes."""
    points = list(ring)
    for hole in holes:
        points = _bridge(points, list(hole))
    out = []
    while len(points) > 3:
        k = _ear(points)
        n = len(points)
        out.append((points[k - 1], points[k], points[(k + 1) % n]))
        del points[k]
    return [t for t in [*out, tuple(points)] if _turn(*t) > 0]


def _turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _ear(points):
    """Index of the fattest ear near the front: convex, with no other point inside."""
    n = len(points)
    best = None
    for k in range(n):
        a, b, c = points[k - 1], points[k], points[(k + 1) % n]
        turn = _turn(a, b, c)
        if turn > 0 and not any(_in_triangle(p, a, b, c) for p in points if p not in (a, b, c)):
            longest = max(distance(a, b), distance(b, c), distance(c, a))
            key = (-turn / longest ** 2, k)
            best = min(best, key) if best else key
    if best is None:
        return next(k for k in range(n) if _turn(points[k - 1], points[k], points[(k + 1) % n]) >= 0)
    return best[1]


def _in_triangle(p, a, b, c):
    return _turn(a, b, p) >= 0 and _turn(b, c, p) >= 0 and _turn(c, a, p) >= 0


def _bridge(points, hole):
    """The ring with the hole joined in by a double edge that crosses nothing."""
    pairs = sorted((distance(p, q), i, j) for i, p in enumerate(points) for j, q in enumerate(hole))
    for _, i, j in pairs:
        if _clear(points[i], hole[j], points) and _clear(points[i], hole[j], hole):
            turned = hole[j:] + hole[:j + 1]
            return points[:i + 1] + turned + points[i:]
    raise ValueError("no bridge to the hole")


def _clear(p, q, ring):
    return not any(crossing(p, q, a, b) for a, b in zip(ring, ring[1:] + ring[:1])
                   if a not in (p, q) and b not in (p, q))
