/* verb_betweenness.c - cimtool betweenness: the streets that many trips use. */
#include "places.h"
#include "travel_print.h"

#include <stdlib.h>

typedef struct counting {
    travel travel;
    places from, to;
    int64_t samples, seed, top;
    cim_flow *flow;
    cim_flow_view view;
    cim_net_view net;
    uint32_t *edges; /* by trips, most first */
    uint32_t shown;
} counting;

/* ---- places ---- */

/* The middles of all streets that may be used, by their length. */
static int all_streets(counting *c, places *p)
{
    cim_net_costs_view costs = { .struct_size = sizeof costs };
    cim_status st = cim_net_costs_get(c->travel.tool->ctx, c->travel.costs, &costs);
    if (st < 0) return cimtool_fail(c->travel.tool, st);
    double *lengths_m = calloc((size_t)c->net.edge_count + 1, sizeof *lengths_m);
    int status = lengths_m ? EXIT_DONE : cimtool_fail(c->travel.tool, CIM_ENOMEM);
    for (uint32_t e = 0; e < c->net.edge_count && status == EXIT_DONE; e++) {
        uint32_t directions = (costs.link_main[2 * (size_t)e] ? 1u : 0u) | (costs.link_main[2 * (size_t)e + 1] ? 2u : 0u);
        const cim_net_place place = { .edge = e, .fraction = 0.5, .directions = directions };
        if (!directions) continue;
        lengths_m[p->count] = c->net.edge_length_m[e];
        status = places_put(&c->travel, p, CIM_NONE, "", &place);
    }
    p->weights = lengths_m;
    return status;
}

static int find_places(counting *c, const char *option, places *p)
{
    bool named = cimtool_has(c->travel.tool, option);
    int status = named ? places_take(&c->travel, p, NULL, NULL, option) : all_streets(c, p);
    if (status == EXIT_DONE && named) status = places_footprints(&c->travel, p);
    if (status != EXIT_DONE) return status;
    places_warn(&c->travel, p, option);
    if (p->count) return EXIT_DONE;
    if (named) cimtool_complain("--%s: no objects with a street", option);
    else cimtool_complain("no street may be used");
    return EXIT_NEGATIVE;
}

/* ---- printing ---- */

static double trips_of(const counting *c, uint32_t edge) { return c->view.link_trips[2 * (size_t)edge] + c->view.link_trips[2 * (size_t)edge + 1]; }

/* An upper bound of both directions' error. */
static double error_of(const counting *c, uint32_t edge)
{
    return c->view.link_error ? c->view.link_error[2 * (size_t)edge] + c->view.link_error[2 * (size_t)edge + 1] : 0.0;
}

static const counting *sorted; /* qsort() has no argument for it; the tool has one thread */
static int by_trips(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    double p = trips_of(sorted, x), q = trips_of(sorted, y);
    return p != q ? (p < q) - (p > q) : (x > y) - (x < y);
}

static int sort_edges(counting *c)
{
    c->edges = malloc(((size_t)c->net.edge_count + 1) * sizeof *c->edges);
    if (!c->edges) return cimtool_fail(c->travel.tool, CIM_ENOMEM);
    uint32_t used = 0;
    for (uint32_t e = 0; e < c->net.edge_count; e++)
        if (trips_of(c, e) > 0.0) c->edges[used++] = e;
    sorted = c;
    qsort(c->edges, used, sizeof *c->edges, by_trips);
    c->shown = c->top && c->top < used ? (uint32_t)c->top : used;
    return EXIT_DONE;
}

static int print_edge(const counting *c, uint32_t edge)
{
    printf("\"id\":");
    int status = travel_print_id(&c->travel, c->net.edge_object[edge]);
    printf(",\"name\":");
    cimtool_print_string(cim_net_text(c->travel.net, c->net.edge_name[edge]));
    printf(",\"trips\":%.6g,\"along\":%.6g,\"against\":%.6g", trips_of(c, edge), c->view.link_trips[2 * (size_t)edge],
           c->view.link_trips[2 * (size_t)edge + 1]);
    if (c->view.link_error) printf(",\"error\":%.4g", error_of(c, edge));
    return status;
}

static int print_geojson(const counting *c)
{
    int status = EXIT_DONE;
    travel_begin_features(&c->travel);
    for (uint32_t i = 0; i < c->shown && status == EXIT_DONE; i++) {
        status = travel_begin_street(&c->travel, &c->net, c->edges[i], i == 0);
        if (status == EXIT_DONE) status = print_edge(c, c->edges[i]);
        printf("}}");
    }
    travel_end_features();
    return status;
}

static int print_json(counting *c)
{
    const cim_flow_view *v = &c->view;
    const places *lists[] = { &c->from, &c->to };
    printf("{\"schema\":\"cimtool/1\",\"profile\":\"%s\"", travel_profile(&c->travel));
    travel_print_epoch(&c->travel);
    printf(",\"trips\":%.6g,\"unreachable_trips\":%.6g,\"mean_time_s\":%.1f,\"mean_length_m\":%.1f,", v->trips, v->unreachable_trips, v->time_s, v->length_m);
    printf("\"samples\":%llu,\"origins\":%zu,\"destinations\":%zu,", (unsigned long long)v->sample_count, c->from.count, c->to.count);
    int status = places_print_unplaced(&c->travel, lists, 2);
    printf(",\"streets\":[");
    for (uint32_t i = 0; i < c->shown && status == EXIT_DONE; i++) {
        printf("%s{", i ? "," : "");
        status = print_edge(c, c->edges[i]);
        putchar('}');
    }
    printf("]}\n");
    return status;
}

static int print_plain(const counting *c)
{
    const cim_flow_view *v = &c->view;
    int status = EXIT_DONE;
    printf("%zu origins, %zu destinations, ", c->from.count, c->to.count);
    if (v->sample_count) printf("%llu samples", (unsigned long long)v->sample_count);
    else printf("all pairs");
    printf("; %.6g trips, %.6g without a way; mean %.0f s, %.0f m\n", v->trips, v->unreachable_trips, v->time_s, v->length_m);
    printf("%12s %12s  %-24s %s\n", "trips", "error", "id", "name");
    for (uint32_t i = 0; i < c->shown && status == EXIT_DONE; i++) {
        const char *name = cim_net_text(c->travel.net, c->net.edge_name[c->edges[i]]);
        printf("%12.5g %12.3g  ", trips_of(c, c->edges[i]), error_of(c, c->edges[i]));
        status = travel_print_plain_id(&c->travel, c->net.edge_object[c->edges[i]], 24);
        putchar(' ');
        cimtool_print_safe(name[0] ? name : "-");
        putchar('\n');
    }
    return status;
}

/* ---- asking ---- */

static int count(counting *c)
{
    cimtool *t = c->travel.tool;
    cim_flow_demand people = CIM_FLOW_DEMAND_INIT;
    cim_flow_options options = CIM_FLOW_OPTIONS_INIT;
    people.origins = c->from.at;
    people.origin_weights = c->from.weights;
    people.origin_count = c->from.count;
    people.destinations = c->to.at;
    people.destination_weights = c->to.weights;
    people.destination_count = c->to.count;
    if (!cimtool_real(t, "trips", &people.trips)) return EXIT_USAGE;
    options.samples = cimtool_has(t, "exact") ? 0 : (uint64_t)c->samples;
    options.seed = (uint64_t)c->seed;
    options.mode = cimtool_has(t, "trees") ? CIM_FLOW_TREES : CIM_FLOW_PAIRS;
    c->view.struct_size = sizeof c->view;
    cim_status st = cim_flow_run(t->ctx, c->travel.costs, c->travel.metric, &people, &options, &c->flow);
    if (st >= 0) st = cim_flow_get(t->ctx, c->flow, &c->view);
    if (st == CIM_EARG) return cimtool_complain("%s", cim_ctx_error(t->ctx));
    return st < 0 ? cimtool_fail(t, st) : sort_edges(c);
}

static int answer(counting *c)
{
    cimtool *t = c->travel.tool;
    c->net.struct_size = sizeof c->net;
    cim_status st = cim_net_get(t->ctx, c->travel.net, &c->net);
    if (st < 0) return cimtool_fail(t, st);
    int status = find_places(c, "origins", &c->from);
    if (status == EXIT_DONE) status = find_places(c, "destinations", &c->to);
    if (status == EXIT_DONE) status = travel_metric(&c->travel, CIM_ROUTE_LABELS_NONE);
    if (status == EXIT_DONE) status = count(c);
    if (status != EXIT_DONE) return status;
    if (cimtool_has(t, "geojson")) return print_geojson(c);
    return t->json ? print_json(c) : print_plain(c);
}

int verb_betweenness(cimtool *tool)
{
    counting c = { .samples = 10000, .seed = 1, .top = 20 };
    if (cimtool_has(tool, "geojson") || tool->json) c.top = 0;
    if (!cimtool_int(tool, "samples", 1, 0x7fffffff, &c.samples) || !cimtool_int(tool, "seed", 0, INT64_MAX, &c.seed) ||
        !cimtool_int(tool, "top", 0, 0x7fffffff, &c.top))
        return EXIT_USAGE;
    int status = travel_open(&c.travel, tool);
    if (status == EXIT_DONE) status = answer(&c);
    cim_flow_free(c.flow);
    free(c.edges);
    places_free(&c.from);
    places_free(&c.to);
    travel_close(&c.travel);
    return status;
}
