/* test_travel_matrix.c - times between many places against single routes, all pairs. */
#include "reach.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
enum { ROUNDS = 1000, MOST = 9 };

static void check_matrix(const reach_net *r, uint64_t *seed, bool with_metric)
{
    cim_net_place from[MOST], to[MOST];
    size_t n = 1 + support_random(seed) % MOST, m = 1 + support_random(seed) % MOST;
    uint32_t times[MOST * MOST];
    for (size_t i = 0; i < n; i++) from[i] = reach_place(r, seed);
    for (size_t j = 0; j < m; j++) to[j] = reach_place(r, seed);
    to[0].edge = from[0].edge; /* often on one street */
    to[0].directions = from[0].directions;
    assert_ok(r->net.ctx, cim_net_matrix(r->net.ctx, r->costs, with_metric ? r->metric : NULL, from, n, to, m, times));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            uint32_t wanted = reach_time(r, &from[i], &to[j], with_metric);
            if (times[i * m + j] != wanted) print_message("from %zu to %zu: %u, wanted %u\n", i, j, times[i * m + j], wanted);
            assert_int_equal(times[i * m + j], wanted);
        }
}

static void test_matrix_random(void **state)
{
    uint64_t seed = 21;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        bool changed = round % 3 == 2;
        reach_net r = reach_random(&seed, (uint32_t)round & 1, changed);
        check_matrix(&r, &seed, true);
        if (!changed) check_matrix(&r, &seed, false);
        reach_done(&r);
    }
}

/* The sample town: labels, none, a core, Dijkstra; more places than a band, several threads. */
static void test_matrix_town(void **state)
{
    enum { FROM = 70, TO = 50 };
    static uint32_t times[4][FROM * TO];
    const char *path = support_own("town.osm.pbf");
    const uint32_t modes[3] = { CIM_ROUTE_LABELS_NONE, CIM_ROUTE_LABELS_FULL, CIM_ROUTE_LABELS_CORE };
    street_net n = { .ctx = support_ctx() };
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    cim_net_place places[FROM + TO];
    uint64_t seed = 22;
    size_t count, reached = 0;
    cim_route_hierarchy *h = NULL;
    (void)state;
    options.turns = CIM_NET_TURNS_FULL;
    assert_ok(n.ctx, cim_city_load(n.ctx, &path, 1, NULL, &n.city, NULL));
    assert_ok(n.ctx, cim_net_build(n.ctx, n.city, &options, &n.net));
    cim_net_costs *c = net_costs(&n, "car", NULL);
    cim_route_graph g = cim_net_graph(n.net);
    assert_ok(n.ctx, cim_route_hierarchy_build(n.ctx, &g, NULL, &h));
    for (size_t i = 0; i < FROM + TO; i++)
        assert_ok(n.ctx, cim_net_snap(n.ctx, c, support_uniform(&seed, 504300, 507700), support_uniform(&seed, 5381700, 5384300), NULL, 1, &places[i], &count));
    for (int k = 0; k < 4; k++) {
        cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
        cim_route_metric *m = NULL;
        labels.mode = modes[k % 3];
        if (k < 3) assert_ok(n.ctx, cim_route_metric_build(n.ctx, h, c->weights_ms, &labels, &m));
        assert_ok(n.ctx, cim_net_matrix(n.ctx, c, m, places, FROM, places + FROM, TO, times[k]));
        assert_memory_equal(times[k], times[0], sizeof times[0]);
        cim_route_metric_free(m);
    }
    for (size_t i = 0; i < FROM * TO; i++) reached += times[0][i] < NO_WAY;
    assert_true(reached > FROM * TO / 2);
    cim_route_hierarchy_free(h);
    cim_net_costs_free(c);
    net_done(&n);
}

static void test_matrix_refusals(void **state)
{
    uint64_t seed = 23;
    reach_net r = reach_random(&seed, 1, false), other = reach_random(&seed, 0, false);
    cim_net_place p = reach_place(&r, &seed), bad = p;
    uint32_t time = 0;
    cim_ctx *ctx = r.net.ctx;
    (void)state;
    bad.fraction = NAN;
    assert_status(ctx, cim_net_matrix(ctx, NULL, NULL, &p, 1, &p, 1, &time), CIM_EARG);
    assert_status(ctx, cim_net_matrix(ctx, r.costs, NULL, NULL, 1, &p, 1, &time), CIM_EARG);
    assert_status(ctx, cim_net_matrix(ctx, r.costs, NULL, &p, 1, NULL, 1, &time), CIM_EARG);
    assert_status(ctx, cim_net_matrix(ctx, r.costs, NULL, &p, 1, &p, 1, NULL), CIM_EARG);
    assert_status(ctx, cim_net_matrix(ctx, r.costs, NULL, &bad, 1, &p, 1, &time), CIM_EARG);
    assert_status(ctx, cim_net_matrix(ctx, r.costs, other.metric, &p, 1, &p, 1, &time), CIM_EARG);
    assert_status(ctx, cim_net_matrix(ctx, r.costs, NULL, &p, SIZE_MAX / 2, &p, 9, &time), CIM_EARG);
    assert_ok(ctx, cim_net_matrix(ctx, r.costs, NULL, NULL, 0, &p, 1, NULL));
    assert_ok(ctx, cim_net_matrix(ctx, r.costs, r.metric, &p, 1, NULL, 0, NULL));
    bad = p;
    bad.directions = 0; /* neither starts nor ends anywhere */
    assert_ok(ctx, cim_net_matrix(ctx, r.costs, r.metric, &bad, 1, &p, 1, &time));
    assert_int_equal(time, NO_WAY);
    assert_ok(ctx, cim_net_matrix(ctx, r.costs, NULL, &p, 1, &bad, 1, &time));
    assert_int_equal(time, NO_WAY);
    reach_done(&r);
    reach_done(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_matrix_random), cmocka_unit_test(test_matrix_town), cmocka_unit_test(test_matrix_refusals) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
