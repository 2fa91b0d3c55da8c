/* The road net of one city: prints "name<TAB>value<TAB>unit<TAB>least" a line; bench_net.py makes rows of them.
 *
 *     bench_net CITY [pairs [rounds [checked [WEIGHTS]]]]
 *
 * CITY is prepared for both kinds of turns, which changes the file.  WEIGHTS is written for other programs: "a TAIL HEAD MS" an arc and
 * "p FROM TO MS" a pair, with restrictions only.
 *
 * Times are of the process's own processor time, the median of the rounds.  Pairs are of places, drawn by xorshift among the edges in the largest
 * part of the net.  Every profile's times are compared with Dijkstra's from `checked` starts to `checked` ends each, and the arcs of each way are
 * added up again. */
#include "cim.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static cim_ctx *ctx;
static const char *mode;

static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void must(cim_status st, const char *what)
{
    if (st < 0) die("%s: %s", what, cim_ctx_error(ctx));
}

static void *room(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) die("out of memory");
    return p;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double samples[1000];
static int rounds = 7, taken;

static void say(const char *name, double value, const char *unit) { printf("%s_%s\t%.6g\t%s\t\n", mode, name, value, unit); }

static void report(const char *name, double scale, const char *unit)
{
    qsort(samples, (size_t)taken, sizeof *samples, by_value);
    printf("%s_%s\t%.4g\t%s\t%.4g\n", mode, name, samples[taken / 2] * scale, unit, samples[0] * scale);
    fflush(stdout);
}

#define MEASURE(name, repeat, scale, unit, ...)      \
    do {                                             \
        for (taken = 0; taken < (repeat); taken++) { \
            double begin_ = now();                   \
            __VA_ARGS__;                             \
            samples[taken] = now() - begin_;         \
        }                                            \
        report(name, scale, unit);                   \
    } while (0)

static uint64_t seed = 88172645463325252ull;
static uint64_t next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

/* ---- places ---- */

static uint32_t pairs = 2000, checked = 100;
static cim_net *net;
static cim_net_view view;
static cim_net_place *from, *to;
static double *points;
static const char *weights_path;

static cim_net_costs_view see(const cim_net_costs *costs)
{
    cim_net_costs_view v = { .struct_size = sizeof v };
    must(cim_net_costs_get(ctx, costs, &v), "costs");
    return v;
}

/* A point some metres beside an edge that may be used. */
static void draw_point(const cim_net_costs_view *c, double xy[2])
{
    for (;;) {
        uint32_t e = (uint32_t)(next() % view.edge_count);
        if (!c->link_main[2 * e]) continue;
        const double *v = view.xy + 2 * (size_t)view.first_vertex[e];
        xy[0] = v[0] + (double)(next() % 2000) / 100.0 - 10.0;
        xy[1] = v[1] + (double)(next() % 2000) / 100.0 - 10.0;
        return;
    }
}

static void snap(const cim_net_costs *costs, const double *xy, cim_net_place *place)
{
    size_t count;
    must(cim_net_snap(ctx, costs, xy[0], xy[1], NULL, 1, place, &count), "snap");
    if (!count) die("no place");
}

static void draw_places(const cim_net_costs *costs)
{
    cim_net_costs_view c = see(costs);
    seed = 88172645463325252ull;
    for (uint32_t i = 0; i < 2 * pairs; i++) draw_point(&c, points + 2 * (size_t)i);
    MEASURE("snap_us", rounds, 0.5e6 / pairs, "us", for (uint32_t i = 0; i < pairs; i++) {
        snap(costs, points + 4 * (size_t)i, &from[i]);
        snap(costs, points + 4 * (size_t)i + 2, &to[i]);
    });
}

/* ---- routes ---- */

static void measure_routes(const cim_net_costs *costs, const cim_route_metric *metric, cim_route_query *query)
{
    uint64_t legs = 0, vertices = 0;
    for (uint32_t i = 0; i < pairs; i++) {
        cim_net_route *route = NULL;
        cim_net_route_view r = { .struct_size = sizeof r };
        must(cim_net_route_find(ctx, costs, &from[i], &to[i], metric, query, &route), "route");
        must(cim_net_route_get(ctx, route, &r), "route");
        legs += r.leg_count;
        vertices += r.vertex_count;
        cim_net_route_free(route);
    }
    say("route_legs", (double)legs / pairs, "legs");
    say("route_vertices", (double)vertices / pairs, "vertices");
    MEASURE("route_us", rounds, 1e6 / pairs, "us", for (uint32_t i = 0; i < pairs; i++) {
        cim_net_route *route = NULL;
        must(cim_net_route_find(ctx, costs, &from[i], &to[i], metric, query, &route), "route");
        cim_net_route_free(route);
    });
    MEASURE("route_dijkstra_ms", 20, 1e3, "ms", {
        cim_net_route *route = NULL;
        must(cim_net_route_find(ctx, costs, &from[taken], &to[taken], NULL, NULL, &route), "route");
        cim_net_route_free(route);
    });
}

/* ---- times and paths against Dijkstra's ---- */

static void check_profile(const char *profile, cim_route_hierarchy *hierarchy, cim_route_query *query)
{
    cim_net_cost_options options = CIM_NET_COST_OPTIONS_INIT;
    cim_net_costs *costs = NULL;
    cim_route_metric *metric = NULL;
    cim_route_dijkstra *d = NULL;
    cim_route_graph g = cim_net_graph(net);
    uint32_t *all = room(g.node_count, 4), wrong = 0, unreachable = 0;
    char name[80];
    options.profile = profile;
    must(cim_net_costs_build(ctx, net, &options, &costs), "costs");
    cim_net_costs_view c = see(costs);
    must(cim_route_metric_build(ctx, hierarchy, c.weights_ms, NULL, &metric), "metric");
    must(cim_route_dijkstra_new(ctx, &g, &d), "dijkstra");
    for (uint32_t i = 0; i < checked; i++) {
        cim_route_end start = { (uint32_t)(next() % g.node_count), 0 };
        must(cim_route_dijkstra_run(ctx, d, c.weights_ms, 0, &start, 1, CIM_ROUTE_UNREACHABLE_MS, CIM_NONE, all), "dijkstra");
        for (uint32_t k = 0; k < checked; k++) {
            cim_route_end end = { (uint32_t)(next() % g.node_count), 0 };
            cim_route_path p;
            uint32_t at = start.node, sum = 0, time = 0;
            must(cim_route_time(ctx, metric, query, start.node, end.node, &time), "time");
            wrong += time != all[end.node];
            unreachable += time == CIM_ROUTE_UNREACHABLE_MS;
            cim_status st = cim_route_path_find(ctx, metric, query, &start, 1, &end, 1, &p);
            if (st == CIM_ENOTFOUND && all[end.node] == CIM_ROUTE_UNREACHABLE_MS) continue;
            must(st, "path");
            for (uint32_t a = 0; a < p.arc_count; a++) {
                wrong += g.tail[p.arcs[a]] != at;
                at = g.head[p.arcs[a]];
                sum += c.weights_ms[p.arcs[a]];
            }
            wrong += at != end.node || sum != p.time_ms || sum != all[end.node];
        }
    }
    snprintf(name, sizeof name, "wrong_%s", profile);
    printf("%s_%s\t%u\tof %u, %u unreachable\t\n", mode, name, wrong, checked * checked, unreachable);
    fflush(stdout);
    free(all);
    cim_route_dijkstra_free(d);
    cim_route_metric_free(metric);
    cim_net_costs_free(costs);
}

/* For other programs. */
static void write_weights(const char *path, const cim_net_costs *costs, const cim_route_metric *metric, cim_route_query *query)
{
    cim_route_graph g = cim_net_graph(net);
    cim_net_costs_view c = see(costs);
    FILE *f = fopen(path, "w");
    if (!f) die("cannot write %s", path);
    for (uint32_t a = 0; a < g.arc_count; a++)
        if (c.weights_ms[a] < CIM_ROUTE_UNREACHABLE_MS) fprintf(f, "a %u %u %u\n", g.tail[a], g.head[a], c.weights_ms[a]);
    for (uint32_t written = 0; written < 20;) {
        uint32_t a = (uint32_t)(next() % g.node_count), b = (uint32_t)(next() % g.node_count), time;
        must(cim_route_time(ctx, metric, query, a, b, &time), "time");
        if (time >= CIM_ROUTE_UNREACHABLE_MS || a == b) continue;
        fprintf(f, "p %u %u %u\n", a, b, time);
        written++;
    }
    fclose(f);
}

/* ---- the measurements ---- */

static void measure_labels(cim_route_metric *m, cim_route_query *query, uint32_t core, const char *name)
{
    cim_route_label_options o = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_route_metric *labelled = NULL;
    char text[64];
    uint32_t states = cim_net_graph(net).node_count, *a = room(pairs, 4), *b = room(pairs, 4), *t = room(pairs, 4), *u = room(pairs, 4), wrong = 0;
    o.mode = CIM_ROUTE_LABELS_CORE;
    o.core_size = core;
    o.memory_limit_bytes = 1ull << 30;
    for (uint32_t i = 0; i < pairs; i++) a[i] = (uint32_t)(next() % states), b[i] = (uint32_t)(next() % states);
    snprintf(text, sizeof text, "%s_build_ms", name);
    MEASURE(text, 3, 1e3, "ms", cim_route_metric_free(labelled), must(cim_route_metric_label(ctx, m, &o, &labelled), "labels"));
    snprintf(text, sizeof text, "%s_time_us", name);
    MEASURE(text, rounds, 1e6 / pairs, "us", for (uint32_t i = 0; i < pairs; i++) must(cim_route_time(ctx, labelled, query, a[i], b[i], &t[i]), "time"));
    for (uint32_t i = 0; i < pairs; i++) must(cim_route_time(ctx, m, query, a[i], b[i], &u[i]), "time"), wrong += t[i] != u[i];
    snprintf(text, sizeof text, "%s_wrong", name);
    say(text, wrong, "");
    free(a), free(b), free(t), free(u);
    cim_route_metric_free(labelled);
}

static void measure_hierarchy(cim_city *city, cim_net_costs *costs)
{
    cim_route_graph g = cim_net_graph(net);
    cim_route_hierarchy_info info = { .struct_size = sizeof info };
    cim_route_hierarchy *hierarchy = NULL;
    cim_route_query *query = NULL;
    cim_route_metric *m = NULL;
    cim_buf bytes = CIM_BUF_INIT;
    MEASURE("order_and_hierarchy_s", 1, 1, "s", must(cim_route_hierarchy_build(ctx, &g, NULL, &hierarchy), "hierarchy"));
    must(cim_route_hierarchy_save(ctx, hierarchy, &bytes), "save");
    MEASURE("hierarchy_ms", rounds, 1e3, "ms", cim_route_hierarchy_free(hierarchy), must(cim_net_hierarchy(ctx, net, city, &hierarchy), "hierarchy"));
    must(cim_route_hierarchy_stat(ctx, hierarchy, &info), "stat");
    say("up_arcs", info.up_arc_count, "arcs");
    say("triangles", (double)info.triangle_count, "");
    say("levels", info.levels, "");
    say("search_arcs", info.mean_search_arcs, "arcs");
    say("hierarchy_mib", (double)bytes.size / 1048576, "MiB");
    cim_buf_dispose(&bytes);
    cim_net_costs_view c = see(costs);
    MEASURE("customize_ms", rounds, 1e3, "ms", cim_route_metric_free(m), must(cim_route_metric_build(ctx, hierarchy, c.weights_ms, NULL, &m), "metric"));
    must(cim_route_query_new(ctx, hierarchy, &query), "query");
    if (weights_path) write_weights(weights_path, costs, m, query);
    weights_path = NULL;
    measure_routes(costs, m, query);
    measure_labels(m, query, 64, "core64");
    for (uint32_t i = 0; cim_net_profile(i); i++) check_profile(cim_net_profile(i), hierarchy, query);
    cim_route_metric_free(m);
    cim_route_query_free(query);
    cim_route_hierarchy_free(hierarchy);
}

static void measure_mode(cim_city *city, uint32_t turns)
{
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    cim_net_costs *costs = NULL;
    options.turns = turns;
    MEASURE("build_ms", 3, 1e3, "ms", cim_net_free(net), net = NULL, must(cim_net_build(ctx, city, &options, &net), "net"));
    must(cim_net_prepare(ctx, city, &options), "prepare");
    MEASURE("open_ms", rounds, 1e3, "ms", cim_net_free(net), net = NULL, must(cim_net_open(ctx, city, &options, &net), "net"));
    view.struct_size = sizeof view;
    must(cim_net_get(ctx, net, &view), "net");
    say("edges", view.edge_count, "");
    say("vertices", view.vertex_count, "");
    say("states", view.state_count, "");
    say("arcs", view.arc_count, "");
    MEASURE("costs_ms", rounds, 1e3, "ms", cim_net_costs_free(costs), must(cim_net_costs_build(ctx, net, NULL, &costs), "costs"));
    draw_places(costs);
    measure_hierarchy(city, costs);
    cim_net_costs_free(costs);
    cim_net_free(net);
    net = NULL;
}

int main(int argc, char **argv)
{
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_city *city = NULL;
    if (argc < 2) die("usage: bench_net CITY [pairs [rounds [checked [WEIGHTS]]]]");
    opts.threads = getenv("CIM_BENCH_THREADS") ? (uint32_t)atoi(getenv("CIM_BENCH_THREADS")) : 1;
    if (cim_ctx_new(&opts, &ctx) < 0) die("out of memory");
    if (argc > 2) pairs = (uint32_t)atoi(argv[2]);
    if (argc > 3) rounds = atoi(argv[3]);
    if (argc > 4) checked = (uint32_t)atoi(argv[4]);
    if (argc > 5) weights_path = argv[5];
    if (pairs < 20) pairs = 20;
    from = room(pairs, sizeof *from), to = room(pairs, sizeof *to), points = room(pairs, 4 * sizeof *points);
    must(cim_city_open(ctx, argv[1], NULL, &city), "city");
    mode = "restricted";
    measure_mode(city, CIM_NET_TURNS_RESTRICTED);
    printf("places\t%.3f,%.3f\t%.3f,%.3f\t\n", points[0], points[1], points[2], points[3]); /* across the city, for cimtool */
    mode = "full";
    measure_mode(city, CIM_NET_TURNS_FULL);
    cim_city_free(city);
    cim_ctx_free(ctx);
    return 0;
}
