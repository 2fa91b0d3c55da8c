#!/bin/sh
# Every public function has a comment block that says what it returns, its thread rule, cost and since when; every status it names exists.
cd "$CIM_SOURCE/include/cim" || exit 99
echo "1..2"
bad=$(awk '
    FNR == 1 { block = "" }
    /^\/\*\*/ { block = ""; inside = 1 }
    inside { block = block "\n" $0 }
    /\*\// { inside = 0 }
    /^CIM_API / {
        name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
        if (block !~ /@return/) print FILENAME ": " name ": no @return"
        if (block !~ /Thread rule:/) print FILENAME ": " name ": no thread rule"
        if (block !~ /Cost:/) print FILENAME ": " name ": no cost"
        if (block !~ /Since [0-9]/) print FILENAME ": " name ": no since"
        block = ""
    }' *.h)
if [ -z "$bad" ]; then echo "ok 1 - functions are documented"; else echo "$bad" | sed 's/^/# /'; echo "not ok 1 - functions are documented"; fi
known=$(sed -n 's/^ *X(\([A-Z]*\), .*/CIM_\1/p' base.h)
bad=$(grep -ohE 'CIM_(E[A-MO-Z][A-Z]+|ENO[A-Z]+|OK|DONE)\b' *.h | sort -u | while read -r s; do echo "$known" | grep -qx "$s" || echo "$s is no status"; done)
if [ -z "$bad" ]; then echo "ok 2 - statuses that comments name exist"; else echo "$bad" | sed 's/^/# /'; echo "not ok 2 - statuses that comments name exist"; fi
