"""Spatial indexes on bare arrays: what is here, what is nearest, what meets what.

    index = cim.Index(boxes)                      # float64 of shape (n, 4): min_x, min_y, max_x, max_y
    index.query(0, 0, 100, 100)                   # uint32 ids
    index.nearest(50, 50, k=3)                    # ids, distances
"""
from __future__ import annotations

import ctypes
import math
from typing import Any, Iterable

from . import _abi, _core, errors, geometry
from ._core import Handle, Owner, build, bytes_of, call, lib, slow_call, struct

np = _core.np
INF = math.inf


def _box_probe(x0: float, y0: float, x1: float, y1: float, distance: float = 0.0, z: tuple[float, float] = (-INF, INF), classes: int = 0) -> Any:
    return _abi.cim_probe(_abi.CIM_PROBE_BOX, classes, x0, y0, x1, y1, z[0], z[1], distance)


def _probes(boxes: Any, distance: float, classes: int) -> Any:
    """Probes of boxes, shape (n, 4), or points, shape (n, 2)."""
    rows = boxes.tolist() if hasattr(boxes, "tolist") else [list(b) for b in boxes]
    made = (_abi.cim_probe * len(rows))()
    for p, r in zip(made, rows):
        if len(r) == 2:
            r = r + r
        if len(r) != 4:
            raise errors.InvalidArgument("rows of x, y or min_x, min_y, max_x, max_y are needed")
        p.kind, p.classes = _abi.CIM_PROBE_BOX, classes
        p.x0, p.y0, p.x1, p.y1 = r
        p.z0, p.z1, p.distance = -INF, INF, distance
    return made


class Index(Handle):
    """A packed index over boxes.  Immutable; may be shared by threads.

    boxes: float64 of shape (n, 4), or of shape (n, 2) for points.  z: (n, 2), least and greatest.  classes: uint32 masks.  ids: uint32, else 0, 1, ...

    >>> index = cim.Index([(0, 0, 1, 1), (5, 5, 6, 6), (9, 9, 9, 9)])
    >>> sorted(map(int, index.query(0, 0, 5, 5)))
    [0, 1]
    """

    def __init__(self, boxes: Any, *, z: Any = None, classes: Any = None, ids: Any = None, best: bool = False):
        width = _width(boxes)
        if width == 2:
            boxes = np.hstack([boxes, boxes]) if np is not None else [(*p, *p) for p in boxes]
        given = _core.give(boxes, "f8", 4, what="boxes")
        options = struct(_abi.cim_index_options, order=_abi.CIM_INDEX_OMT if best else _abi.CIM_INDEX_HILBERT)
        kept = []
        for name, values, kind, w in (("z", z, "f8", 2), ("classes", classes, "u4", 1), ("ids", ids, "u4", 1)):
            if values is not None:
                kept.append(_core.give(values, kind, w, count=given.count, what=name))
                setattr(options, name, kept[-1].pointer)
        self._owner = build(
            _abi.cim_index,
            lib.cim_index_free,
            lib.cim_index_build,
            ctypes.cast(given.pointer, ctypes.POINTER(_abi.cim_box)),
            given.count,
            ctypes.byref(options),
        )
        del kept

    @classmethod
    def _of(cls, owner: Owner) -> Index:
        index = cls.__new__(cls)
        index._owner = owner
        return index

    @classmethod
    def load(cls, data: bytes) -> Index:
        """An index from the bytes of save(); damaged ones raise BadFormat."""
        return cls._of(build(_abi.cim_index, lib.cim_index_free, lib.cim_index_load, ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p), len(data)))

    def save(self) -> bytes:
        """The index as bytes, for a file."""
        return bytes_of(lib.cim_index_save, self._o)

    def __len__(self) -> int:
        return lib.cim_index_count(self._o)

    @property
    def nbytes(self) -> int:
        return lib.cim_index_bytes(self._o)

    @property
    def extent(self) -> tuple[float, float, float, float] | None:
        """The box around all boxes; None of an empty index."""
        box = _abi.cim_box()
        return (box.min_x, box.min_y, box.max_x, box.max_y) if lib.cim_index_extent(self._o, ctypes.byref(box)) else None

    def _ask(self, probe: Any) -> Any:
        ids = _core.ask_ids(lib.cim_index_query, self._o, ctypes.byref(probe), guess=64)
        return np.array(ids, "u4") if np is not None else ids

    def query(self, x0: float, y0: float, x1: float, y1: float, *, distance: float = 0.0, z: tuple[float, float] = (-INF, INF), classes: int = 0) -> Any:
        """Ids of the boxes that meet a box or lie within a distance of it, uint32."""
        return self._ask(_box_probe(x0, y0, x1, y1, distance, z, classes))

    def along(self, x0: float, y0: float, x1: float, y1: float, *, classes: int = 0) -> Any:
        """Ids of the boxes that a segment meets."""
        return self._ask(_abi.cim_probe(_abi.CIM_PROBE_SEGMENT, classes, x0, y0, x1, y1, -INF, INF))

    def meets(self, shapes: Shapes, shape: int = 0, *, classes: int = 0) -> Any:
        """Ids of the boxes that meet a geometry of Shapes."""
        probe = _abi.cim_probe(_abi.CIM_PROBE_SHAPE, classes, 0, 0, 0, 0, -INF, INF, 0.0, shapes._o._as_parameter_, shape)
        return self._ask(probe)

    def query_many(self, boxes: Any, *, distance: float = 0.0, classes: int = 0) -> tuple[Any, Any]:
        """Many boxes (n, 4) or points (n, 2) at once: (first, ids): those of box i are ids[first[i]:first[i + 1]]."""
        probes = _probes(boxes, distance, classes)
        n = len(probes)
        starts, counts, buf = (ctypes.c_size_t * n)(), (ctypes.c_size_t * n)(), _abi.cim_buf()
        try:
            slow_call(lib.cim_index_query_many, self._o, probes, n, starts, counts, ctypes.byref(buf))
            data = _core.take_buf(buf)
        finally:
            lib.cim_buf_dispose(ctypes.byref(buf))
        found = np.frombuffer(data, "u4") if np is not None else memoryview(data).cast("I") if data else []
        first, out = [0], []
        for i in range(n):
            out.append(found[starts[i] : starts[i] + counts[i]])
            first.append(first[-1] + counts[i])
        if np is not None:
            return np.array(first, "i8"), np.concatenate(out) if out else np.empty(0, "u4")
        return first, [v for part in out for v in part]

    def nearest(self, x: float, y: float, k: int = 1, *, distance: float = INF, classes: int = 0) -> tuple[Any, Any]:
        """The k boxes nearest to a point, nearest first: ids (uint32) and distances (float64)."""
        if k < 1:
            raise errors.InvalidArgument("k is 1 at least")
        k = min(k, max(len(self), 1))
        probe = _box_probe(x, y, x, y, distance, classes=classes)
        ids, distances, count = (ctypes.c_uint32 * k)(), (ctypes.c_double * k)(), ctypes.c_size_t()
        call(lib.cim_index_nearest, self._o, ctypes.byref(probe), k, ids, distances, ctypes.byref(count))
        a, b = ids[: count.value], distances[: count.value]
        return (np.array(a, "u4"), np.array(b, "f8")) if np is not None else (a, b)

    def nearest_many(self, points: Any, k: int = 1, *, distance: float = INF, classes: int = 0) -> tuple[Any, Any]:
        """The k boxes nearest to many points: ids of shape (n, k), cim.index.NONE where there are fewer, and distances, infinity there."""
        probes = _probes(points, distance, classes)
        n = len(probes)
        ids, room_i = _core.room("u4", (n, k))
        far, room_d = _core.room("f8", (n, k))
        counts = (ctypes.c_size_t * n)()
        slow_call(lib.cim_index_nearest_many, self._o, probes, n, k, room_i, room_d, counts)
        for i in range(n):
            for j in range(counts[i], k):
                ids[i, j], far[i, j] = _core.NONE, INF
        return ids, far

    def join(self, other: Index | None = None, distance: float = 0.0) -> Any:
        """All pairs of boxes that meet or lie within a distance: uint32 of shape (pairs, 2); with None of this index itself, each pair once."""
        count = ctypes.c_size_t()
        data = bytes_of(lib.cim_index_join, self._o, (other or self)._o, distance, more=(ctypes.byref(count),), slow=True)
        if np is not None:
            return np.frombuffer(data, "u4").reshape(-1, 2)
        flat = memoryview(data).cast("I").tolist() if data else []
        return list(zip(flat[0::2], flat[1::2]))


NONE = _core.NONE


def _width(boxes: Any) -> int:
    shape = getattr(boxes, "shape", None)
    if shape is not None and len(shape) == 2:
        return shape[1]
    for b in boxes:
        return len(b) if hasattr(b, "__len__") else 4
    return 4


class LiveIndex(Handle):
    """An index that changes.  apply() takes a batch, view() gives an Index that never changes."""

    def __init__(
        self, start: Index | None = None, *, extent: tuple[float, float, float, float] | None = None, max_id: int | None = None, background: bool = False
    ):
        options = struct(_abi.cim_live_options, background=int(background))
        if extent is not None:
            options.extent = _abi.cim_box(*extent)
        if max_id is not None:
            options.max_id = max_id
        self._owner = build(
            _abi.cim_live_index, lib.cim_live_index_free, lib.cim_live_index_new, start._o if start is not None else None, ctypes.byref(options)
        )

    def apply(self, put: Iterable[tuple[int, float, float, float, float]] = (), delete: Iterable[int] = ()) -> int:
        """Put boxes (id, min_x, min_y, max_x, max_y) and delete ids, all or nothing; gives the epoch."""
        changes = [_abi.cim_index_change(_index(i), _abi.CIM_CHANGE_PUT, _abi.cim_box(*box)) for i, *box in put]
        changes += [_abi.cim_index_change(_index(i), _abi.CIM_CHANGE_DELETE) for i in delete]
        epoch = ctypes.c_uint64()
        call(lib.cim_live_index_apply, self._o, (_abi.cim_index_change * len(changes))(*changes), len(changes), ctypes.byref(epoch))
        return epoch.value

    def view(self) -> Index:
        """The index as it is after the last batch."""
        return Index._of(Owner(lib.cim_live_index_view(self._o, None), lib.cim_index_free))

    def merge(self) -> None:
        """Pack everything anew."""
        slow_call(lib.cim_live_index_merge, self._o)

    def __len__(self) -> int:
        info = _abi.cim_live_info()
        lib.cim_live_index_info(self._o, ctypes.byref(info))
        return info.count


def _index(value: int) -> int:
    if not 0 <= value < _core.NONE:
        raise errors.InvalidArgument(f"id {value} is not within 0 and 2^32 - 2")
    return value


class Shapes(Handle):
    """Many geometries in one structure: inside, distance, nearest place; exact.  Given as `__geo_interface__` (shapely, mappings)."""

    def __init__(self, things: Iterable[Any]):
        geoms = [geometry.Geom(t) for t in things]
        array = (_abi.cim_geom * len(geoms))(*(g.struct for g in geoms))
        self._owner = build(_abi.cim_shapes, lib.cim_shapes_free, lib.cim_shapes_build, array, len(geoms))

    WHERE = {0: "outside", 1: "boundary", 2: "inside"}

    def __len__(self) -> int:
        return lib.cim_shapes_count(self._o)

    def locate(self, shape: int, x: float, y: float) -> str:
        """Where a point lies: "inside", "boundary" or "outside"."""
        return self.WHERE[lib.cim_shapes_locate(self._o, _index(shape), x, y)]

    def distance(self, shape: int, x: float, y: float) -> float:
        """Distance of a point; 0 inside an area, infinity of an empty shape."""
        return lib.cim_shapes_distance(self._o, _index(shape), x, y)

    def distances(self, which: Any, xy: Any) -> Any:
        """Distances of pairs of shape (uint32) and point (float64 of shape (n, 2))."""
        a, b = _core.give(which, "u4", what="which"), _core.give(xy, "f8", 2, what="xy")
        if a.count != b.count:
            raise errors.InvalidArgument(f"{a.count} shapes and {b.count} points")
        out, room = _core.room("f8", a.count)
        slow_call(lib.cim_shapes_distance_many, self._o, a, b, a.count, room)
        return out
