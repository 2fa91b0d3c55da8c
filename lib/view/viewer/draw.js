// draw.js - the picture with WebGL2.
//
// One pass draws colours and numbers of objects into two textures and depth into a third; a second one puts outlines, shade in corners
// and the sky over it.  Buildings have no normals: the slope of a surface follows from how its points change from pixel to pixel, so walls
// and roofs share vertices.  Colours of all objects are one texture, by number: colouring anew touches nothing else.  While things move
// the picture is drawn simply, when they rest with more samples and the sun's shadows, as far as the machine is quick enough.

const SHARED = `#version 300 es
precision highp float;
precision highp int;
uniform highp sampler2D uState;
uniform mat4 uMatrix;
uniform uint uPick;
uniform uint uHover;
uniform vec4 uCut;
uniform float uDark;
vec4 state(uint id) { return texelFetch(uState, ivec2(int(id & 2047u), int(id >> 11u)), 0); }
vec3 lit(uint id, vec3 c) { return id == uPick ? mix(c, vec3(1.0, 0.48, 0.05), 0.78) : id == uHover ? mix(c, vec3(1.0, 0.75, 0.4), 0.4) : c; }
`;
const OUT = `layout(location = 0) out vec4 colour;
layout(location = 1) out uint number;
`;

const PROGRAMS = {
    solid: [SHARED + `layout(location = 0) in vec3 aPos;
layout(location = 1) in uint aId;
out vec3 vPos;
out vec3 vColour;
flat out uint vId;
void main() {
    vec4 s = state(aId);
    vPos = aPos;
    vColour = s.rgb;
    vId = aId;
    gl_Position = s.a < 0.5 ? vec4(2.0, 2.0, 2.0, 1.0) : uMatrix * vec4(aPos, 1.0);
}`, SHARED + OUT + `in vec3 vPos;
in vec3 vColour;
flat in uint vId;
uniform vec3 uEye;
uniform vec3 uSun;
uniform mat4 uSunMatrix;
uniform float uShadow;
uniform float uPlain;
uniform float uGhost;
uniform float uTexel;
uniform highp sampler2DShadow uShadowMap;
float shadow(vec3 n) {
    vec4 p = uSunMatrix * vec4(vPos + n * uTexel, 1.0);
    vec3 q = p.xyz * 0.5 + 0.5;
    if (q.x <= 0.0 || q.y <= 0.0 || q.x >= 1.0 || q.y >= 1.0 || q.z >= 1.0) return 1.0;
    float s = 0.0, t = 0.7 / 2048.0;
    s += texture(uShadowMap, q + vec3(-t, -t, -0.0006));
    s += texture(uShadowMap, q + vec3(t, -t, -0.0006));
    s += texture(uShadowMap, q + vec3(-t, t, -0.0006));
    s += texture(uShadowMap, q + vec3(t, t, -0.0006));
    return s * 0.25;
}
void main() {
    if (dot(vec4(vPos, 1.0), uCut) > 0.0) discard;
    if (uGhost > 0.0 && mod(floor(gl_FragCoord.x) + floor(gl_FragCoord.y), 2.0) < 1.0) discard;
    vec3 n = normalize(cross(dFdx(vPos), dFdy(vPos)));
    vec3 look = normalize(uEye - vPos);
    if (dot(n, look) < 0.0) n = -n;
    float sun = max(0.0, dot(n, uSun));
    if (uShadow > 0.5 && sun > 0.0) sun *= mix(0.12, 1.0, shadow(n));
    float sky = 0.5 + 0.5 * n.z;
    float ground = n.z < 0.2 ? mix(0.80, 1.0, smoothstep(0.0, 9.0, vPos.z)) : 1.0;
    vec3 c = vColour;
    if (uPlain > 0.5 && n.z > 0.30 && n.z < 0.985) c = mix(c, vec3(0.76, 0.50, 0.38), 0.62);
    else if (uPlain > 0.5 && n.z >= 0.985) c = mix(c, vec3(0.90, 0.885, 0.86), 0.45);
    c = lit(vId, c);
    vec3 light = vec3(1.0, 0.965, 0.90) * sun * 0.56 + mix(vec3(0.50, 0.50, 0.52), vec3(0.58, 0.61, 0.66), sky) * 0.98;
    c *= light * ground;
    if (uDark > 0.5) c *= vec3(0.60, 0.64, 0.72);
    colour = vec4(min(c, vec3(1.0)), 1.0);
    number = vId + 1u;
}`],
    flat: [SHARED + `layout(location = 0) in vec3 aPos;
layout(location = 1) in uint aId;
out vec3 vPos;
out vec4 vColour;
flat out uint vId;
void main() {
    vec4 s = state(aId);
    vPos = aPos;
    vColour = s;
    vId = aId;
    gl_Position = s.a < 0.5 ? vec4(2.0, 2.0, 2.0, 1.0) : uMatrix * vec4(aPos, 1.0);
}`, SHARED + OUT + `in vec3 vPos;
in vec4 vColour;
flat in uint vId;
uniform float uAlpha;
uniform mat4 uSunMatrix;
uniform float uShadow;
uniform float uResult;
uniform highp sampler2DShadow uShadowMap;
float shadow() {
    vec4 p = uSunMatrix * vec4(vPos, 1.0);
    vec3 q = p.xyz * 0.5 + 0.5;
    if (q.x <= 0.0 || q.y <= 0.0 || q.x >= 1.0 || q.y >= 1.0 || q.z >= 1.0) return 1.0;
    float s = 0.0, t = 0.7 / 2048.0;
    s += texture(uShadowMap, q + vec3(-t, -t, -0.0004));
    s += texture(uShadowMap, q + vec3(t, -t, -0.0004));
    s += texture(uShadowMap, q + vec3(-t, t, -0.0004));
    s += texture(uShadowMap, q + vec3(t, t, -0.0004));
    return s * 0.25;
}
void main() {
    vec3 c = lit(vId, vColour.rgb);
    if (uDark > 0.5 && uResult < 0.5) c = c * vec3(0.24, 0.27, 0.31) + 0.012;
    if (uShadow > 0.5) c *= mix(vec3(0.66, 0.69, 0.76), vec3(1.0), shadow());
    colour = vec4(c, uAlpha);
    number = vId + 1u;
}`],
    line: [SHARED + `layout(location = 0) in vec3 aPos;
layout(location = 1) in uint aId;
layout(location = 2) in vec3 aWay;
uniform float uPixel;
uniform vec2 uWidth;
uniform float uMost;
uniform float uScale;
out vec3 vColour;
out vec3 vPos;
flat out uint vId;
void main() {
    vec4 s = state(aId);
    vColour = s.rgb;
    vId = aId;
    vec4 p = uMatrix * vec4(aPos, 1.0);
    float half_m = max(aWay.z * uScale, uWidth.x * uPixel * p.w) + uWidth.y * uPixel * p.w;
    half_m = min(half_m, max(uMost * uPixel * p.w, 0.0));
    vec3 q = aPos + vec3(aWay.xy * half_m, 0.0);
    vPos = q;
    gl_Position = s.a < 0.5 || p.w < 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : uMatrix * vec4(q, 1.0);
}`, SHARED + OUT + `in vec3 vColour;
in vec3 vPos;
flat in uint vId;
uniform float uCasing;
uniform float uAlpha;
uniform float uResult;
uniform mat4 uSunMatrix;
uniform float uShadow;
uniform highp sampler2DShadow uShadowMap;
void main() {
    vec3 c = lit(vId, vColour);
    if (uCasing > 0.5) c = uResult > 0.5 ? vec3(1.0) : c * vec3(0.80, 0.785, 0.76);
    if (uDark > 0.5 && uResult < 0.5) c = c * vec3(0.30, 0.33, 0.38) + 0.015;
    if (uShadow > 0.5) {
        vec4 p = uSunMatrix * vec4(vPos, 1.0);
        vec3 q = p.xyz * 0.5 + 0.5;
        if (q.x > 0.0 && q.y > 0.0 && q.x < 1.0 && q.y < 1.0 && q.z < 1.0) c *= mix(vec3(0.66, 0.69, 0.76), vec3(1.0), texture(uShadowMap, q - vec3(0.0, 0.0, 0.0004)));
    }
    colour = vec4(c, uAlpha);
    number = vId + 1u;
}`],
    point: [SHARED + `layout(location = 0) in vec3 aPos;
layout(location = 1) in uint aId;
uniform float uSize;
uniform float uPixel;
uniform float uMetres;
out vec3 vColour;
flat out uint vId;
void main() {
    vec4 s = state(aId);
    vColour = s.rgb;
    vId = aId;
    gl_Position = s.a < 0.5 || dot(vec4(aPos, 1.0), uCut) > 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : uMatrix * vec4(aPos, 1.0);
    gl_PointSize = clamp(uMetres / (uPixel * gl_Position.w), uSize * 0.4, uSize) + (aId == uPick ? uSize * 0.5 : 0.0);
}`, SHARED + OUT + `in vec3 vColour;
flat in uint vId;
uniform float uAlpha;
void main() {
    float d = length(gl_PointCoord - 0.5) * 2.0;
    if (d > 1.0) discard;
    colour = vec4(d > 0.72 ? vec3(1.0) : lit(vId, vColour), uAlpha);
    number = vId + 1u;
}`],
    shade: [SHARED + `layout(location = 0) in vec3 aPos;
layout(location = 1) in uint aId;
void main() { gl_Position = state(aId).a < 0.5 || dot(vec4(aPos, 1.0), uCut) > 0.0 ? vec4(2.0, 2.0, 2.0, 1.0) : uMatrix * vec4(aPos, 1.0); }`, SHARED + `out vec4 colour;
void main() { colour = vec4(1.0); }`],
    ground: [`#version 300 es
uniform mat4 uMatrix;
uniform vec4 uArea;
void main() {
    // in 64 x 64 pieces: depth across one very large triangle would not be exact enough to be the same as that of what lies on it
    int cell = gl_VertexID / 6, corner = gl_VertexID % 6;
    vec2 at = vec2(float(cell % 64 + (corner == 1 || corner == 2 || corner == 4 ? 1 : 0)), float(cell / 64 + (corner == 2 || corner == 4 || corner == 5 ? 1 : 0))) / 32.0 - 1.0;
    gl_Position = uMatrix * vec4(uArea.xy + sign(at) * at * at * uArea.z, 0.0, 1.0);
}`, `#version 300 es
precision highp float;
precision highp int;
` + OUT + `uniform vec3 uGround;
void main() { colour = vec4(uGround, 1.0); number = 0u; }`],
    finish: [`#version 300 es
out vec2 vAt;
void main() { vec2 p = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2)); vAt = p; gl_Position = vec4(p * 2.0 - 1.0, 0.0, 1.0); }`, `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
in vec2 vAt;
uniform sampler2D uColour;
uniform usampler2D uNumber;
uniform highp sampler2D uDepth;
uniform vec2 uSize;
uniform vec2 uNear;
uniform float uFine;
uniform float uDark;
uniform float uStep;
uniform vec2 uTan;
uniform vec3 uGround;
uniform float uLift;
out vec4 colour;
float far_of(float d) { return 2.0 * uNear.x * uNear.y / (uNear.y + uNear.x - (2.0 * d - 1.0) * (uNear.y - uNear.x)); }
float depth(vec2 at) { return far_of(texture(uDepth, at).r); }
uint num(vec2 at) { return texelFetch(uNumber, ivec2(at * uSize), 0).r; }
void main() {
    vec3 c = texture(uColour, vAt).rgb;
    vec2 px = uStep / uSize, mid = vAt + (uStep > 1.0 ? 0.5 : 0.0) / uSize; // of a texel, not between four of them
    float raw = texture(uDepth, mid).r;
    if (raw < 0.999999) {
        float d = far_of(raw);
        float l = depth(mid - vec2(px.x, 0.0)), r = depth(mid + vec2(px.x, 0.0)), u = depth(mid + vec2(0.0, px.y)), b = depth(mid - vec2(0.0, px.y));
        float bend = max(abs(l + r - 2.0 * d), abs(u + b - 2.0 * d)) / d;
        float edge = smoothstep(0.006, 0.03, bend);
        uint n = num(mid);
        if (n != 0u && (num(mid + vec2(px.x, 0.0)) != n || num(mid + vec2(0.0, px.y)) != n)) edge = max(edge, bend > 0.0015 ? 0.55 : 0.12);
        edge *= 1.0 - 0.85 * smoothstep(0.8, 3.5, d * uTan.y / uSize.y * uStep); // where a pixel is metres wide, outlines would be all there is
        c *= 1.0 - edge * mix(0.34, 0.20, clamp(d / uNear.y * 3.0, 0.0, 1.0));
        if (uFine > 0.5) {
            float radius = clamp(9.0 / (d * uTan.y), 3.0 / uSize.y, 0.06), dark = 0.0, w = 1.0 / d;
            vec2 g1 = vec2(w - 1.0 / l, w - 1.0 / b), g2 = vec2(1.0 / r - w, 1.0 / u - w);
            vec2 slope = vec2(abs(g1.x) < abs(g2.x) ? g1.x : g2.x, abs(g1.y) < abs(g2.y) ? g1.y : g2.y) / px;
            for (int i = 0; i < 16; i++) {
                float a = float(i) * 2.3999632, k = sqrt((float(i) + 0.5) / 16.0);
                vec2 at = mid + vec2(cos(a), sin(a) * uSize.x / uSize.y) * radius * k;
                float e = 1.0 / max(w + dot(slope, at - mid), 1e-6) - depth(at), m = 9.0 * k;
                dark += smoothstep(0.4 + d * 0.0015, 2.5 + d * 0.003, e) * (1.0 - smoothstep(m * 1.5, m * 4.0 + 3.0, e));
            }
            c *= 1.0 - 0.34 * clamp(dark / 16.0 * 1.5, 0.0, 1.0);
        }
        float haze = smoothstep(0.35, 1.0, d / uNear.y);
        c = mix(c, uGround * 0.985 + 0.01, haze * 0.85);
    } else {
        vec3 low = uGround * 0.985 + 0.01, high = uDark > 0.5 ? vec3(0.055, 0.075, 0.11) : vec3(0.69, 0.80, 0.91);
        c = mix(low, high, smoothstep(0.0, 0.55, vAt.y - uLift));
    }
    colour = vec4(c, 1.0);
}`],
};

class Scene {
    constructor(canvas, count) {
        const gl = canvas.getContext("webgl2", { antialias: false, alpha: false, depth: false, stencil: false, preserveDrawingBuffer: true, powerPreference: "high-performance" });
        if (!gl) throw new Error("WebGL2 is not there");
        this.gl = gl;
        this.canvas = canvas;
        this.programs = {};
        for (const name of Object.keys(PROGRAMS)) this.compile(name);
        for (const name of Object.keys(PROGRAMS)) this.link(name);
        this.items = [];
        this.cut = [0, 0, 0, -1];
        this.pick = this.hover = 0xffffffff;
        this.dark = matchMedia("(prefers-color-scheme: dark)").matches;
        this.plain = true;
        this.under = false;
        this.slow = 0;
        this.empty = gl.createVertexArray();
        this.rows = Math.max(1, Math.ceil(count / 2048));
        this.state = new Uint8Array(this.rows * 2048 * 4);
        this.stateTexture = this.texture(gl.RGBA8, 2048, this.rows, gl.RGBA, gl.UNSIGNED_BYTE, this.state, gl.NEAREST);
        this.shadowSize = 2048;
        this.shadowMap = this.texture(gl.DEPTH_COMPONENT24, this.shadowSize, this.shadowSize, gl.DEPTH_COMPONENT, gl.UNSIGNED_INT, null, gl.LINEAR);
        gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_COMPARE_MODE, gl.COMPARE_REF_TO_TEXTURE);
        this.shadowTarget = gl.createFramebuffer();
        gl.bindFramebuffer(gl.FRAMEBUFFER, this.shadowTarget);
        gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, this.shadowMap, 0);
        gl.drawBuffers([gl.NONE]);
    }
    compile(name) {
        const gl = this.gl, program = gl.createProgram(), shaders = PROGRAMS[name].map((text, i) => {
            const s = gl.createShader(i ? gl.FRAGMENT_SHADER : gl.VERTEX_SHADER);
            gl.shaderSource(s, text);
            gl.compileShader(s);
            gl.attachShader(program, s);
            return s;
        });
        gl.linkProgram(program);
        this.programs[name] = { program, shaders, at: {} };
    }
    link(name) {
        const gl = this.gl, p = this.programs[name];
        if (!gl.getProgramParameter(p.program, gl.LINK_STATUS))
            throw new Error(name + ": " + p.shaders.map((s) => gl.getShaderInfoLog(s)).join(" ") + gl.getProgramInfoLog(p.program));
        for (let i = gl.getProgramParameter(p.program, gl.ACTIVE_UNIFORMS) - 1; i >= 0; i--) {
            const u = gl.getActiveUniform(p.program, i);
            p.at[u.name] = gl.getUniformLocation(p.program, u.name);
        }
    }
    texture(format, w, h, kind, type, data, filter) {
        const gl = this.gl, t = gl.createTexture();
        gl.bindTexture(gl.TEXTURE_2D, t);
        gl.texImage2D(gl.TEXTURE_2D, 0, format, w, h, 0, kind, type, data);
        for (const [k, v] of [[gl.TEXTURE_MIN_FILTER, filter], [gl.TEXTURE_MAG_FILTER, filter], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) gl.texParameteri(gl.TEXTURE_2D, k, v);
        return t;
    }
    buffer(target, data) {
        const gl = this.gl, b = gl.createBuffer();
        gl.bindBuffer(target, b);
        gl.bufferData(target, data, gl.STATIC_DRAW);
        return b;
    }
    // Something to draw: kind solid, flat, line or point; what else it needs is in `how`.
    add(kind, mesh, how) {
        if (!mesh) return null;
        const gl = this.gl, vao = gl.createVertexArray(), stride = mesh.data ? 24 : 12;
        gl.bindVertexArray(vao);
        this.buffer(gl.ARRAY_BUFFER, mesh.data || mesh.pos);
        gl.enableVertexAttribArray(0);
        gl.vertexAttribPointer(0, 3, gl.FLOAT, false, stride, 0);
        if (mesh.data) { gl.enableVertexAttribArray(2); gl.vertexAttribPointer(2, 3, gl.FLOAT, false, stride, 12); }
        this.buffer(gl.ARRAY_BUFFER, mesh.id);
        gl.enableVertexAttribArray(1);
        gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_INT, 0, 0);
        if (mesh.index) this.buffer(gl.ELEMENT_ARRAY_BUFFER, mesh.index);
        gl.bindVertexArray(null);
        const item = Object.assign({ kind, vao, count: mesh.index ? mesh.index.length : mesh.id.length, tiles: mesh.tiles || null, shown: true, rank: 0 }, how);
        this.items.push(item);
        this.items.sort((a, b) => a.rank - b.rank);
        return item;
    }
    setState(o, rgb, visible) {
        const s = this.state, i = 4 * o;
        s[i] = rgb >> 16;
        s[i + 1] = rgb >> 8 & 255;
        s[i + 2] = rgb & 255;
        s[i + 3] = visible ? 255 : 0;
    }
    upload() {
        const gl = this.gl;
        gl.bindTexture(gl.TEXTURE_2D, this.stateTexture);
        gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 2048, this.rows, gl.RGBA, gl.UNSIGNED_BYTE, this.state);
    }
    resize(w, h) {
        if (this.w === w && this.h === h) return;
        const gl = this.gl;
        for (const t of this.targets || []) gl.deleteTexture(t);
        if (!this.target) this.target = gl.createFramebuffer();
        this.w = w;
        this.h = h;
        this.targets = [this.texture(gl.RGBA8, w, h, gl.RGBA, gl.UNSIGNED_BYTE, null, gl.LINEAR), this.texture(gl.R32UI, w, h, gl.RED_INTEGER, gl.UNSIGNED_INT, null, gl.NEAREST),
            this.texture(gl.DEPTH24_STENCIL8, w, h, gl.DEPTH_STENCIL, gl.UNSIGNED_INT_24_8, null, gl.NEAREST)];
        gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
        gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.targets[0], 0);
        gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT1, gl.TEXTURE_2D, this.targets[1], 0);
        gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_STENCIL_ATTACHMENT, gl.TEXTURE_2D, this.targets[2], 0);
        gl.drawBuffers([gl.COLOR_ATTACHMENT0, gl.COLOR_ATTACHMENT1]);
    }
    use(name, camera) {
        const gl = this.gl, p = this.programs[name], set = (n, fn, ...v) => { if (p.at[n] !== undefined) gl[fn](p.at[n], ...v); };
        gl.useProgram(p.program);
        set("uMatrix", "uniformMatrix4fv", false, camera.matrix);
        set("uState", "uniform1i", 0);
        set("uShadowMap", "uniform1i", 1);
        set("uPick", "uniform1ui", this.pick);
        set("uHover", "uniform1ui", this.hover);
        set("uCut", "uniform4fv", this.cut);
        set("uDark", "uniform1f", this.dark ? 1 : 0);
        set("uEye", "uniform3fv", camera.eye || [0, 0, 0]);
        set("uSun", "uniform3fv", this.sun || [0, 0, 1]);
        set("uShadow", "uniform1f", this.shadows ? 1 : 0);
        set("uSunMatrix", "uniformMatrix4fv", false, this.sunMatrix || camera.matrix);
        set("uPixel", "uniform1f", camera.pixel || 0);
        set("uPlain", "uniform1f", this.plain ? 1 : 0);
        set("uGhost", "uniform1f", 0);
        set("uTexel", "uniform1f", this.texel || 0.6);
        return set;
    }
    run(item, camera, roofsOnly) {
        const gl = this.gl;
        gl.bindVertexArray(item.vao);
        if (item.kind === "point") { gl.drawArrays(gl.POINTS, 0, item.count); return; }
        if (!item.tiles) { gl.drawElements(gl.TRIANGLES, item.count, gl.UNSIGNED_INT, 0); return; }
        for (const t of item.tiles) {
            if (!camera.sees(t.box, t.top)) continue;
            const end = roofsOnly ? t.roofs : t.end;
            if (end > t.first) gl.drawElements(gl.TRIANGLES, end - t.first, gl.UNSIGNED_INT, 4 * t.first);
        }
    }
    drawShadows(camera) {
        const gl = this.gl, sun = this.sun = V.unit([-0.55, -0.42, 0.86]), reach = Math.min(camera.reach * 0.6 + 100, camera.distance * 0.95 + 80);
        const view = M.look(V.add(camera.target, sun, reach * 3), camera.target, [0, 1, 0]);
        this.texel = 2 * reach / this.shadowSize * 1.6;
        this.sunMatrix = M.mul(M.ortho(reach, reach, reach * 0.5, reach * 6), view);
        const light = { matrix: this.sunMatrix, sees: (box) => Math.hypot(Math.max(box[0] - camera.at[0], 0, camera.at[0] - box[2]), Math.max(box[1] - camera.at[1], 0, camera.at[1] - box[3])) < reach * 1.8 };
        gl.bindFramebuffer(gl.FRAMEBUFFER, this.shadowTarget);
        gl.viewport(0, 0, this.shadowSize, this.shadowSize);
        gl.clear(gl.DEPTH_BUFFER_BIT);
        gl.enable(gl.POLYGON_OFFSET_FILL);
        gl.polygonOffset(1.5, 3);
        this.use("shade", light);
        for (const item of this.items) if (item.kind === "solid" && item.shown) this.run(item, light, false);
        gl.disable(gl.POLYGON_OFFSET_FILL);
    }
    // fine: the picture of something at rest
    draw(camera, ratio, fine) {
        const gl = this.gl, w = Math.round(camera.w * ratio), h = Math.round(camera.h * ratio), more = fine && w * h < 4e6 ? 2 : 1;
        if (this.canvas.width !== w || this.canvas.height !== h) { this.canvas.width = w; this.canvas.height = h; }
        this.resize(w * more, h * more);
        gl.activeTexture(gl.TEXTURE0);
        gl.enable(gl.DEPTH_TEST);
        gl.depthMask(true);
        gl.disable(gl.BLEND);
        gl.disable(gl.CULL_FACE);
        gl.bindTexture(gl.TEXTURE_2D, this.stateTexture);
        this.sun = V.unit([-0.55, -0.42, 0.86]);
        this.shadows = fine && !this.under;
        if (this.shadows) this.drawShadows(camera);
        gl.activeTexture(gl.TEXTURE1);
        gl.bindTexture(gl.TEXTURE_2D, this.shadowMap);
        gl.activeTexture(gl.TEXTURE0);
        gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
        gl.viewport(0, 0, this.w, this.h);
        const ground = this.ground = this.dark ? [0.072, 0.085, 0.10] : [0.953, 0.945, 0.925];
        gl.clearBufferfv(gl.COLOR, 0, [...ground, 1]);
        gl.clearBufferuiv(gl.COLOR, 1, [0, 0, 0, 0]);
        gl.clearBufferfi(gl.DEPTH_STENCIL, 0, 1, 0);
        this.drawGround(camera);
        this.drawSolids(camera);
        this.drawOver(camera, ratio * more);
        this.finish(camera, fine, more);
    }
    // Everything flat lies at height 0, painted one over the other.
    drawGround(camera) {
        const gl = this.gl;
        gl.depthFunc(gl.ALWAYS);
        gl.enable(gl.BLEND);
        gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE);
        const p = this.programs.ground, k = camera.far * 2;
        gl.useProgram(p.program);
        gl.bindVertexArray(this.empty);
        gl.uniformMatrix4fv(p.at.uMatrix, false, camera.matrix);
        gl.uniform4f(p.at.uArea, camera.at[0], camera.at[1], k, 0);
        gl.uniform3fv(p.at.uGround, this.ground);
        gl.drawArrays(gl.TRIANGLES, 0, 64 * 64 * 6);
        for (const item of this.items) if (item.shown && item.level === "ground" && item.visible(camera)) this.run1(item, camera);
    }
    run1(item, camera) {
        const gl = this.gl, set = this.use(item.kind, camera);
        set("uResult", "uniform1f", item.result ? 1 : 0);
        if (item.kind === "flat") {
            set("uAlpha", "uniform1f", item.alpha || 1);
            // areas of one result lie over one another: the small ones come first and keep the large ones out, so that colours are the legend's
            if (item.result) { gl.enable(gl.STENCIL_TEST); gl.stencilFunc(gl.NOTEQUAL, item.mark, 255); gl.stencilOp(gl.KEEP, gl.KEEP, gl.REPLACE); }
            this.run(item, camera);
            gl.disable(gl.STENCIL_TEST);
            return;
        }
        set("uScale", "uniform1f", 1);
        set("uMost", "uniform1f", item.most || 1e9);
        if (item.casing) {
            set("uAlpha", "uniform1f", 1);
            set("uCasing", "uniform1f", 1);
            set("uWidth", "uniform2f", item.least, item.casing);
            this.run(item, camera);
        }
        set("uCasing", "uniform1f", 0);
        set("uAlpha", "uniform1f", item.alpha || 1);
        set("uWidth", "uniform2f", item.least, 0);
        this.run(item, camera);
    }
    drawSolids(camera) {
        const gl = this.gl;
        gl.disable(gl.BLEND);
        gl.depthFunc(gl.LEQUAL);
        const set = this.use("solid", camera);
        for (const item of this.items) {
            if (item.kind !== "solid" || !item.shown || !item.visible(camera)) continue;
            set("uPlain", "uniform1f", this.plain && !item.tree ? 1 : 0);
            set("uGhost", "uniform1f", this.under ? 1 : 0);
            this.run(item, camera);
        }
    }
    // Lines above and below ground, results, points: once where they are in sight, once faintly where something is before them.
    drawOver(camera, ratio) {
        const gl = this.gl;
        gl.enable(gl.BLEND);
        for (const hidden of [true, false]) {
            gl.depthFunc(hidden ? gl.GREATER : gl.LEQUAL);
            gl.depthMask(!hidden);
            for (const item of this.items) {
                if (!item.shown || item.level !== "over" || !item.visible(camera)) continue;
                const through = item.under ? (this.under ? 0.85 : 0) : item.through || 0;
                if (hidden && !through) continue;
                const set = this.use(item.kind, camera);
                set("uShadow", "uniform1f", 0);
                set("uResult", "uniform1f", 1);
                if (item.kind === "point") {
                    set("uSize", "uniform1f", item.size * ratio);
                    set("uMetres", "uniform1f", item.metres * ratio);
                    set("uAlpha", "uniform1f", hidden ? through : 1);
                    this.run(item, camera);
                    continue;
                }
                set("uScale", "uniform1f", 1);
                set("uMost", "uniform1f", 1e9);
                if (item.casing && !hidden) {
                    set("uCasing", "uniform1f", 1);
                    set("uAlpha", "uniform1f", 1);
                    set("uWidth", "uniform2f", item.least, item.casing);
                    this.run(item, camera);
                }
                set("uCasing", "uniform1f", 0);
                set("uAlpha", "uniform1f", hidden ? through : item.alpha || 1);
                set("uWidth", "uniform2f", item.least, 0);
                this.run(item, camera);
            }
        }
        gl.depthMask(true);
    }
    finish(camera, fine, more) {
        const gl = this.gl, p = this.programs.finish;
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        gl.viewport(0, 0, this.canvas.width, this.canvas.height);
        gl.disable(gl.DEPTH_TEST);
        gl.disable(gl.BLEND);
        gl.useProgram(p.program);
        gl.bindVertexArray(this.empty);
        for (let i = 0; i < 3; i++) { gl.activeTexture(gl.TEXTURE2 + i); gl.bindTexture(gl.TEXTURE_2D, this.targets[i]); }
        gl.uniform1i(p.at.uColour, 2);
        gl.uniform1i(p.at.uNumber, 3);
        gl.uniform1i(p.at.uDepth, 4);
        gl.uniform2f(p.at.uSize, this.w, this.h);
        gl.uniform2f(p.at.uNear, camera.near, camera.far);
        gl.uniform1f(p.at.uFine, fine && !this.under ? 1 : 0);
        gl.uniform1f(p.at.uStep, more);
        gl.uniform1f(p.at.uDark, this.dark ? 1 : 0);
        gl.uniform2f(p.at.uTan, 2 * Math.tan(camera.fov / 2) * camera.w / camera.h, 2 * Math.tan(camera.fov / 2));
        gl.uniform3fv(p.at.uGround, this.ground);
        gl.uniform1f(p.at.uLift, Math.max(0.2, 1 - (camera.tilt - 0.9)));
        gl.drawArrays(gl.TRIANGLES, 0, 3);
        for (let i = 0; i < 3; i++) { gl.activeTexture(gl.TEXTURE2 + i); gl.bindTexture(gl.TEXTURE_2D, null); }
        gl.activeTexture(gl.TEXTURE0);
    }
    // Number of the object at a pixel of the page; -1: none
    at(px, py, camera) {
        const gl = this.gl, out = new Uint32Array(1), x = Math.floor(px / camera.w * this.w), y = this.h - 1 - Math.floor(py / camera.h * this.h);
        gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
        gl.readBuffer(gl.COLOR_ATTACHMENT1);
        let best = 0;
        for (const [dx, dy] of [[0, 0], [2, 0], [-2, 0], [0, 2], [0, -2]]) {
            gl.readPixels(Math.max(0, Math.min(this.w - 1, x + dx)), Math.max(0, Math.min(this.h - 1, y + dy)), 1, 1, gl.RED_INTEGER, gl.UNSIGNED_INT, out);
            best = out[0];
            if (best) break;
        }
        gl.bindFramebuffer(gl.FRAMEBUFFER, null);
        return best ? best - 1 : -1;
    }
}
