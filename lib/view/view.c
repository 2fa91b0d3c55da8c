/* view.c - cim_view_write: which objects and layers, packed, into a page. */
#include "view/pack.h"

typedef struct viewer {
    cim__export e;
    cim_view_options opts;
    cim__pack pack;
    cim__layer_in *layers;
    size_t layer_count;
    cim__colouring colouring;
    uint8_t *colour; /* by object number */
    int layer;       /* of the city, that is packed; -1: none */
    uint64_t shapes, bytes;
    cim__sensed sensed;
    cim__buf summary; /* rows of a table, HTML */
} viewer;

/* ---- meta ---- */

static void put_hex(cim__json *json, uint32_t colour)
{
    if (colour == CIM_NONE) cim__json_null(json);
    else cim__json_int(json, colour);
}

static void put_paint(cim__json *json, cim__layer_id layer)
{
    const cim__paint *p = cim__paint_of_layer(layer), *c;
    if (!p) return;
    cim__json_key(json, "paint");
    cim__json_open(json, '{');
    cim__json_kv_text(json, "by", cim__attrs[p->attr].name);
    cim__json_kv_int(json, "rank", cim__paint_rank(layer));
    cim__json_key(json, "cases");
    cim__json_open(json, '{');
    for (c = p; c < cim__paint_end() && (c == p || cim__paint_has_case(p, c)); c++) {
        cim__json_key(json, c->value ? c->value : "");
        cim__json_open(json, '[');
        put_hex(json, c->fill);
        put_hex(json, c->line);
        cim__json_int(json, c->width_dm);
        cim__json_close(json, ']');
    }
    cim__json_close(json, '}');
    cim__json_close(json, '}');
}

static void put_colouring(cim__json *json, const cim__colouring *c, cim__buf *scratch)
{
    cim__json_key(json, "colouring");
    cim__json_open(json, '{');
    cim__json_kv_text(json, "by", c->property);
    cim__json_kv_bool(json, "numeric", c->numeric);
    cim__json_kv_int(json, "with", (int64_t)c->with);
    cim__json_kv_int(json, "without", (int64_t)c->without);
    cim__json_key(json, "classes");
    cim__json_open(json, '[');
    for (int i = 0; i < c->count; i++) {
        scratch->size = 0;
        cim__colouring_label(c, i, scratch);
        cim__json_open(json, '[');
        cim__json_int(json, cim__colouring_colour(c, i));
        cim__json_str(json, cim__buf_str(scratch));
        cim__json_close(json, ']');
    }
    cim__json_close(json, ']');
    cim__json_close(json, '}');
}

/* Ramps and categories for colours that are chosen in the page. */
static void put_ramps(cim__json *json)
{
    cim__json_key(json, "ramps");
    cim__json_open(json, '{');
    for (int r = 0; cim__ramp_name(r); r++) {
        cim__json_key(json, cim__ramp_name(r));
        cim__json_open(json, '[');
        for (int i = 0; i < 9; i++) cim__json_int(json, cim__ramp_colour(r, i, 9));
        cim__json_close(json, ']');
    }
    cim__json_close(json, '}');
    cim__json_key(json, "categories");
    cim__json_open(json, '[');
    for (int i = 0; i < CIM__CATEGORIES_MAX; i++) cim__json_int(json, cim__category_colour(i));
    cim__json_close(json, ']');
}

static cim_status put_head(cim_ctx *ctx, viewer *v, cim__str title)
{
    cim__json *json = &v->pack.json;
    cim__crs_info crs;
    cim__json_open(json, '{');
    cim__json_kv_int(json, "version", 1);
    cim__json_kv_str(json, "title", title);
    cim__json_kv_text(json, "generator", "libcim " CIM_VERSION_STRING);
    cim__json_kv_int(json, "epsg", v->e.city->epsg);
    if (cim__crs_info_of(ctx, v->e.city->epsg, &crs) >= 0) cim__json_kv_text(json, "crs", crs.name);
    cim__json_key(json, "origin");
    cim__json_open(json, '[');
    cim__json_num(json, v->pack.origin[0]);
    cim__json_num(json, v->pack.origin[1]);
    cim__json_close(json, ']');
    cim__json_key(json, "step_m");
    cim__json_num(json, v->pack.step_m);
    cim__json_key(json, "sources");
    cim__json_open(json, '[');
    CIM__TRY(cim__view_sources(ctx, v->e.city, json));
    cim__json_close(json, ']');
    cim__json_key(json, "classes");
    cim__json_open(json, '[');
    for (int i = 0; i < CIM__CLASS_COUNT; i++) cim__json_text(json, cim__classes[i].name);
    cim__json_close(json, ']');
    put_ramps(json);
    if (v->colouring.property) put_colouring(json, &v->colouring, &v->pack.scratch);
    return CIM_OK;
}

/* ---- layers of the city ---- */

static cim_status end_layer(cim_ctx *ctx, viewer *v)
{
    if (v->layer < 0) return CIM_OK;
    cim__buf_printf(&v->summary, "<tr><th>%s</th><td>%u</td></tr>", cim__layers[v->layer].title, v->pack.layer_count);
    v->layer = -1;
    return cim__pack_layer_end(ctx, &v->pack, true);
}

static cim_status begin_layer(cim_ctx *ctx, viewer *v, cim__layer_id layer)
{
    CIM__TRY(end_layer(ctx, v));
    CIM__TRY(cim__pack_layer(ctx, &v->pack, cim__layers[layer].table, cim__paint_title(layer)));
    cim__json_kv_int(&v->pack.json, "base", cim__geom_base(cim__layers[layer].type));
    put_paint(&v->pack.json, layer);
    v->layer = (int)layer;
    return CIM_OK;
}

static cim_status put_object(cim_ctx *ctx, const cim__object *o, void *user)
{
    viewer *v = user;
    cim_geom geom;
    if (v->layer != (int)o->layer) CIM__TRY(begin_layer(ctx, v, o->layer));
    CIM__TRY(cim__export_plane(ctx, &v->e, o, &geom));
    v->pack.index_of[o->id] = v->pack.count;
    v->e.written++;
    return cim__pack_object(ctx, &v->pack, o, &geom, v->colour ? v->colour[o->id] : 0);
}

/* ---- layers of results ---- */

/* A feature as an object: its id, and its properties as attributes. */
static cim_status put_feature(cim_ctx *ctx, viewer *v, cim__layer_in *l, const cim__lfeature *f, size_t number)
{
    cim_geom geom;
    cim__buf id = cim__buf_on(ctx->mem);
    cim__object o = { .id = (uint32_t)number + 1, .parent = CIM_NONE, .attrs = f->properties.type == CIM__J_OBJECT ? f->properties.text : CIM__STR("") };
    cim__jvalue quoted = { CIM__J_STRING, { f->id.ptr - 1, f->id.len + 2 } };
    if (f->id.len && f->id.ptr[-1] == '"') o.gid = cim__jstring(quoted, &id);
    else if (f->id.len) o.gid = f->id;
    else cim__buf_printf(&id, "%zu", number + 1), o.gid = cim__buf_str(&id);
    cim_status st = id.failed ? cim__nomem(ctx) : cim__layer_geometry(ctx, l, f, &v->e.geom, &geom);
    if (st >= 0) st = cim__pack_object(ctx, &v->pack, &o, &geom, f->class);
    cim__buf_free(&id);
    return st;
}

static cim_status put_layer(cim_ctx *ctx, viewer *v, cim__layer_in *l)
{
    size_t count = CIM__COUNT(&l->features, cim__lfeature);
    cim__json *json = &v->pack.json;
    CIM__TRY(cim__pack_layer(ctx, &v->pack, "result", l->title));
    cim__json_kv_bool(json, "result", true);
    cim__json_key(json, "colour");
    cim__json_int(json, l->colour);
    cim__json_key(json, "width_px");
    cim__json_num(json, l->width_px);
    cim__json_key(json, "opacity");
    cim__json_num(json, l->opacity);
    if (l->colouring.property) put_colouring(json, &l->colouring, &v->pack.scratch);
    for (size_t i = 0; i < count; i++) {
        CIM__TRY(put_feature(ctx, v, l, &CIM__AT(&l->features, cim__lfeature, i), i));
        if ((i & 0x3ff) == 0) CIM__TRY(cim__tick(ctx, i, count, "layers"));
    }
    return cim__pack_layer_end(ctx, &v->pack, true);
}

/* ---- the whole ---- */

static cim_status pack_all(cim_ctx *ctx, viewer *v, cim__str title)
{
    uint32_t flags = v->opts.flags;
    cim__json *json = &v->pack.json;
    v->pack.attributes = !(flags & CIM_VIEW_NO_ATTRIBUTES);
    CIM__TRY(put_head(ctx, v, title));
    cim__json_key(json, "layers");
    cim__json_open(json, '[');
    CIM__TRY(cim__export_each(ctx, &v->e, put_object, v));
    CIM__TRY(end_layer(ctx, v));
    v->pack.attributes = true;
    for (size_t i = 0; i < v->layer_count; i++) CIM__TRY(put_layer(ctx, v, &v->layers[i]));
    cim__json_close(json, ']');
    if (!(flags & CIM_VIEW_NO_SHAPES)) CIM__TRY(cim__pack_shapes(ctx, &v->pack, &v->e, v->opts.max_shape_vertices ? v->opts.max_shape_vertices :
        2000000, &v->shapes));
    if (!(flags & CIM_VIEW_NO_RELATIONS)) CIM__TRY(cim__pack_relations(ctx, &v->pack, v->e.city));
    CIM__TRY(cim__pack_sense(ctx, &v->pack, v->e.city, &v->sensed));
    return v->summary.failed || cim__pack_failed(&v->pack) ? cim__nomem(ctx) : CIM_OK;
}

static cim_status open_layers(cim_ctx *ctx, viewer *v)
{
    v->layers = cim__zalloc_n(ctx->mem, v->opts.layer_count + 1, sizeof *v->layers);
    if (!v->layers) return cim__nomem(ctx);
    for (size_t i = 0; i < v->opts.layer_count; i++) {
        CIM__TRY(cim__layer_open(ctx, v->opts.layers[i], (int)(i % 1000), v->opts.max_layer_bytes, v->e.city->epsg, &v->layers[i]));
        v->layer_count++;
    }
    return CIM_OK;
}

static cim_status colour(cim_ctx *ctx, viewer *v)
{
    if (!v->opts.color_by) return CIM_OK;
    v->colour = cim__zalloc_n(ctx->mem, (size_t)v->e.city->max_id + 1, 1);
    if (!v->colour) return cim__nomem(ctx);
    return cim__colouring_objects(ctx, &v->e, v->opts.color_by, v->opts.classes, v->opts.ramp, v->colour, &v->colouring);
}

static cim_status put_report(cim_ctx *ctx, const viewer *v, cim_buf *report_out)
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__json json = cim__json_on(&buf);
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "path", v->e.path);
    cim__json_kv_int(&json, "bytes", (int64_t)v->bytes);
    cim__json_kv_int(&json, "objects", (int64_t)v->e.written);
    cim__json_kv_int(&json, "shapes", (int64_t)v->shapes);
    cim__put_layer_report(&json, v->layers, v->layer_count);
    cim__json_kv_int(&json, "streams", (int64_t)v->sensed.streams);
    cim__json_kv_int(&json, "streams_left_out", (int64_t)v->sensed.left_out);
    cim__json_kv_int(&json, "texts_cut", (int64_t)v->pack.cut);
    cim__json_kv_int(&json, "geometries_outside", (int64_t)(v->pack.outside + v->e.outside));
    cim__json_close(&json, '}');
    if (cim__buf_give(&buf, report_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

static void warn(cim_ctx *ctx, const viewer *v)
{
    uint64_t outside = v->pack.outside + v->e.outside;
    if (v->pack.cut) cim__log(ctx, CIM_LOG_WARNING, "%llu texts are cut to %d bytes", (unsigned long long)v->pack.cut, CIM__TEXT_MAX);
    if (outside) cim__log(ctx, CIM_LOG_WARNING, "%llu geometries are left out: they are too far away", (unsigned long long)outside);
    if (v->sensed.left_out) cim__log(ctx, CIM_LOG_WARNING, "%llu streams are left out: they are too many for a page", (unsigned long long)v->sensed.left_out);
    for (size_t i = 0; i < v->layer_count; i++)
        if (v->layers[i].without_geometry) cim__log(ctx, CIM_LOG_WARNING, "%s: %llu features have no geometry that can be shown", v->layers[i].path,
            (unsigned long long)v->layers[i].without_geometry);
}

static cim_status run(cim_ctx *ctx, viewer *v, const uint32_t *ids, size_t id_count, cim_buf *report_out)
{
    if (!v->e.city) return cim__fail(ctx, CIM_EARG, "no city");
    if (!v->e.path || !v->e.path[0]) return cim__fail(ctx, CIM_EARG, "no output");
    if (v->opts.flags & ~15u) return cim__fail(ctx, CIM_EARG, "unknown flags");
    cim__str title = v->opts.title ? cim__str_of(v->opts.title) : cim__view_name(v->e.path);
    CIM__TRY(cim__view_choose(ctx, &v->e, ids, id_count));
    CIM__TRY(open_layers(ctx, v));
    CIM__TRY(colour(ctx, v));
    CIM__TRY(cim__pack_begin(ctx, &v->pack, v->e.city));
    CIM__TRY(pack_all(ctx, v, title));
    CIM__TRY(cim__page_write(ctx, &v->pack, v->e.path, v->opts.flags & CIM_VIEW_OVERWRITE, title, &v->summary, &v->bytes));
    cim__log(ctx, CIM_LOG_INFO, "%s: %llu objects, %llu with roofs, %llu bytes", v->e.path, (unsigned long long)v->e.written,
        (unsigned long long)v->shapes, (unsigned long long)v->bytes);
    warn(ctx, v);
    return report_out ? put_report(ctx, v, report_out) : CIM_OK;
}

cim_status cim_view_write(cim_ctx *ctx, cim_city *city, const uint32_t *ids, size_t id_count, const char *path, const cim_view_options *given,
    cim_buf *report_out)
{
    cim_view_options opts = CIM_VIEW_OPTIONS_INIT;
    cim_export_options plain = CIM_EXPORT_OPTIONS_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, given, "view options"));
    viewer v = { .e = { .city = city, .opts = &plain, .path = path }, .opts = opts, .layer = -1, .summary = cim__buf_on(ctx->mem) };
    cim__gbuild_init(&v.e.geom, ctx->mem);
    cim_status st = run(ctx, &v, ids, id_count, report_out);
    for (size_t i = 0; i < v.layer_count; i++) cim__layer_free(&v.layers[i]);
    cim__free(ctx->mem, v.layers);
    cim__free(ctx->mem, v.colour);
    cim__colouring_free(&v.colouring);
    cim__pack_free(&v.pack);
    cim__buf_free(&v.summary);
    cim__gbuild_free(&v.e.geom);
    cim__free(ctx->mem, v.e.chosen);
    return st;
}
