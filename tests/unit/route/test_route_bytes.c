/* Hierarchies as bytes: there and back, damaged, of another graph. */
#include "graphs.h"
#include "core/hash.h"
#include "route/route.h"

#include <stdlib.h>
#include <string.h>

static void ask_all(cim_ctx *ctx, const graph *g, cim_route_hierarchy *h, const uint32_t *expected)
{
    cim_route_metric *m = NULL;
    cim_route_query *q = NULL;
    static uint32_t times[MAX_NODES];
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, NULL, &m));
    assert_ok(ctx, cim_route_query_new(ctx, h, &q));
    for (uint32_t v = 0; v < g->n; v++) {
        assert_ok(ctx, cim_route_all(ctx, m, q, 0, &(cim_route_end){ v, 0 }, 1, NO_WAY, times));
        if (expected) assert_memory_equal(times, expected + (size_t)v * g->n, g->n * 4);
    }
    cim_route_query_free(q);
    cim_route_metric_free(m);
}

static void test_route_save_load(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 9;
    static uint32_t expected[MAX_NODES * MAX_NODES];
    (void)state;
    for (int round = 0; round < 300; round++) {
        graph *g = graph_random(&seed, round);
        cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL), *back = NULL, *same = NULL;
        cim_buf bytes = CIM_BUF_INIT, again = CIM_BUF_INIT;
        cim_route_graph view = graph_view(g);
        for (uint32_t v = 0; v < g->n; v++) oracle(g, g->weight, false, &(cim_route_end){ v, 0 }, 1, expected + (size_t)v * g->n);
        assert_ok(ctx, cim_route_hierarchy_save(ctx, h, &bytes));
        assert_ok(ctx, cim_route_hierarchy_load(ctx, bytes.data, bytes.size, round % 2 ? &view : NULL, &back));
        ask_all(ctx, g, back, expected);
        assert_ok(ctx, cim_route_hierarchy_save(ctx, back, &again));
        assert_int_equal(bytes.size, again.size);
        assert_memory_equal(bytes.data, again.data, bytes.size);
        same = graph_hierarchy(ctx, g, cim_route_hierarchy_order(h)); /* its order makes it again */
        assert_ok(ctx, cim_route_hierarchy_save(ctx, same, &again));
        assert_int_equal(bytes.size, again.size);
        assert_memory_equal(bytes.data, again.data, bytes.size);
        if (g->m) {
            g->head[0] = (g->head[0] + 1) % g->n;
            if (g->n > 1) {
                cim_route_hierarchy *none = NULL;
                assert_status(ctx, cim_route_hierarchy_load(ctx, bytes.data, bytes.size, &view, &none), CIM_ENOTFOUND);
                assert_null(none);
            }
        }
        cim_buf_dispose(&bytes);
        cim_buf_dispose(&again);
        cim_route_hierarchy_free(same);
        cim_route_hierarchy_free(back);
        cim_route_hierarchy_free(h);
        graph_free(g);
    }
    cim_ctx_free(ctx);
}

/* The check sum made right again, so that the damage must be found, or be harmless. */
static void seal(cim_buf *bytes)
{
    uint64_t hash, check;
    if (bytes->size < 64) return;
    memcpy(&hash, bytes->data + 24, 8);
    check = cim__hash64(bytes->data + 64, bytes->size - 64, hash);
    memcpy(bytes->data + 32, &check, 8);
}

static void test_route_damaged_bytes(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 10;
    int loaded = 0, refused = 0;
    (void)state;
    for (int round = 0; round < 120; round++) {
        graph *g = graph_random(&seed, round);
        cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL), *back = NULL;
        cim_buf bytes = CIM_BUF_INIT;
        assert_ok(ctx, cim_route_hierarchy_save(ctx, h, &bytes));
        for (size_t cut = 0; cut < bytes.size; cut += 1 + cut / 3) assert_status(ctx, cim_route_hierarchy_load(ctx, bytes.data, cut, NULL, &back), CIM_EFORMAT);
        char *copy = malloc(bytes.size);
        assert_non_null(copy);
        memcpy(copy, bytes.data, bytes.size);
        for (int i = 0; i < 150; i++) {
            size_t at = support_random(&seed) % bytes.size;
            uint32_t word = (uint32_t)(support_random(&seed) % (g->n + 3));
            if (i % 3) bytes.data[at] ^= (char)(1 << support_random(&seed) % 8);
            else memcpy(bytes.data + at / 4 * 4, &word, 4);
            if (memcmp(copy, bytes.data, bytes.size) != 0 && at >= 64) assert_true(cim_route_hierarchy_load(ctx, bytes.data, bytes.size, NULL, &back) < 0);
            if (i % 2) seal(&bytes);
            if (cim_route_hierarchy_load(ctx, bytes.data, bytes.size, NULL, &back) == CIM_OK) {
                if (back->node_count == g->n && back->arc_count == g->m) ask_all(ctx, g, back, NULL);
                cim_route_hierarchy_free(back);
                back = NULL;
                loaded++;
            } else refused++;
            memcpy(bytes.data, copy, bytes.size);
        }
        free(copy);
        cim_buf_dispose(&bytes);
        cim_route_hierarchy_free(h);
        graph_free(g);
    }
    assert_true(refused > 1000 && loaded > 100);
    cim_ctx_free(ctx);
}

static void test_route_newer_version(void **state)
{
    cim_ctx *ctx = support_ctx();
    graph *g = graph_grid(5, 5, 1);
    cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL), *back = NULL;
    cim_buf bytes = CIM_BUF_INIT;
    (void)state;
    assert_ok(ctx, cim_route_hierarchy_save(ctx, h, &bytes));
    bytes.data[8] = 2;
    assert_status(ctx, cim_route_hierarchy_load(ctx, bytes.data, bytes.size, NULL, &back), CIM_EVERSION);
    assert_null(back);
    cim_buf_dispose(&bytes);
    cim_route_hierarchy_free(h);
    graph_free(g);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_save_load), cmocka_unit_test(test_route_damaged_bytes), cmocka_unit_test(test_route_newer_version) };
    return cmocka_run_group_tests_name("route_bytes", tests, NULL, NULL);
}
