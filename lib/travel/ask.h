/* ask.h - quickest ways between ends of the net, on any weights: by a metric, or by Dijkstra's algorithm when there is none. */
#ifndef CIM_TRAVEL_ASK_H
#define CIM_TRAVEL_ASK_H

#include "travel/times.h"

typedef struct cim__ask {
    cim_ctx *ctx;
    const cim_net_costs *costs;
    const uint32_t *weights_ms;
    const cim_route_metric *metric; /* NULL: Dijkstra */
    cim_route_query *query;
    cim_route_dijkstra *dijkstra;
    uint32_t *times_ms;             /* of all states, from the starts at hand */
    const cim_route_end *starts;
    size_t start_count;
} cim__ask;

typedef struct cim__asked {
    uint32_t time_ms, start, end; /* CIM_ROUTE_UNREACHABLE_MS: none; numbers of the ends that were used */
    cim__buf arcs;                /* uint32_t, first to last */
} cim__asked;

/* Without a metric weights_ms may be any that are at least 1; cim__ask_end() frees what was begun, also after a failure. */
cim_status cim__ask_begin(cim_ctx *ctx, const cim_net_costs *costs, const uint32_t *weights_ms, const cim_route_metric *metric, cim_route_query *query,
                          cim__ask *ask_out);
void cim__ask_end(cim__ask *ask);

/* The starts that the next questions are about; they must stay. */
cim_status cim__ask_from(cim__ask *ask, const cim_route_end *starts, size_t count);
cim_status cim__ask_time(cim__ask *ask, const cim_route_end *ends, size_t count, uint32_t *time_ms_out);
cim_status cim__ask_way(cim__ask *ask, const cim_route_end *ends, size_t count, cim__asked *way); /* its arcs are replaced */

#endif
