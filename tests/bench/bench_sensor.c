/* Coverage of one town: prints "name<TAB>value..." a line; bench_sight.py makes rows of them.
 *
 *     bench_sensor TOWN      100 cameras before walls, 100,000 targets up to 500 m around them
 *
 * Of the process's own processor time, one thread, the least of three rounds.  "line_ms" is what asking cim_sight_line() for each pair that the
 * cameras' models let pass takes, which must give as many entries. */
#include "cim.h"
#include "sight_bench.h"

enum { ROUNDS = 3, CAMERAS = 100, TARGETS = 100000 };

static cim_ctx *ctx;

static void must(cim_status st, const char *what)
{
    if (st >= 0) return;
    fprintf(stderr, "%s: %s\n", what, cim_ctx_error(ctx));
    exit(1);
}

/* Pair by pair, for comparison. */
static size_t by_lines(cim_sight_scene *scene, const cim_sensor *s, const double *xyz)
{
    size_t seen = 0;
    for (int k = 0; k < CAMERAS; k++)
        for (size_t i = 0; i < TARGETS; i++) {
            double from[3] = { s[k].x, s[k].y, s[k].z }, q;
            uint32_t blocker;
            must(cim_sensor_quality(ctx, &s[k], xyz + 3 * i, 1, &q), "quality");
            if (isnan(q)) continue;
            must(cim_sight_line(ctx, scene, from, xyz + 3 * i, &blocker), "line");
            seen += blocker == CIM_NONE;
        }
    return seen;
}

static void measure(const char *name, cim_sight_scene *scene, const cim_sensor *s, cim_targets *targets, const double *xyz)
{
    double best = 1e9;
    cim_cover_view v = { .struct_size = sizeof v };
    uint64_t entries = 0, tested = 0;
    for (int r = 0; r < ROUNDS; r++) {
        cim_cover *c = NULL;
        double begin = now();
        must(cim_cover_build(ctx, scene, s, CAMERAS, targets, NULL, &c), "coverage");
        double took = now() - begin;
        best = took < best ? took : best;
        must(cim_cover_get(ctx, c, &v), "view");
        entries = v.first[CAMERAS], tested = v.tested_count;
        cim_cover_free(c);
    }
    double begin = now();
    size_t seen = by_lines(scene, s, xyz);
    printf("%s_ms\t%.6g\t%llu\t%llu\t%.6g\t%zu\n", name, best * 1e3, (unsigned long long)entries, (unsigned long long)tested, (now() - begin) * 1e3, seen);
}

int main(int argc, char **argv)
{
    cim_ctx_options o = CIM_CTX_OPTIONS_INIT;
    if (argc != 2) stop("bench_sensor TOWN");
    o.threads = 1;
    if (cim_ctx_new(&o, &ctx) < 0) stop("no context");
    town t = read_town(argv[1]);
    cim_sight_prisms a = CIM_SIGHT_PRISMS_INIT;
    cim_sight_scene *scene = NULL;
    cim_targets *targets = NULL;
    a.prism_count = t.prisms, a.ring_count = t.rings, a.vertex_count = t.vertices;
    a.prism_end = t.prism_end, a.ring_end = t.ring_end, a.xy = t.xy, a.base_m = t.base, a.top_m = t.top;
    must(cim_sight_scene_build(ctx, &a, NULL, &scene), "scene");
    double *from = room(3 * (size_t)TARGETS + 3 * FAN, 8), *to = room(3 * (size_t)TARGETS + 3 * FAN, 8);
    make_lines(&t, 3, (size_t)TARGETS + FAN, from, to); /* a fan of 1,024 targets for each camera */
    cim_sensor s[CAMERAS];
    for (int k = 0; k < CAMERAS; k++) {
        const double *c = from + 3 * (size_t)k * (TARGETS / CAMERAS);
        s[k] = (cim_sensor)CIM_SENSOR_CAMERA_INIT;
        s[k].x = c[0], s[k].y = c[1], s[k].z = c[2], s[k].yaw_deg = 360 * uniform();
    }
    must(cim_targets_new(ctx, &targets), "targets");
    must(cim_targets_add_points(ctx, targets, to, NULL, NULL, NULL, TARGETS), "targets");
    measure("fixed", scene, s, targets, to);
    for (int k = 0; k < CAMERAS; k++) s[k].flags = CIM_SENSOR_TURNS, s[k].least = 3; /* some 550 m around: each target is in reach of one or more */
    measure("domes", scene, s, targets, to);
    free(from), free(to);
    cim_targets_free(targets);
    cim_sight_scene_free(scene);
    cim_ctx_free(ctx);
    return 0;
}
