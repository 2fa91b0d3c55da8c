#!/bin/sh
# GIS layers: what ogr2ogr writes and reads is what a city gets: counts, attributes, geometries, in every format; streets of a GIS layer make the
# same road net as OpenStreetMap's; files that are not what they should be do no harm; real networks where CIM_DATA is.
[ -z "$CIM_QUICK" ] || { echo "1..0 # SKIP a repeat: CIM_QUICK is set"; exit 0; }
command -v ogr2ogr >/dev/null || { echo "1..0 # SKIP gdal-bin is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import collections, gzip, http.server, json, math, os, random, shutil, sqlite3, subprocess, sys, threading
import xml.etree.ElementTree as ET
from pathlib import Path

temp, tool, source = Path(sys.argv[1]), os.environ["CIM_BUILD"] + "/cimtool", Path(os.environ["CIM_SOURCE"])
large = Path(os.environ.get("CIM_DATA", source.resolve().parent / "shared" / "data"))
os.chdir(temp)
EPSG = 25832


def cimtool(*arguments):
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, timeout=60)
    for name in ("stdout", "stderr"):
        text = getattr(done, name)
        try:
            setattr(done, name, text.decode())
        except UnicodeDecodeError as e:
            raise AssertionError(f"{arguments}: {text[max(0, e.start - 200):e.start + 50]}")
    return done


def city(path, *arguments, wanted=0):
    """Import; the report."""
    done = cimtool("import", "--overwrite", "--json", path, *arguments)
    assert done.returncode == wanted, (arguments, done.returncode, done.stderr)
    return json.loads(done.stdout)


def ogr2ogr(*arguments):
    done = subprocess.run(["ogr2ogr", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)


def features(path, layer=None):
    """As ogr2ogr reads them, in the file's own reference system."""
    done = subprocess.run(["ogr2ogr", "-f", "GeoJSON", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=9", "-lco", "NATIVE_DATA=NO", "-dim", "XY", "/vsistdout/", str(path), *([layer] if layer else [])],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["features"]


number = 0


def tap(name, findings):
    global number
    number += 1
    bad = list(findings)
    for line in bad[:5]: print("#", line)
    print(f"{'not ' if bad else ''}ok {number} - {name}", flush=True)


def skip(name, why):
    global number
    number += 1
    print(f"ok {number} - {name} # SKIP {why}", flush=True)


# ---- random layers ----

def ring(rng, x, y, r):
    n = rng.randint(3, 9)
    turns = sorted(rng.uniform(0, 2 * math.pi) for _ in range(n))
    points = [[round(x + r * math.cos(t), 3), round(y + r * math.sin(t), 3)] for t in turns]
    return points + points[:1]


def geometry(rng, kind):
    def at(): return [round(rng.uniform(500000, 510000), 3), round(rng.uniform(5380000, 5390000), 3)]
    def line(): return [at() for _ in range(rng.randint(2, 8))]
    x, y = at()
    return {"point": lambda: {"type": "Point", "coordinates": [x, y]},
            "line": lambda: {"type": "LineString", "coordinates": line()},
            "lines": lambda: {"type": "MultiLineString", "coordinates": [line() for _ in range(rng.randint(1, 4))]},
            "area": lambda: {"type": "Polygon", "coordinates": [[[x, y], [x + 100, y], [x + 100, y + 100], [x, y + 100], [x, y]], [[x + 40, y + 40], [x + 40, y + 60], [x + 60, y + 60], [x + 40, y + 40]]]}}[kind]()


WORDS = ["Straße", "Łódź", "水道", "", "a,b;c", "\"quoted\"", "tab\tinside", "x" * 60, "0017", "-3.5"]


def properties(rng, i, lists):
    p = {"nr": i, "name": rng.choice(WORDS), "n": rng.randint(-10**6, 10**6), "big": rng.randint(-2**53, 2**53), "r": rng.choice([0.1, 1e-7, -123.456, 1e12, rng.random()]),
         "flag": rng.random() < 0.5, "day": f"20{rng.randint(10, 30)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"}
    if lists: p["list"], p["texts"] = [rng.randint(0, 9) for _ in range(rng.randint(1, 4))], ["a\\\"b", "ü"]
    return {k: (None if k != "nr" and rng.random() < 0.1 else v) for k, v in p.items()}


def write_layer(path, kind, seed, count, lists=False):
    rng = random.Random(seed)
    fs = [{"type": "Feature", "properties": properties(rng, i, lists), "geometry": geometry(rng, kind)} for i in range(count)]
    Path(path).write_text(json.dumps({"type": "FeatureCollection", "name": Path(path).stem, "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{EPSG}"}}, "features": fs}))


def plain(value):
    """The oracle writes dates as 2020/01/31."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "/": return value.replace("/", "-")
    if isinstance(value, float): return float(repr(value))
    return value


def attributes(feature):
    """The oracle writes text that looks like JSON as JSON."""
    a = feature["properties"]["attrs"]
    return a if isinstance(a, dict) else json.loads(a)


def parts(g):
    c = g["coordinates"]
    return [g["type"].replace("Multi", ""), c if g["type"].startswith("Multi") else [c]]


TABLES = {"point": "other_point", "line": "other_line", "lines": "other_line", "area": "other_area"}


def compare(path, kind):
    """Every feature of the file, as ogr2ogr reads it, against the city's row, as ogr2ogr reads that."""
    layer = Path(path).stem
    report = city("c.cim", path, "--crs", EPSG)
    theirs = features(path)
    rows = {f["properties"]["gid"]: f for f in features("c.cim", TABLES[kind])}
    kinds = {c["kind"]: c for i in report["inputs"] for c in i["counts"]}
    if report["unaccounted"] or kinds[layer]["stored"] != len(theirs): yield f"{path}: {kinds} for {len(theirs)} features"
    if len(rows) != len(theirs): yield f"{path}: {len(rows)} rows for {len(theirs)} features"
    by_id = {attributes(r)["nr"]: r for r in rows.values()}
    for f in theirs:
        row = by_id.get(f["properties"]["nr"])
        if not row:
            yield f"{path}: feature {f['properties']['nr']} is missing"
            continue
        attrs, wanted = attributes(row), {k: plain(v) for k, v in f["properties"].items() if v is not None and v != ""}
        attrs = {k: v for k, v in attrs.items() if v != ""}
        if attrs != wanted: yield f"{path}: {attrs} for {wanted}"
        if parts(row["geometry"]) != parts(f["geometry"]): yield f"{path}: {row['geometry']} for {f['geometry']}"


FORMATS = [("GPKG", "gpkg", []), ("ESRI Shapefile", "shp", ["-lco", "ENCODING=UTF-8"]), ("FlatGeobuf", "fgb", []), ("GeoJSON", "json", []), ("GeoJSON", "json.gz", [])]


def formats(kind, seed):
    write_layer("made.geojson", kind, seed, 400, True)
    yield from compare("made.geojson", kind)
    write_layer("made.geojson", kind, seed, 400)
    for driver, suffix, options in FORMATS:
        path = f"layer_{kind}.{suffix}"
        for old in temp.glob(f"layer_{kind}.*"): old.unlink()
        flat = path.removesuffix(".gz")
        ogr2ogr("-f", driver, flat, "made.geojson", "-nln", f"layer_{kind}", *options, *(["-nlt", "PROMOTE_TO_MULTI"] if kind == "lines" and suffix == "gpkg" else []))
        yield from compare(flat, kind)
        if flat == path: continue
        Path(path).write_bytes(gzip.compress(Path(flat).read_bytes()))
        theirs = features(flat)
        report = city("c.cim", path, "--crs", EPSG)
        if report["inputs"][0]["counts"][0]["stored"] != len(theirs): yield f"{path}: {report}"
        done = subprocess.run([tool, "import", "--overwrite", "-q", "c.cim", "-", "--crs", str(EPSG)], stdin=open(flat, "rb"), capture_output=True, text=True)
        if done.returncode: yield f"standard input: {done.stderr}"


def sequence():
    """GeoJSON text sequences are in degrees."""
    rng = random.Random(3)
    fs = [{"type": "Feature", "properties": {"id": i}, "geometry": {"type": "Point", "coordinates": [round(rng.uniform(9, 9.1), 7), round(rng.uniform(48, 48.1), 7)]}} for i in range(300)]
    for name, text in (("s.geojsonl", "\n".join(map(json.dumps, fs))), ("rs.geojsons", "".join("\x1e" + json.dumps(f) + "\n" for f in fs))):
        Path(name).write_text(text)
        if city("s.cim", name)["objects"] != 300: yield name
    done = cimtool("export", "s.cim", "-f", "geojson", "--decimals", 7)
    back = sorted(f["geometry"]["coordinates"] for f in json.loads(done.stdout)["features"])
    far = max(max(abs(a - b) for a, b in zip(p, q)) for p, q in zip(back, sorted(f["geometry"]["coordinates"] for f in fs)))
    if far > 2e-7: yield f"{far} degrees off"


def dimensions():
    """Heights are kept as a shape, curves become lines, collections are told."""
    Path("z.csv").write_text('id,wkt\n1,"LINESTRING Z (500000 5400000 7,500010 5400000 9)"\n2,"CIRCULARSTRING (500000 5400000,500005 5400005,500010 5400000)"\n3,"GEOMETRYCOLLECTION (POINT (500000 5400000),LINESTRING (500000 5400000,500009 5400000))"\n'
                             '4,"MULTILINESTRING ((500000 5400000,500010 5400000),(500020 5400000,500030 5400000))"\n')
    ogr2ogr("-f", "GPKG", "z.gpkg", "z.csv", "-oo", "GEOM_POSSIBLE_NAMES=wkt", "-oo", "KEEP_GEOM_COLUMNS=NO", "-a_srs", f"EPSG:{EPSG}", "-nlt", "GEOMETRY")
    Path("z.json").write_text(json.dumps({"layers": {"z": {"class": "Pipe", "id": "p{id}", "columns": {"level_from_m": "{:z_from}", "level_to_m": "{:z_to}", "customers": 5}}}}))
    report = city("z.cim", "z.gpkg", "-m", "z.json")
    warnings = " ".join(report["inputs"][0]["warnings"])
    if "straight" not in warnings or "several types" not in warnings: yield warnings
    got = {f["properties"]["gid"]: f for f in features("z.cim", "utility_line")}
    if sorted(got) != ["p1", "p2", "p4#1", "p4#2"]: yield f"ids {sorted(got)}"
    if (got["p1"]["properties"]["level_from_m"], got["p1"]["properties"]["level_to_m"]) != (7, 9): yield "levels"
    if len(got["p2"]["geometry"]["coordinates"]) < 8: yield "a curve of two points"
    if '"geometry"' in cimtool("get", "--json", "z.cim", "p3").stdout: yield "a collection has a place"
    if (got["p4#1"]["properties"]["customers"], got["p4#2"]["properties"]["customers"]) != (5, None): yield "customers are counted twice"
    shapes = json.loads(cimtool("get", "--json", "z.cim", "p1").stdout)
    if "multi_curve" not in json.dumps(shapes): yield "the heights are lost"


# ---- streets ----

def plain_osm(path):
    """The town's streets without what a layer of lines cannot say: restrictions, access, signals, barriers; stated speeds in km/h only."""
    root = ET.fromstring(gzip.open(source / "data" / "town.osm.gz").read())
    for e in list(root):
        tags = {t.get("k"): t.get("v") for t in e.findall("tag")}
        if e.tag == "relation" or (e.tag == "way" and "highway" not in tags):
            root.remove(e)
            continue
        for t in e.findall("tag"):
            keep = t.get("k") in {"highway", "name", "oneway", "maxspeed"} and (t.get("k") != "maxspeed" or t.get("v").isdigit())
            if e.tag == "node" or not keep: e.remove(t)
    ET.ElementTree(root).write(path)


def times(path, profile):
    done = cimtool("matrix", path, "--from-file", "places.txt", "-p", profile, "-r", 0)
    assert done.returncode == 0, done.stderr
    return [line.split(",")[2:] for line in done.stdout.splitlines()[1:]]


def streets():
    plain_osm("plain.osm")
    city("plain.cim", "plain.osm", "--crs", EPSG)
    done = cimtool("export", "plain.cim", "-o", "plain.gpkg", "--layer", "road")
    assert done.returncode == 0, done.stderr
    sql = "SELECT geom, gid, name, function, oneway, CASE WHEN derived LIKE '%maxspeed_kmh%' THEN NULL ELSE maxspeed_kmh END AS kmh FROM road"
    ogr2ogr("-f", "GPKG", "streets.gpkg", "plain.gpkg", "-sql", sql, "-nln", "streets")
    Path("streets.json").write_text(json.dumps({"layers": {"streets": {"class": "Road", "id": "gis:{gid}", "columns": {
        "name": "{name}", "function": "{function}", "oneway": "{oneway}", "maxspeed_kmh": "{kmh}"}}}}))
    city("gis.cim", "streets.gpkg", "-m", "streets.json", "--crs", EPSG)
    rng = random.Random(20261122)
    Path("places.txt").write_text("".join(f"{rng.uniform(504500, 507500):.1f},{rng.uniform(5382000, 5384000):.1f}\n" for _ in range(40)))
    for profile in ("car", "truck", "emergency", "bicycle", "foot"):
        ours, theirs = times("gis.cim", profile), times("plain.cim", profile)
        pairs = [(a, b) for r, s in zip(ours, theirs) for a, b in zip(r, s)]
        if len(pairs) != 1600 or len({a for a, _ in pairs}) < 500: yield f"{profile}: {len(pairs)} times"
        bad = [p for p in pairs if p[0] != p[1]]
        if bad: yield f"{profile}: {len(bad)} of {len(pairs)} times differ, like {bad[0]}"


# ---- hostile files ----

def one_line(done, wanted=(4,)):
    if done.returncode not in wanted: return f"exit status {done.returncode}: {done.stderr[:200]}"
    if done.returncode == 4 and done.stderr.strip().count("\n"): return f"more than one line: {done.stderr[:300]}"
    return None


def expect(arguments, text, wanted=(4,)):
    done = cimtool("import", "--overwrite", "h.cim", *arguments)
    fault = one_line(done, wanted)
    if fault: yield f"{arguments}: {fault}"
    if text not in done.stderr + done.stdout: yield f"{arguments}: no \"{text}\" in {done.stderr}"


def make_ok():
    write_layer("ok.geojson", "point", 9, 50)
    ogr2ogr("-f", "GPKG", "ok.gpkg", "ok.geojson")
    ogr2ogr("ok.shp", "ok.geojson")
    ogr2ogr("-f", "FlatGeobuf", "ok.fgb", "ok.geojson")


def database(name, *statements):
    shutil.copy("ok.gpkg", name)
    db = sqlite3.connect(name)
    for s in statements: db.execute(s)
    db.commit()
    db.close()
    return name


ENDLESS = "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x AS fid, NULL AS geom FROM c"


def databases():
    make_ok()
    database("trigger.gpkg", "CREATE TRIGGER t1 AFTER INSERT ON ok BEGIN DELETE FROM ok; END")
    before = Path("trigger.gpkg").read_bytes()
    yield from expect(["trigger.gpkg"], "50 objects", (0,))
    if Path("trigger.gpkg").read_bytes() != before: yield "a file that was read has changed"
    database("view.gpkg", ENDLESS, "INSERT INTO gpkg_contents(table_name,data_type,identifier,srs_id) VALUES('v','features','v',25832)", "INSERT INTO gpkg_geometry_columns VALUES('v','geom','POINT',25832,0,0)")
    yield from expect(["view.gpkg"], "layer v is left out: a view", (0,))
    yield from expect([database("contents.gpkg", "ALTER TABLE gpkg_contents RENAME TO xx", "CREATE VIEW gpkg_contents AS SELECT * FROM xx")], "a view in place of")
    yield from expect([database("virtual.gpkg", "CREATE VIRTUAL TABLE f USING fts5(a)")], "a virtual table (f)")
    yield from expect([database("computed.gpkg", "CREATE TABLE g(fid INTEGER PRIMARY KEY, a TEXT AS (upper('x')))")], "computed column (g)")
    Path("vrt.gpkg").write_text('<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>')
    yield from expect(["vrt.gpkg"], "virtual dataset")
    yield from expect(["-f", "gis", "vrt.gpkg"], "only a mapping says", (4,))
    shutil.copy("vrt.gpkg", "vrt.geojson")
    yield from expect(["vrt.geojson"], "virtual dataset")
    yield from expect(["/vsicurl/http://127.0.0.1:1/x.gpkg"], "cannot open")


def links():
    """What a file refers to in the network is not fetched."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_): pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    where = f"http://127.0.0.1:{server.server_port}/srs"
    for crs in ({"type": "link", "properties": {"href": where, "type": "ogcwkt"}}, {"type": "url", "properties": {"url": where}}, {"type": "name", "properties": {"name": where}}):
        Path("link.geojson").write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [9, 48]}}]}))
        done = cimtool("import", "--overwrite", "l.cim", "link.geojson")
        if done.returncode not in (0, 4): yield f"{crs}: exit status {done.returncode}"
    server.shutdown()
    if asked: yield f"asked for {asked}"


def shapefiles():
    def copy(name, *suffixes):
        for s in suffixes: shutil.copy(f"ok.{s}", f"{name}.{s}")
        return f"{name}.shp"
    yield from expect([copy("noshx", "shp", "dbf", "prj")], ".shx")
    yield from expect([copy("nodbf", "shp", "shx", "prj")], "no .dbf beside it", (0,))
    yield from expect([copy("noprj", "shp", "shx", "dbf")], "reference system")
    yield from expect([copy("noprj", "shp", "shx", "dbf"), "--source-crs", EPSG], "50 objects", (0,))
    for suffix in ("shp", "shx", "dbf"):
        for size in (10, 101, 333, 700):
            name = f"cut{suffix}{size}"
            path = copy(name, "shp", "shx", "dbf", "prj")
            Path(f"{name}.{suffix}").write_bytes(Path(f"ok.{suffix}").read_bytes()[:size])
            yield from expect([path], "", (0, 4))
    path = copy("part", "shp", "shx", "dbf", "prj")
    Path(path).write_bytes(Path(path).read_bytes()[:700])
    yield from expect(["-k", path], "what comes behind was not read", (3,))
    Path("packed.shp.gz").write_bytes(gzip.compress(Path("ok.shp").read_bytes()))
    yield from expect(["packed.shp.gz"], "several files")


def damaged():
    """Cut off or with bytes changed: imported, in part or not at all, but never a crash or a wait."""
    rng = random.Random(77)
    for name in ("ok.gpkg", "ok.fgb", "ok.geojson", "ok.shp"):
        whole = Path(name).read_bytes()
        for i in range(40):
            data = bytearray(whole)
            if i % 2: data = data[:rng.randrange(len(data))]
            else:
                for _ in range(rng.randint(1, 20)): data[rng.randrange(len(data))] = rng.randrange(256)
            target = Path(name).with_stem("bad")
            target.write_bytes(data)
            if name.endswith("shp"):
                for s in ("shx", "dbf", "prj"): shutil.copy(f"ok.{s}", f"bad.{s}")
            try:
                done = cimtool("import", "--overwrite", "h.cim", target)
            except subprocess.TimeoutExpired:
                yield f"{name} {i}: does not end"
                continue
            if done.returncode not in (0, 4): yield f"{name} {i}: exit status {done.returncode}: {done.stderr[:200]}"


def tables():
    place = ["-m", "t.json", "--crs", EPSG]
    Path("t.json").write_text(json.dumps({"layers": {"*": {"class": "Valve", "id": "v{id}", "crs": EPSG, "x": "{x}", "y": "{y}"}}}))
    def table(name, data):
        Path(name).write_bytes(data if isinstance(data, bytes) else data.encode())
        return name
    head = "id,x,y,note\n"
    yield from expect([table("wide.csv", ",".join(f"c{i}" for i in range(10**6)) + "\n"), *place], "columns")
    yield from expect([table("long.csv", head + "1,500000,5400000," + "x" * 10**7 + "\n"), *place], "long.csv:2: a line of more than")
    yield from expect([table("quote.csv", head + '1,500000,5400000,"open\n' + "2,500000,5400000,b\n" * 10), *place], "quote.csv:2: a quote without its partner")
    yield from expect([table("latin.csv", (head + "1,500000,5400000,Stra\xdfe\n").encode("latin-1")), *place], "not UTF-8", (0,))
    got = json.loads(cimtool("get", "--json", "h.cim", "v1").stdout)
    if "Straße" not in json.dumps(got, ensure_ascii=False): yield f"Latin-1: {got}"
    yield from expect([table("ragged.csv", head + "1,500000,5400000\n2,500001,5400000,a,b,c\n3,500002,5400000,a\n"), *place], "ragged.csv:3: 6 cells under 4 names", (0,))
    yield from expect([table("nan.csv", head + "1,nan,inf,\n2,1e999,5400000,\n3,500000,5400000,\n"), *place], "x and y are no numbers", (0,))
    yield from expect([table("far.csv", head + "1,1e30,1e30,\n3,500000,5400000,\n"), *place], "coordinates that are no place", (0,))
    yield from expect([table("same.csv", head + "1,500000,5400000,a\n1,500001,5400000,b\n"), *place], "the id gets a number", (0,))
    yield from expect([table("nul.csv", (head + "1,500000,5400000,a\0b\n").encode()), *place], "1 objects", (0,))
    yield from expect([table("semi.csv", "id;x;y;note\r\n1;500000;5400000;\"a;b\r\nc\"\r\n"), *place], "1 objects", (0,))
    yield from expect([table("empty.csv", "id,x,y\n"), "-f", "gis", *place], "")
    yield from expect([table("plain.csv", head + "1,2,3,4\n")], "only a mapping says", (4,))


# ---- real networks ----

def real(name, paths, mapping, check):
    missing = [p for p in paths if not (large / p).exists()]
    if missing:
        skip(name, f"{missing[0]} is not there (CIM_DATA)")
        return
    Path("real.json").write_text(json.dumps({"layers": mapping}))
    report = city("real.cim", *[large / p for p in paths], "-m", "real.json")
    tap(name, check(report, [large / p for p in paths]))


def counts_agree(report, paths):
    for r, p in zip(report["inputs"], paths):
        wanted = len(features(p))
        got = sum(c["stored"] for c in r["counts"])
        if got != wanted: yield f"{p.name}: {got} stored of {wanted}"


def nanaimo(report, paths):
    yield from counts_agree(report, paths)
    rows = features("real.cim", "utility_line")
    all_pipes = features(paths[0])
    times_of = collections.Counter(f["properties"]["GID"] for f in all_pipes)
    pipes = {f["properties"]["GID"]: f for f in all_pipes if f["properties"]["GID"] is not None and times_of[f["properties"]["GID"]] == 1}
    if len(pipes) < 17000: yield f"only {len(pipes)} pipes have an id of their own"
    ours = {f["properties"]["gid"]: f for f in rows}
    for gid, f in pipes.items():
        mine = ours.get(f"nanaimo:{gid}") or ours.get(f"nanaimo:{gid}#1")
        if not mine or mine["properties"]["network"] != "water" or mine["properties"]["diameter_mm"] != f["properties"]["DIAMETER"]: yield f"pipe {gid}: {mine and mine['properties']}"


def sewer(report, paths):
    yield from counts_agree(report, paths)
    ours = {attributes(f)["OBJ_ID"]: f["properties"] for f in features("real.cim", "utility_line")}
    for f in features(paths[1]):
        p, o = f["properties"], ours.get(f["properties"]["OBJ_ID"])
        if not o or (o["level_from_m"], o["level_to_m"]) != (p["BOB_ACTUEE"], p["BOB_ACTU_1"]): yield f"sewer {p['OBJ_ID']}: {o}"
    manholes = {f["properties"]["CODE"] for f in features(paths[0])}
    ends = [f["properties"][k] for f in features(paths[1]) for k in ("BEGINPUT", "EINDPUT") if f["properties"][k]]
    known = sum(e in manholes for e in ends)
    if (report["relations"], report["relations_unresolved"]) != (known, len(ends) - known): yield f"{report['relations']} relations, {report['relations_unresolved']} unresolved; {known} of {len(ends)} ends"


print("1..14")
for n, kind in enumerate(("point", "line", "lines", "area")): tap(f"{kind}: every format as ogr2ogr reads it", formats(kind, 100 + n))
tap("GeoJSON text sequences", sequence())
tap("heights, curves, collections, several lines", dimensions())
tap("streets of a GIS layer make the same road net", streets())
tap("GeoPackages that are not only tables, virtual datasets", databases())
tap("no link is followed", links())
tap("shapefiles with a file missing or cut off", shapefiles())
tap("damaged files", damaged())
tap("tables", tables())
real("water pipes and services of Nanaimo", ["utility/nanaimo_v2/pipes.shp", "utility/nanaimo_v2/services.shp"],
     {"pipes": {"class": "Pipe", "id": "nanaimo:{GID}", "columns": {"network": "water", "diameter_mm": "{DIAMETER}", "length_m": "{LENGTH}", "operator": "{OWNER}"}},
      "services": {"class": "Pipe", "id": "nanaimo:service/{:fid}", "columns": {"network": "water", "tier": "service"}}}, nanaimo)
real("sewers of Rotterdam", ["utility/rotterdam_sewer/manholes.shp", "utility/rotterdam_sewer/sewer_lines.shp"],
     {"manholes": {"class": "Manhole", "id": "rotterdam:{CODE}", "columns": {"network": "sewer"}},
      "sewer_lines": {"class": "Pipe", "id": "rotterdam:line/{OBJ_ID}",
                      "columns": {"network": "sewer", "level_from_m": "{BOB_ACTUEE}", "level_to_m": "{BOB_ACTU_1}", "diameter_mm": "{width}"},
                      "relations": [{"type": "connects", "to": "rotterdam:{BEGINPUT}", "attrs": {"end": "from"}}, {"type": "connects", "to": "rotterdam:{EINDPUT}", "attrs": {"end": "to"}}]}}, sewer)
P
