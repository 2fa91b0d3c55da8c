/* db.c - adapter to SQLite.
 *
 * Reading treats the file as hostile.  SQLite's own advice (sqlite.org/security.html) is followed and more: no triggers,
 * no views, nothing from the schema may call anything but innocuous functions, every cell is size-checked, there is no
 * memory mapping (a file that shrinks would be a SIGBUS).  Whether tables are what they claim is schema verification's
 * business (verify.c). */
#include "store/chain.h"
#include "store/feed.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

struct cim__db {
    cim__mem *mem;
    sqlite3 *handle;
    atomic_int *cancel;
    char path[300]; /* for messages */
};

struct cim__stmt {
    cim__db *db;
    sqlite3_stmt *handle;
};

static int on_progress(void *user)
{
    cim__db *db = user;
    return db->cancel && atomic_load_explicit(db->cancel, memory_order_relaxed);
}

void cim__db_attend(cim__db *db, cim_ctx *ctx) { db->cancel = ctx ? ctx->cancel : NULL; }

cim_status cim__db_fail(cim_ctx *ctx, cim__db *db, const char *what)
{
    int code = db->handle ? sqlite3_errcode(db->handle) : SQLITE_NOMEM;
    const char *text = db->handle ? sqlite3_errmsg(db->handle) : "out of memory";
    cim_status status = CIM_EIO;
    if (code == SQLITE_NOMEM) return cim__nomem(ctx);
    if (code == SQLITE_INTERRUPT) return cim__fail(ctx, CIM_ECANCEL, "cancelled while: %s", what);
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR || code == SQLITE_SCHEMA) status = CIM_EFORMAT;
    if (code == SQLITE_TOOBIG) status = CIM_ELIMIT;
    return cim__fail(ctx, status, "%s: %s: %s", db->path, what, text);
}

static void harden(sqlite3 *h, bool read_only)
{
    sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_VIEW, read_only ? 0 : 1, (int *)NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, read_only, (int *)NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, !read_only, (int *)NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, (int *)NULL);
    sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 0);
    if (read_only) sqlite3_limit(h, SQLITE_LIMIT_LENGTH, CIM__DB_LARGEST);
    sqlite3_limit(h, SQLITE_LIMIT_TRIGGER_DEPTH, read_only ? 1 : 10);
}

static cim_status set_up(cim_ctx *ctx, cim__db *db, cim__db_mode mode)
{
    static const char *const pragmas[] = {
        [CIM__DB_READ] = "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA query_only=ON; PRAGMA cache_size=-256",
        [CIM__DB_WRITE] = "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA synchronous=FULL; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-65536",
        [CIM__DB_SHARE] = "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384",
        [CIM__DB_CREATE] = "PRAGMA page_size=8192; PRAGMA mmap_size=0; PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-8192",
        [CIM__DB_MEMORY] = "PRAGMA page_size=8192",
    };
    harden(db->handle, mode == CIM__DB_READ || mode == CIM__DB_SHARE);
    sqlite3_progress_handler(db->handle, 10000, on_progress, db);
    sqlite3_busy_timeout(db->handle, 5000);
    if (sqlite3_exec(db->handle, pragmas[mode], NULL, NULL, NULL) != SQLITE_OK) return cim__db_fail(ctx, db, "cannot read it");
    return mode == CIM__DB_READ || mode == CIM__DB_SHARE ? CIM_OK : cim__feed_register(ctx, db);
}

/* A crashed writer leaves a journal.  A read-only connection cannot play it back, so a writing one does, once. */
static void recover(const char *path)
{
    sqlite3 *h = NULL;
    if (sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
        harden(h, true);
        sqlite3_exec(h, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    }
    sqlite3_close(h);
}

static int open_handle(const char *path, cim__db_mode mode, sqlite3 **handle)
{
    static const int flags[] = { [CIM__DB_READ] = SQLITE_OPEN_READONLY, [CIM__DB_WRITE] = SQLITE_OPEN_READWRITE, [CIM__DB_SHARE] = SQLITE_OPEN_READWRITE, [CIM__DB_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, [CIM__DB_MEMORY] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY };
    return sqlite3_open_v2(path, handle, flags[mode] | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
}

cim_status cim__db_open(cim_ctx *ctx, const char *path, cim__db_mode mode, cim__db **db_out)
{
    cim__db *db = cim__zalloc(ctx->mem, sizeof *db);
    if (!db) return cim__nomem(ctx);
    db->mem = cim__mem_ref(ctx->mem);
    db->cancel = ctx->cancel;
    snprintf(db->path, sizeof db->path, "%s", path);
    int rc = open_handle(path, mode, &db->handle);
    if (rc == SQLITE_OK && mode == CIM__DB_READ && sqlite3_exec(db->handle, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_READONLY_ROLLBACK) {
        sqlite3_close(db->handle);
        recover(path);
        rc = open_handle(path, mode, &db->handle);
    }
    cim_status st = rc == SQLITE_OK ? set_up(ctx, db, mode) : cim__db_fail(ctx, db, "cannot open");
    db->cancel = NULL;
    if (st < 0) {
        cim__db_close(db);
        return st;
    }
    *db_out = db;
    return CIM_OK;
}

void cim__db_seal(cim__db *db) { harden(db->handle, true); }

void cim__db_cache(cim__db *db, int kib)
{
    char sql[40];
    snprintf(sql, sizeof sql, "PRAGMA cache_size=-%d", kib);
    sqlite3_exec(db->handle, sql, NULL, NULL, NULL); /* a matter of time only */
}

void cim__db_close(cim__db *db)
{
    if (!db) return;
    cim__mem *mem = db->mem;
    sqlite3_close_v2(db->handle);
    cim__free(mem, db);
    cim__mem_unref(mem);
}

static sqlite3_file *file_of(cim__db *db)
{
    sqlite3_file *file = NULL;
    int rc = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    return rc == SQLITE_OK && file && file->pMethods ? file : NULL; /* NULL: in memory */
}

bool cim__db_file_size(cim__db *db, uint64_t *size_out)
{
    sqlite3_file *file = file_of(db);
    sqlite3_int64 bytes = 0;
    if (!file || file->pMethods->xFileSize(file, &bytes) != SQLITE_OK || bytes < 0) return false;
    *size_out = (uint64_t)bytes;
    return true;
}

cim_status cim__db_file_read(cim_ctx *ctx, cim__db *db, void *data, size_t size, uint64_t offset)
{
    sqlite3_file *file = file_of(db);
    if (!file) return cim__fail(ctx, CIM_EFORMAT, "%s: no file", db->path);
    int rc = file->pMethods->xRead(file, data, (int)size, (sqlite3_int64)offset);
    if (rc == SQLITE_OK) return CIM_OK;
    return cim__fail(ctx, rc == SQLITE_IOERR_SHORT_READ ? CIM_EFORMAT : CIM_EIO, "%s: cannot read %zu bytes at %llu", db->path, size, (unsigned long long)offset);
}

cim_status cim__db_peek(cim_ctx *ctx, const char *path, void *data, size_t size)
{
    struct stat about;
    cim__db db = { .mem = ctx->mem };
    snprintf(db.path, sizeof db.path, "%s", path);
    if (stat(path, &about)) return cim__fail_errno(ctx, -errno, "cannot open", path);
    if (S_ISDIR(about.st_mode)) return cim__fail_errno(ctx, -EISDIR, "cannot open", path);
    if (!S_ISREG(about.st_mode)) return cim__fail(ctx, CIM_EFORMAT, "%s: not a file", path); /* opening a pipe would wait */
    int rc = open_handle(path, CIM__DB_READ, &db.handle);
    cim_status st = rc == SQLITE_OK ? cim__db_file_read(ctx, &db, data, size, 0) : cim__db_fail(ctx, &db, "cannot open");
    sqlite3_close(db.handle);
    return st;
}

void *cim__db_handle(cim__db *db) { return db->handle; }

cim_status cim__db_exec(cim_ctx *ctx, cim__db *db, const char *sql)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK) return CIM_OK;
    char what[80];
    snprintf(what, sizeof what, "%.70s", sql);
    return cim__db_fail(ctx, db, what);
}

cim_status cim__db_execf(cim_ctx *ctx, cim__db *db, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *sql = sqlite3_vmprintf(format, args);
    va_end(args);
    if (!sql) return cim__nomem(ctx);
    cim_status st = cim__db_exec(ctx, db, sql);
    sqlite3_free(sql);
    return st;
}

/* ---- statements ---- */

cim_status cim__db_prepare(cim_ctx *ctx, cim__db *db, const char *sql, cim__stmt **stmt_out)
{
    cim__stmt *stmt = cim__zalloc(db->mem, sizeof *stmt);
    if (!stmt) return cim__nomem(ctx);
    stmt->db = db;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt->handle, NULL) != SQLITE_OK) {
        cim__free(db->mem, stmt);
        return cim__db_fail(ctx, db, "cannot prepare a statement");
    }
    *stmt_out = stmt;
    return CIM_OK;
}

void cim__stmt_free(cim__stmt *stmt)
{
    if (!stmt) return;
    sqlite3_finalize(stmt->handle);
    cim__free(stmt->db->mem, stmt);
}

void cim__stmt_int(cim__stmt *stmt, int column, int64_t value) { sqlite3_bind_int64(stmt->handle, column, value); }
void cim__stmt_real(cim__stmt *stmt, int column, double value) { sqlite3_bind_double(stmt->handle, column, value); }
void cim__stmt_null(cim__stmt *stmt, int column) { sqlite3_bind_null(stmt->handle, column); }

void cim__stmt_text(cim__stmt *stmt, int column, cim__str value)
{
    if (value.len) sqlite3_bind_text64(stmt->handle, column, value.ptr, value.len, SQLITE_STATIC, SQLITE_UTF8);
    else sqlite3_bind_null(stmt->handle, column);
}

void cim__stmt_blob(cim__stmt *stmt, int column, cim__str value)
{
    if (value.len) sqlite3_bind_blob64(stmt->handle, column, value.ptr, value.len, SQLITE_STATIC);
    else sqlite3_bind_null(stmt->handle, column);
}

cim_status cim__stmt_step(cim_ctx *ctx, cim__stmt *stmt)
{
    int rc = sqlite3_step(stmt->handle);
    if (rc == SQLITE_ROW) return CIM_OK;
    if (rc == SQLITE_DONE) {
        sqlite3_reset(stmt->handle);
        return CIM_DONE;
    }
    cim_status st = cim__db_fail(ctx, stmt->db, "cannot run a statement");
    sqlite3_reset(stmt->handle);
    return st;
}

cim_status cim__stmt_run(cim_ctx *ctx, cim__stmt *stmt)
{
    cim_status st;
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) continue;
    return st < 0 ? st : CIM_OK;
}

void cim__stmt_reset(cim__stmt *stmt) { sqlite3_reset(stmt->handle); }
bool cim__stmt_is_null(cim__stmt *stmt, int column) { return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL; }
int64_t cim__stmt_get_int(cim__stmt *stmt, int column) { return sqlite3_column_int64(stmt->handle, column); }
double cim__stmt_get_real(cim__stmt *stmt, int column) { return sqlite3_column_double(stmt->handle, column); }

cim__str cim__stmt_get_str(cim__stmt *stmt, int column)
{
    const void *data = sqlite3_column_blob(stmt->handle, column);
    return (cim__str){ data ? data : "", data ? (size_t)sqlite3_column_bytes(stmt->handle, column) : 0 };
}

cim_status cim__blob_open(cim_ctx *ctx, cim__db *db, const char *table, const char *column, cim__blob *blob)
{
    sqlite3_blob *handle = NULL;
    int rc = sqlite3_blob_open(db->handle, "main", table, column, sqlite3_last_insert_rowid(db->handle), 1, &handle);
    *blob = (cim__blob){ handle, 0, rc == SQLITE_OK ? (size_t)sqlite3_blob_bytes(handle) : 0, NULL };
    return rc == SQLITE_OK ? CIM_OK : cim__db_fail(ctx, db, "cannot write a blob");
}

static cim_status find_chain(cim_ctx *ctx, cim__db *db, const char *table, int number, int64_t rowid, cim__blob *blob)
{
    char sql[120];
    int64_t root = 0;
    snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_schema WHERE type='table' AND name='%.30s'", table);
    cim_status st = cim__db_get_int(ctx, db, sql, &root);
    return st == CIM_OK ? cim__chain_open(ctx, db, root, rowid, number, blob->size, &blob->chain) : st;
}

cim_status cim__blob_find(cim_ctx *ctx, cim__db *db, const char *table, const char *column, int number, int64_t rowid, cim__blob *blob)
{
    enum { WORTH_A_CHAIN = 1 << 20 };
    sqlite3_blob *handle = NULL;
    uint64_t bytes = 0;
    int rc = sqlite3_blob_open(db->handle, "main", table, column, rowid, 0, &handle);
    *blob = (cim__blob){ handle, 0, rc == SQLITE_OK ? (size_t)sqlite3_blob_bytes(handle) : 0, NULL };
    if (rc != SQLITE_OK) return cim__db_fail(ctx, db, "cannot read a blob");
    cim_status st = CIM_OK;
    if (cim__db_file_size(db, &bytes) && blob->size > bytes) st = cim__fail(ctx, CIM_EFORMAT, "%s: a blob is longer than the file", db->path);
    else if (blob->size >= WORTH_A_CHAIN) st = find_chain(ctx, db, table, number, rowid, blob);
    if (st < 0) cim__blob_close(blob);
    return st < 0 ? st : CIM_OK;
}

cim_status cim__blob_read(cim_ctx *ctx, cim__db *db, cim__blob *blob, void *data, size_t size)
{
    if (size > blob->size - blob->at) return cim__fail(ctx, CIM_EFORMAT, "%s: a blob is too short", db->path);
    if (blob->chain) CIM__TRY(cim__chain_read(ctx, blob->chain, data, size));
    else if (size && sqlite3_blob_read(blob->handle, data, (int)size, (int)blob->at) != SQLITE_OK) return cim__db_fail(ctx, db, "cannot read a blob");
    blob->at += size;
    return CIM_OK;
}

cim_status cim__blob_write(cim_ctx *ctx, cim__db *db, cim__blob *blob, const void *data, size_t size)
{
    if (sqlite3_blob_write(blob->handle, data, (int)size, (int)blob->at) != SQLITE_OK) return cim__db_fail(ctx, db, "cannot write a blob");
    blob->at += size;
    return CIM_OK;
}

void cim__blob_close(cim__blob *blob)
{
    cim__chain_close(blob->chain);
    sqlite3_blob_close(blob->handle);
    *blob = (cim__blob){ .handle = NULL };
}

cim_status cim__db_get_int(cim_ctx *ctx, cim__db *db, const char *sql, int64_t *value_out)
{
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, db, sql, &stmt));
    cim_status st = cim__stmt_step(ctx, stmt);
    if (st == CIM_OK && cim__stmt_is_null(stmt, 0)) st = CIM_DONE;
    if (st == CIM_OK) *value_out = cim__stmt_get_int(stmt, 0);
    cim__stmt_free(stmt);
    return st;
}
