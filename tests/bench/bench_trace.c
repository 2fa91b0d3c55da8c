/* The trace engine on one network: prints "name<TAB>value..." a line; bench_trace.py puts them beside other programs.
 *
 *     bench_trace FILE [rounds]            a network that bench_trace.py wrote
 *     bench_trace grid WIDTH [starts [FILE]]  streets WIDTH by WIDTH with a service line at each crossing; FILE is written for other programs
 *
 * A file: "TRC1" nodes edges devices, then from, to, flags of nodes, edge and end of devices, demand of nodes.  Times are of the process's own
 * processor time; the least and the median of the rounds.  Losses of segments are compared with a search for each. */
#include "cim.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct arrays {
    uint32_t n, m, d, *from, *to, *device_edge;
    uint8_t *flags, *end;
    double *demand;
} arrays;

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

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *name, double *seconds, int rounds, double scale)
{
    qsort(seconds, (size_t)rounds, sizeof *seconds, by_value);
    printf("%s\t%.6g\t%.6g\n", name, seconds[rounds / 2] * scale, seconds[0] * scale);
}

/* ---- networks ---- */

static void *take(FILE *f, size_t count, size_t size)
{
    void *p = room(count, size);
    if (fread(p, size, count, f) != count) die("the file ends early");
    return p;
}

static arrays read_arrays(const char *path)
{
    arrays a = { 0 };
    char magic[4];
    FILE *f = fopen(path, "rb");
    if (!f || fread(magic, 1, 4, f) != 4 || memcmp(magic, "TRC1", 4) || fread(&a.n, 4, 1, f) != 1 || fread(&a.m, 4, 1, f) != 1 || fread(&a.d, 4, 1, f) != 1)
        die("%s is no network", path);
    a.from = take(f, a.m, 4), a.to = take(f, a.m, 4), a.flags = take(f, a.n, 1);
    a.device_edge = take(f, a.d, 4), a.end = take(f, a.d, 1), a.demand = take(f, a.n, sizeof(double));
    fclose(f);
    return a;
}

static void write_arrays(const arrays *a, const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f) die("%s cannot be written", path);
    size_t done = fwrite("TRC1", 1, 4, f) + fwrite(&a->n, 4, 1, f) + fwrite(&a->m, 4, 1, f) + fwrite(&a->d, 4, 1, f) +
                  fwrite(a->from, 4, a->m, f) + fwrite(a->to, 4, a->m, f) + fwrite(a->flags, 1, a->n, f) +
                  fwrite(a->device_edge, 4, a->d, f) + fwrite(a->end, 1, a->d, f) + fwrite(a->demand, sizeof(double), a->n, f);
    if (fclose(f) || done != 7 + 2 * (size_t)a->m + 2 * (size_t)a->n + 2 * (size_t)a->d) die("%s cannot be written", path);
}

static uint64_t state = 88172645463325252u;
static uint64_t xorshift(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static arrays grid(uint32_t width)
{
    arrays a = { 0 };
    uint32_t crossings = width * width;
    a.n = 2 * crossings;
    a.from = room(3 * (size_t)crossings, 4), a.to = room(3 * (size_t)crossings, 4), a.flags = room(a.n, 1), a.demand = room(a.n, sizeof(double));
    a.device_edge = room(1, 4), a.end = room(1, 1);
    for (uint32_t y = 0; y < width; y++)
        for (uint32_t x = 0; x < width; x++) {
            uint32_t v = y * width + x;
            if (x + 1 < width && xorshift() % 1000 < 620) a.from[a.m] = v, a.to[a.m++] = v + 1;
            if (y + 1 < width && xorshift() % 1000 < 620) a.from[a.m] = v, a.to[a.m++] = v + width;
            a.from[a.m] = v, a.to[a.m++] = crossings + v;
            a.demand[crossings + v] = 1.0;
        }
    for (int i = 0; i < 20; i++) a.flags[xorshift() % crossings] = CIM_TRACE_SOURCE;
    return a;
}

static cim_trace_network *build(const arrays *a)
{
    cim_trace_arrays given = CIM_TRACE_ARRAYS_INIT;
    const cim_trace_column column = { "demand", a->demand, NULL };
    cim_trace_network *network = NULL;
    given.node_count = a->n, given.edge_count = a->m, given.device_count = a->d, given.column_count = 1;
    given.from = a->from, given.to = a->to, given.node_flags = a->flags, given.device_edge = a->device_edge, given.device_end = a->end, given.columns = &column;
    must(cim_trace_network_build(ctx, &given, &network), "network");
    return network;
}

static cim_trace_view *fresh_view(cim_trace_network *network)
{
    cim_trace_status *status = NULL;
    must(cim_trace_status_new(ctx, network, NULL, NULL, &status), "status");
    cim_trace_view *view = cim_trace_status_view(status);
    cim_trace_status_free(status);
    return view;
}

/* ---- the file: segments, losses, bridges ---- */

/* Losses by a search from the sources without each segment in turn. */
static uint32_t losses_wrong(const arrays *a, const cim_trace_segments *s, const double *loss)
{
    uint32_t x = a->n + a->m, wrong = 0, *first = room((size_t)a->n + 2, 4), *at = room(2 * (size_t)a->m, 4), *queue = room(x, 4), *seen = room(x, 4);
    uint8_t *base = room(x, 1);
    for (uint32_t e = 0; e < a->m; e++) first[a->from[e] + 2]++, first[a->to[e] + 2]++;
    for (uint32_t v = 2; v <= a->n + 1; v++) first[v] += first[v - 1];
    for (uint32_t e = 0; e < a->m; e++) at[first[a->from[e] + 1]++] = e, at[first[a->to[e] + 1]++] = e;
    for (uint32_t gone = CIM_NONE, turn = 1;; gone++, turn++) { /* CIM_NONE: none is gone; then all in turn */
        uint32_t count = 0;
        double sum = 0.0;
        if (gone != CIM_NONE && gone == s->count) break;
        for (uint32_t v = 0; v < a->n; v++)
            if (a->flags[v] && s->of[v] != gone) seen[v] = turn, queue[count++] = v;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t v = queue[i];
            for (uint32_t k = v < a->n ? first[v] : 0, end = v < a->n ? first[v + 1] : 2; k < end; k++) {
                uint32_t to = v < a->n ? a->n + at[k] : k ? a->to[v - a->n] : a->from[v - a->n];
                if (seen[to] == turn || s->of[to] == gone) continue;
                seen[to] = turn;
                queue[count++] = to;
            }
        }
        for (uint32_t v = 0; v < a->n; v++) {
            if (gone == CIM_NONE) base[v] = seen[v] == turn;
            else if (base[v] && seen[v] != turn) sum += a->demand[v];
        }
        if (gone != CIM_NONE) wrong += !(fabs(sum - loss[gone]) <= 1e-6 * (1.0 + fabs(sum)));
    }
    free(first), free(at), free(queue), free(seen), free(base);
    return wrong;
}

static void measure_file(const char *path, int rounds)
{
    arrays a = read_arrays(path);
    size_t row = (size_t)rounds;
    double begin = now(), *index = room(4 * row, sizeof *index), *losses = index + row, *both = index + 2 * row, *cuts = index + 3 * row;
    cim_trace_network *network = build(&a);
    printf("network_ms\t%.6g\n", (now() - begin) * 1e3);
    cim_trace_segments s = { .struct_size = sizeof s };
    cim_trace_result r = { .struct_size = sizeof r };
    cim_trace_query *query = NULL;
    double *loss = room((size_t)a.n + a.m, sizeof *loss);
    must(cim_trace_query_new(ctx, network, &query), "query");
    size_t bridges = 0, cut_nodes = 0;
    for (int i = 0; i < rounds; i++) {
        cim_trace_view *view = fresh_view(network);
        double start = now();
        must(cim_trace_view_prepare(ctx, view, CIM_TRACE_INDEX_SEGMENTS), "segments");
        double middle = now();
        must(cim_trace_segment_losses(ctx, view, 0, loss), "losses");
        double end = now();
        must(cim_trace_find(ctx, view, query, CIM_TRACE_BRIDGES, NULL, 0, NULL, &r), "bridges");
        bridges = r.count;
        must(cim_trace_find(ctx, view, query, CIM_TRACE_CUT_NODES, NULL, 0, NULL, &r), "cut nodes");
        cut_nodes = r.count;
        cuts[i] = now() - end;
        index[i] = middle - start, losses[i] = end - middle, both[i] = end - start;
        if (i + 1 == rounds) {
            must(cim_trace_segments_get(ctx, view, &s), "segments");
            start = now();
            printf("segments\t%u\nlosses_wrong\t%u\tof %u\n", s.count, losses_wrong(&a, &s, loss), s.count);
            printf("losses_by_search_s\t%.6g\n", now() - start);
        }
        cim_trace_view_free(view);
    }
    report("segments_ms", index, rounds, 1e3);
    report("losses_ms", losses, rounds, 1e3);
    report("segments_losses_ms", both, rounds, 1e3);
    report("bridges_cut_nodes_ms", cuts, rounds, 1e3);
    printf("bridges\t%zu\ncut_nodes\t%zu\n", bridges, cut_nodes);
    cim_trace_query_free(query);
    cim_trace_network_free(network);
}

/* ---- the grid: upstream ---- */

static void measure_grid(uint32_t width, uint32_t count, const char *path)
{
    enum { ROUNDS = 3 };
    arrays a = grid(width);
    uint32_t *starts = room(count, 4);
    double *each = room(count, sizeof *each), begin = now(), index[ROUNDS], first[ROUNDS], again[ROUNDS], down[ROUNDS], cuts[ROUNDS], table[ROUNDS], sums[ROUNDS], all = 0.0;
    if (path) write_arrays(&a, path);
    for (uint32_t i = 0; i < count; i++) starts[i] = width * width + (uint32_t)(xorshift() % (width * width));
    begin = now();
    cim_trace_network *network = build(&a);
    printf("nodes\t%u\nedges\t%u\nnetwork_s\t%.6g\n", a.n, a.m, now() - begin);
    cim_trace_query *query = NULL;
    cim_trace_result r = { .struct_size = sizeof r };
    must(cim_trace_query_new(ctx, network, &query), "query");
    size_t found = 0, below = 0, bridges = 0;
    for (int i = 0; i < ROUNDS; i++) {
        cim_trace_view *view = fresh_view(network);
        begin = now();
        must(cim_trace_view_prepare(ctx, view, CIM_TRACE_INDEX_SUPPLY), "index");
        index[i] = now() - begin, begin = now();
        must(cim_trace_find(ctx, view, query, CIM_TRACE_UPSTREAM, starts, count, NULL, &r), "upstream");
        first[i] = now() - begin, found = r.count, begin = now();
        for (uint32_t k = 0; k < count; k++) must(cim_trace_find(ctx, view, query, CIM_TRACE_DOWNSTREAM, &starts[k], 1, NULL, &r), "downstream");
        down[i] = now() - begin, below = r.count, begin = now();
        must(cim_trace_find(ctx, view, query, CIM_TRACE_UPSTREAM, starts, count, NULL, &r), "upstream");
        again[i] = now() - begin, begin = now();
        must(cim_trace_find(ctx, view, query, CIM_TRACE_BRIDGES, NULL, 0, NULL, &r), "bridges");
        cuts[i] = now() - begin, bridges = r.count, begin = now();
        must(cim_trace_upstream_sums(ctx, view, query, CIM_NONE, NULL, 0, NULL, NULL), "sums");
        table[i] = now() - begin, begin = now();
        must(cim_trace_upstream_sums(ctx, view, query, CIM_NONE, starts, count, each, &all), "sums");
        sums[i] = now() - begin;
        if (all != (double)found) die("upstream: %zu found, %.0f counted", found, all);
        cim_trace_view_free(view);
    }
    report("index_s", index, ROUNDS, 1.0);
    report("upstream_first_ms", first, ROUNDS, 1e3);
    report("upstream_ms", again, ROUNDS, 1e3);
    report("downstream_each_us", down, ROUNDS, 1e6 / count);
    report("bridges_s", cuts, ROUNDS, 1.0);
    report("upstream_sums_index_s", table, ROUNDS, 1.0);
    report("upstream_sums_ms", sums, ROUNDS, 1e3);
    free(each);
    printf("upstream_found\t%zu\ndownstream_found\t%zu\nbridges\t%zu\n", found, below, bridges);
    cim_trace_query_free(query);
    cim_trace_network_free(network);
}

int main(int argc, char **argv)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    options.threads = 1;
    if (argc < 2) die("usage: bench_trace FILE [rounds] | grid WIDTH [starts [FILE]]");
    if (cim_ctx_new(&options, &ctx) < 0) die("no context");
    uint32_t starts = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 1000;
    if (!strcmp(argv[1], "grid") && argc > 2) measure_grid((uint32_t)strtoul(argv[2], NULL, 10), starts, argc > 4 ? argv[4] : NULL);
    else measure_file(argv[1], argc > 2 ? (int)strtol(argv[2], NULL, 10) : 25);
    cim_ctx_free(ctx);
    return 0;
}
