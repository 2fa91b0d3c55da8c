"""OpenStreetMap PBF, written by hand: protocol buffers in zlib blobs.

Wire format: https://wiki.openstreetmap.org/wiki/PBF_Format.  Nodes are dense,
coordinates in units of 100 nanodegrees (granularity 100), no metadata.
"""

import struct
import zlib

from .settings import GENERATOR

BLOCK = 8000                   # most entities in one block
MEMBER_TYPE = {"node": 0, "way": 1, "relation": 2}


def _varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def _zigzag(n):
    return n << 1 if n >= 0 else (-n << 1) - 1


def _number(field, n):
    return _varint(field << 3) + _varint(n)


def _bytes(field, data):
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _packed(field, numbers):
    return _bytes(field, b"".join(map(_varint, numbers)))


def _deltas(numbers):
    last = 0
    for n in numbers:
        yield _zigzag(n - last)
        last = n


class _Strings:
    """The string table of one block; index 0 is the empty string."""

    def __init__(self):
        self.index = {"": 0}

    def __call__(self, text):
        return self.index.setdefault(text, len(self.index))

    def message(self):
        return b"".join(_bytes(1, s.encode()) for s in self.index)


def _blob(kind, data):
    packed = zlib.compress(data, 9)
    blob = _number(2, len(data)) + _bytes(3, packed)
    header = _bytes(1, kind.encode()) + _number(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


def _header(osm):
    west, south, east, north = osm.bounds()
    box = b"".join(_number(f, _zigzag(v * 100)) for f, v in enumerate((west, east, north, south), start=1))
    required = [b"OsmSchema-V0.6", b"DenseNodes"]
    return (_bytes(1, box) + b"".join(_bytes(4, f) for f in required) + _bytes(5, b"Sort.Type_then_ID")
            + _bytes(16, GENERATOR.encode()))


def _dense(nodes, strings):
    ids = [node_id for node_id, _ in nodes]
    pairs = []
    for _, (_, _, tags) in nodes:
        for k, v in sorted(tags.items()):
            pairs += (strings(k), strings(v))
        pairs.append(0)
    message = (_packed(1, _deltas(ids)) + _packed(8, _deltas(n[1][1] for n in nodes))
               + _packed(9, _deltas(n[1][0] for n in nodes)))
    if len(pairs) > len(nodes):
        message += _packed(10, pairs)
    return _bytes(2, message)


def _tags(tags, strings):
    if not tags:
        return b""
    pairs = sorted(tags.items())
    return _packed(2, [strings(k) for k, _ in pairs]) + _packed(3, [strings(v) for _, v in pairs])


def _way(way_id, way, strings):
    refs, tags = way
    return _bytes(3, _number(1, way_id) + _tags(tags, strings) + _packed(8, _deltas(refs)))


def _relation(relation_id, relation, strings):
    members, tags = relation
    return _bytes(4, _number(1, relation_id) + _tags(tags, strings)
                  + _packed(8, [strings(role) for _, _, role in members])
                  + _packed(9, _deltas(ref for _, ref, _ in members))
                  + _packed(10, [MEMBER_TYPE[kind] for kind, _, _ in members]))


def _block(entities, write):
    strings = _Strings()
    group = write(entities, strings)
    return _blob("OSMData", _bytes(1, strings.message()) + _bytes(2, group) + _number(17, 100))


def _each(write):
    return lambda entities, strings: b"".join(write(i, e, strings) for i, e in entities)


def pbf_bytes(osm):
    """The whole file."""
    out = [_blob("OSMHeader", _header(osm))]
    for store, write in ((osm.nodes, _dense), (osm.ways, _each(_way)), (osm.relations, _each(_relation))):
        entities = list(store.items())
        for k in range(0, len(entities), BLOCK):
            out.append(_block(entities[k:k + BLOCK], write))
    return b"".join(out)
