/* City files that are not what they seem. */
#include "city.h"
#include "support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const support_object objects[] = { { "osm:way/1", "Building", "POLYGON((0 0,10 0,10 10,0 0))", "name=A", "{\"osm:building\":\"yes\"}", NULL, NULL, NULL },
                                          { "osm:way/2", "Road", "LINESTRING(0 0,10 0)", NULL, NULL, NULL, NULL, NULL } };
static const support_relation relations[] = { { "osm:way/1", CIM__R_ACCESSES, "osm:way/2", "{\"a\":1}" } };

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *error = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
        print_error("%s: %s\n", sql, error);
        fail();
    }
    sqlite3_close(db);
}

static void expect(cim_ctx *ctx, const char *path, uint32_t flags, cim_status wanted, const char *named)
{
    cim_open_options opts = CIM_OPEN_OPTIONS_INIT;
    cim_city *city = NULL;
    opts.flags = flags;
    cim_status st = cim_city_open(ctx, path, &opts, &city);
    assert_status(ctx, st, wanted);
    if (named && !strstr(cim_ctx_error(ctx), named)) {
        print_error("%s: expected \"%s\" in it\n", cim_ctx_error(ctx), named);
        fail();
    }
    cim_city_free(city);
}

static void test_hostile_schema(void **state)
{
    static const struct {
        const char *sql, *named;
        bool foreign; /* opens when foreign objects are accepted */
    } cases[] = {
        { "DROP TABLE building; CREATE VIRTUAL TABLE building USING rtree(id,a,b)", "building", false },
        { "DROP TABLE building; CREATE VIEW building AS SELECT 1 AS id,'x' AS gid", "building", false },
        { "DROP TABLE meta; CREATE VIEW meta AS SELECT 'epsg' AS key, 25832 AS value", "meta", false },
        { "ALTER TABLE building ADD COLUMN evil TEXT", "building", false },
        { "DROP TABLE idx_building_geom; CREATE TABLE idx_building_geom(pkid,xmin,xmax,ymin,ymax)", "idx_building_geom", false },
        { "DROP VIEW object; CREATE VIEW object AS SELECT load_extension('x')", "object", false },
        { "CREATE TRIGGER evil AFTER INSERT ON building BEGIN DELETE FROM road; END", "evil", true },
        { "CREATE VIEW evil AS SELECT 1", "evil", true },
        { "CREATE VIRTUAL TABLE evil USING rtree(id,a,b)", "evil", true },
        { "DROP TRIGGER gii_building_geom; CREATE TRIGGER gii_building_geom AFTER INSERT ON building BEGIN SELECT 1; END", "gii_building_geom", true },
    };
    cim_ctx *ctx = support_ctx();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[30];
        snprintf(name, sizeof name, "hostile%zu.cim", i);
        const char *path = support_temp(name);
        support_city(path, 0, objects, 2, relations, 1);
        run_sql(path, cases[i].sql);
        expect(ctx, path, 0, CIM_EUNTRUSTED, cases[i].named);
        expect(ctx, path, CIM_OPEN_FOREIGN, cases[i].foreign ? CIM_OK : CIM_EUNTRUSTED, cases[i].foreign ? NULL : cases[i].named);
    }
    cim_ctx_free(ctx);
}

static void test_hostile_harmless_additions(void **state)
{
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("harmless.cim");
    (void)state;
    support_city(path, 0, objects, 2, relations, 1);
    run_sql(path, "CREATE TABLE my_notes(id INTEGER PRIMARY KEY, note TEXT); CREATE INDEX my_index ON building(gid, class COLLATE NOCASE); ANALYZE");
    expect(ctx, path, 0, CIM_OK, NULL);
    cim_ctx_free(ctx);
}

static void test_hostile_headers(void **state)
{
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("header.cim"), *text = support_temp("text.cim"), *empty = support_temp("empty.cim");
    (void)state;
    support_city(path, 0, objects, 2, relations, 1);
    run_sql(path, "PRAGMA user_version=99");
    expect(ctx, path, 0, CIM_EVERSION, "99");
    run_sql(path, "PRAGMA user_version=1; PRAGMA application_id=1");
    expect(ctx, path, 0, CIM_EFORMAT, "not a city file");
    support_write(text, "hello", 5);
    expect(ctx, text, 0, CIM_EFORMAT, "not a city file");
    support_write(empty, "", 0);
    expect(ctx, empty, 0, CIM_EFORMAT, "not a city file");
    expect(ctx, support_temp("absent.cim"), 0, CIM_EIO, "cannot open");
    expect(ctx, "/tmp", 0, CIM_EIO, NULL);
    cim_ctx_free(ctx);
}

static void test_hostile_rows(void **state)
{
    static const char *const cases[] = {
        "UPDATE building SET attrs='{'",
        "UPDATE building SET attrs=x'ff00ff', derived='height_m:x :: :y name'",
        "UPDATE building SET geom=x'0001ff'",
        "UPDATE building SET class=x'00', gid='', parent=id, source=-5",
        "UPDATE building SET id=4294967290",
        "UPDATE building SET id=-3",
        "DELETE FROM cache",
        "UPDATE cache SET data=x'00'",
        "UPDATE cache SET data=zeroblob(1000000)",
        "UPDATE cache SET data=substr(data,1,length(data)-8)",
        "INSERT INTO relation VALUES(1,3,999999,'x'); INSERT INTO relation VALUES(-1,-1,-1,NULL); INSERT INTO relation VALUES('a','b','c','d')",
        "UPDATE meta SET value='nonsense' WHERE key='change_counter'",
        "UPDATE source SET report='{{', uri=x'00', sha256=''",
        "DELETE FROM change",
    };
    cim_ctx *ctx = support_ctx();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = support_temp("rows.cim");
        cim_buf json = CIM_BUF_INIT;
        cim_city *city = NULL;
        size_t findings = 0;
        remove(path);
        support_city(path, 0, objects, 2, relations, 1);
        run_sql(path, cases[i]);
        cim_status st = cim_city_open(ctx, path, NULL, &city);
        if (st < 0) {
            assert_int_equal(st, CIM_EFORMAT);
            continue;
        }
        for (uint32_t id = 0; id <= cim_city_max_id(city) && id < 10; id++)
            if (cim_city_object(ctx, city, id, CIM_OBJECT_GEOMETRY | CIM_OBJECT_RELATIONS | CIM_OBJECT_SHAPES, &json) < 0) assert_string_not_equal(cim_ctx_error(ctx), "");
        st = cim_city_info(ctx, city, &json);
        assert_true(st == CIM_OK || st == CIM_EFORMAT);
        cim_buf_dispose(&json);
        cim_city_free(city);
        assert_ok(ctx, cim_check(ctx, path, 0, &json, &findings));
        assert_true(findings > 0);
        cim_buf_dispose(&json);
    }
    cim_ctx_free(ctx);
}

static void use_everything(cim_ctx *ctx, const char *path)
{
    cim_city *city = NULL;
    cim_buf json = CIM_BUF_INIT;
    size_t findings;
    if (cim_city_open(ctx, path, NULL, &city) == CIM_OK) {
        uint32_t max = cim_city_max_id(city);
        for (uint32_t id = 1; id <= max && id <= 4; id++) (void)cim_city_object(ctx, city, id, 7, &json);
        (void)cim_city_info(ctx, city, &json);
        cim_city_free(city);
    }
    (void)cim_check(ctx, path, 0, &json, &findings);
    cim_buf_dispose(&json);
}

/* Flipped bytes anywhere: a clear error or an answer, never a crash. */
static void test_hostile_mutants(void **state)
{
    cim_ctx *ctx = NULL;
    const char *path = support_temp("mutant.cim"), *base = support_temp("base.cim");
    size_t size;
    uint64_t seed = 99;
    (void)state;
    assert_int_equal(cim_ctx_new(NULL, &ctx), CIM_OK);
    support_city(base, 0, objects, 2, relations, 1);
    char *good = support_read(base, &size), *bad = malloc(size);
    assert_non_null(bad);
    for (int i = 0; i < 300; i++) {
        memcpy(bad, good, size);
        size_t keep = i % 10 == 0 ? support_random(&seed) % size : size;
        for (int k = 0; k < 1 + i % 20; k++) bad[support_random(&seed) % (i % 3 ? size : 4096)] = (char)support_random(&seed);
        support_write(path, bad, keep);
        use_everything(ctx, path);
    }
    free(good);
    free(bad);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_hostile_schema), cmocka_unit_test(test_hostile_harmless_additions), cmocka_unit_test(test_hostile_headers),
                                        cmocka_unit_test(test_hostile_rows), cmocka_unit_test(test_hostile_mutants) };
    return cmocka_run_group_tests_name("store/hostile", tests, NULL, NULL);
}
