"""The surfaces of every building body with their ids, the same in all formats."""

from dataclasses import dataclass

from .lattice import rect
from .solids import body_detailed, body_prism, body_roofed, box_room, prism

_SHORT = {"GroundSurface": "g", "OuterFloorSurface": "f", "WallSurface": "w", "RoofSurface": "r"}
WITH_ROOM = {"police": 3000, "fire_station": 3400, "kindergarten_east": 3000}


@dataclass
class Shell:
    """A body of a building: LoD1 block, LoD2 surfaces, LoD3 surfaces (or None)."""
    id: str
    body: object
    lod1: list
    lod2: list
    lod3: list


def shells(building):
    """One shell, or one for each part; surfaces and openings get their ids."""
    out = []
    for n, body in enumerate(building.bodies, start=1):
        own = f"{building.gml_id}_P{n}" if building.has_parts else building.gml_id
        lod2 = _numbered(own, body_roofed(building, body)) if building.lod >= 2 else None
        lod3 = _numbered(own, body_detailed(building, body)) if building.lod >= 3 else None
        out.append(Shell(own, body, body_prism(building, body), lod2, lod3))
    return out


def _numbered(own, surfaces):
    for n, surface in enumerate(surfaces):
        surface.id = f"{own}_{_SHORT[surface.kind]}{n}"
        for k, opening in enumerate(surface.openings):
            opening.id = f"{surface.id}_{'d' if opening.kind == 'DoorSurface' else 'o'}{k}"
    return surfaces


def installations(building):
    """Chimneys and balconies: (id, function, closed shell)."""
    out = []
    body = building.bodies[0]
    w = max(i for i, _ in body.outline)
    d = max(j for _, j in body.outline)
    if building.lod >= 2 and body.roof == "gabled" and not building.has_parts and building.year % 9 == 0:
        ring = building.frame.ring(rect(w // 2, d // 2, w // 2 + 3, d // 2 + 3))
        out.append((f"{building.gml_id}_I1", "chimney",
                    prism(ring, [], building.ground + body.eave, building.ground + body.top + 700)))
    if building.lod >= 2 and building.use == "apartments" and not building.has_parts:
        ring = building.frame.ring(rect(6, -5, 16, 0))
        shell = prism(ring, [], building.ground + 3200, building.ground + 4200)
        out.append((f"{building.gml_id}_I2", "balcony", shell))
    return out


def rooms(building):
    """(id, name, closed shell) of the rooms that are modelled."""
    high = WITH_ROOM.get(building.key)
    if not high:
        return []
    return [(f"{building.gml_id}_R1", "Halle" if building.key == "fire_station" else "Foyer",
             box_room(building, building.bodies[0], 200, high))]
