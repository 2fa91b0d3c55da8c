/* test_sense_faults.c - memory that runs out while observations are added and asked for. */
#include "city.h"
#include "support.h"

static char path[600];

static cim_status ask(cim_ctx *ctx, cim_sense *sense, uint32_t id)
{
    int64_t times[100];
    double values[100];
    size_t count = 0;
    const double percentiles[1] = { 50.0 };
    double found[100];
    cim_bucket buckets[100];
    cim_rollup r = CIM_ROLLUP_INIT;
    cim_observation all[4];
    r.bucket_ms = 1000;
    r.percentiles = percentiles;
    r.percentile_count = 1;
    cim_status st = cim_sense_window(ctx, sense, id, 0, 100000, times, values, NULL, 100, &count);
    if (st >= 0) st = cim_sense_rollup(ctx, sense, id, &r, buckets, found, 100, &count);
    return st < 0 ? st : cim_sense_snapshot(ctx, sense, NULL, CIM_TIME_MAX_MS, 0, all, 4, &count);
}

static cim_status use_sense(cim_ctx *ctx)
{
    cim_sense *sense = NULL;
    cim_sense_options options = CIM_SENSE_OPTIONS_INIT;
    cim_stream s = CIM_STREAM_INIT;
    int64_t times[60];
    double values[60];
    uint32_t id = 0, words = 0;
    options.flags = CIM_SENSE_WRITE;
    options.chunk_values = 16;
    options.who = "a test";
    s.gid = "one";
    for (int i = 0; i < 60; i++) {
        times[i] = i % 7 ? i * 1000 : i;
        values[i] = i * 0.5;
    }
    cim_status st = cim_sense_open(ctx, path, &options, &sense);
    if (st >= 0) st = cim_sense_stream_put(ctx, sense, &s, &id);
    if (st >= 0) st = cim_sense_append(ctx, sense, id, times, values, NULL, 60);
    if (st >= 0) st = ask(ctx, sense, id);
    s.gid = "two";
    s.kind = CIM_STREAM_TEXT;
    if (st >= 0) st = cim_sense_stream_put(ctx, sense, &s, &words);
    if (st >= 0) st = cim_sense_append_text(ctx, sense, words, 5, "open", 0);
    if (st >= 0) st = cim_sense_finish(ctx, sense);
    if (st >= 0) st = cim_sense_append(ctx, sense, id, times, values, NULL, 20);
    if (st >= 0) st = cim_sense_finish(ctx, sense);
    cim_sense_free(sense);
    if (st < 0) return st;
    sense = NULL;
    st = cim_sense_open(ctx, path, NULL, &sense);
    if (st >= 0) st = ask(ctx, sense, id);
    cim_sense_free(sense);
    return st < 0 ? st : CIM_OK;
}

static int make_file(void **state)
{
    static const support_object object = { .gid = "a", .class_name = "Building", .wkt = "POLYGON((0 0,1 0,1 1,0 0))" };
    (void)state;
    strncpy(path, support_temp("fault.cim"), sizeof path - 1);
    support_city(path, 0, &object, 1, NULL, 0);
    return 0;
}

static void test_sense_oom(void **state)
{
    (void)state;
    support_fault_loop("sense", use_sense, 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sense_oom) };
    return cmocka_run_group_tests_name("sense: faults", tests, make_file, NULL);
}
