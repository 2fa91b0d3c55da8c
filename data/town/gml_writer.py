"""What the CityGML 2.0 and 3.0 writers have in common."""

from . import settings
from .gml_geometry import GmlGeometry, pos_list
from .shells import shells
from .things import all_things, relief, templates
from .xmltext import Xml


class CityGml:
    """Walks the town and calls `_building`, `_road`… of the version's writer."""
    version, namespaces = 0, {}

    def __init__(self, town):
        self.town, self.xml = town, Xml()
        self.geo = GmlGeometry(self.xml, self.version)
        self.templates, self.written = templates(), set()

    def text(self):
        xml = self.xml
        root = {"gml__id": "LF_CITY"} if self.version == 3 else {}
        xml.open("core:CityModel", **self.namespaces, **root)
        xml.leaf("gml:name", settings.TOWN)
        at = len(xml.lines)
        for n, building in enumerate(self.town.buildings):
            if building.in_gml:
                xml.open("core:cityObjectMember")
                self._building(building, n)
                xml.close()
        for thing in all_things(self.town):
            xml.open("core:cityObjectMember")
            getattr(self, f"_{thing.kind.lower()}")(thing)
            xml.close()
        self._relief(relief())
        self._appearance()
        xml.close()
        xml.lines[at:at] = self._envelope()
        return xml.text()

    def _envelope(self):
        """The lines of the envelope around everything written."""
        corners = [(tag, pos_list([p])) for tag, p in (("lower", self.geo.low), ("upper", self.geo.high))]
        return ["<gml:boundedBy>", f'<gml:Envelope srsName="{settings.CRS_COMPOUND_URN}" srsDimension="3">',
                *(f"<gml:{tag}Corner>{text}</gml:{tag}Corner>" for tag, text in corners),
                "</gml:Envelope>", "</gml:boundedBy>"]

    def _template(self, prop, thing):
        """The relative geometry of a template: written once, then linked."""
        if thing.template in self.written:
            self.xml.empty(prop, xlink__href=f"#{thing.template}")
            return
        self.written.add(thing.template)
        self.geo.local = True
        self.geo.multi_surface(prop, self.templates[thing.template].surfaces, own_id=thing.template)
        self.geo.local = False

    def _triangles(self, thing):
        """The triangulated surface of the terrain."""
        xml = self.xml
        xml.open("gml:TriangulatedSurface", **self.geo.ids())
        xml.open("gml:trianglePatches" if self.version == 2 else "gml:patches")
        for surface in thing.surfaces:
            xml.open("gml:Triangle")
            xml.open("gml:exterior")
            xml.open("gml:LinearRing")
            ring = surface.rings[0]
            xml.leaf("gml:posList", pos_list([*ring, ring[0]]), srsDimension=3)
            xml.close(3)
        xml.close(2)


def materials(town):
    """(name, colour, polygon ids): roofs of the old landmarks, walls of the hospital."""
    church, hall, hospital = (town.special(k) for k in ("church", "town_hall", "hospital"))
    roofs = [s.id + "_2" for b in (church, hall) for shell in shells(b) for s in shell.lod2 if s.kind == "RoofSurface"]
    walls = [s.id + "_2" for shell in shells(hospital) for s in shell.lod2 if s.kind == "WallSurface"]
    return [("ROOF", (0.62, 0.18, 0.12), roofs), ("WALL", (0.95, 0.95, 0.92), walls)]
