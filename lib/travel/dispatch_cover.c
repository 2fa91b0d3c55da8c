/* dispatch_cover.c - what is covered from which post, the gap that stays behind, and who fills it.
 *
 * A post has one bit for each place of the demand.  Plans are unions of such rows. */
#include "travel/fleet.h"

#include "core/par.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

struct cim_coverage {
    cim__mem *mem;
    uint32_t count, post_count, never_count;
    size_t words;    /* of a row */
    uint64_t *bits;  /* a row for each post */
    double *weights; /* NULL: 1 each */
    double all;
};

void cim_coverage_free(cim_coverage *c)
{
    if (!c) return;
    cim__mem *mem = c->mem;
    cim__free(mem, c->bits);
    cim__free(mem, c->weights);
    cim__free(mem, c);
    cim__mem_unref(mem);
}

static const uint64_t *row_of(const cim_coverage *c, uint32_t post) { return c->bits + post * c->words; }

int32_t cim_coverage_has(const cim_coverage *c, uint32_t post, uint32_t place)
{
    return post < c->post_count && place < c->count && row_of(c, post)[place >> 6] >> (place & 63) & 1;
}

/* ---- making ---- */

typedef struct sweep {
    cim_coverage *c;
    const cim_fleet *posts;
    const cim_net_place *demand;
    uint32_t limit;
    cim_route_query *queries[CIM__WORKERS];
    uint32_t *times[CIM__WORKERS];
    atomic_uint never;
} sweep;

/* 64 places: one word in each row, so that no two threads write the same one. */
static cim_status cover_word(cim_ctx *ctx, uint32_t worker, size_t word, void *user)
{
    sweep *s = user;
    cim_coverage *c = s->c;
    if (s->posts->metric && !s->queries[worker]) CIM__TRY(cim_route_query_new(ctx, s->posts->metric->hierarchy, &s->queries[worker]));
    if (!s->times[worker]) s->times[worker] = cim__alloc_n(c->mem, (size_t)c->post_count + 1, sizeof(uint32_t));
    uint32_t *times = s->times[worker];
    if (!times) return cim__nomem(ctx);
    for (size_t i = 64 * word; i < c->count && i < 64 * word + 64; i++) {
        bool any = false;
        CIM__TRY(cim__fleet_fill(ctx, s->posts, s->queries[worker], &s->demand[i], times));
        for (uint32_t p = 0; p < c->post_count; p++) {
            if (times[p] >= NO_WAY || times[p] > s->limit) continue;
            c->bits[p * c->words + word] |= 1ull << (i & 63);
            any = true;
        }
        if (!any) atomic_fetch_add_explicit(&s->never, 1, memory_order_relaxed);
    }
    return CIM_OK;
}

static cim_status fill(cim_ctx *ctx, cim_coverage *c, const cim_fleet *posts, const cim_net_place *demand, uint32_t limit)
{
    sweep s = { .c = c, .posts = posts, .demand = demand, .limit = limit };
    atomic_init(&s.never, 0);
    cim_status st = cim__par_run(ctx, c->words, "coverage", cover_word, &s);
    c->never_count = atomic_load_explicit(&s.never, memory_order_relaxed);
    for (size_t i = 0; i < CIM__WORKERS; i++) {
        cim_route_query_free(s.queries[i]);
        cim__free(c->mem, s.times[i]);
    }
    return st;
}

static cim_status weigh(cim_ctx *ctx, cim_coverage *c, const double *weights)
{
    c->all = c->count;
    if (!weights) return CIM_OK;
    c->all = 0.0;
    for (uint32_t i = 0; i < c->count; i++) {
        if (!(weights[i] >= 0.0 && isfinite(weights[i]))) return cim__fail(ctx, CIM_EARG, "weight %u is not finite or below 0", i);
        c->all += weights[i];
    }
    if (!isfinite(c->all)) return cim__fail(ctx, CIM_EARG, "the sum of weights is not finite");
    c->weights = cim__alloc_n(c->mem, (size_t)c->count + 1, sizeof *c->weights);
    if (!c->weights) return cim__nomem(ctx);
    memcpy(c->weights, weights, c->count * sizeof *weights);
    return CIM_OK;
}

cim_status cim_coverage_build(cim_ctx *ctx, const cim_fleet *posts, const cim_net_place *demand, const double *weights, size_t count, uint32_t limit_ms,
                              cim_coverage **coverage_out)
{
    cim__enter(ctx);
    if (!posts || (count && !demand)) return cim__fail(ctx, CIM_EARG, "no posts or no demand");
    if (count >= CIM_NONE) return cim__fail(ctx, CIM_EARG, "%zu places are too many", count);
    cim_coverage *c = cim__zalloc(ctx->mem, sizeof *c);
    if (!c) return cim__nomem(ctx);
    c->mem = cim__mem_ref(ctx->mem);
    c->count = (uint32_t)count;
    c->post_count = posts->count;
    c->words = (count + 63) / 64;
    c->bits = cim__zalloc_n(c->mem, c->words * 8 + 8, (size_t)c->post_count + 1);
    cim_status st = c->bits ? weigh(ctx, c, weights) : cim__nomem(ctx);
    if (st >= 0) st = fill(ctx, c, posts, demand, limit_ms);
    if (st < 0) cim_coverage_free(c);
    else *coverage_out = c;
    return st < 0 ? st : CIM_OK;
}

/* ---- plans ---- */

static double weight_of(const cim_coverage *c, size_t word, uint64_t bits)
{
    double sum = 0.0;
    if (!c->weights) return __builtin_popcountll(bits);
    for (; bits; bits &= bits - 1) sum += c->weights[64 * word + (size_t)__builtin_ctzll(bits)];
    return sum;
}

static cim_status check_posts(cim_ctx *ctx, const cim_coverage *c, const uint32_t *posts, size_t count)
{
    if (count && !posts) return cim__fail(ctx, CIM_EARG, "no posts");
    for (size_t i = 0; i < count; i++)
        if (posts[i] >= c->post_count) return cim__fail(ctx, CIM_EARG, "post %u of %u", posts[i], c->post_count);
    return CIM_OK;
}

static uint64_t union_at(const cim_coverage *c, const uint32_t *posts, size_t count, size_t word)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) bits |= row_of(c, posts[i])[word];
    return bits;
}

cim_status cim_coverage_gap(cim_ctx *ctx, const cim_coverage *c, const uint32_t *before, size_t before_count, const uint32_t *after, size_t after_count,
                            uint32_t *lost_out, size_t cap, size_t *count_out, cim_gap *gap_out)
{
    cim__enter(ctx);
    if (!c || !gap_out) return cim__fail(ctx, CIM_EARG, "no coverage, or no gap to fill");
    CIM__TRY(cim__out_ok(ctx, gap_out, "cim_gap"));
    CIM__TRY(check_posts(ctx, c, before, before_count));
    CIM__TRY(check_posts(ctx, c, after, after_count));
    cim_gap g = { .struct_size = sizeof g, .never_count = c->never_count, .all_weight = c->all };
    for (size_t w = 0; w < c->words; w++) {
        uint64_t was = union_at(c, before, before_count, w), is = union_at(c, after, after_count, w), lost = was & ~is;
        g.before_count += (uint32_t)__builtin_popcountll(was);
        g.after_count += (uint32_t)__builtin_popcountll(is);
        g.before_weight += weight_of(c, w, was);
        g.after_weight += weight_of(c, w, is);
        g.lost_weight += weight_of(c, w, lost);
        for (; lost; lost &= lost - 1, g.lost_count++)
            if (g.lost_count < cap) lost_out[g.lost_count] = (uint32_t)(64 * w + (size_t)__builtin_ctzll(lost));
    }
    if (count_out) *count_out = g.lost_count;
    return cim__view_copy(ctx, gap_out, &g, sizeof g);
}

/* ---- who fills in ---- */

typedef struct moving {
    const cim_coverage *c;
    size_t unit_count, post_count;
    uint32_t *at;            /* posts of units, as moved so far */
    bool *moved;
    const uint32_t *to;      /* NULL: all */
    const uint32_t *times;
    uint32_t limit;
    uint64_t *others, *all;  /* covered by units but one, and by all */
} moving;

static void unite(const moving *m, size_t but, uint64_t *bits)
{
    memset(bits, 0, m->c->words * sizeof *bits);
    for (size_t u = 0; u < m->unit_count; u++)
        for (size_t w = 0; u != but && w < m->c->words; w++) bits[w] |= row_of(m->c, m->at[u])[w];
}

/* What a unit at this post would cover with the others; what that is more and less than now. */
static void value(const moving *m, uint32_t post, cim_move_up *move)
{
    const cim_coverage *c = m->c;
    const uint64_t *row = row_of(c, post);
    move->after_weight = move->gained_weight = move->lost_weight = 0.0;
    for (size_t w = 0; w < c->words; w++) {
        uint64_t then = m->others[w] | row[w];
        move->after_weight += weight_of(c, w, then);
        if (then == m->all[w]) continue;
        move->gained_weight += weight_of(c, w, then & ~m->all[w]);
        move->lost_weight += weight_of(c, w, m->all[w] & ~then);
    }
}

static bool is_better(const cim_move_up *a, const cim_move_up *b)
{
    if (b->unit == CIM_NONE) return true;
    if (a->after_weight != b->after_weight) return a->after_weight > b->after_weight;
    return a->time_ms < b->time_ms; /* units and posts come in ascending order */
}

static void try_unit(const moving *m, uint32_t unit, cim_move_up *best, uint64_t *considered)
{
    unite(m, unit, m->others);
    for (size_t i = 0; i < m->post_count; i++) {
        cim_move_up move = { .unit = unit, .from = m->at[unit], .to = m->to ? m->to[i] : (uint32_t)i, .before_weight = best->before_weight };
        move.time_ms = m->times ? m->times[unit * m->post_count + i] : 0;
        if (move.to == move.from || move.time_ms >= NO_WAY || move.time_ms > m->limit) continue;
        ++*considered;
        value(m, move.to, &move);
        if (move.after_weight - move.before_weight > 1e-12 * m->c->all && is_better(&move, best)) *best = move;
    }
}

static cim_status find_move(cim_ctx *ctx, const moving *m, cim_move_up *best)
{
    uint64_t considered = 0;
    *best = (cim_move_up){ .unit = CIM_NONE };
    unite(m, SIZE_MAX, m->all);
    for (size_t w = 0; w < m->c->words; w++) best->before_weight += weight_of(m->c, w, m->all[w]);
    for (size_t u = 0; u < m->unit_count; u++) {
        if (!m->moved[u]) try_unit(m, (uint32_t)u, best, &considered);
        CIM__TRY(cim__tick(ctx, u, m->unit_count, "move-up"));
    }
    best->considered = considered;
    return CIM_OK;
}

static cim_status find_moves(cim_ctx *ctx, moving *m, size_t most, cim_move_up *moves, size_t *count)
{
    for (*count = 0; *count < most; ++*count) {
        cim_move_up best;
        CIM__TRY(find_move(ctx, m, &best));
        if (best.unit == CIM_NONE) break;
        moves[*count] = best;
        m->at[best.unit] = best.to;
        m->moved[best.unit] = true;
    }
    return CIM_OK;
}

cim_status cim_coverage_move_up(cim_ctx *ctx, const cim_coverage *c, const uint32_t *at, size_t unit_count, const uint32_t *to, size_t post_count,
                                const uint32_t *times_ms, uint32_t limit_ms, size_t most, cim_move_up *moves_out, size_t *count_out)
{
    cim__enter(ctx);
    if (!c) return cim__fail(ctx, CIM_EARG, "no coverage");
    if (!to && post_count && post_count != c->post_count) return cim__fail(ctx, CIM_EARG, "%zu posts, but there are %u", post_count, c->post_count);
    if (unit_count >= CIM_NONE) return cim__fail(ctx, CIM_EARG, "%zu units are too many", unit_count);
    CIM__TRY(check_posts(ctx, c, at, unit_count));
    CIM__TRY(check_posts(ctx, c, to ? to : at, to ? post_count : 0));
    moving m = { .c = c, .unit_count = unit_count, .post_count = to ? post_count : c->post_count, .to = to, .times = times_ms, .limit = limit_ms };
    size_t count = 0;
    if (most > unit_count) most = unit_count;
    m.at = cim__alloc_n(ctx->mem, unit_count + 1, sizeof *m.at);
    m.moved = cim__zalloc_n(ctx->mem, unit_count + 1, sizeof *m.moved);
    m.others = cim__zalloc_n(ctx->mem, c->words + 1, sizeof *m.others);
    m.all = cim__zalloc_n(ctx->mem, c->words + 1, sizeof *m.all);
    cim_move_up *moves = cim__alloc_n(ctx->mem, most + 1, sizeof *moves);
    cim_status st = m.at && m.moved && m.others && m.all && moves ? CIM_OK : cim__nomem(ctx);
    if (st >= 0 && unit_count) memcpy(m.at, at, unit_count * sizeof *at);
    if (st >= 0) st = find_moves(ctx, &m, most, moves, &count);
    if (st >= 0 && count) memcpy(moves_out, moves, count * sizeof *moves);
    if (st >= 0) *count_out = count;
    void *arrays[] = { m.at, m.moved, m.others, m.all, moves };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(ctx->mem, arrays[i]);
    return st;
}
