/**
 * @file dispatch.h
 * Who is there first with the traffic as it is now, how sure that is, and what gap stays behind.
 *
 *     cim_fleet_build(ctx, costs, metric, scenarios, units, count, CIM_ROUTE_BACKWARD, &fleet);   when units have moved or weights changed
 *     cim_fleet_nearest(ctx, fleet, query, &incident, 5, limit_ms, which, times_ms, &count, NULL);   microseconds
 *     cim_fleet_rank(ctx, fleet, query, &incident, &options, 5, ranks, &count);                      under all scenarios
 *     cim_dispatch_assign(ctx, units, incidents, times_ms, NULL, limit_ms, unit_of, &info);          several incidents at once
 *     cim_coverage_build(ctx, fleet_of_posts, demand, NULL, demand_count, limit_ms, &coverage);      what is covered from where
 *     cim_coverage_gap(), cim_coverage_move_up()                                                     without those who were sent; who fills in
 *
 * A *fleet* is a set of places made ready: vehicles, hospitals, hydrants, posts.  What is known of each of them (where one gets onto the
 * net, and the times between there and the ancestors in the hierarchy's elimination tree) is computed once, so that a question about a
 * place costs one such row and a sum of two rows a candidate.  It is made for one metric and never changes.
 *
 * Times are milliseconds, CIM_ROUTE_UNREACHABLE_MS: no way.  Answers are those of the metric given: who takes it from a view (live.h) knows
 * its epoch.  All answers are exact, equal ones by number.
 */
#ifndef CIM_DISPATCH_H
#define CIM_DISPATCH_H

#include "cim/net.h"

CIM_BEGIN

typedef struct cim_scenarios cim_scenarios;
typedef struct cim_fleet cim_fleet;
typedef struct cim_coverage cim_coverage;

/* ---- scenarios: travel times as they may turn out ---- */

typedef struct cim_scenario_options {
    size_t struct_size;   /* set by CIM_SCENARIO_OPTIONS_INIT */
    uint64_t seed;        /* the same seed gives the same scenarios */
    uint32_t count;       /* 1 .. CIM_ROUTE_LANES */
    uint32_t reserved0;
    double city_spread;   /* standard deviation of the logarithm of what all streets have in common: hour and weather */
    double class_spread;  /* of what the streets of a road class have in common */
    double area_spread;   /* of what the streets around a place have in common */
    double area_m;        /* side of the squares at whose corners factors of areas are drawn; between them they are interpolated */
} cim_scenario_options;

#define CIM_SCENARIO_OPTIONS_INIT { sizeof(cim_scenario_options), 1, CIM_ROUTE_LANES, 0, 0.15, 0.1, 0.2, 1000.0 }

/**
 * Scenarios around given weights: every weight times a factor of the city, one of its road class (tag highway) and one of its area, each
 * log-normal with median 1.  The factors of the city are the middle quantiles of their distribution in ascending order, so that the first
 * scenario is the quietest hour and the last the busiest; the others are drawn from the seed.  The spreads are assumptions, not measured:
 * set them to what your city shows.
 *
 * @param costs       shared with the result.
 * @param hierarchy   of the net's graph; shared with the result.
 * @param weights_ms  weights as they are now (cim_route_metric_weights()), arc_count of them; NULL: those of costs.
 * @param options     NULL for defaults.
 * @param[out] scenarios_out  freed with cim_scenarios_free().
 * @return CIM_OK; CIM_EARG for options out of range or a hierarchy of another graph; CIM_EVERSION; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: 4 ns an arc and scenario, and cim_route_lanes_build(); 4 bytes an arc and scenario.
 * Since 0.1.
 */
CIM_API cim_status cim_scenarios_make(cim_ctx *ctx, cim_net_costs *costs, cim_route_hierarchy *hierarchy, const uint32_t *weights_ms,
                                      const cim_scenario_options *options, cim_scenarios **scenarios_out);

/**
 * Scenarios of the caller's own: hours of a typical day, forecasts, days of the past.
 *
 * @param weights_ms  count arrays of arc_count weights; copied.
 * @param shares      how likely each is, > 0, in any scale; NULL: all the same.
 * @param count       1 .. CIM_ROUTE_LANES.
 * @param[out] scenarios_out  freed with cim_scenarios_free().
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: as cim_scenarios_make().
 * Since 0.1.
 */
CIM_API cim_status cim_scenarios_build(cim_ctx *ctx, cim_net_costs *costs, cim_route_hierarchy *hierarchy, const uint32_t *const *weights_ms,
                                       const double *shares, uint32_t count, cim_scenarios **scenarios_out);

/**
 * One more owner of the same scenarios; each calls cim_scenarios_free().
 *
 * @return scenarios.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_scenarios *cim_scenarios_ref(cim_scenarios *scenarios);

/**
 * Give up scenarios; NULL is accepted.  Fleets made with them keep them alive.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_scenarios_free(cim_scenarios *scenarios);

/**
 * The weights of a scenario.
 *
 * @param[out] share_out  how likely it is, all of them add up to 1; or NULL.
 * @return arc_count weights, borrowed; NULL for a number that is none.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const uint32_t *cim_scenarios_weights(const cim_scenarios *scenarios, uint32_t number, double *share_out);

/* ---- fleets ---- */

/**
 * Make places ready to be asked for the nearest.
 *
 * @param costs      shared with the result.
 * @param metric     of costs' weights or of what they have become (live.h); shared.  NULL: weights of costs, and every question is a
 *                   search by Dijkstra's algorithm: for single questions.
 * @param scenarios  for cim_fleet_rank(), of the same hierarchy; shared.  NULL: none.
 * @param places     count places; copied.
 * @param direction  CIM_ROUTE_BACKWARD: they go to the place asked about (vehicles); CIM_ROUTE_FORWARD: from that place to them (hospitals).
 * @param[out] fleet_out  freed with cim_fleet_free().
 * @return CIM_OK; CIM_EARG naming a place that is none, or for objects that do not belong together; CIM_ELIMIT if a place has too many ends;
 *         CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: in a city some 0.4 us a place with full labels, 5 us without, and 25 us with scenarios; 4 bytes
 *              a place and ancestor, 64 with scenarios.
 * Since 0.1.
 */
CIM_API cim_status cim_fleet_build(cim_ctx *ctx, cim_net_costs *costs, cim_route_metric *metric, cim_scenarios *scenarios, const cim_net_place *places,
                                   size_t count, int32_t direction, cim_fleet **fleet_out);

/**
 * One more owner of the same fleet; each calls cim_fleet_free().
 *
 * @return fleet.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_fleet *cim_fleet_ref(cim_fleet *fleet);

/**
 * Give up a fleet; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_fleet_free(cim_fleet *fleet);

/** What a fleet is made of, borrowed. */
typedef struct cim_fleet_view {
    size_t struct_size;          /* set by the caller */
    uint32_t count;
    int32_t direction;
    uint32_t cut_count;          /* places at which one does not get on or off the net: their streets are closed */
    uint32_t scenario_count;     /* 0: none */
    const cim_net_place *places;
} cim_fleet_view;

/**
 * What a fleet is made of.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from fleet.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_fleet_get(cim_ctx *ctx, const cim_fleet *fleet, cim_fleet_view *view_out);

/**
 * Times between a place and every member of a fleet; on the same street straight on where that is quicker.
 *
 * @param query         of the metric's hierarchy; NULL if the fleet has no metric.
 * @param times_ms_out  one time a member.
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: fleet shared, query of one thread.   Cost: in a city 15 ns a member and one row; without metric one search.
 * Since 0.1.
 */
CIM_API cim_status cim_fleet_times(cim_ctx *ctx, const cim_fleet *fleet, cim_route_query *query, const cim_net_place *place, uint32_t *times_ms_out);

/** What became of the members that are not in an answer. */
typedef struct cim_fleet_rest {
    size_t struct_size;         /* set by the caller */
    uint32_t unreachable_count; /* no way */
    uint32_t beyond_count;      /* a way, but longer than the limit */
} cim_fleet_rest;

/**
 * The k members of a fleet that are nearest to a place in time.
 *
 * @param limit_ms      members farther away are left out; CIM_ROUTE_UNREACHABLE_MS for no limit.  Unreachable ones never count.
 * @param which_out     room for k numbers, nearest first.
 * @param times_ms_out  room for k times, or NULL.
 * @param[out] count_out  how many were found, at most k.
 * @param[in,out] rest_out  NULL, or filled as far as struct_size has room.
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: fleet shared, query of one thread.   Cost: as cim_fleet_times().
 * Since 0.1.
 */
CIM_API cim_status cim_fleet_nearest(cim_ctx *ctx, const cim_fleet *fleet, cim_route_query *query, const cim_net_place *place, size_t k, uint32_t limit_ms,
                                     uint32_t *which_out, uint32_t *times_ms_out, size_t *count_out, cim_fleet_rest *rest_out);

/**
 * cim_fleet_times() for many places: times_ms_out[i * members + j] between place i and member j.
 *
 * @param times_ms_out  count * members.
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: fleet shared; uses the context's threads.   Cost: count times cim_fleet_times().
 * Since 0.1.
 */
CIM_API cim_status cim_fleet_matrix(cim_ctx *ctx, const cim_fleet *fleet, const cim_net_place *places, size_t count, uint32_t *times_ms_out);

/**
 * Times between a place and every member under every scenario: times_ms_out[j * scenarios + s].
 *
 * @param times_ms_out  members * scenarios.
 * @return CIM_OK; CIM_EARG if the fleet has no scenarios; CIM_ELIMIT; CIM_ENOMEM.
 * Thread rule: fleet shared, query of one thread.   Cost: in a city some 20 us, and 0.5 us a member.
 * Since 0.1.
 */
CIM_API cim_status cim_fleet_scenario_times(cim_ctx *ctx, const cim_fleet *fleet, cim_route_query *query, const cim_net_place *place, uint32_t *times_ms_out);

/** What comes first when members are ranked; then follow median and mean, and at last the number. */
enum {
    CIM_RANK_WITHIN = 0, /**< how likely it is to be there in time */
    CIM_RANK_MEDIAN = 1, /**< the median time */
    CIM_RANK_WORST = 2   /**< the time in the worst scenario */
};

typedef struct cim_rank_options {
    size_t struct_size; /* set by CIM_RANK_OPTIONS_INIT */
    uint32_t within_ms; /* in time is up to here */
    uint32_t by;        /* CIM_RANK_* */
} cim_rank_options;

#define CIM_RANK_OPTIONS_INIT { sizeof(cim_rank_options), 480000, CIM_RANK_WITHIN }

/** A member as it does under all scenarios. */
typedef struct cim_rank {
    uint32_t member;
    uint32_t median_ms;    /* the least time with at least half of the scenarios at or below it, by share */
    uint32_t mean_ms;      /* of the scenarios in which there is a way */
    uint32_t best_ms, worst_ms;
    uint32_t reserved0;
    double within_share;   /* of the scenarios in which it is there in time: P(time <= within_ms) */
    double reached_share;  /* in which there is a way at all */
} cim_rank;

/**
 * The k best members of a fleet for a place under all scenarios.  Members without a way in any scenario are left out.
 *
 * @param options    NULL for defaults: by the chance of eight minutes.
 * @param ranks_out  room for k ranks, best first.
 * @param[out] count_out  how many there are, at most k.
 * @return CIM_OK; CIM_EARG if the fleet has no scenarios, or for options out of range; CIM_EVERSION; CIM_ELIMIT; CIM_ENOMEM.
 * Thread rule: fleet shared, query of one thread.   Cost: cim_fleet_scenario_times().
 * Since 0.1.
 */
CIM_API cim_status cim_fleet_rank(cim_ctx *ctx, const cim_fleet *fleet, cim_route_query *query, const cim_net_place *place, const cim_rank_options *options,
                                  size_t k, cim_rank *ranks_out, size_t *count_out);

/* ---- several incidents ---- */

/** What an assignment is worth. */
typedef struct cim_assignment {
    size_t struct_size;      /* set by the caller */
    uint32_t assigned_count; /* incidents that have a unit */
    uint32_t late_count;     /* of these, beyond the limit */
    double late_share;       /* sum of late shares, or late_count */
    uint64_t total_ms;       /* of those assigned */
} cim_assignment;

/**
 * One unit for each incident, no unit twice: as many incidents served as possible; of these plans one with the fewest late (by sum of
 * shares); of these one with the least total time.  Exact: shortest augmenting paths (H. W. Kuhn, "The Hungarian method", 1955;
 * R. Jonker, A. Volgenant, Computing 38, 1987) on costs of that order.
 *
 * @param times_ms     unit_count * incident_count: times_ms[unit * incident_count + incident]; CIM_ROUTE_UNREACHABLE_MS: no way.
 * @param late_shares  in the same layout, 0 .. 1: how likely it is to be late, counted in millionths; NULL: 1 beyond limit_ms, else 0.
 * @param limit_ms     in time is up to here; CIM_ROUTE_UNREACHABLE_MS: nothing is late.
 * @param unit_of_out  incident_count units; CIM_NONE: none is left or none gets there.
 * @param[in,out] info_out  NULL, or filled as far as struct_size has room.
 * @return CIM_OK; CIM_EARG for a share that is none; CIM_ELIMIT beyond a million units or incidents; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: O(n^2 m), n the smaller and m the larger of both numbers; 100 by 100 some 0.5 ms.
 * Since 0.1.
 */
CIM_API cim_status cim_dispatch_assign(cim_ctx *ctx, size_t unit_count, size_t incident_count, const uint32_t *times_ms, const double *late_shares,
                                       uint32_t limit_ms, uint32_t *unit_of_out, cim_assignment *info_out);

/* ---- coverage ---- */

/**
 * Which demand is reached from which post in time: kept as bits, so that plans are compared without any travel time.
 *
 * @param posts     the posts: a fleet with direction CIM_ROUTE_FORWARD has the demand go to them, CIM_ROUTE_BACKWARD them to the demand.
 * @param demand    count places: buildings, a grid.
 * @param weights   count weights, finite and >= 0, e.g. inhabitants; NULL: 1 each.
 * @param limit_ms  covered is up to here.
 * @param[out] coverage_out  freed with cim_coverage_free().
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; uses the context's threads; the result may be shared.   Cost: cim_fleet_matrix(); one bit a post and place.
 * Since 0.1.
 */
CIM_API cim_status cim_coverage_build(cim_ctx *ctx, const cim_fleet *posts, const cim_net_place *demand, const double *weights, size_t count,
                                      uint32_t limit_ms, cim_coverage **coverage_out);

/**
 * Give up a coverage; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_coverage_free(cim_coverage *coverage);

/**
 * Is a place of the demand covered from a post?
 *
 * @return 1 or 0; 0 for numbers that are none.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API int32_t cim_coverage_has(const cim_coverage *coverage, uint32_t post, uint32_t place);

/** A gap. */
typedef struct cim_gap {
    size_t struct_size;       /* set by the caller */
    uint32_t before_count, after_count; /* places covered */
    uint32_t lost_count;      /* covered before and not after */
    uint32_t never_count;     /* covered from no post at all */
    double before_weight, after_weight, lost_weight, all_weight;
} cim_gap;

/**
 * What is no longer covered: the units stand at posts, some leave.
 *
 * @param before      before_count posts with a unit; a post may have several.
 * @param after       after_count posts that still have one.
 * @param lost_out    room for cap places, ascending, or NULL with cap 0.
 * @param[out] count_out  how many were lost, also when that is more than cap; NULL if not wanted.
 * @param[in,out] gap_out  filled as far as struct_size has room.
 * @return CIM_OK; CIM_EARG naming a post that does not exist; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: a bit a post and place.
 * Since 0.1.
 */
CIM_API cim_status cim_coverage_gap(cim_ctx *ctx, const cim_coverage *coverage, const uint32_t *before, size_t before_count, const uint32_t *after,
                                    size_t after_count, uint32_t *lost_out, size_t cap, size_t *count_out, cim_gap *gap_out);

/** A unit that is to go to another post. */
typedef struct cim_move_up {
    uint32_t unit;         /* its number in the list given */
    uint32_t from, to;     /* posts */
    uint32_t time_ms;      /* of going there */
    uint64_t considered;   /* moves of which this is the best */
    double before_weight, after_weight; /* covered without it, and when it has arrived */
    double gained_weight, lost_weight;  /* newly covered around its new post; given up around its old one */
} cim_move_up;

/**
 * Which of the units that are left should move to which post so that most demand is covered.  The first move is the best of all
 * single moves (exact); the following ones are the best after those before (greedy, no unit twice): together they need not be the best plan.
 * Of moves that cover the same the one with the shortest time comes first, then the first unit, then the first post in
 * their lists.  Moves that do not cover more are not proposed.
 *
 * @param at          post of each of unit_count units.
 * @param to          post_count posts to which one may move; NULL with 0: all.
 * @param times_ms    unit_count * post_count times of going there; NULL: not known, given as 0.  CIM_ROUTE_UNREACHABLE_MS: cannot.
 * @param limit_ms    moves that take longer are left out; CIM_ROUTE_UNREACHABLE_MS: no limit.
 * @param moves_out   room for most moves.
 * @param[out] count_out  how many are proposed, at most most.
 * @return CIM_OK; CIM_EARG naming a post that does not exist; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: a bit for each unit, post and place, times the number of moves.
 * Since 0.1.
 */
CIM_API cim_status cim_coverage_move_up(cim_ctx *ctx, const cim_coverage *coverage, const uint32_t *at, size_t unit_count, const uint32_t *to,
                                        size_t post_count, const uint32_t *times_ms, uint32_t limit_ms, size_t most, cim_move_up *moves_out,
                                        size_t *count_out);

CIM_END

#endif
