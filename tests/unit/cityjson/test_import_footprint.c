/* Footprints of shapes. */
#include "import/footprint.h"
#include "support.h"

#include <math.h>
#include <string.h>

typedef struct fixture {
    cim_ctx *ctx;
    cim__footprint fp;
    cim__geos *geos;
    cim__gbuild build;
    cim__topo topo;
    cim__buf bytes;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    f.ctx = support_ctx();
    cim__footprint_init(&f.fp, f.ctx->mem);
    assert_ok(f.ctx, cim__geos_new(f.ctx, &f.geos));
    cim__gbuild_init(&f.build, f.ctx->mem);
    cim__topo_init(&f.topo, f.ctx->mem);
    f.bytes = cim__buf_on(f.ctx->mem);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    cim__footprint_free(&f->fp);
    cim__geos_free(f->geos);
    cim__gbuild_free(&f->build);
    cim__topo_free(&f->topo);
    cim__buf_free(&f->bytes);
    cim_ctx_free(f->ctx);
    return 0;
}

enum { CORNERS = 12 };

static double side_at(double base[][2], int i, int k) { return base[i % CORNERS][k]; }

static void face_end(fixture *f, uint32_t surface)
{
    cim__gbuild_close(&f->build);
    cim__gbuild_part(&f->build);
    cim__topo_face(&f->topo, cim__topo_polygon(&f->topo, surface, (cim__str){ "", 0 }), false);
}

/* A star-shaped prism: floor, walls, and a roof in two halves or a fan to one point; `surfaces`: floor 0, wall 1, roof 2. */
static void prism(fixture *f, double base[][2], bool fan, bool surfaces, double top)
{
    cim__gbuild_begin(&f->build, CIM_GEOM_MULTIPOLYGON, 3);
    cim__topo_reset(&f->topo);
    f->topo.kind = CIM__TOPO_SOLID;
    static const char *const classes[] = { "GroundSurface", "WallSurface", "RoofSurface" };
    for (int i = 0; i < 3 && surfaces; i++) cim__topo_surface(&f->topo, (cim__tsurface){ cim__str_of(classes[i]), { "", 0 }, { "", 0 }, CIM_NONE });
    for (int i = CORNERS; i-- > 0;) cim__gbuild_xyz(&f->build, base[i][0], base[i][1], 0.0);
    face_end(f, surfaces ? 0 : CIM_NONE);
    for (int i = 0; i < CORNERS; i++) {
        cim__gbuild_xyz(&f->build, side_at(base, i, 0), side_at(base, i, 1), 0.0);
        cim__gbuild_xyz(&f->build, side_at(base, i + 1, 0), side_at(base, i + 1, 1), 0.0);
        cim__gbuild_xyz(&f->build, side_at(base, i + 1, 0), side_at(base, i + 1, 1), top);
        cim__gbuild_xyz(&f->build, side_at(base, i, 0), side_at(base, i, 1), top);
        face_end(f, surfaces ? 1 : CIM_NONE);
    }
    for (int i = 0; i < CORNERS && fan; i++) {
        cim__gbuild_xyz(&f->build, side_at(base, i, 0), side_at(base, i, 1), top);
        cim__gbuild_xyz(&f->build, side_at(base, i + 1, 0), side_at(base, i + 1, 1), top);
        cim__gbuild_xyz(&f->build, 100.0, 100.0, top + 2.0);
        face_end(f, surfaces ? 2 : CIM_NONE);
    }
    for (int i = 0; i < CORNERS && !fan; i++) cim__gbuild_xyz(&f->build, base[i][0], base[i][1], top);
    if (!fan) face_end(f, surfaces ? 2 : CIM_NONE);
    cim__topo_end_shell(&f->topo);
    cim__topo_end_solid(&f->topo);
}

static double base_area(double base[][2])
{
    double sum = 0.0;
    for (int i = 0; i < CORNERS; i++) sum += side_at(base, i, 0) * side_at(base, i + 1, 1) - side_at(base, i + 1, 0) * side_at(base, i, 1);
    return 0.5 * sum;
}

static void test_footprint_of_prisms(void **state)
{
    fixture *f = *state;
    uint64_t seed = 7;
    for (int round = 0; round < 1000; round++) {
        double base[CORNERS][2];
        bool fan = round & 1, surfaces = round & 2, valid = false, inside_out = round & 4;
        for (int i = 0; i < CORNERS; i++) {
            double angle = 2.0 * M_PI * i / CORNERS, r = support_uniform(&seed, 3.0, 20.0);
            base[i][0] = 100.0 + r * cos(angle);
            base[i][1] = 100.0 + r * sin(angle);
        }
        prism(f, base, fan, surfaces, inside_out ? -5.0 : 5.0); /* a negative height turns every face round */
        cim_geom g = cim__gbuild_view(&f->build), plane;
        cim__footprint_from from;
        assert_ok(f->ctx, cim__footprint_of(f->ctx, &f->fp, &g, &f->topo, cim__str_of("2"), &plane, &from));
        assert_int_equal(from, surfaces ? CIM__FROM_GROUND : CIM__FROM_DOWNWARD);
        assert_true(fabs(cim__geom_area(&plane) - base_area(base)) < 1e-9);
        assert_int_equal(plane.ring_count, 1);
        assert_ok(f->ctx, cim__geos_valid(f->ctx, f->geos, &plane, &valid));
        assert_true(valid);
    }
}

static cim__shape shape_of(fixture *f, const char *lod, const char *role)
{
    cim__shape s = { .lod = cim__str_of(lod), .role = cim__str_of(role), .geom = cim__gbuild_view(&f->build) };
    f->bytes.size = 0;
    cim__topo_put(&f->bytes, &f->topo);
    s.topo = cim__buf_str(&f->bytes);
    return s;
}

static void wkt_shape(fixture *f, cim__gbuild *b, const char *wkt, cim__shape *s)
{
    assert_ok(f->ctx, cim__wkt_get(f->ctx, cim__str_of(wkt), b));
    s->geom = cim__gbuild_view(b);
}

static void test_footprint_choice(void **state)
{
    fixture *f = *state;
    cim__gbuild flat, lines, points;
    cim__shape s[5] = { { .lod = CIM__STR("0"), .role = CIM__STR("roofEdge") }, { .lod = CIM__STR("0"), .role = CIM__STR("footPrint") }, { .lod = CIM__STR("1") }, { .lod = CIM__STR("1") } };
    cim_geom plane;
    cim__footprint_from from;
    double base[CORNERS][2];
    for (int i = 0; i < CORNERS; i++) {
        base[i][0] = 100.0 + 10.0 * cos(2.0 * M_PI * i / CORNERS);
        base[i][1] = 100.0 + 10.0 * sin(2.0 * M_PI * i / CORNERS);
    }
    cim__gbuild_init(&flat, f->ctx->mem);
    cim__gbuild_init(&lines, f->ctx->mem);
    cim__gbuild_init(&points, f->ctx->mem);
    cim__gbuild edge;
    cim__gbuild_init(&edge, f->ctx->mem);
    wkt_shape(f, &edge, "MULTIPOLYGON Z(((0 0 9,8 0 9,8 8 9,0 8 9,0 0 9)))", &s[0]);
    wkt_shape(f, &flat, "MULTIPOLYGON Z(((0 0 1,4 0 1,4 4 1,0 4 1,0 0 1)),((4 0 1,8 0 1,8 4 1,4 4 1,4 0 1)))", &s[1]);
    wkt_shape(f, &lines, "MULTILINESTRING Z((0 0 1,4 0 1),(4 0 1,4 4 1))", &s[2]);
    wkt_shape(f, &points, "MULTIPOINT Z((3 4 1))", &s[3]);
    prism(f, base, false, true, 4.0);
    s[4] = shape_of(f, "2.2", "solid");
    assert_ok(f->ctx, cim__footprint_of_shapes(f->ctx, &f->fp, CIM__C_Building, s, 5, &plane, &from));
    assert_int_equal(from, CIM__FROM_GROUND);
    assert_true(fabs(cim__geom_area(&plane) - base_area(base)) < 1e-9);
    assert_ok(f->ctx, cim__footprint_of_shapes(f->ctx, &f->fp, CIM__C_Building, s, 4, &plane, &from));
    assert_int_equal(from, CIM__FROM_FLAT);
    assert_true(cim__geom_area(&plane) == 32.0 && plane.part_count == 1);
    assert_ok(f->ctx, cim__footprint_of_shapes(f->ctx, &f->fp, CIM__C_SolitaryVegetationObject, s, 4, &plane, &from));
    assert_int_equal(plane.type, CIM_GEOM_POINT);
    assert_ok(f->ctx, cim__footprint_of_shapes(f->ctx, &f->fp, CIM__C_Road, s + 2, 2, &plane, &from));
    assert_true(from == CIM__FROM_LINES && plane.type == CIM_GEOM_MULTILINESTRING && plane.part_count == 2 && plane.dim == 2);
    assert_ok(f->ctx, cim__footprint_of_shapes(f->ctx, &f->fp, CIM__C_Road, s + 3, 1, &plane, &from));
    assert_true(from == CIM__FROM_POINTS && plane.vertex_count == 1);
    cim__shape tree = { .template_gid = CIM__STR("t"), .anchor = { 5.0, 6.0, 7.0 } };
    assert_ok(f->ctx, cim__footprint_of_shapes(f->ctx, &f->fp, CIM__C_SolitaryVegetationObject, &tree, 1, &plane, &from));
    assert_true(from == CIM__FROM_ANCHOR && plane.coords[0] == 5.0 && plane.coords[1] == 6.0);
    assert_ok(f->ctx, cim__footprint_of_shapes(f->ctx, &f->fp, CIM__C_Building, NULL, 0, &plane, &from));
    assert_true(from == CIM__FROM_NOTHING && plane.part_count == 0);
    cim__gbuild_free(&edge);
    cim__gbuild_free(&flat);
    cim__gbuild_free(&lines);
    cim__gbuild_free(&points);
}

/* Overlapping faces go through the overlay, vertical ones do not count, degenerate ones do no harm. */
static void test_footprint_odd_faces(void **state)
{
    fixture *f = *state;
    cim_geom g, plane;
    cim__footprint_from from;
    static const struct {
        const char *wkt;
        double area;
        cim__footprint_from from;
    } cases[] = {
        { "MULTIPOLYGON Z(((0 0 0,4 0 0,4 4 0,0 4 0,0 0 0)),((2 2 3,6 2 3,6 6 3,2 6 3,2 2 3)))", 28.0, CIM__FROM_ALL },
        { "MULTIPOLYGON Z(((0 0 0,4 0 0,4 0 9,0 0 9,0 0 0)))", 0.0, CIM__FROM_NOTHING },
        { "MULTIPOLYGON Z(((0 0 0,4 0 0,4 4 0,0 4 0,0 0 0)),((0 0 0,4 0 0,4 0 9,0 0 9,0 0 0)))", 16.0, CIM__FROM_ALL },
        { "MULTIPOLYGON Z(((0 0 0,4 0 0,4 4 0,0 4 0,0 0 0)),((1 1 0,1 1 0,1 1 0,1 1 0)))", 16.0, CIM__FROM_ALL },
        { "MULTIPOLYGON Z(((0 0 0,4 4 0,4 0 0,0 4 0,0 0 0)))", 8.0, CIM__FROM_NOTHING }, /* a bow tie has no normal */
        { "MULTIPOLYGON Z EMPTY", 0.0, CIM__FROM_NOTHING },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(f->ctx, cim__wkt_get(f->ctx, cim__str_of(cases[i].wkt), &f->build));
        g = cim__gbuild_view(&f->build);
        assert_ok(f->ctx, cim__footprint_of(f->ctx, &f->fp, &g, NULL, cim__str_of("1"), &plane, &from));
        assert_int_equal(from, cases[i].from);
        if (from != CIM__FROM_NOTHING) assert_true(fabs(cim__geom_area(&plane) - cases[i].area) < 1e-9);
    }
}

static void test_footprint_terrain_is_fast(void **state)
{
    fixture *f = *state;
    enum { N = 300 }; /* 180,000 triangles, far more than the overlay would take */
    cim_geom g, plane;
    cim__footprint_from from;
    uint64_t seed = 5;
    static double z[N + 1][N + 1];
    for (int i = 0; i <= N; i++)
        for (int j = 0; j <= N; j++) z[i][j] = support_uniform(&seed, 0.0, 3.0);
    cim__gbuild_begin(&f->build, CIM_GEOM_MULTIPOLYGON, 3);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int half = 0; half < 2; half++) {
                if (i > 100 && i < 150 && j > 100 && j < 120) continue; /* a lake */
                cim__gbuild_xyz(&f->build, i, j, z[i][j]);
                if (!half) cim__gbuild_xyz(&f->build, i + 1, j, z[i + 1][j]);
                cim__gbuild_xyz(&f->build, i + 1, j + 1, z[i + 1][j + 1]);
                if (half) cim__gbuild_xyz(&f->build, i, j + 1, z[i][j + 1]);
                cim__gbuild_close(&f->build);
                cim__gbuild_part(&f->build);
            }
    g = cim__gbuild_view(&f->build);
    double start = cim__now_ms();
    assert_ok(f->ctx, cim__footprint_of(f->ctx, &f->fp, &g, NULL, cim__str_of("1"), &plane, &from));
    print_message("# %u triangles in %.0f ms\n", g.part_count, cim__now_ms() - start);
    assert_true(from == CIM__FROM_ALL && plane.part_count == 1 && plane.ring_count == 2);
    assert_true(fabs(cim__geom_area(&plane) - (N * N - 49.0 * 19.0)) < 1e-6);
}

static void test_footprint_instance(void **state)
{
    fixture *f = *state;
    cim__gbuild out;
    const double m[16] = { 0, -2, 0, 1, 2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1 }, anchor[3] = { 10, 20, 30 };
    cim__gbuild_init(&out, f->ctx->mem);
    assert_ok(f->ctx, cim__wkt_get(f->ctx, cim__str_of("MULTIPOINT Z((1 2 3))"), &f->build));
    cim_geom g = cim__gbuild_view(&f->build);
    cim__instance_geom(&g, m, anchor, &out);
    cim_geom placed = cim__gbuild_view(&out);
    assert_true(placed.coords[0] == 7.0 && placed.coords[1] == 22.0 && placed.coords[2] == 36.0);
    cim__gbuild_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_footprint_of_prisms, set_up, tear_down), cmocka_unit_test_setup_teardown(test_footprint_choice, set_up, tear_down),
                                        cmocka_unit_test_setup_teardown(test_footprint_odd_faces, set_up, tear_down), cmocka_unit_test_setup_teardown(test_footprint_terrain_is_fast, set_up, tear_down),
                                        cmocka_unit_test_setup_teardown(test_footprint_instance, set_up, tear_down) };
    return cmocka_run_group_tests_name("import/footprint", tests, NULL, NULL);
}
