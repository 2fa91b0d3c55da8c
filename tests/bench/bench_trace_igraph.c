/* Bridges and cut nodes by igraph on a network that bench_trace.py or bench_trace wrote: prints "name<TAB>value" a line. */
#include <igraph/igraph.h>
#include <stdint.h>
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

int main(int argc, char **argv)
{
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
    uint32_t head[3], *ends;
    char magic[4];
    igraph_t g;
    igraph_vector_int_t edges, bridges, cuts;
    if (!f || fread(magic, 1, 4, f) != 4 || memcmp(magic, "TRC1", 4) || fread(head, 4, 3, f) != 3) return 1;
    ends = malloc(8 * (size_t)head[1] + 8);
    if (!ends || fread(ends, 4, 2 * (size_t)head[1], f) != 2 * (size_t)head[1]) return 1;
    fclose(f);
    igraph_vector_int_init(&edges, 2 * (igraph_integer_t)head[1]);
    for (uint32_t e = 0; e < head[1]; e++) VECTOR(edges)[2 * e] = ends[e], VECTOR(edges)[2 * e + 1] = ends[head[1] + e];
    igraph_create(&g, &edges, head[0], IGRAPH_UNDIRECTED);
    igraph_vector_int_init(&bridges, 0);
    igraph_vector_int_init(&cuts, 0);
    double begin = now();
    if (igraph_bridges(&g, &bridges)) return 1;
    double middle = now();
    if (igraph_articulation_points(&g, &cuts)) return 1;
    double end = now();
    printf("bridges_s\t%.6g\ncut_nodes_s\t%.6g\nbridges\t%ld\ncut_nodes\t%ld\n", middle - begin, end - middle, (long)igraph_vector_int_size(&bridges),
           (long)igraph_vector_int_size(&cuts));
    return 0;
}
