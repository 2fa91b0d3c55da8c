#!/usr/bin/env python3
"""Observations in a city file beside plain tables of SQLite: append, size, windows of 1,000 values, the newest value, means by day.

The reference series: 2,000 streams, a value a minute with one decimal, streams by turns.  Processor time.  "agree": counts are equal, sums equal
to a billionth."""
import subprocess
import tempfile
from pathlib import Path

import bench

FOLDER = bench.BUILD / "tests" / "bench"
STREAMS, VALUES = 2000, 4000
MEASURED = [("append", "M/s", 1, 1e-6), ("size", "bytes", 2, 1), ("window of 1,000", "us", 3, 1), ("newest value", "us", 4, 1), ("means and maxima by day", "us", 5, 1)]


def run(temp, chunk, *more):
    program = FOLDER / ".libs" / "bench_sense"
    program = program if program.exists() else FOLDER / "bench_sense"
    city = temp / "city.cim"
    city.unlink(missing_ok=True)
    subprocess.run([bench.TOOL, "import", "-q", city, bench.SOURCE / "data" / "town.osm.pbf", "--no-relations"], check=True)
    done = subprocess.run([program, city, temp, str(STREAMS), str(VALUES), str(chunk), *more], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"failed: bench_sense: {done.stderr.strip()}")
    return {line.split("\t")[0]: line.split("\t") for line in done.stdout.splitlines()}


def same(a, b):
    return a[6] == b[6] and all(abs(float(x) - float(y)) <= 1e-9 * abs(float(y)) for x, y in zip(a[7:], b[7:]))


def main():
    good = True
    with tempfile.TemporaryDirectory() as name:
        found = run(Path(name), 256)
        ours = found.pop("libcim")
        for peer, theirs in found.items():
            good &= same(ours, theirs)
            for title, unit, column, factor in MEASURED:
                bench.row("sense", title, unit, float(ours[column]) * factor, float(theirs[column]) * factor, f"SQLite {peer}", "yes" if same(ours, theirs) else "NO",
                          f"{STREAMS} streams x {VALUES}", higher_is_better=column == 1)
        for chunk in (64, 128, 512, 1024):
            row = run(Path(name), chunk, "alone")["libcim"]
            for title, unit, column, factor in MEASURED:
                bench.row("sense", f"{title}, chunks of {chunk}", unit, float(row[column]) * factor, None, "-", "yes", f"{STREAMS} streams x {VALUES}")
    if not good:
        raise SystemExit("an answer is wrong")


main()
