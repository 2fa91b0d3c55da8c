/**
 * @file journey.h
 * Journeys: routes over several stops, alternatives, what to avoid, turn-by-turn steps, and when one will be at which signals.
 *
 *     cim_journey_stop stops[] = { { depot, 0, 0 }, { school, CIM_JOURNEY_PASS, 0 }, { hospital, 0, 0 } };
 *     cim_journey_find(ctx, costs, stops, 3, NULL, metric, query, &journey);
 *     cim_journey_steps(ctx, journey, 0, steps, 100, &count);
 *
 * A journey holds one route, or the quickest and its alternatives.  What is to be avoided is a private what-if: the net and the
 * metric stay as they are.
 */
#ifndef CIM_JOURNEY_H
#define CIM_JOURNEY_H

#include "cim/net.h"

CIM_BEGIN

typedef struct cim_journey cim_journey;

/* ---- what to avoid ---- */

/** Kinds of streets by their tags. */
enum {
    CIM_JOURNEY_TOLLS = 1,     /**< toll=* but no */
    CIM_JOURNEY_FERRIES = 2,   /**< route=ferry */
    CIM_JOURNEY_MOTORWAYS = 4, /**< highway=motorway, motorway_link */
    CIM_JOURNEY_TUNNELS = 8    /**< tunnel=* but no */
};

typedef struct cim_journey_avoid {
    size_t struct_size;      /* set by CIM_JOURNEY_AVOID_INIT */
    const cim_geom *areas;   /* area_count polygons in the city's coordinates: every edge with a point in common with one of them, as a whole */
    size_t area_count;
    const uint32_t *objects; /* object_count streets */
    size_t object_count;
    uint32_t classes;        /* CIM_JOURNEY_TOLLS, ... */
    uint32_t reserved0;
    double factor;           /* 0: closed; above 1: edges count as if they took so many times as long, and the route's times say so */
} cim_journey_avoid;

#define CIM_JOURNEY_AVOID_INIT { sizeof(cim_journey_avoid), NULL, 0, NULL, 0, 0, 0, 0.0 }

/**
 * Weights of arcs with what is to be avoided closed or dearer, for questions other than journeys.
 *
 * @param metric       whose weights they are to begin with; NULL: those of costs.
 * @param weights_out  room for the net's arc_count weights.
 * @param[out] edge_count_out  how many edges are avoided, or NULL.
 * @return CIM_OK; CIM_ENOTFOUND if one of the objects is no street; CIM_EARG for areas that are no polygons, unknown classes, a factor
 *         that is neither 0 nor from 1 to 1000; CIM_EVERSION; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: a copy of the weights; the edges near the areas.
 * Since 0.1.
 */
CIM_API cim_status cim_journey_weights(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_journey_avoid *avoid,
                                       uint32_t *weights_out, size_t *edge_count_out);

/**
 * A metric with what is to be avoided closed or dearer: for many questions.
 *
 * @param metric  not changed.
 * @param[out] metric_out  new metric, freed with cim_route_metric_free().
 * @return as cim_journey_weights(); CIM_ELIMIT.
 * Thread rule: any thread.   Cost: cim_journey_weights() and cim_route_metric_update().
 * Since 0.1.
 */
CIM_API cim_status cim_journey_metric(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_journey_avoid *avoid,
                                      cim_route_metric **metric_out);

/* ---- journeys ---- */

enum { CIM_JOURNEY_PASS = 1 /**< go on in the direction of arrival; without it one stops, and may go on in any direction */ };

typedef struct cim_journey_stop {
    cim_net_place place;
    uint32_t flags;     /* CIM_JOURNEY_PASS; not for the first and the last */
    uint32_t reserved0;
} cim_journey_stop;

enum { CIM_JOURNEY_ORDER = 1 /**< visit the stops between the first and the last in the quickest order; the same place first and last is a round */ };

typedef struct cim_journey_options {
    size_t struct_size;             /* set by CIM_JOURNEY_OPTIONS_INIT */
    const cim_journey_avoid *avoid; /* NULL: nothing */
    const cim_route_alternative_options *alternative; /* NULL: defaults */
    uint32_t alternatives;          /* most routes beside the quickest, at most 100; for two stops, with a metric */
    uint32_t flags;                 /* CIM_JOURNEY_ORDER */
} cim_journey_options;

#define CIM_JOURNEY_OPTIONS_INIT { sizeof(cim_journey_options), NULL, NULL, 0, 0 }

/** From one stop to the next. */
typedef struct cim_journey_section {
    uint32_t first_leg, leg_count; /* of the route */
    uint32_t time_ms;
    uint32_t reserved0;
    double length_m;
} cim_journey_section;

/** One route of a journey, borrowed. */
typedef struct cim_journey_view {
    size_t struct_size;           /* set by the caller */
    uint32_t route_count;
    uint32_t section_count;       /* stops less one */
    const cim_net_route *route;
    const cim_journey_section *sections;
    const uint32_t *order;        /* section_count + 1 numbers of the stops as they were given */
    uint32_t order_exact;         /* 1: no order is quicker (of stops, not of passing through); 0: the best that was found */
    uint32_t shared_ms;           /* of an alternative: with the routes before it */
} cim_journey_view;

/**
 * The quickest route over stops in turn, or the quickest route and its alternatives.  Passing through is exact: where one may
 * arrive in several directions, the choice is made for the whole journey, and turn restrictions that span a stop hold.
 *
 * @param costs    kept alive by the journey.
 * @param stops    stop_count places, 2 to 1000.
 * @param options  NULL for defaults.
 * @param metric   with query, as in cim_net_route_find(); both NULL: by Dijkstra's algorithm.
 * @param[out] journey_out  new journey, freed with cim_journey_free().
 * @return CIM_OK; CIM_ENOTFOUND if there is no way, naming the two stops and, where that is the reason, what is avoided; as cim_journey_weights();
 *         CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: costs shared, query of one thread.   Cost: that of cim_net_route_find() a section, four times for one that begins or ends
 *              passing through; with CIM_JOURNEY_ORDER the times between all stops; with what is avoided cim_journey_metric().
 * Since 0.1.
 */
CIM_API cim_status cim_journey_find(cim_ctx *ctx, cim_net_costs *costs, const cim_journey_stop *stops, size_t stop_count, const cim_journey_options *options,
                                    const cim_route_metric *metric, cim_route_query *query, cim_journey **journey_out);

/**
 * One of the routes of a journey; 0 is the quickest.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from journey.
 * @return CIM_OK; CIM_ENOTFOUND if there is no such route; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_journey_get(cim_ctx *ctx, const cim_journey *journey, size_t number, cim_journey_view *view_out);

/**
 * Give up a journey; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_journey_free(cim_journey *journey);

/* ---- order ---- */

/** Most stops of which the order is found by looking at all of them, with both ends. */
#define CIM_JOURNEY_EXACT_STOPS 14

/**
 * A quick order of stops, the first and the last staying where they are.  Exactly up to CIM_JOURNEY_EXACT_STOPS stops (M. Held, R. M. Karp, 1962),
 * else by cheapest insertion, then moving runs of up to three stops and turning runs round while that helps (I. Or, 1976; G. A. Croes, 1958),
 * all for times that differ by direction.
 *
 * @param times_ms   count * count: from stop i to stop j at i * count + j; CIM_ROUTE_UNREACHABLE_MS and above: no way.
 * @param count      1 to 1000.
 * @param order_out  room for count numbers; order_out[0] is 0 and order_out[count - 1] is count - 1.
 * @param[out] exact_out  1 if no order is quicker, or NULL.
 * @return CIM_OK; CIM_ENOTFOUND if no order was found in which every stop is reached; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: 2^n n^2 for n stops in between, at most 12; else some n^2 a round of improvement.
 * Since 0.1.
 */
CIM_API cim_status cim_journey_order(cim_ctx *ctx, const uint32_t *times_ms, size_t count, uint32_t *order_out, uint32_t *exact_out);

/* ---- steps ---- */

enum {
    CIM_JOURNEY_DEPART = 0,
    CIM_JOURNEY_CONTINUE = 1, /**< straight on, or the only way on, into another street */
    CIM_JOURNEY_SLIGHT_LEFT = 2,
    CIM_JOURNEY_LEFT = 3,
    CIM_JOURNEY_SHARP_LEFT = 4,
    CIM_JOURNEY_SLIGHT_RIGHT = 5,
    CIM_JOURNEY_RIGHT = 6,
    CIM_JOURNEY_SHARP_RIGHT = 7,
    CIM_JOURNEY_U_TURN = 8,
    CIM_JOURNEY_ROUNDABOUT = 9, /**< to its exit and on into the street behind it */
    CIM_JOURNEY_FERRY = 10,
    CIM_JOURNEY_PASSING = 11,   /**< a stop one does not stop at */
    CIM_JOURNEY_ARRIVE = 12     /**< at a stop; without legs */
};

typedef struct cim_journey_step {
    uint32_t kind;               /* CIM_JOURNEY_DEPART, ... */
    uint32_t name;               /* text of the net: name of the street, or else its reference; CIM_NONE */
    uint32_t first_leg, leg_count;
    uint32_t time_ms, rules;     /* of the legs */
    uint32_t exit;               /* roundabout: number of the exit, counted from the entrance; 0: the stop is on it */
    uint32_t stop;               /* depart, passing, arrive: which one in the order of travel; CIM_NONE */
    int32_t side;                /* arrive: 1 the stop is on the left, -1 on the right, 0 ahead */
    uint32_t reserved0;
    double length_m, distance_m; /* of the legs; from the start to the beginning of the step */
    double bearing_before_deg, bearing_after_deg; /* clockwise from north; equal where there is nothing before or after */
    double turn_deg;             /* left positive, -180 to 180 */
    double x, y;                 /* where it begins */
} cim_journey_step;

/**
 * What one would tell a driver: legs of one street in a row are one step.  A step begins where the street's name changes, where one turns
 * off by 45 degrees or more although there is a straighter way on, where one turns back, at roundabouts, ferries and stops.
 *
 * @param number     route of the journey.
 * @param steps_out  room for cap steps; NULL with cap 0 only counts.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_ENOTFOUND if there is no such route; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(legs).
 * Since 0.1.
 */
CIM_API cim_status cim_journey_steps(cim_ctx *ctx, const cim_journey *journey, size_t number, cim_journey_step *steps_out, size_t cap, size_t *count_out);

/**
 * Name of a kind of step: "depart", "turn left", ...
 *
 * @return static text; NULL for an unknown kind.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_journey_kind(uint32_t kind);

/* ---- signals ---- */

enum { CIM_JOURNEY_GREEN = 1 /**< the signals let one through: nobody waits at them */ };

typedef struct cim_journey_signal_options {
    size_t struct_size;   /* set by CIM_JOURNEY_SIGNAL_OPTIONS_INIT */
    double leg_sigma;     /* standard deviation of the time of a leg, in parts of it */
    double correlation;   /* of the legs' deviations: 0 none, 1 all are late together */
    double wait_sigma_s;  /* standard deviation of the wait at a signal */
    double width;         /* earliest and latest are so many standard deviations from likely; 1.645: nine of ten arrive in between */
    cim_city *city;       /* where the objects of signals are looked up; NULL: not */
    uint32_t flags;       /* CIM_JOURNEY_GREEN */
    uint32_t reserved0;
} cim_journey_signal_options;

#define CIM_JOURNEY_SIGNAL_OPTIONS_INIT { sizeof(cim_journey_signal_options), 0.2, 0.5, 6.0, 1.645, NULL, 0, 0 }

typedef struct cim_journey_signal {
    uint32_t junction;   /* of the net */
    uint32_t object;     /* the signal in the city; CIM_NONE */
    uint32_t leg;        /* at whose end it is */
    uint32_t crossing;   /* 1: signals of a crossing for pedestrians */
    uint32_t earliest_ms, likely_ms, latest_ms; /* of arrival, from the start */
    uint32_t reserved0;
    double distance_m;   /* from the start */
    double speed_kmh;    /* on the leg before it */
    double x, y;
} cim_journey_signal;

/**
 * When a vehicle on the route will be at which traffic signals, so that they can be green.
 *
 * The likely time is the sum of what legs take, without the wait at the signal itself.  Its variance is
 * s^2 ((1 - c) sum t^2 + c (sum t)^2) + n w^2 for legs that take t without their signals, n signals passed before, s = leg_sigma, c = correlation,
 * w = wait_sigma_s.  The earliest time never is before that of the signal before, nor the start.
 *
 * @param number       route of the journey.
 * @param options      NULL for defaults.
 * @param signals_out  room for cap signals; NULL with cap 0 only counts.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_ENOTFOUND if there is no such route; CIM_EARG; CIM_EVERSION; CIM_EIO; CIM_EFORMAT; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(legs); with city a window a signal.
 * Since 0.1.
 */
CIM_API cim_status cim_journey_signals(cim_ctx *ctx, const cim_journey *journey, size_t number, const cim_journey_signal_options *options,
                                       cim_journey_signal *signals_out, size_t cap, size_t *count_out);

CIM_END

#endif
