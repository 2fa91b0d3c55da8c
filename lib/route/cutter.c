/* cutter.c - FlowCutter with geometric first terminals, on vertex capacities.
 *
 * The first and the last 1/16 of the nodes along a projection are the terminals A and B.  A maximum flow between them, each
 * node carrying at most one path, gives the smallest separator; the nodes that the search from A still reaches lie on A's
 * side of the nearest such separator.  Then the smaller side swallows all it reaches and one node of its separator (it is
 * pierced), the flow is augmented where that opened a way, and so on until the sides meet in the middle.  Every separator
 * passed is a candidate: cheap and lopsided ones come first, balanced ones last; the best ratio of cut to smaller side wins
 * among those that are not too lopsided.
 *
 * Sources: M. Hamann, B. Strasser, "Graph bisection with Pareto optimization", JEA 2018 (growing and piercing);
 * A. Schild, C. Sommer, "On balanced separators in road networks", SEA 2015 (inertial flow: terminals by projection);
 * L. Gottesbueren et al., "Faster and better nested dissection orders for customizable contraction hierarchies",
 * Algorithms 2019 (both together).
 *
 * A node is split into entry and exit; side d = 0 searches along the flow, d = 1 against it.  As the graph is undirected, the
 * search against the flow is the same search with the two links of every node exchanged. */
#include "route/cutter.h"
#include "core/sort.h"

#include <math.h>

enum { TERMINAL_SHARE = 16, LEAST_SHARE = 5, ENTRY = 1, EXIT = 2 };

bool cim__cutter_init(cim__cutter *c, cim__mem *mem, uint32_t cap)
{
    *c = (cim__cutter){ .mem = mem, .cap = cap };
    bool ok = true;
    for (int d = 0; d < 2; d++) {
        ok &= (c->link[d] = cim__alloc_n(mem, cap, 4)) != NULL;
        ok &= (c->come[d] = cim__alloc_n(mem, cap, 4)) != NULL;
        ok &= (c->reach[d] = cim__alloc_n(mem, cap, 1)) != NULL;
        ok &= (c->seeds[d] = cim__alloc_n(mem, cap, 4)) != NULL;
        ok &= (c->queue[d] = cim__alloc_n(mem, cap, 8)) != NULL;
        ok &= (c->reached[d] = cim__alloc_n(mem, cap, 4)) != NULL;
        ok &= (c->joined[d] = cim__alloc_n(mem, cap, 4)) != NULL;
    }
    ok &= (c->path = cim__alloc_n(mem, cap, 8)) != NULL;
    ok &= (c->side = cim__alloc_n(mem, cap, 1)) != NULL;
    ok &= (c->place = cim__alloc_n(mem, cap, 4)) != NULL;
    ok &= (c->keys = cim__alloc_n(mem, cap, 16)) != NULL;
    ok &= (c->seen = cim__alloc_n(mem, cap, 1)) != NULL;
    ok &= (c->cut = cim__alloc_n(mem, cap, 4)) != NULL;
    return ok;
}

void cim__cutter_free(cim__cutter *c)
{
    for (int d = 0; d < 2; d++) {
        cim__free(c->mem, c->link[d]);
        cim__free(c->mem, c->come[d]);
        cim__free(c->mem, c->reach[d]);
        cim__free(c->mem, c->seeds[d]);
        cim__free(c->mem, c->queue[d]);
        cim__free(c->mem, c->reached[d]);
        cim__free(c->mem, c->joined[d]);
    }
    cim__free(c->mem, c->path);
    cim__free(c->mem, c->side);
    cim__free(c->mem, c->place);
    cim__free(c->mem, c->keys);
    cim__free(c->mem, c->seen);
    cim__free(c->mem, c->cut);
}

/* ---- the projection ---- */

static uint32_t ordered_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/* Sorts the nodes along the projection into keys (low 32 bits); equal keys by node. */
static void project(cim__cutter *c, uint32_t count, const float *key)
{
    for (uint32_t v = 0; v < count; v++) c->keys[v] = (uint64_t)ordered_bits(key[v]) << 32 | v;
    if (count > 256) cim__sort_u64_high(c->keys, c->keys + count, count);
    else
        for (uint32_t i = 1; i < count; i++) {
            uint64_t k = c->keys[i];
            uint32_t j = i;
            for (; j && c->keys[j - 1] > k; j--) c->keys[j] = c->keys[j - 1];
            c->keys[j] = k;
        }
    for (uint32_t i = 0; i < count; i++) c->place[(uint32_t)c->keys[i]] = i;
}

/* ---- the search from side d ---- */

static void reach_entry(cim__cutter *c, int d, uint32_t v, uint32_t from, uint32_t *tail)
{
    if (c->reach[d][v] & ENTRY) return;
    if (!c->reach[d][v]) c->reached[d][c->reached_count[d]++] = v;
    c->reach[d][v] |= ENTRY;
    c->come[0][v] = from;
    c->queue[d][(*tail)++] = v << 1;
}

static void reach_exit(cim__cutter *c, int d, uint32_t v, uint32_t from, uint32_t *tail)
{
    if (c->reach[d][v] & EXIT) return;
    if (!c->reach[d][v]) c->reached[d][c->reached_count[d]++] = v;
    c->reach[d][v] |= EXIT;
    c->come[1][v] = from;
    c->size[d]++;
    c->queue[d][(*tail)++] = v << 1 | 1;
}

/* Of the states put on the stack since `from`, the one nearest to the other end of the projection goes on top: the search runs
 * straight across and rarely looks at more than its way.  (What it reaches when there is no way does not depend on the order.) */
static void best_on_top(cim__cutter *c, int d, uint32_t from, uint32_t tail)
{
    uint32_t best = from;
    for (uint32_t i = from + 1; i < tail; i++) {
        uint32_t a = c->place[c->queue[d][i] >> 1], b = c->place[c->queue[d][best] >> 1];
        if (d ? a < b : a > b) best = i;
    }
    if (from == tail) return;
    uint32_t swap = c->queue[d][best];
    c->queue[d][best] = c->queue[d][tail - 1];
    c->queue[d][tail - 1] = swap;
}

/* Goes on from the seeds; true and the last node of the way when the other side is reached.  `come` is only meant for the
 * way just found: states are v << 1 | exit, CIM_NONE is a terminal. */
static bool grow(cim__cutter *c, const cim__piece *p, int d, uint32_t *last_out, bool *touching)
{
    uint32_t tail = 0;
    const uint8_t other = (uint8_t)(2 - d);
    for (uint32_t i = 0; i < c->seed_count[d]; i++) {
        uint32_t v = c->seeds[d][i];
        if (c->side[v] == other) {
            *touching = true;
            return false;
        }
        if (!c->side[v]) reach_entry(c, d, v, CIM_NONE, &tail);
    }
    while (tail) {
        uint32_t state = c->queue[d][--tail], v = state >> 1, from = tail;
        bool flow = c->link[0][v] != CIM_NONE;
        if (!(state & 1)) {
            uint32_t before = c->link[d][v];
            if (!flow) reach_exit(c, d, v, state, &tail);
            else if (!c->side[before]) reach_exit(c, d, before, state, &tail);
            continue;
        }
        if (flow) reach_entry(c, d, v, state, &tail);
        for (uint32_t i = p->first[v]; i < p->first[v + 1]; i++) {
            uint32_t w = p->adj[i];
            if (c->side[w] == other) {
                *last_out = v;
                return true;
            }
            if (!c->side[w]) reach_entry(c, d, w, state, &tail);
        }
        best_on_top(c, d, from, tail);
    }
    return false;
}

static void forget(cim__cutter *c, int d)
{
    for (uint32_t i = 0; i < c->reached_count[d]; i++) c->reach[d][c->reached[d][i]] = 0;
    c->reached_count[d] = 0;
}

static uint32_t terminal_beside(const cim__cutter *c, const cim__piece *p, uint32_t v, uint8_t side)
{
    for (uint32_t i = p->first[v]; i < p->first[v + 1]; i++)
        if (c->side[p->adj[i]] == side) return p->adj[i];
    return CIM_NONE;
}

/* Lays one more path along the way that the search from d found, which ends at node `last`. */
static void augment(cim__cutter *c, const cim__piece *p, int d, uint32_t last)
{
    uint32_t n = 0, state = last << 1 | 1;
    while (state != CIM_NONE) {
        c->path[n++] = state;
        state = c->come[state & 1][state >> 1];
    }
    uint32_t first = c->path[n - 1] >> 1;
    for (uint32_t i = n; i-- > 1;) { /* from the terminal onwards */
        uint32_t from = c->path[i], to = c->path[i - 1];
        if ((from & 1) && !(to & 1)) {
            if (from >> 1 == to >> 1) c->link[0][from >> 1] = c->link[1][from >> 1] = CIM_NONE; /* its path is taken back */
            else {
                c->link[1 - d][from >> 1] = to >> 1;
                c->link[d][to >> 1] = from >> 1;
            }
        }
    }
    c->link[d][first] = terminal_beside(c, p, first, (uint8_t)(d + 1));
    c->link[1 - d][last] = terminal_beside(c, p, last, (uint8_t)(2 - d));
}

/* ---- growing the sides ---- */

/* Maximum flow, and what each side reaches.  False when the sides touch or the cut is hopelessly large. */
static bool saturate(cim__cutter *c, const cim__piece *p, bool valid[2], uint32_t *flow, uint32_t limit, const uint32_t terminals[2])
{
    bool touching = false;
    for (int d = 0; d < 2; d++) {
        uint32_t last;
        while (!valid[d]) {
            forget(c, d);
            c->size[d] = terminals[d];
            valid[d] = !grow(c, p, d, &last, &touching);
            if (touching) return false;
            if (valid[d]) continue;
            augment(c, p, d, last);
            if (++*flow > limit) return false;
            valid[1 - d] = false;
        }
        if (d == 1 && !valid[0]) d = -1;
    }
    return true;
}

static void join(cim__cutter *c, int d, uint32_t v)
{
    c->side[v] = (uint8_t)(d + 1);
    c->joined[d][c->joined_count[d]++] = v;
}

/* Side d takes over all it reaches; its seeds become its separator. */
static void swallow(cim__cutter *c, int d)
{
    uint32_t cut = 0;
    for (uint32_t i = 0; i < c->reached_count[d]; i++) {
        uint32_t v = c->reached[d][i];
        if (c->reach[d][v] & EXIT) join(c, d, v);
        else c->seeds[d][cut++] = v;
    }
    forget(c, d);
    for (uint32_t i = 0; i < cut; i++) c->reach[d][c->seeds[d][i]] = ENTRY, c->reached[d][i] = c->seeds[d][i];
    c->reached_count[d] = c->seed_count[d] = cut;
}

/* The node of side d's separator to give to side d: one that the other side does not reach (so the cut stays as small), then
 * the one farthest to d's end of the projection. CIM_NONE when each touches the other side. */
static uint32_t choose(const cim__cutter *c, const cim__piece *p, int d)
{
    uint32_t best = CIM_NONE, best_place = 0;
    bool best_free = false;
    for (uint32_t i = 0; i < c->seed_count[d]; i++) {
        uint32_t v = c->seeds[d][i], place = d ? c->place[v] : p->count - c->place[v];
        bool is_free = !c->reach[1 - d][v];
        if (best != CIM_NONE && (is_free < best_free || (is_free == best_free && place <= best_place))) continue;
        if (terminal_beside(c, p, v, (uint8_t)(2 - d)) != CIM_NONE) continue;
        best = v, best_place = place, best_free = is_free;
    }
    return best;
}

static void pierce(cim__cutter *c, const cim__piece *p, int d, uint32_t v)
{
    uint32_t kept = 0;
    join(c, d, v);
    for (uint32_t i = 0; i < c->seed_count[d]; i++)
        if (c->seeds[d][i] != v) c->seeds[d][kept++] = c->seeds[d][i];
    for (uint32_t i = p->first[v]; i < p->first[v + 1]; i++) {
        uint32_t w = p->adj[i];
        if (!c->side[w] && !(c->reach[d][w] & ENTRY)) {
            c->reach[d][w] |= ENTRY; /* marks it listed; forgotten before the next search */
            c->reached[d][c->reached_count[d]++] = w;
            c->seeds[d][kept++] = w;
        }
    }
    c->seed_count[d] = kept;
}

/* Side d was just swallowed: remember this cut. */
static void keep(cim__cutter *c, int d)
{
    memcpy(c->cut, c->seeds[d], (size_t)c->seed_count[d] * 4);
    c->cut_count = c->seed_count[d];
    c->cut_side = d;
    c->cut_joined = c->joined_count[d];
}

static void write_sides(const cim__cutter *c, uint32_t count, uint8_t *sides)
{
    memset(sides, 1 - c->cut_side, count);
    for (uint32_t i = 0; i < c->cut_joined; i++) sides[c->joined[c->cut_side][i]] = (uint8_t)c->cut_side;
    for (uint32_t i = 0; i < c->cut_count; i++) sides[c->cut[i]] = CIM__SIDE_CUT;
}

static void begin(cim__cutter *c, const cim__piece *p, uint32_t share)
{
    memset(c->side, 0, p->count);
    for (int d = 0; d < 2; d++) {
        memset(c->link[d], 0xff, (size_t)p->count * 4);
        memset(c->reach[d], 0, p->count);
        c->seed_count[d] = c->reached_count[d] = c->joined_count[d] = 0;
    }
    for (uint32_t i = 0; i < share; i++) {
        join(c, 0, (uint32_t)c->keys[i]);
        join(c, 1, (uint32_t)c->keys[p->count - 1 - i]);
    }
    for (int d = 0; d < 2; d++) {
        for (uint32_t k = 0; k < share; k++) {
            uint32_t t = (uint32_t)c->keys[d ? p->count - 1 - k : k];
            for (uint32_t i = p->first[t]; i < p->first[t + 1]; i++) {
                uint32_t w = p->adj[i];
                if (c->side[w] == d + 1 || (c->reach[d][w] & ENTRY)) continue;
                c->reach[d][w] = ENTRY;
                c->reached[d][c->reached_count[d]++] = w;
                c->seeds[d][c->seed_count[d]++] = w;
            }
        }
    }
}

double cim__cutter_run(cim__cutter *c, const cim__piece *p, const float *key, double bound, uint8_t *sides)
{
    uint32_t share = p->count / TERMINAL_SHARE ? p->count / TERMINAL_SHARE : 1, flow = 0, least = p->count / LEAST_SHARE;
    uint32_t limit = (uint32_t)(8.0 * sqrt((double)p->count)) + 16, terminals[2] = { share, share };
    bool valid[2] = { false, false };
    double best = -1.0, half = p->count / 2 ? p->count / 2 : 1;
    if (p->count < 3) return -1.0;
    if (bound * half < limit) limit = (uint32_t)(bound * half) + 1;
    project(c, p->count, key);
    begin(c, p, share);
    while (saturate(c, p, valid, &flow, limit, terminals)) {
        int d = c->size[0] <= c->size[1] ? 0 : 1;
        uint32_t small = c->size[d], rest = p->count - small - flow;
        swallow(c, d);
        terminals[d] = small;
        if ((small < rest ? small : rest) >= least) {
            double score = (double)flow / (small < rest ? small : rest);
            if (best < 0.0 || score < best) {
                best = score;
                keep(c, d);
            }
        }
        if (small + flow >= p->count / 2 || flow / half > bound || (best >= 0.0 && flow / half > best)) break;
        uint32_t v = choose(c, p, d);
        if (v == CIM_NONE) break;
        pierce(c, p, d, v);
        terminals[d]++;
        valid[d] = false;
    }
    if (best >= 0.0) write_sides(c, p->count, sides);
    return best;
}

double cim__cutter_halve(cim__cutter *c, const cim__piece *p, const float *key, uint8_t *sides)
{
    uint32_t half = p->count / 2, cut = 0;
    project(c, p->count, key);
    for (uint32_t v = 0; v < p->count; v++) {
        sides[v] = c->place[v] < half ? CIM__SIDE_A : CIM__SIDE_B;
        for (uint32_t i = p->first[v]; c->place[v] < half && i < p->first[v + 1]; i++)
            if (c->place[p->adj[i]] >= half) sides[v] = CIM__SIDE_CUT;
        cut += sides[v] == CIM__SIDE_CUT;
    }
    return (double)cut / (half ? half : 1);
}
