/* test_net_turns.c - turning back, restrictions over ways that meet again, and what legs say of it. */
#include "nets.h"

#include <math.h>
#include <stdio.h>

static const char *full_route(const char *lines, const char *profile, const char *time, int from, int to)
{
    static char text[400];
    street_net n = net_of(lines, CIM_NET_TURNS_FULL);
    snprintf(text, sizeof text, "%s", net_route(&n, profile, time, from, to));
    net_done(&n);
    return text;
}

/* 1 leads east to a junction with 2 and 3; turning back in it is the only way from the end of 1 to its beginning, but for the ring 2 4 3. */
#define FORK "n a 0 0\nn b 100 0\nn c 2000 0\nn d 2000 900\nw 1 a,b\nw 2 b,c\nw 3 b,d\nw 4 c,d\nw 5 z,a\nn z 0 -50\nw 6 b,y highway=residential|oneway=yes\nn y 100 -90\nw 7 y,x highway=residential|oneway=yes\nn x 50 -90\n"

/* From one place on a street to one behind it, facing away: from east of the middle to west of it, eastwards only. */
static cim_net_route *back_route(const street_net *n, const cim_net_costs *costs, int way, double from, double to)
{
    cim_net_place a = net_place(n, costs, way), b = a;
    cim_net_route *route = NULL;
    a.fraction = from;
    b.fraction = to;
    a.directions = 1;
    b.directions = 2;
    assert_ok(n->ctx, cim_net_route_find(n->ctx, costs, &a, &b, NULL, NULL, &route));
    return route;
}

static void test_net_u_turn_bits(void **state)
{
    street_net n = net_of(FORK, CIM_NET_TURNS_FULL);
    cim_net_route_view v = { .struct_size = sizeof v };
    (void)state;
    cim_net_costs *costs = net_costs(&n, "emergency", NULL);
    cim_net_route *route = back_route(&n, costs, 1, 0.5, 0.5);
    assert_ok(n.ctx, cim_net_route_get(n.ctx, route, &v));
    assert_int_equal(v.leg_count, 2); /* back at the fork, at a price: the last leg says so */
    assert_int_equal(v.legs[0].rules, 0);
    assert_int_equal(v.legs[1].rules, CIM_NET_BREAKS_U_TURN);
    assert_int_equal(v.rules, CIM_NET_BREAKS_U_TURN);
    assert_true(v.legs[1].time_ms >= 30000);
    cim_net_route_free(route);
    cim_net_costs_free(costs);
    costs = net_costs(&n, "car", NULL);
    route = back_route(&n, costs, 1, 0.5, 0.5);
    assert_ok(n.ctx, cim_net_route_get(n.ctx, route, &v));
    assert_int_equal(v.rules, 0); /* round the ring */
    assert_true(v.length_m > 4000.0);
    cim_net_route_free(route);
    cim_net_costs_free(costs);
    costs = net_costs(&n, "foot", NULL);
    route = back_route(&n, costs, 1, 0.5, 0.5);
    assert_ok(n.ctx, cim_net_route_get(n.ctx, route, &v));
    assert_int_equal(v.rules, 0); /* who walks turns round anywhere */
    assert_true(v.length_m < 101.0);
    cim_net_route_free(route);
    cim_net_costs_free(costs);
    net_done(&n);
}

/* A dead end is for turning back, and breaks nothing; a bit in the middle of a route. */
static void test_net_u_turn_dead_end(void **state)
{
    const char *lines = "n a 0 0\nn b 100 0\nn c 200 0\nn d 100 100\nw 1 a,b\nw 2 b,c\nw 3 b,d\nr 1 1 b 3 restriction=no_left_turn\n";
    (void)state;
    assert_string_equal(full_route(lines, "car", NULL, 1, 3), "1 2 3");
    assert_string_equal(full_route(lines, "emergency", NULL, 1, 3), "1 3 !turn");
}

/* A street drawn once for each direction is still one street: no turning back in the middle of it. */
static void test_net_u_turn_twins(void **state)
{
    const char *lines = "n a 0 0\nn b 100 0\nn c 200 0\nn d 300 0\nn e 100 100\n"
                        "w 1 a,b highway=residential\nw 2 b,c highway=residential|oneway=yes\nw 3 c,b highway=residential|oneway=yes\nw 4 c,d highway=residential\nw 5 b,e\n"
                        "r 1 1 b 5 restriction=no_left_turn\n";
    (void)state;
    assert_string_equal(full_route(lines, "car", NULL, 1, 5), "1 2 4 3 5");
    assert_string_equal(full_route(lines, "bicycle", NULL, 1, 5), "1 2 4 3 5");
}

/* Via ways in a ring may be gone round either way; the order of the members says which. */
#define RING "n a 0 0\nn b 100 0\nn c 200 0\nn d 200 100\nn e 100 100\nn f 100 -100\nw 1 a,b\nw 2 b,c\nw 3 c,d\nw 4 d,e\nw 5 e,b\nw 6 b,f\nr 7 1 b 6 restriction=no_right_turn\n"

static void test_net_via_ring(void **state)
{
    (void)state;
    assert_string_equal(full_route(RING, "car", NULL, 1, 6), "1 2 3 4 5 6");
    assert_string_equal(full_route(RING "r 1 1 2+3+4+5 6 restriction=no_right_turn\n", "car", NULL, 1, 6), "1 5 4 3 2 6");
    assert_string_equal(full_route(RING "r 1 1 5+4+3+2 6 restriction=no_left_turn\n", "car", NULL, 1, 6), "1 2 3 4 5 6");
    /* both ways round: twice round, as no rule is about that */
    assert_string_equal(full_route(RING "r 1 1 2+3+4+5 6 restriction=no_right_turn\nr 2 1 5+4+3+2 6 restriction=no_left_turn\n", "car", NULL, 1, 6), "1 2 3 4 5 2 3 4 5 6");
}

static void test_net_not_about_turns(void **state)
{
    (void)state;
#define CORNER "n a 0 0\nn b 100 0\nn c 200 0\nn d 100 100\nn e 300 0\nw 1 a,b\nw 2 b,c highway=residential|oneway=yes\nw 3 b,d highway=residential|oneway=yes\nw 4 c,e highway=residential|oneway=yes\n"
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction=no_left_turn_on_red\n", "car", NULL, 1, 3), "1 3");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction:conditional=no_left_turn_on_red @ (Mo-Su 00:00-24:00)\n", "car", "2026-01-31T08:00", 1, 3), "1 3");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction=no_left_turn\n", "car", NULL, 1, 3), "-");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction=no_weird_zigzag\n", "car", NULL, 1, 3), "-");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction=give_way\n", "car", NULL, 1, 3), "1 3");
    assert_string_equal(full_route(CORNER "r 1 1 b 99 restriction=no_left_turn\n", "car", NULL, 1, 3), "1 3");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction=no_left_turn|except=hgv;motorcar\n", "car", NULL, 1, 3), "1 3");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction=no_left_turn|except=emergency\n", "emergency", NULL, 1, 3), "1 3");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction:motorcar=no_left_turn\n", "car", NULL, 1, 3), "-");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction:motorcar=no_left_turn\n", "bicycle", NULL, 1, 3), "1 3");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction:hgv:conditional=no_left_turn @ (Mo-Fr 07:00-09:00)\n", "truck", "2026-01-30T08:00", 1, 3), "-");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction:hgv:conditional=no_left_turn @ (Mo-Fr 07:00-09:00)\n", "car", "2026-01-30T08:00", 1, 3), "1 3");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction:conditional=no_left_turn @ (weight>7.5)\n", "truck", NULL, 1, 3), "-");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction:conditional=no_left_turn @ (weight>7.5)\n", "car", NULL, 1, 3), "1 3");
    /* two "only" at one junction contradict each other: nothing is left, as the signs say */
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction=only_left_turn\nr 2 1 b 2 restriction=only_straight_on\n", "car", NULL, 1, 3), "-");
    assert_string_equal(full_route(CORNER "r 1 1 b 3 restriction=only_left_turn\n", "car", NULL, 1, 4), "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_net_u_turn_bits), cmocka_unit_test(test_net_u_turn_dead_end), cmocka_unit_test(test_net_u_turn_twins), cmocka_unit_test(test_net_via_ring),
        cmocka_unit_test(test_net_not_about_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
