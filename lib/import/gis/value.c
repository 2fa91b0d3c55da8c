/* value.c - templates, value maps and conditions on a row. */
#include "import/gis/gis.h"

#include "city/cql.h"

#include <math.h>
#include <stdio.h>

/* ---- texts ---- */

/* Length of the UTF-8 character at p, 0: none (overlong, surrogate, too large, cut off). */
static size_t character(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80) return p[0] != 0;
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n > left) return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)) return 0;
    return n;
}

cim__str cim__gis_utf8(cim__str text, cim__buf *scratch, bool *odd_out)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t i = 0, n = 1;
    while (i < text.len && (n = character(p + i, text.len - i))) i += n;
    *odd_out = i < text.len;
    if (!*odd_out) return text;
    scratch->size = 0;
    for (i = 0; i < text.len; i++) {
        unsigned char pair[2] = { (unsigned char)(0xc0 | p[i] >> 6), (unsigned char)(0x80 | (p[i] & 0x3f)) };
        if (!p[i]) cim__buf_puts(scratch, "\xef\xbf\xbd");
        else if (p[i] < 0x80) cim__buf_putc(scratch, (char)p[i]);
        else cim__buf_put(scratch, pair, 2);
    }
    return cim__buf_str(scratch);
}

static cim__str cell_text(cim__gis_view *v, const cim__gis_cell *cell)
{
    bool odd = false;
    cim__str text = cim__gis_utf8(cell->text, &v->scratch, &odd);
    v->odd_text = v->odd_text || odd;
    return text;
}

/* ---- fields ---- */

static bool put_place(const cim_geom *g, int32_t field, cim__buf *out)
{
    size_t last = g->vertex_count ? g->vertex_count - 1 : 0, dim = (size_t)g->dim;
    if (!g->part_count) return false;
    bool z = field == CIM__GIS_Z_FROM || field == CIM__GIS_Z_TO;
    if (z && dim < 3) return false;
    double value = g->coords[(field == CIM__GIS_Z_TO ? last * dim : 0) + (z ? 2 : field == CIM__GIS_Y ? 1 : 0)];
    if (!isfinite(value)) return false;
    cim__put_double(out, value);
    return true;
}

static bool put_own(const cim__gis_view *v, int32_t field, cim__buf *out)
{
    if (field == CIM__GIS_FID) cim__put_int(out, (int64_t)v->row->number);
    else if (field == CIM__GIS_LAYER) cim__buf_putstr(out, v->layer->name);
    else return field != CIM__GIS_LACKING && put_place(&v->row->geom, field, out);
    return true;
}

static bool put_field(cim__gis_view *v, int32_t field, cim__buf *out)
{
    if (field < 0) return put_own(v, field, out);
    const cim__gis_cell *cell = &v->row->cells[field];
    char type = v->layer->fields[field].type;
    if (!cell->present) return false;
    if (type == 'I') cim__put_int(out, cell->integer);
    else if (type == 'B') cim__buf_puts(out, cell->integer ? "true" : "false");
    else if (type == 'R' && isfinite(cell->real)) cim__put_double(out, cell->real);
    else if (type == 'R') return false;
    else cim__buf_putstr(out, cell_text(v, cell));
    return true;
}

bool cim__gis_expand(cim__gis_view *v, const cim__gis_template *t, cim__buf *out)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const cim__gis_piece *piece = &t->pieces[i];
        size_t before = out->size;
        if (!piece->is_field) cim__buf_putstr(out, piece->text);
        else if (!put_field(v, piece->field, out)) return false;
        else if (out->size == before && !out->failed) return false; /* an empty text is no value */
    }
    return t->count > 0;
}

void cim__gis_put_cell(cim__gis_view *v, cim__json *json, uint32_t field)
{
    const cim__gis_cell *cell = &v->row->cells[field];
    cim__jvalue value;
    switch (v->layer->fields[field].type) {
    case 'I': cim__json_int(json, cell->integer); break;
    case 'B': cim__json_bool(json, cell->integer != 0); break;
    case 'R': cim__json_num(json, cell->real); break;
    case 'J':
        if (cim__jparse(cell->text, &value)) cim__json_raw(json, value.text);
        else cim__json_str(json, cell_text(v, cell));
        break;
    default: cim__json_str(json, cell_text(v, cell));
    }
}

/* ---- values ---- */

static cim__gis_value value_of(const cim__gis_const *c) { return (cim__gis_value){ c->type, c->text, c->number, c->yes }; }

/* Numbers and yes-or-no keep their kind when a field stands alone. */
static char type_of(const cim__gis_view *v, const cim__gis_template *t, const cim__gis_value *value)
{
    double number;
    if (t->count != 1 || !t->pieces[0].is_field) return 'T';
    int32_t field = t->pieces[0].field;
    char type = field >= 0 ? v->layer->fields[field].type : field == CIM__GIS_LAYER ? 'T' : 'R';
    if (type == 'B') return 'B';
    if (type == 'I' || type == 'R') return 'N';
    return type == 'T' && value->text.len < 40 && cim__parse_double(value->text, &number) && isfinite(number) ? 'N' : 'T';
}

static bool scale(const cim__gis_expr *e, cim__arena *texts, cim__gis_value *value)
{
    cim__buf text = cim__buf_on(texts->mem);
    value->number = value->number * e->factor + e->offset;
    cim__put_double(&text, value->number);
    value->text = cim__arena_str(texts, cim__buf_str(&text));
    bool good = !text.failed && value->text.ptr;
    cim__buf_free(&text);
    return good;
}

cim_status cim__gis_eval(cim_ctx *ctx, cim__gis_view *v, const cim__gis_expr *e, cim__arena *texts, cim__gis_value *out)
{
    if (!e->from.count) {
        *out = value_of(&e->constant);
        return CIM_OK;
    }
    cim__buf text = cim__buf_on(ctx->mem);
    *out = (cim__gis_value){ .type = '-' };
    bool any = cim__gis_expand(v, &e->from, &text);
    cim__str copy = any && !text.failed ? cim__arena_str(texts, cim__buf_str(&text)) : (cim__str){ "", 0 };
    bool failed = text.failed || !copy.ptr;
    cim__buf_free(&text);
    if (failed) return cim__nomem(ctx);
    if (!any) return CIM_OK;
    out->text = copy;
    out->type = type_of(v, &e->from, out);
    if (out->type == 'N') cim__parse_double(copy, &out->number);
    if (out->type == 'B') out->yes = cim__str_is(copy, "true");
    for (uint32_t i = 0; i < e->value_count; i++)
        if (cim__str_eq(e->keys[i], copy)) {
            *out = value_of(&e->values[i]);
            return CIM_OK;
        }
    if (e->has_other) *out = value_of(&e->other);
    else if (e->has_map) return CIM_DONE;
    else if (e->has_scale && out->type == 'N' && !scale(e, texts, out)) return cim__nomem(ctx);
    else if (e->has_scale && out->type != 'N') return CIM_DONE;
    return CIM_OK;
}

bool cim__gis_where(cim__gis_view *v, const cim__gis_rule *rule)
{
    cim__buf text = cim__buf_on(v->scratch.mem);
    bool fits = true;
    for (uint32_t i = 0; i < rule->where_count && fits; i++) {
        const cim__gis_condition *c = &rule->where[i];
        text.size = 0;
        bool any = cim__gis_expand(v, &c->of, &text);
        fits = false;
        for (uint32_t k = 0; k < c->count && !fits; k++) fits = c->texts[k].ptr ? any && cim__str_eq(c->texts[k], cim__buf_str(&text)) : !any;
    }
    if (text.failed) v->scratch.failed = true;
    cim__buf_free(&text);
    return fits;
}

/* ---- binding to a layer ---- */

static cim_status bind(cim_ctx *ctx, const cim__gis_rule *rule, cim__gis_template *t, const cim__gis_layer *layer)
{
    for (uint32_t i = 0; i < t->count; i++) {
        cim__gis_piece *piece = &t->pieces[i];
        cim__cql_near near = { .count = 0 };
        char text[200];
        uint32_t f = 0;
        if (!piece->is_field || piece->text.ptr[0] == ':') continue;
        while (f < layer->field_count && !cim__str_eq(layer->fields[f].name, piece->text)) cim__cql_near_add(&near, piece->text, layer->fields[f++].name);
        piece->field = f < layer->field_count ? (int32_t)f : CIM__GIS_LACKING;
        if (f < layer->field_count || piece->optional) continue;
        cim__cql_near_add(&near, piece->text, CIM__STR(":fid"));
        cim__cql_near_put(&near, text);
        return cim__fail(ctx, CIM_EARG, "%s: layer %.*s has no field %.*s%s", rule->place, (int)(layer->name.len < 100 ? layer->name.len : 100), layer->name.ptr,
                         (int)(piece->text.len < 60 ? piece->text.len : 60), piece->text.ptr, text);
    }
    return CIM_OK;
}

cim_status cim__gis_bind(cim_ctx *ctx, cim__gis_rule *rule, const cim__gis_layer *layer)
{
    cim__gis_template *plain[] = { &rule->id, &rule->update, &rule->x, &rule->y, &rule->wkt };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) CIM__TRY(bind(ctx, rule, plain[i], layer));
    for (uint32_t i = 0; i < rule->where_count; i++) CIM__TRY(bind(ctx, rule, &rule->where[i].of, layer));
    for (uint32_t i = 0; i < rule->column_count; i++) CIM__TRY(bind(ctx, rule, &rule->columns[i].expr.from, layer));
    for (uint32_t i = 0; i < rule->relation_count; i++) {
        cim__gis_relation *r = &rule->relations[i];
        CIM__TRY(bind(ctx, rule, &r->from, layer));
        CIM__TRY(bind(ctx, rule, &r->to, layer));
        for (uint32_t k = 0; k < r->attr_count; k++) CIM__TRY(bind(ctx, rule, &r->attrs[k].expr.from, layer));
    }
    return CIM_OK;
}
