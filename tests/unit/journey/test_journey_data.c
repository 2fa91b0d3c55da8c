/* test_journey_data.c - from door to door in the sample town; refusals; alternatives on a real city. */
#include "journeys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static journey_net load(const char *path)
{
    journey_net j = { .n = { .ctx = support_ctx() } };
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    options.turns = CIM_NET_TURNS_FULL;
    assert_ok(j.n.ctx, cim_city_load(j.n.ctx, &path, 1, NULL, &j.n.city, NULL));
    assert_ok(j.n.ctx, cim_net_build(j.n.ctx, j.n.city, &options, &j.n.net));
    cim_route_graph g = cim_net_graph(j.n.net);
    j.costs = net_costs(&j.n, "car", NULL);
    assert_ok(j.n.ctx, cim_route_hierarchy_build(j.n.ctx, &g, NULL, &j.hierarchy));
    assert_ok(j.n.ctx, cim_route_metric_build(j.n.ctx, j.hierarchy, j.costs->weights_ms, NULL, &j.metric));
    assert_ok(j.n.ctx, cim_route_query_new(j.n.ctx, j.hierarchy, &j.query));
    return j;
}

/* The street that relation "accesses" names, CIM_NONE. */
static uint32_t street_of(const journey_net *j, uint32_t id)
{
    cim_relation r[100];
    size_t count = 0;
    assert_ok(j->n.ctx, cim_city_relations(j->n.ctx, j->n.city, id, r, 100, &count));
    for (size_t i = 0; i < count && i < 100; i++)
        if (!r[i].inverse && !strcmp(cim_relation_name(r[i].type, 0), "accesses")) return r[i].other;
    return CIM_NONE;
}

typedef struct tally {
    size_t objects, reached, own_street, off_street;
} tally;

/* Every object of a class is a place, and one gets there from the fire station and back. */
static tally visit(const journey_net *j, const char *class, size_t most)
{
    tally t = { 0 };
    uint32_t station;
    size_t count;
    cim_journey_stop stops[3] = { 0 };
    assert_ok(j->n.ctx, cim_city_find(j->n.ctx, j->n.city, "osm:way/4100000306", &station, 1, &count));
    assert_ok(j->n.ctx, cim_net_place_find(j->n.ctx, j->costs, j->n.city, station, &stops[0].place));
    stops[2] = stops[0];
    for (uint32_t id = 1; id <= cim_city_max_id(j->n.city) && t.objects < most; id++) {
        const char *its = cim_city_class(j->n.city, id);
        cim_journey *journey = NULL;
        if (!its || strcmp(its, class)) continue;
        if (cim_net_place_find(j->n.ctx, j->costs, j->n.city, id, &stops[1].place) == CIM_ENOTFOUND) continue; /* without geometry */
        t.objects++;
        uint32_t street = street_of(j, id), own = cim_net_find(j->n.net, id);
        t.own_street += street != CIM_NONE && j->n.net->edge_object[stops[1].place.edge] == street;
        t.own_street += own != CIM_NONE && stops[1].place.edge == own && stops[1].place.distance_m < 0.01;
        t.off_street += stops[1].place.distance_m > 0.5 && stops[1].place.side != 0;
        assert_ok(j->n.ctx, cim_journey_find(j->n.ctx, j->costs, stops, 3, NULL, j->metric, j->query, &journey));
        journey_check(j, journey, 0, stops, 3);
        t.reached++;
        cim_journey_free(journey);
    }
    return t;
}

static void test_doors(void **state)
{
    journey_net j = load(support_own("town.osm.pbf"));
    static const char *const points[] = { "Camera", "Hydrant", "Manhole", "StreetCabinet", "TransitStop", "MonitoringStation", "TrafficSignal", "UtilityNode", "Cable" };
    (void)state;
    tally t = visit(&j, "Building", 3000);
    print_message("buildings: %zu, %zu at their street, %zu off the street\n", t.objects, t.own_street, t.off_street);
    assert_true(t.objects > 2000 && t.reached == t.objects && t.own_street > t.objects * 8 / 10 && t.off_street > t.objects * 9 / 10);
    t = visit(&j, "Road", 3000);
    print_message("roads: %zu, %zu at themselves\n", t.objects, t.own_street);
    assert_true(t.objects > 300 && t.reached == t.objects && t.own_street > t.objects / 2);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        t = visit(&j, points[i], 400);
        if (!t.objects || t.reached != t.objects) print_message("%s: %zu of %zu\n", points[i], t.reached, t.objects);
        assert_true(t.objects && t.reached == t.objects);
    }
    journey_net_done(&j);
}

/* What a building's place says of the door: the relation's distance, and the side on which the building lies. */
static void test_door_side(void **state)
{
    journey_net j = load(support_own("town.osm.pbf"));
    uint32_t id;
    size_t count, right = 0, checked = 0;
    cim_net_place p, snapped;
    (void)state;
    assert_ok(j.n.ctx, cim_city_find(j.n.ctx, j.n.city, "osm:relation/71000030", &id, 1, &count));
    assert_ok(j.n.ctx, cim_net_place_find(j.n.ctx, j.costs, j.n.city, id, &p));
    assert_true(fabs(p.distance_m - 35.41) < 0.02); /* as relation accesses has it */
    for (id = 1; id <= cim_city_max_id(j.n.city); id++) {
        cim_buf wkb = CIM_BUF_INIT;
        double xy[2];
        const char *class = cim_city_class(j.n.city, id);
        if (!class || strcmp(class, "Building") || cim_net_place_find(j.n.ctx, j.costs, j.n.city, id, &p) < 0) continue;
        if (cim_city_geometry(j.n.ctx, j.n.city, id, &wkb) < 0) continue;
        memcpy(xy, wkb.data + (wkb.data[1] == 6 ? 9 + 13 : 13), sizeof xy); /* the first corner */
        cim_buf_dispose(&wkb);
        assert_ok(j.n.ctx, cim_net_snap(j.n.ctx, j.costs, xy[0], xy[1], NULL, 1, &snapped, &count));
        if (snapped.edge != p.edge || snapped.side == 0) continue;
        checked++;
        right += snapped.side == p.side;
    }
    print_message("side: %zu of %zu as by snapping a corner\n", right, checked);
    assert_true(checked > 1000 && right > checked * 98 / 100);
    journey_net_done(&j);
}

static void test_journey_refuses(void **state)
{
    journey_net j = journey_net_of("n a 0 0\nn b 400 0\nn c 0 900\nn d 400 900\nw 1 a,b highway=residential\nw 2 c,d highway=residential\n", 1);
    cim_journey_stop good[3] = { { net_place(&j.n, j.costs, 1), 0, 0 }, { net_place(&j.n, j.costs, 1), 0, 0 }, { net_place(&j.n, j.costs, 1), 0, 0 } }, s[3];
    cim_journey *journey = NULL;
    cim_journey_options o = CIM_JOURNEY_OPTIONS_INIT;
    cim_journey_view v = { .struct_size = 0 };
    (void)state;
#define FIND(stops, count, metric, query) cim_journey_find(j.n.ctx, j.costs, stops, count, &o, metric, query, &journey)
    memcpy(s, good, sizeof s);
    assert_status(j.n.ctx, FIND(s, 1, NULL, NULL), CIM_EARG);
    assert_status(j.n.ctx, FIND(s, 1001, NULL, NULL), CIM_EARG);
    assert_status(j.n.ctx, FIND(NULL, 2, NULL, NULL), CIM_EARG);
    assert_status(j.n.ctx, FIND(s, 2, j.metric, NULL), CIM_EARG);
    assert_status(j.n.ctx, cim_journey_find(j.n.ctx, NULL, s, 2, NULL, NULL, NULL, &journey), CIM_EARG);
    s[0].flags = CIM_JOURNEY_PASS;
    assert_status(j.n.ctx, FIND(s, 3, NULL, NULL), CIM_EARG);
    s[0].flags = 0;
    s[1].flags = 4;
    assert_status(j.n.ctx, FIND(s, 3, NULL, NULL), CIM_EARG);
    s[1].flags = 0;
    const double fractions[] = { -0.1, 1.1, NAN };
    for (size_t i = 0; i < 3; i++) {
        s[1].place.fraction = fractions[i];
        assert_status(j.n.ctx, FIND(s, 3, NULL, NULL), CIM_EARG);
    }
    s[1] = good[1];
    s[2].place.edge = 2;
    assert_status(j.n.ctx, FIND(s, 3, NULL, NULL), CIM_EARG);
    s[2] = good[2];
    o.flags = 2;
    assert_status(j.n.ctx, FIND(s, 3, NULL, NULL), CIM_EARG);
    o.flags = 0;
    o.alternatives = 1;
    assert_status(j.n.ctx, FIND(s, 2, NULL, NULL), CIM_EARG);
    assert_status(j.n.ctx, FIND(s, 3, j.metric, j.query), CIM_EARG);
    o.alternatives = 101;
    assert_status(j.n.ctx, FIND(s, 2, j.metric, j.query), CIM_EARG);
    o.alternatives = 0;
    journey_net other = journey_net_of("n a 0 0\nn b 400 0\nw 1 a,b highway=residential\n", 1);
    assert_status(j.n.ctx, FIND(s, 3, other.metric, other.query), CIM_EARG);
    assert_status(j.n.ctx, FIND(s, 3, j.metric, other.query), CIM_EARG);
    journey_net_done(&other);
    s[2].place = net_place(&j.n, j.costs, 2); /* the other island */
    assert_status(j.n.ctx, FIND(s, 3, NULL, NULL), CIM_ENOTFOUND);
    assert_string_equal(cim_ctx_error(j.n.ctx), "there is no way from stop 2 to stop 3");
    o.flags = CIM_JOURNEY_ORDER;
    assert_status(j.n.ctx, FIND(s, 3, j.metric, j.query), CIM_ENOTFOUND);
    o.flags = 0;
    s[1].place.directions = 0; /* nobody gets on there */
    assert_status(j.n.ctx, FIND(s, 3, j.metric, j.query), CIM_ENOTFOUND);
    s[1].flags = CIM_JOURNEY_PASS;
    assert_status(j.n.ctx, FIND(s, 3, j.metric, j.query), CIM_ENOTFOUND);
    assert_null(journey);
    assert_ok(j.n.ctx, FIND(good, 3, NULL, NULL));
    assert_status(j.n.ctx, cim_journey_get(j.n.ctx, journey, 0, &v), CIM_EARG);
    v.struct_size = sizeof v;
    assert_status(j.n.ctx, cim_journey_get(j.n.ctx, journey, 1, &v), CIM_ENOTFOUND);
    assert_status(j.n.ctx, cim_journey_get(j.n.ctx, NULL, 0, &v), CIM_EARG);
    cim_journey_free(journey);
    cim_journey_free(NULL);
    journey_net_done(&j);
}

/* Promises on a real city: exact sums, limits, the quickest first; a fair share of pairs has alternatives. */
static void test_alternatives_city(void **state)
{
    uint64_t seed = 111;
    size_t some = 0, pairs = 60;
    (void)state;
    SUPPORT_NEED(path, "osm/porto-r5.osm.pbf");
    journey_net j = load(path);
    cim_journey_options o = CIM_JOURNEY_OPTIONS_INIT;
    o.alternatives = 3;
    for (size_t i = 0; i < pairs; i++) {
        cim_journey_stop stops[2] = { 0 };
        cim_journey *journey = NULL;
        cim_journey_view v = { .struct_size = sizeof v };
        cim_net_route_view r = { .struct_size = sizeof r };
        cim_net_route *single = NULL;
        for (size_t k = 0; k < 2; k++) {
            do stops[k].place = journey_place(&j, &seed);
            while (!j.costs->link_main[2 * stops[k].place.edge]);
        }
        assert_ok(j.n.ctx, cim_journey_find(j.n.ctx, j.costs, stops, 2, &o, j.metric, j.query, &journey));
        assert_ok(j.n.ctx, cim_net_route_find(j.n.ctx, j.costs, &stops[0].place, &stops[1].place, j.metric, j.query, &single));
        assert_ok(j.n.ctx, cim_net_route_get(j.n.ctx, single, &r));
        uint32_t best = r.time_ms;
        cim_net_route_free(single);
        for (size_t k = 0; k == 0 || k < v.route_count; k++) {
            journey_check(&j, journey, k, stops, 2);
            assert_ok(j.n.ctx, cim_journey_get(j.n.ctx, journey, k, &v));
            assert_ok(j.n.ctx, cim_net_route_get(j.n.ctx, v.route, &r));
            assert_true(k ? r.time_ms >= best && r.time_ms <= best * 1.25 : r.time_ms == best);
        }
        some += v.route_count > 1;
        cim_journey_free(journey);
    }
    print_message("%zu of %zu pairs have alternatives\n", some, pairs);
    assert_true(some > pairs / 3);
    journey_net_done(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_doors), cmocka_unit_test(test_door_side), cmocka_unit_test(test_journey_refuses), cmocka_unit_test(test_alternatives_city) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
