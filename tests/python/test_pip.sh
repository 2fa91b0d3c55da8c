#!/bin/sh
# pip installs the package without network, and it works from there; so does make install with --with-python.
. "$CIM_SOURCE/tests/python/python.sh"
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP sanitizers need the whole program"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
echo "1..3"
check() { if [ "$2" = 0 ]; then echo "ok $1 - $3"; else sed 's/^/# /' "$temp/log" | tail -n 15; echo "not ok $1 - $3"; fi; }
program='import cim, os; assert cim.__file__.startswith(os.environ["WHERE"]), cim.__file__; print(cim.version(), cim.Index([(0, 0, 1, 1)]).nearest(5, 0)[1])'
if "$python" -c 'import setuptools, wheel' 2>/dev/null && "$python" -m pip --version >/dev/null 2>&1; then
    cp -R . "$temp/source" && chmod -R u+w "$temp/source"
    PYTHONPATH= "$python" -m pip install -q --no-index --no-build-isolation --no-deps --target "$temp/pip" "$temp/source" >"$temp/log" 2>&1
    check 1 $? "pip install --no-build-isolation"
    (cd / && WHERE=$temp/pip PYTHONPATH=$temp/pip "$python" -c "$program") >"$temp/log" 2>&1 && [ -e "$temp/pip/cim/py.typed" ]
    check 2 $? "the installed package works"
else
    echo "ok 1 - pip install --no-build-isolation # SKIP no pip, setuptools and wheel"
    echo "ok 2 - the installed package works # SKIP no pip, setuptools and wheel"
fi
# The files that make install --with-python would install are all of the package.
ls cim | grep -v __pycache__ | LC_ALL=C sort >"$temp/there"
sed -n '/^PYTHON_FILES/,/[^\\]$/s|.*bindings/python/cim/\([^ ]*\).*|\1|p' local.mk | LC_ALL=C sort >"$temp/listed"
diff "$temp/there" "$temp/listed" >"$temp/log"
check 3 $? "local.mk lists every file of the package"
