#!/bin/sh
# mod_cim in SQLite: every function gives what cimtool --json gives, by the sqlite3 program and by Python's sqlite3; what is wrong is one line; what a
# file's schema may not do it cannot; an interrupt ends a call; a change of the file is seen.
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP sanitizers need the whole program"; exit 0; }
[ -e "$CIM_BUILD/.libs/mod_cim.so" ] || { echo "1..0 # SKIP no shared library in this build"; exit 0; }
python=
for p in python3 /usr/bin/python3; do
    command -v $p >/dev/null && $p -c 'import sqlite3; sqlite3.connect(":memory:").enable_load_extension(True)' 2>/dev/null && { python=$p; break; }
done
[ -n "$python" ] || command -v sqlite3 >/dev/null || { echo "1..0 # SKIP neither sqlite3 nor a Python that loads extensions is installed"; exit 0; }
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
export LD_LIBRARY_PATH="$CIM_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
exec ${python:-python3} "$CIM_SOURCE/tests/sql/test_sql.py" "$CIM_BUILD" "$CIM_SOURCE/data" "${python:+python}" "$(command -v sqlite3)"
