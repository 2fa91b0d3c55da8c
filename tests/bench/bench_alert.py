#!/usr/bin/env python3
"""Observations through rules, and kriging.  One thread, processor time, the least of five runs.  No peer is asked; tests/unit/alert and tests/unit/field
compare with slow evaluators."""
import subprocess

import bench

FOLDER = bench.BUILD / "tests" / "bench"


def run(*arguments):
    program = FOLDER / ".libs" / "bench_alert"
    program = program if program.exists() else FOLDER / "bench_alert"
    runs = [[line.split("\t") for line in subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=True).stdout.splitlines()]
            for _ in range(5)]
    return [(rows[0][0], min(float(r[1]) for r in rows), len({r[2] for r in rows}) == 1) for rows in zip(*runs)]


for rules, streams in (10_000, 10_000), (10_000, 1_000), (100_000, 10_000):
    count = 2_000_000
    for _, seconds, same in run("rules", rules, streams, count):
        bench.row("alert", f"{rules} rules on {streams} streams", "observations/s", count / seconds, None, "-", "yes" if same else "NO", "random", 42,
                  higher_is_better=True)
for name, seconds, same in run("krige", 200, 10_000):
    bench.row("alert", f"kriging, 200 stations, 10000 places: {name}", "s", seconds, None, "-", "yes" if same else "NO", "random", 42)
