"""OpenStreetMap XML."""

from xml.sax.saxutils import quoteattr

from .osm_data import degrees
from .settings import GENERATOR


def xml_text(osm):
    """The whole file as text."""
    west, south, east, north = (degrees(v) for v in osm.bounds())
    out = ['<?xml version="1.0" encoding="UTF-8"?>',
           f'<osm version="0.6" generator={quoteattr(GENERATOR)}>',
           f' <bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>']
    for node_id, (lon, lat, tags) in osm.nodes.items():
        head = f' <node id="{node_id}" lat="{degrees(lat)}" lon="{degrees(lon)}"'
        _element(out, "node", head, _tags(tags))
    for way_id, (refs, tags) in osm.ways.items():
        _element(out, "way", f' <way id="{way_id}"', [f'  <nd ref="{r}"/>' for r in refs] + _tags(tags))
    for relation_id, (members, tags) in osm.relations.items():
        lines = [f'  <member type="{t}" ref="{r}" role={quoteattr(role)}/>' for t, r, role in members]
        _element(out, "relation", f' <relation id="{relation_id}"', lines + _tags(tags))
    return "\n".join([*out, "</osm>", ""])


def _tags(tags):
    return [f"  <tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in sorted(tags.items())]


def _element(out, name, head, lines):
    if lines:
        out.append(head + ">")
        out.extend(lines)
        out.append(f" </{name}>")
    else:
        out.append(head + "/>")
