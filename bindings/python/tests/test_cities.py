"""Sensing, service, placement, watching and many trips: the same answers as cimtool --json on the sample town and on a real city."""
import csv
import datetime
import functools
import json
import math
import os
import random
import shutil
import unittest

import cim

from . import support
from .support import cimtool


NONE = 0xFFFFFFFF


def rounded(values, digits=3):
    return [None if v is None or not math.isfinite(v) else round(v, digits) for v in values]


def when(text):
    return cim.observations.time_ms(text) / 1000


class Same:
    """All of it on one city: what differs is said by the members below."""

    roads = "layer = 'road'"
    far_m = 400
    walls: str
    units: str
    people: str
    weight: str
    candidates: str
    incidents: tuple
    eye: str
    targets: tuple

    @staticmethod
    def make():
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        cls.path = cls.make()
        cls.city = cim.open(cls.path)
        cls.net = cls.city.net("emergency").ready("none")

    @classmethod
    def tearDownClass(cls):
        cls.city = cls.net = None

    @functools.lru_cache(None)
    def scene(self):
        return self.city.scene()

    def near(self, a, b, places=3):
        self.assertEqual(len(a), len(b))
        for x, y in zip(a, b):
            self.assertAlmostEqual(x, y, places)

    # ---- sight ----

    def test_see(self):
        s = self.scene()
        eye = s.place(self.eye)
        said = cimtool("see", self.path, self.eye, *self.targets, statuses=(0, 1))
        self.near(said["eye"], eye)
        for t, text in zip(said["targets"], self.targets):
            target = s.place(text, 1.6)
            who = s.blocked_by(eye, target)
            self.assertEqual((t["seen"], t["blocker"]), (who is None, who if who is None or isinstance(who, str) else who.id))
            self.near((t["distance_m"], t["z_m"]), (math.dist(eye, target), target[2]))
        said = cimtool("see", self.path, self.eye, "--among", self.walls, statuses=(0, 1))
        seen = {x.object.id: x for x in s.seen(eye, self.city.query(self.walls), height_m=1.6) if x.seen and x.distance_m <= 1000}
        self.assertEqual({o["object"] for o in said["objects"]}, set(seen))
        for o in said["objects"]:
            x = seen[o["object"]]
            self.assertEqual((o["share"], o["points"]), (round(x.share, 4), x.points))
            self.near((o["distance_m"], *o["point"]), (x.distance_m, *x.xyz))
        said, streets = cimtool("see", self.path, self.eye, "--roads", "--max", 80, statuses=(0, 1)), s.streets(eye, 80, height_m=1.6)
        self.near((said["seen_m"], said["length_m"]), (streets.seen_m, streets.length_m))
        self.assertAlmostEqual(cimtool("see", self.path, self.eye, "--sky")["sky_view_factor"], s.sky(eye, max_m=1000), 5)
        said, found = cimtool("see", self.path, self.eye, "--isovist", "--max", 60), s.isovist(eye[0], eye[1], z_m=eye[2], max_m=60)
        self.assertAlmostEqual(said["area_m2"], found.area_m2, 3)

    def test_sun(self):
        x, y, _ = self.scene().place(self.eye)
        at = f"{x:.3f},{y:.3f}"
        x, y = map(float, at.split(","))
        z = self.scene().ground(x, y)
        lon, lat, north = self.scene().north(x, y)
        for text in ("2026-12-21T11:00Z", "2026-06-21T05:00Z", "2026-03-20T22:00Z"):
            said, found = cimtool("sun", self.path, at, "--at", text, statuses=(0, 1)), cim.sight.sun(when(text), lat, lon)
            self.near((said["azimuth_deg"], said["elevation_deg"]), found, 4)
            lit = self.scene().lit([(x, y, z)], found[0] - north, said["apparent_deg"])
            self.assertEqual(said["lit"], bool(lit[0]) and said["apparent_deg"] > 0)
        said = cimtool("sun", self.path, at, "--from", "2026-06-21", "--to", "2026-06-22")
        span = {"from_s": when("2026-06-21T00:00Z"), "to_s": when("2026-06-22T00:00Z")}
        found = self.scene().sun_hours([(x, y, z)], latitude_deg=lat, longitude_deg=lon, north_deg=north, **span)
        self.assertAlmostEqual(said["hours"], float(found[0]), 4)

    # ---- coverage ----

    def check_cover(self, said, cover, targets, kind):
        self.assertEqual((said["sensors"], said["targets"]), (len(cover), len(targets)))
        self.near((said["weight"], said["covered"]), (cover.weight, cover.covered_weight))
        self.near(said["by_class"], cover.class_weight)
        self.near(said["by_folds"], cover.fold_weight)
        self.near([s["weight"] for s in said["each"]], list(map(float, cover.own_weight)))
        self.near([s["only"] for s in said["each"]], list(map(float, cover.unique_weight)))
        self.assertEqual([s["targets"] for s in said["each"]], [int(cover.first[i + 1] - cover.first[i]) for i in range(len(cover))])
        self.assertEqual([s["id"] for s in said["each"]], [None if s.object == NONE else self.city.id_of(s.object) for s in cover.sensors])
        self.assertEqual([s["assumed"] for s in said["each"]], [cim.sensor.assumed(s) for s in cover.sensors])
        gaps = cover.spans(kind, 0, 0)
        self.assertEqual(said["gap_stretches"], len(gaps))
        self.near((said["gap_m"],), (sum(g.to_m - g.from_m for g in gaps),))

    def test_cover_streets(self):
        s, roads = self.scene(), self.city.query(self.roads)
        cameras, targets = s.sensors(self.city.query("class = 'Camera'"), angle="view"), s.targets().lines(roads)
        cover = s.cover(cameras, targets)
        self.check_cover(cimtool("cover", self.path, "--angle", "view", "--roads", self.roads, statuses=(0, 3)), cover, targets, "line")
        x, y, _ = s.place(self.eye)
        x, y = round(x, 1), round(y, 1)
        more = cim.sensor.make("camera", x, y, s.ground(x, y) + 12, yaw_deg=90, hfov_deg=70)
        added = cover.add([more])
        said = cimtool("cover", self.path, "--angle", "view", "--roads", self.roads, "--add", f"{x},{y},12,90,70", statuses=(0, 3))
        self.near((said["covered"], said["each"][-1]["weight"]), (added.covered_weight, float(added.own_weight[-1])))
        self.assertGreater(float(added.own_weight[-1]), 0)
        self.assertTrue(set(f["properties"]["kind"] for f in added.__geo_interface__["features"]) == {"covered", "gap"})

    def test_cover_walls(self):
        s, walls = self.scene(), self.city.query(self.walls)
        targets = s.targets().walls(walls, step_m=3)
        cover = s.cover(s.sensors(self.city.query("class = 'Camera'"), angle="view", least=12.5), targets)
        said = cimtool("cover", self.path, "--angle", "view", "--least", 12.5, "--walls", self.walls, "--step", 3, statuses=(0, 1, 3))
        self.check_cover(said, cover, targets, "wall")

    def test_cover_area(self):
        s = self.scene()
        x, y, _ = s.place(self.eye)
        box = tuple(round(v) for v in (x - 40, y - 40, x + 40, y + 40))
        masks = {"privacy": box[:2] + (box[0] + 50, box[1] + 50), "keep_out": (box[0] + 60, box[1] + 60) + box[2:]}
        targets = s.targets().area(box, step_m=4)
        cover = s.cover(s.sensors(self.city.query("class = 'Camera'"), angle="view", least=5.0), targets, **masks)
        flags = [str(v) for n, b in masks.items() for v in ("--" + n.replace("_", "-"), ",".join(map(str, b)))]
        text = ",".join(map(str, box))
        said = cimtool("cover", self.path, "--angle", "view", "--least", 5, "--area", text, "--step", 4, *flags, statuses=(0, 1))
        self.near((said["covered"], said["gap_m2"]), (cover.covered_weight, cover.area(0, 0).area_m2))
        self.assertEqual(said["masked"], cover.masked_count)
        self.near([v["area_m2"] for v in said["violations"]], [v[1] for v in cover.violations])
        self.assertEqual([v["id"] for v in said["violations"]], [self.city.id_of(cover.sensors[v[0]].object) for v in cover.violations])
        for i in range(min(4, len(cover))):
            self.assertGreaterEqual(cover.field(i).area_m2, 0)
        with self.assertRaises(ValueError):
            targets.points([(0, 0, 0)])  # a coverage was built of them

    # ---- service and placement ----

    def check_serve(self, said, served):
        self.assertEqual((said["unit"], said["unserved"], said["unreachable"]), (served.unit, len(served.unserved), served.unreachable_count))
        self.assertEqual([k["served"] for k in said["limits"]], served.served_counts)
        self.near([said["weight"], *(k["weight"] for k in said["limits"])], [served.weight, *served.served_weights])
        self.near([f["catchment"] for f in said["facilities"]], list(map(float, served.catchments)))
        names = [p.object.id for p in served.facilities]
        self.assertEqual([d["nearest"] for d in said["demands"]], [None if n == NONE else names[n] for n in map(int, served.nearest)])
        costs = rounded(map(float, served.costs))
        self.assertEqual([d["cost"] for d in said["demands"]], costs)
        self.assertEqual([(d["name"], d["weight"]) for d in said["districts"]], list(zip(served.districts, map(float, served.district_weights))))
        return names

    def test_serve(self):
        ask = ("serve", self.path, "--facilities", self.units, "--demand", self.people, "--weight", self.weight)
        a, b = self.city.query(self.units), self.city.query(self.people)
        said = cimtool(*ask, "--within", "60s", "--within", "180s", "-p", "emergency", "--per", "located_in.name", statuses=(0, 3))
        self.check_serve(said, self.net.serve(a, b, [180, 60], weights=self.weight, districts="located_in.name"))
        said = cimtool(*ask, "--within", "900m", "-p", "emergency", "--to-facilities", "--capacity", "area_m2", "--whole", statuses=(0, 3))
        served = self.net.serve(a, b, within_m=[900], weights=self.weight, capacities="area_m2", to_facilities=True, whole=True)
        names = self.check_serve(said, served)
        plan = served.assignment
        self.near((said["assigned"]["served"], said["assigned"]["served_bound"]), (plan.served, plan.served_bound))
        self.assertEqual((said["assigned"]["proof"], said["assigned"]["total"]), (plan.proof, float(f"{plan.total / 1000:.10g}")))
        self.near([f["load"] for f in said["facilities"]], list(map(float, plan.loads)))
        shares = [(i, s["id"], s["amount"], s["cost"]) for i, d in enumerate(said["demands"]) for s in d["assigned"]]
        mine = plan.shares if support.np is None else [dict(zip(plan.shares.dtype.names, s)) for s in plan.shares.tolist()]
        value = (lambda s, n: getattr(s, n)) if support.np is None else dict.__getitem__
        self.assertEqual(shares, [(value(s, "demand"), names[value(s, "facility")], value(s, "amount"), value(s, "cost") / 1000) for s in mine])

    def check_place(self, said, plan, sites, scale=1.0):
        self.assertEqual((said["status"], said["proof"], said["left_out"]), (plan.status, plan.proof, plan.left_out))
        self.assertEqual([s["id"] for s in said["sites"]], [None if sites[s].object is None else self.city.id_of(sites[s].object) for s in plan.sites])
        self.near([v for s in said["sites"] for v in (s["x"], s["y"])], [v for s in plan.sites for v in (sites[s].x, sites[s].y)])
        self.near((said["value"], said["bound"]), (plan.value * scale, plan.bound * scale), 2)
        self.assertEqual(said["candidates"], len(sites))

    def test_place_by_road(self):
        sites, people = self.city.sites().find(self.candidates), self.city.sites().find(self.people)
        ask = ("place", self.path, "--candidates", self.candidates, "--demand", self.people, "--weight", self.weight, "-p", "emergency")
        weights = people.values(self.weight)
        reach = cim.Reach.road(self.net, sites, people, within_s=150)
        said = cimtool(*ask, "--within", "150s", "-n", 2, "--prove", statuses=(0, 3))
        self.check_place(said, reach.place("cover-most", 2, weights=weights, work=cim.place.PROVE), sites)
        if said["status"] == "proven":
            self.assertEqual(said["value"], said["bound"])
        reach = cim.Reach.road(self.net, sites, people)
        self.check_place(cimtool(*ask, "--problem", "median", "-n", 2, statuses=(0, 3)), reach.place("median", 2, weights=weights), sites, 1e-3)

    def test_place_by_air_and_sight(self):
        x, y, _ = self.scene().place(self.eye)
        box = tuple(round(v) for v in (x - self.far_m, y - self.far_m, x + self.far_m, y + self.far_m))
        sites, people = self.city.sites().find(self.candidates), self.city.sites().find(self.people)
        sites.drop(box, outside=True)
        keep = ("--keep-in", ",".join(map(str, box)))
        said = cimtool("place", self.path, "--by", "air", "--candidates", self.candidates, *keep, "--demand", self.people, "--within", "500m", "-n", 1, statuses=(0, 3))
        self.check_place(said, cim.Reach.air(sites, people, within_m=500).place("cover-most", 1), sites)
        scene = self.scene()
        walls = self.city.sites().walls(self.walls, 40.0)
        walls.drop(box, outside=True)
        sensors = []
        for s in walls:
            z = scene.ground(s.x, s.y) + s.height_m
            sensors.append(cim.sensor.make("camera", s.x, s.y, z, yaw_deg=s.azimuth_deg, range_m=60, vfov_deg=36, object=s.object))
        targets = scene.targets().lines(self.city.query(self.roads))
        reach = cim.Reach.sight(scene, sensors, targets)
        plan = reach.place("cover-most", 2, weights=targets.weights)
        ask = ("--along-walls", 40, "--on", self.walls, *keep, "--demand", self.roads, "--within", "60m", "-n", 2)
        self.check_place(cimtool("place", self.path, "--by", "sight", *ask, statuses=(0, 3)), plan, walls)

    # ---- many trips ----

    def test_match(self):
        route = self.net.route(*self.incidents[:2])
        rng, xy = random.Random(11), [tuple(p) for p in route.xy.tolist()]
        path, step = os.path.join(support.folder(), f"{type(self).__name__}.csv"), max(1, len(xy) // 60)
        points = [(round(x + rng.gauss(0, 3), 2), round(y + rng.gauss(0, 3), 2), 5.0 * i) for i, (x, y) in enumerate(xy[::step])]
        with open(path, "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows([("x", "y", "time"), *points])
        said = cimtool("match", self.path, path, "-p", "emergency")["traces"][0]
        for given in (points, path):
            m = self.net.match(given)
            self.assertEqual([said[k] for k in ("found", "between", "no_street", "outliers", "unordered")], list(m.counts.values()))
            self.assertEqual((said["length_m"], len(said["points"])), (round(m.length_m, 1), len(m.points)))
            legs = [leg for part in said["parts"] for leg in part["legs"]]
            mine = [(leg.object, leg.link) for leg in m.legs] if support.np is None else [(leg["object"], leg["link"]) for leg in m.legs]
            self.assertEqual([(g["object"], g["direction"]) for g in legs], [(self.city.id_of(int(o)), ("along", "against")[int(k) & 1]) for o, k in mine])
        self.assertGreater(said["found"] + said["between"], 0.8 * len(points))

    def test_betweenness(self):
        schools, places = self.city.query(self.candidates), self.city.query(self.units)
        a, b = self.net.places(schools, skip=True), self.net.places(places, skip=True)
        sizes = [[max(0.0, v) for v in cim.serve.property_of(p, "area_m2", 1.0)] for p in (a, b)]
        for more, wish in (
            (("--exact",), {}),
            (("--samples", 60, "--seed", 5), {"samples": 60, "seed": 5}),
            (("--trees", "--samples", 4), {"samples": 4, "trees": True}),
        ):
            said = cimtool(
                "betweenness", self.path, "--origins", self.candidates, "--destinations", self.units, "-p", "emergency", "--trips", 500, *more, statuses=(0, 3)
            )
            flow = self.net.betweenness(a, b, origin_weights=sizes[0], destination_weights=sizes[1], trips=500, **wish)
            self.assertEqual((said["trips"], said["mean_time_s"]), (float(f"{flow.trips:.6g}"), round(flow.time_s, 1)))
            trips = list(map(float, flow.link_trips))
            edges = sorted((-(trips[2 * e] + trips[2 * e + 1]), e) for e in range(len(trips) // 2) if trips[2 * e] + trips[2 * e + 1] > 0)
            mine = [(float(f"{-t:.6g}"), self.city.id_of(int(self.net.arrays.edge_object[e]))) for t, e in edges[:200]]
            self.assertEqual([(s["trips"], s["id"]) for s in said["streets"][:200]], mine)
            self.assertEqual(len(said["streets"]), len(edges))

    def test_dispatch(self):
        incidents = [f"{x},{y}" for x, y in self.incidents[:2]]
        ask = ("dispatch", self.path, *incidents, "--units", self.units, "--scenarios", 6, "--seed", 3, "--within", 240, "-k", 99, "--demand", self.candidates)
        said = cimtool(*ask, statuses=(0, 1, 3))
        scenarios = self.net.scenarios(6, seed=3)
        units = self.net.places(self.city.query(self.units), skip=True)
        fleet, times, late = self.net.fleet(units, scenarios=scenarios), [], []
        for i, place in zip(said["incidents"], self.incidents):
            ranks = fleet.rank(place, 99, within_s=240)
            self.assertEqual([u["id"] for u in i["units"]], [r.place.object.id for r in ranks])
            for u, r in zip(i["units"], ranks):
                self.assertEqual(rounded((u["median_s"], u["mean_s"], u["best_s"], u["worst_s"])), rounded((r.median_s, r.mean_s, r.best_s, r.worst_s)))
                self.near((u["within_share"], u["reached_share"]), (r.within_share, r.reached_share), 6)
            now = fleet.times(place)
            self.assertEqual([u["now_s"] for u in i["units"]], rounded(float(now[r.number]) for r in ranks))
            by_unit = {r.number: r for r in ranks}
            times.append([cim.route.UNREACHABLE_MS if u not in by_unit else round(by_unit[u].median_s * 1000) for u in range(len(units))])
            late.append([1.0 - by_unit[u].within_share if u in by_unit else 0.0 for u in range(len(units))])
        plan = cim.assign([list(c) for c in zip(*times)], within_s=240, late_shares=[list(c) for c in zip(*late)])
        sent = [None if u is None else units[u].object.id for u in plan.unit_of]
        self.assertEqual([i["send"] and i["send"]["id"] for i in said["incidents"]], sent)
        self.assertAlmostEqual(said["plan"]["total_s"], plan.total_s, 3)
        demand = self.net.places(self.city.query(self.candidates), skip=True)
        cover, everyone = self.net.coverage(self.net.fleet(units), demand, 240), list(range(len(units)))
        gap = cover.gap(everyone, [u for u in everyone if u not in plan.unit_of])
        self.assertEqual([said["gap"][k] for k in ("demand", "before", "after", "never")], [len(demand), gap.before, gap.after, gap.never])
        self.assertEqual([p["id"] for p in said["gap"]["lost"]], [demand[p].object.id for p in gap.lost])

    def test_evacuate(self):
        shelters = os.path.join(support.folder(), f"{type(self).__name__}-shelters.csv")
        exits = [(self.net.place(p), c, r) for p, c, r in zip(self.incidents, (400, None, 30), (600.0, 0.0, 0.0))]
        with open(shelters, "w", newline="", encoding="utf-8") as f:
            rows = [(p.x, p.y, "" if c is None else c, r or "") for p, c, r in exits]
            csv.writer(f, lineterminator="\n").writerows([("x", "y", "capacity", "people_per_hour"), *rows])
        area = self.net.places(self.city.query(self.leaving), skip=True)
        people = [int(min(max(v, 0), 4e9)) for v in cim.serve.property_of(area, self.counted, 0.0)]
        self.assertGreater(sum(people), 10)
        said = cimtool(
            "evacuate", self.path, "-a", self.leaving, "-s", shelters, "--people", self.counted, "-p", "emergency", "--per-vehicle", 3, statuses=(0, 3)
        )
        found = self.net.evacuate(zip(area, people), [((p.x, p.y), c, r) for p, c, r in exits], people_per_vehicle=3)
        for k in ("people", "evacuated", "no_way", "no_room", "too_late"):
            self.assertEqual(said[k], getattr(found, k), k)
        for k in ("clearance_s", "clearance_bound_s", "mean_s", "mean_bound_s"):
            self.assertAlmostEqual(said[k], getattr(found, k), 3)
        self.assertEqual([e["people"] for e in said["exits"]], list(map(int, found.exit_people)))
        self.assertEqual((len(said["groups"]), len(said["streets"])), (len(found.groups), len(found.links)))
        self.assertEqual(sum(g["people"] for g in said["groups"]), found.evacuated)

    # ---- observations and rules ----

    @functools.lru_cache(None)
    def observed(self):
        """A copy of the city with three days of two properties at four places."""
        path, rng = os.path.join(support.folder(), f"{type(self).__name__}-observed.cim"), random.Random(21)
        shutil.copy(self.path, path)
        start = cim.observations.time_ms("2026-01-05T00:00:00Z")
        with cim.Observations(path, write=True) as o:
            for k, place in enumerate(self.targets):
                number = self.city[place].number
                for name in ("NO2", "noise"):
                    o.put(f"S-{k}/{name}", thing=f"S-{k}", property=name, unit="1", object=number)
                    times = [start + 600000 * i for i in range(432) if rng.random() < 0.97 and not 200 < i < 200 + 15 * k]
                    o.append(f"S-{k}/{name}", times, [round(40 + 25 * math.sin(t / 1.3e7) + rng.gauss(0, 6), 1) for t in times])
        return path

    def test_observe(self):
        path, o = self.observed(), cim.Observations(self.observed())
        at = cim.observations.time_ms("2026-01-06T12:05:00Z")
        said = cimtool("observe", path, "-p", "NO2", "--at", "2026-01-06T12:05:00Z")["observations"]
        found = o.snapshot("NO2", at)
        mine = [(o.stream(x.stream).id, x.value, x.quality, o.stream(x.stream).object) for x in found]
        self.assertEqual([(x["stream"], x["value"], x["quality"], x["object"]) for x in said], mine)
        said = cimtool("observe", path, "-s", "S-1/noise", "--from", "2026-01-06", "--to", "2026-01-07")["streams"][0]["observations"]
        times, values, _ = o.window("S-1/noise", *(cim.observations.time_ms(f"2026-01-0{d}T00:00:00Z") for d in (6, 7)))
        self.assertEqual([(cim.observations.time_ms(x[0]), x[1]) for x in said], list(zip(map(int, times), map(float, values))))

    def test_watch(self):
        rules = {
            "schema": "cim-rules/1",
            "baseline": {"from": "2026-01-05T00:00:00Z", "to": "2026-01-06T00:00:00Z", "least_count": 2},
            "rules": [
                {"id": "high", "severity": "severe", "streams": {"property": "NO2"}, "when": {"above": 70, "clear": 60}, "repeat": "3h"},
                {"id": "silent", "severity": "minor", "streams": ["S-*"], "when": {"absent": "1h"}},
                {"id": "odd", "severity": "minor", "streams": {"property": "noise"}, "when": {"deviation": {"above": 4, "clear": 2}}, "for": "20m"},
            ],
        }
        path, file = self.observed(), os.path.join(support.folder(), f"{type(self).__name__}-rules.json")
        with open(file, "w", encoding="utf-8") as f:
            json.dump(rules, f)
        span = [cim.observations.time_ms(t) for t in ("2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z")]
        for given in (file, rules):
            watch = cim.Watch(cim.open(path), cim.Observations(path), given)
            events = watch.replay(*span)
            self.assertEqual(events, watch_lines(path, "--rules", file, "--replay", "2026-01-05/2026-01-08"))
        self.assertTrue({"high", "silent", "odd"} <= {e["rule"] for e in events}, {e["rule"] for e in events})
        said = cimtool("watch", path, "--rules", file, "--check")
        self.assertEqual({k: v for k, v in said.items() if k != "schema"}, {k: v for k, v in watch.describe().items() if k != "schema"})
        again = cim.Watch(cim.open(path), cim.Observations(path), rules)
        self.assertEqual((again.restore(watch.save()), again.counts()["active"]), (0, watch.counts()["active"]))
        self.assertEqual(again.line({"stream": "S-0/NO2", "time": "2026-01-09T00:00:00Z", "value": 500}).value, 500)
        self.assertIsNone(again.line({"acknowledge": "high"}))
        self.assertIn("high", [e["rule"] for e in again.events()])
        with self.assertRaises(LookupError):
            again.line({"stream": "nobody", "time": "2026-01-09T00:00:00Z", "value": 5})
        with self.assertRaises(ValueError):
            again.line("{")


def watch_lines(*args):
    """The events that cimtool watch prints."""
    text = support.run_cimtool("watch", *args)
    return [json.loads(line) for line in text.splitlines()]


class Town(Same, unittest.TestCase):
    walls = "class = 'Building' AND (function = 'hospital' OR height_m > 30)"
    units = "osm:amenity = 'fire_station'"
    people = "layer = 'building' AND population > 20"
    leaving = "layer = 'building' AND population > 60"
    weight, counted = "population", "population"
    candidates = "osm:amenity IS NOT NULL AND layer = 'building'"
    incidents = ((505000, 5382500), (506500, 5383300), (506000, 5382300))
    eye, targets = "osm:node/91000014948", ("osm:relation/71000030", "gml:LF_00002", "gml:LF_02083", "osm:way/4100000306")
    make = staticmethod(support.town)

    def test_its_week(self):
        path = os.path.join(support.folder(), "week.cim")
        shutil.copy(self.path, path)
        with cim.Observations(path, write=True) as o:
            o.ingest(support.data("town-sensors.json.gz")[0], self.city)
        rules, span = support.data("town-rules.json")[0], ("2024-05-13T00:00:00Z", "2024-05-20T00:00:00Z")
        watch = cim.Watch(cim.open(path), cim.Observations(path), rules)
        events = watch.replay(*map(cim.observations.time_ms, span))
        self.assertEqual(events, watch_lines(path, "--rules", rules, "--replay", "2024-05-13/2024-05-20"))
        self.assertGreater(len(events), 10)
        first = datetime.datetime.fromisoformat(events[0]["time"].replace("Z", "+00:00"))
        self.assertEqual(first.year, 2024)


class Heidelberg(Same, unittest.TestCase):
    roads = "layer = 'road' AND S_DWITHIN(geom, OBJECT('osm:node/1995316226'), 150)"
    far_m = 2500
    walls = "class = 'BuildingPart' OR class = 'Building'"
    units = "function = 'fire_station'"
    people = "function = 'school'"
    leaving = "osm:amenity = 'kindergarten' AND area_m2 < 300"
    weight, counted = "area_m2", "area_m2"
    candidates = "osm:amenity = 'kindergarten' OR function = 'hospital'"
    incidents = ((477300, 5474700), (478500, 5473600), (476500, 5472800))
    eye, targets = "osm:node/1995316226", ("osm:node/1995270923", "osm:way/115669341", "osm:way/342045912", "osm:way/445444379")
    make = staticmethod(support.heidelberg)
