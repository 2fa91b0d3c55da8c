/* ways.c - the shortest way, the nearest devices (Dijkstra over elements), and ways without a common edge. */
#include "trace/trace.h"

#include <math.h>

static double weight(const cim_trace_network *n, uint32_t column, uint32_t element) { return column == CIM_NONE ? 1.0 : cim__value_of(n, column, element); }

static cim_status column_ok(cim_ctx *ctx, const cim_trace_network *n, uint32_t column)
{
    return column == CIM_NONE ? CIM_OK : cim__column_ok(ctx, n, column, true);
}

static bool relax(const cim_trace_network *n, cim_trace_query *q, uint32_t column, double key, uint32_t to, uint32_t from)
{
    return cim__marked(q, to) || cim__heap_push(&q->heap, key + weight(n, column, to), to, from);
}

/* Takes the next element in order of length; CIM_NONE at the end.  What is next to it goes into the heap. */
static cim_status settle(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, uint32_t column, cim__heap_item *item_out)
{
    const cim_trace_network *n = view->network;
    bool ok = true;
    *item_out = (cim__heap_item){ INFINITY, CIM_NONE, CIM_NONE };
    do {
        if (!q->heap.size) return CIM_OK;
        *item_out = cim__heap_pop(&q->heap);
    } while (cim__marked(q, item_out->id));
    uint32_t x = item_out->id, settled = (uint32_t)CIM__COUNT(&q->list, uint32_t);
    if (!(settled & 0xfffff)) CIM__TRY(cim__tick(ctx, settled, cim__element_count(n), "trace"));
    cim__mark(q, x);
    q->parent[x] = item_out->from;
    if (x < n->node_count) {
        for (uint32_t k = n->first[x]; ok && k < n->first[x + 1]; k++)
            if (cim__end_open(view->bits.pass, n->links[k].end)) ok = relax(n, q, column, item_out->key, n->node_count + (n->links[k].end >> 1), x);
    } else {
        for (uint32_t end = 2 * (x - n->node_count), k = 0; ok && k < 2; k++, end++)
            if (cim__end_open(view->bits.pass, end)) ok = relax(n, q, column, item_out->key, n->ends[end], x);
    }
    return ok && !q->list.failed ? CIM_OK : cim__nomem(ctx);
}

static cim_status begin(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, uint32_t column, uint32_t from)
{
    cim__query_begin(q);
    CIM__TRY(cim__query_parent(ctx, q));
    return cim__heap_push(&q->heap, weight(view->network, column, from), from, CIM_NONE) ? CIM_OK : cim__nomem(ctx);
}

/* ---- the shortest way ---- */

static cim_status find_path(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t from, uint32_t to, uint32_t column, double *length_out,
                            cim_trace_result *result_out)
{
    cim__heap_item item = { INFINITY, CIM_NONE, CIM_NONE };
    CIM__TRY(begin(ctx, view, q, column, from));
    do CIM__TRY(settle(ctx, view, q, column, &item));
    while (item.id != to && item.id != CIM_NONE);
    cim__query_clear(q);
    for (uint32_t x = item.id; x != CIM_NONE; x = q->parent[x]) cim__mark(q, x);
    CIM__TRY(cim__query_finish(ctx, view, q, NULL, cim__why_parent, NULL, result_out));
    *length_out = item.key;
    return CIM_OK;
}

cim_status cim_trace_path(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t from, uint32_t to, uint32_t column, double *length_out,
                          cim_trace_result *result_out)
{
    const uint32_t ends[] = { from, to };
    cim__enter(ctx);
    CIM__TRY(cim__trace_ok(ctx, view, q));
    CIM__TRY(cim__elements_ok(ctx, view->network, ends, 2, "end"));
    CIM__TRY(column_ok(ctx, view->network, column));
    CIM__TRY(cim__out_ok(ctx, result_out, "cim_trace_result"));
    cim_status st = find_path(ctx, view, q, from, to, column, length_out, result_out);
    if (st < 0) cim__query_clear(q);
    return st;
}

/* ---- the nearest devices ---- */

typedef struct hits {
    cim_trace_hit *at;
    size_t count, k;
} hits;

static void hit(hits *h, uint32_t device, double length)
{
    size_t i = h->count;
    for (size_t j = 0; j < h->count; j++)
        if (h->at[j].device == device) return; /* its first length was the least */
    while (i && (h->at[i - 1].length > length || (h->at[i - 1].length == length && h->at[i - 1].device > device))) i--;
    if (i == h->k) return;
    if (h->count < h->k) h->count++;
    memmove(h->at + i + 1, h->at + i, (h->count - 1 - i) * sizeof *h->at);
    h->at[i] = (cim_trace_hit){ device, length };
}

static void hit_edge(const cim_trace_view *view, hits *h, uint32_t kinds, uint32_t edge, uint32_t ends, double length)
{
    const cim_trace_network *n = view->network;
    for (uint32_t i = n->device_first[edge]; i < n->device_first[edge + 1]; i++) {
        uint32_t d = n->device_at[i];
        if (ends >> n->device_end[d] & 1 && kinds >> n->device_kind[d] & 1 && !(view->bits.device[d] & CIM_TRACE_OUT)) hit(h, d, length);
    }
}

static cim_status find_nearest(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, uint32_t from, uint32_t column, uint32_t kinds, hits *h)
{
    const cim_trace_network *n = view->network;
    cim__heap_item item;
    CIM__TRY(begin(ctx, view, q, column, from));
    for (;;) {
        CIM__TRY(settle(ctx, view, q, column, &item));
        if (item.id == CIM_NONE || (h->count == h->k && item.key > h->at[h->k - 1].length)) return CIM_OK;
        if (item.id >= n->node_count) hit_edge(view, h, kinds, item.id - n->node_count, 3, item.key);
        else
            for (uint32_t k = n->first[item.id]; k < n->first[item.id + 1]; k++)
                hit_edge(view, h, kinds, n->links[k].end >> 1, 1u << (n->links[k].end & 1), item.key);
    }
}

cim_status cim_trace_nearest(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t from, uint32_t column, uint32_t kinds, size_t k,
                             cim_trace_hit *hits_out, size_t *count_out)
{
    cim__enter(ctx);
    CIM__TRY(cim__trace_ok(ctx, view, q));
    CIM__TRY(cim__elements_ok(ctx, view->network, &from, 1, "start"));
    CIM__TRY(column_ok(ctx, view->network, column));
    if (!k || !hits_out || !count_out) return cim__fail(ctx, CIM_EARG, "no room for devices");
    if (k > view->network->device_count) k = view->network->device_count;
    hits h = { cim__alloc_n(ctx->mem, k + 1, sizeof *h.at), 0, k };
    if (!h.at) return cim__nomem(ctx);
    cim_status st = k ? find_nearest(ctx, view, q, from, column, kinds, &h) : CIM_OK;
    if (k) cim__query_clear(q);
    if (st >= 0) {
        memcpy(hits_out, h.at, h.count * sizeof *h.at);
        *count_out = h.count;
    }
    cim__free(ctx->mem, h.at);
    return st;
}

/* ---- ways without a common edge: augmenting paths of unit flow, searched from the node against the flow ---- */

/* May one unit more come over this edge to its end at this node?  flow[e] is what goes from end 0 to end 1. */
static bool brings(const cim_trace_view *view, const int8_t *flow, uint32_t end)
{
    uint8_t pass = view->bits.pass[end >> 1];
    int f = flow[end >> 1], after = end & 1 ? f + 1 : f - 1;
    if (!cim__open(pass)) return false;
    return after == 0 || (after == 1 && pass & CIM__WITH) || (after == -1 && pass & CIM__AGAINST);
}

/* A source from which one unit more can come; parents are the ends the units come in by.  CIM_NONE: none. */
static cim_status search(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, uint32_t node, uint32_t *source_out)
{
    const cim_trace_network *n = view->network;
    cim__query_clear(q);
    cim__mark(q, node);
    *source_out = CIM_NONE;
    for (size_t i = 0; i < CIM__COUNT(&q->list, uint32_t); i++) {
        uint32_t v = CIM__AT(&q->list, uint32_t, i);
        if (!(i & 0xfffff)) CIM__TRY(cim__tick(ctx, i, n->node_count, "trace"));
        for (uint32_t k = n->first[v]; k < n->first[v + 1]; k++) {
            uint32_t to = n->links[k].to;
            if (cim__marked(q, to) || !brings(view, q->flow, n->links[k].end)) continue;
            cim__mark(q, to);
            q->parent[to] = n->links[k].end;
            if (!cim__feeds(view, to)) continue;
            *source_out = to;
            return q->list.failed ? cim__nomem(ctx) : CIM_OK;
        }
    }
    return q->list.failed ? cim__nomem(ctx) : CIM_OK;
}

static bool augment(const cim_trace_network *n, cim_trace_query *q, uint32_t source, uint32_t node)
{
    for (uint32_t v = source; v != node; v = n->ends[q->parent[v]]) {
        uint32_t end = q->parent[v];
        if (!cim__buf_u32(&q->out[0], end >> 1)) return false;
        q->flow[end >> 1] = (int8_t)(q->flow[end >> 1] + (end & 1 ? 1 : -1));
    }
    return true;
}

static void reach(cim_trace_query *q, uint32_t node)
{
    if (cim__marked(q, node)) return;
    cim__mark(q, node);
    q->parent[node] = CIM_NONE;
}

/* Follows one unit from the node back to its source, taking it away. */
static void mark_way(const cim_trace_view *view, cim_trace_query *q, uint32_t node)
{
    const cim_trace_network *n = view->network;
    reach(q, node);
    for (uint32_t v = node, k; !cim__feeds(view, v); v = n->links[k].to) {
        for (k = n->first[v]; q->flow[n->links[k].end >> 1] != (n->links[k].end & 1 ? 1 : -1); k++) {}
        uint32_t edge = n->links[k].end >> 1, element = n->node_count + edge;
        q->flow[edge] = 0;
        cim__mark(q, element);
        q->parent[element] = n->links[k].to;
        if (q->parent[v] == CIM_NONE) q->parent[v] = element;
        reach(q, n->links[k].to);
    }
}

static cim_status find_ways(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t node, uint32_t k, uint32_t *ways_out)
{
    uint32_t ways = cim__feeds(view, node) ? k : 0, source = CIM_NONE;
    bool is_source = ways == k;
    while (ways < k) {
        CIM__TRY(search(ctx, view, q, node, &source));
        if (source == CIM_NONE) break;
        if (!augment(view->network, q, source, node)) return cim__nomem(ctx);
        ways++;
    }
    cim__query_clear(q);
    for (uint32_t i = 0; i < ways && !is_source; i++) mark_way(view, q, node);
    if (is_source) reach(q, node);
    *ways_out = ways;
    return CIM_OK;
}

cim_status cim_trace_redundancy(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t node, uint32_t k, uint32_t *ways_out,
                                cim_trace_result *result_out)
{
    uint32_t ways = 0;
    cim__enter(ctx);
    CIM__TRY(cim__trace_ok(ctx, view, q));
    if (node >= view->network->node_count) return cim__fail(ctx, CIM_EARG, "node %u of %u", node, view->network->node_count);
    if (!k || k > 3) return cim__fail(ctx, CIM_EARG, "%u ways: 1 to 3 are counted", k);
    CIM__TRY(cim__out_ok(ctx, result_out, "cim_trace_result"));
    CIM__TRY(cim__query_parent(ctx, q));
    CIM__TRY(cim__query_flow(ctx, q));
    cim__query_begin(q);
    cim_status st = find_ways(ctx, view, q, node, k, &ways);
    for (size_t i = 0; i < CIM__COUNT(&q->out[0], uint32_t); i++) q->flow[CIM__AT(&q->out[0], uint32_t, i)] = 0;
    if (st >= 0) st = cim__query_finish(ctx, view, q, NULL, cim__why_parent, NULL, result_out);
    if (st < 0) cim__query_clear(q);
    else *ways_out = ways;
    return st;
}
