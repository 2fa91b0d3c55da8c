/* fleet_times.c - times between a place and the members of a fleet, and the nearest of them. */
#include "travel/fleet.h"

#include "core/par.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

/* ---- spokes ---- */

static void clear(uint32_t *row, size_t count)
{
    for (size_t i = 0; i < count; i++) row[i] = CIM__INF;
}

/* Without labels: one climb from the lowest end to the root. */
static void climb(const cim_route_metric *m, const cim__group *g, int32_t side, uint32_t *row)
{
    const cim_route_hierarchy *h = m->hierarchy;
    clear(row, cim__label_stride(h->depth[g->low]));
    cim__group_put(h, g, row, 1);
    for (uint32_t x = g->low; x != CIM_NONE; x = h->parent[x]) {
        uint32_t value = row[h->depth[x]];
        const uint32_t *w = m->weight + 2 * (size_t)h->up_first[x] + side;
        for (uint32_t i = h->up_first[x]; value < CIM__INF && i < h->up_first[x + 1]; i++, w += 2) {
            uint32_t *above = &row[h->up_depth[i]];
            *above = cim__min32(*above, value + *w);
        }
    }
}

/* With labels: the least of those of its ends. */
static void merge(const cim_route_metric *m, cim_route_query *q, const cim__group *g, int32_t side, uint32_t *row)
{
    const cim_route_hierarchy *h = m->hierarchy;
    clear(row, cim__label_stride(h->depth[g->low]));
    for (uint64_t bits = g->members; bits; bits &= bits - 1) {
        const cim_route_end *end = &g->ends[__builtin_ctzll(bits)];
        uint32_t x = h->rank[end->node], offset = cim__min32(end->offset_ms, CIM__INF), count = h->depth[x] + 1u;
        const uint32_t *label = cim__row(m, x, (uint32_t)side, CIM_NONE, q->row[0], q->pair);
        if (m->label_count == h->node_count) h->kernels->relax_row(row, label, offset, count); /* labels are padded with what is no way */
        else for (uint32_t d = 0; d < count; d++) row[d] = cim__min32(row[d], cim__plus(label[d], offset));
    }
}

cim_status cim__fleet_spokes(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, int32_t side, cim__buf *spokes,
                             cim__buf *rows, size_t *count_out)
{
    const cim_route_metric *m = f->metric;
    cim__ends ends;
    cim__group group;
    *count_out = 0;
    CIM__TRY(cim__net_ends(ctx, f->costs, m->arc_ms, place, side, &ends));
    for (cim__groups all = cim__groups_of(m->hierarchy, ends.end, ends.count); cim__groups_next(&all, &group); ++*count_out) {
        size_t at = rows->size / 4, count = cim__label_stride(m->hierarchy->depth[group.low]);
        uint32_t *row = cim__buf_extend(rows, count * 4);
        cim__spoke *spoke = CIM__PUSH(spokes, cim__spoke);
        if (!row || !spoke) return cim__nomem(ctx);
        *spoke = (cim__spoke){ group.low, at };
        if (m->label_count) merge(m, q, &group, side, row);
        else climb(m, &group, side, row);
    }
    return CIM_OK;
}

/* ---- times ---- */

static cim_status by_rows(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, uint32_t *times)
{
    const cim_route_hierarchy *h = f->metric->hierarchy;
    size_t count;
    CIM__TRY(cim__query_ok(ctx, h, q));
    cim__again(&q->list);
    cim__again(&q->rows);
    CIM__TRY(cim__fleet_spokes(ctx, f, q, place, f->direction, &q->list, &q->rows, &count));
    const cim__spoke *mine = (const cim__spoke *)(const void *)q->list.data;
    const uint32_t *rows = (const uint32_t *)(const void *)q->rows.data;
    for (uint32_t i = 0; i < f->count; i++) {
        uint32_t best = CIM__INF;
        for (size_t s = f->plain.first[i]; s < f->plain.first[i + 1]; s++)
            for (size_t o = 0; o < count; o++) {
                uint32_t common = cim__common(h, cim__spoke_at(&f->plain, s)->low, mine[o].low);
                if (common) best = cim__min32(best, h->kernels->least_sum(cim__spoke_row(&f->plain, s), rows + mine[o].row, common));
            }
        times[i] = best;
    }
    return CIM_OK;
}

static cim_status by_search(cim_ctx *ctx, const cim_fleet *f, const cim_net_place *place, uint32_t *times)
{
    cim__ends ends;
    CIM__TRY(cim__net_ends(ctx, f->costs, f->costs->weights_ms, place, f->direction, &ends));
    for (uint32_t i = 0; i < f->count; i++) times[i] = NO_WAY;
    if (!ends.count || !f->count) return CIM_OK;
    uint32_t *states = cim__alloc_n(ctx->mem, (size_t)f->costs->net->state_count + 1, sizeof *states);
    cim_status st = states ? cim__travel_times(ctx, f->costs, NULL, NULL, f->direction, ends.end, ends.count, NO_WAY, states) : cim__nomem(ctx);
    for (uint32_t i = 0; i < f->count && st >= 0; i++) {
        st = cim__net_ends(ctx, f->costs, f->costs->weights_ms, &f->places[i], cim__fleet_side(f), &ends);
        uint32_t which;
        if (st >= 0) times[i] = cim__travel_least(states, ends.end, ends.count, &which);
    }
    cim__free(ctx->mem, states);
    return st;
}

cim_status cim__fleet_fill(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, uint32_t *times)
{
    const uint32_t *weights = cim__net_weights(f->costs, f->metric);
    size_t end;
    CIM__TRY(f->metric ? by_rows(ctx, f, q, place, times) : by_search(ctx, f, place, times));
    for (size_t i = cim__fleet_on_edge(f, place->edge, &end); i < end; i++) {
        uint32_t member = f->by_edge[i].id;
        times[member] = cim__min32(times[member], cim__fleet_straight(f, weights, member, place));
    }
    return CIM_OK;
}

static cim_status check(cim_ctx *ctx, const cim_fleet *f, const cim_route_query *q, const cim_net_place *place)
{
    if (!f || !place) return cim__fail(ctx, CIM_EARG, "no fleet or no place");
    if (!f->metric != !q) return cim__fail(ctx, CIM_EARG, f->metric ? "no query" : "a query, but the fleet has no metric");
    return CIM_OK;
}

cim_status cim_fleet_times(cim_ctx *ctx, const cim_fleet *f, cim_route_query *query, const cim_net_place *place, uint32_t *times_ms_out)
{
    cim__enter(ctx);
    CIM__TRY(check(ctx, f, query, place));
    uint32_t *times = cim__alloc_n(ctx->mem, (size_t)f->count + 1, sizeof *times);
    if (!times) return cim__nomem(ctx);
    cim_status st = cim__fleet_fill(ctx, f, query, place, times);
    if (st >= 0 && f->count) memcpy(times_ms_out, times, f->count * sizeof *times);
    cim__free(ctx->mem, times);
    return st;
}

/* ---- nearest ---- */

enum { FEW = 32 };

/* The k least of times by insertion. */
static size_t pick_few(const uint32_t *times, uint32_t count, size_t k, uint32_t limit, uint32_t *which)
{
    size_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (times[i] >= NO_WAY || times[i] > limit || (found == k && times[which[k - 1]] <= times[i])) continue;
        size_t at = found < k ? found++ : k - 1;
        for (; at && times[which[at - 1]] > times[i]; at--) which[at] = which[at - 1];
        which[at] = i;
    }
    return found;
}

static cim_status pick_many(cim_ctx *ctx, const uint32_t *times, uint32_t count, size_t k, uint32_t limit, uint32_t *which, size_t *found_out)
{
    cim__keyed *order = cim__alloc_n(ctx->mem, (size_t)count + 1, 2 * sizeof *order);
    size_t found = 0;
    if (!order) return cim__nomem(ctx);
    for (uint32_t i = 0; i < count; i++)
        if (times[i] < NO_WAY && times[i] <= limit) order[found++] = (cim__keyed){ times[i], i, 0 };
    cim__sort_keyed(order, order + count + 1, found);
    if (found > k) found = k;
    for (size_t i = 0; i < found; i++) which[i] = order[i].id;
    cim__free(ctx->mem, order);
    *found_out = found;
    return CIM_OK;
}

static cim_status put_rest(cim_ctx *ctx, const uint32_t *times, uint32_t count, uint32_t limit, cim_fleet_rest *rest)
{
    cim_fleet_rest r = { sizeof r, 0, 0 };
    for (uint32_t i = 0; i < count; i++) {
        r.unreachable_count += times[i] >= NO_WAY;
        r.beyond_count += times[i] < NO_WAY && times[i] > limit;
    }
    return cim__view_copy(ctx, rest, &r, sizeof r);
}

static cim_status pick(cim_ctx *ctx, const uint32_t *times, uint32_t count, size_t k, uint32_t limit, uint32_t *which, uint32_t *times_out,
                       size_t *count_out, cim_fleet_rest *rest)
{
    size_t found = 0;
    if (k > count) k = count;
    if (k > FEW) CIM__TRY(pick_many(ctx, times, count, k, limit, which, &found));
    if (rest) CIM__TRY(put_rest(ctx, times, count, limit, rest));
    if (k && k <= FEW) found = pick_few(times, count, k, limit, which);
    for (size_t i = 0; times_out && i < found; i++) times_out[i] = times[which[i]];
    *count_out = found;
    return CIM_OK;
}

cim_status cim_fleet_nearest(cim_ctx *ctx, const cim_fleet *f, cim_route_query *query, const cim_net_place *place, size_t k, uint32_t limit_ms,
                             uint32_t *which_out, uint32_t *times_ms_out, size_t *count_out, cim_fleet_rest *rest_out)
{
    cim__enter(ctx);
    CIM__TRY(check(ctx, f, query, place));
    uint32_t some[256], *times = f->count <= 256 ? some : cim__alloc_n(ctx->mem, f->count, sizeof *times);
    if (!times) return cim__nomem(ctx);
    cim_status st = cim__fleet_fill(ctx, f, query, place, times);
    if (st >= 0) st = pick(ctx, times, f->count, k, limit_ms, which_out, times_ms_out, count_out, rest_out);
    if (times != some) cim__free(ctx->mem, times);
    return st;
}

/* ---- matrix ---- */

typedef struct matrix {
    const cim_fleet *fleet;
    const cim_net_place *places;
    cim_route_query *queries[CIM__WORKERS];
    uint32_t *times;
} matrix;

static cim_status matrix_row(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    matrix *x = user;
    const cim_fleet *f = x->fleet;
    if (f->metric && !x->queries[worker]) CIM__TRY(cim_route_query_new(ctx, f->metric->hierarchy, &x->queries[worker]));
    return cim__fleet_fill(ctx, f, x->queries[worker], &x->places[item], x->times + item * f->count);
}

cim_status cim_fleet_matrix(cim_ctx *ctx, const cim_fleet *f, const cim_net_place *places, size_t count, uint32_t *times_ms_out)
{
    size_t cells;
    cim__enter(ctx);
    if (!f || (count && !places)) return cim__fail(ctx, CIM_EARG, "no fleet or no places");
    bool over = __builtin_mul_overflow(count, (size_t)f->count, &cells) || cells > SIZE_MAX / 4;
    if (over) return cim__fail(ctx, CIM_EARG, "%zu times %u is too much", count, f->count);
    uint32_t *times = cim__alloc_n(ctx->mem, cells + 1, sizeof *times);
    if (!times) return cim__nomem(ctx);
    matrix x = { .fleet = f, .places = places, .times = times };
    cim_status st = cim__par_run(ctx, count, "times", matrix_row, &x);
    if (st >= 0 && cells) memcpy(times_ms_out, times, cells * sizeof *times);
    for (size_t i = 0; i < CIM__WORKERS; i++) cim_route_query_free(x.queries[i]);
    cim__free(ctx->mem, times);
    return st;
}
