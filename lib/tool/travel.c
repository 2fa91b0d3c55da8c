/* travel.c - opening a city's road net, and places on it. */
#include "travel.h"

#include <stdlib.h>
#include <string.h>

const char *travel_profile(const travel *t) { return cimtool_has(t->tool, "profile") ? cimtool_value(t->tool, "profile") : "car"; }

static int open_net(travel *t)
{
    cimtool *tool = t->tool;
    cim_net_options net = CIM_NET_OPTIONS_INIT;
    cim_net_cost_options costs = CIM_NET_COST_OPTIONS_INIT;
    net.turns = CIM_NET_TURNS_FULL;
    costs.profile = cimtool_value(tool, "profile");
    costs.time = cimtool_value(tool, "at-time");
    if (!cimtool_real(tool, "height", &costs.height_m) || !cimtool_real(tool, "width", &costs.width_m) || !cimtool_real(tool, "length", &costs.length_m) ||
        !cimtool_real(tool, "weight", &costs.weight_t))
        return EXIT_USAGE;
    cim_status st = cim_net_open(tool->ctx, t->city, &net, &t->net);
    if (st >= 0) st = cim_net_costs_build(tool->ctx, t->net, &costs, &t->costs);
    if (st == CIM_ENOTFOUND) return cimtool_complain("%s", cim_ctx_error(tool->ctx));
    return st < 0 ? cimtool_fail(tool, st) : EXIT_DONE;
}

int travel_open(travel *t, cimtool *tool)
{
    *t = (travel){ .tool = tool };
    int status = cimtool_open(tool, tool->args[0], &t->city);
    if (status == EXIT_DONE) status = open_net(t);
    return status == EXIT_DONE && cimtool_has(tool, "traffic") ? travel_traffic(t) : status;
}

int travel_metric(travel *t, uint32_t labels)
{
    if (t->traffic) return travel_traffic_labels(t, labels);
    cim_ctx *ctx = t->tool->ctx;
    cim_net_costs_view view = { .struct_size = sizeof view };
    cim_route_label_options options = CIM_ROUTE_LABEL_OPTIONS_INIT;
    options.mode = labels;
    cim_status st = cim_net_costs_get(ctx, t->costs, &view);
    if (st >= 0) st = cim_net_hierarchy(ctx, t->net, t->city, &t->hierarchy);
    if (st >= 0) st = cim_route_metric_build(ctx, t->hierarchy, view.weights_ms, &options, &t->metric);
    if (st >= 0) st = cim_route_query_new(ctx, t->hierarchy, &t->query);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

void travel_close(travel *t)
{
    cim_traffic_free(t->traffic);
    free(t->files);
    cim_route_query_free(t->query);
    cim_route_metric_free(t->metric);
    cim_route_hierarchy_free(t->hierarchy);
    cim_net_costs_free(t->costs);
    cim_net_free(t->net);
    cim_city_free(t->city);
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

static int place_at(travel *t, double xy[2], cim_net_place *place)
{
    cimtool *tool = t->tool;
    size_t count = 0;
    cim_status st = CIM_OK;
    cim_net_snap_options options = CIM_NET_SNAP_OPTIONS_INIT;
    options.radius_m = 1000.0;
    if (!cimtool_real(tool, "radius", &options.radius_m)) return EXIT_USAGE;
    if (cimtool_has(tool, "lonlat")) st = cim_crs_transform(tool->ctx, 4326, cim_city_epsg(t->city), 1, xy);
    if (st >= 0) st = cim_net_snap(tool->ctx, t->costs, xy[0], xy[1], &options, 1, place, &count);
    if (st < 0) return cimtool_fail(tool, st);
    if (count) return EXIT_DONE;
    cimtool_complain("no street that may be used within %g m", options.radius_m);
    return EXIT_NEGATIVE;
}

int travel_place(travel *t, const char *text, cim_net_place *place)
{
    double xy[2];
    uint32_t id;
    size_t count = 0;
    if (is_pair(text, xy)) return place_at(t, xy, place);
    cim_status st = cim_city_find(t->tool->ctx, t->city, text, &id, 1, &count);
    if (st >= 0) st = cim_net_place_find(t->tool->ctx, t->costs, t->city, id, place);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

/* ---- printing ---- */

void travel_print_text(const char *text)
{
    putchar('"');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\') printf("\\%c", *p);
        else if (*p < ' ') printf("\\u%04x", *p);
        else putchar(*p);
    }
    putchar('"');
}

void travel_print_positions(const double *xy, size_t count, int decimals)
{
    putchar('[');
    for (size_t i = 0; i < count; i++) printf("%s[%.*f,%.*f]", i ? "," : "", decimals, xy[2 * i], decimals, xy[2 * i + 1]);
    putchar(']');
}

int travel_lonlat(travel *t, const double *xy, size_t count, double **lonlat_out)
{
    double *copy = malloc((count ? count : 1) * 2 * sizeof *copy);
    if (!copy) return cimtool_fail(t->tool, CIM_ENOMEM);
    if (count) memcpy(copy, xy, count * 2 * sizeof *copy);
    cim_status st = cim_crs_transform(t->tool->ctx, cim_city_epsg(t->city), 4326, count, copy);
    if (st < 0) free(copy);
    else *lonlat_out = copy;
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}
