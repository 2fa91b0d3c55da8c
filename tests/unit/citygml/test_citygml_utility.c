/* Utility networks: both spellings of the UtilityNetwork ADE, classes and columns of elements, who is served; i-UR; and the two
 * networks of the data collection, counted here by their text. */
#include "citygml.h"

static cim_ctx *ctx;
static gml_run run;

static int begin(void **state)
{
    (void)state;
    ctx = support_ctx();
    gml_begin(&run, ctx);
    return 0;
}

static int end(void **state)
{
    (void)state;
    gml_end(&run);
    cim_ctx_free(ctx);
    return 0;
}

static void expect_text(const char *gid, cim__attr attr, const char *wanted)
{
    const cim__value *v = gml_value(&run, gid, attr);
    if (!wanted ? v != NULL : !v || !cim__str_is(v->text, wanted))
        fail_msg("%s: %s is %.*s instead of %s", gid, cim__attrs[attr].name, v ? (int)v->text.len : 7, v ? v->text.ptr : "nothing", wanted ? wanted : "nothing");
}

#define LINE "<utility:lod1Geometry><gml:LineString><gml:posList>458000 5438000 0 458001 5438000 0</gml:posList></gml:LineString></utility:lod1Geometry>"
#define POINT "<utility:lod1Geometry><gml:Point><gml:pos>458001 5438000 0</gml:pos></gml:Point></utility:lod1Geometry>"
#define PLACE(x) "<utility:realization><gml:Point><gml:pos>45800" x " 5438000 0</gml:pos></gml:Point></utility:realization>"

/* ---- versions ---- */

/* 0.9.9 and CityGML 3.0 differ from 0.9.2 in nearly every name; what is made of them does not. */
static void test_utility_names_of_0_9_9(void **state)
{
    static const char *const spaces[] = { "http://www.citygml.org/ade/utility/0.9.9", "http://www.citygml.org/citygml/3.0/ade/utility/0.9.9", "http://www.citygml.org/ade/utility/0.9.3" };
    (void)state;
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        char text[8000];
        snprintf(text, sizeof text,
                 "<core:CityModel " GML_NS3 ">" GML_ENVELOPE("EPSG:25832") GML_MEMBER("<utility:Network xmlns:utility=\"%s\" gml:id=\"net\"><utility:networkFeature xlink:href=\"#far\"/><utility:networkFeature>"
                 "<utility:RoundPipe gml:id=\"pipe\"><utility:connectedCityObject xlink:href=\"house\"/><utility:featureGraph><utility:FeatureGraph gml:id=\"fg1\">"
                 "<utility:node><utility:Node gml:id=\"n1\">" PLACE("0") "</utility:Node></utility:node>"
                 "<utility:interiorFeatureLink><utility:InteriorFeatureLink gml:id=\"l1\"><utility:direction>-</utility:direction><utility:startNode xlink:href=\"n1\"/>"
                 "<utility:endNode><utility:Node gml:id=\"n2\">" PLACE("1") "</utility:Node></utility:endNode></utility:InteriorFeatureLink></utility:interiorFeatureLink></utility:FeatureGraph></utility:featureGraph>" LINE
                 "<utility:interiorDiameter uom=\"mm\">150</utility:interiorDiameter></utility:RoundPipe></utility:networkFeature>"
                 "<utility:networkFeature><utility:TerminalComponent gml:id=\"end\"><utility:featureGraph xlink:href=\"#fg2\"/>" POINT "<utility:class>Hydrant</utility:class></utility:TerminalComponent></utility:networkFeature>"
                 "<utility:networkGraph><utility:NetworkGraph gml:id=\"ng\"><utility:featureGraph><utility:FeatureGraph gml:id=\"fg2\"><utility:node><utility:Node gml:id=\"n3\">" PLACE("1") "</utility:Node></utility:node></utility:FeatureGraph></utility:featureGraph>"
                 "<utility:interFeatureLink><utility:InterFeatureLink gml:id=\"l2\"><utility:direction>+</utility:direction><utility:startNode xlink:href=\"#n2\"/><utility:endNode xlink:href=\"#n3\"/><utility:type>connects</utility:type></utility:InterFeatureLink></utility:interFeatureLink>"
                 "<utility:interFeatureLink><utility:InterFeatureLink gml:id=\"l3\"><utility:startNode xlink:href=\"#n1\"/><utility:endNode xlink:href=\"#n3\"/><utility:type>contains</utility:type></utility:InterFeatureLink></utility:interFeatureLink></utility:NetworkGraph></utility:networkGraph>"
                 "<utility:medium><utility:GaseousMedium gml:id=\"m\"><utility:type>naturalGas</utility:type></utility:GaseousMedium></utility:medium></utility:Network>") "</core:CityModel>",
                 spaces[i]);
        gml_good(&run, text);
        assert_true(gml_related(&run, "gml:pipe", CIM__R_MEMBER, "gml:net") && gml_related(&run, "gml:end", CIM__R_MEMBER, "gml:net") && gml_related(&run, "gml:far", CIM__R_MEMBER, "gml:net"));
        assert_true(gml_related(&run, "gml:n1", CIM__R_CONNECTS, "gml:n2") && gml_related(&run, "gml:n2", CIM__R_CONNECTS, "gml:n3"));
        assert_false(gml_related(&run, "gml:n1", CIM__R_CONNECTS, "gml:n3"));
        assert_true(gml_related(&run, "gml:n3", CIM__R_PART_OF, "gml:n1")); /* contained */
        assert_true(gml_related(&run, "gml:pipe", CIM__R_CONNECTS, "gml:end") && gml_related(&run, "gml:pipe", CIM__R_SERVES, "gml:house"));
        assert_has(gml_relation_attrs(&run), "{\"link\":\"gml:l1\",\"flow\":\"against\"}");
        assert_has(gml_relation_attrs(&run), "{\"link\":\"gml:l2\",\"flow\":\"with\"}");
        assert_int_equal(gml_head(&run, "gml:end")->class_id, CIM__C_Hydrant);
        static const char *const all[] = { "gml:net", "gml:pipe", "gml:end", "gml:n1", "gml:n2", "gml:n3", "gml:fg1" };
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) expect_text(all[k], CIM__A_NETWORK, "gas");
        assert_true(gml_value(&run, "gml:pipe", CIM__A_DIAMETER_MM)->real == 150.0);
        gml_end(&run);
        gml_begin(&run, ctx);
    }
}

/* Ids as text, with and without '#'; what is no id is an attribute. */
static void test_utility_served(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(GML_MEMBER("<utility:TerminalElement gml:id=\"a\"><utility:connectedCityObject> house </utility:connectedCityObject>" POINT "</utility:TerminalElement>")
        GML_MEMBER("<utility:TerminalElement gml:id=\"b\"><utility:connectedCityObject>#house</utility:connectedCityObject>" POINT "</utility:TerminalElement>")
        GML_MEMBER("<utility:TerminalElement gml:id=\"c\"><utility:connectedCityObject xlink:href=\"house\"/>" POINT "</utility:TerminalElement>")
        GML_MEMBER("<utility:TerminalElement gml:id=\"d\"><utility:connectedCityObject>the house of Smith</utility:connectedCityObject>" POINT "</utility:TerminalElement>")
        GML_MEMBER("<utility:TerminalElement gml:id=\"e\"><utility:connectedCityObject>http://x/house</utility:connectedCityObject>" POINT "</utility:TerminalElement>")
        GML_BUILDING("house", "<bldg:lod1MultiSurface>" GML_MS(GML_SM(GML_SQUARE("p", "0"))) "</bldg:lod1MultiSurface>")));
    const char *served[] = { "gml:a", "gml:b", "gml:c" };
    for (size_t i = 0; i < 3; i++) assert_true(gml_related(&run, served[i], CIM__R_SERVES, "gml:house"));
    assert_false(gml_related(&run, "gml:d", CIM__R_SERVES, "gml:house") || gml_related(&run, "gml:e", CIM__R_SERVES, "gml:house"));
    assert_has(gml_attrs(&run, "gml:a"), "\"utility:connectedCityObject\":\"house\"");
    assert_has(gml_attrs(&run, "gml:d"), "\"utility:connectedCityObject\":\"the house of Smith\"");
}

/* ---- what flows, what an element is ---- */

static void test_utility_media(void **state)
{
    static const char *const media[][3] = { { "LiquidMedium", "freshWater", "water" },    { "LiquidMedium", "wasteWater", "sewer" },     { "LiquidMedium", "stormWater", "sewer" }, { "LiquidMedium", "districtHeatingWater", "heat" },
                                            { "LiquidMedium", "oil", "oil" },             { "LiquidMedium", "kerosine", "oil" },         { "LiquidMedium", "unknown", NULL },       { "GaseousMedium", "hydrogen", "gas" },
                                            { "GaseousMedium", "air", "air" },            { "ElectricalMedium", "directCurrent", "power" }, { "ElectricalMedium", "telephone", "telecom" }, { "OpticalMedium", "anything", "telecom" },
                                            { "SolidMedium", "sand", NULL },              { "LiquidMedium", "http://x/codes#FreshWater", "water" } };
    (void)state;
    for (size_t i = 0; i < sizeof media / sizeof *media; i++) {
        char text[4000];
        snprintf(text, sizeof text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") GML_MEMBER("<utility:Network gml:id=\"net\"><utility:component><utility:Cable gml:id=\"c\">" LINE "</utility:Cable></utility:component>"
                 "<utility:transportedMedium><utility:%s><utility:type>%s</utility:type></utility:%s></utility:transportedMedium></utility:Network>") "</core:CityModel>", media[i][0], media[i][1], media[i][0]);
        gml_good(&run, text);
        expect_text("gml:net", CIM__A_NETWORK, media[i][2]);
        expect_text("gml:c", CIM__A_NETWORK, media[i][2]);
        gml_end(&run);
        gml_begin(&run, ctx);
    }
}

static void test_utility_elements(void **state)
{
    static const struct {
        const char *element, *class;
        cim__class_id class_id;
    } elements[] = { { "ControllerElement", "valve", CIM__C_Valve },         { "ControllerComponent", "slideValve", CIM__C_Valve },       { "ControllerComponent", "pump", CIM__C_Pump },           { "ControllerComponent", "switch", CIM__C_Switch },
                     { "ControllerComponent", "unknown", CIM__C_UtilityNode }, { "TerminalElement", "hydrant", CIM__C_Hydrant },           { "TerminalElement", "unknown", CIM__C_UtilityNode },     { "TerminalComponent", "streetLight", CIM__C_UtilityNode },
                     { "SimpleFunctionalElement", "manhole", CIM__C_Manhole }, { "ConnectionComponent", "manhole", CIM__C_Manhole },       { "StorageDevice", "", CIM__C_Tank },                     { "StorageElement", "tank", CIM__C_Tank },
                     { "StorageComponent", "battery", CIM__C_UtilityNode },  { "ComplexFunctionalComponent", "waterWork", CIM__C_Plant },  { "ComplexFunctionalComponent", "pumpingStation", CIM__C_Pump }, { "ComplexFunctionalElement", "transformer", CIM__C_Transformer },
                     { "Fuse", "valve", CIM__C_Switch },                     { "MeasurementDevice", "meter", CIM__C_UtilityNode },         { "EnergySource", "", CIM__C_Generator } };
    (void)state;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        char text[4000];
        snprintf(text, sizeof text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") GML_MEMBER("<utility:%s gml:id=\"x\">" POINT "<utility:class>%s</utility:class></utility:%s>") "</core:CityModel>", elements[i].element,
                 elements[i].class, elements[i].element);
        gml_good(&run, text);
        const cim__head *head = gml_head(&run, "gml:x");
        if (head->class_id != elements[i].class_id) fail_msg("%s of class %s is %s", elements[i].element, elements[i].class, cim__classes[head->class_id].name);
        assert_int_equal(head->layer, CIM__L_UTILITY_NODE);
        gml_end(&run);
        gml_begin(&run, ctx);
    }
}

static void test_utility_columns(void **state)
{
    static const char *const statuses[][2] = { { "inUse", "inUse" }, { "unknown", NULL }, { "underConstruction", "construction" }, { "planned", "proposed" }, { "outOfService", "disused" }, { "destroyed", "removed" }, { "haunted", "haunted" } };
    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        char text[4000];
        snprintf(text, sizeof text, "<core:CityModel " GML_NS2 ">" GML_ENVELOPE("EPSG:25832") GML_MEMBER("<utility:RoundPipe gml:id=\"x\"><utility:status>%s</utility:status>" LINE "</utility:RoundPipe>") "</core:CityModel>", statuses[i][0]);
        gml_good(&run, text);
        expect_text("gml:x", CIM__A_STATUS, statuses[i][1]);
        gml_end(&run);
        gml_begin(&run, ctx);
    }
    gml_good(&run, GML_MODEL2(
        GML_MEMBER("<utility:RoundPipe gml:id=\"a\">" LINE "<utility:exteriorDiameter uom=\"cm\">0</utility:exteriorDiameter><utility:interiorDiameter uom=\"cm\">30</utility:interiorDiameter></utility:RoundPipe>")
        GML_MEMBER("<utility:RoundPipe gml:id=\"b\">" LINE "<utility:interiorDiameter>315</utility:interiorDiameter></utility:RoundPipe>")
        GML_MEMBER("<utility:RoundPipe gml:id=\"c\">" LINE "<utility:interiorDiameter>0.315</utility:interiorDiameter></utility:RoundPipe>")
        GML_MEMBER("<utility:RoundPipe gml:id=\"d\">" LINE "<utility:interiorDiameter uom=\"furlong\">1</utility:interiorDiameter></utility:RoundPipe>")
        GML_MEMBER("<utility:ControllerElement gml:id=\"e\"><utility:function>producing</utility:function>" POINT "<utility:class>pump</utility:class></utility:ControllerElement>")
        GML_MEMBER("<utility:SimpleFunctionalElement gml:id=\"f\">" POINT "<utility:class>manhole</utility:class></utility:SimpleFunctionalElement>")));
    assert_true(gml_value(&run, "gml:a", CIM__A_DIAMETER_MM)->real == 300.0);
    assert_true(gml_value(&run, "gml:b", CIM__A_DIAMETER_MM)->real == 315.0); /* no pipe is 315 m wide */
    assert_int_equal(gml_value(&run, "gml:b", CIM__A_DIAMETER_MM)->rule, CIM__RULE_DEFAULT);
    assert_true(gml_value(&run, "gml:c", CIM__A_DIAMETER_MM)->real == 315.0);
    assert_null(gml_value(&run, "gml:d", CIM__A_DIAMETER_MM));
    assert_int_equal(gml_value(&run, "gml:e", CIM__A_CONTROLLER)->integer, 1);
    expect_text("gml:e", CIM__A_FUNCTION, "producing");
    expect_text("gml:f", CIM__A_FUNCTION, "manhole");
}

/* ---- i-UR ---- */

static void test_utility_iur(void **state)
{
    (void)state;
    gml_good(&run, GML_MODEL2(
        GML_MEMBER("<uro:Pipe gml:id=\"lv\"><gml:name>\xe4\xbd\x8e\xe5\x9c\xa7\xe7\xae\xa1\xe8\xb7\xaf</gml:name><uro:lod0Geometry><gml:LineString><gml:posList>458000 5438000 0 458001 5438000 0</gml:posList></gml:LineString></uro:lod0Geometry></uro:Pipe>")
        GML_MEMBER("<uro:Manhole gml:id=\"hv\"><gml:name>\xe9\xab\x98\xe5\x9c\xa7</gml:name><uro:lod0Geometry><gml:Point><gml:pos>458001 5438000 0</gml:pos></gml:Point></uro:lod0Geometry></uro:Manhole>")
        GML_MEMBER("<uro:WaterPipe gml:id=\"w\"><gml:name>\xe3\x82\xac\xe3\x82\xb9</gml:name><uro:innerDiamiter uom=\"m\">0.2</uro:innerDiamiter><uro:lod0Geometry><gml:LineString><gml:posList>458000 5438000 0 458001 5438000 0</gml:posList></gml:LineString></uro:lod0Geometry></uro:WaterPipe>")));
    expect_text("gml:lv", CIM__A_NETWORK, "power");
    expect_text("gml:lv", CIM__A_TIER, "lv");
    expect_text("gml:hv", CIM__A_TIER, "mv");
    expect_text("gml:w", CIM__A_NETWORK, "water"); /* the class before the name */
    assert_true(gml_value(&run, "gml:w", CIM__A_DIAMETER_MM)->real == 200.0);
}

/* ---- the collection ---- */

static size_t occurrences(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part)) n++;
    return n;
}

static size_t relations(cim__relation_type type, bool resolved)
{
    size_t n = 0;
    for (size_t i = 0; i < CIM__COUNT(&run.sink.relations, cim__pending_relation); i++) {
        const cim__pending_relation *p = &CIM__AT(&run.sink.relations, cim__pending_relation, i);
        bool there = false;
        for (size_t k = 0; k < cim__sink_count(&run.sink) && resolved && !there; k++) there = cim__sink_head(&run.sink, k)->gid_hash == p->to.key;
        n += p->type == (int32_t)type && (there || !resolved);
    }
    return n;
}

static size_t with(cim__class_id class_id, const char *network)
{
    size_t n = 0;
    for (size_t i = 0; i < cim__sink_count(&run.sink); i++) {
        bool of = false;
        assert_ok(ctx, cim__sink_record(ctx, &run.sink, i, &run.scratch, &run.record));
        for (uint32_t k = 0; k < run.record.value_count; k++) of |= run.record.values[k].attr == CIM__A_NETWORK && cim__str_is(run.record.values[k].text, network);
        n += of && cim__sink_head(&run.sink, i)->class_id == class_id;
    }
    return n;
}

static char *read_file(const char *path)
{
    size_t size;
    char *text = support_read(path, &size);
    assert_non_null(text);
    gml_file(&run, path);
    assert_ok(ctx, run.status);
    assert_int_equal(cim__report_unaccounted(&run.report), 0);
    return text;
}

static void test_utility_nanaimo(void **state)
{
    (void)state;
    SUPPORT_NEED(path, "utility/nanaimo_v2/nanaimo_water_pipes.gml");
    char *text = read_file(path);
    assert_int_equal(occurrences(text, "<utility:connectedCityObject>"), 28);
    assert_int_equal(relations(CIM__R_SERVES, true), 28);
    assert_int_equal(with(CIM__C_Pipe, "water"), occurrences(text, "<utility:RoundPipe "));
    assert_int_equal(with(CIM__C_UtilityNode, "water"), occurrences(text, "<utility:Node ") + occurrences(text, "<utility:TerminalElement "));
    assert_int_equal(relations(CIM__R_MEMBER, true), occurrences(text, "<utility:component>"));
    free(text);
}

static void test_utility_rotterdam(void **state)
{
    (void)state;
    SUPPORT_NEED(path, "utility/rotterdam_sewer/sewer.gml");
    char *text = read_file(path);
    assert_int_equal(with(CIM__C_Manhole, "sewer"), occurrences(text, "<utility:class>manhole<"));
    assert_int_equal(with(CIM__C_Pipe, "sewer"), occurrences(text, "<utility:RoundPipe>") + occurrences(text, "<utility:OtherShapePipe>"));
    assert_int_equal(relations(CIM__R_SERVES, true), occurrences(text, "<utility:connectedCityObject>"));
    size_t wide = 0;
    for (size_t i = 0; i < cim__sink_count(&run.sink); i++) {
        assert_ok(ctx, cim__sink_record(ctx, &run.sink, i, &run.scratch, &run.record));
        for (uint32_t k = 0; k < run.record.value_count; k++) wide += run.record.values[k].attr == CIM__A_DIAMETER_MM && run.record.values[k].real >= 300.0 && run.record.values[k].real <= 600.0;
    }
    assert_int_equal(wide, occurrences(text, "<utility:interiorDiameter>"));
    free(text);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_utility_names_of_0_9_9), T(test_utility_served), T(test_utility_media), T(test_utility_elements), T(test_utility_columns), T(test_utility_iur), T(test_utility_nanaimo), T(test_utility_rotterdam),
    };
    return cmocka_run_group_tests_name("citygml/utility", tests, NULL, NULL);
}
