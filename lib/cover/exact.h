/* exact.h - signs of what sight lines are compared by, right for any doubles. */
#ifndef CIM_COVER_EXACT_H
#define CIM_COVER_EXACT_H

#include "geom/geom.h"

/* Where the line ab crosses edge pq, p to its right and q to its left (one of them may lie on it): at t = da / (da - db) of the way from a to b. */
typedef struct cim__cross {
    const double *p, *q;
    double da, db;             /* twice the areas of pqa and pqb, to within err */
    double err_a, err_b, t, err_t;
    uint32_t shifts;           /* bit 0: crosses the line shifted a little to the left, bit 1: to the right */
} cim__cross;

cim__cross cim__cross_at(const double *p, const double *q, const double *a, const double *b);
/* The sign of t1 - t2 on the same line. */
int cim__cross_order(const cim__cross *one, const cim__cross *two, const double *a, const double *b);
/* The sign of z - h where the line, at za in a and zb in b, crosses. */
int cim__cross_height(const cim__cross *at, const double *a, const double *b, double za, double zb, double h);

/* The sign of (b - a) x (d - c). */
int cim__turn(const double *a, const double *b, const double *c, const double *d);

#endif
