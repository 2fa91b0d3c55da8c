/* The same with any number of threads, and many readers beside a writer of new metrics. */
#include "graphs.h"
#include "route/route.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx_of(uint32_t threads)
{
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    opts.threads = threads;
    assert_int_equal(cim_ctx_new(&opts, &ctx), CIM_OK);
    return ctx;
}

static void test_route_same_with_threads(void **state)
{
    graph *g = graph_grid(150, 150, 4);
    cim_ctx *one = ctx_of(1), *four = ctx_of(4);
    cim_route_hierarchy *a = graph_hierarchy(one, g, NULL), *b = graph_hierarchy(four, g, NULL);
    cim_route_metric *ma = NULL, *mb = NULL;
    cim_route_lanes *la = NULL, *lb = NULL;
    cim_route_label_options o = CIM_ROUTE_LABEL_OPTIONS_INIT;
    const uint32_t *rows[] = { g->weight, g->weight };
    (void)state;
    assert_true(a->task_count > 4);
    assert_int_equal(a->up_count, b->up_count);
    assert_memory_equal(a->order, b->order, g->n * 4);
    assert_memory_equal(a->up_head, b->up_head, a->up_count * 4);
    assert_ok(one, cim_route_metric_build(one, a, g->weight, &o, &ma));
    assert_ok(four, cim_route_metric_build(four, b, g->weight, &o, &mb));
    assert_memory_equal(ma->weight, mb->weight, (size_t)a->up_count * 8);
    assert_int_equal(ma->label_bytes, mb->label_bytes);
    assert_memory_equal(ma->label, mb->label, ma->label_bytes);
    assert_ok(one, cim_route_lanes_build(one, a, rows, 2, &la));
    assert_ok(four, cim_route_lanes_build(four, b, rows, 2, &lb));
    assert_memory_equal(la->weight, lb->weight, la->block_size);
    cim_route_end ends[100];
    uint32_t *x = calloc(10000, 4), *y = calloc(10000, 4);
    for (uint32_t i = 0; i < 100; i++) ends[i] = (cim_route_end){ i * 200, i % 3 };
    cim_route_places places = { ends, NULL, 100 };
    assert_ok(one, cim_route_matrix(one, ma, &places, &places, x));
    assert_ok(four, cim_route_matrix(four, mb, &places, &places, y));
    assert_memory_equal(x, y, 40000);
    free(x), free(y);
    cim_route_lanes_free(la);
    cim_route_lanes_free(lb);
    cim_route_metric_free(ma);
    cim_route_metric_free(mb);
    cim_route_hierarchy_free(a);
    cim_route_hierarchy_free(b);
    graph_free(g);
    cim_ctx_free(one);
    cim_ctx_free(four);
}

/* ---- readers and a writer ---- */

enum { READERS = 4, TICKS = 25 };

typedef struct board {
    pthread_mutex_t lock;
    cim_route_metric *now; /* weights of tick k are k + 1 times those of tick 0 */
    bool done;
    const graph *g;
    cim_route_hierarchy *h;
    const uint32_t *truth; /* of tick 0, from node 0 */
} board;

static cim_route_metric *pin(board *b, bool *done)
{
    pthread_mutex_lock(&b->lock);
    cim_route_metric *m = cim_route_metric_ref(b->now);
    *done = b->done;
    pthread_mutex_unlock(&b->lock);
    return m;
}

/* Everything a reader gets is of one tick: a whole multiple of the first one's times. */
static uint32_t read_once(cim_ctx *ctx, board *b, cim_route_metric *m, cim_route_query *q, uint64_t *seed)
{
    uint32_t to = (uint32_t)(support_random(seed) % b->g->n), time = 0, again = 1, factor = cim_route_metric_weights(m)[0] / b->g->weight[0];
    cim_route_path path;
    if (cim_route_time(ctx, m, q, 0, to, &time) < 0) return 1;
    if (b->truth[to] == NO_WAY) return time != NO_WAY;
    if (cim_route_path_find(ctx, m, q, &(cim_route_end){ 0, 0 }, 1, &(cim_route_end){ to, 0 }, 1, &path) < 0) return 1;
    if (cim_route_time_ends(ctx, m, q, &(cim_route_end){ 0, 0 }, 1, &(cim_route_end){ to, 0 }, 1, &again) < 0) return 1;
    return time != b->truth[to] * factor || path.time_ms != time || again != time;
}

static void *reader(void *arg)
{
    board *b = arg;
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    cim_route_query *q = NULL;
    uint64_t seed = (uint64_t)(uintptr_t)&ctx, bad = 0;
    opts.threads = 1;
    if (cim_ctx_new(&opts, &ctx) < 0 || cim_route_query_new(ctx, b->h, &q) < 0) return (void *)1;
    for (bool done = false; !done;) {
        cim_route_metric *m = pin(b, &done);
        for (int i = 0; i < 50; i++) bad += read_once(ctx, b, m, q, &seed);
        cim_route_metric_free(m);
    }
    cim_route_query_free(q);
    cim_ctx_free(ctx);
    return (void *)(uintptr_t)bad;
}

static void publish(board *b, cim_route_metric *m, bool done)
{
    pthread_mutex_lock(&b->lock);
    cim_route_metric *old = b->now;
    b->now = m;
    b->done = done;
    pthread_mutex_unlock(&b->lock);
    cim_route_metric_free(old);
}

static void test_route_many_readers(void **state)
{
    graph *g = graph_grid(60, 60, 12);
    cim_ctx *ctx = ctx_of(2);
    cim_route_label_options o = CIM_ROUTE_LABEL_OPTIONS_INIT;
    uint32_t *weights = calloc(g->m, 4), *truth = calloc(g->n, 4);
    board b = { PTHREAD_MUTEX_INITIALIZER, NULL, false, g, graph_hierarchy(ctx, g, NULL), truth };
    pthread_t threads[READERS];
    (void)state;
    oracle(g, g->weight, false, &(cim_route_end){ 0, 0 }, 1, truth);
    assert_ok(ctx, cim_route_metric_build(ctx, b.h, g->weight, &o, &b.now));
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, reader, &b), 0);
    for (uint32_t tick = 1; tick <= TICKS; tick++) {
        cim_route_metric *next = NULL;
        for (uint32_t a = 0; a < g->m; a++) weights[a] = g->weight[a] * (tick + 1);
        assert_ok(ctx, cim_route_metric_build(ctx, b.h, weights, tick % 2 ? &o : NULL, &next));
        publish(&b, next, tick == TICKS);
    }
    for (int i = 0; i < READERS; i++) {
        void *bad = NULL;
        pthread_join(threads[i], &bad);
        assert_null(bad);
    }
    cim_route_metric_free(b.now);
    cim_route_hierarchy_free(b.h);
    free(weights), free(truth);
    graph_free(g);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_same_with_threads), cmocka_unit_test(test_route_many_readers) };
    return cmocka_run_group_tests_name("route_threads", tests, NULL, NULL);
}
