/* path.c - quickest routes between places, and what they are made of. */
#include "net/path.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

struct cim_net_route {
    cim__mem *mem;
    uint32_t time_ms, rules;
    double length_m;
    cim__buf legs, xy;
};

void cim_net_route_free(cim_net_route *r)
{
    if (!r) return;
    cim__mem *mem = r->mem;
    cim__buf_free(&r->legs);
    cim__buf_free(&r->xy);
    cim__free(mem, r);
    cim__mem_unref(mem);
}

cim_status cim_net_route_get(cim_ctx *ctx, const cim_net_route *r, cim_net_route_view *view_out)
{
    cim__enter(ctx);
    size_t size = view_out->struct_size;
    if (size < sizeof size) return cim__fail(ctx, CIM_EARG, "struct_size is not set");
    cim_net_route_view v = { size, r->time_ms, r->rules, r->length_m, (uint32_t)CIM__COUNT(&r->legs, cim_net_leg), (uint32_t)(CIM__COUNT(&r->xy, double) / 2),
                             (const cim_net_leg *)(const void *)r->legs.data, (const double *)(const void *)r->xy.data };
    memcpy(view_out, &v, size < sizeof v ? size : sizeof v);
    return CIM_OK;
}

/* ---- rules ---- */

uint32_t cim__net_arc_rules(const cim_net_costs *c, uint32_t arc)
{
    const cim_net *net = c->net;
    const cim__net_ban *bans = (const cim__net_ban *)(const void *)net->bans.data;
    size_t lo = 0, hi = CIM__COUNT(&net->bans, cim__net_ban), n = hi;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (bans[mid].arc < arc) lo = mid + 1;
        else hi = mid;
    }
    for (; lo < n && bans[lo].arc == arc; lo++)
        if (c->holds[bans[lo].rule >> 6] >> (bans[lo].rule & 63) & 1) return CIM_NET_BREAKS_TURN | cim__net_u_turn(c, arc);
    return cim__net_u_turn(c, arc);
}

/* ---- the parts of a route ---- */

static void put_point(cim_net_route *r, double x, double y)
{
    size_t n = CIM__COUNT(&r->xy, double);
    if (n && CIM__AT(&r->xy, double, n - 2) == x && CIM__AT(&r->xy, double, n - 1) == y) return;
    cim__buf_put(&r->xy, &x, sizeof x);
    cim__buf_put(&r->xy, &y, sizeof y);
}

/* Vertices of an edge between two lengths along it, in ascending order. */
static void points_up(const cim_net *net, cim_net_route *r, uint32_t e, double from, double to)
{
    double at = 0.0;
    for (uint32_t v = net->first_vertex[e]; v + 1 < net->first_vertex[e + 1]; v++) {
        const double *a = net->xy + 2 * (size_t)v;
        double length = hypot(a[2] - a[0], a[3] - a[1]), next = at + length;
        if (next >= from && at <= to && length > 0.0) {
            double t0 = fmax(0.0, (from - at) / length), t1 = fmin(1.0, (to - at) / length);
            put_point(r, t0 > 0.0 ? a[0] + t0 * (a[2] - a[0]) : a[0], t0 > 0.0 ? a[1] + t0 * (a[3] - a[1]) : a[1]);
            put_point(r, t1 < 1.0 ? a[0] + t1 * (a[2] - a[0]) : a[2], t1 < 1.0 ? a[1] + t1 * (a[3] - a[1]) : a[3]);
        }
        at = next;
    }
}

static void reverse(cim_net_route *r)
{
    size_t last = CIM__COUNT(&r->xy, double) / 2;
    for (size_t first = 0; first + 1 < last; first++) {
        last--;
        for (size_t k = 0; k < 2; k++) {
            double *a = &CIM__AT(&r->xy, double, 2 * first + k), *b = &CIM__AT(&r->xy, double, 2 * last + k), swap = *a;
            *a = *b;
            *b = swap;
        }
    }
}

/* From one part of a link to another, both measured in its direction. */
static void put_line(const cim_net *net, cim_net_route *r, uint32_t link, double from, double to)
{
    double length = net->edge_length_m[link >> 1];
    if (!(link & 1)) {
        points_up(net, r, link >> 1, from * length, to * length);
        return;
    }
    cim__buf before = r->xy;
    r->xy = cim__buf_on(r->mem);
    points_up(net, r, link >> 1, (1.0 - to) * length, (1.0 - from) * length);
    reverse(r);
    cim__buf piece = r->xy;
    r->xy = before;
    r->xy.failed |= piece.failed;
    for (size_t i = 0; i + 1 < CIM__COUNT(&piece, double); i += 2) put_point(r, CIM__AT(&piece, double, i), CIM__AT(&piece, double, i + 1));
    cim__buf_free(&piece);
}

static void put_leg(const cim_net_costs *c, cim_net_route *r, uint32_t link, double from, double to, uint32_t time_ms, uint32_t rules)
{
    const cim_net *net = c->net;
    size_t vertices = CIM__COUNT(&r->xy, double) / 2;
    put_line(net, r, link, from, to);
    cim_net_leg *leg = CIM__PUSH(&r->legs, cim_net_leg);
    if (!leg) return;
    *leg = (cim_net_leg){ link, net->edge_object[link >> 1], net->edge_name[link >> 1], time_ms, rules | c->link_rules[link], vertices ? (uint32_t)vertices - 1 : 0,
                          (to - from) * net->edge_length_m[link >> 1] };
    r->time_ms += time_ms;
    r->length_m += leg->length_m;
    r->rules |= leg->rules;
}

/* ---- the way ---- */

typedef struct way {
    uint32_t time_ms, start, end; /* numbers of ends */
    cim__buf arcs;                /* uint32_t, first to last */
} way;

/* The arc on which a state was reached at its time. */
static uint32_t arrived_by(const cim_net_costs *c, const uint32_t *times, uint32_t state)
{
    const cim_net *net = c->net;
    uint32_t j = net->state_junction[state];
    for (uint32_t i = net->first_out[j]; i < net->first_out[j + 1]; i++) {
        uint32_t link = net->out_link[i] ^ 1;
        for (uint32_t k = net->first_of_link[link]; k < net->first_of_link[link + 1]; k++) {
            uint32_t a = net->arc_of_link[k];
            if (net->arc_head[a] == state && c->weights_ms[a] < NO_WAY && times[net->arc_tail[a]] < NO_WAY && times[net->arc_tail[a]] + c->weights_ms[a] == times[state]) return a;
        }
    }
    return CIM_NONE;
}

static uint32_t started_at(const cim__ends *starts, uint32_t state, uint32_t time)
{
    for (uint32_t i = 0; i < starts->count; i++)
        if (starts->end[i].node == state && starts->end[i].offset_ms == time) return i;
    return CIM_NONE;
}

static cim_status walk_back(cim_ctx *ctx, const cim_net_costs *c, const cim__ends *starts, const uint32_t *times, uint32_t state, way *w)
{
    while ((w->start = started_at(starts, state, times[state])) == CIM_NONE) {
        uint32_t a = arrived_by(c, times, state);
        if (a == CIM_NONE) return cim__fail(ctx, CIM_EINTERNAL, "no way back");
        cim__buf_put(&w->arcs, &a, sizeof a);
        if (w->arcs.failed) return cim__nomem(ctx);
        state = c->net->arc_tail[a];
    }
    size_t n = CIM__COUNT(&w->arcs, uint32_t);
    for (size_t i = 0; i < n / 2; i++) {
        uint32_t swap = CIM__AT(&w->arcs, uint32_t, i);
        CIM__AT(&w->arcs, uint32_t, i) = CIM__AT(&w->arcs, uint32_t, n - 1 - i);
        CIM__AT(&w->arcs, uint32_t, n - 1 - i) = swap;
    }
    return CIM_OK;
}

static cim_status by_dijkstra(cim_ctx *ctx, const cim_net_costs *c, const cim__ends *starts, const cim__ends *ends, way *w)
{
    cim_route_graph g = cim_net_graph(c->net);
    cim_route_dijkstra *d = NULL;
    uint32_t *times = cim__alloc_n(ctx->mem, (size_t)c->net->state_count + 1, sizeof *times), best = NO_WAY;
    cim_status st = times ? cim_route_dijkstra_new(ctx, &g, &d) : cim__nomem(ctx);
    if (st >= 0) st = cim_route_dijkstra_run(ctx, d, c->weights_ms, CIM_ROUTE_FORWARD, starts->end, starts->count, NO_WAY, CIM_NONE, times);
    for (uint32_t i = 0; st >= 0 && i < ends->count; i++) {
        uint32_t time = times[ends->end[i].node];
        if (time >= NO_WAY || time + ends->end[i].offset_ms >= best) continue;
        best = time + ends->end[i].offset_ms;
        w->end = i;
    }
    if (st >= 0 && best < NO_WAY) st = walk_back(ctx, c, starts, times, ends->end[w->end].node, w);
    w->time_ms = best;
    cim_route_dijkstra_free(d);
    cim__free(ctx->mem, times);
    return st;
}

static cim_status by_metric(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, const cim__ends *starts, const cim__ends *ends, way *w)
{
    cim_route_path path;
    cim_status st = cim_route_path_find(ctx, metric, query, starts->end, starts->count, ends->end, ends->count, &path);
    if (st == CIM_ENOTFOUND) return CIM_OK;
    if (st < 0) return st;
    w->time_ms = path.time_ms;
    w->start = path.start;
    w->end = path.end;
    cim__buf_put(&w->arcs, path.arcs, path.arc_count * sizeof *path.arcs);
    return w->arcs.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- putting it together ---- */

static double done_of(const cim_net_place *p, uint32_t link) { return link & 1 ? 1.0 - p->fraction : p->fraction; }

static void put_way(const cim_net_costs *c, const uint32_t *weights, cim_net_route *r, const cim_net_place *from, const cim_net_place *to, const cim__ends *starts, const cim__ends *ends, const way *w)
{
    const cim_net *net = c->net;
    uint32_t first = starts->links[w->start], last_arc = ends->links[w->end], last = net->arc_link[last_arc];
    put_leg(c, r, first, done_of(from, first), 1.0, starts->end[w->start].offset_ms, c->junction_rules[cim__link_head(net, first)]);
    for (size_t i = 0; i < CIM__COUNT(&w->arcs, uint32_t); i++) {
        uint32_t a = CIM__AT(&w->arcs, uint32_t, i), link = net->arc_link[a];
        put_leg(c, r, link, 0.0, 1.0, weights[a], c->junction_rules[cim__link_head(net, link)] | cim__net_arc_rules(c, a));
    }
    put_leg(c, r, last, 0.0, done_of(to, last), ends->end[w->end].offset_ms, cim__net_arc_rules(c, last_arc));
}

/* Both places on one edge, the one before the other. */
static uint32_t straight_on(const cim_net_costs *c, const uint32_t *weights, const cim_net_place *from, const cim_net_place *to, uint32_t *time)
{
    uint32_t best = CIM_NONE;
    *time = NO_WAY;
    for (uint32_t d = 0; from->edge == to->edge && from->edge < c->net->edge_count && d < 2; d++) {
        uint32_t link = 2 * from->edge + d;
        double part = done_of(to, link) - done_of(from, link);
        if (!(from->directions & to->directions & 1u << d) || c->link_ms[link] >= NO_WAY || !(part >= 0.0)) continue;
        uint32_t ms = cim__net_link_now(c, weights, link);
        if (ms < NO_WAY) ms = (uint32_t)(ms * part + 0.5);
        if (ms >= *time) continue;
        *time = ms;
        best = link;
    }
    return best;
}

static cim_status find(cim_ctx *ctx, const cim_net_costs *c, const cim_net_place *from, const cim_net_place *to, const cim_route_metric *metric, cim_route_query *query,
                       way *w, cim_net_route *r)
{
    cim__ends starts, ends;
    const uint32_t *weights = metric ? cim_route_metric_weights(metric) : c->weights_ms;
    uint32_t straight_ms, straight = straight_on(c, weights, from, to, &straight_ms);
    CIM__TRY(cim__net_ends(ctx, c, weights, from, CIM_ROUTE_FORWARD, &starts));
    CIM__TRY(cim__net_ends(ctx, c, weights, to, CIM_ROUTE_BACKWARD, &ends));
    w->time_ms = NO_WAY;
    if (starts.count && ends.count) CIM__TRY(metric ? by_metric(ctx, metric, query, &starts, &ends, w) : by_dijkstra(ctx, c, &starts, &ends, w));
    if (w->time_ms >= NO_WAY && straight == CIM_NONE) return cim__fail(ctx, CIM_ENOTFOUND, "there is no way");
    if (straight != CIM_NONE && straight_ms <= w->time_ms) put_leg(c, r, straight, done_of(from, straight), done_of(to, straight), straight_ms, 0);
    else put_way(c, weights, r, from, to, &starts, &ends, w);
    return r->legs.failed || r->xy.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim_net_route_find(cim_ctx *ctx, const cim_net_costs *costs, const cim_net_place *from, const cim_net_place *to, const cim_route_metric *metric, cim_route_query *query,
                              cim_net_route **route_out)
{
    cim__enter(ctx);
    if (!costs || !from || !to || !metric != !query) return cim__fail(ctx, CIM_EARG, "costs, places, or one of metric and query is missing");
    cim_net_route *r = cim__net_route_new(ctx);
    if (!r) return cim__nomem(ctx);
    way w = { .arcs = cim__buf_on(ctx->mem) };
    cim_status st = find(ctx, costs, from, to, metric, query, &w, r);
    cim__buf_free(&w.arcs);
    if (st < 0) cim_net_route_free(r);
    else *route_out = r;
    return st;
}

/* ---- for those who put routes together themselves ---- */

cim_net_route *cim__net_route_new(cim_ctx *ctx)
{
    cim_net_route *r = cim__zalloc(ctx->mem, sizeof *r);
    if (!r) return NULL;
    r->mem = cim__mem_ref(ctx->mem);
    r->legs = r->xy = cim__buf_on(r->mem);
    return r;
}

void cim__net_route_leg(const cim_net_costs *costs, cim_net_route *route, uint32_t link, double from, double to, uint32_t time_ms, uint32_t rules)
{
    put_leg(costs, route, link, from, to, time_ms, rules);
}

bool cim__net_route_failed(const cim_net_route *r) { return r->legs.failed || r->xy.failed; }
