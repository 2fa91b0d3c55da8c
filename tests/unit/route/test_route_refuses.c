/* What is refused, with which status and a text that names the place; the smallest graphs; memory that runs out. */
#include "graphs.h"
#include "route/route.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_route_refuses_graphs(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint32_t tail[] = { 0, 1, 2 }, head[] = { 1, 2, 3 }, order[3] = { 0, 0, 1 };
    double x[] = { 0, 1, NAN }, y[] = { 0, 1, 2 };
    cim_route_graph g = { sizeof g, 3, 3, tail, head, NULL, NULL };
    cim_route_hierarchy *h = NULL;
    cim_route_dijkstra *d = NULL;
    (void)state;
    assert_status(ctx, cim_route_hierarchy_build(ctx, &g, NULL, &h), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "arc 2"));
    assert_status(ctx, cim_route_dijkstra_new(ctx, &g, &d), CIM_EARG);
    assert_status(ctx, cim_route_order(ctx, &g, order), CIM_EARG);
    head[2] = 0;
    g.x = x;
    assert_status(ctx, cim_route_hierarchy_build(ctx, &g, NULL, &h), CIM_EARG);
    g.y = y;
    assert_status(ctx, cim_route_hierarchy_build(ctx, &g, NULL, &h), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "node 2"));
    g.x = g.y = NULL;
    assert_status(ctx, cim_route_hierarchy_build(ctx, &g, order, &h), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "node 0 twice"));
    order[1] = 7;
    assert_status(ctx, cim_route_hierarchy_build(ctx, &g, order, &h), CIM_EARG);
    assert_status(ctx, cim_route_hierarchy_build(ctx, NULL, NULL, &h), CIM_EARG);
    g.node_count = 0xffffffffu;
    assert_status(ctx, cim_route_hierarchy_build(ctx, &g, NULL, &h), CIM_EARG);
    g.node_count = 3;
    g.tail = NULL;
    assert_status(ctx, cim_route_hierarchy_build(ctx, &g, NULL, &h), CIM_EARG);
    assert_null(h);
    assert_null(d);
    cim_ctx_free(ctx);
}

static void test_route_refuses_orders_too_deep(void **state)
{
    cim_ctx *ctx = support_ctx();
    enum { N = 70000 };
    graph *g = graph_new(N, N - 1);
    uint32_t *order = calloc(N, 4);
    cim_route_graph view = graph_view(g);
    cim_route_hierarchy *h = NULL;
    (void)state;
    for (uint32_t v = 0; v + 1 < N; v++) g->tail[v] = v, g->head[v] = v + 1, g->weight[v] = 1;
    for (uint32_t v = 0; v < N; v++) order[v] = v; /* a chain from its end: as deep as it is long */
    assert_status(ctx, cim_route_hierarchy_build(ctx, &view, order, &h), CIM_ELIMIT);
    assert_null(h);
    assert_ok(ctx, cim_route_hierarchy_build(ctx, &view, NULL, &h));
    assert_true(h->levels < 64); /* our own order of a chain is shallow */
    cim_route_hierarchy_free(h);
    free(order);
    graph_free(g);
    cim_ctx_free(ctx);
}

/* A strip of triangles, with coordinates that say nothing and without any: small cuts are found all the same. */
static void test_route_orders_strips(void **state)
{
    cim_ctx *ctx = support_ctx();
    enum { N = 30000 };
    graph *g = graph_new(N, 2 * N - 3);
    uint64_t seed = 5;
    (void)state;
    for (uint32_t a = 0; a < g->m; a++) g->tail[a] = a / 2, g->head[a] = a / 2 + 1 + a % 2;
    for (uint32_t v = 0; v < N; v++) g->x[v] = support_uniform(&seed, 0, 1), g->y[v] = support_uniform(&seed, 0, 1);
    for (int with = 0; with < 2; with++) {
        g->coordinates = with;
        cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL);
        assert_true(h->levels < 200 && h->up_count < 10 * N);
        cim_route_hierarchy_free(h);
    }
    graph_free(g);
    cim_ctx_free(ctx);
}

static void test_route_refuses_questions(void **state)
{
    cim_ctx *ctx = support_ctx();
    graph *g = graph_grid(4, 4, 1), *other_graph = graph_grid(4, 4, 2);
    cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL), *other = graph_hierarchy(ctx, other_graph, NULL);
    cim_route_metric *m = NULL, *none = NULL;
    cim_route_query *q = NULL, *wrong = NULL;
    cim_route_end good = { 0, 0 }, bad = { 16, 0 };
    cim_route_places one = { &good, NULL, 1 }, off = { &bad, NULL, 1 };
    cim_route_path path;
    uint32_t time = 77, times[16 * 16], arc = 9999, weight = 1, first[] = { 1, 0 };
    size_t count;
    (void)state;
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, NULL, &m));
    assert_ok(ctx, cim_route_query_new(ctx, h, &q));
    assert_ok(ctx, cim_route_query_new(ctx, other, &wrong));
    assert_status(ctx, cim_route_time(ctx, m, q, 16, 0, &time), CIM_EARG);
    assert_status(ctx, cim_route_time(ctx, m, q, 0, CIM_NONE, &time), CIM_EARG);
    assert_status(ctx, cim_route_time(ctx, m, wrong, 0, 0, &time), CIM_EARG);
    assert_status(ctx, cim_route_times(ctx, m, q, &bad.node, &good.node, 1, &time), CIM_EARG);
    assert_status(ctx, cim_route_time_ends(ctx, m, q, &bad, 1, &good, 1, &time), CIM_EARG);
    assert_status(ctx, cim_route_time_ends(ctx, m, q, &good, 1, &good, 0, &time), CIM_EARG);
    assert_status(ctx, cim_route_path_find(ctx, m, q, &good, 0, &good, 1, &path), CIM_EARG);
    assert_status(ctx, cim_route_path_find(ctx, m, q, &good, 1, &bad, 1, &path), CIM_EARG);
    assert_status(ctx, cim_route_all(ctx, m, q, 2, &good, 1, 5, times), CIM_EARG);
    assert_status(ctx, cim_route_all(ctx, m, wrong, 0, &good, 1, 5, times), CIM_EARG);
    assert_status(ctx, cim_route_within(ctx, m, q, 0, &bad, 1, 5, NULL, NULL, 0, &count), CIM_EARG);
    assert_status(ctx, cim_route_matrix(ctx, m, &one, &off, times), CIM_EARG);
    one.first_end = first;
    assert_status(ctx, cim_route_matrix(ctx, m, &one, &one, times), CIM_EARG);
    assert_status(ctx, cim_route_nearest(ctx, m, q, 0, &good, 1, &off, 1, 5, times, NULL, &count), CIM_EARG);
    off.count = 17;
    assert_status(ctx, cim_route_all_lanes(ctx, m, q, 0, &off, times), CIM_EARG);
    off.count = 0;
    assert_status(ctx, cim_route_all_lanes(ctx, m, q, 0, &off, times), CIM_EARG);
    assert_status(ctx, cim_route_metric_update(ctx, m, &arc, &weight, 1, NULL, &none), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "9999"));
    assert_status(ctx, cim_route_metric_build(ctx, h, NULL, NULL, &none), CIM_EARG);
    assert_null(none);
    assert_int_equal(time, 77);
    cim_route_query_free(q);
    cim_route_query_free(wrong);
    cim_route_metric_free(m);
    cim_route_hierarchy_free(h);
    cim_route_hierarchy_free(other);
    graph_free(g);
    graph_free(other_graph);
    cim_ctx_free(ctx);
}

static void test_route_label_options(void **state)
{
    cim_ctx *ctx = support_ctx();
    graph *g = graph_grid(40, 40, 1);
    cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL);
    cim_route_metric *m = NULL, *none = NULL;
    cim_route_label_options o = CIM_ROUTE_LABEL_OPTIONS_INIT;
    uint64_t bytes;
    (void)state;
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, &o, &m));
    assert_int_equal(cim_route_metric_labelled(m, &bytes), 1600);
    cim_route_metric_free(m);
    o.memory_limit_bytes = bytes / 3; /* automatic: a core that fits */
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, &o, &m));
    assert_true(cim_route_metric_labelled(m, &bytes) > 0 && bytes <= o.memory_limit_bytes);
    cim_route_metric_free(m);
    o.memory_limit_bytes = 1; /* nothing fits: no labels */
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, &o, &m));
    assert_int_equal(cim_route_metric_labelled(m, &bytes), 0);
    assert_int_equal(bytes, 0);
    o.mode = CIM_ROUTE_LABELS_FULL;
    assert_status(ctx, cim_route_metric_label(ctx, m, &o, &none), CIM_ELIMIT);
    o.mode = 9;
    assert_status(ctx, cim_route_metric_label(ctx, m, &o, &none), CIM_EARG);
    o.struct_size = 0;
    assert_status(ctx, cim_route_metric_label(ctx, m, &o, &none), CIM_EARG);
    assert_null(none);
    cim_route_metric_free(m);
    cim_route_hierarchy_free(h);
    graph_free(g);
    cim_ctx_free(ctx);
}

static void test_route_smallest(void **state)
{
    cim_ctx *ctx = support_ctx();
    (void)state;
    for (uint32_t n = 0; n < 3; n++) {
        graph *g = graph_new(n, 0);
        cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL);
        cim_route_metric *m = NULL;
        cim_route_query *q = NULL;
        cim_route_label_options o = CIM_ROUTE_LABEL_OPTIONS_INIT;
        cim_route_hierarchy_info info = { .struct_size = sizeof info };
        cim_route_places none = { NULL, NULL, 0 };
        uint32_t time, which;
        size_t count;
        assert_ok(ctx, cim_route_metric_build(ctx, h, NULL, &o, &m));
        assert_ok(ctx, cim_route_query_new(ctx, h, &q));
        assert_ok(ctx, cim_route_hierarchy_stat(ctx, h, &info));
        assert_int_equal(info.node_count, n);
        assert_int_equal(info.up_arc_count, 0);
        assert_int_equal(info.levels, n > 0);
        assert_ok(ctx, cim_route_matrix(ctx, m, &none, &none, NULL));
        for (uint32_t s = 0; s < n; s++) {
            cim_route_end end = { s, 3 };
            for (uint32_t t = 0; t < n; t++) {
                assert_ok(ctx, cim_route_time(ctx, m, q, s, t, &time));
                assert_int_equal(time, s == t ? 0 : NO_WAY);
            }
            assert_ok(ctx, cim_route_within(ctx, m, q, 0, &end, 1, 3, &which, &time, 1, &count));
            assert_true(count == 1 && which == s && time == 3);
            assert_ok(ctx, cim_route_within(ctx, m, q, 0, &end, 1, 2, &which, &time, 1, &count));
            assert_int_equal(count, 0);
            assert_ok(ctx, cim_route_nearest(ctx, m, q, 0, &end, 1, &none, 5, NO_WAY, &which, NULL, &count));
            assert_int_equal(count, 0);
        }
        cim_route_query_free(q);
        cim_route_metric_free(m);
        cim_route_hierarchy_free(h);
        graph_free(g);
    }
    cim_route_hierarchy_free(NULL);
    cim_route_metric_free(NULL);
    cim_route_query_free(NULL);
    cim_route_lanes_free(NULL);
    cim_route_dijkstra_free(NULL);
    cim_ctx_free(ctx);
}

/* ---- memory that runs out, at every allocation in turn ---- */

static cim_status questions(cim_ctx *ctx, const graph *g, cim_route_metric *m, cim_route_query *q, uint32_t *times)
{
    cim_route_end a = { 0, 0 }, b = { g->n - 1, 0 };
    cim_route_places one = { &a, NULL, 1 };
    cim_route_path path;
    size_t count;
    uint32_t which;
    cim_status st = cim_route_path_find(ctx, m, q, &a, 1, &b, 1, &path);
    if (st >= 0) st = cim_route_matrix(ctx, m, &one, &one, times);
    if (st >= 0) st = cim_route_nearest(ctx, m, q, 0, &b, 1, &one, 1, NO_WAY, &which, NULL, &count);
    if (st >= 0) st = cim_route_all(ctx, m, q, 0, &a, 1, 5000, times);
    if (st >= 0) st = cim_route_all_lanes(ctx, m, q, 0, &one, times);
    return st;
}

static cim_status scenario(cim_ctx *ctx, const graph *g, uint32_t *times)
{
    cim_route_graph view = graph_view(g);
    cim_route_hierarchy *h = NULL, *back = NULL;
    cim_route_metric *m = NULL, *next = NULL;
    cim_route_query *q = NULL;
    cim_route_lanes *lanes = NULL;
    cim_route_dijkstra *d = NULL;
    cim_route_label_options o = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_buf bytes = CIM_BUF_INIT;
    uint32_t arc = 1, weight = 5;
    const uint32_t *rows[] = { g->weight };
    cim_status st = cim_route_hierarchy_build(ctx, &view, NULL, &h);
    if (st >= 0) st = cim_route_hierarchy_save(ctx, h, &bytes);
    if (st >= 0) st = cim_route_hierarchy_load(ctx, bytes.data, bytes.size, &view, &back);
    if (st >= 0) st = cim_route_metric_build(ctx, h, g->weight, &o, &m);
    if (st >= 0) st = cim_route_metric_update(ctx, m, &arc, &weight, 1, &o, &next);
    if (st >= 0) st = cim_route_query_new(ctx, h, &q);
    if (st >= 0) st = questions(ctx, g, next, q, times);
    if (st >= 0) st = cim_route_lanes_build(ctx, h, rows, 1, &lanes);
    if (st >= 0) st = cim_route_dijkstra_new(ctx, &view, &d);
    if (st >= 0) st = cim_route_dijkstra_run(ctx, d, g->weight, 0, &(cim_route_end){ 0, 0 }, 1, NO_WAY, CIM_NONE, times);
    cim_route_dijkstra_free(d);
    cim_route_lanes_free(lanes);
    cim_route_query_free(q);
    cim_route_metric_free(next);
    cim_route_metric_free(m);
    cim_buf_dispose(&bytes);
    cim_route_hierarchy_free(back);
    cim_route_hierarchy_free(h);
    return st;
}

static void test_route_out_of_memory(void **state)
{
    graph *g = graph_grid(12, 12, 3);
    uint32_t *times = calloc(g->n, 4);
    (void)state;
    for (int persistent = 0; persistent < 2; persistent++)
        for (long n = 0;; n++) {
            support_fault fault = { .left = 1000000 };
            cim_ctx *ctx = support_fault_ctx(&fault, persistent ? 1 : 2);
            fault.left = n;
            fault.persistent = persistent;
            cim_status st = scenario(ctx, g, times);
            bool hit = fault.hit;
            if (hit && st < 0) assert_true(cim_ctx_error(ctx)[0]);
            cim_ctx_free(ctx);
            if (fault.live) print_error("%ld blocks too many at allocation %ld, persistent %d\n", fault.live, n, persistent);
            assert_int_equal(fault.live, 0);
            if (!hit) {
                assert_int_equal(st, CIM_OK);
                break;
            }
            assert_true(st == CIM_ENOMEM || (st == CIM_OK && !persistent)); /* without memory for a thread the caller works alone */
        }
    free(times);
    graph_free(g);
}

static void test_route_cancelled(void **state)
{
    cim_ctx *ctx = support_ctx();
    graph *g = graph_grid(30, 30, 3);
    cim_route_graph view = graph_view(g);
    cim_route_hierarchy *h = NULL, *none = NULL;
    cim_route_metric *m = NULL;
    (void)state;
    assert_ok(ctx, cim_route_hierarchy_build(ctx, &view, NULL, &h));
    cim_ctx_cancel(ctx);
    assert_status(ctx, cim_route_hierarchy_build(ctx, &view, NULL, &none), CIM_ECANCEL);
    assert_status(ctx, cim_route_metric_build(ctx, h, g->weight, NULL, &m), CIM_ECANCEL);
    assert_null(none);
    assert_null(m);
    cim_ctx_resume(ctx);
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, NULL, &m));
    cim_route_metric_free(m);
    cim_route_hierarchy_free(h);
    graph_free(g);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_refuses_graphs), cmocka_unit_test(test_route_refuses_orders_too_deep), cmocka_unit_test(test_route_orders_strips), cmocka_unit_test(test_route_refuses_questions),
                                        cmocka_unit_test(test_route_label_options), cmocka_unit_test(test_route_smallest), cmocka_unit_test(test_route_out_of_memory), cmocka_unit_test(test_route_cancelled) };
    return cmocka_run_group_tests_name("route_refuses", tests, NULL, NULL);
}
