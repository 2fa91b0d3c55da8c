/* Feeds of a city's traffic: what each format says, what is refused, random bytes; watched objects, expiry, priorities, speeds. */
#include "nets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NO_WAY = CIM_ROUTE_UNREACHABLE_MS };

/* A ring of streets, a dead end (way 4) with a hospital (way 20) at it, and a fire station (way 30) at way 1. */
static const char lines[] = "n A 0 0\nn B 200 0\nn C 200 200\nn D 0 200\nn E 400 0\nn F 400 200\nn P 380 10\nn Q 395 10\nn R 395 20\nn S 380 20\nn T 50 10\nn U 60 10\nn V 60 20\nn W 50 20\n"
                            "w 1 A,B highway=residential|name=Main\nw 2 B,C\nw 3 C,D,A\nw 4 B,E\nw 5 E,F\nw 20 P,Q,R,S,P building=hospital\nw 30 T,U,V,W,T building=fire_station\n";

typedef struct town {
    street_net n;
    cim_net_costs *costs;
    cim_route_hierarchy *h;
    cim_traffic *traffic;
    uint32_t low, high;
    int64_t now;
} town;

static town t;
static uint32_t unknown_count;
static char unknown_id[100];

static int setup_turns(uint32_t turns)
{
    t = (town){ .n = net_of(lines, turns) };
    cim_route_graph graph = cim_net_graph(t.n.net);
    t.costs = net_costs(&t.n, "car", NULL);
    assert_ok(t.n.ctx, cim_route_hierarchy_build(t.n.ctx, &graph, NULL, &t.h));
    assert_ok(t.n.ctx, cim_traffic_new(t.n.ctx, t.n.city, t.costs, t.h, NULL, &t.traffic));
    assert_ok(t.n.ctx, cim_route_live_source(t.n.ctx, cim_traffic_live(t.traffic), "low", 0, &t.low));
    assert_ok(t.n.ctx, cim_route_live_source(t.n.ctx, cim_traffic_live(t.traffic), "high", 5, &t.high));
    return 0;
}

static int setup(void **state)
{
    (void)state;
    return setup_turns(CIM_NET_TURNS_FULL);
}

static int teardown(void **state)
{
    (void)state;
    cim_traffic_free(t.traffic);
    cim_route_hierarchy_free(t.h);
    cim_net_costs_free(t.costs);
    net_done(&t.n);
    return 0;
}

typedef struct bytes {
    const char *at;
    size_t left, step;
} bytes;

static int64_t read_bytes(void *user, void *data, size_t size)
{
    bytes *b = user;
    size_t count = b->left < b->step ? b->left : b->step;
    if (count > size) count = size;
    memcpy(data, b->at, count);
    b->at += count;
    b->left -= count;
    return (int64_t)count;
}

static int64_t read_fails(void *user, void *data, size_t size)
{
    (void)user, (void)data, (void)size;
    return -1;
}

static void on_unknown(void *user, const char *id, size_t size)
{
    (void)user;
    unknown_count++;
    snprintf(unknown_id, sizeof unknown_id, "%.*s", (int)size, id);
}

static cim_status give(const void *data, size_t size, uint32_t format, uint32_t source, cim_traffic_fed *fed)
{
    bytes b = { data, size, 17 };
    cim_traffic_input in = CIM_TRAFFIC_INPUT_INIT;
    in.name = "f";
    in.read = read_bytes;
    in.read_user = &b;
    in.unknown = on_unknown;
    in.format = format;
    in.source = source;
    return cim_traffic_feed(t.n.ctx, t.traffic, &in, fed);
}

static cim_status give_text(const char *text, uint32_t format, cim_traffic_fed *fed) { return give(text, strlen(text), format, t.low, fed); }

static void publish(int64_t now)
{
    t.now = now;
    assert_ok(t.n.ctx, cim_route_live_publish(t.n.ctx, cim_traffic_live(t.traffic), now, NULL));
}

/* A bit for each way from 1 to 5, and 1 << 8 more for its second direction: all of whose arcs that were open are closed now. */
static uint32_t closed_ways(void)
{
    const cim_net *net = t.n.net;
    cim_route_view *view = cim_route_live_view(cim_traffic_live(t.traffic));
    const uint32_t *w = cim_route_metric_weights(cim_route_view_metric(view));
    uint32_t shut = 0, open = 0;
    for (uint32_t a = 0; a < net->arc_count; a++) {
        cim_buf gid = CIM_BUF_INIT;
        if (t.costs->weights_ms[a] >= NO_WAY) continue;
        assert_ok(t.n.ctx, cim_city_gid(t.n.ctx, t.n.city, net->edge_object[net->arc_link[a] >> 1], &gid));
        uint32_t bit = 1u << (atoi(gid.data + 8) + 8 * (int)(net->arc_link[a] & 1));
        cim_buf_dispose(&gid);
        if (w[a] >= NO_WAY) shut |= bit;
        else open |= bit;
    }
    cim_route_view_free(view);
    assert_int_equal(shut & open, 0);
    return shut;
}

#define WAY(n) (0x101u << (n))

static double lon_of(double x) { return 9.0 + x / (111195.0 * cos(48.0 * M_PI / 180.0)); }
static double lat_of(double y) { return 48.0 + y / 111195.0; }

static void test_traffic_rows(void **state)
{
    char text[2000];
    cim_traffic_fed fed = { .struct_size = sizeof fed };
    (void)state;
    assert_ok(t.n.ctx, give_text("id,closed,direction,until\nosm:way/1,true,forward,10\n2,true,both,\nnowhere,true,,\n", CIM_TRAFFIC_AUTO, &fed));
    assert_int_equal(fed.format, CIM_TRAFFIC_CSV);
    assert_int_equal(fed.row_count, 3);
    assert_int_equal(fed.unknown_count, 1);
    assert_string_equal(unknown_id, "nowhere");
    publish(5);
    assert_int_equal(closed_ways(), (WAY(1) & 0xff) | WAY(2));
    publish(10); /* ends before */
    assert_int_equal(closed_ways(), WAY(2));
    assert_ok(t.n.ctx, give_text("{\"id\":2,\"closed\":false}\n{\"id\":\"osm:way/3-\",\"closed\":true}\n", CIM_TRAFFIC_AUTO, &fed));
    assert_int_equal(fed.format, CIM_TRAFFIC_NDJSON);
    publish(11);
    assert_int_equal(closed_ways(), WAY(3) & 0xff00);
    /* geometry as WKT in degrees, and as an object */
    snprintf(text, sizeof text, "geometry,closed,event\n\"POLYGON((%.7f %.7f,%.7f %.7f,%.7f %.7f,%.7f %.7f))\",true,7\n", lon_of(90), lat_of(-5), lon_of(95),
             lat_of(-5), lon_of(92), lat_of(5), lon_of(90), lat_of(-5));
    assert_ok(t.n.ctx, give_text(text, CIM_TRAFFIC_CSV, &fed));
    snprintf(text, sizeof text, "{\"geometry\":{\"type\":\"Point\",\"coordinates\":[%.7f,%.7f,3]},\"closed\":true}\n", lon_of(300), lat_of(3));
    assert_ok(t.n.ctx, give_text(text, CIM_TRAFFIC_NDJSON, &fed));
    publish(12);
    assert_int_equal(closed_ways(), WAY(1) | WAY(4) | (WAY(3) & 0xff00));
}

static void test_traffic_geojson(void **state)
{
    char text[4000];
    cim_traffic_fed fed = { .struct_size = sizeof fed };
    (void)state;
    snprintf(text, sizeof text,
             "\n {\"type\":\"FeatureCollection\",\"name\":\"works\",\n \"features\":[\n"
             "{\"type\":\"Feature\",\"id\":17,\"properties\":{\"closed\":true,\"name\":\"\xc3\xa4\",\"from\":\"1970-01-01T00:00:01Z\",\"width\":[1]},\n"
             " \"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[[[[%.7f,%.7f],[%.7f,%.7f],[%.7f,\n%.7f],[%.7f,%.7f]]]]}},\n"
             "{\"type\":\"Feature\",\"properties\":{\"closed\":true,\"direction\":\"forward\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[%.7f,%.7f],[%.7f,%.7f]]}},\n"
             "{\"type\":\"Feature\",\"id\":\"osm:way/5\",\"properties\":{\"closed\":true},\"geometry\":null},\n"
             "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Point\",\"coordinates\":[%.7f,%.7f]}}]}\n",
             lon_of(195), lat_of(90), lon_of(205), lat_of(90), lon_of(200), lat_of(95), lon_of(195), lat_of(90), lon_of(190), lat_of(1), lon_of(10),
                 lat_of(1), lon_of(700), lat_of(700));
    assert_ok(t.n.ctx, give_text(text, CIM_TRAFFIC_AUTO, &fed));
    assert_int_equal(fed.format, CIM_TRAFFIC_GEOJSON);
    assert_int_equal(fed.row_count, 4);
    assert_int_equal(fed.unknown_count, 1);
    publish(5);
    assert_int_equal(closed_ways(), (WAY(1) & 0xff00) | WAY(5)); /* drawn from B to A: against the line of way 1 */
    publish(1000);
    assert_int_equal(closed_ways(), (WAY(1) & 0xff00) | WAY(5) | WAY(2));
}

static void test_traffic_geojson_refuses(void **state)
{
    static const char *const bad[] = {
        "{\"type\":\"FeatureCollection\"}", "{\"type\":\"FeatureCollection\",\"features\":{}}", "{\"type\":\"FeatureCollection\",\"features\":[3]}",
            "{\"type\":\"FeatureCollection\",\"features\":[{}]}", "[]", "{", "",
        "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":[]}", "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":null}",
        "{\"type\":\"Feature\",\"properties\":{},\"id\":\"1\",\"geometry\":null}", "{\"type\":\"Feature\",\"properties\":{\"closed\":\"yes\"},\"id\":\"1\"}",
            "{\"type\":\"Feature\",\"properties\":{\"speed_kmh\":-1},\"id\":\"1\"}",
        "{\"type\":\"Feature\",\"properties\":{\"speed_kmh\":1e999},\"id\":\"1\"}",
            "{\"type\":\"Feature\",\"properties\":{\"closed\":true,\"closed\":true},\"id\":\"1\"}",
        "{\"type\":\"Feature\",\"properties\":{\"closed\":true,\"direction\":\"up\"},\"id\":\"1\"}",
            "{\"type\":\"Feature\",\"properties\":{\"closed\":true,\"from\":\"soon\"},\"id\":\"1\"}",
        "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Point\"}}",
            "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1]}}",
        "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,\"2\"]}}",
            "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1e999,2]}}",
        "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[9,48],[9,49],[10,49]]}}",
        "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[9,48],[9,49],[10,49]]]}}",
            /* not closed */
        "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"GeometryCollection\",\"geometries\":[]}}",
        "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":{}}}",
            "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"coordinates\":[9,48]}}"
    };
    char deep[2000], nested[400];
    size_t count;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cim_status st = give_text(bad[i], CIM_TRAFFIC_GEOJSON, NULL);
        if (st != CIM_EFORMAT) print_message("%zu: %s\n", i, bad[i]);
        assert_status(t.n.ctx, st, CIM_EFORMAT);
    }
    snprintf(deep, sizeof deep, "{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Point\",\"coordinates\":");
    memset(nested, '[', 300);
    nested[300] = 0;
    strcat(deep, nested);
    memset(nested, ']', 300);
    strcat(deep, nested);
    strcat(deep, "}}");
    assert_status(t.n.ctx, give_text(deep, CIM_TRAFFIC_GEOJSON, NULL), CIM_EFORMAT);
    /* one good feature before a bad one says nothing either, and the place is the second */
    assert_status(t.n.ctx, give_text("{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":\"1\",\"properties\":{\"closed\":true}},{\"type\":\"Feature\",\"id\":\"2\",\"properties\":{}}]}", CIM_TRAFFIC_GEOJSON, NULL), CIM_EFORMAT);
    assert_true(!strncmp(cim_ctx_error(t.n.ctx), "f:2: ", 5));
    assert_ok(t.n.ctx, cim_route_live_statements(t.n.ctx, cim_traffic_live(t.traffic), CIM_NONE, 0, NULL, 0, &count));
    assert_int_equal(count, 0);
    /* the caller's own mistakes */
    cim_traffic_input in = CIM_TRAFFIC_INPUT_INIT;
    bytes b = { "id,closed\n", 10, 4 };
    assert_status(t.n.ctx, cim_traffic_feed(t.n.ctx, t.traffic, &in, NULL), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_feed(t.n.ctx, t.traffic, NULL, NULL), CIM_EARG);
    in.read = read_fails;
    for (in.format = 0; in.format <= CIM_TRAFFIC_GTFS; in.format++) assert_status(t.n.ctx, cim_traffic_feed(t.n.ctx, t.traffic, &in, NULL), CIM_EIO);
    assert_status(t.n.ctx, cim_traffic_feed(t.n.ctx, t.traffic, &in, NULL), CIM_EARG);
    in.read = read_bytes;
    in.read_user = &b;
    in.format = CIM_TRAFFIC_GTFS;
    assert_status(t.n.ctx, cim_traffic_feed(t.n.ctx, t.traffic, &in, NULL), CIM_EARG);
    in.snapshot = 1;
    in.format = 0;
    assert_status(t.n.ctx, cim_traffic_feed(t.n.ctx, t.traffic, &in, NULL), CIM_EARG);
    in.source = t.low;
    in.format = CIM_TRAFFIC_GEOJSON;
    in.max_bytes = 3;
    b = (bytes){ "{\"type\":1}", 10, 4 };
    assert_status(t.n.ctx, cim_traffic_feed(t.n.ctx, t.traffic, &in, NULL), CIM_ELIMIT);
    cim_traffic_fed fed = { 0 };
    assert_status(t.n.ctx, cim_traffic_feed(t.n.ctx, t.traffic, &in, &fed), CIM_EARG);
    struct { cim_traffic_input in; char more[64]; } newer = { in, "something set" };
    newer.in.struct_size = sizeof newer;
    assert_status(t.n.ctx, cim_traffic_feed(t.n.ctx, t.traffic, &newer.in, NULL), CIM_EVERSION);
}

/* ---- GTFS realtime ---- */

static void test_traffic_gtfs_json(void **state)
{
    cim_traffic_fed fed = { .struct_size = sizeof fed };
    (void)state;
    for (int camel = 0; camel < 2; camel++) {
        const char *full = camel ? "{\"header\":{\"gtfsRealtimeVersion\":\"2.0\",\"timestamp\":\"100\"},\"entity\":["
                                   "{\"id\":\"a\",\"alert\":{\"activePeriod\":[{\"start\":\"90\",\"end\":\"200\"},{\"start\":300}],\"informedEntity\":[{\"stopId\":\"osm:way/1\"},{\"routeId\":\"2\"}],\"effect\":\"DETOUR\"}},"
                                   "{\"id\":\"b\",\"alert\":{\"informedEntity\":[{\"stopId\":\"3\"}],\"effect\":\"SIGNIFICANT_DELAYS\"}},{\"id\":\"c\",\"tripUpdate\":{}}]}"
                                 : "{\"header\":{\"gtfs_realtime_version\":\"2.0\",\"timestamp\":100,\"incrementality\":\"FULL_DATASET\"},\"entity\":["
                                   "{\"id\":\"a\",\"alert\":{\"active_period\":[{\"start\":90,\"end\":200},{\"start\":300}],\"informed_entity\":[{\"stop_id\":\"osm:way/1\"},{\"route_id\":\"2\"}],\"effect\":4}},"
                                   "{\"id\":\"b\",\"alert\":{\"informed_entity\":[{\"stop_id\":\"3\"}],\"effect\":3}},{\"id\":\"c\",\"trip_update\":{}}]}";
        if (camel) teardown(NULL), setup(NULL);
        assert_ok(t.n.ctx, give_text(full, CIM_TRAFFIC_AUTO, &fed));
        assert_int_equal(fed.format, CIM_TRAFFIC_GTFS_JSON);
        assert_int_equal(fed.row_count, 3);
        assert_int_equal(fed.ignored_count, 2);
        assert_int_equal(fed.reported_ms, 100000);
        publish(100000);
        assert_int_equal(closed_ways(), WAY(1) | WAY(2));
        publish(200000);
        assert_int_equal(closed_ways(), 0);
        publish(300000);
        assert_int_equal(closed_ways(), WAY(1) | WAY(2));
    }
    /* a differential one: b is new, a speaks of another street now */
    assert_ok(t.n.ctx, give_text("{\"header\":{\"timestamp\":310,\"incrementality\":\"DIFFERENTIAL\"},\"entity\":[{\"id\":\"b\",\"alert\":{\"informed_entity\":[{\"stop_id\":\"3\"}],\"effect\":\"NO_SERVICE\"}},"
                                 "{\"id\":\"a\",\"alert\":{\"informed_entity\":[{\"stop_id\":\"4\"}],\"effect\":\"NO_SERVICE\"}}]}",
                                 CIM_TRAFFIC_GTFS_JSON, &fed));
    publish(310000);
    assert_int_equal(closed_ways(), WAY(3) | WAY(4));
    assert_ok(t.n.ctx, give_text("{\"header\":{\"timestamp\":320,\"incrementality\":1},\"entity\":[{\"id\":\"a\",\"is_deleted\":true},{\"id\":\"zz\",\"isDeleted\":true}]}", CIM_TRAFFIC_GTFS_JSON, &fed));
    publish(320000);
    assert_int_equal(closed_ways(), WAY(3));
    assert_ok(t.n.ctx, give_text("{\"header\":{\"timestamp\":330},\"entity\":[]}", CIM_TRAFFIC_GTFS_JSON, &fed)); /* a full set of nothing */
    publish(330000);
    assert_int_equal(closed_ways(), 0);
}

/* The time of every open arc over a link of way 1. */
static void check_speed(uint32_t against, double kmh)
{
    const cim_net *net = t.n.net;
    cim_route_view *view = cim_route_live_view(cim_traffic_live(t.traffic));
    const uint32_t *w = cim_route_metric_weights(cim_route_view_metric(view));
    uint32_t seen = 0;
    for (uint32_t a = 0; a < net->arc_count; a++) {
        uint32_t link = net->arc_link[a], base = t.costs->weights_ms[a];
        if (strcmp(cim_net_text(net, net->edge_name[link >> 1]), "Main") || (link & 1) != against || base >= NO_WAY) continue;
        double wanted = kmh > 0.0 ? (double)(base - t.costs->link_ms[link]) + net->edge_length_m[link >> 1] * 3600.0 / kmh : base;
        assert_true(fabs(w[a] - wanted) <= 1.0);
        seen++;
    }
    assert_true(seen > 0);
    cim_route_view_free(view);
}

static void test_traffic_vehicles(void **state)
{
    char text[1000];
    cim_traffic_fed fed = { .struct_size = sizeof fed };
    const char *form = "{\"header\":{\"timestamp\":1000,\"incrementality\":\"DIFFERENTIAL\"},\"entity\":[{\"id\":\"%s\",\"vehicle\":{\"position\":{\"latitude\":%.7f,\"longitude\":%.7f%s},\"timestamp\":%d%s}}]}";
    (void)state;
    snprintf(text, sizeof text, form, "bus1", lat_of(2), lon_of(100), ",\"bearing\":90,\"speed\":5", 1000, "");
    assert_ok(t.n.ctx, give_text(text, CIM_TRAFFIC_AUTO, &fed));
    publish(1000000);
    check_speed(0, 18.0); /* eastwards: along */
    check_speed(1, 0.0);
    publish(1000000 + 299999);
    check_speed(0, 18.0);
    publish(1000000 + 300000); /* five minutes later */
    check_speed(0, 0.0);
    /* standing says nothing, crawling in a jam does: as the least speed */
    snprintf(text, sizeof text, form, "bus1", lat_of(2), lon_of(100), ",\"bearing\":270,\"speed\":0", 1400, "");
    assert_ok(t.n.ctx, give_text(text, CIM_TRAFFIC_AUTO, &fed));
    assert_int_equal(fed.ignored_count, 1);
    snprintf(text, sizeof text, form, "bus1", lat_of(2), lon_of(100), ",\"bearing\":270,\"speed\":3", 1400, ",\"current_status\":\"STOPPED_AT\"");
    assert_ok(t.n.ctx, give_text(text, CIM_TRAFFIC_AUTO, &fed));
    assert_int_equal(fed.ignored_count, 1);
    publish(1400000);
    check_speed(1, 0.0);
    snprintf(text, sizeof text, form, "bus1", lat_of(2), lon_of(100), ",\"bearing\":270,\"speed\":0", 1400, ",\"congestionLevel\":\"CONGESTION\"");
    assert_ok(t.n.ctx, give_text(text, CIM_TRAFFIC_AUTO, &fed));
    publish(1400000);
    check_speed(1, 1.0);
    /* a vehicle far from all streets, and one without a speed */
    unknown_count = 0;
    snprintf(text, sizeof text, form, "bus2", 0.0, 100.0, ",\"speed\":7", 1400, "");
    assert_ok(t.n.ctx, give_text(text, CIM_TRAFFIC_AUTO, &fed));
    assert_int_equal(unknown_count, 1);
    snprintf(text, sizeof text, form, "bus3", lat_of(2), lon_of(100), "", 1400, "");
    assert_ok(t.n.ctx, give_text(text, CIM_TRAFFIC_AUTO, &fed));
    assert_int_equal(fed.ignored_count, 1);
}

static void test_traffic_gtfs_refuses(void **state)
{
#define ENTITY(e) "{\"header\":{\"timestamp\":1},\"entity\":[" e "]}"
    static const char *const bad[] = { "", "{}", "[]", "{\"header\":3}", "{\"header\":{\"timestamp\":-1}}", "{\"header\":{\"timestamp\":1e300}}",
                                       "{\"header\":{\"timestamp\":99999999999999999999}}", "{\"header\":{\"timestamp\":true}}",
                                       "{\"header\":{\"incrementality\":\"SOME\"}}", "{\"header\":{\"incrementality\":7}}", "{\"header\":{},\"entity\":{}}",
                                           ENTITY("3"), ENTITY("{}"), ENTITY("{\"id\":3}"), ENTITY("{\"id\":\"\"}"),
                                       ENTITY("{\"id\":\"a\",\"is_deleted\":1}"), ENTITY("{\"id\":\"a\",\"alert\":{\"active_period\":3}}"),
                                           ENTITY("{\"id\":\"a\",\"alert\":{\"active_period\":[3]}}"),
                                       ENTITY("{\"id\":\"a\",\"alert\":{\"active_period\":[{\"start\":5,\"end\":5}]}}"),
                                           ENTITY("{\"id\":\"a\",\"alert\":{\"active_period\":[{\"start\":-5}]}}"),
                                       ENTITY("{\"id\":\"a\",\"alert\":{\"active_period\":[{\"start\":\"x\"}]}}"),
                                           ENTITY("{\"id\":\"a\",\"alert\":{\"active_period\":[{\"start\":9223372036854775807}]}}"),
                                       ENTITY("{\"id\":\"a\",\"alert\":{\"informed_entity\":[{\"stop_id\":3}]}}"),
                                           ENTITY("{\"id\":\"a\",\"alert\":{\"informed_entity\":[\"x\"]}}"),
                                       ENTITY("{\"id\":\"a\",\"vehicle\":{\"position\":{\"latitude\":\"1\"}}}"),
                                           ENTITY("{\"id\":\"a\",\"vehicle\":{\"position\":{\"latitude\":91,\"longitude\":1}}}"),
                                       ENTITY("{\"id\":\"a\",\"vehicle\":{\"position\":{\"latitude\":1,\"longitude\":1e308}}}"),
                                           ENTITY("{\"id\":\"a\",\"vehicle\":{\"position\":{\"speed\":-1}}}"),
                                       ENTITY("{\"id\":\"a\",\"vehicle\":{\"position\":{\"speed\":1e9}}}"),
                                           ENTITY("{\"id\":\"a\",\"vehicle\":{\"position\":{\"speed\":NaN}}}"),
                                               ENTITY("{\"id\":\"a\",\"vehicle\":{\"position\":{\"bearing\":1e30}}}"),
                                       ENTITY("{\"id\":\"a\",\"vehicle\":{\"timestamp\":-4}}"), ENTITY("{\"id\":\"a\",\"vehicle\":{\"timestamp\":1.5}}") };
    size_t count;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cim_status st = give_text(bad[i], CIM_TRAFFIC_GTFS_JSON, NULL);
        if (st != CIM_EFORMAT) print_message("%zu: %s\n", i, bad[i]);
        assert_status(t.n.ctx, st, CIM_EFORMAT);
    }
    char many[6000] = "{\"header\":{},\"entity\":[{\"id\":\"a\",\"alert\":{\"active_period\":[", deep[4000];
    for (int i = 0; i < 65; i++) snprintf(many + strlen(many), sizeof many - strlen(many), "%s{\"start\":%d}", i ? "," : "", i + 1);
    strcat(many, "]}}]}");
    assert_status(t.n.ctx, give_text(many, CIM_TRAFFIC_GTFS_JSON, NULL), CIM_EFORMAT);
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = 0;
    memcpy(deep, "{\"header\":", 10);
    assert_status(t.n.ctx, give_text(deep, CIM_TRAFFIC_GTFS_JSON, NULL), CIM_EFORMAT);
    assert_status(t.n.ctx, give_text(ENTITY("{\"id\":\"a\",\"alert\":{\"effect\":1,\"informed_entity\":[{\"stop_id\":\"1\"}]}},{\"id\":\"b\",\"vehicle\":{\"timestamp\":-4}}"), CIM_TRAFFIC_GTFS_JSON, NULL), CIM_EFORMAT);
    assert_true(!strncmp(cim_ctx_error(t.n.ctx), "f:2: ", 5));
    assert_ok(t.n.ctx, cim_route_live_statements(t.n.ctx, cim_traffic_live(t.traffic), CIM_NONE, 0, NULL, 0, &count));
    assert_int_equal(count, 0);
}

/* ---- the same in binary ---- */

typedef struct message {
    unsigned char at[1000];
    size_t size;
} message;

static void put_varint(message *m, uint64_t v)
{
    for (; v > 127; v >>= 7) m->at[m->size++] = (unsigned char)(v | 128);
    m->at[m->size++] = (unsigned char)v;
}
static void put_number(message *m, uint32_t field, uint64_t v) { put_varint(m, field << 3), put_varint(m, v); }
static void put_data(message *m, uint32_t field, const void *data, size_t size)
{
    put_varint(m, field << 3 | 2), put_varint(m, size);
    memcpy(m->at + m->size, data, size);
    m->size += size;
}
static void put_text(message *m, uint32_t field, const char *text) { put_data(m, field, text, strlen(text)); }
static void put_inner(message *m, uint32_t field, const message *inner) { put_data(m, field, inner->at, inner->size); }
static void put_float(message *m, uint32_t field, float v)
{
    put_varint(m, field << 3 | 5);
    memcpy(m->at + m->size, &v, 4); /* little-endian machines */
    m->size += 4;
}

static message binary_feed(float latitude, float speed, uint32_t incrementality)
{
    message period = { .size = 0 }, stop = { .size = 0 }, alert = { .size = 0 }, position = { .size = 0 }, vehicle = { .size = 0 }, header = { .size = 0 },
        a = { .size = 0 }, b = { .size = 0 }, all = { .size = 0 };
    put_text(&header, 1, "2.0"), put_number(&header, 2, incrementality), put_number(&header, 3, 1000);
    put_number(&period, 1, 1000), put_number(&period, 2, 2000);
    put_text(&stop, 1, "agency"), put_text(&stop, 5, "osm:way/2");
    put_inner(&alert, 1, &period), put_inner(&alert, 5, &stop), put_number(&alert, 6, 9), put_number(&alert, 7, 1);
    put_text(&a, 1, "a"), put_inner(&a, 5, &alert);
    put_float(&position, 1, latitude), put_float(&position, 2, (float)lon_of(100)), put_float(&position, 3, 90.0f), put_float(&position, 5, speed);
    put_inner(&vehicle, 2, &position), put_number(&vehicle, 5, 1000);
    put_text(&b, 1, "b"), put_inner(&b, 4, &vehicle);
    put_inner(&all, 1, &header), put_inner(&all, 2, &a), put_inner(&all, 2, &b);
    return all;
}

static void test_traffic_gtfs_binary(void **state)
{
    message m = binary_feed((float)lat_of(2), 5.0f, 0);
    cim_traffic_fed fed = { .struct_size = sizeof fed };
    (void)state;
    assert_ok(t.n.ctx, give(m.at, m.size, CIM_TRAFFIC_AUTO, t.low, &fed));
    assert_int_equal(fed.format, CIM_TRAFFIC_GTFS);
    assert_int_equal(fed.row_count, 2);
    assert_int_equal(fed.unknown_count + fed.ignored_count, 0);
    publish(1000000);
    assert_int_equal(closed_ways(), WAY(2));
    check_speed(0, 18.0);
    publish(2000000);
    assert_int_equal(closed_ways(), 0);
    for (size_t cut = 0; cut < m.size; cut++) { /* every beginning of it is refused or is fewer entities */
        cim_status st = give(m.at, cut, CIM_TRAFFIC_GTFS, t.low, &fed);
        assert_true(st == CIM_EFORMAT || (st == CIM_OK && fed.row_count < 2));
    }
    message nan = binary_feed(NAN, 5.0f, 0), fast = binary_feed((float)lat_of(2), INFINITY, 0), kind = binary_feed((float)lat_of(2), 5.0f, 5);
    assert_status(t.n.ctx, give(nan.at, nan.size, CIM_TRAFFIC_GTFS, t.low, NULL), CIM_EFORMAT);
    assert_status(t.n.ctx, give(fast.at, fast.size, CIM_TRAFFIC_GTFS, t.low, NULL), CIM_EFORMAT);
    assert_status(t.n.ctx, give(kind.at, kind.size, CIM_TRAFFIC_GTFS, t.low, NULL), CIM_EFORMAT);
    static const unsigned char huge[] = { 10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1 }, group[] = { 11 }, zero[] = { 0, 0 };
    assert_status(t.n.ctx, give(huge, sizeof huge, CIM_TRAFFIC_GTFS, t.low, NULL), CIM_EFORMAT);
    assert_status(t.n.ctx, give(group, sizeof group, CIM_TRAFFIC_GTFS, t.low, NULL), CIM_EFORMAT);
    assert_status(t.n.ctx, give(zero, sizeof zero, CIM_TRAFFIC_GTFS, t.low, NULL), CIM_EFORMAT);
}

/* ---- random bytes ---- */

static void test_traffic_random_bytes(void **state)
{
    static const char *const good[] = { "", "id,closed,geometry,direction,until\nosm:way/1,true,,forward,10\n,true,\"POINT(9 48)\",,\n2,false,,,\n",
                                        "{\"id\":\"osm:way/1\",\"speed_kmh\":30,\"until\":\"2026-01-01T00:00:00Z\"}\n{\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[9,48],[9.001,48]]},\"closed\":true}\n",
                                        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"closed\":true},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[9,48],[9.001,48],[9,48.001],[9,48]]]}}]}",
                                        "{\"header\":{\"timestamp\":5,\"incrementality\":1},\"entity\":[{\"id\":\"a\",\"alert\":{\"effect\":1,\"informed_entity\":[{\"stop_id\":\"1\"}]}},{\"id\":\"v\",\"vehicle\":{\"position\":{\"latitude\":48,\"longitude\":9,\"speed\":4}}}]}" };
    uint64_t seed = 77;
    size_t outcomes[2] = { 0, 0 };
    (void)state;
    for (uint32_t format = CIM_TRAFFIC_AUTO; format <= CIM_TRAFFIC_GTFS; format++) {
        message m = binary_feed((float)lat_of(2), 5.0f, 1);
        for (int i = 0; i < 2000; i++) {
            unsigned char data[700];
            uint32_t like = format ? format : 1 + (uint32_t)(support_random(&seed) % 5);
            size_t size = like == CIM_TRAFFIC_GTFS ? m.size : strlen(good[like]);
            memcpy(data, like == CIM_TRAFFIC_GTFS ? (const void *)m.at : good[like], size);
            for (uint32_t k = (uint32_t)(support_random(&seed) % 6); k; k--) {
                size_t at = support_random(&seed) % size;
                switch (support_random(&seed) % 4) {
                case 0: data[at] = (unsigned char)support_random(&seed); break;
                case 1: data[at] = (unsigned char)"{}[]\",:0-9eE.\n"[support_random(&seed) % 14]; break;
                case 2: memmove(data + at, data + at + (at + 1 < size), size - at - (at + 1 < size)); break;
                default: size = size > 20 && !(support_random(&seed) % 8) ? at + 1 : size;
                }
            }
            if (i % 10 == 0)
                for (size_t k = 0; k < size; k++) data[k] = (unsigned char)support_random(&seed);
            cim_status st = give(data, size, format, t.low, NULL);
            assert_true(st == CIM_OK || st == CIM_EFORMAT || st == CIM_ELIMIT);
            outcomes[st == CIM_OK]++;
        }
    }
    assert_true(outcomes[0] > 1000 && outcomes[1] > 1000);
    publish(1); /* what was taken is whole */
}

/* ---- priorities, what-ifs, watched objects ---- */

static void test_traffic_priorities(void **state)
{
    uint32_t arcs[64];
    size_t count;
    (void)state;
    cim_route_live *live = cim_traffic_live(t.traffic);
    assert_ok(t.n.ctx, cim_traffic_find(t.n.ctx, t.traffic, "1", CIM_ROUTE_BOTH_WAYS, arcs, 64, &count));
    cim_route_change what = { .arc = CIM_NONE, .source = t.high, .kind = CIM_ROUTE_OPEN, .from_ms = CIM_ROUTE_ALWAYS_FROM, .until_ms = 100 };
    assert_ok(t.n.ctx, cim_traffic_say(t.n.ctx, t.traffic, arcs, count, &what));
    assert_ok(t.n.ctx, give_text("id,closed\n1,true\n", CIM_TRAFFIC_CSV, NULL));
    publish(50);
    assert_int_equal(closed_ways(), 0); /* the higher priority says it is open */
    publish(100);
    assert_int_equal(closed_ways(), WAY(1));
    cim_route_view *view = cim_route_live_view(live);
    int64_t as_of;
    assert_int_equal(cim_route_view_epoch(view, &as_of), 2);
    assert_int_equal(as_of, 100);
    cim_route_view_free(view);
    assert_status(t.n.ctx, cim_traffic_say(t.n.ctx, t.traffic, NULL, 1, &what), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_say(t.n.ctx, t.traffic, arcs, 1, NULL), CIM_EARG);
    what.kind = 99;
    assert_status(t.n.ctx, cim_traffic_say(t.n.ctx, t.traffic, arcs, 1, &what), CIM_EARG);
}

static uint32_t object_of(const char *gid)
{
    uint32_t id;
    size_t count;
    assert_ok(t.n.ctx, cim_city_find(t.n.ctx, t.n.city, gid, &id, 1, &count));
    return id;
}

static void check_cuts(uint32_t object, uint32_t cut)
{
    cim_traffic_cut cuts[4];
    size_t count;
    assert_ok(t.n.ctx, cim_traffic_cuts(t.n.ctx, t.traffic, cuts, 4, &count));
    assert_int_equal(count, object != CIM_NONE);
    if (object == CIM_NONE) return;
    assert_int_equal(cuts[0].object, object);
    assert_int_equal(cuts[0].cut, cut);
}

/* Way 4 alone leads to the hospital; way 5 goes on to nowhere. */
static void test_traffic_cuts(void **state)
{
    (void)state;
    for (uint32_t turns = 0; turns < 2; turns++) {
        teardown(NULL);
        setup_turns(turns);
        uint32_t watched[] = { object_of("osm:way/30"), object_of("osm:way/20") };
        assert_ok(t.n.ctx, cim_traffic_watch(t.n.ctx, t.traffic, watched, 2));
        publish(1);
        check_cuts(CIM_NONE, 0);
        assert_ok(t.n.ctx, give_text("id,closed,until\n4,true,100\n", CIM_TRAFFIC_CSV, NULL));
        publish(2);
        check_cuts(watched[1], CIM_ROUTE_CUT_TO | CIM_ROUTE_CUT_FROM);
        publish(100);
        check_cuts(CIM_NONE, 0);
        assert_ok(t.n.ctx, give_text("id,closed\n4-,true\n", CIM_TRAFFIC_CSV, NULL)); /* in, but not out again */
        publish(101);
        check_cuts(watched[1], CIM_ROUTE_CUT_FROM);
        assert_ok(t.n.ctx, give_text("id,closed\n4-,false\n4+,true\n", CIM_TRAFFIC_CSV, NULL));
        publish(102);
        check_cuts(watched[1], CIM_ROUTE_CUT_TO);
        assert_ok(t.n.ctx, cim_traffic_watch(t.n.ctx, t.traffic, NULL, 0));
        check_cuts(CIM_NONE, 0);
        assert_status(t.n.ctx, cim_traffic_watch(t.n.ctx, t.traffic, (uint32_t[]){ 4711 }, 1), CIM_ENOTFOUND);
        assert_status(t.n.ctx, cim_traffic_watch(t.n.ctx, t.traffic, NULL, 1), CIM_EARG);
    }
}

/* A route goes round what is closed, and says what a jam takes. */
static void test_traffic_routes(void **state)
{
    cim_net_place from = net_place(&t.n, t.costs, 1), to = net_place(&t.n, t.costs, 4);
    cim_route_query *q = NULL;
    uint32_t times[3];
    static const char *const feeds[] = { "id,speed_kmh\n", "id,speed_kmh\n4,5\n", "id,closed\n4+,true\n" };
    (void)state;
    assert_ok(t.n.ctx, cim_route_query_new(t.n.ctx, t.h, &q));
    for (int i = 0; i < 3; i++) {
        cim_net_route *route = NULL;
        cim_net_route_view v = { .struct_size = sizeof v };
        assert_ok(t.n.ctx, give_text(feeds[i], CIM_TRAFFIC_CSV, NULL));
        publish(i);
        cim_route_view *view = cim_route_live_view(cim_traffic_live(t.traffic));
        cim_status st = cim_net_route_find(t.n.ctx, t.costs, &from, &to, cim_route_view_metric(view), q, &route);
        cim_route_view_free(view);
        times[i] = NO_WAY;
        if (i == 2) assert_status(t.n.ctx, st, CIM_ENOTFOUND);
        else {
            assert_ok(t.n.ctx, st);
            assert_ok(t.n.ctx, cim_net_route_get(t.n.ctx, route, &v));
            times[i] = v.time_ms;
        }
        cim_net_route_free(route);
    }
    /* half of way 4 is 100 m: 72 s at 5 km/h instead of some 12 */
    double extra = 100.0 * 3600.0 / 5.0 - 0.5 * t.costs->link_ms[2 * from.edge];
    assert_true(fabs(((double)times[1] - times[0]) - extra) < 2500.0);
    cim_route_query_free(q);
}

static void test_traffic_new_refuses(void **state)
{
    cim_traffic *traffic = NULL;
    cim_traffic_options o = CIM_TRAFFIC_OPTIONS_INIT;
    cim_route_graph graph = { sizeof graph, 1, 0, NULL, NULL, NULL, NULL };
    cim_route_hierarchy *other = NULL;
    int64_t ms;
    (void)state;
    assert_ok(t.n.ctx, cim_route_hierarchy_build(t.n.ctx, &graph, NULL, &other));
    assert_status(t.n.ctx, cim_traffic_new(t.n.ctx, t.n.city, t.costs, other, NULL, &traffic), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_new(t.n.ctx, NULL, t.costs, t.h, NULL, &traffic), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_new(t.n.ctx, t.n.city, NULL, t.h, NULL, &traffic), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_new(t.n.ctx, t.n.city, t.costs, NULL, NULL, &traffic), CIM_EARG);
    o.radius_m = (double)NAN;
    assert_status(t.n.ctx, cim_traffic_new(t.n.ctx, t.n.city, t.costs, t.h, &o, &traffic), CIM_EARG);
    o.radius_m = 0.0;
    o.vehicle_s = -1.0;
    assert_status(t.n.ctx, cim_traffic_new(t.n.ctx, t.n.city, t.costs, t.h, &o, &traffic), CIM_EARG);
    o.vehicle_s = 0.0;
    o.min_speed_kmh = -1.0;
    assert_status(t.n.ctx, cim_traffic_new(t.n.ctx, t.n.city, t.costs, t.h, &o, &traffic), CIM_EARG);
    struct { cim_traffic_options o; char more[64]; } newer = { o, "something set" };
    newer.o.struct_size = sizeof newer;
    assert_status(t.n.ctx, cim_traffic_new(t.n.ctx, t.n.city, t.costs, t.h, &newer.o, &traffic), CIM_EVERSION);
    assert_null(traffic);
    assert_ok(t.n.ctx, cim_traffic_time(t.n.ctx, "1970-01-01T01:00:00.25+00:30", &ms));
    assert_int_equal(ms, 1800250);
    assert_status(t.n.ctx, cim_traffic_time(t.n.ctx, "noon", &ms), CIM_EARG);
    assert_status(t.n.ctx, cim_traffic_time(t.n.ctx, NULL, &ms), CIM_EARG);
    cim_route_hierarchy_free(other);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { TEST(test_traffic_rows),          TEST(test_traffic_geojson),      TEST(test_traffic_geojson_refuses),
                                        TEST(test_traffic_gtfs_json), TEST(test_traffic_vehicles),
                                        TEST(test_traffic_gtfs_refuses),  TEST(test_traffic_gtfs_binary),  TEST(test_traffic_random_bytes),
                                            TEST(test_traffic_priorities), TEST(test_traffic_cuts),
                                        TEST(test_traffic_routes),        TEST(test_traffic_new_refuses) };
    return cmocka_run_group_tests_name("traffic_feed", tests, NULL, NULL);
}
