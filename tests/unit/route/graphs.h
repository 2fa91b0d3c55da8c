/* graphs.h - small graphs of every unpleasant kind, and Dijkstra without a heap as the oracle. */
#ifndef CIM_TESTS_GRAPHS_H
#define CIM_TESTS_GRAPHS_H

#include "support.h"

enum { MAX_NODES = 64, MAX_ARCS = 2100 };
#define NO_WAY CIM_ROUTE_UNREACHABLE_MS

typedef struct graph {
    uint32_t n, m;
    uint32_t *tail, *head, *weight;
    double *x, *y;
    bool coordinates;
} graph;

/* The round's graph: loops, parallel arcs, zero, huge and closed weights, islands, stars, chains, cliques, grids. */
graph *graph_random(uint64_t *seed, int round);
graph *graph_grid(uint32_t width, uint32_t height, uint64_t seed); /* streets, some one-way */
graph *graph_new(uint32_t n, uint32_t m);
void graph_free(graph *g);
cim_route_graph graph_view(const graph *g);
uint32_t weight_random(uint64_t *seed, int kind);
void order_random(uint64_t *seed, uint32_t n, uint32_t *order);
cim_route_hierarchy *graph_hierarchy(cim_ctx *ctx, const graph *g, const uint32_t *order);

/* Times from the ends to all nodes (backward: to the ends), by scanning for the nearest unsettled node. */
void oracle(const graph *g, const uint32_t *weight, bool backward, const cim_route_end *ends, size_t count, uint32_t *times);

#endif
