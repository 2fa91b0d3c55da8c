#!/bin/sh
# EPANET networks of the data collection, and the sample town's: imported as an independent reader says they are, written back byte by byte, and
# written as the city says when values were changed in it.  Files that are broken, or SWMM's, are refused with line and reason.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import json, os, random, re, sqlite3, subprocess, sys
from pathlib import Path

source, build, temp = Path(os.environ["CIM_SOURCE"]), Path(os.environ["CIM_BUILD"]), Path(sys.argv[1])
sys.dont_write_bytecode = True
sys.path.insert(0, str(source / "tests" / "interop"))
import inp_compare

data = Path(os.environ.get("CIM_DATA", source.resolve().parent / "shared" / "data")) / "utility"
files = sorted(data.glob("*/*.inp"))
# What is wrong with a file, and on which line; SWMM's headings are looked for.
REFUSED = {"Net1broken.inp": (24, "already"), "bad_times.inp": (324, "not a time"), "bad_values.inp": (56, "not defined")}
number = 0


def say(fault, text, skip=None):
    global number
    number += 1
    for line in fault[:20]:
        print(f"# {line}")
    print(f"{'not ok' if fault else 'ok'} {number} - {text}" + (f" # SKIP {skip}" if skip else ""), flush=True)


def tool(*arguments, status=0):
    done = subprocess.run([str(build / "cimtool"), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode != status:
        raise RuntimeError(f"{' '.join(map(str, arguments))}: {done.returncode} {text}")
    return text


def fresh(name):
    path = temp / name
    path.unlink(missing_ok=True)
    return path


def load(path, *more):
    city = fresh("a.cim")
    tool("import", "-q", city, path, "--prefix", "n/", *(more or ("--crs", "25832")))
    return city


def written(city, name):
    out = fresh(name)
    tool("export", "-q", city, "-o", out)
    return out


def back(path):
    """The file, and the city it was read into; as an independent reader has it; and again."""
    city = load(path)
    out = written(city, "out.inp")
    if out.read_bytes() != path.read_bytes():
        return f"{path.name}: {inp_compare.same_rows(path, out) or 'other bytes'}"
    objects = fresh("objects.geojsonl")
    tool("export", "-q", city, "-o", objects, "-f", "geojsonseq", "--relations", "--crs", "25832", "--decimals", "9")
    fault = inp_compare.same_objects(path, objects)
    second = written(load(out), "second.inp")
    return f"{path.name}: {fault}" if fault else "" if second.read_bytes() == out.read_bytes() else f"{path.name}: the second time differs"


def refused(path):
    line, reason = REFUSED.get(path.name, (0, "SWMM"))
    said = tool("import", "-q", fresh("a.cim"), path, "--crs", "25832", status=4)
    found = re.fullmatch(rf"cimtool: {re.escape(str(path))}:(\d+): .*{reason}.*\n", said)
    return "" if found and line in (0, int(found[1])) and not (temp / "a.cim").exists() else f"{path.name}: {said}"


TABLES = ("utility_node", "utility_line")
VALUES = "gid, class, demand_lps, diameter_mm, state, length_m, z_min_m"


def values(city):
    with sqlite3.connect(f"file:{city}?mode=ro", uri=True) as db:
        rows = {}
        for table in TABLES:
            names = [c[1] for c in db.execute(f"PRAGMA table_info({table})")]
            columns = ", ".join(c if c in names else f"NULL AS {c}" for c in VALUES.split(", "))
            rows.update({r[0]: r[1:] for r in db.execute(f"SELECT {columns} FROM {table}")})
        return rows


def change(city, draw):
    """Some elements get other values, as a user's own program would do it."""
    with sqlite3.connect(city) as db:
        for gid, was in values(city).items():
            if draw.random() < 0.7:
                continue
            kind, demand, diameter, state, length, z = was
            new = {}
            if kind in ("UtilityNode", "Tank"):
                new["z_min_m"] = z + draw.choice([1, -2.5, 1 / 3])
            if kind == "UtilityNode" and demand is not None:
                new["demand_lps"] = draw.choice([0.0, demand * 2, demand + 0.125])
            if kind in ("Pipe", "Valve") or (kind == "Tank" and diameter):
                new["diameter_mm"] = diameter * draw.choice([0.5, 1.1]) + 1
            if kind == "Pipe":
                new["length_m"] = length * 1.5 + 0.1
            if state and not (kind == "Pipe" and flow(db, gid)):
                new["state"] = draw.choice(["open", "closed"])
            table = TABLES[kind not in ("UtilityNode", "Tank")]
            db.execute(f"UPDATE {table} SET {', '.join(f'{k} = ?' for k in new)} WHERE gid = ?", [*new.values(), gid])
    db.close()


def flow(db, gid):
    columns = [c[1] for c in db.execute("PRAGMA table_info(utility_line)")]
    return "flow" in columns and db.execute("SELECT flow FROM utility_line WHERE gid = ?", [gid]).fetchone()[0]


def near(a, b):
    return a == b or (isinstance(a, float) and isinstance(b, float) and abs(a - b) <= 1e-9 * max(1.0, abs(a)))


def changed(path, seed):
    city = load(path)
    change(city, random.Random(seed))
    wanted, out = values(city), written(city, "changed.inp")
    got = values(load(out))
    wrong = [f"{path.name}: {gid}: {v}, written as {got.get(gid)}" for gid, v in wanted.items() if not all(near(a, b) for a, b in zip(v, got.get(gid, ())))]
    return wrong[:3] + ([f"{path.name}: {len(got)} objects of {len(wanted)}"] if len(got) != len(wanted) else [])


def collect(run, paths):
    faults = []
    for path in paths:
        try:
            fault = run(path)
            faults += fault if isinstance(fault, list) else [fault] if fault else []
        except Exception as wrong:
            faults.append(f"{path.name}: {type(wrong).__name__} {wrong}")
    return faults


good = [f for f in files if f.name not in REFUSED and f.parent.name != "swmm"]
if os.environ.get("CIM_SANITIZED"):
    good = [f for f in good if f.stat().st_size < 100000]  # ten times slower
missing = None if files else f"{data} is not there (CIM_DATA)"
print("1..6")
say(collect(back, good), f"{len(good)} networks: as an independent reader has them, written back byte by byte", missing)
say(collect(refused, [f for f in files if f.name in REFUSED or f.parent.name == "swmm"]), "broken files and SWMM's: line and reason", missing)
say(collect(lambda f: changed(f, f.name), good), "values that were changed in the city are in the file", missing)

town = source / "data" / "town-water.inp"
say(collect(back, [town]) + collect(lambda f: changed(f, 4), [town]), "the town's network, the same")

# From another reference system, and from degrees: the file still comes back as it was.
def from_afar(path):
    city = load(path, "--source-crs", "25833", "--crs", "25832")
    return "" if written(city, "out.inp").read_bytes() == path.read_bytes() else "from EPSG:25833: other bytes"


def degrees(path):
    swapped = temp / "degrees.inp"
    lines = [re.sub(r"^(\s*\S+\s+)(\S+)(\s+)(\S+)", lambda m: f"{m[1]}{48.5 + float(m[4]) % 1000 / 1e5}{m[3]}{9.0 + float(m[2]) % 1000 / 1e5}", line) if at else line for line, at in places(path)]
    swapped.write_text("".join(lines), encoding="utf-8")
    city = load(swapped, "--source-crs", "4326", "--swap-xy", "--crs", "25832")
    x, y = map(float, re.search(r"extent ([\d.]+), ([\d.]+)", tool("info", city)).groups())
    return "" if 490000 < x < 510000 and 5.3e6 < y < 5.4e6 and written(city, "out.inp").read_bytes() == swapped.read_bytes() else f"degrees, north first: {x} {y}"


def places(path):
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("["):
            section = line.strip()
        yield line, section in ("[COORDINATES]", "[VERTICES]") and line.strip() and line.strip()[0] not in ";["


say(collect(from_afar, [town]) + collect(degrees, [town]), "other reference systems")

# A city keeps what else is in it.
def beside(path):
    city = fresh("b.cim")
    tool("import", "-q", city, source / "data" / "town.osm.pbf", "--no-relations")
    before = tool("export", city, "-f", "geojsonseq")
    tool("import", "-q", city, path, "--no-relations")
    tool("import", "-q", city, path, "--no-relations", "--prefix", "other/")
    after = [line for line in tool("export", city, "-f", "geojsonseq").splitlines() if not re.match(r'\{"type":"Feature","id":"(inp:|other/)', line)]
    if after != before.splitlines():
        return "objects of others are not what they were"
    said = tool("export", "-q", city, "-o", fresh("out.inp"), status=2)
    if "inp:town-water/network" not in said or "other/network" not in said:
        return said
    tool("export", "-q", city, "other/network", "-o", fresh("out.inp"))
    return "" if (temp / "out.inp").read_bytes() == path.read_bytes() else "one of two: other bytes"


say(collect(beside, [town]), "two networks in a city of other objects")
P
