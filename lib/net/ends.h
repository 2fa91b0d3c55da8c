/* ends.h - places as ends of the routing graph, with what they stand for. */
#ifndef CIM_NET_ENDS_H
#define CIM_NET_ENDS_H

#include "net/net.h"

typedef struct cim__ends {
    size_t count;
    cim_route_end end[CIM_NET_ENDS];
    uint32_t links[CIM_NET_ENDS]; /* to start: the link one leaves on; to arrive: the arc whose link one does not finish */
} cim__ends;

/* With weights of arcs as they are now. */
cim_status cim__net_ends(cim_ctx *ctx, const cim_net_costs *costs, const uint32_t *weights_ms, const cim_net_place *place, int32_t direction, cim__ends *ends_out);

/* What a link takes with these weights: as much more or less than link_ms as its best arc; CIM_ROUTE_UNREACHABLE_MS: closed. */
uint32_t cim__net_link_now(const cim_net_costs *costs, const uint32_t *weights_ms, uint32_t link);

/* CIM_NET_BREAKS_U_TURN if the arc turns back where other links lead on and the profile minds, as far as its state knows where one came from. */
uint32_t cim__net_u_turn(const cim_net_costs *costs, uint32_t arc);

/* Rules that the turn of an arc breaks. */
uint32_t cim__net_arc_rules(const cim_net_costs *costs, uint32_t arc);

#endif
