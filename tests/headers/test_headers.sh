#!/bin/sh
# Every public header compiles alone and twice, in C99, C11, C++11 and C++17.
cd "$CIM_SOURCE/include" || exit 99
cc=${CC:-cc}
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
headers=$(ls cim.h cim/*.h)
echo "1..$(echo "$headers" | wc -l)"
n=0
for h in $headers; do
    n=$((n + 1))
    printf '#include "%s"\n#include "%s"\nint main(void) { return 0; }\n' "$h" "$h" >"$temp/t.c"
    cp "$temp/t.c" "$temp/t.cpp"
    ok=yes
    for std in c99 c11; do
        $cc -std=$std -pedantic-errors -Wall -Wextra -Wundef -Wstrict-prototypes -Werror -I. -fsyntax-only "$temp/t.c" 2>"$temp/log" || { ok=no; sed 's/^/# /' "$temp/log"; }
    done
    if command -v g++ >/dev/null; then
        for std in c++11 c++17; do
            g++ -std=$std -pedantic-errors -Wall -Wextra -Wundef -Werror -I. -fsyntax-only "$temp/t.cpp" 2>"$temp/log" || { ok=no; sed 's/^/# /' "$temp/log"; }
        done
    fi
    [ $ok = yes ] && echo "ok $n - $h" || echo "not ok $n - $h"
done
