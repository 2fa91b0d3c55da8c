"""Surveillance cameras: on walls of special buildings and on lamp poles."""

from dataclasses import dataclass, field

from .land import world
from .plane import bearing, between, distance, left_normal, rounded


@dataclass
class Camera:
    ref: str
    point: tuple
    height: float                # metres above ground
    kind: str                    # fixed, dome, panning
    mount: str                   # wall, pole
    direction: float = 0.0       # compass bearing
    angle: int = 60              # horizontal field of view, degrees
    host: str = ""               # key of the building or ref of the lamp
    zone: str = "street"
    tags: dict = field(default_factory=dict)


# (building key, number of its wall, place along the wall, type, height, angle, zone)
ON_WALLS = [
    ("town_hall", 0, 0.15, "fixed", 4.5, 70, "town"), ("town_hall", 3, 0.5, "dome", 4.0, 360, "town"),
    ("bank_tower", 0, 0.3, "fixed", 3.5, 60, "atm"), ("bank_tower", 1, 0.5, "fixed", 4.0, 75, "street"),
    ("station", 0, 0.5, "panning", 4.5, 90, "station"), ("station", 8, 0.5, "fixed", 4.0, 60, "platform"),
    ("school_west", 0, 0.4, "fixed", 4.0, 80, "entrance"), ("school_gymnasium", 0, 0.5, "fixed", 4.0, 80, "entrance"),
    ("school_gymnasium", 2, 0.2, "dome", 4.0, 360, "parking"), ("police", 0, 0.5, "dome", 4.2, 360, "entrance"),
    ("police", 1, 0.5, "fixed", 4.2, 65, "street"), ("hospital", 0, 0.5, "fixed", 4.5, 70, "entrance"),
    ("hospital", 2, 0.5, "panning", 5.0, 90, "parking"), ("supermarket", 0, 0.3, "fixed", 4.5, 75, "parking"),
    ("supermarket", 0, 0.8, "dome", 4.5, 360, "parking"), ("library", 0, 0.5, "fixed", 3.5, 60, "entrance"),
    ("substation", 0, 0.5, "fixed", 4.0, 90, "building"), ("hotel", 0, 0.7, "fixed", 3.5, 60, "entrance"),
]
# (plan point near the lamp, aimed at plan point, type, angle, zone)
ON_POLES = [
    ((12, 66), (2, 17), "panning", 90, "town"), ((0, -40), (2, 17), "fixed", 70, "town"),
    ((120, 452), (84, 480), "fixed", 65, "station"), ((-255, 30), (-262, 120), "fixed", 40, "traffic"),
    ((-252, -290), (-252, -180), "fixed", 40, "traffic"), ((426, 80), (520, 74), "fixed", 40, "traffic"),
    ((842, 70), (880, 60), "fixed", 55, "traffic"),
]


def build_cameras(town):
    cameras = []
    special = {b.key: b for b in town.buildings if b.key}
    for key, wall, place, kind, height, angle, zone in ON_WALLS:
        ring = special[key].ring()
        a, b = ring[wall], ring[(wall + 1) % len(ring)]
        nx, ny = left_normal(b, a)
        x, y = between(a, b, place)
        facing = bearing((0, 0), (nx, ny))
        point = rounded((x + nx * 350, y + ny * 350))
        cameras.append(Camera("", point, height, kind, "wall", facing, angle, key, zone))
    for near, aim, kind, angle, zone in ON_POLES:
        spot = world(near)
        lamp = min(town.lamps, key=lambda item: (distance(item.point, spot), item.ref))
        point = (lamp.point[0] + 150, lamp.point[1])
        facing = bearing(point, world(aim))
        cameras.append(Camera("", point, 4.3, kind, "pole", facing, angle, lamp.ref, zone))
    for n, camera in enumerate(cameras, start=1):
        camera.ref = f"CAM-{n:02d}"
    return cameras
