/* chain.h - the bytes of a long blob from the file's pages, many at a time.
 *
 * SQLite fetches such a blob page by page through its cache, which takes longer than copying the bytes.  Pages of a blob that was written
 * at once mostly lie one behind the other, so they are read in runs; where each page says that another one follows, that one is read.
 * (File format: sqlite.org/fileformat2.html, 1.6 B-tree pages, 1.7 overflow pages.)  Nothing in the pages is trusted. */
#ifndef CIM_STORE_CHAIN_H
#define CIM_STORE_CHAIN_H

#include "store/db.h"

typedef struct cim__chain cim__chain;

/* Column `column` of the row in the table whose B-tree begins at page `root`; it must be a blob of `size` bytes.  CIM_DONE: SQLite must
 * read it (it is in one page, in memory, in a write-ahead log, or not where it should be).  The file must not change meanwhile: a statement
 * that reads it is open. */
cim_status cim__chain_open(cim_ctx *ctx, cim__db *db, int64_t root, int64_t rowid, int column, size_t size, cim__chain **chain_out);
cim_status cim__chain_read(cim_ctx *ctx, cim__chain *chain, void *data, size_t size); /* the next bytes; CIM_EFORMAT */
void cim__chain_close(cim__chain *chain);

#endif
