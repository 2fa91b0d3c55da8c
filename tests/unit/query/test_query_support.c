/* The helper that makes cities for other tests: what goes in comes out. */
#include "city.h"
#include "support.h"

#include <string.h>

static const support_object objects[] = {
    { .gid = "osm:way/1", .class_name = "Building", .wkt = "POLYGON((0 0,10 0,10 10,0 10,0 0))", .values = "height_m=12.5;name=Rathaus: alt;storeys=4:height", .attrs = "{\"osm:building\":\"yes\"}" },
    { .gid = "osm:way/2", .class_name = "BuildingPart", .wkt = "POLYGON((0 0,5 0,5 5,0 5,0 0))", .parent = "osm:way/1", .valid_from = "2020-01-01" },
    { .gid = "osm:way/3#0", .class_name = "Road", .wkt = "LINESTRING(0 0,10 0)" },
    { .gid = "osm:way/3#1", .class_name = "Road", .wkt = "LINESTRING(10 0,20 0)" },
};
static const support_relation relations[] = { { "osm:way/1", CIM__R_ACCESSES, "osm:way/3#0", "{\"distance_m\":3}" } };

static void expect(cim_ctx *ctx, cim_city *city, const char *gid, uint32_t flags, const char *part)
{
    uint32_t id;
    size_t count;
    cim_buf json = CIM_BUF_INIT;
    assert_ok(ctx, cim_city_find(ctx, city, gid, &id, 1, &count));
    assert_ok(ctx, cim_city_object(ctx, city, id, flags, &json));
    if (!strstr(json.data, part)) print_error("%s has no %s\n", json.data, part);
    assert_non_null(strstr(json.data, part));
    cim_buf_dispose(&json);
}

static void test_query_support_city(void **state)
{
    const char *path = support_temp("support.cim");
    cim_ctx *ctx = support_ctx();
    size_t count;
    uint32_t ids[4];
    (void)state;
    support_city(path, 0, objects, 4, relations, 1);
    cim_city *city = support_open(ctx, path);
    assert_int_equal(cim_city_count(city), 4);
    assert_int_equal(cim_city_epsg(city), SUPPORT_EPSG);
    expect(ctx, city, "osm:way/1", 0, "\"name\":\"Rathaus: alt\"");
    expect(ctx, city, "osm:way/1", 0, "\"derived\":{\"storeys\":\"height\"}");
    expect(ctx, city, "osm:way/1", 0, "\"osm:building\":\"yes\"");
    expect(ctx, city, "osm:way/1", CIM_OBJECT_RELATIONS, "\"type\":\"accesses\"");
    expect(ctx, city, "osm:way/2", 0, "\"valid_from\":\"2020-01-01\"");
    assert_ok(ctx, cim_city_find(ctx, city, "osm:way/3", ids, 4, &count));
    assert_int_equal(count, 2);
    cim_city_free(city);
    cim_ctx_free(ctx);
}

/* A second call with the same path replaces and adds. */
static void test_query_support_city_extends(void **state)
{
    const support_object more[] = { { .gid = "osm:way/1", .class_name = "Building", .wkt = "POLYGON((0 0,10 0,10 10,0 10,0 0))", .values = "name=Neu" },
                                    { .gid = "osm:node/9", .class_name = "Sensor", .wkt = "POINT(3 3)" } };
    const char *path = support_temp("extended.cim");
    cim_ctx *ctx = support_ctx();
    (void)state;
    support_city(path, 0, objects, 4, relations, 1);
    support_city(path, 0, more, 2, NULL, 0);
    cim_city *city = support_open(ctx, path);
    assert_int_equal(cim_city_count(city), 5);
    expect(ctx, city, "osm:way/1", 0, "\"name\":\"Neu\"");
    cim_city_free(city);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_query_support_city), cmocka_unit_test(test_query_support_city_extends) };
    return cmocka_run_group_tests_name("query/support", tests, NULL, NULL);
}
