#!/bin/sh
# Install what is missing, build, run all tests.  The last line is "N passed, N failed".
#   CIM_DATA=DIR        the large data collection (default: ../shared/data beside the project); tests that need it are skipped without
#   CIM_BUILD_DIR=DIR   where to build (default: build)
#   CIM_QUICK=1         a fifth of the random cases; also under sanitizers
#   CIM_TESTS="..."     only these test programs, e.g. "tests/unit/index/test_live tests/unit/index/test_index"
set -eu
cd "$(dirname "$0")/.."
. examples/setup.sh
need_packages $BUILD_PACKAGES $TEST_PACKAGES
grep -q 'HAVE_CMOCKA_TRUE"\]=""' "${CIM_BUILD_DIR:-build}/config.status" 2>/dev/null || reconfigure=yes # made before the test packages were there
build_libcim
say "testing"
status=0
if [ -n "${CIM_TESTS:-}" ]; then set -- TESTS="$CIM_TESTS" check_PROGRAMS="$CIM_TESTS"; else set --; fi
make -s -C "$BUILD" -j"$(nproc)" check "$@" >"$BUILD/check.log" 2>&1 || status=$?
for test in $(sed -nE 's/^(FAIL|ERROR|XPASS): ([^ ]*).*/\2/p' "$BUILD/check.log" | sort -u); do
    echo "-- $test"
    grep -vE '^(ok|PASS:) ' "$BUILD/${test%.sh}.log" | tail -n 8
done
grep -hE '^(ok .*# SKIP|# skipped)' $(find "$BUILD/tests" -name '*.log') 2>/dev/null | sed 's/^ok [0-9]* *//' | sort | uniq -c | head -n 20 || true
if ! grep -q '^# TOTAL:' "$BUILD/check.log"; then tail -n 20 "$BUILD/check.log"; fi
count() { sed -n "s/^# $1: *\([0-9]*\)$/\1/p" "$BUILD/check.log" | awk '{ n += $1 } END { print n + 0 }'; }
echo "the slowest:"
find "$BUILD/tests" -name '*.log' -exec sed -n "s|^# took \(.*\) s$|\1 s  {}|p" {} \; | sort -rn | head -n 5 | sed "s|$BUILD/||"
failed=$(($(count FAIL) + $(count ERROR) + $(count XPASS)))
[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
echo "$(count SKIP) skipped"
echo "$(count PASS) passed, $failed failed"
[ "$failed" = 0 ]
