/* tree.h - the packed tree's layout, shared by the files of this module.
 *
 *   header    one struct, 192 bytes
 *   nodes     level 0 (leaves) first, then their parents, ...; the last node is the root
 *   z         where the index has z: two rows a node
 *   classes   where the index has classes: one row a node; a parent's mask is what its children have together
 *   ids       uint32_t a box, in leaf order, padded to a multiple of 16 with CIM_NONE
 *
 * A node holds 16 boxes as four rows of 16 numbers, so that one comparison handles a row with vector instructions.
 * Child c of node i of level L is node 16 i + c of level L - 1; slot c of leaf i is ids[16 i + c].  Hence the boxes
 * under any node are one contiguous run of ids.  Unused slots have min > max and meet nothing. */
#ifndef CIM_INDEX_TREE_H
#define CIM_INDEX_TREE_H

#include "core/ctx.h"
#include "index/grid.h"

enum { CIM__FANOUT = 16, CIM__MAX_LEVELS = 9, CIM__INDEX_VERSION = 2, CIM__MAX_RUNS = 40 };
enum { CIM__HAS_Z = 1, CIM__HAS_CLASSES = 2 };
#define CIM__INDEX_MAGIC "CIMIDX1"

typedef struct cim__node {
    int32_t min_x[CIM__FANOUT], min_y[CIM__FANOUT], max_x[CIM__FANOUT], max_y[CIM__FANOUT];
} cim__node;
typedef struct cim__node_z {
    int32_t min_z[CIM__FANOUT], max_z[CIM__FANOUT];
} cim__node_z;
typedef struct cim__node_classes {
    uint32_t bits[CIM__FANOUT];
} cim__node_classes;

typedef struct cim__index_header {
    char magic[8];
    uint32_t version, count, levels, node_count;
    uint32_t flags, id_bound; /* ids are below id_bound */
    uint64_t checksum;        /* of all that follows the header */
    cim__grid grid;
    uint32_t level_start[CIM__MAX_LEVELS + 1]; /* in nodes; level_start[levels] = node_count */
    uint32_t reserved[16];
    uint64_t head_checksum; /* of the header, this number as 0 */
} cim__index_header;
_Static_assert(sizeof(cim__index_header) == 192, "the header is part of the file format");

/* One packed tree.  The arrays lie in one block in this order. */
typedef struct cim__tree {
    cim__index_header head;
    cim__node *nodes; /* aligned to 64 */
    cim__node_z *z;              /* NULL: none */
    cim__node_classes *classes;  /* NULL: none */
    uint32_t *ids;
    uint64_t *holes; /* NULL: no slot below head.count is unused; else a bit for every leaf that may have such slots */
    void *block;
} cim__tree;

struct cim_index {
    cim__mem *mem;
    atomic_size_t refs;
    struct cim__epoch *epoch; /* NULL: static; else the state of a live index whose view this is */
    cim__grid grid;           /* of all trees */
    size_t count;
    uint32_t tree_count;
    const cim__tree *trees[CIM__MAX_RUNS];
    cim__tree own;            /* the tree of a static index */
};

/* One item on its way into a tree. */
typedef struct cim__item {
    cim__ibox box;
    int32_t min_z, max_z;
    uint32_t id, classes;
} cim__item;
static const cim__item cim__no_item = { { INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN }, INT32_MAX, INT32_MIN, CIM_NONE, 0 };

/* Where the items of a tree come from: items, or a caller's arrays of which the boxes are quantised already. */
typedef struct cim__source {
    const cim__item *items; /* NULL: the arrays */
    const cim__ibox *boxes;
    const double *z;
    const uint32_t *classes, *ids;
    cim__grid grid;
} cim__source;

static inline cim__ibox cim__source_box(const cim__source *s, size_t i) { return s->items ? s->items[i].box : s->boxes[i]; }
static inline const void *cim__source_at(const cim__source *s, size_t i) { return s->items ? (const void *)(s->items + i) : (const void *)(s->boxes + i); }
static inline cim__item cim__source_item(const cim__source *s, size_t i)
{
    if (s->items) return s->items[i];
    cim__item item = { s->boxes[i], 0, 0, s->ids ? s->ids[i] : (uint32_t)i, s->classes ? s->classes[i] : 0 };
    if (s->z) {
        item.min_z = cim__grid_down((s->z[2 * i] - s->grid.origin_z) / s->grid.step);
        item.max_z = cim__grid_up((s->z[2 * i + 1] - s->grid.origin_z) / s->grid.step);
    }
    return item;
}

void cim__tree_levels(cim__index_header *head); /* fills levels, node_count, level_start from count */
size_t cim__tree_body(const cim__index_header *head); /* bytes of the block */
cim_status cim__tree_alloc(cim_ctx *ctx, const cim__index_header *head, cim__tree *tree);
void cim__tree_point(cim__tree *tree, void *body); /* sets the arrays' addresses */
void cim__tree_free(cim__mem *mem, cim__tree *tree);
/* Fills an allocated tree: slot i gets item order[i] & 0xffffffff. */
cim_status cim__tree_lay(cim_ctx *ctx, cim__tree *tree, const cim__source *source, const uint64_t *order);
cim__ibox cim__tree_box(const cim__tree *tree); /* around all */
void cim__tree_z_range(const cim__tree *tree, int32_t *min_out, int32_t *max_out);
/* Items that are there, appended to `items`, which has room; returns how many. */
size_t cim__tree_items(const cim__tree *tree, cim__item *items);

/* A tree of these items, which lie in extent, packed in an order of CIM_INDEX_*.  head has grid and flags. */
cim_status cim__pack_tree(cim_ctx *ctx, const cim__index_header *head, const cim__source *source, size_t count, const cim__ibox *extent, int32_t order,
                          cim__tree *tree_out);
/* The same of items, along the Hilbert curve.  The tree is on `mem`, which may outlive the context. */
cim_status cim__pack_items(cim_ctx *ctx, cim__mem *mem, const cim__index_header *head, const cim__item *items, size_t count, cim__tree *tree_out);
cim__ibox cim__index_box(const cim_index *index); /* around all; nothing when empty */
/* All items of an index, released with cim__free() of the context's memory. */
cim_status cim__index_items(cim_ctx *ctx, const cim_index *index, cim__item **items_out, size_t *count_out);
/* A static index owning a tree, which is taken over. */
cim_status cim__index_of_tree(cim_ctx *ctx, cim__tree *tree, cim_index **index_out);

/* Into the cache: a node's four lines.  A macro, because gcc takes calls of functions that only prefetch for calls without effect. */
#define CIM__FETCH_NODE(node) \
    (__builtin_prefetch((node)->min_x), __builtin_prefetch((node)->min_y), __builtin_prefetch((node)->max_x), __builtin_prefetch((node)->max_y))

/* The leaf of a slot and its parent. */
#define CIM__FETCH_SLOT(tree, slot) \
    (CIM__FETCH_NODE(&(tree)->nodes[(slot) / CIM__FANOUT]), CIM__FETCH_NODE(&(tree)->nodes[(tree)->head.level_start[1] + (slot) / (CIM__FANOUT * CIM__FANOUT)]))

static inline cim__ibox cim__slot_box(const cim__node *n, uint32_t i) { return (cim__ibox){ n->min_x[i], n->min_y[i], n->max_x[i], n->max_y[i] }; }
static inline void cim__slot_put(cim__node *n, uint32_t i, const cim__ibox *b)
{
    n->min_x[i] = b->min_x;
    n->min_y[i] = b->min_y;
    n->max_x[i] = b->max_x;
    n->max_y[i] = b->max_y;
}
static inline bool cim__slot_used(const cim__node *n, uint32_t i) { return n->min_x[i] <= n->max_x[i]; }

#endif
