/* ends.h - places as ends of the routing graph, with what they stand for. */
#ifndef CIM_NET_ENDS_H
#define CIM_NET_ENDS_H

#include "net/net.h"

typedef struct cim__ends {
    size_t count;
    cim_route_end end[CIM_NET_ENDS];
    uint32_t links[CIM_NET_ENDS]; /* to start: the link one leaves on; to arrive: the arc whose link one does not finish */
} cim__ends;

/* How much of a link is done at a place. */
static inline double cim__net_done(const cim_net_place *place, uint32_t link) { return link & 1 ? 1.0 - place->fraction : place->fraction; }

/* With weights of arcs as they are now. */
cim_status cim__net_ends(cim_ctx *ctx, const cim_net_costs *costs, const uint32_t *weights_ms, const cim_net_place *place, int32_t direction,
                         cim__ends *ends_out);

/* What a link takes with these weights: as much more or less than link_ms as its best arc; CIM_ROUTE_UNREACHABLE_MS: closed. */
uint32_t cim__net_link_now(const cim_net_costs *costs, const uint32_t *weights_ms, uint32_t link);

/* From a place to the end of its link and through the junction there; CIM_ROUTE_UNREACHABLE_MS: closed. */
uint32_t cim__net_leave_ms(const cim_net_costs *costs, const uint32_t *weights_ms, const cim_net_place *place, uint32_t link);

/* From one place to another without leaving a link; CIM_ROUTE_UNREACHABLE_MS when they are not both on it, the one before the other, or it is closed. */
uint32_t cim__net_along_ms(const cim_net_costs *costs, const uint32_t *weights_ms, const cim_net_place *from, const cim_net_place *to, uint32_t link);

/* The quicker link of the edge on which that can be done, and its time; CIM_NONE and CIM_ROUTE_UNREACHABLE_MS: neither. */
uint32_t cim__net_straight(const cim_net_costs *costs, const uint32_t *weights_ms, const cim_net_place *from, const cim_net_place *to, uint32_t *ms_out);

/* CIM_NET_BREAKS_U_TURN if the arc turns back where other links lead on and the profile minds, as far as its state knows where one came from. */
uint32_t cim__net_u_turn(const cim_net_costs *costs, uint32_t arc);

/* Rules that the turn of an arc breaks. */
uint32_t cim__net_arc_rules(const cim_net_costs *costs, uint32_t arc);

/* ---- what a question is asked on (fits.c) ---- */

/* The weights: the metric's, or those of costs when there is none. */
static inline const uint32_t *cim__net_weights(const cim_net_costs *costs, const cim_route_metric *metric)
{
    return metric ? cim_route_metric_weights(metric) : costs->weights_ms;
}

/* CIM_EARG unless the hierarchy is of the net's graph. */
cim_status cim__net_fits(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_hierarchy *hierarchy);
/* The same of a metric; NULL fits. */
cim_status cim__net_metric_fits(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric);
/* Metric and query: both or neither, of the net's graph, and of one hierarchy. */
cim_status cim__net_question_fits(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_route_query *query);

#endif
