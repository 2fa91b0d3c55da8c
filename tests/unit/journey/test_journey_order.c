/* test_journey_order.c - orders of stops: few against all permutations, many against every single improvement. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#define NO_WAY CIM_ROUTE_UNREACHABLE_MS
enum { MOST = 60 };

typedef struct times {
    size_t n;
    uint32_t ms[MOST * MOST];
} times;

static void random_times(times *t, uint64_t *seed, size_t n, int kind)
{
    double x[MOST], y[MOST];
    t->n = n;
    for (size_t i = 0; i < n; i++) x[i] = support_uniform(seed, 0, 1000), y[i] = support_uniform(seed, 0, 1000);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            double dx = x[i] - x[k], dy = y[i] - y[k];
            t->ms[i * n + k] = (uint32_t)(dx * dx + dy * dy) / 1000 + (uint32_t)(support_random(seed) % 50);
            if (kind == 1) t->ms[i * n + k] = (uint32_t)(support_random(seed) % 1000);
            if (kind == 2 && support_random(seed) % 3 == 0) t->ms[i * n + k] = NO_WAY;
            if (kind == 3 && support_random(seed) % 3 == 0) t->ms[i * n + k] = support_random(seed) % 2 ? 0xffffffffu : 0;
        }
}

static uint64_t total(const times *t, const uint32_t *order)
{
    uint64_t sum = 0;
    for (size_t i = 1; i < t->n; i++) {
        uint32_t ms = t->ms[order[i - 1] * t->n + order[i]];
        if (ms >= NO_WAY) return UINT64_MAX;
        sum += ms;
    }
    return sum;
}

static uint64_t best_of_all(const times *t, uint32_t *order, size_t first)
{
    if (first + 1 >= t->n) return total(t, order);
    uint64_t best = UINT64_MAX;
    for (size_t i = first; i + 1 < t->n; i++) {
        uint32_t swap = order[first];
        order[first] = order[i];
        order[i] = swap;
        uint64_t sum = best_of_all(t, order, first + 1);
        if (sum < best) best = sum;
        swap = order[first];
        order[first] = order[i];
        order[i] = swap;
    }
    return best;
}

static void is_order(const uint32_t *order, size_t n)
{
    bool seen[MOST] = { false };
    for (size_t i = 0; i < n; i++) {
        assert_true(order[i] < n && !seen[order[i]]);
        seen[order[i]] = true;
    }
    assert_int_equal(order[0], 0);
    assert_int_equal(order[n - 1], n - 1);
}

static void test_order_few(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 81;
    static times t;
    (void)state;
    for (int round = 0; round < 1500; round++) {
        uint32_t order[MOST], mine[MOST], exact = 7;
        random_times(&t, &seed, 1 + support_random(&seed) % 8, round % 4);
        for (uint32_t i = 0; i < t.n; i++) mine[i] = i;
        uint64_t wanted = best_of_all(&t, mine, 1);
        cim_status st = cim_journey_order(ctx, t.ms, t.n, order, &exact);
        assert_status(ctx, st, wanted == UINT64_MAX ? CIM_ENOTFOUND : CIM_OK);
        if (st < 0) continue;
        is_order(order, t.n);
        assert_int_equal(exact, 1);
        assert_true(total(&t, order) == wanted);
    }
    cim_ctx_free(ctx);
}

/* No run turned round, no run of up to three moved, is better. */
static void no_move_helps(const times *t, const uint32_t *order)
{
    uint64_t now = total(t, order);
    uint32_t other[MOST];
    for (size_t a = 1; a + 1 < t->n; a++)
        for (size_t b = a; b + 1 < t->n; b++) {
            memcpy(other, order, sizeof other);
            for (size_t i = 0; i <= b - a; i++) other[a + i] = order[b - i];
            assert_true(total(t, other) >= now);
            for (size_t to = 1; b - a < 3 && to + (b - a) + 1 < t->n; to++) {
                size_t n = 0, k = b - a + 1;
                uint32_t rest[MOST];
                for (size_t i = 0; i < t->n; i++)
                    if (i < a || i > b) rest[n++] = order[i];
                memcpy(other, rest, to * sizeof *rest);
                memcpy(other + to, order + a, k * sizeof *rest);
                memcpy(other + to + k, rest + to, (n - to) * sizeof *rest);
                assert_true(total(t, other) >= now);
            }
        }
}

static void test_order_many(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 82;
    static times t;
    (void)state;
    for (int round = 0; round < 60; round++) {
        uint32_t order[MOST], again[MOST], exact = 7;
        random_times(&t, &seed, CIM_JOURNEY_EXACT_STOPS + (round ? support_random(&seed) % (MOST - CIM_JOURNEY_EXACT_STOPS) : 1), round % 2);
        assert_ok(ctx, cim_journey_order(ctx, t.ms, t.n, order, &exact));
        is_order(order, t.n);
        assert_int_equal(exact, t.n <= CIM_JOURNEY_EXACT_STOPS);
        no_move_helps(&t, order);
        assert_ok(ctx, cim_journey_order(ctx, t.ms, t.n, again, NULL));
        assert_memory_equal(order, again, t.n * sizeof *order);
    }
    cim_ctx_free(ctx);
}

static void test_order_refuses(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint32_t ms[4] = { 0, NO_WAY, 5, 0 }, order[2] = { 9, 9 };
    (void)state;
    assert_status(ctx, cim_journey_order(ctx, ms, 0, order, NULL), CIM_EARG);
    assert_status(ctx, cim_journey_order(ctx, ms, 1001, order, NULL), CIM_EARG);
    assert_status(ctx, cim_journey_order(ctx, NULL, 2, order, NULL), CIM_EARG);
    assert_status(ctx, cim_journey_order(ctx, ms, 2, order, NULL), CIM_ENOTFOUND);
    assert_int_equal(order[0], 9);
    cim_ctx_free(ctx);
}

static cim_status order_both(cim_ctx *ctx)
{
    static times t;
    uint64_t seed = 83;
    uint32_t order[MOST];
    random_times(&t, &seed, 10, 0);
    cim_status st = cim_journey_order(ctx, t.ms, 10, order, NULL);
    random_times(&t, &seed, 30, 0);
    return st < 0 ? st : cim_journey_order(ctx, t.ms, 30, order, NULL);
}

static void test_order_oom(void **state)
{
    (void)state;
    support_fault_loop("order", order_both, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_order_few), cmocka_unit_test(test_order_many), cmocka_unit_test(test_order_refuses), cmocka_unit_test(test_order_oom) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
