/* Spool, records, bulk insertion. */
#include "store/db.h"
#include "store/record.h"
#include "store/rtree.h"
#include "store/spool.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        assert_ok(ctx, cim__rtree_write(ctx, db, "t", items, sizes[s]));
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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_parts_spool), cmocka_unit_test(test_parts_record), cmocka_unit_test(test_parts_feed), cmocka_unit_test(test_parts_rtree) };
    return cmocka_run_group_tests_name("store/parts", tests, NULL, NULL);
}
