/* test_net_faults.c - memory that runs out while a net is built, priced, asked. */
#include "nets.h"

#include <stdlib.h>

static char path[600];

static cim_status ask(cim_ctx *ctx, cim_net *net, cim_net_costs *costs)
{
    cim_net_place places[2];
    cim_net_route *route = NULL;
    size_t count = 0;
    const double *a = net->xy;
    CIM__TRY(cim_net_snap(ctx, costs, a[0], a[1], NULL, 2, places, &count));
    if (count < 2) return CIM_OK;
    cim_status st = cim_net_route_find(ctx, costs, &places[0], &places[1], NULL, NULL, &route);
    cim_net_route_free(route);
    return st;
}

static cim_status use_net(cim_ctx *ctx)
{
    cim_city *city = NULL;
    cim_net *net = NULL;
    cim_net_costs *costs = NULL;
    cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
    options.profile = "emergency";
    cim_status st = cim_city_open(ctx, path, NULL, &city);
    if (st >= 0) st = cim_net_build(ctx, city, NULL, &net);
    if (st >= 0) st = cim_net_costs_build(ctx, net, &options, &costs);
    if (st >= 0) st = ask(ctx, net, costs);
    cim_net_costs_free(costs);
    cim_net_free(net);
    cim_city_free(city);
    return st;
}

static int make_file(void **state)
{
    static const char lines[] = "<osm version=\"0.6\"><node id=\"1\" lat=\"48\" lon=\"9\"/><node id=\"2\" lat=\"48.001\" lon=\"9\"><tag k=\"barrier\" v=\"gate\"/></node>"
                                "<node id=\"3\" lat=\"48.001\" lon=\"9.001\"/><node id=\"4\" lat=\"48\" lon=\"9.001\"/>"
                                "<way id=\"1\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/><tag k=\"name\" v=\"A\"/></way>"
                                "<way id=\"2\"><nd ref=\"2\"/><nd ref=\"3\"/><tag k=\"highway\" v=\"residential\"/><tag k=\"maxspeed\" v=\"30\"/></way>"
                                "<way id=\"3\"><nd ref=\"2\"/><nd ref=\"4\"/><nd ref=\"1\"/><tag k=\"highway\" v=\"residential\"/></way>"
                                "<relation id=\"1\"><member type=\"way\" ref=\"1\" role=\"from\"/><member type=\"node\" ref=\"2\" role=\"via\"/><member type=\"way\" ref=\"2\" role=\"to\"/>"
                                "<tag k=\"type\" v=\"restriction\"/><tag k=\"restriction\" v=\"no_left_turn\"/></relation></osm>";
    cim_ctx *ctx = support_ctx();
    const char *input = support_temp("fault.osm");
    (void)state;
    support_write(input, lines, sizeof lines - 1);
    strncpy(path, support_temp("fault.cim"), sizeof path - 1);
    assert_ok(ctx, cim_import(ctx, path, &input, 1, NULL, NULL));
    cim_ctx_free(ctx);
    return 0;
}

static void test_net_oom(void **state)
{
    (void)state;
    support_fault_loop("net", use_net, 600);
}

/* The city file as it was before it was prepared, and one that is. */
static char *plain;
static size_t plain_size;

static cim_status prepare(cim_ctx *ctx)
{
    cim_city *city = NULL;
    support_write(path, plain, plain_size);
    cim_status st = cim_city_open(ctx, path, NULL, &city);
    if (st >= 0) st = cim_net_prepare(ctx, city, NULL);
    cim_city_free(city);
    return st;
}

static cim_status open_prepared(cim_ctx *ctx)
{
    cim_city *city = NULL;
    cim_net *net = NULL;
    cim_route_hierarchy *hierarchy = NULL;
    cim_status st = cim_city_open(ctx, path, NULL, &city);
    if (st >= 0) st = cim_net_open(ctx, city, NULL, &net);
    if (st >= 0) st = cim_net_hierarchy(ctx, net, city, &hierarchy);
    cim_route_hierarchy_free(hierarchy);
    cim_net_free(net);
    cim_city_free(city);
    return st;
}

static void test_net_prepare_oom(void **state)
{
    (void)state;
    plain = support_read(path, &plain_size);
    assert_non_null(plain);
    support_fault_loop("prepare", prepare, 400);
    support_fault_loop("prepared net", open_prepared, 400); /* the last one was not disturbed */
    free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_net_oom), cmocka_unit_test(test_net_prepare_oom) };
    return cmocka_run_group_tests(tests, make_file, NULL);
}
