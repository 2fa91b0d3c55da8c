/* test_utility_faults.c - memory that runs out while networks are made, asked and told. */
#include "utilities.h"

#include <string.h>
#include <unistd.h>

static char path[600];

static const support_object objects[] = {
    { .gid = "n:1", .class_name = "Network", .values = "network=water", .attrs = "{\"snap_m\":\"0.02\"}" },
    { .gid = "p:main", .class_name = "Pipe", .wkt = "LINESTRING(0 0,100 0)", .values = "length_m=120" },
    { .gid = "p:side", .class_name = "Pipe", .wkt = "LINESTRING(50 0,50 40)", .values = "network=water;state=closed" },
    { .gid = "p:over", .class_name = "Pipe", .wkt = "LINESTRING(20 -4,20 40)", .values = "network=water" },
    { .gid = "osm:way/1", .class_name = "Pipe", .wkt = "LINESTRING(0 0,-20 40)", .values = "network=water;from_node=1;to_node=2" },
    { .gid = "v:1", .class_name = "Valve", .wkt = "POINT(70 0)" },
    { .gid = "v:2", .class_name = "Valve" },
    { .gid = "o:plant", .class_name = "Plant", .wkt = "POLYGON((99 -1,102 -1,102 1,99 1,99 -1))", .values = "network=water" },
    { .gid = "g:1", .class_name = "Network", .parent = "n:1" },
    { .gid = "k:1", .class_name = "UtilityNode", .wkt = "POINT(0 100)", .parent = "g:1" },
    { .gid = "k:2", .class_name = "UtilityNode", .wkt = "POINT(9 100)", .parent = "g:1" },
    { .gid = "f:1", .class_name = "Pump" },
    { .gid = "l:1", .class_name = "CityObject", .wkt = "LINESTRING(0 100,9 100)" },
    { .gid = "b:1", .class_name = "Building", .wkt = "POLYGON((10 10,15 10,15 15,10 15,10 10))", .values = "population=4" },
    { .gid = "b:2", .class_name = "Building", .wkt = "POLYGON((30 10,35 10,35 15,30 15,30 10))" },
    { .gid = "i:1", .class_name = "PointOfInterest", .wkt = "POINT(12 12)", .values = "function=school" },
};
static const support_relation relations[] = {
    { "p:main", CIM__R_MEMBER, "n:1", NULL },
    { "v:2", CIM__R_CONNECTS, "p:main", "{\"near\":\"o:plant\"}" },
    { "f:1", CIM__R_RELATED, "g:1", "{\"property\":\"utility:topoGraph\"}" },
    { "k:1", CIM__R_CONNECTS, "k:2", "{\"link\":\"l:1\"}" },
    { "p:main", CIM__R_SERVES, "b:1", "{\"customers\":2}" },
    { "b:1", CIM__R_SAME_AS, "b:2", NULL },
};

static cim_status use(cim_ctx *ctx, cim_city *city, cim_utility *u, cim_trace_status *status)
{
    static const char text[] = "id,state,time\nv:1,closed,5\n1,open,4\np:side,open,3\n";
    static const double box[] = { -5, -5, 30, -5, 30, 50, -5, 50, -5, -5 };
    static const uint32_t ring = 5, part = 1;
    const cim_geom area = { .type = CIM_GEOM_POLYGON, .dim = 2, .vertex_count = 5, .ring_count = 1, .part_count = 1, .coords = box, .ring_end = &ring, .part_end = &part };
    cim_utility_feed f = { .struct_size = sizeof f };
    uint32_t ids[2], element;
    size_t count;
    CIM__TRY(cim_city_find(ctx, city, "v:1", ids, 2, &count));
    CIM__TRY(cim_utility_say(ctx, u, status, ids[0], CIM_UTILITY_CLOSED));
    CIM__TRY(cim_utility_within(ctx, u, &area, 1.0, NULL, 0, &count));
    CIM__TRY(cim_utility_nearest(ctx, u, 1.0, 2.0, CIM_NONE, 100.0, &element, NULL));
    return cim_utility_feed_read(ctx, u, city, status, text, sizeof text - 1, &f);
}

static cim_status build(cim_ctx *ctx)
{
    cim_utility_options options = CIM_UTILITY_OPTIONS_INIT;
    cim_city *city = NULL;
    cim_utility *u = NULL;
    cim_trace_status *status = NULL;
    options.serve_m = 30.0;
    cim_status st = cim_city_open(ctx, path, NULL, &city);
    if (st >= 0) st = cim_utility_build(ctx, city, &options, &u);
    if (st >= 0) st = cim_trace_status_new(ctx, cim_utility_network(u), NULL, NULL, &status);
    if (st >= 0) st = use(ctx, city, u, status);
    cim_trace_status_free(status);
    cim_utility_free(u);
    cim_city_free(city);
    return st;
}

static int make_file(void **state)
{
    (void)state;
    strncpy(path, support_temp("fault.cim"), sizeof path - 1);
    unlink(path);
    support_city(path, 0, objects, sizeof objects / sizeof *objects, relations, sizeof relations / sizeof *relations);
    return 0;
}

static void test_utility_oom(void **state)
{
    (void)state;
    support_fault_loop("utility", build, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_utility_oom) };
    return cmocka_run_group_tests_name("utility faults", tests, make_file, NULL);
}
