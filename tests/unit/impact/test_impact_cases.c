/* What must be said: a hospital that is cut off, islands, pumps without power, cities without streets or networks, and what is refused. */
#include "towns.h"

#include <math.h>

static town t;
static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

static void done(void)
{
    cim_ctx *ctx = t.ctx;
    town_done(&t);
    cim_ctx_free(ctx);
}

/* fire station --- a --- b --- hospital: one street; water along it with a valve before b; a loop of power with an open tie; a pump on power. */
static void begin(void)
{
    town_begin(&t);
    town_street(&t, "r:a", 0, 0, 100, 0, "function=residential;from_node=1;to_node=2");
    town_street(&t, "r:b", 100, 0, 200, 0, "function=residential;from_node=2;to_node=3");
    town_street(&t, "r:c", 200, 0, 300, 0, "function=residential;from_node=3;to_node=4");
    town_box(&t, "b:fire", 10, 10, 10, "function=fire_station");
    town_box(&t, "b:hospital", 270, 10, 10, "function=hospital;population=50");
    town_box(&t, "b:home", 140, 10, 10, "population=7");
    town_relate(&t, "b:fire", CIM__R_ACCESSES, "r:a", "{\"x\":15,\"y\":0}");
    town_relate(&t, "b:hospital", CIM__R_ACCESSES, "r:c", "{\"x\":275,\"y\":0}");
    town_relate(&t, "b:home", CIM__R_ACCESSES, "r:b", "{\"x\":145,\"y\":0}");
}

static void networks(void)
{
    town_put(&t, "s:w", "UtilityNode", "POINT(0 1)", "network=water;controller=1", NULL);
    town_put(&t, "l:w1", "Pipe", "LINESTRING(0 1,100 1)", "network=water", NULL);
    town_put(&t, "l:w2", "Pipe", "LINESTRING(100 1,200 1)", "network=water", NULL);
    town_put(&t, "l:w3", "Pipe", "LINESTRING(200 1,300 1)", "network=water", NULL);
    town_put(&t, "v:2", "Valve", "POINT(101 1)", "network=water", NULL);
    town_put(&t, "v:3", "Valve", "POINT(201 1)", "network=water", NULL);
    town_relate(&t, "v:2", CIM__R_CONNECTS, "l:w2", "{\"end\":\"from\"}");
    town_relate(&t, "v:3", CIM__R_CONNECTS, "l:w3", "{\"end\":\"from\"}");
    town_relate(&t, "l:w2", CIM__R_SERVES, "b:home", "{\"customers\":3}");
    town_relate(&t, "l:w3", CIM__R_SERVES, "b:hospital", "{\"customers\":1}");
    town_put(&t, "h:1", "Hydrant", "POINT(50 2)", "network=water", NULL);
    town_put(&t, "h:2", "Hydrant", "POINT(150 2)", "network=water", NULL);
    town_put(&t, "s:p", "UtilityNode", "POINT(0 -2)", "network=power;controller=1", NULL);
    town_put(&t, "l:p1", "Cable", "LINESTRING(0 -2,100 -40)", "network=power", NULL);
    town_put(&t, "l:p2", "Cable", "LINESTRING(100 -40,300 -40)", "network=power", NULL);
    town_put(&t, "s:q", "UtilityNode", "POINT(400 -40)", "network=power;controller=1", NULL);
    town_put(&t, "l:p3", "Cable", "LINESTRING(300 -40,400 -40)", "network=power", NULL);
    town_put(&t, "x:1", "Switch", "POINT(100 -40)", "network=power", NULL);
    town_put(&t, "x:2", "Switch", "POINT(300 -40)", "network=power;state=off", NULL);
    town_relate(&t, "x:1", CIM__R_CONNECTS, "l:p2", "{\"end\":\"from\"}");
    town_relate(&t, "x:2", CIM__R_CONNECTS, "l:p3", "{\"end\":\"from\"}");
    town_relate(&t, "l:p2", CIM__R_SERVES, "b:hospital", NULL);
}

static void test_impact_hospital_cut_off(void **state)
{
    (void)state;
    begin();
    networks();
    town_make(&t, true);
    cim_impact_result r = town_close(&t, "r:b", true);
    assert_int_equal(r.street_count, 1);
    assert_true(town_lost(&t, &r, "b:home", "water"));
    assert_true(town_lost(&t, &r, "b:hospital", "water"));
    assert_int_equal(r.shut_count, 1);
    assert_int_equal(r.shut[0], town_device(&t, "v:2"));
    assert_int_equal(r.leave_count, 1);
    assert_int_equal(r.leave[0], town_device(&t, "v:3"));
    assert_int_equal(r.hydrant_count, 1);
    assert_int_equal(r.hydrants[0].object, town_object(&t, "h:2"));
    assert_int_equal(r.live[0].object, town_object(&t, "h:1"));
    assert_int_equal(r.front_count, 1);
    assert_int_equal(r.front_people, 7);
    assert_int_equal(r.detour_count, 2);
    assert_int_equal(r.detours[0].after_ms, NO_WAY);
    bool cut = false;
    size_t count;
    const cim_impact_place *places = cim_impact_places(t.impact, &count);
    for (size_t i = 0; i < r.access_count; i++)
        if (places[r.access[i].place].object == town_object(&t, "b:hospital")) cut = r.access[i].before_ms < NO_WAY && r.access[i].after_ms >= NO_WAY;
    assert_true(cut);
    assert_int_equal(r.crew_count, 1);
    assert_true(r.crews[0].time_ms < NO_WAY);
    done();
}

static void test_impact_tie(void **state)
{
    (void)state;
    begin();
    networks();
    town_make(&t, true);
    cim_impact_result r = town_fail(&t, "l:p1", false);
    assert_true(town_lost(&t, &r, "b:hospital", "power"));
    assert_int_equal(r.tie_count, 1);
    assert_int_equal(r.ties[0].device, town_device(&t, "x:2"));
    assert_int_equal(r.ties[0].people, 50);
    assert_int_equal(r.ties[0].shut_count, 1);
    assert_int_equal(r.tie_shut[r.ties[0].first_shut], town_device(&t, "x:1"));
    assert_int_equal(cim_utility_element_object(t.utility, r.steps[r.ties[0].first_step]), town_object(&t, "s:q"));
    assert_true(r.ties[0].step_count >= 2);
    done();
}

/* Power feeds pump 1 at the source's main; what it lifts feeds nothing more; a mast that the cable serves is silent. */
static void test_impact_cascade(void **state)
{
    (void)state;
    begin();
    networks();
    town_put(&t, "l:w0", "Pipe", "LINESTRING(0 1,0 60)", "network=water", NULL);
    town_put(&t, "p:1", "Pump", "LINESTRING(0 60,0 70)", "network=water;flow=with", NULL);
    town_put(&t, "l:w9", "Pipe", "LINESTRING(0 70,0 120)", "network=water", NULL);
    town_box(&t, "b:hill", 20, 100, 10, "population=9");
    town_relate(&t, "l:w9", CIM__R_SERVES, "b:hill", NULL);
    town_relate(&t, "l:p2", CIM__R_SERVES, "p:1", NULL);
    town_make(&t, true);
    cim_impact_result r = town_fail(&t, "l:p1", false);
    assert_int_equal(r.failure_count, 1);
    assert_int_equal(r.failures[0].object, town_object(&t, "p:1"));
    assert_int_equal(r.failures[0].round, 1);
    assert_int_equal(r.rounds, 1);
    assert_true(town_lost(&t, &r, "b:hill", "water"));
    assert_false(town_lost(&t, &r, "b:home", "water"));
    uint32_t object = town_object(&t, "l:p1");
    cim_impact_work work = { .kind = CIM_IMPACT_FAIL, .objects = &object, .object_count = 1 };
    cim_impact_case what = CIM_IMPACT_CASE_INIT;
    what.works = &work;
    what.work_count = 1;
    what.flags = CIM_IMPACT_NO_CASCADE;
    r = town_ask(&t, &what, false);
    assert_int_equal(r.failure_count, 0);
    assert_false(town_lost(&t, &r, "b:hill", "water"));
    done();
}

static void test_impact_flags(void **state)
{
    (void)state;
    begin();
    networks();
    town_make(&t, true);
    uint32_t street = town_object(&t, "r:b"), pipe = town_object(&t, "l:w2");
    cim_impact_work work = { .kind = CIM_IMPACT_CLOSE, .objects = &street, .object_count = 1 };
    cim_impact_case what = CIM_IMPACT_CASE_INIT;
    what.works = &work;
    what.work_count = 1;
    what.flags = CIM_IMPACT_KEEP_SUPPLY;
    cim_impact_result r = town_ask(&t, &what, false);
    assert_int_equal(r.loss_count + r.hit_count + r.shut_count, 0);
    assert_int_equal(r.street_count, 1);
    work.kind = CIM_IMPACT_FAIL;
    work.objects = &pipe;
    r = town_ask(&t, &what, false);
    assert_int_equal(r.street_count, 1);
    assert_int_equal(t.net->edge_object[r.streets[0]], street);
    what.flags = CIM_IMPACT_KEEP_STREETS;
    r = town_ask(&t, &what, false);
    assert_int_equal(r.street_count, 0);
    assert_int_equal(r.loss_count, 2);
    r = town_close(&t, "v:3", false); /* a valve is closed: only what is behind it */
    assert_false(town_lost(&t, &r, "b:home", "water"));
    assert_true(town_lost(&t, &r, "b:hospital", "water"));
    assert_int_equal(r.shut_count, 0);
    r = town_fail(&t, "v:3", false); /* it bursts: both sides, and it does not turn */
    assert_true(town_lost(&t, &r, "b:home", "water"));
    done();
}

static void test_impact_without(void **state)
{
    (void)state;
    begin();
    town_make(&t, false); /* no networks at all */
    cim_impact_result r = town_close(&t, "r:b", true);
    assert_int_equal(r.street_count, 1);
    assert_int_equal(r.hit_count + r.loss_count + r.domain_count, 0);
    done();
    begin();
    town_make(&t, true); /* empty ones */
    r = town_close(&t, "r:b", true);
    assert_int_equal(r.street_count, 1);
    assert_int_equal(r.hit_count + r.loss_count, 0);
    done();
    town_begin(&t);
    networks();
    town_box(&t, "b:hospital", 270, 10, 10, "function=hospital");
    town_box(&t, "b:home", 140, 10, 10, "population=7");
    town_make(&t, true); /* no streets */
    r = town_fail(&t, "l:w2", true);
    assert_int_equal(r.street_count + r.crew_count + r.detour_count + r.access_count, 0);
    assert_int_equal(r.loss_count, 2);
    done();
}

static void refuse(const cim_impact_case *what, cim_status wanted)
{
    cim_impact_result r = { .struct_size = sizeof r, .loss_count = 4711 };
    assert_status(t.ctx, cim_impact_find(t.ctx, t.impact, t.view, t.query, what, NULL, &r), wanted);
    assert_int_equal(r.loss_count, 4711);
}

static void test_impact_refuses(void **state)
{
    (void)state;
    begin();
    networks();
    town_make(&t, true);
    uint32_t street = town_object(&t, "r:b"), home = town_object(&t, "b:home"), nothing = 4000, device = 99;
    cim_impact_work work = { .kind = CIM_IMPACT_CLOSE, .objects = &street, .object_count = 1 };
    cim_impact_case what = CIM_IMPACT_CASE_INIT;
    refuse(&what, CIM_EARG);
    what.works = &work;
    what.work_count = 1;
    what.margin_m = NAN;
    refuse(&what, CIM_EARG);
    what.margin_m = -1.0;
    refuse(&what, CIM_EARG);
    what.margin_m = 0.5;
    what.flags = 64;
    refuse(&what, CIM_EARG);
    what.flags = 0;
    what.hydrants = 5000;
    refuse(&what, CIM_EARG);
    what.hydrants = 3;
    what.stuck = &device;
    what.stuck_count = 1;
    refuse(&what, CIM_EARG);
    what.stuck_count = 0;
    work.kind = 7;
    refuse(&what, CIM_EARG);
    work.kind = CIM_IMPACT_FAIL;
    refuse(&what, CIM_ENOTFOUND); /* a street does not fail */
    work.objects = &home;
    refuse(&what, CIM_ENOTFOUND); /* nor does a home */
    work.objects = &nothing;
    refuse(&what, CIM_ENOTFOUND);
    work.objects = NULL;
    refuse(&what, CIM_EARG);
    work.object_count = 0;
    refuse(&what, CIM_EARG);
    cim_impact_result r = { .struct_size = sizeof r };
    work = (cim_impact_work){ .kind = CIM_IMPACT_CLOSE, .objects = &street, .object_count = 1 };
    assert_status(t.ctx, cim_impact_find(t.ctx, t.impact, NULL, t.query, &what, NULL, &r), CIM_EARG);
    assert_status(t.ctx, cim_impact_find(t.ctx, NULL, t.view, t.query, &what, NULL, &r), CIM_EARG);
    cim_impact_travel travel = CIM_IMPACT_TRAVEL_INIT;
    assert_status(t.ctx, cim_impact_find(t.ctx, t.impact, t.view, t.query, &what, &travel, &r), CIM_EARG);
    assert_ok(t.ctx, cim_impact_find(t.ctx, t.impact, t.view, t.query, &what, NULL, &r)); /* after all of that */
    cim_impact_options options = CIM_IMPACT_OPTIONS_INIT;
    cim_impact *made = NULL;
    options.street_m = -1.0;
    assert_status(t.ctx, cim_impact_build(t.ctx, t.city, t.utility, t.net, &options, &made), CIM_EARG);
    assert_status(t.ctx, cim_impact_build(t.ctx, NULL, NULL, NULL, NULL, &made), CIM_EARG);
    done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_impact_hospital_cut_off), cmocka_unit_test(test_impact_tie),     cmocka_unit_test(test_impact_cascade),
        cmocka_unit_test(test_impact_flags),            cmocka_unit_test(test_impact_without), cmocka_unit_test(test_impact_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
