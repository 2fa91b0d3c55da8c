"""OpenStreetMap's model: nodes, ways and relations with growing ids.

The ids lie far above those of the real map, so that nothing here can be
mistaken for a real object; node ids need 64 bits.
"""

from .projection import lonlat_1e7

FIRST_NODE, FIRST_WAY, FIRST_RELATION = 91_000_000_001, 4_100_000_001, 71_000_001
LOST_NODE, LOST_WAY = 91_099_999_999, 4_199_999_999       # referenced, but not there


class OsmData:
    """Everything in the OpenStreetMap files, by id."""

    def __init__(self):
        self.nodes, self.ways, self.relations = {}, {}, {}
        self._shared = {}

    @staticmethod
    def _next(store, first):
        n = len(store)
        return first + n + n // 9 + n // 23        # realistic gaps

    def node(self, point, tags=None, domain=None):
        """A node at a world point; nodes of one domain are shared by position."""
        key = (domain, point)
        if domain and key in self._shared:
            node_id = self._shared[key]
            self.nodes[node_id][2].update(tags or {})
            return node_id
        node_id = self._next(self.nodes, FIRST_NODE)
        lon, lat = lonlat_1e7(point)
        self.nodes[node_id] = (lon, lat, dict(tags or {}))
        if domain:
            self._shared[key] = node_id
        return node_id

    def way(self, refs, tags):
        way_id = self._next(self.ways, FIRST_WAY)
        self.ways[way_id] = (list(refs), dict(tags))
        return way_id

    def ring(self, points, tags, domain):
        """A closed way along an open ring of points."""
        refs = [self.node(p, domain=domain) for p in points]
        return self.way([*refs, refs[0]], tags)

    def line(self, points, tags, domain):
        return self.way([self.node(p, domain=domain) for p in points], tags)

    def relation(self, members, tags):
        """Members are (type, id, role) with type "node", "way" or "relation"."""
        relation_id = self._next(self.relations, FIRST_RELATION)
        self.relations[relation_id] = (list(members), dict(tags))
        return relation_id

    def bounds(self):
        lons = [n[0] for n in self.nodes.values()]
        lats = [n[1] for n in self.nodes.values()]
        return min(lons), min(lats), max(lons), max(lats)


def degrees(value):
    """A coordinate in 1e-7 degree as exact decimal text."""
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 10**7}.{abs(value) % 10**7:07d}"
