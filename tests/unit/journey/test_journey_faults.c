/* test_journey_faults.c - memory that runs out while a journey is planned and told. */
#include "journeys.h"

static journey_net net;

static cim_status plan(cim_ctx *ctx, const cim_journey_options *o, size_t count, bool metric)
{
    static const int ways[] = { 1, 5, 3, 6 };
    cim_journey_stop stops[4] = { 0 };
    cim_journey_step steps[10];
    cim_journey_signal signals[10];
    cim_journey *journey = NULL;
    cim_journey_signal_options so = CIM_JOURNEY_SIGNAL_OPTIONS_INIT;
    size_t n = 0;
    cim_route_query *q = NULL;
    for (size_t i = 0; i < count; i++) stops[i].place = net_place(&net.n, net.costs, ways[i]);
    if (count == 4) stops[2].flags = CIM_JOURNEY_PASS;
    if (metric) CIM__TRY(cim_route_query_new(ctx, net.hierarchy, &q));
    cim_status st = cim_journey_find(ctx, net.costs, stops, count, o, metric ? net.metric : NULL, q, &journey);
    if (st >= 0) st = cim_journey_steps(ctx, journey, 0, steps, 10, &n);
    so.city = net.n.city;
    if (st >= 0) st = cim_journey_signals(ctx, journey, 0, &so, signals, 10, &n);
    cim_journey_free(journey);
    cim_route_query_free(q);
    return st;
}

static cim_status scenario(cim_ctx *ctx)
{
    cim_journey_options o = CIM_JOURNEY_OPTIONS_INIT;
    cim_journey_avoid avoid = CIM_JOURNEY_AVOID_INIT;
    double x = net.n.net->junction_x[0], y = net.n.net->junction_y[0];
    const double coords[] = { x - 9, y - 9, x + 9, y - 9, x + 9, y + 9, x - 9, y - 9 };
    const uint32_t ends[] = { 4, 1 };
    cim_geom area = { CIM_GEOM_POLYGON, 2, 4, 1, 1, 0, coords, &ends[0], &ends[1] };
    avoid.areas = &area;
    avoid.area_count = 1;
    avoid.factor = 3.0;
    avoid.classes = 15;
    o.avoid = &avoid;
    CIM__TRY(plan(ctx, &o, 4, false));
    CIM__TRY(plan(ctx, &o, 4, true));
    o.flags = CIM_JOURNEY_ORDER;
    CIM__TRY(plan(ctx, &o, 4, true));
    o.flags = 0;
    o.alternatives = 2;
    return plan(ctx, &o, 2, true);
}

static void test_journey_oom(void **state)
{
    (void)state;
    net = journey_net_of("n a 0 0\nn b 300 0 highway=traffic_signals\nn c 600 0\nn d 0 300\nn e 300 300\nn f 600 300\n"
                         "w 1 a,b highway=residential\nw 2 b,c highway=residential\nw 3 c,f highway=residential\nw 4 f,e highway=residential\nw 5 e,d highway=residential\n"
                         "w 6 d,a highway=residential\nw 7 b,e highway=residential\n", CIM_NET_TURNS_FULL);
    cim_net_costs_ref(net.costs);
    support_fault_loop("journey", scenario, 400);
    cim_net_costs_free(net.costs);
    journey_net_done(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_journey_oom) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
