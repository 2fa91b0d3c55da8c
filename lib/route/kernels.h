/* kernels.h - the inner loops, compiled for several instruction sets and chosen when a hierarchy is made.
 *
 * All values are at most CIM__INF, so sums of two stay below 2^31 and a minimum with a value that is already there keeps
 * everything at most CIM__INF.  Results are the same with every instruction set. */
#ifndef CIM_ROUTE_KERNELS_H
#define CIM_ROUTE_KERNELS_H

#include "route/route.h"

/* Rows begin .. end - 1 in ascending order: every pair of arcs of a row relaxes the arc between their heads.  Rows of heads
 * after `root` are not touched but collected: entry k of the row of an ancestor at depth d is pair extra[extra_at[d] + k]. */
typedef struct cim__span {
    uint32_t begin, end, root;
    uint32_t *extra;
    const uint32_t *extra_at;
} cim__span;

struct cim__kernels {
    const char *name;
    void (*customize)(const cim_route_hierarchy *h, uint32_t *weight, const cim__span *span);
    void (*customize_lanes)(const cim_route_hierarchy *h, uint32_t *weight, const cim__span *span);
    /* to[j] = min(to[j], add + from[j]) for j < count rounded up to 16 */
    void (*relax_row)(uint32_t *to, const uint32_t *from, uint32_t add, uint32_t count);
    /* min(a[j] + b[j]) for j < count, at most CIM__INF */
    uint32_t (*least_sum)(const uint32_t *a, const uint32_t *b, uint32_t count);
    /* Two-sided walk to the roots; pair[2 d] and pair[2 d + 1] start as what is known at depth d of either side. */
    uint32_t (*walk)(const cim_route_hierarchy *h, const uint32_t *weight, uint32_t *pair, uint32_t s, uint32_t t);
    /* One row of a walk that remembers the arcs (path.c): trail[2 d] and trail[2 d + 1] are value << 32 | up-arc + 1 of either side; up and down
     * are the values of the row's place << 32. */
    void (*trail_row)(const cim_route_hierarchy *h, const uint32_t *weight, uint64_t *trail, uint32_t x, uint64_t up, uint64_t down);
    /* The same as walk for 16 metrics: pair holds 16 numbers of one side, then 16 of the other, a depth. */
    void (*walk_lanes)(const cim_route_hierarchy *h, const uint32_t *weight, uint32_t *pair, uint32_t s, uint32_t t, uint32_t *best);
    /* 16 values a depth and a place: relaxes from all ancestors, one direction.  `depth_row` is what the ancestors have. */
    void (*pull_lanes)(const uint16_t *up_depth, const uint32_t *weight, uint32_t count, const uint32_t *depth_row, uint32_t *row);
};

const cim__kernels *cim__kernels_choose(void);

extern const cim__kernels cim__kernels_plain;
#if defined(__x86_64__)
extern const cim__kernels cim__kernels_avx2, cim__kernels_avx512;
#endif

#endif
