"""What ground is taken: convex rings in a grid, asked before anything is built."""

from collections import defaultdict

from .plane import box, convex_apart, left_normal

CELL = 40_000


class Occupied:
    """Convex rings (world millimetres), counter-clockwise."""

    def __init__(self):
        self._rings = []
        self._grid = defaultdict(list)

    def add(self, ring):
        n = len(self._rings)
        self._rings.append(ring)
        for cell in self._cells(ring):
            self._grid[cell].append(n)

    def free(self, ring):
        """Whether no ring that was added shares inner points with this one."""
        seen = set()
        for cell in self._cells(ring):
            for n in self._grid.get(cell, ()):
                if n not in seen:
                    seen.add(n)
                    if not convex_apart(ring, self._rings[n]):
                        return False
        return True

    def add_line(self, line, half):
        """Take a strip of the given half width (mm) along a line."""
        for a, b in zip(line, line[1:]):
            nx, ny = left_normal(a, b)
            ex, ey = ny * half * 0.35, -nx * half * 0.35       # along the segment
            nx, ny = nx * half, ny * half
            self.add([(a[0] - nx - ex, a[1] - ny - ey), (b[0] - nx + ex, b[1] - ny + ey),
                      (b[0] + nx + ex, b[1] + ny + ey), (a[0] + nx - ex, a[1] + ny - ey)])

    @staticmethod
    def _cells(ring):
        x0, y0, x1, y1 = box(ring)
        for cx in range(int(x0 // CELL), int(x1 // CELL) + 1):
            for cy in range(int(y0 // CELL), int(y1 // CELL) + 1):
                yield cx, cy
