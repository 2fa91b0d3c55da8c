#!/bin/sh
# The binary interface is the one that was agreed to: abidiff against tests/abi/libcim.abi says nothing at all (exit 4, "changed compatibly", is also what
# it says of a widened parameter), constants, sizes and offsets are those of tests/abi/constants.txt, names those of man/symbols-in-versions, and modules
# show nothing but their entry.  Who changes the interface runs `make update-abi` and commits the difference that review sees.
abi=$CIM_SOURCE/tests/abi
lib=$CIM_BUILD/.libs/libcim.so
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
echo "1..6"
n=0
result() { n=$((n + 1)); if [ -s "$temp/bad" ]; then head -n 20 "$temp/bad" | sed 's/^/# /'; echo "not ok $n - $1"; else echo "ok $n - $1"; fi; : >"$temp/bad"; }
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }
: >"$temp/bad"

name="abidiff sees no difference to tests/abi/libcim.abi"
if ! command -v abidw >/dev/null || ! command -v abidiff >/dev/null; then skip "$name" "abigail-tools is not installed"
elif [ -n "$CIM_SANITIZED" ] || [ ! -e "$lib" ]; then skip "$name" "no plain shared library in this build"
elif ! readelf -S "$lib" | grep -q '\.debug_info'; then skip "$name" "built without -g: abidiff would see nothing"
elif ! sh "$abi/dump.sh" "$lib" "$CIM_SOURCE/include" >"$temp/now.abi" 2>"$temp/bad"; then result "$name"
else
    : >"$temp/bad"
    abidiff --no-corpus-path "$abi/libcim.abi" "$temp/now.abi" >"$temp/diff" 2>&1 || { cat "$temp/diff"; echo "make update-abi accepts this"; } >"$temp/bad"
    result "$name"
fi

# The dump is no empty one: it must tell a library with a function less.
name="the dump has every function of lib/libcim.map"
sed -n 's/^[[:space:]]*\(cim_[a-z0-9_]*\);$/\1/p' "$CIM_SOURCE/lib/libcim.map" | while read -r f; do grep -q "elf-symbol name='$f' " "$abi/libcim.abi" || echo "$f is missing (make update-abi)"; done >"$temp/bad"
result "$name"

name="constants, sizes and offsets are those of tests/abi/constants.txt"
if ! command -v python3 >/dev/null; then skip "$name" "python3 is not installed"
else
    python3 "$abi/constants.py" "$CIM_SOURCE/include" >"$temp/constants.c" && ${CC:-cc} -I"$CIM_SOURCE/include" "$temp/constants.c" -o "$temp/constants" 2>"$temp/bad" &&
        "$temp/constants" >"$temp/constants.txt" && { diff "$abi/constants.txt" "$temp/constants.txt" >"$temp/bad" || echo "make update-abi accepts this" >>"$temp/bad"; }
    result "$name"
fi

name="man/symbols-in-versions has every public name"
if ! command -v python3 >/dev/null; then skip "$name" "python3 is not installed"
else
    python3 "$abi/versions.py" "$CIM_SOURCE/include" "$CIM_SOURCE/man/symbols-in-versions" >"$temp/versions" 2>"$temp/bad" &&
        { diff "$CIM_SOURCE/man/symbols-in-versions" "$temp/versions" >"$temp/bad" || echo "make update-abi accepts this" >>"$temp/bad"; }
    result "$name"
fi

sed -n 's/^[[:space:]]*\(cim_[a-z0-9_]*\);$/\1/p' "$CIM_SOURCE/lib/libcim.map" | while read -r f; do grep -q "^$f [0-9]*\.[0-9]*$" "$CIM_SOURCE/man/symbols-in-versions" || echo "$f"; done >"$temp/bad"
result "every function of the map has its version"

if [ -n "$CIM_SANITIZED" ] || [ ! -e "$lib" ]; then skip "modules export only their entry" "no plain shared library in this build"
else
    for m in cim_spatialite:cim_module_spatialite cim_gdal:cim_module_gdal cim_proj:cim_module_proj mod_cim:sqlite3_modcim_init; do
        have=$(nm -D --defined-only "$CIM_BUILD/.libs/${m%:*}.so" | awk '$2 != "A" && $3 !~ /^_(_bss_start|edata|end)$/ { print $3 }' | tr '\n' ' ')
        [ "$have" = "${m#*:} " ] || echo "${m%:*}.so exports $have"
    done >"$temp/bad"
    result "modules export only their entry"
fi
