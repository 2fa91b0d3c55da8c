/* test_utility_served.c - who is supplied: services, people, critical sites, guesses, and graphs of features. */
#include "utilities.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const support_object town[] = {
    { .gid = "p:main", .class_name = "Pipe", .wkt = "LINESTRING(0 0,100 0)", .values = "network=water;customers=9" },
    { .gid = "p:side", .class_name = "Pipe", .wkt = "LINESTRING(50 0,50 40)", .values = "network=water;customers=4" },
    { .gid = "o:end", .class_name = "UtilityNode", .wkt = "POINT(100 0)", .values = "network=water;customers=2;demand_lps=0.5;demand_kw=3" },
    { .gid = "c:1", .class_name = "Cable", .wkt = "LINESTRING(0 5,100 5)", .values = "network=power" },
    { .gid = "b:house", .class_name = "Building", .wkt = "POLYGON((10 10,20 10,20 20,10 20,10 10))", .values = "population=7" },
    { .gid = "b:twin", .class_name = "Building", .wkt = "POLYGON((10 10,20 10,20 20,10 20,10 10))", .values = "population=6;function=school" },
    { .gid = "b:block", .class_name = "Building", .wkt = "POLYGON((70 10,80 10,80 20,70 20,70 10))" },
    { .gid = "b:block1", .class_name = "BuildingPart", .wkt = "POLYGON((70 10,75 10,75 20,70 20,70 10))", .parent = "b:block", .values = "population=30" },
    { .gid = "b:block2", .class_name = "BuildingPart", .wkt = "POLYGON((75 10,80 10,80 20,75 20,75 10))", .parent = "b:block", .values = "population=12" },
    { .gid = "b:alone", .class_name = "Building", .wkt = "POLYGON((30 10,40 10,40 20,30 20,30 10))", .values = "population=3" },
    { .gid = "b:far", .class_name = "Building", .wkt = "POLYGON((30 110,40 110,40 120,30 120,30 110))", .values = "population=100" },
    { .gid = "b:ward", .class_name = "Building", .wkt = "POLYGON((90 60,95 60,95 65,90 65,90 60))" },
    { .gid = "i:1", .class_name = "PointOfInterest", .wkt = "POINT(75 12)", .values = "function=fire_station" },
    { .gid = "i:2", .class_name = "PointOfInterest", .wkt = "POINT(35 15)", .values = "function=bakery" },
    { .gid = "i:3", .class_name = "PointOfInterest", .wkt = "POLYGON((80 50,99 50,99 70,80 70,80 50))", .values = "function=hospital;capacity=30" },
};

static const support_relation supplied[] = {
    { "b:house", CIM__R_SAME_AS, "b:twin", NULL },
    { "p:main", CIM__R_SERVES, "b:house", "{\"customers\":3,\"x\":20,\"y\":0}" },
    { "p:main", CIM__R_SERVES, "b:twin", "{\"x\":80,\"y\":1}" },
    { "p:main", CIM__R_SERVES, "b:block", NULL },
    { "o:end", CIM__R_SERVES, "b:ward", "{\"customers\":\"5\"}" },
};

static const cim_utility_service *service_of(const utilities *u, const char *gid, uint32_t domain, size_t *count_out)
{
    const uint32_t object = object_named(u, gid);
    const cim_utility_service *found = NULL;
    *count_out = 0;
    for (uint32_t e = 0; e < u->v.node_count + u->v.edge_count; e++) {
        size_t n;
        const cim_utility_service *s = cim_utility_services(u->utility, e, &n);
        const uint32_t d = e < u->v.node_count ? u->v.node_domain[e] : u->v.edge_domain[e - u->v.node_count];
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(s[i].element, e);
            assert_true(!i || s[i - 1].object <= s[i].object);
            if (s[i].object == object && d == domain) found = &s[i], ++*count_out;
        }
    }
    return found;
}

static uint32_t domain_named(const utilities *u, const char *name)
{
    uint32_t d = 0;
    while (strcmp(cim_utility_domain_name(u->utility, d), name) != 0) d++;
    return d;
}

static void test_services(void **state)
{
    uint32_t e[4], served[4];
    size_t n;
    (void)state;
    utilities u = UTILITIES(town, supplied);
    const uint32_t water = domain_named(&u, "water");
    assert_int_equal(elements_of(&u, "p:main", e, 4), 2);
    const cim_utility_service *house = service_of(&u, "b:house", water, &n);
    assert_int_equal(n, 1);
    assert_int_equal(house->element, e[0]);
    assert_int_equal(house->customers, 3);
    assert_int_equal(house->people, 7); /* the greater of what the same building says twice */
    assert_int_equal(house->critical, CIM_UTILITY_SITE_SCHOOL);
    assert_int_equal(house->guessed, 0);
    assert_int_equal(service_of(&u, "b:twin", water, &n)->element, e[1]);
    const cim_utility_service *block = service_of(&u, "b:block", water, &n);
    assert_int_equal(block->element, e[1]); /* the piece that is nearer to the building */
    assert_int_equal(block->people, 42);
    assert_int_equal(block->critical, CIM_UTILITY_SITE_EMERGENCY); /* a point of interest in it */
    const cim_utility_service *ward = service_of(&u, "b:ward", water, &n);
    assert_int_equal(cim_utility_element_object(u.utility, ward->element), object_named(&u, "o:end"));
    assert_int_equal(ward->customers, 5);
    assert_int_equal(ward->critical, CIM_UTILITY_SITE_HOSPITAL); /* it stands on the ground of one */
    assert_int_equal(ward->beds, 30);
    assert_int_equal(block->beds, 0);
    assert_int_equal(elements_of(&u, "b:ward", served, 4), 1);
    assert_int_equal(served[0], ward->element);
    service_of(&u, "b:alone", water, &n);
    assert_int_equal(n, 0);
    assert_true(column_sum(&u, CIM_UTILITY_CUSTOMERS) == 3.0 + 5.0 + 4.0); /* what services say goes before what the pipe says */
    assert_true(column_sum(&u, CIM_UTILITY_PEOPLE) == 7.0 + 42.0);
    assert_true(column_sum(&u, CIM_UTILITY_BUILDINGS) == 3.0);
    assert_true(column_sum(&u, CIM_UTILITY_CRITICAL) == 3.0);
    assert_true(column_sum(&u, CIM_UTILITY_BEDS) == 30.0);
    assert_true(column_sum(&u, CIM_UTILITY_DEMAND_LPS) == 0.5 && column_sum(&u, CIM_UTILITY_DEMAND_KW) == 3.0);
    utilities_done(&u);
}

/* The columns of the engine are those that the view shows. */
static void test_columns(void **state)
{
    static const char *const names[] = { "length_m", "demand_lps", "demand_kw", "customers", "people", "buildings", "critical", "hydrants", "beds" };
    cim_trace_status *status;
    cim_trace_query *query;
    (void)state;
    utilities u = UTILITIES(town, supplied);
    cim_trace_network *network = cim_utility_network(u.utility);
    for (uint32_t c = 0; c < CIM_UTILITY_COLUMNS; c++) assert_int_equal(cim_trace_network_column(network, names[c]), c);
    assert_ok(u.ctx, cim_trace_status_new(u.ctx, network, NULL, NULL, &status));
    assert_ok(u.ctx, cim_trace_query_new(u.ctx, network, &query));
    cim_trace_view *view = cim_trace_status_view(status);
    uint32_t start[4];
    elements_of(&u, "p:main", start, 4);
    cim_trace_result r = { .struct_size = sizeof r };
    assert_ok(u.ctx, cim_trace_find(u.ctx, view, query, CIM_TRACE_CONNECTED, start, 1, NULL, &r));
    for (uint32_t c = 0; c < CIM_UTILITY_COLUMNS; c++) {
        double sum = 0.0;
        for (size_t i = 0; i < r.count; i++) sum += u.v.columns[c][r.elements[i]];
        assert_true(fabs(sum - r.sums[c]) < 1e-9);
    }
    cim_trace_view_free(view);
    cim_trace_query_free(query);
    cim_trace_status_free(status);
    utilities_done(&u);
}

static void test_guesses(void **state)
{
    cim_utility_options options = CIM_UTILITY_OPTIONS_INIT;
    size_t n;
    (void)state;
    options.serve_m = 12.0;
    utilities u = utilities_of(town, COUNT(town), supplied, COUNT(supplied), &options);
    const uint32_t water = domain_named(&u, "water"), power = domain_named(&u, "power");
    const cim_utility_service *s = service_of(&u, "b:alone", water, &n);
    assert_int_equal(n, 1);
    assert_int_equal(s->guessed, 1);
    assert_int_equal(cim_utility_element_object(u.utility, s->element), object_named(&u, "p:main")); /* 10 m; the side pipe is as far and comes later */
    assert_int_equal(s->people, 3);
    s = service_of(&u, "b:alone", power, &n);
    assert_int_equal(n, 1);
    service_of(&u, "b:far", power, &n);
    assert_int_equal(n, 0);
    service_of(&u, "b:house", water, &n);
    assert_int_equal(n, 1);
    assert_int_equal(service_of(&u, "b:house", water, &n)->guessed, 0); /* that is said */
    size_t house, twin;
    service_of(&u, "b:house", power, &house);
    service_of(&u, "b:twin", power, &twin);
    assert_int_equal(house + twin, 1); /* known twice, hangs once */
    utilities_done(&u);
}

/* Random buildings and lines: the nearest line by comparing with all of them. */
static double apart(const double *a, const double *b, const double *c, const double *d)
{
    double best = HUGE_VAL; /* so fine that it is right to a millimetre */
    for (int i = 0; i <= 400; i++) {
        double x = a[0] + (b[0] - a[0]) * i / 400.0, y = a[1] + (b[1] - a[1]) * i / 400.0, dx = d[0] - c[0], dy = d[1] - c[1];
        double t = ((x - c[0]) * dx + (y - c[1]) * dy) / (dx * dx + dy * dy);
        t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
        best = fmin(best, hypot(c[0] + t * dx - x, c[1] + t * dy - y));
    }
    return best;
}

static void test_guesses_of_many(void **state_)
{
    enum { LINES = 60, HOUSES = 500 };
    static support_object objects[LINES + HOUSES];
    static char texts[LINES + HOUSES][2][400];
    static double line[LINES][4], house[HOUSES][2];
    uint64_t state = 5;
    size_t n, hung = 0;
    cim_utility_options options = CIM_UTILITY_OPTIONS_INIT;
    (void)state_;
    options.serve_m = 6.0;
    for (int i = 0; i < LINES; i++) {
        for (int k = 0; k < 4; k++) line[i][k] = k < 2 ? support_uniform(&state, 0.0, 200.0) : line[i][k - 2] + support_uniform(&state, -40.0, 40.0);
        snprintf(texts[i][0], 400, "p:%d", i);
        snprintf(texts[i][1], 400, "LINESTRING(%.17g %.17g,%.17g %.17g)", line[i][0], line[i][1], line[i][2], line[i][3]);
        objects[i] = (support_object){ .gid = texts[i][0], .class_name = "Pipe", .wkt = texts[i][1], .values = "network=gas" };
    }
    for (int i = 0; i < HOUSES; i++) {
        double *h = house[i];
        h[0] = support_uniform(&state, 0.0, 200.0);
        h[1] = support_uniform(&state, 0.0, 200.0);
        snprintf(texts[LINES + i][0], 400, "b:%d", i);
        snprintf(texts[LINES + i][1], 400, "POLYGON((%.17g %.17g,%.17g %.17g,%.17g %.17g,%.17g %.17g,%.17g %.17g))", h[0], h[1], h[0] + 5, h[1],
                h[0] + 5, h[1] + 5, h[0],
                 h[1] + 5, h[0], h[1]);
        objects[LINES + i] = (support_object){ .gid = texts[LINES + i][0], .class_name = "Building", .wkt = texts[LINES + i][1] };
    }
    utilities u = utilities_of(objects, LINES + HOUSES, NULL, 0, &options);
    for (int i = 0; i < HOUSES; i++) {
        const double *h = house[i], corner[5][2] = { { h[0], h[1] }, { h[0] + 5, h[1] }, { h[0] + 5, h[1] + 5 }, { h[0], h[1] + 5 }, { h[0], h[1] } };
        double best = HUGE_VAL, chosen = HUGE_VAL;
        const cim_utility_service *s = service_of(&u, texts[LINES + i][0], 0, &n);
        assert_true(n <= 1);
        for (int l = 0; l < LINES; l++) {
            double d = HUGE_VAL;
            for (int k = 0; k < 4; k++) d = fmin(d, apart(line[l], line[l] + 2, corner[k], corner[k + 1]));
            if (line[l][0] > h[0] && line[l][0] < h[0] + 5 && line[l][1] > h[1] && line[l][1] < h[1] + 5) d = 0.0;
            best = fmin(best, d);
            if (s && cim_utility_element_object(u.utility, s->element) == object_named(&u, texts[l][0])) chosen = d;
        }
        assert_true(s ? best <= 6.2 && chosen <= best + 0.2 : best > 5.8);
        hung += s != NULL;
    }
    assert_true(hung > 100 && hung < HOUSES);
    utilities_done(&u);
}

/* A main with many branches: services hang on the piece that is nearest to the place that is said. */
static void test_services_of_a_long_main(void **state_)
{
    enum { BRANCHES = 150, HOUSES = 300 };
    static support_object objects[1 + BRANCHES + HOUSES];
    static support_relation relations[HOUSES];
    static char texts[1 + BRANCHES + HOUSES][2][120], said[HOUSES][80];
    double place[HOUSES], branch[BRANCHES];
    uint64_t state = 8;
    uint32_t pieces[BRANCHES + 2];
    (void)state_;
    objects[0] = (support_object){ .gid = "p:main", .class_name = "Pipe", .wkt = "LINESTRING(0 0,1000 0)", .values = "network=water" };
    for (int i = 0; i < BRANCHES; i++) {
        branch[i] = 3.0 + 6.0 * i + support_uniform(&state, 0.0, 5.0);
        snprintf(texts[i][0], 120, "p:%d", i);
        snprintf(texts[i][1], 120, "LINESTRING(%.17g 0,%.17g 9)", branch[i], branch[i]);
        objects[1 + i] = (support_object){ .gid = texts[i][0], .class_name = "Pipe", .wkt = texts[i][1], .values = "network=water" };
    }
    for (int i = 0; i < HOUSES; i++) {
        place[i] = support_uniform(&state, 0.0, 1000.0);
        snprintf(texts[BRANCHES + i][0], 120, "b:%d", i);
        snprintf(said[i], 80, "{\"x\":%.17g,\"y\":-3}", place[i]);
        objects[1 + BRANCHES + i] = (support_object){ .gid = texts[BRANCHES + i][0], .class_name = "Building" };
        relations[i] = (support_relation){ "p:main", CIM__R_SERVES, texts[BRANCHES + i][0], said[i] };
    }
    utilities u = utilities_of(objects, 1 + BRANCHES + HOUSES, relations, HOUSES, NULL);
    assert_int_equal(elements_of(&u, "p:main", pieces, BRANCHES + 2), BRANCHES + 1);
    for (int i = 0; i < HOUSES; i++) {
        int before = 0; /* branches before the place: the number of the piece */
        for (int k = 0; k < BRANCHES; k++) before += branch[k] < place[i];
        assert_int_equal(element_named(&u, texts[BRANCHES + i][0]), pieces[before]);
    }
    utilities_done(&u);
}

/* ---- graphs of features (UtilityNetwork ADE) ---- */

static void test_graphs_of_features(void **state)
{
    static const support_object objects[] = {
        { .gid = "n:net", .class_name = "Network", .values = "network=water" },
        { .gid = "n:graph", .class_name = "Network", .parent = "n:net" },
        { .gid = "g:pipe", .class_name = "Network", .parent = "n:graph" },
        { .gid = "g:end", .class_name = "Network", .parent = "n:graph" },
        { .gid = "g:valve", .class_name = "Network", .parent = "n:graph" },
        { .gid = "f:pipe", .class_name = "Pipe", .wkt = "LINESTRING(0 0,10 0)", .values = "length_m=11" },
        { .gid = "f:end", .class_name = "UtilityNode", .wkt = "POINT(10 0)" },
        { .gid = "f:valve", .class_name = "Valve", .wkt = "POINT(0 0)", .values = "state=closed" },
        { .gid = "k:1", .class_name = "UtilityNode", .wkt = "POINT(0 0)", .parent = "g:pipe" },
        { .gid = "k:2", .class_name = "UtilityNode", .wkt = "POINT(10 0)", .parent = "g:pipe" },
        { .gid = "k:3", .class_name = "UtilityNode", .wkt = "POINT(10 0)", .parent = "g:end" },
        { .gid = "k:4", .class_name = "UtilityNode", .wkt = "POINT(0 0)", .parent = "g:valve" },
        { .gid = "l:in", .class_name = "CityObject", .wkt = "LINESTRING(10 0,5 1,0 0)", .parent = "g:pipe" },
        { .gid = "l:out", .class_name = "CityObject" },
        { .gid = "l:valve", .class_name = "CityObject" },
        { .gid = "b:1", .class_name = "Building", .wkt = "POLYGON((10 10,20 10,20 20,10 20,10 10))", .values = "population=4" },
    };
    static const support_relation relations[] = {
        { "f:pipe", CIM__R_RELATED, "g:pipe", "{\"property\":\"utility:topoGraph\"}" },
        { "f:end", CIM__R_RELATED, "g:end", "{\"property\":\"utility:topoGraph\"}" },
        { "f:valve", CIM__R_RELATED, "g:valve", "{\"property\":\"utility:topoGraph\"}" },
        { "k:1", CIM__R_CONNECTS, "k:2", "{\"link\":\"l:in\"}" },
        { "k:2", CIM__R_CONNECTS, "k:3", "{\"link\":\"l:out\"}" },
        { "k:4", CIM__R_CONNECTS, "k:1", "{\"link\":\"l:valve\"}" },
        { "f:pipe", CIM__R_CONNECTS, "f:end", NULL },
        { "f:end", CIM__R_SERVES, "b:1", NULL },
    };
    uint32_t e[8], d;
    size_t n;
    (void)state;
    utilities u = UTILITIES(objects, relations);
    assert_int_equal(u.v.node_count, 4);
    assert_int_equal(u.v.edge_count, 3);
    assert_int_equal(u.v.domain_count, 1);
    assert_string_equal(cim_utility_domain_name(u.utility, 0), "water");
    assert_int_equal(elements_of(&u, "f:pipe", e, 8), 3); /* its two nodes and its edge */
    const uint32_t in = e[2] - u.v.node_count;
    assert_int_equal(u.v.edge_object[in], object_named(&u, "f:pipe"));
    assert_true(u.v.columns[CIM_UTILITY_LENGTH_M][e[2]] == 11.0);
    assert_true(u.v.xy[2 * u.v.first_vertex[in]] == 0.0); /* drawn the other way round */
    assert_int_equal(u.v.first_vertex[in + 1] - u.v.first_vertex[in], 3);
    const uint32_t out = element_named(&u, "l:out") - u.v.node_count;
    assert_int_equal(u.v.edge_object[out], object_named(&u, "l:out"));
    assert_int_equal(devices_of(&u, "f:valve", &d, 1), 1);
    assert_int_equal(u.v.device_flags[d], CIM_TRACE_SHUT | CIM_TRACE_NORMALLY_SHUT);
    const cim_utility_service *s = service_of(&u, "b:1", 0, &n);
    assert_int_equal(n, 1);
    assert_int_equal(u.v.node_object[s->element], object_named(&u, "k:3"));
    assert_int_equal(findings_of(&u, CIM_UTILITY_CROSSES, NULL) + findings_of(&u, CIM_UTILITY_ALONE, NULL) + findings_of(&u, CIM_UTILITY_NO_END, NULL), 0);
    utilities_done(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_services), cmocka_unit_test(test_columns), cmocka_unit_test(test_guesses),
                                        cmocka_unit_test(test_guesses_of_many), cmocka_unit_test(test_services_of_a_long_main),
                                        cmocka_unit_test(test_graphs_of_features) };
    return cmocka_run_group_tests_name("utility served", tests, NULL, NULL);
}
