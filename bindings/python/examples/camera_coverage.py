#!/usr/bin/env python3
"""What do the cameras of a city see of its streets, and where are the gaps?

    camera_coverage.py CITY [PICTURE] [PIXELS_A_METRE]

A street is covered where a camera shows it with so many pixels a metre (25: one can detect a person, IEC/EN 62676-4) and nothing is in the way.
"""
import sys

import cim
import drawing


def main(path, picture="camera_coverage.svg", least="25"):
    with cim.open(path) as city:
        scene = city.scene()
        cameras = scene.sensors(city.query("class = 'Camera'"), angle="view", least=float(least))
        streets = scene.targets().lines(city.query("layer = 'road'"), step_m=2.0)
        cover = scene.cover(cameras, streets)
        m = drawing.Map(f"Streets that cameras show with {least} pixels a metre: {cover.covered_weight:.0f} m of {cover.weight:.0f} m", path)
        m.add(city.query("class = 'Building'"), fill="#d9d9d4", legend="buildings")
        m.add(cover.spans("line", 0, 0), line="#bdbdb5", width=1.2, legend="gaps")
        m.add([cover.field(i) for i in range(len(cover))], fill="#fdae61", alpha=0.5, legend="fields of view")
        m.add(cover.spans("line", 1), line="#d7191c", width=3.0, legend="seen")
        eyes = [{"type": "Point", "coordinates": (s.x, s.y)} for s in cameras]
        m.add(eyes, fill="#2c7bb6", line="#ffffff", width=1.0, size=7, legend=f"{len(cameras)} cameras")
        for i, camera in enumerate(cameras):
            there = city[camera.object]
            guessed = ", ".join(cim.sensor.assumed(camera))
            print(f"{there.get('ref') or there.id:24} {cover.own_weight[i]:6.0f} m, {cover.unique_weight[i]:6.0f} m of it alone; assumed: {guessed}")
        m.frame(eyes)
        m.save(picture)


if __name__ == "__main__":
    main(*sys.argv[1:4])
