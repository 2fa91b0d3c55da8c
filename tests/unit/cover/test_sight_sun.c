/* Parts of lines, sky, sun: against sight lines one by one, sums over a horizon, published positions. */
#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

static cim_sight_query *query_of(cim_sight_scene *scene)
{
    cim_sight_query *q = NULL;
    assert_ok(ctx, cim_sight_query_new(ctx, scene, &q));
    return q;
}

static double wrap(double d) { return d - 360 * floor(d / 360 + 0.5); }

/* ---- parts of lines ---- */

/* Is a point so near the limit between seen and hidden that rounding decides?  Points of a line that lies in a wall are. */
static bool grazes(const town *t, const double from[3], const double to[3])
{
    bool seen = town_blocker(t, from, to) == CIM_NONE, other = false;
    for (int i = 0; i < 6; i++) {
        double moved[3] = { to[0], to[1], to[2] };
        moved[i / 2] += i % 2 ? 1e-7 : -1e-7;
        other |= (town_blocker(t, from, moved) == CIM_NONE) != seen;
    }
    return other;
}

static void test_sight_along(void **state)
{
    uint64_t seed = 9;
    size_t bad = 0, seen = 0, all = 0, grazing = 0;
    (void)state;
    for (int turn = 0; turn < 1000; turn++) {
        town t = town_random(&seed, 5 + (uint32_t)(support_random(&seed) % 40), support_uniform(&seed, 60, 300));
        cim_sight_scene *scene = town_scene(ctx, &t);
        cim_sight_query *q = query_of(scene);
        double from[3], a[3], b[3], other[3];
        town_ray(&t, &seed, from, a);
        town_ray(&t, &seed, b, other);
        cim_sight_spans s = { .struct_size = sizeof s };
        assert_ok(ctx, cim_sight_along(ctx, q, from, a, b, &s));
        double sum = 0, last = -1;
        for (size_t i = 0; i < s.count; i++) {
            assert_true(s.at[2 * i] > last && s.at[2 * i + 1] > s.at[2 * i] && s.at[2 * i + 1] <= 1);
            last = s.at[2 * i + 1];
            sum += s.at[2 * i + 1] - s.at[2 * i];
        }
        assert_true(fabs(sum - s.share) < 1e-12);
        for (int k = 0; k < 200; k++) {
            double part = support_uniform(&seed, 0, 1), to[3], margin = 1;
            bool listed = false;
            for (int i = 0; i < 3; i++) to[i] = a[i] + part * (b[i] - a[i]);
            for (size_t i = 0; i < s.count; i++) {
                listed |= s.at[2 * i] <= part && part <= s.at[2 * i + 1];
                margin = fmin(margin, fmin(fabs(s.at[2 * i] - part), fabs(s.at[2 * i + 1] - part)));
            }
            bool wrong = listed != (town_blocker(&t, from, to) == CIM_NONE) && margin > 1e-9, close = wrong && grazes(&t, from, to);
            bad += wrong && !close;
            grazing += close;
            seen += listed, all++;
        }
        cim_sight_query_free(q);
        cim_sight_scene_free(scene);
        town_free(&t);
    }
    assert_int_equal(bad, 0);
    assert_true(grazing < all / 1000);
    assert_true(seen > all / 50 && seen < all - all / 50);
}

/* Hills, some without height, and a few houses: points along lines are seen as sight lines say, which have their own oracle. */
static void test_sight_along_terrain(void **state)
{
    enum { SIDE = 24 };
    uint64_t seed = 31;
    size_t bad = 0, seen = 0, all = 0;
    (void)state;
    for (int turn = 0; turn < 1000; turn++) {
        town t = town_random(&seed, (uint32_t)(support_random(&seed) % 4), 40);
        float h[SIDE * SIDE];
        cim_sight_prisms p = town_arrays(&t);
        cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
        cim_sight_options o = CIM_SIGHT_OPTIONS_INIT;
        cim_sight_scene *scene = NULL;
        double x = t.prisms ? t.min_x : 0, y = t.prisms ? t.min_y : 0, high = support_uniform(&seed, 1, 8), from[3], a[3], b[3];
        for (int i = 0; i < SIDE * SIDE; i++) h[i] = support_random(&seed) % 40 ? (float)support_uniform(&seed, 0, high) : NAN;
        r.columns = r.rows = SIDE, r.height_m = h, r.x = x, r.y = y, r.step_x_m = 2, r.step_y_m = turn & 1 ? 2 : -2, o.terrain = &r;
        if (turn & 1) r.y -= 4;
        else r.y += 2 * SIDE;
        assert_ok(ctx, cim_sight_scene_build(ctx, &p, &o, &scene));
        cim_sight_query *q = query_of(scene);
        for (int i = 0; i < 2; i++) {
            from[i] = (i ? y : x) + support_uniform(&seed, -5, 2 * SIDE + 5);
            a[i] = (i ? y : x) + support_uniform(&seed, -5, 2 * SIDE + 5), b[i] = (i ? y : x) + support_uniform(&seed, -5, 2 * SIDE + 5);
        }
        from[2] = support_uniform(&seed, 1, 10), a[2] = support_uniform(&seed, 0, 10), b[2] = turn % 3 ? a[2] : support_uniform(&seed, 0, 10);
        if (turn % 10 == 0) from[0] = r.x + 8, from[1] = r.y + 8 * (r.step_y_m < 0 ? -1 : 1); /* on a post */
        if (turn % 10 == 5) a[0] = b[0] = r.x + 16;                                           /* on a line of posts */
        cim_sight_spans s = { .struct_size = sizeof s };
        assert_ok(ctx, cim_sight_along(ctx, q, from, a, b, &s));
        for (int k = 0; k < 200; k++) {
            double part = support_uniform(&seed, 0, 1), to[3], margin = 1;
            bool listed = false;
            uint32_t blocker;
            for (int i = 0; i < 3; i++) to[i] = a[i] + part * (b[i] - a[i]);
            if (turn % 10 == 5) to[0] = a[0];
            for (size_t i = 0; i < s.count; i++) {
                listed |= s.at[2 * i] <= part && part <= s.at[2 * i + 1];
                margin = fmin(margin, fmin(fabs(s.at[2 * i] - part), fabs(s.at[2 * i + 1] - part)));
            }
            assert_ok(ctx, cim_sight_line(ctx, scene, from, to, &blocker));
            bad += listed != (blocker == CIM_NONE) && margin > 1e-9;
            seen += listed, all++;
        }
        cim_sight_query_free(q);
        cim_sight_scene_free(scene);
        town_free(&t);
    }
    assert_int_equal(bad, 0);
    assert_true(seen > all / 20 && seen < all - all / 20);
}

/* ---- sky ---- */

/* The horizon by sampling: the greatest tangent of a wall's top in a direction. */
static double horizon(const town *t, const double eye[3], double angle, double limit)
{
    const double d[2] = { cos(angle), sin(angle) };
    double most = 0;
    for (uint32_t p = 0, r = 0, v = 0; p < t->prisms; p++)
        for (; r < t->prism_end[p]; r++)
            for (uint32_t first = v; v < t->ring_end[r]; v++) {
                const double *u = t->xy + 2 * v, *w = t->xy + 2 * (v + 1 < t->ring_end[r] ? v + 1 : first);
                double a[2] = { u[0] - eye[0], u[1] - eye[1] }, g[2] = { w[0] - u[0], w[1] - u[1] };
                double n = d[0] * g[1] - d[1] * g[0];
                double sa = d[0] * a[1] - d[1] * a[0], sb = d[0] * (w[1] - eye[1]) - d[1] * (w[0] - eye[0]), x = (a[0] * g[1] - a[1] * g[0]) / n;
                if ((sa > 0) != (sb > 0) && x > 0 && x <= limit && t->top[p] > t->base[p]) most = fmax(most, (t->top[p] - eye[2]) / x);
            }
    return most;
}

static void test_sight_sky_random(void **state)
{
    enum { STEPS = 7200 };
    uint64_t seed = 91;
    int open = 0;
    (void)state;
    for (int turn = 0; turn < 1000; turn++) {
        town t = { 0 };
        double share = 7, sum = 0;
        for (int k = (int)(support_random(&seed) % 10); k >= 0; k--) {
            double x = support_uniform(&seed, 0, 200), y = support_uniform(&seed, 0, 200);
            town_rect(&t, x, y, x + support_uniform(&seed, 3, 40), y + support_uniform(&seed, 3, 40), 0, support_uniform(&seed, 0, 40));
        }
        town_boxes(&t);
        cim_sight_scene *scene = town_scene(ctx, &t);
        cim_sight_query *q = query_of(scene);
        const double eye[3] = { support_uniform(&seed, -20, 240), support_uniform(&seed, -20, 240), support_uniform(&seed, 0, 8) };
        assert_ok(ctx, cim_sight_sky(ctx, q, eye, 0, &share));
        bool under = false;
        for (uint32_t p = 0; p < t.prisms; p++)
            under |= t.box[p][0] < eye[0] && eye[0] < t.box[p][2] && t.box[p][1] < eye[1] && eye[1] < t.box[p][3] && eye[2] < t.top[p];
        for (int i = 0; i < STEPS; i++) {
            double f = horizon(&t, eye, (i + 0.5) * 6.283185307179586 / STEPS, HUGE_VAL);
            sum += f * f / (1 + f * f);
        }
        double truth = under ? 0 : 1 - sum / STEPS;
        if (!(fabs(share - truth) < 1e-3)) fail_msg("turn %d: %.9g, should be %.9g", turn, share, truth);
        open += share > 0.9999;
        cim_sight_query_free(q);
        cim_sight_scene_free(scene);
        town_free(&t);
    }
    assert_true(open < 300);
}

/* In the middle of a round court of radius r and height h the share is r^2 / (r^2 + h^2); on the middle of a long wall a half. */
static void test_sight_sky_known(void **state)
{
    enum { SIDES = 2000 };
    town t = { 0 };
    double share = 7;
    (void)state;
    for (int ring = 0; ring < 2; ring++) {
        double r = ring ? 30 : 20;
        for (int i = 0; i < SIDES; i++) town_vertex(&t, r * cos(6.283185307179586 * i / SIDES), r * sin(6.283185307179586 * i / SIDES));
        town_ring(&t);
    }
    town_prism(&t, 0, 16.5);
    town_rect(&t, 1e5, 0, 3e5, 1000, 0, 1e7);
    cim_sight_scene *scene = town_scene(ctx, &t);
    cim_sight_query *q = query_of(scene);
    const double middle[3] = { 0, 0, 1.5 }, roof[3] = { 25, 0, 16.5 }, inside[3] = { 25, 0, 3 }, wall[3] = { 2e5, 0, 1 };
    assert_ok(ctx, cim_sight_sky(ctx, q, middle, 1000, &share));
    assert_true(fabs(share - 400.0 / (400 + 225)) < 1e-5);
    assert_ok(ctx, cim_sight_sky(ctx, q, roof, 1000, &share));
    assert_true(share == 1.0);
    assert_ok(ctx, cim_sight_sky(ctx, q, inside, 1000, &share));
    assert_true(share == 0.0);
    assert_ok(ctx, cim_sight_sky(ctx, q, wall, 0, &share));
    assert_true(fabs(share - 0.5) < 1e-6);
    cim_sight_query_free(q);
    cim_sight_scene_free(scene);
    town_free(&t);
}

/* ---- sun ---- */

/* Published: I. Reda, A. Andreas, "Solar Position Algorithm for Solar Radiation Applications", NREL/TP-560-34302 (2008), table A5.1; J. Meeus,
 * "Astronomical Algorithms", example 25.b. */
static void test_sun_published(void **state)
{
    cim_sight_sun s = { .struct_size = sizeof s };
    (void)state;
    assert_ok(ctx, cim_sight_sun_at(ctx, 1066419030, 39.742476, -105.1786, &s)); /* 2003-10-17 12:30:30, UTC - 7 */
    assert_true(fabs(wrap(s.azimuth_deg - 194.340241)) < 0.005);
    assert_true(fabs(s.elevation_deg - 39.872046) < 0.005); /* e0 of the table */
    assert_true(fabs(90 - s.apparent_deg - 50.11162) < 0.01); /* for 820 hPa, 11 degrees C */
    assert_true(fabs(s.declination_deg - -9.31434) < 0.005);
    assert_true(fabs(s.right_ascension_deg - 202.22741) < 0.005);
    assert_ok(ctx, cim_sight_sun_at(ctx, 718934400 - 59, 0, 0, &s)); /* 1992-10-13 0 h dynamical time */
    assert_true(fabs(s.right_ascension_deg - 198.378121) < 0.003);
    assert_true(fabs(s.declination_deg - -7.783817) < 0.003);
}

/* The sun goes round: noon in the south, nothing jumps, poles and seasons. */
static void test_sun_moves(void **state)
{
    cim_sight_sun s = { .struct_size = sizeof s }, before = { .struct_size = sizeof before };
    double most = -90, least = 90;
    (void)state;
    for (double time = 1e9; time < 1e9 + 366 * 86400.0; time += 300) {
        assert_ok(ctx, cim_sight_sun_at(ctx, time, 48, 11, &s));
        if (time > 1e9) assert_true(fabs(s.elevation_deg - before.elevation_deg) < 1.3 && fabs(wrap(s.azimuth_deg - before.azimuth_deg)) < 4);
        if (time > 1e9 && fabs(s.elevation_deg) > 0.2) assert_true(s.apparent_deg >= s.elevation_deg);
        most = fmax(most, s.elevation_deg), least = fmin(least, s.elevation_deg);
        before = s;
    }
    assert_true(fabs(most - (90 - 48 + 23.44)) < 0.02 && fabs(least - -(90 - 48 + 23.44)) < 0.02);
    assert_ok(ctx, cim_sight_sun_at(ctx, 1e9, 90, 0, &s));
    assert_true(fabs(s.elevation_deg - s.declination_deg) < 0.01);
}

/* Hours in the sun: of a free point all of the day, behind a wall as sight lines say. */
static void test_sun_hours(void **state)
{
    uint64_t seed = 92;
    (void)state;
    town t = town_random(&seed, 150, 300);
    cim_sight_scene *scene = town_scene(ctx, &t);
    enum { N = 120 };
    double xyz[3 * N], hours[N], normals[3 * N], turned[N];
    uint8_t lit[N];
    for (int i = 0; i < N; i++) {
        const double *v = town_pick(&t, &seed);
        for (int k = 0; k < 2; k++) xyz[3 * i + k] = v[k] + support_uniform(&seed, -9, 9);
        xyz[3 * i + 2] = i ? support_uniform(&seed, 0, 12) : 500;
        normals[3 * i] = 0, normals[3 * i + 1] = -1, normals[3 * i + 2] = 0; /* looks south */
    }
    cim_sight_sun_options o = CIM_SIGHT_SUN_OPTIONS_INIT;
    o.latitude_deg = 49.2, o.longitude_deg = 9, o.from_s = 1711065600, o.to_s = o.from_s + 86400, o.step_s = 900, o.north_deg = 1.5; /* 2024-03-22 */
    assert_ok(ctx, cim_sight_sun_hours(ctx, scene, xyz, N, &o, hours));
    o.normals = normals;
    assert_ok(ctx, cim_sight_sun_hours(ctx, scene, xyz, N, &o, turned));
    double sums[N] = { 0 }, sunny = 0;
    size_t bad = 0;
    for (int k = 0; k < 96; k++) {
        cim_sight_sun s = { .struct_size = sizeof s };
        assert_ok(ctx, cim_sight_sun_at(ctx, o.from_s + (k + 0.5) * 900, 49.2, 9, &s));
        if (!(s.apparent_deg > 0)) continue;
        sunny += 0.25;
        assert_ok(ctx, cim_sight_sun_lit(ctx, scene, xyz, N, s.azimuth_deg - 1.5, s.apparent_deg, lit));
        for (int i = 0; i < N; i++) {
            double a = (s.azimuth_deg - 1.5) * 0.017453292519943295;
            double up = tan(s.apparent_deg * 0.017453292519943295), reach = fmin(2000, 60 / up);
            const double to[3] = { xyz[3 * i] + reach * sin(a), xyz[3 * i + 1] + reach * cos(a), xyz[3 * i + 2] + reach * up };
            bad += lit[i] != (town_blocker(&t, xyz + 3 * i, to) == CIM_NONE);
            sums[i] += lit[i] * 0.25;
        }
    }
    assert_true(bad <= 2); /* a ray that grazes is another one when it is longer */
    assert_true(fabs(sunny - 12.2) < 0.3 && fabs(hours[0] - sunny) < 1e-9);
    for (int i = 0; i < N; i++) {
        assert_true(fabs(hours[i] - sums[i]) < 1e-9);
        assert_true(turned[i] <= hours[i]);
    }
    cim_sight_scene_free(scene);
    town_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sun_published), cmocka_unit_test(test_sun_moves), cmocka_unit_test(test_sun_hours), cmocka_unit_test(test_sight_along), cmocka_unit_test(test_sight_along_terrain),
        cmocka_unit_test(test_sight_sky_known), cmocka_unit_test(test_sight_sky_random),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests_name("cover/sun", tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
