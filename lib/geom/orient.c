/* orient.c - exact sign of a triangle's area.
 *
 * The determinant is first computed in doubles with Shewchuk's error bound (3 + 16 eps) eps; only when the result is
 * smaller than its bound is it summed exactly: six products, each split into value and rounding error by a fused
 * multiply-add, added up as a non-overlapping expansion whose last non-zero term has the sign of the sum. */
#include "geom/geom.h"

#include <math.h>

enum { TERMS = 12 };

/* Add b to an expansion of n terms, ascending in magnitude; returns the new number of terms. */
static int grow(double *expansion, int n, double b)
{
    double sum = b;
    for (int i = 0; i < n; i++) {
        double a = expansion[i], total = sum + a, virt = total - sum;
        expansion[i] = (sum - (total - virt)) + (a - virt);
        sum = total;
    }
    expansion[n] = sum;
    return n + 1;
}

static int add_product(double *expansion, int n, double a, double b)
{
    double product = a * b;
    n = grow(expansion, n, fma(a, b, -product));
    return grow(expansion, n, product);
}

static int exact_sign(const double a[2], const double b[2], const double c[2])
{
    double e[TERMS];
    int n = 0;
    n = add_product(e, n, a[0], b[1]);
    n = add_product(e, n, -a[1], b[0]);
    n = add_product(e, n, b[0], c[1]);
    n = add_product(e, n, -b[1], c[0]);
    n = add_product(e, n, c[0], a[1]);
    n = add_product(e, n, -c[1], a[0]);
    for (int i = n - 1; i >= 0; i--)
        if (e[i] != 0.0) return e[i] > 0.0 ? 1 : -1;
    return 0;
}

int cim__orient(const double a[2], const double b[2], const double c[2])
{
    double left = (a[0] - c[0]) * (b[1] - c[1]), right = (a[1] - c[1]) * (b[0] - c[0]);
    double det = left - right, bound = (fabs(left) + fabs(right)) * 3.3306690738754716e-16;
    if (det > bound) return 1;
    if (det < -bound) return -1;
    return exact_sign(a, b, c);
}
