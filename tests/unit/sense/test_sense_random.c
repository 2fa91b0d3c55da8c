/* test_sense_random.c - 1,200 random series with late, repeated and odd observations: every answer as a plain table of rows gives it. */
#include "city.h"
#include "support.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILES = 40, STREAMS = 30, STEPS = 14, MOST = 4000 };

static sqlite3 *rows;

static void sql(const char *text)
{
    char *error = NULL;
    if (sqlite3_exec(rows, text, NULL, NULL, &error) != SQLITE_OK) fail_msg("%s: %s", text, error);
}

/* NaN is NULL in SQLite, so values go as bits. */
static void put_row(uint32_t stream, int64_t time, double value, uint8_t quality)
{
    static sqlite3_stmt *stmt;
    if (!stmt) sqlite3_prepare_v2(rows, "REPLACE INTO o VALUES(?,?,?,?)", -1, &stmt, NULL);
    sqlite3_bind_int64(stmt, 1, stream);
    sqlite3_bind_int64(stmt, 2, time);
    sqlite3_bind_blob(stmt, 3, &value, sizeof value, SQLITE_TRANSIENT);
    sqlite3_bind_int(stmt, 4, quality);
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_reset(stmt);
}

typedef struct plain {
    int64_t times[MOST];
    double values[MOST];
    uint8_t qualities[MOST];
    size_t count;
} plain;

static plain wanted, got;

static void get_rows(uint32_t stream, int64_t from, int64_t to)
{
    static sqlite3_stmt *stmt;
    if (!stmt) sqlite3_prepare_v2(rows, "SELECT t,v,q FROM o WHERE s=? AND t>=? AND t<? ORDER BY t", -1, &stmt, NULL);
    sqlite3_bind_int64(stmt, 1, stream);
    sqlite3_bind_int64(stmt, 2, from);
    sqlite3_bind_int64(stmt, 3, to);
    for (wanted.count = 0; sqlite3_step(stmt) == SQLITE_ROW; wanted.count++) {
        assert_true(wanted.count < MOST);
        wanted.times[wanted.count] = sqlite3_column_int64(stmt, 0);
        memcpy(&wanted.values[wanted.count], sqlite3_column_blob(stmt, 1), sizeof(double));
        wanted.qualities[wanted.count] = (uint8_t)sqlite3_column_int(stmt, 2);
    }
    sqlite3_reset(stmt);
}

/* ---- adding ---- */

static double any_value(uint64_t *seed, int kind)
{
    uint64_t dice = support_random(seed) % 100;
    if (dice < 3) return (double)NAN;
    if (dice < 5) return dice == 3 ? 1.7976931348623157e308 / 1e10 : -1e-300;
    if (kind == 0) return round(support_uniform(seed, 100.0, 300.0)) / 10.0;
    if (kind == 1) return support_uniform(seed, -1.0, 1.0);
    return (double)(int64_t)(support_random(seed) % 1000000);
}

static int64_t any_step(uint64_t *seed, int pace)
{
    uint64_t dice = support_random(seed) % 200;
    if (dice == 0) return 86400000LL * 365 * (int64_t)(1 + support_random(seed) % 20); /* a gap of years */
    if (pace == 0) return 60000;
    return 1 + (int64_t)(support_random(seed) % (pace == 1 ? 1000 : 3600000));
}

static uint64_t appended;

static void add_some(cim_ctx *ctx, cim_sense *sense, uint32_t id, uint64_t *seed, int64_t *newest)
{
    int64_t times[120];
    double values[120];
    uint8_t qualities[120];
    size_t count = 1 + (size_t)(support_random(seed) % 120);
    int kind = (int)(id % 3), pace = (int)(id % 4), mood = (int)(support_random(seed) % 5);
    for (size_t i = 0; i < count; i++) {
        int64_t time = *newest + any_step(seed, pace);
        if (mood == 0 || support_random(seed) % 30 == 0) time = *newest - (int64_t)(support_random(seed) % 40000000);
        if (support_random(seed) % 40 == 0) time = *newest;
        if (time > *newest) *newest = time;
        times[i] = time;
        values[i] = any_value(seed, kind);
        qualities[i] = support_random(seed) % 20 ? 0 : (uint8_t)(support_random(seed) % 4);
        put_row(id, time, values[i], qualities[i]);
    }
    assert_ok(ctx, cim_sense_append(ctx, sense, id, times, values, qualities, count));
    appended += count;
}

/* ---- comparing ---- */

static void compare_window(cim_ctx *ctx, cim_sense *sense, uint32_t id, int64_t from, int64_t to)
{
    get_rows(id, from, to);
    assert_ok(ctx, cim_sense_window(ctx, sense, id, from, to, got.times, got.values, got.qualities, MOST, &got.count));
    assert_int_equal(got.count, wanted.count);
    assert_memory_equal(got.times, wanted.times, wanted.count * sizeof *wanted.times);
    assert_memory_equal(got.values, wanted.values, wanted.count * sizeof *wanted.values);
    assert_memory_equal(got.qualities, wanted.qualities, wanted.count);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void assert_near(double a, double b)
{
    if (isnan(a) && isnan(b)) return;
    if (!(fabs(a - b) <= 1e-9 * (fabs(a) + fabs(b)) + 1e-300)) fail_msg("%.17g is not %.17g", a, b);
}

/* The straight way, in long doubles. */
static void compare_bucket(const cim_bucket *b, const double *percentiles, size_t first, size_t end, int64_t from, int64_t to, int64_t hold_ms)
{
    static double sorted[MOST];
    long double sum = 0.0L, size = 0.0L, weight = 0.0L, weighted = 0.0L;
    size_t n = 0;
    for (size_t i = first; i < end; i++) {
        double v = wanted.values[i];
        if (wanted.qualities[i] >= 2 || isnan(v)) continue;
        sorted[n++] = v;
        sum += v;
        size += fabsl((long double)v);
    }
    qsort(sorted, n, sizeof *sorted, ascending);
    assert_int_equal(b->count, n);
    assert_int_equal(b->left_out, end - first - n);
    assert_near(b->min, n ? sorted[0] : (double)NAN);
    assert_near(b->max, n ? sorted[n - 1] : (double)NAN);
    assert_true(n ? fabsl((long double)b->sum - sum) <= 1e-14L * size + 1e-300L : isnan(b->sum));
    if (n) assert_near(percentiles[0], sorted[0]);
    if (n % 2) assert_near(percentiles[1], sorted[n / 2]);
    if (n && n % 2 == 0) assert_true(percentiles[1] >= sorted[n / 2 - 1] && percentiles[1] <= sorted[n / 2]);
    for (size_t i = 0; i < wanted.count; i++) { /* every observation of the stream that may hold into the bucket */
        int64_t a = wanted.times[i], z = i + 1 < wanted.count ? wanted.times[i + 1] : INT64_MAX;
        if (wanted.qualities[i] >= 2 || isnan(wanted.values[i])) continue;
        if (hold_ms && z - a > hold_ms) z = a + hold_ms;
        if (a < from) a = from;
        if (z > to) z = to;
        if (z <= a) continue;
        weight += (long double)(z - a);
        weighted += (long double)(z - a) * wanted.values[i];
    }
    if (weight <= 0.0L) assert_true(isnan(b->time_mean));
    else if (fabsl(weighted) < 1e280L) assert_true(fabsl((long double)b->time_mean - weighted / weight) <= 1e-9L * (fabsl(weighted / weight) + size));
}

static void compare_rollup(cim_ctx *ctx, cim_sense *sense, uint32_t id, uint64_t *seed, int64_t from, int64_t to)
{
    static cim_bucket buckets[MOST], plain_buckets[MOST];
    static double percentiles[2 * MOST];
    const double asked[2] = { 0.0, 50.0 };
    size_t count = 0, plain_count = 0, at = 0;
    cim_rollup r = CIM_ROLLUP_INIT;
    r.from_ms = from;
    r.to_ms = to;
    r.bucket_ms = 1 + (int64_t)(support_random(seed) % (support_random(seed) % 2 ? 100000 : 100000000));
    r.origin_ms = (int64_t)(support_random(seed) % 1000000) - 500000;
    assert_ok(ctx, cim_sense_rollup(ctx, sense, id, &r, plain_buckets, NULL, MOST, &plain_count)); /* from rows of chunks where it can */
    r.hold_ms = support_random(seed) % 2 ? 0 : 1 + (int64_t)(support_random(seed) % 10000000);
    r.flags = CIM_ROLLUP_TIME_MEAN;
    r.percentiles = asked;
    r.percentile_count = 2;
    assert_ok(ctx, cim_sense_rollup(ctx, sense, id, &r, buckets, percentiles, MOST, &count));
    assert_int_equal(count, plain_count);
    get_rows(id, INT64_MIN, INT64_MAX);
    while (at < wanted.count && wanted.times[at] < from) at++;
    for (size_t b = 0; b < count; b++) {
        size_t end = at;
        int64_t stop = buckets[b].start_ms + r.bucket_ms < to ? buckets[b].start_ms + r.bucket_ms : to;
        assert_true((buckets[b].start_ms - r.origin_ms) % r.bucket_ms == 0);
        while (end < wanted.count && wanted.times[end] < stop) end++;
        assert_true(end > at && wanted.times[at] >= buckets[b].start_ms);
        compare_bucket(&buckets[b], percentiles + 2 * b, at, end, buckets[b].start_ms > from ? buckets[b].start_ms : from, stop, r.hold_ms);
        assert_int_equal(buckets[b].count, plain_buckets[b].count);
        assert_near(buckets[b].min, plain_buckets[b].min);
        assert_near(buckets[b].max, plain_buckets[b].max);
        assert_true(isnan(buckets[b].sum) ? isnan(plain_buckets[b].sum) : fabs(buckets[b].sum - plain_buckets[b].sum) <= 1e-9 * fabs(buckets[b].sum) + 1e-9 * fabs(buckets[b].max) * (double)buckets[b].count);
        at = end;
    }
    assert_true(at == wanted.count || wanted.times[at] >= to);
}

static void compare(cim_ctx *ctx, cim_sense *sense, uint32_t id, uint64_t *seed)
{
    cim_observation o;
    compare_window(ctx, sense, id, INT64_MIN, INT64_MAX);
    if (!wanted.count) {
        assert_status(ctx, cim_sense_latest(ctx, sense, id, &o), CIM_DONE);
        return;
    }
    size_t a = (size_t)(support_random(seed) % wanted.count), last = wanted.count - 1;
    int64_t from = wanted.times[a] - (int64_t)(support_random(seed) % 3) + 1, to = from + (int64_t)(support_random(seed) % 100000000), newest = wanted.times[last];
    assert_ok(ctx, cim_sense_latest(ctx, sense, id, &o));
    assert_int_equal(o.time_ms, newest);
    assert_memory_equal(&o.value, &wanted.values[last], sizeof o.value);
    assert_int_equal(o.quality, wanted.qualities[last]);
    cim_status st = cim_sense_at(ctx, sense, id, from, &o);
    while (a < wanted.count && wanted.times[a] <= from) a++;
    if (!a) assert_int_equal(st, CIM_DONE);
    else assert_int_equal(o.time_ms, wanted.times[a - 1]);
    compare_window(ctx, sense, id, from, to);
    if (from < to && to < CIM_TIME_MAX_MS) compare_rollup(ctx, sense, id, seed, from, to);
}

/* ---- the runs ---- */

static void one_file(uint64_t *seed, int number)
{
    const char *path = support_temp("random.cim");
    int64_t newest[STREAMS + 1];
    cim_ctx *ctx = support_ctx();
    cim_sense *writer = NULL, *reader = NULL;
    cim_sense_options options = CIM_SENSE_OPTIONS_INIT;
    static const support_object object = { .gid = "a", .class_name = "Building", .wkt = "POLYGON((0 0,1 0,1 1,0 0))" };
    uint64_t faults = 1, observations = 0;
    remove(path);
    sql("DELETE FROM o");
    appended = 0;
    support_city(path, 0, &object, 1, NULL, 0);
    options.flags = CIM_SENSE_WRITE | CIM_SENSE_MANUAL;
    options.chunk_values = 16 + (uint32_t)(support_random(seed) % 100);
    assert_ok(ctx, cim_sense_open(ctx, path, NULL, &reader));
    assert_ok(ctx, cim_sense_open(ctx, path, &options, &writer));
    for (uint32_t i = 1; i <= STREAMS; i++) {
        char gid[40];
        uint32_t id = 0;
        cim_stream s = CIM_STREAM_INIT;
        snprintf(gid, sizeof gid, "s%u", i);
        s.gid = gid;
        s.property = i % 2 ? "odd" : "even";
        assert_ok(ctx, cim_sense_stream_put(ctx, writer, &s, &id));
        assert_int_equal(id, i);
        newest[i] = (int64_t)(support_random(seed) % 1700000000000);
    }
    for (int step = 0; step < STEPS; step++) {
        for (uint32_t i = 1; i <= STREAMS; i++)
            if (support_random(seed) % 3) add_some(ctx, writer, i, seed, &newest[i]);
        uint32_t id = 1 + (uint32_t)(support_random(seed) % STREAMS);
        if (number % 2) compare(ctx, writer, id, seed); /* what is not committed yet */
        if (step % 3 == 2) assert_ok(ctx, cim_sense_commit(ctx, writer));
        if (step % 3 == 2) compare(ctx, reader, id, seed);
        if (step == 7) {
            assert_ok(ctx, cim_sense_finish(ctx, writer));
            cim_sense_free(writer);
            writer = NULL;
            assert_ok(ctx, cim_sense_open(ctx, path, &options, &writer));
        }
    }
    assert_ok(ctx, cim_sense_finish(ctx, writer));
    for (uint32_t i = 1; i <= STREAMS; i++) compare(ctx, i % 2 ? reader : writer, i, seed);
    assert_ok(ctx, cim_sense_check(ctx, reader, NULL, NULL, &faults, &observations));
    assert_int_equal(faults, 0);
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(rows, "SELECT count(*) FROM o", -1, &stmt, NULL);
    sqlite3_step(stmt);
    assert_int_equal(observations, sqlite3_column_int64(stmt, 0));
    sqlite3_finalize(stmt);
    cim_sense_free(reader);
    cim_sense_free(writer);
    cim_ctx_free(ctx);
}

static void test_sense_random(void **state)
{
    uint64_t seed = 7;
    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &rows), SQLITE_OK);
    sql("CREATE TABLE o(s INTEGER, t INTEGER, v BLOB, q INTEGER, PRIMARY KEY(s, t)) WITHOUT ROWID");
    for (int i = 0; i < FILES; i++) one_file(&seed, i);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sense_random) };
    return cmocka_run_group_tests_name("sense: random series", tests, NULL, NULL);
}
