/* A city file from import to import: numbers, replacement, relations, repeated ids, compiled arrays. */
#include "city.h"
#include "store/store.h"
#include "support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const support_object base[] = {
    { "osm:way/1", "Building", "POLYGON((0 0,10 0,10 10,0 10,0 0))", "name=Rathaus;height_m=12:levels", "{\"osm:building\":\"yes\"}", NULL, NULL, NULL },
    { "osm:way/2", "BuildingPart", "POLYGON((0 0,5 0,5 5,0 5,0 0))", NULL, NULL, "osm:way/1", NULL, NULL },
    { "osm:way/3#0", "Road", "LINESTRING(0 20,10 20)", "name=Marktgasse;oneway=1", NULL, NULL, NULL, NULL },
    { "osm:way/3#1", "Road", "LINESTRING(10 20,30 20)", "name=Marktgasse", NULL, NULL, NULL, NULL },
    { "osm:node/4", "Hydrant", "POINT(5 15)", "ref=H1", NULL, NULL, "2001-01-01", NULL },
    { "osm:relation/5", "TurnRestriction", NULL, NULL, NULL, NULL, NULL, NULL },
};
enum { BASE = sizeof base / sizeof *base };

static const support_relation base_relations[] = {
    { "osm:way/1", CIM__R_ACCESSES, "osm:way/3#1", "{\"distance_m\":10}" },
    { "osm:relation/5", CIM__R_FROM, "osm:way/3", NULL }, /* both segments */
    { "osm:relation/5", CIM__R_TO, "osm:way/99", NULL },  /* unknown: dropped and counted */
};

static uint32_t number_of(cim_ctx *ctx, cim_city *city, const char *gid)
{
    uint32_t id = CIM_NONE;
    size_t count = 0;
    assert_ok(ctx, cim_city_find(ctx, city, gid, &id, 1, &count));
    return id;
}

static char *object_of(cim_ctx *ctx, cim_city *city, const char *gid, uint32_t flags)
{
    cim_buf json = CIM_BUF_INIT;
    assert_ok(ctx, cim_city_object(ctx, city, number_of(ctx, city, gid), flags, &json));
    char *text = strdup(json.data);
    cim_buf_dispose(&json);
    return text;
}

static void assert_whole(cim_ctx *ctx, const char *path)
{
    cim_buf report = CIM_BUF_INIT;
    size_t findings = 99;
    assert_ok(ctx, cim_check(ctx, path, 0, &report, &findings));
    if (findings) print_message("# %s\n", report.data);
    assert_int_equal(findings, 0);
    cim_buf_dispose(&report);
}

static void test_store_round_trip(void **state)
{
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("round.cim");
    uint32_t ids[4];
    size_t count;
    (void)state;
    support_city(path, 0, base, BASE, base_relations, 3);
    assert_whole(ctx, path);
    cim_city *city = support_open(ctx, path);
    assert_int_equal(cim_city_count(city), BASE);
    assert_int_equal(cim_city_epsg(city), SUPPORT_EPSG);
    assert_ok(ctx, cim_city_find(ctx, city, "osm:way/3", ids, 4, &count));
    assert_int_equal(count, 2);
    assert_status(ctx, cim_city_find(ctx, city, "osm:way/33", ids, 4, &count), CIM_ENOTFOUND);
    assert_string_equal(cim_city_class(city, number_of(ctx, city, "osm:node/4")), "Hydrant");
    assert_string_equal(cim_city_layer(city, number_of(ctx, city, "osm:relation/5")), "nonspatial");
    assert_int_equal(cim_city_parent(city, number_of(ctx, city, "osm:way/2")), number_of(ctx, city, "osm:way/1"));
    assert_null(cim_city_class(city, 0));
    assert_null(cim_city_class(city, 7));
    char *text = object_of(ctx, city, "osm:way/1", CIM_OBJECT_GEOMETRY | CIM_OBJECT_RELATIONS);
    assert_non_null(strstr(text, "\"height_m\":12"));
    assert_non_null(strstr(text, "\"derived\":{\"height_m\":\"levels\"}"));
    assert_non_null(strstr(text, "\"osm:building\":\"yes\""));
    assert_non_null(strstr(text, "\"area_m2\":100"));
    assert_non_null(strstr(text, "\"type\":\"accesses\",\"id\":\"osm:way/3#1\""));
    assert_non_null(strstr(text, "\"type\":\"has_part\",\"id\":\"osm:way/2\""));
    assert_non_null(strstr(text, "\"coordinates\":[[[[0,0],[10,0],[10,10],[0,10],[0,0]]]]"));
    free(text);
    cim_relation relations[8];
    assert_ok(ctx, cim_city_relations(ctx, city, number_of(ctx, city, "osm:relation/5"), relations, 8, &count));
    assert_int_equal(count, 2);
    cim_box window = { 4, 14, 6, 16 };
    assert_ok(ctx, cim_city_window(ctx, city, &window, ids, 4, &count));
    assert_int_equal(count, 1);
    assert_int_equal(ids[0], number_of(ctx, city, "osm:node/4"));
    cim_city_free(city);
    cim_ctx_free(ctx);
}

/* Objects keep their numbers, relations from others survive, segments that are gone are gone. */
static void test_store_replace_keeps_numbers(void **state)
{
    static const support_object next[] = { { "osm:way/3", "Road", "LINESTRING(0 20,30 20)", "name=Neue Gasse", NULL, NULL, NULL, NULL },
                                           { "osm:way/1", "Building", "POLYGON((0 0,20 0,20 10,0 10,0 0))", "name=Rathaus", NULL, NULL, NULL, NULL },
                                           { "osm:way/9", "Building", "POLYGON((50 0,60 0,60 10,50 10,50 0))", NULL, NULL, NULL, NULL, NULL } };
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("replace.cim");
    (void)state;
    support_city(path, 0, base, BASE, base_relations, 3);
    cim_city *before = support_open(ctx, path);
    uint32_t building = number_of(ctx, before, "osm:way/1"), part = number_of(ctx, before, "osm:way/2"), max = cim_city_max_id(before);
    cim_city_free(before);
    support_city(path, 0, next, 3, NULL, 0);
    assert_whole(ctx, path);
    cim_city *after = support_open(ctx, path);
    size_t count;
    uint32_t ids[4];
    assert_int_equal(cim_city_count(after), BASE); /* - one segment + one building */
    assert_int_equal(number_of(ctx, after, "osm:way/1"), building);
    assert_int_equal(number_of(ctx, after, "osm:way/9"), max + 1);
    assert_int_equal(cim_city_parent(after, part), building);
    assert_ok(ctx, cim_city_find(ctx, after, "osm:way/3", ids, 4, &count));
    assert_int_equal(count, 1);
    char *text = object_of(ctx, after, "osm:way/1", CIM_OBJECT_RELATIONS);
    assert_non_null(strstr(text, "\"area_m2\":200"));
    assert_null(strstr(text, "accesses")); /* its own relations came with the old version */
    free(text);
    text = object_of(ctx, after, "osm:relation/5", CIM_OBJECT_RELATIONS);
    assert_non_null(strstr(text, "Neue Gasse")); /* the relation of another object now means the new version */
    free(text);
    cim_city_free(after);
    cim_ctx_free(ctx);
}

static void test_store_repeated_ids(void **state)
{
    static const support_object twice[] = { { "gml:A", "Building", "POLYGON((0 0,1 0,1 1,0 0))", NULL, NULL, NULL, NULL, NULL },
                                            { "gml:A", "Building", "POLYGON((5 0,6 0,6 1,5 0))", NULL, NULL, NULL, NULL, NULL },
                                            { "gml:A", "Building", "POLYGON((9 0,10 0,10 1,9 0))", NULL, NULL, NULL, NULL, NULL } };
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("repeat.cim");
    (void)state;
    for (int round = 0; round < 3; round++) {
        support_city(path, 0, twice, 3, NULL, 0);
        assert_whole(ctx, path);
        cim_city *city = support_open(ctx, path);
        assert_int_equal(cim_city_count(city), 3);
        assert_int_equal(cim_city_max_id(city), 3);
        assert_true(number_of(ctx, city, "gml:A") != number_of(ctx, city, "gml:A~3"));
        cim_city_free(city);
    }
    cim_ctx_free(ctx);
}

/* Another program edits the file: compiled arrays must not be believed any more, and check says so. */
static void test_store_foreign_edit(void **state)
{
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("edit.cim");
    cim_buf json = CIM_BUF_INIT;
    sqlite3 *db = NULL;
    size_t findings = 0;
    (void)state;
    support_city(path, 0, base, BASE, base_relations, 3);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM utility_node; UPDATE building SET class='Bridge'", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    cim_city *city = support_open(ctx, path);
    assert_int_equal(cim_city_count(city), BASE - 1);
    assert_string_equal(cim_city_class(city, number_of(ctx, city, "osm:way/1")), "Bridge");
    assert_ok(ctx, cim_city_info(ctx, city, &json));
    assert_non_null(strstr(json.data, "\"changed_by_others\":true"));
    cim_buf_dispose(&json);
    cim_city_free(city);
    assert_ok(ctx, cim_check(ctx, path, 0, &json, &findings));
    assert_true(findings > 0);
    cim_buf_dispose(&json);
    support_city(path, 0, base, 1, NULL, 0); /* the next import starts from the tables as they are */
    city = support_open(ctx, path);
    assert_int_equal(cim_city_count(city), BASE - 1);
    assert_string_equal(cim_city_class(city, number_of(ctx, city, "osm:way/1")), "Building");
    cim_city_free(city);
    cim_ctx_free(ctx);
}

/* Many objects, compiled arrays against the tables, SQLite's own R*Tree check, and windows against brute force. */
static void test_store_many(void **state)
{
    enum { COUNT = 5000 };
    cim_ctx *ctx = support_ctx();
    const char *path = support_temp("many.cim");
    support_object *objects = calloc(COUNT, sizeof *objects);
    char (*texts)[3][120] = calloc(COUNT, sizeof *texts);
    static double places[COUNT][2];
    static uint32_t ids[COUNT];
    uint64_t seed = 5;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        double x = places[i][0] = 470000 + (double)(support_random(&seed) % 1000000) / 100, y = places[i][1] = 5470000 + (double)(support_random(&seed) % 1000000) / 100;
        snprintf(texts[i][0], 120, "osm:way/%d", i + 1);
        snprintf(texts[i][1], 120, "POLYGON((%.2f %.2f,%.2f %.2f,%.2f %.2f,%.2f %.2f))", x, y, x + 10, y, x + 10, y + 10, x, y);
        objects[i] = (support_object){ texts[i][0], i % 3 ? "Building" : "LandUse", texts[i][1], "name=x", NULL, NULL, NULL, NULL };
    }
    support_city(path, 0, objects, COUNT / 2, NULL, 0);
    support_city(path, 0, objects + COUNT / 4, COUNT - COUNT / 4, NULL, 0); /* a quarter again */
    assert_whole(ctx, path);
    cim_city *city = support_open(ctx, path);
    assert_int_equal(cim_city_count(city), COUNT);
    for (int k = 0; k < 100; k++) {
        size_t count, expected = 0;
        double x = support_uniform(&seed, 470000, 480000), y = support_uniform(&seed, 5470000, 5480000), size = support_uniform(&seed, 10, 800);
        cim_box w = { x, y, x + size, y + size };
        for (int i = 0; i < COUNT; i++) expected += places[i][0] <= w.max_x && places[i][0] + 10 >= w.min_x && places[i][1] <= w.max_y && places[i][1] + 10 >= w.min_y;
        assert_ok(ctx, cim_city_window(ctx, city, &w, ids, COUNT, &count));
        assert_int_equal(count, expected);
        for (size_t i = 1; i < count; i++) assert_true(ids[i] > ids[i - 1]);
    }
    cim_city_free(city);
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT rtreecheck('idx_building_geom'), rtreecheck('idx_landuse_geom')", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
    assert_string_equal((const char *)sqlite3_column_text(stmt, 1), "ok");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    free(objects);
    free(texts);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_store_round_trip), cmocka_unit_test(test_store_replace_keeps_numbers), cmocka_unit_test(test_store_repeated_ids),
                                        cmocka_unit_test(test_store_foreign_edit), cmocka_unit_test(test_store_many) };
    return cmocka_run_group_tests_name("store/city", tests, NULL, NULL);
}
