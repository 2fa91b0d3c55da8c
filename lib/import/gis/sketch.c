/* sketch.c - a mapping to begin with: every layer of a file with its fields, for people to edit. */
#include "import/gis/gis.h"

#include <stdio.h>

typedef struct sketch {
    cim__buf *out;
    cim__gis_view view; /* the first row; its layer */
    bool has_row;
    cim__class_id class_id;
} sketch;

static bool same_name(cim__str a, const char *b)
{
    if (a.len != strlen(b)) return false;
    for (size_t i = 0; i < a.len; i++)
        if ((a.ptr[i] | 32) != (b[i] | 32)) return false;
    return true;
}

/* The first field with one of these names, NULL: none. */
static const cim__gis_field *field_like(const cim__gis_layer *layer, const char *const *names)
{
    for (; *names; names++)
        for (uint32_t i = 0; i < layer->field_count; i++)
            if (same_name(layer->fields[i].name, *names)) return &layer->fields[i];
    return NULL;
}

/* "prefix{field}" as JSON. */
static void put_template(sketch *s, const char *prefix, cim__str field)
{
    cim__buf text = cim__buf_on(s->out->mem);
    cim__buf_puts(&text, prefix);
    cim__buf_putc(&text, '{');
    cim__buf_putstr(&text, field);
    cim__buf_putc(&text, '}');
    cim__put_json_str(s->out, cim__buf_str(&text));
    if (text.failed) s->out->failed = true;
    cim__buf_free(&text);
}

static void put_fields(sketch *s)
{
    static const char *const types[] = { "text", "integer", "real", "yes or no", "time", "JSON" };
    static const char letters[] = "TIRBDJ";
    const cim__gis_layer *layer = s->view.layer;
    cim__buf_puts(s->out, "      \"// fields\": {");
    for (uint32_t i = 0; i < layer->field_count; i++) {
        cim__buf text = cim__buf_on(s->out->mem);
        cim__json json = cim__json_on(&text);
        cim__buf_puts(s->out, i ? ",\n        " : "\n        ");
        cim__put_json_str(s->out, layer->fields[i].name);
        cim__buf_puts(s->out, ": ");
        cim__buf_puts(&text, types[strchr(letters, layer->fields[i].type) - letters]);
        if (s->has_row && s->view.row->cells[i].present) {
            cim__buf_puts(&text, ", like ");
            cim__gis_put_cell(&s->view, &json, i);
        }
        cim__put_json_str(s->out, (cim__str){ text.size ? (const char *)text.data : "", text.size < 120 ? text.size : 120 });
        if (text.failed) s->out->failed = true;
        cim__buf_free(&text);
    }
    cim__buf_puts(s->out, layer->field_count ? "\n      },\n" : "},\n");
}

/* Fields that are called like a column that objects of the class have. */
static void put_columns(sketch *s)
{
    const cim__class *c = &cim__classes[s->class_id];
    int32_t type = s->view.layer->geometry_type;
    const cim__layer *layer = &cim__layers[type == 2 || type == 5 ? c->line_layer : type == 3 || type == 6 ? c->area_layer : c->point_layer];
    bool any = false;
    cim__buf_puts(s->out, "      \"columns\": {");
    for (int32_t i = 0; i < layer->column_count; i++) {
        const char *const names[] = { cim__attrs[layer->columns[i]].name, NULL };
        const cim__gis_field *f = field_like(s->view.layer, names);
        if (!f) continue;
        cim__buf_printf(s->out, "%s\n        \"%s\": ", any ? "," : "", names[0]);
        put_template(s, "", f->name);
        any = true;
    }
    cim__buf_puts(s->out, any ? "\n      }\n" : "}\n");
}

static void put_layer(sketch *s, bool first)
{
    static const char *const xs[] = { "x", "easting", "lon", "longitude", "long", NULL }, *const ys[] = { "y", "northing", "lat", "latitude", NULL };
    static const char *const ids[] = { "id", "gid", "globalid", "uuid", "objectid", "fid", "code", NULL };
    static const char *const shapes[] = { "no geometry", "points", "lines", "areas" };
    const cim__gis_layer *layer = s->view.layer;
    const cim__gis_field *x = field_like(layer, xs), *y = field_like(layer, ys), *id = field_like(layer, ids);
    bool table = !layer->geometry_type, placed = table && x && y;
    cim__buf_puts(s->out, first ? "\n    " : ",\n    ");
    cim__put_json_str(s->out, layer->name);
    cim__buf_printf(s->out, ": {\n      \"//\": \"%s", layer->geometry_type < 0 ? "geometries of any type" : shapes[cim__geom_base(layer->geometry_type)]);
    if (layer->epsg) cim__buf_printf(s->out, ", EPSG:%d", (int)layer->epsg);
    cim__buf_puts(s->out, "\",\n");
    put_fields(s);
    if (table && !placed) {
        cim__buf_puts(s->out, "      \"update\": ");
        if (layer->field_count) put_template(s, "", layer->fields[0].name);
        else cim__buf_puts(s->out, "\"ID\"");
        cim__buf_puts(s->out, ",\n      \"columns\": {}\n    }");
        return;
    }
    cim__buf_printf(s->out, "      \"class\": \"%s\",\n      \"id\": ", cim__classes[s->class_id].name);
    cim__buf prefix = cim__buf_on(s->out->mem);
    cim__buf_putstr(&prefix, layer->name);
    cim__buf_puts(&prefix, "/");
    cim__buf_putc(&prefix, 0);
    if (prefix.failed) s->out->failed = true;
    else put_template(s, (const char *)prefix.data, id ? id->name : CIM__STR(":fid"));
    cim__buf_free(&prefix);
    cim__buf_puts(s->out, ",\n");
    if (placed) {
        cim__buf_puts(s->out, "      \"x\": ");
        put_template(s, "", x->name);
        cim__buf_puts(s->out, ",\n      \"y\": ");
        put_template(s, "", y->name);
        cim__buf_puts(s->out, ",\n");
    }
    put_columns(s);
    cim__buf_puts(s->out, "    }");
}

static cim_status put_file(cim_ctx *ctx, sketch *s, cim__gis_file *file)
{
    cim__gis_layer layer;
    cim__gis_row row;
    bool first = true;
    cim__buf_puts(s->out, "{\n  \"//\": \"a mapping to begin with: cim-map(5) says what can stand here\",\n  \"layers\": {");
    for (uint32_t i = 0; i < file->layer_count; i++) {
        CIM__TRY(file->layer(ctx, file, i, &layer));
        if (layer.not_read) continue;
        cim_status st = file->row(ctx, file, &row);
        if (st < 0) return st;
        s->view.layer = &layer;
        s->view.row = &row;
        s->has_row = st == CIM_OK;
        put_layer(s, first);
        first = false;
    }
    cim__buf_puts(s->out, "\n  }\n}\n");
    return s->out->failed || s->view.scratch.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status sketch_input(cim_ctx *ctx, cim__input *input, cim__class_id class_id, cim__buf *out)
{
    cim__gis_file *file = NULL;
    cim__report report;
    sketch s = { .out = out, .view = { .scratch = cim__buf_on(ctx->mem) }, .class_id = class_id };
    cim__report_init(&report, ctx->mem);
    cim_status st = cim__gis_open(ctx, input, "/tmp", &report, &file);
    if (st >= 0) st = put_file(ctx, &s, file);
    if (file) file->close(ctx, file);
    cim__buf_free(&s.view.scratch);
    cim__report_free(&report);
    return st;
}

cim_status cim_import_map_new(cim_ctx *ctx, const char *path, const char *class_name, cim_buf *json_out)
{
    cim__input *input = NULL;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__buf out = cim__buf_on(ctx->mem);
    cim__gis_rule rule;
    cim__enter(ctx);
    if (!path || !json_out) return cim__fail(ctx, CIM_EARG, "no input, or no place for the mapping");
    cim_status st = cim__gis_plain_rule(ctx, &arena, class_name, &rule);
    cim__arena_free(&arena);
    if (st >= 0) st = cim__input_open(ctx, path, 64ull << 30, 400, &input);
    if (st >= 0) st = sketch_input(ctx, input, rule.class_id, &out);
    cim__input_close(ctx, input);
    if (st >= 0 && !cim__buf_give(&out, json_out)) st = cim__nomem(ctx);
    cim__buf_free(&out);
    return st < 0 ? st : CIM_OK;
}
