/* order.c - node order by nested dissection.
 *
 * 1. Nodes with at most two neighbours go first, in rounds that take no two neighbours, so that a chain of n nodes makes a
 *    tree of depth log n.  What remains (the kernel) has their neighbours joined.
 * 2. The kernel is cut into pieces, level by level: every piece tries several projections (cutter.c); the best separator goes
 *    last in the piece's run of positions, the components of the rest share the run before it.  A position is final as
 *    soon as its node is in a separator or a small piece.
 * 3. Small pieces are ordered by minimum degree, counting neighbours in the separators around them.
 *
 * Pieces of a level and their projections are independent items for the context's threads; the choice between them is by
 * score, then by number, so the order is the same with any number of threads. */
#include "route/graph.h"
#include "route/cutter.h"
#include "route/leaf.h"
#include "core/par.h"

#include <math.h>

enum { DIRECTIONS = 8 };

typedef struct piece {
    uint32_t start, count;
} piece;

typedef struct dissection {
    cim__mem *mem;
    const cim__adjacency *graph; /* of the kernel, by kernel node */
    const double *x, *y;         /* by kernel node, or NULL */
    uint32_t count;
    uint32_t *node_at, *place_of; /* position <-> kernel node */
    uint32_t *first, *adj;        /* by position: neighbours in the same piece, relative to its start */
    float *key;                   /* CIM__WORKERS rows of the largest piece */
    uint8_t *sides;               /* DIRECTIONS rows of count */
    uint32_t *scratch;            /* count */
    double *score;                /* pieces * DIRECTIONS */
    _Atomic double *bound;        /* pieces: the best score so far; what is worse cannot win, so the order of work plays no part */
    cim__cutter cutter[CIM__WORKERS];
    cim__buf pieces, next;
} dissection;

/* ---- projections ---- */

/* Hop counts from `from` within a piece; returns the last node reached. */
static uint32_t hops(const cim__piece *p, uint32_t from, float *hop, uint32_t *queue)
{
    uint32_t head = 0, tail = 0;
    for (uint32_t v = 0; v < p->count; v++) hop[v] = -1.0f;
    hop[from] = 0.0f;
    queue[tail++] = from;
    while (head < tail) {
        uint32_t v = queue[head++];
        for (uint32_t i = p->first[v]; i < p->first[v + 1]; i++)
            if (hop[p->adj[i]] < 0.0f) {
                hop[p->adj[i]] = hop[v] + 1.0f;
                queue[tail++] = p->adj[i];
            }
    }
    return queue[tail - 1];
}

/* Without coordinates: the difference of the hop counts from two nodes far from each other, which changes with `direction`. */
static void project_by_hops(const cim__piece *p, int direction, float *key, float *other, uint32_t *queue)
{
    uint32_t a = (uint32_t)((uint64_t)p->count * (uint32_t)direction / DIRECTIONS);
    a = hops(p, a, key, queue);
    uint32_t b = hops(p, a, key, queue);
    if (direction & 1) b = queue[p->count / 2];
    hops(p, b, other, queue);
    for (uint32_t v = 0; v < p->count; v++) key[v] -= other[v];
}

static void project(dissection *d, const piece *at, const cim__piece *p, int direction, float *key, cim__cutter *c)
{
    double angle = 3.14159265358979323846 * direction / DIRECTIONS, dx = cos(angle), dy = sin(angle);
    if (!d->x) {
        project_by_hops(p, direction, key, key + d->count, c->path);
        return;
    }
    uint32_t base = d->node_at[at->start];
    for (uint32_t i = 0; i < at->count; i++) {
        uint32_t v = d->node_at[at->start + i];
        key[i] = (float)(dx * (d->x[v] - d->x[base]) + dy * (d->y[v] - d->y[base]));
    }
}

/* ---- one level ---- */

static cim__piece piece_graph(const dissection *d, const piece *at)
{
    return (cim__piece){ at->count, d->first + at->start, d->adj };
}

static cim_status try_direction(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    dissection *d = user;
    const piece *at = &CIM__AT(&d->pieces, piece, item / DIRECTIONS);
    int direction = (int)(item % DIRECTIONS);
    cim__piece p = piece_graph(d, at);
    float *key = d->key + (size_t)worker * 2 * d->count;
    _Atomic double *bound = &d->bound[item / DIRECTIONS];
    double before = atomic_load_explicit(bound, memory_order_relaxed);
    (void)ctx;
    project(d, at, &p, direction, key, &d->cutter[worker]);
    double score = d->score[item] = cim__cutter_run(&d->cutter[worker], &p, key, before, d->sides + (size_t)direction * d->count + at->start);
    while (score >= 0.0 && score < before && !atomic_compare_exchange_weak(bound, &before, score)) {}
    return CIM_OK;
}

/* Neighbours inside the pieces of this level.  `first` needs one more entry than positions, so it is refilled as a whole: pieces
 * are in order, and what lies between them is settled and has no neighbours. */
static void relabel(dissection *d)
{
    uint32_t at = 0, position = 0;
    for (size_t k = 0; k < CIM__COUNT(&d->pieces, piece); k++) {
        const piece *p = &CIM__AT(&d->pieces, piece, k);
        for (; position < p->start; position++) d->first[position] = at;
        for (; position < p->start + p->count; position++) {
            uint32_t v = d->node_at[position];
            d->first[position] = at;
            for (uint32_t i = d->graph->first[v]; i < d->graph->first[v + 1]; i++) {
                uint32_t q = d->place_of[d->graph->head[i]] - p->start;
                if (q < p->count) d->adj[at++] = q;
            }
        }
    }
    for (; position <= d->count; position++) d->first[position] = at;
}

/* Coordinates that say nothing about the graph, or a piece that is all neighbours: projections by hops, else halves. */
static void cut_by_hops(dissection *d, const piece *at)
{
    cim__piece p = piece_graph(d, at);
    cim__cutter *c = &d->cutter[0];
    uint8_t *sides = d->sides + at->start;
    for (int direction = 0; d->x && direction < DIRECTIONS; direction++) {
        project_by_hops(&p, direction, d->key, d->key + d->count, c->path);
        if (cim__cutter_run(c, &p, d->key, HUGE_VAL, sides) >= 0.0) return;
    }
    project_by_hops(&p, 0, d->key, d->key + d->count, c->path);
    cim__cutter_halve(c, &p, d->key, sides);
}

static const uint8_t *best_sides(dissection *d, size_t k)
{
    const piece *at = &CIM__AT(&d->pieces, piece, k);
    int best = -1;
    for (int i = 0; i < DIRECTIONS; i++) {
        double score = d->score[k * DIRECTIONS + (size_t)i];
        if (score >= 0.0 && (best < 0 || score < d->score[k * DIRECTIONS + (size_t)best])) best = i;
    }
    if (best < 0) {
        cut_by_hops(d, at);
        best = 0;
    }
    return d->sides + (size_t)best * d->count + at->start;
}

static bool add_piece(dissection *d, uint32_t start, uint32_t count)
{
    piece *p = CIM__PUSH(&d->next, piece);
    if (p) *p = (piece){ start, count };
    return p != NULL;
}

/* Reorders a piece's run: components of what is not in the cut, then the cut. */
static bool split(dissection *d, const piece *at, const uint8_t *sides)
{
    cim__piece p = piece_graph(d, at);
    uint32_t *list = d->scratch, tail = 0, *old = d->cutter[0].path;
    uint8_t *seen = d->cutter[0].seen;
    bool ok = true;
    memcpy(old, d->node_at + at->start, (size_t)at->count * 4);
    for (uint32_t v = 0; v < at->count; v++) seen[v] = sides && sides[v] == CIM__SIDE_CUT;
    for (uint32_t v = 0; v < at->count; v++) {
        if (seen[v]) continue;
        uint32_t head = tail;
        seen[v] = 1;
        list[tail++] = v;
        for (uint32_t scan = head; scan < tail; scan++)
            for (uint32_t i = p.first[list[scan]]; i < p.first[list[scan] + 1]; i++)
                if (!seen[p.adj[i]]) {
                    seen[p.adj[i]] = 1;
                    list[tail++] = p.adj[i];
                }
        ok &= add_piece(d, at->start + head, tail - head);
    }
    for (uint32_t v = 0; sides && v < at->count; v++)
        if (sides[v] == CIM__SIDE_CUT) list[tail++] = v;
    for (uint32_t i = 0; i < at->count; i++) {
        d->node_at[at->start + i] = old[list[i]];
        d->place_of[old[list[i]]] = at->start + i;
    }
    return ok;
}

static cim_status settle_leaves(cim_ctx *ctx, dissection *d)
{
    cim__buf keep = cim__buf_on(d->mem);
    bool ok = true;
    for (size_t k = 0; ok && k < CIM__COUNT(&d->next, piece); k++) {
        piece at = CIM__AT(&d->next, piece, k);
        if (at.count > CIM__LEAF) {
            piece *p = CIM__PUSH(&keep, piece);
            ok = p != NULL;
            if (p) *p = at;
        } else cim__leaf_order(d->graph, d->node_at, d->place_of, at.start, at.count);
    }
    cim__buf_free(&d->pieces);
    d->pieces = keep;
    d->next.size = 0;
    return ok ? CIM_OK : cim__nomem(ctx);
}

static cim_status levels(cim_ctx *ctx, dissection *d)
{
    piece all = { 0, d->count };
    CIM__AT(&d->pieces, piece, 0) = all;
    relabel(d);
    if (!split(d, &all, NULL)) return cim__nomem(ctx); /* the components */
    CIM__TRY(settle_leaves(ctx, d));
    while (d->pieces.size) {
        size_t n = CIM__COUNT(&d->pieces, piece);
        double *score = cim__realloc_n(d->mem, d->score, n * DIRECTIONS, sizeof *score);
        if (!score) return cim__nomem(ctx);
        d->score = score;
        _Atomic double *bound = cim__realloc_n(d->mem, d->bound, n, sizeof *bound);
        if (!bound) return cim__nomem(ctx);
        d->bound = bound;
        for (size_t k = 0; k < n; k++) atomic_init(&bound[k], HUGE_VAL);
        relabel(d);
        CIM__TRY(cim__par_run(ctx, n * DIRECTIONS, "ordering nodes", try_direction, d));
        for (size_t k = 0; k < n; k++)
            if (!split(d, &CIM__AT(&d->pieces, piece, k), best_sides(d, k))) return cim__nomem(ctx);
        CIM__TRY(settle_leaves(ctx, d));
    }
    return CIM_OK;
}

static cim_status dissect_with(cim_ctx *ctx, dissection *d, uint32_t workers)
{
    bool ok = true;
    for (uint32_t i = 0; i < workers; i++) ok &= cim__cutter_init(&d->cutter[i], d->mem, d->count);
    ok &= (d->node_at = cim__alloc_n(d->mem, d->count, 4)) != NULL;
    ok &= (d->place_of = cim__alloc_n(d->mem, d->count, 4)) != NULL;
    ok &= (d->first = cim__alloc_n(d->mem, (size_t)d->count + 1, 4)) != NULL;
    ok &= (d->adj = cim__alloc_n(d->mem, d->graph->first[d->count], 4)) != NULL;
    ok &= (d->key = cim__alloc_n(d->mem, (size_t)workers * 2 * d->count, sizeof *d->key)) != NULL;
    ok &= (d->sides = cim__alloc_n(d->mem, d->count, DIRECTIONS)) != NULL;
    ok &= (d->scratch = cim__alloc_n(d->mem, d->count, 4)) != NULL;
    ok &= CIM__PUSH(&d->pieces, piece) != NULL;
    if (!ok) return cim__nomem(ctx);
    for (uint32_t v = 0; v < d->count; v++) d->node_at[v] = d->place_of[v] = v;
    return levels(ctx, d);
}

/* node_out[position] = kernel node, first to be eliminated first. */
static cim_status dissect(cim_ctx *ctx, const cim__adjacency *graph, const double *x, const double *y, uint32_t *node_out)
{
    dissection *d = cim__zalloc(ctx->mem, sizeof *d);
    uint32_t workers = ctx->threads < 1 ? 1 : ctx->threads > CIM__WORKERS ? CIM__WORKERS : ctx->threads;
    if (!d) return cim__nomem(ctx);
    d->mem = ctx->mem;
    d->graph = graph;
    d->x = x;
    d->y = y;
    d->count = graph->count;
    d->pieces = d->next = cim__buf_on(ctx->mem);
    cim_status st = dissect_with(ctx, d, workers);
    if (st >= 0) memcpy(node_out, d->node_at, (size_t)d->count * 4);
    for (uint32_t i = 0; i < workers; i++)
        if (d->cutter[i].mem) cim__cutter_free(&d->cutter[i]);
    void *blocks[] = { d->node_at, d->place_of, d->first, d->adj, d->key, d->sides, d->scratch, d->score, d->bound };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(ctx->mem, blocks[i]);
    cim__buf_free(&d->pieces);
    cim__buf_free(&d->next);
    cim__free(ctx->mem, d);
    return st;
}

/* ---- the kernel ---- */

typedef struct kernel {
    cim__adjacency graph;
    uint32_t *node; /* kernel node -> node */
    double *x, *y;
} kernel;

static void kernel_free(cim__mem *mem, kernel *k)
{
    cim__adjacency_free(mem, &k->graph);
    cim__free(mem, k->node);
    cim__free(mem, k->x);
    cim__free(mem, k->y);
}

static bool kernel_coordinates(cim__mem *mem, kernel *k, const cim_route_graph *graph)
{
    if (!graph->x) return true;
    k->x = cim__alloc_n(mem, k->graph.count, sizeof *k->x);
    k->y = cim__alloc_n(mem, k->graph.count, sizeof *k->y);
    if (!k->x || !k->y) return false;
    for (uint32_t v = 0; v < k->graph.count; v++) {
        k->x[v] = graph->x[k->node[v]];
        k->y[v] = graph->y[k->node[v]];
    }
    return true;
}

static cim_status order_kernel(cim_ctx *ctx, const cim_route_graph *graph, kernel *k, uint32_t *order)
{
    if (!k->graph.count) return CIM_OK;
    if (!kernel_coordinates(ctx->mem, k, graph)) return cim__nomem(ctx);
    CIM__TRY(dissect(ctx, &k->graph, k->x, k->y, order));
    for (uint32_t i = 0; i < k->graph.count; i++) order[i] = k->node[order[i]];
    return CIM_OK;
}

cim_status cim__route_order(cim_ctx *ctx, const cim_route_graph *graph, uint32_t *order)
{
    cim__adjacency full = { 0 };
    kernel k = { 0 };
    uint32_t peeled = 0;
    cim_status st = cim__adjacency_make(ctx, graph, &full);
    if (st >= 0) st = cim__adjacency_peel(ctx, &full, order, &peeled, &k.graph, &k.node);
    cim__adjacency_free(ctx->mem, &full);
    if (st >= 0) st = order_kernel(ctx, graph, &k, order + peeled);
    kernel_free(ctx->mem, &k);
    return st;
}

cim_status cim_route_order(cim_ctx *ctx, const cim_route_graph *graph, uint32_t *order_out)
{
    cim_route_graph g;
    cim__enter(ctx);
    CIM__TRY(cim__route_graph_ok(ctx, graph, &g));
    uint32_t *order = cim__alloc_n(ctx->mem, g.node_count, 4);
    if (!order) return cim__nomem(ctx);
    cim_status st = cim__route_order(ctx, &g, order);
    if (st >= 0 && g.node_count) memcpy(order_out, order, (size_t)g.node_count * 4);
    cim__free(ctx->mem, order);
    return st;
}
