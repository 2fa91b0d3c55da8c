/* Every allocation of every public function fails once, and once for ever: the call says CIM_ENOMEM (or works), nothing leaks, what
 * was there before is intact. */
#include "city.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- scenarios ---- */

static const char *city_path;

static cim_status use_city(cim_ctx *ctx)
{
    cim_city *city = NULL;
    cim_buf buf = CIM_BUF_INIT;
    uint32_t ids[8];
    size_t count = 0;
    cim_relation relations[8];
    cim_box window = { -1, -1, 11, 11 };
    cim_status st = cim_city_open(ctx, city_path, NULL, &city);
    if (st >= 0) st = cim_city_find(ctx, city, "osm:way/1", ids, 8, &count);
    if (st >= 0) st = cim_city_info(ctx, city, &buf);
    if (st >= 0) st = cim_city_object(ctx, city, ids[0], 7, &buf);
    if (st >= 0) st = cim_city_gid(ctx, city, ids[0], &buf);
    if (st >= 0) st = cim_city_geometry(ctx, city, ids[0], &buf);
    if (st >= 0) st = cim_city_relations(ctx, city, ids[0], relations, 8, &count);
    if (st >= 0) st = cim_city_window(ctx, city, &window, ids, 8, &count);
    cim_buf_dispose(&buf);
    cim_city_free(city);
    return st;
}

static cim_status use_check(cim_ctx *ctx)
{
    cim_buf buf = CIM_BUF_INIT;
    size_t findings = 0;
    cim_status st = cim_check(ctx, city_path, 0, &buf, &findings);
    cim_buf_dispose(&buf);
    return st;
}

static cim_status use_shapes(cim_ctx *ctx)
{
    double coords[] = { 0, 0, 9, 0, 9, 9, 0, 0 }, xy[2 * 9000], distances[9000];
    uint32_t ring_end[] = { 4 }, part_end[] = { 1 }, which[9000];
    uint8_t where[9000];
    cim_geom geom = { CIM_GEOM_POLYGON, 2, 4, 1, 1, 0, coords, ring_end, part_end };
    cim_shapes *shapes = NULL;
    for (int i = 0; i < 9000; i++) which[i] = 0, xy[2 * i] = i % 10, xy[2 * i + 1] = i / 1000.0;
    cim_status st = cim_shapes_build(ctx, &geom, 1, &shapes);
    if (st >= 0) st = cim_shapes_locate_many(ctx, shapes, which, xy, 9000, where);
    if (st >= 0) st = cim_shapes_distance_many(ctx, shapes, which, xy, 9000, distances);
    cim_shapes_free(shapes);
    return st;
}

static cim_status use_geometry(cim_ctx *ctx)
{
    double coords[] = { 0, 0, 1, 0, 1, 1, 0, 0 }, xy[] = { 8.7, 49.4 };
    uint32_t ring_end[] = { 4 }, part_end[] = { 1 };
    cim_geom geom = { CIM_GEOM_POLYGON, 2, 4, 1, 1, 0, coords, ring_end, part_end };
    cim_buf buf = CIM_BUF_INIT;
    cim_box box;
    cim_status st = cim_geom_box(ctx, &geom, &box);
    if (st >= 0) st = cim_geom_wkt(ctx, &geom, &buf);
    if (st >= 0) st = cim_geom_wkb(ctx, &geom, &buf);
    if (st >= 0) st = cim_crs_transform(ctx, 4326, 25832, 1, xy);
    cim_buf_dispose(&buf);
    return st;
}

static int make_city(void **state)
{
    static const support_object objects[] = {
        { "osm:way/1", "Building", "POLYGON((0 0,10 0,10 10,0 10,0 0),(2 2,3 2,3 3,2 2))", "name=A;height_m=9:levels", "{\"osm:building\":\"yes\"}", NULL, NULL, NULL },
        { "osm:way/2", "Road", "LINESTRING(0 20,10 20)", "name=B", NULL, NULL, NULL, NULL },
        { "osm:way/3", "BuildingPart", "POLYGON((0 0,5 0,5 5,0 0))", NULL, NULL, "osm:way/1", NULL, NULL },
    };
    static const support_relation relations[] = { { "osm:way/1", CIM__R_ACCESSES, "osm:way/2", "{\"distance_m\":1}" } };
    (void)state;
    city_path = strdup(support_temp("oom.cim"));
    support_city(city_path, 0, objects, 3, relations, 1);
    return 0;
}

static void test_oom_city(void **state)
{
    (void)state;
    support_fault_loop("open and look", use_city, 400);
}

static void test_oom_check(void **state)
{
    (void)state;
    support_fault_loop("check", use_check, 400);
}

static void test_oom_shapes(void **state)
{
    (void)state;
    support_fault_loop("shapes", use_shapes, 1000);
}

static void test_oom_geometry(void **state)
{
    (void)state;
    support_fault_loop("geometry", use_geometry, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_oom_city), cmocka_unit_test(test_oom_check), cmocka_unit_test(test_oom_shapes), cmocka_unit_test(test_oom_geometry) };
    return cmocka_run_group_tests_name("fault/oom", tests, make_city, NULL);
}
