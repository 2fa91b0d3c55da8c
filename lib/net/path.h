/* path.h - a route put together from its parts (path.c). */
#ifndef CIM_NET_PATH_H
#define CIM_NET_PATH_H

#include "net/ends.h"

cim_net_route *cim__net_route_new(cim_ctx *ctx); /* without legs; NULL when out of memory */
/* From one part of a link to another, both measured in its direction; rules: beside those of the link. */
void cim__net_route_leg(const cim_net_costs *costs, cim_net_route *route, uint32_t link, double from, double to, uint32_t time_ms, uint32_t rules);
bool cim__net_route_failed(const cim_net_route *route); /* memory ran out on the way */

#endif
