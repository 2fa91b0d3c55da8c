/* sight.h - a scene in memory: prisms in a grid of blocks of cells, and terrain.
 *
 * Prisms are copied in the order of their cells; rings and vertices are kept as given, so that edge v of a prism goes from its vertex v
 * to the next of the ring (after the last to the first).  A cell lists the prisms whose boxes, widened a little, meet it, and has the
 * highest of their tops; a block of cells has the highest of its cells, and cells only where there is a prism. */
#ifndef CIM_COVER_SIGHT_H
#define CIM_COVER_SIGHT_H

#include "cim/sight.h"
#include "cover/exact.h"

#include <math.h>

#define CIM__SIGHT_FAR 1e9 /* m: coordinates and heights beyond are refused */

typedef struct cim__prism {
    double box[4]; /* min x, min y, max x, max y */
    double base, top;
    uint32_t vertex, ring, rings, id; /* the first vertex and ring, how many rings, its number in the arrays */
} cim__prism;

typedef struct cim__cell {
    uint32_t first; /* in items; the next cell's first ends it */
    float top;      /* not below any top */
} cim__cell;

typedef struct cim__raster {
    uint32_t columns, rows;
    double x, y, step_x, step_y, highest;
    float *height;
} cim__raster;

/* A part of an edge that others lie on; edges that have any are walls only there. */
typedef struct cim__knot {
    uint32_t prism, vertex;
    double a[2], b[2], from, to; /* in the order of the ring; shares of the edge; the same twice: nothing remains of it */
} cim__knot;

struct cim_sight_scene {
    cim__mem *mem;
    atomic_uint refs;
    uint32_t prism_count, ring_count, vertex_count;
    cim__prism *prisms;
    uint32_t *ring_end; /* in vertices, of the rings in the order of prisms */
    uint32_t *given;    /* of every prism the first vertex in the arrays */
    uint32_t *by_id;    /* prism by its number in the arrays */
    double *xy;
    cim_box box;
    double lowest, highest;
    double cell_m, per_m;
    uint32_t shift, blocks_x, blocks_y; /* a block has 1 << shift cells each way */
    uint32_t *block;                    /* its first cell, or CIM_NONE */
    float *block_top;
    cim__cell *cells;
    uint32_t *items;
    cim__raster terrain; /* height NULL: none */
    cim__buf knots;      /* cim__knot, in the order of prisms and vertices */
};

struct cim_sight_query {
    cim__mem *mem;
    cim_sight_scene *scene;
    uint32_t *seen, turn; /* prisms met in this turn */
    double (*ways)[2];    /* unit vectors between sectors */
    cim__buf keys, scratch, pieces, other, near, corners, walls, spans, marks; /* corners, spans: results */
};

/* A sight line ready for tests. */
typedef struct cim__sight {
    double a[2], b[2], za, zb, dx, dy;
    double box[4], low, high; /* low, high: of its heights */
} cim__sight;

/* Does the line meet the prism's box, and is it beside no corner of it?  In line because most prisms of a cell end here. */
static inline bool cim__sight_nears(const cim__prism *p, const cim__sight *s)
{
    if (s->low >= p->top || s->high <= p->base) return false;
    if (s->box[0] >= p->box[2] || s->box[2] <= p->box[0] || s->box[1] >= p->box[3] || s->box[3] <= p->box[1]) return false;
    double x = 0.5 * (p->box[0] + p->box[2]) - s->a[0], y = 0.5 * (p->box[1] + p->box[3]) - s->a[1], left = s->dx * y, right = s->dy * x;
    double reach = fabs(s->dx) * 0.5 * (p->box[3] - p->box[1]) + fabs(s->dy) * 0.5 * (p->box[2] - p->box[0]);
    return !(fabs(left - right) > reach * 1.000001 + (fabs(left) + fabs(right)) * 1e-6); /* with room for rounding */
}

void cim__sight_set(cim__sight *s, const double from[3], const double to[3]);
/* 1: goes through the prism's interior, 0: not, -1: out of memory. */
int cim__sight_meets(const cim_sight_scene *scene, const cim__prism *p, const cim__sight *s);
/* The same, and where it first goes in: at_out of the way, but for plumb lines. */
int cim__sight_enters(const cim_sight_scene *scene, const cim__prism *p, const cim__sight *s, double *at_out);
/* The same for the terrain. */
bool cim__sight_earth(const cim__raster *r, const cim__sight *s);
/* Pairs of fractions of the way from a to b that the terrain hides from a point, appended in any order; false: out of memory. */
bool cim__sight_earth_along(const cim__raster *r, const double from[3], const double a[3], const double b[3], cim__buf *spans);
/* A prism in the way, CIM_SIGHT_TERRAIN, CIM_NONE; *hint is tested first.  -1: out of memory. */
int cim__sight_blocked(const cim_sight_scene *scene, const cim__sight *s, uint32_t *hint, uint32_t *blocker_out);

/* Rises with the cell of a point, in the order in which prisms are kept. */
uint64_t cim__sight_key(const cim_sight_scene *scene, const double *xy);

/* A face in the way, CIM_NONE; ends are good points. */
uint32_t cim__mesh_blocker(const cim_sight_mesh *mesh, const double from[3], const double to[3]);

cim_status cim__sight_point_ok(cim_ctx *ctx, const double *xyz, size_t i, const char *what);
cim_status cim__raster_copy(cim_ctx *ctx, const cim_sight_raster *raster, cim__raster *raster_out); /* raster_out->height is the caller's */

/* Is the point in the prism's interior, seen from above?  Exact; not on its edges. */
bool cim__prism_holds(const cim_sight_scene *scene, const cim__prism *p, double x, double y, bool *on_edge_out);

/* Prisms whose cells meet a box, each once, in query->near; false: out of memory. */
bool cim__sight_gather(cim_sight_query *q, const double box[4]);
bool cim__sight_turn(cim_sight_query *q); /* forget which were met */

/* Fills scene->knots; false: out of memory. */
bool cim__knots_find(cim_sight_scene *scene);
/* The first knot of a prism or of one after it, and the end of all. */
const cim__knot *cim__knots_of(const cim_sight_scene *scene, uint32_t prism, const cim__knot **end_out);

static inline uint32_t cim__prism_ring_first(const cim_sight_scene *s, const cim__prism *p, uint32_t ring)
{
    return ring == p->ring ? p->vertex : s->ring_end[ring - 1];
}

#endif
