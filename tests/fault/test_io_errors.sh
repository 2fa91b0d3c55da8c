#!/bin/sh
# A full disk and a failing disk at every other write of an import: exit status 4, one line, no file, or the old one intact.
command -v strace >/dev/null || { echo "1..0 # SKIP strace is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
strace -o "$temp/s" true 2>/dev/null || { echo "1..0 # SKIP strace may not trace here"; exit 0; }
tool=$CIM_BUILD/cimtool
case $(file -b "$tool") in *script*) real=$CIM_BUILD/.libs/cimtool; LD_LIBRARY_PATH=$CIM_BUILD/.libs${LD_LIBRARY_PATH+:$LD_LIBRARY_PATH}; export LD_LIBRARY_PATH ;; *) real=$tool ;; esac
data=$CIM_SOURCE/data/town.osm.pbf
echo "1..3"
bad=
try() { # error, first write that fails, city
    strace -f -o /dev/null -e trace=none -e inject=pwrite64:error="$1":when="$2"+ "$real" import --quiet "$3" "$data" >"$temp/out" 2>"$temp/err"
    status=$?
    lines=$(wc -l <"$temp/err")
}
for error in ENOSPC EIO; do
    for n in 1 2 3 5 8 20 60 200 400; do
        rm -f "$temp"/new.cim*
        try $error $n "$temp/new.cim"
        [ "$status" = 0 ] && [ -e "$temp/new.cim" ] && continue
        [ "$status" = 4 ] && [ "$lines" = 1 ] || bad="$bad $error@$n:status$status,lines$lines"
        [ ! -e "$temp/new.cim" ] || bad="$bad $error@$n:file"
    done
done
[ -z "$bad" ] && echo "ok 1 - a new file" || { echo "# $bad"; echo "not ok 1 - a new file"; }
bad=
"$tool" import --quiet "$temp/base.cim" "$data" || bad="$bad base"
for n in 1 2 4 10 50 300; do
    cp "$temp/base.cim" "$temp/city.cim"
    try ENOSPC $n "$temp/city.cim"
    "$tool" check --quiet "$temp/city.cim" >"$temp/check" 2>&1 || bad="$bad ENOSPC@$n:$(tail -n 1 "$temp/check")"
done
[ -z "$bad" ] && echo "ok 2 - an existing file stays whole" || { echo "# $bad"; echo "not ok 2 - an existing file stays whole"; }
"$tool" info "$temp/base.cim" >/dev/full 2>"$temp/err"
[ $? = 4 ] && echo "ok 3 - a full standard output is noticed" || echo "not ok 3 - a full standard output is noticed"
