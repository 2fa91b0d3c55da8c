/* around.h - the walls around a point, gathered outwards until what is behind cannot matter. */
#ifndef CIM_COVER_AROUND_H
#define CIM_COVER_AROUND_H

#include "cover/envelope.h"

typedef struct cim__wall {
    double a[2], b[2];     /* from the point, in the order of the ring */
    uint32_t prism, vertex; /* in the scene; CIM_NONE: the frame */
    double from, to;        /* of the edge from a to b, as shares of it */
} cim__wall;

/* A prism that may matter; the factor of m of its walls, 0: none of it. */
typedef double (*cim__around_fn)(const cim__prism *p, const void *user);

typedef struct cim__around {
    cim_sight_query *q;
    double x, y;
    double reach;     /* no prism farther than this matters */
    cim__around_fn factor;
    const void *user;
    double most;      /* the greatest factor; for inverse distances 1 */
    cim__buf *end_on; /* gets walls in line with the point; NULL: not wanted */
} cim__around;

/* Begins with the walls and pieces that are in q->walls, q->pieces (one run, or none); ends with all that matter.  CIM_NONE is fine. */
bool cim__around_gather(const cim__around *a);
bool cim__around_wall(cim_sight_query *q, cim__buf *runs, const cim__wall *wall, double factor);
void cim__around_begin(cim_sight_query *q);
/* Prisms that hold the point: true and the piece of every direction shut, when inside; arcs shut at q->pieces when on an edge. */
bool cim__around_host(const cim__around *a, bool *inside_out, cim__buf *runs);

#endif
