/* times.h - what the questions about getting around share. */
#ifndef CIM_TRAVEL_TIMES_H
#define CIM_TRAVEL_TIMES_H

#include "net/ends.h"

/* cim_route_all() of the net's states; without a metric by Dijkstra's algorithm. */
cim_status cim__travel_times(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, cim_route_query *query, int32_t direction,
                             const cim_route_end *ends, size_t end_count, uint32_t limit_ms, uint32_t *times_ms);

/* ---- looking at times of all states ---- */

/* The least time over ends, and which; CIM_ROUTE_UNREACHABLE_MS: none is reached, and *which_out is left alone. */
uint32_t cim__travel_least(const uint32_t *times_ms, const cim_route_end *ends, size_t count, uint32_t *which_out);
/* The start from which a state has its time; CIM_NONE: it was reached on an arc. */
uint32_t cim__travel_started(const uint32_t *times_ms, const cim_route_end *starts, size_t count, uint32_t state);
/* The arc on which a state was reached at its time, searching forward; CIM_NONE: on none. */
uint32_t cim__travel_arrived(const cim_net *net, const uint32_t *weights_ms, const uint32_t *times_ms, uint32_t state);

#endif
