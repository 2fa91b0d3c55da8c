#!/bin/sh
# Install into a staging folder, then use it as a user would: see installed.sh.
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP sanitizers need the whole program"; exit 0; }
root=$(mktemp -d) || exit 99
trap 'rm -rf "$root"' EXIT
make -s -C "$CIM_BUILD" install DESTDIR="$root" >"$root/log" 2>&1 || { sed 's/^/# /' "$root/log" | tail -n 10; echo "1..1"; echo "not ok 1 - make install"; exit 1; }
CIM_ROOT=$root sh "$CIM_SOURCE/tests/installed/installed.sh" || true # the lines say what failed
