/* schema.c - making the tables of a city file.
 *
 * SpatiaLite makes its metadata and the first geometry table (AddGeometryColumn, CreateSpatialIndex; 3 ms a table).  Every
 * further geometry table is a copy of the first one's triggers and registrations under another name (0.7 ms): whatever the
 * installed SpatiaLite writes, all layers agree. */
#include "store/schema.h"

#include "city/styles.h"

#include <stdio.h>

const cim__shape_table_info cim__shape_tables[CIM__SHAPE_TABLES] = {
    [CIM__SURFACES] = { "surface", "MULTIPOLYGON", "Surfaces and solids in space" },
    [CIM__CURVES] = { "curve", "MULTILINESTRING", "Curves in space" },
    [CIM__POINTS] = { "point", "MULTIPOINT", "Points in space" },
};

/* ---- text of layers ---- */

static const char *const leading[CIM__COL_FIRST] = { "id", "gid", "class", "parent", "source", "valid_from", "valid_to" };

static void put_column(cim__buf *sql, bool wanted, const char *name)
{
    cim__buf_puts(sql, wanted ? name : "NULL");
    cim__buf_putc(sql, ',');
}

void cim__layer_select_some(cim__buf *sql, const cim__layer *layer, const cim__columns *wanted, const char *where)
{
    cim__buf_puts(sql, "SELECT ");
    for (int i = 0; i < CIM__COL_FIRST; i++) {
        bool valid = i == CIM__COL_VALID_FROM || i == CIM__COL_VALID_TO;
        put_column(sql, i == CIM__COL_ID || (i == CIM__COL_GID ? wanted->gid : valid && wanted->valid), leading[i]);
    }
    for (int32_t i = 0; i < layer->column_count; i++) put_column(sql, wanted->values >> layer->columns[i] & 1, cim__attrs[layer->columns[i]].name);
    put_column(sql, wanted->derived, "derived");
    if (layer->type) put_column(sql, wanted->attrs, "attrs");
    cim__buf_puts(sql, layer->type ? (wanted->geom ? "geom" : "NULL") : wanted->attrs ? "attrs" : "NULL");
    cim__buf_printf(sql, " FROM %s%s", layer->table, where);
    cim__buf_putc(sql, 0);
}

void cim__layer_select(cim__buf *sql, const cim__layer *layer, const char *where)
{
    cim__buf_puts(sql, "SELECT ");
    for (int i = 0; i < CIM__COL_FIRST; i++) cim__buf_printf(sql, "%s,", leading[i]);
    for (int32_t i = 0; i < layer->column_count; i++) cim__buf_printf(sql, "%s,", cim__attrs[layer->columns[i]].name);
    cim__buf_printf(sql, "derived,attrs%s FROM %s%s", layer->type ? ",geom" : "", layer->table, where);
    cim__buf_putc(sql, 0);
}

/* Without geometry column and closing parenthesis. */
static void create_columns(cim__buf *sql, const cim__layer *layer)
{
    cim__buf_printf(sql, "CREATE TABLE %s(id INTEGER PRIMARY KEY, gid TEXT NOT NULL, class TEXT NOT NULL, parent INTEGER, source INTEGER NOT NULL, valid_from TEXT, valid_to TEXT",
                    layer->table);
    for (int32_t i = 0; i < layer->column_count; i++) {
        const cim__attr_info *a = &cim__attrs[layer->columns[i]];
        cim__buf_printf(sql, ", %s %s", a->name, a->type == 'T' ? "TEXT" : a->type == 'I' ? "INTEGER" : "REAL");
    }
    cim__buf_puts(sql, ", derived TEXT, attrs TEXT");
}

void cim__layer_create(cim__buf *sql, const cim__layer *layer)
{
    create_columns(sql, layer);
    if (layer->type) cim__buf_printf(sql, ", \"geom\" %s", cim__geom_type_name(layer->type));
    cim__buf_puts(sql, ")");
    cim__buf_putc(sql, 0);
}

/* ---- tables that are no layers ---- */

static cim_status fill_relation_types(cim_ctx *ctx, cim__db *db)
{
    static const char *const meanings[] = {
#define CIM__RELATION(id, number, name, inverse, meaning) meaning,
#include "city/relations.def"
#undef CIM__RELATION
    };
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, db, "INSERT INTO relation_type VALUES(?,?,?,?)", &stmt));
    cim_status st = CIM_OK;
    for (size_t i = 0; i < cim__relation_count && st >= 0; i++) {
        cim__stmt_int(stmt, 1, cim__relations[i].type);
        cim__stmt_text(stmt, 2, cim__str_of(cim__relations[i].name));
        cim__stmt_text(stmt, 3, cim__str_of(cim__relations[i].inverse));
        cim__stmt_text(stmt, 4, cim__str_of(meanings[i]));
        st = cim__stmt_run(ctx, stmt);
    }
    cim__stmt_free(stmt);
    return st;
}

cim_status cim__schema_create(cim_ctx *ctx, cim__db *db)
{
    static const char *const tables[] = {
#define CIM__TABLE(name, sql) sql,
#include "store/tables.def"
#undef CIM__TABLE
    };
    CIM__TRY(cim__db_execf(ctx, db, "PRAGMA application_id=%d; PRAGMA user_version=%d", CIM__APPLICATION_ID, CIM__SCHEMA_VERSION));
    CIM__TRY(cim__db_exec(ctx, db, "SELECT InitSpatialMetadata(0,'NONE')"));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) CIM__TRY(cim__db_exec(ctx, db, tables[i]));
    return fill_relation_types(ctx, db);
}

cim_status cim__schema_sense(cim_ctx *ctx, cim__db *db)
{
    static const char *const tables[] = {
#define CIM__TABLE(name, sql) sql,
#include "store/tables_sense.def"
#undef CIM__TABLE
    };
    int64_t there = 0;
    CIM__TRY(cim__db_get_int(ctx, db, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name='stream'", &there));
    if (there) return CIM_OK;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) CIM__TRY(cim__db_exec(ctx, db, tables[i]));
    return CIM_OK;
}

cim_status cim__schema_srid(cim_ctx *ctx, cim__db *db, int32_t epsg)
{
    int64_t known = 0;
    char sql[100];
    CIM__TRY(cim__db_execf(ctx, db, "SELECT InsertEpsgSrid(%d)", (int)epsg));
    snprintf(sql, sizeof sql, "SELECT count(*) FROM spatial_ref_sys WHERE srid=%d", (int)epsg);
    CIM__TRY(cim__db_get_int(ctx, db, sql, &known));
    return known ? CIM_OK : cim__fail(ctx, CIM_ENOTFOUND, "EPSG:%d is not known to SpatiaLite", (int)epsg);
}

/* ---- geometry tables ---- */

typedef struct geometry_table {
    const char *table, *type;
    int32_t type_number; /* SpatiaLite's: 6, 1006 */
    cim__str columns;    /* CREATE TABLE ... without the geometry column and ")" */
} geometry_table;

static cim_status make_first(cim_ctx *ctx, cim__db *db, int32_t epsg, const geometry_table *t)
{
    CIM__TRY(cim__db_execf(ctx, db, "%.*s)", (int)t->columns.len, t->columns.ptr));
    CIM__TRY(cim__db_execf(ctx, db, "SELECT AddGeometryColumn('%s','geom',%d,'%s','%s')", t->table, (int)epsg, t->type, t->type_number > 1000 ? "XYZ" : "XY"));
    CIM__TRY(cim__db_execf(ctx, db, "SELECT CreateSpatialIndex('%s','geom')", t->table));
    int64_t registered = 0;
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM geometry_columns WHERE f_table_name='%s' AND spatial_index_enabled=1", t->table);
    CIM__TRY(cim__db_get_int(ctx, db, sql, &registered));
    return registered ? CIM_OK : cim__fail(ctx, CIM_EINTERNAL, "SpatiaLite did not register table %s", t->table);
}

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/* "tree" is in "idx_tree_geom" but not in "rtree". */
void cim__schema_rename(cim__buf *out, cim__str text, cim__str from, cim__str to)
{
    const char *end = text.ptr + text.len, *kept = text.ptr, *at = text.ptr;
    while (from.len && (at = memmem(at, (size_t)(end - at), from.ptr, from.len))) {
        const char *after = at + from.len;
        bool inside = (at > text.ptr && is_word(at[-1])) || (after < end && is_word(*after));
        if (!inside) {
            cim__buf_put(out, kept, (size_t)(at - kept));
            cim__buf_putstr(out, to);
            kept = after;
        }
        at = after;
    }
    cim__buf_put(out, kept, (size_t)(end - kept));
}

static cim_status triggers_of(cim_ctx *ctx, cim__db *db, const char *first, cim__buf *sql, const char *table)
{
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, db, "SELECT sql FROM sqlite_schema WHERE type='trigger' AND tbl_name=?1 ORDER BY rowid", &stmt));
    cim__stmt_text(stmt, 1, cim__str_of(first));
    cim_status st;
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK) {
        cim__schema_rename(sql, cim__stmt_get_str(stmt, 0), cim__str_of(first), cim__str_of(table));
        cim__buf_puts(sql, ";\n");
    }
    cim__stmt_free(stmt);
    return st < 0 ? st : CIM_OK;
}

static cim_status copy_table(cim_ctx *ctx, cim__db *db, int32_t epsg, const geometry_table *t, const char *first)
{
    cim__buf sql = cim__buf_on(ctx->mem);
    cim__buf_printf(&sql, "%.*s, \"geom\" %s);\n", (int)t->columns.len, t->columns.ptr, t->type);
    cim__buf_printf(&sql, "CREATE VIRTUAL TABLE \"idx_%s_geom\" USING rtree(pkid, xmin, xmax, ymin, ymax);\n", t->table);
    cim__buf_printf(&sql, "INSERT INTO geometry_columns(f_table_name,f_geometry_column,geometry_type,coord_dimension,srid,spatial_index_enabled) VALUES('%s','geom',%d,%d,%d,1);\n",
                    t->table, (int)t->type_number, t->type_number > 1000 ? 3 : 2, (int)epsg);
    static const char *const copies[] = { "geometry_columns_auth", "geometry_columns_statistics", "geometry_columns_time" };
    static const char *const columns[] = { "read_only,hidden", "last_verified,row_count,extent_min_x,extent_min_y,extent_max_x,extent_max_y",
                                           "last_insert,last_update,last_delete" };
    for (int i = 0; i < 3; i++)
        cim__buf_printf(&sql, "INSERT INTO %s(f_table_name,f_geometry_column,%s) SELECT '%s','geom',%s FROM %s WHERE f_table_name='%s';\n", copies[i], columns[i], t->table,
                        columns[i], copies[i], first);
    cim_status st = triggers_of(ctx, db, first, &sql, t->table);
    cim__buf_putc(&sql, 0);
    if (st >= 0) st = sql.failed ? cim__nomem(ctx) : cim__db_exec(ctx, db, (const char *)sql.data);
    cim__buf_free(&sql);
    return st;
}

static cim_status make_table(cim_ctx *ctx, cim__db *db, int32_t epsg, const geometry_table *t)
{
    cim__stmt *stmt = NULL;
    char first[64] = "";
    CIM__TRY(cim__db_prepare(ctx, db, "SELECT f_table_name FROM geometry_columns WHERE f_geometry_column='geom' AND spatial_index_enabled=1 LIMIT 1", &stmt));
    cim_status st = cim__stmt_step(ctx, stmt);
    if (st == CIM_OK) {
        cim__str name = cim__stmt_get_str(stmt, 0);
        snprintf(first, sizeof first, "%.*s", (int)name.len, name.ptr);
    }
    cim__stmt_free(stmt);
    if (st < 0) return st;
    return first[0] ? copy_table(ctx, db, epsg, t, first) : make_first(ctx, db, epsg, t);
}

/* The view over all layers; its text follows from which layers exist. */
void cim__schema_object_view(cim__buf *sql, uint64_t present)
{
    const char *join = "CREATE VIEW object AS ";
    for (int i = 0; i < CIM__LAYER_COUNT; i++) {
        if (!(present >> i & 1)) continue;
        cim__buf_printf(sql, "%sSELECT id,gid,class,'%s' AS layer,parent,source,valid_from,valid_to,derived,attrs FROM %s", join, cim__layers[i].table, cim__layers[i].table);
        join = " UNION ALL ";
    }
    cim__buf_putc(sql, 0);
}

/* How QGIS and other programs show the layer when it is opened.  Without a time: the same city has the same rows. */
static cim_status put_style(cim_ctx *ctx, cim__db *db, cim__layer_id id)
{
    cim__buf qml = cim__buf_on(ctx->mem), sld = cim__buf_on(ctx->mem);
    cim__stmt *stmt = NULL;
    cim_status st = CIM_OK;
    if (cim__style_qml(&qml, id) && cim__style_sld(&sld, id)) {
        st = qml.failed || sld.failed ? cim__nomem(ctx)
                                      : cim__db_prepare(ctx, db, "INSERT INTO layer_styles(f_table_catalog,f_table_schema,f_table_name,f_geometry_column,styleName,styleQML,styleSLD,"
                                                                 "useAsDefault,description,owner,update_time) VALUES('','',?1,'geom',?1,?2,?3,1,?4,'libcim',NULL)", &stmt);
        if (st >= 0) {
            cim__stmt_text(stmt, 1, cim__str_of(cim__layers[id].table));
            cim__stmt_text(stmt, 2, cim__buf_str(&qml));
            cim__stmt_text(stmt, 3, cim__buf_str(&sld));
            cim__stmt_text(stmt, 4, cim__str_of(cim__layers[id].title));
            st = cim__stmt_run(ctx, stmt);
        }
    }
    cim__stmt_free(stmt);
    cim__buf_free(&qml);
    cim__buf_free(&sld);
    return st;
}

static cim_status make_layer(cim_ctx *ctx, cim__db *db, int32_t epsg, const cim__layer *layer)
{
    cim__buf sql = cim__buf_on(ctx->mem);
    cim_status st;
    if (layer->type) {
        create_columns(&sql, layer);
        geometry_table t = { layer->table, cim__geom_type_name(layer->type), layer->type, cim__buf_str(&sql) };
        st = sql.failed ? cim__nomem(ctx) : make_table(ctx, db, epsg, &t);
    } else {
        cim__layer_create(&sql, layer);
        st = sql.failed ? cim__nomem(ctx) : cim__db_exec(ctx, db, (const char *)sql.data);
    }
    cim__buf_free(&sql);
    return st;
}

cim_status cim__schema_layers(cim_ctx *ctx, cim__db *db, int32_t epsg, uint64_t wanted, uint64_t *present)
{
    uint64_t before = *present;
    for (int i = 0; i < CIM__LAYER_COUNT; i++) {
        if (!(wanted >> i & 1) || (*present >> i & 1)) continue;
        CIM__TRY(make_layer(ctx, db, epsg, &cim__layers[i]));
        CIM__TRY(put_style(ctx, db, (cim__layer_id)i));
        *present |= 1ull << i;
    }
    if (*present == before) return CIM_OK;
    cim__buf sql = cim__buf_on(ctx->mem);
    cim__buf_puts(&sql, "DROP VIEW IF EXISTS object;");
    cim__schema_object_view(&sql, *present);
    cim_status st = sql.failed ? cim__nomem(ctx) : cim__db_exec(ctx, db, (const char *)sql.data);
    cim__buf_free(&sql);
    return st;
}

cim_status cim__schema_shapes(cim_ctx *ctx, cim__db *db, int32_t epsg, unsigned wanted, unsigned *present)
{
    static const int32_t numbers[CIM__SHAPE_TABLES] = { 1006, 1005, 1004 };
    for (unsigned i = 0; i < CIM__SHAPE_TABLES; i++) {
        char columns[200];
        if (!(wanted >> i & 1) || (*present >> i & 1)) continue;
        snprintf(columns, sizeof columns, "CREATE TABLE %s(id INTEGER PRIMARY KEY, object INTEGER NOT NULL, lod TEXT, role TEXT, topo BLOB", cim__shape_tables[i].table);
        geometry_table t = { cim__shape_tables[i].table, cim__shape_tables[i].type, numbers[i], cim__str_of(columns) };
        CIM__TRY(make_table(ctx, db, epsg, &t));
        *present |= 1u << i;
    }
    return CIM_OK;
}
