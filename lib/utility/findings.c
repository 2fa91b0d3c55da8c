/* findings.c - what was joined by place, and what looks like a mistake. */
#include "utility/utility.h"

#include <math.h>

enum { CROSSINGS = 1000000 }; /* are listed; more are noise */

typedef struct look {
    cim_ctx *ctx;
    cim__umaker *m;
    uint32_t *ends;      /* by node: ends of edges */
    uint32_t *first_end; /* by node: the first point that is an end by place; CIM_NONE */
    /* the question */
    uint32_t edge, node, vertex, other;
    double x, y, best2, reach2;
    const cim_box *box;
    size_t crossings;
    cim_status status;
} look;

static double node_x(const look *l, uint32_t v) { return l->m->u->node_xy[2 * (size_t)v]; }
static double node_y(const look *l, uint32_t v) { return l->m->u->node_xy[2 * (size_t)v + 1]; }

/* ---- ends ---- */

static bool is_area(const look *l, uint32_t object)
{
    const cim__uthing *t = cim__thing_of(l->m, object);
    return t && t->bits & CIM__U_AREA;
}

/* An end that is not where its node is. */
static cim_status snapped(look *l, uint32_t point)
{
    cim__umaker *m = l->m;
    const cim__upoint *p = CIM__POINT(m, point);
    const uint32_t v = m->node_of[point], object = m->u->node_object[v], first = l->first_end[v];
    const double distance = hypot(p->x - node_x(l, v), p->y - node_y(l, v));
    if (!(distance > 0.0) || (object != CIM_NONE && is_area(l, object))) return CIM_OK;
    uint32_t other = object != CIM_NONE ? object : CIM__STRAND(m, CIM__POINT(m, first)->end >> 1)->object;
    return cim__u_found(l->ctx, m, CIM_UTILITY_SNAPPED, CIM__STRAND(m, p->end >> 1)->object, other, p->end & 1, p->x, p->y, distance);
}

static cim_status ends_by_place(look *l)
{
    cim__umaker *m = l->m;
    const size_t n = CIM__COUNT(&m->points, cim__upoint);
    for (uint32_t i = 0; i < n; i++)
        if (CIM__POINT(m, i)->bits & CIM__U_POINT_END && l->first_end[m->node_of[i]] == CIM_NONE) l->first_end[m->node_of[i]] = i;
    for (uint32_t i = 0; i < n; i++)
        if (CIM__POINT(m, i)->bits & CIM__U_POINT_END) CIM__TRY(snapped(l, i));
    return CIM_OK;
}

/* ---- what is near an end that dangles ---- */

static bool one_strand(const look *l, uint32_t a, uint32_t b)
{
    return CIM__AT(&l->m->edge_strand, uint32_t, a) == CIM__AT(&l->m->edge_strand, uint32_t, b);
}

static int32_t see_near(void *user, uint32_t id)
{
    look *l = user;
    const cim_utility *u = l->m->u;
    const uint32_t n = u->view.node_count;
    double d2 = HUGE_VAL;
    uint32_t object;
    if (id < n) {
        object = u->node_object[id];
        if (id == l->node || object == CIM_NONE || u->node_domain[id] != u->edge_domain[l->edge]) return 0;
        d2 = (node_x(l, id) - l->x) * (node_x(l, id) - l->x) + (node_y(l, id) - l->y) * (node_y(l, id) - l->y);
    } else {
        const uint32_t e = cim__u_edge_at(u, id - n);
        object = u->edge_object[e];
        if (one_strand(l, e, l->edge) || u->edge_domain[e] != u->edge_domain[l->edge]) return 0;
        d2 = cim__u_nearest(u->xy, id - n, cim__u_run_end(u, e, id - n), l->x, l->y).distance2;
    }
    if (d2 > l->reach2 || d2 > l->best2 || (d2 == l->best2 && object > l->other)) return 0;
    l->best2 = d2;
    l->other = object;
    return 0;
}

static cim_status near(look *l, uint32_t end)
{
    size_t count;
    const double reach = fmax(10.0 * l->m->snap_m[l->m->u->edge_domain[l->edge]], 0.5);
    cim_probe probe = cim_probe_near(l->x, l->y, reach);
    l->reach2 = reach * reach;
    l->best2 = HUGE_VAL;
    l->other = CIM_NONE;
    probe.accept = see_near;
    probe.user = l;
    CIM__TRY(cim_index_query(l->ctx, l->m->u->index, &probe, NULL, 0, &count));
    if (!(l->best2 < HUGE_VAL)) return CIM_OK;
    return cim__u_found(l->ctx, l->m, CIM_UTILITY_NEAR, l->m->u->edge_object[l->edge], l->other, end, l->x, l->y, sqrt(l->best2));
}

static cim_status dangles(look *l)
{
    cim_utility *u = l->m->u;
    for (uint32_t e = 0; e < u->view.edge_count; e++)
        for (uint32_t end = 0; end < 2; end++) {
            const uint32_t v = end ? u->to[e] : u->from[e];
            if (l->ends[v] != 1 || u->node_object[v] != CIM_NONE) continue;
            l->edge = e;
            l->node = v;
            l->x = node_x(l, v);
            l->y = node_y(l, v);
            CIM__TRY(cim__u_found(l->ctx, l->m, CIM_UTILITY_DANGLES, u->edge_object[e], CIM_NONE, end, l->x, l->y, NAN));
            if (!isnan(l->x)) CIM__TRY(near(l, end));
        }
    return CIM_OK;
}

/* ---- crossings ---- */

static bool in_box(const double *p, const double *a, const double *b)
{
    return p[0] >= fmin(a[0], b[0]) && p[0] <= fmax(a[0], b[0]) && p[1] >= fmin(a[1], b[1]) && p[1] <= fmax(a[1], b[1]);
}

/* Where two straight pieces meet, or some place where they lie on each other. */
static bool cross(const double *a, const double *b, const double *c, const double *d, double xy[2])
{
    if (fmax(a[0], b[0]) < fmin(c[0], d[0]) || fmax(c[0], d[0]) < fmin(a[0], b[0]) || fmax(a[1], b[1]) < fmin(c[1], d[1]) ||
        fmax(c[1], d[1]) < fmin(a[1], b[1]))
        return false;
    if (cim__orient(a, b, c) * cim__orient(a, b, d) > 0 || cim__orient(c, d, a) * cim__orient(c, d, b) > 0) return false;
    if (!cim__orient(a, b, c) && !cim__orient(a, b, d)) { /* on one line: an end of one lies on the other */
        const double *ends[] = { c, d, a, b };
        int k = 0;
        while (k < 3 && !(k < 2 ? in_box(ends[k], a, b) : in_box(ends[k], c, d))) k++;
        memcpy(xy, ends[k], 2 * sizeof *xy);
        return true;
    }
    const double rx = b[0] - a[0], ry = b[1] - a[1], sx = d[0] - c[0], sy = d[1] - c[1], det = rx * sy - ry * sx;
    double t = det != 0.0 ? ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / det : 0.0;
    t = t > 0.0 ? t < 1.0 ? t : 1.0 : 0.0;
    xy[0] = a[0] + t * rx;
    xy[1] = a[1] + t * ry;
    return true;
}

static bool meet(const cim_utility *u, uint32_t a, uint32_t b)
{
    return u->from[a] == u->from[b] || u->from[a] == u->to[b] || u->to[a] == u->from[b] || u->to[a] == u->to[b];
}

/* At an end of the edge? */
static bool at_end(const look *l, uint32_t edge, const double xy[2])
{
    const cim_utility *u = l->m->u;
    const double *a = u->xy + 2 * (size_t)u->first_vertex[edge], *b = u->xy + 2 * (size_t)(u->first_vertex[edge + 1] - 1);
    const double most = l->m->snap_m[u->edge_domain[edge]];
    return hypot(a[0] - xy[0], a[1] - xy[1]) <= most || hypot(b[0] - xy[0], b[1] - xy[1]) <= most;
}

/* Ends that lie together and are said not to meet are no crossing. */
static int32_t see_crossing(void *user, uint32_t id)
{
    look *l = user;
    const cim_utility *u = l->m->u;
    const uint32_t n = u->view.node_count, e = l->edge;
    double at[2];
    if (id < n || l->status < 0 || l->crossings >= CROSSINGS || id - n <= l->vertex) return 0;
    const uint32_t f = cim__u_edge_at(u, id - n);
    if (u->edge_object[f] == u->edge_object[e] || u->edge_domain[f] != u->edge_domain[e] || one_strand(l, e, f) || meet(u, e, f)) return 0;
    const uint32_t last = cim__u_run_end(u, e, l->vertex), other_last = cim__u_run_end(u, f, id - n);
    for (uint32_t v = l->vertex; v < last; v++)
        for (uint32_t w = id - n; w < other_last; w++) {
            if (!cross(u->xy + 2 * (size_t)v, u->xy + 2 * (size_t)v + 2, u->xy + 2 * (size_t)w, u->xy + 2 * (size_t)w + 2, at)) continue;
            if (at_end(l, e, at) && at_end(l, f, at)) continue;
            const uint32_t a = u->edge_object[e], b = u->edge_object[f];
            l->status = cim__u_found(l->ctx, l->m, CIM_UTILITY_CROSSES, a < b ? a : b, a < b ? b : a, CIM_NONE, at[0], at[1], NAN);
            l->crossings++;
            return 0;
        }
    return 0;
}

static cim_status crossings(look *l)
{
    const cim_utility *u = l->m->u;
    size_t count, runs = 0;
    for (uint32_t e = 0; e < u->view.edge_count; e++)
        for (uint32_t v = u->first_vertex[e]; v + 1 < u->first_vertex[e + 1]; v += CIM__U_RUN) {
            cim_box box = CIM__BOX_EMPTY;
            for (uint32_t k = v; k <= cim__u_run_end(u, e, v); k++) cim__box_add(&box, u->xy[2 * (size_t)k], u->xy[2 * (size_t)k + 1]);
            cim_probe probe = cim_probe_box(&box);
            probe.accept = see_crossing;
            probe.user = l;
            l->edge = e;
            l->vertex = v;
            if (!(runs++ & 0xfff)) CIM__TRY(cim__tick(l->ctx, e, u->view.edge_count, "crossings of utility lines"));
            CIM__TRY(cim_index_query(l->ctx, u->index, &probe, NULL, 0, &count));
            CIM__TRY(l->status);
        }
    if (l->crossings >= CROSSINGS) cim__log(l->ctx, CIM_LOG_WARNING, "more than %d crossings of utility lines: not all are listed", CROSSINGS);
    return CIM_OK;
}

/* ---- things ---- */

static cim_status contained(look *l, const cim__uthing *t)
{
    uint32_t object = t->object;
    for (int depth = 0; depth <= CIM__U_DEPTH; depth++) {
        object = l->m->city->parent[object];
        if (object == CIM_NONE || !cim__city_has(l->m->city, object)) return CIM_OK;
    }
    return cim__u_found(l->ctx, l->m, CIM_UTILITY_CYCLE, t->object, CIM_NONE, CIM_NONE, t->x, t->y, NAN);
}

static cim_status uphill(look *l, const cim__uthing *t)
{
    const double rise = t->level_m[1] - t->level_m[0];
    if (!t->strand_count || isnan(rise) || !cim__u_is_sewer(l->m->u->domains.texts[CIM__STRAND(l->m, t->first_strand)->domain])) return CIM_OK;
    if (!((t->flow == CIM_TRACE_WITH && rise > 0.0) || (t->flow == CIM_TRACE_AGAINST && rise < 0.0))) return CIM_OK;
    return cim__u_found(l->ctx, l->m, CIM_UTILITY_UPHILL, t->object, CIM_NONE, CIM_NONE, NAN, NAN, NAN);
}

static cim_status things(look *l)
{
    for (size_t i = 0; i < cim__thing_count(l->m); i++) {
        const cim__uthing *t = CIM__THING(l->m, i);
        const bool shuts = t->kind == CIM_TRACE_VALVE || t->kind == CIM_TRACE_SWITCH;
        if (t->bits & CIM__U_LEFT_OUT) continue;
        CIM__TRY(contained(l, t));
        CIM__TRY(uphill(l, t));
        if (shuts && !(t->bits & (CIM__U_DEVICES | CIM__U_LINE)) && !(t->bits & CIM__U_OWNER && t->strand_count))
            CIM__TRY(cim__u_found(l->ctx, l->m, CIM_UTILITY_ON_NOTHING, t->object, CIM_NONE, CIM_NONE, t->x, t->y, NAN));
    }
    return CIM_OK;
}

/* Nodes that no line meets in any commodity. */
static cim_status alone(look *l)
{
    cim__umaker *m = l->m;
    for (size_t i = 0; i < CIM__COUNT(&m->at, cim__uat); i++)
        if (l->ends[CIM__AT(&m->at, cim__uat, i).node]) CIM__THING(m, CIM__AT(&m->at, cim__uat, i).thing)->bits |= CIM__U_MET;
    for (size_t i = 0; i < CIM__COUNT(&m->at, cim__uat); i++) {
        const cim__uthing *t = CIM__THING(m, CIM__AT(&m->at, cim__uat, i).thing);
        if (t->bits & CIM__U_MET || t->kind == CIM_TRACE_VALVE || t->kind == CIM_TRACE_SWITCH) continue;
        CIM__TRY(cim__u_found(l->ctx, m, CIM_UTILITY_ALONE, t->object, CIM_NONE, CIM_NONE, t->x, t->y, NAN));
    }
    return CIM_OK;
}

static cim_status inspect(look *l)
{
    cim_utility *u = l->m->u;
    const uint32_t n = u->view.node_count;
    l->ends = cim__zalloc_n(l->ctx->mem, (size_t)n + 1, sizeof *l->ends);
    l->first_end = cim__alloc_n(l->ctx->mem, (size_t)n + 1, sizeof *l->first_end);
    if (!l->ends || !l->first_end) return cim__nomem(l->ctx);
    for (uint32_t v = 0; v < n; v++) l->first_end[v] = CIM_NONE;
    for (uint32_t e = 0; e < u->view.edge_count; e++) l->ends[u->from[e]]++, l->ends[u->to[e]]++;
    CIM__TRY(ends_by_place(l));
    CIM__TRY(dangles(l));
    CIM__TRY(crossings(l));
    CIM__TRY(things(l));
    return alone(l);
}

cim_status cim__u_inspect(cim_ctx *ctx, cim__umaker *m)
{
    look l = { .ctx = ctx, .m = m, .status = CIM_OK };
    cim_status st = inspect(&l);
    cim__free(ctx->mem, l.ends);
    cim__free(ctx->mem, l.first_end);
    return st;
}
