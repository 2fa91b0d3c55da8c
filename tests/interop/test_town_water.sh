#!/bin/sh
# Isolation in the sample town, and the feeders of its power grid: its six bursts as town-expected.json has them, when all valves turn; and many
# pipes, with the valves that do not turn, against segments and searches made here from the network file and the table of valves.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import csv, json, os, subprocess, sys
from pathlib import Path

temp, build, data = Path(sys.argv[1]), Path(os.environ["CIM_BUILD"]), Path(os.environ["CIM_SOURCE"]) / "data"
city = temp / "town.cim"
cases = 0
EVERY = 40 if os.environ.get("CIM_SANITIZED") else 6


def tool(*arguments, status=(0,)):
    done = subprocess.run([build / "cimtool", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if done.returncode not in status:
        print(f"# cimtool {' '.join(map(str, arguments))}: {done.returncode}: {done.stderr.decode()}")
        sys.exit(1)
    return done.stdout


def check(name, wrong):
    global cases
    cases += 1
    for text in wrong[:5]: print("# " + text)
    print(f"{'not ' if wrong else ''}ok {cases} - {name}")


def last(ids): return sorted({i["id"].rsplit("/", 1)[-1].rsplit(":", 1)[-1] for i in ids if i["id"]})


def isolate(pipe, *more): return json.loads(tool("trace", city, "isolate", "inp:link/" + pipe, "-n", "water", "--json", *more))


print("1..4")
tool("import", "-q", "--prefix", "inp:", "-c", 25832, city, data / "town-water.inp")
tool("import", "-q", "--map", data / "town-water-valves.map.json", city, data / "town-water-valves.csv")
tool("import", "-q", city, data / "town-v3.gml.gz")
tool("import", "-q", "--map", data / "town-water-services.map.json", city, data / "town-water-services.csv")
truth = json.load(open(data / "town-expected.json"))["water"]

# ---- the bursts ----
free = [word for valve in truth["valves_not_operable"] for word in ("--set", valve + "=free")]
wrong = []
for burst in truth["bursts"]:
    got = isolate(burst["pipe"], *free)
    edges, nodes = ([e for e in got["works"]["elements"] if e["kind"] == kind] for kind in ("edge", "node"))
    beyond = sum(s["customers"] for s in got["without_supply"]["objects"])
    pairs = {"segment_pipes": last(edges), "segment_nodes": last(nodes), "valves_to_close": sorted(last(got["shut"]) + last(got["leave"])),
             "customers_in_segment": got["works"]["sums"]["customers"], "customers_cut_off_beyond": got["lost"]["sums"]["customers"]}
    wrong += [f"{burst['pipe']}: {k} {v}, expected {burst[k]}" for k, v in pairs.items() if v != burst[k]]
    if beyond != burst["customers_in_segment"] + burst["customers_cut_off_beyond"]: wrong.append(f"{burst['pipe']}: {beyond} customers by name")
    if got["stuck"] or "pressure" not in got["note"]: wrong.append(f"{burst['pipe']}: stuck {got['stuck']}, note {got['note']}")
check("the bursts of the town as expected", wrong)

# ---- the network by itself ----
ends, oneway, sources, section = {}, set(), [], ""
for line in open(data / "town-water.inp"):
    words = line.split(";")[0].split()
    if not words: continue
    if words[0][0] == "[": section = words[0]
    elif section in ("[PIPES]", "[PUMPS]", "[VALVES]"):
        ends[words[0]] = words[1:3]
        if section != "[PIPES]": oneway.add(words[0])
    elif section in ("[RESERVOIRS]", "[TANKS]"): sources.append(words[0])
del ends["P0520"]  # closed
valves = {(v["pipe_id"], v["node_id"]): v for v in csv.DictReader(open(data / "town-water-valves.csv")) if v["pipe_id"] in ends}
at = {}
for link, (a, b) in ends.items():
    for node in (a, b): at.setdefault(node, []).append(link)


def steps(x, flow):
    """Neighbours of a node or link with the valve between, those that flow goes on to."""
    if x not in ends: return [(link, valves.get((link, x))) for link in at.get(x, []) if not (flow and link in oneway and ends[link][1] == x)]
    a, b = ends[x]
    return [(node, valves.get((x, node))) for node in (a, b) if not (flow and x in oneway and node == a)]


def spread(begin, passes, gone=frozenset(), flow=True):
    seen, todo = set(begin) - gone, [x for x in begin if x not in gone]
    while todo:
        for y, valve in steps(todo.pop(), flow):
            if y in seen or y in gone or not passes(valve): continue
            seen.add(y)
            todo.append(y)
    return seen


def is_open(valve): return not valve or valve["state"] == "open"
def stays(valve): return not valve or (valve["operable"] == "no" and valve["state"] == "open")


before = spread(sources, is_open)
wrong, plans = [], []
for pipe in sorted(ends)[::EVERY]:
    works = spread([pipe], stays, flow=False)
    after = spread(sources, is_open, works)
    shut, leave = set(), set()
    for x in works:
        for y, valve in steps(x, False):
            if y in works or not is_open(valve): continue
            comes = y in after and any(z == x for z, _ in steps(y, True))
            (shut if comes else leave).add(valve["valve_id"])
    got = isolate(pipe)
    names = lambda part: set(last(got[part]["elements"])) - {"P0520"}
    for what, mine, theirs in (("works", works, names("works")), ("lost", before - works - after, names("lost")), ("shut", shut, set(last(got["shut"]))),
                               ("leave", leave, set(last(got["leave"])))):
        if mine != theirs: wrong.append(f"{pipe}: {what} {sorted(theirs)}, expected {sorted(mine)}")
    if len(got["shut"]) == 2: plans.append((pipe, {e["id"] for e in got["works"]["elements"]}, got))
check(f"{len(sorted(ends)[::EVERY])} pipes, with the valves that do not turn", wrong)

# ---- supply from elsewhere, done ----
# Where two valves are to be shut around a pipe, one of them is closed beforehand, and the burst is beyond the other: what lay between hangs on
# the works then, and can be had from the valve that is closed.
wrong, followed = [], 0
for pipe, works, got in plans:
    closed, other = got["shut"][:2]
    beyond = next(i for i in (other["on"], other["near"]) if i not in works)
    sets = ["--set", closed["id"] + "=closed"]
    again = json.loads(tool("trace", city, "isolate", beyond, "-n", "water", "--json", *sets))
    for plan in again["resupply"]:
        followed += 1
        said = [d["id"] + "=closed" for d in again["shut"] + plan["shut"]] + [d["id"] + "=open" for d in plan["open"]]
        done = sets + [word for text in said for word in ("--set", text)]
        fed = json.loads(tool("trace", city, "upstream", plan["way"][-1]["id"], "-n", "water", "--json", *done, status=(0, 1)))
        if not fed["count"]: wrong.append(f"{beyond}: {plan['way'][-1]['id']} is not fed")
        fed = json.loads(tool("trace", city, "upstream", beyond, "-n", "water", "--json", *done, status=(0, 1)))
        if fed["count"] and not again["sources"]: wrong.append(f"{beyond}: water comes into the works")
if not followed: wrong.append("there was nothing to supply from elsewhere")
check(f"{followed} plans to supply from elsewhere, followed", wrong)

# ---- the open ring of the power grid ----
tool("import", "-q", "--map", data / "town-power.map.json", city, data / "town-power.geojson.gz")
grid, wrong = json.load(open(data / "town-expected.json"))["power"], []
for feeder, stations in grid["stations_per_feeder"].items():
    got = json.loads(tool("trace", city, "subnetwork", stations[0], "-n", "power", "--json"))
    found = sorted({e["name"] or last([e])[0] for e in got["elements"] if e["class"] == "Transformer"})
    customers = sum(grid["customers_per_transformer"][s] for s in stations)
    if found != sorted(stations): wrong.append(f"{feeder}: {found}, expected {sorted(stations)}")
    if got["sums"]["customers"] != customers: wrong.append(f"{feeder}: {got['sums']['customers']} customers, expected {customers}")
for cable in ("MV-02", "MV-05"):
    got = json.loads(tool("trace", city, "isolate", cable, "-n", "power", "--json"))
    if [last(plan["open"]) for plan in got["resupply"]] != [grid["open_switches"]]: wrong.append(f"{cable}: the tie is not found: {got['resupply']}")
check("feeders of the power grid, and the tie that supplies them when a cable fails", wrong)
P
