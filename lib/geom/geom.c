/* geom.c - the geometry builder and boxes. */
#include "geom/geom.h"

void cim__gbuild_init(cim__gbuild *b, cim__mem *mem)
{
    *b = (cim__gbuild){ CIM_GEOM_POINT, 2, cim__buf_on(mem), cim__buf_on(mem), cim__buf_on(mem) };
}

void cim__gbuild_free(cim__gbuild *b)
{
    cim__buf_free(&b->coords);
    cim__buf_free(&b->ring_end);
    cim__buf_free(&b->part_end);
}

void cim__gbuild_begin(cim__gbuild *b, int32_t type, int32_t dim)
{
    b->type = type;
    b->dim = dim;
    b->coords.size = b->ring_end.size = b->part_end.size = 0;
}

void cim__gbuild_xy(cim__gbuild *b, double x, double y) { cim__gbuild_xyz(b, x, y, 0.0); }

void cim__gbuild_xyz(cim__gbuild *b, double x, double y, double z)
{
    double *v = cim__buf_extend(&b->coords, sizeof(double) * (size_t)b->dim);
    if (!v) return;
    v[0] = x;
    v[1] = y;
    if (b->dim == 3) v[2] = z;
}

static uint32_t vertex_count(const cim__gbuild *b) { return (uint32_t)(b->coords.size / (sizeof(double) * (size_t)b->dim)); }

static uint32_t last_of(const cim__buf *ends) { return ends->size ? CIM__AT(ends, uint32_t, ends->size / sizeof(uint32_t) - 1) : 0; }

static void push(cim__buf *ends, uint32_t value)
{
    uint32_t *end = CIM__PUSH(ends, uint32_t);
    if (end) *end = value;
}

void cim__gbuild_ring(cim__gbuild *b) { push(&b->ring_end, vertex_count(b)); }

void cim__gbuild_close(cim__gbuild *b)
{
    uint32_t first = last_of(&b->ring_end), count = vertex_count(b);
    size_t bytes = sizeof(double) * (size_t)b->dim;
    if (count > first + 1 && memcmp(b->coords.data + first * bytes, b->coords.data + (count - 1) * bytes, bytes) != 0) {
        double v[3];
        memcpy(v, b->coords.data + first * bytes, bytes);
        cim__buf_put(&b->coords, v, bytes);
    }
    cim__gbuild_ring(b);
}

void cim__gbuild_part(cim__gbuild *b) { push(&b->part_end, (uint32_t)CIM__COUNT(&b->ring_end, uint32_t)); }

bool cim__gbuild_ok(const cim__gbuild *b) { return !b->coords.failed && !b->ring_end.failed && !b->part_end.failed; }

cim_geom cim__gbuild_view(const cim__gbuild *b)
{
    cim_geom g = { .type = b->type, .dim = b->dim };
    g.vertex_count = vertex_count(b);
    g.ring_count = (uint32_t)CIM__COUNT(&b->ring_end, uint32_t);
    g.part_count = (uint32_t)CIM__COUNT(&b->part_end, uint32_t);
    g.coords = (const double *)(const void *)b->coords.data;
    g.ring_end = (const uint32_t *)(const void *)b->ring_end.data;
    g.part_end = (const uint32_t *)(const void *)b->part_end.data;
    return g;
}

void cim__gbuild_append(cim__gbuild *b, const cim_geom *g)
{
    for (uint32_t part = 0; part < g->part_count; part++) {
        for (uint32_t ring = cim__part_start(g, part); ring < g->part_end[part]; ring++) {
            for (uint32_t v = cim__ring_start(g, ring); v < g->ring_end[ring]; v++) {
                const double *c = g->coords + (size_t)v * (size_t)g->dim;
                cim__gbuild_xyz(b, c[0], c[1], g->dim == 3 ? c[2] : 0.0);
            }
            cim__gbuild_ring(b);
        }
        cim__gbuild_part(b);
    }
    if (b->type <= 3 && CIM__COUNT(&b->part_end, uint32_t) > 1) b->type += 3;
}

const char *cim__geom_type_name(int32_t type)
{
    static const char *const names[] = { "GEOMETRY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON" };
    return type >= 1 && type <= 6 ? names[type] : names[0];
}

cim_box cim__geom_box(const cim_geom *g)
{
    cim_box box = CIM__BOX_EMPTY;
    const double *c = g->coords;
    for (uint32_t v = 0; v < g->vertex_count; v++, c += g->dim) cim__box_add(&box, c[0], c[1]);
    return box;
}

cim_status cim_geom_box(cim_ctx *ctx, const cim_geom *geom, cim_box *box_out)
{
    cim__enter(ctx);
    cim_box box = cim__geom_box(geom);
    if (!cim__box_ok(&box)) return cim__fail(ctx, CIM_ENOTFOUND, "the geometry is empty");
    *box_out = box;
    return CIM_OK;
}
