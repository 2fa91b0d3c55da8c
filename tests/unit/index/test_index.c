/* The spatial index against brute force. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX = 3000 };

static cim_box boxes[MAX];
static uint32_t ids[MAX];
static double distances[MAX];

typedef struct world {
    double origin, extent, size;
} world;

static const world worlds[] = { { 0, 100, 5 }, { 478000, 20000, 30 }, { -1e8, 2e8, 1e4 }, { 8.5, 0.3, 0.0005 }, { 5e6, 0, 0 }, { 0, 10, 0 } };

static size_t fill(const world *w, uint64_t *seed)
{
    static const size_t sizes[] = { 0, 1, 2, 15, 16, 17, 255, 256, 257, 1000, 2999 };
    size_t n = sizes[support_random(seed) % 11];
    for (size_t i = 0; i < n; i++) {
        double x = w->origin + support_uniform(seed, 0, w->extent), y = w->origin + support_uniform(seed, 0, w->extent);
        boxes[i] = (cim_box){ x, y, x + support_uniform(seed, 0, w->size), y + support_uniform(seed, 0, w->size) };
        if (i && support_random(seed) % 8 == 0) boxes[i] = boxes[i - 1]; /* duplicates */
    }
    return n;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static cim_box random_window(const world *w, uint64_t *seed, size_t n)
{
    double x = w->origin + support_uniform(seed, -0.1, 1.1) * w->extent, y = w->origin + support_uniform(seed, -0.1, 1.1) * w->extent;
    double size = w->extent * pow(support_uniform(seed, 0, 1), 4);
    if (n && support_random(seed) % 4 == 0) return boxes[support_random(seed) % n]; /* edges that touch */
    return (cim_box){ x, y, x + size, y + size };
}

static void check_window(cim_ctx *ctx, const cim_index *index, size_t n, const cim_box *w)
{
    size_t count, counted, missing = 0, extra = 0, at = 0;
    double step = cim_index_step(index);
    assert_ok(ctx, cim_index_query(ctx, index, w, ids, MAX, &count));
    assert_ok(ctx, cim_index_query(ctx, index, w, NULL, 0, &counted));
    assert_int_equal(count, counted);
    qsort(ids, count, sizeof *ids, ascending);
    for (size_t i = 0; i < n; i++) {
        const cim_box *b = &boxes[i];
        bool meets = b->min_x <= w->max_x && b->max_x >= w->min_x && b->min_y <= w->max_y && b->max_y >= w->min_y;
        bool nearly = b->min_x <= w->max_x + 3 * step && b->max_x >= w->min_x - 3 * step && b->min_y <= w->max_y + 3 * step && b->max_y >= w->min_y - 3 * step;
        bool found = at < count && ids[at] == i;
        at += found;
        missing += meets && !found;
        extra += found && !nearly;
    }
    assert_int_equal(missing, 0);
    assert_int_equal(extra, 0);
    assert_int_equal(at, count);
    size_t few;
    assert_ok(ctx, cim_index_query(ctx, index, w, ids, 3, &few));
    assert_int_equal(few, count);
}

static double box_distance(const cim_box *b, double x, double y)
{
    double dx = fmax(fmax(b->min_x - x, x - b->max_x), 0), dy = fmax(fmax(b->min_y - y, y - b->max_y), 0);
    return hypot(dx, dy);
}

static void check_nearest(cim_ctx *ctx, const cim_index *index, size_t n, double x, double y, size_t k, double limit)
{
    static double all[MAX];
    size_t count, within = 0;
    double step = cim_index_step(index);
    assert_ok(ctx, cim_index_nearest(ctx, index, x, y, k, limit, ids, distances, &count));
    for (size_t i = 0; i < n; i++) {
        all[i] = box_distance(&boxes[i], x, y);
        within += all[i] <= limit;
    }
    assert_true(count <= k && (count == k || count >= within));
    for (size_t i = 0; i < count; i++) {
        size_t closer = 0;
        assert_true(fabs(all[ids[i]] - distances[i]) <= 4 * step);
        assert_true(!i || distances[i] >= distances[i - 1]);
        for (size_t j = 0; j < n; j++) closer += all[j] < distances[i] - 4 * step;
        assert_true(closer <= i);
    }
}

static void test_index_random(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 42;
    (void)state;
    for (int round = 0; round < 300; round++) {
        const world *w = &worlds[round % 6];
        size_t n = fill(w, &seed);
        cim_index *index = NULL;
        assert_ok(ctx, cim_index_build(ctx, boxes, n, &index));
        assert_int_equal(cim_index_count(index), n);
        for (int i = 0; i < 30; i++) {
            cim_box window = random_window(w, &seed, n);
            check_window(ctx, index, n, &window);
            check_nearest(ctx, index, n, window.min_x, window.max_y, 1 + support_random(&seed) % 80, i & 1 ? HUGE_VAL : w->extent * 0.05);
        }
        cim_index_free(index);
    }
    cim_ctx_free(ctx);
}

static void test_index_refuses(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_index *index = NULL;
    cim_box good = { 0, 0, 1, 1 }, bad[] = { { NAN, 0, 1, 1 }, { 0, 0, INFINITY, 1 }, { 2, 0, 1, 1 }, { 0, 5, 1, 1 } };
    size_t count;
    (void)state;
    for (int i = 0; i < 4; i++) {
        boxes[0] = good;
        boxes[1] = bad[i];
        assert_status(ctx, cim_index_build(ctx, boxes, 2, &index), CIM_EARG);
        assert_non_null(strstr(cim_ctx_error(ctx), "box 1"));
        assert_null(index);
    }
    assert_ok(ctx, cim_index_build(ctx, &good, 1, &index));
    for (int i = 0; i < 4; i++) assert_status(ctx, cim_index_query(ctx, index, &bad[i], ids, MAX, &count), CIM_EARG);
    assert_status(ctx, cim_index_nearest(ctx, index, NAN, 0, 1, 1, ids, NULL, &count), CIM_EARG);
    assert_status(ctx, cim_index_nearest(ctx, index, 0, 0, 1, -1, ids, NULL, &count), CIM_EARG);
    cim_index_free(index);
    cim_index_free(NULL);
    cim_ctx_free(ctx);
}

static void test_index_save_load(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 43;
    (void)state;
    for (int round = 0; round < 30; round++) {
        size_t n = fill(&worlds[1], &seed);
        cim_index *index = NULL, *back = NULL;
        cim_buf bytes = CIM_BUF_INIT;
        assert_ok(ctx, cim_index_build(ctx, boxes, n, &index));
        assert_ok(ctx, cim_index_save(ctx, index, &bytes));
        assert_ok(ctx, cim_index_load(ctx, bytes.data, bytes.size, &back));
        for (int i = 0; i < 20; i++) {
            cim_box window = random_window(&worlds[1], &seed, n);
            check_window(ctx, back, n, &window);
        }
        cim_index_free(back);
        for (size_t cut = 0; cut < bytes.size; cut += 1 + cut / 3) assert_true(cim_index_load(ctx, bytes.data, cut, &back) < 0);
        for (int i = 0; i < 200; i++) { /* flipped bytes: refused, or an index that stays in its arrays */
            size_t at = support_random(&seed) % bytes.size, count;
            char old = bytes.data[at];
            bytes.data[at] = (char)support_random(&seed);
            cim_index *damaged = NULL;
            if (cim_index_load(ctx, bytes.data, bytes.size, &damaged) == CIM_OK) {
                cim_box all = { -1e9, -1e9, 1e9, 1e9 };
                assert_ok(ctx, cim_index_query(ctx, damaged, &all, ids, MAX, &count));
                assert_true(count <= n);
                for (size_t k = 0; k < count; k++) assert_true(ids[k] < n);
                assert_ok(ctx, cim_index_nearest(ctx, damaged, 478000, 478000, 20, HUGE_VAL, ids, distances, &count));
                cim_index_free(damaged);
            }
            bytes.data[at] = old;
        }
        cim_buf_dispose(&bytes);
        cim_index_free(index);
    }
    cim_ctx_free(ctx);
}

/* The same input gives the same bytes, whatever was built before. */
static void test_index_is_deterministic(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_buf first = CIM_BUF_INIT, second = CIM_BUF_INIT;
    (void)state;
    for (int round = 0; round < 2; round++) {
        uint64_t seed = 77;
        cim_index *index = NULL;
        for (size_t i = 0; i < 2000; i++) {
            double x = support_uniform(&seed, 0, 1000), y = support_uniform(&seed, 0, 1000);
            boxes[i] = (cim_box){ x, y, x + 1, y + 1 };
        }
        assert_ok(ctx, cim_index_build(ctx, boxes, 2000, &index));
        assert_ok(ctx, cim_index_save(ctx, index, round ? &second : &first));
        cim_index_free(index);
    }
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
    cim_buf_dispose(&first);
    cim_buf_dispose(&second);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_index_random), cmocka_unit_test(test_index_refuses), cmocka_unit_test(test_index_save_load), cmocka_unit_test(test_index_is_deterministic) };
    return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
