"""Geometries both ways, tables for other programs, files."""
import json
import os
import unittest

import cim

from . import support
from .support import city, net, np

try:
    import shapely.geometry
    import shapely.wkb
except ImportError:
    shapely = None  # type: ignore[assignment]
try:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import geopandas
except ImportError:
    geopandas = None  # type: ignore[assignment]

THINGS = [
    {"type": "Point", "coordinates": (1.0, 2.0)},
    {"type": "LineString", "coordinates": ((0.0, 0.0), (1.0, 2.0))},
    {"type": "Polygon", "coordinates": (((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 0.0)), ((5.0, 1.0), (6.0, 1.0), (6.0, 2.0), (5.0, 1.0)))},
    {"type": "MultiPoint", "coordinates": ((1.0, 2.0), (3.0, 4.0))},
    {"type": "MultiLineString", "coordinates": (((0.0, 0.0), (1.0, 2.0)), ((5.0, 5.0), (6.0, 6.0)))},
    {"type": "MultiPolygon", "coordinates": ((((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 0.0)),),)},
    {"type": "Point", "coordinates": (1.0, 2.0, 3.0)},
]


def wkb_of(thing):
    import ctypes

    g = cim.geometry.Geom(thing)
    return cim._core.bytes_of(cim._core.lib.cim_geom_wkb, ctypes.byref(g.struct))


class Both(unittest.TestCase):
    def test_there_and_back(self):
        for thing in THINGS:
            with self.subTest(thing["type"]):
                self.assertEqual(cim.geometry.from_wkb(wkb_of(thing)), thing)
                self.assertEqual(cim.geometry.from_geom(cim.geometry.Geom(thing).struct), thing)

    def test_bad_ones_are_refused(self):
        for thing in (
            None,
            5,
            {},
            {"type": "Circle", "coordinates": ()},
            {"type": "Polygon"},
            {"type": "LineString", "coordinates": ((0, 0), (1, 2, 3))},
            {"type": "Point", "coordinates": ()},
            {"type": "Point", "coordinates": ("x", 1)},
            {"type": "FeatureCollection", "features": []},
            {"type": "Polygon", "coordinates": (5,)},
        ):
            with self.subTest(thing), self.assertRaises(ValueError):
                cim.geometry.Geom(thing)

    @unittest.skipIf(shapely is None, "no shapely")
    def test_shapely(self):
        o = city()["osm:relation/71000030"]
        shape = shapely.geometry.shape(o.geometry)
        self.assertTrue(shape.equals(shapely.wkb.loads(o.wkb)) and shape.area > 100)
        n = net("emergency")
        place = n.place(shapely.geometry.Point(505000, 5382500))
        self.assertEqual((place.x, place.y), (n.place((505000, 5382500)).x, n.place((505000, 5382500)).y))
        iso = n.isochrone(shapely.geometry.Point(505000, 5382500), (120,))
        area = shapely.geometry.shape(iso.areas[0].geometry)
        self.assertAlmostEqual(area.area, iso.areas[0].area_m2, delta=1e-6 * area.area)
        self.assertTrue(area.is_valid)
        a, b = (504800, 5382200), (506700, 5383300)
        line = shapely.geometry.shape(n.route(a, b).geometry)
        around = n.route(a, b, avoid_areas=line.interpolate(0.5, normalized=True).buffer(10), avoid_factor=1000)
        self.assertGreater(around.time_ms, n.route(a, b).time_ms)

    def test_points_and_boxes(self):
        n = net()
        a = n.place({"type": "Feature", "geometry": {"type": "Point", "coordinates": (505000, 5382500)}, "properties": {}})
        self.assertEqual(a.x, n.place((505000, 5382500)).x)
        blocked = n.route((504800, 5382200), (506700, 5383300), avoid_areas=(0, 0, 1, 1))
        self.assertEqual(blocked.time_ms, n.route((504800, 5382200), (506700, 5383300)).time_ms)

    def test_degrees(self):
        lon, lat = city().to_lonlat(505000, 5382500)
        self.assertTrue(8.9 < lon < 9.2 and 48.4 < lat < 48.8)
        x, y = city().from_lonlat(lon, lat)
        self.assertTrue(abs(x - 505000) < 1e-3 and abs(y - 5382500) < 1e-3)
        g = cim.geometry.in_degrees({"type": "Polygon", "coordinates": (((505000, 5382500), (505100, 5382500), (505100, 5382600), (505000, 5382500)),)}, 25832)
        self.assertAlmostEqual(g["coordinates"][0][0][0], lon, 9)

    def test_interfaces_are_json(self):
        found = city().query("function = 'school'")
        for thing in (
            found,
            found[0],
            net().route((504800, 5382200), (506700, 5383300)),
            net().isochrone((505000, 5382500), (60,)),
            city().utility().trace("upstream", "inp:link/P0293"),
            net().place((505000, 5382500)),
            city().utility().isolate("inp:link/P0293"),
        ):
            text = json.dumps(thing.__geo_interface__)
            self.assertIn("coordinates", text)


class Tables(unittest.TestCase):
    def test_dicts(self):
        rows = city().query("function = 'school'").to_dicts("name", "function")
        self.assertTrue(rows and all(set(r) == {"id", "class", "layer", "name", "function"} and r["function"] == "school" for r in rows))

    @unittest.skipIf(geopandas is None, "no geopandas")
    def test_geopandas(self):
        found = city().query("class = 'Building' AND height_m > 20")
        frame = found.to_geopandas("height_m", "name")
        self.assertEqual((len(frame), frame.crs.to_epsg(), list(frame.columns[:3])), (len(found), 25832, ["id", "class", "layer"]))
        self.assertTrue((frame.height_m > 20).all() and (frame.area > 0).all())
        iso = net("emergency").isochrone((505000, 5382500), (60, 120)).to_geopandas()
        self.assertTrue(abs(iso.area - iso.area_m2).max() < 1)
        self.assertEqual(len(geopandas.GeoDataFrame.from_features(found)), len(found))

    def test_column(self):
        heights = city().query("class = 'Building'", limit=200).column("height_m")
        self.assertEqual(len(heights), 200)
        if np is not None:
            self.assertEqual(heights.dtype, np.dtype("f8"))
        self.assertIsInstance(city().query("function = 'school'").column("name"), list)


class Files(unittest.TestCase):
    def test_export(self):
        path = os.path.join(support.folder(), "schools.geojson")
        found = city().query("function = 'school'")
        report = city().export(path, found, overwrite=True)
        self.assertEqual(report["objects"], len(found))
        with open(path, encoding="utf-8") as f:
            said = json.load(f)
        self.assertEqual([f["id"] for f in said["features"]], support.ids(found))
        with self.assertRaises(FileExistsError):
            city().export(path)

    def test_load_prepare_check(self):
        path = os.path.join(support.folder(), "small.cim")
        report = cim.import_files(path, *support.data("town.osm.pbf"), overwrite=True)
        self.assertFalse(report.partial)
        with cim.open(path) as c:
            a = c.net().route((504800, 5382200), (506700, 5383300)).time_ms
            self.assertEqual([c.prepare(), c.prepare()], [True, False])
        with cim.open(path) as c:
            self.assertEqual(c.net().ready().route((504800, 5382200), (506700, 5383300)).time_ms, a)
        self.assertTrue(cim.check(path)["ok"])
        with cim.load(*support.data("town.osm.pbf")) as c:
            self.assertEqual(c.net().route((504800, 5382200), (506700, 5383300)).time_ms, a)
            with self.assertRaises(cim.Unsupported):
                c.prepare()

    def test_ready_changes_no_answer(self):
        n = city().net("emergency")
        fleet = n.fleet(city().query("function = 'hospital'"))
        goals = [(504800, 5382200), (506700, 5383300)]
        first, times = [float(t) for t in fleet.times(goals[0])], n.matrix_ms(goals).tolist()
        for labels in ("none", "full"):
            n.ready(labels)
            self.assertEqual(([float(t) for t in fleet.times(goals[0])], n.matrix_ms(goals).tolist()), (first, times))
            self.assertEqual([float(t) for t in n.fleet(fleet.places).times(goals[0])], first)
        self.assertGreater(cim._core.lib.cim_route_metric_labelled(n._metric, None), 0)

    def test_traffic(self):
        n = net()
        a, b = (504800, 5382200), (506700, 5383300)
        before = n.route(a, b)
        street = city()[before.objects[len(before.objects) // 2]].id
        traffic = n.traffic()
        fed = traffic.feed(f"id,closed\n{street},1\nosm:way/1,1\n".encode(), source="police")
        self.assertEqual((fed.rows, fed.unknown_count, fed.unknown), (2, 1, ("osm:way/1",)))
        now = traffic.publish(1000)
        self.assertGreater(now.route(a, b).time_ms, before.time_ms)
        self.assertEqual((n.route(a, b).time_ms, now.epoch), (before.time_ms, 1))
        traffic.say(street, withdraw=True, source="police")
        self.assertEqual(traffic.publish(2000).route(a, b).time_ms, before.time_ms)
        traffic.say(street, speed_kmh=5, until_ms=5000)
        self.assertGreater(traffic.publish(3000).route(a, b).time_ms, before.time_ms)
        self.assertEqual(traffic.publish(6000).route(a, b).time_ms, before.time_ms)
        with self.assertRaises(ValueError):
            traffic.feed(b"id,speed_kmh\nosm:way/1,fast\n")
        traffic.watch(city().query("function = 'hospital'"))
        traffic.publish(7000)
        self.assertEqual(traffic.cuts(), [])

    def test_states_of_networks(self):
        u = city().utility("water")
        before = len(u.trace("downstream", "inp:link/P0293"))
        other = u.what_if()
        other.say("inp:link/P0293", "out")
        other.publish()
        self.assertEqual((len(u.trace("downstream", "inp:link/P0293")), u.epoch, other.epoch), (before, 0, 1))
        self.assertEqual(u.feed("id,state\ninp:link/P0293,out\nnobody,on\n")["unknown"], 1)
        self.assertEqual(u.publish(), 1)
