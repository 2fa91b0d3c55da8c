/* test_travel_areas.c - areas around pieces: valid by GEOS, nested, around every point of the pieces, and nowhere farther than the buffer. */
#include "reach.h"

#include "geom/geos.h"

#include <math.h>

enum { ROUNDS = 1000, LIMITS = 3 };

typedef struct limited {
    const cim_net *net;
    cim_isochrone_view pieces;
    cim_isochrone_areas_view areas;
} limited;

static double part_within(const cim_isochrone_piece *p, uint32_t limit_ms, double *from, double *to)
{
    double a = p->from_ms, b = p->to_ms;
    *from = p->from;
    *to = p->to;
    if (a > limit_ms && b > limit_ms) return 0.0;
    if (b > limit_ms) *to = p->from + (p->to - p->from) * (limit_ms - a) / (b - a);
    if (a > limit_ms) *from = p->to - (p->to - p->from) * (limit_ms - b) / (a - b);
    return *to - *from;
}

static void point_on(const cim_net *net, uint32_t edge, double fraction, double xy[2])
{
    double left = fraction * net->edge_length_m[edge];
    for (uint32_t v = net->first_vertex[edge]; v + 1 < net->first_vertex[edge + 1]; v++) {
        const double *a = net->xy + 2 * (size_t)v;
        double bit = hypot(a[2] - a[0], a[3] - a[1]), t = bit > 0.0 ? fmin(1.0, left / bit) : 0.0;
        xy[0] = a[0] + t * (a[2] - a[0]);
        xy[1] = a[1] + t * (a[3] - a[1]);
        if (left <= bit) return;
        left -= bit;
    }
}

/* Distance to the nearest piece within a limit, by points a metre apart. */
static double distance_to(const limited *l, uint32_t limit_ms, double x, double y)
{
    double best = HUGE_VAL, from, to, xy[2];
    for (size_t i = 0; i < l->pieces.piece_count; i++) {
        const cim_isochrone_piece *p = &l->pieces.pieces[i];
        if (!(part_within(p, limit_ms, &from, &to) > 0.0)) continue;
        int steps = (int)(l->net->edge_length_m[p->link >> 1] * (to - from)) + 1;
        for (int k = 0; k <= steps; k++) {
            point_on(l->net, p->link >> 1, from + (to - from) * k / steps, xy);
            best = fmin(best, hypot(xy[0] - x, xy[1] - y));
        }
    }
    return best;
}

static void check_inside(const limited *l, const cim_isochrone_area *a)
{
    double from, to, xy[2], length = 0.0;
    for (size_t i = 0; i < l->pieces.piece_count; i++) {
        const cim_isochrone_piece *p = &l->pieces.pieces[i];
        if (!(part_within(p, a->limit_ms, &from, &to) > 0.0)) continue;
        length += (to - from) * l->net->edge_length_m[p->link >> 1];
        for (int k = 0; k <= 10; k++) {
            point_on(l->net, p->link >> 1, from + (to - from) * k / 10, xy);
            assert_int_equal(cim__point_in_polygon(&a->geom, xy[0], xy[1]), CIM__INSIDE);
        }
    }
    assert_true(fabs(length - a->street_m) < 1e-3 * (1.0 + length));
}

/* Points anywhere: inside when nearer than a buffer less a bit, outside when farther than it and a bit. */
static void check_points(const limited *l, const cim_isochrone_area *a, uint64_t *seed, double slack)
{
    double x0 = l->net->xy[0], y0 = l->net->xy[1];
    for (int k = 0; k < 12; k++) {
        double x = x0 + support_uniform(seed, -900, 900), y = y0 + support_uniform(seed, -900, 900), d = distance_to(l, a->limit_ms, x, y);
        cim__where where = cim__point_in_polygon(&a->geom, x, y);
        if (d < l->areas.buffer_m - slack) assert_int_equal(where, CIM__INSIDE);
        if (d > l->areas.buffer_m + slack) assert_int_equal(where, CIM__OUTSIDE);
    }
}

static void check_rings(const cim_isochrone_area *a)
{
    double area = 0.0;
    for (uint32_t p = 0, r = 0; p < a->geom.part_count; p++)
        for (uint32_t first = r; r < a->geom.part_end[p]; r++) {
            double ring = cim__ring_area(&a->geom, r);
            assert_true(r == first ? ring > 0.0 : ring < 0.0);
            area += ring;
        }
    assert_true(fabs(area - a->area_m2) < 1e-6 * (1.0 + area));
}

static void check_geos(cim_ctx *ctx, cim__geos *geos, const limited *l)
{
    for (size_t i = 0; i < l->areas.area_count; i++) {
        const cim_isochrone_area *a = &l->areas.areas[i];
        bool valid = false, nested = false;
        assert_ok(ctx, cim__geos_valid(ctx, geos, &a->geom, &valid));
        assert_true(valid);
        if (!i || !l->areas.areas[i - 1].geom.part_count) continue;
        cim__prepared *longer = NULL;
        assert_ok(ctx, cim__prepared_new(ctx, geos, &a->geom, &longer));
        assert_ok(ctx, cim__prepared_test(ctx, longer, &l->areas.areas[i - 1].geom, CIM__WITHIN, &nested));
        cim__prepared_free(longer);
        assert_true(nested);
    }
}

static void check_areas(const reach_net *r, cim__geos *geos, uint64_t *seed)
{
    cim_ctx *ctx = r->net.ctx;
    cim_net_place places[2] = { reach_place(r, seed), reach_place(r, seed) };
    cim_isochrone_options options = CIM_ISOCHRONE_OPTIONS_INIT;
    cim_isochrone_area_options wish = CIM_ISOCHRONE_AREA_OPTIONS_INIT;
    cim_isochrone *iso = NULL;
    cim_isochrone_areas *areas = NULL;
    limited l = { r->net.net, { .struct_size = sizeof l.pieces }, { .struct_size = sizeof l.areas } };
    uint32_t limits[LIMITS];
    options.limit_ms = 2000 + (uint32_t)(support_random(seed) % 120000);
    limits[2] = options.limit_ms - (uint32_t)(support_random(seed) % 1000);
    limits[1] = (uint32_t)(support_random(seed) % limits[2]);
    limits[0] = support_random(seed) & 1 ? limits[1] : (uint32_t)(support_random(seed) % (limits[1] + 1));
    wish.buffer_m = support_uniform(seed, 8.0, 90.0);
    if (support_random(seed) & 1) wish.cell_m = wish.buffer_m / support_uniform(seed, 1.6, 5.0);
    if (support_random(seed) % 3 == 0) wish.tolerance_m = support_random(seed) & 1 ? -1.0 : support_uniform(seed, 0.1, wish.buffer_m);
    assert_ok(ctx, cim_isochrone_find(ctx, r->costs, NULL, NULL, places, 2, &options, &iso));
    assert_ok(ctx, cim_isochrone_get(ctx, iso, &l.pieces));
    assert_ok(ctx, cim_isochrone_areas_build(ctx, iso, limits, LIMITS, &wish, &areas));
    assert_ok(ctx, cim_isochrone_areas_get(ctx, areas, &l.areas));
    assert_int_equal(l.areas.area_count, LIMITS);
    check_geos(ctx, geos, &l);
    double slack = 0.6 * l.areas.cell_m + (wish.tolerance_m > 0.0 ? wish.tolerance_m : 0.0);
    for (size_t i = 0; i < LIMITS; i++) {
        assert_int_equal(l.areas.areas[i].limit_ms, limits[i]);
        check_rings(&l.areas.areas[i]);
        if (slack < wish.buffer_m) check_inside(&l, &l.areas.areas[i]);
        check_points(&l, &l.areas.areas[i], seed, slack);
    }
    cim_isochrone_areas_free(areas);
    cim_isochrone_free(iso);
}

static void test_areas_random(void **state)
{
    uint64_t seed = 31;
    cim_ctx *ctx = support_ctx();
    cim__geos *geos = NULL;
    (void)state;
    assert_ok(ctx, cim__geos_new(ctx, &geos));
    for (int round = 0; round < ROUNDS; round++) {
        reach_net r = reach_random(&seed, (uint32_t)round & 1, false);
        check_areas(&r, geos, &seed);
        reach_done(&r);
    }
    cim__geos_free(geos);
    cim_ctx_free(ctx);
}

/* A block of streets has a hole; a cross has none. */
static void test_areas_holes(void **state)
{
    static const struct {
        const char *lines;
        uint32_t rings;
    } cases[] = { { "n a 0 0\nn b 400 0\nn c 400 400\nn d 0 400\nw 1 a,b\nw 2 b,c\nw 3 c,d\nw 4 d,a\n", 2 },
                  { "n a 0 0\nn b 400 0\nn c 200 200\nn d 200 -200\nn e 200 0\nw 1 a,e\nw 2 e,b\nw 3 c,e\nw 4 e,d\n", 1 } };
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        street_net n = net_of(cases[k].lines, 1);
        cim_net_costs *c = net_costs(&n, "car", NULL);
        cim_net_place p = net_place(&n, c, 1);
        cim_isochrone *iso = NULL;
        cim_isochrone_areas *areas = NULL;
        cim_isochrone_areas_view v = { .struct_size = sizeof v };
        uint32_t limits[2] = { 900000, 900000 };
        assert_ok(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, &p, 1, NULL, &iso));
        assert_ok(n.ctx, cim_isochrone_areas_build(n.ctx, iso, limits, 2, NULL, &areas));
        assert_ok(n.ctx, cim_isochrone_areas_get(n.ctx, areas, &v));
        assert_int_equal(v.areas[0].geom.part_count, 1);
        assert_int_equal(v.areas[0].geom.ring_count, cases[k].rings);
        double wanted = k ? 2 * 400 * 100 - 100 * 100 + 2 * M_PI * 50 * 50 : 4 * 400 * 100 - 4 * 50 * 50 + M_PI * 50 * 50;
        assert_true(fabs(v.areas[0].area_m2 - wanted) < 0.03 * wanted);
        assert_true(v.areas[1].area_m2 <= v.areas[0].area_m2 && v.areas[1].area_m2 >= v.areas[0].area_m2 && v.areas[1].geom.vertex_count == v.areas[0].geom.vertex_count);
        cim_isochrone_areas_free(areas);
        cim_isochrone_free(iso);
        cim_net_costs_free(c);
        net_done(&n);
    }
}

/* More cells than allowed: they grow, and the buffer with them. */
static void test_areas_limits(void **state)
{
    street_net n = net_of("n a 0 0\nn b 60000 0\nn c 60000 60000\nw 1 a,b highway=primary\nw 2 b,c highway=primary\n", 0);
    cim_net_costs *c = net_costs(&n, "car", NULL);
    cim_net_place p = net_place(&n, c, 1);
    cim_isochrone *iso = NULL;
    cim_isochrone_areas *areas = NULL;
    cim_isochrone_options far = CIM_ISOCHRONE_OPTIONS_INIT;
    cim_isochrone_area_options o = CIM_ISOCHRONE_AREA_OPTIONS_INIT, bad;
    cim_isochrone_areas_view v = { 0 };
    uint32_t limit = 36000000, over = 36000001, many[CIM_ISOCHRONE_LIMITS + 1] = { 0 };
    (void)state;
    far.limit_ms = limit;
    assert_ok(n.ctx, cim_isochrone_find(n.ctx, c, NULL, NULL, &p, 1, &far, &iso));
    o.max_cells = 65536;
    o.buffer_m = 100.0;
    assert_ok(n.ctx, cim_isochrone_areas_build(n.ctx, iso, &limit, 1, &o, &areas));
    assert_status(n.ctx, cim_isochrone_areas_get(n.ctx, areas, &v), CIM_EARG);
    v.struct_size = sizeof v;
    assert_ok(n.ctx, cim_isochrone_areas_get(n.ctx, areas, &v));
    assert_true(v.cell_m > 66.7 && v.buffer_m >= 1.49 * v.cell_m && v.areas[0].geom.part_count == 1);
    assert_true(fabs(v.areas[0].street_m - 120000) < 300);
    cim_isochrone_areas_free(areas);
    areas = NULL;
    const double buffers[] = { -1.0, NAN, INFINITY, 1e9 };
    for (size_t i = 0; i < 4; i++) {
        bad = o;
        bad.buffer_m = buffers[i];
        assert_status(n.ctx, cim_isochrone_areas_build(n.ctx, iso, &limit, 1, &bad, &areas), CIM_EARG);
        bad = o;
        bad.cell_m = buffers[i];
        assert_status(n.ctx, cim_isochrone_areas_build(n.ctx, iso, &limit, 1, &bad, &areas), CIM_EARG);
    }
    bad = o;
    bad.tolerance_m = NAN;
    assert_status(n.ctx, cim_isochrone_areas_build(n.ctx, iso, &limit, 1, &bad, &areas), CIM_EARG);
    bad = o;
    bad.cell_m = 0.01;
    assert_status(n.ctx, cim_isochrone_areas_build(n.ctx, iso, &limit, 1, &bad, &areas), CIM_EARG);
    bad = o;
    bad.max_cells = 5;
    assert_status(n.ctx, cim_isochrone_areas_build(n.ctx, iso, &limit, 1, &bad, &areas), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_areas_build(n.ctx, iso, &over, 1, &o, &areas), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_areas_build(n.ctx, iso, many, CIM_ISOCHRONE_LIMITS + 1, &o, &areas), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_areas_build(n.ctx, iso, NULL, 1, &o, &areas), CIM_EARG);
    assert_status(n.ctx, cim_isochrone_areas_build(n.ctx, NULL, &limit, 1, &o, &areas), CIM_EARG);
    assert_null(areas);
    cim_isochrone_free(iso);
    cim_isochrone_areas_free(NULL);
    cim_net_costs_free(c);
    net_done(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_areas_random), cmocka_unit_test(test_areas_holes), cmocka_unit_test(test_areas_limits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
