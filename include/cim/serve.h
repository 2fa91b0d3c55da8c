/**
 * @file serve.h
 * Who is served in a city, and where the next one goes: service coverage over the road net, and placement (place.h) on a city's objects.
 *
 *     cim_service_run(ctx, costs, metric, &task, &service);            stations and people: who is reached in time, by whom, who is not
 *     cim_serve_assign(ctx, f, d, costs, people, beds, limit, NULL, &assignment);      who goes where when places are short
 *
 *     cim_sites_new(ctx, city, &candidates);                           a list of places: objects, along walls, along streets, a grid
 *     cim_sites_find(ctx, candidates, "class = 'Building'", NULL);
 *     cim_reach_road(ctx, costs, metric, from, n, to, m, CIM_ROUTE_FORWARD, 300000, &reach);   who reaches whom: by road, straight, by water, by sight
 *     cim_reach_place(ctx, reach, &problem, NULL, &plan);              a plan with its bound, looked at again in the city before it is returned
 *
 * "Costs" of getting there are milliseconds, or millimetres with cim_net_costs_lengths().
 */
#ifndef CIM_SERVE_H
#define CIM_SERVE_H

#include "cim/geom.h"
#include "cim/net.h"
#include "cim/place.h"
#include "cim/sensor.h"
#include "cim/utility.h"

CIM_BEGIN

/* ---- who goes where when places are short ---- */

/** Most facilities with capacities. */
#define CIM_SERVE_MAX_FACILITIES 2000u

typedef struct cim_serve_assign_options {
    size_t struct_size; /* set by CIM_SERVE_ASSIGN_OPTIONS_INIT */
    int32_t whole;      /* 1: each demand goes to one facility with all of its amount, or to none */
    uint32_t reserved0;
} cim_serve_assign_options;

#define CIM_SERVE_ASSIGN_OPTIONS_INIT { sizeof(cim_serve_assign_options), 0, 0 }

/** So much of a demand goes to a facility. */
typedef struct cim_serve_share {
    uint32_t demand, facility;
    uint32_t cost;      /* of getting there */
    uint32_t reserved0;
    double amount;
} cim_serve_share;

typedef struct cim_serve_assignment cim_serve_assignment;

/** An assignment, borrowed. */
typedef struct cim_serve_assignment_view {
    size_t struct_size;            /* set by the caller */
    uint32_t facility_count, demand_count;
    size_t share_count;
    const cim_serve_share *shares; /* by demand, then facility */
    const double *loads;           /* by facility */
    const double *left;            /* by demand: what no facility takes */
    double served, total;          /* amounts; sum of amount * cost */
    double served_bound;           /* no assignment serves more */
    double total_bound;            /* none that serves as much costs less; NAN: not known */
    const char *proof;             /* "min-cost flow", "min-cost flow as bound" */
} cim_serve_assignment_view;

/**
 * Assign demands to facilities that hold only so much: as much as possible is served, and of these assignments the one with the least sum of
 * amount times cost.
 *
 * With demands that may be split it is exact: a minimum cost flow by successive shortest paths among the facilities, with prices that keep
 * reduced costs from falling below 0 (N. Tomizawa, 1971; J. Edmonds, R. Karp, 1972).  Whole demands are the generalized assignment problem,
 * which is hard: the flow is rounded and improved by moves and swaps, and is the bound.
 *
 * @param costs       costs[facility * demand_count + demand]; CIM_ROUTE_UNREACHABLE_MS or above `limit`: does not serve.
 * @param amounts     demand_count, not negative; NULL: 1 each.  Whole numbers are taken as they are; where some are not, all amounts and
 *                    capacities are taken in thousandths.
 * @param capacities  facility_count, not negative, INFINITY: any amount; NULL: any amount each.
 * @param options     NULL for defaults.
 * @param[out] assignment_out  freed with cim_serve_assignment_free().
 * @return CIM_OK; CIM_EARG naming an amount or capacity that is none; CIM_ELIMIT beyond CIM_SERVE_MAX_FACILITIES, or where sums of amount
 *         times cost exceed 2^61; CIM_EVERSION; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: O(facilities) a demand where places are free, else a Dijkstra among the facilities that are full.
 * Since 0.1.
 */
CIM_API cim_status cim_serve_assign(cim_ctx *ctx, uint32_t facility_count, uint32_t demand_count, const uint32_t *costs, const double *amounts,
                                    const double *capacities, uint32_t limit, const cim_serve_assign_options *options,
                                    cim_serve_assignment **assignment_out);

/**
 * What an assignment is.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from assignment.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_serve_assignment_get(cim_ctx *ctx, const cim_serve_assignment *assignment, cim_serve_assignment_view *view_out);

/**
 * Free an assignment; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_serve_assignment_free(cim_serve_assignment *assignment);

/* ---- service coverage ---- */

/** Most limits at once. */
#define CIM_SERVICE_LIMITS 32

typedef struct cim_service_task {
    size_t struct_size;               /* set by CIM_SERVICE_TASK_INIT */
    const cim_net_place *facilities, *demands;
    uint32_t facility_count, demand_count;
    const double *weights;            /* demand_count, not negative; NULL: 1 each */
    const double *capacities;         /* facility_count, as in cim_serve_assign(); NULL: nothing is assigned */
    const uint32_t *limits;           /* limit_count costs, ascending */
    uint32_t limit_count;
    uint32_t district_count;
    const uint32_t *districts;        /* demand_count numbers below district_count, CIM_NONE: of none; NULL: no districts */
    int32_t direction;                /* CIM_ROUTE_FORWARD: facilities go to demands (fire engines); CIM_ROUTE_BACKWARD: demands to them (schools) */
    int32_t whole;                    /* as in cim_serve_assign_options */
} cim_service_task;

#define CIM_SERVICE_TASK_INIT { sizeof(cim_service_task), NULL, NULL, 0, 0, NULL, NULL, NULL, 0, 0, NULL, CIM_ROUTE_FORWARD, 0 }

typedef struct cim_service cim_service;

/** Service coverage, borrowed. */
typedef struct cim_service_view {
    size_t struct_size;           /* set by the caller */
    uint32_t facility_count, demand_count, limit_count, district_count;
    const uint32_t *nearest;      /* by demand: the facility of the least cost, the first of those; CIM_NONE: none is reached */
    const uint32_t *costs;        /* by demand; CIM_ROUTE_UNREACHABLE_MS */
    const uint32_t *limits;
    const uint32_t *served_counts; /* by limit: demands within it */
    const double *served_weights; /* by limit */
    double weight;                /* of all demands */
    const double *district_weights; /* by district */
    const double *district_served;  /* district * limit_count + limit */
    const uint32_t *unserved;     /* demands beyond the last limit, ascending; without limits those that nothing reaches */
    size_t unserved_count;
    uint32_t unreachable_count;   /* of these, without any way */
    uint32_t reserved0;
    const double *catchments;     /* by facility: weight of the demands to which it is the nearest, within the last limit */
    double mean;                  /* cost, by weight, of those that are reached; NAN: none is */
    uint32_t most, farthest;      /* cost, and the demand it is of; CIM_NONE */
    const cim_serve_assignment *assignment; /* NULL without capacities */
} cim_service_view;

/**
 * Who is served, by whom and how far, and what is assigned to whom when places are short (within the last limit).
 *
 * @param costs    of the net that the places are on; for distances those of cim_net_costs_lengths().
 * @param metric   of costs' weights, or of what they have become (live.h); NULL: by Dijkstra's algorithm, for few facilities.
 * @param[out] service_out  freed with cim_service_free().
 * @return CIM_OK; CIM_EARG for places, weights, limits or districts out of range; CIM_ELIMIT for capacities with more than 2^29 pairs, and as
 *         cim_serve_assign(); CIM_EVERSION; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: costs and metric shared; uses the context's threads.   Cost: cim_net_matrix(), in blocks; memory of 64 MB unless assigned.
 * Since 0.1.
 */
CIM_API cim_status cim_service_run(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_service_task *task,
                                   cim_service **service_out);

/**
 * What service coverage is.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from service.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_service_get(cim_ctx *ctx, const cim_service *service, cim_service_view *view_out);

/**
 * Free service coverage; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_service_free(cim_service *service);

/* ---- lists of places of a city ---- */

typedef struct cim_sites cim_sites;

enum { CIM_SITE_OBJECT = 0, CIM_SITE_WALL = 1, CIM_SITE_STREET = 2, CIM_SITE_GRID = 3, CIM_SITE_POINT = 4 };

/** A place where something may be put, or is. */
typedef struct cim_site {
    uint32_t object;     /* itself, or the building or street it is on; CIM_NONE */
    uint32_t kind;       /* CIM_SITE_* */
    double x, y;
    double height_m;     /* above ground, as given; 0 */
    double azimuth_deg;  /* clockwise from north: out of the wall, along the street; NAN */
} cim_site;

/**
 * An empty list.
 *
 * @param city  kept alive by the list.
 * @param[out] sites_out  freed with cim_sites_free().
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread; a list belongs to one thread at a time.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_sites_new(cim_ctx *ctx, cim_city *city, cim_sites **sites_out);

/**
 * Free a list; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_sites_free(cim_sites *sites);

/**
 * Append the objects of a query, each at a point inside of it.
 *
 * @param[out] placeless_out  NULL, or how many objects have no place and were left out.
 * @return CIM_OK; as cim_query_run(); CIM_ELIMIT beyond CIM_PLACE_MAX_SITES.  After a failure the list is as before.
 * Thread rule: see cim_sites_new().   Cost: a row is read an object.
 * Since 0.1.
 */
CIM_API cim_status cim_sites_find(cim_ctx *ctx, cim_sites *sites, const char *query, size_t *placeless_out);

/**
 * Append places along the outer walls of the objects of a query: every wall is cut into equal pieces of at most every_m, with a place at
 * the middle of each.
 *
 * @param every_m   above 0.
 * @param height_m  of the places above ground, not negative.
 * @param off_m     how far they are in front of the wall, not negative.
 * @return CIM_OK; CIM_EARG; as cim_sites_find().
 * Thread rule: see cim_sites_new().   Cost: O(places).
 * Since 0.1.
 */
CIM_API cim_status cim_sites_walls(cim_ctx *ctx, cim_sites *sites, const char *query, double every_m, double height_m, double off_m);

/**
 * Append places along the streets that may be used with costs, in the same way.
 *
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM.
 * Thread rule: see cim_sites_new().   Cost: O(places).
 * Since 0.1.
 */
CIM_API cim_status cim_sites_streets(cim_ctx *ctx, cim_sites *sites, const cim_net_costs *costs, double every_m);

/**
 * Append the corners of a grid that lie in a box.
 *
 * @param box  NULL: that of the city.
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM.
 * Thread rule: see cim_sites_new().   Cost: O(places).
 * Since 0.1.
 */
CIM_API cim_status cim_sites_grid(cim_ctx *ctx, cim_sites *sites, const cim_box *box, double every_m);

/**
 * Append one place.
 *
 * @param object  or CIM_NONE.
 * @return CIM_OK; CIM_EARG for coordinates that are not finite; CIM_ELIMIT; CIM_ENOMEM.
 * Thread rule: see cim_sites_new().   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_sites_put(cim_ctx *ctx, cim_sites *sites, uint32_t object, double x, double y, double height_m);

/**
 * Take the places off the list that lie in an area (keep-out), or outside of it.  Its border is inside.
 *
 * @param area     a polygon or multipolygon in the city's coordinates.
 * @param outside  1: those outside.
 * @param[out] count_out  NULL, or how many were taken off.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: see cim_sites_new().   Cost: O(places * vertices).
 * Since 0.1.
 */
CIM_API cim_status cim_sites_drop(cim_ctx *ctx, cim_sites *sites, const cim_geom *area, int32_t outside, size_t *count_out);

/**
 * The list.
 *
 * @param[out] count_out  how many.
 * @return borrowed until the list changes.
 * Thread rule: see cim_sites_new().   Cost: O(1).
 * Since 0.1.
 */
CIM_API const cim_site *cim_sites_get(const cim_sites *sites, size_t *count_out);

/**
 * A property of the objects as numbers: population, cost, capacity.
 *
 * @param property   as in cim_query_values().
 * @param missing    where there is no object, or no finite number.
 * @param values_out one a site.
 * @return CIM_OK; CIM_EARG for a property that no object of the city has; as cim_query_values().
 * Thread rule: see cim_sites_new().   Cost: a row is read an object.
 * Since 0.1.
 */
CIM_API cim_status cim_sites_values(cim_ctx *ctx, const cim_sites *sites, const char *property, double missing, double *values_out);

/**
 * Places on the road net: objects where cim_net_place_find() says, others at the nearest street.
 *
 * @param radius_m    not farther off; 0: any.
 * @param places_out  one a site; edge CIM_NONE where no street is near.
 * @param[out] count_out  NULL, or how many have a street.
 * @return CIM_OK; CIM_EARG; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: see cim_sites_new().   Cost: a few rows are read an object.
 * Since 0.1.
 */
CIM_API cim_status cim_sites_snap(cim_ctx *ctx, const cim_sites *sites, const cim_net_costs *costs, double radius_m, cim_net_place *places_out,
                                  size_t *count_out);

/* ---- who reaches whom ---- */

typedef struct cim_reach cim_reach;

/** Lists for cim_place_problem, borrowed. */
typedef struct cim_reach_view {
    size_t struct_size;      /* set by the caller */
    uint32_t site_count, demand_count;
    const uint64_t *first;
    const uint32_t *demands; /* ascending in each list */
    const double *values;    /* milliseconds, millimetres, metres, impacts; NULL: of cim_reach_rows() without */
    const double *miss;      /* by demand; NULL unless of cim_reach_water() */
} cim_reach_view;

/**
 * By road.
 *
 * @param metric     as in cim_net_matrix(); shared with the result.
 * @param sites      site_count places; copied.  Edge CIM_NONE: reaches nobody.
 * @param demands    demand_count places; copied.
 * @param direction  CIM_ROUTE_FORWARD: from the sites to the demands.
 * @param limit      what is farther is not listed; CIM_ROUTE_UNREACHABLE_MS: no limit.
 * @param[out] reach_out  freed with cim_reach_free().
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: costs and metric shared; uses the context's threads.   Cost: cim_net_matrix(), and 12 bytes a pair listed.
 * Since 0.1.
 */
CIM_API cim_status cim_reach_road(cim_ctx *ctx, cim_net_costs *costs, cim_route_metric *metric, const cim_net_place *sites, uint32_t site_count,
                                  const cim_net_place *demands, uint32_t demand_count, int32_t direction, uint32_t limit, cim_reach **reach_out);

/**
 * Straight through the air, in metres.
 *
 * @param sites    x before y.
 * @param limit_m  what is farther is not listed; INFINITY: no limit.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: O(sites * demands).
 * Since 0.1.
 */
CIM_API cim_status cim_reach_air(cim_ctx *ctx, const double *sites, uint32_t site_count, const double *demands, uint32_t demand_count, double limit_m,
                                 cim_reach **reach_out);

/** Compute a row again: fills demands (ascending) and, where there are any, values, and returns how many in *count_out. */
typedef cim_status (*cim_reach_row_fn)(cim_ctx *ctx, void *user, uint32_t site, uint32_t *demands_out, double *values_out, uint32_t *count_out);

/**
 * From rows that somebody else made, as the coverage of sensors by sight.
 *
 * @param first, demands, values  as in cim_place_problem; copied.
 * @param again  how a row is computed anew for cim_reach_place(); NULL: it is not.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(entries).
 * Since 0.1.
 */
CIM_API cim_status cim_reach_rows(cim_ctx *ctx, uint32_t site_count, uint32_t demand_count, const uint64_t *first, const uint32_t *demands,
                                  const double *values, cim_reach_row_fn again, void *user, cim_reach **reach_out);

/**
 * By sight, or whatever covers in sensor.h: who is covered by which sensor, without values.
 *
 * @param scene    as in cim_cover_build(); NULL: nothing hides.
 * @param sensors  sensor_count candidates; copied.
 * @param targets  the demands.
 * @param options  as in cim_cover_build(); what they point to, scene and targets must live as long as the result.  Cameras that see a
 *                 keep-out area cover nothing.
 * @return as cim_cover_build().
 * Thread rule: any thread; uses the context's threads.   Cost: cim_cover_build().
 * Since 0.1.
 */
CIM_API cim_status cim_reach_sight(cim_ctx *ctx, cim_sight_scene *scene, const cim_sensor *sensors, uint32_t sensor_count, cim_targets *targets,
                                   const cim_cover_options *options, cim_reach **reach_out);

/**
 * Sensors for what gets into a network: demand i is a contamination at node demands[i], site s a sensor at node sites[s].  What gets in spreads through
 * what is open, along the directions that the network knows, one metre a time step; the value is the sum of a column over nodes reached and edges
 * passed until the sensor is reached, and miss the sum over all that is ever reached (J. Berry and others, "Sensor placement in municipal water networks with
 * temporal integer programming models", 2006; there with simulated flows, here by topology and length alone).
 *
 * @param view    the state of the network of `utility`.
 * @param column  CIM_UTILITY_*: what is counted.
 * @return CIM_OK; CIM_EARG naming a node that is none; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: a Dijkstra a demand.
 * Since 0.1.
 */
CIM_API cim_status cim_reach_water(cim_ctx *ctx, cim_utility *utility, cim_trace_view *view, uint32_t column, const uint32_t *sites, uint32_t site_count,
                                   const uint32_t *demands, uint32_t demand_count, cim_reach **reach_out);

/**
 * The lists.
 *
 * @param[in,out] view_out  struct_size set by the caller; borrowed.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_reach_get(cim_ctx *ctx, const cim_reach *reach, cim_reach_view *view_out);

/**
 * Free it; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_reach_free(cim_reach *reach);

/**
 * cim_place_solve() with who reaches whom from here.  The rows of the chosen sites are then computed anew by another way (by road with a
 * fleet, by water with a search that keeps no order, by sight with the chosen sensors alone, straight by hypot again, others by `again`), and the value of the plan from these alone.
 *
 * @param problem  kind, most, budget, weights, folds, costs, flags, groups; site_count, demand_count and lists are set here.  DISPERSION:
 *                 sites and demands are the same places, the smaller of both directions counts.  IMPACT: miss is that of cim_reach_water() where it is
 *                 NULL.
 * @param options  NULL for defaults.
 * @return as cim_place_solve(); CIM_EINTERNAL when the plan is not worth in the city what it is in the lists.
 * Thread rule: as cim_place_solve().   Cost: that, and a row a chosen site.
 * Since 0.1.
 */
CIM_API cim_status cim_reach_place(cim_ctx *ctx, const cim_reach *reach, const cim_place_problem *problem, const cim_place_options *options,
                                   cim_place_plan **plan_out);

CIM_END

#endif
