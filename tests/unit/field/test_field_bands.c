/* test_field_bands.c - bands of rasters against the value at random points, worked out from the four triangles of a cell; their polygons are valid, and
 * their areas add up; rasters against values at their middles. */
#include "support.h"

#include "core/ctx.h"
#include "geom/geom.h"
#include "geom/geos.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 1000, MOST = 40, POINTS = 60 };

static cim_ctx *ctx;
static cim__geos *geos;

/* Linear between three corners. */
static double in_triangle(double ax, double ay, double av, double bx, double by, double bv, double cx, double cy, double cv, double x, double y)
{
    double d = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    double s = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / d, t = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / d;
    return av + s * (bv - av) + t * (cv - av);
}

/* The value at a place in columns and rows; NAN beside a post without one. */
static double oracle(const cim_sight_raster *r, double x, double y)
{
    uint32_t c = (uint32_t)x, row = (uint32_t)y;
    const float *p = r->height_m + (size_t)row * r->columns + c, *q = p + r->columns;
    double a = (double)p[0], b = (double)p[1], e = (double)q[1], d = (double)q[0], m = 0.25 * a + 0.25 * b + 0.25 * e + 0.25 * d;
    double u = x - c, v = y - row;
    if (isnan(m)) return NAN;
    if (v <= u && v <= 1.0 - u) return in_triangle(0, 0, a, 1, 0, b, 0.5, 0.5, m, u, v);
    if (v <= u) return in_triangle(1, 0, b, 1, 1, e, 0.5, 0.5, m, u, v);
    if (v <= 1.0 - u) return in_triangle(0, 0, a, 0, 1, d, 0.5, 0.5, m, u, v);
    return in_triangle(0, 1, d, 1, 1, e, 0.5, 0.5, m, u, v);
}

/* Smooth, noisy, of few whole numbers (so that limits are met exactly), and with holes. */
static void fill_raster(cim_sight_raster *r, float *height, uint64_t *seed)
{
    int kind = (int)(support_random(seed) % 4);
    double scale = support_uniform(seed, 0.05, 0.6);
    for (uint32_t row = 0; row < r->rows; row++)
        for (uint32_t c = 0; c < r->columns; c++) {
            double v = 25.0 + 20.0 * sin(scale * c) * cos(scale * row * 1.3);
            if (kind == 1) v = support_uniform(seed, 0.0, 50.0);
            if (kind == 2) v = 10.0 * (double)(support_random(seed) % 6);
            if (kind == 3 && support_random(seed) % 10 == 0) v = NAN;
            height[(size_t)row * r->columns + c] = (float)v;
        }
}

static void look(const cim_sight_raster *r, const cim_field_bands_view *v, uint64_t *seed)
{
    for (int k = 0; k < POINTS; k++) {
        double x = support_uniform(seed, 0.0, r->columns - 1.0), y = support_uniform(seed, 0.0, r->rows - 1.0), value = oracle(r, x, y);
        for (size_t i = 0; i < v->count; i++) {
            const cim_field_band *b = &v->bands[i];
            bool near = fabs(value - b->least) < 1e-3 || fabs(value - b->most) < 1e-3, in = value >= b->least && value < b->most;
            if (near || !b->geom.part_count) {
                assert_true(near || !in);
                continue;
            }
            cim__where where = cim__point_in_polygon(&b->geom, r->x + x * r->step_x_m, r->y + y * r->step_y_m);
            if (where != CIM__BOUNDARY) assert_int_equal(where == CIM__INSIDE, in);
        }
    }
}

static void check_bands(const cim_sight_raster *r, const cim_field_bands_view *v)
{
    double sum = 0.0, cells = 0.0;
    for (uint32_t row = 0; row + 1 < r->rows; row++)
        for (uint32_t c = 0; c + 1 < r->columns; c++) cells += !isnan(oracle(r, c + 0.5, row + 0.5));
    for (size_t i = 0; i < v->count; i++) {
        bool valid = true;
        const cim_geom *g = &v->bands[i].geom;
        if (g->part_count) assert_ok(ctx, cim__geos_valid(ctx, geos, g, &valid));
        assert_true(valid);
        assert_true(v->bands[i].area_m2 >= 0.0);
        double area = 0.0;
        for (uint32_t part = 0; part < g->part_count; part++)
            for (uint32_t ring = cim__part_start(g, part), first = ring; ring < g->part_end[part]; ring++) {
                double a = cim__ring_area(g, ring);
                assert_true(ring == first ? a > 0.0 : a < 0.0);
                area += a;
            }
        assert_true(fabs(area - v->bands[i].area_m2) <= 1e-6 * (1.0 + area));
        sum += area;
    }
    cells *= fabs(r->step_x_m * r->step_y_m);
    assert_true(fabs(sum - cells) <= 1e-6 * (1.0 + cells));
}

static void test_bands_random(void **state)
{
    static const double limits[] = { 10.0, 20.0, 20.00001, 30.0 };
    uint64_t seed = 20;
    (void)state;
    for (int k = 0; k < support_rounds(CASES); k++) {
        float height[MOST * MOST];
        cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
        cim_field_bands *bands = NULL;
        cim_field_bands_view v = { .struct_size = sizeof v };
        r.columns = 2 + (uint32_t)(support_random(&seed) % (MOST - 1)), r.rows = 2 + (uint32_t)(support_random(&seed) % (MOST - 1));
        r.x = 500000.0, r.y = 5400000.0, r.step_x_m = support_uniform(&seed, 0.5, 30.0), r.step_y_m = (k % 2 ? 1.0 : -1.0) * r.step_x_m, r.height_m = height;
        fill_raster(&r, height, &seed);
        assert_ok(ctx, cim_field_bands_build(ctx, &r, limits + k % 2, 4 - (size_t)(k % 2), &bands));
        cim_field_bands_get(bands, &v);
        assert_int_equal(v.count, 5 - k % 2);
        check_bands(&r, &v);
        look(&r, &v, &seed);
        cim_field_bands_free(bands);
    }
}

/* A cone: the circles of its limits. */
static void test_bands_of_a_cone(void **state)
{
    enum { SIDE = 401 };
    static const double limits[] = { 50.0, 100.0 };
    float *height = malloc(SIDE * SIDE * sizeof *height);
    cim_sight_raster r = { sizeof r, SIDE, SIDE, 0.0, 0.0, 1.0, -1.0, height };
    cim_field_bands *bands = NULL;
    cim_field_bands_view v = { .struct_size = sizeof v };
    (void)state;
    for (int i = 0; i < SIDE * SIDE; i++) height[i] = (float)hypot(i % SIDE - 200.0, i / SIDE - 200.0);
    assert_ok(ctx, cim_field_bands_build(ctx, &r, limits, 2, &bands));
    cim_field_bands_get(bands, &v);
    check_bands(&r, &v);
    assert_true(fabs(v.bands[0].area_m2 / (M_PI * 2500.0) - 1.0) < 1e-3);
    assert_true(fabs(v.bands[1].area_m2 / (M_PI * 7500.0) - 1.0) < 1e-3);
    assert_int_equal(v.bands[1].geom.part_count, 1);
    assert_int_equal(v.bands[1].geom.ring_count, 2);
    cim_field_bands_free(bands);
    free(height);
}

static void test_bands_refuse(void **state)
{
    float height[9] = { 0 };
    cim_sight_raster r = { sizeof r, 3, 3, 0.0, 0.0, 1.0, -1.0, height }, bad = r;
    double limits[300] = { 1.0, 1.0 };
    cim_field_bands *bands = NULL;
    (void)state;
    assert_status(ctx, cim_field_bands_build(ctx, &r, limits, 2, &bands), CIM_EARG);
    assert_status(ctx, cim_field_bands_build(ctx, &r, limits, 0, &bands), CIM_EARG);
    assert_status(ctx, cim_field_bands_build(ctx, &r, limits, 300, &bands), CIM_EARG);
    limits[0] = NAN;
    assert_status(ctx, cim_field_bands_build(ctx, &r, limits, 1, &bands), CIM_EARG);
    limits[0] = 5.0;
    bad.columns = 1;
    assert_status(ctx, cim_field_bands_build(ctx, &bad, limits, 1, &bands), CIM_EARG);
    bad = r, bad.height_m = NULL;
    assert_status(ctx, cim_field_bands_build(ctx, &bad, limits, 1, &bands), CIM_EARG);
    bad = r, bad.step_x_m = 0.0;
    assert_status(ctx, cim_field_bands_build(ctx, &bad, limits, 1, &bands), CIM_EARG);
    bad = r, bad.x = INFINITY;
    assert_status(ctx, cim_field_bands_build(ctx, &bad, limits, 1, &bands), CIM_EARG);
    bad = r, bad.columns = 5000000;
    assert_status(ctx, cim_field_bands_build(ctx, &bad, limits, 1, &bands), CIM_ELIMIT);
    bad = r, bad.struct_size = sizeof bad + 8;
    assert_status(ctx, cim_field_bands_build(ctx, NULL, limits, 1, &bands), CIM_EARG);
    assert_null(bands);
    for (int i = 0; i < 9; i++) height[i] = i % 2 ? NAN : INFINITY; /* nothing to say anywhere */
    assert_ok(ctx, cim_field_bands_build(ctx, &r, limits, 1, &bands));
    cim_field_bands_view v = { .struct_size = sizeof v };
    cim_field_bands_get(bands, &v);
    assert_int_equal(v.bands[0].geom.part_count + v.bands[1].geom.part_count, 0);
    cim_field_bands_free(bands);
    cim_field_bands_free(NULL);
}

/* ---- rasters ---- */

static const double places[] = { 0, 0, 100, 10, 50, 90, 20, 60, 80, 70, 110, 120 }, readings[] = { 1, 5, 3, 2, 8, 4 };

static void test_raster(void **state)
{
    cim_field *field = NULL;
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_variogram v = CIM_VARIOGRAM_INIT;
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    cim_buf values = CIM_BUF_INIT, errors = CIM_BUF_INIT;
    cim_box box = { -10.0, -20.0, 121.0, 130.0 };
    (void)state;
    v.range_m = 80.0, o.variogram = &v;
    assert_ok(ctx, cim_field_build(ctx, places, readings, 6, &o, &field));
    assert_ok(ctx, cim_field_raster(ctx, field, &box, 10.0, &r, &values, &errors));
    assert_int_equal(r.columns, 13);
    assert_int_equal(r.rows, 15);
    assert_true(r.x == -5.0 && r.y == 125.0 && r.step_y_m == -10.0);
    for (uint32_t row = 0; row < r.rows; row++)
        for (uint32_t c = 0; c < r.columns; c++) {
            double xy[2] = { -5.0 + 10.0 * c, 125.0 - 10.0 * row }, value, variance;
            assert_ok(ctx, cim_field_values(ctx, field, xy, 1, &value, &variance));
            assert_true(r.height_m[row * r.columns + c] == (float)value);
            assert_true(((const float *)(const void *)errors.data)[row * r.columns + c] == (float)sqrt(variance));
        }
    cim_buf_dispose(&values);
    cim_buf_dispose(&errors);
    assert_status(ctx, cim_field_raster(ctx, field, &box, 0.0, &r, &values, NULL), CIM_EARG);
    assert_status(ctx, cim_field_raster(ctx, field, &box, NAN, &r, &values, NULL), CIM_EARG);
    assert_status(ctx, cim_field_raster(ctx, field, &box, 0.005, &r, &values, NULL), CIM_ELIMIT);
    box.max_x = NAN;
    assert_status(ctx, cim_field_raster(ctx, field, &box, 1.0, &r, &values, NULL), CIM_EARG);
    box.max_x = -11.0;
    assert_status(ctx, cim_field_raster(ctx, field, &box, 1.0, &r, &values, NULL), CIM_EARG);
    assert_status(ctx, cim_field_raster(ctx, NULL, &box, 1.0, &r, &values, NULL), CIM_EARG);
    assert_null(values.data);
    cim_field_free(field);
}

static cim_status map(cim_ctx *c)
{
    static const double limits[] = { 2.0, 4.0 };
    cim_field *field = NULL;
    cim_field_bands *bands = NULL;
    cim_variogram v = CIM_VARIOGRAM_INIT;
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    cim_buf values = CIM_BUF_INIT, errors = CIM_BUF_INIT;
    cim_box box = { -10.0, -20.0, 121.0, 130.0 };
    v.range_m = 80.0, o.variogram = &v;
    cim_status st = cim_field_build(c, places, readings, 6, &o, &field);
    if (st >= 0) st = cim_field_raster(c, field, &box, 30.0, &r, &values, &errors);
    if (st >= 0) st = cim_field_bands_build(c, &r, limits, 2, &bands);
    cim_field_bands_free(bands);
    cim_buf_dispose(&values);
    cim_buf_dispose(&errors);
    cim_field_free(field);
    return st;
}

static void test_map_oom(void **state)
{
    (void)state;
    support_fault_loop("map", map, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_bands_random), cmocka_unit_test(test_bands_of_a_cone), cmocka_unit_test(test_bands_refuse),
                                        cmocka_unit_test(test_raster), cmocka_unit_test(test_map_oom) };
    ctx = support_ctx();
    if (cim__geos_new(ctx, &geos) < 0) return 99;
    int failed = cmocka_run_group_tests_name("field: bands", tests, NULL, NULL);
    cim__geos_free(geos);
    cim_ctx_free(ctx);
    return failed;
}
