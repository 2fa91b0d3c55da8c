/* Union by cancelling edges against GEOS. */
#include "geom/dissolve.h"
#include "geom/geos.h"
#include "support.h"

#include <math.h>

static void cell(cim__gbuild *b, const double *p, const double *q, const double *r, const double *s, bool reverse)
{
    const double *ring[4] = { p, q, r, s };
    int n = s ? 4 : 3;
    for (int i = 0; i < n; i++) {
        const double *v = ring[reverse ? n - 1 - i : i];
        cim__gbuild_xy(b, v[0], v[1]);
    }
    cim__gbuild_close(b);
    cim__gbuild_part(b);
}

enum { SIDE = 9 };

/* Some cells of a jittered grid, whole or as two triangles, in any orientation. */
static void random_cells(cim__gbuild *b, uint64_t *seed)
{
    double at[SIDE + 1][SIDE + 1][2];
    double origin = support_random(seed) % 2 ? 0.0 : 4.5e6, share = support_uniform(seed, 0.2, 1.0);
    for (int i = 0; i <= SIDE; i++)
        for (int j = 0; j <= SIDE; j++) {
            at[i][j][0] = origin + i + support_uniform(seed, -0.2, 0.2);
            at[i][j][1] = origin + j + support_uniform(seed, -0.2, 0.2);
        }
    cim__gbuild_begin(b, CIM_GEOM_MULTIPOLYGON, 2);
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            if (support_uniform(seed, 0.0, 1.0) > share) continue;
            const double *p = at[i][j], *q = at[i + 1][j], *r = at[i + 1][j + 1], *s = at[i][j + 1];
            bool flip = support_random(seed) % 2;
            if (support_random(seed) % 2) {
                cell(b, p, q, r, s, flip);
            } else {
                cell(b, p, q, r, NULL, flip);
                cell(b, p, r, s, NULL, !flip);
            }
        }
}

static void test_dissolve_matches_geos(void **state)
{
    cim_ctx *ctx = support_ctx();
    cim__geos *geos = NULL;
    cim__dissolve d;
    cim__gbuild cells, mine, theirs;
    uint64_t seed = 20240501;
    (void)state;
    assert_ok(ctx, cim__geos_new(ctx, &geos));
    cim__dissolve_init(&d, ctx->mem);
    cim__gbuild_init(&cells, ctx->mem);
    cim__gbuild_init(&mine, ctx->mem);
    cim__gbuild_init(&theirs, ctx->mem);
    for (int round = 0; round < 1500; round++) {
        bool fits, valid = false;
        double common = 0.0;
        random_cells(&cells, &seed);
        cim_geom input = cim__gbuild_view(&cells);
        if (!input.part_count) continue;
        assert_ok(ctx, cim__dissolve_run(ctx, &d, &input, &mine, &fits));
        assert_true(fits);
        cim_geom a = cim__gbuild_view(&mine);
        assert_ok(ctx, cim__geos_valid(ctx, geos, &a, &valid));
        assert_true(valid);
        assert_ok(ctx, cim__geos_union(ctx, geos, &input, &theirs));
        cim_geom b = cim__gbuild_view(&theirs);
        double area = cim__geom_area(&b);
        assert_ok(ctx, cim__geos_common_area(ctx, geos, &a, &b, &common));
        assert_true(fabs(cim__geom_area(&a) - area) < 1e-6 && fabs(common - area) < 1e-6);
    }
    cim__gbuild_free(&theirs);
    cim__gbuild_free(&mine);
    cim__gbuild_free(&cells);
    cim__dissolve_free(&d);
    cim__geos_free(geos);
    cim_ctx_free(ctx);
}

static void expect(const char *wkt, bool wanted, uint32_t parts, uint32_t rings)
{
    cim_ctx *ctx = support_ctx();
    cim__dissolve d;
    cim__gbuild in, out;
    bool fits = !wanted;
    cim__dissolve_init(&d, ctx->mem);
    cim__gbuild_init(&in, ctx->mem);
    cim__gbuild_init(&out, ctx->mem);
    assert_ok(ctx, cim__wkt_get(ctx, cim__str_of(wkt), &in));
    cim_geom g = cim__gbuild_view(&in);
    assert_ok(ctx, cim__dissolve_run(ctx, &d, &g, &out, &fits));
    if (fits != wanted) print_error("%s\n", wkt);
    assert_int_equal(fits, wanted);
    cim_geom u = cim__gbuild_view(&out);
    assert_int_equal(u.part_count, parts);
    assert_int_equal(u.ring_count, rings);
    cim__gbuild_free(&in);
    cim__gbuild_free(&out);
    cim__dissolve_free(&d);
    cim_ctx_free(ctx);
}

static void test_dissolve_special_cases(void **state)
{
    (void)state;
    /* two squares with a common edge; touching in one corner; apart */
    expect("MULTIPOLYGON(((0 0,1 0,1 1,0 1,0 0)),((1 0,2 0,2 1,1 1,1 0)))", true, 1, 1);
    expect("MULTIPOLYGON(((0 0,1 0,1 1,0 1,0 0)),((1 1,2 1,2 2,1 2,1 1)))", true, 2, 2);
    expect("MULTIPOLYGON(((0 0,1 0,1 1,0 1,0 0)),((5 0,6 0,6 1,5 1,5 0)))", true, 2, 2);
    /* a hole that another polygon fills */
    expect("MULTIPOLYGON(((0 0,9 0,9 9,0 9,0 0),(3 3,3 6,6 6,6 3,3 3)),((3 3,6 3,6 6,3 6,3 3)))", true, 1, 1);
    expect("MULTIPOLYGON(((0 0,9 0,9 9,0 9,0 0),(3 3,3 6,6 6,6 3,3 3)),((3 3,6 3,6 6,3 3)))", true, 1, 2);
    /* a hole that touches the outer ring in one vertex; in two: then the inside falls apart */
    expect("MULTIPOLYGON(((0 0,4 0,8 0,8 8,0 8,0 0),(4 0,2 4,6 4,4 0)))", true, 1, 2);
    expect("MULTIPOLYGON(((0 0,4 0,8 0,8 8,4 8,0 8,0 0),(4 0,2 4,4 8,6 4,4 0)))", true, 2, 2);
    /* a T-junction: neighbours that do not unite; the same polygon twice, a bow tie: not ours */
    expect("MULTIPOLYGON(((0 0,2 0,2 2,0 2,0 0)),((2 0,4 0,4 2,2 2,2 1,2 0)))", true, 2, 2);
    expect("MULTIPOLYGON(((0 0,1 0,1 1,0 1,0 0)),((0 0,1 0,1 1,0 1,0 0)))", false, 0, 0);
    expect("MULTIPOLYGON(((0 0,2 2,2 0,0 2,0 0)))", false, 0, 0);
    /* vertices repeated in a row, zeros of both signs */
    expect("MULTIPOLYGON(((0 0,1 0,1 0,1 1,0 1,0 0)),((1 -0,2 0,2 1,1 1,1 -0)))", true, 1, 1);
    expect("MULTIPOLYGON EMPTY", false, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_dissolve_matches_geos), cmocka_unit_test(test_dissolve_special_cases) };
    return cmocka_run_group_tests_name("geom/dissolve", tests, NULL, NULL);
}
