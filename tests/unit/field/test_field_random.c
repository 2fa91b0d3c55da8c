/* test_field_random.c - kriging against the bordered system in semivariances, solved whole by elimination in long double; inverse distances against
 * their definition; leave-one-out against fields without the reading; an example of a textbook; the best fit against random ones. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 1500, MOST = 24, PLACES = 5 };

static cim_ctx *ctx;

/* ---- the oracle ---- */

static long double gamma_of(const cim_variogram *v, long double h)
{
    long double u = h / v->range_m, c = 0.0L;
    if (h == 0.0L) return 0.0L;
    if (v->model == CIM_VARIOGRAM_SPHERICAL) c = u < 1.0L ? 1.0L - 1.5L * u + 0.5L * u * u * u : 0.0L;
    if (v->model == CIM_VARIOGRAM_EXPONENTIAL) c = expl(-u);
    if (v->model == CIM_VARIOGRAM_GAUSSIAN) c = expl(-u * u);
    if (v->model == CIM_VARIOGRAM_MATERN) c = (v->smoothness == 0.5 ? 1.0L : v->smoothness == 1.5 ? 1.0L + u : 1.0L + u + u * u / 3.0L) * expl(-u);
    return v->nugget + v->sill * (1.0L - c);
}

static bool eliminate(long double *a, long double *b, int n)
{
    for (int k = 0; k < n; k++) {
        int p = k;
        for (int i = k + 1; i < n; i++)
            if (fabsl(a[i * n + k]) > fabsl(a[p * n + k])) p = i;
        if (fabsl(a[p * n + k]) < 1e-16L) return false;
        for (int j = 0; j < n && p != k; j++) {
            long double t = a[k * n + j];
            a[k * n + j] = a[p * n + j], a[p * n + j] = t;
        }
        long double t = b[k];
        b[k] = b[p], b[p] = t;
        for (int i = k + 1; i < n; i++) {
            long double m = a[i * n + k] / a[k * n + k];
            for (int j = k; j < n; j++) a[i * n + j] -= m * a[k * n + j];
            b[i] -= m * b[k];
        }
    }
    for (int i = n; i-- > 0;) {
        for (int j = i + 1; j < n; j++) b[i] -= a[i * n + j] * b[j];
        b[i] /= a[i * n + i];
    }
    return true;
}

static long double apart(const double *a, const double *b) { return hypotl((long double)a[0] - b[0], (long double)a[1] - b[1]); }

static bool krige(const cim_variogram *v, const double *xy, const double *z, const int *which, int n, const double *at, long double *value, long double *variance)
{
    long double a[(MOST + 1) * (MOST + 1)], b[MOST + 1], g[MOST + 1];
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) a[i * (n + 1) + j] = gamma_of(v, apart(xy + 2 * which[i], xy + 2 * which[j]));
        a[i * (n + 1) + n] = a[n * (n + 1) + i] = 1.0L;
        b[i] = g[i] = gamma_of(v, apart(xy + 2 * which[i], at));
    }
    a[n * (n + 1) + n] = 0.0L, b[n] = 1.0L;
    if (!eliminate(a, b, n + 1)) return false;
    *value = 0.0L, *variance = b[n];
    for (int i = 0; i < n; i++) *value += b[i] * z[which[i]], *variance += b[i] * g[i];
    return true;
}

static long double shepard(double power, const double *xy, const double *z, const int *which, int n, const double *at)
{
    long double sum = 0.0L, weights = 0.0L;
    for (int i = 0; i < n; i++) {
        long double h = apart(xy + 2 * which[i], at);
        if (h == 0.0L) return z[which[i]];
        sum += z[which[i]] * powl(h, -power), weights += powl(h, -power);
    }
    return sum / weights;
}

/* The nearest of all by going through them. */
static int neighbourhood(const double *xy, int n, const double *at, const cim_field_options *o, int but, int *which)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        int k = count;
        if (i == but || (o->radius_m > 0.0 && apart(xy + 2 * i, at) > o->radius_m)) continue;
        for (; k && apart(xy + 2 * which[k - 1], at) > apart(xy + 2 * i, at); k--) which[k] = which[k - 1];
        which[k] = i;
        count++;
    }
    return o->neighbours && count > (int)o->neighbours ? (int)o->neighbours : count;
}

/* ---- cases ---- */

typedef struct problem {
    double xy[2 * MOST], z[MOST];
    int n;
    cim_field_options o;
    cim_variogram v;
} problem;

static uint32_t pick(uint64_t *seed, uint32_t n) { return (uint32_t)(support_random(seed) % n); }

static void random_problem(uint64_t *seed, problem *p)
{
    double far_x = pick(seed, 2) ? 456000.0 : 0.0, far_y = far_x * 12.0;
    bool line = !pick(seed, 6), lattice = !pick(seed, 3);
    p->n = 2 + (int)pick(seed, MOST - 1);
    for (int i = 0; i < p->n; i++) {
        double x = lattice ? pick(seed, 12) * 100.0 : support_uniform(seed, 0.0, 1200.0), y = lattice ? pick(seed, 12) * 100.0 : support_uniform(seed, 0.0, 1200.0);
        p->xy[2 * i] = far_x + x, p->xy[2 * i + 1] = far_y + (line ? 2.0 * x : y);
        p->z[i] = support_uniform(seed, -10.0, 60.0);
        for (int k = 0; k < i; k++)
            if (p->xy[2 * k] == p->xy[2 * i] && p->xy[2 * k + 1] == p->xy[2 * i + 1]) { /* repeated places have a test of their own */
                i--;
                p->n--;
                break;
            }
    }
    if (p->n < 2) p->xy[0] = far_x, p->xy[1] = far_y, p->xy[2] = far_x + 100.0, p->xy[3] = far_y, p->z[1] = 3.0, p->n = 2;
    p->v = (cim_variogram)CIM_VARIOGRAM_INIT;
    p->v.model = 1 + pick(seed, 4);
    p->v.sill = support_uniform(seed, 1.0, 300.0);
    p->v.nugget = pick(seed, 2) || p->v.model == CIM_VARIOGRAM_GAUSSIAN ? support_uniform(seed, 0.05, 1.0) * p->v.sill : 0.0;
    p->v.range_m = support_uniform(seed, 50.0, 2000.0);
    p->v.smoothness = (double[]){ 0.5, 1.5, 2.5 }[pick(seed, 3)]; /* others have a test of their own */
    if (p->v.model == CIM_VARIOGRAM_MATERN && p->v.smoothness > 1.0 && p->v.nugget == 0.0) p->v.nugget = 0.05 * p->v.sill;
    p->o = (cim_field_options)CIM_FIELD_OPTIONS_INIT;
    p->o.method = pick(seed, 4) ? CIM_FIELD_KRIGING : CIM_FIELD_DISTANCE;
    p->o.variogram = &p->v;
    p->o.power = pick(seed, 2) ? 0.0 : support_uniform(seed, 0.5, 6.0);
    if (!pick(seed, 3)) p->o.neighbours = 1 + pick(seed, 9);
    if (!pick(seed, 4)) p->o.radius_m = support_uniform(seed, 50.0, 900.0);
}

static void expected(const problem *p, const double *at, int but, long double *value, long double *variance)
{
    int which[MOST], n = neighbourhood(p->xy, p->n, at, &p->o, but, which);
    *value = *variance = NAN;
    if (!n) return;
    if (p->o.method == CIM_FIELD_DISTANCE) *value = shepard(p->o.power > 0.0 ? p->o.power : 2.0, p->xy, p->z, which, n, at);
    else assert_true(krige(&p->v, p->xy, p->z, which, n, at, value, variance));
}

static void alike(uint64_t number, const char *what, double got, long double wanted, double size)
{
    if (isnan(got) && isnan((double)wanted)) return;
    if (!(fabsl(got - wanted) <= 1e-6L * size)) fail_msg("case %llu: %s is %.17g, expected %.17g", (unsigned long long)number, what, got, (double)wanted);
}

static bool tied(const problem *p, const double *at) /* equally near: which neighbour it is does not matter to the test */
{
    for (int i = 0; i < p->n; i++)
        for (int k = 0; k < i; k++)
            if (fabsl(apart(p->xy + 2 * i, at) - apart(p->xy + 2 * k, at)) < 1e-6L) return true;
    return false;
}

static void run_case(uint64_t number, uint64_t *seed)
{
    problem p;
    cim_field *f = NULL;
    double at[2 * PLACES], values[PLACES], variances[PLACES], estimates[MOST], spreads[MOST];
    cim_field_errors e = { .struct_size = sizeof e };
    random_problem(seed, &p);
    for (int i = 0; i < 2 * PLACES; i++) at[i] = p.xy[i % 2] + support_uniform(seed, -900.0, 900.0);
    at[0] = p.xy[2], at[1] = p.xy[3]; /* where a reading is */
    assert_ok(ctx, cim_field_build(ctx, p.xy, p.z, (size_t)p.n, &p.o, &f));
    assert_ok(ctx, cim_field_values(ctx, f, at, PLACES, values, variances));
    for (int i = 0; i < PLACES; i++) {
        long double value, variance;
        if (p.o.neighbours && tied(&p, at + 2 * i)) continue;
        expected(&p, at + 2 * i, -1, &value, &variance);
        alike(number, "value", values[i], value, 100.0);
        alike(number, "variance", variances[i], i ? variance : p.o.method == CIM_FIELD_DISTANCE ? NAN : 0.0L, p.v.sill + p.v.nugget);
    }
    assert_ok(ctx, cim_field_leave_out(ctx, f, &e, estimates, spreads));
    double squares = 0.0, bias = 0.0, count = 0.0;
    for (int i = 0; i < p.n; i++) {
        long double value, variance;
        expected(&p, p.xy + 2 * i, i, &value, &variance);
        if (!isnan((double)value) && !(p.o.neighbours && tied(&p, p.xy + 2 * i))) {
            alike(number, "left out", estimates[i], value, 100.0);
            alike(number, "variance of what is left out", spreads[i], variance, p.v.sill + p.v.nugget);
        }
        if (isnan(estimates[i])) continue;
        squares += (estimates[i] - p.z[i]) * (estimates[i] - p.z[i]), bias += estimates[i] - p.z[i], count++;
    }
    assert_true(e.count == (size_t)count);
    if (e.count) alike(number, "rmse", e.rmse, sqrt(squares / count), 100.0), alike(number, "bias", e.bias, bias / count, 100.0);
    cim_field_free(f);
}

static void test_field_random_kriging(void **state)
{
    uint64_t seed = 19830101;
    (void)state;
    for (uint64_t i = 0; i < CASES; i++) run_case(i, &seed);
}

/* E. Isaaks, R. Srivastava, "An Introduction to Applied Geostatistics", 1989, chapter 12: 592.7 with a variance of 8.96. */
static void test_field_textbook(void **state)
{
    const double xy[] = { 61, 139, 63, 140, 64, 129, 68, 128, 71, 140, 73, 141, 75, 128 }, z[] = { 477, 696, 227, 646, 606, 791, 783 }, at[] = { 65, 137 };
    cim_variogram v = CIM_VARIOGRAM_INIT;
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_field *f = NULL;
    double value, variance;
    (void)state;
    v.model = CIM_VARIOGRAM_EXPONENTIAL, v.sill = 10.0, v.range_m = 10.0 / 3.0;
    o.variogram = &v;
    assert_ok(ctx, cim_field_build(ctx, xy, z, 7, &o, &f));
    assert_ok(ctx, cim_field_values(ctx, f, at, 1, &value, &variance));
    print_message("%.3f, variance %.4f\n", value, variance);
    assert_true(fabs(value - 592.7) < 0.06 && fabs(variance - 8.96) < 0.006);
    cim_field_free(f);
}

/* Where one is far from two others of a Matern field, its weight and so its variance say what the correlation is: values of K from tables
 * (M. Abramowitz, I. Stegun, tables 9.8 and 9.9). */
static void test_field_matern_tables(void **state)
{
    const struct { double s, u, k; } table[] = { { 1.0, 1.0, 0.6019072302 }, { 2.0, 1.0, 1.6248388986 }, { 1.0, 2.0, 0.1398658818 }, { 3.0, 2.0, 0.6473853909 },
                                                 { 2.0, 5.0, 0.0053089437 }, { 1.0, 0.1, 9.8538447809 } };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        cim_variogram v = CIM_VARIOGRAM_INIT;
        cim_field_options o = CIM_FIELD_OPTIONS_INIT;
        cim_field *f = NULL;
        double xy[] = { 0.0, 0.0 }, z[] = { 5.0 }, at[] = { table[i].u * 7.0, 0.0 }, value, variance;
        v.model = CIM_VARIOGRAM_MATERN, v.smoothness = table[i].s, v.range_m = 7.0, v.sill = 2.0;
        o.variogram = &v;
        assert_ok(ctx, cim_field_build(ctx, xy, z, 1, &o, &f));
        assert_ok(ctx, cim_field_values(ctx, f, at, 1, &value, &variance)); /* 2 (sill - c) */
        double c = pow(2.0, 1.0 - table[i].s) / tgamma(table[i].s) * pow(table[i].u, table[i].s) * table[i].k;
        assert_true(fabs(variance - 4.0 * (1.0 - c)) < 1e-8);
        cim_field_free(f);
    }
}

static void test_field_repeated_places(void **state)
{
    const double xy[] = { 0, 0, 100, 0, 0, 0, 0, 100, 0, 0, 50, 50 }, z[] = { 1, 5, 2, 7, 6, 4 }, once[] = { 0, 0, 100, 0, 0, 100, 50, 50 }, mean[] = { 3, 5, 7, 4 };
    cim_variogram v = CIM_VARIOGRAM_INIT;
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_field *a = NULL, *b = NULL;
    cim_field_view view = { .struct_size = sizeof view };
    double at[] = { 20, 30 }, x, y, vx, vy;
    (void)state;
    v.range_m = 80.0, o.variogram = &v;
    assert_ok(ctx, cim_field_build(ctx, xy, z, 6, &o, &a));
    assert_ok(ctx, cim_field_build(ctx, once, mean, 4, &o, &b));
    cim_field_get(a, &view);
    assert_int_equal(view.place_count, 4);
    assert_int_equal(view.merged_count, 2);
    assert_ok(ctx, cim_field_values(ctx, a, at, 1, &x, &vx));
    assert_ok(ctx, cim_field_values(ctx, b, at, 1, &y, &vy));
    assert_true(x == y && vx == vy);
    cim_field_free(a);
    cim_field_free(b);
}

/* A Gaussian variogram without nugget over many near places: the system is singular for all that doubles can tell. */
static void test_field_nearly_singular(void **state)
{
    double xy[200], z[100], values[100], at[] = { 3.25, 4.75 }, value, variance;
    cim_variogram v = CIM_VARIOGRAM_INIT;
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_field *f = NULL;
    cim_field_view view = { .struct_size = sizeof view };
    (void)state;
    for (int i = 0; i < 100; i++) xy[2 * i] = i % 10, xy[2 * i + 1] = i / 10, z[i] = 0.1 * xy[2 * i] + 0.2 * xy[2 * i + 1];
    v.model = CIM_VARIOGRAM_GAUSSIAN, v.range_m = 30.0, o.variogram = &v;
    for (o.neighbours = 0; o.neighbours <= 60; o.neighbours += 60) {
        assert_ok(ctx, cim_field_build(ctx, xy, z, 100, &o, &f));
        cim_field_get(f, &view);
        assert_true(o.neighbours || view.added > 0.0);
        assert_ok(ctx, cim_field_values(ctx, f, xy, 100, values, NULL));
        for (int i = 0; i < 100; i++) assert_true(fabs(values[i] - z[i]) < 1e-12);
        assert_ok(ctx, cim_field_values(ctx, f, at, 1, &value, &variance));
        assert_true(fabs(value - (0.1 * at[0] + 0.2 * at[1])) < 1e-3 && variance >= 0.0);
        cim_field_free(f);
    }
}

/* ---- the fit ---- */

static double misfit(const cim_field_bin *bins, size_t count, const cim_variogram *v)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        double d = (double)gamma_of(v, bins[i].lag_m) - bins[i].gamma;
        sum += (double)bins[i].pairs / (bins[i].lag_m * bins[i].lag_m) * d * d;
    }
    return sum;
}

static void test_field_fit_is_best(void **state)
{
    uint64_t seed = 77;
    (void)state;
    for (int round = 0; round < 60; round++) {
        double xy[120], z[60];
        cim_field_bin bins[20];
        size_t count = 0;
        cim_field_options o = CIM_FIELD_OPTIONS_INIT;
        cim_variogram v = { .struct_size = sizeof v };
        for (int i = 0; i < 60; i++) {
            xy[2 * i] = support_uniform(&seed, 0.0, 1000.0), xy[2 * i + 1] = support_uniform(&seed, 0.0, 1000.0);
            z[i] = 10.0 * sin(xy[2 * i] / 200.0) + 6.0 * cos(xy[2 * i + 1] / 150.0) + support_uniform(&seed, -2.0, 2.0) * (round % 3);
        }
        o.model = 1 + (uint32_t)round % 3, o.bins = 12;
        assert_ok(ctx, cim_field_variogram(ctx, xy, z, 60, &o, bins, 20, &count, &v));
        assert_true(count > 8 && count <= 12 && v.model == o.model);
        double best = misfit(bins, count, &v);
        assert_true(fabs(best - v.error) <= 1e-9 * best);
        for (int i = 0; i < 1500; i++) {
            cim_variogram t = v;
            bool near = i % 2;
            t.nugget = near ? v.nugget * support_uniform(&seed, 0.9, 1.1) : support_uniform(&seed, 0.0, 150.0);
            t.sill = near ? v.sill * support_uniform(&seed, 0.9, 1.1) : support_uniform(&seed, 0.0, 300.0);
            t.range_m = near ? v.range_m * support_uniform(&seed, 0.9, 1.1) : support_uniform(&seed, 5.0, 3000.0);
            if (t.range_m > 10.0 * bins[count - 1].lag_m) continue; /* nor is it searched there */
            if (misfit(bins, count, &t) < best * (1.0 - 1e-6)) fail_msg("round %d: nugget %g sill %g range %g is better than %g %g %g", round, t.nugget, t.sill, t.range_m, v.nugget, v.sill, v.range_m);
        }
    }
}

static void test_field_bins(void **state)
{
    const double xy[] = { 0, 0, 10, 0, 0, 20, 30, 40 }, z[] = { 1, 4, 2, 8 };
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_field_bin bins[3];
    size_t count;
    (void)state;
    o.bins = 3, o.max_lag_m = 30.0; /* pairs at 10: 4.5; 20: 0.5; 22.36: 2; others farther */
    assert_ok(ctx, cim_field_variogram(ctx, xy, z, 4, &o, bins, 3, &count, NULL));
    assert_int_equal(count, 3);
    assert_true(bins[0].lag_m == 10.0 && bins[0].gamma == 4.5 && bins[0].pairs == 1);
    assert_true(bins[1].lag_m == 20.0 && bins[1].gamma == 0.5 && bins[1].pairs == 1);
    assert_true(fabs(bins[2].lag_m - sqrt(500.0)) < 1e-12 && bins[2].gamma == 2.0 && bins[2].pairs == 1);
}

static int set_up(void **state) { return (void)state, ctx = support_ctx(), ctx ? 0 : -1; }
static int tear_down(void **state) { return (void)state, cim_ctx_free(ctx), 0; }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field_random_kriging), cmocka_unit_test(test_field_textbook), cmocka_unit_test(test_field_matern_tables),
        cmocka_unit_test(test_field_repeated_places), cmocka_unit_test(test_field_nearly_singular), cmocka_unit_test(test_field_fit_is_best),
        cmocka_unit_test(test_field_bins),
    };
    return cmocka_run_group_tests_name("field_random", tests, set_up, tear_down);
}
