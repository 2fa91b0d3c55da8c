#!/bin/sh
# The pages of section 3: made anew from the headers they are the same, every function has one, with the names of its parameters and every status
# its header names, and they are well-formed.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
n=0
result() { n=$((n + 1)); if [ -s "$temp/bad" ]; then head -n 20 "$temp/bad" | sed 's/^/# /'; echo "not ok $n - $1"; else echo "ok $n - $1"; fi; : >"$temp/bad"; }
: >"$temp/bad"
echo "1..4"
pages=$CIM_BUILD/man/man3
python3 "$CIM_SOURCE/man/headers3.py" "$CIM_SOURCE/include" "$temp/man3" 2>"$temp/bad"
diff -r -x made "$temp/man3" "$pages" >>"$temp/bad" 2>&1
result "pages are those of the headers (make man/man3/made)"
sed -n 's/^[[:space:]]*\(cim_[a-z0-9_]*\);$/\1/p' "$CIM_SOURCE/lib/libcim.map" | while read -r f; do
    grep -q '^\.so man3/cim-[a-z]*\.3$' "$pages/$f.3" 2>/dev/null && grep -q "^\.Ss $f$" "$CIM_BUILD/man/$(sed 's/^\.so //' "$pages/$f.3")" || echo "$f has no page"
done >"$temp/bad"
result "every function has a page"
python3 - "$CIM_SOURCE/include/cim" "$pages" >"$temp/bad" <<'P'
import re, sys
from pathlib import Path
# Read another way than by the maker of the pages: parameters from the prototype, statuses from the comment above it.
for header in sorted(Path(sys.argv[1]).glob("*.h")):
    lines = header.read_text().split("\n")
    page = (Path(sys.argv[2]) / f"cim-{header.stem}.3").read_text()
    for i, line in enumerate(lines):
        if not line.startswith("CIM_API "): continue
        end = next(k for k in range(i, len(lines)) if lines[k].rstrip().endswith(";"))
        prototype = " ".join(lines[i:end + 1])
        begin = max(k for k in range(i) if lines[k].startswith("/**"))
        comment = " ".join(lines[begin:i])
        name = re.search(r"(cim_\w+)\(", prototype)[1]
        part = page.split(f"\n.Ss {name}\n", 1)[1].split("\n.Ss ", 1)[0]
        wanted = set(re.findall(r"(\w+)(?:\[\d*\])?\s*[,)]", prototype.split("(", 1)[1])) - {"void"} | set(re.findall(r"\bCIM_E[A-Z]+|\bCIM_OK\b|\bCIM_DONE\b", comment))
        wanted |= {w for w in ("Thread rule:", "Cost:", "Since ") if w in comment}
        for word in sorted(wanted):
            if word not in part: print(f"cim-{header.stem}.3: {name}: {word} is missing")
P
result "pages name parameters, statuses, thread rule, cost and version"
if command -v mandoc >/dev/null; then
    for f in "$pages"/cim-*.3; do mandoc -T lint -W warning "$f" 2>&1; done | grep -vE 'referenced manual not found|cross reference to self|new sentence, new line' >"$temp/bad"
    (cd "$CIM_BUILD/man" && mandoc man3/cim_net_route_find.3 | grep -q 'The quickest route between two places') || echo "cim_net_route_find.3 leads nowhere" >>"$temp/bad"
fi
result "pages are well-formed, and links lead there"
