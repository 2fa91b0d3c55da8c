#!/usr/bin/env python3
"""An indicator for every district: how many minutes on foot from its homes to the nearest school or kindergarten, on average?

    districts.py CITY [PICTURE] [EXPRESSION]
"""
import sys

import cim
import drawing


def main(path, picture="districts.svg", goals="function IN ('school', 'kindergarten')"):
    with cim.open(path) as city:
        foot = city.net("foot").ready("full")
        homes = foot.places(city.query("class = 'Building' AND id LIKE 'osm:%'"), skip=True)
        times = foot.matrix(homes, foot.places(city.query(goals), skip=True))
        nearest = {h.object.number: min(row) / 60 for h, row in zip(homes, times)}
        rows = []
        for district in city.query("class = 'District'", sort="name"):
            inside = [o.number for o in district.neighbours() if o.number in nearest and nearest[o.number] < float("inf")]
            if inside:
                rows.append((district, sum(nearest[n] for n in inside) / len(inside), len(inside)))
        if not rows:
            raise SystemExit("this city has no districts with buildings")

        low, high = min(r[1] for r in rows), max(r[1] for r in rows)
        m = drawing.Map("Minutes on foot to the nearest school or kindergarten, mean by district", path)
        for i, colour in enumerate(drawing.RAMP):
            a, b = (low + (high - low) * k / len(drawing.RAMP) for k in (i, i + 1))
            m.add(
                [d for d, value, _ in rows if a <= value < b or (i == len(drawing.RAMP) - 1 and value == high)],
                fill=colour,
                line="#ffffff",
                width=1.5,
                alpha=0.75,
                legend=f"{a:.1f} to {b:.1f} min",
            )
        m.add(city.query("class = 'Building'"), fill="#ffffff", alpha=0.55)
        m.add(city.query("layer = 'road'"), line="#ffffff", width=0.8, alpha=0.7)
        m.add(
            [{"type": "Point", "coordinates": drawing.middle(o)} for o in city.query(goals)],
            fill="#d7191c",
            line="#ffffff",
            size=7,
            legend="schools, kindergartens",
        )
        for district, value, count in rows:
            m.label(*drawing.middle(district), f"{district.name}: {value:.1f}")
            print(f"{value:6.2f} min  {count:5d} buildings  {district.name}")
        m.frame([d for d, _, _ in rows])
        m.save(picture)


if __name__ == "__main__":
    main(*sys.argv[1:4])
