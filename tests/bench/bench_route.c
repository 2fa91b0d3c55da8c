/* The routing engine on one graph: prints "name<TAB>value<TAB>unit" a line; bench_route.py puts them beside other programs.
 *
 *     bench_route GRAPH.lcg [queries [rounds [checked [PAIRS]]]]
 *
 * PAIRS is written for other programs: "from to time_ms" a line.
 *
 * Pairs are drawn from the largest strongly connected component by xorshift, the same as other programs on these graphs draw.
 * Times are of the process's own processor time, the median of the rounds; every kind of answer is compared with Dijkstra's. */
#include "cim.h"


#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct lcg { /* "LCG1" n m first[n+1] head[m] weight_ms[m] length_m[m] lat[n] lon[n] turns */
    uint32_t n, m, *first, *head, *weight, *tail;
    double *x, *y;
} lcg;

static cim_ctx *ctx;

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

static void *take(FILE *f, size_t count, size_t size)
{
    void *p = room(count, size);
    if (fread(p, size, count, f) != count) die("graph file ends early");
    return p;
}

static lcg read_graph(const char *path)
{
    lcg g = { 0 };
    char magic[4];
    FILE *f = fopen(path, "rb");
    if (!f || fread(magic, 1, 4, f) != 4 || memcmp(magic, "LCG1", 4) || fread(&g.n, 4, 1, f) != 1 || fread(&g.m, 4, 1, f) != 1) die("%s is no graph", path);
    g.first = take(f, (size_t)g.n + 1, 4);
    g.head = take(f, g.m, 4);
    g.weight = take(f, g.m, 4);
    free(take(f, g.m, 4));
    float *lat = take(f, g.n, 4), *lon = take(f, g.n, 4);
    fclose(f);
    g.tail = room(g.m, 4);
    g.x = room(g.n, sizeof *g.x);
    g.y = room(g.n, sizeof *g.y);
    for (uint32_t v = 0; v < g.n; v++) {
        g.x[v] = lon[v] * 0.75;
        g.y[v] = lat[v];
        for (uint32_t a = g.first[v]; a < g.first[v + 1]; a++) g.tail[a] = v;
    }
    free(lat);
    free(lon);
    return g;
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

static void report(const char *name, double scale, const char *unit)
{
    qsort(samples, (size_t)taken, sizeof *samples, by_value);
    printf("%s\t%.4g\t%s\t%.4g\n", name, samples[taken / 2] * scale, unit, samples[0] * scale);
    fflush(stdout);
}

#define MEASURE(name, repeat, scale, unit, ...)                                    \
    do {                                                                           \
        for (taken = 0; taken < (repeat); taken++) {                               \
            double begin_ = now();                                                 \
            __VA_ARGS__;                                                           \
            samples[taken] = now() - begin_;                                       \
        }                                                                          \
        report(name, scale, unit);                                                 \
    } while (0)

static uint64_t seed = 88172645463325252ull;
static uint64_t next(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

/* ---- the pool of nodes: the largest strongly connected component ---- */

static void reach(uint32_t n, const uint32_t *first, const uint32_t *head, uint32_t from, uint8_t *seen, uint32_t *queue)
{
    uint32_t h = 0, t = 0;
    memset(seen, 0, n);
    seen[from] = 1;
    for (queue[t++] = from; h < t;) {
        uint32_t v = queue[h++];
        for (uint32_t a = first[v]; a < first[v + 1]; a++)
            if (!seen[head[a]]) seen[head[a]] = 1, queue[t++] = head[a];
    }
}

static uint32_t largest_component(const lcg *g, uint32_t *pool)
{
    uint32_t *first = room((size_t)g->n + 2, 4), *head = room(g->m, 4), *queue = room(g->n, 4), best = 0;
    uint8_t *done = room(g->n, 1), *out = room(g->n, 1), *in = room(g->n, 1);
    for (uint32_t a = 0; a < g->m; a++) first[g->head[a] + 2]++;
    for (uint32_t v = 2; v <= g->n + 1; v++) first[v] += first[v - 1];
    for (uint32_t a = 0; a < g->m; a++) head[first[g->head[a] + 1]++] = g->tail[a];
    for (uint32_t r = 0; r < g->n && best <= g->n / 2; r++) {
        uint32_t count = 0;
        if (done[r]) continue;
        reach(g->n, g->first, g->head, r, out, queue);
        reach(g->n, first, head, r, in, queue);
        for (uint32_t v = 0; v < g->n; v++)
            if (out[v] && in[v]) done[v] = 1, count++;
        if (count <= best) continue;
        best = 0;
        for (uint32_t v = 0; v < g->n; v++)
            if (out[v] && in[v]) pool[best++] = v;
    }
    free(first), free(head), free(queue), free(done), free(out), free(in);
    return best;
}

/* ---- checks ---- */

static uint32_t *from, *to, *expected, *times;
static uint32_t pairs = 2000, checked = 200;
static cim_route_hierarchy *hierarchy;
static cim_route_query *query;
static const uint32_t *checked_weights;

static void check(const char *name, const uint32_t *got)
{
    uint64_t sum = 0;
    uint32_t bad = 0;
    for (uint32_t i = 0; i < pairs; i++) sum += got[i];
    for (uint32_t i = 0; i < checked && i < pairs; i++) bad += got[i] != expected[i];
    printf("%s_mismatches\t%u\tof %u\t\n%s_sum\t%llu\tms\t\n", name, bad, checked < pairs ? checked : pairs, name, (unsigned long long)sum);
}

static void expect(const lcg *g, const uint32_t *weights)
{
    cim_route_graph graph = { sizeof graph, g->n, g->m, g->tail, g->head, NULL, NULL };
    cim_route_dijkstra *d = NULL;
    uint32_t *all = room(g->n, 4);
    checked_weights = weights;
    must(cim_route_dijkstra_new(ctx, &graph, &d), "dijkstra");
    double begin = now();
    for (uint32_t i = 0; i < checked && i < pairs; i++) {
        must(cim_route_dijkstra_run(ctx, d, weights, 0, &(cim_route_end){ from[i], 0 }, 1, CIM_ROUTE_UNREACHABLE_MS, to[i], all), "dijkstra");
        expected[i] = all[to[i]];
    }
    printf("dijkstra_us\t%.4g\tus\t\n", (now() - begin) / (checked ? checked : 1) * 1e6);
    free(all);
    cim_route_dijkstra_free(d);
}

static void check_paths(const lcg *g, const cim_route_metric *m)
{
    uint32_t bad = 0;
    uint64_t arcs = 0;
    for (uint32_t i = 0; i < pairs; i++) {
        cim_route_path p;
        uint32_t at = from[i], sum = 0;
        must(cim_route_path_find(ctx, m, query, &(cim_route_end){ from[i], 0 }, 1, &(cim_route_end){ to[i], 0 }, 1, &p), "path");
        for (uint32_t k = 0; k < p.arc_count; k++) {
            bad += g->tail[p.arcs[k]] != at;
            at = g->head[p.arcs[k]];
            sum += checked_weights[p.arcs[k]];
        }
        arcs += p.arc_count;
        bad += at != to[i] || sum != p.time_ms;
        times[i] = p.time_ms;
    }
    printf("path_faults\t%u\tof %u\t\npath_arcs\t%.4g\tarcs\t\n", bad, pairs, (double)arcs / pairs);
    check("path", times);
}

/* ---- the measurements ---- */

static void measure_queries(cim_route_metric *m, const char *name)
{
    char text[64];
    snprintf(text, sizeof text, "%s_time_us", name);
    MEASURE(text, rounds, 1e6 / pairs, "us", for (uint32_t i = 0; i < pairs; i++) must(cim_route_time(ctx, m, query, from[i], to[i], &times[i]), "time"));
    snprintf(text, sizeof text, "%s_batch_us", name);
    MEASURE(text, rounds, 1e6 / pairs, "us", must(cim_route_times(ctx, m, query, from, to, pairs, times), "times"));
    check(name, times);
}

/* Pairs that no cache has seen: the labels come from main memory. */
static void measure_cold(cim_route_metric *m, const uint32_t *pool, uint32_t pool_count)
{
    enum { COLD = 200000 };
    uint32_t *a = room(COLD, 4), *b = room(COLD, 4), *out = room(COLD, 4);
    for (uint32_t i = 0; i < COLD; i++) a[i] = pool[next() % pool_count], b[i] = pool[next() % pool_count];
    MEASURE("labels_cold_time_us", rounds, 1e6 / COLD, "us", for (uint32_t i = 0; i < COLD; i++) must(cim_route_time(ctx, m, query, a[i], b[i], &out[i]), "time"));
    MEASURE("labels_cold_batch_us", rounds, 1e6 / COLD, "us", must(cim_route_times(ctx, m, query, a, b, COLD, out), "times"));
    free(a), free(b), free(out);
}

static void measure_labels(cim_route_metric *m, uint32_t mode, uint32_t core, const char *name)
{
    cim_route_label_options o = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_route_metric *labelled = NULL;
    char text[64];
    uint64_t bytes;
    o.mode = mode;
    o.core_size = core;
    o.memory_limit_bytes = 4ull << 30;
    snprintf(text, sizeof text, "%s_build_ms", name);
    MEASURE(text, rounds < 5 ? rounds : 5, 1e3, "ms", cim_route_metric_free(labelled), must(cim_route_metric_label(ctx, m, &o, &labelled), "labels"));
    cim_route_metric_labelled(labelled, &bytes);
    printf("%s_mib\t%.4g\tMiB\t\n", name, (double)bytes / 1048576.0);
    measure_queries(labelled, name);
    cim_route_metric_free(labelled);
}

/* Every kind of bulk answer against single ones, which are compared with Dijkstra's. */
static void check_many(const lcg *g, cim_route_metric *m, const cim_route_end *ends, const uint32_t *matrix, const cim_route_places *fleet)
{
    uint32_t *all = room(g->n, 4), *lanes = room((size_t)g->n * CIM_ROUTE_LANES, 4), *near = room(g->n, 4), *nodes = room(g->n, 4), which[5], best[5], bad[5] = { 0 }, time;
    cim_route_places sixteen = { ends, NULL, CIM_ROUTE_LANES };
    size_t count;
    must(cim_route_all_lanes(ctx, m, query, 0, &sixteen, lanes), "all");
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t j = i * 37 % 1000;
        must(cim_route_time(ctx, m, query, ends[i].node, ends[1000 + j].node, &time), "time");
        bad[0] += matrix[(size_t)i * 1000 + j] != time;
    }
    for (uint32_t i = 0; i < CIM_ROUTE_LANES; i++) {
        must(cim_route_all(ctx, m, query, 0, &ends[i], 1, CIM_ROUTE_UNREACHABLE_MS, all), "all");
        must(cim_route_within(ctx, m, query, 0, &ends[i], 1, 600000, nodes, near, g->n, &count), "within");
        if (i < checked && i < pairs) bad[1] += all[to[i]] != expected[i];
        for (uint32_t v = 0; v < g->n; v++) bad[2] += lanes[(size_t)v * CIM_ROUTE_LANES + i] != all[v], bad[3] += all[v] <= 600000;
        for (size_t k = 0; k < count; k++) bad[3] -= all[nodes[k]] == near[k];
    }
    for (uint32_t i = 0; i < 50; i++) {
        must(cim_route_all(ctx, m, query, CIM_ROUTE_BACKWARD, &ends[1000 + i], 1, CIM_ROUTE_UNREACHABLE_MS, all), "all");
        must(cim_route_nearest(ctx, m, query, CIM_ROUTE_BACKWARD, &ends[1000 + i], 1, fleet, 5, CIM_ROUTE_UNREACHABLE_MS, which, best, &count), "nearest");
        for (size_t k = 0, before; k < count; k++) {
            before = 0;
            for (size_t v = 0; v < fleet->count; v++) before += all[fleet->ends[v].node] < best[k];
            bad[4] += before > k || all[fleet->ends[which[k]].node] != best[k];
        }
    }
    printf("matrix_wrong\t%u\tof 1000\t\nall_wrong\t%u\tof %d\t\nlanes_all_wrong\t%u\tnodes\t\nwithin_wrong\t%u\tnodes\t\nnearest_wrong\t%u\tof 250\t\n", bad[0], bad[1], CIM_ROUTE_LANES, bad[2], bad[3], bad[4]);
    free(all), free(lanes), free(near), free(nodes);
}

static void measure_many(const lcg *g, cim_route_metric *m, const uint32_t *pool, uint32_t pool_count)
{
    cim_route_end *ends = room(2000, sizeof *ends), vehicles[200];
    uint32_t *matrix = room(1000000, 4), *all = room((size_t)g->n * CIM_ROUTE_LANES, 4), which[5], best[5];
    size_t count, within = 0;
    for (uint32_t i = 0; i < 2000; i++) ends[i] = (cim_route_end){ i < 1000 ? from[i % pairs] : to[(i - 1000) * 7 % pairs], 0 };
    for (uint32_t i = 0; i < 200; i++) vehicles[i] = (cim_route_end){ pool[next() % pool_count], 0 };
    for (size_t k = 100; k <= 1000; k *= 10) {
        char text[64];
        snprintf(text, sizeof text, "matrix_%zu_ms", k);
        cim_route_places a = { ends, NULL, k }, b = { ends + 1000, NULL, k };
        MEASURE(text, rounds, 1e3, "ms", must(cim_route_matrix(ctx, m, &a, &b, matrix), "matrix"));
    }
    measure_cold(m, pool, pool_count);
    cim_route_places fleet = { vehicles, NULL, 200 };
    MEASURE("nearest_5_of_200_us", rounds, 1e6 / 500, "us", for (uint32_t i = 0; i < 500; i++) must(cim_route_nearest(ctx, m, query, CIM_ROUTE_BACKWARD, &ends[1000 + i], 1, &fleet, 5, CIM_ROUTE_UNREACHABLE_MS, which, best, &count), "nearest"));
    MEASURE("one_to_all_ms", rounds, 1e3 / 20, "ms", for (uint32_t i = 0; i < 20; i++) must(cim_route_all(ctx, m, query, 0, &ends[i], 1, CIM_ROUTE_UNREACHABLE_MS, all), "all"));
    MEASURE("within_600s_ms", rounds, 1e3 / 20, "ms", for (uint32_t i = 0; i < 20; i++) { must(cim_route_within(ctx, m, query, 0, &ends[i], 1, 600000, all, all + g->n, g->n, &count), "within"); within += count; });
    printf("within_600s_nodes\t%.4g\tnodes\t\n", (double)within / 20 / rounds);
    cim_route_places sixteen = { ends, NULL, CIM_ROUTE_LANES };
    MEASURE("sixteen_to_all_ms", rounds, 1e3, "ms", must(cim_route_all_lanes(ctx, m, query, 0, &sixteen, all), "all"));
    check_many(g, m, ends, matrix, &fleet);
    free(ends), free(matrix), free(all);
}

static void measure_lanes(const lcg *g)
{
    uint32_t *weights[CIM_ROUTE_LANES], out[CIM_ROUTE_LANES];
    cim_route_lanes *lanes = NULL;
    for (int k = 0; k < CIM_ROUTE_LANES; k++) {
        weights[k] = room(g->m, 4);
        for (uint32_t a = 0; a < g->m; a++) weights[k][a] = g->weight[a] + (k ? (uint32_t)((double)g->weight[a] * (double)(next() >> 40) / 16777216.0) : 0);
    }
    MEASURE("lanes_16_build_ms", rounds < 5 ? rounds : 5, 1e3, "ms", cim_route_lanes_free(lanes), must(cim_route_lanes_build(ctx, hierarchy, (const uint32_t *const *)weights, CIM_ROUTE_LANES, &lanes), "lanes"));
    MEASURE("lanes_16_time_us", rounds < 3 ? rounds : 3, 1e6 / pairs, "us", for (uint32_t i = 0; i < pairs; i++) { must(cim_route_lanes_time(ctx, lanes, query, &(cim_route_end){ from[i], 0 }, 1, &(cim_route_end){ to[i], 0 }, 1, out), "lanes"); times[i] = out[0]; });
    check("lanes", times);
    cim_route_lanes_free(lanes);
    for (int k = 0; k < CIM_ROUTE_LANES; k++) free(weights[k]);
}

static void measure_updates(const lcg *g, cim_route_metric *m)
{
    uint32_t *arcs = room(10000, 4), *weights = room(10000, 4);
    for (uint32_t count = 1; count <= 10000; count *= 10) {
        char text[64];
        for (uint32_t i = 0; i < count; i++) {
            arcs[i] = (uint32_t)(next() % g->m);
            weights[i] = (uint32_t)(g->weight[arcs[i]] * (0.5 + (double)(next() >> 40) / 8388608.0));
        }
        snprintf(text, sizeof text, "update_%u_random_ms", count);
        cim_route_metric *changed = NULL;
        MEASURE(text, rounds, 1e3, "ms", cim_route_metric_free(changed), must(cim_route_metric_update(ctx, m, arcs, weights, count, NULL, &changed), "update"));
        cim_route_metric_free(changed);
    }
    free(arcs), free(weights);
}

static void measure_hierarchy(const lcg *g, bool ordered)
{
    cim_route_graph graph = { sizeof graph, g->n, g->m, g->tail, g->head, g->x, g->y };
    cim_route_hierarchy_info info = { .struct_size = sizeof info };
    uint32_t *order = room(g->n, 4);
    cim_buf bytes = CIM_BUF_INIT;
    if (!ordered) graph.x = graph.y = NULL;
    MEASURE("order_s", 1, 1, "s", must(cim_route_order(ctx, &graph, order), "order"));
    MEASURE("hierarchy_ms", 3, 1e3, "ms", cim_route_hierarchy_free(hierarchy), must(cim_route_hierarchy_build(ctx, &graph, order, &hierarchy), "hierarchy"));
    must(cim_route_hierarchy_save(ctx, hierarchy, &bytes), "save");
    MEASURE("load_ms", 3, 1e3, "ms", cim_route_hierarchy_free(hierarchy), must(cim_route_hierarchy_load(ctx, bytes.data, bytes.size, NULL, &hierarchy), "load"));
    must(cim_route_hierarchy_stat(ctx, hierarchy, &info), "stat");
    printf("saved_mib\t%.4g\tMiB\t\nheld_mib\t%.4g\tMiB\t\nup_arcs\t%u\tarcs\t\ntriangles\t%llu\t\t\nlevels\t%u\t\t\nsearch_arcs\t%.4g\tarcs\t\n", (double)bytes.size / 1048576,
           (double)info.bytes / 1048576, info.up_arc_count, (unsigned long long)info.triangle_count, info.levels, info.mean_search_arcs);
    cim_buf_dispose(&bytes);
    free(order);
}

static void write_pairs(const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f) die("cannot write %s", path);
    for (uint32_t i = 0; i < pairs; i++) fprintf(f, "%u %u %u\n", from[i], to[i], times[i]);
    fclose(f);
}

int main(int argc, char **argv)
{
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_route_metric *m = NULL;
    if (argc < 2) die("usage: bench_route GRAPH.lcg [queries [rounds [checked [PAIRS]]]]");
    opts.threads = getenv("CIM_BENCH_THREADS") ? (uint32_t)atoi(getenv("CIM_BENCH_THREADS")) : 1;
    if (cim_ctx_new(&opts, &ctx) < 0) die("out of memory");
    if (argc > 2) pairs = (uint32_t)atoi(argv[2]);
    if (argc > 3) rounds = atoi(argv[3]);
    if (argc > 4) checked = (uint32_t)atoi(argv[4]);
    lcg g = read_graph(argv[1]);
    uint32_t *pool = room(g.n, 4), pool_count = largest_component(&g, pool);
    from = room(pairs, 4), to = room(pairs, 4), expected = room(pairs, 4), times = room(pairs, 4);
    for (uint32_t i = 0; i < pairs; i++) {
        from[i] = pool[next() % pool_count];
        to[i] = pool[next() % pool_count];
    }
    printf("nodes\t%u\t\t\narcs\t%u\t\t\npool\t%u\t\t\n", g.n, g.m, pool_count);
    measure_hierarchy(&g, !getenv("CIM_BENCH_NO_COORDINATES"));
    must(cim_route_query_new(ctx, hierarchy, &query), "query");
    MEASURE("customize_ms", rounds, 1e3, "ms", cim_route_metric_free(m), must(cim_route_metric_build(ctx, hierarchy, g.weight, NULL, &m), "metric"));
    expect(&g, g.weight);
    measure_queries(m, "cch");
    if (argc > 5) write_pairs(argv[5]);
    MEASURE("path_us", rounds, 1e6 / pairs, "us", for (uint32_t i = 0; i < pairs; i++) { cim_route_path p; must(cim_route_path_find(ctx, m, query, &(cim_route_end){ from[i], 0 }, 1, &(cim_route_end){ to[i], 0 }, 1, &p), "path"); });
    check_paths(&g, m);
    measure_updates(&g, m);
    if (g.n < 200000) measure_labels(m, CIM_ROUTE_LABELS_FULL, 0, "labels");
    measure_labels(m, CIM_ROUTE_LABELS_CORE, 16, "core16");
    measure_labels(m, CIM_ROUTE_LABELS_CORE, 64, "core64");
    cim_route_metric *labelled = NULL;
    must(cim_route_metric_label(ctx, m, NULL, &labelled), "labels");
    measure_many(&g, labelled, pool, pool_count);
    cim_route_metric_free(labelled);
    measure_lanes(&g);
    cim_route_metric_free(m);
    cim_route_query_free(query);
    cim_route_hierarchy_free(hierarchy);
    cim_ctx_free(ctx);
    return 0;
}
