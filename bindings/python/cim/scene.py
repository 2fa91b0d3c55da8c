"""Sight in a city: what hides, made of the objects of a city; made by `City.scene()`.

    scene = city.scene()
    eye = scene.place("osm:node/91000014948")          # a camera: x, y, z
    scene.seen(eye, city.query("class = 'Building'"))  # how much of each is seen
"""
from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable

from . import _abi, _core, errors, sight
from ._core import Owner, build, call, decode, encode, lib, slow_call, struct

if TYPE_CHECKING:
    from .city import City, Object
    from .sensor import Cover, Sensors, Targets

KINDS = {
    "buildings": _abi.CIM_SCENE_BUILDINGS,
    "constructions": _abi.CIM_SCENE_CONSTRUCTIONS,
    "trees": _abi.CIM_SCENE_TREES,
    "barriers": _abi.CIM_SCENE_BARRIERS,
}
GROUND = {0: "none", 1: "points", 2: "relief", 3: "raster"}


@dataclass(frozen=True)
class Sighting:
    """How an object is seen: share of its points that are, distance_m to the nearest of them (else to the nearest).

    blocker: what is in the way to the first point that is not seen.
    """

    object: Object
    points: int
    seen: int
    blocker: Object | str | None
    distance_m: float
    xyz: tuple[float, float, float]

    @property
    def share(self) -> float:
        return self.seen / self.points if self.points else 0.0


@dataclass(frozen=True)
class Streets:
    """Streets near an eye: their length, how much of it is seen, and the stretches that are: object, from_m, to_m along its line, and both ends (x, y)."""

    length_m: float
    seen_m: float
    stretches: list[tuple[int, float, float, tuple[float, float], tuple[float, float]]]

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {"type": "MultiLineString", "coordinates": tuple((a, b) for _, _, _, a, b in self.stretches)}


class CityScene(sight.Scene):
    """What hides in a city; all questions of cim.sight.Scene, and those that name objects.  Heights are absolute.  May be shared by threads.

    objects: uint32 view of those that hide; prism_object: the object of every prism; ground_from: "none", "points", "relief", "raster".
    """

    def __init__(
        self,
        city: City,
        kinds: Iterable[str] = ("buildings", "constructions"),
        *,
        area: tuple[float, float, float, float] | None = None,
        hides: str | None = None,
        triangles: bool = False,
        terrain_path: Any = None,
        removed: Iterable[Any] = (),
        default_height_m: float | None = None,
    ):
        self.city = city
        bits = 0
        for k in kinds:
            if k not in KINDS:
                raise errors.InvalidArgument(f"kinds: {k} is not one of {', '.join(KINDS)}")
            bits |= KINDS[k]
        gone = [city.get(o).number for o in removed]
        given = (ctypes.c_uint32 * len(gone))(*gone)
        options = struct(_abi.cim_scene_options, kinds=bits, hides=encode(hides), terrain_path=encode(terrain_path), removed_count=len(gone))
        options.removed = ctypes.cast(given, ctypes.POINTER(ctypes.c_uint32))
        options.detail = _abi.CIM_SCENE_TRIANGLES if triangles else _abi.CIM_SCENE_PRISMS
        if area is not None:
            options.area = _abi.cim_box(*area)
        if default_height_m is not None:
            options.default_height_m = default_height_m
        self._scene = build(_abi.cim_scene, lib.cim_scene_free, lib.cim_scene_build, city._o, ctypes.byref(options))
        self._owner = Owner(lib.cim_sight_scene_ref(lib.cim_scene_sight(self._scene)), lib.cim_sight_scene_free, self._scene)
        self._queries = threading.local()
        v = struct(_abi.cim_scene_view)
        call(lib.cim_scene_view_get, self._scene, ctypes.byref(v))
        self.prism_count, self.guessed_count, self.ground_from = v.prism_count, v.guessed_count, GROUND.get(v.ground, "none")
        self.objects: Any = _core.column(v.objects, "u4", v.object_count, self._scene)
        self.prism_object: Any = _core.column(v.prism_object, "u4", v.prism_count, self._scene)
        self._left = [(x.object, x.reason) for x in v.left[: v.left_count]] if v.left_count else []

    def __repr__(self) -> str:
        return "<CityScene, closed>" if self.closed else f"<CityScene of {self.prism_count} prisms>"

    @property
    def left_out(self) -> list[tuple[Object, str]]:
        """Objects that could hide and do not, with the reason."""
        return [(self.city[o], decode(lib.cim_scene_reason(r)) or "") for o, r in self._left]

    def ground(self, x: float, y: float) -> float:
        """Height of the ground, in metres of the city's vertical datum."""
        self._o  # pylint: disable=pointless-statement
        return lib.cim_scene_ground(self._scene, x, y)

    def _who(self, number: int) -> Object | str | None:
        if number == _core.NONE:
            return None
        return "terrain" if number == sight.TERRAIN else "added" if number == _abi.CIM_SCENE_ADDED else self.city[number]

    def blocked_by(self, start: Any, end: Any) -> Object | str | None:
        """None when one point (x, y, z) is seen from the other; else an object in the way, or "terrain"."""
        self._o  # pylint: disable=pointless-statement
        a, b, out = _core.give(start, "f8", 3, count=1), _core.give(end, "f8", 3, count=1), ctypes.c_uint32()
        call(lib.cim_scene_line, self._scene, a, b, ctypes.byref(out))
        return self._who(out.value)

    def place(self, object: Any, height_m: float = float("nan")) -> tuple[float, float, float]:  # pylint: disable=redefined-builtin
        """Where an object's eye is: x, y, z; height_m above its roof or the ground, NaN: 1.6 m, of a sensor its own height."""
        self._o  # pylint: disable=pointless-statement
        xyz = (ctypes.c_double * 3)()
        call(lib.cim_scene_place, self._scene, self.city._o, self.city.get(object).number, height_m, xyz)
        return xyz[0], xyz[1], xyz[2]

    def streets(self, eye: Any, max_m: float, *, height_m: float = 1.5) -> Streets:
        """Which parts of which streets within max_m are seen from a point (x, y, z), at a height above them."""
        self._o  # pylint: disable=pointless-statement
        given = _core.give(eye, "f8", 3, count=1)
        owner = build(_abi.cim_scene_streets_result, lib.cim_scene_streets_free, lib.cim_scene_streets_find, self._scene, self.city._o, given, height_m, max_m)
        v = struct(_abi.cim_scene_streets)
        call(lib.cim_scene_streets_get, owner, ctypes.byref(v))
        found = v.stretches[: v.stretch_count] if v.stretch_count else []
        return Streets(v.length_m, v.seen_m, [(s.object, s.from_m, s.to_m, (s.from_[0], s.from_[1]), (s.to[0], s.to[1])) for s in found])

    def seen(self, eye: Any, objects: Iterable[Any], *, height_m: float = 1.5, step_m: float = 2.0) -> list[Sighting]:
        """How much of each of some objects is seen from a point (x, y, z)."""
        self._o  # pylint: disable=pointless-statement
        things = [self.city.get(o) for o in objects]
        numbers, out = (ctypes.c_uint32 * len(things))(*(o.number for o in things)), (_abi.cim_scene_sighting * len(things))()
        slow_call(lib.cim_scene_seen, self._scene, self.city._o, _core.give(eye, "f8", 3, count=1), numbers, len(things), height_m, step_m, out)
        return [Sighting(o, s.points, s.seen, self._who(s.blocker), s.distance_m, (s.xyz[0], s.xyz[1], s.xyz[2])) for o, s in zip(things, out)]

    def north(self, x: float, y: float) -> tuple[float, float, float]:
        """Longitude and latitude of a place, and the direction of the y axis from true north over east: for sun_hours() and lit(), in degrees."""
        lonlat, out = (ctypes.c_double * 2)(), ctypes.c_double()
        call(lib.cim_scene_north, self.city._o, x, y, lonlat, ctypes.byref(out))
        return lonlat[0], lonlat[1], out.value

    # ---- sensors ----

    def sensors(self, objects: Iterable[Any], **options: Any) -> Sensors:
        """Sensors from objects (ids, objects, a Result), with usual values where none are stated; a camera inside a building is moved out to its wall.

        options: kind, angle ("tilt", or "view" where camera:angle is the field of view), height_m, pitch_deg, hfov_deg, vfov_deg, pixels, least,
        range_m, power, gain_db, frequency_mhz, model ("street", "free", "terrain"), environment ("high-rise", "low-rise", "residential").
        """
        from .sensor import read

        return read(self, objects, **options)

    def targets(self) -> Targets:
        """What is to be covered; none yet: add walls(), lines(), area(), things(), points()."""
        from .sensor import Targets

        return Targets(self)

    def cover(self, sensors: Any, targets: Targets, **options: Any) -> Cover:
        """What sensors cover of targets.  options: privacy (an area masked in every image), keep_out (an area no camera may see).

        >>> with cim.open(town) as city:
        ...     scene = city.scene()
        ...     streets = scene.targets().lines(city.query("layer = 'road'"))
        ...     cover = scene.cover(scene.sensors(city.query("class = 'Camera'"), angle="view"), streets)
        ...     len(cover), round(cover.covered_weight, 1), round(cover.weight, 1)
        (25, 1167.4, 55822.5)
        """
        from .sensor import Cover

        return Cover(self, sensors, targets, **options)
