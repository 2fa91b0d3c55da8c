/* Feeds: what is read, and that everything else is an error with its line. */
#include "graphs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct text {
    const char *at;
    size_t step;
} text;

static int64_t read_text(void *user, void *data, size_t size)
{
    text *t = user;
    size_t left = strlen(t->at), n = left < t->step ? left : t->step;
    if (n > size) n = size;
    memcpy(data, t->at, n);
    t->at += n;
    return (int64_t)n;
}

static int64_t read_fails(void *user, void *data, size_t size)
{
    (void)user, (void)data, (void)size;
    return -5;
}

/* "both" are arcs 0 and 1, "all" all of them; others are unknown. */
static size_t map_id(void *user, const char *id, size_t size, uint32_t *arcs, size_t cap)
{
    size_t n = size == 4 && !memcmp(id, "both", 4) ? 2 : size == 3 && !memcmp(id, "all", 3) ? *(uint32_t *)user : 0;
    for (uint32_t i = 0; i < n && i < cap; i++) arcs[i] = i;
    return n;
}

/* Ids of one digit are that arc; longer ones lie about their number; geometries are wrong. */
static cim_status look(cim_ctx *c, void *user, const cim_route_feed_where *where, uint32_t *arcs, size_t cap, size_t *count_out)
{
    size_t *calls = user;
    (void)c;
    if (where->geometry) return CIM_EFORMAT;
    *count_out = where->id_size == 1 ? 1 : 100 + ++*calls;
    for (size_t i = 0; i < *count_out && i < cap; i++) arcs[i] = where->id_size == 1 ? (uint32_t)(where->id[0] - '0') + 10 * where->direction : (uint32_t)i;
    return CIM_OK;
}

static cim_ctx *ctx;
static graph *g;
static cim_route_hierarchy *h;
static cim_route_live *live;
static uint32_t police, feed;

static cim_status give(const char *content, uint32_t format, size_t step, bool map, cim_route_fed *fed)
{
    text t = { content, step };
    cim_route_feed f = CIM_ROUTE_FEED_INIT;
    f.name = "f";
    f.read = read_text;
    f.read_user = &t;
    f.format = format;
    f.source = feed;
    f.map = map ? map_id : NULL;
    f.map_user = &g->m;
    f.max_line_bytes = 200;
    f.max_rows = 20;
    return cim_route_live_feed(ctx, live, &f, fed);
}

static int setup(void **state)
{
    cim_route_live_options o = CIM_ROUTE_LIVE_OPTIONS_INIT;
    float *lengths;
    (void)state;
    ctx = support_ctx();
    g = graph_grid(6, 6, 2);
    lengths = calloc(g->m, sizeof *lengths);
    for (uint32_t a = 0; a < g->m; a++) lengths[a] = 100.0f;
    o.lengths_m = lengths;
    h = graph_hierarchy(ctx, g, NULL);
    assert_ok(ctx, cim_route_live_new(ctx, h, g->weight, &o, &live));
    free(lengths);
    assert_ok(ctx, cim_route_live_source(ctx, live, "police", 9, &police));
    assert_ok(ctx, cim_route_live_source(ctx, live, "feed", 0, &feed));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cim_route_live_free(live);
    cim_route_hierarchy_free(h);
    graph_free(g);
    cim_ctx_free(ctx);
    return 0;
}

static uint32_t weight_at(uint32_t arc, int64_t now)
{
    assert_ok(ctx, cim_route_live_publish(ctx, live, now, NULL));
    cim_route_view *view = cim_route_live_view(live);
    uint32_t ms = cim_route_metric_weights(cim_route_view_metric(view))[arc];
    cim_route_view_free(view);
    return ms;
}

static void test_route_live_feed_reads(void **state)
{
    static const char csv[] = "\xef\xbb\xbfid,speed_kmh,closed,penalty_s,source,reported,from,until\r\n"
                              "0,36,,1.5,,5,,\r\n\r\n"
                              "\"1\",,true,,\"police\",5,1970-01-01T01:00:00+01:00,1970-01-01T00:00:10.5Z\n"
                              "2,0,false,,,,,";
    static const char json[] = "{\"id\":3,\"factor\":2,\"from\":1000}\n\n{\"id\":\"4\",\"weight_s\":7,\"source\":\"pol\\u0069ce\",\"closed\":null}\n{\"id\":0,\"withdraw\":true,\"reported\":9}\n";
    (void)state;
    for (size_t step = 1; step < 200; step += step) {
        cim_route_fed fed = { .struct_size = sizeof fed };
        setup(state);
        assert_ok(ctx, give(csv, CIM_ROUTE_FEED_CSV, step, false, &fed));
        assert_int_equal(fed.row_count, 3);
        assert_int_equal(fed.change_count, 5);
        assert_int_equal(weight_at(0, 100), 10000 + 1500);
        assert_int_equal(weight_at(1, 100), NO_WAY);
        assert_int_equal(weight_at(2, 100), 360000);
        assert_ok(ctx, give(json, CIM_ROUTE_FEED_NDJSON, step, false, &fed));
        assert_int_equal(weight_at(0, 999), g->weight[0]);
        assert_int_equal(weight_at(3, 999), g->weight[3]);
        assert_int_equal(weight_at(3, 1000), g->weight[3] * 2);
        assert_int_equal(weight_at(4, 1000), 7000);
        assert_int_equal(weight_at(1, 10499), NO_WAY);
        assert_int_equal(weight_at(1, 10500), g->weight[1]);
        teardown(state);
    }
    setup(state);
    cim_route_fed fed = { .struct_size = sizeof fed };
    assert_ok(ctx, give("id,closed\nnobody,true\nboth,true\nall,true\nno,true\n", CIM_ROUTE_FEED_CSV, 7, true, &fed));
    assert_int_equal(fed.unknown_count, 2);
    assert_int_equal(fed.first_unknown_line, 2);
    assert_int_equal(fed.change_count, 2 + g->m);
    assert_true(g->m > 64);
    assert_int_equal(weight_at(g->m - 1, 1), NO_WAY);
    teardown(state);
}

static void test_route_live_feed_refuses(void **state)
{
    static const char *const csv[] = { "", "speed_kmh\n1\n", "id,id\n", "id,colour\n", "id,closed\n0\n", "id,closed\n0,true,1\n", "id,closed\n0,yes\n", "id,speed_kmh\n0,1x\n", "id,speed_kmh\n0,-1\n",
                                       "id,speed_kmh\n0,inf\n", "id,speed_kmh\n0,nan\n", "id,factor\n0,0\n", "id,speed_kmh,factor\n0,1,1\n", "id,closed\n0,\n", "id,closed\n999999,true\n", "id,closed\n-1,true\n",
                                       "id,closed\n,true\n", "id,closed,source\n0,true,nobody\n", "id,closed,from,until\n0,true,5,5\n", "id,closed,from\n0,true,2026-02-29T00:00:00Z\n", "id,closed,from\n0,true,2026-01-01T00:00:00\n",
                                       "id,closed\n\"0,true\n", "id,closed\n\"0\"x,true\n", "id,closed\n0\",true\n", "id,closed,open\n0,1,1\n", "id,closed,withdraw\n0,1,1\n", "id,closed,event\n0,1,-1\n", "id,closed,event\n0,1,1.5\n",
                                       "id,closed,event\n0,1,4294967296\n", "id,direction\n", "geometry,closed\n" };
    static const char *const json[] = { "[]", "{\"id\":0", "{\"id\":0,\"closed\":\"true\"}", "{\"id\":0,\"closed\":1}", "{\"id\":[0],\"closed\":true}", "{\"id\":0,\"id\":1,\"closed\":true}", "{\"id\":0,\"colour\":1}",
                                        "{\"closed\":true}", "{\"id\":0}", "{\"id\":0,\"speed_kmh\":\"5\"}", "{\"id\":0,\"factor\":1e999}", "{\"id\":\"\",\"closed\":true}", "{\"id\":0,\"closed\":true} x",
                                        "{\"id\":0,\"closed\":true,\"direction\":\"both\"}" };
    size_t count;
    (void)state;
    setup(state);
    for (size_t i = 0; i < sizeof csv / sizeof *csv; i++) {
        char whole[300];
        assert_status(ctx, give(csv[i], CIM_ROUTE_FEED_CSV, 9, false, NULL), CIM_EFORMAT);
        assert_true(!strncmp(cim_ctx_error(ctx), "f:", 2));
        if (!strstr(csv[i], "id,closed\n")) continue;
        snprintf(whole, sizeof whole, "id,closed\n1,true\n%s", csv[i] + 10); /* one good row does not help */
        assert_status(ctx, give(whole, CIM_ROUTE_FEED_CSV, 9, false, NULL), CIM_EFORMAT);
        assert_true(!strncmp(cim_ctx_error(ctx), "f:3: ", 5));
    }
    for (size_t i = 0; i < sizeof json / sizeof *json; i++) assert_status(ctx, give(json[i], CIM_ROUTE_FEED_NDJSON, 9, false, NULL), CIM_EFORMAT);
    char longer[400] = "id,closed\n", many[400] = "id,closed\n";
    memset(longer + 10, 'x', 300);
    for (int i = 0; i < 21; i++) strcat(many, "0,true\n");
    assert_status(ctx, give(longer, CIM_ROUTE_FEED_CSV, 9, false, NULL), CIM_ELIMIT);
    assert_status(ctx, give(many, CIM_ROUTE_FEED_CSV, 9, false, NULL), CIM_ELIMIT);
    cim_route_feed f = CIM_ROUTE_FEED_INIT;
    assert_status(ctx, cim_route_live_feed(ctx, live, &f, NULL), CIM_EARG);
    f.read = read_fails;
    assert_status(ctx, cim_route_live_feed(ctx, live, &f, NULL), CIM_EIO);
    f.snapshot = 1;
    assert_status(ctx, cim_route_live_feed(ctx, live, &f, NULL), CIM_EARG);
    assert_ok(ctx, cim_route_live_statements(ctx, live, CIM_NONE, 0, NULL, 0, &count));
    assert_int_equal(count, 0);
    teardown(state);
}

static cim_status give_where(const char *content)
{
    size_t calls = 0;
    text t = { content, 13 };
    cim_route_feed f = CIM_ROUTE_FEED_INIT;
    f.name = "f";
    f.read = read_text;
    f.read_user = &t;
    f.where = look;
    f.map_user = &calls;
    f.source = feed;
    return cim_route_live_feed(ctx, live, &f, NULL);
}

static void test_route_live_feed_where(void **state)
{
    static const char *const bad[] = { "id,closed,geometry\n,1,\"POINT(1 1)\"\n", "id,closed,geometry\n1,1,x\n", "id,closed,geometry\n,1,\n", "id,closed,direction\n1,1,up\n", "id,closed,direction\n1,1,BOTH\n" };
    size_t count;
    setup(state);
    assert_ok(ctx, give_where("id,closed,direction\n1,true,\n2,true,backward\n3,true,forward\n4,true,both\n"));
    static const uint32_t wanted[] = { 1, 4, 13, 22 };
    for (size_t i = 0; i < 4; i++) assert_int_equal(weight_at(wanted[i], 5), NO_WAY);
    assert_ok(ctx, cim_route_live_replace(ctx, live, feed, NULL, 0));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_status(ctx, give_where(bad[i]), CIM_EFORMAT);
        assert_true(!strncmp(cim_ctx_error(ctx), "f:2: ", 5));
    }
    assert_status(ctx, give_where("id,closed\nlong,true\n"), CIM_EARG); /* another number of arcs when asked again */
    assert_ok(ctx, cim_route_live_statements(ctx, live, CIM_NONE, 0, NULL, 0, &count));
    assert_int_equal(count, 0);
    teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_live_feed_reads), cmocka_unit_test(test_route_live_feed_refuses), cmocka_unit_test(test_route_live_feed_where) };
    return cmocka_run_group_tests_name("route_live_feed", tests, NULL, NULL);
}
