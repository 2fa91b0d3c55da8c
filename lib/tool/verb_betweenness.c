/* verb_betweenness.c - cimtool betweenness: the streets that many trips use. */
#include "demand.h"

#include <stdlib.h>

typedef struct counting {
    travel travel;
    demand from, to;
    int64_t samples, seed, top;
    cim_flow *flow;
    cim_flow_view view;
    cim_net_view net;
    uint32_t *edges; /* by trips, most first */
    uint32_t shown;
} counting;

/* ---- places ---- */

/* The middles of all streets that may be used, by their length. */
static int all_streets(counting *c, demand *p)
{
    cim_net_costs_view costs = { .struct_size = sizeof costs };
    cim_status st = cim_net_costs_get(c->travel.tool->ctx, c->travel.costs, &costs);
    if (st < 0) return cimtool_fail(c->travel.tool, st);
    p->at = calloc((size_t)c->net.edge_count + 1, sizeof *p->at);
    p->weights = calloc((size_t)c->net.edge_count + 1, sizeof *p->weights);
    if (!p->at || !p->weights) return cimtool_fail(c->travel.tool, CIM_ENOMEM);
    for (uint32_t e = 0; e < c->net.edge_count; e++) {
        uint32_t directions = (costs.link_main[2 * (size_t)e] ? 1u : 0u) | (costs.link_main[2 * (size_t)e + 1] ? 2u : 0u);
        if (!directions) continue;
        p->at[p->count] = (cim_net_place){ .edge = e, .fraction = 0.5, .directions = directions };
        p->weights[p->count++] = c->net.edge_length_m[e];
    }
    if (p->count) return EXIT_DONE;
    cimtool_complain("no street may be used");
    return EXIT_NEGATIVE;
}

static int find_places(counting *c, const char *option, demand *p)
{
    const char *filter = cimtool_value(c->travel.tool, option);
    return filter ? demand_find(&c->travel, filter, p) : all_streets(c, p);
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

static int gid_of(const counting *c, uint32_t edge, cim_buf *gid)
{
    cim_status st = cim_city_gid(c->travel.tool->ctx, c->travel.city, c->net.edge_object[edge], gid);
    return st < 0 ? cimtool_fail(c->travel.tool, st) : EXIT_DONE;
}

static int print_edge(const counting *c, uint32_t edge)
{
    cim_buf gid = CIM_BUF_INIT;
    int status = gid_of(c, edge, &gid);
    if (status != EXIT_DONE) return status;
    printf("\"id\":");
    travel_print_text(gid.data);
    printf(",\"name\":");
    travel_print_text(cim_net_text(c->travel.net, c->net.edge_name[edge]));
    printf(",\"trips\":%.6g,\"along\":%.6g,\"against\":%.6g", trips_of(c, edge), c->view.link_trips[2 * (size_t)edge],
           c->view.link_trips[2 * (size_t)edge + 1]);
    if (c->view.link_error) printf(",\"error\":%.4g", error_of(c, edge));
    cim_buf_dispose(&gid);
    return EXIT_DONE;
}

static int print_geojson(counting *c)
{
    int status = EXIT_DONE;
    printf("{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (uint32_t i = 0; i < c->shown && status == EXIT_DONE; i++) {
        uint32_t e = c->edges[i], first = c->net.first_vertex[e], count = c->net.first_vertex[e + 1] - first;
        double *lonlat = NULL;
        status = travel_lonlat(&c->travel, c->net.xy + 2 * (size_t)first, count, &lonlat);
        if (status != EXIT_DONE) break;
        printf("%s{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":", i ? ",\n" : "");
        travel_print_positions(lonlat, count, 7);
        printf("},\"properties\":{");
        status = print_edge(c, e);
        printf("}}");
        free(lonlat);
    }
    printf("\n]}\n");
    return status;
}

static int print_json(const counting *c)
{
    const cim_flow_view *v = &c->view;
    int status = EXIT_DONE;
    printf("{\"schema\":\"cimtool/"
           "1\",\"profile\":\"%s\",\"trips\":%.6g,\"unreachable_trips\":%.6g,\"mean_time_s\":%.1f,\"mean_length_m\":%.1f,\"samples\":%llu,\"origins\":%zu,"
           "\"destinations\":%zu,\"streets\":[",
           travel_profile(&c->travel), v->trips, v->unreachable_trips, v->time_s, v->length_m, (unsigned long long)v->sample_count, c->from.count, c->to.count);
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
    printf("%zu origins, %zu destinations, ", c->from.count, c->to.count);
    if (v->sample_count) printf("%llu samples", (unsigned long long)v->sample_count);
    else printf("all pairs");
    printf("; %.6g trips, %.6g without a way; mean %.0f s, %.0f m\n", v->trips, v->unreachable_trips, v->time_s, v->length_m);
    printf("%12s %12s  %-24s %s\n", "trips", "error", "id", "name");
    for (uint32_t i = 0; i < c->shown; i++) {
        cim_buf gid = CIM_BUF_INIT;
        int status = gid_of(c, c->edges[i], &gid);
        if (status != EXIT_DONE) return status;
        const char *name = cim_net_text(c->travel.net, c->net.edge_name[c->edges[i]]);
        printf("%12.5g %12.3g  %-24s %s\n", trips_of(c, c->edges[i]), error_of(c, c->edges[i]), gid.data, name[0] ? name : "-");
        cim_buf_dispose(&gid);
    }
    return EXIT_DONE;
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
    demand_free(&c.from);
    demand_free(&c.to);
    travel_close(&c.travel);
    return status;
}
