/* slabs.c - horizontal slabs over a polygon's edges.
 *
 * With one slab for every four edges (at most 4096) a test looks at a handful of edges instead of all; memory is some 32 bytes an
 * edge and slab it crosses. */
#include "geom/slabs.h"

typedef struct edge {
    double p[2], q[2];
} edge;

struct cim__slabs {
    cim__mem *mem;
    cim_box box;
    double scale; /* slabs a unit of y */
    uint32_t count;
    uint32_t *first; /* count + 1 */
    edge *edges;
};

static uint32_t slab_of(const cim__slabs *s, double y)
{
    double at = (y - s->box.min_y) * s->scale;
    if (!(at > 0.0)) return 0;
    return at >= (double)s->count ? s->count - 1 : (uint32_t)at;
}

typedef struct filler {
    cim__slabs *slabs;
    bool counting;
} filler;

static void add_edge(const filler *f, const double *p, const double *q)
{
    cim__slabs *s = f->slabs;
    double low = p[1] < q[1] ? p[1] : q[1], high = p[1] < q[1] ? q[1] : p[1];
    for (uint32_t i = slab_of(s, low), end = slab_of(s, high); i <= end; i++) {
        if (f->counting) s->first[i + 1]++;
        else s->edges[s->first[i]++] = (edge){ { p[0], p[1] }, { q[0], q[1] } };
    }
}

static void add_edges(const filler *f, const cim_geom *g)
{
    for (uint32_t ring = 0; ring < g->ring_count; ring++)
        for (uint32_t v = cim__ring_start(g, ring); v + 1 < g->ring_end[ring]; v++)
            add_edge(f, g->coords + (size_t)v * (size_t)g->dim, g->coords + (size_t)(v + 1) * (size_t)g->dim);
}

static bool fill(cim__slabs *s, const cim_geom *g)
{
    add_edges(&(filler){ s, true }, g);
    for (uint32_t i = 0; i < s->count; i++) s->first[i + 1] += s->first[i];
    s->edges = cim__alloc_n(s->mem, s->first[s->count], sizeof *s->edges);
    if (!s->edges) return false;
    add_edges(&(filler){ s, false }, g);
    memmove(s->first + 1, s->first, s->count * sizeof *s->first);
    s->first[0] = 0;
    return true;
}

cim_status cim__slabs_new(cim_ctx *ctx, const cim_geom *g, cim__slabs **slabs_out)
{
    cim__slabs *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    s->mem = cim__mem_ref(ctx->mem);
    s->box = cim__geom_box(g);
    s->count = g->vertex_count / 4 + 1;
    if (s->count > 4096) s->count = 4096;
    double height = s->box.max_y - s->box.min_y;
    s->scale = height > 0.0 ? (double)s->count / height : 0.0;
    s->first = cim__zalloc_n(ctx->mem, (size_t)s->count + 1, sizeof *s->first);
    if (!s->first || !fill(s, g)) {
        cim__slabs_free(s);
        return cim__nomem(ctx);
    }
    *slabs_out = s;
    return CIM_OK;
}

void cim__slabs_free(cim__slabs *s)
{
    if (!s) return;
    cim__mem *mem = s->mem;
    cim__free(mem, s->first);
    cim__free(mem, s->edges);
    cim__free(mem, s);
    cim__mem_unref(mem);
}

cim__where cim__slabs_where(const cim__slabs *s, double x, double y)
{
    bool inside = false;
    if (!(x >= s->box.min_x && x <= s->box.max_x && y >= s->box.min_y && y <= s->box.max_y)) return CIM__OUTSIDE;
    uint32_t slab = slab_of(s, y);
    for (uint32_t i = s->first[slab]; i < s->first[slab + 1]; i++)
        if (cim__cross_ray(s->edges[i].p, s->edges[i].q, x, y, &inside) == CIM__BOUNDARY) return CIM__BOUNDARY;
    return inside ? CIM__INSIDE : CIM__OUTSIDE;
}
