/* test_dispatch_refuses.c - what is refused, with which status; nothing and nobody; a net without streets; memory that runs out. */
#include "nets.h"

#include <math.h>
#include <stdlib.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
static const char square[] = "n a 0 0\nn b 300 0\nn c 300 300\nn d 0 300\nn x 900 900\nn y 1200 900\nw 1 a,b\nw 2 b,c\nw 3 c,d\nw 4 d,a\nw 5 x,y\n";

typedef struct trial {
    street_net n, other;
    cim_net_costs *costs, *costs2;
    cim_route_hierarchy *h, *h2;
    cim_route_metric *m, *m2;
    cim_route_query *q, *q2;
    cim_scenarios *s;
    cim_net_place at[5];
} trial;

static void ready(street_net *n, const char *lines, cim_net_costs **costs, cim_route_hierarchy **h, cim_route_metric **m, cim_route_query **q)
{
    *n = net_of(lines, CIM_NET_TURNS_RESTRICTED);
    *costs = net_costs(n, "car", NULL);
    cim_route_graph g = cim_net_graph(n->net);
    assert_ok(n->ctx, cim_route_hierarchy_build(n->ctx, &g, NULL, h));
    assert_ok(n->ctx, cim_route_metric_build(n->ctx, *h, (*costs)->weights_ms, NULL, m));
    assert_ok(n->ctx, cim_route_query_new(n->ctx, *h, q));
}

static trial begin(void)
{
    trial t = { .s = NULL };
    ready(&t.n, square, &t.costs, &t.h, &t.m, &t.q);
    ready(&t.other, "n a 0 0\nn b 300 0\nw 1 a,b\n", &t.costs2, &t.h2, &t.m2, &t.q2);
    assert_ok(t.n.ctx, cim_scenarios_make(t.n.ctx, t.costs, t.h, NULL, NULL, &t.s));
    for (int i = 0; i < 5; i++) t.at[i] = net_place(&t.n, t.costs, i + 1);
    return t;
}

static void end(trial *t)
{
    cim_scenarios_free(t->s);
    cim_route_query_free(t->q);
    cim_route_query_free(t->q2);
    cim_route_metric_free(t->m);
    cim_route_metric_free(t->m2);
    cim_route_hierarchy_free(t->h);
    cim_route_hierarchy_free(t->h2);
    cim_net_costs_free(t->costs);
    cim_net_costs_free(t->costs2);
    net_done(&t->n);
    net_done(&t->other);
}

static void test_fleet_refuses(void **state)
{
    trial t = begin();
    cim_ctx *ctx = t.n.ctx;
    cim_fleet *f = NULL;
    cim_net_place bad[2] = { t.at[0], { .edge = 99 } }, nan_place = t.at[0];
    uint32_t which[5], times[5];
    size_t count = 77;
    cim_fleet_view view = { 0 };
    cim_fleet_rest rest = { 0 };
    cim_rank rank;
    (void)state;
    nan_place.fraction = NAN;
    assert_status(ctx, cim_fleet_build(ctx, NULL, t.m, NULL, t.at, 5, 0, &f), CIM_EARG);
    assert_status(ctx, cim_fleet_build(ctx, t.costs, t.m, NULL, NULL, 5, 0, &f), CIM_EARG);
    assert_status(ctx, cim_fleet_build(ctx, t.costs, t.m, NULL, t.at, 5, 2, &f), CIM_EARG);
    assert_status(ctx, cim_fleet_build(ctx, t.costs, t.m, NULL, t.at, SIZE_MAX, 0, &f), CIM_EARG);
    assert_status(ctx, cim_fleet_build(ctx, t.costs, t.m2, NULL, t.at, 5, 0, &f), CIM_EARG);
    assert_status(ctx, cim_fleet_build(ctx, t.costs2, t.m2, t.s, t.at, 0, 0, &f), CIM_EARG);
    assert_status(ctx, cim_fleet_build(ctx, t.costs, t.m, NULL, bad, 2, 0, &f), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "place 1"));
    assert_status(ctx, cim_fleet_build(ctx, t.costs, t.m, NULL, &nan_place, 1, 0, &f), CIM_EARG);
    assert_null(f);
    assert_ok(ctx, cim_fleet_build(ctx, t.costs, t.m, NULL, t.at, 5, 0, &f));
    assert_status(ctx, cim_fleet_get(ctx, f, &view), CIM_EARG);
    assert_status(ctx, cim_fleet_times(ctx, f, NULL, &t.at[0], times), CIM_EARG);
    assert_status(ctx, cim_fleet_times(ctx, f, t.q2, &t.at[0], times), CIM_EARG);
    assert_status(ctx, cim_fleet_times(ctx, f, t.q, &bad[1], times), CIM_EARG);
    assert_status(ctx, cim_fleet_times(ctx, f, t.q, NULL, times), CIM_EARG);
    assert_status(ctx, cim_fleet_times(ctx, NULL, t.q, &t.at[0], times), CIM_EARG);
    assert_status(ctx, cim_fleet_nearest(ctx, f, t.q, &nan_place, 5, NO_WAY, which, times, &count, NULL), CIM_EARG);
    assert_status(ctx, cim_fleet_nearest(ctx, f, t.q, &t.at[0], 5, NO_WAY, which, times, &count, &rest), CIM_EARG);
    assert_status(ctx, cim_fleet_matrix(ctx, f, bad, 2, times), CIM_EARG);
    assert_status(ctx, cim_fleet_matrix(ctx, NULL, bad, 2, times), CIM_EARG);
    assert_status(ctx, cim_fleet_scenario_times(ctx, f, t.q, &t.at[0], times), CIM_EARG);
    assert_status(ctx, cim_fleet_rank(ctx, f, t.q, &t.at[0], NULL, 1, &rank, &count), CIM_EARG);
    assert_int_equal(count, 77);
    cim_fleet_free(f);
    assert_ok(ctx, cim_fleet_build(ctx, t.costs, NULL, NULL, t.at, 5, 0, &f));
    assert_status(ctx, cim_fleet_times(ctx, f, t.q, &t.at[0], times), CIM_EARG);
    cim_fleet_free(f);
    assert_ok(ctx, cim_fleet_build(ctx, t.costs, t.m, t.s, t.at, 5, 0, &f));
    cim_rank_options ranking = CIM_RANK_OPTIONS_INIT;
    ranking.by = 3;
    assert_status(ctx, cim_fleet_rank(ctx, f, t.q, &t.at[0], &ranking, 1, &rank, &count), CIM_EARG);
    struct {
        cim_rank_options known;
        uint64_t unknown;
    } later = { CIM_RANK_OPTIONS_INIT, 1 };
    later.known.struct_size = sizeof later;
    assert_status(ctx, cim_fleet_rank(ctx, f, t.q, &t.at[0], &later.known, 1, &rank, &count), CIM_EVERSION);
    assert_status(ctx, cim_fleet_rank(ctx, f, t.q2, &t.at[0], NULL, 1, &rank, &count), CIM_EARG);
    cim_fleet_free(f);
    end(&t);
}

static void test_scenarios_refuse(void **state)
{
    trial t = begin();
    cim_ctx *ctx = t.n.ctx;
    cim_scenarios *s = NULL;
    const uint32_t *weights[2] = { t.costs->weights_ms, NULL };
    double shares[2] = { 1.0, 0.0 };
    (void)state;
    assert_status(ctx, cim_scenarios_build(ctx, NULL, t.h, weights, NULL, 1, &s), CIM_EARG);
    assert_status(ctx, cim_scenarios_build(ctx, t.costs, NULL, weights, NULL, 1, &s), CIM_EARG);
    assert_status(ctx, cim_scenarios_build(ctx, t.costs, t.h2, weights, NULL, 1, &s), CIM_EARG);
    assert_status(ctx, cim_scenarios_build(ctx, t.costs, t.h, weights, NULL, 2, &s), CIM_EARG);
    assert_status(ctx, cim_scenarios_build(ctx, t.costs, t.h, NULL, NULL, 1, &s), CIM_EARG);
    assert_status(ctx, cim_scenarios_build(ctx, t.costs, t.h, weights, NULL, 0, &s), CIM_EARG);
    assert_status(ctx, cim_scenarios_build(ctx, t.costs, t.h, weights, NULL, 17, &s), CIM_EARG);
    weights[1] = weights[0];
    assert_status(ctx, cim_scenarios_build(ctx, t.costs, t.h, weights, shares, 2, &s), CIM_EARG);
    shares[1] = NAN;
    assert_status(ctx, cim_scenarios_build(ctx, t.costs, t.h, weights, shares, 2, &s), CIM_EARG);
    const double wrong[] = { -0.1, 2.5, NAN, INFINITY };
    for (int i = 0; i < 12; i++) {
        cim_scenario_options o = CIM_SCENARIO_OPTIONS_INIT;
        *(i < 4 ? &o.city_spread : i < 8 ? &o.class_spread : &o.area_spread) = wrong[i % 4];
        assert_status(ctx, cim_scenarios_make(ctx, t.costs, t.h, NULL, &o, &s), CIM_EARG);
    }
    cim_scenario_options o = CIM_SCENARIO_OPTIONS_INIT;
    const double sides[] = { 0.0, -5.0, NAN, INFINITY, 1e9 };
    for (int i = 0; i < 5; i++) {
        o.area_m = sides[i];
        assert_status(ctx, cim_scenarios_make(ctx, t.costs, t.h, NULL, &o, &s), CIM_EARG);
    }
    o.area_m = 500.0;
    o.count = 17;
    assert_status(ctx, cim_scenarios_make(ctx, t.costs, t.h, NULL, &o, &s), CIM_EARG);
    struct {
        cim_scenario_options known;
        uint64_t unknown;
    } later = { CIM_SCENARIO_OPTIONS_INIT, 1 };
    later.known.struct_size = sizeof later;
    assert_status(ctx, cim_scenarios_make(ctx, t.costs, t.h, NULL, &later.known, &s), CIM_EVERSION);
    assert_null(s);
    end(&t);
}

static void test_plans_refuse(void **state)
{
    trial t = begin();
    cim_ctx *ctx = t.n.ctx;
    cim_fleet *f = NULL;
    cim_coverage *c = NULL;
    double weights[5] = { 1, 1, NAN, 1, 1 }, shares[4] = { 0, 1, 1.5, 0 };
    uint32_t times[4] = { 1, 2, 3, 4 }, unit_of[2] = { 7, 7 }, posts[2] = { 0, 5 };
    cim_assignment info = { 0 };
    cim_gap gap = { 0 };
    cim_move_up move;
    size_t count = 77;
    (void)state;
    assert_status(ctx, cim_dispatch_assign(ctx, 2, 2, NULL, NULL, NO_WAY, unit_of, NULL), CIM_EARG);
    assert_status(ctx, cim_dispatch_assign(ctx, 2, 2, times, shares, NO_WAY, unit_of, NULL), CIM_EARG);
    assert_status(ctx, cim_dispatch_assign(ctx, 2, 2, times, NULL, NO_WAY, unit_of, &info), CIM_EARG);
    assert_status(ctx, cim_dispatch_assign(ctx, SIZE_MAX, 2, times, NULL, NO_WAY, unit_of, NULL), CIM_ELIMIT);
    assert_int_equal(unit_of[0], 7);
    assert_ok(ctx, cim_fleet_build(ctx, t.costs, t.m, NULL, t.at, 5, CIM_ROUTE_BACKWARD, &f));
    assert_status(ctx, cim_coverage_build(ctx, NULL, t.at, NULL, 5, 1000, &c), CIM_EARG);
    assert_status(ctx, cim_coverage_build(ctx, f, NULL, NULL, 5, 1000, &c), CIM_EARG);
    assert_status(ctx, cim_coverage_build(ctx, f, t.at, weights, 5, 1000, &c), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "weight 2"));
    weights[2] = -1.0;
    assert_status(ctx, cim_coverage_build(ctx, f, t.at, weights, 5, 1000, &c), CIM_EARG);
    weights[1] = weights[2] = 1.7e308;
    assert_status(ctx, cim_coverage_build(ctx, f, t.at, weights, 5, 1000, &c), CIM_EARG);
    cim_net_place bad = { .edge = 99 };
    assert_status(ctx, cim_coverage_build(ctx, f, &bad, NULL, 1, 1000, &c), CIM_EARG);
    assert_null(c);
    assert_ok(ctx, cim_coverage_build(ctx, f, t.at, NULL, 5, 1000, &c));
    assert_status(ctx, cim_coverage_gap(ctx, c, posts, 1, posts, 1, NULL, 0, &count, &gap), CIM_EARG);
    gap.struct_size = sizeof gap;
    assert_status(ctx, cim_coverage_gap(ctx, NULL, posts, 1, posts, 1, NULL, 0, &count, &gap), CIM_EARG);
    assert_status(ctx, cim_coverage_gap(ctx, c, posts, 2, posts, 1, NULL, 0, &count, &gap), CIM_EARG);
    assert_status(ctx, cim_coverage_gap(ctx, c, posts, 1, NULL, 1, NULL, 0, &count, &gap), CIM_EARG);
    assert_status(ctx, cim_coverage_move_up(ctx, NULL, posts, 1, NULL, 0, NULL, NO_WAY, 1, &move, &count), CIM_EARG);
    assert_status(ctx, cim_coverage_move_up(ctx, c, posts, 2, NULL, 0, NULL, NO_WAY, 1, &move, &count), CIM_EARG);
    assert_status(ctx, cim_coverage_move_up(ctx, c, posts, 1, posts, 2, NULL, NO_WAY, 1, &move, &count), CIM_EARG);
    assert_status(ctx, cim_coverage_move_up(ctx, c, posts, 1, NULL, 3, NULL, NO_WAY, 1, &move, &count), CIM_EARG);
    assert_int_equal(count, 77);
    cim_coverage_free(c);
    cim_fleet_free(f);
    end(&t);
}

static void ask_nobody(trial *t, const cim_net_place *place, const cim_net_place *demand, size_t demand_count)
{
    cim_ctx *ctx = t->n.ctx;
    cim_fleet *f = NULL;
    cim_coverage *c = NULL;
    size_t count = 77;
    cim_fleet_rest rest = { .struct_size = sizeof rest };
    cim_fleet_view view = { .struct_size = sizeof view };
    cim_gap gap = { .struct_size = sizeof gap };
    assert_ok(ctx, cim_fleet_build(ctx, t->costs, t->m, t->s, NULL, 0, CIM_ROUTE_BACKWARD, &f));
    assert_ok(ctx, cim_fleet_get(ctx, f, &view));
    assert_int_equal(view.count + view.cut_count, 0);
    assert_int_equal(view.scenario_count, CIM_ROUTE_LANES);
    if (place) {
        assert_ok(ctx, cim_fleet_nearest(ctx, f, t->q, place, 5, NO_WAY, NULL, NULL, &count, &rest));
        assert_int_equal(count, 0);
        assert_ok(ctx, cim_fleet_times(ctx, f, t->q, place, NULL));
        count = 77;
        assert_ok(ctx, cim_fleet_rank(ctx, f, t->q, place, NULL, 5, NULL, &count));
        assert_int_equal(count, 0);
    }
    assert_ok(ctx, cim_fleet_matrix(ctx, f, demand, demand_count, NULL));
    assert_ok(ctx, cim_coverage_build(ctx, f, demand, NULL, demand_count, 1000, &c));
    assert_ok(ctx, cim_coverage_gap(ctx, c, NULL, 0, NULL, 0, NULL, 0, &count, &gap));
    assert_int_equal(gap.never_count, demand_count);
    assert_ok(ctx, cim_coverage_move_up(ctx, c, NULL, 0, NULL, 0, NULL, NO_WAY, 3, NULL, &count));
    assert_int_equal(count, 0);
    cim_coverage_free(c);
    cim_fleet_free(f);
}

static void test_nobody(void **state)
{
    trial t = begin();
    uint32_t unit_of[2] = { 7, 7 };
    cim_assignment info = { .struct_size = sizeof info };
    (void)state;
    ask_nobody(&t, &t.at[0], t.at, 5);
    ask_nobody(&t, &t.at[0], NULL, 0);
    assert_ok(t.n.ctx, cim_dispatch_assign(t.n.ctx, 0, 2, NULL, NULL, NO_WAY, unit_of, &info));
    assert_int_equal(unit_of[0], CIM_NONE);
    assert_int_equal(info.assigned_count, 0);
    assert_ok(t.n.ctx, cim_dispatch_assign(t.n.ctx, 3, 0, NULL, NULL, NO_WAY, NULL, NULL));
    cim_fleet_free(NULL);
    cim_scenarios_free(NULL);
    cim_coverage_free(NULL);
    end(&t);
}

/* An island is told, not left out: way 5 meets no other. */
static void test_fleet_island(void **state)
{
    trial t = begin();
    cim_fleet *f = NULL;
    cim_fleet_rest rest = { .struct_size = sizeof rest };
    cim_fleet_view view = { .struct_size = sizeof view };
    cim_rank ranks[5];
    uint32_t which[5], times[5];
    size_t count;
    (void)state;
    t.at[3].directions = 0; /* nobody gets on there */
    assert_ok(t.n.ctx, cim_fleet_build(t.n.ctx, t.costs, t.m, t.s, t.at, 5, CIM_ROUTE_BACKWARD, &f));
    assert_ok(t.n.ctx, cim_fleet_get(t.n.ctx, f, &view));
    assert_int_equal(view.cut_count, 1);
    assert_ok(t.n.ctx, cim_fleet_nearest(t.n.ctx, f, t.q, &t.at[0], 5, NO_WAY, which, times, &count, &rest));
    assert_int_equal(count, 3);
    assert_int_equal(rest.unreachable_count, 2);
    assert_int_equal(which[0], 0);
    assert_int_equal(times[0], 0);
    assert_ok(t.n.ctx, cim_fleet_rank(t.n.ctx, f, t.q, &t.at[0], NULL, 5, ranks, &count));
    assert_int_equal(count, 3);
    cim_fleet_free(cim_fleet_ref(f));
    cim_fleet_free(f);
    end(&t);
}

static void test_no_streets(void **state)
{
    trial t = { .s = NULL };
    (void)state;
    ready(&t.n, "n a 0 0\nn b 300 0\nw 1 a,b building=yes\n", &t.costs, &t.h, &t.m, &t.q);
    ready(&t.other, square, &t.costs2, &t.h2, &t.m2, &t.q2);
    assert_ok(t.n.ctx, cim_scenarios_make(t.n.ctx, t.costs, t.h, NULL, NULL, &t.s));
    ask_nobody(&t, NULL, NULL, 0);
    end(&t);
}

/* ---- memory ---- */

static trial *shared;

static cim_status use_plans(cim_ctx *ctx, const cim_fleet *f)
{
    const trial *t = shared;
    cim_coverage *c = NULL;
    double weights[5] = { 1, 2, 3, 4, 5 };
    uint32_t at[2] = { 0, 1 }, times[10] = { 0 }, unit_of[3], matrix[25];
    size_t count;
    cim_gap gap = { .struct_size = sizeof gap };
    cim_move_up moves[2];
    CIM__TRY(cim_fleet_matrix(ctx, f, t->at, 5, matrix));
    CIM__TRY(cim_dispatch_assign(ctx, 3, 3, matrix, NULL, 1000, unit_of, NULL));
    CIM__TRY(cim_coverage_build(ctx, f, t->at, weights, 5, 30000, &c));
    cim_status st = cim_coverage_gap(ctx, c, at, 2, at, 1, NULL, 0, &count, &gap);
    if (st >= 0) st = cim_coverage_move_up(ctx, c, at, 2, NULL, 5, times, NO_WAY, 2, moves, &count);
    cim_coverage_free(c);
    return st;
}

static cim_status use_fleet(cim_ctx *ctx)
{
    trial *t = shared;
    cim_scenarios *s = NULL;
    cim_fleet *f = NULL, *plain = NULL;
    cim_route_query *q = NULL;
    uint32_t which[5], times[5 * CIM_ROUTE_LANES];
    size_t count;
    cim_rank ranks[2];
    cim_status st = cim_route_query_new(ctx, t->h, &q);
    if (st >= 0) st = cim_scenarios_make(ctx, t->costs, t->h, NULL, NULL, &s);
    if (st >= 0) st = cim_fleet_build(ctx, t->costs, t->m, s, t->at, 5, CIM_ROUTE_BACKWARD, &f);
    if (st >= 0) st = cim_fleet_nearest(ctx, f, q, &t->at[1], 2, NO_WAY, which, times, &count, NULL);
    if (st >= 0) st = cim_fleet_scenario_times(ctx, f, q, &t->at[2], times);
    if (st >= 0) st = cim_fleet_rank(ctx, f, q, &t->at[2], NULL, 2, ranks, &count);
    if (st >= 0) st = cim_fleet_build(ctx, t->costs, NULL, NULL, t->at, 5, CIM_ROUTE_FORWARD, &plain);
    if (st >= 0) st = cim_fleet_times(ctx, plain, NULL, &t->at[2], times);
    if (st >= 0) st = use_plans(ctx, f);
    cim_fleet_free(plain);
    cim_fleet_free(f);
    cim_scenarios_free(s);
    cim_route_query_free(q);
    return st;
}

static void test_dispatch_oom(void **state)
{
    trial t = begin();
    (void)state;
    shared = &t;
    support_fault_loop("dispatch", use_fleet, 400);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_fleet_refuses), cmocka_unit_test(test_scenarios_refuse), cmocka_unit_test(test_plans_refuse),
                                        cmocka_unit_test(test_nobody), cmocka_unit_test(test_fleet_island), cmocka_unit_test(test_no_streets),
                                        cmocka_unit_test(test_dispatch_oom) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
