"""What a city model says of a building besides its shape."""

from dataclasses import dataclass

from .people import energy_class
from .settings import CODELISTS

# use: (class, function, usage); AdV-like function codes, SIG 3D-like classes
_CODES = {
    "residential": ("1000", "31001_1010"), "house": ("1000", "31001_1010"), "detached": ("1000", "31001_1010"),
    "semidetached_house": ("1000", "31001_1010"), "terrace": ("1000", "31001_1010"),
    "apartments": ("1000", "31001_1020"),
    "retail": ("1030", "31001_1120"), "office": ("1030", "31001_2020"), "commercial": ("1030", "31001_2050"),
    "supermarket": ("1030", "31001_2054"), "hotel": ("1040", "31001_2071"), "industrial": ("1160", "31001_2110"),
    "warehouse": ("1150", "31001_2143"), "depot": ("1170", "31001_2461"), "farm": ("1090", "31001_1222"),
    "barn": ("1090", "31001_2721"), "garage": ("1170", "31001_2463"), "shed": ("1150", "31001_2723"),
    "townhall": ("1020", "31001_3012"), "school": ("1100", "31001_3021"), "kindergarten": ("1100", "31001_3065"),
    "hospital": ("1120", "31001_3051"), "church": ("1080", "31001_3041"), "library": ("1070", "31001_3037"),
    "police": ("1140", "31001_3071"), "fire_station": ("1140", "31001_3072"), "train_station": ("1170", "31001_3091"),
    "sports_hall": ("1060", "31001_3211"), "gatehouse": ("1070", "31001_3038"), "water_tank": ("1110", "31001_2513"),
    "water_works": ("1110", "31001_2511"), "substation": ("1110", "31001_2523"), "sewage": ("1110", "31001_2611"),
    "digester": ("1110", "31001_2612"), "clarifier": ("1110", "31001_2612"),
}
ROOF_CODES = {"flat": "1000", "shed": "1010", "gabled": "1030", "hipped": "1040", "pyramidal": "1070"}


@dataclass
class Generic:
    """A generic attribute: type is string, int, double, date, uri, measure or set."""
    type: str
    name: str
    value: object
    uom: str = ""


def codes(building):
    """(class, function) codes of a building."""
    return _CODES[building.use]


def codespace(name):
    return f"{CODELISTS}{name}.xml"


def generics(building, n):
    """Generic attributes; the rarer types stand on some buildings only."""
    letter, demand = energy_class(building)
    out = [Generic("int", "population", building.people.get("people", 0)),
           Generic("int", "households", building.people.get("households", 0)),
           Generic("string", "district", building.district),
           Generic("double", "footprintArea", round(building.area, 2))]
    if building.use not in ("garage", "shed"):
        out.append(Generic("string", "energyClass", letter))
        out.append(Generic("measure", "heatDemand", demand, "kWh/m2/a"))
    if n % 12 == 0 or building.key:
        out.append(Generic("date", "lastInspection", f"20{10 + n % 14:02d}-{1 + n % 12:02d}-{1 + n % 28:02d}"))
    if building.key:
        out.append(Generic("uri", "dataSheet", f"https://lerchenfurt.example/objects/{building.key}"))
        out.append(Generic("set", "heating", [Generic("string", "carrier", "district heat" if n % 2 else "gas"),
                                              Generic("int", "installed", 1990 + n % 30)]))
    return out


def osm_reference(building):
    """Name of the OpenStreetMap object of the same building, or None."""
    return f"{building.osm_type}/{building.osm_id}" if building.in_osm and building.osm_id else None
