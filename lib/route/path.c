/* path.c - the walk that remembers where values came from, and unpacking to input arcs.
 *
 * A trail entry is value << 32 | (up-arc + 1), or 0 in the low half for a start, so one comparison picks the least value and, among
 * equals, always the same arc.  An up-arc stands for an input arc of the same weight or for the lower two sides of a triangle
 * whose sum it is; both are lower, so unpacking ends, also with zero weights.  Those may make a loop of zeros: it is cut out. */
#include "route/query.h"

typedef struct step {
    uint32_t arc, low; /* the up-arc and its lower end */
    uint32_t side;     /* 0: low to high */
} step;

/* ---- the walk ---- */

static void trail_row(const cim_route_hierarchy *h, const uint32_t *weight, uint64_t *trail, uint32_t x, uint32_t side, uint32_t best)
{
    uint64_t value = trail[h->depth[x]] >> 32;
    if (value >= best) return;
    for (uint32_t i = h->up_first[x]; i < h->up_first[x + 1]; i++) {
        uint64_t *to = &trail[h->up_depth[i]], candidate = (value + weight[2 * (size_t)i + side]) << 32 | (i + 1u);
        *to = candidate < *to ? candidate : *to;
    }
}

/* Least time; *top_out is the depth where the sides meet. */
static uint32_t trail_walk(const cim_route_metric *m, uint64_t *const trail[2], uint32_t s, uint32_t t, uint32_t *top_out)
{
    const cim_route_hierarchy *h = m->hierarchy;
    uint32_t best = CIM__INF;
    while (s != t) {
        uint32_t side = s < t ? 0 : 1, x = side ? t : s;
        trail_row(h, m->weight, trail[side], x, side, CIM__INF);
        if (side) t = h->parent[t];
        else s = h->parent[s];
    }
    for (; s != CIM_NONE; s = h->parent[s]) {
        uint64_t sum = (trail[0][h->depth[s]] >> 32) + (trail[1][h->depth[s]] >> 32);
        if (sum < best) {
            best = (uint32_t)sum;
            *top_out = h->depth[s];
        }
        trail_row(h, m->weight, trail[0], s, 0, best);
        trail_row(h, m->weight, trail[1], s, 1, best);
    }
    return best;
}

static void trail_begin(const cim_route_hierarchy *h, uint64_t *trail, const cim__group *g, uint32_t depth)
{
    for (uint32_t d = 0; d <= depth; d++) trail[d] = (uint64_t)CIM__INF << 32;
    uint64_t members = g->members ? g->members : 1;
    for (; members; members &= members - 1) {
        const cim_route_end *end = g->members ? &g->ends[__builtin_ctzll(members)] : &g->ends[g->single];
        uint64_t *at = &trail[h->depth[h->rank[end->node]]], value = (uint64_t)cim__min32(end->offset_ms, CIM__INF) << 32;
        *at = value < *at ? value : *at;
    }
}

/* ---- unpacking ---- */

static uint32_t tail_of(const cim_route_hierarchy *h, uint32_t arc)
{
    uint32_t l = 0, r = h->node_count;
    while (r - l > 1) {
        uint32_t k = l + (r - l) / 2;
        if (h->up_first[k] <= arc) l = k;
        else r = k;
    }
    return l;
}

/* The up-arcs from depth `top` back to a start, first the one at the top; the last one's other end is the start. */
static bool trace(const cim_route_hierarchy *h, const uint64_t *trail, uint32_t depth, uint32_t side, cim__buf *steps)
{
    for (uint32_t code; (code = (uint32_t)trail[depth]) != 0;) {
        uint32_t low = tail_of(h, code - 1);
        step *s = CIM__PUSH(steps, step);
        if (!s) return false;
        *s = (step){ code - 1, low, side };
        depth = h->depth[low];
    }
    return true;
}

/* The input arc that an up-arc stands for in one direction, the first of equals; CIM_NONE when it is a triangle. */
static uint32_t input_arc(const cim_route_metric *m, const step *s, uint32_t weight)
{
    const cim_route_hierarchy *h = m->hierarchy;
    for (uint32_t k = h->slot_first[s->arc]; k < h->slot_first[s->arc + 1]; k++) {
        uint32_t a = h->slot_arc[k];
        if (m->arc_ms[a] == weight && (h->arc_slot[a] & 1) == s->side) return a;
    }
    return CIM_NONE;
}

static uint32_t find_head(const cim_route_hierarchy *h, uint32_t from, uint32_t end, uint32_t head)
{
    while (from < end && h->up_head[from] < head) from++;
    return from < end && h->up_head[from] == head ? from : CIM_NONE;
}

/* The lower sides of the triangle whose sum is the arc, in the order of travel. */
static bool lower_sides(const cim_route_metric *m, const step *s, uint32_t weight, step sides[2])
{
    const cim_route_hierarchy *h = m->hierarchy;
    const uint32_t *w = m->weight, high = h->up_head[s->arc];
    for (uint32_t k = h->down_first[s->low]; k < h->down_first[s->low + 1]; k++) {
        uint32_t i = h->down_arc[k], z = h->down_tail[k], there = w[2 * (size_t)i + 1 - s->side], j;
        if (there > weight || (j = find_head(h, i + 1, h->up_first[z + 1], high)) == CIM_NONE) continue;
        if (there + w[2 * (size_t)j + s->side] != weight) continue;
        sides[s->side] = (step){ i, z, 1 - s->side };
        sides[1 - s->side] = (step){ j, z, s->side };
        return true;
    }
    return false;
}

/* Appends an arc that leads to a place; a place that is there already closes a loop of zeros, which goes. */
static bool append(cim_route_query *q, uint32_t arc, uint32_t to)
{
    uint32_t *places = (uint32_t *)(void *)q->nodes.data, count = (uint32_t)CIM__COUNT(&q->nodes, uint32_t);
    if (q->seen[to]) {
        for (uint32_t k = q->seen[to]; k < count; k++) q->seen[places[k]] = 0;
        q->nodes.size = (size_t)q->seen[to] * 4;
        q->arcs.size = q->nodes.size - 4;
        return true;
    }
    if (!cim__buf_reserve(&q->nodes, sizeof to) || !cim__buf_reserve(&q->arcs, sizeof arc)) return false;
    *CIM__PUSH(&q->nodes, uint32_t) = to;
    *CIM__PUSH(&q->arcs, uint32_t) = arc;
    q->seen[to] = count + 1;
    return true;
}

static cim_status unpack(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *q, step first)
{
    const cim_route_hierarchy *h = m->hierarchy;
    cim__again(&q->stack);
    *CIM__PUSH(&q->stack, step) = first; /* there is room: reserved by the caller */
    while (q->stack.size) {
        step s = CIM__AT(&q->stack, step, CIM__COUNT(&q->stack, step) - 1), sides[2];
        uint32_t weight = m->weight[2 * (size_t)s.arc + s.side], arc = input_arc(m, &s, weight);
        q->stack.size -= sizeof s;
        if (arc != CIM_NONE) {
            if (!append(q, arc, s.side ? s.low : h->up_head[s.arc])) return cim__nomem(ctx);
            continue;
        }
        if (!lower_sides(m, &s, weight, sides)) return cim__fail(ctx, CIM_EINTERNAL, "up-arc %u has no origin", s.arc);
        step *at = cim__buf_extend(&q->stack, 2 * sizeof *at);
        if (!at) return cim__nomem(ctx);
        at[0] = sides[1];
        at[1] = sides[0];
    }
    return CIM_OK;
}

/* ---- the path ---- */

static cim_status unpack_all(cim_ctx *ctx, const cim_route_metric *m, cim_route_query *q, uint32_t top)
{
    cim__buf *steps = &q->list;
    cim__again(steps);
    if (!trace(m->hierarchy, q->trail[0], top, 0, steps)) return cim__nomem(ctx);
    size_t up = CIM__COUNT(steps, step);
    if (!trace(m->hierarchy, q->trail[1], top, 1, steps)) return cim__nomem(ctx);
    for (size_t k = up; k-- > 0;) CIM__TRY(unpack(ctx, m, q, CIM__AT(steps, step, k)));
    for (size_t k = up; k < CIM__COUNT(steps, step); k++) CIM__TRY(unpack(ctx, m, q, CIM__AT(steps, step, k)));
    return CIM_OK;
}

/* The place at depth `top` on the way from `low` to the root, then down the trail to where it began. */
static uint32_t origin(const cim_route_hierarchy *h, const uint64_t *trail, uint32_t low, uint32_t depth)
{
    for (uint32_t code; (code = (uint32_t)trail[depth]) != 0;) {
        uint32_t tail = tail_of(h, code - 1);
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
    for (int side = 0; side < 2; side++) trail_begin(h, q->trail[side], &group[side], depth);
    uint32_t time = trail_walk(m, q->trail, group[0].low, group[1].low, &top);
    if (time >= CIM__INF) return cim__fail(ctx, CIM_ENOTFOUND, "no way from node %u to node %u", starts[0].node, ends[0].node);
    uint32_t from = origin(h, q->trail[0], group[0].low, top), to = origin(h, q->trail[1], group[1].low, top);
    cim__again(&q->arcs);
    cim__again(&q->nodes);
    cim__again(&q->stack);
    uint32_t *place = CIM__PUSH(&q->nodes, uint32_t);
    if (!place || !cim__buf_reserve(&q->stack, sizeof(step))) return cim__nomem(ctx);
    *place = from;
    q->seen[from] = 1;
    cim_status st = unpack_all(ctx, m, q, top);
    for (size_t k = 0; k < CIM__COUNT(&q->nodes, uint32_t); k++) q->seen[CIM__AT(&q->nodes, uint32_t, k)] = 0;
    CIM__TRY(st);
    *path_out = (cim_route_path){ time, end_at(h, starts, start_count, from), end_at(h, ends, end_count, to), (uint32_t)CIM__COUNT(&q->arcs, uint32_t),
                                  (const uint32_t *)(const void *)q->arcs.data };
    return CIM_OK;
}
