/* writer.h - putting an import into a city file: all of it or nothing. */
#ifndef CIM_STORE_WRITER_H
#define CIM_STORE_WRITER_H

#include "core/par.h"
#include "store/bulk.h"
#include "store/plan.h"
#include "store/store.h"

typedef struct cim__writer {
    cim__mem *mem;
    char *path, *temp; /* temp NULL: an existing file, in place */
    cim__db *db;
    const cim__spatialite_table *spatialite;
    void *connection;
    cim__store *store; /* the existing file as it was verified, borrowed; NULL for a new one */
    uint64_t layers;
    unsigned shapes;
    uint32_t counter;
    cim__bulk *bulk; /* of a new file, once its schema is complete; db is closed then */
    cim__lane *lanes[CIM__WORKERS]; /* of bulk, by worker */
    cim__buf roots;  /* its tables' first pages: cim__root */
} cim__writer;

/* Begin a transaction: on a new file under a temporary name beside `path`, on the verified existing one, or, with path NULL, on a
 * database in memory. */
cim_status cim__writer_begin(cim_ctx *ctx, const char *path, cim__store *store, cim__writer *writer_out);
void cim__writer_abort(cim__writer *writer); /* the file is as before; harmless after a commit */
cim_status cim__writer_commit(cim_ctx *ctx, cim__writer *writer);
/* Commit a database in memory and go on with it. */
cim_status cim__writer_adopt(cim_ctx *ctx, cim__writer *writer, cim__store **store_out);

/* The tables that the objects of a sink need and that are not there yet; it takes a millisecond each.  Done by cim__writer_put(), or, on a
 * new file, before it while relations are made. */
cim_status cim__writer_tables(cim_ctx *ctx, cim__writer *writer, const cim__sink *sink);

/* Nothing more is said in SQL: from now on tables are only filled. */
cim_status cim__writer_seal(cim_ctx *ctx, cim__writer *writer);
/* Rows of one table, each table once, in the order of its key; see cim__bulk_fill() and cim__db_feed_some().  Several workers may fill
 * tables at the same time when cim__writer_parallel(). */
static inline bool cim__writer_parallel(const cim__writer *writer) { return writer->bulk != NULL; }
cim_status cim__writer_fill(cim_ctx *ctx, cim__writer *writer, uint32_t worker, const char *table, bool keyed, int columns, uint64_t wanted, size_t rows, cim__feed_fn fn, void *user);

/* One input file of the import. */
typedef struct cim__source {
    const char *uri, *format;
    char sha256[65];
    uint64_t bytes;
    char version[32], encoding[32], axis[40], srs_name[200];
    int32_t srid; /* 0: unknown */
    const char *licence, *attribution;
    cim__buf report; /* JSON */
} cim__source;

typedef struct cim__import_result {
    uint64_t objects, replaced, relations, relations_unresolved, updated; /* updated: rows that changed other objects */
} cim__import_result;

/* All rows, indexes and compiled arrays of a planned sink, and one entry in the change log.  Source i of the sink's heads
 * becomes row first_source + i.  Consumes nothing; the transaction stays open. */
cim_status cim__writer_put(cim_ctx *ctx, cim__writer *writer, const cim__plan *plan, cim__source *sources, size_t source_count, const char *who, const char *why,
                           cim__import_result *result_out);

#endif
