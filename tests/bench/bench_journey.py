"""Journeys on a real city: stops, passing through, order, alternatives, what is avoided.  No other program here does these questions; answers
are compared with own searches in tests/unit/journey."""
import subprocess

import bench

CITIES = ["osm/porto-r5.osm.pbf"]
ROWS = [
    ("route between two places", "route_us"),
    ("journey over 5 stops", "stops_5_us"),
    ("passing through 3 of 5 stops", "passing_5_us"),
    ("12 stops in the best order", "order_12_ms"),
    ("3 alternatives", "alternatives_3_ms"),
    ("pairs with an alternative", "with_1_alternative"),
    ("pairs with two alternatives", "with_2_alternatives"),
    ("pairs with three alternatives", "with_3_alternatives"),
    ("edges of a square kilometre", "avoid_edges"),
    ("weights without them", "avoid_weights_ms"),
    ("metric without them", "avoid_metric_ms"),
    ("route round them", "avoid_journey_ms"),
    ("route round them, no metric", "avoid_dijkstra_ms"),
]

for path in bench.need(*(bench.DATA / c for c in CITIES)):
    done = subprocess.run([bench.BUILD / "tests/bench/bench_journey", path, "500"], capture_output=True, text=True, check=True)
    table = dict((line.split("\t")[0], line.split("\t")[1:]) for line in done.stdout.splitlines())
    for case, name in ROWS:
        value, unit = table[name]
        bench.row("journey", case, unit, float(value), None, "-", "-", path.name, "88172645463325252")
