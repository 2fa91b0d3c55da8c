#!/usr/bin/env python3
"""How far does a fire engine get, and which way does it go to the hospital?

    route_and_isochrone.py CITY [PICTURE]      the sample town: examples/demo.sh makes it
"""
import sys

import cim
import drawing


def main(path, picture="route_and_isochrone.svg"):
    with cim.open(path) as city:
        station = city.query("function = 'fire_station'")[0]
        hospital = city.query("function = 'hospital' AND class = 'Building' AND name IS NOT NULL")[0]
        net = city.net("emergency").ready("none")
        reach = net.isochrone(station, (60, 120, 240, 480))
        routes = net.alternatives(station, hospital, 1)

        picture_of = drawing.Map(f"{routes[0].time_s / 60:.1f} minutes from {station.name or 'the fire station'} to {hospital.name}", path)
        for area, colour in zip(reversed(reach.areas), ["#b9bfd6", "#94c0c7", "#96d6bb", "#d3eda6"]):
            picture_of.add([area], fill=colour, legend=f"within {area.limit_s / 60:g} min: {area.area_m2 / 1e6:.2f} km²")
        picture_of.add(city.query("class = 'Building'"), fill="#8d8d86")
        picture_of.add(city.query("layer = 'road'"), line="#ffffff", width=1.2)
        for route, colour, words in list(zip(routes, ("#d7191c", "#fdae61"), ("quickest", "another")))[::-1]:
            picture_of.add([route], line=colour, width=3.5, legend=f"{words} way: {route.time_s:.0f} s, {route.length_m:.0f} m")
        for thing, name in ((station, "fire station"), (hospital, "hospital")):
            x, y = drawing.middle(thing)
            picture_of.add([{"type": "Point", "coordinates": (x, y)}], fill="#000000", line="#ffffff", size=9)
            picture_of.label(x, y - 60, name)
        picture_of.frame([reach.areas[2], routes[0]])
        picture_of.save(picture)
        for step in routes[0].steps:
            print(f"{step.length_m:7.0f} m {step.time_s:6.0f} s  {step.kind}, {step.name or '-'}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
