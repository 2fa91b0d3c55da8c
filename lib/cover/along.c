/* along.c - which parts of a straight line are seen from a point.
 *
 * What a prism hides of the line changes only where the sight line passes a corner, where the line enters the footprint or passes the
 * height of base or top, and where the sight line passes the edge of roof or floor.  All of these are found, and between two of them the
 * exact test of one sight line decides.  What the terrain hides is known in closed form (terrain.c). */
#include "cover/sight.h"

#include <stdlib.h>

typedef struct strip {
    const double *from, *a, *b;
    double da[3], ab[3]; /* from the eye to a, from a to b */
    cim_sight_query *q;
} strip;

static double cross(const double a[2], const double b[2]) { return a[0] * b[1] - a[1] * b[0]; }

static bool mark(const strip *s, double at)
{
    if (!(at > 0.0 && at < 1.0)) return true;
    double *m = CIM__PUSH(&s->q->marks, double);
    if (m) *m = at;
    return m != NULL;
}

static double det(const double a[3], const double b[3], const double c[3])
{
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}

/* Where the sight line passes the edge pq at height h: alpha da + beta ab = p + w (q - p), at beta / alpha. */
static bool mark_rim(const strip *s, const double *p, const double *q, double h)
{
    const double to[3] = { p[0] - s->from[0], p[1] - s->from[1], h - s->from[2] }, edge[3] = { p[0] - q[0], p[1] - q[1], 0.0 };
    return mark(s, det(s->da, to, edge) / det(to, s->ab, edge));
}

static bool mark_edge(const strip *s, const cim__prism *prism, const double *p, const double *q)
{
    const double v[2] = { p[0] - s->from[0], p[1] - s->from[1] }, edge[2] = { q[0] - p[0], q[1] - p[1] }, to[2] = { p[0] - s->a[0], p[1] - s->a[1] };
    return mark(s, -cross(s->da, v) / cross(s->ab, v)) && mark(s, cross(to, edge) / cross(s->ab, edge)) && mark_rim(s, p, q, prism->base) &&
           mark_rim(s, p, q, prism->top);
}

static bool mark_prism(const strip *s, const cim__prism *p)
{
    const cim_sight_scene *scene = s->q->scene;
    s->q->marks.size = 0;
    bool ok = mark(s, (p->base - s->a[2]) / s->ab[2]) && mark(s, (p->top - s->a[2]) / s->ab[2]);
    for (uint32_t ring = p->ring; ring < p->ring + p->rings; ring++) {
        uint32_t first = cim__prism_ring_first(scene, p, ring), end = scene->ring_end[ring];
        for (uint32_t v = first, before = end - 1; v < end && ok; before = v++) ok = mark_edge(s, p, scene->xy + 2 * (size_t)before, scene->xy + 2 * (size_t)v);
    }
    double *last = ok ? CIM__PUSH(&s->q->marks, double) : NULL;
    if (last) *last = 1.0;
    return last != NULL;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Adds what one prism hides to q->spans, pairs of fractions. */
static bool hide(const strip *s, const cim__prism *p)
{
    if (!mark_prism(s, p)) return false;
    double *m = (double *)(void *)s->q->marks.data, from = 0.0;
    size_t count = CIM__COUNT(&s->q->marks, double);
    qsort(m, count, sizeof *m, by_value);
    for (size_t i = 0; i < count; from = m[i++]) {
        cim__sight line;
        double middle = 0.5 * (from + m[i]), *span;
        if (!(m[i] > from)) continue;
        const double to[3] = { s->a[0] + middle * s->ab[0], s->a[1] + middle * s->ab[1], s->a[2] + middle * s->ab[2] };
        cim__sight_set(&line, s->from, to);
        int meets = cim__sight_meets(s->q->scene, p, &line);
        if (meets < 0) return false;
        if (!meets) continue;
        size_t size = s->q->spans.size;
        if (size && ((double *)(void *)(s->q->spans.data + size))[-1] == from) {
            ((double *)(void *)(s->q->spans.data + size))[-1] = m[i];
        } else {
            if (!(span = cim__buf_extend(&s->q->spans, 2 * sizeof *span))) return false;
            span[0] = from, span[1] = m[i];
        }
    }
    return true;
}

static bool hide_all(const strip *s)
{
    double box[4], low = fmin(s->from[2], fmin(s->a[2], s->b[2])), high = fmax(s->from[2], fmax(s->a[2], s->b[2]));
    for (int i = 0; i < 2; i++) {
        box[i] = fmin(s->from[i], fmin(s->a[i], s->b[i]));
        box[2 + i] = fmax(s->from[i], fmax(s->a[i], s->b[i]));
    }
    if (!cim__sight_turn(s->q) || !cim__sight_gather(s->q, box)) return false;
    for (size_t i = 0; i < CIM__COUNT(&s->q->near, uint32_t); i++) {
        const cim__prism *p = &s->q->scene->prisms[CIM__AT(&s->q->near, uint32_t, i)];
        if (low >= p->top || high <= p->base || p->box[0] > box[2] || p->box[2] < box[0] || p->box[1] > box[3] || p->box[3] < box[1]) continue;
        if (!hide(s, p)) return false;
    }
    return true;
}

/* What is between hidden parts, into q->corners. */
static bool complement(cim_sight_query *q)
{
    double *hidden = (double *)(void *)q->spans.data, from = 0.0;
    size_t count = q->spans.size / (2 * sizeof *hidden);
    if (count) qsort(hidden, count, 2 * sizeof *hidden, by_value);
    for (size_t i = 0; i <= count; i++) {
        double to = i < count ? hidden[2 * i] : 1.0;
        if (to > from) {
            double *span = cim__buf_extend(&q->corners, 2 * sizeof *span);
            if (!span) return false;
            span[0] = from, span[1] = to;
        }
        if (i < count && hidden[2 * i + 1] > from) from = hidden[2 * i + 1];
    }
    return true;
}

cim_status cim_sight_along(cim_ctx *ctx, cim_sight_query *query, const double from[3], const double a[3], const double b[3], cim_sight_spans *spans_out)
{
    cim_sight_spans view = { 0 };
    cim__enter(ctx);
    if (!query || !from || !a || !b || !spans_out) return cim__fail(ctx, CIM_EARG, "no query, no points or no place for the answer");
    CIM__TRY(cim__out_ok(ctx, spans_out, "cim_sight_spans"));
    CIM__TRY(cim__sight_point_ok(ctx, from, 0, "point"));
    CIM__TRY(cim__sight_point_ok(ctx, a, 1, "point"));
    CIM__TRY(cim__sight_point_ok(ctx, b, 2, "point"));
    const cim__raster *earth = &query->scene->terrain;
    strip s = { .from = from, .a = a, .b = b, .q = query };
    for (int i = 0; i < 3; i++) s.da[i] = a[i] - from[i], s.ab[i] = b[i] - a[i];
    query->spans.size = query->corners.size = query->marks.size = 0;
    if (!hide_all(&s) || (earth->height && !cim__sight_earth_along(earth, from, a, b, &query->spans)) || !complement(query)) {
        cim__buf *buffers[] = { &query->near, &query->corners, &query->spans, &query->marks };
        for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) cim__buf_free(buffers[i]);
        return cim__nomem(ctx);
    }
    view.at = (const double *)(const void *)query->corners.data;
    view.count = query->corners.size / (2 * sizeof(double));
    for (size_t i = 0; i < view.count; i++) view.share += view.at[2 * i + 1] - view.at[2 * i];
    cim__out_fill(spans_out, &view, sizeof view);
    return CIM_OK;
}
