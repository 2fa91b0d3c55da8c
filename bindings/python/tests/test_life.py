"""Owners, views, closing, threads, cancelling: nothing crashes, nothing leaks."""
import array
import ctypes
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import unittest
import weakref

import cim
from cim import _abi, _core

from . import support
from .support import city, needs_numpy, net, np, town


class Views(unittest.TestCase):
    def test_slices_outlive_their_city(self):
        c = cim.open(town())
        n, u = c.net(), c.utility("water")
        route = n.route("osm:relation/71000030", (505000, 5382500))
        views = [
            c.query("class = 'Building'").ids,
            n.arrays.xy,
            n.arrays.edge_length_m,
            n.costs["link_ms"],
            u.xy,
            u.columns["length_m"],
            route.xy,
            n.weights_ms,
        ]
        before = [bytes(memoryview(v).cast("B")) for v in views]
        parts = [v[1:3] for v in views]
        legs = route.legs[1:2]
        name = str(legs["object"][0] if np is not None else legs[0].object)
        c.close(), n.close(), u.close()
        del c, n, u, route
        gc.collect()
        for v, b in zip(views, before):
            self.assertEqual(bytes(memoryview(v).cast("B")), b)
        del views, v
        gc.collect()
        junk = [bytearray(1 << 16) for _ in range(200)]
        self.assertEqual([bytes(memoryview(p).tobytes()) for p in parts], [bytes(memoryview(p).tobytes()) for p in parts])
        self.assertEqual(name, str(legs["object"][0] if np is not None else legs[0].object))
        del junk

    def test_owner_goes_with_its_last_view(self):
        n = cim.open(town()).net()
        gone, owner = [], weakref.ref(n._net)
        weakref.finalize(n._net, gone.append, 1)
        part = n.arrays.xy[5:6]
        n.close()
        del n
        gc.collect()
        self.assertEqual((gone, owner() is None), ([], False))
        del part
        gc.collect()
        self.assertEqual((gone, owner()), ([1], None))

    def test_views_are_read_only(self):
        for v in (net().arrays.edge_length_m, city().query("class = 'Building'").ids, net().costs["link_ms"]):
            with self.assertRaises((ValueError, TypeError)):
                v[0] = 0

    @needs_numpy
    def test_no_copy_in_either_direction(self):
        n = net()
        view = _abi.cim_net_view(struct_size=ctypes.sizeof(_abi.cim_net_view))
        _core.call(_core.lib.cim_net_get, n._net, ctypes.byref(view))
        self.assertEqual(n.arrays.xy.ctypes.data, ctypes.cast(view.xy, ctypes.c_void_p).value)
        a = np.arange(10, dtype="f8")
        self.assertEqual(ctypes.cast(_core.give(a, "f8").pointer, ctypes.c_void_p).value, a.ctypes.data)
        b = np.arange(20, dtype="f8")[::2]
        self.assertNotEqual(ctypes.cast(_core.give(b, "f8").pointer, ctypes.c_void_p).value, b.ctypes.data)

    def test_nothing_leaks(self):
        _core.context()  # that of this thread stays
        made, freed = [], []
        plain = _core.Owner.__init__

        def counting(self, pointer, free, keep=None):
            plain(self, pointer, free, keep)
            made.append(1)
            weakref.finalize(self, freed.append, 1).atexit = False

        _core.Owner.__init__ = counting
        try:
            with cim.open(town()) as c:
                n = c.net("foot").ready("none")
                n.alternatives("osm:relation/71000030", (505000, 5382500), 2)
                n.isochrone((505000, 5382500), (60, 120)).areas[0].geometry
                n.nearest((505000, 5382500), c.query("function = 'school'"))
                t = n.traffic()
                t.publish(5).route((505000, 5382500), (506000, 5383000))
                u = c.utility("water")
                u.isolate("inp:link/P0293"), u.what_if().publish()
                c.impact(u, n).find(fail=["inp:link/P0293"])
                for bad in ("nobody", "osm:way/1"):
                    with self.assertRaises(cim.NotFound):
                        n.route(bad, bad)
            del c, n, u, t
            gc.collect()
        finally:
            _core.Owner.__init__ = plain
        self.assertGreater(len(made), 15)
        self.assertEqual(len(made), len(freed))


class Closed(unittest.TestCase):
    def test_use_after_close_raises(self):
        c = cim.open(town())
        n, u = c.net(), c.utility("water")
        o, r, fleet = c.query("class = 'Building'")[0], c.query("class = 'Road'"), n.fleet([(505000, 5382500)])
        c.close()
        c.close()
        for f in (
            lambda: len(c),
            lambda: c.query("x = 1"),
            lambda: c.epsg,
            lambda: o.id,
            lambda: o.class_name,
            lambda: r[0].name,
            lambda: c.net(),
            c.info,
            lambda: c.export("/dev/null"),
            lambda: n.route(o, o),
            lambda: c.__enter__(),
            lambda: list(c),
        ):
            with self.assertRaises(cim.Closed):
                f()
        self.assertEqual(len(n.matrix([(505000, 5382500)], [(505100, 5382500)])), 1)  # the net does not need the city
        n.close()
        for f in (lambda: n.route((505000, 5382500), (506000, 5382500)), lambda: n.matrix([(505000, 5382500)]), lambda: n.costs, n.ready):
            with self.assertRaises(cim.Closed):
                f()
        self.assertEqual(len(fleet), 1)
        u.close()
        with self.assertRaises(cim.Closed):
            u.trace("bridges")
        self.assertTrue(c.closed and n.closed and u.closed and "closed" in repr(c) + repr(n) + repr(u))
        i = cim.Index([(0, 0, 1, 1)])
        with i:
            pass
        with self.assertRaises(ValueError):
            i.query(0, 0, 1, 1)

    def test_closing_while_others_ask(self):
        failures, c = [], cim.open(town())
        n = c.net().ready("none")

        def work():
            try:
                while True:
                    c.query("class = 'Building' AND height_m > 20")
                    n.route((505000, 5382500), (506500, 5383200))
            except cim.Closed:
                return
            except BaseException as e:  # pylint: disable=broad-except
                failures.append(repr(e))

        threads = [threading.Thread(target=work) for _ in range(6)]
        for t in threads:
            t.start()
        time.sleep(0.3)
        c.close()
        n.close()
        for t in threads:
            t.join(60)
        self.assertEqual(failures, [])
        self.assertFalse(any(t.is_alive() for t in threads))


class Threads(unittest.TestCase):
    def test_shared_objects_give_equal_answers(self):
        c, n = city(), net("emergency").ready("auto")
        u = c.utility("water")
        goals = [(505000 + 20 * i, 5382500 + 10 * i) for i in range(40)]
        expected = [n.route("osm:relation/71000030", g).time_ms for g in goals]
        trace = [int(e) for e in u.trace("upstream", "inp:link/P0293").elements]
        found, failures = [], []

        def work():
            try:
                for _ in range(3):
                    found.append([n.route("osm:relation/71000030", g).time_ms for g in goals] == expected)
                    found.append([int(e) for e in u.trace("upstream", "inp:link/P0293").elements] == trace)
                    found.append(len(c.query("class = 'Building'")) == 4732 or c.count("class = 'Building'") == len(c.query("class = 'Building'")))
            except BaseException as e:  # pylint: disable=broad-except
                failures.append(repr(e))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual((failures, set(found), len(found)), ([], {True}, 72))

    def test_a_context_serves_one_thread(self):
        wrong = []
        with cim.Context() as ctx:

            def enter():
                try:
                    with ctx:
                        pass
                except RuntimeError:
                    wrong.append(1)

            t = threading.Thread(target=enter)
            t.start()
            t.join()
        self.assertEqual(wrong, [1])


HARD = """
import cim, random, sys
rng = random.Random(1)
lists = [sorted(rng.sample(range(400), 8)) for _ in range(300)]
print("begin", flush=True)
try:
    cim.place.cover_all(lists, demand_count=400, work=2**64 - 1, leave_out=True)
    print("done")
except KeyboardInterrupt:
    print("interrupted")
assert cim.Index([(0, 0, 1, 1)]).query(0, 0, 1, 1)[0] == 0
print("alive")
"""


class Cancelling(unittest.TestCase):
    lists = None

    def hard(self):
        import random

        rng = random.Random(1)
        return cim.place.cover_all([sorted(rng.sample(range(400), 8)) for _ in range(300)], demand_count=400, work=2**64 - 1, leave_out=True)

    def test_interrupt(self):
        p = subprocess.Popen([sys.executable, "-c", HARD], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": support.PYTHON})
        self.assertEqual(p.stdout.readline(), "begin\n")
        time.sleep(1.5)
        p.send_signal(signal.SIGINT)
        out, _ = p.communicate(timeout=60)
        self.assertEqual(out.split()[:2], ["interrupted", "alive"])

    def test_cancel_from_another_thread(self):
        caught = []

        def work():
            with ctx:
                try:
                    self.hard()
                except cim.Cancelled as e:
                    caught.append(e.name)
                caught.append(len(cim.Index([(0, 0, 1, 1)]).query(0, 0, 1, 1)))

        ctx = cim.Context()
        t = threading.Thread(target=work)
        t.start()
        time.sleep(0.5)
        ctx.cancel()
        t.join(60)
        self.assertEqual(caught, ["CIM_ECANCEL", 1])

    def test_progress(self):
        seen = []
        cim.check(town(), quick=True, progress=lambda done, step: seen.append((done, step)))
        self.assertTrue(all(0 <= d <= 1 and s for d, s in seen))
        cim.load(*support.data("town.osm.pbf"), progress=lambda done, step: seen.append((done, step)))
        self.assertGreater(len(seen), 2)

    def test_progress_that_says_no(self):
        with self.assertRaises(cim.Cancelled):
            cim.load(*support.data("town.osm.pbf"), progress=lambda done, step: False)
        self.assertEqual(len(cim.Index([(0, 0, 1, 1)])), 1)

    def test_an_exception_in_progress_comes_through(self):
        def fails(done, step):
            raise ZeroDivisionError(step)

        with self.assertRaises(ZeroDivisionError):
            cim.load(*support.data("town.osm.pbf"), progress=fails)
        with self.assertRaises(ZeroDivisionError):
            threads = []
            with cim.Context(progress=fails):
                threads.append(cim.load(*support.data("town.osm.pbf")))

    def test_progress_may_use_the_library(self):
        counts = []
        cim.load(*support.data("town.osm.pbf"), progress=lambda done, step: counts.append(len(city().query("class = 'Building'", limit=3))))
        self.assertEqual(set(counts), {3})

    def test_bar_like_tqdm(self):
        class Bar:
            total, n, drawn = None, 0, 0

            def update(self, n):
                raise AssertionError("n is set")

            def set_description(self, text, refresh=True):
                self.text = text

            def refresh(self):
                self.drawn += 1
                self.most = max(getattr(self, "most", 0), self.n)

        bar = Bar()
        cim.load(*support.data("town.osm.pbf"), progress=bar)
        self.assertTrue(bar.total == 100 and bar.drawn and 0 < bar.most <= 100)

    def test_log(self):
        lines = []
        with cim.Context(log=lambda level, line: lines.append((level, line)), log_level="debug"):
            cim.load(*support.data("town.osm.pbf"))
        self.assertTrue(all(level in cim.Context.LEVELS and "\n" not in line for level, line in lines))


class Failures(unittest.TestCase):
    def test_classes(self):
        for call, *classes in (
            (lambda: cim.open("/no/such.cim"), cim.MissingFile, FileNotFoundError, OSError),
            (lambda: cim.open(__file__), cim.BadFormat, ValueError),
            (lambda: cim.load("/no/such.osm"), FileNotFoundError),
            (lambda: city().query("heigth_m > 3"), cim.InvalidArgument, ValueError),
            (lambda: city()["nobody"], cim.NotFound, LookupError),
            (lambda: city()[10**12], cim.NotFound),
            (lambda: city()[-1], cim.NotFound),
            (lambda: city().net("rocket"), cim.NotFound),
            (lambda: city().net(time="yesterday"), cim.InvalidArgument),
            (lambda: city().export(__file__), cim.CimError),
            (lambda: city().query("name = 'a\0b'"), ValueError),
            (lambda: cim.Index.load(b"x" * 100), cim.BadFormat),
            (lambda: net().route((0, 0), (1, 1)), cim.NotFound),
            (lambda: net().route((float("nan"), 0), (1, 1)), ValueError),
            (lambda: net().place("nobody"), cim.NotFound),
            (lambda: net().place(object()), ValueError),
            (lambda: net().isochrone((505000, 5382500), [-1]), ValueError),
            (lambda: net().isochrone((505000, 5382500), []), ValueError),
            (lambda: cim.place.cover_all([[0]], demand_count=2), cim.NotFound),
        ):
            for c in classes:
                with self.assertRaises(c):
                    call()

    def test_place_and_message(self):
        with self.assertRaises(cim.InvalidArgument) as e:
            city().query("class = 'Building' AND heigth_m > 3")
        self.assertRegex(e.exception.place or "", r"^query:\d+$")
        self.assertNotIn("\n", str(e.exception))
        with self.assertRaises(FileNotFoundError) as f:
            cim.open("/no/such.cim")
        self.assertEqual((f.exception.filename, f.exception.errno), ("/no/such.cim", 2))
        again = pickle.loads(pickle.dumps(e.exception))
        self.assertEqual((type(again), str(again), again.place, again.status), (cim.InvalidArgument, str(e.exception), e.exception.place, -2))

    def test_every_status_has_a_class(self):
        for name, value in _abi.CONSTANTS.items():
            if name.startswith("CIM_E") and isinstance(value, int) and -100 < value < 0 and "_" not in name[4:]:
                self.assertEqual(cim.errors.BY_STATUS[value].name, name)

    def test_import_option_that_is_none(self):
        with self.assertRaises(TypeError):
            cim.load(*support.data("town.osm.pbf"), epgs=25832)

    def test_partial_import(self):
        bad = os.path.join(support.folder(), "bad.osm")
        with open(bad, "w", encoding="utf-8") as f:
            f.write("<osm><node id='1'")
        c = cim.load(bad, *support.data("town.osm.pbf"), keep_going=True)
        self.assertTrue(c.report.partial and len(c) > 1000)
        with self.assertRaises(cim.BadFormat) as e:
            cim.load(bad)
        self.assertIn("bad.osm", e.exception.place or "")


class Ranges(unittest.TestCase):
    def test_numbers_that_do_not_fit_are_refused(self):
        c, u = city(), city().utility("water")
        for bad in ([-1], [2**32], [1.5], ["x"], [float("nan")], [None]):
            with self.subTest(bad), self.assertRaises((ValueError, TypeError)):
                c.values(bad, "name")
        with self.assertRaises(cim.NotFound):
            c.values([2**32 - 2], "name")
        for f in (
            lambda: u.trace("upstream", [10**9]),
            lambda: u.device(10**9),
            lambda: u.trace("nothing"),
            lambda: u.criticality("no"),
            lambda: u.say("inp:link/P0293", "sideways"),
            lambda: net().edge_geometry(10**9),
            lambda: net().snap(505000, 5382500, 1000),
            lambda: cim.assign([[1, 2], [3]]),
            lambda: cim.Index([(0, 0, 1)]),
            lambda: cim.Index([(1, 1, 0, 0)]),
            lambda: cim.Index([(0, 0, 1, float("nan"))]),
            lambda: cim.route.Graph([0], [1, 2]),
            lambda: cim.route.Graph([0], [5], node_count=2),
            lambda: cim.trace.Network([0], [1], sources=[7]),
            lambda: cim.sight.Scene([cim.geometry.box(0, 0, 1, 1)], [0], []),
            lambda: cim.sight.viewshed([[0, 0]], 5, 0),
            lambda: cim.Context(threads=-1),
            lambda: net().traffic().say("osm:way/4100000204"),
        ):
            with self.assertRaises(ValueError):
                f()

    def test_empty_inputs(self):
        self.assertEqual(len(cim.Index([])), 0)
        self.assertEqual(len(cim.Index([]).query(0, 0, 1, 1)), 0)
        self.assertEqual(len(net().matrix([], [])), 0)
        self.assertEqual(city().values([], "name"), [])
        self.assertEqual(len(city().query("function = 'casino'").ids), 0)
        self.assertEqual(city().query("function = 'casino'").to_dicts(), [])
        self.assertEqual(len(cim.trace.Network([], [], node_count=0).find("bridges")), 0)
        self.assertEqual(len(cim.Shapes([])), 0)

    def test_buffers_and_sequences(self):
        boxes = array.array("d", [0, 0, 1, 1, 5, 5, 6, 6])
        for given in (boxes, memoryview(boxes), memoryview(bytes(boxes)).cast("d"), [(0, 0, 1, 1), (5, 5, 6, 6)], ((0, 0, 1, 1), (5, 5, 6, 6))):
            self.assertEqual([int(i) for i in cim.Index(given).query(5, 5, 9, 9)], [1])
