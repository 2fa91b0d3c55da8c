#!/bin/sh
# The Python bindings without numpy, geopandas and shapely.
. "$CIM_SOURCE/tests/python/python.sh"
[ -z "$CIM_SANITIZED" ] || { echo "1..0 # SKIP test_bindings.sh does it with sanitizers"; exit 0; }
CIM_TEST_PLAIN=1 exec "$python" -m tests tests.test_engines tests.test_geometry tests.test_life.Views \
    tests.test_life.Ranges tests.test_life.Failures tests.test_parity.Networks tests.test_sensing
