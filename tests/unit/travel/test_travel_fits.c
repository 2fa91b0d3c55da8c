/* test_travel_fits.c - metrics, hierarchies and queries of another graph are refused by every question, also when it has as many nodes and arcs. */
#include "nets.h"

#include "cim/dispatch.h"
#include "cim/flow.h"
#include "cim/journey.h"
#include "cim/match.h"
#include "cim/matrix.h"
#include "cim/traffic.h"

/* A net with all that questions are asked on. */
typedef struct asked {
    street_net n;
    cim_net_costs *costs;
    cim_route_hierarchy *hierarchy;
    cim_route_metric *metric;
    cim_route_query *query;
} asked;

static asked asked_of(const char *lines)
{
    asked a = { .n = net_of(lines, 0) };
    cim_route_graph graph = cim_net_graph(a.n.net);
    a.costs = net_costs(&a.n, "car", NULL);
    assert_ok(a.n.ctx, cim_route_hierarchy_build(a.n.ctx, &graph, NULL, &a.hierarchy));
    assert_ok(a.n.ctx, cim_route_metric_build(a.n.ctx, a.hierarchy, a.costs->weights_ms, NULL, &a.metric));
    assert_ok(a.n.ctx, cim_route_query_new(a.n.ctx, a.hierarchy, &a.query));
    return a;
}

static void asked_done(asked *a)
{
    cim_route_query_free(a->query);
    cim_route_metric_free(a->metric);
    cim_route_hierarchy_free(a->hierarchy);
    cim_net_costs_free(a->costs);
    net_done(&a->n);
}

#define NODES "n a 0 0\nn b 400 0\nn c 800 0\nn d 800 400\n"
static const char row[] = NODES "w 1 a,b highway=residential\nw 2 b,c highway=residential\nw 3 c,d highway=residential\n";
static const char star[] = NODES "w 1 a,b highway=residential\nw 2 b,c highway=residential\nw 3 b,d highway=residential\n";
static const char longer[] = NODES "w 1 a,b,c highway=residential\nw 2 b,d highway=residential\nw 3 c,d highway=residential\nw 4 a,d highway=residential\n";

static void refuse(asked *a, cim_route_hierarchy *hierarchy, cim_route_metric *metric, cim_route_query *query)
{
    cim_ctx *ctx = a->n.ctx;
    cim_net_place from = net_place(&a->n, a->costs, 1), to = net_place(&a->n, a->costs, 2);
    cim_journey_stop stops[2] = { { .place = from }, { .place = to } };
    cim_net_route *route = NULL;
    cim_journey *journey = NULL;
    cim_fleet *fleet = NULL;
    cim_scenarios *scenarios = NULL;
    cim_flow *flow = NULL;
    cim_evacuation *plan = NULL;
    cim_matcher *matcher = NULL;
    cim_traffic *traffic = NULL;
    cim_flow_demand demand = CIM_FLOW_DEMAND_INIT;
    cim_evacuation_task task = CIM_EVACUATION_TASK_INIT;
    const uint32_t *weights[1] = { a->costs->weights_ms };
    uint32_t time = 77;
    assert_status(ctx, cim_net_route_find(ctx, a->costs, &from, &to, metric, query, &route), CIM_EARG);
    assert_status(ctx, cim_journey_find(ctx, a->costs, stops, 2, NULL, metric, query, &journey), CIM_EARG);
    assert_status(ctx, cim_net_matrix(ctx, a->costs, metric, &from, 1, &to, 1, &time), CIM_EARG);
    assert_status(ctx, cim_fleet_build(ctx, a->costs, metric, NULL, &from, 1, CIM_ROUTE_FORWARD, &fleet), CIM_EARG);
    assert_status(ctx, cim_scenarios_build(ctx, a->costs, hierarchy, weights, NULL, 1, &scenarios), CIM_EARG);
    assert_status(ctx, cim_flow_run(ctx, a->costs, metric, &demand, NULL, &flow), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "a hierarchy of"));
    assert_status(ctx, cim_evacuation_run(ctx, a->costs, metric, &task, &plan), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "a hierarchy of"));
    assert_status(ctx, cim_matcher_build(ctx, a->costs, hierarchy, &matcher), CIM_EARG);
    assert_status(ctx, cim_traffic_new(ctx, a->n.city, a->costs, hierarchy, NULL, &traffic), CIM_EARG);
    assert_true(!route && !journey && !fleet && !scenarios && !flow && !plan && !matcher && !traffic && time == 77);
}

static void test_fits_other_graph(void **state)
{
    asked a = asked_of(row), b = asked_of(star), c = asked_of(longer);
    (void)state;
    assert_int_equal(a.n.net->state_count, b.n.net->state_count);
    assert_int_equal(a.n.net->arc_count, b.n.net->arc_count);
    assert_int_not_equal(a.n.net->arc_count, c.n.net->arc_count);
    refuse(&a, b.hierarchy, b.metric, b.query);
    refuse(&b, a.hierarchy, a.metric, a.query);
    refuse(&a, c.hierarchy, c.metric, c.query);
    asked_done(&a), asked_done(&b), asked_done(&c);
}

/* The same graph, but of another hierarchy, or one of metric and query alone; what fits is answered. */
static void test_fits_query(void **state)
{
    asked a = asked_of(row), b = asked_of(row);
    cim_net_place from = net_place(&a.n, a.costs, 1), to = net_place(&a.n, a.costs, 3);
    cim_net_route *route = NULL;
    cim_matcher *matcher = NULL;
    cim_match *match = NULL;
    cim_fleet *fleet = NULL;
    uint32_t time = 77;
    (void)state;
    assert_status(a.n.ctx, cim_net_route_find(a.n.ctx, a.costs, &from, &to, a.metric, b.query, &route), CIM_EARG);
    assert_status(a.n.ctx, cim_net_route_find(a.n.ctx, a.costs, &from, &to, a.metric, NULL, &route), CIM_EARG);
    assert_status(a.n.ctx, cim_net_route_find(a.n.ctx, a.costs, &from, &to, NULL, a.query, &route), CIM_EARG);
    assert_status(a.n.ctx, cim_net_route_find(a.n.ctx, a.costs, &from, &from, a.metric, b.query, &route), CIM_EARG); /* though nothing is searched for */
    assert_ok(a.n.ctx, cim_fleet_build(a.n.ctx, a.costs, a.metric, NULL, &from, 1, CIM_ROUTE_FORWARD, &fleet));
    assert_status(a.n.ctx, cim_fleet_times(a.n.ctx, fleet, b.query, &to, &time), CIM_EARG);
    assert_ok(a.n.ctx, cim_matcher_build(a.n.ctx, a.costs, a.hierarchy, &matcher));
    assert_status(a.n.ctx, cim_match_run(a.n.ctx, matcher, b.query, NULL, 0, NULL, &match), CIM_EARG);
    assert_true(!route && !match && time == 77);
    assert_ok(a.n.ctx, cim_net_route_find(a.n.ctx, a.costs, &from, &to, b.metric, b.query, &route)); /* of an equal graph: fits */
    cim_net_route_free(route);
    cim_matcher_free(matcher);
    cim_fleet_free(fleet);
    asked_done(&a), asked_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_fits_other_graph), cmocka_unit_test(test_fits_query) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
