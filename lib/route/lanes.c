/* lanes.c - sixteen sets of weights in one pass: an up-arc holds sixteen numbers each way, so every instruction serves all. */
#include "route/kernels.h"
#include "route/metric.h"
#include "route/query.h"

static void fill(cim_route_lanes *l, const uint32_t *const *weights_ms)
{
    const cim_route_hierarchy *h = l->hierarchy;
    size_t numbers = (size_t)h->up_count * 2 * CIM__LANES;
    for (size_t k = 0; k < numbers; k++) l->weight[k] = CIM__INF;
    for (uint32_t a = 0; a < h->arc_count; a++) {
        if (h->arc_slot[a] == CIM_NONE) continue;
        uint32_t *row = l->weight + (size_t)h->arc_slot[a] * CIM__LANES;
        for (uint32_t k = 0; k < l->lane_count; k++) row[k] = cim__min32(row[k], weights_ms[k][a]);
    }
}

cim_status cim_route_lanes_build(cim_ctx *ctx, cim_route_hierarchy *h, const uint32_t *const *weights_ms, uint32_t lane_count, cim_route_lanes **lanes_out)
{
    cim__enter(ctx);
    if (!h || !weights_ms) return cim__fail(ctx, CIM_EARG, "no hierarchy or no weights");
    if (!lane_count || lane_count > CIM__LANES) return cim__fail(ctx, CIM_EARG, "%u lanes, not 1 to %d", lane_count, CIM_ROUTE_LANES);
    for (uint32_t k = 0; k < lane_count; k++)
        if (h->arc_count && !weights_ms[k]) return cim__fail(ctx, CIM_EARG, "no weights for lane %u", k);
    cim_route_lanes *l = cim__zalloc(h->mem, sizeof *l);
    if (!l) return cim__nomem(ctx);
    l->block_size = (size_t)h->up_count * 2 * CIM__LANES * 4;
    l->weight = cim__pool_take(h, CIM__POOL_LANES, l->block_size);
    if (!l->weight) {
        cim__free(h->mem, l);
        return cim__nomem(ctx);
    }
    atomic_init(&l->refs, 1);
    l->hierarchy = cim_route_hierarchy_ref(h);
    l->lane_count = lane_count;
    fill(l, weights_ms);
    cim_status st = cim__customize(ctx, h, l->weight, CIM__LANES);
    if (st < 0) cim_route_lanes_free(l);
    else *lanes_out = l;
    return st;
}

cim_route_lanes *cim_route_lanes_ref(cim_route_lanes *l)
{
    atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
    return l;
}

void cim_route_lanes_free(cim_route_lanes *l)
{
    if (!l || atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1) return;
    cim_route_hierarchy *h = l->hierarchy;
    cim__pool_give(h, CIM__POOL_LANES, l->block_size, l->weight);
    cim__free(h->mem, l);
    cim_route_hierarchy_free(h);
}

/* Offsets of a group, the same in every lane. */
static void spread(const cim_route_hierarchy *h, const cim__group *g, uint32_t *row, uint32_t *pair)
{
    for (uint32_t d = 0; d <= h->depth[g->low]; d++) row[d] = CIM__INF;
    cim__group_put(h, g, row, 1);
    for (uint32_t d = 0; d <= h->depth[g->low]; d++)
        for (uint32_t k = 0; k < CIM__LANES; k++) pair[(size_t)d * 2 * CIM__LANES + k] = row[d];
}

cim_status cim_route_lanes_time(cim_ctx *ctx, const cim_route_lanes *l, cim_route_query *query, const cim_route_end *starts, size_t start_count,
                                const cim_route_end *ends, size_t end_count, uint32_t *times_ms_out)
{
    uint32_t least[CIM__LANES], best[CIM__LANES];
    cim__group s, t;
    cim__enter(ctx);
    if (!l) return cim__fail(ctx, CIM_EARG, "no lanes");
    const cim_route_hierarchy *h = l->hierarchy;
    CIM__TRY(cim__query_ok(ctx, h, query));
    CIM__TRY(cim__ends_ok(ctx, h, starts, start_count, "start"));
    CIM__TRY(cim__ends_ok(ctx, h, ends, end_count, "end"));
    for (uint32_t k = 0; k < CIM__LANES; k++) best[k] = CIM__INF;
    for (cim__groups from = cim__groups_of(h, starts, start_count); cim__groups_next(&from, &s);)
        for (cim__groups to = cim__groups_of(h, ends, end_count); cim__groups_next(&to, &t);) {
            spread(h, &s, query->row[0], query->lane);
            spread(h, &t, query->row[0], query->lane + CIM__LANES);
            h->kernels->walk_lanes(h, l->weight, query->lane, s.low, t.low, least);
            for (uint32_t k = 0; k < CIM__LANES; k++) best[k] = cim__min32(best[k], least[k]);
        }
    memcpy(times_ms_out, best, l->lane_count * sizeof *best);
    return CIM_OK;
}
