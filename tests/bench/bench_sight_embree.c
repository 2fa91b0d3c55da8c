/* The sight lines of bench_sight.c by Embree: walls as quadrangles, float, moved to a local origin.  A line that enters a building and leaves it
 * meets a wall, so roofs are not needed; one with both ends in the same building meets none, and is what differs most.  Reads
 * what bench_sight saw, prints "name<TAB>value..." a line.
 *
 *     bench_sight_embree TOWN COUNT SEEN */
#include "sight_bench.h"

#include <embree3/rtcore.h>

static double origin[2];

static RTCScene build(RTCDevice device, const town *t)
{
    RTCScene scene = rtcNewScene(device);
    RTCGeometry g = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_QUAD);
    rtcSetSceneFlags(scene, RTC_SCENE_FLAG_ROBUST);
    float *v = rtcSetNewGeometryBuffer(g, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3, 12, 4 * (size_t)t->vertices);
    uint32_t *q = rtcSetNewGeometryBuffer(g, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT4, 16, t->vertices);
    for (uint32_t p = 0, r = 0, at = 0; p < t->prisms; p++)
        for (; r < t->prism_end[p]; r++)
            for (uint32_t first = at; at < t->ring_end[r]; at++) {
                const double *a = t->xy + 2 * (size_t)at, *b = t->xy + 2 * (size_t)(at + 1 < t->ring_end[r] ? at + 1 : first);
                const double corners[4][3] = { { a[0], a[1], t->base[p] }, { b[0], b[1], t->base[p] }, { b[0], b[1], t->top[p] }, { a[0], a[1], t->top[p] } };
                for (uint32_t k = 0; k < 4; k++) {
                    q[4 * (size_t)at + k] = 4 * at + k;
                    for (int d = 0; d < 3; d++) v[12 * (size_t)at + 3 * k + d] = (float)(corners[k][d] - (d < 2 ? origin[d] : 0.0));
                }
            }
    rtcCommitGeometry(g);
    rtcAttachGeometry(scene, g);
    rtcReleaseGeometry(g);
    rtcCommitScene(scene);
    return scene;
}

static int seen_by(RTCScene scene, struct RTCIntersectContext *context, const double *from, const double *to)
{
    struct RTCRay ray = { 0 };
    ray.org_x = (float)(from[0] - origin[0]), ray.org_y = (float)(from[1] - origin[1]), ray.org_z = (float)from[2];
    ray.dir_x = (float)(to[0] - from[0]), ray.dir_y = (float)(to[1] - from[1]), ray.dir_z = (float)(to[2] - from[2]);
    ray.tfar = 1.0f, ray.mask = ~0u;
    rtcOccluded1(scene, context, &ray);
    return ray.tfar >= 0.0f;
}

int main(int argc, char **argv)
{
    if (argc != 4) stop("usage: bench_sight_embree TOWN COUNT SEEN");
    town t = read_town(argv[1]);
    size_t count = strtoul(argv[2], NULL, 10);
    double *from = room(3 * count, 8), *to = room(3 * count, 8);
    FILE *f = fopen(argv[3], "rb");
    if (!f) stop("nothing was seen");
    RTCDevice device = rtcNewDevice("threads=1");
    origin[0] = floor(t.xy[0]), origin[1] = floor(t.xy[1]);
    double begin = now();
    RTCScene scene = build(device, &t);
    printf("build_ms\t%.6g\n", (now() - begin) * 1e3);
    for (int kind = 0; kind < KINDS; kind++) {
        struct RTCIntersectContext context;
        uint8_t *ours = take(f, count, 1);
        size_t differ = 0;
        rtcInitIntersectContext(&context);
        if (kind % 2) context.flags = RTC_INTERSECT_CONTEXT_FLAG_COHERENT;
        make_lines(&t, kind, count, from, to);
        double best = 1e9;
        for (int r = 0; r < 3; r++) {
            differ = 0;
            begin = now();
            for (size_t i = 0; i < count; i++) differ += seen_by(scene, &context, from + 3 * i, to + 3 * i) != ours[i];
            double took = now() - begin;
            best = took < best ? took : best;
        }
        printf("kind%d\t%.6g\t%zu\n", kind, (double)count / best / 1e6, differ);
        free(ours);
    }
    fclose(f);
    rtcReleaseScene(scene);
    rtcReleaseDevice(device);
    return 0;
}
