"""The page of cimtool view in headless Chromium: what it asks for, what it shows, what one picks, hostile texts, no WebGL, three views that
are compared with what they looked like, and a city of 100,000 buildings.  CIM_VIEW_UPDATE=1 writes the views anew: look at them first
(CIM_VIEW_PICTURES=DIR keeps PNG files of all of them)."""
import base64
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import chromium

SOURCE, BUILD = Path(os.environ["CIM_SOURCE"]), Path(os.environ["CIM_BUILD"])
TOOL = BUILD / "cimtool"
REFERENCES = SOURCE / "tests/view/references.json"
COLUMNS, ROWS = 40, 26
number = 0


def result(good, name, why=""):
    global number
    number += 1
    if not good:
        print("# " + str(why)[:1500].replace("\n", "\n# "))
    print(("ok" if good else "not ok") + f" {number} - {name}", flush=True)


def tool(*args, check=True):
    done = subprocess.run([str(TOOL), *map(str, args)], capture_output=True, text=True)
    if check and done.returncode:
        raise OSError(f"cimtool {args[0]}: {done.stderr}")
    return done.stdout


def keep(b, name):
    folder = os.environ.get("CIM_VIEW_PICTURES")
    if folder:
        (Path(folder) / (name + ".png")).write_bytes(b.picture())


def make_town(work):
    city, data = work / "town.cim", SOURCE / "data"
    tool("import", "-q", city, data / "town-v3.gml.gz", data / "town.osm.pbf")
    tool("import", "-q", city, data / "town-water.inp", "--source-crs", "25832", "--prefix", "inp:")
    tool("prepare", city)
    (work / "reach.geojson").write_text(tool("isochrone", city, "osm:way/4100000306", "--profile", "emergency", "--limits", "60,120,240", "--geojson"))
    (work / "route.geojson").write_text(tool("route", city, "osm:way/4100000306", "osm:relation/71000030", "--profile", "emergency", "--geojson"))
    tool("view", "-q", city, "-o", work / "town.html", "--title", "Lerchenfurt", "-l", work / "reach.geojson", "-l", str(work / "route.geojson") + ":color=1f5fd6,width=8")
    return city


def quiet(b):
    """What the browser complained of; that reading back pixels costs time is no complaint."""
    return [c for c in b.console if "GPU stall" not in c]


# ---- picking ----

def same(shown, wanted):
    """What the page shows of an object and what cimtool get says, without places and without attributes of relations."""
    for key in ("id", "class", "layer", "number", "values", "derived", "attributes", "valid_from", "valid_to"):
        if shown.get(key) != wanted.get(key):
            return f"{key}: {shown.get(key)} instead of {wanted.get(key)}"
    ours = sorted((r["type"], r["id"], r["class"]) for r in shown.get("relations", []))
    theirs = sorted((r["type"], r["id"], r["class"]) for r in wanted.get("relations", []))
    return "" if ours == theirs else f"relations: {ours} instead of {theirs}"


def got(city, gid):
    answer = json.loads(tool("get", "--json", "--no-geometry", city, gid))
    return answer["objects"][0] if "objects" in answer else answer


def pick(b, city):
    b.run("cim.layer(cim.city.layers.find((l) => l.title === 'reach'), false)")
    many = b.run("""(() => { const l = cim.city.named('building'), out = [];
        for (let k = 0; k < l.count && out.length < 400; k += 11) { const o = l.first + k; if (cim.city.type[o] && cim.city.hidden[o] !== 1) out.push(o); } return out; })()""")
    wrong, done = [], 0
    rng = random.Random(5)
    for o in rng.sample(many, 14):
        x, y = b.run(f"""(() => {{ const c = cim.camera, b = cim.city.box({o}); c.at = [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2]; c.tilt = 0; c.turn = 0; c.distance = 150; c.change(); cim.change();
            const first = cim.city.ringStart(cim.city.ringFirst[{o}]), v = (k) => [cim.city.xy[2 * (first + k)], cim.city.xy[2 * (first + k) + 1]], p = v(0), q = v(1), n = cim.city.ringEnd[cim.city.ringFirst[{o}]] - first, r = v(n - 1);
            const at = [p[0] + (q[0] - p[0]) * 0.3 + (r[0] - p[0]) * 0.3, p[1] + (q[1] - p[1]) * 0.3 + (r[1] - p[1]) * 0.3, 0]; return c.project(at).slice(0, 2); }})()""")
        b.settle()
        b.click(x, y)
        shown = b.run("cim.selected < 0 ? null : Object.assign(cim.city.object(cim.selected), { twin: cim.city.twin.has(cim.selected) ? cim.city.gid(cim.city.twin.get(cim.selected)) : '' })")
        if not shown or "number" not in shown:
            continue # a result or nothing lies over it
        why = same(shown, got(city, shown["id"]))
        done += 1
        if why:
            wrong.append(shown["id"] + ": " + why)
        text = b.run("document.getElementById('picked').innerText")
        if shown["id"] not in text:
            wrong.append("the panel does not name " + shown["id"])
    return done, wrong


def every(b, city):
    """Any object, by its number in the page."""
    count = b.run("cim.city.layers.filter((l) => !l.result).reduce((n, l) => n + l.count, 0)")
    rng, wrong = random.Random(11), []
    for o in rng.sample(range(count), 60):
        shown = b.run(f"cim.city.object({o})")
        why = same(shown, got(city, shown["id"]))
        if why:
            wrong.append(shown["id"] + ": " + why)
    return wrong


# ---- views ----

VIEWS = {
    "home": "cim.home()",
    "street": "cim.home(), cim.camera.at = [0, 0], cim.camera.distance = 420, cim.camera.tilt = 1.2, cim.camera.turn = 0.6, cim.camera.change(), cim.change()",
    "below": "cim.home(), cim.camera.at = [0, 0], cim.camera.distance = 500, cim.camera.tilt = 0.7, cim.camera.turn = 0, cim.camera.change(), cim.below(true)",
}


def cells(b):
    data = b.run(f"""(() => {{ cim.frame(true); const c = new OffscreenCanvas({COLUMNS}, {ROWS}), g = c.getContext('2d'); g.imageSmoothingQuality = 'high'; g.drawImage(document.getElementById('scene'), 0, 0, {COLUMNS}, {ROWS});
        const d = g.getImageData(0, 0, {COLUMNS}, {ROWS}).data; let s = ''; for (let i = 0; i < d.length; i++) if (i % 4 < 3) s += String.fromCharCode(d[i]); return btoa(s); }})()""")
    return base64.b64decode(data)


def views(b):
    wanted = json.loads(REFERENCES.read_text()) if REFERENCES.exists() else {}
    made = {}
    for name, how in VIEWS.items():
        b.run("cim.below(false), cim.select(-1), " + how)
        b.settle()
        keep(b, name)
        now = cells(b)
        made[name] = base64.b64encode(now).decode()
        before = base64.b64decode(wanted.get(name, ""))
        difference = sum(abs(x - y) for x, y in zip(now, before)) / len(now) if len(before) == len(now) else 255
        flat = len(set(now)) < 20
        if not os.environ.get("CIM_VIEW_UPDATE"):
            result(difference < 6 and not flat, f"view {name} is as it was (mean difference {difference:.2f} of 255)", "look at it with CIM_VIEW_PICTURES=DIR")
    if os.environ.get("CIM_VIEW_UPDATE"):
        REFERENCES.write_text(json.dumps(made, indent=1) + "\n")


# ---- observations ----

def observations(work, town):
    city = work / "observed.cim"
    city.write_bytes(town.read_bytes())
    tool("observe", "-q", city, SOURCE / "data/town-sensors.json.gz")
    tool("view", "-q", city, "-o", work / "observed.html")
    newest = {o["stream"]: o for o in json.loads(tool("observe", "--latest", "--json", city))["observations"]}
    want, plain = newest["AQ-1/NO2"], f"{newest['AQ-1/NO2']['value']:g} {newest['AQ-1/NO2']['unit']}"
    middle = "2024-05-16T12:00:00Z"
    before = {o["stream"]: o for o in json.loads(tool("observe", "--at", middle, "--json", city))["observations"]}
    with chromium.Browser(1200, 800) as b:
        opened = b.open(work / "observed.html", "window.cim && (cim.failed || cim.ready && cim.first_ms)")
        x, y = b.run(f"""(() => {{ cim.go(cim.city.byId('osm:node/91000014964')); const o = cim.selected, c = cim.camera, q = cim.city.box(o); cim.select(-1); c.tilt = 0.3; c.distance = 60; c.change(); cim.change();
            return c.project([q[0], q[1], Math.max(2, cim.city.value(o, 'height_m') || 4)]).slice(0, 2); }})()""")
        b.settle()
        b.click(x, y)
        b.settle()
        keep(b, "observed")
        text = b.run("(document.getElementById('observed') || {}).innerText || ''")
        number = b.run("cim.selected < 0 ? -1 : cim.city.number(cim.selected)")
        result(opened and number == want["object"] and plain in text and want["time"] in text and b.run("document.querySelectorAll('#observed svg path').length") >= 1,
               "the station that is picked shows its newest values", (number, want, text))
        result((b.run("cim.tools.seen") or 0) >= 1, "values stand beside sensors that are near")
        shown = b.run("""Object.fromEntries(cim.city.observations.list.map((s) => [s.id, [s.v, cim.city.observations.when(s.t)]]))""")
        wrong = [g for g, (v, t) in shown.items() if newest[g]["value"] != v or newest[g]["time"] != t]
        result(len(shown) >= 30 and not wrong, f"the newest of {len(shown)} streams are as cimtool observe gives them", wrong)
        at = b.run(f"""(() => {{ const n = cim.city.observations; n.time = Date.parse('{middle}'); const out = Object.fromEntries(n.list.map((s) => [s.id, [n.at(s), n.series(s).times.length]])); n.time = Infinity; return out; }})()""")
        exact = [g for g, (a, n) in at.items() if a and not a["mean"]]
        wrong = [g for g in exact if abs(before[g]["value"] - at[g][0]["v"]) > 1e-9]
        result(len(exact) >= 10 and not wrong and all(n <= 200 for a, n in at.values()), f"{len(exact)} streams say at a time what cimtool observe says", [(g, before[g], at[g]) for g in wrong][:3])
        b.run("(() => { const t = document.getElementById('time-at'); t.value = 500; t.dispatchEvent(new Event('input')); })()")
        later = b.run("document.getElementById('observed').innerText")
        result("Observations at 2024-05-1" in later and later != text, "the time slider sets the time of the values", later)
        colours = b.run("""(() => { const s = cim.panel.observedProperty; s.selectedIndex = [...s.options].findIndex((o) => o.value.startsWith('=NO2')); s.dispatchEvent(new Event('change'));
            return cim.colours.observed.list.length; })()""")
        b.settle()
        keep(b, "observed-property")
        result(colours == 5 and "NO2" in b.run("document.getElementById('legend').innerText"), "a property that is observed colours sensors", colours)
        result(not quiet(b) and len(b.requests) == 1, "observations are nothing to complain of", (b.console, b.requests))


# ---- hostile texts ----

EVIL = ["</script><script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>", "\" onmouseover=\"window.hacked=1", "\u202eevil\u202c \u200f", "'-->]]>&lt;b&gt;", "\U0001f3d9 \u57ce\u5e02 \u0645\u062f\u064a\u0646\u0629", "x" * 60000]


def hostile(work):
    from xml.sax.saxutils import quoteattr
    with open(work / "evil.osm", "w", encoding="utf-8") as f:
        f.write('<osm version="0.6">')
        for i, text in enumerate(EVIL):
            for k, (dx, dy) in enumerate(((0, 0), (2, 0), (2, 2), (0, 2))):
                f.write(f'<node id="{i * 10 + k + 1}" lat="{48 + dy * 1e-4:.7f}" lon="{9 + i * 4e-4 + dx * 1e-4:.7f}" version="1"/>')
        for i, text in enumerate(EVIL):
            refs = "".join(f'<nd ref="{i * 10 + k + 1}"/>' for k in (0, 1, 2, 3, 0))
            f.write(f'<way id="{i + 1}" version="1">{refs}<tag k="building" v="yes"/><tag k="name" v={quoteattr(text[:255] if i < 6 else text)}/><tag k={quoteattr("note:" + text[:200])} v={quoteattr(text)}/></way>')
        f.write("</osm>")
    city = work / "evil.cim"
    tool("import", "-q", "--attribution", EVIL[0], city, work / "evil.osm")
    things = [{"@iot.id": f"t{i}", "name": text, "properties": {"osm": f"way/{i + 1}"}, "Datastreams": [{"@iot.id": f"s{i}{k}", "name": text[:500], "unitOfMeasurement": {"name": text[:500], "symbol": text[:500]},
        "ObservedProperty": {"@iot.id": text[:500], "name": text[:500]}, "Observations": [{"phenomenonTime": f"2024-05-13T0{h}:00:00Z", "result": text[:500] if k else h * 1.5} for h in range(4)]} for k in (0, 1)]}
        for i, text in enumerate(EVIL)]
    (work / "evil.json").write_text(json.dumps({"value": things}))
    tool("observe", "-q", city, work / "evil.json")
    (work / "evil.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"role": t[:300], "__proto__": 1, t[:100]: t[:300]}, "geometry": {"type": "Point", "coordinates": [9.0005, 48]}} for t in EVIL]}))
    tool("view", "-q", city, "-o", work / "evil.html", "--title", EVIL[0], "-l", str(work / "evil.geojson") + ":title=" + EVIL[1].replace("=", " "), "--color-by", "name")
    with chromium.Browser(900, 600) as b:
        opened = b.open(work / "evil.html")
        b.run("cim.tools.measure(true), cim.tools.measure(false), cim.table(true), document.querySelectorAll('#tables details').forEach((d) => { d.open = true; })")
        time.sleep(0.5)
        b.run("cim.table(false)")
        bad = []
        for i, text in enumerate(EVIL):
            b.run(f"cim.go(cim.city.byId('osm:way/{i + 1}'))")
            seen = b.run("document.querySelectorAll('#observed tr').length")
            if seen != 2:
                bad.append(f"{i}: {seen} streams")
            shown = b.run("cim.city.object(cim.selected).attributes")
            value = shown.get("osm:note:" + text[:200], "")
            if value != text and not ("cut: 60000 bytes" in value and value.startswith("x" * 4000)):
                bad.append(f"{i}: {value[:100]}")
            if "\u202e" in b.run("document.getElementById('picked').textContent"):
                bad.append("a text turns the page round")
        b.run("(() => { const s = cim.panel.observedProperty; for (let i = 0; i < s.options.length; i++) { s.selectedIndex = i; s.dispatchEvent(new Event('change')); cim.frame(false); } })()")
        for text in EVIL:
            b.run(f"(() => {{ const i = document.getElementById('find'); i.value = {json.dumps(text[:200])}; i.form.requestSubmit(); }})()")
        b.settle()
        keep(b, "evil")
        hacked = b.run("window.hacked === undefined && document.querySelectorAll('img, #picked script, #tables script').length === 0")
        result(opened and hacked and not bad and not quiet(b), "hostile texts are shown and do nothing", (bad, quiet(b)))
        result(len(b.requests) == 1, "a hostile page makes one request", b.requests)
        reached = b.run("fetch('http://127.0.0.1:9/').then(() => 'reached', () => 'refused')")
        result(reached == "refused" and any("Content Security Policy" in c for c in b.console), "the page's policy forbids the network", (reached, b.console))


# ---- many ----

def many(work, count=100_000):
    rng = random.Random(3)
    side = int(count ** 0.5) + 1
    with open(work / "many.osm", "w") as f:
        f.write('<osm version="0.6">\n')
        ways = []
        for i in range(count):
            x, y = (i % side) * 28 + rng.uniform(-4, 4), (i // side) * 28 + rng.uniform(-4, 4)
            w, h, turn = rng.uniform(6, 11), rng.uniform(6, 14), rng.uniform(-0.3, 0.3)
            c, s = math.cos(turn), math.sin(turn)
            for k, (a, b) in enumerate(((0, 0), (w, 0), (w, h), (0, h))):
                px, py = x + a * c - b * s, y + a * s + b * c
                f.write(f'<node id="{i * 4 + k + 1}" lat="{49 + py / 111200:.7f}" lon="{8.5 + px / 73000:.7f}" version="1"/>\n')
            ways.append((i, rng.choice(("house", "residential", "apartments", "garage", "retail")), round(rng.uniform(3, 30), 1)))
        for i, kind, height in ways:
            n = i * 4
            f.write(f'<way id="{700000000 + i * 7}" version="1"><nd ref="{n + 1}"/><nd ref="{n + 2}"/><nd ref="{n + 3}"/><nd ref="{n + 4}"/><nd ref="{n + 1}"/>'
                    f'<tag k="building" v="{kind}"/><tag k="height" v="{height}"/></way>\n')
        f.write("</osm>\n")
    city = work / "many.cim"
    tool("import", "-q", city, work / "many.osm")
    report = json.loads(tool("view", "--json", city, "-o", work / "many.html"))
    size = (work / "many.html").stat().st_size
    print(f"# 100,000 buildings: {size} bytes")
    result(size <= 3_000_000 and report["bytes"] == size and report["objects"] == count, "a page of 100,000 buildings has at most 3 MB", report)
    with chromium.Browser(1200, 800) as b:
        opened = b.open(work / "many.html", "window.cim && (cim.failed || cim.ready && cim.first_ms)")
        print(f"# 100,000 buildings: first picture after {b.run('cim.first_ms') or 0:.0f} ms, {b.run('cim.cost') or 0:.0f} ms a picture, drawn in software on {os.cpu_count()} processors")
        keep(b, "many")
        result(opened and not quiet(b) and len(b.requests) == 1, "and is drawn", (b.run("cim.failed || null"), b.console, b.requests))


def main():
    if not chromium.find():
        print("1..0 # SKIP chromium is not installed")
        return
    if os.environ.get("CIM_SANITIZED"):
        print("1..0 # SKIP nothing here for sanitizers: the page is the same")
        return
    with tempfile.TemporaryDirectory() as temp:
        work = Path(temp)
        city = make_town(work)
        with chromium.Browser(1200, 800) as b:
            opened = b.open(work / "town.html", "window.cim && (cim.failed || cim.ready && cim.first_ms)")
            print(f"# the sample town: {(work / 'town.html').stat().st_size} bytes, first picture after {b.run('cim.first_ms') or 0:.0f} ms")
            result(opened and not b.run("cim.failed || ''"), "the page opens", b.run("cim.failed || ''"))
            b.settle()
            keep(b, "town")
            result(not quiet(b), "the browser has nothing to complain of", b.console)
            result(len(b.requests) == 1, "one request is made", b.requests)
            views(b)
            b.run("cim.below(false)")
            done, wrong = pick(b, city)
            result(done >= 8 and not wrong, f"what is picked is what cimtool get gives ({done} buildings)", (done, wrong))
            wrong = every(b, city)
            result(not wrong, "60 objects of all layers are as cimtool get gives them", wrong[:3])
            b.run("(() => { const i = document.getElementById('find'); i.value = 'stadtkirche'; i.form.requestSubmit(); })()")
            result("Stadtkirche" in (b.run("cim.city.name(cim.selected)") or ""), "search finds a name")
            b.run("(() => { const i = document.getElementById('find'); i.value = 'osm:node/91000014948'; i.form.requestSubmit(); })()")
            result(b.run("cim.city.gid(cim.selected)") == "osm:node/91000014948", "search finds an id")
            before = b.run("cim.camera.distance")
            b.run("document.getElementById('scene').focus()")
            b.call("Input.dispatchKeyEvent", type="keyDown", key="+", text="+")
            b.call("Input.dispatchKeyEvent", type="keyUp", key="+")
            result(b.run("cim.camera.distance") < before, "keys move the camera")
            b.run("cim.tools.measure(true), cim.tools.points = [[0, 0, 0], [30, 40, 0], [30, 40, 10], [0, 40, 0]], cim.tools.tell()")
            text = b.run("document.getElementById('measured').textContent")
            result(re.search(r"area 600\.0 m\u00b2", text) is not None, "an area is measured", text)
            b.run("cim.tools.measure(false), cim.tools.section(true), document.getElementById('cut-move').value = 0, cim.tools.setCut()")
            b.settle()
            keep(b, "section")
            b.run("cim.tools.section(false), cim.table(true), document.querySelector('#tables details').open = true")
            time.sleep(0.3)
            result(b.run("document.querySelectorAll('#tables tbody tr').length") > 0, "tables show rows")
            result(not quiet(b) and len(b.requests) == 1, "and still nothing to complain of", (b.console, b.requests))
        with chromium.Browser(900, 600, webgl=False) as b:
            opened = b.open(work / "town.html", "window.cim && (cim.failed || cim.ready)")
            keep(b, "tables")
            text = b.run("document.body.innerText")
            rows = b.run("document.querySelectorAll('#tables tbody tr').length")
            result(opened and b.run("document.body.classList.contains('flat')") and rows >= 200 and ("osm:way/" in text or "gml:" in text), "without WebGL there are tables", (rows, text[:300]))
        observations(work, city)
        hostile(work)
        many(work)
    print(f"1..{number}")


sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
main()
