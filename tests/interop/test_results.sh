#!/bin/sh
# Results as files: what -o FILE writes is what --geojson prints, and the GeoPackage of it, as GDAL reads it, has the same features, places and
# properties; hostile texts through the library; full and forbidden places.
command -v ogr2ogr >/dev/null || { echo "1..0 # SKIP gdal-bin is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'chmod -R u+w "$temp"; rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import ctypes, json, os, random, resource, signal, sqlite3, subprocess, sys
from pathlib import Path

temp, build, source = Path(sys.argv[1]), Path(os.environ["CIM_BUILD"]), Path(os.environ["CIM_SOURCE"])
tool, data = build / "cimtool", source / "data"
os.chdir(temp)
number = 0


def tap(name, findings):
    global number
    number += 1
    bad = list(findings)
    for line in bad[:5]: print("#", line)
    print(f"{'not ' if bad else ''}ok {number} - {name}", flush=True)


def run(*arguments, **more):
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, timeout=120, **more)


def layers(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return [row[0] for row in db.execute("SELECT table_name FROM gpkg_contents ORDER BY 1")]


def read(path, layer):
    """Features by fid, as GDAL reads them."""
    done = subprocess.run(["ogr2ogr", "-f", "GeoJSON", "-preserve_fid", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=9", "-lco", "AUTODETECT_JSON_STRINGS=NO", "-lco", "NATIVE_DATA=NO",
                           "/vsistdout/", str(path), layer], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {f["id"]: f for f in json.loads(done.stdout)["features"]}


SINGLE = {"Point": "points", "LineString": "lines", "Polygon": "areas"}


def parts(geometry):
    if not geometry or not geometry["coordinates"]: return None
    kind, coordinates = geometry["type"], geometry["coordinates"]
    return (kind[5:], coordinates) if kind.startswith("Multi") else (kind, [coordinates])


def flat(value):
    if isinstance(value, list):
        for item in value: yield from flat(item)
    else:
        yield value


def plane(value): return value[:2] if value and not isinstance(value[0], list) else [plane(item) for item in value] # heights are left out


def shape(value): return [shape(item) for item in value] if isinstance(value, list) else 0


def same_place(a, b):
    a, b = parts(a), parts(b)
    if a is None or b is None: return a is b
    given = [plane(part) for part in a[1]]
    return a[0] == b[0] and shape(given) == shape(b[1]) and all(abs(x - y) < 1e-8 for x, y in zip(flat(given), flat(b[1])))


def same_value(given, got):
    if given is None: return got is None
    if isinstance(given, str) and not isinstance(got, str): return got == json.loads(given) # GDAL takes text that looks like JSON for it
    if isinstance(given, str): return got == given.replace("\0", "\ufffd")
    if isinstance(got, str): return json.loads(got) == given
    return got == given or (isinstance(got, float) and got == float(given)) # a column of numbers, whole ones among them


def name_of(feature):
    """The layer that a feature belongs to; roles of the tool are plain words."""
    role = next((feature["properties"][m] for m in ("role", "layer") if isinstance((feature["properties"] or {}).get(m), str) and feature["properties"][m]), "")
    role = "".join(c if c in "abcdefghijklmnopqrstuvwxyz0123456789" else "_" for c in role.lower())
    kind = parts(feature["geometry"])
    return (role + "_" if role else "") + (SINGLE[kind[0]] if kind else "rows")


def compare(text, path):
    """What of a text is not in the file, or otherwise."""
    root = json.loads(text)
    features = root["features"] if root["type"] == "FeatureCollection" else [root]
    rest = root["type"] == "FeatureCollection" and {k: v for k, v in root.items() if k not in ("type", "features", "bbox", "crs")}
    wanted = {}
    for fid, f in enumerate(features, 1): wanted.setdefault(name_of(f), {})[fid] = f
    if sorted(wanted) + (["collection"] if rest else []) != sorted(layers(path)) and set(wanted) | ({"collection"} if rest else set()) != set(layers(path)):
        yield f"layers {layers(path)}, not {sorted(wanted)}"
        return
    for layer, rows in wanted.items():
        got = read(path, layer)
        if set(got) != set(rows): yield f"{layer}: {len(got)} features of {len(rows)}"
        for fid in set(got) & set(rows):
            given = dict(rows[fid]["properties"] or {})
            if "id" in rows[fid] and given.get("id") != rows[fid]["id"]: given["feature_id" if "id" in given else "id"] = rows[fid]["id"]
            if not same_place(rows[fid]["geometry"], got[fid]["geometry"]): yield f"{layer} {fid}: {rows[fid]['geometry']} became {got[fid]['geometry']}"
            for key, value in given.items():
                if not same_value(value, got[fid]["properties"].get(key)): yield f"{layer} {fid}: {key}: {value!r} became {got[fid]['properties'].get(key)!r}"
            for key in set(got[fid]["properties"]) - set(given):
                if got[fid]["properties"][key] is not None: yield f"{layer} {fid}: {key} was not there"
    if rest:
        row = read(path, "collection")[1]["properties"]
        for key, value in rest.items():
            if not same_value(value, row.get(key)): yield f"collection: {key}: {value!r} became {row.get(key)!r}"


# ---- every verb ----

run("import", "-q", "town.cim", data / "town-v3.gml.gz", data / "town.osm.pbf")
run("import", "-q", "-c", "25832", "water.cim", data / "town.osm.pbf")
run("import", "-q", "--prefix", "inp:", "water.cim", data / "town-water.inp")
run("observe", "-q", "town.cim", data / "town-sensors.json.gz")
Path("trip.csv").write_text("time,x,y,accuracy\n0.0,506757,5383062,5\n2.2,506763,5383046,5\n8.0,506814,5383049,5\n15.4,506858,5383062,5\n21.6,506858,5383117,5\n")
Path("roads.csv").write_text("id,closed,speed_kmh,until,direction\nosm:way/4100000136#0,true,,2026-11-22T12:00:00Z,\n4100000094,,10,,forward\n")
FIRE = "\"osm:amenity\" = 'fire_station'"
NOW = ["--traffic", "roads.csv", "--now", "2026-11-22T08:00:00Z"]
VERBS = [
    ("route", "505000,5382500", "506500,5383500"),
    ("route", "505000,5382500", "506500,5383500", "-a", 3, *NOW),
    ("isochrone", "osm:way/4100000306", "--limits", "60,120"),
    ("isochrone", "osm:way/4100000306", "--limits", "60", "--edges"),
    ("nearest", "osm:way/4100000306", "-a", "\"osm:amenity\" = 'police'"),
    ("dispatch", "osm:relation/71000030", "-u", "\"osm:amenity\" IN ('fire_station', 'police')", "-d", "class = 'Building'", "--within", 60),
    ("traffic", *NOW),
    ("match", "trip.csv"),
    ("betweenness", "--samples", 200),
    ("evacuate", "-a", "class = 'Building' AND located_in.name = 'Oststadt'", "-s", "function = 'hospital'", "-n", 100),
    ("cover", "--angle", "view", "--area", "505880,5383010,505980,5383090", "--step", 4),
    ("serve", "--facilities", FIRE, "--demand", "layer='building'", "--within", "120s", "-p", "emergency"),
    ("place", "--candidates", "osm:amenity = 'kindergarten'", "--demand", "layer='building'", "--within", "120s", "-n", 1),
    ("see", "506000,5382500", "506020,5382520"),
    ("see", "506000,5382500", "--isovist", "--max", 100),
    ("see", "506000,5382500", "--roads", "--max", 150),
    ("see", "506000,5382500", "--among", "class = 'Building'", "--max", 100),
    ("sun", "506000,5382500", "--at", "2026-03-20T15:00Z", "--shadow", "--max", 100),
    ("observe", "-p", "level"),
    ("trace", "isolate", "P0050", "-n", "water"),
    ("impact", "--close", "osm:way/4100000113"),
]
for k, (verb, *rest) in enumerate(VERBS):
    def one():
        beside = verb in ("trace", "impact") # these write a file and answer, too
        city = "water.cim" if verb == "trace" else "town.cim"
        ours, table = f"{k}.geojson", f"{k}.gpkg"
        a, b = run(verb, "-q", city, *rest, "-o", ours), run(verb, "-q", city, *rest, "-o", table)
        printed = a if beside else run(verb, "-q", city, *rest, *([] if verb == "sun" else ["--geojson"]))
        if not a.returncode == b.returncode == printed.returncode in (0, 1, 3):
            yield f"exit statuses {a.returncode} {b.returncode} {printed.returncode} {a.stderr} {b.stderr}"
            return
        text = Path(ours).read_text()
        if not beside and (text.rstrip() != printed.stdout.strip() or a.stdout or b.stdout): yield "what is written is not what is printed"
        if not json.loads(text).get("features", [1]): yield "no features"
        yield from compare(text, table)
    tap(f"{verb} {' '.join(map(str, rest))[:60]}", one())

def reports():
    done = run("route", "-q", "town.cim", "505000,5382500", "506500,5383500", "--json", "-o", "report.gpkg")
    report = json.loads(done.stdout)
    if report != {"schema": "cimtool/1", "path": "report.gpkg", "format": "gpkg", "epsg": 4326, "features": 1, "geometries_outside": 0, "layers": ["lines"]}: yield report
    if run("route", "-q", "town.cim", "505000,5382500", "506500,5383500", "--overwrite", "-o", "again.gpkg").returncode or Path("again.gpkg").read_bytes() != Path("report.gpkg").read_bytes():
        yield "the same text gives another file"
tap("a report, and the same bytes again", reports())


# ---- what is refused; old files stay ----

ROUTE = ["route", "-q", "town.cim", "505000,5382500", "506500,5383500"]


def refused(wanted, word, *arguments, **more):
    before = sorted((p.name, p.stat().st_mtime_ns) for p in Path(".").iterdir())
    done = run(*arguments, **more)
    if done.returncode != wanted or done.stderr.count("\n") != 1 or word not in done.stderr: yield f"{arguments}: {done.returncode} {done.stderr!r}"
    if sorted((p.name, p.stat().st_mtime_ns) for p in Path(".").iterdir()) != before: yield f"{arguments}: files are others"


def refusals():
    for name in ("0.gpkg", "0.geojson"):
        yield from refused(4, "--overwrite", *ROUTE, "-o", name)
        yield from refused(4, "", *ROUTE, "-o", f"missing/{name}")
        Path("full" + name).symlink_to("/dev/full")
    yield from refused(4, "No space left", *ROUTE, "-o", "full0.geojson", "--overwrite")
    yield from refused(2, ".gpkg", *ROUTE, "-o", "x.shp")
    yield from refused(2, "no features", "see", "-q", "town.cim", "506000,5382500", "--sky", "-o", "x.gpkg")
    yield from refused(2, "--shadow", "sun", "-q", "town.cim", "506000,5382500", "--at", "2026-03-20T15:00Z", "-o", "x.gpkg")
    Path("city.gpkg").write_bytes(Path("town.cim").read_bytes())
    yield from refused(2, "the city itself", "route", "-q", "city.gpkg", "505000,5382500", "506500,5383500", "--overwrite", "-o", "city.gpkg")


def small_disk():
    """Files may not become larger than 40 kB: as a disk that is full then."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000))
    yield from refused(4, "", *ROUTE, "--overwrite", "-o", "0.gpkg", preexec_fn=limit)


tap("what cannot be written is refused, and old files stay", refusals())
tap("a disk that is full leaves the old GeoPackage", small_disk())


# ---- hostile texts ----

if os.environ.get("CIM_SANITIZED"):
    number += 1
    print(f"ok {number} - random collections # SKIP the library cannot be loaded into python here")
    print(f"1..{number}")
    sys.exit()
sys.path.insert(0, str(source / "bindings" / "python"))
os.environ.setdefault("CIM_LIBRARY", str(build / ".libs" / "libcim.so"))
import cim

WORDS = ["", "a", "ä€😀", "x'; DROP TABLE points; --", '"quoted"', "back\\slash", "new\nline\ttab", "nul\0nul", "{\"no\": [json", "[1, 2]", "NULL", "\x7f", "\u2028", "z" * 3000]
KEYS = ["name", "Nämé", "a b", "x\"y", "sel;ect", "%s%n", "role", "layer", "value", "order", "index", "k" * 60]


def value(rng):
    return rng.choice([lambda: None, lambda: rng.choice(WORDS), lambda: rng.choice([0, 1, -1, 2**53 + 1, -2**63, 2**63 - 1, rng.randint(-10**6, 10**6)]), lambda: rng.uniform(-1e6, 1e6),
                       lambda: rng.choice([1e300, -1e-300, 0.1]), lambda: rng.random() < 0.5, lambda: [1, "two", None], lambda: {"deep": {"er": [rng.random()]}}])()


def position(rng): return [round(rng.uniform(-180, 180), 7), round(rng.uniform(-90, 90), 7)]
def line(rng): return [position(rng) for _ in range(rng.randint(2, 5))]
def ring(rng): x, y = position(rng); return [[x, y], [x + 1, y], [x + 1, y + 1], [x, y]]
def polygon(rng): return [ring(rng) for _ in range(rng.randint(1, 2))]


def geometry(rng):
    kind, make = rng.choice([("Point", position), ("LineString", line), ("Polygon", polygon)])
    if rng.random() < 0.1: return None
    return {"type": "Multi" + kind, "coordinates": [make(rng) for _ in range(rng.randint(1, 3))]} if rng.random() < 0.4 else {"type": kind, "coordinates": make(rng)}


def feature(rng, role, types):
    properties = {"role": role}
    for key in rng.sample(KEYS[:4] + KEYS[8:], rng.randint(0, 6)):
        properties[key] = types.setdefault(key, [value(rng) for _ in range(3)])[rng.randint(0, 2)]
    f = {"type": "Feature", "geometry": geometry(rng), "properties": properties}
    if rng.random() < 0.3: f["id"] = rng.randint(0, 9)
    return f


def collections():
    count = 0
    for seed in range(25):
        rng = random.Random(seed)
        types = {}
        features = [feature(rng, rng.choice(["demand", "Site 1", "gpkg_x", ""]), types) for _ in range(60)]
        count += len(features)
        for f in features:
            if f["properties"]["role"] == "gpkg_x": f["properties"]["role"] = "_pkg_x" if seed % 2 else "facility"
        root = {"type": "FeatureCollection", "as_of": "2026-11-22T08:00:00Z", "epoch": seed, "features": features}
        if seed % 3 == 0: root = {"type": "FeatureCollection", "features": features}
        cim.export_features(json.dumps(root, ensure_ascii=seed % 2 == 0), f"random{seed}.gpkg")
        yield from (f"seed {seed}: {finding}" for finding in compare(json.dumps(root), f"random{seed}.gpkg"))
    if count < 1000: yield f"only {count} features"


tap("1,500 random features with hostile properties", collections())


def awkward():
    f = lambda **p: {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2, 3]}, "properties": p}
    text = json.dumps({"type": "FeatureCollection", "features": [f(fid=7, geom="x", Name=1, name=2, role="sqlite_x")]})
    cim.export_features(text, "awkward.gpkg")
    if layers("awkward.gpkg") != ["_qlite_x_points"]: yield layers("awkward.gpkg")
    got = read("awkward.gpkg", layers("awkward.gpkg")[0])[1]
    if got["properties"] != {"fid_2": 7, "geom_2": "x", "Name": 1, "name_2": 2, "role": "sqlite_x"}: yield got
    cim.export_features(text, "metres.gpkg", epsg=32631)
    done = subprocess.run(["ogrinfo", "-ro", "-so", "-al", "metres.gpkg"], capture_output=True, text=True).stdout
    there = subprocess.run(["gdaltransform", "-s_srs", "OGC:CRS84", "-t_srs", "EPSG:32631", "-output_xy"], input="1 2\n", capture_output=True, text=True).stdout.split()
    x, y = map(float, done.split("Extent: (")[1].split(")")[0].split(","))
    if abs(x - float(there[0])) > 0.001 or abs(y - float(there[1])) > 0.001 or "32631" not in done: yield f"{x} {y}, not {there}"
tap("names that are taken, heights, another reference system", awkward())
print(f"1..{number}")
P
