/* Viewsheds cell by cell against the definition: every line followed on its own, in the raster's coordinates. */
#include "scenes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

typedef struct ground {
    int columns, rows;
    float *h;
} ground;

static double at(const ground *g, int c, int r) { return c < 0 || r < 0 || c >= g->columns || r >= g->rows ? (double)NAN : (double)g->h[r * g->columns + c]; }

/* Steps away from the observer along one axis (main) and the other: is the line to (du, dv) hidden by the crossings with main lines? */
static bool hidden_crossing(const ground *g, int c0, int r0, int dc, int dr, bool rows, double eye, double rise)
{
    int main = abs(rows ? dr : dc), cross = abs(rows ? dc : dr), sc = dc < 0 ? -1 : 1, sr = dr < 0 ? -1 : 1;
    for (int k = 1; k < main; k++) {
        double where = (double)cross * k / main, part = where - floor(where);
        int j = (int)floor(where);
        double p = rows ? at(g, c0 + sc * j, r0 + sr * k) : at(g, c0 + sc * k, r0 + sr * j);
        double q = rows ? at(g, c0 + sc * (j + 1), r0 + sr * k) : at(g, c0 + sc * k, r0 + sr * (j + 1));
        double height = part > 0 ? p + part * (q - p) : p;
        if ((height - eye) * main > rise * k) return true;
    }
    return false;
}

/* Is it hidden by a column whose square it goes through? */
static bool hidden_column(const ground *g, int c0, int r0, int dc, int dr, double eye, double rise)
{
    int u = abs(dc), v = abs(dr), sc = dc < 0 ? -1 : 1, sr = dr < 0 ? -1 : 1;
    double main = u > v ? u : v;
    for (int k = 0; k <= u; k++)
        for (int j = 0; j <= v; j++) {
            if ((!k && !j) || (k == u && j == v)) continue;
            if ((2 * j - 1) * u >= (2 * k + 1) * v || (2 * j + 1) * u <= (2 * k - 1) * v) continue; /* touched at most */
            double in = 0, out = main;                                                             /* along the longer axis */
            if (u) in = fmax(in, (k - 0.5) * main / u), out = fmin(out, (k + 0.5) * main / u);
            if (v) in = fmax(in, (j - 0.5) * main / v), out = fmin(out, (j + 0.5) * main / v);
            if ((at(g, c0 + sc * k, r0 + sr * j) - eye) * main > rise * (rise >= 0 ? in : out)) return true;
        }
    return false;
}

static size_t differing(const ground *g, int c0, int r0, const cim_sight_viewshed_options *o, const double step[2], size_t *seen_out)
{
    cim_sight_raster raster = CIM_SIGHT_RASTER_INIT;
    size_t count = (size_t)g->columns * (size_t)g->rows, bad = 0;
    uint8_t *seen = malloc(count);
    raster.columns = (uint32_t)g->columns, raster.rows = (uint32_t)g->rows, raster.step_x_m = step[0], raster.step_y_m = step[1], raster.height_m = g->h;
    assert_ok(ctx, cim_sight_viewshed(ctx, &raster, (uint32_t)c0, (uint32_t)r0, o, seen));
    ground bent = { g->columns, g->rows, malloc(count * sizeof(float)) };
    for (int r = 0; r < g->rows; r++)
        for (int c = 0; c < g->columns; c++) {
            double x = (c - c0) * step[0], y = (r - r0) * step[1], fall = o->earth_radius_m > 0 ? (1.0 - o->refraction) / (2.0 * o->earth_radius_m) : 0;
            bent.h[r * g->columns + c] = (float)((double)g->h[r * g->columns + c] - (x * x + y * y) * fall);
        }
    double eye = at(&bent, c0, r0) + o->eye_height_m;
    for (int r = 0; r < g->rows; r++)
        for (int c = 0; c < g->columns; c++) {
            double x = (c - c0) * step[0], y = (r - r0) * step[1], h = at(&bent, c, r), rise = h + o->target_height_m - eye;
            uint8_t wanted = 1;
            if (c == c0 && r == r0) wanted = 1;
            else if (h != h || (o->max_m > 0 && x * x + y * y > o->max_m * o->max_m)) wanted = CIM_SIGHT_BEYOND;
            else if (o->method == CIM_SIGHT_COLUMNS) wanted = !hidden_column(&bent, c0, r0, c - c0, r - r0, eye, rise);
            else wanted = !hidden_crossing(&bent, c0, r0, c - c0, r - r0, false, eye, rise) && !hidden_crossing(&bent, c0, r0, c - c0, r - r0, true, eye, rise);
            bad += wanted != seen[r * g->columns + c];
            *seen_out += wanted == 1;
        }
    free(seen), free(bent.h);
    return bad;
}

/* Hills with boxes on them, flats, noise, pillars, holes. */
static ground make_ground(uint64_t *seed, int columns, int rows, int kind)
{
    ground g = { columns, rows, malloc((size_t)columns * (size_t)rows * sizeof(float)) };
    for (int r = 0; r < rows; r++)
        for (int c = 0; c < columns; c++) {
            double h = kind == 1 ? 0 : 20 * sin(c * 0.11) * cos(r * 0.07);
            if (kind == 2) h = support_uniform(seed, 0, 10);
            if (kind == 3) h = support_random(seed) % 12 ? 0 : 8;
            g.h[r * columns + c] = (float)h;
        }
    for (int b = 0; kind == 0 && b < columns * rows / 60; b++) {
        int x = (int)support_uniform(seed, 0, columns), y = (int)support_uniform(seed, 0, rows), n = 1 + (int)(support_random(seed) % 5);
        float up = (float)support_uniform(seed, 3, 20);
        for (int r = y; r < y + n && r < rows; r++)
            for (int c = x; c < x + n && c < columns; c++) g.h[r * columns + c] += up;
    }
    for (int i = 0; kind == 4 && i < columns * rows / 15; i++) g.h[support_random(seed) % (uint64_t)(columns * rows)] = NAN;
    return g;
}

static void test_viewshed_random(void **state)
{
    uint64_t seed = 7;
    size_t seen = 0, all = 0;
    (void)state;
    for (int turn = 0; turn < 1200; turn++) {
        int columns = 1 + (int)(support_random(&seed) % 60), rows = 1 + (int)(support_random(&seed) % 60);
        ground g = make_ground(&seed, columns, rows, turn % 5);
        cim_sight_viewshed_options o = CIM_SIGHT_VIEWSHED_OPTIONS_INIT;
        double step[2] = { support_random(&seed) % 2 ? 1.0 : 2.5, support_random(&seed) % 2 ? -1.0 : 0.7 };
        int c = (int)(support_random(&seed) % (uint64_t)columns), r = (int)(support_random(&seed) % (uint64_t)rows);
        o.method = turn / 5 % 2;
        o.eye_height_m = support_random(&seed) % 3 ? 1.75 : (double)(support_random(&seed) % 30);
        o.target_height_m = support_random(&seed) % 2 ? 0.0 : support_uniform(&seed, 0, 4);
        if (turn % 7 == 0) o.max_m = support_uniform(&seed, 0, 60);
        if (turn % 3 == 0) o.earth_radius_m = turn % 2 ? 6378137 : 2000;
        if (g.h[r * columns + c] != g.h[r * columns + c]) g.h[r * columns + c] = 5;
        size_t bad = differing(&g, c, r, &o, step, &seen);
        if (bad) fail_msg("turn %d, %d by %d: %zu cells differ", turn, columns, rows, bad);
        all += (size_t)columns * (size_t)rows;
        free(g.h);
    }
    assert_true(seen > all / 20 && seen < all - all / 20);
}

/* One that is large enough for sectors to be many and narrow. */
static void test_viewshed_large(void **state)
{
    uint64_t seed = 71;
    size_t seen = 0;
    const double step[2] = { 1, -1 };
    (void)state;
    for (int method = 0; method < 2; method++) {
        ground g = make_ground(&seed, 330, 290, 0);
        cim_sight_viewshed_options o = CIM_SIGHT_VIEWSHED_OPTIONS_INIT;
        o.method = method, o.eye_height_m = 12, o.target_height_m = 1.5;
        if (method == 0) assert_int_equal(differing(&g, 160, 140, &o, step, &seen), 0);
        else assert_int_equal(differing(&(ground){ 120, 110, g.h }, 60, 50, &o, step, &seen), 0);
        free(g.h);
    }
    assert_true(seen > 500);
}

static void test_viewshed_refuses(void **state)
{
    float h[] = { 0, 1, NAN, 3 };
    uint8_t seen[4] = { 9, 9, 9, 9 };
    cim_sight_raster good = CIM_SIGHT_RASTER_INIT;
    (void)state;
    good.columns = 2, good.rows = 2, good.height_m = h;
#define REFUSE_OPTION(field, value)                                                              \
    do {                                                                                         \
        cim_sight_viewshed_options o = CIM_SIGHT_VIEWSHED_OPTIONS_INIT;                          \
        o.field = value;                                                                         \
        assert_status(ctx, cim_sight_viewshed(ctx, &good, 0, 0, &o, seen), CIM_EARG);            \
    } while (0)
#define REFUSE_RASTER(field, value)                                                              \
    do {                                                                                         \
        cim_sight_raster r = good;                                                               \
        r.field = value;                                                                         \
        assert_status(ctx, cim_sight_viewshed(ctx, &r, 0, 0, NULL, seen), CIM_EARG);             \
    } while (0)
    REFUSE_OPTION(struct_size, 0);
    REFUSE_OPTION(eye_height_m, NAN);
    REFUSE_OPTION(target_height_m, INFINITY);
    REFUSE_OPTION(max_m, -1);
    REFUSE_OPTION(max_m, NAN);
    REFUSE_OPTION(earth_radius_m, 1);
    REFUSE_OPTION(refraction, 2);
    REFUSE_OPTION(method, 2);
    REFUSE_RASTER(struct_size, 0);
    REFUSE_RASTER(columns, 0);
    REFUSE_RASTER(rows, 0x80000000u);
    REFUSE_RASTER(height_m, NULL);
    REFUSE_RASTER(step_x_m, 0);
    REFUSE_RASTER(step_y_m, NAN);
    REFUSE_RASTER(x, INFINITY);
    assert_status(ctx, cim_sight_viewshed(ctx, NULL, 0, 0, NULL, seen), CIM_EARG);
    assert_status(ctx, cim_sight_viewshed(ctx, &good, 0, 0, NULL, NULL), CIM_EARG);
    assert_status(ctx, cim_sight_viewshed(ctx, &good, 2, 0, NULL, seen), CIM_EARG);
    assert_status(ctx, cim_sight_viewshed(ctx, &good, 0, 1, NULL, seen), CIM_EARG); /* has no height */
    struct { cim_sight_viewshed_options o; uint64_t more; } later = { CIM_SIGHT_VIEWSHED_OPTIONS_INIT, 1 };
    later.o.struct_size = sizeof later;
    assert_status(ctx, cim_sight_viewshed(ctx, &good, 0, 0, &later.o, seen), CIM_EVERSION);
    h[1] = 2e9f;
    assert_status(ctx, cim_sight_viewshed(ctx, &good, 0, 0, NULL, seen), CIM_EARG);
    assert_int_equal(seen[0], 9);
}

static cim_status use(cim_ctx *c)
{
    const float h[] = { 0, 1, 2, 3, 2, 1, 0, 0, 5 };
    uint8_t seen[9];
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    r.columns = 3, r.rows = 3, r.height_m = h;
    return cim_sight_viewshed(c, &r, 1, 1, NULL, seen);
}

static void test_viewshed_oom(void **state)
{
    (void)state;
    support_fault_loop("viewshed", use, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_viewshed_random), cmocka_unit_test(test_viewshed_large), cmocka_unit_test(test_viewshed_refuses),
                                        cmocka_unit_test(test_viewshed_oom) };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests_name("cover/viewshed", tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
