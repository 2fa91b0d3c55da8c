/* make.c - a row to objects, changes of objects and relations, as a rule of the mapping says. */
#include "import/gis/gis.h"

#include "core/hash.h"
#include "store/patch.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { FLUSH = 1 << 20, SYSTEMS = 16, IDS_CHECKED = 1 << 24 };

struct cim__gis_maker {
    cim__job *job;
    const char *path, *kind, *row_name; /* of the layer */
    cim__batch batch;
    bool has_batch;
    cim__gis_view view;
    cim__arena texts;  /* of the row */
    cim__buf id, other, attrs, from, to;
    cim__gbuild read, placed, part;
    struct {
        int32_t epsg;
        cim__transform *transform; /* NULL: none needed */
    } systems[SYSTEMS];
    int system_count;
    cim__map ids;      /* hashes of ids that were given, to notice repetitions */
    cim__value values[CIM__ATTR_COUNT];
    size_t value_count;
    uint64_t curved, collections, odd_rows;
};

cim_status cim__gis_maker_new(cim_ctx *ctx, cim__job *job, cim__gis_maker **out)
{
    cim__gis_maker *m = cim__zalloc(ctx->mem, sizeof *m);
    if (!m) return cim__nomem(ctx);
    m->job = job;
    m->path = cim__input_path(job->input);
    m->texts = cim__arena_on(ctx->mem);
    m->id = m->other = m->attrs = m->from = m->to = m->view.scratch = cim__buf_on(ctx->mem);
    cim__gbuild_init(&m->read, ctx->mem);
    cim__gbuild_init(&m->placed, ctx->mem);
    cim__gbuild_init(&m->part, ctx->mem);
    cim__map_init(&m->ids, ctx->mem);
    *out = m;
    return CIM_OK;
}

void cim__gis_maker_free(cim_ctx *ctx, cim__gis_maker *m)
{
    cim__buf *bufs[] = { &m->id, &m->other, &m->attrs, &m->from, &m->to, &m->view.scratch };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    if (m->has_batch) cim__batch_free(&m->batch);
    cim__arena_free(&m->texts);
    cim__gbuild_free(&m->read);
    cim__gbuild_free(&m->placed);
    cim__gbuild_free(&m->part);
    for (int i = 0; i < m->system_count; i++) cim__transform_free(m->systems[i].transform);
    cim__map_free(&m->ids);
    cim__free(ctx->mem, m);
}

static void warn(cim__gis_maker *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void warn(cim__gis_maker *m, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cim__report_warn(m->job->report, m->view.row->number, "%s: %s %s %llu: %s", m->path, m->kind, m->row_name, (unsigned long long)m->view.row->number, text);
}

static cim_status fate(cim__gis_maker *m, cim__fate f, const char *reason)
{
    cim__report_fate(m->job->report, m->kind, f, reason, 1);
    return CIM_OK;
}

static int shown(cim__str s) { return (int)(s.len < 80 ? s.len : 80); }

/* ---- reference systems ---- */

static cim_status place_hint(cim_ctx *ctx, int32_t epsg, const cim_geom *g, double lonlat[2])
{
    cim__transform *to_degrees = NULL;
    lonlat[0] = g->coords[0];
    lonlat[1] = g->coords[1];
    CIM__TRY(cim__transform_new(ctx, epsg, 4326, &to_degrees));
    cim__transform_run(to_degrees, &lonlat[0], &lonlat[1], 2, 1);
    cim__transform_free(to_degrees);
    if (!isfinite(lonlat[0]) || !isfinite(lonlat[1])) lonlat[0] = lonlat[1] = 0.0;
    return CIM_OK;
}

static cim_status new_system(cim_ctx *ctx, cim__gis_maker *m, int32_t stated, const cim_geom *g, cim__transform **out)
{
    cim__job *job = m->job;
    int32_t epsg = stated ? stated : job->sink->epsg ? job->sink->epsg : job->opts->epsg;
    double lonlat[2] = { 0.0, 0.0 };
    if (!epsg) return cim__fail(ctx, CIM_EFORMAT, "%s: %s has no reference system that is known: say which (option source_epsg, or crs in the mapping)", m->path, m->kind);
    if (!stated) cim__report_warn(job->report, 0, "%s: %s has no reference system: taken to be EPSG:%d", m->path, m->kind, (int)epsg);
    if (!job->sink->epsg) CIM__TRY(place_hint(ctx, epsg, g, lonlat));
    cim_status st = cim__job_transform(ctx, job, epsg, lonlat[0], lonlat[1], out);
    if (st < 0) return st == CIM_ENOMEM ? st : cim__fail_at(ctx, st, m->path);
    if (!cim__transform_is_identity(*out)) return CIM_OK;
    cim__transform_free(*out);
    *out = NULL;
    return CIM_OK;
}

static cim_status system_of(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule, const cim_geom *g, cim__transform **out)
{
    int32_t epsg = m->job->opts->source_epsg ? m->job->opts->source_epsg : rule->epsg ? rule->epsg : m->view.layer->epsg;
    for (int i = 0; i < m->system_count; i++)
        if (m->systems[i].epsg == epsg) {
            *out = m->systems[i].transform;
            return CIM_OK;
        }
    if (m->system_count == SYSTEMS) return cim__fail(ctx, CIM_ELIMIT, "%s: more than %d reference systems", m->path, SYSTEMS);
    CIM__TRY(new_system(ctx, m, epsg, g, out));
    m->systems[m->system_count].epsg = epsg;
    m->systems[m->system_count++].transform = *out;
    return CIM_OK;
}

/* ---- geometry ---- */

static bool number_of(cim__gis_maker *m, const cim__gis_template *t, double *number)
{
    m->other.size = 0;
    return cim__gis_expand(&m->view, t, &m->other) && cim__parse_double(cim__buf_str(&m->other), number) && isfinite(*number);
}

/* Where the fields of the row say it is.  CIM_DONE: they do not. */
static cim_status read_place(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule, cim_geom *g)
{
    double x, y;
    if (rule->wkt.count) {
        m->other.size = 0;
        if (!cim__gis_expand(&m->view, &rule->wkt, &m->other)) return CIM_DONE;
        cim_status st = m->other.failed ? cim__nomem(ctx) : cim__wkt_get(ctx, cim__buf_str(&m->other), &m->read);
        if (st == CIM_ENOMEM) return st;
        if (st < 0) {
            warn(m, "no geometry: %.200s", ctx->error);
            cim__enter(ctx);
            return CIM_DONE;
        }
    } else {
        if (!number_of(m, &rule->x, &x) || !number_of(m, &rule->y, &y)) {
            warn(m, "x and y are no numbers");
            return CIM_DONE;
        }
        cim__gbuild_begin(&m->read, CIM_GEOM_POINT, 2);
        cim__gbuild_xy(&m->read, x, y);
        cim__gbuild_ring(&m->read);
        cim__gbuild_part(&m->read);
    }
    *g = cim__gbuild_view(&m->read);
    return cim__gbuild_ok(&m->read) ? CIM_OK : cim__nomem(ctx);
}

static void note_faults(cim__gis_maker *m)
{
    if (m->view.row->fault == CIM__GDAL_CURVED && !m->curved++) warn(m, "curves become straight pieces, here and maybe later");
    if (m->view.row->fault != CIM__GDAL_COLLECTION) return;
    if (m->collections++ < 10) warn(m, "its geometry is of several types: it is stored without place");
}

/* The geometry in the city's reference system, into placed. */
static cim_status place(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule, cim_geom *out)
{
    cim_geom g = m->view.row->geom;
    cim__transform *transform = NULL;
    note_faults(m);
    *out = (cim_geom){ .dim = 2 };
    if (rule->x.count || rule->wkt.count) {
        cim_status st = read_place(ctx, m, rule, &g);
        if (st != CIM_OK) return st < 0 ? st : CIM_OK;
    }
    if (!g.part_count || !g.vertex_count) return CIM_OK;
    cim__gbuild_begin(&m->placed, g.type, g.dim);
    cim__gbuild_append(&m->placed, &g);
    if (!cim__gbuild_ok(&m->placed)) return cim__nomem(ctx);
    double *c = (double *)(void *)m->placed.coords.data;
    *out = cim__gbuild_view(&m->placed);
    if (m->job->opts->flags & CIM_IMPORT_SWAP_XY)
        for (size_t i = 0; i < out->vertex_count; i++) {
            double x = c[i * (size_t)g.dim];
            c[i * (size_t)g.dim] = c[i * (size_t)g.dim + 1];
            c[i * (size_t)g.dim + 1] = x;
        }
    CIM__TRY(system_of(ctx, m, rule, out, &transform));
    m->batch.srid = m->job->sink->epsg; /* known since the first place at the latest */
    if (transform) cim__transform_run(transform, c, c + 1, (size_t)g.dim, out->vertex_count);
    return CIM_OK;
}

/* ---- values ---- */

static bool to_integer(const cim__gis_value *v, int64_t *out)
{
    if (v->type == 'B') {
        *out = v->yes;
        return true;
    }
    if (v->text.len && cim__parse_int(v->text, out)) return true;
    double number = v->number;
    if (v->type != 'N' && !cim__parse_double(v->text, &number)) return false;
    if (!(fabs(number) < 9e15) || number != floor(number)) return false;
    *out = (int64_t)number;
    return true;
}

static bool to_column(cim__attr attr, const cim__gis_value *v, cim__value *out)
{
    *out = (cim__value){ .attr = (uint8_t)attr, .rule = CIM__RULE_TAGGED };
    switch (cim__attrs[attr].type) {
    case 'T':
        out->text = v->type == 'B' ? (v->yes ? CIM__STR("true") : CIM__STR("false")) : v->text;
        return out->text.len > 0;
    case 'I': return to_integer(v, &out->integer);
    default:
        out->real = v->number;
        if (v->type == 'N') return isfinite(v->number);
        return v->type == 'T' && cim__parse_double(v->text, &out->real) && isfinite(out->real);
    }
}

static cim_status make_values(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule)
{
    m->value_count = 0;
    for (uint32_t i = 0; i < rule->column_count && m->value_count < CIM__ATTR_COUNT; i++) {
        const cim__gis_member *c = &rule->columns[i];
        cim__gis_value v;
        cim_status st = cim__gis_eval(ctx, &m->view, &c->expr, &m->texts, &v);
        if (st < 0) return st;
        if (st == CIM_OK && v.type == '-') continue;
        if (st == CIM_OK && to_column(c->attr, &v, &m->values[m->value_count])) m->value_count++;
        else if (st == CIM_DONE && c->expr.has_map) warn(m, "column %s: the mapping has no value for \"%.*s\"", cim__attrs[c->attr].name, shown(v.text), v.text.ptr);
        else warn(m, "column %s: \"%.*s\" is no %s", cim__attrs[c->attr].name, shown(v.text), v.text.ptr, cim__attrs[c->attr].type == 'I' ? "whole number" : "number");
    }
    return CIM_OK;
}

/* All fields that have a value, under the source's names; of an update in a member named after the layer, so that nothing else is hidden. */
static cim_status make_attrs(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule, bool of_update)
{
    cim__json json = cim__json_on(&m->attrs);
    const cim__gis_layer *layer = m->view.layer;
    bool any = false;
    m->attrs.size = 0;
    if (!rule->keep_attrs) return CIM_OK;
    cim__json_open(&json, '{');
    if (of_update) {
        cim__json_keystr(&json, layer->name);
        cim__json_open(&json, '{');
    }
    for (uint32_t i = 0; i < layer->field_count; i++) {
        if (!m->view.row->cells[i].present) continue;
        cim__json_keystr(&json, layer->fields[i].name);
        cim__gis_put_cell(&m->view, &json, i);
        any = true;
    }
    if (of_update) cim__json_close(&json, '}');
    cim__json_close(&json, '}');
    if (m->attrs.failed) return cim__nomem(ctx);
    if (!any) m->attrs.size = 0;
    return CIM_OK;
}

/* ---- objects ---- */

static cim_status note_id(cim_ctx *ctx, cim__gis_maker *m)
{
    uint64_t hash = cim__hash64(m->id.data, m->id.size, 7);
    if (m->ids.count >= IDS_CHECKED) return CIM_OK;
    if (cim__map_get(&m->ids, hash) != CIM_NONE) warn(m, "there is an object %.*s already: the id gets a number", shown(cim__buf_str(&m->id)), (const char *)m->id.data);
    return cim__map_put(&m->ids, hash, 0) ? CIM_OK : cim__nomem(ctx);
}

/* Values of a whole that its pieces must not repeat. */
static bool is_sum(uint8_t attr) { return attr == CIM__A_DEMAND_LPS || attr == CIM__A_DEMAND_KW || attr == CIM__A_CUSTOMERS || attr == CIM__A_POPULATION; }

static size_t values_of_piece(cim__gis_maker *m, uint32_t piece, cim__value values[CIM__ATTR_COUNT])
{
    size_t n = 0;
    for (size_t i = 0; i < m->value_count; i++)
        if (m->values[i].attr != CIM__A_LENGTH_M && (!piece || !is_sum(m->values[i].attr))) values[n++] = m->values[i];
    return n;
}

static cim_status add_object(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule, const cim_geom *g, cim__str id, const cim__value *values, size_t count)
{
    static const char *const roles[] = { "", "point", "multi_curve", "multi_surface" };
    cim__feature f = { .gid = id, .class_id = rule->class_id, .values = values, .value_count = count, .attrs = cim__buf_str(&m->attrs), .plane = g->part_count ? g : NULL };
    cim__shape shape = { .lod = CIM__STR("0"), .geom = *g };
    if (g->part_count && g->dim == 3) {
        shape.role = cim__str_of(roles[cim__geom_base(g->type)]);
        if (shape.geom.type <= 3) shape.geom.type += 3;
        f.shapes = &shape;
        f.shape_count = 1;
    }
    return cim__batch_add(ctx, &m->batch, &f);
}

/* A line of several parts where the layer has single ones: "id#1", "id#2", as ways that are cut. */
static cim_status add_pieces(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule, const cim_geom *g)
{
    cim__value values[CIM__ATTR_COUNT];
    for (uint32_t p = 0; p < g->part_count; p++) {
        size_t size = m->id.size;
        cim__buf_printf(&m->id, "#%u", p + 1);
        cim__gbuild_begin(&m->part, CIM_GEOM_LINESTRING, g->dim);
        for (uint32_t ring = cim__part_start(g, p); ring < g->part_end[p]; ring++) {
            for (uint32_t v = cim__ring_start(g, ring); v < g->ring_end[ring]; v++) {
                const double *c = g->coords + (size_t)v * (size_t)g->dim;
                if (g->dim == 3) cim__gbuild_xyz(&m->part, c[0], c[1], c[2]);
                else cim__gbuild_xy(&m->part, c[0], c[1]);
            }
            cim__gbuild_ring(&m->part);
        }
        cim__gbuild_part(&m->part);
        cim_geom one = cim__gbuild_view(&m->part);
        if (m->id.failed || !cim__gbuild_ok(&m->part)) return cim__nomem(ctx);
        CIM__TRY(add_object(ctx, m, rule, &one, cim__buf_str(&m->id), values, values_of_piece(m, p, values)));
        m->id.size = size;
    }
    return CIM_OK;
}

static bool wants_pieces(const cim__gis_rule *rule, const cim_geom *g)
{
    return g->type == CIM_GEOM_MULTILINESTRING && g->part_count > 1 && cim__layers[cim__class_layer(rule->class_id, CIM_GEOM_LINESTRING)].type == CIM_GEOM_LINESTRING;
}

/* Rows without id are not lost: they are called after their place in the layer. */
static cim_status make_id(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule)
{
    m->id.size = 0;
    if (!rule->id.count || !cim__gis_expand(&m->view, &rule->id, &m->id)) {
        m->id.size = 0;
        cim__buf_printf(&m->id, "%s/%llu", m->kind, (unsigned long long)m->view.row->number);
        if (rule->id.count) warn(m, "a field of its id is empty: it is called %.*s", shown(cim__buf_str(&m->id)), (const char *)m->id.data);
    }
    return m->id.failed ? cim__nomem(ctx) : CIM_OK;
}

/* CIM_DONE: the row is left out; its fate is told. */
static cim_status make_object(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule)
{
    cim_geom g;
    size_t records = m->batch.records.size, heads = m->batch.heads.size;
    CIM__TRY(make_id(ctx, m, rule));
    CIM__TRY(place(ctx, m, rule, &g));
    CIM__TRY(make_values(ctx, m, rule));
    CIM__TRY(make_attrs(ctx, m, rule, false));
    cim_status st = wants_pieces(rule, &g) ? add_pieces(ctx, m, rule, &g) : add_object(ctx, m, rule, &g, cim__buf_str(&m->id), m->values, m->value_count);
    if (st == CIM_EARG) { /* the sink's objections: coordinates */
        m->batch.records.size = records;
        m->batch.heads.size = heads;
        warn(m, "%.200s", ctx->error);
        cim__enter(ctx);
        fate(m, CIM__SKIPPED, "coordinates that are no place");
        return CIM_DONE;
    }
    CIM__TRY(st);
    fate(m, CIM__STORED, cim__classes[rule->class_id].name);
    return note_id(ctx, m);
}

/* Its fate is told when all inputs are read. */
static cim_status make_update(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule)
{
    m->id.size = 0;
    if (!cim__gis_expand(&m->view, &rule->update, &m->id)) {
        warn(m, "nothing to update: a field of the id is empty");
        fate(m, CIM__SKIPPED, "no id");
        return CIM_DONE;
    }
    if (m->id.failed) return cim__nomem(ctx);
    CIM__TRY(make_values(ctx, m, rule));
    CIM__TRY(make_attrs(ctx, m, rule, true));
    cim__feature f = { .gid = cim__buf_str(&m->id), .class_id = CIM__C_CityObject, .values = m->values, .value_count = m->value_count, .attrs = cim__buf_str(&m->attrs) };
    return cim__batch_patch(ctx, &m->batch, &f, m->view.row->number, m->kind);
}

/* ---- relations ---- */

static cim_status put_member(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_member *a, cim__json *json)
{
    cim__gis_value v;
    cim_status st = cim__gis_eval(ctx, &m->view, &a->expr, &m->texts, &v);
    if (st < 0) return st;
    if (st == CIM_DONE) warn(m, "attribute %.*s of a relation: the mapping has no value for \"%.*s\"", shown(a->name), a->name.ptr, shown(v.text), v.text.ptr);
    if (st == CIM_DONE || v.type == '-') return CIM_OK;
    cim__json_keystr(json, a->name);
    if (v.type == 'B') cim__json_bool(json, v.yes);
    else if (v.type == 'N') cim__json_num(json, v.number);
    else cim__json_str(json, v.text);
    return CIM_OK;
}

static bool end_of(cim__gis_maker *m, const cim__gis_template *t, cim__buf *out)
{
    out->size = 0;
    if (t->count) return cim__gis_expand(&m->view, t, out);
    cim__buf_putstr(out, cim__buf_str(&m->id));
    return out->size > 0;
}

static cim_status make_relation(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_relation *r, bool *made)
{
    cim__json json = cim__json_on(&m->attrs);
    if (!end_of(m, &r->from, &m->from) || !end_of(m, &r->to, &m->to)) return CIM_OK; /* an empty field: none of these */
    m->attrs.size = 0;
    cim__json_open(&json, '{');
    for (uint32_t i = 0; i < r->attr_count; i++) CIM__TRY(put_member(ctx, m, &r->attrs[i], &json));
    cim__json_close(&json, '}');
    if (m->attrs.failed || m->from.failed || m->to.failed) return cim__nomem(ctx);
    *made = true;
    return cim__batch_relate(ctx, &m->batch, cim__buf_str(&m->from), r->type, cim__buf_str(&m->to), m->attrs.size > 2 ? cim__buf_str(&m->attrs) : (cim__str){ "", 0 });
}

/* ---- layers ---- */

static cim_status make_row(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rule)
{
    bool made = false, is_object = rule->class_id < CIM__CLASS_COUNT;
    cim_status st = CIM_OK;
    if (is_object) st = make_object(ctx, m, rule);
    else if (rule->update.count) st = make_update(ctx, m, rule);
    if (st != CIM_OK) return st < 0 ? st : CIM_OK;
    for (uint32_t i = 0; i < rule->relation_count; i++) CIM__TRY(make_relation(ctx, m, &rule->relations[i], &made));
    if (is_object || rule->update.count) return CIM_OK;
    return made ? fate(m, CIM__STORED, "relations") : fate(m, CIM__SKIPPED, "fields of its relations are empty");
}

static cim_status one_row(cim_ctx *ctx, cim__gis_maker *m, const cim__gis_rule *rules, uint32_t count)
{
    cim__report_seen(m->job->report, m->kind, 1);
    cim__arena_reset(&m->texts);
    for (uint32_t i = 0; i < count; i++) {
        bool fits = cim__gis_where(&m->view, &rules[i]);
        if (m->view.scratch.failed) return cim__nomem(ctx);
        if (fits) return make_row(ctx, m, &rules[i]);
    }
    return fate(m, CIM__SKIPPED, "no rule of the mapping fits");
}

static cim_status hand_over(cim_ctx *ctx, cim__gis_maker *m)
{
    CIM__TRY(cim__sink_take(ctx, m->job->sink, &m->batch, m->job->source_number));
    return m->view.scratch.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status all_rows(cim_ctx *ctx, cim__gis_maker *m, cim__gis_file *file, const cim__gis_rule *rules, uint32_t count)
{
    cim__gis_row row;
    cim_status st;
    m->view.row = &row;
    for (uint32_t n = 0; (st = file->row(ctx, file, &row)) == CIM_OK; n++) {
        if (!(n & 255)) CIM__TRY(cim__job_tick(ctx, m->job, "read"));
        CIM__TRY(one_row(ctx, m, rules, count));
        if (m->view.odd_text && !m->odd_rows++) warn(m, "text that is not UTF-8 is read as Latin-1, here and maybe later");
        m->view.odd_text = false;
        if (cim__batch_bytes(&m->batch) + m->batch.relations.size >= FLUSH) CIM__TRY(hand_over(ctx, m));
    }
    return st;
}

cim_status cim__gis_make_layer(cim_ctx *ctx, cim__gis_maker *m, cim__gis_file *file, const cim__gis_layer *layer, cim__gis_rule *rules, uint32_t count)
{
    cim__job *job = m->job;
    m->kind = cim__report_text(job->report, layer->name);
    if (!m->kind) return cim__nomem(ctx);
    m->row_name = file->row_name;
    m->view.layer = layer;
    m->curved = m->collections = m->odd_rows = 0;
    for (uint32_t i = 0; i < count; i++) CIM__TRY(cim__gis_bind(ctx, &rules[i], layer));
    if (!m->has_batch) cim__batch_init(&m->batch, ctx->mem, job->sink->epsg);
    m->has_batch = true;
    cim_status st = all_rows(ctx, m, file, rules, count);
    bool damaged = st == CIM_EFORMAT || st == CIM_ELIMIT;
    if (st == CIM_DONE) return hand_over(ctx, m);
    if (!damaged || !(job->opts->flags & CIM_IMPORT_KEEP_GOING) || (!CIM__COUNT(&m->batch.heads, cim__head) && !cim__sink_count(job->sink))) return st;
    cim__report_warn(job->report, UINT64_MAX - 1, "what comes behind was not read: %s", ctx->error);
    job->partial = true;
    cim__enter(ctx);
    return hand_over(ctx, m);
}
