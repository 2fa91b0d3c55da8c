/* dispatch_rank.c - members of a fleet under all scenarios at once, and which of them to send. */
#include "travel/fleet.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

/* ---- ends under all scenarios ---- */

typedef struct lane_ends {
    size_t count;
    cim_route_end end[CIM_NET_ENDS];
    uint32_t offset[CIM_NET_ENDS][CIM__LANES];
} lane_ends;

static bool put_end(lane_ends *all, const cim_route_end *end, uint32_t lane)
{
    size_t i = 0;
    while (i < all->count && all->end[i].node != end->node) i++;
    if (i == CIM_NET_ENDS) return false;
    if (i == all->count) {
        all->end[all->count++] = (cim_route_end){ end->node, 0 };
        for (uint32_t k = 0; k < CIM__LANES; k++) all->offset[i][k] = CIM__INF;
    }
    all->offset[i][lane] = cim__min32(all->offset[i][lane], end->offset_ms);
    return true;
}

static cim_status find_ends(cim_ctx *ctx, const cim_scenarios *s, const cim_net_place *place, int32_t side, lane_ends *all)
{
    cim__ends ends;
    all->count = 0;
    for (uint32_t k = 0; k < s->count; k++) {
        CIM__TRY(cim__net_ends(ctx, s->costs, s->weights_ms + k * s->arc_count, place, side, &ends));
        for (size_t i = 0; i < ends.count; i++)
            if (!put_end(all, &ends.end[i], k)) return cim__fail(ctx, CIM_ELIMIT, "more than %d ends", CIM_NET_ENDS);
    }
    return CIM_OK;
}

/* ---- spokes: one climb of both sides, of which one is kept ---- */

static void climb(const cim_scenarios *s, cim_route_query *q, const cim__group *g, const lane_ends *all, int32_t side, uint32_t *row)
{
    const cim_route_hierarchy *h = s->hierarchy;
    size_t count = h->depth[g->low] + 1u;
    uint32_t least[CIM__LANES];
    for (size_t i = 0; i < count * 2 * CIM__LANES; i++) q->lane[i] = CIM__INF;
    for (uint64_t bits = g->members; bits; bits &= bits - 1) {
        int i = __builtin_ctzll(bits);
        uint32_t *at = q->lane + (2 * (size_t)h->depth[h->rank[all->end[i].node]] + (size_t)side) * CIM__LANES;
        for (uint32_t k = 0; k < CIM__LANES; k++) at[k] = cim__min32(at[k], all->offset[i][k]);
    }
    h->kernels->walk_lanes(h, s->lanes->weight, q->lane, g->low, g->low, least);
    for (size_t d = 0; d < count; d++) memcpy(row + d * CIM__LANES, q->lane + (2 * d + (size_t)side) * CIM__LANES, CIM__LANES * 4);
}

cim_status cim__fleet_lane_spokes(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, int32_t side, cim__buf *spokes,
                                  cim__buf *rows, size_t *count_out)
{
    const cim_scenarios *s = f->scenarios;
    lane_ends all;
    cim__group group;
    *count_out = 0;
    CIM__TRY(find_ends(ctx, s, place, side, &all));
    for (cim__groups groups = cim__groups_of(s->hierarchy, all.end, all.count); cim__groups_next(&groups, &group); ++*count_out) {
        size_t at = rows->size / 4;
        uint32_t *row = cim__buf_extend(rows, (s->hierarchy->depth[group.low] + 1u) * CIM__LANES * sizeof *row);
        cim__spoke *spoke = CIM__PUSH(spokes, cim__spoke);
        if (!row || !spoke) return cim__nomem(ctx);
        *spoke = (cim__spoke){ group.low, at };
        climb(s, q, &group, &all, side, row);
    }
    return CIM_OK;
}

/* ---- times ---- */

static void least_sums(const uint32_t *a, const uint32_t *b, uint32_t depths, int32_t best[CIM__LANES])
{
    for (size_t d = 0; d < (size_t)depths * CIM__LANES; d += CIM__LANES)
        for (size_t k = 0; k < CIM__LANES; k++) {
            int32_t sum = (int32_t)(a[d + k] + b[d + k]); /* both at most CIM__INF */
            best[k] = sum < best[k] ? sum : best[k];
        }
}

static void put_straight(const cim_fleet *f, const cim_net_place *place, uint32_t member, uint32_t *times)
{
    const cim_scenarios *s = f->scenarios;
    for (uint32_t k = 0; k < s->count; k++) times[k] = cim__min32(times[k], cim__fleet_straight(f, s->weights_ms + k * s->arc_count, member, place));
}

static cim_status fill_times(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, uint32_t *times)
{
    const cim_scenarios *s = f->scenarios;
    size_t count, end;
    CIM__TRY(cim__query_ok(ctx, s->hierarchy, q));
    cim__again(&q->list);
    cim__again(&q->rows);
    CIM__TRY(cim__fleet_lane_spokes(ctx, f, q, place, f->direction, &q->list, &q->rows, &count));
    const cim__spoke *mine = (const cim__spoke *)(const void *)q->list.data;
    const uint32_t *rows = (const uint32_t *)(const void *)q->rows.data;
    for (uint32_t i = 0; i < f->count; i++) {
        int32_t best[CIM__LANES];
        for (uint32_t k = 0; k < CIM__LANES; k++) best[k] = CIM__INF;
        for (size_t m = f->lanes.first[i]; m < f->lanes.first[i + 1]; m++)
            for (size_t o = 0; o < count; o++)
                least_sums(cim__spoke_row(&f->lanes, m), rows + mine[o].row, cim__common(s->hierarchy, cim__spoke_at(&f->lanes, m)->low, mine[o].low), best);
        for (uint32_t k = 0; k < s->count; k++) times[(size_t)i * s->count + k] = (uint32_t)best[k];
    }
    for (size_t i = cim__fleet_on_edge(f, place->edge, &end); i < end; i++) {
        uint32_t member = f->by_edge[i].id;
        put_straight(f, place, member, times + (size_t)member * s->count);
    }
    return CIM_OK;
}

static cim_status ask(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, uint32_t **times_out)
{
    if (!f || !place) return cim__fail(ctx, CIM_EARG, "no fleet or no place");
    if (!f->scenarios) return cim__fail(ctx, CIM_EARG, "the fleet has no scenarios");
    uint32_t *times = cim__alloc_n(ctx->mem, (size_t)f->count + 1, f->scenarios->count * sizeof *times);
    if (!times) return cim__nomem(ctx);
    cim_status st = fill_times(ctx, f, q, place, times);
    if (st < 0) cim__free(ctx->mem, times);
    else *times_out = times;
    return st;
}

cim_status cim_fleet_scenario_times(cim_ctx *ctx, const cim_fleet *f, cim_route_query *query, const cim_net_place *place, uint32_t *times_ms_out)
{
    uint32_t *times = NULL;
    cim__enter(ctx);
    CIM__TRY(ask(ctx, f, query, place, &times));
    if (f->count) memcpy(times_ms_out, times, (size_t)f->count * f->scenarios->count * sizeof *times);
    cim__free(ctx->mem, times);
    return CIM_OK;
}

/* ---- what they amount to ---- */

static uint32_t median_of(const uint32_t *times, const double *share, uint32_t count)
{
    uint32_t order[CIM__LANES];
    double below = 0.0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at && times[order[at - 1]] > times[i]; at--) order[at] = order[at - 1];
        order[at] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        below += share[order[i]];
        if (below >= 0.5 - 1e-9) return times[order[i]];
    }
    return times[order[count - 1]];
}

static cim_rank sum_up(const cim_scenarios *s, const uint32_t *times, uint32_t member, uint32_t within)
{
    cim_rank r = { .member = member, .best_ms = NO_WAY };
    double sum = 0.0;
    for (uint32_t k = 0; k < s->count; k++) {
        r.best_ms = cim__min32(r.best_ms, times[k]);
        r.worst_ms = cim__max32(r.worst_ms, times[k]);
        if (times[k] >= NO_WAY) continue;
        r.reached_share += s->share[k];
        sum += s->share[k] * times[k];
        if (times[k] <= within) r.within_share += s->share[k];
    }
    r.median_ms = median_of(times, s->share, s->count);
    r.mean_ms = r.reached_share > 0.0 ? (uint32_t)(sum / r.reached_share + 0.5) : NO_WAY;
    return r;
}

/* Shares are sums of rounded numbers: what differs by less than a millionth is the same. */
static int64_t missed(const cim_rank *r) { return (int64_t)((1.0 - r->within_share) * 1e6 + 0.5); }

static bool is_before(const cim_rank *a, const cim_rank *b, uint32_t by)
{
    int64_t first = by == CIM_RANK_WITHIN ? missed(a) - missed(b) : by == CIM_RANK_WORST ? (int64_t)a->worst_ms - b->worst_ms : 0;
    if (first) return first < 0;
    if (a->median_ms != b->median_ms) return a->median_ms < b->median_ms;
    if (a->mean_ms != b->mean_ms) return a->mean_ms < b->mean_ms;
    return a->member < b->member;
}

static size_t pick(const cim_fleet *f, const uint32_t *times, const cim_rank_options *opts, size_t k, cim_rank *ranks)
{
    size_t found = 0;
    for (uint32_t i = 0; i < f->count && k; i++) {
        cim_rank r = sum_up(f->scenarios, times + (size_t)i * f->scenarios->count, i, opts->within_ms);
        if (r.best_ms >= NO_WAY || (found == k && !is_before(&r, &ranks[k - 1], opts->by))) continue;
        size_t at = found < k ? found++ : k - 1;
        for (; at && is_before(&r, &ranks[at - 1], opts->by); at--) ranks[at] = ranks[at - 1];
        ranks[at] = r;
    }
    return found;
}

cim_status cim_fleet_rank(cim_ctx *ctx, const cim_fleet *f, cim_route_query *query, const cim_net_place *place, const cim_rank_options *options, size_t k,
                          cim_rank *ranks_out, size_t *count_out)
{
    cim_rank_options opts = CIM_RANK_OPTIONS_INIT;
    uint32_t *times = NULL;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, options, "rank options"));
    if (opts.by > CIM_RANK_WORST) return cim__fail(ctx, CIM_EARG, "ranked by %u", opts.by);
    CIM__TRY(ask(ctx, f, query, place, &times));
    *count_out = pick(f, times, &opts, k, ranks_out);
    cim__free(ctx->mem, times);
    return CIM_OK;
}
