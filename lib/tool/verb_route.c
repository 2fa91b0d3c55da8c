/* verb_route.c - cimtool route: the quickest way from one place to another. */
#include "tool.h"

#include <stdlib.h>
#include <string.h>

typedef struct routing {
    cimtool *tool;
    cim_city *city;
    cim_net *net;
    cim_net_costs *costs;
    cim_net_place from, to;
    cim_net_route *route;
    cim_net_route_view view;
} routing;

static void print_json_text(const char *text)
{
    putchar('"');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\') printf("\\%c", *p);
        else if (*p < ' ') printf("\\u%04x", *p);
        else putchar(*p);
    }
    putchar('"');
}

/* ---- places ---- */

static bool is_pair(const char *text, double xy[2])
{
    char *end;
    xy[0] = strtod(text, &end);
    if (end == text || *end != ',') return false;
    const char *second = end + 1;
    xy[1] = strtod(second, &end);
    return end != second && !*end;
}

static int place_at(routing *r, double xy[2], cim_net_place *place)
{
    cimtool *t = r->tool;
    size_t count = 0;
    cim_status st = CIM_OK;
    cim_net_snap_options options = CIM_NET_SNAP_OPTIONS_INIT;
    options.radius_m = 1000.0;
    if (!cimtool_real(t, "radius", &options.radius_m)) return EXIT_USAGE;
    if (cimtool_has(t, "lonlat")) st = cim_crs_transform(t->ctx, 4326, cim_city_epsg(r->city), 1, xy);
    if (st >= 0) st = cim_net_snap(t->ctx, r->costs, xy[0], xy[1], &options, 1, place, &count);
    if (st < 0) return cimtool_fail(t, st);
    if (count) return EXIT_DONE;
    cimtool_complain("no street that may be used within %g m", options.radius_m);
    return EXIT_NEGATIVE;
}

static int place_of(routing *r, const char *text, cim_net_place *place)
{
    double xy[2];
    uint32_t id;
    size_t count = 0;
    if (is_pair(text, xy)) return place_at(r, xy, place);
    cim_status st = cim_city_find(r->tool->ctx, r->city, text, &id, 1, &count);
    if (st >= 0) st = cim_net_place_find(r->tool->ctx, r->costs, r->city, id, place);
    return st < 0 ? cimtool_fail(r->tool, st) : EXIT_DONE;
}

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
        const char *name = cim_net_text(r->net, s.name);
        printf("%7.0f m %6.0f s  %s", s.length_m, s.seconds, name[0] ? name : "-");
        print_rules(s.rules);
        putchar('\n');
    }
}

static void print_line(const double *xy, uint32_t count, int decimals)
{
    printf("{\"type\":\"LineString\",\"coordinates\":[");
    for (uint32_t i = 0; i < count; i++) printf("%s[%.*f,%.*f]", i ? "," : "", decimals, xy[2 * (size_t)i], decimals, xy[2 * (size_t)i + 1]);
    printf("]}");
}

static int print_json_legs(const routing *r, const step *s)
{
    for (uint32_t i = s->first; i < s->end; i++) {
        cim_buf gid = CIM_BUF_INIT;
        cim_status st = cim_city_gid(r->tool->ctx, r->city, r->view.legs[i].object, &gid);
        if (st < 0) return cimtool_fail(r->tool, st);
        if (i > s->first) putchar(',');
        print_json_text(gid.data);
        cim_buf_dispose(&gid);
    }
    return EXIT_DONE;
}

static int print_members(const routing *r)
{
    step s = { 0 };
    printf("\"profile\":\"%s\",\"time_s\":%.3f,\"length_m\":%.1f,\"breaks\":", cimtool_has(r->tool, "profile") ? cimtool_value(r->tool, "profile") : "car",
           r->view.time_ms / 1000.0, r->view.length_m);
    print_json_rules(r->view.rules, true);
    printf(",\"uses\":");
    print_json_rules(r->view.rules, false);
    printf(",\"from_distance_m\":%.1f,\"to_distance_m\":%.1f,\"steps\":[", r->from.distance_m, r->to.distance_m);
    while (next_step(r, &s)) {
        printf("%s{\"name\":", s.first ? "," : "");
        print_json_text(cim_net_text(r->net, s.name));
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

/* Longitude and latitude, as RFC 7946 has it. */
static int print_geojson(const routing *r)
{
    size_t count = r->view.vertex_count;
    double *xy = malloc((count ? count : 1) * 2 * sizeof *xy);
    if (!xy) return EXIT_INTERNAL;
    memcpy(xy, r->view.xy, count * 2 * sizeof *xy);
    cim_status st = cim_crs_transform(r->tool->ctx, cim_city_epsg(r->city), 4326, count, xy);
    int status = st < 0 ? cimtool_fail(r->tool, st) : EXIT_DONE;
    if (status == EXIT_DONE) {
        printf("{\"type\":\"Feature\",\"geometry\":");
        print_line(xy, r->view.vertex_count, 7);
        printf(",\"properties\":{");
        status = print_members(r);
        printf("}}\n");
    }
    free(xy);
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

static int prepare(routing *r)
{
    cimtool *t = r->tool;
    cim_net_options net = CIM_NET_OPTIONS_INIT;
    cim_net_cost_options costs = CIM_NET_COST_OPTIONS_INIT;
    net.turns = CIM_NET_TURNS_FULL;
    costs.profile = cimtool_value(t, "profile");
    costs.time = cimtool_value(t, "at-time");
    if (!cimtool_real(t, "height", &costs.height_m) || !cimtool_real(t, "width", &costs.width_m) || !cimtool_real(t, "length", &costs.length_m) ||
        !cimtool_real(t, "weight", &costs.weight_t))
        return EXIT_USAGE;
    cim_status st = cim_net_build(t->ctx, r->city, &net, &r->net);
    if (st >= 0) st = cim_net_costs_build(t->ctx, r->net, &costs, &r->costs);
    if (st == CIM_ENOTFOUND) return cimtool_complain("%s", cim_ctx_error(t->ctx));
    return st < 0 ? cimtool_fail(t, st) : EXIT_DONE;
}

static int answer(routing *r)
{
    cimtool *t = r->tool;
    int status = prepare(r);
    if (status == EXIT_DONE) status = place_of(r, t->args[1], &r->from);
    if (status == EXIT_DONE) status = place_of(r, t->args[2], &r->to);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_net_route_find(t->ctx, r->costs, &r->from, &r->to, NULL, NULL, &r->route);
    r->view.struct_size = sizeof r->view;
    if (st >= 0) st = cim_net_route_get(t->ctx, r->route, &r->view);
    if (st < 0) return cimtool_fail(t, st);
    if (cimtool_has(t, "geojson")) return print_geojson(r);
    if (t->json) return print_json(r);
    print_plain(r);
    return EXIT_DONE;
}

int verb_route(cimtool *t)
{
    routing r = { .tool = t };
    int status = cimtool_open(t, t->args[0], &r.city);
    if (status == EXIT_DONE) status = answer(&r);
    cim_net_route_free(r.route);
    cim_net_costs_free(r.costs);
    cim_net_free(r.net);
    cim_city_free(r.city);
    return status;
}
