"""Which valves isolate a pipe, and who is without water then: the ground truth."""

from collections import defaultdict


class Segments:
    """The water network cut at its valves."""

    def __init__(self, water):
        self.water = water
        self.valve_at = {(v.pipe, v.node): v.id for v in water.valves}
        self.pipes_at = defaultdict(list)
        for pipe in water.pipes.values():
            self.pipes_at[pipe.start].append(pipe.id)
            self.pipes_at[pipe.end].append(pipe.id)
        self.customers = defaultdict(int)
        for service in water.services:
            self.customers[service.pipe] += service.customers

    def around(self, pipe_id):
        """(pipes, nodes, valves) of the segment that holds a pipe."""
        pipes, nodes, valves, todo = {pipe_id}, set(), set(), [pipe_id]
        while todo:
            here = todo.pop()
            pipe = self.water.pipes[here]
            for node in (pipe.start, pipe.end):
                if (here, node) in self.valve_at:
                    valves.add(self.valve_at[here, node])
                elif node not in nodes:
                    nodes.add(node)
                    for other in self.pipes_at[node]:
                        if (other, node) in self.valve_at:
                            valves.add(self.valve_at[other, node])
                        elif other not in pipes:
                            pipes.add(other)
                            todo.append(other)
        return pipes, nodes, valves

    def supplied(self, shut_pipes, shut_nodes):
        """Pipes that well or tank still reach when a segment is shut."""
        links = [(p.start, p.end, p.id) for p in self.water.pipes.values() if p.status == "Open"]
        links += [("R1", "JW1", "PU1"), *((a, b, name) for name, a, b, _ in self.water.prvs)]
        near = defaultdict(list)
        for a, b, link in links:
            if link not in shut_pipes:
                near[a].append((b, link))
                near[b].append((a, link))
        seen, wet, todo = {"R1", "T1"}, set(), ["R1", "T1"]
        while todo:
            for node, link in near[todo.pop()]:
                wet.add(link)
                if node not in seen and node not in shut_nodes:
                    seen.add(node)
                    todo.append(node)
        return wet

    def report(self, pipe_id):
        """What happens when this pipe bursts: valves to close, customers without water."""
        pipes, nodes, valves = self.around(pipe_id)
        wet = self.supplied(pipes, nodes)
        dry = {p for p in self.water.pipes if p not in wet and p not in pipes}
        return {"pipe": pipe_id, "segment_pipes": sorted(pipes), "segment_nodes": sorted(nodes),
                "valves_to_close": sorted(valves), "customers_in_segment": sum(self.customers[p] for p in pipes),
                "customers_cut_off_beyond": sum(self.customers[p] for p in dry)}
