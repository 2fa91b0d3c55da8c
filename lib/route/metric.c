/* metric.c - metrics: weights of input arcs into the hierarchy, customised; immutable afterwards. */
#include "route/metric.h"

cim_status cim__metric_alloc(cim_ctx *ctx, cim_route_hierarchy *h, cim_route_metric **metric_out)
{
    cim_route_metric *m = cim__zalloc(h->mem, sizeof *m);
    if (!m) return cim__nomem(ctx);
    m->block_size = ((size_t)h->up_count * 2 + h->arc_count) * 4;
    m->block = cim__pool_take(h, CIM__POOL_METRIC, m->block_size);
    if (!m->block) {
        cim__free(h->mem, m);
        return cim__nomem(ctx);
    }
    atomic_init(&m->refs, 1);
    m->hierarchy = cim_route_hierarchy_ref(h);
    m->weight = m->block;
    m->arc_ms = m->weight + (size_t)h->up_count * 2;
    *metric_out = m;
    return CIM_OK;
}

cim_route_metric *cim_route_metric_ref(cim_route_metric *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void cim_route_metric_free(cim_route_metric *m)
{
    while (m && atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) == 1) {
        cim_route_hierarchy *h = m->hierarchy;
        cim_route_metric *base = m->base;
        cim__pool_give(h, CIM__POOL_METRIC, m->block_size, m->block);
        cim__pool_give(h, CIM__POOL_LABELS, m->label_bytes, m->label);
        cim__free(h->mem, m->label_at);
        cim__free(h->mem, m);
        cim_route_hierarchy_free(h);
        m = base;
    }
}

const uint32_t *cim_route_metric_weights(const cim_route_metric *m) { return m->arc_ms; }

void cim__metric_fill(cim_route_metric *m)
{
    const cim_route_hierarchy *h = m->hierarchy;
    for (size_t k = 0; k < (size_t)h->up_count * 2; k++) m->weight[k] = CIM__INF;
    for (uint32_t a = 0; a < h->arc_count; a++) {
        uint32_t slot = h->arc_slot[a];
        if (slot != CIM_NONE && m->arc_ms[a] < m->weight[slot]) m->weight[slot] = m->arc_ms[a];
    }
}

static cim_status complete(cim_ctx *ctx, cim_route_metric *m, const cim_route_label_options *labels, cim_route_metric **metric_out, cim_status st)
{
    if (st >= 0 && labels) st = cim__metric_add_labels(ctx, m, labels);
    if (st < 0) cim_route_metric_free(m);
    else *metric_out = m;
    return st;
}

cim_status cim_route_metric_build(cim_ctx *ctx, cim_route_hierarchy *h, const uint32_t *weights_ms, const cim_route_label_options *labels,
                                  cim_route_metric **metric_out)
{
    cim_route_metric *m = NULL;
    cim__enter(ctx);
    if (!h) return cim__fail(ctx, CIM_EARG, "no hierarchy");
    if (h->arc_count && !weights_ms) return cim__fail(ctx, CIM_EARG, "no weights");
    CIM__TRY(cim__metric_alloc(ctx, h, &m));
    for (uint32_t a = 0; a < h->arc_count; a++) m->arc_ms[a] = cim__min32(weights_ms[a], CIM__INF);
    cim__metric_fill(m);
    return complete(ctx, m, labels, metric_out, cim__customize(ctx, h, m->weight, 1));
}

static cim_status update(cim_ctx *ctx, cim_route_metric *m, const uint32_t *before, const uint32_t *arcs, size_t count)
{
    bool done;
    CIM__TRY(cim__metric_touch(ctx, m, before, arcs, count, &done));
    if (done) return CIM_OK;
    cim__metric_fill(m);
    return cim__customize(ctx, m->hierarchy, m->weight, 1);
}

cim_status cim_route_metric_update(cim_ctx *ctx, const cim_route_metric *metric, const uint32_t *arcs, const uint32_t *weights_ms, size_t count,
                                   const cim_route_label_options *labels, cim_route_metric **metric_out)
{
    cim_route_metric *m = NULL;
    cim__enter(ctx);
    if (!metric) return cim__fail(ctx, CIM_EARG, "no metric");
    if (count && (!arcs || !weights_ms)) return cim__fail(ctx, CIM_EARG, "no arcs or no weights");
    for (size_t i = 0; i < count; i++)
        if (arcs[i] >= metric->hierarchy->arc_count) return cim__fail(ctx, CIM_EARG, "arc %u of %u", arcs[i], metric->hierarchy->arc_count);
    CIM__TRY(cim__metric_alloc(ctx, metric->hierarchy, &m));
    if (m->hierarchy->arc_count) memcpy(m->arc_ms, metric->arc_ms, (size_t)m->hierarchy->arc_count * 4);
    for (size_t i = 0; i < count; i++) m->arc_ms[arcs[i]] = cim__min32(weights_ms[i], CIM__INF);
    return complete(ctx, m, labels, metric_out, update(ctx, m, metric->weight, arcs, count));
}

cim_status cim_route_metric_label(cim_ctx *ctx, cim_route_metric *metric, const cim_route_label_options *labels, cim_route_metric **metric_out)
{
    const cim_route_label_options defaults = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim__enter(ctx);
    if (!metric) return cim__fail(ctx, CIM_EARG, "no metric");
    cim_route_metric *m = cim__zalloc(metric->hierarchy->mem, sizeof *m);
    if (!m) return cim__nomem(ctx);
    atomic_init(&m->refs, 1);
    m->hierarchy = cim_route_hierarchy_ref(metric->hierarchy);
    m->base = cim_route_metric_ref(metric);
    m->weight = metric->weight;
    m->arc_ms = metric->arc_ms;
    return complete(ctx, m, labels ? labels : &defaults, metric_out, CIM_OK);
}
