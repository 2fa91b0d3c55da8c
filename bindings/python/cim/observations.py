"""Observations: what is measured where and when, in the city file.

    with cim.Observations("town.cim", write=True) as o:
        o.ingest("feed.ndjson", city)
    o = cim.Observations("town.cim")
    times_ms, values, qualities = o.window("AQ-1/NO2", from_ms, to_ms)

Times are milliseconds since 1970 UTC (int64), values float64, NaN: a gap that somebody reported.
"""
from __future__ import annotations

import ctypes
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _abi, _core, errors
from ._core import Handle, bytes_of, build, call, decode, encode, lib, slow_call, struct

if TYPE_CHECKING:
    from .city import City, Path

KINDS = ("number", "boolean", "text")
ALWAYS = (_abi.CIM_TIME_MIN_MS, _abi.CIM_TIME_MAX_MS)


@dataclass(frozen=True)
class Stream:
    """One property measured at one place.  object, edge: numbers in the city, None: none."""

    number: int
    id: str
    thing: str | None
    name: str | None
    property: str | None
    unit: str | None
    kind: str
    object: int | None
    edge: int | None
    offset_m: float
    x: float
    y: float
    z: float


@dataclass(frozen=True)
class Observation:
    """One observation; value of a stream of texts: the word."""

    stream: int
    time_ms: int
    value: float | str
    quality: int


@dataclass(frozen=True)
class Bucket:
    """Statistics of a span of time; NaN where count is 0."""

    start_ms: int
    count: int
    left_out: int
    min: float
    max: float
    mean: float
    sum: float
    time_mean: float


def time_ms(text: str) -> int:
    """ISO 8601 in milliseconds since 1970 UTC.

    >>> cim.observations.time_ms("2024-05-13T00:00:00+02:00")
    1715551200000
    """
    out = ctypes.c_int64()
    call(lib.cim_time_parse, encode(text), ctypes.byref(out))
    return out.value


class Observations(Handle):
    """The observations of a city file; path None: an empty store in memory.  Calls of several threads take turns.

    >>> o = cim.Observations(None)
    >>> o.put("AQ-1/NO2", property="NO2", unit="ug/m3")
    1
    >>> o.append("AQ-1/NO2", [1000, 2000], [31.5, 30.0])
    >>> o.latest("AQ-1/NO2").value
    30.0
    """

    def __init__(self, path: Path | None, *, write: bool = False, commit_ms: int = 0, who: str | None = None, why: str | None = None):
        options = struct(
            _abi.cim_sense_options, flags=_abi.CIM_SENSE_WRITE if write or path is None else 0, commit_ms=commit_ms, who=encode(who), why=encode(why)
        )
        self._lock = threading.RLock()
        self._writes = write
        self._owner = build(_abi.cim_sense, lib.cim_sense_free, lib.cim_sense_open, encode(path), ctypes.byref(options))

    def __len__(self) -> int:
        count = ctypes.c_uint32()
        with self._lock:
            call(lib.cim_sense_count, self._o, ctypes.byref(count))
        return count.value

    def __bool__(self) -> bool:
        return True

    def __exit__(self, *error: Any) -> None:
        if self._writes and not self.closed and error[0] is None:
            self.finish()
        self.close()

    # ---- streams ----

    def find(
        self, *, id: str | None = None, thing: str | None = None, property: str | None = None, object: int | None = None
    ) -> list[int]:  # pylint: disable=redefined-builtin
        """Numbers of streams by id, thing, property, object; none when there are none."""
        f = struct(_abi.cim_stream_filter, gid=encode(id), thing=encode(thing), property=encode(property), object=_core.NONE if object is None else object)
        try:
            with self._lock:
                return _core.ask_ids(lib.cim_sense_find, self._o, ctypes.byref(f))
        except errors.NotFound:
            return []

    def _number(self, stream: str | int) -> int:
        if isinstance(stream, str):
            found = self.find(id=stream)
            if not found:
                raise errors.NotFound(f"no stream has the id {stream}")
            return found[0]
        if not 0 <= stream < _core.NONE:
            raise errors.NotFound(f"no stream has the number {stream}")
        return int(stream)

    def stream(self, stream: str | int) -> Stream:
        """What is known of a stream."""
        s = struct(_abi.cim_stream)
        with self._lock:
            number = self._number(stream)
            call(lib.cim_sense_stream, self._o, number, ctypes.byref(s))
            return Stream(
                number=number,
                id=decode(s.gid) or "",
                thing=decode(s.thing),
                name=decode(s.name),
                property=decode(s.property),
                unit=decode(s.unit),
                kind=KINDS[s.kind],
                object=None if s.object == _core.NONE else s.object,
                edge=None if s.edge == _core.NONE else s.edge,
                offset_m=s.offset_m,
                x=s.x,
                y=s.y,
                z=s.z,
            )

    def put(
        self, id: str, *, kind: str = "number", object: int | None = None, edge: int | None = None, **fields: Any
    ) -> int:  # pylint: disable=redefined-builtin
        """Add a stream, or say anew what is known of it (thing, name, property, unit, x, y, z, offset_m, period_ms); gives its number."""
        if kind not in KINDS:
            raise errors.InvalidArgument(f"kind: {kind} is not one of {', '.join(KINDS)}")
        s = struct(_abi.cim_stream, gid=encode(id), kind=KINDS.index(kind))
        s.object, s.edge = (_core.NONE if n is None else n for n in (object, edge))
        for name, value in fields.items():
            if name not in ("thing", "name", "property", "unit", "attrs", "offset_m", "x", "y", "z", "period_ms"):
                raise TypeError(f"a stream has no {name}")
            setattr(s, name, encode(value) if isinstance(value, str) else value)
        out = ctypes.c_uint32()
        with self._lock:
            call(lib.cim_sense_stream_put, self._o, ctypes.byref(s), ctypes.byref(out))
        return out.value

    # ---- writing ----

    def append(self, stream: str | int, times_ms: Any, values: Any, qualities: Any = None) -> None:
        """Add observations, in any order: int64, float64, uint8 (0 good, 1 uncertain, 2 bad) of shape (n,)."""
        t = _core.give(times_ms, "i8", what="times_ms")
        v = _core.give(values, "f8", count=t.count, what="values")
        q = None if qualities is None else _core.give(qualities, "u1", count=t.count, what="qualities")
        with self._lock:
            slow_call(lib.cim_sense_append, self._o, self._number(stream), t, v, q, t.count)

    def append_text(self, stream: str | int, at_ms: int, text: str, quality: int = 0) -> None:
        """Add one observation of a text."""
        with self._lock:
            call(lib.cim_sense_append_text, self._o, self._number(stream), at_ms, encode(text), quality)

    def ingest(
        self, path: Path, city: City | None = None, *, format: str | None = None, keep_going: bool = False
    ) -> dict[str, Any]:  # pylint: disable=redefined-builtin
        """Read a file (SensorThings, NGSI-LD, CSV, NDJSON, Dynamizers); gives the report."""
        options = struct(_abi.cim_ingest_options, format=encode(format), flags=_abi.CIM_INGEST_KEEP_GOING if keep_going else 0)
        if city is not None:
            options.city = city._o._as_parameter_
        with self._lock:
            return json.loads(bytes_of(lib.cim_sense_ingest, self._o, encode(path), ctypes.byref(options), slow=True))

    def commit(self) -> None:
        """Write everything that was added and make it durable."""
        with self._lock:
            slow_call(lib.cim_sense_commit, self._o)

    def finish(self) -> None:
        """Commit, with an entry in the change log; `with` does it."""
        with self._lock:
            slow_call(lib.cim_sense_finish, self._o)

    # ---- asking ----

    def window(self, stream: str | int, from_ms: int = ALWAYS[0], to_ms: int = ALWAYS[1]) -> tuple[Any, Any, Any]:
        """Observations with from_ms <= time < to_ms, by time: int64 times, float64 values, uint8 qualities, each of shape (n,)."""
        count, cap = ctypes.c_size_t(), 1024
        with self._lock:
            number = self._number(stream)
            while True:
                (times, a), (values, b), (qualities, c) = _core.room("i8", cap), _core.room("f8", cap), _core.room("u1", cap)
                call(lib.cim_sense_window, self._o, number, from_ms, to_ms, a, b, c, cap, ctypes.byref(count))
                if count.value <= cap:
                    return times[: count.value], values[: count.value], qualities[: count.value]
                cap = count.value

    def _one(self, o: Any) -> Observation:
        word = decode(lib.cim_sense_word(self._o, o.stream, o.value))
        return Observation(o.stream, o.time_ms, o.value if word is None else word, o.quality)

    def latest(self, stream: str | int, at_ms: int | None = None) -> Observation | None:
        """The newest observation, or the newest at or before a time; None: there is none yet."""
        o = _abi.cim_observation()
        with self._lock:
            number = self._number(stream)
            if at_ms is None:
                status = call(lib.cim_sense_latest, self._o, number, ctypes.byref(o))
            else:
                status = call(lib.cim_sense_at, self._o, number, at_ms, ctypes.byref(o))
            return None if status == _abi.CIM_DONE else self._one(o)

    def snapshot(self, property: str | None = None, at_ms: int = ALWAYS[1], max_age_ms: int = 0) -> list[Observation]:  # pylint: disable=redefined-builtin
        """What all streams of a property said at a time."""
        with self._lock:
            found = _core.ask_ids(lib.cim_sense_snapshot, self._o, encode(property), at_ms, max_age_ms, type_=_abi.cim_observation, guess=256)
            return [self._one(o) for o in found]

    def rollup(self, stream: str | int, bucket_ms: int = 0, *, from_ms: int = ALWAYS[0], to_ms: int = ALWAYS[1], time_mean: bool = False) -> list[Bucket]:
        """Count, least, greatest, mean and sum by buckets of time; bucket_ms 0: one bucket."""
        wish = struct(_abi.cim_rollup, from_ms=from_ms, to_ms=to_ms, bucket_ms=bucket_ms, flags=_abi.CIM_ROLLUP_TIME_MEAN if time_mean else 0)
        count, cap = ctypes.c_size_t(), 256
        with self._lock:
            number = self._number(stream)
            while True:
                room = (_abi.cim_bucket * cap)()
                slow_call(lib.cim_sense_rollup, self._o, number, ctypes.byref(wish), room, None, cap, ctypes.byref(count))
                if count.value <= cap:
                    return [Bucket(b.start_ms, b.count, b.left_out, b.min, b.max, b.mean, b.sum, b.time_mean) for b in room[: count.value]]
                cap = count.value
