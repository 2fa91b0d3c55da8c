#!/bin/sh
# Files made to hurt: each ends in one clear line and status 4, in bounded memory, without a city or any file that was not named.
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
temp=$(mktemp -d) || exit 99
trap 'rm -rf "$temp"' EXIT
exec python3 - "$temp" <<'P'
import gzip, json, os, resource, sqlite3, struct, subprocess, sys, zlib
from pathlib import Path

temp, tool, data = Path(sys.argv[1]), os.environ["CIM_BUILD"] + "/cimtool", Path(os.environ["CIM_SOURCE"]) / "data"
MEMORY, SECONDS = 300 << 20, 60
GML = '<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" xmlns:bldg="http://www.opengis.net/citygml/building/2.0" xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink">'
BUILDING = '<core:cityObjectMember><bldg:Building gml:id="b">%s</bldg:Building></core:cityObjectMember></core:CityModel>'
PLACE = '<gml:boundedBy><gml:Envelope srsName="EPSG:25832" srsDimension="2"><gml:lowerCorner>506000 5383000</gml:lowerCorner><gml:upperCorner>506100 5383100</gml:upperCorner></gml:Envelope></gml:boundedBy>'


def xml(doctype="", body=BUILDING % ""):
    return ('<?xml version="1.0"?>\n' + doctype + GML + PLACE + body).encode()


# ---- XML ----
def laughs():
    lines = ['<!ENTITY a0 "ha">'] + [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)]
    return xml("<!DOCTYPE x [" + "".join(lines) + "]>", BUILDING % "<gml:name>&a9;</gml:name>")


def blow_up():
    return xml(f'<!DOCTYPE x [<!ENTITY a "{"x" * 40000}">]>', BUILDING % f'<gml:name>{"&a;" * 40000}</gml:name>')


def foreign_entity():
    return xml('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', BUILDING % "<gml:name>&a;</gml:name>")


def foreign_dtd():
    return xml('<!DOCTYPE x SYSTEM "http://localhost:9/x.dtd">')


def deep():
    return xml("", BUILDING % ("<bldg:a>" * 300000 + "</bldg:a>" * 300000))


def long_attribute():
    return xml("", BUILDING % f'<gml:name codeSpace="{"x" * 12000000}">n</gml:name>')


def many_attributes():
    return xml("", BUILDING % "<gml:name %s>n</gml:name>" % " ".join(f'a{i}=""' for i in range(200000)))


def some_attributes():
    return xml("", BUILDING % ("<gml:name %s>n</gml:name>" % " ".join(f'a{i}=""' for i in range(5500)) * 150))


def vrt():
    return b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


def osm_entities():
    return b'<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a SYSTEM "/etc/passwd">]><osm version="0.6"><node id="1" lat="1" lon="1"><tag k="a" v="&a;"/></node></osm>'


# ---- PBF ----
def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def blob(kind, content, raw_size=None, packed=None):
    body = varint(2 << 3) + varint(len(content) if raw_size is None else raw_size) + field(3, zlib.compress(content, 9) if packed is None else packed)
    head = field(1, kind) + varint(3 << 3) + varint(len(body))
    return struct.pack(">I", len(head)) + head + body


HEADER = blob(b"OSMHeader", field(4, b"OsmSchema-V0.6") + field(4, b"DenseNodes"))


def pbf_bomb():  # 24 MB of zeros: eight million nodes at one place
    n = 8000000
    dense = field(1, b"\2" + b"\0" * (n - 1)) + field(8, b"\0" * n) + field(9, b"\0" * n)
    return HEADER + blob(b"OSMData", field(1, field(1, b"")) + field(2, field(2, dense)))


def pbf_lying():
    return HEADER + blob(b"OSMData", b"\0" * 1000, raw_size=30 << 20)


def pbf_huge_header():
    return HEADER + struct.pack(">I", 0x7FFFFFFF) + b"\0" * 100


def pbf_negative():
    head = field(1, b"OSMData") + varint(3 << 3) + varint(2**64 - 1)
    return HEADER + struct.pack(">I", len(head)) + head


def pbf_strings():  # a way whose tag is beyond the string table
    way = varint(1 << 3) + varint(1) + field(2, varint(5000)) + field(3, varint(6000)) + field(8, b"\2\2")
    return HEADER + blob(b"OSMData", field(1, field(1, b"")) + field(2, field(3, way)))


# ---- others ----
def gzip_bomb():
    return gzip.compress(b'<?xml version="1.0"?><osm version="0.6">' + b" " * (200 << 20), 9)


def json_deep():
    return b'{"type":"CityJSON","version":"2.0","CityObjects":' + b'{"a":' * 200000


def json_numbers():
    return b'{"type":"CityJSON","version":"2.0","transform":{"scale":[1e999,NaN,1],"translate":[0,0,0]},"CityObjects":{},"vertices":[]}'


def json_index():
    city = {"type": "CityJSON", "version": "2.0", "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/25832"}, "transform": {"scale": [1, 1, 1], "translate": [0, 0, 0]}}
    city["CityObjects"] = {"a": {"type": "Building", "geometry": [{"type": "MultiSurface", "lod": "1", "boundaries": [[[0, 1, 4000000000]]]}]}}
    city["vertices"] = [[506000, 5383000, 0], [506010, 5383000, 0], [506010, 5383010, 0]]
    return json.dumps(city).encode()


INPUTS = [laughs, blow_up, foreign_entity, foreign_dtd, deep, long_attribute, many_attributes, some_attributes, vrt, osm_entities,
          pbf_bomb, pbf_lying, pbf_huge_header, pbf_negative, pbf_strings, gzip_bomb, json_deep, json_numbers]
HARMLESS = [json_index]  # one bad object among none: counted, no error

# ---- city files ----
DOCTORED = {
    "trigger": "CREATE TRIGGER x AFTER INSERT ON source BEGIN DELETE FROM relation; END",
    "view": "CREATE VIEW x AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n",
    "virtual table": "PRAGMA writable_schema=ON; INSERT INTO sqlite_master VALUES('table','x','x',0,'CREATE VIRTUAL TABLE x USING csv(filename=''/etc/passwd'')')",
    "changed table": "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql=replace(sql,'attrs TEXT','attrs TEXT DEFAULT (load_extension(''x''))') WHERE name='building'",
    "index with a function": "CREATE INDEX x ON source(abs(id))",
}


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(*arguments):
    """Status, lines on stderr, largest resident set."""
    child = subprocess.Popen([tool, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limit)
    lines = child.stderr.read().decode("utf-8", "replace").splitlines()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, lines, usage.ru_maxrss * 1024


def judge(name, wanted, result, *absent):
    status, lines, memory = result
    faults = []
    if status != wanted: faults.append(f"status {status}")
    if wanted and (len(lines) != 1 or not lines[0].startswith("cimtool: ")): faults.append(f"{len(lines)} lines: {lines[:2]}")
    if memory > MEMORY and not os.environ.get("CIM_SANITIZED"): faults.append(f"{memory >> 20} MB")
    faults += [f"left {p}" for p in absent if list(temp.glob(p))]
    return f"# {name}: " + ", ".join(faults) if faults else None


def inputs():
    for make in INPUTS + HARMLESS:
        path = temp / f"{make.__name__}.input"
        path.write_bytes(make())
        yield judge(make.__name__, 0 if make in HARMLESS else 4, run("import", "-q", temp / "new.cim", path), *([] if make in HARMLESS else ["new.cim*"]))
        path.unlink()
        for left in temp.glob("new.cim*"): left.unlink()


def traversal():
    (temp / "in").mkdir()
    (temp / "secret.gml").write_bytes(xml("", BUILDING % '<bldg:lod1Solid><gml:Solid gml:id="s"/></bldg:lod1Solid>'))
    for href in ["../secret.gml#s", str(temp / "secret.gml") + "#s", "file:///etc/passwd#s", "http://localhost:9/x.gml#s", "..%2fsecret.gml#s"]:
        (temp / "in" / "a.gml").write_bytes(xml("", BUILDING % f'<bldg:lod1Solid xlink:href="{href}"/>'))
        trace = subprocess.run(["strace", "-f", "-o", temp / "trace", "-e", "trace=openat,connect", tool, "import", "-q", temp / "new.cim", temp / "in" / "a.gml"], stderr=subprocess.PIPE)
        text = (temp / "trace").read_text()
        bad = "secret.gml" in text or "etc/passwd" in text.split("a.gml", 1)[-1] or "AF_INET" in text
        yield f"# {href}: something was opened" if bad else None
        if trace.returncode not in (0, 3, 4): yield f"# {href}: status {trace.returncode}"
        for left in temp.glob("new.cim*"): left.unlink()


def cities():
    good = temp / "good.cim"
    assert run("import", "-q", good, data / "town.osm.pbf")[0] == 0
    image = good.read_bytes()
    for name, sql in DOCTORED.items():
        path = temp / "bad.cim"
        path.write_bytes(image)
        db = sqlite3.connect(path)
        db.executescript(sql)
        db.close()
        before = path.read_bytes()
        for verb in (["info"], ["query"], ["import"]):
            more = {"query": ["class = 'Building'"], "import": [data / "town.osm.pbf"]}.get(verb[0], [])
            yield judge(f"{verb[0]} {name}", 4, run(*verb, path, *more))
        yield None if path.read_bytes() == before else f"# {name}: the file was changed"


def tap(number, name, findings):
    bad = [f for f in findings if f]
    print(*bad, sep="\n", end="\n" if bad else "")
    print(f"{'not ' if bad else ''}ok {number} - {name}", flush=True)


print("1..3")
tap(1, f"{len(INPUTS)} hostile inputs", inputs())
tap(2, "references out of the folder are not followed", traversal())
tap(3, f"{len(DOCTORED)} doctored city files", cities())
P
