"""Where things are measured: the stations behind the observations."""

# (ref, name, family, plan point); families are defined with the observations
STATIONS = [
    ("AQ-1", "Luftmessstation Hauptstraße", "air", (-252, -205)),
    ("AQ-2", "Luftmessstation Marktplatz", "air", (30, 44)),
    ("AQ-3", "Luftmessstation Mühlfelder Straße", "air", (632, 78)),
    ("AQ-4", "Luftmessstation Panoramaplatz", "air", (140, 680)),
    ("WL-1", "Pegel Erlachbrücke", "level", (-244, -342)),
    ("WL-2", "Pegel Mühlsteg", "level", (478, -288)),
    ("WX-1", "Wetterstation Ostpark", "weather", (770, -60)),
    ("NO-1", "Lärmmessung Hauptstraße", "noise", (-254, -60)),
    ("NO-2", "Lärmmessung Krankenhaus", "noise", (700, 330)),
]
COUNTERS = [
    ("TC-1", "Zählstelle Hauptstraße", (-258, -150), "Hauptstraße", 560),
    ("TC-2", "Zählstelle Nordstraße", (-205, 660), "Nordstraße", 430),
    ("TC-3", "Zählstelle Mühlfelder Straße", (520, 74), "Mühlfelder Straße", 390),
    ("TC-4", "Zählstelle Ziegeleistraße", (420, 200), "Ziegeleistraße", 210),
    ("TC-5", "Zählstelle Weilerstraße", (-560, 25), "Weilerstraße", 160),
    ("TC-6", "Zählstelle Alte Brückenstraße", (22, -560), "Alte Brückenstraße", 120),
]
CAR_PARKS = [("PK-1", "parking_market", 118), ("PK-2", "parking_station", 46), ("PK-3", "parking_sports", 70),
             ("PK-4", "underground", 140)]
PRESSURE_AT = [(2, 17), (-440, 100), (250, 20), (640, 145), (20, -592), (100, 724), (-500, 705), (-620, 740)]
TRANSFORMERS = ["TS-05", "TS-08", "TS-14"]
