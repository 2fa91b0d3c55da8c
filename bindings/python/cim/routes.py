"""Routes and isochrones; made by `Net.route()`, `Net.alternatives()` and `Net.isochrone()`."""
from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable

from . import _abi, _core, errors, geometry
from ._core import Owner, ask_ids, build, call, decode, lib, struct
from .net import BREAKS, USES, rules

if TYPE_CHECKING:
    from .net import Net, Place, Places

AVOID = {"tolls": _abi.CIM_JOURNEY_TOLLS, "ferries": _abi.CIM_JOURNEY_FERRIES, "motorways": _abi.CIM_JOURNEY_MOTORWAYS, "tunnels": _abi.CIM_JOURNEY_TUNNELS}


@dataclass(frozen=True)
class Step:
    """What one would tell a driver: kind ("turn left"), name of the street, length and time; stop: which one (0, 1, ...) of depart, pass and arrive."""

    kind: str
    name: str
    length_m: float
    time_s: float
    distance_m: float
    turn_deg: float
    bearing_before_deg: float
    bearing_after_deg: float
    exit: int | None
    stop: int | None
    side: str | None
    breaks: tuple[str, ...]
    x: float
    y: float


@dataclass(frozen=True)
class Section:
    """From one stop to the next."""

    time_s: float
    length_m: float


@dataclass(frozen=True)
class Signal:
    """When one will be at a traffic signal, in seconds from the start; object: its number in the city, None when it is not there."""

    object: int | None
    earliest_s: float
    likely_s: float
    latest_s: float
    distance_m: float
    speed_kmh: float
    crossing: bool
    x: float
    y: float


def _avoid(net: Net, avoid: Iterable[Any], areas: Any, factor: float) -> tuple[Any, Any]:
    """A cim_journey_avoid, and what it borrows."""
    classes, objects = 0, []
    for a in [avoid] if isinstance(avoid, str) else avoid:
        if isinstance(a, str) and a in AVOID:
            classes |= AVOID[a]
        elif isinstance(a, str):
            streets = [n for n in net.city.find(a) if lib.cim_net_find(net._net, n) != _core.NONE]
            if not streets:
                raise errors.NotFound(f"{a} is no street")
            objects += streets
        else:
            objects.append(net.city.get(a).number)
    geoms = geometry.area_geoms(areas)
    if not (classes or objects or geoms):
        if factor:
            raise errors.InvalidArgument("avoid_factor: of what?")
        return None, None
    ids = (ctypes.c_uint32 * len(objects))(*objects)
    polygons = (_abi.cim_geom * len(geoms))(*(g.struct for g in geoms))
    made = struct(_abi.cim_journey_avoid, area_count=len(geoms), object_count=len(objects), classes=classes, factor=factor)
    made.areas, made.objects = ctypes.cast(polygons, ctypes.POINTER(_abi.cim_geom)), ctypes.cast(ids, ctypes.POINTER(ctypes.c_uint32))
    return made, (ids, polygons, geoms)


def find_routes(
    net: Net, stops: Any, pass_through: bool, order: bool, avoid: Iterable[Any], areas: Any, factor: float, alternatives: int, wish: Any = None
) -> list[Route]:
    if len(stops) < 2:
        raise errors.InvalidArgument("a route has two stops at least")
    if not 0 <= alternatives <= 100:
        raise errors.InvalidArgument(f"k: {alternatives} is not within 0 and 100")
    places = [net.place(s) for s in stops]
    array = (_abi.cim_journey_stop * len(places))()
    for i, p in enumerate(places):
        array[i].place = p.struct
        array[i].flags = _abi.CIM_JOURNEY_PASS if pass_through and 0 < i < len(places) - 1 else 0
    what, kept = _avoid(net, avoid, areas, factor)
    options = struct(_abi.cim_journey_options, alternatives=alternatives, flags=_abi.CIM_JOURNEY_ORDER if order else 0)
    if what is not None:
        options.avoid = ctypes.pointer(what)
    if wish is not None:
        options.alternative = ctypes.pointer(wish)
    metric, query = net._metric_query()
    owner = build(
        _abi.cim_journey,
        lib.cim_journey_free,
        lib.cim_journey_find,
        net._o,
        array,
        len(places),
        ctypes.byref(options),
        metric,
        query,
        keep=(net._o, net._net),
        slow=bool(len(places) > 2 or metric is None),
    )
    del kept
    first = Route(net, owner, 0, places)
    return [first] + [Route(net, owner, i, places) for i in range(1, first.count)]


class Route:
    """A route: time_s, length_m, steps(), sections, legs, and its line.

    xy: float64 view of shape (vertices, 2).  legs: structured view with link, object, name, time_ms, rules, first_vertex, length_m.
    order: numbers of the stops in the order of travel.  shared_s: of an alternative, with the routes before it.
    """

    def __init__(self, net: Net, owner: Owner, number: int, stops: list[Place]):
        self.net, self._owner, self._number, self.stops = net, owner, number, stops
        journey, view = struct(_abi.cim_journey_view), struct(_abi.cim_net_route_view)
        call(lib.cim_journey_get, owner, number, ctypes.byref(journey))
        call(lib.cim_net_route_get, journey.route, ctypes.byref(view))
        self.count: int = journey.route_count
        self.time_ms: int = view.time_ms
        self.length_m: float = view.length_m
        self.rules: int = view.rules
        self.shared_s: float = journey.shared_ms / 1000.0
        self.order: list[int] = journey.order[: journey.section_count + 1]
        self.order_exact = bool(journey.order_exact)
        self.sections = [Section(s.time_ms / 1000.0, s.length_m) for s in journey.sections[: journey.section_count]]
        self.xy: Any = _core.column(view.xy, "f8", (view.vertex_count, 2), owner)
        self.legs: Any = _core.records(view.legs, _abi.cim_net_leg, view.leg_count, owner)

    def __repr__(self) -> str:
        return f"<Route of {self.length_m:.0f} m, {self.time_s:.0f} s>"

    @property
    def time_s(self) -> float:
        return self.time_ms / 1000.0

    @property
    def breaks(self) -> list[str]:
        """Rules that it breaks, which some profiles may."""
        return rules(self.rules, BREAKS)

    @property
    def uses(self) -> list[str]:
        """ "destination", "private"."""
        return rules(self.rules, USES)

    @property
    def objects(self) -> list[int]:
        """Numbers of the streets, in order."""
        return [int(leg["object"]) if _core.np is not None else leg.object for leg in self.legs]

    @property
    def geometry(self) -> dict[str, Any]:
        """Its line in the city's coordinates."""
        return {"type": "LineString", "coordinates": tuple(map(tuple, self.xy.tolist()))}

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {
            "type": "Feature",
            "geometry": self.geometry,
            "properties": {"profile": self.net.profile, "time_s": self.time_s, "length_m": self.length_m, "breaks": self.breaks},
        }

    @property
    def steps(self) -> list[Step]:
        """Turn by turn."""
        out = []
        for s in ask_ids(lib.cim_journey_steps, self._owner, self._number, type_=_abi.cim_journey_step, guess=64):
            kind = decode(lib.cim_journey_kind(s.kind)) or ""
            out.append(
                Step(
                    kind,
                    self.net.text(s.name),
                    s.length_m,
                    s.time_ms / 1000.0,
                    s.distance_m,
                    s.turn_deg,
                    s.bearing_before_deg,
                    s.bearing_after_deg,
                    s.exit or None,
                    None if s.stop == _core.NONE else self.order[s.stop],
                    {1: "left", -1: "right"}.get(s.side, "ahead") if kind == "arrive" else None,
                    tuple(rules(s.rules, BREAKS)),
                    s.x,
                    s.y,
                )
            )
        return out

    def signals(self, *, green: bool = False) -> list[Signal]:
        """When one will be at which traffic signals; green: they let one through."""
        options = struct(_abi.cim_journey_signal_options, flags=_abi.CIM_JOURNEY_GREEN if green else 0)
        options.city = self.net.city._o._as_parameter_
        found = ask_ids(lib.cim_journey_signals, self._owner, self._number, ctypes.byref(options), type_=_abi.cim_journey_signal)
        return [
            Signal(
                None if s.object == _core.NONE else s.object,
                s.earliest_ms / 1e3,
                s.likely_ms / 1e3,
                s.latest_ms / 1e3,
                s.distance_m,
                s.speed_kmh,
                bool(s.crossing),
                s.x,
                s.y,
            )
            for s in found
        ]


class Area:
    """What is within one limit: limit_s, area_m2, street_m, geometry (a multipolygon in the city's coordinates)."""

    def __init__(self, net: Net, item: Any, owner: Owner):
        self.net, self.limit_s = net, item.limit_ms / 1000.0
        self.area_m2: float = item.area_m2
        self.street_m: float = item.street_m
        self._geom, self._owner = item.geom, owner

    def __repr__(self) -> str:
        return f"<Area within {self.limit_s:g} s, {self.area_m2 * 1e-6:.3f} km2>"

    @property
    def geometry(self) -> dict[str, Any]:
        return geometry.from_geom(self._geom)

    @property
    def wkb(self) -> bytes:
        return _core.bytes_of(lib.cim_geom_wkb, ctypes.byref(self._geom))

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {
            "type": "Feature",
            "geometry": self.geometry,
            "properties": {"profile": self.net.profile, "limit_s": self.limit_s, "area_m2": self.area_m2, "street_m": self.street_m},
        }


class Isochrone:
    """How far one gets.  areas: an Area for every limit, in ascending order.

    pieces: structured view of the parts of streets: link, object, place, from_ms, to_ms, from, to (fractions).
    """

    def __init__(self, net: Net, places: Places, limits_s: list[float], backward: bool, buffer_m: float, cell_m: float, tolerance_m: float):
        limits = sorted(_core.milliseconds(s, "limits_s") for s in limits_s)
        if not limits:
            raise errors.InvalidArgument("limits_s: at least one")
        self.net, self.places = net, places
        options = struct(_abi.cim_isochrone_options, limit_ms=limits[-1], direction=_abi.CIM_ROUTE_BACKWARD if backward else _abi.CIM_ROUTE_FORWARD)
        metric, query = net._metric_query()
        owner = build(
            _abi.cim_isochrone,
            lib.cim_isochrone_free,
            lib.cim_isochrone_find,
            net._o,
            metric,
            query,
            places.array,
            len(places),
            ctypes.byref(options),
            keep=net._net,
        )
        view = struct(_abi.cim_isochrone_view)
        call(lib.cim_isochrone_get, owner, ctypes.byref(view))
        self.pieces: Any = _core.records(view.pieces, _abi.cim_isochrone_piece, view.piece_count, owner)
        wish = struct(_abi.cim_isochrone_area_options, buffer_m=buffer_m, cell_m=cell_m, tolerance_m=tolerance_m)
        given = (ctypes.c_uint32 * len(limits))(*limits)
        areas = build(_abi.cim_isochrone_areas, lib.cim_isochrone_areas_free, lib.cim_isochrone_areas_build, owner, given, len(limits), ctypes.byref(wish))
        shown = struct(_abi.cim_isochrone_areas_view)
        call(lib.cim_isochrone_areas_get, areas, ctypes.byref(shown))
        self.buffer_m: float = shown.buffer_m
        self.areas = [Area(net, shown.areas[i], areas) for i in range(shown.area_count)]

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """A FeatureCollection, the widest first: programs draw in this order."""
        return {"type": "FeatureCollection", "features": [a.__geo_interface__ for a in reversed(self.areas)]}

    def to_geopandas(self) -> Any:
        """A GeoDataFrame with limit_s, area_m2, street_m and the geometry, in the city's CRS."""
        import geopandas  # type: ignore[import]

        rows = [{"limit_s": a.limit_s, "area_m2": a.area_m2, "street_m": a.street_m} for a in self.areas]
        return geopandas.GeoDataFrame(rows, geometry=geopandas.GeoSeries.from_wkb([a.wkb for a in self.areas], crs=self.net.city.epsg))
