# The Python package: source, so there is nothing to build.  Installed with ./configure --with-python, or by pip from this folder.
PYTHON_FILES = \
	bindings/python/cim/__init__.py \
	bindings/python/cim/_abi.py \
	bindings/python/cim/_core.py \
	bindings/python/cim/alert.py \
	bindings/python/cim/city.py \
	bindings/python/cim/errors.py \
	bindings/python/cim/field.py \
	bindings/python/cim/fleet.py \
	bindings/python/cim/flows.py \
	bindings/python/cim/geometry.py \
	bindings/python/cim/index.py \
	bindings/python/cim/net.py \
	bindings/python/cim/observations.py \
	bindings/python/cim/place.py \
	bindings/python/cim/py.typed \
	bindings/python/cim/radio.py \
	bindings/python/cim/reach.py \
	bindings/python/cim/route.py \
	bindings/python/cim/routes.py \
	bindings/python/cim/scene.py \
	bindings/python/cim/sensor.py \
	bindings/python/cim/serve.py \
	bindings/python/cim/sight.py \
	bindings/python/cim/trace.py \
	bindings/python/cim/traffic.py \
	bindings/python/cim/utility.py
EXTRA_DIST += $(PYTHON_FILES) \
	bindings/python/README.md \
	bindings/python/generate.py \
	bindings/python/pyproject.toml \
	bindings/python/examples/air_quality.py \
	bindings/python/examples/camera_coverage.py \
	bindings/python/examples/districts.py \
	bindings/python/examples/drawing.py \
	bindings/python/examples/isolation.py \
	bindings/python/examples/route_and_isochrone.py \
	bindings/python/examples/route_and_trace.py \
	bindings/python/tests/__init__.py \
	bindings/python/tests/__main__.py \
	bindings/python/tests/support.py \
	bindings/python/tests/test_abi.py \
	bindings/python/tests/test_cities.py \
	bindings/python/tests/test_docs.py \
	bindings/python/tests/test_engines.py \
	bindings/python/tests/test_geometry.py \
	bindings/python/tests/test_life.py \
	bindings/python/tests/test_parity.py \
	bindings/python/tests/test_sensing.py
if WITH_PYTHON
cimpythondir = $(pythondir)/cim
cimpython_DATA = $(PYTHON_FILES)
endif

# After a change of a public header.
.PHONY: update-bindings
update-bindings:
	$(PYTHON3) $(srcdir)/bindings/python/generate.py
