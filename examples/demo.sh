#!/bin/sh
# Build libcim, import a city, ask it what one asks a city, and export it.
#   sh examples/demo.sh             the sample town of data/
#   sh examples/demo.sh INPUT...    your own OpenStreetMap, CityGML or CityJSON files
#   CIM_DEMO_DIR=DIR                where results go (default: demo in the build folder)
set -eu
call_dir=$(pwd)
cd "$(dirname "$0")/.."
. examples/setup.sh
need_packages $BUILD_PACKAGES gdal-bin
build_libcim
out=${CIM_DEMO_DIR:-$BUILD/demo}
mkdir -p "$out"
city=$out/city.cim
cimtool=$BUILD/cimtool

title() { printf '\n== %s\n' "$*"; }

# Show a command as one would type it, then run it.  No answer (status 1) is an answer.
run()
{
    printf '$ cimtool'
    for a in "$@"; do
        case $a in
        "$city") a=city.cim ;;
        "$out"/*) a=${a##*/} ;;
        esac
        case $a in
        *[!A-Za-z0-9_./:,=-]*) printf ' "%s"' "$a" ;;
        *) printf ' %s' "$a" ;;
        esac
    done
    printf '\n'
    status=0
    "$cimtool" "$@" 2>&1 || status=$?
    [ "$status" -le 1 ]
}

# The id of the first object that an expression finds, or nothing.
first_id() { "$cimtool" query -q --limit 1 "$city" "$1" 2>/dev/null | sed -n '2s/ .*//p'; }

town=no
if [ $# = 0 ]; then
    town=yes
    set -- data/town-v3.gml.gz data/town.osm.pbf
else
    for f in "$@"; do # names are relative to where the command was given
        shift
        case $f in /*) ;; *) [ -e "$call_dir/$f" ] && f=$call_dir/$f ;; esac
        set -- "$@" "$f"
    done
fi

title "Import: everything into one file"
rm -f "$city"
run import --no-progress "$city" "$@"

if [ $town = yes ]; then
    title "Its water network out of EPANET, valves, connections and people out of tables, its power grid out of GeoJSON"
    run import --no-progress -q "$city" data/town-water.inp --source-crs 25832 --prefix inp:
    run import --no-progress -q "$city" data/town-water-valves.csv data/town-water-services.csv data/town-population.csv data/town-power.geojson.gz \
        --map data/town-water-valves.map.json --map data/town-water-services.map.json --map data/town-population.map.json --map data/town-power.map.json
fi

title "What is in it?"
run info "$city"

title "Which are the five tallest buildings?"
run query "$city" "class = 'Building' AND height_m IS NOT NULL" --sort height_m,desc --limit 5 --columns height_m,storeys,street,housenumber,same_as

title "Where are the hospitals, and by which street does one get there?"
run query "$city" "function = 'hospital'" --columns street,housenumber
hospital=$(first_id "function = 'hospital' AND class = 'Building'")
[ -n "$hospital" ] || hospital=$(first_id "function = 'hospital'")
if [ -n "$hospital" ]; then
    run get --no-geometry "$city" "$hospital"
    title "Which streets would feel a crane within 60 m of it, and which of them are one-way?"
    run query "$city" "class = 'Road' AND S_DWITHIN(geom, OBJECT('$hospital'), 60)" --columns function,maxspeed_kmh,oneway --limit 10
    run query "$city" "class = 'Road' AND oneway = 1 AND S_DWITHIN(geom, OBJECT('$hospital'), 300)" --count
fi

# Getting about: the road net is compiled into the city file once.
title "The road net, ready for quick answers"
run prepare "$city"
station=$(first_id "function = 'fire_station'")
if [ -n "$station" ] && [ -n "$hospital" ]; then
    title "The fire engine's way to the hospital, and the next best one"
    run route "$city" "$station" "$hospital" --profile emergency --alternatives 1 --steps
    title "How far does it get in two, four, eight minutes?"
    run isochrone "$city" "$station" --profile emergency --limits 120,240,480
    "$cimtool" isochrone "$city" "$station" --profile emergency --limits 120,240,480 --geojson >"$out/isochrones.geojson" 2>/dev/null || rm -f "$out/isochrones.geojson"
    title "Who goes, how likely in time, and what is then without a fire engine within five minutes?"
    run dispatch "$city" "$hospital" --units "function = 'fire_station'" --demand "class = 'Building'" --within 300
    title "The nearest hydrants, on foot"
    run nearest "$city" "$hospital" --among "class = 'Hydrant'" --profile foot -k 3
    street=$("$cimtool" get --no-geometry "$city" "$hospital" | sed -n 's/^  - type accesses, id \([^,]*\),.*/\1/p' | sed 1q)
    if [ -n "$street" ]; then
        title "Its street is dug up: what is cut off?"
        printf 'id,closed\n%s,1\n' "${street%#*}" >"$out/closures.csv"
        run traffic "$city" --traffic "$out/closures.csv" --watch "function = 'hospital'" --now 2026-01-31T08:00:00Z
    fi
fi

# Utility networks, and what hangs on them.
title "The utility networks, as far as they are known"
run trace "$city" report
if [ $town = yes ]; then
    title "A main bursts: which valves, and who is without water?"
    run trace "$city" isolate inp:link/P0293
    title "The ten pipes whose failure would cost the most people their water"
    run trace "$city" critical --network water --by people --top 10
    title "The whole picture, on one screen: supply, streets, crews"
    run impact "$city" --fail inp:link/P0293 -o "$out/impact.geojson" --overwrite
fi
if [ -n "$hospital" ] && [ -n "${street:-}" ]; then
    title "And if the street of the hospital is dug up?"
    run impact "$city" --close "$street"
fi

title "Schools and kindergartens with a fast road within 150 m"
school=$(first_id "function IN ('school', 'kindergarten') AND name IS NOT NULL")
if [ -n "$school" ]; then
    run query "$city" "class = 'Road' AND maxspeed_kmh >= 50 AND S_DWITHIN(geom, OBJECT('$school'), 150)" --columns maxspeed_kmh,lanes --limit 5
fi

title "Cameras: how many, and how many hang on a building?"
run query "$city" "class = 'Camera'" --count
run query "$city" "class = 'Camera' AND mounted_on.class = 'Building'" --columns ref,mounted_on,mounted_on.name --limit 5

if [ $town = yes ]; then
    title "What of the streets do they really see, behind the houses?"
    run cover "$city" --angle view --roads "layer = 'road'"
    "$cimtool" cover "$city" --angle view --roads "layer = 'road'" --geojson >"$out/cameras.geojson" 2>/dev/null
    title "Where on which walls would the next three see most of the lanes?"
    run place "$city" --by sight --along-walls 40 --demand "function IN ('pedestrian', 'living_street', 'residential')" --within 60m -n 3 --fixed "class = 'Camera'"
    title "When does the sun reach the hospital on the shortest day?"
    run sun "$city" "$hospital" --from 2026-12-21T00:00:00Z --to 2026-12-22T00:00:00Z

    title "A week of what the sensors measured"
    run observe "$city" data/town-sensors.json.gz
    run observe "$city" --property NO2 --rollup 1d
    title "What would have raised an alarm?"
    run watch "$city" --rules data/town-rules.json --replay 2024-05-13T00:00:00Z/2024-05-20T00:00:00Z
    title "Most people within 500 m of where the air is measured: where does the next station go?"
    run place "$city" --by air --grid 100 --demand "layer = 'building'" --weight population --within 500m -n 1 --fixed "function = 'air_quality'"
    title "A second fire station: who is reached within two minutes now, and with one more?"
    run serve "$city" --facilities "function = 'fire_station'" --demand "layer = 'building'" --weight population --within 120s --profile emergency
    run place "$city" --by road --profile emergency --candidates "class = 'Building' AND area_m2 > 300" --demand "layer = 'building'" --weight population --within 120s -n 1 --fixed "function = 'fire_station'"
fi

title "How many buildings did two sources know, and were found to be one?"
run query "$city" "class = 'Building' AND same_as IS NOT NULL" --count

title "Is the file sound?"
run check "$city"

title "To look at"
set -- # layers of results
for layer in isochrones impact; do
    [ -s "$out/$layer.geojson" ] && set -- "$@" --layer "$out/$layer.geojson"
done
run plot "$city" --overwrite --color-by height_m --classes jenks:5 --title "Heights of buildings in metres" -o "$out/map.svg"
run view "$city" --overwrite "$@" --title "${city##*/}" -o "$out/city.html"

title "For other programs"
run export "$city" --overwrite --class Building -o "$out/buildings.geojson"
run export "$city" --overwrite -o "$out/city.gpkg"
run export "$city" --overwrite -o "$out/city.city.json"
ls -l "$out" | awk 'NR > 1 { printf "%12d  %s\n", $5, $NF }'
printf '\n%s opens in QGIS as it is; so does city.gpkg, which any GIS reads. Results: %s\n' "city.cim" "$out"
printf 'The map: %s/city.html (any browser, no network) and %s/map.svg\n' "$out" "$out"
