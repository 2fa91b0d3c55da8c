/* Flows on a city's road net: prints "name<TAB>value<TAB>unit" a line; bench_flows.py puts them beside other programs.
 *
 *     bench_flows CITY match [TRIPS]               simulated traces: points a second, and how much of the way is recovered
 *     bench_flows CITY betweenness [GRAPH PAIRS]   pairs and trees a second; the routing graph and pairs are written for other programs
 *     bench_flows CITY evacuate                    a plan for 10,000 people
 *
 * Times are of the process's own processor time. */
#include "cim.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static cim_ctx *ctx;
static cim_city *city;
static cim_net *net;
static cim_net_costs *costs;
static cim_route_hierarchy *hierarchy;
static cim_route_metric *metric;
static cim_route_query *query;
static cim_net_view v = { .struct_size = sizeof v };

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

static uint64_t seed = 88172645463325252u;
static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}
static double uniform(void) { return ((double)(draw() >> 11) + 0.5) / 9007199254740992.0; }
static double normal(void) { return sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform()); }

static cim_net_place random_place(void)
{
    for (;;) {
        uint32_t vertex = (uint32_t)(draw() % v.vertex_count);
        cim_net_place p;
        size_t count = 0;
        must(cim_net_snap(ctx, costs, v.xy[2 * (size_t)vertex], v.xy[2 * (size_t)vertex + 1], NULL, 1, &p, &count), "snap");
        if (count) return p;
    }
}

/* ---- match ---- */

typedef struct trip {
    cim_net_route *route;
    cim_net_route_view view;
    cim_match_point *points;
    size_t count;
} trip;

/* Points every `every_s` along a route, as quick as the costs say, with an error of `noise_m`. */
static void drive(trip *t, double every_s, double noise_m)
{
    t->points = room((size_t)(t->view.time_ms / 1000.0 / every_s) + 2, sizeof *t->points);
    double clock = 0.0, next = 0.0;
    for (uint32_t i = 0; i < t->view.leg_count; i++) {
        const cim_net_leg *leg = &t->view.legs[i];
        uint32_t end = i + 1 < t->view.leg_count ? t->view.legs[i + 1].first_vertex : t->view.vertex_count - 1;
        double seconds = leg->time_ms / 1000.0;
        for (; next <= clock + seconds; next += every_s) {
            double left = seconds > 0.0 ? (next - clock) / seconds * leg->length_m : 0.0, x = t->view.xy[2 * end], y = t->view.xy[2 * end + 1];
            for (uint32_t k = leg->first_vertex; k < end; k++) {
                const double *a = t->view.xy + 2 * (size_t)k;
                double piece = hypot(a[2] - a[0], a[3] - a[1]);
                if (left <= piece && piece > 0.0) {
                    x = a[0] + left / piece * (a[2] - a[0]);
                    y = a[1] + left / piece * (a[3] - a[1]);
                    break;
                }
                left -= piece;
            }
            t->points[t->count++] = (cim_match_point){ x + noise_m * normal(), y + noise_m * normal(), next, noise_m, NAN, 0, 0 };
        }
        clock += seconds;
    }
}

/* Metres of the match whose links are not on the way driven; *missed_out: of the way whose links the match does not have. */
static double wrong_of(const cim_match_view *m, const trip *t, double *missed_out, uint8_t *mark)
{
    double wrong = 0.0, missed = 0.0;
    for (uint32_t i = 0; i < t->view.leg_count; i++) mark[t->view.legs[i].link] |= 1;
    for (uint32_t i = 0; i < m->leg_count; i++) mark[m->legs[i].link] |= 2;
    for (uint32_t i = 0; i < m->leg_count; i++) wrong += mark[m->legs[i].link] & 1 ? 0.0 : m->legs[i].length_m;
    for (uint32_t i = 0; i < t->view.leg_count; i++) missed += mark[t->view.legs[i].link] & 2 ? 0.0 : t->view.legs[i].length_m;
    for (uint32_t i = 0; i < t->view.leg_count; i++) mark[t->view.legs[i].link] = 0;
    for (uint32_t i = 0; i < m->leg_count; i++) mark[m->legs[i].link] = 0;
    *missed_out = missed;
    return wrong;
}

static void bench_match(int trips)
{
    static const double noises[] = { 5, 10, 20 }, every[] = { 1, 5, 15, 30 };
    cim_matcher *matcher = NULL;
    uint8_t *mark = room(2 * (size_t)v.edge_count, 1);
    double begin = now();
    must(cim_matcher_build(ctx, costs, hierarchy, &matcher), "matcher");
    printf("matcher_ms\t%.4g\tms\n", (now() - begin) * 1e3);
    trip *all = room((size_t)trips, sizeof *all);
    for (int i = 0; i < trips; i++) {
        cim_net_place from = random_place(), to = random_place();
        all[i].view.struct_size = sizeof all[i].view;
        if (cim_net_route_find(ctx, costs, &from, &to, metric, query, &all[i].route) < 0) {
            i--;
            continue;
        }
        must(cim_net_route_get(ctx, all[i].route, &all[i].view), "route");
    }
    for (size_t n = 0; n < 3; n++)
        for (size_t e = 0; e < 4; e++) {
            double whole = 0.0, missed = 0.0, wrong = 0.0, spent = 0.0;
            size_t points = 0, parts = 0, found = 0;
            for (int i = 0; i < trips; i++) {
                cim_match *match = NULL;
                cim_match_view m = { .struct_size = sizeof m };
                double part;
                drive(&all[i], every[e], noises[n]);
                begin = now();
                must(cim_match_run(ctx, matcher, query, all[i].points, all[i].count, NULL, &match), "match");
                spent += now() - begin;
                must(cim_match_get(ctx, match, &m), "match");
                wrong += wrong_of(&m, &all[i], &part, mark);
                missed += part;
                whole += all[i].view.length_m;
                points += all[i].count;
                parts += m.part_count;
                found += m.found_count + m.between_count;
                cim_match_free(match);
                free(all[i].points);
                all[i].points = NULL;
                all[i].count = 0;
            }
            printf("match_%.0fm_%.0fs\t%.4f\tof the way recovered\t%.4f\tdriven nowhere\t%.0f\tpoints/s\t%zu points, %zu placed, %zu parts\n", noises[n],
                   every[e], 1.0 - missed / whole, wrong / whole, (double)points / spent, points, found, parts);
        }
    for (int i = 0; i < trips; i++) cim_net_route_free(all[i].route);
    free(all);
    free(mark);
    cim_matcher_free(matcher);
}

/* ---- betweenness ---- */

static void write_graph(const char *path)
{
    cim_route_graph g = cim_net_graph(net);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(&g.node_count, 4, 1, f) != 1 || fwrite(&g.arc_count, 4, 1, f) != 1 || fwrite(g.tail, 4, g.arc_count, f) != g.arc_count ||
        fwrite(g.head, 4, g.arc_count, f) != g.arc_count || fwrite(cim_route_metric_weights(metric), 4, g.arc_count, f) != g.arc_count || fclose(f))
        die("%s: cannot be written", path);
}

/* "start offset count end offset ... time_ms" a line. */
static void write_pairs(const char *path, const cim_net_place *places, int count)
{
    FILE *f = fopen(path, "w");
    if (!f) die("%s: cannot be written", path);
    for (int i = 0; i + 1 < count; i += 2) {
        cim_route_end starts[CIM_NET_ENDS], ends[CIM_NET_ENDS];
        size_t start_count, end_count;
        uint32_t time_ms;
        cim_net_place from = places[i], to = places[i + 1];
        if (from.edge == to.edge) continue;
        from.directions &= from.directions & 1 ? 1u : 2u; /* one start */
        must(cim_net_ends(ctx, costs, NULL, &from, CIM_ROUTE_FORWARD, starts, &start_count), "ends");
        must(cim_net_ends(ctx, costs, NULL, &to, CIM_ROUTE_BACKWARD, ends, &end_count), "ends");
        if (start_count != 1 || !end_count) continue;
        must(cim_route_time_ends(ctx, metric, query, starts, 1, ends, end_count, &time_ms), "time");
        fprintf(f, "%u %u %zu", starts[0].node, starts[0].offset_ms, end_count);
        for (size_t k = 0; k < end_count; k++) fprintf(f, " %u %u", ends[k].node, ends[k].offset_ms);
        fprintf(f, " %u\n", time_ms);
    }
    fclose(f);
}

static void bench_betweenness(int argc, char **argv)
{
    enum { PLACES = 4000 };
    cim_net_place *places = room(PLACES, sizeof *places);
    for (int i = 0; i < PLACES; i++) places[i] = random_place();
    if (argc > 4) {
        write_graph(argv[3]);
        write_pairs(argv[4], places, 100);
    }
    cim_flow_demand demand = CIM_FLOW_DEMAND_INIT;
    demand.origins = demand.destinations = places;
    demand.origin_count = demand.destination_count = PLACES;
    for (uint32_t mode = 0; mode < 2; mode++) {
        double best = 1e9, error = 0.0;
        for (int round = 0; round < 3; round++) {
            cim_flow_options options = CIM_FLOW_OPTIONS_INIT;
            cim_flow *flow = NULL;
            cim_flow_view fv = { .struct_size = sizeof fv };
            options.mode = mode;
            options.samples = mode ? 100 : 20000;
            double begin = now();
            must(cim_flow_run(ctx, costs, metric, &demand, &options, &flow), "flow");
            best = fmin(best, now() - begin);
            must(cim_flow_get(ctx, flow, &fv), "flow");
            error = 0.0;
            for (uint32_t l = 0; l < fv.link_count; l++) error = fmax(error, fv.link_error[l]);
            cim_flow_free(flow);
        }
        printf(mode ? "tree_ms\t%.4g\tms an origin\n" : "pair_us\t%.4g\tus a pair\n", mode ? best / 100 * 1e3 : best / 20000 * 1e6);
        printf("%s_error\t%.4f\tlargest standard error of a street's share after %.2f s\n", mode ? "tree" : "pair", error, best);
    }
    free(places);
}

/* ---- evacuation ---- */

/* 10,000 people from 500 places within 800 m of the middle of the net to 8 places 3 km away. */
static void bench_evacuate(void)
{
    enum { SOURCES = 500, EXITS = 8 };
    cim_evacuation_source *sources = room(SOURCES, sizeof *sources);
    cim_evacuation_exit exits[EXITS] = { { .capacity = 0 } };
    double *capacity = room(2 * (size_t)v.edge_count, sizeof *capacity), x = 0.0, y = 0.0, begin;
    size_t count;
    for (uint32_t j = 0; j < v.junction_count; j++) {
        x += v.junction_x[j] / v.junction_count;
        y += v.junction_y[j] / v.junction_count;
    }
    for (int i = 0; i < SOURCES; i++) {
        sources[i].people = 20;
        must(cim_net_snap(ctx, costs, x + 1600.0 * (uniform() - 0.5), y + 1600.0 * (uniform() - 0.5), NULL, 1, &sources[i].place, &count), "snap");
    }
    for (int i = 0; i < EXITS; i++) {
        exits[i].capacity = CIM_NONE;
        must(cim_net_snap(ctx, costs, x + 3000.0 * cos(i * 0.785), y + 3000.0 * sin(i * 0.785), NULL, 1, &exits[i].place, &count), "snap");
    }
    must(cim_evacuation_capacity(ctx, costs, 2.0, capacity), "capacity");
    cim_evacuation_task task = CIM_EVACUATION_TASK_INIT;
    task.sources = sources;
    task.source_count = SOURCES;
    task.exits = exits;
    task.exit_count = EXITS;
    task.link_people_per_hour = capacity;
    cim_evacuation *plan = NULL;
    cim_evacuation_view ev = { .struct_size = sizeof ev };
    begin = now();
    must(cim_evacuation_run(ctx, costs, metric, &task, &plan), "evacuation");
    printf("evacuate_s\t%.4g\ts\n", now() - begin);
    must(cim_evacuation_get(ctx, plan, &ev), "evacuation");
    printf("evacuate_clearance_s\t%.1f\ts\nevacuate_bound_s\t%.1f\ts\nevacuate_mean_s\t%.1f\ts\nevacuate_mean_bound_s\t%.1f\ts\nevacuate_groups\t%u\t%llu of "
           "%llu people\n",
           ev.clearance_s, ev.clearance_bound_s, ev.mean_s, ev.mean_bound_s, ev.group_count, (unsigned long long)ev.evacuated, (unsigned long long)ev.people);
    cim_evacuation_free(plan);
    free(sources);
    free(capacity);
}

int main(int argc, char **argv)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    cim_net_options net_options = CIM_NET_OPTIONS_INIT;
    cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_net_costs_view cv = { .struct_size = sizeof cv };
    if (argc < 3) die("usage: bench_flows CITY match|betweenness|evacuate");
    options.threads = getenv("CIM_BENCH_THREADS") ? (uint32_t)atoi(getenv("CIM_BENCH_THREADS")) : 1;
    net_options.turns = CIM_NET_TURNS_FULL;
    if (cim_ctx_new(&options, &ctx) < 0) die("no context");
    must(cim_city_open(ctx, argv[1], NULL, &city), argv[1]);
    must(cim_net_build(ctx, city, &net_options, &net), "net");
    must(cim_net_costs_build(ctx, net, NULL, &costs), "costs");
    must(cim_net_get(ctx, net, &v), "net");
    must(cim_net_costs_get(ctx, costs, &cv), "costs");
    cim_route_graph graph = cim_net_graph(net);
    must(cim_route_hierarchy_build(ctx, &graph, NULL, &hierarchy), "hierarchy");
    must(cim_route_metric_build(ctx, hierarchy, cv.weights_ms, &labels, &metric), "metric");
    must(cim_route_query_new(ctx, hierarchy, &query), "query");
    if (!strcmp(argv[2], "match")) bench_match(argc > 3 ? atoi(argv[3]) : 100);
    if (!strcmp(argv[2], "betweenness")) bench_betweenness(argc, argv);
    if (!strcmp(argv[2], "evacuate")) bench_evacuate();
    cim_route_query_free(query);
    cim_route_metric_free(metric);
    cim_route_hierarchy_free(hierarchy);
    cim_net_costs_free(costs);
    cim_net_free(net);
    cim_city_free(city);
    cim_ctx_free(ctx);
    return 0;
}
