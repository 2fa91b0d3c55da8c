/* test_scene_town.c - the sample town: sight lines against brute force, streets, surface, viewshed, sun and shadow against what they are made of. */
#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;
static cim_city *city;
static cim_scene *scene, *faces;
static cim_scene_view view;
static town all;

static cim_scene *scene_of(int32_t detail, cim_scene_view *v)
{
    cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
    cim_scene *s = NULL;
    o.detail = detail;
    assert_ok(ctx, cim_scene_build(ctx, city, &o, &s));
    v->struct_size = sizeof *v;
    assert_ok(ctx, cim_scene_view_get(ctx, s, v));
    return s;
}

static int make(void **state)
{
    char gml[600], osm[600];
    const char *inputs[] = { gml, osm }, *path = support_temp("town.cim");
    cim_scene_view ignored;
    (void)state;
    ctx = support_ctx();
    strncpy(gml, support_own("town-v3.gml.gz"), sizeof gml - 1), gml[sizeof gml - 1] = 0;
    strncpy(osm, support_own("town.osm.pbf"), sizeof osm - 1), osm[sizeof osm - 1] = 0;
    assert_ok(ctx, cim_import(ctx, path, inputs, 2, NULL, NULL));
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
    scene = scene_of(CIM_SCENE_PRISMS, &view);
    faces = scene_of(CIM_SCENE_TRIANGLES, &ignored);
    for (uint32_t p = 0, r = 0, v = 0; p < view.prism_count; p++) {
        for (; r < view.prisms->prism_end[p]; r++) {
            for (; v < view.prisms->ring_end[r]; v++) town_vertex(&all, view.prisms->xy[2 * v], view.prisms->xy[2 * v + 1]);
            town_ring(&all);
        }
        town_prism(&all, view.prisms->base_m[p], view.prisms->top_m[p]);
    }
    town_boxes(&all);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    town_free(&all);
    cim_scene_free(scene);
    cim_scene_free(faces);
    cim_city_free(city);
    cim_ctx_free(ctx);
    return 0;
}

static void somewhere(uint64_t *seed, double reach, double from[3], double to[3])
{
    from[0] = support_uniform(seed, all.min_x + 200, all.max_x - 200), from[1] = support_uniform(seed, all.min_y + 200, all.max_y - 200);
    to[0] = from[0] + support_uniform(seed, -reach, reach), to[1] = from[1] + support_uniform(seed, -reach, reach);
    from[2] = cim_scene_ground(scene, from[0], from[1]) + support_uniform(seed, 1, 30), to[2] = cim_scene_ground(scene, to[0], to[1]) + support_uniform(seed, 0.5, 20);
}

/* Every building once, whatever the sources call it. */
static void test_town_once(void **state)
{
    size_t parts = 0, same = 0;
    uint32_t first, count, a, b;
    (void)state;
    assert_int_equal(view.ground, CIM_SCENE_GROUND_RELIEF);
    for (uint32_t i = 0; i < view.left_count; i++) {
        parts += view.left[i].reason == CIM_SCENE_PARTS, same += view.left[i].reason == CIM_SCENE_SAME;
        if (view.left[i].reason != CIM_SCENE_SAME) continue;
        assert_ok(ctx, cim_scene_prisms_of(ctx, scene, view.left[i].object, &first, &count));
        assert_ok(ctx, cim_scene_prisms_of(ctx, scene, view.left[i].other, &a, &b));
        assert_true(first == a && count == b);
    }
    assert_true(parts > 10 && same > 2000 && view.guessed_count < 10);
    double twice = 0; /* where two prisms of different buildings overlap */
    uint64_t seed = 3;
    for (int k = 0; k < 20000; k++) {
        double x = support_uniform(&seed, all.min_x, all.max_x), y = support_uniform(&seed, all.min_y, all.max_y);
        uint32_t root = CIM_NONE;
        for (uint32_t p = 0; p < all.prisms; p++) {
            bool inside = false;
            if (x < all.box[p][0] || x > all.box[p][2] || y < all.box[p][1] || y > all.box[p][3]) continue;
            uint32_t r = p ? all.prism_end[p - 1] : 0;
            for (; r < all.prism_end[p]; r++)
                for (uint32_t v = r ? all.ring_end[r - 1] : 0; v + 1 < all.ring_end[r]; v++) {
                    const double *c = all.xy + 2 * v;
                    if ((c[1] > y) != (c[3] > y) && x < c[0] + (y - c[1]) / (c[3] - c[1]) * (c[2] - c[0])) inside = !inside;
                }
            if (inside && root != CIM_NONE && root != view.prism_root[p]) twice++;
            if (inside) root = view.prism_root[p];
        }
    }
    assert_true(twice < 20);
}

/* What the engine says of prisms is checked elsewhere; here that the scene has all of them, with terrain apart. */
static void test_town_lines(void **state)
{
    uint64_t seed = 1;
    size_t bad = 0, seen = 0, earth = 0, wrong_object = 0;
    enum { LINES = 2000 };
    static double from[LINES][3], to[LINES][3];
    static uint8_t batch[LINES];
    (void)state;
    for (int k = 0; k < LINES; k++) somewhere(&seed, 300, from[k], to[k]);
    assert_ok(ctx, cim_scene_lines(ctx, scene, from[0], to[0], LINES, batch));
    for (int k = 0; k < LINES; k++) {
        uint32_t blocker;
        assert_ok(ctx, cim_scene_line(ctx, scene, from[k], to[k], &blocker));
        bool prism = town_blocker(&all, from[k], to[k]) != CIM_NONE;
        bad += (blocker == CIM_NONE) != batch[k];
        earth += blocker == CIM_SIGHT_TERRAIN;
        bad += blocker == CIM_SIGHT_TERRAIN ? prism : prism != (blocker != CIM_NONE);
        seen += blocker == CIM_NONE;
        if (blocker == CIM_NONE || blocker == CIM_SIGHT_TERRAIN) continue;
        uint32_t first, count;
        bool its = false;
        assert_ok(ctx, cim_scene_prisms_of(ctx, scene, blocker, &first, &count));
        for (uint32_t p = first; p < first + count; p++) its |= town_meets(&all, p, from[k], to[k]);
        wrong_object += !its;
    }
    assert_int_equal(bad, 0);
    assert_int_equal(wrong_object, 0);
    assert_true(seen > LINES / 10 && seen < LINES * 9 / 10 && earth > 0);
}

/* Roofs and walls are within the prisms: what they hide, prisms hide; and gables let more be seen. */
static void test_town_faces(void **state)
{
    uint64_t seed = 2;
    size_t more = 0, less = 0, same = 0;
    cim_scene_view v = { .struct_size = sizeof v };
    (void)state;
    assert_ok(ctx, cim_scene_view_get(ctx, faces, &v));
    assert_true(v.face_count > 5000);
    for (int k = 0; k < 4000; k++) {
        double from[3], to[3];
        uint32_t a, b;
        somewhere(&seed, 150, from, to);
        if (k % 2) from[2] += 10, to[2] += 8;
        assert_ok(ctx, cim_scene_line(ctx, scene, from, to, &a));
        assert_ok(ctx, cim_scene_line(ctx, faces, from, to, &b));
        more += a != CIM_NONE && b == CIM_NONE, less += a == CIM_NONE && b != CIM_NONE, same += (a == CIM_NONE) == (b == CIM_NONE);
    }
    assert_true(more > 20 && same > 3000);
    assert_true(less < 200); /* bridges and roofs that stand out */
}

static void test_town_streets(void **state)
{
    uint64_t seed = 4;
    size_t bad = 0, points = 0;
    (void)state;
    for (int k = 0; k < 40; k++) {
        double from[3], to[3];
        somewhere(&seed, 100, from, to);
        cim_scene_streets_result *result = NULL;
        cim_scene_streets s = { .struct_size = sizeof s };
        assert_ok(ctx, cim_scene_streets_find(ctx, scene, city, from, 1.0, 150, &result));
        assert_ok(ctx, cim_scene_streets_get(ctx, result, &s));
        double sum = 0, seen = 0;
        for (size_t i = 0; i < s.street_count; i++) seen += s.streets[i].seen_m, assert_true(s.streets[i].seen_m <= s.streets[i].length_m + 1e-6);
        for (size_t i = 0; i < s.stretch_count; i++) {
            const cim_scene_stretch *t = &s.stretches[i];
            uint32_t blocker;
            sum += t->to_m - t->from_m;
            double x = 0.5 * (t->from[0] + t->to[0]), y = 0.5 * (t->from[1] + t->to[1]);
            double eye[3] = { x, y, cim_scene_ground(scene, x, y) + 1.05 }; /* the line is straight, the ground is not quite */
            if (t->to_m - t->from_m < 0.5) continue;
            assert_true(hypot(x - from[0], y - from[1]) <= 150 + 1e-6);
            assert_ok(ctx, cim_scene_line(ctx, scene, from, eye, &blocker));
            bad += blocker != CIM_NONE, points++;
        }
        assert_true(fabs(sum - seen) < 1e-6 * (1 + sum) && fabs(seen - s.seen_m) < 1e-6 * (1 + seen));
        cim_scene_streets_free(result);
    }
    assert_true(points > 200 && bad < points / 100);
}

static void test_town_surface(void **state)
{
    uint64_t seed = 6;
    size_t bad = 0;
    double x = 0.5 * (all.min_x + all.max_x), y = 0.5 * (all.min_y + all.max_y), anchor[2] = { x + 0.3, y + 0.7 };
    const cim_box box = { x - 100, y - 120, x + 110, y + 90 };
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    cim_buf heights = CIM_BUF_INIT;
    (void)state;
    assert_ok(ctx, cim_scene_surface(ctx, scene, &box, 0.5, anchor, &r, &heights));
    double column = (anchor[0] - r.x) / r.step_x_m, row = (anchor[1] - r.y) / r.step_y_m;
    assert_true(fabs(column - round(column)) < 1e-6 && fabs(row - round(row)) < 1e-6 && r.columns > 400 && r.rows > 400);
    for (int k = 0; k < 5000; k++) { /* a plumb line from the sky ends at the highest thing there */
        uint32_t c = (uint32_t)(support_random(&seed) % r.columns), w = (uint32_t)(support_random(&seed) % r.rows), blocker;
        double h = (double)r.height_m[(size_t)w * r.columns + c], at[3] = { r.x + c * r.step_x_m, r.y + w * r.step_y_m, h + 0.01 }, up[3] = { at[0], at[1], 2000 };
        assert_ok(ctx, cim_scene_line(ctx, scene, at, up, &blocker));
        bad += blocker != CIM_NONE;
        double under[3] = { at[0], at[1], h - 0.01 };
        double ground = cim_scene_ground(scene, at[0], at[1]);
        assert_ok(ctx, cim_scene_line(ctx, scene, under, up, &blocker));
        bad += h > ground + 0.05 && blocker == CIM_NONE;
        bad += h < ground - 1e-3;
    }
    cim_buf_dispose(&heights);
    assert_int_equal(bad, 0);
}

/* The raster of the town and the town itself: posts of the ground are seen as sight lines to them say, but beside walls, which cells blur. */
static void test_town_viewshed(void **state)
{
    uint64_t seed = 21;
    size_t differ = 0, posts = 0, lit = 0;
    (void)state;
    for (int turn = 0; turn < 8; turn++) {
        double eye[3], ignored[3];
        somewhere(&seed, 1, eye, ignored);
        eye[2] = cim_scene_ground(scene, eye[0], eye[1]) + 25; /* above most roofs */
        const cim_box box = { eye[0] - 60, eye[1] - 60, eye[0] + 60, eye[1] + 60 };
        cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
        cim_sight_viewshed_options o = CIM_SIGHT_VIEWSHED_OPTIONS_INIT;
        cim_buf heights = CIM_BUF_INIT;
        assert_ok(ctx, cim_scene_surface(ctx, scene, &box, 0.25, eye, &r, &heights));
        size_t count = (size_t)r.columns * r.rows;
        uint8_t *seen = malloc(count);
        uint32_t column = (uint32_t)lround((eye[0] - r.x) / r.step_x_m), row = (uint32_t)lround((eye[1] - r.y) / r.step_y_m);
        o.eye_height_m = eye[2] - (double)r.height_m[(size_t)row * r.columns + column];
        o.target_height_m = 1;
        if (o.eye_height_m > 0) {
            assert_ok(ctx, cim_sight_viewshed(ctx, &r, column, row, &o, seen));
            for (int k = 0; k < 1500; k++) {
                size_t i = support_random(&seed) % count;
                double x = r.x + (double)(i % r.columns) * r.step_x_m, y = r.y + (double)(i / r.columns) * r.step_y_m;
                const double to[3] = { x, y, (double)r.height_m[i] + 1 };
                uint32_t blocker;
                assert_ok(ctx, cim_scene_line(ctx, scene, eye, to, &blocker));
                differ += (blocker == CIM_NONE) != (seen[i] == 1), posts++, lit += seen[i] == 1;
            }
        }
        free(seen);
        cim_buf_dispose(&heights);
    }
    assert_true(posts > 5000 && lit > posts / 10 && lit < posts * 99 / 100);
    assert_true(differ < posts / 50);
}

/* A box on level ground: what trigonometry says. */
static void test_town_shadow(void **state)
{
    static const uint32_t prism_end[] = { 1 }, ring_end[] = { 4 };
    uint64_t seed = 8;
    (void)state;
    for (int k = 0; k < 200; k++) {
        cim_scene_options o = CIM_SCENE_OPTIONS_INIT;
        cim_sight_prisms p = CIM_SIGHT_PRISMS_INIT;
        double w = support_uniform(&seed, 5, 30), d = support_uniform(&seed, 5, 30), top = support_uniform(&seed, 3, 30), base = 0;
        double xy[8] = { 0, 0, w, 0, w, d, 0, d }, azimuth = support_uniform(&seed, 0, 360), elevation = support_uniform(&seed, 5, 85);
        cim_scene *s = NULL;
        cim_buf wkb = CIM_BUF_INIT;
        o.kinds = 0, o.added = &p;
        p.prism_count = p.ring_count = 1, p.vertex_count = 4, p.prism_end = prism_end, p.ring_end = ring_end, p.xy = xy, p.base_m = &base, p.top_m = &top;
        o.area = (cim_box){ -1e6, -1e6, -0.9e6, -0.9e6 }; /* far from the town's own terrain */
        assert_ok(ctx, cim_scene_build(ctx, city, &o, &s));
        const cim_box near = { -1, -1, 100, 100 };
        assert_ok(ctx, cim_scene_shadow(ctx, s, &near, azimuth, elevation, 1000, &wkb));
        double reach = top / tan(elevation * 3.14159265358979323846 / 180), sx = fabs(reach * sin(azimuth * 3.14159265358979323846 / 180)),
               sy = fabs(reach * cos(azimuth * 3.14159265358979323846 / 180)), area = 0;
        const unsigned char *b = (const unsigned char *)wkb.data + 9;
        uint32_t rings, n;
        memcpy(&rings, b + 5, 4), memcpy(&n, b + 9, 4);
        assert_int_equal(rings, 1);
        for (uint32_t i = 0; i + 1 < n; i++) {
            double q[4];
            memcpy(q, b + 13 + 16 * (size_t)i, sizeof q);
            area += 0.5 * (q[0] * q[3] - q[2] * q[1]);
        }
        assert_true(fabs(fabs(area) - (w * d + w * sy + d * sx)) < 1e-6 * fabs(area));
        cim_buf_dispose(&wkb);
        cim_scene_free(s);
    }
}

/* North is where the grid says it is not; hours of a roof are those of a point on it. */
static void test_town_sun(void **state)
{
    double lonlat[2], north, x = 0.5 * (all.min_x + all.max_x), y = 0.5 * (all.min_y + all.max_y);
    cim_sight_sun_options o = CIM_SIGHT_SUN_OPTIONS_INIT;
    cim_buf list = CIM_BUF_INIT;
    size_t count = 0, shady = 0, sunny = 0;
    (void)state;
    assert_ok(ctx, cim_scene_north(ctx, city, x, y, lonlat, &north));
    /* convergence of transverse Mercator: atan(tan(longitude from the meridian) sin(latitude)) */
    double wanted = atan(tan((lonlat[0] - 9) / 57.29577951308232) * sin(lonlat[1] / 57.29577951308232)) * 57.29577951308232;
    assert_true(fabs(north - wanted) < 1e-3);
    o.from_s = 1782000000, o.to_s = o.from_s + 86400, o.step_s = 900; /* a day in June 2026 */
    for (uint32_t i = 0; i < 40; i++) {
        uint32_t object = view.objects[i * 37 % view.object_count];
        assert_ok(ctx, cim_scene_sun_object(ctx, scene, city, object, &o, 3, &list, &count));
        const cim_scene_sunny *f = (const cim_scene_sunny *)(const void *)list.data;
        for (size_t k = 0; k < count; k++) {
            assert_true(f[k].least <= f[k].hours + 1e-9 && f[k].hours <= f[k].most + 1e-9 && f[k].most < 16.5 && f[k].area_m2 > 0);
            bool to_north = f[k].vertex != CIM_NONE && (f[k].azimuth_deg < 20 || f[k].azimuth_deg > 340);
            if (to_north) assert_true(f[k].most < 8), shady++; /* mornings and evenings only */
            if (f[k].vertex == CIM_NONE) sunny += f[k].most > 12;
        }
        cim_buf_dispose(&list);
    }
    assert_true(shady > 5 && sunny > 10);
}

static void test_town_seen(void **state)
{
    uint64_t seed = 12;
    size_t parts = 0, none = 0;
    (void)state;
    for (int k = 0; k < 30; k++) {
        double from[3], to[3];
        uint32_t ids[50];
        cim_scene_sighting g[50];
        somewhere(&seed, 100, from, to);
        for (int i = 0; i < 50; i++) ids[i] = view.objects[support_random(&seed) % view.object_count];
        assert_ok(ctx, cim_scene_seen(ctx, scene, city, from, ids, 50, 1.6, 2, g));
        for (int i = 0; i < 50; i++) {
            uint32_t blocker;
            assert_true(g[i].points > 0 && g[i].seen <= g[i].points);
            assert_ok(ctx, cim_scene_line(ctx, scene, from, g[i].xyz, &blocker));
            assert_int_equal(blocker == CIM_NONE, g[i].seen > 0);
            assert_int_equal(g[i].blocker == CIM_NONE, g[i].seen == g[i].points);
            parts += g[i].seen > 0, none += !g[i].seen;
        }
    }
    assert_true(parts > 10 && none > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_town_once),   cmocka_unit_test(test_town_lines), cmocka_unit_test(test_town_faces), cmocka_unit_test(test_town_streets),
        cmocka_unit_test(test_town_surface), cmocka_unit_test(test_town_viewshed), cmocka_unit_test(test_town_shadow), cmocka_unit_test(test_town_sun),  cmocka_unit_test(test_town_seen),
    };
    return cmocka_run_group_tests_name("scene/town", tests, make, drop);
}
