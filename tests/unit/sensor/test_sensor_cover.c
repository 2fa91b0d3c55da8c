/* test_sensor_cover.c - rows of cameras in random towns against brute force, what-if against building anew, sums against counting, masks. */
#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

typedef struct world {
    town t;
    cim_sight_scene *scene;
    cim_targets *targets;
    cim_targets_view v;
    cim_sensor sensors[8];
    uint32_t count;
} world;

static cim_sensor random_sensor(const town *t, uint64_t *seed)
{
    cim_sensor s = CIM_SENSOR_CAMERA_INIT;
    uint32_t kind = (uint32_t)(support_random(seed) % 8);
    if (kind == 6) s = (cim_sensor)CIM_SENSOR_RADIO_INIT, s.least = support_uniform(seed, -90, -50), s.frequency_mhz = 2400;
    if (kind == 7) s.kind = CIM_SENSOR_RANGE, s.range_m = 60, s.hfov_deg = 200, s.least = 0, s.vfov_deg = 180;
    s.x = support_uniform(seed, t->min_x, t->max_x), s.y = support_uniform(seed, t->min_y, t->max_y), s.z = support_uniform(seed, 2, 15);
    s.yaw_deg = support_uniform(seed, 0, 360);
    if (s.kind == CIM_SENSOR_CAMERA && support_random(seed) % 3 == 0) s.flags = CIM_SENSOR_TURNS;
    return s;
}

static world world_random(uint64_t *seed)
{
    world w = { .t = town_random(seed, 5 + (uint32_t)(support_random(seed) % 30), support_uniform(seed, 60, 200)), .count = 4 };
    enum { N = 60 };
    double xyz[3 * N], normal[2 * N], weight[N];
    for (int i = 0; i < N; i++) {
        xyz[3 * i] = support_uniform(seed, w.t.min_x, w.t.max_x), xyz[3 * i + 1] = support_uniform(seed, w.t.min_y, w.t.max_y);
        xyz[3 * i + 2] = support_uniform(seed, 0, 10);
        bool wall = support_random(seed) % 3 == 0;
        normal[2 * i] = wall ? support_uniform(seed, -1, 1) : 0, normal[2 * i + 1] = wall ? support_uniform(seed, -1, 1) : 0;
        weight[i] = support_uniform(seed, 0, 10);
    }
    w.scene = town_scene(ctx, &w.t);
    assert_ok(ctx, cim_targets_new(ctx, &w.targets));
    assert_ok(ctx, cim_targets_add_points(ctx, w.targets, xyz, normal, weight, NULL, N));
    w.v.struct_size = sizeof w.v;
    assert_ok(ctx, cim_targets_get(ctx, w.targets, &w.v));
    for (uint32_t s = 0; s < 8; s++) w.sensors[s] = random_sensor(&w.t, seed);
    return w;
}

static void world_free(world *w)
{
    cim_targets_free(w->targets);
    cim_sight_scene_free(w->scene);
    town_free(&w->t);
}

static cim_cover_view view_of(const cim_cover *c)
{
    cim_cover_view v = { .struct_size = sizeof v };
    assert_ok(ctx, cim_cover_get(ctx, c, &v));
    return v;
}

/* What sensor s has at target i, by brute force over all prisms; not a number: nothing. */
static double truth(const world *w, const cim_sensor *s, uint32_t i)
{
    const double *p = w->v.xyz + 3 * (size_t)i, *n = w->v.normal + 2 * (size_t)i;
    double from[3] = { s->x, s->y, s->z }, q = NAN;
    bool front = s->kind == CIM_SENSOR_RADIO || (n[0] == 0 && n[1] == 0) || (s->x - p[0]) * n[0] + (s->y - p[1]) * n[1] > 0;
    if (!front) return NAN;
    bool seen = town_blocker(&w->t, from, p) == CIM_NONE;
    assert_ok(ctx, cim_sensor_quality(ctx, s, p, seen, &q));
    return seen || s->kind == CIM_SENSOR_RADIO ? q : NAN;
}

static void check_rows(const world *w, const cim_sensor *sensors, const cim_cover_view *v, size_t *in, size_t *out)
{
    for (uint32_t s = 0; s < v->sensor_count; s++) {
        uint64_t at = v->first[s];
        for (uint32_t i = 0; i < v->target_count; i++) {
            double q = truth(w, &sensors[s], i);
            bool got = at < v->first[s + 1] && v->targets[at] == i;
            if (got != !isnan(q)) print_message("sensor %u kind %u target %u: %d, %g\n", s, sensors[s].kind, i, got, q);
            assert_int_equal(got, !isnan(q));
            if (got) assert_true(fabs((double)v->quality[at] - q) <= 1e-6 * fabs(q));
            at += got;
            got ? (*in)++ : (*out)++;
        }
        assert_true(at == v->first[s + 1]);
    }
}

/* Sums counted over from the rows. */
static void check_sums(const world *w, const cim_sensor *sensors, const cim_cover_view *v)
{
    double covered = 0, all = 0, classes[CIM_SENSOR_CLASSES] = { 0 }, folds[CIM_COVER_FOLDS] = { 0 };
    for (uint32_t i = 0; i < v->target_count; i++) {
        uint32_t fold = 0, only = CIM_NONE, best = CIM_NONE;
        int32_t class = 0;
        float most = 0;
        for (uint32_t s = 0; s < v->sensor_count; s++)
            for (uint64_t k = v->first[s]; k < v->first[s + 1]; k++)
                if (v->targets[k] == i) {
                    fold++, only = s;
                    if (best == CIM_NONE || v->quality[k] > most) best = s, most = v->quality[k];
                    int32_t c = sensors[s].kind == CIM_SENSOR_CAMERA ? cim_sensor_class((double)v->quality[k]) : 0;
                    class = c > class ? c : class;
                }
        (void)only;
        assert_int_equal(v->folds[i], fold);
        assert_int_equal(v->best_sensor[i], best);
        if (fold) assert_true(v->best[i] == most), covered += w->v.weight[i];
        else assert_true(isnan(v->best[i]) != 0);
        all += w->v.weight[i], classes[class] += w->v.weight[i], folds[fold < 8 ? fold : 8] += w->v.weight[i];
    }
    assert_true(fabs(all - v->weight) < 1e-9 * all && fabs(covered - v->covered_weight) < 1e-9 * all);
    for (int c = 0; c < CIM_SENSOR_CLASSES; c++) assert_true(fabs(classes[c] - v->class_weight[c]) < 1e-9 * all);
    for (int f = 0; f < CIM_COVER_FOLDS; f++) assert_true(fabs(folds[f] - v->fold_weight[f]) < 1e-9 * all);
    double unique = 0;
    for (uint32_t s = 0; s < v->sensor_count; s++) unique += v->unique_weight[s];
    assert_true(fabs(unique - folds[1]) < 1e-9 * all);
}

static void test_cover_random(void **state)
{
    uint64_t seed = 21;
    size_t in = 0, out = 0;
    (void)state;
    for (int turn = 0; turn < 400; turn++) {
        world w = world_random(&seed);
        cim_cover *c = NULL;
        assert_ok(ctx, cim_cover_build(ctx, w.scene, w.sensors, w.count, w.targets, NULL, &c));
        cim_cover_view v = view_of(c);
        check_rows(&w, w.sensors, &v, &in, &out);
        check_sums(&w, w.sensors, &v);
        cim_cover_free(c);
        world_free(&w);
    }
    print_message("rows: %zu entries of %zu pairs\n", in, in + out);
    assert_true(in > 1000);
}

static void same_rows(const cim_cover_view *a, const cim_cover_view *b)
{
    assert_int_equal(a->sensor_count, b->sensor_count);
    assert_memory_equal(a->first, b->first, (a->sensor_count + 1) * sizeof *a->first);
    assert_memory_equal(a->targets, b->targets, a->first[a->sensor_count] * sizeof *a->targets);
    assert_memory_equal(a->quality, b->quality, a->first[a->sensor_count] * sizeof *a->quality);
    assert_true(a->covered_weight == b->covered_weight);
}

/* More sensors, and a scene without one of its prisms: the same as from the beginning. */
static void test_cover_what_if(void **state)
{
    uint64_t seed = 8;
    size_t saved = 0, tested = 0;
    (void)state;
    for (int turn = 0; turn < 300; turn++) {
        world w = world_random(&seed);
        cim_cover *four = NULL, *eight = NULL, *more = NULL, *without = NULL, *changed = NULL, *back = NULL;
        assert_ok(ctx, cim_cover_build(ctx, w.scene, w.sensors, 4, w.targets, NULL, &four));
        assert_ok(ctx, cim_cover_build(ctx, w.scene, w.sensors, 8, w.targets, NULL, &eight));
        assert_ok(ctx, cim_cover_add(ctx, four, w.sensors + 4, 4, &more));
        cim_cover_view a = view_of(eight), b = view_of(more);
        same_rows(&a, &b);
        /* the last prism goes */
        uint32_t gone = w.t.prisms - 1;
        cim_sight_prisms p = town_arrays(&w.t);
        cim_sight_scene *less = NULL;
        cim_box box = { w.t.box[gone][0], w.t.box[gone][1], w.t.box[gone][2], w.t.box[gone][3] };
        p.prism_count = gone;
        p.ring_count = gone ? p.prism_end[gone - 1] : 0;
        p.vertex_count = p.ring_count ? p.ring_end[p.ring_count - 1] : 0;
        assert_ok(ctx, cim_sight_scene_build(ctx, &p, NULL, &less));
        assert_ok(ctx, cim_cover_build(ctx, less, w.sensors, 8, w.targets, NULL, &without));
        assert_ok(ctx, cim_cover_change(ctx, eight, less, &box, 1, &changed));
        cim_cover_view c = view_of(without), d = view_of(changed);
        same_rows(&c, &d);
        assert_true(d.tested_count <= c.tested_count);
        saved += c.tested_count - d.tested_count, tested += d.tested_count;
        assert_ok(ctx, cim_cover_change(ctx, changed, w.scene, &box, 1, &back));
        cim_cover_view e = view_of(back);
        same_rows(&a, &e);
        cim_cover *all[] = { four, eight, more, without, changed, back };
        for (size_t i = 0; i < 6; i++) cim_cover_free(all[i]);
        cim_sight_scene_free(less);
        world_free(&w);
    }
    print_message("what-if: %zu sight lines taken again, %zu spared\n", tested, saved);
    assert_true(saved > tested);
}

static cim_geom rectangle(double *xy, uint32_t *end, double x0, double y0, double x1, double y1)
{
    const double v[10] = { x0, y0, x1, y0, x1, y1, x0, y1, x0, y0 };
    memcpy(xy, v, sizeof v);
    end[0] = 5, end[1] = 1;
    return (cim_geom){ CIM_GEOM_POLYGON, 2, 5, 1, 1, 0, xy, end, end + 1 };
}

/* A mask hides what is in it and nothing else; a keep-out area is violated by the cameras that see it, and only those. */
static void test_cover_masks(void **state)
{
    cim_sensor s[3] = { CIM_SENSOR_CAMERA_INIT, CIM_SENSOR_CAMERA_INIT, CIM_SENSOR_CAMERA_INIT };
    double xyz[9] = { 0, 10, 5, 0, 20, 5, 0, 30, 5 }, xy[10], xy2[10];
    uint32_t end[2], end2[2];
    cim_targets *targets = NULL;
    cim_cover *c = NULL;
    cim_cover_options o = CIM_COVER_OPTIONS_INIT;
    (void)state;
    for (int i = 0; i < 3; i++) s[i].z = 5, s[i].pitch_deg = 0;
    s[1].yaw_deg = 180;          /* turns its back */
    s[2].y = -25, s[2].range_m = 40; /* a wall of the town below is between */
    town t = { 0 };
    town_rect(&t, -50, -12, 50, -10, 0, 9);
    town_boxes(&t);
    cim_sight_scene *scene = town_scene(ctx, &t);
    assert_ok(ctx, cim_targets_new(ctx, &targets));
    assert_ok(ctx, cim_targets_add_points(ctx, targets, xyz, NULL, NULL, NULL, 3));
    cim_geom privacy = rectangle(xy, end, -5, 15, 5, 25), keep_out = rectangle(xy2, end2, -1, 5, 1, 7);
    o.privacy = &privacy, o.keep_out = &keep_out;
    assert_ok(ctx, cim_cover_build(ctx, scene, s, 3, targets, &o, &c));
    cim_cover_view v = view_of(c);
    assert_int_equal(v.first[3], 2);
    assert_int_equal(v.targets[0], 0);
    assert_int_equal(v.targets[1], 2);
    assert_int_equal(v.masked_count, 1);
    assert_int_equal(v.violation_count, 1);
    assert_int_equal(v.violations[0].sensor, 0);
    assert_true(fabs(v.violations[0].area_m2 - 4) < 1e-6);
    cim_cover_free(c);
    assert_status(ctx, cim_targets_add_points(ctx, targets, xyz, NULL, NULL, NULL, 3), CIM_EARG);
    cim_geom line = { CIM_GEOM_LINESTRING, 2, 2, 1, 1, 0, xy, end, end + 1 };
    o.privacy = &line;
    assert_status(ctx, cim_cover_build(ctx, scene, s, 3, targets, &o, &c), CIM_EFORMAT);
    cim_targets_free(targets);
    cim_sight_scene_free(scene);
    town_free(&t);
}

/* Over terrain the level at a target is that of the terrain model on its own profile. */
static void test_cover_terrain(void **state)
{
    enum { N = 101 };
    static float height[N * N];
    uint64_t seed = 4;
    (void)state;
    for (int r = 0; r < N; r++)
        for (int c = 0; c < N; c++) height[r * N + c] = (float)(40 * sin(c / 9.0) + 30 * cos(r / 7.0) + 100);
    cim_sight_raster raster = CIM_SIGHT_RASTER_INIT;
    raster.columns = raster.rows = N, raster.step_x_m = raster.step_y_m = 50, raster.height_m = height;
    cim_sensor s = CIM_SENSOR_RADIO_INIT;
    s.model = CIM_SENSOR_TERRAIN, s.x = 0, s.y = 2500, s.z = (double)height[50 * N] + 20, s.least = -150, s.range_m = 10000;
    double xyz[3 * 40];
    for (int i = 0; i < 40; i++) xyz[3 * i] = 125.0 * (i + 1), xyz[3 * i + 1] = 2500, xyz[3 * i + 2] = support_uniform(&seed, 100, 200);
    cim_targets *targets = NULL;
    cim_cover *c = NULL;
    cim_cover_options o = CIM_COVER_OPTIONS_INIT;
    assert_ok(ctx, cim_targets_new(ctx, &targets));
    assert_ok(ctx, cim_targets_add_points(ctx, targets, xyz, NULL, NULL, NULL, 40));
    assert_status(ctx, cim_cover_build(ctx, NULL, &s, 1, targets, &o, &c), CIM_EARG);
    o.terrain = &raster;
    assert_ok(ctx, cim_cover_build(ctx, NULL, &s, 1, targets, &o, &c));
    cim_cover_view v = view_of(c);
    assert_int_equal(v.first[1], 40);
    for (int i = 1; i < 40; i += 2) { /* whole cells: the posts are the profile */
        double profile[N];
        size_t n = (size_t)(125.0 * (i + 1) / 50) + 1;
        for (size_t k = 0; k < n; k++) profile[k] = (double)height[50 * N + k];
        cim_radio_link link = CIM_RADIO_LINK_INIT;
        cim_radio_loss loss = { .struct_size = sizeof loss };
        link.frequency_mhz = 868, link.tx_height_m = 20;
        assert_ok(ctx, cim_radio_terrain(ctx, &link, profile, n, 50, &loss));
        assert_true(fabs((double)v.quality[i] - (16 - loss.loss_db)) < 1e-3);
    }
    cim_cover_free(c);
    cim_targets_free(targets);
}

static void test_cover_refuses(void **state)
{
    cim_sensor s = CIM_SENSOR_CAMERA_INIT;
    cim_targets *t = NULL;
    cim_cover *c = NULL;
    double good[3] = { 1, 2, 3 }, bad[3] = { 1, NAN, 3 }, weight = -1;
    size_t count = 7;
    cim_buf buf = CIM_BUF_INIT;
    (void)state;
    assert_ok(ctx, cim_targets_new(ctx, &t));
    assert_status(ctx, cim_targets_add_points(ctx, t, bad, NULL, NULL, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_targets_add_points(ctx, t, good, bad, NULL, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_targets_add_points(ctx, t, good, NULL, &weight, NULL, 1), CIM_EARG);
    assert_status(ctx, cim_targets_add_points(ctx, t, NULL, NULL, NULL, NULL, 1), CIM_EARG);
    assert_ok(ctx, cim_targets_add_points(ctx, t, good, NULL, NULL, NULL, 0));
    s.x = NAN;
    assert_status(ctx, cim_cover_build(ctx, NULL, &s, 1, t, NULL, &c), CIM_EARG);
    assert_status(ctx, cim_cover_build(ctx, NULL, NULL, 1, t, NULL, &c), CIM_EARG);
    assert_status(ctx, cim_cover_build(ctx, NULL, &s, 0, NULL, NULL, &c), CIM_EARG);
    assert_null(c);
    s.x = 0;
    assert_ok(ctx, cim_cover_build(ctx, NULL, &s, 1, t, NULL, &c)); /* no targets at all */
    assert_status(ctx, cim_cover_spans(ctx, c, CIM_TARGET_POINT, 0, 0, &buf, &count), CIM_EARG);
    assert_status(ctx, cim_cover_spans(ctx, c, CIM_TARGET_LINE, 1, 0, &buf, &count), CIM_EARG);
    assert_status(ctx, cim_cover_area(ctx, c, 1, 0, &buf, NULL), CIM_EARG);
    assert_ok(ctx, cim_cover_spans(ctx, c, CIM_TARGET_LINE, 0, 0, &buf, &count));
    assert_int_equal(count, 0);
    cim_buf_dispose(&buf);
    assert_ok(ctx, cim_cover_area(ctx, c, 0, 0, &buf, NULL));
    cim_buf_dispose(&buf);
    cim_box inside_out = { 1, 1, 0, 0 };
    cim_cover *other = NULL;
    assert_status(ctx, cim_cover_change(ctx, c, NULL, &inside_out, 1, &other), CIM_EARG);
    cim_cover_free(c);
    cim_targets_free(t);
}

/* ---- out of memory ---- */

static town fault_town;

static cim_status fault_scenario(cim_ctx *faulty)
{
    cim_sight_prisms p = town_arrays(&fault_town);
    cim_sight_scene *scene = NULL;
    cim_targets *t = NULL;
    cim_cover *c = NULL, *more = NULL, *changed = NULL;
    cim_sensor s[2] = { CIM_SENSOR_CAMERA_INIT, CIM_SENSOR_CAMERA_INIT };
    double xyz[9] = { 0, 10, 5, 0, 20, 5, 0, -30, 5 }, xy[10], xy2[10], area = 0;
    uint32_t end[2], end2[2];
    cim_geom privacy = rectangle(xy, end, -5, 15, 5, 25), keep_out = rectangle(xy2, end2, -1, 5, 1, 7);
    cim_cover_options o = CIM_COVER_OPTIONS_INIT;
    cim_box box = { -60, -60, 60, 60 };
    cim_buf wkb = CIM_BUF_INIT;
    o.privacy = &privacy, o.keep_out = &keep_out;
    cim_status st = cim_sight_scene_build(faulty, &p, NULL, &scene);
    if (st >= 0) st = cim_targets_new(faulty, &t);
    if (st >= 0) st = cim_targets_add_points(faulty, t, xyz, NULL, NULL, NULL, 3);
    if (st >= 0) st = cim_cover_build(faulty, scene, s, 2, t, &o, &c);
    if (st >= 0) st = cim_cover_add(faulty, c, s, 1, &more);
    if (st >= 0) st = cim_cover_change(faulty, more, scene, &box, 1, &changed);
    if (st >= 0) st = cim_cover_area(faulty, c, 0, 9, &wkb, &area);
    cim_buf_dispose(&wkb);
    cim_cover_free(changed);
    cim_cover_free(more);
    cim_cover_free(c);
    cim_targets_free(t);
    cim_sight_scene_free(scene);
    return st;
}

static void test_cover_faults(void **state)
{
    (void)state;
    fault_town = (town){ 0 };
    town_rect(&fault_town, -50, -12, 50, -10, 0, 9);
    town_boxes(&fault_town);
    support_fault_loop("cover", fault_scenario, 400);
    town_free(&fault_town);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cover_random),  cmocka_unit_test(test_cover_what_if), cmocka_unit_test(test_cover_masks),
        cmocka_unit_test(test_cover_terrain), cmocka_unit_test(test_cover_refuses), cmocka_unit_test(test_cover_faults),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
