/* bench_shapes.c - cim_shapes against GEOS in one process: the same real areas, the same points and windows, both sides in turn.
 *
 *   bench_shapes ROUNDS SEED city.cim ...
 *
 * Writes lines of case, ours, peer, peer's name and agreement.  GEOS gets every advantage that its C API of version 3.11 has: points and
 * windows exist as geometries before the clock runs, prepared geometries have built their indexes. */
#include "cim.h"

#include <geos_c.h>
#include <malloc.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POINTS = 10, MAX_ROUNDS = 101, CLASSES = 5, SIDES = 3, LEAST_TESTS = 100000 };

typedef struct area {
    cim_geom geom;
    GEOSGeometry *peer;
    const GEOSPreparedGeometry *prepared;
    cim_box box;
} area;

typedef struct bench {
    cim_ctx *ctx;
    area *areas;
    size_t count, room, invalid, vertices;
    cim_shapes *shapes;
    double *xy;            /* POINTS an area */
    cim_box *windows;      /* the same number */
    GEOSGeometry **points, **boxes;
    double *distance[SIDES];
    int32_t *found[SIDES];
    uint32_t *list;        /* areas of the class at hand */
    size_t listed;
    uint64_t seed;
    int rounds;
} bench;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double uniform(bench *b, double least, double most)
{
    uint64_t z = b->seed += 0x9e3779b97f4a7c15ull; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return least + (most - least) * (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static void *room(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) exit(2);
    return p;
}

static void silent(const char *format, ...) { (void)format; }

/* ---- input ---- */

static void take_rings(const GEOSGeometry *polygon, cim_geom *g, double *coords, uint32_t *ring_end)
{
    int holes = GEOSGetNumInteriorRings(polygon);
    for (int r = -1; r < holes; r++) {
        const GEOSGeometry *ring = r < 0 ? GEOSGetExteriorRing(polygon) : GEOSGetInteriorRingN(polygon, r);
        const GEOSCoordSequence *seq = GEOSGeom_getCoordSeq(ring);
        unsigned count = 0;
        GEOSCoordSeq_getSize(seq, &count);
        for (unsigned i = 0; i < count; i++) GEOSCoordSeq_getXY(seq, i, coords + 2 * (g->vertex_count + i), coords + 2 * (g->vertex_count + i) + 1);
        g->vertex_count += count;
        ring_end[g->ring_count++] = g->vertex_count;
    }
}

static cim_geom take_geom(const GEOSGeometry *peer)
{
    size_t vertices = (size_t)GEOSGetNumCoordinates(peer), parts = (size_t)GEOSGetNumGeometries(peer);
    double *coords = room(vertices, 2 * sizeof *coords);
    uint32_t *ring_end = room(vertices, sizeof *ring_end), *part_end = room(parts, sizeof *part_end);
    cim_geom g = { CIM_GEOM_MULTIPOLYGON, 2, 0, 0, 0, 0, coords, ring_end, part_end };
    for (size_t p = 0; p < parts; p++) {
        take_rings(GEOSGetGeometryN(peer, (int)p), &g, coords, ring_end);
        part_end[g.part_count++] = g.ring_count;
    }
    return g;
}

static void add_area(bench *b, const cim_buf *wkb)
{
    GEOSGeometry *peer = GEOSGeomFromWKB_buf((const unsigned char *)wkb->data, wkb->size);
    int type = peer ? GEOSGeomTypeId(peer) : -1;
    bool wanted = (type == GEOS_POLYGON || type == GEOS_MULTIPOLYGON) && !GEOSisEmpty(peer), valid = wanted && GEOSisValid(peer) == 1;
    b->invalid += wanted && !valid;
    if (!valid) {
        if (peer) GEOSGeom_destroy(peer);
        return;
    }
    if (b->count == b->room) {
        b->room = b->room ? 2 * b->room : 4096;
        b->areas = realloc(b->areas, b->room * sizeof *b->areas);
        if (!b->areas) exit(2);
    }
    area *a = &b->areas[b->count++];
    *a = (area){ .geom = take_geom(peer), .peer = peer };
    cim_geom_box(b->ctx, &a->geom, &a->box);
    b->vertices += a->geom.vertex_count;
}

static bool load(bench *b, const char *path)
{
    cim_city *city = NULL;
    if (cim_city_open(b->ctx, path, NULL, &city) < 0) {
        fprintf(stderr, "%s: %s\n", path, cim_ctx_error(b->ctx));
        return false;
    }
    for (uint32_t id = 1; id <= cim_city_max_id(city); id++) {
        cim_buf wkb = CIM_BUF_INIT;
        if (cim_city_geometry(b->ctx, city, id, &wkb) == CIM_OK) add_area(b, &wkb);
        cim_buf_dispose(&wkb);
    }
    cim_city_free(city);
    return true;
}

/* ---- questions ---- */

static void make_questions(bench *b)
{
    size_t n = b->count * POINTS;
    b->xy = room(2 * n, sizeof *b->xy);
    b->windows = room(n, sizeof *b->windows);
    b->points = room(n, sizeof(GEOSGeometry *));
    b->boxes = room(n, sizeof(GEOSGeometry *));
    b->list = room(b->count, sizeof *b->list);
    for (int s = 0; s < SIDES; s++) {
        b->distance[s] = room(n, sizeof *b->distance[s]);
        b->found[s] = room(n, sizeof *b->found[s]);
    }
    for (size_t i = 0; i < n; i++) {
        const cim_box *box = &b->areas[i / POINTS].box;
        double x = uniform(b, box->min_x, box->max_x), y = uniform(b, box->min_y, box->max_y);
        double w = (box->max_x - box->min_x) * uniform(b, 0, 0.15), h = (box->max_y - box->min_y) * uniform(b, 0, 0.15);
        b->xy[2 * i] = x;
        b->xy[2 * i + 1] = y;
        b->points[i] = GEOSGeom_createPointFromXY(x, y);
        b->windows[i] = (cim_box){ x - w, y - h, x + w, y + h };
        b->boxes[i] = GEOSGeom_createRectangle(x - w, y - h, x + w, y + h);
    }
}

typedef void (*side_fn)(bench *b, int side);
#define EACH(i) \
    for (size_t l = 0; l < b->listed; l++) \
        for (size_t i = (size_t)b->list[l] * POINTS, i##_end = i + POINTS; i < i##_end; i++)

static void locate_ours(bench *b, int side)
{
    EACH(i) b->found[side][i] = cim_shapes_locate(b->shapes, i / POINTS, b->xy[2 * i], b->xy[2 * i + 1]) != CIM_OUTSIDE;
}
static void locate_prepared(bench *b, int side)
{
    EACH(i) b->found[side][i] = GEOSPreparedIntersects(b->areas[i / POINTS].prepared, b->points[i]);
}
static void distance_ours(bench *b, int side)
{
    EACH(i) b->distance[side][i] = cim_shapes_distance(b->shapes, i / POINTS, b->xy[2 * i], b->xy[2 * i + 1]);
}
static void distance_prepared(bench *b, int side) { EACH(i) GEOSPreparedDistance(b->areas[i / POINTS].prepared, b->points[i], &b->distance[side][i]); }
static void distance_plain(bench *b, int side) { EACH(i) GEOSDistance(b->areas[i / POINTS].peer, b->points[i], &b->distance[side][i]); }
static void nearest_ours(bench *b, int side)
{
    cim_nearest nearest;
    EACH(i)
    {
        cim_shapes_nearest(b->shapes, i / POINTS, b->xy[2 * i], b->xy[2 * i + 1], &nearest);
        b->distance[side][i] = nearest.distance;
    }
}
static void nearest_prepared(bench *b, int side)
{
    EACH(i)
    {
        GEOSCoordSequence *places = GEOSPreparedNearestPoints(b->areas[i / POINTS].prepared, b->points[i]);
        double x = 0, y = 0;
        if (places) GEOSCoordSeq_getXY(places, 0, &x, &y);
        b->distance[side][i] = hypot(x - b->xy[2 * i], y - b->xy[2 * i + 1]);
        GEOSCoordSeq_destroy(places);
    }
}
static void window_ours(bench *b, int side) { EACH(i) b->found[side][i] = cim_shapes_box_relation(b->shapes, i / POINTS, &b->windows[i]); }
static void window_prepared(bench *b, int side)
{
    EACH(i)
    {
        const GEOSPreparedGeometry *p = b->areas[i / POINTS].prepared;
        b->found[side][i] = !GEOSPreparedIntersects(p, b->boxes[i]) ? CIM_OUTSIDE : GEOSPreparedContainsProperly(p, b->boxes[i]) ? CIM_INSIDE : CIM_CROSSES;
    }
}

/* ---- timing ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Medians of nanoseconds a question. */
static void run_sides(bench *b, const side_fn *sides, int count, double *median_out)
{
    static double times[SIDES][MAX_ROUNDS];
    size_t passes = 1 + LEAST_TESTS / (b->listed * POINTS); /* a class of few areas would take no longer than the clock's jitter */
    for (int round = -1; round < b->rounds; round++) /* the first builds what is built on demand */
        for (int s = 0; s < count; s++) {
            double start = now();
            for (size_t pass = 0; pass < passes; pass++) sides[s](b, s);
            if (round >= 0) times[s][round] = (now() - start) * 1e9 / (double)(b->listed * POINTS * passes);
        }
    for (int s = 0; s < count; s++) {
        qsort(times[s], (size_t)b->rounds, sizeof(double), by_value);
        median_out[s] = times[s][b->rounds / 2];
    }
}

static void agree_found(bench *b, char text[120])
{
    size_t wrong = 0, hits = 0;
    EACH(i)
    {
        wrong += b->found[0][i] != b->found[1][i];
        hits += b->found[0][i] != 0;
    }
    snprintf(text, 120, wrong ? "no (%zu of %zu differ)" : "yes (%zu hits of %zu)", wrong ? wrong : hits, b->listed * POINTS);
}

/* GEOS computes a distance from coordinates of some 5e6 m: 1e-9 is their last bit. */
static void agree_distance(bench *b, char text[120])
{
    double most = 0;
    EACH(i) most = fmax(most, fabs(b->distance[0][i] - b->distance[1][i]));
    snprintf(text, 120, "%s (%zu, largest difference %.1e m)", most < 1e-7 ? "yes" : "no", b->listed * POINTS, most);
}

typedef struct subject {
    const char *name;
    side_fn sides[SIDES];
    const char *peers[SIDES - 1];
    bool distance;
} subject;

static const subject subjects[] = {
    { "point in area", { locate_ours, locate_prepared, NULL }, { "prepared intersects", NULL }, false },
    { "distance", { distance_ours, distance_prepared, distance_plain }, { "prepared distance", "plain distance" }, true },
    { "nearest place", { nearest_ours, nearest_prepared, NULL }, { "prepared nearest points", NULL }, true },
    { "window relation", { window_ours, window_prepared, NULL }, { "prepared intersects, contains properly", NULL }, false },
};

static void run_subject(bench *b, const subject *s, const char *class_name)
{
    double medians[SIDES];
    char text[120];
    int sides = s->sides[2] ? 3 : 2, best = 1;
    run_sides(b, s->sides, sides, medians);
    if (sides == 3 && medians[2] < medians[1]) best = 2;
    if (s->distance) agree_distance(b, text);
    else agree_found(b, text);
    printf("%s, %s (%zu)\tns/test\t%.3f\t%.3f\tGEOS %s %s\t%s\n", s->name, class_name, b->listed, medians[0], medians[best], GEOSversion(), s->peers[best - 1], text);
    fflush(stdout);
}

static void run_classes(bench *b)
{
    static const struct {
        const char *name;
        uint32_t least, most;
    } classes[CLASSES] = { { "all areas", 0, UINT32_MAX }, { "<= 8 vertices", 0, 8 }, { "9-32 vertices", 9, 32 }, { "33-256 vertices", 33, 256 }, { "> 256 vertices", 257, UINT32_MAX } };
    for (size_t s = 0; s < sizeof subjects / sizeof *subjects; s++)
        for (int c = 0; c < CLASSES; c++) {
            b->listed = 0;
            for (size_t i = 0; i < b->count; i++)
                if (b->areas[i].geom.vertex_count >= classes[c].least && b->areas[i].geom.vertex_count <= classes[c].most) b->list[b->listed++] = (uint32_t)i;
            if (b->listed) run_subject(b, &subjects[s], classes[c].name);
        }
}

/* Pairs in random order, as a spatial join makes them: arrays on one thread against single calls of GEOS. */
static void run_shuffled(bench *b)
{
    size_t n = b->count * POINTS, hits[2] = { 0, 0 };
    uint32_t *order = room(n, sizeof *order), *which = room(n, sizeof *which);
    double *xy = room(2 * n, sizeof *xy), times[2][MAX_ROUNDS];
    uint8_t *where = room(n, 1);
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    for (size_t i = n; i-- > 1;) {
        size_t k = (size_t)uniform(b, 0, (double)(i + 1));
        uint32_t swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
    for (size_t i = 0; i < n; i++) {
        which[i] = order[i] / POINTS;
        xy[2 * i] = b->xy[2 * order[i]];
        xy[2 * i + 1] = b->xy[2 * order[i] + 1];
    }
    for (int round = 0; round < b->rounds; round++) {
        double start = now();
        cim_shapes_locate_many(b->ctx, b->shapes, which, xy, n, where);
        times[0][round] = (now() - start) * 1e9 / (double)n;
        hits[0] = hits[1] = 0;
        for (size_t i = 0; i < n; i++) hits[0] += where[i] != CIM_OUTSIDE;
        start = now();
        for (size_t i = 0; i < n; i++) hits[1] += GEOSPreparedIntersects(b->areas[which[i]].prepared, b->points[order[i]]) == 1;
        times[1][round] = (now() - start) * 1e9 / (double)n;
    }
    for (int s = 0; s < 2; s++) qsort(times[s], (size_t)b->rounds, sizeof(double), by_value);
    printf("point in area, pairs in random order, one thread\tns/test\t%.3f\t%.3f\tGEOS %s prepared intersects\t%s (%zu hits of %zu)\n", times[0][b->rounds / 2], times[1][b->rounds / 2],
           GEOSversion(), hits[0] == hits[1] ? "yes" : "no", hits[0], n);
    free(order);
    free(which);
    free(xy);
    free(where);
}

/* Time and memory of making what questions are asked of.  GEOS builds its indexes at the first question of each kind. */
static bool make_both(bench *b)
{
    cim_geom *geoms = room(b->count, sizeof *geoms);
    for (size_t i = 0; i < b->count; i++) geoms[i] = b->areas[i].geom;
    double start = now();
    if (cim_shapes_build(b->ctx, geoms, b->count, &b->shapes) < 0) {
        fprintf(stderr, "%s\n", cim_ctx_error(b->ctx));
        return false;
    }
    double ours = now() - start, distance;
    free(geoms);
    struct mallinfo2 before = mallinfo2();
    start = now();
    for (size_t i = 0; i < b->count; i++) {
        b->areas[i].prepared = GEOSPrepare(b->areas[i].peer);
        GEOSPreparedIntersects(b->areas[i].prepared, b->points[i * POINTS]);
        GEOSPreparedDistance(b->areas[i].prepared, b->points[i * POINTS], &distance);
    }
    double peer = now() - start, n = (double)b->vertices;
    struct mallinfo2 after = mallinfo2();
    double bytes = (double)(after.uordblks + after.hblkhd) - (double)(before.uordblks + before.hblkhd);
    printf("build\tns/vertex\t%.3f\t%.3f\tGEOS %s prepare and first questions\t-\n", ours * 1e9 / n, peer * 1e9 / n, GEOSversion());
    printf("memory with the vertices (GEOS: besides its geometries)\tB/vertex\t%.2f\t%.2f\tGEOS %s prepared\t-\n", (double)cim_shapes_bytes(b->shapes) / n, bytes / n, GEOSversion());
    return true;
}

int main(int argc, char **argv)
{
    bench b = { 0 };
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    if (argc < 4) return fprintf(stderr, "usage: bench_shapes ROUNDS SEED city.cim ...\n"), 1;
    b.rounds = atoi(argv[1]);
    if (b.rounds < 1 || b.rounds > MAX_ROUNDS) return 1;
    b.seed = strtoull(argv[2], NULL, 10);
    options.threads = 1;
    if (cim_ctx_new(&options, &b.ctx) < 0) return 2;
    initGEOS(silent, silent);
    for (int i = 3; i < argc; i++)
        if (!load(&b, argv[i])) return 2;
    if (!b.count) return fprintf(stderr, "no areas\n"), 2;
    make_questions(&b);
    printf("#areas\t%zu\t%zu\t%zu\n", b.count, b.vertices, b.invalid);
    if (!make_both(&b)) return 2;
    run_classes(&b);
    run_shuffled(&b);
    return 0; /* the system takes the memory back */
}
