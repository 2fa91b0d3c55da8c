"""Shared by the benchmarks: running programs side by side, and rows of bench.tsv."""
import os
import statistics
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ.get("CIM_SOURCE", Path(__file__).parents[2]))
BUILD = Path(os.environ.get("CIM_BUILD", SOURCE / "build"))
DATA = Path(os.environ.get("CIM_DATA", SOURCE / ".." / "shared" / "data")).resolve()
TOOL = BUILD / ".libs" / "cimtool"  # the program itself: libtool's wrapper script takes longer than some cases
if TOOL.exists():
    os.environ["LD_LIBRARY_PATH"] = f"{BUILD / '.libs'}:{os.environ.get('LD_LIBRARY_PATH', '')}"
else:
    TOOL = BUILD / "cimtool"
OUT = Path(os.environ.get("CIM_BENCH_OUT", BUILD / "bench.tsv"))
COLUMNS = "area case unit ours peer peer_name ratio agree input seed commit ours_peak_mb peer_peak_mb".split()


def commit():
    try:
        done = subprocess.run(["git", "-C", str(SOURCE), "describe", "--always", "--dirty"], capture_output=True, text=True)
        return done.stdout.strip() or "-"
    except OSError:
        return "-"


# A small interpreter starts each program and waits for it: a child's peak memory begins with that of the process that forked it.
LAUNCHER = """import os, sys, time
null = os.open(os.devnull, os.O_RDWR)
started = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)])
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))
"""


def run(command, cwd=None):
    """Wall seconds, CPU seconds, peak MB and exit status of one run; output is thrown away."""
    done = subprocess.run([sys.executable, "-S", "-E", "-c", LAUNCHER, *map(str, command)], capture_output=True, text=True, cwd=cwd, check=True)
    wall, cpu, peak, status = done.stdout.split()
    return float(wall), float(cpu), float(peak), int(status)


def side_by_side(ours, peer, runs=5, before=None):
    """Runs both in turn; medians of wall seconds and of peak MB, and their exit statuses."""
    samples = ([], [])
    for number in range(runs + 1):
        for which, command in enumerate((ours, peer)):
            if before:
                before()
            sample = run(command)
            if number or runs == 1:  # the first round warms the caches
                samples[which].append(sample)
    return [
        (statistics.median(s[0] for s in side), statistics.median(s[2] for s in side), side[-1][3]) for side in samples
    ]


def row(area, case, unit, ours, peer, peer_name, agree, source, seed="-", ours_mb=None, peer_mb=None, higher_is_better=False):
    ratio = (ours / peer if higher_is_better else peer / ours) if ours and peer else None
    values = [area, case, unit, number(ours), number(peer), peer_name, number(ratio), agree, source, seed, commit(), number(ours_mb), number(peer_mb)]
    new = not OUT.exists()
    with OUT.open("a") as out:
        if new:
            out.write("\t".join(COLUMNS) + "\n")
        out.write("\t".join(str(v) for v in values) + "\n")
    print(f"{area:10} {case:34} ours {number(ours):>9} {unit:8} peer {number(peer):>9} ({peer_name})  x{number(ratio):>7}  agree {agree}  {number(ours_mb)} MB / {number(peer_mb)} MB", flush=True)


def number(value):
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def version_of(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
        return " ".join((done.stdout or done.stderr).split("\n")[0].split()[:2]).rstrip(",")
    except OSError:
        return None


def need(*paths):
    """The paths that exist; says which do not."""
    there = []
    for path in paths:
        if Path(path).exists():
            there.append(Path(path))
        else:
            print(f"skipped: {path} is not there", file=sys.stderr)
    return there
