/* GML geometries of every kind into shapes. */
#include "fixture.h"

#include <math.h>

#define LOD2(body) GML_MODEL2(GML_BUILDING("b", "<bldg:lod2MultiSurface>" body "</bldg:lod2MultiSurface>"))
#define FURNITURE(body) GML_MODEL2(GML_MEMBER("<frn:CityFurniture gml:id=\"f\"><frn:lod1Geometry>" body "</frn:lod1Geometry></frn:CityFurniture>"))

static void expect_shape(const char *gid, const char *lod, const char *role, const char *wkt)
{
    if (!gml_shape(&run, gid, lod, role)) fail_msg("%s has no shape %s %s", gid, lod, role);
    assert_string_equal(gml_wkt(&run), wkt);
}

/* ---- positions ---- */

static void test_geometry_pos_list_with_newlines(void **state)
{
    (void)state;
    gml_good(&run, LOD2(GML_MS(GML_SM("<gml:Polygon><gml:exterior><gml:LinearRing><gml:posList srsDimension=\"3\">\n 1 2 3\n\t4 2 3\r\n 4 6 3 \n1 2 3\n</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"))));
    expect_shape("gml:b", "2", "multi_surface", "MULTIPOLYGON Z(((1 2 3,4 2 3,4 6 3,1 2 3)))");
}

static void test_geometry_pos_sequence(void **state)
{
    (void)state;
    gml_good(&run, LOD2(GML_MS(GML_SM("<gml:Polygon><gml:exterior><gml:LinearRing><gml:pos>1 2 3</gml:pos><gml:pos>4 2 3</gml:pos>"
                                      "<gml:pointProperty><gml:Point><gml:pos>4 6 3</gml:pos></gml:Point></gml:pointProperty><gml:pos>1 2 3</gml:pos></gml:LinearRing></gml:exterior></gml:Polygon>"))));
    expect_shape("gml:b", "2", "multi_surface", "MULTIPOLYGON Z(((1 2 3,4 2 3,4 6 3,1 2 3)))");
}

static void test_geometry_coordinates(void **state)
{
    (void)state;
    gml_good(&run, LOD2(GML_MS(GML_SM("<gml:Polygon><gml:exterior><gml:LinearRing><gml:coordinates decimal=\",\" cs=\";\" ts=\" \">1,5;2;3 4;2;3 4;6;3 1,5;2;3</gml:coordinates></gml:LinearRing></gml:exterior></gml:Polygon>"))
                            ));
    expect_shape("gml:b", "2", "multi_surface", "MULTIPOLYGON Z(((1.5 2 3,4 2 3,4 6 3,1.5 2 3)))");
}

static void test_geometry_coordinates_as_usual(void **state)
{
    (void)state;
    gml_good(&run, FURNITURE("<gml:LineString><gml:coordinates>1,2,3 4,5,6</gml:coordinates></gml:LineString>"));
    expect_shape("gml:f", "1", "multi_curve", "MULTILINESTRING Z((1 2 3,4 5 6))");
}

/* Without srsDimension: the ring closes one way only; a line of six numbers has what is usual. */
static void test_geometry_dimension_is_inferred(void **state)
{
    (void)state;
    gml_good(&run, LOD2(GML_MS(GML_SM(GML_POLYGON("p2", "0 0 4 0 4 4 2 6 0 4 0 0")) GML_SM(GML_POLYGON("p3", "0 0 1 4 0 1 4 4 1 0 0 1")))));
    expect_shape("gml:b", "2", "multi_surface", "MULTIPOLYGON Z(((0 0 0,4 0 0,4 4 0,2 6 0,0 4 0,0 0 0)),((0 0 1,4 0 1,4 4 1,0 0 1)))");
}

static void test_geometry_dimension_of_the_file(void **state)
{
    (void)state;
    gml_good(&run, "<core:CityModel " GML_NS2 "><gml:boundedBy><gml:Envelope srsName=\"EPSG:25832\"><gml:lowerCorner>0 0</gml:lowerCorner><gml:upperCorner>9 9</gml:upperCorner></gml:Envelope></gml:boundedBy>"
                   GML_MEMBER("<frn:CityFurniture gml:id=\"f\"><frn:lod1Geometry><gml:LineString><gml:posList>1 2 3 4 5 6</gml:posList></gml:LineString></frn:lod1Geometry></frn:CityFurniture>") "</core:CityModel>");
    expect_shape("gml:f", "1", "multi_curve", "MULTILINESTRING Z((1 2 0,3 4 0,5 6 0))");
}

static void test_geometry_wrong_dimension_is_corrected(void **state)
{
    (void)state;
    gml_good(&run, FURNITURE("<gml:LineString><gml:posList srsDimension=\"3\">1 2 3 4</gml:posList></gml:LineString>"));
    expect_shape("gml:f", "1", "multi_curve", "MULTILINESTRING Z((1 2 0,3 4 0))");
}

static void test_geometry_open_ring_is_closed(void **state)
{
    (void)state;
    gml_good(&run, LOD2(GML_MS(GML_SM(GML_POLYGON("p", "1 2 3 4 2 3 4 6 3")))));
    expect_shape("gml:b", "2", "multi_surface", "MULTIPOLYGON Z(((1 2 3,4 2 3,4 6 3,1 2 3)))");
    assert_has((const char *)run.json.data, "1 rings were not closed");
}

/* What cannot be a polygon is kept as text, with its line. */
static void test_geometry_bad_polygons(void **state)
{
    static const char *const bad[] = { "1 2 3 4 2 3", "1 2 3 4 2 x 4 6 3 1 2 3", "1 2 3 4 2 3 4 6", "", "1e999 2 3 4 2 3 4 6 3 1e999 2 3", "9e9 2 3 4 2 3 4 6 3 9e9 2 3", "nan 2 3 4 2 3 4 6 3 nan 2 3" };
    char text[8000];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *model = LOD2("\n" GML_MS(GML_SM(GML_SQUARE("good", "1")) "\n" GML_SM(GML_POLYGON("bad", "XXX")))), *at = strstr(model, "XXX");
        gml_run one;
        gml_begin(&one, ctx);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - model), model, bad[i], at + 3);
        gml_good(&one, text);
        assert_int_equal(gml_count(&one, "polygon", "stored"), 1);
        assert_int_equal(gml_count(&one, "polygon", "verbatim"), 1);
        assert_has((const char *)one.json.data, "line 3: a polygon with less than three corners, or that cannot be read (gml:Polygon, bad)");
        assert_has(gml_residue(&one, "gml:b"), "bldg:lod2MultiSurface[1]/gml:MultiSurface[1]/gml:surfaceMember[2]|<gml:Polygon xmlns:gml=\"http://www.opengis.net/gml\" gml:id=\"bad\">");
        gml_end(&one);
    }
}

static void test_geometry_bad_hole(void **state)
{
    (void)state;
    gml_good(&run, LOD2(GML_MS(GML_SM("<gml:Polygon><gml:exterior>" GML_RING("0 0 0 9 0 0 9 9 0 0 0 0") "</gml:exterior><gml:interior>" GML_RING("1 1 0 2 2 0") "</gml:interior><gml:interior>"
                                      GML_RING("5 1 0 6 1 0 6 2 0 5 1 0") "</gml:interior></gml:Polygon>"))));
    expect_shape("gml:b", "2", "multi_surface", "MULTIPOLYGON Z(((0 0 0,9 0 0,9 9 0,0 0 0),(5 1 0,6 1 0,6 2 0,5 1 0)))");
    assert_has(gml_residue(&run, "gml:b"), "gml:Polygon[1]|<gml:interior");
}

/* ---- kinds of surfaces ---- */

static void test_geometry_kinds_of_surfaces(void **state)
{
    (void)state;
    gml_good(&run, LOD2(GML_MS(
        GML_SM("<gml:CompositeSurface gml:id=\"cs\">" GML_SM(GML_SQUARE("p1", "1")) "</gml:CompositeSurface>")
        GML_SM("<gml:Surface gml:id=\"s\"><gml:patches><gml:PolygonPatch><gml:exterior>" GML_RING("0 0 0 1 0 0 1 1 0 0 0 0") "</gml:exterior></gml:PolygonPatch></gml:patches></gml:Surface>")
        GML_SM("<gml:Surface><gml:patches><gml:Triangle><gml:exterior>" GML_RING("0 0 1 1 0 1 1 1 1 0 0 1") "</gml:exterior></gml:Triangle><gml:Rectangle><gml:exterior>"
               GML_RING("0 0 2 1 0 2 1 1 2 0 1 2 0 0 2") "</gml:exterior></gml:Rectangle></gml:patches></gml:Surface>")
        GML_SM("<gml:TriangulatedSurface><gml:trianglePatches><gml:Triangle><gml:exterior>" GML_RING("0 0 3 1 0 3 1 1 3 0 0 3") "</gml:exterior></gml:Triangle></gml:trianglePatches></gml:TriangulatedSurface>")
        GML_SM("<gml:OrientableSurface orientation=\"-\"><gml:baseSurface>" GML_POLYGON("o", "0 0 4 1 0 4 1 1 4 0 0 4") "</gml:baseSurface></gml:OrientableSurface>")
        "<gml:surfaceMembers>" GML_POLYGON("m1", "0 0 5 1 0 5 1 1 5 0 0 5") GML_POLYGON("m2", "0 0 6 1 0 6 1 1 6 0 0 6") "</gml:surfaceMembers>")));
    assert_true(gml_shape(&run, "gml:b", "2", "multi_surface"));
    assert_int_equal(gml_geom(&run).part_count, 8);
    assert_has(gml_wkt(&run), "((0 0 4,1 1 4,1 0 4,0 0 4))"); /* turned round */
    assert_true(cim__str_is(CIM__AT(&run.topo.polygons, cim__tpolygon, 0).gid, "p1"));
    assert_true(cim__str_is(CIM__AT(&run.topo.polygons, cim__tpolygon, 1).gid, "s")); /* the only patch of a surface goes by its id */
    assert_int_equal(CIM__AT(&run.topo.polygons, cim__tpolygon, 2).gid.len, 0);
    assert_int_equal(gml_count(&run, "element", "verbatim"), 0);
}

static void test_geometry_ids_of_rings_and_groups(void **state)
{
    (void)state;
    gml_good(&run, LOD2("<gml:MultiSurface gml:id=\"ms\">" GML_SM(GML_SQUARE("p1", "1"))
                        GML_SM("<gml:Polygon><gml:exterior><gml:LinearRing gml:id=\"outer\"><gml:posList>0 0 0 9 0 0 9 9 0 0 0 0</gml:posList></gml:LinearRing></gml:exterior><gml:interior>"
                               "<gml:LinearRing gml:id=\"inner\"><gml:posList>5 1 0 6 1 0 6 2 0 5 1 0</gml:posList></gml:LinearRing></gml:interior></gml:Polygon>") "</gml:MultiSurface>"));
    assert_true(gml_shape(&run, "gml:b", "2", "multi_surface"));
    assert_int_equal(CIM__COUNT(&run.topo.names, cim__tname), 3);
    const cim__tname *n = &CIM__AT(&run.topo.names, cim__tname, 0);
    assert_true(n[0].what == CIM__TNAME_RING && n[0].first == 1 && cim__str_is(n[0].gid, "outer"));
    assert_true(n[1].what == CIM__TNAME_RING && n[1].first == 2 && cim__str_is(n[1].gid, "inner"));
    assert_true(n[2].what == CIM__TNAME_GROUP && n[2].first == 0 && n[2].count == 2 && cim__str_is(n[2].gid, "ms"));
}

static void test_geometry_mixed_dimensions(void **state)
{
    (void)state;
    gml_good(&run, FURNITURE("<gml:MultiGeometry><gml:geometryMember>" GML_POLYGON("p", "0 0 0 1 0 0 1 1 0 0 0 0") "</gml:geometryMember><gml:geometryMember><gml:LineString><gml:posList>0 0 0 1 1 1</gml:posList></gml:LineString>"
                             "</gml:geometryMember><gml:geometryMember><gml:Point><gml:pos>5 5 5</gml:pos></gml:Point></gml:geometryMember><gml:geometryMembers><gml:Point><gml:pos>6 6 6</gml:pos></gml:Point></gml:geometryMembers></gml:MultiGeometry>"));
    expect_shape("gml:f", "1", "multi_surface", "MULTIPOLYGON Z(((0 0 0,1 0 0,1 1 0,0 0 0)))");
    expect_shape("gml:f", "1", "multi_curve", "MULTILINESTRING Z((0 0 0,1 1 1))");
    expect_shape("gml:f", "1", "point", "MULTIPOINT Z((5 5 5),(6 6 6))");
    assert_int_equal(gml_record(&run, "gml:f")->shape_count, 3);
}

/* ---- solids ---- */

#define SHELL(z) "<gml:CompositeSurface>" GML_SM(GML_SQUARE("a" z, z)) GML_SM(GML_SQUARE("b" z, z)) "</gml:CompositeSurface>"

static void test_geometry_solid_with_cavity(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "<bldg:lod1Solid><gml:Solid gml:id=\"sol\"><gml:interior>" SHELL("2") "</gml:interior><gml:exterior>" SHELL("1") "</gml:exterior></gml:Solid></bldg:lod1Solid>")));
    assert_true(gml_shape(&run, "gml:b", "1", "solid"));
    assert_int_equal(run.topo.kind, CIM__TOPO_SOLID);
    assert_int_equal(CIM__COUNT(&run.topo.solid_end, uint32_t), 1);
    assert_int_equal(CIM__COUNT(&run.topo.shell_end, uint32_t), 2);
    assert_true(cim__str_is(CIM__AT(&run.topo.polygons, cim__tpolygon, 0).gid, "a1")); /* the outer shell comes first */
    assert_true(cim__str_is(CIM__AT(&run.topo.names, cim__tname, 0).gid, "sol"));
}

static void test_geometry_kinds_of_solids(void **state)
{
    static const struct {
        const char *element;
        cim__topo_kind kind;
    } kinds[] = { { "CompositeSolid", CIM__TOPO_COMPOSITESOLID }, { "MultiSolid", CIM__TOPO_MULTISOLID } };
    char text[8000];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        gml_run one;
        gml_begin(&one, ctx);
        snprintf(text, sizeof text, "%s<gml:%s><gml:solidMember><gml:Solid><gml:exterior>%s</gml:exterior></gml:Solid></gml:solidMember><gml:solidMembers><gml:Solid><gml:exterior>%s</gml:exterior></gml:Solid></gml:solidMembers></gml:%s>%s",
                 "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<core:cityObjectMember><bldg:Building gml:id=\"b\"><bldg:lod1Solid>", kinds[i].element, SHELL("1"), SHELL("2"), kinds[i].element,
                 "</bldg:lod1Solid></bldg:Building></core:cityObjectMember></core:CityModel>");
        gml_good(&one, text);
        assert_true(gml_shape(&one, "gml:b", "1", "solid"));
        assert_int_equal(one.topo.kind, kinds[i].kind);
        assert_int_equal(CIM__COUNT(&one.topo.solid_end, uint32_t), 2);
        assert_int_equal(gml_geom(&one).part_count, 4);
        gml_end(&one);
    }
}

static void test_geometry_shell_of_gml_3_2(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL3(GML_BUILDING("b", "<core:lod1Solid><gml:Solid><gml:exterior><gml:Shell>" GML_SM(GML_SQUARE("p", "1")) "</gml:Shell></gml:exterior></gml:Solid></core:lod1Solid>")));
    assert_true(gml_shape(&run, "gml:b", "1", "solid"));
    assert_int_equal(CIM__COUNT(&run.topo.faces, uint32_t), 1);
}

static void test_geometry_tin(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_MEMBER("<dem:ReliefFeature gml:id=\"r\"><dem:lod>1</dem:lod><dem:reliefComponent><dem:TINRelief gml:id=\"t\"><dem:lod>1</dem:lod><dem:tin><gml:TriangulatedSurface><gml:trianglePatches>"
                                         "<gml:Triangle><gml:exterior>" GML_RING("0 0 0 1 0 0 1 1 0 0 0 0") "</gml:exterior></gml:Triangle><gml:Triangle><gml:exterior>" GML_RING("0 0 0 1 1 0 0 1 0 0 0 0")
                                         "</gml:exterior></gml:Triangle></gml:trianglePatches></gml:TriangulatedSurface></dem:tin></dem:TINRelief></dem:reliefComponent></dem:ReliefFeature>")));
    assert_true(gml_shape(&run, "gml:t", "1", "tin"));
    assert_int_equal(run.topo.kind, CIM__TOPO_TIN);
    assert_string_equal(gml_plane(&run, "gml:t"), "MULTIPOLYGON(((0 0,1 0,1 1,0 1,0 0)))");
    assert_true(cim__str_is(gml_record(&run, "gml:t")->parent_gid, "gml:r"));
}

/* ---- curves ---- */

#define SEGMENT(positions) "<gml:LineStringSegment><gml:posList>" positions "</gml:posList></gml:LineStringSegment>"
#define CURVE(body) "<gml:Curve><gml:segments>" body "</gml:segments></gml:Curve>"

static void test_geometry_curves(void **state)
{
    (void)state;
    gml_good(&run, FURNITURE("<gml:MultiCurve><gml:curveMember>" CURVE(SEGMENT("0 0 0 1 0 0") SEGMENT("1 0 0 2 0 0")) "</gml:curveMember><gml:curveMembers>"
                             "<gml:CompositeCurve><gml:curveMember>" CURVE(SEGMENT("2 0 0 3 0 0")) "</gml:curveMember><gml:curveMember><gml:OrientableCurve orientation=\"-\"><gml:baseCurve><gml:LineString><gml:posList>4 0 0 3 0 0</gml:posList>"
                             "</gml:LineString></gml:baseCurve></gml:OrientableCurve></gml:curveMember></gml:CompositeCurve></gml:curveMembers></gml:MultiCurve>"));
    expect_shape("gml:f", "1", "multi_curve", "MULTILINESTRING Z((0 0 0,1 0 0,2 0 0),(2 0 0,3 0 0,4 0 0))");
    assert_int_equal(gml_count(&run, "element", "verbatim"), 0);
}

static void test_geometry_ring_of_curves(void **state)
{
    (void)state;
    gml_good(&run, LOD2(GML_MS(GML_SM("<gml:Polygon><gml:exterior><gml:Ring><gml:curveMember><gml:LineString><gml:posList>0 0 0 4 0 0</gml:posList></gml:LineString></gml:curveMember><gml:curveMember>"
                                      "<gml:LineString><gml:posList>4 0 0 4 4 0 0 0 0</gml:posList></gml:LineString></gml:curveMember></gml:Ring></gml:exterior></gml:Polygon>"))));
    expect_shape("gml:b", "2", "multi_surface", "MULTIPOLYGON Z(((0 0 0,4 0 0,4 4 0,0 0 0)))");
}

/* Arcs become lines whose vertices lie on the circle, in order, from the first to the last control point. */
typedef struct arc {
    double x, y, r, sweep;
} arc;

/* An arc of a random circle, either way round. */
static arc put_random_arc(cim__buf *text, uint64_t *seed, int i)
{
    arc o = { support_uniform(seed, -100, 100), support_uniform(seed, -100, 100), support_uniform(seed, 1, 50), 0.0 };
    double a = support_uniform(seed, 0, 6.2831), sign = i & 1 ? 1.0 : -1.0;
    o.sweep = support_uniform(seed, 0.2, 6.0);
    double m = support_uniform(seed, 0.1, 0.9) * o.sweep, angles[] = { a, a + sign * m, a + sign * o.sweep };
    char numbers[400];
    size_t n = 0;
    for (int k = 0; k < 3; k++) n += (size_t)snprintf(numbers + n, sizeof numbers - n, "%.12g %.12g 5 ", o.x + o.r * cos(angles[k]), o.y + o.r * sin(angles[k]));
    cim__buf_printf(text, "<core:cityObjectMember><frn:CityFurniture gml:id=\"f%d\"><frn:lod1Geometry><gml:Curve><gml:segments><gml:Arc><gml:posList srsDimension=\"3\">%s", i, numbers);
    cim__buf_puts(text, "</gml:posList></gml:Arc></gml:segments></gml:Curve></frn:lod1Geometry></frn:CityFurniture></core:cityObjectMember>");
    return o;
}

static void test_geometry_arcs(void **state)
{
    static arc arcs[1000];
    uint64_t seed = 5;
    cim__buf text = cim__buf_on(ctx->mem);
    char gid[32];
    (void)state;
    cim__buf_puts(&text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832"));
    for (int i = 0; i < 1000; i++) arcs[i] = put_random_arc(&text, &seed, i);
    cim__buf_puts(&text, "</core:CityModel>");
    cim__buf_putc(&text, 0);
    gml_good(&run, (const char *)text.data);
    for (int i = 0; i < 1000; i++) {
        const arc *o = &arcs[i];
        snprintf(gid, sizeof gid, "gml:f%d", i);
        assert_true(gml_shape(&run, gid, "1", "multi_curve"));
        cim_geom g = gml_geom(&run);
        double length = 0.0;
        for (uint32_t v = 0; v < g.vertex_count; v++) {
            const double *p = g.coords + 3 * (size_t)v;
            assert_true(fabs(hypot(p[0] - o->x, p[1] - o->y) - o->r) < 1e-6 * o->r && fabs(p[2] - 5.0) < 1e-9);
            if (v) length += hypot(p[0] - p[-3], p[1] - p[-2]);
        }
        assert_true(fabs(length - o->r * o->sweep) < 2e-3 * o->r * o->sweep); /* neither the other way round nor twice */
    }
    cim__buf_free(&text);
}

static void test_geometry_circle(void **state)
{
    (void)state;
    gml_good(&run, FURNITURE(CURVE("<gml:Circle><gml:posList srsDimension=\"2\">1 0 0 1 -1 0</gml:posList></gml:Circle>")));
    assert_true(gml_shape(&run, "gml:f", "1", "multi_curve"));
    cim_geom g = gml_geom(&run);
    assert_true(fabs(cim__geom_length(&g) - 2 * M_PI) < 0.01);
    assert_memory_equal(g.coords, g.coords + 3 * (size_t)(g.vertex_count - 1), 24);
}

static void test_geometry_unsupported_stays_text(void **state)
{
    (void)state;
    gml_good(&run, FURNITURE(CURVE("<gml:BSpline><gml:degree>2</gml:degree><gml:posList>0 0 0 1 1 1</gml:posList></gml:BSpline>")));
    assert_int_equal(gml_record(&run, "gml:f")->shape_count, 0);
    assert_has(gml_residue(&run, "gml:f"), "<gml:posList>0 0 0 1 1 1</gml:posList>");
    assert_has((const char *)run.json.data, "a curve that cannot be read");
}

/* ---- thematic surfaces and solids ---- */

#define WALL(type, id, content) "<bldg:boundedBy><bldg:" type " gml:id=\"" id "\">" content "</bldg:" type "></bldg:boundedBy>"
#define LOD2MS(body) "<bldg:lod2MultiSurface>" GML_MS(body) "</bldg:lod2MultiSurface>"
#define SOLID(body) "<bldg:lod2Solid><gml:Solid><gml:exterior><gml:CompositeSurface>" body "</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod2Solid>"

/* The solid before or after its surfaces, surfaces that no solid uses, a window in its wall: one shape. */
static void test_geometry_solid_and_surfaces_are_one(void **state)
{
    static const char *const orders[] = {
        GML_MODEL2(GML_BUILDING("b", SOLID(GML_LINK("#g") GML_LINK("#r")) WALL("GroundSurface", "G", LOD2MS(GML_SM(GML_SQUARE("g", "0")))) WALL("RoofSurface", "R", LOD2MS(GML_SM(GML_SQUARE("r", "5"))))
                                         WALL("RoofSurface", "overhang", LOD2MS(GML_SM(GML_SQUARE("o", "6")))))),
        GML_MODEL2(GML_BUILDING("b", WALL("GroundSurface", "G", LOD2MS(GML_SM(GML_SQUARE("g", "0")))) WALL("RoofSurface", "R", LOD2MS(GML_SM(GML_SQUARE("r", "5"))))
                                         WALL("RoofSurface", "overhang", LOD2MS(GML_SM(GML_SQUARE("o", "6")))) SOLID(GML_LINK("#g") GML_LINK("#r")))),
        /* the other way round: the solid holds them, the surfaces refer to them */
        GML_MODEL2(GML_BUILDING("b", SOLID(GML_SM(GML_SQUARE("g", "0")) GML_SM(GML_SQUARE("r", "5"))) WALL("GroundSurface", "G", LOD2MS(GML_LINK("#g"))) WALL("RoofSurface", "R", LOD2MS(GML_LINK("#r")))
                                         WALL("RoofSurface", "overhang", LOD2MS(GML_SM(GML_SQUARE("o", "6")))))),
    };
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        gml_run one;
        gml_begin(&one, ctx);
        gml_good(&one, orders[i]);
        assert_int_equal(gml_record(&one, "gml:b")->shape_count, 1);
        assert_true(gml_shape(&one, "gml:b", "2", "solid"));
        assert_int_equal(gml_geom(&one).part_count, 3);
        assert_int_equal(CIM__COUNT(&one.topo.faces, uint32_t), 2);
        assert_int_equal(CIM__COUNT(&one.topo.surfaces, cim__tsurface), 3);
        for (uint32_t p = 0; p < 3; p++) {
            const cim__tpolygon *polygon = &CIM__AT(&one.topo.polygons, cim__tpolygon, p);
            const cim__tsurface *surface = &CIM__AT(&one.topo.surfaces, cim__tsurface, polygon->surface);
            assert_true(cim__str_is(surface->gid, cim__str_is(polygon->gid, "g") ? "G" : cim__str_is(polygon->gid, "r") ? "R" : "overhang"));
        }
        assert_string_equal(gml_plane(&one, "gml:b"), GML_SQUARE_WKT);
        assert_int_equal(gml_count(&one, "element", "verbatim"), 0);
        gml_end(&one);
    }
}

static void test_geometry_surfaces_without_solid(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", SOLID(GML_SM(GML_SQUARE("own", "0"))) WALL("WallSurface", "W", "<gml:name>north</gml:name>" LOD2MS(GML_SM(GML_SQUARE("w", "0")))
        "<bldg:opening><bldg:Window gml:id=\"win\"><bldg:lod2MultiSurface>" GML_MS(GML_SM(GML_SQUARE("glass", "1"))) "</bldg:lod2MultiSurface></bldg:Window></bldg:opening>"))));
    assert_int_equal(gml_record(&run, "gml:b")->shape_count, 2);
    assert_true(gml_shape(&run, "gml:b", "2", "multi_surface"));
    assert_int_equal(CIM__COUNT(&run.topo.surfaces, cim__tsurface), 2);
    const cim__tsurface *wall = &CIM__AT(&run.topo.surfaces, cim__tsurface, 0), *window = wall + 1;
    assert_true(cim__str_is(wall->class, "WallSurface") && cim__str_is(wall->attrs, "{\"gml:name\":\"north\"}") && wall->parent == CIM_NONE);
    assert_true(cim__str_is(window->class, "Window") && cim__str_is(window->gid, "win") && window->parent == 0);
}

/* A surface without polygons is kept as text. */
static void test_geometry_surface_without_polygons(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", LOD2MS(GML_SM(GML_SQUARE("own", "0"))) WALL("ClosureSurface", "C", "<gml:name>open</gml:name>"))));
    assert_int_equal(gml_count(&run, "bldg:ClosureSurface", "verbatim"), 1);
    assert_has(gml_residue(&run, "gml:b"), "bldg:boundedBy[1]|<bldg:ClosureSurface");
}

static void test_geometry_every_level(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "<bldg:lod0FootPrint>" GML_MS(GML_SM(GML_SQUARE("p0", "0"))) "</bldg:lod0FootPrint><bldg:lod0RoofEdge>" GML_MS(GML_SM(GML_SQUARE("p1", "9"))) "</bldg:lod0RoofEdge>"
        "<bldg:lod1TerrainIntersection><gml:MultiCurve><gml:curveMember><gml:LineString><gml:posList>0 0 0 1 1 1</gml:posList></gml:LineString></gml:curveMember></gml:MultiCurve></bldg:lod1TerrainIntersection>"
        "<bldg:lod4MultiSurface>" GML_MS(GML_SM(GML_SQUARE("p4", "4"))) "</bldg:lod4MultiSurface><bldg:lod4MultiCurve/>")));
    static const char *const wanted[][2] = { { "0", "footprint" }, { "0", "roof_edge" }, { "1", "terrain_intersection" }, { "4", "multi_surface" } };
    for (size_t i = 0; i < 4; i++) assert_true(gml_shape(&run, "gml:b", wanted[i][0], wanted[i][1]));
    assert_int_equal(gml_record(&run, "gml:b")->shape_count, 4);
    assert_string_equal(gml_plane(&run, "gml:b"), GML_SQUARE_WKT);
    assert_int_equal(gml_count(&run, "element", "skipped"), 5); /* the envelope and the empty property */
}

static void test_geometry_surfaces_of_3_0(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL3(GML_BUILDING("b", "<core:boundary><con:GroundSurface gml:id=\"G\"><core:lod2MultiSurface>" GML_MS(GML_SM(GML_SQUARE("g", "0"))) "</core:lod2MultiSurface></con:GroundSurface></core:boundary>"
        "<core:boundary><con:WallSurface gml:id=\"W\"><core:lod3MultiSurface>" GML_MS(GML_SM(GML_SQUARE("w", "1"))) "</core:lod3MultiSurface><con:fillingSurface><con:DoorSurface gml:id=\"D\"><core:lod3MultiSurface>"
        GML_MS(GML_SM(GML_SQUARE("d", "2"))) "</core:lod3MultiSurface></con:DoorSurface></con:fillingSurface></con:WallSurface></core:boundary>")));
    assert_true(gml_shape(&run, "gml:b", "2", "multi_surface"));
    assert_int_equal(CIM__COUNT(&run.topo.surfaces, cim__tsurface), 1);
    assert_true(gml_shape(&run, "gml:b", "3", "multi_surface"));
    assert_int_equal(CIM__COUNT(&run.topo.surfaces, cim__tsurface), 2);
    assert_int_equal(CIM__AT(&run.topo.surfaces, cim__tsurface, 1).parent, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_geometry_pos_list_with_newlines), T(test_geometry_pos_sequence), T(test_geometry_coordinates), T(test_geometry_coordinates_as_usual), T(test_geometry_dimension_is_inferred),
        T(test_geometry_dimension_of_the_file), T(test_geometry_wrong_dimension_is_corrected), T(test_geometry_open_ring_is_closed), T(test_geometry_bad_polygons), T(test_geometry_bad_hole),
        T(test_geometry_kinds_of_surfaces), T(test_geometry_ids_of_rings_and_groups), T(test_geometry_mixed_dimensions), T(test_geometry_solid_with_cavity), T(test_geometry_kinds_of_solids),
        T(test_geometry_shell_of_gml_3_2), T(test_geometry_tin), T(test_geometry_curves), T(test_geometry_ring_of_curves), T(test_geometry_arcs), T(test_geometry_circle), T(test_geometry_unsupported_stays_text),
        T(test_geometry_solid_and_surfaces_are_one), T(test_geometry_surfaces_without_solid), T(test_geometry_surface_without_polygons), T(test_geometry_every_level), T(test_geometry_surfaces_of_3_0),
    };
    return cmocka_run_group_tests_name("citygml/geometry", tests, NULL, NULL);
}
