/* test_sense_files.c - files of observations: what they say, what they say when they are damaged, and out and in again. */
#include "city.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char sta[] =
    "{\"@iot.count\":1,\"@iot.nextLink\":\"http://x.example/2\",\"value\":[{\"@iot.id\":7,\"name\":\"a\",\"properties\":{\"osm\":\"node/1\"},\"Locations\":[{\"name\":\"l\",\"location\":"
    "{\"type\":\"Point\",\"coordinates\":[9.0,48.5,300]}}],\"Datastreams\":[{\"@iot.id\":\"d\",\"name\":\"n\",\"unitOfMeasurement\":{\"symbol\":\"m\"},\"ObservedProperty\":{\"name\":\"level\"},"
    "\"Observations\":[{\"phenomenonTime\":\"2024-01-01T00:00:00Z\",\"result\":1.5},{\"phenomenonTime\":\"2024-01-01T00:00:00Z/2024-01-01T01:00:00Z\",\"result\":null,\"resultQuality\":\"bad\"},"
    "{\"result\":3},{\"phenomenonTime\":\"2024-01-01T02:00:00Z\",\"result\":{\"a\":1}}]}],\"MultiDatastreams\":[{\"@iot.id\":\"m\",\"ObservedProperties\":[{\"name\":\"p\"},{\"name\":\"q\"}],"
    "\"unitOfMeasurements\":[{\"symbol\":\"s\"},{\"symbol\":\"t\"}],\"Observations\":[{\"phenomenonTime\":\"2024-01-01T00:00:00Z\",\"result\":[1,2]}]}]}]}";
static const char array[] = "[{\"Datastream\":{\"@iot.id\":\"d\"},\"components\":[\"result\",\"phenomenonTime\"],\"dataArray\":[[4.5,\"2024-01-02T00:00:00Z\"],[5,\"x\"],7]}]";
static const char ngsi[] = "{\"id\":\"urn:ngsi-ld:X:1\",\"type\":\"X\",\"dateObserved\":{\"type\":\"Property\",\"value\":\"2024-01-01T00:00:00Z\"},\"no2\":{\"type\":\"Property\",\"value\":12,"
                           "\"unitCode\":\"GQ\"},\"t\":{\"type\":\"Property\",\"values\":[[1,\"2024-01-01T00:00:00Z\"],[2,\"2024-01-01T01:00:00Z\"]]},\"level\":{\"type\":\"Property\","
                           "\"value\":\"low\",\"observedAt\":\"2024-01-01T05:00:00Z\"},\"location\":{\"type\":\"GeoProperty\",\"value\":{\"type\":\"Point\",\"coordinates\":[9,48]}}}";
static const char lines[] = "{\"stream\":\"a\",\"time\":\"2024-01-01\",\"value\":1}\n\n{\"stream\":\"b\",\"time\":1704067200,\"value\":true}\n{\"thing\":\"x\",\"property\":\"y\",\"time\":\"2024-01-01\","
                            "\"value\":\"t\"}\n{\"phenomenonTime\":\"2024-01-01T00:00:00Z\",\"result\":9,\"Datastream\":{\"@iot.id\":\"z\"}}\r\n";
static const char csv[] = "\xef\xbb\xbftime;stream;value;quality\n2024-01-01;\"a;\"\"b\";1,5;1\n2024-01-01 01:00;c;2.5;1\n2024-01-01T02:00:00+01:00;c;;0\n";

static const struct {
    const char *text, *format, *name;
    uint64_t observations, streams;
} files[] = {
    { sta, "sensorthings", "sta.json", 4, 3 }, { array, "sensorthings", "array.json", 1, 1 }, { ngsi, "ngsi-ld", "ngsi.json", 4, 3 }, { lines, "ndjson", "lines.ndjson", 4, 4 }, { csv, "csv", "rows.csv", 3, 2 },
};
enum { FILES = sizeof files / sizeof *files };

static cim_sense *in_memory(cim_ctx *ctx)
{
    cim_sense *sense = NULL;
    assert_ok(ctx, cim_sense_open(ctx, NULL, NULL, &sense));
    return sense;
}

static cim_sense_counts counts_of(cim_ctx *ctx, cim_sense *sense)
{
    cim_sense_counts c = { .struct_size = sizeof c };
    assert_ok(ctx, cim_sense_counters(ctx, sense, &c));
    return c;
}

static void test_sense_formats(void **state)
{
    cim_ctx *ctx = support_ctx();
    (void)state;
    for (size_t i = 0; i < FILES; i++) {
        cim_sense *sense = in_memory(ctx);
        cim_buf report = CIM_BUF_INIT;
        const char *path = support_temp(files[i].name);
        char format[60];
        support_write(path, files[i].text, strlen(files[i].text));
        assert_ok(ctx, cim_sense_ingest(ctx, sense, path, NULL, &report));
        snprintf(format, sizeof format, "\"format\":\"%s\"", files[i].format);
        assert_non_null(strstr(report.data, format));
        assert_non_null(strstr(report.data, "\"unaccounted\":0"));
        assert_int_equal(counts_of(ctx, sense).appended, files[i].observations);
        assert_int_equal(counts_of(ctx, sense).streams, files[i].streams);
        cim_buf_dispose(&report);
        cim_sense_free(sense);
    }
    cim_ctx_free(ctx);
}

static void test_sense_values_of_files(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_sense *sense = in_memory(ctx);
    cim_stream_filter f = CIM_STREAM_FILTER_INIT;
    cim_stream s = { .struct_size = sizeof s };
    uint32_t id = 0;
    size_t count = 0;
    int64_t times[4];
    double values[4];
    uint8_t qualities[4];
    const char *path = support_temp("sta.json");
    (void)state;
    support_write(path, sta, sizeof sta - 1);
    assert_ok(ctx, cim_sense_ingest(ctx, sense, path, NULL, NULL));
    f.gid = "d";
    assert_ok(ctx, cim_sense_find(ctx, sense, &f, &id, 1, &count));
    assert_ok(ctx, cim_sense_window(ctx, sense, id, CIM_TIME_MIN_MS, CIM_TIME_MAX_MS, times, values, qualities, 4, &count));
    assert_int_equal(count, 2);
    assert_true(times[0] == 1704067200000 && values[0] == 1.5 && times[1] == 1704070800000 && isnan(values[1]) && qualities[1] == CIM_QUALITY_BAD);
    assert_ok(ctx, cim_sense_stream(ctx, sense, id, &s));
    assert_string_equal(s.thing, "7");
    assert_string_equal(s.property, "level");
    assert_string_equal(s.unit, "m");
    f.gid = "m/q";
    assert_ok(ctx, cim_sense_find(ctx, sense, &f, &id, 1, &count));
    assert_ok(ctx, cim_sense_stream(ctx, sense, id, &s));
    assert_string_equal(s.unit, "t");
    cim_sense_free(sense);
    cim_ctx_free(ctx);
}

static void test_sense_file_refusals(void **state)
{
    static const char *const bad[] = { "", "{", "[]", "{\"a\":1}", "{\"@iot.id\":", "stream,time\n", "time,stream,value\nx,y,z\n", "time,stream,value\n2024-01-01,\"y,1\n", "{\"stream\":\"a\"}\n{\"b\":1}\n",
                                       "<xml/>" };
    cim_ctx *ctx = support_ctx();
    cim_ingest_options o = CIM_INGEST_OPTIONS_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cim_sense *sense = in_memory(ctx);
        const char *path = support_temp("bad");
        support_write(path, bad[i], strlen(bad[i]));
        if (i != 2) assert_status(ctx, cim_sense_ingest(ctx, sense, path, NULL, NULL), CIM_EFORMAT);
        cim_sense_free(sense);
    }
    cim_sense *sense = in_memory(ctx);
    const char *path = support_temp("rows.csv");
    support_write(path, "time,stream,value\nx,y,z\n2024-01-01,y,1\n", 39);
    o.format = "nothing";
    assert_status(ctx, cim_sense_ingest(ctx, sense, path, &o, NULL), CIM_EARG);
    o.format = NULL;
    o.flags = CIM_INGEST_KEEP_GOING;
    assert_status(ctx, cim_sense_ingest(ctx, sense, path, &o, NULL), CIM_DONE);
    assert_int_equal(counts_of(ctx, sense).appended, 1);
    o.flags = CIM_INGEST_KNOWN_ONLY;
    support_write(path, "time,stream,value\n2024-01-01,new,1\n2024-01-02,y,1\n", 51);
    assert_ok(ctx, cim_sense_ingest(ctx, sense, path, &o, NULL));
    assert_int_equal(counts_of(ctx, sense).appended, 2);
    assert_int_equal(counts_of(ctx, sense).streams, 1);
    assert_status(ctx, cim_sense_ingest(ctx, sense, support_temp("absent"), NULL, NULL), CIM_EIO);
    cim_sense_free(sense);
    cim_ctx_free(ctx);
}

/* 10,000 damaged files: whatever comes of them, the store is sound, and what is said adds up. */
static void test_sense_damaged_files(void **state)
{
    uint64_t seed = 11, taken = 0;
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("damaged");
    cim_ingest_options o = CIM_INGEST_OPTIONS_INIT;
    (void)state;
    for (int round = 0; round < 10000; round++) {
        size_t which = (size_t)round % FILES, size = strlen(files[which].text);
        char *copy = malloc(size + 1);
        cim_sense *sense = in_memory(ctx);
        cim_buf report = CIM_BUF_INIT;
        uint64_t faults = 1;
        memcpy(copy, files[which].text, size + 1);
        for (uint64_t n = 1 + support_random(&seed) % 4; n > 0; n--) copy[support_random(&seed) % size] = "{}[]\",:0123456789eE-.\n\\u\xff\0atTZ"[support_random(&seed) % 31];
        if (support_random(&seed) % 5 == 0) size = (size_t)(support_random(&seed) % size);
        support_write(path, copy, size);
        o.format = files[which].format;
        o.flags = support_random(&seed) % 2 ? CIM_INGEST_KEEP_GOING : 0;
        cim_status st = cim_sense_ingest(ctx, sense, path, &o, &report);
        assert_true(st >= 0 || st == CIM_EFORMAT || st == CIM_ELIMIT);
        if (st >= 0) assert_non_null(strstr(report.data, "\"unaccounted\":0"));
        taken += st >= 0;
        assert_ok(ctx, cim_sense_finish(ctx, sense));
        assert_ok(ctx, cim_sense_check(ctx, sense, NULL, NULL, &faults, NULL));
        assert_int_equal(faults, 0);
        cim_buf_dispose(&report);
        cim_sense_free(sense);
        free(copy);
    }
    assert_true(taken > 500 && taken < 9500);
    cim_ctx_free(ctx);
}

/* The town's week out and in again: the same text. */
static void test_sense_out_and_in(void **state)
{
    static const char *const formats[] = { "sensorthings", "csv", "ndjson" };
    cim_ctx *ctx = support_ctx();
    cim_sense *sense = in_memory(ctx);
    cim_sense_export_options e = CIM_SENSE_EXPORT_OPTIONS_INIT;
    cim_buf wanted = CIM_BUF_INIT;
    (void)state;
    assert_ok(ctx, cim_sense_ingest(ctx, sense, support_own("town-sensors.json.gz"), NULL, NULL));
    assert_int_equal(counts_of(ctx, sense).appended, 22657);
    e.format = "csv";
    assert_ok(ctx, cim_sense_export(ctx, sense, &e, &wanted));
    for (size_t i = 0; i < 3; i++) {
        cim_sense *again = in_memory(ctx);
        cim_buf text = CIM_BUF_INIT, got = CIM_BUF_INIT;
        cim_ingest_options o = CIM_INGEST_OPTIONS_INIT;
        const char *path = support_temp("out");
        e.format = o.format = formats[i];
        assert_ok(ctx, cim_sense_export(ctx, sense, &e, &text));
        support_write(path, text.data, text.size);
        assert_ok(ctx, cim_sense_ingest(ctx, again, path, &o, NULL));
        e.format = i ? "ndjson" : "csv"; /* JSON lines say nothing of units */
        cim_buf_dispose(&text);
        assert_ok(ctx, cim_sense_export(ctx, sense, &e, &text));
        assert_ok(ctx, cim_sense_export(ctx, again, &e, &got));
        assert_int_equal(got.size, text.size);
        assert_memory_equal(got.data, text.data, text.size);
        cim_buf_dispose(&text);
        cim_buf_dispose(&got);
        cim_sense_free(again);
    }
    e.format = "nothing";
    cim_buf none = CIM_BUF_INIT;
    assert_status(ctx, cim_sense_export(ctx, sense, &e, &none), CIM_EARG);
    cim_buf_dispose(&wanted);
    cim_sense_free(sense);
    cim_ctx_free(ctx);
}

/* Seven properties with a number and no time of their own; the entity's time is a relationship, which is wrong of the sample, but plain. */
static void test_sense_water(void **state)
{
    SUPPORT_NEED(file, "sensor/ngsi/WaterObserved/example-normalized.jsonld");
    static const char *const names[7] = { "flow", "height", "measuredArea", "objectArea", "objectHeightAverage", "objectHeightMax", "objectVolume" };
    static const double values[7] = { 12, 3.52, 250, 35, 1.75, 2.25, 17.5 };
    cim_ctx *ctx = support_ctx();
    cim_sense *sense = in_memory(ctx);
    (void)state;
    assert_ok(ctx, cim_sense_ingest(ctx, sense, file, NULL, NULL));
    assert_int_equal(counts_of(ctx, sense).appended, 7);
    for (size_t i = 0; i < 7; i++) {
        cim_stream_filter f = CIM_STREAM_FILTER_INIT;
        uint32_t id = 0;
        size_t count = 0;
        int64_t time = 0;
        double value = 0.0;
        f.property = names[i];
        assert_ok(ctx, cim_sense_find(ctx, sense, &f, &id, 1, &count));
        assert_ok(ctx, cim_sense_window(ctx, sense, id, INT64_MIN, INT64_MAX, &time, &value, NULL, 1, &count));
        assert_int_equal(count, 1);
        assert_true(value == values[i] && time == 1584434700209);
    }
    cim_sense_free(sense);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sense_formats),       cmocka_unit_test(test_sense_values_of_files), cmocka_unit_test(test_sense_file_refusals),
        cmocka_unit_test(test_sense_damaged_files), cmocka_unit_test(test_sense_out_and_in),     cmocka_unit_test(test_sense_water),
    };
    return cmocka_run_group_tests_name("sense: files", tests, NULL, NULL);
}
