/* test_utility_say.c - states of objects and streams of states. */
#include "utilities.h"

#include <stdio.h>
#include <string.h>

static const support_object objects[] = {
    { .gid = "w:s", .class_name = "Tank", .wkt = "POINT(0 0)", .values = "network=water" },
    { .gid = "w:p1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = "network=water" },
    { .gid = "w:v", .class_name = "Valve", .wkt = "POINT(10 0)", .values = "network=water" },
    { .gid = "w:p2", .class_name = "Pipe", .wkt = "LINESTRING(10 0,20 0)", .values = "network=water" },
    { .gid = "w:n", .class_name = "UtilityNode", .wkt = "POINT(20 0)", .values = "network=water" },
    { .gid = "w:p3", .class_name = "Pipe", .wkt = "LINESTRING(20 0,30 0)", .values = "network=water" },
    { .gid = "w:h", .class_name = "Hydrant", .wkt = "POINT(30 0)", .values = "network=water" },
    { .gid = "e:g", .class_name = "Generator", .wkt = "POINT(0 9)", .values = "network=power" },
    { .gid = "e:c", .class_name = "Cable", .wkt = "LINESTRING(0 9,10 9)", .values = "network=power" },
    { .gid = "e:sw", .class_name = "Switch", .wkt = "POINT(10 9)", .values = "network=power" },
    { .gid = "e:c2", .class_name = "Cable", .wkt = "LINESTRING(10 9,20 9)", .values = "network=power;status=disused" },
    { .gid = "e:v", .class_name = "Pole", .wkt = "POINT(20 9)", .values = "network=power" },
    { .gid = "x:twice", .class_name = "Pole", .wkt = "POINT(40 9)", .values = "network=power" },
    { .gid = "y:twice", .class_name = "Pole", .wkt = "POINT(50 9)", .values = "network=power" },
    { .gid = "b:1", .class_name = "Building", .wkt = "POLYGON((10 10,20 10,20 20,10 20,10 10))" },
};
static const support_relation relations[] = { { "w:n", CIM__R_SERVES, "b:1", NULL } };

typedef struct watch {
    utilities u;
    cim_trace_status *status;
    cim_trace_query *query;
} watch;

static watch begin(void)
{
    watch w = { .u = UTILITIES(objects, relations) };
    assert_ok(w.u.ctx, cim_trace_status_new(w.u.ctx, cim_utility_network(w.u.utility), NULL, NULL, &w.status));
    assert_ok(w.u.ctx, cim_trace_query_new(w.u.ctx, cim_utility_network(w.u.utility), &w.query));
    return w;
}

static void end(watch *w)
{
    cim_trace_query_free(w->query);
    cim_trace_status_free(w->status);
    utilities_done(&w->u);
}

static bool among(const cim_trace_result *r, uint32_t element)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->elements[i] == element) return true;
    return false;
}

/* Does the object hang on the source, after all that was said? */
static bool reaches(watch *w, const char *source, const char *gid)
{
    uint32_t from, to[4];
    cim_trace_result r = { .struct_size = sizeof r };
    assert_ok(w->u.ctx, cim_trace_status_publish(w->u.ctx, w->status, NULL));
    cim_trace_view *view = cim_trace_status_view(w->status);
    assert_int_equal(elements_of(&w->u, source, &from, 1), 1);
    size_t n = elements_of(&w->u, gid, to, 4);
    assert_in_range(n, 1, 4);
    uint32_t element = to[0];
    assert_ok(w->u.ctx, cim_trace_find(w->u.ctx, view, w->query, CIM_TRACE_DOWNSTREAM, &from, 1, NULL, &r));
    bool found = among(&r, element);
    cim_trace_view_free(view);
    return found;
}

static void say(watch *w, const char *gid, uint32_t state, cim_status wanted)
{
    assert_status(w->u.ctx, cim_utility_say(w->u.ctx, w->u.utility, w->status, object_named(&w->u, gid), state), wanted);
}

static void test_say(void **state)
{
    static const char *const stops[] = { "w:v", "w:p2", "w:n", "w:p3" }; /* valve, line, node, line */
    (void)state;
    watch w = begin();
    assert_true(reaches(&w, "w:s", "w:h"));
    for (int i = 0; i < 4; i++) {
        say(&w, stops[i], CIM_UTILITY_CLOSED, CIM_OK);
        assert_false(reaches(&w, "w:s", "w:h"));
        assert_true(reaches(&w, "w:s", "w:p1"));
        say(&w, stops[i], CIM_UTILITY_OPEN, CIM_OK);
        assert_true(reaches(&w, "w:s", "w:h"));
        if (!i) continue;
        say(&w, stops[i], CIM_UTILITY_OUT, CIM_OK);
        assert_false(reaches(&w, "w:s", "w:h"));
        say(&w, stops[i], CIM_UTILITY_IN, CIM_OK);
        assert_true(reaches(&w, "w:s", "w:h"));
    }
    say(&w, "w:v", CIM_UTILITY_CLOSED, CIM_OK); /* a valve that is taken out lets pass */
    say(&w, "w:v", CIM_UTILITY_OUT, CIM_OK);
    assert_true(reaches(&w, "w:s", "w:h"));
    say(&w, "w:v", CIM_UTILITY_IN, CIM_OK);
    assert_false(reaches(&w, "w:s", "w:h"));
    end(&w);
}

static void test_say_out_of_the_city(void **state)
{
    (void)state;
    watch w = begin();
    assert_false(reaches(&w, "e:g", "e:v"));
    say(&w, "e:c2", CIM_UTILITY_CLOSED, CIM_OK);
    say(&w, "e:c2", CIM_UTILITY_OPEN, CIM_OK); /* opening does not put a disused cable into service */
    assert_false(reaches(&w, "e:g", "e:v"));
    say(&w, "e:c2", CIM_UTILITY_IN, CIM_OK);
    assert_true(reaches(&w, "e:g", "e:v"));
    end(&w);
}

/* A valve that is stuck is not among those to shut. */
static void test_say_stuck(void **state)
{
    uint32_t burst, valve;
    cim_trace_isolation i = { .struct_size = sizeof i };
    (void)state;
    watch w = begin();
    elements_of(&w.u, "w:p2", &burst, 1);
    devices_of(&w.u, "w:v", &valve, 1);
    for (int round = 0; round < 3; round++) {
        if (round) say(&w, "w:v", round == 1 ? CIM_UTILITY_STUCK : CIM_UTILITY_FREE, CIM_OK);
        assert_ok(w.u.ctx, cim_trace_status_publish(w.u.ctx, w.status, NULL));
        cim_trace_view *view = cim_trace_status_view(w.status);
        assert_ok(w.u.ctx, cim_trace_isolate(w.u.ctx, view, w.query, &burst, 1, NULL, 0, &i));
        assert_int_equal(i.shut_count, round != 1);
        if (round != 1) assert_int_equal(i.shut[0], valve);
        cim_trace_view_free(view);
    }
    end(&w);
}

static void test_say_refusals(void **state)
{
    (void)state;
    watch w = begin();
    say(&w, "b:1", CIM_UTILITY_OUT, CIM_ENOTFOUND); /* supplied, but no part of the network */
    say(&w, "w:v", 6, CIM_EARG);
    assert_status(w.u.ctx, cim_utility_say(w.u.ctx, w.u.utility, w.status, 999999, CIM_UTILITY_OPEN), CIM_ENOTFOUND);
    assert_status(w.u.ctx, cim_utility_say(w.u.ctx, w.u.utility, NULL, 1, CIM_UTILITY_OPEN), CIM_EARG);
    assert_true(reaches(&w, "w:s", "w:h"));
    end(&w);
}

/* ---- feeds ---- */

static cim_utility_feed feed(watch *w, const char *text, cim_status wanted)
{
    cim_utility_feed f = { .struct_size = sizeof f };
    assert_status(w->u.ctx, cim_utility_feed_read(w->u.ctx, w->u.utility, w->u.city, w->status, text, strlen(text), &f), wanted);
    return f;
}

static void test_feed_csv(void **state)
{
    (void)state;
    watch w = begin();
    cim_utility_feed f = feed(&w,
                              "\xef\xbb\xbfstate,name,id,time\r\n"
                              "closed,\"a, \"\"b\"\"\",w:v,2026-11-22T08:00:00Z\r\n"
                              "\r\n"
                              "open,,v,2026-11-22T07:00:00Z\n"          /* late; e:v and w:v: several */
                              "open,,w:v,2026-11-22T08:30:00+01:00\n"   /* late: 07:30 */
                              "STUCK,,sw,1795335300000\n"               /* without its prefix */
                              "open,,w:nothing,\n"
                              "out,,twice,\n"
                              "perhaps,,w:h,\n"
                              "open,,w:h,yesterday\n"
                              "open,,w:h\n",
                              CIM_OK);
    assert_int_equal(f.row_count, 9);
    assert_int_equal(f.applied_count, 2);
    assert_int_equal(f.late_count, 1);
    assert_int_equal(f.unknown_count, 1);
    assert_int_equal(f.bad_count, 5);
    assert_string_equal(f.first_bad, "line 4: several objects have the id \"v\"");
    assert_true(f.as_of_ms == 1795335300000);
    assert_false(reaches(&w, "w:s", "w:h"));
    end(&w);
}

static void test_feed_json(void **state)
{
    (void)state;
    watch w = begin();
    say(&w, "e:c2", CIM_UTILITY_IN, CIM_OK);
    cim_utility_feed f = feed(&w,
                              "{\"id\":\"w:v\",\"state\":0,\"time\":1000}\n"
                              "{\"id\":\"w:v\",\"state\":\"on\",\"time\":\"1970-01-01T00:00:00.500Z\",\"other\":[1]}\n"
                              "{\"id\":\"e:sw\",\"state\":\"open\"}\n"
                              "{\"id\":null,\"state\":\"open\"}\n"
                              "{\"id\":\"w:v\"\n",
                              CIM_OK);
    assert_int_equal(f.row_count, 5);
    assert_int_equal(f.applied_count, 2);
    assert_int_equal(f.late_count, 1);
    assert_int_equal(f.bad_count, 2);
    assert_string_equal(f.first_bad, "line 4: no id");
    assert_true(f.as_of_ms == 1000);
    assert_false(reaches(&w, "w:s", "w:h"));
    assert_false(reaches(&w, "e:g", "e:c2")); /* an open switch lets nothing pass */
    f = feed(&w, "{\"id\":\"e:sw\",\"state\":\"closed\"}\n{\"id\":\"w:v\",\"state\":true}", CIM_OK);
    assert_int_equal(f.applied_count, 2);
    assert_true(reaches(&w, "w:s", "w:h") && reaches(&w, "e:g", "e:c2"));
    end(&w);
}

static void test_feed_refusals(void **state)
{
    static const char *const texts[] = { "", "\n\n", "id,time\n", "id,state,id\n", "id,\"state\n", "id,state\nw:v,perhaps\n", "{\"id\":1}\n", "[1]\n" };
    char head[400] = "id,state";
    (void)state;
    watch w = begin();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) feed(&w, texts[i], CIM_EFORMAT);
    for (int i = 0; i < 70; i++) strcat(head, ",x");
    feed(&w, head, CIM_EFORMAT);
    feed(&w, "id,state\n", CIM_OK);
    assert_status(w.u.ctx, cim_utility_feed_read(w.u.ctx, w.u.utility, w.u.city, w.status, NULL, 3, NULL), CIM_EARG);
    assert_true(reaches(&w, "w:s", "w:h"));
    end(&w);
}

static void test_feed_random_bytes(void **state_)
{
    static const char alphabet[] = "{}\":,\n\r id state w:v closed 0192-T:Z\\\x80";
    uint64_t state = 3;
    (void)state_;
    watch w = begin();
    for (int i = 0; i < 20000; i++) {
        char text[200];
        size_t n = support_random(&state) % 190;
        snprintf(text, sizeof text, "%s", i % 3 ? "" : "id,state,time\n");
        for (size_t k = strlen(text); k < n; k++) text[k] = alphabet[support_random(&state) % (sizeof alphabet - 1)], text[k + 1] = 0;
        cim_utility_feed f = { .struct_size = sizeof f };
        cim_status st = cim_utility_feed_read(w.u.ctx, w.u.utility, w.u.city, w.status, text, strlen(text), &f);
        assert_true(st == CIM_OK || st == CIM_EFORMAT);
        if (st == CIM_OK) assert_int_equal(f.row_count, f.applied_count + f.bad_count + f.unknown_count + f.late_count);
    }
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_say),       cmocka_unit_test(test_say_out_of_the_city), cmocka_unit_test(test_say_stuck),
                                        cmocka_unit_test(test_say_refusals), cmocka_unit_test(test_feed_csv),         cmocka_unit_test(test_feed_json),
                                        cmocka_unit_test(test_feed_refusals), cmocka_unit_test(test_feed_random_bytes) };
    return cmocka_run_group_tests_name("utility say", tests, NULL, NULL);
}
