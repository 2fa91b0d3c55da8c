/* customize.c - right-looking customisation over the assembly map, and its distribution to threads.
 *
 * Rows are final when their turn comes: every arc that could improve them lies lower.  A thread takes a whole subtree; what
 * the subtree does to rows above its root goes to a private copy of those rows (they are the up-neighbours of the root, no
 * others), merged afterwards in a fixed order.  No barrier but one. */
#include "core/par.h"
#include "route/kernels.h"
#include "route/metric.h"

typedef struct job {
    const cim_route_hierarchy *h;
    uint32_t *weight;
    uint32_t lanes;
    uint32_t **extra; /* of each task */
} job;

static void run_span(const job *j, const cim__span *span)
{
    if (j->lanes > 1) j->h->kernels->customize_lanes(j->h, j->weight, span);
    else j->h->kernels->customize(j->h, j->weight, span);
}

static cim_status run_task(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    job *j = user;
    const cim_route_hierarchy *h = j->h;
    uint32_t root = h->task_root[item], rows = 0, *extra_at = cim__alloc_n(ctx->mem, h->depth[root] + 1u, 4);
    (void)worker;
    if (!extra_at) return cim__nomem(ctx);
    for (uint32_t i = h->up_first[root]; i < h->up_first[root + 1]; i++) {
        extra_at[h->up_depth[i]] = rows;
        rows += cim__row_size(h, h->up_head[i]);
    }
    size_t numbers = (size_t)rows * 2 * j->lanes;
    uint32_t *extra = j->extra[item] = cim__alloc_n(ctx->mem, numbers, 4);
    for (size_t k = 0; extra && k < numbers; k++) extra[k] = CIM__INF;
    if (extra) run_span(j, &(cim__span){ h->subtree_first[root], root + 1, root, extra, extra_at });
    cim__free(ctx->mem, extra_at);
    return extra ? CIM_OK : cim__nomem(ctx);
}

static void merge_task(const job *j, size_t item)
{
    const cim_route_hierarchy *h = j->h;
    uint32_t root = h->task_root[item];
    const uint32_t *extra = j->extra[item];
    for (uint32_t i = h->up_first[root]; i < h->up_first[root + 1]; i++) {
        uint32_t x = h->up_head[i];
        size_t numbers = (size_t)cim__row_size(h, x) * 2 * j->lanes;
        uint32_t *to = j->weight + (size_t)h->up_first[x] * 2 * j->lanes;
        for (size_t k = 0; k < numbers; k++) to[k] = cim__min32(to[k], extra[k]);
        extra += numbers;
    }
}

static cim_status run_tasks(cim_ctx *ctx, job *j)
{
    const cim_route_hierarchy *h = j->h;
    uint32_t at = 0;
    CIM__TRY(cim__par_run(ctx, h->task_count, "customising", run_task, j));
    for (uint32_t k = 0; k < h->task_count; k++) merge_task(j, k);
    for (uint32_t k = 0; k <= h->task_count; k++) { /* what lies between the tasks */
        uint32_t stop = k < h->task_count ? h->subtree_first[h->task_root[k]] : h->node_count;
        run_span(j, &(cim__span){ at, stop, CIM_NONE, NULL, NULL });
        if (k < h->task_count) at = h->task_root[k] + 1;
    }
    return CIM_OK;
}

cim_status cim__customize(cim_ctx *ctx, const cim_route_hierarchy *h, uint32_t *weight, uint32_t lanes)
{
    job j = { h, weight, lanes, NULL };
    if (ctx->threads < 2 || h->task_count < 2) {
        run_span(&j, &(cim__span){ 0, h->node_count, CIM_NONE, NULL, NULL });
        return cim__tick(ctx, 1, 1, "customising");
    }
    j.extra = cim__zalloc_n(ctx->mem, h->task_count, sizeof *j.extra);
    if (!j.extra) return cim__nomem(ctx);
    cim_status st = run_tasks(ctx, &j);
    for (uint32_t k = 0; k < h->task_count; k++) cim__free(ctx->mem, j.extra[k]);
    cim__free(ctx->mem, j.extra);
    return st;
}
