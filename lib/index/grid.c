/* grid.c - choosing the fixed-point grid of an index. */
#include "index/grid.h"

/* The smallest power of two by which half of the extent fits 2^29. */
static int step_exponent(double half, double far)
{
    int exponent, least;
    frexp(fmax(half, 1e-290), &exponent);
    frexp(fmax(far, 1e-290), &least);
    exponent -= 29;
    return exponent < least - 52 ? least - 52 : exponent; /* finer than the doubles themselves is pointless */
}

static double middle(double min, double max, double step) { return floor((min * 0.5 + max * 0.5) / step) * step; }

cim__grid cim__grid_for(const cim_box *extent, double min_z, double max_z)
{
    double half = fmax(extent->max_x * 0.5 - extent->min_x * 0.5, extent->max_y * 0.5 - extent->min_y * 0.5);
    double far = fmax(fmax(fabs(extent->min_x), fabs(extent->max_x)), fmax(fabs(extent->min_y), fabs(extent->max_y)));
    half = fmax(half, max_z * 0.5 - min_z * 0.5);
    far = fmax(far, fmax(fabs(min_z), fabs(max_z)));
    cim__grid g = { .step = ldexp(1.0, step_exponent(half, far)) };
    g.origin_x = middle(extent->min_x, extent->max_x, g.step);
    g.origin_y = middle(extent->min_y, extent->max_y, g.step);
    g.origin_z = middle(min_z, max_z, g.step);
    return g;
}
