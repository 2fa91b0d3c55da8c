/* field.c - readings into places, kriging and inverse distances.
 *
 * Kriging works with covariances C = nugget at 0 + sill * c(h): the weights L of a place with covariances c to the readings minimise the variance under
 * sum L = 1, which gives L = C^-1 (c + 1 m), m = (1 - 1'C^-1 c) / 1'C^-1 1.  Seen from the other side the value is level + c' C^-1 (z - level), so
 * that with all places a value costs one product. */
#include "field/field.h"

#include <stdlib.h>

enum { MOST_ADDED = 8 };

/* ---- places ---- */

typedef struct reading {
    double x, y, z;
    uint32_t number;
} reading;

static int by_place(const void *a, const void *b)
{
    const reading *p = a, *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    if (p->y != q->y) return p->y < q->y ? -1 : 1;
    return (p->number > q->number) - (p->number < q->number);
}

static int by_number(const void *a, const void *b)
{
    const reading *p = a, *q = b;
    return (p->number > q->number) - (p->number < q->number);
}

/* Readings of one place become their mean, at the number of the first. */
static uint32_t merge(reading *r, uint32_t count)
{
    uint32_t kept = 0;
    qsort(r, count, sizeof *r, by_place);
    for (uint32_t i = 0, k; i < count; i = k) {
        double sum = 0.0;
        for (k = i; k < count && r[k].x == r[i].x && r[k].y == r[i].y; k++) sum += r[k].z;
        reading one = r[i];
        one.z = k - i == 1 ? one.z : sum / (k - i);
        r[kept++] = one;
    }
    qsort(r, kept, sizeof *r, by_number);
    return kept;
}

static void place(cim_field *f, const reading *r)
{
    double sum = 0.0;
    f->min[0] = f->max[0] = r[0].x, f->min[1] = f->max[1] = r[0].y;
    for (uint32_t i = 0; i < f->count; i++) {
        f->min[0] = fmin(f->min[0], r[i].x), f->max[0] = fmax(f->max[0], r[i].x);
        f->min[1] = fmin(f->min[1], r[i].y), f->max[1] = fmax(f->max[1], r[i].y);
        sum += r[i].z / f->count;
    }
    f->origin[0] = floor(0.5 * f->min[0] + 0.5 * f->max[0]), f->origin[1] = floor(0.5 * f->min[1] + 0.5 * f->max[1]);
    f->mean = sum;
    for (uint32_t i = 0; i < f->count; i++) {
        f->xy[2 * (size_t)i] = r[i].x - f->origin[0], f->xy[2 * (size_t)i + 1] = r[i].y - f->origin[1];
        f->z[i] = r[i].z - sum;
        f->first[i] = r[i].number;
    }
}

static cim_status take_places(cim_ctx *ctx, cim_field *f, const double *xy, const double *values, size_t count)
{
    reading *r = cim__alloc_n(ctx->mem, count, sizeof *r);
    if (!r) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) r[i] = (reading){ xy[2 * i] + 0.0, xy[2 * i + 1] + 0.0, values[i], (uint32_t)i }; /* -0 is 0 */
    f->count = merge(r, (uint32_t)count);
    f->merged = (uint32_t)count - f->count;
    f->xy = cim__alloc_n(f->mem, f->count, 2 * sizeof *f->xy);
    f->z = cim__alloc_n(f->mem, f->count, sizeof *f->z);
    f->first = cim__alloc_n(f->mem, f->count, sizeof *f->first);
    bool enough = f->xy && f->z && f->first;
    if (enough) place(f, r);
    cim__free(ctx->mem, r);
    return enough ? CIM_OK : cim__nomem(ctx);
}

/* ---- systems ---- */

static double between(const double *xy, size_t a, size_t b) { return hypot(xy[2 * a] - xy[2 * b], xy[2 * a + 1] - xy[2 * b + 1]); }

/* Factors of the covariances of some places; which NULL: the first n.  When they are too much alike more and more is added to the diagonal. */
static bool factorize(const cim_field *f, const uint32_t *which, size_t n, double *factor, double *added_out)
{
    double total = f->cov.nugget + f->cov.sill;
    for (int round = 0; round < MOST_ADDED; round++) {
        double added = round ? total * 1e-12 * pow(10.0, round) : 0.0;
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < i; j++) factor[i * n + j] = cim__covary(&f->cov, between(f->xy, which ? which[i] : i, which ? which[j] : j));
            factor[i * n + i] = total + added;
        }
        if (cim__cholesky(factor, n)) {
            *added_out = added;
            return true;
        }
    }
    return false;
}

/* The weights of one place from covariances; ones = C^-1 1. */
typedef struct local {
    double *factor, *ones, *c;
    uint32_t *near;
    double *square;
} local;

static double sum_of(const double *v, size_t n)
{
    double s = 0.0;
    for (size_t i = 0; i < n; i++) s += v[i];
    return s;
}

/* All values the same: there is nothing to solve. */
static bool flat(const cim_field *f) { return f->cov.nugget + f->cov.sill <= 0.0; }

static cim_status solve_all(cim_ctx *ctx, cim_field *f)
{
    size_t n = f->count;
    f->factor = cim__alloc_n(f->mem, n * n, sizeof *f->factor);
    f->ones = cim__alloc_n(f->mem, n, sizeof *f->ones);
    f->weights = cim__alloc_n(f->mem, n, sizeof *f->weights);
    if (!f->factor || !f->ones || !f->weights) return cim__nomem(ctx);
    if (!factorize(f, NULL, n, f->factor, &f->added)) return cim__fail(ctx, CIM_EARG, "the system of this variogram cannot be solved: it needs a nugget");
    for (size_t i = 0; i < n; i++) f->ones[i] = 1.0, f->weights[i] = f->z[i];
    cim__cholesky_down(f->factor, n, f->ones), cim__cholesky_up(f->factor, n, f->ones);
    f->one_one = sum_of(f->ones, n);
    f->level = 0.0;
    for (size_t i = 0; i < n; i++) f->level += f->ones[i] * f->z[i] / f->one_one;
    for (size_t i = 0; i < n; i++) f->weights[i] -= f->level;
    cim__cholesky_down(f->factor, n, f->weights), cim__cholesky_up(f->factor, n, f->weights);
    return CIM_OK;
}

static cim_status find_variogram(cim_ctx *ctx, cim_field *f, const cim_field_options *o)
{
    double *xy = f->xy;
    if (o->variogram) {
        f->variogram = (cim_variogram)CIM_VARIOGRAM_INIT;
        CIM__TRY(cim__opts(ctx, &f->variogram, sizeof f->variogram, o->variogram, "variogram"));
        return cim__variogram_ok(ctx, &f->variogram);
    }
    return cim_field_variogram(ctx, xy, f->z, f->count, o, NULL, 0, NULL, &f->variogram);
}

static cim_status fill(cim_ctx *ctx, cim_field *f, const double *xy, const double *values, size_t count, const cim_field_options *o)
{
    CIM__TRY(take_places(ctx, f, xy, values, count));
    CIM__TRY(cim__kdtree_build(ctx, f->mem, f->xy, f->count, &f->tree));
    if (o->method == CIM_FIELD_DISTANCE) return CIM_OK;
    f->variogram.struct_size = sizeof f->variogram;
    CIM__TRY(find_variogram(ctx, f, o));
    f->cov = cim__covariance_of(&f->variogram);
    if (flat(f) || f->neighbours || f->radius > 0.0) return CIM_OK;
    if (f->count > CIM_FIELD_MAX_GLOBAL)
        return cim__fail(ctx, CIM_ELIMIT, "kriging from %u places at once; beyond %u say how many neighbours, or a radius", f->count, CIM_FIELD_MAX_GLOBAL);
    return solve_all(ctx, f);
}

cim_status cim_field_build(cim_ctx *ctx, const double *xy, const double *values, size_t count, const cim_field_options *options, cim_field **field_out)
{
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim__enter(ctx);
    if (!field_out || (count && (!xy || !values))) return cim__fail(ctx, CIM_EARG, "places, values or the place of the field are NULL");
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "options of a field"));
    CIM__TRY(cim__field_options_ok(ctx, &o));
    if (!count) return cim__fail(ctx, CIM_ENOTFOUND, "there are no readings");
    if (count > CIM_FIELD_MAX_PLACES) return cim__fail(ctx, CIM_EARG, "%zu places; %u are the most", count, CIM_FIELD_MAX_PLACES);
    for (size_t i = 0; i < count; i++)
        if (!(fabs(xy[2 * i]) <= 1e12 && fabs(xy[2 * i + 1]) <= 1e12) || !(fabs(values[i]) <= 1e50))
            return cim__fail(ctx, CIM_EARG, "place or value %zu is not finite or absurd", i);
    cim_field *f = cim__zalloc(ctx->mem, sizeof *f);
    if (!f) return cim__nomem(ctx);
    f->mem = cim__mem_ref(ctx->mem);
    f->method = o.method, f->neighbours = o.neighbours, f->radius = o.radius_m;
    f->power = o.power > 0.0 ? o.power : 2.0;
    cim_status status = fill(ctx, f, xy, values, count, &o);
    if (status < 0) {
        cim_field_free(f);
        return status;
    }
    *field_out = f;
    return CIM_OK;
}

void cim_field_free(cim_field *f)
{
    if (!f) return;
    cim__mem *mem = f->mem;
    cim__kdtree_free(mem, &f->tree);
    cim__free(mem, f->xy);
    cim__free(mem, f->z);
    cim__free(mem, f->first);
    cim__free(mem, f->factor);
    cim__free(mem, f->ones);
    cim__free(mem, f->weights);
    cim__free(mem, f);
    cim__mem_unref(mem);
}

void cim_field_get(const cim_field *f, cim_field_view *view_out)
{
    cim_field_view v = { .struct_size = sizeof v };
    if (!f || !view_out) return;
    v.method = f->method, v.place_count = f->count, v.merged_count = f->merged;
    if (f->method == CIM_FIELD_KRIGING) {
        v.model = f->variogram.model, v.nugget = f->variogram.nugget, v.sill = f->variogram.sill;
        v.range_m = f->variogram.range_m, v.smoothness = f->variogram.smoothness, v.fit_error = f->variogram.error;
        v.pairs = f->variogram.pairs;
    }
    v.added = f->added;
    v.min_x = f->min[0], v.min_y = f->min[1], v.max_x = f->max[0], v.max_y = f->max[1];
    cim__out_fill(view_out, &v, sizeof v);
}

/* ---- values ---- */

static void from_all(const cim_field *f, double x, double y, double *c, double *value, double *variance)
{
    size_t n = f->count;
    double v = f->level, ones = 0.0, square = 0.0;
    for (size_t i = 0; i < n; i++) {
        double h = hypot(f->xy[2 * i] - x, f->xy[2 * i + 1] - y);
        if (h <= 0.0) {
            *value = f->z[i];
            if (variance) *variance = 0.0;
            return;
        }
        c[i] = cim__covary(&f->cov, h);
        v += c[i] * f->weights[i];
        ones += c[i] * f->ones[i];
    }
    *value = v;
    if (!variance) return;
    cim__cholesky_down(f->factor, n, c);
    for (size_t i = 0; i < n; i++) square += c[i] * c[i];
    double rest = f->cov.nugget + f->cov.sill - square + (1.0 - ones) * (1.0 - ones) / f->one_one;
    *variance = rest > 0.0 ? rest : 0.0;
}

/* From the places in l->near; false when it cannot be solved. */
static bool from_near(const cim_field *f, local *l, uint32_t n, double *value, double *variance, bool *added)
{
    double more, v = 0.0, ones, c_ones = 0.0, square = 0.0;
    if (!factorize(f, l->near, n, l->factor, &more)) return false;
    *added = *added || more > 0.0;
    for (uint32_t i = 0; i < n; i++) {
        l->ones[i] = 1.0;
        l->c[i] = cim__covary(&f->cov, sqrt(l->square[i]));
    }
    cim__cholesky_down(l->factor, n, l->ones), cim__cholesky_up(l->factor, n, l->ones);
    cim__cholesky_down(l->factor, n, l->c);
    for (uint32_t i = 0; i < n; i++) square += l->c[i] * l->c[i];
    cim__cholesky_up(l->factor, n, l->c); /* C^-1 c */
    ones = sum_of(l->ones, n);
    c_ones = sum_of(l->c, n);
    double m = (1.0 - c_ones) / ones;
    for (uint32_t i = 0; i < n; i++) v += (l->c[i] + m * l->ones[i]) * f->z[l->near[i]];
    double rest = f->cov.nugget + f->cov.sill - square + (1.0 - c_ones) * m;
    *value = v;
    if (variance) *variance = rest > 0.0 ? rest : 0.0;
    return true;
}

static double by_distances(const cim_field *f, const local *l, uint32_t n)
{
    double sum = 0.0, weights = 0.0, least = l->square[0];
    for (uint32_t i = 0; i < n; i++) { /* against the nearest, so that nothing overflows */
        double w = pow(least / l->square[i], 0.5 * f->power);
        sum += w * f->z[l->near[i]], weights += w;
    }
    return sum / weights;
}

static double by_all_distances(const cim_field *f, double x, double y, uint32_t but, double *square)
{
    double sum = 0.0, weights = 0.0, least = INFINITY;
    for (uint32_t i = 0; i < f->count; i++) {
        double dx = f->xy[2 * (size_t)i] - x, dy = f->xy[2 * (size_t)i + 1] - y;
        square[i] = dx * dx + dy * dy;
        if (i == but) square[i] = INFINITY;
        else if (square[i] == 0.0) return f->z[i];
        least = fmin(least, square[i]);
    }
    for (uint32_t i = 0; i < f->count; i++) {
        double w = f->power == 2.0 ? least / square[i] : pow(least / square[i], 0.5 * f->power);
        sum += w * f->z[i], weights += w;
    }
    return sum / weights;
}

/* One place, coordinates less the origin, without the place `but`.  false: it cannot be solved. */
static bool one(const cim_field *f, local *l, double x, double y, uint32_t but, double *value, double *variance, bool *added)
{
    *value = NAN;
    if (variance) *variance = NAN;
    if (f->factor && but == CIM_NONE) {
        from_all(f, x, y, l->c, value, variance);
        return true;
    }
    if (f->method == CIM_FIELD_DISTANCE && !f->neighbours && f->radius <= 0.0) {
        if (f->count > (but != CIM_NONE)) *value = by_all_distances(f, x, y, but, l->square);
        return true;
    }
    if (f->method == CIM_FIELD_KRIGING && flat(f)) {
        *value = 0.0;
        if (variance) *variance = 0.0;
        return true;
    }
    uint32_t most = f->neighbours ? f->neighbours : CIM__FIELD_MAX_NEAR, n = cim__kdtree_near(&f->tree, x, y, most, f->radius, but, l->near, l->square);
    if (!n) return true;
    if (l->square[0] <= 0.0) {
        *value = f->z[l->near[0]];
        if (variance && f->method == CIM_FIELD_KRIGING) *variance = 0.0;
        return true;
    }
    if (f->method == CIM_FIELD_DISTANCE) {
        *value = by_distances(f, l, n);
        return true;
    }
    return from_near(f, l, n, value, variance, added);
}

static void local_free(cim_ctx *ctx, local *l)
{
    cim__free(ctx->mem, l->factor);
    cim__free(ctx->mem, l->ones);
    cim__free(ctx->mem, l->c);
    cim__free(ctx->mem, l->near);
    cim__free(ctx->mem, l->square);
}

static cim_status local_new(cim_ctx *ctx, const cim_field *f, local *l)
{
    size_t near = f->neighbours ? f->neighbours : CIM__FIELD_MAX_NEAR, all = f->count > near ? f->count : near;
    bool systems = f->method == CIM_FIELD_KRIGING && !f->factor;
    *l = (local){ 0 };
    l->factor = cim__alloc_n(ctx->mem, systems ? near * near : 1, sizeof *l->factor);
    l->ones = cim__alloc_n(ctx->mem, near, sizeof *l->ones);
    l->c = cim__alloc_n(ctx->mem, all, sizeof *l->c);
    l->near = cim__alloc_n(ctx->mem, near, sizeof *l->near);
    l->square = cim__alloc_n(ctx->mem, all, sizeof *l->square);
    if (l->factor && l->ones && l->c && l->near && l->square) return CIM_OK;
    local_free(ctx, l);
    return cim__nomem(ctx);
}

static cim_status values_at(cim_ctx *ctx, const cim_field *f, const double *xy, size_t count, double *values, double *variances)
{
    local l;
    bool added = false;
    CIM__TRY(local_new(ctx, f, &l));
    cim_status status = CIM_OK;
    for (size_t i = 0; i < count && status == CIM_OK; i++) {
        double v;
        if (i % 256 == 0) status = cim__tick(ctx, i, count, "interpolation");
        if (status < 0) break;
        if (!one(f, &l, xy[2 * i] - f->origin[0], xy[2 * i + 1] - f->origin[1], CIM_NONE, &v, variances ? &variances[i] : NULL, &added))
            status = cim__fail(ctx, CIM_EARG, "the system of this variogram cannot be solved near place %zu: it needs a nugget", i);
        values[i] = v + f->mean;
    }
    if (added) cim__log(ctx, CIM_LOG_WARNING, "interpolation: readings are so near to each other for this variogram that a little nugget was added");
    local_free(ctx, &l);
    return status;
}

cim_status cim_field_values(cim_ctx *ctx, const cim_field *f, const double *xy, size_t count, double *values_out, double *variances_out)
{
    cim__enter(ctx);
    if (!f || (count && (!xy || !values_out))) return cim__fail(ctx, CIM_EARG, "field, places or values are NULL");
    for (size_t i = 0; i < 2 * count; i++)
        if (!(fabs(xy[i]) <= 1e12)) return cim__fail(ctx, CIM_EARG, "place %zu is not finite or absurd", i / 2);
    double *values = cim__alloc_n(ctx->mem, count + 1, 2 * sizeof *values);
    if (!values) return cim__nomem(ctx);
    cim_status status = values_at(ctx, f, xy, count, values, variances_out ? values + count : NULL);
    if (status == CIM_OK && count) memcpy(values_out, values, count * sizeof *values);
    if (status == CIM_OK && count && variances_out) memcpy(variances_out, values + count, count * sizeof *values);
    cim__free(ctx->mem, values);
    return status;
}

/* ---- leave one out ---- */

/* With B the inverse of the bordered system, the error of place i is (B z)_i / B_ii and its variance 1 / B_ii. */
static cim_status leave_from_all(cim_ctx *ctx, const cim_field *f, double *estimates, double *variances)
{
    size_t n = f->count;
    double *column = cim__alloc_n(ctx->mem, n, sizeof *column);
    cim_status status = column ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < n; i++) variances[i] = 0.0;
    for (size_t i = 0; i < n && status == CIM_OK; i++) { /* columns of L^-1: their squares add up to the diagonal of C^-1 */
        status = cim__tick(ctx, i, n, "leave one out");
        for (size_t k = 0; k < i; k++) column[k] = 0.0;
        column[i] = 1.0 / f->factor[i * n + i];
        for (size_t k = i + 1; k < n; k++) {
            const double *row = f->factor + k * n;
            double s = 0.0;
            for (size_t j = i; j < k; j++) s -= row[j] * column[j];
            column[k] = s / row[k];
        }
        for (size_t k = i; k < n; k++) variances[i] += column[k] * column[k];
    }
    for (size_t i = 0; i < n && status == CIM_OK; i++) {
        double b = variances[i] - f->ones[i] * f->ones[i] / f->one_one;
        estimates[i] = f->z[i] - f->weights[i] / b;
        variances[i] = 1.0 / b;
    }
    cim__free(ctx->mem, column);
    return status;
}

static cim_status leave_one_by_one(cim_ctx *ctx, const cim_field *f, double *estimates, double *variances)
{
    local l;
    bool added = false;
    CIM__TRY(local_new(ctx, f, &l));
    cim_status status = CIM_OK;
    for (uint32_t i = 0; i < f->count && status == CIM_OK; i++) {
        status = cim__tick(ctx, i, f->count, "leave one out");
        if (!one(f, &l, f->xy[2 * (size_t)i], f->xy[2 * (size_t)i + 1], i, &estimates[i], &variances[i], &added))
            status = cim__fail(ctx, CIM_EARG, "the system of this variogram cannot be solved near reading %u: it needs a nugget", f->first[i]);
    }
    local_free(ctx, &l);
    return status;
}

static void sum_up(const cim_field *f, const double *estimates, const double *variances, cim_field_errors *e)
{
    double n = 0.0, mean_e = 0.0, mean_z = 0.0, ee = 0.0, zz = 0.0, ez = 0.0, scored = 0.0;
    e->score_mean = e->score_square = 0.0;
    for (uint32_t i = 0; i < f->count; i++) {
        double d = estimates[i] - f->z[i];
        if (isnan(d)) continue;
        e->count++;
        e->bias += d, e->rmse += d * d, e->mae += fabs(d);
        if (fabs(d) > e->largest) e->largest = fabs(d);
        mean_e += estimates[i], mean_z += f->z[i];
        if (variances[i] > 0.0) scored++, e->score_mean += d / sqrt(variances[i]), e->score_square += d * d / variances[i];
    }
    n = e->count ? (double)e->count : (double)NAN;
    e->bias /= n, e->rmse = sqrt(e->rmse / n), e->mae /= n, mean_e /= n, mean_z /= n;
    e->score_mean = scored > 0.0 ? e->score_mean / scored : (double)NAN;
    e->score_square = scored > 0.0 ? e->score_square / scored : (double)NAN;
    for (uint32_t i = 0; i < f->count; i++) {
        if (isnan(estimates[i])) continue;
        double a = estimates[i] - mean_e, b = f->z[i] - mean_z;
        ee += a * a, zz += b * b, ez += a * b;
    }
    e->correlation = ee > 0.0 && zz > 0.0 ? ez / sqrt(ee * zz) : (double)NAN;
}

cim_status cim_field_leave_out(cim_ctx *ctx, const cim_field *f, cim_field_errors *errors_out, double *estimates_out, double *variances_out)
{
    cim_field_errors e = { .struct_size = sizeof e };
    cim__enter(ctx);
    if (!f || !errors_out) return cim__fail(ctx, CIM_EARG, "field or errors are NULL");
    CIM__TRY(cim__out_ok(ctx, errors_out, "errors of a field"));
    if (f->count < 2) return cim__fail(ctx, CIM_ENOTFOUND, "there is one place only: nothing is left without it");
    double *estimates = cim__alloc_n(ctx->mem, f->count, 2 * sizeof *estimates), *variances = estimates + f->count;
    if (!estimates) return cim__nomem(ctx);
    cim_status status = f->factor ? leave_from_all(ctx, f, estimates, variances) : leave_one_by_one(ctx, f, estimates, variances);
    if (status == CIM_OK) {
        sum_up(f, estimates, variances, &e);
        cim__out_fill(errors_out, &e, sizeof e);
        for (uint32_t i = 0; i < f->count; i++) {
            if (estimates_out) estimates_out[i] = estimates[i] + f->mean;
            if (variances_out) variances_out[i] = variances[i];
        }
    }
    cim__free(ctx->mem, estimates);
    return status;
}
