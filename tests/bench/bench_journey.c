/* Journeys on one city: prints "name<TAB>value<TAB>unit" a line; bench_journey.py puts them into the table.
 *
 *     bench_journey INPUT.osm.pbf [pairs]
 *
 * Pairs are random places in the part of the net from which one gets everywhere, by xorshift.  Times are of the process's own processor
 * time: medians over the pairs. */
#include "cim.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_PAIRS = 2000 };

static cim_ctx *ctx;
static cim_net *net;
static cim_net_costs *costs;
static cim_route_hierarchy *hierarchy;
static cim_route_metric *metric;
static cim_route_query *query;
static uint64_t seed = 88172645463325252ull;

static void must(cim_status st, const char *what)
{
    if (st >= 0) return;
    fprintf(stderr, "%s: %s\n", what, cim_ctx_error(ctx));
    exit(1);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, ascending);
    return count ? values[count / 2] : 0.0;
}

static void open_city(const char *path)
{
    cim_city *city = NULL;
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    cim_net_costs_view view = { .struct_size = sizeof view };
    options.turns = CIM_NET_TURNS_FULL;
    must(cim_city_load(ctx, &path, 1, NULL, &city, NULL), "load");
    must(cim_net_build(ctx, city, &options, &net), "net");
    cim_city_free(city);
    cim_route_graph graph = cim_net_graph(net);
    must(cim_net_costs_build(ctx, net, NULL, &costs), "costs");
    must(cim_net_costs_get(ctx, costs, &view), "costs");
    must(cim_route_hierarchy_build(ctx, &graph, NULL, &hierarchy), "hierarchy");
    must(cim_route_metric_build(ctx, hierarchy, view.weights_ms, NULL, &metric), "metric");
    must(cim_route_query_new(ctx, hierarchy, &query), "query");
}

static cim_journey_stop random_stop(void)
{
    cim_net_view v = { .struct_size = sizeof v };
    cim_net_costs_view c = { .struct_size = sizeof c };
    cim_journey_stop stop = { .flags = 0 };
    must(cim_net_get(ctx, net, &v), "net");
    must(cim_net_costs_get(ctx, costs, &c), "costs");
    do stop.place.edge = (uint32_t)(next_random() % v.edge_count);
    while (!c.link_main[2 * stop.place.edge] && !c.link_main[2 * stop.place.edge + 1]);
    for (uint32_t d = 0; d < 2; d++)
        if (c.link_main[2 * stop.place.edge + d]) stop.place.directions |= 1u << d;
    stop.place.fraction = 0.5;
    return stop;
}

/* Median time of journeys over so many random stops; counts routes of each. */
static double measure(size_t pairs, size_t stops, uint32_t flags, const cim_journey_options *options, bool by_metric, size_t *routes, size_t *found)
{
    static double times[MOST_PAIRS];
    seed = 88172645463325252ull;
    *found = 0;
    for (size_t i = 0; i < pairs; i++) {
        cim_journey_stop list[16];
        cim_journey *journey = NULL;
        cim_journey_view v = { .struct_size = sizeof v };
        for (size_t k = 0; k < stops; k++) list[k] = random_stop();
        for (size_t k = 1; k + 1 < stops; k++) list[k].flags = flags;
        double begin = now_ms();
        cim_status st = cim_journey_find(ctx, costs, list, stops, options, by_metric ? metric : NULL, by_metric ? query : NULL, &journey);
        times[i] = now_ms() - begin;
        if (routes) routes[i] = 0;
        if (st == CIM_ENOTFOUND) continue;
        must(st, "journey");
        must(cim_journey_get(ctx, journey, 0, &v), "view");
        if (routes) routes[i] = v.route_count;
        ++*found;
        cim_journey_free(journey);
    }
    return median(times, pairs);
}

static void alternatives(size_t pairs)
{
    static size_t routes[MOST_PAIRS];
    cim_journey_options o = CIM_JOURNEY_OPTIONS_INIT;
    size_t found, one = 0, two = 0, three = 0;
    o.alternatives = 3;
    printf("alternatives_3_ms\t%.4f\tms\n", measure(pairs, 2, 0, &o, true, routes, &found));
    for (size_t i = 0; i < pairs; i++) {
        one += routes[i] > 1;
        two += routes[i] > 2;
        three += routes[i] > 3;
    }
    printf("with_1_alternative\t%.4f\t%%\nwith_2_alternatives\t%.4f\t%%\nwith_3_alternatives\t%.4f\t%%\n", 100.0 * (double)one / (double)found, 100.0 * (double)two / (double)found,
           100.0 * (double)three / (double)found);
}

/* A square of a kilometre in the middle of the city. */
static void avoid(size_t pairs)
{
    cim_journey_options o = CIM_JOURNEY_OPTIONS_INIT;
    cim_journey_avoid a = CIM_JOURNEY_AVOID_INIT;
    cim_net_view v = { .struct_size = sizeof v };
    static double xs[1 << 20], ys[1 << 20];
    cim_route_metric *changed = NULL;
    size_t found, edges = 0;
    must(cim_net_get(ctx, net, &v), "net");
    size_t n = v.junction_count < (1u << 20) ? v.junction_count : 1u << 20;
    memcpy(xs, v.junction_x, n * sizeof *xs);
    memcpy(ys, v.junction_y, n * sizeof *ys);
    double x = median(xs, n), y = median(ys, n);
    const double coords[] = { x - 500, y - 500, x + 500, y - 500, x + 500, y + 500, x - 500, y + 500, x - 500, y - 500 };
    const uint32_t ends[] = { 5, 1 };
    cim_geom area = { CIM_GEOM_POLYGON, 2, 5, 1, 1, 0, coords, &ends[0], &ends[1] };
    uint32_t *weights = malloc((v.arc_count + 1u) * sizeof *weights);
    if (!weights) exit(1);
    a.areas = &area;
    a.area_count = 1;
    o.avoid = &a;
    double begin = now_ms();
    must(cim_journey_weights(ctx, costs, NULL, &a, weights, &edges), "weights");
    printf("avoid_weights_ms\t%.4f\tms\navoid_edges\t%zu\tedges\n", now_ms() - begin, edges);
    begin = now_ms();
    must(cim_journey_metric(ctx, costs, metric, &a, &changed), "metric");
    printf("avoid_metric_ms\t%.4f\tms\n", now_ms() - begin);
    cim_route_metric_free(changed);
    printf("avoid_journey_ms\t%.4f\tms\n", measure(pairs / 10, 2, 0, &o, true, NULL, &found));
    printf("avoid_dijkstra_ms\t%.4f\tms\n", measure(pairs / 20, 2, 0, &o, false, NULL, &found));
    free(weights);
}

int main(int argc, char **argv)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    cim_journey_options order = CIM_JOURNEY_OPTIONS_INIT;
    size_t pairs = argc > 2 ? (size_t)atoi(argv[2]) : 500, found;
    options.threads = 1;
    if (argc < 2 || pairs < 20 || pairs > MOST_PAIRS || cim_ctx_new(&options, &ctx) < 0) return 2;
    open_city(argv[1]);
    (void)measure(20, 2, 0, NULL, true, NULL, &found); /* triangles, caches */
    printf("route_us\t%.4f\tus\n", 1e3 * measure(pairs, 2, 0, NULL, true, NULL, &found));
    printf("stops_5_us\t%.4f\tus\n", 1e3 * measure(pairs, 5, 0, NULL, true, NULL, &found));
    printf("passing_5_us\t%.4f\tus\n", 1e3 * measure(pairs, 5, CIM_JOURNEY_PASS, NULL, true, NULL, &found));
    order.flags = CIM_JOURNEY_ORDER;
    printf("order_12_ms\t%.4f\tms\n", measure(pairs / 10, 12, 0, &order, true, NULL, &found));
    alternatives(pairs);
    avoid(pairs);
    cim_route_query_free(query);
    cim_route_metric_free(metric);
    cim_route_hierarchy_free(hierarchy);
    cim_net_costs_free(costs);
    cim_net_free(net);
    cim_ctx_free(ctx);
    return 0;
}
