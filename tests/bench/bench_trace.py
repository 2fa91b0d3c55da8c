#!/usr/bin/env python3
"""The trace engine on real and generated networks, beside networkx and igraph on the same networks.

One thread, processor time, medians of the rounds.  "agree" compares with a search for each segment (losses), and with networkx (edges cut in
two, as it does not tell parallel edges apart) and igraph (bridges, cut nodes)."""
import subprocess
import tempfile
import time
from pathlib import Path

import bench
import inp

FOLDER = bench.BUILD / "tests" / "bench"
NETWORKS = ["wntr/Net6.inp", "epyt/BWSN_Network_2.inp"]
GRIDS = [700, 2200]
STARTS = 1000


def values(name, *arguments):
    """The lines of a benchmark program; {} when it was not built."""
    program = FOLDER / ".libs" / name
    program = program if program.exists() else FOLDER / name
    if not program.exists():
        return {}
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"failed: {name}: {done.stderr.strip()}")
    return {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}


def number(table, name):
    return float(table[name][0]) if name in table else None


def networkx(nodes, ends):
    """Seconds for bridges and cut nodes, and how many there are."""
    try:
        import networkx as nx
    except ImportError:
        return {}
    g = nx.Graph()
    g.add_nodes_from(range(nodes))
    for e, (a, b) in enumerate(ends):
        g.add_edge(a, (e, 0))
        g.add_edge((e, 0), b)
    begin = time.process_time()
    bridges = {(p if isinstance(p, tuple) else q)[0] for p, q in nx.bridges(g)}
    cuts = [v for v in nx.articulation_points(g) if not isinstance(v, tuple)]
    return {"s": time.process_time() - begin, "bridges": len(bridges), "cut_nodes": len(cuts), "version": nx.__version__}


def networkx_segments(nodes, ends, devices):
    """Seconds for the parts of the graph of nodes and edges without the ends that have a valve."""
    try:
        import networkx as nx
    except ImportError:
        return None
    shut, g = set(devices), nx.Graph()
    begin = time.process_time()
    g.add_nodes_from(range(nodes + len(ends)))
    g.add_edges_from((nodes + e, pair[k]) for e, pair in enumerate(ends) for k in range(2) if 2 * e + k not in shut)
    count = sum(1 for _ in nx.connected_components(g))
    return time.process_time() - begin, count


def same(ours, *others):
    told = [other for other in others if other]
    count = lambda other, name: int(other[name][0] if isinstance(other[name], list) else other[name])
    good = all(count(ours, name) == count(other, name) for other in told for name in ("bridges", "cut_nodes"))
    return good, ("yes" if good else "NO") if told else "-"


def measure(path, temp):
    nodes, links, ends, sources, demand, _ = inp.read(path)
    devices, file = inp.valves(len(links), 0.5), temp / (path.stem + ".trc")
    inp.write(file, len(nodes), ends, sources, demand, devices)
    ours, ig = values("bench_trace", file, 51), values("bench_trace_igraph", file)
    nx, parts = networkx(len(nodes), ends), networkx_segments(len(nodes), ends, devices)
    wrong, segments = ours["losses_wrong"][0], int(ours["segments"][0])
    good, agree = same(ours, ig, nx)
    right = wrong == "0" and (not parts or parts[1] == segments)

    def row(case, name, peer, peer_name, agreed):
        bench.row("trace", f"{case}, {path.stem}", "ms", number(ours, name), peer, peer_name, agreed, path.name, "12345")

    row(f"segments ({segments})", "segments_ms", parts and parts[0] * 1e3, "networkx components", "yes" if right else "NO")
    searched = f"{'yes' if wrong == '0' else 'NO'} ({wrong} wrong of {segments})"
    row("segments, losses of each", "segments_losses_ms", number(ours, "losses_by_search_s") * 1e3, "a search each", searched)
    row("bridges, cut nodes", "bridges_cut_nodes_ms", nx and nx["s"] * 1e3, "networkx " + nx.get("version", "-"), agree)
    row("bridges, cut nodes (2)", "bridges_cut_nodes_ms", ig and (number(ig, "bridges_s") + number(ig, "cut_nodes_s")) * 1e3 or None, "igraph (C)", agree)
    return good and right


def measure_grid(width, temp):
    file = temp / "grid.trc"
    ours = values("bench_trace", "grid", width, STARTS, file)
    ig = values("bench_trace_igraph", file)
    file.unlink()
    size = f"{int(ours['edges'][0]) / 1e6:.1f} M edges"
    agree = "-" if not ig else "yes" if ig["bridges"][0] == ours["bridges"][0] else "NO"

    def row(case, unit, name, peer=None, peer_name="-", agreed="-"):
        bench.row("trace", f"{case}, {size}", unit, number(ours, name), peer, peer_name, agreed, f"grid {width}", "88172645463325252")

    row("network from arrays", "s", "network_s")
    row("index of upstream", "s", "index_s", number(ig, "bridges_s"), "igraph (C) bridges")
    row(f"upstream of {STARTS} starts, {ours['upstream_found'][0]} listed", "ms", "upstream_ms")
    row("index of sums upstream, of a column", "s", "upstream_sums_index_s")
    row(f"sums upstream of {STARTS} starts, of each and of all", "ms", "upstream_sums_ms")
    row("downstream of a start", "us", "downstream_each_us")
    row("bridges", "s", "bridges_s", number(ig, "bridges_s"), "igraph (C)", agree)
    return agree != "NO"


def main():
    good = True
    with tempfile.TemporaryDirectory() as name:
        for path in bench.need(*(bench.DATA / "utility" / n for n in NETWORKS)):
            good &= measure(path, Path(name))
        for width in GRIDS:
            good &= measure_grid(width, Path(name))
    if not good:
        raise SystemExit("an answer is wrong")


main()
