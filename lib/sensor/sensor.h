/* sensor.h - what the files of sensors share.
 *
 *   model.c     what a sensor gives at a point
 *   field.c     the ground it can cover
 *   read.c      sensors from objects of a city
 *   targets.c   targets: bare points, walls and cells of a scene
 *   objects.c   targets from objects of a city
 *   coverage.c  rows of sensors, with what-if
 *   sums.c      what follows from rows: folds, classes, stretches, cells */
#ifndef CIM_SENSOR_SENSOR_H
#define CIM_SENSOR_SENSOR_H

#include "cim/sensor.h"
#include "cim/index.h"
#include "core/ctx.h"
#include "geom/geom.h"

#include <math.h>

#define CIM__RADIANS (3.14159265358979323846 / 180.0)
#define CIM__SENSOR_FAR 1e9 /* m: as sight has it */

/* A sensor ready for many targets. */
typedef struct cim__model {
    const cim_sensor *s;
    double ahead[3], right[3], up[3]; /* of the axis */
    double half_h, half_v;            /* half the field of view, radians; turning cameras: half of all they can turn to */
    double reach;                     /* nothing farther is covered */
    double focal;                     /* cameras: pixels a metre at depth 1; fisheyes at distance 1 */
    bool hides;                       /* sight lines decide */
    bool beam;                        /* radio: not all around */
} cim__model;

cim_status cim__sensor_ok(cim_ctx *ctx, const cim_sensor *s, size_t i);
void cim__model_of(const cim_sensor *s, cim__model *m);
/* Quality, or not a number when it is not covered; seen: of radio in streets.  loss_db: that over terrain, else not a number. */
double cim__model_quality(const cim__model *m, const double xyz[3], bool seen, double loss_db);
/* The field of a sensor as the outline of a polygon in out; *area_out. */
cim_status cim__sensor_outline(cim_ctx *ctx, cim_sight_query *q, const cim_sensor *s, cim__buf *out, double *area_out);

struct cim_targets {
    cim__mem *mem;
    atomic_uint refs;
    atomic_bool sealed;                            /* a coverage was built of them */
    cim__buf xyz, normal, weight, extent, object, kind, left;
    double cell_m, cell_x, cell_y, weight_sum;
};

typedef struct cim__target {
    double xyz[3], normal[2], weight, extent[2];
    uint32_t object;
    uint8_t kind;
} cim__target;

cim_status cim__targets_open(cim_ctx *ctx, const cim_targets *targets);  /* may be added to */
cim_status cim__targets_put(cim_ctx *ctx, cim_targets *targets, const cim__target *t);
void cim__targets_cut(cim_targets *targets, size_t count, size_t left);   /* back to what was there before a failure */
cim_status cim__target_opts(cim_ctx *ctx, cim_target_options *to, const cim_target_options *options);
bool cim__targets_leave(cim_targets *targets, uint32_t object);

/* Is a point in a prism of the scene?  -1: out of memory. */
int cim__scene_holds(cim_ctx *ctx, const cim_sight_scene *scene, const double xyz[3]);

/* The nearest outer wall at a point's height, no farther than radius: a place 5 cm in front of it, its outward normal. */
typedef struct cim__wall_near {
    bool found;
    double distance, xy[2], normal[2];
} cim__wall_near;
cim_status cim__wall_find(cim_ctx *ctx, cim_sight_query *q, const double xyz[3], double radius, cim__wall_near *near_out);

struct cim_cover {
    cim__mem *mem;
    cim_sight_scene *scene; /* NULL: nothing hides */
    cim_targets *targets;
    cim_index *index;
    cim__buf masked;        /* by target: 1 in a privacy mask; empty: none */
    cim__gbuild keep_out, privacy;
    bool has_keep_out, has_privacy;
    cim_sight_raster terrain;
    float *terrain_m;
    uint32_t sensor_count;
    cim_sensor *sensors;
    cim__buf *rows;         /* cim__entry, by sensor */
    uint64_t *first;
    uint32_t *entry_target;
    float *entry_quality;
    uint16_t *folds;
    float *best;
    uint32_t *best_sensor;
    double *own, *unique;
    cim__buf violations;
    cim_cover_view view;
};

typedef struct cim__entry {
    uint32_t target;
    float quality;
} cim__entry;

/* From rows to everything else. */
cim_status cim__coverage_sum(cim_ctx *ctx, cim_cover *c);

#endif
