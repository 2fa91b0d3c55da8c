/* Sight on one town or raster: prints "name<TAB>value..." a line; bench_sight.py puts them beside other programs.
 *
 *     bench_sight lines TOWN COUNT SEEN       sight lines of six kinds; what is seen goes to the file SEEN
 *
 * Times are of the process's own processor time, one thread, the least of three rounds. */
#include "cim.h"
#include "sight_bench.h"

enum { ROUNDS = 3 };

static cim_ctx *ctx;

static void must(cim_status st, const char *what)
{
    if (st >= 0) return;
    fprintf(stderr, "%s: %s\n", what, cim_ctx_error(ctx));
    exit(1);
}

static cim_sight_scene *build(const town *t)
{
    cim_sight_prisms a = CIM_SIGHT_PRISMS_INIT;
    cim_sight_scene *scene = NULL;
    a.prism_count = t->prisms, a.ring_count = t->rings, a.vertex_count = t->vertices;
    a.prism_end = t->prism_end, a.ring_end = t->ring_end, a.xy = t->xy, a.base_m = t->base, a.top_m = t->top;
    double best = 1e9;
    for (int r = 0; r < ROUNDS; r++) {
        cim_sight_scene_free(scene);
        double begin = now();
        must(cim_sight_scene_build(ctx, &a, NULL, &scene), "scene");
        double took = now() - begin;
        best = took < best ? took : best;
    }
    printf("build_ms\t%.6g\nprisms\t%u\nvertices\t%u\n", best * 1e3, t->prisms, t->vertices);
    return scene;
}

static double once(cim_sight_scene *scene, cim_sight_query *q, int kind, size_t count, const double *from, const double *to, uint8_t *seen)
{
    double begin = now();
    if (kind % 2 == 0) must(cim_sight_lines(ctx, scene, from, to, count, seen), "lines");
    for (size_t i = 0; kind % 2 && i < count; i += FAN) must(cim_sight_fan(ctx, q, from + 3 * i, to + 3 * i, count - i < FAN ? count - i : FAN, seen + i), "fan");
    return now() - begin;
}

static void lines(const char *path, size_t count, const char *out)
{
    town t = read_town(path);
    cim_sight_scene *scene = build(&t);
    cim_sight_query *q = NULL;
    double *from = room(3 * count, 8), *to = room(3 * count, 8);
    uint8_t *seen = room(count, 1);
    FILE *f = fopen(out, "wb");
    if (!f) stop("cannot write");
    must(cim_sight_query_new(ctx, scene, &q), "query");
    for (int kind = 0; kind < KINDS; kind++) {
        make_lines(&t, kind, count, from, to);
        double best = 1e9;
        size_t free_lines = 0;
        for (int r = 0; r < ROUNDS; r++) {
            double took = once(scene, q, kind, count, from, to, seen);
            best = took < best ? took : best;
        }
        for (size_t i = 0; i < count; i++) free_lines += seen[i];
        printf("kind%d\t%.6g\t%zu\n", kind, (double)count / best / 1e6, free_lines);
        fwrite(seen, 1, count, f);
    }
    fclose(f);
    cim_sight_query_free(q);
    cim_sight_scene_free(scene);
}

int main(int argc, char **argv)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    options.threads = 1;
    if (cim_ctx_new(&options, &ctx) < 0) stop("no context");
    if (argc == 5 && !strcmp(argv[1], "lines")) lines(argv[2], strtoul(argv[3], NULL, 10), argv[4]);
    else stop("usage: bench_sight lines TOWN COUNT SEEN");
    cim_ctx_free(ctx);
    return 0;
}
