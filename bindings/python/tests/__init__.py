"""Tests of the bindings: python3 -m tests [NAME...] prints TAP.  CIM_TEST_PLAIN=1 hides numpy."""
import os
import sys

if os.environ.get("CIM_TEST_PLAIN"):
    for name in ("numpy", "geopandas", "shapely", "pandas", "matplotlib"):
        sys.modules[name] = None  # type: ignore[assignment]
