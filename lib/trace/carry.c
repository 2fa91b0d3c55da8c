/* carry.c - values carried from the sources along the flow.
 *
 * The least on the best way (and the greatest on the way where it is least) are settled in order, as Dijkstra settles sums.  Bits spread
 * until nothing changes; each element changes 32 times at most. */
#include "trace/trace.h"

#include <math.h>

/* The elements that flow goes on to from this one: the k-th, CIM_NONE after the last, CIM_NONE - 1 where it does not go. */
static uint32_t next(const cim_trace_view *view, uint32_t element, uint32_t k)
{
    const cim_trace_network *n = view->network;
    const uint8_t *pass = view->bits.pass;
    if (element < n->node_count) {
        if (k >= n->first[element + 1] - n->first[element]) return CIM_NONE;
        uint32_t end = n->links[n->first[element] + k].end;
        return cim__end_open(pass, end) && cim__leaves(pass, end) ? n->node_count + (end >> 1) : CIM_NONE - 1;
    }
    uint32_t end = 2 * (element - n->node_count) + k;
    if (k > 1) return CIM_NONE;
    return cim__end_open(pass, end) && cim__leaves(pass, end ^ 1) ? n->ends[end] : CIM_NONE - 1;
}

/* ---- least and greatest ---- */

/* Keys are such that the lower goes first: values themselves, or negated for CIM_TRACE_MIN. */
static cim_status carry(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, double sign, const double *own)
{
    const cim_trace_network *n = view->network;
    for (uint32_t v = 0; v < n->node_count; v++)
        if (cim__feeds(view, v) && !cim__heap_push(&q->heap, sign * own[v], v, CIM_NONE)) return cim__nomem(ctx);
    for (uint64_t turn = 0; q->heap.size; turn++) {
        cim__heap_item item = cim__heap_pop(&q->heap);
        uint32_t to;
        if (!(turn & 0xfffff)) CIM__TRY(cim__tick(ctx, turn, turn + 1, "propagate"));
        if (cim__marked(q, item.id)) continue;
        cim__mark(q, item.id);
        q->key[item.id] = item.key;
        for (uint32_t k = 0; (to = next(view, item.id, k)) != CIM_NONE; k++) {
            if (to == CIM_NONE - 1 || cim__marked(q, to)) continue;
            double key = sign * own[to];
            if (!cim__heap_push(&q->heap, key > item.key ? key : item.key, to, item.id)) return cim__nomem(ctx);
        }
    }
    return q->list.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim_trace_propagate(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t op, const double *own, double *values_out)
{
    cim__enter(ctx);
    CIM__TRY(cim__trace_ok(ctx, view, q));
    if (op > CIM_TRACE_MAX) return cim__fail(ctx, CIM_EARG, "operation %u", op);
    uint32_t count = cim__element_count(view->network);
    if (count && (!own || !values_out)) return cim__fail(ctx, CIM_EARG, "no values");
    for (uint32_t x = 0; x < count; x++)
        if (isnan(own[x])) return cim__fail(ctx, CIM_EARG, "the value of element %u is not a number", x);
    double sign = op == CIM_TRACE_MIN ? -1.0 : 1.0;
    CIM__TRY(cim__query_key(ctx, q));
    cim__query_begin(q);
    cim_status st = carry(ctx, view, q, sign, own);
    for (uint32_t x = 0; st >= 0 && x < count; x++) values_out[x] = cim__marked(q, x) ? sign * q->key[x] : sign * (double)INFINITY;
    cim__query_clear(q);
    return st;
}

/* ---- bits ---- */

/* What waits is marked and in out[0]; the bits that arrived are in `parent`. */
static bool arrive(cim_trace_query *q, uint32_t element, uint32_t bits)
{
    if (!(bits & ~q->parent[element])) return true;
    q->parent[element] |= bits;
    if (q->barrier[element]) return true;
    q->barrier[element] = 1;
    return cim__buf_u32(&q->out[0], element);
}

static cim_status spread(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, const uint32_t *own)
{
    const cim_trace_network *n = view->network;
    bool ok = true;
    for (uint32_t v = 0; ok && v < n->node_count; v++)
        if (cim__feeds(view, v)) ok = arrive(q, v, own[v]);
    for (uint64_t turn = 0; ok && q->out[0].size; turn++) {
        q->out[0].size -= sizeof(uint32_t);
        uint32_t element = *(const uint32_t *)(const void *)(q->out[0].data + q->out[0].size), to;
        if (!(turn & 0xfffff)) CIM__TRY(cim__tick(ctx, turn, turn + 1, "propagate"));
        q->barrier[element] = 0;
        for (uint32_t k = 0; ok && (to = next(view, element, k)) != CIM_NONE; k++)
            if (to != CIM_NONE - 1) ok = arrive(q, to, own[to] & q->parent[element]);
    }
    return ok ? CIM_OK : cim__nomem(ctx);
}

cim_status cim_trace_propagate_bits(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, const uint32_t *own, uint32_t *bits_out)
{
    cim__enter(ctx);
    CIM__TRY(cim__trace_ok(ctx, view, q));
    uint32_t count = cim__element_count(view->network);
    if (count && (!own || !bits_out)) return cim__fail(ctx, CIM_EARG, "no bits");
    CIM__TRY(cim__query_parent(ctx, q));
    CIM__TRY(cim__query_barrier(ctx, q));
    cim__query_begin(q);
    memset(q->parent, 0, count * sizeof *q->parent);
    cim_status st = spread(ctx, view, q, own);
    if (st < 0) memset(q->barrier, 0, count);
    else if (count) memcpy(bits_out, q->parent, count * sizeof *bits_out);
    return st;
}
