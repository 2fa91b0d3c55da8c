/* scene.h - what the files of scenes share.
 *
 *   read.c    objects that can hide, with outlines and heights as they are stated
 *   choose.c  parts or outline, one of the same, what is removed
 *   ground.c  the ground: a raster, or points with heights
 *   raster.c  rasters of files; what is in a scene as a raster
 *   relief.c  the city's own terrain as a raster
 *   build.c   from a city to prisms
 *   ask.c     sight lines that name objects
 *   faces.c   roofs and walls in space
 *   place.c   where objects are, and how much of them is seen
 *   streets.c which parts of streets are seen
 *   sun.c, shadow.c   hours in the sun of walls and roofs, shadows */
#ifndef CIM_SCENE_SCENE_H
#define CIM_SCENE_SCENE_H

#include "cim/scene.h"
#include "city/city.h"
#include "core/sort.h"

#include <math.h>

/* An object that can hide: some of its rings, and heights, absolute or above the ground. */
typedef struct cim__scene_thing {
    uint32_t object, root; /* root: the building of a part, else object */
    uint32_t ring, rings;  /* among those read */
    uint32_t other;        /* CIM_SCENE_SAME: of what */
    uint8_t reason, layer, score;
    bool absolute, guessed, each; /* each: every ring is a prism */
    bool faces, only_faces;       /* it has some; it hides by them only */
    double base, top;
} cim__scene_thing;

/* Lowest points of objects, in a grid. */
typedef struct cim__scene_points {
    uint32_t count, columns, rows;
    double x, y, cell_m;
    uint32_t *first; /* by cell, one more at the end */
    double (*xyz)[3];
} cim__scene_points;

typedef struct cim__scene_ground {
    int32_t kind;
    cim_sight_raster raster; /* height_m NULL: none */
    float *height;           /* of raster, owned */
    cim__scene_points points;
} cim__scene_ground;

/* An object and its prisms. */
typedef struct cim__scene_entry {
    uint32_t object, first, count;
} cim__scene_entry;

struct cim_scene {
    cim__mem *mem;
    atomic_uint refs;
    cim_sight_scene *sight;
    cim_sight_scene *rest; /* of prisms without faces, by rest_prism; NULL: as sight */
    cim_sight_mesh *mesh;  /* NULL: no faces */
    cim_sight_faces faces;
    cim__buf face_end, face_ring_end, face_xyz, face_solid, face_object;
    cim__buf rest_prism;   /* uint32_t: numbers in prisms */
    cim__buf has_faces;    /* uint8_t: by prism */
    cim__scene_ground ground;
    cim_sight_prisms prisms;
    cim__buf prism_end, ring_end, xy, base, top; /* what prisms is made of */
    cim__buf prism_object, prism_root;           /* uint32_t */
    cim__buf objects, guessed;                   /* uint32_t */
    cim__buf left;                               /* cim_scene_left */
    cim__buf entries;                            /* cim__scene_entry, by object */
};

/* A scene under way. */
typedef struct cim__scene_maker {
    cim_city *city;
    cim_scene_options options;
    cim_scene *s;
    uint8_t *wanted;         /* by object: the caller's filter holds; NULL: no filter */
    uint8_t *gone;           /* by object: removed */
    uint32_t *thing_of;      /* by object, CIM_NONE: none */
    cim__buf things;         /* cim__scene_thing */
    cim__buf rings, coords;  /* uint32_t ends in vertices; two doubles a vertex */
    cim__gbuild geom;
    bool whole;              /* no area is given */
} cim__scene_maker;

cim_status cim__scene_read(cim_ctx *ctx, cim__scene_maker *m);
cim_status cim__scene_choose(cim_ctx *ctx, cim__scene_maker *m);

/* Points of things, or the raster that is given. */
cim_status cim__scene_ground_make(cim_ctx *ctx, cim__scene_maker *m);
cim_status cim__scene_faces(cim_ctx *ctx, cim__scene_maker *m);
cim_status cim__scene_raster_read(cim_ctx *ctx, cim__scene_maker *m, const char *path);
cim_status cim__scene_relief(cim_ctx *ctx, cim__scene_maker *m);
void cim__scene_ground_free(cim__mem *mem, cim__scene_ground *ground);
/* One object's geometry; CIM_DONE: it has none. */
cim_status cim__scene_geometry(cim_ctx *ctx, cim_city *city, uint32_t object, cim__arena *arena, cim__gbuild *geom_out, cim__object *object_out);
double cim__scene_ground_at(const cim__scene_ground *ground, double x, double y);

#endif
