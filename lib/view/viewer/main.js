// main.js - from the packed city to the first picture, and what happens then.

const UNDER_Z = { water: -1.6, sewer: -3.2, gas: -1.1, heat: -1.3, power: -0.8, telecom: -0.6, oil: -1.8 };

class App {
    constructor(city) {
        this.city = city;
        this.panel = new Panel(city, this);
        this.box = this.extent();
        this.selected = -1;
    }
    // The box of nearly everything: far outliers do not make the city small.
    extent() {
        const { xy } = this.city, n = xy.length / 2, pick = Math.max(1, Math.floor(n / 40000)), xs = [], ys = [];
        if (!n) return [-100, -100, 100, 100];
        for (let i = 0; i < n; i += pick) { xs.push(xy[2 * i]); ys.push(xy[2 * i + 1]); }
        const X = Float64Array.from(xs).sort(), Y = Float64Array.from(ys).sort(), a = Math.floor(X.length * 0.01), b = X.length - 1 - a;
        return [X[a], Y[a], X[b], Y[b]];
    }
    // Where the buildings are, to look at first
    core() {
        const l = this.city.named("building"), xs = [], ys = [];
        if (!l || l.count < 3) return this.box;
        for (let o = l.first; o < l.first + l.count; o++) if (this.city.type[o]) { const v = 2 * this.city.ringStart(this.city.ringFirst[o]); xs.push(this.city.xy[v]); ys.push(this.city.xy[v + 1]); }
        if (xs.length < 3) return this.box;
        const X = Float64Array.from(xs).sort(), Y = Float64Array.from(ys).sort(), part = (f) => { const a = Math.floor(X.length * f), b = X.length - 1 - a; return [X[a], Y[a], X[b], Y[b]]; }, most = part(0.02);
        return Math.hypot(most[2] - most[0], most[3] - most[1]) > 6000 ? part(0.15) : most;
    }
    start() {
        const canvas = $("scene"), city = this.city;
        this.scene = new Scene(canvas, city.count);
        this.camera = new Camera();
        this.colours = new Colours(city, this.scene);
        this.tools = new Tools(city, this.scene, this.camera, this);
        this.build();
        const size = () => { this.camera.size(innerWidth, innerHeight); this.change(); };
        this.camera.w = innerWidth;
        this.camera.h = innerHeight;
        this.camera.home(this.core());
        this.camera.reach = Math.max(this.camera.reach, Math.hypot(this.box[2] - this.box[0], this.box[3] - this.box[1]));
        this.camera.change();
        addEventListener("resize", size);
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (e) => { this.scene.dark = e.matches; this.change(); });
        control(canvas, this.camera, { change: () => this.change(), click: (x, y) => this.click(x, y), hover: () => {}, key: (e) => this.key(e) });
        canvas.addEventListener("webglcontextlost", (e) => { e.preventDefault(); this.flat("The picture was lost: " + (e.statusMessage || "the graphics system gave up") + "."); });
        this.frame(false);
        setTimeout(() => this.rest(), 0);
    }
    build() {
        const { city, scene, colours } = this, always = () => true, near = (d) => (camera) => camera.distance < d;
        const streets = city.named("road");
        this.streets = streets && streets.paint ? streets.paint.rank : 500;
        for (const l of city.layers) {
            if (l.result) { this.buildResult(l, always); continue; }
            if (!l.paint) continue;
            const rank = l.paint.rank;
            l.items = [];
            const add = (kind, mesh, how) => { const item = scene.add(kind, mesh, Object.assign({ rank, visible: always, layer: l }, how)); if (item) l.items.push(item); };
            if (l.base === 3) {
                if (l.name === "zone" || l.name === "relief") continue;
                if (!["building", "building_part", "building_detail"].includes(l.name)) add("flat", areaMesh(city, l), { level: "ground" });
            }
            if (l.base === 2) {
                const utility = l.name === "utility_line", road = l.name === "road" || l.name === "railway";
                if (l.name === "route" || l.name === "other_line") continue;
                const z = (o) => {
                    if (!utility) return 0;
                    const where = l.value("location", o - l.first), net = l.value("network", o - l.first);
                    return where === "overhead" ? 9 : where === "underground" || where === undefined ? UNDER_Z[net] || -1.2 : 0.4;
                };
                const width = (o) => { const w = l.value("width_m", o - l.first); return road && w > 0.5 && w < 60 && l.name === "road" ? w : colours.width(l, o); };
                const small = (o) => l.name === "road" && colours.width(l, o) < 3;
                const mesh = lineMesh(city, l, (o) => (small(o) ? 0 : width(o)), z);
                if (utility) { add("line", mesh, { level: "over", under: true, least: 1.1, alpha: 1 }); continue; }
                if (l.name === "road") add("line", lineMesh(city, l, (o) => (small(o) ? width(o) : 0), z), { level: "ground", least: 0.3, casing: 0.5, visible: near(4500), rank: rank - 0.2 });
                add("line", mesh, { level: "ground", least: l.name === "road" ? 0.35 : 0.45, casing: l.name === "road" ? 0.8 : 0, visible: l.name === "barrier" ? near(1500) : always });
            }
            if (l.base === 1 && l.name !== "tree") {
                const sizes = { sensor: [15, 7, 1e9], poi: [10, 5, 1800], utility_node: [9, 3, 2500], entrance: [6, 2, 350], address: [4, 1, 200], furniture: [5, 1.2, 500], road_point: [7, 2, 900] }, s = sizes[l.name] || [7, 3, 1500];
                if (l.name === "address") continue;
                add("point", pointMesh(city, l, (o) => (l.name === "sensor" ? Math.max(2, l.value("height_m", o - l.first) || 4) : l.name === "utility_node" ? 0.3 : 1.2)), { level: "over", size: s[0] * 1.3, metres: s[1], visible: near(s[2]), through: l.name === "sensor" ? 0.5 : 0.25 });
            }
        }
        this.mesh = buildingMesh(city, this.box);
        this.top = this.mesh.tiles.reduce((t, q) => Math.max(t, q.top), 10);
        if (this.mesh.tiles.length) scene.add("solid", this.mesh, { rank: 900, visible: always, buildings: true });
        const trees = treeMesh(city), treeLayer = city.named("tree");
        if (trees) { const item = scene.add("solid", trees, { rank: 901, visible: near(6000), tree: true, layer: treeLayer }); treeLayer.items = [item]; }
    }
    buildResult(l, always) {
        const { city, scene, colours } = this;
        l.items = [];
        const add = (kind, mesh, how) => { const item = scene.add(kind, mesh, Object.assign({ rank: 1000 + l.order, visible: always, layer: l, result: true }, how)); if (item) l.items.push(item); };
        if (!this.linked) { colours.linkResults(); colours.apply(); this.linked = true; }
        add("flat", areaMesh(city, l, (o) => colours.targets.has(o)), { level: "ground", alpha: l.opacity || 0.5, rank: this.streets - 0.5 + l.order * 0.001, mark: l.order % 255 + 1 });
        add("line", lineMesh(city, l, () => 0.1, () => 0.8), { level: "over", least: (l.width || 6) / 2, casing: 1.4, alpha: l.opacity || 1, through: 0.45 });
        add("point", pointMesh(city, l, () => 2.5), { level: "over", size: (l.width || 9) * 1.8, metres: 14, through: 0.55 });
    }
    // What the first picture can do without
    rest() {
        const { panel, tools, colours } = this;
        $("wait").hidden = true;
        panel.layers();
        panel.legend(colours);
        tools.time();
        tools.collect();
        const press = (id, fn) => $(id).addEventListener("click", fn);
        press("b-home", () => this.home());
        press("b-north", () => this.north());
        press("b-under", () => this.below(!this.scene.under));
        press("b-cut", () => tools.section(!tools.cutting));
        press("b-measure", () => tools.measure(!tools.measuring));
        press("b-table", () => this.table(true));
        press("b-help", () => this.help());
        press("measure-clear", () => { tools.points = []; tools.tell(); });
        for (const id of ["cut-turn", "cut-move", "cut-height"]) $(id).addEventListener("input", () => tools.setCut());
        addEventListener("beforeprint", () => this.frame(true));
        this.ready = true;
        this.change();
    }
    home() { this.camera.home(this.core()); this.change(); }
    north() { this.camera.turn = 0; this.camera.change(); this.change(); }
    help() { const h = $("help"); h.hidden = !h.hidden; $("b-help").setAttribute("aria-pressed", String(!h.hidden)); }
    below(on) { this.scene.under = on; $("b-under").setAttribute("aria-pressed", String(on)); this.change(); }
    key(e) {
        const k = e.key.toLowerCase(), tools = this.tools;
        if (k === "h") this.home();
        else if (k === "n") this.north();
        else if (k === "u") this.below(!this.scene.under);
        else if (k === "c") tools.section(!tools.cutting);
        else if (k === "m") tools.measure(!tools.measuring);
        else if (k === "t") this.table($("tables").hidden);
        else if (k === "?") this.help();
        else if (k === "/") $("find").focus();
        else if (k === "escape") { if (!$("tables").hidden) this.table(false); else if (tools.measuring) tools.measure(false); else this.select(-1); } else return;
        e.preventDefault();
    }
    click(x, y) {
        if (this.tools.measuring) this.tools.click(x, y);
        else this.select(this.scene.at(x, y, this.camera));
    }
    select(o) {
        this.selected = o;
        if (this.scene) this.scene.pick = o < 0 ? 0xffffffff : o;
        this.panel.show(o);
        this.change();
    }
    // Look at an object
    go(o) {
        if (this.scene && !$("tables").hidden) this.table(false);
        let seen = o;
        if (this.city.hidden[o] === 1 && this.city.twin.has(o)) seen = this.city.twin.get(o);
        if (this.scene) {
            const b = this.city.box(seen) || this.city.box(o), l = this.city.layer(seen);
            if (b) {
                this.camera.at = [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2];
                this.camera.distance = Math.max(180, Math.hypot(b[2] - b[0], b[3] - b[1]) * 2.5);
                this.camera.change();
            }
            if (!l.shown) this.layer(l, true);
            if (l.name === "utility_line") this.below(true);
        }
        this.select(o);
        if (this.scene) this.scene.pick = seen;
    }
    layer(l, on) {
        l.shown = on;
        if (l.box) l.box.checked = on;
        for (const item of l.items || []) item.shown = on;
        this.colours.apply();
        this.panel.legend(this.colours);
        this.change();
    }
    table(on) {
        if (!this.scene) return;
        if (on) this.panel.tables();
        $("tables").hidden = !on;
        $("b-table").setAttribute("aria-pressed", String(on));
    }
    // Without a picture: tables
    flat(why) {
        this.scene = null;
        document.body.classList.add("flat");
        $("wait").hidden = true;
        this.panel.tables("There is no three-dimensional picture here: " + why + " This is what the city holds.");
        $("tables").hidden = false;
    }
    // Draw soon; when nothing changes any more, draw well.
    change() {
        this.rested = false;
        if (!this.scene || this.asked || !this.ready) return;
        if (this.busy) { this.waiting = true; return; }
        clearTimeout(this.later);
        this.asked = true;
        requestAnimationFrame(() => {
            this.asked = false;
            if (this.scene) this.frame(!!this.fast);
        });
    }
    frame(fine) {
        const before = performance.now(), ratio = Math.min(2, devicePixelRatio || 1);
        this.rested = false;
        this.scene.draw(this.camera, fine || this.fast ? ratio : 1, fine);
        this.tools.over($("over"), ratio);
        // No next picture before this one is there: slow machines would fall behind what the hand does.
        const gl = this.scene.gl, fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
        gl.flush();
        this.busy = true;
        const wait = () => {
            if (!this.scene) return;
            if (gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED && !gl.isContextLost()) { setTimeout(wait, 4); return; }
            gl.deleteSync(fence);
            this.busy = false;
            const cost = performance.now() - before;
            if (fine) this.fast = cost < 25; else this.cost = cost;
            if (!this.first_ms) { this.first_ms = performance.now(); performance.mark("first-picture"); }
            if (this.waiting) { this.waiting = false; this.change(); return; }
            this.rested = fine || this.cost >= 1500;
            if (!fine && this.ready) this.refine();
        };
        setTimeout(wait, 0);
    }
    refine() {
        clearTimeout(this.later);
        this.later = setTimeout(() => { if (this.cost < 1500 && !this.busy && !this.asked) this.frame(true); }, 140);
    }
}

async function main() {
    const city = new City(await unpack()), app = new App(city);
    window.cim = app; // for tests, and for whoever opens the console
    try {
        app.start();
    } catch (e) {
        app.flat(e.message + ".");
        app.ready = true;
    }
}
main().catch((e) => { $("wait").textContent = "This page cannot be shown: " + e.message; window.cim = { failed: String(e.stack) }; });
