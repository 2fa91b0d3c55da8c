"""The same answers as cimtool --json on the sample town."""
import random
import unittest

import cim

from . import support
from .support import cimtool, city, net, town

HOSPITAL, STATION, PIPE = "osm:relation/71000030", "osm:way/4100000306", "inp:link/P0293"


class Finding(unittest.TestCase):
    QUERIES = (
        "class = 'Building' AND height_m > 20",
        "class = 'Camera' AND mounted_on.function = 'hospital'",
        "function = 'school'",
        "class = 'Road' AND maxspeed_kmh >= 50",
        "S_DWITHIN(geom, OBJECT('osm:relation/71000030'), 100)",
        "function = 'casino'",
        "name LIKE 'Bahnhof%'",
    )

    def test_query(self):
        for text in self.QUERIES:
            with self.subTest(text):
                said = cimtool("query", town(), text, statuses=(0, 1))
                found = city().query(text)
                self.assertEqual((said["matched"], [o["id"] for o in said["objects"]]), (found.matched, support.ids(found)))
                self.assertEqual(city().count(text), found.matched)

    def test_query_sorted_with_columns(self):
        said = cimtool(
            "query", town(), "class = 'Building' AND height_m BETWEEN 25 AND 60", "--sort", "height_m,desc", "--limit", 4, "--columns", "height_m,storeys"
        )
        found = city().query("class = 'Building' AND height_m BETWEEN 25 AND 60", sort="height_m", descending=True, limit=4)
        self.assertEqual([o["id"] for o in said["objects"]], support.ids(found))
        self.assertEqual(
            [[o["columns"][n] for n in ("height_m", "storeys")] if "columns" in o else [o["height_m"], o["storeys"]] for o in said["objects"]],
            found.values("height_m", "storeys"),
        )
        self.assertEqual(list(found.column("height_m")), [row[0] for row in found.values("height_m")])

    def test_get(self):
        rng = random.Random(7)
        for number in rng.sample(list(map(int, city().query().ids)), 40):
            o = city()[number]
            said = cimtool("get", town(), o.id, "--no-geometry")
            said = said["objects"][0] if "objects" in said else said
            self.assertEqual(
                (said["number"], said["class"], said["layer"], said.get("values", {}), said.get("attributes", {})),
                (o.number, o.class_name, o.layer, o.values, o.attributes),
            )
            self.assertEqual(sorted((r["type"], r["id"]) for r in said.get("relations", [])), sorted((r.type, r.other.id) for r in o.relations()))

    def test_info(self):
        said, found = cimtool("info", town()), city().info()
        for key in ("epsg", "extent", "objects", "classes", "layers", "relations"):
            self.assertEqual(said[key], found[key], key)
        self.assertEqual(said["objects"], len(city()))


class Getting(unittest.TestCase):
    def places(self, n, seed):
        rng = random.Random(seed)
        x0, y0, x1, y1 = 504700, 5382100, 507300, 5383900
        return [(round(rng.uniform(x0, x1), 2), round(rng.uniform(y0, y1), 2)) for _ in range(n)]

    def test_route(self):
        points = self.places(16, 3)
        for profile in ("car", "foot"):
            for a, b in zip(points[::2], points[1::2]):
                said = cimtool("route", town(), f"{a[0]},{a[1]}", f"{b[0]},{b[1]}", "--profile", profile, statuses=(0, 1))
                r = net(profile).route(a, b)
                self.assertEqual((said["time_s"], said["length_m"], said["breaks"]), (r.time_s, round(r.length_m, 1), r.breaks))
                self.assertEqual([(s["kind"], s["name"], s["time_s"]) for s in said["steps"]], [(s.kind, s.name, s.time_s) for s in r.steps])

    def test_route_over_stops_and_around(self):
        points = self.places(5, 4)
        texts = [f"{x},{y}" for x, y in points]
        said, r = cimtool("route", town(), *texts, "--optimize"), net().route(*points, order=True)
        self.assertEqual((said["time_s"], said["order"]), (r.time_s, [i + 1 for i in r.order]))
        self.assertEqual([s["time_s"] for s in said["sections"]], [s.time_s for s in r.sections])
        street = support.city()[r.objects[len(r.objects) // 2]].id
        said, r = cimtool("route", town(), *texts[:2], "--avoid", street, statuses=(0, 1)), net().route(*points[:2], avoid=[street])
        self.assertEqual(said["time_s"], r.time_s)

    def test_alternatives(self):
        said = cimtool("route", town(), HOSPITAL, "505000,5382500", "--alternatives", 3)
        found = net().alternatives(HOSPITAL, (505000, 5382500), 3)
        self.assertEqual([(r["time_s"], r["length_m"]) for r in said["routes"]], [(r.time_s, round(r.length_m, 1)) for r in found])

    def test_matrix(self):
        a, b = "function = 'school'", "function = 'hospital'"
        said = cimtool("matrix", town(), "--from-filter", a, "--to-filter", b, statuses=(0, 3))
        n = net()
        for labels in (None, "full"):
            fresh = city().net("car") if labels is None else n.ready(labels)
            found = fresh.matrix(fresh.places(city().query(a), skip=True), fresh.places(city().query(b), skip=True))
            rows = found.tolist() if hasattr(found, "tolist") else found
            self.assertEqual([[round(v, 3) for v in row] for row in rows], [[float("inf") if v is None else v for v in row] for row in said["times_s"]])

    def test_isochrone(self):
        said = cimtool("isochrone", town(), HOSPITAL, "--limits", "120,240,480", "--profile", "emergency")
        found = net("emergency").isochrone(HOSPITAL, (120, 240, 480))
        self.assertEqual(
            [(a["limit_s"], a["area_km2"], a["street_km"]) for a in said["limits"]],
            [(a.limit_s, round(a.area_m2 * 1e-6, 4), round(a.street_m * 1e-3, 3)) for a in found.areas],
        )

    def test_nearest(self):
        for query, k in (("class = 'Hydrant'", 5), ("function = 'school'", 3)):
            said = cimtool("nearest", town(), HOSPITAL, "--among", query, "--profile", "foot", "-k", k, statuses=(0, 3))
            found = net("foot").nearest(HOSPITAL, city().query(query), k)
            self.assertEqual([(o["id"], o["time_s"]) for o in said["nearest"]], [(o.place.object.id, o.time_s) for o in found])

    def test_betweenness(self):
        found = net().betweenness(city().query("function = 'school'"), city().query("function = 'hospital'"), trips=100)
        self.assertAlmostEqual(found.trips, 100, 6)
        least = found.trips - found.unreachable_trips
        self.assertGreaterEqual(max(found.link_trips), least / len(city().query("function = 'hospital'")))


class Networks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.all = city().utility()

    def test_trace(self):
        for what, starts in (
            ("upstream", [PIPE]),
            ("downstream", [PIPE]),
            ("connected", [PIPE]),
            ("subnetwork", [PIPE]),
            ("controllers", [PIPE]),
            ("bridges", []),
            ("cut-nodes", []),
            ("loops", []),
        ):
            with self.subTest(what):
                said = cimtool("trace", town(), what, *starts, statuses=(0, 1))
                found = self.all.trace(what, starts)
                self.assertEqual([e["element"] for e in said["elements"]], [int(e) for e in found.elements])
                self.assertEqual(said["objects"], len(found.objects))
                for name, value in said["sums"].items():
                    self.assertAlmostEqual(value, found.sums[name], delta=1e-9 * max(1.0, abs(value)))

    def test_path(self):
        said = cimtool("trace", town(), "path", PIPE, "inp:link/P0001", statuses=(0, 1, 2))
        if "length" not in said:
            self.skipTest("no path verb")
        lengths = [self.all.path(a, b, "length_m")[0] for a in self.all.elements(PIPE) for b in self.all.elements("inp:link/P0001")]
        self.assertAlmostEqual(said["length"], min(lengths), delta=1e-9 * said["length"])

    def test_isolate(self):
        rng = random.Random(5)
        pipes = rng.sample(support.ids(city().query("class = 'Pipe'")), 12) + [PIPE]
        for pipe in pipes:
            with self.subTest(pipe):
                said = cimtool("trace", town(), "isolate", pipe, statuses=(0, 1, 3, 4))
                if "shut" not in said:
                    continue
                found = self.all.isolate(pipe)
                self.assertEqual([d["device"] for d in said["shut"]], [d.number for d in found.shut])
                self.assertEqual([d["id"] for d in said["shut"]], [d.id for d in found.shut])

    def test_critical(self):
        said = cimtool("trace", town(), "critical", "--network", "water", "--by", "people", "--top", 10)
        found = city().utility("water").critical("people", 10)
        self.assertEqual([(r["loss"], r["of"]["element"]) for r in said["critical"]], found)

    def test_impact(self):
        n = net("emergency")
        said = cimtool("impact", town(), "--fail", PIPE)
        found = city().impact(self.all, n).find(fail=[PIPE])
        for a, b in zip(said["networks"], found.networks):
            self.assertEqual(
                (a["network"], a["hits"], a["shut"], a["buildings"], a["customers"], a["people"], a["critical"], a["hydrants"]),
                (b.network, b.hits, b.shut, b.buildings, b.customers, b.people, b.critical, b.hydrants),
            )
        self.assertEqual(len(said["networks"]), len(found.networks))
        self.assertEqual([w["id"] for w in said["without"]], [s.object.id for s in found.losses])
        self.assertEqual([a["before_s"] for a in said["roads"]["access"]], [a.before_s for a in found.access])
        street = city()[HOSPITAL].neighbours("accesses")[0].id
        said, found = cimtool("impact", town(), "--close", street), city().impact(self.all, n).find(close=[street])
        self.assertEqual([w["id"] for w in said["without"]], [s.object.id for s in found.losses])
        self.assertEqual([a["after_s"] for a in said["roads"]["access"]], [None if a.after_s == float("inf") else a.after_s for a in found.access])


class Heidelberg(unittest.TestCase):
    """The same on a real city, where the data collection is there."""

    def test_the_same(self):
        path = support.heidelberg()
        c = cim.open(path)
        said = cimtool("query", path, "class = 'Road' AND maxspeed_kmh >= 70")
        self.assertEqual([o["id"] for o in said["objects"]], support.ids(c.query("class = 'Road' AND maxspeed_kmh >= 70")))
        hospital, station = c.query("function = 'hospital'", limit=1)[0], c.query("function = 'fire_station'", limit=1)[0]
        n = c.net("emergency")
        said, r = cimtool("route", path, station.id, hospital.id, "--profile", "emergency"), n.route(station, hospital)
        self.assertEqual((said["time_s"], said["length_m"], len(said["steps"])), (r.time_s, round(r.length_m, 1), len(r.steps)))
        said, iso = cimtool("isochrone", path, station.id, "--profile", "emergency", "--limits", "300,600"), n.isochrone(station, (300, 600))
        self.assertEqual([a["area_km2"] for a in said["limits"]], [round(a.area_m2 * 1e-6, 4) for a in iso.areas])
        said = cimtool(
            "matrix", path, "--from-filter", "function = 'fire_station'", "--to-filter", "function = 'hospital'", "--profile", "emergency", statuses=(0, 3)
        )
        rows = n.matrix(n.places(c.query("function = 'fire_station'"), skip=True), n.places(c.query("function = 'hospital'"), skip=True))
        rows = rows.tolist() if hasattr(rows, "tolist") else rows
        self.assertEqual([[round(v, 3) for v in row] for row in rows], [[float("inf") if v is None else v for v in row] for row in said["times_s"]])
