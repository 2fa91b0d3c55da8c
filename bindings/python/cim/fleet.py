"""Who is there first, how sure that is, what stays uncovered; made by `Net.fleet()`, `Net.scenarios()` and `Net.coverage()`."""
from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Sequence

from . import _abi, _core, errors
from ._core import build, call, lib, slow_call, struct

if TYPE_CHECKING:
    from .net import Net, Place, Places

BY = {"within": _abi.CIM_RANK_WITHIN, "median": _abi.CIM_RANK_MEDIAN, "worst": _abi.CIM_RANK_WORST}


@dataclass(frozen=True)
class Near:
    """A member of a fleet: its number, its place, and the time."""

    number: int
    place: Place
    time_s: float


@dataclass(frozen=True)
class Rank:
    """A member under all scenarios; within_share: how likely it is there in time."""

    number: int
    place: Place
    median_s: float
    mean_s: float
    best_s: float
    worst_s: float
    within_share: float
    reached_share: float


class Scenarios:
    """Travel times as they may turn out: log-normal factors of the hour, the road class and the area; the same seed gives the same ones."""

    def __init__(self, net: Net, count: int, seed: int, city_spread: float, class_spread: float, area_spread: float, area_m: float):
        net.ready("none")
        options = struct(
            _abi.cim_scenario_options, count=count, seed=seed, city_spread=city_spread, class_spread=class_spread, area_spread=area_spread, area_m=area_m
        )
        weights = None if net._metric is None else lib.cim_route_metric_weights(net._metric)
        self._o = build(_abi.cim_scenarios, lib.cim_scenarios_free, lib.cim_scenarios_make, net._o, net._hierarchy, weights, ctypes.byref(options))
        self.count, self._arcs = count, net.arrays.arc_count

    def weights_ms(self, number: int) -> tuple[Any, float]:
        """Weights of the arcs in a scenario (uint32 view), and how likely it is."""
        share = ctypes.c_double()
        found = lib.cim_scenarios_weights(self._o, number, ctypes.byref(share))
        if not found:
            raise errors.InvalidArgument(f"scenario {number} of {self.count}")
        return _core.column(found, "u4", self._arcs, self._o), share.value


class Fleet:
    """Places made ready to be asked which is nearest.  May be shared by threads."""

    def __init__(self, net: Net, places: Places, from_place: bool, scenarios: Scenarios | None):
        self.net, self.places, self.scenarios, self._metric = net, places, scenarios, net._metric
        direction = _abi.CIM_ROUTE_FORWARD if from_place else _abi.CIM_ROUTE_BACKWARD
        self._o = build(
            _abi.cim_fleet,
            lib.cim_fleet_free,
            lib.cim_fleet_build,
            net._o,
            net._metric,
            scenarios._o if scenarios else None,
            places.array,
            len(places),
            direction,
        )

    def _query(self) -> Any:
        """Working memory, when it was made with a metric: the net may have become ready since."""
        return self.net._metric_query()[1] if self._metric is not None else None

    def __len__(self) -> int:
        return len(self.places)

    def times(self, place: Any) -> Any:
        """Seconds between a place and every member: float64 of shape (members,)."""
        out, given = _core.room("u4", len(self))
        at = self.net.place(place)
        slow_call(lib.cim_fleet_times, self._o, self._query(), ctypes.byref(at.struct), given)
        return _core.seconds(out)

    def nearest(self, place: Any, k: int = 5, *, within_s: float | None = None) -> list[Near]:
        """The k members that are nearest in time, nearest first; unreachable ones and those beyond within_s are left out."""
        at = self.net.place(place)
        k = min(k, len(self))
        if k <= 0:
            return []
        which, times, count = (ctypes.c_uint32 * k)(), (ctypes.c_uint32 * k)(), ctypes.c_size_t()
        query = self._query()
        slow_call(
            lib.cim_fleet_nearest, self._o, query, ctypes.byref(at.struct), k, _core.milliseconds(within_s, "within_s"), which, times, ctypes.byref(count), None
        )
        return [Near(which[i], self.places[which[i]], times[i] / 1000.0) for i in range(count.value)]

    def matrix_ms(self, places: Any) -> Any:
        """Times between places and members in ms: uint32 of shape (places, members)."""
        at = self.net.places(places)
        out, given = _core.room("u4", (len(at), len(self)))
        slow_call(lib.cim_fleet_matrix, self._o, at.array, len(at), given)
        return out

    def matrix(self, places: Any) -> Any:
        """Times between places and members in seconds: float64 of shape (places, members)."""
        return _core.seconds(self.matrix_ms(places))

    def rank(self, place: Any, k: int = 5, *, within_s: float = 480.0, by: str = "within") -> list[Rank]:
        """The k best members under all scenarios, by "within" (the chance to be there in time), "median" or "worst"."""
        if by not in BY:
            raise errors.InvalidArgument(f"by: {by} is not within, median or worst")
        at = self.net.place(place)
        options = struct(_abi.cim_rank_options, within_ms=_core.milliseconds(within_s), by=BY[by])
        k = min(k, len(self))
        ranks, count = (_abi.cim_rank * max(k, 1))(), ctypes.c_size_t()
        slow_call(lib.cim_fleet_rank, self._o, self._query(), ctypes.byref(at.struct), ctypes.byref(options), k, ranks, ctypes.byref(count))
        return [
            Rank(r.member, self.places[r.member], r.median_ms / 1e3, r.mean_ms / 1e3, r.best_ms / 1e3, r.worst_ms / 1e3, r.within_share, r.reached_share)
            for r in ranks[: count.value]
        ]


@dataclass(frozen=True)
class Assignment:
    """unit_of: the unit of every incident, None where none is left or none gets there."""

    unit_of: list[int | None]
    late: int
    total_s: float


def assign(times_ms: Any, *, within_s: float | None = None, late_shares: Any = None) -> Assignment:
    """One unit for each incident, no unit twice: as many served as possible, of these plans the fewest late, of these the least total time; exact.

    times_ms: uint32 of shape (units, incidents), UNREACHABLE_MS: no way.  late_shares: float64 of the same shape.
    """
    shape = times_ms.shape if hasattr(times_ms, "shape") and times_ms.shape is not None else (len(times_ms), len(times_ms[0]) if len(times_ms) else 0)
    units, incidents = shape
    given = _core.give(times_ms, "u4", count=units * incidents, what="times_ms")
    shares = None if late_shares is None else _core.give(late_shares, "f8", count=units * incidents, what="late_shares")
    out, info = (ctypes.c_uint32 * max(incidents, 1))(), struct(_abi.cim_assignment)
    slow_call(lib.cim_dispatch_assign, units, incidents, given, shares, _core.milliseconds(within_s), out, ctypes.byref(info))
    return Assignment([None if u == _core.NONE else u for u in out[:incidents]], info.late_count, info.total_ms / 1000.0)


@dataclass(frozen=True)
class Gap:
    """What is no longer covered."""

    before: int
    after: int
    lost: list[int]
    never: int
    before_weight: float
    after_weight: float
    lost_weight: float
    all_weight: float


@dataclass(frozen=True)
class MoveUp:
    """A unit that is to go to another post."""

    unit: int
    start: int
    end: int
    time_s: float
    before_weight: float
    after_weight: float


class Coverage:
    """Which demand is reached from which post in time."""

    def __init__(self, net: Net, posts: Fleet, demand: Places, within_s: float, weights: Any):
        given = None if weights is None else _core.give(weights, "f8", count=len(demand), what="weights")
        self.posts, self.demand = posts, demand
        self._o = build(
            _abi.cim_coverage, lib.cim_coverage_free, lib.cim_coverage_build, posts._o, demand.array, given, len(demand), _core.milliseconds(within_s)
        )
        self._net = net

    def has(self, post: int, place: int) -> bool:
        """Is a place of the demand covered from a post?"""
        return bool(lib.cim_coverage_has(self._o, post, place))

    def gap(self, before: Sequence[int], after: Sequence[int]) -> Gap:
        """Units stand at posts, some leave: posts with a unit before and after."""
        a, b = _core.give(before, "u4", what="before"), _core.give(after, "u4", what="after")
        lost, count, gap = (ctypes.c_uint32 * max(len(self.demand), 1))(), ctypes.c_size_t(), struct(_abi.cim_gap)
        call(lib.cim_coverage_gap, self._o, a, a.count, b, b.count, lost, len(self.demand), ctypes.byref(count), ctypes.byref(gap))
        return Gap(
            gap.before_count, gap.after_count, lost[: count.value], gap.never_count, gap.before_weight, gap.after_weight, gap.lost_weight, gap.all_weight
        )

    def move_up(
        self, at: Sequence[int], *, to: Sequence[int] | None = None, times_ms: Any = None, within_s: float | None = None, most: int = 1
    ) -> list[MoveUp]:
        """Which of the units at these posts should move to which post so that most demand is covered."""
        posts = None if to is None else _core.give(to, "u4", what="to")
        units = _core.give(at, "u4", what="at")
        width = posts.count if posts else len(self.posts)
        times = None if times_ms is None else _core.give(times_ms, "u4", count=units.count * width, what="times_ms")
        moves, count = (_abi.cim_move_up * max(most, 1))(), ctypes.c_size_t()
        slow_call(
            lib.cim_coverage_move_up,
            self._o,
            units,
            units.count,
            posts,
            posts.count if posts else 0,
            times,
            _core.milliseconds(within_s),
            most,
            moves,
            ctypes.byref(count),
        )
        return [MoveUp(m.unit, m.from_, m.to, m.time_ms / 1e3, m.before_weight, m.after_weight) for m in moves[: count.value]]
