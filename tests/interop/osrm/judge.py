"""OSRM's scenarios judged with libcim: each is made a small .osm file, imported, built with turns, and asked.

Times and speeds are compared with the profile testbot only; with others, names of streets in a row and whether there is a way.  Distances
are compared always.  Names that come twice in a row count once, as what is a step of its own is a matter of guidance.  Where the scenario
gives no tolerance, numbers may differ by 0.5 and 0.3 %: OSRM rounds every piece to a tenth of a second, and we measure in the plane."""
import os
import re
import sys
import tempfile
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from xml.sax.saxutils import quoteattr

import gherkin
import libcim

# Maps are drawn in metres near the equator, where the ellipsoid is flatter than OSRM's sphere and our plane a little stretched.
DEGREES_EAST_A_METRE, DEGREES_NORTH_A_METRE = 0.8990679e-5 / 1.00104, 0.8990679e-5 / 0.99430
HERE = Path(__file__).resolve().parent
TESTBOT = (HERE / "testbot.profile").read_text()
# Columns on guidance, lanes, modes of travel and notes: not judged, but counted.
NOT_JUDGED = {"turns", "lanes", "modes", "locations", "data_version", "ref", "pronunciations", "alternative", "weights", "times", "distances", "waypoints_count", "weight_name",
              "weight", "destinations", "exits", "classes", "driving_side", "intersections", "mode", "name"}


class Skip(Exception):
    pass


# ---- the map ----


class World:
    """What the steps of a scenario have given so far."""

    def __init__(self):
        self.profile, self.origin, self.grid, self.time = "car", (1.0, 1.0), 100.0, None
        self.nodes, self.spots, self.tags, self.ways, self.relations, self.options = {}, {}, {}, [], [], {}
        self.small, self.city = None, None

    def at(self, column, row):
        return self.origin[0] + column * self.grid * DEGREES_EAST_A_METRE, self.origin[1] - row * self.grid * DEGREES_NORTH_A_METRE

    def draw(self, doc):
        for y, text in enumerate(doc):
            for x, letter in enumerate(text):
                where = self.at(x * 0.5, y)
                if letter.isdigit(): self.spots[letter] = where
                elif letter.isalpha(): self.nodes[letter] = where

    def find(self, name):
        where = self.spots.get(name) or self.nodes.get(name)
        if not where: raise Skip(f"place {name!r} is given in another form")
        return where


def tag_lines(tags):
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items() if v not in ("", "(nil)"))


def way_tags(world, row):
    tags = {"highway": "primary", "name": row["nodes"]}
    tags.update({k: v for k, v in row.items() if v and k not in ("nodes", "#")})
    if row.get("name", "") in ("", '""') and "name" in row: tags["name"] = ""
    if world.profile == "testbot" and "duration" in tags: tags.update(highway="", route="ferry")  # testbot: any way may say how long it takes
    return tags


def nodes_of(text):
    return [n.strip() for n in text.split(",")] if "," in text else list(text)


def osm_of(world):
    """The .osm text; nodes and ways are numbered in the order in which they come."""
    number = {name: i for i, name in enumerate(world.nodes, 1)}
    out = ['<osm version="0.6">']
    for name, (lon, lat) in world.nodes.items():
        tags = dict(world.tags.get(name, {}))
        ident = tags.pop("id", "")
        if ident: number[name] = int(ident)
        out.append(f'<node id="{number[name]}" lat="{lat:.10f}" lon="{lon:.10f}">{tag_lines(tags)}</node>')
    names = {}
    for i, row in enumerate(world.ways, 1):
        names.setdefault(row.get("name") or row["nodes"], i)
        names.setdefault(row["nodes"], i)
        names.setdefault(row["nodes"][::-1], i)
        refs = "".join(f'<nd ref="{number[n]}"/>' for n in nodes_of(row["nodes"]))
        out.append(f'<way id="{i}">{refs}{tag_lines(way_tags(world, row))}</way>')
    for i, (row, kinds) in enumerate(world.relations, 1):
        members, tags = "", {}
        for (key, value) in kinds:
            kind, _, role = key.partition(":")
            if kind in ("way", "node") and role and value:
                for name in ([value] if value in names or value in number else re.split(r"[,\s]+", value)):
                    ident = names.get(name) if kind == "way" else number.get(name)
                    if ident is None: raise Skip("a relation with a member that is not there")
                    members += f'<member type="{kind}" ref="{ident}" role="{role}"/>'
            elif key != "#":
                tags[key] = value
        out.append(f'<relation id="{i}">{members}{tag_lines(tags)}</relation>')
    return "\n".join(out + ["</osm>"])


# ---- asking ----


def steps_of(routes):
    """Names in a row; stretches of no length are no steps."""
    names = []
    for route in routes:
        kept = [name for name, metres in route.steps if metres > 0.05] or [route.steps[0][0]]
        for name in kept:
            if not names or names[-1] != name: names.append(name)
    return names


def directions(place):
    for bit in (1, 2):
        if place.directions & bit:
            one = libcim.Place.from_buffer_copy(place)
            one.directions = bit
            yield one


def best_route(city, stops, straight_on):
    """Routes from stop to stop, the quickest in sum; through stops in between one goes straight on, if asked for."""
    if any(not s for s in stops): return None
    if len(stops) == 2 or not straight_on:
        legs = []
        for a, b in zip(stops, stops[1:]):
            found = [r for r in (city.route(p, q) for p in a for q in b) if r]
            if not found: return None
            legs.append(min(found, key=lambda r: r.time_s))
        return legs
    split = [stops[0]] + [[d for p in s for d in directions(p)] for s in stops[1:-1]] + [stops[-1]]
    best = [(0.0, [])] * len(split[0])
    for a, b in zip(split, split[1:]):
        following = []
        for q in b:
            choices = [(best[i][0] + r.time_s, best[i][1] + [r]) for i, p in enumerate(a) if best[i] for r in [city.route(p, q)] if r]
            following.append(min(choices, key=lambda c: c[0]) if choices else None)
        best = following
    best = [b for b in best if b]
    return min(best, key=lambda c: c[0])[1] if best else None


def ask(world, names, bearings=None):
    """Routes over the named stops; first nearest streets, then, if these do not join, the main part of the net."""
    headings = [None] * len(names)
    if bearings: headings = [tuple(map(float, b.split(","))) if "," in b else None for b in re.split(r"\s+", bearings.strip())]
    straight_on = world.options.get("continue_straight", "true") != "false"
    for main_part in (False, True) if world.small else (False,):
        stops = [world.city.places(world.find(n), *(h or ()), main_part=main_part) for n, h in zip(names, headings)]
        found = best_route(world.city, stops, straight_on)
        if found: return found
    return None


# ---- comparing ----


def split_number(text):
    """Value, tolerance; None: no number."""
    m = re.fullmatch(r"([-\d.]+)\s*(?:s|m|km/h|meters)?\s*(?:(\+-|~)\s*([\d.]+)\s*(%?))?", text.strip())
    if not m: return None
    value = float(m[1])
    if not m[2]: return value, 0.5 + 0.003 * abs(value)
    extra = 0.003 * abs(value)
    return value, float(m[3]) + extra if m[2] == "+-" else abs(value) * float(m[3]) / 100.0 + extra


def number_is(want, got):
    expected = split_number(want)
    if expected is None: return None
    return got is not None and abs(expected[0] - got) <= expected[1] + 1e-9


def plain_names(text):
    names = []
    for name in text.split(","):
        if not names or names[-1] != name: names.append(name)
    return names


class Judge:
    def __init__(self, lib, folder):
        self.lib, self.folder, self.counts, self.columns, self.numbers = lib, folder, Counter(), Counter(), Counter()

    def city_of(self, world):
        path = os.path.join(self.folder, "map.osm")
        if world.city: world.city.close()
        world.city = None
        Path(path).write_text(osm_of(world), encoding="utf-8")
        own = world.profile == "testbot"
        world.city = libcim.City(self.lib, path, None if own else world.profile, TESTBOT if own else None, world.time)

    # Each returns what differs: (line, what).

    def route_row(self, world, line, row):
        names = [n.strip() for n in row["waypoints"].split(",")] if row.get("waypoints") else [row["from"], row["to"]]
        found = ask(world, names, row.get("bearings"))
        wrong = []
        if "code" in row:
            if (found is not None) != (row["code"] == "Ok"): wrong.append(f"code {row['code']}, but {'there is a way' if found else 'there is none'}")
        if "route" in row:
            want, got = plain_names(row["route"]) if row["route"] else None, steps_of(found) if found else None
            if want != got: wrong.append(f"route {','.join(want or ['none'])}, got {','.join(got or ['none'])}")
        if not found: return [(line, w) for w in wrong]
        metres, seconds = sum(r.length_m for r in found), sum(r.time_s for r in found)
        values = {"distance": metres}
        if world.profile == "testbot": values.update(time=seconds, speed=metres / seconds * 3.6 if seconds else None)
        for column, got in values.items():
            if row.get(column):
                self.numbers[column] += 1
                same = number_is(row[column], got)
                if not same: wrong.append(f"{column} {row[column]}, got {got if got is None else round(got, 1)}")
        return [(line, w) for w in wrong]

    def route(self, world, step):
        heading = step.rows[0][1]
        for column in heading:
            skipped = column in NOT_JUDGED or column.startswith("a:") or (column in ("time", "speed") and world.profile != "testbot")
            if skipped: self.columns[column] += len(step.rows) - 1
            elif column not in ("from", "to", "route", "waypoints", "bearings", "code", "distance", "time", "speed", "#"): raise Skip(f"column {column}")
        judged = set(heading) & {"route", "code", "distance"} or (world.profile == "testbot" and set(heading) & {"time", "speed"})
        if not judged: raise Skip("only columns that are not judged")
        return [w for line, row in gherkin.records(step) for w in self.route_row(world, line, row)]

    def matrix(self, world, step, what):
        _, heading = step.rows[0]
        wrong = []
        for line, row in step.rows[1:]:
            for to, want in zip(heading[1:], row[1:]):
                found = ask(world, [row[0], to])
                got = None if not found else found[0].time_s if what == "time" else found[0].length_m
                self.numbers["cells"] += 1
                if not (got is None if want == "" else number_is(want, got)): wrong.append((line, f"{row[0]} to {to}: {want or 'none'}, got {got if got is None else round(got, 1)}"))
        return wrong

    def routability(self, world, step):
        """Each row a street of five nodes of its own; from its second to its fourth."""
        wrong, rows = [], gherkin.records(step)
        world.nodes, world.ways, world.tags, world.relations = {}, [], {}, []
        for i, (_, row) in enumerate(rows):
            names = [f"{n}{i}" for n in "abcde"]
            for k, n in enumerate(names): world.nodes[n] = world.at(100 * i + k, 0)
            tags = {k: v for k, v in row.items() if k not in ("forw", "backw", "bothw", "#") and not k.endswith("_rate")}
            world.tags[names[2]] = {k[5:]: v for k, v in tags.items() if k.startswith("node/")}
            world.ways.append({"nodes": ",".join(names), "name": f"w{i}", **{k: v for k, v in tags.items() if "/" not in k}})
        self.city_of(world)
        for i, (line, row) in enumerate(rows):
            ways = {"forw": [f"b{i}", f"d{i}"], "backw": [f"d{i}", f"b{i}"]}
            found = {d: ask(world, ends) for d, ends in ways.items()}
            found = {d: f if f and steps_of(f) == [f"w{i}"] else None for d, f in found.items()}
            for column, want in row.items():
                if column in found: wrong += [(line, w) for w in self.passage(world, column, want, found[column])]
                elif column == "bothw": wrong += [(line, f"{d}, both: {w}") for d in found for w in self.passage(world, column, want, found[d])]
                elif column.endswith("_rate"): self.columns[column] += 1
        return wrong

    def passage(self, world, column, want, found):
        if (want != "") != (found is not None): return [f"{column} {want or 'closed'}, but it is {'open' if found else 'closed'}"]
        number = split_number(want) if want else None
        if number and found and world.profile == "testbot":
            self.numbers["routability"] += 1
            metres, seconds = found[0].length_m, found[0].time_s
            if not number_is(want, metres / seconds * 3.6 if "km/h" in want else seconds): return [f"{column} {want}, got {seconds:.1f} s"]
        elif number:
            self.columns[column + " as a number"] += 1
        return []


# ---- steps ----


def given(world, step):
    """Takes a step that tells of the world; False: it is none."""
    text = step.text
    m = re.fullmatch(r'the profile "(\w+)"', text)
    if m:
        if m[1] not in ("car", "testbot"): raise Skip(f"profile {m[1]}")
        world.profile = m[1]
        return True
    m = re.fullmatch(r"a grid size of ([\d.]+) meters", text)
    if m:
        world.grid = float(m[1])
        return True
    m = re.fullmatch(r"the origin ([-\d.]+),([-\d.]+)", text)
    if m:
        world.origin = float(m[1]), float(m[2])
        return True
    if text == "the node map":
        if step.doc is None: raise Skip("a node map of another form")
        world.draw(step.doc)
        return True
    if text == "the node locations":
        for _, row in gherkin.records(step):
            (world.spots if row["node"].isdigit() else world.nodes)[row["node"]] = float(row["lon"]), float(row["lat"])
            if row.get("id"): world.tags.setdefault(row["node"], {})["id"] = row["id"]
        return True
    if text == "the ways":
        world.ways += [row for _, row in gherkin.records(step)]
        return True
    if text == "the nodes":
        for _, row in gherkin.records(step): world.tags.setdefault(row["node"], {}).update({k: v for k, v in row.items() if k not in ("node", "#") and v})
        return True
    if text == "the relations":
        heading = step.rows[0][1]
        world.relations += [(None, list(zip(heading, row))) for _, row in step.rows[1:]]
        return True
    if text == "the query options":
        world.options.update({row[0]: row[1] for _, row in step.rows if len(row) > 1})
        bad = {"exclude": "classes of roads that a query leaves out", "fallback_speed": "estimates where there is no way", "scale_factor": "times scaled by the query"}
        for key, reason in bad.items():
            if key in world.options: raise Skip(reason)
        return True
    return arguments(world, text)


def arguments(world, text):
    """Arguments of OSRM's programs."""
    reasons = [("the profile file", "profile in Lua"), ("the speed file", "speeds from a file"), ("the turn penalty file", "turn penalties from a file"),
               ("the data has been saved", "programs of OSRM"), ("skip waypoints", "programs of OSRM")]
    for start, reason in reasons:
        if text.startswith(start): raise Skip(reason)
    if " extra arguments " not in text: return False
    m = re.search(r"small-component-size[= ](\d+)", text)
    if m: world.small = int(m[1])
    m = re.search(r"parse-conditionals-from-now=(\d+)", text)
    if m: world.time = datetime.fromtimestamp(int(m[1]), timezone.utc).strftime("%Y-%m-%dT%H:%M")
    if "--segment-speed-file" in text: raise Skip("speeds from a file")
    return True


def run_step(judge, world, step):
    text = step.text
    if given(world, step): return []
    if text == "routability should be": return judge.routability(world, step)
    if not (text.startswith("I ") and text.endswith("should get")): raise Skip("matching" if "match" in text else "estimates" if "estimates" in text else "programs of OSRM")
    if not world.city: judge.city_of(world)
    if text.startswith("I route "): return judge.route(world, step)
    if "travel time matrix" in text: return judge.matrix(world, step, "time")
    if "travel distance matrix" in text: return judge.matrix(world, step, "distance")
    raise Skip("matching" if "match" in text else "another question")


def run(judge, scenario):
    world = World()
    if "@todo" in scenario.tags: raise Skip("marked as yet to be done")
    try:
        return [w for step in scenario.steps for w in run_step(judge, world, step)]
    finally:
        if world.city: world.city.close()


def explanations():
    """{file:line: reason} of rows that differ on purpose."""
    table = {}
    for text in (HERE / "explained.tsv").read_text().splitlines():
        if text and not text.startswith("#"):
            where, _, reason = text.partition("\t")
            table[where] = reason
    return table


def main(build, data, folder):
    judge, explained = Judge(libcim.load(build), folder), explanations()
    skipped, unexplained, seen, passed, told = Counter(), [], set(), 0, 0
    ran_lines = set()
    for path in sorted(data.glob("*/*.feature")):
        for scenario in gherkin.read(path):
            name = f"{path.parent.name}/{path.name}"
            try:
                wrong = run(judge, scenario)
            except Skip as reason:
                skipped[str(reason)] += 1
                continue
            except libcim.Failed as failure:
                wrong = [(scenario.line, str(failure))]
            ran_lines.update(f"{name}:{line}" for step in scenario.steps for line, _ in step.rows)
            ran_lines.add(f"{name}:{scenario.line}")
            where = {f"{name}:{line}" for line, _ in wrong}
            seen |= where
            unexplained += [(f"{name}:{line}", scenario.name, what) for line, what in wrong if f"{name}:{line}" not in explained]
            passed += not where
            told += bool(where) and where <= explained.keys()
    for where, name, what in unexplained: print(f"# {where}: {name}: {what}")
    stale = sorted(set(explained) - seen)
    for where in stale: print(f"# {where}: explained, but it " + ("passes" if where in ran_lines else "was not run"))
    total = passed + told + len({(w.split(':')[0], n) for w, n, _ in unexplained})
    print(f"# scenarios run {total}: {passed} passed, {told} differ as explained; skipped {sum(skipped.values())}")
    for reason, count in skipped.most_common(): print(f"#   skipped {count}: {reason}")
    print("# numbers compared: " + ", ".join(f"{n} {c}" for n, c in judge.numbers.most_common()))
    print("# cells not judged: " + ", ".join(f"{n} {c}" for n, c in judge.columns.most_common()))
    return not unexplained and not stale and passed > 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print("1..1")
        print("ok 1 - scenarios" if main(Path(sys.argv[1]), Path(sys.argv[2]), folder) else "not ok 1 - scenarios")
