/* cutter.h - vertex separators of one piece of a graph; used by the node order only. */
#ifndef CIM_ROUTE_CUTTER_H
#define CIM_ROUTE_CUTTER_H

#include "core/ctx.h"

/* A connected piece: neighbours of node v are adj[first[v]] .. adj[first[v + 1] - 1], all below count. */
typedef struct cim__piece {
    uint32_t count;
    const uint32_t *first, *adj;
} cim__piece;

enum { CIM__SIDE_A, CIM__SIDE_B, CIM__SIDE_CUT };

/* Working memory for pieces of up to `cap` nodes; one per thread. */
typedef struct cim__cutter {
    cim__mem *mem;
    uint32_t cap;
    uint32_t *link[2];   /* the flow path through a node: towards A, towards B; CIM_NONE without flow */
    uint32_t *come[2];   /* how the search reached a node: [0] its entry, [1] its exit */
    uint8_t *side;       /* 0, or 1 + the terminal side it belongs to */
    uint8_t *reach[2];   /* per search: bit 0 entry reached, bit 1 exit reached */
    uint32_t *seeds[2], *queue[2], *reached[2], *path;
    uint32_t seed_count[2], reached_count[2], size[2];
    uint32_t *joined[2], joined_count[2]; /* the nodes of a side in the order in which they came to it */
    uint32_t *cut, cut_count;             /* the best cut so far: its nodes, and that side `cut_side` had `cut_joined` nodes */
    uint32_t cut_joined;
    int cut_side;
    uint32_t *place;     /* of a node along the projection */
    uint64_t *keys;      /* cap * 2, for sorting */
    uint8_t *seen;       /* for the caller */
} cim__cutter;

bool cim__cutter_init(cim__cutter *cutter, cim__mem *mem, uint32_t cap);
void cim__cutter_free(cim__cutter *cutter);

/* The best cut along a projection (`key` per node: ascending keys run from A to B): fills sides (count bytes) and returns its
 * score, smaller is better: cut / smaller side.  Returns a negative number when there is none.  May give up when nothing as good as
 * `bound` can come; HUGE_VAL for no bound. */
double cim__cutter_run(cim__cutter *cutter, const cim__piece *piece, const float *key, double bound, uint8_t *sides);

/* A cut that always exists: the nodes before the middle of the projection with a neighbour behind it. */
double cim__cutter_halve(cim__cutter *cutter, const cim__piece *piece, const float *key, uint8_t *sides);

#endif
