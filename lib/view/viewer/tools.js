// tools.js - section plane, measuring, time, and what is written over the picture: names, scale, north.

class Tools {
    constructor(city, scene, camera, app) { Object.assign(this, { city, scene, camera, app, points: [], cutting: false, measuring: false, labels: [] }); }

    // ---- section ----
    section(on) {
        this.cutting = on;
        $("cut").hidden = !on;
        $("b-cut").setAttribute("aria-pressed", String(on));
        this.setCut();
    }
    setCut() {
        const s = this.scene, b = this.app.box, turn = +$("cut-turn").value * Math.PI / 180, height = +$("cut-height").value;
        if (!this.cutting) s.cut = [0, 0, 0, -1];
        else if (height < 100) s.cut = [0, 0, 1, -height * (this.app.top || 50) / 100 - 0.01];
        else {
            const n = [Math.sin(turn), Math.cos(turn)], c = [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2], reach = Math.hypot(b[2] - b[0], b[3] - b[1]) / 2;
            s.cut = [-n[0], -n[1], 0, n[0] * c[0] + n[1] * c[1] + +$("cut-move").value / 100 * reach];
        }
        this.app.change();
    }

    // ---- measure ----
    measure(on) {
        this.measuring = on;
        $("measure").hidden = !on;
        $("b-measure").setAttribute("aria-pressed", String(on));
        $("scene").classList.toggle("pick", on);
        if (!on) this.points = [];
        this.tell();
    }
    // Where a pixel meets a building, else the ground
    hit(px, py) {
        const o = this.scene.at(px, py, this.camera), ground = this.camera.ground(px, py), mesh = this.app.mesh;
        if (o < 0 || !mesh) return ground;
        const eye = this.camera.eye, d = this.camera.ray(px, py), { pos, id, index } = mesh;
        let best = Infinity;
        for (let k = 0; k < index.length; k += 3) {
            if (id[index[k]] !== o) continue;
            const a = 3 * index[k], b = 3 * index[k + 1], c = 3 * index[k + 2];
            const e1 = [pos[b] - pos[a], pos[b + 1] - pos[a + 1], pos[b + 2] - pos[a + 2]], e2 = [pos[c] - pos[a], pos[c + 1] - pos[a + 1], pos[c + 2] - pos[a + 2]];
            const p = V.cross(d, e2), det = V.dot(e1, p);
            if (Math.abs(det) < 1e-12) continue;
            const t0 = [eye[0] - pos[a], eye[1] - pos[a + 1], eye[2] - pos[a + 2]], u = V.dot(t0, p) / det, q = V.cross(t0, e1), v = V.dot(d, q) / det, t = V.dot(e2, q) / det;
            if (u >= -1e-6 && v >= -1e-6 && u + v <= 1 + 1e-6 && t > 0 && t < best) best = t;
        }
        return best < Infinity ? V.add(eye, d, best) : ground;
    }
    click(px, py) {
        const p = this.hit(px, py);
        if (p) this.points.push(p);
        this.tell();
    }
    result() {
        const p = this.points, n = p.length;
        let length = 0, area = 0;
        for (let i = 1; i < n; i++) length += Math.hypot(...V.sub(p[i], p[i - 1]));
        for (let i = 0, j = n - 1; i < n; j = i++) area += (p[j][0] - p[0][0]) * (p[i][1] - p[0][1]) - (p[i][0] - p[0][0]) * (p[j][1] - p[0][1]);
        return { length_m: length, area_m2: Math.abs(area) / 2, height_m: n ? p[n - 1][2] - p[0][2] : 0 };
    }
    tell() {
        const r = this.result(), n = this.points.length, m = (v, u) => (v >= 10000 ? Math.round(v).toLocaleString("en") : v.toFixed(v < 100 ? 2 : 1)) + " " + u;
        $("measured").textContent = n < 2 ? n ? "One point; the next gives the distance." : "Click points on the ground or on buildings." :
            "Distance " + m(r.length_m, "m") + (Math.abs(r.height_m) > 0.05 ? ", height " + (r.height_m < 0 ? "\u2212" : "+") + m(Math.abs(r.height_m), "m") : "") + (n > 2 ? ", area " + m(r.area_m2, "m\u00b2") : "");
        this.app.change();
    }

    // ---- time ----
    time() {
        const kinds = [], city = this.city, when = (t) => { const v = Date.parse(/^\d{4}$/.test(t) ? t + "-01-01" : t); return Number.isNaN(v) ? null : v; };
        const spans = new Map();
        let least = Infinity, most = -Infinity;
        const add = (o, from, to) => {
            const a = from ? when(from) : null, b = to ? when(to) : null;
            if (a === null && b === null) return;
            spans.set(o, [a === null ? -Infinity : a, b === null ? Infinity : b]);
            for (const v of [a, b]) if (v !== null) { least = Math.min(least, v); most = Math.max(most, v); }
        };
        for (const l of city.layers) {
            if (l.meta.s.valid !== undefined) for (let o = l.first; o < l.first + l.count; o++) add(o, ...city.times(o));
            if (!l.result) continue;
            const key = (names) => l.keys.findIndex((k) => names.includes(k.name)), a = key(["valid_from", "from_time", "start", "time", "at"]), b = key(["valid_to", "to_time", "end"]);
            if (a >= 0 || b >= 0) for (let i = 0; i < l.count; i++) { const f = a >= 0 ? l.attribute(a, i) : "", t = b >= 0 ? l.attribute(b, i) : ""; add(l.first + i, typeof f === "string" ? f : "", typeof t === "string" ? t : ""); }
        }
        if (most > least) kinds.push({ name: "objects that exist", least, most, text: (v) => new Date(v).toISOString().slice(0, most - least > 4e8 ? 10 : 16).replace("T", " "), test: (v) => (o) => { const s = spans.get(o); return !s || (s[0] <= v && v < s[1]); } });
        const seen = city.observations, span = seen.span();
        if (span) kinds.unshift({ name: "observations", observed: true, ...span, text: (v) => seen.when(Math.floor(v / 60000) * 60000).slice(0, 16).replace("T", " ") + " UTC", test: () => null });
        const building = city.named("building"), c = building && building.byName.get("year_built");
        if (c && !c.texts) {
            const rows = building.rows(c).filter((v) => v > 0).sort();
            if (rows.length > building.count / 10) kinds.push({ name: "year built", least: rows[Math.floor(rows.length * 0.01)], most: rows[rows.length - 1], text: (v) => String(Math.round(v)), test: (v) => (o, l) => l !== building || !(building.rows(c)[o - l.first] > v) });
        }
        if (!kinds.length) return;
        const what = $("time-what"), at = $("time-at"), set = () => {
            const k = kinds[what.selectedIndex], v = k.least + (k.most - k.least) * at.value / 1000, all = what.selectedIndex && at.value === "1000";
            $("time-text").textContent = k.text(v);
            seen.time = k.observed && at.value !== "1000" ? v : Infinity;
            this.app.panel.observed(this.app.selected);
            this.app.colours.time = all ? null : k.test(v);
            this.app.colours.apply();
            this.app.change();
        };
        for (const k of kinds) what.append(el("option", k.name));
        what.hidden = kinds.length < 2;
        if (kinds.length < 2) $("time-name").textContent = "Time: " + kinds[0].name;
        $("time").hidden = false;
        at.addEventListener("input", set);
        what.addEventListener("change", set);
        $("time-text").textContent = kinds[0].text(kinds[0].most);
    }

    // ---- names ----
    collect() {
        const city = this.city, out = [], weight = { zone: 9, poi_area: 6, building: 5, poi: 3, water: 4, green: 3 };
        for (const l of city.layers) {
            const w = weight[l.name];
            if (!w || l.result || !l.byName.has("name")) continue;
            for (let o = l.first; o < l.first + l.count; o++) {
                if (city.hidden[o] === 1 || !city.type[o]) continue;
                const name = city.name(o);
                if (!name || name.length > 40) continue;
                const b = city.box(o);
                if (!b) continue;
                const size = Math.hypot(b[2] - b[0], b[3] - b[1]), top = l.name === "building" ? heights(city, o).high + 3 : 2;
                out.push({ o, name: clean(name), at: [(b[0] + b[2]) / 2, (b[1] + b[3]) / 2, top], size, w: w * 1000 + Math.min(size, 900), zone: l.name === "zone" });
            }
        }
        out.sort((a, b) => b.w - a.w);
        const seen = new Map(); // one thing may be a building, its ground and a point of interest
        this.labels = out.filter((l) => {
            const same = seen.get(l.name);
            if (same && Math.hypot(same[0] - l.at[0], same[1] - l.at[1]) < 400) return false;
            seen.set(l.name, l.at);
            return true;
        }).slice(0, 3000);
    }
    // ---- over the picture ----
    over(canvas, ratio) {
        const camera = this.camera, w = camera.w, h = camera.h, g = canvas.getContext("2d"), dark = this.scene.dark;
        if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) { canvas.width = Math.round(w * ratio); canvas.height = Math.round(h * ratio); }
        g.setTransform(ratio, 0, 0, ratio, 0, 0);
        g.clearRect(0, 0, w, h);
        const ink = dark ? "#eef2f5" : "#252b31", halo = dark ? "#10151acc" : "#ffffffd9";
        this.names(g, ink, halo, this.observed(g, ink, halo));
        this.frame(g, ink, halo);
        if (this.points.length) this.drawMeasure(g);
    }
    // Values beside what has streams, when it is near or one property is asked for; gives the boxes that are taken
    observed(g, ink, halo) {
        const camera = this.camera, city = this.city, seen = city.observations, taken = [];
        if (!seen.of.size || camera.distance > (seen.shown ? 6000 : 900)) return taken;
        g.font = "600 11.5px system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif";
        g.textAlign = "start";
        g.textBaseline = "middle";
        g.lineJoin = "round";
        for (const o of seen.of.keys()) {
            if (taken.length >= 150) break;
            const s = seen.chosen(o), text = s ? seen.text(s, seen.at(s)) : "", b = text && this.app.colours.visible(o, city.layer(o)) ? city.box(o) : null;
            if (!b) continue;
            const p = camera.project([(b[0] + b[2]) / 2, (b[1] + b[3]) / 2, city.layer(o).name === "sensor" ? Math.max(2, city.value(o, "height_m") || 4) : 1]);
            if (!p || p[0] < 0 || p[1] < 10 || p[0] > camera.w - 10 || p[1] > camera.h - 20) continue;
            const box = [p[0] - 9, p[1] - 9, p[0] + 12 + g.measureText(text).width, p[1] + 9];
            if (taken.some((t) => t[0] < box[2] && box[0] < t[2] && t[1] < box[3] && box[1] < t[3])) continue;
            taken.push(box);
            g.lineWidth = 3.5;
            g.strokeStyle = halo;
            g.strokeText(text, p[0] + 11, p[1]);
            g.fillStyle = ink;
            g.fillText(text, p[0] + 11, p[1]);
        }
        this.seen = taken.length;
        return taken;
    }
    names(g, ink, halo, taken) {
        const camera = this.camera, room = Math.round(camera.w / 60), left = camera.w > 640 ? 285 : 0;
        let n = 0;
        g.textAlign = "center";
        g.textBaseline = "middle";
        g.lineJoin = "round";
        for (const l of this.labels) {
            if (n >= room) break;
            if (!this.city.layer(l.o).shown) continue;
            const p = camera.project(l.at);
            if (!p || p[0] < left || p[1] < 10 || p[0] > camera.w - 10 || p[1] > camera.h - 60) continue;
            const px = l.size / (camera.pixel * p[2]);
            if (l.zone ? px < 120 || px > camera.w * 1.6 : px < 24 && camera.distance > 700) continue;
            g.font = (l.zone ? "italic 600 13px" : "500 11.5px") + " system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif";
            const half = g.measureText(l.name).width / 2 + 5, box = [p[0] - half, p[1] - 9, p[0] + half, p[1] + 9];
            if (taken.some((t) => t[0] < box[2] && box[0] < t[2] && t[1] < box[3] && box[1] < t[3])) continue;
            taken.push(box);
            g.lineWidth = 3.5;
            g.strokeStyle = halo;
            g.strokeText(l.name, p[0], p[1]);
            g.fillStyle = l.zone ? (this.scene.dark ? "#d9b9e6" : "#6d4a7d") : ink;
            g.fillText(l.name, p[0], p[1]);
            n++;
        }
    }
    frame(g, ink, halo) {
        const camera = this.camera, metres = camera.pixel * camera.distance * 130, nice = 10 ** Math.floor(Math.log10(metres)), step = [5, 2, 1].map((k) => k * nice).find((v) => v <= metres) || nice, px = step / (camera.pixel * camera.distance);
        const x = camera.w > 640 ? 300 : 14, y = camera.h - 40;
        for (const [style, wide] of [[halo, 5], [ink, 1.6]]) {
            g.strokeStyle = style;
            g.lineWidth = wide;
            g.beginPath();
            g.moveTo(x, y - 5);
            g.lineTo(x, y);
            g.lineTo(x + px, y);
            g.lineTo(x + px, y - 5);
            g.stroke();
        }
        g.font = "500 11.5px system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif";
        g.textAlign = "start";
        g.textBaseline = "bottom";
        const text = step >= 1000 ? step / 1000 + " km" : step + " m";
        g.lineWidth = 3.5;
        g.strokeStyle = halo;
        g.strokeText(text, x + 6, y - 3);
        g.fillStyle = ink;
        g.fillText(text, x + 6, y - 3);
        const cx = x + px + 34, cy = y - 10, s = Math.sin(camera.turn), c = Math.cos(camera.turn), f = 0.45 + 0.55 * Math.cos(camera.tilt);
        const at = (e, n) => [cx + e * c - n * s, cy - (e * s + n * c) * f];
        for (const [side, fill] of [[1, "#c0392b"], [-1, halo]]) {
            g.beginPath();
            g.moveTo(...at(0, 17 * side));
            g.lineTo(...at(5.5, 0));
            g.lineTo(...at(-5.5, 0));
            g.closePath();
            g.fillStyle = fill;
            g.fill();
            g.strokeStyle = ink;
            g.lineWidth = 0.8;
            g.stroke();
        }
        g.textAlign = "center";
        g.textBaseline = "middle";
        const [nx, ny] = at(0, 26);
        g.lineWidth = 3;
        g.strokeStyle = halo;
        g.strokeText("N", nx, ny);
        g.fillStyle = ink;
        g.fillText("N", nx, ny);
    }
    drawMeasure(g) {
        const px = this.points.map((p) => this.camera.project(p));
        if (px.some((p) => !p)) return;
        g.strokeStyle = "#e8590c";
        g.fillStyle = "#e8590c33";
        g.lineWidth = 2.5;
        g.beginPath();
        px.forEach((p, i) => (i ? g.lineTo(p[0], p[1]) : g.moveTo(p[0], p[1])));
        if (px.length > 2) g.fill();
        g.stroke();
        for (const p of px) { g.beginPath(); g.arc(p[0], p[1], 4, 0, 7); g.fillStyle = "#fff"; g.fill(); g.stroke(); }
    }
}
