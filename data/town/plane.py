"""Plane geometry on points (x, y): rings, lines, convex pieces.

World points are integer millimetres; the functions take any numbers.
"""

from math import atan2, degrees, hypot


def distance(a, b):
    return hypot(b[0] - a[0], b[1] - a[1])


def between(a, b, t):
    """The point at fraction t of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)


def rounded(p):
    return (round(p[0]), round(p[1]))


def bearing(a, b):
    """Compass bearing in degrees from a to b: 0 north, 90 east."""
    return degrees(atan2(b[0] - a[0], b[1] - a[1])) % 360


def turn_between(first, second):
    """Smallest angle in degrees between two bearings."""
    return abs((second - first + 180) % 360 - 180)


def line_length(line):
    return sum(distance(a, b) for a, b in zip(line, line[1:]))


def point_along(line, s):
    """The point at arc length s of a line, clamped to its ends."""
    for a, b in zip(line, line[1:]):
        step = distance(a, b)
        if s <= step and step > 0:
            return between(a, b, max(s, 0) / step)
        s -= step
    return line[-1]


def densify(line, step):
    """The line with extra points so that no segment is longer than step."""
    out = [line[0]]
    for a, b in zip(line, line[1:]):
        n = max(1, int(distance(a, b) / step + 0.999))
        out.extend(between(a, b, i / n) for i in range(1, n))
        out.append(b)
    return out


def smooth(line, step):
    """A Catmull-Rom curve through the points of a line."""
    padded = [line[0], *line, line[-1]]
    out = [line[0]]
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:]):
        n = max(1, int(distance(p1, p2) / step + 0.5))
        out.extend(_catmull_rom(p0, p1, p2, p3, i / n) for i in range(1, n))
        out.append(p2)
    return out


def _catmull_rom(p0, p1, p2, p3, t):
    return tuple(
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t
               + (3 * b - a - 3 * c + d) * t ** 3)
        for a, b, c, d in zip(p0, p1, p2, p3))


def simplify(line, tolerance):
    """Douglas and Peucker's thinning; keeps both ends."""
    if len(line) < 3:
        return list(line)
    gaps = [segment_distance(p, line[0], line[-1]) for p in line[1:-1]]
    worst = max(range(len(gaps)), key=gaps.__getitem__)
    if gaps[worst] <= tolerance:
        return [line[0], line[-1]]
    cut = worst + 1
    return simplify(line[:cut + 1], tolerance)[:-1] + simplify(line[cut:], tolerance)


def project(p, a, b):
    """Fraction along segment a-b of the point nearest to p."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    if square == 0:
        return 0.0
    return min(1.0, max(0.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square))


def segment_distance(p, a, b):
    return distance(p, between(a, b, project(p, a, b)))


def crossing(a, b, c, d):
    """Fractions (t, u) where segments a-b and c-d meet, or None."""
    rx, ry, sx, sy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    cross = rx * sy - ry * sx
    if cross == 0:
        return None
    qx, qy = c[0] - a[0], c[1] - a[1]
    t = (qx * sy - qy * sx) / cross
    u = (qx * ry - qy * rx) / cross
    return (t, u) if 0 <= t <= 1 and 0 <= u <= 1 else None


def offset_line(line, gap):
    """The line moved by gap to its left, mitred at the bends."""
    out = []
    for i, p in enumerate(line):
        a, b = line[max(i - 1, 0)], line[min(i + 1, len(line) - 1)]
        nx, ny = left_normal(a, b)
        out.append((p[0] + nx * gap, p[1] + ny * gap))
    return out


def left_normal(a, b):
    step = distance(a, b) or 1.0
    return (-(b[1] - a[1]) / step, (b[0] - a[0]) / step)


def corridor(line, left, right):
    """The ring around a line, counter-clockwise: left and right are widths."""
    return offset_line(line, -right) + offset_line(line, left)[::-1]


def ring_area(ring):
    """Signed area of an open ring: positive when counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1])) / 2


def centroid(ring):
    """Centre of gravity of an open ring."""
    x0, y0 = ring[0][:2]
    area = cx = cy = 0.0
    for a, b in zip(ring, ring[1:] + ring[:1]):
        ax, ay, bx, by = a[0] - x0, a[1] - y0, b[0] - x0, b[1] - y0
        cross = ax * by - bx * ay
        area += cross
        cx += (ax + bx) * cross
        cy += (ay + by) * cross
    return (x0 + cx / (3 * area), y0 + cy / (3 * area))


def inside(p, ring):
    """Whether p lies inside an open ring (even-odd rule)."""
    x, y = p
    odd = False
    for a, b in zip(ring, ring[1:] + ring[:1]):
        if (a[1] > y) != (b[1] > y):
            if x < a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]):
                odd = not odd
    return odd


def box(points):
    xs = [p[0] for p in points]
    ys = [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def convex_apart(a, b):
    """Whether two convex rings have no common interior point (separating axis)."""
    return _separated(a, b) or _separated(b, a)


def _separated(a, b):
    for p, q in zip(a, a[1:] + a[:1]):
        nx, ny = q[1] - p[1], p[0] - q[0]
        far = max((r[0] - p[0]) * nx + (r[1] - p[1]) * ny for r in a)
        near = min((r[0] - p[0]) * nx + (r[1] - p[1]) * ny for r in b)
        if near >= far:
            return True
    return False


def cut_line(line, marks):
    """The line cut at arc lengths (ascending, inside): a list of lines."""
    pieces, piece, run = [], [line[0]], 0.0
    marks = list(marks)
    for a, b in zip(line, line[1:]):
        step = distance(a, b)
        while marks and run + step > marks[0]:
            p = rounded(between(a, b, (marks.pop(0) - run) / step))
            pieces.append([*piece, p])
            piece = [p]
        piece.append(b)
        run += step
    return [*pieces, piece]


def moved(line, shift):
    return [(x + shift[0], y + shift[1]) for x, y in line]


def nearest_on(p, line):
    """(distance, point) of the nearest point of a line."""
    best = None
    for a, b in zip(line, line[1:]):
        q = between(a, b, project(p, a, b))
        gap = distance(p, q)
        if best is None or gap < best[0]:
            best = (gap, q)
    return best[0], rounded(best[1])
