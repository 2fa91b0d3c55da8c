/**
 * @file field.h
 * From readings at some places to a value at every place: inverse distances, ordinary kriging, and how wrong that is.
 *
 * Usable on its own, on bare arrays:
 *
 *     cim_field_build(ctx, xy, values, count, NULL, &field);               a variogram is fitted, the system solved
 *     cim_field_values(ctx, field, places, place_count, out, variances);   anywhere
 *     cim_field_leave_out(ctx, field, &errors, NULL, NULL);                each reading from the others
 *     cim_field_raster(ctx, field, &box, 10.0, &raster, &numbers, NULL);   a map
 *     cim_field_bands_build(ctx, &raster, limits, 3, &bands);              its polygons between limits
 *
 * Readings at the very same place are one place with their mean.  Kriging is exact: at a place with a reading the value is the reading and the
 * variance 0, with a nugget, too.  Nothing here knows walls, hills or wind: a map is a guess between readings, and its variance says how
 * far a guess, as far as the variogram is right.
 */
#ifndef CIM_FIELD_H
#define CIM_FIELD_H

#include "cim/ctx.h"
#include "cim/geom.h"
#include "cim/sight.h"

CIM_BEGIN

#define CIM_FIELD_MAX_PLACES 10000000u
#define CIM_FIELD_MAX_GLOBAL 6000u /* places in one system: 300 MB, some 20 s */

typedef struct cim_field cim_field;

enum {
    CIM_FIELD_KRIGING = 0, /* ordinary kriging: the mean is not known (G. Matheron, 1963; N. Cressie, "Statistics for Spatial Data", 1993) */
    CIM_FIELD_DISTANCE = 1 /* weights 1 / distance^power (D. Shepard, 1968) */
};

/** Variograms: nugget + sill * (1 - c(h / range_m)) for h > 0, and 0 at 0. */
enum {
    CIM_VARIOGRAM_BEST = 0,        /* to fit: the one of the others (Matern with smoothness 1.5) that fits best */
    CIM_VARIOGRAM_SPHERICAL = 1,   /* c = 1 - 1.5 u + 0.5 u^3 up to u = 1, then 0 */
    CIM_VARIOGRAM_EXPONENTIAL = 2, /* c = exp(-u) */
    CIM_VARIOGRAM_GAUSSIAN = 3,    /* c = exp(-u^2) */
    CIM_VARIOGRAM_MATERN = 4       /* c = 2^(1-s) / gamma(s) u^s K_s(u), s the smoothness */
};

typedef struct cim_variogram {
    size_t struct_size;  /* set by CIM_VARIOGRAM_INIT */
    uint32_t model;      /* CIM_VARIOGRAM_SPHERICAL .. */
    uint32_t pairs;      /* fitted: pairs of places behind it, at most 4,294,967,295; else 0 */
    double nugget, sill; /* >= 0; the variance of far places is nugget + sill */
    double range_m;      /* > 0 */
    double smoothness;   /* MATERN: 0.1 to 20 */
    double error;        /* fitted: weighted sum of squares */
} cim_variogram;

#define CIM_VARIOGRAM_INIT { sizeof(cim_variogram), CIM_VARIOGRAM_SPHERICAL, 0, 0.0, 1.0, 1.0, 1.5, 0.0 }

/** Pairs of places about so far from each other. */
typedef struct cim_field_bin {
    double lag_m;    /* mean distance */
    double gamma;    /* half the mean square of differences */
    uint64_t pairs;
} cim_field_bin;

typedef struct cim_field_options {
    size_t struct_size;             /* set by CIM_FIELD_OPTIONS_INIT */
    uint32_t method;                /* CIM_FIELD_KRIGING, CIM_FIELD_DISTANCE */
    uint32_t neighbours;            /* only the nearest so many places, at most 512; 0: all, or with a radius the nearest 512 within it */
    double radius_m;                /* only places so near; 0: however far */
    double power;                   /* DISTANCE: > 0; 0 is 2 */
    const cim_variogram *variogram; /* KRIGING; NULL: fitted */
    uint32_t model;                 /* to fit: CIM_VARIOGRAM_BEST .. */
    uint32_t bins;                  /* to fit: 2 to 1000; 0: 15 */
    double max_lag_m;               /* to fit: pairs up to this distance; 0: a third of the diagonal of all places */
    double smoothness;              /* to fit MATERN; 0: 1.5 */
} cim_field_options;

#define CIM_FIELD_OPTIONS_INIT { sizeof(cim_field_options), 0, 0, 0.0, 0.0, NULL, 0, 0, 0.0, 0.0 }

/**
 * The experimental variogram (G. Matheron, 1962), and a model fitted to it by least squares with weights pairs / lag^2 (as of gstat, E. Pebesma, 2004).
 * The best nugget and sill are computed for each range, which is searched for on a grid (a tenth of the least lag to ten times the greatest) and then
 * between, so that the best fit is found, not one
 * near a first guess.  Of more than 4,000 places as many, taken evenly, are used.
 *
 * @param xy      count places, x before y, in metres.
 * @param values  count finite numbers.
 * @param options NULL: all defaults.
 * @param[out] bins_out  room for cap bins, or NULL with cap 0; empty bins are left out.
 * @param[out] bin_count_out  NULL or how many there are.
 * @param[in,out] fit_out  struct_size set by the caller; NULL: only bins.  Of equal values nugget and sill are 0.
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_ENOTFOUND when fewer than three places, or none near enough to each other, leave nothing to fit; CIM_ENOMEM;
 *         CIM_ECANCEL.
 * Thread rule: any thread.   Cost: O(places^2).
 * Since 0.1.
 */
CIM_API cim_status cim_field_variogram(cim_ctx *ctx, const double *xy, const double *values, size_t count, const cim_field_options *options,
                                       cim_field_bin *bins_out, size_t cap, size_t *bin_count_out, cim_variogram *fit_out);

/**
 * Make ready to interpolate.
 *
 * @param xy, values, options  as for cim_field_variogram(); nothing is kept.
 * @param[out] field_out  freed with cim_field_free().
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_ENOTFOUND without places or, to fit a variogram, with too few; CIM_ELIMIT for kriging from more than
 *         CIM_FIELD_MAX_GLOBAL places without neighbours or radius; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread; the field is immutable and may be shared.   Cost: O(n log n); kriging from all places: O(n^3).
 * Since 0.1.
 */
CIM_API cim_status cim_field_build(cim_ctx *ctx, const double *xy, const double *values, size_t count, const cim_field_options *options, cim_field **field_out);

/**
 * Free a field; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: no other call may be using it.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_field_free(cim_field *field);

typedef struct cim_field_view {
    size_t struct_size;      /* set by the caller */
    uint32_t method;
    uint32_t place_count;    /* different places */
    uint32_t merged_count;   /* readings that were at the place of another one */
    uint32_t model;          /* of the variogram; 0: none */
    double nugget, sill, range_m, smoothness, fit_error;
    double added;            /* to the diagonal, since places are so near to each other for this variogram that the system could not be solved; 0: nothing */
    double min_x, min_y, max_x, max_y; /* of the places */
    uint32_t pairs, reserved0;         /* of places behind the fitted variogram; 0: none was fitted.  Below some 30 it is a guess */
} cim_field_view;

/**
 * What was made of the readings.
 *
 * @param[in,out] view_out  struct_size set by the caller.
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_field_get(const cim_field *field, cim_field_view *view_out);

/**
 * Values at places.
 *
 * @param xy  count places.
 * @param[out] values_out     count numbers; NAN where no reading is within the radius.
 * @param[out] variances_out  count kriging variances, NAN for CIM_FIELD_DISTANCE; or NULL.
 * @return CIM_OK; CIM_EARG for a place that is not finite; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: a place: kriging from all n: n, with variance n^2; from k neighbours: log n + k^3; distances: n, or log n + k.
 * Since 0.1.
 */
CIM_API cim_status cim_field_values(cim_ctx *ctx, const cim_field *field, const double *xy, size_t count, double *values_out, double *variances_out);

/** Each reading compared with what the others say of its place; the variogram stays that of all. */
typedef struct cim_field_errors {
    size_t struct_size;   /* set by the caller */
    size_t count;         /* places; those that no other place is near enough to are left out */
    double bias;          /* mean of estimated - measured */
    double rmse, mae, largest;
    double score_mean;    /* KRIGING: mean of error / standard deviation said; about 0 when that is right */
    double score_square;  /* KRIGING: mean square of the same; about 1 when that is right */
    double correlation;   /* of estimated and measured; NAN when either is constant */
} cim_field_errors;

/**
 * Leave one out (O. Dubrule, "Cross validation of kriging in a unique neighborhood", 1983, where all places are used: no system is solved again).
 *
 * @param[in,out] errors_out    struct_size set by the caller.
 * @param[out] estimates_out    NULL, or for each place, in the order in which it first came, what the others say; NAN: nothing.
 * @param[out] variances_out    NULL, or the variances of these.
 * @return CIM_OK; CIM_ENOTFOUND with fewer than two places; CIM_EARG; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: kriging from all n: n^3; else as cim_field_values() at n places.
 * Since 0.1.
 */
CIM_API cim_status cim_field_leave_out(cim_ctx *ctx, const cim_field *field, cim_field_errors *errors_out, double *estimates_out, double *variances_out);

/* ---- maps ---- */

/**
 * The field in the middles of square cells.
 *
 * @param box     what the cells cover, from its upper left corner on, as far as whole cells go.
 * @param cell_m  0.001 to 1,000,000.
 * @param[out] raster_out  struct_size set by the caller; rows go south, its heights are the values, NAN as of cim_field_values().
 * @param[out] values_out  float by row; release with cim_buf_dispose().
 * @param[out] errors_out  NULL, or as values_out the standard errors: roots of the kriging variances.
 * @return CIM_OK; CIM_EARG, also when the system of a neighbourhood cannot be solved; CIM_ELIMIT for more than 400 million cells; CIM_EVERSION;
 *         CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread; uses the context's threads.   Cost: that of cim_field_values() a cell.
 * Since 0.1.
 */
CIM_API cim_status cim_field_raster(cim_ctx *ctx, const cim_field *field, const cim_box *box, double cell_m, cim_sight_raster *raster_out, cim_buf *values_out,
                                    cim_buf *errors_out);

/** Most limits of bands. */
#define CIM_FIELD_LIMITS 256

/** Where values are from least to below most. */
typedef struct cim_field_band {
    double least, most;  /* the first begins at minus, the last ends at plus infinity */
    double area_m2;
    cim_geom geom;       /* MULTIPOLYGON, without parts when there is nothing */
} cim_field_band;

typedef struct cim_field_bands_view {
    size_t struct_size;  /* set by the caller */
    size_t count;        /* one more than limits */
    const cim_field_band *bands;
} cim_field_bands_view;

typedef struct cim_field_bands cim_field_bands;

/**
 * A raster cut at limits into polygons: from the middle of the first cell to that of the last, without gap or overlap.  Between four middles the values
 * are linear in four triangles around their mean, so that there are no ambiguous cells (compare C. Maple, "Geometric design and space planning using
 * the marching squares and marching cube algorithms", 2003).  Cells with a corner that is no number are left out.
 *
 * @param raster  such as that of cim_field_raster().
 * @param limits  count ascending numbers.
 * @param[out] bands_out  freed with cim_field_bands_free().
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT for bands in more than some thousand pieces, such as of noise; CIM_EVERSION; CIM_ECANCEL; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: some 2 ns a cell and limit, and 1 us a cell that a limit crosses.
 * Since 0.1.
 */
CIM_API cim_status cim_field_bands_build(cim_ctx *ctx, const cim_sight_raster *raster, const double *limits, size_t count, cim_field_bands **bands_out);

/**
 * The bands, ascending.
 *
 * @param[in,out] view_out  struct_size set by the caller; borrowed from bands.
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_field_bands_get(const cim_field_bands *bands, cim_field_bands_view *view_out);

/**
 * Free bands; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: no other call may be using them.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_field_bands_free(cim_field_bands *bands);

CIM_END

#endif
