/* table.c - a function as an eponymous virtual table with hidden columns: SELECT ... FROM cim_route('a', 'b').  All rows are made before the first is
 * given; a cursor keeps the state of the city it read from.
 *
 * Nothing of this can be called from the schema of a file: SQLITE_VTAB_DIRECTONLY, and there is no xCreate, so that CREATE VIRTUAL TABLE cannot name it. */
#include "sql.h"

typedef struct table {
    sqlite3_vtab base;
    sql_table_of of;
    int visible, arguments; /* columns; hidden ones, options among them */
} table;

typedef struct cursor {
    sqlite3_vtab_cursor base;
    sql_rows rows;
    sql_city *city;
    size_t row;
    int width;                             /* stored cells a row */
    sqlite3_value *given[SQL_ARGUMENTS + 1]; /* for hidden columns that are selected */
} cursor;

static int count_names(const char *list)
{
    int n = *list ? 1 : 0;
    for (; *list; list++) n += *list == ',';
    return n;
}

static int xconnect(sqlite3 *db, void *user, int argc, const char *const *argv, sqlite3_vtab **table_out, char **error)
{
    (void)argc;
    (void)argv;
    (void)error;
    const sql_table_of *of = user;
    const sql_function *f = of->function;
    char *hidden = sqlite3_mprintf("%s%s", f->arguments, *f->arguments ? ", options" : "options");
    sqlite3_str *text = sqlite3_str_new(db);
    sqlite3_str_appendf(text, "CREATE TABLE x(%s%s", f->columns, f->geometry ? ", geom BLOB, geojson TEXT" : "");
    for (char *p = hidden, *comma; p; p = comma ? comma + 1 : NULL) {
        if ((comma = strchr(p, ','))) *comma = 0;
        sqlite3_str_appendf(text, ", %s HIDDEN", p);
    }
    sqlite3_str_appendall(text, ")");
    char *declaration = sqlite3_str_finish(text);
    table *t = sqlite3_malloc(sizeof *t);
    int rc = t && declaration && hidden ? sqlite3_declare_vtab(db, declaration) : SQLITE_NOMEM;
    sqlite3_free(declaration);
    sqlite3_free(hidden);
    if (rc == SQLITE_OK) rc = sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    if (rc != SQLITE_OK) {
        sqlite3_free(t);
        return rc;
    }
    *t = (table){ .of = *of, .visible = count_names(f->columns) + (f->geometry ? 2 : 0), .arguments = count_names(f->arguments) + 1 };
    *table_out = &t->base;
    return SQLITE_OK;
}

static int xdisconnect(sqlite3_vtab *base)
{
    sqlite3_free(base);
    return SQLITE_OK;
}

/* Equalities on hidden columns are the arguments; idxNum says which are given. */
static int xbest(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const table *t = (const table *)base;
    int where[SQL_ARGUMENTS + 1], next = 1, missing = 0;
    for (int i = 0; i < t->arguments; i++) where[i] = -1;
    for (int i = 0; i < info->nConstraint; i++) {
        int argument = info->aConstraint[i].iColumn - t->visible;
        if (argument < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
        if (!info->aConstraint[i].usable) return SQLITE_CONSTRAINT; /* comes from a table to the right: another order of the join is needed */
        where[argument] = i;
    }
    info->idxNum = 0;
    for (int i = 0; i < t->arguments; i++) {
        if (where[i] < 0) {
            missing += i < t->of.function->needed;
            continue;
        }
        info->aConstraintUsage[where[i]].argvIndex = next++;
        info->aConstraintUsage[where[i]].omit = 1;
        info->idxNum |= 1 << i;
    }
    info->estimatedCost = missing ? 1e15 : 1e4;
    info->estimatedRows = 100;
    return SQLITE_OK;
}

static int xopen(sqlite3_vtab *base, sqlite3_vtab_cursor **cursor_out)
{
    const table *t = (const table *)base;
    cursor *c = sqlite3_malloc(sizeof *c);
    if (!c) return SQLITE_NOMEM;
    *c = (cursor){ .width = t->visible - (t->of.function->geometry ? 1 : 0) };
    *cursor_out = &c->base;
    return SQLITE_OK;
}

static void empty(cursor *c)
{
    sql_rows_free(&c->rows);
    sql_city_free(c->city);
    c->city = NULL;
    c->row = 0;
    for (int i = 0; i <= SQL_ARGUMENTS; i++) {
        sqlite3_value_free(c->given[i]);
        c->given[i] = NULL;
    }
}

static int xclose(sqlite3_vtab_cursor *base)
{
    empty((cursor *)base);
    sqlite3_free(base);
    return SQLITE_OK;
}

static int keep_given(cursor *c, int count, const int *which, sqlite3_value **values)
{
    for (int i = 0; i < count; i++)
        if (!(c->given[which[i]] = sqlite3_value_dup(values[i]))) return SQLITE_NOMEM;
    return SQLITE_OK;
}

/* An error of the library becomes one of SQLite with its line. */
static int code_of(sql_call *call, cim_status st, sqlite3_vtab *base)
{
    const char *line = call->error ? call->error : cim_ctx_error(call->ctx);
    if (st == CIM_ENOMEM) return SQLITE_NOMEM;
    sqlite3_free(base->zErrMsg);
    base->zErrMsg = sqlite3_mprintf("%s: %s", call->function->name, *line ? line : cim_status_text(st));
    return st == CIM_ECANCEL ? SQLITE_INTERRUPT : st == CIM_EIO ? SQLITE_IOERR : SQLITE_ERROR;
}

static int xfilter(sqlite3_vtab_cursor *base, int which_bits, const char *name, int count, sqlite3_value **values)
{
    cursor *c = (cursor *)base;
    const table *t = (const table *)base->pVtab;
    int which[SQL_ARGUMENTS + 1], n = 0;
    (void)name;
    empty(c);
    for (int i = 0; i < t->arguments && n < count; i++)
        if (which_bits & 1 << i) which[n++] = i;
    if (keep_given(c, n, which, values) != SQLITE_OK) return SQLITE_NOMEM;
    for (int i = 0; i < n; i++)
        if (which[i] < t->of.function->needed && sqlite3_value_type(values[i]) == SQLITE_NULL) return SQLITE_OK;
    sql_call call = { .function = t->of.function, .door = t->of.door, .ctx = t->of.door->ctx };
    cim_status st = sql_call_run(&call, n, values, which);
    if (st >= 0 && call.rows.failed) st = CIM_ENOMEM;
    int rc = st < 0 ? code_of(&call, st, base->pVtab) : SQLITE_OK;
    sql_call_end(&call);
    c->rows = call.rows;
    c->city = call.city;
    if (rc != SQLITE_OK) empty(c);
    return rc;
}

static int xnext(sqlite3_vtab_cursor *base)
{
    ((cursor *)base)->row++;
    return SQLITE_OK;
}

static int xeof(sqlite3_vtab_cursor *base)
{
    const cursor *c = (const cursor *)base;
    return c->row >= c->rows.count / (size_t)c->width;
}

static int xrowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)((cursor *)base)->row + 1;
    return SQLITE_OK;
}

/* ---- cells ---- */

static const char *bytes_of(const cursor *c, size_t cell, size_t *size)
{
    const char *p = c->rows.bytes + c->rows.values[cell];
    uint64_t length;
    memcpy(&length, p, sizeof length);
    *size = (size_t)length;
    return p + sizeof length;
}

static void give_failure(sqlite3_context *context, cim_ctx *ctx, cim_status st)
{
    if (st == CIM_ENOMEM) sqlite3_result_error_nomem(context);
    else sqlite3_result_error(context, cim_ctx_error(ctx), -1);
}

static void give_geometry(sqlite3_context *context, cursor *c, const table *t, size_t cell, bool geojson)
{
    cim_buf found = CIM_BUF_INIT;
    cim_ctx *ctx = t->of.door->ctx;
    int32_t epsg = cim_city_epsg(c->city->city);
    size_t size = 0;
    const void *wkb = NULL;
    cim_status st = CIM_OK;
    if (c->rows.types[cell] == SQL_WKB) wkb = bytes_of(c, cell, &size);
    else if (c->rows.types[cell] == SQL_GEOMETRY_OF) {
        st = cim_city_geometry(ctx, c->city->city, (uint32_t)c->rows.values[cell], &found);
        wkb = found.data;
        size = found.size;
    }
    if (st == CIM_ENOTFOUND || (st >= 0 && !wkb)) sqlite3_result_null(context);
    else if (st < 0) give_failure(context, ctx, st);
    else if (geojson) {
        char *text;
        st = sql_geojson_of(ctx, wkb, size, epsg, &text);
        if (st < 0) give_failure(context, ctx, st);
        else sqlite3_result_text(context, text, -1, sqlite3_free); /* NULL of NULL */
    } else {
        unsigned char *blob = sql_blob_of(wkb, size, epsg, &size);
        if (blob) sqlite3_result_blob64(context, blob, size, sqlite3_free);
        else sqlite3_result_error_nomem(context);
    }
    cim_buf_dispose(&found);
}

static void give_buffer(sqlite3_context *context, cim_ctx *ctx, cim_status st, cim_buf *text)
{
    if (st < 0) give_failure(context, ctx, st);
    else sqlite3_result_text64(context, text->data, text->size, SQLITE_TRANSIENT, SQLITE_UTF8);
    cim_buf_dispose(text);
}

static void give_cell(sqlite3_context *context, cursor *c, const table *t, size_t cell)
{
    cim_buf text = CIM_BUF_INIT;
    cim_ctx *ctx = t->of.door->ctx;
    sqlite3_int64 value = c->rows.values[cell];
    uint32_t object = (uint32_t)value;
    size_t size;
    double real;
    switch (c->rows.types[cell]) {
    case SQL_WHOLE: sqlite3_result_int64(context, value); break;
    case SQL_REAL:
        memcpy(&real, &value, sizeof real);
        sqlite3_result_double(context, real);
        break;
    case SQL_TEXT: {
        const char *p = bytes_of(c, cell, &size);
        sqlite3_result_text64(context, p, size, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    }
    case SQL_ID: give_buffer(context, ctx, cim_city_gid(ctx, c->city->city, object, &text), &text); break;
    case SQL_OBJECT: give_buffer(context, ctx, cim_city_object(ctx, c->city->city, object, 0, &text), &text); break;
    case SQL_CLASS: sqlite3_result_text(context, cim_city_class(c->city->city, object), -1, SQLITE_STATIC); break;
    case SQL_LAYER: sqlite3_result_text(context, cim_city_layer(c->city->city, object), -1, SQLITE_STATIC); break;
    default: sqlite3_result_null(context);
    }
}

static int xcolumn(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    cursor *c = (cursor *)base;
    const table *t = (const table *)base->pVtab;
    size_t first = c->row * (size_t)c->width;
    int geometry = t->of.function->geometry ? c->width - 1 : -1;
    if (column >= t->visible) {
        sqlite3_value *given = c->given[column - t->visible];
        if (given) sqlite3_result_value(context, given);
    } else if (geometry >= 0 && column >= geometry) give_geometry(context, c, t, first + (size_t)geometry, column > geometry);
    else give_cell(context, c, t, first + (size_t)column);
    return SQLITE_OK;
}

const sqlite3_module sql_module = { .iVersion = 0, .xConnect = xconnect, .xBestIndex = xbest, .xDisconnect = xdisconnect, .xOpen = xopen, .xClose = xclose,
                                    .xFilter = xfilter, .xNext = xnext, .xEof = xeof, .xColumn = xcolumn, .xRowid = xrowid };
