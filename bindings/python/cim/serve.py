"""Who is served from where in time, and who goes where when places are short; made by `Net.serve()`.

    served = net.serve(city.query("osm:amenity = 'fire_station'"), city.query("population > 0"), [120, 300], weights="population")
    served.served_weights, served.weight, served.unserved
"""
from __future__ import annotations

import ctypes
import math
from typing import TYPE_CHECKING, Any, Iterable

from . import _abi, _core, errors
from ._core import build, call, decode, lib, struct

if TYPE_CHECKING:
    from .net import Net, Places


def property_of(places: Any, name: str, missing: float) -> list[float]:
    """A property of objects as numbers."""
    cells = first_values(places, name)
    return [float(c) if isinstance(c, (int, float)) and not isinstance(c, bool) and math.isfinite(c) else missing for c in cells]


def first_values(places: Places, name: str) -> list[Any]:
    """A property of the objects of places, of several values the first; None where there is none."""
    known = [o for o in places.objects if o is not None]
    rows = iter(known[0].city.values(known, name) if known else [])
    cells = [None if o is None else next(rows)[0] for o in places.objects]
    return [(c[0] if c else None) if isinstance(c, list) else c for c in cells]


def group_of(places: Places, name: str) -> tuple[list[int], list[str]]:
    """Numbers by the order of the names that a property has, NONE without one, and the names."""
    texts = [str(c) if isinstance(c, (str, int, float)) else None for c in first_values(places, name)]
    names = sorted({t for t in texts if t is not None}, key=lambda t: t.encode())
    number = {t: i for i, t in enumerate(names)}
    return [_core.NONE if t is None else number[t] for t in texts], names


class Assignment:
    """Who goes where: shares (structured view: demand, facility, cost, amount), loads float64 by facility, left float64 by demand.

    served of at most served_bound; total, the sum of amount times cost, of at least total_bound (NaN: not known); proof.
    """

    def __init__(self, owner: Any, pointer: Any):
        v = struct(_abi.cim_serve_assignment_view)
        call(lib.cim_serve_assignment_get, pointer, ctypes.byref(v))
        self.shares: Any = _core.records(v.shares, _abi.cim_serve_share, v.share_count, owner)
        self.loads: Any = _core.column(v.loads, "f8", v.facility_count, owner)
        self.left: Any = _core.column(v.left, "f8", v.demand_count, owner)
        self.served, self.served_bound = v.served, v.served_bound
        self.total, self.total_bound, self.proof = v.total, v.total_bound, decode(v.proof) or ""

    def __repr__(self) -> str:
        return f"<Assignment of {self.served:.6g}, at most {self.served_bound:.6g}>"


def assign(costs: Any, *, amounts: Any = None, capacities: Any = None, limit: int | None = None, whole: bool = False) -> Assignment:
    """Assign demands to facilities that hold only so much: as much as possible, of these plans the one of least amount times cost.

    costs: uint32 of shape (facilities, demands), cim.route.UNREACHABLE_MS: does not serve; amounts (demands,), capacities (facilities,) float64.
    whole: each demand goes to one facility, or to none.

    >>> a = cim.serve.assign([[10, 20, 30], [15, 10, 10]], capacities=[1, 1])
    >>> a.served, a.total, list(map(float, a.loads))
    (2.0, 20.0, [1.0, 1.0])
    """
    shape = costs.shape if hasattr(costs, "shape") and costs.shape is not None else (len(costs), len(costs[0]) if len(costs) else 0)
    if len(shape) != 2:
        raise errors.InvalidArgument("costs: shape (facilities, demands) is needed")
    f, d = shape
    given = _core.give(costs, "u4", count=f * d, what="costs")
    much = None if amounts is None else _core.give(amounts, "f8", count=d, what="amounts")
    room = None if capacities is None else _core.give(capacities, "f8", count=f, what="capacities")
    options = struct(_abi.cim_serve_assign_options, whole=int(whole))
    most = _core.UNREACHABLE_MS if limit is None else limit
    owner = build(_abi.cim_serve_assignment, lib.cim_serve_assignment_free, lib.cim_serve_assign, f, d, given, much, room, most, ctypes.byref(options))
    return Assignment(owner, owner)


class Service:
    """Service coverage.  unit: "s", or "m" when lengths were asked for; facilities, demands: Places, as far as they have a street.

    Views: nearest uint32 (demands,), the facility of least cost, 0xffffffff: none; costs_ms uint32 (demands,), milliseconds or millimetres; catchments
    float64 (facilities,); unserved uint32: demands beyond the last limit.  limits; served_counts, served_weights by limit; weight of all demands;
    unreachable_count; mean, most: cost by weight, greatest cost; farthest: the demand it is of, None: none is reached.
    districts: names; district_weights (districts,), district_served (districts, limits).  assignment: an Assignment, None without capacities.
    """

    def __init__(
        self,
        net: Net,
        facilities: Places,
        demands: Places,
        limits: Iterable[float],
        lengths: bool,
        weights: Any,
        capacities: Any,
        districts: Any,
        to_facilities: bool,
        whole: bool,
    ):
        self.net, self.facilities, self.demands, self.unit = net, facilities, demands, "m" if lengths else "s"
        place = ctypes.POINTER(_abi.cim_net_place)
        task = struct(_abi.cim_service_task, facility_count=len(facilities), demand_count=len(demands), whole=int(whole))
        task.direction = _abi.CIM_ROUTE_BACKWARD if to_facilities else _abi.CIM_ROUTE_FORWARD
        task.facilities, task.demands = ctypes.cast(facilities.array, place), ctypes.cast(demands.array, place)
        if isinstance(weights, str):
            weights = property_of(demands, weights, 0.0)
        if isinstance(capacities, str):
            capacities = property_of(facilities, capacities, math.inf)
        self.districts: list[str] = []
        if isinstance(districts, str):
            districts, self.districts = group_of(demands, districts)
            task.district_count = len(self.districts)
        elif districts is not None:
            task.district_count = 1 + max((int(d) for d in districts if d != _core.NONE), default=-1)
            self.districts = [str(i) for i in range(task.district_count)]
        bounds = [_core.milliseconds(v, "limit") for v in sorted(set(limits))]
        task.limit_count = len(bounds)
        kept = []
        for name, data, kind, count in (
            ("weights", weights, "f8", len(demands)),
            ("capacities", capacities, "f8", len(facilities)),
            ("limits", bounds, "u4", len(bounds)),
            ("districts", districts, "u4", len(demands)),
        ):
            if data is not None:
                kept.append(_core.give(data, kind, count=count, what=name))
                setattr(task, name, kept[-1].pointer)
        costs, metric = net._lengths() if lengths else (net._o, net._metric)
        owner = build(_abi.cim_service, lib.cim_service_free, lib.cim_service_run, costs, metric, ctypes.byref(task))
        v = struct(_abi.cim_service_view)
        call(lib.cim_service_get, owner, ctypes.byref(v))
        f, d, k = v.facility_count, v.demand_count, v.limit_count
        self.nearest: Any = _core.column(v.nearest, "u4", d, owner)
        self.costs_ms: Any = _core.column(v.costs, "u4", d, owner)
        self.catchments: Any = _core.column(v.catchments, "f8", f, owner)
        self.unserved: Any = _core.column(v.unserved, "u4", v.unserved_count, owner)
        self.limits = [b / 1000.0 for b in bounds]
        self.served_counts, self.served_weights = v.served_counts[:k] if k else [], v.served_weights[:k] if k else []
        self.district_weights: Any = _core.column(v.district_weights, "f8", v.district_count, owner)
        self.district_served: Any = _core.column(v.district_served, "f8", (v.district_count, k), owner)
        self.weight, self.unreachable_count = v.weight, v.unreachable_count
        self.mean, self.most = v.mean / 1000.0, v.most / 1000.0
        self.farthest = None if v.farthest == _core.NONE else v.farthest
        self.assignment = Assignment(owner, v.assignment) if v.assignment else None
        del kept

    @property
    def costs(self) -> Any:
        """Seconds (or metres) to the nearest facility: float64 of shape (demands,), infinity where there is no way."""
        return _core.seconds(self.costs_ms)

    def __repr__(self) -> str:
        return f"<Service of {len(self.demands)} demands by {len(self.facilities)} facilities>"

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """Facilities with their catchments, demands with their costs: a FeatureCollection of points."""
        rows = [(p, {"role": "facility", "catchment": c}) for p, c in zip(self.facilities, self.catchments.tolist())]
        costs = self.costs.tolist() if hasattr(self.costs, "tolist") else self.costs
        rows += [(p, {"role": "demand", "cost": c if math.isfinite(c) else None}) for p, c in zip(self.demands, costs)]
        features = [
            {"type": "Feature", "geometry": p.__geo_interface__, "properties": {"id": None if p.object is None else p.object.id, **more}} for p, more in rows
        ]
        return {"type": "FeatureCollection", "features": features}
