/* resupply.c - how what is lost beside works can be supplied from elsewhere: which shut devices to open, and which to shut towards the works.
 *
 * Dijkstra from all that is lost against the flow, around the works, until something that has supply is met.  A shut device that can be
 * operated is passed at the price of more than all lengths together, so that few operations go before short ways. */
#include "trace/trace.h"

#include <math.h>

enum { WAY = 0, OPEN, REGAINED, SHUT };             /* q->out */
enum { GONE = 1, LIVE = 2, LOST = 4, AGAIN = 8 };   /* state, by element */

typedef struct search {
    const cim_trace_view *view;
    cim_trace_query *q;
    const cim__segments *s;
    const uint32_t *stuck;
    size_t stuck_count;
    uint8_t *state;
    uint32_t column;
    double price; /* of opening */
} search;

static double weight(const search *s, uint32_t element) { return s->column == CIM_NONE ? 1.0 : cim__value_of(s->view->network, s->column, element); }

/* ---- ends that can be opened, or shut ---- */

static bool is_usable(const search *s, uint32_t device)
{
    const cim_trace_network *n = s->view->network;
    for (size_t k = 0; k < s->stuck_count; k++)
        if (s->stuck[k] == device) return false;
    return n->isolating_kinds >> n->device_kind[device] & 1 && !(s->view->bits.device[device] & (CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE));
}

/* All that is shut on the end can be opened, and nothing else keeps it from passing; with `list` they are listed. */
static bool can_open(const search *s, uint32_t end, bool list)
{
    const cim_trace_network *n = s->view->network;
    const cim__bits *b = &s->view->bits;
    bool any = false;
    if (b->edge[end >> 1] & CIM_TRACE_OUT || b->node[n->ends[end]] & CIM_TRACE_OUT || !(b->pass[end >> 1] & (CIM__WITH | CIM__AGAINST))) return false;
    for (uint32_t i = n->device_first[end >> 1]; i < n->device_first[(end >> 1) + 1]; i++) {
        uint32_t d = n->device_at[i];
        if (n->device_end[d] != (end & 1) || (b->device[d] & (CIM_TRACE_OUT | CIM_TRACE_SHUT)) != CIM_TRACE_SHUT) continue;
        if (!is_usable(s, d)) return false;
        if (list) cim__buf_u32(&s->q->out[OPEN], d);
        any = true;
    }
    return any;
}

/* The end by which flow goes from one element to the next, an edge and a node: one that is open, else one that can be opened. */
static uint32_t end_between(const search *s, uint32_t a, uint32_t b)
{
    const cim_trace_network *n = s->view->network;
    const uint8_t *pass = s->view->bits.pass;
    bool into_edge = b >= n->node_count;
    uint32_t first = 2 * ((into_edge ? b : a) - n->node_count), node = into_edge ? a : b, found = CIM_NONE;
    for (uint32_t end = first; end < first + 2; end++) {
        if (n->ends[end] != node || !cim__leaves(pass, into_edge ? end : end ^ 1)) continue;
        if (cim__end_open(pass, end)) return end;
        if (can_open(s, end, false)) found = end;
    }
    return found;
}

static uint32_t degree(const cim_trace_network *n, uint32_t x) { return x < n->node_count ? n->first[x + 1] - n->first[x] : 2; }
static uint32_t end_of(const cim_trace_network *n, uint32_t x, uint32_t k)
{
    return x < n->node_count ? n->links[n->first[x] + k].end : 2 * (x - n->node_count) + k;
}
static uint32_t beyond(const cim_trace_network *n, uint32_t x, uint32_t end) { return x < n->node_count ? n->node_count + (end >> 1) : n->ends[end]; }
/* Does flow come to x, or go from it, through this end? */
static bool flows(const search *s, uint32_t x, uint32_t end, bool from_x)
{
    bool into_edge = (x < s->view->network->node_count) == from_x;
    return cim__leaves(s->view->bits.pass, into_edge ? end : end ^ 1);
}

/* ---- the way ---- */

static cim_status settle(cim_ctx *ctx, search *s, cim__heap_item *item_out)
{
    const cim_trace_network *n = s->view->network;
    cim_trace_query *q = s->q;
    *item_out = (cim__heap_item){ INFINITY, CIM_NONE, CIM_NONE };
    do {
        if (!q->heap.size) return CIM_OK;
        *item_out = cim__heap_pop(&q->heap);
    } while (cim__marked(q, item_out->id));
    uint32_t x = item_out->id, settled = (uint32_t)CIM__COUNT(&q->list, uint32_t);
    if (!(settled & 0xfffff)) CIM__TRY(cim__tick(ctx, settled, cim__element_count(n), "trace"));
    cim__mark(q, x);
    q->parent[x] = item_out->from;
    bool ok = !q->list.failed;
    for (uint32_t k = 0; ok && !(s->state[x] & LIVE) && k < degree(n, x); k++) {
        uint32_t end = end_of(n, x, k), from = beyond(n, x, end);
        if (cim__marked(q, from) || s->state[from] & GONE || !flows(s, x, end, false)) continue;
        bool open = cim__end_open(s->view->bits.pass, end);
        if (open || can_open(s, end, false)) ok = cim__heap_push(&q->heap, item_out->key + weight(s, from) + (open ? 0.0 : s->price), from, x);
    }
    return ok ? CIM_OK : cim__nomem(ctx);
}

static double price_of(const search *s)
{
    double sum = 1.0;
    for (uint32_t x = 0; x < cim__element_count(s->view->network); x++) sum += weight(s, x);
    return 2.0 * sum;
}

/* From what has supply to what is lost. */
static cim_status find_way(cim_ctx *ctx, search *s, double *length_out)
{
    const cim_trace_network *n = s->view->network;
    cim_trace_query *q = s->q;
    cim__heap_item item;
    bool ok = true;
    *length_out = INFINITY;
    for (uint32_t x = 0; ok && x < cim__element_count(n); x++)
        if (s->state[x] & LOST) ok = cim__heap_push(&q->heap, weight(s, x), x, CIM_NONE);
    if (!ok) return cim__nomem(ctx);
    do CIM__TRY(settle(ctx, s, &item));
    while (item.id != CIM_NONE && !(s->state[item.id] & LIVE));
    cim__query_clear(q);
    if (item.id == CIM_NONE) return CIM_OK;
    *length_out = 0.0;
    for (uint32_t x = item.id; x != CIM_NONE; x = q->parent[x]) {
        cim__buf_u32(&q->out[WAY], x);
        *length_out += weight(s, x);
        if (q->parent[x] == CIM_NONE) break;
        uint32_t end = end_between(s, x, q->parent[x]);
        if (!cim__end_open(s->view->bits.pass, end)) (void)can_open(s, end, true);
    }
    if (q->out[WAY].failed || q->out[OPEN].failed) return cim__nomem(ctx);
    return cim__sort_u32(ctx, q, &q->out[OPEN]);
}

/* ---- what it supplies ---- */

/* A device that keeps what is supplied again from flowing into the works. */
static void shut_towards_works(search *s, uint32_t end)
{
    const cim_trace_network *n = s->view->network;
    for (uint32_t i = n->device_first[end >> 1]; i < n->device_first[(end >> 1) + 1]; i++) {
        uint32_t d = n->device_at[i];
        if (n->device_end[d] != (end & 1) || s->view->bits.device[d] & CIM_TRACE_OUT || !is_usable(s, d)) continue;
        cim__buf_u32(&s->q->out[SHUT], d);
        return;
    }
}

static void come_to(search *s, uint32_t x)
{
    if (s->state[x] & (GONE | LIVE | AGAIN)) return;
    s->state[x] |= AGAIN;
    cim__mark(s->q, x);
    if (s->state[x] & LOST) cim__buf_u32(&s->q->out[REGAINED], x);
}

static cim_status supply_again(cim_ctx *ctx, search *s)
{
    const cim_trace_network *n = s->view->network;
    cim_trace_query *q = s->q;
    for (size_t i = 0; i < CIM__COUNT(&q->out[WAY], uint32_t); i++) come_to(s, CIM__AT(&q->out[WAY], uint32_t, i));
    for (size_t i = 0; i < CIM__COUNT(&q->list, uint32_t); i++) {
        uint32_t x = CIM__AT(&q->list, uint32_t, i);
        for (uint32_t k = 0; k < degree(n, x); k++) {
            uint32_t end = end_of(n, x, k), to = beyond(n, x, end);
            if (!cim__end_open(s->view->bits.pass, end) || !flows(s, x, end, true)) continue;
            if (s->state[to] & GONE) shut_towards_works(s, end);
            else come_to(s, to);
        }
    }
    bool failed = q->list.failed || q->out[REGAINED].failed || q->out[SHUT].failed;
    cim__query_clear(q);
    if (failed) return cim__nomem(ctx);
    CIM__TRY(cim__sort_u32(ctx, q, &q->out[REGAINED]));
    return cim__sort_u32(ctx, q, &q->out[SHUT]);
}

/* ---- what is gone, lost, supplied ---- */

static cim_status set_states(cim_ctx *ctx, search *s, const uint32_t *works, size_t works_count, const uint32_t *lost, size_t lost_count)
{
    uint32_t count = cim__element_count(s->view->network);
    uint8_t *gone = cim__zalloc_n(ctx->mem, (size_t)s->s->count + 1, 1);
    if (!gone) return cim__nomem(ctx);
    for (size_t i = 0; i < works_count; i++) gone[s->s->of[works[i]]] = 1;
    for (uint32_t x = 0; x < count; x++) s->state[x] = gone[s->s->of[x]] ? GONE : 0;
    for (size_t i = 0; i < lost_count; i++)
        if (!(s->state[lost[i]] & GONE)) s->state[lost[i]] |= LOST;
    cim__query_begin(s->q); /* lists of this query may have been given */
    cim_status st = cim__flood_without(ctx, s->view, s->q, s->s->of, gone);
    for (size_t i = 0; st >= 0 && i < CIM__COUNT(&s->q->list, uint32_t); i++) {
        uint8_t *state = &s->state[CIM__AT(&s->q->list, uint32_t, i)];
        *state = (uint8_t)((*state | LIVE) & ~LOST);
    }
    cim__query_clear(s->q);
    cim__free(ctx->mem, gone);
    return st;
}

static cim_status solve(cim_ctx *ctx, search *s, const uint32_t *works, size_t works_count, const uint32_t *lost, size_t lost_count, double *length_out)
{
    CIM__TRY(set_states(ctx, s, works, works_count, lost, lost_count));
    CIM__TRY(cim__query_parent(ctx, s->q));
    s->price = price_of(s);
    CIM__TRY(find_way(ctx, s, length_out));
    return s->q->out[WAY].size ? supply_again(ctx, s) : CIM_OK;
}

static const uint32_t *list(const cim_trace_query *q, uint32_t which, size_t *count_out)
{
    *count_out = CIM__COUNT(&q->out[which], uint32_t);
    return (const uint32_t *)(const void *)q->out[which].data;
}

static void give(const cim_trace_view *view, cim_trace_query *q, double length, cim_trace_resupplied *out)
{
    cim_trace_resupplied r = { .length = length, .epoch = view->epoch.number };
    r.way = list(q, WAY, &r.way_count);
    r.open = list(q, OPEN, &r.open_count);
    r.regained = list(q, REGAINED, &r.regained_count);
    r.shut = list(q, SHUT, &r.shut_count);
    cim__sum_elements(view->network, r.regained, r.regained_count, q->sums);
    r.regained_sums = q->sums;
    cim__out_fill(out, &r, sizeof r);
}

cim_status cim_trace_resupply(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, const uint32_t *works, size_t works_count, const uint32_t *lost,
                              size_t lost_count, const uint32_t *stuck, size_t stuck_count, uint32_t column, cim_trace_resupplied *resupplied_out)
{
    search s = { .view = view, .q = query, .stuck = stuck, .stuck_count = stuck_count, .column = column };
    double length = INFINITY;
    cim__enter(ctx);
    if (!resupplied_out) return cim__fail(ctx, CIM_EARG, "nothing to fill");
    CIM__TRY(cim__out_ok(ctx, resupplied_out, "cim_trace_resupplied"));
    CIM__TRY(cim__trace_ok(ctx, view, query));
    CIM__TRY(cim__elements_ok(ctx, view->network, works, works_count, "works"));
    CIM__TRY(cim__elements_ok(ctx, view->network, lost, lost_count, "lost"));
    if (stuck_count && !stuck) return cim__fail(ctx, CIM_EARG, "no array of stuck devices");
    for (size_t k = 0; k < stuck_count; k++)
        if (stuck[k] >= view->network->device_count) return cim__fail(ctx, CIM_EARG, "stuck device %u of %u", stuck[k], view->network->device_count);
    if (column != CIM_NONE) CIM__TRY(cim__column_ok(ctx, view->network, column, true));
    CIM__TRY(cim__view_segments(ctx, view, &s.s));
    if (!(s.state = cim__alloc_n(ctx->mem, (size_t)cim__element_count(view->network) + 1, 1))) return cim__nomem(ctx);
    cim_status st = solve(ctx, &s, works, works_count, lost, lost_count, &length);
    if (st < 0) cim__query_clear(query);
    else give(view, query, length, resupplied_out);
    cim__free(ctx->mem, s.state);
    return st;
}
