#include "graphs.h"

#include <stdlib.h>
#include <string.h>

graph *graph_new(uint32_t n, uint32_t m)
{
    graph *g = calloc(1, sizeof *g);
    assert_non_null(g);
    g->n = n;
    g->m = m;
    g->tail = calloc(m + 1, 4);
    g->head = calloc(m + 1, 4);
    g->weight = calloc(m + 1, 4);
    g->x = calloc(n + 1, sizeof *g->x);
    g->y = calloc(n + 1, sizeof *g->y);
    assert_true(g->tail && g->head && g->weight && g->x && g->y);
    return g;
}

void graph_free(graph *g)
{
    free(g->tail);
    free(g->head);
    free(g->weight);
    free(g->x);
    free(g->y);
    free(g);
}

cim_route_graph graph_view(const graph *g)
{
    cim_route_graph view = CIM_ROUTE_GRAPH_INIT;
    view.node_count = g->n;
    view.arc_count = g->m;
    view.tail = g->tail;
    view.head = g->head;
    view.x = g->coordinates ? g->x : NULL;
    view.y = g->coordinates ? g->y : NULL;
    return view;
}

uint32_t weight_random(uint64_t *seed, int kind)
{
    uint64_t r = support_random(seed);
    switch (kind) {
    case 0: return (uint32_t)(r % 1000);
    case 1: return (uint32_t)(r % 3);                                        /* ties, zeros */
    case 2: return r % 4 ? (uint32_t)(r >> 8) % 50 : NO_WAY;                 /* closed */
    case 3: return r % 2 ? NO_WAY / 3 + (uint32_t)(r >> 8) % 9 : (uint32_t)(r >> 32); /* sums reach the limit; values above it */
    case 4: return 0;
    default: return r % 5 ? (uint32_t)(r >> 8) % 60000 : 0xffffffffu;
    }
}

static void arc(graph *g, uint32_t *at, uint32_t a, uint32_t b, bool both)
{
    if (*at < g->m) g->tail[*at] = a, g->head[(*at)++] = b;
    if (both && *at < g->m) g->tail[*at] = b, g->head[(*at)++] = a;
}

static void shape(graph *g, uint64_t *seed, int kind)
{
    uint32_t at = 0, n = g->n;
    uint32_t islands = kind == 5 ? 4 : 1;
    if (!n) return;
    for (uint32_t v = 1; v < n && kind == 0; v++) arc(g, &at, v - 1, v, support_random(seed) % 3);              /* chain */
    for (uint32_t v = 1; v < n && kind == 1; v++) arc(g, &at, 0, v, support_random(seed) % 3);                  /* star */
    for (uint32_t v = 1; v < n && kind == 2; v++) arc(g, &at, v / 3, v, support_random(seed) % 3);              /* tree */
    for (uint32_t v = 0; v < n && kind == 3; v++)
        for (uint32_t w = 0; w < n; w++) arc(g, &at, v, w, false);                                              /* clique with loops */
    for (uint32_t v = 0; v < n && kind == 4; v++) {                                                             /* grid 8 wide */
        if (v % 8) arc(g, &at, v - 1, v, support_random(seed) % 3);
        if (v >= 8) arc(g, &at, v - 8, v, support_random(seed) % 3);
    }
    while (at < g->m) {
        uint32_t a = (uint32_t)(support_random(seed) % n), b = (uint32_t)(support_random(seed) % n);
        if (islands > 1) b = a % islands + b / islands * islands;
        if (b >= n) b = a;
        arc(g, &at, a, b, false);
        if (support_random(seed) % 6 == 0) arc(g, &at, a, b, true); /* parallel */
    }
}

graph *graph_random(uint64_t *seed, int round)
{
    int kind = round % 8, weights = (int)(support_random(seed) % 6);
    uint32_t n = (uint32_t)(support_random(seed) % (round % 16 == 0 ? MAX_NODES : 24)), m = (uint32_t)(support_random(seed) % (n * 4 + 1));
    if (round < 6) n = (uint32_t)round % 3, m = n ? (uint32_t)round : 0;
    if (kind == 3) m = n * n;
    if (m > MAX_ARCS) m = MAX_ARCS;
    graph *g = graph_new(n, m);
    shape(g, seed, kind);
    for (uint32_t a = 0; a < m; a++) g->weight[a] = weight_random(seed, weights);
    int where = (int)(support_random(seed) % 4);
    g->coordinates = where > 0;
    for (uint32_t v = 0; v < n; v++) {
        g->x[v] = where == 1 ? support_uniform(seed, -1e6, 1e6) : where == 2 ? (double)(v % 8) : 5.0;
        g->y[v] = where == 1 ? support_uniform(seed, -1e6, 1e6) : where == 2 ? (double)(v / 8) : 5.0;
    }
    return g;
}

graph *graph_grid(uint32_t width, uint32_t height, uint64_t seed)
{
    graph *g = graph_new(width * height, 4 * width * height);
    uint32_t at = 0;
    for (uint32_t v = 0; v < g->n; v++) {
        g->x[v] = v % width + support_uniform(&seed, 0, 0.4);
        g->y[v] = v / width + support_uniform(&seed, 0, 0.4);
        if (v % width && support_random(&seed) % 8) arc(g, &at, v - 1, v, support_random(&seed) % 4);
        if (v >= width && support_random(&seed) % 8) arc(g, &at, v, v - width, support_random(&seed) % 4);
    }
    g->m = at;
    g->coordinates = true;
    for (uint32_t a = 0; a < at; a++) g->weight[a] = 1000 + (uint32_t)(support_random(&seed) % 9000);
    return g;
}

void order_random(uint64_t *seed, uint32_t n, uint32_t *order)
{
    for (uint32_t i = 0; i < n; i++) order[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = (uint32_t)(support_random(seed) % i), swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
}

cim_route_hierarchy *graph_hierarchy(cim_ctx *ctx, const graph *g, const uint32_t *order)
{
    cim_route_graph view = graph_view(g);
    cim_route_hierarchy *h = NULL;
    assert_ok(ctx, cim_route_hierarchy_build(ctx, &view, order, &h));
    return h;
}

void oracle(const graph *g, const uint32_t *weight, bool backward, const cim_route_end *ends, size_t count, uint32_t *times)
{
    const uint32_t *from = backward ? g->head : g->tail, *to = backward ? g->tail : g->head;
    bool *settled = calloc(g->n + 1, sizeof *settled);
    assert_non_null(settled);
    for (uint32_t v = 0; v < g->n; v++) times[v] = NO_WAY;
    for (size_t i = 0; i < count; i++)
        if (ends[i].offset_ms < times[ends[i].node]) times[ends[i].node] = ends[i].offset_ms;
    for (;;) {
        uint32_t v = CIM_NONE;
        for (uint32_t u = 0; u < g->n; u++)
            if (!settled[u] && times[u] < NO_WAY && (v == CIM_NONE || times[u] < times[v])) v = u;
        if (v == CIM_NONE) break;
        settled[v] = true;
        for (uint32_t a = 0; a < g->m; a++) {
            uint64_t time = (uint64_t)times[v] + weight[a];
            if (from[a] == v && time < times[to[a]]) times[to[a]] = (uint32_t)time;
        }
    }
    free(settled);
}
