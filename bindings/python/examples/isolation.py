#!/usr/bin/env python3
"""A main bursts: which valves are shut, who has no water, and how far the crews have to go?

    isolation.py CITY [PICTURE] [PIPE]
"""
import sys

import cim
import drawing


def main(path, picture="isolation.svg", pipe="inp:link/P0293"):
    with cim.open(path) as city:
        water = city.utility("water")
        isolation = water.isolate(pipe)
        dry = {s.object.number: s.object for s in isolation.affected}
        sums = {name: isolation.works_sums[name] + isolation.lost_sums[name] for name in isolation.works_sums}
        crews = city.query("function = 'fire_station'")
        net = city.net("emergency")

        m = drawing.Map(f"{pipe} bursts: {len(isolation.shut)} valves to shut, {sums['people']:.0f} people without water", path)
        m.add(city.query("class = 'Building'"), fill="#d9d9d4", legend="buildings")
        m.add(city.query("layer = 'road'"), line="#bdbdb5", width=1.0)
        m.add(dry.values(), fill="#d7191c", legend=f"{len(dry)} without water")
        m.add(city.query("class = 'Pipe'"), line="#2c7bb6", width=1.2, legend="mains")
        m.add(water.objects_of(isolation.works), line="#000000", width=3.0, legend=f"cut off: {isolation.works_sums['length_m']:.0f} m")
        m.add([city[pipe]], line="#fdae61", width=5.0, legend="the burst")
        m.add([d.object for d in isolation.shut if d.object], fill="#ffffbf", line="#000000", width=1.5, size=9, legend="valves to shut")
        m.frame([*dry.values(), city[pipe], *(d.object for d in isolation.shut if d.object)], 0.3)
        for i, valve in enumerate(isolation.shut):
            if valve.object:
                near = net.nearest(valve.object, crews, 1)
                x, y = drawing.middle(valve.object)
                m.label(x + 12, y + 8 * (i % 4) - 10, valve.id)
                print(f"shut {valve.id}" + (f", {near[0].time_s:.0f} s from the nearest crew" if near else ""))
        m.save(picture)
        print(f"{sums['customers']:.0f} customers, {sums['people']:.0f} people, {len(dry)} buildings without water")


if __name__ == "__main__":
    main(*sys.argv[1:4])
