/* partial.c - a metric from the one before: only what the changed arcs touch.
 *
 * Up-arcs are numbered by their lower ends, and a triangle's value flows from its two lower arcs to the upper one, so one scan
 * of a bit per up-arc in ascending order sees every arc after all it depends on.  A marked arc is computed anew from the input
 * arcs and its lower triangles; if that changed it, the arcs above that use it are marked.
 *
 * The work is bounded while it is done: past half of what a full customisation costs it gives up (scattered changes of more than
 * a few hundred arcs reach the top of the tree everywhere). */
#include "route/hierarchy.h"
#include "route/metric.h"

typedef struct touched {
    const cim_route_hierarchy *h;
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

static uint32_t tail_of(const cim_route_hierarchy *h, uint32_t arc, uint32_t from)
{
    uint32_t l = from, r = h->node_count; /* the last row that begins at or before arc */
    while (r - l > 1) {
        uint32_t k = l + (r - l) / 2;
        if (h->up_first[k] <= arc) l = k;
        else r = k;
    }
    return l;
}

/* The value of an up-arc from the input and from all triangles below it. */
static void recompute(touched *t, uint32_t low, uint32_t arc, uint32_t value[2])
{
    const cim_route_hierarchy *h = t->h;
    const uint32_t *w = t->m->weight, high = h->up_head[arc];
    value[0] = value[1] = CIM__INF;
    for (uint32_t k = h->slot_first[arc]; k < h->slot_first[arc + 1]; k++) {
        uint32_t a = h->slot_arc[k], side = h->arc_slot[a] & 1;
        value[side] = cim__min32(value[side], t->m->arc_ms[a]);
    }
    for (uint32_t k = h->down_first[low]; k < h->down_first[low + 1]; k++) {
        uint32_t i = h->down_arc[k], e = h->up_first[h->down_tail[k] + 1], j = i + 1;
        while (j < e && h->up_head[j] < high) j++;
        t->budget -= 4;
        if (j == e || h->up_head[j] != high) continue;
        value[0] = cim__min32(value[0], w[2 * (size_t)i + 1] + w[2 * (size_t)j]);
        value[1] = cim__min32(value[1], w[2 * (size_t)j + 1] + w[2 * (size_t)i]);
    }
}

/* All triangles that have `arc` as a lower side: with each other arc of its row. */
static void mark_above(touched *t, uint32_t low, uint32_t arc)
{
    const cim_route_hierarchy *h = t->h;
    uint32_t begin = h->up_first[low], size = cim__row_size(h, low), k = arc - begin;
    bool wide = h->map_first[low] & 1;
    const uint8_t *narrow = h->map + (h->map_first[low] & ~1ull);
    const uint16_t *entry = (const uint16_t *)(const void *)narrow;
    for (uint32_t other = 0; other < size; other++) {
        uint32_t a = other < k ? other : k, b = other < k ? k : other;
        if (a == b) continue;
        size_t at = (size_t)a * (size - 1) - (size_t)a * (a - (a > 0)) / 2 + (b - a - 1);
        mark(t, h->up_first[h->up_head[begin + a]] + (wide ? entry[at] : narrow[at]));
    }
    t->budget -= size;
}

static bool scan(touched *t)
{
    uint32_t low = 0;
    for (uint32_t word = t->first; word <= t->last; word++) {
        while (t->bits[word]) {
            uint32_t arc = word * 64 + (uint32_t)__builtin_ctzll(t->bits[word]), value[2], *w = t->m->weight + 2 * (size_t)arc;
            t->bits[word] &= t->bits[word] - 1;
            if (t->budget < 0) return false;
            if (arc >= t->h->up_first[low + 1]) low = tail_of(t->h, arc, low);
            recompute(t, low, arc, value);
            if (value[0] == w[0] && value[1] == w[1]) continue;
            w[0] = value[0];
            w[1] = value[1];
            mark_above(t, low, arc);
        }
    }
    return true;
}

cim_status cim__metric_touch(cim_ctx *ctx, cim_route_metric *m, const uint32_t *arcs, size_t count, bool *done_out)
{
    const cim_route_hierarchy *h = m->hierarchy;
    touched t = { h, m, NULL, CIM_NONE, 0, (int64_t)(h->triangle_count / 2 + h->up_count) };
    *done_out = false;
    if (count > h->arc_count / 16 + 16) return CIM_OK;
    t.bits = cim__zalloc_n(ctx->mem, h->up_count / 64 + 1, sizeof *t.bits);
    if (!t.bits) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++)
        if (h->arc_slot[arcs[i]] != CIM_NONE) mark(&t, h->arc_slot[arcs[i]] >> 1);
    *done_out = t.first == CIM_NONE || scan(&t);
    cim__free(ctx->mem, t.bits);
    return CIM_OK;
}
