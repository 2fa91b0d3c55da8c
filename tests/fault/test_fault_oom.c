/* Every allocation of every public function fails once, and once for ever: the call says CIM_ENOMEM (or works), nothing leaks, what
 * was there before is intact. */
#include "city.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef cim_status (*scenario_fn)(cim_ctx *ctx);

/* Fail the n-th allocation, then the next, until the scenario runs through without meeting the fault. */
static void run_loop(const char *name, scenario_fn scenario, long most)
{
    for (int persistent = 0; persistent < 2; persistent++) {
        long n = 0;
        for (;; n += 1 + n / most) {
            support_fault fault = { .left = n, .persistent = persistent != 0 };
            cim_ctx *ctx = support_fault_ctx(&fault, 1);
            cim_status st = ctx ? scenario(ctx) : CIM_ENOMEM;
            if (ctx && st < 0) assert_string_not_equal(cim_ctx_error(ctx), "");
            cim_ctx_free(ctx);
            if (fault.live) print_error("%s: %ld blocks leaked at allocation %ld\n", name, fault.live, n);
            assert_int_equal(fault.live, 0);
            if (!fault.hit) {
                if (st < 0) print_error("%s: %s\n", name, cim_status_name(st));
                assert_true(st >= 0);
                break;
            }
            if (st < 0 && st != CIM_ENOMEM) print_error("%s: %s at allocation %ld\n", name, cim_status_name(st), n);
            assert_true(st >= 0 || st == CIM_ENOMEM);
        }
        print_message("# %s: %ld allocations\n", name, n);
    }
}

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

static cim_status use_index(cim_ctx *ctx)
{
    cim_box boxes[300], window = { 0, 0, 100, 100 };
    cim_index *index = NULL, *back = NULL;
    cim_buf bytes = CIM_BUF_INIT;
    uint32_t ids[300];
    size_t count;
    for (int i = 0; i < 300; i++) boxes[i] = (cim_box){ i, i, i + 1, i + 1 };
    cim_status st = cim_index_build(ctx, boxes, 300, &index);
    if (st >= 0) st = cim_index_query(ctx, index, &window, ids, 300, &count);
    if (st >= 0) st = cim_index_nearest(ctx, index, 5, 5, 100, HUGE_VAL, ids, NULL, &count);
    if (st >= 0) st = cim_index_save(ctx, index, &bytes);
    if (st >= 0) st = cim_index_load(ctx, bytes.data, bytes.size, &back);
    cim_buf_dispose(&bytes);
    cim_index_free(index);
    cim_index_free(back);
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
    run_loop("open and look", use_city, 400);
}

static void test_oom_check(void **state)
{
    (void)state;
    run_loop("check", use_check, 400);
}

static void test_oom_index(void **state)
{
    (void)state;
    run_loop("index", use_index, 1000);
}

static void test_oom_shapes(void **state)
{
    (void)state;
    run_loop("shapes", use_shapes, 1000);
}

static void test_oom_geometry(void **state)
{
    (void)state;
    run_loop("geometry", use_geometry, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_oom_city), cmocka_unit_test(test_oom_check), cmocka_unit_test(test_oom_index), cmocka_unit_test(test_oom_shapes), cmocka_unit_test(test_oom_geometry) };
    return cmocka_run_group_tests_name("fault/oom", tests, make_city, NULL);
}
