/* The placement engine: prints "name<TAB>value..." a line; bench_place.py puts them beside known optima and other programs.
 *
 *     bench_place pmed FILE...                          p-medians of the OR-Library; a line each: value, bound, how proved, seconds, seconds
 *                                                       of the distances between all nodes
 *     bench_place cover DEMANDS SITES P RADIUS SEED [WORK [LPFILE]]  demands and sites at random in a square of 1000: the most that P sites
 *                                                       cover.  WORK: of the search, "prove" until it is proven; LPFILE: for other programs
 *
 * Times are of the process's own processor time. */
#include "cim.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static uint64_t work_of(const char *text) { return !strcmp(text, "prove") ? CIM_PLACE_PROVE : strtoull(text, NULL, 10); }

static void solve(const cim_place_problem *p, uint64_t work, cim_place_plan **plan, cim_place_result *r, double *seconds)
{
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    if (work) o.work = work;
    double begin = now();
    must(cim_place_solve(ctx, p, &o, plan), "place");
    *seconds = now() - begin;
    *r = (cim_place_result){ .struct_size = sizeof *r };
    must(cim_place_plan_get(ctx, *plan, r), "plan");
}

/* ---- p-medians ---- */

/* Of a repeated edge the last line counts; between all nodes by Floyd and Warshall. */
static double *distances(const char *path, uint32_t *n_out, uint32_t *p_out)
{
    FILE *file = fopen(path, "r");
    unsigned n, m, p, a, b, c;
    if (!file || fscanf(file, "%u %u %u", &n, &m, &p) != 3) die("%s: cannot be read", path);
    float *d = room((size_t)n * n, sizeof *d);
    for (size_t i = 0; i < (size_t)n * n; i++) d[i] = 1e9f;
    for (unsigned k = 0; k < m && fscanf(file, "%u %u %u", &a, &b, &c) == 3; k++) d[(a - 1) * n + b - 1] = d[(b - 1) * n + a - 1] = (float)c;
    fclose(file);
    for (unsigned i = 0; i < n; i++) d[i * n + i] = 0.0f;
    for (unsigned k = 0; k < n; k++)
        for (unsigned i = 0; i < n; i++)
            for (unsigned j = 0; j < n; j++) d[i * n + j] = fminf(d[i * n + j], d[i * n + k] + d[k * n + j]);
    double *wide = room((size_t)n * n, sizeof *wide);
    for (size_t i = 0; i < (size_t)n * n; i++) wide[i] = d[i];
    free(d);
    *n_out = n, *p_out = p;
    return wide;
}

static void median(const char *path, uint64_t work)
{
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_place_plan *plan = NULL;
    cim_place_result r;
    double begin = now(), paths, seconds;
    uint32_t n;
    double *d = distances(path, &n, &p.most);
    paths = now() - begin;
    p.kind = CIM_PLACE_MEDIAN, p.site_count = p.demand_count = n, p.matrix = d;
    solve(&p, work, &plan, &r, &seconds);
    printf("%s\t%.0f\t%.0f\t%s\t%.6g\t%.6g\t%u\t%u\t%llu\n", path, r.value, r.bound, r.proof, seconds, paths, n, p.most, (unsigned long long)r.work);
    fflush(stdout);
    cim_place_plan_free(plan);
    free(d);
}

/* ---- covers ---- */

static uint64_t state;
static uint64_t next(void)
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}
static double unit(void) { return (double)(next() >> 11) * 0x1p-53; }

static void write_lp(const cim_place_problem *p, const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) die("%s: %s", path, strerror(errno));
    fprintf(file, "Maximize\n obj:\n");
    for (uint32_t i = 0; i < p->demand_count; i++) fprintf(file, " + %.0f y%u\n", p->weights[i], i);
    fprintf(file, "Subject To\n most:\n");
    for (uint32_t j = 0; j < p->site_count; j++) fprintf(file, " + x%u\n", j);
    fprintf(file, " <= %u\n", p->most);
    uint32_t *site = room((size_t)p->first[p->site_count], sizeof *site), *at = room((size_t)p->demand_count + 2, sizeof *at);
    for (uint64_t k = 0; k < p->first[p->site_count]; k++) at[p->demands[k] + 2]++;
    for (uint32_t i = 2; i < p->demand_count + 2; i++) at[i] += at[i - 1];
    for (uint32_t j = 0; j < p->site_count; j++)
        for (uint64_t k = p->first[j]; k < p->first[j + 1]; k++) site[at[p->demands[k] + 1]++] = j;
    for (uint32_t i = 0; i < p->demand_count; i++) {
        fprintf(file, " c%u: y%u", i, i);
        for (uint32_t k = at[i]; k < at[i + 1]; k++) fprintf(file, " - x%u\n", site[k]);
        fprintf(file, " <= 0\n");
    }
    fprintf(file, "Binary\n");
    for (uint32_t j = 0; j < p->site_count; j++) fprintf(file, " x%u\n", j);
    for (uint32_t i = 0; i < p->demand_count; i++) fprintf(file, " y%u\n", i);
    fprintf(file, "End\n");
    fclose(file);
    free(site);
    free(at);
}

static void cover(uint32_t m, uint32_t n, uint32_t most, double radius, uint64_t seed, uint64_t work, const char *lp)
{
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_place_plan *plan = NULL;
    cim_place_result r;
    double *xy = room(2ull * (m + n), sizeof *xy), *weights = room(m, sizeof *weights), seconds;
    uint64_t *first = room((size_t)n + 1, sizeof *first), at = 0;
    uint32_t *demands = room((size_t)n * m, sizeof *demands);
    state = seed;
    for (uint32_t i = 0; i < m + n; i++) {
        xy[2 * i] = 1000.0 * unit(), xy[2 * i + 1] = 1000.0 * unit();
        if (i < m) weights[i] = (double)(1 + next() % 100);
    }
    for (uint32_t j = 0; j < n; j++) {
        const double *a = xy + 2 * (m + j);
        for (uint32_t i = 0; i < m; i++)
            if ((a[0] - xy[2 * i]) * (a[0] - xy[2 * i]) + (a[1] - xy[2 * i + 1]) * (a[1] - xy[2 * i + 1]) <= radius * radius) demands[at++] = i;
        first[j + 1] = at;
    }
    p.kind = CIM_PLACE_COVER_MOST, p.site_count = n, p.demand_count = m, p.most = most, p.first = first, p.demands = demands, p.weights = weights;
    if (lp) write_lp(&p, lp);
    solve(&p, work, &plan, &r, &seconds);
    printf("cover\t%.0f\t%.0f\t%s\t%.6g\t%llu\t%llu\t%llu\t%llu\n", r.value, r.bound, r.proof, seconds, (unsigned long long)at, (unsigned long long)r.nodes,
           (unsigned long long)r.evaluations, (unsigned long long)r.work);
    cim_place_plan_free(plan);
    free(xy);
    free(weights);
    free(first);
    free(demands);
}

int main(int argc, char **argv)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    options.threads = 1;
    if (argc < 3) die("usage: bench_place pmed FILE... | cover DEMANDS SITES P RADIUS SEED [WORK [LPFILE]]");
    if (cim_ctx_new(&options, &ctx) < 0) die("no context");
    const char *work = getenv("BENCH_WORK");
    for (int k = 2; !strcmp(argv[1], "pmed") && k < argc; k++) median(argv[k], work ? work_of(work) : 0);
    if (!strcmp(argv[1], "cover") && argc > 6)
        cover((uint32_t)strtoul(argv[2], NULL, 10), (uint32_t)strtoul(argv[3], NULL, 10), (uint32_t)strtoul(argv[4], NULL, 10), strtod(argv[5], NULL),
              strtoull(argv[6], NULL, 10), argc > 7 ? work_of(argv[7]) : 0, argc > 8 ? argv[8] : NULL);
    cim_ctx_free(ctx);
    return 0;
}
