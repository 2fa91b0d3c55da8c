/* Readers beside a writer: what a reader gets is of the epoch it holds. */
#include "graphs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { READERS = 3, TICKS = 60 };

typedef struct board {
    const graph *g;
    cim_route_hierarchy *h;
    cim_route_live *live;
    atomic_int done;
} board;

static uint32_t read_epoch(cim_ctx *ctx, const board *b, cim_route_query *q, uint64_t *seed, uint64_t *epoch)
{
    uint32_t *times = calloc(b->g->n, 4), bad = 0, from = (uint32_t)(support_random(seed) % b->g->n), time;
    cim_route_view *view = cim_route_live_view(b->live), *again = cim_route_view_ref(view);
    const cim_route_metric *m = cim_route_view_metric(view);
    int64_t as_of;
    uint64_t number = cim_route_view_epoch(view, &as_of);
    cim_route_view_free(view);
    bad += number < *epoch || (number && (uint64_t)as_of != number) || cim_route_metric_weights(m)[0] != 1000 + number;
    *epoch = number;
    oracle(b->g, cim_route_metric_weights(m), false, &(cim_route_end){ from, 0 }, 1, times);
    for (uint32_t v = 0; v < b->g->n; v++) bad += cim_route_time(ctx, m, q, from, v, &time) < 0 || time != times[v];
    cim_route_view_free(again);
    free(times);
    return bad;
}

static void *reader(void *arg)
{
    board *b = arg;
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    cim_route_query *q = NULL;
    uint64_t seed = (uint64_t)(uintptr_t)&ctx, bad = 0, epoch = 0;
    opts.threads = 1;
    if (cim_ctx_new(&opts, &ctx) < 0 || cim_route_query_new(ctx, b->h, &q) < 0) return (void *)1;
    while (!atomic_load(&b->done)) bad += read_epoch(ctx, b, q, &seed, &epoch);
    bad += read_epoch(ctx, b, q, &seed, &epoch) || epoch != TICKS;
    cim_route_query_free(q);
    cim_ctx_free(ctx);
    return (void *)(uintptr_t)bad;
}

static void test_route_live_readers_and_writer(void **state)
{
    cim_ctx *ctx = support_ctx();
    graph *g = graph_grid(9, 9, 3);
    cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_route_live_options o = CIM_ROUTE_LIVE_OPTIONS_INIT;
    board b = { g, graph_hierarchy(ctx, g, NULL), NULL, 0 };
    pthread_t threads[READERS];
    uint32_t source;
    uint64_t seed = 9;
    (void)state;
    g->weight[0] = 1000;
    o.labels = &labels;
    assert_ok(ctx, cim_route_live_new(ctx, b.h, g->weight, &o, &b.live));
    assert_ok(ctx, cim_route_live_source(ctx, b.live, "writer", 0, &source));
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, reader, &b), 0);
    for (int64_t tick = 1; tick <= TICKS; tick++) {
        cim_route_change c[30];
        for (uint32_t i = 0; i < 30; i++) {
            uint32_t arc = i ? 1 + (uint32_t)(support_random(&seed) % (g->m - 1)) : 0;
            c[i] = (cim_route_change){ arc, source, i % 5 == 4 ? CIM_ROUTE_CLOSED : CIM_ROUTE_WEIGHT, 0, i ? (double)(support_random(&seed) % 9000) : (double)(1000 + tick), tick, tick, i ? tick + 5 : tick + 1 };
        }
        assert_ok(ctx, cim_route_live_apply(ctx, b.live, c, 30));
        assert_ok(ctx, cim_route_live_publish(ctx, b.live, tick, NULL));
    }
    atomic_store(&b.done, 1);
    for (int i = 0; i < READERS; i++) {
        void *bad = NULL;
        pthread_join(threads[i], &bad);
        assert_null(bad);
    }
    cim_route_live_free(b.live);
    cim_route_hierarchy_free(b.h);
    graph_free(g);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_live_readers_and_writer) };
    return cmocka_run_group_tests_name("route_live_threads", tests, NULL, NULL);
}
