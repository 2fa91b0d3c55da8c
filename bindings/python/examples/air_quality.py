#!/usr/bin/env python3
"""How bad is the air between the stations?

    air_quality.py CITY FEED [PICTURE] [PROPERTY]

Reads a feed of observations (such as data/town-sensors.json.gz) into memory, takes the mean of a PROPERTY (NO2) at each station, and guesses the
rest by ordinary kriging.  Circles show how far each station is from what the others say of its place: with few stations that is much.
"""
import sys

import cim
import drawing


def means(city, feed, name):
    """Mean of each stream of a property, and where its station is."""
    seen = cim.Observations(None)
    seen.ingest(feed, city)
    rows = []
    for number in seen.find(property=name):
        stream, bucket = seen.stream(number), seen.rollup(number)[0]
        rows.append((stream.thing or stream.id, stream.x, stream.y, bucket.mean, stream.unit))
    return rows


def main(path, feed, picture="air_quality.svg", name="NO2"):
    with cim.open(path) as city:
        rows = means(city, feed, name)
        field = cim.Field([(x, y) for _, x, y, _, _ in rows], [v for _, _, _, v, _ in rows], model="exponential")
        left = field.leave_out()
        x0, y0, x1, y1 = field.box
        box, cell = (x0 - 300, y0 - 300, x1 + 300, y1 + 300), 25.0
        values, spread = field.grid(box, cell)
        values, spread = values.tolist(), spread.tolist()
        least, most = min(map(min, values)), max(map(max, values))
        unit = rows[0][4] or ""
        m = drawing.Map(f"{name}, mean, by kriging from {len(rows)} stations; each from the others: {left.rmse:.1f} {unit} off", path)
        bands = [[] for _ in drawing.RAMP]
        for j, row in enumerate(values):
            for i, v in enumerate(row):
                k = min(int((v - least) / ((most - least) or 1.0) * len(bands)), len(bands) - 1)
                bands[k].append(cim.geometry.box(x0 - 300 + i * cell, y0 - 300 + j * cell, x0 - 300 + (i + 1) * cell, y0 - 300 + (j + 1) * cell))
        step = (most - least) / len(bands)
        for k, cells in enumerate(bands):
            m.add(
                cells,
                fill=drawing.RAMP[k],
                line=drawing.RAMP[k],
                width=0.3,
                alpha=0.75,
                legend=f"{least + k * step:.1f} to {least + (k + 1) * step:.1f} {unit}",
            )
        m.add(city.query("layer = 'road'"), line="#ffffff", width=0.7)
        m.add([{"type": "Point", "coordinates": (x, y)} for _, x, y, _, _ in rows], fill="#d7191c", line="#ffffff", width=1.5, size=8, legend="stations")
        for (station, x, y, v, _), guess in zip(rows, left.estimates.tolist()):
            m.label(x, y - 70, f"{station}: {v:.1f} (others say {guess:.1f})")
            print(f"{station:8} {v:6.1f} {unit}, the others say {guess:6.1f}")
        print(f"leave one out: rmse {left.rmse:.2f}, bias {left.bias:+.2f} {unit}; standard deviation at most {max(map(max, spread)) ** 0.5:.1f} {unit}")
        m.frame([cim.geometry.box(*box)], 0)
        m.save(picture)


if __name__ == "__main__":
    main(*sys.argv[1:5])
