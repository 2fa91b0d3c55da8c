#!/usr/bin/env python3
"""The index against other libraries: bench_index.cc measures, once for real footprints and once for uniform boxes.

Arguments name the measures of bench_index.cc that are wanted, and real or uniform; without any, all.
agree: the ids (windows, points), distances (nearest) or pairs (join) of both are the same; "within a step" are boxes that
the 32-bit grid adds and exact boxes take away again."""
import json
import math
import sqlite3
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import bench

PROGRAM = bench.BUILD / "tests" / "bench" / "bench_index"
FOOTPRINTS = bench.BUILD / "bench-footprints.bin"
REAL, OWN = bench.DATA / "osm" / "mosaic-real.osm.pbf", bench.SOURCE / "data" / "town.osm.pbf"
CELL = 1e5  # m

# What is wanted: the beginning of a case, of the peer, and the least ratio (or, with "<=", the most of ours).
WANTED = [
    ("build, Hilbert, two", "", None), ("build, Hilbert", "", "<= 0.1"), ("build, bytes", "", "<= 22"),
    *((f"window {s}, {v}", "", w) for s in ("1e-6", "1e-5", "1e-4", "1e-3", "1e-2") for v, w in (("plain C", 2), ("OMT", None), ("exact", None))),
    ("point, plain C", "", 2), ("point, ", "", None), ("point", "", 2.5),
    *((f"window {s} while", "", 1 / 1.5) for s in ("1e-6", "1e-4", "1e-2")), *((f"window {s} after", "", 1 / 1.05) for s in ("1e-6", "1e-4", "1e-2")),
    ("window 1e-2", "", 15), ("window", "GEOS", 8), ("window", "", 4),
    ("nearest of a rare class", "", 100),
    *((f"nearest {k} of {what}, OMT, exact", "", None) for k in (1, 10) for what in ("boxes", "points")),
    *((f"nearest {k} of {what}, OMT", "", least) for k, least in ((1, 1.3), (10, 1.1)) for what in ("boxes", "points")),
    ("nearest", "", None), ("batch of 100,000, window", "single", 1.5), ("batch", "one thread", 1.7),
    ("move, batches of 1", "", "<= 0.1"), ("insert, batches of 1", "", "<= 0.2"), ("delete, batches of 1", "", "<= 0.1"), ("open", "", "<= 15"),
]


def wanted(case, peer, ours, ratio):
    """What is wanted and whether it is met."""
    for begins, of, value in WANTED:
        if case.startswith(begins) and peer.startswith(of):
            if value is None or (isinstance(value, float | int) and ratio is None):
                return "", ""
            if isinstance(value, str):
                return value, "met" if ours <= float(value[3:]) else "NOT MET"
            return f"x{value:.3g}", "met" if ratio >= value else "NOT MET"
    return "", ""


def footprints(city):
    """Boxes of the buildings in metres: every 100 km of the world's projection a square of its own, side by side and true to size."""
    epsg = json.loads(subprocess.run([str(bench.TOOL), "info", "--json", str(city)], capture_output=True, check=True).stdout)["epsg"]
    db = sqlite3.connect(f"file:{city}?mode=ro", uri=True)
    cells = {}
    for (blob,) in db.execute("SELECT geom FROM building WHERE geom IS NOT NULL ORDER BY id"):
        box = struct.unpack_from("<4d", blob, 6)  # SpatiaLite keeps the box before the geometry
        at = math.floor((box[0] + box[2]) / 2 / CELL), math.floor((box[1] + box[3]) / 2 / CELL)
        cells.setdefault(at, []).append(box)
    for number, (column, row) in enumerate(sorted(cells)):
        scale = 1 / math.cosh((row + 0.5) * CELL / 6378137) if epsg in (3395, 3857) else 1.0  # a Mercator projection stretches
        dx, dy = number % 6 * CELL - column * CELL * scale, number // 6 * CELL - row * CELL * scale
        for x0, y0, x1, y1 in cells[column, row]:
            yield x0 * scale + dx, y0 * scale + dy, x1 * scale + dx, y1 * scale + dy


def real_boxes():
    """The file of footprints, kept in the build folder, and what it was made of."""
    source = REAL if REAL.exists() else OWN
    name = FOOTPRINTS.with_suffix(".txt")
    if not FOOTPRINTS.exists() or not name.exists() or name.read_text() != str(source):
        with tempfile.TemporaryDirectory() as temp:
            city = Path(temp) / "footprints.cim"
            subprocess.run([str(bench.TOOL), "import", "--quiet", str(city), str(source)], check=True)
            FOOTPRINTS.write_bytes(b"".join(struct.pack("<4d", *box) for box in footprints(city)))
        name.write_text(str(source))
    return FOOTPRINTS, source.name


def measure(kind, path, measures):
    """Rows of one run of the program, written as they come."""
    rows = []
    command = [str(PROGRAM), kind, str(path), str(bench.BUILD), *measures]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            what, unit, ours, peer, peer_name, agree, source, seed, mb, peer_mb = line.rstrip("\n").split("\t")
            ours, peer, mb, peer_mb = (float(v) or None for v in (ours, peer, mb, peer_mb))
            bench.row("index", f"{what}, {kind}", unit, ours, peer, peer_name, agree, kind, seed, mb, peer_mb)
            rows.append((kind, what, unit, ours, peer, peer_name, agree))
    return rows, running.returncode


def table(rows):
    print(f"\n{'input':8} {'case':46} {'ours':>9} {'peer':>9} {'':2}  {'ratio':>7}  {'peer':36} {'wanted':8} {'':8} agree")
    for kind, what, unit, ours, peer, peer_name, agree in rows:
        ratio = peer / ours if peer and ours else None
        want, met = wanted(what, peer_name, ours, ratio)
        print(f"{kind:8} {what:46} {bench.number(ours):>9} {bench.number(peer):>9} {unit:2}  {bench.number(ratio):>7}  {peer_name:36} {want:8} {met:8} {agree}")


def main():
    if not PROGRAM.exists():
        sys.exit("skipped: bench_index is not built (it needs a C++ compiler)")
    kinds = [k for k in ("real", "uniform") if k in sys.argv[1:]] or ["real", "uniform"]
    measures = [a for a in sys.argv[1:] if a not in ("real", "uniform")]
    rows, status = [], 0
    for kind in kinds:
        path, name = real_boxes() if kind == "real" else ("-", "4 to 30 m in 100 km")
        print(f"index: 1,000,000 boxes, {kind} ({name})", flush=True)
        more, failed = measure(kind, path, measures)
        rows += more
        status |= failed
    table(rows)
    sys.exit(status or any(agree.startswith("no") for *_, agree in rows))


main()
