"""Contracting street lines to the edges of a pipe or cable network."""

from .streets import Graph


def chains(lines, stops=()):
    """Vertex chains between ends, branchings and stops, each edge once.

    The chains come in an order that depends on coordinates alone.
    """
    near = Graph(lines).near
    stops = set(stops)
    nodes = sorted(p for p in near if len(near[p]) != 2 or p in stops)
    used, out = set(), []
    for node in nodes:
        for q in sorted(near[node]):
            if (node, q) not in used:
                chain = _follow(near, node, q, set(nodes))
                used.update(zip(chain, chain[1:]))
                used.update(zip(chain[1:], chain))
                out.append(chain)
    return out


def _follow(near, start, q, nodes):
    chain = [start, q]
    while chain[-1] not in nodes:
        back, here = chain[-2:]
        chain.append(next(r for r in sorted(near[here]) if r != back))
    return chain
