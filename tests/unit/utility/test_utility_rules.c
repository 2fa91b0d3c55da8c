/* test_utility_rules.c - one small network for every rule of cim-utility(7). */
#include "utilities.h"

#include <math.h>
#include <stdio.h>

#define NONE NULL, 0
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define END_FROM "{\"end\":\"from\"}"
#define END_TO "{\"end\":\"to\"}"

static const char *domain_of(const utilities *u, uint32_t element)
{
    uint32_t d = element < u->v.node_count ? u->v.node_domain[element] : u->v.edge_domain[element - u->v.node_count];
    return cim_utility_domain_name(u->utility, d);
}

static uint32_t node_of(const utilities *u, const char *gid)
{
    uint32_t elements[16];
    size_t n = elements_of(u, gid, elements, 16);
    for (size_t i = 0; i < n; i++)
        if (elements[i] < u->v.node_count) return elements[i];
    return CIM_NONE;
}

/* ---- commodities ---- */

static void test_commodity_from_network_parent_and_end(void **state)
{
    static const support_object objects[] = {
        { .gid = "n:1", .class_name = "Network", .values = "network=heat" },
        { .gid = "n:2", .class_name = "Network", .parent = "n:1" },
        { .gid = "o:station", .class_name = "UtilityNode", .wkt = "POINT(0 0)", .values = "network=gas" },
        { .gid = "p:1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)" },                            /* member of a network in a network */
        { .gid = "p:2", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 1)", .parent = "o:station" },       /* as its parent */
        { .gid = "p:3", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 2)" },                              /* as its end */
        { .gid = "p:4", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 3)" },                              /* nobody says */
        { .gid = "p:5", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 4)", .values = "network=sewer" },
    };
    static const support_relation relations[] = { { "p:1", CIM__R_MEMBER, "n:2", NULL }, { "p:3", CIM__R_CONNECTS, "o:station", END_FROM } };
    (void)state;
    utilities u = UTILITIES(objects, relations);
    assert_string_equal(domain_of(&u, element_named(&u, "p:1")), "heat");
    assert_string_equal(domain_of(&u, element_named(&u, "p:2")), "gas");
    assert_string_equal(domain_of(&u, element_named(&u, "p:3")), "gas");
    assert_string_equal(domain_of(&u, element_named(&u, "p:4")), "");
    assert_string_equal(domain_of(&u, element_named(&u, "p:5")), "sewer");
    assert_int_equal(u.v.domain_count, 4);
    assert_null(cim_utility_domain_name(u.utility, 4));
    /* all begin at the same place; only the gas pipes meet, at the station */
    uint32_t e2 = element_named(&u, "p:2") - u.v.node_count, e3 = element_named(&u, "p:3") - u.v.node_count, e1 = element_named(&u, "p:1") - u.v.node_count;
    assert_int_equal(u.v.from[e2], u.v.from[e3]);
    assert_int_equal(u.v.node_object[u.v.from[e2]], object_named(&u, "o:station"));
    assert_int_not_equal(u.v.from[e1], u.v.from[e2]);
    assert_int_equal(u.v.node_count, 4 + 5); /* four beginnings, as two are one; five ends */
    utilities_done(&u);
}

static void test_node_in_two_commodities(void **state)
{
    static const support_object objects[] = {
        { .gid = "m:1", .class_name = "Pole", .wkt = "POINT(5 0)" },
        { .gid = "c:1", .class_name = "Cable", .wkt = "LINESTRING(0 0,10 0)", .values = "network=power" },
        { .gid = "c:2", .class_name = "Cable", .wkt = "LINESTRING(5 0,5 9)", .values = "network=telecom" },
    };
    uint32_t elements[4];
    (void)state;
    utilities u = utilities_of(objects, COUNT(objects), NONE, NULL);
    assert_int_equal(elements_of(&u, "m:1", elements, 4), 2);
    assert_string_not_equal(domain_of(&u, elements[0]), domain_of(&u, elements[1]));
    assert_int_equal(elements_of(&u, "c:1", elements, 4), 2); /* it cuts the power cable */
    assert_int_equal(elements_of(&u, "c:2", elements, 4), 1);
    assert_int_equal(findings_of(&u, CIM_UTILITY_ALONE, NULL), 0);
    utilities_done(&u);
}

/* ---- ends ---- */

static void test_numbers_join(void **state)
{
    static const support_object objects[] = {
        { .gid = "osm:node/5", .class_name = "Valve", .wkt = "POINT(20 0)", .values = "network=water" },
        { .gid = "osm:way/1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = "network=water;from_node=1;to_node=2" },
        { .gid = "osm:way/2", .class_name = "Pipe", .wkt = "LINESTRING(10 0,20 0)", .values = "network=water;from_node=2;to_node=5" },
        { .gid = "osm:way/3", .class_name = "Pipe", .wkt = "LINESTRING(20 0,30 0)", .values = "network=water;from_node=5;to_node=-7" },
        { .gid = "osm:way/4", .class_name = "Pipe", .wkt = "LINESTRING(10 0,10 9)", .values = "network=water;from_node=8;to_node=9" }, /* the same place, another number */
        { .gid = "osm:way/5", .class_name = "Pipe", .wkt = "LINESTRING(30 0,40 0)", .values = "network=water;from_node=-7;to_node=11" },
    };
    uint32_t device;
    (void)state;
    utilities u = utilities_of(objects, COUNT(objects), NONE, NULL);
    assert_int_equal(u.v.edge_count, 5);
    assert_int_equal(u.v.node_count, 7);
    assert_int_equal(devices_of(&u, "osm:node/5", &device, 1), 1);
    uint32_t way2 = element_named(&u, "osm:way/2") - u.v.node_count, way3 = element_named(&u, "osm:way/3") - u.v.node_count;
    uint32_t way5 = element_named(&u, "osm:way/5") - u.v.node_count;
    assert_int_equal(u.v.to[way2], u.v.from[way3]);
    assert_int_equal(u.v.to[way3], u.v.from[way5]);
    assert_int_equal(u.v.node_object[u.v.to[way2]], object_named(&u, "osm:node/5"));
    assert_int_equal(findings_of(&u, CIM_UTILITY_DANGLES, NULL), 4); /* 1, 8, 9, 11 */
    utilities_done(&u);
}

static void test_end_by_place_meets_numbered_and_stated(void **state)
{
    static const support_object objects[] = {
        { .gid = "o:n", .class_name = "UtilityNode", .values = "network=water" }, /* without a place: it is where the line says */
        { .gid = "osm:way/1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = "network=water;from_node=1;to_node=2" },
        { .gid = "p:2", .class_name = "Pipe", .wkt = "LINESTRING(50 0,60 0)", .values = "network=water" },
        { .gid = "p:3", .class_name = "Pipe", .wkt = "LINESTRING(10.004 0,50.003 0)", .values = "network=water" },
    };
    static const support_relation relations[] = { { "p:2", CIM__R_CONNECTS, "o:n", END_FROM } };
    (void)state;
    utilities u = UTILITIES(objects, relations);
    uint32_t a = element_named(&u, "osm:way/1") - u.v.node_count, b = element_named(&u, "p:2") - u.v.node_count, c = element_named(&u, "p:3") - u.v.node_count;
    assert_int_equal(u.v.to[a], u.v.from[c]);
    assert_int_equal(u.v.to[c], u.v.from[b]);
    assert_int_equal(findings_of(&u, CIM_UTILITY_SNAPPED, "p:3"), 2);
    utilities_done(&u);
}

static void test_tolerance_of_network(void **state)
{
    static const support_object objects[] = {
        { .gid = "n:1", .class_name = "Network", .values = "network=water", .attrs = "{\"snap_m\":0.5}" },
        { .gid = "p:1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)" },
        { .gid = "p:2", .class_name = "Pipe", .wkt = "LINESTRING(10.3 0,20 0)" },
        { .gid = "g:1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = "network=gas" },
        { .gid = "g:2", .class_name = "Pipe", .wkt = "LINESTRING(10.3 0,20 0)", .values = "network=gas" },
    };
    static const support_relation relations[] = { { "p:1", CIM__R_MEMBER, "n:1", NULL }, { "p:2", CIM__R_MEMBER, "n:1", NULL } };
    cim_utility_options options = CIM_UTILITY_OPTIONS_INIT;
    (void)state;
    utilities u = UTILITIES(objects, relations);
    assert_int_equal(u.v.node_count, 3 + 4);
    assert_int_equal(findings_of(&u, CIM_UTILITY_SNAPPED, NULL), 1);
    assert_int_equal(findings_of(&u, CIM_UTILITY_NEAR, NULL), 2);
    utilities_done(&u);
    options.snap_m = 0.0;
    u = utilities_of(objects, COUNT(objects), relations, COUNT(relations), &options);
    assert_int_equal(u.v.node_count, 8);
    utilities_done(&u);
}

static void test_cut_line_is_one_feature(void **state)
{
    static const support_object objects[] = {
        { .gid = "p:main", .class_name = "Pipe", .wkt = "LINESTRING(0 0,40 0,100 0)", .values = "network=water;length_m=200;demand_lps=3" },
        { .gid = "p:a", .class_name = "Pipe", .wkt = "LINESTRING(20 0,20 9)", .values = "network=water" },
        { .gid = "p:b", .class_name = "Pipe", .wkt = "LINESTRING(20 0,20 -9)", .values = "network=water" }, /* from the other side at the same place */
        { .gid = "v:1", .class_name = "Valve", .wkt = "POINT(60 0.001)", .values = "network=water" },
        { .gid = "p:over", .class_name = "Pipe", .wkt = "LINESTRING(80 -5,80 5)", .values = "network=water" },
    };
    uint32_t e[8], device;
    size_t count;
    (void)state;
    utilities u = utilities_of(objects, COUNT(objects), NONE, NULL);
    assert_int_equal(elements_of(&u, "p:main", e, 8), 3);
    const uint32_t n = u.v.node_count;
    assert_int_equal(u.v.to[e[0] - n], u.v.from[e[1] - n]);
    assert_int_equal(u.v.to[e[1] - n], u.v.from[e[2] - n]);
    const double lengths[] = { 40.0, 80.0, 80.0 };
    for (int i = 0; i < 3; i++) {
        assert_true(fabs(u.v.columns[CIM_UTILITY_LENGTH_M][e[i]] - lengths[i]) < 1e-6);
        assert_true(fabs(u.v.columns[CIM_UTILITY_DEMAND_LPS][e[i]] - lengths[i] / 200.0 * 3.0) < 1e-9);
    }
    assert_int_equal(u.v.first_vertex[e[1] - n + 1] - u.v.first_vertex[e[1] - n], 3); /* over the vertex at 40 */
    uint32_t feature = 0;
    while (u.v.feature_object[feature] != object_named(&u, "p:main")) feature++;
    cim_trace_network_feature(cim_utility_network(u.utility), feature, &count);
    assert_int_equal(count, 3);
    assert_int_equal(devices_of(&u, "v:1", &device, 1), 1);
    assert_int_equal(u.v.device_edge[device], e[2] - n);
    assert_int_equal(u.v.device_end[device], 0);
    assert_int_equal(u.v.device_kind[device], CIM_TRACE_VALVE);
    assert_int_equal(findings_of(&u, CIM_UTILITY_TAPPED, NULL), 2); /* one place for both branches, one for the valve */
    assert_int_equal(findings_of(&u, CIM_UTILITY_CROSSES, NULL), 1);
    utilities_done(&u);
}

static void test_area_takes_ends_that_dangle(void **state)
{
    static const support_object objects[] = {
        { .gid = "o:plant", .class_name = "Plant", .wkt = "POLYGON((0 0,10 0,10 10,0 10,0 0))", .values = "network=water" },
        { .gid = "p:1", .class_name = "Pipe", .wkt = "LINESTRING(5 5,50 5)", .values = "network=water" },
        { .gid = "osm:way/2", .class_name = "Pipe", .wkt = "LINESTRING(2 2,50 2)", .values = "network=water;from_node=1;to_node=2" },
        { .gid = "p:3", .class_name = "Pipe", .wkt = "LINESTRING(5 -9,5 20)", .values = "network=water" }, /* through it */
    };
    (void)state;
    utilities u = utilities_of(objects, COUNT(objects), NONE, NULL);
    uint32_t plant = node_of(&u, "o:plant");
    assert_int_equal(u.v.from[element_named(&u, "osm:way/2") - u.v.node_count], plant);
    assert_int_equal(u.v.node_flags[plant], CIM_TRACE_SOURCE);
    assert_int_equal(findings_of(&u, CIM_UTILITY_TAPPED, "p:1"), 1); /* a line is nearer than an area: p:1 begins on p:3 */
    utilities_done(&u);
}

/* ---- devices ---- */

static void test_device_at_nodes(void **state)
{
    static const support_object objects[] = {
        { .gid = "v:alone", .class_name = "Valve", .wkt = "POINT(500 500)", .values = "network=water" },
        { .gid = "h:end", .class_name = "Hydrant", .wkt = "POINT(0 0)", .values = "network=water" },
        { .gid = "v:two", .class_name = "Valve", .wkt = "POINT(10 0)", .values = "network=water;state=closed;normal_state=open;operable=0;accessible=0" },
        { .gid = "v:four", .class_name = "Valve", .wkt = "POINT(20 0)", .values = "network=water;status=disused" },
        { .gid = "o:node", .class_name = "UtilityNode", .wkt = "POINT(30 0)", .values = "network=water;status=construction" },
        { .gid = "p:1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = "network=water;status=inUse" },
        { .gid = "p:2", .class_name = "Pipe", .wkt = "LINESTRING(10 0,20 0)", .values = "network=water;status=removed" },
        { .gid = "p:3", .class_name = "Pipe", .wkt = "LINESTRING(20 0,30 0)", .values = "network=water" },
        { .gid = "p:4", .class_name = "Pipe", .wkt = "LINESTRING(20 0,20 9)", .values = "network=water" },
        { .gid = "p:5", .class_name = "Pipe", .wkt = "LINESTRING(20 0,20 -9)", .values = "network=water" },
    };
    uint32_t d[8];
    (void)state;
    utilities u = utilities_of(objects, COUNT(objects), NONE, NULL);
    assert_int_equal(devices_of(&u, "v:alone", d, 8), 0);
    assert_int_equal(findings_of(&u, CIM_UTILITY_ON_NOTHING, NULL), 1);
    assert_int_equal(findings_of(&u, CIM_UTILITY_ALONE, NULL), 0);
    assert_int_equal(devices_of(&u, "h:end", d, 8), 1);
    assert_int_equal(u.v.device_kind[d[0]], CIM_TRACE_HYDRANT);
    assert_int_equal(devices_of(&u, "v:two", d, 8), 1);
    assert_int_equal(u.v.device_flags[d[0]], CIM_TRACE_SHUT | CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE);
    assert_int_equal(u.v.device_object[d[0]], object_named(&u, "v:two"));
    assert_int_equal(devices_of(&u, "v:four", d, 8), 3);
    for (int i = 0; i < 3; i++) assert_int_equal(u.v.device_flags[d[i]], CIM_TRACE_OUT);
    assert_int_equal(u.v.node_flags[node_of(&u, "v:four")], 0); /* a valve that is not used any more lets pass */
    assert_int_equal(u.v.node_flags[node_of(&u, "o:node")], CIM_TRACE_OUT);
    assert_int_equal(u.v.edge_flags[element_named(&u, "p:1") - u.v.node_count], 0);
    assert_int_equal(u.v.edge_flags[element_named(&u, "p:2") - u.v.node_count], CIM_TRACE_OUT);
    assert_true(column_sum(&u, CIM_UTILITY_HYDRANTS) == 1.0);
    utilities_done(&u);
}

static void test_device_on_stated_end(void **state)
{
    static const support_object objects[] = {
        { .gid = "j:a", .class_name = "UtilityNode", .wkt = "POINT(0 0)", .values = "network=water" },
        { .gid = "j:b", .class_name = "UtilityNode", .wkt = "POINT(100 0)", .values = "network=water" },
        { .gid = "p:1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,100 0)", .values = "network=water" },
        { .gid = "p:tap", .class_name = "Pipe", .wkt = "LINESTRING(50 0,50 9)", .values = "network=water" },
        { .gid = "v:near_b", .class_name = "Valve", .wkt = "POINT(3 0)" },
        { .gid = "v:from", .class_name = "Valve" },
        { .gid = "v:to", .class_name = "Switch" },
        { .gid = "v:lost", .class_name = "Valve", .wkt = "POINT(99 0)" },
        { .gid = "v:place", .class_name = "Valve", .wkt = "POINT(98 0)" },
    };
    static const support_relation relations[] = {
        { "p:1", CIM__R_CONNECTS, "j:a", END_FROM },
        { "p:1", CIM__R_CONNECTS, "j:b", END_TO },
        { "v:near_b", CIM__R_CONNECTS, "p:1", "{\"near\":\"j:b\"}" },
        { "v:from", CIM__R_CONNECTS, "p:1", END_FROM },
        { "v:to", CIM__R_CONNECTS, "p:1", END_TO },
        { "v:lost", CIM__R_CONNECTS, "p:1", "{\"near\":\"j:nowhere\"}" },
        { "v:place", CIM__R_CONNECTS, "p:1", NULL },
    };
    static const struct {
        const char *gid;
        int end;
    } wanted[] = { { "v:near_b", 1 }, { "v:from", 0 }, { "v:to", 1 }, { "v:lost", 1 }, { "v:place", 1 } };
    uint32_t e[8];
    (void)state;
    utilities u = UTILITIES(objects, relations);
    size_t n = elements_of(&u, "p:1", e, 8);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        uint32_t d, on;
        assert_int_equal(devices_of(&u, wanted[i].gid, &d, 1), 1);
        assert_int_equal(u.v.device_end[d], wanted[i].end);
        assert_int_equal(u.v.device_edge[d] + u.v.node_count, e[wanted[i].end]);
        assert_int_equal(elements_of(&u, wanted[i].gid, &on, 1), 1); /* what it sits on */
        assert_int_equal(on, e[wanted[i].end]);
    }
    assert_int_equal(findings_of(&u, CIM_UTILITY_NO_END, "v:lost"), 1);
    assert_int_equal(findings_of(&u, CIM_UTILITY_ON_NOTHING, NULL), 0);
    assert_int_equal(u.v.node_count, 4); /* devices are no nodes of their own */
    utilities_done(&u);
}

static void test_lines_that_are_devices(void **state)
{
    static const support_object objects[] = {
        { .gid = "j:a", .class_name = "UtilityNode", .wkt = "POINT(0 0)", .values = "network=water" },
        { .gid = "j:b", .class_name = "UtilityNode", .wkt = "POINT(10 0)", .values = "network=water" },
        { .gid = "j:c", .class_name = "UtilityNode", .wkt = "POINT(20 0)", .values = "network=water" },
        { .gid = "u:pump", .class_name = "Pump", .wkt = "POINT(5 1)", .values = "network=water" },
        { .gid = "u:cv", .class_name = "Pipe", .wkt = "LINESTRING(10 0,20 0)", .values = "network=water;function=check_valve" },
        { .gid = "u:shut", .class_name = "Pipe", .wkt = "LINESTRING(0 0,0 30,20 0)", .values = "network=water;state=closed;operable=0" },
        { .gid = "u:prv", .class_name = "Valve", .wkt = "LINESTRING(0 0,10 0)", .values = "network=water;function=PRV;flow=against" },
    };
    static const support_relation relations[] = {
        { "u:pump", CIM__R_CONNECTS, "j:a", END_FROM },
        { "u:pump", CIM__R_CONNECTS, "j:b", END_TO },
    };
    static const struct {
        const char *gid;
        uint8_t kind, flags;
    } wanted[] = { { "u:pump", CIM_TRACE_PUMP, 0 },
                   { "u:cv", CIM_TRACE_CHECK_VALVE, 0 },
                   { "u:shut", CIM_TRACE_VALVE, CIM_TRACE_SHUT | CIM_TRACE_NORMALLY_SHUT | CIM_TRACE_INOPERABLE },
                   { "u:prv", CIM_TRACE_REGULATOR, 0 } };
    (void)state;
    utilities u = UTILITIES(objects, relations);
    assert_int_equal(u.v.node_count, 3);
    assert_int_equal(u.v.edge_count, 4);
    for (size_t i = 0; i < COUNT(wanted); i++) {
        uint32_t d[4], e = element_named(&u, wanted[i].gid) - u.v.node_count;
        assert_int_equal(devices_of(&u, wanted[i].gid, d, 4), 2);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(u.v.device_edge[d[k]], e);
            assert_int_equal(u.v.device_end[d[k]], k);
            assert_int_equal(u.v.device_kind[d[k]], wanted[i].kind);
            assert_int_equal(u.v.device_flags[d[k]], wanted[i].flags);
        }
    }
    uint32_t pump = element_named(&u, "u:pump") - u.v.node_count;
    assert_int_equal(u.v.first_vertex[pump + 1] - u.v.first_vertex[pump], 3); /* past its own place */
    assert_true(fabs(u.v.columns[CIM_UTILITY_LENGTH_M][u.v.node_count + pump] - 2.0 * sqrt(26.0)) < 1e-9);
    utilities_done(&u);
}

/* ---- what feeds ---- */

/* Which way flow goes is asked of the engine: what is fed by the source of a chain. */
static bool feeds_far_end(const char *values, const char *network)
{
    char source[100], pipe[200];
    snprintf(source, sizeof source, "network=%s;controller=1", network);
    snprintf(pipe, sizeof pipe, "network=%s;%s", network, values);
    const support_object objects[] = {
        { .gid = "o:s", .class_name = "UtilityNode", .wkt = "POINT(0 0)", .values = source },
        { .gid = "p:1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = pipe },
    };
    utilities u = utilities_of(objects, 2, NONE, NULL);
    cim_trace_network *network_ = cim_utility_network(u.utility);
    cim_trace_status *status;
    cim_trace_query *query;
    cim_trace_result r = { .struct_size = sizeof r };
    uint32_t start = node_of(&u, "o:s");
    assert_ok(u.ctx, cim_trace_status_new(u.ctx, network_, NULL, NULL, &status));
    assert_ok(u.ctx, cim_trace_query_new(u.ctx, network_, &query));
    cim_trace_view *view = cim_trace_status_view(status);
    assert_ok(u.ctx, cim_trace_find(u.ctx, view, query, CIM_TRACE_DOWNSTREAM, &start, 1, NULL, &r));
    bool far = r.count == 3;
    cim_trace_view_free(view);
    cim_trace_query_free(query);
    cim_trace_status_free(status);
    utilities_done(&u);
    return far;
}

static void test_flow(void **state)
{
    (void)state;
    assert_true(feeds_far_end("flow=with", "water"));
    assert_false(feeds_far_end("flow=against", "water"));
    assert_true(feeds_far_end("flow=both", "water"));
    assert_false(feeds_far_end("flow=none", "water"));
    assert_true(feeds_far_end("level_from_m=1;level_to_m=2", "water")); /* levels count in sewers only */
    assert_true(feeds_far_end("level_from_m=2;level_to_m=1", "sewer"));
    assert_false(feeds_far_end("level_from_m=1;level_to_m=2", "sewer"));
    assert_true(feeds_far_end("level_from_m=1;level_to_m=1", "sewer"));
    assert_true(feeds_far_end("level_from_m=1;level_to_m=2;flow=with", "wastewater")); /* what is said goes first */
    assert_true(feeds_far_end("function=check_valve", "water"));
}

static bool is_source(const char *class_name, const char *values)
{
    const support_object objects[] = { { .gid = "o:s", .class_name = class_name, .wkt = "POINT(0 0)", .values = values } };
    utilities u = utilities_of(objects, 1, NONE, NULL);
    bool source = u.v.node_flags[0] & CIM_TRACE_SOURCE;
    utilities_done(&u);
    return source;
}

static void test_controllers(void **state)
{
    static const struct {
        const char *class_name, *values;
        bool source;
    } rows[] = {
        { "Tank", "network=water", true }, { "Plant", "network=heat", true }, { "Plant", "network=gas", true }, { "Tank", "network=power", false },
        { "Generator", "network=power", true }, { "Plant", "network=power", true }, { "Generator", "network=water", false },
        { "Plant", "network=sewer", false }, { "Plant", "network=sewer;controller=1", true }, { "Tank", "network=water;controller=0", false },
        { "UtilityNode", "network=water", false }, { "UtilityNode", "network=telecom;controller=1", true }, { "Substation", "network=power", true },
        { "Substation", "network=power;controller=0", false }, { "Transformer", "network=power", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (is_source(rows[i].class_name, rows[i].values) != rows[i].source) fail_msg("%s, %s", rows[i].class_name, rows[i].values);
}

static void test_substation_feeds_what_nothing_generates(void **state)
{
    static const support_object objects[] = {
        { .gid = "g:1", .class_name = "Generator", .wkt = "POINT(0 0)", .values = "network=power" },
        { .gid = "s:1", .class_name = "Substation", .wkt = "POINT(10 0)", .values = "network=power" },
        { .gid = "c:1", .class_name = "Cable", .wkt = "LINESTRING(0 0,10 0)", .values = "network=power" },
        { .gid = "s:2", .class_name = "Substation", .wkt = "POLYGON((90 -1,92 -1,92 1,90 1,90 -1))", .values = "network=power" },
        { .gid = "c:2", .class_name = "Cable", .wkt = "LINESTRING(91 0,120 0)", .values = "network=power" },
        { .gid = "t:1", .class_name = "UtilityNode", .wkt = "POINT(120 0)", .values = "network=power" },
    };
    cim_utility_options options = CIM_UTILITY_OPTIONS_INIT;
    (void)state;
    utilities u = utilities_of(objects, COUNT(objects), NONE, NULL);
    assert_int_equal(u.v.node_flags[node_of(&u, "g:1")], CIM_TRACE_SOURCE);
    assert_int_equal(u.v.node_flags[node_of(&u, "s:1")], 0);
    assert_int_equal(u.v.node_flags[node_of(&u, "s:2")], CIM_TRACE_SOURCE);
    uint32_t t = object_named(&u, "t:1");
    utilities_done(&u);
    options.controllers = &t; /* said by the caller: then nothing is guessed */
    options.controller_count = 1;
    u = utilities_of(objects, COUNT(objects), NONE, &options);
    assert_int_equal(u.v.node_flags[node_of(&u, "t:1")], CIM_TRACE_SOURCE);
    assert_int_equal(u.v.node_flags[node_of(&u, "s:2")], 0);
    utilities_done(&u);
}

/* ---- mistakes ---- */

static void test_findings(void **state)
{
    char deep[80][2][8];
    support_object objects[100] = {
        { .gid = "s:up", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = "network=sewer;flow=with;level_from_m=1;level_to_m=2" },
        { .gid = "s:down", .class_name = "Pipe", .wkt = "LINESTRING(0 9,10 9)", .values = "network=sewer;flow=against;level_from_m=1;level_to_m=2" },
        { .gid = "s:nowhere", .class_name = "Pipe", .values = "network=sewer" },
        { .gid = "s:long", .class_name = "Pipe", .wkt = "LINESTRING(0 20,10 20)", .values = "network=sewer;length_m=-5;demand_lps=1e300" },
        { .gid = "s:point", .class_name = "Pipe", .wkt = "POINT(0 20)", .values = "network=sewer" },
        { .gid = "m:1", .class_name = "Manhole", .wkt = "POINT(77 77)", .values = "network=sewer" },
    };
    size_t count = 6;
    (void)state;
    for (int i = 0; i < 80; i++) {
        snprintf(deep[i][0], 8, "d:%d", i);
        objects[count++] = (support_object){ .gid = deep[i][0], .class_name = "StreetCabinet", .wkt = "POINT(500 500)", .parent = i ? deep[i - 1][0] : NULL, .values = "network=power" };
    }
    utilities u = utilities_of(objects, count, NONE, NULL);
    assert_int_equal(findings_of(&u, CIM_UTILITY_UPHILL, NULL), 1);
    assert_int_equal(findings_of(&u, CIM_UTILITY_UPHILL, "s:up"), 1);
    assert_int_equal(findings_of(&u, CIM_UTILITY_NO_PLACE, NULL), 2);
    assert_int_equal(findings_of(&u, CIM_UTILITY_BAD_VALUE, "s:long"), 1);
    assert_int_equal(findings_of(&u, CIM_UTILITY_ALONE, "m:1"), 1);
    assert_int_equal(findings_of(&u, CIM_UTILITY_CYCLE, NULL), 80 - 65); /* those with more than 64 above them */
    assert_true(fabs(u.v.columns[CIM_UTILITY_LENGTH_M][element_named(&u, "s:long")] - 10.0) < 1e-9);
    assert_true(column_sum(&u, CIM_UTILITY_DEMAND_LPS) == 0.0);
    uint32_t element;
    assert_int_equal(elements_of(&u, "s:nowhere", &element, 1), 0);
    size_t n;
    const cim_utility_finding *f = cim_utility_findings(u.utility, &n);
    for (size_t i = 1; i < n; i++) assert_true(f[i - 1].kind < f[i].kind || (f[i - 1].kind == f[i].kind && f[i - 1].object <= f[i].object));
    for (uint32_t k = 0; k < CIM_UTILITY_FINDING_KINDS; k++) assert_non_null(cim_utility_finding_name(k));
    assert_null(cim_utility_finding_name(CIM_UTILITY_FINDING_KINDS));
    utilities_done(&u);
}

static void test_members_in_a_circle(void **state)
{
    static const support_object objects[] = {
        { .gid = "n:1", .class_name = "Network" },
        { .gid = "n:2", .class_name = "Network" },
        { .gid = "p:1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)" },
    };
    static const support_relation relations[] = { { "n:1", CIM__R_MEMBER, "n:2", NULL }, { "n:2", CIM__R_MEMBER, "n:1", NULL }, { "p:1", CIM__R_MEMBER, "n:1", NULL } };
    (void)state;
    utilities u = UTILITIES(objects, relations);
    assert_int_equal(findings_of(&u, CIM_UTILITY_CYCLE, "p:1"), 1);
    assert_int_equal(u.v.edge_count, 1);
    utilities_done(&u);
}

/* ---- strange networks ---- */

static void test_rings_and_parallel_lines(void **state)
{
    static const support_object objects[] = {
        { .gid = "p:ring", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0,10 10,0 0)", .values = "network=water" },
        { .gid = "p:a", .class_name = "Pipe", .wkt = "LINESTRING(0 0,-50 0)", .values = "network=water" },
        { .gid = "p:b", .class_name = "Pipe", .wkt = "LINESTRING(0 0,-50 0)", .values = "network=water" },
        { .gid = "p:dot", .class_name = "Pipe", .wkt = "LINESTRING(70 70,70 70)", .values = "network=water" },
        { .gid = "p:two", .class_name = "Pipe", .wkt = "MULTILINESTRING((200 0,210 0),(210 0,220 0))", .values = "network=water;length_m=40" },
    };
    uint32_t e[4];
    (void)state;
    utilities u = utilities_of(objects, COUNT(objects), NONE, NULL);
    uint32_t ring = element_named(&u, "p:ring") - u.v.node_count, a = element_named(&u, "p:a") - u.v.node_count, b = element_named(&u, "p:b") - u.v.node_count;
    assert_int_equal(u.v.from[ring], u.v.to[ring]);
    assert_int_equal(u.v.from[a], u.v.from[b]);
    assert_int_equal(u.v.to[a], u.v.to[b]);
    assert_int_equal(u.v.from[a], u.v.from[ring]);
    assert_int_equal(elements_of(&u, "p:two", e, 4), 2);
    assert_int_equal(u.v.to[e[0] - u.v.node_count], u.v.from[e[1] - u.v.node_count]);
    assert_true(fabs(u.v.columns[CIM_UTILITY_LENGTH_M][e[0]] - 20.0) < 1e-9);
    utilities_done(&u);
}

static void test_empty(void **state)
{
    static const support_object objects[] = { { .gid = "b:1", .class_name = "Building", .wkt = "POLYGON((0 0,1 0,1 1,0 0))" } };
    uint32_t element = 7;
    (void)state;
    utilities u = utilities_of(objects, 1, NONE, NULL);
    assert_int_equal(u.v.node_count + u.v.edge_count + u.v.device_count + u.v.domain_count, 0);
    assert_ok(u.ctx, cim_utility_nearest(u.ctx, u.utility, 0.0, 0.0, CIM_NONE, HUGE_VAL, &element, NULL));
    assert_int_equal(element, CIM_NONE);
    assert_int_equal(cim_utility_element_object(u.utility, 0), CIM_NONE);
    size_t count = 9;
    assert_null(cim_utility_services(u.utility, 0, &count));
    assert_int_equal(count, 0);
    cim_utility *other = cim_utility_ref(u.utility);
    cim_utility_free(other);
    cim_utility_free(NULL);
    utilities_done(&u);
}

static void test_refusals(void **state)
{
    static const support_object objects[] = {
        { .gid = "p:1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = "network=water" },
        { .gid = "p:2", .class_name = "Pipe", .wkt = "LINESTRING(10 0,20 0)", .values = "network=gas" },
    };
    cim_utility_options o = CIM_UTILITY_OPTIONS_INIT;
    cim_utility *none = NULL;
    uint32_t id = 1000, element;
    size_t count;
    (void)state;
    utilities u = utilities_of(objects, 2, NONE, NULL);
    assert_status(u.ctx, cim_utility_build(u.ctx, NULL, NULL, &none), CIM_EARG);
    o.struct_size = 3;
    assert_status(u.ctx, cim_utility_build(u.ctx, u.city, &o, &none), CIM_EARG);
    o = (cim_utility_options)CIM_UTILITY_OPTIONS_INIT;
    o.snap_m = NAN;
    assert_status(u.ctx, cim_utility_build(u.ctx, u.city, &o, &none), CIM_EARG);
    o.snap_m = -1.0;
    o.serve_m = -1.0;
    assert_status(u.ctx, cim_utility_build(u.ctx, u.city, &o, &none), CIM_EARG);
    o.serve_m = 0.0;
    o.controllers = &id;
    o.controller_count = 1;
    assert_status(u.ctx, cim_utility_build(u.ctx, u.city, &o, &none), CIM_EARG);
    o.controller_count = 0;
    o.max_elements = 1;
    assert_status(u.ctx, cim_utility_build(u.ctx, u.city, &o, &none), CIM_ELIMIT);
    assert_null(none);
    o.max_elements = 0;
    o.network = "gas";
    assert_ok(u.ctx, cim_utility_build(u.ctx, u.city, &o, &none));
    assert_int_equal(cim_utility_elements(u.ctx, none, object_named(&u, "p:1"), NULL, 0, &count), CIM_OK);
    assert_int_equal(count, 0);
    assert_int_equal(cim_utility_elements(u.ctx, none, object_named(&u, "p:2"), NULL, 0, &count), CIM_OK);
    assert_int_equal(count, 1);
    cim_utility_free(none);
    assert_status(u.ctx, cim_utility_elements(u.ctx, u.utility, 1, NULL, 3, &count), CIM_EARG);
    assert_status(u.ctx, cim_utility_devices(u.ctx, u.utility, 1, &element, 1, NULL), CIM_EARG);
    assert_status(u.ctx, cim_utility_nearest(u.ctx, u.utility, NAN, 0.0, CIM_NONE, 1.0, &element, NULL), CIM_EARG);
    assert_status(u.ctx, cim_utility_nearest(u.ctx, u.utility, 0.0, 0.0, 9, 1.0, &element, NULL), CIM_EARG);
    assert_status(u.ctx, cim_utility_nearest(u.ctx, u.utility, 0.0, 0.0, CIM_NONE, -1.0, &element, NULL), CIM_EARG);
    assert_status(u.ctx, cim_utility_nearest(u.ctx, u.utility, 0.0, 0.0, CIM_NONE, 1.0, NULL, NULL), CIM_EARG);
    assert_status(u.ctx, cim_utility_within(u.ctx, u.utility, NULL, 0.0, NULL, 0, &count), CIM_EARG);
    utilities_done(&u);
}

static void test_too_many_commodities(void **state)
{
    support_object objects[300];
    char texts[300][2][32];
    cim_ctx *ctx = support_ctx();
    cim_utility *none = NULL;
    const char *path = support_temp("many.cim");
    (void)state;
    for (int i = 0; i < 300; i++) {
        snprintf(texts[i][0], 32, "p:%d", i);
        snprintf(texts[i][1], 32, "network=x%d", i);
        objects[i] = (support_object){ .gid = texts[i][0], .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = texts[i][1] };
    }
    support_city(path, 0, objects, 300, NULL, 0);
    cim_city *city = support_open(ctx, path);
    assert_status(ctx, cim_utility_build(ctx, city, NULL, &none), CIM_ELIMIT);
    cim_city_free(city);
    cim_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commodity_from_network_parent_and_end),
        cmocka_unit_test(test_node_in_two_commodities),
        cmocka_unit_test(test_numbers_join),
        cmocka_unit_test(test_end_by_place_meets_numbered_and_stated),
        cmocka_unit_test(test_tolerance_of_network),
        cmocka_unit_test(test_cut_line_is_one_feature),
        cmocka_unit_test(test_area_takes_ends_that_dangle),
        cmocka_unit_test(test_device_at_nodes),
        cmocka_unit_test(test_device_on_stated_end),
        cmocka_unit_test(test_lines_that_are_devices),
        cmocka_unit_test(test_flow),
        cmocka_unit_test(test_controllers),
        cmocka_unit_test(test_substation_feeds_what_nothing_generates),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_members_in_a_circle),
        cmocka_unit_test(test_rings_and_parallel_lines),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_too_many_commodities),
    };
    return cmocka_run_group_tests_name("utility rules", tests, NULL, NULL);
}
