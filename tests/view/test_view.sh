#!/bin/sh
# The page of cimtool view in a browser.
[ -z "$CIM_QUICK$CIM_SANITIZED" ] || { echo "1..0 # SKIP a repeat of the suite"; exit 0; }
[ -n "$(command -v python3)" ] || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
cd "$CIM_SOURCE/tests/view" || exit 99
PYTHONDONTWRITEBYTECODE=1 exec python3 test_view.py
