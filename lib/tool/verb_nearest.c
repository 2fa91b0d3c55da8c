/* verb_nearest.c - cimtool nearest: which of many are nearest to a place in time. */
#include "places.h"
#include "travel_print.h"

#include <stdlib.h>

typedef struct asking {
    travel travel;
    cim_net_place place;
    places among;
    cim_fleet *fleet;
    int32_t direction;
    int64_t k;
    uint32_t limit_ms;
    uint32_t *which, *times;
    size_t count;
    cim_fleet_rest rest;
} asking;

/* ---- one of them ---- */

static int find_route(asking *a, size_t i, cim_net_route **route, cim_net_route_view *view)
{
    travel *t = &a->travel;
    const cim_net_place *other = &a->among.at[a->which[i]];
    bool away = a->direction == CIM_ROUTE_FORWARD;
    view->struct_size = sizeof *view;
    cim_status st = cim_net_route_find(t->tool->ctx, t->costs, away ? &a->place : other, away ? other : &a->place, t->metric, t->query, route);
    if (st >= 0) st = cim_net_route_get(t->tool->ctx, *route, view);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

static int print_members(asking *a, size_t i, const cim_net_route_view *view)
{
    const cim_net_place *p = &a->among.at[a->which[i]];
    int status = places_print_label(&a->travel, &a->among, a->which[i]);
    printf(",\"time_s\":%.3f,\"length_m\":%.1f,\"breaks\":", a->times[i] / 1000.0, view->length_m);
    travel_print_breaks(view->rules);
    printf(",\"distance_m\":%.1f", p->distance_m);
    return status;
}

static int print_plain(asking *a, size_t i, const cim_net_route_view *view)
{
    char *id, *name;
    int status = places_label(&a->travel, &a->among, a->which[i], &id, &name);
    if (status == EXIT_DONE) {
        travel_print_duration(a->times[i], 8);
        printf(" min %7.0f m %6.0f m  %s  ", view->length_m, a->among.at[a->which[i]].distance_m, id);
        cimtool_print_safe(*name ? name : "-");
        putchar('\n');
    }
    free(id);
    free(name);
    return status;
}

static int print_json(asking *a, size_t i, const cim_net_route_view *view)
{
    const cim_net_place *p = &a->among.at[a->which[i]];
    printf(i ? ",\n{" : "\n{");
    int status = print_members(a, i, view);
    printf(",\"x\":%.3f,\"y\":%.3f}", p->x, p->y);
    return status;
}

static int print_feature(asking *a, size_t i, const cim_net_route_view *view)
{
    int status = travel_begin_path(&a->travel, view->xy, view->vertex_count, i == 0);
    printf("\"rank\":%zu,", i + 1);
    if (status == EXIT_DONE) status = print_members(a, i, view);
    printf("}}");
    return status;
}

static int print_each(asking *a, int (*print)(asking *, size_t, const cim_net_route_view *))
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < a->count && status == EXIT_DONE; i++) {
        cim_net_route *route = NULL;
        cim_net_route_view view;
        status = find_route(a, i, &route, &view);
        if (status == EXIT_DONE) status = print(a, i, &view);
        cim_net_route_free(route);
    }
    return status;
}

/* ---- all of them ---- */

static int print_head(asking *a)
{
    printf("\"profile\":\"%s\",\"direction\":\"%s\",\"candidates\":%zu,\"unreachable\":%u,\"beyond\":%u,", travel_profile(&a->travel),
           a->direction == CIM_ROUTE_FORWARD ? "from_place" : "to_place", a->among.count, a->rest.unreachable_count, a->rest.beyond_count);
    const places *list = &a->among;
    int status = places_print_unplaced(&a->travel, &list, 1);
    travel_print_epoch(&a->travel);
    return status;
}

static int print_all(asking *a)
{
    cimtool *t = a->travel.tool;
    int status = EXIT_DONE;
    if (cimtool_has(t, "geojson")) {
        travel_begin_features(&a->travel);
        status = print_each(a, print_feature);
        travel_end_features();
    } else if (t->json) {
        printf("{\"schema\":\"cimtool/1\",");
        status = print_head(a);
        printf(",\"distance_m\":%.1f,\"nearest\":[", a->place.distance_m);
        if (status == EXIT_DONE) status = print_each(a, print_json);
        printf("\n]}\n");
    } else {
        if (a->count) printf("    time       length   street  id  name\n");
        status = print_each(a, print_plain);
    }
    return status;
}

/* What is not in the table is told. */
static void tell(asking *a)
{
    places_warn(&a->travel, &a->among, "objects");
    if (a->travel.tool->quiet) return;
    fflush(stdout);
    if (a->rest.unreachable_count) fprintf(stderr, "cimtool: there is no way for %u of %zu\n", a->rest.unreachable_count, a->among.count);
    if (a->rest.beyond_count) fprintf(stderr, "cimtool: %u of %zu are farther away\n", a->rest.beyond_count, a->among.count);
    if (!a->among.asked) fprintf(stderr, "cimtool: there is nothing to choose from\n");
}

static int find(asking *a)
{
    travel *t = &a->travel;
    cim_ctx *ctx = t->tool->ctx;
    a->which = calloc((size_t)a->k + 1, sizeof *a->which);
    a->times = calloc((size_t)a->k + 1, sizeof *a->times);
    if (!a->which || !a->times) return cimtool_fail(t->tool, CIM_ENOMEM);
    cim_status st = cim_fleet_build(ctx, t->costs, t->metric, NULL, a->among.at, a->among.count, a->direction, &a->fleet);
    a->rest.struct_size = sizeof a->rest;
    if (st >= 0) st = cim_fleet_nearest(ctx, a->fleet, t->query, &a->place, (size_t)a->k, a->limit_ms, a->which, a->times, &a->count, &a->rest);
    return st < 0 ? cimtool_fail(t->tool, st) : EXIT_DONE;
}

static int take_options(asking *a, cimtool *tool)
{
    double within = -1.0;
    a->k = 5;
    a->limit_ms = CIM_ROUTE_UNREACHABLE_MS;
    a->direction = cimtool_has(tool, "from-place") ? CIM_ROUTE_FORWARD : CIM_ROUTE_BACKWARD;
    if (!cimtool_int(tool, "count", 1, 1000000, &a->k) || !cimtool_real(tool, "within", &within)) return EXIT_USAGE;
    if (cimtool_has(tool, "within") && !(within >= 0.0 && within <= 1e6)) return cimtool_complain("--within: not within 0 and a million seconds");
    if (within >= 0.0) a->limit_ms = (uint32_t)(within * 1000.0 + 0.5);
    if (!cimtool_has(tool, "among") && !cimtool_has(tool, "among-file")) return cimtool_complain("--among or --among-file says what to choose from");
    return EXIT_DONE;
}

int verb_nearest(cimtool *tool)
{
    asking a = { .count = 0 };
    uint32_t object;
    int status = take_options(&a, tool);
    if (status != EXIT_DONE) return status;
    status = travel_open(&a.travel, tool);
    if (status == EXIT_DONE) status = travel_place(&a.travel, tool->args[1], &a.place, &object);
    if (status == EXIT_DONE) status = places_take(&a.travel, &a.among, NULL, "among-file", "among");
    if (status == EXIT_DONE) status = find(&a);
    if (status == EXIT_DONE) status = print_all(&a);
    if (status == EXIT_DONE) tell(&a);
    if (status == EXIT_DONE && !a.count) status = EXIT_NEGATIVE;
    cim_fleet_free(a.fleet);
    free(a.which);
    free(a.times);
    places_free(&a.among);
    travel_close(&a.travel);
    return status;
}
