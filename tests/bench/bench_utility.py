#!/usr/bin/env python3
"""Utility networks compiled from a city: a grid of streets with a pipe between neighbouring corners, as a CityGML file would draw them (ends that
only have a place), every twentieth with a valve at a bend; and the same with one long main along every second street, which the others end on.

Processor time of cim_utility_build() on an open city, the least of the rounds, and bytes a line that are kept, and that were needed on the way.
"agree" compares the numbers of nodes and edges with those of the grid."""
import subprocess
import tempfile
from pathlib import Path

import bench

FOLDER = bench.BUILD / "tests" / "bench"
SIDES = [225, 708]
STEP_M = 60.0

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" xmlns:gml="http://www.opengis.net/gml"
 xmlns:utility="http://www.citygml.org/ade/utility/0.9.2"><gml:boundedBy><gml:Envelope srsName="EPSG:25832" srsDimension="2"><gml:lowerCorner>500000 5400000</gml:lowerCorner>
<gml:upperCorner>600000 5500000</gml:upperCorner></gml:Envelope></gml:boundedBy>
"""


def pipe(out, number, points):
    text = " ".join(f"{500000 + x:.3f} {5400000 + y:.3f} 0" for x, y in points)
    out.write(f'<core:cityObjectMember><utility:RoundPipe gml:id="P{number}"><utility:lod1Geometry><gml:LineString srsDimension="3"><gml:posList>'
              f"{text}</gml:posList></gml:LineString></utility:lod1Geometry></utility:RoundPipe></core:cityObjectMember>\n")


def valve(out, number, x, y):
    out.write(f'<core:cityObjectMember><utility:ControllerComponent gml:id="V{number}"><utility:function>valve</utility:function><utility:lod1Geometry><gml:Point srsDimension="3"><gml:pos>'
              f"{500000 + x:.3f} {5400000 + y:.3f} 0</gml:pos></gml:Point></utility:lod1Geometry></utility:ControllerComponent></core:cityObjectMember>\n")


def grid(path, side, mains):
    """Pipes between corners; with mains those along even rows are one line each, which the others end on."""
    number = valves = 0
    with open(path, "w") as out:
        out.write(HEAD)
        for i in range(side):
            if mains and i % 2 == 0:
                pipe(out, number, [(k * STEP_M, i * STEP_M) for k in range(side)])
                number += 1
            for k in range(side):
                ways = [] if mains and i % 2 == 0 else [(1, 0)]
                for dx, dy in ways + [(0, 1)]:
                    if k + dx >= side or i + dy >= side:
                        continue
                    x, y = k * STEP_M, i * STEP_M
                    pipe(out, number, [(x, y), (x + 20 * dx + 3 * dy, y + 20 * dy + 3 * dx), (x + STEP_M * dx, y + STEP_M * dy)])
                    if number % 20 == 0:
                        valve(out, number, x + 20 * dx + 3 * dy, y + 20 * dy + 3 * dx)
                        valves += 1
                    number += 1
        out.write("</core:CityModel>\n")
    return number, valves


def measure(side, mains, temp):
    source, city = temp / "grid.gml", temp / "grid.cim"
    lines, valves = grid(source, side, mains)
    subprocess.run([bench.TOOL, "import", city, source], check=True, stdout=subprocess.DEVNULL)
    source.unlink()
    program = FOLDER / ".libs" / "bench_utility"
    program = program if program.exists() else FOLDER / "bench_utility"
    done = subprocess.run([program, city, "5"], capture_output=True, text=True, check=True)
    city.unlink()
    got = dict(line.split("\t") for line in done.stdout.splitlines())
    edges = 2 * side * (side - 1) + valves
    agree = int(got["nodes"]) == side * side + valves and int(got["edges"]) == edges
    case = f"{edges} edges of {lines} lines"

    def row(what, unit, value):
        bench.row("utility", f"{what}, {case}", unit, value, None, "-", "yes" if agree else "NO", "grid")

    row("networks from a city", "s", float(got["build_s"]))
    row("kept", "bytes/edge", int(got["kept_bytes"]) / edges)
    row("most on the way", "bytes/edge", int(got["peak_bytes"]) / edges)
    return agree


def main():
    good = True
    with tempfile.TemporaryDirectory() as name:
        for side in SIDES:
            for mains in (False, True):
                good &= measure(side, mains, Path(name))
    if not good:
        raise SystemExit("an answer is wrong")


main()
