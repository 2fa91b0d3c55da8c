#!/usr/bin/env python3
"""A street graph of the size of a large city, made up: a grid with gaps, districts with few streets between them, main streets, one-ways.

    gen_city.py OUT.lcg [columns rows district seed]

The defaults give some 420,000 nodes and 1.1 million arcs, with separators as large as a real city's."""
import random
import struct
import sys
from array import array


def street(rng, district, column, row, along):
    """Kilometres an hour of the street that leaves a crossing to the east (along = column) or the north, 0: there is none."""
    inside = (column if along else row) % district != district - 1
    across = (row if along else column) % 10 == 0
    if across:
        return 50 if inside or (row if along else column) % 20 == 0 else 0
    if not inside:
        return 30 if rng.random() < 0.15 else 0
    return 30 if rng.random() < 0.74 else 0


def make(columns, rows, district, seed):
    rng = random.Random(seed)
    x = [c * 80 + rng.uniform(-25, 25) for _ in range(rows) for c in range(columns)]
    y = [r * 80 + rng.uniform(-25, 25) for r in range(rows) for _ in range(columns)]
    tails, heads, times, lengths = array("I"), array("I"), array("I"), array("I")

    def arc(a, b, kmh):
        metres = ((x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2) ** 0.5
        tails.append(a)
        heads.append(b)
        times.append(max(1, int(metres / kmh * 3600)))
        lengths.append(int(metres))

    def both(a, b, kmh, oneway):
        if oneway > 0.12:
            arc(b, a, kmh)
        if not 0.12 >= oneway > 0.06:
            arc(a, b, kmh)

    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            for along, other, exists in ((True, here + 1, column + 1 < columns), (False, here + columns, row + 1 < rows)):
                kmh = exists and street(rng, district, column, row, along)
                if not kmh:
                    continue
                if rng.random() < 0.1:  # a bend between them
                    middle = len(x)
                    x.append((x[here] + x[other]) / 2 + 10)
                    y.append((y[here] + y[other]) / 2 - 10)
                    oneway = rng.random()
                    both(here, middle, kmh, oneway)
                    both(middle, other, kmh, oneway)
                else:
                    both(here, other, kmh, rng.random() if kmh < 50 else 1)
    return x, y, tails, heads, times, lengths


def write(path, x, y, tails, heads, times, lengths):
    n, m = len(x), len(tails)
    first = array("I", [0]) * (n + 1)
    for v in tails:
        first[v + 1] += 1
    for v in range(n):
        first[v + 1] += first[v]
    at, order = array("I", first), array("I", [0]) * m
    for a, v in enumerate(tails):
        order[at[v]] = a
        at[v] += 1
    with open(path, "wb") as out:
        out.write(b"LCG1" + struct.pack("<II", n, m))
        first.tofile(out)
        for column in (heads, times, lengths):
            array("I", (column[a] for a in order)).tofile(out)
        array("f", (v / 111000.0 for v in y)).tofile(out)
        array("f", (v / 83000.0 for v in x)).tofile(out)
        out.write(struct.pack("<I", 0))


def main(path, *numbers):
    defaults = [650, 560, 70, 1]
    given = [int(n) for n in numbers]
    write(path, *make(*(given + defaults[len(given) :])))


if __name__ == "__main__":
    main(*sys.argv[1:])
