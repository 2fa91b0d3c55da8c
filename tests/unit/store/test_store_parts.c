/* Spool, records, bulk insertion. */
#include "store/bulk.h"
#include "store/db.h"
#include "store/record.h"
#include "store/rtree.h"
#include "store/spool.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void test_parts_spool(void **state)
{
    cim_ctx *ctx = support_ctx();
    (void)state;
    for (uint64_t limit = 0; limit <= 200000; limit += 100000) { /* all in the file, some, all in memory */
        cim__spool spool;
        cim__buf data = cim__buf_on(ctx->mem), scratch = cim__buf_on(ctx->mem);
        uint64_t starts[100], seed = 4;
        cim__spool_init(&spool, ctx->mem, "/tmp", limit);
        for (int i = 0; i < 100; i++) {
            for (int k = 0; k < 2000; k++) cim__buf_putc(&data, (char)support_random(&seed));
            assert_ok(ctx, cim__spool_take(ctx, &spool, &data, &starts[i]));
            assert_int_equal(data.size, 0);
        }
        seed = 4;
        for (int i = 0; i < 100; i++) {
            cim__str bytes;
            assert_ok(ctx, cim__spool_get(ctx, &spool, starts[i], 2000, &scratch, &bytes));
            for (int k = 0; k < 2000; k++) assert_true((char)support_random(&seed) == bytes.ptr[k]);
            assert_ok(ctx, cim__spool_get(ctx, &spool, starts[i] + 77, 10, &scratch, &bytes));
        }
        cim__spool_free(&spool);
        cim__buf_free(&scratch);
    }
    cim_ctx_free(ctx);
}

static void test_parts_record(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__buf bytes = cim__buf_on(ctx->mem);
    cim__record *r = malloc(sizeof *r);
    double coords[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3 };
    uint32_t ring_end[] = { 4 }, part_end[] = { 1 };
    cim__shape shapes[2] = { { .lod = CIM__STR("2"), .role = CIM__STR("solid"), .geom = { CIM_GEOM_MULTIPOLYGON, 3, 4, 1, 1, 0, coords, ring_end, part_end }, .topo = CIM__STR("topo") },
                             { .lod = CIM__STR("1"), .template_gid = CIM__STR("T"), .matrix = { 1, 2, 3 }, .anchor = { 4, 5, 6 } } };
    cim__value values[4] = { { .attr = CIM__A_NAME, .text = CIM__STR("N") }, { .attr = CIM__A_HEIGHT_M, .rule = CIM__RULE_LEVELS, .real = 9.5 },
                             { .attr = CIM__A_NAME, .text = CIM__STR("second") }, { .attr = CIM__A_ONEWAY, .integer = -1 } };
    cim__feature f = { .gid = CIM__STR("gml:1"), .parent_gid = CIM__STR("gml:0"), .valid_from = CIM__STR("2000"), .values = values, .value_count = 4, .attrs = CIM__STR("{}"), .shapes = shapes, .shape_count = 2,
                       .residue = CIM__STR("rest") };
    (void)state;
    assert_non_null(r);
    cim__record_put(&bytes, &f, CIM__STR("geom"), 25832);
    assert_true(cim__record_get(cim__buf_str(&bytes), r));
    assert_true(cim__str_is(r->gid, "gml:1") && cim__str_is(r->parent_gid, "gml:0") && cim__str_is(r->valid_from, "2000") && !r->valid_to.len);
    assert_true(cim__str_is(r->attrs, "{}") && cim__str_is(r->residue, "rest") && cim__str_is(r->geom, "geom"));
    assert_int_equal(r->value_count, 3);
    assert_true(cim__str_is(r->values[0].text, "N") && r->values[1].real == 9.5 && r->values[1].rule == CIM__RULE_LEVELS && r->values[2].integer == -1);
    assert_int_equal(r->shape_count, 2);
    assert_true(cim__str_is(r->shapes[0].lod, "2") && cim__str_is(r->shapes[0].topo, "topo") && r->shapes[0].geom.len > 90);
    assert_true(cim__str_is(r->shapes[1].template_gid, "T") && r->shapes[1].matrix[2] == 3 && r->shapes[1].anchor[2] == 6);
    for (size_t cut = 0; cut < bytes.size; cut++) assert_false(cim__record_get((cim__str){ (const char *)bytes.data, cut }, r));
    free(r);
    cim__buf_free(&bytes);
    cim_ctx_free(ctx);
}

static cim_status feed_row(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    const long *fail_at = user;
    if ((long)row == *fail_at) return cim__fail(ctx, CIM_EFORMAT, "row %zu is bad", row);
    cells[0] = (cim__cell){ .type = CIM__CELL_INT, .integer = (int64_t)row };
    cells[1] = (cim__cell){ .type = row % 2 ? CIM__CELL_NULL : CIM__CELL_TEXT, .text = CIM__STR("text") };
    cells[2] = (cim__cell){ .type = CIM__CELL_REAL, .real = (double)row / 4 };
    return CIM_OK;
}

static void test_parts_feed(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__db *db = NULL;
    int64_t value = 0;
    long fail_at = -1;
    (void)state;
    assert_ok(ctx, cim__db_open(ctx, ":memory:", CIM__DB_MEMORY, &db));
    assert_ok(ctx, cim__db_exec(ctx, db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL)"));
    assert_ok(ctx, cim__db_feed(ctx, db, "t", 3, 1000, feed_row, &fail_at));
    assert_ok(ctx, cim__db_get_int(ctx, db, "SELECT count(*)*1000000 + count(b)*1000 + (SELECT c*4 FROM t WHERE a=77) FROM t", &value));
    assert_true(value == 1000000000 + 500 * 1000 + 77);
    assert_status(ctx, cim__db_feed(ctx, db, "t", 3, 10, feed_row, &fail_at), CIM_EIO); /* keys exist */
    fail_at = 5;
    assert_ok(ctx, cim__db_exec(ctx, db, "DELETE FROM t"));
    assert_status(ctx, cim__db_feed(ctx, db, "t", 3, 10, feed_row, &fail_at), CIM_EFORMAT);
    assert_string_equal(cim_ctx_error(ctx), "row 5 is bad");
    assert_status(ctx, cim__db_feed(ctx, db, "nowhere", 3, 10, feed_row, &fail_at), CIM_EFORMAT);
    cim__db_close(db);
    cim_ctx_free(ctx);
}

/* The rows of a packed tree, in place of those of an empty one. */
static void plant(cim_ctx *ctx, cim__db *db, cim__rtree_item *items, size_t count)
{
    static const cim__feed_fn feeds[] = { cim__rtree_feed_node, cim__rtree_feed_parent, cim__rtree_feed_rowid };
    size_t node_size = 0;
    cim__rtree *tree = NULL;
    assert_ok(ctx, cim__rtree_clear(ctx, db, "t", &node_size));
    assert_ok(ctx, cim__rtree_new(ctx, items, count, node_size, &tree));
    for (cim__rtree_table k = CIM__RTREE_NODE; k <= CIM__RTREE_ROWID; k++) {
        char name[40];
        snprintf(name, sizeof name, "idx_t_geom_%s", cim__rtree_tables[k]);
        assert_ok(ctx, cim__db_feed(ctx, db, name, 2, cim__rtree_rows(tree, k), feeds[k], tree));
    }
    cim__rtree_free(tree);
}

/* Packed trees of every size pass SQLite's own check and answer as a scan does. */
static void test_parts_rtree(void **state)
{
    static cim__rtree_item items[4000];
    static const size_t sizes[] = { 0, 1, 50, 51, 52, 51 * 51, 51 * 51 + 1, 4000 };
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 6;
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        cim__db *db = NULL;
        cim__stmt *stmt = NULL;
        assert_ok(ctx, cim__db_open(ctx, ":memory:", CIM__DB_MEMORY, &db));
        assert_ok(ctx, cim__db_exec(ctx, db, "CREATE VIRTUAL TABLE idx_t_geom USING rtree(pkid, xmin, xmax, ymin, ymax)"));
        for (size_t i = 0; i < sizes[s]; i++) {
            double x = support_uniform(&seed, 4e5, 5e5), y = support_uniform(&seed, 5e6, 6e6);
            items[i] = (cim__rtree_item){ (int64_t)(support_random(&seed) >> 24), { x, y, x + 10, y + 10 } };
        }
        plant(ctx, db, items, sizes[s]);
        assert_ok(ctx, cim__db_prepare(ctx, db, "SELECT rtreecheck('idx_t_geom'), (SELECT count(*) FROM idx_t_geom), (SELECT count(*) FROM idx_t_geom WHERE xmin>=450000 AND ymax<=5500000)", &stmt));
        assert_ok(ctx, cim__stmt_step(ctx, stmt));
        assert_true(cim__str_is(cim__stmt_get_str(stmt, 0), "ok"));
        assert_int_equal(cim__stmt_get_int(stmt, 1), sizes[s]);
        int64_t inside = 0;
        for (size_t i = 0; i < sizes[s]; i++) inside += (double)(float)items[i].box.min_x >= 450000 && items[i].box.max_y <= 5500000;
        assert_true(llabs(inside - cim__stmt_get_int(stmt, 2)) <= 1);
        cim__stmt_free(stmt);
        cim__db_close(db);
    }
    cim_ctx_free(ctx);
}

typedef struct bulk_rows {
    uint64_t seed;
    size_t longest;
    char *bytes;
} bulk_rows;

/* Any row can be asked for again: it depends on its number only. */
static void bulk_cells(const bulk_rows *rows, size_t row, cim__cell *key, cim__cell *rest)
{
    uint64_t seed = rows->seed + row * 977;
    size_t size = support_random(&seed) % 20 ? support_random(&seed) % 60 : support_random(&seed) % rows->longest;
    *key = (cim__cell){ .type = CIM__CELL_INT, .integer = (int64_t)(row * row) - 40 };
    rest[0] = (cim__cell){ .type = size ? CIM__CELL_BLOB : CIM__CELL_NULL, .text = { rows->bytes + size % 7, size } };
    uint64_t bits = support_random(&seed);
    rest[1] = (cim__cell){ .type = CIM__CELL_INT, .integer = (int64_t)(bits >> (support_random(&seed) % 64)) };
    rest[2] = (cim__cell){ .type = row % 3 ? CIM__CELL_REAL : CIM__CELL_NULL, .real = (double)row / 3 };
}

static cim_status feed_keyed(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    (void)ctx;
    bulk_cells(user, row, &cells[0], &cells[1]);
    return CIM_OK;
}

/* Two columns of key, many equal in the first. */
static cim_status feed_pairs(cim_ctx *ctx, size_t row, cim__cell *cells, void *user)
{
    (void)ctx;
    bulk_cells(user, row, &cells[1], &cells[2]);
    cells[0] = (cim__cell){ .type = CIM__CELL_INT, .integer = (int64_t)(row / 9) };
    return CIM_OK;
}

static uint32_t root_of(cim_ctx *ctx, cim__db *db, const char *table)
{
    char sql[100];
    int64_t root = 0;
    snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_master WHERE name='%s'", table);
    assert_ok(ctx, cim__db_get_int(ctx, db, sql, &root));
    return (uint32_t)root;
}

/* The same rows through SQL and in bulk are the same, and SQLite finds nothing wrong with the file, which it goes on writing. */
static void one_bulk(cim_ctx *ctx, const char *path, int page_size, bulk_rows *rows, size_t count)
{
    cim__db *db = NULL;
    cim__bulk *bulk = NULL;
    cim__lane *lanes[2] = { NULL, NULL };
    cim__stmt *stmt = NULL;
    remove(path);
    assert_ok(ctx, cim__db_open(ctx, path, CIM__DB_CREATE, &db));
    assert_ok(ctx, cim__db_execf(ctx, db, "PRAGMA page_size=%d", page_size));
    for (int i = 0; i < 2; i++) {
        assert_ok(ctx, cim__db_execf(ctx, db, "CREATE TABLE t%d(a INTEGER PRIMARY KEY, b BLOB, c INTEGER, d REAL)", i));
        assert_ok(ctx, cim__db_execf(ctx, db, "CREATE TABLE w%d(k INTEGER, a INTEGER, b BLOB, c INTEGER, d REAL, PRIMARY KEY(k, a)) WITHOUT ROWID", i));
    }
    assert_ok(ctx, cim__db_feed(ctx, db, "t0", 4, count, feed_keyed, rows));
    assert_ok(ctx, cim__db_feed(ctx, db, "w0", 5, count, feed_pairs, rows));
    uint32_t t = root_of(ctx, db, "t1"), w = root_of(ctx, db, "w1");
    assert_ok(ctx, cim__db_exec(ctx, db, "CREATE TABLE gone(x); INSERT INTO gone VALUES(zeroblob(100000)); DROP TABLE gone")); /* free pages */
    cim__db_close(db);
    assert_ok(ctx, cim__bulk_open(ctx, path, &bulk));
    for (int i = 0; i < 2; i++) assert_ok(ctx, cim__lane_new(ctx, bulk, &lanes[i]));
    assert_ok(ctx, cim__bulk_fill(ctx, lanes[0], t, true, 4, count, feed_keyed, rows));
    assert_ok(ctx, cim__bulk_fill(ctx, lanes[count % 2], w, false, 5, count, feed_pairs, rows));
    for (int i = 0; i < 2; i++) {
        assert_ok(ctx, cim__lane_end(ctx, lanes[i]));
        cim__lane_free(lanes[i]);
    }
    assert_ok(ctx, cim__bulk_finish(ctx, bulk));
    cim__bulk_close(bulk);
    assert_ok(ctx, cim__db_open(ctx, path, CIM__DB_WRITE, &db));
    assert_ok(ctx, cim__db_prepare(ctx, db, "PRAGMA integrity_check", &stmt));
    assert_ok(ctx, cim__stmt_step(ctx, stmt));
    assert_true(cim__str_is(cim__stmt_get_str(stmt, 0), "ok"));
    cim__stmt_free(stmt);
    static const char *const differences = "SELECT (SELECT count(*) FROM (SELECT * FROM t0 EXCEPT SELECT * FROM t1)) + (SELECT count(*) FROM (SELECT * FROM w0 EXCEPT SELECT * FROM w1))"
                                           " + (SELECT count(*) FROM t0) - (SELECT count(*) FROM t1) + (SELECT count(*) FROM w0) - (SELECT count(*) FROM w1)";
    int64_t different = -1, kept = -1;
    assert_ok(ctx, cim__db_get_int(ctx, db, differences, &different));
    assert_int_equal(different, 0);
    assert_ok(ctx, cim__db_exec(ctx, db, "DELETE FROM t1 WHERE a % 2; INSERT INTO w1 SELECT -1 - k, a, b, c, d FROM w0"));
    assert_ok(ctx, cim__db_get_int(ctx, db, "SELECT count(*) FROM w1", &kept));
    assert_true(kept == 2 * (int64_t)count);
    cim__db_close(db);
    remove(path);
}

static void test_parts_bulk(void **state)
{
    static const int page_sizes[] = { 512, 1024, 4096, 65536 };
    static const size_t counts[] = { 0, 1, 2, 9, 100, 1234, 9000 };
    cim_ctx *ctx = support_ctx();
    bulk_rows rows = { .longest = 3000, .bytes = malloc(200010) };
    char path[100];
    (void)state;
    assert_non_null(rows.bytes);
    snprintf(path, sizeof path, "/tmp/cim-bulk-%d.db", (int)getpid());
    for (size_t i = 0; i < 200010; i++) rows.bytes[i] = (char)(i * 7 + i / 256);
    for (size_t p = 0; p < sizeof page_sizes / sizeof *page_sizes; p++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            rows.longest = counts[c] < 200 ? 200000 : 3000;
            rows.seed = p * 100 + c;
            one_bulk(ctx, path, page_sizes[p], &rows, counts[c]);
        }
    free(rows.bytes);
    cim_ctx_free(ctx);
}

static void test_parts_bulk_refuses(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__db *db = NULL;
    cim__bulk *bulk = NULL;
    cim__lane *lane = NULL;
    char path[100];
    long fail_at = 5;
    (void)state;
    snprintf(path, sizeof path, "/tmp/cim-bulk-%d.db", (int)getpid());
    assert_status(ctx, cim__bulk_open(ctx, path, &bulk), CIM_EIO);
    assert_ok(ctx, cim__db_open(ctx, path, CIM__DB_CREATE, &db));
    assert_ok(ctx, cim__db_exec(ctx, db, "PRAGMA auto_vacuum=1; CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL)"));
    cim__db_close(db);
    assert_status(ctx, cim__bulk_open(ctx, path, &bulk), CIM_EINTERNAL);
    remove(path);
    assert_ok(ctx, cim__db_open(ctx, path, CIM__DB_CREATE, &db));
    assert_ok(ctx, cim__db_exec(ctx, db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL)"));
    cim__db_close(db);
    assert_ok(ctx, cim__bulk_open(ctx, path, &bulk));
    assert_ok(ctx, cim__lane_new(ctx, bulk, &lane));
    assert_status(ctx, cim__bulk_fill(ctx, lane, 2, true, 3, 10, feed_row, &fail_at), CIM_EFORMAT);
    assert_string_equal(cim_ctx_error(ctx), "row 5 is bad");
    cim__lane_free(lane);
    cim__bulk_close(bulk);
    remove(path);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_parts_spool), cmocka_unit_test(test_parts_record), cmocka_unit_test(test_parts_feed), cmocka_unit_test(test_parts_rtree),
                                       cmocka_unit_test(test_parts_bulk),  cmocka_unit_test(test_parts_bulk_refuses) };
    return cmocka_run_group_tests_name("store/parts", tests, NULL, NULL);
}
