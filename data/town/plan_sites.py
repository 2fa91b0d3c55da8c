"""Special buildings, as drawn: where they stand and what they are made of."""

from dataclasses import dataclass, field
from math import cos, radians, sin

from .building import Body, Building
from .land import world
from .lattice import Frame, fine_frame, frame_towards, rect
from .plane import box, distance, project, between
from .shapes import block, court, ell, horseshoe, round_tank, tee


@dataclass
class Site:
    """A drawn special building; `at` is its middle in plan metres."""
    key: str
    name: str
    use: str
    at: tuple
    shape: tuple
    bodies: list
    year: int
    street: str = ""
    turn: float = 0.0           # degrees, front to the south when 0
    tags: dict = field(default_factory=dict)
    round_: bool = False


def _one(shape, levels, storey, roof="flat", rise=0, along="i"):
    """The single body of a simple building."""
    eave = 100 * round((levels * storey + 0.4) * 10)
    return [Body(shape[0], eave, roof, rise, along, holes=shape[1], levels=levels)]


def _site(key, name, use, at, shape, bodies, year, street="", turn=0.0, **tags):
    clean = {k.rstrip("_").replace("__", ":"): v for k, v in tags.items()}
    return Site(key, name, use, at, shape, bodies, year, street, turn, clean)


def all_sites():
    return [*_centre(), *_hospital(), *_schools(), *_kindergartens(), *_service(),
            *_courts(), *_with_parts(), *_works()]


def _centre():
    hall, abbey = court(144, 120, 40), court(160, 136, 36)
    hall_bodies = _one(hall, 3, 3.6) + [Body(rect(0, 0, 24, 24), 24000, "pyramidal", 6000, base=11200,
                                             levels=6, name="tower")]
    return [
        _site("town_hall", "Rathaus", "townhall", (92, 52), hall, hall_bodies, 1594, "Rathausgasse",
              amenity="townhall", heritage="2", wheelchair="limited", phone="+49 700 000100"),
        _church(),
        _site("library", "Stadtbibliothek im Klosterhof", "library", (-110, -48), abbey,
              _one(abbey, 2, 3.8), 1487, "Hafengasse", amenity="library", historic="monastery",
              opening_hours="Tu-Fr 10:00-18:00; Sa 10:00-13:00"),
        _gatehouse(),
    ]


def _church():
    outline = [(0, 0), (112, 0), (112, 8), (140, 8), (140, 40), (112, 40), (112, 48), (0, 48),
               (0, 40), (-32, 40), (-32, 8), (0, 8)]
    nave, choir, tower = rect(0, 0, 112, 48), rect(112, 8, 140, 40), rect(-32, 8, 0, 40)
    bodies = [Body(nave, 13000, "gabled", 7000, "i", levels=1, name="nave"),
              Body(choir, 10000, "hipped", 4000, "j", levels=1, name="choir"),
              Body(tower, 34000, "pyramidal", 16000, levels=6, name="tower")]
    return _site("church", "Stadtkirche St. Vitus", "church", (-100, 84), (outline, [], [nave, choir, tower]),
                 bodies, 1388, "Kirchgasse", amenity="place_of_worship", religion="christian",
                 denomination="protestant", heritage="2")


def _gatehouse():
    """A gatehouse with a passage under its middle."""
    left, mid, right = rect(0, 0, 20, 28), rect(20, 0, 36, 28), rect(36, 0, 56, 28)
    bodies = [Body(left, 9400, "flat", 0, levels=3, name="left"),
              Body(mid, 9400, "flat", 0, base=3600, levels=3, name="passage"),
              Body(right, 9400, "flat", 0, levels=3, name="right")]
    return _site("gatehouse", "Klostertor", "gatehouse", (-108, 11), (rect(0, 0, 56, 28), [], [rect(0, 0, 56, 28)]),
                 bodies, 1512, "Kirchgasse", turn=180.0, historic="city_gate")


def _hospital():
    main, wing, clinic = court(240, 176, 56), horseshoe(184, 128, 52), block(96, 64)
    street = "Klinikzufahrt"
    return [
        _site("hospital", "Klinikum Erlachtal", "hospital", (744, 388), main, _one(main, 5, 3.6), 1996, street,
              wheelchair="yes", beds="240"),
        _site("hospital_wing", "Klinikum Erlachtal, Bettenhaus", "hospital", (690, 290), wing,
              _one(wing, 4, 3.6), 1978, street),
        _site("hospital_clinic", "Klinikum Erlachtal, Tagesklinik", "hospital", (788, 280), clinic,
              _one(clinic, 3, 3.6, "gabled", 3000), 2011, street),
    ]


def _schools():
    west, south, north = ell(176, 112, 56), court(208, 168, 52), block(136, 64)
    east = tee(160, 112, 56)
    school = dict(amenity="school")
    return [
        _site("school_west", "Grundschule Westend", "school", (-492, 262), west, _one(west, 2, 3.6), 1967,
              "Birkenweg", isced__level="1"),
        _site("school_gymnasium", "Kepler-Gymnasium", "school", (-390, -598), south, _one(south, 3, 3.6), 1974,
              "Feldstraße", isced__level="2;3"),
        _site("school_north", "Grundschule Sonnenhalde", "school", (190, 768), north,
              _one(north, 2, 3.6, "gabled", 3200), 1988, "Sonnenhalde", **school, isced__level="1"),
        _site("school_south", "Realschule an der Erlach", "school", (115, -662), east, _one(east, 3, 3.6), 1971,
              "Lindenstraße", 180.0, **school, isced__level="2"),
    ]


def _kindergartens():
    shape = block(88, 48)
    kind = dict(amenity="kindergarten")
    roof = (1, 3.6, "hipped", 3000)
    return [
        _site("kindergarten_east", "Kita Schillerstraße", "kindergarten", (541, 258), shape, _one(shape, *roof),
              1999, "Schillerstraße", **kind),
        _site("kindergarten_south", "Kita Keplerstraße", "kindergarten", (-168, -632), shape,
              _one(shape, *roof), 2004, "Keplerstraße", 90.0, **kind),
        _site("kindergarten_west", "Kita Gartenstraße", "kindergarten", (-360, 214), shape, _one(shape, *roof),
              1993, "Gartenstraße", 180.0, **kind),
    ]


def _service():
    fire, police = block(136, 72), block(88, 56)
    hall, market, depot = block(176, 104), block(176, 104), block(128, 72)
    return [
        _site("fire_station", "Freiwillige Feuerwehr Lerchenfurt", "fire_station", (742, 98), fire,
              _one(fire, 2, 3.8), 1985, "Mühlfelder Straße", amenity="fire_station"),
        _site("police", "Polizeirevier Lerchenfurt", "police", (-288, -22), police,
              _one(police, 3, 3.3, "hipped", 3500), 1958, "Hauptstraße", 90.0, amenity="police"),
        _site("sports_hall", "Erlachhalle", "sports_hall", (268, -576), hall, _one(hall, 1, 8.6), 1982,
              "Bachstraße", sport="multi"),
        _site("supermarket", "Frischmarkt Mühlfeld", "supermarket", (1036, 122), market, _one(market, 1, 5.2),
              2009, "Mühlfelder Straße", shop="supermarket", opening_hours="Mo-Sa 07:00-21:00"),
        _site("bus_depot", "Stadtbus-Betriebshof", "depot", (960, 440), depot, _one(depot, 1, 6.4), 1990,
              "Industriestraße", industrial="depot"),
    ]


def _courts():
    """Housing and works around courtyards."""
    yard_a, yard_b, yard_c = court(200, 168, 48), court(168, 144, 44), court(192, 136, 44)
    fabric = court(280, 200, 64)
    return [
        _site("court_a", "Friedrichshof", "apartments", (286, 414), yard_a, _one(yard_a, 4, 3.1), 1928,
              "Friedrichstraße"),
        _site("court_b", "Wilhelmshof", "apartments", (377, 413), yard_b, _one(yard_b, 4, 3.1), 1931,
              "Ziegeleistraße"),
        _site("court_c", "Gartenhof", "apartments", (92, 350 - 28), yard_c, _one(yard_c, 3, 3.1), 1926,
              "Friedrichstraße", 180.0),
        _site("factory", "Erlacher Textilwerk", "industrial", (1160, 292), fabric, _one(fabric, 2, 4.6), 1938,
              "Gewerbering", man_made="works"),
    ]


def _with_parts():
    return [_station(), _bank(), _hotel(), *_only_in_osm()]


def _only_in_osm():
    """A shell under construction and a garage under the market square."""
    shell, garage = block(120, 80), block(120, 96)
    return [
        _site("construction", "", "construction", (1232, 118), shell, _one(shell, 2, 3.9), 2024, "Gewerbering",
              construction="commercial"),
        _site("underground", "Tiefgarage Marktplatz", "underground", (2, 16), garage, _one(garage, 1, 2.6), 2003,
              amenity="parking", parking="underground", capacity="140", layer="-1", location="underground"),
    ]


def _station():
    hall, left, roof = rect(60, 0, 120, 56), rect(0, 8, 60, 48), rect(120, 8, 200, 48)
    outline = [(60, 0), (120, 0), (120, 8), (200, 8), (200, 48), (120, 48), (120, 56), (60, 56),
               (60, 48), (0, 48), (0, 8), (60, 8)]
    bodies = [Body(hall, 10000, "hipped", 3500, "i", levels=2, name="hall"),
              Body(left, 5600, "gabled", 3000, "i", levels=1, name="office"),
              Body(roof, 5000, "flat", 0, base=4200, levels=1, name="canopy")]
    return _site("station", "Bahnhof Lerchenfurt", "train_station", (84, 488), (outline, [], [hall, left, roof]),
                 bodies, 1868, "Am Bahnhof", public_transport="station", railway="station")


def _bank():
    low, high = rect(0, 0, 120, 80), rect(24, 16, 72, 64)
    bodies = [Body(low, 8000, levels=2, name="podium"), Body(high, 38000, base=8000, levels=11, name="tower")]
    return _site("bank_tower", "Erlachtaler Bank", "office", (110, 392), (low, [], [low]), bodies, 1972,
                 "Bahnhofstraße", 300.0, amenity="bank", atm="yes")


def _hotel():
    """OpenStreetMap draws only the tower as a part; the rest of the outline has none."""
    low, high = rect(0, 0, 64, 80), rect(64, 0, 128, 80)
    bodies = [Body(low, 7200, levels=2, name="restaurant"), Body(high, 19000, levels=6, name="tower")]
    return _site("hotel", "Hotel Lerche", "hotel", (-291, 62), (rect(0, 0, 128, 80), [], [low, high]), bodies,
                 1981, "Hauptstraße", 90.0, tourism="hotel", rooms="62")


def _works():
    tank, pumps, house = round_tank(9000), block(48, 40), block(80, 48)
    sites = [
        _site("water_tank", "Hochbehälter Lerchenberg", "water_tank", (-842, 864), block(96, 64),
              _one(block(96, 64), 1, 3.8), 1961, man_made="reservoir_covered", content="water", capacity="2400"),
        _site("water_works", "Wasserwerk Erlachwiesen", "water_works", (-720, -300), pumps, _one(pumps, 1, 4.0),
              1961, man_made="water_works"),
        _site("substation", "Umspannwerk Mühlfeld", "substation", (1372, 344), block(88, 44),
              _one(block(88, 44), 1, 4.6), 1987, operator="Stadtwerke Lerchenfurt"),
        _site("sewage_office", "Klärwerk, Betriebsgebäude", "sewage", (1360, -252), house, _one(house, 2, 3.2),
              1979, "Klärwerkstraße"),
        _site("digester", "Klärwerk, Faulturm", "digester", (1412, -262), round_tank(6000), [], 1979,
              man_made="storage_tank", content="sewage"),
        _site("clarifier_1", "Klärwerk, Nachklärbecken 1", "clarifier", (1370, -300), tank, [], 1979),
        _site("clarifier_2", "Klärwerk, Nachklärbecken 2", "clarifier", (1396, -302), tank, [], 1979),
    ]
    for site, height in zip(sites[-3:], (14000, 3200, 3200)):
        site.round_, site.bodies = True, [Body(site.shape[0], height)]
    return sites


def build_sites(streets, taken):
    """The special buildings as Building objects; their ground is taken."""
    out = []
    for site in all_sites():
        outline, holes, pieces = site.shape
        frame = _site_frame(site)
        w, d = _size(outline)
        building = Building(site.use, frame, outline, site.bodies, site.year, holes, pieces, site.key,
                            site.name, front=_front(outline), tags=dict(site.tags))
        if site.street:
            building.street = site.street
            building.order = _order(streets, site.street, building.entrance())
        margin = 10 if not site.round_ else 2500
        x0, y0, x1, y1 = box(outline)
        taken.add(frame.ring(rect(x0 - margin, y0 - margin, x1 + margin, y1 + margin)))
        out.append(building)
    return out


def _size(outline):
    x0, y0, x1, y1 = box(outline)
    return x1 - x0, y1 - y0


def _front(outline):
    """Middle of the front wall (the longest one with the smallest j), on the lattice."""
    edges = [(a, b) for a, b in zip(outline, outline[1:] + outline[:1]) if b[0] > a[0] and a[1] == b[1]]
    if not edges:
        return outline[0]
    a, b = min(edges, key=lambda e: (e[0][1], -(e[1][0] - e[0][0])))
    return (2 * ((a[0] + b[0]) // 4), a[1])


def _site_frame(site):
    middle = world(site.at)
    if site.round_:
        return fine_frame(middle)
    t = radians(site.turn)
    toward = world((site.at[0] + 10 * cos(t), site.at[1] + 10 * sin(t)))
    frame = frame_towards(middle, toward)
    x0, y0, x1, y1 = box(site.shape[0])
    return Frame(*frame.at(-(x0 + x1) // 2, -(y0 + y1) // 2), frame.a, frame.b)


def _order(streets, name, p):
    """Where p lies along the named street: (side, line, millimetres)."""
    best = None
    for n, line in enumerate(streets.lines):
        if line.road.name != name:
            continue
        run = 0
        for a, b in zip(line.points, line.points[1:]):
            t = project(p, a, b)
            gap = distance(p, between(a, b, t))
            right = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) < 0
            key = (gap, (int(right), n, run + t * distance(a, b)))
            best = min(best, key) if best else key
            run += distance(a, b)
    return best[1]
