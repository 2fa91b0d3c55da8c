// panel.js - what stands around the picture: search, layers, legend, the object that was picked, tables.  Texts of the city become text
// nodes and nothing else; characters that would change the order or the shape of what is around them are shown as marks.

const $ = (id) => document.getElementById(id);

function clean(text) {
    return String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, (c) => "\u27e8U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "\u27e9");
}

function el(tag, text, more) {
    const e = document.createElement(tag);
    if (text !== undefined && text !== null) e.textContent = clean(text);
    for (const k in more || {}) if (k in e) e[k] = more[k]; else e.setAttribute(k, more[k]);
    return e;
}

function swatch(colour) { const s = el("span", null, { className: "swatch" }); s.style.background = hex(colour); return s; }

const show = (v) => (v === null ? "" : typeof v === "object" ? JSON.stringify(v) : String(v));

class Panel {
    constructor(city, app) {
        this.city = city;
        this.app = app;
        const m = city.meta;
        $("title").textContent = clean(m.title);
        document.title = clean(m.title);
        $("subtitle").textContent = [city.layers.reduce((n, l) => n + (l.result ? 0 : l.count), 0).toLocaleString("en") + " objects", m.crs || "EPSG:" + m.epsg].join(" \u00b7 ");
        $("sources").textContent = clean("Sources: " + (m.sources.length ? m.sources.join("; ") : "not named") + ". Drawn by " + m.generator + ".");
        this.search();
    }
    // ---- search ----
    names() {
        if (this._names) return this._names;
        this._names = [];
        for (let o = 0; o < this.city.count; o++) {
            const l = this.city.layer(o);
            if (l.result) continue;
            const name = this.city.name(o), id = this.city.gid(o);
            let where = "";
            if (!name) { const s = l.value("street", o - l.first), h = l.value("housenumber", o - l.first); where = s ? s + (h ? " " + h : "") : ""; }
            this._names.push([(name || where).toLowerCase(), id.toLowerCase(), o, name || where]);
        }
        return this._names;
    }
    find(text) {
        const t = text.trim().toLowerCase(), out = [[], [], []];
        if (!t) return [];
        for (const n of this.names()) {
            const rank = n[1] === t || n[0] === t ? 0 : n[0].startsWith(t) ? 1 : n[0].includes(t) || n[1].includes(t) ? 2 : -1;
            if (rank >= 0 && out[rank].length < 30) out[rank].push(n[2]);
        }
        return out.flat().slice(0, 30);
    }
    search() {
        const list = $("found"), input = $("find"), run = () => {
            list.replaceChildren();
            const found = this.find(input.value);
            for (const o of found) {
                const li = el("li"), b = el("button", this.label(o), { type: "button" });
                b.append(el("small", this.city.className(o) + " \u00b7 " + this.city.gid(o)));
                b.addEventListener("click", () => { this.app.go(o); list.replaceChildren(); });
                li.append(b);
                list.append(li);
            }
            if (input.value.trim() && !found.length) list.append(el("li", "Nothing is called like that."));
            return found;
        };
        let timer = 0;
        input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(run, 120); });
        input.addEventListener("keydown", (e) => {
            if (e.key === "Escape") { input.value = ""; list.replaceChildren(); input.blur(); }
            if (e.key === "ArrowDown" && list.querySelector("button")) { list.querySelector("button").focus(); e.preventDefault(); }
        });
        $("search").addEventListener("submit", (e) => { e.preventDefault(); clearTimeout(timer); const found = run(); if (found.length) { this.app.go(found[0]); list.replaceChildren(); } });
    }
    label(o) {
        const c = this.city, l = c.layer(o), name = c.name(o);
        if (name) return name;
        const s = c.value(o, "street"), h = c.value(o, "housenumber");
        if (s) return s + (h ? " " + h : "");
        if (l.result) return l.title + " " + c.gid(o);
        return (c.className(o) || l.title) + " " + c.gid(o);
    }
    // ---- the object that was picked ----
    show(o) {
        const box = $("picked");
        box.replaceChildren();
        box.hidden = o < 0;
        if (o < 0) return;
        const close = el("button", "\u00d7", { type: "button", className: "close", "aria-label": "Close" });
        close.addEventListener("click", () => this.app.select(-1));
        box.append(close, el("h2", this.label(o).slice(0, 160)));
        const object = this.city.object(o), l = this.city.layer(o);
        const table = (title, rows) => {
            if (!rows.length) return;
            const t = el("table"), body = el("tbody");
            t.append(el("caption", title), body);
            for (const [k, v, to] of rows) {
                const tr = el("tr"), td = el("td");
                td.dir = "auto";
                if (to === undefined) td.textContent = clean(show(v));
                else { const b = el("button", show(v), { type: "button" }); b.addEventListener("click", () => this.app.go(to)); td.append(b); }
                tr.append(el("th", k, { scope: "row" }), td);
                body.append(tr);
            }
            box.append(t);
        };
        const head = l.result ? [["layer", l.title], ["id", object.id]] : [["id", object.id], ["class", object.class], ["layer", object.layer]];
        if (l.result && this.city.byId(object.id) >= 0) head[1].push(this.city.byId(object.id));
        for (const k of ["valid_from", "valid_to"]) if (object[k]) head.push([k, object[k]]);
        table("Object", head);
        const seen = el("div", null, { id: "observed" });
        box.append(seen);
        this.observed(o);
        table("Values", Object.entries(object.values || {}).map(([k, v]) => [k + (object.derived && object.derived[k] ? " (" + object.derived[k] + ")" : ""), v]));
        table("Attributes", Object.entries(object.attributes || {}));
        table("Relations", (object.relations || []).slice(0, 200).map((r) => [r.type, this.label(r.o), r.o]));
        if ((object.relations || []).length > 200) box.append(el("p", object.relations.length - 200 + " more relations are not listed."));
        if (["building", "building_part"].includes(l.name) && !this.city.solids.has(o) && this.city.type[o] && heights(this.city, o).guessed) box.append(el("p", "Its height is not known; it is drawn 5 or 6 m high."));
    }
    // What its streams say, at the time
    observed(o) {
        const box = $("observed"), all = this.city.observations.of.get(o), now = this.city.observations, most = 50;
        if (!box || !all) return;
        const t = el("table"), body = el("tbody"), bad = ["", ", uncertain"];
        t.append(el("caption", now.time === Infinity ? "Observations, the newest" : "Observations at " + now.when(now.time)), body);
        for (const s of all.slice(0, most)) {
            const a = now.at(s), tr = el("tr"), td = el("td"), spark = now.spark(s), text = !a ? "none yet" : a.v === undefined ? "no value" : show(a.v) + (s.unit && typeof a.v === "number" ? " " + now.unit(s) : "");
            td.append(el("bdi", text));
            if (a) td.append(el("small", (a.mean ? "mean from " : "") + now.when(a.t) + (s.q && a.t === s.t ? bad[s.q] || ", bad" : "")));
            if (spark) td.append(spark);
            tr.append(el("th", s.property || s.name || s.id, { scope: "row", title: clean(s.name || s.id || "") }), td);
            body.append(tr);
        }
        box.replaceChildren(t);
        if (all.length > most) box.append(el("p", all.length - most + " more streams are not listed."));
    }
    // ---- layers ----
    layers() {
        const list = $("layer-list");
        for (const l of [...this.city.layers].reverse().sort((a, b) => b.result - a.result)) {
            if (!l.count || l.name === "nonspatial" || l.name === "relief") continue;
            const li = el("li"), label = el("label"), box = el("input", null, { type: "checkbox", checked: l.shown });
            box.addEventListener("change", () => this.app.layer(l, box.checked));
            label.append(box, swatch(l.result ? (l.colouring ? l.colouring.classes.length ? l.colouring.classes[0][0] : 0x999999 : l.colour) : l.paint ? l.paint.cases[""][0] ?? l.paint.cases[""][1] ?? 0xbbbbbb : 0xbbbbbb), el("span", l.title, { className: l.result ? "result" : "" }), el("small", l.count.toLocaleString("en")));
            li.append(label);
            list.append(li);
            l.box = box;
        }
    }
    legend(colours) {
        const box = $("legend");
        const before = box.querySelector("select.mode");
        box.replaceChildren();
        const classes = (title, list) => {
            const ul = el("ul");
            for (const [c, text] of list) { const li = el("li"); li.append(swatch(c), el("bdi", text)); ul.append(li); }
            box.append(el("h2", title), ul);
        };
        for (const l of this.city.layers) {
            if (!l.result || !l.shown) continue;
            if (l.colouring) classes(l.title + ": " + l.colouring.by, l.colouring.classes);
            else classes("", [[l.colour, l.title]]);
        }
        this.observations(box, colours, classes);
        const modes = colours.modes();
        if (modes.length || colours.classes) {
            const select = before || el("select", null, { className: "mode", "aria-label": "Colour of buildings" });
            if (!before) {
                select.append(el("option", "Colour: what it is", { value: "" }));
                if (this.city.meta.colouring) select.append(el("option", "Colour: " + this.city.meta.colouring.by, { value: "*" }));
                for (const m of modes) select.append(el("option", "Colour: " + m, { value: "=" + m }));
                select.value = colours.mode;
                select.addEventListener("change", () => { colours.mode = select.value === "*" ? "*" : select.value.slice(1); colours.recolour(); this.legend(colours); this.app.change(); });
            }
            box.append(select);
        }
        if (colours.classes) {
            classes(colours.classes.title, colours.classes.list);
            const li = el("li");
            li.append(swatch(NO_VALUE), el("span", "no value"));
            box.lastChild.append(li);
        }
    }
    // Which property colours what has streams
    observations(box, colours, classes) {
        const seen = this.city.observations, names = seen.properties();
        if (!names.length) return;
        if (!this.observedProperty) {
            const select = this.observedProperty = el("select", null, { "aria-label": "Observed property" });
            select.append(el("option", "Sensors: what they are", { value: "" }));
            for (const n of names) select.append(el("option", "Sensors: " + n, { value: "=" + n }));
            select.addEventListener("change", () => { seen.shown = select.value.slice(1); colours.apply(); this.legend(colours); this.app.change(); });
        }
        box.append(this.observedProperty);
        const c = colours.observed;
        if (c) classes(c.title, c.list);
    }
    // ---- everything as tables, also where nothing can be drawn ----
    tables(why) {
        const box = $("tables");
        if (box.childElementCount) return;
        box.append(el("h1", this.city.meta.title));
        if (why) box.append(el("p", why));
        else {
            const close = el("button", "Back to the picture", { type: "button", className: "close" });
            close.addEventListener("click", () => this.app.table(false));
            box.append(close);
        }
        for (const l of this.city.layers) {
            if (!l.count) continue;
            const details = el("details"), summary = el("summary", l.title + " (" + l.count.toLocaleString("en") + ")");
            details.append(summary);
            details.addEventListener("toggle", () => { if (details.open && details.childElementCount === 1) this.rows(details, l, 0); });
            box.append(details);
            if (why && (l.name === "building" || l.result)) details.open = true;
        }
        const sources = el("p", $("sources").textContent);
        box.append(sources);
    }
    rows(details, l, first) {
        const names = l.columns.map((c) => c.name).filter((n) => n !== "derived").slice(0, 10), keys = l.result ? l.keys.map((k, i) => [k.name, i]).slice(0, 10) : [];
        const page = 200, table = el("table"), head = el("tr"), body = el("tbody"), thead = el("thead");
        for (const n of ["id", l.result ? "" : "class", ...names, ...keys.map((k) => k[0])]) if (n) head.append(el("th", n, { scope: "col" }));
        thead.append(head);
        table.append(thead, body);
        for (let i = first; i < Math.min(first + page, l.count); i++) {
            const tr = el("tr"), o = l.first + i, td = el("td"), b = el("button", this.city.gid(o), { type: "button" });
            b.addEventListener("click", () => this.app.go(o));
            td.append(b);
            tr.append(td);
            if (!l.result) tr.append(el("td", this.city.className(o)));
            for (const n of names) tr.append(el("td", show(l.value(n, i) ?? "")));
            for (const k of keys) tr.append(el("td", show(l.attribute(k[1], i) ?? "")));
            body.append(tr);
        }
        const rest = el("p", (first + 1).toLocaleString("en") + " to " + Math.min(first + page, l.count).toLocaleString("en") + " of " + l.count.toLocaleString("en") + " ");
        for (const [text, to] of [["Before", first - page], ["Next", first + page]]) {
            if (to < 0 || to >= l.count) continue;
            const b = el("button", text, { type: "button" });
            b.addEventListener("click", () => { details.replaceChildren(details.firstChild); this.rows(details, l, to); });
            rest.append(b, " ");
        }
        details.append(table, rest);
    }
}
