/* flood.c - traces that spread from the starts: the list of marked elements is the queue. */
#include "trace/trace.h"

enum { BARRIER = 1, SEEN = 2 };

/* What a flood may pass. */
typedef struct rules {
    const cim_trace_network *n;
    const cim_trace_view *view;
    const uint8_t *barrier; /* NULL: none */
    const uint8_t *pass;    /* NULL: the state does not matter */
    uint32_t kinds;         /* of devices that stop */
    uint32_t domain, tier;
    bool stops_at_sources;
} rules;

static bool stopped_by_kind(const rules *r, uint32_t end)
{
    const cim_trace_network *n = r->n;
    for (uint32_t i = n->device_first[end >> 1]; i < n->device_first[(end >> 1) + 1]; i++) {
        uint32_t d = n->device_at[i];
        if (n->device_end[d] == (end & 1) && r->kinds >> n->device_kind[d] & 1 && !(r->view->bits.device[d] & CIM_TRACE_OUT)) return true;
    }
    return false;
}

static bool may_cross(const rules *r, uint32_t end)
{
    if (r->pass && !cim__end_open(r->pass, end)) return false;
    return !(r->kinds & r->n->kinds) || !stopped_by_kind(r, end);
}

static bool is_of(const rules *r, uint32_t element)
{
    const cim_trace_network *n = r->n;
    bool node = element < n->node_count;
    uint32_t i = node ? element : element - n->node_count;
    const uint8_t *domain = node ? n->node_domain : n->edge_domain, *tier = node ? n->node_tier : n->edge_tier;
    return (r->domain == CIM_NONE || (domain ? domain[i] : 0u) == r->domain) && (r->tier == CIM_NONE || (tier ? tier[i] : 0u) == r->tier);
}

static bool goes_on(const rules *r, uint32_t element, bool is_start)
{
    if (r->barrier && r->barrier[element] & BARRIER) return false;
    return is_start || !r->stops_at_sources || element >= r->n->node_count || !cim__feeds(r->view, element);
}

/* The neighbours of an element that it may be left to: at most `index` of them; CIM_NONE after the last, CIM_NONE - 1 for one that it may not. */
static uint32_t neighbour(const rules *r, uint32_t element, uint32_t index)
{
    const cim_trace_network *n = r->n;
    uint32_t end, to;
    if (element < n->node_count) {
        if (index >= n->first[element + 1] - n->first[element]) return CIM_NONE;
        end = n->links[n->first[element] + index].end;
        to = n->node_count + (end >> 1);
    } else {
        if (index > 1) return CIM_NONE;
        end = 2 * (element - n->node_count) + index;
        to = n->ends[end];
    }
    return may_cross(r, end) && is_of(r, to) ? to : CIM_NONE - 1;
}

/* ---- breadth first ---- */

static void reach(cim_trace_query *q, uint32_t element, uint32_t from)
{
    if (cim__marked(q, element)) return;
    cim__mark(q, element);
    q->parent[element] = from;
}

static cim_status spread(cim_ctx *ctx, const rules *r, cim_trace_query *q, const uint32_t *starts, size_t count)
{
    for (size_t i = 0; i < count; i++) reach(q, starts[i], CIM_NONE);
    for (size_t i = 0; i < CIM__COUNT(&q->list, uint32_t); i++) {
        uint32_t element = CIM__AT(&q->list, uint32_t, i), to;
        if (!(i & 0xfffff)) CIM__TRY(cim__tick(ctx, i, cim__element_count(r->n), "trace"));
        if (!goes_on(r, element, q->parent[element] == CIM_NONE)) continue;
        for (uint32_t k = 0; (to = neighbour(r, element, k)) != CIM_NONE; k++)
            if (to != CIM_NONE - 1) reach(q, to, element);
    }
    return q->list.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- nearest first, up to a limit ---- */

static cim_status spread_within(cim_ctx *ctx, const rules *r, cim_trace_query *q, const uint32_t *starts, size_t count, uint32_t column, double limit)
{
    for (size_t i = 0; i < count; i++)
        if (!cim__heap_push(&q->heap, 0.0, starts[i], CIM_NONE)) return cim__nomem(ctx);
    for (uint64_t turn = 0; q->heap.size; turn++) {
        cim__heap_item item = cim__heap_pop(&q->heap);
        uint32_t to;
        if (!(turn & 0xfffff)) CIM__TRY(cim__tick(ctx, turn, turn + 1, "trace"));
        if (cim__marked(q, item.id)) continue;
        reach(q, item.id, item.from);
        if (!goes_on(r, item.id, item.from == CIM_NONE)) continue;
        for (uint32_t k = 0; (to = neighbour(r, item.id, k)) != CIM_NONE; k++) {
            if (to == CIM_NONE - 1 || cim__marked(q, to)) continue;
            double key = item.key + cim__value_of(r->n, column, to);
            if (key <= limit && !cim__heap_push(&q->heap, key, to, item.id)) return cim__nomem(ctx);
        }
    }
    return q->list.failed || q->heap.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- traces ---- */

static cim_status set_barriers(cim_ctx *ctx, cim_trace_query *q, const uint32_t *elements, size_t count)
{
    if (!count) return CIM_OK;
    CIM__TRY(cim__query_barrier(ctx, q));
    for (size_t i = 0; i < count; i++) q->barrier[elements[i]] |= BARRIER;
    return CIM_OK;
}

static void clear_barriers(cim_trace_query *q, const uint32_t *elements, size_t count)
{
    for (size_t i = 0; i < count && q->barrier; i++) q->barrier[elements[i]] = 0;
}

static void keep_sources(const cim_trace_view *view, cim_trace_query *q)
{
    uint32_t *at = (uint32_t *)(void *)q->list.data;
    size_t kept = 0, count = CIM__COUNT(&q->list, uint32_t);
    for (size_t i = 0; i < count; i++) {
        if (at[i] < q->network->node_count && cim__feeds(view, at[i])) at[kept++] = at[i];
        else cim__unmark(q, at[i]);
    }
    q->list.size = kept * sizeof *at;
}

cim_status cim__flood(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count, const cim_trace_options *o)
{
    CIM__TRY(cim__query_parent(ctx, q));
    CIM__TRY(set_barriers(ctx, q, o->barriers, o->barrier_count));
    rules r = { view->network, view, o->barrier_count ? q->barrier : NULL, what == CIM_TRACE_CONNECTED ? NULL : view->bits.pass,
                o->barrier_kinds, o->domain, o->tier, what != CIM_TRACE_CONNECTED };
    cim_status st = o->limit_column == CIM_NONE ? spread(ctx, &r, q, starts, count) : spread_within(ctx, &r, q, starts, count, o->limit_column, o->limit);
    clear_barriers(q, o->barriers, o->barrier_count);
    if (st >= 0 && what == CIM_TRACE_CONTROLLERS) keep_sources(view, q);
    return st;
}

/* What the starts reach goes to out[0] and is told by SEEN, because the marks say what may be reached. */
static cim_status spread_in_marks(cim_ctx *ctx, const rules *r, cim_trace_query *q, const uint32_t *starts, size_t count)
{
    cim__buf *seen = &q->out[0];
    for (size_t i = 0; i < count; i++) {
        if (!cim__marked(q, starts[i]) || q->barrier[starts[i]] & SEEN) continue;
        q->barrier[starts[i]] |= SEEN;
        q->parent[starts[i]] = CIM_NONE;
        if (!cim__buf_u32(seen, starts[i])) return cim__nomem(ctx);
    }
    for (size_t i = 0; i < CIM__COUNT(seen, uint32_t); i++) {
        uint32_t element = CIM__AT(seen, uint32_t, i), to;
        if (!goes_on(r, element, true)) continue;
        for (uint32_t k = 0; (to = neighbour(r, element, k)) != CIM_NONE; k++) {
            if (to == CIM_NONE - 1 || !cim__marked(q, to) || q->barrier[to] & SEEN) continue;
            q->barrier[to] |= SEEN;
            q->parent[to] = element;
            if (!cim__buf_u32(seen, to)) return cim__nomem(ctx);
        }
    }
    return CIM_OK;
}

cim_status cim__flood_within(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count,
                              const cim_trace_options *o)
{
    CIM__TRY(cim__query_parent(ctx, q));
    CIM__TRY(cim__query_barrier(ctx, q));
    CIM__TRY(set_barriers(ctx, q, o->result_barriers, o->result_barrier_count));
    rules r = { view->network, view, q->barrier, what == CIM_TRACE_CONNECTED ? NULL : view->bits.pass, o->result_barrier_kinds, CIM_NONE, CIM_NONE, false };
    cim_status st = spread_in_marks(ctx, &r, q, starts, count);
    cim__query_clear(q);
    for (size_t i = 0; i < CIM__COUNT(&q->out[0], uint32_t); i++) {
        uint32_t element = CIM__AT(&q->out[0], uint32_t, i);
        q->barrier[element] = 0;
        cim__mark(q, element);
    }
    /* The one that did not fit into the list was told SEEN too. */
    if (st < 0) memset(q->barrier, 0, cim__element_count(view->network));
    clear_barriers(q, o->result_barriers, o->result_barrier_count);
    return st;
}

/* ---- from the sources ---- */

static bool enter(cim_trace_query *q, const uint32_t *segment_of, const uint8_t *gone, uint32_t element)
{
    if (cim__marked(q, element) || (gone && gone[segment_of[element]])) return false;
    cim__mark(q, element);
    return true;
}

cim_status cim__flood_without(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, const uint32_t *segment_of, const uint8_t *gone)
{
    const cim_trace_network *n = view->network;
    const uint8_t *pass = view->bits.pass;
    for (uint32_t v = 0; v < n->node_count; v++)
        if (cim__feeds(view, v)) enter(q, segment_of, gone, v);
    for (size_t i = 0; i < CIM__COUNT(&q->list, uint32_t); i++) {
        uint32_t element = CIM__AT(&q->list, uint32_t, i);
        if (!(i & 0xfffff)) CIM__TRY(cim__tick(ctx, i, cim__element_count(n), "trace"));
        if (element < n->node_count) {
            for (uint32_t k = n->first[element]; k < n->first[element + 1]; k++) {
                uint32_t end = n->links[k].end;
                if (cim__end_open(pass, end) && cim__leaves(pass, end)) enter(q, segment_of, gone, n->node_count + (end >> 1));
            }
            continue;
        }
        for (uint32_t end = 2 * (element - n->node_count), k = 0; k < 2; k++, end++)
            if (cim__end_open(pass, end) && cim__leaves(pass, end ^ 1)) enter(q, segment_of, gone, n->ends[end]);
    }
    return q->list.failed ? cim__nomem(ctx) : CIM_OK;
}
