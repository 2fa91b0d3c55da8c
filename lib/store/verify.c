/* verify.c - is everything in this file's schema something that libcim or SpatiaLite wrote?
 *
 * A file whose table `building` is really a virtual table over some local file, or whose view calls functions, must be
 * refused before anything in it is read (a plain SELECT on such a table returned the local file's text with SQLite's own
 * precautions on).  Our tables are compared literally.  What SpatiaLite writes is compared by SHA-256: known.inc lists the
 * hashes of 5.0.1, with table names of layers replaced by "@".  Plain tables of other names cannot do anything by
 * themselves and are let pass: they are never touched. */
#include "core/hash.h"
#include "store/schema.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct known_sql {
    const char *name, *sql;
} known_sql;

static const known_sql own_tables[] = {
#define CIM__TABLE(name, sql) { name, sql },
#include "store/tables.def"
#include "store/tables_sense.def"
#undef CIM__TABLE
};

/* SHA-256 of "type\nname\nsql", sorted. */
static const char *const known_hashes[] = {
#include "store/known.inc"
};

typedef struct row {
    cim__str type, name, table, sql;
} row;

typedef struct verifier {
    cim__buf expected, hashed;
    uint64_t layers;
    unsigned shapes;
    bool has_view;
    char view_hash[65];
} verifier;

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static bool hash_known(const char *hex)
{
    return bsearch(&hex, known_hashes, sizeof known_hashes / sizeof *known_hashes, sizeof *known_hashes, by_text) != NULL;
}

/* Names of layers and shape tables become "@" so that one hash serves all of them. */
static void schema_hash(verifier *v, const row *r, cim__str table, char hex[65])
{
    cim__sha256 sha;
    v->hashed.size = 0;
    cim__buf_putstr(&v->hashed, r->type);
    cim__buf_putc(&v->hashed, '\n');
    cim__schema_rename(&v->hashed, r->name, table, CIM__STR("@"));
    cim__buf_putc(&v->hashed, '\n');
    cim__schema_rename(&v->hashed, r->sql, table, CIM__STR("@"));
    cim__sha256_begin(&sha);
    cim__sha256_add(&sha, v->hashed.data, v->hashed.size);
    cim__sha256_end(&sha, hex);
}

/* The geometry table a name belongs to ("building", "idx_building_geom_node"); empty if to none. */
static cim__str geometry_table(cim__str name)
{
    if (cim__str_starts(name, "idx_")) {
        const char *end = memmem(name.ptr, name.len, "_geom", 5);
        if (!end) return (cim__str){ "", 0 };
        name = (cim__str){ name.ptr + 4, (size_t)(end - name.ptr) - 4 };
    }
    cim__layer_id layer = cim__layer_named(name);
    if (layer < CIM__LAYER_COUNT && cim__layers[layer].type) return name;
    for (int i = 0; i < CIM__SHAPE_TABLES; i++)
        if (cim__str_is(name, cim__shape_tables[i].table)) return name;
    return (cim__str){ "", 0 };
}

static const char *own_sql(cim__str name)
{
    for (size_t i = 0; i < sizeof own_tables / sizeof *own_tables; i++)
        if (cim__str_is(name, own_tables[i].name)) return own_tables[i].sql;
    return NULL;
}

static bool equals_expected(verifier *v, cim__str sql) { return !v->expected.failed && cim__str_is(sql, (const char *)v->expected.data); }

static bool layer_ok(verifier *v, cim__layer_id layer, const row *r)
{
    v->expected.size = 0;
    cim__layer_create(&v->expected, &cim__layers[layer]);
    v->layers |= 1ull << layer;
    return equals_expected(v, r->sql);
}

static bool shapes_ok(verifier *v, int i, const row *r)
{
    const cim__shape_table_info *t = &cim__shape_tables[i];
    v->expected.size = 0;
    cim__buf_printf(&v->expected, "CREATE TABLE %s(id INTEGER PRIMARY KEY, object INTEGER NOT NULL, lod TEXT, role TEXT, topo BLOB, \"geom\" %s)", t->table, t->type);
    cim__buf_putc(&v->expected, 0);
    v->shapes |= 1u << i;
    return equals_expected(v, r->sql);
}

/* 1: as libcim writes it; 0: different; -1: not a name of ours. */
static int table_ok(verifier *v, const row *r)
{
    const char *sql = own_sql(r->name);
    if (sql) return cim__str_is(r->sql, sql);
    cim__layer_id layer = cim__layer_named(r->name);
    if (layer < CIM__LAYER_COUNT) return layer_ok(v, layer, r);
    for (int i = 0; i < CIM__SHAPE_TABLES; i++)
        if (cim__str_is(r->name, cim__shape_tables[i].table)) return shapes_ok(v, i, r);
    return -1;
}

static bool is_virtual(cim__str sql)
{
    static const char word[] = "CREATE VIRTUAL TABLE";
    return sql.len >= sizeof word - 1 && !strncasecmp(sql.ptr, word, sizeof word - 1);
}

/* Of columns only: an index over expressions or a part of a table calls functions whenever somebody writes. */
static bool is_plain_index(const row *r)
{
    const char *end = r->sql.ptr + r->sql.len, *open = cim__str_is(r->type, "index") ? memchr(r->sql.ptr, '(', r->sql.len) : NULL;
    if (!open || memchr(open + 1, '(', (size_t)(end - open - 1))) return false;
    const char *close = memchr(open, ')', (size_t)(end - open));
    return close == end - 1;
}

static bool row_ok(verifier *v, const row *r, bool foreign)
{
    char hex[65];
    bool table = cim__str_is(r->type, "table");
    if (!r->sql.len || cim__str_starts(r->name, "sqlite_")) return true; /* automatic indexes and SQLite's own tables */
    if (cim__str_is(r->type, "view") && cim__str_is(r->name, "object")) {
        v->has_view = true;
        schema_hash(v, r, (cim__str){ "", 0 }, v->view_hash);
        return true;
    }
    int own = table ? table_ok(v, r) : own_sql(r->name) || cim__layer_named(r->name) < CIM__LAYER_COUNT ? 0 : -1;
    if (own >= 0) return own == 1;
    schema_hash(v, r, geometry_table(table ? r->name : r->table), hex);
    if (hash_known(hex)) return true;
    if (geometry_table(r->name).len) return false; /* an index table of ours that is something else */
    return foreign || is_plain_index(r) || (table && !is_virtual(r->sql));
}

/* The view is ignored by libcim, but others use it: it must be the one for these layers. */
static bool view_ok(verifier *v)
{
    char hex[65];
    if (!v->has_view) return true;
    v->expected.size = 0;
    cim__schema_object_view(&v->expected, v->layers);
    if (v->expected.failed) return false;
    row r = { cim__str_of("view"), cim__str_of("object"), cim__str_of("object"), cim__str_of((const char *)v->expected.data) };
    schema_hash(v, &r, (cim__str){ "", 0 }, hex);
    return !strcmp(hex, v->view_hash);
}

static cim_status verify_rows(cim_ctx *ctx, cim__stmt *stmt, verifier *v, bool foreign)
{
    cim_status st;
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        row r = { cim__stmt_get_str(stmt, 0), cim__stmt_get_str(stmt, 1), cim__stmt_get_str(stmt, 2), cim__stmt_get_str(stmt, 3) };
        bool ok = row_ok(v, &r, foreign);
        if (v->hashed.failed || v->expected.failed) return cim__nomem(ctx);
        if (!ok)
            return cim__fail(ctx, CIM_EUNTRUSTED, "%.*s %.*s is not what libcim writes", (int)(r.type.len < 20 ? r.type.len : 20), r.type.ptr,
                             (int)(r.name.len < 100 ? r.name.len : 100), r.name.ptr);
    }
    if (st < 0) return st;
    bool ok = view_ok(v);
    if (v->hashed.failed || v->expected.failed) return cim__nomem(ctx);
    return ok ? CIM_OK : cim__fail(ctx, CIM_EUNTRUSTED, "view object is not what libcim writes");
}

cim_status cim__schema_verify(cim_ctx *ctx, cim__db *db, bool foreign, uint64_t *layers_out, unsigned *shapes_out)
{
    verifier v = { .expected = cim__buf_on(ctx->mem), .hashed = cim__buf_on(ctx->mem) };
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, db, "SELECT type,name,tbl_name,coalesce(sql,'') FROM sqlite_schema", &stmt));
    cim_status st = verify_rows(ctx, stmt, &v, foreign);
    cim__stmt_free(stmt);
    cim__buf_free(&v.expected);
    cim__buf_free(&v.hashed);
    *layers_out = v.layers;
    *shapes_out = v.shapes;
    return st;
}
