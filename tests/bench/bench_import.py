#!/usr/bin/env python3
"""Importing a file into a city, against ogr2ogr into SpatiaLite: the same input, whole processes, in turn.

agree: every feature that the peer stored has its place in the city (counts by kind, see compare_*)."""
import gzip
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import bench

OSM = ["osm/heidelberg.osm.pbf", "osm/porto-r5.osm.pbf", "osm/mosaic-real.osm.pbf", "osm/beijing-thu.osm"]
GML = ["citygml/2.0/impexp/TUM_Munich__TUM_Munich.gml", "citygml/large/ogc30_pointcloud_buildings_v3.gml.gz", "citygml/large/joined_savenow_lod3_v2.gml.gz"]
JSON = ["citygml/cityjson-2.0/val3dity/data__rotterdam__3-20-DELFSHAVEN.city.json", "citygml/cityjson-1.1/cjio/data__zurich__zurich_subset_lod2.json"]


def rows_of(path, tables):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    known = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type='table'")}
    return sum(db.execute(f'SELECT count(*) FROM "{t}"').fetchone()[0] for t in tables if t in known)


def spatial_tables(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    return [name for (name,) in db.execute("SELECT f_table_name FROM geometry_columns")]


def info(city):
    return json.loads(subprocess.run([str(bench.TOOL), "info", "--json", str(city)], capture_output=True, text=True, check=True).stdout)


def compare_osm(city, peer):
    """Tagged nodes, ways and relations: ours are counted by id, split ways once.  A way that is the outline of a relation's area is in the area."""
    db = sqlite3.connect(f"file:{city}?mode=ro", uri=True)
    ids = {gid.split("#")[0] for (gid,) in db.execute("SELECT gid FROM object")}
    members = (attrs for (attrs,) in db.execute("SELECT attrs FROM object WHERE gid LIKE 'osm:relation/%'") if attrs)
    ids |= {f"osm:way/{ref}" for attrs in members for ref in re.findall(r'"type":"way","ref":(\d+)', attrs)}
    ours = {kind: sum(1 for i in ids if i.startswith(f"osm:{kind}/")) for kind in ("node", "way", "relation")}
    theirs = sqlite3.connect(f"file:{peer}?mode=ro", uri=True)
    found = {}
    for table, column, kind in (("points", "osm_id", "node"), ("lines", "osm_id", "way"), ("multipolygons", "osm_way_id", "way"), ("multipolygons", "osm_id", "relation"),
                                ("multilinestrings", "osm_id", "relation"), ("other_relations", "osm_id", "relation")):
        try:
            found.setdefault(kind, set()).update(i for (i,) in theirs.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"))
        except sqlite3.OperationalError:
            pass
    missing = [i for kind, some in found.items() for i in some if f"osm:{kind}/{i}" not in ids]
    return f"yes ({sum(map(len, found.values()))} of theirs, {sum(ours.values())} ours)" if not missing else f"no ({len(missing)} missing)"


def compare_objects(city, peer):
    ours, theirs = info(city)["objects"], rows_of(peer, spatial_tables(peer)) if peer and peer.exists() else 0
    return f"yes ({theirs} of theirs, {ours} ours)" if ours >= theirs else f"no ({theirs} of theirs, {ours} ours)"


def measure(source, temp, name, compare, runs):
    city, peer = temp / "ours.cim", temp / "peer.sqlite"

    def clean():
        for path in temp.glob("ours.cim*"):
            path.unlink()
        for path in temp.glob("peer.sqlite*"):
            path.unlink()

    # Geometries of any type where the peer would refuse solids; a place for the one file that names no reference system.
    gml = source.suffix in (".gml", ".xml")
    ours = [bench.TOOL, "import", "--quiet", city, source] + (["--source-crs", "25832"] if "savenow" in name else [])
    theirs = ["ogr2ogr", "-f", "SQLite", "-dsco", "SPATIALITE=YES"] + (["-nlt", "GEOMETRY", "-skipfailures"] if gml else []) + [peer, source]
    made = bench.side_by_side(ours, theirs, runs, clean)
    clean()
    bench.run(ours)
    bench.run(theirs)
    agree = compare(city, peer) if made[0][2] == 0 and made[1][2] == 0 else f"ours {made[0][2]}, peer {made[1][2]}"
    if made[1][2] != 0:
        agree, made[1] = "the peer cannot read it", (None, None, made[1][2])
    bench.row("import", name, "s", made[0][0], made[1][0], bench.version_of(["ogr2ogr", "--version"]), agree, source.name, "-", made[0][1], made[1][1])


def unpacked(path, temp):
    if path.suffix != ".gz" or "citygml" not in str(path):
        return path
    target = temp / path.stem
    with gzip.open(path) as packed, target.open("wb") as out:
        shutil.copyfileobj(packed, out)
    return target


def main():
    quick = "--quick" in sys.argv
    cases = [(p, compare_osm) for p in OSM] + [(p, compare_objects) for p in GML] + [(p, compare_objects) for p in JSON]
    with tempfile.TemporaryDirectory() as name:
        temp = Path(name)
        for own in ("town.osm.pbf", "town-v2.gml.gz", "town.city.json.gz"):
            path = bench.SOURCE / "data" / own
            if path.suffix == ".gz":
                target = temp / path.stem
                target.write_bytes(gzip.decompress(path.read_bytes()))
                path = target
            measure(path, temp, own, compare_osm if "osm" in own else compare_objects, 3)
        for relative, compare in cases[: 1 if quick else None]:
            for path in bench.need(bench.DATA / relative):
                size = path.stat().st_size
                measure(unpacked(path, temp), temp, Path(relative).name, compare, 5 if size < 5e6 else 1)


main()
