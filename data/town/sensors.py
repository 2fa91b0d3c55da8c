"""The stations and their week of observations as SensorThings API 1.1 entities."""

import json
from datetime import datetime, timedelta

from . import series
from .land import height_mm, world
from .plan_sensors import CAR_PARKS, COUNTERS, PRESSURE_AT, STATIONS, TRANSFORMERS
from .plane import centroid, distance, rounded
from .projection import lonlat_1e7
from .settings import TODAY
from .water import LOW_ZONE_HEAD, node_height

START = datetime.fromisoformat(TODAY)
# property: (name, definition, unit name, symbol, quarter hours a step, decimals)
PROPERTIES = {
    "NO2": ("Nitrogen dioxide", "http://dd.eionet.europa.eu/vocabulary/aq/pollutant/8",
            "microgram per cubic metre", "ug/m3", 4, 1),
    "PM10": ("Particulate matter below 10 um", "http://dd.eionet.europa.eu/vocabulary/aq/pollutant/5",
             "microgram per cubic metre", "ug/m3", 4, 1),
    "level": ("Water level", "https://lerchenfurt.example/property/water-level", "metre", "m", 1, 3),
    "temperature": ("Air temperature", "https://lerchenfurt.example/property/air-temperature",
                    "degree Celsius", "Cel", 4, 1),
    "rain": ("Precipitation", "https://lerchenfurt.example/property/precipitation", "millimetre", "mm", 4, 1),
    "wind": ("Wind speed", "https://lerchenfurt.example/property/wind-speed", "metre per second", "m/s", 4, 1),
    "sound": ("Sound level LAeq", "https://lerchenfurt.example/property/laeq", "decibel", "dB", 1, 1),
    "vehicles": ("Vehicles", "https://lerchenfurt.example/property/vehicle-count", "vehicle", "{vehicle}", 1, 0),
    "speed": ("Mean speed", "https://lerchenfurt.example/property/mean-speed", "kilometre per hour", "km/h", 1, 1),
    "free": ("Free parking spaces", "https://lerchenfurt.example/property/free-spaces", "space", "{space}", 1, 0),
    "pressure": ("Water pressure", "https://lerchenfurt.example/property/water-pressure", "bar", "bar", 1, 2),
    "load": ("Active power", "https://lerchenfurt.example/property/active-power", "kilowatt", "kW", 1, 1),
}
FAMILIES = {"air": ["NO2", "PM10"], "level": ["level"], "weather": ["temperature", "rain", "wind"], "noise": ["sound"]}


def all_things(town, index):
    """(ref, name, description, world point, properties, [(property, function)])."""
    return [*_stations(), *_counters(town, index), *_car_parks(town, index), *_pressures(town), *_transformers(town)]


def _stations():
    curves = {"NO2": series.no2, "PM10": series.pm10}
    base = {"AQ-1": (38, 21), "AQ-2": (22, 17), "AQ-3": (33, 20), "AQ-4": (12, 13)}
    for ref, name, family, at in STATIONS:
        if family == "air":
            streams = [(p, curves[p](b)) for p, b in zip(FAMILIES[family], base[ref])]
        elif family == "level":
            streams = [("level", series.level(0.62 if ref == "WL-1" else 0.55, 0 if ref == "WL-1" else 1))]
        elif family == "weather":
            streams = [("temperature", series.temperature), ("rain", series.rain), ("wind", series.wind)]
        else:
            streams = [("sound", series.sound(56 if ref == "NO-1" else 47))]
        yield ref, name, f"{family} station", world(at), {}, streams


def _counters(town, index):
    for ref, name, at, street, peak in COUNTERS:
        spot = world(at)
        way, line = min(((w, x) for w, x in index.lines if x.road.name == street),
                        key=lambda pair: (min(distance(spot, p) for p in pair[1].points), pair[0]))
        limit = float(line.road.tags.get("maxspeed", "50"))
        yield (ref, name, "induction loop, both directions", spot, {"osm": f"way/{way}", "street": street},
               [("vehicles", series.vehicles(peak)), ("speed", series.speed(limit))])


def _car_parks(town, index):
    for ref, key, capacity in CAR_PARKS:
        if key in town.areas:
            area = town.areas[key]
            name = area.tags.get("name", "Parkplatz Sportgelände")
            point, osm = centroid(area.ring), f"way/{index.special[key]}"
        else:
            garage = town.special(key)
            name, point, osm = garage.name, centroid(garage.ring()), f"{garage.osm_type}/{garage.osm_id}"
        curve = series.free_spaces(capacity, key == "parking_sports")
        facts = {"osm": osm, "capacity": capacity}
        yield ref, f"Belegung {name}", "parking guidance", rounded(point), facts, [("free", curve)]


def _pressures(town):
    nodes = [x for x in town.water.nodes.values() if x.id[0] in "JH"]
    for n, at in enumerate(PRESSURE_AT, start=1):
        spot = world(at)
        node = min(nodes, key=lambda x: (distance(x.point, spot), x.id))
        head = 397.0 if node.high_zone else LOW_ZONE_HEAD - 1
        bar = (head - node_height(node)) * 0.0981
        yield (f"PP-{n}", f"Druckmessung {node.id}", "pressure logger in the water network", node.point,
               {"waterNode": node.id}, [("pressure", series.pressure(bar))])


def _transformers(town):
    for n, site_id in enumerate(TRANSFORMERS, start=1):
        site = town.power.sites[site_id]
        homes = sum(s.customers for s in town.power.sites.values() if s.station == site_id)
        yield (f"TR-{n}", f"Trafostation {site_id}", "load of a transformer station", site.point,
               {"powerSite": site_id}, [("load", series.load(1.9 * homes))])


def _time(q):
    return (START + timedelta(minutes=15 * q)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _datastream(ref, name, prop, curve):
    title, definition, unit, symbol, step, digits = PROPERTIES[prop]
    key = f"{ref}/{prop}"
    values = series.Series(key, step).values(curve, digits)
    rows = series.disturb(key, [(n * step, v) for n, v in enumerate(values)], step)
    return {
        "@iot.id": key, "name": f"{name}: {title}", "description": f"{title} every {15 * step} minutes",
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": unit, "symbol": symbol, "definition": f"ucum:{symbol}"},
        "phenomenonTime": f"{_time(0)}/{_time(series.QUARTERS)}",
        "ObservedProperty": {"@iot.id": prop, "name": title, "definition": definition, "description": title},
        "Sensor": {"@iot.id": f"{key}/sensor", "name": f"{title} sensor", "description": f"sensor of {ref}",
                   "encodingType": "text/html", "metadata": f"https://lerchenfurt.example/sensors/{ref}"},
        "Observations": [{"phenomenonTime": _time(q), "result": v} for q, v in rows]}


def sensorthings_text(town, index):
    things = []
    for ref, name, about, point, properties, streams in all_things(town, index):
        lon, lat = lonlat_1e7(point)
        at = [lon / 1e7, lat / 1e7, height_mm(point) / 1000]
        if ref in index.refs:
            properties = {"osm": f"node/{index.refs[ref]}"}
        things.append({
            "@iot.id": ref, "name": name, "description": about, "properties": properties,
            "Locations": [{"@iot.id": f"{ref}/location", "name": name, "description": "where it stands",
                           "encodingType": "application/geo+json",
                           "location": {"type": "Point", "coordinates": at}}],
            "Datastreams": [_datastream(ref, name, prop, curve) for prop, curve in streams]})
    text = json.dumps({"@iot.count": len(things), "value": things}, ensure_ascii=False, separators=(",", ":"))
    return text.replace('{"phenomenonTime"', '\n{"phenomenonTime"') + "\n"


def anomalies():
    return [{"datastream": stream, "kind": kind, "from": _time(first), "to": _time(last), "what": what}
            for stream, kind, first, last, what in series.ANOMALIES]
