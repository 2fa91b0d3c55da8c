/* geom.h - building geometries, their codecs, and measures that hot loops need. */
#ifndef CIM_GEOM_GEOM_H
#define CIM_GEOM_GEOM_H

#include "cim/geom.h"
#include "core/ctx.h"

/* ---- builder: reused from geometry to geometry, allocates only while growing ---- */

typedef struct cim__gbuild {
    int32_t type, dim;
    cim__buf coords, ring_end, part_end; /* double, uint32_t, uint32_t */
} cim__gbuild;

void cim__gbuild_init(cim__gbuild *b, cim__mem *mem);
void cim__gbuild_free(cim__gbuild *b);
void cim__gbuild_begin(cim__gbuild *b, int32_t type, int32_t dim); /* empty again */
void cim__gbuild_xy(cim__gbuild *b, double x, double y);
void cim__gbuild_xyz(cim__gbuild *b, double x, double y, double z); /* z dropped when dim is 2 */
void cim__gbuild_ring(cim__gbuild *b);                              /* the vertices since the last ring are a ring */
void cim__gbuild_close(cim__gbuild *b);                             /* repeat the first vertex if open, then end the ring */
void cim__gbuild_part(cim__gbuild *b);                              /* the rings since the last part are a part */
bool cim__gbuild_ok(const cim__gbuild *b);                          /* false: out of memory on the way */
cim_geom cim__gbuild_view(const cim__gbuild *b);                    /* borrowed; valid until the next change */
/* Append every part of `geom`; single types in `b` become their multi type when a second part arrives. */
void cim__gbuild_append(cim__gbuild *b, const cim_geom *geom);

static inline uint32_t cim__ring_start(const cim_geom *g, uint32_t ring) { return ring ? g->ring_end[ring - 1] : 0; }
static inline uint32_t cim__part_start(const cim_geom *g, uint32_t part) { return part ? g->part_end[part - 1] : 0; }
static inline int32_t cim__geom_base(int32_t type) { return type > 3 ? type - 3 : type; }
const char *cim__geom_type_name(int32_t type); /* "MULTIPOLYGON" */

/* ---- boxes ---- */

#define CIM__BOX_EMPTY ((cim_box){ 1e308, 1e308, -1e308, -1e308 })
static inline bool cim__box_ok(const cim_box *b) { return b->min_x <= b->max_x && b->min_y <= b->max_y; }
static inline void cim__box_add(cim_box *b, double x, double y)
{
    b->min_x = x < b->min_x ? x : b->min_x; /* one instruction each, without a branch */
    b->max_x = x > b->max_x ? x : b->max_x;
    b->min_y = y < b->min_y ? y : b->min_y;
    b->max_y = y > b->max_y ? y : b->max_y;
}
static inline void cim__box_join(cim_box *b, const cim_box *c)
{
    if (!cim__box_ok(c)) return;
    cim__box_add(b, c->min_x, c->min_y);
    cim__box_add(b, c->max_x, c->max_y);
}
static inline bool cim__box_meets(const cim_box *a, const cim_box *b)
{
    return a->min_x <= b->max_x && b->min_x <= a->max_x && a->min_y <= b->max_y && b->min_y <= a->max_y;
}
cim_box cim__geom_box(const cim_geom *geom); /* CIM__BOX_EMPTY when there is no vertex */

/* ---- measures in the plane (z is ignored) ---- */

double cim__ring_area(const cim_geom *g, uint32_t ring); /* signed: positive counter-clockwise */
double cim__geom_area(const cim_geom *g);                /* polygons: outer minus holes; else 0 */
double cim__geom_length(const cim_geom *g);              /* lines: length in the plane; polygons: of all rings */
bool cim__geom_finite(const cim_geom *g);
/* A point inside a polygon, on a line's middle, or the point: good for labels and for "in which district". */
bool cim__geom_inner_point(const cim_geom *g, double xy_out[2]);

typedef enum cim__where { CIM__OUTSIDE = 0, CIM__BOUNDARY = 1, CIM__INSIDE = 2 } cim__where;
cim__where cim__point_in_polygon(const cim_geom *g, double x, double y); /* even-odd over all rings; boundary exact */

/* The step of that test for edge pq: toggles *inside, or CIM__BOUNDARY when the point lies on the edge. */
cim__where cim__cross_ray(const double *p, const double *q, double x, double y, bool *inside);

/* Distance of a point to the nearest vertex or edge (0 inside a polygon), and where that is: `along` is the
 * vertex index of the edge's start plus the fraction on it. */
typedef struct cim__nearest {
    double distance, x, y, along;
} cim__nearest;
cim__nearest cim__geom_nearest(const cim_geom *g, double x, double y);

/* True when no two edges of the ring cross or touch except neighbours at their shared vertex: O(n^2) for short rings,
 * sweep by x for longer ones. */
bool cim__ring_is_simple(cim__mem *mem, const cim_geom *g, uint32_t ring);
/* True when all rings are simple and no two of them meet anywhere.  Then polygons that are nested rightly are valid. */
bool cim__rings_are_apart(cim__mem *mem, const cim_geom *g);

/* The sign of the area of triangle abc: +1 counter-clockwise, 0 collinear, -1; exact for any doubles (adaptive
 * precision, J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997). */
int cim__orient(const double a[2], const double b[2], const double c[2]);

/* ---- codecs ---- */

/* SpatiaLite's BLOB: what geometry columns of a city file hold.  Appends to out. */
void cim__gaia_put(cim__buf *out, const cim_geom *geom, int32_t srid);
/* Strict and bounded; accepts XY, XYZ, XYM, XYZM (M dropped) and compressed blobs.  CIM_EFORMAT on anything else. */
cim_status cim__gaia_get(cim_ctx *ctx, cim__str blob, cim__gbuild *geom_out, int32_t *srid_out);
bool cim__gaia_box(cim__str blob, cim_box *box_out); /* from the blob's header */

void cim__wkb_put(cim__buf *out, const cim_geom *geom);
void cim__wkt_put(cim__buf *out, const cim_geom *geom);
/* `text` is the whole geometry; CIM_EFORMAT with the position of the offence. */
cim_status cim__wkt_get(cim_ctx *ctx, cim__str text, cim__gbuild *geom_out);

#endif
