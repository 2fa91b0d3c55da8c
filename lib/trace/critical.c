/* critical.c - what is lost with each element, and with each segment: sums over what hangs on it. */
#include "trace/trace.h"

/* Sums of subtrees in `sum`, and in `own` what a place loses by itself: own values and the subtrees of the blocks that hang on it. */
static void add_up(const cim__blocks *t, double *sum, double *own)
{
    for (uint32_t i = t->count - 1; i && i != CIM_NONE; i--) {
        uint32_t up = t->up[i];
        if (up == CIM_NONE) continue;
        sum[up] += sum[i];
        if (t->head[i] == i) own[up] += sum[i];
    }
}

static void by_tree(const cim_trace_view *view, const cim__blocks *t, uint32_t column, double *sum, double *own, double *loss)
{
    const cim_trace_network *n = view->network;
    for (uint32_t i = 1; i < t->count; i++) own[i] = sum[i] = cim__value_of(n, column, t->vertex[i]);
    own[0] = sum[0] = 0.0;
    for (uint32_t e = 0; e < n->edge_count; e++) {
        cim__lie l = cim__edge_lie(view, t, e);
        double value = cim__value_of(n, column, n->node_count + e);
        loss[n->node_count + e] = l.deep != CIM_NONE && l.deep < t->fed ? value : 0.0;
        if (l.deep == CIM_NONE) continue;
        sum[l.deep] += value;
        if (l.upper == CIM_NONE) own[l.deep] += value;
    }
    add_up(t, sum, own);
    for (uint32_t i = 1; i < t->count; i++) {
        loss[t->vertex[i]] = i < t->fed ? own[i] : 0.0;
        if (i < t->fed && cim__is_bridge(t, i)) loss[n->node_count + t->via[i]] = sum[i];
    }
}

static void by_dominators(const cim_trace_view *view, const cim__dominators *d, uint32_t column, double *sum, double *loss)
{
    const cim_trace_network *n = view->network;
    for (uint32_t i = 1; i < d->count; i++) sum[i] = cim__value_of(n, column, d->element[i]);
    sum[0] = 0.0;
    for (uint32_t i = d->count - 1; i && i != CIM_NONE; i--) sum[d->up[i]] += sum[i];
    for (uint32_t x = 0; x < cim__element_count(n); x++) loss[x] = d->place[x] == CIM_NONE ? 0.0 : sum[d->place[x]];
}

cim_status cim_trace_criticality(cim_ctx *ctx, cim_trace_view *view, uint32_t column, double *loss_out)
{
    const cim__blocks *t = NULL;
    const cim__dominators *d = NULL;
    cim__enter(ctx);
    if (!view || !loss_out) return cim__fail(ctx, CIM_EARG, "no view, or nothing to fill");
    CIM__TRY(cim__column_ok(ctx, view->network, column, false));
    if (cim__oneway(view)) CIM__TRY(cim__view_dominators(ctx, view, &d));
    else CIM__TRY(cim__view_tree(ctx, view, CIM__SUPPLY, &t));
    uint32_t rows = d ? d->count : t->count;
    double *sum = cim__alloc_n(ctx->mem, rows, 2 * sizeof *sum);
    if (!sum) return cim__nomem(ctx);
    if (d) by_dominators(view, d, column, sum, loss_out);
    else by_tree(view, t, column, sum, sum + rows, loss_out);
    cim__free(ctx->mem, sum);
    return CIM_OK;
}

/* ---- segments ---- */

static void segments_by_tree(const cim_trace_view *view, const cim__segments *s, uint32_t column, double *sum, double *own, double *loss)
{
    const cim__blocks *t = s->tree;
    for (uint32_t i = 0; i < t->count; i++) sum[i] = 0.0;
    for (uint32_t x = 0; x < cim__element_count(view->network); x++) sum[t->place[s->of[x]]] += cim__value_of(view->network, column, x);
    memcpy(own, sum, t->count * sizeof *own);
    add_up(t, sum, own);
    for (uint32_t i = 1; i < t->count; i++) loss[t->vertex[i]] = i < t->fed ? own[i] : 0.0;
}

/* With one-way edges: a flood for every segment. */
static cim_status segments_by_flood(cim_ctx *ctx, const cim_trace_view *view, const cim__segments *s, uint32_t column, cim_trace_query *q, uint8_t *gone,
                                    uint8_t *fed, double *loss)
{
    uint32_t count = cim__element_count(view->network);
    CIM__TRY(cim__flood_without(ctx, view, q, s->of, NULL));
    for (uint32_t x = 0; x < count; x++) fed[x] = cim__marked(q, x);
    cim__query_clear(q);
    for (uint32_t i = 0; i < s->count; i++) {
        double sum = 0.0;
        gone[i] = 1;
        CIM__TRY(cim__flood_without(ctx, view, q, s->of, gone));
        gone[i] = 0;
        for (uint32_t x = 0; x < count; x++)
            if (fed[x] && !cim__marked(q, x)) sum += cim__value_of(view->network, column, x);
        cim__query_clear(q);
        loss[i] = sum;
    }
    return CIM_OK;
}

static cim_status losses(cim_ctx *ctx, const cim_trace_view *view, const cim__segments *s, uint32_t column, double *loss)
{
    cim_trace_query *q = NULL;
    double *sum = cim__alloc_n(ctx->mem, s->tree->count, 2 * sizeof *sum);
    uint8_t *bytes = cim__zalloc_n(ctx->mem, (size_t)cim__element_count(view->network) + 1, 2);
    cim_status st = sum && bytes ? CIM_OK : cim__nomem(ctx);
    if (st >= 0 && cim__oneway(view)) {
        st = cim_trace_query_new(ctx, view->network, &q);
        if (st >= 0) st = segments_by_flood(ctx, view, s, column, q, bytes, bytes + cim__element_count(view->network) + 1, loss);
    } else if (st >= 0) {
        segments_by_tree(view, s, column, sum, sum + s->tree->count, loss);
    }
    cim_trace_query_free(q);
    cim__free(ctx->mem, sum);
    cim__free(ctx->mem, bytes);
    return st;
}

cim_status cim_trace_segment_losses(cim_ctx *ctx, cim_trace_view *view, uint32_t column, double *loss_out)
{
    const cim__segments *s = NULL;
    cim__enter(ctx);
    if (!view || !loss_out) return cim__fail(ctx, CIM_EARG, "no view, or nothing to fill");
    CIM__TRY(cim__column_ok(ctx, view->network, column, false));
    CIM__TRY(cim__view_segments(ctx, view, &s));
    return losses(ctx, view, s, column, loss_out);
}
