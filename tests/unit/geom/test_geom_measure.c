/* Predicates and measures in the plane: the oracle is GEOS. */
#include "geom/geos.h"
#include "geom/slabs.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct fixture {
    cim_ctx *ctx;
    cim__geos *geos;
    cim__gbuild a, b, c;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->ctx = support_ctx();
    assert_ok(f->ctx, cim__geos_new(f->ctx, &f->geos));
    cim__gbuild_init(&f->a, f->ctx->mem);
    cim__gbuild_init(&f->b, f->ctx->mem);
    cim__gbuild_init(&f->c, f->ctx->mem);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    cim__gbuild_free(&f->a);
    cim__gbuild_free(&f->b);
    cim__gbuild_free(&f->c);
    cim__geos_free(f->geos);
    cim_ctx_free(f->ctx);
    free(f);
    return 0;
}

/* A star-shaped polygon with a star-shaped hole: always valid. On a coarse grid many points fall on boundaries. */
static cim_geom star(cim__gbuild *b, uint64_t *seed, bool coarse)
{
    int n = 3 + (int)(support_random(seed) % 40);
    double grid = coarse ? 1.0 : 1e-6;
    cim__gbuild_begin(b, CIM_GEOM_POLYGON, 2);
    for (int ring = 0; ring < 2; ring++) {
        for (int i = 0; i < n; i++) {
            double angle = 6.283185307179586 * (i + 0.8 * support_uniform(seed, 0, 1)) / n, r = ring ? support_uniform(seed, 3, 8) : support_uniform(seed, 20, 60);
            cim__gbuild_xy(b, 478000 + grid * round(r * cos(angle) / grid), 5474000 + grid * round(r * sin(angle) / grid));
        }
        cim__gbuild_close(b);
    }
    cim__gbuild_part(b);
    return cim__gbuild_view(b);
}

static cim_geom point(cim__gbuild *b, double x, double y)
{
    cim__gbuild_begin(b, CIM_GEOM_POINT, 2);
    cim__gbuild_xy(b, x, y);
    cim__gbuild_ring(b);
    cim__gbuild_part(b);
    return cim__gbuild_view(b);
}

static void compare_point(fixture *f, const cim_geom *polygon, const cim__prepared *prepared, const cim__slabs *slabs, double x, double y)
{
    bool touches, within;
    cim_geom p = point(&f->b, x, y);
    assert_ok(f->ctx, cim__prepared_test(f->ctx, prepared, &p, CIM__TOUCHES, &touches));
    assert_ok(f->ctx, cim__prepared_test(f->ctx, prepared, &p, CIM__WITHIN, &within));
    cim__where expected = touches ? CIM__BOUNDARY : within ? CIM__INSIDE : CIM__OUTSIDE, got = cim__point_in_polygon(polygon, x, y);
    assert_int_equal(got, expected);
    assert_int_equal(cim__slabs_where(slabs, x, y), expected);
    double distance;
    assert_ok(f->ctx, cim__prepared_distance(f->ctx, prepared, &p, &distance));
    assert_true(fabs(distance - cim__geom_nearest(polygon, x, y).distance) < 1e-8);
}

static void test_measure_point_in_polygon(void **state)
{
    fixture *f = *state;
    uint64_t seed = 5;
    for (int i = 0; i < 400; i++) {
        cim__prepared *prepared = NULL;
        cim__slabs *slabs = NULL;
        bool coarse = i & 1, valid = false;
        cim_geom g = star(&f->a, &seed, coarse);
        assert_ok(f->ctx, cim__geos_valid(f->ctx, f->geos, &g, &valid));
        if (!valid) continue;
        assert_ok(f->ctx, cim__prepared_new(f->ctx, f->geos, &g, &prepared));
        assert_ok(f->ctx, cim__slabs_new(f->ctx, &g, &slabs));
        for (int k = 0; k < 60; k++) {
            double x = 478000 + support_uniform(&seed, -70, 70), y = 5474000 + support_uniform(&seed, -70, 70);
            if (coarse) x = round(x), y = round(y);
            if (k < 5) x = g.coords[2 * k], y = g.coords[2 * k + 1]; /* vertices */
            compare_point(f, &g, prepared, slabs, x, y);
        }
        cim__slabs_free(slabs);
        cim__prepared_free(prepared);
    }
}

static void test_measure_area_and_simple(void **state)
{
    fixture *f = *state;
    uint64_t seed = 6;
    int simple_count = 0;
    for (int i = 0; i < 3000; i++) {
        int n = 3 + (int)(support_random(&seed) % 8);
        bool valid, simple;
        double common = 0.0;
        cim__gbuild_begin(&f->a, CIM_GEOM_POLYGON, 2);
        for (int k = 0; k < n; k++) cim__gbuild_xy(&f->a, round(support_uniform(&seed, 0, 6)), round(support_uniform(&seed, 0, 6)));
        cim__gbuild_close(&f->a);
        cim__gbuild_part(&f->a);
        cim_geom g = cim__gbuild_view(&f->a);
        simple = cim__ring_is_simple(f->ctx->mem, &g, 0);
        assert_ok(f->ctx, cim__geos_valid(f->ctx, f->geos, &g, &valid));
        /* GEOS lets repeated vertices pass as valid, we do not call such a ring simple */
        if (simple) assert_true(valid);
        bool repeated = false;
        for (uint32_t v = 0; v + 1 < g.vertex_count; v++) repeated |= g.coords[2 * v] == g.coords[2 * v + 2] && g.coords[2 * v + 1] == g.coords[2 * v + 3];
        if (valid && !repeated) assert_true(simple);
        if (!simple) continue;
        simple_count++;
        assert_ok(f->ctx, cim__geos_common_area(f->ctx, f->geos, &g, &g, &common));
        assert_true(fabs(common - cim__geom_area(&g)) < 1e-9);
    }
    assert_true(simple_count > 300);
}

static void test_measure_inner_point(void **state)
{
    fixture *f = *state;
    uint64_t seed = 7;
    for (int i = 0; i < 1000; i++) {
        double xy[2];
        cim_geom g = star(&f->a, &seed, false);
        assert_true(cim__geom_inner_point(&g, xy));
        assert_int_equal(cim__point_in_polygon(&g, xy[0], xy[1]), CIM__INSIDE);
    }
    cim__gbuild_begin(&f->a, CIM_GEOM_LINESTRING, 2);
    cim__gbuild_xy(&f->a, 0, 0);
    cim__gbuild_xy(&f->a, 10, 0);
    cim__gbuild_xy(&f->a, 10, 30);
    cim__gbuild_ring(&f->a);
    cim__gbuild_part(&f->a);
    cim_geom line = cim__gbuild_view(&f->a);
    double xy[2];
    assert_true(cim__geom_inner_point(&line, xy) && xy[0] == 10 && xy[1] == 10);
    assert_true(cim__geom_length(&line) == 40.0);
}

/* Points a hair off a line: the sign must be exact, which integer arithmetic on scaled coordinates confirms. */
static void test_measure_orient_exact(void **state)
{
    uint64_t seed = 8;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t v[6];
        double p[6];
        for (int k = 0; k < 6; k++) v[k] = (int64_t)(support_random(&seed) >> 38) + (1 << 25);
        if (i & 1) { /* c on the line through a and b, or one unit beside */
            v[4] = 2 * v[2] - v[0] + (int64_t)(support_random(&seed) % 3) - 1;
            v[5] = 2 * v[3] - v[1];
        }
        for (int k = 0; k < 6; k++) p[k] = (double)v[k] * 0x1p-20;
        __extension__ typedef __int128 wide;
        wide det = (wide)(v[0] - v[4]) * (v[3] - v[5]) - (wide)(v[1] - v[5]) * (v[2] - v[4]);
        assert_int_equal(cim__orient(p, p + 2, p + 4), det > 0 ? 1 : det < 0 ? -1 : 0);
    }
}

static void test_measure_make_valid_and_union(void **state)
{
    fixture *f = *state;
    bool valid;
    cim__gbuild_begin(&f->a, CIM_GEOM_POLYGON, 2);
    static const double bow[] = { 0, 0, 10, 10, 10, 0, 0, 10 };
    for (int i = 0; i < 8; i += 2) cim__gbuild_xy(&f->a, bow[i], bow[i + 1]);
    cim__gbuild_close(&f->a);
    cim__gbuild_part(&f->a);
    cim_geom g = cim__gbuild_view(&f->a);
    assert_ok(f->ctx, cim__geos_make_valid(f->ctx, f->geos, &g, &f->b));
    cim_geom fixed = cim__gbuild_view(&f->b);
    assert_ok(f->ctx, cim__geos_valid(f->ctx, f->geos, &fixed, &valid));
    assert_true(valid && fixed.part_count == 2 && fabs(cim__geom_area(&fixed) - 50.0) < 1e-9);
    cim__gbuild_begin(&f->a, CIM_GEOM_MULTIPOLYGON, 2);
    for (int k = 0; k < 3; k++) { /* three squares that overlap by half */
        double x = 5.0 * k;
        cim__gbuild_xy(&f->a, x, 0);
        cim__gbuild_xy(&f->a, x + 10, 0);
        cim__gbuild_xy(&f->a, x + 10, 10);
        cim__gbuild_xy(&f->a, x, 10);
        cim__gbuild_close(&f->a);
        cim__gbuild_part(&f->a);
    }
    g = cim__gbuild_view(&f->a);
    assert_ok(f->ctx, cim__geos_union(f->ctx, f->geos, &g, &f->b));
    fixed = cim__gbuild_view(&f->b);
    assert_true(fixed.part_count == 1 && fabs(cim__geom_area(&fixed) - 200.0) < 1e-9);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = { TEST(test_measure_point_in_polygon), TEST(test_measure_area_and_simple), TEST(test_measure_inner_point), TEST(test_measure_orient_exact),
                                        TEST(test_measure_make_valid_and_union) };
    return cmocka_run_group_tests_name("geom/measure", tests, NULL, NULL);
}
