/* test_sight_mesh.c - faces in space against brute force over all of them with 113-bit floats, and against what is true of boxes. */
#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

enum { FACES = 4000, VERTICES = 24000 };

/* Faces of one ring. */
typedef struct soup {
    uint32_t faces, vertices, face_end[FACES], ring_end[FACES], solid[FACES];
    double xyz[3 * VERTICES];
} soup;

static void put(soup *s, double x, double y, double z)
{
    double *v = s->xyz + 3 * s->vertices++;
    v[0] = x, v[1] = y, v[2] = z;
}

static void end_face(soup *s, uint32_t solid)
{
    s->ring_end[s->faces] = s->vertices;
    s->solid[s->faces] = solid;
    s->faces++;
    s->face_end[s->faces - 1] = s->faces;
}

static cim_sight_faces faces_of(const soup *s)
{
    cim_sight_faces f = CIM_SIGHT_FACES_INIT;
    f.face_count = f.ring_count = s->faces, f.vertex_count = s->vertices;
    f.face_end = s->face_end, f.ring_end = s->ring_end, f.xyz = s->xyz, f.solid = s->solid;
    return f;
}

static cim_sight_mesh *mesh_of(const soup *s)
{
    cim_sight_faces f = faces_of(s);
    cim_sight_mesh *m = NULL;
    assert_ok(ctx, cim_sight_mesh_build(ctx, &f, &m));
    return m;
}

/* ---- faces at random ---- */

static void sheets(soup *s, uint64_t *seed, uint32_t count, double size)
{
    for (uint32_t f = 0; f < count; f++) { /* stars on planes */
        double c[3], p[3], q[3], turn = 0;
        uint32_t corners = 3 + (uint32_t)(support_random(seed) % 6);
        for (int i = 0; i < 3; i++) c[i] = support_uniform(seed, 0, size), p[i] = support_uniform(seed, -1, 1), q[i] = support_uniform(seed, -1, 1);
        for (uint32_t k = 0; k < corners; k++) {
            double r = support_uniform(seed, 1, 6);
            turn += 6.2 / corners;
            put(s, c[0] + r * (cos(turn) * p[0] + sin(turn) * q[0]), c[1] + r * (cos(turn) * p[1] + sin(turn) * q[1]), c[2] + r * (cos(turn) * p[2] + sin(turn) * q[2]));
        }
        end_face(s, f % 7);
    }
}

static void test_mesh_random(void **state)
{
    uint64_t seed = 77;
    size_t bad = 0, seen = 0, all = 0;
    soup *s = malloc(sizeof *s);
    (void)state;
    for (int turn = 0; turn < 60; turn++) {
        memset(s, 0, sizeof *s);
        sheets(s, &seed, 1 + (uint32_t)(support_random(&seed) % 120), support_uniform(&seed, 10, 40));
        cim_sight_mesh *m = mesh_of(s);
        const cim_sight_faces f = faces_of(s);
        for (int k = 0; k < 40; k++) {
            double from[3], to[3];
            uint32_t face = CIM_NONE;
            for (int i = 0; i < 3; i++) from[i] = support_uniform(&seed, -5, 45), to[i] = support_uniform(&seed, -5, 45);
            if (k % 4 == 1) memcpy(to, s->xyz + 3 * (support_random(&seed) % s->vertices), sizeof to);
            if (k % 4 == 2) { /* through the middle of an edge */
                const double *a = s->xyz, *b = s->xyz + 3;
                for (int i = 0; i < 3; i++) to[i] = from[i] + 2 * (0.5 * (a[i] + b[i]) - from[i]);
            }
            assert_ok(ctx, cim_sight_mesh_line(ctx, m, from, to, &face));
            bad += (face == CIM_NONE) == faces_hide(&f, from, to);
            seen += face == CIM_NONE, all++;
        }
        cim_sight_mesh_free(m);
    }
    free(s);
    assert_int_equal(bad, 0);
    assert_true(all >= 1000 && seen > all / 10 && seen < all - all / 10);
}

/* ---- boxes: what prisms say, which are exact ---- */

static void box_faces(soup *s, double x0, double y0, double x1, double y1, double z0, double z1, uint32_t solid)
{
    const double x[4] = { x0, x1, x1, x0 }, y[4] = { y0, y0, y1, y1 };
    for (int i = 0; i < 4; i++) {
        int j = (i + 1) % 4;
        put(s, x[i], y[i], z0), put(s, x[j], y[j], z0), put(s, x[j], y[j], z1), put(s, x[i], y[i], z1);
        end_face(s, solid);
    }
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 4; i++) put(s, x[i], y[i], k ? z1 : z0);
        end_face(s, solid);
    }
}

static bool holds(const town *t, const double p[3])
{
    for (uint32_t i = 0; i < t->prisms; i++)
        if (p[0] > t->box[i][0] && p[0] < t->box[i][2] && p[1] > t->box[i][1] && p[1] < t->box[i][3] && p[2] > t->base[i] && p[2] < t->top[i]) return true;
    return false;
}

/* Boxes that share walls and corners on a grid; lines between grid points, most of which touch something. */
static void test_mesh_boxes(void **state)
{
    uint64_t seed = 5;
    size_t bad = 0, seen = 0, all = 0;
    soup *s = malloc(sizeof *s);
    (void)state;
    for (int turn = 0; turn < 200; turn++) {
        town t = { 0 };
        memset(s, 0, sizeof *s);
        double x = 500000, y = 5400000;
        for (uint32_t i = 0; i < 12; i++) {
            double x0 = x + 10.0 * (double)(support_random(&seed) % 6), y0 = y + 10.0 * (double)(support_random(&seed) % 6), z1 = 5.0 * (double)(1 + support_random(&seed) % 4);
            town_rect(&t, x0, y0, x0 + 10, y0 + 10, 0, z1);
            box_faces(s, x0, y0, x0 + 10, y0 + 10, 0, z1, i);
        }
        town_boxes(&t);
        cim_sight_mesh *m = mesh_of(s);
        for (int k = 0; k < 40; k++) {
            double from[3], to[3];
            uint32_t face = CIM_NONE;
            for (int i = 0; i < 3; i++) {
                double at = i == 0 ? x - 10 : i == 1 ? y - 10 : 0, step = i < 2 ? 5 : 2.5, n = i < 2 ? 17 : 10;
                from[i] = at + step * (double)(support_random(&seed) % (uint64_t)n), to[i] = at + step * (double)(support_random(&seed) % (uint64_t)n);
            }
            if (holds(&t, from) || holds(&t, to)) continue; /* faces are seen from inside, prisms are not */
            assert_ok(ctx, cim_sight_mesh_line(ctx, m, from, to, &face));
            bad += (face == CIM_NONE) != (town_blocker(&t, from, to) == CIM_NONE);
            seen += face == CIM_NONE, all++;
        }
        cim_sight_mesh_free(m);
        town_free(&t);
    }
    free(s);
    assert_int_equal(bad, 0);
    assert_true(all >= 1000 && seen > all / 10 && seen < all - all / 10);
}

/* A wall with a window, and the smallest cases. */
static void test_mesh_holes(void **state)
{
    static const double xyz[] = { 0, 0, 0, 10, 0, 0, 10, 0, 10, 0, 0, 10, 4, 0, 4, 6, 0, 4, 6, 0, 6, 4, 0, 6 };
    static const uint32_t face_end[] = { 2 }, ring_end[] = { 4, 8 };
    static const struct {
        double from[3], to[3];
        bool seen;
    } cases[] = {
        { { 5, -5, 5 }, { 5, 5, 5 }, true },  { { 2, -5, 5 }, { 2, 5, 5 }, false }, { { 2, -5, 5 }, { 2, 0, 5 }, true },   { { 2, 0, 5 }, { 2, 5, 5 }, true },
        { { 4, -5, 5 }, { 4, 5, 5 }, true },  { { 0, -5, 5 }, { 0, 5, 5 }, true },  { { -5, 0, 5 }, { 15, 0, 5 }, true },  { { 5, 0, 1 }, { 5, 0, 1 }, true },
        { { 5, -5, 11 }, { 5, 5, 11 }, true }, { { 3, -1e-3, 3 }, { 3, 1e-3, 3 }, false },
    };
    cim_sight_faces f = CIM_SIGHT_FACES_INIT;
    cim_sight_mesh *m = NULL;
    uint32_t face;
    (void)state;
    assert_ok(ctx, cim_sight_mesh_build(ctx, &f, &m)); /* nothing */
    assert_ok(ctx, cim_sight_mesh_line(ctx, m, cases[1].from, cases[1].to, &face));
    assert_int_equal(face, CIM_NONE);
    cim_sight_mesh_free(m);
    f.face_count = 1, f.ring_count = 2, f.vertex_count = 8, f.face_end = face_end, f.ring_end = ring_end, f.xyz = xyz;
    assert_ok(ctx, cim_sight_mesh_build(ctx, &f, &m));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(ctx, cim_sight_mesh_line(ctx, m, cases[i].from, cases[i].to, &face));
        assert_int_equal(face == CIM_NONE, cases[i].seen);
    }
    cim_sight_mesh_free(cim_sight_mesh_ref(m));
    cim_sight_mesh_free(m);
    cim_sight_mesh_free(NULL);
}

static void test_mesh_refuses(void **state)
{
    static const double wrong[] = { 0, 0, 0, 10, 0, NAN, 10, 0, 10 }, good[9] = { 0 };
    static const uint32_t one[] = { 1 }, three[] = { 3 }, four[] = { 4 };
    cim_sight_faces f = CIM_SIGHT_FACES_INIT;
    cim_sight_mesh *m = NULL;
    uint32_t face;
    (void)state;
    assert_status(ctx, cim_sight_mesh_build(ctx, &f, NULL), CIM_EARG);
    f.face_count = 1;
    assert_status(ctx, cim_sight_mesh_build(ctx, &f, &m), CIM_EARG);
    f.ring_count = 1, f.vertex_count = 3, f.face_end = one, f.ring_end = three, f.xyz = wrong;
    assert_status(ctx, cim_sight_mesh_build(ctx, &f, &m), CIM_EARG);
    f.ring_end = four;
    assert_status(ctx, cim_sight_mesh_build(ctx, &f, &m), CIM_EARG);
    f.ring_end = three, f.face_end = four;
    assert_status(ctx, cim_sight_mesh_build(ctx, &f, &m), CIM_EARG);
    assert_null(m);
    f.face_end = one, f.xyz = good; /* all in one point: no face */
    assert_ok(ctx, cim_sight_mesh_build(ctx, &f, &m));
    assert_status(ctx, cim_sight_mesh_line(ctx, NULL, good, good, &face), CIM_EARG);
    assert_status(ctx, cim_sight_mesh_line(ctx, m, wrong + 3, good, &face), CIM_EARG);
    assert_status(ctx, cim_sight_mesh_line(ctx, m, good, good, NULL), CIM_EARG);
    cim_sight_mesh_free(m);
}

static cim_status build_boxes(cim_ctx *c)
{
    soup *s = calloc(1, sizeof *s);
    cim_sight_mesh *m = NULL;
    for (uint32_t i = 0; i < 9; i++) box_faces(s, i * 10, 0, i * 10 + 8, 8, 0, 5, i);
    const cim_sight_faces f = faces_of(s);
    cim_status st = cim_sight_mesh_build(c, &f, &m);
    cim_sight_mesh_free(m);
    free(s);
    return st;
}

static void test_mesh_oom(void **state)
{
    (void)state;
    support_fault_loop("mesh", build_boxes, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mesh_random), cmocka_unit_test(test_mesh_boxes), cmocka_unit_test(test_mesh_holes), cmocka_unit_test(test_mesh_refuses), cmocka_unit_test(test_mesh_oom),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests_name("cover/mesh", tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
