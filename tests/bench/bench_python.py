#!/usr/bin/env python3
"""The Python bindings: a column of a million rows as a view against a copy of it, and what a call costs above the same call through bare ctypes."""
import ctypes
import os
import random
import statistics
import sys
import time

import bench

os.environ.setdefault("CIM_LIBRARY", str(bench.BUILD / ".libs" / "libcim.so.0"))
sys.path.insert(0, str(bench.SOURCE / "bindings" / "python"))

import cim  # noqa: E402
from cim import _abi, _core  # noqa: E402

ROWS = 1_000_000


def each_us(*functions, rounds=200, calls=200):
    """Median microseconds of a call of each, in turns."""
    times = [[] for _ in functions]
    for _ in range(rounds):
        for f, t in zip(functions, times):
            begin = time.perf_counter()
            for _ in range(calls):
                f()
            t.append((time.perf_counter() - begin) / calls * 1e6)
    return [statistics.median(t) for t in times]


def column():
    """The segment of every element of a network: an array that belongs to C."""
    n = ROWS // 2
    network = cim.trace.Network(range(n - 1), range(1, n), node_count=n, sources=[0])
    of, _ = network.segments()
    assert len(of) == 2 * n - 1
    pointer = ctypes.cast(of.ctypes.data, ctypes.POINTER(ctypes.c_uint32)) if _core.np is not None else None
    if pointer is None:
        view = _abi.cim_trace_segments(struct_size=ctypes.sizeof(_abi.cim_trace_segments))
        _core.call(_core.lib.cim_trace_segments_get, network._view, ctypes.byref(view))
        pointer = view.of

    def copy():
        return _core.copied(pointer, "u4", ROWS - 1)

    def view_of():
        return _core.column(pointer, "u4", ROWS - 1, network._view)

    ours, whole = each_us(view_of, network.segments, calls=50)
    (peer,) = each_us(copy, rounds=20, calls=3)
    agree = "yes" if bytes(copy()) == bytes(view_of()) else "no"
    bench.row("python", "column of 1,000,000 rows as a view", "us", ours, peer, "copy", agree, "chain", "-", 0, 0)
    bench.row("python", "asking for it and the view", "us", whole, peer, "copy", "yes", "chain", "-", 0, 0)


def calls():
    rng = random.Random(1)
    n = 200
    arcs = [(i, rng.randrange(n), rng.randint(1, 9999)) for i in range(n) for _ in range(4)]
    metric = cim.route.Graph(*zip(*[(a, b) for a, b, _ in arcs]), n).metric([w for _, _, w in arcs], labels="full")
    ctx, query, owner, out = _core.context()._o._as_parameter_, metric._query()._as_parameter_, metric._o._as_parameter_, ctypes.c_uint32()
    function = _core.lib.cim_route_time

    def raw():
        function(ctx, owner, query, 3, 150, ctypes.byref(out))
        return out.value

    ours, peer = each_us(lambda: metric.time_ms(3, 150), raw)
    bench.row("python", "a time between two nodes", "us", ours, peer, "ctypes", "yes" if metric.time_ms(3, 150) == raw() else "no", "random graph", 1, 0, 0)
    with cim.Index([(rng.random(), rng.random()) for _ in range(1000)]) as index:
        probe, room, count = _abi.cim_probe(0, 0, 0.5, 0.5, 0.51, 0.51, -1e300, 1e300), (ctypes.c_uint32 * 64)(), ctypes.c_size_t()
        inner, ask = index._o._as_parameter_, _core.lib.cim_index_query
        text = "yes" if len(index.query(0.5, 0.5, 0.51, 0.51)) == (ask(ctx, inner, ctypes.byref(probe), room, 64, ctypes.byref(count)) or count.value) else "no"
        ours, peer = each_us(lambda: index.query(0.5, 0.5, 0.51, 0.51), lambda: ask(ctx, inner, ctypes.byref(probe), room, 64, ctypes.byref(count)))
    bench.row("python", "a window with its ids", "us", ours, peer, "ctypes", text, "random points", 1, 0, 0)


if __name__ == "__main__":
    column()
    calls()
