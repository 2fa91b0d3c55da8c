/* features_gpkg.c - results as tables of a GeoPackage: a layer for every role and type of geometry, typed columns from the properties. */
#include "export/features.h"

#include "export/gpkg.h"

/* ---- geometries of GeoJSON (RFC 7946, 3.1) ---- */

/* Tables are of the plane: a third number, the height, is read over. */
static const char *put_position(cim__jvalue position, cim__gbuild *out)
{
    cim__jiter it = cim__jiter_of(position);
    cim__str key;
    cim__jvalue value;
    double xy[2];
    int n = 0;
    if (position.type != CIM__J_ARRAY) return "a position is no list";
    while (cim__jnext(&it, &key, &value)) {
        double v;
        if (!cim__jnumber(value, &v) || !(v > -1e15 && v < 1e15)) return "a coordinate is no number, or far too great";
        if (n < 2) xy[n] = v;
        n++;
    }
    if (n < 2 || n > 3) return "a position has other than two or three coordinates";
    cim__gbuild_xy(out, xy[0], xy[1]);
    return NULL;
}

static const char *put_line(cim__jvalue line, cim__gbuild *out, int32_t base)
{
    cim__jiter it = cim__jiter_of(line);
    cim__str key;
    cim__jvalue position;
    uint32_t before = cim__gbuild_view(out).vertex_count, least = base == CIM_GEOM_POLYGON ? 3 : 2;
    if (line.type != CIM__J_ARRAY) return "a line or ring is no list";
    while (cim__jnext(&it, &key, &position)) {
        const char *wrong = put_position(position, out);
        if (wrong) return wrong;
    }
    if (cim__gbuild_ok(out) && cim__gbuild_view(out).vertex_count - before < least) return "a line has fewer than two positions, or a ring fewer than three";
    if (base == CIM_GEOM_POLYGON) cim__gbuild_close(out);
    else cim__gbuild_ring(out);
    return NULL;
}

static const char *put_part(cim__jvalue part, cim__gbuild *out, int32_t base)
{
    const char *wrong = NULL;
    cim__str key;
    cim__jvalue ring;
    if (base == CIM_GEOM_POINT) {
        wrong = put_position(part, out);
        cim__gbuild_ring(out);
    } else if (base == CIM_GEOM_LINESTRING) {
        wrong = put_line(part, out, base);
    } else {
        if (part.type != CIM__J_ARRAY || part.text.len <= 2) return "a polygon is no list of rings";
        for (cim__jiter it = cim__jiter_of(part); !wrong && cim__jnext(&it, &key, &ring);) wrong = put_line(ring, out, base);
    }
    cim__gbuild_part(out);
    return wrong;
}

const char *cim__feature_geometry(cim__jvalue geometry, cim__gbuild *out)
{
    static const char *const names[] = { "\"Point\"", "\"LineString\"", "\"Polygon\"", "\"MultiPoint\"", "\"MultiLineString\"", "\"MultiPolygon\"" };
    cim__jvalue type, coordinates, part, first;
    cim__str key;
    int32_t kind = 0;
    const char *wrong = NULL;
    cim__gbuild_begin(out, CIM_GEOM_POINT, 2);
    if (geometry.type == CIM__J_NULL) return NULL;
    if (geometry.type != CIM__J_OBJECT || !cim__jfind(geometry, CIM__STR("type"), &type)) return "its geometry is none";
    while (kind < 6 && !cim__str_is(type.text, names[kind])) kind++;
    if (kind == 6) return "its geometry is none of Point, LineString, Polygon and Multi of these";
    if (!cim__jfind(geometry, CIM__STR("coordinates"), &coordinates) || coordinates.type != CIM__J_ARRAY) return "its geometry has no coordinates";
    cim__gbuild_begin(out, kind + 1, 2);
    cim__jiter it = cim__jiter_of(coordinates), empty = it;
    if (!cim__jnext(&empty, &key, &first)) return NULL; /* RFC 7946: as null */
    if (kind < 3) return put_part(coordinates, out, kind + 1);
    while (!wrong && cim__jnext(&it, &key, &part)) wrong = put_part(part, out, kind - 2);
    return wrong;
}

/* ---- rows ---- */

typedef struct writer {
    cim__export *e;
    cim__features *f;
    cim__gpkg_file *file;
    cim__gdal_column columns[CIM__FEATURE_COLUMNS];
    cim__gdal_value values[CIM__FEATURE_COLUMNS];
    size_t texts_at[CIM__FEATURE_COLUMNS]; /* + 1; 0: no text */
    cim__buf texts, wkb;
} writer;

/* Texts end at the first zero byte for GDAL: U+FFFD takes its place. */
static void put_text(writer *w, size_t column, cim__jvalue value)
{
    size_t start = w->texts.size;
    cim__buf piece = cim__buf_on(w->texts.mem);
    cim__str text = cim__jstring(value, &piece);
    for (const char *end = text.ptr + text.len, *p = text.ptr; p < end;) {
        const char *zero = memchr(p, 0, (size_t)(end - p)), *stop = zero ? zero : end;
        cim__buf_put(&w->texts, p, (size_t)(stop - p));
        if (zero) cim__buf_puts(&w->texts, "\xef\xbf\xbd");
        p = zero ? zero + 1 : end;
    }
    cim__buf_putc(&w->texts, 0);
    w->texts.failed |= piece.failed;
    w->texts_at[column] = start + 1;
    cim__buf_free(&piece);
}

static void put_value(writer *w, size_t column, char type, cim__jvalue value)
{
    cim__gdal_value *v = &w->values[column];
    *v = (cim__gdal_value){ .present = value.type != CIM__J_NULL };
    w->texts_at[column] = 0;
    if (!v->present) return;
    if (type == 'B') v->integer = value.type == CIM__J_TRUE;
    else if (type == 'I') (void)cim__parse_int(value.text, &v->integer);
    else if (type == 'R') (void)cim__parse_double(value.text, &v->real);
    else put_text(w, column, value);
}

static void put_properties(writer *w, const cim__feature_layer *layer, const cim__feature_row *row, bool whole)
{
    cim__feature_walk walk = cim__feature_walk_of(row, whole);
    size_t count = CIM__COUNT(&layer->columns, cim__feature_column), hint = 0;
    cim__str key;
    cim__jvalue value;
    w->texts.size = 0;
    for (size_t i = 0; i < count; i++) put_value(w, i, 'T', (cim__jvalue){ CIM__J_NULL, { NULL, 0 } });
    while (cim__feature_next(w->f, &walk, &key, &value)) {
        const cim__feature_column *c = cim__feature_column_of(layer, key, &hint);
        if (c) put_value(w, hint - 1, c->type ? c->type : 'T', value);
    }
    for (size_t i = 0; i < count; i++)
        if (w->texts_at[i]) w->values[i].text = (const char *)w->texts.data + w->texts_at[i] - 1;
}

static bool put_geometry(writer *w, const cim__feature_layer *layer, const cim__feature_row *row)
{
    cim__gbuild *g = &w->e->geom;
    w->wkb.size = 0;
    if (!layer->base) return false;
    (void)cim__feature_geometry(row->geometry, g); /* was read once already */
    if (layer->multi) g->type = layer->base + 3;
    if (!cim__export_transform(w->e, (double *)(void *)g->coords.data, 2, cim__gbuild_view(g).vertex_count)) return false;
    cim_geom geom = cim__gbuild_view(g);
    if (cim__gbuild_ok(g)) cim__wkb_put(&w->wkb, &geom);
    return true;
}

static cim_status put_row(cim_ctx *ctx, writer *w, const cim__feature_layer *layer, const cim__feature_row *row, int64_t fid)
{
    bool placed = put_geometry(w, layer, row);
    put_properties(w, layer, row, row->properties.text.ptr == w->f->rest.text.ptr && w->f->rest.text.ptr);
    if (!cim__gbuild_ok(&w->e->geom) || w->texts.failed || w->wkb.failed || w->f->scratch.failed) return cim__nomem(ctx);
    return cim__gpkg_row(ctx, w->file, fid, w->values, placed ? &w->wkb : NULL);
}

/* ---- layers ---- */

static cim_status begin_layer(cim_ctx *ctx, writer *w, const cim__feature_layer *layer)
{
    size_t count = CIM__COUNT(&layer->columns, cim__feature_column);
    for (size_t i = 0; i < count; i++) {
        const cim__feature_column *c = &CIM__AT(&layer->columns, cim__feature_column, i);
        w->columns[i] = (cim__gdal_column){ c->name, c->type ? c->type : 'T' };
    }
    int32_t type = layer->base && layer->multi ? layer->base + 3 : layer->base;
    return cim__gpkg_layer(ctx, w->file, &(cim__gdal_layer){ layer->name, layer->name, "fid", type, w->columns, (int)count });
}

static cim_status put_layer(cim_ctx *ctx, writer *w, uint32_t number)
{
    const cim__features *f = w->f;
    const cim__feature_layer *layer = &CIM__AT(&f->layers, cim__feature_layer, number);
    const cim__feature_row whole = { .properties = f->rest };
    size_t rows = CIM__COUNT(&f->rows, cim__feature_row);
    CIM__TRY(begin_layer(ctx, w, layer));
    for (size_t i = 0, done = 0; i < rows && done < layer->count; i++) {
        const cim__feature_row *row = &CIM__AT(&f->rows, cim__feature_row, i);
        if (row->layer != number) continue;
        if ((done++ & 0x3ff) == 0) CIM__TRY(cim__tick(ctx, rows + i, 2 * rows, "export"));
        CIM__TRY(put_row(ctx, w, layer, row, (int64_t)i + 1));
    }
    return layer->count ? CIM_OK : put_row(ctx, w, layer, &whole, 1);
}

static cim_status put_all(cim_ctx *ctx, cim__gpkg_file *file, void *user)
{
    writer *w = user;
    w->file = file;
    for (uint32_t i = 0; i < CIM__COUNT(&w->f->layers, cim__feature_layer); i++) CIM__TRY(put_layer(ctx, w, i));
    return CIM_OK;
}

/* A text says nothing of when it was made, and the same text gives the same file. */
cim_status cim__features_gpkg(cim_ctx *ctx, cim__export *e, cim__features *f)
{
    writer *w = cim__zalloc(ctx->mem, sizeof *w);
    if (!w) return cim__nomem(ctx);
    w->e = e;
    w->f = f;
    w->texts = cim__buf_on(ctx->mem);
    w->wkb = cim__buf_on(ctx->mem);
    cim_status st = cim__gpkg_write(ctx, e, "1970-01-01T00:00:00.000Z", put_all, w);
    cim__buf_free(&w->texts);
    cim__buf_free(&w->wkb);
    cim__free(ctx->mem, w);
    return st;
}
