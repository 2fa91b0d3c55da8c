/* rtree.h - filling SQLite's R*Tree of a geometry table in one go. */
#ifndef CIM_STORE_RTREE_H
#define CIM_STORE_RTREE_H

#include "geom/geom.h"
#include "store/db.h"

typedef struct cim__rtree_item {
    int64_t id;
    cim_box box;
} cim__rtree_item;

/* Items now in the R*Tree of `table`, appended to items (cim__rtree_item).  Boxes are the tree's rounded ones. */
cim_status cim__rtree_read(cim_ctx *ctx, cim__db *db, const char *table, cim__buf *items);

/* A packed tree of items: which rows its three tables get. */
typedef struct cim__rtree cim__rtree;
/* Sorts items, which must stay; node_size is the length of a node in this file. */
cim_status cim__rtree_new(cim_ctx *ctx, cim__rtree_item *items, size_t count, size_t node_size, cim__rtree **rtree_out);
void cim__rtree_free(cim__rtree *rtree);

typedef enum cim__rtree_table { CIM__RTREE_NODE, CIM__RTREE_PARENT, CIM__RTREE_ROWID } cim__rtree_table;
extern const char *const cim__rtree_tables[3]; /* "node", ...: suffixes */
/* All three have two columns and rows in the order of their key. */
size_t cim__rtree_rows(const cim__rtree *rtree, cim__rtree_table table);
cim_status cim__rtree_feed_node(cim_ctx *ctx, size_t row, cim__cell *cells, void *rtree);
cim_status cim__rtree_feed_parent(cim_ctx *ctx, size_t row, cim__cell *cells, void *rtree);
cim_status cim__rtree_feed_rowid(cim_ctx *ctx, size_t row, cim__cell *cells, void *rtree);

/* The length of a node of this table's tree; its tables are emptied. */
cim_status cim__rtree_clear(cim_ctx *ctx, cim__db *db, const char *table, size_t *node_size_out);

#endif
