"""Small things on and beside the streets, as drawn: pins, rules, stops, places."""

SIGNALS = [(-240, 250), (-262, 20), (-249, -298), (420, 75), (250, 20)]

# (plan point, tags, street name or None, street kinds or None)
PINS = [
    ((600, 71), {"highway": "crossing", "crossing": "marked", "crossing:island": "yes"}, "Mühlfelder Straße", None),
    ((330, 55), {"highway": "crossing", "crossing": "marked"}, "Mühlfelder Straße", None),
    ((-261, 70), {"highway": "crossing", "crossing": "traffic_signals", "button_operated": "yes"},
     "Hauptstraße", None),
    ((-254, -185), {"highway": "crossing", "crossing": "marked", "tactile_paving": "yes"}, "Hauptstraße", None),
    ((60, 285), {"highway": "crossing", "crossing": "marked"}, "Nordwall", None),
    ((20, -470), {"highway": "crossing", "crossing": "unmarked"}, "Alte Brückenstraße", None),
    ((-257, 71), {"barrier": "kerb", "kerb": "lowered", "tactile_paving": "yes"}, None, ("footway",)),
    ((-268, -43), {"barrier": "kerb", "kerb": "flush"}, None, ("footway",)),
    ((-260, -184), {"barrier": "kerb", "kerb": "raised"}, None, ("footway",)),
    ((0, 280), {"barrier": "bollard", "bollard": "removable", "access": "no", "foot": "yes",
                "bicycle": "yes"}, "Marktstraße", None),
    ((-5, -132), {"barrier": "bollard", "bollard": "rising", "bicycle": "yes", "foot": "yes",
                  "emergency": "yes"}, "Brückengasse", None),
    ((434, -230), {"barrier": "bollard", "bicycle": "yes", "foot": "yes"}, None, ("cycleway",)),
    ((-60, 724), {"barrier": "cycle_barrier", "bicycle": "yes", "foot": "yes"}, "Lerchensteg", None),
    ((1020, 400), {"barrier": "gate", "access": "private", "locked": "yes"}, "Werkstraße", None),
    ((-980, 800), {"barrier": "gate", "access": "forestry", "locked": "yes"}, None, ("track",)),
    ((1345, 290), {"barrier": "gate", "access": "private", "locked": "yes"}, "Am Umspannwerk", None),
    ((690, 257), {"barrier": "gate", "access": "no", "emergency": "yes"}, None, ("service",)),
    ((112, 918), {"barrier": "gate", "access": "private", "foot": "yes"}, None, ("service",)),
    ((222, 429), {"barrier": "lift_gate", "access": "permissive"}, None, ("service",)),
    ((650, 330), {"barrier": "lift_gate", "access": "destination", "emergency": "yes"}, "Klinikzufahrt", None),
    ((-274, 104), {"highway": "stop", "direction": "forward"}, "Ahornweg", None),
    ((-264, -112), {"highway": "stop", "direction": "forward"}, "Drosselweg", None),
    ((852, 61), {"highway": "give_way", "direction": "forward"}, "Mühlfelder Straße", None),
    ((908, 59), {"highway": "give_way", "direction": "backward"}, "Mühlfelder Straße", None),
    ((880, 88), {"highway": "give_way", "direction": "backward"}, "Industriestraße", None),
    ((-233, 360), {"highway": "give_way", "direction": "backward"}, "Friedrichstraße", None),
    ((520, 218), {"traffic_calming": "hump"}, "Schillerstraße", None),
    ((330, -73), {"traffic_calming": "table"}, "Tulpenweg", None),
    ((-550, 174), {"traffic_calming": "choker"}, "Birkenweg", None),
    ((-90, -9 - 891), {"highway": "motorway_junction", "name": "Lerchenfurt", "ref": "7"}, None, ("trunk",)),
    ((-520, -9 - 943), {"highway": "motorway_junction", "name": "Lerchenfurt", "ref": "7"}, None, ("trunk",)),
    ((200, -860), {"enforcement_from": "yes"}, None, ("trunk",)),
]

# (key, restriction tags, via point, bearing from via towards `from`, towards `to`)
N, E, S, W = 0, 90, 180, 270
TURN_RULES = [
    ("left_into_nordwall", {"restriction": "no_left_turn"}, (-240, 250), N, E),
    ("left_into_weilerstrasse", {"restriction": "no_left_turn"}, (-262, 20), S, W),
    ("bus_right_uferstrasse", {"restriction": "no_right_turn", "except": "bus"}, (-249, -298), E, N),
    ("straight_muehlfelder", {"restriction": "only_straight_on"}, (420, 75), W, E),
    ("u_turn_nordwall", {"restriction": "no_u_turn"}, (-240, 250), S, S),
    ("u_turn_gleisstrasse", {"restriction": "no_u_turn"}, (-226, 395), N, N),
    ("left_rathausgasse_rush", {"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00,15:00-18:00)"},
     (250, 20), S, W),
    ("right_out_of_market", {"restriction": "only_right_turn"}, (1010, 52), N, W),
    ("ramp_north_straight", {"restriction": "no_straight_on"}, (-303, -850), E, W),
    ("ramp_south_straight", {"restriction": "no_straight_on"}, (-311, -1010), W, E),
    ("right_out_of_uhland", {"restriction": "only_right_turn"}, (842, 62), N, W),
    ("right_into_marktstrasse", {"restriction": "no_right_turn", "except": "bicycle"}, (2, 290), W, S),
    ("hgv_gewerbering", {"restriction:hgv": "no_right_turn"}, (888, 200), S, E),
    ("left_out_of_bleichstrasse", {"restriction": "no_left_turn"}, (-250, -255), W, N),
    ("left_into_wehrstrasse", {"restriction": "no_left_turn"}, (20, -448), S, W),
]
# one rule over a way: (key, tags, first via node, second via node, bearing of from at the first, of to at the second)
VIA_WAY_RULE = ("jog_am_bahnhof", {"restriction": "no_right_turn"}, (-219, 440), (-226, 395), E, W)
NO_VIA_RULE = ("broken_without_via", {"restriction": "no_left_turn"}, (-120, -447), N, E)
LOST_TO_RULE = ("broken_lost_member", {"restriction": "no_right_turn"}, (640, 70), N)

# (name, plan point on the street, street)
BUS_STOPS = {
    "bahnhof": ("Bahnhof", (110, 445), "Bahnhofstraße"),
    "nordwall": ("Nordwall", (-120, 285), "Nordwall"),
    "hauptstrasse": ("Hauptstraße", (-262, -50), "Hauptstraße"),
    "erlachbruecke": ("Erlachbrücke", (-253, -425), "Südstraße"),
    "suedstrasse": ("Südstraße", (-275, -640), "Südstraße"),
    "steinaecker": ("Steinäcker", (-60, -735), "Steinäcker"),
    "realschule": ("Realschule", (23, -640), "Alte Brückenstraße"),
    "westend": ("Westend", (-600, 24), "Weilerstraße"),
    "kastanienallee": ("Kastanienallee", (-450, 30), "Weilerstraße"),
    "ostwall": ("Ostwall", (235, 110), "Ostwall"),
    "ziegelei": ("Ziegeleistraße", (460, 74), "Mühlfelder Straße"),
    "feuerwehr": ("Feuerwehr", (742, 66), "Mühlfelder Straße"),
}
BUS_ROUTES = [
    ("1", "Bus 1: Bahnhof - Südvorstadt",
     ["bahnhof", "nordwall", "hauptstrasse", "erlachbruecke", "suedstrasse", "steinaecker", "realschule"]),
    ("2", "Bus 2: Westend - Mühlfeld",
     ["westend", "kastanienallee", "hauptstrasse", "nordwall", "ostwall", "ziegelei", "feuerwehr"]),
]

# points of interest without a building of their own: (plan point, tags)
POINTS = [
    ((2, 17), {"amenity": "fountain", "name": "Marktbrunnen", "start_date": "1567"}),
    ((30, 40), {"amenity": "charging_station", "capacity": "2", "socket:type2": "2",
                "operator": "Stadtwerke Lerchenfurt"}),
    ((1060, 60), {"amenity": "charging_station", "capacity": "4", "socket:ccs": "4",
                  "operator": "Stadtwerke Lerchenfurt"}),
    ((212, 408), {"amenity": "charging_station", "capacity": "2", "socket:type2": "2"}),
    ((60, 478), {"amenity": "bicycle_parking", "capacity": "60", "covered": "yes"}),
    ((112, 478), {"amenity": "taxi", "capacity": "4"}),
    ((-236, 262), {"amenity": "post_box", "operator": "Post"}),
    ((256, 28), {"amenity": "post_box", "operator": "Post"}),
    ((28, -452), {"amenity": "post_box", "operator": "Post"}),
    ((424, 584), {"amenity": "post_box", "operator": "Post"}),
    ((-446, 26), {"amenity": "post_box", "operator": "Post"}),
    ((-905, 905), {"man_made": "mast", "tower:type": "communication", "height": "42", "ref": "FM-1"}),
    ((-300, 250), {"amenity": "recycling", "recycling_type": "container"}),
    ((700, -120), {"amenity": "bench"}), ((760, -150), {"amenity": "bench"}), ((-580, 260), {"amenity": "bench"}),
    ((-12, -8), {"amenity": "bench"}), ((15, 30), {"tourism": "information", "information": "board"}),
    ((-40, 410), {"amenity": "toilets", "wheelchair": "yes"}),
]

# fronts of shops and practices: (street, house number parity free) dealt out along a street in order
TRADES = {
    "Marktstraße": ["bakery", "pharmacy", "clothes", "restaurant", "books", "optician", "cafe", "shoes", "jewelry",
                    "restaurant", "chemist", "ice_cream"],
    "Brückengasse": ["butcher", "restaurant", "florist", "pub", "bakery", "hairdresser"],
    "Rathausgasse": ["cafe", "travel_agency", "restaurant", "pharmacy", "stationery"],
    "Hauptstraße": ["bakery", "supermarket", "doctors", "pharmacy", "fast_food", "hairdresser", "dentist"],
    "Südstraße": ["bakery", "doctors", "restaurant", "convenience"],
    "Mühlfelder Straße": ["clinic", "fuel", "car_repair", "bakery", "doityourself"],
    "Bahnhofstraße": ["kiosk", "restaurant", "doctors", "fast_food"],
}
AMENITIES = {"restaurant", "cafe", "pub", "fast_food", "pharmacy", "doctors", "dentist", "clinic", "ice_cream", "fuel"}
