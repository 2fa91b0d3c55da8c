/* tree.h - the packed tree's layout, shared by the files of this module.
 *
 *   header    one struct, 128 bytes
 *   nodes     level 0 (leaves) first, then their parents, ...; the last node is the root
 *   ids       uint32_t a box, in leaf order, padded to a multiple of 16 with CIM_NONE
 *
 * A node holds 16 boxes as four rows of 16 numbers, so that one comparison handles a row with vector instructions.
 * Child c of node i of level L is node 16 i + c of level L - 1; slot c of leaf i is ids[16 i + c].  Hence the boxes
 * under any node are one contiguous run of ids.  Unused slots have min > max and meet nothing. */
#ifndef CIM_INDEX_TREE_H
#define CIM_INDEX_TREE_H

#include "cim/index.h"
#include "core/ctx.h"

enum { CIM__FANOUT = 16, CIM__MAX_LEVELS = 9, CIM__INDEX_VERSION = 1 };
#define CIM__INDEX_MAGIC "CIMIDX1"

typedef struct cim__node {
    int32_t min_x[CIM__FANOUT], min_y[CIM__FANOUT], max_x[CIM__FANOUT], max_y[CIM__FANOUT];
} cim__node;

typedef struct cim__index_header {
    char magic[8];
    uint32_t version, count, levels, node_count;
    double origin_x, origin_y, step; /* value = origin + step * number */
    uint32_t level_start[CIM__MAX_LEVELS + 1]; /* in nodes; level_start[levels] = node_count */
    uint32_t reserved[10];
} cim__index_header;
_Static_assert(sizeof(cim__index_header) == 128, "the header is part of the file format");

struct cim_index {
    cim__mem *mem;
    atomic_size_t refs;
    cim__index_header head;
    cim__node *nodes; /* 64-byte aligned inside `block` */
    uint32_t *ids;
    void *block;
};

/* A box in fixed-point numbers. */
typedef struct cim__ibox {
    int32_t min_x, min_y, max_x, max_y;
} cim__ibox;

cim_status cim__index_alloc(cim_ctx *ctx, const cim__index_header *head, cim_index **index_out);
void cim__index_levels(cim__index_header *head); /* fills levels, node_count, level_start from count */
uint32_t cim__hilbert(uint32_t x, uint32_t y);   /* 16-bit coordinates to their place on the Hilbert curve */

#endif
