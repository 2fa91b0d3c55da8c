/* sweep.c - one to all, by going down the places once (PHAST: D. Delling et al., 2011, on an elimination tree).
 *
 * Going down, the ancestors of the place at hand are the last ones seen at each smaller depth, so a short array by depth holds
 * everything a place needs.  With a limit, a subtree is left out as a whole when all up-neighbours of its root are beyond the
 * limit and no start lies in it: every way into a subtree leads over them. */
#include "route/query.h"

#include <stdlib.h>

typedef struct sweep {
    const cim_route_metric *m;
    cim_route_query *q;
    uint32_t side, limit; /* side 0: times to the places */
    uint32_t *by_depth;
} sweep;

/* What walks from the ends say about their ancestors goes to value[]; `list` gets the lowest place of each group. */
static bool seed(sweep *s, const cim_route_end *ends, size_t count, cim__buf *list)
{
    const cim_route_hierarchy *h = s->m->hierarchy;
    cim__group g;
    cim__again(list);
    for (cim__groups groups = cim__groups_of(h, ends, count); cim__groups_next(&groups, &g);) {
        uint32_t *row = s->q->pair, *low = CIM__PUSH(list, uint32_t);
        if (!low) return false;
        *low = g.low;
        for (uint32_t d = 0; d <= h->depth[g.low]; d++) row[d] = CIM__INF;
        cim__group_put(h, &g, row, 1);
        for (uint32_t x = g.low; x != CIM_NONE; x = h->parent[x]) {
            uint32_t value = row[h->depth[x]];
            s->q->value[x] = cim__min32(s->q->value[x], value);
            for (uint32_t i = h->up_first[x]; value < CIM__INF && i < h->up_first[x + 1]; i++)
                row[h->up_depth[i]] = cim__min32(row[h->up_depth[i]], value + s->m->weight[2 * (size_t)i + s->side]);
        }
    }
    return true;
}

static void unseed(sweep *s, const cim__buf *list)
{
    const cim_route_hierarchy *h = s->m->hierarchy;
    for (size_t k = 0; k < CIM__COUNT(list, uint32_t); k++)
        for (uint32_t x = CIM__AT(list, uint32_t, k); x != CIM_NONE; x = h->parent[x]) s->q->value[x] = CIM__INF;
}

static void sweep_all(sweep *s, uint32_t *times)
{
    const cim_route_hierarchy *h = s->m->hierarchy;
    const uint32_t *weight = s->m->weight + (1 - s->side);
    const uint16_t *up_depth = h->up_depth;
    uint32_t *by_depth = s->by_depth, limit = s->limit, e = h->up_count;
    for (uint32_t x = h->node_count; x-- > 0;) {
        uint32_t best = s->q->value[x], begin = h->up_first[x];
        for (uint32_t i = begin; i < e; i++) {
            uint32_t time = by_depth[up_depth[i]] + weight[2 * (size_t)i];
            best = time < best ? time : best;
        }
        e = begin;
        by_depth[h->depth[x]] = best;
        times[h->order[x]] = best <= limit ? best : CIM__INF;
    }
}

/* ---- with a limit ---- */

typedef struct found {
    uint32_t *nodes, *times, *all;
    size_t cap, count;
} found;

static void add(found *f, uint32_t node, uint32_t time)
{
    if (f->all) f->all[node] = time;
    if (f->count < f->cap) {
        f->nodes[f->count] = node;
        if (f->times) f->times[f->count] = time;
    }
    f->count++;
}

static int descending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x > y ? -1 : x < y;
}

/* `starts`: lowest places of the groups, descending. */
static void sweep_within(sweep *s, const uint32_t *starts, size_t start_count, found *f)
{
    const cim_route_hierarchy *h = s->m->hierarchy;
    const uint32_t *weight = s->m->weight + (1 - s->side);
    uint32_t *by_depth = s->by_depth, x = h->node_count;
    size_t next = 0;
    while (x-- > 0) {
        uint32_t best = s->q->value[x], nearest = best;
        for (uint32_t i = h->up_first[x]; i < h->up_first[x + 1]; i++) {
            uint32_t above = by_depth[h->up_depth[i]], time = above + weight[2 * (size_t)i];
            nearest = above < nearest ? above : nearest;
            best = time < best ? time : best;
        }
        while (next < start_count && starts[next] > x) next++;
        if (nearest > s->limit && (next == start_count || starts[next] < h->subtree_first[x])) {
            x = h->subtree_first[x];
            continue;
        }
        by_depth[h->depth[x]] = best;
        if (best <= s->limit && best < CIM__INF) add(f, h->order[x], best);
    }
}

static cim_status begin(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *q, int32_t direction, const cim_route_end *ends, size_t count, uint32_t limit,
                        sweep *s)
{
    cim__enter(ctx);
    if (!m) return cim__fail(ctx, CIM_EARG, "no metric");
    CIM__TRY(cim__query_ok(ctx, m->hierarchy, q));
    CIM__TRY(cim__ends_ok(ctx, m->hierarchy, ends, count, "end"));
    if (direction != CIM_ROUTE_FORWARD && direction != CIM_ROUTE_BACKWARD) return cim__fail(ctx, CIM_EARG, "direction %d", direction);
    *s = (sweep){ m, q, (uint32_t)direction, cim__min32(limit, CIM__INF), q->row[0] };
    if (seed(s, ends, count, &q->list)) return CIM_OK;
    unseed(s, &q->list);
    return cim__nomem(ctx);
}

static void run_within(sweep *s, found *f)
{
    uint32_t *starts = (uint32_t *)(void *)s->q->list.data;
    size_t count = CIM__COUNT(&s->q->list, uint32_t);
    if (count > 1) qsort(starts, count, sizeof *starts, descending);
    sweep_within(s, starts, count, f);
    unseed(s, &s->q->list);
}

cim_status cim_route_all(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *query, int32_t direction, const cim_route_end *ends, size_t end_count,
                         uint32_t limit_ms, uint32_t *times_ms_out)
{
    sweep s;
    CIM__TRY(begin(ctx, m, query, direction, ends, end_count, limit_ms, &s));
    if (s.limit < CIM__INF) {
        for (uint32_t v = 0; v < m->hierarchy->node_count; v++) times_ms_out[v] = CIM__INF;
        run_within(&s, &(found){ .all = times_ms_out });
        return CIM_OK;
    }
    sweep_all(&s, times_ms_out);
    unseed(&s, &query->list);
    return CIM_OK;
}

cim_status cim_route_within(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *query, int32_t direction, const cim_route_end *ends, size_t end_count,
                            uint32_t limit_ms, uint32_t *nodes_out, uint32_t *times_ms_out, size_t cap, size_t *count_out)
{
    sweep s;
    found f = { nodes_out, times_ms_out, NULL, nodes_out ? cap : 0, 0 };
    CIM__TRY(begin(ctx, m, query, direction, ends, end_count, limit_ms, &s));
    run_within(&s, &f);
    *count_out = f.count;
    return CIM_OK;
}

/* ---- sixteen places ---- */

static void seed_lane(sweep *s, const cim_route_end *ends, size_t count, uint32_t *times, uint32_t stride)
{
    const cim_route_hierarchy *h = s->m->hierarchy;
    if (!count || !seed(s, ends, count, &s->q->list)) return;
    for (size_t i = 0; i < CIM__COUNT(&s->q->list, uint32_t); i++)
        for (uint32_t x = CIM__AT(&s->q->list, uint32_t, i); x != CIM_NONE; x = h->parent[x]) times[(size_t)h->order[x] * stride] = s->q->value[x];
    unseed(s, &s->q->list);
}

static void sweep_lanes(sweep *s, uint32_t *times, uint32_t stride)
{
    const cim_route_hierarchy *h = s->m->hierarchy;
    for (uint32_t x = h->node_count; x-- > 0;) {
        uint32_t *row = s->by_depth + (size_t)h->depth[x] * CIM__LANES, *out = times + (size_t)h->order[x] * stride, i = h->up_first[x];
        for (uint32_t k = 0; k < CIM__LANES; k++) row[k] = k < stride ? out[k] : CIM__INF;
        h->kernels->pull_lanes(h->up_depth + i, s->m->weight + 2 * (size_t)i + (1 - s->side), cim__row_size(h, x), s->by_depth, row);
        memcpy(out, row, stride * sizeof *out);
    }
}

cim_status cim_route_all_lanes(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *query, int32_t direction, const cim_route_places *places,
                               uint32_t *times_ms_out)
{
    cim__enter(ctx);
    if (!m) return cim__fail(ctx, CIM_EARG, "no metric");
    const cim_route_hierarchy *h = m->hierarchy;
    CIM__TRY(cim__query_ok(ctx, h, query));
    CIM__TRY(cim__places_ok(ctx, h, places, "place"));
    if (!places->count || places->count > CIM__LANES) return cim__fail(ctx, CIM_EARG, "%zu places, not 1 to %d", places->count, CIM_ROUTE_LANES);
    if (direction != CIM_ROUTE_FORWARD && direction != CIM_ROUTE_BACKWARD) return cim__fail(ctx, CIM_EARG, "direction %d", direction);
    sweep s = { m, query, (uint32_t)direction, CIM__INF, query->lane };
    uint32_t stride = (uint32_t)places->count;
    cim__again(&query->list);
    if (!cim__buf_reserve(&query->list, cim__end_count(places) * 4)) return cim__nomem(ctx);
    for (size_t k = 0; k < (size_t)h->node_count * stride; k++) times_ms_out[k] = CIM__INF;
    for (uint32_t i = 0; i < stride; i++) {
        size_t first = cim__first_end(places, i);
        seed_lane(&s, places->ends + first, cim__first_end(places, i + 1) - first, times_ms_out + i, stride);
    }
    sweep_lanes(&s, times_ms_out, stride);
    return CIM_OK;
}
