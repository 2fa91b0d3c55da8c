/* topo.c - building, writing and reading topology blobs. */
#include "geom/topo.h"

enum { VERSION = 1 };

void cim__topo_init(cim__topo *t, cim__mem *mem)
{
    *t = (cim__topo){ CIM__TOPO_MULTISURFACE, cim__buf_on(mem), cim__buf_on(mem), cim__buf_on(mem), cim__buf_on(mem), cim__buf_on(mem), cim__buf_on(mem) };
}

void cim__topo_reset(cim__topo *t)
{
    t->kind = CIM__TOPO_MULTISURFACE;
    t->surfaces.size = t->polygons.size = t->faces.size = t->shell_end.size = t->solid_end.size = t->names.size = 0;
}

void cim__topo_free(cim__topo *t)
{
    cim__buf_free(&t->surfaces);
    cim__buf_free(&t->polygons);
    cim__buf_free(&t->faces);
    cim__buf_free(&t->shell_end);
    cim__buf_free(&t->solid_end);
    cim__buf_free(&t->names);
}

bool cim__topo_ok(const cim__topo *t)
{
    return !(t->surfaces.failed || t->polygons.failed || t->faces.failed || t->shell_end.failed || t->solid_end.failed || t->names.failed);
}

uint32_t cim__topo_surface(cim__topo *t, cim__tsurface surface)
{
    cim__tsurface *s = CIM__PUSH(&t->surfaces, cim__tsurface);
    if (!s) return CIM_NONE;
    *s = surface;
    return (uint32_t)CIM__COUNT(&t->surfaces, cim__tsurface) - 1;
}

uint32_t cim__topo_polygon(cim__topo *t, uint32_t surface, cim__str gid)
{
    cim__tpolygon *p = CIM__PUSH(&t->polygons, cim__tpolygon);
    if (!p) return CIM_NONE;
    *p = (cim__tpolygon){ surface, gid };
    return (uint32_t)CIM__COUNT(&t->polygons, cim__tpolygon) - 1;
}

static void push(cim__buf *buf, uint32_t value)
{
    uint32_t *at = CIM__PUSH(buf, uint32_t);
    if (at) *at = value;
}

void cim__topo_face(cim__topo *t, uint32_t polygon, bool reversed) { push(&t->faces, polygon * 2 + reversed); }

void cim__topo_end_shell(cim__topo *t) { push(&t->shell_end, (uint32_t)CIM__COUNT(&t->faces, uint32_t)); }

void cim__topo_end_solid(cim__topo *t) { push(&t->solid_end, (uint32_t)CIM__COUNT(&t->shell_end, uint32_t)); }

void cim__topo_name(cim__topo *t, cim__tname name) { cim__buf_put(&t->names, &name, sizeof name); }

/* ---- writing ---- */

static void put_str(cim__buf *out, cim__str s)
{
    cim__buf_varint(out, s.len);
    cim__buf_putstr(out, s);
}

static void put_runs(cim__buf *out, const cim__topo *t)
{
    uint32_t shell = 0, face = 0;
    for (size_t s = 0; s < CIM__COUNT(&t->solid_end, uint32_t); s++) {
        uint32_t end = CIM__AT(&t->solid_end, uint32_t, s);
        cim__buf_varint(out, end - shell);
        for (; shell < end; shell++) {
            uint32_t last = CIM__AT(&t->shell_end, uint32_t, shell);
            cim__buf_varint(out, last - face);
            for (; face < last; face++) cim__buf_varint(out, CIM__AT(&t->faces, uint32_t, face));
        }
    }
}

static void put_names(cim__buf *out, const cim__topo *t)
{
    size_t names = CIM__COUNT(&t->names, cim__tname);
    if (!names) return;
    cim__buf_varint(out, names);
    for (size_t i = 0; i < names; i++) {
        const cim__tname *n = &CIM__AT(&t->names, cim__tname, i);
        cim__buf_varint(out, n->what);
        cim__buf_varint(out, n->first);
        cim__buf_varint(out, n->count);
        put_str(out, n->gid);
    }
}

void cim__topo_put(cim__buf *out, const cim__topo *t)
{
    size_t surfaces = CIM__COUNT(&t->surfaces, cim__tsurface), polygons = CIM__COUNT(&t->polygons, cim__tpolygon);
    cim__buf_varint(out, VERSION);
    cim__buf_varint(out, (uint64_t)t->kind);
    cim__buf_varint(out, surfaces);
    cim__buf_varint(out, polygons);
    cim__buf_varint(out, CIM__COUNT(&t->solid_end, uint32_t));
    for (size_t i = 0; i < surfaces; i++) {
        const cim__tsurface *s = &CIM__AT(&t->surfaces, cim__tsurface, i);
        put_str(out, s->class);
        put_str(out, s->gid);
        cim__buf_varint(out, s->parent == CIM_NONE ? 0 : (uint64_t)s->parent + 1);
        put_str(out, s->attrs);
    }
    for (size_t i = 0; i < polygons; i++) {
        const cim__tpolygon *p = &CIM__AT(&t->polygons, cim__tpolygon, i);
        cim__buf_varint(out, p->surface == CIM_NONE ? 0 : (uint64_t)p->surface + 1);
        put_str(out, p->gid);
    }
    put_runs(out, t);
    put_names(out, t);
}

/* ---- reading ---- */

typedef struct reader {
    const uint8_t *pos, *end;
    bool bad;
} reader;

static uint64_t get(reader *r)
{
    uint64_t v = 0;
    if (!r->bad && !cim__get_varint(&r->pos, r->end, &v)) r->bad = true;
    return r->bad ? 0 : v;
}

/* A count of things that take at least `least` bytes each. */
static size_t get_count(reader *r, size_t least)
{
    uint64_t n = get(r);
    if (n > (size_t)(r->end - r->pos) / least) r->bad = true;
    return r->bad ? 0 : (size_t)n;
}

static cim__str get_str(reader *r)
{
    size_t n = get_count(r, 1);
    cim__str s = { (const char *)r->pos, n };
    r->pos += n;
    return s;
}

/* An index stored plus one, 0 for none. */
static uint32_t get_ref(reader *r, uint64_t limit)
{
    uint64_t v = get(r);
    if (v > limit) r->bad = true;
    return r->bad || !v ? CIM_NONE : (uint32_t)(v - 1);
}

static void get_runs(reader *r, cim__topo *t, size_t solids, uint32_t polygon_count)
{
    for (size_t s = 0; s < solids && !r->bad; s++) {
        for (size_t shells = get_count(r, 1); shells && !r->bad; shells--) {
            for (size_t faces = get_count(r, 1); faces && !r->bad; faces--) {
                uint64_t face = get(r);
                if (face / 2 >= polygon_count) r->bad = true;
                else cim__topo_face(t, (uint32_t)(face / 2), face & 1);
            }
            cim__topo_end_shell(t);
        }
        cim__topo_end_solid(t);
    }
}

static void get_names(reader *r, cim__topo *t, size_t solids, uint32_t polygon_count)
{
    if (r->bad || r->pos == r->end) return;
    for (size_t names = get_count(r, 4); names && !r->bad; names--) {
        uint64_t what = get(r), first = get(r), count = get(r);
        uint64_t limit = what == CIM__TNAME_GROUP ? polygon_count : what == CIM__TNAME_SOLID ? solids : UINT32_MAX;
        if (what > CIM__TNAME_GROUP || first > limit || count > limit - first) r->bad = true;
        cim__topo_name(t, (cim__tname){ (uint32_t)what, (uint32_t)first, (uint32_t)count, get_str(r) });
    }
}

cim_status cim__topo_get(cim_ctx *ctx, cim__str bytes, uint32_t polygon_count, cim__topo *t)
{
    reader r = { (const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len, false };
    cim__topo_reset(t);
    if (get(&r) != VERSION) return cim__fail(ctx, CIM_EFORMAT, "topology of an unknown version");
    uint64_t kind = get(&r);
    if (kind >= CIM__TOPO_KINDS) r.bad = true;
    t->kind = (cim__topo_kind)kind;
    size_t surfaces = get_count(&r, 4), polygons = get_count(&r, 2), solids = get_count(&r, 1);
    if (polygons > polygon_count) r.bad = true;
    for (size_t i = 0; i < surfaces && !r.bad; i++) {
        cim__tsurface s;
        s.class = get_str(&r);
        s.gid = get_str(&r);
        s.parent = get_ref(&r, surfaces);
        s.attrs = get_str(&r);
        cim__topo_surface(t, s);
    }
    for (size_t i = 0; i < polygons && !r.bad; i++) {
        uint32_t surface = get_ref(&r, surfaces);
        cim__topo_polygon(t, surface, get_str(&r));
    }
    get_runs(&r, t, solids, polygon_count);
    get_names(&r, t, solids, polygon_count);
    if (!cim__topo_ok(t)) return cim__nomem(ctx);
    if (r.bad || r.pos != r.end) return cim__fail(ctx, CIM_EFORMAT, "damaged topology");
    return CIM_OK;
}
