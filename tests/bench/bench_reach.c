/* Isochrones and matrices on a city's road net: prints "name<TAB>value<TAB>unit" a line; bench_reach.py puts them beside other programs.
 *
 *     bench_reach CITY FOLDER [rounds]
 *
 * For each kind of turns, 0 and 1, FOLDER gets for other programs: graph-K "states arcs ends sum" (sum of the times of all states within 600 s), then
 * lines "tail head ms" of arcs that may be used and "state ms" of the start's ends; pieces-K, a line "x y x y ..." for each part of a street reached. */
#include "cim.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LIMIT_MS = 600000, MANY = 1000 };

static cim_ctx *ctx;
static int rounds = 101;
static double samples[10000];

static void must(cim_status st, const char *what)
{
    if (st >= 0) return;
    fprintf(stderr, "%s: %s\n", what, cim_ctx_error(ctx));
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + 1e-6 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void report(const char *name, uint32_t turns, int count)
{
    qsort(samples, (size_t)count, sizeof *samples, by_value);
    printf("%s_%u\t%.4g\tms\t%.4g\n", name, turns, samples[count / 2], samples[0]);
    fflush(stdout);
}

typedef struct subject {
    uint32_t turns;
    cim_net *net;
    cim_net_costs *costs;
    cim_net_view view;
    cim_net_costs_view prices;
    cim_route_hierarchy *hierarchy;
    cim_route_metric *metric;
    cim_route_query *query;
    cim_net_place start;
} subject;

static subject make(cim_city *city, uint32_t turns)
{
    subject s = { .turns = turns, .view = { .struct_size = sizeof s.view }, .prices = { .struct_size = sizeof s.prices } };
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
    double x = 0.0, y = 0.0;
    size_t count = 0;
    options.turns = turns;
    labels.mode = CIM_ROUTE_LABELS_FULL;
    labels.memory_limit_bytes = 4ull << 30;
    must(cim_net_build(ctx, city, &options, &s.net), "net");
    must(cim_net_costs_build(ctx, s.net, NULL, &s.costs), "costs");
    must(cim_net_get(ctx, s.net, &s.view), "net");
    must(cim_net_costs_get(ctx, s.costs, &s.prices), "costs");
    cim_route_graph graph = cim_net_graph(s.net);
    must(cim_route_hierarchy_build(ctx, &graph, NULL, &s.hierarchy), "hierarchy");
    must(cim_route_metric_build(ctx, s.hierarchy, s.prices.weights_ms, &labels, &s.metric), "metric");
    must(cim_route_query_new(ctx, s.hierarchy, &s.query), "query");
    for (uint32_t j = 0; j < s.view.junction_count; j++) x += s.view.junction_x[j] / s.view.junction_count, y += s.view.junction_y[j] / s.view.junction_count;
    must(cim_net_snap(ctx, s.costs, x, y, NULL, 1, &s.start, &count), "start");
    if (!count) exit(1);
    return s;
}

/* ---- for other programs ---- */

static FILE *file_of(const char *folder, const char *name, uint32_t turns)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s-%u", folder, name, turns);
    FILE *f = fopen(path, "w");
    if (!f) exit(1);
    return f;
}

static void write_graph(const subject *s, const char *folder)
{
    cim_route_graph g = cim_net_graph(s->net);
    cim_route_end ends[CIM_NET_ENDS];
    size_t end_count = 0, within = 0;
    uint32_t *times = malloc((g.node_count + 1) * sizeof *times), open = 0;
    unsigned long long sum = 0;
    FILE *f = file_of(folder, "graph", s->turns);
    if (!times) exit(1);
    must(cim_net_ends(ctx, s->costs, NULL, &s->start, CIM_ROUTE_FORWARD, ends, &end_count), "ends");
    must(cim_route_all(ctx, s->metric, s->query, CIM_ROUTE_FORWARD, ends, end_count, LIMIT_MS, times), "times");
    for (uint32_t v = 0; v < g.node_count; v++)
        if (times[v] < CIM_ROUTE_UNREACHABLE_MS) sum += times[v], within++;
    for (uint32_t a = 0; a < g.arc_count; a++) open += s->prices.weights_ms[a] < CIM_ROUTE_UNREACHABLE_MS;
    fprintf(f, "%u %u %zu %llu\n", g.node_count, open, end_count, sum);
    for (uint32_t a = 0; a < g.arc_count; a++)
        if (s->prices.weights_ms[a] < CIM_ROUTE_UNREACHABLE_MS) fprintf(f, "%u %u %u\n", g.tail[a], g.head[a], s->prices.weights_ms[a]);
    for (size_t i = 0; i < end_count; i++) fprintf(f, "%u %u\n", ends[i].node, ends[i].offset_ms);
    fclose(f);
    free(times);
    printf("states_within_%u\t%zu\tstates\n", s->turns, within);
}

static void write_pieces(const subject *s, const cim_isochrone *iso, const char *folder)
{
    cim_isochrone_view v = { .struct_size = sizeof v };
    FILE *f = file_of(folder, "pieces", s->turns);
    must(cim_isochrone_get(ctx, iso, &v), "pieces");
    for (size_t i = 0; i < v.piece_count; i++) {
        const cim_isochrone_piece *p = &v.pieces[i];
        uint32_t e = p->link >> 1;
        double from = p->from * s->view.edge_length_m[e], to = p->to * s->view.edge_length_m[e], done = 0.0;
        for (uint32_t k = s->view.first_vertex[e]; k + 1 < s->view.first_vertex[e + 1]; k++) {
            const double *a = s->view.xy + 2 * (size_t)k;
            double bit = hypot(a[2] - a[0], a[3] - a[1]), t0 = bit > 0.0 ? fmax(0.0, (from - done) / bit) : 0.0, t1 = bit > 0.0 ? fmin(1.0, (to - done) / bit) : 1.0;
            if (done + bit >= from && done <= to)
                fprintf(f, "%.3f %.3f %.3f %.3f ", a[0] + t0 * (a[2] - a[0]), a[1] + t0 * (a[3] - a[1]), a[0] + t1 * (a[2] - a[0]), a[1] + t1 * (a[3] - a[1]));
            done += bit;
        }
        fputc('\n', f);
    }
    fclose(f);
    printf("pieces_%u\t%zu\tpieces\n", s->turns, v.piece_count);
}

/* ---- measuring ---- */

static void measure_isochrone(const subject *s, const cim_route_metric *metric, int32_t direction, const char *name, int count)
{
    cim_isochrone_options options = CIM_ISOCHRONE_OPTIONS_INIT;
    options.limit_ms = LIMIT_MS;
    options.direction = direction;
    for (int i = 0; i < count; i++) {
        cim_isochrone *iso = NULL;
        double begin = now();
        must(cim_isochrone_find(ctx, s->costs, metric, metric ? s->query : NULL, &s->start, 1, &options, &iso), name);
        samples[i] = now() - begin;
        cim_isochrone_free(iso);
    }
    report(name, s->turns, count);
}

static void measure_areas(const subject *s, const char *folder)
{
    static const uint32_t limits[3] = { LIMIT_MS, 300000, 450000 };
    cim_isochrone_options options = CIM_ISOCHRONE_OPTIONS_INIT;
    cim_isochrone *iso = NULL;
    options.limit_ms = LIMIT_MS;
    must(cim_isochrone_find(ctx, s->costs, s->metric, s->query, &s->start, 1, &options, &iso), "isochrone");
    write_pieces(s, iso, folder);
    for (size_t limit_count = 1; limit_count <= 3; limit_count += 2) {
        double area = 0.0;
        for (int i = 0; i < rounds; i++) {
            cim_isochrone_areas *areas = NULL;
            cim_isochrone_areas_view v = { .struct_size = sizeof v };
            double begin = now();
            must(cim_isochrone_areas_build(ctx, iso, limits, limit_count, NULL, &areas), "areas");
            samples[i] = now() - begin;
            must(cim_isochrone_areas_get(ctx, areas, &v), "areas");
            area = v.areas[0].area_m2;
            cim_isochrone_areas_free(areas);
        }
        report(limit_count == 1 ? "area" : "areas_3", s->turns, rounds);
        if (limit_count == 1) printf("area_km2_%u\t%.6f\tkm2\n", s->turns, area * 1e-6);
    }
    cim_isochrone_free(iso);
}

static void measure_matrix(const subject *s)
{
    static cim_net_place places[2 * MANY];
    static uint32_t times[MANY * MANY];
    uint64_t seed = 88172645463325252ull;
    for (size_t i = 0; i < 2 * MANY; i++) {
        size_t count = 0;
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        uint32_t j = (uint32_t)(seed % s->view.junction_count);
        must(cim_net_snap(ctx, s->costs, s->view.junction_x[j] + (double)(seed >> 58), s->view.junction_y[j], NULL, 1, &places[i], &count), "place");
        if (!count) exit(1);
    }
    for (int i = 0; i < 7; i++) {
        double begin = now();
        must(cim_net_matrix(ctx, s->costs, s->metric, places, MANY, places + MANY, MANY, times), "matrix");
        samples[i] = now() - begin;
    }
    report("matrix", s->turns, 7);
    int wrong = 0;
    for (size_t i = 0; i < 200; i++) {
        size_t from = i * 37 % MANY, to = i * 91 % MANY;
        cim_net_route *route = NULL;
        cim_net_route_view v = { .struct_size = sizeof v };
        cim_status st = cim_net_route_find(ctx, s->costs, &places[from], &places[MANY + to], s->metric, s->query, &route);
        if (st != CIM_ENOTFOUND) must(st, "route");
        if (route) must(cim_net_route_get(ctx, route, &v), "route");
        wrong += times[from * MANY + to] != (route ? v.time_ms : CIM_ROUTE_UNREACHABLE_MS);
        cim_net_route_free(route);
    }
    printf("matrix_wrong_%u\t%d\tof 200\n", s->turns, wrong);
}

int main(int argc, char **argv)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    cim_city *city = NULL;
    options.threads = 1;
    if (argc < 3 || cim_ctx_new(&options, &ctx) < 0) return 2;
    if (argc > 3 && atoi(argv[3]) > 0 && atoi(argv[3]) <= 10000) rounds = atoi(argv[3]);
    must(cim_city_open(ctx, argv[1], NULL, &city), argv[1]);
    for (uint32_t turns = 0; turns < 2; turns++) {
        subject s = make(city, turns);
        write_graph(&s, argv[2]);
        measure_isochrone(&s, s.metric, CIM_ROUTE_FORWARD, "isochrone", rounds);
        measure_isochrone(&s, s.metric, CIM_ROUTE_BACKWARD, "isochrone_backward", rounds);
        measure_isochrone(&s, NULL, CIM_ROUTE_FORWARD, "isochrone_dijkstra", 11);
        measure_areas(&s, argv[2]);
        measure_matrix(&s);
        cim_route_query_free(s.query);
        cim_route_metric_free(s.metric);
        cim_route_hierarchy_free(s.hierarchy);
        cim_net_costs_free(s.costs);
        cim_net_free(s.net);
    }
    cim_city_free(city);
    cim_ctx_free(ctx);
    return 0;
}
