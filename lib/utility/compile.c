/* compile.c - strands that were cut become edges, points that were united become nodes. */
#include "utility/utility.h"

#include <math.h>

/* ---- cuts in order ---- */

static cim_status sort_cuts(cim_ctx *ctx, cim__umaker *m)
{
    size_t n = CIM__COUNT(&m->cuts, cim__ucut);
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *order);
    cim__ucut *sorted = cim__alloc_n(ctx->mem, n + 1, sizeof *sorted);
    cim_status st = order && sorted ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < n && st >= 0; i++) {
        uint64_t bits; /* of a number from 0 to 1: they are in the order of the numbers */
        memcpy(&bits, &CIM__AT(&m->cuts, cim__ucut, i).fraction, sizeof bits);
        order[i] = (cim__keyed){ bits, (uint32_t)i, 0 };
    }
    if (st >= 0 && n) {
        cim__sort_keyed(order, order + n, n);
        for (size_t i = 0; i < n; i++) {
            const cim__ucut *c = &CIM__AT(&m->cuts, cim__ucut, order[i].id);
            order[i].key = (uint64_t)c->strand << 32 | c->segment;
        }
        cim__sort_keyed(order, order + n, n);
        for (size_t i = 0; i < n; i++) sorted[i] = CIM__AT(&m->cuts, cim__ucut, order[i].id);
        memcpy(m->cuts.data, sorted, n * sizeof *sorted);
    }
    cim__free(ctx->mem, order);
    cim__free(ctx->mem, sorted);
    return st;
}

/* ---- edges ---- */

/* Where one is on a strand: on a vertex, or between. */
typedef struct spot {
    uint32_t next; /* vertex that follows */
    double x, y;
    uint32_t point;
} spot;

static void put_vertex(cim__umaker *m, double x, double y)
{
    const double xy[2] = { x, y };
    cim__buf_put(&m->edge_xy, xy, sizeof xy);
}

static cim_status put_edge(cim_ctx *ctx, cim__umaker *m, uint32_t strand, uint32_t from, uint32_t to)
{
    uint32_t end = (uint32_t)(m->edge_xy.size / (2 * sizeof(double)));
    cim__buf_put(&m->from, &from, sizeof from);
    cim__buf_put(&m->to, &to, sizeof to);
    cim__buf_put(&m->edge_strand, &strand, sizeof strand);
    cim__buf_put(&m->first_vertex, &end, sizeof end); /* of the next edge */
    if (m->from.failed || m->to.failed || m->edge_strand.failed || m->first_vertex.failed || m->edge_xy.failed) return cim__nomem(ctx);
    m->edge_count++;
    if (m->edge_count > m->options.max_elements || m->edge_count > CIM_TRACE_MAX_EDGES) return cim__fail(ctx, CIM_ELIMIT, "more than %u edges", m->edge_count - 1);
    return m->edge_xy.size / 16 > 0xe0000000u ? cim__fail(ctx, CIM_ELIMIT, "too many vertices of utility lines") : CIM_OK;
}

static cim_status put_piece(cim_ctx *ctx, cim__umaker *m, uint32_t strand, const spot *a, const spot *b)
{
    const cim__ustrand *s = CIM__STRAND(m, strand);
    const double *xy = cim__strand_xy(m, s);
    put_vertex(m, a->x, a->y);
    for (uint32_t v = a->next; v < b->next; v++) {
        const double *p = xy + 2 * (size_t)v; /* a cut may lie on a vertex */
        if (!(v + 1 == b->next && p[0] == b->x && p[1] == b->y) && !(v == a->next && p[0] == a->x && p[1] == a->y)) put_vertex(m, p[0], p[1]);
    }
    put_vertex(m, b->x, b->y);
    return put_edge(ctx, m, strand, a->point, b->point);
}

/* Not longer than `most`? */
static bool short_way(const cim__umaker *m, const cim__ustrand *s, const spot *a, const spot *b, double most)
{
    const double *xy = cim__strand_xy(m, s);
    double x = a->x, y = a->y, length = 0.0;
    for (uint32_t v = a->next; v < b->next && length <= most; v++) {
        length += hypot(xy[2 * (size_t)v] - x, xy[2 * (size_t)v + 1] - y);
        x = xy[2 * (size_t)v];
        y = xy[2 * (size_t)v + 1];
    }
    return length + hypot(b->x - x, b->y - y) <= most;
}

/* Two places of a strand that are the same node, or the same place, are one, unless the line leaves and comes back. */
static bool is_same(cim__umaker *m, const cim__ustrand *s, const spot *a, const spot *b)
{
    if (cim__u_root(m, a->point) == cim__u_root(m, b->point)) return short_way(m, s, a, b, 4.0 * m->snap_m[s->domain]);
    if (!short_way(m, s, a, b, 0.0)) return false;
    cim__u_unite(m, a->point, b->point);
    return true;
}

static cim_status put_drawn(cim_ctx *ctx, cim__umaker *m, uint32_t strand, const cim__ucut *cuts, size_t count)
{
    const cim__ustrand *s = CIM__STRAND(m, strand);
    const double *xy = cim__strand_xy(m, s), *last = xy + 2 * (size_t)(s->count - 1);
    spot at = { 1, xy[0], xy[1], s->point[0] }, end = { s->count - 1, last[0], last[1], s->point[1] };
    for (size_t i = 0; i < count; i++) {
        spot b = { cuts[i].segment + 1, cuts[i].x, cuts[i].y, cuts[i].point };
        if (is_same(m, s, &at, &b) || is_same(m, s, &b, &end)) continue;
        CIM__TRY(put_piece(ctx, m, strand, &at, &b));
        at = b;
    }
    return put_piece(ctx, m, strand, &at, &end);
}

/* What is not drawn is a straight line between nodes whose places are known, past its own place. */
static cim_status put_undrawn(cim_ctx *ctx, cim__umaker *m, uint32_t strand)
{
    const cim__ustrand *s = CIM__STRAND(m, strand);
    const cim__upoint *a = CIM__POINT(m, s->point[0]), *b = CIM__POINT(m, s->point[1]);
    const cim__uthing *t = s->thing == CIM_NONE ? NULL : CIM__THING(m, s->thing);
    if (a->bits & b->bits & CIM__U_POINT_PLACE) {
        put_vertex(m, a->x, a->y);
        if (t && t->bits & CIM__U_PLACE && !(t->bits & CIM__U_OWNER)) put_vertex(m, t->x, t->y);
        put_vertex(m, b->x, b->y);
    }
    return put_edge(ctx, m, strand, s->point[0], s->point[1]);
}

static cim_status put_edges(cim_ctx *ctx, cim__umaker *m)
{
    const cim__ucut *cuts = (const cim__ucut *)(const void *)m->cuts.data;
    size_t count = CIM__COUNT(&m->cuts, cim__ucut), c = 0, end;
    uint32_t first = 0;
    cim__buf_put(&m->first_vertex, &first, sizeof first);
    for (uint32_t i = 0; i < cim__strand_count(m); i++) {
        if (!(i & 0xfff)) CIM__TRY(cim__tick(ctx, i, cim__strand_count(m), "edges of utility lines"));
        cim__buf_put(&m->first_edge, &m->edge_count, sizeof m->edge_count);
        for (end = c; end < count && cuts[end].strand == i; end++) {}
        CIM__TRY(CIM__STRAND(m, i)->count ? put_drawn(ctx, m, i, cuts ? cuts + c : NULL, end - c) : put_undrawn(ctx, m, i));
        c = end;
    }
    cim__buf_put(&m->first_edge, &m->edge_count, sizeof m->edge_count);
    return m->first_edge.failed || m->first_vertex.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- nodes ---- */

static cim_status number_nodes(cim_ctx *ctx, cim__umaker *m)
{
    size_t n = CIM__COUNT(&m->points, cim__upoint);
    m->node_of = cim__alloc_n(ctx->mem, n + 1, sizeof *m->node_of);
    if (!m->node_of) return cim__nomem(ctx);
    for (size_t i = 0; i < n; i++) m->node_of[i] = CIM_NONE;
    for (uint32_t i = 0; i < n; i++) {
        if (CIM__POINT(m, i)->domain == CIM__U_UNSAID) continue; /* stands for the object in each commodity that it met */
        uint32_t root = cim__u_root(m, i);
        if (m->node_of[root] == CIM_NONE) m->node_of[root] = m->node_count++;
        m->node_of[i] = m->node_of[root];
    }
    if (m->node_count > m->options.max_elements || m->node_count > CIM_TRACE_MAX_NODES) return cim__fail(ctx, CIM_ELIMIT, "%u nodes are too many", m->node_count);
    return CIM_OK;
}

static bool node_arrays(cim_utility *u, uint32_t n)
{
    u->node_domain = cim__zalloc_n(u->mem, (size_t)n + 1, 1);
    u->node_flags = cim__zalloc_n(u->mem, (size_t)n + 1, 1);
    u->node_object = cim__alloc_n(u->mem, (size_t)n + 1, sizeof *u->node_object);
    u->node_xy = cim__alloc_n(u->mem, 2 * (size_t)n + 1, sizeof *u->node_xy);
    return u->node_domain && u->node_flags && u->node_object && u->node_xy;
}

static bool pair(cim__buf *buf, uint32_t a, uint32_t b)
{
    const cim__upair p = { a, b };
    if (a == CIM_NONE) return true;
    cim__buf_put(buf, &p, sizeof p);
    return !buf->failed;
}

static bool take_point(cim__umaker *m, uint32_t i)
{
    cim_utility *u = m->u;
    const cim__upoint *p = CIM__POINT(m, i);
    const uint32_t v = m->node_of[i], thing = p->object == CIM_NONE ? CIM_NONE : m->thing_of[p->object];
    u->node_domain[v] = p->domain;
    if (p->object != CIM_NONE && p->object < u->node_object[v]) u->node_object[v] = p->object; /* CIM_NONE is the greatest */
    if (p->object == CIM_NONE) return true;
    const uint32_t parent = m->city->parent[p->object], owner = parent == CIM_NONE ? CIM_NONE : cim__map_get(&m->owner_of, parent);
    const cim__uat at = { v, thing };
    if (thing != CIM_NONE) cim__buf_put(&m->at, &at, sizeof at);
    if (owner != CIM_NONE && (!pair(&m->pairs, CIM__THING(m, owner)->object, v) || !pair(&m->others, CIM__THING(m, owner)->object, v))) return false;
    return !m->at.failed && pair(&m->pairs, p->object, v);
}

/* The place of its object, else of the first end there. */
static void place_nodes(cim__umaker *m, size_t points)
{
    double *xy = m->u->node_xy;
    for (uint32_t v = 0; v < m->node_count; v++) xy[2 * (size_t)v] = xy[2 * (size_t)v + 1] = NAN;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < points; i++) {
            const cim__upoint *p = CIM__POINT(m, i);
            const size_t v = m->node_of[i];
            if (v == CIM_NONE || !(p->bits & CIM__U_POINT_PLACE) || (p->object == CIM_NONE) != round || !isnan(xy[2 * v])) continue;
            xy[2 * v] = p->x;
            xy[2 * v + 1] = p->y;
        }
}

static cim_status make_nodes(cim_ctx *ctx, cim__umaker *m)
{
    size_t n = CIM__COUNT(&m->points, cim__upoint);
    if (!node_arrays(m->u, m->node_count)) return cim__nomem(ctx);
    for (uint32_t v = 0; v < m->node_count; v++) m->u->node_object[v] = CIM_NONE;
    for (uint32_t i = 0; i < n; i++)
        if (m->node_of[i] != CIM_NONE && !take_point(m, i)) return cim__nomem(ctx);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t object = CIM__POINT(m, i)->object, v = m->node_of[i];
        if (v != CIM_NONE && object != CIM_NONE && m->u->node_object[v] != object && !pair(&m->others, object, v)) return cim__nomem(ctx);
    }
    place_nodes(m, n);
    return CIM_OK;
}

/* ---- arrays of edges ---- */

static uint8_t direction_of(const cim__umaker *m, const cim__ustrand *s)
{
    const cim__uthing *t = s->thing == CIM_NONE ? NULL : CIM__THING(m, s->thing);
    if (!t) return CIM_TRACE_BOTH;
    if (t->flow != CIM__U_UNSAID) return t->flow;
    if (t->kind == CIM_TRACE_CHECK_VALVE) return CIM_TRACE_WITH;
    if (isnan(t->level_m[0]) || isnan(t->level_m[1]) || !cim__u_is_sewer(m->u->domains.texts[s->domain])) return CIM_TRACE_BOTH;
    return t->level_m[0] > t->level_m[1] ? CIM_TRACE_WITH : t->level_m[0] < t->level_m[1] ? CIM_TRACE_AGAINST : CIM_TRACE_BOTH;
}

static bool edge_arrays(cim__umaker *m, size_t n)
{
    cim_utility *u = m->u;
    u->edge_domain = cim__zalloc_n(u->mem, n + 1, 1);
    u->edge_flags = cim__zalloc_n(u->mem, n + 1, 1);
    u->edge_object = cim__alloc_n(u->mem, n + 1, sizeof *u->edge_object);
    u->feature_object = cim__alloc_n(u->mem, n + 1, sizeof *u->feature_object);
    m->direction = cim__zalloc_n(u->mem, n + 1, 1);
    m->edge_tier = cim__zalloc_n(u->mem, n + 1, 1);
    m->edge_feature = cim__alloc_n(u->mem, n + 1, sizeof *m->edge_feature);
    return u->edge_domain && u->edge_flags && u->edge_object && u->feature_object && m->direction && m->edge_tier && m->edge_feature;
}

static cim_status make_edges(cim_ctx *ctx, cim__umaker *m)
{
    cim_utility *u = m->u;
    if (!edge_arrays(m, m->edge_count)) return cim__nomem(ctx);
    for (uint32_t e = 0; e < m->edge_count; e++) {
        const cim__ustrand *s = CIM__STRAND(m, CIM__AT(&m->edge_strand, uint32_t, e));
        const cim__uthing *t = s->thing == CIM_NONE ? NULL : CIM__THING(m, s->thing);
        CIM__AT(&m->from, uint32_t, e) = m->node_of[CIM__AT(&m->from, uint32_t, e)];
        CIM__AT(&m->to, uint32_t, e) = m->node_of[CIM__AT(&m->to, uint32_t, e)];
        u->edge_domain[e] = s->domain;
        u->edge_flags[e] = t ? t->flags & CIM_TRACE_OUT : 0;
        u->edge_object[e] = s->object;
        m->direction[e] = direction_of(m, s);
        m->edge_tier[e] = t ? t->tier : 0;
        if (s->object != CIM_NONE && (!m->feature_count || u->feature_object[m->feature_count - 1] != s->object)) u->feature_object[m->feature_count++] = s->object;
        m->edge_feature[e] = s->object == CIM_NONE ? CIM_NONE : m->feature_count - 1;
        if (!pair(&m->pairs, s->object, m->node_count + e) || !pair(&m->pairs, s->link == s->object ? CIM_NONE : s->link, m->node_count + e)) return cim__nomem(ctx);
    }
    return CIM_OK;
}

cim_status cim__u_compile(cim_ctx *ctx, cim__umaker *m)
{
    CIM__TRY(sort_cuts(ctx, m));
    CIM__TRY(put_edges(ctx, m));
    CIM__TRY(number_nodes(ctx, m));
    CIM__TRY(make_nodes(ctx, m));
    return make_edges(ctx, m);
}
