/**
 * @file isochrone.h
 * How far one gets: the parts of streets within a time, and areas around them.
 *
 *     cim_isochrone_options options = CIM_ISOCHRONE_OPTIONS_INIT;
 *     options.limit_ms = 600000;
 *     cim_isochrone_find(ctx, costs, metric, query, &station, 1, &options, &isochrone);        times on streets, exact
 *     cim_isochrone_areas_build(ctx, isochrone, limits_ms, 3, NULL, &areas);                   multipolygons, for maps
 *
 * A piece is a part of an edge with the way one goes on it: time grows evenly from one end to the other.  Pieces do not overlap: where
 * one could come from both ends, they meet where it takes equally long.  Time at a point of a piece is that of cim_net_route_find() to (or
 * from) this point, but for rounding to 1 ms; what lies beyond the limit is no part of any piece.
 */
#ifndef CIM_ISOCHRONE_H
#define CIM_ISOCHRONE_H

#include "cim/geom.h"
#include "cim/net.h"

CIM_BEGIN

typedef struct cim_isochrone cim_isochrone;
typedef struct cim_isochrone_areas cim_isochrone_areas;

typedef struct cim_isochrone_options {
    size_t struct_size; /* set by CIM_ISOCHRONE_OPTIONS_INIT */
    int32_t direction;  /* CIM_ROUTE_FORWARD: how far one gets from the places; CIM_ROUTE_BACKWARD: from where one gets to one of them */
    uint32_t limit_ms;  /* at most so far */
} cim_isochrone_options;

#define CIM_ISOCHRONE_OPTIONS_INIT { sizeof(cim_isochrone_options), CIM_ROUTE_FORWARD, 900000 }

/** A part of an edge that is within the limit. */
typedef struct cim_isochrone_piece {
    uint32_t link;          /* the edge, and the direction in which one goes */
    uint32_t object;        /* of the city */
    uint32_t place;         /* which of the places is the nearest in time; the first of those that are equally near */
    uint32_t from_ms, to_ms; /* time at both ends of the piece */
    uint32_t reserved0;
    double from, to;        /* from < to: fractions of the edge's length, along the edge's line whichever way one goes */
} cim_isochrone_piece;

/** An isochrone, borrowed. */
typedef struct cim_isochrone_view {
    size_t struct_size;      /* set by the caller */
    int32_t direction;
    uint32_t limit_ms;
    size_t piece_count;
    const cim_isochrone_piece *pieces; /* in the order of edges and of fractions on them */
} cim_isochrone_view;

/**
 * The parts of streets that are within a time of the nearest of some places.
 *
 * @param metric   as in cim_net_route_find(), with query; both NULL: costs' weights by Dijkstra's algorithm.
 * @param places   place_count places; from those without an end one gets as far as their own street allows.
 * @param options  NULL for defaults.
 * @param[out] isochrone_out  new isochrone, freed with cim_isochrone_free(); it keeps the net alive.
 * @return CIM_OK, also when nothing can be reached; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: costs and metric shared, query of one thread.   Cost: that of cim_route_within(), 50 ns a state within the limit, and 1 ns an edge
 *              of the net; with several places, or backward, that of cim_route_all().  Without metric some 5 ms for ten minutes in a city.
 * Since 0.1.
 */
CIM_API cim_status cim_isochrone_find(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, cim_route_query *query,
                                      const cim_net_place *places, size_t place_count, const cim_isochrone_options *options,
                                      cim_isochrone **isochrone_out);

/**
 * What an isochrone is made of.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from isochrone.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_isochrone_get(cim_ctx *ctx, const cim_isochrone *isochrone, cim_isochrone_view *view_out);

/**
 * Give up an isochrone; NULL is accepted.  Areas made from it do not need it.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_isochrone_free(cim_isochrone *isochrone);

/* ---- areas ---- */

/** Most limits at once. */
#define CIM_ISOCHRONE_LIMITS 32

typedef struct cim_isochrone_area_options {
    size_t struct_size; /* set by CIM_ISOCHRONE_AREA_OPTIONS_INIT */
    double buffer_m;    /* how far an area reaches from its streets; 0: 50 m */
    double cell_m;      /* distances are computed at points so far apart, at most buffer_m / 1.5; 0: that */
    double tolerance_m; /* how far outlines may deviate to save vertices; 0: an eighth of cell_m; < 0: not at all */
    uint64_t max_cells; /* points of all limits together; where more were needed, cells and, if it must be, the buffer grow; 0: 4 million */
} cim_isochrone_area_options;

#define CIM_ISOCHRONE_AREA_OPTIONS_INIT { sizeof(cim_isochrone_area_options), 0.0, 0.0, 0.0, 0 }

/** What is within one limit. */
typedef struct cim_isochrone_area {
    uint32_t limit_ms, reserved0;
    double area_m2;
    double street_m;  /* length of the pieces within the limit, each street counted once */
    cim_geom geom;    /* a valid multipolygon, outer rings counter-clockwise, holes clockwise; without parts when nothing is within */
} cim_isochrone_area;

/** Areas, borrowed. */
typedef struct cim_isochrone_areas_view {
    size_t struct_size;       /* set by the caller */
    double buffer_m, cell_m;  /* that were used */
    size_t area_count;
    const cim_isochrone_area *areas; /* in the order of the limits given */
} cim_isochrone_areas_view;

/**
 * For each of some limits the area within buffer_m of the streets within it; the area of a shorter limit lies within that of a longer one.
 *
 * Distances to the pieces at the points of a grid, outlines by marching squares (W. E. Lorensen, H. E. Cline, "Marching cubes", SIGGRAPH 1987,
 * in the plane) with linear interpolation; diagonal cases are decided by the mean of the four corners, as the bilinear surface is at
 * its middle.  Vertices are then left out as long as an outline crosses the same sides of cells in the same order, no farther than
 * tolerance_m from where it did (ordered stabbing: L. J. Guibas et al., 1993, greedily): rings cannot come to cross.
 *
 * @param limits_ms  limit_count of them, 1 .. CIM_ISOCHRONE_LIMITS, in any order, none greater than that of the isochrone.
 * @param options    NULL for defaults.
 * @param[out] areas_out  new areas, freed with cim_isochrone_areas_free().
 * @return CIM_OK; CIM_EARG; CIM_EFORMAT if streets have coordinates that are not finite; CIM_ELIMIT for more vertices than 32 bits count;
 *         CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: some 0.05 us a straight bit of a street and 5 ns a cell and limit; 4 to 12 bytes a cell and limit.
 * Since 0.1.
 */
CIM_API cim_status cim_isochrone_areas_build(cim_ctx *ctx, const cim_isochrone *isochrone, const uint32_t *limits_ms, size_t limit_count,
                                             const cim_isochrone_area_options *options, cim_isochrone_areas **areas_out);

/**
 * The areas.
 *
 * @param[in,out] view_out  struct_size set by the caller; as many fields as it has room for are filled, borrowed from areas.
 * @return CIM_OK; CIM_EARG if struct_size was not set.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_isochrone_areas_get(cim_ctx *ctx, const cim_isochrone_areas *areas, cim_isochrone_areas_view *view_out);

/**
 * Give up areas; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_isochrone_areas_free(cim_isochrone_areas *areas);

CIM_END

#endif
