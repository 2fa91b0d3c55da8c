"""Areas, boundaries, points of interest, networks and sensors in OpenStreetMap."""

from .land import world, world_line
from .plan_features import AMENITIES, POINTS, TRADES
from .plan_sensors import STATIONS
from .districts import RINGS
from .settings import POSTCODE, TOWN
from .water import node_height

SPECIES_TAGS = {"air": {"monitoring:air_quality": "yes"}, "level": {"monitoring:water_level": "yes"},
                "weather": {"monitoring:weather": "yes"}, "noise": {"monitoring:noise": "yes"}}


def write_places(osm, town, index):
    _areas(osm, town, index)
    _borders(osm, town, index)
    _points(osm, town, index)
    _trades(osm, town, index)
    _furniture(osm, town, index)
    _hydrants(osm, town, index)
    _power(osm, town, index)
    _pipelines(osm, index)
    _sensors(osm, town, index)


def _areas(osm, town, index):
    for key, area in town.areas.items():
        if area.holes:
            outer = osm.ring(area.ring, {}, "area")
            inner = [osm.ring(hole, {}, "area") for hole in area.holes]
            members = [("way", outer, "outer"), *(("way", w, "inner") for w in inner)]
            index.special[key] = osm.relation(members, {"type": "multipolygon", **area.tags})
        else:
            index.special[key] = osm.ring(area.ring, area.tags, "area")


def _borders(osm, town, index):
    ways = {}
    for name, (level, line) in town.borders.items():
        tags = {"boundary": "administrative", "admin_level": str(level)}
        ways[name] = osm.line(line, tags, "border")
    centre = osm.node(world((4, 8)), {"place": "town", "name": TOWN, "population": str(_population(town, None))})
    for name, (level, pieces) in RINGS.items():
        tags = {"type": "boundary", "boundary": "administrative", "admin_level": str(level), "name": name,
                "population": str(_population(town, None if level == 8 else name))}
        if level == 8:
            tags["postal_code"] = POSTCODE
        members = [("way", ways[p.lstrip("-")], "outer") for p in pieces]
        if level == 8:
            members.append(("node", centre, "admin_centre"))
        index.special[f"district {name}"] = osm.relation(members, tags)


def _population(town, district):
    return sum(b.people.get("people", 0) for b in town.buildings if district in (None, b.district))


def _points(osm, town, index):
    for at, tags in POINTS:
        osm.node(world(at), tags)


def _trades(osm, town, index):
    """Shops and practices in the buildings along a street, inside near the front."""
    for street in sorted(TRADES):
        houses = [b for b in town.buildings if b.street == street and b.in_osm and not b.key
                  and b.use not in ("garage", "shed", "house")]
        houses.sort(key=lambda b: (b.use != "retail", b.order))
        for trade, house in zip(TRADES[street], houses):
            tags = {"amenity" if trade in AMENITIES else "shop": trade, "addr:street": street,
                    "addr:housenumber": house.number, "name": _sign(trade, house)}
            if trade in ("doctors", "clinic", "dentist"):
                tags["healthcare"] = {"doctors": "doctor"}.get(trade, trade)
            i, j = house.front
            osm.node(house.frame.at(i, j + 8), tags)


def _sign(trade, house):
    owners = ["Amsel", "Bäuerle", "Krumm", "Lutz", "Nestle-Hof", "Pfister", "Rau", "Stein", "Weiß", "Zeller"]
    return f"{trade.replace('_', ' ').title()} {owners[house.year % len(owners)]}"


def _furniture(osm, town, index):
    for item in town.lamps:
        index.refs[item.ref] = osm.node(item.point, {**item.tags, "ref": item.ref})
    for item in town.trees:
        index.refs[item.ref] = osm.node(item.point, item.tags)
    for item in town.manholes:
        index.refs[item.ref] = osm.node(item.point, {**item.tags, "ref": item.ref})


def _hydrants(osm, town, index):
    for node in town.water.nodes.values():
        if node.kind == "hydrant":
            tags = {"emergency": "fire_hydrant", "fire_hydrant:type": "underground", "fire_hydrant:diameter": "80",
                    "ref": node.id, "ele": f"{node_height(node) + 1.2:.1f}"}
            index.refs[node.id] = osm.node(node.point, tags)


def _power(osm, town, index):
    for site in town.power.sites.values():
        if site.kind == "transformer":
            tags = {"power": "transformer", "transformer": "distribution", "voltage:primary": "20000",
                    "voltage:secondary": "400", "ref": site.id, "operator": "Stadtwerke Lerchenfurt"}
            index.refs[site.id] = osm.node(site.point, tags)
        elif site.kind == "cabinet":
            tags = {"man_made": "street_cabinet", "street_cabinet": "power", "utility": "power", "ref": site.id}
            index.refs[site.id] = osm.node(site.point, tags)
    _overhead_lines(osm, index)


def _overhead_lines(osm, index):
    """The high-voltage line to the substation and a minor line to the hamlet."""
    high = [(1372, 380), (1420, 520), (1470, 700), (1560, 900), (1640, 1000)]
    minor = [(-640, 110), (-780, 130), (-930, 110), (-1080, 40), (-1220, -60), (-1300, -120)]
    for points, kind, support, volts in ((high, "line", "tower", "110000"), (minor, "minor_line", "pole", "20000")):
        refs = [osm.node(world(p), {"power": support, "ref": f"{support[0].upper()}{n}"}) for n, p in enumerate(points)]
        tags = {"power": kind, "voltage": volts, "cables": "3", "operator": "Stadtwerke Lerchenfurt"}
        index.special[f"power_{kind}"] = osm.way(refs, tags)


def _pipelines(osm, index):
    gas = [(-1640, -560), (-1100, -620), (-640, -820), (-420, -790), (640, -850), (1200, -640), (1640, -600)]
    tags = {"man_made": "pipeline", "substance": "gas", "location": "underground", "diameter": "300",
            "operator": "Gasnetz Erlachtal"}
    index.special["gas_pipeline"] = osm.line(world_line(gas, True), tags, "pipeline")
    for at in ((-1100, -620), (640, -850)):
        osm.node(world(at), {"pipeline": "marker", "marker": "plate", "utility": "gas"})


def _sensors(osm, town, index):
    for camera in town.cameras:
        tags = {"man_made": "surveillance", "surveillance": "public" if camera.zone != "atm" else "indoor",
                "surveillance:type": "camera", "surveillance:zone": camera.zone, "camera:type": camera.kind,
                "camera:mount": camera.mount, "height": f"{camera.height:g}", "ref": camera.ref}
        if camera.kind != "dome":
            tags["camera:direction"] = str(round(camera.direction) % 360)
            tags["camera:angle"] = str(camera.angle)
        index.refs[camera.ref] = osm.node(camera.point, tags)
    for ref, name, family, at in STATIONS:
        tags = {"man_made": "monitoring_station", **SPECIES_TAGS[family], "ref": ref, "name": name}
        index.refs[ref] = osm.node(world(at), tags)
