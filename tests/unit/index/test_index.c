/* The static index against brute force. */
#include "oracle.h"

#include "index/lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATHS = 6 }; /* numbers of ways to compute, beyond those there are */

static const size_t small_sizes[] = { 0, 1, 2, 15, 16, 17, 31, 100, 255, 256, 257, 600, 1000, 2999 };

/* ---- answers ---- */

static void test_index_random(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 42;
    (void)state;
    for (int round = 0; round < 528; round++) {
        const oracle_world *w = &oracle_worlds[(size_t)round % oracle_world_count];
        oracle_set set = oracle_make(w, small_sizes[support_random(&seed) % 14], round / 11 % 8, &seed);
        cim_index *index = oracle_build(ctx, &set, round / 88 % 2 ? CIM_INDEX_OMT : CIM_INDEX_HILBERT);
        cim__index_use_lanes(round / 11 % 7 - 1);
        oracle_check_extent(index, &set);
        oracle_check_both(ctx, index, &set, &seed, 20);
        cim_index_free(index);
        oracle_free(&set);
    }
    cim__index_use_lanes(-1);
    print_message("# %zu cases\n", oracle_cases);
    assert_true(oracle_cases >= 10000);
    cim_ctx_free(ctx);
}

static void check_step(const cim_index *index, const oracle_set *set)
{
    int exponent;
    double step = cim_index_step(index), extent = fmax(set->world.extent + set->world.size, set->z ? (set->z_high - set->z_low) * 1.125 : 0);
    if (!set->n) {
        assert_true(step == 0);
        return;
    }
    assert_true(frexp(step, &exponent) == 0.5);
    if (extent > 0) assert_true(step <= extent * 0x1p-29);
    size_t a_box = 22 + (set->z ? 9 : 0) + (set->classes ? 5 : 0);
    if (cim_index_bytes(index) > a_box * set->n + 2048) print_error("# %s: %zu bytes\n", set->label, cim_index_bytes(index));
    assert_true(cim_index_bytes(index) <= a_box * set->n + 2048);
}

/* Full and almost full levels. */
static void test_index_sizes(void **state)
{
    static const size_t sizes[] = { 0, 1, 2, 15, 16, 17, 255, 256, 257, 4095, 4096, 4097, 65537 };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 4711;
    (void)state;
    for (size_t i = 0; i < 13; i++) {
        for (int features = 0; features < 8; features++) {
            if (sizes[i] > 60000 && features != 0 && features != 7) continue;
            oracle_set set = oracle_make(&oracle_worlds[i % 2], sizes[i], features, &seed);
            cim_index *index = oracle_build(ctx, &set, features & 1 ? CIM_INDEX_OMT : CIM_INDEX_HILBERT);
            oracle_check_extent(index, &set);
            check_step(index, &set);
            oracle_check_both(ctx, index, &set, &seed, 12);
            cim_index_free(index);
            oracle_free(&set);
        }
    }
    cim_ctx_free(ctx);
}

/* Equal boxes, and boxes that lie in each other. */
static void test_index_coinciding(void **state)
{
    static const size_t sizes[] = { 1, 16, 17, 257, 1000 };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 5;
    (void)state;
    for (int round = 0; round < 30; round++) {
        oracle_set set = oracle_make(&oracle_worlds[0], sizes[round % 5], round % 2 ? ORACLE_IDS : 0, &seed);
        for (size_t i = 0; i < set.n; i++) {
            double r = round % 3 == 0 ? 3 : (double)(i % 40);
            set.boxes[i] = round % 3 == 2 ? (cim_box){ 5, 5, 5, 5 } : (cim_box){ 20 - r, 30 - r, 20 + r, 30 + r };
        }
        oracle_index_places(&set);
        cim_index *index = oracle_build(ctx, &set, round % 2 ? CIM_INDEX_OMT : CIM_INDEX_HILBERT);
        oracle_check_extent(index, &set);
        oracle_check_both(ctx, index, &set, &seed, 40);
        set.world.lattice = false; /* places between the numbers of the grid */
        oracle_check_both(ctx, index, &set, &seed, 40);
        cim_index_free(index);
        oracle_free(&set);
    }
    cim_ctx_free(ctx);
}

/* A third of a step beside a flat box: the exact box says so, also to a segment in space. */
static void test_index_exact_beside(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_box boxes[] = { { 0, 0, 1, 1 }, { 0.1, 0.3, 0.1, 0.3 }, { 1e6, 1e6, 1e6, 1e6 } };
    double z[] = { 5, 5, 0.2, 0.2, 0, 1 };
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim_index *index = NULL;
    (void)state;
    options.z = z;
    assert_ok(ctx, cim_index_build(ctx, boxes, 3, &options, &index));
    double y = 0.3 + cim_index_step(index) / 3;
    cim_box beside = { 0.05, y, 0.2, y };
    cim_probe probes[] = { cim_probe_segment(0.05, y, 0.2, y), cim_probe_segment(0.05, y, 0.2, y), cim_probe_box(&beside), cim_probe_near(0.1, y, (y - 0.3) * 0.99) };
    probes[1].z0 = probes[1].z1 = 0.2;
    for (int i = 0; i < 4; i++) {
        uint32_t ids[3];
        size_t count;
        probes[i].exact = boxes;
        assert_ok(ctx, cim_index_query(ctx, index, &probes[i], ids, 3, &count));
        for (size_t k = 0; k < count && k < 3; k++) assert_int_equal(ids[k], 0);
    }
    cim_index_free(index);
    cim_ctx_free(ctx);
}

/* A reach that is as far as a box lies, but for the last digits: the box is never lost. */
static void test_index_reach_is_just_enough(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 15;
    (void)state;
    for (int round = 0; round < 20; round++) {
        oracle_set set = oracle_make(&oracle_worlds[round % 2 ? 0 : 7], 300, 0, &seed); /* boxes lie on the grid exactly */
        cim_index *index = oracle_build(ctx, &set, 0);
        set.world.lattice = false;
        for (int i = 0; i < 200; i++) {
            const cim_box *b = &set.boxes[support_random(&seed) % set.n];
            double far = set.world.extent * pow(10, -support_uniform(&seed, 1, 9)), angle = support_uniform(&seed, 0, 6.3);
            oracle_user user = { &set, NULL, 0, 0 };
            cim_probe p = cim_probe_near(b->max_x + far * cos(angle), b->max_y + far * sin(angle), 0);
            p.distance = oracle_distance(&set, (size_t)(b - set.boxes), &p, 0, 0) * (1 + 4e-15);
            p.user = &user;
            p.exact = i % 2 ? set.exact : NULL;
            oracle_check_query(ctx, index, &set, &p);
            oracle_check_nearest(ctx, index, &set, &p, 30);
        }
        cim_index_free(index);
        oracle_free(&set);
    }
    cim_ctx_free(ctx);
}

static void test_index_nearest_of_a_rare_class(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 6;
    (void)state;
    oracle_set set = oracle_make(&oracle_worlds[1], 20000, ORACLE_CLASSES, &seed);
    for (size_t i = 0; i < set.n; i++) set.classes[i] = i % 2000 == 77 ? 0x40 : 1;
    for (int order = 0; order < 2; order++) {
        cim_index *index = oracle_build(ctx, &set, order);
        for (int i = 0; i < 30; i++) {
            oracle_user user;
            cim_probe p = oracle_probe(&set, &user, cim_index_step(index), &seed);
            p.kind = CIM_PROBE_BOX, p.x1 = p.x0, p.y1 = p.y0, p.distance = i % 3 ? HUGE_VAL : 8000, p.classes = 0x40;
            oracle_check_nearest(ctx, index, &set, &p, (size_t)(1 + i % 15));
        }
        cim_index_free(index);
    }
    oracle_free(&set);
    cim_ctx_free(ctx);
}

/* From far outside, distances are right to the precision of doubles. */
static void test_index_far_probes(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 7;
    (void)state;
    for (size_t w = 0; w < oracle_world_count; w++) {
        oracle_set set = oracle_make(&oracle_worlds[w], 500, w % 2 ? ORACLE_Z : 0, &seed);
        cim_index *index = oracle_build(ctx, &set, CIM_INDEX_HILBERT);
        for (int i = 0; i < 60; i++) {
            double far = pow(10, support_uniform(&seed, 2, 18)), angle = support_uniform(&seed, 0, 6.3);
            oracle_user user;
            cim_probe p = oracle_probe(&set, &user, cim_index_step(index), &seed);
            p.accept = NULL;
            p.kind = CIM_PROBE_BOX;
            p.z0 = -HUGE_VAL, p.z1 = HUGE_VAL;
            p.x1 = p.x0 = set.world.origin + far * cos(angle), p.y1 = p.y0 = set.world.origin + far * sin(angle);
            p.distance = HUGE_VAL;
            set.world.lattice = false; /* places between the points of the lattice */
            oracle_check_nearest(ctx, index, &set, &p, 20);
            p.distance = far;
            oracle_check_query(ctx, index, &set, &p);
            p.x0 = -far, p.y0 = -far, p.x1 = far, p.y1 = 2 * far, p.distance = 0;
            oracle_check_query(ctx, index, &set, &p);
        }
        cim_index_free(index);
        oracle_free(&set);
    }
    cim_ctx_free(ctx);
}

/* Numbers at the edges of doubles: refused with a text, or right. */
static void test_index_extreme_numbers(void **state)
{
    static const oracle_world extreme[] = {
        { "1e150", -1e150, 2e150, 1e149, false },   { "1e300", -1e300, 2e300, 1e298, false }, { "most", -1.7e308, 1.7e308, 1e307, false }, { "denormal", 0, 1e-310, 1e-312, false },
        { "least", 0, 4.9e-322, 4.9e-323, false }, { "1e-200", 0, 1e-200, 1e-202, false },  { "1e-300", -5e-301, 1e-300, 1e-305, false },  { "far point", 1e300, 0, 0, false },
    };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 8;
    (void)state;
    for (size_t w = 0; w < sizeof extreme / sizeof *extreme; w++) {
        oracle_set set = oracle_make(&extreme[w], 300, 0, &seed);
        cim_index *index = NULL;
        cim_status st = cim_index_build(ctx, set.boxes, set.n, NULL, &index);
        print_message("# %s: %s %s\n", extreme[w].name, cim_status_name(st), cim_ctx_error(ctx));
        if (st < 0) {
            assert_status(ctx, st, CIM_EARG);
            assert_null(index);
            assert_true(extreme[w].extent > 1e100 || extreme[w].origin > 1e100); /* nothing small is refused */
        } else {
            oracle_check_extent(index, &set);
            for (int i = 0; i < 100; i++) {
                oracle_user user;
                cim_probe p = oracle_probe(&set, &user, cim_index_step(index), &seed);
                p.kind = CIM_PROBE_BOX, p.distance = 0;
                if (p.x0 > p.x1 || p.y0 > p.y1 || !isfinite(p.x1) || !isfinite(p.y1)) continue;
                oracle_check_query(ctx, index, &set, &p);
            }
            cim_index_free(index);
        }
        oracle_free(&set);
    }
    cim_ctx_free(ctx);
}

static void test_index_negative_zero(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_box boxes[3] = { { -0.0, -0.0, 0.0, 0.0 }, { 0.0, 0.0, 0.0, 0.0 }, { 0.0, -0.0, 1.0, 2.0 } }, probes[3] = { { 0, 0, 0, 0 }, { -0.0, -0.0, -0.0, -0.0 }, { -1, -1, -0.0, -0.0 } };
    cim_index *index = NULL;
    (void)state;
    assert_ok(ctx, cim_index_build(ctx, boxes, 3, NULL, &index));
    for (int i = 0; i < 6; i++) {
        cim_probe p = cim_probe_box(&probes[i % 3]);
        size_t count;
        if (i >= 3) p.exact = boxes;
        assert_ok(ctx, cim_index_query(ctx, index, &p, NULL, 0, &count));
        assert_int_equal(count, 3);
    }
    cim_index_free(index);
    cim_ctx_free(ctx);
}

/* ---- the same answers on every way ---- */

static size_t make_probes(const oracle_set *set, oracle_user *users, cim_probe *probes, size_t count, double step, uint64_t *seed)
{
    for (size_t i = 0; i < count; i++) {
        probes[i] = oracle_probe(set, &users[i], step, seed);
        if (probes[i].kind == CIM_PROBE_BOX && support_random(seed) % 4 == 0) probes[i].distance = probes[i].distance + set->world.extent;
        users[i].probe = &probes[i];
    }
    return count;
}

static void test_index_lanes_agree(void **state)
{
    enum { PROBES = 60 };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 9;
    static oracle_user users[PROBES];
    static cim_probe probes[PROBES];
    (void)state;
    for (int round = 0; round < 88; round++) {
        oracle_set set = oracle_make(&oracle_worlds[(size_t)round % oracle_world_count], small_sizes[support_random(&seed) % 14], round / 11, &seed);
        uint64_t answers = 0, bytes = 0;
        for (int path = -1; path < PATHS; path++) {
            cim_buf saved = CIM_BUF_INIT;
            cim__index_use_lanes(path);
            cim_index *index = oracle_build(ctx, &set, round % 2);
            if (path == -1) make_probes(&set, users, probes, PROBES, cim_index_step(index), &seed);
            assert_ok(ctx, cim_index_save(ctx, index, &saved));
            uint64_t a = oracle_answers(ctx, index, probes, PROBES, 33), b = oracle_hash(1, saved.data, saved.size);
            if (path == -1) answers = a, bytes = b;
            if (a != answers || b != bytes) print_error("# way %d differs: %s\n", path, set.label);
            assert_true(a == answers);
            assert_true(b == bytes);
            cim_buf_dispose(&saved);
            cim_index_free(index);
        }
        oracle_free(&set);
    }
    cim__index_use_lanes(-1);
    cim_ctx_free(ctx);
}

static cim_ctx *ctx_of_threads(uint32_t threads)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    options.threads = threads;
    assert_int_equal(cim_ctx_new(&options, &ctx), CIM_OK);
    return ctx;
}

/* The same input gives the same bytes, with any number of threads and whatever was built before. */
static void test_index_is_deterministic(void **state)
{
    static const size_t sizes[] = { 1000, 65537, 300001 };
    uint64_t seed = 10;
    (void)state;
    for (int round = 0; round < 12; round++) {
        oracle_set set = oracle_make(&oracle_worlds[round % 4], sizes[round % 3], round < 6 ? 0 : 7, &seed);
        cim_buf first = CIM_BUF_INIT;
        for (int run = 0; run < 4; run++) {
            static const uint32_t threads[] = { 1, 2, 4, 1 };
            cim_ctx *ctx = ctx_of_threads(threads[run]);
            cim_buf bytes = CIM_BUF_INIT;
            cim_index *index = oracle_build(ctx, &set, round / 3 % 2);
            assert_ok(ctx, cim_index_save(ctx, index, run ? &bytes : &first));
            if (run) {
                assert_int_equal(first.size, bytes.size);
                assert_memory_equal(first.data, bytes.data, first.size);
            }
            cim_index_free(index);
            cim_buf_dispose(&bytes);
            cim_ctx_free(ctx);
        }
        cim_buf_dispose(&first);
        oracle_free(&set);
    }
}

/* ---- many at once ---- */

static void check_query_many(cim_ctx *ctx, const cim_index *index, const oracle_set *set, const cim_probe *probes, size_t count)
{
    size_t *starts = calloc(count + 1, sizeof *starts), *counts = calloc(count + 1, sizeof *counts), *counted = calloc(count + 1, sizeof *starts), n, sum = 0;
    uint32_t *single = calloc(set->n + 1, sizeof *single);
    cim_buf ids = CIM_BUF_INIT;
    assert_ok(ctx, cim_index_query_many(ctx, index, probes, count, starts, counts, &ids));
    assert_ok(ctx, cim_index_query_many(ctx, index, probes, count, NULL, counted, NULL));
    assert_memory_equal(counts, counted, count * sizeof *counts);
    for (size_t i = 0; i < count; i++) sum += counts[i];
    assert_int_equal(ids.size, sum * sizeof(uint32_t));
    for (size_t i = 0; i < count; i++) {
        assert_ok(ctx, cim_index_query(ctx, index, &probes[i], single, set->n, &n));
        if (counts[i] != n) print_error("# probe %zu of %zu: %s\n", i, count, set->label);
        assert_int_equal(counts[i], n);
        oracle_same_ids(single, (uint32_t *)(void *)ids.data + starts[i], n);
    }
    cim_buf_dispose(&ids);
    free(starts), free(counts), free(counted), free(single);
}

static void check_nearest_many(cim_ctx *ctx, const cim_index *index, const cim_probe *probes, size_t count, size_t k)
{
    size_t *counts = calloc(count + 1, sizeof *counts), n;
    uint32_t *ids = calloc(count * k + 1, sizeof *ids), *single = calloc(k + 1, sizeof *single);
    double *distances = calloc(count * k + 1, sizeof *distances), *apart = calloc(k + 1, sizeof *apart);
    assert_ok(ctx, cim_index_nearest_many(ctx, index, probes, count, k, ids, k % 2 ? distances : NULL, counts));
    for (size_t i = 0; i < count; i++) {
        assert_ok(ctx, cim_index_nearest(ctx, index, &probes[i], k, single, apart, &n));
        assert_int_equal(counts[i], n);
        assert_memory_equal(single, ids + i * k, n * sizeof *single);
        if (k % 2) assert_memory_equal(apart, distances + i * k, n * sizeof *apart);
    }
    free(counts), free(ids), free(single), free(distances), free(apart);
}

static void test_index_many_equals_single(void **state)
{
    enum { MOST = 5000 };
    static const size_t counts[] = { 0, 1, 7, 64, 999, MOST }, some_k[] = { 1, 7, 10, 65 };
    static const uint32_t threads[] = { 1, 2, 4 };
    static oracle_user users[MOST];
    static cim_probe probes[MOST];
    uint64_t seed = 11;
    (void)state;
    for (int round = 0; round < 24; round++) {
        cim_ctx *ctx = ctx_of_threads(threads[round % 3]);
        oracle_set set = oracle_make(&oracle_worlds[round % 7], small_sizes[round * 5 % 14], round % 8, &seed);
        cim_index *index = oracle_build(ctx, &set, round % 2);
        size_t count = make_probes(&set, users, probes, counts[round / 3 % 6], cim_index_step(index), &seed);
        check_query_many(ctx, index, &set, probes, count);
        for (size_t i = 0; i < count; i++) {
            probes[i].kind = CIM_PROBE_BOX;
            if (probes[i].x1 < probes[i].x0) probes[i].x1 = probes[i].x0;
            if (probes[i].y1 < probes[i].y0) probes[i].y1 = probes[i].y0;
            if (probes[i].z1 < probes[i].z0) probes[i].z1 = probes[i].z0;
            if (i % 2) probes[i].distance = HUGE_VAL;
            if (i % 5 == 0) probes[i].measure = oracle_measure;
        }
        check_nearest_many(ctx, index, probes, count, some_k[round % 4]);
        cim_index_free(index);
        oracle_free(&set);
        cim_ctx_free(ctx);
    }
}

/* ---- own ids ---- */

static void test_index_greatest_ids(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_box boxes[40];
    uint32_t ids[40], found[40];
    double distances[40];
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim_index *index = NULL;
    cim_box all = { -1, -1, 100, 100 };
    cim_probe p = cim_probe_box(&all);
    size_t count;
    (void)state;
    for (uint32_t i = 0; i < 40; i++) boxes[i] = (cim_box){ i, i, i, i }, ids[i] = 0xffffffefu - i;
    options.ids = ids;
    assert_ok(ctx, cim_index_build(ctx, boxes, 40, &options, &index));
    assert_ok(ctx, cim_index_query(ctx, index, &p, found, 40, &count));
    assert_int_equal(count, 40);
    for (int i = 0; i < 40; i++) assert_true(found[i] <= 0xffffffefu && found[i] > 0xffffffefu - 40);
    p = cim_probe_near(7, 7, HUGE_VAL);
    assert_ok(ctx, cim_index_nearest(ctx, index, &p, 1, found, distances, &count));
    assert_int_equal(found[0], 0xffffffefu - 7);
    cim_index_free(index);
    index = NULL;
    for (uint32_t bad = 0xfffffff0u; bad != 0; bad++) {
        ids[23] = bad;
        assert_status(ctx, cim_index_build(ctx, boxes, 40, &options, &index), CIM_EARG);
        assert_non_null(strstr(cim_ctx_error(ctx), "23"));
        assert_null(index);
    }
    cim_ctx_free(ctx);
}

/* ---- what is refused ---- */

static void test_index_build_refuses(void **state)
{
    static const double wrong[] = { NAN, INFINITY, -INFINITY };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 12;
    oracle_set set = oracle_make(&oracle_worlds[1], 5000, ORACLE_Z, &seed);
    cim_index_options options = CIM_INDEX_OPTIONS_INIT;
    cim_index *index = NULL;
    (void)state;
    for (int which = 0; which < 24; which++) {
        size_t at = 4321;
        cim_box old = set.boxes[at];
        double old_z[2] = { set.z[2 * at], set.z[2 * at + 1] }, *number[] = { &set.boxes[at].min_x, &set.boxes[at].min_y, &set.boxes[at].max_x, &set.boxes[at].max_y, &set.z[2 * at], &set.z[2 * at + 1] };
        if (which < 18) *number[which % 6] = wrong[which / 6];
        else if (which % 6 == 2 || which % 6 == 3 || which % 6 == 5) *number[which % 6] = -1e9; /* max < min */
        else *number[which % 6] = 1e9;
        options.z = which % 6 >= 4 ? set.z : NULL;
        for (int order = 0; order < 2; order++) {
            options.order = order;
            assert_status(ctx, cim_index_build(ctx, set.boxes, set.n, &options, &index), CIM_EARG);
            if (!strstr(cim_ctx_error(ctx), "4321")) print_error("# text without the number: %s\n", cim_ctx_error(ctx));
            assert_non_null(strstr(cim_ctx_error(ctx), "4321"));
            assert_null(index);
        }
        set.boxes[at] = old, set.z[2 * at] = old_z[0], set.z[2 * at + 1] = old_z[1];
    }
    set.boxes[4999].min_x = NAN, set.boxes[33].min_y = NAN; /* the first is named */
    assert_status(ctx, cim_index_build(ctx, set.boxes, set.n, NULL, &index), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "33"));
    oracle_free(&set);
    cim_index_free(NULL);
    cim_ctx_free(ctx);
}

static void test_index_options_checked(void **state)
{
    struct {
        cim_index_options options;
        uint64_t more;
    } newer = { CIM_INDEX_OPTIONS_INIT, 1 };
    cim_ctx *ctx = support_ctx();
    cim_box box = { 0, 0, 1, 1 };
    cim_index *index = NULL;
    (void)state;
    newer.options.struct_size = sizeof newer;
    assert_status(ctx, cim_index_build(ctx, &box, 1, &newer.options, &index), CIM_EVERSION);
    newer.options.struct_size = 0;
    assert_status(ctx, cim_index_build(ctx, &box, 1, &newer.options, &index), CIM_EARG);
    newer.options.struct_size = sizeof newer.options;
    newer.options.order = 7;
    assert_status(ctx, cim_index_build(ctx, &box, 1, &newer.options, &index), CIM_EARG);
    assert_null(index);
    cim_ctx_free(ctx);
}

enum { BAD_PROBES = 22 };

/* The i-th probe that is wrong. */
static cim_probe bad_probe(int i)
{
    static const double wrong[] = { NAN, INFINITY, -INFINITY };
    cim_box box = { 0, 0, 1, 1 };
    cim_probe p = i % 2 ? cim_probe_box(&box) : cim_probe_segment(0, 0, 1, 1);
    double *number[] = { &p.x0, &p.y0, &p.x1, &p.y1 };
    if (i < 12) *number[i % 4] = wrong[i / 4];
    else p = cim_probe_box(&box);
    switch (i) {
    case 12: p.x0 = 2; break;
    case 13: p.y0 = 1.5; break;
    case 14: p.distance = -1e-300; break;
    case 15: p.distance = NAN; break;
    case 16: p.z0 = NAN; break;
    case 17: p.z1 = NAN; break;
    case 18: p.z0 = 2, p.z1 = 1; break;
    case 19: p.kind = 77; break;
    case 20: p.kind = -1; break;
    case 21: p.distance = -HUGE_VAL; break;
    }
    return p;
}

static void test_index_probes_refused(void **state)
{
    enum { MANY = 3000 };
    static cim_probe probes[MANY];
    static size_t starts[MANY + 1], counts[MANY];
    static uint32_t ids[MANY * 2];
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 13;
    cim_box box = { 478000, 478000, 498000, 498000 };
    (void)state;
    for (size_t n = 0; n <= 100; n += 100) {
        oracle_set set = oracle_make(&oracle_worlds[1], n, ORACLE_Z, &seed);
        cim_index *index = oracle_build(ctx, &set, 0);
        for (int i = 0; i < BAD_PROBES; i++) {
            cim_buf buf = CIM_BUF_INIT;
            cim_probe p = bad_probe(i);
            size_t count = 4;
            assert_status(ctx, cim_index_query(ctx, index, &p, ids, 10, &count), CIM_EARG);
            assert_status(ctx, cim_index_nearest(ctx, index, &p, 10, ids, NULL, &count), CIM_EARG);
            for (size_t k = 0; k < MANY; k++) probes[k] = cim_probe_box(&box);
            probes[1234] = probes[2999] = p;
            assert_status(ctx, cim_index_query_many(ctx, index, probes, MANY, starts, starts, &buf), CIM_EARG);
            if (!strstr(cim_ctx_error(ctx), "1234")) print_error("# text without the number: %s\n", cim_ctx_error(ctx));
            assert_non_null(strstr(cim_ctx_error(ctx), "1234"));
            assert_null(buf.data);
            assert_status(ctx, cim_index_nearest_many(ctx, index, probes, MANY, 2, ids, NULL, counts), CIM_EARG);
            assert_non_null(strstr(cim_ctx_error(ctx), "1234"));
        }
        cim_probe segment = cim_probe_segment(0, 0, 1, 1);
        size_t count;
        assert_status(ctx, cim_index_nearest(ctx, index, &segment, 1, ids, NULL, &count), CIM_EARG);
        segment.z0 = 5, segment.z1 = 1; /* a segment may go down */
        assert_ok(ctx, cim_index_query(ctx, index, &segment, ids, 10, &count));
        assert_status(ctx, cim_index_join(ctx, index, index, -1, NULL, &count), CIM_EARG);
        assert_status(ctx, cim_index_join(ctx, index, index, NAN, NULL, &count), CIM_EARG);
        assert_status(ctx, cim_index_join(ctx, index, index, INFINITY, NULL, &count), CIM_EARG);
        cim_index_free(index);
        oracle_free(&set);
    }
    cim_ctx_free(ctx);
}

static void test_index_cancel(void **state)
{
    static cim_probe probes[100];
    static size_t starts[101], counts[100];
    static uint32_t ids[100];
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 14;
    oracle_set set = oracle_make(&oracle_worlds[1], 100000, 0, &seed);
    cim_index *index = oracle_build(ctx, &set, 0), *other = NULL;
    cim_buf buf = CIM_BUF_INIT;
    size_t count;
    (void)state;
    for (int i = 0; i < 100; i++) probes[i] = cim_probe_box(&set.boxes[i]);
    cim_ctx_cancel(ctx);
    assert_status(ctx, cim_index_build(ctx, set.boxes, set.n, NULL, &other), CIM_ECANCEL);
    assert_null(other);
    assert_status(ctx, cim_index_query_many(ctx, index, probes, 100, starts, counts, &buf), CIM_ECANCEL);
    assert_status(ctx, cim_index_nearest_many(ctx, index, probes, 100, 1, ids, NULL, counts), CIM_ECANCEL);
    assert_status(ctx, cim_index_join(ctx, index, index, 1, &buf, &count), CIM_ECANCEL);
    assert_null(buf.data);
    cim_ctx_resume(ctx);
    assert_ok(ctx, cim_index_query_many(ctx, index, probes, 100, starts, counts, NULL));
    cim_index *second = cim_index_ref(index);
    assert_ptr_equal(second, index);
    cim_index_free(index);
    assert_int_equal(cim_index_count(second), set.n);
    cim_index_free(second);
    oracle_free(&set);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_random),
        cmocka_unit_test(test_index_sizes),
        cmocka_unit_test(test_index_coinciding),
        cmocka_unit_test(test_index_exact_beside),
        cmocka_unit_test(test_index_reach_is_just_enough),
        cmocka_unit_test(test_index_nearest_of_a_rare_class),
        cmocka_unit_test(test_index_far_probes),
        cmocka_unit_test(test_index_extreme_numbers),
        cmocka_unit_test(test_index_negative_zero),
        cmocka_unit_test(test_index_lanes_agree),
        cmocka_unit_test(test_index_is_deterministic),
        cmocka_unit_test(test_index_many_equals_single),
        cmocka_unit_test(test_index_greatest_ids),
        cmocka_unit_test(test_index_build_refuses),
        cmocka_unit_test(test_index_options_checked),
        cmocka_unit_test(test_index_probes_refused),
        cmocka_unit_test(test_index_cancel),
    };
    return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
