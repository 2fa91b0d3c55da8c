/* shapes.h - the layout of cim_shapes, shared by its files.
 *
 * Everything of one shape lies together, in units of 64 bytes, so that a question costs one miss of the caches:
 *   head      box, counts
 *   x, y      two rows of `slots` doubles: the vertices of all rings one after the other, a NaN after each ring
 *   groups    only for more than CIM__SHAPE_PLAIN lanes: boxes of 16 lanes each, in groups of 16; then the boxes of these groups
 *
 * Lane i is the edge from vertex i to vertex i + 1.  Where either is NaN no comparison holds, so kernels need not know where
 * rings end; a row ends in at least one NaN and is a multiple of 8 long, so that they may read whole vectors.  In 16 bytes a vertex
 * this holds what the four ends of separate edges would take 32 for. */
#ifndef CIM_GEOM_SHAPES_H
#define CIM_GEOM_SHAPES_H

#include "cim/shapes.h"
#include "geom/geom.h"

enum { CIM__SHAPE_UNIT = 64, CIM__SHAPE_ROW = 8, CIM__SHAPE_BLOCK = 16, CIM__SHAPE_PLAIN = 64, CIM__SHAPE_GROUP_LANES = 256 };

enum {
    CIM__SHAPE_AREA = 1,  /* polygons; the same bit as CIM__ODD */
    CIM__SHAPE_LONE = 2,  /* some ring is a single vertex: it has no edge that kernels could see */
    CIM__SHAPE_RINGS = 4, /* more than one ring: vertex numbers and lanes differ */
    CIM__SHAPE_SLOW = 8   /* lone or grouped */
};

typedef struct cim__shape {
    cim_box box;
    double doubt;    /* cross products of vectors between places of the box have an error below this */
    uint32_t slots;  /* length of a row; 0: empty */
    uint32_t lanes;  /* to look at: edges of areas; vertices otherwise */
    uint32_t flags;  /* CIM__SHAPE_* */
    uint32_t groups; /* of the lower level; 0: none */
    uint32_t reserved[2];
} cim__shape;
_Static_assert(sizeof(cim__shape) == CIM__SHAPE_UNIT, "coordinates follow on a boundary of 64 bytes");

/* 16 boxes in rows.  Unused ones are turned inside out and meet nothing. */
typedef struct cim__shape_group {
    double min_x[CIM__SHAPE_BLOCK], min_y[CIM__SHAPE_BLOCK], max_x[CIM__SHAPE_BLOCK], max_y[CIM__SHAPE_BLOCK];
    uint32_t rings[CIM__SHAPE_BLOCK]; /* that end before the box's first lane */
    /* Lanes of a box are the end of one ring, whole rings, and the beginning of another.  Where, from its first lane on, the one ends
     * and the other begins; both 0 when no ring ends here. */
    uint16_t head_end[CIM__SHAPE_BLOCK], tail_start[CIM__SHAPE_BLOCK];
} cim__shape_group;
_Static_assert(sizeof(cim__shape_group) % CIM__SHAPE_UNIT == 0, "groups follow each other on boundaries of 64 bytes");

/* What vector instructions do.  Each is implemented once, in shapes_kernel.h, for every kind of vector. */
typedef struct cim__shape_path {
    const char *name;
    /* CIM__ODD: a ray from (x, y) to the right crosses an odd number of lanes.  CIM__NEAR: the point is so near to a lane that this
     * is not certain. */
    uint32_t (*cross)(const double *px, const double *py, uint32_t lanes, double x, double y, double doubt);
    double (*least)(const double *px, const double *py, uint32_t lanes, double x, double y); /* square of the least distance */
    /* First lane not below `from` that has a box which meets `box`; those with a NaN at one end may be reported too. */
    uint32_t (*overlap)(const double *px, const double *py, uint32_t from, uint32_t lanes, const cim_box *box);
    uint32_t (*meets)(const cim__shape_group *group, const cim_box *box);       /* a bit for every box that does */
    double (*bound)(const cim__shape_group *group, double x, double y);         /* square of the distance to the nearest box */
    uint32_t (*within)(const cim__shape_group *group, double x, double y, double most2); /* a bit for every box not farther */
} cim__shape_path;

enum { CIM__ODD = 1, CIM__NEAR = 2 };

extern const cim__shape_path cim__shape_plain;
#if defined(__x86_64__)
extern const cim__shape_path cim__shape_sse2, cim__shape_avx2, cim__shape_avx512;
#endif
enum { CIM__SHAPE_PATHS = 4 };
/* The n-th path that this processor has, the best first; NULL when there are not so many. */
const cim__shape_path *cim__shape_path_at(uint32_t n);

struct cim_shapes {
    cim__mem *mem;
    atomic_size_t refs;
    const cim__shape_path *path; /* tests set others */
    size_t count, bytes;
    uint32_t *at;  /* where shape i begins, in units */
    uint8_t *base; /* 64-byte aligned inside `block` */
    void *block;
};

static inline const cim__shape *cim__shape_of(const cim_shapes *s, size_t i)
{
    return (const cim__shape *)(const void *)(s->base + (size_t)s->at[i < s->count ? i : s->count] * CIM__SHAPE_UNIT); /* the last is empty */
}
static inline const double *cim__shape_x(const cim__shape *h) { return (const double *)(const void *)(h + 1); }
static inline const double *cim__shape_y(const cim__shape *h) { return cim__shape_x(h) + h->slots; }
static inline const cim__shape_group *cim__shape_groups(const cim__shape *h) { return (const cim__shape_group *)(const void *)(cim__shape_y(h) + h->slots); }
static inline uint32_t cim__shape_tops(const cim__shape *h) { return (h->groups + CIM__SHAPE_BLOCK - 1) / CIM__SHAPE_BLOCK; }
static inline uint32_t cim__shape_least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* NaN fails too. */
static inline bool cim__shape_holds(const cim__shape *h, double x, double y)
{
    return x >= h->box.min_x && x <= h->box.max_x && y >= h->box.min_y && y <= h->box.max_y;
}

/* Position of a point whose shape is already found. */
int32_t cim__shape_locate(const cim__shape_path *path, const cim__shape *h, double x, double y);
/* Square of the least distance to the lanes, wherever inside is; *lane_out (may be NULL) is the lowest of those. */
double cim__shape_least2(const cim__shape_path *path, const cim__shape *h, double x, double y, uint32_t *lane_out);

/* The square of the distance to lane i as every kernel computes it. */
double cim__shape_lane2(const double *px, const double *py, uint32_t lane, double x, double y, double *fraction_out);

#endif
