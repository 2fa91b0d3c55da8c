"""Networks of EPANET .inp files as arrays, for benchmarks and tests of traces: what they need, not a reader for use."""
import random
import struct


def read(path):
    """Node ids, link ids, ends of links, source nodes, demands of nodes, lengths of links."""
    nodes, links, ends, sources, demand, length, section = {}, {}, [], set(), [], [], ""

    def node(name):
        if name not in nodes:
            nodes[name] = len(nodes)
            demand.append(0.0)
        return nodes[name]

    for line in open(path, encoding="latin1"):
        words = line.split(";")[0].split()
        if not words:
            continue
        if words[0].startswith("["):
            section = words[0].upper()
        elif section == "[JUNCTIONS]":
            v = node(words[0])
            demand[v] = max(0.0, float(words[2])) if len(words) > 2 else 0.0
        elif section in ("[RESERVOIRS]", "[TANKS]"):
            sources.add(node(words[0]))
        elif section in ("[PIPES]", "[PUMPS]", "[VALVES]") and len(words) >= 3:
            links[words[0]] = len(links)
            ends.append((words[1], words[2]))
            length.append(float(words[3]) if section == "[PIPES]" and len(words) > 3 else 0.0)
    return list(nodes), list(links), [(node(a), node(b)) for a, b in ends], sorted(sources), demand, length


def valves(count, share, seed=12345):
    """Ends of links (0 .. 2 count - 1) with a valve, drawn by share."""
    draw = random.Random(seed)
    return [end for end in range(2 * count) if draw.random() < share]


def write(path, nodes, ends, sources, demand, devices):
    """The file of bench_trace; devices are ends of edges, edge * 2 + end."""
    flags = bytearray(nodes)
    for v in sources:
        flags[v] = 32
    with open(path, "wb") as out:
        out.write(b"TRC1" + struct.pack("<III", nodes, len(ends), len(devices)))
        out.write(struct.pack(f"<{len(ends)}I", *(a for a, _ in ends)) + struct.pack(f"<{len(ends)}I", *(b for _, b in ends)) + bytes(flags))
        out.write(struct.pack(f"<{len(devices)}I", *(d >> 1 for d in devices)) + bytes(d & 1 for d in devices) + struct.pack(f"<{nodes}d", *demand))
