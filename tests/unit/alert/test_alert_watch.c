/* test_alert_watch.c - files of rules: what is refused and where; areas, objects, traces that change; damaged files and lines; memory that runs out. */
#include "support.h"

#include "city.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cim_ctx *ctx;
static char path[4096];

/* A ring of two ways from the works to the hospital's node, with a valve on the northern one. */
static const support_object objects[] = {
    { .gid = "n:works", .class_name = "Plant", .wkt = "POLYGON((-1 -1,1 -1,1 1,-1 1,-1 -1))", .values = "network=water" },
    { .gid = "p:in", .class_name = "Pipe", .wkt = "LINESTRING(0 0,100 0)", .values = "network=water" },
    { .gid = "p:north", .class_name = "Pipe", .wkt = "LINESTRING(100 0,150 50,200 0)", .values = "network=water" },
    { .gid = "p:south", .class_name = "Pipe", .wkt = "LINESTRING(100 0,150 -50,200 0)", .values = "network=water" },
    { .gid = "p:out", .class_name = "Pipe", .wkt = "LINESTRING(200 0,300 0)", .values = "network=water" },
    { .gid = "v:1", .class_name = "Valve", .wkt = "POINT(150 50)", .values = "network=water" },
    { .gid = "n:end", .class_name = "UtilityNode", .wkt = "POINT(300 0)", .values = "network=water" },
    { .gid = "b:hospital", .class_name = "Building", .wkt = "POLYGON((300 10,320 10,320 30,300 30,300 10))", .values = "function=hospital" },
};
static const support_relation relations[] = { { "p:out", CIM__R_SERVES, "b:hospital", NULL } };

static uint32_t object_of(cim_city *city, const char *gid)
{
    uint32_t id = CIM_NONE;
    size_t count = 0;
    assert_ok(ctx, cim_city_find(ctx, city, gid, &id, 1, &count));
    assert_int_equal(count, 1);
    return id;
}

static void put_stream(cim_sense *sense, const char *gid, const char *property, uint32_t object, double x, double y)
{
    cim_stream s = CIM_STREAM_INIT;
    uint32_t id;
    s.gid = gid, s.property = property, s.object = object, s.x = x, s.y = y, s.z = NAN, s.offset_m = NAN, s.period_ms = 60000;
    assert_ok(ctx, cim_sense_stream_put(ctx, sense, &s, &id));
}

typedef struct place {
    cim_city *city;
    cim_sense *sense;
} place;

static place open_place(void)
{
    place p = { NULL, NULL };
    p.city = support_open(ctx, path);
    assert_ok(ctx, cim_sense_open(ctx, NULL, NULL, &p.sense));
    put_stream(p.sense, "in", "pressure", object_of(p.city, "p:in"), NAN, NAN);
    put_stream(p.sense, "north", "pressure", object_of(p.city, "p:north"), NAN, NAN);
    put_stream(p.sense, "south", "pressure", CIM_NONE, 150.0, -49.0); /* by its place */
    put_stream(p.sense, "ward", "temperature", object_of(p.city, "b:hospital"), 310.0, 20.0);
    return p;
}

static void close_place(place *p)
{
    cim_sense_free(p->sense);
    cim_city_free(p->city);
}

static cim_status try_rules(const place *p, const char *text, cim_watch **out) { return cim_watch_open(ctx, p->city, p->sense, text, strlen(text), "r.json", out); }

#define RULE(streams, when) "{\"schema\":\"cim-rules/1\",\"rules\":[{\"id\":\"a\",\"streams\":" streams ",\"when\":" when "}]}"

static void test_alert_watch_refuses(void **state)
{
    static const struct { const char *text, *says; cim_status status; } bad[] = {
        { "", "r.json:1:1: this is no JSON", CIM_EFORMAT },
        { "[]", "the file is no object", CIM_EFORMAT },
        { "{\"schema\":\"cim-rules/2\",\"rules\":[]}", "\"schema\" is not", CIM_EFORMAT },
        { "{\"schema\":\"cim-rules/1\",\n \"rulez\":[]}", "r.json:2:3: there is no member 'rulez'; did you mean 'rules'?", CIM_EFORMAT },
        { "{\"schema\":\"cim-rules/1\",\"rules\":[],\"rules\":[]}", "stands here twice", CIM_EFORMAT },
        { RULE("\"*\"", "{\"abov\":1}"), "did you mean 'above'?", CIM_EFORMAT },
        { RULE("\"*\"", "{}"), "one condition", CIM_EFORMAT },
        { RULE("\"*\"", "{\"above\":1,\"absent\":5}"), "one condition", CIM_EFORMAT },
        { RULE("\"*\"", "{\"above\":1,\"below\":0}"), "one of above", CIM_EFORMAT },
        { RULE("\"*\"", "{\"above\":1,\"clear\":2}"), "cannot be cleared", CIM_EFORMAT },
        { RULE("\"*\"", "{\"outside\":[2,1]}"), "low not above high", CIM_EFORMAT },
        { RULE("\"*\"", "{\"inside\":[1,2],\"clear\":2}"), "here it is \"margin\"", CIM_EFORMAT },
        { RULE("\"*\"", "{\"outside\":[1,2],\"margin\":1}"), "never be over", CIM_EFORMAT },
        { RULE("\"*\"", "{\"above\":1e999}"), "no number", CIM_EFORMAT },
        { RULE("\"*\"", "{\"flat\":0}"), "how long a value may stay", CIM_EFORMAT },
        { RULE("\"*\"", "{\"absent\":\"5 parsecs\"}"), "no time like", CIM_EFORMAT },
        { RULE("\"*\"", "{\"quality\":[]}"), "nothing to look at", CIM_EFORMAT },
        { RULE("\"*\"", "{\"irregular\":[\"lat\"]}"), "did you mean 'late'?", CIM_EFORMAT },
        { RULE("\"*\"", "{\"rules\":[\"b\"]}"), "no rule before this one", CIM_EFORMAT },
        { RULE("{}", "{\"above\":1}"), "says no streams", CIM_EFORMAT },
        { RULE("{\"area\":[1,2,3]}", "{\"above\":1}"), "[x0, y0, x1, y1]", CIM_EFORMAT },
        { RULE("{\"area\":\"POINT(1 2)\"}", "{\"above\":1}"), "an area is a polygon", CIM_EFORMAT },
        { RULE("{\"upstream_of\":\"nobody\"}", "{\"above\":1}"), "no object 'nobody'", CIM_ENOTFOUND },
        { RULE("{\"objects\":\"class = \"}", "{\"above\":1}"), "rule a", CIM_EARG },
        { "{\"schema\":\"cim-rules/1\",\"rules\":[{\"id\":\"a\",\"when\":{\"above\":1}}]}", "\"streams\" is missing", CIM_EFORMAT },
        { "{\"schema\":\"cim-rules/1\",\"rules\":[{\"id\":\"a\",\"when\":{\"above\":1},\"streams\":\"*\",\"severity\":\"sever\"}]}", "did you mean 'severe'?", CIM_EFORMAT },
        { "{\"schema\":\"cim-rules/1\",\"rules\":[{\"id\":\"a\",\"when\":{\"absent\":1},\"streams\":\"*\",\"for\":1}]}", "hold at once", CIM_EFORMAT },
        { "{\"schema\":\"cim-rules/1\",\"rules\":[{\"id\":\"a\",\"when\":{\"above\":1},\"streams\":\"*\"},{\"id\":\"a\",\"when\":{\"above\":1},\"streams\":\"*\"}]}",
          "another rule is 'a'", CIM_EFORMAT },
    };
    place p = open_place();
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cim_watch *w = NULL;
        assert_status(ctx, try_rules(&p, bad[i].text, &w), bad[i].status);
        if (!strstr(cim_ctx_error(ctx), bad[i].says)) fail_msg("%s\nsays %s", bad[i].text, cim_ctx_error(ctx));
    }
    close_place(&p);
}

static void described(cim_watch *w, const char *part)
{
    cim_buf json = CIM_BUF_INIT;
    assert_ok(ctx, cim_watch_describe(ctx, w, &json));
    if (!strstr(json.data, part)) fail_msg("%s is not in %s", part, json.data);
    cim_buf_dispose(&json);
}

static cim_status line(cim_watch *w, const char *text) { return cim_watch_line(ctx, w, text, strlen(text), NULL); }

static void test_alert_watch_scopes(void **state)
{
    static const struct { const char *text, *streams; } good[] = {
        { RULE("\"*th\"", "{\"above\":1}"), "\"streams\":[\"north\",\"south\"]" },
        { RULE("{\"property\":\"pressure\"}", "{\"above\":1}"), "\"streams\":[\"in\",\"north\",\"south\"]" },
        { RULE("{\"area\":[300,0,320,20]}", "{\"above\":1}"), "\"streams\":[\"ward\"]" },
        { RULE("{\"objects\":\"class = 'Pipe'\"}", "{\"above\":1}"), "\"streams\":[\"in\",\"north\"]" },
        { RULE("{\"upstream_of\":\"b:hospital\",\"property\":\"pressure\"}", "{\"above\":1}"), "\"streams\":[\"in\",\"north\",\"south\"]" },
        { RULE("{\"downstream_of\":\"p:in\",\"id\":\"n*\"}", "{\"absent\":{\"periods\":3}}"), "\"absent_ms\":180000,\"streams\":[\"north\"]" },
    };
    place p = open_place();
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cim_watch *w = NULL;
        assert_ok(ctx, try_rules(&p, good[i].text, &w));
        described(w, good[i].streams);
        cim_watch_free(w);
    }
    close_place(&p);
}

/* The alert of a sensor that is no longer upstream is over, and comes again when the valve is opened and it says so again. */
static void test_alert_watch_follows_valves(void **state)
{
    cim_watch *w = NULL;
    cim_buf out = CIM_BUF_INIT;
    place p = open_place();
    (void)state;
    assert_ok(ctx, try_rules(&p, "{\"schema\":\"cim-rules/1\",\"rules\":[{\"id\":\"a\",\"downstream\":true,\"alert\":\"any\",\"streams\":{\"upstream_of\":\"b:hospital\","
                                 "\"property\":\"pressure\"},\"when\":{\"below\":2}}]}", &w));
    assert_ok(ctx, line(w, "{\"stream\":\"in\",\"time\":1000,\"value\":4}"));
    assert_ok(ctx, line(w, "{\"stream\":\"north\",\"time\":1001,\"value\":1}"));
    assert_ok(ctx, cim_watch_next(ctx, w, CIM_WATCH_JSON, &out));
    assert_non_null(strstr(out.data, "\"event\":\"raised\""));
    cim_buf_dispose(&out);
    assert_int_equal(line(w, "{\"id\":\"v:1\",\"state\":\"closed\"}"), CIM_DONE);
    described(w, "\"streams\":[\"in\",\"south\"]");
    assert_ok(ctx, cim_watch_next(ctx, w, CIM_WATCH_JSON, &out));
    assert_non_null(strstr(out.data, "\"event\":\"cleared\""));
    cim_buf_dispose(&out);
    assert_int_equal(line(w, "{\"id\":\"v:1\",\"state\":\"open\"}"), CIM_DONE);
    assert_ok(ctx, line(w, "{\"stream\":\"in\",\"time\":1002,\"value\":1}"));
    assert_ok(ctx, cim_watch_next(ctx, w, CIM_WATCH_JSON, &out));
    if (!strstr(out.data, "{\"id\":\"b:hospital\",\"how\":\"serves\"}") && !strstr(out.data, "{\"id\":\"b:hospital\",\"how\":\"downstream\"}")) fail_msg("%s", out.data);
    cim_buf_dispose(&out);
    assert_int_equal(cim_watch_next(ctx, w, CIM_WATCH_JSON, &out), CIM_DONE);
    assert_status(ctx, line(w, "{\"id\":\"v:9\",\"state\":\"open\"}"), CIM_ENOTFOUND);
    cim_watch_free(w);
    close_place(&p);
}

/* Random changes of a file of rules and of lines: refused with a reason or taken. */
static void test_alert_watch_damage(void **state)
{
    static const char rules[] = "{\"schema\":\"cim-rules/1\",\"baseline\":{\"least_count\":2,\"least_spread\":{\"pressure\":1}},\"rules\":[{\"id\":\"a\",\"streams\":[\"in\",\"n*\"],\"when\":"
        "{\"above\":1,\"clear\":0.5},\"for\":\"5m\",\"values\":2,\"repeat\":60},{\"id\":\"b\",\"streams\":{\"area\":[0,0,9,9]},\"when\":{\"deviation\":{\"outside\":[-3,3]}},"
        "\"suppress\":[{\"from\":\"2024-01-01\",\"to\":\"2024-01-02\"}]},{\"id\":\"c\",\"when\":{\"rules\":[\"a\",\"b\"]},\"alert\":2}]}";
    static const char lines[] = "{\"tst\":\"2024-06-01T01:00:00.5+0000\",\"topic\":\"x/Datastreams('in')/y\",\"payload\":\"{\\\"result\\\":1.5,\\\"resultQuality\\\":\\\"bad\\\"}\"}";
    place p = open_place();
    cim_watch *w = NULL;
    uint64_t seed = 11;
    int taken = 0, judged = 0;
    (void)state;
    assert_ok(ctx, try_rules(&p, rules, &w));
    assert_ok(ctx, line(w, lines));
    for (int round = 0; round < 3000; round++) {
        bool file = round % 3 == 0;
        const char *from = file ? rules : lines;
        size_t size = strlen(from);
        char *copy = malloc(size + 1);
        memcpy(copy, from, size + 1);
        for (uint64_t k = 1 + support_random(&seed) % 3; k--;) {
            size_t at = support_random(&seed) % size;
            if (support_random(&seed) % 12 == 0) size = at + 1;
            else copy[at] = support_random(&seed) % 3 ? "0123456789-[]{}\",:eanT\\"[support_random(&seed) % 23] : (char)support_random(&seed);
        }
        if (file) {
            cim_watch *other = NULL;
            cim_status status = cim_watch_open(ctx, p.city, p.sense, copy, size, "r.json", &other);
            assert_true(status == CIM_OK || cim_ctx_error(ctx)[0]);
            taken += status == CIM_OK;
            cim_watch_free(other);
        } else {
            cim_status status = cim_watch_line(ctx, w, copy, size, NULL);
            assert_true(status == CIM_OK || status == CIM_DONE || status == CIM_EFORMAT || status == CIM_ENOTFOUND || status == CIM_EARG);
            judged += status == CIM_OK;
        }
        free(copy);
    }
    print_message("%d of 1000 files and %d of 2000 lines still make sense\n", taken, judged);
    assert_true(taken > 10 && judged > 10);
    cim_watch_free(w);
    close_place(&p);
}

static int set_up(void **state)
{
    (void)state;
    ctx = support_ctx();
    strncpy(path, support_temp("watch.cim"), sizeof path - 1);
    unlink(path);
    support_city(path, 0, objects, sizeof objects / sizeof *objects, relations, sizeof relations / sizeof *relations);
    return ctx ? 0 : -1;
}

static int tear_down(void **state) { return (void)state, cim_ctx_free(ctx), 0; }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alert_watch_refuses), cmocka_unit_test(test_alert_watch_scopes), cmocka_unit_test(test_alert_watch_follows_valves),
        cmocka_unit_test(test_alert_watch_damage),
    };
    return cmocka_run_group_tests_name("alert_watch", tests, set_up, tear_down);
}
