#!/usr/bin/env python3
"""What follows when a street is closed, in a city of 100,000 buildings: streets, water mains with valves and a pump, all made up.

One thread; times are medians over random streets, without the road part; "built" is what is made once a city and state.  The peer is networkx: the
elements in the street and what they are joined to without a valve are removed, and one search from the source says who is without; it starts from arrays
that are ready, and answers nothing else."""
import os
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import bench

FOLDER = bench.BUILD / "tests" / "bench"
SIDE, STEP, HOUSES = 160, 80.0, 2  # junctions a side, metres, houses a street


def program(name):
    real = FOLDER / ".libs" / name
    return real if real.exists() else FOLDER / name


def place(x, y):
    return f'lat="{48 + y / 111195:.8f}" lon="{9 + x / (111195 * 0.6691306):.8f}"'


def town(path):
    """OpenStreetMap: a grid of streets, a main 1.5 m beside each, a valve 3 m behind every second crossing, houses."""
    rng = random.Random(1)
    mains = []
    with open(path, "w") as out:
        out.write('<osm version="0.6">\n')
        number = 1

        def node(x, y, tags=""):
            nonlocal number
            out.write(f'<node id="{number}" {place(x, y)}>{tags}</node>\n')
            number += 1
            return number - 1

        street = [node(c * STEP, r * STEP) for r in range(SIDE) for c in range(SIDE)]
        works = '<tag k="man_made" v="water_tower"/><tag k="substance" v="water"/>'
        main = [node(c * STEP + 1.5, r * STEP + 1.5, "" if c or r else works) for r in range(SIDE) for c in range(SIDE)]
        ways, houses = [], []
        for r in range(SIDE):
            for c in range(SIDE):
                for dc, dr in ((1, 0), (0, 1)):
                    if c + dc >= SIDE or r + dr >= SIDE:
                        continue
                    a, b = r * SIDE + c, (r + dr) * SIDE + c + dc
                    ways.append((f"{street[a]} {street[b]}", '<tag k="highway" v="residential"/>'))
                    valve = None
                    line = str(main[a])
                    if rng.random() < 0.6:
                        valve = node(c * STEP + 1.5 + 8 * dc, r * STEP + 1.5 + 8 * dr, '<tag k="pipeline" v="valve"/><tag k="substance" v="water"/>')
                        ways.append((f"{main[a]} {valve}", '<tag k="man_made" v="pipeline"/><tag k="substance" v="water"/>'))
                        line = str(valve)
                    ways.append((f"{line} {main[b]}", '<tag k="man_made" v="pipeline"/><tag k="substance" v="water"/>'))
                    mains.append((a, b, valve is not None))
                    for h in range(HOUSES):
                        x, y = c * STEP + dc * (20 + 25 * h) + dr * 8, r * STEP + dr * (20 + 25 * h) + dc * 8
                        houses.append([node(x + i, y + j) for i, j in ((0, 0), (9, 0), (9, 9), (0, 9))])
        for k, (line, tags) in enumerate(ways):
            out.write(f'<way id="{k + 1}">' + "".join(f'<nd ref="{n}"/>' for n in line.split()) + tags + "</way>\n")
        for k, corners in enumerate(houses):
            out.write(f'<way id="{1000000 + k}">' + "".join(f'<nd ref="{n}"/>' for n in corners + corners[:1]) + '<tag k="building" v="yes"/></way>\n')
        out.write("</osm>\n")
    return mains


def networkx_times(mains):
    try:
        import networkx
    except ImportError:
        return None
    rng = random.Random(2)
    graph = networkx.Graph()
    for k, (a, b, valve) in enumerate(mains):
        graph.add_edge(a, ("v", k) if valve else b, valve=valve)
        if valve:
            graph.add_edge(("v", k), b, valve=False)
    times = []
    for _ in range(5):
        a, b, _ = mains[rng.randrange(len(mains))]
        begin = time.process_time()
        works, queue = {b}, [b]
        while queue:
            v = queue.pop()
            for w in graph[v]:
                if not graph[v][w]["valve"] and w not in works:
                    works.add(w)
                    queue.append(w)
        left = graph.subgraph(set(graph) - works)
        source = next(iter(left))
        len(networkx.node_connected_component(left, source))
        times.append((time.process_time() - begin) * 1e3)
    return statistics.median(times)


def main():
    with tempfile.TemporaryDirectory() as folder:
        osm, city = Path(folder) / "city.osm", Path(folder) / "city.cim"
        mains = town(osm)
        tool = bench.BUILD / ".libs" / "cimtool" if (bench.BUILD / ".libs" / "cimtool").exists() else bench.BUILD / "cimtool"
        environment = dict(os.environ, LD_LIBRARY_PATH=str(bench.BUILD / ".libs"))
        subprocess.run([tool, "import", "-q", city, osm], check=True, env=environment)
        done = subprocess.run([program("bench_impact"), city], capture_output=True, text=True, env=environment)
        print(done.stdout + done.stderr, end="", flush=True)
        peer = networkx_times(mains)
        print(f"networkx, who is without only: {peer:.1f} ms" if peer else "networkx is not installed", flush=True)


main()
