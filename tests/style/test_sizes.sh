#!/bin/sh
# No function over 150 lines or complexity 25, no file over 1,200 lines; prints the medians.
command -v pmccabe >/dev/null || { echo "1..0 # SKIP pmccabe is not installed"; exit 0; }
cd "$CIM_SOURCE" || exit 99
echo "1..3"
all=$(find lib include tests examples bindings -name '*.c' -o -name '*.h' | grep -v '/corpus/')
report=$(pmccabe $(find lib tests -name '*.c') 2>/dev/null)
printf '%s\n' "$report" | sort -n -k5 | awk '{ n++; v[n] = $5 } END { print "# " n " functions, lines: median " v[int((n + 1) / 2)] ", p90 " v[int(n * 0.9)] ", max " v[n] }'
bad=$(printf '%s\n' "$report" | awk '$1 > 25 { print $NF " " $(NF-1) ": complexity " $1 }')
if [ -z "$bad" ]; then echo "ok 1 - complexity at most 25"; else echo "$bad" | sed 's/^/# /'; echo "not ok 1 - complexity at most 25"; fi
bad=$(printf '%s\n' "$report" | awk '$5 > 150 { print $NF " " $(NF-1) ": " $5 " lines" }')
if [ -z "$bad" ]; then echo "ok 2 - functions of at most 150 lines"; else echo "$bad" | sed 's/^/# /'; echo "not ok 2 - functions of at most 150 lines"; fi
bad=$(wc -l $all | awk '$2 != "total" && $1 > 1200 { print $2 ": " $1 " lines" }')
if [ -z "$bad" ]; then echo "ok 3 - files of at most 1,200 lines"; else echo "$bad" | sed 's/^/# /'; echo "not ok 3 - files of at most 1,200 lines"; fi
