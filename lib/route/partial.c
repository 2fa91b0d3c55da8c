/* partial.c - a metric from the one before: only what the changed arcs touch.
 *
 * Up-arcs are numbered by their lower ends, and a triangle's value flows from its two lower arcs to the upper one, so one scan
 * of a bit per up-arc in ascending order sees every arc after all it depends on.  A marked arc is computed anew from the input
 * arcs and its lower triangles; if that changed it, the arcs above that use it are marked.
 *
 * Scattered changes of more than some hundred arcs reach the top of the tree everywhere; then everything anew is less work.
 * That is estimated first, and the work is counted while it is done. */
#include "route/hierarchy.h"
#include "route/metric.h"
#include "route/triangles.h"

/* In tenths of a nanosecond, about; a full customisation takes 15 a triangle and 20 an up-arc. */
enum { COST_ARC = 250, COST_TRIANGLE = 30, COST_FULL_TRIANGLE = 15, COST_FULL_ARC = 20 };

typedef struct touched {
    const cim_route_hierarchy *h;
    const cim__triangles *triangles;
    cim_route_metric *m;
    uint64_t *bits;
    uint32_t first, last; /* words with a bit */
    int64_t budget;
} touched;

static void mark(touched *t, uint32_t arc)
{
    uint32_t word = arc >> 6;
    t->bits[word] |= 1ull << (arc & 63);
    t->first = cim__min32(t->first, word);
    t->last = cim__max32(t->last, word);
}

/* The value of an up-arc from the input and from all triangles below it. */
static void recompute(touched *t, uint32_t arc, uint32_t value[2])
{
    const cim_route_hierarchy *h = t->h;
    const uint32_t *w = t->m->weight;
    value[0] = value[1] = CIM__INF;
    for (uint32_t k = h->slot_first[arc]; k < h->slot_first[arc + 1]; k++) {
        uint32_t side = h->slot_arc[k] & 1;
        value[side] = cim__min32(value[side], t->m->arc_ms[h->slot_arc[k] >> 1]);
    }
    for (uint32_t k = t->triangles->first[arc]; k < t->triangles->first[arc + 1]; k++) {
        uint32_t i = t->triangles->arc[k], j = i + t->triangles->step[k];
        value[0] = cim__min32(value[0], w[2 * (size_t)i + 1] + w[2 * (size_t)j]);
        value[1] = cim__min32(value[1], w[2 * (size_t)j + 1] + w[2 * (size_t)i]);
    }
    t->budget -= COST_ARC + (int64_t)(t->triangles->first[arc + 1] - t->triangles->first[arc]) * COST_TRIANGLE;
}

/* All triangles that have `arc` as a lower side: with each other arc of its row. */
static void mark_above(touched *t, uint32_t arc)
{
    const cim_route_hierarchy *h = t->h;
    uint32_t low = h->up_tail[arc], begin = h->up_first[low], size = cim__row_size(h, low), k = arc - begin;
    bool wide = h->map_first[low] & 1;
    const uint8_t *narrow = h->map + (h->map_first[low] & ~1ull);
    const uint16_t *entry = (const uint16_t *)(const void *)narrow;
    for (uint32_t other = 0; other < size; other++) {
        uint32_t a = other < k ? other : k, b = other < k ? k : other;
        if (a == b) continue;
        size_t at = (size_t)a * (size - 1) - (size_t)a * (a - (a > 0)) / 2 + (b - a - 1);
        mark(t, h->up_first[h->up_head[begin + a]] + (wide ? entry[at] : narrow[at]));
    }
    t->budget -= (int64_t)size * COST_TRIANGLE;
}

static bool scan(touched *t)
{
    for (uint32_t word = t->first; word <= t->last; word++) {
        while (t->bits[word]) {
            uint32_t arc = word * 64 + (uint32_t)__builtin_ctzll(t->bits[word]), value[2], *w = t->m->weight + 2 * (size_t)arc;
            t->bits[word] &= t->bits[word] - 1;
            if (t->budget < 0) return false;
            recompute(t, arc, value);
            if (value[0] == w[0] && value[1] == w[1]) continue;
            w[0] = value[0];
            w[1] = value[1];
            mark_above(t, arc);
        }
    }
    return true;
}

/* Whether at most half of all triangles have their lowest corner at a changed arc or above: an upper bound on what can be touched,
 * found by climbing from every changed arc to where another climbed before. */
static bool worth_it(const touched *t, const uint32_t *arcs, size_t count, uint64_t *been)
{
    const cim_route_hierarchy *h = t->h;
    uint64_t triangles = 0;
    for (size_t i = 0; i < count && triangles <= h->triangle_count / 2; i++) {
        if (h->arc_slot[arcs[i]] == CIM_NONE) continue;
        for (uint32_t x = h->up_tail[h->arc_slot[arcs[i]] >> 1]; x != CIM_NONE && !(been[x >> 6] >> (x & 63) & 1); x = h->parent[x]) {
            uint64_t size = cim__row_size(h, x);
            been[x >> 6] |= 1ull << (x & 63);
            triangles += size ? size * (size - 1) / 2 : 0;
        }
    }
    return triangles <= h->triangle_count / 2;
}

cim_status cim__metric_touch(cim_ctx *ctx, cim_route_metric *m, const uint32_t *before, const uint32_t *arcs, size_t count, bool *done_out)
{
    const cim_route_hierarchy *h = m->hierarchy;
    touched t = { h, NULL, m, NULL, CIM_NONE, 0, (int64_t)(h->triangle_count * COST_FULL_TRIANGLE + (uint64_t)h->up_count * COST_FULL_ARC) };
    *done_out = false;
    t.bits = cim__zalloc_n(ctx->mem, (size_t)h->up_count / 64 + h->node_count / 64 + 2, sizeof *t.bits);
    if (!t.bits) return cim__nomem(ctx);
    cim_status st = CIM_OK;
    if (worth_it(&t, arcs, count, t.bits + h->up_count / 64 + 1)) {
        if (h->up_count) memcpy(m->weight, before, (size_t)h->up_count * 8);
        for (size_t i = 0; i < count; i++)
            if (h->arc_slot[arcs[i]] != CIM_NONE) mark(&t, h->arc_slot[arcs[i]] >> 1);
        if (t.first == CIM_NONE) *done_out = true;
        else if ((st = cim__triangles_of(ctx, m->hierarchy, &t.triangles)) >= 0) *done_out = scan(&t);
    }
    cim__free(ctx->mem, t.bits);
    return st;
}
