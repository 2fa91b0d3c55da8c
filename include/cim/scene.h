/**
 * @file scene.h
 * Sight in a city: what hides, from the objects of a city; the ground; and questions that name objects.
 *
 *     cim_scene_build(ctx, city, NULL, &scene);                          buildings, their parts and other constructions as prisms
 *     double eye[3] = { x, y, cim_scene_ground(scene, x, y) + 1.6 };
 *     cim_scene_line(ctx, scene, eye, target, &blocker);                 CIM_NONE: seen; else the object in the way
 *     cim_sight_query_new(ctx, cim_scene_sight(scene), &query);          every question of cim/sight.h
 *
 * Heights are absolute, in the city's vertical datum.  An object that has heights of its own (z_min_m, z_max_m: CityGML) keeps them; one of
 * which only heights above ground are known (height_m, min_height_m: OpenStreetMap) stands on the ground, at the lowest of it along its
 * outline.  The ground is that of a raster, else the city's terrain (TINRelief), else between the lowest points of objects with heights of
 * their own near by, else 0: cim_scene_view says which.
 *
 * A building that has parts hides by its parts, not by its outline.  Of buildings that are the same one from several sources (same_as) that
 * with the better geometry is taken, with its parts.  What is left out is listed, with the reason; objects whose height nobody stated are
 * counted.  The rules of sight are those of cim/sight.h: touching does not hide.
 */
#ifndef CIM_SCENE_H
#define CIM_SCENE_H

#include "cim/city.h"
#include "cim/sight.h"

CIM_BEGIN

typedef struct cim_scene cim_scene;

/** What hides. */
enum {
    CIM_SCENE_BUILDINGS = 1,     /**< buildings and building parts */
    CIM_SCENE_CONSTRUCTIONS = 2, /**< other constructions with a height, no bridges */
    CIM_SCENE_TREES = 4,         /**< crowns: a prism of twelve sides over the upper three quarters of the tree */
    CIM_SCENE_BARRIERS = 8       /**< walls and hedges with a height: a prism a straight piece; fences are looked through */
};

/** What of their geometry. */
enum {
    CIM_SCENE_PRISMS = 0,   /**< outlines between the lowest and the highest point */
    CIM_SCENE_TRIANGLES = 1 /**< for cim_scene_line() and its like: roofs and walls of objects that have them (LoD 2 and more), bridges, too */
};

/** Where the ground is from. */
enum {
    CIM_SCENE_GROUND_NONE = 0,   /**< nothing is known: 0 everywhere */
    CIM_SCENE_GROUND_POINTS = 1, /**< between lowest points of objects: the eight nearest, by the inverse of the distance squared */
    CIM_SCENE_GROUND_RELIEF = 2, /**< the city's own terrain, as a raster of terrain_cell_m */
    CIM_SCENE_GROUND_RASTER = 3  /**< a raster of the caller's, or a file's */
};

/** Why an object that could hide does not. */
enum {
    CIM_SCENE_PARTS = 1,      /**< its parts do */
    CIM_SCENE_SAME = 2,       /**< it is the same as another */
    CIM_SCENE_REMOVED = 3,    /**< the caller took it away */
    CIM_SCENE_STATUS = 4,     /**< it is not there, or not yet: proposed, demolished, ... */
    CIM_SCENE_NO_OUTLINE = 5, /**< it has no area, or a damaged one */
    CIM_SCENE_NO_HEIGHT = 6,  /**< a barrier, a tree or a construction whose height is not known */
    CIM_SCENE_FLAT = 7,       /**< its height is 0 or less, or absurd */
    CIM_SCENE_UNDERGROUND = 8, /**< a tunnel, or all of it is below the ground */
    CIM_SCENE_BRIDGE = 9      /**< one sees under it: no prism is right */
};

typedef struct cim_scene_options {
    size_t struct_size;                /* set by CIM_SCENE_OPTIONS_INIT */
    cim_box area;                      /* only objects whose box meets it; all 0: the whole city */
    const char *hides;                 /* cim-query(7): of what can hide only those objects; NULL: all */
    const char *at;                    /* ISO 8601 date or time: only objects whose life span contains it; NULL: all */
    uint32_t kinds;                    /* CIM_SCENE_BUILDINGS and so on */
    int32_t detail;                    /* CIM_SCENE_PRISMS, CIM_SCENE_TRIANGLES */
    double storey_m;                   /* of a building of which only storeys are known */
    double default_height_m;           /* of a building of which nothing is known */
    const char *terrain_path;          /* GeoTIFF in the city's reference system, its first band; NULL: none */
    const cim_sight_raster *terrain;   /* a raster instead, borrowed for the call */
    double terrain_cell_m;             /* of the city's own terrain */
    const uint32_t *removed;           /* removed_count objects that are not there, with their parts */
    size_t removed_count;
    const cim_sight_prisms *added;     /* prisms that are, base_m and top_m above the ground; borrowed for the call */
} cim_scene_options;

#define CIM_SCENE_OPTIONS_INIT                                                                                                          \
    { sizeof(cim_scene_options), { 0.0, 0.0, 0.0, 0.0 }, NULL, NULL, CIM_SCENE_BUILDINGS | CIM_SCENE_CONSTRUCTIONS, CIM_SCENE_PRISMS, 3.0, \
      9.0, NULL, NULL, 1.0, NULL, 0, NULL }

/** As a blocker: a prism that the caller added. */
#define CIM_SCENE_ADDED 0xfffffffdu

/** An object that could hide and does not. */
typedef struct cim_scene_left {
    uint32_t object, reason; /* CIM_SCENE_PARTS and so on */
    uint32_t other;          /* CIM_SCENE_SAME: the one that does */
    uint32_t reserved0;
} cim_scene_left;

typedef struct cim_scene_view {
    size_t struct_size;            /* set by the caller */
    uint32_t object_count;         /* that hide */
    uint32_t prism_count;          /* of them, and those added */
    uint32_t face_count;           /* 0 unless CIM_SCENE_TRIANGLES */
    uint32_t guessed_count;        /* objects whose height is a default: nobody stated it, nor a number of storeys */
    uint32_t left_count;
    int32_t ground;                /* CIM_SCENE_GROUND_NONE and so on */
    const uint32_t *objects;       /* object_count, ascending: those that hide; parts, not their buildings */
    const uint32_t *prism_object;  /* prism_count; CIM_NONE: added by the caller */
    const uint32_t *prism_root;    /* prism_count: the building of a part, else prism_object */
    const cim_sight_prisms *prisms; /* prism_count, heights absolute: as cim_scene_sight() has them */
    const cim_scene_left *left;    /* left_count, by object */
    const uint32_t *guessed;       /* guessed_count, ascending */
    const cim_sight_raster *terrain; /* NULL: none; the ground hides only when there is one */
    const cim_sight_faces *faces;    /* face_count: roofs and walls of objects that have them */
    const uint32_t *face_object;     /* face_count */
} cim_scene_view;

/**
 * What hides in a city, ready for questions.
 *
 * @param options  NULL: all defaults.
 * @param[out] scene_out  freed with cim_scene_free(); the city may be freed before.
 * @return CIM_OK, also when nothing hides; CIM_EARG naming what is wrong with options, a query or added prisms; CIM_EUNSUPPORTED when the city is in
 *         degrees or feet, or the GDAL module that reads rasters is missing; CIM_EFORMAT for a raster that cannot be read or has another
 *         reference system, and for damaged objects; CIM_ELIMIT for a raster or terrain of more than 400 million posts; CIM_ENOTFOUND for a
 *         removed object that is not there; CIM_EIO; CIM_EVERSION; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; the result is immutable and may be shared.   Cost: some 3 us a building.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_build(cim_ctx *ctx, cim_city *city, const cim_scene_options *options, cim_scene **scene_out);

/**
 * One more owner of the same scene; each calls cim_scene_free().
 *
 * @return scene.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_scene *cim_scene_ref(cim_scene *scene);

/**
 * Give up a scene; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1), or freeing it by the last owner.
 * Since 0.1.
 */
CIM_API void cim_scene_free(cim_scene *scene);

/**
 * What a scene is made of.
 *
 * @param[out] view_out  struct_size set by the caller; arrays are borrowed from the scene.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_scene_view_get(cim_ctx *ctx, const cim_scene *scene, cim_scene_view *view_out);

/**
 * The prisms and the terrain of a scene, for every function of cim/sight.h.  Prism numbers are those of cim_scene_view.
 *
 * @return borrowed from the scene; never NULL.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_sight_scene *cim_scene_sight(const cim_scene *scene);

/**
 * The same prisms on level ground: every one as high above 0 as it is above the ground in the middle of its outline.  For isovists: at the height of an
 * eye above the ground, a house up the hill hides as one beside it does.  Prism numbers are the same; there is no terrain.
 *
 * @param[out] level_out  freed with cim_sight_scene_free().
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some 2 us a prism.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_level(cim_ctx *ctx, const cim_scene *scene, cim_sight_scene **level_out);

/**
 * Height of the ground: bilinear between posts of a raster; where that has none, as without it.
 *
 * @return metres in the city's vertical datum; not a number if x or y is none.
 * Thread rule: any thread.   Cost: under 1 us.
 * Since 0.1.
 */
CIM_API double cim_scene_ground(const cim_scene *scene, double x, double y);

/**
 * The prisms of an object; of a building also those of its parts; of one that was left out for another which is the same, that one's.
 *
 * @param[out] first_out, count_out  prisms [first, first + count); 0 of an object that does not hide.
 * @return CIM_OK; CIM_EARG.
 * Thread rule: any thread.   Cost: O(log objects).
 * Since 0.1.
 */
CIM_API cim_status cim_scene_prisms_of(cim_ctx *ctx, const cim_scene *scene, uint32_t object, uint32_t *first_out, uint32_t *count_out);

/**
 * A few words for why an object was left out, e.g. "its parts hide".
 *
 * @return static text; "unknown" for a number that is none of CIM_SCENE_PARTS and so on.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_scene_reason(uint32_t reason);

/**
 * Is one point seen from another, and what is in the way?  In a scene of CIM_SCENE_TRIANGLES by roofs and walls where there are such, by prisms elsewhere.
 *
 * @param from, to      x, y, z; heights absolute.
 * @param[out] blocker_out  CIM_NONE: seen.  Else an object in the way, not always the nearest; CIM_SIGHT_TERRAIN: the ground;
 *                      CIM_SCENE_ADDED: a prism of the caller's.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some 0.5 us among buildings.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_line(cim_ctx *ctx, const cim_scene *scene, const double from[3], const double to[3], uint32_t *blocker_out);

/**
 * Many sight lines, as cim_scene_line().
 *
 * @param from, to      3 * count coordinates each.
 * @param[out] seen_out count bytes: 1 seen, 0 hidden.  Written in part when it fails half-way.
 * @return CIM_OK; CIM_EARG naming the first bad point, before any answer; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; uses the context's threads.   Cost: as cim_scene_line(), each.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_lines(cim_ctx *ctx, const cim_scene *scene, const double *from, const double *to, size_t count, uint8_t *seen_out);

/* ---- objects ---- */

/**
 * Where an object's eye is: in the middle of the roof of one that hides; else at its point, the middle of its line or inside its area, above the ground.
 * A sensor that is at most 2 m behind a wall of what hides is put 1 cm before it: sources do not agree on walls to the centimetre.
 *
 * @param height_m   above the roof or the ground; not a number: 1.6 m, but a sensor's own height_m if it has one.
 * @param[out] xyz_out  x, y, z.
 * @return CIM_OK; CIM_EARG; CIM_ENOTFOUND for an object that is not there or has no place; CIM_EFORMAT; CIM_EIO; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: reading one object.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_place(cim_ctx *ctx, const cim_scene *scene, cim_city *city, uint32_t object, double height_m, double xyz_out[3]);

/** How an object is seen. */
typedef struct cim_scene_sighting {
    uint32_t points, seen; /* of it that were looked at; that are seen */
    uint32_t blocker;      /* in the way to the first point that is hidden, as cim_scene_line() gives it; CIM_NONE: none is hidden */
    uint32_t reserved0;
    double distance_m;     /* to the nearest point that is seen, else to the nearest */
    double xyz[3];         /* that point */
} cim_scene_sighting;

/**
 * Which objects are seen from a point, and how much of each.
 *
 * Looked at are points on the walls of an object that hides, every step_m along them at a sixth, half and five sixths of their height; on others the
 * point, or points every step_m along the line or the outline, above the ground.
 *
 * @param eye       x, y, z.
 * @param objects   count numbers.
 * @param height_m  of the points above the ground, of objects that do not hide.
 * @param step_m    0.1 to 1000.
 * @param[out] sightings_out  count; points 0 for an object without a place.  Written in part when it fails half-way.
 * @return CIM_OK; CIM_EARG; CIM_ENOTFOUND for an object that is not there; CIM_EFORMAT; CIM_EIO; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: reading the objects, and some 0.5 us a point.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_seen(cim_ctx *ctx, const cim_scene *scene, cim_city *city, const double eye[3], const uint32_t *objects, size_t count,
                                  double height_m, double step_m, cim_scene_sighting *sightings_out);

/* ---- streets ---- */

/** A part of a street that is seen, straight. */
typedef struct cim_scene_stretch {
    uint32_t object, reserved0;
    double from_m, to_m;     /* along its line */
    double from[2], to[2];   /* x, y */
} cim_scene_stretch;

/** A street near the eye. */
typedef struct cim_scene_street {
    uint32_t object, reserved0;
    double length_m, seen_m; /* of what is within max_m; of it what is seen */
} cim_scene_street;

typedef struct cim_scene_streets {
    size_t struct_size;               /* set by the caller */
    const cim_scene_street *streets;  /* street_count, by object: those within max_m */
    const cim_scene_stretch *stretches; /* stretch_count, by object and place */
    size_t street_count, stretch_count;
    double length_m, seen_m;
} cim_scene_streets;

typedef struct cim_scene_streets_result cim_scene_streets_result;

/**
 * Which parts of which streets are seen from a point.  Nothing is sampled but the ground: a street is straight, at a height above it, between two of its
 * vertices, and where the ground is not flat between points every 10 m.  Tunnels are left out.
 *
 * @param eye       x, y, z.
 * @param height_m  above the ground of what is to be seen.
 * @param max_m     how far; above 0.
 * @param[out] result_out  freed with cim_scene_streets_free().
 * @return CIM_OK; CIM_EARG; CIM_EFORMAT; CIM_EIO; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: reading the streets, and some 20 us a piece.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_streets_find(cim_ctx *ctx, const cim_scene *scene, cim_city *city, const double eye[3], double height_m, double max_m,
                                          cim_scene_streets_result **result_out);

/**
 * What was found.
 *
 * @param[out] streets_out  struct_size set by the caller; arrays are borrowed from the result.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_scene_streets_get(cim_ctx *ctx, const cim_scene_streets_result *result, cim_scene_streets *streets_out);

/**
 * Free what was found; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_scene_streets_free(cim_scene_streets_result *result);

/* ---- sun ---- */

/**
 * Longitude and latitude of a place in a city, and where north is there.
 *
 * @param[out] lonlat_out     degrees.
 * @param[out] north_deg_out  direction of the y axis from true north over east: the convergence of the grid, for cim_sight_sun_options.
 * @return CIM_OK; CIM_EARG; CIM_EUNSUPPORTED for a city without a reference system; CIM_ENOTFOUND; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some 10 ms the first time.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_north(cim_ctx *ctx, cim_city *city, double x, double y, double lonlat_out[2], double *north_deg_out);

/** A surface of an object and its hours in the sun. */
typedef struct cim_scene_sunny {
    uint32_t prism, vertex;  /* of the outline, where the wall begins; CIM_NONE: the roof.  prism CIM_NONE: an area on the ground */
    double azimuth_deg;      /* where a wall looks to, from true north; 0 of a roof */
    double area_m2;
    double hours, least, most; /* mean over the surface; of its points */
} cim_scene_sunny;

/**
 * Hours in the sun of the roofs and walls of an object that hides, and its parts'; of another that is an area, such as a lawn, of the ground.
 *
 * Points are every step_m along the middle of a wall and in a grid over the roof, a thousandth of a metre before the surface.  Roofs are level, at the
 * top of the prism.
 *
 * @param options    time; the place, north and normals are set here.
 * @param step_m     0.1 to 1000.
 * @param[out] surfaces_out  array of cim_scene_sunny; release with cim_buf_dispose().
 * @param[out] count_out     of it; 0 of an object that neither hides nor is an area.
 * @return CIM_OK; CIM_EARG; CIM_ENOTFOUND; CIM_EFORMAT; CIM_EIO; CIM_ELIMIT; CIM_EUNSUPPORTED as cim_scene_north(); CIM_EVERSION; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; uses the context's threads.   Cost: as cim_sight_sun_hours().
 * Since 0.1.
 */
CIM_API cim_status cim_scene_sun_object(cim_ctx *ctx, const cim_scene *scene, cim_city *city, uint32_t object, const cim_sight_sun_options *options,
                                        double step_m, cim_buf *surfaces_out, size_t *count_out);

/**
 * Where it is in the shadow of prisms, footprints included: their union on a ground that is level around each.
 *
 * @param area           prisms whose box meets it cast shadows.
 * @param azimuth_deg    of the sun, from the direction of the y axis over that of the x axis.
 * @param elevation_deg  of the sun; above 0.
 * @param max_m          shadows are cut off there; above 0.
 * @param[out] wkb_out   a MULTIPOLYGON, well-known binary; release with cim_buf_dispose().
 * @return CIM_OK; CIM_EARG; CIM_EFORMAT when GEOS cannot unite them; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some 0.3 ms a prism.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_shadow(cim_ctx *ctx, const cim_scene *scene, const cim_box *area, double azimuth_deg, double elevation_deg, double max_m,
                                    cim_buf *wkb_out);

/* ---- rasters ---- */

/**
 * The ground and the tops of all prisms as a raster, rows going south, for cim_sight_viewshed().
 *
 * @param box      what it covers.
 * @param cell_m   between posts.
 * @param anchor   x, y of a point on which a post is to be, such as the eye's; NULL: none.
 * @param[out] raster_out   struct_size set by the caller; its heights are in heights_out.
 * @param[out] heights_out  release with cim_buf_dispose().
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT for more than 400 million posts; CIM_EVERSION; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; uses the context's threads.   Cost: some 10 ns a post where the ground is a raster, 1 us where it lies between points.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_surface(cim_ctx *ctx, const cim_scene *scene, const cim_box *box, double cell_m, const double *anchor,
                                     cim_sight_raster *raster_out, cim_buf *heights_out);

/**
 * Write a raster as GeoTIFF, such as the answer of cim_sight_viewshed().  The file appears when it is complete.
 *
 * @param epsg       reference system; 0: none.
 * @param raster     where its posts are; its heights are written when bytes is NULL.
 * @param bytes      columns * rows, 255 is no value; NULL: the heights.
 * @param overwrite  not 0: replace a file.
 * @return CIM_OK; CIM_EARG; CIM_EEXIST; CIM_EIO; CIM_EUNSUPPORTED without the GDAL module; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: that of packing it, some 10 ns a post.
 * Since 0.1.
 */
CIM_API cim_status cim_scene_raster_save(cim_ctx *ctx, const char *path, int32_t epsg, const cim_sight_raster *raster, const uint8_t *bytes, int32_t overwrite);

CIM_END

#endif
