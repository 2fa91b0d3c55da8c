/* Isovists against brute force: every direction in which anything changes, and the nearest wall between two of them. */
#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

typedef struct edge {
    double a[2], b[2]; /* from the eye */
} edge;

typedef struct walls {
    edge *e;
    size_t count, prism; /* the first of the last prism */
    double *angles;
    size_t turns;
} walls;

static double cross(const double *a, const double *b) { return a[0] * b[1] - a[1] * b[0]; }

static void add_edge(walls *w, const double *p, const double *q, const double eye[2])
{
    edge e = { { p[0] - eye[0], p[1] - eye[1] }, { q[0] - eye[0], q[1] - eye[1] } };
    if (p[0] == q[0] && p[1] == q[1]) return;
    for (size_t i = w->prism; i < w->count; i++) /* what a prism has twice is no wall */
        if ((!memcmp(w->e[i].a, e.a, 16) && !memcmp(w->e[i].b, e.b, 16)) || (!memcmp(w->e[i].a, e.b, 16) && !memcmp(w->e[i].b, e.a, 16))) {
            w->e[i] = w->e[--w->count];
            return;
        }
    w->e = realloc(w->e, (w->count + 1) * sizeof e);
    w->e[w->count++] = e;
}

static walls all_walls(const town *t, const double eye[2], double z, const cim_box *f)
{
    walls w = { 0 };
    for (uint32_t p = 0, r = 0, v = 0; p < t->prisms; p++) {
        w.prism = w.count;
        for (; r < t->prism_end[p]; r++) {
            uint32_t first = v;
            for (; v < t->ring_end[r]; v++) {
                uint32_t next = v + 1 < t->ring_end[r] ? v + 1 : first;
                if (t->base[p] < z && z < t->top[p]) add_edge(&w, t->xy + 2 * v, t->xy + 2 * next, eye);
            }
        }
    }
    w.prism = w.count;
    const double c[5][2] = { { f->min_x, f->min_y }, { f->max_x, f->min_y }, { f->max_x, f->max_y }, { f->min_x, f->max_y }, { f->min_x, f->min_y } };
    for (int i = 0; i < 4; i++) add_edge(&w, c[i], c[i + 1], eye);
    return w;
}

static void add_angle(walls *w, double x, double y)
{
    w->angles = realloc(w->angles, (w->turns + 1) * sizeof(double));
    w->angles[w->turns++] = atan2(y, x);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void add_angles(walls *w)
{
    for (size_t i = 0; i < w->count; i++) {
        add_angle(w, w->e[i].a[0], w->e[i].a[1]);
        for (size_t k = 0; k < i; k++) {
            double d[2] = { w->e[i].b[0] - w->e[i].a[0], w->e[i].b[1] - w->e[i].a[1] }, g[2] = { w->e[k].b[0] - w->e[k].a[0], w->e[k].b[1] - w->e[k].a[1] };
            double o[2] = { w->e[k].a[0] - w->e[i].a[0], w->e[k].a[1] - w->e[i].a[1] }, n = cross(d, g);
            if (n == 0) continue;
            double s = cross(o, g) / n, u = cross(o, d) / n;
            if (s >= 0 && s <= 1 && u >= 0 && u <= 1) add_angle(w, w->e[i].a[0] + s * d[0], w->e[i].a[1] + s * d[1]);
        }
    }
    add_angle(w, -1, 0), add_angle(w, -1, -0.0);
    qsort(w->angles, w->turns, sizeof(double), by_value);
}

/* The nearest wall in a direction. */
static const edge *nearest(const walls *w, double angle, double *distance_out)
{
    const double d[2] = { cos(angle), sin(angle) };
    const edge *best = NULL;
    *distance_out = HUGE_VAL;
    for (size_t i = 0; i < w->count; i++) {
        const edge *e = &w->e[i];
        double g[2] = { e->b[0] - e->a[0], e->b[1] - e->a[1] }, sa = cross(d, e->a), sb = cross(d, e->b);
        if ((sa > 0) == (sb > 0)) continue;
        double r = cross(e->a, g) / cross(d, g);
        if (r > 0 && r < *distance_out) *distance_out = r, best = e;
    }
    return best;
}

static double distance_to(const edge *e, double angle)
{
    const double d[2] = { cos(angle), sin(angle) }, g[2] = { e->b[0] - e->a[0], e->b[1] - e->a[1] };
    return cross(e->a, g) / cross(d, g);
}

/* The area of the part of a triangle from the eye that is within a radius: between two angles, to a wall. */
static double slice(const edge *e, double from, double to, double limit)
{
    double p = distance_to(e, from), q = distance_to(e, to);
    if (limit <= 0 || (p <= limit && q <= limit)) return 0.5 * p * q * sin(to - from);
    double sum = 0;
    int parts = 2000; /* a Simpson sum is enough: the cases are few */
    for (int i = 0; i <= parts; i++) {
        double r = fmin(limit, distance_to(e, from + (to - from) * i / parts));
        sum += (i == 0 || i == parts ? 1 : i % 2 ? 4 : 2) * 0.5 * r * r;
    }
    return sum * (to - from) / parts / 3;
}

static double brute_area(const walls *w, double limit)
{
    double area = 0;
    for (size_t i = 0; i + 1 < w->turns; i++) {
        double from = w->angles[i], to = w->angles[i + 1], r;
        if (!(to - from > 1e-13)) continue;
        const edge *e = nearest(w, 0.5 * (from + to), &r);
        assert_non_null(e);
        area += slice(e, from, to, limit);
    }
    return area;
}

static double outline_area(const cim_sight_isovist *v)
{
    double area = 0;
    for (size_t i = 0; i < v->count; i++) {
        size_t k = i + 1 < v->count ? i + 1 : 0;
        area += (v->xy[2 * i] - v->xy[0]) * (v->xy[2 * k + 1] - v->xy[1]) - (v->xy[2 * k] - v->xy[0]) * (v->xy[2 * i + 1] - v->xy[1]);
    }
    return 0.5 * area;
}

static double perimeter(const cim_sight_isovist *v)
{
    double sum = 0;
    for (size_t i = 0; i < v->count; i++) {
        const double *p = v->xy + 2 * i, *q = v->xy + 2 * (i + 1 < v->count ? i + 1 : 0);
        double length = hypot(q[0] - p[0], q[1] - p[1]);
        sum += length;
    }
    return sum;
}

static bool inside_any(const town *t, const double eye[2], double z)
{
    const double p[3] = { eye[0], eye[1], z };
    return town_blocker(t, p, p) != CIM_NONE;
}

/* Random towns in all their strangeness, some eyes on corners. */
static void test_isovist_random(void **state)
{
    uint64_t seed = 8;
    int seen = 0, blind = 0;
    (void)state;
    for (int turn = 0; turn < 1500; turn++) {
        town t = town_random(&seed, 1 + (uint32_t)(support_random(&seed) % 14), support_uniform(&seed, 40, 160));
        cim_sight_scene *scene = town_scene(ctx, &t);
        cim_sight_query *q = NULL;
        cim_sight_isovist v = { .struct_size = sizeof v };
        cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
        assert_ok(ctx, cim_sight_query_new(ctx, scene, &q));
        o.z_m = support_uniform(&seed, 0.5, 6);
        o.frame = (cim_box){ t.min_x - 20, t.min_y - 30, t.max_x + 25, t.max_y + 10 };
        if (turn % 3 == 0) o.max_m = support_uniform(&seed, 5, 100), o.arc_deg = 0.1;
        const double eye[2] = { support_uniform(&seed, t.min_x - 5, t.max_x + 5), support_uniform(&seed, t.min_y - 5, t.max_y + 5) };
        assert_ok(ctx, cim_sight_isovist_find(ctx, q, eye[0], eye[1], &o, &v));
        if (inside_any(&t, eye, o.z_m)) {
            assert_true(v.area_m2 == 0 && v.count == 0 && v.wall_count == 0);
            blind++;
        } else {
            walls w = all_walls(&t, eye, o.z_m, &o.frame);
            add_angles(&w);
            double truth = brute_area(&w, o.max_m), tolerance = o.max_m > 0 ? 1e-4 : 1e-8;
            if (!(fabs(v.area_m2 - truth) <= tolerance * truth)) fail_msg("turn %d: area %.17g, should be %.17g", turn, v.area_m2, truth);
            if (o.max_m == 0) assert_true(fabs(outline_area(&v) - truth) <= 1e-8 * truth);
            free(w.e), free(w.angles);
            seen++;
        }
        cim_sight_query_free(q);
        cim_sight_scene_free(scene);
        town_free(&t);
    }
    assert_true(seen > 1000 && blind > 20);
}

/* Walls seen: along every wall, points are seen or not as sight lines say. */
static void test_isovist_walls(void **state)
{
    uint64_t seed = 81;
    size_t bad = 0, tested = 0;
    (void)state;
    for (int turn = 0; turn < 200; turn++) {
        town t = { 0 };
        for (int k = 0; k < 144; k++) {
            double x = 500000 + 20 * (k % 12), y = 5450000 + 20 * (double)(k / 12); /* of walls that coincide only one would be listed */
            if (support_random(&seed) % 5) continue;
            town_rect(&t, x, y, x + 3 + (double)(support_random(&seed) % 17), y + 3 + (double)(support_random(&seed) % 17), 0, 10);
        }
        town_boxes(&t);
        cim_sight_scene *scene = town_scene(ctx, &t);
        cim_sight_query *q = NULL;
        cim_sight_isovist v = { .struct_size = sizeof v };
        cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
        assert_ok(ctx, cim_sight_query_new(ctx, scene, &q));
        o.z_m = 5;
        double eye[3] = { support_uniform(&seed, t.min_x, t.max_x), support_uniform(&seed, t.min_y, t.max_y), 5 };
        if (turn % 2) memcpy(eye, town_pick(&t, &seed), 16); /* on a corner */
        if (turn % 7 == 3 && turn % 2) eye[0] = floor(eye[0]), eye[1] = floor(eye[1]); /* of the lattice: often on an edge */
        assert_ok(ctx, cim_sight_isovist_find(ctx, q, eye[0], eye[1], &o, &v));
        for (int k = 0; k < 400; k++) {
            uint32_t vertex = (uint32_t)(support_random(&seed) % t.vertices), next = vertex % 4 == 3 ? vertex - 3 : vertex + 1;
            double part = support_uniform(&seed, 0, 1), edge_from = 2;
            const double *a = t.xy + 2 * vertex, *b = t.xy + 2 * next;
            const double to[3] = { a[0] == b[0] ? a[0] : a[0] + part * (b[0] - a[0]), a[1] == b[1] ? a[1] : a[1] + part * (b[1] - a[1]), 5 };
            bool listed = false, line = town_blocker(&t, eye, to) == CIM_NONE;
            for (size_t i = 0; i < v.wall_count; i++) {
                if (v.walls[i].vertex != vertex) continue;
                assert_int_equal(v.walls[i].prism, vertex / 4);
                listed |= v.walls[i].from <= part && part <= v.walls[i].to;
                edge_from = fmin(edge_from, fmin(fabs(v.walls[i].from - part), fabs(v.walls[i].to - part)));
            }
            tested++;
            bad += listed != line && edge_from > 1e-9;
        }
        double all = perimeter(&v), walls_m = 0;
        for (size_t i = 0; i < v.wall_count; i++) walls_m += v.walls[i].length_m;
        assert_true(walls_m <= all + 1e-6);
        cim_sight_query_free(q);
        cim_sight_scene_free(scene);
        town_free(&t);
    }
    assert_int_equal(bad, 0);
    assert_true(tested > 20000);
}

/* A large town, so that walls are gathered in several rounds; with limit and without. */
static void test_isovist_town(void **state)
{
    uint64_t seed = 82;
    (void)state;
    town t = town_random(&seed, 500, 1500);
    cim_sight_scene *scene = town_scene(ctx, &t);
    cim_sight_query *q = NULL;
    assert_ok(ctx, cim_sight_query_new(ctx, scene, &q));
    for (int turn = 0; turn < 6; turn++) {
        cim_sight_isovist v = { .struct_size = sizeof v };
        cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
        o.z_m = 4.5, o.frame = (cim_box){ t.min_x - 200, t.min_y - 300, t.max_x + 250, t.max_y + 100 };
        double eye[2];
        do eye[0] = support_uniform(&seed, t.min_x, t.max_x), eye[1] = support_uniform(&seed, t.min_y, t.max_y);
        while (inside_any(&t, eye, o.z_m));
        assert_ok(ctx, cim_sight_isovist_find(ctx, q, eye[0], eye[1], &o, &v));
        walls w = all_walls(&t, eye, o.z_m, &o.frame);
        for (size_t i = 0; i < w.count; i++) add_angle(&w, w.e[i].a[0], w.e[i].a[1]);
        qsort(w.angles, w.turns, sizeof(double), by_value);
        for (int i = 0; i < 3000; i++) { /* the outline in random directions */
            double angle = support_uniform(&seed, -3.14159, 3.14159), truth, found = HUGE_VAL;
            nearest(&w, angle, &truth);
            for (size_t k = 0; k < v.count; k++) {
                const double *a = v.xy + 2 * k, *b = v.xy + 2 * (k + 1 < v.count ? k + 1 : 0);
                edge e = { { a[0] - eye[0], a[1] - eye[1] }, { b[0] - eye[0], b[1] - eye[1] } };
                const double d[2] = { cos(angle), sin(angle) };
                if ((cross(d, e.a) > 0) == (cross(d, e.b) > 0) || fabs(cross(e.a, e.b)) < 1e-6) continue;
                double r = distance_to(&e, angle);
                if (r > 0) found = fmin(found, r);
            }
            if (!(fabs(found - truth) < 1e-5 * (1 + truth))) fail_msg("at %.17g: %.17g, should be %.17g", angle, found, truth);
        }
        free(w.e), free(w.angles);
    }
    cim_sight_query_free(q);
    cim_sight_scene_free(scene);
    town_free(&t);
}

/* Known areas: a point on a wall's middle, on a corner, in a courtyard, with a limit, alone. */
static void test_isovist_known(void **state)
{
    static const struct { double x, y, limit, area; } cases[] = {
        { 5, 0, 0, 30.0 * 10.0 }, { 0, 0, 0, 900 - 20 * 20 }, { -5, -5, 2, 3.14159265358979323846 * 4 }, { 5, 0, 4, 3.14159265358979323846 * 8 },
        { 5, 5, 0, 0 },           { 15, 15, 0, 900 - 1100.0 / 3 } };
    town t = { 0 };
    (void)state;
    town_rect(&t, 0, 0, 10, 10, 0, 10);
    town_boxes(&t);
    cim_sight_scene *scene = town_scene(ctx, &t);
    cim_sight_query *q = NULL;
    assert_ok(ctx, cim_sight_query_new(ctx, scene, &q));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cim_sight_isovist v = { .struct_size = sizeof v };
        cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
        o.z_m = 1, o.frame = (cim_box){ -10, -10, 20, 20 }, o.max_m = cases[i].limit;
        assert_ok(ctx, cim_sight_isovist_find(ctx, q, cases[i].x, cases[i].y, &o, &v));
        if (!(fabs(v.area_m2 - cases[i].area) <= 1e-9)) fail_msg("case %zu: %.12g, should be %.12g", i, v.area_m2, cases[i].area);
    }
    cim_sight_query_free(q);
    cim_sight_scene_free(scene);
    town_free(&t);
}

/* ---- against sight lines: a point at the eye's height is inside the outline exactly if no prism is in the way ---- */

/* Rings on a coarse lattice, whose edges cross, touch, lie on each other in parts, and go back the way they came. */
static town knotty(uint64_t *seed)
{
    town t = { 0 };
    uint32_t prisms = 1 + (uint32_t)(support_random(seed) % 4), side = 3 + (uint32_t)(support_random(seed) % 10);
    for (uint32_t p = 0; p < prisms; p++) {
        double x = 500000 + (double)(support_random(seed) % 16), y = 5450000 + (double)(support_random(seed) % 16);
        for (uint32_t rings = 1 + (uint32_t)(support_random(seed) % 3); rings; rings--) {
            for (uint32_t n = 2 + (uint32_t)(support_random(seed) % 9); n; n--)
                town_vertex(&t, x + (double)(support_random(seed) % side), y + (double)(support_random(seed) % side));
            town_ring(&t);
        }
        town_prism(&t, 0, 10);
    }
    town_boxes(&t);
    return t;
}

static bool outline_holds(const cim_sight_isovist *v, const double p[2], double *distance_out)
{
    bool in = false;
    *distance_out = HUGE_VAL;
    for (size_t i = 0; i < v->count; i++) {
        const double *a = v->xy + 2 * i, *b = v->xy + 2 * (i + 1 < v->count ? i + 1 : 0);
        double d[2] = { b[0] - a[0], b[1] - a[1] }, e[2] = { p[0] - a[0], p[1] - a[1] }, square = d[0] * d[0] + d[1] * d[1];
        double at = square > 0 ? (e[0] * d[0] + e[1] * d[1]) / square : 0;
        at = at < 0 ? 0 : at > 1 ? 1 : at;
        *distance_out = fmin(*distance_out, hypot(e[0] - at * d[0], e[1] - at * d[1]));
        if ((a[1] > p[1]) != (b[1] > p[1])) in ^= (p[1] - a[1]) * d[0] / d[1] > e[0];
    }
    return in;
}

static void test_isovist_lines(void **state)
{
    uint64_t seed = 84;
    size_t unlike = 0, in = 0, out = 0, skipped = 0;
    (void)state;
    for (int turn = 0; turn < 3000; turn++) {
        town t = turn % 2 ? knotty(&seed) : town_random(&seed, 1 + (uint32_t)(support_random(&seed) % 30), support_uniform(&seed, 40, 160));
        cim_sight_scene *scene = town_scene(ctx, &t);
        cim_sight_query *q = NULL;
        cim_sight_isovist v = { .struct_size = sizeof v };
        cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
        assert_ok(ctx, cim_sight_query_new(ctx, scene, &q));
        o.z_m = support_uniform(&seed, 0.5, 6);
        o.frame = (cim_box){ t.min_x - 20, t.min_y - 30, t.max_x + 25, t.max_y + 10 };
        double eye[3] = { support_uniform(&seed, t.min_x - 5, t.max_x + 5), support_uniform(&seed, t.min_y - 5, t.max_y + 5), o.z_m };
        if (turn % 7 < 2) memcpy(eye, town_pick(&t, &seed), 16); /* on a corner */
        assert_ok(ctx, cim_sight_isovist_find(ctx, q, eye[0], eye[1], &o, &v));
        for (int k = 0; k < 40; k++) {
            const double p[3] = { support_uniform(&seed, t.min_x - 19, t.max_x + 24), support_uniform(&seed, t.min_y - 29, t.max_y + 9), o.z_m };
            uint32_t blocker = CIM_NONE;
            double distance;
            bool got = outline_holds(&v, p, &distance), line = town_blocker(&t, eye, p) == CIM_NONE;
            assert_ok(ctx, cim_sight_line(ctx, scene, eye, p, &blocker));
            assert_int_equal(line, blocker == CIM_NONE);
            if (distance <= 1e-6) {
                skipped++;
                continue;
            }
            line ? in++ : out++;
            if (got != line && unlike++ < 5) print_message("turn %d: %.17g %.17g is %s the isovist of %.17g %.17g\n", turn, p[0], p[1], got ? "in" : "not in", eye[0], eye[1]);
        }
        cim_sight_query_free(q);
        cim_sight_scene_free(scene);
        town_free(&t);
    }
    print_message("isovists: %zu points in, %zu out, %zu on the outline, %zu unlike\n", in, out, skipped, unlike);
    assert_int_equal(unlike, 0);
    assert_true(in > 20000 && out > 20000 && skipped < 100);
}

/* Two corners that meet where the point is, so that arcs shut by both overlap: what is beyond them is seen. */
static void test_isovist_corners(void **state)
{
    static const double rings[][8] = { { 5, -2, 0, 0, 0, -9 }, { 0, 0, 2, -4, -1, 1, -2, 6 } }, frame[] = { -30, -30, 30, 30 };
    town t = { 0 };
    (void)state;
    for (int p = 0; p < 2; p++) {
        for (int v = 0; v < 3 + p; v++) town_vertex(&t, rings[p][2 * v], rings[p][2 * v + 1]);
        town_ring(&t), town_prism(&t, 0, 10);
    }
    town_boxes(&t);
    cim_sight_scene *scene = town_scene(ctx, &t);
    cim_sight_query *q = NULL;
    cim_sight_isovist v = { .struct_size = sizeof v };
    cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
    assert_ok(ctx, cim_sight_query_new(ctx, scene, &q));
    o.z_m = 1, o.frame = (cim_box){ frame[0], frame[1], frame[2], frame[3] };
    assert_ok(ctx, cim_sight_isovist_find(ctx, q, 0, 0, &o, &v));
    /* open from (5, -2) counter-clockwise to (-2, 6): the frame from (30, -12) to (-10, 30) */
    assert_true(fabs(v.area_m2 - (0.5 * 30 * (12 + 30) + 0.5 * 30 * (30 + 10))) <= 1e-9);
    cim_sight_query_free(q);
    cim_sight_scene_free(scene);
    town_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_isovist_known), cmocka_unit_test(test_isovist_random), cmocka_unit_test(test_isovist_walls),
                                        cmocka_unit_test(test_isovist_town), cmocka_unit_test(test_isovist_lines),
                                        cmocka_unit_test(test_isovist_corners) };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests_name("cover/isovist", tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
