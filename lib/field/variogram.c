/* variogram.c - models, the experimental variogram, and the fit. */
#include "field/field.h"

#include <stdlib.h>

enum { MOST_PLACES = 4000, MOST_BINS = 1000, GRID = 80 };

/* ---- models ---- */

/* K_s(x) = integral of exp(-x cosh t) cosh(s t) over t >= 0 (DLMF 10.32.9), by the trapezoidal rule, whose error falls exponentially with the step
 * for such an integrand (L. N. Trefethen, J. Weideman, 2014).  Times exp(x), so that it does not vanish for large x. */
static double bessel_k_scaled(double s, double x)
{
    double sum = 0.5, step = 1.0 / 16.0;
    for (double t = step;; t += step) {
        double half = sinh(0.5 * t), f = exp(s * t - 2.0 * x * half * half) * 0.5 * (1.0 + exp(-2.0 * s * t));
        sum += f;
        if (f < 1e-17 * sum && 2.0 * x * half * half > s * t) return sum * step;
    }
}

static double matern(const cim__covariance *c, double u)
{
    if (c->smoothness == 0.5) return exp(-u);
    if (c->smoothness == 1.5) return (1.0 + u) * exp(-u);
    if (c->smoothness == 2.5) return (1.0 + u + u * u / 3.0) * exp(-u);
    if (u < 1e-9) return 1.0;
    if (u > 700.0 + 20.0 * c->smoothness) return 0.0;
    double r = c->scale * exp(c->smoothness * log(u) - u) * bessel_k_scaled(c->smoothness, u);
    return r < 1.0 ? r : 1.0;
}

double cim__correlation(const cim__covariance *c, double h)
{
    double u = h / c->range;
    switch (c->model) {
    case CIM_VARIOGRAM_SPHERICAL: return u < 1.0 ? 1.0 - u * (1.5 - 0.5 * u * u) : 0.0;
    case CIM_VARIOGRAM_EXPONENTIAL: return exp(-u);
    case CIM_VARIOGRAM_GAUSSIAN: return exp(-u * u);
    default: return matern(c, u);
    }
}

cim__covariance cim__covariance_of(const cim_variogram *v)
{
    cim__covariance c = { v->model, v->nugget, v->sill, v->range_m, v->smoothness, 0.0 };
    if (v->model == CIM_VARIOGRAM_MATERN) c.scale = exp((1.0 - v->smoothness) * log(2.0) - lgamma(v->smoothness));
    return c;
}

static bool from_zero(double v, double most) { return v >= 0.0 && v <= most; }

cim_status cim__variogram_ok(cim_ctx *ctx, const cim_variogram *v)
{
    if (v->model < CIM_VARIOGRAM_SPHERICAL || v->model > CIM_VARIOGRAM_MATERN) return cim__fail(ctx, CIM_EARG, "there is no variogram %u", v->model);
    if (!from_zero(v->nugget, 1e100) || !from_zero(v->sill, 1e100)) return cim__fail(ctx, CIM_EARG, "nugget or sill of the variogram are not from 0 to 1e100");
    if (!(v->range_m >= 1e-9 && v->range_m <= 1e12)) return cim__fail(ctx, CIM_EARG, "the range of the variogram is not from 1e-9 to 1e12 m");
    if (v->model == CIM_VARIOGRAM_MATERN && !(v->smoothness >= 0.1 && v->smoothness <= 20.0))
        return cim__fail(ctx, CIM_EARG, "the smoothness of the variogram is not from 0.1 to 20");
    return CIM_OK;
}

cim_status cim__field_options_ok(cim_ctx *ctx, const cim_field_options *o)
{
    if (o->method > CIM_FIELD_DISTANCE) return cim__fail(ctx, CIM_EARG, "there is no method %u", o->method);
    if (o->neighbours > CIM__FIELD_MAX_NEAR) return cim__fail(ctx, CIM_EARG, "%u neighbours; %d are the most", o->neighbours, CIM__FIELD_MAX_NEAR);
    if (!from_zero(o->radius_m, 1e12)) return cim__fail(ctx, CIM_EARG, "the radius is not from 0 to 1e12 m");
    if (!from_zero(o->power, 100.0)) return cim__fail(ctx, CIM_EARG, "the power is not from 0 to 100");
    if (o->model > CIM_VARIOGRAM_MATERN) return cim__fail(ctx, CIM_EARG, "there is no variogram %u", o->model);
    if (o->bins && (o->bins < 2 || o->bins > MOST_BINS)) return cim__fail(ctx, CIM_EARG, "%u bins; 2 to %d are possible", o->bins, MOST_BINS);
    if (!from_zero(o->max_lag_m, 1e12)) return cim__fail(ctx, CIM_EARG, "the greatest lag is not from 0 to 1e12 m");
    if (o->smoothness != 0.0 && !(o->smoothness >= 0.1 && o->smoothness <= 20.0)) return cim__fail(ctx, CIM_EARG, "the smoothness is not from 0.1 to 20");
    return CIM_OK;
}

/* ---- the experimental one ---- */

typedef struct binning {
    const double *xy, *values;
    size_t count;
    uint32_t bins;
    double max_lag;
    cim_field_bin *out;
    size_t used;
} binning;

static double third_of_diagonal(const double *xy, size_t count)
{
    double least[2] = { INFINITY, INFINITY }, most[2] = { -(double)INFINITY, -(double)INFINITY };
    for (size_t i = 0; i < 2 * count; i++) least[i % 2] = fmin(least[i % 2], xy[i]), most[i % 2] = fmax(most[i % 2], xy[i]);
    return hypot(most[0] - least[0], most[1] - least[1]) / 3.0;
}

static cim_status fill_bins(cim_ctx *ctx, binning *b)
{
    size_t taken = b->count < MOST_PLACES ? b->count : MOST_PLACES;
    for (uint32_t k = 0; k < b->bins; k++) b->out[k] = (cim_field_bin){ 0.0, 0.0, 0 };
    for (size_t i = 0; i < taken; i++) {
        size_t p = i * b->count / taken;
        if (i % 64 == 0) CIM__TRY(cim__tick(ctx, i, taken, "variogram"));
        for (size_t j = 0; j < i; j++) {
            size_t q = j * b->count / taken;
            double h = hypot(b->xy[2 * p] - b->xy[2 * q], b->xy[2 * p + 1] - b->xy[2 * q + 1]), d = b->values[p] - b->values[q];
            if (!(h <= b->max_lag) || h <= 0.0) continue;
            double at = ceil(h / b->max_lag * b->bins) - 1.0; /* (from, to] */
            cim_field_bin *bin = &b->out[at < b->bins ? (uint32_t)at : b->bins - 1];
            bin->lag_m += h, bin->gamma += 0.5 * d * d, bin->pairs++;
        }
    }
    for (uint32_t k = 0; k < b->bins; k++) {
        if (!b->out[k].pairs) continue;
        double n = (double)b->out[k].pairs;
        b->out[b->used++] = (cim_field_bin){ b->out[k].lag_m / n, b->out[k].gamma / n, b->out[k].pairs };
    }
    return CIM_OK;
}

/* ---- the fit ---- */

typedef struct fit {
    const cim_field_bin *bins;
    size_t count;
    cim_variogram v;
} fit;

/* The best nugget and sill, both not negative, for a range: 2 by 2 normal equations, or one of them alone. */
static double best_for(fit *f, double range)
{
    double a00 = 0, a01 = 0, a11 = 0, b0 = 0, b1 = 0, error = 0;
    f->v.range_m = range;
    cim__covariance c = cim__covariance_of(&f->v);
    for (size_t i = 0; i < f->count; i++) {
        double w = (double)f->bins[i].pairs / (f->bins[i].lag_m * f->bins[i].lag_m), g = 1.0 - cim__correlation(&c, f->bins[i].lag_m), y = f->bins[i].gamma;
        a00 += w, a01 += w * g, a11 += w * g * g, b0 += w * y, b1 += w * g * y;
    }
    double det = a00 * a11 - a01 * a01, nugget = 0.0, sill = 0.0;
    if (det > 1e-12 * a00 * a11) nugget = (b0 * a11 - b1 * a01) / det, sill = (b1 * a00 - b0 * a01) / det;
    else nugget = -1.0;
    if (nugget < 0.0 || sill < 0.0) { /* on the edge: which of the two is better alone? */
        double only_sill = a11 > 0.0 ? b1 / a11 : 0.0, only_nugget = b0 / a00;
        bool with_sill = a11 > 0.0 && b1 * b1 / a11 >= b0 * b0 / a00;
        nugget = with_sill ? 0.0 : only_nugget, sill = with_sill ? only_sill : 0.0;
    }
    f->v.nugget = nugget, f->v.sill = sill;
    for (size_t i = 0; i < f->count; i++) {
        double w = (double)f->bins[i].pairs / (f->bins[i].lag_m * f->bins[i].lag_m);
        double d = nugget + sill * (1.0 - cim__correlation(&c, f->bins[i].lag_m)) - f->bins[i].gamma;
        error += w * d * d;
    }
    return f->v.error = error;
}

static void fit_model(fit *f)
{
    double lo = f->bins[0].lag_m / 10.0, hi = f->bins[f->count - 1].lag_m * 10.0, ratio = pow(hi / lo, 1.0 / GRID), best = INFINITY, at = lo;
    for (int i = 0; i <= GRID; i++) {
        double range = lo * pow(ratio, i), error = best_for(f, range);
        if (error < best) best = error, at = range;
    }
    double a = log(at / ratio), b = log(at * ratio), golden = 0.3819660112501051, x = a + golden * (b - a), y = b - golden * (b - a);
    double at_x = best_for(f, exp(x)), at_y = best_for(f, exp(y));
    for (int i = 0; i < 60; i++) {
        if (at_x <= at_y) b = y, y = x, at_y = at_x, x = a + golden * (b - a), at_x = best_for(f, exp(x));
        else a = x, x = y, at_x = at_y, y = b - golden * (b - a), at_y = best_for(f, exp(y));
    }
    if (best_for(f, exp(0.5 * (a + b))) > best) best_for(f, at);
}

static cim_status fit_best(cim_ctx *ctx, const cim_field_options *o, const binning *b, cim_variogram *v)
{
    uint64_t pairs = 0;
    cim_variogram best = CIM_VARIOGRAM_INIT;
    best.error = INFINITY;
    for (size_t i = 0; i < b->used; i++) pairs += b->out[i].pairs;
    if (!b->used) return cim__fail(ctx, CIM_ENOTFOUND, "no two places are within %.6g m: there is no variogram to fit", b->max_lag);
    for (uint32_t model = CIM_VARIOGRAM_SPHERICAL; model <= CIM_VARIOGRAM_MATERN; model++) {
        fit f = { b->out, b->used, CIM_VARIOGRAM_INIT };
        if (o->model && o->model != model) continue;
        f.v.model = model;
        f.v.smoothness = o->smoothness > 0.0 ? o->smoothness : 1.5;
        fit_model(&f);
        if (f.v.error < best.error || best.error == (double)INFINITY) best = f.v;
    }
    best.pairs = pairs < UINT32_MAX ? (uint32_t)pairs : UINT32_MAX;
    *v = best;
    return CIM_OK;
}

static cim_status arrays_ok(cim_ctx *ctx, const double *xy, const double *values, size_t count)
{
    if (count && (!xy || !values)) return cim__fail(ctx, CIM_EARG, "places or values are NULL");
    if (count > CIM_FIELD_MAX_PLACES) return cim__fail(ctx, CIM_EARG, "%zu places; %u are the most", count, CIM_FIELD_MAX_PLACES);
    for (size_t i = 0; i < count; i++)
        if (!(fabs(xy[2 * i]) <= 1e12 && fabs(xy[2 * i + 1]) <= 1e12) || !(fabs(values[i]) <= 1e50))
            return cim__fail(ctx, CIM_EARG, "place or value %zu is not finite or absurd", i);
    return CIM_OK;
}

cim_status cim_field_variogram(cim_ctx *ctx, const double *xy, const double *values, size_t count, const cim_field_options *options,
                               cim_field_bin *bins_out, size_t cap, size_t *bin_count_out, cim_variogram *fit_out)
{
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_variogram v = CIM_VARIOGRAM_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "options of a field"));
    CIM__TRY(cim__field_options_ok(ctx, &o));
    CIM__TRY(arrays_ok(ctx, xy, values, count));
    CIM__TRY(cim__out_ok(ctx, fit_out, "variogram"));
    if (cap && !bins_out) return cim__fail(ctx, CIM_EARG, "bins are NULL");
    if (count < 3) return cim__fail(ctx, CIM_ENOTFOUND, "%zu places are too few for a variogram", count);
    binning b = { xy, values, count, o.bins ? o.bins : 15, o.max_lag_m > 0.0 ? o.max_lag_m : third_of_diagonal(xy, count), NULL, 0 };
    b.out = cim__alloc_n(ctx->mem, b.bins, sizeof *b.out);
    if (!b.out) return cim__nomem(ctx);
    cim_status status = fill_bins(ctx, &b);
    if (status == CIM_OK && fit_out) status = fit_best(ctx, &o, &b, &v);
    if (status == CIM_OK) {
        for (size_t i = 0; i < b.used && i < cap; i++) bins_out[i] = b.out[i];
        if (bin_count_out) *bin_count_out = b.used;
        if (fit_out) cim__out_fill(fit_out, &v, sizeof v);
    }
    cim__free(ctx->mem, b.out);
    return status;
}
