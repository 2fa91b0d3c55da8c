/* exact.c - signs by doubles with a bound of the error; where that does not decide, by expansions.
 *
 * An expansion is a sum of doubles that do not overlap, ascending in magnitude, without zeros (J. R. Shewchuk, "Adaptive Precision
 * Floating-Point Arithmetic and Fast Robust Geometric Predicates", 1997): the last term has the sign of the sum.  Products are split
 * into value and rounding error by a fused multiply-add. */
#include "cover/exact.h"

#include <math.h>

#define AREA_BOUND 3.3306690738754716e-16 /* (3 + 16 eps) eps of the same paper */

enum { AREA = 12, SIDE = 2 * AREA, MOST = 2 * 2 * AREA * SIDE };

static int grow(double *e, int n, double b)
{
    double sum = b;
    int kept = 0;
    for (int i = 0; i < n; i++) {
        double a = e[i], total = sum + a, virt = total - sum, rest = (sum - (total - virt)) + (a - virt);
        if (rest != 0.0) e[kept++] = rest;
        sum = total;
    }
    if (sum != 0.0) e[kept++] = sum;
    return kept;
}

static int grow_product(double *e, int n, double a, double b)
{
    double product = a * b;
    n = grow(e, n, fma(a, b, -product));
    return grow(e, n, product);
}

static int area(double *e, const double *a, const double *b, const double *c) /* twice that of abc */
{
    int n = grow_product(e, 0, a[0], b[1]);
    n = grow_product(e, n, -a[1], b[0]);
    n = grow_product(e, n, b[0], c[1]);
    n = grow_product(e, n, -b[1], c[0]);
    n = grow_product(e, n, c[0], a[1]);
    return grow_product(e, n, -c[1], a[0]);
}

static int times(double *sum, int n, const double *x, int x_count, const double *y, int y_count, double sign)
{
    for (int i = 0; i < x_count; i++)
        for (int k = 0; k < y_count; k++) n = grow_product(sum, n, sign * x[i], y[k]);
    return n;
}

static int last_sign(const double *e, int n) { return !n ? 0 : e[n - 1] > 0.0 ? 1 : -1; }

static int sides(double *e, const cim__cross *c, const double *a, const double *b) /* da - db */
{
    double other[AREA];
    int n = area(e, c->p, c->q, a), m = area(other, c->p, c->q, b);
    for (int i = 0; i < m; i++) n = grow(e, n, -other[i]);
    return n;
}

static int exact_order(const cim__cross *one, const cim__cross *two, const double *a, const double *b)
{
    double sum[MOST], d1[AREA], d2[AREA], s1[SIDE], s2[SIDE];
    int n1 = area(d1, one->p, one->q, a), n2 = area(d2, two->p, two->q, a), m1 = sides(s1, one, a, b), m2 = sides(s2, two, a, b);
    int n = times(sum, 0, d1, n1, s2, m2, 1.0);
    return last_sign(sum, times(sum, n, d2, n2, s1, m1, -1.0));
}

static int difference(double e[2], double a, double b)
{
    return grow(e, grow(e, 0, a), -b);
}

static int exact_height(const cim__cross *c, const double *a, const double *b, double za, double zb, double h)
{
    double sum[8 * AREA], da[AREA], db[AREA], ha[2], hb[2];
    int na = area(da, c->p, c->q, a), nb = area(db, c->p, c->q, b), ma = difference(ha, za, h), mb = difference(hb, zb, h);
    int n = times(sum, 0, da, na, hb, mb, 1.0);
    return last_sign(sum, times(sum, n, db, nb, ha, ma, -1.0));
}

static double rough_area(const double *p, const double *q, const double *c, double *err_out)
{
    double left = (p[0] - c[0]) * (q[1] - c[1]), right = (p[1] - c[1]) * (q[0] - c[0]);
    *err_out = (fabs(left) + fabs(right)) * AREA_BOUND;
    return left - right;
}

cim__cross cim__cross_at(const double *p, const double *q, const double *a, const double *b)
{
    cim__cross c = { .p = p, .q = q, .shifts = 0 };
    c.da = rough_area(p, q, a, &c.err_a);
    c.db = rough_area(p, q, b, &c.err_b);
    double s = c.da - c.db, err = c.err_a + c.err_b;
    bool fine = s > 4.0 * err;
    c.t = fine ? c.da / s : 0.5;
    c.err_t = fine ? (c.err_a + fabs(c.t) * err) / (s - err) * 1.01 + fabs(c.t) * 1e-15 : HUGE_VAL;
    return c;
}

int cim__cross_order(const cim__cross *one, const cim__cross *two, const double *a, const double *b)
{
    double apart = one->t - two->t, err = one->err_t + two->err_t;
    if (apart > err) return 1;
    if (apart < -err) return -1;
    return exact_order(one, two, a, b);
}

int cim__cross_height(const cim__cross *c, const double *a, const double *b, double za, double zb, double h)
{
    double left = c->da * (zb - h), right = c->db * (za - h), det = left - right;
    double err = c->err_a * fabs(zb - h) + c->err_b * fabs(za - h) + (fabs(left) + fabs(right)) * 1e-15;
    if (det > err) return 1;
    if (det < -err) return -1;
    return exact_height(c, a, b, za, zb, h);
}

int cim__turn(const double *a, const double *b, const double *c, const double *d)
{
    double ux = b[0] - a[0], uy = b[1] - a[1], vx = d[0] - c[0], vy = d[1] - c[1], left = ux * vy, right = uy * vx;
    double err = (fabs(left) + fabs(right)) * 1e-15, e[SIDE], other[AREA];
    if (left - right > err) return 1;
    if (left - right < -err) return -1;
    if ((ux == 0.0 && vx == 0.0) || (uy == 0.0 && vy == 0.0)) return 0;
    int n = area(e, a, b, d), m = area(other, a, b, c);
    for (int i = 0; i < m; i++) n = grow(e, n, -other[i]);
    return last_sign(e, n);
}
