#!/usr/bin/env python3
"""Position, distance and windows of real areas (cim/shapes.h) against GEOS in one process: see bench_shapes.c."""
import subprocess
import sys
import tempfile
from pathlib import Path

import bench

CITIES = ["heidelberg", "malta-2018", "porto-r5", "monaco", "mosaic-real"]
ROUNDS, SEED = 5, 42


def program():
    subprocess.run(["make", "-s", "-C", str(bench.BUILD), "tests/bench/bench_shapes"], check=True, stdout=subprocess.DEVNULL)
    built = bench.BUILD / "tests" / "bench" / ".libs" / "bench_shapes"
    return built if built.exists() else bench.BUILD / "tests" / "bench" / "bench_shapes"


def main():
    sources = bench.need(*(bench.DATA / "osm" / f"{name}.osm.pbf" for name in CITIES)) or [bench.SOURCE / "data" / "town.osm.pbf"]
    with tempfile.TemporaryDirectory() as temp:
        cities = []
        for source in sources:
            cities.append(Path(temp) / (source.name.split(".")[0] + ".cim"))
            subprocess.run([str(bench.TOOL), "import", "--quiet", str(cities[-1]), str(source)], check=True)
        done = subprocess.run([str(program()), str(ROUNDS), str(SEED), *map(str, cities)], stdout=subprocess.PIPE, text=True)
    name = "-"
    for line in done.stdout.splitlines():
        fields = line.split("\t")
        if fields[0] == "#areas":
            name = f"{fields[1]} areas, {fields[2]} vertices of {len(sources)} OSM extracts"
            continue
        case, unit, ours, peer, peer_name, agree = fields
        bench.row("shapes", case, unit, float(ours), float(peer), peer_name, agree, name, SEED)
    sys.exit(done.returncode)


main()
