/* gaia.c - SpatiaLite's geometry BLOB ("BLOB-Geometry" in its manual).
 *
 *   0x00  endian  srid:i32  min_x min_y max_x max_y:f64  0x7c  class:i32  body  0xfe
 *
 * class: 1 POINT .. 6 MULTIPOLYGON, +1000 with Z, +2000 with M, +3000 with both, +1000000 compressed (lines and
 * polygons: first and last vertex in full, the others as float deltas to the one before).
 * body of a point: its ordinates; of a line: n:i32 vertices; of a polygon: n:i32 rings, each n:i32 vertices; of a
 * multi type: n:i32 entities, each 0x69 class:i32 body.
 * We write little-endian, uncompressed; we read both byte orders.  Nothing is trusted: every count is checked against
 * the bytes that are left before anything is allocated. */
#include "geom/geom.h"

enum { HEADER = 43, START = 0x00, MBR_END = 0x7c, ENTITY = 0x69, END = 0xfe };

static void put32(cim__buf *out, uint32_t v)
{
    uint8_t b[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };
    cim__buf_put(out, b, 4);
}

static void put_doubles(cim__buf *out, const double *v, size_t count)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    cim__buf_put(out, v, count * sizeof *v);
#else
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, v + i, 8);
        put32(out, (uint32_t)bits);
        put32(out, (uint32_t)(bits >> 32));
    }
#endif
}

static void put_ring(cim__buf *out, const cim_geom *g, uint32_t ring, bool counted)
{
    uint32_t first = cim__ring_start(g, ring), count = g->ring_end[ring] - first;
    if (counted) put32(out, count);
    put_doubles(out, g->coords + (size_t)first * (size_t)g->dim, (size_t)count * (size_t)g->dim);
}

static void put_part(cim__buf *out, const cim_geom *g, uint32_t part, int32_t base)
{
    uint32_t ring = cim__part_start(g, part), end = g->part_end[part];
    if (base == CIM_GEOM_POLYGON) put32(out, end - ring);
    for (; ring < end; ring++) put_ring(out, g, ring, base != CIM_GEOM_POINT);
}

void cim__gaia_put(cim__buf *out, const cim_geom *g, int32_t srid)
{
    cim_box box = cim__geom_box(g);
    double mbr[4] = { box.min_x, box.min_y, box.max_x, box.max_y };
    if (!cim__box_ok(&box)) memset(mbr, 0, sizeof mbr);
    int32_t base = cim__geom_base(g->type), z = g->dim == 3 ? 1000 : 0;
    static const uint8_t start[2] = { START, 1 };
    cim__buf_put(out, start, 2);
    put32(out, (uint32_t)srid);
    put_doubles(out, mbr, 4);
    cim__buf_putc(out, MBR_END);
    put32(out, (uint32_t)(g->type + z));
    if (g->type > 3) put32(out, g->part_count);
    for (uint32_t part = 0; part < g->part_count; part++) {
        if (g->type > 3) {
            cim__buf_putc(out, ENTITY);
            put32(out, (uint32_t)(base + z));
        }
        put_part(out, g, part, base);
    }
    cim__buf_putc(out, (char)END);
}

/* ---- reading ---- */

typedef struct reader {
    const uint8_t *pos, *end;
    bool swap, bad;
    cim__gbuild *geom;
} reader;

static uint64_t get_bytes(reader *r, size_t n)
{
    uint64_t v = 0;
    if ((size_t)(r->end - r->pos) < n) {
        r->bad = true;
        r->pos = r->end;
        return 0;
    }
    for (size_t i = 0; i < n; i++) v |= (uint64_t)r->pos[r->swap ? n - 1 - i : i] << (8 * i);
    r->pos += n;
    return v;
}

static uint32_t get32(reader *r) { return (uint32_t)get_bytes(r, 4); }

static double get_double(reader *r)
{
    uint64_t bits = get_bytes(r, 8);
    double v;
    memcpy(&v, &bits, 8);
    return v;
}

static float get_float(reader *r)
{
    uint32_t bits = get32(r);
    float v;
    memcpy(&v, &bits, 4);
    return v;
}

typedef struct shape {
    int32_t base, ordinates; /* ordinates a vertex: 2, 3 or 4 */
    bool z, m, packed;
} shape;

static bool shape_of(uint32_t class, shape *s)
{
    s->packed = class >= 1000000;
    if (s->packed) class -= 1000000;
    uint32_t dims = class / 1000;
    s->base = (int32_t)(class % 1000);
    s->z = dims == 1 || dims == 3;
    s->m = dims >= 2;
    s->ordinates = 2 + s->z + s->m;
    return dims <= 3 && s->base >= 1 && s->base <= 6;
}

/* Packed vertices in the middle: float deltas for x, y, z; m stays a double. */
static void get_vertex(reader *r, const shape *s, bool delta, double v[3])
{
    for (int i = 0; i < 2 + s->z; i++) v[i] = delta ? v[i] + (double)get_float(r) : get_double(r);
    if (s->m) get_double(r);
    cim__gbuild_xyz(r->geom, v[0], v[1], s->z ? v[2] : 0.0);
}

static void get_ring(reader *r, const shape *s)
{
    uint32_t count = get32(r);
    size_t least = s->packed ? (size_t)(2 + s->z) * 4 + (s->m ? 8 : 0) : (size_t)s->ordinates * 8;
    if ((size_t)(r->end - r->pos) / least < count) r->bad = true;
    double v[3] = { 0, 0, 0 };
    for (uint32_t i = 0; i < count && !r->bad; i++) get_vertex(r, s, s->packed && i > 0 && i + 1 < count, v);
    cim__gbuild_ring(r->geom);
}

static void get_part(reader *r, const shape *s)
{
    if (s->base == CIM_GEOM_POINT) {
        double v[3] = { 0, 0, 0 };
        get_vertex(r, s, false, v);
        cim__gbuild_ring(r->geom);
    } else if (s->base == CIM_GEOM_LINESTRING) {
        get_ring(r, s);
    } else {
        uint32_t rings = get32(r);
        if ((size_t)(r->end - r->pos) / 4 < rings) r->bad = true;
        for (uint32_t i = 0; i < rings && !r->bad; i++) get_ring(r, s);
    }
    cim__gbuild_part(r->geom);
}

static void get_parts(reader *r, const shape *s)
{
    uint32_t count = get32(r);
    if ((size_t)(r->end - r->pos) / 5 < count) r->bad = true;
    for (uint32_t i = 0; i < count && !r->bad; i++) {
        shape part;
        uint8_t mark = (uint8_t)get_bytes(r, 1);
        if (mark != ENTITY || !shape_of(get32(r), &part) || part.base != cim__geom_base(s->base) || part.z != s->z) r->bad = true;
        else get_part(r, &part);
    }
}

cim_status cim__gaia_get(cim_ctx *ctx, cim__str blob, cim__gbuild *geom_out, int32_t *srid_out)
{
    const uint8_t *p = (const uint8_t *)blob.ptr;
    shape s;
    if (blob.len < HEADER + 1 || p[0] != START || p[1] > 1 || p[38] != MBR_END || p[blob.len - 1] != END)
        return cim__fail(ctx, CIM_EFORMAT, "not a geometry blob");
    reader r = { p + 2, p + blob.len - 1, false, false, geom_out };
    r.swap = p[1] != 1;
    int32_t srid = (int32_t)get32(&r);
    r.pos = p + 39;
    if (!shape_of(get32(&r), &s)) return cim__fail(ctx, CIM_EFORMAT, "geometry blob of an unknown class");
    cim__gbuild_begin(geom_out, s.base, s.z ? 3 : 2);
    if (s.base > 3) get_parts(&r, &s);
    else get_part(&r, &s);
    if (!cim__gbuild_ok(geom_out)) return cim__nomem(ctx);
    if (r.bad || r.pos != r.end) return cim__fail(ctx, CIM_EFORMAT, "damaged geometry blob");
    if (srid_out) *srid_out = srid;
    return CIM_OK;
}

bool cim__gaia_box(cim__str blob, cim_box *box_out)
{
    const uint8_t *p = (const uint8_t *)blob.ptr;
    if (blob.len < HEADER + 1 || p[0] != START || p[1] > 1 || p[38] != MBR_END) return false;
    reader r = { p + 6, p + 38, p[1] != 1, false, NULL };
    cim_box box;
    box.min_x = get_double(&r);
    box.min_y = get_double(&r);
    box.max_x = get_double(&r);
    box.max_y = get_double(&r);
    if (!cim__box_ok(&box)) return false;
    *box_out = box;
    return true;
}
