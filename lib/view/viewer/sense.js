// sense.js - what was observed: streams of objects, their newest values and short series, what they said at a time.

class Observations {
    constructor(city) {
        this.city = city;
        this.list = city.meta.observations || [];
        this.time = Infinity; // Infinity: the newest
        this.shown = "";      // the property that colours and labels; "": what an object has first
        this.of = new Map();
        this.ranges = new Map();
        for (const s of this.list) {
            s.what = clean(s.property || s.name || s.id || "value").slice(0, 60) + (s.unit ? " (" + this.unit(s).slice(0, 30) + ")" : "");
            for (const o of s.o) { if (!this.of.has(o)) this.of.set(o, []); this.of.get(o).push(s); }
        }
    }
    // "{vehicle}" of UCUM is no unit but a word
    unit(s) { return clean(s.unit || "").replace(/[{}]/g, ""); }
    // { times, values }, values NaN where there is a gap
    series(s) {
        if (s.series) return s.series;
        const n = s.n || 0, times = new Float64Array(n), values = new Float64Array(n), r = n ? new Reader(this.city.streams[s.s]) : null;
        for (let i = 0, t = s.first_ms; i < n; i++) times[i] = t += r.u() * s.unit_ms;
        for (let i = 0, k = 0; i < n; i++) {
            const v = r.u();
            if (v) k += (v - 1) % 2 ? -v / 2 : (v - 1) / 2;
            values[i] = !v ? NaN : s.decimals < 0 ? k * 10 ** -s.decimals : k / 10 ** s.decimals;
        }
        return s.series = { times, values };
    }
    // What a stream says at the time: { t, v, mean }; null: nothing yet.  v undefined: a gap
    at(s) {
        if (s.t === undefined) return null;
        if (this.time >= s.t) return { t: s.t, v: s.v, mean: 0 };
        const { times, values } = this.series(s);
        let low = 0, high = times.length;
        while (low < high) { const m = (low + high) >> 1; if (times[m] <= this.time) low = m + 1; else high = m; }
        if (!low) return null;
        const v = values[low - 1];
        return { t: times[low - 1], v: Number.isNaN(v) ? undefined : typeof s.v === "boolean" ? v !== 0 : v, mean: s.mean_ms || 0 };
    }
    number(v) { return typeof v === "boolean" ? +v : typeof v === "number" ? v : NaN; }
    // Short, for labels
    text(s, a) {
        if (!a || a.v === undefined) return "";
        const v = typeof a.v === "number" ? String(Math.abs(a.v) >= 1e6 || (a.v !== 0 && Math.abs(a.v) < 1e-3) ? a.v.toPrecision(4) : Math.round(a.v * 1000) / 1000) : clean(String(a.v)).slice(0, 40);
        return v + (s.unit && typeof a.v === "number" ? " " + this.unit(s).slice(0, 20) : "");
    }
    when(t) { const d = new Date(t); return Number.isNaN(d.getTime()) ? "" : d.toISOString().replace(".000Z", "Z"); }
    // From the beginning of the series to the newest time; a clock that runs years ahead does not stretch them.
    span() {
        const newest = this.list.filter((s) => s.t !== undefined).map((s) => s.t).sort((a, b) => a - b), week = 7 * 86400000;
        if (!newest.length) return null;
        const middle = newest[newest.length >> 1], most = newest.filter((t) => t <= middle + week).pop();
        let least = Infinity;
        for (const s of this.list) if (s.n && s.t <= most && s.t > most - week) least = Math.min(least, Math.max(s.first_ms, most - week));
        return least < most ? { least, most } : null;
    }
    // Properties with numbers that several objects may be compared by
    properties() {
        if (!this._properties) {
            const known = new Set();
            for (const s of this.list) if (typeof s.v === "number" || typeof s.v === "boolean") known.add(s.what);
            this._properties = [...known].sort().slice(0, 200);
        }
        return this._properties;
    }
    // Five equal steps over nearly all values of all times, so that colours stay while time goes; the outer ones have no end.
    classes(ramp) {
        if (!this.shown) return null;
        const all = this.ranges.get(this.shown) || new Grow(Float64Array);
        if (!this.ranges.has(this.shown)) {
            const note = (v) => { if (Number.isFinite(v)) all.push(v); };
            for (const s of this.list) if (s.what === this.shown) { note(this.number(s.v)); this.series(s).values.forEach(note); }
            all.done().sort();
            this.ranges.set(this.shown, all);
        }
        if (!all.n) return null;
        let least = all.a[Math.floor((all.n - 1) * 0.02)], most = all.a[Math.ceil((all.n - 1) * 0.98)];
        if (least === most) { least = all.a[0]; most = all.a[all.n - 1]; }
        const n = least < most ? 5 : 1, step = (most - least) / n, text = (k) => String(+(least + k * step).toPrecision(3));
        if (!Number.isFinite(step)) return null; // from -1e308 to 1e308
        const list = Array.from({ length: n }, (_, k) => [rampColour(ramp, k, n), n === 1 ? text(0) : k === 0 ? "below " + text(1) : k === n - 1 ? text(k) + " and more" : text(k) + " \u2013 " + text(k + 1)]);
        return { title: this.shown, list, of: (v) => (step > 0 ? Math.max(0, Math.min(n - 1, Math.floor((v - least) / step))) : 0) };
    }
    // The stream of an object that is shown
    chosen(o) { const all = this.of.get(o) || []; return this.shown ? all.find((s) => s.what === this.shown) : all.find((s) => s.t !== undefined); }
    // A small picture of a series, with a mark at the time
    spark(s) {
        const { times, values } = this.series(s), w = 96, h = 22, good = values.filter((v) => !Number.isNaN(v));
        if (good.length < 2) return null;
        const make = (tag, more) => { const e = document.createElementNS($("svg").namespaceURI, tag); for (const k in more) e.setAttribute(k, more[k]); return e; };
        const least = good.reduce((a, b) => Math.min(a, b)), most = good.reduce((a, b) => Math.max(a, b)), first = times[0], wide = times[times.length - 1] - first || 1;
        if (!Number.isFinite(most - least)) return null;
        const x = (t) => 2 + (w - 4) * (t - first) / wide, y = (v) => (most > least ? h - 3 - (h - 6) * (v - least) / (most - least) : h / 2);
        let path = "", pen = false;
        values.forEach((v, i) => { if (Number.isNaN(v)) pen = false; else { path += (pen ? "L" : "M") + x(times[i]).toFixed(1) + " " + y(v).toFixed(1); pen = true; } });
        const svg = make("svg", { width: w, height: h, viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": `between ${least} and ${most}` });
        svg.append(make("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 1.2 }));
        const now = this.at(s), v = now ? this.number(now.v) : NaN;
        if (Number.isFinite(v)) svg.append(make("circle", { cx: Math.max(2, Math.min(w - 3, x(now.t))), cy: Math.max(3, Math.min(h - 3, y(v))), r: 2.5, fill: "#e8590c" }));
        return svg;
    }
}
