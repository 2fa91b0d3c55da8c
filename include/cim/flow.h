/**
 * @file flow.h
 * Many trips at once on a city's road net: how much of them each street carries, and how people get out of an area.
 *
 *     cim_flow_run(ctx, costs, metric, &demand, &options, &flow);    betweenness of streets
 *     cim_evacuation_run(ctx, costs, metric, &task, &plan);          who leaves when, by which way, and where it is too narrow
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

/* ---- evacuation ---- */

typedef struct cim_evacuation cim_evacuation;

typedef struct cim_evacuation_source {
    cim_net_place place;
    uint32_t people;
    uint32_t reserved0;
} cim_evacuation_source;

/** A shelter, or where the area is left. */
typedef struct cim_evacuation_exit {
    cim_net_place place;
    double people_per_hour; /* that get in; 0: any number */
    uint32_t capacity;      /* people it holds; CIM_NONE: any number */
    uint32_t reserved0;
} cim_evacuation_exit;

typedef struct cim_evacuation_task {
    size_t struct_size;                      /* set by CIM_EVACUATION_TASK_INIT */
    const cim_evacuation_source *sources;
    const cim_evacuation_exit *exits;
    size_t source_count, exit_count;
    const double *link_people_per_hour;      /* by link: that enter it; 0: none */
    double slot_s;                           /* 1 .. 3600: capacities hold in every span of so long */
    double horizon_s;                        /* nobody enters a link later; at most 1,000,000 */
} cim_evacuation_task;

#define CIM_EVACUATION_TASK_INIT { sizeof(cim_evacuation_task), NULL, NULL, 0, 0, NULL, 60.0, 86400.0 }

/** People who go together. */
typedef struct cim_evacuation_group {
    uint32_t source, exit, people;
    uint32_t first_leg, leg_count;
    uint32_t reserved0;
    double depart_s, arrive_s;
} cim_evacuation_group;

typedef struct cim_evacuation_leg {
    uint32_t link;
    uint32_t reserved0;
    double enter_s; /* when the group begins to cross over to the link and go along it */
} cim_evacuation_leg;

/** What a link carries. */
typedef struct cim_evacuation_link {
    uint32_t link;
    uint32_t full_slots;  /* spans in which nobody else could enter */
    uint64_t people;
    double wait_s;        /* waiting of all people in front of it, summed */
} cim_evacuation_link;

/** A plan, borrowed. */
typedef struct cim_evacuation_view {
    size_t struct_size;       /* set by the caller */
    uint32_t group_count, leg_count, link_count, exit_count;
    uint64_t people, evacuated;
    uint64_t no_way, no_room, too_late; /* people left behind: no way to any exit; exits that they reach are full; beyond the horizon */
    double clearance_s;       /* when the last one arrives */
    double mean_s;            /* arrival, on average */
    double clearance_bound_s; /* no plan in these spans that gets as many people out is quicker */
    double mean_bound_s;
    double cut_people_per_hour; /* of the narrowest cut between sources and exits; HUGE_VAL: none is narrow */
    const cim_evacuation_group *groups; /* in the order they were planned: by arrival */
    const cim_evacuation_leg *legs;
    const cim_evacuation_link *links;   /* those used, the most waited for first */
    const uint64_t *exit_people;        /* by exit */
} cim_evacuation_view;

/**
 * How many people an hour enter a link, from the tags of its street: lanes (those of its direction; a table by class where not tagged)
 * times 600 (residential) to 1,800 vehicles (motorway) a lane times people a vehicle; for those on foot 3,000 a metre of width and hour
 * on 2 m where nothing else is known.  0 for links that the costs close.
 *
 * @param people_per_vehicle  above 0; not used by the profiles foot, wheelchair and elderly.
 * @param people_per_hour_out 2 * edge_count numbers.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: 50 ns a link.
 * Since 0.1.
 */
CIM_API cim_status cim_evacuation_capacity(cim_ctx *ctx, const cim_net_costs *costs, double people_per_vehicle, double *people_per_hour_out);

/**
 * Plan who leaves when by which way, such that no link is entered by more people than it takes: the capacity constrained route planner
 * (Q. Lu, B. George, S. Shekhar, "Capacity constrained routing algorithms for evacuation planning", SSTD 2005).  Again and again the group
 * that can arrive first is sent, as large as its way has room for; people wait where they are, or in front of a full link.  Searches
 * are A* from all sources, with the times on empty streets.
 *
 * The plan is good, not always the best; the bounds say how far it may be from that: the times on empty streets, and what the narrowest
 * cut lets through (L. R. Ford, D. R. Fulkerson 1956; maximum flow by E. A. Dinic, 1970).
 *
 * @param metric  of costs' weights, or of what they have become (live.h); NULL: those of costs.
 * @param[out] plan_out  also when nobody gets out; freed with cim_evacuation_free().
 * @return CIM_OK; CIM_EARG for places, people or times out of range; CIM_ELIMIT for more than 2^32 - 2 people; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: a search a group, some 1 to 5 ms each where streets are crowded.
 * Since 0.1.
 */
CIM_API cim_status cim_evacuation_run(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_evacuation_task *task,
                                      cim_evacuation **plan_out);

/**
 * What the plan is.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from plan.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_evacuation_get(cim_ctx *ctx, const cim_evacuation *plan, cim_evacuation_view *view_out);

/**
 * Give up a plan; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_evacuation_free(cim_evacuation *plan);

CIM_END

#endif
