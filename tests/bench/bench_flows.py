#!/usr/bin/env python3
"""Map matching, betweenness and evacuation on the streets of Porto; betweenness beside igraph on the same routing graph.

One thread, processor time.  Traces are simulated: positions along routes, with errors of normal distribution; what is recovered is told by length.
igraph does without the ends of trips on streets: it is asked from state to state."""
import os
import subprocess
import tempfile
from pathlib import Path

import bench

FOLDER = bench.BUILD / "tests" / "bench"
SEED = "88172645463325252"


def program(name):
    real = FOLDER / ".libs" / name
    return real if real.exists() else FOLDER / name


def values(command):
    """The lines of a benchmark program."""
    done = subprocess.run(["/usr/bin/env", *map(str, command)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"failed: {command[0]}: {done.stderr.strip()}")
    return {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}


def match(city, name):
    for case, cells in values([program("bench_flows"), city, "match", 60]).items():
        if case == "matcher_ms":
            bench.row("flows", "matcher from costs", "ms", float(cells[0]), None, "-", "-", name, SEED)
            continue
        _, noise, every = case.split("_")
        agree = f"{float(cells[0]):.2%} of the way, {float(cells[2]):.2%} beside it"
        bench.row("flows", f"match, {noise} off, every {every}", "points/s", float(cells[4]), None, "-", agree, name, SEED)


def betweenness(city, name, temp):
    graph, pairs = temp / "graph.bin", temp / "pairs.txt"
    ours = values([program("bench_flows"), city, "betweenness", graph, pairs])
    peer = values([program("bench_flows_igraph"), graph, pairs, 10]) if program("bench_flows_igraph").exists() else {}
    get = lambda table, key: float(table[key][0]) if key in table else None
    bad, of = peer.get("pair_mismatches", ["-", "-"])
    agree = f"{'yes' if bad == '0' else 'NO'} ({bad} wrong {of})" if peer else "-"
    bench.row("flows", "betweenness, a pair", "us", get(ours, "pair_us"), get(peer, "pair_us"), "igraph (C) path", agree, name, SEED)
    bench.row("flows", "betweenness, an origin to all", "ms", get(ours, "tree_ms"), get(peer, "tree_ms"), "igraph (C) edge betweenness", "-", name, SEED)
    for mode in ("pair", "tree"):
        print(f"# {mode}s: {' '.join(ours[mode + '_error'])}", flush=True)
    return bad in ("0", "-")


def evacuate(city, name):
    ours = values([program("bench_flows"), city, "evacuate"])
    agree = f"clearance {ours['evacuate_clearance_s'][0]} s, at least {ours['evacuate_bound_s'][0]} s; {ours['evacuate_groups'][0]} groups"
    bench.row("flows", "evacuation of 10,000 people", "s", float(ours["evacuate_s"][0]), None, "-", agree, name, SEED)


def main():
    good = True
    with tempfile.TemporaryDirectory() as name:
        temp = Path(name)
        for extract in bench.need(bench.DATA / "osm/porto-r5.osm.pbf"):
            city = temp / "porto.city"
            subprocess.run([bench.TOOL, "import", "-q", city, extract], check=True)
            match(city, extract.name)
            good &= betweenness(city, extract.name, temp)
            evacuate(city, extract.name)
    if not good:
        raise SystemExit("an answer is wrong")


os.environ.setdefault("CIM_BENCH_THREADS", "1")
main()
