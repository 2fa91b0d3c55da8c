"""mod_cim against cimtool: called by test_sql.sh with the build, the data, "python" or "" and the path of sqlite3 or ""."""
import json, math, os, re, sqlite3, struct, subprocess, sys, tempfile, threading, time
from pathlib import Path

BUILD, DATA, BY_PYTHON, PROGRAM = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
MODULE = BUILD / ".libs" / "mod_cim"
FIRE, HOSPITAL = "osm:way/4100000306", "osm:relation/71000030"


def tool(*words, status=(0,)):
    done = subprocess.run([BUILD / "cimtool", *map(str, words)], capture_output=True, text=True)
    assert done.returncode in status, (words, done.stderr)
    return done.stdout


def answer(*words, status=(0,)):
    return json.loads(tool(*words, "--json", status=status))


def connect(path, **more):
    db = sqlite3.connect(path, **more)
    db.enable_load_extension(True)
    db.load_extension(str(MODULE))
    return db


def rows_by_python(path, sql):
    db = connect(path)
    cursor = db.execute(sql)
    names = [c[0] for c in cursor.description]
    rows = [dict(zip(names, row)) for row in cursor]
    db.close()
    return rows


def rows_by_program(path, sql):
    done = subprocess.run([PROGRAM, "-json", "-cmd", f".load {MODULE}", str(path), sql], capture_output=True, text=True, errors="replace")
    if done.returncode: raise sqlite3.OperationalError(done.stderr.strip())
    return json.loads(done.stdout or "[]")


def quote(text):
    return "'" + text.replace("'", "''") + "'"


# ---- SpatiaLite blobs, read by what gaia-sins.org says of them ----

def blob(data):
    """Number of the system, box, type, and all coordinates in their order."""
    assert data[0] == 0 and data[1] == 1 and data[38] == 0x7C and data[-1] == 0xFE, data[:45]
    epsg, = struct.unpack_from("<i", data, 2)
    box = struct.unpack_from("<4d", data, 6)
    at, out = 39, []

    def number():
        nonlocal at
        at += 4
        return struct.unpack_from("<I", data, at - 4)[0]

    def points(n, dim):
        nonlocal at
        for _ in range(n):
            out.append(struct.unpack_from(f"<{dim}d", data, at))
            at += 8 * dim

    def body(kind, dim):
        nonlocal at
        if kind == 1: points(1, dim)
        elif kind == 2: points(number(), dim)
        elif kind == 3:
            for _ in range(number()): points(number(), dim)
        else:
            for _ in range(number()):
                assert data[at] == 0x69
                at += 1
                body(number() % 1000, dim)

    kind = number()
    body(kind % 1000, 3 if kind > 1000 else 2)
    assert at == len(data) - 1
    if out:
        assert box == (min(p[0] for p in out), min(p[1] for p in out), max(p[0] for p in out), max(p[1] for p in out))
    return epsg, kind, out


def flat(coordinates):
    if coordinates and isinstance(coordinates[0], (int, float)): return [tuple(coordinates)]
    return [p for c in coordinates for p in flat(c)]


def near(a, b, tolerance=0.0006):
    return a is None and b is None or a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=tolerance)


# ---- parity: for each function what is asked of cimtool and of SQL, and how answers are compared ----

def parity_query(ask):
    expression = "class = 'Building' AND height_m > 8"
    want = answer("query", CITY, expression, "--sort", "height_m,desc", "--limit", 40)
    got = ask(f"SELECT number, id, class, object FROM cim_query({quote(expression)}, 'sort=height_m; descending=1; limit=40')")
    assert len(got) == len(want["objects"]) == 40
    for g, w in zip(got, want["objects"]):
        assert json.loads(g["object"]) == w and (g["number"], g["id"], g["class"]) == (w["number"], w["id"], w["class"])
    count = answer("query", CITY, "class = 'Building'", "--count")["matched"]
    assert ask("SELECT count(*) AS n FROM cim_query('class = ''Building''')") == [{"n": count}]


def parity_route(ask):
    for profile, options, more in (("car", "", []), ("foot", "lonlat=1", ["--lonlat"]), ("truck", '{"height_m": 4, "at_time": "2026-01-30T08:00"}', ["--height", 4, "--at-time", "2026-01-30T08:00"])):
        start = "9.0815,48.5905" if "lonlat" in options else FIRE
        want = answer("route", CITY, start, HOSPITAL, "-p", profile, *more)
        got, = ask(f"SELECT route, time_s, length_m, breaks, uses, from_distance_m, to_distance_m, hex(geom) AS blob, geojson FROM cim_route({quote(start)}, {quote(HOSPITAL)}, '{profile}', {quote(options)})")
        assert near(got["time_s"], want["time_s"]) and near(got["length_m"], want["length_m"], 0.06), (got, want)
        assert json.loads(got["breaks"]) == want["breaks"] and json.loads(got["uses"]) == want["uses"]
        assert near(got["from_distance_m"], want["from_distance_m"], 0.06) and near(got["to_distance_m"], want["to_distance_m"], 0.06)
        epsg, kind, line = blob(bytes.fromhex(got["blob"]))
        assert (epsg, kind) == (25832, 2) and len(line) == len(want["geometry"]["coordinates"])
        assert all(near(a, b) for p, q in zip(line, want["geometry"]["coordinates"]) for a, b in zip(p, q))
        feature = json.loads(tool("route", CITY, start, HOSPITAL, "-p", profile, *more, "--geojson"))
        assert json.loads(got["geojson"]) == feature["geometry"]
    want = answer("route", CITY, "505000,5382500", "506500,5383500", "--alternatives", 3)["routes"]
    got = ask("SELECT route, time_s, shared_s FROM cim_route('505000,5382500', '506500,5383500', NULL, 'alternatives=3')")
    assert [(g["time_s"], g["shared_s"]) for g in got] == [(w["time_s"], w.get("shared_s")) for w in want] and len(got) > 1
    want = answer("route", CITY, FIRE, "505000,5382500", "506000,5383000", HOSPITAL, "--optimize", "--avoid", "osm:way/4100000136")
    got = ask(f"SELECT time_s FROM cim_route('{FIRE}', '{HOSPITAL}', NULL, '{{\"via\": [\"505000,5382500\", [506000, 5383000]], \"optimize\": true, \"avoid\": \"osm:way/4100000136\"}}')")
    assert [g["time_s"] for g in got] == [want["time_s"]]


def parity_route_steps(ask):
    want = answer("route", CITY, FIRE, HOSPITAL, "-p", "emergency")["steps"]
    got = ask(f"SELECT kind, coalesce(name, '') AS name, length_m, time_s, distance_m, side FROM cim_route_steps('{FIRE}', '{HOSPITAL}', 'emergency')")
    assert len(got) == len(want) > 3
    for g, w in zip(got, want):
        assert (g["kind"], g["name"], g["side"]) == (w["kind"], w["name"], w.get("side")) and near(g["time_s"], w["time_s"]) and near(g["length_m"], w["length_m"], 0.06)


def parity_isochrone(ask):
    want = answer("isochrone", CITY, FIRE, "505800,5382900", "--limits", "60,120.5,300", "-p", "foot", "--backward")["limits"]
    got = ask(f"""SELECT limit_s, area_m2, street_m, hex(geom) AS blob FROM cim_isochrone('["{FIRE}", "505800,5382900"]', '60,120.5,300', 'foot', 'backward=1')""")
    assert len(got) == len(want) == 3
    for g, w in zip(got, want):
        assert g["limit_s"] == w["limit_s"] and near(g["area_m2"] * 1e-6, w["area_km2"], 0.00006) and near(g["street_m"] * 1e-3, w["street_km"])
        line = blob(bytes.fromhex(g["blob"]))[2]
        assert all(near(a, b) for p, q in zip(line, flat(w["geometry"]["coordinates"])) for a, b in zip(p, q)) and len(line) == len(flat(w["geometry"]["coordinates"]))


def parity_matrix(ask):
    want = answer("matrix", CITY, "--from", FIRE, "--from", "505800,5382900", "--to-filter", "class = 'Hydrant'", "-p", "emergency")
    got = ask(f"""SELECT start_row, start, destination, time_s FROM cim_matrix('["{FIRE}", "505800,5382900"]', NULL, 'emergency', 'to_filter=class = ''Hydrant''')""")
    assert len(got) == 2 * len(want["to"])
    at = iter(got)
    for i, start in enumerate(want["from"]):
        for j, destination in enumerate(want["to"]):
            g = next(at)
            assert (g["start"], g["destination"], g["time_s"]) == (start, destination, want["times_s"][i][j])


def parity_nearest(ask):
    want = answer("nearest", CITY, FIRE, "--among", "class = 'Hydrant'", "--from-place", "-k", 7)["nearest"]
    got = ask(f"SELECT rank, id, time_s, length_m, breaks, distance_m FROM cim_nearest('{FIRE}', 'class = ''Hydrant''', 7, 'from_place=1')")
    assert len(got) == len(want) == 7
    for i, (g, w) in enumerate(zip(got, want), 1):
        assert (g["rank"], g["id"], g["time_s"], json.loads(g["breaks"])) == (i, w["id"], w["time_s"], w["breaks"])
        assert near(g["length_m"], w["length_m"], 0.06) and near(g["distance_m"], w["distance_m"], 0.06)


def parity_trace(ask):
    for kind, start, options, more in (("upstream", "LF_00001", "", []), ("downstream", "P0050", "", []), ("connected", "P0050", '{"barrier_kind": ["valve", "pump"]}', ["--barrier-kind", "valve", "--barrier-kind", "pump"]),
                                       ("subnetwork", "J266", "set=S0249=closed", ["--set", "S0249=closed"]), ("bridges", None, "", []), ("connected", "P0050", "limit=length_m=300", ["--limit", "length_m=300"])):
        want = answer("trace", CITY, kind, *([start] if start else []), "-n", "water", *more)
        options = options[:-1] + ', "network": "water"}' if options.startswith("{") else "network=water;" + options
        got = ask(f"SELECT element, kind, id, class, network, from_element, length_m, customers FROM cim_trace('{kind}', {quote(start) if start else 'NULL'}, {quote(options)})")
        assert [g["element"] for g in got] == [e["element"] for e in want["elements"]] and got, kind
        assert [(g["id"], g["class"] or "", g["kind"], g["network"]) for g in got] == [(e["id"], e["class"], e["kind"], e["network"]) for e in want["elements"]]
        assert [g["from_element"] for g in got] == want["from"]
        assert math.isclose(sum(g["length_m"] for g in got), want["sums"]["length_m"], rel_tol=1e-7) and math.isclose(sum(g["customers"] for g in got), want["sums"]["customers"])
    want = answer("trace", CITY, "path", "P0050", "LF_00001", "-n", "water")
    got = ask("SELECT element FROM cim_trace('path', 'P0050', 'to=LF_00001; network=water')")
    assert [g["element"] for g in got] == [e["element"] for e in want["elements"]] and len(got) > 5


def parity_isolate(ask):
    for start, options, more in (("P0050", "", []), ("P0050", "stuck=S0048", ["--stuck", "S0048"]), ("505482,5383681", "", ["--at"]), ("J266", "set=S0249=closed", ["--set", "S0249=closed"])):
        words = ["--at", start] if more == ["--at"] else [start, *more]
        want = answer("trace", CITY, "isolate", *words, "-n", "water")
        got = ask(f"SELECT role, element, device, id FROM cim_isolate({quote(start)}, {quote('network=water;' + options)})")
        for role in ("shut", "leave", "keep", "stuck"):
            assert [(g["device"], g["id"]) for g in got if g["role"] == role] == [(d["device"], d["id"]) for d in want[role]], role
        assert [g["element"] for g in got if g["role"] == "sources"] == [e["element"] for e in want["sources"]]
        for role in ("works", "lost"):
            assert [g["element"] for g in got if g["role"] == role] == [e["element"] for e in want[role]["elements"]], role
        assert any(g["role"] == "shut" for g in got)


def parity_impact(ask):
    for close, options, more in (("Hauptstraße", "", ["--close", "Hauptstraße"]), (None, "area=506000,5382990,506080,5383060", ["--area", "506000,5382990,506080,5383060"]), (None, "fail=P0050; stuck=S0048", ["--fail", "P0050", "--stuck", "S0048"]), ("Hauptstraße", "keep_supply=1", ["--close", "Hauptstraße", "--keep-supply"])):
        want = answer("impact", CITY, *more)
        got = ask(f"SELECT * FROM (SELECT role, work, element, device, id, network, customers, people, before_s, after_s, distance_m FROM cim_impact({quote(close) if close else 'NULL'}, {quote(options)}))")
        of = lambda role: [g for g in got if g["role"] == role]
        for role in ("shut", "leave", "keep_shut", "stuck", "ties"):
            assert [g["device"] for g in of(role)] == [d["open"]["device"] if role == "ties" else d["device"] for d in want[role]], role
        for role in ("sources", "cut_off", "lost"):
            assert [g["element"] for g in of(role)] == [e["element"] for e in want[role]], role
        assert [(g["id"], g["network"], g["people"]) for g in got if g["role"] in ("without", "partly")] == [(x["id"], x["network"], x["people"]) for x in want["without"]]
        assert [g["id"] for g in of("dry_hydrants")] == [h["id"] for h in want["hydrants"]["dry"]]
        assert [(g["work"] - 1, g["id"]) for g in of("hydrants")] == [(h["work"], h["id"]) for h in want["hydrants"]["with_water"]]
        assert [g["after_s"] for g in of("crews")] == [c["time_s"] for c in want["roads"]["crews"]]
        assert [(g["id"], g["before_s"], g["after_s"]) for g in of("access")] == [(a["id"], a["before_s"], a["after_s"]) for a in want["roads"]["access"]]
        assert [g["after_s"] for g in of("detours")] == [d["after_s"] for d in want["roads"]["detours"]]
        assert [g["id"] for g in of("closed_streets_only")] == want["roads"]["closed_streets_only"]["buildings"]
        assert got


def parity_los(ask):
    targets = ["505960,5382640", "506000,5382700", "506010,5382510,300", "osm:relation/71000030"]
    for eye in "osm:node/91000014948", "506000,5382500":
        want = answer("see", CITY, eye, *targets, "-q", status=(0, 1))["targets"]
        got = ask(f"SELECT target, seen, distance_m, target_z_m, blocker FROM cim_los('{eye}', {quote(json.dumps(targets))})")
        assert [(g["target"], bool(g["seen"]), g["blocker"]) for g in got] == [(w["target"], w["seen"], w["blocker"]) for w in want]
        assert all(near(g["distance_m"], w["distance_m"]) and near(g["target_z_m"], w["z_m"]) for g, w in zip(got, want)) and len(got) == 4


def parity_seen(ask):
    want = answer("see", CITY, "506000,5382500", "--among", "class = 'Building'", "--max", 150, "-q")["objects"]
    got = ask("SELECT id, share, points, distance_m FROM cim_seen('506000,5382500', 'class = ''Building''', 'max_m=150')")
    assert [(g["id"], g["points"]) for g in got] == [(w["object"], w["points"]) for w in want] and len(got) > 3
    assert all(near(g["share"], w["share"], 0.00006) and near(g["distance_m"], w["distance_m"]) for g, w in zip(got, want))


def parity_observations(ask):
    streams = ask("SELECT stream, count(*) AS n FROM cim_observations() GROUP BY stream ORDER BY n DESC")
    assert len(streams) == len(answer("observe", CITY)["streams"]) > 1
    for s in streams[:3] + streams[-1:]:
        want, = answer("observe", CITY, "--stream", s["stream"])["streams"]
        got = ask(f"SELECT time, value, quality FROM cim_observations({quote(s['stream'])})")
        assert [[g["time"], g["value"], g["quality"]] for g in got] == want["observations"] and len(got) == s["n"]
        middle = got[len(got) // 2]["time"]
        want, = answer("observe", CITY, "--stream", s["stream"], "--from", middle)["streams"]
        got = ask(f"SELECT time, value, quality FROM cim_observations({quote(json.dumps([s['stream']]))}, '{middle}')")
        assert [[g["time"], g["value"], g["quality"]] for g in got] == want["observations"] and 0 < len(got) < s["n"] + (s["n"] == 1)
        last = ask(f"SELECT time FROM cim_observations({quote(s['stream'])}, NULL, NULL, 'latest=1')")
        assert last == [{"time": got[-1]["time"]}]


def parity_cover(ask, path=None, sensors="class = 'Camera'", roads="class = 'Road'", box="505900,5382500,506100,5382700"):
    """Sums, classes, folds, sensors, gaps; roads, objects and an area."""
    path = path or CITY
    for kind, targets, options, more in (("roads", roads, "", []), ("roads", roads, "folds=2; least=62.5; range_m=40", ["--folds", 2, "--least", 62.5, "--range", 40]),
                                         ("objects", "class = 'Entrance'", "hfov_deg=90; pitch_deg=-20", ["--hfov", 90, "--pitch", -20]), ("area", box, "step_m=4", ["--step", 4])):
        flag = {"roads": "--roads", "objects": "--among", "area": "--area"}[kind]
        want = answer("cover", path, "--sensors", sensors, flag, targets, *more, "-q", status=(0, 1, 3))
        got = ask(f"SELECT role, kind, id, targets, weight, only_weight, assumed, from_m, to_m FROM cim_cover({quote(sensors)}, '{kind}', {quote(targets)}, {quote(options)})")
        of = lambda role: [g for g in got if g["role"] == role]
        assert of("all")[0]["targets"] == want["targets"] and near(of("all")[0]["weight"], want["weight"]), (kind, options)
        assert near(of("covered")[0]["weight"], want["covered"]), (kind, options)
        assert all(near(g["weight"], w) for g, w in zip(of("class"), want["by_class"])) and all(near(g["weight"], w) for g, w in zip(of("folds"), want["by_folds"]))
        stretches = [g for g in of("gap") if g["kind"] != "area"]
        assert len(stretches) == want["gap_stretches"] and near(sum(g["to_m"] - g["from_m"] for g in stretches), want["gap_m"])
        assert near(sum(g["weight"] for g in of("gap") if g["kind"] == "area"), want["gap_m2"])
        assert [(g["id"], g["kind"], g["targets"], json.loads(g["assumed"])) for g in of("sensor")] == [(w["id"], w["kind"], w["targets"], w["assumed"]) for w in want["each"]]
        assert all(near(g["weight"], w["weight"]) and near(g["only_weight"], w["only"]) for g, w in zip(of("sensor"), want["each"])) and len(want["each"]) > 1


def parity_cover_masks(ask):
    """Walls; an area as box, well-known text, and GeoJSON of another function; what cameras must not see."""
    camera = "'class = ''Camera'''"
    want = answer("cover", CITY, "--walls", "function = 'hospital'", "--height", 2, "--top", 8, "-q", status=(0, 1, 3))
    got = ask(f"SELECT role, targets, weight FROM cim_cover({camera}, 'walls', 'function = ''hospital''', 'height_m=2; top_m=8')")
    assert near(got[0]["weight"], want["weight"]) and got[0]["targets"] == want["targets"] > 10 and near(got[1]["weight"], want["covered"])
    box, rings = "505900,5382500,506100,5382700", "((505900 5382500, 506100 5382500, 506100 5382700, 505900 5382700, 505900 5382500))"
    keep_out, privacy = "505950,5382550,506000,5382600", "506000,5382600,506050,5382650"
    want = answer("cover", CITY, "--area", box, "--step", 5, "--keep-out", keep_out, "--privacy", privacy, "-q", status=(0, 1, 3))
    for area in box, "POLYGON" + rings, f"MULTIPOLYGON ({rings})":
        got = ask(f"SELECT role, id, weight FROM cim_cover({camera}, 'area', {quote(area)}, 'step_m=5; keep_out={keep_out}; privacy={privacy}')")
        assert near(got[1]["weight"], want["covered"]) and [(g["id"], round(g["weight"], 3)) for g in got if g["role"] == "violation"] == [(v["id"], v["area_m2"]) for v in want["violations"]]
    got = ask(f"SELECT c.role, c.weight FROM cim_isochrone('{FIRE}', '60', 'foot') i, cim_cover({camera}, 'area', i.geojson, 'step_m=10') c WHERE c.role = 'all'")
    area, = ask(f"SELECT area_m2 FROM cim_isochrone('{FIRE}', '60', 'foot')")
    assert len(got) == 1 and 0.2 * area["area_m2"] < got[0]["weight"] <= 1.1 * area["area_m2"]


def parity_serve(ask, path=None, facilities="class = 'Hydrant'", demands="class = 'Building'"):
    path = path or CITY
    for limits, options, more in (("60,120", "", []), ("150m,400m", "profile=foot; to_facilities=1; weight=height_m", ["-p", "foot", "--to-facilities", "--weight", "height_m"]),
                                  ("300s", "profile=foot; per=class", ["-p", "foot", "--per", "class"])):
        want = answer("serve", path, "--facilities", facilities, "--demand", demands, *[w for x in limits.split(",") for w in ("--within", x)], *more, "-q", status=(0, 3))
        got = ask(f"""SELECT role, name, coalesce(limit_s, limit_m) AS at, id, count, weight, facility, coalesce(cost_s, cost_m) AS cost
                      FROM cim_serve({quote(facilities)}, {quote(demands)}, '{limits}', {quote('unplaced=skip; ' + options)})""")
        of = lambda role: [g for g in got if g["role"] == role]
        assert [(g["at"], g["count"]) for g in of("limit")] == [(w["limit"], w["served"]) for w in want["limits"]] and of("limit")[-1]["count"] > 0
        assert all(near(g["weight"], w["weight"]) for g, w in zip(of("limit"), want["limits"])) and near(of("all")[0]["weight"], want["weight"])
        assert [(g["id"], g["facility"], g["cost"]) for g in of("demand")] == [(w["id"], w["nearest"], w["cost"]) for w in want["demands"]]
        assert [g["id"] for g in of("facility")] == [w["id"] for w in want["facilities"]] and all(near(g["weight"], w["catchment"]) for g, w in zip(of("facility"), want["facilities"]))
        assert [g["name"] for g in of("district")] == [w["name"] for w in want["districts"]]
        assert all(near(g["weight"], w) for g, w in zip(of("district_served"), [x for d in want["districts"] for x in d["served"]]))


def parity_serve_capacities(ask):
    facilities, demands = "class = 'Building' AND height_m > 14", "class = 'Building' AND height_m < 5"
    want = answer("serve", CITY, "--facilities", facilities, "--demand", demands, "--within", 120, "--capacity", "height_m", "-q", status=(0, 3))
    got = ask(f"SELECT role, id, facility, weight, cost_s, load, capacity FROM cim_serve({quote(facilities)}, {quote(demands)}, 120, 'unplaced=skip; capacity=height_m')")
    loads = [g for g in got if g["role"] == "facility"]
    assert all(near(g["load"], w["load"]) and near(g["capacity"], w["capacity"]) for g, w in zip(loads, want["facilities"])) and sum(g["load"] for g in loads) > 0
    shares = [(d["id"], s["id"], s["cost"]) for d in want["demands"] for s in d["assigned"]]
    assert [(g["id"], g["facility"], g["cost_s"]) for g in got if g["role"] == "assigned"] == shares and shares


def parity_place(ask, path=None, candidates="class = 'Hydrant'", demands="class = 'Building' AND height_m > 12", sight=True):
    path = path or CITY
    cases = ((3, "90", "", []), (2, "150m", "by=air; weight=height_m", ["--by", "air", "--weight", "height_m"]), (2, None, "problem=median; profile=foot", ["--problem", "median", "-p", "foot"]),
             (3, "300m", "profile=foot; to_sites=1", ["-p", "foot", "--to-sites"]),
             (2, "200m", "by=air; problem=threshold; share=0.03; per=class", ["--by", "air", "--problem", "threshold", "--share", 0.03, "--per", "class"]),
             (None, "400m", "by=air; problem=cover-all; leave_out=1", ["--by", "air", "--problem", "cover-all", "--leave-out"]),
             (4, None, "by=air; problem=dispersion", ["--by", "air", "--problem", "dispersion"]))
    for most, within, options, more in cases:
        words = (["-n", most] if most else []) + (["--within", within] if within else []) + (["--demand", demands] if "dispersion" not in options else [])
        want = answer("place", path, "--candidates", candidates, *words, *more, "-q", status=(0, 3))
        got = ask(f"""SELECT role, kind, id, value, cost, bound, gap, status, proof
                      FROM cim_place({quote(candidates)}, {quote(demands)}, {most or 'NULL'}, {quote(within) if within else 'NULL'}, {quote(options)})""")
        plan, sites = got[0], [g for g in got if g["role"] == "site"]
        assert plan["role"] == "plan" and (plan["kind"], plan["status"], plan["proof"]) == (want["problem"], want["status"], want["proof"]), (options, plan)
        assert near(plan["value"], want["value"]) and near(plan["bound"], want["bound"]), (options, plan)
        assert [(g["id"], g["kind"]) for g in sites] == [(w["id"], w["kind"]) for w in want["sites"]] and sites, options
        assert all(near(g["value"], w["gain"]) for g, w in zip(sites, want["sites"])), options
        assert [g["id"] for g in got if g["role"] == "unserved"] == want["unserved"], options
    if not sight: return
    road, keep_out = "class = 'Road' AND name = 'Klinikzufahrt'", "505900,5382500,505910,5382510"
    want = answer("place", CITY, "--by", "sight", "--fixed", "class = 'Camera'", "--along-walls", 40, "--on", "function = 'hospital'", "-n", 2, "--demand", road, "--keep-out", keep_out, "-q", status=(0, 3))
    got = ask(f"SELECT role, id, value FROM cim_place(NULL, {quote(road)}, 2, NULL, 'by=sight; fixed=class = ''Camera''; along_walls_m=40; on=function = ''hospital''; keep_out={keep_out}')")
    assert near(got[0]["value"], want["value"]) and [(g["role"] == "stands", g["id"]) for g in got if g["role"] in ("site", "stands")] == [(w["stands"], w["id"]) for w in want["sites"]]


def parity_rollup(ask):
    streams = ask("SELECT stream, count(*) AS n FROM cim_observations() GROUP BY stream ORDER BY n DESC")
    for s in streams[:4]:
        for bucket, options, more in (("1h", "", []), ("15min", "time_mean=1; percentiles=5,50,95", ["--time-mean", "--percentiles", "5,50,95"]), ("7d", "time_mean=1; hold=2h", ["--time-mean", "--hold", "2h"])):
            want, = answer("observe", CITY, "--stream", s["stream"], "--rollup", bucket, *more)["streams"]
            got = ask(f"SELECT start, count, left_out, min, max, mean, sum, time_mean, percentiles FROM cim_rollup({quote(s['stream'])}, '{bucket}', NULL, NULL, {quote(options)})")
            assert len(got) == len(want["buckets"]) > 0
            for g, w in zip(got, want["buckets"]):
                assert all(g[k] == w[k] for k in ("start", "count")) and g["left_out"] == w.get("left_out", 0), (g, w)
                assert all(near(g[k], w.get(k), 1e-12) for k in ("min", "max", "mean", "sum", "time_mean")), (g, w)
                assert all(near(a, b, 1e-12) for a, b in zip(json.loads(g["percentiles"] or "[]"), w.get("percentiles", []))), (g, w)
    assert len(ask("SELECT DISTINCT stream FROM cim_rollup(NULL, '1d')")) > 1


# ---- what is wrong ----

def refusals(ask):
    """Statement, and what the one line says."""
    cases = (
        ("SELECT * FROM cim_query('heigth_m > 3')", r"cim_query: query:1: .*heigth_m"),
        ("SELECT * FROM cim_query", r"cim_query: expression is missing"),
        (f"SELECT * FROM cim_route('{FIRE}')", r"cim_route: to_place is missing"),
        ("SELECT * FROM cim_route('nobody', 'nowhere')", r"cim_route: no object with the id nobody"),
        (f"SELECT * FROM cim_route('{FIRE}', 12345678)", r"cim_route: there is no object with the number 12345678"),
        (f"SELECT * FROM cim_route('{FIRE}', -1)", r"there is no object with the number -1"),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'broom')", r"cim_route: .*broom"),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', 'colour=red')", r'cim_route: options: there is no "colour", only .*lonlat'),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', 'radius_m=far')", r"options: radius_m: far is not a number"),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', 'radius_m=1;radius_m=2')", r"radius_m is given twice"),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', 'lonlat')", r'options: "lonlat" is not name=value'),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', '=;=;;=')", r"options: a name is missing before ="),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', '{{\"\": 1}}')", r'options: there is no ""'),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', '{{\"lonlat foreign\": 1}}')", r'options: there is no "lonlat foreign"'),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', '{{\"via\": ')", r"malformed JSON"),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', '{{\"via\": {{}}}}')", r"an object is no value"),
        (f"SELECT * FROM cim_route('{FIRE}', '{HOSPITAL}', 'car', '{{\"via\": [[1e999, 2]]}}')", r"cim_route: "),
        (f"SELECT * FROM cim_route(x'00', '{HOSPITAL}')", r"a blob is no argument"),
        (f"SELECT * FROM cim_route('a' || char(0) || 'b', '{HOSPITAL}')", r"an argument has a NUL"),
        ("SELECT * FROM cim_route('-1e9,0', '9e9,0')", r"no street that may be used within 1000 m"),
        (f"SELECT * FROM cim_isochrone('{FIRE}', 'soon')", r"limits: soon is no list"),
        (f"SELECT * FROM cim_isochrone('{FIRE}', '-5')", r"limits: -5 s is out of range"),
        ("SELECT * FROM cim_matrix", r"starts or option from_filter is missing"),
        (f"SELECT * FROM cim_nearest('{FIRE}', 'class = ''Hydrant''', 0)", r"at_most: 0 is not a whole number"),
        ("SELECT * FROM cim_trace('sideways', 'P0050')", r"kind: sideways is not connected"),
        ("SELECT * FROM cim_trace('upstream')", r"upstream needs a start"),
        ("SELECT * FROM cim_trace('upstream', 'P0050', 'network=tea')", r"there is no tea network in this city"),
        ("SELECT * FROM cim_trace('upstream', 'nobody')", r"no object with the id or name nobody in a network"),
        ("SELECT * FROM cim_isolate('P0050', 'stuck=P0050')", r"P0050 is no valve"),
        ("SELECT * FROM cim_impact", r"close or option area or fail is missing"),
        ("SELECT * FROM cim_impact(NULL, 'area=1,2,3')", r"neither a box"),
        ("SELECT * FROM cim_impact(NULL, 'area=POLYGON((0 0,1 1,0 0))')", r"no polygon"),
        ("SELECT * FROM cim_impact(NULL, 'area=POLYGON((0 0,1 1,0 0')", r"no polygon"),
        ("SELECT * FROM cim_impact(NULL, 'area=POLYGON EMPTY')", r"no well-known text of a polygon"),
        ("SELECT * FROM cim_cover('TRUE', 'floors', 'TRUE')", r"kind: floors is not walls, roads, area or objects"),
        ("SELECT * FROM cim_cover('class = ''Camera''', 'area', '{\"type\":\"Point\",\"coordinates\":[1,2]}')", r"no polygon of GeoJSON"),
        ("SELECT * FROM cim_serve('TRUE', 'TRUE', '300s,400m')", r"limits: 300s,400m is no list"),
        ("SELECT * FROM cim_serve('TRUE', 'TRUE', 'm')", r"limits: m is no list"),
        ("SELECT * FROM cim_place('TRUE', 'TRUE', 2)", r"within is missing"),
        ("SELECT * FROM cim_place('class = ''Hydrant''', 'class = ''Hydrant''', 1.5, '60m', 'by=air')", r"at_most: 1.5 is not a whole number"),
        ("SELECT * FROM cim_place(NULL, 'TRUE', 2, 60)", r"there are no candidates"),
        ("SELECT * FROM cim_place('TRUE', 'TRUE', 2, 60, 'problem=worst')", r"problem: worst is none of its words"),
        ("SELECT * FROM cim_rollup(NULL, 'soon')", r"bucket: soon is no duration"),
        ("SELECT * FROM cim_rollup(NULL, '1h', NULL, NULL, 'percentiles=101')", r"cim_rollup: .*percentile"),
    )
    for sql, said in cases:
        try:
            ask(sql)
        except sqlite3.Error as e:
            line = str(e)
        else:
            raise AssertionError(f"{sql}: no error")
        assert re.search(said, line) and "\n" not in line.strip(), (sql, line)
    assert ask(f"SELECT * FROM cim_route(NULL, '{HOSPITAL}')") == []
    assert ask(f"SELECT * FROM cim_route('-1e9,0', '{HOSPITAL}', NULL, 'unplaced=skip')") == []


def random_arguments(_):
    """Nothing that is given as an argument does more than fail with a line."""
    import random
    chance = random.Random(7)
    values = ["NULL", "''", "0", "-1", "1e308", "9223372036854775807", "x'ff00'", "'[]'", "'[1,2]'", "'[[[[]]]]'", "'{}'", "'[\"a\",null,true]'", "'nan,nan'", "'inf,0'", "','",
              "'1,2,3'", "'=;=;;='", "'{\"foreign\":[]}'", "'%'", "'_'", "'''; DROP TABLE x'", f"'{FIRE}'", f"'{HOSPITAL}'", "'P0050'", "'upstream'", "'network=water'",
              "'limit=length_m=-1'", "'class=''Camera'''", "zeroblob(3)", "replace(hex(zeroblob(20000)),'0','[')", "replace(hex(zeroblob(500)),'00','a=b;')"]
    db = connect(CITY)
    names = ["cim_query", "cim_route", "cim_route_steps", "cim_isochrone", "cim_matrix", "cim_nearest", "cim_trace", "cim_isolate", "cim_impact", "cim_los", "cim_seen", "cim_observations", "cim_cover", "cim_serve", "cim_place", "cim_rollup"]
    failed = done = 0
    for _ in range(500):
        f = chance.choice(names)
        try:
            most = {"cim_query": 2, "cim_isolate": 2, "cim_impact": 2, "cim_trace": 3, "cim_los": 3, "cim_seen": 3, "cim_place": 5, "cim_rollup": 5}.get(f, 4)
            db.execute(f"SELECT * FROM {f}({', '.join(chance.choice(values) for _ in range(chance.randrange(most + 1)))}) LIMIT 20").fetchall()
            done += 1
        except sqlite3.Error as e:
            assert str(e) and "\n" not in str(e), e
            failed += 1
    assert failed > 100 and done > 5, (failed, done)
    db.close()


def hostile_schema(_):
    """Views and triggers of a file cannot call functions, and no file can have such a table."""
    with tempfile.TemporaryDirectory() as work:
        db = connect(Path(work) / "evil.db")
        db.execute("CREATE TABLE t(a)")
        db.execute("CREATE VIEW v AS SELECT * FROM cim_query('class = ''Building''')")
        for sql in ("SELECT * FROM v", "CREATE VIRTUAL TABLE q USING cim_query"):
            try:
                db.execute(sql).fetchall()
            except sqlite3.Error as e:
                assert re.search("unsafe use|no such module", str(e)), e
            else:
                raise AssertionError(sql)
        db.execute("CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO t SELECT count(*) FROM cim_query('class = ''Building'''); END")
        try:
            db.execute("INSERT INTO t VALUES (1)")
        except sqlite3.Error as e:
            assert "unsafe use" in str(e), e
        else:
            raise AssertionError("trigger")
        db.close()
        for path, said in ((Path(work) / "evil.db", r"not a city file|is no city file|no city"), (":memory:", "has no file")):
            db = connect(path)
            try:
                db.execute("SELECT * FROM cim_query('true')").fetchall()
            except sqlite3.Error as e:
                assert str(e).startswith("cim_query: "), e
                assert path != ":memory:" or said in str(e), e
            else:
                raise AssertionError(path)
            db.close()


def changes(_):
    """The file changes by another program, by this connection, and in a transaction that is open."""
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "a.cim"
        tool("import", "-q", path, DATA / "town.osm.pbf")
        db = connect(path, isolation_level=None)
        count = lambda: db.execute("SELECT count(*) FROM cim_query('class = ''Building''')").fetchone()[0]
        before = count()
        kept = db.execute("SELECT id FROM cim_query('class = ''Building''')")
        first = kept.fetchone()
        tool("import", "-q", path, DATA / "town-v3.gml.gz", status=(0, 4))
        rest = kept.fetchall()
        assert first and len(rest) == before - 1, "a cursor goes on with what it read"
        tool("import", "-q", path, DATA / "town-v3.gml.gz")
        assert count() > before
        db.execute("BEGIN IMMEDIATE")
        try:
            count()
        except sqlite3.Error as e:
            assert "COMMIT first" in str(e), e
        else:
            raise AssertionError("uncommitted")
        db.execute("ROLLBACK")
        assert count() > before
        db.close()


def interrupt(_):
    """sqlite3_interrupt() ends a long call soon, and the connection goes on."""
    db = connect(CITY, check_same_thread=False)
    ended = []
    sql = "SELECT count(*) FROM cim_matrix(NULL, NULL, 'car', 'unplaced=skip; from_filter=class = ''Building''; to_filter=class = ''Building''')"

    def work():
        try:
            db.execute(sql).fetchall()
            ended.append("done")
        except sqlite3.Error as e:
            ended.append(str(e))

    thread = threading.Thread(target=work)
    begin = time.monotonic()
    thread.start()
    while thread.is_alive() and time.monotonic() - begin < 60:
        time.sleep(0.3)
        db.interrupt()
        thread.join(0.05)
    assert ended and re.search("interrupt|cancel", ended[0]), ended
    assert db.execute("SELECT count(*) FROM cim_route(?, ?)", (FIRE, HOSPITAL)).fetchone() == (1,)
    db.close()


def spatialite(_):
    """GDAL and SpatiaLite read the geometries: their areas and lengths are ours, rings are valid, the system is the city's."""
    import csv, io, shutil
    if not shutil.which("ogr2ogr"): return "ogr2ogr is not installed"
    env = dict(os.environ, OGR_SQLITE_LOAD_EXTENSIONS=str(MODULE))

    def ask(sql):
        done = subprocess.run(["ogr2ogr", "-f", "CSV", "/vsistdout/", str(CITY), "-sql", sql], capture_output=True, text=True, env=env)
        if "not authorized" in done.stderr or "cannot be loaded" in done.stderr: return None
        assert done.returncode == 0 and done.stdout, done.stderr
        return list(csv.DictReader(io.StringIO(done.stdout)))

    rows = ask(f"SELECT area_m2, ST_Area(geom) AS area, ST_IsValid(geom) AS valid, ST_SRID(geom) AS srid, ST_GeometryType(geom) AS type FROM cim_isochrone('{FIRE}', '60,300')")
    if rows is None: return "this GDAL loads no extensions"
    assert len(rows) == 2
    for r in rows: assert math.isclose(float(r["area_m2"]), float(r["area"]), rel_tol=1e-9) and (r["valid"], r["srid"], r["type"]) == ("1", "25832", "MULTIPOLYGON"), r
    row, = ask(f"SELECT length_m, ST_Length(geom) AS length FROM cim_route('{FIRE}', '{HOSPITAL}')")
    assert math.isclose(float(row["length_m"]), float(row["length"]), rel_tol=0.002), row
    for r in ask("SELECT q.id, ST_Equals(q.geom, b.geom) AS equal FROM cim_query('class = ''Building''', 'limit=200') q JOIN building b ON b.id = q.number WHERE b.geom IS NOT NULL"): assert r["equal"] == "1", r


def joins(_):
    """Arguments from other tables, in any order of the join; numbers of objects; bound values; constraints on columns; hidden columns."""
    db = connect(CITY)
    want = {r[0]: r[1] for r in db.execute("SELECT id, time_s FROM cim_nearest(?, 'class = ''Hydrant''', 5, 'from_place=1')", (FIRE,))}
    got = db.execute("SELECT h.id, r.time_s FROM cim_route r, cim_query('class = ''Hydrant''') h WHERE r.from_place = ? AND r.to_place = h.number AND h.id IN (SELECT value FROM json_each(?))",
                     (FIRE, json.dumps(list(want)))).fetchall()
    assert dict(got) == want and len(want) == 5
    assert db.execute("SELECT from_place, profile FROM cim_route(?, ?, 'foot')", (FIRE, HOSPITAL)).fetchall() == [(FIRE, "foot")]
    assert db.execute("SELECT count(*) FROM cim_isochrone(?, '60,120') WHERE limit_s > 100", (FIRE,)).fetchone() == (1,)
    ids = [r[0] for r in db.execute("SELECT number FROM cim_query('class = ''Building''', 'limit=300')")]
    alone = {i: db.execute("SELECT time_s FROM cim_route(?, ?, 'foot', 'unplaced=skip')", (i, FIRE)).fetchone() for i in ids} # beyond 200 with the hierarchy
    matrix = dict(zip(ids, (db.execute("SELECT time_s FROM cim_matrix(?, ?, 'foot', 'unplaced=skip')", (i, FIRE)).fetchone() for i in ids)))
    assert {i: t and t[0] for i, t in alone.items()} == {i: t and t[0] for i, t in matrix.items()} and sum(t is not None for t in alone.values()) > 200
    a = db.execute("SELECT x.time_s, y.time_s FROM cim_route(?1, ?2) x, cim_route(?2, ?1) y", (FIRE, HOSPITAL)).fetchall()
    assert len(a) == 1
    db.close()


def heidelberg(_):
    """Real data: random car parks of Heidelberg, all that is asked of roads."""
    import random
    collection = Path(os.environ.get("CIM_DATA") or DATA.resolve().parent.parent / "shared" / "data") / "osm" / "heidelberg.osm.pbf"
    if not collection.exists(): return f"{collection.name} is not there (CIM_DATA)"
    chance = random.Random(11)
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "heidelberg.cim"
        tool("import", "-q", "-c", 25832, path, collection)
        tool("prepare", "-q", path)
        db = connect(path)
        ids = [r[0] for r in db.execute("SELECT id FROM cim_query('class = ''Parking''')")]
        assert len(ids) == answer("query", path, "class = 'Parking'", "--count")["matched"] > 500
        places = []
        while len(places) < 12:
            one = chance.choice(ids)
            if db.execute("SELECT count(*) FROM cim_matrix(?, NULL, NULL, 'unplaced=skip')", (one,)).fetchone()[0]: places.append(one)
        for profile in "car", "bicycle":
            want = answer("matrix", path, *[w for p in places for w in ("--from", p)], "-p", profile)["times_s"]
            got = db.execute("SELECT time_s FROM cim_matrix(?, NULL, ?)", (json.dumps(places), profile)).fetchall()
            assert [g[0] for g in got] == [t for row in want for t in row]
            for a, b in zip(places[:4], places[4:8]):
                wanted = json.loads(tool("route", path, a, b, "-p", profile, "--json", status=(0, 1)) or "null")
                row = db.execute("SELECT time_s, length_m, geojson FROM cim_route(?, ?, ?)", (a, b, profile)).fetchone()
                assert (row is None) == (wanted is None) and (row is None or near(row[0], wanted["time_s"]) and near(row[1], wanted["length_m"], 0.06)), (a, b, profile)
        want = answer("isochrone", path, places[0], "--limits", "300,600")["limits"]
        got = db.execute("SELECT area_m2, street_m FROM cim_isochrone(?, '300,600')", (places[0],)).fetchall()
        assert all(near(g[0] * 1e-6, w["area_km2"], 0.00006) and near(g[1] * 1e-3, w["street_km"]) for g, w in zip(got, want)) and len(got) == 2
        want = json.loads(tool("nearest", path, places[0], "--among", "class = 'TransitStop'", "-k", 5, "--json", status=(0, 3)))["nearest"]
        got = db.execute("SELECT id, time_s FROM cim_nearest(?, 'class = ''TransitStop''', 5, 'unplaced=skip')", (places[0],)).fetchall()
        assert [tuple(g) for g in got] == [(w["id"], w["time_s"]) for w in want] and len(got) == 5
        ask = lambda sql: rows_by_python(path, sql)
        x, y = blob(db.execute("SELECT geom FROM cim_query('class = ''Camera''', 'limit=1')").fetchone()[0])[2][0][:2]
        box = f"{x - 150:.0f},{y - 150:.0f},{x + 150:.0f},{y + 150:.0f}"
        parity_cover(ask, path, roads=f"class = 'Road' AND S_INTERSECTS(geometry, BBOX({box}))", box=box)
        parity_serve(ask, path, "class = 'Hydrant'", "class = 'Parking'")
        db.close()


PARITY = [parity_query, parity_route, parity_route_steps, parity_isochrone, parity_matrix, parity_nearest, parity_trace, parity_isolate, parity_impact, parity_los, parity_seen, parity_observations,
          parity_cover, parity_cover_masks, parity_serve, parity_serve_capacities, parity_place, parity_rollup, refusals]
BEHAVIOUR = [random_arguments, hostile_schema, changes, interrupt, joins, spatialite, heidelberg]
tests = [(f, "python", rows_by_python) for f in PARITY] + [(f, "sqlite3", rows_by_program) for f in PARITY] + [(f, "python", None) for f in BEHAVIOUR]
print(f"1..{len(tests)}", flush=True)
with tempfile.TemporaryDirectory() as folder:
    CITY = Path(folder) / "town.cim"
    tool("import", "-q", "-c", 25832, CITY, DATA / "town.osm.pbf", DATA / "town-v3.gml.gz")
    tool("import", "-q", "--prefix", "inp:", CITY, DATA / "town-water.inp")
    for kind in "valves", "services": tool("import", "-q", "--map", DATA / f"town-water-{kind}.map.json", CITY, DATA / f"town-water-{kind}.csv")
    tool("observe", "-q", CITY, DATA / "town-sensors.json.gz", status=(0, 3))
    for number, (f, how, rows) in enumerate(tests, 1):
        name = f"{f.__name__} by {how}"
        if not (BY_PYTHON if how == "python" else PROGRAM):
            print(f"ok {number} - {name} # SKIP {'Python loads no extensions' if how == 'python' else 'sqlite3 is not installed'}", flush=True)
            continue
        try:
            why = f((lambda sql: rows(CITY, sql)) if rows else None)
            print(f"ok {number} - {name}" + (f" # SKIP {why}" if why else ""), flush=True)
        except Exception as e:
            import traceback
            print("# " + traceback.format_exc().replace("\n", "\n# "))
            print(f"not ok {number} - {name}", flush=True)
