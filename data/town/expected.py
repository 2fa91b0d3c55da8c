"""Ground truth for tests, computed from the model and never from the files."""

from collections import Counter

from . import settings
from .isolation import Segments
from .plane import distance, ring_area
from .sensors import all_things as stations
from .sensors import anomalies
from .series import QUARTERS
from .shells import installations, rooms
from .things import all_things, main_street, relief

BURST_SAMPLES = ("P0001", "P0050", "P0120", "P0200", "P0310", "P0400")


def ground_truth(town, osm, index):
    return {
        "town": settings.TOWN, "crs": settings.CRS_PLANE, "osm": _osm(osm, index),
        "turn_restrictions": index.rules, "broken_restrictions": index.broken, "traps": index.traps,
        "buildings": _buildings(town), "special_buildings": _special(town), "special_osm": _special_osm(town, index),
        "population": _population(town), "green": _green(town, index), "water": _water(town.water),
        "power": _power(town.power), "cameras": _cameras(town, index), "sensors": _sensors(town, index),
        "city_objects": _city_objects(town)}


def _osm(osm, index):
    ways, km = Counter(), Counter()
    for way, line in index.lines:
        kind = osm.ways[way][1].get("highway")
        if kind:
            ways[kind] += 1
            km[kind] += sum(distance(a, b) for a, b in zip(line.points, line.points[1:])) / 1e6
    tagged = [t for store in (osm.nodes, osm.ways, osm.relations) for *_, t in store.values()]
    return {"nodes": len(osm.nodes), "ways": len(osm.ways), "relations": len(osm.relations),
            "bounds_1e7": list(osm.bounds()), "highway_ways": dict(sorted(ways.items())),
            "highway_km": {k: round(v, 3) for k, v in sorted(km.items())},
            "buildings": sum("building" in t for t in tagged),
            "building_parts": sum("building:part" in t for t in tagged),
            "buildings_with_height": sum("building" in t and "height" in t for t in tagged),
            "buildings_with_levels": sum("building" in t and "building:levels" in t for t in tagged),
            "buildings_with_neither": sum("building" in t and not {"height", "building:levels"} & set(t)
                                          for t in tagged),
            "building_multipolygons": sum("building" in t for *_, t in osm.relations.values()),
            "addresses": sum("addr:housenumber" in t and "building" in t for t in tagged),
            "entrances": sum("entrance" in t for t in tagged),
            "missing_nodes_in_ways": 1, "missing_ways_in_relations": 1,
            **{key: _values(tagged, key) for key in ("amenity", "shop", "emergency", "man_made", "power", "barrier",
                                                      "leisure", "landuse", "railway", "camera:type", "type")},
            "highway_nodes": _values([t for *_, t in osm.nodes.values()], "highway")}


def _values(tagged, key):
    return dict(sorted(Counter(t[key] for t in tagged if key in t).items()))


def _name(building):
    return f"{building.osm_type}/{building.osm_id}"


def _buildings(town):
    gml, both = town.in_gml(), [b for b in town.in_gml() if b.in_osm]
    return {
        "in_both": len(both), "in_gml": len(gml), "in_osm": len(town.in_osm()),
        "only_in_osm": [_name(b) for b in town.buildings if not b.in_gml],
        "only_in_gml": [b.gml_id for b in town.buildings if not b.in_osm],
        "lod": {str(k): v for k, v in sorted(Counter(b.lod for b in gml).items())},
        "highest_lod_at_least_2": sum(b.lod >= 2 for b in gml), "with_parts": sum(b.has_parts for b in gml),
        "parts": sum(len(b.bodies) for b in gml if b.has_parts), "with_courtyard": sum(bool(b.holes) for b in gml),
        "installations": sum(len(installations(b)) for b in gml), "rooms": sum(len(rooms(b)) for b in gml),
        "roof": dict(sorted(Counter(b.roof for b in gml if not b.has_parts).items())),
        "use": dict(sorted(Counter(b.use for b in gml).items())),
        "district_in_gml": dict(sorted(Counter(b.district for b in gml).items())),
        "district_in_osm": dict(sorted(Counter(b.district for b in town.in_osm()).items())),
        "footprint_m2": round(sum(b.area for b in gml), 1), "lod1_volume_m3": round(sum(map(_volume, gml)), 1)}


def _volume(building):
    """Volume of the LoD1 blocks in cubic metres."""
    total = 0.0
    for body in building.bodies:
        area = ring_area(building.frame.ring(body.outline)) + sum(ring_area(building.frame.ring(h)) for h in body.holes)
        total += area / 1e6 * (body.top - body.base) / 1e3
    return total


def _special(town):
    return {b.key: {"gml_id": b.gml_id, "osm": _name(b), "name": b.name, "use": b.use, "height_m": b.height / 1000,
                    "footprint_m2": round(b.area, 2), "lod": b.lod if b.in_gml else 0,
                    "entrance_xy": [v / 1000 for v in b.entrance()]} for b in town.buildings if b.key}


def _special_osm(town, index):
    def ways(test):
        return [way for way, line in index.lines if test(line.road)]
    return {
        "bridges": {r.road.tags.get("bridge:name") or r.road.name or "Eisenbahnbrücke": way for way, r in index.lines
                    if r.road.tags.get("bridge")},
        "bridge_over_road": ways(lambda r: r.name == "Südstraße" and r.layer == 1),
        "bridge_over_river": ways(lambda r: r.tags.get("bridge:name") == "Erlachbrücke"),
        "old_bridge_maxweight": ways(lambda r: "maxweight" in r.tags),
        "under_railway_maxheight": ways(lambda r: "maxheight" in r.tags and r.kind == "primary"),
        "bypass": ways(lambda r: r.kind == "trunk"), "tunnels": ways(lambda r: bool(r.tags.get("tunnel:name"))),
        "roundabout": ways(lambda r: r.tags.get("junction") == "roundabout"),
        "oneway_reverse": ways(lambda r: r.tags.get("oneway") == "-1"),
        "maxspeed_mph": ways(lambda r: "mph" in r.tags.get("maxspeed", "")),
        "conditional_access": ways(lambda r: r.name == "Schulgasse"),
        "areas": {k: v for k, v in index.special.items()}}


def _population(town):
    people = Counter()
    for b in town.buildings:
        people[b.district] += b.people.get("people", 0)
    return {"total": sum(people.values()), "district": dict(sorted(people.items())),
            "households": sum(b.people.get("households", 0) for b in town.buildings),
            "dwellings": sum(b.people.get("dwellings", 0) for b in town.buildings)}


def _green(town, index):
    parks = {k: a for k, a in town.areas.items() if a.tags.get("leisure") == "park"}
    return {"parks_m2": {k: round(ring_area(a.ring) / 1e6, 1) for k, a in parks.items()},
            "parks_osm": {k: index.special[k] for k in parks}, "trees": len(town.trees), "lamps": len(town.lamps)}


def _water(water):
    segments = Segments(water)
    zone = Counter("high" if n.high_zone else "low" for n in water.nodes.values())
    return {
        "junctions": len(water.nodes), "hydrants": sum(n.kind == "hydrant" for n in water.nodes.values()),
        "pipes": len(water.pipes), "pipe_km": round(sum(p.length for p in water.pipes.values()) / 1000, 3),
        "closed_pipes": [p.id for p in water.pipes.values() if p.status == "Closed"],
        "valves": len(water.valves), "valves_not_operable": [v.id for v in water.valves if not v.works],
        "pressure_reducers": [name for name, *_ in water.prvs], "junctions_by_zone": dict(sorted(zone.items())),
        "demand_lps": round(sum(n.homes_lps + n.trade_lps for n in water.nodes.values()), 3),
        "services": len(water.services), "customers": sum(s.customers for s in water.services),
        "customers_per_pipe": dict(sorted(segments.customers.items())),
        "bursts": [segments.report(p) for p in BURST_SAMPLES]}


def _power(power):
    per_station = Counter()
    for site in power.sites.values():
        per_station[site.station] += site.customers
    return {"sites": dict(sorted(Counter(s.kind for s in power.sites.values()).items())),
            "cables": dict(sorted(Counter(c.kind for c in power.cables).items())),
            "services": len(power.services), "open_switches": [s.id for s in power.switches if not s.closed],
            "tie_cable": [c.id for c in power.cables if not c.energised],
            "customers_per_transformer": dict(sorted((k, v) for k, v in per_station.items() if k)),
            "stations_per_feeder": _feeders(power)}


def _feeders(power):
    """Transformer stations on the energised part of each feeder."""
    out = {}
    for name in ("F1", "F2"):
        ends = {e for c in power.cables if c.feeder == name for e in (c.start, c.end)}
        out[name] = sorted(e for e in ends if e.startswith("TS"))
    return out


def _cameras(town, index):
    ids = {b.key: b.gml_id for b in town.buildings if b.key}
    return [{"ref": c.ref, "osm": f"node/{index.refs[c.ref]}", "mount": c.mount, "type": c.kind,
             "host": ids.get(c.host) or f"node/{index.refs[c.host]}", "height_m": c.height,
             "direction": round(c.direction) % 360, "angle": c.angle} for c in town.cameras]


def _sensors(town, index):
    things = list(stations(town, index))
    return {"things": len(things), "datastreams": sum(len(t[5]) for t in things), "quarter_hours": QUARTERS,
            "first": f"{settings.TODAY}T00:00:00Z", "anomalies": anomalies()}


def _city_objects(town):
    kinds = Counter(t.kind for t in all_things(town))
    parts = main_street(town)
    return {"kinds": dict(sorted(kinds.items())), "relief_triangles": len(relief().surfaces),
            "main_street_sections": sum(p[0] == "Section" for p in parts),
            "main_street_intersections": sum(p[0] == "Intersection" for p in parts),
            "main_street_lanes": sum(len(p[2]) for p in parts)}
