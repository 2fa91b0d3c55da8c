/* ogr.c - GeoPackage, Shapefile, GeoJSON and FlatGeobuf through GDAL, in module cim_gdal.
 *
 * GDAL gets an absolute path and the one driver that belongs to what the file is; input that is no plain file (standard input,
 * compressed) goes to a temporary copy first.  A GeoPackage is a database, which may hold statements: it is looked through before
 * GDAL opens it, and only tables are read, no views, no virtual tables, nothing that is computed. */
#include "import/gis/gis.h"

#include "core/module.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 65536, MAX_LAYERS = 10000 };

typedef struct ogr {
    cim__gis_file file;
    const cim__gdal_table *gdal;
    cim__gdal_in *in;
    cim__report *report;
    const char *path;      /* as the user knows it */
    char *copy;            /* a temporary file, or NULL */
    cim__gis_kind kind;
    cim__str name, copy_name; /* what to call the only layer, and what GDAL calls it when it knows no name */
    cim__arena arena;
    cim__names tables;     /* of a GeoPackage: those that may be read */
    cim__gis_field *fields;
    cim__gis_cell *cells;
    uint32_t field_count;
} ogr;

static const struct {
    const char *driver, *title, *suffix;
} kinds[] = {
    [CIM__GIS_NONE] = { "", "", "" },
    [CIM__GIS_GPKG] = { "GPKG", "GeoPackage", ".gpkg" },
    [CIM__GIS_SHAPE] = { "ESRI Shapefile", "Shapefile", ".shp" },
    [CIM__GIS_GEOJSON] = { "GeoJSON", "GeoJSON", ".geojson" },
    [CIM__GIS_GEOJSONSEQ] = { "GeoJSONSeq", "GeoJSON text sequence", ".geojsonl" },
    [CIM__GIS_FLATGEOBUF] = { "FlatGeobuf", "FlatGeobuf", ".fgb" },
    [CIM__GIS_CSV] = { "", "", "" },
};

static cim_status failure(cim_ctx *ctx, const ogr *o, const cim__gdal_error *error)
{
    if (!strcmp(error->text, "out of memory")) return cim__nomem(ctx);
    cim__buf scratch = cim__buf_on(ctx->mem);
    bool odd;
    cim__str text = cim__gis_utf8(cim__str_of(error->text), &scratch, &odd); /* it may quote the file */
    cim_status st = cim__fail(ctx, CIM_EFORMAT, "%s: %s: %.*s", o->path, o->file.title, (int)text.len, text.len ? text.ptr : "");
    cim__buf_free(&scratch);
    return st;
}

/* ---- a file that GDAL can open ---- */

static cim_status copy_bytes(cim_ctx *ctx, cim__input *input, cim__out *out)
{
    uint8_t *chunk = cim__alloc(ctx->mem, CHUNK);
    size_t got = 1;
    cim_status st = chunk ? CIM_OK : cim__nomem(ctx);
    while (st >= 0 && got) {
        st = cim__input_read(ctx, input, chunk, CHUNK, &got);
        if (st >= 0) cim__out_write(out, chunk, got);
        if (st >= 0) st = out->status;
        if (st >= 0) st = cim__tick(ctx, cim__input_position(input), cim__input_size(input), "unpack");
    }
    cim__free(ctx->mem, chunk);
    return st;
}

/* "dir/.cim-gis-abcdefgh.gpkg". */
static cim_status name_copy(cim_ctx *ctx, ogr *o, const char *dir)
{
    cim__buf name = cim__buf_on(ctx->mem);
    size_t n = strlen(dir);
    cim__buf_printf(&name, "%s%s.cim-gis", n ? dir : ".", n && dir[n - 1] == '/' ? "" : "/");
    cim__buf_putc(&name, 0);
    char *unique = name.failed ? NULL : cim__temp_name(ctx, (const char *)name.data);
    name.size = 0;
    if (unique) cim__buf_printf(&name, "%s%s", unique, kinds[o->kind].suffix);
    o->copy = unique && !name.failed ? cim__strndup(ctx->mem, (const char *)name.data, name.size) : NULL;
    cim__free(ctx->mem, unique);
    cim__buf_free(&name);
    if (!o->copy) return cim__nomem(ctx);
    o->copy_name = cim__gis_base_name(o->copy);
    return CIM_OK;
}

static cim_status copy_input(cim_ctx *ctx, ogr *o, cim__input *input, const char *dir)
{
    cim__out out;
    if (o->kind == CIM__GIS_SHAPE) return cim__fail(ctx, CIM_EUNSUPPORTED, "%s: a shapefile is several files (.shp, .shx, .dbf): give the path of the .shp, not compressed", o->path);
    CIM__TRY(name_copy(ctx, o, dir));
    CIM__TRY(cim__out_open(ctx, o->copy, false, &out));
    cim_status st = copy_bytes(ctx, input, &out);
    if (st >= 0) return cim__out_commit(&out);
    cim__out_abort(&out);
    return st;
}

/* ---- what a GeoPackage may hold ---- */

static cim_status find_one(cim_ctx *ctx, cim__db *db, const char *sql, cim__buf *text)
{
    cim__stmt *stmt = NULL;
    CIM__TRY(cim__db_prepare(ctx, db, sql, &stmt));
    cim_status st = cim__stmt_step(ctx, stmt);
    text->size = 0;
    if (st == CIM_OK) cim__buf_putstr(text, cim__stmt_get_str(stmt, 0));
    cim__stmt_free(stmt);
    return st < 0 ? st : text->failed ? cim__nomem(ctx) : st;
}

/* Things that make reading more than reading.  The text of the first result column goes into the message. */
static const struct {
    const char *sql, *what;
} refused[] = {
    { "SELECT name FROM sqlite_schema WHERE type='view' AND (lower(name) LIKE 'gpkg%' OR lower(name) LIKE 'sqlite%' OR lower(name) LIKE 'rtree%')", "a view in place of a table of GeoPackage" },
    { "SELECT name FROM sqlite_schema WHERE type='table' AND rootpage=0 AND lower(sql) NOT LIKE 'create virtual table % using rtree%' AND lower(sql) NOT LIKE 'create virtual table % using \"rtree\"%'",
      "a virtual table" },
    { "SELECT m.name FROM sqlite_schema m, pragma_table_xinfo(m.name) x WHERE m.type='table' AND m.rootpage<>0 AND x.hidden>1", "a table with a computed column" },
};

static cim_status take_tables(cim_ctx *ctx, ogr *o, cim__db *db)
{
    cim__stmt *stmt = NULL;
    cim_status st;
    CIM__TRY(cim__db_prepare(ctx, db, "SELECT c.table_name FROM gpkg_contents c JOIN sqlite_schema m ON lower(m.name)=lower(c.table_name) WHERE m.type='table' AND m.rootpage<>0", &stmt));
    while ((st = cim__stmt_step(ctx, stmt)) == CIM_OK)
        if (cim__names_add(&o->tables, cim__stmt_get_str(stmt, 0)) == CIM_NONE) st = cim__nomem(ctx);
    cim__stmt_free(stmt);
    return st < 0 ? st : CIM_OK;
}

/* Messages of SQLite quote the file. */
static cim_status say_safely(cim_ctx *ctx, cim_status st)
{
    char error[sizeof ctx->error];
    cim__buf scratch = cim__buf_on(ctx->mem);
    bool odd;
    if (st >= 0 || st == CIM_ENOMEM) return st;
    memcpy(error, ctx->error, sizeof error);
    cim__str text = cim__gis_utf8(cim__str_of(error), &scratch, &odd);
    st = cim__fail(ctx, st, "%.*s", (int)text.len, text.len ? text.ptr : "");
    cim__buf_free(&scratch);
    return st;
}

static cim_status look_through(cim_ctx *ctx, ogr *o, const char *path)
{
    cim__db *db = NULL;
    cim__buf text = cim__buf_on(ctx->mem);
    cim_status st = cim__db_open(ctx, path, CIM__DB_READ, &db);
    for (size_t i = 0; i < sizeof refused / sizeof *refused && st >= 0; i++) {
        st = find_one(ctx, db, refused[i].sql, &text);
        if (st == CIM_OK)
            st = cim__fail(ctx, CIM_EUNTRUSTED, "%s: GeoPackage: it has %s (%.*s), which is not read", o->path, refused[i].what, (int)(text.size < 100 ? text.size : 100), (const char *)text.data);
    }
    if (st >= 0) st = take_tables(ctx, o, db);
    cim__db_close(db);
    cim__buf_free(&text);
    return say_safely(ctx, st);
}

/* ---- layers ---- */

static cim_status take_fields(cim_ctx *ctx, ogr *o, const cim__gdal_in_layer *l)
{
    if (l->column_count > CIM__GIS_FIELDS) return cim__fail(ctx, CIM_ELIMIT, "%s: a layer with more than %d fields", o->path, CIM__GIS_FIELDS);
    o->field_count = (uint32_t)l->column_count;
    o->fields = cim__arena_alloc(&o->arena, (o->field_count + 1) * sizeof *o->fields);
    o->cells = cim__arena_alloc(&o->arena, (o->field_count + 1) * sizeof *o->cells);
    cim__buf scratch = cim__buf_on(ctx->mem);
    bool good = o->fields && o->cells, odd;
    for (uint32_t i = 0; i < o->field_count && good; i++) {
        cim__str name = cim__gis_utf8(cim__str_of(l->columns[i].name), &scratch, &odd);
        o->fields[i] = (cim__gis_field){ cim__arena_str(&o->arena, name), l->columns[i].type };
        good = o->fields[i].name.ptr && !scratch.failed;
    }
    cim__buf_free(&scratch);
    return good ? CIM_OK : cim__nomem(ctx);
}

/* What the file calls the layer; a file with one nameless layer lends its own name.  ptr NULL: out of memory. */
static cim__str layer_name(cim_ctx *ctx, ogr *o, const char *name)
{
    cim__str given = cim__str_of(name);
    bool made_up = !given.len || (o->copy && cim__str_eq(given, o->copy_name)) || cim__str_is(given, "OGRGeoJSON"), odd;
    cim__buf scratch = cim__buf_on(ctx->mem);
    cim__str kept = cim__arena_str(&o->arena, cim__gis_utf8(made_up ? o->name : given, &scratch, &odd));
    if (scratch.failed) kept.ptr = NULL;
    cim__buf_free(&scratch);
    return kept;
}

static cim_status layer(cim_ctx *ctx, cim__gis_file *file, uint32_t number, cim__gis_layer *out)
{
    ogr *o = (ogr *)file;
    cim__gdal_in_layer l;
    cim__gdal_error error;
    cim__arena_reset(&o->arena);
    *out = (cim__gis_layer){ .geometry_type = -1 };
    if (o->kind == CIM__GIS_GPKG) {
        cim__str name = cim__str_of(o->gdal->in_name(o->in, (int)number));
        out->name = layer_name(ctx, o, name.ptr);
        if (!out->name.ptr) return cim__nomem(ctx);
        if (cim__names_find(&o->tables, name) == CIM_NONE) {
            out->not_read = "a view, not a table";
            return CIM_OK;
        }
    }
    if (!o->gdal->in_layer(o->in, (int)number, &l, &error)) return failure(ctx, o, &error);
    CIM__TRY(take_fields(ctx, o, &l));
    out->name = layer_name(ctx, o, l.name);
    out->fields = o->fields;
    out->field_count = o->field_count;
    out->geometry_type = l.geometry_type;
    out->epsg = l.epsg;
    out->srs_name = l.srs_name ? cim__arena_str(&o->arena, cim__str_of(l.srs_name)).ptr : NULL;
    return out->name.ptr && (!l.srs_name || out->srs_name) ? CIM_OK : cim__nomem(ctx);
}

static cim_status row(cim_ctx *ctx, cim__gis_file *file, cim__gis_row *out)
{
    ogr *o = (ogr *)file;
    cim__gdal_row r;
    cim__gdal_error error;
    bool end = false;
    if (!o->gdal->in_row(o->in, &r, &end, &error)) return failure(ctx, o, &error);
    if (end) return CIM_DONE;
    if (r.fault == CIM__GDAL_NO_MEMORY) return cim__nomem(ctx);
    for (uint32_t i = 0; i < o->field_count; i++) {
        const cim__gdal_value *v = &r.values[i];
        o->cells[i] = (cim__gis_cell){ v->present, cim__str_of(v->text), v->integer, v->real };
    }
    *out = (cim__gis_row){ (uint64_t)r.fid, o->cells, { r.type, r.dim, r.vertex_count, r.ring_count, r.part_count, 0, r.coords, r.ring_end, r.part_end }, r.fault };
    if (!r.part_count) out->geom = (cim_geom){ .dim = 2 };
    return CIM_OK;
}

/* ---- the file ---- */

static void close_ogr(cim_ctx *ctx, cim__gis_file *file)
{
    ogr *o = (ogr *)file;
    if (o->in) o->gdal->in_close(o->in);
    if (o->copy) unlink(o->copy);
    cim__free(ctx->mem, o->copy);
    cim__arena_free(&o->arena);
    cim__names_free(&o->tables);
    cim__free(ctx->mem, o);
}

static void warn_sidecars(ogr *o, const char *absolute)
{
    size_t n = strlen(absolute);
    char path[4200];
    if (o->kind != CIM__GIS_SHAPE || n < 4 || n > 4096) return;
    bool upper = absolute[n - 1] == 'P';
    snprintf(path, sizeof path, "%.*s%s", (int)(n - 3), absolute, upper ? "DBF" : "dbf");
    if (access(path, F_OK)) cim__report_warn(o->report, 0, "%s: there is no .dbf beside it, so its features have no attributes", o->path);
}

/* Symbolic links resolved: what GDAL gets begins with a slash and is a file that was opened already. */
static cim_status open_path(cim_ctx *ctx, ogr *o, const char *path)
{
    cim__gdal_error error;
    char absolute[PATH_MAX];
    cim_status st = CIM_OK;
    if (!realpath(path, absolute)) return cim__fail(ctx, CIM_EIO, "%s: cannot open: it is no file that GDAL could read", o->path);
    if (!strncmp(absolute, "/vsi", 4)) st = cim__fail(ctx, CIM_EARG, "%s: paths that begin with /vsi have a meaning of their own in GDAL", o->path);
    if (st >= 0 && o->kind == CIM__GIS_GPKG) st = look_through(ctx, o, absolute);
    if (st >= 0) warn_sidecars(o, absolute);
    if (st >= 0 && !o->gdal->in_open(absolute, kinds[o->kind].driver, &o->in, &error)) st = failure(ctx, o, &error);
    return st;
}

static cim_status open_ogr(cim_ctx *ctx, ogr *o, cim__input *input, const char *dir)
{
    const void *table = NULL;
    CIM__TRY(cim__module_load(ctx, "gdal", &table));
    o->gdal = table;
    if (cim__input_packing(input) != CIM__PLAIN || cim__input_size(input) == UINT64_MAX || !strcmp(o->path, "-") || access(o->path, R_OK)) CIM__TRY(copy_input(ctx, o, input, dir));
    CIM__TRY(open_path(ctx, o, o->copy ? o->copy : o->path));
    int count = o->gdal->in_count(o->in);
    if (count > MAX_LAYERS) return cim__fail(ctx, CIM_ELIMIT, "%s: more than %d layers", o->path, MAX_LAYERS);
    o->file.layer_count = (uint32_t)(count > 0 ? count : 0);
    return CIM_OK;
}

cim_status cim__gis_ogr_open(cim_ctx *ctx, cim__input *input, cim__gis_kind kind, const char *dir, cim__report *report, cim__str name, cim__gis_file **file_out)
{
    ogr *o = cim__zalloc(ctx->mem, sizeof *o);
    if (!o) return cim__nomem(ctx);
    o->file = (cim__gis_file){ kinds[kind].title, "feature", 0, layer, row, close_ogr };
    o->report = report;
    o->path = cim__input_path(input);
    o->kind = kind;
    o->name = name;
    o->arena = cim__arena_on(ctx->mem);
    cim__names_init(&o->tables, ctx->mem);
    cim_status st = open_ogr(ctx, o, input, dir);
    if (st < 0) close_ogr(ctx, &o->file);
    else *file_out = &o->file;
    return st;
}
