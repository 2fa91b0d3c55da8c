/* hierarchy.h - making a hierarchy; used by its files only. */
#ifndef CIM_ROUTE_HIERARCHY_H
#define CIM_ROUTE_HIERARCHY_H

#include "route/route.h"

#define CIM__MAX_UP 0x40000000u
#define CIM__MAX_TRIANGLES 0xfffffff0ull

cim_route_hierarchy *cim__hierarchy_new(cim_ctx *ctx); /* empty; NULL when out of memory */
void cim__pool_clear(cim_route_hierarchy *h);

/* Fills up_first and up_head from rows whose heads are in any order. */
cim_status cim__hierarchy_sort_rows(cim_ctx *ctx, cim_route_hierarchy *h, const uint32_t *first, const uint32_t *head);

/* Everything that follows from node_count, arc_count, up_count, the sorted rows and arc_slot.  Refuses what is no hierarchy in
 * reverse preorder, so rows may come from a file. */
cim_status cim__hierarchy_derive(cim_ctx *ctx, cim_route_hierarchy *h);

/* The up-arc between two places: the first whose head is not below `high`. */
uint32_t cim__hierarchy_find(const cim_route_hierarchy *h, uint32_t low, uint32_t high);

#endif
