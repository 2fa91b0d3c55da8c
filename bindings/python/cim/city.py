"""Cities: opening, importing, asking, exporting.

    with cim.open("town.cim") as city:
        for b in city.query("class = 'Building' AND height_m > 20", sort="height_m", descending=True):
            print(b.id, b["height_m"])
"""
from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Sequence, Union

from . import _abi, _core, errors, geometry
from ._core import Handle, Owner, ask_ids, build, bytes_of, call, decode, encode, json_of, lib, struct

if TYPE_CHECKING:
    from .net import Net
    from .reach import Sites
    from .scene import CityScene
    from .utility import Impact, Utility

Path = Union[str, "os.PathLike[str]"]
np = _core.np


def open(path: Path, *, foreign: bool = False) -> City:  # pylint: disable=redefined-builtin
    """Open a city file for reading.

    foreign: accept tables, views and triggers that libcim did not make; they are ignored.
    Raises MissingFile (a FileNotFoundError), BadFormat, UntrustedFile, WrongVersion.

    >>> with cim.open(town) as city:
    ...     len(city), city.epsg
    (13780, 25832)
    """
    options = struct(_abi.cim_open_options, flags=_abi.CIM_OPEN_FOREIGN if foreign else 0)
    name = encode(path)
    try:
        return City(build(_abi.cim_city, lib.cim_city_free, lib.cim_city_open, name, ctypes.byref(options)))
    except errors.InputOutputError as e:
        if not os.path.exists(path):
            raise errors.MissingFile(e.message, os.fspath(path)) from None
        raise


class Report(dict):
    """What became of the inputs of an import: {"files": [...]}.  partial: True when some were left out (keep_going)."""

    partial = False


def _import_options(options: dict[str, Any]) -> tuple[Any, Any]:
    flags = 0
    for name, bit in (
        ("keep_going", _abi.CIM_IMPORT_KEEP_GOING),
        ("swap_xy", _abi.CIM_IMPORT_SWAP_XY),
        ("no_swap_xy", _abi.CIM_IMPORT_NO_SWAP_XY),
        ("unsafe_limits", _abi.CIM_IMPORT_UNSAFE_LIMITS),
        ("overwrite", _abi.CIM_IMPORT_OVERWRITE),
    ):
        flags |= bit if options.pop(name, False) else 0
    flags |= 0 if options.pop("relations", True) else _abi.CIM_IMPORT_NO_RELATIONS
    maps, count = _core.texts(options.pop("maps", ()))
    made = struct(_abi.cim_import_options, flags=flags, maps=ctypes.cast(maps, ctypes.POINTER(ctypes.c_char_p)), map_count=count)
    known = {name for name, *_ in _abi.cim_import_options._fields_}
    for name, value in options.items():
        if name not in known or name in ("struct_size", "flags", "maps", "map_count"):
            raise TypeError(f"there is no import option {name}")
        setattr(made, name, encode(value) if isinstance(value, (str, os.PathLike)) else value)
    return made, maps


def _run_import(function: Any, before: tuple, inputs: Sequence[Path], options: dict[str, Any], progress: Any) -> tuple[Report, Any]:
    import json

    made, maps = _import_options(options)
    names, count = _core.texts(inputs)
    buf = _abi.cim_buf()
    try:
        with _core.with_progress(progress):
            status = _core.slow_call(function, *before[0], names, count, ctypes.byref(made), *before[1], ctypes.byref(buf))
        report = Report(json.loads(_core.take_buf(buf)))
    except errors.InputOutputError as e:
        absent = [os.fspath(i) for i in inputs if os.fspath(i) != "-" and not os.path.exists(i)]
        if absent:
            raise errors.MissingFile(e.message, absent[0]) from None
        raise
    finally:
        lib.cim_buf_dispose(ctypes.byref(buf))
        del maps
    report.partial = status == _abi.CIM_DONE
    return report, status


def import_files(path: Path, *inputs: Path, progress: Any = None, **options: Any) -> Report:
    """Import OpenStreetMap, CityGML, CityJSON, EPANET, MATPOWER, pandapower files and GIS layers into the city file at `path`, made when it does not exist.

    All inputs are one transaction: after a failure the file is as it was.
    options: those of cim_import_options: epsg, source_epsg, format, prefix, class_name, maps (list of paths), who, why, licence, attribution, max_objects,
    max_bytes, max_memory, max_seconds, max_depth; and keep_going, overwrite, swap_xy, no_swap_xy, unsafe_limits, relations (True).
    progress: as in Context.
    """
    return _run_import(lib.cim_import, ((encode(path),), ()), inputs, options, progress)[0]


def load(*inputs: Path, progress: Any = None, **options: Any) -> City:
    """Import files into a city that exists in memory only; options as for import_files().  Its `report` says what became of them."""
    pointer = ctypes.POINTER(_abi.cim_city)()
    try:
        report, _ = _run_import(lib.cim_city_load, ((), (ctypes.byref(pointer),)), inputs, options, progress)
    except BaseException:
        lib.cim_city_free(pointer)
        raise
    city = City(Owner(pointer, lib.cim_city_free))
    city.report = report
    return city


def export_features(text: str | bytes, path: Path, *, format: str | None = None, epsg: int = 0, overwrite: bool = False) -> dict[str, Any]:  # pylint: disable=redefined-builtin
    """Write GeoJSON, such as results of cimtool, to a file: GeoJSON or GeoPackage, by suffix or format.

    epsg: of a GeoPackage; 0: as the text.  Gives the report.
    """
    data = text.encode() if isinstance(text, str) else bytes(text)
    options = struct(_abi.cim_export_options, format=encode(format), epsg=epsg, flags=_abi.CIM_EXPORT_OVERWRITE if overwrite else 0)
    return json_of(lib.cim_export_features, data, len(data), encode(path), ctypes.byref(options), slow=True)


def check(path: Path, *, quick: bool = False, foreign: bool = False, progress: Any = None) -> dict[str, Any]:
    """Check a city file: {"file", "ok", "checks", "findings"}; progress as in Context."""
    flags = (_abi.CIM_CHECK_QUICK if quick else 0) | (_abi.CIM_CHECK_FOREIGN if foreign else 0)
    with _core.with_progress(progress):
        return json_of(lib.cim_check, encode(path), flags, more=(ctypes.byref(ctypes.c_size_t()),), slow=True)


def import_map(path: Path, class_name: str | None = None) -> dict[str, Any]:
    """A mapping of GIS layers to begin with (cim-map(5)), for people to edit."""
    return json_of(lib.cim_import_map_new, encode(path), encode(class_name))


class Object:
    """One object of a city: obj.number, obj.id, obj.class_name, obj.layer, obj["height_m"], obj.attributes, obj.geometry, obj.relations().

    It is read from the file when first asked for more than number, class and layer.
    """

    __slots__ = ("city", "number", "_json")

    def __init__(self, city: City, number: int):
        self.city = city
        self.number = int(number)
        self._json: dict[str, Any] | None = None

    def _read(self) -> dict[str, Any]:
        if self._json is None:
            self._json = json_of(lib.cim_city_object, self.city._o, self.number, 0)
        return self._json

    def __repr__(self) -> str:
        return f"<{self.class_name} {self.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Object) and other.number == self.number and other.city._owner is self.city._owner

    def __hash__(self) -> int:
        return hash(self.number)

    @property
    def id(self) -> str:
        """Text id, e.g. "osm:way/123"."""
        return self.city.id_of(self.number)

    @property
    def class_name(self) -> str:
        """Class, e.g. "Building" (cim-city(5))."""
        return decode(lib.cim_city_class(self.city._o, self.number)) or ""

    @property
    def layer(self) -> str:
        """Layer, e.g. "building"."""
        return decode(lib.cim_city_layer(self.city._o, self.number)) or ""

    @property
    def parent(self) -> Object | None:
        """The object that this one is a part of."""
        number = lib.cim_city_parent(self.city._o, self.number)
        return None if number == _core.NONE else Object(self.city, number)

    @property
    def values(self) -> dict[str, Any]:
        """Typed values: {"height_m": 12.5, ...}."""
        return self._read().get("values", {})

    @property
    def attributes(self) -> dict[str, Any]:
        """What the source said, verbatim."""
        return self._read().get("attributes", {})

    @property
    def name(self) -> str | None:
        """Its value "name"."""
        return self.get("name")

    def get(self, name: str, default: Any = None) -> Any:
        """A value, or else an attribute of the source, by name."""
        values = self.values
        return values[name] if name in values else self.attributes.get(name, default)

    def __getitem__(self, name: str) -> Any:
        found = self.get(name, self)
        if found is self:
            raise KeyError(name)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Everything, as `cimtool get --json` prints it, without the geometry."""
        return dict(self._read())

    @property
    def wkb(self) -> bytes | None:
        """Geometry in the plane as WKB; None without one."""
        try:
            return bytes_of(lib.cim_city_geometry, self.city._o, self.number)
        except errors.NotFound:
            return None

    @property
    def geometry(self) -> dict[str, Any] | None:
        """Geometry in the plane as a GeoJSON-like mapping, in the city's coordinates; None without one."""
        data = self.wkb
        return None if data is None else geometry.from_wkb(data)

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A Feature in the city's coordinates, for shapely and geopandas."""
        return {
            "type": "Feature",
            "id": self.id,
            "geometry": self.geometry,
            "properties": {"id": self.id, "class": self.class_name, "layer": self.layer, **self.values},
        }

    @property
    def shapes(self) -> list[dict[str, Any]]:
        """The 3D geometries: level of detail, role, kind, number of surfaces by class."""
        return json_of(lib.cim_city_object, self.city._o, self.number, _abi.CIM_OBJECT_SHAPES).get("shapes", [])

    def relations(self, type: str | None = None) -> list[Relation]:  # pylint: disable=redefined-builtin
        """Relations in both directions; those named e.g. "accesses" or, the other way, "accessed_by"."""
        found = ask_ids(lib.cim_city_relations, self.city._o, self.number, type_=_abi.cim_relation)
        every = [Relation(decode(lib.cim_relation_name(r.type, r.inverse)) or "", self, Object(self.city, r.other)) for r in found]
        return [r for r in every if type in (None, r.type)]

    def neighbours(self, type: str | None = None) -> list[Object]:  # pylint: disable=redefined-builtin
        """The objects at the other ends of relations."""
        return [r.other for r in self.relations(type)]


class Relation:
    """A relation seen from an object: type ("accesses", "accessed_by"), start and other."""

    __slots__ = ("type", "start", "other")

    def __init__(self, type: str, start: Object, other: Object):  # pylint: disable=redefined-builtin
        self.type, self.start, self.other = type, start, other

    def __repr__(self) -> str:
        return f"<{self.type} {self.other.id}>"


class Result(Sequence[Object]):
    """Objects found: a sequence of Object.  ids: uint32 array of shape (n,), without a copy.  matched: how many there are without limit and offset."""

    def __init__(self, city: City, ids: Any, matched: int):
        self.city, self.ids, self.matched = city, ids, matched

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, i: Any) -> Any:
        return Result(self.city, self.ids[i], self.matched) if isinstance(i, slice) else Object(self.city, self.ids[i])

    def __iter__(self) -> Iterator[Object]:
        return (Object(self.city, i) for i in self.ids)

    def __repr__(self) -> str:
        return f"<{len(self)} of {self.matched} objects>"

    def values(self, *names: str) -> list[list[Any]]:
        """Values of properties, named as in queries: a row for every object; None where it has none, a list where it has several."""
        return self.city.values(self.ids, *names)

    def column(self, name: str) -> Any:
        """One property of every object: float64 array of shape (n,) with NaN where it has none, when all values are numbers; else a list."""
        cells = [row[0] for row in self.values(name)]
        if np is None or not all(c is None or isinstance(c, (int, float)) for c in cells):
            return cells
        return np.array([np.nan if c is None else c for c in cells], "f8")

    def to_dicts(self, *names: str) -> list[dict[str, Any]]:
        """A dictionary for every object: id, class, layer, and these properties; without names all typed values."""
        if names:
            rows = [dict(zip(names, row)) for row in self.values(*names)]
        else:
            rows = [o.values for o in self]
        return [{"id": o.id, "class": o.class_name, "layer": o.layer, **row} for o, row in zip(self, rows)]

    def wkb(self) -> list[bytes | None]:
        """Geometries in the plane."""
        return [o.wkb for o in self]

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A FeatureCollection in the city's coordinates."""
        return {"type": "FeatureCollection", "features": [o.__geo_interface__ for o in self]}

    def to_geopandas(self, *names: str) -> Any:
        """A GeoDataFrame with id, class, layer, the properties asked for (without names all typed values) and the geometry, in the city's CRS."""
        import geopandas  # type: ignore[import]

        series = geopandas.GeoSeries.from_wkb(self.wkb(), crs=self.city.epsg)
        return geopandas.GeoDataFrame(self.to_dicts(*names), geometry=series)


class City(Handle):
    """A city: a snapshot of one city file, or of what was loaded into memory.  Immutable; may be used by any number of threads.

    >>> with cim.open(town) as city:
    ...     hospital = city.query("function = 'hospital' AND name IS NOT NULL")[0]
    ...     hospital.name, [r.type for r in hospital.relations("located_in")]
    ('Klinikum Erlachtal', ['located_in'])
    """

    report: Report | None = None

    def __init__(self, owner: Owner):
        self._owner = owner

    def __len__(self) -> int:
        return lib.cim_city_count(self._o)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "<City, closed>" if self.closed else f"<City of {len(self)} objects, EPSG:{self.epsg}>"

    @property
    def epsg(self) -> int:
        """EPSG code of the coordinates: projected, in metres."""
        return lib.cim_city_epsg(self._o)

    @property
    def max_number(self) -> int:
        """Largest object number; not all numbers are in use."""
        return lib.cim_city_max_id(self._o)

    def info(self) -> dict[str, Any]:
        """What the city contains: file, extent, number of objects by class and layer, relations by type, sources."""
        return json_of(lib.cim_city_info, self._o)

    @property
    def layers(self) -> dict[str, int]:
        """Number of objects by layer."""
        return self.info()["layers"]

    # ---- finding ----

    def query(
        self,
        text: str | None = None,
        *,
        sort: str | None = None,
        descending: bool = False,
        limit: int = 0,
        offset: int = 0,
        at: str | None = None,
        epsg: int = 0,
    ) -> Result:
        """Objects for which an expression is true (CQL2 text, see cim-query(7)); without one all.

        sort: property; at: only objects whose life span contains this time; epsg: of the coordinates in the text, x before y.
        Raises InvalidArgument with place "query:COLUMN".
        """
        options = self._query_options(sort, descending, limit, offset, at, epsg)
        owner = _Found()
        _core.slow_call(lib.cim_query_run, self._o, encode(text), ctypes.byref(options), ctypes.byref(owner.result))
        return Result(self, _core.column(owner.result.ids, "u4", owner.result.count, owner), owner.result.matched)

    def count(self, text: str | None = None, *, at: str | None = None, epsg: int = 0) -> int:
        """How many objects there are for which an expression is true."""
        options = self._query_options(None, False, 0, 0, at, epsg)
        options.flags |= _abi.CIM_QUERY_COUNT
        owner = _Found()
        _core.slow_call(lib.cim_query_run, self._o, encode(text), ctypes.byref(options), ctypes.byref(owner.result))
        return owner.result.matched

    def explain(self, text: str | None = None) -> dict[str, Any]:
        """How a query would be run."""
        return json_of(lib.cim_query_explain, self._o, encode(text), None)

    @staticmethod
    def _query_options(sort: str | None, descending: bool, limit: int, offset: int, at: str | None, epsg: int) -> Any:
        if limit < 0 or offset < 0:
            raise errors.InvalidArgument("limit and offset are not negative")
        return struct(
            _abi.cim_query_options,
            sort=encode(sort),
            at=encode(at),
            limit=limit,
            offset=offset,
            epsg=epsg,
            flags=_abi.CIM_QUERY_DESCENDING if descending else 0,
        )

    def values(self, ids: Any, *names: str) -> list[list[Any]]:
        """Values of properties of objects: a row for every object."""
        given = _core.give(_numbers(ids), "u4", what="ids")
        texts, count = _core.texts(names)
        return json_of(lib.cim_query_values, self._o, given, given.count, texts, count, slow=True)

    def find(self, id: str) -> list[int]:  # pylint: disable=redefined-builtin
        """Numbers of the objects with a text id; several of a way that was split.  Raises NotFound."""
        return ask_ids(lib.cim_city_find, self._o, encode(id))

    def get(self, key: str | int | Object) -> Object:
        """An object by text id (of several the first) or number.  Raises NotFound."""
        if isinstance(key, Object):
            return key
        if isinstance(key, str):
            return Object(self, self.find(key)[0])
        number = int(key)
        if not 0 <= number < _core.NONE or lib.cim_city_class(self._o, number) is None:
            raise errors.NotFound(f"no object has the number {number}")
        return Object(self, number)

    __getitem__ = get

    def __contains__(self, key: str | int) -> bool:
        try:
            return bool(self.get(key))
        except errors.NotFound:
            return False

    def __iter__(self) -> Iterator[Object]:
        return iter(self.query())

    def id_of(self, number: int) -> str:
        """Text id of an object."""
        return bytes_of(lib.cim_city_gid, self._o, number).decode("utf-8", "surrogateescape")

    def window(self, x0: float, y0: float, x1: float, y1: float) -> Result:
        """Objects whose box meets a window, in the city's coordinates."""
        box = _abi.cim_box(x0, y0, x1, y1)
        ids = ask_ids(lib.cim_city_window, self._o, ctypes.byref(box), guess=1024)
        return Result(self, np.array(ids, "u4") if np is not None else ids, len(ids))

    # ---- coordinates ----

    def from_lonlat(self, lon: float, lat: float) -> tuple[float, float]:
        """Degrees (WGS 84) in the city's coordinates."""
        x, y = geometry.lonlat([(lon, lat)], 4326, self.epsg).tolist()[0]
        return x, y

    def to_lonlat(self, x: float, y: float) -> tuple[float, float]:
        """The city's coordinates in degrees (WGS 84)."""
        lon, lat = geometry.lonlat([(x, y)], self.epsg).tolist()[0]
        return lon, lat

    # ---- files ----

    def export(
        self,
        path: Path,
        ids: Any = None,
        *,
        format: str | None = None,
        epsg: int = 0,
        lod: str | None = None,
        decimals: int = 0,  # pylint: disable=redefined-builtin
        overwrite: bool = False,
        relations: bool = False,
        extrude: bool = True,
        styles: bool = True,
        progress: Any = None,
    ) -> dict[str, Any]:
        """Write objects (a Result, numbers; None: all) to GeoJSON, GeoJSONSeq, CityJSON, CityJSONSeq, GeoPackage or EPANET, by suffix or format.

        epsg: of the output; 0: WGS 84 for GeoJSON, the city's for others.  Gives the report.
        """
        flags = (_abi.CIM_EXPORT_OVERWRITE if overwrite else 0) | (_abi.CIM_EXPORT_RELATIONS if relations else 0)
        flags |= (0 if extrude else _abi.CIM_EXPORT_NO_EXTRUDE) | (0 if styles else _abi.CIM_EXPORT_NO_STYLES)
        options = struct(_abi.cim_export_options, format=encode(format), lod=encode(lod), epsg=epsg, decimals=decimals, flags=flags)
        given = None if ids is None else _core.give(_numbers(ids), "u4", what="ids")
        with _core.with_progress(progress):
            return json_of(lib.cim_export, self._o, given, given.count if given else 0, encode(path), ctypes.byref(options), slow=True)

    # ---- networks ----

    def net(
        self,
        profile: str = "car",
        *,
        time: str | None = None,
        height_m: float = 0.0,
        width_m: float = 0.0,
        length_m: float = 0.0,
        weight_t: float = 0.0,
        profile_text: str | None = None,
        turns: str = "full",
    ) -> Net:
        """The road net with the costs of a profile: car, emergency, bus, truck, bicycle, foot, wheelchair, elderly.

        time: local time "2026-01-31T08:30" at which conditional rules are judged.  turns: "full" or "restricted".
        """
        from .net import Net

        return Net(self, profile, time=time, height_m=height_m, width_m=width_m, length_m=length_m, weight_t=weight_t, profile_text=profile_text, turns=turns)

    def prepare(self, *, turns: str = "full", progress: Any = None) -> bool:
        """Compile the road net into the city file, so that net() is quick; False when it is there already."""
        from .net import net_options

        with _core.with_progress(progress):
            return _core.slow_call(lib.cim_net_prepare, self._o, ctypes.byref(net_options(turns))) == _abi.CIM_OK

    def utility(self, network: str | None = None, *, snap_m: float = -1.0, serve_m: float = 0.0, controllers: Iterable[Any] = ()) -> Utility:
        """The utility networks: water, power, gas, heat, sewer, telecom; or one of them.

        snap_m: ends of lines meet what is this near; negative: as the city says.  serve_m: buildings hang on the nearest line this near.
        """
        from .utility import Utility

        return Utility(self, network, snap_m=snap_m, serve_m=serve_m, controllers=controllers)

    def scene(self, kinds: Iterable[str] = ("buildings", "constructions"), **options: Any) -> CityScene:
        """What hides, ready for sight lines: kinds "buildings", "constructions", "trees", "barriers".

        options: area (x0, y0, x1, y1), hides (a query), triangles (roofs and walls), terrain_path (GeoTIFF), removed (objects), default_height_m.
        """
        from .scene import CityScene

        return CityScene(self, kinds, **options)

    def sites(self) -> Sites:
        """A list of places where something may be put, or is; empty: add with find(), walls(), streets(), grid(), put()."""
        from .reach import Sites

        return Sites(self)

    def impact(self, utility: Utility | None = None, net: Net | None = None) -> Impact:
        """What follows when streets are closed or something fails; made ready once, then asked with find()."""
        from .utility import Impact

        return Impact(self, utility if utility is not None else self.utility(), net)


class _Found:
    """A cim_query_result, released with the last view of it."""

    def __init__(self) -> None:
        import weakref

        self.result = _abi.cim_query_result()
        weakref.finalize(self, lib.cim_query_result_dispose, ctypes.pointer(self.result)).atexit = False


def _numbers(ids: Any) -> Any:
    """Object numbers of a Result, of objects, or as they are."""
    if isinstance(ids, Result):
        return ids.ids
    if isinstance(ids, (list, tuple)):
        return [i.number if isinstance(i, Object) else i for i in ids]
    if isinstance(ids, Object):
        return [ids.number]
    return ids
