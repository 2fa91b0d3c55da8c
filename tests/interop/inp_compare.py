"""An EPANET input file against what was made of it: the file that is written back, and the objects of the city.

usage: inp_compare.py BEFORE.inp AFTER.inp            the same sections, rows and words
       inp_compare.py BEFORE.inp OBJECTS.geojsonl     the same network, in the units of the city

Written after the manual of EPANET 2.2, without looking at lib/epanet.
"""
import json
import math
import sys

SECTIONS = """TITLE JUNCTIONS RESERVOIRS TANKS PIPES PUMPS VALVES CONTROLS RULES DEMANDS SOURCES EMITTERS LEAKAGE PATTERNS CURVES QUALITY STATUS ROUGHNESS
              ENERGY REACTIONS MIXING REPORT TIMES OPTIONS COORDINATES VERTICES LABELS BACKDROP TAGS END""".split()
GALLON, IMPERIAL, FOOT = 3.785411784, 4.54609, 0.3048
FLOW = {
    "CFS": (FOOT / 0.1) ** 3, "GPM": GALLON / 60, "MGD": 1e6 * GALLON / 86400, "IMGD": 1e6 * IMPERIAL / 86400, "AFD": 43560 * (FOOT / 0.1) ** 3 / 86400,
    "LPS": 1, "LPM": 1 / 60, "MLD": 1e6 / 86400, "CMH": 1000 / 3600, "CMD": 1000 / 86400, "CMS": 1000,
}


def text_of(path):
    raw = open(path, "rb").read()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin1")


def words_of(line):
    words, rest = [], line.split(";")[0].lstrip("\ufeff")
    while rest.strip():
        rest = rest.lstrip(" \t\r")
        if rest.startswith('"'):
            word, _, rest = rest[1:].partition('"')
        else:
            word = rest.split()[0]
            rest = rest[len(word):]
        words.append(word)
    return words


def rows_of(path):
    """(section, words, comment), in the order of the file."""
    section, rows = None, []
    for line in text_of(path).split("\n"):
        words = words_of(line)
        if words and words[0].startswith("[") and section != "END":
            head = words[0][1:].upper()
            section = next((s for s in SECTIONS if head[: 3 if s == "END" else 4] == s[: 3 if s == "END" else 4]), "?" + head)
            rows.append((section, [], ""))
        elif words:
            rows.append((section, words, line.partition(";")[2].strip()))
    return rows


def number_in(name):
    digits = ""
    for c in name:
        if not c.isdigit():
            break
        digits += c
    return int(digits or 0)


class Network:
    def __init__(self, path):
        rows = rows_of(path)
        self.flow, self.multiplier = "GPM", 1.0
        for section, words, _ in rows:
            if section == "OPTIONS" and len(words) > 1 and words[0].upper() == "UNITS":
                self.flow = words[1].upper()
            if section == "OPTIONS" and len(words) > 2 and words[0].upper() == "DEMAND" and words[1].upper().startswith("MULT"):
                self.multiplier = float(words[2])
        us = self.flow in ("CFS", "GPM", "MGD", "IMGD", "AFD")
        self.m, self.mm, self.lps = FOOT if us else 1.0, 25.4 if us else 1.0, FLOW[self.flow]
        self.nodes, self.links, self.xy, self.vertices, demands = {}, {}, {}, {}, {}
        for section, words, _ in rows:
            if not words:
                continue
            if section == "JUNCTIONS":
                self.nodes[words[0]] = {"class": "UtilityNode", "z": float(words[1]) * self.m if len(words) > 1 else 0.0}
                if len(words) > 2:
                    demands[words[0]] = [float(words[2])]
            elif section in ("RESERVOIRS", "TANKS"):
                self.nodes[words[0]] = {"class": "Tank", "z": float(words[1]) * self.m}
                if len(words) > 5 and float(words[5]):
                    self.nodes[words[0]]["mm"] = float(words[5]) * self.m * 1000
            elif section in ("PIPES", "PUMPS", "VALVES"):
                self.links[words[0]] = self.link(section, words)
            elif section == "COORDINATES":
                self.xy[words[0]] = (float(words[1]), float(words[2]))
            elif section == "VERTICES":
                self.vertices.setdefault(words[0], []).append((float(words[1]), float(words[2])))
        new = set()
        for section, words, _ in rows:
            if section == "DEMANDS" and words and self.nodes[words[0]]["class"] == "UtilityNode":
                if words[0] not in new:
                    demands[words[0]] = []
                new.add(words[0])
                demands[words[0]].append(float(words[1]))
            if section == "STATUS" and words:
                for name, link in self.links.items():
                    if name == words[0] if len(words) == 2 else self.between(name, words):
                        self.set_state(link, words[-1])
        for name, list_ in demands.items():
            self.nodes[name]["demand"] = math.fsum(list_) * self.multiplier * self.lps

    def link(self, section, words):
        link = {"from": words[1], "to": words[2], "state": "open", "class": {"PIPES": "Pipe", "PUMPS": "Pump", "VALVES": "Valve"}[section]}
        if section == "PIPES":
            link["length"], link["mm"] = float(words[3]) * self.m, float(words[4]) * self.mm
            status = [w.upper() for w in words[6:8] if w[0].isalpha()]
            link["state"] = "closed" if "CLOSED" in status else "open"
            if "CV" in status:
                link["flow"] = "with"
        elif section == "PUMPS":
            link["flow"] = "with"
            if "SPEED" in [w.upper() for w in words[3::2]] and float(words[[w.upper() for w in words].index("SPEED") + 1]) == 0:
                link["state"] = "closed"
        else:
            link["mm"], link["type"] = float(words[3]) * self.mm, words[4].upper()
            if link["type"] in ("PRV", "PSV", "PBV", "FCV"):
                link["flow"] = "with"
        return link

    @staticmethod
    def between(name, words):
        low, high = number_in(words[0]), number_in(words[1])
        return low <= number_in(name) <= high if low and high else words[0] <= name <= words[1]

    @staticmethod
    def set_state(link, word):
        if link["class"] == "Pipe" and link.get("flow"):
            return
        if word.upper() in ("OPEN", "CLOSED"):
            link["state"] = word.lower()
        elif link["class"] == "Pump":
            link["state"] = "closed" if float(word) == 0 else "open"
        elif link["class"] == "Valve" and link["type"] != "GPV":
            link["state"] = "open"


def same_rows(before, after):
    a, b = rows_of(before), rows_of(after)
    for x, y in zip(a, b):
        if x != y:
            return f"{x} became {y}"
    return "" if len(a) == len(b) else f"{len(a)} rows became {len(b)}"


def close(a, b):
    return (a is None) == (b is None) and (a is None or math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12))


def same_objects(path, objects):
    net, seen = Network(path), 0
    for line in open(objects, encoding="utf-8"):
        feature = json.loads(line)
        p, geometry = feature["properties"], feature["geometry"]
        if p["class"] == "Network":
            continue
        seen += 1
        kind, name = feature["id"].split("/")[-2:]
        name = name.replace("%23", "#").replace("%20", " ").replace("%25", "%")
        wanted = (net.links if kind == "link" else net.nodes).get(name)
        if wanted is None:
            return f"{feature['id']} is not in the file"
        if p["class"] != wanted["class"] or p["ref"] != name or p["network"] != "water":
            return f"{name}: {p}"
        pairs = [("diameter_mm", "mm")] if geometry else []
        pairs += [("length_m", "length")] if "length" in wanted else []
        pairs += [("z_min_m", "z")] if geometry and kind == "node" else []
        pairs += [("demand_lps", "demand")] if kind == "node" else []
        for key, ours in pairs:
            if not close(p.get(key), wanted.get(ours)):
                return f"{name}: {key} {p.get(key)}, not {wanted.get(ours)}"
        if kind == "node":
            if (p.get("controller") == 1) != (wanted["class"] == "Tank"):
                return f"{name}: controller"
            place = net.xy.get(name)
            if (geometry is None) != (place is None) or (place and not all(math.isclose(a, b, rel_tol=1e-9, abs_tol=2e-9) for a, b in zip(geometry["coordinates"], place))):
                return f"{name}: is at {geometry}, not {place}"
            continue
        if p["state"] != wanted["state"] or p.get("flow") != wanted.get("flow"):
            return f"{name}: {p['state']} {p.get('flow')}, not {wanted}"
        ends = {r["attributes"]["end"]: r["id"] for r in p["relations"] if r["type"] == "connects"}
        if {k: v.split("/")[-1] for k, v in ends.items()} != {"from": wanted["from"], "to": wanted["to"]}:
            return f"{name}: ends {ends}"
        if sum(r["type"] == "member_of" for r in p["relations"]) != 1:
            return f"{name}: not in one network"
        line = [net.xy.get(wanted["from"])] + net.vertices.get(name, []) + [net.xy.get(wanted["to"])]
        if geometry and None not in line and not all(math.isclose(a, b, rel_tol=1e-9, abs_tol=2e-9) for p, q in zip(geometry["coordinates"], line) for a, b in zip(p, q)):
            return f"{name}: runs along {geometry}"
        if geometry and len(geometry["coordinates"]) != len(line):
            return f"{name}: {len(geometry['coordinates'])} points, not {len(line)}"
    total = len(net.nodes) + len(net.links)
    return "" if seen == total else f"{seen} objects of {total}"


if __name__ == "__main__":
    fault = same_rows(*sys.argv[1:3]) if sys.argv[2].lower().endswith(".inp") else same_objects(*sys.argv[1:3])
    if fault:
        print(fault)
        sys.exit(1)
