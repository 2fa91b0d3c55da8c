/* towns.c - see towns.h. */
#include "towns.h"

#include <stdio.h>
#include <stdlib.h>

void town_begin(town *t)
{
    t->object_count = t->relation_count = t->used = 0;
    t->city = NULL;
}

const char *town_text(town *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *at = t->text + t->used;
    int n = vsnprintf(at, sizeof t->text - t->used, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n + 1 < sizeof t->text - t->used);
    t->used += (size_t)n + 1;
    return at;
}

void town_put(town *t, const char *gid, const char *class_name, const char *wkt, const char *values, const char *attrs)
{
    assert_true(t->object_count < TOWN_OBJECTS);
    t->objects[t->object_count++] = (support_object){ .gid = gid, .class_name = class_name, .wkt = wkt, .values = values, .attrs = attrs };
}

void town_relate(town *t, const char *from, cim__relation_type type, const char *to, const char *attrs)
{
    assert_true(t->relation_count < TOWN_RELATIONS);
    t->relations[t->relation_count++] = (support_relation){ from, type, to, attrs };
}

void town_street(town *t, const char *gid, double x0, double y0, double x1, double y1, const char *values)
{
    town_put(t, gid, "Road", town_text(t, "LINESTRING(%.3f %.3f,%.3f %.3f)", x0, y0, x1, y1), values, "{\"osm:highway\":\"residential\"}");
}

void town_box(town *t, const char *gid, double x, double y, double size, const char *values)
{
    const char *wkt = town_text(t, "POLYGON((%.3f %.3f,%.3f %.3f,%.3f %.3f,%.3f %.3f,%.3f %.3f))", x, y, x + size, y, x + size, y + size, x, y + size, x, y);
    town_put(t, gid, "Building", wkt, values, NULL);
}

cim_status town_try(town *t, cim_ctx *ctx, const char *path, bool networks)
{
    const cim_net_options net = { sizeof net, CIM_NET_TURNS_FULL, 0 };
    cim_net_costs_view costs = { .struct_size = sizeof costs };
    t->ctx = ctx;
    t->utility = NULL;
    t->net = NULL;
    t->costs = NULL;
    t->hierarchy = NULL;
    t->metric = NULL;
    t->route_query = NULL;
    t->status = NULL;
    t->view = NULL;
    t->impact = NULL;
    t->query = NULL;
    t->roads = NULL;
    CIM__TRY(cim_city_open(ctx, path, NULL, &t->city));
    if (networks) {
        CIM__TRY(cim_utility_build(ctx, t->city, NULL, &t->utility));
        CIM__TRY(cim_trace_status_new(ctx, cim_utility_network(t->utility), NULL, NULL, &t->status));
        t->view = cim_trace_status_view(t->status);
        t->v.struct_size = sizeof t->v;
        cim_utility_get(t->utility, &t->v);
    }
    CIM__TRY(cim_net_build(ctx, t->city, &net, &t->net));
    CIM__TRY(cim_net_costs_build(ctx, t->net, NULL, &t->costs));
    CIM__TRY(cim_net_hierarchy(ctx, t->net, t->city, &t->hierarchy));
    CIM__TRY(cim_net_costs_get(ctx, t->costs, &costs));
    CIM__TRY(cim_route_metric_build(ctx, t->hierarchy, costs.weights_ms, NULL, &t->metric));
    CIM__TRY(cim_route_query_new(ctx, t->hierarchy, &t->route_query));
    CIM__TRY(cim_impact_build(ctx, t->city, t->utility, t->net, NULL, &t->impact));
    CIM__TRY(cim_impact_query_new(ctx, t->impact, &t->query));
    return cim_impact_roads_build(ctx, t->impact, t->costs, NULL, 0, &t->roads);
}

void town_make(town *t, bool networks)
{
    const char *path = support_temp("town.cim");
    remove(path);
    support_city(path, 0, t->objects, t->object_count, t->relations, t->relation_count);
    cim_ctx *ctx = support_ctx();
    assert_ok(ctx, town_try(t, ctx, path, networks));
}

void town_done(town *t)
{
    cim_impact_roads_free(t->roads);
    cim_impact_query_free(t->query);
    cim_impact_free(t->impact);
    cim_route_query_free(t->route_query);
    cim_route_metric_free(t->metric);
    cim_route_hierarchy_free(t->hierarchy);
    cim_net_costs_free(t->costs);
    cim_net_free(t->net);
    cim_trace_view_free(t->view);
    cim_trace_status_free(t->status);
    cim_utility_free(t->utility);
    cim_city_free(t->city);
    t->city = NULL;
}

uint32_t town_object(const town *t, const char *gid)
{
    uint32_t id = CIM_NONE;
    size_t count = 0;
    assert_ok(t->ctx, cim_city_find(t->ctx, t->city, gid, &id, 1, &count));
    return id;
}

uint32_t town_device(const town *t, const char *gid)
{
    uint32_t device = CIM_NONE;
    size_t count = 0;
    assert_ok(t->ctx, cim_utility_devices(t->ctx, t->utility, town_object(t, gid), &device, 1, &count));
    assert_int_equal(count, 1);
    return device;
}

cim_impact_result town_ask(town *t, const cim_impact_case *what, bool roads)
{
    cim_impact_result r = { .struct_size = sizeof r };
    cim_impact_travel travel = CIM_IMPACT_TRAVEL_INIT;
    travel.roads = t->roads;
    travel.metric = t->metric;
    travel.query = t->route_query;
    assert_ok(t->ctx, cim_impact_find(t->ctx, t->impact, t->view, t->query, what, roads ? &travel : NULL, &r));
    return r;
}

static cim_impact_result ask_one(town *t, uint32_t kind, const char *gid, bool roads)
{
    uint32_t object = town_object(t, gid);
    cim_impact_work work = { .kind = kind, .objects = &object, .object_count = 1 };
    cim_impact_case what = CIM_IMPACT_CASE_INIT;
    what.works = &work;
    what.work_count = 1;
    return town_ask(t, &what, roads);
}

cim_impact_result town_close(town *t, const char *gid, bool roads) { return ask_one(t, CIM_IMPACT_CLOSE, gid, roads); }
cim_impact_result town_fail(town *t, const char *gid, bool roads) { return ask_one(t, CIM_IMPACT_FAIL, gid, roads); }

bool town_lost(const town *t, const cim_impact_result *r, const char *gid, const char *network)
{
    uint32_t object = town_object(t, gid);
    for (size_t i = 0; i < r->loss_count; i++)
        if (r->losses[i].object == object && !strcmp(cim_utility_domain_name(t->utility, r->losses[i].domain), network)) return !(r->losses[i].flags & CIM_IMPACT_PARTLY);
    return false;
}
