"""Where to put things, with proven bounds, on bare arrays: the engine without a city.

    plan = cim.place.cover_most(lists, demand_count=2000, most=20, weights=people)
    plan.sites, plan.value, plan.bound, plan.proof

lists: for every site the numbers of the demands that it serves.  matrix: float64 of shape (sites, demands).
"""
from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any, Iterable, Sequence

from . import _abi, _core, errors
from ._core import build, call, decode, lib, struct

np = _core.np
STATUS = {_abi.CIM_PLACE_PROVEN: "proven", _abi.CIM_PLACE_BOUNDED: "bounded", _abi.CIM_PLACE_HEURISTIC: "heuristic"}
PROVE: int = _abi.CIM_PLACE_PROVE
FIXED, FORBIDDEN = _abi.CIM_PLACE_FIXED, _abi.CIM_PLACE_FORBIDDEN
KINDS = {
    "cover-all": _abi.CIM_PLACE_COVER_ALL,
    "cover-most": _abi.CIM_PLACE_COVER_MOST,
    "median": _abi.CIM_PLACE_MEDIAN,
    "center": _abi.CIM_PLACE_CENTER,
    "dispersion": _abi.CIM_PLACE_DISPERSION,
    "impact": _abi.CIM_PLACE_IMPACT,
    "threshold": _abi.CIM_PLACE_THRESHOLD,
}


@dataclass(frozen=True)
class Plan:
    """A plan: sites (ascending), gains (what the value would lose without each), servers (of each demand the site, None: none).

    value, bound (no plan is better), gap, status ("proven", "bounded", "heuristic"), proof, cost, stopped (time ran out).
    """

    kind: str
    sites: list[int]
    gains: list[float]
    servers: list[int | None]
    value: float
    bound: float
    gap: float
    status: str
    proof: str
    cost: float
    stopped: bool
    left_out: int


def solve(
    kind: str,
    *,
    lists: Sequence[Sequence[int]] | None = None,
    values: Sequence[Sequence[float]] | None = None,
    matrix: Any = None,
    demand_count: int | None = None,
    most: int | None = None,
    budget: float = math.inf,
    weights: Any = None,
    miss: Any = None,
    folds: Any = None,
    costs: Any = None,
    flags: Any = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    groups: Any = None,
    needs: Any = None,
    group_weights: Any = None,
    work: int | None = None,
    seed: int = 1,
    gap: float = 0.0,
    time_limit_s: float = 0.0,
    leave_out: bool = False,
) -> Plan:
    """Find a plan and a bound: "cover-all", "cover-most", "median", "center", "dispersion", "impact", "threshold" (see cim/place.h).

    Raises NotFound when it is proven that there is no plan.  work: how much may be done; None: some seconds.

    >>> plan = cim.place.solve("cover-most", lists=[[0, 1], [1, 2], [2, 3, 4]], most=2)
    >>> plan.sites, plan.value, plan.status
    ([0, 2], 5.0, 'proven')
    """
    if kind not in KINDS:
        raise errors.InvalidArgument(f"{kind} is not one of {', '.join(KINDS)}")
    if (lists is None) == (matrix is None):
        raise errors.InvalidArgument("lists or a matrix says which site serves which demand")
    kept: list[Any] = []
    p = struct(_abi.cim_place_problem, kind=KINDS[kind], budget=budget)

    def put(name: str, data: Any, letter: str, count: int) -> None:
        if data is not None:
            kept.append(_core.give(data, letter, count=count, what=name))
            setattr(p, name, kept[-1].pointer)

    if lists is not None:
        sites, first = len(lists), [0]
        for entry in lists:
            first.append(first[-1] + len(entry))
        flat = [d for entry in lists for d in entry]
        demands = demand_count if demand_count is not None else 1 + max(flat, default=-1)
        put("first", first, "u8", sites + 1)
        put("demands", flat, "u4", len(flat))
        if values is not None:
            put("values", [v for row in values for v in row], "f8", len(flat))
    else:
        shape = matrix.shape if hasattr(matrix, "shape") and matrix.shape is not None else (len(matrix), len(matrix[0]) if len(matrix) else 0)
        if len(shape) != 2:
            raise errors.InvalidArgument("matrix: shape (sites, demands) is needed")
        sites, demands = shape
        put("matrix", matrix, "f8", sites * demands)
    p.site_count, p.demand_count = sites, demands if kind != "dispersion" else sites
    fill(
        p,
        sites,
        demands,
        kept,
        most=most,
        weights=weights,
        miss=miss,
        folds=folds,
        costs=costs,
        flags=flags,
        fixed=fixed,
        forbidden=forbidden,
        groups=groups,
        needs=needs,
        group_weights=group_weights,
    )
    options = solver(work, seed, gap, time_limit_s, leave_out)
    return plan_of(kind, build(_abi.cim_place_plan, lib.cim_place_plan_free, lib.cim_place_solve, ctypes.byref(p), ctypes.byref(options)))


def fill(
    p: Any,
    sites: int,
    demands: int,
    kept: list[Any],
    *,
    most: int | None = None,
    weights: Any = None,
    miss: Any = None,
    folds: Any = None,
    costs: Any = None,
    flags: Any = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    groups: Any = None,
    needs: Any = None,
    group_weights: Any = None,
) -> None:
    """What a problem is besides who serves whom; kept: the arrays it borrows."""
    if most is not None:
        p.most = most if 0 <= most < _core.NONE else _core.NONE
    bits = bytearray(flags) if flags is not None else bytearray(sites)
    for s, bit in [(s, FIXED) for s in fixed] + [(s, FORBIDDEN) for s in forbidden]:
        if not 0 <= s < sites:
            raise errors.InvalidArgument(f"site {s} of {sites}")
        bits[s] |= bit
    if needs is not None:
        p.group_count = len(needs)
    for name, data, letter, count in (
        ("flags", list(bits), "u1", sites),
        ("weights", weights, "f8", demands),
        ("miss", miss, "f8", demands),
        ("folds", folds, "u1", demands),
        ("costs", costs, "f8", sites),
        ("groups", groups, "u4", demands),
        ("needs", needs, "f8", p.group_count),
        ("group_weights", group_weights, "f8", p.group_count),
    ):
        if data is not None:
            kept.append(_core.give(data, letter, count=count, what=name))
            setattr(p, name, kept[-1].pointer)


def solver(work: int | None, seed: int, gap: float, time_limit_s: float, leave_out: bool) -> Any:
    """cim_place_options."""
    options = struct(_abi.cim_place_options, seed=seed, gap=gap, time_limit_s=time_limit_s, leave_out=int(leave_out))
    if work is not None:
        options.work = work
    return options


def plan_of(kind: str, owner: Any) -> Plan:
    """What a plan of C is."""
    r = struct(_abi.cim_place_result)
    call(lib.cim_place_plan_get, owner, ctypes.byref(r))
    servers = [None if s == _core.NONE else s for s in r.servers[: r.server_count]] if r.servers else []
    return Plan(
        kind,
        r.sites[: r.count] if r.count else [],
        r.gains[: r.count] if r.count else [],
        servers,
        r.value,
        r.bound,
        r.gap,
        STATUS[r.status],
        decode(r.proof) or "",
        r.cost,
        bool(r.stopped),
        r.left_out,
    )


def cover_all(lists: Sequence[Sequence[int]], **options: Any) -> Plan:
    """The cheapest sites that serve every demand."""
    return solve("cover-all", lists=lists, **options)


def cover_most(lists: Sequence[Sequence[int]], most: int, **options: Any) -> Plan:
    """`most` sites that serve the greatest weight of demand."""
    return solve("cover-most", lists=lists, most=most, **options)


def median(matrix: Any, most: int, **options: Any) -> Plan:
    """`most` sites with the least weighted sum of distances to the nearest one."""
    return solve("median", matrix=matrix, most=most, **options)


def center(matrix: Any, most: int, **options: Any) -> Plan:
    """`most` sites with the least distance of the demand that is farthest off."""
    return solve("center", matrix=matrix, most=most, **options)


def dispersion(matrix: Any, most: int, **options: Any) -> Plan:
    """`most` sites whose two nearest are as far apart as possible; matrix of distances between sites."""
    return solve("dispersion", matrix=matrix, most=most, **options)
