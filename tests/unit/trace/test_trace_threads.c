/* Readers beside a writer: what a reader finds is of the epoch it holds, and indexes are made once. */
#include "networks.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { READERS = 3, TICKS = 80, WIDTH = 30 };

/* A ring of WIDTH nodes; node 0 is a source.  At tick t the valves on edges t % WIDTH and (t + 7) % WIDTH are shut, so the nodes between
 * them have no supply: epoch 2 t of the status. */
typedef struct board {
    cim_trace_network *network;
    cim_trace_status *status;
    atomic_int done;
} board;

static uint32_t expected_loss(uint64_t tick)
{
    uint32_t a = (uint32_t)(tick % WIDTH), b = (uint32_t)((tick + 7) % WIDTH), fed = 0;
    for (uint32_t v = 0; v < WIDTH; v++) {
        bool up = true, down = true;
        for (uint32_t e = 0; e < v; e++) up &= e != a && e != b;
        for (uint32_t e = v; e < WIDTH; e++) down &= e != a && e != b;
        fed += up || down;
    }
    return fed;
}

static uint32_t read_epoch(cim_ctx *ctx, const board *b, cim_trace_query *q, uint64_t *last)
{
    cim_trace_view *view = cim_trace_status_view(b->status);
    cim_trace_result r = { .struct_size = sizeof r };
    cim_trace_isolation i = { .struct_size = sizeof i };
    cim_trace_options o = CIM_TRACE_OPTIONS_INIT;
    double loss[2 * WIDTH];
    const uint32_t source = 0, fault = WIDTH;
    uint64_t epoch = cim_trace_view_epoch(view);
    uint32_t bad = epoch < *last, wanted = epoch ? expected_loss(epoch) : WIDTH;
    o.no_edges = 1;
    bad += cim_trace_find(ctx, view, q, CIM_TRACE_DOWNSTREAM, &source, 1, &o, &r) < 0 || r.count != wanted || r.epoch != epoch;
    bad += cim_trace_criticality(ctx, view, 0, loss) < 0 || (uint32_t)loss[0] != wanted;
    bad += cim_trace_find(ctx, view, q, CIM_TRACE_LOOPS, NULL, 0, NULL, &r) < 0 || (r.count == 0) != (epoch != 0);
    bad += cim_trace_isolate(ctx, view, q, &fault, 1, NULL, 0, &i) < 0;
    *last = epoch;
    cim_trace_view_free(view);
    return bad;
}

static void *reader(void *arg)
{
    board *b = arg;
    cim_ctx *ctx = NULL;
    cim_trace_query *q = NULL;
    uint64_t last = 0, bad = 0;
    if (cim_ctx_new(NULL, &ctx) < 0 || cim_trace_query_new(ctx, b->network, &q) < 0) return (void *)1;
    while (!atomic_load(&b->done)) bad += read_epoch(ctx, b, q, &last);
    bad += read_epoch(ctx, b, q, &last) || last != TICKS;
    cim_trace_query_free(q);
    cim_ctx_free(ctx);
    return (void *)(uintptr_t)bad;
}

static cim_trace_network *ring(cim_ctx *ctx)
{
    uint32_t from[WIDTH], to[WIDTH];
    uint8_t flags[WIDTH] = { CIM_TRACE_SOURCE }, end[WIDTH] = { 0 };
    double ones[WIDTH];
    cim_trace_column column = { "customers", ones, NULL };
    cim_trace_arrays a = CIM_TRACE_ARRAYS_INIT;
    cim_trace_network *net = NULL;
    for (uint32_t e = 0; e < WIDTH; e++) from[e] = e, to[e] = (e + 1) % WIDTH, ones[e] = 1.0;
    a.node_count = a.edge_count = a.device_count = WIDTH, a.column_count = 1;
    a.from = from, a.to = to, a.node_flags = flags, a.device_edge = from, a.device_end = end, a.columns = &column;
    assert_ok(ctx, cim_trace_network_build(ctx, &a, &net));
    return net;
}

static void test_trace_readers_and_writer(void **state)
{
    cim_ctx *ctx = support_ctx();
    board b = { ring(ctx), NULL, 0 };
    pthread_t threads[READERS];
    (void)state;
    assert_ok(ctx, cim_trace_status_new(ctx, b.network, NULL, NULL, &b.status));
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&threads[i], NULL, reader, &b), 0);
    for (uint32_t tick = 1; tick <= TICKS; tick++) {
        cim_trace_change c[] = { { CIM_TRACE_DEVICE, (tick - 1) % WIDTH, 0, CIM_TRACE_SHUT }, { CIM_TRACE_DEVICE, (tick + 6) % WIDTH, 0, CIM_TRACE_SHUT },
                                 { CIM_TRACE_DEVICE, tick % WIDTH, CIM_TRACE_SHUT, 0 }, { CIM_TRACE_DEVICE, (tick + 7) % WIDTH, CIM_TRACE_SHUT, 0 } };
        uint64_t epoch = 0;
        assert_ok(ctx, cim_trace_status_apply(ctx, b.status, c, 4));
        assert_ok(ctx, cim_trace_status_publish(ctx, b.status, &epoch));
        assert_int_equal(epoch, tick);
    }
    atomic_store(&b.done, 1);
    for (int i = 0; i < READERS; i++) {
        void *bad = NULL;
        pthread_join(threads[i], &bad);
        assert_null(bad);
    }
    cim_trace_status_free(b.status);
    cim_trace_network_free(b.network);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_trace_readers_and_writer) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
