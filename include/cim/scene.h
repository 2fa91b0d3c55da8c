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
    CIM_SCENE_TRIANGLES = 1 /**< for cim_scene_line() and its like: roofs and walls of objects that have them (LoD 2 and more) */
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
    uint32_t triangle_count;       /* 0 unless CIM_SCENE_TRIANGLES */
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

CIM_END

#endif
