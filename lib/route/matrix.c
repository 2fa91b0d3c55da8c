/* matrix.c - times between many starts and many destinations, and the nearest of many.
 *
 * Both are sums of two rows per pair of ends.  Rows are labels, or are made once per end; ends are taken in the order of their
 * places, so that neighbours use the same lines of memory, destinations in blocks that fit a cache. */
#include "core/par.h"
#include "core/sort.h"
#include "route/query.h"

/* One end of a place, ready: its row, where it belongs, its offset. */
typedef struct spoke {
    const uint32_t *row;
    uint32_t place, owner, offset;
} spoke;

typedef struct side {
    spoke *spokes;
    size_t count;
    uint32_t *rows; /* those that had to be made */
} side;

static void side_free(cim__mem *mem, side *s)
{
    cim__free(mem, s->spokes);
    cim__free(mem, s->rows);
}

/* All ends of some places, sorted by place, with rows where labels give them. */
static cim_status side_make(cim_ctx *ctx, const cim_route_metric *m, const cim_route_places *p, uint32_t which, side *s)
{
    const cim_route_hierarchy *h = m->hierarchy;
    size_t count = cim__end_count(p), room = ((size_t)h->levels + 47) & ~(size_t)15;
    cim__keyed *order = cim__alloc_n(ctx->mem, count, 2 * sizeof *order);
    uint32_t *chain = cim__alloc_n(ctx->mem, room, 4);
    bool made = m->label_count != h->node_count;
    s->count = count - (count ? cim__first_end(p, 0) : 0);
    s->spokes = cim__alloc_n(ctx->mem, count, sizeof *s->spokes);
    s->rows = made ? cim__alloc_n(ctx->mem, count, room * 4) : NULL;
    bool ok = order && chain && s->spokes && (s->rows || !made);
    if (ok) {
        size_t k = 0;
        for (size_t i = 0; i < p->count; i++)
            for (size_t e = cim__first_end(p, i); e < cim__first_end(p, i + 1); e++)
                order[k++] = (cim__keyed){ h->rank[p->ends[e].node], (uint32_t)e, (uint32_t)i };
        cim__sort_keyed(order, order + count, k);
        for (size_t i = 0; i < k; i++) {
            uint32_t x = (uint32_t)order[i].key;
            const uint32_t *row = made ? cim__row(m, x, which, CIM_NONE, s->rows + i * room, chain) : which ? cim__label_down(m, x) : cim__label_up(m, x);
            s->spokes[i] = (spoke){ row, x, order[i].extra, cim__min32(p->ends[order[i].id].offset_ms, CIM__INF) };
        }
    }
    cim__free(ctx->mem, order);
    cim__free(ctx->mem, chain);
    return ok ? CIM_OK : cim__nomem(ctx);
}

static inline uint32_t spoke_time(const cim_route_hierarchy *h, const spoke *s, const spoke *t)
{
    uint32_t count = cim__common(h, s->place, t->place);
    if (!count) return CIM__INF;
    uint32_t time = h->kernels->least_sum(s->row, t->row, count), offset = s->offset + t->offset;
    return offset ? cim__plus(cim__min32(offset, CIM__INF), time) : time;
}

/* ---- matrix ---- */

typedef struct matrix {
    const cim_route_hierarchy *h;
    side from, to;
    size_t width;
    uint32_t *times;
} matrix;

enum { TILE = 64 };

/* A band of starts: all of one owner's ends may be in different bands, so cells are only ever lowered, one band at a time. */
static void tile(const matrix *x, size_t s0, size_t t0)
{
    size_t s1 = s0 + TILE < x->from.count ? s0 + TILE : x->from.count, t1 = t0 + TILE < x->to.count ? t0 + TILE : x->to.count;
    for (size_t i = s0; i < s1; i++) {
        const spoke *s = &x->from.spokes[i];
        uint32_t *row = x->times + s->owner * x->width;
        for (size_t j = t0; j < t1; j++) {
            uint32_t time = spoke_time(x->h, s, &x->to.spokes[j]), *cell = &row[x->to.spokes[j].owner];
            if (time < *cell) *cell = time;
        }
    }
}

/* Destinations are dealt to the threads by owner: two spokes of one owner must not be lowered at once. */
static cim_status column_band(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    const matrix *x = user;
    (void)ctx, (void)worker;
    for (size_t s0 = 0; s0 < x->from.count; s0 += TILE) tile(x, s0, item * TILE);
    return CIM_OK;
}

static cim_status run_matrix(cim_ctx *ctx, matrix *x, bool simple)
{
    size_t bands = (x->to.count + TILE - 1) / TILE;
    if (simple) return cim__par_run(ctx, bands, "matrix", column_band, x); /* one end a destination: bands are disjoint columns */
    for (size_t band = 0; band < bands; band++) {
        CIM__TRY(column_band(ctx, 0, band, x));
        CIM__TRY(cim__tick(ctx, band, bands, "matrix"));
    }
    return CIM_OK;
}

cim_status cim_route_matrix(cim_ctx *ctx, const cim_route_metric *m, const cim_route_places *from, const cim_route_places *to, uint32_t *times_ms_out)
{
    cim__enter(ctx);
    if (!m) return cim__fail(ctx, CIM_EARG, "no metric");
    CIM__TRY(cim__places_ok(ctx, m->hierarchy, from, "start"));
    CIM__TRY(cim__places_ok(ctx, m->hierarchy, to, "destination"));
    matrix x = { m->hierarchy, { 0 }, { 0 }, to->count, times_ms_out };
    size_t cells;
    if (__builtin_mul_overflow(from->count, to->count, &cells) || cells > SIZE_MAX / 4)
        return cim__fail(ctx, CIM_EARG, "%zu times %zu is too much", from->count, to->count);
    cim_status st = side_make(ctx, m, from, 0, &x.from);
    if (st >= 0) st = side_make(ctx, m, to, 1, &x.to);
    for (size_t k = 0; k < cells && st >= 0; k++) times_ms_out[k] = CIM__INF;
    if (st >= 0) st = run_matrix(ctx, &x, !to->first_end);
    side_free(ctx->mem, &x.from);
    side_free(ctx->mem, &x.to);
    return st;
}

/* ---- nearest ---- */

typedef struct best {
    uint32_t *which, *times;
    size_t k, count;
} best;

static bool before(const best *b, size_t i, uint32_t time, uint32_t which) { return b->times[i] > time || (b->times[i] == time && b->which[i] > which); }

static void offer(best *b, uint32_t time, uint32_t which)
{
    if (b->count == b->k && !before(b, b->k - 1, time, which)) return;
    size_t at = b->count < b->k ? b->count++ : b->k - 1;
    for (; at && before(b, at - 1, time, which); at--) {
        b->which[at] = b->which[at - 1];
        b->times[at] = b->times[at - 1];
    }
    b->which[at] = which;
    b->times[at] = time;
}

/* Time between the place at hand and a node; `mine` are its spokes. */
static uint32_t least(const cim_route_metric *m, cim_route_query *q, const spoke *mine, size_t count, uint32_t way, const cim_route_end *end)
{
    const cim_route_hierarchy *h = m->hierarchy;
    uint32_t x = h->rank[end->node], best_time = CIM__INF;
    spoke other = { cim__row(m, x, 1 - way, CIM_NONE, q->row[1], q->pair), x, 0, cim__min32(end->offset_ms, CIM__INF) };
    for (size_t i = 0; i < count; i++) best_time = cim__min32(best_time, spoke_time(h, &mine[i], &other));
    return best_time;
}

static cim_status own_spokes(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *q, uint32_t way, const cim_route_end *ends, size_t count)
{
    const cim_route_hierarchy *h = m->hierarchy;
    size_t room = ((size_t)h->levels + 47) & ~(size_t)15, bytes;
    cim__again(&q->list);
    cim__again(&q->rows);
    if (__builtin_mul_overflow(count, room * 4, &bytes) || !cim__buf_reserve(&q->rows, bytes) || !cim__buf_reserve(&q->list, count * sizeof(spoke)))
        return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) {
        uint32_t x = h->rank[ends[i].node], *row = (uint32_t *)(void *)q->rows.data + i * room;
        *CIM__PUSH(&q->list, spoke) = (spoke){ cim__row(m, x, way, CIM_NONE, row, q->pair), x, 0, cim__min32(ends[i].offset_ms, CIM__INF) };
    }
    return CIM_OK;
}

enum { AHEAD = 6 };

/* The labels of candidates to come are asked for while this one's is summed. */
static void fetch(const cim_route_metric *m, const cim_route_places *candidates, size_t i, uint32_t way)
{
    if (i >= candidates->count || m->label_count != m->hierarchy->node_count ||
        (candidates->first_end && candidates->first_end[i] == candidates->first_end[i + 1])) return;
    uint32_t x = m->hierarchy->rank[candidates->ends[cim__first_end(candidates, i)].node];
    const uint32_t *row = way ? cim__label_up(m, x) : cim__label_down(m, x);
    for (int line = 0; line < 4; line++) __builtin_prefetch(row + 16 * line);
}

cim_status cim_route_nearest(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *query, int32_t direction, const cim_route_end *ends, size_t end_count,
                             const cim_route_places *candidates, size_t k, uint32_t limit_ms, uint32_t *which_out, uint32_t *times_ms_out, size_t *count_out)
{
    cim__enter(ctx);
    if (!m) return cim__fail(ctx, CIM_EARG, "no metric");
    const cim_route_hierarchy *h = m->hierarchy;
    CIM__TRY(cim__query_ok(ctx, h, query));
    CIM__TRY(cim__ends_ok(ctx, h, ends, end_count, "end"));
    CIM__TRY(cim__places_ok(ctx, h, candidates, "candidate"));
    if (direction != CIM_ROUTE_FORWARD && direction != CIM_ROUTE_BACKWARD) return cim__fail(ctx, CIM_EARG, "direction %d", direction);
    if (candidates->count > CIM_NONE) return cim__fail(ctx, CIM_EARG, "%zu candidates are too many", candidates->count);
    if (k > candidates->count) k = candidates->count;
    CIM__TRY(own_spokes(ctx, m, query, (uint32_t)direction, ends, end_count));
    cim__again(&query->arcs);
    best b = { which_out, times_ms_out ? times_ms_out : cim__buf_extend(&query->arcs, k * 4 + 4), k, 0 };
    if (!b.times) return cim__nomem(ctx);
    const spoke *mine = (const spoke *)(const void *)query->list.data;
    for (size_t i = 0; k && i < candidates->count; i++) {
        uint32_t time = CIM__INF;
        fetch(m, candidates, i + AHEAD, (uint32_t)direction);
        for (size_t e = cim__first_end(candidates, i); e < cim__first_end(candidates, i + 1); e++)
            time = cim__min32(time, least(m, query, mine, end_count, (uint32_t)direction, &candidates->ends[e]));
        if (time < CIM__INF && time <= limit_ms) offer(&b, time, (uint32_t)i);
    }
    *count_out = b.count;
    return CIM_OK;
}
