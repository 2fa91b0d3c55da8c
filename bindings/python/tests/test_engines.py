"""The engines on bare arrays against plain Python: fixed seeds, oracles of a few lines."""
import heapq
import itertools
import math
import random
import unittest

import cim

from .support import needs_numpy, np


def numbers(values):
    return [int(v) for v in values]


class Index(unittest.TestCase):
    def setUp(self):
        rng = random.Random(1)
        self.boxes = []
        for _ in range(700):
            x, y = rng.uniform(0, 1000), rng.uniform(0, 1000)
            self.boxes.append((x, y, x + rng.uniform(0, 30), y + rng.uniform(0, 30)))
        self.rng, self.index = rng, cim.Index(self.boxes)

    def far(self, b, x, y):
        return math.hypot(max(b[0] - x, 0, x - b[2]), max(b[1] - y, 0, y - b[3]))

    def test_windows(self):
        windows = []
        for _ in range(300):
            x, y = self.rng.uniform(0, 1000), self.rng.uniform(0, 1000)
            windows.append((x, y, x + 60, y + 60))
        for w in windows:
            expected = [i for i, b in enumerate(self.boxes) if b[0] <= w[2] and b[2] >= w[0] and b[1] <= w[3] and b[3] >= w[1]]
            self.assertEqual(sorted(numbers(self.index.query(*w))), expected)
        first, ids = self.index.query_many(windows)
        for i, w in enumerate(windows):
            self.assertEqual(sorted(numbers(ids[first[i] : first[i + 1]])), sorted(numbers(self.index.query(*w))))

    def test_nearest(self):
        for _ in range(300):
            x, y = self.rng.uniform(-100, 1100), self.rng.uniform(-100, 1100)
            _, far = self.index.nearest(x, y, 4)
            expected = sorted(self.far(b, x, y) for b in self.boxes)[:4]
            for a, b in zip(far, expected):
                self.assertAlmostEqual(a, b, 4)

    def test_join_save_and_live(self):
        pairs = {tuple(sorted(map(int, p))) for p in self.index.join()}
        expected = {
            (i, j)
            for i, j in itertools.combinations(range(len(self.boxes)), 2)
            if self.boxes[i][0] <= self.boxes[j][2]
            and self.boxes[i][2] >= self.boxes[j][0]
            and self.boxes[i][1] <= self.boxes[j][3]
            and self.boxes[i][3] >= self.boxes[j][1]
        }
        self.assertEqual(pairs, expected)
        again = cim.Index.load(self.index.save())
        self.assertEqual(sorted(numbers(again.query(0, 0, 500, 500))), sorted(numbers(self.index.query(0, 0, 500, 500))))
        live = cim.LiveIndex(self.index)
        old = live.view()
        live.apply(put=[(5000, 1, 1, 2, 2)], delete=[0])
        self.assertIn(5000, numbers(live.view().query(1, 1, 2, 2)))
        self.assertNotIn(5000, numbers(old.query(1, 1, 2, 2)))
        live.merge()
        self.assertEqual(len(live), len(self.boxes))
        live.close()
        self.assertEqual(len(old), len(self.boxes))

    def test_shapes(self):
        shapes = cim.Shapes([cim.geometry.box(0, 0, 10, 10), {"type": "LineString", "coordinates": [(20, 0), (30, 0)]}])
        self.assertEqual([shapes.locate(0, 5, 5), shapes.locate(0, 0, 5), shapes.locate(0, -1, 5)], ["inside", "boundary", "outside"])
        self.assertEqual([float(d) for d in shapes.distances([0, 1], [(13, 14), (25, 3)])], [5.0, 3.0])
        self.assertEqual(numbers(cim.Index([(2, 2, 3, 3), (50, 50, 51, 51)]).meets(shapes, 0)), [0])


class Route(unittest.TestCase):
    def dijkstra(self, graph, start):
        best, todo = {start: 0}, [(0, start)]
        while todo:
            d, v = heapq.heappop(todo)
            if d > best[v]:
                continue
            for w, c in graph.get(v, ()):
                if d + c < best.get(w, 1 << 60):
                    best[w] = d + c
                    heapq.heappush(todo, (d + c, w))
        return best

    def test_random_graphs(self):
        rng, cases = random.Random(2), 0
        for _ in range(25):
            n = rng.randint(2, 40)
            arcs = [(rng.randrange(n), rng.randrange(n), rng.randint(0, 5000)) for _ in range(rng.randint(0, 4 * n))]
            tail, head, weight = ([a[k] for a in arcs] for k in range(3))
            graph = {}
            for a, b, c in arcs:
                graph.setdefault(a, []).append((b, c))
            made = cim.route.Graph(tail, head, n)
            metric, plain = made.metric(weight, labels=rng.choice(["none", "full"])), cim.route.dijkstra_ms
            nodes = list(range(n))
            matrix = metric.matrix_ms(nodes, nodes).tolist()
            for s in rng.sample(nodes, min(n, 5)):
                best = self.dijkstra(graph, s)
                expected = [best.get(v, cim.route.UNREACHABLE_MS) for v in nodes]
                self.assertEqual(matrix[s], expected)
                self.assertEqual(numbers(metric.all_ms(s)), expected)
                self.assertEqual(numbers(plain(tail, head, weight, s, node_count=n)), expected)
                self.assertEqual(numbers(metric.times_ms([s] * n, nodes)), expected)
                for v in nodes:
                    self.assertEqual(metric.time_ms(s, v), expected[v])
                    cases += 1
                    if v in best:
                        time, path = metric.path(s, v)
                        self.assertEqual((time, sum(weight[a] for a in path)), (best[v], best[v]))
        self.assertGreater(cases, 1000)

    def test_update_and_save(self):
        graph = cim.route.Graph([0, 1, 0], [1, 2, 2])
        metric = graph.metric([1000, 1000, 5000])
        other = metric.update([0], [cim.route.UNREACHABLE_MS])
        self.assertEqual((metric.time(0, 2), other.time(0, 2), other.time(0, 1)), (2.0, 5.0, math.inf))
        again = cim.route.Graph([0, 1, 0], [1, 2, 2], saved=graph.save())
        self.assertEqual(again.metric([1, 1, 1]).time_ms(0, 2), 1)
        graph.close()
        self.assertEqual(metric.time(0, 2), 2.0)
        with self.assertRaises(cim.NotFound):
            other.path(2, 0)


class Trace(unittest.TestCase):
    def test_subnetwork_and_downstream(self):
        rng, cases = random.Random(3), 0
        for _ in range(120):
            n = rng.randint(2, 14)
            edges = [(rng.randrange(n), rng.randrange(n)) for _ in range(rng.randint(1, 2 * n))]
            source = rng.randrange(n)
            network = cim.trace.Network([a for a, _ in edges], [b for _, b in edges], node_count=n, sources=[source])

            def reached(without=None):
                seen, todo = set(), [source] if without != source else []
                seen.update(todo)
                while todo:
                    v = todo.pop()
                    for e, (a, b) in enumerate(edges):
                        if n + e == without or v not in (a, b):
                            continue
                        seen.add(n + e)
                        w = b if a == v else a
                        if w != without and w not in seen:
                            seen.add(w)
                            todo.append(w)
                return seen

            live = reached()
            for x in rng.sample(range(n + len(edges)), min(10, n + len(edges))):
                if x not in live or x == source:
                    continue
                self.assertEqual(numbers(network.find("downstream", [x]).elements), sorted(live - reached(x)))
                cases += 1
        self.assertGreater(cases, 500)

    def test_states(self):
        network = cim.trace.Network([0, 1, 2], [1, 2, 3], sources=[0], devices=cim.trace.devices([1], [0], ["valve"]), columns={"people": ([0, 1, 2, 4], None)})
        self.assertEqual(network.find("connected", [0]).sums, {"people": 7.0})
        isolated = network.isolate([network.edge(2)])
        self.assertEqual((numbers(isolated.shut), isolated.works_sums), ([0], {"people": 6.0}))
        network.change("device", 0, set=cim.trace.SHUT)
        self.assertEqual(len(network.find("subnetwork", [0])), 7)  # nobody sees it before it is published
        network.publish()
        self.assertEqual(len(network.find("subnetwork", [0])), 3)
        network.change("device", 0, clear=cim.trace.SHUT)
        self.assertEqual((network.publish(), network.flags("device", 0)), (2, 0))
        self.assertEqual(len(network.find("subnetwork", [0])), 7)
        length, way = network.path(3, 0)
        self.assertEqual((length, numbers(way)), (7.0, [3, 6, 2, 5, 1, 4, 0]))
        self.assertEqual([float(v) for v in network.criticality("people")], [7, 7, 6, 4, 7, 6, 4])
        self.assertEqual(network.nearest(3, "valve")[0].device, 0)
        self.assertEqual(network.redundancy(3), 1)


class Sight(unittest.TestCase):
    def test_one_house(self):
        scene = cim.sight.Scene([cim.geometry.box(0, 0, 10, 10)], [0], [5])
        rng, eyes, targets, expected = random.Random(4), [], [], []
        for _ in range(1500):
            eye = (-rng.uniform(1, 20), rng.uniform(1, 9), rng.uniform(0.1, 9))
            target = (10 + rng.uniform(1, 20), rng.uniform(1, 9), rng.uniform(0.1, 9))
            eyes.append(eye)
            targets.append(target)
            low = min(eye[2] + (target[2] - eye[2]) * (x - eye[0]) / (target[0] - eye[0]) for x in (0, 10))
            expected.append(int(low > 5))
        self.assertEqual(numbers(scene.lines(eyes, targets)), expected)
        self.assertEqual(numbers(scene.fan(eyes[0], targets)), numbers(scene.lines([eyes[0]] * len(targets), targets)))
        self.assertIn(1, expected)
        self.assertEqual((scene.blocker((-5, 5, 1), (15, 5, 1)), scene.blocker((-5, 5, 9), (15, 5, 9))), (0, None))
        isovist = scene.isovist(-5, 5, z_m=1, max_m=20)
        self.assertLess(isovist.area_m2, math.pi * 400)
        self.assertEqual(isovist.geometry["type"], "Polygon")
        self.assertEqual(numbers(scene.lit([(15, 5, 0), (-5, 5, 0)], 270, 10)), [0, 1])
        self.assertTrue(0.5 < scene.sky((-1, 5, 0)) < 1)

    def test_sun_and_viewshed(self):
        azimuth, elevation = cim.sight.sun(1718971200, 48.6, 9.0)  # 2024-06-21T12:00Z, near noon
        self.assertTrue(170 < azimuth < 215 and 62 < elevation < 66)
        seen = cim.sight.viewshed([[0, 0, 0], [0, 9, 0], [0, 0, 0]], 0, 1).tolist()
        self.assertEqual((seen[1][1], seen[1][2]), (1, 0))


class Place(unittest.TestCase):
    def test_cover_most_and_all(self):
        rng = random.Random(5)
        for _ in range(60):
            sites, demands, most = rng.randint(2, 7), rng.randint(1, 8), rng.randint(1, 3)
            lists = [sorted(rng.sample(range(demands), rng.randint(0, demands))) for _ in range(sites)]
            weights = [rng.randint(0, 9) for _ in range(demands)]
            best = max(sum(weights[d] for d in set().union(*(lists[s] for s in chosen))) for chosen in itertools.combinations(range(sites), min(most, sites)))
            plan = cim.place.cover_most(lists, most, demand_count=demands, weights=weights)
            self.assertEqual((plan.value, plan.status), (best, "proven"))

    def test_median_with_fixed_sites(self):
        rng = random.Random(6)
        matrix = [[rng.uniform(0, 100) for _ in range(9)] for _ in range(6)]
        plan = cim.place.median(matrix, 2, fixed=[3])
        best = min(sum(min(matrix[3][d], matrix[s][d]) for d in range(9)) for s in range(6))
        self.assertAlmostEqual(plan.value, best, 6)
        self.assertIn(3, plan.sites)

    @needs_numpy
    def test_numpy_in_and_out(self):
        matrix = np.array([[1.0, 5.0], [5.0, 1.0]])
        self.assertEqual(cim.place.center(matrix, 2).value, 1.0)
        self.assertEqual(cim.place.dispersion(np.array([[0.0, 3.0], [3.0, 0.0]]), 2).value, 3.0)


class Fleet(unittest.TestCase):
    def test_assign(self):
        rng = random.Random(7)
        for _ in range(100):
            units, incidents = rng.randint(1, 5), rng.randint(1, 4)
            times = [[rng.randint(1, 999) for _ in range(incidents)] for _ in range(units)]
            few = min(units, incidents)
            if units >= incidents:
                best = min(sum(times[u][i] for i, u in enumerate(p)) for p in itertools.permutations(range(units), incidents))
            else:
                best = min(sum(times[u][i] for u, i in enumerate(p)) for p in itertools.permutations(range(incidents), units))
            found = cim.assign(times)
            self.assertEqual((round(found.total_s * 1000), sum(u is not None for u in found.unit_of)), (best, few))
