/* envelope.h - what is nearest, or highest, in every direction from a point.
 *
 * A wall's inverse distance is linear in the direction: 1 / r = m d for a unit vector d, with m p = m q = 1 at its ends p, q (relative to
 * the point).  The tangent of the elevation of its top is the same times the top's height.  So both questions are the upper envelope of
 * linear functions over arcs, merged by halves; two functions change places at most once within an arc, where (m1 - m2) d = 0. */
#ifndef CIM_COVER_ENVELOPE_H
#define CIM_COVER_ENVELOPE_H

#include "cover/sight.h"

/* A direction; half 0: angles from 0 below pi, 1: from pi below 2 pi, 2: 2 pi. */
typedef struct cim__way {
    double x, y;
    int32_t half;
} cim__way;

typedef struct cim__piece {
    cim__way from, to; /* counter-clockwise */
    double m[2];
    uint32_t wall; /* the caller's number */
} cim__piece;

#define CIM__SHUT 1e200 /* length of m, at least, where the point itself is the wall */

cim__way cim__way_of(double x, double y);
int cim__way_order(const cim__way *a, const cim__way *b); /* exact */

/* Append the arc from p to q, less than half a turn, in one piece, or two when it passes angle 0, as one run. */
bool cim__envelope_add(cim__buf *pieces, cim__buf *runs, const double p[2], const double q[2], const double m[2], uint32_t wall);
/* Merge all runs into one: pieces in ascending order, none overlapping.  other and runs are used up. */
bool cim__envelope_merge(cim__buf *pieces, cim__buf *other, cim__buf *runs);

static inline double cim__cross2(const double a[2], const double b[2]) { return a[0] * b[1] - a[1] * b[0]; }
static inline double cim__piece_at(const cim__piece *p, const cim__way *d) { return p->m[0] * d->x + p->m[1] * d->y; }

#endif
