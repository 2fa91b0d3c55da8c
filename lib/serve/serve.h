/* serve.h - what the files of service coverage and of placement in a city share.
 *
 *   assign.c   min-cost flow from demands to facilities that hold only so much
 *   whole.c    the same when demands may not be split
 *   service.c  who is served, by whom, how far
 *   sites.c    lists of places: objects, along walls and streets, a grid
 *   reach.c    who reaches whom, and plans that are looked at again
 *   water.c    impacts of contaminations in pipes */
#ifndef CIM_SERVE_SERVE_H
#define CIM_SERVE_SERVE_H

#include "cim/serve.h"
#include "core/ctx.h"

#include <math.h>

/* ---- assignments ---- */

struct cim_serve_assignment {
    cim__mem *mem;
    cim_serve_assignment_view view;
    cim__buf shares; /* cim_serve_share */
    double *loads, *left;
};

/* A problem in whole units. */
typedef struct serve_task {
    cim_ctx *ctx;
    uint32_t f, d;
    const uint32_t *costs;
    uint32_t limit;
    int64_t *amount, *room;   /* by demand, by facility: what is left to give and to take */
    double unit;              /* of an amount */
} serve_task;

static inline uint32_t cim__serve_cost(const serve_task *t, uint32_t facility, uint32_t demand)
{
    uint32_t cost = t->costs[(size_t)facility * t->d + demand];
    return cost >= CIM_ROUTE_UNREACHABLE_MS || cost > t->limit ? CIM_ROUTE_UNREACHABLE_MS : cost;
}

/* Shares of a flow, in units. */
typedef struct serve_flow {
    uint32_t demand, facility;
    int64_t units;
} serve_flow;

/* Rounds a flow, in place, so that no demand is split; `room` is what is left at facilities, before and after. */
cim_status cim__serve_whole(serve_task *t, cim__buf *flow);

/* ---- rows ---- */

struct cim_reach {
    cim__mem *mem;
    uint32_t n, m;
    cim__buf first, demands, values; /* uint64_t, uint32_t, double */
    bool has_values;
    double *miss;
    /* how a row is made again */
    cim_net_costs *costs;
    cim_route_metric *metric;
    cim_net_place *site_places, *demand_places;
    int32_t direction;
    uint32_t limit;
    double *site_xy, *demand_xy, limit_m;
    cim_sight_scene *scene;
    cim_sensor *sensors;
    cim_targets *targets;
    cim_cover_options cover;
    cim_reach_row_fn again;
    void *user;
    cim_utility *utility;
    cim_trace_view *view;
    uint32_t column, *site_nodes, *demand_nodes;
};

cim_status cim__reach_new(cim_ctx *ctx, uint32_t n, uint32_t m, cim_reach **out);
/* Values of one sensor for all contaminations, -1: does not reach it. */
cim_status cim__reach_water_again(cim_ctx *ctx, const cim_reach *r, const uint32_t *sites, size_t count, double *values);

#endif
