/* Nearest, dispatch and coverage on the road net of a city: prints "name<TAB>value<TAB>..." a line; bench_dispatch.py puts them beside others.
 *
 *     bench_dispatch CITY TURNS GRAPH PAIRS MATRIX
 *
 * TURNS 0 or 1: CIM_NET_TURNS_*.  For other programs are written: GRAPH, the routing graph in the form of bench_route.c; PAIRS, "from to time_ms" a
 * line; MATRIX, the times of 100 units to 100 incidents, and the total of the assignment, as text.
 *
 * Places are drawn in the box of the net by xorshift.  Times are of the process's own processor time, the median of the rounds. */
#include "cim.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { UNITS = 200, SQUAD = 20, INCIDENTS = 1000, DEMAND = 10000, POSTS = 50, ROUNDS = 9, CHECKED = 25, SIDE = 100 };
static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

static cim_ctx *ctx;
static cim_net *net;
static cim_net_costs *costs;
static cim_net_view net_view;
static cim_net_costs_view costs_view;
static cim_route_hierarchy *hierarchy;
static cim_route_metric *bare, *labelled;
static cim_route_query *query;
static cim_net_place units[UNITS], incidents[INCIDENTS], demand[DEMAND];

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

static double samples[ROUNDS];
static int taken;

#define MEASURE(name, scale, ...)                                                     \
    do {                                                                              \
        for (taken = 0; taken < ROUNDS; taken++) {                                    \
            double begin_ = now();                                                    \
            __VA_ARGS__;                                                              \
            samples[taken] = now() - begin_;                                          \
        }                                                                             \
        qsort(samples, ROUNDS, sizeof *samples, by_value);                            \
        printf("%s\t%.4g\t%.4g\n", name, samples[ROUNDS / 2] * (scale), samples[0] * (scale)); \
        fflush(stdout);                                                               \
    } while (0)

static uint64_t seed = 88172645463325252ull;
static double uniform(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.0;
}

/* Near junctions, so that places are as dense as the streets are. */
static void draw_places(cim_net_place *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t j = (uint32_t)(uniform() * net_view.junction_count);
        size_t found = 0;
        must(cim_net_snap(ctx, costs, net_view.junction_x[j] + 60.0 * uniform(), net_view.junction_y[j] + 60.0 * uniform(), NULL, 1, &places[i], &found),
             "snap");
        if (!found) die("no street");
    }
}

static void open_net(const char *path, uint32_t turns)
{
    cim_city *city = NULL;
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    cim_net_cost_options prices = CIM_NET_COST_OPTIONS_INIT;
    cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
    options.turns = turns;
    prices.profile = "emergency";
    labels.mode = CIM_ROUTE_LABELS_FULL;
    labels.memory_limit_bytes = 2ull << 30;
    must(cim_city_open(ctx, path, NULL, &city), "open");
    must(cim_net_build(ctx, city, &options, &net), "net");
    cim_city_free(city);
    must(cim_net_costs_build(ctx, net, &prices, &costs), "costs");
    net_view.struct_size = sizeof net_view;
    costs_view.struct_size = sizeof costs_view;
    must(cim_net_get(ctx, net, &net_view), "view");
    must(cim_net_costs_get(ctx, costs, &costs_view), "view");
    cim_route_graph graph = cim_net_graph(net);
    must(cim_route_hierarchy_build(ctx, &graph, NULL, &hierarchy), "hierarchy");
    must(cim_route_metric_build(ctx, hierarchy, costs_view.weights_ms, NULL, &bare), "metric");
    must(cim_route_metric_label(ctx, bare, &labels, &labelled), "labels");
    must(cim_route_query_new(ctx, hierarchy, &query), "query");
    printf("nodes\t%u\narcs\t%u\n", graph.node_count, graph.arc_count);
    draw_places(units, UNITS);
    draw_places(incidents, INCIDENTS);
    draw_places(demand, DEMAND);
}

/* ---- nearest ---- */

static void ask_nearest(const cim_fleet *fleet)
{
    uint32_t which[5], times[5];
    size_t count;
    for (int i = 0; i < INCIDENTS; i++) must(cim_fleet_nearest(ctx, fleet, query, &incidents[i], 5, NO_WAY, which, times, &count, NULL), "nearest");
}

static cim_fleet *fleet_of(cim_route_metric *metric, cim_scenarios *scenarios, const cim_net_place *places, size_t count)
{
    cim_fleet *fleet = NULL;
    must(cim_fleet_build(ctx, costs, metric, scenarios, places, count, CIM_ROUTE_BACKWARD, &fleet), "fleet");
    return fleet;
}

/* Against Dijkstra's algorithm. */
static void check_nearest(const cim_fleet *fleet, const char *name)
{
    cim_fleet *oracle = fleet_of(NULL, NULL, units, UNITS);
    uint32_t times[UNITS], expected[UNITS], wrong = 0;
    for (int i = 0; i < CHECKED; i++) {
        must(cim_fleet_times(ctx, fleet, query, &incidents[i], times), "times");
        must(cim_fleet_times(ctx, oracle, NULL, &incidents[i], expected), "search");
        for (int u = 0; u < UNITS; u++) wrong += times[u] != expected[u];
    }
    printf("%s\t%u\tof %d\n", name, wrong, CHECKED * UNITS);
    cim_fleet_free(oracle);
}

static void nearest(void)
{
    MEASURE("fleet_200_labels_us", 1e6, cim_fleet_free(fleet_of(labelled, NULL, units, UNITS)));
    MEASURE("fleet_200_us", 1e6, cim_fleet_free(fleet_of(bare, NULL, units, UNITS)));
    cim_fleet *fleet = fleet_of(labelled, NULL, units, UNITS), *other = fleet_of(bare, NULL, units, UNITS);
    MEASURE("nearest_labels_us", 1e6 / INCIDENTS, ask_nearest(fleet));
    MEASURE("nearest_us", 1e6 / INCIDENTS, ask_nearest(other));
    check_nearest(fleet, "nearest_labels_wrong");
    check_nearest(other, "nearest_wrong");
    cim_fleet_free(other);
    cim_fleet_free(fleet);
}

/* ---- dispatch ---- */

static cim_scenarios *make_scenarios(void)
{
    cim_scenarios *s = NULL;
    must(cim_scenarios_make(ctx, costs, hierarchy, NULL, NULL, &s), "scenarios");
    return s;
}

static void customise(const cim_scenarios *s)
{
    const uint32_t *weights[CIM_ROUTE_LANES];
    cim_route_lanes *lanes = NULL;
    for (uint32_t k = 0; k < CIM_ROUTE_LANES; k++) weights[k] = cim_scenarios_weights(s, k, NULL);
    must(cim_route_lanes_build(ctx, hierarchy, weights, CIM_ROUTE_LANES, &lanes), "lanes");
    cim_route_lanes_free(lanes);
}

static void ask_ranks(const cim_fleet *fleet)
{
    cim_rank ranks[5];
    size_t count;
    for (int i = 0; i < INCIDENTS; i++) must(cim_fleet_rank(ctx, fleet, query, &incidents[i], NULL, 5, ranks, &count), "rank");
}

/* Each scenario against a metric of its own. */
static void check_scenarios(const cim_scenarios *s, const cim_fleet *fleet)
{
    uint32_t times[SQUAD * CIM_ROUTE_LANES], expected[SQUAD], wrong = 0;
    for (uint32_t k = 0; k < CIM_ROUTE_LANES; k++) {
        cim_route_metric *metric = NULL;
        must(cim_route_metric_build(ctx, hierarchy, cim_scenarios_weights(s, k, NULL), NULL, &metric), "metric");
        cim_fleet *oracle = fleet_of(metric, NULL, units, SQUAD);
        for (int i = 0; i < CHECKED; i++) {
            must(cim_fleet_scenario_times(ctx, fleet, query, &incidents[i], times), "times");
            must(cim_fleet_times(ctx, oracle, query, &incidents[i], expected), "times");
            for (int u = 0; u < SQUAD; u++) wrong += times[u * CIM_ROUTE_LANES + k] != expected[u];
        }
        cim_fleet_free(oracle);
        cim_route_metric_free(metric);
    }
    printf("rank_wrong\t%u\tof %d\n", wrong, CHECKED * SQUAD * CIM_ROUTE_LANES);
}

static void dispatch(void)
{
    cim_scenarios *s = make_scenarios();
    MEASURE("scenarios_ms", 1e3, cim_scenarios_free(make_scenarios()));
    MEASURE("customise_ms", 1e3, customise(s));
    MEASURE("squad_us", 1e6, cim_fleet_free(fleet_of(NULL, s, units, SQUAD)));
    cim_fleet *squad = fleet_of(NULL, s, units, SQUAD);
    MEASURE("rank_us", 1e6 / INCIDENTS, ask_ranks(squad));
    check_scenarios(s, squad);
    cim_fleet_free(squad);
    cim_scenarios_free(s);
}

/* ---- assignment, coverage ---- */

static void assign(const char *path)
{
    static uint32_t times[SIDE * SIDE], by_incident[SIDE * SIDE], unit_of[SIDE];
    cim_assignment info = { .struct_size = sizeof info };
    cim_fleet *fleet = fleet_of(labelled, NULL, units, SIDE);
    must(cim_fleet_matrix(ctx, fleet, incidents, SIDE, by_incident), "matrix");
    for (int i = 0; i < SIDE * SIDE; i++) times[i] = by_incident[i % SIDE * SIDE + i / SIDE];
    MEASURE("assign_ms", 1e3, must(cim_dispatch_assign(ctx, SIDE, SIDE, times, NULL, NO_WAY, unit_of, &info), "assign"));
    FILE *f = fopen(path, "w");
    if (!f) die("%s cannot be written", path);
    fprintf(f, "%llu\n", (unsigned long long)info.total_ms);
    for (int i = 0; i < SIDE * SIDE; i++) fprintf(f, "%u%c", times[i], i % SIDE == SIDE - 1 ? '\n' : ' ');
    fclose(f);
    cim_fleet_free(fleet);
}

static void cover(void)
{
    cim_fleet *posts = fleet_of(labelled, NULL, units, POSTS);
    cim_coverage *c = NULL;
    uint32_t at[SQUAD];
    cim_move_up move;
    size_t count;
    MEASURE("cover_ms", 1e3, cim_coverage_free(c); must(cim_coverage_build(ctx, posts, demand, NULL, DEMAND, 480000, &c), "coverage"));
    for (uint32_t u = 0; u < SQUAD; u++) at[u] = u;
    MEASURE("move_ms", 1e3, must(cim_coverage_move_up(ctx, c, at, SQUAD, NULL, 0, NULL, NO_WAY, 1, &move, &count), "move-up"));
    cim_coverage_free(c);
    cim_fleet_free(posts);
}

/* ---- for other programs ---- */

static void put(FILE *f, const void *data, size_t count, size_t size)
{
    if (fwrite(data, size, count, f) != count) die("the graph cannot be written");
}

static void write_graph(const char *path)
{
    cim_route_graph g = cim_net_graph(net);
    uint32_t *first = calloc((size_t)g.node_count + 1, sizeof *first), *zero = calloc((size_t)g.arc_count + 1, sizeof *zero);
    float *place = calloc((size_t)g.node_count + 1, sizeof *place);
    FILE *f = fopen(path, "wb");
    if (!f || !first || !zero || !place) die("%s cannot be written", path);
    for (uint32_t a = 0; a < g.arc_count; a++) first[g.tail[a] + 1]++;
    for (uint32_t v = 0; v < g.node_count; v++) first[v + 1] += first[v];
    put(f, "LCG1", 4, 1);
    put(f, &g.node_count, 1, 4);
    put(f, &g.arc_count, 1, 4);
    put(f, first, (size_t)g.node_count + 1, 4);
    put(f, g.head, g.arc_count, 4);
    put(f, costs_view.weights_ms, g.arc_count, 4);
    put(f, zero, g.arc_count, 4);
    put(f, place, g.node_count, 4);
    put(f, place, g.node_count, 4);
    fclose(f);
    free(first);
    free(zero);
    free(place);
}

static void write_pairs(const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f) die("%s cannot be written", path);
    for (int i = 0; i < UNITS; i++) {
        cim_route_end from[CIM_NET_ENDS], to[CIM_NET_ENDS];
        size_t starts, ends;
        uint32_t time;
        must(cim_net_ends(ctx, costs, NULL, &units[i], CIM_ROUTE_FORWARD, from, &starts), "ends");
        must(cim_net_ends(ctx, costs, NULL, &incidents[i], CIM_ROUTE_BACKWARD, to, &ends), "ends");
        if (!starts || !ends) continue;
        must(cim_route_time(ctx, labelled, query, from[0].node, to[0].node, &time), "time");
        if (time < NO_WAY) fprintf(f, "%u %u %u\n", from[0].node, to[0].node, time);
    }
    fclose(f);
}

int main(int argc, char **argv)
{
    if (argc != 6) die("usage: bench_dispatch CITY TURNS GRAPH PAIRS MATRIX");
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    options.threads = getenv("CIM_BENCH_THREADS") ? (uint32_t)atoi(getenv("CIM_BENCH_THREADS")) : 1;
    if (cim_ctx_new(&options, &ctx) < 0) die("out of memory");
    open_net(argv[1], (uint32_t)atoi(argv[2]));
    nearest();
    dispatch();
    assign(argv[5]);
    cover();
    write_graph(argv[3]);
    write_pairs(argv[4]);
    return 0;
}
