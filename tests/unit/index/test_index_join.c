/* Joins against all pairs. */
#include "oracle.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t id_of(const oracle_set *s, size_t i) { return s->ids ? s->ids[i] : (uint32_t)i; }

/* The pairs as sorted numbers; a self-join's pairs with the lesser id first. */
static uint64_t *joined(cim_ctx *ctx, const cim_index *a, const cim_index *b, double distance, size_t *count_out)
{
    cim_buf pairs = CIM_BUF_INIT;
    size_t counted = 77, count = 78;
    assert_ok(ctx, cim_index_join(ctx, a, b, distance, NULL, &counted));
    assert_ok(ctx, cim_index_join(ctx, a, b, distance, &pairs, &count));
    assert_int_equal(count, counted);
    assert_int_equal(pairs.size, count * 8);
    uint64_t *sorted = calloc(count + 1, sizeof *sorted);
    const uint32_t *p = (const void *)pairs.data;
    for (size_t i = 0; i < count; i++) {
        uint32_t x = p[2 * i], y = p[2 * i + 1];
        if (a == b) assert_true(x != y);
        sorted[i] = a == b && x > y ? (uint64_t)y << 32 | x : (uint64_t)x << 32 | y;
    }
    if (count) qsort(sorted, count, sizeof *sorted, ascending);
    for (size_t i = 1; i < count; i++) assert_true(sorted[i] != sorted[i - 1]); /* every pair once */
    cim_buf_dispose(&pairs);
    *count_out = count;
    return sorted;
}

static double apart(double a0, double a1, double b0, double b1, double slack) { return fmax(fmax(a0 - b1, b0 - a1) - slack, 0); }

static bool near_enough(const oracle_set *a, size_t i, const oracle_set *b, size_t j, double distance, double slack)
{
    const cim_box *p = &a->boxes[i], *q = &b->boxes[j];
    if (a->z && b->z && apart(a->z[2 * i], a->z[2 * i + 1], b->z[2 * j], b->z[2 * j + 1], slack) > 0) return false;
    double dx = apart(p->min_x, p->max_x, q->min_x, q->max_x, slack), dy = apart(p->min_y, p->max_y, q->min_y, q->max_y, slack);
    double sum = dx * dx + dy * dy, limit = distance * distance;
    return sum <= limit * (a->world.lattice ? 1 : 1 + (slack > 0 ? 1 : -1) * 16 * DBL_EPSILON);
}

static void check_pairs(const oracle_set *a, const oracle_set *b, double distance, double slack, const uint64_t *pairs, size_t count)
{
    size_t met = 0;
    for (size_t i = 0; i < a->n; i++) {
        for (size_t j = a == b ? i + 1 : 0; j < b->n; j++) {
            bool may = near_enough(a, i, b, j, distance, slack);
            if (!may) continue; /* found ones are counted against `met` */
            uint32_t x = id_of(a, i), y = id_of(b, j);
            uint64_t key = a == b && x > y ? (uint64_t)y << 32 | x : (uint64_t)x << 32 | y;
            bool found = count && bsearch(&key, pairs, count, sizeof key, ascending) != NULL;
            met += found;
            if (!found && near_enough(a, i, b, j, distance, 0)) {
                print_error("# %s with %s, distance %.17g: boxes %zu and %zu lost\n", a->label, b->label, distance, i, j);
                fail();
            }
        }
    }
    if (met != count) print_error("# %s with %s, distance %.17g: %zu pairs too many\n", a->label, b->label, distance, count - met);
    assert_int_equal(met, count);
    oracle_cases++;
}

static double slack_of(const oracle_set *a, const cim_index *ia, const oracle_set *b, const cim_index *ib)
{
    double origin = fmax(fabs(a->world.origin) + a->world.extent, fabs(b->world.origin) + b->world.extent);
    return 3 * (cim_index_step(ia) + cim_index_step(ib)) + 8 * DBL_EPSILON * origin;
}

static void test_index_join_two(void **state)
{
    static const size_t sizes[] = { 0, 1, 16, 17, 100, 257, 700, 1500 };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 50;
    (void)state;
    for (int round = 0; round < 220; round++) {
        oracle_world w = oracle_worlds[(size_t)round % oracle_world_count], v = w;
        if (round % 3 == 1) v.size *= 4, v.extent /= 2; /* grids that differ */
        if (v.lattice) v.extent = floor(v.extent);
        if (w.size == 0 && round % 2) w.size = v.size = w.extent / 50;
        oracle_set a = oracle_make(&w, sizes[support_random(&seed) % 8], round / 11 % 8, &seed), b = oracle_make(&v, sizes[support_random(&seed) % 8], round / 22 % 8, &seed);
        cim_index *ia = oracle_build(ctx, &a, round % 2), *ib = oracle_build(ctx, &b, round / 2 % 2);
        double distance = round % 4 ? w.extent * pow(support_uniform(&seed, 0, 1), 4) / 10 : 0;
        if (w.lattice) distance = floor(distance);
        size_t count;
        uint64_t *pairs = joined(ctx, ia, ib, distance, &count);
        check_pairs(&a, &b, distance, slack_of(&a, ia, &b, ib), pairs, count);
        free(pairs);
        cim_index_free(ia);
        cim_index_free(ib);
        oracle_free(&a);
        oracle_free(&b);
    }
    cim_ctx_free(ctx);
}

static void test_index_join_self(void **state)
{
    static const size_t sizes[] = { 0, 1, 2, 15, 16, 17, 256, 257, 1000 };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 51;
    (void)state;
    for (int round = 0; round < 132; round++) {
        oracle_set a = oracle_make(&oracle_worlds[(size_t)round % oracle_world_count], sizes[round % 9], round / 11 % 8, &seed);
        cim_index *ia = oracle_build(ctx, &a, round % 2);
        double distance = round % 3 ? a.world.extent * pow(support_uniform(&seed, 0, 1), 4) / 10 : 0;
        if (a.world.lattice) distance = floor(distance);
        size_t count;
        uint64_t *pairs = joined(ctx, ia, ia, distance, &count);
        check_pairs(&a, &a, distance, slack_of(&a, ia, &a, ia), pairs, count);
        free(pairs);
        cim_index_free(ia);
        oracle_free(&a);
    }
    cim_ctx_free(ctx);
}

/* Indexes of different sizes and worlds that lie apart, within one another, or meet at an edge. */
static void test_index_join_unlike(void **state)
{
    static const oracle_world worlds[] = { { "here", 0, 1000, 3, false }, { "aside", 1000, 500, 3, false }, { "far", 1e9, 100, 3, false }, { "within", 400, 10, 0.1, false }, { "around", -1e8, 2e8, 1e6, false }, { "place", 500, 0, 0, false } };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 52;
    (void)state;
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
            oracle_set a = oracle_make(&worlds[i], 300, 0, &seed), b = oracle_make(&worlds[j], 40, 0, &seed);
            cim_index *ia = oracle_build(ctx, &a, 0), *ib = oracle_build(ctx, &b, 1);
            for (int k = 0; k < 3; k++) {
                double distance = k == 0 ? 0 : k == 1 ? 20 : 1e9;
                size_t count;
                uint64_t *pairs = joined(ctx, ia, ib, distance, &count);
                check_pairs(&a, &b, distance, slack_of(&a, ia, &b, ib), pairs, count);
                free(pairs);
            }
            cim_index_free(ia);
            cim_index_free(ib);
            oracle_free(&a);
            oracle_free(&b);
        }
    }
    cim_ctx_free(ctx);
}

static void test_index_join_threads_agree(void **state)
{
    uint64_t seed = 53, *first[2] = { NULL, NULL };
    size_t counts[2] = { 0, 0 };
    oracle_set a = oracle_make(&oracle_worlds[1], 40000, 0, &seed), b = oracle_make(&oracle_worlds[1], 30000, 0, &seed);
    (void)state;
    for (uint32_t threads = 1; threads <= 4; threads *= 2) {
        cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
        cim_ctx *ctx = NULL;
        options.threads = threads;
        assert_int_equal(cim_ctx_new(&options, &ctx), CIM_OK);
        cim_index *ia = oracle_build(ctx, &a, 0), *ib = oracle_build(ctx, &b, 0);
        for (int self = 0; self < 2; self++) {
            size_t count;
            uint64_t *pairs = joined(ctx, ia, self ? ia : ib, 5, &count);
            if (threads > 1) {
                assert_int_equal(count, counts[self]);
                assert_memory_equal(pairs, first[self], count * sizeof *pairs);
                free(pairs);
            } else {
                first[self] = pairs, counts[self] = count;
            }
        }
        cim_index_free(ia);
        cim_index_free(ib);
        cim_ctx_free(ctx);
    }
    assert_true(counts[0] > 1000);
    free(first[0]), free(first[1]);
    oracle_free(&a);
    oracle_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_index_join_two), cmocka_unit_test(test_index_join_self), cmocka_unit_test(test_index_join_unlike), cmocka_unit_test(test_index_join_threads_agree) };
    return cmocka_run_group_tests_name("index/join", tests, NULL, NULL);
}
