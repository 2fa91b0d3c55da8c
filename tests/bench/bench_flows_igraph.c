/* The peer of bench_flows: igraph on the same routing graph and pairs.
 *
 *     bench_flows_igraph GRAPH PAIRS SOURCES
 *
 * PAIRS has lines "start offset count end offset ... time_ms", as bench_flows writes them; times are compared. */
#include <igraph.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint32_t *take(FILE *f, size_t count)
{
    uint32_t *p = malloc((count + 1) * 4);
    if (!p || fread(p, 4, count, f) != count) exit(2);
    return p;
}

static void read_graph(const char *path, igraph_t *graph, igraph_vector_t *weights)
{
    FILE *f = fopen(path, "rb");
    if (!f) exit(2);
    uint32_t *head = take(f, 2), n = head[0], m = head[1], *from = take(f, m), *to = take(f, m), *ms = take(f, m);
    igraph_vector_int_t edges;
    fclose(f);
    igraph_vector_int_init(&edges, 0);
    igraph_vector_init(weights, 0);
    for (uint32_t a = 0; a < m; a++) {
        if (ms[a] >= 0x3fffffffu) continue;
        igraph_vector_int_push_back(&edges, from[a]);
        igraph_vector_int_push_back(&edges, to[a]);
        igraph_vector_push_back(weights, ms[a]);
    }
    igraph_create(graph, &edges, n, IGRAPH_DIRECTED);
    igraph_vector_int_destroy(&edges);
    free(head), free(from), free(to), free(ms);
}

int main(int argc, char **argv)
{
    igraph_t graph;
    igraph_vector_t weights, result;
    igraph_vector_int_t starts;
    double spent = 0.0, begin;
    unsigned long start, offset, count, wanted, pairs = 0, bad = 0;
    FILE *f = argc > 3 ? fopen(argv[2], "r") : NULL;
    if (!f) return 2;
    read_graph(argv[1], &graph, &weights);
    igraph_vector_int_init(&starts, 0);
    while (fscanf(f, "%lu %lu %lu", &start, &offset, &count) == 3) {
        igraph_vector_int_t ends, path;
        unsigned long offsets[64], end;
        double best = INFINITY;
        igraph_matrix_t times;
        igraph_vector_int_init(&ends, 0);
        igraph_vector_int_init(&path, 0);
        igraph_matrix_init(&times, 0, 0);
        for (unsigned long k = 0; k < count && k < 64; k++) {
            if (fscanf(f, "%lu %lu", &end, &offsets[k]) != 2) return 2;
            igraph_vector_int_push_back(&ends, (igraph_integer_t)end);
        }
        if (fscanf(f, "%lu", &wanted) != 1) return 2;
        igraph_vs_t to;
        igraph_vs_vector(&to, &ends);
        igraph_distances_dijkstra(&graph, &times, igraph_vss_1((igraph_integer_t)start), to, &weights, IGRAPH_OUT);
        igraph_integer_t nearest = 0;
        for (unsigned long k = 0; k < count; k++)
            if (MATRIX(times, 0, (igraph_integer_t)k) + (double)offsets[k] < best)
                best = MATRIX(times, 0, (igraph_integer_t)k) + (double)offsets[k], nearest = (igraph_integer_t)k;
        begin = now(); /* a path to the end that is nearest, which it is told */
        igraph_get_shortest_path_dijkstra(&graph, NULL, &path, (igraph_integer_t)start, VECTOR(ends)[nearest], &weights, IGRAPH_OUT);
        spent += now() - begin;
        bad += fabs(best + (double)offset - (double)wanted) > 0.5 && (wanted < 0x3fffffffu || isfinite(best));
        pairs++;
        igraph_vector_int_push_back(&starts, (igraph_integer_t)start);
        igraph_vector_int_destroy(&ends);
        igraph_vector_int_destroy(&path);
        igraph_matrix_destroy(&times);
    }
    fclose(f);
    printf("pair_us\t%.4g\tus\npair_mismatches\t%lu\tof %lu\n", spent / (double)(pairs ? pairs : 1) * 1e6, bad, pairs);
    igraph_integer_t sources = atoi(argv[3]);
    if (sources < igraph_vector_int_size(&starts)) igraph_vector_int_resize(&starts, sources);
    igraph_vs_t from;
    igraph_vs_vector(&from, &starts);
    igraph_vector_init(&result, 0);
    begin = now();
    if (igraph_edge_betweenness_subset(&graph, &result, igraph_ess_all(IGRAPH_EDGEORDER_ID), IGRAPH_DIRECTED, from, igraph_vss_all(), &weights) !=
        IGRAPH_SUCCESS)
        return 2;
    printf("tree_ms\t%.4g\tms\n", (now() - begin) / (double)igraph_vector_int_size(&starts) * 1e3);
    return 0;
}
