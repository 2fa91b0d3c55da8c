"""Geometries between Python and C: `__geo_interface__` (GeoJSON-like mappings, shapely) both ways, and WKB.

Coordinates are those of the city's reference system (easting, northing in metres), x before y; `__geo_interface__` has no word for that.  `lonlat()`
transforms to degrees.
"""
from __future__ import annotations

import ctypes
import struct as _struct
from typing import Any

from . import _abi, _core, errors
from ._core import call, lib

TYPES = {1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}
NUMBERS = {name: number for number, name in TYPES.items()}


def interface(thing: Any) -> dict[str, Any] | None:
    """The geometry of something that has one: a mapping, `__geo_interface__`, a Feature; None of others."""
    if hasattr(thing, "__geo_interface__"):
        thing = thing.__geo_interface__
    if not isinstance(thing, dict) or "type" not in thing:
        return None
    if thing["type"] == "Feature":
        return interface(thing.get("geometry"))
    if thing["type"] == "FeatureCollection":
        features = thing.get("features") or []
        if len(features) != 1:
            raise errors.InvalidArgument(f"one feature is needed, not {len(features)}")
        return interface(features[0])
    return thing


def lonlat(xy: Any, epsg: int, target: int = 4326) -> Any:
    """Points of reference system `epsg` as longitude and latitude (or in another system): array of shape (n, 2), a copy."""
    given = _core.give(xy, "f8", 2, what="points")
    out, room = _core.room("f8", (given.count, 2))
    ctypes.memmove(room.pointer, given.pointer, 16 * given.count)
    call(lib.cim_crs_transform, epsg, target, given.count, room)
    return out


# ---- to C ----


class Geom:
    """A geometry for C, and the arrays that it borrows."""

    def __init__(self, thing: Any):
        mapping = interface(thing)
        if mapping is None or mapping["type"] not in NUMBERS:
            raise errors.InvalidArgument(f"no geometry: {mapping['type'] if mapping else type(thing).__name__}")
        self.coords: list[float] = []
        self.rings: list[int] = []
        self.parts: list[int] = []
        self.dim = 0
        try:
            self._take(mapping["type"], mapping["coordinates"])
        except (KeyError, TypeError, IndexError, ValueError) as e:
            raise errors.InvalidArgument(f"no coordinates of a {mapping['type']}: {e}") from e
        dim = self.dim or 2
        self.arrays = (
            (ctypes.c_double * len(self.coords))(*self.coords),
            (ctypes.c_uint32 * len(self.rings))(*self.rings),
            (ctypes.c_uint32 * len(self.parts))(*self.parts),
        )
        self.struct = _abi.cim_geom(
            NUMBERS[mapping["type"]],
            dim,
            len(self.coords) // dim,
            len(self.rings),
            len(self.parts),
            0,
            ctypes.cast(self.arrays[0], ctypes.POINTER(ctypes.c_double)),
            *(ctypes.cast(a, ctypes.POINTER(ctypes.c_uint32)) for a in self.arrays[1:]),
        )

    def _point(self, p: Any) -> None:
        xyz = [float(v) for v in p][:3]
        if not self.dim:
            self.dim = len(xyz)
        if len(xyz) < 2 or len(xyz) != self.dim:
            raise ValueError("a position without two or three numbers, as the others have")
        self.coords += xyz

    def _ring(self, points: Any) -> None:
        for p in points:
            self._point(p)
        self.rings.append(len(self.coords) // (self.dim or 2))

    def _take(self, kind: str, c: Any) -> None:
        parts = c if kind.startswith("Multi") else [c]
        for part in parts:
            if kind.endswith("Polygon"):
                for ring in part:
                    self._ring(ring)
            else:
                self._ring([part] if kind.endswith("Point") else part)
            self.parts.append(len(self.rings))


def area_geoms(things: Any) -> list[Geom]:
    """Polygons of one thing or several: (x0, y0, x1, y1) is a box."""
    if things is None:
        return []
    if interface(things) is not None or _is_box(things):
        things = [things]
    return [Geom(box(*t) if _is_box(t) else t) for t in things]


def _is_box(t: Any) -> bool:
    return isinstance(t, (tuple, list)) and len(t) == 4 and all(isinstance(v, (int, float)) for v in t)


def box(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    """A box as a polygon."""
    return {"type": "Polygon", "coordinates": (((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)),)}


def point_of(mapping: dict[str, Any]) -> tuple[float, float]:
    """A point of a geometry: itself, or the middle of its vertices' box."""
    g = Geom(mapping)
    if not g.coords:
        raise errors.InvalidArgument("the geometry is empty")
    xs, ys = g.coords[0 :: g.dim], g.coords[1 :: g.dim]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


# ---- from C ----


def from_geom(g: Any) -> dict[str, Any]:
    """A cim_geom as a GeoJSON-like mapping."""
    dim = g.dim
    flat = g.coords[: g.vertex_count * dim]
    points = list(zip(*(flat[k::dim] for k in range(dim)))) if flat else []
    rings, at = [], 0
    for i in range(g.ring_count):
        rings.append(tuple(points[at : g.ring_end[i]]))
        at = g.ring_end[i]
    parts, at = [], 0
    for i in range(g.part_count):
        parts.append(tuple(rings[at : g.part_end[i]]))
        at = g.part_end[i]
    name = TYPES[g.type]
    inner: list[Any] = [p if name.endswith("Polygon") else p[0][0] if name.endswith("Point") else p[0] for p in parts]
    return {"type": name, "coordinates": tuple(inner) if name.startswith("Multi") else inner[0]}


def from_wkb(data: bytes) -> dict[str, Any]:
    """ISO WKB as a GeoJSON-like mapping."""
    at = 0

    def take(form: str) -> Any:
        nonlocal at
        out = _struct.unpack_from(form, data, at)
        at += _struct.calcsize(form)
        return out

    def geometry() -> dict[str, Any]:
        order = "<" if take("B")[0] else ">"
        code = take(order + "I")[0]
        dim = 3 if code // 1000 in (1, 3) else 2
        kind = TYPES.get(code % 1000)

        def points(n: int) -> tuple:
            flat = take(f"{order}{n * dim}d")
            return tuple(zip(*(flat[k::dim] for k in range(dim))))

        if kind is None:
            raise errors.BadFormat(f"no WKB: type {code}")
        if kind == "Point":
            return {"type": kind, "coordinates": points(1)[0]}
        count = take(order + "I")[0]
        if kind == "LineString":
            return {"type": kind, "coordinates": points(count)}
        if kind == "Polygon":
            return {"type": kind, "coordinates": tuple(points(take(order + "I")[0]) for _ in range(count))}
        return {"type": kind, "coordinates": tuple(geometry()["coordinates"] for _ in range(count))}

    return geometry()


def in_degrees(mapping: dict[str, Any], epsg: int) -> dict[str, Any]:
    """The same geometry in longitude and latitude."""
    g = Geom(mapping)
    xy = [v for i, v in enumerate(g.coords) if i % g.dim < 2]
    out = lonlat(xy, epsg)
    moved = iter(out.tolist())

    def move(c: Any) -> Any:
        return (
            tuple((*next(moved), *c[2:]) if isinstance(c[0], (int, float)) else move(c) for c in c)
            if c and not isinstance(c[0], (int, float))
            else (*next(moved), *c[2:])
            if c
            else c
        )

    return {"type": mapping["type"], "coordinates": move(mapping["coordinates"])}
