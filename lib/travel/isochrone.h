/* isochrone.h - what the steps of an isochrone share: ways onto edges, pieces, areas. */
#ifndef CIM_TRAVEL_ISOCHRONE_H
#define CIM_TRAVEL_ISOCHRONE_H

#include "cim/isochrone.h"
#include "travel/times.h"

struct cim_isochrone {
    cim__mem *mem;
    cim_net *net;
    int32_t direction;
    uint32_t limit_ms;
    cim__buf pieces; /* cim_isochrone_piece */
};

/* ---- times on edges (isochrone_edges.c) ----
 *
 * A run is a link in whose direction time grows: the link one goes on, or, looking backward, the opposite one.  Along a run the time is
 * that of entering it, and what the link takes in proportion. */

/* A run that is entered elsewhere than at its beginning, or takes another time than costs say. */
typedef struct cim__run {
    uint32_t run, place, entry_ms, ms; /* ms for the whole edge */
    double at;                         /* where it is entered: a fraction in its own direction */
    bool own;                          /* a place's own street */
} cim__run;

typedef struct cim__runs {
    const cim_net_costs *costs;
    int32_t direction;
    uint32_t limit_ms;
    uint32_t *entry_ms;    /* by run, for those entered at their beginning that take what costs say; CIM_NONE: none */
    uint32_t *entry_place; /* by run, or NULL: all are of place 0 */
    cim__buf others;       /* cim__run */
} cim__runs;

static inline uint32_t cim__run_link(const cim__runs *r, uint32_t run) { return run ^ (r->direction == CIM_ROUTE_BACKWARD); }

/* Pieces of all edges; false: out of memory. */
bool cim__runs_pieces(cim__runs *r, cim__buf *pieces);

/* ---- areas (isochrone_field.c, isochrone_rings.c) ---- */

/* Squared distances, in cells, of the points of a grid from streets; what is farther than it matters is larger than that. */
typedef struct cim__field {
    double x0, y0, cell_m, reach; /* reach: the buffer in cells */
    uint32_t width, height, stride;
    size_t plane; /* points of one limit, with what is between rows */
    float *square; /* planes, the shortest limit first */
} cim__field;

typedef struct cim__outlines cim__outlines;

/* The outline of one plane as a multipolygon; planes from the last to the first, so that each stays within the one before. */
cim_status cim__outlines_new(cim_ctx *ctx, const cim__field *field, double tolerance, bool several, cim__outlines **outlines_out);
void cim__outlines_free(cim__outlines *o);
cim_status cim__outlines_trace(cim_ctx *ctx, cim__outlines *o, const float *square, cim__gbuild *geom, double *area_m2_out);

#endif
