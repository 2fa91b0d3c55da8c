/* test_net_rules.c - every rule of the road net on a net made for it. */
#include "nets.h"

#include <math.h>
#include <stdio.h>

/* A short way 1 2 3 and a long one 1 4 5 3. */
#define DETOUR(tags)                                                                                                      \
    "n a 0 0\nn b 100 0\nn c 200 0\nn d 300 0\nn e 100 200\nn f 200 200\n"                                                \
    "w 1 a,b highway=residential\nw 2 b,c " tags "\nw 3 c,d highway=residential\nw 4 b,e,f highway=residential\nw 5 f,c highway=residential\n"
#define SHORT "1 2 3"
#define LONG "1 4 5 3"

static void test_net_access(void **state)
{
    (void)state;
    net_check(DETOUR("highway=residential"), "car", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=residential|access=no"), "car", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=residential|vehicle=no"), "car", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=residential|access=no|motorcar=yes"), "car", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=residential|motor_vehicle=no|access=yes"), "car", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=residential|motor_vehicle=no"), "bicycle", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=residential|vehicle=no|bicycle=yes"), "bicycle", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=residential|vehicle=no"), "foot", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=residential|motor_vehicle:backward=no"), "car", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=residential|motor_vehicle:backward=no"), "car", NULL, 3, 1, "3 5 4 1");
    net_check(DETOUR("highway=residential|access=destination"), "car", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=residential|access=destination"), "car", NULL, 1, 2, "1 2 !destination");
    net_check(DETOUR("highway=residential|access=private"), "car", NULL, 2, 3, "2 3 !private");
    net_check(DETOUR("highway=footway"), "car", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=residential|psv=yes|motor_vehicle=no"), "bus", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=pedestrian|motor_vehicle=no"), "foot", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=steps"), "wheelchair", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=steps"), "foot", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=footway|incline=12%"), "wheelchair", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=footway|wheelchair=no"), "wheelchair", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=construction|construction=residential"), "car", NULL, 1, 3, LONG);
}

static void test_net_oneway(void **state)
{
    (void)state;
    net_check(DETOUR("highway=residential|oneway=yes"), "car", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=residential|oneway=yes"), "car", NULL, 3, 1, "3 5 4 1");
    net_check(DETOUR("highway=residential|oneway=-1"), "car", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=residential|oneway=-1"), "car", NULL, 3, 1, "3 2 1");
    net_check(DETOUR("highway=residential|oneway=reversible"), "car", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=residential|oneway=yes"), "bicycle", NULL, 3, 1, "3 5 4 1");
    net_check(DETOUR("highway=residential|oneway=yes|oneway:bicycle=no"), "bicycle", NULL, 3, 1, "3 2 1");
    net_check(DETOUR("highway=residential|oneway=yes|oneway:bicycle=no"), "car", NULL, 3, 1, "3 5 4 1");
    net_check(DETOUR("highway=residential|oneway=yes|cycleway=opposite_lane"), "bicycle", NULL, 3, 1, "3 2 1");
    net_check(DETOUR("highway=residential|oneway=yes"), "foot", NULL, 3, 1, "3 2 1");
    net_check(DETOUR("highway=residential|junction=roundabout"), "car", NULL, 3, 1, "3 5 4 1");
    net_check(DETOUR("highway=motorway"), "car", NULL, 3, 1, "3 5 4 1");
    net_check(DETOUR("highway=motorway|oneway=no"), "car", NULL, 3, 1, "3 2 1");
    net_check(DETOUR("highway=residential|oneway=yes"), "emergency", NULL, 3, 1, "3 2 1 !oneway");
}

static void test_net_emergency(void **state)
{
    (void)state;
    net_check(DETOUR("highway=residential|motor_vehicle=no"), "emergency", NULL, 1, 3, SHORT " !access");
    net_check(DETOUR("highway=residential|motor_vehicle=no|bus=yes"), "emergency", NULL, 1, 3, SHORT " !bus");
    net_check(DETOUR("highway=busway"), "emergency", NULL, 1, 3, SHORT " !bus");
    net_check(DETOUR("highway=busway"), "car", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=busway"), "bus", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=service|access=emergency"), "emergency", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=service|access=no|emergency=yes"), "emergency", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=service|access=emergency"), "car", NULL, 1, 3, LONG);
}

#define GATE(tags) "n a 0 0\nn b 100 0\nn c 200 0 " tags "\nn d 300 0\nw 1 a,b highway=residential\nw 2 b,c,d highway=residential\nw 3 d,z highway=residential\nn z 400 0\n"

static void test_net_barriers(void **state)
{
    (void)state;
    net_check(GATE("barrier=bollard"), "car", NULL, 1, 3, "-");
    net_check(GATE("barrier=bollard"), "bicycle", NULL, 1, 3, "1 2 3");
    net_check(GATE("barrier=bollard"), "foot", NULL, 1, 3, "1 2 3");
    net_check(GATE("barrier=bollard"), "emergency", NULL, 1, 3, "1 2 3 !barrier");
    net_check(GATE("barrier=block"), "emergency", NULL, 1, 3, "-");
    net_check(GATE("barrier=gate"), "car", NULL, 1, 3, "1 2 3");
    net_check(GATE("barrier=gate|access=no"), "car", NULL, 1, 3, "-");
    net_check(GATE("barrier=lift_gate|access=private"), "car", NULL, 1, 3, "1 2 3 !private");
    net_check(GATE("barrier=bollard|motor_vehicle=yes"), "car", NULL, 1, 3, "1 2 3");
    net_check(GATE("barrier=kerb|kerb=raised"), "wheelchair", NULL, 1, 3, "-");
    net_check(GATE("barrier=kerb|kerb=lowered"), "wheelchair", NULL, 1, 3, "1 2 3");
}

static void assert_near(double got, double wanted) { assert_true(fabs(got - wanted) < 0.01); }

static void test_net_speeds(void **state)
{
    int source;
    (void)state;
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=50"), "car", NULL, 2, 0, &source), 45.0);
    assert_int_equal(source, CIM_NET_SPEED_TAGGED);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=30 mph"), "car", NULL, 2, 0, &source), 30 * 1.609344 * 0.9);
    assert_int_equal(source, CIM_NET_SPEED_TAGGED);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=walk"), "car", NULL, 2, 0, NULL), net_kmh(DETOUR("highway=primary|maxspeed=walk"), "car", NULL, 2, 1, NULL));
    assert_near(net_kmh(DETOUR("highway=primary"), "car", NULL, 2, 0, &source), 50.0);
    assert_int_equal(source, CIM_NET_SPEED_DEFAULT);
    assert_near(net_kmh(DETOUR("highway=primary|source:maxspeed=DE:rural"), "car", NULL, 2, 0, &source), 90.0);
    assert_int_equal(source, CIM_NET_SPEED_DERIVED);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed:forward=40|maxspeed:backward=20"), "car", NULL, 2, 0, NULL), 36.0);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed:forward=40|maxspeed:backward=20"), "car", NULL, 2, 1, NULL), 18.0);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=50|maxspeed:hgv=30"), "truck", NULL, 2, 0, NULL), 30 * 0.85);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=50|maxspeed:conditional=30 @ (22:00-06:00)"), "car", "2026-01-31T23:30", 2, 0, NULL), 27.0);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=50|maxspeed:conditional=30 @ (22:00-06:00)"), "car", "2026-01-31T12:30", 2, 0, NULL), 45.0);
    assert_near(net_kmh(DETOUR("highway=track|motor_vehicle=yes|tracktype=grade5"), "car", NULL, 2, 0, NULL), 10.0);
    assert_near(net_kmh(DETOUR("highway=residential|maxheight=3.4"), "truck", NULL, 2, 0, NULL), 0.0);
    assert_true(net_kmh(DETOUR("highway=residential|maxheight=3.4"), "car", NULL, 2, 0, NULL) > 0.0);
    assert_near(net_kmh(DETOUR("highway=residential|maxweight=7.5"), "truck", NULL, 2, 0, NULL), 0.0);
}

static void test_net_ferry(void **state)
{
    (void)state;
    /* 100 m and 100 m of one ferry that takes ten minutes */
    const char *lines = "n a 0 0\nn b 100 0\nn c 200 0\nn d 300 0\nn e 400 0\nn f 200 50\nw 1 a,b highway=residential\nw 2 b,c,d route=ferry|duration=00:10\nw 3 d,e highway=residential\nw 4 c,f highway=residential\n";
    net_check(lines, "car", NULL, 1, 3, "1 2 3");
    assert_true(fabs(net_kmh(lines, "car", NULL, 2, 0, NULL) - 1.2) < 0.01);
}

/* A crossing: 1 from the west, 2 to the east, 3 north, 4 south; a way around from north to east and from east to south. */
#define CROSS                                                                                                                            \
    "n a 0 0\nn b 100 0\nn c 200 0\nn d 100 100\nn e 100 -100\nn f 200 100\nn g 200 -100\n"                                              \
    "w 1 a,b\nw 2 b,c\nw 3 b,d\nw 4 b,e\nw 5 d,f\nw 6 f,c\nw 7 c,g\nw 8 g,e\n"

static void test_net_restrictions(void **state)
{
    (void)state;
    net_check(CROSS, "car", NULL, 1, 3, "1 3");
    net_check(CROSS "r 1 1 b 3 restriction=no_left_turn\n", "foot", NULL, 1, 3, "1 3");
    net_check(CROSS "r 1 1 b 3 restriction=no_left_turn\n", "emergency", NULL, 1, 3, "1 3 !turn");
    net_check(CROSS "r 1 1 b 3 restriction=no_left_turn|except=bicycle\n", "bicycle", NULL, 1, 3, "1 3");
    net_check(CROSS "r 1 1 b 3 restriction:hgv=no_left_turn\n", "car", NULL, 1, 3, "1 3");
    net_check(CROSS "r 1 1 b 3 restriction:conditional=no_left_turn @ (Mo-Fr 07:00-09:00)\n", "car", "2026-01-31T08:00", 1, 3, "1 3");
    net_check(CROSS "r 1 1 b 3 restriction:conditional=no_left_turn @ (Mo-Fr 07:00-09:00)\n", "car", NULL, 1, 3, "1 3");
    net_check(CROSS "r 1 2 b 1 restriction=no_straight_on\n", "car", NULL, 1, 2, "1 2");
    net_check(CROSS "r 1 1 b 2 restriction=only_straight_on\n", "car", NULL, 1, 2, "1 2");
    net_check(CROSS "r 1 1 2+6 5 restriction=no_u_turn\n", "car", NULL, 1, 6, "1 2 6");
}

/* With turns of their own, one does not turn back at the next junction to get round a ban. */
static void test_net_restrictions_full(void **state)
{
    static const struct {
        const char *rule, *profile, *time, *wanted;
    } cases[] = {
        { "r 1 1 b 3 restriction=no_left_turn\n", "car", NULL, "1 2 6 5 3" },
        { "r 1 1 b 2 restriction=only_straight_on\n", "car", NULL, "1 2 6 5 3" },
        { "r 1 1 b 3 restriction=no_left_turn|except=bicycle\n", "car", NULL, "1 2 6 5 3" },
        { "r 1 1 b 3 restriction:hgv=no_left_turn\n", "truck", NULL, "1 2 6 5 3" },
        { "r 1 1 b 3 restriction:conditional=no_left_turn @ (Mo-Fr 07:00-09:00)\n", "car", "2026-01-30T08:00", "1 2 6 5 3" },
        { "r 1 1 b 3 restriction=no_left_turn\nr 2 1 2 6 restriction=no_left_turn\n", "car", NULL, "1 2 7 8 4 3" },
        { "r 1 1 b 3 restriction=no_left_turn\nr 2 1 2+6 5 restriction=no_left_turn\n", "car", NULL, "1 2 7 8 4 3" },
        { "r 1 1 b 3 restriction=no_left_turn\nr 2 1 2 7 restriction=only_right_turn\n", "car", NULL, "1 2 7 8 4 3" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char lines[1200];
        snprintf(lines, sizeof lines, "%s%s", CROSS, cases[i].rule);
        street_net n = net_of(lines, CIM_NET_TURNS_FULL);
        assert_string_equal(net_route(&n, cases[i].profile, cases[i].time, 1, 3), cases[i].wanted);
        net_done(&n);
    }
}

/* What the OpenStreetMap wiki says of single keys. */
static void test_net_wiki(void **state)
{
    (void)state;
    /* a limit of one direction says nothing of the other */
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed:forward=20"), "car", NULL, 2, 0, NULL), 18.0);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed:forward=20"), "car", NULL, 2, 1, NULL), 50.0);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=30|maxspeed:forward=20"), "car", NULL, 2, 1, NULL), 27.0);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=50|maxspeed:hgv:conditional=30 @ (weight>7.5)"), "truck", NULL, 2, 0, NULL), 30 * 0.85);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=50|maxspeed:hgv:conditional=30 @ (weight>7.5)"), "car", NULL, 2, 0, NULL), 45.0);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=50|maxspeed:forward:conditional=30 @ (22:00-06:00)"), "car", "2026-01-31T23:30", 2, 0, NULL), 27.0);
    assert_near(net_kmh(DETOUR("highway=primary|maxspeed=50|maxspeed:forward:conditional=30 @ (22:00-06:00)"), "car", "2026-01-31T23:30", 2, 1, NULL), 45.0);
    assert_near(net_kmh(DETOUR("highway=residential|maxweightrating=7.5"), "truck", NULL, 2, 0, NULL), 0.0);
    net_check(DETOUR("highway=residential|motor_vehicle:conditional=no @ (Mo-Fr 07:00-09:00)"), "car", "2026-01-30T08:00", 1, 3, LONG);
    net_check(DETOUR("highway=residential|motor_vehicle:conditional=no @ (Mo-Fr 07:00-09:00)"), "car", "2026-01-30T10:00", 1, 3, SHORT);
    net_check(DETOUR("highway=residential|hgv:forward:conditional=no @ (Mo-Fr 07:00-09:00)"), "truck", "2026-01-30T08:00", 1, 3, LONG);
    net_check(DETOUR("highway=residential|hgv:forward:conditional=no @ (Mo-Fr 07:00-09:00)"), "truck", "2026-01-30T08:00", 3, 1, "3 2 1");
    net_check(DETOUR("highway=residential|oneway=reversible|oneway:conditional=yes @ (05:00-12:00); -1 @ (12:00-05:00)"), "car", "2026-01-30T08:00", 1, 3, SHORT);
    net_check(DETOUR("highway=residential|oneway=reversible|oneway:conditional=yes @ (05:00-12:00); -1 @ (12:00-05:00)"), "car", "2026-01-30T13:00", 1, 3, LONG);
    net_check(DETOUR("highway=residential|oneway=yes|oneway:bicycle:conditional=no @ (18:00-06:00)"), "bicycle", "2026-01-30T20:00", 3, 1, "3 2 1");
    net_check(DETOUR("highway=residential|oneway=yes|oneway:bicycle:conditional=no @ (18:00-06:00)"), "bicycle", "2026-01-30T10:00", 3, 1, "3 5 4 1");
    net_check(DETOUR("highway=residential|oneway=alternating"), "car", NULL, 3, 1, "3 2 1");
    net_check(DETOUR("highway=trunk|motorroad=yes|foot=yes"), "foot", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=path|motor_vehicle=yes"), "car", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=steps|motor_vehicle=yes"), "car", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=steps|foot=yes"), "wheelchair", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=steps|wheelchair=yes"), "wheelchair", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=steps|ramp:wheelchair=yes"), "wheelchair", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=steps|ramp:wheelchair=no"), "wheelchair", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=steps|ramp:wheelchair=yes|foot=no"), "wheelchair", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=footway|incline=10\u00b0"), "wheelchair", NULL, 1, 3, LONG);
    net_check(DETOUR("highway=footway|incline=2\u00b0"), "wheelchair", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=footway|incline=up"), "wheelchair", NULL, 1, 3, SHORT);
    net_check(DETOUR("highway=footway|smoothness=impassable"), "wheelchair", NULL, 1, 3, LONG);
    net_check(GATE("barrier=height_restrictor|maxheight=1"), "car", NULL, 1, 3, "-");
    net_check(GATE("barrier=height_restrictor|maxheight=2.1"), "car", NULL, 1, 3, "1 2 3");
    net_check(GATE("barrier=height_restrictor|maxheight=2.1"), "emergency", NULL, 1, 3, "-");
    net_check(GATE("barrier=fence|sensory=audible"), "car", NULL, 1, 3, "1 2 3");
    net_check(GATE("highway=crossing|kerb=raised"), "wheelchair", NULL, 1, 3, "-");
    net_check(GATE("highway=crossing|kerb=raised|wheelchair=yes"), "wheelchair", NULL, 1, 3, "1 2 3");
    net_check(GATE("highway=crossing|kerb=raised"), "car", NULL, 1, 3, "1 2 3");
}

static bool holds(const char *condition, const char *time)
{
    cim__when when;
    cim__size size = { 4.0, 2.5, 12.0, 18.0 };
    assert_true(cim__when_parse(cim__str_of(time), &when));
    return cim__when_holds(cim__str_of(condition), &when, &size);
}

static void test_net_conditions(void **state)
{
    cim__when when;
    (void)state;
    assert_true(cim__when_parse(CIM__STR("2026-01-31T08:30"), &when));
    assert_int_equal(when.weekday, 5); /* a Saturday */
    assert_false(cim__when_parse(CIM__STR("tomorrow"), &when));
    assert_false(cim__when_parse(CIM__STR("2026-13-31T08:30"), &when));
    assert_true(holds("Mo-Fr 07:00-09:00", "2026-01-30T08:59"));
    assert_false(holds("Mo-Fr 07:00-09:00", "2026-01-30T09:00"));
    assert_false(holds("Mo-Fr 07:00-09:00", "2026-01-31T08:00"));
    assert_true(holds("Mo-Fr 07:00-09:00,15:00-18:00", "2026-01-30T15:00"));
    assert_true(holds("(Mo-Fr 07:00-09:00; Sa 10:00-12:00)", "2026-01-31T10:30"));
    assert_true(holds("22:00-06:00", "2026-01-31T23:00"));
    assert_true(holds("22:00-06:00", "2026-01-31T05:59"));
    assert_false(holds("22:00-06:00", "2026-01-31T06:00"));
    assert_true(holds("Nov-Mar", "2026-01-31T06:00"));
    assert_false(holds("Apr-Oct", "2026-01-31T06:00"));
    assert_true(holds("Jan 15-Feb 15 Sa,Su", "2026-01-31T06:00"));
    assert_true(holds("24/7", "2026-01-31T06:00"));
    assert_false(holds("24/7; Sa off", "2026-01-31T06:00"));
    assert_true(holds("weight>7.5", "2026-01-31T06:00"));
    assert_false(holds("weight>20", "2026-01-31T06:00"));
    assert_true(holds("weight>7.5 AND Sa", "2026-01-31T06:00"));
    assert_false(holds("weight>7.5 AND Mo", "2026-01-31T06:00"));
    /* a night belongs to the day on which it begins: Friday's to Saturday morning, Sunday's is none of Mo-Fr */
    assert_true(holds("Mo-Fr 22:00-06:00", "2026-01-31T05:59"));
    assert_false(holds("Mo-Fr 22:00-06:00", "2026-01-31T22:30"));
    assert_false(holds("Mo-Fr 22:00-06:00", "2026-02-02T05:00"));
    assert_true(holds("Mo-Fr 22:00-06:00", "2026-02-02T22:00"));
    assert_true(holds("Jan 22:00-02:00", "2026-02-01T01:59"));
    assert_false(holds("Feb 22:00-02:00", "2026-02-01T01:59"));
    assert_true(holds("Sa 20:00-26:00", "2026-02-01T01:59"));
    assert_false(holds("Sa 20:00-26:00", "2026-02-01T02:00"));
    assert_false(holds("Sa", "2026-02-01T01:59"));
    assert_true(holds("00:00-24:00", "2026-01-31T00:00"));
    assert_true(holds("Dec-Feb", "2026-01-01T00:00"));
    assert_false(holds("wet", "2026-01-31T06:00"));
    assert_false(holds("PH", "2026-01-31T06:00"));
    assert_false(holds("", "2026-01-31T06:00"));
}

static void test_net_refuses(void **state)
{
    street_net n = net_of(CROSS, 0);
    cim_net_costs *costs = NULL;
    cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
    cim_net_place place = { .edge = 99, .directions = 3 }, places[4];
    cim_net_route *route = NULL;
    size_t count;
    (void)state;
    options.profile = "broom";
    assert_status(n.ctx, cim_net_costs_build(n.ctx, n.net, &options, &costs), CIM_ENOTFOUND);
    options.profile = "car";
    options.time = "noon";
    assert_status(n.ctx, cim_net_costs_build(n.ctx, n.net, &options, &costs), CIM_EARG);
    options.time = NULL;
    options.height_m = -1.0;
    assert_status(n.ctx, cim_net_costs_build(n.ctx, n.net, &options, &costs), CIM_EARG);
    costs = net_costs(&n, NULL, NULL);
    assert_status(n.ctx, cim_net_route_find(n.ctx, costs, &place, &place, NULL, NULL, &route), CIM_EARG);
    assert_status(n.ctx, cim_net_snap(n.ctx, costs, NAN, 0.0, NULL, 1, places, &count), CIM_EARG);
    assert_status(n.ctx, cim_net_snap(n.ctx, costs, 0.0, 0.0, NULL, 0, places, &count), CIM_EARG);
    cim_net_costs_free(costs);
    net_done(&n);
    n = net_of("n a 0 0 amenity=bench\n", 0);
    costs = net_costs(&n, NULL, NULL);
    assert_ok(n.ctx, cim_net_snap(n.ctx, costs, 0.0, 0.0, NULL, 1, places, &count));
    assert_int_equal(count, 0);
    cim_net_costs_free(costs);
    net_done(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_net_access), cmocka_unit_test(test_net_oneway), cmocka_unit_test(test_net_emergency), cmocka_unit_test(test_net_barriers), cmocka_unit_test(test_net_speeds), cmocka_unit_test(test_net_ferry),
        cmocka_unit_test(test_net_restrictions), cmocka_unit_test(test_net_restrictions_full), cmocka_unit_test(test_net_wiki), cmocka_unit_test(test_net_conditions), cmocka_unit_test(test_net_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
