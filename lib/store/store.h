/* store.h - an open city file. */
#ifndef CIM_STORE_STORE_H
#define CIM_STORE_STORE_H

#include "city/city.h"
#include "store/schema.h"

typedef struct cim__store {
    cim__mem *mem;
    cim__db *db;
    pthread_mutex_t lock; /* SQLite handles are used by one thread at a time; recursive, so callbacks may ask for more rows */
    unsigned depth;
    uint64_t layers;      /* which exist */
    unsigned shapes;
    int32_t epsg;
    bool in_memory;
    bool stale;           /* changed by another program since libcim wrote it: compiled arrays are not used */
    char content[65];     /* hash of the last change: what compiled arrays are keyed by */
    char *path;
    const cim__spatialite_table *spatialite; /* of a city in memory: to be detached after the database is closed */
    void *connection;
    cim__stmt *fetch[CIM__LAYER_COUNT]; /* made on first use */
    cim__stmt *shape_stmt[CIM__SHAPE_TABLES], *instance_stmt, *residue_stmt; /* NULL also while they run */
} cim__store;

/* Open and verify.  The file must not be trusted before this has succeeded. */
cim_status cim__store_open(cim_ctx *ctx, const char *path, bool foreign, cim__store **store_out);
void cim__store_close(cim__store *store);
/* A store over a database that this process has just made in memory; takes it over, on success. */
cim_status cim__store_adopt(cim_ctx *ctx, cim__db *db, uint64_t layers, unsigned shapes, cim__store **store_out);

extern const cim__rows cim__store_rows;

/* A city over the store, which it then owns, on success. */
cim_status cim__store_city(cim_ctx *ctx, cim__store *store, cim_city **city_out);

cim_status cim__meta_get(cim_ctx *ctx, cim__db *db, const char *key, cim__buf *value); /* appended; CIM_DONE when absent */
cim_status cim__meta_int(cim_ctx *ctx, cim__db *db, const char *key, int64_t *value_out);           /* likewise */
cim_status cim__meta_set(cim_ctx *ctx, cim__db *db, const char *key, const char *value);

/* SQLite's file change counter, which goes up by one with every transaction: of a file, of an open database. */
cim_status cim__store_counter(cim_ctx *ctx, const char *path, uint32_t *counter_out);
cim_status cim__store_counter_of(cim_ctx *ctx, cim__db *db, uint32_t *counter_out);

/* The box of an object by number; empty when it has no place.  An array of all would take 32 bytes an object. */
typedef struct cim__box_source {
    cim_box (*box)(const void *user, uint32_t id);
    const void *user;
} cim__box_source;

/* ---- compiled arrays (cache.c) ---- */

cim_status cim__cache_save(cim_ctx *ctx, cim__db *db, const cim_city *city, const cim__box_source *boxes, const char *content);
/* All but the text ids.  CIM_DONE when there is none for this content or it is damaged. */
cim_status cim__cache_load(cim_ctx *ctx, cim__store *store, const cim__rows *rows, cim_city **city_out);
/* The text ids of a city, which has none yet; CIM_DONE likewise. */
cim_status cim__cache_gids(cim_ctx *ctx, cim__store *store, cim_city *city);
/* Exact boxes of all objects by number (empty ones where there is no place); freed by the caller. */
cim_status cim__cache_boxes(cim_ctx *ctx, cim__store *store, uint32_t max_id, cim_box **boxes_out);

/* Blocks of other modules (city.h). */
cim_status cim__cache_read(cim_ctx *ctx, cim__store *store, const char *name, cim__block_fn use, void *user);
cim_status cim__cache_write(cim_ctx *ctx, cim__store *store, const cim__compiled_block *blocks, size_t count);

/* ---- from the tables themselves (scan.c) ---- */

cim_status cim__scan_city(cim_ctx *ctx, cim__store *store, const cim__rows *rows, cim_city **city_out);
cim_status cim__scan_gids(cim_ctx *ctx, cim__store *store, const cim__rows *rows, cim_city *city);
cim_status cim__scan_boxes(cim_ctx *ctx, cim__store *store, uint32_t max_id, cim_box **boxes_out);
/* Fill in the text ids from hashes by object; the index from boxes by object. */
cim_status cim__compile_gids(cim_ctx *ctx, cim_city *city, const uint64_t *hash_of);
cim_status cim__compile_places(cim_ctx *ctx, cim_city *city, const cim__box_source *boxes);

/* ---- observations (check_chunks.c) ---- */

/* Every chunk; fn may be NULL. */
typedef void (*cim__chunk_fault_fn)(uint32_t stream, const char *line, void *user);
cim_status cim__check_chunks(cim_ctx *ctx, cim__db *db, cim__chunk_fault_fn fn, void *user, uint64_t *faults_out, uint64_t *observations_out);

/* ---- the change log (change.c) ---- */

/* Append an entry; *hash_out is the new end of the chain. */
cim_status cim__change_append(cim_ctx *ctx, cim__db *db, const char *who, const char *why, const char *action, cim__str details, char hash_out[65]);
/* The last change of objects, which compiled arrays are keyed by: observations (action "observe") leave them as they are.  "" for an empty log. */
cim_status cim__change_head(cim_ctx *ctx, cim__db *db, char hash_out[65]);
/* Recompute the chain; CIM_OK and *bad_seq_out the first entry that does not fit, 0 if all do. */
cim_status cim__change_check(cim_ctx *ctx, cim__db *db, int64_t *bad_seq_out, int64_t *count_out);

#endif
