/* sight_bench.h - the town and the sight lines that bench_sight.c and bench_sight_embree.c both measure.
 *
 * A town: "SGT1", counts of prisms, rings, vertices (u32), prism_end, ring_end (u32), xy, base, top (double). */
#ifndef CIM_SIGHT_BENCH_H
#define CIM_SIGHT_BENCH_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct town {
    uint32_t prisms, rings, vertices, *prism_end, *ring_end;
    double *xy, *base, *top;
} town;

enum { FAN = 1024, KINDS = 6 };

static inline void stop(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static inline void *room(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p) stop("out of memory");
    return p;
}

static inline void *take(FILE *f, size_t count, size_t size)
{
    void *p = room(count, size);
    if (fread(p, size, count, f) != count) stop("the file ends early");
    return p;
}

static inline town read_town(const char *path)
{
    town t;
    char magic[4];
    FILE *f = fopen(path, "rb");
    if (!f || fread(magic, 1, 4, f) != 4 || memcmp(magic, "SGT1", 4)) stop("no town");
    uint32_t *counts = take(f, 3, 4);
    t.prisms = counts[0], t.rings = counts[1], t.vertices = counts[2];
    free(counts);
    t.prism_end = take(f, t.prisms, 4), t.ring_end = take(f, t.rings, 4), t.xy = take(f, 2 * (size_t)t.vertices, 8);
    t.base = take(f, t.prisms, 8), t.top = take(f, t.prisms, 8);
    fclose(f);
    return t;
}

static inline double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint64_t state;
static inline double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

/* Kind 2 k: each line from another camera; 2 k + 1: fans of 1,024 targets.  Cameras stand 1 m outside a wall's middle, 4 to 8 m high; targets
 * are 1.5 m high, up to 150, 500, 3,000 m away. */
static inline void make_lines(const town *t, int kind, size_t count, double *from, double *to)
{
    static const double reach[] = { 150, 500, 3000 };
    state = 88172645463325252u + (uint64_t)kind;
    double c[3] = { 0, 0, 0 };
    for (size_t i = 0; i < count; i++) {
        if (kind % 2 == 0 || i % FAN == 0) {
            uint32_t v = (uint32_t)(uniform() * (t->vertices - 1));
            const double *p = t->xy + 2 * (size_t)v, *q = p + 2;
            double dx = q[0] - p[0], dy = q[1] - p[1], length = hypot(dx, dy), side = uniform() < 0.5 ? 1.0 : -1.0;
            if (!(length > 0.01 && length < 1000)) dx = 0, dy = 1, length = 1, q = p;
            c[0] = 0.5 * (p[0] + q[0]) + side * dy / length, c[1] = 0.5 * (p[1] + q[1]) - side * dx / length, c[2] = 4.0 + 4.0 * uniform();
        }
        double angle = 6.283185307179586 * uniform(), r = reach[kind / 2] * sqrt(uniform());
        memcpy(from + 3 * i, c, sizeof c);
        to[3 * i] = c[0] + r * cos(angle), to[3 * i + 1] = c[1] + r * sin(angle), to[3 * i + 2] = 1.5;
    }
}

#endif
