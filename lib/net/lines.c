/* lines.c - streets whose ends carry no node numbers: lines of CityGML, CityJSON and other sources, one or several an object.
 *
 * They are kept until all are known, then cut where an end of one of them, or a vertex of two, lies at the same place to the centimetre; heights are
 * not known here.  Ends of traffic spaces and sections that follow each other
 * by the relation predecessor are joined when they are not more than ten metres apart, as centre lines of lanes are. */
#include "net/lines.h"

#include "core/sort.h"

#include <math.h>

#define JOIN_M 10.0

void cim__net_lines_init(cim__net_lines *l, cim__mem *mem)
{
    l->lines = l->xy = cim__buf_on(mem);
    cim__map_init(&l->visits, mem);
    cim__map_init(&l->first_of, mem);
}

void cim__net_lines_free(cim__net_lines *l)
{
    cim__buf_free(&l->lines);
    cim__buf_free(&l->xy);
    cim__map_free(&l->visits);
    cim__map_free(&l->first_of);
}

static const cim__net_line *line_at(const cim__net_lines *l, size_t i) { return &CIM__AT(&l->lines, cim__net_line, i); }
static const double *vertex_at(const cim__net_lines *l, const cim__net_line *line, uint32_t i) { return &CIM__AT(&l->xy, double, 2 * (line->first + i)); }

bool cim__net_lines_add(cim__net_lines *l, uint32_t object, uint32_t set, uint32_t name, uint32_t way, const cim_geom *g)
{
    size_t count = CIM__COUNT(&l->lines, cim__net_line);
    for (uint32_t ring = 0, first = 0; ring < g->ring_count; first = g->ring_end[ring++]) {
        uint32_t n = g->ring_end[ring] - first;
        if (n < 2) continue;
        cim__net_line line = { object, set, name, way, CIM__COUNT(&l->xy, double) / 2, n };
        cim__buf_put(&l->lines, &line, sizeof line);
        for (uint32_t i = 0; i < n; i++) cim__buf_put(&l->xy, g->coords + (size_t)(first + i) * (size_t)g->dim, 2 * sizeof(double));
    }
    if (l->lines.failed || l->xy.failed) return false;
    return count == CIM__COUNT(&l->lines, cim__net_line) || cim__map_put(&l->first_of, object, (uint32_t)count);
}

/* ---- where to cut ---- */

static bool visit(cim__net_lines *l, const double *p, uint32_t weight)
{
    uint64_t key = cim__net_place_key(p[0], p[1]);
    uint32_t n = cim__map_get(&l->visits, key);
    return cim__map_put(&l->visits, key, n == CIM_NONE ? weight : n > 100 ? n : n + weight);
}

static bool note_visits(cim__net_lines *l)
{
    for (size_t i = 0; i < CIM__COUNT(&l->lines, cim__net_line); i++) {
        const cim__net_line *line = line_at(l, i);
        for (uint32_t k = 0; k < line->count; k++)
            if (!visit(l, vertex_at(l, line, k), k && k + 1 < line->count ? 1 : 2)) return false;
    }
    return true;
}

/* ---- ends that relations join ---- */

typedef struct end {
    double x, y;
} end;

/* All ends of an object's lines, at most eight. */
static uint32_t ends_of(const cim__net_lines *l, uint32_t object, end ends[8])
{
    uint32_t n = 0;
    for (size_t i = cim__map_get(&l->first_of, object); i < CIM__COUNT(&l->lines, cim__net_line) && line_at(l, i)->object == object && n < 8; i++) {
        const double *a = vertex_at(l, line_at(l, i), 0), *b = vertex_at(l, line_at(l, i), line_at(l, i)->count - 1);
        ends[n++] = (end){ a[0], a[1] };
        ends[n++] = (end){ b[0], b[1] };
    }
    return n;
}

static cim_status join(cim_ctx *ctx, cim__net_maker *m, uint32_t before, uint32_t after)
{
    end a[8], b[8], *p = NULL, *q = NULL;
    uint32_t na = ends_of(m->lines, before, a), nb = ends_of(m->lines, after, b), junction;
    double least = JOIN_M;
    for (uint32_t i = 0; i < na; i++)
        for (uint32_t k = 0; k < nb; k++)
            if (hypot(a[i].x - b[k].x, a[i].y - b[k].y) <= least) {
                least = hypot(a[i].x - b[k].x, a[i].y - b[k].y);
                p = &a[i];
                q = &b[k];
            }
    if (!p) return CIM_OK;
    CIM__TRY(cim__net_junction(ctx, m, cim__net_place_key(p->x, p->y), p->x, p->y, &junction));
    if (cim__map_get(&m->junction_of, cim__net_place_key(q->x, q->y)) != CIM_NONE) return CIM_OK;
    return cim__map_put(&m->junction_of, cim__net_place_key(q->x, q->y), junction) ? CIM_OK : cim__nomem(ctx);
}

static cim_status join_followers(cim_ctx *ctx, cim__net_maker *m)
{
    const cim__edges *out = &m->city->out;
    uint32_t last = CIM_NONE;
    CIM__TRY(cim__city_relations(ctx, m->city));
    for (size_t i = 0; i < CIM__COUNT(&m->lines->lines, cim__net_line); i++) {
        uint32_t object = line_at(m->lines, i)->object;
        if (object == last) continue;
        last = object;
        for (uint32_t r = out->first[object]; r < out->first[object + 1]; r++)
            if (out->type[r] == CIM__R_PREDECESSOR) CIM__TRY(join(ctx, m, out->other[r], object));
    }
    return CIM_OK;
}

/* ---- edges ---- */

static cim_status put_pieces(cim_ctx *ctx, cim__net_maker *m, const cim__net_line *line)
{
    cim__buf xy = cim__buf_on(ctx->mem);
    cim_status st = CIM_OK;
    for (uint32_t k = 0; k < line->count && st >= 0; k++) {
        const double *p = vertex_at(m->lines, line, k);
        cim__buf_put(&xy, p, 2 * sizeof *p);
        if (!k || (k + 1 < line->count && cim__map_get(&m->lines->visits, cim__net_place_key(p[0], p[1])) < 2)) continue;
        if (xy.failed) st = cim__nomem(ctx);
        const uint32_t n = (uint32_t)(xy.size / (2 * sizeof(double)));
        if (st >= 0) st = cim__net_put_edge(ctx, m, line, (const double *)(const void *)xy.data, n);
        xy.size = 0;
        cim__buf_put(&xy, p, 2 * sizeof *p);
    }
    cim__buf_free(&xy);
    return st;
}

/* ---- in the order of objects ---- */

static void permute(cim__buf *buf, void *scratch, const cim__keyed *order, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) memcpy((char *)scratch + i * size, buf->data + (size_t)order[i].id * size, size);
    memcpy(buf->data, scratch, count * size);
}

static void permute_vertices(cim__net_maker *m, double *scratch, uint32_t *first, const cim__keyed *order, size_t count)
{
    const uint32_t *old = (const uint32_t *)(const void *)m->first_vertex.data;
    const double *xy = (const double *)(const void *)m->xy.data;
    uint32_t at = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t e = order[i].id, n = (e + 1 < count ? old[e + 1] : m->net->vertex_count) - old[e];
        memcpy(scratch + 2 * (size_t)at, xy + 2 * (size_t)old[e], 2 * (size_t)n * sizeof *xy);
        first[i] = at;
        at += n;
    }
    memcpy(m->xy.data, scratch, 2 * (size_t)at * sizeof *scratch);
    memcpy(m->first_vertex.data, first, count * sizeof *first);
}

/* cim_net_find() looks for objects in ascending order. */
static cim_status sort_edges(cim_ctx *ctx, cim__net_maker *m)
{
    size_t count = m->net->edge_count;
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * count + 1, sizeof *order);
    double *scratch = cim__alloc_n(ctx->mem, 2 * (size_t)m->net->vertex_count + count + 1, sizeof *scratch);
    cim_status st = order && scratch ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) {
        cim__buf *numbers[] = { &m->object, &m->from, &m->to, &m->set, &m->name, &m->way };
        for (size_t i = 0; i < count; i++) order[i] = (cim__keyed){ CIM__AT(&m->object, uint32_t, i), (uint32_t)i, 0 };
        cim__sort_keyed(order, order + count, count);
        permute_vertices(m, scratch, (uint32_t *)(void *)(scratch + 2 * (size_t)m->net->vertex_count), order, count);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) permute(numbers[i], scratch, order, count, sizeof(uint32_t));
        permute(&m->length, scratch, order, count, sizeof(double));
    }
    for (size_t i = 0; i < count && st >= 0; i++)
        if ((!i || order[i].key != order[i - 1].key) && !cim__map_put(&m->edge_of, order[i].key, (uint32_t)i)) st = cim__nomem(ctx);
    cim__free(ctx->mem, order);
    cim__free(ctx->mem, scratch);
    return st;
}

cim_status cim__net_lines_put(cim_ctx *ctx, cim__net_maker *m)
{
    size_t count = CIM__COUNT(&m->lines->lines, cim__net_line);
    if (!count) return CIM_OK;
    if (!note_visits(m->lines)) return cim__nomem(ctx);
    CIM__TRY(join_followers(ctx, m));
    for (size_t i = 0; i < count; i++) CIM__TRY(put_pieces(ctx, m, line_at(m->lines, i)));
    return sort_edges(ctx, m);
}
