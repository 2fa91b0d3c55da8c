/* near.c - edges and nodes by place, through one index of both. */
#include "utility/utility.h"

#include <math.h>
#include <stdlib.h>

/* ---- the index ---- */

cim_status cim__u_index(cim_ctx *ctx, cim_utility *u)
{
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim__buf boxes = cim__buf_on(ctx->mem), ids = cim__buf_on(ctx->mem);
    const uint32_t n = u->view.node_count, m = u->view.edge_count;
    bool ok = true;
    if (n > 0x1fffffffu || u->first_vertex[m] > 0xdfffffffu) return cim__fail(ctx, CIM_ELIMIT, "too many nodes and vertices of utility lines");
    for (uint32_t v = 0; v < n; v++) {
        const double *p = u->node_xy + 2 * (size_t)v;
        const cim_box box = { p[0], p[1], p[0], p[1] };
        if (isnan(p[0])) continue;
        cim__buf_put(&boxes, &box, sizeof box);
        cim__buf_put(&ids, &v, sizeof v);
    }
    for (uint32_t e = 0; e < m && ok; e++) {
        const uint32_t first = u->first_vertex[e];
        ok = cim__u_runs(u->xy + 2 * (size_t)first, u->first_vertex[e + 1] - first, n + first, &boxes, &ids);
    }
    options.ids = (const uint32_t *)(const void *)ids.data;
    cim_status st = ok && !boxes.failed && !ids.failed
                        ? cim_index_build(ctx, (const cim_box *)(const void *)boxes.data, CIM__COUNT(&boxes, cim_box), &options, &u->index)
                        : cim__nomem(ctx);
    cim__buf_free(&boxes);
    cim__buf_free(&ids);
    return st;
}

uint32_t cim__u_edge_at(const cim_utility *u, uint32_t vertex)
{
    uint32_t lo = 0, hi = u->view.edge_count; /* the last edge that does not begin behind it */
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (u->first_vertex[mid] <= vertex) lo = mid;
        else hi = mid;
    }
    return lo;
}

static uint32_t element_of(const cim_utility *u, uint32_t id)
{
    const uint32_t n = u->view.node_count;
    return id < n ? id : n + cim__u_edge_at(u, id - n);
}

/* ---- the nearest ---- */

typedef struct asking {
    const cim_utility *u;
    double x, y;
    uint32_t domain;
} asking;

static uint32_t domain_of(const cim_utility *u, uint32_t element)
{
    const uint32_t n = u->view.node_count;
    return element < n ? u->node_domain[element] : u->edge_domain[element - n];
}

static double measure(void *user, uint32_t id)
{
    const asking *a = user;
    const cim_utility *u = a->u;
    const uint32_t n = u->view.node_count;
    if (a->domain != CIM_NONE && domain_of(u, element_of(u, id)) != a->domain) return HUGE_VAL;
    if (id < n) return hypot(u->node_xy[2 * (size_t)id] - a->x, u->node_xy[2 * (size_t)id + 1] - a->y);
    const cim__uplace p = cim__u_nearest(u->xy, id - n, cim__u_run_end(u, cim__u_edge_at(u, id - n), id - n), a->x, a->y);
    return sqrt(p.distance2);
}

cim_status cim_utility_nearest(cim_ctx *ctx, const cim_utility *utility, double x, double y, uint32_t domain, double max_m, uint32_t *element_out,
                               double *distance_m_out)
{
    asking a = { utility, x, y, domain };
    uint32_t id = CIM_NONE;
    double distance = HUGE_VAL;
    size_t count = 0;
    cim__enter(ctx);
    if (!isfinite(x) || !isfinite(y)) return cim__fail(ctx, CIM_EARG, "the place is not finite");
    if (!(max_m >= 0.0)) return cim__fail(ctx, CIM_EARG, "max_m is not a distance");
    if (!element_out) return cim__fail(ctx, CIM_EARG, "no room for the answer");
    if (domain != CIM_NONE && domain >= utility->view.domain_count) return cim__fail(ctx, CIM_EARG, "domain %u of %u", domain, utility->view.domain_count);
    cim_probe probe = cim_probe_near(x, y, max_m);
    probe.measure = measure;
    probe.user = &a;
    CIM__TRY(cim_index_nearest(ctx, utility->index, &probe, 1, &id, &distance, &count));
    *element_out = count ? element_of(utility, id) : CIM_NONE;
    if (distance_m_out) *distance_m_out = count ? distance : HUGE_VAL;
    return CIM_OK;
}

/* ---- distances to geometries ---- */

static double to_segment2(double x, double y, const double *a, const double *b)
{
    double dx = b[0] - a[0], dy = b[1] - a[1], l2 = dx * dx + dy * dy, t = l2 > 0.0 ? ((x - a[0]) * dx + (y - a[1]) * dy) / l2 : 0.0;
    t = t > 0.0 ? t < 1.0 ? t : 1.0 : 0.0;
    dx = a[0] + t * dx - x;
    dy = a[1] + t * dy - y;
    return dx * dx + dy * dy;
}

static bool boxes_apart(const double *a, const double *b, const double *c, const double *d, double most)
{
    return fmin(a[0], b[0]) - fmax(c[0], d[0]) > most || fmin(c[0], d[0]) - fmax(a[0], b[0]) > most || fmin(a[1], b[1]) - fmax(c[1], d[1]) > most ||
           fmin(c[1], d[1]) - fmax(a[1], b[1]) > most;
}

static bool crosses(const double *a, const double *b, const double *c, const double *d)
{
    if (boxes_apart(a, b, c, d, 0.0)) return false;
    return cim__orient(a, b, c) * cim__orient(a, b, d) <= 0 && cim__orient(c, d, a) * cim__orient(c, d, b) <= 0;
}

static double between2(const double *a, const double *b, const double *c, const double *d)
{
    if (crosses(a, b, c, d)) return 0.0;
    return fmin(fmin(to_segment2(a[0], a[1], c, d), to_segment2(b[0], b[1], c, d)), fmin(to_segment2(c[0], c[1], a, b), to_segment2(d[0], d[1], a, b)));
}

/* Of a straight piece to all of a geometry; a point is a piece without length. */
static double piece_to_geom2(const double *a, const double *b, const cim_geom *g, double most)
{
    double best = HUGE_VAL;
    if (cim__geom_base(g->type) == CIM_GEOM_POLYGON && cim__point_in_polygon(g, a[0], a[1]) != CIM__OUTSIDE) return 0.0;
    for (uint32_t r = 0; r < g->ring_count; r++) {
        const uint32_t first = cim__ring_start(g, r), last = g->ring_end[r];
        for (uint32_t v = first; v < last && (v + 1 < last || last - first == 1); v++) {
            const double *c = g->coords + (size_t)v * (size_t)g->dim, *d = last - first == 1 ? c : c + g->dim;
            if (!boxes_apart(a, b, c, d, most)) best = fmin(best, between2(a, b, c, d));
        }
    }
    return best;
}

double cim__u_distance(const cim_utility *u, uint32_t id, const cim_geom *geom, double most)
{
    const uint32_t n = u->view.node_count;
    double best = HUGE_VAL;
    if (id < n) best = piece_to_geom2(u->node_xy + 2 * (size_t)id, u->node_xy + 2 * (size_t)id, geom, most);
    else
        for (uint32_t v = id - n, last = cim__u_run_end(u, cim__u_edge_at(u, v), v); v < last && best > 0.0; v++)
            best = fmin(best, piece_to_geom2(u->xy + 2 * (size_t)v, u->xy + 2 * (size_t)v + 2, geom, most));
    best = sqrt(best);
    return best <= most ? best : HUGE_VAL;
}

/* ---- all within a distance ---- */

typedef struct within {
    const cim_utility *u;
    const cim_geom *area;
    double distance;
    cim__buf found;
} within;

static int32_t see(void *user, uint32_t id)
{
    within *w = user;
    const uint32_t element = element_of(w->u, id);
    if (cim__u_distance(w->u, id, w->area, w->distance) <= w->distance) cim__buf_put(&w->found, &element, sizeof element);
    return 0;
}

static int ascending(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static size_t each_once(uint32_t *ids, size_t count)
{
    size_t kept = 0;
    if (count > 1) qsort(ids, count, sizeof *ids, ascending);
    for (size_t i = 0; i < count; i++)
        if (!i || ids[i] != ids[i - 1]) ids[kept++] = ids[i];
    return kept;
}

cim_status cim_utility_within(cim_ctx *ctx, const cim_utility *utility, const cim_geom *area, double distance_m, uint32_t *elements_out, size_t cap,
                              size_t *count_out)
{
    within w = { utility, area, distance_m, cim__buf_on(ctx->mem) };
    size_t ignored;
    cim__enter(ctx);
    if (!area || !area->vertex_count || !cim__geom_finite(area)) return cim__fail(ctx, CIM_EARG, "the area has no vertex, or one that is not finite");
    if (!(distance_m >= 0.0) || !isfinite(distance_m)) return cim__fail(ctx, CIM_EARG, "distance_m is not a distance");
    if (!count_out || (cap && !elements_out)) return cim__fail(ctx, CIM_EARG, "no room for the answer");
    const cim_box box = cim__geom_box(area);
    cim_probe probe = cim_probe_box(&box);
    probe.distance = distance_m;
    probe.accept = see;
    probe.user = &w;
    cim_status st = cim_index_query(ctx, utility->index, &probe, NULL, 0, &ignored);
    if (st >= 0 && w.found.failed) st = cim__nomem(ctx);
    if (st >= 0) {
        uint32_t *ids = (uint32_t *)(void *)w.found.data;
        const size_t count = each_once(ids, CIM__COUNT(&w.found, uint32_t));
        if (count && cap) memcpy(elements_out, ids, (count < cap ? count : cap) * sizeof *ids);
        *count_out = count;
    }
    cim__buf_free(&w.found);
    return st;
}
