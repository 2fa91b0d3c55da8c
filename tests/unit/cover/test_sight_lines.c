/* Sight lines against brute force: random towns, 100,000 real footprints, terrain, threads. */
#include "scenes.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

/* Count disagreements over rays; of those hidden, the named prism must be in the way. */
static void compare(const town *t, cim_sight_scene *scene, uint64_t *seed, size_t rays)
{
    double *from = calloc(rays, 24), *to = calloc(rays, 24);
    uint8_t *seen = calloc(rays, 1);
    size_t bad = 0, hidden = 0;
    for (size_t i = 0; i < rays; i++) town_ray(t, seed, from + 3 * i, to + 3 * i);
    assert_ok(ctx, cim_sight_lines(ctx, scene, from, to, rays, seen));
    for (size_t i = 0; i < rays; i++) {
        uint32_t truth = town_blocker(t, from + 3 * i, to + 3 * i), blocker = 7;
        bad += (truth == CIM_NONE) != seen[i];
        hidden += truth != CIM_NONE;
        if (i % 16) continue;
        assert_ok(ctx, cim_sight_line(ctx, scene, from + 3 * i, to + 3 * i, &blocker));
        bad += (blocker == CIM_NONE) != seen[i] || (blocker != CIM_NONE && !town_meets(t, blocker, from + 3 * i, to + 3 * i));
    }
    assert_int_equal(bad, 0);
    assert_true(hidden > rays / 50 && hidden < rays - rays / 50);
    free(from), free(to), free(seen);
}

static void test_sight_random(void **state)
{
    uint64_t seed = 6;
    (void)state;
    for (int i = 0; i < 300; i++) {
        town t = town_random(&seed, 20 + (uint32_t)(support_random(&seed) % 80), support_uniform(&seed, 100, 400));
        cim_sight_scene *scene = town_scene(ctx, &t);
        compare(&t, scene, &seed, 200);
        cim_sight_scene_free(scene);
        town_free(&t);
    }
}

/* The same whatever the cells, and far from everything, where the grid is no help. */
static void test_sight_cells(void **state)
{
    static const double sides[] = { 1e-9, 0.1, 7, 1000, 1e8 };
    uint64_t seed = 61;
    (void)state;
    town t = town_random(&seed, 300, 600);
    for (size_t k = 0; k < sizeof sides / sizeof *sides; k++) {
        cim_sight_prisms a = town_arrays(&t);
        cim_sight_options o = CIM_SIGHT_OPTIONS_INIT;
        cim_sight_scene *scene = NULL;
        o.cell_m = sides[k];
        assert_ok(ctx, cim_sight_scene_build(ctx, &a, &o, &scene));
        compare(&t, scene, &seed, 1500);
        cim_sight_scene_free(scene);
    }
    town_free(&t);
}

/* One tall box and many far away: blocks are large, most are empty. */
static void test_sight_sparse(void **state)
{
    uint64_t seed = 62;
    (void)state;
    town t = { 0 };
    for (int k = 0; k < 200; k++) {
        double x = 1e6 * floor(support_uniform(&seed, 0, 800)), y = 1e6 * floor(support_uniform(&seed, 0, 800));
        town_rect(&t, x, y, x + 10, y + 10, 0, 20);
    }
    town_boxes(&t);
    cim_sight_scene *scene = town_scene(ctx, &t);
    compare(&t, scene, &seed, 2000);
    size_t bad = 0;
    for (int i = 0; i < 2000; i++) { /* across the whole scene, through a corner or a middle */
        const double *v = town_pick(&t, &seed);
        double inner = support_random(&seed) % 2 ? 3.0 : 0.0, far = 1e6 * floor(support_uniform(&seed, 1, 90));
        const double from[3] = { v[0] + inner - far, v[1] + inner - 2 * far, 5 }, to[3] = { v[0] + inner + far, v[1] + inner + 2 * far, 5 };
        uint32_t blocker = 7;
        assert_ok(ctx, cim_sight_line(ctx, scene, from, to, &blocker));
        bad += (blocker == CIM_NONE) != (town_blocker(&t, from, to) == CIM_NONE);
    }
    assert_int_equal(bad, 0);
    cim_sight_scene_free(scene);
    town_free(&t);
}

static void test_sight_real(void **state)
{
    (void)state;
    town t = town_real(ctx, 100000);
    if (!t.prisms) {
        print_message("skipped: osm/monaco.osm.pbf is not there (CIM_DATA)\n");
        skip();
    }
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    size_t rays = 50000;
#else
    size_t rays = (size_t)support_rounds(1000000);
#endif
    assert_int_equal(t.prisms, 100000);
    uint64_t seed = 63;
    cim_sight_scene *scene = town_scene(ctx, &t);
    compare(&t, scene, &seed, rays);
    print_message("# %zu sight lines among %u real footprints\n", rays, t.prisms);
    cim_sight_scene_free(scene);
    town_free(&t);
}

static void test_sight_fans(void **state)
{
    uint64_t seed = 64;
    (void)state;
    town t = town_random(&seed, 400, 700);
    cim_sight_scene *scene = town_scene(ctx, &t);
    cim_sight_query *q = NULL;
    assert_ok(ctx, cim_sight_query_new(ctx, scene, &q));
    double to[3 * 500], other[3];
    uint8_t seen[500];
    size_t bad = 0, all = 0;
    for (int turn = 0; turn < 100; turn++) {
        double from[3];
        town_ray(&t, &seed, from, other);
        for (int i = 0; i < 500; i++) town_ray(&t, &seed, other, to + 3 * i);
        assert_ok(ctx, cim_sight_fan(ctx, q, from, to, 500, seen));
        for (int i = 0; i < 500; i++) bad += seen[i] != (town_blocker(&t, from, to + 3 * i) == CIM_NONE), all += seen[i];
    }
    assert_int_equal(bad, 0);
    assert_true(all > 500 && all < 49500);
    assert_ok(ctx, cim_sight_fan(ctx, q, to, NULL, 0, NULL));
    cim_sight_query_free(q);
    cim_sight_scene_free(scene);
    town_free(&t);
}

/* What the rule says, case by case: one box 0..10 by 0..10, 0..10 high, and its neighbour that shares a wall. */
static void test_sight_rule(void **state)
{
    static const struct { double a[3], b[3]; bool seen; } cases[] = {
        { { -5, 5, 5 }, { 25, 5, 5 }, false },  { { -5, 0, 5 }, { 25, 0, 5 }, true },  /* through, along the wall */
        { { -5, 5, 10 }, { 25, 5, 10 }, true }, { { -5, 5, 15 }, { 15, 5, 5 }, false }, /* over the roof; through the eave and in */
        { { -5, -5, 5 }, { 5, 5, 15 }, true },  { { -5, 5, 5 }, { 0, 5, 5 }, true },   /* just over the edge; to the wall */
        { { 0, 5, 5 }, { 0, 20, 5 }, true },    { { 0, 5, 5 }, { 10, 5, 5 }, false },  /* along the own wall; through the own house */
        { { 10, -5, 5 }, { 10, 15, 5 }, true }, { { -5, 15, 5 }, { 15, -5, 5 }, false },
        { { -5, 5, 5 }, { 5, -5, 5 }, true },   { { 5, 5, 5 }, { 5, 5, 6 }, false },   /* through the corner; plumb inside */
        { { 0, 5, 0 }, { 0, 5, 9 }, true },     { { 5, 5, 10 }, { 5, 5, 30 }, true },  /* plumb on the wall, above the roof */
        { { 5, 5, 5 }, { 5, 5, 5 }, false },    { { 0, 0, 0 }, { 0, 0, 0 }, true },
        { { 5, 5, 10 }, { 50, 5, 10 }, true },  { { 5, 5, 10 }, { 50, 5, 9 }, false }, /* from the roof, level and down */
        { { 5, -5, 0 }, { 5, 15, 0 }, true },   { { 5, -5, -1 }, { 5, 15, 1 }, false },
    };
    town t = { 0 };
    (void)state;
    town_rect(&t, 0, 0, 10, 10, 0, 10);
    town_rect(&t, 10, 0, 20, 10, 0, 10);
    town_boxes(&t);
    cim_sight_scene *scene = town_scene(ctx, &t);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t blocker = 7;
        assert_ok(ctx, cim_sight_line(ctx, scene, cases[i].a, cases[i].b, &blocker));
        if ((blocker == CIM_NONE) != cases[i].seen) fail_msg("case %zu", i);
    }
    cim_sight_scene_free(scene);
    town_free(&t);
}

/* A comb of 20,000 teeth and a staircase of crossings: many crossings of one prism, in any order. */
static void test_sight_comb(void **state)
{
    enum { TEETH = 20000 };
    town t = { 0 };
    (void)state;
    for (int k = 0; k < TEETH; k++) town_vertex(&t, k, 0), town_vertex(&t, k + 0.5, 100 + (k * 7919) % 100);
    town_vertex(&t, TEETH, 0), town_vertex(&t, TEETH, -1), town_vertex(&t, 0, -1), town_ring(&t);
    town_prism(&t, 5, 9);
    town_boxes(&t);
    cim_sight_scene *scene = town_scene(ctx, &t);
    static const double ends[][6] = {
        { -5, 50, 7, TEETH + 5, 50, 7 },       { -5, 50, 4, TEETH + 5, 50, 4 }, { -5, 199, 7, TEETH + 5, 199, 7 }, { -5, 198.9, 7, TEETH + 5, 198.9, 7 },
        { -5, 0, 7, TEETH + 5, 0, 7 },         { -5, -1, 7, TEETH + 5, -1, 7 }, { -5, 99, 0, TEETH + 5, 99, 5 },   { -5, 99, 0, TEETH + 5, 99, 5.5 },
        { TEETH + 5, 100, 9.5, -5, 100, 8.9 },
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        uint32_t blocker = 7;
        assert_ok(ctx, cim_sight_line(ctx, scene, ends[i], ends[i] + 3, &blocker));
        assert_int_equal(blocker, town_blocker(&t, ends[i], ends[i] + 3));
    }
    cim_sight_scene_free(scene);
    town_free(&t);
}

/* ---- terrain ---- */

/* By the definition, in another way: every pair of neighbouring posts is a fence. */
static bool fence_hides(const double p[2], double hp, const double q[2], double hq, const double a[3], const double b[3])
{
    bool across = p[0] == q[0]; /* a fence along y, crossed at x = p[0] */
    int u = across ? 0 : 1, v = 1 - u;
    if (a[u] == b[u]) return false;
    double t = (p[u] - a[u]) / (b[u] - a[u]);
    double at = a[v] + t * (b[v] - a[v]), part = (at - p[v]) / (q[v] - p[v]), z = a[2] + t * (b[2] - a[2]);
    return t > 0 && t < 1 && part >= 0 && part < 1 && z < (part > 0 ? hp + part * (hq - hp) : hp);
}

static void test_sight_terrain(void **state)
{
    enum { C = 23, R = 17 };
    uint64_t seed = 65;
    size_t bad = 0, hidden = 0;
    (void)state;
    for (int turn = 0; turn < 40; turn++) {
        float h[C * R];
        bool holes = turn % 2; /* with holes no line goes through a post, without them many do */
        for (int i = 0; i < C * R; i++) h[i] = !holes || support_random(&seed) % 30 ? (float)support_uniform(&seed, 0, 16) : NAN;
        cim_sight_raster raster = CIM_SIGHT_RASTER_INIT;
        cim_sight_options o = CIM_SIGHT_OPTIONS_INIT;
        cim_sight_scene *scene = NULL;
        raster.columns = C, raster.rows = R, raster.x = 1000, raster.y = 2000, raster.step_x_m = 4, raster.step_y_m = -4, raster.height_m = h;
        o.terrain = &raster;
        assert_ok(ctx, cim_sight_scene_build(ctx, NULL, &o, &scene));
        for (int i = 0; i < 300; i++) {
            double a[3], b[3];
            for (int k = 0; k < 2; k++) {
                double side = k ? -4.0 * R : 4.0 * C, at = k ? 2000 : 1000;
                a[k] = at + support_uniform(&seed, -0.2, 1.2) * side, b[k] = at + support_uniform(&seed, -0.2, 1.2) * side;
                if (!holes) a[k] = floor(a[k]), b[k] = floor(b[k]);
            }
            a[2] = support_uniform(&seed, 10, 18), b[2] = support_uniform(&seed, 10, 18);
            bool hides = false;
            for (int r = 0; r < R; r++)
                for (int c = 0; c < C; c++) {
                    const double p[2] = { 1000 + 4.0 * c, 2000 - 4.0 * r }, east[2] = { p[0] + 4, p[1] }, south[2] = { p[0], p[1] - 4 };
                    hides |= fence_hides(p, (double)h[r * C + c], east, c + 1 < C ? (double)h[r * C + c + 1] : (double)NAN, a, b);
                    hides |= fence_hides(p, (double)h[r * C + c], south, r + 1 < R ? (double)h[(r + 1) * C + c] : (double)NAN, a, b);
                }
            uint32_t blocker = 7;
            assert_ok(ctx, cim_sight_line(ctx, scene, a, b, &blocker));
            bad += blocker != (hides ? CIM_SIGHT_TERRAIN : CIM_NONE);
            hidden += hides;
        }
        cim_sight_scene_free(scene);
    }
    assert_int_equal(bad, 0);
    assert_true(hidden > 1000 && hidden < 11000);
}

/* ---- threads ---- */

typedef struct reader {
    const town *t;
    cim_sight_scene *scene;
    uint64_t seed;
    size_t bad;
} reader;

static void *read_scene(void *user)
{
    reader *r = user;
    cim_ctx *own = NULL;
    if (cim_ctx_new(NULL, &own) < 0) return user;
    for (int i = 0; i < 3000; i++) {
        double from[3], to[3];
        uint32_t blocker = 7;
        town_ray(r->t, &r->seed, from, to);
        r->bad += cim_sight_line(own, r->scene, from, to, &blocker) < 0 || (blocker == CIM_NONE) != (town_blocker(r->t, from, to) == CIM_NONE);
    }
    cim_sight_scene_free(r->scene);
    cim_ctx_free(own);
    return NULL;
}

static void test_sight_threads(void **state)
{
    uint64_t seed = 66;
    reader readers[4];
    pthread_t threads[4];
    (void)state;
    town t = town_random(&seed, 200, 500);
    cim_sight_scene *scene = town_scene(ctx, &t);
    for (int i = 0; i < 4; i++) {
        readers[i] = (reader){ &t, cim_sight_scene_ref(scene), seed + (uint64_t)i, 0 };
        assert_int_equal(pthread_create(&threads[i], NULL, read_scene, &readers[i]), 0);
    }
    cim_sight_scene_free(scene);
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
        assert_int_equal(readers[i].bad, 0);
    }
    town_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sight_rule),  cmocka_unit_test(test_sight_random),  cmocka_unit_test(test_sight_cells),   cmocka_unit_test(test_sight_sparse),
        cmocka_unit_test(test_sight_comb),  cmocka_unit_test(test_sight_fans),    cmocka_unit_test(test_sight_terrain), cmocka_unit_test(test_sight_threads),
        cmocka_unit_test(test_sight_real),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests_name("cover/lines", tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
