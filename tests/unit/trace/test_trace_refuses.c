/* Every refusal the header names, the largest and the smallest networks, and memory that runs out. */
#include "networks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

static const uint32_t from[] = { 0, 1, 1 }, to[] = { 1, 2, 2 }, on[] = { 0 }, feature[] = { 0, 1, CIM_NONE };
static const uint8_t zero[] = { 0, 0, 0 }, source[] = { CIM_TRACE_SOURCE, 0, 0 };
static const double ones[] = { 1.0, 1.0, 1.0 };
static const cim_trace_column column = { "demand", ones, ones };

static cim_trace_arrays good(void)
{
    cim_trace_arrays a = CIM_TRACE_ARRAYS_INIT;
    a.node_count = 3, a.edge_count = 3, a.device_count = 1, a.column_count = 1, a.feature_count = 2;
    a.from = from, a.to = to, a.edge_feature = feature, a.device_edge = on, a.device_end = zero, a.node_flags = source, a.columns = &column;
    return a;
}

static void refuse(const cim_trace_arrays *a, cim_status wanted)
{
    cim_trace_network *made = (cim_trace_network *)(uintptr_t)1;
    assert_status(ctx, cim_trace_network_build(ctx, a, &made), wanted);
    assert_ptr_equal(made, (cim_trace_network *)(uintptr_t)1);
}

#define REFUSE(field, value)        \
    do {                            \
        cim_trace_arrays a = good(); \
        a.field = value;            \
        refuse(&a, CIM_EARG);       \
    } while (0)

static void test_trace_refuses_arrays(void **state)
{
    const uint32_t far[] = { 0, 1, 3 };
    const uint8_t five[] = { 0, 0, 5 }, big[] = { 64, 64, 64 }, kind[] = { 32 };
    const double nan_[] = { 1.0, NAN, 1.0 }, huge_[] = { 1.0, 1.0, 1e301 }, inf_[] = { INFINITY, 1.0, 1.0 };
    const cim_trace_column nameless = { NULL, ones, ones }, empty = { "", ones, ones };
    const cim_trace_column not = { "a", nan_, ones }, absurd = { "a", ones, huge_ }, endless = { "a", inf_, ones };
    const cim_trace_column twice[] = { column, column };
    (void)state;
    refuse(NULL, CIM_EARG);
    REFUSE(struct_size, 0);
    REFUSE(node_count, CIM_TRACE_MAX_NODES + 1);
    REFUSE(edge_count, CIM_TRACE_MAX_EDGES + 1);
    REFUSE(device_count, CIM_TRACE_MAX_DEVICES + 1);
    REFUSE(column_count, CIM_TRACE_MAX_COLUMNS + 1);
    REFUSE(node_count, 2);
    REFUSE(node_count, 0);
    REFUSE(from, NULL);
    REFUSE(to, NULL);
    REFUSE(from, far);
    REFUSE(to, far);
    REFUSE(edge_feature, far + 1);
    REFUSE(feature_count, 1);
    REFUSE(device_edge, NULL);
    REFUSE(device_end, NULL);
    REFUSE(device_edge, far + 2);
    REFUSE(device_end, five + 2);
    REFUSE(device_kind, kind);
    REFUSE(device_flags, big);
    REFUSE(device_direction, five + 2);
    REFUSE(node_flags, big);
    REFUSE(edge_flags, big);
    REFUSE(direction, five);
    REFUSE(columns, NULL);
    REFUSE(columns, &nameless);
    REFUSE(columns, &empty);
    REFUSE(columns, &not);
    REFUSE(columns, &absurd);
    REFUSE(columns, &endless);
    cim_trace_arrays a = good();
    a.column_count = 2, a.columns = twice;
    refuse(&a, CIM_EARG);
    struct { cim_trace_arrays a; uint64_t more; } later = { good(), 1 };
    later.a.struct_size = sizeof later;
    refuse(&later.a, CIM_EVERSION);
}

typedef struct set {
    cim_trace_network *network, *other;
    cim_trace_status *status;
    cim_trace_view *view;
    cim_trace_query *query, *foreign;
} set;

static set open_set(void)
{
    set s = { 0 };
    cim_trace_arrays a = good();
    assert_ok(ctx, cim_trace_network_build(ctx, &a, &s.network));
    assert_ok(ctx, cim_trace_network_build(ctx, &a, &s.other));
    assert_ok(ctx, cim_trace_status_new(ctx, s.network, NULL, NULL, &s.status));
    s.view = cim_trace_status_view(s.status);
    assert_ok(ctx, cim_trace_query_new(ctx, s.network, &s.query));
    assert_ok(ctx, cim_trace_query_new(ctx, s.other, &s.foreign));
    return s;
}

static void close_set(set *s)
{
    cim_trace_query_free(s->query);
    cim_trace_query_free(s->foreign);
    cim_trace_view_free(s->view);
    cim_trace_status_free(s->status);
    cim_trace_network_free(s->network);
    cim_trace_network_free(s->other);
}

static void refuse_find(const set *s, uint32_t what, uint32_t start, size_t count, const cim_trace_options *o)
{
    cim_trace_result r = { .struct_size = sizeof r, .count = 77 };
    assert_status(ctx, cim_trace_find(ctx, s->view, s->query, what, &start, count, o, &r), CIM_EARG);
    assert_int_equal(r.count, 77);
}

static void test_trace_refuses_finds(void **state)
{
    set s = open_set();
    cim_trace_result r = { .struct_size = sizeof r };
    cim_trace_options o = CIM_TRACE_OPTIONS_INIT, none = CIM_TRACE_OPTIONS_INIT;
    const uint32_t far = 6, start = 0;
    (void)state;
    refuse_find(&s, 8, 0, 1, NULL);
    refuse_find(&s, CIM_TRACE_UPSTREAM, 6, 1, NULL);
    refuse_find(&s, CIM_TRACE_UPSTREAM, 0, 0, NULL);
    refuse_find(&s, CIM_TRACE_CUT_NODES, 0, 1, NULL);
    o.barriers = &far, o.barrier_count = 1;
    refuse_find(&s, CIM_TRACE_CONNECTED, 0, 1, &o);
    o.barriers = &start;
    refuse_find(&s, CIM_TRACE_UPSTREAM, 0, 1, &o);
    o = none, o.result_barriers = &far, o.result_barrier_count = 1;
    refuse_find(&s, CIM_TRACE_UPSTREAM, 0, 1, &o);
    o.result_barriers = NULL;
    refuse_find(&s, CIM_TRACE_UPSTREAM, 0, 1, &o);
    o.result_barriers = &start;
    refuse_find(&s, CIM_TRACE_BRIDGES, 0, 0, &o);
    o = none, o.limit_column = 1;
    refuse_find(&s, CIM_TRACE_CONNECTED, 0, 1, &o);
    o.limit_column = 0, o.limit = NAN;
    refuse_find(&s, CIM_TRACE_CONNECTED, 0, 1, &o);
    o.limit = -1.0;
    refuse_find(&s, CIM_TRACE_CONNECTED, 0, 1, &o);
    o = none, o.through_sources = 1;
    refuse_find(&s, CIM_TRACE_CONNECTED, 0, 1, &o);
    o = none, o.struct_size = 0;
    refuse_find(&s, CIM_TRACE_CONNECTED, 0, 1, &o);
    assert_status(ctx, cim_trace_find(ctx, s.view, s.foreign, CIM_TRACE_CONNECTED, &start, 1, NULL, &r), CIM_EARG);
    assert_status(ctx, cim_trace_find(ctx, NULL, s.query, CIM_TRACE_CONNECTED, &start, 1, NULL, &r), CIM_EARG);
    assert_status(ctx, cim_trace_find(ctx, s.view, NULL, CIM_TRACE_CONNECTED, &start, 1, NULL, &r), CIM_EARG);
    r.struct_size = 0;
    assert_status(ctx, cim_trace_find(ctx, s.view, s.query, CIM_TRACE_CONNECTED, &start, 1, NULL, &r), CIM_EARG);
    struct { cim_trace_options o; uint64_t more; } later = { none, 1 };
    later.o.struct_size = sizeof later;
    r.struct_size = sizeof r;
    assert_status(ctx, cim_trace_find(ctx, s.view, s.query, CIM_TRACE_CONNECTED, &start, 1, &later.o, &r), CIM_EVERSION);
    close_set(&s);
}

static void test_trace_refuses_ways(void **state)
{
    set s = open_set();
    cim_trace_result r = { .struct_size = sizeof r };
    cim_trace_hit hit;
    double length = 5.0, six[6] = { 1, 1, 1, 1, NAN, 1 }, loss[6];
    uint32_t ways = 5;
    size_t count = 5;
    (void)state;
    assert_status(ctx, cim_trace_path(ctx, s.view, s.query, 0, 6, 0, &length, &r), CIM_EARG);
    assert_status(ctx, cim_trace_path(ctx, s.view, s.query, 0, 1, 1, &length, &r), CIM_EARG);
    assert_status(ctx, cim_trace_path(ctx, s.view, s.foreign, 0, 1, 0, &length, &r), CIM_EARG);
    assert_status(ctx, cim_trace_nearest(ctx, s.view, s.query, 6, 0, 1, 1, &hit, &count), CIM_EARG);
    assert_status(ctx, cim_trace_nearest(ctx, s.view, s.query, 0, 1, 1, 1, &hit, &count), CIM_EARG);
    assert_status(ctx, cim_trace_nearest(ctx, s.view, s.query, 0, 0, 1, 0, &hit, &count), CIM_EARG);
    assert_status(ctx, cim_trace_nearest(ctx, s.view, s.query, 0, 0, 1, 1, NULL, &count), CIM_EARG);
    assert_status(ctx, cim_trace_redundancy(ctx, s.view, s.query, 3, 1, &ways, &r), CIM_EARG);
    assert_status(ctx, cim_trace_redundancy(ctx, s.view, s.query, 0, 0, &ways, &r), CIM_EARG);
    assert_status(ctx, cim_trace_redundancy(ctx, s.view, s.query, 0, 4, &ways, &r), CIM_EARG);
    assert_status(ctx, cim_trace_criticality(ctx, s.view, 1, loss), CIM_EARG);
    assert_status(ctx, cim_trace_criticality(ctx, s.view, 0, NULL), CIM_EARG);
    assert_status(ctx, cim_trace_criticality(ctx, NULL, 0, loss), CIM_EARG);
    assert_status(ctx, cim_trace_upstream_sums(ctx, s.view, s.query, 1, from, 1, loss, &length), CIM_EARG);
    assert_status(ctx, cim_trace_upstream_sums(ctx, s.view, s.query, 0, NULL, 1, loss, &length), CIM_EARG);
    assert_status(ctx, cim_trace_upstream_sums(ctx, s.view, s.foreign, 0, from, 1, loss, &length), CIM_EARG);
    assert_status(ctx, cim_trace_upstream_sums(ctx, NULL, s.query, 0, from, 1, loss, &length), CIM_EARG);
    assert_true(length == 5.0);
    assert_ok(ctx, cim_trace_upstream_sums(ctx, s.view, s.query, CIM_NONE, NULL, 0, NULL, &length));
    assert_true(length == 0.0);
    length = 5.0;
    assert_int_equal(cim_trace_view_flags(s.view, CIM_TRACE_NODE, 0), CIM_TRACE_SOURCE);
    assert_int_equal(cim_trace_view_flags(s.view, CIM_TRACE_NODE, 3), 0);
    assert_int_equal(cim_trace_view_flags(s.view, CIM_TRACE_DEVICE + 1, 0), 0);
    assert_status(ctx, cim_trace_segment_losses(ctx, s.view, 1, loss), CIM_EARG);
    assert_status(ctx, cim_trace_segment_losses(ctx, s.view, 0, NULL), CIM_EARG);
    assert_status(ctx, cim_trace_propagate(ctx, s.view, s.query, 2, ones, loss), CIM_EARG);
    assert_status(ctx, cim_trace_propagate(ctx, s.view, s.query, CIM_TRACE_MIN, six, loss), CIM_EARG);
    assert_status(ctx, cim_trace_propagate(ctx, s.view, s.query, CIM_TRACE_MIN, NULL, loss), CIM_EARG);
    assert_status(ctx, cim_trace_propagate_bits(ctx, s.view, s.query, NULL, NULL), CIM_EARG);
    assert_true(length == 5.0);
    assert_int_equal(ways, 5);
    assert_int_equal(count, 5);
    close_set(&s);
}

static void test_trace_refuses_isolation(void **state)
{
    set s = open_set();
    cim_trace_isolation i = { .struct_size = sizeof i };
    cim_trace_segments segments = { 0 };
    const uint32_t zero_ = 0, far = 6;
    size_t count = 5;
    (void)state;
    assert_status(ctx, cim_trace_isolate(ctx, s.view, s.query, &far, 1, NULL, 0, &i), CIM_EARG);
    assert_status(ctx, cim_trace_isolate(ctx, s.view, s.query, &zero_, 0, NULL, 0, &i), CIM_EARG);
    assert_status(ctx, cim_trace_isolate(ctx, s.view, s.query, &zero_, 1, NULL, 1, &i), CIM_EARG);
    assert_status(ctx, cim_trace_isolate(ctx, s.view, s.query, &zero_, 1, &far, 1, &i), CIM_EARG);
    assert_status(ctx, cim_trace_isolate(ctx, s.view, s.query, &zero_, 1, NULL, 0, NULL), CIM_EARG);
    assert_status(ctx, cim_trace_isolate(ctx, s.view, s.foreign, &zero_, 1, NULL, 0, &i), CIM_EARG);
    assert_status(ctx, cim_trace_fallbacks(ctx, s.view, s.query, &zero_, 1, NULL, 0, 1, NULL, 0, &count), CIM_EARG);
    assert_status(ctx, cim_trace_fallbacks(ctx, s.view, s.query, &zero_, 1, NULL, 0, 0, NULL, 1, &count), CIM_EARG);
    assert_status(ctx, cim_trace_fallbacks(ctx, s.view, s.query, &zero_, 1, NULL, 0, 0, NULL, 0, NULL), CIM_EARG);
    assert_status(ctx, cim_trace_segments_get(ctx, s.view, &segments), CIM_EARG);
    assert_status(ctx, cim_trace_segments_get(ctx, s.view, NULL), CIM_EARG);
    cim_trace_resupplied again = { .struct_size = sizeof again };
    assert_status(ctx, cim_trace_resupply(ctx, s.view, s.query, &far, 1, &zero_, 1, NULL, 0, 0, &again), CIM_EARG);
    assert_status(ctx, cim_trace_resupply(ctx, s.view, s.query, &zero_, 1, &far, 1, NULL, 0, 0, &again), CIM_EARG);
    assert_status(ctx, cim_trace_resupply(ctx, s.view, s.query, &zero_, 1, &zero_, 1, NULL, 1, 0, &again), CIM_EARG);
    assert_status(ctx, cim_trace_resupply(ctx, s.view, s.query, &zero_, 1, &zero_, 1, &far, 1, 0, &again), CIM_EARG);
    assert_status(ctx, cim_trace_resupply(ctx, s.view, s.query, &zero_, 1, &zero_, 1, NULL, 0, 1, &again), CIM_EARG);
    assert_status(ctx, cim_trace_resupply(ctx, s.view, s.foreign, &zero_, 1, &zero_, 1, NULL, 0, 0, &again), CIM_EARG);
    assert_status(ctx, cim_trace_resupply(ctx, s.view, s.query, &zero_, 1, &zero_, 1, NULL, 0, 0, NULL), CIM_EARG);
    assert_int_equal(count, 5);
    close_set(&s);
}

static void test_trace_refuses_status(void **state)
{
    set s = open_set();
    cim_trace_status *made = NULL;
    cim_trace_status_options o = CIM_TRACE_STATUS_OPTIONS_INIT;
    const cim_trace_change bad[] = { { 3, 0, 0, 0 }, { CIM_TRACE_NODE, 3, 1, 0 }, { CIM_TRACE_EDGE, 3, 1, 0 }, { CIM_TRACE_DEVICE, 1, 1, 0 },
                                     { CIM_TRACE_EDGE, 0, CIM_TRACE_SOURCE, 0 }, { CIM_TRACE_NODE, 0, CIM_TRACE_SHUT, 0 }, { CIM_TRACE_DEVICE, 0, 0, 256 },
                                     { CIM_TRACE_EDGE, 0, CIM_TRACE_OUT, CIM_TRACE_OUT } };
    const cim_trace_change first = { CIM_TRACE_EDGE, 0, CIM_TRACE_OUT, 0 };
    cim_trace_result r = { .struct_size = sizeof r };
    const uint32_t start = 0;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const cim_trace_change both[] = { first, bad[i] };
        assert_status(ctx, cim_trace_status_apply(ctx, s.status, both, 2), CIM_EARG);
    }
    assert_status(ctx, cim_trace_status_apply(ctx, s.status, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_trace_status_apply(ctx, NULL, NULL, 0), CIM_EARG);
    assert_status(ctx, cim_trace_status_publish(ctx, NULL, NULL), CIM_EARG);
    assert_ok(ctx, cim_trace_status_publish(ctx, s.status, NULL));
    cim_trace_view *now = cim_trace_status_view(s.status);
    assert_ok(ctx, cim_trace_find(ctx, now, s.query, CIM_TRACE_SUBNETWORK, &start, 1, NULL, &r)); /* nothing of the refused changes was done */
    assert_int_equal(r.count, 6);
    assert_int_equal(r.epoch, 1);
    cim_trace_view_free(now);
    assert_status(ctx, cim_trace_status_new(ctx, NULL, NULL, NULL, &made), CIM_EARG);
    assert_status(ctx, cim_trace_status_new(ctx, s.other, s.view, NULL, &made), CIM_EARG);
    o.normal_state = 1;
    assert_status(ctx, cim_trace_status_new(ctx, s.network, s.view, &o, &made), CIM_EARG);
    assert_status(ctx, cim_trace_view_prepare(ctx, s.view, 8), CIM_EARG);
    assert_status(ctx, cim_trace_view_prepare(ctx, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_trace_query_new(ctx, NULL, &s.query), CIM_EARG);
    assert_null(made);
    close_set(&s);
}

static void test_trace_holds_4096_epochs(void **state)
{
    set s = open_set();
    cim_trace_view **held = calloc(4096, sizeof *held);
    uint64_t epoch = 0;
    int count = 0;
    (void)state;
    cim_status st = CIM_OK;
    while (count < 4096 && st >= 0) {
        held[count++] = cim_trace_status_view(s.status);
        st = cim_trace_status_publish(ctx, s.status, &epoch);
    }
    assert_status(ctx, st, CIM_ELIMIT);
    assert_int_equal(epoch, count - 1);
    while (count) cim_trace_view_free(held[--count]);
    assert_ok(ctx, cim_trace_status_publish(ctx, s.status, &epoch));
    free(held);
    close_set(&s);
}

static void test_trace_cancel(void **state)
{
    set s = open_set();
    cim_trace_result r = { .struct_size = sizeof r };
    const uint32_t start = 0;
    (void)state;
    cim_ctx_cancel(ctx);
    assert_status(ctx, cim_trace_find(ctx, s.view, s.query, CIM_TRACE_SUBNETWORK, &start, 1, NULL, &r), CIM_ECANCEL);
    cim_ctx_resume(ctx);
    assert_ok(ctx, cim_trace_find(ctx, s.view, s.query, CIM_TRACE_SUBNETWORK, &start, 1, NULL, &r));
    assert_int_equal(r.count, 6);
    close_set(&s);
}

/* ---- the smallest, the deepest, the widest ---- */

static void test_trace_nothing(void **state)
{
    cim_trace_arrays a = CIM_TRACE_ARRAYS_INIT;
    cim_trace_network *net = NULL;
    cim_trace_query *query = NULL;
    cim_trace_result r = { .struct_size = sizeof r };
    cim_trace_segments segments = { .struct_size = sizeof segments };
    (void)state;
    assert_ok(ctx, cim_trace_network_build(ctx, &a, &net));
    cim_trace_view *view = network_view(ctx, net);
    assert_ok(ctx, cim_trace_query_new(ctx, net, &query));
    assert_ok(ctx, cim_trace_view_prepare(ctx, view, 7));
    for (uint32_t what = CIM_TRACE_LOOPS; what <= CIM_TRACE_CUT_NODES; what++) {
        assert_ok(ctx, cim_trace_find(ctx, view, query, what, NULL, 0, NULL, &r));
        assert_int_equal(r.count, 0);
    }
    assert_ok(ctx, cim_trace_propagate(ctx, view, query, CIM_TRACE_MIN, NULL, NULL));
    assert_ok(ctx, cim_trace_segments_get(ctx, view, &segments));
    assert_int_equal(segments.count, 0);
    assert_int_equal(cim_trace_network_column(net, "demand"), CIM_NONE);
    cim_trace_query_free(query);
    cim_trace_view_free(view);
    cim_trace_network_free(net);
}

static void test_trace_features(void **state)
{
    set s = open_set();
    size_t count = 9;
    (void)state;
    assert_int_equal(*cim_trace_network_feature(s.network, 1, &count), 1);
    assert_int_equal(count, 1);
    assert_null(cim_trace_network_feature(s.network, 2, &count));
    assert_int_equal(count, 0);
    assert_int_equal(cim_trace_network_column(s.network, "demand"), 0);
    assert_int_equal(cim_trace_network_column(s.network, "beds"), CIM_NONE);
    cim_trace_network_free(cim_trace_network_ref(s.network));
    close_set(&s);
}

/* A chain of a million nodes with a source at one end: nothing recurses, nothing is quadratic. */
static void chain(bool oneway)
{
    enum { N = 1000000 };
    uint32_t *ends = malloc(2 * N * sizeof *ends), *all = malloc(N * sizeof *all), half = N / 2;
    uint8_t *flags = calloc(N, 1), *direction = calloc(N, 1);
    double *demand = malloc(N * sizeof *demand), *loss = malloc(2 * N * sizeof *loss);
    cim_trace_column sum = { "demand", demand, NULL };
    cim_trace_arrays a = CIM_TRACE_ARRAYS_INIT;
    cim_trace_network *net = NULL;
    cim_trace_query *query = NULL;
    cim_trace_result r = { .struct_size = sizeof r };
    for (uint32_t i = 0; i < N; i++) ends[i] = i, ends[N + i] = i + 1, demand[i] = 1.0, direction[i] = oneway && i % 2, all[i] = i;
    flags[0] = CIM_TRACE_SOURCE;
    a.node_count = N, a.edge_count = N - 1, a.column_count = 1, a.columns = &sum;
    a.from = ends, a.to = ends + N, a.node_flags = flags, a.direction = direction;
    assert_ok(ctx, cim_trace_network_build(ctx, &a, &net));
    cim_trace_view *view = network_view(ctx, net);
    assert_ok(ctx, cim_trace_query_new(ctx, net, &query));
    assert_ok(ctx, cim_trace_find(ctx, view, query, CIM_TRACE_UPSTREAM, &half, 1, NULL, &r));
    assert_int_equal(r.count, 2 * half + 1);
    assert_ok(ctx, cim_trace_find(ctx, view, query, CIM_TRACE_DOWNSTREAM, all, N, NULL, &r));
    assert_int_equal(r.count, 2 * N - 1);
    assert_true(r.sums[0] == N);
    for (uint32_t turn = 0, last = N - 1; turn < 2; turn++) { /* few elements leave nothing behind either */
        assert_ok(ctx, cim_trace_find(ctx, view, query, CIM_TRACE_DOWNSTREAM, &last, 1, NULL, &r));
        assert_int_equal(r.count, 1);
    }
    assert_ok(ctx, cim_trace_criticality(ctx, view, 0, loss));
    assert_true(loss[half] == N - half && loss[N + half] == N - half - 1);
    cim_trace_query_free(query);
    cim_trace_view_free(view);
    cim_trace_network_free(net);
    free(ends), free(all), free(flags), free(direction), free(demand), free(loss);
}

static void test_trace_chain(void **state)
{
    (void)state;
    chain(false);
    chain(true);
}

/* ---- memory runs out ---- */

static bool oneway;

static cim_status ask(cim_ctx *c, cim_trace_view *view, cim_trace_query *q)
{
    cim_trace_result r = { .struct_size = sizeof r };
    cim_trace_isolation i = { .struct_size = sizeof i };
    cim_trace_resupplied again = { .struct_size = sizeof again };
    cim_trace_fallback f[4];
    cim_trace_hit hits[4];
    cim_trace_options barred = CIM_TRACE_OPTIONS_INIT, limited = CIM_TRACE_OPTIONS_INIT;
    const uint32_t start = 2, stuck = 0;
    double six[6], length;
    uint32_t bits[6] = { 7, 7, 7, 7, 7, 7 }, ways;
    size_t count;
    barred.result_barriers = &start, barred.result_barrier_count = 1;
    limited.limit_column = 0, limited.limit = 9.0, limited.barriers = &start, limited.barrier_count = 1;
    for (uint32_t what = CIM_TRACE_CONNECTED; what <= CIM_TRACE_CUT_NODES; what++) {
        cim_status st = cim_trace_find(c, view, q, what, &start, what < CIM_TRACE_LOOPS, NULL, &r);
        if (st < 0) return st;
    }
    cim_status st = cim_trace_find(c, view, q, CIM_TRACE_UPSTREAM, &start, 1, &barred, &r);
    if (st >= 0) st = cim_trace_find(c, view, q, CIM_TRACE_SUBNETWORK, &stuck, 1, &limited, &r);
    if (st >= 0) st = cim_trace_path(c, view, q, 0, 2, 0, &length, &r);
    if (st >= 0) st = cim_trace_nearest(c, view, q, 0, 0, 1, 4, hits, &count);
    if (st >= 0) st = cim_trace_redundancy(c, view, q, 2, 3, &ways, &r);
    if (st >= 0) st = cim_trace_criticality(c, view, 0, six);
    if (st >= 0) st = cim_trace_segment_losses(c, view, 0, six);
    if (st >= 0) st = cim_trace_propagate(c, view, q, CIM_TRACE_MIN, (const double[]){ 1, 1, 1, 1, 1, 1 }, six);
    if (st >= 0) st = cim_trace_propagate_bits(c, view, q, bits, bits);
    if (st >= 0) st = cim_trace_upstream_sums(c, view, q, 0, bits + 5, 0, NULL, &length);
    if (st >= 0) st = cim_trace_upstream_sums(c, view, q, CIM_NONE, &start, 1, six, &length);
    if (st >= 0) st = cim_trace_isolate(c, view, q, &start, 1, &stuck, 1, &i);
    if (st >= 0) st = cim_trace_resupply(c, view, q, i.works, i.works_count, &stuck, 1, NULL, 0, 0, &again);
    if (st >= 0) st = cim_trace_resupply(c, view, q, &start, 1, &stuck, 1, &stuck, 1, CIM_NONE, &again);
    return st < 0 ? st : cim_trace_fallbacks(c, view, q, &start, 1, NULL, 0, 0, f, 4, &count);
}

/* After a failure the query is as good as new. */
static void ask_again(const set *s)
{
    cim_trace_result r = { .struct_size = sizeof r };
    const uint32_t start = 2;
    if (!s->query || !s->view) return;
    cim_status st = cim_trace_find(ctx, s->view, s->query, CIM_TRACE_SUBNETWORK, &start, 1, NULL, &r);
    assert_true(st == CIM_ENOMEM || (st == CIM_OK && r.count == 6));
}

static cim_status use(cim_ctx *c)
{
    set s = { 0 };
    cim_trace_arrays a = good();
    const uint8_t direction[] = { CIM_TRACE_WITH, CIM_TRACE_WITH, CIM_TRACE_BOTH };
    const cim_trace_change change = { CIM_TRACE_DEVICE, 0, CIM_TRACE_NORMALLY_SHUT, 0 };
    if (oneway) a.direction = direction;
    cim_status st = cim_trace_network_build(c, &a, &s.network);
    if (st >= 0) st = cim_trace_status_new(c, s.network, NULL, NULL, &s.status);
    if (st >= 0) st = cim_trace_status_apply(c, s.status, &change, 1);
    if (st >= 0) st = cim_trace_status_publish(c, s.status, NULL);
    if (st >= 0) s.view = cim_trace_status_view(s.status);
    if (st >= 0) st = cim_trace_query_new(c, s.network, &s.query);
    if (st >= 0) st = ask(c, s.view, s.query);
    if (st < 0) ask_again(&s);
    close_set(&s);
    return st;
}

static void test_trace_oom(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        oneway = turn;
        support_fault_loop(oneway ? "trace, one-way" : "trace", use, 600);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_refuses_arrays),    cmocka_unit_test(test_trace_refuses_finds),  cmocka_unit_test(test_trace_refuses_ways),
        cmocka_unit_test(test_trace_refuses_isolation), cmocka_unit_test(test_trace_refuses_status), cmocka_unit_test(test_trace_holds_4096_epochs),
        cmocka_unit_test(test_trace_cancel),            cmocka_unit_test(test_trace_nothing),        cmocka_unit_test(test_trace_features),
        cmocka_unit_test(test_trace_chain),             cmocka_unit_test(test_trace_oom),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
