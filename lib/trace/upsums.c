/* upsums.c - sums over what is upstream of many starts, without listing it.
 *
 * Upstream of a start are the blocks on its way to the ground, so a view keeps one sum a block and column: the vertices of the block without
 * its top, which the next block has, and the edges in it.  A question adds up the blocks it passes; one that it passed before it does not
 * climb from again. */
#include "trace/trace.h"

static double value_of(const cim_trace_network *n, uint32_t column, uint32_t element) { return column == CIM_NONE ? 1.0 : cim__value_of(n, column, element); }

/* ---- the sums of blocks, at the places of their heads ---- */

static double *build(const cim_trace_view *view, const cim__blocks *t, uint32_t column, cim__mem *mem)
{
    const cim_trace_network *n = view->network;
    double *own = cim__zalloc_n(mem, t->count, sizeof *own);
    bool edges = column == CIM_NONE || n->columns[column].edges;
    if (!own) return NULL;
    for (uint32_t i = 1; i < t->fed; i++) own[t->head[i]] += value_of(n, column, t->vertex[i]);
    for (uint32_t e = 0; edges && e < n->edge_count; e++) {
        cim__lie l = cim__edge_lie(view, t, e);
        if (l.upper != CIM_NONE && l.deep < t->fed) own[t->head[l.deep]] += value_of(n, column, n->node_count + e);
    }
    return own;
}

static cim_status sums_of(cim_ctx *ctx, cim_trace_view *view, const cim__blocks *t, uint32_t column, const double **own_out)
{
    _Atomic(double *) *at = &view->upstream[column == CIM_NONE ? CIM_TRACE_MAX_COLUMNS : column];
    double *own = atomic_load_explicit(at, memory_order_acquire);
    if (!own) {
        pthread_mutex_lock(&view->lock);
        own = atomic_load_explicit(at, memory_order_acquire);
        if (!own) own = build(view, t, column, view->epoch.all->mem);
        atomic_store_explicit(at, own, memory_order_release);
        pthread_mutex_unlock(&view->lock);
    }
    *own_out = own;
    return own ? CIM_OK : cim__nomem(ctx);
}

/* ---- questions ---- */

typedef struct asking {
    const cim_trace_view *view;
    cim_trace_query *q;
    const cim__blocks *t;
    const double *own;
    double *up; /* q->key, by head: the sum of the block and all above it; where q->barrier is set */
    uint32_t column;
    double all;
} asking;

/* The sum of all blocks from a place to the ground.  Heads that were passed for the first time lie in out[0]. */
static double climb(asking *a, uint32_t place)
{
    const cim__blocks *t = a->t;
    cim__buf *passed = &a->q->out[0];
    size_t first = CIM__COUNT(passed, uint32_t);
    while (place && !a->q->barrier[t->head[place]]) {
        uint32_t head = t->head[place];
        if (!cim__buf_u32(passed, head)) return 0.0;
        a->q->barrier[head] = 1;
        a->all += a->own[head];
        place = t->up[head];
    }
    double sum = place ? a->up[t->head[place]] : 0.0;
    for (size_t i = CIM__COUNT(passed, uint32_t); i-- > first;) {
        uint32_t head = CIM__AT(passed, uint32_t, i);
        a->up[head] = sum += a->own[head];
    }
    return sum;
}

static double upstream_of(asking *a, uint32_t start)
{
    const cim__blocks *t = a->t;
    uint32_t nodes = a->view->network->node_count;
    if (start < nodes) return t->place[start] < t->fed ? climb(a, t->place[start]) : 0.0;
    cim__lie l = cim__edge_lie(a->view, t, start - nodes);
    if (l.deep == CIM_NONE || l.deep >= t->fed) return 0.0;
    bool bridge = l.upper != CIM_NONE && t->via[l.deep] == start - nodes && cim__is_bridge(t, l.deep);
    double sum = climb(a, bridge ? l.upper : l.deep);
    if (!bridge && l.upper != CIM_NONE) return sum;
    cim__mark(a->q, start); /* it belongs to no block that was climbed; together the starts have it once */
    return sum + value_of(a->view->network, a->column, start);
}

/* Bridges and leaves that are starts; the block of a bridge may have been passed from below. */
static double starts_alone(const asking *a)
{
    uint32_t nodes = a->view->network->node_count;
    double sum = 0.0;
    for (size_t i = 0; i < CIM__COUNT(&a->q->list, uint32_t); i++) {
        uint32_t start = CIM__AT(&a->q->list, uint32_t, i);
        cim__lie l = cim__edge_lie(a->view, a->t, start - nodes);
        if (l.upper == CIM_NONE || !a->q->barrier[l.deep]) sum += value_of(a->view->network, a->column, start);
    }
    return sum;
}

static cim_status by_blocks(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t column, const uint32_t *starts, size_t count, double *each_out,
                            double *all_out)
{
    asking a = { .view = view, .q = q, .column = column };
    CIM__TRY(cim__view_tree(ctx, view, CIM__SUPPLY, &a.t));
    CIM__TRY(sums_of(ctx, view, a.t, column, &a.own));
    CIM__TRY(cim__query_barrier(ctx, q));
    CIM__TRY(cim__query_key(ctx, q));
    a.up = q->key;
    for (size_t i = 0; i < count; i++) {
        double sum = upstream_of(&a, starts[i]);
        if (each_out) each_out[i] = sum;
    }
    a.all += starts_alone(&a);
    for (size_t i = 0; i < CIM__COUNT(&q->out[0], uint32_t); i++) q->barrier[CIM__AT(&q->out[0], uint32_t, i)] = 0;
    bool failed = q->out[0].failed || q->list.failed;
    cim__query_clear(q);
    if (all_out) *all_out = a.all;
    return failed ? cim__nomem(ctx) : CIM_OK;
}

/* Where edges are one-way there are no blocks: the sets are found and added up. */
static cim_status by_sets(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t column, const uint32_t *starts, size_t count, double *each_out,
                          double *all_out)
{
    cim_trace_result r = { .struct_size = sizeof r };
    for (size_t i = 0; each_out && i < count; i++) {
        CIM__TRY(cim_trace_find(ctx, view, q, CIM_TRACE_UPSTREAM, starts + i, 1, NULL, &r));
        each_out[i] = column == CIM_NONE ? (double)r.count : r.sums[column];
    }
    if (!all_out) return CIM_OK;
    if (count) CIM__TRY(cim_trace_find(ctx, view, q, CIM_TRACE_UPSTREAM, starts, count, NULL, &r));
    *all_out = !count ? 0.0 : column == CIM_NONE ? (double)r.count : r.sums[column];
    return CIM_OK;
}

cim_status cim_trace_upstream_sums(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, uint32_t column, const uint32_t *starts, size_t count,
                                   double *each_out, double *all_out)
{
    double all = 0.0;
    cim__enter(ctx);
    CIM__TRY(cim__trace_ok(ctx, view, query));
    if (column != CIM_NONE) CIM__TRY(cim__column_ok(ctx, view->network, column, false));
    CIM__TRY(cim__elements_ok(ctx, view->network, starts, count, "start"));
    double *each = each_out && count ? cim__alloc_n(ctx->mem, count, sizeof *each) : NULL;
    if (each_out && count && !each) return cim__nomem(ctx);
    cim__query_begin(query);
    cim_status st = (cim__oneway(view) ? by_sets : by_blocks)(ctx, view, query, column, starts, count, each, &all);
    if (st >= 0 && each) memcpy(each_out, each, count * sizeof *each);
    if (st >= 0 && all_out) *all_out = all;
    cim__free(ctx->mem, each);
    return st;
}
