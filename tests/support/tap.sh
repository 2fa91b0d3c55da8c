#!/bin/sh
# Run a test program; cmocka 1.1 reports skipped tests as "not ok # SKIP", which the TAP reader would count as failed.
out=$(mktemp) || exit 99
"$@" >"$out" 2>&1
status=$?
sed 's/^not ok \([0-9]*\) # SKIP/ok \1 # SKIP/' "$out"
rm -f "$out"
exit $status
