/* xlinks: within an object, between objects, between files, and those that lead nowhere. */
#include "fixture.h"

#define SOLID(body) "<bldg:lod2Solid><gml:Solid><gml:exterior><gml:CompositeSurface>" body "</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod2Solid>"
#define PART(id, body) "<bldg:consistsOfBuildingPart><bldg:BuildingPart gml:id=\"" id "\">" body "</bldg:BuildingPart></bldg:consistsOfBuildingPart>"
#define WALL(id, body) "<bldg:boundedBy><bldg:WallSurface gml:id=\"" id "\"><bldg:lod2MultiSurface>" GML_MS(body) "</bldg:lod2MultiSurface></bldg:WallSurface></bldg:boundedBy>"

static void expect_links(int64_t stored, int64_t verbatim, int64_t skipped)
{
    assert_int_equal(gml_count(&run, "xlink", "stored"), stored);
    assert_int_equal(gml_count(&run, "xlink", "verbatim"), verbatim);
    assert_int_equal(gml_count(&run, "xlink", "skipped"), skipped);
}

/* The polygon of a part's wall, in the solid of the whole: with its surface, which is the part's. */
static void test_links_into_parts(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", SOLID(GML_LINK("#w")) PART("part", WALL("W", GML_SM(GML_SQUARE("w", "1")))))));
    assert_true(gml_shape(&run, "gml:b", "2", "solid"));
    assert_int_equal(gml_geom(&run).part_count, 1);
    assert_true(cim__str_is(CIM__AT(&run.topo.surfaces, cim__tsurface, 0).gid, "W"));
    assert_true(gml_shape(&run, "gml:part", "2", "multi_surface"));
    assert_true(cim__str_is(CIM__AT(&run.topo.surfaces, cim__tsurface, 0).gid, "W"));
    expect_links(1, 0, 0);
    assert_int_equal(gml_count(&run, "polygon", "stored"), 1);
}

static void test_links_to_orientable_surfaces(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", PART("p1", SOLID(GML_SM(GML_SQUARE("shared", "1")))) PART("p2", SOLID("<gml:surfaceMember><gml:OrientableSurface gml:id=\"back\" orientation=\"-\"><gml:baseSurface xlink:href=\"#shared\"/></gml:OrientableSurface></gml:surfaceMember>"))
                                                     PART("p3", SOLID(GML_LINK("#back"))))));
    for (int i = 2; i <= 3; i++) {
        assert_true(gml_shape(&run, i == 2 ? "gml:p2" : "gml:p3", "2", "solid"));
        assert_int_equal(CIM__AT(&run.topo.faces, uint32_t, 0), 1); /* polygon 0, turned round */
        assert_has(gml_wkt(&run), "MULTIPOLYGON Z(((458000 5438000 1,458010 5438000 1");
    }
    expect_links(2, 0, 0);
}

/* Two sides of a wall: both are kept, each with its own polygon. */
static void test_links_to_the_other_side(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", WALL("out", GML_SM(GML_SQUARE("p", "1"))) WALL("in", "<gml:surfaceMember><gml:OrientableSurface orientation=\"-\"><gml:baseSurface xlink:href=\"#p\"/></gml:OrientableSurface></gml:surfaceMember>"))));
    assert_true(gml_shape(&run, "gml:b", "2", "multi_surface"));
    assert_int_equal(gml_geom(&run).part_count, 2);
    assert_has(gml_wkt(&run), "((458000 5438000 1,458010 5438000 1,458010 5438010 1,458000 5438010 1,458000 5438000 1)),((458000 5438000 1,458000 5438010 1,");
    assert_true(cim__str_is(CIM__AT(&run.topo.surfaces, cim__tsurface, CIM__AT(&run.topo.polygons, cim__tpolygon, 1).surface).gid, "in"));
    assert_int_equal(CIM__AT(&run.topo.polygons, cim__tpolygon, 1).gid.len, 0); /* ids are not repeated */
    assert_int_equal(gml_count(&run, "bldg:WallSurface", "stored"), 2);
    expect_links(1, 0, 0);
}

static void test_links_of_whole_geometries(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "<bldg:lod3Solid xlink:href=\"#s\"/><bldg:lod2Solid><gml:Solid gml:id=\"s\"><gml:exterior><gml:CompositeSurface gml:id=\"c\">" GML_SM(GML_SQUARE("p", "1"))
                                         "</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod2Solid><bldg:lod1Solid><gml:Solid><gml:exterior xlink:href=\"#c\"/></gml:Solid></bldg:lod1Solid>")));
    for (const char *lod = "1"; *lod < '4'; lod = *lod == '1' ? "2" : *lod == '2' ? "3" : "4") {
        assert_true(gml_shape(&run, "gml:b", lod, "solid"));
        assert_int_equal(CIM__COUNT(&run.topo.faces, uint32_t), 1);
    }
    expect_links(2, 0, 0);
}

static void test_links_without_hash(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", SOLID(GML_LINK("p")) WALL("W", GML_SM(GML_SQUARE("p", "1"))))));
    expect_links(1, 0, 0);
}

static void test_links_nowhere(void **state)
{
    static const char *const hrefs[] = { "#none", "http://example.org/a.gml#p", "none.gml#p", "", "#", "/etc/passwd#p", "../../x.gml#p", "#p#q", "file:///etc/passwd#x" };
    char text[4000];
    (void)state;
    for (size_t i = 0; i < sizeof hrefs / sizeof *hrefs; i++) {
        const char *model = GML_MODEL2(GML_BUILDING("b", SOLID(GML_SM(GML_SQUARE("p", "1")) "\n" GML_LINK("XXX")))), *at = strstr(model, "XXX");
        gml_run one;
        gml_begin(&one, ctx);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - model), model, hrefs[i], at + 3);
        gml_good(&one, text);
        assert_int_equal(gml_count(&one, "xlink", "verbatim"), 1);
        assert_has((const char *)one.json.data, "line 2: gml:surfaceMember refers to");
        assert_has(gml_residue(&one, "gml:b"), "bldg:lod2Solid[1]/gml:Solid[1]/gml:exterior[1]/gml:CompositeSurface[1]|<gml:surfaceMember");
        assert_true(gml_shape(&one, "gml:b", "2", "solid"));
        gml_end(&one);
    }
}

static void test_links_in_circles(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "<bldg:lod2MultiSurface><gml:MultiSurface gml:id=\"a\">" GML_LINK("#b2") GML_SM(GML_SQUARE("p", "1")) "</gml:MultiSurface></bldg:lod2MultiSurface>"
                                         "<bldg:lod3MultiSurface><gml:MultiSurface gml:id=\"b2\">" GML_LINK("#a") "</gml:MultiSurface></bldg:lod3MultiSurface><bldg:lod4MultiSurface xlink:href=\"#x\"/>"
                                         "<bldg:lod1Solid><gml:Solid><gml:exterior><gml:CompositeSurface gml:id=\"x\">" GML_LINK("#x") "</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod1Solid>")));
    assert_true(gml_shape(&run, "gml:b", "2", "multi_surface"));
    assert_int_equal(gml_geom(&run).part_count, 1); /* however often it was met */
}

/* Each surface refers twice to the next: 2^60 polygons if one believed it. */
static void test_links_that_explode(void **state)
{
    cim__buf text = cim__buf_on(ctx->mem);
    (void)state;
    cim__buf_puts(&text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") "<core:cityObjectMember><bldg:Building gml:id=\"b\">");
    for (int i = 0; i < 60; i++)
        cim__buf_printf(&text, "<bldg:lod%dMultiSurface><gml:MultiSurface gml:id=\"m%d\">" GML_LINK("#m%d") GML_LINK("#m%d") "</gml:MultiSurface></bldg:lod%dMultiSurface>", i % 4 + 1, i, i + 1, i + 1, i % 4 + 1);
    cim__buf_puts(&text, "<bldg:lod2MultiSurface><gml:MultiSurface gml:id=\"m60\">" GML_SM(GML_SQUARE("p", "1")) "</gml:MultiSurface></bldg:lod2MultiSurface></bldg:Building></core:cityObjectMember></core:CityModel>");
    cim__buf_putc(&text, 0);
    double before = cim__now_ms();
    gml_good(&run, (const char *)text.data);
    assert_true(cim__now_ms() - before < 5000.0);
    assert_has((const char *)run.json.data, "references that expand without end");
    cim__buf_free(&text);
}

static void test_links_to_repeated_ids(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", "\n" SOLID(GML_LINK("#p")) WALL("W", GML_SM(GML_SQUARE("p", "1")) "\n" GML_SM(GML_SQUARE("p", "2"))))));
    assert_has((const char *)run.json.data, "line 3: an id that another element has too");
    assert_true(gml_shape(&run, "gml:b", "2", "solid"));
    assert_int_equal(CIM__AT(&run.topo.faces, uint32_t, 0) / 2, 0);
    assert_has(gml_wkt(&run), "MULTIPOLYGON Z(((458000 5438000 1"); /* the first one */
}

/* ---- between members ---- */

static void test_links_between_members(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_BUILDING("before", SOLID(GML_LINK("#w") GML_SM(GML_SQUARE("own", "0")))) GML_BUILDING("b", WALL("W", GML_SM(GML_SQUARE("w", "1")))) GML_BUILDING("after", SOLID(GML_LINK("#chain")))
                              GML_BUILDING("c", "<bldg:lod3MultiSurface><gml:MultiSurface gml:id=\"chain\">" GML_LINK("#w") GML_LINK("#own") "</gml:MultiSurface></bldg:lod3MultiSurface>")));
    assert_true(gml_shape(&run, "gml:before", "2", "solid"));
    assert_int_equal(CIM__COUNT(&run.topo.faces, uint32_t), 2);
    assert_true(gml_shape(&run, "gml:after", "2", "solid"));
    assert_int_equal(CIM__COUNT(&run.topo.faces, uint32_t), 2);
    assert_true(gml_shape(&run, "gml:c", "3", "multi_surface"));
    assert_int_equal(gml_geom(&run).part_count, 2);
    expect_links(4, 0, 0);
}

/* Whatever the reference system is said on. */
static void test_links_between_members_keep_their_system(void **state)
{
    (void)state;
    gml_good(&run, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") GML_BUILDING("a", SOLID(GML_LINK("#p") GML_LINK("#q")))
        "<core:cityObjectMember><bldg:Building gml:id=\"b\"><gml:boundedBy><gml:Envelope srsName=\"urn:ogc:def:crs:EPSG::4326\"/></gml:boundedBy><bldg:lod2MultiSurface>" GML_MS(GML_SM(GML_POLYGON("p", "49.09 8.42 1 49.09 8.43 1 49.1 8.43 1 49.09 8.42 1")))
        "</bldg:lod2MultiSurface></bldg:Building></core:cityObjectMember>"
        "<core:cityObjectMember><bldg:Building gml:id=\"c\"><bldg:lod2MultiSurface><gml:MultiSurface srsName=\"EPSG:4326\" srsDimension=\"2\">" GML_SM(GML_POLYGON("q", "8.42 49.09 8.43 49.09 8.43 49.1 8.42 49.09")) "</gml:MultiSurface></bldg:lod2MultiSurface></bldg:Building></core:cityObjectMember></core:CityModel>");
    assert_true(gml_shape(&run, "gml:a", "2", "solid"));
    cim_geom g = gml_geom(&run);
    assert_int_equal(g.part_count, 2);
    for (uint32_t v = 0; v < g.vertex_count; v++) assert_true(g.coords[3 * v] > 457000 && g.coords[3 * v] < 459000 && g.coords[3 * v + 1] > 5437000 && g.coords[3 * v + 1] < 5440000);
}

/* More members than are kept in memory until their targets are known: they are read again. */
static void test_links_of_many_members(void **state)
{
    cim__buf text = cim__buf_on(ctx->mem);
    uint64_t seed = 3;
    enum { N = 30000 };
    (void)state;
    cim__buf_puts(&text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832"));
    for (int i = 0; i < N; i++) {
        cim__buf_printf(&text, "<core:cityObjectMember><bldg:Building gml:id=\"b%d\"><gml:description>", i);
        for (int k = 0; k < 100; k++) cim__buf_printf(&text, "%d ", (int)(support_random(&seed) % 1000));
        cim__buf_printf(&text, "</gml:description>" SOLID(GML_LINK("#p%d") GML_SM(GML_SQUARE("p%d", "1"))) "</bldg:Building></core:cityObjectMember>", (i + 1) % N, i);
    }
    cim__buf_puts(&text, "</core:CityModel>");
    cim__buf_putc(&text, 0);
    gml_good(&run, (const char *)text.data);
    cim__buf_free(&text);
    expect_links(N, 0, 0);
    assert_int_equal(cim__sink_count(&run.sink), N + 1);
    for (int i = 0; i < N; i += 997) {
        char gid[24];
        snprintf(gid, sizeof gid, "gml:b%d", i);
        assert_true(gml_shape(&run, gid, "2", "solid"));
        assert_int_equal(CIM__COUNT(&run.topo.faces, uint32_t), 2);
    }
}

/* ---- between files ---- */

static void test_links_between_files(void **state)
{
    static const char other[] = "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("urn:ogc:def:crs:EPSG::4326")
        GML_BUILDING("o", "<bldg:lod2MultiSurface><gml:MultiSurface gml:id=\"ms\">" GML_SM(GML_POLYGON("p", "49.09 8.42 1 49.09 8.43 1 49.1 8.43 1 49.09 8.42 1")) GML_LINK("#q") "</gml:MultiSurface></bldg:lod2MultiSurface>")
        GML_BUILDING("o2", WALL("W", GML_SM(GML_POLYGON("q", "49.09 8.42 9 49.09 8.43 9 49.1 8.43 9 49.09 8.42 9")))) "</core:CityModel>";
    (void)state;
    support_write(support_temp("other.gml"), other, sizeof other - 1);
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", SOLID(GML_LINK("other.gml#ms") GML_LINK("other.gml#none") GML_LINK("absent.gml#p"))) GML_BUILDING("q", SOLID(GML_SM(GML_SQUARE("q", "1"))))
                              GML_MEMBER("<grp:CityObjectGroup gml:id=\"g\"><grp:groupMember xlink:href=\"other.gml#o\"/></grp:CityObjectGroup>")));
    assert_true(gml_shape(&run, "gml:b", "2", "solid"));
    cim_geom g = gml_geom(&run);
    assert_int_equal(g.part_count, 2);
    assert_true(g.coords[0] > 457000 && g.coords[0] < 459000 && g.coords[2] == 1.0);
    assert_true(g.coords[3 * (size_t)g.ring_end[0] + 2] == 9.0); /* "#q" of the other file, not of this one */
    expect_links(2, 2, 0);
    assert_has((const char *)run.json.data, "absent.gml are not followed");
    assert_true(gml_related(&run, "gml:o", CIM__R_MEMBER, "gml:g"));
}

static void test_links_to_a_damaged_file(void **state)
{
    static const char other[] = "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") GML_BUILDING("o", SOLID(GML_SM(GML_SQUARE("p", "1")))) "<oops>";
    (void)state;
    support_write(support_temp("broken.gml"), other, sizeof other - 1);
    gml_good(&run, GML_MODEL2(GML_BUILDING("b", SOLID(GML_LINK("broken.gml#p")))));
    assert_true(gml_shape(&run, "gml:b", "2", "solid")); /* it was found before the damage */
    assert_has((const char *)run.json.data, "references to another file");
}

/* ---- templates ---- */

#define TREE(id, reference) GML_MEMBER("<veg:SolitaryVegetationObject gml:id=\"" id "\"><veg:lod2ImplicitRepresentation><core:ImplicitGeometry>" reference "<core:referencePoint><gml:Point><gml:pos>458001 5438002 3</gml:pos></gml:Point></core:referencePoint></core:ImplicitGeometry></veg:lod2ImplicitRepresentation></veg:SolitaryVegetationObject>")

static void test_links_to_templates(void **state)
{
    static const char other[] = "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") TREE("o", "<core:relativeGMLGeometry><gml:MultiSurface gml:id=\"far\">" GML_SM(GML_POLYGON("x", "0 0 0 1 0 0 1 1 0 0 0 0")) "</gml:MultiSurface></core:relativeGMLGeometry>") "</core:CityModel>";
    (void)state;
    support_write(support_temp("trees.gml"), other, sizeof other - 1);
    gml_good(&run, GML_MODEL2(TREE("t1", "<core:relativeGMLGeometry xlink:href=\"#plain\"/>") TREE("t2", "<core:relativeGMLGeometry xlink:href=\"trees.gml#far\"/>") "\n" TREE("t3", "<core:relativeGMLGeometry xlink:href=\"#none\"/>")
                              GML_MEMBER("<frn:CityFurniture gml:id=\"f\"><frn:lod1Geometry><gml:MultiSurface gml:id=\"plain\">" GML_SM(GML_SQUARE("p", "1")) "</gml:MultiSurface></frn:lod1Geometry></frn:CityFurniture>")));
    const char *templates = (const char *)run.sink.templates.data;
    size_t size = run.sink.templates.size;
    assert_non_null(memmem(templates, size, "gml:plain", 9));
    assert_non_null(memmem(templates, size, "gml:far", 7));
    assert_non_null(memmem(templates, size, "gml:none", 8)); /* without geometry, so that the reference is not lost */
    assert_has((const char *)run.json.data, "line 2: the template \\\"none\\\" is not there");
    expect_links(3, 0, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_links_into_parts), T(test_links_to_orientable_surfaces), T(test_links_to_the_other_side), T(test_links_of_whole_geometries), T(test_links_without_hash), T(test_links_nowhere), T(test_links_in_circles), T(test_links_that_explode),
        T(test_links_to_repeated_ids), T(test_links_between_members), T(test_links_between_members_keep_their_system), T(test_links_of_many_members), T(test_links_between_files), T(test_links_to_a_damaged_file),
        T(test_links_to_templates),
    };
    return cmocka_run_group_tests_name("citygml/links", tests, NULL, NULL);
}
