/* route.h - the routing engine's structures, shared by the files of this module.
 *
 * Node numbers.  A *node* is the caller's number.  A *place* is the node's position in reverse preorder of the elimination
 * tree: the subtree of x is the run of places subtree_first[x] .. x, ancestors have larger numbers, and going down from the
 * last place visits every parent before its children.  All arrays inside are by place; order[] and rank[] translate.
 *
 * Up-arcs.  Row x holds the up-neighbours of x (heads ascending, so depths descending); all of them are ancestors of x, and
 * the first is its parent.  An up-arc i stands for both directions between its ends: slot 2 i is the direction low -> high
 * ("up"), slot 2 i + 1 high -> low ("down").  The weights of a metric are the slots in one array, so one load brings both.
 *
 * Depth.  An ancestor is named by its depth (roots have 0).  What is known about "x and its ancestors" is therefore a dense
 * array by depth: no heap, no visited marks, no search.
 *
 * Assembly map.  For row y with heads x0 < x1 < ... the rows of all x_k contain every later x_j.  map[] says where: for each
 * k and each j > k the position of x_j in row x_k, one byte each (two in rows that meet a row of more than 256). */
#ifndef CIM_ROUTE_ROUTE_H
#define CIM_ROUTE_ROUTE_H

#include "cim/route.h"
#include "core/ctx.h"

enum {
    CIM__INF = CIM_ROUTE_UNREACHABLE_MS, /* two of them still fit 31 bits, so signed and unsigned comparisons agree */
    CIM__LANES = CIM_ROUTE_LANES,
    CIM__MAX_DEPTH = 65534,
    CIM__SPARES = 2, /* blocks of a kind that a hierarchy keeps for the next metric */
    CIM__POOLS = 4
};

static inline uint32_t cim__min32(uint32_t a, uint32_t b) { return a < b ? a : b; }
static inline uint32_t cim__max32(uint32_t a, uint32_t b) { return a > b ? a : b; }
/* A sum of two values that are at most CIM__INF, cut at CIM__INF. */
static inline uint32_t cim__plus(uint32_t a, uint32_t b) { return cim__min32(a + b, CIM__INF); }

typedef struct cim__kernels cim__kernels;     /* route/kernels.h */
typedef struct cim__triangles cim__triangles; /* route/triangles.h */

/* Blocks of one size that were used and may be used again: pages of fresh memory cost more than the work done in them. */
typedef struct cim__pool {
    size_t size;
    void *spare[CIM__SPARES];
} cim__pool;

struct cim_route_hierarchy {
    cim__mem *mem;
    atomic_size_t refs;
    const cim__kernels *kernels;
    uint32_t node_count, arc_count, up_count, levels; /* levels: greatest depth + 1; 0 for the empty graph */
    uint64_t triangle_count, graph_hash;
    uint32_t *order, *rank;              /* place -> node, node -> place */
    uint32_t *up_first, *up_head, *up_tail; /* node_count + 1; up_count: higher and lower ends */
    uint16_t *up_depth, *depth;          /* depth of up_head; depth of a place */
    uint32_t *parent, *subtree_first;    /* CIM_NONE for roots */
    uint64_t *map_first;                 /* node_count + 1, bytes */
    uint8_t *map;
    uint32_t *arc_slot;                  /* of an input arc; CIM_NONE for a loop */
    uint32_t *slot_first, *slot_arc;     /* the input arcs of an up-arc: arc << 1 | direction */
    uint16_t **meet;                     /* sparse table of least depths over runs of places: meet[k][x] covers 2^k from x */
    uint32_t meet_levels;
    uint32_t task_count, *task_root;     /* disjoint subtrees of similar work, ascending; the rest is the top */
    pthread_mutex_t pool_lock;
    cim__pool pool[CIM__POOLS];
    _Atomic(cim__triangles *) triangles; /* route/triangles.h */
    size_t bytes;
};

static inline uint32_t cim__row_size(const cim_route_hierarchy *h, uint32_t x) { return h->up_first[x + 1] - h->up_first[x]; }

/* How many ancestors-or-self two places have in common: depth of the lowest one + 1, 0 in different trees. */
static inline uint32_t cim__common(const cim_route_hierarchy *h, uint32_t s, uint32_t t)
{
    if (s == t) return h->depth[s] + 1u;
    uint32_t low = s < t ? s : t, high = s < t ? t : s, k = 31u - (uint32_t)__builtin_clz(high - low);
    uint16_t a = h->meet[k][low], b = h->meet[k][high - (1u << k)];
    return a < b ? a : b;
}

enum { CIM__POOL_METRIC, CIM__POOL_LABELS, CIM__POOL_LANES };

/* Memory for a metric or labels, aligned to 64 bytes, perhaps used before (not cleared). */
void *cim__pool_take(cim_route_hierarchy *h, int kind, size_t size);
void cim__pool_give(cim_route_hierarchy *h, int kind, size_t size, void *block);

struct cim_route_metric {
    atomic_size_t refs;
    cim_route_hierarchy *hierarchy;
    uint32_t *weight;   /* up_count * 2, by slot; in the block */
    uint32_t *arc_ms;   /* the input weights, cut at CIM__INF; in the block */
    void *block;
    size_t block_size;
    struct cim_route_metric *base; /* whose weights these are, when labels were added to a metric */
    /* Tree hub labels: for places with a label two rows of depth + 1 numbers, padded to 16: from the place up to each
     * ancestor, and from each ancestor down to the place. */
    uint32_t *label_at;  /* in units of 16 numbers; CIM_NONE: no label */
    uint32_t *label;
    size_t label_bytes;
    uint32_t label_count, label_core;
};

static inline size_t cim__label_stride(uint32_t depth) { return ((size_t)depth + 16) & ~(size_t)15; }
static inline const uint32_t *cim__label_up(const cim_route_metric *m, uint32_t x) { return m->label + (size_t)m->label_at[x] * 16; }
static inline const uint32_t *cim__label_down(const cim_route_metric *m, uint32_t x)
{
    return m->label + (size_t)m->label_at[x] * 16 + cim__label_stride(m->hierarchy->depth[x]);
}

struct cim_route_lanes {
    atomic_size_t refs;
    cim_route_hierarchy *hierarchy;
    uint32_t lane_count;
    uint32_t *weight; /* up_count * 2 * CIM__LANES: slot, then lane */
    size_t block_size;
};

struct cim_route_query {
    cim__mem *mem;
    cim_route_hierarchy *hierarchy;
    uint32_t *pair;      /* (levels + 32) * 2: from the start side, to the end side */
    uint64_t *trail;     /* (levels + 32) * 2, like pair: value << 32 | up-arc + 1 */
    uint32_t *row[2];    /* levels + 32 each: labels made on the fly */
    uint32_t *lane;      /* (levels + 32) * 2 * CIM__LANES */
    uint32_t *value;     /* by place; unreachable between calls */
    uint32_t *seen;      /* by place; 0 between calls */
    cim__buf arcs, stack, nodes, list, rows;
};

#endif
