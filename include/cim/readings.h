/**
 * @file readings.h
 * What the sensors of a city said of one property at one time, with their places: what a map is made of.
 *
 *     options.property = "NO2";
 *     cim_readings_take(ctx, city, sense, &options, &readings);
 *     cim_readings_get(readings, &view);
 *     cim_field_build(ctx, view.xy, view.values, view.used_count, NULL, &field);       cim/field.h: values anywhere, errors, maps
 *     cim_readings_places(ctx, city, ids, count, xy);                                  places of objects to ask it for
 *
 * Every stream of the property is listed, those that are not used with the reason: none is dropped in silence.
 */
#ifndef CIM_READINGS_H
#define CIM_READINGS_H

#include "cim/city.h"
#include "cim/sense.h"

CIM_BEGIN

/** Why a reading is used, or not. */
enum {
    CIM_READING_USED = 0,
    CIM_READING_NO_PLACE = 1, /* neither the stream nor its object or edge has coordinates */
    CIM_READING_NONE = 2,     /* nothing was observed until then, or in the window */
    CIM_READING_OLD = 3,      /* older than max_age_ms */
    CIM_READING_BAD = 4,      /* no number, or of bad quality */
    CIM_READING_TEXT = 5,     /* a stream of texts */
    CIM_READING_UNIT = 6      /* another unit than the one asked for */
};

typedef struct cim_reading {
    uint32_t stream;
    uint32_t object;   /* of the stream; CIM_NONE */
    int32_t fate;      /* CIM_READING_* */
    uint32_t place;    /* USED: number of the place in a field, since readings of the very same place are one there; else CIM_NONE */
    double x, y;       /* NAN: not known */
    double value;      /* NAN: none */
    int64_t time_ms;   /* of the observation; of a mean the end of the window; CIM_TIME_MIN_MS: none */
    uint64_t count;    /* observations behind the value */
} cim_reading;

typedef struct cim_readings_options {
    size_t struct_size;   /* set by CIM_READINGS_OPTIONS_INIT */
    const char *property; /* what is measured, as in cim_stream; needed */
    const char *unit;     /* only streams of this unit; NULL: all, which must then agree */
    int64_t at_ms;        /* CIM_TIME_MAX_MS: the time of the newest observation of all */
    int64_t mean_ms;      /* 0: the newest observation at or before at_ms; else the mean of those with at_ms - mean_ms <= time < at_ms */
    int64_t max_age_ms;   /* without mean_ms: none that is older; 0: an hour, CIM_TIME_MAX_MS: any */
} cim_readings_options;

#define CIM_READINGS_OPTIONS_INIT { sizeof(cim_readings_options), NULL, NULL, CIM_TIME_MAX_MS, 0, 0 }

typedef struct cim_readings_view {
    size_t struct_size;            /* set by the caller */
    size_t count, used_count;
    const cim_reading *readings;   /* count, by stream */
    const double *xy, *values;     /* used_count, those that are used in the same order, for cim_field_build() */
    const char *unit;              /* of those used; NULL: none stated */
    int64_t from_ms, at_ms;        /* from_ms < at_ms: of a mean */
} cim_readings_view;

typedef struct cim_readings cim_readings;

/**
 * The readings of a property at a time.  A place is that of the stream, else of its edge, offset_m from its start or the middle of it, else a point in its
 * object.  Streams of booleans count as 0 and 1.
 *
 * @param city   places of objects are looked up here; NULL: only streams with coordinates of their own have a place.
 * @param sense  the observations.
 * @param[out] readings_out  freed with cim_readings_free(); also when none of them is used.
 * @return CIM_OK; CIM_ENOTFOUND when no stream measures that; CIM_EARG for wrong options or streams of different units, none of which was asked for;
 *         CIM_EFORMAT for a damaged chunk or geometry; CIM_EIO; CIM_EVERSION; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: one thread at a time of a sense.   Cost: a chunk a stream; of a mean those of the window.
 * Since 0.1.
 */
CIM_API cim_status cim_readings_take(cim_ctx *ctx, cim_city *city, cim_sense *sense, const cim_readings_options *options, cim_readings **readings_out);

/**
 * What was taken.
 *
 * @param[in,out] view_out  struct_size set by the caller; borrowed from readings.
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_readings_get(const cim_readings *readings, cim_readings_view *view_out);

/**
 * Free readings; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: no other call may be using them.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_readings_free(cim_readings *readings);

/**
 * Why a reading is not used, in words: "no place".
 *
 * @return static text; "" for a number that is none.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_reading_fate(int32_t fate);

/**
 * A point in each of some objects: in a polygon, on a line.
 *
 * @param ids  count objects.
 * @param[out] xy_out  count pairs x, y in the city's reference system; NAN for an object without geometry.
 * @return CIM_OK; CIM_ENOTFOUND if there is no object of a number; CIM_EARG; CIM_EFORMAT; CIM_EIO; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some microseconds an object.
 * Since 0.1.
 */
CIM_API cim_status cim_readings_places(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t count, double *xy_out);

CIM_END

#endif
