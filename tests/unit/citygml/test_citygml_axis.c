/* Reference systems and the order of axes: the gotchas of real files. */
#include "fixture.h"

#define TRIANGLE(positions) GML_BUILDING("b", "<bldg:lod0FootPrint>" GML_MS(GML_SM(GML_POLYGON("p", positions))) "</bldg:lod0FootPrint>")
#define WITHOUT(body) "<core:CityModel " GML_NS2 ">" body "</core:CityModel>"
#define WITH(srs, positions) "<core:CityModel " GML_NS2 ">" GML_ENVELOPE(srs) TRIANGLE(positions) "</core:CityModel>"

static void first_vertex(double xyz[3])
{
    assert_true(gml_shape(&run, "gml:b", "0", "footprint"));
    memcpy(xyz, gml_geom(&run).coords, 3 * sizeof(double));
}

static void expect_near(double x, double y, double tolerance)
{
    double v[3];
    first_vertex(v);
    if (!(v[0] > x - tolerance && v[0] < x + tolerance && v[1] > y - tolerance && v[1] < y + tolerance)) fail_msg("%.3f %.3f, wanted %.3f %.3f", v[0], v[1], x, y);
}

#define TOKYO "35.68 139.76 10 35.68 139.77 10 35.69 139.77 10 35.68 139.76 10"
#define TOKYO_LON_LAT "139.76 35.68 10 139.77 35.68 10 139.77 35.69 10 139.76 35.68 10"
/* Longitude 139.76, latitude 35.68 in UTM zone 54, as gdaltransform says */
static const double TOKYO_X = 387789.174, TOKYO_Y = 3949165.002;

static void test_axis_latitude_first(void **state)
{
    (void)state;
    gml_good(&run, WITH("http://www.opengis.net/def/crs/EPSG/0/6697", TOKYO));
    expect_near(TOKYO_X, TOKYO_Y, 0.01);
    assert_int_equal(run.sink.epsg, 32654);
    assert_int_equal(run.source.srid, 6668);
    assert_string_equal(run.source.axis, "north, east");
    double v[3];
    first_vertex(v);
    assert_true(v[2] == 10.0); /* heights stay as they are */
}

static void test_axis_short_form_is_east_first(void **state)
{
    (void)state;
    gml_good(&run, WITH("EPSG:4979", TOKYO_LON_LAT));
    expect_near(TOKYO_X, TOKYO_Y, 0.01);
    assert_string_equal(run.source.axis, "east, north");
}

static void test_axis_guess_against_the_name(void **state)
{
    (void)state;
    gml_good(&run, WITH("http://www.opengis.net/def/crs/EPSG/0/6697", TOKYO_LON_LAT));
    expect_near(TOKYO_X, TOKYO_Y, 0.01);
    assert_string_equal(run.source.axis, "east, north (guessed)");
    assert_has((const char *)run.json.data, "the other way round they lie outside the area of use");
}

static void test_axis_options(void **state)
{
    (void)state;
    run.opts.flags = CIM_IMPORT_SWAP_XY;
    gml_good(&run, WITH("EPSG:4979", TOKYO));
    expect_near(TOKYO_X, TOKYO_Y, 0.01);
    assert_string_equal(run.source.axis, "north, east (option)");
}

static void test_axis_option_against_the_area(void **state)
{
    (void)state;
    run.opts.flags = CIM_IMPORT_NO_SWAP_XY;
    gml_good(&run, WITH("urn:ogc:def:crs:EPSG::25832", "458000 5438000 1 458010 5438000 1 458010 5438010 1 458000 5438000 1"));
    expect_near(458000, 5438000, 1e-9);
    assert_string_equal(run.source.axis, "east, north (option)");
}

static void test_axis_japanese_plane(void **state)
{
    (void)state;
    gml_good(&run, WITH("http://www.opengis.net/def/crs/EPSG/0/10169", "157800 21783 0 157800 21793 0 157810 21793 0 157800 21783 0"));
    expect_near(21783, 157800, 1e-9); /* the plane system with the height taken off is the city's */
    assert_int_equal(run.sink.epsg, 6676);
}

static void test_axis_gauss_krueger_is_east_first(void **state)
{
    (void)state;
    gml_good(&run, WITH("urn:ogc:def:crs,crs:EPSG:7.7:31468,crs:EPSG:7.7:5783", "4467669 5334737 1 4467679 5334737 1 4467679 5334747 1 4467669 5334737 1"));
    expect_near(4467669, 5334737, 1e-9);
    assert_string_equal(run.source.axis, "east, north");
}

static void test_axis_only_on_the_geometry(void **state)
{
    (void)state;
    gml_good(&run, WITHOUT(GML_BUILDING("b", "<bldg:lod0FootPrint><gml:MultiSurface srsName=\"EPSG:25832\">" GML_SM(GML_SQUARE("p", "1")) "</gml:MultiSurface></bldg:lod0FootPrint>")));
    expect_near(458000, 5438000, 1e-9);
    assert_int_equal(run.source.srid, 25832);
}

static void test_axis_only_on_the_features_envelope(void **state)
{
    (void)state;
    gml_good(&run, WITHOUT(GML_BUILDING("b", GML_ENVELOPE("EPSG:25832") "<bldg:lod0FootPrint>" GML_MS(GML_SM(GML_SQUARE("p", "1"))) "</bldg:lod0FootPrint>")));
    expect_near(458000, 5438000, 1e-9);
}

static void test_axis_two_systems(void **state)
{
    (void)state;
    gml_good(&run, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") GML_BUILDING("a", "<bldg:lod0FootPrint>" GML_MS(GML_SM(GML_SQUARE("p", "1"))) "</bldg:lod0FootPrint>")
                       GML_BUILDING("b", "<bldg:lod0FootPrint><gml:MultiSurface srsName=\"urn:ogc:def:crs:EPSG::4326\">" GML_SM(GML_POLYGON("q", "49.09 8.42 1 49.09 8.43 1 49.1 8.43 1 49.09 8.42 1"))
                                    "</gml:MultiSurface></bldg:lod0FootPrint>") "</core:CityModel>");
    expect_near(457660, 5437550, 200.0);
}

static void test_axis_comes_later(void **state)
{
    (void)state;
    gml_good(&run, WITHOUT(GML_BUILDING("b", "<bldg:lod0FootPrint>" GML_MS(GML_SM(GML_SQUARE("p", "1"))) "</bldg:lod0FootPrint>")
                               GML_BUILDING("c", "<bldg:lod0FootPrint><gml:MultiSurface srsName=\"EPSG:25832\">" GML_SM(GML_SQUARE("q", "1")) "</gml:MultiSurface></bldg:lod0FootPrint>")));
    expect_near(458000, 5438000, 1e-9);
}

static void test_axis_nowhere(void **state)
{
    (void)state;
    gml_text(&run, WITHOUT(TRIANGLE("458000 5438000 1 458010 5438000 1 458010 5438010 1 458000 5438000 1")));
    assert_status(ctx, run.status, CIM_EFORMAT);
    assert_has(cim_ctx_error(ctx), "model.gml:1: no reference system is given");
}

/* Everything is in another file, but a new city has to be somewhere. */
static void test_axis_envelope_only(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "<bldg:lod2MultiSurface xlink:href=\"../elsewhere.gml#p\"/>")));
    assert_int_equal(run.sink.epsg, 25832);
    assert_string_equal(run.source.axis, "east, north");
    assert_string_equal(gml_plane(&run, "gml:b"), "");
}

static void test_axis_nowhere_but_the_city_has_one(void **state)
{
    (void)state;
    run.opts.epsg = 25832;
    gml_good(&run, WITHOUT(TRIANGLE("458000 5438000 1 458010 5438000 1 458010 5438010 1 458000 5438000 1")));
    expect_near(458000, 5438000, 1e-9);
}

static void test_axis_source_epsg_wins(void **state)
{
    (void)state;
    run.opts.source_epsg = 25832;
    gml_good(&run, WITH("CH1903", "458000 5438000 1 458010 5438000 1 458010 5438010 1 458000 5438000 1"));
    expect_near(458000, 5438000, 1e-9);
    assert_int_equal(run.sink.epsg, 25832);
}

static void test_axis_local_system(void **state)
{
    (void)state;
    gml_text(&run, WITH("#local-CRS-1", "0 0 0 10 0 0 10 10 0 0 0 0"));
    assert_status(ctx, run.status, CIM_EFORMAT);
    assert_has(cim_ctx_error(ctx), "is a local one");
    assert_has(cim_ctx_error(ctx), "model.gml:1:");
}

static void test_axis_unknown_systems(void **state)
{
    static const char *const names[] = { "EPSG:23632", "http://www.opengis.net/def/crs/EPSG/0/4978", "somewhere" };
    char text[4000];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *model = WITH("XXX", "0 0 0 10 0 0 10 10 0 0 0 0"), *at = strstr(model, "XXX");
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - model), model, names[i], at + 3);
        gml_text(&run, text);
        assert_true(run.status < 0);
        assert_has(cim_ctx_error(ctx), names[i]);
    }
}

static void test_axis_unknown_inside(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("a", "<bldg:lod0FootPrint>" GML_MS(GML_SM(GML_SQUARE("q", "1"))) "</bldg:lod0FootPrint>")
                                  GML_BUILDING("b", "<bldg:lod0FootPrint><gml:MultiSurface srsName=\"nonsense\">" GML_SM(GML_SQUARE("p", "1")) "</gml:MultiSurface></bldg:lod0FootPrint>")));
    expect_near(458000, 5438000, 1e-9);
    assert_has((const char *)run.json.data, "taken for that of the file");
}

static void test_axis_outside_is_said(void **state)
{
    (void)state;
    gml_good(&run, WITH("CH1903", "0 0 0 10 0 0 10 10 0 0 0 0"));
    assert_has((const char *)run.json.data, "outside its area of use");
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_axis_latitude_first), T(test_axis_short_form_is_east_first), T(test_axis_guess_against_the_name), T(test_axis_options), T(test_axis_option_against_the_area),
        T(test_axis_japanese_plane), T(test_axis_gauss_krueger_is_east_first), T(test_axis_only_on_the_geometry), T(test_axis_only_on_the_features_envelope),
        T(test_axis_two_systems), T(test_axis_comes_later), T(test_axis_nowhere), T(test_axis_envelope_only), T(test_axis_nowhere_but_the_city_has_one), T(test_axis_source_epsg_wins),
        T(test_axis_local_system), T(test_axis_unknown_systems), T(test_axis_unknown_inside), T(test_axis_outside_is_said),
    };
    return cmocka_run_group_tests_name("citygml/axis", tests, NULL, NULL);
}
