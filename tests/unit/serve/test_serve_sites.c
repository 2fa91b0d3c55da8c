/* test_serve_sites.c - lists of places in the sample town, and contaminations in a network of which the ways are counted by hand. */
#include "support.h"

#include "cim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static cim_ctx *ctx;
static cim_city *town;

static cim_sites *fresh(void)
{
    cim_sites *s = NULL;
    assert_ok(ctx, cim_sites_new(ctx, town, &s));
    return s;
}

static void test_sites_objects(void **state)
{
    cim_sites *s = fresh();
    cim_query_result found = CIM_QUERY_RESULT_INIT;
    size_t count, placeless = 9;
    (void)state;
    assert_ok(ctx, cim_query_run(ctx, town, "layer = 'building'", NULL, &found));
    assert_ok(ctx, cim_sites_find(ctx, s, "layer = 'building'", &placeless));
    const cim_site *list = cim_sites_get(s, &count);
    assert_int_equal(count + placeless, found.count);
    for (size_t i = 0; i < count; i += 37) { /* each is inside of its object */
        char text[200];
        cim_query_result in = CIM_QUERY_RESULT_INIT;
        snprintf(text, sizeof text, "layer = 'building' AND S_INTERSECTS(geom, POINT(%.6f %.6f))", list[i].x, list[i].y);
        assert_ok(ctx, cim_query_run(ctx, town, text, NULL, &in));
        bool there = false;
        for (size_t k = 0; k < in.count; k++) there |= in.ids[k] == list[i].object;
        assert_true(there);
        cim_query_result_dispose(&in);
    }
    assert_status(ctx, cim_sites_find(ctx, s, "layer = ", NULL), CIM_EARG);
    size_t after;
    cim_sites_get(s, &after);
    assert_int_equal(after, count);
    cim_query_result_dispose(&found);
    cim_sites_free(s);
}

/* A place half a metre off a wall is in no building as a rule; one that far inside would be. */
static void test_sites_walls(void **state)
{
    cim_sites *s = fresh();
    size_t count;
    uint32_t outside = 0, inside = 0, looked = 0;
    (void)state;
    assert_ok(ctx, cim_sites_walls(ctx, s, "layer = 'building'", 10.0, 4.0, 0.5));
    const cim_site *list = cim_sites_get(s, &count);
    assert_true(count > 1000);
    for (size_t i = 0; i < count; i += 211, looked++) {
        double a = list[i].azimuth_deg / 57.29577951308232;
        assert_true(list[i].kind == CIM_SITE_WALL && list[i].height_m == 4.0 && list[i].azimuth_deg >= 0.0 && list[i].azimuth_deg <= 360.0);
        for (int k = 0; k < 2; k++) {
            char text[200], gid_text[300];
            cim_query_result in = CIM_QUERY_RESULT_INIT;
            cim_buf gid = CIM_BUF_INIT;
            double back = k ? -1.0 : 0.0;
            snprintf(text, sizeof text, "S_INTERSECTS(geom, POINT(%.6f %.6f))", list[i].x + back * sin(a), list[i].y + back * cos(a));
            assert_ok(ctx, cim_city_gid(ctx, town, list[i].object, &gid));
            snprintf(gid_text, sizeof gid_text, "id = '%s' AND %s", gid.data, text);
            assert_ok(ctx, cim_query_run(ctx, town, gid_text, NULL, &in));
            outside += !k && !in.count, inside += k && in.count;
            cim_query_result_dispose(&in);
            cim_buf_dispose(&gid);
        }
    }
    assert_true(outside >= looked * 9 / 10 && inside >= looked * 9 / 10);
    cim_sites_free(s);
}

static void test_sites_grid_and_areas(void **state)
{
    const cim_box box = { 100.0, 200.0, 140.0, 230.0 };
    const double ring[] = { 95, 195, 125, 195, 125, 215, 95, 215, 95, 195 };
    const uint32_t end[] = { 5 }, part[] = { 1 };
    const cim_geom area = { CIM_GEOM_POLYGON, 2, 5, 1, 1, 0, ring, end, part };
    cim_sites *s = fresh();
    size_t count, dropped;
    (void)state;
    assert_ok(ctx, cim_sites_grid(ctx, s, &box, 10.0));
    cim_sites_get(s, &count);
    assert_int_equal(count, 20);
    assert_ok(ctx, cim_sites_drop(ctx, s, &area, 0, &dropped));
    assert_int_equal(dropped, 6);
    assert_ok(ctx, cim_sites_drop(ctx, s, &area, 1, &dropped));
    assert_int_equal(dropped, 14);
    assert_status(ctx, cim_sites_grid(ctx, s, &box, 0.0), CIM_EARG);
    assert_status(ctx, cim_sites_grid(ctx, s, &box, NAN), CIM_EARG);
    assert_status(ctx, cim_sites_grid(ctx, s, &box, 1e-6), CIM_ELIMIT);
    assert_status(ctx, cim_sites_walls(ctx, s, "layer = 'building'", -1.0, 0.0, 0.0), CIM_EARG);
    assert_status(ctx, cim_sites_walls(ctx, s, "layer = 'building'", 1.0, -1.0, 0.0), CIM_EARG);
    assert_status(ctx, cim_sites_put(ctx, s, CIM_NONE, NAN, 0.0, 0.0), CIM_EARG);
    assert_status(ctx, cim_sites_new(ctx, NULL, &s), CIM_EARG);
    cim_sites_free(s);
}

static void test_sites_streets(void **state)
{
    cim_sites *s = fresh();
    cim_net *net = NULL;
    cim_net_costs *costs = NULL;
    cim_net_view v = { .struct_size = sizeof v };
    cim_net_costs_view c = { .struct_size = sizeof c };
    size_t count, wanted = 0;
    (void)state;
    assert_ok(ctx, cim_net_build(ctx, town, NULL, &net));
    assert_ok(ctx, cim_net_costs_build(ctx, net, NULL, &costs));
    assert_ok(ctx, cim_net_get(ctx, net, &v));
    assert_ok(ctx, cim_net_costs_get(ctx, costs, &c));
    assert_ok(ctx, cim_sites_streets(ctx, s, costs, 25.0));
    const cim_site *list = cim_sites_get(s, &count);
    for (uint32_t e = 0; e < v.edge_count; e++)
        if (c.link_ms[2 * e] < CIM_ROUTE_UNREACHABLE_MS || c.link_ms[2 * e + 1] < CIM_ROUTE_UNREACHABLE_MS) wanted += (size_t)fmax(1.0, ceil(v.edge_length_m[e] / 25.0 - 1e-9));
    assert_int_equal(count, wanted);
    cim_net_place *places = calloc(count, sizeof *places);
    size_t on = 0, same = 0;
    assert_ok(ctx, cim_sites_snap(ctx, s, costs, 5.0, places, &on));
    for (size_t i = 0; i < count; i++) {
        assert_true(places[i].edge == CIM_NONE || places[i].distance_m <= 5.0);
        bool own = places[i].edge != CIM_NONE && v.edge_object[places[i].edge] == list[i].object; /* those on islands go elsewhere, or nowhere */
        if (own) assert_true(hypot(places[i].x - list[i].x, places[i].y - list[i].y) < 0.01);
        same += own;
    }
    assert_true(on <= count && same > count / 2);
    free(places);
    cim_net_costs_free(costs);
    cim_net_free(net);
    cim_sites_free(s);
}

static int begin(void **state)
{
    const char *path = support_own("town.osm.pbf");
    (void)state;
    ctx = support_ctx();
    return cim_city_load(ctx, &path, 1, NULL, &town, NULL) < 0;
}

static int end(void **state)
{
    (void)state;
    cim_city_free(town);
    cim_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sites_objects), cmocka_unit_test(test_sites_walls), cmocka_unit_test(test_sites_grid_and_areas), cmocka_unit_test(test_sites_streets),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
