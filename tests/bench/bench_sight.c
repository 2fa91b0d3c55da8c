/* Sight on one town or raster: prints "name<TAB>value..." a line; bench_sight.py puts them beside other programs.
 *
 *     bench_sight lines TOWN COUNT SEEN       sight lines of six kinds; what is seen goes to the file SEEN
 *     bench_sight mesh TOWN COUNT SEEN        the same lines among the same walls and roofs as faces in space; how many differ
 *     bench_sight isovists TOWN COUNT         isovists and sky view factors of 500 m before walls
 *     bench_sight viewshed SIDE RASTER SEEN   boxes on hills, written to RASTER (floats); viewsheds, written to SEEN (interpolated, columns)
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
    for (size_t i = 0; kind % 2 && i < count; i += FAN)
        must(cim_sight_fan(ctx, q, from + 3 * i, to + 3 * i, count - i < FAN ? count - i : FAN, seen + i), "fan");
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

/* Walls as quadrangles, roofs with their holes; a prism is a solid. */
static cim_sight_mesh *build_mesh(const town *t)
{
    cim_sight_faces f = CIM_SIGHT_FACES_INIT;
    cim_sight_mesh *mesh = NULL;
    uint32_t faces = t->vertices + t->prisms, rings = t->vertices + t->rings, at = 0, face = 0, ring = 0, vertex = 0, first = 0;
    uint32_t *face_end = room(faces, 4), *ring_end = room(rings, 4), *solid = room(faces, 4);
    double *xyz = room(3 * 5 * (size_t)t->vertices, 8);
    for (uint32_t p = 0, r = 0; p < t->prisms; p++) {
        uint32_t begin = r;
        for (; r < t->prism_end[p]; r++)
            for (first = at; at < t->ring_end[r]; at++) {
                const double *a = t->xy + 2 * (size_t)at, *b = t->xy + 2 * (size_t)(at + 1 < t->ring_end[r] ? at + 1 : first);
                const double corners[4][3] = { { a[0], a[1], t->base[p] }, { b[0], b[1], t->base[p] }, { b[0], b[1], t->top[p] }, { a[0], a[1], t->top[p] } };
                memcpy(xyz + 3 * (size_t)vertex, corners, sizeof corners);
                ring_end[ring++] = vertex += 4;
                solid[face] = p, face_end[face++] = ring;
            }
        for (uint32_t k = begin; k < r; k++) {
            for (uint32_t v = k ? t->ring_end[k - 1] : 0; v < t->ring_end[k]; v++, vertex++) {
                const double corner[3] = { t->xy[2 * (size_t)v], t->xy[2 * (size_t)v + 1], t->top[p] };
                memcpy(xyz + 3 * (size_t)vertex, corner, sizeof corner);
            }
            ring_end[ring++] = vertex;
        }
        solid[face] = p, face_end[face++] = ring;
    }
    f.face_count = face, f.ring_count = ring, f.vertex_count = vertex, f.face_end = face_end, f.ring_end = ring_end, f.xyz = xyz, f.solid = solid;
    double begin = now();
    must(cim_sight_mesh_build(ctx, &f, &mesh), "mesh");
    printf("build_ms\t%.6g\nfaces\t%u\n", (now() - begin) * 1e3, face);
    return mesh;
}

static void mesh_lines(const char *path, size_t count, const char *seen_path)
{
    town t = read_town(path);
    cim_sight_mesh *mesh = build_mesh(&t);
    double *from = room(3 * count, 8), *to = room(3 * count, 8);
    FILE *f = fopen(seen_path, "rb");
    if (!f) stop("nothing was seen");
    for (int kind = 0; kind < KINDS; kind++) {
        uint8_t *wanted = take(f, count, 1);
        size_t differ = 0;
        make_lines(&t, kind, count, from, to);
        double begin = now();
        for (size_t i = 0; i < count; i++) {
            uint32_t face;
            must(cim_sight_mesh_line(ctx, mesh, from + 3 * i, to + 3 * i, &face), "line");
            differ += (face == CIM_NONE) != wanted[i];
        }
        printf("kind%d\t%.6g\t%zu\n", kind, (double)count / (now() - begin) / 1e6, differ);
        free(wanted);
    }
    fclose(f);
    cim_sight_mesh_free(mesh);
}

static void isovists(const char *path, size_t count)
{
    town t = read_town(path);
    cim_sight_scene *scene = build(&t);
    cim_sight_query *q = NULL;
    double *from = room(3 * count, 8), *to = room(3 * count, 8), best = 1e9, best_sky = 1e9, area = 0, sky = 0;
    must(cim_sight_query_new(ctx, scene, &q), "query");
    make_lines(&t, 0, count, from, to);
    for (int r = 0; r < ROUNDS; r++) {
        double begin = now(), middle;
        area = sky = 0;
        for (size_t i = 0; i < count; i++) {
            cim_sight_isovist v = { .struct_size = sizeof v };
            cim_sight_isovist_options o = CIM_SIGHT_ISOVIST_OPTIONS_INIT;
            o.z_m = 1.5, o.max_m = 500;
            must(cim_sight_isovist_find(ctx, q, from[3 * i], from[3 * i + 1], &o, &v), "isovist");
            area += v.area_m2;
        }
        middle = now();
        best = middle - begin < best ? middle - begin : best;
        for (size_t i = 0; i < count; i++) {
            double share = 0;
            must(cim_sight_sky(ctx, q, from + 3 * i, 500, &share), "sky");
            sky += share;
        }
        best_sky = now() - middle < best_sky ? now() - middle : best_sky;
    }
    printf("isovist_us\t%.6g\t%.6g\nsky_us\t%.6g\t%.6g\n",
           best / (double)count * 1e6, area / (double)count, best_sky / (double)count * 1e6, sky / (double)count);
    cim_sight_query_free(q);
    cim_sight_scene_free(scene);
}

/* Hills, and boxes of 10 to 30 m beside streets. */
static float *make_raster(uint32_t side)
{
    float *h = room((size_t)side * side, sizeof *h);
    for (uint32_t y = 0; y < side; y++)
        for (uint32_t x = 0; x < side; x++) h[(size_t)y * side + x] = (float)(25.0 * sin(x * 0.004) * cos(y * 0.005) + 6.0 * sin(x * 0.021 + y * 0.017));
    state = 88172645463325252u;
    for (uint32_t y = 0; y + 40 < side; y += 40)
        for (uint32_t x = 0; x + 40 < side; x += 40) {
            uint32_t wide = 10 + (uint32_t)(20 * uniform()), deep = 10 + (uint32_t)(20 * uniform());
            float up = (float)(4.0 + 26.0 * uniform());
            if (uniform() < 0.25) continue;
            for (uint32_t r = y; r < y + deep; r++)
                for (uint32_t c = x; c < x + wide; c++) h[(size_t)r * side + c] += up;
        }
    return h;
}

static void put(const char *path, const void *data, size_t size, const char *mode)
{
    FILE *f = fopen(path, mode);
    if (!f || fwrite(data, 1, size, f) != size) stop("cannot write");
    fclose(f);
}

static void viewshed(uint32_t side, const char *raster, const char *out)
{
    static const char *const names[] = { "interpolated", "columns" };
    size_t count = (size_t)side * side;
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    float *h = make_raster(side);
    uint8_t *seen = room(count, 1);
    uint32_t at = side / 2 / 40 * 40 + 35; /* on a street */
    r.columns = r.rows = side, r.step_y_m = -1.0, r.y = side - 1.0, r.height_m = h;
    put(raster, h, count * sizeof *h, "wb");
    printf("observer\t%u\t%u\n", at, at);
    for (int method = 0; method < 2; method++) {
        cim_sight_viewshed_options o = CIM_SIGHT_VIEWSHED_OPTIONS_INIT;
        double best = 1e9;
        size_t visible = 0;
        o.eye_height_m = 40.0, o.target_height_m = 1.5, o.method = method;
        for (int k = 0; k < ROUNDS; k++) {
            double begin = now();
            must(cim_sight_viewshed(ctx, &r, at, at, &o, seen), "viewshed");
            double took = now() - begin;
            best = took < best ? took : best;
        }
        for (size_t i = 0; i < count; i++) visible += seen[i] == 1;
        printf("%s_s\t%.6g\t%zu\n", names[method], best, visible);
        put(out, seen, count, method ? "ab" : "wb");
    }
}

int main(int argc, char **argv)
{
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    options.threads = 1;
    if (cim_ctx_new(&options, &ctx) < 0) stop("no context");
    if (argc == 5 && !strcmp(argv[1], "lines")) lines(argv[2], strtoul(argv[3], NULL, 10), argv[4]);
    else if (argc == 5 && !strcmp(argv[1], "mesh")) mesh_lines(argv[2], strtoul(argv[3], NULL, 10), argv[4]);
    else if (argc == 5 && !strcmp(argv[1], "viewshed")) viewshed((uint32_t)strtoul(argv[2], NULL, 10), argv[3], argv[4]);
    else if (argc == 4 && !strcmp(argv[1], "isovists")) isovists(argv[2], strtoul(argv[3], NULL, 10));
    else stop("usage: bench_sight lines TOWN COUNT SEEN | mesh TOWN COUNT SEEN | isovists TOWN COUNT | viewshed SIDE RASTER SEEN");
    cim_ctx_free(ctx);
    return 0;
}
