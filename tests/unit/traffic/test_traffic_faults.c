/* Memory that runs out while traffic is made, fed in every format, watched, published and asked. */
#include "nets.h"

#include <stdio.h>
#include <stdlib.h>

static char path[600];

typedef struct bytes {
    const char *at;
    size_t left;
} bytes;

static int64_t read_bytes(void *user, void *data, size_t size)
{
    bytes *b = user;
    size_t count = b->left < size ? b->left : size;
    memcpy(data, b->at, count);
    b->at += count;
    b->left -= count;
    return (int64_t)count;
}

static cim_status feed_all(cim_ctx *ctx, cim_traffic *t, uint32_t source)
{
    static const char *const texts[] = { "id,closed,geometry\n1,true,\n,true,\"POLYGON((8.9999 47.9999,9.0001 47.9999,9.0001 48.0001,8.9999 48.0001,8.9999 47.9999))\"\nosm:node/2,true,\n",
                                         "{\"id\":\"osm:way/2\\u002b\",\"penalty_s\":3}\n",
                                         "{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"properties\":{\"speed_kmh\":7},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[9,48],[9,48.001]]}}]}",
                                         "{\"header\":{\"timestamp\":5,\"incrementality\":1},\"entity\":[{\"id\":\"a\",\"alert\":{\"effect\":1,\"active_period\":[{\"start\":1}],\"informed_entity\":[{\"stop_id\":\"3\"}]}},"
                                         "{\"id\":\"v\",\"vehicle\":{\"position\":{\"latitude\":48.0005,\"longitude\":9,\"speed\":4}}}]}" };
    for (size_t i = 0; i < 4; i++) {
        bytes b = { texts[i], strlen(texts[i]) };
        cim_traffic_input in = CIM_TRAFFIC_INPUT_INIT;
        in.read = read_bytes;
        in.read_user = &b;
        in.source = source;
        CIM__TRY(cim_traffic_feed(ctx, t, &in, NULL));
    }
    return CIM_OK;
}

static cim_status ask(cim_ctx *ctx, cim_city *city, cim_traffic *t)
{
    uint32_t source, object, arcs[50];
    size_t count;
    cim_traffic_cut cuts[2];
    CIM__TRY(cim_route_live_source(ctx, cim_traffic_live(t), "feed", 0, &source));
    CIM__TRY(cim_city_find(ctx, city, "osm:way/1", &object, 1, &count));
    CIM__TRY(cim_traffic_watch(ctx, t, &object, 1));
    CIM__TRY(feed_all(ctx, t, source));
    CIM__TRY(cim_route_live_publish(ctx, cim_traffic_live(t), 10, NULL));
    CIM__TRY(cim_traffic_cuts(ctx, t, cuts, 2, &count));
    return cim_traffic_find(ctx, t, "osm:way/3", CIM_ROUTE_BOTH_WAYS, arcs, 50, &count);
}

static cim_status use_traffic(cim_ctx *ctx)
{
    cim_city *city = NULL;
    cim_net *net = NULL;
    cim_net_costs *costs = NULL;
    cim_route_hierarchy *h = NULL;
    cim_traffic *t = NULL;
    cim_status st = cim_city_open(ctx, path, NULL, &city);
    if (st >= 0) st = cim_net_build(ctx, city, NULL, &net);
    if (st >= 0) st = cim_net_costs_build(ctx, net, NULL, &costs);
    if (st >= 0) {
        cim_route_graph graph = cim_net_graph(net);
        st = cim_route_hierarchy_build(ctx, &graph, NULL, &h);
    }
    if (st >= 0) st = cim_traffic_new(ctx, city, costs, h, NULL, &t);
    if (st >= 0) st = ask(ctx, city, t);
    cim_traffic_free(t);
    cim_route_hierarchy_free(h);
    cim_net_costs_free(costs);
    cim_net_free(net);
    cim_city_free(city);
    return st;
}

static int make_file(void **state)
{
    static const char lines[] = "<osm version=\"0.6\"><node id=\"1\" lat=\"48\" lon=\"9\"/><node id=\"2\" lat=\"48.001\" lon=\"9\"/><node id=\"3\" lat=\"48.001\" lon=\"9.001\"/><node id=\"4\" lat=\"48\" lon=\"9.001\"/>"
                                "<way id=\"1\"><nd ref=\"1\"/><nd ref=\"2\"/><tag k=\"highway\" v=\"residential\"/><tag k=\"name\" v=\"A\"/></way>"
                                "<way id=\"2\"><nd ref=\"2\"/><nd ref=\"3\"/><tag k=\"highway\" v=\"residential\"/></way>"
                                "<way id=\"3\"><nd ref=\"2\"/><nd ref=\"4\"/><nd ref=\"1\"/><tag k=\"highway\" v=\"residential\"/></way></osm>";
    cim_ctx *ctx = support_ctx();
    const char *input = support_temp("traffic.osm");
    (void)state;
    support_write(input, lines, sizeof lines - 1);
    strncpy(path, support_temp("traffic.cim"), sizeof path - 1);
    assert_ok(ctx, cim_import(ctx, path, &input, 1, NULL, NULL));
    cim_ctx_free(ctx);
    return 0;
}

static void test_traffic_oom(void **state)
{
    (void)state;
    support_fault_loop("traffic", use_traffic, 1500);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_traffic_oom) };
    return cmocka_run_group_tests(tests, make_file, NULL);
}
