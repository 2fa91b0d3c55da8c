/* journey.h - what the files of journeys share. */
#ifndef CIM_TRAVEL_JOURNEY_H
#define CIM_TRAVEL_JOURNEY_H

#include "cim/journey.h"
#include "net/path.h"

/* One of the routes. */
typedef struct cim__journey_route {
    cim_net_route *route;
    uint32_t shared_ms, first_section; /* of the sections in cim_journey */
} cim__journey_route;

struct cim_journey {
    cim__mem *mem;
    cim_net_costs *costs;
    cim__buf stops;    /* cim_journey_stop in the order of travel */
    cim__buf order;    /* uint32_t */
    cim__buf sections; /* cim_journey_section, stops - 1 a route */
    cim__buf routes;   /* cim__journey_route */
    uint32_t order_exact;
};

/* A route of a journey with its view; fails when there is none. */
cim_status cim__journey_route_of(cim_ctx *ctx, const cim_journey *journey, size_t number, const cim__journey_route **route_out, cim_net_route_view *view_out);

/* Texts of the net by which kinds of edges and junctions are known. */
typedef struct cim__tags {
    const cim_net *net;
    uint32_t highway, route, junction, toll, tunnel, crossing;
} cim__tags;
cim__tags cim__tags_of(const cim_net *net);
static inline cim__str cim__tag_of(const cim__tags *t, uint32_t set, uint32_t key) { return cim__net_tag_value(t->net, set, key); }
bool cim__is_ferry(const cim__tags *t, uint32_t set);
bool cim__is_roundabout(const cim__tags *t, uint32_t set);

/* ---- what to avoid (journey_avoid.c) ---- */

/* by_edge[edge]: 0, or 1 + which of the areas, then objects, then classes it is avoided for. */
cim_status cim__avoid_find(cim_ctx *ctx, const cim_net_costs *costs, const cim_journey_avoid *avoid, uint32_t *by_edge);
/* Changes weights accordingly. */
void cim__avoid_apply(const cim_net_costs *costs, const cim_journey_avoid *avoid, const uint32_t *by_edge, uint32_t *weights_ms);
/* "area 1", "object 17", "tunnels". */
void cim__avoid_name(const cim_journey_avoid *avoid, uint32_t which, char text[40]);
/* The options as this library knows them, checked. */
cim_status cim__avoid_options(cim_ctx *ctx, const cim_journey_avoid *avoid, cim_journey_avoid *opts_out);
cim_status cim__avoid_metric(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const uint32_t *weights_ms,
                             cim_route_metric **metric_out);

#endif
