/* travel.c - opening a city's road net, and places on it. */
#include "travel.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SLOW_S = 2 };

const char *travel_profile(const travel *t) { return cimtool_has(t->tool, "profile") ? cimtool_value(t->tool, "profile") : "car"; }

/* Verbs without these options may have others of the same names: --weight of a demand. */
static bool has_sizes(const cimtool *tool)
{
    for (const cimtool_flag *f = tool->verb->flags; f->name; f++)
        if (!strcmp(f->name, "width")) return true;
    return false;
}

static int open_net(travel *t)
{
    cimtool *tool = t->tool;
    cim_net_options net = CIM_NET_OPTIONS_INIT;
    cim_net_cost_options costs = CIM_NET_COST_OPTIONS_INIT;
    net.turns = CIM_NET_TURNS_FULL;
    costs.profile = cimtool_value(tool, "profile");
    costs.time = cimtool_value(tool, "at-time");
    if (has_sizes(tool) && (!cimtool_real(tool, "height", &costs.height_m) || !cimtool_real(tool, "width", &costs.width_m) ||
                            !cimtool_real(tool, "length", &costs.length_m) || !cimtool_real(tool, "weight", &costs.weight_t)))
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

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* One that is compiled into the file is there within a fraction of a second: who waited is told how not to. */
int travel_hierarchy(travel *t)
{
    const cimtool *tool = t->tool;
    double begin = seconds_now();
    if (t->hierarchy) return EXIT_DONE;
    cim_status st = cim_net_hierarchy(tool->ctx, t->net, t->city, &t->hierarchy);
    if (st < 0) return cimtool_fail(t->tool, st);
    if (seconds_now() - begin > SLOW_S && !tool->quiet && isatty(STDERR_FILENO)) cimtool_complain("cimtool prepare %s makes this quick", tool->args[0]);
    return EXIT_DONE;
}

int travel_metric(travel *t, uint32_t labels)
{
    if (t->traffic) return travel_traffic_labels(t, labels);
    cim_ctx *ctx = t->tool->ctx;
    cim_net_costs_view view = { .struct_size = sizeof view };
    cim_route_label_options options = CIM_ROUTE_LABEL_OPTIONS_INIT;
    options.mode = labels;
    int status = travel_hierarchy(t);
    if (status != EXIT_DONE) return status;
    cim_status st = cim_net_costs_get(ctx, t->costs, &view);
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

static bool take_radius(const travel *t, double *radius_m)
{
    *radius_m = 1000.0;
    return cimtool_real(t->tool, "radius", radius_m);
}

int travel_place_at(travel *t, const double xy[2], bool degrees, cim_net_place *place)
{
    cimtool *tool = t->tool;
    size_t count = 0;
    double at[2] = { xy[0], xy[1] };
    cim_net_snap_options options = CIM_NET_SNAP_OPTIONS_INIT;
    if (!take_radius(t, &options.radius_m)) return EXIT_USAGE;
    cim_status st = degrees ? cim_crs_transform(tool->ctx, 4326, cim_city_epsg(t->city), 1, at) : CIM_OK;
    if (st >= 0) st = cim_net_snap(tool->ctx, t->costs, at[0], at[1], &options, 1, place, &count);
    if (st < 0) return cimtool_fail(tool, st);
    if (count) return EXIT_DONE;
    cimtool_complain("no street that may be used within %g m", options.radius_m);
    return EXIT_NEGATIVE;
}

int travel_place_of(travel *t, uint32_t object, cim_net_place *place)
{
    double radius_m;
    if (!take_radius(t, &radius_m)) return EXIT_USAGE;
    cim_status st = cim_net_place_find(t->tool->ctx, t->costs, t->city, object, place);
    if (st < 0) return st == CIM_ENOTFOUND ? EXIT_NEGATIVE : cimtool_fail(t->tool, st);
    return radius_m > 0.0 && place->distance_m > radius_m ? EXIT_NEGATIVE : EXIT_DONE;
}

int travel_place(travel *t, const char *text, cim_net_place *place, uint32_t *object_out)
{
    double xy[2];
    uint32_t id;
    size_t count = 0;
    *object_out = CIM_NONE;
    if (is_pair(text, xy)) return travel_place_at(t, xy, cimtool_has(t->tool, "lonlat"), place);
    cim_status st = cim_city_find(t->tool->ctx, t->city, text, &id, 1, &count);
    if (st < 0) return cimtool_fail(t->tool, st);
    *object_out = id;
    int status = travel_place_of(t, id, place);
    const char *why = cim_ctx_error(t->tool->ctx);
    if (status == EXIT_NEGATIVE) cimtool_complain("%s: %s", text, why[0] ? why : "too far from a street that may be used (--radius)");
    return status;
}
