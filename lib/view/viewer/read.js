"use strict";
// read.js - the packed city: streams of numbers and texts (lib/view/pack.h says how they look).

class Reader {
    constructor(bytes) { this.bytes = bytes; this.at = 0; }
    get more() { return this.at < this.bytes.length; }
    // LEB128; up to 2^53
    u() {
        let b = this.bytes[this.at++];
        if (b < 128) return b;
        let v = b & 127, m = 128;
        do { b = this.bytes[this.at++]; v += (b & 127) * m; m *= 128; } while (b > 127);
        return v;
    }
    // zigzag
    s() { const v = this.u(); return v % 2 ? -(v + 1) / 2 : v / 2; }
}

// A typed array that grows.
class Grow {
    constructor(Type, cap) { this.Type = Type; this.a = new Type(cap || 1024); this.n = 0; }
    room(n) {
        if (this.n + n <= this.a.length) return;
        const b = new this.Type(Math.max(this.a.length * 2, this.n + n));
        b.set(this.a.subarray(0, this.n));
        this.a = b;
    }
    push(v) { if (this.n === this.a.length) this.room(1); this.a[this.n++] = v; }
    done() { return this.a.subarray(0, this.n); }
}

async function inflate(base64) {
    const text = atob(base64), bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Texts with NUL between them; split when first asked for, parsed one by one.
class Texts {
    constructor(bytes) { this.bytes = bytes; this.parts = null; }
    get(i) {
        if (!this.parts) { this.parts = new TextDecoder().decode(this.bytes).split("\0"); this.bytes = null; }
        return JSON.parse(this.parts[i]);
    }
    raw(i) { this.parts || this.get(0); return this.parts[i]; }
}

async function unpack() {
    const node = document.getElementById("cim-data"), all = await inflate(node.textContent);
    node.remove();
    const r = new Reader(all), size = r.u();
    const meta = JSON.parse(new TextDecoder().decode(all.subarray(r.at, r.at + size)));
    let at = r.at + size;
    const streams = meta.streams.map((n) => all.subarray(at, at += n));
    return { meta, streams };
}
