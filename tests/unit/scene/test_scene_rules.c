/* test_scene_rules.c - what hides in a small city of known buildings: parts, heights, ground, status, removals, additions; refusals; memory. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;
static char path[600];

#define NODE(id, lat, lon) "<node id=\"" #id "\" lat=\"" #lat "\" lon=\"" #lon "\"/>"
#define WAY(id, a, b, c, d, tags) "<way id=\"" #id "\"><nd ref=\"" #a "\"/><nd ref=\"" #b "\"/><nd ref=\"" #c "\"/><nd ref=\"" #d "\"/><nd ref=\"" #a "\"/>" tags "</way>"
#define TAG(k, v) "<tag k=\"" k "\" v=\"" v "\"/>"

/* A row of houses, some 11 m deep and 7 m wide each. */
static const char osm[] = "<osm version=\"0.6\">"
    NODE(1, 48.0000, 9.0000) NODE(2, 48.0000, 9.0001) NODE(3, 48.0001, 9.0001) NODE(4, 48.0001, 9.0000)
    NODE(5, 48.0000, 9.0003) NODE(6, 48.0000, 9.0005) NODE(7, 48.0001, 9.0005) NODE(8, 48.0001, 9.0003)
    NODE(9, 48.0000, 9.0004) NODE(10, 48.0001, 9.0004)
    NODE(11, 48.0000, 9.0007) NODE(12, 48.0000, 9.0008) NODE(13, 48.0001, 9.0008) NODE(14, 48.0001, 9.0007)
    NODE(15, 48.0000, 9.0010) NODE(16, 48.0000, 9.0011) NODE(17, 48.0001, 9.0011) NODE(18, 48.0001, 9.0010)
    NODE(19, 47.9999, 8.9999) NODE(20, 47.9999, 9.0012)
    "<node id=\"21\" lat=\"48.0003\" lon=\"9.0000\">" TAG("natural", "tree") TAG("height", "12") TAG("diameter_crown", "6") "</node>"
    NODE(22, 48.0004, 9.0000) NODE(23, 48.0004, 9.0004)
    WAY(1, 1, 2, 3, 4, TAG("building", "yes") TAG("height", "20"))
    WAY(2, 5, 6, 7, 8, TAG("building", "yes") TAG("height", "30"))
    WAY(3, 5, 9, 10, 8, TAG("building:part", "yes") TAG("height", "8"))
    WAY(4, 9, 6, 7, 10, TAG("building:part", "yes") TAG("height", "15") TAG("min_height", "4"))
    WAY(5, 11, 12, 13, 14, TAG("building", "yes") TAG("building:levels", "3"))
    WAY(6, 15, 16, 17, 18, TAG("building", "yes"))
    "<way id=\"7\"><nd ref=\"19\"/><nd ref=\"20\"/>" TAG("highway", "residential") TAG("name", "South Street") "</way>"
    "<way id=\"8\"><nd ref=\"22\"/><nd ref=\"23\"/>" TAG("barrier", "wall") TAG("height", "3") "</way>"
    "</osm>";

static cim_city *city;

static int make_city(void **state)
{
    const char *input = support_temp("scene.osm");
    (void)state;
    ctx = support_ctx();
    support_write(input, osm, sizeof osm - 1);
    strncpy(path, support_temp("scene.cim"), sizeof path - 1);
    assert_ok(ctx, cim_import(ctx, path, &input, 1, NULL, NULL));
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
    return 0;
}

static int drop_city(void **state)
{
    (void)state;
    cim_city_free(city);
    cim_ctx_free(ctx);
    return 0;
}

static uint32_t number(const char *gid)
{
    uint32_t id = CIM_NONE;
    size_t count = 0;
    assert_ok(ctx, cim_city_find(ctx, city, gid, &id, 1, &count));
    return id;
}

static cim_scene *scene_of(const cim_scene_options *o)
{
    cim_scene *s = NULL;
    assert_ok(ctx, cim_scene_build(ctx, city, o, &s));
    return s;
}

static cim_scene_view view_of(const cim_scene *s)
{
    cim_scene_view v = { .struct_size = sizeof v };
    assert_ok(ctx, cim_scene_view_get(ctx, s, &v));
    return v;
}

static void heights_of(const cim_scene *s, const char *gid, double base, double top)
{
    uint32_t first, count;
    cim_scene_view v = view_of(s);
    assert_ok(ctx, cim_scene_prisms_of(ctx, s, number(gid), &first, &count));
    assert_int_equal(count, 1);
    assert_true(fabs(v.prisms->base_m[first] - base) < 1e-9 && fabs(v.prisms->top_m[first] - top) < 1e-9);
    assert_int_equal(v.prism_object[first], number(gid));
}

static void test_scene_heights(void **state)
{
    cim_scene *s = scene_of(NULL);
    cim_scene_view v = view_of(s);
    uint32_t first, count;
    (void)state;
    heights_of(s, "osm:way/1", 0, 20);
    heights_of(s, "osm:way/3", 0, 8);
    heights_of(s, "osm:way/4", 4, 15);
    assert_int_equal(v.prism_count, 5);
    assert_int_equal(v.object_count, 5);
    assert_int_equal(v.ground, CIM_SCENE_GROUND_NONE);
    assert_int_equal(v.left_count, 1); /* the outline of the building with parts */
    assert_int_equal(v.left[0].object, number("osm:way/2"));
    assert_int_equal(v.left[0].reason, CIM_SCENE_PARTS);
    assert_ok(ctx, cim_scene_prisms_of(ctx, s, number("osm:way/2"), &first, &count));
    assert_int_equal(count, 2);
    assert_int_equal(v.prism_root[first], number("osm:way/2"));
    assert_int_equal(v.guessed_count, 1); /* the one of which nothing is known */
    assert_int_equal(v.guessed[0], number("osm:way/6"));
    assert_ok(ctx, cim_scene_prisms_of(ctx, s, number("osm:way/7"), &first, &count));
    assert_int_equal(count, 0);
    cim_scene_free(cim_scene_ref(s));
    cim_scene_free(s);
    cim_scene_free(NULL);
    assert_string_equal(cim_scene_reason(CIM_SCENE_PARTS), "its parts hide");
    assert_string_equal(cim_scene_reason(99), "unknown");
}

static void test_scene_kinds(void **state)
{
    cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
    uint32_t gone[] = { number("osm:way/1"), number("osm:way/4") };
    (void)state;
    o.kinds |= CIM_SCENE_TREES | CIM_SCENE_BARRIERS;
    cim_scene *s = scene_of(&o);
    assert_int_equal(view_of(s).prism_count, 7);
    heights_of(s, "osm:node/21", 3, 12);
    heights_of(s, "osm:way/8", 0, 3);
    cim_scene_free(s);
    o = (cim_scene_options)CIM_SCENE_OPTIONS_INIT;
    o.removed = gone, o.removed_count = 2;
    s = scene_of(&o);
    assert_int_equal(view_of(s).prism_count, 3); /* the outline does not come back for the part */
    cim_scene_free(s);
    gone[0] = number("osm:way/2");
    o.removed_count = 1;
    s = scene_of(&o);
    assert_int_equal(view_of(s).prism_count, 3); /* with its parts */
    cim_scene_free(s);
    o = (cim_scene_options)CIM_SCENE_OPTIONS_INIT;
    o.hides = "height_m >= 20";
    s = scene_of(&o);
    assert_int_equal(view_of(s).prism_count, 3); /* the parts of a building that is chosen */
    cim_scene_free(s);
}

/* A house of the caller's between two that are there. */
static void test_scene_added(void **state)
{
    static const uint32_t prism_end[] = { 1 }, ring_end[] = { 4 };
    cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
    cim_sight_prisms added = CIM_SIGHT_PRISMS_INIT;
    double xyz[3], from[3], to[3], base = 0, top = 10;
    uint32_t blocker;
    (void)state;
    cim_scene *plain = scene_of(NULL);
    assert_ok(ctx, cim_scene_place(ctx, plain, city, number("osm:way/1"), 0, xyz));
    assert_true(fabs(xyz[2] - 20) < 1e-9); /* on its roof */
    double xy[8] = { xyz[0] - 3, xyz[1] - 30, xyz[0] + 3, xyz[1] - 30, xyz[0] + 3, xyz[1] - 25, xyz[0] - 3, xyz[1] - 25 };
    added.prism_count = added.ring_count = 1, added.vertex_count = 4, added.prism_end = prism_end, added.ring_end = ring_end, added.xy = xy, added.base_m = &base, added.top_m = &top;
    from[0] = to[0] = xyz[0], from[1] = xyz[1] - 40, to[1] = xyz[1] - 20, from[2] = to[2] = 5;
    assert_ok(ctx, cim_scene_line(ctx, plain, from, to, &blocker));
    assert_int_equal(blocker, CIM_NONE);
    cim_scene_free(plain);
    o.added = &added;
    cim_scene *s = scene_of(&o);
    assert_ok(ctx, cim_scene_line(ctx, s, from, to, &blocker));
    assert_int_equal(blocker, CIM_SCENE_ADDED);
    to[1] = xyz[1];
    from[1] = xyz[1] - 20;
    assert_ok(ctx, cim_scene_line(ctx, s, from, to, &blocker));
    assert_int_equal(blocker, number("osm:way/1"));
    cim_scene_free(s);
}

/* A slope as a GeoTIFF: written, read, stood on; and files that are none. */
static void test_scene_terrain(void **state)
{
    enum { SIDE = 40 };
    static const char vrt[] = "<VRTDataset rasterXSize=\"1\" rasterYSize=\"1\"><VRTRasterBand dataType=\"Float32\" band=\"1\"/></VRTDataset>";
    cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    float h[SIDE * SIDE];
    double xyz[3];
    cim_scene *plain = scene_of(NULL), *s = NULL;
    const char *file = support_temp("slope.tif"), *fake = support_temp("fake.tif");
    (void)state;
    assert_ok(ctx, cim_scene_place(ctx, plain, city, number("osm:way/1"), 0, xyz));
    cim_scene_free(plain);
    r.columns = r.rows = SIDE, r.step_x_m = 10, r.step_y_m = -10, r.x = floor(xyz[0]) - 100, r.y = floor(xyz[1]) + 200, r.height_m = h;
    for (int i = 0; i < SIDE * SIDE; i++) h[i] = 100.0f + (float)(i % SIDE); /* a metre in ten */
    assert_ok(ctx, cim_scene_raster_save(ctx, file, cim_city_epsg(city), &r, NULL, 0));
    assert_status(ctx, cim_scene_raster_save(ctx, file, cim_city_epsg(city), &r, NULL, 0), CIM_EEXIST);
    assert_ok(ctx, cim_scene_raster_save(ctx, file, cim_city_epsg(city), &r, NULL, 1));
    o.terrain_path = file;
    s = scene_of(&o);
    cim_scene_view v = view_of(s);
    assert_int_equal(v.ground, CIM_SCENE_GROUND_RASTER);
    for (int k = 0; k < 100; k++) {
        double x = r.x + 3.7 * k, wanted = 100 + (x - r.x) / 10;
        assert_true(fabs(cim_scene_ground(s, x, r.y - 77) - wanted) < 1e-5);
    }
    assert_true(isnan(cim_scene_ground(s, NAN, 0)));
    uint32_t first, count;
    double least = HUGE_VAL;
    assert_ok(ctx, cim_scene_prisms_of(ctx, s, number("osm:way/1"), &first, &count));
    for (uint32_t i = v.prisms->ring_end[first] - 5; i < v.prisms->ring_end[first]; i++) least = fmin(least, 100 + (v.prisms->xy[2 * i] - r.x) / 10);
    assert_true(fabs(v.prisms->base_m[first] - least) < 1e-4 && fabs(v.prisms->top_m[first] - least - 20) < 1e-4);
    cim_scene_free(s);
    s = NULL;
    o.terrain = &r;
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EARG); /* two of them */
    o.terrain = NULL;
    support_write(fake, vrt, sizeof vrt - 1);
    o.terrain_path = fake;
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EFORMAT);
    o.terrain_path = "/vsicurl/http://127.0.0.1/x.tif";
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EARG);
    o.terrain_path = support_temp("nothing.tif");
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EIO);
    assert_ok(ctx, cim_scene_raster_save(ctx, file, 3857, &r, NULL, 1));
    o.terrain_path = file;
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EFORMAT); /* another reference system */
    assert_null(s);
    assert_status(ctx, cim_scene_raster_save(ctx, "", 0, &r, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_scene_raster_save(ctx, "/vsimem/x.tif", 0, &r, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_scene_raster_save(ctx, "/nowhere/at/all.tif", 0, &r, NULL, 1), CIM_EIO);
}

static void test_scene_refuses(void **state)
{
    cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
    cim_scene *s = NULL;
    uint32_t none = 4000000, first, count;
    double p[3] = { 0, 0, 0 }, bad[3] = { NAN, 0, 0 }, share;
    uint8_t seen;
    (void)state;
    assert_status(ctx, cim_scene_build(ctx, NULL, NULL, &s), CIM_EARG);
    assert_status(ctx, cim_scene_build(ctx, city, NULL, NULL), CIM_EARG);
    o.area = (cim_box){ 5, 5, 1, 1 };
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EARG);
    o = (cim_scene_options)CIM_SCENE_OPTIONS_INIT, o.kinds = 64;
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EARG);
    o = (cim_scene_options)CIM_SCENE_OPTIONS_INIT, o.detail = 9;
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EARG);
    o = (cim_scene_options)CIM_SCENE_OPTIONS_INIT, o.storey_m = NAN;
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EARG);
    o = (cim_scene_options)CIM_SCENE_OPTIONS_INIT, o.default_height_m = -1;
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EARG);
    o = (cim_scene_options)CIM_SCENE_OPTIONS_INIT, o.hides = "height_m >";
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_EARG);
    o = (cim_scene_options)CIM_SCENE_OPTIONS_INIT, o.removed = &none, o.removed_count = 1;
    assert_status(ctx, cim_scene_build(ctx, city, &o, &s), CIM_ENOTFOUND);
    assert_null(s);
    s = scene_of(NULL);
    assert_status(ctx, cim_scene_line(ctx, s, p, bad, &none), CIM_EARG);
    assert_status(ctx, cim_scene_line(ctx, NULL, p, p, &none), CIM_EARG);
    assert_status(ctx, cim_scene_lines(ctx, s, p, bad, 1, &seen), CIM_EARG);
    assert_status(ctx, cim_scene_view_get(ctx, s, NULL), CIM_EARG);
    assert_status(ctx, cim_scene_prisms_of(ctx, NULL, 1, &first, &count), CIM_EARG);
    assert_status(ctx, cim_scene_place(ctx, s, city, 4000000, 0, p), CIM_ENOTFOUND);
    assert_status(ctx, cim_scene_place(ctx, s, city, 1, INFINITY, p), CIM_EARG);
    cim_scene_sighting sighting;
    assert_status(ctx, cim_scene_seen(ctx, s, city, p, &none, 1, 0, 0, &sighting), CIM_EARG);
    cim_scene_streets_result *streets = NULL;
    assert_status(ctx, cim_scene_streets_find(ctx, s, city, p, 1, -5, &streets), CIM_EARG);
    assert_status(ctx, cim_scene_streets_find(ctx, s, city, bad, 1, 5, &streets), CIM_EARG);
    assert_status(ctx, cim_scene_north(ctx, city, NAN, 0, p, &share), CIM_EARG);
    cim_buf wkb = CIM_BUF_INIT;
    cim_box box = { 0, 0, 1, 1 };
    assert_status(ctx, cim_scene_shadow(ctx, s, &box, 0, -3, 100, &wkb), CIM_EARG);
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    assert_status(ctx, cim_scene_surface(ctx, s, &box, 0, NULL, &r, &wkb), CIM_EARG);
    box = (cim_box){ 0, 0, 1e6, 1e6 };
    assert_status(ctx, cim_scene_surface(ctx, s, &box, 1, NULL, &r, &wkb), CIM_ELIMIT);
    cim_scene_free(s);
}

/* ---- memory runs out ---- */

static cim_status use(cim_ctx *c)
{
    cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
    cim_city *own = NULL;
    cim_scene *s = NULL;
    cim_scene_streets_result *streets = NULL;
    cim_scene_sighting seen[2];
    double eye[3], other[3];
    uint32_t blocker, ids[] = { 1, 2 };
    o.kinds |= CIM_SCENE_TREES | CIM_SCENE_BARRIERS, o.detail = CIM_SCENE_TRIANGLES, o.removed = ids, o.removed_count = 1;
    cim_status st = cim_city_open(c, path, NULL, &own);
    if (st >= 0) st = cim_scene_build(c, own, &o, &s);
    if (st >= 0) st = cim_scene_place(c, s, own, 3, 1, eye);
    if (st >= 0) memcpy(other, eye, sizeof eye), other[0] += 50;
    if (st >= 0) st = cim_scene_line(c, s, eye, other, &blocker);
    if (st >= 0) st = cim_scene_seen(c, s, own, eye, ids, 2, 1, 2, seen);
    if (st >= 0) st = cim_scene_streets_find(c, s, own, eye, 1, 100, &streets);
    cim_scene_streets_free(streets);
    cim_scene_free(s);
    cim_city_free(own);
    return st;
}

static void test_scene_oom(void **state)
{
    (void)state;
    support_fault_loop("scene", use, 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scene_heights), cmocka_unit_test(test_scene_kinds), cmocka_unit_test(test_scene_added),
        cmocka_unit_test(test_scene_terrain), cmocka_unit_test(test_scene_refuses), cmocka_unit_test(test_scene_oom),
    };
    return cmocka_run_group_tests_name("scene/rules", tests, make_city, drop_city);
}
