/* test_journey_steps.c - steps on crossings drawn by hand, their sums on random nets, and signals. */
#include "journeys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static cim_journey *find(const journey_net *j, const cim_journey_stop *stops, size_t count)
{
    cim_journey *journey = NULL;
    assert_ok(j->n.ctx, cim_journey_find(j->n.ctx, j->costs, stops, count, NULL, NULL, NULL, &journey));
    return journey;
}

/* "depart A, left B (exit 2), arrive" */
static const char *told(const journey_net *j, const cim_journey *journey)
{
    static char text[600];
    cim_journey_step steps[40];
    size_t count;
    text[0] = 0;
    assert_ok(j->n.ctx, cim_journey_steps(j->n.ctx, journey, 0, steps, 40, &count));
    for (size_t i = 0; i < count; i++) {
        const cim_journey_step *s = &steps[i];
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? ", " : "", cim_journey_kind(s->kind));
        if (s->kind == CIM_JOURNEY_ROUNDABOUT) snprintf(text + strlen(text), sizeof text - strlen(text), " %u", s->exit);
        if (s->kind == CIM_JOURNEY_ARRIVE) snprintf(text + strlen(text), sizeof text - strlen(text), " %s", s->side > 0 ? "left" : s->side < 0 ? "right" : "ahead");
        else snprintf(text + strlen(text), sizeof text - strlen(text), " %s", cim_net_text(j->n.net, s->name)[0] ? cim_net_text(j->n.net, s->name) : "-");
    }
    return text;
}

static void tells(const char *lines, int from, int to, const char *wanted)
{
    journey_net j = journey_net_of(lines, CIM_NET_TURNS_FULL);
    cim_journey_stop stops[2] = { { net_place(&j.n, j.costs, from), 0, 0 }, { net_place(&j.n, j.costs, to), 0, 0 } };
    cim_journey *journey = find(&j, stops, 2);
    assert_string_equal(told(&j, journey), wanted);
    cim_journey_free(journey);
    journey_net_done(&j);
}

#define CROSSING                                                                                                                                       \
    "n a -200 0\nn b 200 0\nn c 0 -200\nn d 0 200\nn x 0 0\nn s 150 100\nn t -150 -100\n"                                                                \
    "w 1 a,x highway=residential|name=West\nw 2 x,b highway=residential|name=East\nw 3 c,x highway=residential|name=South\nw 4 x,d highway=residential|name=North\n" \
    "w 5 x,s highway=residential|name=Slight\nw 6 x,t highway=residential|name=Sharp\n"

static void test_steps_crossing(void **state)
{
    (void)state;
    tells(CROSSING, 1, 2, "depart West, continue East, arrive ahead");
    tells(CROSSING, 1, 3, "depart West, right South, arrive ahead");
    tells(CROSSING, 1, 4, "depart West, left North, arrive ahead");
    tells(CROSSING, 1, 5, "depart West, slight left Slight, arrive ahead");
    tells(CROSSING, 1, 6, "depart West, sharp right Sharp, arrive ahead");
    tells(CROSSING, 3, 1, "depart South, left West, arrive ahead");
    tells(CROSSING, 4, 5, "depart North, left Slight, arrive ahead");
    tells(CROSSING, 5, 2, "depart Slight, sharp left East, arrive ahead");
    tells(CROSSING, 3, 5, "depart South, right Slight, arrive ahead");
    tells(CROSSING, 6, 2, "depart Sharp, slight right East, arrive ahead");
}

static void test_steps_names(void **state)
{
    (void)state;
    /* a bend without another way is no turn; a new name straight on is one to tell; without a name the reference */
    tells("n a 0 0\nn b 200 0\nn c 200 200\nw 1 a,b highway=residential|name=A\nw 2 b,c highway=residential|name=A\n", 1, 2, "depart A, arrive ahead");
    tells("n a 0 0\nn b 200 0\nn c 200 200\nw 1 a,b highway=residential|name=A\nw 2 b,c highway=primary|ref=B 3\n", 1, 2, "depart A, continue B 3, arrive ahead");
    tells("n a 0 0\nn b 200 0\nn c 400 0\nw 1 a,b highway=residential\nw 2 b,c highway=residential\n", 1, 2, "depart -, arrive ahead");
    /* the same name round the corner, although one could go straight on */
    tells("n a 0 0\nn b 200 0\nn c 200 200\nn d 400 0\nw 1 a,b highway=residential|name=A\nw 2 b,c highway=residential|name=A\nw 3 b,d highway=residential|name=B\n", 1, 2,
          "depart A, left A, arrive ahead");
}

static void test_steps_one_way(void **state)
{
    journey_net j = journey_net_of("n a 0 0\nn b 200 0\nn c 400 0\nw 1 a,b highway=residential|name=A\nw 2 b,c highway=residential|name=B\n", CIM_NET_TURNS_FULL);
    cim_journey_stop stops[2] = { { net_place(&j.n, j.costs, 2), 0, 0 }, { net_place(&j.n, j.costs, 2), 0, 0 } };
    uint32_t end;
    double x;
    (void)state;
    /* back to behind where one came from, in a one-way street: turning at the dead end */
    stops[0].place.fraction = 0.75;
    stops[0].place.directions = 1;
    stops[1].place.fraction = 0.25;
    stops[1].place.side = 1;
    cim_journey *journey = find(&j, stops, 2);
    assert_string_equal(told(&j, journey), "depart B, U-turn B, arrive right");
    cim_journey_step steps[4];
    size_t count = 0;
    assert_ok(j.n.ctx, cim_journey_steps(j.n.ctx, journey, 0, steps, 2, &count));
    assert_int_equal(count, 3);
    assert_true(fabs(fabs(steps[1].turn_deg) - 180.0) < 1.0 && fabs(steps[0].bearing_after_deg - 90.0) < 1.0 && fabs(steps[1].bearing_after_deg - 270.0) < 1.0);
    end = j.n.net->edge_to[stops[0].place.edge];
    x = j.n.net->junction_x[end];
    assert_true(fabs(steps[1].x - x) < 0.01 && fabs(steps[1].distance_m - 50.0) < 0.5 && fabs(steps[1].length_m - 150.0) < 0.5);
    cim_journey_free(journey);
    journey_net_done(&j);
}

/* A ring of one way with four arms, east of which one comes: counter-clockwise as on the right side of the road. */
#define RING                                                                                                                                     \
    "n e 30 0\nn n 0 30\nn w -30 0\nn s 0 -30\nn i 300 0\nn j 0 300\nn k -300 0\nn l 0 -300\n"                                                       \
    "w 1 e,n highway=residential|junction=roundabout\nw 2 n,w highway=residential|junction=roundabout\nw 3 w,s highway=residential|junction=roundabout\n" \
    "w 4 s,e highway=residential|junction=roundabout\nw 5 i,e highway=residential|name=East\nw 6 n,j highway=residential|name=North\n"               \
    "w 7 w,k highway=residential|name=West\nw 8 s,l highway=residential|name=South\n"

static void test_steps_roundabout(void **state)
{
    (void)state;
    tells(RING, 5, 6, "depart East, roundabout 1 North, arrive ahead");
    tells(RING, 5, 7, "depart East, roundabout 2 West, arrive ahead");
    tells(RING, 5, 8, "depart East, roundabout 3 South, arrive ahead");
    tells(RING, 7, 5, "depart West, roundabout 2 East, arrive ahead");
    tells(RING, 8, 7, "depart South, roundabout 3 West, arrive ahead");
    tells(RING, 5, 2, "depart East, roundabout 0 -, arrive ahead");
    tells(RING, 1, 7, "depart -, slight right West, arrive ahead");
    /* a street that leads onto the ring only is no exit */
    tells(RING "n o 200 200\nn p 21 21\nw 9 o,n highway=residential|oneway=yes|name=In\n", 5, 7, "depart East, roundabout 2 West, arrive ahead");
}

static void test_steps_stops(void **state)
{
    journey_net j = journey_net_of(CROSSING, CIM_NET_TURNS_FULL);
    cim_journey_stop stops[3] = { { net_place(&j.n, j.costs, 1), 0, 0 }, { net_place(&j.n, j.costs, 2), 0, 0 }, { net_place(&j.n, j.costs, 4), 0, 0 } };
    (void)state;
    stops[1].place.side = -1;
    cim_journey *journey = find(&j, stops, 3);
    assert_string_equal(told(&j, journey), "depart West, continue East, arrive right, depart East, right North, arrive ahead");
    cim_journey_free(journey);
    stops[1].flags = CIM_JOURNEY_PASS;
    journey = find(&j, stops, 3);
    assert_string_equal(told(&j, journey), "depart West, continue East, pass East, U-turn East, right North, arrive ahead");
    cim_journey_free(journey);
    journey_net_done(&j);
}

static void test_steps_ferry(void **state)
{
    (void)state;
    tells("n a 0 0\nn b 200 0\nn c 900 0\nn d 1200 0\nw 1 a,b highway=residential|name=A\nw 2 b,c route=ferry|name=F\nw 3 c,d highway=residential|name=B\n", 1, 3,
          "depart A, ferry F, continue B, arrive ahead");
}

/* Sums of steps are those of the route, legs follow each other. */
static void test_steps_sums(void **state)
{
    uint64_t seed = 101;
    size_t found = 0;
    (void)state;
    for (int round = 0; round < 300; round++) {
        journey_net j = journey_net_random(&seed, (uint32_t)round % 2);
        for (int k = 0; k < 5; k++) {
            cim_journey_stop stops[4] = { 0 };
            size_t count = 2 + support_random(&seed) % 3, steps_count;
            for (size_t i = 0; i < count; i++) stops[i] = (cim_journey_stop){ journey_place(&j, &seed), i && i + 1 < count && support_random(&seed) % 2, 0 };
            cim_journey *journey = NULL;
            if (cim_journey_find(j.n.ctx, j.costs, stops, count, NULL, j.metric, j.query, &journey) < 0) continue;
            cim_journey_view v = { .struct_size = sizeof v };
            cim_net_route_view r = { .struct_size = sizeof r };
            cim_journey_step steps[200];
            assert_ok(j.n.ctx, cim_journey_get(j.n.ctx, journey, 0, &v));
            assert_ok(j.n.ctx, cim_net_route_get(j.n.ctx, v.route, &r));
            assert_ok(j.n.ctx, cim_journey_steps(j.n.ctx, journey, 0, steps, 200, &steps_count));
            assert_true(steps_count >= 2 && steps_count <= 200);
            uint32_t time = 0, leg = 0, rules = 0;
            double length = 0.0;
            for (size_t i = 0; i < steps_count; i++) {
                assert_int_equal(steps[i].first_leg, leg);
                assert_true(fabs(steps[i].distance_m - length) < 1e-6);
                assert_true(steps[i].bearing_before_deg >= 0.0 && steps[i].bearing_before_deg < 360.0 && fabs(steps[i].turn_deg) <= 180.0);
                assert_int_equal(steps[i].leg_count == 0, steps[i].kind == CIM_JOURNEY_ARRIVE);
                leg += steps[i].leg_count;
                time += steps[i].time_ms;
                length += steps[i].length_m;
                rules |= steps[i].rules;
            }
            assert_int_equal(leg, r.leg_count);
            assert_int_equal(time, r.time_ms);
            assert_int_equal(rules, r.rules);
            assert_true(fabs(length - r.length_m) < 1e-6);
            assert_int_equal(steps[0].kind, CIM_JOURNEY_DEPART);
            assert_int_equal(steps[steps_count - 1].kind, CIM_JOURNEY_ARRIVE);
            cim_journey_free(journey);
            found++;
        }
        journey_net_done(&j);
    }
    assert_true(found > 500);
}

/* ---- signals ---- */

static void check_signals(const journey_net *j, const cim_journey *journey, size_t *seen)
{
    cim_journey_view v = { .struct_size = sizeof v };
    cim_net_route_view r = { .struct_size = sizeof r };
    cim_journey_signal s[60], exact[60], green[60];
    cim_journey_signal_options o = CIM_JOURNEY_SIGNAL_OPTIONS_INIT;
    size_t count = 0, number = 0;
    uint32_t at = 0, waited = 0;
    cim_ctx *ctx = j->n.ctx;
    assert_ok(ctx, cim_journey_get(ctx, journey, 0, &v));
    assert_ok(ctx, cim_net_route_get(ctx, v.route, &r));
    assert_ok(ctx, cim_journey_signals(ctx, journey, 0, NULL, s, 60, &count));
    o.leg_sigma = o.wait_sigma_s = 0.0;
    assert_ok(ctx, cim_journey_signals(ctx, journey, 0, &o, exact, 60, &count));
    o.flags = CIM_JOURNEY_GREEN;
    assert_ok(ctx, cim_journey_signals(ctx, journey, 0, &o, green, 60, &count));
    assert_true(count <= 60);
    for (uint32_t section = 0; section < v.section_count; section++)
        for (uint32_t i = 0; i < v.sections[section].leg_count; i++) {
            uint32_t leg = v.sections[section].first_leg + i, junction = cim__link_head(j->n.net, r.legs[leg].link);
            at += r.legs[leg].time_ms;
            if (i + 1 == v.sections[section].leg_count || j->n.net->junction_set[junction] == CIM_NONE) continue;
            assert_true(number < count);
            assert_int_equal(s[number].junction, junction);
            assert_int_equal(exact[number].leg, leg);
            assert_int_equal(exact[number].likely_ms, at - 8000); /* what signals take with a car */
            assert_int_equal(exact[number].earliest_ms, exact[number].likely_ms);
            assert_int_equal(exact[number].latest_ms, exact[number].likely_ms);
            assert_int_equal(green[number].likely_ms, at - 8000 - waited);
            assert_int_equal(s[number].likely_ms, exact[number].likely_ms);
            assert_true(s[number].earliest_ms <= s[number].likely_ms && s[number].likely_ms <= s[number].latest_ms);
            waited += 8000;
            if (number) {
                assert_true(s[number].earliest_ms >= s[number - 1].earliest_ms && s[number].likely_ms >= s[number - 1].likely_ms && s[number].latest_ms >= s[number - 1].latest_ms);
                assert_true(s[number].latest_ms - s[number].likely_ms >= s[number - 1].latest_ms - s[number - 1].likely_ms);
                assert_true(s[number].distance_m >= s[number - 1].distance_m);
            }
            number++;
        }
    assert_int_equal(number, count);
    *seen += count;
}

static void test_signals_random(void **state)
{
    uint64_t seed = 102;
    size_t seen = 0;
    (void)state;
    for (int round = 0; round < 300; round++) {
        journey_net j = journey_net_random(&seed, CIM_NET_TURNS_FULL);
        for (int k = 0; k < 5; k++) {
            cim_journey_stop stops[3] = { { journey_place(&j, &seed), 0, 0 }, { journey_place(&j, &seed), k % 2, 0 }, { journey_place(&j, &seed), 0, 0 } };
            cim_journey *journey = NULL;
            if (cim_journey_find(j.n.ctx, j.costs, stops, 3, NULL, j.metric, j.query, &journey) < 0) continue;
            check_signals(&j, journey, &seen);
            cim_journey_free(journey);
        }
        journey_net_done(&j);
    }
    print_message("%zu signals\n", seen);
    assert_true(seen > 300);
}

/* The variance by hand, and the signal's object. */
static void test_signals_model(void **state)
{
    journey_net j = journey_net_of("n a 0 0\nn b 300 0 highway=traffic_signals\nn c 600 0\nn d 900 0 highway=crossing|crossing=traffic_signals\nn e 1200 0\n"
                                   "w 1 a,b highway=residential\nw 2 b,c highway=residential\nw 3 c,d highway=residential\nw 4 d,e highway=residential\n", 1);
    cim_journey_stop stops[2] = { { net_place(&j.n, j.costs, 1), 0, 0 }, { net_place(&j.n, j.costs, 4), 0, 0 } };
    cim_journey_signal s[2];
    cim_journey_signal_options o = CIM_JOURNEY_SIGNAL_OPTIONS_INIT;
    cim_journey *journey = find(&j, stops, 2);
    cim_buf gid = CIM_BUF_INIT;
    size_t count = 0;
    (void)state;
    o.city = j.n.city;
    o.leg_sigma = 0.1;
    o.correlation = 0.25;
    o.wait_sigma_s = 2.0;
    o.width = 2.0;
    assert_ok(j.n.ctx, cim_journey_signals(j.n.ctx, journey, 0, &o, NULL, 0, &count));
    assert_int_equal(count, 2);
    assert_ok(j.n.ctx, cim_journey_signals(j.n.ctx, journey, 0, &o, s, 2, &count));
    double a = j.costs->link_ms[2 * stops[0].place.edge] / 2.0, b = j.costs->link_ms[2 * net_place(&j.n, j.costs, 2).edge], c = j.costs->link_ms[2 * net_place(&j.n, j.costs, 3).edge];
    double sigma = sqrt(0.01 * (0.75 * (a * a + b * b + c * c) + 0.25 * (a + b + c) * (a + b + c)) + 4e6);
    assert_true(fabs(s[0].likely_ms - a) < 2 && fabs(s[0].latest_ms - (a + 0.2 * a)) < 3 && fabs(s[0].earliest_ms - 0.8 * a) < 3);
    assert_true(fabs(s[1].likely_ms - (a + 8000 + b + c)) < 3 && fabs(s[1].latest_ms - s[1].likely_ms - 2 * sigma) < 5 && fabs(s[1].likely_ms - s[1].earliest_ms - 2 * sigma) < 5);
    assert_int_equal(s[0].crossing, 0);
    assert_int_equal(s[1].crossing, 1);
    assert_true(fabs(s[0].distance_m - 150) < 1 && fabs(s[1].distance_m - 750) < 2 && s[0].speed_kmh > 5 && s[0].speed_kmh < 60);
    assert_ok(j.n.ctx, cim_city_gid(j.n.ctx, j.n.city, s[0].object, &gid));
    assert_string_equal(gid.data, "osm:node/98");
    cim_buf_dispose(&gid);
    o.correlation = 1.5;
    assert_status(j.n.ctx, cim_journey_signals(j.n.ctx, journey, 0, &o, s, 2, &count), CIM_EARG);
    assert_status(j.n.ctx, cim_journey_signals(j.n.ctx, journey, 1, NULL, s, 2, &count), CIM_ENOTFOUND);
    assert_status(j.n.ctx, cim_journey_signals(j.n.ctx, NULL, 0, NULL, s, 2, &count), CIM_EARG);
    assert_status(j.n.ctx, cim_journey_signals(j.n.ctx, journey, 0, NULL, NULL, 2, &count), CIM_EARG);
    assert_status(j.n.ctx, cim_journey_steps(j.n.ctx, journey, 1, NULL, 0, &count), CIM_ENOTFOUND);
    assert_status(j.n.ctx, cim_journey_steps(j.n.ctx, NULL, 0, NULL, 0, &count), CIM_EARG);
    assert_status(j.n.ctx, cim_journey_steps(j.n.ctx, journey, 0, NULL, 1, &count), CIM_EARG);
    assert_null(cim_journey_kind(13));
    cim_journey_free(journey);
    journey_net_done(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_steps_crossing), cmocka_unit_test(test_steps_names), cmocka_unit_test(test_steps_one_way), cmocka_unit_test(test_steps_roundabout),
                                        cmocka_unit_test(test_steps_stops), cmocka_unit_test(test_steps_ferry), cmocka_unit_test(test_steps_sums), cmocka_unit_test(test_signals_random),
                                        cmocka_unit_test(test_signals_model) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
