"""The road net of a city: places on it, routes, times, areas.

    net = city.net("car")
    net.route("osm:way/100", (505_000.0, 5_382_000.0)).time_s
    net.matrix(schools, fire_stations)            # seconds, shape (schools, fire stations)

Places are given as ids, objects, (x, y) in the city's coordinates, or anything with a `__geo_interface__`.  Times are seconds in floats, infinity where
there is no way; names that end in _ms are milliseconds in uint32.  Answers are the same before and after `ready()`, only slower.
"""
from __future__ import annotations

import ctypes
import os
import threading
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Sequence

from . import _abi, _core, errors, geometry
from ._core import Handle, Owner, build, call, decode, encode, lib, slow_call, struct

if TYPE_CHECKING:
    from .city import City, Object
    from .fleet import Coverage, Fleet, Near, Scenarios
    from .flows import Evacuation, Flow, Match
    from .routes import Isochrone, Route
    from .serve import Service
    from .traffic import Traffic

np = _core.np
TURNS = {"restricted": _abi.CIM_NET_TURNS_RESTRICTED, "full": _abi.CIM_NET_TURNS_FULL}
LABELS = {"none": _abi.CIM_ROUTE_LABELS_NONE, "auto": _abi.CIM_ROUTE_LABELS_AUTO, "full": _abi.CIM_ROUTE_LABELS_FULL, "core": _abi.CIM_ROUTE_LABELS_CORE}
BREAKS = {
    _abi.CIM_NET_BREAKS_ONEWAY: "oneway",
    _abi.CIM_NET_BREAKS_ACCESS: "access",
    _abi.CIM_NET_BREAKS_BUS_LANE: "bus_lane",
    _abi.CIM_NET_BREAKS_BARRIER: "barrier",
    _abi.CIM_NET_BREAKS_TURN: "turn",
    _abi.CIM_NET_BREAKS_U_TURN: "u_turn",
}
USES = {_abi.CIM_NET_USES_DESTINATION: "destination", _abi.CIM_NET_USES_PRIVATE: "private"}


def net_options(turns: str) -> Any:
    if turns not in TURNS:
        raise errors.InvalidArgument(f"turns: {turns} is not full or restricted")
    return struct(_abi.cim_net_options, turns=TURNS[turns])


def label_options(labels: str, memory_limit_bytes: int = 0) -> Any:
    if labels not in LABELS:
        raise errors.InvalidArgument(f"labels: {labels} is not one of {', '.join(LABELS)}")
    return struct(_abi.cim_route_label_options, mode=LABELS[labels], memory_limit_bytes=memory_limit_bytes)


def profiles() -> list[str]:
    """Names of the profiles of road users.

    >>> cim.net.profiles()[:2]
    ['car', 'emergency']
    """
    out: list[str] = []
    while True:
        name = decode(lib.cim_net_profile(len(out)))
        if name is None:
            return out
        out.append(name)


class Place:
    """A place on a street: x, y (there), edge and fraction of its length, distance_m from what was asked for, object (None of a pair)."""

    __slots__ = ("struct", "object")

    def __init__(self, item: Any, object: Object | None = None):  # pylint: disable=redefined-builtin
        self.struct = item
        self.object = object

    @property
    def x(self) -> float:
        return self.struct.x

    @property
    def y(self) -> float:
        return self.struct.y

    @property
    def edge(self) -> int:
        return self.struct.edge

    @property
    def fraction(self) -> float:
        return self.struct.fraction

    @property
    def distance_m(self) -> float:
        return self.struct.distance_m

    @property
    def side(self) -> int:
        """Of what was asked for, along the edge's line: 1 left, -1 right, 0 on it."""
        return self.struct.side

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {"type": "Point", "coordinates": (self.x, self.y)}

    def __repr__(self) -> str:
        return f"<Place {self.x:.1f}, {self.y:.1f}{'' if self.object is None else f' of {self.object.id}'}>"


class Places(Sequence[Place]):
    """Many places, in memory as C wants them.  unplaced: objects that have no street near, when that was allowed.

    xy: float64 array of shape (n, 2); records: structured array with edge, fraction, x, y, distance_m, ...
    """

    def __init__(self, array: Any, objects: Sequence[Object | None], unplaced: Sequence[Any] = ()):
        self.array, self.objects, self.unplaced = array, list(objects), list(unplaced)

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            items = self.array[i]
            return Places((_abi.cim_net_place * len(items))(*items), self.objects[i])
        return Place(self.array[i], self.objects[i])

    def __iter__(self) -> Iterator[Place]:
        return (Place(s, o) for s, o in zip(self.array, self.objects))

    @property
    def records(self) -> Any:
        return _core.records(self.array, _abi.cim_net_place, len(self.array), self.array)

    @property
    def xy(self) -> Any:
        rows = [(p.x, p.y) for p in self.array]
        return rows if np is None else np.array(rows, "f8").reshape(-1, 2)


class NetArrays:
    """The arrays of a net as views without a copy: float64, uint32, uint8; they keep the net alive."""

    _KINDS = {
        "junction_x": ("f8", "j"),
        "junction_y": ("f8", "j"),
        "edge_object": ("u4", "e"),
        "edge_from": ("u4", "e"),
        "edge_to": ("u4", "e"),
        "edge_name": ("u4", "e"),
        "first_vertex": ("u4", "e1"),
        "edge_length_m": ("f8", "e"),
        "xy": ("f8", "v"),
        "state_junction": ("u4", "s"),
        "state_link": ("u4", "s"),
        "arc_link": ("u4", "a"),
    }
    junction_x: Any
    junction_y: Any
    edge_object: Any
    edge_from: Any
    edge_to: Any
    edge_name: Any
    first_vertex: Any
    edge_length_m: Any
    xy: Any
    state_junction: Any
    state_link: Any
    arc_link: Any

    def __init__(self, owner: Owner):
        view = struct(_abi.cim_net_view)
        call(lib.cim_net_get, owner, ctypes.byref(view))
        self.junction_count, self.edge_count, self.vertex_count = view.junction_count, view.edge_count, view.vertex_count
        self.state_count, self.arc_count, self.area_count = view.state_count, view.arc_count, view.area_count
        shapes: dict[str, Any] = {
            "j": view.junction_count,
            "e": view.edge_count,
            "e1": view.edge_count + 1,
            "v": (view.vertex_count, 2),
            "s": view.state_count,
            "a": view.arc_count,
        }
        for name, (kind, size) in self._KINDS.items():
            setattr(self, name, _core.column(getattr(view, name), kind, shapes[size], owner))


class Net(Handle):
    """A road net with the costs of one profile.  May be shared by threads."""

    def __init__(
        self,
        city: City,
        profile: str = "car",
        *,
        time: str | None = None,
        height_m: float = 0.0,
        width_m: float = 0.0,
        length_m: float = 0.0,
        weight_t: float = 0.0,
        profile_text: str | None = None,
        turns: str = "full",
    ):
        self.city, self.profile = city, profile
        self._net = build(_abi.cim_net, lib.cim_net_free, lib.cim_net_open, city._o, ctypes.byref(net_options(turns)))
        options = struct(
            _abi.cim_net_cost_options,
            profile=encode(profile),
            time=encode(time),
            height_m=height_m,
            width_m=width_m,
            length_m=length_m,
            weight_t=weight_t,
            profile_text=encode(profile_text),
        )
        self._owner = build(_abi.cim_net_costs, lib.cim_net_costs_free, lib.cim_net_costs_build, self._net, ctypes.byref(options), keep=self._net)
        self._hierarchy: Owner | None = None
        self._metric: Owner | None = None
        self._by_length: tuple[Owner, Owner] | None = None
        self._queries = threading.local()
        self._lock = threading.Lock()
        self.epoch: int | None = None
        self.arrays = NetArrays(self._net)

    def _with_metric(self, hierarchy: Owner, metric: Owner, epoch: int | None) -> Net:
        """The same net and costs, other weights."""
        other = Net.__new__(Net)
        other.city, other.profile, other._net, other._owner, other.arrays = self.city, self.profile, self._net, self._o, self.arrays
        other._hierarchy, other._metric, other.epoch, other._by_length = hierarchy, metric, epoch, None
        other._queries, other._lock = threading.local(), threading.Lock()
        return other

    def close(self) -> None:
        super().close()
        self._hierarchy = self._metric = self._by_length = None

    def __repr__(self) -> str:
        return "<Net, closed>" if self.closed else f"<Net of {self.arrays.edge_count} edges for {self.profile}>"

    def ready(self, labels: str = "auto", *, progress: Any = None) -> Net:
        """Make it quick for many questions: a hierarchy (from the file when prepared, else built in seconds) with weights; once.

        labels: "none", "auto" (as memory allows), "full", "core".  Gives itself.
        """
        options = label_options(labels)
        with self._lock, _core.with_progress(progress):
            if self._hierarchy is None:
                self._hierarchy = build(_abi.cim_route_hierarchy, lib.cim_route_hierarchy_free, lib.cim_net_hierarchy, self._net, self.city._o)
            if self._metric is None:
                view = struct(_abi.cim_net_costs_view)
                call(lib.cim_net_costs_get, self._o, ctypes.byref(view))
                self._metric = build(
                    _abi.cim_route_metric,
                    lib.cim_route_metric_free,
                    lib.cim_route_metric_build,
                    self._hierarchy,
                    view.weights_ms,
                    ctypes.byref(options),
                    keep=self._hierarchy,
                )
            elif labels != "none" and not lib.cim_route_metric_labelled(self._metric, None):
                self._metric = build(
                    _abi.cim_route_metric,
                    lib.cim_route_metric_free,
                    lib.cim_route_metric_label,
                    self._metric,
                    ctypes.byref(options),
                    keep=(self._hierarchy, self._metric),
                )
        return self

    def _metric_query(self) -> tuple[Owner | None, Owner | None]:
        """The metric, and the working memory of this thread."""
        metric = self._metric
        if metric is None:
            return None, None
        query = getattr(self._queries, "query", None)
        if query is None:
            query = self._queries.query = build(_abi.cim_route_query, lib.cim_route_query_free, lib.cim_route_query_new, self._hierarchy, slow=False)
        return metric, query

    def _lengths(self) -> tuple[Owner, Owner]:
        """Costs in millimetres of where these costs allow to go, and a metric of them; made once."""
        self.ready("none")
        with self._lock:
            if self._by_length is None:
                costs = build(_abi.cim_net_costs, lib.cim_net_costs_free, lib.cim_net_costs_lengths, self._o, self._metric, keep=(self._net, self._metric))
                view = struct(_abi.cim_net_costs_view)
                call(lib.cim_net_costs_get, costs, ctypes.byref(view))
                free, make = lib.cim_route_metric_free, lib.cim_route_metric_build
                metric = build(_abi.cim_route_metric, free, make, self._hierarchy, view.weights_ms, None, keep=(self._hierarchy, costs))
                self._by_length = costs, metric
            return self._by_length

    # ---- arrays ----

    @property
    def costs(self) -> dict[str, Any]:
        """Columns of the costs, without a copy: link_ms, link_kmh, link_rules, link_source, link_main (by link: 2 * edges),
        junction_ms, weights_ms (by arc)."""
        view = struct(_abi.cim_net_costs_view)
        call(lib.cim_net_costs_get, self._o, ctypes.byref(view))
        n = 2 * self.arrays.edge_count
        sizes = {
            "weights_ms": ("u4", self.arrays.arc_count),
            "link_ms": ("u4", n),
            "link_kmh": ("f4", n),
            "link_rules": ("u4", n),
            "link_source": ("u1", n),
            "link_main": ("u1", n),
            "junction_ms": ("u4", self.arrays.junction_count),
        }
        return {name: _core.column(getattr(view, name), kind, size, self._o) for name, (kind, size) in sizes.items()}

    @property
    def weights_ms(self) -> Any:
        """Weights of the arcs as they are now, uint32 of shape (arcs,)."""
        if self._metric is None:
            return self.costs["weights_ms"]
        return _core.column(lib.cim_route_metric_weights(self._metric), "u4", self.arrays.arc_count, self._metric)

    def text(self, number: int) -> str:
        """A text of the net by number, e.g. of arrays.edge_name; "" for none."""
        return decode(lib.cim_net_text(self._net, number)) or ""

    def edge_of(self, object: Any) -> int | None:  # pylint: disable=redefined-builtin
        """The first edge of a street; None of what is no street."""
        found = lib.cim_net_find(self._net, self.city.get(object).number)
        return None if found == _core.NONE else found

    def edge_geometry(self, edge: int) -> dict[str, Any]:
        """The line of an edge."""
        if not 0 <= edge < self.arrays.edge_count:
            raise errors.InvalidArgument(f"edge {edge} of {self.arrays.edge_count}")
        first, last = self.arrays.first_vertex[edge], self.arrays.first_vertex[edge + 1]
        xy = self.arrays.xy.tolist() if np is None else self.arrays.xy[first:last].tolist()
        return {"type": "LineString", "coordinates": tuple(map(tuple, xy if np is not None else xy[first:last]))}

    # ---- places ----

    def snap(
        self, x: float, y: float, k: int = 1, *, radius_m: float = 0.0, heading_deg: float | None = None, tolerance_deg: float = 30.0, any_part: bool = False
    ) -> list[Place]:
        """The k nearest places on streets that may be used, one a street, nearest first.  radius_m 0: no limit.  any_part: also on islands."""
        options = struct(_abi.cim_net_snap_options, radius_m=radius_m, flags=_abi.CIM_NET_ANY_PART if any_part else 0)
        if heading_deg is not None:
            options.heading_deg, options.tolerance_deg = heading_deg, tolerance_deg
        if not 1 <= k <= 256:
            raise errors.InvalidArgument(f"k: {k} is not within 1 and 256")
        found, count = (_abi.cim_net_place * k)(), ctypes.c_size_t()
        call(lib.cim_net_snap, self._o, x, y, ctypes.byref(options), k, found, ctypes.byref(count))
        return [Place(p) for p in found[: count.value]]

    def place(self, thing: Any, *, radius_m: float = 1000.0) -> Place:
        """A place of an id, object, (x, y) or geometry; buildings where their relation `accesses` says.

        Raises NotFound beyond radius_m (0: any) of a street."""
        if isinstance(thing, Place):
            return thing
        if isinstance(thing, (str, int)) or hasattr(thing, "class_name") or (np is not None and isinstance(thing, np.integer)):
            object_ = self.city.get(thing)
            item = _abi.cim_net_place()
            call(lib.cim_net_place_find, self._o, self.city._o, object_.number, ctypes.byref(item))
            if radius_m > 0.0 and item.distance_m > radius_m:
                raise errors.NotFound(f"{object_.id}: too far from a street that may be used")
            return Place(item, object_)
        mapping = geometry.interface(thing)
        try:
            x, y = geometry.point_of(mapping) if mapping is not None else (float(thing[0]), float(thing[1]))
        except (TypeError, IndexError, ValueError, KeyError) as e:
            raise errors.InvalidArgument(f"no place: {thing!r}") from e
        found = self.snap(x, y, radius_m=radius_m)
        if not found:
            raise errors.NotFound(f"no street that may be used within {radius_m:g} m")
        return found[0]

    def places(self, things: Any, *, radius_m: float = 1000.0, skip: bool = False) -> Places:
        """Many places: a Result, objects, ids, points of shape (n, 2), a collection of features.

        skip: those without a street near go to `unplaced` instead of raising NotFound."""
        if isinstance(things, Places):
            return things
        if isinstance(things, (Place, str)) or hasattr(things, "class_name") or _is_pair(things):
            things = [things]
        elif isinstance(things, dict) or (hasattr(things, "__geo_interface__") and not hasattr(things, "ids")):
            things = _members(things)
        found, unplaced = [], []
        for t in things:
            try:
                found.append(self.place(t, radius_m=radius_m))
            except errors.NotFound:
                if not skip:
                    raise
                unplaced.append(t)
        return Places((_abi.cim_net_place * len(found))(*(p.struct for p in found)), [p.object for p in found], unplaced)

    # ---- routes ----

    def route(
        self, *stops: Any, pass_through: bool = False, order: bool = False, avoid: Iterable[Any] = (), avoid_areas: Any = None, avoid_factor: float = 0.0
    ) -> Route:
        """The quickest route over two or more stops.  Raises NotFound when there is no way.

        pass_through: no turning back at the stops in between.  order: visit those in the quickest order.
        avoid: streets (ids, objects), or "tolls", "ferries", "motorways", "tunnels"; avoid_areas: polygons or (x0, y0, x1, y1) boxes;
        avoid_factor: do not close them, but count them so many times.

        >>> with cim.open(town) as city:
        ...     route = city.net("emergency").route("osm:relation/71000030", (505000, 5382500))
        ...     round(route.time_s), round(route.length_m)
        (305, 2647)
        """
        from .routes import find_routes

        return find_routes(self, stops, pass_through, order, avoid, avoid_areas, avoid_factor, 0)[0]

    def alternatives(
        self,
        start: Any,
        end: Any,
        k: int = 3,
        *,
        avoid: Iterable[Any] = (),
        avoid_areas: Any = None,
        avoid_factor: float = 0.0,
        stretch: float = 0.25,
        sharing: float = 0.8,
        locality: float = 0.25,
    ) -> list[Route]:
        """The quickest route and at most k others that a person would take too, best first."""
        from .routes import find_routes

        self.ready("none")
        wish = struct(_abi.cim_route_alternative_options, stretch=stretch, sharing=sharing, locality=locality)
        return find_routes(self, (start, end), False, False, avoid, avoid_areas, avoid_factor, k, wish)

    def time(self, start: Any, end: Any) -> float:
        """Seconds of the quickest route; infinity when there is none."""
        found = self.matrix([self.place(start)], [self.place(end)])
        return float(found[0][0])

    def matrix_ms(self, starts: Any, ends: Any = None) -> Any:
        """Times from every start to every destination in ms: uint32 of shape (starts, ends); cim.route.UNREACHABLE_MS where there is no way."""
        a = self.places(starts)
        b = a if ends is None else self.places(ends)
        out, given = _core.room("u4", (len(a), len(b)))
        if len(a) and len(b):
            slow_call(lib.cim_net_matrix, self._o, self._metric, a.array, len(a), b.array, len(b), given)
        return out

    def matrix(self, starts: Any, ends: Any = None) -> Any:
        """Times from every start to every destination (None: the starts) in seconds: float64 of shape (starts, ends), infinity where there is no way.

        Without `ready()` by Dijkstra's algorithm, a search for each place of the smaller side.
        """
        return _core.seconds(self.matrix_ms(starts, ends))

    def isochrone(
        self,
        places: Any,
        limits_s: Iterable[float] = (300, 600, 900),
        *,
        backward: bool = False,
        buffer_m: float = 0.0,
        cell_m: float = 0.0,
        tolerance_m: float = 0.0,
    ) -> Isochrone:
        """How far one gets from the nearest of some places within times, or with backward from where one gets to one of them."""
        from .routes import Isochrone

        return Isochrone(self, self.places(places), list(limits_s), backward, buffer_m, cell_m, tolerance_m)

    def nearest(self, place: Any, among: Any, k: int = 5, *, within_s: float | None = None, from_place: bool = False, skip: bool = True) -> list[Near]:
        """The k of some places that are nearest in time: those that are here first or, with from_place, those that one reaches first from here."""
        return self.fleet(among, from_place=from_place, skip=skip).nearest(place, k, within_s=within_s)

    # ---- fleets ----

    def fleet(self, units: Any, *, from_place: bool = False, scenarios: Scenarios | None = None, skip: bool = False) -> Fleet:
        """Places made ready to be asked which is nearest: vehicles (they come here) or, with from_place, hospitals (one goes there)."""
        from .fleet import Fleet

        return Fleet(self, self.places(units, skip=skip), from_place, scenarios)

    def scenarios(
        self, count: int = 16, *, seed: int = 1, city_spread: float = 0.15, class_spread: float = 0.1, area_spread: float = 0.2, area_m: float = 1000.0
    ) -> Scenarios:
        """Travel times as they may turn out, around those of now."""
        from .fleet import Scenarios

        return Scenarios(self, count, seed, city_spread, class_spread, area_spread, area_m)

    def coverage(self, posts: Fleet, demand: Any, within_s: float, weights: Any = None) -> Coverage:
        """Which demand is reached from which post in time; weights: float64 of shape (demand,), e.g. inhabitants."""
        from .fleet import Coverage

        return Coverage(self, posts, self.places(demand), within_s, weights)

    def serve(
        self,
        facilities: Any,
        demands: Any,
        within_s: Iterable[float] = (),
        *,
        within_m: Iterable[float] = (),
        weights: Any = None,
        capacities: Any = None,
        districts: Any = None,
        to_facilities: bool = False,
        whole: bool = False,
        skip: bool = True,
    ) -> Service:
        """Who is served within times or, with within_m, lengths of the way; to_facilities: demands go there (schools), else they are gone to (fire engines).

        weights (demands,), capacities (facilities,), districts (numbers, by demand): arrays, or the name of a property.  With capacities demands are
        assigned, in parts or whole.  skip: what has no street near is left out, and listed in `unplaced` of facilities and demands.

        >>> with cim.open(town) as city:
        ...     net = city.net("emergency")
        ...     stations, people = city.query("osm:amenity = 'fire_station'"), city.query("layer = 'building' AND population > 0")
        ...     served = net.serve(stations, people, [120, 300], weights="population")
        ...     served.served_weights, served.weight, len(served.unserved)
        ([7551.0, 11986.0], 11986.0, 0)
        """
        from .serve import Service

        limits_s, limits_m = list(within_s), list(within_m)
        if limits_s and limits_m:
            raise errors.InvalidArgument("within_s or within_m, not both")
        a, b = self.places(facilities, skip=skip), self.places(demands, skip=skip)
        return Service(self, a, b, limits_m or limits_s, bool(limits_m), weights, capacities, districts, to_facilities, whole)

    # ---- many trips ----

    def match(self, points: Any, **options: Any) -> Match:
        """Which streets something went along: points of shape (n, 2) or (n, 3) with x, y, seconds, or the path of a GPX, GeoJSON or CSV file.

        options: fields of cim_match_options: sigma_m, beta_m, radius_m, max_kmh, gap_s, ...
        """
        from .flows import Match, match_points

        return Match(self, match_points(self, points), options)

    def betweenness(
        self,
        origins: Any,
        destinations: Any = None,
        *,
        origin_weights: Any = None,
        destination_weights: Any = None,
        pairs: Any = None,
        trips: float = 0.0,
        samples: int = 0,
        seed: int = 1,
        trees: bool = False,
    ) -> Flow:
        """Trips that each street carries when everybody takes the quickest way.

        pairs: rows of (number of origin, number of destination, trips); without them every origin to every destination by the product of weights.
        samples: pairs (or, with trees, origins) to draw; 0: all, exactly.
        """
        from .flows import Flow

        a = self.places(origins)
        return Flow(self, a, a if destinations is None else self.places(destinations), origin_weights, destination_weights, pairs, trips, samples, seed, trees)

    def evacuate(
        self,
        sources: Iterable[tuple[Any, int]],
        exits: Iterable[Any],
        *,
        people_per_vehicle: float = 2.0,
        link_people_per_hour: Any = None,
        slot_s: float = 60.0,
        horizon_s: float = 86400.0,
    ) -> Evacuation:
        """Who leaves when by which way: sources are (place, people), exits places or (place, capacity) or (place, capacity, people an hour)."""
        from .flows import Evacuation

        return Evacuation(self, list(sources), list(exits), people_per_vehicle, link_people_per_hour, slot_s, horizon_s)

    def traffic(self, *, labels: str = "none", radius_m: float = 0.0, vehicle_s: float = 0.0, min_speed_kmh: float = 0.0) -> Traffic:
        """Live weights that begin with these costs: closures, speeds, feeds."""
        from .traffic import Traffic

        return Traffic(self, labels, radius_m, vehicle_s, min_speed_kmh)


def _is_pair(things: Any) -> bool:
    return isinstance(things, tuple) and len(things) == 2 and all(isinstance(v, (int, float)) for v in things)


def _members(thing: Any) -> list[Any]:
    """The features of a collection, the points of several; another geometry by itself."""
    mapping = getattr(thing, "__geo_interface__", thing)
    if mapping.get("type") == "FeatureCollection":
        return list(mapping.get("features") or [])
    mapping = geometry.interface(mapping) or {}
    return list(mapping["coordinates"]) if mapping.get("type") == "MultiPoint" else [mapping]


def rules(bits: int, names: dict[int, str]) -> list[str]:
    return [name for bit, name in names.items() if bits & bit]


def is_path(thing: Any) -> bool:
    return isinstance(thing, (str, os.PathLike))
