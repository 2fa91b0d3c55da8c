/* Utilities of OpenStreetMap: class, network and columns of each kind; lines that are cut by devices; lines that end in stations. */
#include "osm_support.h"

#include <stdio.h>
#include <stdlib.h>

static cim_ctx *ctx;

/* ---- what each tag becomes ---- */

static const struct expected {
    const char *tags; /* "key=value|key=value" */
    char form;        /* N, L, A */
    cim__class_id class_id;
    const char *network, *tier, *state, *status, *flow;
    int controller;   /* -1: not said */
} expected[] = {
    { "power=line|voltage=380000;110000|circuits=2;1|frequency=50", 'L', CIM__C_Cable, "power", "hv", NULL, NULL, NULL, -1 },
    { "power=minor_line|voltage=20 kV", 'L', CIM__C_Cable, "power", "mv", NULL, NULL, NULL, -1 },
    { "power=cable|voltage=400", 'L', CIM__C_Cable, "power", "lv", NULL, NULL, NULL, -1 },
    { "power=minor_cable|voltage=60000", 'L', CIM__C_Cable, "power", "mv", NULL, NULL, NULL, -1 },
    { "power=minor_cable", 'L', CIM__C_Cable, "power", NULL, NULL, NULL, NULL, -1 },
    { "construction:power=line|voltage=110000", 'L', CIM__C_Cable, "power", "hv", NULL, "construction", NULL, -1 },
    { "disused:power=cable", 'L', CIM__C_Cable, "power", NULL, NULL, "disused", NULL, -1 },
    { "power=construction|construction=line", 'L', CIM__C_CityObject, NULL, NULL, NULL, NULL, NULL, -1 },
    { "power=tower", 'N', CIM__C_Pole, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=pole", 'N', CIM__C_Pole, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=pole|transformer=distribution", 'N', CIM__C_Transformer, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=pole|switch=disconnector|state=open", 'N', CIM__C_Switch, "power", NULL, "open", NULL, NULL, -1 },
    { "power=pole|transformer=no", 'N', CIM__C_Pole, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=portal", 'N', CIM__C_Pole, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=substation|voltage=110000;20000", 'A', CIM__C_Substation, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=substation|voltage=20000", 'N', CIM__C_Substation, "power", "mv", NULL, NULL, NULL, -1 },
    { "power=switch|state=closed", 'N', CIM__C_Switch, "power", NULL, "closed", NULL, NULL, -1 },
    { "power=transformer|voltage=110000", 'N', CIM__C_Transformer, "power", "hv", NULL, NULL, NULL, -1 },
    { "power=compensator", 'N', CIM__C_UtilityNode, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=converter", 'A', CIM__C_Transformer, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=plant", 'A', CIM__C_Plant, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=generator|generator:source=gas", 'N', CIM__C_Generator, "power", NULL, NULL, NULL, NULL, -1 },
    { "power=generator|generator:source=solar", 'N', CIM__C_Generator, "power", NULL, NULL, NULL, NULL, 0 },
    { "man_made=pipeline|substance=water|usage=distribution|flow_direction=forward", 'L', CIM__C_Pipe, "water", "distribution", NULL, NULL, "with", -1 },
    { "man_made=pipeline|substance=natural_gas|flow_direction=backward", 'L', CIM__C_Pipe, "gas", NULL, NULL, NULL, "against", -1 },
    { "man_made=pipeline|substance=hot_water|flow_direction=both", 'L', CIM__C_Pipe, "heat", NULL, NULL, NULL, "both", -1 },
    { "man_made=pipeline|substance=sewage", 'L', CIM__C_Pipe, "sewer", NULL, NULL, NULL, NULL, -1 },
    { "man_made=pipeline|substance=beer", 'L', CIM__C_Pipe, "beer", NULL, NULL, NULL, NULL, -1 },
    { "disused:man_made=pipeline|substance=oil", 'L', CIM__C_Pipe, "oil", NULL, NULL, "disused", NULL, -1 },
    { "pipeline=valve|substance=water|state=closed", 'N', CIM__C_Valve, "water", NULL, "closed", NULL, NULL, -1 },
    { "pipeline=valve|substance=gas|state=open", 'N', CIM__C_Valve, "gas", NULL, "open", NULL, NULL, -1 },
    { "pipeline=substation|substance=gas", 'A', CIM__C_Substation, "gas", NULL, NULL, NULL, NULL, -1 },
    { "pipeline=marker|substance=gas", 'N', CIM__C_UtilityNode, "gas", NULL, NULL, NULL, NULL, -1 },
    { "man_made=water_works", 'A', CIM__C_Plant, "water", NULL, NULL, NULL, NULL, -1 },
    { "man_made=wastewater_plant", 'A', CIM__C_Plant, "sewer", NULL, NULL, NULL, NULL, -1 },
    { "man_made=pumping_station", 'N', CIM__C_Pump, "water", NULL, NULL, NULL, NULL, -1 },
    { "man_made=pumping_station|substance=sewage", 'N', CIM__C_Pump, "sewer", NULL, NULL, NULL, NULL, -1 },
    { "man_made=water_tower", 'N', CIM__C_Tank, "water", NULL, NULL, NULL, NULL, -1 },
    { "man_made=water_well", 'N', CIM__C_UtilityNode, "water", NULL, NULL, NULL, NULL, 1 },
    { "man_made=reservoir_covered", 'A', CIM__C_Tank, "water", NULL, NULL, NULL, NULL, -1 },
    { "man_made=gasometer", 'N', CIM__C_Tank, "gas", NULL, NULL, NULL, NULL, -1 },
    { "man_made=street_cabinet|utility=telecom", 'N', CIM__C_StreetCabinet, "telecom", NULL, NULL, NULL, NULL, -1 },
    { "man_made=street_cabinet|street_cabinet=power", 'N', CIM__C_StreetCabinet, "power", NULL, NULL, NULL, NULL, -1 },
    { "man_made=utility_pole|utility=power", 'N', CIM__C_Pole, "power", NULL, NULL, NULL, NULL, -1 },
    { "telecom=exchange", 'A', CIM__C_UtilityNode, "telecom", NULL, NULL, NULL, NULL, -1 },
    { "telecom=connection_point", 'N', CIM__C_UtilityNode, "telecom", NULL, NULL, NULL, NULL, -1 },
    { "communication=line", 'L', CIM__C_Cable, "telecom", NULL, NULL, NULL, NULL, -1 },
    { "communication=cable", 'L', CIM__C_Cable, "telecom", NULL, NULL, NULL, NULL, -1 },
};

static void put_tags(char *xml, const char *tags)
{
    char key[100], value[100];
    for (const char *p = tags; p && *p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL) {
        assert_int_equal(sscanf(p, "%99[^=]=%99[^|]", key, value), 2);
        sprintf(xml + strlen(xml), "<tag k=\"%s\" v=\"%s\"/>", key, value);
    }
}

static void expect_text(const struct expected *e, const cim__record *r, cim__attr attr, const char *wanted)
{
    const cim__value *v = osm_value(r, attr);
    if (!wanted ? v != NULL : !v || !cim__str_is(v->text, wanted)) fail_msg("%s: %s is %.*s, not %s", e->tags, cim__attrs[attr].name, v ? (int)v->text.len : 4, v ? v->text.ptr : "none", wanted ? wanted : "none");
}

static void test_osm_utility_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct expected *e = &expected[i];
        osm_run run;
        char xml[3000] = "<osm version=\"0.6\">";
        for (int n = 1; n <= 4; n++) {
            sprintf(xml + strlen(xml), "<node id=\"%d\" lat=\"48.00%d\" lon=\"9.00%d\">", n, n > 2, n == 2 || n == 3);
            if (n == 1 && e->form == 'N') put_tags(xml, e->tags);
            strcat(xml, "</node>");
        }
        strcat(xml, e->form == 'A' ? "<way id=\"1\"><nd ref=\"1\"/><nd ref=\"2\"/><nd ref=\"3\"/><nd ref=\"4\"/><nd ref=\"1\"/>" : "<way id=\"1\"><nd ref=\"1\"/><nd ref=\"2\"/>");
        if (e->form != 'N') put_tags(xml, e->tags);
        strcat(xml, "</way></osm>");
        assert_ok(ctx, osm_import_text(ctx, xml, &run));
        const char *gid = e->form == 'N' ? "osm:node/1" : "osm:way/1";
        if (e->class_id != CIM__C_CityObject) {
            const cim__head *head = osm_head(ctx, &run, gid);
            if (!head || head->class_id != e->class_id) fail_msg("%s is %s", e->tags, head ? cim__classes[head->class_id].name : "not there");
            bool area = head->layer == CIM__L_UTILITY_AREA;
            const cim__record *r = osm_object(ctx, &run, gid);
            expect_text(e, r, CIM__A_NETWORK, e->network);
            if (!area) expect_text(e, r, CIM__A_TIER, e->tier);
            expect_text(e, r, CIM__A_STATE, e->state);
            expect_text(e, r, CIM__A_STATUS, e->status);
            expect_text(e, r, CIM__A_FLOW, e->flow);
            const cim__value *c = osm_value(r, CIM__A_CONTROLLER);
            if ((c ? c->integer : -1) != e->controller) fail_msg("%s: controller", e->tags);
        }
        osm_free(ctx, &run);
    }
}

/* ---- cutting ---- */

/* A line over five nodes with something on the middle one. */
static size_t segments_with(const char *tags)
{
    osm_run run;
    char xml[2000] = "<osm version=\"0.6\">", gid[40];
    size_t count = 0;
    for (int n = 1; n <= 5; n++) {
        sprintf(xml + strlen(xml), "<node id=\"%d\" lat=\"48\" lon=\"9.00%d\">", n, n);
        if (n == 3) put_tags(xml, tags);
        strcat(xml, "</node>");
    }
    strcat(xml, "<way id=\"1\"><nd ref=\"1\"/><nd ref=\"2\"/><nd ref=\"3\"/><nd ref=\"4\"/><nd ref=\"5\"/><tag k=\"power\" v=\"line\"/></way></osm>");
    assert_ok(ctx, osm_import_text(ctx, xml, &run));
    for (int i = 0; i < 4; i++) {
        sprintf(gid, "osm:way/1#%d", i);
        count += osm_head(ctx, &run, gid) != NULL;
    }
    osm_free(ctx, &run);
    return count;
}

static void test_osm_utility_cuts(void **state)
{
    (void)state;
    static const char *const cutting[] = { "power=switch", "power=transformer", "power=substation", "power=generator", "power=plant", "power=pole|switch=disconnector", "power=tower|transformer=main", "power=connection",
                                           "pipeline=valve", "man_made=water_tower", "man_made=reservoir_covered", "man_made=water_works", "man_made=water_well", "emergency=fire_hydrant", "man_made=manhole" };
    static const char *const passing[] = { "power=tower", "power=pole", "power=portal", "power=insulator", "disused:power=switch", "disused:power=pole|switch=disconnector", "pipeline=marker", "natural=tree" };
    for (size_t i = 0; i < sizeof cutting / sizeof *cutting; i++)
        if (segments_with(cutting[i]) != 2) fail_msg("%s does not cut", cutting[i]);
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (segments_with(passing[i]) != 0) fail_msg("%s cuts", passing[i]);
}

/* ---- stations ---- */

#define NODE(id, x, y, tags) "<node id=\"" #id "\" lat=\"48.0" #y "\" lon=\"9.0" #x "\">" tags "</node>"
#define ND(id) "<nd ref=\"" #id "\"/>"
#define TAG(k, v) "<tag k=\"" k "\" v=\"" v "\"/>"
#define LINE(id, nodes, tags) "<way id=\"" #id "\">" nodes tags "</way>"

/* A fence 10..20 with lines from all sides: to a corner, to inside, through to a bay of the station, to a switch in it, past it; a
 * pipe that ends inside, and a plant around everything. */
static const char station[] =
    "<osm version=\"0.6\">" NODE(1, 10, 10, "") NODE(2, 20, 10, "") NODE(3, 20, 20, "") NODE(4, 10, 20, "")
    NODE(5, 00, 10, "") NODE(6, 15, 15, "") NODE(7, 30, 15, "") NODE(8, 18, 18, "") NODE(9, 12, 18, "") NODE(10, 30, 30, "") NODE(11, 13, 12, TAG("power", "switch")) NODE(12, 13, 00, "")
    NODE(13, 40, 10, "") NODE(14, 40, 40, "") NODE(15, 16, 13, "") NODE(16, 30, 05, "")
    NODE(21, 05, 05, "") NODE(22, 25, 05, "") NODE(23, 25, 25, "") NODE(24, 05, 25, "")
    LINE(100, ND(1) ND(2) ND(3) ND(4) ND(1), TAG("power", "substation")) LINE(101, ND(21) ND(22) ND(23) ND(24) ND(21), TAG("power", "plant"))
    LINE(1, ND(5) ND(1), TAG("power", "line"))    /* to a corner */
    LINE(2, ND(7) ND(6), TAG("power", "line"))    /* to inside */
    LINE(3, ND(10) ND(8), TAG("power", "line"))   /* to a bay, which ends loose */
    LINE(4, ND(8) ND(9), TAG("power", "line") TAG("line", "bay"))
    LINE(5, ND(12) ND(11), TAG("power", "cable")) /* to a switch */
    LINE(6, ND(13) ND(14), TAG("power", "line"))  /* past */
    LINE(7, ND(16) ND(15), TAG("man_made", "pipeline") TAG("substance", "gas"))
    LINE(8, ND(5) ND(1), TAG("power", "cable"))   /* to the same corner */
    "</osm>";

/* Is `line` connected to `area` (NULL: to any object that is no line), with which end?  -1: no, 0: from, 1: to. */
static int connected(cim_city *city, int line, const char *area)
{
    char gid[30];
    uint32_t id;
    size_t count = 0;
    cim_buf json = CIM_BUF_INIT;
    sprintf(gid, "osm:way/%d", line);
    assert_ok(ctx, cim_city_find(ctx, city, gid, &id, 1, &count));
    assert_int_equal(count, 1);
    assert_ok(ctx, cim_city_object(ctx, city, id, CIM_OBJECT_RELATIONS, &json));
    char *text = strndup(json.data, json.size), *at = strstr(text, "\"connects\"");
    int end = !at || (area && !strstr(at, area)) ? -1 : strstr(at, "{\"end\":\"to\"}") ? 1 : 0;
    free(text);
    cim_buf_dispose(&json);
    return end;
}

static void test_osm_utility_stations(void **state)
{
    (void)state;
    const char *input = support_temp("station.osm"), *path = support_temp("station.cim");
    cim_city *city = NULL;
    support_write(input, station, sizeof station - 1);
    assert_ok(ctx, cim_import(ctx, path, &input, 1, NULL, NULL));
    assert_ok(ctx, cim_city_open(ctx, path, NULL, &city));
    assert_int_equal(connected(city, 1, "\"osm:way/100\""), 1); /* not to the plant, which is larger */
    assert_int_equal(connected(city, 8, "\"osm:way/100\""), 1);
    assert_int_equal(connected(city, 2, "\"osm:way/100\""), 1);
    assert_int_equal(connected(city, 3, NULL), -1); /* its bay goes on */
    assert_int_equal(connected(city, 4, "\"osm:way/100\""), 1);
    assert_int_equal(connected(city, 5, NULL), -1); /* a switch is there */
    assert_int_equal(connected(city, 6, NULL), -1);
    assert_int_equal(connected(city, 7, NULL), -1); /* gas in a power station */
    cim_city_free(city);
}

static int begin(void **state)
{
    (void)state;
    ctx = support_ctx();
    return 0;
}

static int end(void **state)
{
    (void)state;
    cim_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_osm_utility_kinds), cmocka_unit_test(test_osm_utility_cuts), cmocka_unit_test(test_osm_utility_stations) };
    return cmocka_run_group_tests(tests, begin, end);
}
