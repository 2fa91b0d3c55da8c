/* Utility networks of one city: prints "name<TAB>value" a line; bench_utility.py makes rows of them.
 *
 *     bench_utility CITY [rounds]
 *
 * Time of cim_utility_build() on an open city in the process's own processor time, the least of the rounds.  Bytes are those that the networks keep
 * of the allocator, and the most that building took. */
#include "cim.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static cim_ctx *ctx;
static size_t live, peak;

/* Blocks with their size before them. */
static void *counted(void *user, void *ptr, size_t size)
{
    size_t *block = ptr ? (size_t *)ptr - 2 : NULL;
    (void)user;
    if (block) live -= *block;
    if (!size) {
        free(block);
        return NULL;
    }
    size_t *made = realloc(block, size + 2 * sizeof *made);
    if (!made) {
        if (block) live += *block;
        return NULL;
    }
    *made = size;
    live += size;
    if (live > peak) peak = live;
    return made + 2;
}

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
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    cim_utility_view v = { .struct_size = sizeof v };
    cim_city *city = NULL;
    cim_utility *u = NULL;
    double best = 1e9;
    size_t kept = 0, most = 0, findings;
    if (argc < 2) return 2;
    options.realloc_fn = counted;
    options.threads = 1; /* counting is not for several */
    must(cim_ctx_new(&options, &ctx), "context");
    must(cim_city_open(ctx, argv[1], NULL, &city), argv[1]);
    for (int i = 0, rounds = argc > 2 ? atoi(argv[2]) : 3; i < rounds; i++) {
        cim_utility_free(u);
        u = NULL;
        size_t before = live;
        peak = live;
        double begin = now();
        must(cim_utility_build(ctx, city, NULL, &u), "networks");
        if (now() - begin < best) best = now() - begin;
        kept = live - before;
        most = peak - before;
    }
    cim_utility_get(u, &v);
    cim_utility_findings(u, &findings);
    printf("build_s\t%.6f\nnodes\t%u\nedges\t%u\ndevices\t%u\nfeatures\t%u\nkept_bytes\t%zu\npeak_bytes\t%zu\nfindings\t%zu\n", best, v.node_count, v.edge_count,
           v.device_count, v.feature_count, kept, most, findings);
    cim_utility_free(u);
    cim_city_free(city);
    cim_ctx_free(ctx);
    return 0;
}
