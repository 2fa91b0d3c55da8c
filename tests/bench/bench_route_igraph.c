/* The peer of bench_route: igraph's Dijkstra on the same graph and pairs.
 *
 *     bench_route_igraph GRAPH.lcg PAIRS [count]
 *
 * PAIRS has lines "from to time_ms", as bench_route writes them; times are compared.  Prints "name<TAB>value<TAB>unit". */
#include <igraph.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    uint32_t *head = take(f, 3), n = head[1], m = head[2], *first = take(f, (size_t)n + 1), *to = take(f, m), *ms = take(f, m);
    igraph_vector_int_t edges;
    fclose(f);
    igraph_vector_int_init(&edges, 2 * (igraph_integer_t)m);
    igraph_vector_init(weights, m);
    for (uint32_t v = 0; v < n; v++)
        for (uint32_t a = first[v]; a < first[v + 1]; a++) {
            VECTOR(edges)[2 * (size_t)a] = v;
            VECTOR(edges)[2 * (size_t)a + 1] = to[a];
            VECTOR(*weights)[a] = ms[a];
        }
    igraph_create(graph, &edges, n, IGRAPH_DIRECTED);
    igraph_vector_int_destroy(&edges);
    free(head), free(first), free(to), free(ms);
}

int main(int argc, char **argv)
{
    igraph_t graph;
    igraph_vector_t weights;
    igraph_vector_int_t edges, sources, targets;
    igraph_matrix_t times;
    unsigned long from, to, expected, wanted = argc > 3 ? strtoul(argv[3], NULL, 10) : 50, count = 0, bad = 0;
    double spent = 0, begin;
    FILE *f = argc > 2 ? fopen(argv[2], "r") : NULL;
    if (!f) return 2;
    begin = now();
    read_graph(argv[1], &graph, &weights);
    printf("build_s\t%.4g\ts\n", now() - begin);
    igraph_vector_int_init(&edges, 0);
    igraph_vector_int_init(&sources, 0);
    igraph_vector_int_init(&targets, 0);
    igraph_matrix_init(&times, 0, 0);
    while (fscanf(f, "%lu %lu %lu", &from, &to, &expected) == 3 && count < wanted) {
        double sum = 0;
        begin = now();
        if (igraph_get_shortest_path_dijkstra(&graph, NULL, &edges, (igraph_integer_t)from, (igraph_integer_t)to, &weights, IGRAPH_OUT) != IGRAPH_SUCCESS) return 2;
        spent += now() - begin;
        for (igraph_integer_t k = 0; k < igraph_vector_int_size(&edges); k++) sum += VECTOR(weights)[VECTOR(edges)[k]];
        bad += fabs(sum - (double)expected) > 0.5;
        if (count < 20) igraph_vector_int_push_back(&sources, (igraph_integer_t)from), igraph_vector_int_push_back(&targets, (igraph_integer_t)to);
        count++;
    }
    fclose(f);
    printf("path_us\t%.4g\tus\npath_mismatches\t%lu\tof %lu\n", spent / (double)(count ? count : 1) * 1e6, bad, count);
    igraph_vs_t all, some;
    igraph_vs_all(&all);
    igraph_vs_vector(&some, &sources);
    begin = now();
    if (igraph_distances_dijkstra(&graph, &times, some, all, &weights, IGRAPH_OUT) != IGRAPH_SUCCESS) return 2;
    printf("one_to_all_ms\t%.4g\tms\n", (now() - begin) / (double)igraph_vector_int_size(&sources) * 1e3);
    return 0;
}
