"""Traces in utility networks, on bare arrays: the engine without a city.

    network = cim.trace.Network(start=[0, 1, 2], end=[1, 2, 3], sources=[0], devices=cim.trace.devices(edge=[1], end=[0]))
    network.find("downstream", [1])       # elements: nodes 0 .. node_count - 1, then edges: edge e is element node_count + e
    network.isolate([network.edge(2)])

Numbers in, numbers out: numpy arrays of uint32 and float64, or any sequences of numbers.  Results are arrays of their own.
"""
from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from typing import Any, Iterable, Sequence

from . import _abi, _core, errors
from ._core import Handle, Owner, build, call, encode, lib, slow_call, struct

np = _core.np
KINDS = {
    "connected": _abi.CIM_TRACE_CONNECTED,
    "subnetwork": _abi.CIM_TRACE_SUBNETWORK,
    "controllers": _abi.CIM_TRACE_CONTROLLERS,
    "upstream": _abi.CIM_TRACE_UPSTREAM,
    "downstream": _abi.CIM_TRACE_DOWNSTREAM,
    "loops": _abi.CIM_TRACE_LOOPS,
    "bridges": _abi.CIM_TRACE_BRIDGES,
    "cut-nodes": _abi.CIM_TRACE_CUT_NODES,
}
DEVICE_KINDS = ("valve", "switch", "pump", "regulator", "transformer", "check_valve", "fuse", "meter", "hydrant", "other")
OUT, SHUT, NORMALLY_SHUT, INOPERABLE, INACCESSIBLE, SOURCE = (
    _abi.CIM_TRACE_OUT,
    _abi.CIM_TRACE_SHUT,
    _abi.CIM_TRACE_NORMALLY_SHUT,
    _abi.CIM_TRACE_INOPERABLE,
    _abi.CIM_TRACE_INACCESSIBLE,
    _abi.CIM_TRACE_SOURCE,
)
THINGS = {"node": _abi.CIM_TRACE_NODE, "edge": _abi.CIM_TRACE_EDGE, "device": _abi.CIM_TRACE_DEVICE}


@dataclass
class Found:
    """What a trace found: elements (uint32, ascending), why (for each the element it was reached from, cim.trace.NONE for a start), sums by column."""

    elements: Any
    why: Any
    node_count: int
    features: Any
    sums: dict[str, float]
    epoch: int

    def __len__(self) -> int:
        return len(self.elements)


@dataclass
class Isolated:
    """How to isolate: devices to shut, leave, keep shut, stuck ones; elements of the works and lost ones; sources inside; sums by column."""

    shut: Any
    leave: Any
    keep: Any
    stuck: Any
    works: Any
    lost: Any
    sources: Any
    works_sums: dict[str, float]
    lost_sums: dict[str, float]
    epoch: int


@dataclass
class Resupplied:
    """How what is lost can be supplied from elsewhere; length infinity: there is no way."""

    way: Any
    open: Any
    shut: Any
    regained: Any
    regained_sums: dict[str, float]
    length: float


@dataclass(frozen=True)
class Fallback:
    """What if a device does not turn: how many to shut instead, and what the column loses more."""

    device: int
    shut_count: int
    has_source: bool
    added: float


@dataclass(frozen=True)
class Hit:
    """A device, and the length of the way to it."""

    device: int
    length: float


NONE = _core.NONE


def devices(edge: Sequence[int], end: Sequence[int], kind: Any = None, flags: Any = None, direction: Any = None) -> dict[str, Any]:
    """Devices for Network(): uint32 edges, ends 0 or 1, kinds (numbers or names), flags OUT .. INACCESSIBLE, directions."""
    return {"edge": edge, "end": end, "kind": kind, "flags": flags, "direction": direction}


def kind_bits(kinds: Iterable[str | int]) -> int:
    bits = 0
    for k in [kinds] if isinstance(kinds, (str, int)) else kinds:
        if isinstance(k, str) and k not in DEVICE_KINDS:
            raise errors.InvalidArgument(f"{k} is not one of {', '.join(DEVICE_KINDS)}")
        number = DEVICE_KINDS.index(k) if isinstance(k, str) else int(k)
        if not 0 <= number < 32:
            raise errors.InvalidArgument(f"kind {number} of 32")
        bits |= 1 << number
    return bits


class Tracer(Handle):
    """A network with a state, to be traced.  May be shared by threads; `publish()` makes a new state, which later questions see."""

    column_names: list[str]
    node_count: int
    edge_count: int

    def _begin(self, network: Owner, base: Owner | None = None, normal_state: bool = False) -> None:
        self._owner = network
        self._queries = threading.local()
        options = struct(_abi.cim_trace_status_options, normal_state=int(normal_state))
        self._status = build(_abi.cim_trace_status, lib.cim_trace_status_free, lib.cim_trace_status_new, network, base, ctypes.byref(options))
        self._view = Owner(lib.cim_trace_status_view(self._status), lib.cim_trace_view_free)

    def _query(self) -> Owner:
        network = self._o
        query = getattr(self._queries, "query", None)
        if query is None:
            query = self._queries.query = build(_abi.cim_trace_query, lib.cim_trace_query_free, lib.cim_trace_query_new, network, keep=network, slow=False)
        return query

    def _elements(self, things: Any) -> _core.Given:
        return _core.give([things] if isinstance(things, int) else things, "u4", what="elements")

    def _devices(self, things: Any) -> _core.Given:
        return _core.give([things] if isinstance(things, int) else things, "u4", what="devices")

    def column(self, name: str | None) -> int:
        """The number of a column; NONE for None: every element counts 1."""
        if name is None:
            return _core.NONE
        found = lib.cim_trace_network_column(self._o, encode(name))
        if found == _core.NONE:
            raise errors.InvalidArgument(f"there is no column {name}; there are {', '.join(self.column_names)}")
        return found

    def _sums(self, pointer: Any) -> dict[str, float]:
        return dict(zip(self.column_names, pointer[: len(self.column_names)])) if pointer else {}

    def edge(self, number: int) -> int:
        """The element of an edge."""
        return self.node_count + number

    @property
    def epoch(self) -> int:
        """0, 1, 2, ...: how often was published."""
        return lib.cim_trace_view_epoch(self._view)

    # ---- states ----

    def change(self, what: str, number: int, *, set: int = 0, clear: int = 0) -> None:  # pylint: disable=redefined-builtin
        """Set and clear bits (OUT, SHUT, ...) of a "node", "edge" or "device"; seen after publish()."""
        if what not in THINGS:
            raise errors.InvalidArgument(f"{what} is not node, edge or device")
        if not 0 <= number < _core.NONE:
            raise errors.InvalidArgument(f"there is no {what} {number}")
        item = _abi.cim_trace_change(THINGS[what], number, set, clear)
        call(lib.cim_trace_status_apply, self._status, ctypes.byref(item), 1)

    def publish(self) -> int:
        """What was changed becomes the state that questions see; gives its epoch."""
        epoch = ctypes.c_uint64()
        call(lib.cim_trace_status_publish, self._status, ctypes.byref(epoch))
        self._view = Owner(lib.cim_trace_status_view(self._status), lib.cim_trace_view_free)
        return epoch.value

    def flags(self, what: str, number: int) -> int:
        """The bits of a "node", "edge" or "device"."""
        return lib.cim_trace_view_flags(self._view, THINGS[what], number)

    # ---- traces ----

    def _find(
        self,
        what: str,
        starts: Any,
        barriers: Any,
        barrier_kinds: Any,
        result_barriers: Any,
        result_barrier_kinds: Any,
        limit: tuple[str, float] | None,
        nodes: bool,
        edges: bool,
        through_sources: bool,
        domain: int | None,
        tier: int | None,
    ) -> Found:
        if what not in KINDS:
            raise errors.InvalidArgument(f"{what} is not one of {', '.join(KINDS)}")
        given, stop, end = self._elements(starts), self._elements(barriers), self._elements(result_barriers)
        options = struct(
            _abi.cim_trace_options,
            barriers=stop.pointer,
            barrier_count=stop.count,
            barrier_kinds=kind_bits(barrier_kinds),
            result_barriers=end.pointer,
            result_barrier_count=end.count,
            result_barrier_kinds=kind_bits(result_barrier_kinds),
            no_nodes=int(not nodes),
            no_edges=int(not edges),
            through_sources=int(through_sources),
        )
        if limit is not None:
            options.limit_column, options.limit = self.column(limit[0]), limit[1]
        if domain is not None:
            options.domain = domain
        if tier is not None:
            options.tier = tier
        r, query = struct(_abi.cim_trace_result), self._query()
        slow_call(lib.cim_trace_find, self._view, query, KINDS[what], given, given.count, ctypes.byref(options), ctypes.byref(r))
        return self._found(r)

    def _found(self, r: Any) -> Found:
        return Found(
            _core.copied(r.elements, "u4", r.count),
            _core.copied(r.why, "u4", r.count),
            r.node_count,
            _core.copied(r.features, "u4", r.feature_count),
            self._sums(r.sums),
            r.epoch,
        )

    def find(
        self,
        what: str,
        starts: Any = (),
        *,
        barriers: Any = (),
        barrier_kinds: Any = (),
        result_barriers: Any = (),
        result_barrier_kinds: Any = (),
        limit: tuple[str, float] | None = None,
        nodes: bool = True,
        edges: bool = True,
        through_sources: bool = False,
        domain: int | None = None,
        tier: int | None = None,
    ) -> Any:
        """Run a trace: connected, subnetwork, controllers, upstream, downstream, loops, bridges, cut-nodes.

        barriers, barrier_kinds ("valve", ...): found but not passed.  result_barriers: the result ends there.  limit: ("length_m", 500.0).
        """
        return self._find(what, starts, barriers, barrier_kinds, result_barriers, result_barrier_kinds, limit, nodes, edges, through_sources, domain, tier)

    def path(self, start: Any, end: Any, by: str | None = None) -> tuple[float, Any]:
        """The length of a shortest way, and its elements from start to end; infinity and none when there is no way.

        by: column of lengths; None: each counts 1."""
        a, b = self._elements(start), self._elements(end)
        if a.count != 1 or b.count != 1:
            raise errors.InvalidArgument("one element at each end is needed")
        length, r = ctypes.c_double(), struct(_abi.cim_trace_result)
        slow_call(lib.cim_trace_path, self._view, self._query(), a.pointer[0], b.pointer[0], self.column(by), ctypes.byref(length), ctypes.byref(r))
        why = dict(zip(r.elements[: r.count], r.why[: r.count])) if r.count else {}
        way = [b.pointer[0]] if r.count else []
        while way and why.get(way[-1], _core.NONE) != _core.NONE:
            way.append(why[way[-1]])
        way.reverse()
        return length.value, np.array(way, "u4") if np is not None else way

    def nearest(self, start: Any, kinds: Any, k: int = 1, by: str | None = None) -> list[Hit]:
        """The nearest devices of some kinds, shut or not, through what is open."""
        a = self._elements(start)
        if a.count != 1 or k < 1:
            raise errors.InvalidArgument("one element, and k of 1 at least")
        hits, count = (_abi.cim_trace_hit * k)(), ctypes.c_size_t()
        slow_call(lib.cim_trace_nearest, self._view, self._query(), a.pointer[0], self.column(by), kind_bits(kinds), k, hits, ctypes.byref(count))
        return [Hit(h.device, h.length) for h in hits[: count.value]]

    def redundancy(self, node: Any, k: int = 3) -> int:
        """How many ways without a common edge lead from sources to a node; at most k (1 to 3) are counted."""
        ways = ctypes.c_uint32()
        slow_call(lib.cim_trace_redundancy, self._view, self._query(), self._elements(node).pointer[0], k, ctypes.byref(ways), None)
        return ways.value

    def criticality(self, by: str) -> Any:
        """What is lost of a column when an element fails: float64 of shape (nodes + edges,)."""
        out, given = _core.room("f8", self.node_count + self.edge_count)
        slow_call(lib.cim_trace_criticality, self._view, self.column(by), given)
        return out

    def upstream_sums(self, starts: Any, by: str | None = None) -> tuple[Any, float]:
        """Sums of a column over what is upstream: float64 for each start alone, and for all of them together."""
        given = self._elements(starts)
        out, room = _core.room("f8", given.count)
        total = ctypes.c_double()
        slow_call(lib.cim_trace_upstream_sums, self._view, self._query(), self.column(by), given, given.count, room, ctypes.byref(total))
        return out, total.value

    def propagate(self, own: Any, op: str = "min") -> Any:
        """Carry values from the sources: float64 of shape (nodes + edges,); "min": what the best way can carry, "max"."""
        if op not in ("min", "max"):
            raise errors.InvalidArgument(f"op: {op} is not min or max")
        n = self.node_count + self.edge_count
        given = _core.give(own, "f8", count=n, what="own")
        out, room = _core.room("f8", n)
        slow_call(lib.cim_trace_propagate, self._view, self._query(), _abi.CIM_TRACE_MIN if op == "min" else _abi.CIM_TRACE_MAX, given, room)
        return out

    def propagate_bits(self, own: Any) -> Any:
        """Carry bits (phases) from the sources: uint32 of shape (nodes + edges,)."""
        n = self.node_count + self.edge_count
        given = _core.give(own, "u4", count=n, what="own")
        out, room = _core.room("u4", n)
        slow_call(lib.cim_trace_propagate_bits, self._view, self._query(), given, room)
        return out

    # ---- isolation ----

    def _isolate(self, faults: Any, stuck: Any) -> Isolated:
        a, b = self._elements(faults), self._devices(stuck)
        r, query = struct(_abi.cim_trace_isolation), self._query()
        slow_call(lib.cim_trace_isolate, self._view, query, a, a.count, b, b.count, ctypes.byref(r))
        counts = {
            "shut": r.shut_count,
            "leave": r.leave_count,
            "keep": r.keep_count,
            "stuck": r.stuck_count,
            "works": r.works_count,
            "lost": r.lost_count,
            "sources": r.source_count,
        }
        lists: dict[str, Any] = {name: _core.copied(getattr(r, name), "u4", count) for name, count in counts.items()}
        return Isolated(**lists, works_sums=self._sums(r.works_sums), lost_sums=self._sums(r.lost_sums), epoch=r.epoch)

    def isolate(self, faults: Any, *, stuck: Any = ()) -> Any:
        """Isolate faults: the least devices to shut, and what is lost.  stuck: devices that do not turn."""
        return self._isolate(faults, stuck)

    def fallbacks(self, faults: Any, *, stuck: Any = (), by: str) -> list[Fallback]:
        """For every device that isolate() would shut: what if it does not turn; the one that adds least to a column first."""
        a, b, query = self._elements(faults), self._devices(stuck), self._query()
        found = _core.ask_ids(lib.cim_trace_fallbacks, self._view, query, a, a.count, b, b.count, self.column(by), type_=_abi.cim_trace_fallback)
        return [Fallback(f.device, f.shut_count, bool(f.has_source), f.added) for f in found]

    def resupply(self, works: Any, lost: Any, *, stuck: Any = (), by: str | None = None) -> Resupplied:
        """Supply from elsewhere what is lost beside works: lists of isolate()."""
        w, l, s = self._elements(works), self._elements(lost), self._devices(stuck)
        r, query = struct(_abi.cim_trace_resupplied), self._query()
        slow_call(lib.cim_trace_resupply, self._view, query, w, w.count, l, l.count, s, s.count, self.column(by), ctypes.byref(r))
        lists: dict[str, Any] = {name: _core.copied(getattr(r, name), "u4", getattr(r, f"{name}_count")) for name in ("way", "open", "shut", "regained")}
        return Resupplied(**lists, regained_sums=self._sums(r.regained_sums), length=r.length)

    def segments(self) -> tuple[Any, int]:
        """The segment of every element (uint32 view of shape (nodes + edges,)), and how many there are."""
        r = struct(_abi.cim_trace_segments)
        slow_call(lib.cim_trace_segments_get, self._view, ctypes.byref(r))
        return _core.column(r.of, "u4", self.node_count + self.edge_count, self._view), r.count

    def segment_losses(self, by: str) -> Any:
        """What is lost of a column when a segment is cut off: float64 of shape (segments,)."""
        out, given = _core.room("f8", self.segments()[1])
        slow_call(lib.cim_trace_segment_losses, self._view, self.column(by), given)
        return out


class Network(Tracer):
    """A network from arrays, which are checked and copied.

    start, end: nodes of every edge, uint32 of shape (edges,).  sources: nodes that feed it.  columns: {name: (by node or None, by edge or None)}, float64.
    node_flags, edge_flags, direction, node_domain, edge_domain, node_tier, edge_tier: uint8.  feature: uint32 of shape (edges,).

    >>> network = cim.trace.Network(start=[0, 1, 2], end=[1, 2, 3], sources=[0])
    >>> [int(e) for e in network.find("downstream", [2]).elements]
    [2, 3, 6]
    """

    def __init__(
        self,
        start: Any,
        end: Any,
        *,
        node_count: int | None = None,
        sources: Iterable[int] = (),
        devices: dict[str, Any] | None = None,  # pylint: disable=redefined-outer-name
        columns: dict[str, tuple[Any, Any]] | None = None,
        node_flags: Any = None,
        edge_flags: Any = None,
        direction: Any = None,
        node_domain: Any = None,
        edge_domain: Any = None,
        node_tier: Any = None,
        edge_tier: Any = None,
        feature: Any = None,
        feature_count: int = 0,
        isolating_kinds: Any = (),
        normal_state: bool = False,
    ):
        a, b = _core.give(start, "u4", what="start"), _core.give(end, "u4", what="end")
        if a.count != b.count:
            raise errors.InvalidArgument(f"{a.count} starts of edges and {b.count} ends")
        most = (
            max((max(a.pointer[: a.count], default=-1), max(b.pointer[: b.count], default=-1)))
            if np is None
            else (int(max(a.keep.max(), b.keep.max())) if a.count else -1)
        )
        n = most + 1 if node_count is None else node_count
        flags = bytearray(node_flags) if node_flags is not None else bytearray(n)
        for s in sources:
            if not 0 <= s < n:
                raise errors.InvalidArgument(f"source {s} of {n} nodes")
            flags[s] |= SOURCE
        arrays = struct(_abi.cim_trace_arrays, node_count=n, edge_count=a.count, feature_count=feature_count, isolating_kinds=kind_bits(isolating_kinds))
        arrays.from_, arrays.to = a.pointer, b.pointer
        kept: list[Any] = [a, b]

        def put(name: str, values: Any, kind: str, count: int) -> None:
            if values is not None:
                kept.append(_core.give(values, kind, count=count, what=name))
                setattr(arrays, name, kept[-1].pointer)

        put("node_flags", _bytes(flags), "u1", n)
        for name, values, kind, count in (
            ("edge_flags", edge_flags, "u1", a.count),
            ("direction", direction, "u1", a.count),
            ("node_domain", node_domain, "u1", n),
            ("edge_domain", edge_domain, "u1", a.count),
            ("node_tier", node_tier, "u1", n),
            ("edge_tier", edge_tier, "u1", a.count),
            ("edge_feature", feature, "u4", a.count),
        ):
            put(name, values, kind, count)
        if devices is not None:
            d = _core.give(devices["edge"], "u4", what="devices")
            arrays.device_count = d.count
            kinds = devices["kind"]
            if kinds is not None:
                kinds = [DEVICE_KINDS.index(k) if isinstance(k, str) else k for k in kinds]
            put("device_edge", devices["edge"], "u4", d.count)
            for name, values in (
                ("device_end", devices["end"]),
                ("device_kind", kinds),
                ("device_flags", devices["flags"]),
                ("device_direction", devices["direction"]),
            ):
                put(name, values if values is not None else bytes(d.count), "u1", d.count)
        self.column_names = list(columns or {})
        table = (_abi.cim_trace_column * len(self.column_names))()
        for c, name in zip(table, self.column_names):
            c.name = encode(name)
            for field, values, count in zip(("nodes", "edges"), (columns or {})[name], (n, a.count)):
                if values is not None:
                    kept.append(_core.give(values, "f8", count=count, what=name))
                    setattr(c, field, kept[-1].pointer)
        arrays.columns, arrays.column_count = ctypes.cast(table, ctypes.POINTER(_abi.cim_trace_column)), len(table)
        self.node_count, self.edge_count = n, a.count
        self._begin(build(_abi.cim_trace_network, lib.cim_trace_network_free, lib.cim_trace_network_build, ctypes.byref(arrays)), normal_state=normal_state)


def _bytes(data: bytearray) -> Any:
    return np.frombuffer(bytes(data), "u1") if np is not None and data else data
