/* A peer of bench_route: the node order of METIS (nested dissection, METIS_NodeND), and the hierarchy that it makes.
 *
 *     bench_route_metis GRAPH.lcg SEPARATORS
 *
 * Prints "name<TAB>value<TAB>unit". */
#include "cim.h"

#include <metis.h>
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

static int by_number(const void *a, const void *b)
{
    idx_t x = *(const idx_t *)a, y = *(const idx_t *)b;
    return x < y ? -1 : x > y;
}

/* Neighbours in either direction, each once, no loops. */
static void neighbours(uint32_t n, uint32_t m, const uint32_t *tail, const uint32_t *head, idx_t *first, idx_t *other)
{
    for (uint32_t a = 0; a < m; a++)
        if (tail[a] != head[a]) first[tail[a] + 1]++, first[head[a] + 1]++;
    for (uint32_t v = 0; v < n; v++) first[v + 1] += first[v];
    idx_t *at = malloc((n + 1) * sizeof *at), kept = 0;
    if (!at) exit(2);
    memcpy(at, first, n * sizeof *at);
    for (uint32_t a = 0; a < m; a++)
        if (tail[a] != head[a]) other[at[tail[a]]++] = (idx_t)head[a], other[at[head[a]]++] = (idx_t)tail[a];
    for (uint32_t v = 0; v < n; v++) {
        idx_t begin = first[v], end = at[v];
        qsort(other + begin, (size_t)(end - begin), sizeof *other, by_number);
        first[v] = kept;
        for (idx_t i = begin; i < end; i++)
            if (i == begin || other[i] != other[i - 1]) at[v] = other[i], other[kept++] = at[v];
    }
    first[n] = kept;
    free(at);
}

int main(int argc, char **argv)
{
    FILE *f = argc > 2 ? fopen(argv[1], "rb") : NULL;
    if (!f) return 2;
    uint32_t *lead = take(f, 3), n = lead[1], m = lead[2], *from = take(f, (size_t)n + 1), *head = take(f, m), *tail = malloc(((size_t)m + 1) * 4), *order = malloc(((size_t)n + 1) * 4);
    idx_t *first = calloc((size_t)n + 2, sizeof *first), *other = malloc((2 * (size_t)m + 1) * sizeof *other), *perm = malloc(((size_t)n + 1) * sizeof *perm);
    idx_t *inverse = malloc(((size_t)n + 1) * sizeof *inverse), options[METIS_NOPTIONS], count = (idx_t)n;
    if (!tail || !order || !first || !other || !perm || !inverse) return 2;
    for (uint32_t v = 0; v < n; v++)
        for (uint32_t a = from[v]; a < from[v + 1]; a++) tail[a] = v;
    double begin = now();
    neighbours(n, m, tail, head, first, other);
    METIS_SetDefaultOptions(options);
    options[METIS_OPTION_NSEPS] = atoi(argv[2]);
    options[METIS_OPTION_SEED] = 1;
    if (METIS_NodeND(&count, first, other, NULL, options, perm, inverse) != METIS_OK) return 1;
    for (uint32_t v = 0; v < n; v++) order[inverse[v]] = v;
    printf("order_s\t%.4g\ts\n", now() - begin);

    cim_ctx *ctx;
    cim_route_hierarchy *hierarchy;
    cim_route_hierarchy_info info = { .struct_size = sizeof info };
    cim_route_graph graph = CIM_ROUTE_GRAPH_INIT;
    graph.node_count = n, graph.arc_count = m, graph.tail = tail, graph.head = head;
    if (cim_ctx_new(NULL, &ctx) < 0) return 2;
    if (cim_route_hierarchy_build(ctx, &graph, order, &hierarchy) < 0 || cim_route_hierarchy_stat(ctx, hierarchy, &info) < 0) {
        fprintf(stderr, "%s\n", cim_ctx_error(ctx));
        return 1;
    }
    printf("up_arcs\t%u\tarcs\nsearch_arcs\t%.1f\tarcs\n", info.up_arc_count, info.mean_search_arcs);
    cim_route_hierarchy_free(hierarchy);
    cim_ctx_free(ctx);
    void *all[] = { lead, from, head, tail, order, first, other, perm, inverse };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    return fclose(f) ? 1 : 0;
}
