/* db.h - adapter to SQLite: opening safely, statements, and bulk insertion. */
#ifndef CIM_STORE_DB_H
#define CIM_STORE_DB_H

#include "core/ctx.h"

typedef struct cim__db cim__db;
typedef struct cim__stmt cim__stmt;

typedef enum cim__db_mode {
    CIM__DB_READ,   /* hostile file: read only, no triggers, no views, defensive, time limit by cancellation */
    CIM__DB_WRITE,  /* a file that was verified before: in place, rollback journal */
    CIM__DB_SHARE,  /* the same, with readers beside it: no lock is kept between transactions, and the schema is trusted no more than by a reader */
    CIM__DB_CREATE, /* a new file under a temporary name: nobody else sees it, so no journal */
    CIM__DB_MEMORY
} cim__db_mode;

enum { CIM__DB_LARGEST = 1 << 28 }; /* bytes of a value that are read back */

cim_status cim__db_open(cim_ctx *ctx, const char *path, cim__db_mode mode, cim__db **db_out);
void cim__db_seal(cim__db *db); /* from now on as careful as CIM__DB_READ: for a database in memory that is complete */
void cim__db_cache(cim__db *db, int kib); /* pages that are kept */
void cim__db_close(cim__db *db); /* rolls back what was not committed */
/* The first bytes of a file, before SQLite looks for a schema in it, by SQLite's own descriptor: closing one of our own would give up the locks
 * that other threads hold on the file (fcntl(2)).  CIM_EFORMAT: it is shorter. */
cim_status cim__db_peek(cim_ctx *ctx, const char *path, void *data, size_t size);
/* The file as SQLite reads it; false and CIM_EFORMAT when there is none or it is shorter. */
bool cim__db_file_size(cim__db *db, uint64_t *size_out);
cim_status cim__db_file_read(cim_ctx *ctx, cim__db *db, void *data, size_t size, uint64_t offset);
void *cim__db_handle(cim__db *db); /* sqlite3 *, for modules that speak SQLite themselves */

/* The context whose cancellation interrupts running statements; NULL: none. */
void cim__db_attend(cim__db *db, cim_ctx *ctx);

/* CIM_EIO or CIM_EFORMAT with SQLite's text. */
cim_status cim__db_fail(cim_ctx *ctx, cim__db *db, const char *what);

cim_status cim__db_exec(cim_ctx *ctx, cim__db *db, const char *sql);
cim_status cim__db_execf(cim_ctx *ctx, cim__db *db, const char *format, ...) __attribute__((format(printf, 3, 4)));

cim_status cim__db_prepare(cim_ctx *ctx, cim__db *db, const char *sql, cim__stmt **stmt_out);
void cim__stmt_free(cim__stmt *stmt);
void cim__stmt_int(cim__stmt *stmt, int column, int64_t value); /* parameters count from 1 */
void cim__stmt_real(cim__stmt *stmt, int column, double value);
void cim__stmt_text(cim__stmt *stmt, int column, cim__str value); /* borrowed until the next step; NULL when empty */
void cim__stmt_blob(cim__stmt *stmt, int column, cim__str value);
void cim__stmt_null(cim__stmt *stmt, int column);
/* CIM_OK: a row; CIM_DONE: no more, the statement is reset. */
cim_status cim__stmt_step(cim_ctx *ctx, cim__stmt *stmt);
cim_status cim__stmt_run(cim_ctx *ctx, cim__stmt *stmt); /* step to the end, then reset */
void cim__stmt_reset(cim__stmt *stmt);
bool cim__stmt_is_null(cim__stmt *stmt, int column); /* columns count from 0 */
int64_t cim__stmt_get_int(cim__stmt *stmt, int column);
double cim__stmt_get_real(cim__stmt *stmt, int column);
cim__str cim__stmt_get_str(cim__stmt *stmt, int column); /* text or blob; valid until the next step */

/* One integer or text; CIM_DONE when there is no row or it is NULL. */
cim_status cim__db_get_int(cim_ctx *ctx, cim__db *db, const char *sql, int64_t *value_out);

/* The bytes of a blob, piece by piece: SQLite makes no copy of the whole.  Written is one that is there, like zeroblob(n). */
typedef struct cim__blob {
    void *handle;
    size_t at, size;
    struct cim__chain *chain; /* NULL: through SQLite */
} cim__blob;
cim_status cim__blob_open(cim_ctx *ctx, cim__db *db, const char *table, const char *column, cim__blob *blob_out); /* of the row inserted last */
/* To be read: a column of a table, by name and number.  The row must not change before it is closed: a statement that has just found it is
 * still open.  CIM_EFORMAT: there is no such blob, or it is longer than the file. */
cim_status cim__blob_find(cim_ctx *ctx, cim__db *db, const char *table, const char *column, int number, int64_t rowid, cim__blob *blob_out);
cim_status cim__blob_read(cim_ctx *ctx, cim__db *db, cim__blob *blob, void *data, size_t size); /* CIM_EFORMAT past the end */
cim_status cim__blob_write(cim_ctx *ctx, cim__db *db, cim__blob *blob, const void *data, size_t size);
void cim__blob_close(cim__blob *blob);

/* ---- bulk insertion ----
 * `INSERT INTO table SELECT * FROM feed` reads rows from a callback through a virtual table: one statement, no binding,
 * twice as fast as a prepared INSERT a row. */
typedef struct cim__cell {
    enum { CIM__CELL_NULL, CIM__CELL_INT, CIM__CELL_REAL, CIM__CELL_TEXT, CIM__CELL_BLOB } type;
    int64_t integer;
    double real;
    cim__str text; /* must stay valid until the next call */
} cim__cell;

/* Fill row number `row`; called once a row in ascending order. */
typedef cim_status (*cim__feed_fn)(cim_ctx *ctx, size_t row, cim__cell *cells, void *user);
enum { CIM__FEED_COLUMNS = 48 };
cim_status cim__db_feed(cim_ctx *ctx, cim__db *db, const char *table, int columns, size_t rows, cim__feed_fn fn, void *user);
/* The same, but columns whose bit is clear stay NULL whatever the callback says. */
cim_status cim__db_feed_some(cim_ctx *ctx, cim__db *db, const char *table, int columns, uint64_t wanted, size_t rows, cim__feed_fn fn, void *user);

#endif
