/* verb_route.c - cimtool route: the quickest way from one place to another. */
#include "travel.h"

#include <stdlib.h>

typedef struct routing {
    travel travel;
    cim_net_place from, to;
    cim_net_route *route;
    cim_net_route_view view;
} routing;

/* ---- rules ---- */

static const struct {
    uint32_t bit;
    const char *name;
} rules[] = { { CIM_NET_BREAKS_ONEWAY, "oneway" }, { CIM_NET_BREAKS_ACCESS, "access" }, { CIM_NET_BREAKS_BUS_LANE, "bus_lane" }, { CIM_NET_BREAKS_BARRIER, "barrier" },
              { CIM_NET_BREAKS_TURN, "turn" }, { CIM_NET_BREAKS_U_TURN, "u_turn" }, { CIM_NET_USES_DESTINATION, "destination" }, { CIM_NET_USES_PRIVATE, "private" } };
enum { RULES = sizeof rules / sizeof *rules, BREAKS = 63 };

static void print_json_rules(uint32_t bits, bool broken)
{
    const char *comma = "";
    putchar('[');
    for (size_t i = 0; i < RULES; i++) {
        if (!(bits & rules[i].bit) || broken != ((rules[i].bit & BREAKS) != 0)) continue;
        printf("%s\"%s\"", comma, rules[i].name);
        comma = ",";
    }
    putchar(']');
}

static void print_rules(uint32_t bits)
{
    for (size_t i = 0; i < RULES; i++)
        if (bits & rules[i].bit) printf(" %s%s", rules[i].bit & BREAKS ? "breaks:" : "uses:", rules[i].name);
}

/* ---- steps: legs of one name in a row ---- */

typedef struct step {
    uint32_t first, end, name, rules; /* legs */
    double length_m, seconds;
} step;

static bool next_step(const routing *r, step *s)
{
    const cim_net_leg *legs = r->view.legs;
    *s = (step){ .first = s->end, .end = s->end };
    if (s->end == r->view.leg_count) return false;
    s->name = legs[s->first].name;
    for (; s->end < r->view.leg_count && legs[s->end].name == s->name; s->end++) {
        s->rules |= legs[s->end].rules;
        s->length_m += legs[s->end].length_m;
        s->seconds += legs[s->end].time_ms / 1000.0;
    }
    return true;
}

static void print_plain(const routing *r)
{
    step s = { 0 };
    uint32_t seconds = (r->view.time_ms + 500) / 1000;
    printf("%u:%02u min, %.0f m", seconds / 60, seconds % 60, r->view.length_m);
    print_rules(r->view.rules);
    putchar('\n');
    while (next_step(r, &s)) {
        const char *name = cim_net_text(r->travel.net, s.name);
        printf("%7.0f m %6.0f s  %s", s.length_m, s.seconds, name[0] ? name : "-");
        print_rules(s.rules);
        putchar('\n');
    }
}

static void print_line(const double *xy, size_t count, int decimals)
{
    printf("{\"type\":\"LineString\",\"coordinates\":");
    travel_print_positions(xy, count, decimals);
    putchar('}');
}

static int print_json_legs(const routing *r, const step *s)
{
    for (uint32_t i = s->first; i < s->end; i++) {
        cim_buf gid = CIM_BUF_INIT;
        cim_status st = cim_city_gid(r->travel.tool->ctx, r->travel.city, r->view.legs[i].object, &gid);
        if (st < 0) return cimtool_fail(r->travel.tool, st);
        if (i > s->first) putchar(',');
        travel_print_text(gid.data);
        cim_buf_dispose(&gid);
    }
    return EXIT_DONE;
}

static int print_members(const routing *r)
{
    step s = { 0 };
    printf("\"profile\":\"%s\",\"time_s\":%.3f,\"length_m\":%.1f,\"breaks\":", travel_profile(&r->travel),
           r->view.time_ms / 1000.0, r->view.length_m);
    print_json_rules(r->view.rules, true);
    printf(",\"uses\":");
    print_json_rules(r->view.rules, false);
    travel_print_epoch(&r->travel);
    printf(",\"from_distance_m\":%.1f,\"to_distance_m\":%.1f,\"steps\":[", r->from.distance_m, r->to.distance_m);
    while (next_step(r, &s)) {
        printf("%s{\"name\":", s.first ? "," : "");
        travel_print_text(cim_net_text(r->travel.net, s.name));
        printf(",\"length_m\":%.1f,\"time_s\":%.3f,\"breaks\":", s.length_m, s.seconds);
        print_json_rules(s.rules, true);
        printf(",\"objects\":[");
        int status = print_json_legs(r, &s);
        if (status != EXIT_DONE) return status;
        printf("]}");
    }
    putchar(']');
    return EXIT_DONE;
}

static int print_geojson(routing *r)
{
    double *lonlat = NULL;
    int status = travel_lonlat(&r->travel, r->view.xy, r->view.vertex_count, &lonlat);
    if (status != EXIT_DONE) return status;
    printf("{\"type\":\"Feature\",\"geometry\":");
    print_line(lonlat, r->view.vertex_count, 7);
    printf(",\"properties\":{");
    status = print_members(r);
    printf("}}\n");
    free(lonlat);
    return status;
}

static int print_json(const routing *r)
{
    printf("{\"schema\":\"cimtool/1\",");
    int status = print_members(r);
    printf(",\"geometry\":");
    print_line(r->view.xy, r->view.vertex_count, 3);
    printf("}\n");
    return status;
}

/* ---- asking ---- */

static int answer(routing *r)
{
    cimtool *t = r->travel.tool;
    int status = travel_place(&r->travel, t->args[1], &r->from);
    if (status == EXIT_DONE) status = travel_place(&r->travel, t->args[2], &r->to);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_net_route_find(t->ctx, r->travel.costs, &r->from, &r->to, r->travel.metric, r->travel.query, &r->route);
    r->view.struct_size = sizeof r->view;
    if (st >= 0) st = cim_net_route_get(t->ctx, r->route, &r->view);
    if (st < 0) return cimtool_fail(t, st);
    if (cimtool_has(t, "geojson")) return print_geojson(r);
    if (t->json) return print_json(r);
    print_plain(r);
    return EXIT_DONE;
}

int verb_route(cimtool *tool)
{
    routing r = { .route = NULL };
    int status = travel_open(&r.travel, tool);
    if (status == EXIT_DONE) status = answer(&r);
    cim_net_route_free(r.route);
    travel_close(&r.travel);
    return status;
}
