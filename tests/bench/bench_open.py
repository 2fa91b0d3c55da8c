#!/usr/bin/env python3
"""Opening a city and the first window query from a cold process, against ogrinfo with a spatial filter on the same file."""
import json
import sqlite3
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


def main():
    with tempfile.TemporaryDirectory() as name:
        made = bench.side_by_side([bench.TOOL, "--version"], ["ogr2ogr", "--version"], 15)
        bench.row("open", "cimtool --version", "ms", made[0][0] * 1e3, made[1][0] * 1e3, bench.version_of(["ogr2ogr", "--version"]), "-", "-", "-", made[0][1], made[1][1])
        for path in [bench.SOURCE / "data" / "town.osm.pbf", *(bench.DATA / c for c in CASES)]:
            for there in bench.need(path):
                measure(there, Path(name))


main()
