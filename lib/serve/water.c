/* water.c - what a contamination reaches before a sensor sees it.
 *
 * From the node where it gets in, the times at which nodes are reached (Dijkstra over lengths, through what is open, the way the flow goes)
 * and edges are passed; the sums of the column in the order of time are what has happened up to any moment. */
#include "serve/serve.h"

#include "core/sort.h"
#include "trace/trace.h"

#include <stdlib.h>

typedef struct event {
    double time, amount;
} event;

typedef struct spreading {
    cim_ctx *ctx;
    const cim_trace_view *view;
    const cim_trace_network *net;
    const double *length, *column; /* by element; NULL: 0 */
    double *time;                  /* of nodes; INFINITY */
    cim__buf heap;                 /* cim__heap_item */
    cim__buf events;               /* event, in the order of time; amounts are added up */
    cim__buf touched;              /* uint32_t nodes */
} spreading;

static double length_of(const spreading *s, uint32_t edge) { return s->length ? fmax(0.0, s->length[s->net->node_count + edge]) : 0.0; }
static double amount_of(const spreading *s, uint32_t element) { return s->column ? s->column[element] : 0.0; }

static int by_time(const void *a, const void *b)
{
    const event *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

static bool in_service(const spreading *s, uint32_t node) { return !(s->view->bits.node[node] & CIM_TRACE_OUT); }

/* Over the edge at this end, to the node beyond; false: it does not get through. */
static bool passes(const spreading *s, cim__link link)
{
    const uint8_t *pass = s->view->bits.pass;
    return cim__enters(pass, link.end) && cim__comes_out(pass, link.end ^ 1) && in_service(s, link.to);
}

static void reach(spreading *s, uint32_t node, double time)
{
    if (!(time < s->time[node])) return;
    if (s->time[node] == INFINITY) cim__buf_u32(&s->touched, node);
    s->time[node] = time;
    cim__heap_push(&s->heap, time, node, CIM_NONE);
}

static cim_status spread(spreading *s, uint32_t start)
{
    s->touched.size = s->events.size = s->heap.size = 0;
    if (in_service(s, start)) reach(s, start, 0.0);
    while (s->heap.size) {
        cim__heap_item at = cim__heap_pop(&s->heap);
        if (at.key > s->time[at.id]) continue;
        for (uint32_t k = s->net->first[at.id]; k < s->net->first[at.id + 1]; k++)
            if (passes(s, s->net->links[k])) reach(s, s->net->links[k].to, at.key + length_of(s, s->net->links[k].end >> 1));
    }
    return s->heap.failed || s->touched.failed ? cim__nomem(s->ctx) : CIM_OK;
}

/* An edge is passed when somebody who entered it at either end has come out of it. */
static double passed(const spreading *s, uint32_t edge)
{
    double least = INFINITY;
    for (uint32_t end = 0; end < 2; end++) {
        uint32_t from = s->net->ends[2 * (size_t)edge + end];
        cim__link link = { s->net->ends[2 * (size_t)edge + (end ^ 1)], edge << 1 | end };
        if (s->time[from] < INFINITY && passes(s, link)) least = fmin(least, s->time[from] + length_of(s, edge));
    }
    return least;
}

static cim_status add_up(spreading *s)
{
    for (size_t k = 0; k < CIM__COUNT(&s->touched, uint32_t); k++) {
        uint32_t node = CIM__AT(&s->touched, uint32_t, k);
        event e = { s->time[node], amount_of(s, node) };
        cim__buf_put(&s->events, &e, sizeof e);
        for (uint32_t i = s->net->first[node]; i < s->net->first[node + 1]; i++) {
            uint32_t edge = s->net->links[i].end >> 1, other = s->net->links[i].to;
            bool mine = s->time[other] == INFINITY || node < other || (node == other && !(s->net->links[i].end & 1)); /* once an edge */
            if (!mine || amount_of(s, s->net->node_count + edge) == 0.0) continue;
            event f = { passed(s, edge), amount_of(s, s->net->node_count + edge) };
            if (f.time < INFINITY) cim__buf_put(&s->events, &f, sizeof f);
        }
    }
    if (s->events.failed) return cim__nomem(s->ctx);
    size_t count = CIM__COUNT(&s->events, event);
    event *e = (event *)(void *)s->events.data;
    if (count) qsort(e, count, sizeof *e, by_time);
    for (size_t k = 1; k < count; k++) e[k].amount += e[k - 1].amount;
    return CIM_OK;
}

/* What has happened up to then. */
static double until(const spreading *s, double time)
{
    size_t lo = 0, hi = CIM__COUNT(&s->events, event);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (CIM__AT(&s->events, event, mid).time <= time) lo = mid + 1;
        else hi = mid;
    }
    return lo ? CIM__AT(&s->events, event, lo - 1).amount : 0.0;
}

static void forget(spreading *s)
{
    for (size_t k = 0; k < CIM__COUNT(&s->touched, uint32_t); k++) s->time[CIM__AT(&s->touched, uint32_t, k)] = INFINITY;
}

static cim_status begin(cim_ctx *ctx, const cim_reach *r, spreading *s)
{
    cim_utility_view u = { .struct_size = sizeof u };
    cim_utility_get(r->utility, &u);
    *s = (spreading){ .ctx = ctx, .view = r->view, .net = r->view->network, .length = u.columns[CIM_UTILITY_LENGTH_M], .column = u.columns[r->column] };
    s->heap = s->events = s->touched = cim__buf_on(ctx->mem);
    s->time = cim__alloc_n(ctx->mem, (size_t)s->net->node_count + 1, sizeof *s->time);
    for (uint32_t v = 0; s->time && v < s->net->node_count; v++) s->time[v] = INFINITY;
    return s->time ? CIM_OK : cim__nomem(ctx);
}

static void end(spreading *s)
{
    cim__free(s->ctx->mem, s->time);
    cim__buf_free(&s->heap);
    cim__buf_free(&s->events);
    cim__buf_free(&s->touched);
}

/* ---- rows ---- */

/* By demand first, then turned to lists by site. */
static cim_status rows(cim_ctx *ctx, cim_reach *r, spreading *s)
{
    cim__buf entries = cim__buf_on(ctx->mem); /* cim__keyed: site, demand; and its value */
    cim__buf values = cim__buf_on(ctx->mem);
    uint64_t *first = cim__zalloc_n(ctx->mem, (size_t)r->n + 1, sizeof *first);
    cim_status st = first ? CIM_OK : cim__nomem(ctx);
    for (uint32_t i = 0; st >= 0 && i < r->m; i++) {
        st = spread(s, r->demand_nodes[i]);
        if (st >= 0) st = add_up(s);
        if (st < 0) break;
        r->miss[i] = until(s, INFINITY);
        for (uint32_t j = 0; j < r->n; j++) {
            double time = s->time[r->site_nodes[j]], value = time < INFINITY ? until(s, time) : 0.0;
            if (time == INFINITY) continue;
            cim__keyed key = { j, i, 0 };
            cim__buf_put(&entries, &key, sizeof key);
            cim__buf_put(&values, &value, sizeof value);
            first[j + 1]++;
        }
        forget(s);
        if (i % 16 == 0) st = cim__tick(ctx, i, r->m, "contaminations");
        if (entries.failed || values.failed) st = cim__nomem(ctx);
    }
    size_t count = CIM__COUNT(&entries, cim__keyed);
    for (uint32_t j = 0; st >= 0 && j < r->n; j++) first[j + 1] += first[j];
    if (st >= 0) {
        cim__buf_put(&r->first, first + 1, r->n * sizeof *first);
        if (!cim__buf_extend(&r->demands, count * sizeof(uint32_t) + 1) || !cim__buf_extend(&r->values, count * sizeof(double) + 1) || r->first.failed) st = cim__nomem(ctx);
    }
    for (size_t k = 0; st >= 0 && k < count; k++) {
        const cim__keyed *key = &CIM__AT(&entries, cim__keyed, k);
        uint64_t at = first[key->key]++;
        CIM__AT(&r->demands, uint32_t, at) = key->id;
        CIM__AT(&r->values, double, at) = CIM__AT(&values, double, k);
    }
    cim__buf_free(&entries);
    cim__buf_free(&values);
    cim__free(ctx->mem, first);
    return st;
}

static cim_status check_nodes(cim_ctx *ctx, const cim_trace_network *n, const uint32_t *nodes, uint32_t count, const char *what)
{
    for (uint32_t k = 0; k < count; k++)
        if (nodes[k] >= n->node_count) return cim__fail(ctx, CIM_EARG, "%s %u is node %u of %u", what, k, nodes[k], n->node_count);
    return CIM_OK;
}

static cim_status fill(cim_ctx *ctx, cim_reach *r, const uint32_t *sites, const uint32_t *demands)
{
    spreading s;
    r->site_nodes = cim__alloc_n(r->mem, (size_t)r->n + 1, sizeof *sites);
    r->demand_nodes = cim__alloc_n(r->mem, (size_t)r->m + 1, sizeof *demands);
    r->miss = cim__zalloc_n(r->mem, (size_t)r->m + 1, sizeof *r->miss);
    if (!r->site_nodes || !r->demand_nodes || !r->miss) return cim__nomem(ctx);
    if (r->n) memcpy(r->site_nodes, sites, r->n * sizeof *sites);
    if (r->m) memcpy(r->demand_nodes, demands, r->m * sizeof *demands);
    cim_status st = begin(ctx, r, &s);
    if (st >= 0) st = rows(ctx, r, &s);
    end(&s);
    return st;
}

cim_status cim_reach_water(cim_ctx *ctx, cim_utility *utility, cim_trace_view *view, uint32_t column, const uint32_t *sites, uint32_t site_count,
                           const uint32_t *demands, uint32_t demand_count, cim_reach **reach_out)
{
    cim_reach *r;
    cim__enter(ctx);
    if (!utility || !view || !reach_out || (site_count && !sites) || (demand_count && !demands)) return cim__fail(ctx, CIM_EARG, "no network, no view or no nodes, or nothing to fill");
    if (view->network != cim_utility_network(utility)) return cim__fail(ctx, CIM_EARG, "the view is of another network");
    if (column >= CIM_UTILITY_COLUMNS) return cim__fail(ctx, CIM_EARG, "no column %u", column);
    CIM__TRY(check_nodes(ctx, view->network, sites, site_count, "site"));
    CIM__TRY(check_nodes(ctx, view->network, demands, demand_count, "demand"));
    CIM__TRY(cim__reach_new(ctx, site_count, demand_count, &r));
    r->utility = cim_utility_ref(utility);
    r->view = cim_trace_view_ref(view);
    r->column = column;
    cim_status st = fill(ctx, r, sites, demands);
    if (st < 0) cim_reach_free(r);
    else *reach_out = r;
    return st;
}

/* ---- again, by relaxing all edges until nothing changes ---- */

static cim_status spread_slowly(spreading *s, uint32_t start)
{
    bool changed = in_service(s, start);
    s->touched.size = s->events.size = 0;
    if (!changed) return CIM_OK;
    s->time[start] = 0.0;
    for (uint32_t round = 0; changed && round <= s->net->node_count; round++) {
        changed = false;
        for (uint32_t e = 0; e < s->net->edge_count; e++)
            for (uint32_t end = 0; end < 2; end++) {
                uint32_t from = s->net->ends[2 * (size_t)e + end], to = s->net->ends[2 * (size_t)e + (end ^ 1)];
                double time = s->time[from] + length_of(s, e);
                if (!(time < s->time[to]) || !passes(s, (cim__link){ to, e << 1 | end })) continue;
                s->time[to] = time;
                changed = true;
            }
    }
    for (uint32_t v = 0; v < s->net->node_count; v++)
        if (s->time[v] < INFINITY) cim__buf_u32(&s->touched, v);
    return s->touched.failed ? cim__nomem(s->ctx) : CIM_OK;
}

static double until_slowly(const spreading *s, double time)
{
    double sum = 0.0;
    for (uint32_t v = 0; v < s->net->node_count; v++)
        if (s->time[v] <= time) sum += amount_of(s, v);
    for (uint32_t e = 0; e < s->net->edge_count; e++)
        if (amount_of(s, s->net->node_count + e) != 0.0 && passed(s, e) <= time) sum += amount_of(s, s->net->node_count + e);
    return sum;
}

cim_status cim__reach_water_again(cim_ctx *ctx, const cim_reach *r, const uint32_t *sites, size_t count, double *values)
{
    spreading s;
    cim_status st = begin(ctx, r, &s);
    for (uint32_t i = 0; st >= 0 && i < r->m; i++) {
        st = spread_slowly(&s, r->demand_nodes[i]);
        for (size_t k = 0; st >= 0 && k < count; k++) {
            double time = s.time[r->site_nodes[sites[k]]];
            if (time < INFINITY) values[k * r->m + i] = until_slowly(&s, time);
        }
        forget(&s);
        if (st >= 0) st = cim__tick(ctx, i, r->m, "contaminations, again");
    }
    end(&s);
    return st;
}
