// city.js - objects of the page by number 0 to count - 1: ids, values, attributes, geometry, relations.

class Layer {
    constructor(meta, streams, order) {
        Object.assign(this, { name: meta.name, title: meta.title, first: meta.first, count: meta.count, base: meta.base || 0, paint: meta.paint, result: !!meta.result,
            colour: meta.colour, width: meta.width_px || 0, opacity: meta.opacity || 0, colouring: meta.colouring || null, order, meta, streams, shown: true });
        this.columns = meta.columns.map((c) => ({ name: c.name, decimals: c.decimals, stream: c.s, texts: "t" in c ? new Texts(streams[c.t]) : null, rows: null }));
        this.byName = new Map(this.columns.map((c) => [c.name, c]));
        this.keys = meta.keys.map(([name, s]) => ({ name, texts: new Texts(streams[s]), rank: null }));
        this.keyNumber = new Map(this.keys.map((k, i) => [k.name, i]));
    }
    stream(name) { const s = this.meta.s[name]; return s === undefined ? null : new Reader(this.streams[s]); }
    list(name, Type, fn) {
        const r = this.stream(name), out = new Type(this.count);
        if (r) for (let i = 0; i < this.count; i++) out[i] = fn(r);
        return out;
    }
    // Values of a column: numbers (NaN: none), or numbers of texts + 1 (0: none).
    rows(column) {
        if (column.rows) return column.rows;
        const r = new Reader(this.streams[column.stream]), n = this.count;
        if (column.texts) {
            column.rows = new Uint32Array(n);
            for (let i = 0; i < n; i++) column.rows[i] = r.u();
        } else {
            const scale = 10 ** column.decimals;
            let last = 0;
            column.rows = new Float64Array(n);
            for (let i = 0; i < n; i++) {
                const v = r.u();
                if (v) last += (v - 1) % 2 ? -v / 2 : (v - 1) / 2;
                column.rows[i] = v ? last / scale : NaN;
            }
        }
        return column.rows;
    }
    // undefined: none
    value(name, i) {
        const c = this.byName.get(name);
        if (!c) return undefined;
        const v = this.rows(c)[i];
        if (c.texts) return v ? c.texts.get(v - 1) : undefined;
        return Number.isNaN(v) ? undefined : v;
    }
    get keysets() {
        if (this._sets) return this._sets;
        const r = new Reader(this.streams[this.meta.keysets]), sets = [[]];
        while (r.more) {
            const set = [];
            for (let k; (k = r.u());) set.push(k - 1);
            sets.push(set);
        }
        this._of = this.list("keys", Uint32Array, (s) => s.u());
        return this._sets = sets;
    }
    attribute(key, i) {
        const sets = this.keysets, k = this.keys[key];
        if (!sets[this._of[i]].includes(key)) return undefined;
        if (!k.rank) {
            const has = sets.map((s) => s.includes(key));
            k.rank = new Uint32Array(this.count);
            for (let j = 0, n = 0; j < this.count; j++) { k.rank[j] = n; if (has[this._of[j]]) n++; }
        }
        return k.texts.get(k.rank[i]);
    }
    attributes(i) {
        const out = Object.create(null);
        for (const key of this.keysets[this._of[i]]) out[this.keys[key].name] = this.attribute(key, i);
        return out;
    }
    // A value or an attribute
    any(name, i) {
        const v = this.value(name, i);
        if (v !== undefined) return v;
        const k = this.keyNumber.get(name);
        return k === undefined ? undefined : this.attribute(k, i);
    }
}

class City {
    constructor({ meta, streams }) {
        this.meta = meta;
        this.streams = streams;
        this.layers = meta.layers.map((m, i) => new Layer(m, streams, i));
        this.count = this.layers.reduce((n, l) => n + l.count, 0);
        this.layerOf = new Uint8Array(this.count);
        for (const l of this.layers) this.layerOf.fill(l.order, l.first, l.first + l.count);
        this.readGeometry();
        this.readSolids();
        this.hidden = new Uint8Array(this.count);
        this.twin = new Map();
        this.readTwins();
        this.observations = new Observations(this);
    }
    layer(o) { return this.layers[this.layerOf[o]]; }
    named(name) { return this.layers.find((l) => l.name === name && !l.result); }

    // ---- geometry: object o has the rings ringFirst[o] to ringFirst[o + 1]; ring r the vertices ringEnd[r - 1] to ringEnd[r]; parts begin where outer[r] is 1 ----
    readGeometry() {
        const n = this.count, step = this.meta.step_m, xy = new Grow(Float64Array, n * 10), ends = new Grow(Uint32Array, n), outer = new Grow(Uint8Array, n);
        this.type = new Uint8Array(n);
        this.ringFirst = new Uint32Array(n + 1);
        let x = 0, y = 0;
        for (const l of this.layers) {
            const code = l.stream("geom"), r = l.stream("xy"), types = l.stream("type");
            const vertex = () => { x += r.s(); y += r.s(); xy.push(x * step); xy.push(y * step); };
            const ring = (count, first) => { for (let i = 0; i < count; i++) vertex(); ends.push(xy.n / 2); outer.push(first); };
            for (let i = 0, o = l.first; i < l.count; i++, o++) {
                this.ringFirst[o] = ends.n;
                this.type[o] = types.bytes[i];
                const c = code.u();
                if (c === 0) { this.type[o] = 0; continue; }
                if (c === 4 && this.type[o] === 3) {
                    ring(3, 1);
                    const a = xy.n - 6, v = xy.a;
                    xy.room(2);
                    xy.push(v[a] + v[a + 4] - v[a + 2]);
                    xy.push(v[a + 1] + v[a + 5] - v[a + 3]);
                    ends.a[ends.n - 1]++;
                } else if (c === 1) {
                    for (let parts = code.u(); parts > 0; parts--)
                        for (let rings = code.u(), k = 0; k < rings; k++) ring(code.u(), k === 0 ? 1 : 0);
                } else {
                    ring(c / 2, 1);
                }
            }
        }
        this.ringFirst[n] = ends.n;
        this.xy = xy.done();
        this.ringEnd = ends.done();
        this.outer = outer.done();
    }
    ringStart(r) { return r ? this.ringEnd[r - 1] : 0; }
    box(o) {
        const b = [Infinity, Infinity, -Infinity, -Infinity], first = this.ringStart(this.ringFirst[o]), end = this.ringStart(this.ringFirst[o + 1]);
        for (let i = first; i < end; i++) {
            const x = this.xy[2 * i], y = this.xy[2 * i + 1];
            if (x < b[0]) b[0] = x;
            if (y < b[1]) b[1] = y;
            if (x > b[2]) b[2] = x;
            if (y > b[3]) b[3] = y;
        }
        return b[0] <= b[2] ? b : null;
    }

    // Square metres of an area, holes taken off
    area(o) {
        let sum = 0;
        for (let r = this.ringFirst[o]; r < this.ringFirst[o + 1]; r++) {
            let ring = 0;
            for (let first = this.ringStart(r), end = this.ringEnd[r], i = first, j = end - 1; i < end; j = i++) ring += this.xy[2 * j] * this.xy[2 * i + 1] - this.xy[2 * i] * this.xy[2 * j + 1];
            sum += this.outer[r] ? Math.abs(ring) : -Math.abs(ring);
        }
        return sum / 2;
    }

    // ---- roofs and walls: solid of an object is [kind, rings of x, y, z, ...] ----
    readSolids() {
        this.solids = new Map();
        if (this.meta.solids === undefined) return;
        const r = new Reader(this.streams[this.meta.solids]), step = this.meta.step_m;
        let o = 0, x = 0, y = 0, z = 0;
        while (r.more) {
            o += r.s();
            const polygons = [];
            for (let p = r.u(); p > 0; p--) {
                const head = r.u(), rings = [];
                for (let k = Math.floor(head / 4); k > 0; k--) {
                    const n = r.u(), ring = new Float64Array(3 * n);
                    for (let i = 0; i < n; i++) {
                        x += r.s(); y += r.s(); z += r.s();
                        ring[3 * i] = x * step; ring[3 * i + 1] = y * step; ring[3 * i + 2] = z * step;
                    }
                    rings.push(ring);
                }
                polygons.push({ kind: head % 4, rings });
            }
            this.solids.set(o, polygons);
        }
    }

    // ---- relations ----
    relationPairs(name, fn) {
        const m = (this.meta.relations || []).find((t) => t.name === name);
        if (!m) return;
        const r = new Reader(this.streams[m.s]);
        for (let a = 0, b = 0; r.more;) { a += r.s(); b += r.s(); fn(a, b); }
    }
    relations(o) {
        if (!this._edges) {
            this._edges = [];
            for (const t of this.meta.relations || []) {
                const from = new Grow(Uint32Array), to = new Grow(Uint32Array);
                this.relationPairs(t.name, (a, b) => { from.push(a); to.push(b); });
                this._edges.push({ t, from: from.done(), to: to.done() });
            }
        }
        const out = [], back = [];
        for (const { t, from, to } of this._edges)
            for (let i = 0; i < from.length; i++) {
                if (from[i] === o) out.push({ type: t.name, to: to[i] });
                if (to[i] === o) back.push({ type: t.inverse, to: from[i] });
            }
        return out.concat(back);
    }
    // Of two sources' pictures of one thing the better one is drawn; buildings with parts are drawn as these.
    readTwins() {
        const rank = (o) => (this.solids.has(o) ? 2 : 0) + (this.type[o] ? 1 : 0);
        this.relationPairs("same_as", (a, b) => {
            this.twin.set(a, b);
            this.twin.set(b, a);
            const worse = rank(a) > rank(b) || (rank(a) === rank(b) && a < b) ? b : a;
            if (rank(a + b - worse)) this.hidden[worse] = 1;
        });
        const part = this.named("building_part");
        if (!part) return;
        this.relationPairs("part_of", (a, b) => {
            if (this.layer(a) !== part || (!this.type[a] && !this.solids.has(a))) return;
            if (this.hidden[b]) this.hidden[a] = 1;
            else if (!this.solids.has(b)) this.hidden[b] = 2;
        });
    }

    // ---- what is known of an object ----
    gid(o) {
        const l = this.layer(o);
        if (!l._gid) {
            const r = l.stream("gid"), last = [];
            l._prefixes = new Texts(this.streams[l.meta.s.prefixes]);
            l._gid = { prefix: new Uint32Array(l.count), kind: new Uint8Array(l.count), a: new Float64Array(l.count), b: new Float64Array(l.count) };
            for (let i = 0; i < l.count; i++) {
                const v = r.u(), p = Math.floor(v / 4);
                l._gid.prefix[i] = p;
                l._gid.kind[i] = v % 4;
                if (v % 4) l._gid.a[i] = last[p] = (last[p] || 0) + r.s();
                if (v % 4 === 2) l._gid.b[i] = r.u();
            }
        }
        const g = l._gid, i = o - l.first, text = l._prefixes.get(g.prefix[i]);
        return g.kind[i] === 0 ? text : g.kind[i] === 1 ? text + g.a[i] : text + g.a[i] + "#" + g.b[i];
    }
    className(o) {
        const l = this.layer(o);
        l._class = l._class || l.list("class", Uint16Array, (r) => r.u());
        const c = l._class[o - l.first];
        return c ? this.meta.classes[c - 1] : "";
    }
    value(o, name) { const l = this.layer(o); return l.value(name, o - l.first); }
    any(o, name) { const l = this.layer(o); return l.any(name, o - l.first); }
    name(o) {
        const v = this.any(o, "name");
        return typeof v === "string" ? v : "";
    }
    times(o) {
        const l = this.layer(o);
        if (!l._times) {
            const r = l.stream("valid"), texts = new Texts(this.streams[l.meta.s.times]);
            l._times = [];
            if (r) for (let i = 0; i < 2 * l.count; i++) { const t = r.u(); l._times.push(t ? texts.get(t - 1) : ""); }
        }
        const i = 2 * (o - l.first);
        return [l._times[i] || "", l._times[i + 1] || ""];
    }
    number(o) {
        const l = this.layer(o);
        if (!l._number) { let last = 0; l._number = l.list("number", Uint32Array, (r) => last += r.s()); }
        return l._number[o - l.first];
    }
    // As `cimtool get` gives it, relations without their attributes.
    object(o) {
        const l = this.layer(o), i = o - l.first, out = { id: this.gid(o) };
        if (!l.result) Object.assign(out, { number: this.number(o), class: this.className(o), layer: l.name });
        const [from, to] = this.times(o);
        if (from) out.valid_from = from;
        if (to) out.valid_to = to;
        const values = {}, attributes = l.attributes(i);
        for (const c of l.columns) {
            const v = l.value(c.name, i);
            if (v !== undefined && c.name !== "derived") values[c.name] = v;
        }
        const derived = l.value("derived", i);
        if (Object.keys(values).length) out.values = values;
        if (derived !== undefined) out.derived = derived.derived;
        if (Object.keys(attributes).length) out.attributes = attributes;
        const relations = this.relations(o).map((r) => ({ type: r.type, id: this.gid(r.to), class: this.className(r.to), name: this.name(r.to), o: r.to }));
        if (relations.length) out.relations = relations;
        return out;
    }
    byId(gid) {
        if (!this._byId) {
            this._byId = new Map();
            for (let o = this.count - 1; o >= 0; o--) if (!this.layer(o).result) this._byId.set(this.gid(o), o);
        }
        const o = this._byId.get(gid);
        return o === undefined ? -1 : o;
    }
}
