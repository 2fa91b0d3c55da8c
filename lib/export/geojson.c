/* geojson.c - GeoJSON (RFC 7946) and sequences of it (RFC 8142, or a feature a line). */
#include "export/export.h"

typedef struct writer {
    cim__export *e;
    cim__out out;
    cim__buf text;
    cim__gbuild turned;
    bool sequence, first;
} writer;

/* Rings by the right-hand rule: outer ones counter-clockwise, holes clockwise. */
static cim_geom right_handed(writer *w, const cim_geom *g)
{
    cim__gbuild_begin(&w->turned, g->type, 2);
    for (uint32_t part = 0; part < g->part_count; part++) {
        for (uint32_t ring = cim__part_start(g, part), outer = ring; ring < g->part_end[part]; ring++) {
            uint32_t first = cim__ring_start(g, ring), end = g->ring_end[ring];
            bool turn = (cim__ring_area(g, ring) < 0.0) == (ring == outer);
            for (uint32_t i = first; i < end; i++) {
                const double *c = g->coords + (size_t)(turn ? first + end - 1 - i : i) * (size_t)g->dim;
                cim__gbuild_xy(&w->turned, c[0], c[1]);
            }
            cim__gbuild_ring(&w->turned);
        }
        cim__gbuild_part(&w->turned);
    }
    return cim__gbuild_view(&w->turned);
}

static cim_status put_properties(cim_ctx *ctx, writer *w, cim__json *json, const cim__object *o)
{
    cim__jvalue attrs;
    cim__json_key(json, "properties");
    cim__json_open(json, '{');
    cim__json_kv_str(json, "id", o->gid);
    cim__json_kv_str(json, "class", o->class_name);
    cim__json_kv_text(json, "layer", cim__layers[o->layer].table);
    if (o->valid_from.len) cim__json_kv_str(json, "valid_from", o->valid_from);
    if (o->valid_to.len) cim__json_kv_str(json, "valid_to", o->valid_to);
    cim__put_typed(json, o);
    cim__put_derived(json, o);
    if (o->attrs.len && cim__jparse(o->attrs, &attrs)) {
        cim__json_key(json, "attributes");
        cim__json_raw(json, attrs.text);
    }
    if (w->e->opts->flags & CIM_EXPORT_RELATIONS) CIM__TRY(cim__put_relations(ctx, w->e->city, json, o->id));
    cim__json_close(json, '}');
    return CIM_OK;
}

static cim_status put_feature(cim_ctx *ctx, const cim__object *o, void *user)
{
    writer *w = user;
    cim__json json = cim__json_on(&w->text);
    cim_geom geom;
    if (!w->sequence && !w->first) cim__buf_putc(&w->text, ',');
    if (!w->sequence) cim__buf_putc(&w->text, '\n');
    if (w->sequence && (w->e->opts->flags & CIM_EXPORT_RS)) cim__buf_putc(&w->text, 0x1e);
    w->first = false;
    w->e->written++;
    CIM__TRY(cim__export_plane(ctx, w->e, o, &geom));
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "type", "Feature");
    cim__json_kv_str(&json, "id", o->gid);
    CIM__TRY(put_properties(ctx, w, &json, o));
    cim__json_key(&json, "geometry");
    if (!geom.part_count) {
        cim__json_null(&json);
    } else {
        if (cim__geom_base(geom.type) == CIM_GEOM_POLYGON) geom = right_handed(w, &geom);
        if (!cim__gbuild_ok(&w->turned)) return cim__nomem(ctx);
        cim__put_geojson(&json, &geom, w->e->decimals);
    }
    cim__json_close(&json, '}');
    if (w->sequence) cim__buf_putc(&w->text, '\n');
    cim__out_drain(&w->out, &w->text);
    return w->out.status;
}

static cim_status put_all(cim_ctx *ctx, writer *w)
{
    cim__export *e = w->e;
    if (!w->sequence) {
        cim__buf_puts(&w->text, "{\"type\":\"FeatureCollection\",");
        if (e->epsg != 4326) cim__buf_printf(&w->text, "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::%d\"}},", (int)e->epsg);
        cim__buf_puts(&w->text, "\"features\":[");
    }
    CIM__TRY(cim__export_each(ctx, e, put_feature, w));
    if (!w->sequence) cim__buf_puts(&w->text, "\n]}\n");
    cim__out_drain(&w->out, &w->text);
    return w->out.status;
}

cim_status cim__export_geojson(cim_ctx *ctx, cim__export *e, bool sequence)
{
    writer w = { .e = e, .sequence = sequence, .first = true };
    CIM__TRY(cim__out_open(ctx, e->path, e->opts->flags & CIM_EXPORT_OVERWRITE, &w.out));
    w.text = cim__buf_on(ctx->mem);
    cim__gbuild_init(&w.turned, ctx->mem);
    cim_status st = put_all(ctx, &w);
    cim__buf_free(&w.text);
    cim__gbuild_free(&w.turned);
    if (st >= 0) return cim__out_commit(&w.out);
    cim__out_abort(&w.out);
    return st;
}
