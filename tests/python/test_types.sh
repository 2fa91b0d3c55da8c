#!/bin/sh
# The types of the bindings hold (mypy), and every name that is public is there at run time.
. "$CIM_SOURCE/tests/python/python.sh"
command -v mypy >/dev/null || { echo "1..0 # SKIP mypy is not installed"; exit 0; }
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP nothing that sanitizers see"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
echo "1..1"
if mypy --cache-dir="$temp" cim >"$temp/log" 2>&1; then echo "ok 1 - mypy"; else sed 's/^/# /' "$temp/log"; echo "not ok 1 - mypy"; fi
