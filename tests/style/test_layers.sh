#!/bin/sh
# lib/layers.txt against the #include lines: arrows between modules only as listed, foreign headers only in their adapters.
cd "$CIM_SOURCE/lib" || exit 99
echo "1..2"
bad=$(grep -rn --include='*.c' --include='*.h' '^#include "[a-z_]*/' . | sed 's|^\./||' | awk -F: '
    BEGIN {
        while ((getline line < "layers.txt") > 0) {
            if (line ~ /^[a-z]/) { split(line, part, ":"); n = split(part[2], below, " "); known[part[1]] = 1; for (i = 1; i <= n; i++) may[part[1], below[i]] = 1 }
        }
    }
    {
        split($1, path, "/"); from = path[1]
        match($3, /"[a-z_]*\//); to = substr($3, RSTART + 1, RLENGTH - 2)
        if (to == "cim" || to == from) next
        if (!(from in known)) print $1 ":" $2 ": module " from " is not in layers.txt"
        else if (!((from, to) in may)) print $1 ":" $2 ": " from " may not include " to
    }')
if [ -z "$bad" ]; then echo "ok 1 - modules include only what layers.txt allows"; else echo "$bad" | sed 's/^/# /'; echo "not ok 1 - modules include only what layers.txt allows"; fi
bad=$(sed -n 's/^!\([^:]*\): */\1 /p' layers.txt | while read -r header files; do
    pattern=$(printf '%s' "$header" | sed 's/[.]/\\./g; s/\*/.*/')
    grep -rln --include='*.c' --include='*.h' "^#include <$pattern>" . | sed 's|^\./||' | while read -r file; do
        case " $files " in *" $file "*) ;; *) echo "$file includes <$header>" ;; esac
    done
done)
if [ -z "$bad" ]; then echo "ok 2 - foreign headers stay in their adapters"; else echo "$bad" | sed 's/^/# /'; echo "not ok 2 - foreign headers stay in their adapters"; fi
