/* test_sensor_model.c - what sensors give at points: cameras against a projection of points in their image, others by hand; fields against
 * points thrown at random; what is refused. */
#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;
static const double RAD = 3.14159265358979323846 / 180;

static double quality(const cim_sensor *s, double x, double y, double z, int seen)
{
    double p[3] = { x, y, z }, q = -1;
    assert_ok(ctx, cim_sensor_quality(ctx, s, p, seen, &q));
    return q;
}

static void assert_near(double got, double is, double slack)
{
    if (!(fabs(got - is) <= slack)) print_message("%.12g is not %.12g\n", got, is);
    assert_true(fabs(got - is) <= slack);
}

/* A point in the frame of a camera: turned by yaw about the plumb line, then by pitch about the level axis, step by step. */
static void to_camera(const cim_sensor *s, const double p[3], double *ahead, double *right, double *up)
{
    double x = p[0] - s->x, y = p[1] - s->y, z = p[2] - s->z;
    double cy = cos(s->yaw_deg * RAD), sy = sin(s->yaw_deg * RAD), cp = cos(s->pitch_deg * RAD), sp = sin(s->pitch_deg * RAD);
    double forward = x * sy + y * cy; /* level, in the direction of yaw */
    *right = x * cy - y * sy;
    *ahead = forward * cp + z * sp;
    *up = -forward * sp + z * cp;
}

/* Pixel coordinates from the middle of the image, as a pinhole camera has them. */
static bool image(const cim_sensor *s, const double p[3], double *u, double *v)
{
    double a, r, t, focal = 0.5 * s->pixels / tan(0.5 * s->hfov_deg * RAD);
    to_camera(s, p, &a, &r, &t);
    if (a <= 0) return false;
    *u = focal * r / a, *v = focal * t / a;
    return true;
}

static void test_camera_projection(void **state)
{
    uint64_t seed = 11;
    size_t in = 0, out = 0;
    (void)state;
    for (int turn = 0; turn < 200000; turn++) {
        cim_sensor s = CIM_SENSOR_CAMERA_INIT;
        s.x = 500000, s.y = 5400000, s.z = support_uniform(&seed, 2, 20);
        s.yaw_deg = support_uniform(&seed, -400, 400), s.pitch_deg = support_uniform(&seed, -90, 90);
        s.hfov_deg = support_uniform(&seed, 5, 170), s.vfov_deg = support_uniform(&seed, 5, 170);
        s.least = support_uniform(&seed, 5, 60), s.range_m = support_random(&seed) % 2 ? support_uniform(&seed, 10, 200) : 0;
        s.near_m = support_random(&seed) % 4 ? 0 : 5;
        double p[3] = { s.x + support_uniform(&seed, -60, 60), s.y + support_uniform(&seed, -60, 60), support_uniform(&seed, 0, 20) }, u, v, a, r, t;
        double got = quality(&s, p[0], p[1], p[2], 1), distance = hypot(hypot(p[0] - s.x, p[1] - s.y), p[2] - s.z);
        bool there = image(&s, p, &u, &v);
        double focal = 0.5 * s.pixels / tan(0.5 * s.hfov_deg * RAD), tall = focal * tan(0.5 * s.vfov_deg * RAD);
        if (there && (fabs(fabs(u) - 0.5 * s.pixels) < 1e-4 || fabs(fabs(v) - tall) < 1e-4 * (1 + tall))) continue; /* rounding decides */
        to_camera(&s, p, &a, &r, &t);
        double px = 0; /* a stick of 1 m beside the target, across the axis */
        double cy = cos(s.yaw_deg * RAD), sy = sin(s.yaw_deg * RAD), left[3] = { p[0] - 0.5 * cy, p[1] + 0.5 * sy, p[2] },
               right[3] = { p[0] + 0.5 * cy, p[1] - 0.5 * sy, p[2] }, lu, lv, ru, rv;
        if (there && image(&s, left, &lu, &lv) && image(&s, right, &ru, &rv)) px = ru - lu;
        if (fabs(px - s.least) < 1e-6 || fabs(distance - s.range_m) < 1e-6) continue;
        bool covered = there && fabs(u) <= 0.5 * s.pixels && fabs(v) <= tall && px >= s.least && distance >= s.near_m && (s.range_m == 0 || distance <= s.range_m);
        if (covered != !isnan(got)) print_message("turn %d: %d, %g px/m, %g\n", turn, covered, px, got);
        assert_int_equal(covered, !isnan(got));
        if (covered) assert_near(got, px, 1e-6 * px);
        covered ? in++ : out++;
    }
    assert_true(in > 1000 && out > 1000);
}

/* The sign of an angle: what is on the left is not on the right. */
static void test_camera_signs(void **state)
{
    cim_sensor s = CIM_SENSOR_CAMERA_INIT;
    (void)state;
    s.z = 5, s.pitch_deg = 0, s.hfov_deg = 60, s.vfov_deg = 40, s.yaw_deg = 90; /* to the east */
    assert_near(quality(&s, 10, 0, 5, 1), 1920 / (2 * tan(30 * RAD) * 10), 1e-9);
    assert_true(isnan(quality(&s, -10, 0, 5, 1)));
    assert_true(isnan(quality(&s, 0, 10, 5, 1)));
    s.yaw_deg = 60; /* right edge is at 90, left edge at 30 */
    assert_false(isnan(quality(&s, 10, 0.001, 5, 1)));
    assert_true(isnan(quality(&s, 10, -0.001, 5, 1)));
    assert_false(isnan(quality(&s, 5.001, 5 * sqrt(3), 5, 1)));
    assert_true(isnan(quality(&s, 4.999, 5 * sqrt(3), 5, 1)));
    s.yaw_deg = 0, s.pitch_deg = -20; /* upper edge is level */
    assert_false(isnan(quality(&s, 0, 10, 4.999, 1)));
    assert_true(isnan(quality(&s, 0, 10, 5.001, 1)));
    assert_true(isnan(quality(&s, 0, 3, 0, 1))); /* 59 degrees down: below the image */
    assert_false(isnan(quality(&s, 0, 7, 0, 1))); /* 35.5 */
}

static void test_camera_turns(void **state)
{
    cim_sensor s = CIM_SENSOR_CAMERA_INIT;
    (void)state;
    s.z = 5, s.flags = CIM_SENSOR_TURNS, s.yaw_deg = 45;
    for (int d = 0; d < 360; d += 7) assert_near(quality(&s, 30 * sin(d * RAD), 30 * cos(d * RAD), 5, 1), 1920 / (2 * tan(30 * RAD) * 30), 1e-9);
    assert_false(isnan(quality(&s, 0, 1e-9, 0, 1))); /* straight down */
    assert_true(isnan(quality(&s, 0, 10, 20, 1)));   /* up it does not look */
    s.turn_deg = 90; /* and half a picture on each side: 30 degrees more */
    assert_false(isnan(quality(&s, 10 * sin(119.9 * RAD), 10 * cos(119.9 * RAD), 5, 1)));
    assert_true(isnan(quality(&s, 10 * sin(120.1 * RAD), 10 * cos(120.1 * RAD), 5, 1)));
    assert_false(isnan(quality(&s, 10 * sin(-29.9 * RAD), 10 * cos(-29.9 * RAD), 5, 1)));
    assert_true(isnan(quality(&s, 10 * sin(-30.1 * RAD), 10 * cos(-30.1 * RAD), 5, 1)));
    cim_sensor fish = CIM_SENSOR_CAMERA_INIT;
    fish.hfov_deg = 180, fish.vfov_deg = 180, fish.pitch_deg = 0;
    assert_near(quality(&fish, 3, 3, 0, 1), 1920 / (180 * RAD * hypot(3, 3)), 1e-9);
    assert_true(isnan(quality(&fish, 3, -0.01, 0, 1)));
}

static void test_sensor_classes(void **state)
{
    static const struct {
        double px;
        int32_t class;
        const char *name;
    } rows[] = { { 0, 0, "nothing" },      { 12.49, 0, "nothing" }, { 12.5, 1, "monitor" },     { 24.99, 1, "monitor" },  { 25, 2, "detect" },
                 { 62.5, 3, "observe" },   { 125, 4, "recognise" }, { 249.999, 4, "recognise" }, { 250, 5, "identify" }, { 1e9, 5, "identify" },
                 { NAN, 0, "nothing" } };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(cim_sensor_class(rows[i].px), rows[i].class);
        assert_string_equal(cim_sensor_class_name(rows[i].class), rows[i].name);
    }
    assert_null(cim_sensor_class_name(6));
    assert_null(cim_sensor_class_name(-1));
    for (uint32_t bit = 1; bit <= CIM_SENSOR_MOVED; bit *= 2) assert_non_null(cim_sensor_assumed_name(bit));
    assert_null(cim_sensor_assumed_name(3));
    assert_null(cim_sensor_assumed_name(2048));
}

static void test_other_kinds(void **state)
{
    cim_sensor s = CIM_SENSOR_RADIO_INIT;
    double loss = 0;
    (void)state;
    s.frequency_mhz = 2400, s.least = -80;
    assert_ok(ctx, cim_radio_street(ctx, 0, 1, 100, 2400, 50, &loss, NULL));
    assert_near(quality(&s, 100, 0, 0, 1), 14 + 2 - loss, 1e-9);
    assert_ok(ctx, cim_radio_street(ctx, 0, 0, 100, 2400, 50, &loss, NULL));
    s.least = -120;
    assert_near(quality(&s, 100, 0, 0, 0), 14 + 2 - loss, 1e-9);
    s.hfov_deg = 65, s.yaw_deg = 0; /* a beam to the north: at the edge of the beam 3 dB less, behind 25 */
    assert_near(quality(&s, 100 * sin(32.5 * RAD), 100 * cos(32.5 * RAD), 0, 0), 16 - loss - 3, 1e-9);
    assert_near(quality(&s, 0, -100, 0, 0), 16 - loss - 25, 1e-9);
    s = (cim_sensor)CIM_SENSOR_RADIO_INIT, s.model = CIM_SENSOR_FREE_SPACE;
    assert_ok(ctx, cim_radio_free_space(ctx, 100, 868, &loss));
    assert_near(quality(&s, 100, 0, 0, 1), 16 - loss, 1e-9);
    assert_true(isnan(quality(&s, 100, 0, 0, 0)));
    s.flags = CIM_SENSOR_THROUGH;
    assert_near(quality(&s, 100, 0, 0, 0), 16 - loss, 1e-9);
    s.location_percent = 90, s.model = CIM_SENSOR_STREET, s.flags = 0;
    assert_ok(ctx, cim_radio_street(ctx, 0, 0, 200, 868, 90, &loss, NULL));
    assert_near(quality(&s, 200, 0, 0, 0), 16 - loss, 1e-9);
    s.kind = CIM_SENSOR_NOISE, s.power = 80, s.least = 40, s.location_percent = 50;
    assert_near(quality(&s, 10, 0, 0, 1), 60, 1e-9); /* 6 dB a doubling of a point source, 20 a tenfold */
    assert_near(quality(&s, 20, 0, 0, 1), 60 - 6.0206, 1e-4);
    assert_near(quality(&s, 100, 0, 0, 1), 40, 1e-9);
    assert_true(isnan(quality(&s, 100.1, 0, 0, 1)));
    s.flags = CIM_SENSOR_LINE; /* 3 dB of a line */
    assert_near(quality(&s, 20, 0, 0, 1), 70 - 3.0103, 1e-4);
    assert_near(quality(&s, 0.1, 0, 0, 1), 80, 1e-9);
    s.kind = CIM_SENSOR_SAMPLER, s.range_m = 50, s.least = 0;
    assert_near(quality(&s, 25, 0, 0, 1), 0.5, 1e-12);
    assert_true(isnan(quality(&s, 50.01, 0, 0, 1)));
    s.kind = CIM_SENSOR_RANGE, s.hfov_deg = 90, s.yaw_deg = 270;
    assert_near(quality(&s, -25, 0, 0, 1), 0.5, 1e-12);
    assert_true(isnan(quality(&s, 25, 0, 0, 1)));
}

/* ---- fields ---- */

/* A ring of libcim's WKB: little-endian, one POLYGON. */
static size_t ring_of(const cim_buf *wkb, const double **xy_out)
{
    static double xy[200000];
    uint32_t head[3];
    assert_int_equal(wkb->data[0], 1);
    assert_true(wkb->size >= 9);
    memcpy(head, wkb->data + 1, 8);
    assert_int_equal(head[0], 3);
    if (!head[1]) return 0;
    memcpy(head, wkb->data + 1, sizeof head);
    assert_int_equal(head[1], 1);
    assert_true(head[2] < 100000 && wkb->size == 13 + (size_t)head[2] * 16);
    memcpy(xy, wkb->data + 13, (size_t)head[2] * 16);
    *xy_out = xy;
    return head[2];
}

static bool holds(const double *v, size_t n, double x, double y)
{
    bool in = false;
    for (size_t i = 0; i + 1 < n; i++) {
        const double *p = v + 2 * i, *q = p + 2;
        if ((p[1] > y) != (q[1] > y) && x < p[0] + (y - p[1]) / (q[1] - p[1]) * (q[0] - p[0])) in = !in;
    }
    return in;
}

static double edge_distance(const double *v, size_t n, double x, double y)
{
    double least = 1e9;
    for (size_t i = 0; i + 1 < n; i++) {
        double dx = v[2 * i + 2] - v[2 * i], dy = v[2 * i + 3] - v[2 * i + 1], s = dx * dx + dy * dy;
        double t = s > 0 ? ((x - v[2 * i]) * dx + (y - v[2 * i + 1]) * dy) / s : 0;
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        least = fmin(least, hypot(v[2 * i] + t * dx - x, v[2 * i + 1] + t * dy - y));
    }
    return least;
}

/* A point at the height of the eye is in the field exactly if it is in the sector and no prism is in the way. */
static void test_field(void **state)
{
    uint64_t seed = 5;
    size_t in = 0, out = 0, empty = 0, unlike = 0;
    (void)state;
    for (int turn = 0; turn < 1000; turn++) {
        town t = town_random(&seed, 5 + (uint32_t)(support_random(&seed) % 30), support_uniform(&seed, 60, 200));
        cim_sight_scene *scene = town_scene(ctx, &t);
        cim_sight_query *q = NULL;
        assert_ok(ctx, cim_sight_query_new(ctx, scene, &q));
        cim_sensor s = CIM_SENSOR_CAMERA_INIT;
        s.x = support_uniform(&seed, t.min_x, t.max_x), s.y = support_uniform(&seed, t.min_y, t.max_y), s.z = support_uniform(&seed, 1, 20);
        s.kind = support_random(&seed) % 2 ? CIM_SENSOR_CAMERA : CIM_SENSOR_RANGE;
        s.pitch_deg = 0, s.vfov_deg = 20, s.yaw_deg = support_uniform(&seed, 0, 360);
        s.hfov_deg = s.kind == CIM_SENSOR_CAMERA ? support_uniform(&seed, 10, 170) : support_random(&seed) % 4 ? support_uniform(&seed, 10, 350) : 360;
        if (s.kind == CIM_SENSOR_CAMERA && support_random(&seed) % 3 == 0) s.flags |= CIM_SENSOR_TURNS, s.turn_deg = support_uniform(&seed, 0, 360);
        s.range_m = support_uniform(&seed, 20, 150);
        if (s.kind == CIM_SENSOR_RANGE) s.least = 0;
        cim_buf wkb = CIM_BUF_INIT;
        double area = -1;
        const double *ring = NULL;
        assert_ok(ctx, cim_sensor_field(ctx, q, &s, &wkb, &area));
        size_t n = ring_of(&wkb, &ring);
        if (!n) empty++, assert_true(area == 0);
        for (int k = 0; k < 60; k++) {
            double from[3] = { s.x, s.y, s.z }, p[3] = { s.x + support_uniform(&seed, -160, 160), s.y + support_uniform(&seed, -160, 160), s.z };
            if (n && edge_distance(ring, n, p[0], p[1]) < 0.05 + (s.range_m > 0 ? 0.004 * s.range_m * 0.02 : 0)) continue; /* arcs are drawn as chords */
            bool is = !isnan(quality(&s, p[0], p[1], p[2], 1)) && town_blocker(&t, from, p) == CIM_NONE, got = n && holds(ring, n, p[0], p[1]);
            unlike += is != got;
            is ? in++ : out++;
        }
        cim_buf_dispose(&wkb);
        cim_sight_query_free(q);
        cim_sight_scene_free(scene);
        town_free(&t);
    }
    print_message("fields: %zu points in, %zu out, %zu fields empty, %zu unlike\n", in, out, empty, unlike);
    assert_true(in > 1000 && out > 1000);
    assert_int_equal(unlike, 0);
}

/* Without buildings the area is that of the sector. */
static void test_field_areas(void **state)
{
    cim_sensor s = CIM_SENSOR_CAMERA_INIT;
    cim_buf wkb = CIM_BUF_INIT;
    double area = 0;
    (void)state;
    s.kind = CIM_SENSOR_RANGE, s.range_m = 100, s.hfov_deg = 90, s.least = 0;
    assert_ok(ctx, cim_sensor_field(ctx, NULL, &s, &wkb, &area));
    cim_buf_dispose(&wkb);
    assert_near(area, 100 * 100 * 90 * RAD / 2, 1.0);
    s.hfov_deg = 270;
    assert_ok(ctx, cim_sensor_field(ctx, NULL, &s, &wkb, &area));
    cim_buf_dispose(&wkb);
    assert_near(area, 100 * 100 * 270 * RAD / 2, 3.0);
    s.hfov_deg = 360;
    assert_ok(ctx, cim_sensor_field(ctx, NULL, &s, &wkb, &area));
    cim_buf_dispose(&wkb);
    assert_near(area, 100 * 100 * 360 * RAD / 2, 4.0);
    s = (cim_sensor)CIM_SENSOR_CAMERA_INIT, s.pitch_deg = 0, s.hfov_deg = 90; /* a triangle: depth 960 / 25 */
    assert_ok(ctx, cim_sensor_field(ctx, NULL, &s, &wkb, &area));
    cim_buf_dispose(&wkb);
    assert_near(area, 38.4 * 38.4, 1e-6);
}

static void test_model_refuses(void **state)
{
    static const struct {
        size_t at;
        double value;
    } bad[] = { { offsetof(cim_sensor, x), NAN },        { offsetof(cim_sensor, z), 2e9 },       { offsetof(cim_sensor, yaw_deg), INFINITY },
                { offsetof(cim_sensor, pitch_deg), 91 }, { offsetof(cim_sensor, hfov_deg), 0 },  { offsetof(cim_sensor, hfov_deg), 361 },
                { offsetof(cim_sensor, vfov_deg), NAN }, { offsetof(cim_sensor, turn_deg), -1 }, { offsetof(cim_sensor, range_m), -1 },
                { offsetof(cim_sensor, pixels), 0 },     { offsetof(cim_sensor, least), 0 },     { offsetof(cim_sensor, near_m), NAN } };
    double p[3] = { 1, 1, 1 }, q = 7;
    cim_buf wkb = CIM_BUF_INIT;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cim_sensor s = CIM_SENSOR_CAMERA_INIT;
        memcpy((char *)&s + bad[i].at, &bad[i].value, sizeof(double));
        assert_status(ctx, cim_sensor_quality(ctx, &s, p, 1, &q), CIM_EARG);
        assert_status(ctx, cim_sensor_field(ctx, NULL, &s, &wkb, NULL), CIM_EARG);
    }
    cim_sensor s = CIM_SENSOR_CAMERA_INIT;
    double far[3] = { 0, 0, NAN };
    assert_status(ctx, cim_sensor_quality(ctx, &s, far, 1, &q), CIM_EARG);
    s.kind = 5;
    assert_status(ctx, cim_sensor_quality(ctx, &s, p, 1, &q), CIM_EARG);
    s.kind = CIM_SENSOR_CAMERA, s.flags = 16;
    assert_status(ctx, cim_sensor_quality(ctx, &s, p, 1, &q), CIM_EARG);
    s = (cim_sensor)CIM_SENSOR_RADIO_INIT, s.model = CIM_SENSOR_TERRAIN;
    assert_status(ctx, cim_sensor_quality(ctx, &s, p, 1, &q), CIM_EUNSUPPORTED);
    s.model = 3;
    assert_status(ctx, cim_sensor_quality(ctx, &s, p, 1, &q), CIM_EARG);
    s.model = 0, s.frequency_mhz = NAN;
    assert_status(ctx, cim_sensor_quality(ctx, &s, p, 1, &q), CIM_EARG);
    assert_true(q == 7 && !wkb.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_camera_projection), cmocka_unit_test(test_camera_signs), cmocka_unit_test(test_camera_turns),
        cmocka_unit_test(test_sensor_classes),    cmocka_unit_test(test_other_kinds),  cmocka_unit_test(test_field),
        cmocka_unit_test(test_field_areas),       cmocka_unit_test(test_model_refuses),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
