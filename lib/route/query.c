/* query.c - working memory of queries, checks of their arguments, times between nodes. */
#include "route/query.h"

cim_status cim_route_query_new(cim_ctx *ctx, cim_route_hierarchy *h, cim_route_query **query_out)
{
    cim__enter(ctx);
    if (!h) return cim__fail(ctx, CIM_EARG, "no hierarchy");
    cim_route_query *q = cim__zalloc(ctx->mem, sizeof *q);
    if (!q) return cim__nomem(ctx);
    size_t levels = h->levels + 32u;
    q->mem = cim__mem_ref(ctx->mem);
    q->hierarchy = cim_route_hierarchy_ref(h);
    q->arcs = q->stack = q->nodes = q->list = q->rows = cim__buf_on(q->mem);
    q->pair = cim__alloc_n(q->mem, levels, 8);
    q->trail = cim__alloc_n(q->mem, levels, 16);
    for (int d = 0; d < 2; d++) q->row[d] = cim__alloc_n(q->mem, levels, 4);
    q->lane = cim__alloc_n(q->mem, levels, 2 * CIM__LANES * 4);
    q->value = cim__alloc_n(q->mem, h->node_count, 4);
    q->seen = cim__zalloc_n(q->mem, h->node_count, 4);
    if (!q->pair || !q->trail || !q->row[0] || !q->row[1] || !q->lane || !q->value || !q->seen) {
        cim_route_query_free(q);
        return cim__nomem(ctx);
    }
    for (uint32_t x = 0; x < h->node_count; x++) q->value[x] = CIM__INF;
    *query_out = q;
    return CIM_OK;
}

void cim_route_query_free(cim_route_query *q)
{
    if (!q) return;
    cim__mem *mem = q->mem;
    void *blocks[] = { q->pair, q->trail, q->row[0], q->row[1], q->lane, q->value, q->seen };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(mem, blocks[i]);
    cim__buf_free(&q->arcs);
    cim__buf_free(&q->stack);
    cim__buf_free(&q->nodes);
    cim__buf_free(&q->list);
    cim__buf_free(&q->rows);
    cim_route_hierarchy_free(q->hierarchy);
    cim__free(mem, q);
    cim__mem_unref(mem);
}

cim_status cim__query_ok(cim_ctx *ctx, const cim_route_hierarchy *h, const cim_route_query *query)
{
    return query && query->hierarchy == h ? CIM_OK : cim__fail(ctx, CIM_EARG, "the query is of another hierarchy");
}

cim_status cim__ends_ok(cim_ctx *ctx, const cim_route_hierarchy *h, const cim_route_end *ends, size_t count, const char *what)
{
    if (!ends || !count) return cim__fail(ctx, CIM_EARG, "no %s", what);
    for (size_t i = 0; i < count; i++)
        if (ends[i].node >= h->node_count) return cim__fail(ctx, CIM_EARG, "%s %zu is node %u of %u", what, i, ends[i].node, h->node_count);
    return CIM_OK;
}

cim_status cim__places_ok(cim_ctx *ctx, const cim_route_hierarchy *h, const cim_route_places *p, const char *what)
{
    if (!p) return cim__fail(ctx, CIM_EARG, "no %s", what);
    if (!p->count) return CIM_OK;
    for (size_t i = 0; p->first_end && i < p->count; i++)
        if (p->first_end[i + 1] < p->first_end[i]) return cim__fail(ctx, CIM_EARG, "%s %zu has fewer than no ends", what, i);
    size_t count = cim__end_count(p);
    return count ? cim__ends_ok(ctx, h, p->ends, count, what) : CIM_OK;
}

/* ---- groups ---- */

bool cim__groups_next(cim__groups *g, cim__group *group)
{
    *group = (cim__group){ g->ends, 0, g->next, CIM_NONE };
    if (g->count > 64) {
        if (g->next == g->count) return false;
        group->low = g->h->rank[g->ends[g->next++].node];
        return true;
    }
    for (size_t i = 0; i < g->count; i++)
        if (!(g->done >> i & 1)) group->low = cim__min32(group->low, g->h->rank[g->ends[i].node]);
    if (group->low == CIM_NONE) return false;
    for (size_t i = 0; i < g->count; i++)
        if (!(g->done >> i & 1) && cim__is_above(g->h, g->h->rank[g->ends[i].node], group->low)) group->members |= 1ull << i;
    g->done |= group->members;
    return true;
}

static void put_end(const cim_route_hierarchy *h, const cim_route_end *end, uint32_t *values, uint32_t stride)
{
    uint32_t *value = values + (size_t)h->depth[h->rank[end->node]] * stride;
    *value = cim__min32(*value, end->offset_ms);
}

void cim__group_put(const cim_route_hierarchy *h, const cim__group *group, uint32_t *values, uint32_t stride)
{
    if (!group->members) put_end(h, &group->ends[group->single], values, stride);
    for (uint64_t bits = group->members; bits; bits &= bits - 1) put_end(h, &group->ends[__builtin_ctzll(bits)], values, stride);
}

/* ---- rows ---- */

static void fill(uint32_t *row, size_t count)
{
    for (size_t k = 0; k < count; k++) row[k] = CIM__INF;
}

const uint32_t *cim__row(const cim_route_metric *m, uint32_t x, uint32_t side, uint32_t count, uint32_t *row, uint32_t *chain)
{
    const cim_route_hierarchy *h = m->hierarchy;
    uint32_t depth = h->depth[x], low = x, top = x;
    if (m->label_count && m->label_at[x] != CIM_NONE) return side ? cim__label_down(m, x) : cim__label_up(m, x);
    fill(chain, depth + 1u);
    for (chain[depth] = 0; x != CIM_NONE && (!m->label_count || m->label_at[x] == CIM_NONE); x = h->parent[x]) {
        uint32_t value = chain[h->depth[x]];
        const uint32_t *w = m->weight + 2 * (size_t)h->up_first[x] + side;
        for (uint32_t i = h->up_first[x]; value < CIM__INF && i < h->up_first[x + 1]; i++, w += 2)
            chain[h->up_depth[i]] = cim__min32(chain[h->up_depth[i]], value + *w);
        top = x;
    }
    if (x == CIM_NONE) return memcpy(row, chain, (size_t)cim__min32(count, depth + 1u) * 4);
    uint32_t core = h->depth[x] + 1u, wanted = cim__min32(count, core);
    fill(row, ((size_t)wanted + 15) & ~(size_t)15);
    for (uint32_t i = h->up_first[top]; i < h->up_first[top + 1]; i++) {
        uint32_t y = h->up_head[i], value = chain[h->up_depth[i]];
        if (value < CIM__INF) h->kernels->relax_row(row, side ? cim__label_down(m, y) : cim__label_up(m, y), value, cim__min32(h->up_depth[i] + 1u, wanted));
    }
    for (uint32_t d = core; d < count && d <= h->depth[low]; d++) row[d] = chain[d];
    return row;
}

/* ---- times ---- */

uint32_t cim__time_by_walk(const cim_route_metric *m, cim_route_query *q, const cim__group *s, const cim__group *t)
{
    const cim_route_hierarchy *h = m->hierarchy;
    fill(q->pair, 2 * ((size_t)cim__max32(h->depth[s->low], h->depth[t->low]) + 1));
    cim__group_put(h, s, q->pair, 2);
    cim__group_put(h, t, q->pair + 1, 2);
    return h->kernels->walk(h, m->weight, q->pair, s->low, t->low);
}

static uint32_t time_by_labels(const cim_route_metric *m, cim_route_query *q, uint32_t s, uint32_t t)
{
    const cim_route_hierarchy *h = m->hierarchy;
    uint32_t count = cim__common(h, s, t);
    if (!count) return CIM__INF;
    if (m->label_count == h->node_count) return h->kernels->least_sum(cim__label_up(m, s), cim__label_down(m, t), count);
    const uint32_t *up = cim__row(m, s, 0, count, q->row[0], q->pair), *down = cim__row(m, t, 1, count, q->row[1], q->pair);
    return h->kernels->least_sum(up, down, count);
}

static uint32_t time_between(const cim_route_metric *m, cim_route_query *q, uint32_t s, uint32_t t)
{
    if (m->label_count) return time_by_labels(m, q, s, t);
    const cim_route_end start = { m->hierarchy->order[s], 0 }, end = { m->hierarchy->order[t], 0 };
    return cim__time_by_walk(m, q, &(cim__group){ &start, 0, 0, s }, &(cim__group){ &end, 0, 0, t });
}

cim_status cim_route_time(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *query, uint32_t from, uint32_t to, uint32_t *time_ms_out)
{
    cim__enter(ctx);
    if (!m || !query || query->hierarchy != m->hierarchy) return cim__fail(ctx, CIM_EARG, "the query is of another hierarchy");
    const cim_route_hierarchy *h = m->hierarchy;
    if (from >= h->node_count || to >= h->node_count) return cim__fail(ctx, CIM_EARG, "from node %u to node %u of %u", from, to, h->node_count);
    *time_ms_out = time_between(m, query, h->rank[from], h->rank[to]);
    return CIM_OK;
}

enum { AHEAD = 8, TICK = 4096 };

/* Labels lie far apart in memory: the first lines of pairs to come are asked for, into the second cache. */
static void fetch(const cim_route_metric *m, uint32_t from, uint32_t to)
{
    const cim_route_hierarchy *h = m->hierarchy;
    if (m->label_count != h->node_count) return;
    const uint32_t *up = cim__label_up(m, h->rank[from]), *down = cim__label_down(m, h->rank[to]);
    for (int line = 0; line < 4; line++) {
        __builtin_prefetch(up + 16 * line, 0, 2);
        __builtin_prefetch(down + 16 * line, 0, 2);
    }
}

cim_status cim_route_times(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *query, const uint32_t *from, const uint32_t *to, size_t count,
                           uint32_t *times_ms_out)
{
    cim__enter(ctx);
    if (!m) return cim__fail(ctx, CIM_EARG, "no metric");
    CIM__TRY(cim__query_ok(ctx, m->hierarchy, query));
    const cim_route_hierarchy *h = m->hierarchy;
    for (size_t i = 0; i < count; i++)
        if (from[i] >= h->node_count || to[i] >= h->node_count)
            return cim__fail(ctx, CIM_EARG, "pair %zu: from node %u to node %u of %u", i, from[i], to[i], h->node_count);
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count) fetch(m, from[i + AHEAD], to[i + AHEAD]);
        times_ms_out[i] = time_between(m, query, h->rank[from[i]], h->rank[to[i]]);
        if (i % TICK == TICK - 1) CIM__TRY(cim__tick(ctx, i, count, "times"));
    }
    return CIM_OK;
}

/* ---- several ends ---- */

static uint32_t ends_by_labels(const cim_route_metric *m, cim_route_query *q, const cim_route_end *starts, size_t start_count, const cim_route_end *ends,
                               size_t end_count)
{
    const cim_route_hierarchy *h = m->hierarchy;
    uint32_t best = CIM__INF;
    for (size_t i = 0; i < start_count; i++)
        for (size_t j = 0; j < end_count; j++) {
            uint64_t offset = (uint64_t)starts[i].offset_ms + ends[j].offset_ms;
            if (offset < best) best = cim__min32(best, (uint32_t)offset + time_by_labels(m, q, h->rank[starts[i].node], h->rank[ends[j].node]));
        }
    return best;
}

static uint32_t ends_by_walks(const cim_route_metric *m, cim_route_query *q, const cim_route_end *starts, size_t start_count, const cim_route_end *ends,
                              size_t end_count)
{
    uint32_t best = CIM__INF;
    cim__group s, t;
    for (cim__groups from = cim__groups_of(m->hierarchy, starts, start_count); cim__groups_next(&from, &s);)
        for (cim__groups to = cim__groups_of(m->hierarchy, ends, end_count); cim__groups_next(&to, &t);)
            best = cim__min32(best, cim__time_by_walk(m, q, &s, &t));
    return best;
}

cim_status cim_route_time_ends(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *query, const cim_route_end *starts, size_t start_count,
                               const cim_route_end *ends, size_t end_count, uint32_t *time_ms_out)
{
    cim__enter(ctx);
    if (!m) return cim__fail(ctx, CIM_EARG, "no metric");
    CIM__TRY(cim__query_ok(ctx, m->hierarchy, query));
    CIM__TRY(cim__ends_ok(ctx, m->hierarchy, starts, start_count, "start"));
    CIM__TRY(cim__ends_ok(ctx, m->hierarchy, ends, end_count, "end"));
    *time_ms_out = (m->label_count ? ends_by_labels : ends_by_walks)(m, query, starts, start_count, ends, end_count);
    return CIM_OK;
}
