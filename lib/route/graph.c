/* graph.c - checking a graph, dropping its directions, peeling what needs no separator. */
#include "route/graph.h"
#include "core/hash.h"

#include <math.h>

cim_status cim__route_graph_ok(cim_ctx *ctx, const cim_route_graph *graph, cim_route_graph *g)
{
    *g = (cim_route_graph)CIM_ROUTE_GRAPH_INIT;
    if (!graph) return cim__fail(ctx, CIM_EARG, "no graph");
    CIM__TRY(cim__opts(ctx, g, sizeof *g, graph, "cim_route_graph"));
    if (g->node_count > CIM_ROUTE_MAX_NODES) return cim__fail(ctx, CIM_EARG, "%u nodes are too many", g->node_count);
    if (g->arc_count > CIM_ROUTE_MAX_ARCS) return cim__fail(ctx, CIM_EARG, "%u arcs are too many", g->arc_count);
    if (g->arc_count && (!g->tail || !g->head)) return cim__fail(ctx, CIM_EARG, "arcs without tails or heads");
    if (!g->x != !g->y) return cim__fail(ctx, CIM_EARG, "coordinates need both x and y");
    for (uint32_t a = 0; a < g->arc_count; a++)
        if (g->tail[a] >= g->node_count || g->head[a] >= g->node_count)
            return cim__fail(ctx, CIM_EARG, "arc %u goes from node %u to node %u of %u", a, g->tail[a], g->head[a], g->node_count);
    for (uint32_t v = 0; g->x && v < g->node_count; v++)
        if (!(fabs(g->x[v]) < 1e15 && fabs(g->y[v]) < 1e15)) return cim__fail(ctx, CIM_EARG, "coordinates of node %u are not finite or absurd", v);
    return CIM_OK;
}

uint64_t cim__route_graph_hash(const cim_route_graph *g)
{
    uint64_t hash = cim__hash64(g->tail, (size_t)g->arc_count * 4, g->node_count);
    return cim__hash64(g->head, (size_t)g->arc_count * 4, hash);
}

void cim__adjacency_free(cim__mem *mem, cim__adjacency *a)
{
    cim__free(mem, a->first);
    cim__free(mem, a->head);
    *a = (cim__adjacency){ 0 };
}

static bool adjacency_alloc(cim__mem *mem, cim__adjacency *a, uint32_t count, size_t heads)
{
    a->count = count;
    a->first = cim__zalloc_n(mem, (size_t)count + 2, 4);
    a->head = cim__alloc_n(mem, heads, 4);
    return a->first && a->head;
}

/* A counting sort by head of what a counting sort by tail gave leaves every list ascending. */
static void transpose(uint32_t count, const uint32_t *first, const uint32_t *head, uint32_t *first_out, uint32_t *head_out)
{
    memset(first_out, 0, ((size_t)count + 2) * 4);
    for (uint32_t i = 0; i < first[count]; i++) first_out[head[i] + 2]++;
    for (uint32_t v = 2; v <= count + 1; v++) first_out[v] += first_out[v - 1];
    for (uint32_t v = 0; v < count; v++)
        for (uint32_t i = first[v]; i < first[v + 1]; i++) head_out[first_out[head[i] + 1]++] = v;
}

static void drop_parallel(cim__adjacency *a)
{
    uint32_t kept = 0, begin = 0;
    for (uint32_t v = 0; v < a->count; v++) {
        uint32_t end = a->first[v + 1], start = kept;
        for (uint32_t i = begin; i < end; i++)
            if (kept == start || a->head[kept - 1] != a->head[i]) a->head[kept++] = a->head[i];
        begin = end;
        a->first[v + 1] = kept;
    }
}

cim_status cim__adjacency_make(cim_ctx *ctx, const cim_route_graph *g, cim__adjacency *out)
{
    cim__adjacency raw = { 0 };
    uint32_t n = g->node_count;
    bool ok = adjacency_alloc(ctx->mem, out, n, (size_t)g->arc_count * 2) && adjacency_alloc(ctx->mem, &raw, n, (size_t)g->arc_count * 2);
    if (ok) {
        for (uint32_t a = 0; a < g->arc_count; a++)
            if (g->tail[a] != g->head[a]) raw.first[g->tail[a] + 2]++, raw.first[g->head[a] + 2]++;
        for (uint32_t v = 2; v <= n + 1; v++) raw.first[v] += raw.first[v - 1];
        for (uint32_t a = 0; a < g->arc_count; a++) {
            if (g->tail[a] == g->head[a]) continue;
            raw.head[raw.first[g->tail[a] + 1]++] = g->head[a];
            raw.head[raw.first[g->head[a] + 1]++] = g->tail[a];
        }
        transpose(n, raw.first, raw.head, out->first, out->head);
        drop_parallel(out);
    }
    cim__adjacency_free(ctx->mem, &raw);
    return ok ? CIM_OK : cim__nomem(ctx);
}

/* ---- peeling ---- */

typedef struct peeling {
    cim__adjacency *graph;
    uint32_t *size;  /* current number of neighbours */
    uint32_t *round; /* in which a neighbour was last eliminated */
    uint8_t *gone;
} peeling;

static uint32_t find(const peeling *p, uint32_t v, uint32_t w)
{
    const uint32_t *list = p->graph->head + p->graph->first[v];
    for (uint32_t i = 0; i < p->size[v]; i++)
        if (list[i] == w) return i;
    return CIM_NONE;
}

static void drop(peeling *p, uint32_t v, uint32_t w)
{
    uint32_t *list = p->graph->head + p->graph->first[v];
    list[find(p, v, w)] = list[p->size[v] - 1];
    p->size[v]--;
}

/* Long lists are searched for the other neighbour from the shorter of the two. */
static void eliminate(peeling *p, uint32_t v, uint32_t round)
{
    const uint32_t *list = p->graph->head + p->graph->first[v];
    uint32_t a = p->size[v] > 0 ? list[0] : CIM_NONE, b = p->size[v] > 1 ? list[1] : CIM_NONE;
    p->gone[v] = 1;
    if (a != CIM_NONE) p->round[a] = round;
    if (b != CIM_NONE) p->round[b] = round;
    if (b == CIM_NONE) {
        if (a != CIM_NONE) drop(p, a, v);
        return;
    }
    if (p->size[a] > p->size[b]) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    if (find(p, a, b) != CIM_NONE) {
        drop(p, a, v);
        drop(p, b, v);
    } else {
        p->graph->head[p->graph->first[a] + find(p, a, v)] = b;
        p->graph->head[p->graph->first[b] + find(p, b, v)] = a;
    }
}

/* Hubs with very long lists would make each look-up long: neighbours of theirs stay in the kernel.  What cannot be peeled in
 * some rounds (a strip of triangles loses two nodes a round) is better cut. */
enum { LONGEST = 64, ROUNDS = 64 };

static bool may_go(const peeling *p, uint32_t v)
{
    const uint32_t *list = p->graph->head + p->graph->first[v];
    if (p->size[v] > 2) return false;
    for (uint32_t i = 0; i < p->size[v]; i++)
        if (p->size[list[i]] > LONGEST) return false;
    return true;
}

static uint32_t peel(peeling *p, uint32_t *order, uint32_t *list)
{
    uint32_t n = p->graph->count, left = n, done = 0;
    for (uint32_t v = 0; v < n; v++) list[v] = v;
    for (uint32_t round = 1; left && round <= ROUNDS; round++) {
        uint32_t kept = 0, before = done;
        for (uint32_t i = 0; i < left; i++) {
            uint32_t v = list[i];
            if (p->round[v] == round || !may_go(p, v)) {
                list[kept++] = v;
                continue;
            }
            eliminate(p, v, round);
            order[done++] = v;
        }
        left = kept;
        if (done == before) break;
    }
    return done;
}

static cim_status rest_of(cim_ctx *ctx, const peeling *p, uint32_t rest, uint32_t *number, cim__adjacency *out, uint32_t **node_out)
{
    size_t heads = 0;
    uint32_t *node = cim__alloc_n(ctx->mem, rest, 4), k = 0;
    for (uint32_t v = 0; v < p->graph->count; v++)
        if (!p->gone[v]) heads += p->size[v];
    if (!adjacency_alloc(ctx->mem, out, rest, heads) || !node) {
        cim__free(ctx->mem, node);
        return cim__nomem(ctx);
    }
    for (uint32_t v = 0; v < p->graph->count; v++)
        if (!p->gone[v]) number[v] = k, node[k++] = v;
    for (uint32_t i = 0, at = 0; i < rest; i++) {
        const uint32_t *list = p->graph->head + p->graph->first[node[i]];
        for (uint32_t j = 0; j < p->size[node[i]]; j++) out->head[at++] = number[list[j]];
        out->first[i + 1] = at;
    }
    *node_out = node;
    return CIM_OK;
}

cim_status cim__adjacency_peel(cim_ctx *ctx, cim__adjacency *full, uint32_t *order, uint32_t *peeled_out, cim__adjacency *rest_out, uint32_t **node_out)
{
    uint32_t n = full->count;
    peeling p = { full, cim__alloc_n(ctx->mem, n, 4), cim__zalloc_n(ctx->mem, n, 4), cim__zalloc_n(ctx->mem, n, 1) };
    uint32_t *list = cim__alloc_n(ctx->mem, n, 4);
    cim_status st = CIM_OK;
    if (p.size && p.round && p.gone && list) {
        for (uint32_t v = 0; v < n; v++) p.size[v] = full->first[v + 1] - full->first[v];
        *peeled_out = peel(&p, order, list);
        st = rest_of(ctx, &p, n - *peeled_out, list, rest_out, node_out);
    } else st = cim__nomem(ctx);
    cim__free(ctx->mem, p.size);
    cim__free(ctx->mem, p.round);
    cim__free(ctx->mem, p.gone);
    cim__free(ctx->mem, list);
    return st;
}
