#!/bin/sh
# cimtool watch on the recorded week of the sample town: the rules of data/town-rules.json find exactly the anomalies that were planted
# (data/town-expected.json); in two parts with a state between them the same is told; messages of a broker; an end by a signal.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
exec python3 - <<'P'
import gzip, json, os, signal, subprocess, sys, tempfile, time
from pathlib import Path

tool, data = os.environ["CIM_BUILD"] + "/cimtool", Path(os.environ["CIM_SOURCE"]) / "data"
work = Path(tempfile.mkdtemp())
city = work / "town.cim"
RULES = {"spike": "no2-alarm", "stuck": "air-stuck", "event": "flood", "gap": "silent", "zero": "no-vehicles", "impossible": "impossible",
         "drop": "low-pressure", "duplicate": "disorder", "drift": "drift", "disorder": "disorder"}
number = failed = 0


def check(what, ok, why=""):
    global number, failed
    number += 1
    failed += not ok
    print(f"{'' if ok else 'not '}ok {number} - {what}")
    if not ok:
        print("# " + str(why)[:2000].replace("\n", "\n# "))


def cimtool(*args, text=None, wanted=0):
    done = subprocess.run([tool, *map(str, args)], input=text, capture_output=True, text=True, timeout=200)
    assert done.returncode == wanted, (args, done.returncode, done.stderr)
    return done.stdout


def week():
    """Lines in the order in which they came: a late one comes with the one before it."""
    rows = []
    for thing in json.load(gzip.open(data / "town-sensors.json.gz"))["value"]:
        for stream in thing["Datastreams"]:
            latest = ""
            for k, o in enumerate(stream["Observations"]):
                latest = max(latest, o["phenomenonTime"])
                rows.append((latest, stream["@iot.id"], k, o))
    rows.sort(key=lambda r: r[:3])
    return [json.dumps({"stream": s, "time": o["phenomenonTime"], "value": o["result"]}) for _, s, _, o in rows]


def told(text):
    return [(e["event"], e["rule"], e.get("stream"), e["time"]) for e in map(json.loads, text.splitlines())]


print("1..7")
cimtool("import", "-q", city, data / "town-v3.gml.gz", data / "town.osm.pbf")
cimtool("observe", "-q", city, data / "town-sensors.json.gz")
lines, rules = week(), data / "town-rules.json"
watch = ("watch", "-q", city, "--rules", rules)
whole = cimtool(*watch, text="\n".join(lines) + "\n")
events = told(whole)
anomalies = json.load(open(data / "town-expected.json"))["sensors"]["anomalies"]
raised = {(r, s): t for e, r, s, t in events if e == "raised" and r != "flood-both"}
wanted = {(RULES[a["kind"]], a["datastream"]) for a in anomalies} | {("flood", "WL-2/level")}  # the wave comes there, too
check("the anomalies of the week are told, and nothing else", set(raised) == wanted and len(raised) == sum(e[0] == "raised" and e[1] != "flood-both" for e in events),
      set(raised) ^ wanted)
late = [a for a in anomalies if not a["from"] <= raised.get((RULES[a["kind"]], a["datastream"]), "") <= a["to"]]
check("each while it lasted", not late, late)
stand = {s for e, r, s, t in events if e == "raised"} - {s for e, r, s, t in events if e == "cleared"}
check("what still stands at the end is the drift", stand == {"WX-1/temperature"}, stand)

half, state = len(lines) * 5 // 7, work / "state.json"
parts = cimtool(*watch, "--state", state, text="\n".join(lines[:half])) + cimtool(*watch, "--state", state, text="\n".join(lines[half:]))
check("with a state between two parts the same is told", parts == whole)

replayed = told(cimtool(*watch, "--replay", "2024-05-13/2024-05-20"))
check("replayed from the city file the same but for what is out of order", replayed == [e for e in events if e[1] != "disorder"])

shapes = ['{"phenomenonTime":"2024-06-01T00:00:00Z","result":300,"Datastream":{"@iot.id":"AQ-2/NO2"}}', "{", "", "nonsense", '{"stream":"nobody","time":1,"value":1}',
          '{"tst":"2024-06-01T01:00:00.5+0000","topic":"town/AQ-2/NO2","qos":0,"payload":"20.5"}',
          '{"tst":"2024-06-01T02:00:00Z","topic":"v1.1/Datastreams(\'AQ-3/NO2\')/Observations","payload":{"result":250}}',
          '{"acknowledge":"no2-alarm"}', '{"stream":"AQ-3/NO2","time":1717210800,"value":"1e1"}', '{"stream":"AQ-3/NO2","time":1e300,"value":1}', "x" * 2000000]
got = told(cimtool(*watch, "--store", text="\n".join(shapes) + "\n", wanted=3))
check("SensorThings, messages, damaged lines, a word of somebody", [e for e in got if e[1] == "no2-alarm"] == [
    ("raised", "no2-alarm", "AQ-2/NO2", "2024-06-01T00:00:00Z"), ("cleared", "no2-alarm", "AQ-2/NO2", "2024-06-01T01:00:00.500Z"),
    ("raised", "no2-alarm", "AQ-3/NO2", "2024-06-01T02:00:00Z"), ("acknowledged", "no2-alarm", "AQ-3/NO2", "2024-06-01T02:00:00Z"),
    ("cleared", "no2-alarm", "AQ-3/NO2", "2024-06-01T03:00:00Z")] and '"value":10' in cimtool("observe", city, "-s", "AQ-3/NO2", "-l", "-e", "ndjson").replace(" ", ""), got)

run = subprocess.Popen([tool, *map(str, watch), "--state", str(work / "other.json")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
run.stdin.write('{"stream":"AQ-2/NO2","time":"2024-07-01T00:00:00Z","value":300}\n')
run.stdin.flush()
line = run.stdout.readline()  # at once, not at the end
run.send_signal(signal.SIGTERM)
run.wait(20)
check("alerts come at once; a signal ends it in order", '"raised"' in line and run.returncode == 0 and (work / "other.json").exists(), (line, run.returncode))
subprocess.run(["rm", "-r", str(work)])
sys.exit(failed > 0)
P
