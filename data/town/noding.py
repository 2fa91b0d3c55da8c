"""From drawn lines to a noded network: common points where lines meet.

On one level, lines that cross get a common vertex, and an end that nearly
touches another line is put onto it.  Lines on bridges and in tunnels take part
with their two ends only.
"""

from collections import defaultdict
from dataclasses import dataclass

from .land import world_line
from .plane import between, crossing, distance, project, rounded

CELL = 120_000                # millimetres, grid for finding near segments
SNAP = 6_000                  # an end this near to a line is meant to be on it
WELD = 1_500                  # vertices nearer than this become one


@dataclass
class Line:
    """A drawn road with its world vertices (integer millimetres)."""
    road: object
    points: list

    @property
    def ground(self):
        return self.road.layer == 0


def node_roads(roads):
    """World lines of the roads, noded against one another."""
    lines = [Line(r, world_line(r.points, r.curve)) for r in roads]
    _snap_ends(lines)
    _cut_crossings(lines)
    _weld(lines)
    return [line for line in lines if len(line.points) > 1]


def segment_grid(lines):
    """Grid cell -> [(line index, segment index)] for the lines on the ground."""
    grid = defaultdict(list)
    for i, line in enumerate(lines):
        if line.ground:
            for k, (a, b) in enumerate(zip(line.points, line.points[1:])):
                for cell in _cells(a, b, 0):
                    grid[cell].append((i, k))
    return grid


def _cells(a, b, margin):
    x0, x1 = sorted((a[0], b[0]))
    y0, y1 = sorted((a[1], b[1]))
    for cx in range((x0 - margin) // CELL, (x1 + margin) // CELL + 1):
        for cy in range((y0 - margin) // CELL, (y1 + margin) // CELL + 1):
            yield cx, cy


def _snap_ends(lines):
    ends = defaultdict(int)
    for line in lines:
        ends[line.points[0]] += 1
        ends[line.points[-1]] += 1
    grid = segment_grid(lines)
    inserts = defaultdict(list)
    for i, line in enumerate(lines):
        if not line.ground or line.points[0] == line.points[-1]:
            continue
        for at in (0, -1):
            if ends[line.points[at]] == 1:
                _snap_end(lines, grid, inserts, i, at)
    _apply_inserts(lines, inserts)


def _snap_end(lines, grid, inserts, i, at):
    p = lines[i].points[at]
    best = None
    for cell in _cells(p, p, SNAP):
        for j, k in grid.get(cell, ()):
            if j == i:
                continue
            a, b = lines[j].points[k:k + 2]
            t = project(p, a, b)
            gap = distance(p, between(a, b, t))
            if gap <= SNAP and (best is None or (gap, j, k) < best[:3]):
                best = (gap, j, k, t)
    if best:
        _, j, k, t = best
        a, b = lines[j].points[k:k + 2]
        q = _near_vertex(between(a, b, t), a, b)
        lines[i].points[at] = q
        inserts[j].append((k, t, q))


def _near_vertex(p, a, b):
    """p rounded, or the end of a-b that it nearly falls on."""
    for end in (a, b):
        if distance(p, end) < WELD:
            return end
    return rounded(p)


def _cut_crossings(lines):
    inserts = defaultdict(list)
    grid = segment_grid(lines)
    done = set()
    for cell in sorted(grid):
        found = grid[cell]
        for n, (i, k) in enumerate(found):
            for j, m in found[n + 1:]:
                if i != j and (i, k, j, m) not in done:
                    done.add((i, k, j, m))
                    _cut_pair(lines, inserts, i, k, j, m)
    _apply_inserts(lines, inserts)


def _cut_pair(lines, inserts, i, k, j, m):
    a, b = lines[i].points[k:k + 2]
    c, d = lines[j].points[m:m + 2]
    hit = crossing(a, b, c, d)
    if hit is None:
        return
    p = _near_vertex(between(a, b, hit[0]), a, b)
    p = _near_vertex(p, c, d)
    inserts[i].append((k, hit[0], p))
    inserts[j].append((m, hit[1], p))


def _apply_inserts(lines, inserts):
    for i in sorted(inserts):
        old, new = lines[i].points, []
        for k, p in enumerate(old):
            new.append(p)
            new.extend(q for _, q in sorted((t, q) for s, t, q in inserts[i] if s == k))
        lines[i].points = without_repeats(new)


def without_repeats(points):
    return [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]


def _weld(lines):
    """Make vertices that nearly coincide on the ground the same point."""
    uses = defaultdict(int)
    for line in lines:
        for p in _welded_points(line):
            uses[p] += 1
    leaders = defaultdict(list)
    leader_of = {}
    for p in sorted(uses, key=lambda q: (-uses[q], q)):
        near = [q for cell in _weld_cells(p) for q in leaders[cell] if distance(p, q) < WELD]
        if near:
            leader_of[p] = min(near, key=lambda q: (distance(p, q), q))
        else:
            leaders[p[0] // WELD, p[1] // WELD].append(p)
    for line in lines:
        inner = line.points if line.ground else {line.points[0], line.points[-1]}
        line.points = without_repeats([leader_of.get(p, p) if p in inner else p for p in line.points])


def _welded_points(line):
    return line.points if line.ground else (line.points[0], line.points[-1])


def _weld_cells(p):
    cx, cy = p[0] // WELD, p[1] // WELD
    return [(cx + i, cy + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
