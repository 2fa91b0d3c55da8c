#!/bin/sh
# What is installed, used as a user would: examples compiled with pkg-config in C and in C++, run against the installed library; the extension in sqlite3,
# manual pages, completion.  Called by make installcheck and by test_installed.sh.  CIM_ROOT: DESTDIR.  Prints TAP; the status says whether all is well.
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
n=0
failed=0
check()
{
    status=$1
    n=$((n + 1))
    if [ "$status" = 0 ]; then echo "ok $n - $2"; else
        [ ! -s "$temp/log" ] || tail -n 10 "$temp/log" | sed 's/^/# /'
        echo "not ok $n - $2"
        failed=1
    fi
}
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
value() { sed -n "s/^$1=//p" "$CIM_BUILD/libcim.pc"; }
prefix=$(value prefix)
libdir=$(value libdir | sed "s|\${exec_prefix}|$prefix|")
share=$CIM_ROOT$prefix/share
export PKG_CONFIG_PATH="$CIM_ROOT$libdir/pkgconfig"
[ -z "$CIM_ROOT" ] || export PKG_CONFIG_SYSROOT_DIR="$CIM_ROOT"
export LD_LIBRARY_PATH="$CIM_ROOT$libdir" CIM_MODULE_PATH="$CIM_ROOT$libdir/libcim"
cimtool=$CIM_ROOT$prefix/bin/cimtool
data=$CIM_SOURCE/data
examples="e01_hello_city e02_index e03_query e04_live e05_route e06_route_and_trace"
echo "1..$((2 * $(echo "$examples" | wc -w) + 7))"

# What the examples are given.
"$cimtool" import -q -c 25832 "$temp/town.cim" "$data/town.osm.pbf" "$data/town-v3.gml.gz" >"$temp/log" 2>&1 &&
    "$cimtool" import -q --prefix inp: "$temp/town.cim" "$data/town-water.inp" >>"$temp/log" 2>&1 &&
    "$cimtool" import -q --map "$data/town-water-valves.map.json" "$temp/town.cim" "$data/town-water-valves.csv" >>"$temp/log" 2>&1
check $? "the installed cimtool makes a city"

arguments()
{
    case $1 in
    e01*) echo "$temp/town.cim osm:relation/71000030" ;;
    e03*) echo "$temp/town.cim class='Hydrant'" ;;
    e06*) echo "$temp/town.cim osm:way/4100000306 osm:relation/71000030 inp:link/P0050" ;;
    esac
}
run()
{
    (cd "$temp" && "$1" $2) >"$temp/out" 2>"$temp/log" && [ -s "$temp/out" ]
}
flags=$(pkg-config --cflags --libs libcim)
for e in $examples; do
    ${CC:-cc} -std=c11 "$CIM_SOURCE/examples/$e.c" $flags -lm -o "$temp/$e" >"$temp/log" 2>&1 && run "$temp/$e" "$(arguments $e)"
    check $? "$e compiles as C with pkg-config, and runs"
done
cp "$temp/out" "$temp/e06.out"
cxx=$(command -v g++ || command -v clang++ || command -v c++)
for e in $examples; do
    if [ -z "$cxx" ]; then skip "$e in C++" "no C++ compiler"; continue; fi
    $cxx -std=c++17 -x c++ "$CIM_SOURCE/examples/$e.c" -x none $flags -lm -o "$temp/$e++" >"$temp/log" 2>&1 && run "$temp/$e++" "$(arguments $e)"
    check $? "$e compiles as C++ with pkg-config, and runs"
done

# As cimtool says: what was written from the manual alone.
"$cimtool" trace "$temp/town.cim" isolate P0050 -n water --json >"$temp/want" 2>"$temp/log"
shut=$(grep -o '"shut":\[[^]]*\]' "$temp/want" | grep -o '"device":' | wc -l)
grep -q "^$shut devices to shut" "$temp/e06.out" && grep -q '^484 m in ' "$temp/e06.out"
check $? "e06 gives what cimtool gives"
ldd "$temp/e02_index" >"$temp/log" && grep -q "libcim.so.0 => $CIM_ROOT$libdir" "$temp/log"
check $? "with the installed library"
ls "$CIM_ROOT$libdir/libcim/" >"$temp/log" 2>&1 && grep -q cim_spatialite.so "$temp/log" && grep -q cim_gdal.so "$temp/log"
check $? "modules are installed"
if command -v sqlite3 >/dev/null; then
    sqlite3 -cmd ".load mod_cim" "$temp/town.cim" "SELECT round(length_m) FROM cim_route('osm:way/4100000306', 'osm:relation/71000030')" >"$temp/log" 2>&1 && grep -qx '484.0' "$temp/log"
    check $? "mod_cim is found by its name"
else skip "mod_cim is found by its name" "sqlite3 is not installed"; fi
: >"$temp/log"
ls "$share/man/man1/cimtool.1" "$share/man/man7/cim.7" "$share/man/man7/cim-sql.7" >"$temp/log" 2>&1 &&
    { ! command -v python3 >/dev/null || { [ -e "$share/man/man3/cim-net.3" ] && grep -q '^.so man3/cim-net.3' "$share/man/man3/cim_net_route_find.3"; }; }
check $? "manual pages are installed, of functions too"
bash -n "$share/bash-completion/completions/cimtool" 2>"$temp/log" && [ -s "$share/zsh/site-functions/_cimtool" ]
check $? "completion is installed"
exit $failed
