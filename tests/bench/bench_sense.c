/* Observations beside plain tables of rows: prints "name<TAB>value..." a line for bench_sense.py.
 *
 *     bench_sense CITY DIR STREAMS VALUES CHUNK     CITY is a city file, which gets the streams; tables go to DIR/rows.db
 *
 * The reference series: a value a minute with one decimal, streams by turns.  Processor time of this process. */
#include "cim.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { WINDOW = 1000, ASKED = 2000 };
static const int64_t START = 1700000000000, STEP = 60000;

static cim_ctx *ctx;
static uint32_t streams;
static int64_t values;

static void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, ctx ? cim_ctx_error(ctx) : "");
    exit(1);
}

static void ok(cim_status st, const char *what)
{
    if (st < 0) die(what);
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double value_of(int64_t s, int64_t k) { return round((20.0 + 5.0 * sin((double)k / 48.0 + (double)s) + 0.3 * (double)((s * 7919 + k * 104729) % 1000) / 1000.0) * 10.0) / 10.0; }
static int64_t time_of(int64_t s, int64_t k) { return START + k * STEP + s % 1000; }

static double bytes_of(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 0.0 : (double)st.st_size;
}

/* ---- ours ---- */

static double append_all(const char *city, uint32_t chunk, double *values_of)
{
    cim_sense *sense = NULL;
    cim_sense_options o = CIM_SENSE_OPTIONS_INIT;
    uint32_t *ids = malloc(streams * sizeof *ids);
    int64_t *times = malloc(streams * sizeof *times);
    o.flags = CIM_SENSE_WRITE;
    o.chunk_values = chunk;
    ok(cim_sense_open(ctx, city, &o, &sense), "open");
    for (uint32_t s = 0; s < streams; s++) {
        char gid[40];
        cim_stream stream = CIM_STREAM_INIT;
        snprintf(gid, sizeof gid, "bench/%u", s);
        stream.gid = gid;
        ok(cim_sense_stream_put(ctx, sense, &stream, &ids[s]), "stream");
    }
    ok(cim_sense_commit(ctx, sense), "commit");
    double start = cpu_s();
    for (int64_t k = 0; k < values; k++) {
        for (uint32_t s = 0; s < streams; s++) times[s] = time_of(s, k);
        ok(cim_sense_append_many(ctx, sense, ids, times, values_of + k * streams, NULL, streams), "append");
    }
    ok(cim_sense_finish(ctx, sense), "finish");
    double took = cpu_s() - start;
    cim_sense_free(sense);
    free(ids);
    free(times);
    return took;
}

static uint32_t asked_stream(int i) { return (uint32_t)((uint32_t)i * 37u % streams); }
static int64_t asked_from(int i) { return START + (int64_t)(i * 7919) % (values > WINDOW ? values - WINDOW : 1) * STEP; }

static double ask_ours(const char *city, double *sum, size_t *count, double *latest_s, double *latest_sum, double *day_s, double *day_sum)
{
    static int64_t times[2 * WINDOW];
    static double got[2 * WINDOW];
    static cim_bucket buckets[1000];
    cim_sense *sense = NULL;
    cim_observation o;
    cim_rollup r = CIM_ROLLUP_INIT;
    ok(cim_sense_open(ctx, city, NULL, &sense), "open");
    double start = cpu_s();
    for (int i = 0; i < ASKED; i++) {
        size_t n = 0;
        ok(cim_sense_window(ctx, sense, asked_stream(i) + 1, asked_from(i), asked_from(i) + WINDOW * STEP, times, got, NULL, 2 * WINDOW, &n), "window");
        for (size_t k = 0; k < n; k++) *sum += got[k];
        *count += n;
    }
    double took = cpu_s() - start;
    for (uint32_t s = 0; s < streams; s++) ok(cim_sense_latest(ctx, sense, s + 1, &o), "latest"); /* the first time reads rows */
    start = cpu_s();
    for (uint32_t s = 0; s < streams; s++) {
        ok(cim_sense_latest(ctx, sense, s + 1, &o), "latest");
        *latest_sum += o.value;
    }
    *latest_s = cpu_s() - start;
    r.bucket_ms = 86400000;
    start = cpu_s();
    for (int i = 0; i < 200; i++) {
        size_t n = 0;
        ok(cim_sense_rollup(ctx, sense, asked_stream(i) + 1, &r, buckets, NULL, 1000, &n), "rollup");
        for (size_t k = 0; k < n; k++) *day_sum += buckets[k].mean + buckets[k].max;
    }
    *day_s = cpu_s() - start;
    cim_sense_free(sense);
    return took;
}

/* ---- rows ---- */

static sqlite3 *db;

static void sql(const char *text)
{
    char *error = NULL;
    if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK) die(error);
}

static double insert_all(const char *path, const char *schema, const double *values_of)
{
    sqlite3_stmt *stmt = NULL;
    char wal[600];
    snprintf(wal, sizeof wal, "%s-wal", path);
    remove(path);
    remove(wal);
    if (sqlite3_open(path, &db) != SQLITE_OK) die(path);
    sql("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536");
    sql(schema);
    double start = cpu_s();
    sqlite3_prepare_v2(db, "INSERT INTO o(s,t,v) VALUES(?,?,?)", -1, &stmt, NULL);
    sql("BEGIN");
    for (int64_t k = 0; k < values; k++) {
        for (uint32_t s = 0; s < streams; s++) {
            sqlite3_bind_int64(stmt, 1, s);
            sqlite3_bind_int64(stmt, 2, time_of(s, k));
            sqlite3_bind_double(stmt, 3, values_of[k * streams + s]);
            if (sqlite3_step(stmt) != SQLITE_DONE) die("insert");
            sqlite3_reset(stmt);
        }
        if (k % 100 == 99) sql("COMMIT; BEGIN");
    }
    sql("COMMIT");
    double took = cpu_s() - start;
    sqlite3_finalize(stmt);
    sql("PRAGMA wal_checkpoint(TRUNCATE)");
    return took;
}

static double ask_rows(double *sum, size_t *count, double *latest_s, double *latest_sum, double *day_s, double *day_sum)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(db, "SELECT t,v FROM o WHERE s=? AND t>=? AND t<? ORDER BY t", -1, &stmt, NULL);
    double start = cpu_s();
    for (int i = 0; i < ASKED; i++) {
        sqlite3_bind_int64(stmt, 1, asked_stream(i));
        sqlite3_bind_int64(stmt, 2, asked_from(i));
        sqlite3_bind_int64(stmt, 3, asked_from(i) + WINDOW * STEP);
        for (; sqlite3_step(stmt) == SQLITE_ROW; ++*count) *sum += sqlite3_column_double(stmt, 1);
        sqlite3_reset(stmt);
    }
    double took = cpu_s() - start;
    sqlite3_finalize(stmt);
    sqlite3_prepare_v2(db, "SELECT v FROM o WHERE s=? ORDER BY t DESC LIMIT 1", -1, &stmt, NULL);
    start = cpu_s();
    for (uint32_t s = 0; s < streams; s++) {
        sqlite3_bind_int64(stmt, 1, s);
        sqlite3_step(stmt);
        *latest_sum += sqlite3_column_double(stmt, 0);
        sqlite3_reset(stmt);
    }
    *latest_s = cpu_s() - start;
    sqlite3_finalize(stmt);
    sqlite3_prepare_v2(db, "SELECT avg(v),max(v) FROM o WHERE s=? GROUP BY t/86400000", -1, &stmt, NULL);
    start = cpu_s();
    for (int i = 0; i < 200; i++) {
        sqlite3_bind_int64(stmt, 1, asked_stream(i));
        while (sqlite3_step(stmt) == SQLITE_ROW) *day_sum += sqlite3_column_double(stmt, 0) + sqlite3_column_double(stmt, 1);
        sqlite3_reset(stmt);
    }
    *day_s = cpu_s() - start;
    sqlite3_finalize(stmt);
    return took;
}

static void print(const char *name, double append_s, double bytes, double window_s, size_t count, double sum, double latest_s, double latest_sum, double day_s, double day_sum)
{
    double all = (double)streams * (double)values;
    printf("%s\t%.0f\t%.3f\t%.3f\t%.4f\t%.3f\t%zu\t%.6f\t%.6f\t%.6f\n", name, all / append_s, bytes / all, window_s / ASKED * 1e6, latest_s / streams * 1e6, day_s / 200 * 1e6, count, sum,
           latest_sum, day_sum);
}

static void rows(const char *name, const char *path, const char *schema, const double *values_of)
{
    double sum = 0.0, latest_s = 0.0, latest_sum = 0.0, day_s = 0.0, day_sum = 0.0;
    size_t count = 0;
    double append_s = insert_all(path, schema, values_of), window_s = ask_rows(&sum, &count, &latest_s, &latest_sum, &day_s, &day_sum);
    sqlite3_close(db);
    print(name, append_s, bytes_of(path), window_s, count, sum, latest_s, latest_sum, day_s, day_sum);
}

int main(int argc, char **argv)
{
    char path[500];
    double sum = 0.0, latest_s = 0.0, latest_sum = 0.0, day_s = 0.0, day_sum = 0.0;
    size_t count = 0;
    if (argc < 6) die("bench_sense CITY DIR STREAMS VALUES CHUNK");
    streams = (uint32_t)atoi(argv[3]);
    values = atoll(argv[4]);
    double *values_of = malloc((size_t)streams * (size_t)values * sizeof *values_of);
    for (int64_t k = 0; k < values; k++)
        for (uint32_t s = 0; s < streams; s++) values_of[k * streams + s] = value_of(s, k);
    if (cim_ctx_new(NULL, &ctx) < 0) die("context");
    double before = bytes_of(argv[1]), append_s = append_all(argv[1], (uint32_t)atoi(argv[5]), values_of), after = bytes_of(argv[1]);
    double window_s = ask_ours(argv[1], &sum, &count, &latest_s, &latest_sum, &day_s, &day_sum);
    print("libcim", append_s, after - before, window_s, count, sum, latest_s, latest_sum, day_s, day_sum);
    snprintf(path, sizeof path, "%s/rows.db", argv[2]);
    if (argc < 7) {
        rows("rows and an index", path, "CREATE TABLE o(id INTEGER PRIMARY KEY, s INTEGER, t INTEGER, v REAL); CREATE INDEX oi ON o(s,t)", values_of);
        rows("rows without rowid", path, "CREATE TABLE o(s INTEGER, t INTEGER, v REAL, PRIMARY KEY(s,t)) WITHOUT ROWID", values_of);
    }
    free(values_of);
    cim_ctx_free(ctx);
    return 0;
}
