// camera.js - looking at a point on the ground from a distance, with a turn and a tilt; mouse, fingers and keys.

const V = {
    sub: (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]],
    add: (a, b, k) => [a[0] + b[0] * k, a[1] + b[1] * k, a[2] + b[2] * k],
    dot: (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2],
    cross: (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]],
    unit: (a) => { const n = Math.hypot(a[0], a[1], a[2]) || 1; return [a[0] / n, a[1] / n, a[2] / n]; },
};

// 4 x 4 matrices by columns
const M = {
    mul(a, b) {
        const o = new Float32Array(16);
        for (let c = 0; c < 4; c++) for (let r = 0; r < 4; r++) { let v = 0; for (let k = 0; k < 4; k++) v += a[4 * k + r] * b[4 * c + k]; o[4 * c + r] = v; }
        return o;
    },
    perspective(fov, aspect, near, far) {
        const f = 1 / Math.tan(fov / 2);
        return new Float32Array([f / aspect, 0, 0, 0, 0, f, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0, 2 * far * near / (near - far), 0]);
    },
    ortho(w, h, near, far) { return new Float32Array([1 / w, 0, 0, 0, 0, 1 / h, 0, 0, 0, 0, -2 / (far - near), 0, 0, 0, -(far + near) / (far - near), 1]); },
    look(eye, at, up) {
        const z = V.unit(V.sub(eye, at)), x = V.unit(V.cross(up, z)), y = V.cross(z, x);
        return new Float32Array([x[0], y[0], z[0], 0, x[1], y[1], z[1], 0, x[2], y[2], z[2], 0, -V.dot(x, eye), -V.dot(y, eye), -V.dot(z, eye), 1]);
    },
};

class Camera {
    constructor() { this.at = [0, 0]; this.distance = 1000; this.turn = 0; this.tilt = 0.9; this.fov = 0.6; this.w = 1; this.h = 1; this.top = 30; this.reach = 5000; }
    // Everything in a box, from the south-west a little above.
    home(box) {
        const w = Math.max(60, box[2] - box[0]), h = Math.max(60, box[3] - box[1]);
        this.at = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
        this.turn = -0.42;
        this.tilt = 0.92;
        const aspect = this.w / this.h, need = Math.max(h * 0.60, w / aspect * 0.62);
        this.distance = Math.max(120, need / Math.tan(this.fov / 2) * 0.62);
        this.reach = Math.hypot(w, h);
        this.change();
    }
    change() {
        this.tilt = Math.min(1.5, Math.max(0, this.tilt));
        this.distance = Math.min(this.reach * 6 + 2000, Math.max(8, this.distance));
        const s = Math.sin(this.tilt), c = Math.cos(this.tilt), d = this.distance;
        this.target = [this.at[0], this.at[1], 0];
        this.eye = [this.at[0] - Math.sin(this.turn) * s * d, this.at[1] - Math.cos(this.turn) * s * d, c * d + 1];
        this.up = [Math.sin(this.turn) * c, Math.cos(this.turn) * c, s];
        this.near = Math.max(0.5, d * 0.03);
        this.far = d * 3 + this.reach * 2 + 500;
        this.view = M.look(this.eye, this.target, this.up);
        this.projection = M.perspective(this.fov, this.w / this.h, this.near, this.far);
        this.matrix = M.mul(this.projection, this.view);
        // metres that a pixel at distance 1 is wide
        this.pixel = 2 * Math.tan(this.fov / 2) / this.h;
    }
    size(w, h) { this.w = Math.max(1, w); this.h = Math.max(1, h); this.change(); }
    ray(px, py) {
        const z = V.unit(V.sub(this.eye, this.target)), x = V.unit(V.cross(this.up, z)), y = V.cross(z, x), t = Math.tan(this.fov / 2);
        const a = (2 * px / this.w - 1) * t * this.w / this.h, b = (1 - 2 * py / this.h) * t;
        return V.unit([x[0] * a + y[0] * b - z[0], x[1] * a + y[1] * b - z[1], x[2] * a + y[2] * b - z[2]]);
    }
    // Where a pixel meets the ground; null: the sky
    ground(px, py) {
        const d = this.ray(px, py);
        if (d[2] > -1e-4) return null;
        const t = -this.eye[2] / d[2];
        return t > this.far * 2 ? null : [this.eye[0] + d[0] * t, this.eye[1] + d[1] * t, 0];
    }
    // Pixels of a place; null: behind
    project(p) {
        const m = this.matrix, w = m[3] * p[0] + m[7] * p[1] + m[11] * p[2] + m[15];
        if (w < this.near) return null;
        return [(0.5 + 0.5 * (m[0] * p[0] + m[4] * p[1] + m[8] * p[2] + m[12]) / w) * this.w, (0.5 - 0.5 * (m[1] * p[0] + m[5] * p[1] + m[9] * p[2] + m[13]) / w) * this.h, w];
    }
    pan(dx, dy) {
        const k = this.distance * this.pixel, s = Math.sin(this.turn), c = Math.cos(this.turn), f = 1 / Math.max(0.25, Math.cos(this.tilt));
        this.at[0] += (-dx * c + dy * f * s) * k;
        this.at[1] += (dx * s + dy * f * c) * k;
        this.change();
    }
    zoom(factor, px, py) {
        const g = px === undefined ? null : this.ground(px, py), before = this.distance;
        this.distance *= factor;
        this.change();
        const k = 1 - this.distance / before;
        if (g && Math.hypot(g[0] - this.at[0], g[1] - this.at[1]) < this.reach * 3) { this.at[0] += (g[0] - this.at[0]) * k; this.at[1] += (g[1] - this.at[1]) * k; }
        this.change();
    }
    // Does a box from the ground to `top` meet what is seen?
    sees(box, top) {
        const m = this.matrix;
        for (let plane = 0; plane < 4; plane++) {
            const row = plane >> 1, s = plane & 1 ? -1 : 1;
            const a = m[3] + s * m[row], b = m[7] + s * m[4 + row], c = m[11] + s * m[8 + row], d = m[15] + s * m[12 + row];
            if (a * (a > 0 ? box[2] : box[0]) + b * (b > 0 ? box[3] : box[1]) + c * (c > 0 ? top : -10) + d < 0) return false;
        }
        return true;
    }
}

function control(canvas, camera, on) {
    const fingers = new Map();
    let moved = 0, button = 0, last = null;
    const two = () => { const [a, b] = [...fingers.values()]; return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, d: Math.hypot(a.x - b.x, a.y - b.y), t: Math.atan2(b.y - a.y, b.x - a.x) }; };
    canvas.addEventListener("pointerdown", (e) => {
        canvas.focus({ preventScroll: true });
        canvas.setPointerCapture(e.pointerId);
        fingers.set(e.pointerId, { x: e.clientX, y: e.clientY });
        if (fingers.size === 1) { moved = 0; button = e.button === 2 || e.ctrlKey || e.shiftKey ? 2 : e.button; }
        last = fingers.size === 2 ? two() : null;
    });
    canvas.addEventListener("pointermove", (e) => {
        const f = fingers.get(e.pointerId);
        if (!f) { on.hover(e.clientX, e.clientY); return; }
        const dx = e.clientX - f.x, dy = e.clientY - f.y;
        f.x = e.clientX;
        f.y = e.clientY;
        moved += Math.abs(dx) + Math.abs(dy);
        if (fingers.size === 2) {
            const now = two();
            if (last) {
                let turn = now.t - last.t;
                if (turn > Math.PI) turn -= 2 * Math.PI;
                if (turn < -Math.PI) turn += 2 * Math.PI;
                camera.turn += turn;
                camera.tilt -= (now.y - last.y) * 0.004;
                camera.change();
                if (now.d > 10) camera.zoom(last.d / now.d, now.x, now.y);
            }
            last = now;
        } else if (button === 2) {
            camera.turn += dx * 0.006;
            camera.tilt -= dy * 0.005;
            camera.change();
        } else if (moved > 3) {
            camera.pan(dx, dy);
        }
        if (moved > 3) on.change();
    });
    const up = (e) => {
        if (!fingers.delete(e.pointerId)) return;
        if (!fingers.size && moved <= 3 && button !== 2 && e.type === "pointerup") on.click(e.clientX, e.clientY);
        last = null;
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("contextmenu", (e) => e.preventDefault());
    canvas.addEventListener("wheel", (e) => {
        e.preventDefault();
        camera.zoom(Math.exp(Math.max(-1, Math.min(1, e.deltaY * (e.deltaMode ? 0.05 : 0.0015)))), e.clientX, e.clientY);
        on.change();
    }, { passive: false });
    document.addEventListener("keydown", (e) => {
        if (e.target.closest && e.target.closest("input, select, textarea")) { if (e.key === "Escape") e.target.blur(); return; }
        if (e.ctrlKey || e.metaKey || e.altKey) return;
        const step = 60, moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[e.key];
        if (moves && (e.target === canvas || e.target === document.body)) camera.pan(moves[0], moves[1]);
        else if (e.key === "+" || e.key === "=") camera.zoom(0.8);
        else if (e.key === "-") camera.zoom(1.25);
        else if (e.key === "q" || e.key === "Q") { camera.turn -= 0.12; camera.change(); }
        else if (e.key === "e" || e.key === "E") { camera.turn += 0.12; camera.change(); }
        else if (e.key === "r" || e.key === "R") { camera.tilt -= 0.08; camera.change(); }
        else if (e.key === "f" || e.key === "F") { camera.tilt += 0.08; camera.change(); }
        else { on.key(e); return; }
        e.preventDefault();
        on.change();
    });
}
