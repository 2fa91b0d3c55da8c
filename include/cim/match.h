/**
 * @file match.h
 * Map matching: which streets did something that was tracked by satellite go along?
 *
 *     cim_match_load(ctx, "trip.gpx", &points);                            or points of your own, in the city's coordinates
 *     cim_matcher_build(ctx, costs, NULL, &matcher);                       once per costs
 *     cim_match_run(ctx, matcher, NULL, points, count, NULL, &match);      once per trace
 *     cim_match_get(ctx, match, &view);                                    places, parts, legs, speeds
 *
 * The most probable way through a hidden Markov model (P. Newson, J. Krumm, "Hidden Markov Map Matching Through Noise and
 * Sparseness", ACM GIS 2009): a point lies off its street by an error of normal distribution, and the way between two places differs
 * from the straight distance of their points by an amount of exponential distribution.  What is hidden is the link: the street and
 * the direction of travel.  Ways are the shortest in metres that the costs allow, by a metric of lengths of its own with labels, so that
 * a transition costs no search.
 */
#ifndef CIM_MATCH_H
#define CIM_MATCH_H

#include "cim/net.h"

CIM_BEGIN

typedef struct cim_matcher cim_matcher;
typedef struct cim_match cim_match;

enum {
    CIM_MATCH_BREAK = 1,  /**< a new trace begins here */
    CIM_MATCH_DEGREES = 2 /**< from cim_match_load(): x and y are longitude and latitude (WGS 84), for cim_crs_transform() */
};

/** A point of a trace. */
typedef struct cim_match_point {
    double x, y;        /* in the city's coordinates; not finite: no position, the point is left out */
    double time_s;      /* since any moment; NAN: not known */
    double accuracy_m;  /* standard deviation of its error; 0 or NAN: that of the options */
    double heading_deg; /* of travel, clockwise from north; NAN: not known */
    uint32_t flags;     /* CIM_MATCH_BREAK */
    uint32_t reserved0;
} cim_match_point;

typedef struct cim_match_options {
    size_t struct_size;    /* set by CIM_MATCH_OPTIONS_INIT */
    double sigma_m;        /* standard deviation of a point's error */
    double beta_m;         /* how much the way between two points differs from their distance, on average */
    double radius_m;       /* streets farther away from a point do not count; 0: four times its standard deviation, at least 40 m */
    double heading_deg;    /* standard deviation of headings; 0: headings do not count */
    double turn_back_m;    /* turning back on a street is as improbable as such a detour; negative: impossible */
    double detour_m;       /* a way longer than the distance by more than this is impossible */
    double max_kmh;        /* quicker movement is impossible */
    double gap_s;          /* after a longer pause a new part begins; 0: never */
    double thin_m;         /* points nearer to the last one used say too little: they are put onto the way between others; negative: four times
                              its standard deviation */
    double beam;           /* links less probable than the best so far by a factor of exp(beam) are given up; 0: none */
    uint32_t candidates;   /* streets a point, 1 .. 64 */
    uint32_t outliers;     /* points in a row that may be left out because no way leads to them */
} cim_match_options;

#define CIM_MATCH_OPTIONS_INIT { sizeof(cim_match_options), 8.0, 10.0, 0.0, 30.0, 60.0, 2000.0, 200.0, 0.0, -1.0, 40.0, 12, 2 }

/** What became of a point. */
enum {
    CIM_MATCH_FOUND = 0,
    CIM_MATCH_BETWEEN = 1,   /**< too near to the one before; its place is on the way that others make */
    CIM_MATCH_NO_STREET = 2, /**< no street in reach, or no position */
    CIM_MATCH_OUTLIER = 3,   /**< no way leads to it that the points around it allow */
    CIM_MATCH_UNORDERED = 4  /**< earlier than the point before */
};

/** A point's place on the net. */
typedef struct cim_match_place {
    int32_t state;        /* CIM_MATCH_*; the rest is of FOUND and BETWEEN only */
    uint32_t part;        /* CIM_NONE: none */
    uint32_t leg;
    uint32_t link;
    cim_net_place place;
    double confidence;    /* probability of the link, given all points of the part */
} cim_match_place;

/** A run of points that a way connects. */
typedef struct cim_match_part {
    uint32_t first_point, last_point;
    uint32_t first_leg, leg_count;
    uint32_t first_vertex, vertex_count; /* in the match's xy */
    double length_m;
    double confidence;                   /* mean of its points' */
} cim_match_part;

/** A link of a part's way, or a piece of it. */
typedef struct cim_match_leg {
    uint32_t link, object;
    double from, to;          /* fractions of the link, in its direction */
    double length_m;
    double enter_s, leave_s;  /* times of points, shared among links by what the costs say; NAN: not known */
} cim_match_leg;

/** How quick a link was, over all legs on it that lie between points with times. */
typedef struct cim_match_speed {
    uint32_t link, object;
    double kmh;
    double length_m, seconds; /* over which it was measured */
} cim_match_speed;

/** A match, borrowed. */
typedef struct cim_match_view {
    size_t struct_size;           /* set by the caller */
    uint32_t point_count, part_count, leg_count, vertex_count, speed_count;
    uint32_t found_count, between_count, no_street_count, outlier_count, unordered_count;
    const cim_match_place *points;
    const cim_match_part *parts;
    const cim_match_leg *legs;
    const cim_match_speed *speeds; /* by link */
    const double *xy;
    double length_m;
} cim_match_view;

/**
 * Read a trace: GPX, a GeoJSON LineString, MultiLineString, Points, or Features of them, or CSV with a line of names among time, x and y
 * or lon and lat, accuracy, heading.  Times are seconds or ISO 8601.  Told apart by the first character.
 *
 * @param[out] points_out  cim_match_point, release with cim_buf_dispose(); those with CIM_MATCH_DEGREES are in degrees.
 * @return CIM_OK; CIM_EARG without a path; CIM_EIO; CIM_EFORMAT naming the line; CIM_ELIMIT beyond 4 GiB of text or 2^31 points; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: that of reading the file.
 * Since 0.1.
 */
CIM_API cim_status cim_match_load(cim_ctx *ctx, const char *path, cim_buf *points_out);

/**
 * Costs made ready for matching: lengths of arcs as a metric with labels.
 *
 * @param hierarchy  of the net's graph; NULL: one is built, which takes seconds.
 * @param[out] matcher_out  freed with cim_matcher_free().
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: that of cim_route_metric_build() with labels.
 * Since 0.1.
 */
CIM_API cim_status cim_matcher_build(cim_ctx *ctx, cim_net_costs *costs, cim_route_hierarchy *hierarchy, cim_matcher **matcher_out);

/**
 * Give up a matcher; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: when no call uses it.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_matcher_free(cim_matcher *matcher);

/**
 * Match a trace.
 *
 * @param query    of the matcher's hierarchy; NULL: one is made for the call.
 * @param points   count points in the order of travel.
 * @param options  NULL for defaults.
 * @param[out] match_out  also when nothing was found; freed with cim_match_free().
 * @return CIM_OK; CIM_EARG for options out of range; CIM_ELIMIT beyond 2^31 points; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: matcher shared, query of one thread.   Cost: some 30 us a point with labels.
 * Since 0.1.
 */
CIM_API cim_status cim_match_run(cim_ctx *ctx, const cim_matcher *matcher, cim_route_query *query, const cim_match_point *points, size_t count,
                                 const cim_match_options *options, cim_match **match_out);

/**
 * What was found.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from match.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_match_get(cim_ctx *ctx, const cim_match *match, cim_match_view *view_out);

/**
 * Give up a match; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_match_free(cim_match *match);

CIM_END

#endif
