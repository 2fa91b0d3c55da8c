"""The utility networks of a city, and what follows when something fails; made by `City.utility()` and `City.impact()`.

    water = city.utility("water")
    water.trace("upstream", ["inp:link/P0293"]).objects
    water.isolate("inp:link/P0293").shut            # the valves, as objects
    city.impact(water).find(fail=["inp:link/P0293"]).losses
"""
from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterable

from . import _abi, _core, errors, geometry
from ._core import Handle, Owner, ask_ids, build, call, decode, encode, lib, slow_call, struct
from .trace import DEVICE_KINDS, Found, Isolated, Tracer

if TYPE_CHECKING:
    from .city import City, Object
    from .net import Net

np = _core.np
COLUMNS = ["length_m", "demand_lps", "demand_kw", "customers", "people", "buildings", "critical", "hydrants", "beds"]
SITES = {0: None, 1: "hospital", 2: "care", 3: "school", 4: "emergency", 5: "other"}


@dataclass(frozen=True)
class Device:
    """A valve, switch or other device on the end of a line; object: in the city, None of one that is none."""

    number: int
    kind: str
    object: Object | None
    edge: int
    flags: int

    @property
    def id(self) -> str | None:
        return None if self.object is None else self.object.id


class Trace:
    """What a trace found: elements, why, sums (as Found), and objects: each object of the city once, in the order of elements."""

    def __init__(self, utility: Utility, found: Found):
        self.utility = utility
        self.elements, self.why, self.sums, self.epoch, self.node_count = found.elements, found.why, found.sums, found.epoch, found.node_count

    def __len__(self) -> int:
        return len(self.elements)

    def __repr__(self) -> str:
        return f"<Trace of {len(self)} elements>"

    @property
    def objects(self) -> list[Object]:
        return self.utility.objects_of(self.elements)

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        return {"type": "FeatureCollection", "features": [o.__geo_interface__ for o in self.objects]}


class Isolation:
    """How to isolate: shut, leave, keep, stuck are devices; works and lost are elements (uint32), sources elements inside; works_sums, lost_sums by column.

    affected: the Services of what is cut off or lost.
    """

    def __init__(self, utility: Utility, r: Isolated):
        self.utility = utility
        self.shut, self.leave, self.keep, self.stuck = ([utility.device(d) for d in numbers] for numbers in (r.shut, r.leave, r.keep, r.stuck))
        self.works, self.lost, self.sources, self.works_sums, self.lost_sums, self.epoch = r.works, r.lost, r.sources, r.works_sums, r.lost_sums, r.epoch

    def __repr__(self) -> str:
        return f"<Isolation: {len(self.shut)} to shut, {len(self.works)} elements cut off, {len(self.lost)} lost>"

    @property
    def affected(self) -> list[Service]:
        return [s for e in (*self.works, *self.lost) for s in self.utility.services(int(e))]

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """Features with "role": cut_off, lost, shut."""
        out = []
        for role, objects in (
            ("cut_off", self.utility.objects_of(self.works)),
            ("lost", self.utility.objects_of(self.lost)),
            ("shut", [d.object for d in self.shut if d.object]),
        ):
            for o in objects:
                f = o.__geo_interface__
                f["properties"]["role"] = role
                out.append(f)
        return {"type": "FeatureCollection", "features": out}


@dataclass(frozen=True)
class Service:
    """One who is supplied: by an element, customers and people (0: not known), critical ("hospital", ...) or None, guessed: hangs on the nearest line."""

    element: int
    object: Object
    customers: int
    people: int
    critical: str | None
    beds: int
    guessed: bool


@dataclass(frozen=True)
class Finding:
    """What was noticed while joining lines: kind ("snapped", "dangles", ...), objects, place."""

    kind: str
    object: Object
    other: Object | None
    x: float
    y: float
    distance_m: float


class Utility(Tracer):
    """Utility networks with a state.  Starts and faults are ids, objects, or elements (numbers).

    Elements are numbered nodes first: edge e is element node_count + e.
    columns: length_m, demand_lps, customers, people, buildings, critical, hydrants, beds, ...
    """

    def __init__(self, city: City, network: str | None, *, snap_m: float = -1.0, serve_m: float = 0.0, controllers: Iterable[Any] = ()):
        self.city = city
        feeding = [city.get(c).number for c in controllers]
        given = (ctypes.c_uint32 * len(feeding))(*feeding)
        options = struct(_abi.cim_utility_options, network=encode(network), snap_m=snap_m, serve_m=serve_m, controller_count=len(feeding))
        options.controllers = ctypes.cast(given, ctypes.POINTER(ctypes.c_uint32))
        self._networks = build(_abi.cim_utility, lib.cim_utility_free, lib.cim_utility_build, city._o, ctypes.byref(options))
        self.column_names = COLUMNS
        v = struct(_abi.cim_utility_view)
        lib.cim_utility_get(self._networks, ctypes.byref(v))
        self.node_count, self.edge_count, self.device_count, self.domain_count = v.node_count, v.edge_count, v.device_count, v.domain_count
        owner = self._networks

        def take(pointer: Any, kind: str, shape: Any) -> Any:
            return _core.column(pointer, kind, shape, owner)

        n, e, d = v.node_count, v.edge_count, v.device_count
        self.edge_start, self.edge_end = take(v.from_, "u4", e), take(v.to, "u4", e)
        self.node_domain, self.edge_domain = take(v.node_domain, "u1", n), take(v.edge_domain, "u1", e)
        self.node_object, self.edge_object = take(v.node_object, "u4", n), take(v.edge_object, "u4", e)
        self.device_edge, self.device_end, self.device_kind = take(v.device_edge, "u4", d), take(v.device_end, "u1", d), take(v.device_kind, "u1", d)
        self.device_object = take(v.device_object, "u4", d)
        self.node_xy, self.first_vertex = take(v.node_xy, "f8", (n, 2)), take(v.first_vertex, "u4", e + 1)
        self.xy = take(v.xy, "f8", (v.first_vertex[e] if v.first_vertex else 0, 2))
        self.columns = {name: take(v.columns[i], "f8", n + e) for i, name in enumerate(COLUMNS)}
        self._begin(Owner(lib.cim_trace_network_ref(lib.cim_utility_network(owner)), lib.cim_trace_network_free, owner))

    def __repr__(self) -> str:
        return (
            "<Utility, closed>"
            if self.closed
            else f"<Utility of {self.node_count} nodes, {self.edge_count} lines, {self.device_count} devices: {', '.join(self.domains)}>"
        )

    @property
    def domains(self) -> list[str]:
        """The commodities: "water", "power", ..."""
        return [decode(lib.cim_utility_domain_name(self._networks, i)) or "" for i in range(self.domain_count)]

    # ---- objects ----

    def object_of(self, element: int) -> Object | None:
        """The object of an element; None of a joint."""
        number = lib.cim_utility_element_object(self._networks, element)
        return None if number == _core.NONE else self.city.get(number)

    def objects_of(self, elements: Any) -> list[Object]:
        """The objects of elements, each once."""
        numbers = dict.fromkeys(lib.cim_utility_element_object(self._networks, int(e)) for e in elements)
        numbers.pop(_core.NONE, None)
        return [self.city.get(n) for n in numbers]

    def elements(self, object: Any) -> list[int]:  # pylint: disable=redefined-builtin
        """The elements of an object (id, object); of a station with switches its nodes.  Raises NotFound when it is in no network."""
        number = self.city.get(object).number
        found = ask_ids(lib.cim_utility_elements, self._networks, number)
        if not found:
            raise errors.NotFound(f"{self.city.id_of(number)} is in no network, and nothing serves it")
        nodes = [e for e in found if e < self.node_count]
        return nodes if nodes and ask_ids(lib.cim_utility_devices, self._networks, number) else found

    def devices(self, object: Any) -> list[int]:  # pylint: disable=redefined-builtin
        """The devices of an object: one of a valve on a pipe.  Raises NotFound when it has none."""
        number = self.city.get(object).number
        found = ask_ids(lib.cim_utility_devices, self._networks, number)
        if not found:
            raise errors.NotFound(f"{self.city.id_of(number)} is no valve, switch or other device on a line")
        return found

    def device(self, number: int) -> Device:
        """A device by its number."""
        number = int(number)
        if not 0 <= number < self.device_count:
            raise errors.InvalidArgument(f"device {number} of {self.device_count}")
        o, k = int(self.device_object[number]), int(self.device_kind[number])
        return Device(
            number,
            DEVICE_KINDS[k] if k < len(DEVICE_KINDS) else str(k),
            None if o == _core.NONE else self.city.get(o),
            int(self.device_edge[number]),
            self.flags("device", number),
        )

    def _named(self, things: Any, of: Any) -> list[int]:
        out: list[int] = []
        for t in [things] if isinstance(things, (str, int)) or hasattr(things, "class_name") else things:
            if isinstance(t, Device):
                out.append(t.number)
            elif isinstance(t, str) or hasattr(t, "class_name"):
                out += of(t)
            else:
                out.append(int(t))
        return sorted(set(out))

    def _elements(self, things: Any) -> _core.Given:
        return super()._elements(things if np is not None and isinstance(things, np.ndarray) else self._named(things, self.elements))

    def _devices(self, things: Any) -> _core.Given:
        return super()._devices(self._named(things, self.devices))

    def nearest_element(self, x: float, y: float, *, within_m: float = 25.0, domain: str | None = None) -> tuple[int, float]:
        """The element nearest to a place, and how far it is.  Raises NotFound."""
        if domain is not None and domain not in self.domains:
            raise errors.InvalidArgument(f"there is no {domain}; there are {', '.join(self.domains)}")
        element, distance = ctypes.c_uint32(), ctypes.c_double()
        call(
            lib.cim_utility_nearest,
            self._networks,
            x,
            y,
            _core.NONE if domain is None else self.domains.index(domain),
            within_m,
            ctypes.byref(element),
            ctypes.byref(distance),
        )
        if element.value == _core.NONE:
            raise errors.NotFound(f"nothing of a network within {within_m:g} m")
        return element.value, distance.value

    def within(self, area: Any, distance_m: float = 0.0) -> list[int]:
        """The elements within a distance of a geometry."""
        geom = geometry.area_geoms(area)[0]
        return ask_ids(lib.cim_utility_within, self._networks, ctypes.byref(geom.struct), distance_m, guess=256)

    def services(self, element: int) -> list[Service]:
        """Who is supplied by an element."""
        count = ctypes.c_size_t()
        found = lib.cim_utility_services(self._networks, element, ctypes.byref(count))
        return (
            [Service(s.element, self.city.get(s.object), s.customers, s.people, SITES.get(s.critical), s.beds, bool(s.guessed)) for s in found[: count.value]]
            if found
            else []
        )

    @property
    def findings(self) -> list[Finding]:
        """What was noticed while joining lines."""
        count = ctypes.c_size_t()
        found = lib.cim_utility_findings(self._networks, ctypes.byref(count))
        return (
            [
                Finding(
                    decode(lib.cim_utility_finding_name(f.kind)) or "",
                    self.city.get(f.object),
                    None if f.other == _core.NONE else self.city.get(f.other),
                    f.x,
                    f.y,
                    f.distance_m,
                )
                for f in found[: count.value]
            ]
            if found
            else []
        )

    # ---- states ----

    def say(self, object: Any, state: str) -> None:  # pylint: disable=redefined-builtin
        """Say the state of an object: open, closed, on, off, out, in, stuck, free; seen after publish()."""
        number, value = self.city.get(object).number, ctypes.c_uint32()
        call(lib.cim_utility_state, self._networks, number, encode(state), ctypes.byref(value))
        call(lib.cim_utility_say, self._networks, self._status, number, value)

    def feed(self, text: str | bytes) -> dict[str, Any]:
        """Read states as control systems send them, CSV (id, state, time) or NDJSON; seen after publish().  Gives counts of rows."""
        data = text.encode() if isinstance(text, str) else bytes(text)
        fed = struct(_abi.cim_utility_feed)
        slow_call(lib.cim_utility_feed_read, self._networks, self.city._o, self._status, data, len(data), ctypes.byref(fed))
        return {
            "rows": fed.row_count,
            "applied": fed.applied_count,
            "unknown": fed.unknown_count,
            "bad": fed.bad_count,
            "late": fed.late_count,
            "first_bad": decode(fed.first_bad) or None,
        }

    def what_if(self) -> Utility:
        """The same networks with a state of their own, which begins as it is now."""
        other = Utility.__new__(Utility)
        other.__dict__.update(self.__dict__)
        other._begin(self._o, self._view)
        return other

    # ---- traces ----

    def find(self, what: str, starts: Any = (), **options: Any) -> Trace:
        """Run a trace; starts are ids, objects or elements.  Options as in cim.trace.Network.find()."""
        return Trace(self, super().find(what, starts, **options))

    trace = find

    def isolate(self, faults: Any, *, stuck: Any = ()) -> Isolation:
        """Isolate faults (ids, objects, elements): which valves to shut, and who is without supply then."""
        return Isolation(self, self._isolate(faults, stuck))

    def critical(self, by: str = "customers", top: int | None = None) -> list[tuple[float, int]]:
        """Elements whose failure costs most of a column: (loss, element), the most first; those that cost nothing are left out."""
        loss = self.criticality(by)
        rows = sorted(((-float(v), e) for e, v in enumerate(loss) if v > 0.0))
        return [(-v, e) for v, e in rows[:top]]


# ---- impact ----


@dataclass(frozen=True)
class Loss:
    """Who is without a commodity; partly: keeps another connection; back: has supply again when the ties are opened."""

    object: Object
    network: str
    customers: int
    people: int
    critical: str | None
    beds: int
    in_works: bool
    guessed: bool
    back: bool
    partly: bool


@dataclass(frozen=True)
class NetworkLoss:
    """What is lost of a commodity."""

    network: str
    hits: int
    shut: int
    buildings: int
    partly: int
    critical: int
    hydrants: int
    customers: int
    people: int
    length_m: float
    back_buildings: int
    back_people: int


@dataclass(frozen=True)
class Access:
    """How ambulances get to a critical site, in seconds; infinity: none gets there."""

    object: Object
    critical: str | None
    before_s: float
    after_s: float
    street_closed: bool


class Consequences:
    """What follows: networks, losses, shut (devices), streets (edges of the net), failures, access, front."""

    def __init__(self, impact: Impact, r: Any):
        u, city = impact.utility, impact.city

        def numbers(name: str) -> list[int]:
            count = getattr(r, {"streets": "street", "sources": "source"}.get(name, name) + "_count")
            return getattr(r, name)[:count] if count else []

        def names(domain: int) -> str:
            return u.domains[domain] or "network"

        def seconds(ms: int) -> float:
            return math.inf if ms >= _core.UNREACHABLE_MS else ms / 1000.0

        self.utility, self.rounds, self.epoch = u, r.rounds, r.epoch
        self.shut, self.leave, self.keep, self.stuck = ([u.device(d) for d in numbers(n)] for n in ("shut", "leave", "keep", "stuck"))
        self.cut, self.lost, self.sources, self.streets = numbers("cut"), numbers("lost"), numbers("sources"), numbers("streets")
        self.networks = (
            [
                NetworkLoss(
                    names(d.domain),
                    d.hit_count,
                    d.shut_count,
                    d.buildings,
                    d.partly,
                    d.sites,
                    d.hydrants,
                    d.customers,
                    d.people,
                    d.length_m,
                    d.back,
                    d.people_back,
                )
                for d in r.domains[: r.domain_count]
            ]
            if r.domain_count
            else []
        )
        self.losses = (
            [
                Loss(
                    city.get(s.object),
                    names(s.domain),
                    s.customers,
                    s.people,
                    SITES.get(s.site),
                    s.beds,
                    bool(s.flags & _abi.CIM_IMPACT_IN_WORKS),
                    bool(s.flags & _abi.CIM_IMPACT_GUESSED),
                    bool(s.flags & _abi.CIM_IMPACT_BACK),
                    bool(s.flags & _abi.CIM_IMPACT_PARTLY),
                )
                for s in r.losses[: r.loss_count]
            ]
            if r.loss_count
            else []
        )
        self.failures = [(city.get(f.object), city.get(f.by), f.round) for f in r.failures[: r.failure_count]] if r.failure_count else []
        self.access = (
            [
                Access(
                    impact.places[a.place][0],
                    impact.places[a.place][1],
                    seconds(a.before_ms),
                    seconds(a.after_ms),
                    bool(a.flags & _abi.CIM_IMPACT_STREET_CLOSED),
                )
                for a in r.access[: r.access_count]
            ]
            if r.access_count
            else []
        )
        self.front = [city.get(o) for o in r.front[: r.front_count]] if r.front_count else []
        self.front_people: int = r.front_people

    @property
    def people(self) -> int:
        """People without some commodity, summed over commodities."""
        return sum(n.people for n in self.networks)

    @property
    def __geo_interface__(self) -> dict[str, Any]:
        """Features of who loses supply and of the devices to shut, with "role"."""
        out = []
        for role, objects in (("lost_building", [s.object for s in self.losses if not s.partly]), ("shut", [d.object for d in self.shut if d.object])):
            for o in objects:
                f = o.__geo_interface__
                f["properties"]["role"] = role
                out.append(f)
        return {"type": "FeatureCollection", "features": out}


class Impact(Handle):
    """A city made ready for the question what follows.  With a net also who still gets where."""

    def __init__(
        self, city: City, utility: Utility, net: Net | None, *, street_m: float = 6.0, path_m: float = 2.0, hydrant_m: float = 3.0, house_m: float = 5.0
    ):
        self.city, self.utility, self.net = city, utility, net
        options = struct(_abi.cim_impact_options, street_m=street_m, path_m=path_m, hydrant_m=hydrant_m, house_m=house_m)
        self._owner = build(
            _abi.cim_impact,
            lib.cim_impact_free,
            lib.cim_impact_build,
            city._o,
            utility._networks,
            net._net if net else None,
            ctypes.byref(options),
            keep=(city._o, utility._networks),
        )
        count = ctypes.c_size_t()
        found = lib.cim_impact_places(self._o, ctypes.byref(count))
        self.places: list[tuple[Object, str | None]] = [(city.get(p.object), SITES.get(p.site)) for p in found[: count.value]] if found else []
        self._roads: Owner | None = None
        if net is not None and net.arrays.edge_count:
            net.ready("none")
            self._roads = build(
                _abi.cim_impact_roads, lib.cim_impact_roads_free, lib.cim_impact_roads_build, self._o, net._o, None, 0, keep=(self._owner, net._o)
            )

    def find(
        self,
        *,
        close: Iterable[Any] = (),
        areas: Any = None,
        fail: Iterable[Any] = (),
        stuck: Any = (),
        keep_supply: bool = False,
        keep_streets: bool = False,
        cascade: bool = True,
        margin_m: float | None = None,
        hydrants: int = 3,
    ) -> Consequences:
        """What follows when streets (ids, objects) or areas are closed, or objects of networks fail; each entry is works of its own."""
        works: list[Any] = []
        kept: list[Any] = []
        for kind, things in ((_abi.CIM_IMPACT_CLOSE, close), (_abi.CIM_IMPACT_FAIL, fail)):
            for t in [things] if isinstance(things, str) or hasattr(things, "class_name") else things:
                numbers = self.city.find(t) if isinstance(t, str) else [self.city.get(t).number]
                given = (ctypes.c_uint32 * len(numbers))(*numbers)
                kept.append(given)
                works.append(_abi.cim_impact_work(kind, 0, ctypes.cast(given, ctypes.POINTER(ctypes.c_uint32)), len(numbers), None))
        geoms = geometry.area_geoms(areas)
        works += [_abi.cim_impact_work(_abi.CIM_IMPACT_CLOSE, 0, None, 0, ctypes.pointer(g.struct)) for g in geoms]
        if not works:
            raise errors.InvalidArgument("close, areas or fail says what happens")
        array = (_abi.cim_impact_work * len(works))(*works)
        idle = self.utility._devices(stuck)
        what = struct(_abi.cim_impact_case, work_count=len(works), stuck=idle.pointer, stuck_count=idle.count, hydrants=hydrants)
        what.works = ctypes.cast(array, ctypes.POINTER(_abi.cim_impact_work))
        what.flags = (
            (_abi.CIM_IMPACT_KEEP_SUPPLY if keep_supply else 0)
            | (_abi.CIM_IMPACT_KEEP_STREETS if keep_streets else 0)
            | (0 if cascade else _abi.CIM_IMPACT_NO_CASCADE)
        )
        if margin_m is not None:
            what.margin_m = margin_m
        travel = None
        if self._roads is not None and self.net is not None:
            metric, query = self.net._metric_query()
            assert metric is not None and query is not None
            kept += [metric, query]
            travel = struct(_abi.cim_impact_travel, roads=self._roads._as_parameter_, metric=metric._as_parameter_, query=query._as_parameter_)
        asking = build(_abi.cim_impact_query, lib.cim_impact_query_free, lib.cim_impact_query_new, self._o, keep=self._o, slow=False)
        r = struct(_abi.cim_impact_result)
        slow_call(
            lib.cim_impact_find, self._o, self.utility._view, asking, ctypes.byref(what), ctypes.byref(travel) if travel is not None else None, ctypes.byref(r)
        )
        return Consequences(self, r)
