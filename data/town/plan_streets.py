"""The street plan, as drawn: lines in plan metres.

Lines may cross or end on one another anywhere; the noding makes the common
nodes.  Lines with a layer stay apart from what they pass, except at their ends.
`build` names the building styles left and right of the line.
"""

from dataclasses import dataclass, field
from math import cos, pi, sin

from .land import bypass_v, rail_v, river_v

# kind: (carriageway width, half width kept free of buildings), metres
WIDTHS = {
    "trunk": (8.0, 13.0), "trunk_link": (5.0, 6.0), "primary": (7.5, 7.0),
    "primary_link": (5.0, 5.0), "secondary": (7.0, 6.5), "tertiary": (6.5, 6.0),
    "residential": (5.5, 5.0), "living_street": (5.0, 4.2), "unclassified": (5.5, 5.0),
    "pedestrian": (6.0, 3.6), "lane": (3.6, 3.0), "service": (4.0, 2.6),
    "track": (3.0, 2.2), "footway": (2.0, 1.5), "cycleway": (2.5, 1.8),
    "steps": (2.0, 1.5), "path": (1.5, 1.2), "rail": (3.0, 7.0),
}


# where lanes reach the market square
SQUARE_GATES = [(-40, 20), (43, 13), (-34, 58), (46, 50), (38, -24), (-41, -18)]
SQUARE_SIDES = [[(-34, 58), (6, 58), (46, 50)], [(46, 50), (43, 13), (38, -24)], [(38, -24), (0, -23), (-41, -18)],
                [(-41, -18), (-40, 20), (-34, 58)]]


@dataclass
class Road:
    """One drawn line: a stretch of street, path or rail with constant tags."""
    name: str
    kind: str
    points: list
    tags: dict = field(default_factory=dict)
    build: tuple = (None, None)
    layer: int = 0
    curve: bool = False

    @property
    def width(self):
        return WIDTHS[self.kind][0]

    @property
    def half_free(self):
        return WIDTHS[self.kind][1]


def _both(style):
    return style if isinstance(style, tuple) else (style, style)


def _road(name, kind, points, build=None, layer=0, curve=False, **tags):
    clean = {k.rstrip("_").replace("__", ":"): v for k, v in tags.items()}
    return Road(name, kind, list(points), clean, _both(build), layer, curve)


def all_roads():
    """Every drawn line of the town, in a fixed order."""
    return [*_primary(), *_bypass(), *_ramps(), *_railway(), *_ring(), *_core(),
            *_station_quarter(), *_secondary(), *_west_north(), *_west_south(),
            *_east_north(), *_east_south(), *_north(), *_hillside(), *_south(),
            *_industry(), *_hamlet(), *_bridges(), *_service(), *_paths(), *_tracks()]


def _primary():
    p = "primary"
    urban = dict(maxspeed="50", source__maxspeed="DE:urban", lit="yes", sidewalk="both")
    return [
        _road("Nordstraße", p, [(-120, 1290), (-150, 1120), (-178, 930)], ref="B 499",
              maxspeed="100", source__maxspeed="DE:rural"),
        _road("Nordstraße", p, [(-178, 930), (-200, 740), (-207, 690), (-213, 572), (-213, 548)],
              (None, None), ref="B 499", **urban),
        _road("Nordstraße", p, [(-213, 548), (-213, 500)], ref="B 499", maxheight="3.8", **urban),
        _road("Nordstraße", p, [(-213, 500), (-219, 440), (-226, 395), (-240, 250)],
              ("villa", "apartment"), ref="B 499", lanes="3", lanes__forward="2",
              lanes__backward="1", turn__lanes__forward="left|through;right", **urban),
        _road("Hauptstraße", p, [(-240, 250), (-258, 140), (-262, 60), (-262, 20)],
              ("town", "town"), ref="B 499", lanes="2", busway__right="lane",
              parking__left="lane", **urban),
        _road("Hauptstraße", p, [(-262, 20), (-258, -110), (-250, -250), (-249, -298)],
              ("town", "town"), ref="B 499", lanes="2", surface="asphalt", **urban),
        _road("Hauptstraße", p, [(-249, -298), (-249, -318)], ref="B 499", **urban),
        _road("Hauptstraße", p, [(-249, -318), (-250, -388)], layer=1, ref="B 499",
              bridge="yes", bridge__name="Erlachbrücke", lanes="2", width="11.5", **urban),
        _road("Südstraße", p, [(-250, -388), (-256, -480), (-275, -640), (-290, -735)],
              ("town", "town"), ref="B 499", lanes="2", **urban),
        _road("Südstraße", p, [(-290, -735), (-300, -800), (-303, -850), (-304, -892)],
              ref="B 499", maxspeed="70", lit="no"),
        _road("Südstraße", p, [(-304, -892), (-308, -966)], layer=1, ref="B 499",
              bridge="yes", maxspeed="70", lit="no", width="10"),
        _road("Südstraße", p, [(-308, -966), (-311, -1010), (-335, -1235)], ref="B 499",
              maxspeed="100", source__maxspeed="DE:rural"),
    ]


def _bypass():
    """Two carriageways; the middle stretch is the tunnel under the ridge."""
    cuts = [(-1640, 860, {}), (860, 1050, {"tunnel": "yes", "layer": -1, "lit": "yes",
             "maxspeed": "80"}), (1050, 1640, {})]
    roads = []
    for low, high, extra in cuts:
        tags = dict(ref="B 500", oneway="yes", lanes="2", maxspeed="none", motorroad="yes")
        tags.update({k: v for k, v in extra.items() if k != "layer"})
        if "tunnel" in tags:
            tags["tunnel:name"] = "Galgenbergtunnel"
        for side, step in ((-9, 40), (9, -40)):
            us = range(low, high + 1, 10) if (high - low) % 40 else range(low, high + 1, 40)
            line = [(u, bypass_v(u) + side) for u in us]
            road = _road("Umgehungsstraße", "trunk", line if step > 0 else line[::-1],
                         layer=extra.get("layer", 0))
            road.tags = dict(tags)
            roads.append(road)
    return roads


def _ramps():
    ramp = dict(curve=True, oneway="yes", maxspeed="60", lanes="1", destination="Lerchenfurt")
    on = dict(ramp, destination="Umgehungsstraße")
    link = "trunk_link"
    return [
        _road("", link, [(-520, bypass_v(-520) - 9), (-430, -975), (-370, -1005), (-311, -1010)], **ramp),
        _road("", link, [(-311, -1010), (-240, -995), (-180, -955), (-90, bypass_v(-90) - 9)], **on),
        _road("", link, [(-90, bypass_v(-90) + 9), (-180, -872), (-240, -850), (-303, -850)], **ramp),
        _road("", link, [(-303, -850), (-370, -862), (-430, -895), (-520, bypass_v(-520) + 9)], **on),
    ]


def _railway():
    tags = dict(railway="rail", gauge="1435", electrified="contact_line", maxspeed="100",
                name="Erlachtalbahn", usage="branch", frequency="16.7", voltage="15000")
    spans = [(-1640, -236, 0), (-236, -190, 1), (-190, 1640, 0)]
    roads = []
    for low, high, layer in spans:
        us = sorted({low, high, *range(-1640, 1641, 60)})
        line = [(u, rail_v(u)) for u in us if low <= u <= high]
        extra = {"bridge": "yes"} if layer else {}
        roads.append(Road("", "rail", line, {**tags, **extra}, layer=layer))
    siding = [(-60, rail_v(-60)), (-20, rail_v(-20) - 5), (240, rail_v(240) - 5), (280, rail_v(280))]
    roads.append(Road("", "rail", siding, {"railway": "rail", "service": "siding", "gauge": "1435"}))
    return roads


def _ring():
    lit = dict(lit="yes", sidewalk="both")
    return [
        _road("Nordwall", "tertiary", [(-240, 250), (-120, 285), (2, 290)], ("town", "core"),
              maxspeed="50", lanes="2", **lit),
        _road("Nordwall", "tertiary", [(2, 290), (120, 265), (200, 200)], ("town", "core"),
              maxspeed="30", lanes="2", **lit),
        _road("Ostwall", "tertiary", [(200, 200), (245, 90), (250, 20)], ("town", "core"),
              maxspeed="30", lanes="2", **lit),
        _road("Ostwall", "tertiary", [(250, 20), (246, -40), (225, -150)], ("town", "core"),
              maxspeed="30", lanes="2", **lit),
        _road("Uferstraße", "tertiary", [(225, -150), (185, -245), (60, -272), (14, -281)],
              (None, "core"), maxspeed="30", lanes="2", **lit),
        _road("Uferstraße", "tertiary", [(14, -281), (-80, -288), (-249, -298)],
              (None, "core"), maxspeed="30", lanes="2", **lit),
    ]


def _core():
    c, shop = ("core", "core"), ("shops", "shops")
    foot = dict(motor_vehicle="delivery", surface="sett", lit="yes", bicycle="yes",
                motor_vehicle__conditional="delivery @ (Mo-Sa 06:00-10:00)")
    slow = dict(maxspeed="20", surface="sett", lit="yes")
    one, paved = dict(slow, oneway="yes"), dict(surface="sett", lit="yes")
    front = ("shops", None)
    return [
        _road("Marktstraße", "pedestrian", [(2, 290), (-8, 200), (4, 120), (6, 58)], shop, **foot),
        _road("Marktplatz", "pedestrian", [(6, 58), (2, 17), (0, -23)], **foot),
        *[_road("Marktplatz", "pedestrian", [edge, (2, 17)], **foot) for edge in SQUARE_GATES],
        *[_road("Marktplatz", "pedestrian", side, front, **foot) for side in SQUARE_SIDES],
        _road("Brückengasse", "pedestrian", [(0, -23), (-6, -120), (-4, -138)], shop, **foot),
        _road("Brückengasse", "living_street", [(-4, -138), (8, -210), (14, -281)], c,
              maxspeed="walk", surface="sett", lit="yes"),
        _road("Kirchgasse", "lane", [(-40, 20), (-110, 30), (-180, 10)], c, **slow),
        _road("Kirchgasse", "lane", [(-180, 10), (-262, 20)], c, oneway__bicycle="no", **one),
        _road("Rathausgasse", "pedestrian", [(43, 13), (120, 0), (185, 15)], shop, **foot),
        _road("Rathausgasse", "living_street", [(185, 15), (250, 20)], c, maxspeed="walk", lit="yes"),
        _road("Obere Gasse", "lane", [(-180, 10), (-172, 62), (-150, 114), (-112, 148), (-90, 185), (-50, 184),
              (-8, 200)], c, **one),
        _road("Schmiedgasse", "lane", [(-8, 200), (38, 202), (90, 185), (136, 162), (160, 120), (181, 80),
              (178, 46), (185, 15)], c,
              oneway="yes", width="3,5", **slow),
        _road("Webergasse", "lane", [(-4, -138), (48, -154), (100, -150), (148, -128), (164, -78),
              (190, -42), (185, 15)], c,
              oneway="-1", width="3.2 m", **slow),
        _road("Badgasse", "lane", [(-4, -138), (-52, -156), (-100, -150), (-146, -122), (-165, -90),
              (-188, -44), (-180, 10)], c, **one),
        _road("Nordgasse", "lane", [(-90, 185), (-106, 216), (-99, 252), (-105, 287)], c, **slow),
        _road("Torgasse", "lane", [(160, 120), (212, 180)], c, **slow),
        _road("Gerbergasse", "lane", [(100, -150), (124, -186), (112, -226), (120, -262)], c, **slow),
        _road("Fischergasse", "lane", [(-100, -150), (-118, -192), (-106, -242), (-95, -289)], c, oneway="yes",
              oneway__bicycle="no", cycleway="opposite", **slow),
        _road("Kapellengasse", "lane", [(-258, -110), (-165, -90)], c, **slow),
        _road("Turmgasse", "lane", [(-150, 114), (-253, 175)], c, **slow),
        _road("Apothekergasse", "lane", [(-90, 185), (-70, 142), (-76, 104), (-50, 82), (-34, 58)], c,
              motor_vehicle="destination", **slow),
        _road("Schulgasse", "lane", [(90, 185), (72, 150), (82, 114), (60, 80), (46, 50)], c,
              motor_vehicle__conditional="no @ (Mo-Fr 07:00-09:00)", **slow),
        _road("Salzgasse", "lane", [(38, -24), (50, -62), (84, -88), (88, -122), (100, -150)], c, **slow),
        _road("Hafengasse", "lane", [(-100, -150), (-91, -112), (-62, -84), (-58, -48), (-41, -18)], c, **slow),
        _road("Hirschgasse", "lane", [(-76, 104), (-42, 134), (-3, 148)], c, **slow),
        _road("Spitalgasse", "lane", [(82, 114), (128, 98), (181, 80)], c, **slow),
        _road("Fischmarkt", "lane", [(84, -88), (124, -62), (178, -58)], c, maxspeed="walk", **paved),

    ]


def _station_quarter():
    city = dict(maxspeed="30", maxspeed__type="DE:zone30", lit="yes", sidewalk="both")
    return [
        _road("Bahnhofstraße", "tertiary", [(2, 290), (30, 365), (75, 420), (130, 462)],
              ("town", "town"), maxspeed="50", lit="yes", sidewalk="both", lanes="2"),
        _road("Am Bahnhof", "residential", [(130, 462), (300, 468), (420, 468)],
              (None, "apartment"), **city),
        _road("Am Bahnhof", "residential", [(130, 462), (-60, 452), (-219, 440)],
              ("villa", "villa"), **city),
        _road("Friedrichstraße", "residential", [(-229, 360), (-100, 372), (30, 365)],
              ("town", "villa"), parking__both="lane", **city),
        _road("Friedrichstraße", "residential", [(30, 365), (200, 362), (420, 362)],
              ("town", "apartment"), **city),
        _road("Wilhelmstraße", "residential", [(120, 265), (170, 300), (200, 362), (205, 464)],
              ("town", "villa"), **city),
    ]


def _secondary():
    urban = dict(maxspeed="50", lit="yes", sidewalk="both", lanes="2")
    s, r = (880, 60), 19
    circle = [(s[0] + r * cos(k * pi / 8), s[1] + r * sin(k * pi / 8)) for k in range(17)]
    return [
        _road("Mühlfelder Straße", "secondary", [(250, 20), (330, 55), (420, 75)],
              ("town", "town"), ref="L 1181", cycleway__both="lane", **urban),
        _road("Mühlfelder Straße", "secondary", [(420, 75), (640, 70), (861, 60)],
              ("apartment", "town"), ref="L 1181", cycleway__both="lane", **urban),
        _road("Mühlfelder Kreisel", "secondary", circle, junction="roundabout", maxspeed="30",
              oneway="yes", lit="yes"),
        _road("Mühlfelder Straße", "secondary", [(899, 60), (1100, 45), (1290, 25), (1400, 10)],
              ("commerce", "commerce"), ref="L 1181", **urban),
        _road("Mühlfelder Straße", "secondary", [(1400, 10), (1640, -10)], ref="L 1181",
              maxspeed="100", source__maxspeed="DE:rural"),
        _road("Weilerstraße", "tertiary", [(-262, 20), (-450, 30), (-640, 22)],
              ("town", "semi"), ref="K 2077", **urban),
        _road("Weilerstraße", "tertiary", [(-640, 22), (-830, 0), (-1000, -45), (-1200, -130), (-1330, -165),
              (-1640, -190)], curve=True, ref="K 2077", maxspeed="70", lit="no"),
    ]


def _zone(**more):
    return dict(maxspeed="30", maxspeed__type="DE:zone30", lit="yes", surface="asphalt", **more)


def _west_north():
    home, z = "residential", _zone(sidewalk="both")
    walk = dict(maxspeed="walk", lit="yes", surface="paving_stones")
    return [
        _road("Ahornweg", home, [(-640, 100), (-440, 102), (-261, 104)], "house", **z),
        _road("Birkenweg", "living_street", [(-640, 174), (-440, 174)], "semi", **walk),
        _road("Gartenstraße", home, [(-440, 250), (-240, 250)], ("terrace", "town"), **z),
        _road("Zedernweg", "living_street", [(-440, 174), (-340, 176)], "terrace", noexit="yes", **walk),
        _road("Fliederweg", home, [(-640, 320), (-440, 322)], ("house", None), **z),
        _road("Fliederweg", home, [(-440, 322), (-330, 326)], "house", noexit="yes", **z),
        _road("Gleisstraße", home, [(-640, 400), (-440, 398), (-226, 395)],
              (None, "semi"), **z),
        _road("Kastanienallee", home, [(-440, 30), (-440, 250), (-440, 398)], (None, "villa"),
              parking__left="lane", **z),
        _road("Ulmenweg", home, [(-640, 22), (-640, 400)], (None, "house"), **z),
    ]


def _west_south():
    home, z = "residential", _zone(sidewalk="both")
    walk = dict(maxspeed="walk", lit="yes", surface="paving_stones")
    return [
        _road("Amselweg", "living_street", [(-640, -52), (-440, -45)], "semi", **walk),
        _road("Drosselweg", home, [(-640, -124), (-440, -117), (-258, -110)], "house", **z),
        _road("Finkenweg", home, [(-640, -196), (-440, -189)], (None, "house"), **z),
        _road("Finkenweg", home, [(-440, -189), (-320, -186)], "terrace", noexit="yes", **z),
        _road("Starenweg", "living_street", [(-440, -45), (-320, -42)], "terrace", noexit="yes", **walk),
        _road("Bleichstraße", home, [(-640, -268), (-440, -261), (-250, -255)],
              ("house", None), **z),
        _road("Kastanienallee", home, [(-440, 30), (-440, -261)], (None, "villa"), **z),
        _road("Ulmenweg", home, [(-640, 22), (-640, -268)], ("house", None), **z),
    ]


def _east_north():
    home, z = "residential", _zone(sidewalk="both")
    walk = dict(maxspeed="walk", lit="yes", surface="paving_stones")
    return [
        _road("Ziegeleistraße", "tertiary", [(420, 75), (420, 290), (420, 362), (420, 468)],
              ("apartment", "apartment"), maxspeed="50", lit="yes", sidewalk="both", lanes="2"),
        _road("Ziegeleistraße", "tertiary", [(420, 468), (422, 580)], maxspeed="30", lit="yes"),
        _road("Goethestraße", home, [(228, 132), (420, 147), (640, 145), (842, 140)],
              ("house", "semi"), **z),
        _road("Schillerstraße", "living_street", [(420, 219), (640, 217)],
              ("terrace", "semi"), **walk),
        _road("Lessingstraße", home, [(200, 200), (290, 240), (420, 248)], ("town", "apartment"), **z),
        _road("Lessingstraße", home, [(420, 290), (640, 289)], ("semi", "terrace"), **z),
        _road("Hölderlinstraße", home, [(420, 366), (640, 366)], ("apartment", "house"), **z),
        _road("Am Bahndamm", home, [(420, 456), (640, 446), (842, 440)], (None, "apartment"), **z),
        _road("Mörikestraße", home, [(640, 70), (640, 289), (640, 446)], (None, "apartment"), **z),
        _road("Uhlandstraße", home, [(842, 62), (842, 286), (842, 440)], None, **z),
    ]


def _east_south():
    home, z = "residential", _zone(sidewalk="both")
    walk = dict(maxspeed="walk", lit="yes", surface="paving_stones")
    return [
        _road("Nelkenweg", home, [(249, -5), (430, 0), (640, -4), (842, -8)], ("semi", "house"), **z),
        _road("Tulpenweg", "living_street", [(240, -72), (430, -75), (640, -78)],
              ("terrace", "house"), **walk),
        _road("Asternweg", home, [(226, -146), (430, -148), (640, -150)], "house", **z),
        _road("Dahlienweg", home, [(192, -226), (430, -222), (640, -224), (842, -226)],
              (None, "house"), **z),
        _road("Rosenstraße", home, [(430, 75), (430, -222)], None, **z),
        _road("Parkstraße", home, [(640, 70), (640, -224)], (None, "villa"), **z),
        _road("Eichendorffstraße", home, [(842, 60), (842, -226)], None, **z),
    ]


def _north():
    home, z = "residential", _zone(sidewalk="left")
    end = dict(curve=True, noexit="yes", maxspeed="walk", lit="yes", surface="paving_stones")
    return [
        _road("Am Gleis", home, [(-213, 572), (-60, 570), (100, 572), (300, 578), (422, 580)],
              ("house", None), curve=True, **z),
        _road("Ziegeleistraße", "tertiary", [(422, 580), (432, 690), (415, 832)], ("semi", "house"),
              curve=True, maxspeed="30", lit="yes", lanes="2"),
        _road("Ziegeleistraße", home, [(415, 832), (380, 930), (310, 1000), (215, 1010)],
              "house", curve=True, **z),
        _road("Bergstraße", home, [(-208, 655), (-60, 640), (100, 648), (250, 660), (430, 668)],
              "house", curve=True, **z),
        _road("Sonnenhalde", home, [(-203, 732), (-60, 712), (100, 724), (250, 738), (428, 752)],
              "semi", curve=True, **z),
        _road("Höhenstraße", home, [(-192, 815), (0, 796), (200, 812), (415, 832)], "house",
              curve=True, **z),
        _road("Brunnenweg", home, [(100, 572), (100, 648), (100, 724), (104, 804)], None, **z),
        _road("Lerchenweg", "living_street", [(-60, 800), (-75, 860), (-60, 925)], "house", **end),
        _road("Meisenweg", "living_street", [(255, 817), (262, 880), (240, 935)], "house", **end),
        _road("Zeisigweg", "living_street", [(430, 690), (510, 700), (560, 670)], "house", **end),
        _road("Spechtweg", "living_street", [(425, 765), (505, 785), (570, 765)], "house", **end),
        _road("Friedhofweg", home, [(104, 804), (110, 850), (112, 905)], **z),
    ]


def _hillside():
    home, z = "residential", _zone(incline="up")
    steep = dict(curve=True, noexit="yes", maxspeed="30", lit="yes")
    return [
        _road("Weinbergweg", home, [(-207, 690), (-350, 668), (-500, 632), (-650, 590), (-770, 556)],
              "villa", curve=True, **z),
        _road("Kelterweg", home, [(-198, 765), (-350, 745), (-500, 705), (-650, 660), (-790, 612),
              (-770, 556)], "house", curve=True, **z),
        _road("Rebsteige", home, [(-500, 632), (-500, 705)], **z),
        _road("Hangweg", home, [(-186, 855), (-350, 822), (-500, 782), (-620, 740)],
              "villa", **steep),
        _road("Traubenweg", "living_street", [(-350, 668), (-345, 610), (-420, 585), (-480, 580)],
              "semi", curve=True, noexit="yes", maxspeed="walk", lit="yes"),
    ]


def _south():
    home, z = "residential", _zone(sidewalk="both")
    walk = dict(maxspeed="walk", lit="yes", surface="paving_stones")
    end = dict(noexit="yes", **walk)
    return [
        _road("Wehrstraße", home, [(-480, -448), (-253, -445), (20, -448), (220, -445), (400, -445)],
              ("town", "house"), **z),
        _road("Schlossstraße", home, [(-480, -520), (-262, -517), (20, -520), (220, -517), (400, -517)],
              (None, "house"), **z),
        _road("Lindenstraße", home, [(-270, -589), (20, -592), (220, -589)],
              ("terrace", "semi"), **z),
        _road("Gutenbergstraße", home, [(-278, -661), (20, -664)], "house", **z),
        _road("Steinäcker", home, [(-288, -733), (-120, -735), (20, -736), (215, -733)],
              ("apartment", "terrace"), **z),
        _road("Feldstraße", home, [(-480, -448), (-482, -560), (-470, -664), (-278, -668)], None, curve=True, **z),
        _road("Keplerstraße", home, [(-120, -447), (-120, -735)], None, **z),
        _road("Alte Brückenstraße", "tertiary", [(20, -392), (20, -448), (24, -592), (20, -736)],
              ("town", "villa"), maxspeed="30", lit="yes", lanes="2"),
        _road("Bachstraße", home, [(220, -445), (220, -589), (215, -733)], (None, "house"), **z),
        _road("Händelstraße", home, [(400, -445), (400, -517), (398, -600)], None, **z),
        _road("Am Bogen", "living_street", [(400, -445), (490, -452), (560, -505), (545, -580),
              (470, -612), (398, -600)], "house", curve=True, **walk),
        _road("Mozartweg", "living_street", [(-120, -735), (-128, -790), (-180, -815)], "terrace",
              curve=True, **end),
        _road("Haydnweg", "living_street", [(100, -735), (105, -790), (160, -820)], "semi",
              curve=True, **end),
        _road("Brucknerweg", "living_street", [(-482, -560), (-560, -570), (-610, -545)], "house",
              curve=True, **end),
    ]


def _industry():
    works = dict(maxspeed="50", lit="yes", surface="asphalt")
    return [
        _road("Industriestraße", "tertiary", [(880, 79), (888, 200), (905, 380), (1000, 400)],
              ("works", "works"), **works),
        _road("Gewerbering", "unclassified", [(888, 200), (1090, 215), (1285, 195), (1290, 25)],
              "works", hgv="destination", **works),
        _road("Klärwerkstraße", "unclassified", [(880, 41), (905, -100), (1000, -180), (1180, -215),
              (1330, -225)], ("works", "works"), curve=True, **works),
        _road("Werkstraße", "service", [(1000, 400), (1160, 395), (1280, 360)], access="private",
              maxspeed="30 mph", surface="concrete"),
        _road("Am Umspannwerk", "service", [(1285, 195), (1340, 280), (1360, 330)], access="private"),
    ]


def _hamlet():
    return [
        _road("Erlachhof", "unclassified", [(-1330, -165), (-1320, -90), (-1290, -40)],
              ("farm", "farm"), curve=True, surface="asphalt"),
        _road("Erlachhof", "service", [(-1320, -90), (-1390, -85)], ("farm", "farm"),
              service="driveway", surface="gravel"),
    ]


def _bridges():
    return [
        _road("Alte Brücke", "living_street", [(14, -281), (15, -301)], maxspeed="walk", lit="yes"),
        _road("Alte Brücke", "living_street", [(15, -301), (18, -360)], layer=1, bridge="yes",
              maxweight="3.5", maxwidth="2.3", historic="bridge", maxspeed="walk",
              surface="cobblestone", width="4.5"),
        _road("Alte Brücke", "living_street", [(18, -360), (20, -392)], maxspeed="walk", lit="yes"),
        _road("", "cycleway", [(430, -222), (455, -262), (468, -272)], segregated="no", foot="yes"),
        _road("Mühlsteg", "cycleway", [(468, -272), (474, -330)], layer=1, bridge="yes",
              foot="designated", width="3"),
        _road("", "cycleway", [(474, -330), (480, -390), (490, -452)], segregated="no", foot="yes"),
    ]


def _service():
    drive, park = dict(service="driveway"), dict(service="parking_aisle")
    s = "service"
    return [
        _road("Klinikzufahrt", s, [(640, 330), (690, 334), (730, 330), (842, 326)], maxspeed="20",
              emergency="designated", lit="yes"),
        _road("", s, [(730, 330), (732, 262), (700, 258)], oneway="yes", **drive),
        _road("", s, [(700, 258), (660, 256), (640, 258)], access="destination", **drive),
        _road("", s, [(1010, 52), (1012, 90), (1062, 92), (1060, 48)], **park),
        _road("", s, [(1012, 110), (1012, 90)], **park),
        _road("", s, [(205, 430), (245, 428), (248, 408), (208, 406)], **park),
        _road("", s, [(-545, 174), (-548, 192)], access="permit", **drive),
        _road("", s, [(120, -592), (122, -612)], access="permit", **drive),
        _road("", s, [(215, -690), (240, -694), (240, -650), (218, -652)], **park),
        _road("", s, [(700, 446), (702, 420), (745, 418)], access="private", **drive),
        _road("", s, [(540, 366), (542, 340), (590, 338)], access="private", **drive),
        _road("", s, [(-262, -60), (-300, -62)], access="private", **drive),
        _road("", s, [(330, 243), (332, 275)], access="customers", **drive),
        _road("", s, [(1330, -225), (1345, -275), (1400, -280)], access="private", **drive),
        _road("", s, [(112, 905), (112, 925)], access="private", **drive),
        _road("", s, [(540, 217), (541, 250)], access="permit", **drive),
        _road("", s, [(170, 730), (172, 748)], access="permit", **drive),
    ]


def _promenade(low, high, side):
    return [(u, river_v(u) + side) for u in range(low, high + 1, 40)]


def _paths():
    foot, cycle = dict(surface="fine_gravel"), dict(surface="asphalt", foot="designated",
                                                    bicycle="designated", segregated="no")
    return [
        _road("Uferpromenade", "cycleway", _promenade(-660, 860, 22), **cycle),
        _road("", "footway", [*_promenade(-480, 440, -21), (477, -352)], **foot),
        _road("", "footway", [(-95, -289), (-96, river_v(-96) + 22)], **foot),
        _road("", "footway", [(120, -262), (122, river_v(122) + 22)], **foot),
        _road("", "cycleway", [(842, -226), (838, river_v(838) + 22)], **cycle),
        _road("", "footway", [(-120, -447), (-118, river_v(-118) - 21)], **foot),
        _road("", "footway", [(-640, 268), (-585, 262), (-530, 270)], **foot),
        _road("", "footway", [(-585, 320), (-588, 262), (-580, 174)], **foot),
        _road("", "footway", [(640, -150), (700, -140), (750, -150), (842, -145)], curve=True, **foot),
        _road("", "footway", [(640, -58), (720, -54), (800, -62), (842, -70)], curve=True, **foot),
        _road("", "footway", [(750, -150), (755, -226)], **foot),
        _road("", "footway", [(-640, -268), (-660, -300), (-660, river_v(-660) + 22)], **foot),
        _road("", "footway", [(-480, -448), (-478, river_v(-478) - 21)], **foot),
        _road("", "footway", [(236, -110), (290, -112), (320, -148)], **foot),
        _road("", "footway", [(100, 648), (120, 680), (130, 725)], **foot),
        _road("Klostergang", "footway", [(-108, 29), (-108, 18)], surface="sett"),
        _road("Klostergang", "footway", [(-108, 18), (-108, 4)], surface="sett",
              tunnel="building_passage", covered="yes", maxheight="3.4"),
        _road("Klostergang", "footway", [(-108, 4), (-108, -22)], surface="sett"),
        _road("Kelterstaffel", "steps", [(-350, 668), (-352, 745)], step_count="84", handrail="yes",
              incline="up"),
        _road("Kelterstaffel", "steps", [(-352, 745), (-350, 822)], step_count="66", incline="up"),
        _road("Lerchensteg", "footway", [(-60, 712), (-60, 800)], surface="asphalt", lit="yes"),
        _road("", "footway", [(130, 462), (132, rail_v(132) - 14)], surface="paving_stones", lit="yes"),
        _road("", "footway", [(132, rail_v(132) - 14), (132, rail_v(132) + 14)], layer=-1, tunnel="yes",
              lit="yes", wheelchair="no"),
        _road("", "footway", [(132, rail_v(132) + 14), (132, 572)], surface="paving_stones", lit="yes"),
        _road("", "footway", [(112, 925), (20, 935), (-30, 930), (-60, 925)], surface="compacted"),
        _road("", "cycleway", [(-340, 176), (-300, 178), (-257, 160)], **cycle),
        _road("", "footway", [(-330, 326), (-232, 330)], **foot),
        _road("", "footway", [(-320, -42), (-261, -44)], **foot),
        _road("", "footway", [(-320, -186), (-254, -184)], **foot),
        _road("", "footway", [(-180, -815), (-230, -840), (-302, -842)], **foot),
        _road("", "footway", [(-262, 70), (-240, 74), (-205, 66), (-177, 25)], surface="sett", lit="yes"),
        _road("Sportweg", "footway", [(398, -600), (330, -610), (220, -600)], **foot),
    ]


def _tracks():
    return [
        _road("Hochbehälterweg", "track", [(-620, 740), (-720, 792), (-860, 835)], curve=True,
              tracktype="grade1", motor_vehicle="forestry;agricultural"),
        _road("", "track", [(-860, 835), (-980, 800), (-1100, 690), (-1150, 560)], curve=True,
              tracktype="grade3"),
        _road("", "track", [(-640, 400), (-820, 415), (-960, 400), (-1150, 420), (-1400, 380)], curve=True,
              tracktype="grade2"),
        _road("", "track", [(-640, -196), (-820, -215), (-980, -230), (-1160, -260), (-1290, -240), (-1330, -165)],
              curve=True, tracktype="grade2"),
        _road("", "track", [(310, 1000), (330, 1080), (300, 1180)], curve=True, tracktype="grade3"),
        _road("", "track", [(215, 1010), (60, 1040), (-160, 1040)], curve=True, tracktype="grade4"),
        _road("", "track", [(215, -733), (250, -790), (420, -810), (640, -790)], curve=True,
              tracktype="grade2"),
        _road("", "track", [(560, -505), (700, -560), (900, -580), (1150, -520)], curve=True,
              tracktype="grade5"),
        _road("", "track", [(-470, -664), (-600, -720), (-820, -740), (-1100, -690)], curve=True,
              tracktype="grade3"),
        _road("", "track", [(570, 765), (700, 790), (900, 760), (1100, 680)], curve=True,
              tracktype="grade2"),
        _road("", "path", [(-860, 835), (-900, 900), (-1010, 960)], curve=True, surface="ground"),
    ]
