#!/usr/bin/env python3
"""Live weights on the graph and the city of Porto: publishing, what-ifs, feeds, readers beside a writer.

There is no peer: what stands beside ours is what is wanted of it, or the readers without a writer.  "agree" counts the answers that differ from
Dijkstra's on the weights of the epoch that the reader held."""
import subprocess
import tempfile
from pathlib import Path

import bench

GRAPH = "graph/porto-r5.lcg"
CITY = "osm/porto-r5.osm.pbf"
# case: what is wanted of it in ms
WANTED = {"customize_ms": 4.0, "publish_all_ms": None, "publish_all_labels_ms": 25.0, "publish_1_ms": None, "publish_10_ms": None, "publish_100_ms": None, "publish_1000_ms": None,
          "apply_publish_100000_ms": 4.0, "apply_publish_100000_in_order_ms": 4.0, "apply_publish_all_ms": None, "watch_ms": None, "publish_watched_closure_ms": None, "whatif_1_ms": None, "whatif_100_ms": None, "net_publish_20000_streets_ms": None, "net_square_1km_ms": None}


def program():
    real = bench.BUILD / "tests" / "bench" / ".libs" / "bench_live"
    return real if real.exists() else bench.BUILD / "tests" / "bench" / "bench_live"


def readers(values, name, source):
    """Readers beside a writer, raw, and what is left of the difference in processor time of their own."""
    get = lambda what: float(values[f"readers_{name}_{what}"][0])
    mixed = values[f"readers_{name}_mixed"]
    agree = f"{mixed[0]} mixed {mixed[1]}, writer {get('writer_share'):.3f} cpu"
    bench.row("live", f"readers {name} by the clock", "1/s", get("busy_per_s"), get("idle_per_s"), "without writer", agree, source, higher_is_better=True)
    bench.row("live", f"readers {name} by processor time", "1/s", get("own_busy_per_s"), get("own_idle_per_s"), "without writer", agree, source, higher_is_better=True)
    bench.row("live", f"readers {name} longest", "ms", get("longest_busy_ms"), get("longest_idle_ms"), "without writer", agree, source)
    bench.row("live", f"readers {name} beyond 1 ms", "ppm", get("late_busy"), get("late_idle"), "without writer", agree, source)


def main():
    graph, extract = bench.DATA / GRAPH, bench.DATA / CITY
    if not graph.exists():
        print(f"skipped: {graph} is not there")
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [program(), graph]
        city = Path(folder) / "porto.city"
        if extract.exists() and subprocess.run([bench.TOOL, "import", "-q", city, extract]).returncode == 0:
            command.append(city)
        done = subprocess.run(["/usr/bin/env", *map(str, command)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"failed: {done.stderr.strip()}")
    values = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}
    checked = "{} {}".format(*values["random_mismatches"])
    for case, wanted in WANTED.items():
        if case in values:
            bench.row("live", case[:-3].replace("_", " "), "ms", float(values[case][0]), wanted, "wanted" if wanted else "-", checked, CITY if case.startswith("net") else GRAPH)
    for case in ("feed_csv_us_a_row", "feed_ndjson_us_a_row", "net_feed_first_us_a_row", "net_feed_us_a_row"):
        if case in values:
            bench.row("live", case[:-9].replace("_", " "), "rows/s", 1e6 / float(values[case][0]), None, "-", "-", CITY if case.startswith("net") else GRAPH, higher_is_better=True)
    for name in ("1_of_1000", "2_of_1000", "1_of_1000_labels", "1_of_all"):
        readers(values, name, GRAPH)


main()
