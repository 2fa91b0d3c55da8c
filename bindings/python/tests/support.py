"""What the tests share: the sample town, cimtool, where things are."""
import functools
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import cim

TESTS = os.path.dirname(os.path.abspath(__file__))
PYTHON = os.path.dirname(TESTS)
SOURCE = os.environ.get("CIM_SOURCE") or os.path.dirname(os.path.dirname(PYTHON))
BUILD = os.environ.get("CIM_BUILD") or os.path.join(SOURCE, "build")
DATA = os.path.join(SOURCE, "data")
SANITIZED = bool(os.environ.get("CIM_SANITIZED"))

try:
    import numpy as np
except ImportError:
    np = None

needs_numpy = unittest.skipIf(np is None, "no numpy")


def data(*names):
    return [os.path.join(DATA, n) for n in names]


@functools.lru_cache(None)
def folder():
    return tempfile.mkdtemp(prefix="cim-python-")


def clean():
    if folder.cache_info().currsize:
        shutil.rmtree(folder(), ignore_errors=True)


@functools.lru_cache(None)
def town():
    """The sample town with its networks, as examples/demo.sh makes it."""
    if os.environ.get("CIM_TOWN"):
        return os.environ["CIM_TOWN"]
    path = os.path.join(folder(), "town.cim")
    cim.import_files(path, *data("town-v3.gml.gz", "town.osm.pbf"))
    cim.import_files(path, *data("town-water.inp"), source_epsg=25832, prefix="inp:")
    cim.import_files(
        path,
        *data("town-water-valves.csv", "town-water-services.csv", "town-population.csv", "town-power.geojson.gz"),
        maps=data("town-water-valves.map.json", "town-water-services.map.json", "town-population.map.json", "town-power.map.json"),
    )
    return path


@functools.lru_cache(None)
def city():
    return cim.open(town())


@functools.lru_cache(None)
def net(profile="car"):
    return city().net(profile)


def run_cimtool(*args, statuses=(0,)):
    """What cimtool prints."""
    tool = os.path.join(BUILD, ".libs", "cimtool")
    if not os.path.exists(tool):
        tool = os.path.join(BUILD, "cimtool")
    if not os.path.exists(tool):
        raise unittest.SkipTest("cimtool is not built")
    environment = {**os.environ, "LD_LIBRARY_PATH": os.path.join(BUILD, ".libs")}
    done = subprocess.run([tool, *map(str, args)], capture_output=True, env=environment, check=False)
    if done.returncode not in statuses:
        raise AssertionError(f"cimtool {' '.join(map(str, args))}: {done.returncode}: {done.stderr.decode()}")
    return done.stdout.decode()


def cimtool(*args, statuses=(0,)):
    """The JSON that cimtool prints."""
    return json.loads(run_cimtool(*args, "--json", statuses=statuses))


def compiler():
    cc = os.environ.get("CC", "cc").split()
    if not shutil.which(cc[0]):
        raise unittest.SkipTest("no C compiler")
    return cc


@functools.lru_cache(None)
def heidelberg():
    """A real city with its road net prepared, where the data collection is there."""
    if SANITIZED:
        raise unittest.SkipTest("takes long with sanitizers")
    if os.environ.get("CIM_HEIDELBERG"):
        return os.environ["CIM_HEIDELBERG"]
    source = os.path.join(os.environ.get("CIM_DATA") or os.path.join(SOURCE, "..", "shared", "data"), "osm", "heidelberg.osm.pbf")
    if not os.path.exists(source):
        raise unittest.SkipTest("no heidelberg.osm.pbf (CIM_DATA)")
    path = os.path.join(folder(), "heidelberg.cim")
    cim.import_files(path, source)
    with cim.open(path) as c:
        c.prepare()
    return path


def ids(objects):
    return [o.id for o in objects]
