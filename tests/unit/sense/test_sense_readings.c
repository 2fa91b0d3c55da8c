/* test_sense_readings.c - readings of a property: which streams are used, where they are, what those left out lack. */
#include "city.h"
#include "support.h"

#include <math.h>
#include <string.h>

static char path[600];

enum { HOUR = 3600000 };

typedef struct given {
    const char *gid, *unit, *object, *edge;
    double x, y, offset_m;
    uint32_t kind;
    int fate;
    double value, at_x, at_y; /* what is expected of it at hour 10 */
} given;

/* Observations: value v at hour 9, v + 2 at hour 10. */
static const given streams[] = {
    { "own place", "ug", "box", NULL, 5, 6, NAN, 0, CIM_READING_USED, 12, 5, 6 },
    { "of an object", "ug", "box", NULL, NAN, NAN, NAN, 0, CIM_READING_USED, 22, NAN, NAN },
    { "on a street", "ug", NULL, "street", NAN, NAN, 25, 0, CIM_READING_USED, 32, 125, 0 },
    { "past its end", "ug", NULL, "street", NAN, NAN, 1e6, 0, CIM_READING_USED, 42, 200, 100 },
    { "in its middle", "ug", NULL, "street", NAN, NAN, NAN, 0, CIM_READING_USED, 52, 200, 0 },
    { "same place", "ug", NULL, NULL, 5, 6, NAN, 0, CIM_READING_USED, 62, 5, 6 },
    { "nowhere", "ug", NULL, NULL, NAN, NAN, NAN, 0, CIM_READING_NO_PLACE, 72, NAN, NAN },
    { "silent", "ug", NULL, NULL, 1, 1, NAN, 0, CIM_READING_NONE, NAN, 1, 1 },
    { "old", "ug", NULL, NULL, 1, 2, NAN, 0, CIM_READING_OLD, NAN, 1, 2 },
    { "bad", "ug", NULL, NULL, 1, 3, NAN, 0, CIM_READING_BAD, NAN, 1, 3 },
    { "gap", "ug", NULL, NULL, 1, 4, NAN, 0, CIM_READING_BAD, NAN, 1, 4 },
    { "words", "ug", NULL, NULL, 1, 5, NAN, CIM_STREAM_TEXT, CIM_READING_TEXT, NAN, 1, 5 },
    { "parts", "ppb", NULL, NULL, 1, 6, NAN, 0, CIM_READING_UNIT, NAN, 1, 6 },
};
enum { STREAMS = sizeof streams / sizeof *streams };

static uint32_t find(cim_ctx *ctx, cim_city *city, const char *gid)
{
    uint32_t id = CIM_NONE;
    size_t count;
    if (gid) assert_ok(ctx, cim_city_find(ctx, city, gid, &id, 1, &count));
    return id;
}

static void observe(cim_ctx *ctx, cim_sense *sense, uint32_t id, const given *g, double value)
{
    int64_t times[2] = { 9 * HOUR, 10 * HOUR };
    double values[2] = { value, value + 2.0 };
    uint8_t quality[2] = { 0, 0 };
    if (!strcmp(g->gid, "silent")) return;
    if (!strcmp(g->gid, "old")) times[0] = HOUR, times[1] = 2 * HOUR;
    if (!strcmp(g->gid, "bad")) quality[0] = quality[1] = CIM_QUALITY_BAD;
    if (!strcmp(g->gid, "gap")) values[0] = values[1] = NAN;
    if (g->kind == CIM_STREAM_TEXT) assert_ok(ctx, cim_sense_append_text(ctx, sense, id, 9 * HOUR, "fine", 0));
    else assert_ok(ctx, cim_sense_append(ctx, sense, id, times, values, quality, 2));
}

static int make_file(void **state)
{
    static const support_object objects[] = { { .gid = "box", .class_name = "Building", .wkt = "POLYGON((10 10,20 10,20 20,10 20,10 10))" },
                                              { .gid = "street", .class_name = "Section", .wkt = "LINESTRING(100 0,200 0,200 0,200 100)" },
                                              { .gid = "idea", .class_name = "Building" } };
    cim_ctx *ctx = support_ctx();
    cim_sense *sense = NULL;
    cim_sense_options options = CIM_SENSE_OPTIONS_INIT;
    (void)state;
    strncpy(path, support_temp("readings.cim"), sizeof path - 1);
    support_city(path, 0, objects, 3, NULL, 0);
    cim_city *city = support_open(ctx, path);
    options.flags = CIM_SENSE_WRITE;
    assert_ok(ctx, cim_sense_open(ctx, path, &options, &sense));
    for (int i = 0; i < STREAMS; i++) {
        const given *g = &streams[i];
        cim_stream s = CIM_STREAM_INIT;
        uint32_t id;
        s.gid = g->gid, s.property = "NO2", s.unit = g->unit, s.kind = g->kind;
        s.object = find(ctx, city, g->object), s.edge = find(ctx, city, g->edge);
        s.x = g->x, s.y = g->y, s.offset_m = g->offset_m;
        assert_ok(ctx, cim_sense_stream_put(ctx, sense, &s, &id));
        observe(ctx, sense, id, g, 10.0 * (i + 1));
    }
    assert_ok(ctx, cim_sense_finish(ctx, sense));
    cim_sense_free(sense);
    cim_city_free(city);
    cim_ctx_free(ctx);
    return 0;
}

typedef struct opened {
    cim_ctx *ctx;
    cim_city *city;
    cim_sense *sense;
    cim_readings_options o;
} opened;

static opened open_all(void)
{
    opened p = { .ctx = support_ctx(), .o = CIM_READINGS_OPTIONS_INIT };
    p.city = support_open(p.ctx, path);
    assert_ok(p.ctx, cim_sense_open(p.ctx, path, NULL, &p.sense));
    p.o.property = "NO2", p.o.unit = "ug", p.o.at_ms = 10 * HOUR;
    return p;
}

static void close_all(opened *p)
{
    cim_sense_free(p->sense);
    cim_city_free(p->city);
    cim_ctx_free(p->ctx);
}

static bool same(double a, double b) { return a == b || (isnan(a) && isnan(b)); }

static void test_readings(void **state)
{
    opened p = open_all();
    cim_readings *r = NULL;
    cim_readings_view v = { .struct_size = sizeof v };
    static const uint32_t place[] = { 0, 1, 2, 3, 4, 0 };
    (void)state;
    assert_ok(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &p.o, &r));
    cim_readings_get(r, &v);
    assert_int_equal(v.count, STREAMS);
    assert_int_equal(v.used_count, 6);
    assert_string_equal(v.unit, "ug");
    assert_true(v.from_ms == v.at_ms && v.at_ms == 10 * HOUR);
    for (int i = 0; i < STREAMS; i++) {
        const cim_reading *one = &v.readings[i];
        assert_int_equal(one->fate, streams[i].fate);
        if (one->fate != CIM_READING_NO_PLACE) assert_true(same(one->value, streams[i].value));
        if (i == 1) assert_true(one->x > 10.0 && one->x < 20.0 && one->y > 10.0 && one->y < 20.0);
        else assert_true(same(one->x, streams[i].at_x) && same(one->y, streams[i].at_y));
        if (i < 6) assert_true(one->place == place[i] && v.values[i] == one->value && v.xy[2 * i] == one->x && v.xy[2 * i + 1] == one->y);
        else assert_int_equal(one->place, CIM_NONE);
        assert_true(strlen(cim_reading_fate(one->fate)) > 2);
    }
    assert_string_equal(cim_reading_fate(99), "");
    cim_field *f = NULL;
    cim_field_view field = { .struct_size = sizeof field };
    cim_field_options o = CIM_FIELD_OPTIONS_INIT;
    o.method = CIM_FIELD_DISTANCE;
    assert_ok(p.ctx, cim_field_build(p.ctx, v.xy, v.values, v.used_count, &o, &f));
    cim_field_get(f, &field);
    assert_int_equal(field.place_count, 5);
    double estimate[5], at[2] = { 5, 6 }, value; /* place numbers are those of the field */
    cim_field_errors e = { .struct_size = sizeof e };
    assert_ok(p.ctx, cim_field_leave_out(p.ctx, f, &e, estimate, NULL));
    assert_ok(p.ctx, cim_field_values(p.ctx, f, at, 1, &value, NULL));
    assert_true(value == 37.0);
    cim_field_free(f);
    cim_readings_free(r);
    close_all(&p);
}

static void test_readings_times(void **state)
{
    opened p = open_all();
    cim_readings *r = NULL;
    cim_readings_view v = { .struct_size = sizeof v };
    (void)state;
    p.o.at_ms = 10 * HOUR - 1; /* before the second observation */
    assert_ok(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &p.o, &r));
    cim_readings_get(r, &v);
    assert_true(v.readings[0].value == 10.0 && v.readings[0].time_ms == 9 * HOUR);
    cim_readings_free(r);
    p.o.at_ms = CIM_TIME_MAX_MS, p.o.max_age_ms = CIM_TIME_MAX_MS; /* the newest, however old */
    assert_ok(p.ctx, cim_readings_take(p.ctx, NULL, p.sense, &p.o, &r));
    cim_readings_get(r, &v);
    assert_true(v.at_ms == 10 * HOUR && v.readings[8].fate == CIM_READING_USED && v.readings[8].value == 92.0);
    assert_int_equal(v.readings[1].fate, CIM_READING_NO_PLACE); /* no city, no places of objects */
    assert_int_equal(v.used_count, 3);
    cim_readings_free(r);
    p.o.mean_ms = 2 * HOUR; /* to just after the newest */
    assert_ok(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &p.o, &r));
    cim_readings_get(r, &v);
    assert_true(v.readings[0].value == 11.0 && v.readings[0].count == 2);
    assert_int_equal(v.readings[8].fate, CIM_READING_NONE);
    assert_int_equal(v.readings[9].fate, CIM_READING_BAD);
    cim_readings_free(r);
    p.o.at_ms = 10 * HOUR, p.o.mean_ms = HOUR; /* the end is not in it */
    assert_ok(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &p.o, &r));
    cim_readings_get(r, &v);
    assert_true(v.readings[0].value == 10.0 && v.from_ms == 9 * HOUR);
    cim_readings_free(r);
    p.o.at_ms = CIM_TIME_MIN_MS, p.o.mean_ms = CIM_TIME_MAX_MS;
    assert_ok(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &p.o, &r));
    cim_readings_get(r, &v);
    assert_int_equal(v.used_count, 0);
    cim_readings_free(r);
    close_all(&p);
}

static void test_readings_refuse(void **state)
{
    opened p = open_all();
    cim_readings *r = NULL;
    cim_readings_options bad = p.o;
    double xy[4];
    uint32_t ids[2] = { find(p.ctx, p.city, "idea"), find(p.ctx, p.city, "box") };
    (void)state;
    bad.unit = NULL;
    assert_status(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &bad, &r), CIM_EARG);
    bad = p.o, bad.property = NULL;
    assert_status(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &bad, &r), CIM_EARG);
    bad = p.o, bad.property = "NO9";
    assert_status(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &bad, &r), CIM_ENOTFOUND);
    bad = p.o, bad.at_ms = INT64_MIN;
    assert_status(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &bad, &r), CIM_EARG);
    bad = p.o, bad.mean_ms = -1;
    assert_status(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &bad, &r), CIM_EARG);
    bad = p.o, bad.max_age_ms = INT64_MAX;
    assert_status(p.ctx, cim_readings_take(p.ctx, p.city, p.sense, &bad, &r), CIM_EARG);
    assert_status(p.ctx, cim_readings_take(p.ctx, p.city, NULL, &p.o, &r), CIM_EARG);
    assert_null(r);
    cim_readings_free(NULL);
    assert_ok(p.ctx, cim_readings_places(p.ctx, p.city, ids, 2, xy));
    assert_true(isnan(xy[0]) && xy[2] > 10.0 && xy[2] < 20.0);
    ids[1] = 4000000000u;
    assert_status(p.ctx, cim_readings_places(p.ctx, p.city, ids, 2, xy), CIM_ENOTFOUND);
    assert_status(p.ctx, cim_readings_places(p.ctx, NULL, ids, 2, xy), CIM_EARG);
    assert_ok(p.ctx, cim_readings_places(p.ctx, p.city, NULL, 0, NULL));
    close_all(&p);
}

static cim_status take(cim_ctx *ctx)
{
    cim_city *city = NULL;
    cim_sense *sense = NULL;
    cim_readings *r = NULL;
    cim_readings_options o = CIM_READINGS_OPTIONS_INIT;
    uint32_t id = 1;
    double xy[2];
    o.property = "NO2", o.unit = "ug", o.mean_ms = HOUR, o.at_ms = 10 * HOUR;
    cim_status st = cim_city_open(ctx, path, NULL, &city);
    if (st >= 0) st = cim_sense_open(ctx, path, NULL, &sense);
    if (st >= 0) st = cim_readings_take(ctx, city, sense, &o, &r);
    if (st >= 0) st = cim_readings_places(ctx, city, &id, 1, xy);
    cim_readings_free(r);
    cim_sense_free(sense);
    cim_city_free(city);
    return st;
}

static void test_readings_oom(void **state)
{
    (void)state;
    support_fault_loop("readings", take, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_readings), cmocka_unit_test(test_readings_times), cmocka_unit_test(test_readings_refuse),
                                        cmocka_unit_test(test_readings_oom) };
    return cmocka_run_group_tests_name("sense: readings", tests, make_file, NULL);
}
