/* bulk.h - rows in bulk, straight into the pages of a new database file.
 *
 * SQLite makes the schema and closes the file; then whole tables are written as finished b-trees, leaves first, each page once.
 * That is several times faster than the fastest INSERT, and only possible where nobody else sees the file and rows come in key
 * order: a new city under its temporary name.  Existing files are extended through SQL. */
#ifndef CIM_STORE_BULK_H
#define CIM_STORE_BULK_H

#include "store/db.h"

typedef struct cim__bulk cim__bulk;

/* The closed database at `path`. CIM_EINTERNAL if it is of a kind this writer does not know (auto-vacuum, reserved bytes). */
cim_status cim__bulk_open(cim_ctx *ctx, const char *path, cim__bulk **bulk_out);
/* Header, then everything to stable storage.  All lanes have ended. */
cim_status cim__bulk_finish(cim_ctx *ctx, cim__bulk *bulk);
void cim__bulk_close(cim__bulk *bulk); /* also without finish */

/* Tables may be filled at the same time, each in a lane: lanes take turns at runs of pages, so where a table lies depends on chance. */
typedef struct cim__lane cim__lane;
cim_status cim__lane_new(cim_ctx *ctx, cim__bulk *bulk, cim__lane **lane_out);
cim_status cim__lane_end(cim_ctx *ctx, cim__lane *lane); /* what waits is written; pages that were not used become free ones */
void cim__lane_free(cim__lane *lane);

/* Replace the (nearly) empty table at page `root` by rows from the callback, as cim__db_feed() would.  keyed: the first column is the
 * INTEGER PRIMARY KEY, ascending; else the table is WITHOUT ROWID and rows come in the order of its key. */
cim_status cim__bulk_fill(cim_ctx *ctx, cim__lane *lane, uint32_t root, bool keyed, int columns, size_t rows, cim__feed_fn fn, void *user);

#endif
