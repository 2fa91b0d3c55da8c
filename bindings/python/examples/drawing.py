"""A small map for the examples: polygons, lines and points in metres, a legend, a scale bar; PNG or SVG by matplotlib, else SVG by itself."""
import html
import math
import os

import cim

RAMP = ["#fde725", "#7ad151", "#22a884", "#2a788e", "#414487", "#440154"]  # viridis: readable in print, and for people who see colours otherwise


def parts(thing):
    """Rings of polygons or lines of a GeoJSON-like geometry, each a list of points."""
    if hasattr(thing, "__geo_interface__"):
        thing = thing.__geo_interface__
    thing = thing.get("geometry", thing) or {"type": "None"}
    kind = thing["type"]
    if kind == "FeatureCollection":
        return [p for f in thing["features"] for p in parts(f)]
    c = thing.get("coordinates", ())
    return {
        "Point": lambda: [[[c]]],
        "MultiPoint": lambda: [[[p]] for p in c],
        "LineString": lambda: [[c]],
        "MultiLineString": lambda: [[line] for line in c],
        "Polygon": lambda: [c],
        "MultiPolygon": lambda: list(c),
    }.get(kind, lambda: [])()


def middle(thing):
    points = [p for part in parts(thing) for ring in part for p in ring]
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)


class Map:
    def __init__(self, title, note):
        self.title, self.layers, self.labels, self.box = title, [], [], None
        self.note = f"Source: {os.path.basename(note)}; libcim {cim.version()}"

    def add(self, things, fill=None, line=None, width=0.5, size=0, alpha=1.0, legend=None):
        """Draw geometries: fill for areas, line for outlines and lines, size for points."""
        self.layers.append(([p for t in things for p in parts(t)], fill, line, width, size, alpha, legend))

    def label(self, x, y, text):
        self.labels.append((x, y, text))

    def frame(self, things, margin=0.05):
        """Show only what lies around these."""
        points = [p for t in things for part in parts(t) for ring in part for p in ring]
        x0, x1, y0, y1 = min(p[0] for p in points), max(p[0] for p in points), min(p[1] for p in points), max(p[1] for p in points)
        m = margin * max(x1 - x0, y1 - y0, 100)
        self.box = (x0 - m, y0 - m, x1 + m, y1 + m)

    def bar_m(self):
        """Length of the scale bar: 1, 2 or 5 times a power of ten, about a fifth of the map."""
        wish = (self.box[2] - self.box[0]) / 5
        power = 10 ** math.floor(math.log10(wish))
        return max(f * power for f in (1, 2, 5) if f * power <= wish)

    def save(self, path):
        if self.box is None:
            self.frame([{"type": "MultiPoint", "coordinates": [p for layer in self.layers for part in layer[0] for ring in part for p in ring]}], 0.02)
        try:
            import matplotlib
        except ImportError:
            if not str(path).endswith(".svg"):
                raise SystemExit(f"{path}: without matplotlib the picture is an .svg") from None
            with open(path, "w", encoding="utf-8") as f:
                f.write(self.svg())
            return
        matplotlib.use("Agg")
        self.plot(path)

    # ---- by itself ----

    def svg(self):
        x0, y0, x1, y1 = self.box
        scale = 1000 / (x1 - x0)
        height = (y1 - y0) * scale

        def at(p):
            return f"{(p[0] - x0) * scale:.1f} {(y1 - p[1]) * scale:.1f}"

        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1310 {height + 80:.0f}" font-family="sans-serif" font-size="16">',
            f'<rect width="1310" height="{height + 80:.0f}" fill="white"/><text x="10" y="28" font-size="22">{html.escape(self.title)}</text>',
            f'<svg y="40" width="1000" height="{height:.0f}"><rect width="1000" height="{height:.0f}" fill="#f7f7f5"/>',
        ]
        for shapes, fill, line, width, size, alpha, _ in self.layers:
            style = f'fill="{fill or "none"}" stroke="{line or "none"}" stroke-width="{width * 1.4:g}" opacity="{alpha}" '
            style += 'fill-rule="evenodd"'
            if size:
                out += [f'<circle cx="{at(p[0][0]).split()[0]}" cy="{at(p[0][0]).split()[1]}" r="{size * 0.9:g}" {style}/>' for p in shapes]
            else:
                for p in shapes:  # one by one: where two areas coincide, neither is a hole of the other
                    lines = "".join("M" + "L".join(map(at, ring)) + ("Z" if fill else "") for ring in p)
                    out.append(f'<path d="{lines}" {style}/>')
        for x, y, text in self.labels:
            px, py = at((x, y)).split()
            out.append(f'<text x="{px}" y="{py}" text-anchor="middle" stroke="white" stroke-width="4" paint-order="stroke">{html.escape(text)}</text>')
        out.append(
            f'<path d="M20 {height - 20:.0f}h{self.bar_m() * scale:.0f}" stroke="black" stroke-width="3"/>'
            f'<text x="20" y="{height - 28:.0f}">{self.bar_m():g} m</text>'
        )
        shown = [(layer, layer[6]) for layer in self.layers if layer[6]]
        out.append(
            f'<path d="M980 {height - 14:.0f}v-40m-6 12l6 -12l6 12" fill="none" stroke="black" stroke-width="2"/><text x="974" y="{height - 60:.0f}">N</text>'
        )
        out.append("</svg>")
        for i, ((_, fill, line, _, _, alpha, _), text) in enumerate(shown):
            y = 50 + 24 * i
            out.append(f'<rect x="1012" y="{y}" width="22" height="16" fill="{fill or line}" stroke="{line or fill}" opacity="{alpha}"/>')
            out.append(f'<text x="1042" y="{y + 14}">{html.escape(text)}</text>')
        out.append(f'<text x="10" y="{height + 66:.0f}" font-size="13" fill="#555">{html.escape(self.note)}</text></svg>')
        return "\n".join(out)

    # ---- by matplotlib ----

    def plot(self, path):
        from matplotlib import pyplot
        from matplotlib.collections import LineCollection, PathCollection
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch
        from matplotlib.path import Path

        x0, y0, x1, y1 = self.box
        figure, axes = pyplot.subplots(figsize=(12, 9.4 * (y1 - y0) / (x1 - x0) + 0.8), dpi=110)
        axes.set_facecolor("#f7f7f5")
        shown = []
        for order, (shapes, fill, line, width, size, alpha, legend) in enumerate(self.layers):
            if size:
                axes.scatter(
                    [p[0][0][0] for p in shapes],
                    [p[0][0][1] for p in shapes],
                    s=size**2,
                    c=fill,
                    edgecolors=line,
                    linewidths=width,
                    alpha=alpha,
                    zorder=order,
                )
                shown.append((Line2D([], [], marker="o", color="none", markerfacecolor=fill, markeredgecolor=line or fill, markersize=8), legend))
            elif fill:
                paths = [Path.make_compound_path(*(Path([q[:2] for q in ring], closed=True) for ring in p)) for p in shapes if p]
                axes.add_collection(PathCollection(paths, facecolors=fill, edgecolors=line or "none", linewidths=width, alpha=alpha, zorder=order))
                shown.append((Patch(facecolor=fill, edgecolor=line, alpha=alpha), legend))
            else:
                axes.add_collection(
                    LineCollection(
                        [[q[:2] for q in ring] for p in shapes for ring in p], colors=line, linewidths=width, alpha=alpha, zorder=order, capstyle="round"
                    )
                )
                shown.append((Line2D([], [], color=line, linewidth=max(width, 2)), legend))
        for x, y, text in self.labels:
            axes.text(x, y, text, ha="center", va="center", fontsize=9, zorder=99, bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 1.5})
        bar, left, low = self.bar_m(), x0 + 0.03 * (x1 - x0), y0 + 0.03 * (y1 - y0)
        axes.plot([left, left + bar], [low, low], color="black", linewidth=3, zorder=99, solid_capstyle="butt")
        axes.text(left, low + 0.008 * (y1 - y0), f"{bar:g} m", zorder=99, fontsize=9)
        axes.annotate("N", (0.965, 0.09), (0.965, 0.03), xycoords="axes fraction", ha="center", arrowprops={"arrowstyle": "->"}, zorder=99)
        axes.set(xlim=(x0, x1), ylim=(y0, y1), aspect="equal", xticks=[], yticks=[])
        axes.set_title(self.title, loc="left")
        axes.legend(*zip(*((h, t) for h, t in shown if t)), loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=9).set_zorder(100)
        figure.text(0.01, 0.005, self.note, fontsize=8, color="#555555")
        figure.tight_layout()
        figure.savefig(path, bbox_inches="tight")
        pyplot.close(figure)
