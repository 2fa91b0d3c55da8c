#!/bin/sh
# cimtool query from outside: exit statuses, tables, JSON, one line for what is wrong, nothing of a hostile file on the terminal.
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
tool=$CIM_BUILD/cimtool
city=$temp/town.cim
n=0
result() { n=$((n + 1)); if [ -s "$temp/bad" ]; then sed 's/^/# /' "$temp/bad"; echo "not ok $n - $1"; else echo "ok $n - $1"; fi; : >"$temp/bad"; }
# status, arguments of query: leaves out and err
query() {
    wanted=$1
    shift
    "$tool" query "$city" "$@" >"$temp/out" 2>"$temp/err"
    status=$?
    [ $status -eq "$wanted" ] || echo "query $*: exit status $status, not $wanted: $(head -n 1 "$temp/err")" >>"$temp/bad"
}
is() { [ "$1" = "$2" ] || echo "$1, not $2" >>"$temp/bad"; }
: >"$temp/bad"
echo "1..6"
printf '%s\n' '<osm version="0.6">' \
    '<node id="1" lat="48.0" lon="9.0"><tag k="amenity" v="cafe"/><tag k="name" v="Zwölf &amp; eins"/></node>' \
    '<node id="2" lat="48.001" lon="9.0"><tag k="amenity" v="cafe"/><tag k="name" v="bell &#x9b;31m &#x85;red&#x202e;"/><tag k="seats" v="7"/></node>' \
    '<node id="3" lat="48.002" lon="9.001"><tag k="amenity" v="bank"/><tag k="name" v="東京"/><tag k="seats" v="12"/></node>' '</osm>' >"$temp/in.osm"
"$tool" import --quiet "$city" "$temp/in.osm" >/dev/null 2>"$temp/err" || { cat "$temp/err"; exit 99; }

query 0 "amenity = 'cafe'" --columns seats
is "$(cat "$temp/err")" "2 objects"
is "$(head -n 1 "$temp/out" | tr -s ' ')" "id class name seats"
is "$(wc -l <"$temp/out" | tr -d ' ')" 3
result "a table and the count"

query 0 "name LIKE 'bell%'"
python3 - "$temp/out" >>"$temp/bad" <<'P'
import sys, unicodedata
text = open(sys.argv[1], encoding="utf-8").read()
print(*(f"control character {ord(c):#x}" for c in text if (unicodedata.category(c) == "Cc" and c != "\n") or c in "\u2028\u202e"), sep="\n", end="")
P
result "control characters stay out of tables"

query 1 "amenity = 'pub' OR seats > 100"
is "$(cat "$temp/err")" "0 objects"
query 2 "amenty = 'cafe'"
is "$(cat "$temp/err")" "cimtool: query:1: expected a property: no object of this city has a property called amenty (osm:amenity?)"
query 2 "amenity ="
is "$(wc -l <"$temp/err" | tr -d ' ')" 1
query 2 "TRUE" --sort seats,up
query 2 "TRUE" --columns seats,
query 2 "TRUE" --columns sets
query 2 "TRUE" --limit 0
query 2 "TRUE" --at-time noon
query 2 "TRUE" --crs 999999999
query 2 "S_WITHIN(geom, POINT(1 1))" --crs 999999
"$tool" query "$temp/in.osm" TRUE >/dev/null 2>&1
is $? 4
result "exit statuses and messages"

query 0 "" --count
is "$(cat "$temp/out")" 3
query 0 "S_INTERSECTS(geom, BBOX(8.9999, 47.9999, 9.0001, 48.0015))" --crs 4326 --count
is "$(cat "$temp/out")" 2
query 0 "TRUE" --sort seats,desc --limit 1 --quiet
is "$(sed -n '2s/ .*//p' "$temp/out")" osm:node/3
is "$(cat "$temp/err")" ""
query 0 "TRUE" --sort seats --offset 1 --limit 1
is "$(sed -n '2s/ .*//p' "$temp/out")" osm:node/3
is "$(cat "$temp/err")" "1 of 3 objects"
echo "amenity = 'bank'" | "$tool" query "$city" - --count >"$temp/out"
is "$(cat "$temp/out")" 1
result "options"

for options in "" "--columns seats,name,geom" "--count" "--explain" "--limit 1"; do
    query 0 "name LIKE '%'" --json $options
    python3 -m json.tool "$temp/out" >/dev/null 2>&1 || echo "--json $options: no JSON" >>"$temp/bad"
done
query 0 "amenity = 'cafe'" --json --columns seats
is "$(python3 -c "import json, sys; d = json.load(open(sys.argv[1])); print(d['schema'], d['matched'], d['returned'], *(o['seats'] for o in d['objects']))" "$temp/out")" "cimtool/1 2 2 None 7"
query 1 "amenity = 'pub' AND seats > 1" --json
is "$(python3 -c "import json, sys; d = json.load(open(sys.argv[1])); print(d['matched'], d['objects'])" "$temp/out")" "0 []"
result "JSON"

query 0 "S_DWITHIN(geom, OBJECT('osm:node/1'), 120) AND seats > 1" --explain
grep -q '^from: window' "$temp/out" || echo "no window: $(head -n 3 "$temp/out" | tr '\n' ' ')" >>"$temp/bad"
result "plans"
