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
/* Replace its content.  Sorts items. */
cim_status cim__rtree_write(cim_ctx *ctx, cim__db *db, const char *table, cim__rtree_item *items, size_t count);

#endif
