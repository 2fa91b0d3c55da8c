"""The town as one model: everything the file writers draw from."""

from . import people
from .cameras import build_cameras
from .districts import RINGS, boundary_lines, district_at, ring_of
from .furniture import carriageways, manholes, park_trees, street_lamps, street_trees
from .land import height_mm, river_v, world
from .occupied import Occupied
from .placing import number_houses, place_along_streets
from .plan_areas import all_areas
from .plan_features import BUS_ROUTES, BUS_STOPS, PINS, SIGNALS, TURN_RULES, VIA_WAY_RULE
from .plan_sites import build_sites
from .plane import centroid
from .power import build_power
from .streets import DRIVEN, Graph, Streets
from .water import build_water

DETAILED = {"town_hall", "hospital", "hospital_wing", "hospital_clinic", "school_west", "school_gymnasium",
            "school_north", "school_south", "kindergarten_east", "kindergarten_south", "kindergarten_west",
            "fire_station", "police"}
LOD2_DISTRICTS = {"Altstadt"}
ONLY_IN_OSM = {"construction", "underground"}


class Town:
    """Streets, areas, buildings, networks and sensors, built in this order."""

    def __init__(self):
        self.streets = Streets()
        self.areas = {area.key: area for area in all_areas()}
        self.borders = boundary_lines()
        self.districts = {name: ring_of(self.borders, name) for name in RINGS}
        self.bus_stops, self.bus_paths = {}, {}
        self._pin_features()
        self._raise_buildings()
        self._furnish()

    def _pin_features(self):
        """Tagged vertices on streets, and the vertices where ways must be split."""
        for at, tags, name, kinds in PINS:
            self.streets.pin(at, tags, name, kinds)
        for key, (name, at, street) in BUS_STOPS.items():
            tags = {"public_transport": "stop_position", "bus": "yes", "name": name}
            self.bus_stops[key] = self.streets.pin(at, tags, street)
        for at in SIGNALS:
            vertex = self.streets.junction(at)
            self.streets.tags.setdefault(vertex, {}).update(highway="traffic_signals")
        self.splits = {self.streets.junction(rule[2], 2) for rule in TURN_RULES}
        self.splits.update(self.streets.junction(at, 2) for at in VIA_WAY_RULE[2:4])
        self._route_buses()

    def _route_buses(self):
        calm = [line for line in self.streets.lines if line.road.kind in DRIVEN - {"pedestrian", "lane", "service"}]
        graph = Graph(calm)
        for ref, _, stops in BUS_ROUTES:
            path = []
            for a, b in zip(stops, stops[1:]):
                path.extend(graph.path(self.bus_stops[a], self.bus_stops[b])[1 if path else 0:])
            self.bus_paths[ref] = path
            self.splits.update((path[0], path[-1]))
            self.splits.update(self._turns(path))

    def _turns(self, path):
        """Vertices of a path where it leaves one line for another."""
        on = {}
        for n, line in enumerate(self.streets.lines):
            for a, b in zip(line.points, line.points[1:]):
                on[a, b] = on[b, a] = n
        return [q for p, q, r in zip(path, path[1:], path[2:]) if on[p, q] != on[q, r]]

    def _raise_buildings(self):
        taken = Occupied()
        for line in self.streets.lines:
            taken.add_line(line.points, line.road.half_free * 1000)
        taken.add_line([world((u, river_v(u))) for u in range(-1700, 1701, 20)], 14_000)
        sites = build_sites(self.streets, taken)
        for area in self.areas.values():
            if area.reserve:
                taken.add(area.ring)
        self.buildings = sites + place_along_streets(self.streets, taken)
        number_houses(self.buildings)
        rings = self.districts
        for n, building in enumerate(self.buildings):
            self._finish(building, n, rings)

    def _finish(self, building, n, rings):
        corners = building.ring()
        building.ground = min(height_mm(p) for p in corners) // 10 * 10
        building.district = district_at(rings, centroid(corners))
        building.in_gml = building.key not in ONLY_IN_OSM
        if not building.key:
            building.in_osm, building.in_gml = n % 67 != 11, n % 67 != 44
        if building.in_gml:
            building.gml_id = f"LF_{n + 1:05d}"
            building.people = people.settle(building, n)
        detailed = building.district in LOD2_DISTRICTS or building.key or building.has_parts
        building.lod = 3 if building.key in DETAILED else 2 if detailed else 1

    def _furnish(self):
        self.footprints = Occupied()
        for building in self.buildings:
            for ring in building.piece_rings():
                self.footprints.add(ring)
        free = [self.footprints, carriageways(self.streets)]
        self.lamps = street_lamps(self.streets, free)
        trees = street_trees(self.streets, free)
        self.trees = park_trees(self.areas, trees, free)
        self.manholes = manholes(self.streets)
        self.water = build_water(self.streets, self.buildings)
        self.power = build_power(self.streets, self.buildings, free)
        self.cameras = build_cameras(self)

    def special(self, key):
        return next(b for b in self.buildings if b.key == key)

    def in_gml(self):
        return [b for b in self.buildings if b.in_gml]

    def in_osm(self):
        return [b for b in self.buildings if b.in_osm]
