/* terrain.c - a raster of heights under a sight line.
 *
 * The heights are those of posts.  Where the line, seen from above, crosses a line of posts, the height between two posts is linear; the
 * line must not be below it there.  A crossing beside a post that has no height (not a number) hides nothing. */
#include "cover/sight.h"

cim_status cim__raster_copy(cim_ctx *ctx, const cim_sight_raster *raster, cim__raster *raster_out)
{
    cim_sight_raster r = CIM_SIGHT_RASTER_INIT;
    CIM__TRY(cim__opts(ctx, &r, sizeof r, raster, "cim_sight_raster"));
    if (!r.columns || !r.rows || !r.height_m) return cim__fail(ctx, CIM_EARG, "a raster without heights");
    if ((uint64_t)r.columns * r.rows > 0x7fffffff) return cim__fail(ctx, CIM_EARG, "a raster of %u by %u posts is too large", r.columns, r.rows);
    bool placed = fabs(r.x) <= CIM__SIGHT_FAR && fabs(r.y) <= CIM__SIGHT_FAR && fabs(r.step_x_m) <= 1e6 && fabs(r.step_y_m) <= 1e6;
    if (!placed || !(fabs(r.step_x_m) >= 1e-6 && fabs(r.step_y_m) >= 1e-6)) return cim__fail(ctx, CIM_EARG, "the place of a raster is absurd");
    size_t count = (size_t)r.columns * r.rows;
    double highest = -HUGE_VAL;
    for (size_t i = 0; i < count; i++) {
        if (fabsf(r.height_m[i]) > (float)CIM__SIGHT_FAR) return cim__fail(ctx, CIM_EARG, "height %zu of a raster is absurd", i);
        if ((double)r.height_m[i] > highest) highest = (double)r.height_m[i];
    }
    float *copy = cim__alloc_n(ctx->mem, count, sizeof *copy);
    if (!copy) return cim__nomem(ctx);
    memcpy(copy, r.height_m, count * sizeof *copy);
    *raster_out = (cim__raster){ r.columns, r.rows, r.x, r.y, r.step_x_m, r.step_y_m, highest, copy };
    return CIM_OK;
}

/* Crossings with the lines of posts along one axis: u counts posts along it, v across. */
static bool below_along(const cim__raster *r, double u0, double u1, double v0, double v1, double z0, double z1, size_t stride_u, size_t stride_v,
                        uint32_t count_u, uint32_t count_v)
{
    double least = u0 < u1 ? u0 : u1, most = u0 < u1 ? u1 : u0, du = u1 - u0;
    double first = ceil(least), last = floor(most);
    first = first < 0.0 ? 0.0 : first;
    last = last > count_u - 1.0 ? count_u - 1.0 : last;
    for (double u = first; u <= last; u += 1.0) {
        double t = (u - u0) / du, v = v0 + t * (v1 - v0), j = floor(v), part = v - j;
        if (u == u0 || u == u1 || !(j >= 0.0) || j > count_v - 1.0 || (j == count_v - 1.0 && part > 0.0)) continue;
        const float *h = r->height + (size_t)u * stride_u + (size_t)j * stride_v;
        double ground = part > 0.0 ? (double)h[0] + part * ((double)h[stride_v] - (double)h[0]) : (double)h[0];
        if (z0 + t * (z1 - z0) < ground) return true;
    }
    return false;
}

bool cim__sight_earth(const cim__raster *r, const cim__sight *s)
{
    if (s->low >= r->highest) return false;
    double u0 = (s->a[0] - r->x) / r->step_x, u1 = (s->b[0] - r->x) / r->step_x;
    double v0 = (s->a[1] - r->y) / r->step_y, v1 = (s->b[1] - r->y) / r->step_y;
    if (u0 != u1 && below_along(r, u0, u1, v0, v1, s->za, s->zb, 1, r->columns, r->columns, r->rows)) return true;
    return v0 != v1 && below_along(r, v0, v1, u0, u1, s->za, s->zb, r->columns, 1, r->rows, r->columns);
}
