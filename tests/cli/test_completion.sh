#!/bin/sh
# Completion of cimtool as bash does it, and what zsh and --json-usage get from the same table.
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
tool=$CIM_BUILD/cimtool
n=0
result() { n=$((n + 1)); if [ -s "$temp/bad" ]; then sed 's/^/# /' "$temp/bad"; echo "not ok $n - $1"; else echo "ok $n - $1"; fi; : >"$temp/bad"; }
: >"$temp/bad"
echo "1..4"
if command -v bash >/dev/null; then
    "$tool" completion bash >"$temp/bash"
    mkdir "$temp/work" && : >"$temp/work/town.cim" && : >"$temp/work/town.pbf"
    # words with blanks between them, the last one is being typed; what must come, in any order; "!": what must not
    expect()
    {
        got=$(cd "$temp/work" && bash -c '. "$1"; read -ra COMP_WORDS <<<"$2"; [ "${2% }" = "$2" ] || COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _cimtool; printf " %s " "${COMPREPLY[@]}"' x "$temp/bash" "$1")
        shift
        for want in "$@"; do
            case $want in
            !*) case "$got" in *" ${want#!} "*) echo "$want, got:$got" ;; esac ;;
            *) case "$got" in *" $want "*) ;; *) echo "$want is missing, got:$got" ;; esac ;;
            esac
        done
    }
    {
        expect "cimtool " import info query route trace completion --help
        expect "cimtool ro" route '!trace'
        expect "cimtool completion " bash zsh
        expect "cimtool help tr" trace traffic
        expect "cimtool route --pro" --profile '!--json'
        expect "cimtool route -" --profile -p --json -j --alternatives
        expect "cimtool route town.cim --profile " car wheelchair emergency '!town.cim'
        expect "cimtool route town.cim -p f" foot '!car'
        expect "cimtool route --profile = b" bus bicycle '!car'
        expect "cimtool route --profile =" bus car
        expect "cimtool import --format " osm citygml gis
        expect "cimtool export --format " geojson gpkg '!osm'
        expect "cimtool trace town.cim " upstream isolate report
        expect "cimtool trace town.cim up" upstream '!isolate'
        expect "cimtool trace town.cim isolate --barrier-kind v" valve
        expect "cimtool info to" town.cim town.pbf
        expect "cimtool import --crs " town.cim
        expect "cimtool info town.cim --s" --sources
    } >"$temp/bad"
    result "bash completes verbs, options, values and files"
    "$tool" --json-usage | tr ',' '\n' | sed -n 's/.*{"name":"\([a-z-]*\)".*/\1/p' | sort -u >"$temp/names"
    while read -r name; do grep -qw -- "$name" "$temp/bash" || echo "$name is not in the completion"; done <"$temp/names" >"$temp/bad"
    [ "$(wc -l <"$temp/names")" -gt 80 ] || echo "--json-usage has few names" >>"$temp/bad"
    result "bash completion has every name of --json-usage"
else
    echo "ok 1 - # SKIP bash is not installed"
    echo "ok 2 - # SKIP bash is not installed"
    n=2
fi
"$tool" completion zsh >"$temp/_cimtool"
if command -v zsh >/dev/null; then zsh -n "$temp/_cimtool" 2>"$temp/bad"; fi
head -n 1 "$temp/_cimtool" | grep -qx '#compdef cimtool' || echo "no #compdef" >>"$temp/bad"
[ "$(tr -cd "'" <"$temp/_cimtool" | wc -c | awk '{ print $1 % 2 }')" = 0 ] || echo "quotes do not match" >>"$temp/bad"
grep -q "'--profile=\[.*:NAME:(car emergency" "$temp/_cimtool" || echo "no values of --profile" >>"$temp/bad"
result "zsh gets the same"
if command -v python3 >/dev/null; then
    "$tool" --json-usage | python3 -c '
import json, sys
usage = json.load(sys.stdin)
assert set(usage) == {"schema", "version", "verbs"} and usage["schema"] == "cimtool/1", usage.keys()
for v in usage["verbs"]:
    assert {"name", "arguments", "least", "most", "summary", "options"} <= set(v) <= {"name", "arguments", "least", "most", "summary", "options", "values"}, v
    names = [o["name"] for o in v["options"]]
    letters = [o["letter"] for o in v["options"] if "letter" in o]
    assert len(set(names)) == len(names) and len(set(letters)) == len(letters), (v["name"], names, letters)
    for o in v["options"]:
        assert {"name", "help"} <= set(o) <= {"name", "letter", "argument", "values", "help"}, o
        assert "values" not in o or ("argument" in o and o["values"]), o
' 2>"$temp/bad"
fi
result "--json-usage has the keys that cimtool-json(5) names, no option twice"
