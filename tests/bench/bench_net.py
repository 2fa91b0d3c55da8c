#!/usr/bin/env python3
"""The road net of a city: built, compiled into the city file, loaded, priced, asked; and `cimtool route` from nothing.

One thread, processor time, medians of the rounds; "agree" counts answers that are not Dijkstra's.  No peer of Debian has the same operations on a net
with turn restrictions; networkx's Dijkstra on the same weights stands beside a route."""
import os
import subprocess
import tempfile
import time
from pathlib import Path

import bench

FOLDER = bench.BUILD / "tests" / "bench"
INPUT = "osm/porto-r5.osm.pbf"
PAIRS, ROUNDS, CHECKED, COLD = 2000, 7, 100, 15


def program(name):
    real = FOLDER / ".libs" / name
    return real if real.exists() else FOLDER / name


def values(command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"failed: {command[0]}: {done.stderr.strip()}")
    return {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}


def networkx(weighted, count=5):
    """Milliseconds of a route in networkx on the arcs and pairs of a file, and how many times are not ours."""
    try:
        import networkx as nx
    except ImportError:
        return None, "-", "-"
    graph, pairs = nx.DiGraph(), []
    for line in weighted.read_text().splitlines():
        kind, a, b, weight = line.split()
        a, b, weight = int(a), int(b), int(weight)
        if kind == "p":
            pairs.append((a, b, weight))
        elif not graph.has_edge(a, b) or graph[a][b]["weight"] > weight:
            graph.add_edge(a, b, weight=weight)
    bad, begin = 0, time.process_time()
    for a, b, expected in pairs[:count]:
        bad += nx.bidirectional_dijkstra(graph, a, b)[0] != expected
    return (time.process_time() - begin) / count * 1e3, "networkx " + nx.__version__, f"peer: {bad} wrong of {count}"


def measure(source, temp):
    city = temp / "city.cim"
    _, _, _, status = bench.run([bench.TOOL, "import", "-q", city, source])
    if status:
        raise SystemExit("the import failed")
    plain = temp / "plain.cim"
    plain.write_bytes(city.read_bytes())
    wall, cpu, peak, status = bench.run([bench.TOOL, "prepare", "-q", city])
    ours = values([program("bench_net"), city, PAIRS, ROUNDS, CHECKED, temp / "weights"])
    peer_ms, peer, peer_agree = networkx(temp / "weights")
    good = True
    get = lambda name: float(ours[name][0])

    def row(case, unit, name, agree="-", peer_value=None, peer_name="-", mb=None):
        bench.row("net", f"{case}, {source.name.split('.')[0]}", unit, get(name), peer_value, peer_name, agree, source.name, "88172645463325252", ours_mb=mb)

    bench.row("net", "cimtool prepare", "s", wall, None, "-", "-", source.name, ours_mb=peak)
    for mode in ("restricted", "full"):
        wrong = [name for name in ours if name.startswith(mode + "_wrong_")]
        bad = sum(int(ours[name][0]) for name in wrong)
        agree = f"{'yes' if bad == 0 else 'NO'} ({bad} wrong of {len(wrong)} profiles x {CHECKED * CHECKED})"
        labels = int(get(mode + "_core64_wrong"))
        good &= bad == 0 and labels == 0
        row(f"build, {mode}", "ms", mode + "_build_ms")
        row(f"load, {mode}", "ms", mode + "_open_ms", peer_value=get(mode + "_build_ms"), peer_name="building it")
        row(f"load the hierarchy, {mode}", "ms", mode + "_hierarchy_ms", peer_value=get(mode + "_order_and_hierarchy_s") * 1e3, peer_name="building it")
        row(f"costs of a car, {mode}", "ms", mode + "_costs_ms")
        row(f"snap, {mode}", "us", mode + "_snap_us")
        row(f"route with line, {mode}", "us", mode + "_route_us", agree, get(mode + "_route_dijkstra_ms") * 1e3, "both sides Dijkstra")
        if mode == "restricted":
            row("route, no hierarchy, restricted", "ms", mode + "_route_dijkstra_ms", peer_agree, peer_ms, peer)
        else:
            row("route, no hierarchy, full", "ms", mode + "_route_dijkstra_ms")
        row(f"customise, {mode}", "ms", mode + "_customize_ms")
        row(f"labels, core of 64, {mode}", "ms", mode + "_core64_build_ms")
        row(f"time, core of 64, {mode}", "us", mode + "_core64_time_us", f"{'yes' if labels == 0 else 'NO'} ({labels} wrong of {PAIRS})")
    places = ours["places"]
    route = lambda file: [bench.TOOL, "route", file, places[0], places[1], "--json"]
    (cold, mb, _), (built, built_mb, _) = bench.side_by_side(route(city), route(plain), COLD)
    bench.row("net", "cimtool route, prepared", "ms", cold * 1e3, built * 1e3, "not prepared", "-", source.name, ours_mb=mb, peer_mb=built_mb)
    same = subprocess.run(list(map(str, route(city))), capture_output=True).stdout == subprocess.run(list(map(str, route(plain))), capture_output=True).stdout
    return good and same


def main():
    good = True
    for source in bench.need(bench.DATA / INPUT):
        with tempfile.TemporaryDirectory() as name:
            good &= measure(source, Path(name))
    if not good:
        raise SystemExit("an answer is wrong")


os.environ.setdefault("CIM_BENCH_THREADS", "1")
main()
