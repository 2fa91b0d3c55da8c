"""Sensors and what they cover: cameras, radio, range sensors, microphones and samplers against walls, streets, areas and people.

    scene = city.scene()
    cameras = scene.sensors(city.query("class = 'Camera'"))
    streets = scene.targets().lines(city.query("layer = 'road'"))
    cover = scene.cover(cameras, streets)
    cover.covered_weight, cover.weight, cover.spans("line", most=0)          # metres seen, metres in all, gaps

On bare arrays, without a city: `cim.Cover(None, [cim.sensor.make("camera", x, y, z)], cim.Targets().points(xyz))`.  Coordinates are x, y, z in metres,
heights absolute; yaw is clockwise from grid north, pitch above the horizontal.  Quality: cameras pixels a metre, radio dBm, noise dB, others 1 to 0.
"""
from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Sequence

from . import _abi, _core, errors, geometry
from ._core import Handle, build, call, decode, encode, lib, slow_call, struct
from .radio import ENVIRONMENTS, pick

if TYPE_CHECKING:
    from .scene import CityScene
    from .sight import Scene

KINDS = {
    "camera": _abi.CIM_SENSOR_CAMERA,
    "range": _abi.CIM_SENSOR_RANGE,
    "radio": _abi.CIM_SENSOR_RADIO,
    "sampler": _abi.CIM_SENSOR_SAMPLER,
    "noise": _abi.CIM_SENSOR_NOISE,
}
NAMES = {number: name for name, number in KINDS.items()}
MODELS = {"street": _abi.CIM_SENSOR_STREET, "free": _abi.CIM_SENSOR_FREE_SPACE, "terrain": _abi.CIM_SENSOR_TERRAIN}
ANGLES = {"tilt": _abi.CIM_SENSOR_ANGLE_TILT, "view": _abi.CIM_SENSOR_ANGLE_VIEW}
WORDS = {"kind": KINDS, "model": MODELS, "environment": ENVIRONMENTS, "angle": ANGLES}
CLASSES = ("nothing", "monitor", "detect", "observe", "recognise", "identify")
THROUGH, SIGHT, TURNS, LINE = _abi.CIM_SENSOR_THROUGH, _abi.CIM_SENSOR_SIGHT, _abi.CIM_SENSOR_TURNS, _abi.CIM_SENSOR_LINE
STRETCHES = {"line": _abi.CIM_TARGET_LINE, "wall": _abi.CIM_TARGET_WALL}
ALL = 0xFFFFFFFF


def _set(item: Any, fields: dict[str, Any], what: str) -> Any:
    """Fields of a structure by name, words as numbers."""
    for name, value in fields.items():
        if name in ("struct_size", "reserved0") or not hasattr(item, name):
            raise TypeError(f"there is no field {name} of {what}")
        if isinstance(value, str) and name in WORDS:
            value = pick(WORDS[name], value, name)
        setattr(item, name, encode(value) if isinstance(value, str) else value)
    return item


# ---- sensors ----


def make(kind: str, x: float, y: float, z: float, **fields: Any) -> Any:
    """A sensor (cim_sensor) with usual values: "camera", "range", "radio", "sampler", "noise".

    fields: yaw_deg, pitch_deg, hfov_deg, vfov_deg, range_m, pixels, least, power, frequency_mhz, flags (THROUGH, SIGHT, TURNS, LINE), ...
    Of a camera with hfov_deg alone, vfov_deg is what 16:9 makes of it.
    """
    number = pick(KINDS, kind, "kind")
    item = struct(_abi.cim_sensor, "cim_sensor_radio" if kind == "radio" else "cim_sensor_camera", kind=number, x=x, y=y, z=z)
    if kind not in ("camera", "radio"):
        item.hfov_deg, item.vfov_deg, item.pitch_deg, item.least = 360.0, 180.0, 0.0, 30.0 if kind == "noise" else 0.0
        item.range_m, item.power = {"range": 30.0, "sampler": 300.0}.get(kind, 0.0), 70.0 if kind == "noise" else 0.0
    if kind == "camera" and "hfov_deg" in fields and "vfov_deg" not in fields:
        h = fields["hfov_deg"]
        item.vfov_deg = math.degrees(2 * math.atan(math.tan(math.radians(h / 2)) * 9 / 16)) if h < 179 else 180.0
    return _set(item, fields, "sensors")


def assumed(sensor: Any) -> list[str]:
    """Which values of a sensor nobody stated.

    >>> with cim.open(town) as city:
    ...     cim.sensor.assumed(city.scene().sensors(["osm:node/91000014948"])[0])
    ['horizontal field of view', 'vertical field of view', 'resolution']
    """
    return [decode(lib.cim_sensor_assumed_name(1 << b)) or str(b) for b in range(32) if sensor.assumed >> b & 1]


def quality(sensor: Any, xyz: Any, *, seen: bool = True) -> float:
    """What a sensor would give at a point if nothing were in the way; NaN outside of its field of view or range.

    >>> round(cim.sensor.quality(cim.sensor.make("camera", 0, 0, 5, pitch_deg=0, hfov_deg=60), (0, 20, 5)), 2)
    83.14
    """
    out = ctypes.c_double()
    call(lib.cim_sensor_quality, ctypes.byref(sensor), _core.give(xyz, "f8", 3, count=1), int(seen), ctypes.byref(out))
    return out.value


def class_of(px_per_m: float) -> str:
    """What one can do with so many pixels a metre (IEC/EN 62676-4): "nothing", "monitor", "detect", "observe", "recognise", "identify"."""
    return CLASSES[lib.cim_sensor_class(px_per_m)]


class Sensors(Sequence[Any]):
    """Sensors: a sequence of cim_sensor, whose fields may be changed before coverage is asked for.  left_out: objects without a place.

    records: structured view of all of them, shape (n,), without a copy.
    """

    def __init__(self, items: Any = (), left_out: Iterable[Any] = ()):
        self.array, self.left_out = _core.to_ctypes(items, _abi.cim_sensor), list(left_out)

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, i: Any) -> Any:
        return Sensors(self.array[i]) if isinstance(i, slice) else self.array[i]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.array)

    def __add__(self, others: Any) -> Sensors:
        return Sensors([*self, *others], self.left_out)

    @property
    def records(self) -> Any:
        return _core.records(self.array, _abi.cim_sensor, len(self), self.array)

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        features = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": (s.x, s.y, s.z)},
                "properties": {"kind": NAMES[s.kind], "object": None if s.object == _core.NONE else s.object, "yaw_deg": s.yaw_deg, "hfov_deg": s.hfov_deg},
            }
            for s in self
        ]
        return {"type": "FeatureCollection", "features": features}


def read(scene: CityScene, objects: Iterable[Any], **options: Any) -> Sensors:
    """Sensors from objects of a city; made by `CityScene.sensors()`."""
    wish = _set(struct(_abi.cim_sensor_options), options, "sensors")
    numbers = _core.give([scene.city.get(o).number for o in objects], "u4")
    sight_of(scene)
    owner = build(_abi.cim_sensors, lib.cim_sensors_free, lib.cim_sensor_read, scene.city._o, scene._scene, numbers, numbers.count, ctypes.byref(wish))
    v = struct(_abi.cim_sensors_view)
    call(lib.cim_sensors_get, owner, ctypes.byref(v))
    return Sensors(v.sensors[: v.count] if v.count else [], [scene.city[n] for n in v.left[: v.left_count]] if v.left_count else [])


# ---- targets ----


def sight_of(scene: Scene | None) -> Any:
    return None if scene is None else scene._o


class Targets(Handle):
    """What is to be covered: points, walls, lines, cells of areas, objects; every call adds, and gives itself.

    Columns are views once a coverage was built of them (nothing can be added then), copies before: xyz (n, 3), normals (n, 2), weights (n,): metres of
    lines and walls, square metres of cells; extents (n, 2), objects (n,), kinds (n,).  step_m: at most so far apart; height_m above the ground; weight: a
    property of lines and objects, as "population".
    """

    def __init__(self, scene: CityScene | None = None):
        self.scene = scene
        self._fixed = False
        self._owner = build(_abi.cim_targets, lib.cim_targets_free, lib.cim_targets_new, slow=False)

    def _view(self) -> Any:
        v = struct(_abi.cim_targets_view)
        call(lib.cim_targets_get, self._o, ctypes.byref(v))
        return v

    def _column(self, name: str, kind: str, width: int = 1) -> Any:
        v = self._view()
        shape = (v.count, width) if width > 1 else (v.count,)
        if self._fixed or not v.count:
            return _core.column(getattr(v, name), kind, shape, self._o)
        out, room = _core.room(kind, shape)
        ctypes.memmove(room.pointer, getattr(v, name), v.count * width * ctypes.sizeof(room.pointer._type_))
        return out

    def __len__(self) -> int:
        return self._view().count

    def __bool__(self) -> bool:
        return True

    @property
    def xyz(self) -> Any:
        """Where they are: float64 of shape (n, 3)."""
        return self._column("xyz", "f8", 3)

    @property
    def normals(self) -> Any:
        """Outward from the wall; 0, 0: seen from all sides: float64 of shape (n, 2)."""
        return self._column("normal", "f8", 2)

    @property
    def weights(self) -> Any:
        """Weights: float64 of shape (n,)."""
        return self._column("weight", "f8")

    @property
    def extents(self) -> Any:
        """From, to along the line or outline of the object; of cells column and row times the side: float64 of shape (n, 2), metres."""
        return self._column("extent", "f8", 2)

    @property
    def objects(self) -> Any:
        """Numbers of objects: uint32 of shape (n,), 0xffffffff: none."""
        return self._column("object", "u4")

    @property
    def kinds(self) -> Any:
        """0 point, 1 wall, 2 line, 3 cell: uint8 of shape (n,)."""
        return self._column("kind", "u1")

    @property
    def weight(self) -> float:
        """The sum of the weights."""
        return self._view().weight_sum

    @property
    def left_out(self) -> list[int]:
        """Numbers of objects that gave no target."""
        v = self._view()
        return v.left[: v.left_count] if v.left_count else []

    def _scene(self) -> CityScene:
        if self.scene is None:
            raise errors.InvalidArgument("these targets were made without a scene of a city")
        sight_of(self.scene)
        return self.scene

    def _add(self, function: Any, objects: Any, options: dict[str, Any], city: bool) -> Targets:
        scene, wish = self._scene(), _set(struct(_abi.cim_target_options), options, "targets")
        numbers = None if objects is None else _core.give([scene.city.get(o).number for o in objects], "u4")
        first = (scene.city._o,) if city else ()
        slow_call(function, self._o, *first, scene._scene, numbers, numbers.count if numbers else 0, ctypes.byref(wish))
        return self

    def points(self, xyz: Any, *, normals: Any = None, weights: Any = None, objects: Any = None) -> Targets:
        """Bare points (n, 3); normals (n, 2), weights (n,), objects (n,)."""
        at = _core.give(xyz, "f8", 3, what="xyz")
        given = [
            None if data is None else _core.give(data, kind, width, count=at.count, what=what)
            for data, kind, width, what in ((normals, "f8", 2, "normals"), (weights, "f8", 1, "weights"), (objects, "u4", 1, "objects"))
        ]
        call(lib.cim_targets_add_points, self._o, at, *given, at.count)
        return self

    def walls(self, objects: Any = None, **options: Any) -> Targets:
        """Points on outer walls of buildings, 2 cm in front; None: of all objects of the scene.  options: step_m, height_m, top_m."""
        return self._add(lib.cim_targets_add_walls, objects, options, False)

    def lines(self, objects: Iterable[Any], **options: Any) -> Targets:
        """The middles of equal pieces of lines, such as streets.  options: step_m, height_m, weight, tunnels."""
        return self._add(lib.cim_targets_add_lines, objects, options, True)

    def things(self, objects: Iterable[Any], **options: Any) -> Targets:
        """A point for each object.  options: height_m, weight."""
        return self._add(lib.cim_targets_add_objects, objects, options, True)

    def area(self, area: Any, **options: Any) -> Targets:
        """The cells of a grid whose middle is in a polygon, or a box x0, y0, x1, y1, and in no building; only once.  options: step_m, height_m."""
        scene, geom, wish = self._scene(), _polygon(area), _set(struct(_abi.cim_target_options), options, "targets")
        slow_call(lib.cim_targets_add_area, self._o, scene._scene, ctypes.byref(geom.struct), ctypes.byref(wish))
        return self


def _polygon(area: Any) -> geometry.Geom:
    found = geometry.area_geoms(area)
    if len(found) != 1:
        raise errors.InvalidArgument("one polygon, multipolygon or box is needed")
    return found[0]


# ---- coverage ----


@dataclass(frozen=True)
class Region:
    """An area: its geometry, and how large it is."""

    geometry: dict[str, Any]
    area_m2: float

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {"type": "Feature", "geometry": self.geometry, "properties": {"area_m2": self.area_m2}}


@dataclass(frozen=True)
class Span:
    """A stretch of an object's line or outline, from from_m to to_m; folds: by how many sensors the worst of it is covered; xy: its targets (x, y)."""

    object: int
    folds: int
    from_m: float
    to_m: float
    xy: list[tuple[float, float]]

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        shape: dict[str, Any] = {"type": "LineString", "coordinates": tuple(self.xy)} if len(self.xy) > 1 else {"type": "Point", "coordinates": self.xy[0]}
        members = {"object": self.object, "folds": self.folds, "from_m": self.from_m, "to_m": self.to_m}
        return {"type": "Feature", "geometry": shape, "properties": members}


def options_of(scene: Scene | None, privacy: Any, keep_out: Any, terrain: Any) -> tuple[Any, Any]:
    """cim_cover_options, and what they borrow."""
    options, kept = struct(_abi.cim_cover_options), [terrain]
    for name, area in (("privacy", privacy), ("keep_out", keep_out)):
        if area is not None:
            geom = _polygon(area)
            kept.append(geom)
            setattr(options, name, ctypes.pointer(geom.struct))
    if terrain is not None:
        options.terrain = ctypes.pointer(terrain[0])
    elif hasattr(scene, "prism_object"):
        v = struct(_abi.cim_scene_view)
        call(lib.cim_scene_view_get, scene._scene, ctypes.byref(v))  # type: ignore[union-attr]
        options.terrain = v.terrain
        kept.append(scene._scene)  # type: ignore[union-attr]
    return options, kept


class Cover(Handle):
    """What sensors cover of targets; immutable, may be shared by threads.

    Views, without a copy: first uint64 (sensors + 1,), targets uint32 and quality float32 (entries,): sensor s covers targets[first[s]:first[s + 1]];
    folds uint16, best float32, best_sensor uint32 (targets,): by how many, the best quality, and whose; own_weight, unique_weight float64 (sensors,).
    weight, covered_weight; fold_weight (by number of sensors, the last: eight and more), class_weight (by CLASSES, of cameras); masked_count;
    violations: (sensor, square metres of the keep-out area it sees).

    >>> sensors = [cim.sensor.make("range", 0, 0, 2, range_m=10), cim.sensor.make("range", 12, 0, 2, range_m=10)]
    >>> cover = cim.Cover(None, sensors, cim.Targets().points([(5, 0, 2), (9, 0, 2), (30, 0, 2)], weights=[1, 2, 4]))
    >>> cover.covered_weight, cover.weight, list(map(int, cover.folds))
    (3.0, 7.0, [2, 2, 0])
    """

    def __init__(self, scene: Scene | None, sensors: Any, targets: Targets, *, privacy: Any = None, keep_out: Any = None, terrain: Any = None):
        self.scene, self.sensors = scene, sensors if isinstance(sensors, Sensors) else Sensors(sensors)
        options, self._kept = options_of(scene, privacy, keep_out, terrain)
        given, n, o = self.sensors.array, len(self.sensors), ctypes.byref(options)
        self._targets = targets._o
        self._take(build(_abi.cim_cover, lib.cim_cover_free, lib.cim_cover_build, sight_of(scene), given, n, targets._o, o))
        targets._fixed = True

    def _take(self, owner: Any) -> None:
        v = struct(_abi.cim_cover_view)
        call(lib.cim_cover_get, owner, ctypes.byref(v))
        self._owner = owner
        n, t = v.sensor_count, v.target_count
        self.first: Any = _core.column(v.first, "u8", n + 1, owner)
        entries = int(self.first[n])
        self.targets: Any = _core.column(v.targets, "u4", entries, owner)
        self.quality: Any = _core.column(v.quality, "f4", entries, owner)
        self.weights: Any = _core.column(v.weights, "f8", t, owner)
        self.folds: Any = _core.column(v.folds, "u2", t, owner)
        self.best: Any = _core.column(v.best, "f4", t, owner)
        self.best_sensor: Any = _core.column(v.best_sensor, "u4", t, owner)
        self.own_weight: Any = _core.column(v.own_weight, "f8", n, owner)
        self.unique_weight: Any = _core.column(v.unique_weight, "f8", n, owner)
        self.weight: float = v.weight
        self.covered_weight: float = v.covered_weight
        self.fold_weight, self.fold_count = list(v.fold_weight), list(v.fold_count)
        self.class_weight, self.class_count = list(v.class_weight), list(v.class_count)
        self.masked_count, self.tested_count = v.masked_count, v.tested_count
        self.violations = [(x.sensor, x.area_m2) for x in v.violations[: v.violation_count]] if v.violation_count else []

    def __len__(self) -> int:
        return len(self.sensors)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "<Cover, closed>" if self.closed else f"<Cover of {self.covered_weight:.6g} of {self.weight:.6g} by {len(self)} sensors>"

    def _other(self, owner: Any, scene: Scene | None, sensors: Sensors) -> Cover:
        other = Cover.__new__(Cover)
        other.scene, other.sensors, other._kept, other._targets = scene, sensors, self._kept, self._targets
        other._take(owner)
        return other

    def add(self, sensors: Any) -> Cover:
        """The same with more sensors behind those there are; their rows are not made anew."""
        more = sensors if isinstance(sensors, Sensors) else Sensors(sensors)
        return self._other(build(_abi.cim_cover, lib.cim_cover_free, lib.cim_cover_add, self._o, more.array, len(more)), self.scene, self.sensors + more)

    def change(self, scene: Scene, boxes: Any) -> Cover:
        """The same in a scene that differs only within some boxes (n, 4), as by a building that is removed: only sight lines over them are taken again."""
        given = _core.give(boxes, "f8", 4, what="boxes")
        made = (_abi.cim_box * given.count)()
        if given.count:
            ctypes.memmove(made, given.pointer, ctypes.sizeof(made))
        return self._other(build(_abi.cim_cover, lib.cim_cover_free, lib.cim_cover_change, self._o, scene._o, made, given.count), scene, self.sensors)

    def spans(self, kind: str = "line", least: int = 0, most: int = ALL) -> list[Span]:
        """Stretches of lines ("line") or walls ("wall") covered by least to most sensors, neighbouring pieces joined; 0 to 0: gaps."""
        count, size = ctypes.c_size_t(), ctypes.sizeof(_abi.cim_cover_span)
        data = _core.bytes_of(lib.cim_cover_spans, self._o, pick(STRETCHES, kind, "kind"), least, most, more=(ctypes.byref(count),), slow=True)
        found: Any = (_abi.cim_cover_span * count.value).from_buffer_copy(data[: count.value * size]) if count.value else ()
        v = struct(_abi.cim_targets_view)
        call(lib.cim_targets_get, self._targets, ctypes.byref(v))
        return [Span(s.object, s.folds, s.from_m, s.to_m, [(v.xyz[3 * i], v.xyz[3 * i + 1]) for i in range(s.first, s.first + s.count)]) for s in found]

    def area(self, least: int = 0, most: int = ALL) -> Region:
        """The union of the cells covered by least to most sensors; 0 to 0: the blind spots."""
        out = ctypes.c_double()
        data = _core.bytes_of(lib.cim_cover_area, self._o, least, most, more=(ctypes.byref(out),), slow=True)
        return Region(geometry.from_wkb(data), out.value)

    def field(self, sensor: int) -> Region:
        """The ground that a sensor, by number, can cover: what is seen from it, cut to its sector and range."""
        if not 0 <= sensor < len(self):
            raise errors.InvalidArgument(f"sensor {sensor} of {len(self)}")
        return field(self.scene, self.sensors[sensor])

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """Stretches that are covered and gaps, and of cells both areas: a FeatureCollection."""
        features: list[dict[str, Any]] = []
        for what, least, most in (("covered", 1, ALL), ("gap", 0, 0)):
            things: list[Any] = [*self.spans("wall", least, most), *self.spans("line", least, most), self.area(least, most)]
            for thing in things:
                f = thing.__geo_interface__
                if f["geometry"]["coordinates"]:
                    features.append({**f, "properties": {"kind": what, **f["properties"]}})
        return {"type": "FeatureCollection", "features": features}


def field(scene: Scene | None, sensor: Any) -> Region:
    """The ground that a sensor can cover; scene None: nothing hides."""
    out = ctypes.c_double()
    data = _core.bytes_of(lib.cim_sensor_field, None if scene is None else scene._query(), ctypes.byref(sensor), more=(ctypes.byref(out),), slow=True)
    return Region(geometry.from_wkb(data), out.value)
