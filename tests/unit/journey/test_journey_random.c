/* test_journey_random.c - journeys over stops on random nets against one search over all of it, by metric and by Dijkstra; alternatives on a grid. */
#include "journeys.h"

#include <math.h>
#include <stdio.h>

enum { ROUNDS = 500 };

static uint32_t time_of(const journey_net *j, cim_status st, const cim_journey *journey, const cim_journey_stop *stops, size_t count)
{
    cim_journey_view v = { .struct_size = sizeof v };
    cim_net_route_view r = { .struct_size = sizeof r };
    if (st == CIM_ENOTFOUND) return NO_WAY;
    assert_ok(j->n.ctx, st);
    journey_check(j, journey, 0, stops, count);
    assert_ok(j->n.ctx, cim_journey_get(j->n.ctx, journey, 0, &v));
    assert_ok(j->n.ctx, cim_net_route_get(j->n.ctx, v.route, &r));
    return r.time_ms;
}

static uint32_t ask(const journey_net *j, const cim_journey_stop *stops, size_t count, const cim_journey_options *o, bool metric)
{
    cim_journey *journey = NULL;
    cim_status st = cim_journey_find(j->n.ctx, j->costs, stops, count, o, metric ? j->metric : NULL, metric ? j->query : NULL, &journey);
    uint32_t time = time_of(j, st, journey, stops, count);
    cim_journey_free(journey);
    return time;
}

/* Sum of the single routes: what a journey is whose stops are all stopped at. */
static uint32_t sum_of_parts(const journey_net *j, const cim_journey_stop *stops, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        cim_net_route *r = NULL;
        cim_net_route_view v = { .struct_size = sizeof v };
        cim_status st = cim_net_route_find(j->n.ctx, j->costs, &stops[i].place, &stops[i + 1].place, NULL, NULL, &r);
        if (st == CIM_ENOTFOUND) return NO_WAY;
        assert_ok(j->n.ctx, st);
        assert_ok(j->n.ctx, cim_net_route_get(j->n.ctx, r, &v));
        sum += v.time_ms;
        cim_net_route_free(r);
    }
    return (uint32_t)sum;
}

static void test_journey_stops(void **state)
{
    uint64_t seed = 71;
    size_t found = 0, passed = 0, dearer = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        journey_net j = journey_net_random(&seed, CIM_NET_TURNS_FULL);
        for (int k = 0; k < 6; k++) {
            cim_journey_stop stops[STOPS_MAX] = { 0 };
            size_t count = 2 + support_random(&seed) % 4;
            bool all_stop = true;
            for (size_t i = 0; i < count; i++) {
                stops[i].place = i && support_random(&seed) % 8 == 0 ? stops[i - 1].place : journey_place(&j, &seed);
                if (i && i + 1 < count && support_random(&seed) % 3) stops[i].flags = CIM_JOURNEY_PASS, all_stop = false;
            }
            uint32_t wanted = journey_oracle(&j, j.costs->weights_ms, stops, count), parts = sum_of_parts(&j, stops, count);
            assert_int_equal(ask(&j, stops, count, NULL, true), wanted);
            assert_int_equal(ask(&j, stops, count, NULL, false), wanted);
            if (all_stop) assert_int_equal(wanted, parts);
            found += wanted < NO_WAY;
            passed += wanted < NO_WAY && !all_stop;
            dearer += wanted > parts;
        }
        journey_net_done(&j);
    }
    print_message("%zu journeys, %zu of them passing through, %zu dearer for that\n", found, passed, dearer);
    assert_true(found > 1000 && passed > 500 && dearer > 100);
}

/* Where states remember nothing but junctions: sums of parts, and one direction at stops passed. */
static void test_journey_restricted(void **state)
{
    uint64_t seed = 72;
    size_t found = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        journey_net j = journey_net_random(&seed, CIM_NET_TURNS_RESTRICTED);
        for (int k = 0; k < 4; k++) {
            cim_journey_stop stops[STOPS_MAX] = { 0 };
            size_t count = 2 + support_random(&seed) % 4;
            for (size_t i = 0; i < count; i++) stops[i].place = journey_place(&j, &seed);
            uint32_t stopping = ask(&j, stops, count, NULL, true);
            assert_int_equal(stopping, sum_of_parts(&j, stops, count));
            for (size_t i = 1; i + 1 < count; i++) stops[i].flags = CIM_JOURNEY_PASS;
            uint32_t passing = ask(&j, stops, count, NULL, true);
            assert_int_equal(passing, ask(&j, stops, count, NULL, false));
            assert_true(passing + count >= stopping); /* a stop's two parts are rounded each */
            found += passing < NO_WAY;
        }
        journey_net_done(&j);
    }
    assert_true(found > 1000);
}

/* The best of all orders of the stops in between. */
static uint32_t best_order(const journey_net *j, cim_journey_stop *stops, size_t first, size_t count)
{
    if (first + 1 == count) return sum_of_parts(j, stops, count);
    uint32_t best = NO_WAY;
    for (size_t i = first; i + 1 < count; i++) {
        cim_journey_stop swap = stops[first];
        stops[first] = stops[i];
        stops[i] = swap;
        uint32_t time = best_order(j, stops, first + 1, count);
        if (time < best) best = time;
        swap = stops[first];
        stops[first] = stops[i];
        stops[i] = swap;
    }
    return best;
}

static void test_journey_best_order(void **state)
{
    uint64_t seed = 73;
    size_t found = 0;
    cim_journey_options o = CIM_JOURNEY_OPTIONS_INIT;
    o.flags = CIM_JOURNEY_ORDER;
    (void)state;
    for (int round = 0; round < 150; round++) {
        journey_net j = journey_net_random(&seed, round % 2 ? CIM_NET_TURNS_FULL : CIM_NET_TURNS_RESTRICTED);
        cim_journey_stop stops[STOPS_MAX] = { 0 };
        size_t count = 2 + support_random(&seed) % 5;
        for (size_t i = 0; i < count; i++) stops[i].place = journey_place(&j, &seed);
        if (round % 4 == 0) stops[count - 1] = stops[0]; /* a round */
        uint32_t wanted = best_order(&j, stops, 1, count);
        assert_int_equal(ask(&j, stops, count, &o, true), wanted);
        assert_int_equal(ask(&j, stops, count, &o, false), wanted);
        found += wanted < NO_WAY;
        journey_net_done(&j);
    }
    assert_true(found > 50);
}

/* ---- alternatives ---- */

static void grid_lines(char *lines, size_t size, uint64_t *seed)
{
    int way = 1;
    lines[0] = 0;
    for (int i = 0; i < 25; i++) snprintf(lines + strlen(lines), size - strlen(lines), "n %c %d %d\n", 'a' + i, i % 5 * 200, i / 5 * 200);
    for (int i = 0; i < 25; i++)
        for (int d = 0; d < 2; d++) {
            int k = d ? i + 5 : i + 1;
            if (k >= 25 || (!d && i % 5 == 4)) continue;
            snprintf(lines + strlen(lines), size - strlen(lines), "w %d %c,%c highway=%s\n", way++, 'a' + i, 'a' + k, support_random(seed) % 3 ? "residential" : "tertiary");
        }
}

static void test_journey_alternatives(void **state)
{
    uint64_t seed = 74;
    size_t found = 0;
    char lines[8000];
    cim_journey_options o = CIM_JOURNEY_OPTIONS_INIT;
    o.alternatives = 3;
    (void)state;
    for (int round = 0; round < 40; round++) {
        grid_lines(lines, sizeof lines, &seed);
        journey_net j = journey_net_of(lines, (uint32_t)round % 2);
        for (int k = 0; k < 10; k++) {
            cim_journey_stop stops[2] = { { journey_place(&j, &seed), 0, 0 }, { journey_place(&j, &seed), 0, 0 } };
            cim_journey *journey = NULL;
            cim_journey_view v = { .struct_size = sizeof v }, other = v;
            cim_net_route_view r = { .struct_size = sizeof r };
            assert_ok(j.n.ctx, cim_journey_find(j.n.ctx, j.costs, stops, 2, &o, j.metric, j.query, &journey));
            assert_int_equal(time_of(&j, CIM_OK, journey, stops, 2), sum_of_parts(&j, stops, 2));
            assert_ok(j.n.ctx, cim_journey_get(j.n.ctx, journey, 0, &v));
            assert_ok(j.n.ctx, cim_net_route_get(j.n.ctx, v.route, &r));
            uint32_t best = r.time_ms;
            for (size_t i = 1; i < v.route_count; i++, found++) {
                journey_check(&j, journey, i, stops, 2);
                assert_ok(j.n.ctx, cim_journey_get(j.n.ctx, journey, i, &other));
                assert_ok(j.n.ctx, cim_net_route_get(j.n.ctx, other.route, &r));
                assert_true(r.time_ms >= best && r.time_ms <= best * 1.25 && other.shared_ms <= best * 0.8);
            }
            assert_status(j.n.ctx, cim_journey_get(j.n.ctx, journey, v.route_count, &other), CIM_ENOTFOUND);
            cim_journey_free(journey);
        }
        journey_net_done(&j);
    }
    print_message("%zu alternatives\n", found);
    assert_true(found > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_journey_stops), cmocka_unit_test(test_journey_restricted), cmocka_unit_test(test_journey_best_order),
                                        cmocka_unit_test(test_journey_alternatives) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
