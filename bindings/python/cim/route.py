"""Exact shortest travel times in a directed graph whose weights change, on bare arrays: the engine without a city.

    graph = cim.route.Graph(tail, head, x=x, y=y)        # arcs; builds a hierarchy, once per graph
    metric = graph.metric(weights_ms, labels="auto")     # weights in milliseconds, uint32; milliseconds to make
    metric.time(0, 7), metric.times(starts, ends), metric.matrix(starts, ends), metric.path(0, 7)
"""
from __future__ import annotations

import ctypes
import threading
from typing import Any

from . import _abi, _core, errors
from ._core import Handle, Owner, build, bytes_of, call, lib, slow_call, struct

np = _core.np
UNREACHABLE_MS = _core.UNREACHABLE_MS


def _graph(tail: Any, head: Any, node_count: int | None, x: Any, y: Any) -> tuple[Any, list[Any]]:
    a, b = _core.give(tail, "u4", what="tail"), _core.give(head, "u4", what="head")
    if a.count != b.count:
        raise errors.InvalidArgument(f"{a.count} tails and {b.count} heads")
    if node_count is None:
        node_count = (
            1 + max(max(a.pointer[: a.count], default=-1), max(b.pointer[: b.count], default=-1))
            if np is None or not a.count
            else 1 + int(max(a.keep.max(), b.keep.max()))
        )
    graph = struct(_abi.cim_route_graph, node_count=node_count, arc_count=a.count, tail=a.pointer, head=b.pointer)
    kept: list[Any] = [a, b]
    if (x is None) != (y is None):
        raise errors.InvalidArgument("x and y, or none of them")
    if x is not None:
        kept += [_core.give(x, "f8", count=node_count, what="x"), _core.give(y, "f8", count=node_count, what="y")]
        graph.x, graph.y = kept[2].pointer, kept[3].pointer
    return graph, kept


def _node(value: int) -> int:
    if not 0 <= value < _core.NONE:
        raise errors.InvalidArgument(f"there is no node {value}")
    return int(value)


class Graph(Handle):
    """A graph made ready: nodes 0 .. node_count - 1, arcs in the order given; x, y (float64, by node) help to find a good order.

    >>> graph = cim.route.Graph([0, 1, 0], [1, 2, 2])
    >>> graph.metric([1000, 1000, 5000]).time(0, 2)
    2.0
    """

    def __init__(self, tail: Any, head: Any, node_count: int | None = None, *, x: Any = None, y: Any = None, order: Any = None, saved: bytes | None = None):
        graph, kept = _graph(tail, head, node_count, x, y)
        self.node_count, self.arc_count = graph.node_count, graph.arc_count
        if saved is not None:
            self._owner = build(
                _abi.cim_route_hierarchy,
                lib.cim_route_hierarchy_free,
                lib.cim_route_hierarchy_load,
                ctypes.cast(ctypes.c_char_p(saved), ctypes.c_void_p),
                len(saved),
                ctypes.byref(graph),
            )
        else:
            given = None if order is None else _core.give(order, "u4", count=self.node_count, what="order")
            self._owner = build(_abi.cim_route_hierarchy, lib.cim_route_hierarchy_free, lib.cim_route_hierarchy_build, ctypes.byref(graph), given)
        del kept

    def save(self) -> bytes:
        """The hierarchy as bytes; give them as `saved` to make it again quickly."""
        return bytes_of(lib.cim_route_hierarchy_save, self._o)

    @property
    def order(self) -> Any:
        """The node order, uint32 view."""
        return _core.column(lib.cim_route_hierarchy_order(self._o), "u4", self.node_count, self._o)

    def info(self) -> dict[str, Any]:
        """Sizes of the hierarchy."""
        item = struct(_abi.cim_route_hierarchy_info)
        call(lib.cim_route_hierarchy_stat, self._o, ctypes.byref(item))
        return {name: getattr(item, name) for name, *_ in item._fields_ if name != "struct_size"}

    def metric(self, weights_ms: Any, *, labels: str = "none") -> Metric:
        """Weights on it: uint32 of shape (arcs,), UNREACHABLE_MS closes an arc.  labels: "none", "auto", "full", "core"."""
        from .net import label_options

        given = _core.give(weights_ms, "u4", count=self.arc_count, what="weights_ms")
        return Metric(
            self,
            build(
                _abi.cim_route_metric, lib.cim_route_metric_free, lib.cim_route_metric_build, self._o, given, ctypes.byref(label_options(labels)), keep=self._o
            ),
        )


class Metric(Handle):
    """Weights on a graph, ready for questions.  Immutable; may be shared by threads."""

    def __init__(self, graph: Graph, owner: Owner):
        self.graph, self._owner = graph, owner
        self._hierarchy = graph._o
        self._queries = threading.local()

    def _query(self) -> Owner:
        try:
            return self._queries.query
        except AttributeError:
            self._queries.query = build(_abi.cim_route_query, lib.cim_route_query_free, lib.cim_route_query_new, self._hierarchy, slow=False)
            return self._queries.query

    @property
    def weights_ms(self) -> Any:
        """uint32 view of shape (arcs,)."""
        return _core.column(lib.cim_route_metric_weights(self._o), "u4", self.graph.arc_count, self._o)

    def time_ms(self, start: int, end: int) -> int:
        """Milliseconds from node to node; UNREACHABLE_MS when there is no way."""
        out = ctypes.c_uint32()
        call(lib.cim_route_time, self._o, self._query(), _node(start), _node(end), ctypes.byref(out))
        return out.value

    def time(self, start: int, end: int) -> float:
        """Seconds from node to node; infinity when there is no way."""
        ms = self.time_ms(start, end)
        return ms / 1000.0 if ms < UNREACHABLE_MS else float("inf")

    def times_ms(self, starts: Any, ends: Any) -> Any:
        """Milliseconds of pairs of nodes: uint32 of shape (n,)."""
        a, b = _core.give(starts, "u4", what="starts"), _core.give(ends, "u4", what="ends")
        if a.count != b.count:
            raise errors.InvalidArgument(f"{a.count} starts and {b.count} ends")
        out, room = _core.room("u4", a.count)
        slow_call(lib.cim_route_times, self._o, self._query(), a, b, a.count, room)
        return out

    def times(self, starts: Any, ends: Any) -> Any:
        """Seconds of pairs of nodes: float64 of shape (n,)."""
        return _core.seconds(self.times_ms(starts, ends))

    def matrix_ms(self, starts: Any, ends: Any) -> Any:
        """Milliseconds from every start to every end: uint32 of shape (starts, ends)."""
        a, b = _places(starts), _places(ends)
        out, room = _core.room("u4", (a[0].count, b[0].count))
        slow_call(lib.cim_route_matrix, self._o, ctypes.byref(a[0]), ctypes.byref(b[0]), room)
        return out

    def all_ms(self, node: int, *, backward: bool = False, limit_s: float | None = None) -> Any:
        """Milliseconds from a node to all, or with backward from all to it: uint32 of shape (nodes,)."""
        out, room = _core.room("u4", self.graph.node_count)
        end = _abi.cim_route_end(_node(node), 0)
        slow_call(lib.cim_route_all, self._o, self._query(), int(backward), ctypes.byref(end), 1, _core.milliseconds(limit_s), room)
        return out

    def path(self, start: int, end: int) -> tuple[int, Any]:
        """Milliseconds and the arcs (uint32) of the quickest path.  Raises NotFound."""
        a, b, p = _abi.cim_route_end(_node(start), 0), _abi.cim_route_end(_node(end), 0), _abi.cim_route_path()
        call(lib.cim_route_path_find, self._o, self._query(), ctypes.byref(a), 1, ctypes.byref(b), 1, ctypes.byref(p))
        return p.time_ms, _core.copied(p.arcs, "u4", p.arc_count)

    def update(self, arcs: Any, weights_ms: Any) -> Metric:
        """A metric that differs in some weights; this one stays as it is."""
        a, w = _core.give(arcs, "u4", what="arcs"), _core.give(weights_ms, "u4", what="weights_ms")
        if a.count != w.count:
            raise errors.InvalidArgument(f"{a.count} arcs and {w.count} weights")
        return Metric(
            self.graph, build(_abi.cim_route_metric, lib.cim_route_metric_free, lib.cim_route_metric_update, self._o, a, w, a.count, None, keep=self._hierarchy)
        )


def _places(nodes: Any) -> tuple[Any, Any]:
    given = _core.give(nodes, "u4", what="nodes")
    ends = (_abi.cim_route_end * given.count)(*(_abi.cim_route_end(n, 0) for n in given.pointer[: given.count]))
    return _abi.cim_route_places(ctypes.cast(ends, ctypes.POINTER(_abi.cim_route_end)), None, given.count), ends


def dijkstra_ms(tail: Any, head: Any, weights_ms: Any, node: int, *, node_count: int | None = None, backward: bool = False) -> Any:
    """Milliseconds from a node to all by Dijkstra's algorithm: the reference, for a graph that is not worth a hierarchy."""
    graph, kept = _graph(tail, head, node_count, None, None)
    given = _core.give(weights_ms, "u4", count=graph.arc_count, what="weights_ms")
    work = build(_abi.cim_route_dijkstra, lib.cim_route_dijkstra_free, lib.cim_route_dijkstra_new, ctypes.byref(graph))
    out, room = _core.room("u4", graph.node_count)
    end = _abi.cim_route_end(_node(node), 0)
    slow_call(lib.cim_route_dijkstra_run, work, given, int(backward), ctypes.byref(end), 1, UNREACHABLE_MS, _core.NONE, room)
    del kept
    return out
