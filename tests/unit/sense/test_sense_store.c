/* test_sense_store.c - observations in the file: refusals, two writers, readers beside a writer, damage, full disks, kill -9. */
#include "city.h"
#include "support.h"

#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const support_object house = { .gid = "a", .class_name = "Building", .wkt = "POLYGON((0 0,1 0,1 1,0 0))" };

static const char *new_city(const char *name)
{
    const char *path = support_temp(name);
    remove(path);
    support_city(path, 0, &house, 1, NULL, 0);
    return path;
}

static cim_sense *open_to_write(cim_ctx *ctx, const char *path, uint32_t flags)
{
    cim_sense *sense = NULL;
    cim_sense_options options = CIM_SENSE_OPTIONS_INIT;
    options.flags = CIM_SENSE_WRITE | flags;
    options.chunk_values = 16;
    options.who = "tester";
    assert_ok(ctx, cim_sense_open(ctx, path, &options, &sense));
    return sense;
}

static uint32_t stream(cim_ctx *ctx, cim_sense *sense, const char *gid, uint32_t kind)
{
    cim_stream s = CIM_STREAM_INIT;
    uint32_t id = 0;
    s.gid = gid;
    s.kind = kind;
    s.property = "p";
    assert_ok(ctx, cim_sense_stream_put(ctx, sense, &s, &id));
    return id;
}

static void add(cim_ctx *ctx, cim_sense *sense, uint32_t id, int64_t first, int count)
{
    for (int i = 0; i < count; i++) {
        int64_t time = first + i;
        double value = (double)(first + i) / 10.0;
        assert_ok(ctx, cim_sense_append(ctx, sense, id, &time, &value, NULL, 1));
    }
}

static size_t count_of(cim_ctx *ctx, cim_sense *sense, uint32_t id)
{
    size_t count = 0;
    assert_ok(ctx, cim_sense_window(ctx, sense, id, CIM_TIME_MIN_MS, CIM_TIME_MAX_MS, NULL, NULL, NULL, 0, &count));
    return count;
}

/* ---- refusals ---- */

static void test_sense_refusals(void **state)
{
    const char *path = new_city("refusals.cim");
    cim_ctx *ctx = support_ctx();
    cim_sense *sense = NULL, *reader = NULL;
    cim_sense_options options = CIM_SENSE_OPTIONS_INIT;
    cim_stream s = CIM_STREAM_INIT;
    cim_rollup r = CIM_ROLLUP_INIT;
    cim_observation o;
    uint32_t id = 77;
    size_t count = 0;
    int64_t time = 0;
    double value = 0.0, percent = 101.0;
    (void)state;
    assert_status(ctx, cim_sense_open(ctx, support_temp("absent.cim"), NULL, &sense), CIM_EIO);
    options.chunk_values = 5;
    assert_status(ctx, cim_sense_open(ctx, path, &options, &sense), CIM_EARG);
    options.chunk_values = 0;
    options.commit_ms = -1;
    assert_status(ctx, cim_sense_open(ctx, path, &options, &sense), CIM_EARG);
    options.commit_ms = 0;
    options.flags = 64;
    assert_status(ctx, cim_sense_open(ctx, path, &options, &sense), CIM_EARG);
    assert_ok(ctx, cim_sense_open(ctx, path, NULL, &reader));
    s.gid = "x";
    assert_status(ctx, cim_sense_stream_put(ctx, reader, &s, &id), CIM_EARG);
    assert_status(ctx, cim_sense_append(ctx, reader, 1, &time, &value, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_sense_commit(ctx, reader), CIM_EARG);
    assert_status(ctx, cim_sense_finish(ctx, reader), CIM_EARG);
    assert_status(ctx, cim_sense_find(ctx, reader, NULL, NULL, 0, &count), CIM_ENOTFOUND);
    assert_status(ctx, cim_sense_latest(ctx, reader, 1, &o), CIM_ENOTFOUND);
    sense = open_to_write(ctx, path, 0);
    s.gid = "";
    assert_status(ctx, cim_sense_stream_put(ctx, sense, &s, &id), CIM_EARG);
    s.gid = "\xff";
    assert_status(ctx, cim_sense_stream_put(ctx, sense, &s, &id), CIM_EARG);
    s.gid = "x";
    s.kind = 3;
    assert_status(ctx, cim_sense_stream_put(ctx, sense, &s, &id), CIM_EARG);
    s.kind = 0;
    s.x = (double)INFINITY;
    assert_status(ctx, cim_sense_stream_put(ctx, sense, &s, &id), CIM_EARG);
    s.x = 1.0;
    s.attrs = "[1]";
    assert_status(ctx, cim_sense_stream_put(ctx, sense, &s, &id), CIM_EARG);
    s.attrs = "{\"a\":1}";
    s.period_ms = -1;
    assert_status(ctx, cim_sense_stream_put(ctx, sense, &s, &id), CIM_EARG);
    assert_int_equal(id, 77);
    s.period_ms = 60000;
    assert_ok(ctx, cim_sense_stream_put(ctx, sense, &s, &id));
    assert_int_equal(id, 1);
    s.kind = CIM_STREAM_BOOLEAN;
    assert_status(ctx, cim_sense_stream_put(ctx, sense, &s, &id), CIM_EARG);
    assert_status(ctx, cim_sense_append(ctx, sense, 2, &time, &value, NULL, 1), CIM_ENOTFOUND);
    assert_status(ctx, cim_sense_append(ctx, sense, 0, &time, &value, NULL, 1), CIM_ENOTFOUND);
    assert_status(ctx, cim_sense_append(ctx, sense, 1, NULL, &value, NULL, 1), CIM_EARG);
    time = CIM_TIME_MAX_MS + 1;
    assert_status(ctx, cim_sense_append(ctx, sense, 1, &time, &value, NULL, 1), CIM_EARG);
    time = 0;
    value = (double)INFINITY;
    assert_status(ctx, cim_sense_append(ctx, sense, 1, &time, &value, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_sense_append_text(ctx, sense, 1, 0, "text", 0), CIM_EARG);
    uint32_t gate = stream(ctx, sense, "gate", CIM_STREAM_BOOLEAN), text = stream(ctx, sense, "text", CIM_STREAM_TEXT);
    value = 2.0;
    assert_status(ctx, cim_sense_append(ctx, sense, gate, &time, &value, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_sense_append(ctx, sense, text, &time, &value, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_sense_append_text(ctx, sense, text, 0, "\xc3", 0), CIM_EARG);
    assert_status(ctx, cim_sense_append_text(ctx, sense, text, 0, "", 0), CIM_EARG);
    assert_status(ctx, cim_sense_rollup(ctx, sense, text, &r, NULL, NULL, 0, &count), CIM_EARG);
    r.from_ms = r.to_ms;
    assert_status(ctx, cim_sense_rollup(ctx, sense, 1, &r, NULL, NULL, 0, &count), CIM_EARG);
    r.from_ms = 0;
    r.bucket_ms = -1;
    assert_status(ctx, cim_sense_rollup(ctx, sense, 1, &r, NULL, NULL, 0, &count), CIM_EARG);
    r.bucket_ms = 0;
    r.percentiles = &percent;
    r.percentile_count = 1;
    assert_status(ctx, cim_sense_rollup(ctx, sense, 1, &r, NULL, NULL, 0, &count), CIM_EARG);
    assert_status(ctx, cim_sense_snapshot(ctx, sense, NULL, 0, -1, NULL, 0, &count), CIM_EARG);
    assert_ok(ctx, cim_sense_finish(ctx, sense));
    assert_int_equal(count_of(ctx, sense, 1), 0);
    assert_status(ctx, cim_sense_latest(ctx, sense, 1, &o), CIM_DONE);
    cim_sense_free(sense);
    cim_sense_free(reader);
    cim_ctx_free(ctx);
}

/* ---- streams ---- */

static void test_sense_streams(void **state)
{
    const char *path = new_city("streams.cim");
    cim_ctx *ctx = support_ctx();
    cim_sense *sense = open_to_write(ctx, path, 0), *reader = NULL;
    cim_stream s = CIM_STREAM_INIT, known = { .struct_size = sizeof known };
    cim_stream_filter f = CIM_STREAM_FILTER_INIT;
    uint32_t id = 0, ids[3];
    size_t count = 0;
    (void)state;
    s.gid = "AQ-1/NO2";
    s.thing = "AQ-1";
    s.property = "NO2";
    s.object = 1;
    s.edge = 1;
    s.offset_m = 12.5;
    assert_ok(ctx, cim_sense_stream_put(ctx, sense, &s, &id));
    stream(ctx, sense, "b", 0);
    stream(ctx, sense, "c", CIM_STREAM_TEXT);
    assert_ok(ctx, cim_sense_append_text(ctx, sense, 3, 10, "open", 0));
    assert_ok(ctx, cim_sense_append_text(ctx, sense, 3, 20, "shut", 0));
    assert_ok(ctx, cim_sense_append_text(ctx, sense, 3, 30, "open", 0));
    assert_ok(ctx, cim_sense_finish(ctx, sense));
    assert_ok(ctx, cim_sense_open(ctx, path, NULL, &reader));
    s = (cim_stream)CIM_STREAM_INIT;
    s.gid = "AQ-1/NO2";
    s.unit = "ug/m3";
    assert_ok(ctx, cim_sense_stream_put(ctx, sense, &s, &id)); /* what is not said stays */
    assert_ok(ctx, cim_sense_commit(ctx, sense));
    assert_ok(ctx, cim_sense_stream(ctx, reader, 1, &known));
    assert_string_equal(known.thing, "AQ-1");
    assert_string_equal(known.unit, "ug/m3");
    assert_true(known.object == 1 && known.edge == 1 && known.offset_m == 12.5 && isnan(known.x) && !known.attrs);
    f.object = 1;
    assert_ok(ctx, cim_sense_find(ctx, reader, &f, ids, 3, &count));
    assert_true(count == 1 && ids[0] == 1);
    f = (cim_stream_filter)CIM_STREAM_FILTER_INIT;
    f.property = "p";
    assert_ok(ctx, cim_sense_find(ctx, reader, &f, ids, 1, &count));
    assert_true(count == 2 && ids[0] == 2);
    f.gid = "b";
    f.thing = "AQ-1";
    assert_status(ctx, cim_sense_find(ctx, reader, &f, ids, 3, &count), CIM_ENOTFOUND);
    cim_observation o;
    assert_ok(ctx, cim_sense_latest(ctx, reader, 3, &o));
    assert_string_equal(cim_sense_word(reader, 3, o.value), "open");
    assert_string_equal(cim_sense_word(reader, 3, 1.0), "shut");
    assert_null(cim_sense_word(reader, 3, 2.0));
    assert_null(cim_sense_word(reader, 3, 0.5));
    cim_sense_free(reader);
    cim_sense_free(sense);
    cim_ctx_free(ctx);
}

/* ---- others ---- */

/* Two writers by turns, without knowing of each other: nothing is lost. */
static void test_sense_two_writers(void **state)
{
    const char *path = new_city("two.cim");
    cim_ctx *ctx = support_ctx();
    cim_sense *a = open_to_write(ctx, path, CIM_SENSE_MANUAL), *b;
    (void)state;
    uint32_t id = stream(ctx, a, "one", 0);
    assert_ok(ctx, cim_sense_commit(ctx, a));
    b = open_to_write(ctx, path, CIM_SENSE_MANUAL);
    for (int round = 0; round < 20; round++) {
        add(ctx, a, id, round * 10, 5);
        add(ctx, b, id, round * 10 + 5, 5);
        assert_ok(ctx, cim_sense_commit(ctx, round % 2 ? a : b));
        assert_ok(ctx, cim_sense_commit(ctx, round % 2 ? b : a));
    }
    stream(ctx, b, "two", 0);
    assert_ok(ctx, cim_sense_finish(ctx, b));
    add(ctx, a, id, 1000, 1);
    assert_ok(ctx, cim_sense_finish(ctx, a));
    assert_int_equal(count_of(ctx, a, id), 201);
    assert_int_equal(count_of(ctx, b, id), 201);
    uint32_t count = 0;
    assert_ok(ctx, cim_sense_count(ctx, a, &count));
    assert_int_equal(count, 2);
    cim_sense_free(a);
    cim_sense_free(b);
    cim_ctx_free(ctx);
}

/* An import keeps streams; observations keep the compiled arrays; the log says who. */
static void test_sense_and_import(void **state)
{
    const char *path = new_city("import.cim");
    cim_ctx *ctx = support_ctx();
    cim_sense *sense = open_to_write(ctx, path, 0);
    cim_city *city = NULL;
    cim_buf json = CIM_BUF_INIT;
    size_t findings = 1;
    (void)state;
    add(ctx, sense, stream(ctx, sense, "one", 0), 0, 40);
    assert_ok(ctx, cim_sense_finish(ctx, sense));
    cim_sense_free(sense);
    assert_ok(ctx, cim_check(ctx, path, 0, &json, &findings));
    if (findings) print_message("%s\n", json.data);
    assert_int_equal(findings, 0);
    assert_non_null(strstr(json.data, "\"name\":\"observations\",\"checked\":40"));
    cim_buf_dispose(&json);
    static const support_object more = { .gid = "b", .class_name = "Building", .wkt = "POLYGON((5 0,6 0,6 1,5 0))" };
    support_city(path, 0, &more, 1, NULL, 0);
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
    assert_ok(ctx, cim_city_info(ctx, city, &json));
    assert_non_null(strstr(json.data, "\"changed_by_others\":false"));
    cim_buf_dispose(&json);
    cim_city_free(city);
    assert_ok(ctx, cim_sense_open(ctx, path, NULL, &sense));
    assert_int_equal(count_of(ctx, sense, 1), 40);
    cim_sense_free(sense);
    assert_ok(ctx, cim_check(ctx, path, 0, &json, &findings));
    assert_int_equal(findings, 0);
    cim_buf_dispose(&json);
    cim_ctx_free(ctx);
}

/* ---- damage ---- */

static void run_sql(const char *path, const char *text)
{
    sqlite3 *db = NULL;
    char *error = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK) fail_msg("%s: %s", text, error);
    sqlite3_close(db);
}

static size_t findings_of(cim_ctx *ctx, const char *path)
{
    cim_buf json = CIM_BUF_INIT;
    size_t findings = 0;
    assert_ok(ctx, cim_check(ctx, path, 0, &json, &findings));
    cim_buf_dispose(&json);
    return findings;
}

static void test_sense_damaged(void **state)
{
    static const char *const damages[] = {
        "UPDATE stream_chunk SET data=x'0102' WHERE first_ms=0",
        "UPDATE stream_chunk SET count=15 WHERE first_ms=0",
        "UPDATE stream_chunk SET last_ms=first_ms-1",
        "UPDATE stream_chunk SET count=-1",
        "UPDATE stream_chunk SET count=999999999999",
        "UPDATE stream_chunk SET first_ms=first_ms+1 WHERE first_ms=0",
        "UPDATE stream_chunk SET data=zeroblob(100000) WHERE first_ms=0",
        "UPDATE stream_chunk SET last_ms=9e18",
    };
    cim_ctx *ctx = support_ctx();
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        const char *path = new_city("damaged.cim");
        cim_sense *sense = open_to_write(ctx, path, 0);
        cim_bucket b[2];
        cim_rollup r = CIM_ROLLUP_INIT;
        size_t count = 0;
        add(ctx, sense, stream(ctx, sense, "one", 0), 0, 40);
        assert_ok(ctx, cim_sense_finish(ctx, sense));
        cim_sense_free(sense);
        size_t before = findings_of(ctx, path);
        run_sql(path, damages[i]);
        assert_true(findings_of(ctx, path) > before + 1); /* one is that another program changed the file */
        assert_ok(ctx, cim_sense_open(ctx, path, NULL, &sense));
        assert_status(ctx, cim_sense_window(ctx, sense, 1, 0, 100, NULL, NULL, NULL, 0, &count), CIM_EFORMAT);
        cim_status st = cim_sense_rollup(ctx, sense, 1, &r, b, NULL, 2, &count);
        assert_true(st == CIM_OK || st == CIM_EFORMAT); /* rows are believed */
        cim_sense_free(sense);
    }
    const char *path = new_city("damaged.cim");
    cim_sense *sense = open_to_write(ctx, path, 0);
    add(ctx, sense, stream(ctx, sense, "one", 0), 0, 40);
    assert_ok(ctx, cim_sense_finish(ctx, sense));
    cim_sense_free(sense);
    sense = NULL;
    run_sql(path, "UPDATE stream SET id=5");
    assert_status(ctx, cim_sense_open(ctx, path, NULL, &sense), CIM_EFORMAT);
    run_sql(path, "DROP TABLE stream; CREATE TABLE stream(id INTEGER PRIMARY KEY, gid TEXT)");
    assert_status(ctx, cim_sense_open(ctx, path, NULL, &sense), CIM_EUNTRUSTED);
    cim_ctx_free(ctx);
}

/* ---- a full disk ---- */

static void test_sense_full_disk(void **state)
{
    const char *path = new_city("full.cim");
    cim_ctx *ctx = support_ctx();
    cim_sense *sense = open_to_write(ctx, path, CIM_SENSE_MANUAL);
    struct rlimit was, small;
    uint64_t seed = 5;
    (void)state;
    uint32_t id = stream(ctx, sense, "one", 0);
    add(ctx, sense, id, 0, 10);
    assert_ok(ctx, cim_sense_commit(ctx, sense));
    for (int64_t i = 10; i < 60000; i++) {
        double v = support_uniform(&seed, 0.0, 1.0);
        int64_t time = i % 100 ? i : i - 100;
        assert_ok(ctx, cim_sense_append(ctx, sense, id, &time, &v, NULL, 1));
    }
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &was);
    small = was;
    small.rlim_cur = 300000;
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 3; i++) assert_status(ctx, cim_sense_commit(ctx, sense), CIM_EIO);
    setrlimit(RLIMIT_FSIZE, &was);
    assert_int_equal(findings_of(ctx, path), 0);
    cim_sense *reader = NULL;
    assert_ok(ctx, cim_sense_open(ctx, path, NULL, &reader));
    assert_int_equal(count_of(ctx, reader, id), 10);
    assert_ok(ctx, cim_sense_finish(ctx, sense)); /* there is room again: nothing was lost */
    assert_int_equal(count_of(ctx, reader, id), 59999);
    assert_int_equal(findings_of(ctx, path), 0);
    cim_sense_free(reader);
    cim_sense_free(sense);
    cim_ctx_free(ctx);
}

/* ---- kill -9 ---- */

/* The child adds one observation after the other and, before each append, tells through the pipe how many are committed for sure. */
static void ingest_until_killed(const char *path, int fd)
{
    cim_ctx *ctx = NULL;
    cim_sense *sense = NULL;
    cim_sense_options options = CIM_SENSE_OPTIONS_INIT;
    uint64_t said[2] = { 0, 0 };
    if (cim_ctx_new(NULL, &ctx) < 0) _exit(1);
    options.flags = CIM_SENSE_WRITE;
    options.commit_ms = 20;
    options.chunk_values = 32;
    if (cim_sense_open(ctx, path, &options, &sense) < 0) _exit(1);
    for (int64_t time = 0;; time++) {
        cim_sense_counts counts = { .struct_size = sizeof counts };
        double value = (double)time;
        uint64_t commits = said[1];
        if (cim_sense_append(ctx, sense, 1, &time, &value, NULL, 1) < 0) _exit(1);
        (void)cim_sense_counters(ctx, sense, &counts);
        if (counts.commits == commits) continue;
        said[0] = counts.appended;
        said[1] = counts.commits;
        if (write(fd, said, sizeof said) != sizeof said) _exit(1);
    }
}

static void test_sense_kill(void **state)
{
    uint64_t seed = 9;
    (void)state;
    for (int round = 0; round < 12; round++) {
        const char *path = new_city("kill.cim");
        cim_ctx *ctx = support_ctx();
        cim_sense *sense = open_to_write(ctx, path, 0);
        int ends[2];
        uint64_t said[2], committed = 0;
        stream(ctx, sense, "one", 0);
        assert_ok(ctx, cim_sense_finish(ctx, sense));
        cim_sense_free(sense);
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (!child) {
            close(ends[0]);
            ingest_until_killed(path, ends[1]);
        }
        close(ends[1]);
        usleep(60000 + (useconds_t)(support_random(&seed) % 90000));
        kill(child, SIGKILL);
        while (read(ends[0], said, sizeof said) == (ssize_t)sizeof said) committed = said[0];
        close(ends[0]);
        int status = 0;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(findings_of(ctx, path), 0);
        assert_ok(ctx, cim_sense_open(ctx, path, NULL, &sense));
        size_t count = count_of(ctx, sense, 1);
        assert_true(count >= committed); /* a commit that was done is there ... */
        double *values = malloc((count + 1) * sizeof *values);
        int64_t *times = malloc((count + 1) * sizeof *times);
        assert_ok(ctx, cim_sense_window(ctx, sense, 1, 0, CIM_TIME_MAX_MS, times, values, NULL, count, &count));
        for (size_t i = 0; i < count; i++) assert_true(times[i] == (int64_t)i && values[i] == (double)i); /* ... and no hole is */
        free(values);
        free(times);
        cim_sense_free(sense);
        cim_ctx_free(ctx);
    }
}

/* Readers beside a writer in another process: each answer is one commit's. */
static void test_sense_reader_beside(void **state)
{
    const char *path = new_city("beside.cim");
    cim_ctx *ctx = support_ctx();
    cim_sense *sense = open_to_write(ctx, path, 0);
    int ends[2];
    (void)state;
    stream(ctx, sense, "one", 0);
    assert_ok(ctx, cim_sense_finish(ctx, sense));
    cim_sense_free(sense);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (!child) ingest_until_killed(path, ends[1]);
    assert_ok(ctx, cim_sense_open(ctx, path, NULL, &sense));
    size_t before = 0, grew = 0;
    double start = 0.0;
    for (int i = 0; i < 400 && grew < 5; i++, start += 1.0) {
        size_t count = count_of(ctx, sense, 1);
        cim_observation o;
        assert_true(count >= before);
        grew += count > before;
        before = count;
        if (count) assert_ok(ctx, cim_sense_latest(ctx, sense, 1, &o));
        if (count) assert_true(o.time_ms >= (int64_t)count - 1);
        usleep(5000);
    }
    assert_true(grew >= 5);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    cim_sense_free(sense);
    cim_ctx_free(ctx);
}

/* ---- time ---- */

static void test_sense_time(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* computed with GNU date */
    } good[] = {
        { "2024-05-13T00:00:00Z", 1715558400000 }, { "2024-05-13T02:00:00+02:00", 1715558400000 }, { "2024-05-12T18:30:00.250-0530", 1715558400250 },
        { "2024-05-13", 1715558400000 }, { " 2024-05-13 00:00 ", 1715558400000 }, { "2024-05-12T24:00Z", 1715558400000 }, { "1715558400", 1715558400000 },
        { "1715558400000", 1715558400000 }, { "1715558400.25", 1715558400250 }, { "2024-05-06T00:00:00Z/2024-05-13T00:00:00Z", 1715558400000 },
        { "2016-12-31T23:59:60Z", 1483228800000 }, { "0001-01-01T00:00:00Z", CIM_TIME_MIN_MS }, { "9999-12-31T23:59:59.999Z", CIM_TIME_MAX_MS },
        { "1969-12-31T23:59:59.999Z", -1 }, { "2024-02-29T12:00:00,5+0000", 1709208000500 }, { "2024-05-13T01:00:00+01", 1715558400000 },
    };
    static const char *const bad[] = { "", "x", "2023-02-29", "2024-13-01", "2024-05-13T25:00:00Z", "2024-05-13T00:60:00Z", "2024-05-13T00:00:00X", "0000-01-01", "1e300",
                                       "2024-05-13T00:00:00+19:00", "0001-01-01T00:00:00+01:00", "2024-05-13T", "24-05-13", "nan", "2024-05-13T00:00:00." };
    cim_ctx *ctx = support_ctx();
    int64_t ms = 0;
    char text[32];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(ctx, cim_time_parse(ctx, good[i].text, &ms));
        assert_int_equal(ms, good[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_status(ctx, cim_time_parse(ctx, bad[i], &ms), CIM_EFORMAT);
    cim_time_text(1715558400250, text);
    assert_string_equal(text, "2024-05-13T00:00:00.250Z");
    cim_time_text(CIM_TIME_MIN_MS, text);
    assert_string_equal(text, "0001-01-01T00:00:00Z");
    cim_time_text(CIM_TIME_MAX_MS + 1, text);
    assert_string_equal(text, "");
    uint64_t seed = 4;
    for (int i = 0; i < 20000; i++) {
        int64_t any = CIM_TIME_MIN_MS + (int64_t)(support_random(&seed) % (uint64_t)(CIM_TIME_MAX_MS - CIM_TIME_MIN_MS));
        cim_time_text(any, text);
        assert_ok(ctx, cim_time_parse(ctx, text, &ms));
        assert_int_equal(ms, any);
    }
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sense_refusals),   cmocka_unit_test(test_sense_streams),   cmocka_unit_test(test_sense_two_writers), cmocka_unit_test(test_sense_and_import),
        cmocka_unit_test(test_sense_damaged),    cmocka_unit_test(test_sense_full_disk), cmocka_unit_test(test_sense_kill),        cmocka_unit_test(test_sense_reader_beside),
        cmocka_unit_test(test_sense_time),
    };
    return cmocka_run_group_tests_name("sense: store", tests, NULL, NULL);
}
