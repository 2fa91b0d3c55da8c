#!/bin/sh
# The example scripts of the bindings run on the sample town, with and without matplotlib, and write a picture.
. "$CIM_SOURCE/tests/python/python.sh"
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP sanitizers need the whole program"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
MPLCONFIGDIR=$temp
export MPLCONFIGDIR
"$python" -c 'import sys; from tests import support; import shutil; shutil.copy(support.town(), sys.argv[1]); support.clean()' "$temp/town.cim" || exit 99
echo "1..11"
n=0
program='import runpy, sys; import tests; sys.path.insert(0, "examples"); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name="__main__")'
for plain in '' 1; do
    for name in route_and_isochrone isolation districts camera_coverage air_quality; do
        n=$((n + 1))
        suffix=png
        feed=
        [ "$name" != air_quality ] || feed=$CIM_SOURCE/data/town-sensors.json.gz
        "$python" -c 'import matplotlib' 2>/dev/null && [ -z "$plain" ] || suffix=svg
        if CIM_TEST_PLAIN=$plain "$python" -c "$program" "examples/$name.py" "$temp/town.cim" ${feed:+"$feed"} "$temp/$name$plain.$suffix" >"$temp/log" 2>&1 &&
            [ "$(wc -c <"$temp/$name$plain.$suffix")" -gt 20000 ]; then
            sed 's/^/# /' "$temp/log"
            echo "ok $n - $name.$suffix"
        else
            sed 's/^/# /' "$temp/log"
            echo "not ok $n - $name.$suffix"
        fi
    done
done
if "$python" examples/route_and_trace.py "$temp/town.cim" osm:way/4100000306 osm:relation/71000030 inp:link/P0293 >"$temp/log" 2>&1 &&
    grep -q '^53 s, 484 m' "$temp/log" && grep -q 'shut S0232' "$temp/log"; then
    echo "ok 11 - route_and_trace"
else
    sed 's/^/# /' "$temp/log"
    echo "not ok 11 - route_and_trace"
fi
