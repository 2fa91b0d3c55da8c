"""What is seen: sight lines among prisms and terrain, on bare arrays: the engine without a city.

    scene = cim.sight.Scene(footprints, base_m, top_m)
    scene.lines(eyes, targets)             # uint8: 1 seen, 0 hidden
    scene.isovist(x, y, z_m=1.7).geometry

Coordinates are x, y, z in metres of one projected system.
"""
from __future__ import annotations

import ctypes
import threading
from typing import Any, Iterable

from . import _abi, _core, errors, geometry
from ._core import Handle, Owner, build, call, lib, slow_call, struct

np = _core.np
NONE, TERRAIN, BEYOND = _core.NONE, _abi.CIM_SIGHT_TERRAIN, _abi.CIM_SIGHT_BEYOND


def raster(height_m: Any, *, x: float = 0.0, y: float = 0.0, step_x_m: float = 1.0, step_y_m: float = 1.0) -> tuple[Any, Any]:
    """Heights at posts, float32 of shape (rows, columns), NaN: none; post (c, r) is at x + c * step_x_m, y + r * step_y_m."""
    if np is not None:
        a = np.ascontiguousarray(height_m, "f4")
        if a.ndim != 2:
            raise errors.InvalidArgument(f"height_m: two dimensions are needed, not {a.ndim}")
        rows, columns, given = a.shape[0], a.shape[1], _core.give(a, "f4")
    else:
        rows, columns = len(height_m), len(height_m[0]) if len(height_m) else 0
        given = _core.give(height_m, "f4", count=rows * columns)
    return struct(_abi.cim_sight_raster, columns=columns, rows=rows, x=x, y=y, step_x_m=step_x_m, step_y_m=step_y_m, height_m=given.pointer), given


class Isovist:
    """What is seen around a point in the plane: area_m2, xy (the outline, float64 of shape (n, 2)), geometry."""

    def __init__(self, area_m2: float, xy: Any):
        self.area_m2, self.xy = area_m2, xy

    @property
    def geometry(self) -> dict[str, Any]:
        points = tuple(map(tuple, self.xy.tolist()))
        return {"type": "Polygon", "coordinates": (points + points[:1],) if points else ()}

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {"type": "Feature", "geometry": self.geometry, "properties": {"area_m2": self.area_m2}}


class Scene(Handle):
    """Prisms: footprints (polygons as `__geo_interface__`) with base_m and top_m, float64 by footprint; terrain: what raster() gives.

    May be shared by threads.
    """

    def __init__(self, footprints: Iterable[Any] = (), base_m: Any = (), top_m: Any = (), *, terrain: tuple[Any, Any] | None = None, cell_m: float = 0.0):
        xy: list[float] = []
        rings: list[int] = []
        prisms: list[int] = []
        for f in footprints:
            g = geometry.Geom(f)
            if g.struct.type not in (_abi.CIM_GEOM_POLYGON, _abi.CIM_GEOM_MULTIPOLYGON):
                raise errors.InvalidArgument("a footprint is a polygon")
            first = len(xy) // 2
            xy += [v for i, v in enumerate(g.coords) if i % g.dim < 2]
            rings += [first + r for r in g.rings]
            prisms.append(len(rings))
        base, top = _core.give(base_m, "f8", count=len(prisms), what="base_m"), _core.give(top_m, "f8", count=len(prisms), what="top_m")
        given = _core.give(xy, "f8", 2), _core.give(rings, "u4"), _core.give(prisms, "u4")
        made = struct(
            _abi.cim_sight_prisms,
            prism_count=len(prisms),
            ring_count=len(rings),
            vertex_count=len(xy) // 2,
            prism_end=given[2].pointer,
            ring_end=given[1].pointer,
            xy=given[0].pointer,
            base_m=base.pointer,
            top_m=top.pointer,
        )
        options = struct(_abi.cim_sight_options, cell_m=cell_m)
        if terrain is not None:
            options.terrain = ctypes.pointer(terrain[0])
        self._owner = build(_abi.cim_sight_scene, lib.cim_sight_scene_free, lib.cim_sight_scene_build, ctypes.byref(made), ctypes.byref(options))
        self._queries = threading.local()

    def _query(self) -> Owner:
        scene = self._o
        query = getattr(self._queries, "query", None)
        if query is None:
            query = self._queries.query = build(_abi.cim_sight_query, lib.cim_sight_query_free, lib.cim_sight_query_new, scene, slow=False)
        return query

    def blocker(self, start: Any, end: Any) -> int | None:
        """None when one point (x, y, z) is seen from the other; else the number of a prism in the way, or TERRAIN."""
        a, b, out = _core.give(start, "f8", 3, count=1), _core.give(end, "f8", 3, count=1), ctypes.c_uint32()
        call(lib.cim_sight_line, self._o, a, b, ctypes.byref(out))
        return None if out.value == _core.NONE else out.value

    def lines(self, starts: Any, ends: Any) -> Any:
        """Many sight lines: float64 of shape (n, 3) each; uint8 of shape (n,), 1 seen."""
        a = _core.give(starts, "f8", 3, what="starts")
        b = _core.give(ends, "f8", 3, count=a.count, what="ends")
        out, room = _core.room("u1", a.count)
        slow_call(lib.cim_sight_lines, self._o, a, b, a.count, room)
        return out

    def fan(self, eye: Any, targets: Any) -> Any:
        """Sight lines from one point to many: uint8 of shape (n,), 1 seen."""
        a, b = _core.give(eye, "f8", 3, count=1), _core.give(targets, "f8", 3, what="targets")
        out, room = _core.room("u1", b.count)
        slow_call(lib.cim_sight_fan, self._query(), a, b, b.count, room)
        return out

    def isovist(self, x: float, y: float, *, z_m: float = 0.0, max_m: float = 0.0, arc_deg: float = 1.0) -> Isovist:
        """What is seen around a point in the plane, exactly; max_m 0: as far as the scene reaches."""
        options, r = struct(_abi.cim_sight_isovist_options, z_m=z_m, max_m=max_m, arc_deg=arc_deg), struct(_abi.cim_sight_isovist)
        query = self._query()
        slow_call(lib.cim_sight_isovist_find, query, x, y, ctypes.byref(options), ctypes.byref(r))
        flat = _core.copied(r.xy, "f8", 2 * r.count)
        return Isovist(r.area_m2, flat.reshape(-1, 2) if np is not None else (flat.cast("B").cast("d", [r.count, 2]) if r.count else flat))

    def sky(self, point: Any, *, max_m: float = 0.0) -> float:
        """The sky view factor at a point (x, y, z), 0 to 1."""
        out = ctypes.c_double()
        slow_call(lib.cim_sight_sky, self._query(), _core.give(point, "f8", 3, count=1), max_m, ctypes.byref(out))
        return out.value

    def lit(self, points: Any, azimuth_deg: float, elevation_deg: float) -> Any:
        """Which points (n, 3) are in the sun: uint8 of shape (n,)."""
        a = _core.give(points, "f8", 3, what="points")
        out, room = _core.room("u1", a.count)
        slow_call(lib.cim_sight_sun_lit, self._o, a, a.count, azimuth_deg, elevation_deg, room)
        return out

    def sun_hours(
        self,
        points: Any,
        *,
        latitude_deg: float,
        longitude_deg: float,
        from_s: float,
        to_s: float,
        step_s: float = 600.0,
        least_deg: float = 0.0,
        north_deg: float = 0.0,
        normals: Any = None,
    ) -> Any:
        """Hours in the sun of points (n, 3) between two times (seconds since 1970): float64 of shape (n,)."""
        a = _core.give(points, "f8", 3, what="points")
        options = struct(
            _abi.cim_sight_sun_options,
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            from_s=from_s,
            to_s=to_s,
            step_s=step_s,
            least_deg=least_deg,
            north_deg=north_deg,
        )
        before = None if normals is None else _core.give(normals, "f8", 3, count=a.count, what="normals")
        if before is not None:
            options.normals = before.pointer
        out, room = _core.room("f8", a.count)
        slow_call(lib.cim_sight_sun_hours, self._o, a, a.count, ctypes.byref(options), room)
        return out


def viewshed(
    height_m: Any,
    column: int,
    row: int,
    *,
    eye_height_m: float = 1.75,
    target_height_m: float = 0.0,
    max_m: float = 0.0,
    step_x_m: float = 1.0,
    step_y_m: float = 1.0,
    earth_radius_m: float = 0.0,
    refraction: float = 0.14286,
    columns: bool = False,
) -> Any:
    """Which posts of a raster (float32 of shape (rows, columns)) are seen from one of them: uint8 of the same shape, 1 seen, 0 hidden, BEYOND."""
    item, given = raster(height_m, step_x_m=step_x_m, step_y_m=step_y_m)
    options = struct(
        _abi.cim_sight_viewshed_options,
        eye_height_m=eye_height_m,
        target_height_m=target_height_m,
        max_m=max_m,
        earth_radius_m=earth_radius_m,
        refraction=refraction,
        method=_abi.CIM_SIGHT_COLUMNS if columns else _abi.CIM_SIGHT_INTERPOLATED,
    )
    if not (0 <= column < item.columns and 0 <= row < item.rows):
        raise errors.InvalidArgument(f"post {column}, {row} of {item.columns} by {item.rows}")
    out, room = _core.room("u1", (item.rows, item.columns))
    slow_call(lib.cim_sight_viewshed, ctypes.byref(item), column, row, ctypes.byref(options), room)
    del given
    return out


def sun(unix_s: float, latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
    """Where the sun stands: azimuth from north over east, and elevation, in degrees."""
    item = struct(_abi.cim_sight_sun)
    call(lib.cim_sight_sun_at, unix_s, latitude_deg, longitude_deg, ctypes.byref(item))
    return item.azimuth_deg, item.elevation_deg
