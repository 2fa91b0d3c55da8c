# python.sh - sourced by the tests of the Python bindings: finds an interpreter ($python, with numpy where one has it) and the library of this build.
cd "$CIM_SOURCE/bindings/python" || exit 99
python=
for p in ${CIM_PYTHON:-} /usr/bin/python3 python3; do
    command -v "$p" >/dev/null && "$p" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || continue
    [ -n "$python" ] || python=$p
    if "$p" -c 'import numpy' 2>/dev/null; then python=$p; break; fi
done
[ -n "$python" ] || { echo "1..0 # SKIP no python3"; exit 0; }
CIM_LIBRARY=$CIM_BUILD/.libs/libcim.so.0
[ -e "$CIM_LIBRARY" ] || { echo "1..0 # SKIP no shared library in this build"; exit 0; }
PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=$CIM_SOURCE/bindings/python
export CIM_LIBRARY PYTHONDONTWRITEBYTECODE PYTHONPATH
preload=
if [ -n "$CIM_SANITIZED" ]; then # the library's sanitizers must be in the program before the library
    preload="$(${CC:-cc} -print-file-name=libasan.so) $(${CC:-cc} -print-file-name=libubsan.so) $(${CC:-cc} -print-file-name=libstdc++.so)"
    ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" # Python keeps what it has until it ends
    export ASAN_OPTIONS
fi
