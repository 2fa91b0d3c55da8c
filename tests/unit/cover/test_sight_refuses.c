/* Every refusal the header names, the smallest scenes, and memory that runs out. */
#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

static const uint32_t one_ring[] = { 1 }, four[] = { 4 };
static const double square[] = { 0, 0, 4, 0, 4, 4, 0, 4 }, zero[] = { 0 }, nine[] = { 9 };

static cim_sight_prisms good(void)
{
    cim_sight_prisms a = CIM_SIGHT_PRISMS_INIT;
    a.prism_count = 1, a.ring_count = 1, a.vertex_count = 4, a.prism_end = one_ring, a.ring_end = four, a.xy = square, a.base_m = zero, a.top_m = nine;
    return a;
}

static void refuse(const cim_sight_prisms *a, const cim_sight_options *o, cim_status wanted)
{
    cim_sight_scene *made = (cim_sight_scene *)(uintptr_t)1;
    assert_status(ctx, cim_sight_scene_build(ctx, a, o, &made), wanted);
    assert_ptr_equal(made, (cim_sight_scene *)(uintptr_t)1);
}

#define REFUSE(field, value)         \
    do {                             \
        cim_sight_prisms a = good(); \
        a.field = value;             \
        refuse(&a, NULL, CIM_EARG);  \
    } while (0)

static void test_sight_refuses_scenes(void **state)
{
    const uint32_t two[] = { 2 }, five[] = { 5 };
    const double nan_[] = { NAN }, huge_[] = { 1e10 }, ten[] = { 10 }, bad_xy[] = { 0, 0, 1, 0, INFINITY, 1, 0, 1 }, far_xy[] = { 0, 0, 1, 0, 1, 1e10, 0, 1 };
    float heights[4] = { 0, 1, 2, NAN }, absurd[4] = { 0, 1e30f, 0, 0 };
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    cim_sight_options o = CIM_SIGHT_OPTIONS_INIT;
    (void)state;
    REFUSE(struct_size, 0);
    REFUSE(prism_count, 0x40000000u);
    REFUSE(ring_count, 0x40000000u);
    REFUSE(vertex_count, 0x80000000u);
    REFUSE(prism_end, NULL);
    REFUSE(ring_end, NULL);
    REFUSE(xy, NULL);
    REFUSE(base_m, NULL);
    REFUSE(top_m, NULL);
    REFUSE(prism_end, two);
    REFUSE(ring_end, five);
    REFUSE(base_m, nan_);
    REFUSE(base_m, ten);
    REFUSE(top_m, nan_);
    REFUSE(top_m, huge_);
    REFUSE(xy, bad_xy);
    REFUSE(xy, far_xy);
    cim_sight_prisms a = good();
    o.cell_m = -1;
    refuse(&a, &o, CIM_EARG);
    o.cell_m = NAN;
    refuse(&a, &o, CIM_EARG);
    o.cell_m = 0, o.struct_size = 0;
    refuse(&a, &o, CIM_EARG);
    o.struct_size = sizeof o, o.terrain = &r;
    refuse(&a, &o, CIM_EARG);
    r.columns = r.rows = 2, r.height_m = absurd;
    refuse(&a, &o, CIM_EARG);
    r.height_m = heights, r.step_x_m = 0;
    refuse(&a, &o, CIM_EARG);
    struct { cim_sight_prisms a; uint64_t more; } later = { a, 1 };
    later.a.struct_size = sizeof later;
    refuse(&later.a, NULL, CIM_EVERSION);
}

static void test_sight_refuses_questions(void **state)
{
    cim_sight_prisms a = good();
    cim_sight_scene *s = NULL;
    cim_sight_query *q = NULL;
    const double p[3] = { -1, -1, 1 }, no[3] = { 0, NAN, 0 }, far[3] = { 0, 0, 2e9 };
    uint32_t blocker = 77;
    uint8_t seen[2] = { 9, 9 };
    double share = 7;
    cim_sight_isovist v = { .struct_size = sizeof v, .count = 77 };
    cim_sight_spans spans = { .struct_size = sizeof spans, .count = 77 };
    (void)state;
    assert_ok(ctx, cim_sight_scene_build(ctx, &a, NULL, &s));
    assert_ok(ctx, cim_sight_query_new(ctx, s, &q));
    assert_status(ctx, cim_sight_query_new(ctx, NULL, &q), CIM_EARG);
    assert_status(ctx, cim_sight_line(ctx, NULL, p, p, &blocker), CIM_EARG);
    assert_status(ctx, cim_sight_line(ctx, s, NULL, p, &blocker), CIM_EARG);
    assert_status(ctx, cim_sight_line(ctx, s, p, NULL, &blocker), CIM_EARG);
    assert_status(ctx, cim_sight_line(ctx, s, p, p, NULL), CIM_EARG);
    assert_status(ctx, cim_sight_line(ctx, s, p, no, &blocker), CIM_EARG);
    assert_status(ctx, cim_sight_line(ctx, s, far, p, &blocker), CIM_EARG);
    assert_status(ctx, cim_sight_lines(ctx, NULL, p, p, 1, seen), CIM_EARG);
    assert_status(ctx, cim_sight_lines(ctx, s, p, p, 1, NULL), CIM_EARG);
    assert_status(ctx, cim_sight_lines(ctx, s, p, no, 1, seen), CIM_EARG);
    assert_status(ctx, cim_sight_lines(ctx, s, far, p, 1, seen), CIM_EARG);
    assert_ok(ctx, cim_sight_lines(ctx, s, NULL, NULL, 0, NULL));
    assert_status(ctx, cim_sight_fan(ctx, NULL, p, p, 1, seen), CIM_EARG);
    assert_status(ctx, cim_sight_fan(ctx, q, NULL, p, 1, seen), CIM_EARG);
    assert_status(ctx, cim_sight_fan(ctx, q, no, p, 1, seen), CIM_EARG);
    assert_status(ctx, cim_sight_fan(ctx, q, p, no, 1, seen), CIM_EARG);
    assert_status(ctx, cim_sight_fan(ctx, q, p, NULL, 1, seen), CIM_EARG);
    assert_status(ctx, cim_sight_along(ctx, NULL, p, p, p, &spans), CIM_EARG);
    assert_status(ctx, cim_sight_along(ctx, q, p, no, p, &spans), CIM_EARG);
    assert_status(ctx, cim_sight_along(ctx, q, p, p, p, NULL), CIM_EARG);
    assert_status(ctx, cim_sight_along(ctx, q, p, p, p, &(cim_sight_spans){ 0 }), CIM_EARG);
    assert_status(ctx, cim_sight_sky(ctx, NULL, p, 0, &share), CIM_EARG);
    assert_status(ctx, cim_sight_sky(ctx, q, no, 0, &share), CIM_EARG);
    assert_status(ctx, cim_sight_sky(ctx, q, p, -1, &share), CIM_EARG);
    assert_status(ctx, cim_sight_sky(ctx, q, p, 0, NULL), CIM_EARG);
    assert_status(ctx, cim_sight_isovist_find(ctx, NULL, 0, 0, NULL, &v), CIM_EARG);
    assert_status(ctx, cim_sight_isovist_find(ctx, q, NAN, 0, NULL, &v), CIM_EARG);
    assert_status(ctx, cim_sight_isovist_find(ctx, q, 0, 0, NULL, NULL), CIM_EARG);
    assert_status(ctx, cim_sight_isovist_find(ctx, q, 0, 0, NULL, &(cim_sight_isovist){ 0 }), CIM_EARG);
#define REFUSE_ISOVIST(field, ...)                                                             \
    do {                                                                                       \
        cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;                          \
        o.field = __VA_ARGS__;                                                                 \
        assert_status(ctx, cim_sight_isovist_find(ctx, q, -1, -1, &o, &v), CIM_EARG);          \
    } while (0)
    REFUSE_ISOVIST(struct_size, 0);
    REFUSE_ISOVIST(z_m, INFINITY);
    REFUSE_ISOVIST(max_m, -1);
    REFUSE_ISOVIST(max_m, NAN);
    REFUSE_ISOVIST(arc_deg, 0);
    REFUSE_ISOVIST(frame, (cim_box){ 0, 0, 5, 5 });
    REFUSE_ISOVIST(frame, (cim_box){ -5, -5, NAN, 5 });
    REFUSE_ISOVIST(frame, (cim_box){ -5, -5, 1e300, 5 });
    assert_true(blocker == 77 && seen[0] == 9 && share == 7 && v.count == 77 && spans.count == 77);
    cim_sight_query_free(q);
    cim_sight_scene_free(s);
}

static void test_sight_refuses_sun(void **state)
{
    cim_sight_prisms a = good();
    cim_sight_scene *s = NULL;
    cim_sight_sun sun = { .struct_size = sizeof sun, .azimuth_deg = 77 };
    const double p[3] = { -1, -1, 1 }, no[3] = { 0, NAN, 0 };
    double hours = 7;
    uint8_t lit = 9;
    (void)state;
    assert_ok(ctx, cim_sight_scene_build(ctx, &a, NULL, &s));
    assert_status(ctx, cim_sight_sun_at(ctx, -3e9, 0, 0, &sun), CIM_EARG);
    assert_status(ctx, cim_sight_sun_at(ctx, 5e9, 0, 0, &sun), CIM_EARG);
    assert_status(ctx, cim_sight_sun_at(ctx, NAN, 0, 0, &sun), CIM_EARG);
    assert_status(ctx, cim_sight_sun_at(ctx, 0, 91, 0, &sun), CIM_EARG);
    assert_status(ctx, cim_sight_sun_at(ctx, 0, 0, NAN, &sun), CIM_EARG);
    assert_status(ctx, cim_sight_sun_at(ctx, 0, 0, 0, NULL), CIM_EARG);
    assert_status(ctx, cim_sight_sun_lit(ctx, NULL, p, 1, 0, 45, &lit), CIM_EARG);
    assert_status(ctx, cim_sight_sun_lit(ctx, s, no, 1, 0, 45, &lit), CIM_EARG);
    assert_status(ctx, cim_sight_sun_lit(ctx, s, p, 1, NAN, 45, &lit), CIM_EARG);
    assert_status(ctx, cim_sight_sun_lit(ctx, s, p, 1, 0, 91, &lit), CIM_EARG);
    assert_status(ctx, cim_sight_sun_lit(ctx, s, p, 1, 0, 45, NULL), CIM_EARG);
    assert_status(ctx, cim_sight_sun_hours(ctx, s, p, 1, NULL, &hours), CIM_EARG);
#define REFUSE_HOURS(field, value, status)                                            \
    do {                                                                              \
        cim_sight_sun_options o = CIM_SIGHT_SUN_OPTIONS_INIT;                         \
        o.to_s = 3600;                                                                \
        o.field = value;                                                              \
        assert_status(ctx, cim_sight_sun_hours(ctx, s, p, 1, &o, &hours), status);    \
    } while (0)
    REFUSE_HOURS(struct_size, 0, CIM_EARG);
    REFUSE_HOURS(latitude_deg, NAN, CIM_EARG);
    REFUSE_HOURS(from_s, 7200, CIM_EARG);
    REFUSE_HOURS(to_s, 1e18, CIM_EARG);
    REFUSE_HOURS(step_s, 0, CIM_EARG);
    REFUSE_HOURS(least_deg, 100, CIM_EARG);
    REFUSE_HOURS(north_deg, NAN, CIM_EARG);
    REFUSE_HOURS(normals, no, CIM_EARG);
    cim_sight_sun_options long_ = CIM_SIGHT_SUN_OPTIONS_INIT;
    long_.to_s = 4e9, long_.step_s = 1;
    assert_status(ctx, cim_sight_sun_hours(ctx, s, p, 1, &long_, &hours), CIM_ELIMIT);
    assert_true(hours == 7 && lit == 9 && sun.azimuth_deg == 77);
    cim_ctx_cancel(ctx);
    assert_status(ctx, cim_sight_sun_lit(ctx, s, p, 1, 0, 45, &lit), CIM_ECANCEL);
    assert_status(ctx, cim_sight_lines(ctx, s, p, p, 1, &lit), CIM_ECANCEL);
    cim_ctx_resume(ctx);
    assert_ok(ctx, cim_sight_sun_lit(ctx, s, p, 1, 0, 45, &lit));
    cim_sight_scene_free(s);
}

/* No prisms; prisms without rings, without vertices, of one vertex, of no area, of no height. */
static void test_sight_smallest(void **state)
{
    const uint32_t prism_end[] = { 0, 1, 2, 3, 4 }, ring_end[] = { 0, 1, 4, 8 };
    const double xy[] = { 1, 1, 0, 0, 1, 0, 2, 0, 0, 0, 4, 0, 4, 4, 0, 4 }, base[] = { 0, 0, 0, 0, 5 }, top[] = { 9, 9, 9, 9, 5 };
    const double from[3] = { -5, 2, 5 }, to[3] = { 9, 2, 5 }, one[3] = { 1, 1, 5 };
    (void)state;
    for (uint32_t count = 0; count <= 5; count += 5) {
        cim_sight_prisms a = CIM_SIGHT_PRISMS_INIT;
        cim_sight_scene *s = NULL;
        cim_sight_query *q = NULL;
        uint32_t blocker = 77;
        double share = 7;
        cim_sight_isovist v = { .struct_size = sizeof v };
        cim_sight_spans spans = { .struct_size = sizeof spans };
        a.prism_count = count, a.ring_count = 4, a.vertex_count = 8, a.prism_end = prism_end, a.ring_end = ring_end, a.xy = xy, a.base_m = base, a.top_m = top;
        assert_ok(ctx, cim_sight_scene_build(ctx, count ? &a : NULL, NULL, &s));
        assert_ok(ctx, cim_sight_query_new(ctx, s, &q));
        assert_ok(ctx, cim_sight_line(ctx, s, from, to, &blocker));
        assert_int_equal(blocker, CIM_NONE);
        assert_ok(ctx, cim_sight_line(ctx, s, one, one, &blocker));
        assert_int_equal(blocker, CIM_NONE);
        assert_ok(ctx, cim_sight_sky(ctx, q, one, 0, &share));
        assert_ok(ctx, cim_sight_along(ctx, q, from, one, to, &spans));
        assert_true(spans.count == 1 && spans.share == 1);
        assert_ok(ctx, cim_sight_isovist_find(ctx, q, 1.5, -0.5, NULL, &v));
        assert_true(v.area_m2 > 0);
        cim_sight_query_free(q);
        cim_sight_scene_free(s);
    }
    cim_sight_scene_free(NULL);
    cim_sight_query_free(NULL);
}

/* ---- memory runs out ---- */

static town little;

static cim_status ask(cim_ctx *c, cim_sight_scene *s, cim_sight_query *q)
{
    double from[3] = { little.min_x - 5, little.min_y - 5, 3 }, to[3] = { little.max_x + 5, little.max_y + 5, 3 };
    double corner[3] = { little.xy[0], little.xy[1], 3 }, share, hours;
    uint8_t seen;
    cim_sight_isovist v = { .struct_size = sizeof v };
    cim_sight_spans spans = { .struct_size = sizeof spans };
    cim_sight_sun_options o = CIM_SIGHT_SUN_OPTIONS_INIT;
    o.to_s = 86400, o.step_s = 3600;
    cim_status st = cim_sight_lines(c, s, from, to, 1, &seen);
    if (st >= 0) st = cim_sight_fan(c, q, from, to, 1, &seen);
    if (st >= 0) st = cim_sight_isovist_find(c, q, from[0], from[1], NULL, &v);
    if (st >= 0) st = cim_sight_isovist_find(c, q, corner[0], corner[1], NULL, &v);
    if (st >= 0) st = cim_sight_along(c, q, from, corner, to, &spans);
    if (st >= 0) st = cim_sight_sky(c, q, from, 0, &share);
    return st < 0 ? st : cim_sight_sun_hours(c, s, from, 1, &o, &hours);
}

static cim_status use(cim_ctx *c)
{
    cim_sight_prisms a = town_arrays(&little);
    const float h[4] = { 0, 0, 0, 0 };
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    cim_sight_options o = CIM_SIGHT_OPTIONS_INIT;
    cim_sight_scene *s = NULL, *over = NULL;
    cim_sight_query *q = NULL;
    r.columns = r.rows = 2, r.height_m = h, o.terrain = &r;
    cim_status st = cim_sight_scene_build(c, &a, NULL, &s);
    if (st >= 0) st = cim_sight_scene_build(c, &a, &o, &over);
    if (st >= 0) st = cim_sight_query_new(c, s, &q);
    if (st >= 0) st = ask(c, s, q);
    if (st == CIM_ENOMEM && q) { /* after a failure the query is as good as new */
        cim_status again = ask(ctx, s, q);
        assert_true(again == CIM_OK || again == CIM_ENOMEM);
    }
    cim_sight_query_free(q);
    cim_sight_scene_free(s);
    cim_sight_scene_free(over);
    return st;
}

static void test_sight_oom(void **state)
{
    uint64_t seed = 5;
    (void)state;
    for (int k = 0; k < 60; k++) { /* a comb besides: so many crossings need memory */
        town_vertex(&little, 500000 + k, 5450000), town_vertex(&little, 500000.5 + k, 5450100);
    }
    town_vertex(&little, 500060, 5450000), town_vertex(&little, 500060, 5449990), town_vertex(&little, 500000, 5449990), town_ring(&little);
    town_prism(&little, 0, 9);
    town more = town_random(&seed, 12, 100);
    for (uint32_t v = 0, r = 0, p = 0; p < more.prisms; p++) {
        for (; r < more.prism_end[p]; r++) {
            for (; v < more.ring_end[r]; v++) town_vertex(&little, more.xy[2 * v], more.xy[2 * v + 1]);
            town_ring(&little);
        }
        town_prism(&little, more.base[p], more.top[p]);
    }
    town_boxes(&little);
    support_fault_loop("sight", use, 600);
    town_free(&more);
    town_free(&little);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sight_refuses_scenes), cmocka_unit_test(test_sight_refuses_questions), cmocka_unit_test(test_sight_refuses_sun),
        cmocka_unit_test(test_sight_smallest),       cmocka_unit_test(test_sight_oom),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests_name("cover/refuses", tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
