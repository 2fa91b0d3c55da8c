/* times.c - times to all states, with or without a hierarchy. */
#include "travel/times.h"

cim_status cim__travel_times(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, cim_route_query *query, int32_t direction, const cim_route_end *ends,
                             size_t end_count, uint32_t limit_ms, uint32_t *times_ms)
{
    if (metric) return cim_route_all(ctx, metric, query, direction, ends, end_count, limit_ms, times_ms);
    cim_route_graph graph = cim_net_graph(costs->net);
    cim_route_dijkstra *dijkstra = NULL;
    CIM__TRY(cim_route_dijkstra_new(ctx, &graph, &dijkstra));
    cim_status st = cim_route_dijkstra_run(ctx, dijkstra, costs->weights_ms, direction, ends, end_count, limit_ms, CIM_NONE, times_ms);
    cim_route_dijkstra_free(dijkstra);
    return st;
}
