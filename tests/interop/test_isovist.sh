#!/bin/sh
# Isovists beside CGAL's exact triangular expansion, where CGAL is installed: a driver is compiled for this test alone.
[ -z "$CIM_QUICK" ] || { echo "1..0 # SKIP a repeat: CIM_QUICK is set"; exit 0; }
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP the library is sanitized"; exit 0; }
cxx=${CXX:-g++}
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
kernel=Exact_predicates_exact_constructions_kernel
printf '#include <CGAL/%s.h>\nint main() { return CGAL::%s::FT(0) > 0; }\n' $kernel $kernel >"$temp/have.cc"
$cxx -std=c++17 -w "$temp/have.cc" -o "$temp/have" -lgmp -lmpfr 2>/dev/null || { echo "1..0 # SKIP CGAL is not installed"; exit 0; }
echo "1..1"
$cxx -std=c++17 -O1 -w -I"$CIM_SOURCE/include" "$CIM_SOURCE/tests/interop/cgal_isovist.cc" -o "$temp/driver" \
    -L"$CIM_BUILD/.libs" -lcim -lgmp -lmpfr 2>"$temp/log" ||
    { sed 's/^/# /' "$temp/log" | head -20; echo "not ok 1 - the driver compiles"; exit 0; }
LD_LIBRARY_PATH="$CIM_BUILD/.libs:$LD_LIBRARY_PATH" "$temp/driver" || echo "not ok 1 - the driver failed"
