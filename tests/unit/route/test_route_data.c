/* Graphs of real cities, when they are there: exact on the pairs that other engines answered, and on random ones after random
 * changes. */
#include "graphs.h"
#include "core/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t word(const char *bytes, size_t at)
{
    uint32_t v;
    memcpy(&v, bytes + at * 4, 4);
    return v;
}

/* "LCG1" n m first[n + 1] head[m] weight_ms[m] length_m[m] lat[n] lon[n] ... */
static graph *read_lcg(const char *path)
{
    size_t size;
    char *bytes = support_read(path, &size);
    assert_non_null(bytes);
    assert_memory_equal(bytes, "LCG1", 4);
    uint32_t n = word(bytes, 1), m = word(bytes, 2);
    size_t first = 3, head = first + n + 1, weight = head + m, lat = weight + 2 * (size_t)m, lon = lat + n;
    assert_true(size >= (lon + n) * 4);
    graph *g = graph_new(n, m);
    for (uint32_t v = 0; v < n; v++) {
        float degrees[2];
        memcpy(&degrees[0], bytes + (lat + v) * 4, 4);
        memcpy(&degrees[1], bytes + (lon + v) * 4, 4);
        g->y[v] = degrees[0];
        g->x[v] = degrees[1] * 0.75;
        for (uint32_t a = word(bytes, first + v); a < word(bytes, first + v + 1); a++) g->tail[a] = v;
    }
    for (uint32_t a = 0; a < m; a++) g->head[a] = word(bytes, head + a), g->weight[a] = word(bytes, weight + a);
    g->coordinates = true;
    free(bytes);
    return g;
}

static void check_against_dijkstra(cim_ctx *ctx, const graph *g, cim_route_hierarchy *h, const uint32_t *weights, cim_route_metric *m, uint64_t *seed, int starts)
{
    cim_route_graph view = graph_view(g);
    cim_route_dijkstra *d = NULL;
    cim_route_query *q = NULL;
    cim_route_metric *labelled = NULL;
    uint32_t *all = calloc(g->n, 4), *expected = calloc(g->n, 4), *from = calloc(1000, 4), *to = calloc(1000, 4), times[1000];
    assert_ok(ctx, cim_route_dijkstra_new(ctx, &view, &d));
    assert_ok(ctx, cim_route_query_new(ctx, h, &q));
    assert_ok(ctx, cim_route_metric_label(ctx, m, NULL, &labelled));
    for (int i = 0; i < starts; i++) {
        cim_route_end start = { (uint32_t)(support_random(seed) % g->n), 0 };
        assert_ok(ctx, cim_route_dijkstra_run(ctx, d, weights, i % 2, &start, 1, NO_WAY, CIM_NONE, expected));
        assert_ok(ctx, cim_route_all(ctx, m, q, i % 2, &start, 1, NO_WAY, all));
        assert_memory_equal(all, expected, (size_t)g->n * 4);
        for (int k = 0; k < 1000; k++) {
            uint32_t v = (uint32_t)(support_random(seed) % g->n);
            from[k] = i % 2 ? v : start.node;
            to[k] = i % 2 ? start.node : v;
        }
        for (int with = 0; with < 2; with++) {
            assert_ok(ctx, cim_route_times(ctx, with ? labelled : m, q, from, to, 1000, times));
            for (int k = 0; k < 1000; k++) assert_int_equal(times[k], expected[i % 2 ? from[k] : to[k]]);
        }
    }
    free(all), free(expected), free(from), free(to);
    cim_route_metric_free(labelled);
    cim_route_query_free(q);
    cim_route_dijkstra_free(d);
}

static void check_graph(const char *path, uint32_t most_arcs)
{
    cim_ctx *ctx = support_ctx();
    graph *g = read_lcg(path);
    uint64_t seed = 99;
    cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL);
    cim_route_hierarchy_info info = { .struct_size = sizeof info };
    cim_route_metric *m = NULL;
    assert_ok(ctx, cim_route_hierarchy_stat(ctx, h, &info));
    print_message("# %u nodes, %u arcs: %u up-arcs, %u levels, %.0f search arcs\n", info.node_count, info.arc_count, info.up_arc_count, info.levels, info.mean_search_arcs);
    assert_true(info.up_arc_count <= most_arcs);
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, NULL, &m));
    check_against_dijkstra(ctx, g, h, g->weight, m, &seed, 10);
    for (int tick = 0; tick < 3; tick++) { /* traffic: slower, quicker, closed */
        uint32_t arcs[200], weights[200];
        cim_route_metric *next = NULL;
        for (int i = 0; i < 200; i++) {
            arcs[i] = (uint32_t)(support_random(&seed) % g->m);
            weights[i] = support_random(&seed) % 4 ? (uint32_t)(support_random(&seed) % 100000) : NO_WAY;
            g->weight[arcs[i]] = weights[i];
        }
        assert_ok(ctx, cim_route_metric_update(ctx, m, arcs, weights, tick ? 200 : 3, NULL, &next));
        if (!tick) assert_ok(ctx, (cim_route_metric_free(next), next = NULL, cim_route_metric_update(ctx, m, arcs, weights, 200, NULL, &next)));
        cim_route_metric_free(m);
        m = next;
        check_against_dijkstra(ctx, g, h, g->weight, m, &seed, 2);
    }
    cim_route_metric_free(m);
    cim_route_hierarchy_free(h);
    graph_free(g);
    cim_ctx_free(ctx);
}

static void test_route_porto(void **state)
{
    (void)state;
    SUPPORT_NEED(path, "graph/porto-r5.lcg");
    check_graph(path, 283000);
}

static void test_route_sydney(void **state)
{
    (void)state;
    SUPPORT_NEED(path, "graph/sydney-tntp.lcg");
    check_graph(path, 117000);
}

static void test_route_porto_turns(void **state)
{
    (void)state;
    SUPPORT_NEED(path, "graph/porto-turn.lcg");
    check_graph(path, 1322000);
}

static bool next_number(const char **at, const char *end, int64_t *value)
{
    while (*at < end && (**at == ' ' || **at == '\t')) (*at)++;
    const char *after = cim__read_int(*at, end, value);
    if (after) *at = after;
    return after != NULL;
}

/* from, to, and coordinates that do not matter here; the sum of all times is known from four other engines. */
static void test_route_porto_pairs(void **state)
{
    cim_ctx *ctx = support_ctx();
    (void)state;
    SUPPORT_NEED(path, "graph/porto-r5.lcg");
    SUPPORT_NEED(pairs, "graph/porto-r5.pairs");
    size_t size, count = 0;
    char *text = support_read(pairs, &size);
    assert_non_null(text);
    graph *g = read_lcg(path);
    cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL);
    cim_route_metric *m = NULL, *labelled = NULL;
    cim_route_query *q = NULL;
    uint64_t sum[3] = { 0 };
    assert_ok(ctx, cim_route_metric_build(ctx, h, g->weight, NULL, &m));
    assert_ok(ctx, cim_route_metric_label(ctx, m, NULL, &labelled));
    assert_ok(ctx, cim_route_query_new(ctx, h, &q));
    for (const char *at = text, *end = text + size; at < end;) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at)), *cursor = at;
        int64_t from, to;
        if (!line_end) line_end = end;
        if (next_number(&cursor, line_end, &from) && next_number(&cursor, line_end, &to)) {
            cim_route_path p;
            uint32_t time, arcs = 0;
            assert_ok(ctx, cim_route_time(ctx, m, q, (uint32_t)from, (uint32_t)to, &time));
            sum[0] += time;
            assert_ok(ctx, cim_route_time(ctx, labelled, q, (uint32_t)from, (uint32_t)to, &time));
            sum[1] += time;
            assert_ok(ctx, cim_route_path_find(ctx, m, q, &(cim_route_end){ (uint32_t)from, 0 }, 1, &(cim_route_end){ (uint32_t)to, 0 }, 1, &p));
            uint32_t node = (uint32_t)from;
            for (uint32_t k = 0; k < p.arc_count; k++) {
                assert_int_equal(g->tail[p.arcs[k]], node);
                node = g->head[p.arcs[k]];
                arcs += g->weight[p.arcs[k]];
            }
            assert_int_equal(node, to);
            sum[2] += arcs;
            count++;
        }
        at = line_end + 1;
    }
    assert_int_equal(count, 2000);
    for (int i = 0; i < 3; i++) assert_true(sum[i] == 2714601790u);
    cim_route_query_free(q);
    cim_route_metric_free(labelled);
    cim_route_metric_free(m);
    cim_route_hierarchy_free(h);
    graph_free(g);
    free(text);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_porto), cmocka_unit_test(test_route_porto_pairs), cmocka_unit_test(test_route_sydney), cmocka_unit_test(test_route_porto_turns) };
    return cmocka_run_group_tests_name("route_data", tests, NULL, NULL);
}
