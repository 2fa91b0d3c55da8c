/* Memory that runs out while a town is made ready and asked. */
#include "towns.h"

#include <stdio.h>

static town t;
static char path[600];

static cim_status ask(cim_ctx *ctx)
{
    uint32_t street = CIM_NONE;
    size_t count = 0;
    cim_impact_work work = { .kind = CIM_IMPACT_CLOSE, .objects = &street, .object_count = 1 };
    cim_impact_case what = CIM_IMPACT_CASE_INIT;
    cim_impact_travel travel = CIM_IMPACT_TRAVEL_INIT;
    cim_impact_result r = { .struct_size = sizeof r };
    what.works = &work;
    what.work_count = 1;
    cim_status st = town_try(&t, ctx, path, true);
    if (st >= 0) st = cim_city_find(ctx, t.city, "r:b", &street, 1, &count);
    travel.roads = t.roads;
    travel.metric = t.metric;
    travel.query = t.route_query;
    if (st >= 0) st = cim_impact_find(ctx, t.impact, t.view, t.query, &what, &travel, &r);
    town_done(&t);
    return st < 0 ? st : CIM_OK;
}

static int make_file(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s", support_temp("faults.cim"));
    town_begin(&t);
    town_street(&t, "r:a", 0, 0, 100, 0, "function=residential;from_node=1;to_node=2");
    town_street(&t, "r:b", 100, 0, 200, 0, "function=residential;from_node=2;to_node=3");
    town_box(&t, "b:fire", 10, 10, 10, "function=fire_station");
    town_box(&t, "b:school", 150, 10, 10, "function=school;population=5");
    town_put(&t, "s:w", "UtilityNode", "POINT(0 1)", "network=water;controller=1", NULL);
    town_put(&t, "l:w", "Pipe", "LINESTRING(0 1,200 1)", "network=water", NULL);
    town_put(&t, "h:w", "Hydrant", "POINT(150 2)", "network=water", NULL);
    town_put(&t, "s:p", "UtilityNode", "POINT(100 -1)", "network=power;controller=1", NULL);
    town_put(&t, "l:p", "Cable", "LINESTRING(100 -1,180 -1)", "network=power", NULL);
    town_put(&t, "p:w", "Pump", "POINT(200 1)", "network=water", NULL);
    town_relate(&t, "l:w", CIM__R_SERVES, "b:school", NULL);
    town_relate(&t, "l:p", CIM__R_SERVES, "p:w", NULL);
    support_city(path, 0, t.objects, t.object_count, t.relations, t.relation_count);
    return 0;
}

static void test_impact_oom(void **state)
{
    (void)state;
    support_fault_loop("impact", ask, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_impact_oom) };
    return cmocka_run_group_tests(tests, make_file, NULL);
}
