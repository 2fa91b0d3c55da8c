"""Live traffic on a road net: closures, speeds and feeds become weights; made by `Net.traffic()`.

    traffic = net.traffic()
    traffic.say("osm:way/123", closed=True, source="police", priority=10)
    now = traffic.publish()
    now.route(a, b)                    # on the weights as they are now; the net before stays as it was
"""
from __future__ import annotations

import ctypes
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable

from . import _abi, _core, errors, geometry
from ._core import Owner, ask_ids, build, call, encode, lib, slow_call, struct

if TYPE_CHECKING:
    from .net import Net

WAYS = {None: _abi.CIM_ROUTE_BOTH_WAYS, "along": _abi.CIM_ROUTE_ALONG, "against": _abi.CIM_ROUTE_AGAINST}
FORMATS = {
    None: _abi.CIM_TRAFFIC_AUTO,
    "csv": _abi.CIM_TRAFFIC_CSV,
    "ndjson": _abi.CIM_TRAFFIC_NDJSON,
    "geojson": _abi.CIM_TRAFFIC_GEOJSON,
    "gtfs-json": _abi.CIM_TRAFFIC_GTFS_JSON,
    "gtfs": _abi.CIM_TRAFFIC_GTFS,
}


@dataclass(frozen=True)
class Fed:
    """What was read of a feed; unknown: the first ids that mean no street."""

    rows: int
    changes: int
    unknown_count: int
    ignored: int
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Cut:
    """A watched object that is cut off: whether one does not get there, and whether one does not get away."""

    object: int
    to: bool
    away: bool


def now_ms() -> int:
    """The clock, in milliseconds since 1970."""
    return int(time.time() * 1000)


def time_ms(text: str) -> int:
    """ "2026-01-31T12:00:00Z" in milliseconds since 1970."""
    out = ctypes.c_int64()
    call(lib.cim_traffic_time, encode(text), ctypes.byref(out))
    return out.value


class Traffic:
    """Live weights.  May be shared by threads; readers never wait."""

    def __init__(self, net: Net, labels: str, radius_m: float, vehicle_s: float, min_speed_kmh: float):
        from .net import label_options

        net.ready("none")
        wish = label_options(labels)
        options = struct(_abi.cim_traffic_options, radius_m=radius_m, vehicle_s=vehicle_s, min_speed_kmh=min_speed_kmh)
        if labels != "none":
            options.labels = ctypes.pointer(wish)
        assert net._hierarchy is not None
        self.net = net
        self._hierarchy: Owner = net._hierarchy
        self._o = build(_abi.cim_traffic, lib.cim_traffic_free, lib.cim_traffic_new, net.city._o, net._o, net._hierarchy, ctypes.byref(options))
        self._live = Owner(lib.cim_traffic_live(self._o), None, self._o)
        self.published: dict[str, int] = {}

    def source(self, name: str, priority: int = 0) -> int:
        """The number of who says something; the higher priority wins."""
        out = ctypes.c_uint32()
        call(lib.cim_route_live_source, self._live, encode(name), priority, ctypes.byref(out))
        return out.value

    def arcs(self, where: Any, way: str | None = None, least_share: float = 0.0) -> list[int]:
        """The arcs of a street (id, object), a junction ("osm:node/5") or what lies at a geometry; way: None, "along", "against"."""
        if way not in WAYS:
            raise errors.InvalidArgument(f"way: {way} is not along or against")
        if hasattr(where, "class_name"):
            where = where.id
        if isinstance(where, str):
            return ask_ids(lib.cim_traffic_find, self._o, encode(where), WAYS[way], guess=64)
        geom = geometry.area_geoms(where)[0]
        return ask_ids(lib.cim_traffic_within, self._o, ctypes.byref(geom.struct), least_share, WAYS[way], guess=1024)

    def say(
        self,
        where: Any,
        *,
        closed: bool | None = None,
        speed_kmh: float | None = None,
        factor: float | None = None,
        penalty_s: float | None = None,
        withdraw: bool = False,
        source: str = "python",
        priority: int = 0,
        way: str | None = None,
        event: int = 0,
        reported_ms: int | None = None,
        from_ms: int = _abi.CIM_ROUTE_ALWAYS_FROM,
        until_ms: int = _abi.CIM_ROUTE_ALWAYS_UNTIL,
    ) -> int:
        """Say the same of all arcs of a street or area, seen after the next publish(); gives the number of arcs.  Raises NotFound when no street is there."""
        kinds: list[tuple[int, float]] = []
        if closed is not None:
            kinds.append((_abi.CIM_ROUTE_CLOSED if closed else _abi.CIM_ROUTE_OPEN, 0.0))
        if speed_kmh is not None:
            kinds.append((_abi.CIM_ROUTE_SPEED, speed_kmh))
        if factor is not None:
            kinds.append((_abi.CIM_ROUTE_FACTOR, factor))
        if penalty_s is not None:
            kinds.append((_abi.CIM_ROUTE_PENALTY, penalty_s * 1000.0))
        if withdraw:
            kinds = [(_abi.CIM_ROUTE_WITHDRAW, 0.0)]
        if not kinds:
            raise errors.InvalidArgument("closed, speed_kmh, factor, penalty_s or withdraw says what")
        arcs = self.arcs(where, way)
        if not arcs:
            raise errors.NotFound(f"no street: {where}")
        number, given = self.source(source, priority), (ctypes.c_uint32 * len(arcs))(*arcs)
        for kind, value in kinds:
            change = _abi.cim_route_change(0, number, kind, event, value, now_ms() if reported_ms is None else reported_ms, from_ms, until_ms)
            call(lib.cim_traffic_say, self._o, given, len(arcs), ctypes.byref(change))
        return len(arcs)

    def feed(
        self,
        data: Any,
        *,
        format: str | None = None,
        source: str | None = None,
        priority: int = 0,
        snapshot: bool = False,  # pylint: disable=redefined-builtin
        reported_ms: int | None = None,
    ) -> Fed:
        """Read a feed (a path, or bytes) and apply it: all of it or, after an error, nothing.

        Formats: csv, ndjson, geojson, gtfs-json, gtfs; None: by content."""
        if format not in FORMATS:
            raise errors.InvalidArgument(f"format: {format} is not one of {', '.join(str(f) for f in FORMATS)}")
        name = "feed"
        if not isinstance(data, (bytes, bytearray, memoryview)):
            name = os.fspath(data)
            with open(data, "rb") as f:
                data = f.read()
        text, at = bytes(data), 0
        unknown: list[str] = []

        def read(_: Any, to: int, size: int) -> int:
            nonlocal at
            part = text[at : at + size]
            ctypes.memmove(to, part, len(part))
            at += len(part)
            return len(part)

        def not_known(_: Any, id: bytes, size: int) -> None:  # pylint: disable=redefined-builtin
            if len(unknown) < 100:
                unknown.append(id[:size].decode("utf-8", "replace"))

        given = struct(
            _abi.cim_traffic_input,
            name=encode(name),
            format=FORMATS[format],
            snapshot=int(snapshot),
            reported_ms=now_ms() if reported_ms is None else reported_ms,
            read=_abi.cim_route_feed_read_fn(read),
            unknown=_abi.cim_traffic_unknown_fn(not_known),
            source=self.source(source or os.path.basename(name), priority),
        )
        fed = struct(_abi.cim_traffic_fed)
        slow_call(lib.cim_traffic_feed, self._o, ctypes.byref(given), ctypes.byref(fed))
        return Fed(fed.row_count, fed.change_count, fed.unknown_count, fed.ignored_count, tuple(unknown))

    def publish(self, at_ms: int | None = None) -> Net:
        """What was said becomes the next epoch; gives the net with these weights.  at_ms: the time it is of, not before the last one; None: the clock."""
        info = struct(_abi.cim_route_published)
        slow_call(lib.cim_route_live_publish, self._live, now_ms() if at_ms is None else at_ms, ctypes.byref(info))
        self.published = {name: getattr(info, name) for name, *_ in info._fields_ if name != "struct_size"}
        return self.now()

    def now(self) -> Net:
        """The net with the weights that were published last; it never changes."""
        view = Owner(lib.cim_route_live_view(self._live), lib.cim_route_view_free)
        metric = Owner(lib.cim_route_view_metric(view), None, (view, self._hierarchy))
        return self.net._with_metric(self._hierarchy, metric, lib.cim_route_view_epoch(view, None))

    def watch(self, objects: Iterable[Any]) -> None:
        """Watch objects (hospitals, fire stations): cuts() tells which of them one cannot reach or leave any more."""
        numbers = [self.net.city.get(o).number for o in objects]
        slow_call(lib.cim_traffic_watch, self._o, (ctypes.c_uint32 * len(numbers))(*numbers), len(numbers))

    def cuts(self) -> list[Cut]:
        """The watched objects that are cut off in the last published epoch."""
        return [
            Cut(c.object, bool(c.cut & _abi.CIM_ROUTE_CUT_TO), bool(c.cut & _abi.CIM_ROUTE_CUT_FROM))
            for c in ask_ids(lib.cim_traffic_cuts, self._o, type_=_abi.cim_traffic_cut)
        ]
