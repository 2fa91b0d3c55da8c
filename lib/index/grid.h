/* grid.h - 32-bit fixed-point coordinates: value = origin + step * number.
 *
 * The step is a power of two and the origins are multiples of it, so turning a number back is exact.  What is there at the start lies
 * within 2^29 of the origin; live changes may go to 2^30, so that differences of two numbers fit 32 bits. */
#ifndef CIM_INDEX_GRID_H
#define CIM_INDEX_GRID_H

#include "cim/index.h"

#include <stdbool.h>

typedef struct cim__grid {
    double origin_x, origin_y, origin_z, step, scale; /* scale = 1 / step, exactly */
} cim__grid;

/* A box in fixed-point numbers. */
typedef struct cim__ibox {
    int32_t min_x, min_y, max_x, max_y;
} cim__ibox;

enum { CIM__GRID_HALF = 1 << 29, CIM__GRID_END = 1 << 30 };

static const cim__ibox cim__ibox_nothing = { INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN };

cim__grid cim__grid_for(const cim_box *extent, double min_z, double max_z);

static inline int32_t cim__grid_down(double v) /* |v| < 2^31 */
{
    int32_t t = (int32_t)v;
    return t - (t > v);
}
static inline int32_t cim__grid_up(double v)
{
    int32_t t = (int32_t)v;
    return t + (t < v);
}
/* A place in grid numbers is off by up to 2^-23 when its last digits do not fit a double: the square of a reach that nothing is lost by. */
static inline double cim__grid_slack2(double reach) { return (reach + 1e-3) * (reach + 1e-3) * (1.0 + 4e-15); }
/* Down and up for any v: numbers beyond what data can have stay beyond it. */
static inline double cim__grid_clamp(double v) { return v < -2147483646.0 ? -2147483646.0 : v > 2147483646.0 ? 2147483646.0 : v; }

static inline cim__ibox cim__grid_box(const cim__grid *g, double scale, const cim_box *b) /* b within the grid; scale = 1 / step */
{
    return (cim__ibox){ cim__grid_down((b->min_x - g->origin_x) * scale), cim__grid_down((b->min_y - g->origin_y) * scale),
                        cim__grid_up((b->max_x - g->origin_x) * scale), cim__grid_up((b->max_y - g->origin_y) * scale) };
}
static inline cim_box cim__grid_back(const cim__grid *g, const cim__ibox *b)
{
    return (cim_box){ g->origin_x + g->step * b->min_x, g->origin_y + g->step * b->min_y, g->origin_x + g->step * b->max_x, g->origin_y + g->step * b->max_y };
}
/* How far two ranges are apart, 0 where they meet. */
static inline double cim__range_gap(double min, double max, double from, double to)
{
    double before = from - max, behind = min - to, gap = before > behind ? before : behind;
    return gap > 0.0 ? gap : 0.0;
}
static inline bool cim__range_ok(double from, double to) { return isfinite(from) && isfinite(to) && from <= to; }

static inline void cim__ibox_join(cim__ibox *a, const cim__ibox *b)
{
    if (b->min_x < a->min_x) a->min_x = b->min_x;
    if (b->min_y < a->min_y) a->min_y = b->min_y;
    if (b->max_x > a->max_x) a->max_x = b->max_x;
    if (b->max_y > a->max_y) a->max_y = b->max_y;
}
static inline bool cim__ibox_meets(const cim__ibox *a, const cim__ibox *b)
{
    return a->min_x <= b->max_x && a->min_y <= b->max_y && a->max_x >= b->min_x && a->max_y >= b->min_y;
}

#endif
