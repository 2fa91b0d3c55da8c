"""Traces of vehicles on the net, trips of many, evacuation; made by `Net.match()`, `Net.betweenness()` and `Net.evacuate()`."""
from __future__ import annotations

import ctypes
import math
from typing import TYPE_CHECKING, Any

from . import _abi, _core, errors, geometry
from ._core import build, call, encode, lib, struct

if TYPE_CHECKING:
    from .net import Net, Places


# ---- map matching ----


def match_points(net: Net, points: Any) -> Any:
    """cim_match_point from a file or rows of x, y[, seconds]."""
    from .net import is_path

    if is_path(points):
        data = _core.bytes_of(lib.cim_match_load, encode(points), slow=True)
        made = (_abi.cim_match_point * (len(data) // ctypes.sizeof(_abi.cim_match_point))).from_buffer_copy(data)
        degrees = [p for p in made if p.flags & _abi.CIM_MATCH_DEGREES]
        if degrees:
            for p, (x, y) in zip(degrees, geometry.lonlat([(p.x, p.y) for p in degrees], 4326, net.city.epsg).tolist()):
                p.x, p.y = x, y
        return made
    mapping = geometry.interface(points)
    rows = mapping["coordinates"] if mapping is not None else points.tolist() if hasattr(points, "tolist") else points
    made = (_abi.cim_match_point * len(rows))()
    for p, row in zip(made, rows):
        if not 2 <= len(row) <= 3:
            raise errors.InvalidArgument("points are rows of x, y or x, y, seconds")
        p.x, p.y = row[0], row[1]
        p.time_s = row[2] if len(row) == 3 else math.nan
        p.heading_deg = p.accuracy_m = math.nan
    return made


class Match:
    """Which streets something went along.

    points, parts, legs, speeds: structured views (fields as in cim/match.h).  xy: the way, float64 view of shape (vertices, 2).  length_m; counts.
    """

    def __init__(self, net: Net, points: Any, options: dict[str, Any]):
        net.ready("none")
        wish = struct(_abi.cim_match_options)
        for name, value in options.items():
            if name == "struct_size" or not hasattr(wish, name):
                raise TypeError(f"there is no option {name} of matching")
            setattr(wish, name, value)
        matcher = getattr(net, "_matcher", None)
        if matcher is None:
            matcher = net._matcher = build(_abi.cim_matcher, lib.cim_matcher_free, lib.cim_matcher_build, net._o, net._hierarchy)  # type: ignore[attr-defined]
        owner = build(_abi.cim_match, lib.cim_match_free, lib.cim_match_run, matcher, None, points, len(points), ctypes.byref(wish), keep=(matcher, net._net))
        view = struct(_abi.cim_match_view)
        call(lib.cim_match_get, owner, ctypes.byref(view))
        self.net = net
        self.points: Any = _core.records(view.points, _abi.cim_match_place, view.point_count, owner)
        self.parts: Any = _core.records(view.parts, _abi.cim_match_part, view.part_count, owner)
        self.legs: Any = _core.records(view.legs, _abi.cim_match_leg, view.leg_count, owner)
        self.speeds: Any = _core.records(view.speeds, _abi.cim_match_speed, view.speed_count, owner)
        self.xy: Any = _core.column(view.xy, "f8", (view.vertex_count, 2), owner)
        self.length_m: float = view.length_m
        self.counts = {
            "found": view.found_count,
            "between": view.between_count,
            "no_street": view.no_street_count,
            "outlier": view.outlier_count,
            "unordered": view.unordered_count,
        }
        self._ranges = [(p.first_vertex, p.vertex_count) for p in view.parts[: view.part_count]]

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        rows = [tuple(p) for p in self.xy.tolist()]
        return {
            "type": "Feature",
            "properties": {"length_m": self.length_m, **self.counts},
            "geometry": {"type": "MultiLineString", "coordinates": tuple(tuple(rows[a : a + n]) for a, n in self._ranges if n > 1)},
        }


# ---- betweenness ----


class Flow:
    """What streets carry.  link_trips: float64 view of shape (2 * edges,), link 2 * edge along its line, 2 * edge + 1 against.
    link_error: None when nothing was sampled.

    trips, unreachable_trips, time_s and length_m (means of a trip that gets there).
    """

    def __init__(
        self,
        net: Net,
        origins: Places,
        destinations: Places,
        origin_weights: Any,
        destination_weights: Any,
        pairs: Any,
        trips: float,
        samples: int,
        seed: int,
        trees: bool,
    ):
        demand = struct(_abi.cim_flow_demand, origin_count=len(origins), destination_count=len(destinations), trips=trips)
        place = ctypes.POINTER(_abi.cim_net_place)
        demand.origins, demand.destinations = ctypes.cast(origins.array, place), ctypes.cast(destinations.array, place)
        kept = []
        for name, weights, n in (("origin_weights", origin_weights, len(origins)), ("destination_weights", destination_weights, len(destinations))):
            if weights is not None:
                kept.append(_core.give(weights, "f8", count=n, what=name))
                setattr(demand, name, kept[-1].pointer)
        if pairs is not None:
            rows = pairs.tolist() if hasattr(pairs, "tolist") else list(pairs)
            made = (_abi.cim_flow_pair * len(rows))(
                *(_abi.cim_flow_pair(_index(r[0], len(origins)), _index(r[1], len(destinations)), float(r[2]) if len(r) > 2 else 1.0) for r in rows)
            )
            demand.pairs, demand.pair_count = ctypes.cast(made, ctypes.POINTER(_abi.cim_flow_pair)), len(rows)
        options = struct(_abi.cim_flow_options, samples=samples, seed=seed, mode=_abi.CIM_FLOW_TREES if trees else _abi.CIM_FLOW_PAIRS)
        owner = build(_abi.cim_flow, lib.cim_flow_free, lib.cim_flow_run, net._o, net._metric, ctypes.byref(demand), ctypes.byref(options))
        view = struct(_abi.cim_flow_view)
        call(lib.cim_flow_get, owner, ctypes.byref(view))
        self.net = net
        self.link_trips: Any = _core.column(view.link_trips, "f8", view.link_count, owner)
        self.link_error: Any = _core.column(view.link_error, "f8", view.link_count, owner) if view.link_error else None
        self.trips: float = view.trips
        self.unreachable_trips: float = view.unreachable_trips
        self.time_s: float = view.time_s
        self.length_m: float = view.length_m
        self.sample_count: int = view.sample_count
        del kept


def _index(value: Any, count: int) -> int:
    number = int(value)
    if not 0 <= number < count:
        raise errors.InvalidArgument(f"pairs: {number} of {count} places")
    return number


# ---- evacuation ----


class Evacuation:
    """Who leaves when by which way.  groups, legs, links: structured views (fields as in cim/flow.h).

    people, evacuated, no_way, no_room, too_late; clearance_s, mean_s and their lower bounds; exit_people by exit.
    """

    def __init__(self, net: Net, sources: list[Any], exits: list[Any], people_per_vehicle: float, link_people_per_hour: Any, slot_s: float, horizon_s: float):
        self.net = net
        starts = (_abi.cim_evacuation_source * len(sources))()
        for s, (thing, people) in zip(starts, sources):
            if not 0 <= people < _core.NONE:
                raise errors.InvalidArgument(f"sources: {people} people")
            s.place, s.people = net.place(thing).struct, people
        ends = (_abi.cim_evacuation_exit * len(exits))()
        for e, thing in zip(ends, exits):
            parts = thing if isinstance(thing, tuple) and not isinstance(thing[0], (int, float)) else (thing,)
            e.place = net.place(parts[0]).struct
            e.capacity = parts[1] if len(parts) > 1 and parts[1] is not None else _core.NONE
            e.people_per_hour = parts[2] if len(parts) > 2 else 0.0
        links = 2 * net.arrays.edge_count
        if link_people_per_hour is None:
            self.link_people_per_hour, capacity = _core.room("f8", links)
            call(lib.cim_evacuation_capacity, net._o, people_per_vehicle, capacity)
        else:
            self.link_people_per_hour = link_people_per_hour
            capacity = _core.give(link_people_per_hour, "f8", count=links, what="link_people_per_hour")
        task = struct(_abi.cim_evacuation_task, source_count=len(sources), exit_count=len(exits), slot_s=slot_s, horizon_s=horizon_s)
        task.sources, task.exits = ctypes.cast(starts, ctypes.POINTER(_abi.cim_evacuation_source)), ctypes.cast(ends, ctypes.POINTER(_abi.cim_evacuation_exit))
        task.link_people_per_hour = capacity.pointer
        owner = build(_abi.cim_evacuation, lib.cim_evacuation_free, lib.cim_evacuation_run, net._o, net._metric, ctypes.byref(task))
        view = struct(_abi.cim_evacuation_view)
        call(lib.cim_evacuation_get, owner, ctypes.byref(view))
        self.groups: Any = _core.records(view.groups, _abi.cim_evacuation_group, view.group_count, owner)
        self.legs: Any = _core.records(view.legs, _abi.cim_evacuation_leg, view.leg_count, owner)
        self.links: Any = _core.records(view.links, _abi.cim_evacuation_link, view.link_count, owner)
        self.exit_people: Any = _core.column(view.exit_people, "u8", view.exit_count, owner)
        self.people, self.evacuated = view.people, view.evacuated
        self.no_way, self.no_room, self.too_late = view.no_way, view.no_room, view.too_late
        self.clearance_s, self.mean_s = view.clearance_s, view.mean_s
        self.clearance_bound_s, self.mean_bound_s = view.clearance_bound_s, view.mean_bound_s
        self.cut_people_per_hour = view.cut_people_per_hour
