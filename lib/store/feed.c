/* feed.c - a virtual table "cim_feed" whose rows come from a callback, so that SQLite's own INSERT ... SELECT loop does
 * bulk insertion.  The feed that runs is passed in as a pointer value (sqlite3_bind_pointer), which SQL cannot forge. */
#include "store/feed.h"

#include <sqlite3.h>
#include <stdio.h>

#define POINTER_TYPE "cim_feed"
enum { HIDDEN = CIM__FEED_COLUMNS };

typedef struct feed {
    cim_ctx *ctx;
    cim__feed_fn fn;
    void *user;
    size_t rows;
    cim_status status;
    cim__cell cells[CIM__FEED_COLUMNS];
} feed;

typedef struct cursor {
    sqlite3_vtab_cursor base;
    feed *feed;
    size_t row;
} cursor;

static int connect_feed(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **vtab_out, char **error)
{
    (void)aux, (void)argc, (void)argv, (void)error;
    char sql[CIM__FEED_COLUMNS * 5 + 60];
    int n = snprintf(sql, sizeof sql, "CREATE TABLE x(");
    for (int i = 0; i < CIM__FEED_COLUMNS; i++) n += snprintf(sql + n, sizeof sql - (size_t)n, "c%d,", i);
    snprintf(sql + n, sizeof sql - (size_t)n, "feed HIDDEN)");
    int rc = sqlite3_declare_vtab(db, sql);
    if (rc != SQLITE_OK) return rc;
    *vtab_out = sqlite3_malloc(sizeof **vtab_out);
    if (!*vtab_out) return SQLITE_NOMEM;
    memset(*vtab_out, 0, sizeof **vtab_out);
    return SQLITE_OK;
}

static int disconnect_feed(sqlite3_vtab *vtab)
{
    sqlite3_free(vtab);
    return SQLITE_OK;
}

static int best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    (void)vtab;
    for (int i = 0; i < info->nConstraint; i++)
        if (info->aConstraint[i].usable && info->aConstraint[i].iColumn == HIDDEN && info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ) {
            info->aConstraintUsage[i].argvIndex = 1;
            info->aConstraintUsage[i].omit = 1;
            info->estimatedCost = 1.0;
            return SQLITE_OK;
        }
    return SQLITE_CONSTRAINT;
}

static int open_cursor(sqlite3_vtab *vtab, sqlite3_vtab_cursor **cursor_out)
{
    (void)vtab;
    cursor *c = sqlite3_malloc(sizeof *c);
    if (!c) return SQLITE_NOMEM;
    memset(c, 0, sizeof *c);
    *cursor_out = &c->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    sqlite3_free(base);
    return SQLITE_OK;
}

static int fill(cursor *c)
{
    feed *f = c->feed;
    if (c->row >= f->rows) return SQLITE_OK;
    if ((c->row & 0xfff) == 0 && (f->status = cim__tick(f->ctx, c->row, f->rows, "write")) < 0) return SQLITE_ABORT;
    f->status = f->fn(f->ctx, c->row, f->cells, f->user);
    return f->status < 0 ? SQLITE_ABORT : SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *name, int argc, sqlite3_value **argv)
{
    (void)number, (void)name;
    cursor *c = (cursor *)base;
    c->feed = argc == 1 ? sqlite3_value_pointer(argv[0], POINTER_TYPE) : NULL;
    c->row = 0;
    return c->feed ? fill(c) : SQLITE_ERROR;
}

static int next(sqlite3_vtab_cursor *base)
{
    cursor *c = (cursor *)base;
    c->row++;
    return fill(c);
}

static int at_end(sqlite3_vtab_cursor *base)
{
    const cursor *c = (const cursor *)base;
    return c->row >= c->feed->rows;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *out, int number)
{
    const cursor *c = (const cursor *)base;
    if (number >= HIDDEN) return SQLITE_OK;
    const cim__cell *cell = &c->feed->cells[number];
    switch (cell->type) {
    case CIM__CELL_NULL: break;
    case CIM__CELL_INT: sqlite3_result_int64(out, cell->integer); break;
    case CIM__CELL_REAL: sqlite3_result_double(out, cell->real); break;
    case CIM__CELL_TEXT: sqlite3_result_text64(out, cell->text.ptr, cell->text.len, SQLITE_STATIC, SQLITE_UTF8); break;
    case CIM__CELL_BLOB: sqlite3_result_blob64(out, cell->text.ptr, cell->text.len, SQLITE_STATIC); break;
    }
    return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *id_out)
{
    *id_out = (sqlite3_int64)((const cursor *)base)->row;
    return SQLITE_OK;
}

/* xCreate NULL: the table exists by itself ("eponymous-only") and leaves no trace in the file. */
static const sqlite3_module module = { .xConnect = connect_feed,
                                       .xBestIndex = best_index,
                                       .xDisconnect = disconnect_feed,
                                       .xOpen = open_cursor,
                                       .xClose = close_cursor,
                                       .xFilter = filter,
                                       .xNext = next,
                                       .xEof = at_end,
                                       .xColumn = column,
                                       .xRowid = rowid };

cim_status cim__feed_register(cim_ctx *ctx, cim__db *db)
{
    if (sqlite3_create_module(cim__db_handle(db), "cim_feed", &module, NULL) == SQLITE_OK) return CIM_OK;
    return cim__db_fail(ctx, db, "cannot register the feed");
}

static cim_status run(cim_ctx *ctx, cim__db *db, const char *sql, feed *f)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(cim__db_handle(db), sql, -1, &stmt, NULL) != SQLITE_OK) return cim__db_fail(ctx, db, "cannot prepare an insertion");
    sqlite3_bind_pointer(stmt, 1, f, POINTER_TYPE, NULL);
    int rc = sqlite3_step(stmt);
    cim_status st = f->status < 0 ? f->status : rc == SQLITE_DONE ? CIM_OK : cim__db_fail(ctx, db, "cannot insert");
    sqlite3_finalize(stmt);
    return st;
}

cim_status cim__db_feed_some(cim_ctx *ctx, cim__db *db, const char *table, int columns, uint64_t wanted, size_t rows, cim__feed_fn fn, void *user)
{
    char sql[CIM__FEED_COLUMNS * 6 + 120];
    if (!rows) return CIM_OK;
    feed *f = cim__zalloc(ctx->mem, sizeof *f);
    if (!f) return cim__nomem(ctx);
    *f = (feed){ .ctx = ctx, .fn = fn, .user = user, .rows = rows };
    int n = snprintf(sql, sizeof sql, "INSERT INTO \"%s\" SELECT ", table);
    for (int i = 0; i < columns; i++) {
        if (wanted >> i & 1) n += snprintf(sql + n, sizeof sql - (size_t)n, i ? ",c%d" : "c%d", i);
        else n += snprintf(sql + n, sizeof sql - (size_t)n, i ? ",NULL" : "NULL");
    }
    snprintf(sql + n, sizeof sql - (size_t)n, " FROM cim_feed(?1)");
    cim_status st = run(ctx, db, sql, f);
    cim__free(ctx->mem, f);
    return st;
}

cim_status cim__db_feed(cim_ctx *ctx, cim__db *db, const char *table, int columns, size_t rows, cim__feed_fn fn, void *user)
{
    return cim__db_feed_some(ctx, db, table, columns, ~0ull, rows, fn, user);
}
