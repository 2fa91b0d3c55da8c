#!/bin/sh
# The library exports exactly the names of lib/libcim.map, the headers declare exactly these, and the soname is right.
lib=$CIM_BUILD/.libs/libcim.so
[ -e "$lib" ] || { echo "1..0 # SKIP no shared library in this build"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
echo "1..4"
sed -n 's/^[[:space:]]*\(cim_[a-z0-9_]*\);$/\1/p' "$CIM_SOURCE/lib/libcim.map" | sort >"$temp/map"
nm -D --defined-only "$lib" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$temp/exported"
cat "$CIM_SOURCE"/include/cim/*.h | grep -oE '^CIM_API [^(]*\(' | grep -oE 'cim_[a-z0-9_]*\(' | tr -d '(' | sort >"$temp/declared"
if diff "$temp/map" "$temp/exported" >"$temp/diff"; then echo "ok 1 - exports are those of the map"; else sed 's/^/# /' "$temp/diff"; echo "not ok 1 - exports are those of the map"; fi
if diff "$temp/map" "$temp/declared" >"$temp/diff"; then echo "ok 2 - declarations are those of the map"; else sed 's/^/# /' "$temp/diff"; echo "not ok 2 - declarations are those of the map"; fi
if sort -c "$temp/map" 2>/dev/null && sed -n 's/^[[:space:]]*\(cim_[a-z0-9_]*\);$/\1/p' "$CIM_SOURCE/lib/libcim.map" | LC_ALL=C sort -c 2>/dev/null; then echo "ok 3 - the map is sorted"; else echo "not ok 3 - the map is sorted"; fi
if readelf -d "$lib" | grep -q 'SONAME.*\[libcim\.so\.0\]'; then echo "ok 4 - soname is libcim.so.0"; else echo "not ok 4 - soname is libcim.so.0"; fi
