#!/usr/bin/env python3
"""Sight lines, viewsheds and isovists, beside Embree, GRASS r.viewshed and gdal_viewshed on the same input, where these are installed.

One thread, processor time, the least of three rounds (GRASS, GDAL: one).  "agree" is how many lines or cells differ: Embree has only walls, so that it
sees from end to end of a line inside one building; what is wrong of GDAL is known (OSGeo/gdal#10588).  Of cells, those seen by either count."""
import sqlite3
import struct
import subprocess
import tempfile
from array import array
from pathlib import Path
from shutil import which

import bench

FOLDER = bench.BUILD / "tests" / "bench"
CITIES = [("osm/monaco.osm.pbf", 32632), ("osm/malta-2018.osm.pbf", 32633), ("osm/andorra.osm.pbf", 32631)]
WANTED, LINES, SIDE = 100_000, 1_000_000, 4000
KINDS = [f"{kind}, {reach} m" for reach in ("150", "500", "3,000") for kind in ("scattered", "fans of 1,024")]


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


def number(table, name, column=0):
    return float(table[name][column]) if name in table else None


def rings(blob):
    """Rings of a polygon in SpatiaLite's form: flat lists of x, y."""
    kind, at, found = struct.unpack_from("<I", blob, 39)[0], 43, []
    if kind not in (3, 6):
        return []
    parts = 1
    if kind == 6:
        parts, at = struct.unpack_from("<I", blob, at)[0], at + 4
    for _ in range(parts):
        at += 5 if kind == 6 else 0
        count, at = struct.unpack_from("<I", blob, at)[0], at + 4
        for _ in range(count):
            vertices, at = struct.unpack_from("<I", blob, at)[0], at + 4
            found.append(struct.unpack_from(f"<{2 * vertices}d", blob, at))
            at += 16 * vertices
    return found


def footprints(city):
    with sqlite3.connect(f"file:{city}?mode=ro", uri=True) as db:
        return [r for r in (rings(b) for (b,) in db.execute("SELECT geom FROM building WHERE geom IS NOT NULL ORDER BY id")) if r]


def hashed(n):
    """splitmix64 of a number: heights that are the same everywhere."""
    mask = (1 << 64) - 1
    z = (n + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


def write_town(path, cities):
    """Cities in their own zones side by side, again and again until there are enough; moved by whole metres."""
    prism_end, ring_end, xy, base, top = array("I"), array("I"), array("d"), array("d"), array("d")
    towns, y = [footprints(city) for city in cities], 5423000.0
    while len(prism_end) < WANTED and any(towns):
        x = 461000.0
        for town in towns:
            low_x, low_y = (min(min(r[k::2]) for p in town for r in p) // 1 for k in (0, 1))
            high_x = max(max(r[0::2]) for p in town for r in p)
            for polygon in town[: WANTED - len(prism_end)]:
                for ring in polygon:
                    for k in range(0, len(ring), 2):
                        xy.extend((ring[k] - low_x + x, ring[k + 1] - low_y + y))
                    ring_end.append(len(xy) // 2)
                h = hashed(len(prism_end))
                base.append(0.0 if h % 20 else 3.5)
                top.append(base[-1] + 4 + (h >> 8 & 255) * 0.1 + (0 if h % 50 else 60))
                prism_end.append(len(ring_end))
            x += (high_x - low_x) // 1 + 200
        y += 32000
    with path.open("wb") as out:
        out.write(b"SGT1" + struct.pack("<3I", len(prism_end), len(ring_end), len(xy) // 2))
        for part in (prism_end, ring_end, xy, base, top):
            part.tofile(out)
    return len(prism_end)


def measure_lines(temp):
    cities = []
    for name, epsg in CITIES:
        for path in bench.need(bench.DATA / name):
            cities.append(temp / (path.stem + ".cim"))
            subprocess.run([str(bench.TOOL), "import", "--quiet", "--no-relations", "--crs", str(epsg), str(cities[-1]), str(path)], check=True)
    if not cities:
        return
    count = write_town(temp / "town.bin", cities)
    ours = values("bench_sight", "lines", temp / "town.bin", LINES, temp / "seen.bin")
    embree = values("bench_sight_embree", temp / "town.bin", LINES, temp / "seen.bin")
    peer = "Embree 3" if embree else "-"
    bench.row("sight", f"scene of {count:,} footprints", "ms", number(ours, "build_ms"), number(embree, "build_ms"), peer, "-", "osm, 3 cities")
    for kind, name in enumerate(KINDS):
        differ = f"{int(embree[f'kind{kind}'][1])} of {LINES:,} differ" if embree else "-"
        rates = number(ours, f"kind{kind}"), number(embree, f"kind{kind}")
        bench.row("sight", f"lines, {name}", "M/s", *rates, peer, differ, "osm, 3 cities", "88172645463325252", higher_is_better=True)
    mesh = values("bench_sight", "mesh", temp / "town.bin", LINES, temp / "seen.bin")
    bench.row("sight", f"tree of {int(mesh['faces'][0]):,} faces", "ms", number(mesh, "build_ms"), number(embree, "build_ms"), peer, "-", "osm, 3 cities")
    for kind, name in enumerate(KINDS):
        differ = f"{int(mesh[f'kind{kind}'][1])} of {LINES:,} differ from prisms"
        rates = number(mesh, f"kind{kind}"), number(embree, f"kind{kind}")
        bench.row("sight", f"lines among faces, {name}", "M/s", *rates, peer, differ, "osm, 3 cities", "88172645463325252", higher_is_better=True)
    isovists = values("bench_sight", "isovists", temp / "town.bin", 1000)
    bench.row("sight", "isovist, 500 m", "us", number(isovists, "isovist_us"), None, "-", "-", "osm, 3 cities")
    covers = values("bench_sensor", temp / "town.bin")
    for name, what in (("fixed", "fixed cameras, detect"), ("domes", "domes, 550 m")):
        if f"{name}_ms" in covers:
            entries, seen = int(covers[f"{name}_ms"][1]), int(covers[f"{name}_ms"][4])
            agree = f"{abs(entries - seen)} of {entries:,} differ"
            ours_ms, pairs_ms = number(covers, f"{name}_ms"), number(covers, f"{name}_ms", 3)
            bench.row("sight", f"100,000 targets, 100 {what}", "ms", ours_ms, pairs_ms, "libcim, pair by pair", agree, "osm, 3 cities")
    bench.row("sight", "sky view factor, 500 m", "us", number(isovists, "sky_us"), None, "-", "-", "osm, 3 cities")


HEADER = """ENVI
samples = {side}
lines = {side}
bands = 1
data type = 4
interleave = bsq
byte order = 0
map info = {{x, 1, 1, 0, {side}, 1, 1}}
"""


def differing(ours, path, seen_value):
    """Cells that differ from a raster of bytes written by another program, and those that are seen in either."""
    theirs = path.read_bytes()
    pairs = [(a == 1, b == seen_value) for a, b in zip(ours, theirs) if a == 1 or b == seen_value]
    return sum(a != b for a, b in pairs), len(pairs)


def timed(command, **options):
    wall, cpu, peak, status = bench.run(command, **options)
    return (cpu, peak) if status == 0 else (None, None)


def measure_viewsheds(temp):
    raster, seen = temp / "dsm.raw", temp / "seen.raw"
    ours = values("bench_sight", "viewshed", SIDE, raster, seen)
    (temp / "dsm.hdr").write_text(HEADER.format(side=SIDE))
    column, row = map(int, ours["observer"])
    x, y = column + 0.5, SIDE - row - 0.5
    interpolated = seen.read_bytes()[: SIDE * SIDE]
    size, eye, target = f"{SIDE} x {SIDE}", 40, 1.5

    def row_of(peer, name, cpu, mb, path, value):
        if cpu is None or not path.exists():
            return
        wrong, of = differing(interpolated, path, value)
        agree = f"{wrong} of {of:,} seen differ"
        bench.row("sight", f"viewshed {size}, interpolated", "s", number(ours, "interpolated_s"), cpu, peer, agree, name, "-", None, mb)

    if which("gdal_viewshed"):
        out = temp / "gdal.raw"
        where = ["-ox", x, "-oy", y, "-oz", eye, "-tz", target, "-cc", 0, "-md", 0, "-vv", 255, "-iv", 0, "-ov", 0]
        cpu, mb = timed(["gdal_viewshed", "-q", "-of", "ENVI", *where, raster, out])
        row_of(bench.version_of(["gdalinfo", "--version"]), "boxes on hills", cpu, mb, out, 255)
    if which("grass"):
        script = temp / "view.sh"
        script.write_text(f"r.in.gdal -o input={raster} output=dsm --quiet && g.region raster=dsm && "
                          f"r.viewshed -b input=dsm output=seen coordinates={x},{y} observer_elevation={eye} target_elevation={target} "
                          f"memory=4000 --quiet && "
                          f"r.out.gdal input=seen output={temp}/grass.raw format=ENVI type=Byte --quiet\n")
        cpu, mb = timed(["grass", "--tmp-location", "XY", "--exec", "sh", script])
        row_of("GRASS r.viewshed, with reading", "boxes on hills", cpu, mb, temp / "grass.raw", 1)
    bench.row("sight", f"viewshed {size}, columns", "s", number(ours, "columns_s"), None, "-", "-", "boxes on hills")


def main():
    with tempfile.TemporaryDirectory() as name:
        measure_lines(Path(name))
        measure_viewsheds(Path(name))


main()
