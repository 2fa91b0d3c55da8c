#!/usr/bin/env python3
"""Nearest, dispatch and coverage on the road net of Porto, beside igraph and networkx on the same graph, places and costs.

One thread, processor time, medians of the rounds.  "agree" counts answers that differ from Dijkstra's algorithm (nearest), from a metric of each
scenario's own (dispatch) and from a matching's optimum (assignment).  Peers search from the incident once: no library of Debian has the
operation itself."""
import os
import subprocess
import tempfile
import time
from pathlib import Path

import bench

INPUT = "osm/porto-r5.osm.pbf"
FOLDER = bench.BUILD / "tests" / "bench"


def program(name):
    real = FOLDER / ".libs" / name
    return real if real.exists() else FOLDER / name


def values(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        print(f"failed: {command[0]}: {done.stderr.strip()}", flush=True)
        return None
    return {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}


def igraph(graph, pairs):
    if not program("bench_route_igraph").exists():
        return {}
    return values([program("bench_route_igraph"), graph, pairs, 50]) or {}


def networkx(graph, pairs, count=10):
    """Milliseconds of one search over all nodes, and how many of its times are not ours."""
    try:
        import struct
        from array import array

        import networkx as nx
    except ImportError:
        return None
    data = graph.read_bytes()
    n, m = struct.unpack_from("<II", data, 4)
    words = array("I", data[12 : 12 + 4 * (n + 1 + 2 * m)])
    g = nx.DiGraph()
    for v in range(n):
        for a in range(words[v], words[v + 1]):
            head, weight = words[n + 1 + a], words[n + 1 + m + a]
            if v != head and weight < 0x3FFFFFFF and (not g.has_edge(v, head) or g[v][head]["weight"] > weight):
                g.add_edge(v, head, weight=weight)
    spent, wrong = 0.0, 0
    lines = pairs.read_text().splitlines()[:count]
    for line in lines:
        start, end, expected = map(int, line.split())
        begin = time.process_time()
        times = nx.single_source_dijkstra_path_length(g, start)
        spent += time.process_time() - begin
        wrong += times.get(end) != expected
    return spent / len(lines) * 1e3, f"{wrong} wrong of {len(lines)}", "networkx " + nx.__version__


def matching(matrix):
    """Milliseconds of the assignment by a general matching, and whether its total is ours."""
    try:
        import networkx as nx
    except ImportError:
        return None
    lines = matrix.read_text().splitlines()
    g = nx.Graph()
    for unit, line in enumerate(lines[1:]):
        for incident, cost in enumerate(map(int, line.split())):
            if cost < 0x3FFFFFFF:
                g.add_edge(("unit", unit), ("incident", incident), weight=-cost)
    begin = time.process_time()
    pairs = nx.max_weight_matching(g, maxcardinality=True)
    spent = time.process_time() - begin
    return spent * 1e3, -sum(g[a][b]["weight"] for a, b in pairs) == int(lines[0]), "networkx " + nx.__version__


def measure(city, turns, temp):
    kind = ("restricted", "full")[turns]
    graph, pairs, matrix = (temp / f"{kind}.{end}" for end in ("lcg", "pairs", "matrix"))
    ours = values([program("bench_dispatch"), city, turns, graph, pairs, matrix])
    if not ours:
        return False
    ig, nx, mm = igraph(graph, pairs), networkx(graph, pairs), matching(matrix)
    search = float(ig["one_to_all_ms"][0]) * 1e3 if "one_to_all_ms" in ig else None
    ok = all(ours[name][0] == "0" for name in ("nearest_labels_wrong", "nearest_wrong", "rank_wrong")) and (not mm or mm[1])

    def row(case, unit, name, peer=None, peer_name="-", wrong=None, agree="-"):
        if wrong:
            bad, of = ours[wrong][:2]
            agree = f"{'yes' if bad == '0' else 'NO'} ({bad} wrong {of})"
        bench.row("dispatch", f"{case}, Porto, turns {kind}", unit, float(ours[name][0]), peer, peer_name, agree, INPUT, "88172645463325252")

    print(f"# turns {kind}: {ours['nodes'][0]} nodes, {ours['arcs'][0]} arcs", flush=True)
    row("200 units made ready, labels", "us", "fleet_200_labels_us")
    row("200 units made ready, no labels", "us", "fleet_200_us")
    row("nearest 5 of 200, labels", "us", "nearest_labels_us", search, "igraph (C) one search", "nearest_labels_wrong")
    if nx:
        row("nearest 5 of 200, labels (2)", "us", "nearest_labels_us", nx[0] * 1e3, nx[2] + " one search", agree="peer: " + nx[1])
    row("nearest 5 of 200, no labels", "us", "nearest_us", search, "igraph (C) one search", "nearest_wrong")
    row("16 scenarios drawn and customised", "ms", "scenarios_ms")
    row("16 scenarios customised", "ms", "customise_ms")
    row("20 units made ready, 16 scenarios", "us", "squad_us")
    row("20 units ranked, 16 scenarios", "us", "rank_us", search and search * 16, "igraph (C) 16 searches", "rank_wrong")
    row("100 units to 100 incidents", "ms", "assign_ms", mm and mm[0], mm[2] if mm else "-", agree="-" if not mm else "yes" if mm[1] else "NO")
    row("10,000 places covered from 50 posts", "ms", "cover_ms", search and search * 50 / 1e3, "igraph (C) 50 searches")
    row("best move of 20 units to 50 posts", "ms", "move_ms")
    return ok


def main():
    good = True
    with tempfile.TemporaryDirectory() as name:
        temp = Path(name)
        for source in bench.need(bench.DATA / INPUT):
            city = temp / "porto.cim"
            if subprocess.run([str(bench.TOOL), "import", "-q", str(city), str(source)]).returncode:
                raise SystemExit("the city cannot be imported")
            for turns in (0, 1):
                good &= measure(city, turns, temp)
    if not good:
        raise SystemExit("an answer is wrong")


os.environ.setdefault("CIM_BENCH_THREADS", "1")
main()
