"""Where the next one goes in a city: lists of places, who reaches whom, and plans that are looked at again in the city before they are returned.

    sites = city.sites().find("osm:amenity = 'kindergarten'").grid(100)
    people = city.sites().find("layer = 'building' AND population > 0")
    reach = cim.Reach.road(net, sites, people, within_s=300)
    plan = reach.place("cover-most", 2, weights=people.values("population"))
    [sites[s] for s in plan.sites], plan.value, plan.bound
"""
from __future__ import annotations

import ctypes
import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterator, Sequence

from . import _abi, _core, errors, geometry
from . import place as _place
from ._core import Handle, Owner, build, call, encode, lib, slow_call, struct

if TYPE_CHECKING:
    from .city import City
    from .net import Net, Places
    from .sensor import Targets
    from .sight import Scene
    from .utility import Utility

KINDS = ("object", "wall", "street", "grid", "point")


@dataclass(frozen=True)
class Site:
    """A place where something may be put, or is: kind "object", "wall", "street", "grid", "point"; object: itself or what it is on, None: none.

    azimuth_deg: clockwise from north, out of the wall or along the street; NaN of others.
    """

    kind: str
    object: int | None
    x: float
    y: float
    height_m: float
    azimuth_deg: float

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        members = {"kind": self.kind, "object": self.object, "height_m": self.height_m}
        return {"type": "Feature", "geometry": {"type": "Point", "coordinates": (self.x, self.y)}, "properties": members}


class Sites(Handle):
    """A list of places of a city, made by `City.sites()`; every call appends, and gives itself.  placeless: how many objects had no place.

    >>> with cim.open(town) as city:
    ...     sites = city.sites().find("osm:amenity = 'kindergarten'")
    ...     len(sites), sites[0].kind, sites.drop((505000, 5382000, 506000, 5384000)), len(sites)
    (3, 'object', 2, 1)
    """

    def __init__(self, city: City):
        self.city, self.placeless = city, 0
        self._lock = threading.RLock()
        self._owner = build(_abi.cim_sites, lib.cim_sites_free, lib.cim_sites_new, city._o, keep=city._o, slow=False)

    def _all(self) -> tuple[Any, int]:
        count = ctypes.c_size_t()
        found = lib.cim_sites_get(self._o, ctypes.byref(count))
        return found, count.value

    def __len__(self) -> int:
        return self._all()[1]

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, i: int) -> Site:
        with self._lock:
            found, count = self._all()
            i = i + count if i < 0 else i
            if not 0 <= i < count:
                raise IndexError(f"site {i} of {count}")
            return _site(found[i])

    def __iter__(self) -> Iterator[Site]:
        with self._lock:
            found, count = self._all()
            return iter([_site(s) for s in found[:count]] if count else [])

    @property
    def records(self) -> Any:
        """Structured array of shape (n,) with object, kind, x, y, height_m, azimuth_deg: a copy, as the list may grow."""
        with self._lock:
            found, count = self._all()
            made = (_abi.cim_site * count)()
            if count:
                ctypes.memmove(made, found, ctypes.sizeof(made))
        return _core.records(made, _abi.cim_site, count, made)

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {"type": "FeatureCollection", "features": [s.__geo_interface__ for s in self]}

    def find(self, query: str) -> Sites:
        """The objects of a query, each at a point inside of it."""
        left = ctypes.c_size_t()
        with self._lock:
            slow_call(lib.cim_sites_find, self._o, encode(query), ctypes.byref(left))
            self.placeless += left.value
        return self

    def walls(self, query: str, every_m: float, *, height_m: float = 4.0, off_m: float = 0.2) -> Sites:
        """Places along the outer walls of the objects of a query, at most every_m apart, off_m in front."""
        with self._lock:
            slow_call(lib.cim_sites_walls, self._o, encode(query), every_m, height_m, off_m)
        return self

    def streets(self, net: Net, every_m: float) -> Sites:
        """Places along the streets that may be used."""
        with self._lock:
            slow_call(lib.cim_sites_streets, self._o, net._o, every_m)
        return self

    def grid(self, every_m: float, box: tuple[float, float, float, float] | None = None) -> Sites:
        """The corners of a grid in a box; None: that of the city."""
        given = None if box is None else ctypes.byref(_abi.cim_box(*box))
        with self._lock:
            slow_call(lib.cim_sites_grid, self._o, given, every_m)
        return self

    def put(self, x: float, y: float, *, object: Any = None, height_m: float = 0.0) -> Sites:  # pylint: disable=redefined-builtin
        """One place."""
        number = _core.NONE if object is None else self.city.get(object).number
        with self._lock:
            call(lib.cim_sites_put, self._o, number, x, y, height_m)
        return self

    def drop(self, area: Any, *, outside: bool = False) -> int:
        """Take the places off the list that lie in a polygon or box (keep-out), or outside of it; how many that were."""
        geoms, count = geometry.area_geoms(area), ctypes.c_size_t()
        if len(geoms) != 1:
            raise errors.InvalidArgument("one polygon, multipolygon or box is needed")
        with self._lock:
            slow_call(lib.cim_sites_drop, self._o, ctypes.byref(geoms[0].struct), int(outside), ctypes.byref(count))
        return count.value

    def values(self, property: str, missing: float = 0.0) -> Any:  # pylint: disable=redefined-builtin
        """A property of the objects as numbers: float64 of shape (n,); missing where there is no object, or no number."""
        with self._lock:
            out, room = _core.room("f8", len(self))
            slow_call(lib.cim_sites_values, self._o, encode(property), missing, room)
        return out

    def snap(self, net: Net, *, radius_m: float = 1000.0) -> Places:
        """Places on the road net, one a site; edge 0xffffffff where no street is near."""
        from .net import Places

        count = ctypes.c_size_t()
        with self._lock:
            made = (_abi.cim_net_place * len(self))()
            slow_call(lib.cim_sites_snap, self._o, net._o, radius_m, made, ctypes.byref(count))
        return Places(made, [None] * len(made))


def _site(s: Any) -> Site:
    return Site(KINDS[s.kind], None if s.object == _core.NONE else s.object, s.x, s.y, s.height_m, s.azimuth_deg)


class Reach(Handle):
    """Who reaches whom.  Views: first uint64 (sites + 1,), demands uint32 and values float64 (entries,): site s reaches demands[first[s]:first[s + 1]];
    values: milliseconds, millimetres, metres, impacts, None without; miss float64 (demands,), None unless by water.

    >>> reach = cim.Reach.air([(0, 0), (100, 0)], [(10, 0), (90, 0), (110, 0)], within_m=20)
    >>> list(map(int, reach.first)), reach.place("cover-most", 1).sites
    ([0, 1, 3], [1])
    """

    def __init__(self, owner: Owner):
        self._owner = owner
        v = struct(_abi.cim_reach_view)
        call(lib.cim_reach_get, owner, ctypes.byref(v))
        self.site_count, self.demand_count = v.site_count, v.demand_count
        self.first: Any = _core.column(v.first, "u8", v.site_count + 1, owner)
        entries = int(self.first[v.site_count])
        self.demands: Any = _core.column(v.demands, "u4", entries, owner)
        self.values: Any = _core.column(v.values, "f8", entries, owner) if v.values else None
        self.miss: Any = _core.column(v.miss, "f8", v.demand_count, owner) if v.miss else None

    def __repr__(self) -> str:
        return "<Reach, closed>" if self.closed else f"<Reach of {self.site_count} sites to {self.demand_count} demands>"

    @classmethod
    def _build(cls, function: Any, *args: Any, keep: Any = None) -> Reach:
        return cls(build(_abi.cim_reach, lib.cim_reach_free, function, *args, keep=keep))

    @classmethod
    def road(
        cls,
        net: Net,
        sites: Any,
        demands: Any,
        *,
        within_s: float | None = None,
        within_m: float | None = None,
        to_sites: bool = False,
        radius_m: float = 1000.0,
    ) -> Reach:
        """By road, in milliseconds or, with within_m, millimetres; sites and demands are Sites, or what `Net.places()` takes.

        Those of Sites that are off the net reach nobody."""
        if within_s is not None and within_m is not None:
            raise errors.InvalidArgument("within_s or within_m, not both")
        a, b = (t.snap(net, radius_m=radius_m) if isinstance(t, Sites) else net.places(t, radius_m=radius_m) for t in (sites, demands))
        net.ready("none")
        costs, metric = net._lengths() if within_m is not None else (net._o, net._metric)
        limit = _core.milliseconds(within_s if within_m is None else within_m, "within")
        direction = _abi.CIM_ROUTE_BACKWARD if to_sites else _abi.CIM_ROUTE_FORWARD
        return cls._build(lib.cim_reach_road, costs, metric, a.array, len(a), b.array, len(b), direction, limit, keep=(costs, metric))

    @classmethod
    def air(cls, sites: Any, demands: Any, *, within_m: float = math.inf) -> Reach:
        """Straight through the air, in metres; sites and demands are Sites, or points (n, 2)."""
        a, b = (_core.give([(s.x, s.y) for s in t] if isinstance(t, Sites) else t, "f8", 2, what="points") for t in (sites, demands))
        return cls._build(lib.cim_reach_air, a, a.count, b, b.count, within_m)

    @classmethod
    def sight(cls, scene: Scene | None, sensors: Any, targets: Targets, *, privacy: Any = None, keep_out: Any = None, terrain: Any = None) -> Reach:
        """What sensors would cover (cim.sensor); cameras that see a keep-out area cover nothing.  scene None: nothing hides."""
        from . import sensor

        given = sensors if isinstance(sensors, sensor.Sensors) else sensor.Sensors(sensors)
        options, kept = sensor.options_of(scene, privacy, keep_out, terrain)
        eyes, all_ = sensor.sight_of(scene), targets._o
        made = cls._build(lib.cim_reach_sight, eyes, given.array, len(given), all_, ctypes.byref(options), keep=(eyes, all_, options, kept))
        targets._fixed = True
        return made

    @classmethod
    def water(cls, utility: Utility, sites: Sequence[int], demands: Sequence[int], *, by: str = "people") -> Reach:
        """Sensors for what gets into a network: sites and demands are nodes; by: the column that is counted until the sensor is reached."""
        if by not in utility.column_names:
            raise errors.InvalidArgument(f"by: {by} is not one of {', '.join(utility.column_names)}")
        a, b = _core.give(sites, "u4", what="sites"), _core.give(demands, "u4", what="demands")
        networks, view, column = utility._networks, utility._view, list(utility.column_names).index(by)
        utility._o  # pylint: disable=pointless-statement
        return cls._build(lib.cim_reach_water, networks, view, column, a, a.count, b, b.count, keep=(networks, view))

    @classmethod
    def rows(cls, lists: Sequence[Sequence[int]], demand_count: int, values: Sequence[Sequence[float]] | None = None) -> Reach:
        """From rows that somebody else made: for every site the numbers of the demands it reaches, ascending."""
        first = [0]
        for row in lists:
            first.append(first[-1] + len(row))
        a, b = _core.give(first, "u8"), _core.give([d for row in lists for d in row], "u4", what="lists")
        c = None if values is None else _core.give([v for row in values for v in row], "f8", count=b.count, what="values")
        return cls._build(lib.cim_reach_rows, len(lists), demand_count, a, b, c, _abi.cim_reach_row_fn(), None)  # type: ignore[call-overload]

    def place(
        self,
        kind: str = "cover-most",
        most: int | None = None,
        *,
        budget: float = math.inf,
        work: int | None = None,
        seed: int = 1,
        gap: float = 0.0,
        time_limit_s: float = 0.0,
        leave_out: bool = False,
        **problem: Any,
    ) -> _place.Plan:
        """A plan with its bound (see cim.place); the rows of the chosen sites are computed anew in another way before it is returned.

        problem: weights, folds, groups (demands,), costs, flags (sites,), fixed, forbidden (numbers of sites), needs, group_weights (groups,), miss.
        work: cim.place.PROVE: until it is proven.  Values of median, center and dispersion by road are in milliseconds or millimetres.
        """
        if kind not in _place.KINDS:
            raise errors.InvalidArgument(f"{kind} is not one of {', '.join(_place.KINDS)}")
        p, kept = struct(_abi.cim_place_problem, kind=_place.KINDS[kind], budget=budget), [self._o]
        _place.fill(p, self.site_count, self.demand_count, kept, most=most, **problem)
        options = _place.solver(work, seed, gap, time_limit_s, leave_out)
        free, function = lib.cim_place_plan_free, lib.cim_reach_place
        return _place.plan_of(kind, build(_abi.cim_place_plan, free, function, self._o, ctypes.byref(p), ctypes.byref(options)))
