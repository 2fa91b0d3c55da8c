#!/usr/bin/env python3
"""Print known.inc: hashes of what SpatiaLite writes into a city file (see verify.c).

usage: known.py CITY.cim [CITY2.cim ...] > known.inc

Run it on files that a trusted SpatiaLite has just made; the hashes of several versions go into one list.
"""
import hashlib
import re
import sqlite3
import sys
from pathlib import Path

HERE = Path(__file__).parent


def own_names():
    tables = set(re.findall(r'CIM__TABLE\(\s*"(\w+)"', (HERE / "tables.def").read_text() + (HERE / "tables_sense.def").read_text()))
    layers = set(re.findall(r'CIM__LAYER\(\w+, "(\w+)"', (HERE.parent / "city" / "layers.def").read_text()))
    return tables | layers | {"object"}, layers | {"surface", "curve", "point"}


def hashes(path, own, geometry):
    for kind, name, table, sql in sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    ):
        if name in own or name in geometry or name.startswith("sqlite_"):
            continue
        owner = name if kind == "table" else table
        match = re.match(r"idx_(.*?)_geom", owner)
        owner = match.group(1) if match else owner
        if owner in geometry:
            word = re.compile(rf"(?<![A-Za-z0-9]){owner}(?![A-Za-z0-9])")
            name, sql = word.sub("@", name), word.sub("@", sql)
        yield hashlib.sha256(f"{kind}\n{name}\n{sql}".encode()).hexdigest()


def main():
    own, geometry = own_names()
    found = sorted({h for path in sys.argv[1:] for h in hashes(path, own, geometry)})
    for value in found:
        print(f'"{value}",')


if __name__ == "__main__":
    main()
