#!/bin/sh
# The sample town's week of observations as `cimtool observe` has it, against a reading of the same file made here with Python's standard
# library alone: streams, counts, first and last values, sums, least and greatest, and the buckets of every hour.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import gzip, json, math, os, subprocess, sys
from datetime import datetime, timezone
from pathlib import Path

temp, build, data = Path(sys.argv[1]), Path(os.environ["CIM_BUILD"]), Path(os.environ["CIM_SOURCE"]) / "data"
city, week = temp / "town.cim", data / "town-sensors.json.gz"
cases = 0


def tool(*arguments):
    done = subprocess.run([build / "cimtool", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if done.returncode:
        print(f"# cimtool {' '.join(map(str, arguments))}: {done.returncode}: {done.stderr.decode()}")
        sys.exit(1)
    return done.stdout


def asked(*arguments): return {s["stream"]: s for s in json.loads(tool("observe", city, *arguments, "--json"))["streams"]}


def check(name, wrong):
    global cases
    cases += 1
    for text in wrong[:5]: print("# " + text)
    print(f"{'not ' if wrong else ''}ok {cases} - {name}")


def seconds(text): return int(datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).timestamp())


def is_number(value): return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def near(a, b): return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))


# stream -> {seconds: value}: of two observations of a time the later one in the file
told = {}
for thing in json.load(gzip.open(week))["value"]:
    for stream in thing["Datastreams"]:
        values = told.setdefault(stream["@iot.id"], {})
        for o in stream["Observations"]: values[seconds(o["phenomenonTime"].split("/")[-1])] = o["result"]

print("1..4")
tool("import", "-q", city, data / "town.osm.pbf")
tool("observe", "-q", city, week)
found = asked()

check("streams", [f"{s} is on one side only" for s in sorted(set(told) ^ set(found))] or ([] if len(told) > 30 else ["too few streams"]))

wrong = []
for stream, values in told.items():
    f, last = found[stream], max(values)
    if f["count"] != len(values): wrong.append(f"{stream}: {f['count']} observations, {len(values)} are told")
    elif seconds(f["first"]) != min(values) or seconds(f["last"]) != last: wrong.append(f"{stream}: from {f['first']} to {f['last']}")
    elif values[last] is not None and f["value"] != values[last]: wrong.append(f"{stream}: last {f['value']}, {values[last]} is told")
check("counts, first and last", wrong)

wrong = []
for stream, values in told.items():
    observed = asked("--stream", stream)[stream]["observations"]
    if {seconds(t): v for t, v, quality in observed} != values or len(observed) != len(values): wrong.append(f"{stream}: other observations")
check("every observation", wrong)

wrong, buckets_seen = [], 0
for stream, values in told.items():
    hours = {}
    for t, v in values.items():
        if is_number(v) or isinstance(v, bool): hours.setdefault(t // 3600 * 3600, []).append(float(v))
    got = {seconds(b["start"]): b for b in asked("--stream", stream, "--rollup", "1h")[stream]["buckets"] if b["count"]}
    if set(hours) != set(got): wrong.append(f"{stream}: other hours")
    for hour in set(hours) & set(got):
        v, b = hours[hour], got[hour]
        buckets_seen += 1
        same = b["count"] == len(v) and b["min"] == min(v) and b["max"] == max(v) and near(b["sum"], math.fsum(v)) and near(b["mean"], math.fsum(v) / len(v))
        if not same: wrong.append(f"{stream} at {hour}: {b}, told {v[:4]}")
if buckets_seen < 5000: wrong.append(f"only {buckets_seen} hours")
check("counts, sums, least, greatest and means of every hour", wrong)
P
