/* gpkg.c - GeoPackage (OGC 12-128): a layer for every layer of the city, and table layer_styles for QGIS.
 *
 * GDAL writes the file, in module cim_gdal; it goes to the file system like a city file, not through the context's io table. */
#include "export/gpkg.h"

#include "city/styles.h"
#include "core/module.h"

#include <unistd.h>

/* Columns before and after those of the layer. */
static const cim__gdal_column before[] = { { "gid", 'T' }, { "class", 'T' }, { "parent", 'I' }, { "valid_from", 'T' }, { "valid_to", 'T' } };
static const cim__gdal_column after[] = { { "derived", 'T' }, { "attrs", 'T' } };
enum { BEFORE = sizeof before / sizeof *before, AFTER = sizeof after / sizeof *after, COLUMNS = BEFORE + CIM__LAYER_COLUMNS_MAX + AFTER };

/* ---- the file ---- */

struct cim__gpkg_file {
    const char *path; /* for messages */
    const cim__gdal_table *table;
    cim__gdal *gdal;
    cim__gdal_error error;
};

static cim_status failure(cim_ctx *ctx, const cim__gpkg_file *file) { return cim__fail(ctx, CIM_EIO, "%s: %s", file->path, file->error.text); }

cim_status cim__gpkg_layer(cim_ctx *ctx, cim__gpkg_file *file, const cim__gdal_layer *layer)
{
    return file->table->layer(file->gdal, layer, &file->error) ? CIM_OK : failure(ctx, file);
}

cim_status cim__gpkg_row(cim_ctx *ctx, cim__gpkg_file *file, int64_t id, const cim__gdal_value *values, const cim__buf *wkb)
{
    return file->table->row(file->gdal, id, values, wkb ? wkb->data : NULL, wkb ? wkb->size : 0, &file->error) ? CIM_OK : failure(ctx, file);
}

static cim_status publish(cim_ctx *ctx, const char *temp, const char *path)
{
    const cim_io *io = &cim__io_posix;
    void *file;
    int32_t rc = io->open(io->user, temp, CIM_IO_READ, &file);
    if (rc < 0) return cim__fail_errno(ctx, rc, "cannot open", path);
    rc = io->sync(io->user, file);
    io->close(io->user, file);
    if (rc < 0) return cim__fail_errno(ctx, rc, "cannot sync", path);
    rc = io->rename(io->user, temp, path);
    return rc < 0 ? cim__fail_errno(ctx, rc, "cannot rename onto", path) : CIM_OK;
}

static cim_status write_file(cim_ctx *ctx, const cim__export *e, const char *temp, const char *time, cim__gpkg_fn fill, void *user)
{
    const void *table;
    CIM__TRY(cim__module_load(ctx, "gdal", &table));
    cim__gpkg_file file = { .path = e->path, .table = table };
    if (!file.table->create(temp, e->plane_epsg, time, &file.gdal, &file.error)) return failure(ctx, &file);
    cim_status st = fill(ctx, &file, user);
    bool good = file.table->close(file.gdal, st >= 0, &file.error);
    return st >= 0 && !good ? failure(ctx, &file) : st;
}

cim_status cim__gpkg_write(cim_ctx *ctx, cim__export *e, const char *time, cim__gpkg_fn fill, void *user)
{
    static const char suffix[] = ".gpkg"; /* what the driver wants to see */
    if (!strcmp(e->path, "-")) return cim__fail(ctx, CIM_EARG, "a GeoPackage cannot be written to standard output");
    if (!(e->opts->flags & CIM_EXPORT_OVERWRITE) && access(e->path, F_OK) == 0) return cim__fail(ctx, CIM_EEXIST, "%s: exists already (overwrite was not asked for)", e->path);
    cim__buf temp = cim__buf_on(ctx->mem);
    char *name = cim__temp_name(ctx, e->path);
    if (name) cim__buf_puts(&temp, name);
    cim__buf_put(&temp, suffix, sizeof suffix);
    cim__free(ctx->mem, name);
    bool named = name && !temp.failed;
    cim_status st = named ? write_file(ctx, e, (const char *)temp.data, time, fill, user) : cim__nomem(ctx);
    if (st >= 0) st = publish(ctx, (const char *)temp.data, e->path);
    if (st < 0 && named) cim__io_posix.remove(NULL, (const char *)temp.data);
    cim__buf_free(&temp);
    return st;
}

/* ---- a city ---- */

typedef struct writer {
    cim__export *e;
    cim__gpkg_file *file;
    const char *time;
    int layer; /* -1: none yet */
    uint64_t layers;
    cim__gdal_column columns[COLUMNS]; /* of the layer that is written; GDAL's side keeps the pointer */
    cim__gdal_value values[COLUMNS];
    size_t texts_at[COLUMNS]; /* + 1; 0: no text */
    cim__buf texts, wkb;
} writer;

/* ---- layers ---- */

static cim_status begin_layer(cim_ctx *ctx, writer *w, cim__layer_id id)
{
    const cim__layer *layer = &cim__layers[id];
    int n = 0;
    for (int i = 0; i < BEFORE; i++) w->columns[n++] = before[i];
    for (int32_t i = 0; i < layer->column_count; i++) w->columns[n++] = (cim__gdal_column){ cim__attrs[layer->columns[i]].name, cim__attrs[layer->columns[i]].type };
    for (int i = 0; i < AFTER; i++) w->columns[n++] = after[i];
    cim__gdal_layer l = { layer->table, layer->title, "fid", layer->type, w->columns, n };
    w->layer = (int)id;
    w->layers |= 1ull << id;
    return cim__gpkg_layer(ctx, w->file, &l);
}

/* ---- rows ---- */

static void put_text(writer *w, int column, cim__str text)
{
    w->values[column].present = text.len > 0;
    w->texts_at[column] = text.len ? w->texts.size + 1 : 0;
    if (!text.len) return;
    cim__buf_putstr(&w->texts, text);
    cim__buf_putc(&w->texts, 0);
}

static void put_integer(writer *w, int column, bool present, int64_t value)
{
    w->values[column] = (cim__gdal_value){ .present = present, .integer = value };
    w->texts_at[column] = 0;
}

static void put_value(writer *w, int column, const cim__object *o, cim__attr attr)
{
    const cim__value *v = &o->values[attr];
    bool present = o->present >> attr & 1;
    put_integer(w, column, present, present ? v->integer : 0);
    if (cim__attrs[attr].type == 'R') w->values[column].real = present ? v->real : 0.0;
    if (cim__attrs[attr].type == 'T') put_text(w, column, present ? v->text : CIM__STR(""));
}

/* Texts move while they are collected. */
static void place_texts(writer *w)
{
    for (int i = 0; i < COLUMNS; i++)
        if (w->texts_at[i]) w->values[i].text = (const char *)w->texts.data + w->texts_at[i] - 1;
}

static cim_status put_object(cim_ctx *ctx, const cim__object *o, void *user)
{
    writer *w = user;
    const cim__layer *layer = &cim__layers[o->layer];
    cim_geom geom;
    int n = BEFORE;
    if (w->layer != (int)o->layer) CIM__TRY(begin_layer(ctx, w, o->layer));
    CIM__TRY(cim__export_plane(ctx, w->e, o, &geom));
    w->texts.size = w->wkb.size = 0;
    put_text(w, 0, o->gid);
    put_text(w, 1, o->class_name);
    put_integer(w, 2, o->parent != CIM_NONE, o->parent);
    put_text(w, 3, o->valid_from);
    put_text(w, 4, o->valid_to);
    for (int32_t i = 0; i < layer->column_count; i++) put_value(w, n++, o, (cim__attr)layer->columns[i]);
    put_text(w, n++, o->derived);
    put_text(w, n++, o->attrs);
    if (geom.part_count) cim__wkb_put(&w->wkb, &geom);
    if (w->texts.failed || w->wkb.failed) return cim__nomem(ctx);
    place_texts(w);
    w->e->written++;
    return cim__gpkg_row(ctx, w->file, o->id, w->values, geom.part_count ? &w->wkb : NULL);
}

/* ---- styles ---- */

static const cim__gdal_column style_columns[] = { { "f_table_catalog", 'T' }, { "f_table_schema", 'T' }, { "f_table_name", 'T' }, { "f_geometry_column", 'T' },
                                                  { "styleName", 'T' },       { "styleQML", 'T' },       { "styleSLD", 'T' },     { "useAsDefault", 'B' },
                                                  { "description", 'T' },     { "owner", 'T' },          { "ui", 'T' },           { "update_time", 'D' } };
enum { STYLE_COLUMNS = sizeof style_columns / sizeof *style_columns };

static cim_status put_style(cim_ctx *ctx, writer *w, cim__layer_id id, int64_t row)
{
    cim__gdal_value values[STYLE_COLUMNS] = { { .present = false } };
    cim__buf *qml = &w->texts, *sld = &w->wkb;
    const cim__layer *layer = &cim__layers[id];
    qml->size = sld->size = 0;
    if (!cim__style_qml(qml, id) || !cim__style_sld(sld, id)) return CIM_OK;
    cim__buf_putc(qml, 0);
    cim__buf_putc(sld, 0);
    if (qml->failed || sld->failed) return cim__nomem(ctx);
    const char *texts[STYLE_COLUMNS] = { "", "", layer->table, "geom", layer->table, (const char *)qml->data, (const char *)sld->data, NULL, layer->title, "libcim", NULL, w->time };
    for (int i = 0; i < STYLE_COLUMNS; i++) values[i] = (cim__gdal_value){ .present = texts[i] != NULL, .text = texts[i] };
    values[7] = (cim__gdal_value){ .present = true, .integer = 1 };
    return cim__gpkg_row(ctx, w->file, row, values, NULL);
}

static cim_status put_styles(cim_ctx *ctx, writer *w)
{
    cim__gdal_layer l = { "layer_styles", "Styles of layers", "id", 0, style_columns, STYLE_COLUMNS };
    int64_t row = 0;
    if (!w->layers || (w->e->opts->flags & CIM_EXPORT_NO_STYLES)) return CIM_OK;
    CIM__TRY(cim__gpkg_layer(ctx, w->file, &l));
    for (int i = 0; i < CIM__LAYER_COUNT; i++)
        if (w->layers >> i & 1) CIM__TRY(put_style(ctx, w, (cim__layer_id)i, ++row));
    return CIM_OK;
}

/* ---- the whole ---- */

/* When the city was changed last, so that the same city gives the same file: the newest date of its sources. */
static cim_status time_of(cim_ctx *ctx, cim__export *e, char time[32])
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&buf);
    cim__jvalue root, sources, source, at;
    cim__str key, newest = CIM__STR("1970-01-01T00:00:00");
    cim__json_open(&json, '{');
    cim_status st = e->city->rows->info(ctx, e->city->store, &json);
    cim__json_close(&json, '}');
    if (st >= 0 && buf.failed) st = cim__nomem(ctx);
    if (st >= 0 && cim__jparse(cim__buf_str(&buf), &root) && cim__jfind(root, CIM__STR("sources"), &sources) && sources.type == CIM__J_ARRAY) {
        cim__jiter it = cim__jiter_of(sources);
        while (cim__jnext(&it, &key, &source))
            if (source.type == CIM__J_OBJECT && cim__jfind(source, CIM__STR("imported_at"), &at) && at.type == CIM__J_STRING && at.text.len >= 21 && memcmp(at.text.ptr + 1, newest.ptr, 19) > 0)
                newest = (cim__str){ at.text.ptr + 1, 19 };
    }
    memcpy(time, newest.ptr, 19);
    memcpy(time + 19, ".000Z", 6);
    cim__buf_free(&buf);
    return st;
}

static cim_status put_all(cim_ctx *ctx, cim__gpkg_file *file, void *user)
{
    writer *w = user;
    w->file = file;
    CIM__TRY(cim__export_each(ctx, w->e, put_object, w));
    return put_styles(ctx, w);
}

cim_status cim__export_gpkg(cim_ctx *ctx, cim__export *e)
{
    char time[32];
    CIM__TRY(time_of(ctx, e, time));
    writer w = { .e = e, .time = time, .layer = -1, .texts = cim__buf_on(ctx->mem), .wkb = cim__buf_on(ctx->mem) };
    cim_status st = cim__gpkg_write(ctx, e, time, put_all, &w);
    cim__buf_free(&w.texts);
    cim__buf_free(&w.wkb);
    return st;
}
