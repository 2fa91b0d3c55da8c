#!/usr/bin/env python3
"""A route and a trace in a few lines: route_and_trace.py CITY FROM TO PIPE"""
import sys

import cim

path, start, end, pipe = sys.argv[1:5]
with cim.open(path) as city:
    route = city.net("emergency").route(start, end)
    print(f"{route.time_s:.0f} s, {route.length_m:.0f} m")
    for step in route.steps:
        print(f"  {step.kind}, {step.name or '-'}, {step.length_m:.0f} m")

    water = city.utility("water")
    below = water.trace("downstream", [pipe])
    print(f"{pipe} alone feeds {len(below)} elements, {below.sums['people']:.0f} people")
    for valve in water.isolate(pipe).shut:
        print(f"  shut {valve.id}")
