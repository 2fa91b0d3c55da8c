"""The water network as EPANET 2.2 input and two tables beside it."""

from .land import height_mm
from .settings import TOWN
from .water import node_height

HOMES = [0.45, 0.35, 0.3, 0.3, 0.4, 0.75, 1.45, 1.8, 1.55, 1.25, 1.1, 1.1,
         1.2, 1.15, 1.0, 0.95, 1.0, 1.2, 1.45, 1.5, 1.3, 1.05, 0.8, 0.6]
TRADE = [0.3, 0.3, 0.3, 0.3, 0.3, 0.5, 0.9, 1.4, 1.7, 1.8, 1.8, 1.8,
         1.6, 1.7, 1.8, 1.8, 1.7, 1.3, 0.9, 0.7, 0.6, 0.4, 0.35, 0.35]


def inp_text(water):
    sections = [
        ("TITLE", [f"Drinking water network of {TOWN} (invented)",
                   "Coordinates in EPSG:25832, elevations in metres DHHN2016, flows in litres per second"]),
        ("JUNCTIONS", _junctions(water)),
        ("RESERVOIRS", [f"R1\t{height_mm(water.well) / 1000 - 3:.2f}"]),
        ("TANKS", [f"T1\t{height_mm(water.tank) / 1000:.2f}\t3.5\t0.5\t5.0\t24.0\t0"]),
        ("PIPES", _pipes(water)),
        ("PUMPS", ["PU1\tR1\tJW1\tHEAD C1"]),
        ("VALVES", [f"{name}\t{a}\t{b}\t150\tPRV\t{setting:.1f}\t0" for name, a, b, setting in water.prvs]),
        ("TAGS", _tags(water)),
        ("DEMANDS", _demands(water)),
        ("PATTERNS", _pattern("HOMES", HOMES) + _pattern("TRADE", TRADE)),
        ("CURVES", ["C1\t48.0\t98.0"]),
        ("CONTROLS", ["LINK PU1 OPEN IF NODE T1 BELOW 2.5", "LINK PU1 CLOSED IF NODE T1 ABOVE 4.8"]),
        ("TIMES", ["Duration\t72:00", "Hydraulic Timestep\t1:00", "Pattern Timestep\t1:00", "Report Timestep\t1:00",
                   "Start ClockTime\t12 am"]),
        ("OPTIONS", ["Units\tLPS", "Headloss\tH-W", "Specific Gravity\t1", "Viscosity\t1", "Trials\t60",
                     "Accuracy\t0.001", "Unbalanced\tContinue 10", "Pattern\tHOMES", "Demand Multiplier\t1.0"]),
        ("COORDINATES", _coordinates(water)),
        ("VERTICES", [f"{p.id}\t{_xy(v)}" for p in water.pipes.values() for v in p.line[1:-1]]),
    ]
    out = []
    for name, lines in sections:
        out += [f"[{name}]", *lines, ""]
    return "\n".join([*out, "[END]", ""])


def _xy(p):
    return f"{p[0] / 1000:.3f}\t{p[1] / 1000:.3f}"


def _junctions(water):
    return [f"{n.id}\t{node_height(n):.2f}" for n in water.nodes.values()]


def _pipes(water):
    return [f"{p.id}\t{p.start}\t{p.end}\t{p.length:.2f}\t{p.diameter}\t{_roughness(p)}\t0\t{p.status}"
            for p in water.pipes.values()]


def _roughness(pipe):
    """Hazen-Williams coefficient by age."""
    return 110 if pipe.year < 1965 else 125 if pipe.year < 1990 else 140


def _tags(water):
    nodes = [f"NODE\t{n.id}\t{n.kind}" for n in water.nodes.values() if n.kind != "junction"]
    links = [f"LINK\t{p.id}\t{p.street.replace(' ', '_') or 'unnamed'}" for p in water.pipes.values()]
    return nodes + links


def _demands(water):
    out = []
    for n in water.nodes.values():
        for lps, pattern in ((n.homes_lps, "HOMES"), (n.trade_lps, "TRADE")):
            if lps >= 0.0005:
                out.append(f"{n.id}\t{lps:.4f}\t{pattern}\t;{pattern.lower()}")
    return out


def _pattern(name, values):
    return [name + "\t" + "\t".join(f"{v:g}" for v in values[k:k + 6]) for k in range(0, 24, 6)]


def _coordinates(water):
    out = [f"{n.id}\t{_xy(n.point)}" for n in water.nodes.values()]
    return [*out, f"R1\t{_xy(water.well)}", f"T1\t{_xy(water.tank)}"]


def valves_csv(water):
    rows = ["valve_id,pipe_id,node_id,x,y,state,operable"]
    for v in water.valves:
        x, y = _xy(v.point).split("\t")
        rows.append(f"{v.id},{v.pipe},{v.node},{x},{y},{v.state},{'yes' if v.works else 'no'}")
    return "\n".join([*rows, ""])


def services_csv(water):
    rows = ["building_id,osm_id,pipe_id,x,y,customers"]
    for s in water.services:
        x, y = _xy(s.point).split("\t")
        osm = f"{s.building.osm_type}/{s.building.osm_id}" if s.building.osm_id else ""
        rows.append(f"{s.building.gml_id},{osm},{s.pipe},{x},{y},{s.customers}")
    return "\n".join([*rows, ""])


def population_csv(buildings):
    keys = ["people", "households", "dwellings", "age_0_5", "age_6_17", "age_18_29", "age_30_64", "age_65_plus"]
    rows = ["building_id,osm_id,district," + ",".join(keys)]
    for b in buildings:
        if b.in_gml and b.people["dwellings"]:
            osm = f"{b.osm_type}/{b.osm_id}" if b.osm_id else ""
            rows.append(f"{b.gml_id},{osm},{b.district}," + ",".join(str(b.people[k]) for k in keys))
    return "\n".join([*rows, ""])
