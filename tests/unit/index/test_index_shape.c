/* Probes by shape against a look at every edge and every box. */
#include "oracle.h"

#include "index/lanes.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VERTICES = 400, MOST_RINGS = 16, SHAPES = 12 };

typedef struct shape {
    int32_t type;
    uint32_t vertices, rings, parts;
    double coords[2 * MOST_VERTICES];
    uint32_t ring_end[MOST_RINGS], part_end[MOST_RINGS];
} shape;

static double whole(const oracle_world *w, double v) { return w->lattice ? floor(v) : v; }

/* A ring around a place, with bays; on a lattice it may touch and cross itself, which the even-odd rule takes as it comes. */
static void add_ring(shape *s, const oracle_world *w, double x, double y, double radius, uint32_t corners, uint64_t *seed)
{
    uint32_t first = s->vertices;
    for (uint32_t i = 0; i < corners; i++) {
        double r = radius * support_uniform(seed, 0.3, 1), a = 6.283185307179586 * i / corners;
        s->coords[2 * s->vertices] = whole(w, x + r * cos(a));
        s->coords[2 * s->vertices++ + 1] = whole(w, y + r * sin(a));
    }
    memcpy(&s->coords[2 * s->vertices++], &s->coords[2 * first], 2 * sizeof *s->coords);
    s->ring_end[s->rings++] = s->vertices;
}

static void add_line(shape *s, const oracle_world *w, uint32_t points, double reach, uint64_t *seed)
{
    double x = w->origin + support_uniform(seed, -0.1, 1.1) * w->extent, y = w->origin + support_uniform(seed, -0.1, 1.1) * w->extent;
    for (uint32_t i = 0; i < points; i++) {
        s->coords[2 * s->vertices] = whole(w, x);
        s->coords[2 * s->vertices++ + 1] = whole(w, y);
        if (support_random(seed) % 4) x += support_uniform(seed, -reach, reach);
        if (support_random(seed) % 4) y += support_uniform(seed, -reach, reach);
    }
    s->ring_end[s->rings++] = s->vertices;
    s->part_end[s->parts++] = s->rings;
}

static shape random_shape(const oracle_world *w, uint64_t *seed)
{
    static const int32_t types[] = { CIM_GEOM_POLYGON, CIM_GEOM_MULTIPOLYGON, CIM_GEOM_LINESTRING, CIM_GEOM_MULTILINESTRING, CIM_GEOM_POINT, CIM_GEOM_MULTIPOINT, CIM_GEOM_POLYGON };
    shape s = { .type = types[support_random(seed) % 7] };
    double reach = (w->extent > 0 ? w->extent : 1) * pow(support_uniform(seed, 0.05, 1), 3);
    int parts = s.type > CIM_GEOM_POLYGON ? (int)(support_random(seed) % 4) : 1;
    for (int i = 0; i < parts; i++) {
        double x = w->origin + support_uniform(seed, 0, 1) * w->extent, y = w->origin + support_uniform(seed, 0, 1) * w->extent;
        if (s.type == CIM_GEOM_POLYGON || s.type == CIM_GEOM_MULTIPOLYGON) {
            add_ring(&s, w, x, y, reach, 3 + (uint32_t)(support_random(seed) % 90), seed);
            if (support_random(seed) % 2) add_ring(&s, w, x, y, reach * 0.25, 4, seed); /* a hole */
            s.part_end[s.parts++] = s.rings;
        } else {
            bool points = s.type == CIM_GEOM_POINT || s.type == CIM_GEOM_MULTIPOINT;
            add_line(&s, w, points ? 1 : 2 + (uint32_t)(support_random(seed) % 80), reach / 4, seed);
        }
    }
    return s;
}

static cim_geom geom_of(const shape *s) { return (cim_geom){ s->type, 2, s->vertices, s->rings, s->parts, 0, s->coords, s->ring_end, s->part_end }; }
static bool is_area(const shape *s) { return s->type == CIM_GEOM_POLYGON || s->type == CIM_GEOM_MULTIPOLYGON; }

/* Even-odd; asked only for points that no edge meets. */
static bool covers(const shape *s, double x, double y)
{
    bool inside = false;
    for (uint32_t r = 0, i = 0; r < s->rings; i = s->ring_end[r++]) {
        for (; i + 1 < s->ring_end[r]; i++) {
            const double *a = &s->coords[2 * i], *b = a + 2;
            if ((a[1] > y) == (b[1] > y)) continue;
            long double left = ((long double)b[0] - a[0]) * ((long double)y - a[1]) - ((long double)x - a[0]) * ((long double)b[1] - a[1]);
            if ((left > 0) == (b[1] > a[1])) inside = !inside;
        }
    }
    return inside;
}

static bool shape_meets(const shape *s, const cim_box *b, long double more)
{
    for (uint32_t r = 0, i = 0; r < s->rings; i = s->ring_end[r++]) {
        if (s->ring_end[r] == i + 1 && oracle_segment_meets(b, more, &s->coords[2 * i], &s->coords[2 * i])) return true;
        for (; i + 1 < s->ring_end[r]; i++)
            if (oracle_segment_meets(b, more, &s->coords[2 * i], &s->coords[2 * i + 2])) return true;
    }
    return is_area(s) && covers(s, b->min_x, b->min_y);
}

static bool meets_z(const oracle_set *set, size_t i, const cim_probe *p, double slack) { return !set->z || (set->z[2 * i] <= p->z1 + slack && set->z[2 * i + 1] >= p->z0 - slack); }

static void check_probe(cim_ctx *ctx, const cim_index *index, oracle_set *set, const cim_probe *p, const shape *s)
{
    size_t count = 77, counted = 78;
    double slack = oracle_slack(set, cim_index_step(index));
    long double round = set->world.lattice ? 0 : 64 * DBL_EPSILON * (long double)(fabs(set->world.origin) + 2 * set->world.extent + 1);
    assert_ok(ctx, cim_index_query(ctx, index, p, set->found, set->n, &count));
    assert_ok(ctx, cim_index_query(ctx, index, p, NULL, 0, &counted));
    assert_int_equal(count, counted);
    assert_true(count <= set->n);
    memset(set->mark, 0, set->id_bound);
    for (size_t k = 0; k < count; k++) {
        assert_true(set->found[k] < set->id_bound && set->place[set->found[k]] != CIM_NONE && !set->mark[set->found[k]]);
        set->mark[set->found[k]] = 1;
    }
    for (size_t i = 0; i < set->n; i++) {
        bool found = set->mark[set->ids ? set->ids[i] : i], counts = oracle_counts(set, i, p);
        bool fine = found ? counts && meets_z(set, i, p, slack) && shape_meets(s, &set->boxes[i], (p->exact ? 0 : slack) + round)
                          : !counts || !meets_z(set, i, p, 0) || !shape_meets(s, &set->boxes[i], -round);
        if (fine) continue;
        const cim_box *b = &set->boxes[i];
        print_error("# %s: box %zu (%.17g %.17g %.17g %.17g) %s; shape of type %d, %u vertices%s%s\n", set->label, i, b->min_x, b->min_y, b->max_x, b->max_y, found ? "too much" : "lost", s->type,
                    s->vertices, p->exact ? ", exact" : "", isfinite(p->z0) ? ", z" : "");
        for (uint32_t v = 0; v < s->vertices && v < 12; v++) print_error("#   %.17g %.17g\n", s->coords[2 * v], s->coords[2 * v + 1]);
        fail();
    }
    oracle_cases++;
}

static void vary(const oracle_set *set, cim_probe *p, oracle_user *user, uint64_t *seed)
{
    if (support_random(seed) % 2) p->exact = set->exact;
    if (set->classes && support_random(seed) % 2) p->classes = 1u << support_random(seed) % 5;
    if (set->z && support_random(seed) % 2) {
        p->z0 = floor(support_uniform(seed, set->z_low, set->z_high));
        p->z1 = p->z0 + 2;
    }
    *user = (oracle_user){ set, p, 0, 0 };
    p->user = user;
    if (support_random(seed) % 5 == 0) p->accept = oracle_accept;
}

static void check_many(const cim_index *index, const oracle_set *set, const cim_probe *probes, size_t count, uint32_t threads)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    size_t starts[4 * SHAPES], counts[4 * SHAPES], n;
    cim_buf ids = CIM_BUF_INIT;
    options.threads = threads;
    assert_int_equal(cim_ctx_new(&options, &ctx), CIM_OK);
    assert_ok(ctx, cim_index_query_many(ctx, index, probes, count, starts, counts, &ids));
    for (size_t i = 0; i < count; i++) {
        assert_ok(ctx, cim_index_query(ctx, index, &probes[i], set->found, set->n, &n));
        assert_int_equal(n, counts[i]);
        oracle_same_ids(set->found, (uint32_t *)(void *)ids.data + starts[i], n);
    }
    cim_buf_dispose(&ids);
    cim_ctx_free(ctx);
}

static void one_round(cim_ctx *ctx, int round, uint64_t *seed)
{
    static const size_t sizes[] = { 0, 1, 17, 256, 257, 1000, 2500 };
    static shape all[SHAPES];
    cim_geom geoms[SHAPES];
    cim_probe probes[4 * SHAPES];
    oracle_user users[4 * SHAPES];
    cim_shapes *shapes = NULL;
    const oracle_world *w = &oracle_worlds[(size_t)round % oracle_world_count];
    oracle_set set = oracle_make(w, sizes[support_random(seed) % 7], round / 11 % 8, seed);
    cim_index *index = oracle_build(ctx, &set, round % 2);
    for (int i = 0; i < SHAPES; i++) {
        all[i] = random_shape(w, seed);
        geoms[i] = geom_of(&all[i]);
    }
    assert_ok(ctx, cim_shapes_build(ctx, geoms, SHAPES, &shapes));
    cim__index_use_lanes(round / 11 % 7 - 1);
    for (uint32_t i = 0; i < 4 * SHAPES; i++) {
        probes[i] = cim_probe_shape(shapes, i % SHAPES);
        vary(&set, &probes[i], &users[i], seed);
        check_probe(ctx, index, &set, &probes[i], &all[i % SHAPES]);
    }
    check_many(index, &set, probes, 4 * SHAPES, 1u << round % 3);
    cim__index_use_lanes(-1);
    cim_shapes_free(shapes);
    cim_index_free(index);
    oracle_free(&set);
}

static void test_index_shapes_random(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 80;
    (void)state;
    for (int round = 0; round < 99; round++) one_round(ctx, round, &seed);
    print_message("# %zu cases\n", oracle_cases);
    cim_ctx_free(ctx);
}

/* A window of axis-parallel edges is the same as a box, touching edges and holes included. */
static void test_index_shapes_like_boxes(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 81;
    oracle_set set = oracle_make(&oracle_worlds[0], 2000, 0, &seed);
    cim_index *index = oracle_build(ctx, &set, 0);
    (void)state;
    for (int i = 0; i < 300; i++) {
        double x = floor(support_uniform(&seed, -5, 70)), y = floor(support_uniform(&seed, -5, 70)), dx = floor(support_uniform(&seed, 0, 20)), dy = floor(support_uniform(&seed, 0, 20));
        double coords[] = { x, y, x + dx, y, x + dx, y + dy, x, y + dy, x, y };
        uint32_t end[] = { 5 }, part[] = { 1 };
        cim_geom geom = { CIM_GEOM_POLYGON, 2, 5, 1, 1, 0, coords, end, part };
        cim_shapes *shapes = NULL;
        cim_box box = { x, y, x + dx, y + dy };
        size_t by_shape, by_box;
        assert_ok(ctx, cim_shapes_build(ctx, &geom, 1, &shapes));
        cim_probe p = cim_probe_shape(shapes, 0), q = cim_probe_box(&box);
        p.exact = q.exact = i % 2 ? set.exact : NULL;
        assert_ok(ctx, cim_index_query(ctx, index, &p, NULL, 0, &by_shape));
        assert_ok(ctx, cim_index_query(ctx, index, &q, NULL, 0, &by_box));
        assert_int_equal(by_shape, by_box);
        cim_shapes_free(shapes);
    }
    cim_index_free(index);
    oracle_free(&set);
    cim_ctx_free(ctx);
}

static void test_index_shapes_refused(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim_box box = { 0, 0, 1, 1 };
    cim_index *index = NULL;
    cim_shapes *shapes = NULL;
    double coords[] = { 0, 0 };
    uint32_t end[] = { 1 };
    cim_geom geoms[2] = { { CIM_GEOM_POINT, 2, 1, 1, 1, 0, coords, end, end }, { CIM_GEOM_MULTIPOINT, 2, 0, 0, 0, 0, NULL, NULL, NULL } };
    size_t count = 5, starts[4];
    uint32_t ids[4];
    (void)state;
    assert_ok(ctx, cim_index_build(ctx, &box, 1, NULL, &index));
    assert_ok(ctx, cim_shapes_build(ctx, geoms, 2, &shapes));
    cim_probe probes[3] = { cim_probe_shape(shapes, 0), cim_probe_shape(shapes, 1), cim_probe_shape(shapes, 2) }, none = cim_probe_shape(NULL, 0);
    assert_ok(ctx, cim_index_query(ctx, index, &probes[0], ids, 4, &count));
    assert_int_equal(count, 1);
    assert_ok(ctx, cim_index_query(ctx, index, &probes[1], ids, 4, &count)); /* empty: meets nothing */
    assert_int_equal(count, 0);
    assert_status(ctx, cim_index_query(ctx, index, &probes[2], ids, 4, &count), CIM_EARG);
    assert_status(ctx, cim_index_query(ctx, index, &none, ids, 4, &count), CIM_EARG);
    assert_status(ctx, cim_index_nearest(ctx, index, &probes[0], 1, ids, NULL, &count), CIM_EARG);
    assert_status(ctx, cim_index_query_many(ctx, index, probes, 3, starts, starts, NULL), CIM_EARG);
    assert_non_null(strstr(cim_ctx_error(ctx), "2"));
    cim_shapes_free(shapes);
    cim_index_free(index);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_index_shapes_random), cmocka_unit_test(test_index_shapes_like_boxes), cmocka_unit_test(test_index_shapes_refused) };
    return cmocka_run_group_tests_name("index/shape", tests, NULL, NULL);
}
