/* test_view_classes.c - classes against what a person would count: every way to cut small arrays, ranks by sorting, ramps by eye. */
#include "support.h"
#include "view/classes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- natural breaks: the least sum of squared deviations of all ways to cut ---- */

static double deviation(const double *v, int first, int end)
{
    double mean = 0.0, sum = 0.0;
    for (int i = first; i < end; i++) mean += v[i];
    mean /= end - first;
    for (int i = first; i < end; i++) sum += (v[i] - mean) * (v[i] - mean);
    return sum;
}

static double best_cut(const double *v, int first, int n, int k)
{
    double best = HUGE_VAL;
    if (k == 1) return deviation(v, first, n);
    for (int end = first + 1; n - end >= k - 1; end++) best = fmin(best, deviation(v, first, end) + best_cut(v, end, n, k - 1));
    return best;
}

static double cost_of(const cim__breaks *c, const double *v, int n)
{
    double sum = 0.0;
    for (int i = 0; i < n;) {
        int first = i, class = cim__class_of_value(c, v[i]);
        while (i < n && cim__class_of_value(c, v[i]) == class) i++;
        sum += deviation(v, first, i);
    }
    return sum;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int different(const double *v, int n)
{
    int count = 1;
    for (int i = 1; i < n; i++) count += v[i] != v[i - 1];
    return count;
}

static void test_view_jenks_optimal(void **state)
{
    (void)state;
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 20261122;
    for (int round = 0; round < 3000; round++) {
        int n = 1 + (int)(support_random(&seed) % 11), k = 2 + (int)(support_random(&seed) % 4);
        double v[12], sorted[12];
        for (int i = 0; i < n; i++) v[i] = round % 3 == 0 ? (double)(support_random(&seed) % 5) : round % 3 == 1 ? support_uniform(&seed, -1e3, 1e3) :
            1e9 + support_uniform(&seed, 0, 10);
        cim__breaks c = { .how = CIM__CLASSING_JENKS, .count = k };
        memcpy(sorted, v, sizeof v);
        qsort(sorted, (size_t)n, sizeof *sorted, by_value);
        assert_ok(ctx, cim__classes_find(ctx, v, (size_t)n, &c));
        int most = different(sorted, n) < k ? different(sorted, n) : k;
        assert_int_equal(c.count, most);
        double best = most == different(sorted, n) ? 0.0 : best_cut(sorted, 0, n, most), got = cost_of(&c, sorted, n);
        if (fabs(best - got) > 1e-9 * (1.0 + fabs(sorted[n - 1])) + 1e-6 * best) fail_msg("round %d: %.17g instead of %.17g", round, got, best);
        assert_true(c.least == sorted[0] && c.upper[c.count - 1] == sorted[n - 1]);
    }
    cim_ctx_free(ctx);
}

static void test_view_quantiles(void **state)
{
    (void)state;
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 7;
    for (int round = 0; round < 2000; round++) {
        int n = 1 + (int)(support_random(&seed) % 200), k = 2 + (int)(support_random(&seed) % 11);
        double *v = calloc((size_t)n, sizeof *v);
        assert_non_null(v);
        for (int i = 0; i < n; i++) v[i] = round % 2 ? support_uniform(&seed, 0, 1) : (double)(support_random(&seed) % 7);
        cim__breaks c = { .how = round & 4 ? CIM__CLASSING_EQUAL : CIM__CLASSING_QUANTILE, .count = k };
        assert_ok(ctx, cim__classes_find(ctx, v, (size_t)n, &c));
        assert_true(c.count >= 1 && c.count <= k && c.upper[c.count - 1] == v[n - 1]);
        for (int i = 1; i < c.count; i++) assert_true(c.upper[i] > c.upper[i - 1]);
        for (int i = 0; i < n; i++) { /* a value is in the first class that reaches it */
            int class = cim__class_of_value(&c, v[i]);
            assert_true(v[i] <= c.upper[class] && (!class || v[i] > c.upper[class - 1]));
        }
        if (c.how == CIM__CLASSING_QUANTILE && round % 2) /* all different: as many in each, but for one */
            for (int i = 0; i < c.count && c.count == k; i++) {
                int in = 0;
                for (int m = 0; m < n; m++) in += cim__class_of_value(&c, v[m]) == i;
                assert_true(abs(in - n / k) <= 1);
            }
        if (c.how == CIM__CLASSING_EQUAL && n > 1 && v[0] < v[n - 1])
            for (int i = 1; i < c.count; i++) assert_true(fabs((c.upper[i] - c.upper[i - 1]) - (v[n - 1] - v[0]) / k) < 1e-9);
        free(v);
    }
    cim_ctx_free(ctx);
}

static void test_view_classes_words(void **state)
{
    static const char *const good[] = { "quantile", "equal:2", "jenks:12", "1,2,3", "-5.5,1e3" }, *const bad[] = { "quantile:1", "equal:13", "jenks:x",
        "jenks:", "even:3", "3,2", "1,1", "1,,2", "1;2", "nan", "1e999", ",", "1,2,3,4,5,6,7,8,9,10,11,12,13", "" };
    (void)state;
    cim_ctx *ctx = support_ctx();
    cim__breaks c = { .count = 77 };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_ok(ctx, cim__classes_parse(ctx, good[i], &c));
    c.count = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_status(ctx, cim__classes_parse(ctx, bad[i], &c), CIM_EARG);
        assert_int_equal(c.count, 77);
    }
    assert_ok(ctx, cim__classes_parse(ctx, "10,20", &c));
    double v[] = { 5, 15, 25, 100 };
    assert_ok(ctx, cim__classes_find(ctx, v, 4, &c));
    assert_int_equal(c.count, 3);
    assert_int_equal(cim__class_of_value(&c, 10), 0);
    assert_int_equal(cim__class_of_value(&c, 10.5), 1);
    assert_int_equal(cim__class_of_value(&c, 1e9), 2);
    cim_ctx_free(ctx);
}

/* Relative luminance (WCAG 2): one-way ramps rise or fall without a turn, so that they can be read without any colour. */
static double luminance(uint32_t c)
{
    double sum = 0.0;
    static const double weight[] = { 0.0722, 0.7152, 0.2126 };
    for (int i = 0; i < 3; i++) {
        double v = (double)(c >> 8 * i & 255) / 255.0;
        sum += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void test_view_ramps(void **state)
{
    (void)state;
    for (int r = 0; cim__ramp_name(r); r++) {
        assert_int_equal(cim__ramp_named(cim__ramp_name(r)), r);
        bool two_sided = !strcmp(cim__ramp_name(r), "puor") || !strcmp(cim__ramp_name(r), "brbg");
        for (int n = 1; n <= CIM__CLASSES_MAX; n++) {
            double up = luminance(cim__ramp_colour(r, n - 1, n)) - luminance(cim__ramp_colour(r, 0, n));
            for (int i = 1; i < n && !two_sided; i++) assert_true((luminance(cim__ramp_colour(r, i, n)) - luminance(cim__ramp_colour(r, i - 1, n))) * up > 0.0);
        }
    }
    assert_int_equal(cim__ramp_named("rainbow"), -1);
    assert_int_equal(cim__ramp_named(NULL), 0);
    uint32_t c = 1;
    assert_true(cim__parse_colour(CIM__STR("#d61F69"), &c) && c == 0xd61f69);
    assert_false(cim__parse_colour(CIM__STR("#d61F6"), &c) || cim__parse_colour(CIM__STR("red"), &c) || cim__parse_colour(CIM__STR("#d61F6g"), &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_view_jenks_optimal), cmocka_unit_test(test_view_quantiles),
        cmocka_unit_test(test_view_classes_words), cmocka_unit_test(test_view_ramps) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
