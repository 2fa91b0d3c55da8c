#!/bin/sh
# Exports judged by programs we did not write: Python's json, the rules of CityJSON (check_cityjson.py), GDAL.  Random cities go in and out again.
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
here=$CIM_SOURCE/tests/unit/export
tool=$CIM_BUILD/cimtool
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
cd "$temp" || exit 99
n=0
: >bad
result() { n=$((n + 1)); if [ -s bad ]; then head -n 20 bad | sed 's/^/# /'; echo "not ok $n - $1"; else echo "ok $n - $1"; fi; : >bad; }
echo "1..8"

# $1: suffix; $2: "seq" or nothing.  Out of the first import, and out of the import of that.
go_round() {
    for seed in 1 2 3; do
        python3 "$here/make_cityjson.py" $seed 400 $2 >"in.$1" && python3 "$here/check_cityjson.py" "in.$1" || echo "the source is not valid"
        rm -f a.cim b.cim
        "$tool" import -q a.cim "in.$1" && "$tool" export -q --overwrite a.cim -o "a.$1" || echo "exit status $?"
        python3 "$here/check_cityjson.py" --same "in.$1" "a.$1"
        "$tool" import -q b.cim "a.$1" && "$tool" export -q --overwrite b.cim -o "b.$1" || echo "exit status $?"
        cmp "a.$1" "b.$1"
    done >>bad 2>&1
}
go_round city.json
result "CityJSON goes out as it came in"
go_round city.jsonl seq
result "CityJSONSeq goes out as it came in"

{
    "$tool" export -q a.cim -o a.geojson && "$tool" export -q a.cim -o a.geojsonl && "$tool" export -q a.cim --rs -o rs.geojsonl || echo "exit status $?"
    python3 - <<'E'
import json
whole = json.load(open("a.geojson", encoding="utf-8"))["features"]
lines = [json.loads(l) for l in open("a.geojsonl", encoding="utf-8")]
marked = [json.loads(l[1:]) for l in open("rs.geojsonl", encoding="utf-8") if l[0] == "\x1e"]
if whole != lines or whole != marked:
    print("collection and sequences differ")
city = [json.loads(l) for l in open("a.city.jsonl", encoding="utf-8")]
objects = {k: o for f in city for k, o in f["CityObjects"].items()}
shown = {f["id"].removeprefix("gml:").replace("%23", "#").replace("%25", "%"): f for f in whole}
for key, o in objects.items():
    if key not in shown:
        print(key, "is missing")
    elif {k: v for k, v in shown[key]["properties"].get("attributes", {}).items() if k not in ("class", "cim:class")} != o.get("attributes", {}):
        print(key, "has other attributes")
E
} >>bad 2>&1
result "GeoJSON has every object and its attributes"

if command -v ogrinfo >/dev/null; then
    for f in a.geojson a.geojsonl; do
        ogrinfo -q -ro -al -so "$f" 2>&1 | grep -iE 'warning|error|fail'
        ogrinfo -ro -q "$f" -dialect sqlite -sql "SELECT count(*) AS n FROM \"$(ogrinfo -ro -q $f | sed -n 's/^1: \([^ ]*\).*/\1/p')\" WHERE NOT ST_IsValid(geometry)" 2>&1 | grep 'n (' | grep -v '= 0'
    done >>bad
    result "GDAL reads GeoJSON"
else
    n=$((n + 1)); echo "ok $n # SKIP ogrinfo is not installed"
fi

{
    "$tool" export a.cim -f cityjsonseq | cmp - a.city.jsonl
    "$tool" export a.cim | cmp - a.geojson
    "$tool" export -t 1 a.cim -f cityjson >one; "$tool" export -t 4 a.cim -f cityjson | cmp - one
} >>bad 2>&1
result "standard output has the same bytes"

{
    "$tool" export a.cim -o a.geojson 2>err && echo "an existing file was replaced"
    grep -q 'exists already' err || cat err
    "$tool" export a.cim -o missing/a.geojson 2>err; [ $? = 4 ] || echo "unwritable: other status"
    [ "$(wc -l <err)" = 1 ] || cat err
    if [ -c /dev/full ]; then "$tool" export a.cim -f cityjson -o /dev/full 2>err; [ $? = 4 ] || echo "full device: other status"; fi
    "$tool" export a.cim --layer nothing 2>err; [ $? = 2 ] || echo "a layer that does not exist: other status"
    "$tool" export a.cim --filter "height_m > 100000" 2>err; [ $? = 1 ] || echo "nothing chosen: other status"
    "$tool" export a.cim -f doc 2>err; [ $? = 2 ] || echo "unknown format: other status"
    "$tool" export a.cim --class Building --json -o c.geojson >out && grep -q '"schema":"cimtool/1"' out || echo "no report"
    python3 -c 'import json; assert {f["properties"]["class"] for f in json.load(open("c.geojson"))["features"]} == {"Building"}'
    find . -name '*.tmp-*'
} >>bad 2>&1
result "refusals, choices, nothing left behind"

{
    "$tool" export -q a.cim -o a.gpkg && mv a.gpkg first.gpkg && "$tool" export -q a.cim -o a.gpkg && cmp first.gpkg a.gpkg || echo "exit status $?"
    "$tool" export -q a.cim --no-styles -o plain.gpkg
    python3 - <<'E'
import json, sqlite3, xml.dom.minidom
def rows(path, sql): return sqlite3.connect(path).execute(sql).fetchall()
whole = {f["id"]: f for f in json.load(open("a.geojson", encoding="utf-8"))["features"]}
layers = [r[0] for r in rows("a.gpkg", "SELECT table_name FROM gpkg_contents WHERE data_type='features'")]
tables = [r[0] for r in rows("a.gpkg", "SELECT table_name FROM gpkg_contents") if r[0] != "layer_styles"]
if rows("a.gpkg", "PRAGMA integrity_check") != [("ok",)]: print("integrity")
if [r[0] for r in rows("a.gpkg", "SELECT DISTINCT srs_id FROM gpkg_contents WHERE data_type='features'")] != [25832]: print("reference system")
seen = 0
for table in tables:
    for gid, kind, attrs in rows("a.gpkg", f'SELECT gid, class, attrs FROM "{table}"'):
        p = whole[gid]["properties"]
        seen += 1
        if p["layer"] != table or p["class"] != kind or (json.loads(attrs) if attrs else {}) != p.get("attributes", {}): print(gid, "differs")
if seen != len(whole): print(seen, "of", len(whole), "objects")
for table in layers:
    if rows("a.gpkg", f'SELECT count(*) FROM "{table}" WHERE geom IS NOT NULL') != rows("a.gpkg", f'SELECT count(*) FROM rtree_{table}_geom'): print(table, "index")
styles = rows("a.gpkg", "SELECT f_table_name, f_geometry_column, styleQML, styleSLD, useAsDefault FROM layer_styles ORDER BY 1")
if [s[0] for s in styles] != sorted(layers): print("styles are not those of the layers")
if rows("a.cim", "SELECT f_table_name, f_geometry_column, styleQML, styleSLD, useAsDefault FROM layer_styles ORDER BY 1") != styles: print("the city file has other styles")
for s in styles:
    xml.dom.minidom.parseString(s[2]), xml.dom.minidom.parseString(s[3])
if rows("plain.gpkg", "SELECT count(*) FROM sqlite_master WHERE name='layer_styles'") != [(0,)]: print("--no-styles has styles")
E
} >>bad 2>&1
result "GeoPackage has every object, indexes and styles, and the same bytes again"

if command -v ogrinfo >/dev/null; then
    ogrinfo -ro -al -so a.gpkg 2>&1 | grep -iE 'warning|error|fail' >>bad
    "$tool" export -q a.cim --crs 4326 -o lonlat.gpkg
    ogrinfo -ro -so lonlat.gpkg road 2>&1 | grep -q 'Extent: (8\.7' || ogrinfo -ro -so lonlat.gpkg road >>bad 2>&1
    result "GDAL reads GeoPackage"
else
    n=$((n + 1)); echo "ok $n # SKIP ogrinfo is not installed"
fi
