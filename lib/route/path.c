/* path.c - the walk that remembers where values came from, and unpacking to input arcs.
 *
 * A trail entry is value << 32 | (up-arc + 1), or 0 in the low half for a start, so one comparison picks the least value and, among
 * equals, always the same arc.  An up-arc stands for an input arc of the same weight or for the lower two sides of a triangle
 * whose sum it is; both are lower, so unpacking ends, also with zero weights.  Should those make a loop of zeros, it is cut out. */
#include "route/query.h"
#include "route/triangles.h"

/* One piece of the way, in a list in the order of travel.  Not yet unpacked: an up-arc, its lower end and side (0: low to high).
 * Unpacked: an input arc and the place it leads to. */
typedef struct step {
    uint32_t arc, low, side, next;
} step;

enum { UNPACKED = 2 };

/* ---- the walk ---- */

static void trail_row(const cim_route_hierarchy *h, const uint32_t *weight, uint64_t *trail, uint32_t x, uint64_t up, uint64_t down)
{
    const uint64_t none = (uint64_t)CIM__INF << 32, high = ~(uint64_t)UINT32_MAX;
    if (up < none || down < none) h->kernels->trail_row(h, weight, trail, x, up & high, down & high);
}

/* Least time; *top_out is the depth where the sides meet. */
static uint32_t trail_walk(const cim_route_metric *m, uint64_t *trail, uint32_t s, uint32_t t, uint32_t *top_out)
{
    const cim_route_hierarchy *h = m->hierarchy;
    const uint64_t none = (uint64_t)CIM__INF << 32;
    uint64_t best = CIM__INF;
    while (s != t) {
        uint32_t side = s < t ? 0 : 1, x = side ? t : s;
        uint64_t at = trail[2 * (size_t)h->depth[x] + side];
        trail_row(h, m->weight, trail, x, side ? none : at, side ? at : none);
        if (side) t = h->parent[t];
        else s = h->parent[s];
    }
    for (; s != CIM_NONE; s = h->parent[s]) {
        uint64_t up = trail[2 * (size_t)h->depth[s]], down = trail[2 * (size_t)h->depth[s] + 1], sum = (up >> 32) + (down >> 32);
        if (sum < best) {
            best = sum;
            *top_out = h->depth[s];
        }
        trail_row(h, m->weight, trail, s, up >> 32 < best ? up : none, down >> 32 < best ? down : none);
    }
    return (uint32_t)best;
}

static void trail_begin(const cim_route_hierarchy *h, uint64_t *trail, const cim__group *g, uint32_t depth)
{
    for (uint32_t d = 0; d <= depth; d++) trail[2 * (size_t)d] = (uint64_t)CIM__INF << 32;
    uint64_t members = g->members ? g->members : 1;
    for (; members; members &= members - 1) {
        const cim_route_end *end = g->members ? &g->ends[__builtin_ctzll(members)] : &g->ends[g->single];
        uint64_t *at = &trail[2 * (size_t)h->depth[h->rank[end->node]]], value = (uint64_t)cim__min32(end->offset_ms, CIM__INF) << 32;
        *at = value < *at ? value : *at;
    }
}

/* ---- unpacking ---- */

/* The up-arcs from depth `top` back to a start, first the one at the top; the last one's other end is the start. */
static bool trace(const cim_route_hierarchy *h, const uint64_t *trail, uint32_t depth, uint32_t side, cim__buf *steps)
{
    for (uint32_t code; (code = (uint32_t)trail[2 * (size_t)depth]) != 0;) {
        uint32_t low = h->up_tail[code - 1];
        step *s = CIM__PUSH(steps, step);
        if (!s) return false;
        *s = (step){ code - 1, low, side, CIM_NONE };
        depth = h->depth[low];
    }
    return true;
}

/* The input arc that an up-arc stands for in one direction, the first of equals; CIM_NONE when it is a triangle. */
static uint32_t input_arc(const cim_route_metric *m, const step *s, uint32_t weight)
{
    const cim_route_hierarchy *h = m->hierarchy;
    for (uint32_t k = h->slot_first[s->arc]; k < h->slot_first[s->arc + 1]; k++)
        if ((h->slot_arc[k] & 1) == s->side && m->arc_ms[h->slot_arc[k] >> 1] == weight) return h->slot_arc[k] >> 1;
    return CIM_NONE;
}

/* The lower sides of the triangle whose sum is the arc, in the order of travel; the first of equals. */
static bool lower_sides(const cim_route_metric *m, const cim__triangles *t, const step *s, uint32_t weight, step sides[2])
{
    const uint32_t *w = m->weight, side = s->side;
    for (uint32_t k = t->first[s->arc]; k < t->first[s->arc + 1]; k++) {
        uint32_t i = t->arc[k], j = i + t->step[k], z;
        if (w[2 * (size_t)i + 1 - side] + w[2 * (size_t)j + side] != weight) continue;
        z = m->hierarchy->up_tail[i];
        sides[side] = (step){ i, z, 1 - side, CIM_NONE };
        sides[1 - side] = (step){ j, z, side, CIM_NONE };
        return true;
    }
    return false;
}

/* What unpacking the listed steps will read lies all over memory; asked for in waves, each needing the one before. */
static void fetch(const cim_route_metric *m, const cim__triangles *t, const step *steps, const uint32_t *list, size_t count)
{
    const cim_route_hierarchy *h = m->hierarchy;
    for (size_t k = 0; k < count; k++) {
        const step *s = &steps[list[k]];
        __builtin_prefetch(&m->weight[2 * (size_t)s->arc]);
        __builtin_prefetch(&h->slot_first[s->arc]);
        __builtin_prefetch(&t->first[s->arc]);
    }
    for (size_t k = 0; k < count; k++) {
        uint32_t arc = steps[list[k]].arc;
        __builtin_prefetch(&h->slot_arc[h->slot_first[arc]]);
        __builtin_prefetch(&t->arc[t->first[arc]]);
        __builtin_prefetch(&t->step[t->first[arc]]);
    }
    for (size_t k = 0; k < count; k++) {
        uint32_t arc = steps[list[k]].arc, first = h->slot_first[arc];
        if (first < h->slot_first[arc + 1]) __builtin_prefetch(&m->arc_ms[h->slot_arc[first] >> 1]);
        for (uint32_t i = t->first[arc]; i < t->first[arc + 1] && i < t->first[arc] + 4; i++) __builtin_prefetch(&m->weight[2 * (size_t)t->arc[i]]);
    }
}

/* Unpacks one step; when it is a triangle, it becomes the first side and the second is appended and listed. */
static cim_status unpack_step(cim_ctx *ctx, const cim_route_metric *m, const cim__triangles *t, cim__buf *steps, uint32_t at, cim__buf *list)
{
    step s = CIM__AT(steps, step, at), sides[2];
    uint32_t weight = m->weight[2 * (size_t)s.arc + s.side], arc = input_arc(m, &s, weight);
    if (arc != CIM_NONE) {
        CIM__AT(steps, step, at) = (step){ arc, s.side ? s.low : m->hierarchy->up_head[s.arc], UNPACKED, s.next };
        return CIM_OK;
    }
    if (!lower_sides(m, t, &s, weight, sides)) return cim__fail(ctx, CIM_EINTERNAL, "up-arc %u has no origin", s.arc);
    uint32_t second = (uint32_t)CIM__COUNT(steps, step), *listed = cim__buf_extend(list, 2 * sizeof *listed);
    step *added = CIM__PUSH(steps, step);
    if (!listed || !added) return cim__nomem(ctx);
    listed[0] = at;
    listed[1] = second;
    sides[0].next = second;
    sides[1].next = s.next;
    CIM__AT(steps, step, at) = sides[0];
    *added = sides[1];
    return CIM_OK;
}

/* Round by round all steps that are not yet input arcs, so that their reads overlap. */
static cim_status unpack(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *q)
{
    cim__buf *now = &q->stack, *later = &q->rows;
    const cim__triangles *t;
    CIM__TRY(cim__triangles_of(ctx, m->hierarchy, &t));
    cim__again(now);
    for (uint32_t k = 0; k < CIM__COUNT(&q->list, step); k++) {
        uint32_t *listed = CIM__PUSH(now, uint32_t);
        if (!listed) return cim__nomem(ctx);
        *listed = k;
    }
    while (now->size) {
        size_t count = CIM__COUNT(now, uint32_t);
        cim__again(later);
        fetch(m, t, (const step *)(const void *)q->list.data, (const uint32_t *)(const void *)now->data, count);
        for (size_t k = 0; k < count; k++) CIM__TRY(unpack_step(ctx, m, t, &q->list, CIM__AT(now, uint32_t, k), later));
        cim__buf *swap = now;
        now = later;
        later = swap;
    }
    return CIM_OK;
}

/* ---- the path ---- */

/* Appends an arc that leads to a place; a place that is there already closes a loop of zeros, which goes.  No such loop was seen in
 * 60,000 random graphs of zeros and ones, as equal sums prefer input arcs and low meeting places; that none can be is not proven. */
static void append(cim_route_query *q, uint32_t arc, uint32_t to)
{
    uint32_t *places = (uint32_t *)(void *)q->nodes.data, count = (uint32_t)CIM__COUNT(&q->nodes, uint32_t);
    if (q->seen[to]) {
        for (uint32_t k = q->seen[to]; k < count; k++) q->seen[places[k]] = 0;
        q->nodes.size = (size_t)q->seen[to] * 4;
        q->arcs.size = q->nodes.size - 4;
        return;
    }
    *CIM__PUSH(&q->nodes, uint32_t) = to;
    *CIM__PUSH(&q->arcs, uint32_t) = arc;
    q->seen[to] = count + 1;
}

/* The unpacked steps in order of travel from a place. */
static cim_status collect(cim_ctx *ctx, cim_route_query *q, uint32_t from, uint32_t first)
{
    const step *steps = (const step *)(const void *)q->list.data;
    size_t room = (CIM__COUNT(&q->list, step) + 1) * 4;
    cim__again(&q->arcs);
    cim__again(&q->nodes);
    if (!cim__buf_reserve(&q->arcs, room) || !cim__buf_reserve(&q->nodes, room)) return cim__nomem(ctx);
    *CIM__PUSH(&q->nodes, uint32_t) = from;
    q->seen[from] = 1;
    for (uint32_t k = first; k != CIM_NONE; k = steps[k].next) append(q, steps[k].arc, steps[k].low);
    for (size_t k = 0; k < CIM__COUNT(&q->nodes, uint32_t); k++) q->seen[CIM__AT(&q->nodes, uint32_t, k)] = 0;
    return CIM_OK;
}

/* Both trails from the top, joined in the order of travel, unpacked. */
static cim_status make_path(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *q, uint32_t from, uint32_t top)
{
    cim__buf *steps = &q->list;
    cim__again(steps);
    if (!trace(m->hierarchy, q->trail, top, 0, steps)) return cim__nomem(ctx);
    uint32_t up = (uint32_t)CIM__COUNT(steps, step);
    if (!trace(m->hierarchy, q->trail + 1, top, 1, steps)) return cim__nomem(ctx);
    uint32_t count = (uint32_t)CIM__COUNT(steps, step), first = up ? up - 1 : count ? 0 : CIM_NONE;
    for (uint32_t k = 0; k < up; k++) CIM__AT(steps, step, k).next = k ? k - 1 : up < count ? up : CIM_NONE;
    for (uint32_t k = up; k + 1 < count; k++) CIM__AT(steps, step, k).next = k + 1;
    CIM__TRY(unpack(ctx, m, q));
    return collect(ctx, q, from, first);
}

/* The place at depth `top` on the way from `low` to the root, then down the trail to where it began. */
static uint32_t origin(const cim_route_hierarchy *h, const uint64_t *trail, uint32_t low, uint32_t depth)
{
    for (uint32_t code; (code = (uint32_t)trail[2 * (size_t)depth]) != 0;) {
        uint32_t tail = h->up_tail[code - 1];
        depth = h->depth[tail];
    }
    while (h->depth[low] > depth) low = h->parent[low];
    return low;
}

static uint32_t end_at(const cim_route_hierarchy *h, const cim_route_end *ends, size_t count, uint32_t place)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (h->rank[ends[i].node] == place && (best == SIZE_MAX || ends[i].offset_ms < ends[best].offset_ms)) best = i;
    return (uint32_t)best;
}

/* The two groups between which the way is shortest. */
static uint32_t best_groups(const cim_route_metric *m, cim_route_query *q, const cim_route_end *starts, size_t start_count, const cim_route_end *ends,
                            size_t end_count, cim__group best[2])
{
    uint32_t least = CIM_NONE;
    cim__group s, t;
    for (cim__groups from = cim__groups_of(m->hierarchy, starts, start_count); cim__groups_next(&from, &s);)
        for (cim__groups to = cim__groups_of(m->hierarchy, ends, end_count); cim__groups_next(&to, &t);) {
            bool only = (s.members && __builtin_popcountll(s.members) == (int)start_count) && (t.members && __builtin_popcountll(t.members) == (int)end_count);
            uint32_t time = only ? 0 : cim__time_by_walk(m, q, &s, &t);
            if (time >= least) continue;
            least = time;
            best[0] = s;
            best[1] = t;
        }
    return least;
}

cim_status cim_route_path_find(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *q, const cim_route_end *starts, size_t start_count,
                               const cim_route_end *ends, size_t end_count, cim_route_path *path_out)
{
    cim__group group[2];
    uint32_t top = 0;
    cim__enter(ctx);
    if (!m) return cim__fail(ctx, CIM_EARG, "no metric");
    const cim_route_hierarchy *h = m->hierarchy;
    CIM__TRY(cim__query_ok(ctx, h, q));
    CIM__TRY(cim__ends_ok(ctx, h, starts, start_count, "start"));
    CIM__TRY(cim__ends_ok(ctx, h, ends, end_count, "end"));
    best_groups(m, q, starts, start_count, ends, end_count, group);
    uint32_t depth = cim__max32(h->depth[group[0].low], h->depth[group[1].low]);
    for (int side = 0; side < 2; side++) trail_begin(h, q->trail + side, &group[side], depth);
    uint32_t time = trail_walk(m, q->trail, group[0].low, group[1].low, &top);
    if (time >= CIM__INF) return cim__fail(ctx, CIM_ENOTFOUND, "no way from node %u to node %u", starts[0].node, ends[0].node);
    uint32_t from = origin(h, q->trail, group[0].low, top), to = origin(h, q->trail + 1, group[1].low, top);
    CIM__TRY(make_path(ctx, m, q, from, top));
    *path_out = (cim_route_path){ time, end_at(h, starts, start_count, from), end_at(h, ends, end_count, to), (uint32_t)CIM__COUNT(&q->arcs, uint32_t),
                                  (const uint32_t *)(const void *)q->arcs.data };
    return CIM_OK;
}
