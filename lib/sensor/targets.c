/* targets.c - targets in arrays: bare points, and the cells of an area. */
#include "cover/sight.h"
#include "sensor/sensor.h"

#include <stdlib.h>

enum { MOST_TARGETS = 100000000 };

cim_status cim_targets_new(cim_ctx *ctx, cim_targets **targets_out)
{
    cim__enter(ctx);
    if (!targets_out) return cim__fail(ctx, CIM_EARG, "no place for the targets");
    cim_targets *t = cim__zalloc(ctx->mem, sizeof *t);
    if (!t) return cim__nomem(ctx);
    t->mem = cim__mem_ref(ctx->mem);
    atomic_init(&t->refs, 1);
    atomic_init(&t->sealed, false);
    cim__buf *buffers[] = { &t->xyz, &t->normal, &t->weight, &t->extent, &t->object, &t->kind, &t->left };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) *buffers[i] = cim__buf_on(t->mem);
    *targets_out = t;
    return CIM_OK;
}

void cim_targets_free(cim_targets *t)
{
    if (!t || atomic_fetch_sub(&t->refs, 1) > 1) return;
    cim__mem *mem = t->mem;
    cim__buf *buffers[] = { &t->xyz, &t->normal, &t->weight, &t->extent, &t->object, &t->kind, &t->left };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) cim__buf_free(buffers[i]);
    cim__free(mem, t);
    cim__mem_unref(mem);
}

cim_status cim__targets_open(cim_ctx *ctx, const cim_targets *t)
{
    if (!t) return cim__fail(ctx, CIM_EARG, "no targets");
    return atomic_load(&t->sealed) ? cim__fail(ctx, CIM_EARG, "a coverage was built of these targets: make new ones") : CIM_OK;
}

/* A buffer that could not grow stays so: what is in it counts, so it may grow again later. */
static void shrink(cim__buf *buf, size_t size)
{
    buf->size = size;
    buf->failed = false;
}

void cim__targets_cut(cim_targets *t, size_t count, size_t left)
{
    double *weight = (double *)(void *)t->weight.data;
    shrink(&t->xyz, count * 3 * sizeof(double)), shrink(&t->normal, count * 2 * sizeof(double)), shrink(&t->extent, count * 2 * sizeof(double));
    shrink(&t->weight, count * sizeof(double)), shrink(&t->object, count * sizeof(uint32_t)), shrink(&t->kind, count), shrink(&t->left, left * sizeof(uint32_t));
    t->weight_sum = 0.0;
    for (size_t i = 0; i < count; i++) t->weight_sum += weight[i];
}

cim_status cim__targets_put(cim_ctx *ctx, cim_targets *t, const cim__target *one)
{
    if (t->kind.size >= MOST_TARGETS) return cim__fail(ctx, CIM_ELIMIT, "more than 100 million targets");
    cim__buf_put(&t->xyz, one->xyz, sizeof one->xyz);
    cim__buf_put(&t->normal, one->normal, sizeof one->normal);
    cim__buf_put(&t->weight, &one->weight, sizeof one->weight);
    cim__buf_put(&t->extent, one->extent, sizeof one->extent);
    cim__buf_put(&t->object, &one->object, sizeof one->object);
    cim__buf_put(&t->kind, &one->kind, 1);
    t->weight_sum += one->weight;
    bool failed = t->xyz.failed || t->normal.failed || t->weight.failed || t->extent.failed || t->object.failed || t->kind.failed;
    return failed ? cim__nomem(ctx) : CIM_OK;
}

bool cim__targets_leave(cim_targets *t, uint32_t object)
{
    cim__buf_put(&t->left, &object, sizeof object);
    return !t->left.failed;
}

cim_status cim__target_opts(cim_ctx *ctx, cim_target_options *to, const cim_target_options *options)
{
    *to = (cim_target_options)CIM_TARGET_OPTIONS_INIT;
    CIM__TRY(cim__opts(ctx, to, sizeof *to, options, "cim_target_options"));
    if (!(to->step_m >= 0.1 && to->step_m <= 1000.0)) return cim__fail(ctx, CIM_EARG, "targets every %g m, not 0.1 to 1000 m", to->step_m);
    if (!(fabs(to->height_m) <= 1e4 && fabs(to->top_m) <= 1e4)) return cim__fail(ctx, CIM_EARG, "targets %g to %g m above the ground", to->height_m, to->top_m);
    return CIM_OK;
}

static bool ok_at(const double *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(p[i]) <= CIM__SENSOR_FAR)) return false;
    return true;
}

cim_status cim_targets_add_points(cim_ctx *ctx, cim_targets *t, const double *xyz, const double *normal, const double *weight, const uint32_t *object,
                                  size_t count)
{
    cim__enter(ctx);
    CIM__TRY(cim__targets_open(ctx, t));
    if (count && !xyz) return cim__fail(ctx, CIM_EARG, "no points");
    for (size_t i = 0; i < count; i++) {
        if (!ok_at(xyz + 3 * i, 3)) return cim__fail(ctx, CIM_EARG, "point %zu is not finite or absurd", i);
        if (normal && !ok_at(normal + 2 * i, 2)) return cim__fail(ctx, CIM_EARG, "the normal of point %zu is not finite or absurd", i);
        if (weight && !(weight[i] >= 0.0 && weight[i] <= 1e15)) return cim__fail(ctx, CIM_EARG, "the weight of point %zu is negative or absurd", i);
    }
    size_t before = t->kind.size, left = CIM__COUNT(&t->left, uint32_t);
    cim_status st = CIM_OK;
    for (size_t i = 0; i < count && st >= 0; i++) {
        cim__target one = { .weight = weight ? weight[i] : 1.0, .object = object ? object[i] : CIM_NONE, .kind = CIM_TARGET_POINT };
        memcpy(one.xyz, xyz + 3 * i, sizeof one.xyz);
        if (normal) memcpy(one.normal, normal + 2 * i, sizeof one.normal);
        st = cim__targets_put(ctx, t, &one);
    }
    if (st < 0) cim__targets_cut(t, before, left);
    return st;
}

cim_status cim_targets_get(cim_ctx *ctx, const cim_targets *t, cim_targets_view *view_out)
{
    cim__enter(ctx);
    if (!t || !view_out) return cim__fail(ctx, CIM_EARG, "no targets, or no place for their view");
    cim_targets_view v = { .count = (uint32_t)t->kind.size,
                           .left_count = (uint32_t)CIM__COUNT(&t->left, uint32_t),
                           .xyz = (const double *)(const void *)t->xyz.data,
                           .normal = (const double *)(const void *)t->normal.data,
                           .weight = (const double *)(const void *)t->weight.data,
                           .extent = (const double *)(const void *)t->extent.data,
                           .object = (const uint32_t *)(const void *)t->object.data,
                           .kind = t->kind.data,
                           .weight_sum = t->weight_sum,
                           .cell_m = t->cell_m,
                           .cell_x = t->cell_x,
                           .cell_y = t->cell_y,
                           .left = (const uint32_t *)(const void *)t->left.data };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}

/* ---- cells ---- */

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Where the line y crosses the rings, ascending; between the first and the second it is inside, and so on. */
static bool crossings(const cim_geom *g, double y, cim__buf *out)
{
    out->size = 0;
    for (uint32_t r = 0; r < g->ring_count; r++) {
        uint32_t first = cim__ring_start(g, r), end = g->ring_end[r];
        for (uint32_t v = first; v < end; v++) {
            const double *p = g->coords + (size_t)g->dim * v, *q = g->coords + (size_t)g->dim * (v + 1 < end ? v + 1 : first);
            if ((p[1] > y) == (q[1] > y)) continue;
            double x = p[0] + (y - p[1]) / (q[1] - p[1]) * (q[0] - p[0]);
            cim__buf_put(out, &x, sizeof x);
        }
    }
    if (out->size) qsort(out->data, out->size / sizeof(double), sizeof(double), by_value);
    return !out->failed;
}

static cim_status row_of(cim_ctx *ctx, cim_targets *t, const cim_scene *scene, const cim_target_options *o, double row, const cim__buf *xs)
{
    double cell = o->step_m, y = t->cell_y + (row + 0.5) * cell;
    for (size_t k = 0; k + 1 < xs->size / sizeof(double); k += 2) {
        double from = CIM__AT(xs, double, k), to = CIM__AT(xs, double, k + 1);
        for (double c = ceil((from - t->cell_x) / cell - 0.5); t->cell_x + (c + 0.5) * cell < to; c += 1.0) {
            double x = t->cell_x + (c + 0.5) * cell;
            cim__target one = { .xyz = { x, y, cim_scene_ground(scene, x, y) + o->height_m }, .weight = cell * cell, .extent = { c * cell, row * cell },
                                .object = CIM_NONE, .kind = CIM_TARGET_CELL };
            int inside = cim__scene_holds(ctx, cim_scene_sight(scene), one.xyz);
            if (inside < 0) return inside;
            if (!inside) CIM__TRY(cim__targets_put(ctx, t, &one));
        }
    }
    return CIM_OK;
}

cim_status cim_targets_add_area(cim_ctx *ctx, cim_targets *t, const cim_scene *scene, const cim_geom *area, const cim_target_options *options)
{
    cim_target_options o;
    cim__enter(ctx);
    CIM__TRY(cim__targets_open(ctx, t));
    CIM__TRY(cim__target_opts(ctx, &o, options));
    if (!scene || !area) return cim__fail(ctx, CIM_EARG, "no scene or no area");
    if (t->cell_m > 0.0) return cim__fail(ctx, CIM_EARG, "targets have one area: join polygons to one geometry");
    if (cim__geom_base(area->type) != CIM_GEOM_POLYGON || !cim__geom_finite(area)) return cim__fail(ctx, CIM_EARG, "an area that is no polygon");
    cim_box box = cim__geom_box(area);
    if (!cim__box_ok(&box) || fmax(fabs(box.min_x), fabs(box.max_x)) > CIM__SENSOR_FAR || fmax(fabs(box.min_y), fabs(box.max_y)) > CIM__SENSOR_FAR)
        return cim__fail(ctx, CIM_EARG, "an area that is empty or absurd");
    double rows = (box.max_y - box.min_y) / o.step_m, columns = (box.max_x - box.min_x) / o.step_m;
    if (rows * columns > MOST_TARGETS) return cim__fail(ctx, CIM_ELIMIT, "more than 100 million cells: make them larger");
    size_t before = t->kind.size, left = CIM__COUNT(&t->left, uint32_t);
    cim__buf xs = cim__buf_on(ctx->mem);
    cim_status st = CIM_OK;
    t->cell_x = floor(box.min_x / o.step_m) * o.step_m, t->cell_y = floor(box.min_y / o.step_m) * o.step_m;
    for (double row = 0.0; t->cell_y + row * o.step_m < box.max_y && st >= 0; row += 1.0) {
        st = crossings(area, t->cell_y + (row + 0.5) * o.step_m, &xs) ? row_of(ctx, t, scene, &o, row, &xs) : cim__nomem(ctx);
        if (st >= 0) st = cim__tick(ctx, (uint64_t)row, (uint64_t)rows + 1, "cells");
    }
    cim__buf_free(&xs);
    if (st < 0) cim__targets_cut(t, before, left);
    else t->cell_m = o.step_m;
    return st;
}
