"""GML geometry, shared by CityGML 2.0 (GML 3.1.1) and 3.0 (GML 3.2)."""

from math import cos, radians, sin


def metres(mm):
    """Integer millimetres as metres with three decimals."""
    sign = "-" if mm < 0 else ""
    return f"{sign}{abs(mm) // 1000}.{abs(mm) % 1000:03d}"


def pos_list(points):
    return " ".join(metres(v) for p in points for v in p)


class GmlGeometry:
    """Writes geometry elements to an Xml."""

    def __init__(self, xml, version):
        self.xml, self.version = xml, version
        self._count = 0
        self.local = False           # True while writing a template around (0, 0, 0)
        self.low, self.high = [10**12] * 3, [-10**12] * 3

    def ids(self, given=None):
        """The gml:id attribute: as given, or counted where GML 3.2 demands one."""
        if not given and self.version == 3:
            self._count += 1
            given = f"G{self._count}"
        return {"gml__id": given} if given else {}

    def _seen(self, points):
        """Widen the envelope by world points."""
        if not self.local:
            for k in range(3):
                values = [p[k] for p in points]
                self.low[k], self.high[k] = min(self.low[k], *values), max(self.high[k], *values)
        return points

    def polygon(self, surface, polygon_id=None):
        self.xml.open("gml:Polygon", **self.ids(polygon_id))
        for n, ring in enumerate(surface.rings):
            self.xml.open("gml:interior" if n else "gml:exterior")
            self.xml.open("gml:LinearRing")
            self.xml.leaf("gml:posList", pos_list([*self._seen(ring), ring[0]]), **self._dimension())
            self.xml.close(2)
        self.xml.close()

    def _dimension(self):
        return {"srsDimension": 3} if self.version == 2 else {}

    def members(self, surfaces, ids=None):
        """surfaceMember elements with polygons."""
        for n, surface in enumerate(surfaces):
            self.xml.open("gml:surfaceMember")
            self.polygon(surface, ids[n] if ids else None)
            self.xml.close()

    def multi_surface(self, prop, surfaces, ids=None, own_id=None):
        self.xml.open(prop)
        self.xml.open("gml:MultiSurface", **self.ids(own_id))
        self.members(surfaces, ids)
        self.xml.close(2)

    def open_solid(self, prop, solid_id):
        """Open a solid down to the place of its surface members: close with 4."""
        self.xml.open(prop)
        self.xml.open("gml:Solid", **self.ids(solid_id))
        self.xml.open("gml:exterior")
        self.xml.open("gml:CompositeSurface" if self.version == 2 else "gml:Shell")

    def solid(self, prop, surfaces, solid_id=None, ids=None):
        self.open_solid(prop, solid_id)
        self.members(surfaces, ids)
        self.xml.close(4)

    def linked_solid(self, prop, hrefs, solid_id):
        """A solid that borrows its polygons from boundary surfaces."""
        self.open_solid(prop, solid_id)
        for href in hrefs:
            self.xml.empty("gml:surfaceMember", xlink__href=f"#{href}")
        self.xml.close(4)

    def point(self, prop, p):
        self.xml.open(prop)
        self.xml.open("gml:Point", **self.ids())
        self.xml.leaf("gml:pos", pos_list([*self._seen([p, p])[:1]]), **self._dimension())
        self.xml.close(2)

    def line(self, points):
        self.xml.open("gml:LineString", **self.ids())
        self.xml.leaf("gml:posList", pos_list(points), **self._dimension())
        self.xml.close()


def matrix(facing, scale):
    """The 16 numbers of a rotation from north to a compass bearing, and a scale."""
    c, s = cos(radians(facing)) * scale, sin(radians(facing)) * scale
    rows = [c, s, 0, 0, -s, c, 0, 0, 0, 0, scale, 0, 0, 0, 0, 1]
    return [round(v, 6) + 0.0 for v in rows]


def matrix_text(facing, scale):
    return " ".join(f"{v:g}" for v in matrix(facing, scale))
