/* features.c - cim_export_features: results, which are GeoJSON text of this library's own making, as a file.
 *
 * The text is read strictly all the same: callers may hand over any text. */
#include "export/features.h"

/* ---- properties ---- */

cim__feature_walk cim__feature_walk_of(const cim__feature_row *row, bool whole)
{
    cim__jvalue same;
    cim__feature_walk w = { .it = cim__jiter_of(row->properties), .row = row, .whole = whole, .done = whole || !row->id.text.ptr };
    w.has_id = !w.done && cim__jfind(row->properties, CIM__STR("id"), &same);
    if (w.has_id && cim__str_eq(same.text, row->id.text)) w.done = true;
    return w;
}

static bool is_own(cim__str key)
{
    static const char *const own[] = { "type", "features", "bbox", "crs" };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (cim__str_is(key, own[i])) return true;
    return false;
}

bool cim__feature_next(cim__features *f, cim__feature_walk *w, cim__str *key_out, cim__jvalue *value_out)
{
    cim__str key;
    while (cim__jnext(&w->it, &key, value_out)) {
        f->scratch.size = 0;
        *key_out = cim__jstring((cim__jvalue){ CIM__J_STRING, { key.ptr - 1, key.len + 2 } }, &f->scratch);
        if (!w->whole || !is_own(*key_out)) return true;
    }
    if (w->done) return false;
    w->done = true;
    *key_out = w->has_id ? CIM__STR("feature_id") : CIM__STR("id");
    *value_out = w->row->id;
    return true;
}

/* ---- columns ---- */

cim__feature_column *cim__feature_column_of(const cim__feature_layer *layer, cim__str key, size_t *hint)
{
    size_t count = CIM__COUNT(&layer->columns, cim__feature_column);
    for (size_t i = 0; i < count; i++) {
        size_t k = (*hint + i) % count;
        cim__feature_column *c = &CIM__AT(&layer->columns, cim__feature_column, k);
        if (!cim__str_eq(c->key, key)) continue;
        *hint = k + 1;
        return c;
    }
    return NULL;
}

static char low(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c; }

static bool same_name(const char *a, const char *b)
{
    for (; *a && low(*a) == low(*b); a++) b++;
    return low(*a) == low(*b);
}

static bool is_taken(const cim__feature_layer *layer, const char *name)
{
    if (same_name(name, "fid") || same_name(name, "geom")) return true;
    for (size_t i = 0; i < CIM__COUNT(&layer->columns, cim__feature_column); i++) {
        const char *other = CIM__AT(&layer->columns, cim__feature_column, i).name;
        if (other && same_name(name, other)) return true;
    }
    return false;
}

/* The key, without control characters; what is taken gets a number. */
static const char *name_column(cim__features *f, const cim__feature_layer *layer, cim__str key)
{
    cim__buf *b = &f->scratch;
    for (int number = 1;; number++) {
        b->size = 0;
        for (size_t i = 0; i < key.len; i++) cim__buf_putc(b, (unsigned char)key.ptr[i] < ' ' || key.ptr[i] == 0x7f ? '_' : key.ptr[i]);
        if (!key.len) cim__buf_putc(b, '_');
        if (number > 1) cim__buf_printf(b, "_%d", number);
        cim__str name = cim__arena_str(&f->arena, cim__buf_str(b));
        if (b->failed || !name.ptr || !is_taken(layer, name.ptr)) return b->failed ? NULL : name.ptr;
    }
}

static char type_of(cim__jvalue v)
{
    int64_t whole;
    double real;
    if (v.type == CIM__J_NULL) return 0;
    if (v.type == CIM__J_TRUE || v.type == CIM__J_FALSE) return 'B';
    if (v.type != CIM__J_NUMBER) return 'T';
    if (cim__parse_int(v.text, &whole)) return 'I';
    return cim__parse_double(v.text, &real) && real - real == 0.0 ? 'R' : 'T';
}

static char both(char a, char b)
{
    if (!a || !b) return a ? a : b;
    if (a == b) return a;
    return (a == 'I' || a == 'R') && (b == 'I' || b == 'R') ? 'R' : 'T';
}

static cim_status take_columns(cim_ctx *ctx, cim__features *f, cim__feature_layer *layer, const cim__feature_row *row, bool whole)
{
    cim__feature_walk w = cim__feature_walk_of(row, whole);
    cim__str key;
    cim__jvalue value;
    size_t hint = 0;
    while (cim__feature_next(f, &w, &key, &value)) {
        if (f->scratch.failed) return cim__nomem(ctx);
        cim__feature_column *c = cim__feature_column_of(layer, key, &hint);
        if (!c) {
            size_t count = CIM__COUNT(&layer->columns, cim__feature_column);
            if (count == CIM__FEATURE_COLUMNS) return cim__fail(ctx, CIM_ELIMIT, "layer %s: more than %d different properties", layer->name, CIM__FEATURE_COLUMNS);
            cim__str kept = cim__arena_str(&f->arena, key);
            const char *name = kept.ptr ? name_column(f, layer, kept) : NULL;
            c = name ? CIM__PUSH(&layer->columns, cim__feature_column) : NULL;
            if (!c) return cim__nomem(ctx);
            *c = (cim__feature_column){ kept, name, 0 };
            hint = count + 1;
        }
        c->type = both(c->type, type_of(value));
    }
    return CIM_OK;
}

/* ---- layers ---- */

static const char *const suffixes[] = { "rows", "points", "lines", "areas" };

/* Of a role: letters and digits; names of the format's own tables are not to be taken. */
static void put_role(cim__buf *out, cim__str role)
{
    static const char *const own[] = { "gpkg_", "sqlite_", "rtree_" };
    size_t start = out->size, n = role.len < 50 ? role.len : 50;
    for (size_t i = 0; i < n; i++) {
        char c = low(role.ptr[i]);
        cim__buf_putc(out, (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_');
    }
    for (size_t i = 0; i < sizeof own / sizeof *own && !out->failed; i++)
        if (cim__str_starts((cim__str){ (const char *)out->data + start, out->size - start }, own[i])) out->data[start] = '_';
    cim__buf_putc(out, '_');
}

static void put_layer_name(cim__features *f, const cim__feature_row *row, int32_t base)
{
    static const char *const members[] = { "role", "layer" };
    cim__buf role = cim__buf_on(f->scratch.mem);
    cim__jvalue value;
    f->scratch.size = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members && !f->scratch.size; i++)
        if (cim__jfind(row->properties, cim__str_of(members[i]), &value) && value.type == CIM__J_STRING) {
            cim__str text = cim__jstring(value, &role);
            if (text.len) put_role(&f->scratch, text);
        }
    f->scratch.failed |= role.failed;
    cim__buf_free(&role);
    cim__buf_puts(&f->scratch, suffixes[base]);
}

static cim_status find_layer(cim_ctx *ctx, cim__features *f, int32_t base, uint32_t *layer_out)
{
    size_t count = CIM__COUNT(&f->layers, cim__feature_layer);
    if (f->scratch.failed) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) {
        *layer_out = (uint32_t)i;
        if (cim__str_is(cim__buf_str(&f->scratch), CIM__AT(&f->layers, cim__feature_layer, i).name)) return CIM_OK;
    }
    if (count == CIM__FEATURE_LAYERS) return cim__fail(ctx, CIM_ELIMIT, "more than %d layers: roles and types of geometry", CIM__FEATURE_LAYERS);
    cim__str name = cim__arena_str(&f->arena, cim__buf_str(&f->scratch));
    cim__feature_layer *layer = name.ptr ? CIM__PUSH(&f->layers, cim__feature_layer) : NULL;
    if (!layer) return cim__nomem(ctx);
    *layer = (cim__feature_layer){ .name = name.ptr, .base = base, .columns = cim__buf_on(ctx->mem) };
    *layer_out = (uint32_t)count;
    return CIM_OK;
}

/* ---- features ---- */

static cim_status not_so(cim_ctx *ctx, uint64_t number, const char *what)
{
    return cim__fail(ctx, CIM_EFORMAT, "feature %llu: %s", (unsigned long long)number, what);
}

static cim_status read_feature(cim_ctx *ctx, cim__features *f, cim__jvalue feature, cim__gbuild *geometry)
{
    cim__feature_row row = { .layer = 0 };
    cim__jvalue type;
    uint64_t number = CIM__COUNT(&f->rows, cim__feature_row);
    if (feature.type != CIM__J_OBJECT || !cim__jfind(feature, CIM__STR("type"), &type) || !cim__str_is(type.text, "\"Feature\"")) return not_so(ctx, number, "no Feature");
    if (!cim__jfind(feature, CIM__STR("geometry"), &row.geometry)) return not_so(ctx, number, "no member \"geometry\"");
    if (cim__jfind(feature, CIM__STR("properties"), &row.properties) && row.properties.type != CIM__J_OBJECT && row.properties.type != CIM__J_NULL)
        return not_so(ctx, number, "its properties are no object");
    if (cim__jfind(feature, CIM__STR("id"), &row.id) && row.id.type == CIM__J_NULL) row.id.text.ptr = NULL;
    const char *wrong = cim__feature_geometry(row.geometry, geometry);
    if (wrong) return not_so(ctx, number, wrong);
    if (!cim__gbuild_ok(geometry)) return cim__nomem(ctx);
    int32_t base = cim__gbuild_view(geometry).part_count ? cim__geom_base(geometry->type) : 0;
    put_layer_name(f, &row, base);
    CIM__TRY(find_layer(ctx, f, base, &row.layer));
    cim__feature_layer *layer = &CIM__AT(&f->layers, cim__feature_layer, row.layer);
    cim__feature_row *kept = CIM__PUSH(&f->rows, cim__feature_row);
    if (!kept) return cim__nomem(ctx);
    *kept = row;
    layer->multi |= base && geometry->type > 3;
    layer->count++;
    if ((number & 0x3ff) == 0) CIM__TRY(cim__tick(ctx, (uint64_t)(feature.text.ptr - f->text.ptr), 2 * f->text.len, "export"));
    return take_columns(ctx, f, layer, kept, false);
}

/* "crs" of GeoJSON before RFC 7946, as cim_export() writes it. */
static cim_status read_crs(cim_ctx *ctx, cim__features *f, cim__jvalue root)
{
    cim__jvalue crs, properties, name;
    cim__srs srs = { 0, 0, false };
    f->epsg = 4326;
    if (!cim__jfind(root, CIM__STR("crs"), &crs) || crs.type == CIM__J_NULL) return CIM_OK;
    if (!cim__jfind(crs, CIM__STR("properties"), &properties) || !cim__jfind(properties, CIM__STR("name"), &name) || name.type != CIM__J_STRING)
        return cim__fail(ctx, CIM_EFORMAT, "member \"crs\" names no reference system");
    f->scratch.size = 0;
    cim__str text = cim__jstring(name, &f->scratch);
    if (cim__str_has(text, "CRS84")) return CIM_OK;
    CIM__TRY(cim__srs_parse(ctx, text, &srs));
    f->epsg = srs.epsg;
    return srs.epsg ? CIM_OK : cim__fail(ctx, CIM_EFORMAT, "member \"crs\": unknown reference system %.*s", (int)(text.len < 80 ? text.len : 80), text.ptr);
}

/* Other members of a collection, like the time that traffic is of. */
static cim_status read_rest(cim_ctx *ctx, cim__features *f, cim__jvalue root)
{
    cim__feature_row row = { .properties = root };
    cim__feature_walk w = cim__feature_walk_of(&row, true);
    cim__str key;
    cim__jvalue value;
    if (!cim__feature_next(f, &w, &key, &value)) return CIM_OK;
    f->rest = root;
    f->scratch.size = 0;
    cim__buf_puts(&f->scratch, "collection");
    CIM__TRY(find_layer(ctx, f, 0, &row.layer));
    return take_columns(ctx, f, &CIM__AT(&f->layers, cim__feature_layer, row.layer), &row, true);
}

static cim_status read_all(cim_ctx *ctx, cim__features *f, cim__gbuild *geometry)
{
    cim__jvalue root, type, list, feature;
    cim__str key;
    if (!cim__is_utf8(f->text)) return cim__fail(ctx, CIM_EFORMAT, "the text is not UTF-8");
    if (!cim__jparse(f->text, &root) || root.type != CIM__J_OBJECT) return cim__fail(ctx, CIM_EFORMAT, "the text is no GeoJSON: not one object of well-formed JSON");
    bool typed = cim__jfind(root, CIM__STR("type"), &type);
    CIM__TRY(read_crs(ctx, f, root));
    if (typed && cim__str_is(type.text, "\"Feature\"")) return read_feature(ctx, f, root, geometry);
    if (!typed || !cim__str_is(type.text, "\"FeatureCollection\"")) return cim__fail(ctx, CIM_EFORMAT, "the text is no GeoJSON: neither Feature nor FeatureCollection");
    if (!cim__jfind(root, CIM__STR("features"), &list) || list.type != CIM__J_ARRAY) return cim__fail(ctx, CIM_EFORMAT, "the collection has no list of features");
    for (cim__jiter it = cim__jiter_of(list); cim__jnext(&it, &key, &feature);) CIM__TRY(read_feature(ctx, f, feature, geometry));
    return read_rest(ctx, f, root);
}

cim_status cim__features_read(cim_ctx *ctx, cim__str text, cim__features *f)
{
    cim__gbuild geometry;
    *f = (cim__features){ .text = text, .layers = cim__buf_on(ctx->mem), .rows = cim__buf_on(ctx->mem), .arena = cim__arena_on(ctx->mem), .scratch = cim__buf_on(ctx->mem) };
    cim__gbuild_init(&geometry, ctx->mem);
    cim_status st = read_all(ctx, f, &geometry);
    cim__gbuild_free(&geometry);
    if (st < 0) cim__features_free(f);
    return st;
}

void cim__features_free(cim__features *f)
{
    for (size_t i = 0; i < CIM__COUNT(&f->layers, cim__feature_layer); i++) cim__buf_free(&CIM__AT(&f->layers, cim__feature_layer, i).columns);
    cim__buf_free(&f->layers);
    cim__buf_free(&f->rows);
    cim__buf_free(&f->scratch);
    cim__arena_free(&f->arena);
}

/* ---- the whole ---- */

static cim_status write_text(cim_ctx *ctx, cim__export *e, const cim__features *f)
{
    cim__out out;
    if (e->opts->epsg && e->opts->epsg != f->epsg) return cim__fail(ctx, CIM_EARG, "epsg: GeoJSON is written as it is, in EPSG:%d", (int)f->epsg);
    CIM__TRY(cim__out_open(ctx, e->path, e->opts->flags & CIM_EXPORT_OVERWRITE, &out));
    cim__out_write(&out, f->text.ptr, f->text.len);
    if (f->text.ptr[f->text.len - 1] != '\n') cim__out_write(&out, "\n", 1);
    if (out.status >= 0) return cim__out_commit(&out);
    cim_status st = out.status;
    cim__out_abort(&out);
    return st;
}

static cim_status write_tables(cim_ctx *ctx, cim__export *e, cim__features *f)
{
    cim__crs_info info;
    e->epsg = e->opts->epsg ? e->opts->epsg : f->epsg;
    CIM__TRY(cim__crs_info_of(ctx, e->epsg, &info));
    e->plane_epsg = info.epsg;
    if (e->epsg != f->epsg) CIM__TRY(cim__transform_new(ctx, f->epsg, e->epsg, &e->transform));
    return cim__features_gpkg(ctx, e, f);
}

static cim_status put_report(cim_ctx *ctx, const cim__export *e, const cim__features *f, bool tables, cim_buf *report_out)
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&buf);
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "path", e->path);
    cim__json_kv_text(&json, "format", tables ? "gpkg" : "geojson");
    cim__json_kv_int(&json, "epsg", tables ? e->epsg : f->epsg);
    cim__json_kv_int(&json, "features", (int64_t)CIM__COUNT(&f->rows, cim__feature_row));
    cim__json_kv_int(&json, "geometries_outside", (int64_t)e->outside);
    cim__json_key(&json, "layers");
    cim__json_open(&json, '[');
    for (size_t i = 0; tables && i < CIM__COUNT(&f->layers, cim__feature_layer); i++) cim__json_text(&json, CIM__AT(&f->layers, cim__feature_layer, i).name);
    cim__json_close(&json, ']');
    cim__json_close(&json, '}');
    if (cim__buf_give(&buf, report_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

static bool ends_with(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n > m && same_name(path + n - m, suffix);
}

static cim_status choose(cim_ctx *ctx, const cim_export_options *o, const char *path, bool *tables_out)
{
    if (!path || !path[0]) return cim__fail(ctx, CIM_EARG, "no output");
    if (o->lod || o->decimals) return cim__fail(ctx, CIM_EARG, "features have no levels of detail, and are written as exactly as they are");
    if (o->flags & ~(uint32_t)CIM_EXPORT_OVERWRITE) return cim__fail(ctx, CIM_EARG, "unknown flags");
    if (o->epsg < 0) return cim__fail(ctx, CIM_EARG, "epsg: %d is no reference system", (int)o->epsg);
    if (o->format && strcmp(o->format, "gpkg") && strcmp(o->format, "geojson")) return cim__fail(ctx, CIM_EARG, "unknown format %.40s (geojson, gpkg)", o->format);
    *tables_out = o->format ? !strcmp(o->format, "gpkg") : ends_with(path, ".gpkg");
    if (!o->format && !*tables_out && !ends_with(path, ".geojson") && !ends_with(path, ".json"))
        return cim__fail(ctx, CIM_EARG, "%s: the name does not say a format (.geojson, .json, .gpkg)", path);
    return CIM_OK;
}

cim_status cim_export_features(cim_ctx *ctx, const char *text, size_t size, const char *path, const cim_export_options *given, cim_buf *report_out)
{
    cim_export_options opts = CIM_EXPORT_OPTIONS_INIT;
    cim__features f;
    bool tables = false;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, given, "export options"));
    CIM__TRY(choose(ctx, &opts, path, &tables));
    if (!text || !size) return cim__fail(ctx, CIM_EARG, "no features");
    if (size > UINT32_MAX) return cim__fail(ctx, CIM_ELIMIT, "more than 4 GiB of text");
    CIM__TRY(cim__features_read(ctx, (cim__str){ text, size }, &f));
    cim__export e = { .opts = &opts, .path = path };
    cim__gbuild_init(&e.geom, ctx->mem);
    cim_status st = tables ? write_tables(ctx, &e, &f) : write_text(ctx, &e, &f);
    if (st >= 0 && e.outside) cim__log(ctx, CIM_LOG_WARNING, "%llu geometries are left out: they cannot be transformed to EPSG:%d", (unsigned long long)e.outside, (int)e.epsg);
    if (st >= 0 && report_out) st = put_report(ctx, &e, &f, tables, report_out);
    cim__gbuild_free(&e.geom);
    cim__transform_free(e.transform);
    cim__features_free(&f);
    return st;
}
