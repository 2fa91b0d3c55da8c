// mesh.js - triangles out of polygons, blocks out of footprints, ribbons out of lines.

const ears = { next: new Int32Array(256), prev: new Int32Array(256) };

// Triangles of a simple ring of n corners without holes, by cutting off ears; false when it is not simple.
function earClip(n, px, py, out, base) {
    let area = 0;
    for (let i = 0, j = n - 1; i < n; j = i++) area += (px[j] - px[i]) * (py[j] + py[i]);
    if (ears.next.length < n) { ears.next = new Int32Array(2 * n); ears.prev = new Int32Array(2 * n); }
    const next = ears.next, prev = ears.prev, sign = area < 0 ? -1 : 1;
    for (let i = 0; i < n; i++) { next[i] = (i + 1) % n; prev[i] = (i + n - 1) % n; }
    const turn = (a, b, c) => sign * ((px[b] - px[a]) * (py[c] - py[a]) - (py[b] - py[a]) * (px[c] - px[a]));
    let left = n, at = 0, misses = 0;
    const from = out.length;
    while (left > 3) {
        const a = prev[at], b = at, c = next[at], t = turn(a, b, c);
        let ear = t > 0;
        const convex = left === 4 && turn(b, c, next[c]) >= 0 && turn(c, next[c], a) > 0 && turn(next[c], a, b) >= 0; // any diagonal does
        for (let k = next[c]; ear && !convex && k !== a; k = next[k])
            if (turn(a, b, k) >= 0 && turn(b, c, k) >= 0 && turn(c, a, k) >= 0 && !(px[k] === px[a] && py[k] === py[a]) && !(px[k] === px[c] && py[k] === py[c])) ear = false;
        if (ear || t === 0) {
            if (ear) { if (sign > 0) out.push(base + a, base + b, base + c); else out.push(base + a, base + c, base + b); }
            next[a] = c;
            prev[c] = a;
            left--;
            at = c;
            misses = 0;
        } else {
            at = c;
            if (++misses > left) { out.length = from; return false; }
        }
    }
    const a = prev[at], c = next[at];
    if (sign > 0) out.push(base + a, base + at, base + c); else out.push(base + a, base + c, base + at);
    return true;
}

// Triangles of any rings by the even-odd rule, holes and crossings included: horizontal slabs between neighbouring heights, and in them
// trapezoids between edges, each grown upwards as long as the same two edges bound it.  emit(x0, x1, y, x2, x3, Y): bottom and top sides.
function trapezoids(rings, emit) {
    const edges = [], ys = [];
    for (const ring of rings)
        for (let n = ring.length / 2, i = 0, j = n - 1; i < n; j = i++) {
            let ax = ring[2 * j], ay = ring[2 * j + 1], bx = ring[2 * i], by = ring[2 * i + 1];
            ys.push(by);
            if (ay === by) continue;
            if (ay > by) { [ax, ay, bx, by] = [bx, by, ax, ay]; }
            edges.push({ ax, ay, bx, by, k: (bx - ax) / (by - ay), open: null });
        }
    edges.sort((a, b) => a.ay - b.ay);
    ys.sort((a, b) => a - b);
    const xAt = (e, y) => (y === e.by ? e.bx : e.ax + (y - e.ay) * e.k);
    let active = [], used = 0, open = [];
    const close = (t, y) => emit(xAt(t.l, t.y), xAt(t.r, t.y), t.y, xAt(t.l, y), xAt(t.r, y), y);
    for (let i = 0; i + 1 < ys.length; i++) {
        const y = ys[i], Y = ys[i + 1];
        if (y === Y) continue;
        const mid = (y + Y) / 2;
        let changed = false;
        if (active.some((e) => e.by <= y)) { active = active.filter((e) => e.by > y); changed = true; }
        while (used < edges.length && edges[used].ay <= y) { if (edges[used].by > y) { active.push(edges[used]); changed = true; } used++; }
        for (const e of active) e.x = xAt(e, mid);
        for (let a = 1; a < active.length; a++) {
            const e = active[a];
            let b = a - 1;
            for (; b >= 0 && active[b].x > e.x; b--) { active[b + 1] = active[b]; changed = true; }
            active[b + 1] = e;
        }
        if (!changed) continue;
        const kept = [];
        for (let a = 0; a + 1 < active.length; a += 2) {
            const old = open.find((t) => t.l === active[a] && t.r === active[a + 1]);
            if (old) { old.kept = true; kept.push(old); } else kept.push({ l: active[a], r: active[a + 1], y, kept: true });
        }
        for (const t of open) if (!t.kept) close(t, y);
        for (const t of kept) t.kept = false;
        open = kept;
    }
    if (ys.length) for (const t of open) close(t, ys[ys.length - 1]);
}

// A mesh under construction: vertices x, y, z and the object they belong to.
class Mesh {
    constructor(cap) { this.pos = new Grow(Float32Array, 3 * cap); this.id = new Grow(Uint32Array, cap); this.index = new Grow(Uint32Array, 6 * cap); }
    vertex(x, y, z, o) {
        const p = this.pos;
        p.room(3);
        p.a[p.n] = x; p.a[p.n + 1] = y; p.a[p.n + 2] = z;
        p.n += 3;
        this.id.push(o);
        return this.id.n - 1;
    }
    triangle(a, b, c) { const t = this.index; t.room(3); t.a[t.n] = a; t.a[t.n + 1] = b; t.a[t.n + 2] = c; t.n += 3; }
    trapezoid(x0, x1, y, x2, x3, Y, z, o) {
        const a = this.vertex(x0, y, z, o), b = x1 === x0 ? a : this.vertex(x1, y, z, o), c = this.vertex(x3, Y, z, o), d = x2 === x3 ? c : this.vertex(x2, Y, z, o);
        if (b !== a) this.triangle(a, b, c);
        if (d !== c) this.triangle(a, c, d);
    }
}

class Mesher {
    constructor(city) {
        this.city = city;
        this.px = [];
        this.py = [];
        this.cap = [];
    }
    // Rings of one part of an object.
    * parts(o) {
        const c = this.city;
        for (let r = c.ringFirst[o], end = c.ringFirst[o + 1]; r < end;) {
            let next = r + 1;
            while (next < end && !c.outer[next]) next++;
            yield [r, next];
            r = next;
        }
    }
    // A flat polygon at height z; top: vertices that are there already for a single ring, -1 none.
    face(mesh, o, first, end, z, top) {
        const c = this.city, from = c.ringStart(first), n = c.ringEnd[first] - from;
        if (end - first === 1 && n <= 400) {
            for (let i = 0; i < n; i++) { this.px[i] = c.xy[2 * (from + i)]; this.py[i] = c.xy[2 * (from + i) + 1]; }
            this.cap.length = 0;
            if (n >= 3 && earClip(n, this.px, this.py, this.cap, 0)) {
                let base = top;
                if (base < 0) for (let i = 0; i < n; i++) { const v = mesh.vertex(this.px[i], this.py[i], z, o); if (i === 0) base = v; }
                for (let i = 0; i < this.cap.length; i += 3) mesh.triangle(base + this.cap[i], base + this.cap[i + 1], base + this.cap[i + 2]);
                return;
            }
        }
        const rings = [];
        for (let r = first; r < end; r++) rings.push(c.xy.subarray(2 * c.ringStart(r), 2 * c.ringEnd[r]));
        trapezoids(rings, (x0, x1, y, x2, x3, Y) => mesh.trapezoid(x0, x1, y, x2, x3, Y, z, o));
    }
    // A block between two heights: roof first, walls with `walls` on.
    block(mesh, walls, o, low, high) {
        const c = this.city, step = (k, from, n) => (k + 1 === n ? from : from + k + 1);
        for (const [first, end] of this.parts(o)) {
            for (let r = first; r < end; r++) {
                const from = c.ringStart(r), n = c.ringEnd[r] - from;
                if (n < 3) continue;
                const v = mesh.id.n;
                for (let i = 0; i < n; i++) mesh.vertex(c.xy[2 * (from + i)], c.xy[2 * (from + i) + 1], high, o);
                for (let i = 0; i < n; i++) mesh.vertex(c.xy[2 * (from + i)], c.xy[2 * (from + i) + 1], low, o);
                for (let i = 0; i < n; i++) {
                    const a = v + i, b = step(i, v, n);
                    walls.push(a, a + n, b + n, a, b + n, b);
                }
                if (r === first) this.face(mesh, o, first, end, high, end - first === 1 ? v : -1);
            }
        }
    }
    // A polygon in space, on the plane it lies nearest to.
    surface(mesh, target, o, polygon) {
        const ring = polygon.rings[0];
        if (!ring || ring.length < 9) return 0;
        let nx = 0, ny = 0, nz = 0;
        for (let n = ring.length, i = 0, j = n - 3; i < n; j = i, i += 3) {
            nx += (ring[j + 1] - ring[i + 1]) * (ring[j + 2] + ring[i + 2]);
            ny += (ring[j + 2] - ring[i + 2]) * (ring[j] + ring[i]);
            nz += (ring[j] - ring[i]) * (ring[j + 1] + ring[i + 1]);
        }
        const ax = Math.abs(nx), ay = Math.abs(ny), az = Math.abs(nz), drop = az >= ax && az >= ay ? 2 : ax >= ay ? 0 : 1;
        const u = drop === 0 ? 1 : 0, v = drop === 2 ? 1 : 2, n = ring.length / 3;
        if (ax + ay + az === 0) return 0;
        if (polygon.rings.length === 1 && n <= 400) {
            for (let i = 0; i < n; i++) { this.px[i] = ring[3 * i + u]; this.py[i] = ring[3 * i + v]; }
            this.cap.length = 0;
            if (earClip(n, this.px, this.py, this.cap, 0)) {
                const base = mesh.id.n;
                for (let i = 0; i < n; i++) mesh.vertex(ring[3 * i], ring[3 * i + 1], ring[3 * i + 2], o);
                for (const k of this.cap) target.push(base + k);
                return nz;
            }
        }
        const flat = polygon.rings.map((r) => { const out = new Float64Array(r.length / 3 * 2); for (let i = 0; i < r.length / 3; i++) { out[2 * i] = r[3 * i + u]; out[2 * i + 1] = r[3 * i + v]; } return out; });
        const normal = [nx, ny, nz], d = nx * ring[0] + ny * ring[1] + nz * ring[2];
        const place = (a, b) => { const p = [0, 0, 0]; p[u] = a; p[v] = b; p[drop] = (d - normal[u] * a - normal[v] * b) / normal[drop]; return mesh.vertex(p[0], p[1], p[2], o); };
        trapezoids(flat, (x0, x1, y, x2, x3, Y) => {
            const a = place(x0, y), b = place(x1, y), c = place(x3, Y), e = place(x2, Y);
            target.push(a, b, c, a, c, e);
        });
        return nz;
    }
}

// How high a building is drawn, and from where: what is known, else from its storeys, else a guess that says so.
function heights(city, o) {
    const l = city.layer(o), i = o - l.first, low = l.value("min_height_m", i);
    let high = l.value("height_m", i), guessed = false;
    if (!(high > 0)) {
        const storeys = l.value("storeys", i);
        high = storeys > 0 ? storeys * 3 + 1.5 : l.name === "building_part" ? 6 : 5;
        guessed = !(storeys > 0);
    }
    high = Math.min(high, 1500);
    return { low: low > 0 && low < high ? low : 0, high, guessed };
}

// Buildings in tiles, so that what is out of sight is not drawn: of each tile first the roofs, then the walls.
function buildingMesh(city, box) {
    const mesher = new Mesher(city), tiles = new Map(), size = Math.max(300, Math.hypot(box[2] - box[0], box[3] - box[1]) / 14);
    const tileOf = (x, y) => {
        const key = Math.floor(x / size) + ":" + Math.floor(y / size);
        if (!tiles.has(key)) tiles.set(key, []);
        return tiles.get(key);
    };
    for (const l of city.layers) {
        if (l.result || !["building", "building_part", "building_detail", "construction"].includes(l.name)) continue;
        for (let o = l.first; o < l.first + l.count; o++) {
            const solid = city.solids.get(o), block = city.type[o] === 3 && (l.name === "building" || l.name === "building_part" || l.value("height_m", o - l.first) > 0);
            if ((city.hidden[o] && !solid) || city.hidden[o] === 1 || (!solid && (!block || l.name === "building_detail"))) continue;
            const at = city.type[o] ? 2 * city.ringStart(city.ringFirst[o]) : -1;
            const x = at >= 0 ? city.xy[at] : solid[0].rings[0][0], y = at >= 0 ? city.xy[at + 1] : solid[0].rings[0][1];
            tileOf(x, y).push(o);
        }
    }
    const mesh = new Mesh(Math.max(4096, city.count * 8)), out = [], walls = [];
    for (const list of tiles.values()) {
        const tile = { first: mesh.index.n, box: [Infinity, Infinity, -Infinity, -Infinity], top: 0 }, vertex = mesh.id.n;
        walls.length = 0;
        const roofs = [];
        for (const o of list) {
            const solid = city.solids.get(o);
            if (solid) for (const p of solid) mesher.surface(mesh, p.kind === 2 ? walls : roofs, o, p);
            else { const h = heights(city, o); mesher.block(mesh, walls, o, h.low, h.high); }
        }
        for (const k of roofs) mesh.index.push(k);
        tile.roofs = mesh.index.n;
        mesh.index.room(walls.length);
        mesh.index.a.set(walls, mesh.index.n);
        mesh.index.n += walls.length;
        tile.end = mesh.index.n;
        for (let v = vertex; v < mesh.id.n; v++) {
            const x = mesh.pos.a[3 * v], y = mesh.pos.a[3 * v + 1], z = mesh.pos.a[3 * v + 2];
            if (x < tile.box[0]) tile.box[0] = x;
            if (y < tile.box[1]) tile.box[1] = y;
            if (x > tile.box[2]) tile.box[2] = x;
            if (y > tile.box[3]) tile.box[3] = y;
            if (z > tile.top) tile.top = z;
        }
        if (tile.end > tile.first) out.push(tile);
    }
    return { pos: mesh.pos.done(), id: mesh.id.done(), index: mesh.index.done(), tiles: out };
}

// Trees: two cones of six sides on a thin stem would be 30 triangles; a double pyramid does from where one looks.
function treeMesh(city) {
    const l = city.named("tree"), mesh = new Mesh(4096);
    if (!l) return null;
    for (let o = l.first, n = 0; o < l.first + l.count && n < 60000; o++) {
        if (city.type[o] !== 1) continue;
        const v = 2 * city.ringStart(city.ringFirst[o]), x = city.xy[v], y = city.xy[v + 1], seed = Math.abs(Math.sin(x * 12.9898 + y * 78.233)) % 1;
        let h = l.value("height_m", o - l.first);
        if (!(h > 0 && h < 80)) h = 6 + 4 * seed;
        const r = Math.min(h * 0.3, 4), turn = seed * 6, low = mesh.vertex(x, y, h * 0.18, o), high = mesh.vertex(x, y, h, o), first = mesh.id.n;
        for (let k = 0; k < 6; k++) mesh.vertex(x + r * Math.cos(turn + k * Math.PI / 3), y + r * Math.sin(turn + k * Math.PI / 3), h * 0.48, o);
        for (let k = 0; k < 6; k++) { const a = first + k, b = first + (k + 1) % 6; mesh.triangle(a, b, high); mesh.triangle(b, a, low); }
        n++;
    }
    return mesh.index.n ? { pos: mesh.pos.done(), id: mesh.id.done(), index: mesh.index.done() } : null;
}

// Flat areas of one layer.
function areaMesh(city, layer, skip) {
    const mesher = new Mesher(city), mesh = new Mesh(1024), order = [];
    for (let o = layer.first; o < layer.first + layer.count; o++) if (city.type[o] === 3 && !(skip && skip(o))) order.push(o);
    // large ones below small ones
    if (layer.result || layer.name !== "building") {
        const size = new Map(order.map((o) => [o, city.area(o)]));
        order.sort((a, b) => (layer.result ? size.get(a) - size.get(b) : size.get(b) - size.get(a)));
    }
    for (const o of order) for (const [first, end] of mesher.parts(o)) mesher.face(mesh, o, first, end, 0, -1);
    return mesh.index.n ? { pos: mesh.pos.done(), id: mesh.id.done(), index: mesh.index.done() } : null;
}

// Ribbons along lines: at every vertex twice the point, the way to the edge (half width 1), half the width in metres, and the object.
function lineMesh(city, layer, widthOf, heightOf) {
    const data = new Grow(Float32Array, 4096), id = new Grow(Uint32Array, 1024), index = new Grow(Uint32Array, 4096);
    const put = (x, y, z, mx, my, w, o) => { data.room(6); const a = data.a; let n = data.n; a[n++] = x; a[n++] = y; a[n++] = z; a[n++] = mx; a[n++] = my; a[n++] = w; data.n = n; id.push(o); };
    for (let o = layer.first; o < layer.first + layer.count; o++) {
        if (city.type[o] !== 2) continue;
        const w = widthOf(o) / 2, z = heightOf(o);
        if (!(w > 0)) continue;
        for (let r = city.ringFirst[o]; r < city.ringFirst[o + 1]; r++) {
            const pts = [];
            for (let i = city.ringStart(r); i < city.ringEnd[r]; i++) {
                const x = city.xy[2 * i], y = city.xy[2 * i + 1], n = pts.length;
                if (!n || Math.hypot(x - pts[n - 2], y - pts[n - 1]) > 0.05) pts.push(x, y);
            }
            const n = pts.length / 2;
            if (n < 2) continue;
            const first = id.n;
            for (let i = 0; i < n; i++) {
                const a = Math.max(0, i - 1), b = Math.min(n - 1, i + 1);
                let ux = pts[2 * i] - pts[2 * a], uy = pts[2 * i + 1] - pts[2 * a + 1], vx = pts[2 * b] - pts[2 * i], vy = pts[2 * b + 1] - pts[2 * i + 1];
                const lu = Math.hypot(ux, uy), lv = Math.hypot(vx, vy);
                if (lu) { ux /= lu; uy /= lu; } else { ux = vx / lv; uy = vy / lv; }
                if (lv) { vx /= lv; vy /= lv; } else { vx = ux; vy = uy; }
                let mx = -(uy + vy), my = ux + vx;
                const len2 = mx * mx + my * my, scale = len2 > 0.6 ? 2 / len2 : 1 / Math.max(0.5, Math.sqrt(len2));
                if (len2 < 1e-6) { mx = -uy; my = ux; } else { mx *= scale; my *= scale; }
                // ends reach out by a little so that segments of one street meet
                put(pts[2 * i], pts[2 * i + 1], z, mx, my, w, o);
                put(pts[2 * i], pts[2 * i + 1], z, -mx, -my, w, o);
            }
            for (let i = 0; i + 1 < n; i++) { const a = first + 2 * i; index.room(6); const t = index.a; let k = index.n; t[k++] = a; t[k++] = a + 1; t[k++] = a + 3; t[k++] = a; t[k++] = a + 3; t[k++] = a + 2; index.n = k; }
            // a round end: three triangles of a half octagon
            for (const end of [0, n - 1]) {
                const c = first + 2 * end, dir = end ? 1 : -1, mx = data.a[6 * c + 3], my = data.a[6 * c + 4], dx = my * dir, dy = -mx * dir, k = Math.SQRT1_2;
                const at = id.n;
                put(pts[2 * end], pts[2 * end + 1], z, (mx + dx) * k, (my + dy) * k, w, o);
                put(pts[2 * end], pts[2 * end + 1], z, dx, dy, w, o);
                put(pts[2 * end], pts[2 * end + 1], z, (dx - mx) * k, (dy - my) * k, w, o);
                for (const t of [[c, at, at + 1], [c, at + 1, at + 2], [c, at + 2, c + 1]]) for (const q of t) index.push(q);
            }
        }
    }
    return index.n ? { data: data.done(), id: id.done(), index: index.done() } : null;
}

function pointMesh(city, layer, heightOf) {
    const pos = new Grow(Float32Array, 256), id = new Grow(Uint32Array, 256);
    for (let o = layer.first; o < layer.first + layer.count; o++) {
        if (city.type[o] !== 1) continue;
        for (let r = city.ringFirst[o]; r < city.ringFirst[o + 1]; r++) {
            const v = 2 * city.ringStart(r);
            pos.push(city.xy[v]); pos.push(city.xy[v + 1]); pos.push(heightOf(o));
            id.push(o);
        }
    }
    return id.n ? { pos: pos.done(), id: id.done() } : null;
}
