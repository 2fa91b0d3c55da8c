/* shapes_many.c - questions by the array, on the context's threads. */
#include "core/par.h"
#include "geom/shapes.h"

#include <math.h>

enum { CHUNK = 4096, AHEAD = 8 };

typedef struct job {
    const cim_shapes *shapes;
    const uint32_t *which;
    const double *xy;
    size_t count;
    uint8_t *where;
    double *distances;
} job;

/* Shapes far apart in memory: have the head and the first coordinates on their way. */
static inline void fetch(const job *j, size_t i)
{
    if (i >= j->count) return;
    const cim__shape *h = cim__shape_of(j->shapes, j->which[i]);
    __builtin_prefetch(h);
    __builtin_prefetch(h + 1);
    __builtin_prefetch(h + 2);
}

static cim_status run_chunk(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    const job *j = user;
    size_t end = (item + 1) * CHUNK < j->count ? (item + 1) * CHUNK : j->count;
    (void)ctx;
    (void)worker;
    for (size_t i = item * CHUNK; i < end; i++) {
        fetch(j, i + AHEAD);
        double x = j->xy[2 * i], y = j->xy[2 * i + 1];
        if (j->where) j->where[i] = (uint8_t)cim_shapes_locate(j->shapes, j->which[i], x, y);
        else j->distances[i] = cim_shapes_distance(j->shapes, j->which[i], x, y);
    }
    return CIM_OK;
}

static cim_status run(cim_ctx *ctx, job *j)
{
    cim__enter(ctx);
    for (size_t i = 0; i < j->count; i++)
        if (j->which[i] >= j->shapes->count) return cim__fail(ctx, CIM_EARG, "item %zu: shape %u of %zu", i, j->which[i], j->shapes->count);
    return cim__par_run(ctx, (j->count + CHUNK - 1) / CHUNK, "shapes", run_chunk, j);
}

cim_status cim_shapes_locate_many(cim_ctx *ctx, const cim_shapes *shapes, const uint32_t *which, const double *xy, size_t count, uint8_t *where_out)
{
    return run(ctx, &(job){ shapes, which, xy, count, where_out, NULL });
}

cim_status cim_shapes_distance_many(cim_ctx *ctx, const cim_shapes *shapes, const uint32_t *which, const double *xy, size_t count,
                                    double *distances_out)
{
    return run(ctx, &(job){ shapes, which, xy, count, NULL, distances_out });
}
