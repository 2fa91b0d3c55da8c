#!/bin/sh
# The manual against the program: a page for every verb, every option of a verb in its page and the reverse, lint, names of layers, classes and
# relations in cim-city(5), and every example runs.
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
cd "$CIM_SOURCE/man" || exit 99
tool=$CIM_BUILD/cimtool
n=0
result() { n=$((n + 1)); if [ -s "$temp/bad" ]; then sed 's/^/# /' "$temp/bad"; echo "not ok $n - $1"; else echo "ok $n - $1"; fi; : >"$temp/bad"; }
: >"$temp/bad"
echo "1..5"

"$tool" --json-usage >"$temp/usage.json" || exit 99
python3 - "$temp/usage.json" >>"$temp/bad" <<'P'
import json, re, sys
usage = json.load(open(sys.argv[1]))
common = None
for verb in usage["verbs"]:
    try:
        page = open(f"cimtool-{verb['name']}.1").read()
    except OSError:
        print(f"no page cimtool-{verb['name']}.1")
        continue
    general = open("cimtool.1").read()
    named = set(re.findall(r"Fl -([a-z0-9-]+)", page))
    options = {o["name"] for o in verb["options"]}
    for option in sorted(options - named - set(re.findall(r"Fl -([a-z0-9-]+)", general))):
        print(f"cimtool-{verb['name']}.1: option --{option} is missing")
    for option in sorted(named - options - {"sources"}):
        print(f"cimtool-{verb['name']}.1: there is no option --{option}")
    for o in verb["options"]:
        if o.get("letter") and o["name"] in named and not re.search(rf"Fl {o['letter']}\b", page):
            print(f"cimtool-{verb['name']}.1: -{o['letter']} is missing")
P
result "verbs and options are in the manual"

if command -v mandoc >/dev/null; then for f in *.[1-8]; do mandoc -T lint -W warning "$f" 2>&1 | grep -vE 'referenced manual not found|cross reference to self'; done >>"$temp/bad"; fi
result "pages are well-formed"

for def in layers classes relations; do
    sed -n 's/^CIM__LAYER([A-Z_]*, "\([a-z_]*\)".*/\1/p; s/^CIM__CLASS(\([A-Za-z]*\),.*/\1/p; s/^CIM__RELATION([A-Z_]*, [0-9]*, "\([a-z_]*\)".*/\1/p' "$CIM_SOURCE/lib/city/$def.def" |
        while read -r name; do grep -qw "$name" cim-city.5 || echo "$name ($def.def) is not in cim-city.5"; done
done >>"$temp/bad"
sed -n 's/^CIM__ATTR([A-Z0-9_]*, "\([a-z0-9_]*\)".*/\1/p' "$CIM_SOURCE/lib/city/attrs.def" | while read -r name; do grep -qw "$name" cim-city.5 || echo "$name (attrs.def) is not in cim-city.5"; done >>"$temp/bad"
result "cim-city(5) names every layer, class, relation and value"

mkdir "$temp/work" && cp "$CIM_SOURCE"/data/town.osm.pbf "$CIM_SOURCE"/data/town.osm.gz "$CIM_SOURCE"/data/town-v3.gml.gz "$CIM_SOURCE"/data/town-water* "$CIM_SOURCE"/data/town-power* \
    "$CIM_SOURCE"/data/town-population* "$CIM_SOURCE"/data/town-sensors* "$CIM_SOURCE"/data/town-rules.json "$temp/work/" || exit 99
mkdir "$temp/bin" && printf '#!/bin/sh\nexec "%s" "$@"\n' "$tool" >"$temp/bin/cimtool" && chmod +x "$temp/bin/cimtool"
(
    cd "$temp/work" || exit 99
    PATH=$temp/bin:$PATH
    export PATH
    for page in cimtool.1 cimtool-trace.1 $(cd "$CIM_SOURCE/man" && ls cimtool-*.1 *.7 *.5 | grep -vx cimtool-trace.1); do # the two make the cities that others ask
        [ -e "$CIM_SOURCE/man/$page" ] || continue
        if [ $page = cim-sql.7 ]; then # needs sqlite3, and a module that it can load
            if [ -n "$CIM_SANITIZED" ] || ! command -v sqlite3 >/dev/null || [ ! -e "$CIM_BUILD/.libs/mod_cim.so" ]; then continue; fi
            LD_LIBRARY_PATH=$CIM_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
            export LD_LIBRARY_PATH
        fi
        sed -n '/^\.Sh EXAMPLES/,/^\.Sh /p' "$CIM_SOURCE/man/$page" | sed -n 's/^\$ //p' | sed 's/\\e/\\/g' >"$temp/examples"
        while read -r command; do
            sh -c "$command" >"$temp/out" 2>"$temp/err" </dev/null || { echo "$page: $command: exit status $?"; head -n 2 "$temp/err"; }
        done <"$temp/examples"
    done
) >>"$temp/bad"
result "examples of the manual run"

"$tool" completion bash >"$temp/completion.bash" && bash -n "$temp/completion.bash" 2>>"$temp/bad"
for verb in $(python3 -c "import json,sys; print(*[v['name'] for v in json.load(open(sys.argv[1]))['verbs']])" "$temp/usage.json"); do grep -q "$verb)" "$temp/completion.bash" || echo "completion lacks $verb"; done >>"$temp/bad"
result "shell completion comes from the same table"
