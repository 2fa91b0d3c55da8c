/**
 * @file sensor.h
 * Sensors and what they cover: cameras, radio stations, range sensors, microphones and samplers against walls, streets, areas and people.
 *
 *     cim_sensor_read(ctx, city, scene, ids, count, NULL, &sensors);                  from objects; cim_sensors_get() says what was assumed
 *     cim_targets_new(ctx, &targets);
 *     cim_targets_add_lines(ctx, targets, city, scene, roads, road_count, NULL);      what is to be covered
 *     cim_cover_build(ctx, cim_scene_sight(scene), s.sensors, s.count, targets, NULL, &coverage);
 *     cim_cover_get(ctx, coverage, &view);                                         rows, sums, gaps
 *     problem.first = view.first, problem.demands = view.targets, problem.weights = view.weights;    for cim_place_solve()
 *
 * Everything but cim_sensor_read() and three of the ways to make targets works on bare arrays, without a city.
 *
 * Coordinates are x, y, z in metres of one projected reference system, heights absolute.  Yaw is clockwise from the y axis (grid north),
 * pitch above the horizontal: a camera that looks down has a negative one.
 *
 * Quality is what a sensor gives at a target, the greater the better:
 *
 * | kind | quality | covered when |
 * |---|---|---|
 * | CAMERA | pixels a metre at the target | in the field of view, in sight, not masked, quality not below `least` |
 * | RANGE | what is left of the range, 1 at the sensor to 0 | in the sector, in sight, not farther than `range_m` |
 * | SAMPLER | the same | not farther than `range_m`; needs no sight unless asked for |
 * | RADIO | dBm received | not below `least` |
 * | NOISE | dB of the target's sound at the sensor, or of the sensor's at the target | not below `least` |
 */
#ifndef CIM_SENSOR_H
#define CIM_SENSOR_H

#include "cim/city.h"
#include "cim/geom.h"
#include "cim/radio.h"
#include "cim/scene.h"
#include "cim/sight.h"

CIM_BEGIN

/** What a sensor is. */
enum { CIM_SENSOR_CAMERA = 0, CIM_SENSOR_RANGE = 1, CIM_SENSOR_RADIO = 2, CIM_SENSOR_SAMPLER = 3, CIM_SENSOR_NOISE = 4 };

enum {
    CIM_SENSOR_THROUGH = 1, /**< buildings do not hide */
    CIM_SENSOR_SIGHT = 2,   /**< a sampler or microphone that buildings do hide */
    CIM_SENSOR_TURNS = 4,   /**< a dome or panning camera: covers all it can be turned to, which is not all at once */
    CIM_SENSOR_LINE = 8     /**< noise of a line, such as a road: -10 log10(d) instead of -20 log10(d) */
};

/** Which values nobody stated; bits of cim_sensor.assumed. */
enum {
    CIM_SENSOR_ASSUMED_HEIGHT = 1,
    CIM_SENSOR_ASSUMED_YAW = 2,      /**< none was stated and it cannot see all around: outward from the wall it is mounted on, else north */
    CIM_SENSOR_ASSUMED_PITCH = 4,
    CIM_SENSOR_ASSUMED_HFOV = 8,
    CIM_SENSOR_ASSUMED_VFOV = 16,
    CIM_SENSOR_ASSUMED_PIXELS = 32,
    CIM_SENSOR_ASSUMED_RANGE = 64,
    CIM_SENSOR_ASSUMED_POWER = 128,
    CIM_SENSOR_ASSUMED_FREQUENCY = 256,
    CIM_SENSOR_ASSUMED_TYPE = 512,   /**< fixed, dome or panning */
    CIM_SENSOR_MOVED = 1024          /**< its point lay in a building: moved out to the nearest wall */
};

/** How radio waves are lost. */
enum {
    CIM_SENSOR_STREET = 0,     /**< cim_radio_street() in `environment`, seen or not by our sight lines */
    CIM_SENSOR_FREE_SPACE = 1, /**< and nothing where buildings hide, unless CIM_SENSOR_THROUGH */
    CIM_SENSOR_TERRAIN = 2     /**< cim_radio_terrain() over the terrain of the options; buildings do not count */
};

/** One sensor. */
typedef struct cim_sensor {
    uint32_t kind, flags;   /* CIM_SENSOR_CAMERA .., CIM_SENSOR_THROUGH .. */
    uint32_t object;        /* of the city; CIM_NONE: none */
    uint32_t assumed;       /* CIM_SENSOR_ASSUMED_HEIGHT .. */
    double x, y, z;
    double yaw_deg, pitch_deg;
    double hfov_deg, vfov_deg; /* of the lens, the sector or the antenna's beam (between -3 dB); 360, 180: all around.  Cameras: to 179 a
                                * plane image, above it a fisheye */
    double turn_deg;        /* CIM_SENSOR_TURNS: how far round yaw it turns in all; 360: all around.  Down to the ground, up to the horizon */
    double near_m, range_m; /* nearer and farther targets are not covered; range 0: as far as quality reaches */
    double pixels;          /* CAMERA: of the image's width */
    double power;           /* RADIO: dBm sent; NOISE: dB at 1 m */
    double gain_db;         /* RADIO: of both antennas, in the beam */
    double frequency_mhz, rx_height_m; /* RADIO; the latter for terrain */
    double least;           /* quality from which on a target is covered */
    double location_percent; /* RADIO: the quality is reached at so many per cent of places */
    int32_t model, environment; /* RADIO: CIM_SENSOR_STREET ..; CIM_RADIO_URBAN_HIGH_RISE .. */
} cim_sensor;

#define CIM_SENSOR_CAMERA_INIT \
    { CIM_SENSOR_CAMERA, 0, CIM_NONE, 0, 0.0, 0.0, 0.0, 0.0, -15.0, 60.0, 36.0, 360.0, 0.0, 0.0, 1920.0, 0.0, 0.0, 0.0, 1.5, 25.0, 50.0, 0, 0 }
#define CIM_SENSOR_RADIO_INIT \
    { CIM_SENSOR_RADIO, 0, CIM_NONE, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 360.0, 180.0, 360.0, 0.0, 0.0, 0.0, 14.0, 2.0, 868.0, 1.5, -110.0, 50.0, 0, 0 }

/** Pixels a metre from which on one can ... (IEC/EN 62676-4, operational requirements). */
#define CIM_SENSOR_MONITOR_PX_M 12.5
#define CIM_SENSOR_DETECT_PX_M 25.0
#define CIM_SENSOR_OBSERVE_PX_M 62.5
#define CIM_SENSOR_RECOGNISE_PX_M 125.0
#define CIM_SENSOR_IDENTIFY_PX_M 250.0

/** Classes of pixels a metre; 0: less than monitor. */
enum { CIM_SENSOR_CLASSES = 6 };

/**
 * The class of a camera's quality: 0 nothing, 1 monitor, 2 detect, 3 observe, 4 recognise, 5 identify.
 *
 * @return the class.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API int32_t cim_sensor_class(double px_per_m);

/**
 * The name of such a class.
 *
 * @return static text, "nothing" for 0; NULL for what is none.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_sensor_class_name(int32_t number);

/**
 * A few words for one bit of cim_sensor.assumed, e.g. "height".
 *
 * @return static text; NULL for what is none.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_sensor_assumed_name(uint32_t bit);

/**
 * What a sensor would give at a point if nothing were in the way, by the sensor's model alone.
 *
 * A camera's image is a plane: a target is in it when its directions from the axis, sideways and upwards, are each within half the field of
 * view, and a metre there has pixels / (2 tan(hfov / 2) * depth) pixels, depth along the axis; of a turning camera the axis points to the
 * target.  A fisheye has pixels / (hfov * distance).
 *
 * @param seen        RADIO: 1 with line of sight, 0 without.
 * @param[out] quality_out  as above; not a number: outside the field of view, the range or the threshold.
 * @return CIM_OK; CIM_EARG.  Radio over terrain needs cim_cover_build(): CIM_EUNSUPPORTED.
 * Thread rule: any thread.   Cost: some 20 ns.
 * Since 0.1.
 */
CIM_API cim_status cim_sensor_quality(cim_ctx *ctx, const cim_sensor *sensor, const double xyz[3], int32_t seen, double *quality_out);

/**
 * The ground a sensor can cover: what is seen from it at the height of its eye, cut to its sector and to the distance at which quality ends.
 *
 * @param scene_query  working memory for a scene, of cim_sight_query_new(); NULL: nothing hides.
 * @param[out] wkb_out  a POLYGON, EMPTY for a sensor inside a building; release with cim_buf_dispose().
 * @param[out] area_m2_out  NULL is accepted.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: the thread that uses the query.   Cost: some 0.2 ms.
 * Since 0.1.
 */
CIM_API cim_status cim_sensor_field(cim_ctx *ctx, cim_sight_query *scene_query, const cim_sensor *sensor, cim_buf *wkb_out, double *area_m2_out);

/* ---- sensors of a city ---- */

/** What OpenStreetMap's camera:angle means in the data at hand. */
enum {
    CIM_SENSOR_ANGLE_TILT = 0, /**< degrees below the horizontal, as its wiki says */
    CIM_SENSOR_ANGLE_VIEW = 1  /**< the horizontal field of view, as some mappers use it */
};

/** Values for sensors of which they are not stated; not a number: the one in brackets. */
typedef struct cim_sensor_options {
    size_t struct_size; /* set by CIM_SENSOR_OPTIONS_INIT */
    int32_t angle;      /* CIM_SENSOR_ANGLE_TILT, CIM_SENSOR_ANGLE_VIEW */
    int32_t kind;       /* of all of them; -1: by their class */
    double height_m;    /* above the ground [cameras 5, antennas 10, others 2.5] */
    double pitch_deg;   /* [cameras -15, others 0] */
    double hfov_deg, vfov_deg; /* [cameras 60 and what 16:9 makes of it, others 360 and 180] */
    double pixels;      /* [1920] */
    double least;       /* quality [cameras 25 px/m: detect; radio -110 dBm; noise 30 dB] */
    double range_m;     /* [cameras, radio, noise: as far as quality reaches; RANGE 30, SAMPLER 300] */
    double power;       /* [radio 14 dBm, noise 70 dB] */
    double gain_db;     /* [2] */
    double frequency_mhz; /* [868] */
    int32_t model, environment; /* of radio */
} cim_sensor_options;

#define CIM_SENSOR_OPTIONS_INIT                                                                                                           \
    { sizeof(cim_sensor_options), 0, -1, __builtin_nan(""), __builtin_nan(""), __builtin_nan(""), __builtin_nan(""), __builtin_nan(""), \
      __builtin_nan(""), __builtin_nan(""), __builtin_nan(""), __builtin_nan(""), __builtin_nan(""), 0, 0 }

typedef struct cim_sensors cim_sensors;

/** Arrays are borrowed. */
typedef struct cim_sensors_view {
    size_t struct_size;         /* set by the caller */
    const cim_sensor *sensors;  /* count, in the order asked for */
    uint32_t count, left_count;
    const uint32_t *left;       /* left_count objects without a place in the plane */
    uint32_t assumed_count[16]; /* by bit of `assumed`: sensors of which that value was assumed */
} cim_sensors_view;

/**
 * Sensors from objects of a city.
 *
 * Camera and SpeedCamera are cameras, TelecomMast is radio, MonitoringStation, WeatherStation and Sensor are samplers.  Values are taken from
 * height_m, direction_deg, tilt_deg, mount and function ("fixed", "dome", "panning"; also the attributes hfov, vfov, resolution, range_m,
 * zoom, power_dbm, frequency_mhz, threshold of any source); one with ele or z coordinates of its own stands there.  A camera inside a
 * building is moved out to the nearest wall.
 *
 * @param scene    for the ground and walls.
 * @param options  NULL: all defaults.
 * @param[out] sensors_out  freed with cim_sensors_free().
 * @return CIM_OK; CIM_EARG for options that are absurd; CIM_ENOTFOUND for an id that is none; CIM_EIO; CIM_EFORMAT; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: a row is read for each.
 * Since 0.1.
 */
CIM_API cim_status cim_sensor_read(cim_ctx *ctx, cim_city *city, const cim_scene *scene, const uint32_t *ids, size_t count,
                                   const cim_sensor_options *options, cim_sensors **sensors_out);

/**
 * What was read.
 *
 * @param[out] view_out  struct_size set by the caller; arrays are borrowed.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_sensors_get(cim_ctx *ctx, const cim_sensors *sensors, cim_sensors_view *view_out);

/**
 * Free sensors; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_sensors_free(cim_sensors *sensors);

/* ---- targets: what is to be covered ---- */

enum { CIM_TARGET_POINT = 0, CIM_TARGET_WALL = 1, CIM_TARGET_LINE = 2, CIM_TARGET_CELL = 3 };

typedef struct cim_targets cim_targets;

/** Arrays are borrowed until targets are added or freed. */
typedef struct cim_targets_view {
    size_t struct_size;     /* set by the caller */
    uint32_t count, left_count;
    const double *xyz;      /* 3 * count */
    const double *normal;   /* 2 * count: outward from the wall; 0, 0: seen from all sides */
    const double *weight;   /* walls: metres, shared by rows; lines: metres, times what the options say; cells: square metres; points: as given */
    const double *extent;   /* 2 * count: lines and walls: from, to, in metres along their object's line or outline; cells: column and row times cell_m */
    const uint32_t *object; /* CIM_NONE: none */
    const uint8_t *kind;    /* CIM_TARGET_POINT .. */
    double weight_sum;
    double cell_m, cell_x, cell_y; /* of cells: side, and the corner that extents count from; 0: there are none */
    const uint32_t *left;   /* left_count objects that gave no target: no place, no outline, no walls */
} cim_targets_view;

typedef struct cim_target_options {
    size_t struct_size;  /* set by CIM_TARGET_OPTIONS_INIT */
    double step_m;       /* walls, lines: at most so far apart; cells: their side; 0.1 to 1000 */
    double height_m;     /* above the ground */
    double top_m;        /* walls: several rows of points, from height_m at most step_m apart up to this above the ground, and no higher than
                          * the wall; 0: one row */
    const char *weight;  /* lines, objects: times the value of this property (cim-query(7)), e.g. "population"; 0 where there is none.  NULL: 1 */
    int32_t tunnels;     /* lines: 1: those with the value tunnel too */
    int32_t reserved0;
} cim_target_options;

#define CIM_TARGET_OPTIONS_INIT { sizeof(cim_target_options), 5.0, 1.5, 0.0, NULL, 0, 0 }

/**
 * No targets yet.
 *
 * @param[out] targets_out  freed with cim_targets_free().
 * @return CIM_OK; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_targets_new(cim_ctx *ctx, cim_targets **targets_out);

/**
 * Give up targets; NULL is accepted.  A coverage keeps those it was built of.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1), or freeing them by the last owner.
 * Since 0.1.
 */
CIM_API void cim_targets_free(cim_targets *targets);

/**
 * Add bare points.
 *
 * @param xyz      3 * count.
 * @param normal   2 * count, of any length; NULL: seen from all sides.
 * @param weight   count, not negative; NULL: 1 each.
 * @param object   count; NULL: none.
 * @return CIM_OK; CIM_EARG naming the first bad point, or when a coverage was built of these targets already; CIM_ELIMIT above 100 million
 *         targets; CIM_ENOMEM.
 * Thread rule: one thread at a time.   Cost: O(count).
 * Since 0.1.
 */
CIM_API cim_status cim_targets_add_points(cim_ctx *ctx, cim_targets *targets, const double *xyz, const double *normal, const double *weight,
                                          const uint32_t *object, size_t count);

/**
 * Add points on the outer walls of objects, 2 cm in front of them; a wall against which another prism stands gives none there.
 *
 * @param ids      buildings or parts, id_count; NULL: all objects of the scene.
 * @param options  NULL: all defaults.
 * @return as cim_targets_add_points(); CIM_EARG for options that are absurd; CIM_EVERSION.
 * Thread rule: one thread at a time.   Cost: some 0.5 us a point.
 * Since 0.1.
 */
CIM_API cim_status cim_targets_add_walls(cim_ctx *ctx, cim_targets *targets, const cim_scene *scene, const uint32_t *ids, size_t id_count,
                                         const cim_target_options *options);

/**
 * Add the middles of equal pieces of lines, such as streets.
 *
 * @param ids      objects with lines, id_count.
 * @param options  NULL: all defaults.
 * @return as cim_targets_add_points(); CIM_EARG for options that are absurd, and for a property that no object has; CIM_ENOTFOUND for an id
 *         that is none; CIM_EIO; CIM_EFORMAT; CIM_EVERSION.
 * Thread rule: one thread at a time.   Cost: a row is read for each.
 * Since 0.1.
 */
CIM_API cim_status cim_targets_add_lines(cim_ctx *ctx, cim_targets *targets, cim_city *city, const cim_scene *scene, const uint32_t *ids,
                                         size_t id_count, const cim_target_options *options);

/**
 * Add the cells of a grid whose middle is in polygons and not in a prism.  Only once: all cells are of one grid.
 *
 * @param area     POLYGON or MULTIPOLYGON.
 * @param options  NULL: all defaults.
 * @return as cim_targets_add_points(); CIM_EARG for options that are absurd, for another geometry and for a second time; CIM_EFORMAT; CIM_EVERSION.
 * Thread rule: one thread at a time.   Cost: some 0.5 us a cell.
 * Since 0.1.
 */
CIM_API cim_status cim_targets_add_area(cim_ctx *ctx, cim_targets *targets, const cim_scene *scene, const cim_geom *area,
                                        const cim_target_options *options);

/**
 * Add a point for each object: its point, the middle of its line, a point inside its area.  A point in a building is moved out to the nearest wall.
 *
 * @param ids      id_count objects.
 * @param options  NULL: all defaults; weight "population" makes people of buildings.
 * @return as cim_targets_add_lines().
 * Thread rule: one thread at a time.   Cost: a row is read for each.
 * Since 0.1.
 */
CIM_API cim_status cim_targets_add_objects(cim_ctx *ctx, cim_targets *targets, cim_city *city, const cim_scene *scene, const uint32_t *ids,
                                           size_t id_count, const cim_target_options *options);

/**
 * What is in targets.
 *
 * @param[out] view_out  struct_size set by the caller.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION.
 * Thread rule: any thread, while none adds.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_targets_get(cim_ctx *ctx, const cim_targets *targets, cim_targets_view *view_out);

/* ---- coverage ---- */

typedef struct cim_cover_options {
    size_t struct_size;         /* set by CIM_COVER_OPTIONS_INIT */
    const cim_geom *privacy;    /* POLYGON or MULTIPOLYGON: masked in every camera's image; what is behind is still seen.  NULL: none */
    const cim_geom *keep_out;   /* the same: a camera whose field of view meets it is a violation.  NULL: none */
    const cim_sight_raster *terrain; /* for CIM_SENSOR_TERRAIN; borrowed for the call */
} cim_cover_options;

#define CIM_COVER_OPTIONS_INIT { sizeof(cim_cover_options), NULL, NULL, NULL }

typedef struct cim_cover cim_cover;

/** A camera that sees what it must not. */
typedef struct cim_cover_violation {
    uint32_t sensor, reserved0;
    double area_m2; /* of the keep-out area in its field of view */
} cim_cover_violation;

enum { CIM_COVER_FOLDS = 9 };

/** Arrays are borrowed from the coverage. */
typedef struct cim_cover_view {
    size_t struct_size;            /* set by the caller */
    uint32_t sensor_count, target_count;
    const uint64_t *first;         /* sensor_count + 1: what sensor s covers are entries first[s] .. first[s + 1] - 1 */
    const uint32_t *targets;       /* entries, ascending in a row */
    const float *quality;          /* of each entry */
    const double *weights;         /* target_count */
    const uint16_t *folds;         /* target_count: by how many sensors, 65535 at most */
    const float *best;             /* target_count: the best quality; not a number: covered by none */
    const uint32_t *best_sensor;   /* target_count; CIM_NONE */
    const double *own_weight;      /* sensor_count: what it covers */
    const double *unique_weight;   /* sensor_count: what only it covers */
    double weight, covered_weight; /* of all targets, of those that some sensor covers */
    double fold_weight[CIM_COVER_FOLDS];   /* by number of sensors; the last: eight and more */
    uint64_t fold_count[CIM_COVER_FOLDS];
    double class_weight[CIM_SENSOR_CLASSES];  /* by the best class of a camera; 0: what no camera covers */
    uint64_t class_count[CIM_SENSOR_CLASSES];
    uint64_t masked_count;         /* pairs of a camera and a target in its field of view, seen or not, that a privacy mask keeps from it */
    uint64_t tested_count;         /* sight lines that were taken */
    const cim_cover_violation *violations;
    uint32_t violation_count;
    uint32_t reserved0;
} cim_cover_view;

/**
 * What sensors cover of targets.
 *
 * Of each sensor the targets in reach are found by an index, then those its model lets pass, then all of those at once by a fan of sight
 * lines.  Walls count only from in front.
 *
 * @param scene    what hides; NULL: nothing.
 * @param sensors  sensor_count, copied.
 * @param targets  no more can be added afterwards.
 * @param options  NULL: all defaults.
 * @param[out] coverage_out  freed with cim_cover_free(); it keeps scene and targets.
 * @return CIM_OK; CIM_EARG naming the first sensor that is absurd; CIM_EFORMAT for a mask that is no polygon; CIM_ELIMIT above 4e9 entries a
 *         sensor; CIM_EVERSION; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; uses the context's threads.   Cost: some 0.2 us a pair in reach, and 10 bytes an entry.
 * Since 0.1.
 */
CIM_API cim_status cim_cover_build(cim_ctx *ctx, cim_sight_scene *scene, const cim_sensor *sensors, size_t sensor_count, cim_targets *targets,
                                      const cim_cover_options *options, cim_cover **coverage_out);

/**
 * The same with more sensors, behind those there are; rows of those are not made anew.
 *
 * @return as cim_cover_build().
 * Thread rule: any thread; uses the context's threads.   Cost: as building of the new ones, and copying.
 * Since 0.1.
 */
CIM_API cim_status cim_cover_add(cim_ctx *ctx, const cim_cover *coverage, const cim_sensor *sensors, size_t sensor_count,
                                    cim_cover **coverage_out);

/**
 * The same in a scene that differs in some places only, such as by a building that is removed or new: what is tested again are pairs whose sight
 * line passes over one of the boxes.
 *
 * @param scene  the other scene.
 * @param boxes  box_count boxes that hold all that differs.
 * @return as cim_cover_build().
 * Thread rule: any thread; uses the context's threads.   Cost: O(pairs in reach), sight lines near the boxes only.
 * Since 0.1.
 */
CIM_API cim_status cim_cover_change(cim_ctx *ctx, const cim_cover *coverage, cim_sight_scene *scene, const cim_box *boxes, size_t box_count,
                                       cim_cover **coverage_out);

/**
 * What is covered.
 *
 * @param[out] view_out  struct_size set by the caller.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_cover_get(cim_ctx *ctx, const cim_cover *coverage, cim_cover_view *view_out);

/** A stretch of an object's line or outline. */
typedef struct cim_cover_span {
    uint32_t object;
    uint32_t folds;         /* the least of its pieces */
    double from_m, to_m;
    uint32_t first, count;  /* its targets */
} cim_cover_span;

/**
 * Stretches of lines and walls that are covered by least to most sensors, such as gaps by 0 to 0: neighbouring pieces joined.
 *
 * @param kind      CIM_TARGET_LINE, CIM_TARGET_WALL.
 * @param[out] spans_out  cim_cover_span; release with cim_buf_dispose().
 * @param[out] count_out  how many.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(targets).
 * Since 0.1.
 */
CIM_API cim_status cim_cover_spans(cim_ctx *ctx, const cim_cover *coverage, int32_t kind, uint32_t least, uint32_t most, cim_buf *spans_out,
                                      size_t *count_out);

/**
 * The union of the cells that are covered by least to most sensors; by 0 to 0: the blind spots.
 *
 * @param[out] wkb_out  a MULTIPOLYGON, EMPTY when there are none; release with cim_buf_dispose().
 * @param[out] area_m2_out  NULL is accepted.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(cells).
 * Since 0.1.
 */
CIM_API cim_status cim_cover_area(cim_ctx *ctx, const cim_cover *coverage, uint32_t least, uint32_t most, cim_buf *wkb_out, double *area_m2_out);

/**
 * Give up a coverage; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(entries).
 * Since 0.1.
 */
CIM_API void cim_cover_free(cim_cover *coverage);

CIM_END

#endif
