"""Parks, woods, fields and other areas, as drawn in plan metres."""

from dataclasses import dataclass, field

from .land import rail_v, river_v, world_ring


@dataclass
class Area:
    """An area with its OpenStreetMap tags; `reserve` keeps buildings out."""
    key: str
    tags: dict
    ring: list                  # open world ring, counter-clockwise
    holes: list = field(default_factory=list)
    reserve: bool = False


def _area(key, points, reserve=False, hole=None, curve=False, **tags):
    holes = [world_ring(hole, True)[::-1]] if hole else []
    return Area(key, tags, world_ring(points, curve), holes, reserve)


def _square(u, v, w, d):
    return [(u - w / 2, v - d / 2), (u + w / 2, v - d / 2), (u + w / 2, v + d / 2), (u - w / 2, v + d / 2)]


def _band(centre, us, half):
    """The strip along a line v = centre(u), `half` to either side."""
    return [(u, centre(u) - half) for u in us] + [(u, centre(u) + half) for u in reversed(us)]


def all_areas():
    return [*_parks(), *_playgrounds(), *_grounds(), *_water(), *_quarters(), *_country()]


def _parks():
    park = dict(reserve=True, leisure="park")
    return [
        _area("park_west", [(-632, 198), (-542, 198), (-542, 312), (-632, 312)], name="Westpark", **park),
        _area("park_east", [(650, -218), (834, -220), (834, -44), (650, -40)], name="Ostpark", **park),
        _area("park_roses", [(258, -141), (318, -141), (318, -86), (254, -86)], name="Rosengarten", **park),
        _area("park_panorama", [(110, 663), (164, 666), (164, 716), (110, 713)], name="Panoramaplatz", **park),
        _area("park_station", [(-52, 388), (24, 388), (48, 438), (-52, 438)], name="Stadtgarten", **park),
        _area("park_river", [(-470, river_v(-470) - 14), (-260, river_v(-260) - 14), (-258, -402), (-470, -412)][::-1],
              name="Erlachaue", **park),
        _area("square", [(-42, -27), (40, -31), (50, 56), (-38, 64)], True, highway="pedestrian",
              area="yes", name="Marktplatz", surface="sett"),
        _area("churchyard", [(-152, 62), (-64, 62), (-72, 108), (-140, 108)], True, landuse="religious"),
    ]


def _playgrounds():
    play = dict(leisure="playground")
    return [
        _area("play_west", _square(-565, 220, 24, 20), name="Spielplatz Westpark", **play),
        _area("play_east", _square(700, -75, 30, 24), name="Spielplatz Ostpark", **play),
        _area("play_north", _square(150, 690, 18, 18), **play),
        _area("play_south", _square(-206, -552, 26, 24), True, **play),
        _area("play_schiller", _square(505, 255, 24, 20), True, **play),
        _area("play_river", _square(-300, -385, 24, 18), **play),
    ]


def _grounds():
    return [
        _area("school_west_ground", [(-536, 198), (-448, 198), (-448, 312), (-536, 312)], True,
              amenity="school", name="Grundschule Westend"),
        _area("school_gymnasium_ground", [(-466, -652), (-312, -648), (-312, -552), (-466, -552)], True,
              amenity="school", name="Kepler-Gymnasium"),
        _area("hospital_ground", [(652, 168), (832, 168), (830, 432), (652, 434)], True,
              amenity="hospital", name="Klinikum Erlachtal", emergency="yes", phone="+49 700 000112"),
        _area("cemetery", [(36, 914), (186, 912), (190, 1002), (40, 1004)], True, landuse="cemetery",
              name="Waldfriedhof"),
        _area("sports_ground", [(234, -722), (388, -722), (388, -560), (234, -560)], True,
              leisure="sports_centre", name="Sportgelände an der Bachstraße"),
        _area("pitch", [(284, -712), (382, -710), (380, -640), (284, -642)], leisure="pitch", sport="soccer",
              surface="grass"),
        _area("parking_market", [(1005, 55), (1068, 52), (1068, 97), (1005, 99)], True, amenity="parking",
              capacity="118", capacity__disabled="4", parking="surface", name="Parkplatz Frischmarkt"),
        _area("parking_station", [(202, 402), (222, 402), (222, 434), (202, 434)], True, amenity="parking",
              capacity="46", fee="yes", parking="surface", name="P+R Bahnhof"),
        _area("parking_sports", [(222, -700), (244, -700), (244, -646), (222, -646)], True, amenity="parking",
              capacity="70", parking="surface"),
        _area("station_forecourt", [(30, 476), (160, 476), (160, 502), (30, 502)], True,
              highway="pedestrian", area="yes", name="Bahnhofsvorplatz"),
        _area("substation_ground", [(1345, 322), (1402, 324), (1400, 372), (1344, 370)], True,
              power="substation", voltage="110000;20000", name="Umspannwerk Mühlfeld",
              operator="Stadtwerke Lerchenfurt", ref="UW-1"),
        _area("sewage_ground", [(1336, -324), (1428, -326), (1430, -236), (1338, -238)], True,
              man_made="wastewater_plant", name="Klärwerk Erlachtal"),
        _area("allotments", [(-800, -186), (-654, -178), (-654, -44), (-798, -56)], True,
              landuse="allotments", name="Kleingärten Mühlwiesen"),
        _area("platform", [(48, rail_v(50) - 13), (228, rail_v(228) - 13), (228, rail_v(228) - 9),
                           (48, rail_v(50) - 9)], railway="platform", public_transport="platform", ref="1"),
    ]


def _water():
    return [
        _area("river", _band(river_v, range(-1640, 1641, 40), 11), natural="water", water="river", name="Erlach"),
        _area("pond", [(745, -130), (790, -128), (800, -105), (768, -92), (742, -104)], curve=True,
              natural="water", water="pond", name="Ostparkteich"),
    ]


def _quarters():
    home = dict(landuse="residential")
    return [
        _area("res_west", [(-668, -280), (-272, -270), (-284, 20), (-248, 425), (-666, 428)], **home),
        _area("res_core", [(-228, -268), (205, -225), (240, 30), (195, 190), (0, 280), (-225, 240)],
              landuse="retail", name="Altstadt"),
        _area("res_station", [(-210, 300), (190, 230), (408, 260), (408, 480), (-204, 470)], **home),
        _area("res_east", [(260, -260), (848, -250), (848, 160), (640, 460), (430, 460), (430, 110)], **home),
        _area("res_north", [(-190, 556), (445, 560), (600, 680), (580, 800), (440, 850), (240, 960),
                            (-180, 900)], **home),
        _area("res_hill", [(-220, 560), (-800, 530), (-830, 620), (-640, 770), (-215, 890)][::-1], **home),
        _area("res_south", [(-510, -690), (60, -830), (420, -740), (590, -530), (410, -405), (-500, -420)], **home),
        _area("industrial", [(860, -240), (1320, -250), (1330, 40), (1320, 440), (870, 460)],
              landuse="industrial", name="Gewerbegebiet Mühlfeld"),
        _area("railway", _band(rail_v, (-1640, -700, 0, 700, 1640), 8), landuse="railway"),
    ]


def _country():
    field_ = dict(landuse="farmland")
    return [
        _area("forest", [(-1500, 520), (-1180, 500), (-1000, 620), (-880, 760), (-820, 960), (-900, 1180),
                         (-1300, 1200), (-1520, 980)],
              hole=[(-1280, 760), (-1180, 740), (-1140, 840), (-1220, 900), (-1300, 850)], curve=True, landuse="forest", leaf_type="mixed", name="Lerchenwald"),
        _area("wood_south", [(700, -1180), (1200, -1200), (1280, -1000), (1020, -960), (800, -980)], curve=True,
              natural="wood", leaf_type="broadleaved", name="Galgenberg"),
        _area("vineyard", [(-1000, 640), (-820, 640), (-700, 700), (-740, 780), (-860, 740)], landuse="vineyard",
              crop="grape"),
        _area("field_1", [(-1560, 20), (-900, 90), (-700, 120), (-700, 400), (-1100, 400), (-1560, 330)], crop="wheat",
              **field_),
        _area("field_2", [(-1300, -900), (-620, -880), (-560, -740), (-820, -760), (-1280, -720)], crop="rape",
              **field_),
        _area("field_3", [(660, -800), (1560, -780), (1560, -560), (1160, -540), (900, -600), (700, -580)], **field_),
        _area("field_4", [(520, 860), (1400, 740), (1500, 1150), (420, 1180)], crop="maize", **field_),
        _area("meadow_west", [(-1560, -520), (-760, -480), (-760, -390), (-1560, -420)], landuse="meadow"),
        _area("meadow_east", [(600, -480), (1500, -480), (1500, -420), (600, -360)], landuse="meadow"),
        _area("scrub", [(-640, -1150), (-360, -1150), (-380, -1030), (-600, -1020)], natural="scrub"),
    ]
