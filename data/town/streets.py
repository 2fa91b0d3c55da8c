"""The noded street network with tagged nodes, and graphs derived from it."""

from collections import defaultdict
from heapq import heappop, heappush

from .land import world
from .noding import node_roads
from .plan_streets import all_roads
from .plane import between, distance, project, rounded

DRIVEN = {"trunk", "trunk_link", "primary", "primary_link", "secondary", "tertiary",
          "residential", "living_street", "unclassified", "pedestrian", "lane", "service"}


class Streets:
    """Lines with shared vertices; `tags` holds the tags of single vertices."""

    def __init__(self):
        self.lines = node_roads(all_roads())
        self.tags = {}

    def named(self, name):
        return [line for line in self.lines if line.road.name == name]

    def pin(self, plan_point, tags, name=None, kinds=None):
        """Put a tagged vertex on the nearest fitting line; returns the vertex."""
        p = world(plan_point)
        line, k, t = self._nearest(p, name, kinds)
        a, b = line.points[k:k + 2]
        q = rounded(between(a, b, t))
        near = next((end for end in (a, b) if distance(end, q) < 800), None)
        if near is None:
            line.points.insert(k + 1, q)
        vertex = near or q
        self.tags.setdefault(vertex, {}).update(tags)
        return vertex

    def _nearest(self, p, name, kinds):
        best = None
        for i, line in enumerate(self.lines):
            if (name and line.road.name != name) or (kinds and line.road.kind not in kinds):
                continue
            for k, (a, b) in enumerate(zip(line.points, line.points[1:])):
                t = project(p, a, b)
                key = (distance(p, between(a, b, t)), i, k)
                if best is None or key < best[0]:
                    best = (key, line, k, t)
        return best[1:]

    def degree(self):
        """How many segment ends meet in each vertex of the streets (not rails)."""
        count = defaultdict(int)
        for line in self.lines:
            if line.road.kind != "rail":
                for a, b in zip(line.points, line.points[1:]):
                    count[a] += 1
                    count[b] += 1
        return count

    def junction(self, plan_point, degree=3):
        """The vertex nearest to a plan point where at least `degree` segments meet."""
        p = world(plan_point)
        count = self.degree()
        ends = sorted(q for q, n in count.items() if n >= degree)
        return min(ends, key=lambda q: (distance(p, q), q))


class Graph:
    """Undirected graph over vertices: neighbours with lengths in metres."""

    def __init__(self, lines):
        self.near = defaultdict(dict)
        for line in lines:
            for a, b in zip(line.points, line.points[1:]):
                self.near[a][b] = self.near[b][a] = distance(a, b) / 1000

    def nearest(self, p):
        return min(sorted(self.near), key=lambda q: distance(p, q))

    def tree(self, sources):
        """Dijkstra from several sources: {vertex: (metres, previous, source)}."""
        done, heap = {}, [(0.0, s, None, s) for s in sources]
        heap.sort()
        while heap:
            cost, p, previous, source = heappop(heap)
            if p in done:
                continue
            done[p] = (cost, previous, source)
            for q, length in sorted(self.near[p].items()):
                if q not in done:
                    heappush(heap, (cost + length, q, p, source))
        return done

    def path(self, start, goal):
        """Vertices of a shortest path, or None."""
        tree = self.tree([start])
        if goal not in tree:
            return None
        out = [goal]
        while out[-1] != start:
            out.append(tree[out[-1]][1])
        return out[::-1]
