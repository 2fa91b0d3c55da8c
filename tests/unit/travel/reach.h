/* reach.h - random street nets with places, for questions of how far one gets: parallel ways, loops, one-way streets, restrictions, shut
 * barriers, islands, weights that have changed. */
#ifndef CIM_TESTS_REACH_H
#define CIM_TESTS_REACH_H

#include "nets.h"

typedef struct reach_net {
    street_net net;
    cim_net_costs *costs;
    cim_route_hierarchy *hierarchy;
    cim_route_metric *metric; /* of costs' weights, or of changed ones */
    cim_route_query *query;
} reach_net;

/* changed: some arcs of the metric weigh more, less, or are closed. */
reach_net reach_random(uint64_t *seed, uint32_t turns, bool changed);
void reach_done(reach_net *r);

/* A place on any edge that may be used, sometimes at an end of it; directions are those of a snapped place, perhaps one of two. */
cim_net_place reach_place(const reach_net *r, uint64_t *seed);
cim_net_place reach_place_at(const reach_net *r, uint32_t edge, double fraction);

/* Time by cim_net_route_find(); CIM_ROUTE_UNREACHABLE_MS: no way. */
uint32_t reach_time(const reach_net *r, const cim_net_place *from, const cim_net_place *to, bool with_metric);

#endif
