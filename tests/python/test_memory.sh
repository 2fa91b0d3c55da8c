#!/bin/sh
# Lifetimes once more with the allocator of ASan, and under valgrind: views that outlive their city, use after close, threads.
. "$CIM_SOURCE/tests/python/python.sh"
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP test_bindings.sh does it with sanitizers"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
"$python" -c 'import sys; from tests import support; import shutil; shutil.copy(support.town(), sys.argv[1]); support.clean()' \
    "$temp/town.cim" || exit 99
CIM_TOWN=$temp/town.cim
export CIM_TOWN
echo "1..2"
tests="tests.test_life.Views.test_slices_outlive_their_city tests.test_life.Views.test_owner_goes_with_its_last_view
    tests.test_life.Closed.test_use_after_close_raises"
CIM_TEST_PLAIN=1
PYTHONMALLOC=malloc
export CIM_TEST_PLAIN PYTHONMALLOC
asan=$(${CC:-cc} -print-file-name=libasan.so 2>/dev/null)
if [ ! -e "$asan" ]; then
    echo "ok 1 - with the allocator of ASan # SKIP no libasan"
elif ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$asan $(${CC:-cc} -print-file-name=libstdc++.so)" \
    "$python" -m tests $tests tests.test_life.Views tests.test_life.Threads >"$temp/asan" 2>&1; then
    echo "ok 1 - with the allocator of ASan"
else
    grep -v '^ok' "$temp/asan" | tail -n 30 | sed 's/^/# /'
    echo "not ok 1 - with the allocator of ASan"
fi
if ! command -v valgrind >/dev/null; then
    echo "ok 2 - under valgrind # SKIP no valgrind"
    exit
fi
valgrind -q --error-exitcode=0 --log-file="$temp/valgrind" "$python" -m tests $tests >"$temp/out" 2>&1
status=$?
# Errors with a frame of the library; those of the interpreter alone are not ours.
bad=$(awk 'function show() { if (block ~ /libcim/) print block; block = "" }
    /^==[0-9]*== $/ { show(); next } { block = block "\n" $0 } END { show() }' "$temp/valgrind" | head -n 40)
if [ "$status" = 0 ] && [ -z "$bad" ]; then
    echo "ok 2 - under valgrind"
else
    grep -v '^ok' "$temp/out" | tail -n 20 | sed 's/^/# /'
    printf '%s\n' "$bad" | sed 's/^/# /'
    echo "not ok 2 - under valgrind"
fi
