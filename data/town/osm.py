"""The town in OpenStreetMap's terms."""

from .osm_buildings import write_buildings, write_traps
from .osm_data import OsmData
from .osm_places import write_places
from .osm_streets import Index, write_streets


def build_osm(town):
    """All OpenStreetMap objects and the index into them; sets the buildings' ids."""
    osm, index = OsmData(), Index()
    write_streets(osm, town, index)
    write_buildings(osm, town, index)
    write_traps(osm, town, index)
    write_places(osm, town, index)
    return osm, index
