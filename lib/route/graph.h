/* graph.h - the graph given by the caller, checked, and without directions. */
#ifndef CIM_ROUTE_GRAPH_H
#define CIM_ROUTE_GRAPH_H

#include "route/route.h"

/* Simple undirected graph: no loops, no parallel edges, each edge at both ends; heads ascending. */
typedef struct cim__adjacency {
    uint32_t count;
    uint32_t *first, *head;
} cim__adjacency;

/* Refuses what is not a graph; graph_out is a whole struct of this library's size. */
cim_status cim__route_graph_ok(cim_ctx *ctx, const cim_route_graph *graph, cim_route_graph *graph_out);
uint64_t cim__route_graph_hash(const cim_route_graph *graph);

cim_status cim__adjacency_make(cim_ctx *ctx, const cim_route_graph *graph, cim__adjacency *adjacency_out);
void cim__adjacency_free(cim__mem *mem, cim__adjacency *adjacency);

/* Eliminates nodes with at most two neighbours, again and again: their order, how many, and what remains (its nodes by
 * ascending number in node_out).  Uses up the lists of `full`. */
cim_status cim__adjacency_peel(cim_ctx *ctx, cim__adjacency *full, uint32_t *order, uint32_t *peeled_out, cim__adjacency *rest_out, uint32_t **node_out);

/* Node order by nested dissection; order[i] is the i-th node to eliminate. */
cim_status cim__route_order(cim_ctx *ctx, const cim_route_graph *graph, uint32_t *order);

#endif
