/* lanes.h - the inner loops over a node's 16 slots, once for every kind of vector instructions.
 *
 * walk.h holds the loops over nodes and is compiled in each of lanes_*.c with that file's comparisons; all give identical answers.  The
 * best that the machine has is chosen when it is first needed. */
#ifndef CIM_INDEX_LANES_H
#define CIM_INDEX_LANES_H

#include "index/tree.h"

/* What a query collects: the first cap ids, and how many there are. */
typedef struct cim__hits {
    uint32_t *ids;
    size_t cap, count;
} cim__hits;

/* A search of boxes in one tree, in grid numbers. */
typedef struct cim__find cim__find;
enum { CIM__APART = 0, CIM__ACROSS = 1, CIM__WITHIN = 2 };
struct cim__find {
    cim__ibox box;          /* everything sought meets this */
    cim__ibox sure;         /* boxes that meet this meet the probe, also in doubles; nothing when all are decided again */
    int32_t min_z, max_z;
    uint32_t classes;       /* 0: any */
    bool plain;             /* only `box` and, for those not sure, `decide` count */
    /* plain: NULL or says of one candidate whether it counts */
    bool (*decide)(const cim__find *find, uint32_t id);
    /* not plain: how a box (of a node or an item) lies to what is sought: CIM__APART ... */
    int (*relate)(const cim__find *find, const cim__ibox *box, const int32_t z[2]);
    const cim_probe *probe;
    const cim__grid *grid;
    double reach2, reach2_out, from[3], to[3]; /* for relate, in grid numbers; reach2_out: with slack for their rounding */
};

/* 16 plain searches at once, of windows that lie near each other. */
typedef struct cim__group {
    _Alignas(64) cim__node windows, sure; /* their boxes; unused slots meet nothing */
    uint32_t used;               /* a bit for every window */
    cim__find find[CIM__FANOUT];
    cim__hits hits[CIM__FANOUT]; /* count > cap: did not fit, the count is wrong unless cap is 0 */
} cim__group;

/* The nearest so far: a heap with the farthest on top. */
typedef struct cim__near_item {
    double distance2;
    uint32_t id;
} cim__near_item;

typedef struct cim__near {
    cim__ibox box;             /* the probe rounded outwards, within the grid's end */
    int32_t min_z, max_z;
    bool use_z, far;           /* far: the probe lies beyond the grid's end: `keys` counts in doubles */
    uint32_t classes;
    double x0, y0, x1, y1, z0, z1; /* the probe in grid numbers */
    double limit2, limit2_out; /* limit2_out: with slack for the rounding of grid numbers */
    uint32_t cut;              /* the farthest distance still of interest, as the bits of a float rounded up */
    size_t k, count;
    cim__near_item *best;
    const cim_probe *probe;
    const cim__grid *grid;
} cim__near;

void cim__near_offer(cim__near *near, const cim__tree *tree, uint32_t node, uint32_t slot); /* an item: exactly, then into the heap */
void cim__near_far_keys(const cim__near *near, const cim__node *n, const cim__node_z *z, const cim__node_classes *classes, uint32_t keys[CIM__FANOUT]);

/* Rounding of floats can make a squared distance too great by less than this. */
#define CIM__KEY_SLACK (1.0f - 0x1p-21f)

/* Places on the Hilbert curve of 16 points with 16-bit coordinates. */
typedef void (*cim__lanes_places)(const uint32_t x[CIM__FANOUT], const uint32_t y[CIM__FANOUT], uint32_t place[CIM__FANOUT]);

typedef struct cim__lanes {
    const char *name;
    uint32_t (*meets)(const cim__node *n, const cim__ibox *box); /* bit i: child i meets the box */
    cim__ibox (*around)(const cim__node *n);
    bool (*covered)(const cim__node *n, uint32_t slot, const cim__ibox *box); /* on each side another slot reaches as far as the box */
    void (*walk)(const cim__tree *tree, const cim__find *find, cim__hits *hits); /* for plain searches */
    void (*walk16)(const cim__tree *tree, cim__group *group);
    void (*nearest)(const cim__tree *tree, cim__near *near);
    cim__lanes_places places;
} cim__lanes;

extern const cim__lanes cim__lanes_plain;
#if defined(__x86_64__)
extern const cim__lanes cim__lanes_sse2, cim__lanes_avx2, cim__lanes_avx512;
#endif

const cim__lanes *cim__lanes_best(void);
void cim__index_use_lanes(int path); /* for tests: 0 plain, 1 SSE2, 2 AVX2, 3 AVX-512, -1 best; what the machine lacks: the best below */

/* ---- collecting ---- */

static inline void cim__hit(cim__hits *h, uint32_t id)
{
    if (h->count < h->cap) h->ids[h->count] = id;
    h->count++;
}
static inline void cim__emit_bits(cim__hits *h, const uint32_t *ids, uint32_t mask) /* ids of the bits; there is room */
{
    for (; mask; mask &= mask - 1) h->ids[h->count++] = ids[__builtin_ctz(mask)];
}
void cim__hit_range(cim__hits *h, const cim__tree *tree, size_t first, size_t count); /* slots first ..., of which some may be unused */
/* All items below child `child` of a level (a number within its level). */
static inline void cim__hit_subtree(cim__hits *h, const cim__tree *tree, uint32_t level, uint32_t child)
{
    size_t span = (size_t)CIM__FANOUT << 4 * level, first = (size_t)child * span, end = first + span;
    if (end > tree->head.count) end = tree->head.count;
    cim__hit_range(h, tree, first, end - first);
}

#endif
