/* times.c - times to all states, with or without a hierarchy. */
#include "travel/times.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

cim_status cim__travel_times(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, cim_route_query *query, int32_t direction,
                             const cim_route_end *ends, size_t end_count, uint32_t limit_ms, uint32_t *times_ms)
{
    if (metric) return cim_route_all(ctx, metric, query, direction, ends, end_count, limit_ms, times_ms);
    cim_route_graph graph = cim_net_graph(costs->net);
    cim_route_dijkstra *dijkstra = NULL;
    CIM__TRY(cim_route_dijkstra_new(ctx, &graph, &dijkstra));
    cim_status st = cim_route_dijkstra_run(ctx, dijkstra, costs->weights_ms, direction, ends, end_count, limit_ms, CIM_NONE, times_ms);
    cim_route_dijkstra_free(dijkstra);
    return st;
}

/* ---- looking at times of all states ---- */

uint32_t cim__travel_least(const uint32_t *times, const cim_route_end *ends, size_t count, uint32_t *which)
{
    uint32_t best = NO_WAY;
    for (size_t i = 0; i < count; i++) {
        uint32_t time = times[ends[i].node];
        if (time >= NO_WAY || ends[i].offset_ms >= NO_WAY || time + ends[i].offset_ms >= best) continue;
        best = time + ends[i].offset_ms;
        *which = (uint32_t)i;
    }
    return best;
}

uint32_t cim__travel_started(const uint32_t *times, const cim_route_end *starts, size_t count, uint32_t state)
{
    for (uint32_t i = 0; i < count; i++)
        if (starts[i].node == state && starts[i].offset_ms == times[state]) return i;
    return CIM_NONE;
}

static uint32_t arrived_over(const cim_net *net, const uint32_t *weights, const uint32_t *times, uint32_t state, uint32_t link)
{
    for (uint32_t k = net->first_of_link[link]; k < net->first_of_link[link + 1]; k++) {
        uint32_t a = net->arc_of_link[k], from = times[net->arc_tail[a]];
        if (net->arc_head[a] == state && weights[a] < NO_WAY && from < NO_WAY && from + weights[a] == times[state]) return a;
    }
    return CIM_NONE;
}

uint32_t cim__travel_arrived(const cim_net *net, const uint32_t *weights, const uint32_t *times, uint32_t state)
{
    uint32_t j = net->state_junction[state], a = CIM_NONE;
    if (net->state_link[state] != CIM_NONE) return arrived_over(net, weights, times, state, net->state_link[state]);
    for (uint32_t i = net->first_out[j]; a == CIM_NONE && i < net->first_out[j + 1]; i++) a = arrived_over(net, weights, times, state, net->out_link[i] ^ 1);
    return a;
}
