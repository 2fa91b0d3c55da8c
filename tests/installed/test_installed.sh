#!/bin/sh
# Install into a staging folder, then build and run an example as a user would: by pkg-config, against the installed library.
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
echo "1..5"
[ -z "$CIM_SANITIZED" ] || { for i in 1 2 3 4 5; do echo "ok $i - # SKIP sanitizers need the whole program"; done; exit 0; }
check() { if [ "$2" = 0 ]; then echo "ok $1 - $3"; else sed 's/^/# /' "$temp/log" | tail -n 10; echo "not ok $1 - $3"; fi; }
make -s -C "$CIM_BUILD" install DESTDIR="$temp/root" >"$temp/log" 2>&1
check 1 $? "make install"
libdir=$(sed -n 's/^libdir=//p' "$CIM_BUILD/libcim.pc" | sed "s|\${exec_prefix}|$(sed -n 's/^prefix=//p' "$CIM_BUILD/libcim.pc")|")
export PKG_CONFIG_PATH="$temp/root$libdir/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$temp/root"
${CC:-cc} "$CIM_SOURCE/examples/e02_index.c" $(pkg-config --cflags --libs libcim) -lm -o "$temp/example" >"$temp/log" 2>&1
check 2 $? "an example compiles with pkg-config"
LD_LIBRARY_PATH="$temp/root$libdir" "$temp/example" >"$temp/log" 2>&1 && grep -q '^9 boxes in the window' "$temp/log"
check 3 $? "and runs"
LD_LIBRARY_PATH="$temp/root$libdir" ldd "$temp/example" | grep -q "libcim.so.0 => $temp/root"
check 4 $? "with the installed library"
ls "$temp/root$libdir/libcim/" >"$temp/log" 2>&1 && grep -q cim_spatialite.so "$temp/log" && [ -e "$temp/root$(sed -n 's/^prefix=//p' "$CIM_BUILD/libcim.pc")/share/man/man1/cimtool.1" ]
check 5 $? "modules and manual are installed"
