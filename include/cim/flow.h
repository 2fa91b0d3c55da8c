/**
 * @file flow.h
 * Many trips at once on a city's road net: how much of them each street carries, and how people get out of an area.
 *
 *     cim_flow_run(ctx, costs, metric, &demand, &options, &flow);    betweenness of streets
 *     cim_evacuation_run(ctx, costs, metric, &task, NULL, &plan);    who leaves when, by which way, and where it is too narrow
 */
#ifndef CIM_FLOW_H
#define CIM_FLOW_H

#include "cim/net.h"

CIM_BEGIN

/* ---- betweenness ---- */

typedef struct cim_flow cim_flow;

/** Trips from one place to another: numbers of an origin and a destination. */
typedef struct cim_flow_pair {
    uint32_t from, to;
    double trips; /* > 0 */
} cim_flow_pair;

/** Who travels: pairs, or when there are none, every origin to every destination in proportion to the product of their weights. */
typedef struct cim_flow_demand {
    size_t struct_size;                 /* set by CIM_FLOW_DEMAND_INIT */
    const cim_net_place *origins, *destinations;
    const double *origin_weights, *destination_weights; /* not negative, at least one above 0; NULL: all the same */
    size_t origin_count, destination_count;
    const cim_flow_pair *pairs;
    size_t pair_count;
    double trips;                       /* of all pairs together, when none are given; 0: 1, flows are shares */
} cim_flow_demand;

#define CIM_FLOW_DEMAND_INIT { sizeof(cim_flow_demand), NULL, NULL, NULL, NULL, 0, 0, NULL, 0, 0.0 }

enum {
    CIM_FLOW_PAIRS = 0, /**< samples are pairs, drawn by weight */
    CIM_FLOW_TREES = 1  /**< samples are origins, drawn by weight, each with its trips to all destinations */
};

typedef struct cim_flow_options {
    size_t struct_size; /* set by CIM_FLOW_OPTIONS_INIT */
    uint64_t samples;   /* 0: all pairs, exactly */
    uint64_t seed;
    uint32_t mode;      /* CIM_FLOW_*, with samples */
    uint32_t reserved0;
} cim_flow_options;

#define CIM_FLOW_OPTIONS_INIT { sizeof(cim_flow_options), 0, 1, CIM_FLOW_PAIRS, 0 }

/** What streets carry, borrowed. */
typedef struct cim_flow_view {
    size_t struct_size;        /* set by the caller */
    uint32_t link_count;
    uint32_t reserved0;
    const double *link_trips;  /* by link: trips that use it, or a part of it */
    const double *link_error;  /* standard error of link_trips; NULL: nothing was sampled */
    double trips;              /* all, with those for which there is no way */
    double unreachable_trips;
    double time_s, length_m;   /* mean of a trip that gets there */
    uint64_t sample_count;     /* pairs or origins that were drawn; 0: none */
} cim_flow_view;

/**
 * Trips by link when everybody takes the quickest way: the weighted edge betweenness of chosen places (L. C. Freeman 1977; from a tree by
 * U. Brandes, "A faster algorithm for betweenness centrality", 2001; by samples after U. Brandes, C. Pich, 2007).  Of several
 * quickest ways one is taken.  Sums are of integers: the result is the same for any number of threads.
 *
 * @param metric   of costs' weights, or of what they have become (live.h); NULL: by Dijkstra's algorithm, for a few origins.
 * @param demand   places and who travels between them.
 * @param options  NULL for all pairs.
 * @param[out] flow_out  freed with cim_flow_free().
 * @return CIM_OK; CIM_EARG for places, pairs, weights or options out of range; CIM_ELIMIT beyond 2^31 samples; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; uses the context's threads.   Cost: some 20 us a pair; for trees some 8 ms an origin in a city of 70,000 junctions.
 * Since 0.1.
 */
CIM_API cim_status cim_flow_run(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_flow_demand *demand,
                                const cim_flow_options *options, cim_flow **flow_out);

/**
 * What streets carry.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from flow.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_flow_get(cim_ctx *ctx, const cim_flow *flow, cim_flow_view *view_out);

/**
 * Give up a flow; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_flow_free(cim_flow *flow);

CIM_END

#endif
