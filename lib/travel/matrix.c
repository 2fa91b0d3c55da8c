/* matrix.c - times between many places.
 *
 * A place has several ends, on a city's streets some six.  With a hierarchy they are made one: times between the place and each common
 * ancestor of its ends, the least over the ends.  For two places whose lowest common ancestors are not one above the other
 * every hub of their ends is among these, so a pair is one pass over two short arrays; the few other pairs are taken end by end. */
#include "cim/matrix.h"
#include "core/par.h"
#include "core/sort.h"
#include "route/query.h"
#include "travel/times.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

typedef struct spot {
    uint32_t first, count;      /* ends */
    uint32_t top;               /* lowest common ancestor of the ends; CIM_NONE: none */
    size_t row;                 /* of the places' rows: times between the place and the ancestors of top */
} spot;

typedef struct side {
    const cim_net_place *places;
    size_t count;
    cim__buf ends;     /* cim_route_end */
    spot *spots;       /* by place */
    uint32_t *order;   /* places in the order of their tops */
    cim__buf rows;     /* uint32_t */
    uint32_t *end_rows; /* levels each, where labels do not have them */
} side;

typedef struct matrix {
    cim_ctx *ctx;
    const cim_net_costs *costs;
    const cim_route_metric *metric;
    const uint32_t *weights;
    size_t room; /* numbers of a row */
    side from, to;
    uint32_t *times;
} matrix;

static void side_free(cim__mem *mem, side *s)
{
    cim__buf_free(&s->ends);
    cim__buf_free(&s->rows);
    cim__free(mem, s->spots);
    cim__free(mem, s->order);
    cim__free(mem, s->end_rows);
}

static inline const cim_route_end *ends_of(const side *s, const spot *p) { return (const cim_route_end *)(const void *)s->ends.data + p->first; }

static cim_status find_ends(matrix *x, side *s, int32_t direction)
{
    s->spots = cim__zalloc_n(x->ctx->mem, s->count, sizeof *s->spots);
    if (!s->spots && s->count) return cim__nomem(x->ctx);
    for (size_t i = 0; i < s->count; i++) {
        cim__ends ends;
        CIM__TRY(cim__net_ends(x->ctx, x->costs, x->weights, &s->places[i], direction, &ends));
        size_t first = CIM__COUNT(&s->ends, cim_route_end);
        if (first > UINT32_MAX - CIM_NET_ENDS) return cim__fail(x->ctx, CIM_ELIMIT, "too many places");
        s->spots[i] = (spot){ (uint32_t)first, (uint32_t)ends.count, CIM_NONE, 0 };
        cim__buf_put(&s->ends, ends.end, ends.count * sizeof *ends.end);
    }
    return s->ends.failed ? cim__nomem(x->ctx) : CIM_OK;
}

/* ---- with a hierarchy ---- */

/* The row of an end: its label, or made. */
static const uint32_t *end_row(const matrix *x, const side *s, uint32_t end)
{
    const cim_route_hierarchy *h = x->metric->hierarchy;
    if (s->end_rows) return s->end_rows + (size_t)end * x->room;
    uint32_t place = h->rank[CIM__AT(&s->ends, cim_route_end, end).node];
    return s == &x->to ? cim__label_down(x->metric, place) : cim__label_up(x->metric, place);
}

static cim_status make_end_rows(matrix *x, side *s)
{
    const cim_route_hierarchy *h = x->metric->hierarchy;
    size_t count = CIM__COUNT(&s->ends, cim_route_end);
    if (x->metric->label_count == h->node_count || !count) return CIM_OK;
    s->end_rows = cim__alloc_n(x->ctx->mem, count, x->room * sizeof *s->end_rows);
    uint32_t *chain = cim__alloc_n(x->ctx->mem, 2 * x->room, sizeof *chain);
    for (size_t e = 0; s->end_rows && chain && e < count; e++) {
        uint32_t place = h->rank[CIM__AT(&s->ends, cim_route_end, e).node], *row = s->end_rows + e * x->room;
        const uint32_t *made = cim__row(x->metric, place, s == &x->to, CIM_NONE, row, chain);
        if (made != row) memcpy(row, made, ((size_t)h->depth[place] + 1) * sizeof *row); /* a label of the core */
    }
    bool ok = s->end_rows && chain;
    cim__free(x->ctx->mem, chain);
    return ok ? CIM_OK : cim__nomem(x->ctx);
}

static uint32_t top_of(const cim_route_hierarchy *h, const cim_route_end *ends, uint32_t count)
{
    uint32_t top = count ? h->rank[ends[0].node] : CIM_NONE;
    for (uint32_t i = 1; i < count && top != CIM_NONE; i++) {
        uint32_t common = cim__common(h, top, h->rank[ends[i].node]);
        if (!common) return CIM_NONE;
        while (h->depth[top] + 1u > common) top = h->parent[top];
    }
    return top;
}

static cim_status make_rows(matrix *x, side *s)
{
    const cim_route_hierarchy *h = x->metric->hierarchy;
    CIM__TRY(make_end_rows(x, s));
    for (size_t i = 0; i < s->count; i++) {
        spot *p = &s->spots[s->order[i]];
        if (p->top == CIM_NONE) continue;
        uint32_t depth = h->depth[p->top];
        size_t stride = cim__label_stride(depth);
        p->row = CIM__COUNT(&s->rows, uint32_t);
        uint32_t *row = cim__buf_extend(&s->rows, stride * sizeof *row);
        if (!row) return cim__nomem(x->ctx);
        for (size_t k = 0; k < stride; k++) row[k] = CIM__INF;
        for (uint32_t e = 0; e < p->count; e++)
            h->kernels->relax_row(row, end_row(x, s, p->first + e), cim__min32(ends_of(s, p)[e].offset_ms, CIM__INF), depth + 1u);
    }
    return CIM_OK;
}

/* Neighbours in the tree one after the other: they share lines of memory. */
static cim_status make_order(matrix *x, side *s)
{
    cim__keyed *keyed = cim__alloc_n(x->ctx->mem, s->count, 2 * sizeof *keyed);
    s->order = cim__alloc_n(x->ctx->mem, s->count, sizeof *s->order);
    if (keyed && s->order) {
        for (size_t i = 0; i < s->count; i++) {
            s->spots[i].top = top_of(x->metric->hierarchy, ends_of(s, &s->spots[i]), s->spots[i].count);
            keyed[i] = (cim__keyed){ s->spots[i].top, (uint32_t)i, 0 };
        }
        cim__sort_keyed(keyed, keyed + s->count, s->count);
        for (size_t i = 0; i < s->count; i++) s->order[i] = keyed[i].id;
    }
    bool ok = keyed && s->order;
    cim__free(x->ctx->mem, keyed);
    return ok ? CIM_OK : cim__nomem(x->ctx);
}

static uint32_t by_ends(const matrix *x, const spot *s, const spot *t)
{
    const cim_route_hierarchy *h = x->metric->hierarchy;
    const cim_route_end *starts = ends_of(&x->from, s), *ends = ends_of(&x->to, t);
    uint32_t best = CIM__INF;
    for (uint32_t i = 0; i < s->count; i++)
        for (uint32_t j = 0; j < t->count; j++) {
            uint32_t common = cim__common(h, h->rank[starts[i].node], h->rank[ends[j].node]),
                     offset = cim__plus(cim__min32(starts[i].offset_ms, CIM__INF), cim__min32(ends[j].offset_ms, CIM__INF));
            if (common && offset < best)
                best = cim__min32(best, offset + h->kernels->least_sum(end_row(x, &x->from, s->first + i), end_row(x, &x->to, t->first + j), common));
        }
    return best;
}

/* Has an end of the higher place an ancestor in common with the lower one that is below its top? */
static bool reaches_down(const cim_route_hierarchy *h, const side *s, const spot *high, uint32_t low)
{
    for (uint32_t i = 0; i < high->count; i++)
        if (cim__common(h, h->rank[ends_of(s, high)[i].node], low) > h->depth[high->top] + 1u) return true;
    return false;
}

static uint32_t time_of(const matrix *x, const spot *s, const spot *t)
{
    const cim_route_hierarchy *h = x->metric->hierarchy;
    if (!s->count || !t->count) return CIM__INF;
    bool apart = s->top != CIM_NONE && t->top != CIM_NONE && s->top != t->top;
    if (!apart) return by_ends(x, s, t);
    if (cim__is_above(h, s->top, t->top) && reaches_down(h, &x->from, s, t->top)) return by_ends(x, s, t);
    if (cim__is_above(h, t->top, s->top) && reaches_down(h, &x->to, t, s->top)) return by_ends(x, s, t);
    uint32_t common = cim__common(h, s->top, t->top);
    const uint32_t *a = &CIM__AT(&x->from.rows, uint32_t, s->row), *b = &CIM__AT(&x->to.rows, uint32_t, t->row);
    return common ? h->kernels->least_sum(a, b, common) : CIM__INF;
}

enum { BAND = 16 };

static cim_status band(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    const matrix *x = user;
    size_t first = item * BAND, end = first + BAND < x->from.count ? first + BAND : x->from.count;
    (void)ctx, (void)worker;
    for (size_t j = 0; j < x->to.count; j++) {
        const spot *t = &x->to.spots[x->to.order[j]];
        for (size_t i = first; i < end; i++) x->times[x->from.order[i] * x->to.count + x->to.order[j]] = time_of(x, &x->from.spots[x->from.order[i]], t);
    }
    return CIM_OK;
}

static cim_status by_metric(matrix *x)
{
    x->room = ((size_t)x->metric->hierarchy->levels + 47) & ~(size_t)15;
    CIM__TRY(make_order(x, &x->from));
    CIM__TRY(make_order(x, &x->to));
    CIM__TRY(make_rows(x, &x->from));
    CIM__TRY(make_rows(x, &x->to));
    return cim__par_run(x->ctx, (x->from.count + BAND - 1) / BAND, "matrix", band, x);
}

/* ---- without ---- */

/* Searches from the places of one side; the other side's ends are looked up. */
static cim_status search_all(matrix *x, cim_route_dijkstra *dijkstra, bool forward, uint32_t *state_ms)
{
    const side *here = forward ? &x->from : &x->to, *there = forward ? &x->to : &x->from;
    for (size_t i = 0; i < here->count; i++) {
        const spot *s = &here->spots[i];
        if (s->count)
            CIM__TRY(cim_route_dijkstra_run(x->ctx, dijkstra, x->weights, forward ? CIM_ROUTE_FORWARD : CIM_ROUTE_BACKWARD, ends_of(here, s), s->count, NO_WAY,
                                            CIM_NONE, state_ms));
        for (size_t j = 0; j < there->count; j++) {
            const spot *t = &there->spots[j];
            uint32_t which, best = s->count ? cim__travel_least(state_ms, ends_of(there, t), t->count, &which) : NO_WAY;
            x->times[forward ? i * x->to.count + j : j * x->to.count + i] = best;
        }
        CIM__TRY(cim__tick(x->ctx, i, here->count, "matrix"));
    }
    return CIM_OK;
}

static cim_status by_dijkstra(matrix *x)
{
    cim_route_graph graph = cim_net_graph(x->costs->net);
    cim_route_dijkstra *dijkstra = NULL;
    uint32_t *state_ms = cim__alloc_n(x->ctx->mem, (size_t)x->costs->net->state_count + 1, sizeof *state_ms);
    cim_status st = state_ms ? cim_route_dijkstra_new(x->ctx, &graph, &dijkstra) : cim__nomem(x->ctx);
    if (st >= 0) st = search_all(x, dijkstra, x->from.count <= x->to.count, state_ms);
    cim_route_dijkstra_free(dijkstra);
    cim__free(x->ctx->mem, state_ms);
    return st;
}

/* ---- both on one street, the one before the other ---- */

static cim_status straight_on_all(matrix *x)
{
    cim__keyed *by_edge = cim__alloc_n(x->ctx->mem, x->to.count, 2 * sizeof *by_edge);
    if (!by_edge) return cim__nomem(x->ctx);
    for (size_t j = 0; j < x->to.count; j++) by_edge[j] = (cim__keyed){ x->to.places[j].edge, (uint32_t)j, 0 };
    cim__sort_keyed(by_edge, by_edge + x->to.count, x->to.count);
    for (size_t i = 0; i < x->from.count; i++) {
        const cim_net_place *from = &x->from.places[i];
        for (size_t k = cim__keyed_first(by_edge, x->to.count, from->edge); k < x->to.count && by_edge[k].key == from->edge; k++) {
            uint32_t *time = &x->times[i * x->to.count + by_edge[k].id], ms;
            (void)cim__net_straight(x->costs, x->weights, from, &x->to.places[by_edge[k].id], &ms);
            *time = cim__min32(*time, ms);
        }
    }
    cim__free(x->ctx->mem, by_edge);
    return CIM_OK;
}

/* ---- all of it ---- */

static cim_status check(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_net_place *from, size_t from_count,
                        const cim_net_place *to, size_t to_count, const uint32_t *times)
{
    size_t cells;
    if (!costs || (from_count && !from) || (to_count && !to)) return cim__fail(ctx, CIM_EARG, "costs or places are missing");
    CIM__TRY(cim__net_metric_fits(ctx, costs, metric));
    if (__builtin_mul_overflow(from_count, to_count, &cells) || cells > SIZE_MAX / 4 || from_count > CIM_NONE || to_count > CIM_NONE)
        return cim__fail(ctx, CIM_EARG, "%zu times %zu is too much", from_count, to_count);
    return times || !cells ? CIM_OK : cim__fail(ctx, CIM_EARG, "no room for times");
}

cim_status cim_net_matrix(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_net_place *from, size_t from_count,
                          const cim_net_place *to, size_t to_count, uint32_t *times_ms_out)
{
    cim__enter(ctx);
    CIM__TRY(check(ctx, costs, metric, from, from_count, to, to_count, times_ms_out));
    if (!from_count || !to_count) return CIM_OK;
    cim__buf none = cim__buf_on(ctx->mem);
    matrix x = { ctx, costs, metric, cim__net_weights(costs, metric), 0, { from, from_count, none, NULL, NULL, none, NULL },
                 { to, to_count, none, NULL, NULL, none, NULL }, times_ms_out };
    cim_status st = find_ends(&x, &x.from, CIM_ROUTE_FORWARD);
    if (st >= 0) st = find_ends(&x, &x.to, CIM_ROUTE_BACKWARD);
    if (st >= 0) st = metric ? by_metric(&x) : by_dijkstra(&x);
    if (st >= 0) st = straight_on_all(&x);
    side_free(ctx->mem, &x.from);
    side_free(ctx->mem, &x.to);
    return st;
}
