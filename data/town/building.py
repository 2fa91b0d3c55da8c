"""The model of a building: bodies on a lattice, address, people."""

from dataclasses import dataclass, field

from .lattice import Frame
from .plane import ring_area


@dataclass
class Body:
    """One volume: a footprint on the lattice, walls up to the eaves, a roof.

    Heights are millimetres above the building's ground.
    """
    outline: list                       # lattice ring, counter-clockwise
    eave: int
    roof: str = "flat"                  # flat, gabled, hipped, pyramidal, shed
    rise: int = 0                       # eaves to ridge
    along: str = "i"                    # axis of the ridge
    base: int = 0
    holes: list = field(default_factory=list)   # lattice rings, clockwise
    levels: int = 1
    name: str = ""

    @property
    def top(self):
        return self.eave + self.rise


@dataclass
class Building:
    """A building of the town; `bodies` has several entries if it has parts."""
    use: str
    frame: Frame
    outline: list
    bodies: list
    year: int
    holes: list = field(default_factory=list)
    pieces: list = field(default_factory=list)  # convex lattice rings covering the outline
    key: str = ""                       # name of a special building
    name: str = ""
    street: str = ""
    number: str = ""
    order: tuple = ()                   # position along the street
    front: tuple = (0, 0)               # lattice point of the entrance, on the outline
    tags: dict = field(default_factory=dict)
    district: str = ""
    ground: int = 0                     # millimetres, terrain under the lowest corner
    gml_id: str = ""
    osm_id: int = 0
    osm_type: str = "way"
    people: dict = field(default_factory=dict)
    in_osm: bool = True
    in_gml: bool = True
    lod: int = 1

    def ring(self):
        return self.frame.ring(self.outline)

    def hole_rings(self):
        return [self.frame.ring(hole) for hole in self.holes]

    def piece_rings(self):
        return [self.frame.ring(piece) for piece in self.pieces or [self.outline]]

    def entrance(self):
        return self.frame.at(*self.front)

    @property
    def height(self):
        """Height of the highest point above ground, millimetres."""
        return max(body.top for body in self.bodies)

    @property
    def levels(self):
        return max(body.levels for body in self.bodies)

    @property
    def roof(self):
        return self.bodies[0].roof

    @property
    def area(self):
        """Footprint area in square metres, courtyards taken out."""
        outer = ring_area(self.ring())
        return (outer + sum(ring_area(h) for h in self.hole_rings())) / 1e6

    @property
    def has_parts(self):
        return len(self.bodies) > 1
