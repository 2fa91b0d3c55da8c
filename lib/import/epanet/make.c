/* make.c - the objects of an EPANET network: nodes, links, and the Network that they are members of. */
#include "import/epanet/imp_epanet.h"

#include <math.h>
#include <stdio.h>

enum { BATCH = 4 << 20 };

typedef struct maker {
    cim__epa_import *im;
    cim__batch batch;
    cim__buf gid, other, attrs;
    cim__gbuild line;
    double *xy;           /* of nodes, in the city's system */
    cim__value values[16];
    size_t count;
} maker;

/* ---- attributes: what the rows say, in the file's own units ---- */

typedef struct field {
    const char *name; /* NULL: not told */
    bool text;
} field;

enum { FIELDS = 10 };
static const field junction_fields[FIELDS] = { { "elevation", false }, { "demand", false }, { "pattern", true } };
static const field reservoir_fields[FIELDS] = { { "head", false }, { "pattern", true } };
static const field tank_fields[FIELDS] = { { "elevation", false }, { "initial_level", false }, { "minimum_level", false }, { "maximum_level", false }, { "diameter", false },
                                           { "minimum_volume", false }, { "volume_curve", true }, { "overflow", true } };
static const field pipe_fields[FIELDS] = { { NULL, false }, { NULL, false }, { "length", false }, { "diameter", false }, { "roughness", false }, { "minor_loss", false }, { "status", true } };
static const field valve_fields[FIELDS] = { { NULL, false }, { NULL, false }, { "diameter", false }, { "type", true }, { "setting", false }, { "minor_loss", false }, { "curve", true } };
static const field *const row_fields[] = { junction_fields, reservoir_fields, tank_fields, pipe_fields, NULL, valve_fields };

static void put_word(cim__json *json, const char *name, bool text, cim__str token)
{
    double number;
    cim__json_key(json, name);
    if (!text && cim__epa_number(token, &number)) cim__json_num(json, number);
    else cim__json_str(json, token);
}

static void put_row(cim__json *json, const cim__epa_object *o, const cim__epa_line *l)
{
    const field *fields = row_fields[o->kind];
    double number;
    bool short_pipe = o->kind == CIM__EPA_PIPE && l->count == 7 && !cim__epa_number(l->tokens[6], &number);
    for (size_t k = 1; k < l->count && k <= FIELDS; k++) {
        const field *f = &fields[k - 1 + (short_pipe && k == 6)]; /* the status stands where the minor loss may */
        if (f->name) put_word(json, f->name, f->text, l->tokens[k]);
    }
}

/* Pairs of a keyword and a value; the last of each counts. */
static void put_pump(cim__json *json, const cim__epa_line *l)
{
    static const struct {
        const char *word, *name;
        bool text;
    } known[] = { { "POWE", "power", false }, { "HEAD", "head_curve", true }, { "PATT", "pattern", true }, { "SPEE", "speed", false } };
    for (size_t i = 0; i < 4; i++) {
        size_t at = 0;
        for (size_t k = 4; k < l->count; k += 2)
            if (cim__epa_is(l->tokens[k - 1], known[i].word)) at = k;
        if (at) put_word(json, known[i].name, known[i].text, l->tokens[at]);
    }
}

static void put_demands(cim__json *json, const cim__epa_net *n, const cim__epa_object *o)
{
    if (!o->demands) return;
    cim__json_key(json, "demands");
    cim__json_open(json, '[');
    for (uint32_t i = o->mention; i != CIM_NONE; i = cim__epa_mention_at(n, i)->next) {
        cim__epa_line l;
        if (cim__epa_mention_at(n, i)->section != CIM__EPA_DEMANDS) continue;
        cim__epa_split(n->text, cim__epa_mention_at(n, i)->at, &l);
        cim__json_open(json, '{');
        put_word(json, "demand", false, l.tokens[1]);
        if (l.count > 2) put_word(json, "pattern", true, l.tokens[2]);
        if (l.comment.len) put_word(json, "category", true, l.comment);
        cim__json_close(json, '}');
    }
    cim__json_close(json, ']');
}

/* One line of another section; of several about the same thing EPANET takes the last. */
static void put_mention(cim__json *json, cim__epa_section section, const cim__epa_line *l)
{
    double number;
    size_t old = section == CIM__EPA_SOURCES && cim__epa_number(l->tokens[1], &number); /* without a type */
    switch (section) {
    case CIM__EPA_STATUS: put_word(json, "initial_status", false, l->tokens[1]); break;
    case CIM__EPA_TAGS: put_word(json, "tag", true, l->tokens[2]); break;
    case CIM__EPA_EMITTERS: put_word(json, "emitter", false, l->tokens[1]); break;
    case CIM__EPA_QUALITY: put_word(json, "initial_quality", false, l->tokens[1]); break;
    case CIM__EPA_SOURCES:
        if (!old) put_word(json, "source_type", true, l->tokens[1]);
        if (l->count > 2 - old) put_word(json, "source_quality", false, l->tokens[2 - old]);
        if (l->count > 3 - old) put_word(json, "source_pattern", true, l->tokens[3 - old]);
        break;
    case CIM__EPA_MIXING:
        put_word(json, "mixing_model", true, l->tokens[1]);
        if (l->count > 2) put_word(json, "mixing_fraction", false, l->tokens[2]);
        break;
    case CIM__EPA_LEAKAGE:
        put_word(json, "leak_area", false, l->tokens[1]);
        put_word(json, "leak_expansion", false, l->tokens[2]);
        break;
    default: break;
    }
}

static void put_mentions(cim__json *json, const cim__epa_net *n, const cim__epa_object *o)
{
    uint32_t last[CIM__EPA_SECTIONS];
    memset(last, 0xff, sizeof last);
    for (uint32_t i = o->mention; i != CIM_NONE; i = cim__epa_mention_at(n, i)->next) last[cim__epa_mention_at(n, i)->section] = i;
    for (int s = 0; s < CIM__EPA_SECTIONS; s++) {
        cim__epa_line l;
        if (last[s] == CIM_NONE) continue;
        cim__epa_split(n->text, cim__epa_mention_at(n, last[s])->at, &l);
        put_mention(json, (cim__epa_section)s, &l);
    }
}

static cim_status put_attrs(cim_ctx *ctx, maker *m, const cim__epa_object *o)
{
    const cim__epa_net *n = &m->im->net;
    cim__epa_line l;
    m->attrs.size = 0;
    cim__json json = cim__json_on(&m->attrs);
    cim__epa_split(n->text, o->at, &l);
    cim__json_open(&json, '{');
    if (o->kind == CIM__EPA_PUMP) put_pump(&json, &l);
    else put_row(&json, o, &l);
    put_demands(&json, n, o);
    put_mentions(&json, n, o);
    if (l.comment.len) put_word(&json, "description", true, l.comment);
    cim__json_close(&json, '}');
    return m->attrs.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- values ---- */

static void text_value(maker *m, cim__attr attr, cim__str text) { m->values[m->count++] = (cim__value){ .attr = (uint8_t)attr, .text = text }; }
static void real_value(maker *m, cim__attr attr, double real)
{
    if (isfinite(real)) m->values[m->count++] = (cim__value){ .attr = (uint8_t)attr, .real = real };
}

static void begin_values(maker *m, cim__str name)
{
    m->count = 0;
    text_value(m, CIM__A_REF, name);
    text_value(m, CIM__A_NETWORK, CIM__STR("water"));
}

static void node_values(maker *m, const cim__epa_object *o)
{
    static const char *const functions[] = { "junction", "reservoir", "tank" };
    const cim__epa_net *n = &m->im->net;
    text_value(m, CIM__A_FUNCTION, cim__str_of(functions[o->kind]));
    real_value(m, CIM__A_Z_MIN_M, o->elevation * cim__epa_m(&n->units));
    real_value(m, CIM__A_DIAMETER_MM, o->diameter * cim__epa_m(&n->units) * 1e3);
    if (o->own_demand || o->demands) real_value(m, CIM__A_DEMAND_LPS, cim__epa_demand_lps(n, o));
    if (o->kind != CIM__EPA_JUNCTION) m->values[m->count++] = (cim__value){ .attr = CIM__A_CONTROLLER, .integer = 1 };
}

static void link_values(maker *m, const cim__epa_object *o)
{
    const cim__epa_net *n = &m->im->net;
    cim__str function = o->kind == CIM__EPA_VALVE ? cim__epa_valve_type(n, o) : o->kind == CIM__EPA_PUMP ? CIM__STR("pump") : CIM__STR("check_valve");
    if (o->kind != CIM__EPA_PIPE || o->check_valve) text_value(m, CIM__A_FUNCTION, function);
    real_value(m, CIM__A_LENGTH_M, o->length * cim__epa_m(&n->units));
    real_value(m, CIM__A_DIAMETER_MM, o->diameter * cim__epa_mm(&n->units));
    text_value(m, CIM__A_STATE, o->state == CIM__EPA_CLOSED ? CIM__STR("closed") : CIM__STR("open"));
    if (cim__epa_flows_with(n, o)) text_value(m, CIM__A_FLOW, CIM__STR("with"));
}

/* ---- geometry ---- */

static bool inside(const double *xy) { return fabs(xy[0]) < 1e9 && fabs(xy[1]) < 1e9; }

static void file_xy(const maker *m, double x, double y, double *xy)
{
    xy[0] = m->im->swapped ? y : x;
    xy[1] = m->im->swapped ? x : y;
}

static cim_status outside(cim_ctx *ctx, maker *m, uint32_t line, cim__epa_section section, cim__str name)
{
    char text[CIM__EPA_SHOWN], what[200];
    snprintf(what, sizeof what, "%s %s: no place in EPSG:%d is at these coordinates", cim__epa_section_name(section), cim__epa_shown(name, text), (int)m->im->epsg);
    return cim__epa_fault(ctx, m->im, line, what);
}

/* Of several rows with coordinates the last one counts. */
static uint32_t coordinates_line(const cim__epa_net *n, const cim__epa_object *o)
{
    uint32_t line = o->line;
    for (uint32_t i = o->mention; i != CIM_NONE; i = cim__epa_mention_at(n, i)->next)
        if (cim__epa_mention_at(n, i)->section == CIM__EPA_COORDINATES) line = cim__epa_mention_at(n, i)->line;
    return line;
}

static cim_status place_nodes(cim_ctx *ctx, maker *m)
{
    cim__epa_net *n = &m->im->net;
    size_t count = cim__epa_node_count(n);
    m->xy = cim__zalloc_n(ctx->mem, count + 1, 2 * sizeof *m->xy);
    if (!m->xy) return cim__nomem(ctx);
    for (size_t i = 0; i < count; i++) file_xy(m, cim__epa_node(n, i)->x, cim__epa_node(n, i)->y, m->xy + 2 * i);
    if (count) cim__transform_run(m->im->transform, m->xy, m->xy + 1, 2, count);
    for (size_t i = 0; i < count; i++) {
        cim__epa_object *o = cim__epa_node(n, i);
        if (!o->placed || o->refused || inside(m->xy + 2 * i)) continue;
        CIM__TRY(outside(ctx, m, coordinates_line(n, o), CIM__EPA_COORDINATES, n->node_names.texts[i]));
        o->placed = false;
    }
    return CIM_OK;
}

/* From node to node through the vertices; nothing when one of the nodes has no place. */
static cim_status draw_line(cim_ctx *ctx, maker *m, const cim__epa_object *o, cim__str name, cim_geom *geom_out)
{
    const cim__epa_net *n = &m->im->net;
    *geom_out = (cim_geom){ .dim = 2 };
    if (!cim__epa_node(n, o->from)->placed || !cim__epa_node(n, o->to)->placed) return CIM_OK;
    cim__gbuild_begin(&m->line, CIM_GEOM_LINESTRING, 2);
    cim__gbuild_xy(&m->line, m->xy[2 * (size_t)o->from], m->xy[2 * (size_t)o->from + 1]);
    for (uint32_t i = o->mention; i != CIM_NONE; i = cim__epa_mention_at(n, i)->next) {
        cim__epa_line l;
        double x = 0.0, y = 0.0, xy[2];
        if (cim__epa_mention_at(n, i)->section != CIM__EPA_VERTICES) continue;
        cim__epa_split(n->text, cim__epa_mention_at(n, i)->at, &l);
        cim__epa_number(l.tokens[1], &x);
        cim__epa_number(l.tokens[2], &y);
        file_xy(m, x, y, xy);
        cim__transform_run(m->im->transform, xy, xy + 1, 2, 1);
        if (inside(xy)) cim__gbuild_xy(&m->line, xy[0], xy[1]);
        else CIM__TRY(outside(ctx, m, cim__epa_mention_at(n, i)->line, CIM__EPA_VERTICES, name));
    }
    cim__gbuild_xy(&m->line, m->xy[2 * (size_t)o->to], m->xy[2 * (size_t)o->to + 1]);
    cim__gbuild_ring(&m->line);
    cim__gbuild_part(&m->line);
    if (!cim__gbuild_ok(&m->line)) return cim__nomem(ctx);
    *geom_out = cim__gbuild_view(&m->line);
    return CIM_OK;
}

/* ---- objects ---- */

static cim_status put_gid(cim_ctx *ctx, maker *m, cim__buf *out, bool link, uint32_t i)
{
    const cim__epa_net *n = &m->im->net;
    out->size = 0;
    cim__epa_put_gid(out, cim__buf_str(&m->im->prefix), link, (link ? &n->link_names : &n->node_names)->texts[i]);
    return out->failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status put_network_gid(cim_ctx *ctx, maker *m, cim__buf *out)
{
    out->size = 0;
    cim__buf_putstr(out, cim__buf_str(&m->im->prefix));
    cim__buf_puts(out, "network");
    return out->failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status flush(cim_ctx *ctx, maker *m, size_t least)
{
    if (cim__batch_bytes(&m->batch) < least) return CIM_OK;
    CIM__TRY(cim__sink_take(ctx, m->im->job->sink, &m->batch, m->im->job->source_number));
    return cim__job_tick(ctx, m->im->job, "objects");
}

static cim_status add(cim_ctx *ctx, maker *m, cim__class_id class_id, const cim_geom *geom)
{
    cim__feature f = { .gid = cim__buf_str(&m->gid), .class_id = class_id, .values = m->values, .value_count = m->count, .attrs = cim__buf_str(&m->attrs),
                       .plane = geom && geom->part_count ? geom : NULL, .plane_valid = true };
    CIM__TRY(cim__batch_add(ctx, &m->batch, &f));
    CIM__TRY(put_network_gid(ctx, m, &m->other));
    CIM__TRY(cim__batch_relate(ctx, &m->batch, f.gid, CIM__R_MEMBER, cim__buf_str(&m->other), CIM__STR("")));
    return flush(ctx, m, BATCH);
}

static cim_status make_node(cim_ctx *ctx, maker *m, uint32_t i)
{
    const cim__epa_object *o = cim__epa_node(&m->im->net, i);
    const uint32_t one = 1;
    const cim_geom point = { CIM_GEOM_POINT, 2, 1, 1, 1, 0, m->xy + 2 * (size_t)i, &one, &one };
    if (o->refused) return CIM_OK;
    begin_values(m, m->im->net.node_names.texts[i]);
    node_values(m, o);
    CIM__TRY(put_attrs(ctx, m, o));
    CIM__TRY(put_gid(ctx, m, &m->gid, false, i));
    return add(ctx, m, o->kind == CIM__EPA_JUNCTION ? CIM__C_UtilityNode : CIM__C_Tank, o->placed ? &point : NULL);
}

static cim_status make_link(cim_ctx *ctx, maker *m, uint32_t i)
{
    static const cim__class_id classes[] = { [CIM__EPA_PIPE] = CIM__C_Pipe, [CIM__EPA_PUMP] = CIM__C_Pump, [CIM__EPA_VALVE] = CIM__C_Valve };
    const cim__epa_object *o = cim__epa_link(&m->im->net, i);
    cim_geom line;
    if (o->refused) return CIM_OK;
    begin_values(m, m->im->net.link_names.texts[i]);
    link_values(m, o);
    CIM__TRY(put_attrs(ctx, m, o));
    CIM__TRY(draw_line(ctx, m, o, m->im->net.link_names.texts[i], &line));
    CIM__TRY(put_gid(ctx, m, &m->gid, true, i));
    CIM__TRY(put_gid(ctx, m, &m->other, false, o->from));
    CIM__TRY(cim__batch_relate(ctx, &m->batch, cim__buf_str(&m->gid), CIM__R_CONNECTS, cim__buf_str(&m->other), CIM__STR("{\"end\":\"from\"}")));
    CIM__TRY(put_gid(ctx, m, &m->other, false, o->to));
    CIM__TRY(cim__batch_relate(ctx, &m->batch, cim__buf_str(&m->gid), CIM__R_CONNECTS, cim__buf_str(&m->other), CIM__STR("{\"end\":\"to\"}")));
    return add(ctx, m, classes[o->kind], &line);
}

/* The file as it is goes with the network. */
static cim_status make_network(cim_ctx *ctx, maker *m)
{
    const cim__epa_import *im = m->im;
    const cim__epa_net *n = &im->net;
    const cim__epa_kept kept = { .prefix = cim__buf_str(&im->prefix), .text = n->text, .epsg = im->job->source->srid, .swapped = im->swapped, .latin1 = im->latin1 };
    cim__buf residue = cim__buf_on(ctx->mem);
    m->attrs.size = m->count = 0;
    cim__json json = cim__json_on(&m->attrs);
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "format", "EPANET");
    cim__json_kv_text(&json, "units", n->units.name);
    if (n->headloss.len) cim__json_kv_str(&json, "headloss", n->headloss);
    cim__json_key(&json, "demand_multiplier");
    cim__json_num(&json, n->multiplier);
    cim__json_close(&json, '}');
    if (n->title.len) text_value(m, CIM__A_NAME, n->title);
    text_value(m, CIM__A_NETWORK, CIM__STR("water"));
    CIM__TRY(put_network_gid(ctx, m, &m->gid));
    cim__epa_put_kept(&residue, &kept);
    cim__feature f = { .gid = cim__buf_str(&m->gid), .class_id = CIM__C_Network, .values = m->values, .value_count = m->count, .attrs = cim__buf_str(&m->attrs),
                       .residue = cim__buf_str(&residue) };
    cim_status st = residue.failed || m->attrs.failed ? cim__nomem(ctx) : cim__batch_add(ctx, &m->batch, &f);
    cim__buf_free(&residue);
    return st < 0 ? st : flush(ctx, m, 0);
}

static cim_status make_all(cim_ctx *ctx, maker *m)
{
    const cim__epa_net *n = &m->im->net;
    CIM__TRY(place_nodes(ctx, m));
    CIM__TRY(make_network(ctx, m));
    for (uint32_t i = 0; i < cim__epa_node_count(n); i++) CIM__TRY(make_node(ctx, m, i));
    for (uint32_t i = 0; i < cim__epa_link_count(n); i++) CIM__TRY(make_link(ctx, m, i));
    return flush(ctx, m, 0);
}

cim_status cim__epa_make(cim_ctx *ctx, cim__epa_import *im)
{
    maker *m = cim__zalloc(ctx->mem, sizeof *m);
    if (!m) return cim__nomem(ctx);
    m->im = im;
    m->gid = m->other = m->attrs = cim__buf_on(ctx->mem);
    cim__batch_init(&m->batch, ctx->mem, im->job->sink->epsg);
    cim__gbuild_init(&m->line, ctx->mem);
    cim_status st = make_all(ctx, m);
    cim__batch_free(&m->batch);
    cim__gbuild_free(&m->line);
    cim__buf_free(&m->gid);
    cim__buf_free(&m->other);
    cim__buf_free(&m->attrs);
    cim__free(ctx->mem, m->xy);
    cim__free(ctx->mem, m);
    return st;
}
