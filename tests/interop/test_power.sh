#!/bin/sh
# The power cases of the data collection where CIM_DATA is: every bus, branch, transformer and switch of the city against the file as read
# here, by other means: their ends, states, voltages and demands.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import collections, json, math, os, re, sqlite3, subprocess, sys
from pathlib import Path

temp, build = Path(sys.argv[1]), Path(os.environ["CIM_BUILD"])
data = Path(os.environ.get("CIM_DATA", Path(os.environ["CIM_SOURCE"]).resolve().parent / "shared" / "data")) / "utility"
cases = sorted((data / "matpower").glob("*.m")) + sorted((data / "pandapower").glob("*.json"))
if not cases:
    print(f"1..0 # SKIP there are no power cases in {data} (CIM_DATA)")
    sys.exit()


def city_of(path):
    """Objects by id: (class, values), relations as (from, type, to, attributes)."""
    city = temp / "case.cim"
    city.unlink(missing_ok=True)
    done = subprocess.run([build / "cimtool", "import", city, path, "--json"], capture_output=True, text=True)
    if done.returncode: raise AssertionError(done.stderr.strip())
    report = json.loads(done.stdout)["inputs"][0]
    if any(c["in_file"] != c["stored"] + c["verbatim"] + c["skipped"] for c in report["counts"]): raise AssertionError("the report does not add up")
    check = subprocess.run([build / "cimtool", "check", city], capture_output=True, text=True)
    if check.returncode: raise AssertionError(check.stdout + check.stderr)
    db = sqlite3.connect(city)
    db.row_factory = sqlite3.Row
    tables = [t for (t,) in db.execute("select name from sqlite_master where type='table' and name in ('utility_node','utility_line','nonspatial')")]
    objects = {r["gid"]: dict(r) for t in tables for r in db.execute(f"select * from {t}")}
    names = {r["id"]: g for g, r in objects.items()}
    relations = {(names[f], t, names[to]): a for f, t, to, a in db.execute("select from_id, t.name, to_id, attrs from relation r join relation_type t using(type)")}
    return objects, relations


def same(what, got, wanted):
    if got != wanted: raise AssertionError(f"{what}: {got!r} instead of {wanted!r}")


def close(what, got, wanted):
    if not math.isclose(got or 0.0, wanted, rel_tol=1e-12, abs_tol=1e-9): raise AssertionError(f"{what}: {got!r} instead of {wanted!r}")


def matrix(text, name):
    body = re.search(r"mpc\.%s\s*=\s*\[(.*?)\]\s*;" % name, text, re.S).group(1)
    value = lambda cell: eval(cell, {"sqrt": math.sqrt, "Inf": math.inf, "NaN": math.nan})
    return [[value(c) for c in row.replace(",", " ").split()] for row in re.split(r"[;\n]", body) if row.strip()]



def matpower(path, objects, relations):
    text = re.sub(r"%[^\n]*", "", path.read_text())
    buses, branches, generators = matrix(text, "bus"), matrix(text, "branch"), matrix(text, "gen")
    factor = 1e3 * (1e-3 if re.search(r"\[PD, QD\]\) / 1e3", text) else 1) * (0.85 if re.search(r"PD\) \* pf", text) else 1)
    same("ids", sorted(g for g in objects if ":network/" not in g), sorted([f"matpower:bus/{int(b[0])}" for b in buses] + [f"matpower:branch/{i + 1}" for i in range(len(branches))]))
    feeding = {int(b[0]) for b in buses if b[1] == 3} | {int(g[0]) for g in generators if g[7] > 0 and not (g[8] <= 0 and g[9] < 0)}
    kv = {}
    for b in buses:
        o, number = objects[f"matpower:bus/{int(b[0])}"], int(b[0])
        kv[number] = b[9]
        close(f"bus {number}: kV", o["voltage_v"], b[9] * 1e3)
        close(f"bus {number}: kW", o["demand_kw"], max(b[2], 0.0) * factor)
        same(f"bus {number}: controller", bool(o["controller"]), number in feeding)
        same(f"bus {number}: status", o.get("status"), "disused" if b[1] == 4 else None)
    ends = collections.defaultdict(dict)
    for (f, t, to), a in relations.items():
        if t == "connects": ends[f][json.loads(a)["end"]] = to
    for i, b in enumerate(branches, 1):
        o = objects[f"matpower:branch/{i}"]
        if b[0] != b[1]: same(f"branch {i}: ends", ends[f"matpower:branch/{i}"], {"from": f"matpower:bus/{int(b[0])}", "to": f"matpower:bus/{int(b[1])}"})
        same(f"branch {i}: state", o["state"], "on" if b[10] > 0 else "off")
        same(f"branch {i}: class", o["class"], "Transformer" if b[8] or kv[int(b[0])] != kv[int(b[1])] else "UtilityLine")
    return f"{len(buses)} buses, {len(branches)} branches, {sum(b[10] <= 0 for b in branches)} off"


def frame(net, name):
    table = json.loads(net[name]["_object"]) if name in net else {"columns": [], "index": [], "data": []}
    return {i: dict(zip(table["columns"], row)) for i, row in zip(table["index"], table["data"])}


def pandapower(path, objects, relations):
    net = json.loads(path.read_text())["_object"]
    buses, lines, trafos, switches, loads = (frame(net, n) for n in ("bus", "line", "trafo", "switch", "load"))
    wanted = [f"pandapower:{k}/{i}" for k, t in (("bus", buses), ("line", lines), ("trafo", trafos), ("switch", switches)) for i in t]
    same("ids", sorted(g for g in objects if ":network/" not in g), sorted(wanted))
    demand = collections.Counter()
    for l in loads.values(): demand[l["bus"]] += l["p_mw"] * l["scaling"] * 1e3 * l["in_service"]
    feeding = {g["bus"] for t in ("ext_grid", "gen") for g in frame(net, t).values() if g["in_service"]}
    for i, b in buses.items():
        o = objects[f"pandapower:bus/{i}"]
        close(f"bus {i}: kV", o["voltage_v"], b["vn_kv"] * 1e3)
        close(f"bus {i}: kW", o["demand_kw"], max(demand[i], 0.0))
        same(f"bus {i}: controller", bool(o["controller"]), i in feeding)
    out = collections.defaultdict(dict)
    for (f, t, to), a in relations.items():
        if t == "connects": out[f][to] = json.loads(a)
    for kind, table, start, end in (("line", lines, "from_bus", "to_bus"), ("trafo", trafos, "hv_bus", "lv_bus")):
        for i, l in table.items():
            same(f"{kind} {i}: ends", out[f"pandapower:{kind}/{i}"], {f"pandapower:bus/{l[start]}": {"end": "from"}, f"pandapower:bus/{l[end]}": {"end": "to"}})
            same(f"{kind} {i}: status", objects[f"pandapower:{kind}/{i}"].get("status"), None if l["in_service"] else "disused")
    for i, s in switches.items():
        o, bus = objects[f"pandapower:switch/{i}"], f"pandapower:bus/{s['bus']}"
        same(f"switch {i}: state", o["state"], "closed" if s["closed"] else "open")
        kind = {"l": "line", "t": "trafo"}.get(s["et"])
        want = {f"pandapower:{kind}/{s['element']}": {"near": bus}} if kind else {bus: {"end": "from"}, f"pandapower:bus/{s['element']}": {"end": "to"}}
        same(f"switch {i}: what it is on", out[f"pandapower:switch/{i}"], want)
    return f"{len(buses)} buses, {len(lines)} lines, {len(trafos)} transformers, {len(switches)} switches"


print(f"1..{len(cases)}")
failed = 0
for n, path in enumerate(cases, 1):
    try:
        says = (matpower if path.suffix == ".m" else pandapower)(path, *city_of(path))
        print(f"ok {n} - {path.name}: {says}")
    except AssertionError as fault:
        failed += 1
        print(f"not ok {n} - {path.name}: {fault}")
sys.exit(failed > 0)
P
