/* times.h - what the questions about getting around share. */
#ifndef CIM_TRAVEL_TIMES_H
#define CIM_TRAVEL_TIMES_H

#include "net/ends.h"

/* The weights a question is asked on: the metric's, or those of costs when there is none. */
static inline const uint32_t *cim__travel_weights(const cim_net_costs *costs, const cim_route_metric *metric)
{
    return metric ? cim_route_metric_weights(metric) : costs->weights_ms;
}

/* cim_route_all() of the net's states; without a metric by Dijkstra's algorithm. */
cim_status cim__travel_times(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, cim_route_query *query, int32_t direction, const cim_route_end *ends,
                             size_t end_count, uint32_t limit_ms, uint32_t *times_ms);

#endif
