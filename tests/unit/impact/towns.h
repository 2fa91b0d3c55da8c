/* towns.h - small towns for tests of impacts: objects and relations put one by one, then everything made of them. */
#ifndef CIM_TESTS_TOWNS_H
#define CIM_TESTS_TOWNS_H

#include "city.h"
#include "support.h"

#include "impact/impact.h"

enum { TOWN_OBJECTS = 400, TOWN_RELATIONS = 900 };

typedef struct town {
    support_object objects[TOWN_OBJECTS];
    support_relation relations[TOWN_RELATIONS];
    size_t object_count, relation_count;
    char text[300000]; /* what objects and relations point to */
    size_t used;
    /* made of them */
    cim_ctx *ctx;
    cim_city *city;
    cim_utility *utility;
    cim_net *net;
    cim_net_costs *costs;
    cim_route_hierarchy *hierarchy;
    cim_route_metric *metric;
    cim_route_query *route_query;
    cim_trace_status *status;
    cim_trace_view *view;
    cim_impact *impact;
    cim_impact_query *query;
    cim_impact_roads *roads;
    cim_utility_view v;
} town;

void town_begin(town *t);
/* Formats are those of printf; ids, geometries, values and attributes are kept. */
const char *town_text(town *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void town_put(town *t, const char *gid, const char *class_name, const char *wkt, const char *values, const char *attrs);
void town_relate(town *t, const char *from, cim__relation_type type, const char *to, const char *attrs);
void town_street(town *t, const char *gid, double x0, double y0, double x1, double y1, const char *values);
void town_box(town *t, const char *gid, double x, double y, double size, const char *values); /* a building */

/* Everything at once; a failure fails the test.  Without networks when `networks` is false. */
void town_make(town *t, bool networks);
cim_status town_try(town *t, cim_ctx *ctx, const char *path, bool networks); /* of a file that is there */
void town_done(town *t);

uint32_t town_object(const town *t, const char *gid);
uint32_t town_device(const town *t, const char *gid);
cim_impact_result town_ask(town *t, const cim_impact_case *what, bool roads);
cim_impact_result town_close(town *t, const char *gid, bool roads);
cim_impact_result town_fail(town *t, const char *gid, bool roads);
bool town_lost(const town *t, const cim_impact_result *r, const char *gid, const char *network); /* wholly */

#endif
