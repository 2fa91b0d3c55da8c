#!/usr/bin/env python3
"""Opening a city and the first window query from a cold process, against ogrinfo with a spatial filter on the same file; for a city of a
million objects also what it costs a program that has started already, against SQLite's R*Tree in the same file."""
import json
import random
import sqlite3
import statistics
import subprocess
import tempfile
from pathlib import Path

import bench

CASES = ["osm/heidelberg.osm.pbf", "osm/porto-r5.osm.pbf"]


def measure(source, temp):
    city = temp / (source.stem + ".cim")
    subprocess.run([str(bench.TOOL), "import", "--quiet", str(city), str(source)], check=True)
    info = json.loads(subprocess.run([str(bench.TOOL), "info", "--json", str(city)], capture_output=True, check=True).stdout)
    # Around the road in the middle of the table, which lies along a curve through the city: the middle of the extent may be empty.
    db = sqlite3.connect(f"file:{city}?mode=ro", uri=True)
    x, y = db.execute("SELECT (xmin+xmax)/2, (ymin+ymax)/2 FROM idx_road_geom WHERE pkid=(SELECT id FROM road ORDER BY id LIMIT 1 OFFSET (SELECT count(*)/2 FROM road))").fetchone()
    window = (x - 500, y - 500, x + 500, y + 500)
    expression = "S_INTERSECTS(geom, BBOX(%f,%f,%f,%f)) AND layer = 'road'" % window
    ours = [bench.TOOL, "query", "--json", city, expression]
    theirs = ["ogrinfo", "-ro", "-q", "-spat", *("%f" % v for v in window), city, "road"]
    made = bench.side_by_side(ours, theirs, 15)
    mine = subprocess.run([str(c) for c in ours], capture_output=True, text=True).stdout
    peer = subprocess.run([str(c) for c in theirs], capture_output=True, text=True).stdout
    matched = json.loads(mine)["matched"]
    agree = "yes (%d roads)" % matched if matched == peer.count("OGRFeature(") else "no (%d, %d)" % (matched, peer.count("OGRFeature("))
    name = bench.version_of(["ogrinfo", "--version"])
    bench.row("open", "first window query, " + source.stem, "ms", made[0][0] * 1e3, made[1][0] * 1e3, name, agree, source.name, "-", made[0][1], made[1][1])


def write_million(path, count=1_000_000):
    """Trees of a large city, denser towards its centre; the same every time."""
    rng = random.Random(20240229)
    with open(path, "w") as out:
        out.write('<osm version="0.6">\n')
        for number in range(1, count + 1):
            lon, lat = (rng.gauss(13.4, 0.12), rng.gauss(52.5, 0.07)) if number % 3 else (rng.uniform(13.1, 13.7), rng.uniform(52.3, 52.7))
            out.write(f'<node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}" version="1"><tag k="natural" v="tree"/></node>\n')
        out.write("</osm>\n")


def million():
    """The city file, made when it is not there or was made by another version of the library."""
    folder = bench.BUILD / "bench"
    folder.mkdir(exist_ok=True)
    source, city, made_by = folder / "trees.osm", folder / "trees.cim", folder / "trees.version"
    version = f"{bench.commit()} {(bench.BUILD / 'config.status').stat().st_mtime}"
    if not city.exists() or not made_by.exists() or made_by.read_text() != version:
        if not source.exists():
            write_million(source)
        subprocess.run([str(bench.TOOL), "import", "--quiet", "--overwrite", str(city), str(source)], check=True)
        made_by.write_text(version)
    return city


def in_process(program, city, runs=15):
    """Medians of milliseconds, wall clock and CPU, of a process's first opening and window; each run is a new process."""
    box = ["390464", "5824579", "391465", "5825580"]
    medians, counts = [], []
    samples = ([], [])
    for number in range(runs + 1):
        for which, command in enumerate((["city", city, *box], ["rtree", city, "tree", *box])):
            wall, cpu, count, _ = subprocess.run([program, *map(str, command)], capture_output=True, text=True, check=True).stdout.split()
            if number:  # the first round warms the caches
                samples[which].append((float(wall), float(cpu)))
            else:
                counts.append(int(count))
    for side in samples:
        medians.append((statistics.median(s[0] for s in side), statistics.median(s[1] for s in side)))
    # The R*Tree has 32-bit numbers and so finds a few more at the edge.
    agree = f"yes ({counts[0]} objects)" if abs(counts[0] - counts[1]) <= 2 else f"no ({counts[0]}, {counts[1]})"
    for name, column in (("wall", 0), ("CPU", 1)):
        bench.row("open", f"open and window, 1,000,000 objects, {name}", "ms", medians[0][column], medians[1][column],
                  f"SQLite R*Tree {sqlite3.sqlite_version}", agree, "trees.osm", 20240229)


def main():
    with tempfile.TemporaryDirectory() as name:
        made = bench.side_by_side([bench.TOOL, "--version"], ["ogr2ogr", "--version"], 15)
        bench.row("open", "cimtool --version", "ms", made[0][0] * 1e3, made[1][0] * 1e3, bench.version_of(["ogr2ogr", "--version"]), "-", "-", "-", made[0][1], made[1][1])
        for path in [bench.SOURCE / "data" / "town.osm.pbf", *(bench.DATA / c for c in CASES)]:
            for there in bench.need(path):
                measure(there, Path(name))
    for program in bench.need(bench.BUILD / "tests" / "bench" / "open_window"):
        in_process(str(program), million())


main()
