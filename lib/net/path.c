/* path.c - quickest routes between places, and what they are made of. */
#include "net/path.h"
#include "net/search.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

/* In one block with its legs and vertices; one that is put together from parts has them in blocks of their own, which grow. */
struct cim_net_route {
    cim__mem *mem;
    uint32_t time_ms, rules, leg_count, vertex_count;
    double length_m;
    double *xy;
    cim_net_leg *legs;
    size_t leg_room, vertex_room; /* 0: in the block */
    bool grows, failed;
};

void cim_net_route_free(cim_net_route *r)
{
    if (!r) return;
    cim__mem *mem = r->mem;
    if (r->grows) {
        cim__free(mem, r->legs);
        cim__free(mem, r->xy);
    }
    cim__free(mem, r);
    cim__mem_unref(mem);
}

cim_status cim_net_route_get(cim_ctx *ctx, const cim_net_route *r, cim_net_route_view *view_out)
{
    cim__enter(ctx);
    cim_net_route_view v = { sizeof v, r->time_ms, r->rules, r->length_m, r->leg_count, r->vertex_count, r->legs, r->xy };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

/* ---- rules ---- */

uint32_t cim__net_arc_rules(const cim_net_costs *c, uint32_t arc)
{
    return (c->broken[arc >> 6] >> (arc & 63) & 1 ? CIM_NET_BREAKS_TURN : 0) | cim__net_u_turn(c, arc);
}

/* ---- lines ---- */

/* Vertices as they come, none equal to the one before; there is room for them. */
typedef struct line {
    double *xy;
    size_t count;
} line;

static void put_point(line *l, double x, double y)
{
    size_t n = 2 * l->count;
    if (n && l->xy[n - 2] == x && l->xy[n - 1] == y) return;
    l->xy[n] = x;
    l->xy[n + 1] = y;
    l->count++;
}

/* All of a link: no lengths are needed. */
static void put_whole(const cim_net *net, line *l, uint32_t link)
{
    uint32_t e = link >> 1, first = net->first_vertex[e], count = net->first_vertex[e + 1] - first;
    const double *from = net->xy + 2 * (size_t)(link & 1 ? first + count - 1 : first);
    const ptrdiff_t step = link & 1 ? -2 : 2;
    double *to = l->xy + 2 * l->count, *begin = to;
    uint32_t i = 0;
    if (!l->count) {
        to[0] = from[0];
        to[1] = from[1];
        to += 2;
        i = 1;
    }
    for (; i < count; i++) { /* written always, kept when it is another: no branch to guess */
        const double *p = from + step * (ptrdiff_t)i;
        to[0] = p[0];
        to[1] = p[1];
        to += 2 * ((p[0] != to[-2]) | (p[1] != to[-1]));
    }
    l->count += (size_t)(to - begin) / 2;
}

/* From one part of a link to another, both measured in its direction. */
static void put_part(const cim_net *net, line *l, uint32_t link, double from, double to)
{
    uint32_t e = link >> 1, first = net->first_vertex[e], pieces = net->first_vertex[e + 1] - first - 1;
    double at = 0.0, length = net->edge_length_m[e];
    from *= length;
    to *= length;
    for (uint32_t i = 0; i < pieces; i++) {
        const double *v = net->xy + 2 * (size_t)(first + (link & 1 ? pieces - 1 - i : i)), *a = link & 1 ? v + 2 : v, *b = link & 1 ? v : v + 2;
        double piece = hypot(b[0] - a[0], b[1] - a[1]), next = at + piece;
        if (next >= from && at <= to && piece > 0.0) {
            double t0 = fmax(0.0, (from - at) / piece), t1 = fmin(1.0, (to - at) / piece);
            put_point(l, t0 > 0.0 ? a[0] + t0 * (b[0] - a[0]) : a[0], t0 > 0.0 ? a[1] + t0 * (b[1] - a[1]) : a[1]);
            put_point(l, t1 < 1.0 ? a[0] + t1 * (b[0] - a[0]) : b[0], t1 < 1.0 ? a[1] + t1 * (b[1] - a[1]) : b[1]);
        }
        at = next;
    }
}

/* ---- legs ---- */

typedef struct making {
    const cim_net_costs *costs;
    cim_net_route *route;
    line line;
} making;

static void put_leg(making *m, uint32_t link, double part, uint32_t vertices, uint32_t time_ms, uint32_t rules)
{
    const cim_net *net = m->costs->net;
    cim_net_route *r = m->route;
    cim_net_leg *leg = &r->legs[r->leg_count++];
    *leg = (cim_net_leg){ link, net->edge_object[link >> 1], net->edge_name[link >> 1], time_ms, rules | m->costs->link_rules[link],
                          vertices ? vertices - 1 : 0,
                          part * net->edge_length_m[link >> 1] };
    r->time_ms += time_ms;
    r->length_m += leg->length_m;
    r->rules |= leg->rules;
}

static void put_piece(making *m, uint32_t link, double from, double to, uint32_t time_ms, uint32_t rules)
{
    uint32_t vertices = (uint32_t)m->line.count;
    put_part(m->costs->net, &m->line, link, from, to);
    put_leg(m, link, to - from, vertices, time_ms, rules);
}

static size_t vertices_of(const cim_net *net, uint32_t link) { return (size_t)net->first_vertex[(link >> 1) + 1] - net->first_vertex[link >> 1]; }

/* Room for so many legs and vertices, and two for each piece of the parts of edges. */
static cim_status make_room(cim_ctx *ctx, making *m, size_t legs, size_t vertices)
{
    size_t head = (sizeof(cim_net_route) + 15) & ~(size_t)15;
    cim_net_route *r = vertices < UINT32_MAX ? cim__alloc(ctx->mem, head + vertices * 2 * sizeof(double) + legs * sizeof(cim_net_leg)) : NULL;
    if (!r) return cim__nomem(ctx);
    *r = (cim_net_route){ .mem = cim__mem_ref(ctx->mem), .xy = (double *)(void *)((char *)r + head) };
    r->legs = (cim_net_leg *)(void *)(r->xy + 2 * vertices);
    m->route = r;
    m->line = (line){ r->xy, 0 };
    return CIM_OK;
}

/* ---- putting it together ---- */

/* The links of the arcs, and how many vertices they have; what later is read of them lies all over memory, so it is asked for here. */
static size_t look_over(const cim_net_costs *c, const uint32_t *arcs, size_t count)
{
    const cim_net *net = c->net;
    size_t vertices = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t link = net->arc_link[arcs[i]], e = link >> 1;
        __builtin_prefetch(&net->xy[2 * (size_t)net->first_vertex[e]]);
        __builtin_prefetch(&net->edge_object[e]);
        __builtin_prefetch(&net->edge_name[e]);
        __builtin_prefetch(&net->edge_length_m[e]);
        __builtin_prefetch(&c->link_rules[link]);
        __builtin_prefetch(&c->junction_rules[cim__link_head(net, link)]);
        vertices += vertices_of(net, link);
    }
    return vertices;
}

static cim_status put_way(cim_ctx *ctx, making *m, const uint32_t *weights, const cim_net_place *from, const cim_net_place *to, const cim__ends *starts,
                          const cim__ends *ends, const cim__way *w)
{
    const cim_net_costs *c = m->costs;
    const cim_net *net = c->net;
    uint32_t first = starts->links[w->start], last_arc = ends->links[w->end], last = net->arc_link[last_arc];
    size_t vertices = look_over(c, w->arcs, w->arc_count) + 2 * vertices_of(net, first) + 2 * vertices_of(net, last);
    CIM__TRY(make_room(ctx, m, w->arc_count + 2, vertices + 1));
    put_piece(m, first, cim__net_done(from, first), 1.0, starts->end[w->start].offset_ms, c->junction_rules[cim__link_head(net, first)]);
    for (size_t i = 0; i < w->arc_count; i++) {
        uint32_t a = w->arcs[i], link = net->arc_link[a], before = (uint32_t)m->line.count;
        put_whole(net, &m->line, link);
        put_leg(m, link, 1.0, before, weights[a], c->junction_rules[cim__link_head(net, link)] | cim__net_arc_rules(c, a));
    }
    put_piece(m, last, 0.0, cim__net_done(to, last), ends->end[w->end].offset_ms, cim__net_arc_rules(c, last_arc));
    return CIM_OK;
}

static cim_status by_metric(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, const cim__ends *starts, const cim__ends *ends, cim__way *w)
{
    cim_route_path path;
    cim_status st = cim_route_path_find(ctx, metric, query, starts->end, starts->count, ends->end, ends->count, &path);
    if (st == CIM_OK) *w = (cim__way){ path.time_ms, path.start, path.end, path.arcs, path.arc_count };
    return st == CIM_ENOTFOUND ? CIM_OK : st;
}

static cim_status find(cim_ctx *ctx, making *m, const cim_net_place *from, const cim_net_place *to, const cim_route_metric *metric, cim_route_query *query,
                       cim__buf *arcs)
{
    cim__ends starts, ends;
    cim__way w = { NO_WAY, 0, 0, NULL, 0 };
    const cim_net_costs *c = m->costs;
    const uint32_t *weights = cim__net_weights(c, metric);
    uint32_t straight_ms, straight = cim__net_straight(c, weights, from, to, &straight_ms);
    CIM__TRY(cim__net_ends(ctx, c, weights, from, CIM_ROUTE_FORWARD, &starts));
    CIM__TRY(cim__net_ends(ctx, c, weights, to, CIM_ROUTE_BACKWARD, &ends));
    if (starts.count && ends.count) CIM__TRY(metric ? by_metric(ctx, metric, query, &starts, &ends, &w) : cim__net_search(ctx, c, &starts, &ends, arcs, &w));
    if (w.time_ms >= NO_WAY && straight == CIM_NONE) return cim__fail(ctx, CIM_ENOTFOUND, "there is no way");
    if (straight == CIM_NONE || straight_ms > w.time_ms) return put_way(ctx, m, weights, from, to, &starts, &ends, &w);
    CIM__TRY(make_room(ctx, m, 1, 2 * vertices_of(c->net, straight) + 1));
    put_piece(m, straight, cim__net_done(from, straight), cim__net_done(to, straight), straight_ms, 0);
    return CIM_OK;
}

cim_status cim_net_route_find(cim_ctx *ctx, const cim_net_costs *costs, const cim_net_place *from, const cim_net_place *to, const cim_route_metric *metric,
                              cim_route_query *query, cim_net_route **route_out)
{
    cim__enter(ctx);
    if (!costs || !from || !to) return cim__fail(ctx, CIM_EARG, "costs or places are missing");
    CIM__TRY(cim__net_question_fits(ctx, costs, metric, query));
    making m = { .costs = costs };
    cim__buf arcs = cim__buf_on(ctx->mem);
    cim_status st = find(ctx, &m, from, to, metric, query, &arcs);
    cim__buf_free(&arcs);
    if (st < 0) return st;
    m.route->vertex_count = (uint32_t)m.line.count;
    *route_out = m.route;
    return CIM_OK;
}

/* ---- for those who put routes together themselves ---- */

cim_net_route *cim__net_route_new(cim_ctx *ctx)
{
    cim_net_route *r = cim__zalloc(ctx->mem, sizeof *r);
    if (!r) return NULL;
    r->mem = cim__mem_ref(ctx->mem);
    r->grows = true;
    return r;
}

/* Room for one more leg and so many more vertices. */
static bool grow(cim_net_route *r, size_t vertices)
{
    size_t leg_room = r->leg_room ? 2 * r->leg_room : 16, vertex_room = 2 * (r->vertex_room + vertices);
    if (r->leg_count == r->leg_room) {
        cim_net_leg *legs = cim__realloc_n(r->mem, r->legs, leg_room, sizeof *legs);
        if (!legs) return false;
        r->legs = legs;
        r->leg_room = leg_room;
    }
    if (r->vertex_count + vertices > r->vertex_room) {
        double *xy = vertex_room < UINT32_MAX ? cim__realloc_n(r->mem, r->xy, 2 * vertex_room, sizeof *xy) : NULL;
        if (!xy) return false;
        r->xy = xy;
        r->vertex_room = vertex_room;
    }
    return true;
}

void cim__net_route_leg(const cim_net_costs *costs, cim_net_route *r, uint32_t link, double from, double to, uint32_t time_ms, uint32_t rules)
{
    r->failed = r->failed || !grow(r, 2 * vertices_of(costs->net, link) + 1);
    if (r->failed) return;
    making m = { costs, r, { r->xy, r->vertex_count } };
    put_piece(&m, link, from, to, time_ms, rules);
    r->vertex_count = (uint32_t)m.line.count;
}

bool cim__net_route_failed(const cim_net_route *r) { return r->failed; }
