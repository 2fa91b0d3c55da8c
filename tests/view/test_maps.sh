#!/bin/sh
# SVG maps are well-formed, says a parser that is not ours: the sample town, and a city with hostile names.
if ! command -v xmllint >/dev/null; then
    echo "1..0 # SKIP xmllint is not installed"
    exit 0
fi
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
tool=$CIM_BUILD/cimtool
data=$CIM_SOURCE/data
n=0
result() { n=$((n + 1)); if [ -s "$temp/bad" ]; then sed 's/^/# /' "$temp/bad" | head -n 20; echo "not ok $n - $1"; else echo "ok $n - $1"; fi; : >"$temp/bad"; }
echo "1..4"

echo '<svg><g></svg>' >"$temp/broken.svg"
xmllint --noout --nonet "$temp/broken.svg" 2>/dev/null && echo "xmllint takes anything" >"$temp/bad"
result "a broken file is refused"

"$tool" import -q "$temp/town.cim" "$data/town-v3.gml.gz" "$data/town.osm.pbf" || exit 99
"$tool" isochrone "$temp/town.cim" osm:way/4100000306 --profile emergency --limits 60,120 --geojson >"$temp/reach.geojson" || exit 99
"$tool" plot -q "$temp/town.cim" -l "$temp/reach.geojson" --color-by height_m -o "$temp/town.svg" 2>"$temp/bad" && xmllint --noout --nonet "$temp/town.svg" 2>>"$temp/bad" ||
    echo "no map, or not well-formed" >>"$temp/bad"
result "a map of the sample town is well-formed"

cat >"$temp/evil.osm" <<'X'
<osm version="0.6">
<node id="1" lat="48.0" lon="9.0" version="1"/><node id="2" lat="48.0" lon="9.01" version="1"/><node id="3" lat="48.01" lon="9.01" version="1"/>
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;"/></way>
<way id="2" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/><tag k="name" v="]]&gt; --&gt; &#xFFFD; &#x202e;evil &#x85;"/></way>
<way id="3" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="landuse" v="residential"/><tag k="name" v="&#x1f3d9; &amp;#0; &amp;lt;"/></way>
</osm>
X
printf '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"role":"\\u0000\\u0001\\u001b\\ufffe\\ud800<&>"},"geometry":{"type":"Point","coordinates":[9.005,48.001]}}]}' >"$temp/evil.geojson"
"$tool" import -q --attribution '<b>&]]>"' "$temp/evil.cim" "$temp/evil.osm" || exit 99
"$tool" plot -q "$temp/evil.cim" --title '</title><script>&' --color-by name -o "$temp/evil.svg" 2>"$temp/bad" && xmllint --noout --nonet "$temp/evil.svg" 2>>"$temp/bad" ||
    echo "no map, or not well-formed" >>"$temp/bad"
[ "$(xmllint --xpath 'count(//*[local-name()="script"])' "$temp/evil.svg" 2>>"$temp/bad")" = 0 ] || echo "a script" >>"$temp/bad"
result "a map with hostile names is well-formed and has no script"

# Refused or drawn; what is drawn can be read.
"$tool" plot -q "$temp/evil.cim" -l "$temp/evil.geojson:by=role" -o "$temp/layer.svg" 2>/dev/null
[ $? -le 4 ] || echo "it broke down" >"$temp/bad"
if [ -e "$temp/layer.svg" ]; then xmllint --noout --nonet "$temp/layer.svg" 2>>"$temp/bad"; fi
result "a map with characters that XML does not have is well-formed"
