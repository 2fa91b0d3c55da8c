#!/usr/bin/env python3
"""The routing engine on graphs of cities, beside igraph, networkx, pgRouting and the orders of METIS on the same graphs and pairs.

One thread, processor time, medians of the rounds.  "agree" counts the pairs whose answers are Dijkstra's (ours) and ours (the peers').  Where
no peer of Debian has the operation, its nearest is named: a path stands for a time, a search per row for a matrix."""
import os
import struct
import subprocess
import tempfile
import time
from array import array
from pathlib import Path

import bench
import gen_city
import pgrouting

GRAPHS = ["graph/porto-r5.lcg", "graph/sydney-tntp.lcg", "graph/porto-turn.lcg"]
SUMS = {"porto-r5": 2714601790, "sydney-tntp": 4350544200, "porto-turn": 2823107268}  # of the 2,000 times, from four other engines
FOLDER = bench.BUILD / "tests" / "bench"


def program(name):
    real = FOLDER / ".libs" / name
    return real if real.exists() else FOLDER / name


def values(command):
    """The lines of a benchmark program, and its peak MB."""
    done = subprocess.run(["/usr/bin/env", *map(str, command)], capture_output=True, text=True)
    if done.returncode:
        print(f"failed: {command[0]}: {done.stderr.strip()}", flush=True)
        return None
    return {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}


def igraph(graph, pairs):
    if not program("bench_route_igraph").exists():
        return {}
    return values([program("bench_route_igraph"), graph, pairs, 50]) or {}


def metis(graph, separators):
    if not program("bench_route_metis").exists():
        return {}
    return values([program("bench_route_metis"), graph, separators]) or {}


def networkx(graph, pairs, count=10):
    try:
        import networkx as nx
    except ImportError:
        return {}
    data = graph.read_bytes()
    n, m = struct.unpack_from("<II", data, 4)
    words = array("I", data[12 : 12 + 4 * (n + 1 + 2 * m)])
    g = nx.DiGraph()
    g.add_nodes_from(range(n))
    for v in range(n):
        for a in range(words[v], words[v + 1]):
            head, weight = words[n + 1 + a], words[n + 1 + m + a]
            if v != head and (not g.has_edge(v, head) or g[v][head]["weight"] > weight):
                g.add_edge(v, head, weight=weight)
    spent, bad = 0.0, 0
    lines = pairs.read_text().splitlines()[:count]
    for line in lines:
        a, b, expected = map(int, line.split())
        begin = time.process_time()
        length, _ = nx.bidirectional_dijkstra(g, a, b)
        spent += time.process_time() - begin
        bad += length != expected
    return {"path_us": [spent / len(lines) * 1e6], "path_mismatches": [str(bad), f"of {len(lines)}"], "version": nx.__version__}


def measure(graph, temp, large=False):
    """A large graph is checked with fewer pairs, and the slow peers are left out."""
    pairs = temp / (graph.stem + ".pairs")
    ours = values([program("bench_route"), graph, 2000, 7, 200 if large else 2000, pairs])
    if not ours:
        return False
    ig, cut = igraph(graph, pairs), {n: metis(graph, n) for n in (1, 5)}
    nx, pg = ({}, {}) if large else (networkx(graph, pairs), pgrouting.measure(graph, pairs))
    ig_name, nx_name = "igraph (C)", "networkx " + nx.get("version", "-")
    get = lambda table, name: float(table[name][0]) if name in table else None
    ok = True

    def row(case, unit, name, peer=None, peer_name="-", check=None, agree="-", wrong=None):
        nonlocal ok
        if name not in ours:
            return
        if check:
            bad, of = ours[check + "_mismatches"][:2]
            total = int(ours[check + "_sum"][0])
            right = bad == "0" and total == SUMS.get(graph.stem, total)
            ok &= right
            agree = f"{'yes' if right else 'NO'} ({bad} wrong {of})"
        if wrong:
            bad, of = ours[wrong][:2]
            ok &= bad == "0"
            agree = f"{'yes' if bad == '0' else 'NO'} ({bad} wrong {of})"
        bench.row("route", f"{case}, {graph.stem}", unit, get(ours, name), peer, peer_name, agree, graph.name, "88172645463325252")

    def peers(table):
        return f"{table['path_mismatches'][0]} wrong {table['path_mismatches'][1]}" if table else "-"

    row("order from nothing", "s", "order_s")
    for separators, table in cut.items():
        name = f"METIS, {separators} separators"
        row(f"order from nothing ({name})", "s", "order_s", get(table, "order_s"), name)
        row(f"up-arcs ({name})", "arcs", "up_arcs", get(table, "up_arcs"), name)
        row(f"search space ({name})", "arcs", "search_arcs", get(table, "search_arcs"), name)
    row("hierarchy from order", "ms", "hierarchy_ms")
    row("hierarchy from bytes", "ms", "load_ms")
    row("customise", "ms", "customize_ms")
    row("time, no labels", "us", "cch_time_us", get(ig, "path_us"), ig_name + " path", "cch")
    row("path with arcs", "us", "path_us", get(ig, "path_us"), ig_name, "path")
    row("path with arcs (2)", "us", "path_us", get(nx, "path_us"), nx_name, agree="peer: " + peers(nx))
    row("path with arcs (3)", "us", "path_us", get(ig, "path_us"), ig_name, agree="peer: " + peers(ig))
    row("path with arcs (4)", "us", "path_us", pg.get("path_ms") and pg["path_ms"] * 1000, "pgRouting", agree="peer: " + pg.get("mismatches", "-"))
    row("nodes within 600 s (2)", "ms", "within_600s_ms", pg.get("within_ms"), "pgRouting")
    row("labels, all nodes", "ms", "labels_build_ms")
    row("labels, all nodes, memory", "MiB", "labels_mib")
    row("time, labels, one call", "us", "labels_time_us", get(ig, "path_us"), ig_name + " path", "labels")
    row("time, labels, batch", "us", "labels_batch_us")
    row("time, labels, cold, one call", "us", "labels_cold_time_us", get(ig, "path_us"), ig_name + " path")
    row("time, labels, cold, batch", "us", "labels_cold_batch_us")
    metric_mib = (8 * get(ours, "up_arcs") + 4 * get(ours, "arcs")) / 2**20
    bench.row("route", f"hierarchy, metric and core of 64, {graph.stem}", "MiB", get(ours, "held_mib") + metric_mib + get(ours, "core64_mib"), None, "-", "-", graph.name)
    row("labels, core of 64", "ms", "core64_build_ms")
    row("time, core of 64", "us", "core64_time_us", get(ig, "path_us"), ig_name + " path", "core64")
    row("time, core of 16", "us", "core16_time_us", get(ig, "path_us"), ig_name + " path", "core16")
    row("matrix 1000 x 1000", "ms", "matrix_1000_ms", get(ig, "one_to_all_ms") and get(ig, "one_to_all_ms") * 1000, ig_name + " 1000 searches", wrong="matrix_wrong")
    row("nearest 5 of 200", "us", "nearest_5_of_200_us", get(ig, "one_to_all_ms") and get(ig, "one_to_all_ms") * 1000, ig_name + " one search", wrong="nearest_wrong")
    row("one to all", "ms", "one_to_all_ms", get(ig, "one_to_all_ms"), ig_name, wrong="all_wrong")
    row("nodes within 600 s", "ms", "within_600s_ms", get(ig, "one_to_all_ms"), ig_name + " one to all", wrong="within_wrong")
    row("16 starts to all", "ms", "sixteen_to_all_ms", get(ig, "one_to_all_ms") and get(ig, "one_to_all_ms") * 16, ig_name, wrong="lanes_all_wrong")
    row("customise 16 metrics", "ms", "lanes_16_build_ms")
    row("time in 16 metrics", "us", "lanes_16_time_us", get(ig, "path_us") and get(ig, "path_us") * 16, ig_name + " 16 paths", "lanes")
    for count in (1, 10, 100, 1000):
        row(f"update of {count} random arcs", "ms", f"update_{count}_random_ms")
    print(f"# {graph.stem}: {ours['up_arcs'][0]} up-arcs, {ours['search_arcs'][0]} search arcs, {ours['levels'][0]} levels, {ours['held_mib'][0]} MiB held, {ours['saved_mib'][0]} MiB saved", flush=True)
    return ok and (not ig or ig["path_mismatches"][0] == "0") and (not nx or nx["path_mismatches"][0] == "0") and not pg.get("wrong")


def main():
    good = True
    with tempfile.TemporaryDirectory() as name:
        for graph in bench.need(*(bench.DATA / g for g in GRAPHS)):
            good &= measure(graph, Path(name))
        city = Path(name) / "generated.lcg"
        gen_city.main(city)
        good &= measure(city, Path(name), large=True)
    if not good:
        raise SystemExit("an answer is wrong")


os.environ.setdefault("CIM_BENCH_THREADS", "1")
main()
