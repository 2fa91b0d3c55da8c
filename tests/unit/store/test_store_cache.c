/* Compiled arrays: read in time, read by several threads, missing, damaged; and the pages that long ones are in. */
#include "city.h"
#include "store/store.h"
#include "support.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OBJECTS = 500, SIDE = 25 };

static void name_of(uint32_t i, char name[24]) { snprintf(name, 24, "osm:node/%u", i + 1); }

/* Trees in a square grid; number 7 has no place. */
static void make_city(const char *path)
{
    static char names[OBJECTS][24], wkt[OBJECTS][40];
    support_object objects[OBJECTS];
    memset(objects, 0, sizeof objects);
    for (uint32_t i = 0; i < OBJECTS; i++) {
        name_of(i, names[i]);
        snprintf(wkt[i], sizeof wkt[i], "POINT(%u %u)", i % SIDE * 10, i / SIDE * 10);
        objects[i] = (support_object){ .gid = names[i], .class_name = "SolitaryVegetationObject", .wkt = i == 7 ? NULL : wkt[i] };
    }
    remove(path);
    support_city(path, 0, objects, OBJECTS, NULL, 0);
}

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) print_message("# %s: %s\n", sql, message);
    assert_null(message);
    sqlite3_close(db);
}

/* As if libcim had written it: the counter of changes is that of the file after this one. */
static void change_quietly(const char *path, const char *sql)
{
    char text[1000];
    snprintf(text, sizeof text, "BEGIN; %s; UPDATE meta SET value='%u' WHERE key='change_counter'; COMMIT", sql, support_change_counter(path) + 1);
    run_sql(path, text);
}

/* What a caller sees: the same with compiled arrays and without. */
static bool answers_right(cim_ctx *ctx, cim_city *city)
{
    uint32_t ids[OBJECTS], id;
    size_t count = 0, found;
    cim_box all = { -1, -1, 1000, 1000 }, some = { 95, 95, 125, 105 };
    bool right = cim_city_count(city) == OBJECTS;
    right &= cim_city_window(ctx, city, &all, ids, OBJECTS, &count) == CIM_OK && count == OBJECTS - 1;
    for (size_t i = 1; i < count && i < OBJECTS; i++) right &= ids[i] > ids[i - 1];
    right &= cim_city_window(ctx, city, &some, ids, OBJECTS, &count) == CIM_OK && count == 3;
    for (uint32_t i = 0; i < OBJECTS; i += 7) {
        char name[24];
        name_of(i, name);
        right &= cim_city_find(ctx, city, name, &id, 1, &found) == CIM_OK && found == 1;
    }
    return right;
}

static size_t findings_of(cim_ctx *ctx, const char *path)
{
    cim_buf report = CIM_BUF_INIT;
    size_t findings = 0;
    assert_ok(ctx, cim_check(ctx, path, 0, &report, &findings));
    cim_buf_dispose(&report);
    return findings;
}

/* ---- look-ups by several threads ---- */

typedef struct finder {
    cim_city *city;
    pthread_barrier_t *together;
    bool right;
} finder;

static void *find_all(void *user)
{
    finder *f = user;
    cim_ctx *ctx = NULL;
    f->right = cim_ctx_new(NULL, &ctx) == CIM_OK;
    pthread_barrier_wait(f->together);
    if (f->right) f->right = answers_right(ctx, f->city);
    cim_ctx_free(ctx);
    return NULL;
}

static void test_cache_threads(void **state)
{
    enum { THREADS = 4, ROUNDS = 20 };
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("threads.cim");
    (void)state;
    make_city(path);
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_t together;
        pthread_t threads[THREADS];
        finder finders[THREADS];
        if (round == ROUNDS / 2) change_quietly(path, "DELETE FROM cache WHERE name='ids'"); /* from now on from the tables */
        cim_city *city = support_open(ctx, path);
        assert_false(atomic_load(&city->has_gids));
        pthread_barrier_init(&together, NULL, THREADS);
        for (int i = 0; i < THREADS; i++) {
            finders[i] = (finder){ city, &together, false };
            assert_int_equal(pthread_create(&threads[i], NULL, find_all, &finders[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
            assert_true(finders[i].right);
        }
        assert_true(atomic_load(&city->has_gids));
        pthread_barrier_destroy(&together);
        cim_city_free(city);
    }
    cim_ctx_free(ctx);
}

/* ---- missing and damaged ---- */

static void test_cache_missing(void **state)
{
    static const char *const cases[] = { "SELECT 1", "DELETE FROM cache", "DELETE FROM cache WHERE name='objects'", "DELETE FROM cache WHERE name='index'",
                                         "DELETE FROM cache WHERE name='ids'", "DELETE FROM cache WHERE name='boxes'", "UPDATE cache SET content='x'",
                                         "UPDATE cache SET data=7", "UPDATE cache SET data='text'", "UPDATE cache SET data=x''",
                                         "UPDATE cache SET data=data||x'0000000000000000'", "UPDATE cache SET data=substr(data,1,40)",
                                         "UPDATE cache SET data=CAST('CIMOBJ1' AS BLOB)||substr(data,8) WHERE name='objects'" };
    static const bool loaded[sizeof cases / sizeof *cases] = { true, false, false, false, true, true };
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("missing.cim");
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cim__store *store = NULL;
        cim_city *city = NULL;
        make_city(path);
        change_quietly(path, cases[i]);
        assert_ok(ctx, cim__store_open(ctx, path, false, &store));
        assert_false(store->stale);
        cim_status st = cim__cache_load(ctx, store, &cim__store_rows, &city);
        assert_int_equal(st, loaded[i] ? CIM_OK : CIM_DONE);
        if (st == CIM_OK) cim_city_free(city);
        cim__store_close(store);
        city = support_open(ctx, path);
        assert_true(answers_right(ctx, city));
        cim_city_free(city);
        if (!i) assert_int_equal(findings_of(ctx, path), 0);
    }
    cim_ctx_free(ctx);
}

/* Every place of the heads, and places all over the arrays, get another byte: it is noticed at once, or by a check, or changes nothing. */
static void test_cache_mutants(void **state)
{
    static const char *const names[] = { "objects", "index", "ids" };
    enum { EACH = 32 + 4 * 110 };
    cim_ctx *ctx = NULL;
    const char *path = support_temp("mutant.cim"), *base = support_temp("base.cim");
    uint64_t seed = 4711;
    size_t size;
    (void)state;
    assert_int_equal(cim_ctx_new(NULL, &ctx), CIM_OK);
    make_city(base);
    char *good = support_read(base, &size);
    for (int i = 0; i < 3 * EACH; i++) {
        char sql[300];
        const char *name = names[i % 3];
        uint32_t at = (uint32_t)i / 3, value = (uint32_t)(support_random(&seed) & 0xff);
        if (at >= 200) at = (uint32_t)(support_random(&seed) % 7000);
        support_write(path, good, size);
        snprintf(sql, sizeof sql, "UPDATE cache SET data=CAST(substr(data,1,%u)||x'%02x'||substr(data,%u) AS BLOB) WHERE name='%s' AND length(data)>%u", at, value, at + 2, name, at);
        change_quietly(path, sql);
        cim_city *city = support_open(ctx, path);
        bool right = answers_right(ctx, city);
        cim_city_free(city);
        if (!right && !findings_of(ctx, path)) {
            print_message("# %s byte %u = %u\n", name, at, value);
            fail();
        }
    }
    free(good);
    cim_ctx_free(ctx);
}

/* ---- blobs in pages ---- */

enum { BLOBS = 6 };
static size_t blob_size(int i) { return i == 5 ? 1000 : (1u << 20) + (size_t)i * 70001; }
static uint8_t blob_byte(int i, size_t at) { return (uint8_t)((at * 2654435761u + (unsigned)i) >> 13); }

static void fill_blob(sqlite3 *db, int i)
{
    sqlite3_stmt *stmt;
    uint8_t *bytes = malloc(blob_size(i));
    assert_non_null(bytes);
    for (size_t k = 0; k < blob_size(i); k++) bytes[k] = blob_byte(i, k);
    sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO long VALUES(?1,'some content',?2,'behind')", -1, &stmt, NULL);
    sqlite3_bind_int(stmt, 1, i * 1000);
    sqlite3_bind_blob(stmt, 2, bytes, (int)blob_size(i), SQLITE_TRANSIENT);
    assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
    sqlite3_finalize(stmt);
    free(bytes);
}

/* Pages of blobs lie one behind the other, or between those of others when `mixed`; the B-tree has several levels. */
static void make_blobs(const char *path, int page_size, bool mixed)
{
    sqlite3 *db = NULL;
    char sql[200];
    remove(path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    snprintf(sql, sizeof sql, "PRAGMA page_size=%d; CREATE TABLE long(id INTEGER PRIMARY KEY, content, data BLOB, rest); CREATE TABLE other(data)", page_size);
    sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (mixed) {
        sqlite3_exec(db, "WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<4000) INSERT INTO other SELECT zeroblob(900) FROM n", NULL, NULL, NULL);
        sqlite3_exec(db, "DELETE FROM other WHERE rowid%7<4", NULL, NULL, NULL);
    }
    sqlite3_exec(db, "BEGIN; WITH n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<5500) INSERT INTO long SELECT i, 'short', x'00', NULL FROM n", NULL, NULL, NULL);
    for (int i = 0; i < BLOBS; i++) fill_blob(db, i);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* CIM_OK: all of it is as it was written; CIM_DONE: it is not. */
static cim_status read_blob(cim_ctx *ctx, cim__db *db, int i, bool chain_wanted)
{
    static const size_t steps[] = { 1, 100, 8188, 300000, 65536, 1000000 };
    cim__stmt *stmt = NULL;
    cim__blob blob = { .handle = NULL };
    cim_status st = cim__db_prepare(ctx, db, "SELECT count(*) FROM sqlite_schema", &stmt);
    if (st < 0) return st;
    if ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) st = cim__blob_find(ctx, db, "long", "data", 2, i * 1000, &blob);
    uint8_t *bytes = malloc(blob_size(i) + 16);
    assert_non_null(bytes);
    memset(bytes + blob_size(i), 0xa5, 16);
    if (st == CIM_OK && blob.size != blob_size(i)) st = CIM_DONE;
    if (st == CIM_OK && chain_wanted) assert_int_equal(blob.chain != NULL, i != 5);
    for (size_t at = 0, k = 0; st == CIM_OK && at < blob_size(i); k++) {
        size_t some = steps[k % 6] < blob_size(i) - at ? steps[k % 6] : blob_size(i) - at;
        st = cim__blob_read(ctx, db, &blob, bytes + at, some);
        at += some;
    }
    if (st == CIM_OK) assert_status(ctx, cim__blob_read(ctx, db, &blob, bytes, 1), CIM_EFORMAT);
    for (size_t k = 0; k < blob_size(i) && st == CIM_OK; k++)
        if (bytes[k] != blob_byte(i, k)) st = CIM_DONE;
    for (int k = 0; k < 16; k++) assert_int_equal(bytes[blob_size(i) + (size_t)k], 0xa5);
    free(bytes);
    cim__blob_close(&blob);
    cim__stmt_free(stmt);
    return st;
}

static void test_cache_pages(void **state)
{
    static const int page_sizes[] = { 512, 1024, 8192, 65536 };
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("pages.db");
    (void)state;
    for (int k = 0; k < 8; k++) {
        cim__db *db = NULL;
        make_blobs(path, page_sizes[k / 2], k % 2);
        assert_ok(ctx, cim__db_open(ctx, path, CIM__DB_READ, &db));
        for (int i = 0; i < BLOBS; i++) assert_ok(ctx, read_blob(ctx, db, i, true));
        cim__blob blob;
        assert_status(ctx, cim__blob_find(ctx, db, "long", "data", 2, 77777, &blob), CIM_EFORMAT);
        cim__db_close(db);
    }
    run_sql(path, "PRAGMA journal_mode=WAL"); /* what is in the log is not in the file: SQLite reads */
    cim__db *db = NULL;
    assert_ok(ctx, cim__db_open(ctx, path, CIM__DB_READ, &db));
    for (int i = 0; i < BLOBS; i++) assert_ok(ctx, read_blob(ctx, db, i, false));
    cim__db_close(db);
    cim_ctx_free(ctx);
}

/* Damaged pages: heads of overflow pages, of the B-tree, of the file.  What is read is right, or else, or refused; nothing is read or
 * written outside of the arrays. */
static void test_cache_damaged_pages(void **state)
{
    cim_ctx *ctx = NULL;
    const char *path = support_temp("damaged.db"), *base = support_temp("whole.db");
    uint64_t seed = 77;
    size_t size;
    int refused = 0;
    (void)state;
    assert_int_equal(cim_ctx_new(NULL, &ctx), CIM_OK);
    make_blobs(base, 1024, false);
    char *good = support_read(base, &size), *bad = malloc(size);
    assert_non_null(bad);
    for (int i = 0; i < 200; i++) {
        cim__db *db = NULL;
        memcpy(bad, good, size);
        for (int k = 0; k < (i % 3 ? 40 : 3); k++) {
            size_t page = support_random(&seed) % (i % 3 ? size / 1024 : 300), within = support_random(&seed) % (i % 2 ? 4 : 1024);
            bad[page * 1024 + within] = (char)(i % 5 ? support_random(&seed) : 0xff);
        }
        support_write(path, bad, i % 10 ? size : support_random(&seed) % size);
        if (cim__db_open(ctx, path, CIM__DB_READ, &db) < 0) continue;
        for (int b = 0; b < BLOBS; b++) refused += read_blob(ctx, db, b, false) < 0;
        cim__db_close(db);
    }
    assert_true(refused > 20);
    free(good);
    free(bad);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cache_threads), cmocka_unit_test(test_cache_missing), cmocka_unit_test(test_cache_mutants),
                                        cmocka_unit_test(test_cache_pages), cmocka_unit_test(test_cache_damaged_pages) };
    return cmocka_run_group_tests_name("store/cache", tests, NULL, NULL);
}
