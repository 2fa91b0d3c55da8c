"""libcim: city information models in Python.

    import cim

    cim.import_files("town.cim", "town.gml.gz", "town.osm.pbf")
    with cim.open("town.cim") as city:
        net = city.net("emergency")
        route = net.route("osm:way/100", "osm:way/200")
        print(route.time_s, route.length_m)

Coordinates are x, y in the city's reference system, in metres; every quantity has its unit in its name.  Objects are immutable and may be shared by
threads; calls let other threads run.  numpy is used when it is there: columns are views of the library's memory that keep their owner alive.

Engines on bare arrays, without a city: `Index`, `Shapes`, `LiveIndex`, `Cover`, `Reach`, `Alerts`, `Field`, and the modules `cim.route`, `cim.trace`,
`cim.sight`, `cim.place`, `cim.serve` and `cim.radio`.
"""
from . import alert, errors, field, geometry, net, observations, place, radio, reach, route, sensor, serve, sight, trace, traffic, utility
from ._core import Context
from ._core import lib as _lib
from .alert import Alerts, Watch
from .city import City, Object, Relation, Report, Result, check, export_features, import_files, import_map, load, open  # pylint: disable=redefined-builtin
from .errors import (
    AlreadyExists,
    BadFormat,
    Cancelled,
    CimError,
    Closed,
    InputOutputError,
    InternalError,
    InvalidArgument,
    LimitExceeded,
    MissingFile,
    NotFound,
    OutOfMemory,
    Unsupported,
    UntrustedFile,
    WrongVersion,
)
from .field import Field
from .fleet import Coverage, Fleet, Scenarios, assign
from .flows import Evacuation, Flow, Match
from .geometry import lonlat
from .index import Index, LiveIndex, Shapes
from .net import Net, Place, Places, profiles
from .observations import Observations
from .reach import Reach, Sites
from .routes import Isochrone, Route
from .scene import CityScene
from .sensor import Cover, Sensors, Targets
from .serve import Service
from .traffic import Traffic
from .utility import Impact, Isolation, Trace, Utility

__version__ = "0.1.0"
__all__ = [
    "Alerts",
    "AlreadyExists",
    "BadFormat",
    "Cancelled",
    "CimError",
    "City",
    "CityScene",
    "Closed",
    "Context",
    "Cover",
    "Coverage",
    "Evacuation",
    "Field",
    "Fleet",
    "Flow",
    "Impact",
    "Index",
    "InputOutputError",
    "InternalError",
    "InvalidArgument",
    "Isochrone",
    "Isolation",
    "LimitExceeded",
    "LiveIndex",
    "Match",
    "MissingFile",
    "Net",
    "NotFound",
    "Object",
    "Observations",
    "OutOfMemory",
    "Place",
    "Places",
    "Reach",
    "Relation",
    "Report",
    "Result",
    "Route",
    "Scenarios",
    "Sensors",
    "Service",
    "Shapes",
    "Sites",
    "Targets",
    "Trace",
    "Traffic",
    "Unsupported",
    "UntrustedFile",
    "Utility",
    "Watch",
    "WrongVersion",
    "alert",
    "assign",
    "check",
    "errors",
    "export_features",
    "field",
    "geometry",
    "import_files",
    "import_map",
    "load",
    "lonlat",
    "net",
    "observations",
    "open",
    "place",
    "profiles",
    "radio",
    "reach",
    "route",
    "sensor",
    "serve",
    "sight",
    "trace",
    "traffic",
    "utility",
    "version",
]


def version() -> str:
    """Version of the library that runs, "0.1.0"."""
    return _lib.cim_version().decode()
