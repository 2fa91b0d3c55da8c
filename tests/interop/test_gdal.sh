#!/bin/sh
# City files as other programs see them: GDAL opens every layer, counts and reference systems agree, every plane geometry is valid to GEOS,
# and random queries find what a scan by SpatiaLite finds.  On the sample town, and on a real city with a CityGML file where CIM_DATA is.
command -v ogrinfo >/dev/null || { echo "1..0 # SKIP gdal-bin is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import json, os, random, re, sqlite3, subprocess, sys
from pathlib import Path

temp, tool, source = Path(sys.argv[1]), os.environ["CIM_BUILD"] + "/cimtool", Path(os.environ["CIM_SOURCE"])
large = Path(os.environ.get("CIM_DATA", source.resolve().parent / "shared" / "data"))
ROUNDS = 40


def ogr(*arguments):
    done = subprocess.run(["ogrinfo", *map(str, arguments)], capture_output=True, text=True)
    return done.stdout, [line for line in done.stderr.splitlines() if line.startswith(("ERROR", "Warning"))]


def ids(city, sql):
    out, faults = ogr("-q", "-geom=NO", city, "-sql", sql)
    assert not faults, (sql, faults)
    return set(re.findall(r"^  gid \(String\) = (.*)$", out, re.M))


def columns(db, table):
    return {c[1] for c in db.execute(f"PRAGMA table_info({table})")}


def layers_of(city):
    """The database, layers of objects, all tables with geometry."""
    db = sqlite3.connect(f"file:{city}?mode=ro", uri=True)
    tables = [r[0] for r in db.execute("SELECT f_table_name FROM geometry_columns")]
    return db, [t for t in tables if "gid" in columns(db, t)], tables


def opens(city):
    """Every registered table: GDAL's count, reference system; nothing to complain about."""
    db, _, tables = layers_of(city)
    for table in tables:
        out, faults = ogr("-so", city, table)
        count = re.search(r"^Feature Count: (\d+)$", out, re.M)
        wanted = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        if faults: yield f"{table}: {faults[0]}"
        if not count or int(count[1]) != wanted: yield f"{table}: {count and count[1]} features, not {wanted}"
        if "ID[\"EPSG\"" not in out: yield f"{table}: no reference system"
    out, faults = ogr("-so", "-al", city)
    if faults: yield faults[0]


def valid(city):
    _, layers, _ = layers_of(city)
    for table in layers:
        bad = ids(city, f"SELECT gid FROM {table} WHERE geom IS NOT NULL AND ST_IsValid(geom) <> 1")
        if bad: yield f"{table}: {len(bad)} invalid, like {sorted(bad)[0]}"


def question(rng, table, box, srid):
    """One question in CQL2 and in SQL."""
    x, y = rng.uniform(box[0], box[2]), rng.uniform(box[1], box[3])
    r = rng.choice([20, 100, 500, 3000])
    corners = [(round(x + rng.uniform(-r, r), 2), round(y + rng.uniform(-r, r), 2)) for _ in range(3)]
    wkt = "POLYGON((" + ", ".join(f"{a} {b}" for a, b in corners + corners[:1]) + "))"
    geometry = f"ST_GeomFromText('{wkt}', {srid})"
    where = rng.choice([
        (f"S_INTERSECTS(geom, {wkt})", f"ST_Intersects(geom, {geometry}) = 1"),
        (f"S_WITHIN(geom, {wkt})", f"ST_Within(geom, {geometry}) = 1"),
        (f"S_DISJOINT(geom, {wkt})", f"ST_Disjoint(geom, {geometry}) = 1"),
        (f"S_DWITHIN(geom, POINT({x:.2f} {y:.2f}), {r})", f"ST_Distance(geom, MakePoint({x:.2f}, {y:.2f}, {srid})) <= {r}"),
        (f"S_INTERSECTS(geom, POLYGON(({x - r:.2f} {y - r:.2f}, {x + r:.2f} {y - r:.2f}, {x + r:.2f} {y + r:.2f}, {x - r:.2f} {y + r:.2f}, {x - r:.2f} {y - r:.2f})))",
         f"ST_Intersects(geom, BuildMbr({x - r:.2f}, {y - r:.2f}, {x + r:.2f}, {y + r:.2f}, {srid})) = 1"),
    ])
    what = rng.choice([
        ("name IS NOT NULL", "name IS NOT NULL"),
        ("name LIKE '%a%'", "name GLOB '*a*'"),
        ("NOT (name LIKE 'B%')", "NOT (name GLOB 'B*')"),
        ("function IN ('residential', 'yes', 'house', 'service')", "function IN ('residential', 'yes', 'house', 'service')"),
        ("function <> 'residential' OR name IS NULL", "function <> 'residential' OR name IS NULL"),
        ("source BETWEEN 1 AND 1", "source BETWEEN 1 AND 1"),
        ("number % 3 = 1", "id % 3 = 1"),
    ])
    return f"layer = '{table}' AND {where[0]} AND ({what[0]})", f"SELECT gid FROM {table} WHERE {where[1]} AND ({what[1]})"


def answers(city, seed):
    rng = random.Random(seed)
    db, layers, _ = layers_of(city)
    srid = db.execute("SELECT srid FROM geometry_columns").fetchone()[0]
    layers = [t for t in layers if {"name", "function"} <= columns(db, t)]
    found = 0
    for _ in range(ROUNDS):
        table = rng.choice(layers)
        box = db.execute(f"SELECT extent_min_x, extent_min_y, extent_max_x, extent_max_y FROM geometry_columns_statistics WHERE f_table_name='{table}'").fetchone()
        cql, sql = question(rng, table, box, srid)
        done = subprocess.run([tool, "query", "--json", city, cql], capture_output=True, text=True)
        if done.returncode > 1:
            yield f"{cql}: {done.stderr}"
            continue
        ours, theirs = {o["id"] for o in json.loads(done.stdout)["objects"]}, ids(city, sql)
        found += len(theirs)
        if ours != theirs: yield f"{cql}: {len(ours)} objects, a scan finds {len(theirs)}; like {sorted(ours ^ theirs)[0]}"
    if not found: yield "no query found anything"


number = 0


def tap(name, findings):
    global number
    number += 1
    bad = list(findings)
    for line in bad[:5]: print("#", line)
    print(f"{'not ' if bad else ''}ok {number} - {name}", flush=True)


cities = [("town", [source / "data" / "town-v3.gml.gz", source / "data" / "town.osm.pbf"])]
osm, gml = large / "osm" / "heidelberg.osm.pbf", sorted(large.glob("citygml/2.0/**/*uilding*LOD2*.gml"))
if osm.exists() and gml: cities.append(("heidelberg with CityGML", [osm, gml[0]]))
print(f"1..{3 * len(cities)}")
if len(cities) == 1: print(f"# skipped: heidelberg.osm.pbf and a CityGML file, which are not in {large}")
for name, inputs in cities:
    city = temp / f"{name.split()[0]}.cim"
    done = subprocess.run([tool, "import", "-q", city, *inputs], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    tap(f"{name}: GDAL opens every layer", opens(city))
    tap(f"{name}: plane geometries are valid", valid(city))
    tap(f"{name}: {ROUNDS} queries against a scan", answers(city, 20261121))
P
