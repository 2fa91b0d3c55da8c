/**
 * @file net.h
 * The road net of a city: streets as plain arrays, costs of getting about by profile, snapping, and routes with names.
 *
 *     cim_net_open(ctx, city, NULL, &net);                         once per city
 *     cim_net_costs_build(ctx, net, "car", NULL, &costs);          once per profile, time and vehicle
 *     cim_net_snap(ctx, costs, x, y, NULL, 1, &from, &count);      a place on the nearest street that may be used
 *     cim_net_route_find(ctx, costs, &from, &to, NULL, NULL, &route);
 *
 * An edge is a street segment, an object of the city or a part of one; it meets others only at the ends they share, never by crossing.  A link is an
 * edge in one direction: number 2 * edge, or 2 * edge + 1 against its line.  The routing graph (cim_net_graph()) has states as nodes:
 * being at a junction or, where turns matter, having arrived there by a certain link or chain of links.  Its arcs go from a state over a link to
 * the next state.  The graph is the same for all profiles, so that one hierarchy (route.h) serves them all; what a
 * profile may not use weighs CIM_ROUTE_UNREACHABLE_MS.
 */
#ifndef CIM_NET_H
#define CIM_NET_H

#include "cim/city.h"
#include "cim/route.h"

CIM_BEGIN

typedef struct cim_net cim_net;
typedef struct cim_net_costs cim_net_costs;
typedef struct cim_net_route cim_net_route;

enum {
    CIM_NET_TURNS_RESTRICTED = 0, /**< states of their own only where turn restrictions need them; turning costs nothing, and where no restriction
                                       begins one may turn back, also to get round one */
    CIM_NET_TURNS_FULL = 1        /**< a state for every link: turns cost time, and one turns back at dead ends only */
};

typedef struct cim_net_options {
    size_t struct_size; /* set by CIM_NET_OPTIONS_INIT */
    uint32_t turns;     /* CIM_NET_TURNS_* */
    uint32_t reserved0;
} cim_net_options;

#define CIM_NET_OPTIONS_INIT { sizeof(cim_net_options), CIM_NET_TURNS_RESTRICTED, 0 }

/** What a link, junction, turn or route breaks or makes use of. */
enum {
    CIM_NET_BREAKS_ONEWAY = 1,
    CIM_NET_BREAKS_ACCESS = 2,    /**< no entry for the vehicle */
    CIM_NET_BREAKS_BUS_LANE = 4,  /**< for buses only */
    CIM_NET_BREAKS_BARRIER = 8,
    CIM_NET_BREAKS_TURN = 16,
    CIM_NET_BREAKS_U_TURN = 32,
    CIM_NET_USES_DESTINATION = 64, /**< only for those who have something to do there; no rule broken */
    CIM_NET_USES_PRIVATE = 128     /**< private ground or by permit */
};

/** Where a speed comes from. */
enum { CIM_NET_SPEED_DEFAULT = 0, CIM_NET_SPEED_DERIVED = 1, CIM_NET_SPEED_TAGGED = 2 };

/** The arrays of a net, borrowed; numbers of texts are for cim_net_text(). */
typedef struct cim_net_view {
    size_t struct_size;             /* set by the caller */
    uint32_t junction_count, edge_count, vertex_count, state_count, arc_count, rule_count;
    uint32_t unlocated_count;       /* turn restrictions that could not be placed, and are not in the net */
    uint32_t area_count;            /* in a city without lines of streets: roads and traffic spaces that are areas, and give no net */
    const double *junction_x, *junction_y;
    const uint32_t *edge_object;    /* object number in the city */
    const uint32_t *edge_from, *edge_to; /* junctions */
    const uint32_t *edge_name;      /* text, CIM_NONE: none */
    const uint32_t *first_vertex;   /* edge_count + 1 */
    const double *edge_length_m;
    const double *xy;               /* vertices, x before y */
    const uint32_t *state_junction;
    const uint32_t *state_link;     /* CIM_NONE: arrived by any */
    const uint32_t *arc_link;
} cim_net_view;

/**
 * The road net of a city: all of its layer road, and roads and traffic spaces with several lines.
 *
 * Ends with equal node numbers (OpenStreetMap) are one junction.  Lines without node numbers (lod0Network of CityGML 2.0, lod0MultiCurve of 3.0)
 * are cut where ends or vertices of two lie at the same place, and meet there; trafficDirection makes them one-way; a function that is no value of
 * OpenStreetMap's highway counts as road, that of a Track as path; the name is that of the nearest ancestor that has one.  No street is made of areas:
 * area_count and a warning tell of a city that has nothing else.
 *
 * @param options  NULL for defaults.
 * @param[out] net_out  new net, freed with cim_net_free(); it does not need the city.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_EIO; CIM_EFORMAT; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: some 3 us an edge.
 * Since 0.1.
 */
CIM_API cim_status cim_net_build(cim_ctx *ctx, cim_city *city, const cim_net_options *options, cim_net **net_out);

/**
 * The road net of a city as cim_net_prepare() compiled it into the city file; built when there is none, or not a good one.
 *
 * @param options  NULL for defaults.
 * @param[out] net_out  new net, freed with cim_net_free(), equal to that of cim_net_build().
 * @return as cim_net_build().
 * Thread rule: any thread; the result may be shared.   Cost: some 0.1 us an edge, or that of cim_net_build().
 * Since 0.1.
 */
CIM_API cim_status cim_net_open(cim_ctx *ctx, cim_city *city, const cim_net_options *options, cim_net **net_out);

/**
 * The hierarchy of a net's graph as cim_net_prepare() compiled it into the city file; built when there is none.
 *
 * @param city  the city that the net is of.
 * @param[out] hierarchy_out  new hierarchy, freed with cim_route_hierarchy_free().
 * @return CIM_OK; CIM_EARG; CIM_EIO; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: that of cim_route_hierarchy_load() or cim_route_hierarchy_build().
 * Since 0.1.
 */
CIM_API cim_status cim_net_hierarchy(cim_ctx *ctx, const cim_net *net, cim_city *city, cim_route_hierarchy **hierarchy_out);

/**
 * Compile the net of a city and its hierarchy into the city file, for cim_net_open() and cim_net_hierarchy().  All or nothing: killed at any moment,
 * the file is as before or complete.  An import makes them stale; they are then not used, and gone.
 *
 * @param options  NULL for defaults; each kind of turns is compiled by itself.
 * @return CIM_OK; CIM_DONE if both are there already; CIM_EUNSUPPORTED for a city in memory, or whose file other programs have changed; CIM_EARG;
 *         CIM_EVERSION; CIM_EIO, also when another program keeps the file locked or has changed it meanwhile; CIM_EFORMAT; CIM_ELIMIT; CIM_ENOMEM;
 *         CIM_ECANCEL.
 * Thread rule: any thread; others may use the city meanwhile.   Cost: that of building both, seconds; 300 bytes an edge in the file, 450 with full turns.
 * Since 0.1.
 */
CIM_API cim_status cim_net_prepare(cim_ctx *ctx, cim_city *city, const cim_net_options *options);

/**
 * One more owner of the same net; each calls cim_net_free().
 *
 * @return net.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_net *cim_net_ref(cim_net *net);

/**
 * Give up a net; NULL is accepted.  Costs made from it keep it alive.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1) until the last owner.
 * Since 0.1.
 */
CIM_API void cim_net_free(cim_net *net);

/**
 * Arrays of a net.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from net.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_net_get(cim_ctx *ctx, const cim_net *net, cim_net_view *view_out);

/**
 * The routing graph, for cim_route_hierarchy_build().
 *
 * @return nodes are states; arrays are borrowed from net.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_route_graph cim_net_graph(const cim_net *net);

/**
 * A text of a net by number.
 *
 * @return text, borrowed; "" for CIM_NONE and numbers out of range.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_net_text(const cim_net *net, uint32_t text);

/**
 * The edge of an object of the city: the first, if it has several, which come in a row; or none if it is no street.
 *
 * @return number of the edge; CIM_NONE if there is none.
 * Thread rule: any thread.   Cost: O(log edges).
 * Since 0.1.
 */
CIM_API uint32_t cim_net_find(const cim_net *net, uint32_t object);

/* ---- costs ---- */

/**
 * Names of profiles: car, emergency, ...
 *
 * @return static text; NULL beyond the last one.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_net_profile(uint32_t number);

typedef struct cim_net_cost_options {
    size_t struct_size;    /* set by CIM_NET_COST_OPTIONS_INIT */
    const char *profile;   /* NULL: "car" */
    const char *time;      /* local time "2026-01-31T08:30" at which conditional rules are judged; NULL: none of them holds */
    double height_m, width_m, length_m, weight_t; /* 0: those of the profile */
    const char *profile_text; /* a profile of one's own, in place of `profile`: lines as in cim-route(7), "Profiles of one's own"; NULL: none */
} cim_net_cost_options;

#define CIM_NET_COST_OPTIONS_INIT { sizeof(cim_net_cost_options), NULL, NULL, 0.0, 0.0, 0.0, 0.0, NULL }

/**
 * What it costs to use the net with a profile.
 *
 * @param options  NULL for a car.
 * @param[out] costs_out  new costs, freed with cim_net_costs_free().
 * @return CIM_OK; CIM_ENOTFOUND for an unknown profile; CIM_EARG for a time that is none or a size out of range; CIM_EFORMAT for a profile's text
 *         that is none, with the line; CIM_ELIMIT for one of more than 1 MiB; CIM_EVERSION; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: some 50 ns an arc.
 * Since 0.1.
 */
CIM_API cim_status cim_net_costs_build(cim_ctx *ctx, cim_net *net, const cim_net_cost_options *options, cim_net_costs **costs_out);

/**
 * One more owner of the same costs; each calls cim_net_costs_free().
 *
 * @return costs.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_net_costs *cim_net_costs_ref(cim_net_costs *costs);

/**
 * Give up costs; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_net_costs_free(cim_net_costs *costs);

/**
 * Costs that are lengths, for "within 500 m": millimetres where times were milliseconds, turning and waiting cost nothing, what is closed stays so.
 * All functions of the net work on them, and say millimetres.
 *
 * @param costs   of a profile: what may be used.
 * @param metric  what is closed now; NULL: as in costs.
 * @param[out] lengths_out  new costs, freed with cim_net_costs_free().
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread; the result may be shared.   Cost: some 10 ns an arc.
 * Since 0.1.
 */
CIM_API cim_status cim_net_costs_lengths(cim_ctx *ctx, cim_net_costs *costs, const cim_route_metric *metric, cim_net_costs **lengths_out);

/** Arrays of costs, borrowed. */
typedef struct cim_net_costs_view {
    size_t struct_size;           /* set by the caller */
    const uint32_t *weights_ms;   /* by arc of the routing graph, for cim_route_metric_build() */
    const uint32_t *link_ms;      /* by link: travel time; CIM_ROUTE_UNREACHABLE_MS: may not be used */
    const float *link_kmh;
    const uint32_t *link_rules;   /* CIM_NET_BREAKS_*, CIM_NET_USES_* */
    const uint8_t *link_source;   /* CIM_NET_SPEED_* */
    const uint8_t *link_main;     /* 1: in the largest part of the net in which every place reaches every other */
    const uint32_t *junction_ms;  /* signals, barriers; CIM_ROUTE_UNREACHABLE_MS: no way through */
} cim_net_costs_view;

/**
 * Arrays of costs.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from costs.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_net_costs_get(cim_ctx *ctx, const cim_net_costs *costs, cim_net_costs_view *view_out);

/* ---- places on the net ---- */

/** A place on an edge. */
typedef struct cim_net_place {
    uint32_t edge;
    int32_t side;        /* of the point asked for, seen along the edge's line: 1 left, -1 right, 0 on it */
    double fraction;     /* of the edge's length, from its start */
    double x, y;         /* the place */
    double distance_m;   /* from the point */
    uint32_t directions; /* bit 0: along the line may be used, bit 1: against it */
    uint32_t reserved0;
} cim_net_place;

enum { CIM_NET_ANY_PART = 1 /**< places on islands too: parts from which, or to which, one does not get */ };

typedef struct cim_net_snap_options {
    size_t struct_size;   /* set by CIM_NET_SNAP_OPTIONS_INIT */
    double radius_m;      /* 0: no limit */
    double heading_deg;   /* clockwise from north; only links within `tolerance_deg` of it */
    double tolerance_deg; /* 0: any heading */
    uint32_t flags;       /* CIM_NET_ANY_PART */
    uint32_t reserved0;
} cim_net_snap_options;

#define CIM_NET_SNAP_OPTIONS_INIT { sizeof(cim_net_snap_options), 0.0, 0.0, 0.0, 0, 0 }

/**
 * The nearest places on edges that a profile may use, one an edge, nearest first.
 *
 * @param options     NULL for defaults.
 * @param places_out  room for k places.
 * @param[out] count_out  how many were found, at most k.
 * @return CIM_OK; CIM_EARG for a point that is not finite or k of 0 or above 256; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some 2 us for one place.
 * Since 0.1.
 */
CIM_API cim_status cim_net_snap(cim_ctx *ctx, const cim_net_costs *costs, double x, double y, const cim_net_snap_options *options, size_t k,
                                cim_net_place *places_out, size_t *count_out);

/**
 * The place of an object of the city on the net: a building where its relation accesses says, others nearest to a point in or on them.
 *
 * @param city  the city that the net was built from.
 * @param[out] place_out  the place; distance_m has the way from the door to the street, side is that of the object.
 * @return CIM_OK; CIM_ENOTFOUND if there is no such object, it has no place, or no street may be used; CIM_EARG; CIM_EIO; CIM_EFORMAT;
 *         CIM_ENOMEM.
 * Thread rule: any thread.   Cost: one or a few rows are read.
 * Since 0.1.
 */
CIM_API cim_status cim_net_place_find(cim_ctx *ctx, const cim_net_costs *costs, cim_city *city, uint32_t object, cim_net_place *place_out);

/** Most ends a place has. */
#define CIM_NET_ENDS 64

/**
 * A place as ends of the routing graph, for cim_route_path_find() and the like.
 *
 * @param weights_ms weights of arcs as they are now (cim_route_metric_weights()), which slow down, speed up or close the place's own street
 *                   too; NULL: those of costs.
 * @param direction  CIM_ROUTE_FORWARD: to start from there; CIM_ROUTE_BACKWARD: to arrive there.
 * @param ends_out   room for CIM_NET_ENDS ends.
 * @param[out] count_out  how many there are; 0: nothing leads there.
 * @return CIM_OK; CIM_EARG for a place that is none; CIM_ELIMIT if there are more.
 * Thread rule: any thread.   Cost: O(ends).
 * Since 0.1.
 */
CIM_API cim_status cim_net_ends(cim_ctx *ctx, const cim_net_costs *costs, const uint32_t *weights_ms, const cim_net_place *place, int32_t direction,
                                cim_route_end *ends_out, size_t *count_out);

/* ---- routes ---- */

/** One edge of a route, or a part of it. */
typedef struct cim_net_leg {
    uint32_t link, object, name; /* name: text of the net */
    uint32_t time_ms;            /* with what the junction before it takes */
    uint32_t rules;              /* CIM_NET_BREAKS_*, CIM_NET_USES_* */
    uint32_t first_vertex;       /* in the route's xy; a leg ends where the next begins */
    double length_m;
} cim_net_leg;

/** A route, borrowed. */
typedef struct cim_net_route_view {
    size_t struct_size;          /* set by the caller */
    uint32_t time_ms;
    uint32_t rules;              /* of all legs */
    double length_m;
    uint32_t leg_count, vertex_count;
    const cim_net_leg *legs;
    const double *xy;
} cim_net_route_view;

/**
 * The quickest route between two places.
 *
 * @param metric  on a hierarchy of the net's graph, with query: of costs' weights, or of what they have become (live.h); both NULL: costs'
 *                weights by Dijkstra's algorithm, for single questions.
 * @param[out] route_out  new route, freed with cim_net_route_free().
 * @return CIM_OK; CIM_ENOTFOUND if there is no way; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: costs shared, query of one thread.   Cost: that of cim_route_path_find() and 0.05 us a leg; without metric some 5 ms in a city.
 * Since 0.1.
 */
CIM_API cim_status cim_net_route_find(cim_ctx *ctx, const cim_net_costs *costs, const cim_net_place *from, const cim_net_place *to,
                                      const cim_route_metric *metric, cim_route_query *query, cim_net_route **route_out);

/**
 * What a route is made of.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from route.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_net_route_get(cim_ctx *ctx, const cim_net_route *route, cim_net_route_view *view_out);

/**
 * Give up a route; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_net_route_free(cim_net_route *route);

CIM_END

#endif
