/* fleet.h - places made ready for questions about the nearest.
 *
 * All ends of a place that lie on one way to the root of the elimination tree are one *spoke*: the least time between the place and every
 * ancestor of the lowest of them, by depth.  The time between two places is the least sum of two spokes over common ancestors.  With
 * scenarios a spoke has CIM__LANES numbers a depth. */
#ifndef CIM_TRAVEL_FLEET_H
#define CIM_TRAVEL_FLEET_H

#include "cim/dispatch.h"
#include "core/sort.h"
#include "route/query.h"
#include "travel/times.h"

typedef struct cim__spoke {
    uint32_t low; /* place in the tree */
    size_t row;   /* first number of it */
} cim__spoke;

/* Spokes of several owners, one owner after the other. */
typedef struct cim__spokes {
    size_t *first;        /* owners + 1 */
    cim__buf spokes, rows;
} cim__spokes;

struct cim_fleet {
    cim__mem *mem;
    atomic_size_t refs;
    cim_net_costs *costs;
    cim_route_metric *metric;  /* NULL: none */
    cim_scenarios *scenarios;  /* NULL: none */
    uint32_t count, cut_count;
    int32_t direction;
    cim_net_place *places;
    cim__keyed *by_edge;       /* members in the order of their edges */
    cim__spokes plain, lanes;
};

struct cim_scenarios {
    cim__mem *mem;
    atomic_size_t refs;
    cim_net_costs *costs;
    cim_route_hierarchy *hierarchy;
    cim_route_lanes *lanes;
    uint32_t count;
    size_t arc_count;
    double share[CIM_ROUTE_LANES]; /* add up to 1 */
    uint32_t *weights_ms;          /* count * arc_count */
};

/* The side of the members' rows, which is the direction of their ends; that of the place asked about is the other. */
static inline int32_t cim__fleet_side(const cim_fleet *f) { return f->direction == CIM_ROUTE_BACKWARD ? CIM_ROUTE_FORWARD : CIM_ROUTE_BACKWARD; }

static inline const cim__spoke *cim__spoke_at(const cim__spokes *s, size_t i) { return (const cim__spoke *)(const void *)s->spokes.data + i; }
static inline const uint32_t *cim__spoke_row(const cim__spokes *s, size_t i) { return (const uint32_t *)(const void *)s->rows.data + cim__spoke_at(s, i)->row; }

/* Append the spokes of a place; *count_out: how many. */
cim_status cim__fleet_spokes(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, int32_t side, cim__buf *spokes,
                             cim__buf *rows, size_t *count_out);
cim_status cim__fleet_lane_spokes(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, int32_t side, cim__buf *spokes,
                                  cim__buf *rows, size_t *count_out);

/* Times between a place and all members; query NULL without metric. */
cim_status cim__fleet_fill(cim_ctx *ctx, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, uint32_t *times);

/* The members on an edge: a run of by_edge. */
size_t cim__fleet_on_edge(const cim_fleet *f, uint32_t edge, size_t *end_out);
/* Along the street, without leaving it: between a member and the place, in the fleet's direction. */
uint32_t cim__fleet_straight(const cim_fleet *f, const uint32_t *weights, uint32_t member, const cim_net_place *place);

#endif
