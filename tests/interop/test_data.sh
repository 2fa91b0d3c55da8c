#!/bin/sh
# Every file of the data collection: imported with a report that adds up into a city that is sound, or refused with one line that names the
# file and the place; in a minute and 1 GiB at most, 300 MB resident.  Outcomes go to data-outcomes.tsv in the build folder.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
[ -z "$CIM_QUICK" ] || { echo "1..0 # SKIP a repeat: CIM_QUICK is set"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import collections, concurrent.futures, json, os, resource, subprocess, sys, threading
from pathlib import Path

temp, build = Path(sys.argv[1]), Path(os.environ["CIM_BUILD"])
large = Path(os.environ.get("CIM_DATA", Path(os.environ["CIM_SOURCE"]).resolve().parent / "shared" / "data"))
folders = [large / "osm", large / "citygml"]
if not all(f.is_dir() for f in folders):
    print(f"1..0 # SKIP the data collection is not in {large}")
    sys.exit()
sanitized = bool(os.environ.get("CIM_SANITIZED"))
SECONDS, MEMORY, RESIDENT = 60, 1 << 30, 300 << 20
Outcome = collections.namedtuple("Outcome", "path verdict detail format objects verbatim skipped warnings seconds megabytes")


def limit():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sanitized: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def run(*arguments):
    """Status, output, errors, seconds of processor time, bytes resident."""
    child = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limit)
    clock = threading.Timer(SECONDS * (10 if sanitized else 1), child.kill)
    clock.start()
    errors = []
    reader = threading.Thread(target=lambda: errors.append(child.stderr.read()))
    reader.start()
    out = child.stdout.read()
    reader.join()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    clock.cancel()
    return child.returncode, out.decode("utf-8", "replace"), errors[0].decode("utf-8", "replace"), usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def judge(path, city, result):
    status, out, errors, seconds, resident = result
    name = str(path.relative_to(large))
    report = json.loads(out)["inputs"][0] if out.startswith("{") and status in (0, 3) else {}
    counts, lines = report.get("counts", []), errors.splitlines()
    total = lambda key: sum(int(c.get(key, 0)) for c in counts if c["kind"] != "element")
    verdict, detail = "imported" if status == 0 else "imported in part" if status == 3 else "refused", lines[0].replace(str(large) + "/", "").removeprefix("cimtool: ") if lines else ""
    if status < 0 or status > 4: verdict, detail = "FAULT", f"status {status}"
    elif status in (0, 3) and any("unaccounted" in c for c in counts): verdict, detail = "FAULT", "the report does not add up"
    elif status == 4 and (len(lines) != 1 or path.name not in lines[0]): verdict, detail = "FAULT", f"not one line that names the file: {errors[:200]!r}"
    elif status not in (0, 3, 4): verdict = "FAULT"
    elif resident > RESIDENT and not sanitized: verdict, detail = "FAULT", f"{resident >> 20} MB resident"
    elif status == 4 and list(temp.glob(city.name + "*")): verdict, detail = "FAULT", "a file was left"
    if status in (0, 3) and verdict != "FAULT":
        done = run(build / "cimtool", "check", city)
        if done[0]: verdict, detail = "FAULT", "check: " + (done[1] + done[2])[:200]
    return Outcome(name, verdict, detail, f"{report.get('format', '')} {report.get('version', '')}".strip(), json.loads(out).get("objects", 0) if report else 0, total("verbatim"), total("skipped"),
                   report.get("warnings_total", 0), f"{seconds:.2f}", resident >> 20)


def one(item):
    number, path = item
    city = temp / f"{number}.cim"
    # Files without a reference system are placed where the person who imports them says.
    result = run(build / "cimtool", "import", "--json", "--no-progress", "-t", 2, city, path)
    if result[0] == 4 and "source_epsg" in result[2]: result = run(build / "cimtool", "import", "--json", "--no-progress", "-t", 2, "--source-crs", 25832, city, path)
    outcome = judge(path, city, result)
    for left in temp.glob(city.name + "*"): left.unlink()
    return outcome


paths = sorted(p for f in folders for p in f.rglob("*") if p.is_file() and not (sanitized and p.stat().st_size > 200000))
if sanitized: paths = paths[::8]  # ten times slower: a sample
with concurrent.futures.ThreadPoolExecutor(2) as pool: outcomes = list(pool.map(one, enumerate(paths)))
with open(build / "data-outcomes.tsv", "w") as table:
    print(*Outcome._fields, sep="\t", file=table)
    for o in outcomes: print(*o, sep="\t", file=table)
print("1..2")
faults = [o for o in outcomes if o.verdict == "FAULT"]
for o in faults[:20]: print(f"# {o.path}: {o.detail}")
print(f"{'not ' if faults else ''}ok 1 - {len(outcomes)} files: " + ", ".join(f"{n} {v}" for v, n in sorted(collections.Counter(o.verdict for o in outcomes).items())))
# What no test of the collection means to be broken, must be read.
imported = {kind: sum(o.verdict == "imported" and o.path.startswith(kind) for o in outcomes) for kind in ("osm/", "citygml/")}
few = not sanitized and (imported["osm/"] < 80 or imported["citygml/"] < 400)
print(f"{'not ' if few else ''}ok 2 - {imported['osm/']} OpenStreetMap files and {imported['citygml/']} city models imported")
P
