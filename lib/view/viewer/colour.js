// colour.js - what colour and whether everything is shown: paint of the layers, a property in classes, results, time.

const hex = (c) => "#" + c.toString(16).padStart(6, "0");
const NO_VALUE = 0xcfc9c0;

function rampColour(stops, i, n) {
    const t = n > 1 ? i * (stops.length - 1) / (n - 1) : (stops.length - 1) / 2, k = Math.min(stops.length - 2, Math.floor(t)), f = t - k;
    let c = 0;
    for (const s of [16, 8, 0]) c |= Math.round((stops[k] >> s & 255) * (1 - f) + (stops[k + 1] >> s & 255) * f) << s;
    return c;
}

class Colours {
    constructor(city, scene) {
        this.city = city;
        this.scene = scene;
        this.base = new Uint32Array(city.count);
        this.targets = new Map();
        this.ramp = "viridis";
        this.classes = null;
        this.time = null;
        for (const l of city.layers) this.paint(l);
        this.mode = city.meta.colouring ? "*" : "";
        this.recolour();
    }
    paint(l) {
        const first = l.first, base = this.base;
        if (l.result) {
            const of = l.list("colour", Uint8Array, (r) => r.bytes[r.at++]), classes = l.colouring ? l.colouring.classes : null;
            l.classOf = of;
            for (let i = 0; i < l.count; i++) base[first + i] = classes ? (of[i] ? classes[of[i] - 1][0] : 0x9a948c) : l.colour;
            return;
        }
        const cases = l.paint ? l.paint.cases : { "": [0xbdb8b0, null, 10] }, column = l.paint ? l.byName.get(l.paint.by) : null;
        const colour = (c) => { const [fill, line] = cases[c] || cases[""]; return fill !== null ? fill : line !== null ? line : 0xbdb8b0; };
        base.fill(colour(""), first, first + l.count);
        if (!column || !column.texts) return;
        const rows = l.rows(column), known = [];
        for (let i = 0; i < l.count; i++) {
            const t = rows[i];
            if (!t) continue;
            if (known[t] === undefined) { const text = column.texts.get(t - 1); known[t] = Object.hasOwn(cases, text) && text ? colour(text) : -1; }
            if (known[t] >= 0) base[first + i] = known[t];
        }
    }
    width(l, o) {
        const cases = l.paint ? l.paint.cases : null;
        if (!cases) return 1;
        const v = l.value(l.paint.by, o - l.first), c = (typeof v === "string" && v && Object.hasOwn(cases, v) && cases[v]) || cases[""];
        return c[2] / 10;
    }
    // Properties one may colour by: typed values and frequent attributes of buildings.
    modes() {
        if (this._modes) return this._modes;
        const names = new Map();
        for (const l of this.city.layers) {
            if (l.result || !["building", "building_part"].includes(l.name)) continue;
            for (const c of l.columns) if (!["derived", "street", "housenumber", "city"].includes(c.name)) names.set(c.name, true);
            l.keys.slice(0, 60).forEach((k) => { if (!/name|addr|id$/i.test(k.name)) names.set(k.name, true); });
        }
        return this._modes = [...names.keys()];
    }
    // The classes of a property: { of: class by object (0 none), list: [[colour, label]] }
    classify(name) {
        const city = this.city, of = new Uint8Array(city.count), meta = city.meta;
        if (name === "*") {
            for (const l of city.layers) if (!l.result) of.set(l.list("colour", Uint8Array, (r) => r.bytes[r.at++]), l.first);
            return { of, list: meta.colouring.classes, title: meta.colouring.by };
        }
        const values = [], objects = [], counts = new Map();
        let numeric = true;
        for (const l of city.layers) {
            if (l.result || !["building", "building_part"].includes(l.name)) continue;
            for (let i = 0; i < l.count; i++) {
                const v = l.any(name, i);
                if (v === undefined || v === null || typeof v === "object") continue;
                values.push(v);
                objects.push(l.first + i);
                if (numeric && (typeof v !== "number" && !(typeof v === "string" && v.trim() && Number.isFinite(+v)))) numeric = false;
            }
        }
        if (numeric) {
            const sorted = Float64Array.from(values, Number).sort(), n = sorted.length, upper = [];
            for (let k = 1; k <= 5; k++) { const u = sorted[Math.ceil(n * k / 5) - 1]; if (!upper.length || u > upper[upper.length - 1]) upper.push(u); }
            const text = (v) => String(Math.abs(v) >= 100 ? Math.round(v) : Math.round(v * 100) / 100);
            objects.forEach((o, i) => { const v = +values[i]; let c = 0; while (c < upper.length - 1 && v > upper[c]) c++; of[o] = c + 1; });
            return { of, list: upper.map((u, k) => [rampColour(meta.ramps[this.ramp], k, upper.length), text(k ? upper[k - 1] : sorted[0]) + " \u2013 " + text(u)]), title: name };
        }
        for (const v of values) counts.set(String(v), (counts.get(String(v)) || 0) + 1);
        const frequent = [...counts].sort((a, b) => b[1] - a[1]), room = frequent.length > 8 ? 7 : 8, number = new Map(frequent.slice(0, room).map(([v], i) => [v, i + 1]));
        objects.forEach((o, i) => { of[o] = number.get(String(values[i])) || 8; });
        const list = frequent.slice(0, room).map(([v], i) => [meta.categories[i], v.slice(0, 60)]);
        if (frequent.length > 8) list.push([0xb8b2a9, "others"]);
        return { of, list, title: name };
    }
    recolour() {
        this.classes = this.mode ? this.classify(this.mode) : null;
        this.scene.plain = !this.classes;
        this.apply();
    }
    // Features of results that are objects of the city colour these.
    linkResults() {
        for (const l of this.city.layers) {
            if (!l.result) continue;
            for (let o = l.first; o < l.first + l.count; o++) {
                if (this.city.type[o] === 2) continue;
                let t = this.city.byId(this.city.gid(o));
                if (t < 0) continue;
                if (this.city.hidden[t] === 1 && this.city.twin.has(t)) t = this.city.twin.get(t);
                if (["building", "building_part"].includes(this.city.layer(t).name)) this.targets.set(o, t);
            }
        }
    }
    visible(o, l) {
        if (!l.shown) return false;
        return !this.time || this.time(o, l);
    }
    apply() {
        const { city, scene, base, classes } = this, twin = city.twin, seen = city.observations, now = this.observed = seen.classes(city.meta.ramps[this.ramp]);
        for (const l of city.layers) {
            const building = !l.result && ["building", "building_part", "building_detail"].includes(l.name);
            for (let o = l.first, end = l.first + l.count; o < end; o++) {
                let c = base[o];
                if (classes && !l.result) {
                    const k = classes.of[o] || (twin.has(o) ? classes.of[twin.get(o)] : 0);
                    if (k) c = classes.list[k - 1][0];
                    else if (building) c = NO_VALUE;
                }
                scene.setState(o, c, this.visible(o, l));
            }
        }
        if (now) for (const o of seen.of.keys()) {
            const s = seen.chosen(o), a = s ? seen.at(s) : null, v = a ? seen.number(a.v) : NaN;
            if (s) scene.setState(o, Number.isFinite(v) ? now.list[now.of(v)][0] : NO_VALUE, this.visible(o, city.layer(o)));
        }
        for (const [f, t] of this.targets) {
            const l = city.layer(f);
            if (this.visible(f, l)) { scene.setState(t, base[f], this.visible(t, city.layer(t))); const p = this.parts(t); for (const q of p) scene.setState(q, base[f], true); }
        }
        scene.upload();
    }
    // Parts of a building that is drawn as these
    parts(o) {
        if (!this._parts) {
            this._parts = new Map();
            this.city.relationPairs("part_of", (a, b) => { if (!this._parts.has(b)) this._parts.set(b, []); this._parts.get(b).push(a); });
        }
        return this._parts.get(o) || [];
    }
}
