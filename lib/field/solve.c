/* solve.c - symmetric positive definite systems. */
#include "field/field.h"

/* Row by row, so that what is multiplied lies side by side.  A pivot below what rounding leaves of its diagonal is none. */
bool cim__cholesky(double *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double *row = c + i * n, diagonal = row[i];
        for (size_t j = 0; j <= i; j++) {
            const double *other = c + j * n;
            double s = row[j], t = 0.0;
            size_t k = 0;
            for (; k + 1 < j; k += 2) s -= row[k] * other[k], t -= row[k + 1] * other[k + 1];
            if (k < j) s -= row[k] * other[k];
            s += t;
            if (j < i) row[j] = s / other[j];
            else if (!(s > 1e-13 * diagonal) || !isfinite(s)) return false;
            else row[i] = sqrt(s);
        }
    }
    return true;
}

void cim__cholesky_down(const double *l, size_t n, double *b)
{
    for (size_t i = 0; i < n; i++) {
        const double *row = l + i * n;
        double s = b[i], t = 0.0;
        size_t k = 0;
        for (; k + 1 < i; k += 2) s -= row[k] * b[k], t -= row[k + 1] * b[k + 1];
        if (k < i) s -= row[k] * b[k];
        b[i] = (s + t) / row[i];
    }
}

void cim__cholesky_up(const double *l, size_t n, double *b)
{
    for (size_t i = n; i-- > 0;) {
        const double *row = l + i * n;
        b[i] /= row[i];
        for (size_t k = 0; k < i; k++) b[k] -= row[k] * b[i];
    }
}
