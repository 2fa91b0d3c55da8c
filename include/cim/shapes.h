/**
 * @file shapes.h
 * Many geometries in one immutable structure: is a point inside, how far is it, does a window or a segment meet it.
 *
 * Usable on its own, without a city.  Shape i is the i-th geometry given to cim_shapes_build().  No question allocates, and
 * every answer but a distance is exact for the doubles given: a sum is first made in floating point, and only when it is
 * smaller than its error bound, exactly (J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust
 * Geometric Predicates", 1997).  That holds for coordinates that are 0 or of a magnitude from 1e-130 to 1e150.  Distances and
 * places are rounded, with an error of some 1e-16 of the largest difference of coordinates that comes in; the same doubles
 * give the same bits on every processor.
 *
 * Areas (polygons) follow the even-odd rule over all rings of a geometry, so holes need no order and no direction, and what
 * two parts both cover is outside.  The boundary of an area is every edge and vertex of its rings.  Lines and points have
 * boundary only.  Only x and y are used.
 *
 * A shape number that is not below cim_shapes_count() names an empty shape: outside of everything, infinitely far away.
 *
 * Layout and algorithm: vertices lie as one row of x and one of y, which vector instructions (SSE2, AVX2, AVX-512, found at
 * run time) compare 2, 4 or 8 edges at a time.  A shape of more than 64 edges also has a box around every 16 edges and one
 * around every 256, so that most edges are never looked at.  Some 16 bytes a vertex and 110 a shape; footprints of OpenStreetMap
 * take 29 bytes a vertex with everything (tests/bench/bench_shapes.c).
 */
#ifndef CIM_SHAPES_H
#define CIM_SHAPES_H

#include "cim/geom.h"

CIM_BEGIN

typedef struct cim_shapes cim_shapes;

/** Where something lies in relation to a shape. */
enum {
    CIM_OUTSIDE = 0,  /**< nothing in common */
    CIM_BOUNDARY = 1, /**< the point lies on an edge or vertex */
    CIM_CROSSES = 1,  /**< of a window: some of it meets an edge or vertex */
    CIM_INSIDE = 2    /**< wholly within the area, and not on its boundary */
};

/** The place of a shape that is nearest to a point. */
typedef struct cim_nearest {
    double distance;   /* in the units of the coordinates; 0 on the shape and inside an area; HUGE_VAL: there is none */
    double x, y;       /* the place; inside an area the point itself */
    double fraction;   /* of the edge from `vertex` to the next one, 0 to 1 */
    uint32_t vertex;   /* number of the edge's first vertex in the geometry given; CIM_NONE inside an area and for no place */
    uint32_t reserved0;
} cim_nearest;

/**
 * Build shapes from geometries, which are copied.
 *
 * @param geoms  count geometries of any type, also without vertices; polygon rings are closed.
 * @param count  at most 0xfffffff0.
 * @param[out] shapes_out  new shapes, freed with cim_shapes_free().
 * @return CIM_OK; CIM_EARG naming the first geometry with a coordinate that is not finite or beyond 1e150, a ring that is not
 *         closed, or counts that contradict each other; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the result may be shared.   Cost: O(vertices), nothing beside what is kept.
 * Since 0.1.
 */
CIM_API cim_status cim_shapes_build(cim_ctx *ctx, const cim_geom *geoms, size_t count, cim_shapes **shapes_out);

/**
 * One more owner of the same shapes; each calls cim_shapes_free().
 *
 * @return shapes.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_shapes *cim_shapes_ref(cim_shapes *shapes);

/**
 * Give up shapes; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_shapes_free(cim_shapes *shapes);

/**
 * Number of shapes.
 *
 * @return the count given to cim_shapes_build().
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API size_t cim_shapes_count(const cim_shapes *shapes);

/**
 * Memory that the shapes take.
 *
 * @return bytes.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API size_t cim_shapes_bytes(const cim_shapes *shapes);

/**
 * Smallest box around a shape.
 *
 * @param[out] box_out  untouched when the shape is empty.
 * @return 1; 0 for an empty shape.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API int32_t cim_shapes_box(const cim_shapes *shapes, size_t shape, cim_box *box_out);

/**
 * Where a point lies in relation to a shape; exact.
 *
 * @return CIM_INSIDE; CIM_BOUNDARY; CIM_OUTSIDE, also for a point that is not finite.
 * Thread rule: any thread.   Cost: O(vertices) for small shapes, about O(sqrt(vertices)) for large ones.
 * Since 0.1.
 */
CIM_API int32_t cim_shapes_locate(const cim_shapes *shapes, size_t shape, double x, double y);

/**
 * Distance of a point to a shape.
 *
 * @return 0 exactly when cim_shapes_locate() is not CIM_OUTSIDE or the difference is too small for a double; HUGE_VAL for an
 *         empty shape and for a point that is not finite.
 * Thread rule: any thread.   Cost: O(vertices) for small shapes, about O(sqrt(vertices)) for large ones.
 * Since 0.1.
 */
CIM_API double cim_shapes_distance(const cim_shapes *shapes, size_t shape, double x, double y);

/**
 * Distance of a point to a shape, and the nearest place on it; of several equally near places that of the lowest vertex.
 *
 * @param[out] nearest_out  always filled.
 * @return 1; 0 when there is no such place: an empty shape, a point that is not finite.
 * Thread rule: any thread.   Cost: that of cim_shapes_distance() and some 50 ns.
 * Since 0.1.
 */
CIM_API int32_t cim_shapes_nearest(const cim_shapes *shapes, size_t shape, double x, double y, cim_nearest *nearest_out);

/**
 * How a window lies in relation to a shape; exact.  The window is closed: touching counts as crossing.
 *
 * @return CIM_INSIDE if the whole window lies inside the area and meets no edge; CIM_CROSSES if it meets an edge or vertex,
 *         which includes a shape within the window; CIM_OUTSIDE, also for a window with min > max or NaN.
 * Thread rule: any thread.   Cost: as cim_shapes_locate(), plus the edges that come near the window.
 * Since 0.1.
 */
CIM_API int32_t cim_shapes_box_relation(const cim_shapes *shapes, size_t shape, const cim_box *window);

/**
 * Does the straight segment from (x0, y0) to (x1, y1), ends included, have a point in common with a shape?  Exact.
 *
 * @return 1 if so, also when it lies wholly inside an area; 0 if not or if an end is not finite.
 * Thread rule: any thread.   Cost: as cim_shapes_locate(), plus the edges whose boxes meet that of the segment.
 * Since 0.1.
 */
CIM_API int32_t cim_shapes_meets_segment(const cim_shapes *shapes, size_t shape, double x0, double y0, double x1, double y1);

/**
 * cim_shapes_locate() for many pairs of shape and point.
 *
 * @param which  count shape numbers.
 * @param xy     count points, x before y.
 * @param[out] where_out  room for count answers, CIM_OUTSIDE, CIM_BOUNDARY or CIM_INSIDE each; filled in part when cancelled.
 * @return CIM_OK; CIM_EARG naming the first number that is no shape; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; runs on the threads of the context.   Cost: that of the single calls; pairs of one shape one after
 * the other are quickest.
 * Since 0.1.
 */
CIM_API cim_status cim_shapes_locate_many(cim_ctx *ctx, const cim_shapes *shapes, const uint32_t *which, const double *xy, size_t count, uint8_t *where_out);

/**
 * cim_shapes_distance() for many pairs of shape and point.
 *
 * @param which  count shape numbers.
 * @param xy     count points, x before y.
 * @param[out] distances_out  room for count distances; filled in part when cancelled.
 * @return CIM_OK; CIM_EARG naming the first number that is no shape; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; runs on the threads of the context.   Cost: that of the single calls; pairs of one shape one after
 * the other are quickest.
 * Since 0.1.
 */
CIM_API cim_status cim_shapes_distance_many(cim_ctx *ctx, const cim_shapes *shapes, const uint32_t *which, const double *xy, size_t count,
                                            double *distances_out);

CIM_END

#endif
