/* test_field_refuses.c - every refusal the header names, few readings, equal readings, memory that runs out. */
#include "support.h"

#include <math.h>

static cim_ctx *ctx;
static const double xy[] = { 0, 0, 100, 0, 0, 100, 70, 80, 30, 140 }, z[] = { 1, 4, 2, 8, 5 };

static void refuse(const double *places, const double *values, size_t count, const cim_field_options *o, cim_status wanted)
{
    cim_field *f = (cim_field *)(uintptr_t)1;
    assert_status(ctx, cim_field_build(ctx, places, values, count, o, &f), wanted);
    assert_ptr_equal(f, (cim_field *)(uintptr_t)1);
}

#define REFUSE(member, given)                                   \
    do {                                                        \
        cim_field_options o = CIM_FIELD_OPTIONS_INIT;           \
        o.member = given;                                       \
        refuse(xy, z, 5, &o, CIM_EARG);                         \
    } while (0)

#define REFUSE_VARIOGRAM(member, given)                         \
    do {                                                        \
        cim_field_options o = CIM_FIELD_OPTIONS_INIT;           \
        cim_variogram v = CIM_VARIOGRAM_INIT;                   \
        v.model = CIM_VARIOGRAM_MATERN;                         \
        v.member = given;                                       \
        o.variogram = &v;                                       \
        refuse(xy, z, 5, &o, CIM_EARG);                         \
    } while (0)

static void test_field_refuses_nonsense(void **state)
{
    const double odd_xy[] = { 0, NAN, 1, 1 }, odd_z[] = { 1, INFINITY }, far_xy[] = { 0, 1e300, 1, 1 };
    (void)state;
    REFUSE(struct_size, 0);
    REFUSE(method, 2);
    REFUSE(neighbours, 513);
    REFUSE(radius_m, -1.0);
    REFUSE(radius_m, NAN);
    REFUSE(power, -1.0);
    REFUSE(power, 1e9);
    REFUSE(model, 5);
    REFUSE(bins, 1);
    REFUSE(bins, 1001);
    REFUSE(max_lag_m, NAN);
    REFUSE(smoothness, 0.01);
    REFUSE_VARIOGRAM(struct_size, 0);
    REFUSE_VARIOGRAM(model, 0);
    REFUSE_VARIOGRAM(model, 5);
    REFUSE_VARIOGRAM(nugget, -1.0);
    REFUSE_VARIOGRAM(sill, NAN);
    REFUSE_VARIOGRAM(range_m, 0.0);
    REFUSE_VARIOGRAM(smoothness, 21.0);
    refuse(NULL, z, 5, NULL, CIM_EARG);
    refuse(odd_xy, z, 2, NULL, CIM_EARG);
    refuse(far_xy, z, 2, NULL, CIM_EARG);
    refuse(xy, odd_z, 2, NULL, CIM_EARG);
    refuse(xy, z, 0, NULL, CIM_ENOTFOUND);
    refuse(xy, z, 2, NULL, CIM_ENOTFOUND);
    struct { cim_field_options o; uint64_t more; } later = { CIM_FIELD_OPTIONS_INIT, 1 };
    later.o.struct_size = sizeof later;
    refuse(xy, z, 5, &later.o, CIM_EVERSION);
}

static void test_field_refuses_places(void **state)
{
    cim_field *f = NULL;
    const double odd[] = { 0, 0, NAN, 0 };
    double values[2] = { 7, 7 };
    cim_field_errors e = { .struct_size = sizeof e, .count = 9 };
    cim_variogram v = CIM_VARIOGRAM_INIT;
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    (void)state;
    o.variogram = &v;
    assert_ok(ctx, cim_field_build(ctx, xy, z, 1, &o, &f));
    assert_status(ctx, cim_field_values(ctx, f, odd, 2, values, NULL), CIM_EARG);
    assert_true(values[0] == 7);
    assert_status(ctx, cim_field_values(ctx, NULL, xy, 2, values, NULL), CIM_EARG);
    assert_status(ctx, cim_field_leave_out(ctx, f, &e, NULL, NULL), CIM_ENOTFOUND);
    assert_status(ctx, cim_field_leave_out(ctx, f, NULL, NULL, NULL), CIM_EARG);
    assert_true(e.count == 9);
    assert_ok(ctx, cim_field_values(ctx, f, NULL, 0, NULL, NULL));
    cim_field_free(f);
    cim_field_free(NULL);
}

/* Equal readings, and readings on a line far away: no variogram, no variance, one value. */
static void test_field_equal_readings(void **state)
{
    const double same[] = { 3, 3, 3, 3, 3 }, at[] = { 1e6, -5e5 };
    cim_field *f = NULL;
    cim_field_errors e = { .struct_size = sizeof e };
    double value, variance;
    (void)state;
    assert_ok(ctx, cim_field_build(ctx, xy, same, 5, NULL, &f));
    assert_ok(ctx, cim_field_values(ctx, f, at, 1, &value, &variance));
    assert_true(value == 3.0 && variance == 0.0);
    assert_ok(ctx, cim_field_leave_out(ctx, f, &e, NULL, NULL));
    assert_true(e.rmse == 0.0 && isnan(e.score_square) && isnan(e.correlation));
    cim_field_free(f);
}

static void test_field_too_many_at_once(void **state)
{
    static double places[2 * (CIM_FIELD_MAX_GLOBAL + 1)], values[CIM_FIELD_MAX_GLOBAL + 1];
    cim_variogram v = CIM_VARIOGRAM_INIT;
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_field *f = NULL;
    (void)state;
    for (size_t i = 0; i <= CIM_FIELD_MAX_GLOBAL; i++) places[2 * i] = (double)(i % 80), places[2 * i + 1] = (double)(i / 80), values[i] = (double)(i % 7);
    o.variogram = &v;
    refuse(places, values, CIM_FIELD_MAX_GLOBAL + 1, &o, CIM_ELIMIT);
    o.neighbours = 8;
    assert_ok(ctx, cim_field_build(ctx, places, values, CIM_FIELD_MAX_GLOBAL + 1, &o, &f));
    cim_field_free(f);
}

static cim_status scenario(cim_ctx *faulty)
{
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_status status = CIM_OK;
    for (uint32_t i = 0; i < 3 && status == CIM_OK; i++) {
        cim_field *f = NULL;
        cim_field_errors e = { .struct_size = sizeof e };
        double value[5], variance[5];
        o.method = i == 2, o.neighbours = i == 1 ? 3 : 0;
        status = cim_field_build(faulty, xy, z, 5, &o, &f);
        if (status == CIM_OK) status = cim_field_values(faulty, f, xy, 5, value, variance);
        if (status == CIM_OK) status = cim_field_leave_out(faulty, f, &e, NULL, NULL);
        cim_field_free(f);
    }
    return status;
}

static void test_field_memory_runs_out(void **state)
{
    (void)state;
    support_fault_loop("field", scenario, 1000);
}

static int set_up(void **state) { return (void)state, ctx = support_ctx(), ctx ? 0 : -1; }
static int tear_down(void **state) { return (void)state, cim_ctx_free(ctx), 0; }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field_refuses_nonsense), cmocka_unit_test(test_field_refuses_places), cmocka_unit_test(test_field_equal_readings),
        cmocka_unit_test(test_field_too_many_at_once), cmocka_unit_test(test_field_memory_runs_out),
    };
    return cmocka_run_group_tests_name("field_refuses", tests, set_up, tear_down);
}
