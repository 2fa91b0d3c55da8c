#!/usr/bin/env python3
"""The placement engine beside published optima and solvers of integer programs (glpsol, cbc) where these are installed.

One thread, processor time.  "agree": for p-medians that the value is the published optimum and the bound not above it; for covers that the
solver's optimum lies between value and bound.  Solvers get the same problem as an LP file and a limit of 60 s."""
import re
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

import bench

FOLDER = bench.BUILD / "tests" / "bench"
LIBRARY = bench.DATA / "sensor" / "orlib_pmed"
COVERS = {(2000, 200, 20, 60): 29638, (2000, 200, 20, 90): 56493, (2000, 200, 20, 130): 91932}  # demands, sites, chosen, radius: GLPK 5.0's optimum
SEED = 20240607
QUICK, LONG = 100_000_000, 10_000_000_000  # work
LIMIT_S = 60


def run(*arguments):
    program = FOLDER / ".libs" / "bench_place"
    program = program if program.exists() else FOLDER / "bench_place"
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"failed: bench_place: {done.stderr.strip()}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def children_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def optimum(lp):
    """Name, seconds and the proven optimum of a solver; the optimum is None when time ran out."""
    commands = {
        "glpsol": ["glpsol", "--lp", lp, "--cuts", "--tmlim", str(LIMIT_S), "-w", lp.with_suffix(".sol")],
        "cbc": ["cbc", lp, "sec", str(LIMIT_S), "solve", "solu", lp.with_suffix(".sol")],
    }
    for name, command in commands.items():
        if not shutil.which(name):
            continue
        before = children_s()
        output = subprocess.run(list(map(str, command)), capture_output=True, text=True).stdout
        seconds = children_s() - before
        if name == "glpsol" and "INTEGER OPTIMAL" in output:
            return name, seconds, float(re.search(r"^s mip \d+ \d+ o (\S+)", lp.with_suffix(".sol").read_text(), re.M)[1])
        found = re.search(r"Objective value:\s+(\S+)", output)
        return name, seconds, abs(float(found[1])) if name == "cbc" and "Optimal solution found" in output and found else None
    return "-", None, None


def medians():
    if not bench.need(LIBRARY / "pmedopt.txt"):
        return True
    lines = (LIBRARY / "pmedopt.txt").read_text().split("\n")
    best = {f[0]: float(f[1]) for f in map(str.split, lines) if len(f) == 2 and f[0].startswith("pmed")}
    rows = run("pmed", *(LIBRARY / f"pmed{k}.txt" for k in range(1, 41)))
    found = proven = 0
    gaps, seconds, paths = [], [], []
    good = True
    for path, value, bound, _, s, floyd, *_ in rows:
        value, bound = float(value), float(bound)
        found += value == best[Path(path).stem]
        proven += value == bound
        good &= bound <= best[Path(path).stem] <= value
        gaps.append(100 * (value - bound) / value)
        seconds.append(float(s))
        paths.append(float(floyd))
    agree = f"{'yes' if good and found == 40 else 'NO'} ({found} optima, {proven} proven)"
    bench.row("place", "pmed1-40, all plans", "s", sum(seconds), None, "-", agree, "orlib_pmed", "1")
    bench.row("place", "pmed1-40, distances between nodes", "s", sum(paths), None, "-", "-", "orlib_pmed")
    bench.row("place", "pmed1-40, greatest gap", "%", max(gaps), None, "-", agree, "orlib_pmed", "1")
    return good


def covers(temp):
    good = True
    for case, known in COVERS.items():
        lp = temp / "cover.lp"
        value, bound, proof, seconds, *_ = run("cover", *case, SEED, QUICK, lp)[0][1:]
        value, bound = float(value), float(bound)
        name, peer, best = optimum(lp)
        best = known if best is None else best
        agree = "yes" if value <= best + 0.5 and best <= bound + 0.5 and best == known else "NO"
        good &= agree != "NO"
        long = run("cover", *case, SEED, LONG)[0][1:]
        good &= float(long[0]) == known <= float(long[1])
        title = f"MCLP {case[0]} x {case[1]}, {case[2]} of radius {case[3]}: {value:.0f} of at most {bound:.0f}, {proof}"
        bench.row("place", title, "s", float(seconds), peer, name, agree, "random", SEED)
        bench.row("place", title.split(":")[0] + f": {long[0]} of at most {long[1]}, {long[5]} nodes", "s", float(long[3]), peer, name, "yes" if good else "NO", "random", SEED)
        bench.row("place", title.split(":")[0] + ": gap", "%", 100 * (bound - value) / value, None, "-", agree, "random", SEED)
    return good


def main():
    with tempfile.TemporaryDirectory() as name:
        good = medians() & covers(Path(name))
    if not good:
        raise SystemExit("an answer is wrong")


main()
