/* Shapes: positions, windows and segments against exact integer arithmetic, distances against GEOS and a plain loop; every kind of
 * vector gives the same bits. */
#include "geom/geos.h"
#include "geom/shapes.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

enum { MOST = 700, ROUNDS = 2500, ASKED = 8 };

/* Vertices and rings in integers: as doubles they are multiples of a power of two, and exact. */
typedef struct grid {
    double unit;
    int64_t offset_x, offset_y, span;
    bool mixed; /* magnitudes differ, so that differences of coordinates have more bits than a double */
} grid;

static const grid grids[] = {
    { 1.0, 0, 0, 5, false }, /* nearly everything collinear, many places shared */
    { 1.0, 0, 0, 40, false },
    { 0x1p-26, (int64_t)(1e8 * 0x1p26), -(int64_t)(1e8 * 0x1p26), 1 << 30, false }, /* 16 m at 100,000 km: all 53 bits in use */
    { 0x1p-30, 0, 0, (int64_t)1 << 59, true }, /* floating point gets the sign of a triangle wrong here */
    { 0x1p-40, (int64_t)8 << 40, (int64_t)49 << 40, 1 << 24, false }, /* degrees */
};
enum { GRIDS = sizeof grids / sizeof *grids };

typedef struct figure {
    int64_t x[MOST], y[MOST];
    int ring_end[MOST], rings, vertices;
    bool area;
} figure;

typedef struct fixture {
    cim_ctx *ctx;
    cim__geos *geos;
    cim__gbuild build, point;
    figure figure;
    uint64_t seed;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->ctx = support_ctx();
    f->seed = 20;
    assert_ok(f->ctx, cim__geos_new(f->ctx, &f->geos));
    cim__gbuild_init(&f->build, f->ctx->mem);
    cim__gbuild_init(&f->point, f->ctx->mem);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    cim__gbuild_free(&f->build);
    cim__gbuild_free(&f->point);
    cim__geos_free(f->geos);
    cim_ctx_free(f->ctx);
    free(f);
    return 0;
}

static int64_t below(fixture *f, int64_t n) { return (int64_t)(support_random(&f->seed) % (uint64_t)n); }

/* ---- figures ---- */

/* The nearest place that doubles can name. */
static int64_t fit(int64_t v) { return (int64_t)(double)v; }
static int64_t some(fixture *f, const grid *at, int64_t beyond)
{
    int64_t v = below(f, at->span + 2 * beyond) - beyond;
    return at->mixed ? fit((v - at->span / 2) >> below(f, 20)) : v;
}

static void add_vertex(figure *g, int64_t x, int64_t y)
{
    g->x[g->vertices] = x;
    g->y[g->vertices++] = y;
}

/* Any ring: crossing itself, of one or two vertices, with edges of no length, along its own edges or those of others. */
static void add_ring(fixture *f, const grid *at, int vertices)
{
    figure *g = &f->figure;
    int first = g->vertices;
    for (int i = 0; i < vertices; i++) {
        int64_t x = some(f, at, 0), y = some(f, at, 0), kind = below(f, 10);
        if (g->vertices && kind == 0) x = g->x[g->vertices - 1];
        if (g->vertices && kind == 1) y = g->y[g->vertices - 1];
        if (g->vertices && kind == 2) x = g->x[g->vertices - 1], y = g->y[g->vertices - 1];
        if (g->vertices && kind == 3) x = g->x[below(f, g->vertices)], y = g->y[below(f, g->vertices)];
        add_vertex(g, x, y);
    }
    if (g->area) add_vertex(g, g->x[first], g->y[first]);
    g->ring_end[g->rings++] = g->vertices;
}

static cim_geom view(fixture *f, const grid *at, int32_t type)
{
    const figure *g = &f->figure;
    int ring = 0, dim = 2 + (int)below(f, 2);
    cim__gbuild_begin(&f->build, type, dim);
    for (int v = 0; v < g->vertices; v++) {
        cim__gbuild_xyz(&f->build, (double)(g->x[v] + at->offset_x) * at->unit, (double)(g->y[v] + at->offset_y) * at->unit, NAN);
        if (v + 1 < g->ring_end[ring]) continue;
        cim__gbuild_ring(&f->build);
        if (type != CIM_GEOM_MULTIPOLYGON || ring % 2 || ring + 1 == g->rings) cim__gbuild_part(&f->build);
        ring++;
    }
    return cim__gbuild_view(&f->build);
}

static cim_geom random_figure(fixture *f, const grid *at)
{
    static const int32_t types[] = { CIM_GEOM_MULTIPOLYGON, CIM_GEOM_MULTIPOLYGON, CIM_GEOM_MULTIPOLYGON, CIM_GEOM_MULTILINESTRING, CIM_GEOM_MULTIPOINT };
    static const int lengths[] = { 1, 4, 5, 9, 17, 40, 90, 300 };
    int32_t type = types[below(f, 5)];
    int rings = 1 + (int)below(f, below(f, 4) ? 2 : 8);
    f->figure.vertices = f->figure.rings = 0;
    f->figure.area = type == CIM_GEOM_MULTIPOLYGON;
    for (int i = 0; i < rings; i++) {
        int vertices = type == CIM_GEOM_MULTIPOINT ? 1 : 1 + (int)below(f, lengths[below(f, 8)]);
        if (f->figure.vertices + vertices + 1 < MOST) add_ring(f, at, vertices);
    }
    return view(f, at, type);
}

/* ---- the oracle ---- */

static int sign(wide v) { return v > 0 ? 1 : v < 0 ? -1 : 0; }
static int turn(const int64_t *a, const int64_t *b, const int64_t *c)
{
    return sign((wide)(b[0] - a[0]) * (c[1] - a[1]) - (wide)(b[1] - a[1]) * (c[0] - a[0]));
}
static bool between(int64_t a, int64_t v, int64_t b) { return (a <= v && v <= b) || (b <= v && v <= a); }
static bool on_segment(const int64_t *a, const int64_t *b, const int64_t *p)
{
    return turn(a, b, p) == 0 && between(a[0], p[0], b[0]) && between(a[1], p[1], b[1]);
}
static bool segments_meet(const int64_t *a, const int64_t *b, const int64_t *p, const int64_t *q)
{
    if (on_segment(a, b, p) || on_segment(a, b, q) || on_segment(p, q, a) || on_segment(p, q, b)) return true;
    return turn(a, b, p) * turn(a, b, q) < 0 && turn(p, q, a) * turn(p, q, b) < 0;
}

/* Calls with every edge, also the edge of no length that a lone vertex is. */
typedef bool (*edge_fn)(const int64_t *a, const int64_t *b, void *user);
static bool any_edge(const figure *g, edge_fn fn, void *user)
{
    for (int ring = 0, v = 0; ring < g->rings; v = g->ring_end[ring++]) {
        int lone = g->ring_end[ring] - v == 1;
        for (; v + 1 - lone < g->ring_end[ring]; v++) {
            int64_t a[2] = { g->x[v], g->y[v] }, b[2] = { g->x[v + 1 - lone], g->y[v + 1 - lone] };
            if (fn(a, b, user)) return true;
        }
    }
    return false;
}

typedef struct question {
    int64_t p[2], q[2]; /* a point; the ends of a segment; the corners of a window */
    bool inside;
} question;

static bool edge_locate(const int64_t *a, const int64_t *b, void *user)
{
    question *q = user;
    if (on_segment(a, b, q->p)) return true;
    if ((a[1] <= q->p[1]) != (b[1] <= q->p[1])) q->inside ^= turn(a, b, q->p) == (b[1] > a[1] ? 1 : -1);
    return false;
}

static bool edge_segment(const int64_t *a, const int64_t *b, void *user)
{
    question *q = user;
    return segments_meet(a, b, q->p, q->q);
}

static bool edge_window(const int64_t *a, const int64_t *b, void *user)
{
    question *q = user;
    const int64_t corners[5][2] = { { q->p[0], q->p[1] }, { q->q[0], q->p[1] }, { q->q[0], q->q[1] }, { q->p[0], q->q[1] }, { q->p[0], q->p[1] } };
    if (between(q->p[0], a[0], q->q[0]) && between(q->p[1], a[1], q->q[1])) return true;
    for (int i = 0; i < 4; i++)
        if (segments_meet(a, b, corners[i], corners[i + 1])) return true;
    return false;
}

static int32_t oracle_locate(const figure *g, question q)
{
    q.inside = false;
    if (any_edge(g, edge_locate, &q)) return CIM_BOUNDARY;
    return g->area && q.inside ? CIM_INSIDE : CIM_OUTSIDE;
}

static int32_t oracle_window(const figure *g, question q) { return any_edge(g, edge_window, &q) ? CIM_CROSSES : oracle_locate(g, q); }
static int32_t oracle_segment(const figure *g, question q) { return any_edge(g, edge_segment, &q) || oracle_locate(g, q) == CIM_INSIDE; }

/* ---- asking on every path ---- */

static cim_shapes *build_one(fixture *f, const cim_geom *g)
{
    cim_shapes *shapes = NULL;
    assert_ok(f->ctx, cim_shapes_build(f->ctx, g, 1, &shapes));
    return shapes;
}

/* A place on or beside the figure: a vertex, a middle of an edge, a hair beside it, or anywhere. */
static void choose(fixture *f, const grid *at, int64_t *p)
{
    const figure *g = &f->figure;
    int v = (int)below(f, g->vertices), w = v + 1 < g->vertices ? v + 1 : v;
    int64_t kind = below(f, 8), part = below(f, 1 << 20);
    p[0] = some(f, at, 2);
    p[1] = some(f, at, 2);
    if (kind == 1 || kind == 2) p[0] = g->x[v], p[1] = g->y[v];
    if (kind == 3 || kind == 4) p[0] = g->x[v] + (g->x[w] - g->x[v]) / 2, p[1] = g->y[v] + (g->y[w] - g->y[v]) / 2;
    if (kind == 2 || kind == 4) p[0] += below(f, 3) - 1, p[1] += below(f, 3) - 1;
    if (kind == 5) p[1] = g->y[v];
    if (kind > 5 || at->mixed) p[0] = g->x[v] + (int64_t)(((wide)(g->x[w] - g->x[v]) * part) >> 20), p[1] = g->y[v] + (int64_t)(((wide)(g->y[w] - g->y[v]) * part) >> 20);
    p[0] = fit(p[0]);
    p[1] = fit(p[1]);
}

static double at_x(const grid *at, int64_t x) { return (double)(x + at->offset_x) * at->unit; }
static double at_y(const grid *at, int64_t y) { return (double)(y + at->offset_y) * at->unit; }

static void test_shapes_positions_are_exact(void **state)
{
    fixture *f = *state;
    int found[3] = { 0 }, met[3] = { 0 }, cut[2] = { 0 };
    for (int round = 0; round < ROUNDS * GRIDS; round++) {
        const grid *at = &grids[round % GRIDS];
        cim_geom g = random_figure(f, at);
        cim_shapes *shapes = build_one(f, &g);
        for (int k = 0; k < ASKED; k++) {
            question q = { { 0, 0 }, { 0, 0 }, false };
            choose(f, at, q.p);
            choose(f, at, q.q);
            if (k & 1) q.q[0] = fit(q.p[0] + below(f, 1 + at->span / 8)), q.q[1] = fit(q.p[1] + below(f, 1 + at->span / 8));
            question w = { { q.p[0] < q.q[0] ? q.p[0] : q.q[0], q.p[1] < q.q[1] ? q.p[1] : q.q[1] }, { q.p[0] < q.q[0] ? q.q[0] : q.p[0], q.p[1] < q.q[1] ? q.q[1] : q.p[1] }, false };
            cim_box window = { at_x(at, w.p[0]), at_y(at, w.p[1]), at_x(at, w.q[0]), at_y(at, w.q[1]) };
            double x = at_x(at, q.p[0]), y = at_y(at, q.p[1]);
            int32_t where = oracle_locate(&f->figure, q), relation = oracle_window(&f->figure, w), meets = oracle_segment(&f->figure, q);
            for (uint32_t p = 0; (shapes->path = cim__shape_path_at(p)); p++) {
                assert_int_equal(cim_shapes_locate(shapes, 0, x, y), where);
                assert_int_equal(cim_shapes_box_relation(shapes, 0, &window), relation);
                assert_int_equal(cim_shapes_meets_segment(shapes, 0, x, y, at_x(at, q.q[0]), at_y(at, q.q[1])), meets);
            }
            found[where]++, met[relation]++, cut[meets]++;
        }
        cim_shapes_free(shapes);
    }
    print_message("# of %d points %d on a boundary, %d inside; of the windows %d cross, %d inside; %d segments meet\n", ROUNDS * GRIDS * ASKED, found[1], found[2], met[1],
                  met[2], cut[1]);
    assert_true(found[0] > 5000 && found[1] > 5000 && found[2] > 5000 && met[0] > 1000 && met[1] > 5000 && met[2] > 300 && cut[0] > 1000 && cut[1] > 5000);
}

/* ---- distances ---- */

static bool same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

/* The place that `nearest` names lies on the geometry, and where its vertex and fraction say. */
static void check_place(const cim_geom *g, const cim_nearest *n, double x, double y, double tolerance)
{
    const double *a = g->coords + (size_t)n->vertex * (size_t)g->dim, *b = n->fraction > 0.0 ? a + g->dim : a;
    assert_true(n->vertex < g->vertex_count && n->fraction >= 0.0 && n->fraction <= 1.0);
    for (uint32_t ring = 0; n->fraction > 0.0 && ring < g->ring_count; ring++) assert_int_not_equal(g->ring_end[ring], n->vertex + 1);
    assert_true(fabs(a[0] + n->fraction * (b[0] - a[0]) - n->x) <= tolerance && fabs(a[1] + n->fraction * (b[1] - a[1]) - n->y) <= tolerance);
    assert_true(fabs(hypot(x - n->x, y - n->y) - n->distance) <= tolerance);
}

/* All paths; against the plain loop over the geometry.  Returns the distance. */
static double check_distance(cim_shapes *shapes, const cim_geom *g, double x, double y, double tolerance)
{
    cim_nearest first, other;
    shapes->path = &cim__shape_plain;
    double distance = cim_shapes_distance(shapes, 0, x, y);
    assert_int_equal(cim_shapes_nearest(shapes, 0, x, y, &first), 1);
    assert_true(same_bits(first.distance, distance));
    for (uint32_t p = 0; (shapes->path = cim__shape_path_at(p)); p++) {
        memset(&other, 0xff, sizeof other);
        assert_true(same_bits(cim_shapes_distance(shapes, 0, x, y), distance));
        cim_shapes_nearest(shapes, 0, x, y, &other);
        assert_memory_equal(&other, &first, sizeof first);
    }
    shapes->path = cim__shape_path_at(0);
    int32_t where = cim_shapes_locate(shapes, 0, x, y);
    if (where != CIM_OUTSIDE) assert_true(distance == 0.0);
    if (where == CIM_INSIDE) assert_int_equal(first.vertex, CIM_NONE);
    else check_place(g, &first, x, y, tolerance);
    assert_true(fabs(cim__geom_nearest(g, x, y).distance - distance) <= tolerance);
    return distance;
}

static void test_shapes_distances_on_grids(void **state)
{
    fixture *f = *state;
    for (int round = 0; round < ROUNDS * GRIDS; round++) {
        const grid *at = &grids[round % GRIDS];
        cim_geom g = random_figure(f, at);
        cim_shapes *shapes = build_one(f, &g);
        for (int k = 0; k < 4; k++) {
            int64_t p[2];
            choose(f, at, p);
            double x = at_x(at, p[0]), y = at_y(at, p[1]);
            check_distance(shapes, &g, x, y, 1e-15 * (fabs(x) + fabs(y) + 100 * (double)at->span * at->unit));
        }
        cim_shapes_free(shapes);
    }
}

/* Star-shaped rings around one centre, the outer one largest: valid at any size. */
static cim_geom star(fixture *f, int vertices, int rings, double radius, double x, double y)
{
    cim__gbuild_begin(&f->build, CIM_GEOM_POLYGON, 2);
    for (int ring = 0; ring < rings; ring++) {
        double low = radius * (rings - ring - 0.6) / rings, high = radius * (rings - ring) / rings;
        int n = ring ? 3 + vertices / (4 * ring) : vertices;
        for (int i = 0; i < n; i++) {
            double angle = 6.283185307179586 * (i + 0.8 * support_uniform(&f->seed, 0, 1)) / n, r = support_uniform(&f->seed, n < 8 ? high * 0.95 : low, high);
            cim__gbuild_xy(&f->build, x + r * cos(angle), y + r * sin(angle));
        }
        cim__gbuild_close(&f->build);
    }
    cim__gbuild_part(&f->build);
    return cim__gbuild_view(&f->build);
}

static cim_geom point(fixture *f, double x, double y)
{
    cim__gbuild_begin(&f->point, CIM_GEOM_POINT, 2);
    cim__gbuild_xy(&f->point, x, y);
    cim__gbuild_ring(&f->point);
    cim__gbuild_part(&f->point);
    return cim__gbuild_view(&f->point);
}

static cim_geom rectangle(fixture *f, const cim_box *b)
{
    cim__gbuild_begin(&f->point, CIM_GEOM_POLYGON, 2);
    cim__gbuild_xy(&f->point, b->min_x, b->min_y);
    cim__gbuild_xy(&f->point, b->max_x, b->min_y);
    cim__gbuild_xy(&f->point, b->max_x, b->max_y);
    cim__gbuild_xy(&f->point, b->min_x, b->max_y);
    cim__gbuild_close(&f->point);
    cim__gbuild_part(&f->point);
    return cim__gbuild_view(&f->point);
}

/* In doubles that are no multiples of anything: GEOS decides. */
static void compare_with_geos(fixture *f, cim_shapes *shapes, const cim_geom *g, const cim__prepared *prepared, double x, double y, double size)
{
    bool touches, within, meets;
    double distance;
    cim_geom p = point(f, x, y);
    assert_ok(f->ctx, cim__prepared_test(f->ctx, prepared, &p, CIM__TOUCHES, &touches));
    assert_ok(f->ctx, cim__prepared_test(f->ctx, prepared, &p, CIM__WITHIN, &within));
    assert_ok(f->ctx, cim__prepared_distance(f->ctx, prepared, &p, &distance));
    assert_true(fabs(check_distance(shapes, g, x, y, 1e-15 * (fabs(x) + fabs(y) + 10 * size)) - distance) <= 1e-15 * (fabs(x) + fabs(y) + 10 * size));
    cim_box window = { x, y, x + support_uniform(&f->seed, 0, size), y + support_uniform(&f->seed, 0, size) };
    p = rectangle(f, &window);
    assert_ok(f->ctx, cim__prepared_test(f->ctx, prepared, &p, CIM__INTERSECTS, &meets));
    bool inner = false;
    if (meets) assert_ok(f->ctx, cim__prepared_test(f->ctx, prepared, &p, CIM__WITHIN, &inner));
    for (uint32_t n = 0; (shapes->path = cim__shape_path_at(n)); n++) {
        assert_int_equal(cim_shapes_locate(shapes, 0, x, y), touches ? CIM_BOUNDARY : within ? CIM_INSIDE : CIM_OUTSIDE);
        int32_t relation = cim_shapes_box_relation(shapes, 0, &window);
        assert_int_equal(relation != CIM_OUTSIDE, meets);
        if (relation == CIM_INSIDE || !inner) assert_int_equal(relation == CIM_INSIDE, inner); /* GEOS lets a window touch from within */
    }
}

static void test_shapes_agree_with_geos(void **state)
{
    fixture *f = *state;
    static const struct {
        double x, y, radius;
    } places[] = { { 478000, 5474000, 50 }, { 1e8, -1e8, 3000 }, { 8.68, 49.41, 0.002 }, { 0, 0, 1 } };
    for (int i = 0; i < 1200; i++) {
        int k = i % 4, vertices = 3 + (int)below(f, i % 40 == 0 ? 2500 : i % 5 ? 40 : 200);
        double x = places[k].x, y = places[k].y, r = places[k].radius;
        bool valid;
        cim__prepared *prepared = NULL;
        cim_geom g = star(f, vertices, 1 + (int)below(f, 4), r, x, y);
        assert_ok(f->ctx, cim__geos_valid(f->ctx, f->geos, &g, &valid));
        if (!valid) continue;
        cim_shapes *shapes = build_one(f, &g);
        assert_ok(f->ctx, cim__prepared_new(f->ctx, f->geos, &g, &prepared));
        for (int n = 0; n < 12; n++) {
            const double *v = g.coords + 2 * below(f, g.vertex_count);
            if (n < 2) compare_with_geos(f, shapes, &g, prepared, v[0], v[1], r);
            else compare_with_geos(f, shapes, &g, prepared, x + support_uniform(&f->seed, -r, r), y + support_uniform(&f->seed, -r, r), n < 6 ? r : 0.05 * r);
        }
        cim__prepared_free(prepared);
        cim_shapes_free(shapes);
    }
}

/* Many small rings: every box holds several, in part or whole. */
static void test_shapes_many_rings(void **state)
{
    fixture *f = *state;
    for (int round = 0; round < 30; round++) {
        cim__gbuild_begin(&f->build, CIM_GEOM_MULTIPOLYGON, 2);
        for (int i = 0; i < 20 + 20 * round; i++) {
            double x = support_uniform(&f->seed, 0, 300), y = support_uniform(&f->seed, 0, 300);
            for (int n = 2 + (int)below(f, round % 3 ? 4 : 40); n >= 0; n--) cim__gbuild_xy(&f->build, x + support_uniform(&f->seed, 0, 9), y + round * (double)below(f, 9));
            cim__gbuild_close(&f->build);
            cim__gbuild_part(&f->build);
        }
        cim_geom g = cim__gbuild_view(&f->build);
        cim_shapes *shapes = build_one(f, &g);
        for (int k = 0; k < 400; k++) {
            const double *v = g.coords + 2 * below(f, g.vertex_count);
            double x = support_uniform(&f->seed, 0, 310), y = k % 3 ? support_uniform(&f->seed, 0, 310) : v[1];
            cim__where expected = cim__point_in_polygon(&g, x, y);
            for (uint32_t p = 0; (shapes->path = cim__shape_path_at(p)); p++) assert_int_equal(cim_shapes_locate(shapes, 0, x, y), (int)expected);
            check_distance(shapes, &g, x, y, 1e-10);
        }
        cim_shapes_free(shapes);
    }
}

/* More than one group of groups, and lines as large. */
static void test_shapes_huge(void **state)
{
    fixture *f = *state;
    static const int sizes[] = { 64, 65, 66, 255, 256, 257, 273, 4095, 4096, 4097, 10000, 30000 };
    for (int i = 0; i < 36; i++) {
        cim_geom g = star(f, sizes[i / 3], 1 + i % 3 * 2, 5000, 478000, 5474000), line = g;
        line.type = CIM_GEOM_MULTILINESTRING;
        cim_shapes *shapes = build_one(f, &g), *lines = build_one(f, &line);
        for (int k = 0; k < 40; k++) {
            const double *v = g.coords + 2 * below(f, g.vertex_count);
            double x = support_uniform(&f->seed, 472000, 484000), y = support_uniform(&f->seed, 5468000, 5480000);
            if (k < 10) x = v[0], y = v[1];
            if (k >= 10 && k < 14) y = v[1];
            cim__where expected = cim__point_in_polygon(&g, x, y);
            check_distance(shapes, &g, x, y, 1e-8);
            check_distance(lines, &line, x, y, 1e-8);
            for (uint32_t p = 0; (shapes->path = lines->path = cim__shape_path_at(p)); p++) {
                assert_int_equal(cim_shapes_locate(shapes, 0, x, y), (int)expected);
                assert_int_equal(cim_shapes_locate(lines, 0, x, y), expected == CIM__BOUNDARY ? CIM_BOUNDARY : CIM_OUTSIDE);
            }
        }
        cim_shapes_free(shapes);
        cim_shapes_free(lines);
    }
}

/* A line there and back, with spikes, so that boxes are nearer than what is in them: of equally near edges the first one counts. */
static void test_shapes_nearest_is_the_first(void **state)
{
    fixture *f = *state;
    enum { N = 1000 };
    cim__gbuild_begin(&f->build, CIM_GEOM_LINESTRING, 2);
    for (int i = 0; i < 2 * N; i++) cim__gbuild_xy(&f->build, i < N ? i : 2 * N - i, i < N ? 0 : i % 16 == 8 ? -20 : 10);
    cim__gbuild_ring(&f->build);
    cim__gbuild_part(&f->build);
    cim_geom g = cim__gbuild_view(&f->build);
    cim_shapes *shapes = build_one(f, &g);
    const cim__shape *h = cim__shape_of(shapes, 0);
    int tied = 0;
    for (int x = 0; x < 2 * N; x++) {
        double least = HUGE_VAL, fraction;
        uint32_t first = 0;
        for (uint32_t i = 0; i < h->lanes; i++) {
            double d = cim__shape_lane2(cim__shape_x(h), cim__shape_y(h), i, 0.5 * x, 5, &fraction);
            tied += d == least;
            if (d < least) least = d, first = i;
        }
        for (uint32_t p = 0; (shapes->path = cim__shape_path_at(p)); p++) {
            cim_nearest nearest;
            cim_shapes_nearest(shapes, 0, 0.5 * x, 5, &nearest);
            assert_int_equal(nearest.vertex, first);
            assert_true(nearest.distance == sqrt(least));
        }
    }
    assert_true(tied > N);
    cim_shapes_free(shapes);
}

/* ---- many at once ---- */

static void test_shapes_many(void **state)
{
    fixture *f = *state;
    enum { SHAPES = 300, PAIRS = 20000 };
    static uint32_t which[PAIRS];
    static double xy[2 * PAIRS], distances[PAIRS];
    static uint8_t where[PAIRS];
    cim_geom geoms[SHAPES];
    cim__gbuild *builds = calloc(SHAPES, sizeof *builds);
    cim_shapes *shapes = NULL;
    for (int i = 0; i < SHAPES; i++) {
        cim_geom g = star(f, 3 + i, 2, 30, i % 20 * 50, i / 20 * 50);
        cim__gbuild_init(&builds[i], f->ctx->mem);
        cim__gbuild_begin(&builds[i], g.type, 2);
        if (i % 7) cim__gbuild_append(&builds[i], &g);
        else builds[i].type = CIM_GEOM_MULTIPOLYGON; /* empty */
        geoms[i] = cim__gbuild_view(&builds[i]);
    }
    assert_ok(f->ctx, cim_shapes_build(f->ctx, geoms, SHAPES, &shapes));
    assert_int_equal(cim_shapes_count(shapes), SHAPES);
    assert_true(cim_shapes_bytes(shapes) > SHAPES * 64);
    for (int i = 0; i < PAIRS; i++) {
        which[i] = (uint32_t)below(f, SHAPES);
        xy[2 * i] = which[i] % 20 * 50 + support_uniform(&f->seed, -40, 40);
        xy[2 * i + 1] = which[i] / 20 * 50 + support_uniform(&f->seed, -40, 40);
    }
    assert_ok(f->ctx, cim_shapes_locate_many(f->ctx, shapes, which, xy, PAIRS, where));
    assert_ok(f->ctx, cim_shapes_distance_many(f->ctx, shapes, which, xy, PAIRS, distances));
    for (int i = 0; i < PAIRS; i++) {
        assert_int_equal(where[i], cim_shapes_locate(shapes, which[i], xy[2 * i], xy[2 * i + 1]));
        assert_true(same_bits(distances[i], cim_shapes_distance(shapes, which[i], xy[2 * i], xy[2 * i + 1])));
    }
    which[77] = SHAPES;
    assert_status(f->ctx, cim_shapes_locate_many(f->ctx, shapes, which, xy, PAIRS, where), CIM_EARG);
    assert_string_equal(cim_ctx_error(f->ctx), "item 77: shape 300 of 300");
    which[77] = 0;
    cim_ctx_cancel(f->ctx);
    assert_status(f->ctx, cim_shapes_distance_many(f->ctx, shapes, which, xy, PAIRS, distances), CIM_ECANCEL);
    cim_ctx_resume(f->ctx);
    assert_ok(f->ctx, cim_shapes_locate_many(f->ctx, shapes, NULL, NULL, 0, NULL));
    for (int i = 0; i < SHAPES; i++) cim__gbuild_free(&builds[i]);
    free(builds);
    cim_shapes *again = cim_shapes_ref(shapes);
    cim_shapes_free(shapes);
    assert_int_equal(cim_shapes_count(again), SHAPES);
    cim_shapes_free(again);
    cim_shapes_free(NULL);
}

/* ---- edges of the contract ---- */

static void assert_nothing(const cim_shapes *shapes, size_t i)
{
    cim_nearest nearest;
    cim_box box = { 1, 2, 3, 4 }, all = { -1e9, -1e9, 1e9, 1e9 };
    assert_int_equal(cim_shapes_box(shapes, i, &box), 0);
    assert_true(box.min_x == 1 && box.max_y == 4);
    assert_int_equal(cim_shapes_locate(shapes, i, 0, 0), CIM_OUTSIDE);
    assert_true(cim_shapes_distance(shapes, i, 0, 0) == HUGE_VAL);
    assert_int_equal(cim_shapes_nearest(shapes, i, 5, 6, &nearest), 0);
    assert_true(nearest.distance == HUGE_VAL && nearest.vertex == CIM_NONE && nearest.x == 5 && nearest.y == 6);
    assert_int_equal(cim_shapes_box_relation(shapes, i, &all), CIM_OUTSIDE);
    assert_int_equal(cim_shapes_meets_segment(shapes, i, -1, -1, 1, 1), 0);
}

static void test_shapes_empty_and_unknown(void **state)
{
    fixture *f = *state;
    uint32_t none[] = { 0, 0 }, one[] = { 1 };
    cim_geom geoms[8];
    cim_shapes *shapes = NULL;
    for (int i = 0; i < 6; i++) geoms[i] = (cim_geom){ .type = i + 1, .dim = 2 + i % 2 };
    geoms[6] = (cim_geom){ CIM_GEOM_POLYGON, 2, 0, 2, 1, 0, NULL, none, one }; /* rings without vertices */
    geoms[7] = point(f, -0.0, 7);
    for (uint32_t p = 0; cim__shape_path_at(p); p++) {
        assert_ok(f->ctx, cim_shapes_build(f->ctx, geoms, 8, &shapes));
        shapes->path = cim__shape_path_at(p);
        for (size_t i = 0; i < 7; i++) assert_nothing(shapes, i);
        assert_nothing(shapes, 8);
        assert_nothing(shapes, SIZE_MAX);
        assert_int_equal(cim_shapes_locate(shapes, 7, 0.0, 7), CIM_BOUNDARY);
        assert_int_equal(cim_shapes_locate(shapes, 7, -0.0, 7), CIM_BOUNDARY);
        cim_shapes_free(shapes);
    }
    assert_ok(f->ctx, cim_shapes_build(f->ctx, NULL, 0, &shapes));
    assert_nothing(shapes, 0);
    cim_shapes_free(shapes);
}

static void test_shapes_odd_questions(void **state)
{
    fixture *f = *state;
    cim_nearest nearest;
    static const double bad[] = { NAN, HUGE_VAL, -HUGE_VAL };
    cim_geom g = star(f, 100, 2, 10, 0, 0);
    cim_shapes *shapes = build_one(f, &g);
    cim_box inside_out = { 1, 1, -1, -1 }, nan = { NAN, 0, 1, 1 }, endless = { -HUGE_VAL, -HUGE_VAL, HUGE_VAL, HUGE_VAL };
    for (uint32_t p = 0; (shapes->path = cim__shape_path_at(p)); p++) {
        for (int i = 0; i < 3; i++) {
            assert_int_equal(cim_shapes_locate(shapes, 0, bad[i], 0), CIM_OUTSIDE);
            assert_int_equal(cim_shapes_locate(shapes, 0, 0, bad[i]), CIM_OUTSIDE);
            assert_true(cim_shapes_distance(shapes, 0, 0, bad[i]) == HUGE_VAL);
            assert_int_equal(cim_shapes_nearest(shapes, 0, bad[i], 0, &nearest), 0);
            assert_int_equal(cim_shapes_meets_segment(shapes, 0, 0, 0, bad[i], 0), 0);
        }
        assert_int_equal(cim_shapes_box_relation(shapes, 0, &inside_out), CIM_OUTSIDE);
        assert_int_equal(cim_shapes_box_relation(shapes, 0, &nan), CIM_OUTSIDE);
        assert_int_equal(cim_shapes_box_relation(shapes, 0, &endless), CIM_CROSSES);
        assert_true(cim_shapes_distance(shapes, 0, 1e200, 0) == HUGE_VAL); /* its square is beyond a double */
        assert_int_equal(cim_shapes_nearest(shapes, 0, -1e200, 1e200, &nearest), 1);
    }
    cim_shapes_free(shapes);
}

static void refuse(fixture *f, const cim_geom *bad, const char *text)
{
    cim_geom geoms[2] = { point(f, 1, 2), *bad };
    cim_shapes *shapes = NULL;
    assert_status(f->ctx, cim_shapes_build(f->ctx, geoms, 2, &shapes), CIM_EARG);
    assert_string_equal(cim_ctx_error(f->ctx), text);
    assert_null(shapes);
}

static void test_shapes_refuses(void **state)
{
    fixture *f = *state;
    double coords[] = { 0, 0, 1, 0, 1, 1, 0, 0 };
    uint32_t ring_end[] = { 4, 4 }, part_end[] = { 1 };
    const cim_geom good = { CIM_GEOM_POLYGON, 2, 4, 1, 1, 0, coords, ring_end, part_end };
    cim_geom bad = good;
    bad.type = 7;
    refuse(f, &bad, "geometry 1 has an unknown type");
    bad = good;
    bad.dim = 4;
    refuse(f, &bad, "geometry 1 is of neither 2 nor 3 dimensions");
    bad = good;
    bad.vertex_count = 3;
    refuse(f, &bad, "geometry 1 has rings that contradict its vertices");
    static const double wrong[] = { NAN, HUGE_VAL, -HUGE_VAL, 1e151 };
    for (int i = 0; i < 4; i++)
        for (int k = 2; k < 6; k++) {
            double kept = coords[k];
            coords[k] = wrong[i];
            refuse(f, &good, "geometry 1 has a coordinate that is not finite");
            coords[k] = kept;
        }
    coords[7] = 0.5;
    refuse(f, &good, "geometry 1 has a ring that is not closed");
}

/* Coordinates whose products no double can hold: still exact. */
static void test_shapes_tiny_and_vast(void **state)
{
    fixture *f = *state;
    for (int i = 0; i < 2; i++) {
        double s = i ? 0x1p-400 : 0x1p450;
        double coords[] = { 0, 0, 3 * s, s, 4 * s, 4 * s, s, 3 * s, 0, 0 };
        uint32_t ring_end[] = { 5 }, part_end[] = { 1 };
        cim_geom g = { CIM_GEOM_POLYGON, 2, 5, 1, 1, 0, coords, ring_end, part_end };
        cim_shapes *shapes = build_one(f, &g);
        for (uint32_t p = 0; (shapes->path = cim__shape_path_at(p)); p++) {
            assert_int_equal(cim_shapes_locate(shapes, 0, 2 * s, 2 * s), CIM_INSIDE);
            assert_int_equal(cim_shapes_locate(shapes, 0, 1.5 * s, 0.5 * s), CIM_BOUNDARY);
            assert_int_equal(cim_shapes_locate(shapes, 0, 1.5 * s, nextafter(0.5 * s, 0)), CIM_OUTSIDE);
            assert_int_equal(cim_shapes_locate(shapes, 0, 1.5 * s, nextafter(0.5 * s, s)), CIM_INSIDE);
        }
        cim_shapes_free(shapes);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = { TEST(test_shapes_positions_are_exact), TEST(test_shapes_distances_on_grids), TEST(test_shapes_agree_with_geos),
                                        TEST(test_shapes_huge),                TEST(test_shapes_many_rings), TEST(test_shapes_nearest_is_the_first), TEST(test_shapes_many),               TEST(test_shapes_empty_and_unknown),
                                        TEST(test_shapes_odd_questions),       TEST(test_shapes_refuses),            TEST(test_shapes_tiny_and_vast) };
    return cmocka_run_group_tests_name("geom/shapes", tests, NULL, NULL);
}
