/* ends.h - places as ends of the routing graph, with what they stand for. */
#ifndef CIM_NET_ENDS_H
#define CIM_NET_ENDS_H

#include "net/net.h"

typedef struct cim__ends {
    size_t count;
    cim_route_end end[CIM_NET_ENDS];
    uint32_t links[CIM_NET_ENDS]; /* to start: the link one leaves on; to arrive: the arc whose link one does not finish */
} cim__ends;

cim_status cim__net_ends(cim_ctx *ctx, const cim_net_costs *costs, const cim_net_place *place, int32_t direction, cim__ends *ends_out);

/* Rules that the turn of an arc breaks. */
uint32_t cim__net_arc_rules(const cim_net_costs *costs, uint32_t arc);

#endif
