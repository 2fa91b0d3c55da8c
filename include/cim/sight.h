/**
 * @file sight.h
 * What is seen: sight lines among buildings and terrain, on bare arrays.
 *
 * Usable on its own, without a city.  In short:
 *
 *     cim_sight_scene_build(ctx, &prisms, NULL, &scene);                 once: footprints with base and top
 *     cim_sight_line(ctx, scene, camera, target, &blocker);              one sight line: CIM_NONE is seen
 *     cim_sight_lines(ctx, scene, from, to, count, seen);                many, on all threads
 *     cim_sight_query_new(ctx, scene, &query);                           once per thread
 *     cim_sight_fan(ctx, query, camera, targets, count, seen);           from one point to many, faster
 *
 * The rule.  A prism is an open set: its interior, without walls, roof and floor.  A sight line that touches a wall, a corner, an eave or
 * the roof passes; one that enters the interior of any prism does not, be it the building its own end is on.  The interior of a footprint
 * is what an odd number of its rings hold, so holes are courtyards; edges that two of its rings share are no walls.  A line in the wall that
 * two prisms share passes.  Decisions about prisms are exact for the doubles given: coordinates need not be moved to a local origin.
 *
 * All coordinates are x, y, z in metres, of one projected reference system, and at most 1e9 from zero.
 */
#ifndef CIM_SIGHT_H
#define CIM_SIGHT_H

#include "cim/ctx.h"

CIM_BEGIN

#define CIM_SIGHT_TERRAIN 0xfffffffeu

/** Prisms; arrays are borrowed for the call.  Prism p has the rings from prism_end[p - 1] (0 for the first) to prism_end[p]; ring r the vertices
 *  from ring_end[r - 1] to ring_end[r].  Rings may repeat their first vertex at the end; their direction does not matter. */
typedef struct cim_sight_prisms {
    size_t struct_size; /* set by CIM_SIGHT_PRISMS_INIT */
    uint32_t prism_count, ring_count, vertex_count;
    uint32_t reserved0;
    const uint32_t *prism_end; /* prism_count, in rings */
    const uint32_t *ring_end;  /* ring_count, in vertices */
    const double *xy;          /* 2 * vertex_count */
    const double *base_m;      /* prism_count heights of floors, not above the tops */
    const double *top_m;       /* prism_count heights of roofs */
} cim_sight_prisms;

#define CIM_SIGHT_PRISMS_INIT { sizeof(cim_sight_prisms), 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL }

/** Heights at posts, row by row: post (c, r) is at x + c * step_x_m, y + r * step_y_m; the latter is negative when rows go south.  Not a
 *  number: no height. */
typedef struct cim_sight_raster {
    size_t struct_size; /* set by CIM_SIGHT_RASTER_INIT */
    uint32_t columns, rows;
    double x, y, step_x_m, step_y_m;
    const float *height_m; /* columns * rows; borrowed for the call */
} cim_sight_raster;

#define CIM_SIGHT_RASTER_INIT { sizeof(cim_sight_raster), 0, 0, 0.0, 0.0, 1.0, 1.0, NULL }

typedef struct cim_sight_options {
    size_t struct_size;              /* set by CIM_SIGHT_OPTIONS_INIT */
    double cell_m;                   /* least side of a cell of the grid; 0: twice the mean side of the footprints */
    const cim_sight_raster *terrain; /* ground that hides, too; NULL: none */
} cim_sight_options;

#define CIM_SIGHT_OPTIONS_INIT { sizeof(cim_sight_options), 0.0, NULL }

typedef struct cim_sight_scene cim_sight_scene;
typedef struct cim_sight_query cim_sight_query;

/* ---- the scene ---- */

/**
 * A scene from arrays, which are checked and copied.
 *
 * Where a sight line crosses a line between neighbouring posts of the terrain, seen from above, it must not be below the height that is
 * linear between the two; its ends do not count.  A post without height hides nothing, nor do its edges.
 *
 * @param prisms   NULL: none, terrain only.
 * @param options  NULL: all defaults.
 * @param[out] scene_out  freed with cim_sight_scene_free().
 * @return CIM_OK; CIM_EARG naming the first thing that is wrong; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread; the result is immutable and may be shared.   Cost: some 0.4 us a prism of eight corners.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_scene_build(cim_ctx *ctx, const cim_sight_prisms *prisms, const cim_sight_options *options, cim_sight_scene **scene_out);

/**
 * One more owner of the same scene; each calls cim_sight_scene_free().
 *
 * @return scene.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_sight_scene *cim_sight_scene_ref(cim_sight_scene *scene);

/**
 * Give up a scene; NULL is accepted.  Queries of it stay valid.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1), or freeing it by the last owner.
 * Since 0.1.
 */
CIM_API void cim_sight_scene_free(cim_sight_scene *scene);

/**
 * Working memory of one thread for questions about one scene.
 *
 * @param[out] query_out  freed with cim_sight_query_free().
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(1), and four bytes a prism when a question needs them.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_query_new(cim_ctx *ctx, cim_sight_scene *scene, cim_sight_query **query_out);

/**
 * Free working memory, and the results that are in it; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: the thread that uses it.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_sight_query_free(cim_sight_query *query);

/* ---- sight lines ---- */

/**
 * Is one point seen from another?
 *
 * The grid is walked cell by cell (J. Amanatides, A. Woo, "A Fast Voxel Traversal Algorithm for Ray Tracing", 1987), past cells whose
 * highest top is below the line.
 *
 * @param from, to      x, y, z.
 * @param[out] blocker_out  CIM_NONE: seen.  Else a prism in the way, not always the nearest; CIM_SIGHT_TERRAIN: the ground.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some 0.5 us among buildings.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_line(cim_ctx *ctx, const cim_sight_scene *scene, const double from[3], const double to[3], uint32_t *blocker_out);

/**
 * Many sight lines.
 *
 * @param from, to      3 * count coordinates each.
 * @param[out] seen_out count bytes: 1 seen, 0 hidden.  Written in part when it fails half-way.
 * @return CIM_OK; CIM_EARG naming the first bad point, before any answer; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; uses the context's threads.   Cost: as cim_sight_line(), each.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_lines(cim_ctx *ctx, const cim_sight_scene *scene, const double *from, const double *to, size_t count, uint8_t *seen_out);

/**
 * Sight lines from one point to many, taken by their direction: what one line meets the next is likely to meet.
 *
 * @param from          x, y, z.
 * @param to            3 * count coordinates.
 * @param[out] seen_out count bytes: 1 seen, 0 hidden.  Written in part when it fails half-way.
 * @return CIM_OK; CIM_EARG naming the first bad point, before any answer; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: the thread that uses the query.   Cost: some 0.1 us a target.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_fan(cim_ctx *ctx, cim_sight_query *query, const double from[3], const double *to, size_t count, uint8_t *seen_out);

/* ---- faces in space ---- */

/** Plane polygons in space, such as the roofs and walls of solids; arrays are borrowed for the call.  Face f has the rings from face_end[f - 1] (0 for the
 *  first) to face_end[f], ring r the vertices from ring_end[r - 1] to ring_end[r]: the outer one and holes, as of prisms.  Triangles are faces of one
 *  ring of three. */
typedef struct cim_sight_faces {
    size_t struct_size; /* set by CIM_SIGHT_FACES_INIT */
    uint32_t face_count, ring_count, vertex_count;
    uint32_t reserved0;
    const uint32_t *face_end; /* face_count, in rings */
    const uint32_t *ring_end; /* ring_count, in vertices */
    const double *xyz;        /* 3 * vertex_count */
    const uint32_t *solid;    /* face_count: which of them are one solid; NULL: all */
} cim_sight_faces;

#define CIM_SIGHT_FACES_INIT { sizeof(cim_sight_faces), 0, 0, 0, 0, NULL, NULL, NULL, NULL }

typedef struct cim_sight_mesh cim_sight_mesh;

/**
 * Faces in a tree of boxes (I. Wald, "On fast Construction of SAH-based Bounding Volume Hierarchies", 2007: binned), ready for sight lines.
 *
 * The rule.  A solid hides where its faces are in the way; they need not be closed nor turned outwards.  Touching does not hide: a line is in the way
 * of a solid only when it, and the eight lines beside it at 1 micrometre that end so much earlier at both ends, all meet a face of that solid.  So a line
 * along a wall, through an edge from outside, or that ends on a wall passes, and one between two solids that share a wall does; one through an edge into
 * the inside does not.  Seen along the line the edges of neighbouring faces coincide exactly, so nothing slips through between faces whose
 * corners are the same doubles.  A line from wall to wall of a solid that is inside of it half-way does not pass, either; one that begins and ends
 * inside of one solid meets no face, and passes.  A face that is not plane is at its mean plane.
 *
 * @param[out] mesh_out  freed with cim_sight_mesh_free().
 * @return CIM_OK; CIM_EARG naming the first thing that is wrong; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread; the result is immutable and may be shared.   Cost: some 0.5 us a face.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_mesh_build(cim_ctx *ctx, const cim_sight_faces *faces, cim_sight_mesh **mesh_out);

/**
 * One more owner of the same mesh; each calls cim_sight_mesh_free().
 *
 * @return mesh.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_sight_mesh *cim_sight_mesh_ref(cim_sight_mesh *mesh);

/**
 * Give up a mesh; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1), or freeing it by the last owner.
 * Since 0.1.
 */
CIM_API void cim_sight_mesh_free(cim_sight_mesh *mesh);

/**
 * Is one point seen from another among faces?
 *
 * @param from, to      x, y, z.
 * @param[out] face_out CIM_NONE: seen.  Else a face in the way, not always the nearest.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: some microseconds among buildings.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_mesh_line(cim_ctx *ctx, const cim_sight_mesh *mesh, const double from[3], const double to[3], uint32_t *face_out);

/* ---- viewsheds ---- */

/** What hides in a raster. */
enum {
    CIM_SIGHT_INTERPOLATED = 0, /* heights are linear between neighbouring posts, as for the terrain of a scene */
    CIM_SIGHT_COLUMNS = 1       /* every post is a square column as high as it is; the target's own does not hide it */
};

/** Of a post: neither seen nor hidden, but without height or farther than asked for. */
#define CIM_SIGHT_BEYOND 255

typedef struct cim_sight_viewshed_options {
    size_t struct_size;     /* set by CIM_SIGHT_VIEWSHED_OPTIONS_INIT */
    double eye_height_m;    /* of the observer above the post */
    double target_height_m; /* of what is to be seen above each post */
    double max_m;           /* distance in the plane; 0: no limit */
    double earth_radius_m;  /* 0: the earth is flat; else heights fall by distance^2 / (2 radius), 6378137 for r.viewshed -c */
    double refraction;      /* bends the fall back by this share, 0.14286 for r.viewshed -r; only with a radius */
    int32_t method;         /* CIM_SIGHT_INTERPOLATED, CIM_SIGHT_COLUMNS */
    int32_t reserved0;
} cim_sight_viewshed_options;

#define CIM_SIGHT_VIEWSHED_OPTIONS_INIT { sizeof(cim_sight_viewshed_options), 1.75, 0.0, 0.0, 0.0, 0.14286, CIM_SIGHT_INTERPOLATED, 0 }

/**
 * Which posts of a raster are seen from one of them.
 *
 * The sight line goes from the eye above the observer's post to the target above another; it must not be below what hides where it crosses
 * it, touching is seen.  Every answer is that of the line itself, whatever bounds were used to save work.
 *
 * @param column, row   the observer's post.
 * @param options       NULL: all defaults.
 * @param[out] seen_out columns * rows: 1 seen, 0 hidden, CIM_SIGHT_BEYOND.  Written in part when it fails half-way.
 * @return CIM_OK; CIM_EARG naming what is wrong; CIM_EVERSION; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; uses up to eight of the context's threads.   Cost: some 50 ns a post, and a copy of the raster.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_viewshed(cim_ctx *ctx, const cim_sight_raster *raster, uint32_t column, uint32_t row,
                                      const cim_sight_viewshed_options *options, uint8_t *seen_out);

/* ---- isovists ---- */

typedef struct cim_sight_isovist_options {
    size_t struct_size; /* set by CIM_SIGHT_ISOVIST_OPTIONS_INIT */
    double z_m;         /* height of the eye: prisms hide that have it between base and top.  Not a number: all do */
    double max_m;       /* how far it sees; 0: as far as the frame */
    cim_box frame;      /* sight ends here; all 0: the box of the scene and the point, 1 m wider, or what max_m reaches */
    double arc_deg;     /* step of the outline where sight ends at max_m */
} cim_sight_isovist_options;

#define CIM_SIGHT_ISOVIST_OPTIONS_INIT { sizeof(cim_sight_isovist_options), 0.0, 0.0, { 0.0, 0.0, 0.0, 0.0 }, 1.0 }

/** A visible part of a wall: between two fractions of the way from a vertex to the next of its ring. */
typedef struct cim_sight_wall {
    uint32_t prism, vertex; /* as in the arrays */
    double from, to, length_m;
} cim_sight_wall;

/** Borrowed from the query until its next use. */
typedef struct cim_sight_isovist {
    size_t struct_size; /* set by the caller */
    double area_m2;     /* of what is seen, with true arcs */
    const double *xy;   /* 2 * count: the outline, counter-clockwise, the first not repeated; through the point itself where that is on a wall */
    size_t count;
    const cim_sight_wall *walls; /* by prism, vertex, from */
    size_t wall_count;
} cim_sight_isovist;

/**
 * What is seen around a point in the plane: the polygon of all points to which the sight line does not enter a footprint.
 *
 * Nothing is sampled: the nearest wall in every direction is the upper envelope of functions linear in the direction, merged by halves (as
 * M. Atallah, "Dynamic Computational Geometry", 1983), so footprints may overlap and cross.  Walls are gathered outwards until what is farther
 * cannot be seen.  A point in a footprint sees nothing; one on a wall does not see into its own building.  A wall in line
 * with the point is seen as far as the sight line along it.  Of walls that coincide one is listed.
 *
 * @param options  NULL: all defaults; the height is then 0.
 * @param[out] isovist_out  struct_size set by the caller; area 0 and no outline inside a footprint.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: the thread that uses the query.   Cost: some 0.2 ms in a town.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_isovist_find(cim_ctx *ctx, cim_sight_query *query, double x, double y, const cim_sight_isovist_options *options,
                                          cim_sight_isovist *isovist_out);

/* ---- along a line ---- */

/** Borrowed from the query until its next use. */
typedef struct cim_sight_spans {
    size_t struct_size; /* set by the caller */
    const double *at;   /* 2 * count fractions of the way: from, to, ascending, apart */
    size_t count;
    double share;       /* their sum, 0 to 1 */
} cim_sight_spans;

/**
 * Which parts of a straight line, such as an edge of a road, are seen from a point.
 *
 * @param from         x, y, z of the eye.
 * @param a, b         x, y, z of the line's ends.
 * @param[out] spans_out  struct_size set by the caller; exact but for the rounding of their ends, and of points of a line that lies in a wall.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: the thread that uses the query.   Cost: some microseconds a prism near the triangle of the three points, and
 * some 20 ns a post of the terrain in it.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_along(cim_ctx *ctx, cim_sight_query *query, const double from[3], const double a[3], const double b[3],
                                   cim_sight_spans *spans_out);

/* ---- sky and sun ---- */

/**
 * The sky view factor: the share of the sky, weighted as a level surface receives it, that is not behind prisms.
 *
 * Prisms are taken to reach down to the ground, and terrain does not count.  Exact for all prisms within max_m; a point on a wall does not
 * see the sky of its own building's side, one below a roof sees none.
 *
 * @param point        x, y, z.
 * @param max_m        prisms farther away are left out; 0: none are.
 * @param[out] share_out  0 to 1.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: the thread that uses the query.   Cost: some 0.2 ms in a town.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_sky(cim_ctx *ctx, cim_sight_query *query, const double point[3], double max_m, double *share_out);

/** Where the sun stands. */
typedef struct cim_sight_sun {
    size_t struct_size;   /* set by the caller */
    double azimuth_deg;   /* from north over east */
    double elevation_deg; /* of its middle, without refraction */
    double apparent_deg;  /* the same with the refraction of 1010 hPa and 10 degrees C */
    double declination_deg, right_ascension_deg;
} cim_sight_sun;

/**
 * Where the sun stands, to 0.01 degrees, after J. Meeus, "Astronomical Algorithms" (1998), with terms for the planets and the moon.
 *
 * @param unix_s         seconds since 1970-01-01T00:00:00Z, between 1900 and 2100.
 * @param latitude_deg, longitude_deg  of the place; north and east are positive.
 * @param[out] sun_out   struct_size set by the caller.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: under 1 us.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_sun_at(cim_ctx *ctx, double unix_s, double latitude_deg, double longitude_deg, cim_sight_sun *sun_out);

/**
 * Which points are in the sun, not in a shadow.
 *
 * @param xyz            3 * count coordinates.
 * @param azimuth_deg    of the sun, from the direction of the y axis over that of the x axis.
 * @param elevation_deg  of the sun; none is lit when it is not above 0.
 * @param[out] lit_out   count bytes: 1 in the sun.  Written in part when it fails half-way.
 * @return CIM_OK; CIM_EARG; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; uses the context's threads.   Cost: as cim_sight_line(), each.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_sun_lit(cim_ctx *ctx, const cim_sight_scene *scene, const double *xyz, size_t count, double azimuth_deg, double elevation_deg,
                                     uint8_t *lit_out);

typedef struct cim_sight_sun_options {
    size_t struct_size;                 /* set by CIM_SIGHT_SUN_OPTIONS_INIT */
    double latitude_deg, longitude_deg; /* one place for all points */
    double from_s, to_s;                /* seconds since 1970 */
    double step_s;                      /* the sun stands still for so long, as in the middle of each step */
    double least_deg;                   /* a lower sun does not count */
    double north_deg;                   /* direction of the y axis from true north over east: the convergence of the grid */
    const double *normals;              /* 3 * count: the sun must be before the surface, too; NULL: of no surface */
} cim_sight_sun_options;

#define CIM_SIGHT_SUN_OPTIONS_INIT { sizeof(cim_sight_sun_options), 0.0, 0.0, 0.0, 0.0, 600.0, 0.0, 0.0, NULL }

/**
 * Hours in the sun of points, such as those of walls, roofs and lawns, from one time to another.
 *
 * @param xyz            3 * count coordinates.
 * @param options        place and time.
 * @param[out] hours_out count numbers.  Written in part when it fails half-way.
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT for more than 10 million steps; CIM_EVERSION; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; uses the context's threads.   Cost: some 0.1 us a point and step with the sun up.
 * Since 0.1.
 */
CIM_API cim_status cim_sight_sun_hours(cim_ctx *ctx, const cim_sight_scene *scene, const double *xyz, size_t count, const cim_sight_sun_options *options,
                                       double *hours_out);

CIM_END

#endif
