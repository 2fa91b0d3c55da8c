/* leaf.h - order of small pieces. */
#ifndef CIM_ROUTE_LEAF_H
#define CIM_ROUTE_LEAF_H

#include "route/graph.h"

enum { CIM__LEAF = 32 };

/* Reorders the run of `count` <= CIM__LEAF positions from `start`, whose nodes have neighbours only in the run and at later
 * positions. */
void cim__leaf_order(const cim__adjacency *graph, uint32_t *node_at, uint32_t *place_of, uint32_t start, uint32_t count);

#endif
