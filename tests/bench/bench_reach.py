#!/usr/bin/env python3
"""Isochrones and matrices on the road net of a city, beside networkx (times of states) and shapely (union of buffers, as its users make areas).

One thread, processor time, medians of the rounds.  "agree": the peer's sum of times is ours; its area is within 2 % of ours."""
import subprocess
import tempfile
import time
from pathlib import Path

import bench

CITY = bench.DATA / "osm" / "porto-r5.osm.pbf"
FOLDER = bench.BUILD / "tests" / "bench"
TURNS = ["turns free", "turns priced"]


def program(name):
    real = FOLDER / ".libs" / name
    return real if real.exists() else FOLDER / name


def networkx(path):
    """Milliseconds of one search up to 600 s, of ten without a limit each, and whether the sum of times is ours."""
    try:
        import networkx as nx
    except ImportError:
        return None
    g = nx.DiGraph()
    with open(path) as lines:
        states, arcs, ends, total = map(int, next(lines).split())
        g.add_nodes_from(range(states + 1))
        for _ in range(arcs):
            tail, head, weight = map(int, next(lines).split())
            if tail != head and (not g.has_edge(tail, head) or g[tail][head]["weight"] > weight):
                g.add_edge(tail, head, weight=weight)
        for _ in range(ends):
            state, weight = map(int, next(lines).split())
            g.add_edge(states, state, weight=weight)
    begin = time.process_time()
    times = nx.single_source_dijkstra_path_length(g, states, cutoff=600000)
    spent = time.process_time() - begin
    begin = time.process_time()
    nx.single_source_dijkstra_path_length(g, states)
    everything = time.process_time() - begin
    return spent * 1e3, everything * 1e3, sum(times.values()) == total, "networkx " + nx.__version__


def shapely_area(path):
    """Milliseconds and km2 of the union of 50 m around all pieces."""
    try:
        import shapely
        from shapely.ops import unary_union
    except ImportError:
        return None
    lines = []
    for text in open(path):
        v = list(map(float, text.split()))
        if len(v) >= 4:
            lines.append(shapely.geometry.LineString(zip(v[::2], v[1::2])))
    begin = time.process_time()
    area = unary_union([line.buffer(50.0) for line in lines]).area
    return (time.process_time() - begin) * 1e3, area * 1e-6, "shapely " + shapely.__version__


def main():
    good = True
    for source in bench.need(CITY):
        with tempfile.TemporaryDirectory() as temp:
            city = Path(temp) / "city.cim"
            subprocess.run([bench.TOOL, "import", "-q", city, source], check=True)
            done = subprocess.run([program("bench_reach"), city, temp], capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"bench_reach: {done.stderr.strip()}")
            ours = {line.split("\t")[0]: float(line.split("\t")[1]) for line in done.stdout.splitlines()}
            for k, turns in enumerate(TURNS):
                nx, union = networkx(f"{temp}/graph-{k}"), shapely_area(f"{temp}/pieces-{k}")
                wrong = ours[f"matrix_wrong_{k}"]
                same = union and abs(union[1] / ours[f"area_km2_{k}"] - 1) < 0.02
                good &= wrong == 0 and (not nx or nx[2]) and (not union or same)
                yes = lambda right: "yes" if right else "NO"

                def row(case, name, peer=None, peer_name="-", agree="-"):
                    bench.row("reach", f"{case}, {turns}", "ms", ours[f"{name}_{k}"], peer, peer_name, agree, source.name, "88172645463325252")

                row("600 s, times on streets", "isochrone", nx and nx[0], nx and nx[3] + ", states only", nx and yes(nx[2]))
                row("600 s, backward", "isochrone_backward", nx and nx[0], nx and nx[3] + ", states only")
                row("600 s, without hierarchy", "isochrone_dijkstra", nx and nx[0], nx and nx[3] + ", states only")
                row("area of 600 s", "area", union and union[0], union and union[2] + " union of buffers", union and yes(same))
                row("areas of 300, 450, 600 s", "areas_3", union and union[0], union and union[2] + " one area")
                row("matrix 1000 x 1000", "matrix", nx and nx[1] * 1000, nx and nx[3] + " 1000 searches", f"{yes(wrong == 0)} ({wrong:.0f} wrong of 200)")
                print(f"# {turns}: {ours[f'states_within_{k}']:.0f} states, {ours[f'pieces_{k}']:.0f} pieces, {ours[f'area_km2_{k}']:.2f} km2" + (f", union {union[1]:.2f} km2" if union else ""), flush=True)
    if not good:
        raise SystemExit("an answer is wrong")


main()
