/* test_scene_data.c - roofs and walls of real cities against brute force over all of them. */
#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

static bool hides(const cim_sight_faces *f, const double from[3], const double to[3], double dx, double dy, double dz)
{
    const double a[3] = { from[0] + dx, from[1] + dy, from[2] + dz }, b[3] = { to[0] + dx, to[1] + dy, to[2] + dz };
    return faces_hide(f, a, b);
}

/* Real faces are plane to some centimetres only, and such a face has no edge that both ways of looking at it agree on: what a line two centimetres beside
 * decides otherwise is not counted. */
static bool is_close(const cim_sight_faces *f, const double from[3], const double to[3])
{
    static const double by[6][3] = { { .02, 0, 0 }, { -.02, 0, 0 }, { 0, .02, 0 }, { 0, -.02, 0 }, { 0, 0, .02 }, { 0, 0, -.02 } };
    bool one = faces_hide(f, from, to);
    for (int i = 0; i < 6; i++)
        if (hides(f, from, to, by[i][0], by[i][1], by[i][2]) != one) return true;
    return false;
}

static void check_city(const char *input, uint32_t least_faces)
{
    const char *path = support_temp("real.cim");
    cim_import_options import = CIM_IMPORT_OPTIONS_INIT;
    cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
    cim_scene_view v = { .struct_size = sizeof v };
    cim_sight_mesh *mesh = NULL;
    cim_city *city = NULL;
    cim_scene *s = NULL;
    uint64_t seed = 11;
    size_t bad = 0, close = 0, seen = 0;
    enum { LINES = 1200 };
    import.flags |= CIM_IMPORT_OVERWRITE;
    assert_true(cim_import(ctx, path, &input, 1, &import, NULL) >= 0);
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
    o.detail = CIM_SCENE_TRIANGLES;
    assert_ok(ctx, cim_scene_build(ctx, city, &o, &s));
    assert_ok(ctx, cim_scene_view_get(ctx, s, &v));
    assert_true(v.face_count >= least_faces);
    assert_ok(ctx, cim_sight_mesh_build(ctx, v.faces, &mesh));
    for (int k = 0; k < LINES; k++) {
        double from[3], to[3];
        uint32_t face;
        const double *a = v.faces->xyz + 3 * (size_t)(support_random(&seed) % v.faces->vertex_count);
        for (int i = 0; i < 3; i++) {
            from[i] = a[i] + support_uniform(&seed, i < 2 ? -40 : 0, i < 2 ? 40 : 10);
            to[i] = k % 3 == 0 ? a[i] : from[i] + support_uniform(&seed, i < 2 ? -60 : -12, i < 2 ? 60 : 4);
        }
        assert_ok(ctx, cim_sight_mesh_line(ctx, mesh, from, to, &face));
        seen += face == CIM_NONE;
        if ((face != CIM_NONE) == faces_hide(v.faces, from, to)) continue;
        if (is_close(v.faces, from, to)) close++;
        else bad++;
    }
    cim_sight_mesh_free(mesh);
    cim_scene_free(s);
    cim_city_free(city);
    print_message("%u faces, %zu of %d lines are seen, %zu are too close to say\n", v.face_count, seen, LINES, close);
    assert_int_equal(bad, 0);
    assert_true(close < LINES / 20 && seen > LINES / 20 && seen < LINES * 19 / 20);
}

static void test_scene_berlin(void **state)
{
    SUPPORT_NEED(path, "citygml/2.0/berlin-trees/data__raw__lod2_buildings_berlin_test_area.gml")
    (void)state;
    check_city(path, 300);
}

static void test_scene_plateau(void **state)
{
    SUPPORT_NEED(path, "citygml/2.0/plateau-unity/udx__bldg__53394525_bldg_6697_2_op.gml")
    (void)state;
    check_city(path, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_scene_berlin), cmocka_unit_test(test_scene_plateau) };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests_name("scene/data", tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
