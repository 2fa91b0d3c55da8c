"""Scenes of a city and observations."""
import math
import os
import random
import shutil
import threading
import unittest

import cim

from . import support
from .support import city, town

CAMERA = "osm:node/91000014948"


class Scenes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = city().scene()

    def test_what_hides(self):
        s = self.scene
        self.assertTrue(len(s.objects) > 1000 and s.prism_count == len(s.prism_object) and s.ground_from in ("none", "points", "relief"))
        self.assertTrue(set(int(o) for o in s.prism_object) <= set(int(o) for o in s.objects))
        self.assertTrue(all(reason for _, reason in s.left_out[:50]))
        self.assertEqual(city().scene(hides="height_m > 1e6").prism_count, 0)

    def test_lines(self):
        s = self.scene
        eye = s.place(CAMERA)
        near = city().window(eye[0] - 60, eye[1] - 60, eye[0] + 60, eye[1] + 60)
        houses = [o for o in near if o.class_name == "Building"]
        sightings = s.seen(eye, houses)
        self.assertEqual(len(sightings), len(houses))
        self.assertTrue(any(x.share > 0 for x in sightings) and all(0 <= x.share <= 1 for x in sightings))
        for x in sightings:
            if x.seen:
                self.assertIsNone(s.blocked_by(eye, x.xyz))
                self.assertAlmostEqual(math.dist(eye, x.xyz), x.distance_m, 6)
        high = (eye[0], eye[1], eye[2] + 500)
        self.assertIsNone(s.blocked_by(high, (eye[0] + 50, eye[1], eye[2] + 500)))
        hospital = city()["osm:relation/71000030"]
        roof = s.place(hospital)
        self.assertGreater(roof[2], s.ground(roof[0], roof[1]))
        self.assertGreater(s.isovist(eye[0], eye[1], z_m=eye[2], max_m=50).area_m2, 1)

    def test_streets(self):
        eye = self.scene.place(CAMERA)
        streets = self.scene.streets(eye, 80)
        self.assertTrue(0 < streets.seen_m <= streets.length_m and streets.stretches)
        self.assertAlmostEqual(sum(b - a for _, a, b, _, _ in streets.stretches), streets.seen_m, 3)
        for number, _, _, a, b in streets.stretches:
            self.assertEqual(city()[number].layer, "road")
            middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            self.assertLess(math.dist(middle, eye[:2]), 80.1)
            self.assertIsNone(self.scene.blocked_by(eye, (*middle, self.scene.ground(*middle) + 1.5)))
        with self.assertRaises(ValueError):
            self.scene.streets(eye, -1)

    def test_wrong_ones(self):
        for f in (
            lambda: city().scene(["ghosts"]),
            lambda: city().scene(removed=["nobody"]),
            lambda: self.scene.place("nobody"),
            lambda: self.scene.blocked_by((1, 2), (3, 4, 5)),
        ):
            with self.assertRaises((ValueError, LookupError)):
                f()
        with city().scene(area=(506000, 5383000, 506100, 5383100)) as s:
            pass
        for f in (lambda: s.ground(0, 0), lambda: s.place(CAMERA), lambda: s.sky((0, 0, 0)), lambda: s.seen((0, 0, 0), [])):
            with self.assertRaises(cim.Closed):
                f()


class Observing(unittest.TestCase):
    def test_there_and_back(self):
        rng = random.Random(8)
        o = cim.Observations(None)
        self.assertEqual((len(o), o.find(), bool(o)), (0, [], True))
        number = o.put("AQ-1/NO2", thing="AQ-1", property="NO2", unit="ug/m3", x=505000.0, y=5382500.0)
        times = rng.sample(range(0, 10**9, 1000), 5000)
        values = [round(rng.uniform(0, 99), 2) for _ in times]
        o.append("AQ-1/NO2", times, values)
        t, v, q = o.window(number)
        expected = sorted(zip(times, values))
        self.assertEqual(list(zip(map(int, t), map(float, v))), expected)
        self.assertEqual(set(map(int, q)), {0})
        t, v, _ = o.window(number, 10**8, 2 * 10**8)
        self.assertEqual([int(x) for x in t], [a for a, _ in expected if 10**8 <= a < 2 * 10**8])
        self.assertEqual(o.latest(number).value, expected[-1][1])
        self.assertEqual(o.latest(number, 5 * 10**8).time_ms, max(a for a, _ in expected if a <= 5 * 10**8))
        buckets = o.rollup(number, 10**8)
        for b in buckets:
            inside = [c for a, c in expected if b.start_ms <= a < b.start_ms + 10**8]
            self.assertEqual((b.count, b.min, b.max), (len(inside), min(inside), max(inside)))
            self.assertAlmostEqual(b.mean, sum(inside) / len(inside), 9)
        s = o.stream("AQ-1/NO2")
        self.assertEqual(
            (s.number, s.id, s.thing, s.property, s.unit, s.kind, s.object, s.x), (1, "AQ-1/NO2", "AQ-1", "NO2", "ug/m3", "number", None, 505000.0)
        )
        o.put("gate", kind="text")
        self.assertIsNone(o.latest("gate"))
        o.append_text("gate", 5, "open")
        self.assertEqual([x.value for x in o.snapshot()], [expected[-1][1], "open"])
        for f in (
            lambda: o.append("nobody", [1], [1.0]),
            lambda: o.append(number, [1, 2], [1.0]),
            lambda: o.append(number, [1], [math.inf]),
            lambda: o.put("x", kind="sound"),
            lambda: o.window(10**12),
            lambda: o.append(number, [1.5], [1.0]),
        ):
            with self.assertRaises((ValueError, LookupError)):
                f()
        o.close()
        with self.assertRaises(cim.Closed):
            o.latest(number)

    def test_in_a_city_file(self):
        path = os.path.join(support.folder(), "observed.cim")
        shutil.copy(town(), path)
        with cim.Observations(path, write=True, who="test") as o:
            o.put("P-1/pressure", property="pressure", unit="bar", object=city()[CAMERA].number)
            o.append("P-1/pressure", [1000, 2000, 3000], [4.0, float("nan"), 5.5], [0, 0, 1])
        o = cim.Observations(path)
        t, v, q = o.window("P-1/pressure")
        self.assertEqual(([int(x) for x in t], float(v[0]), math.isnan(v[1]), [int(x) for x in q]), ([1000, 2000, 3000], 4.0, True, [0, 0, 1]))
        self.assertEqual(o.find(object=city()[CAMERA].number), [1])
        with self.assertRaises(ValueError):
            o.append("P-1/pressure", [1], [1.0])
        self.assertTrue(cim.check(path, quick=True)["ok"])
        with self.assertRaises(ZeroDivisionError):
            with cim.Observations(path, write=True) as w:
                w.append("P-1/pressure", [9000], [1.0])
                1 / 0  # pylint: disable=pointless-statement
        self.assertEqual(cim.Observations(path).latest("P-1/pressure").time_ms, 3000)

    def test_threads_take_turns(self):
        o, failures = cim.Observations(None), []
        o.put("x")

        def work(k):
            try:
                for i in range(200):
                    o.append("x", [1000 * k + i], [float(i)])
                    o.latest("x")
            except BaseException as e:  # pylint: disable=broad-except
                failures.append(repr(e))

        threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual((failures, len(o.window("x")[0])), ([], 1200))
