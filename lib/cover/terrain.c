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

/* ---- a target that moves along a line ----
 *
 * The sight line to a + t (b - a) crosses a line of posts at a place and a height that are quotients of functions linear in t, with one
 * denominator: the distance to the target across the lines.  Multiplied by it, "between these two posts", "below the height between them" and
 * "between eye and target" are linear in t, so that two neighbouring posts hide an interval, in closed form. */

/* Keeps of *lo to *hi what makes f, linear from f0 to f1, not negative. */
static void keep(double f0, double f1, double *lo, double *hi)
{
    if (f0 >= 0.0 && f1 >= 0.0) return;
    if (f0 < 0.0 && f1 < 0.0) {
        *hi = -1.0;
        return;
    }
    double at = f0 / (f0 - f1);
    if (f0 < 0.0) *lo = at > *lo ? at : *lo;
    else *hi = at < *hi ? at : *hi;
}

/* One axis: u across the lines of posts, v along them, both in posts from the eye; z above the eye; at: u from the first post.
 * [0]: of a, [1]: of b. */
typedef struct moving {
    const cim__raster *r;
    double eye_u, eye_v, eye_z, u[2], v[2], z[2], at[2];
    size_t stride_u, stride_v;
    uint32_t count_u, count_v;
} moving;

static bool hide_between(const moving *m, double line, double j, cim__buf *spans)
{
    const float *h = m->r->height + (size_t)line * m->stride_u + (size_t)j * m->stride_v;
    double k = line - m->eye_u, sign = k < 0.0 ? -1.0 : 1.0, reach = fabs(k), h0 = (double)h[0] - m->eye_z, rise = (double)h[m->stride_v] - (double)h[0];
    double lo = 0.0, hi = 1.0, beyond[2], left[2], right[2], below[2];
    if (!(isfinite(h0) && isfinite(rise))) return true;
    for (int i = 0; i < 2; i++) {
        double across = sign * m->u[i];
        beyond[i] = sign * (m->at[i] - line);
        left[i] = reach * m->v[i] - (j - m->eye_v) * across;
        right[i] = (j + 1.0 - m->eye_v) * across - reach * m->v[i];
        below[i] = h0 * across + rise * left[i] - reach * m->z[i];
    }
    if (beyond[0] <= 0.0 && beyond[1] <= 0.0) return true; /* the target's own end does not count */
    keep(beyond[0], beyond[1], &lo, &hi);
    keep(left[0], left[1], &lo, &hi);
    keep(right[0], right[1], &lo, &hi);
    keep(below[0], below[1], &lo, &hi);
    if (!(lo < hi) || (below[0] <= 0.0 && below[1] <= 0.0)) return true;
    double *span = cim__buf_extend(spans, 2 * sizeof *span);
    if (span) span[0] = lo, span[1] = hi;
    return span != NULL;
}

/* Where a line of posts meets the edge between two corners of the triangle of eye, a and b. */
static void reach_edge(double k, double u0, double v0, double u1, double v1, double *least, double *most)
{
    if ((u0 < k && u1 < k) || (u0 > k && u1 > k)) return;
    double t = u0 == u1 ? 0.0 : (k - u0) / (u1 - u0), v = v0 + t * (v1 - v0);
    *least = fmin(*least, u0 == u1 ? fmin(v0, v1) : v);
    *most = fmax(*most, u0 == u1 ? fmax(v0, v1) : v);
}

static bool hide_along(const moving *m, cim__buf *spans)
{
    double first = ceil(m->eye_u + fmin(0.0, fmin(m->u[0], m->u[1]))), last = floor(m->eye_u + fmax(0.0, fmax(m->u[0], m->u[1])));
    first = first < 0.0 ? 0.0 : first;
    last = last > m->count_u - 1.0 ? m->count_u - 1.0 : last;
    for (double line = first; line <= last; line += 1.0) {
        double k = line - m->eye_u, least = HUGE_VAL, most = -HUGE_VAL;
        if (k == 0.0) continue; /* the eye's own end does not count */
        reach_edge(k, 0.0, 0.0, m->u[0], m->v[0], &least, &most);
        reach_edge(k, 0.0, 0.0, m->u[1], m->v[1], &least, &most);
        reach_edge(k, m->u[0], m->v[0], m->u[1], m->v[1], &least, &most);
        double j = floor(m->eye_v + least - 1e-6), end = floor(m->eye_v + most + 1e-6);
        j = j < 0.0 ? 0.0 : j;
        end = end > m->count_v - 2.0 ? m->count_v - 2.0 : end;
        for (; j <= end; j += 1.0)
            if (!hide_between(m, line, j, spans)) return false;
    }
    return true;
}

bool cim__sight_earth_along(const cim__raster *r, const double from[3], const double a[3], const double b[3], cim__buf *spans)
{
    if (fmin(from[2], fmin(a[2], b[2])) >= r->highest) return true;
    moving across = { .r = r, .eye_u = (from[0] - r->x) / r->step_x, .eye_v = (from[1] - r->y) / r->step_y, .eye_z = from[2], .stride_u = 1, .stride_v = r->columns,
                      .count_u = r->columns, .count_v = r->rows };
    const double *ends[2] = { a, b };
    double along_at[2];
    for (int i = 0; i < 2; i++) {
        across.u[i] = (ends[i][0] - from[0]) / r->step_x;
        across.v[i] = (ends[i][1] - from[1]) / r->step_y;
        across.z[i] = ends[i][2] - from[2];
        across.at[i] = (ends[i][0] - r->x) / r->step_x;
        along_at[i] = (ends[i][1] - r->y) / r->step_y;
    }
    moving along = { .r = r, .eye_u = across.eye_v, .eye_v = across.eye_u, .eye_z = from[2], .u = { across.v[0], across.v[1] }, .v = { across.u[0], across.u[1] },
                     .z = { across.z[0], across.z[1] }, .at = { along_at[0], along_at[1] }, .stride_u = r->columns, .stride_v = 1, .count_u = r->rows, .count_v = r->columns };
    return hide_along(&across, spans) && hide_along(&along, spans);
}
