#!/usr/bin/env python3
"""What do the cameras of a city see of its streets?

    camera_coverage.py CITY [PICTURE] [METRES]

A camera is taken to see up to METRES (60); a fixed one 90 degrees wide around its direction, one that turns all round.
"""
import math
import sys

import cim
import drawing


def looks_at(camera, eye, x, y):
    """Is a point where the camera looks?"""
    if camera.get("function") != "fixed" or camera.get("direction_deg") is None:
        return True
    off = math.degrees(math.atan2(x - eye[0], y - eye[1])) - camera["direction_deg"]
    return abs((off + 180) % 360 - 180) <= 45


def main(path, picture="camera_coverage.svg", metres="60"):
    with cim.open(path) as city:
        scene = city.scene()
        m = drawing.Map("What cameras see of the streets", path)
        m.add(city.query("class = 'Building'"), fill="#d9d9d4", legend="buildings")
        m.add(city.query("layer = 'road'"), line="#bdbdb5", width=1.2)
        seen, cameras = [], city.query("class = 'Camera'")
        for camera in cameras:
            eye = scene.place(camera)
            streets = scene.streets(eye, float(metres))
            mine = [(a, b) for _, _, _, a, b in streets.stretches if looks_at(camera, eye, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2)]
            seen.append((camera, eye, mine, sum(math.dist(a, b) for a, b in mine), streets.length_m))
        m.add([{"type": "MultiLineString", "coordinates": s[2]} for s in seen if s[2]], line="#d7191c", width=3.0, legend=f"seen within {metres} m")
        m.add([{"type": "Point", "coordinates": s[1][:2]} for s in seen], fill="#2c7bb6", line="#ffffff", width=1.0, size=7, legend=f"{len(seen)} cameras")
        for camera, _, _, length, near in seen:
            print(f"{camera.get('ref') or camera.id:24} {length:6.0f} m of {near:6.0f} m of streets near by")
        m.frame([{"type": "Point", "coordinates": s[1][:2]} for s in seen])
        m.save(picture)


if __name__ == "__main__":
    main(*sys.argv[1:4])
