"""The power grid as GeoJSON (RFC 7946: longitude, latitude)."""

import json

from .projection import lonlat_1e7


def _at(p):
    lon, lat = lonlat_1e7(p)
    return [lon / 1e7, lat / 1e7]


def _feature(kind, geometry, coordinates, **properties):
    return {"type": "Feature", "id": properties["id"], "properties": {"kind": kind, **properties},
            "geometry": {"type": geometry, "coordinates": coordinates}}


def power_features(power):
    for site in power.sites.values():
        extra = {"cabinet": {"fed_by": site.station, "customers": site.customers, "voltage": 400},
                 "transformer": {"rating_kva": 630, "voltage_primary": 20000, "voltage_secondary": 400},
                 "substation": {"voltage_primary": 110000, "voltage_secondary": 20000}}[site.kind]
        yield _feature(site.kind, "Point", _at(site.point), id=site.id, **extra)
    for cable in power.cables:
        volts = 20000 if cable.kind == "mv_cable" else 400
        yield _feature(cable.kind, "LineString", [_at(p) for p in cable.line], id=cable.id, from_id=cable.start,
                       to_id=cable.end, feeder=cable.feeder, voltage=volts)
    sites = power.sites
    for switch in power.switches:
        yield _feature("switch", "Point", _at(sites[switch.at].point), id=switch.id, site=switch.at, cable=switch.cable,
                       state="closed" if switch.closed else "open", normally_open=switch.normally_open)
    for n, (building, cabinet) in enumerate(power.services, start=1):
        osm = f"{building.osm_type}/{building.osm_id}" if building.osm_id else None
        yield _feature("service", "LineString", [_at(sites[cabinet].point), _at(building.entrance())], id=f"HA-{n:04d}",
                       from_id=cabinet, building=building.gml_id, osm=osm, voltage=400)


def geojson_text(power):
    lines = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in power_features(power)]
    head = '{"type":"FeatureCollection","name":"town-power","features":['
    return head + "\n" + ",\n".join(lines) + "\n]}\n"
