/* test_travel_reach_faults.c - memory that runs out while isochrones, areas and matrices are made. */
#include "nets.h"

static street_net net;
static cim_net_costs *costs;
static cim_route_hierarchy *hierarchy;
static cim_net_place places[3];

static cim_status isochrone(cim_ctx *ctx, const cim_route_metric *metric, cim_route_query *query, size_t count, int32_t direction)
{
    cim_isochrone *iso = NULL;
    cim_isochrone_areas *areas = NULL;
    cim_isochrone_options options = CIM_ISOCHRONE_OPTIONS_INIT;
    uint32_t limits[2] = { 60000, 900000 };
    options.direction = direction;
    cim_status st = cim_isochrone_find(ctx, costs, metric, query, places, count, &options, &iso);
    if (st >= 0) st = cim_isochrone_areas_build(ctx, iso, limits, count, NULL, &areas);
    cim_isochrone_areas_free(areas);
    cim_isochrone_free(iso);
    return st;
}

static cim_status use_all(cim_ctx *ctx)
{
    cim_route_metric *metric = NULL;
    cim_route_query *query = NULL;
    uint32_t times[9];
    cim_status st = cim_route_metric_build(ctx, hierarchy, costs->weights_ms, NULL, &metric);
    if (st >= 0) st = cim_route_query_new(ctx, hierarchy, &query);
    if (st >= 0) st = isochrone(ctx, metric, query, 1, CIM_ROUTE_FORWARD);
    if (st >= 0) st = isochrone(ctx, NULL, NULL, 2, CIM_ROUTE_BACKWARD);
    if (st >= 0) st = cim_net_matrix(ctx, costs, metric, places, 3, places, 3, times);
    if (st >= 0) st = cim_net_matrix(ctx, costs, NULL, places, 3, places, 2, times);
    cim_route_query_free(query);
    cim_route_metric_free(metric);
    return st;
}

static void test_reach_oom(void **state)
{
    (void)state;
    net = net_of("n a 0 0\nn b 300 0\nn c 300 300\nn d 0 300\nw 1 a,b\nw 2 b,c\nw 3 c,d\nw 4 d,a\n", CIM_NET_TURNS_FULL);
    costs = net_costs(&net, "car", NULL);
    cim_route_graph g = cim_net_graph(net.net);
    assert_ok(net.ctx, cim_route_hierarchy_build(net.ctx, &g, NULL, &hierarchy));
    for (int i = 0; i < 3; i++) places[i] = net_place(&net, costs, i + 1);
    support_fault_loop("reach", use_all, 600);
    cim_route_hierarchy_free(hierarchy);
    cim_net_costs_free(costs);
    net_done(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_reach_oom) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
