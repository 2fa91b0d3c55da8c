#!/usr/bin/env python3
"""Write the sample town: python3 data/generate.py [folder].

Standard library only, no clock, no randomness without a fixed seed: two runs
give the same bytes.
"""

import gzip
import json
import sys
from pathlib import Path

from town.cityjson import cityjson_text, cityjsonseq_text
from town.expected import ground_truth
from town.gml2 import Gml2
from town.gml3 import Gml3
from town.model import Town
from town.osm import build_osm
from town.osm_pbf import pbf_bytes
from town.osm_xml import xml_text
from town.power_file import geojson_text
from town.sensors import sensorthings_text
from town.water_files import inp_text, population_csv, services_csv, valves_csv


def contents():
    """(file name, text or bytes) of every file, one after the other."""
    town = Town()
    osm, index = build_osm(town)
    yield "town.osm.pbf", pbf_bytes(osm)
    yield "town.osm.gz", xml_text(osm)
    yield "town-v2.gml.gz", Gml2(town).text()
    yield "town-v3.gml.gz", Gml3(town).text()
    yield "town.city.json.gz", cityjson_text(town)
    yield "town.city.jsonl.gz", cityjsonseq_text(town)
    yield "town-water.inp", inp_text(town.water)
    yield "town-water-valves.csv", valves_csv(town.water)
    yield "town-water-services.csv", services_csv(town.water)
    yield "town-power.geojson.gz", geojson_text(town.power)
    yield "town-population.csv", population_csv(town.buildings)
    yield "town-sensors.json.gz", sensorthings_text(town, index)
    truth = ground_truth(town, osm, index)
    yield "town-expected.json", json.dumps(truth, ensure_ascii=False, indent=1) + "\n"


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents():
        data = content.encode() if isinstance(content, str) else content
        if name.endswith(".gz"):
            data = gzip.compress(data, 9, mtime=0)
        (folder / name).write_bytes(data)
        print(f"{len(data):>9} {name}")


if __name__ == "__main__":
    main()
