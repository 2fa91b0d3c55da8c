/* A metric updated in part is the metric built anew, number for number. */
#include "graphs.h"
#include "route/metric.h"

#include <stdlib.h>
#include <string.h>

/* Chains of updates, each also built from nothing. */
static int run_updates(cim_ctx *ctx, graph *g, cim_route_hierarchy *h, uint64_t *seed, int steps, size_t most)
{
    cim_route_metric *m = NULL;
    int parts = 0;
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, NULL, &m));
    for (int step = 0; step < steps && g->m; step++) {
        uint32_t arcs[300], weights[300];
        size_t count = support_random(seed) % (most + 1);
        for (size_t i = 0; i < count; i++) {
            arcs[i] = (uint32_t)(support_random(seed) % g->m);
            weights[i] = weight_random(seed, step % 6);
            g->weight[arcs[i]] = weights[i];
        }
        cim_route_metric *next = NULL, *fresh = NULL;
        assert_ok(ctx, cim_route_metric_update(ctx, m, arcs, weights, count, NULL, &next));
        assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, NULL, &fresh));
        assert_memory_equal(next->weight, fresh->weight, (size_t)h->up_count * 8);
        assert_memory_equal(cim_route_metric_weights(next), cim_route_metric_weights(fresh), (size_t)g->m * 4);
        bool done;
        assert_ok(ctx, cim__metric_touch(ctx, fresh, m->weight, arcs, count, &done)); /* once more, to see which way it went */
        if (done) assert_memory_equal(next->weight, fresh->weight, (size_t)h->up_count * 8);
        parts += done;
        cim_route_metric_free(fresh);
        cim_route_metric_free(m);
        m = next;
    }
    cim_route_metric_free(m);
    return parts;
}

static void test_route_update_equals_build(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 7;
    int parts = 0;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint32_t order[MAX_NODES];
        graph *g = graph_random(&seed, round);
        order_random(&seed, g->n, order);
        cim_route_hierarchy *h = graph_hierarchy(ctx, g, round % 2 ? NULL : order);
        parts += run_updates(ctx, g, h, &seed, 6, 5);
        cim_route_hierarchy_free(h);
        graph_free(g);
    }
    assert_true(parts > 2000);
    cim_ctx_free(ctx);
}

static void test_route_update_large(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 8;
    graph *g = graph_grid(70, 70, 5);
    cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL);
    (void)state;
    int parts = run_updates(ctx, g, h, &seed, 60, 3);
    assert_true(parts > 30);
    run_updates(ctx, g, h, &seed, 20, 300);
    cim_route_hierarchy_free(h);
    graph_free(g);
    cim_ctx_free(ctx);
}

/* The metric before stays what it was, with and without labels, and outlives everything it came from. */
static void test_route_update_leaves_old(void **state)
{
    cim_ctx *ctx = support_ctx();
    graph *g = graph_grid(20, 20, 6);
    cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL);
    cim_route_metric *old = NULL, *labelled = NULL, *next = NULL;
    cim_route_query *q = NULL;
    uint32_t before, after, arc = 0, closed = NO_WAY;
    (void)state;
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, NULL, &old));
    assert_ok(ctx, cim_route_metric_label(ctx, old, NULL, &labelled));
    assert_ok(ctx, cim_route_query_new(ctx, h, &q));
    assert_ok(ctx, cim_route_time(ctx, old, q, g->tail[arc], g->head[arc], &before));
    for (arc = 0; arc < g->m; arc++) {
        cim_route_metric_free(next);
        next = NULL;
        assert_ok(ctx, cim_route_metric_update(ctx, old, &arc, &closed, 1, NULL, &next));
        assert_ok(ctx, cim_route_time(ctx, next, q, g->tail[arc], g->head[arc], &after));
    }
    cim_route_metric_free(old);
    cim_route_metric_free(next);
    cim_route_hierarchy_free(h);
    cim_ctx_free(ctx);
    ctx = support_ctx();
    assert_ok(ctx, cim_route_time(ctx, labelled, q, g->tail[0], g->head[0], &after));
    assert_int_equal(after, before);
    cim_route_metric *again = cim_route_metric_ref(labelled);
    cim_route_metric_free(labelled);
    assert_ok(ctx, cim_route_time(ctx, again, q, g->tail[0], g->head[0], &after));
    assert_int_equal(after, before);
    cim_route_metric_free(again);
    cim_route_query_free(q);
    graph_free(g);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_update_equals_build), cmocka_unit_test(test_route_update_large), cmocka_unit_test(test_route_update_leaves_old) };
    return cmocka_run_group_tests_name("route_update", tests, NULL, NULL);
}
