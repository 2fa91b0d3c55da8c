/* leaf.c - minimum degree on a small piece and what surrounds it.
 *
 * The neighbours that go later count in the degrees, or the order would make long rows towards them.  Sets are bits: a piece
 * of 32 nodes and its surroundings rarely exceed 100 nodes; beyond ROOM the rest of the surroundings is ignored, which costs
 * quality, not correctness.  Ties go to the earlier position. */
#include "route/leaf.h"

enum { WORDS = 4, ROOM = WORDS * 64 };

typedef struct leaf {
    uint64_t near[ROOM][WORDS];
    uint32_t outer[ROOM]; /* kernel nodes around the piece */
    uint32_t count, total;
} leaf;

static uint32_t outer_number(leaf *l, uint32_t node)
{
    for (uint32_t i = l->count; i < l->total; i++)
        if (l->outer[i] == node) return i;
    if (l->total == ROOM) return CIM_NONE;
    l->outer[l->total] = node;
    memset(l->near[l->total], 0, sizeof l->near[0]);
    return l->total++;
}

static void join(leaf *l, uint32_t a, uint32_t b)
{
    l->near[a][b >> 6] |= 1ull << (b & 63);
    l->near[b][a >> 6] |= 1ull << (a & 63);
}

static uint32_t degree(const leaf *l, uint32_t v)
{
    uint32_t sum = 0;
    for (int w = 0; w < WORDS; w++) sum += (uint32_t)__builtin_popcountll(l->near[v][w]);
    return sum;
}

static void eliminate(leaf *l, uint32_t v)
{
    uint64_t clique[WORDS];
    memcpy(clique, l->near[v], sizeof clique);
    for (uint32_t u = 0; u < l->total; u++) {
        if (!(clique[u >> 6] >> (u & 63) & 1)) continue;
        for (int w = 0; w < WORDS; w++) l->near[u][w] |= clique[w];
        l->near[u][u >> 6] &= ~(1ull << (u & 63));
        l->near[u][v >> 6] &= ~(1ull << (v & 63));
    }
}

void cim__leaf_order(const cim__adjacency *g, uint32_t *node_at, uint32_t *place_of, uint32_t start, uint32_t count)
{
    leaf l;
    uint32_t old[CIM__LEAF], done[CIM__LEAF] = { 0 };
    l.count = l.total = count;
    memcpy(old, node_at + start, count * sizeof *old);
    for (uint32_t v = 0; v < count; v++) memset(l.near[v], 0, sizeof l.near[v]);
    for (uint32_t v = 0; v < count; v++)
        for (uint32_t i = g->first[old[v]]; i < g->first[old[v] + 1]; i++) {
            uint32_t at = place_of[g->head[i]] - start, u = at < count ? at : outer_number(&l, g->head[i]);
            if (u != CIM_NONE) join(&l, v, u);
        }
    for (uint32_t k = 0; k < count; k++) {
        uint32_t best = CIM_NONE, least = CIM_NONE;
        for (uint32_t v = 0; v < count; v++) {
            uint32_t size = done[v] ? CIM_NONE : degree(&l, v);
            if (size < least) best = v, least = size;
        }
        done[best] = 1;
        eliminate(&l, best);
        node_at[start + k] = old[best];
    }
    for (uint32_t k = 0; k < count; k++) place_of[node_at[start + k]] = start + k;
}
