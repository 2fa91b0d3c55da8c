/* map.c - reading mapping files.
 *
 * JSON as cim-map(5) says.  Everything is checked here but the names of fields, which are a matter of the layer (value.c): a
 * mapping with a mistake reads nothing.  Members that begin with "//" are comments. */
#include "import/gis/map.h"

#include "city/cql.h"
#include "core/io.h"
#include "core/hash.h"
#include "import/json_in.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { MAX_BYTES = 16 << 20, MAX_DEPTH = 32, MAX_TEMPLATE = 2000 };

struct cim__gis_map {
    cim__mem *mem;
    cim__arena arena;
    cim__buf layers; /* cim__gis_map_layer */
    cim__names seen;
};

/* The file at hand, and where in it. */
typedef struct parser {
    cim_ctx *ctx;
    cim__arena *arena;
    cim__jtree tree;
    const char *path;
    char place[300];
} parser;

/* ---- messages ---- */

static cim_status fail(parser *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static cim_status fail(parser *p, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cim__fail(p->ctx, CIM_EARG, "%s: %s: %s", p->path, p->place[0] ? p->place : "mapping", text);
}

/* "layers/pipes" and "columns"; returns the length before, to go back to. */
static size_t go_in(parser *p, cim__str name)
{
    size_t n = strlen(p->place);
    snprintf(p->place + n, sizeof p->place - n, "%s%.*s", n ? "/" : "", (int)(name.len < 60 ? name.len : 60), name.ptr);
    return n;
}

static void go_out(parser *p, size_t before) { p->place[before] = 0; }

static int shown(cim__str s) { return (int)(s.len < 60 ? s.len : 60); }

static cim_status unknown(parser *p, const char *what, cim__str name, const cim__cql_near *near)
{
    char text[200];
    cim__cql_near_put(near, text);
    return fail(p, "no %s %.*s%s", what, shown(name), name.ptr, text);
}

/* ---- small things ---- */

static cim__str copy(parser *p, cim__str s) { return s.len ? cim__arena_str(p->arena, s) : (cim__str){ "", 0 }; }

static void *some(parser *p, size_t count, size_t size)
{
    void *at = cim__arena_alloc(p->arena, (count ? count : 1) * size);
    if (at) memset(at, 0, (count ? count : 1) * size);
    return at;
}

static bool is_comment(const parser *p, uint32_t key) { return cim__str_starts(cim__jtext(&p->tree, key), "//"); }

/* A member that is not in the list (which ends with NULL) is a mistake. */
static cim_status only_members(parser *p, uint32_t object, const char *const *names)
{
    uint32_t at = object + 1, key, value;
    while (cim__jpair(&p->tree, object, &at, &key, &value)) {
        cim__str name = cim__jtext(&p->tree, key);
        cim__cql_near near = { .count = 0 };
        bool known = is_comment(p, key);
        for (int i = 0; names[i] && !known; i++) {
            known = cim__str_is(name, names[i]);
            cim__cql_near_add(&near, name, cim__str_of(names[i]));
        }
        if (!known) return unknown(p, "member", name, &near);
    }
    return CIM_OK;
}

static uint32_t members(const parser *p, uint32_t object)
{
    uint32_t at = object + 1, key, value, n = 0;
    while (cim__jpair(&p->tree, object, &at, &key, &value)) n += !is_comment(p, key);
    return n;
}

/* ---- templates ---- */

static cim_status name_piece(parser *p, cim__gis_piece *piece, cim__str name)
{
    static const struct {
        const char *name;
        int32_t field;
    } own[] = { { ":fid", CIM__GIS_FID }, { ":layer", CIM__GIS_LAYER }, { ":x", CIM__GIS_X }, { ":y", CIM__GIS_Y }, { ":z_from", CIM__GIS_Z_FROM }, { ":z_to", CIM__GIS_Z_TO } };
    cim__cql_near near = { .count = 0 };
    piece->is_field = true;
    if (name.len && name.ptr[name.len - 1] == '?') {
        piece->optional = true;
        name.len--;
    }
    if (!name.len) return fail(p, "a field without name: {}");
    piece->text = copy(p, name);
    if (!piece->text.ptr) return cim__nomem(p->ctx);
    if (name.ptr[0] != ':') return CIM_OK;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        cim__cql_near_add(&near, name, cim__str_of(own[i].name));
        if (cim__str_is(name, own[i].name)) piece->field = own[i].field;
    }
    return piece->field ? CIM_OK : unknown(p, "such thing as", name, &near);
}

/* "{{" and "}}" are braces. */
static cim_status parse_template(parser *p, cim__str text, cim__gis_template *t)
{
    cim__buf literal = cim__buf_on(p->ctx->mem);
    cim_status st = CIM_OK;
    if (text.len > MAX_TEMPLATE) return fail(p, "a text of more than %d bytes", MAX_TEMPLATE);
    t->pieces = some(p, text.len + 1, sizeof *t->pieces);
    if (!t->pieces) return cim__nomem(p->ctx);
    for (size_t i = 0; i <= text.len && st >= 0; i++) {
        char c = i < text.len ? text.ptr[i] : 0;
        bool doubled = i + 1 < text.len && (c == '{' || c == '}') && text.ptr[i + 1] == c;
        if (i < text.len && (doubled || (c != '{' && c != '}'))) {
            cim__buf_putc(&literal, c);
            i += doubled;
            continue;
        }
        if (literal.size) {
            t->pieces[t->count].text = copy(p, cim__buf_str(&literal));
            if (!t->pieces[t->count++].text.ptr) st = cim__nomem(p->ctx);
            literal.size = 0;
        }
        if (i == text.len || st < 0) break;
        const char *end = c == '{' ? memchr(text.ptr + i, '}', text.len - i) : NULL;
        if (!end) st = fail(p, "\"%.*s\": a brace without its partner (braces themselves are doubled)", shown(text), text.ptr);
        if (!end) break;
        st = name_piece(p, &t->pieces[t->count++], (cim__str){ text.ptr + i + 1, (size_t)(end - text.ptr) - i - 1 });
        i = (size_t)(end - text.ptr);
    }
    if (st >= 0 && literal.failed) st = cim__nomem(p->ctx);
    cim__buf_free(&literal);
    return st;
}

static cim_status template_of(parser *p, uint32_t object, const char *name, cim__gis_template *t)
{
    uint32_t value = cim__jget(&p->tree, object, name);
    size_t before = go_in(p, cim__str_of(name));
    cim_status st = CIM_OK;
    if (value != CIM_NONE) {
        if (!cim__jis(&p->tree, value, CIM__J_STRING) || !cim__jcount(&p->tree, value)) st = fail(p, "not a text like \"prefix:{field}\"");
        else st = parse_template(p, cim__jtext(&p->tree, value), t);
    }
    if (st >= 0) go_out(p, before);
    return st;
}

/* ---- values ---- */

static cim_status constant_of(parser *p, uint32_t node, cim__gis_const *c)
{
    cim__jtype type = cim__jtype_of(&p->tree, node);
    *c = (cim__gis_const){ .type = '-' };
    if (type == CIM__J_TRUE || type == CIM__J_FALSE) *c = (cim__gis_const){ .type = 'B', .yes = type == CIM__J_TRUE };
    else if (type == CIM__J_STRING || type == CIM__J_NUMBER) {
        *c = (cim__gis_const){ .type = type == CIM__J_STRING ? 'T' : 'N', .text = copy(p, cim__jtext(&p->tree, node)) };
        if (!c->text.ptr) return cim__nomem(p->ctx);
        if (type == CIM__J_NUMBER && !cim__jreal(&p->tree, node, &c->number)) return fail(p, "a number that is too large");
    } else if (type != CIM__J_NULL) {
        return fail(p, "a value is a text, a number, true, false or null");
    }
    return CIM_OK;
}

static cim_status value_map(parser *p, uint32_t object, cim__gis_expr *e)
{
    uint32_t at = object + 1, key, value;
    if (!cim__jis(&p->tree, object, CIM__J_OBJECT)) return fail(p, "values is an object like {\"zu\": \"closed\"}");
    uint32_t n = members(p, object);
    e->has_map = true;
    e->keys = some(p, n, sizeof *e->keys);
    e->values = some(p, n, sizeof *e->values);
    if (!e->keys || !e->values) return cim__nomem(p->ctx);
    while (cim__jpair(&p->tree, object, &at, &key, &value)) {
        if (is_comment(p, key)) continue;
        e->keys[e->value_count] = copy(p, cim__jtext(&p->tree, key));
        if (!e->keys[e->value_count].ptr) return cim__nomem(p->ctx);
        CIM__TRY(constant_of(p, value, &e->values[e->value_count]));
        e->value_count++;
    }
    return CIM_OK;
}

static cim_status scale_of(parser *p, uint32_t object, const char *name, double *number, bool *given)
{
    uint32_t value = cim__jget(&p->tree, object, name);
    if (value == CIM_NONE) return CIM_OK;
    *given = true;
    return cim__jreal(&p->tree, value, number) ? CIM_OK : fail(p, "%s is a number", name);
}

/* "{field}", "text", 3, true, null or {"from": ..., "values": {...}, "else": ..., "factor": ..., "offset": ...}. */
static cim_status expr_of(parser *p, uint32_t node, cim__gis_expr *e)
{
    static const char *const known[] = { "from", "values", "else", "factor", "offset", NULL };
    e->factor = 1.0;
    e->constant.type = '-';
    if (cim__jis(&p->tree, node, CIM__J_STRING)) {
        if (!cim__jcount(&p->tree, node)) return CIM_OK;
        return parse_template(p, cim__jtext(&p->tree, node), &e->from);
    }
    if (!cim__jis(&p->tree, node, CIM__J_OBJECT)) return constant_of(p, node, &e->constant);
    CIM__TRY(only_members(p, node, known));
    CIM__TRY(template_of(p, node, "from", &e->from));
    if (!e->from.count) return fail(p, "from is missing: where the value comes from");
    uint32_t map = cim__jget(&p->tree, node, "values"), other = cim__jget(&p->tree, node, "else");
    if (map != CIM_NONE) CIM__TRY(value_map(p, map, e));
    e->has_other = other != CIM_NONE;
    if (e->has_other && !e->has_map) return fail(p, "else stands beside values only");
    if (e->has_other) CIM__TRY(constant_of(p, other, &e->other));
    CIM__TRY(scale_of(p, node, "factor", &e->factor, &e->has_scale));
    return scale_of(p, node, "offset", &e->offset, &e->has_scale);
}

/* ---- columns ---- */

/* Columns that an object of the class may have, wherever its geometry puts it. */
static uint64_t columns_of(cim__class_id c)
{
    const uint8_t layers[] = { cim__classes[c].point_layer, cim__classes[c].line_layer, cim__classes[c].area_layer };
    uint64_t columns = 0;
    for (int l = 0; l < 3; l++)
        for (int32_t i = 0; i < cim__layers[layers[l]].column_count; i++) columns |= 1ull << cim__layers[layers[l]].columns[i];
    return columns;
}

static cim_status column_named(parser *p, cim__str name, uint64_t columns, cim__class_id c, cim__attr *attr_out)
{
    cim__attr attr = cim__attr_named(name);
    cim__cql_near near = { .count = 0 };
    char text[200];
    *attr_out = attr;
    if (attr < CIM__ATTR_COUNT && columns >> attr & 1) return CIM_OK;
    for (int a = 0; a < CIM__ATTR_COUNT; a++)
        if (columns >> a & 1) cim__cql_near_add(&near, name, cim__str_of(cim__attrs[a].name));
    if (attr == CIM__ATTR_COUNT) return unknown(p, "column", name, &near);
    cim__cql_near_put(&near, text);
    return fail(p, "objects of class %s have no column %.*s%s", cim__classes[c].name, shown(name), name.ptr, text);
}

static cim_status member_list(parser *p, uint32_t object, cim__gis_member **list, uint32_t *count, uint64_t columns, cim__class_id c)
{
    uint32_t at = object + 1, key, value, n = 0;
    if (object == CIM_NONE) return CIM_OK;
    if (!cim__jis(&p->tree, object, CIM__J_OBJECT)) return fail(p, "not an object");
    *list = some(p, members(p, object), sizeof **list);
    if (!*list) return cim__nomem(p->ctx);
    while (cim__jpair(&p->tree, object, &at, &key, &value)) {
        cim__gis_member *m = *list + n;
        if (is_comment(p, key)) continue;
        cim__str name = cim__jtext(&p->tree, key);
        size_t before = go_in(p, name);
        m->name = copy(p, name);
        if (!m->name.ptr) return cim__nomem(p->ctx);
        if (columns) CIM__TRY(column_named(p, name, columns, c, &m->attr));
        CIM__TRY(expr_of(p, value, &m->expr));
        go_out(p, before);
        n++;
    }
    *count = n;
    return CIM_OK;
}

/* ---- relations ---- */

static cim_status relation_type(parser *p, uint32_t node, cim__gis_relation *r)
{
    uint32_t type = cim__jget(&p->tree, node, "type");
    cim__cql_near near = { .count = 0 };
    bool inverse = false;
    if (!cim__jis(&p->tree, type, CIM__J_STRING)) return fail(p, "type is missing: the name of a relation");
    const cim__relation_info *info = cim__relation_named(cim__jtext(&p->tree, type), &inverse);
    for (size_t i = 0; i < cim__relation_count; i++) {
        cim__cql_near_add(&near, cim__jtext(&p->tree, type), cim__str_of(cim__relations[i].name));
        cim__cql_near_add(&near, cim__jtext(&p->tree, type), cim__str_of(cim__relations[i].inverse));
    }
    if (!info) return unknown(p, "relation", cim__jtext(&p->tree, type), &near);
    r->type = (cim__relation_type)info->type;
    if (inverse) {
        cim__gis_template from = r->from;
        r->from = r->to;
        r->to = from;
    }
    return CIM_OK;
}

static cim_status relation_of(parser *p, uint32_t node, bool has_object, cim__gis_relation *r)
{
    static const char *const known[] = { "type", "from", "to", "attrs", NULL };
    if (!cim__jis(&p->tree, node, CIM__J_OBJECT)) return fail(p, "a relation is an object like {\"type\": \"connects\", \"to\": \"{node}\"}");
    CIM__TRY(only_members(p, node, known));
    CIM__TRY(template_of(p, node, "from", &r->from));
    CIM__TRY(template_of(p, node, "to", &r->to));
    if (!r->from.count && !r->to.count) return fail(p, "neither from nor to: what it relates to");
    if (!has_object && (!r->from.count || !r->to.count)) return fail(p, "%s is missing, and rows make no object that could stand there", r->from.count ? "to" : "from");
    size_t before = go_in(p, CIM__STR("attrs"));
    CIM__TRY(member_list(p, cim__jget(&p->tree, node, "attrs"), &r->attrs, &r->attr_count, 0, CIM__C_CityObject));
    go_out(p, before);
    return relation_type(p, node, r);
}

static cim_status relations_of(parser *p, uint32_t list, cim__gis_rule *rule)
{
    if (list == CIM_NONE) return CIM_OK;
    size_t before = go_in(p, CIM__STR("relations"));
    if (!cim__jis(&p->tree, list, CIM__J_ARRAY)) return fail(p, "not an array");
    uint32_t n = cim__jcount(&p->tree, list), node = list + 1;
    rule->relations = some(p, n, sizeof *rule->relations);
    if (!rule->relations) return cim__nomem(p->ctx);
    for (uint32_t i = 0; i < n; i++, node = cim__jskip(&p->tree, node)) {
        char number[16];
        size_t here = go_in(p, (cim__str){ number, (size_t)snprintf(number, sizeof number, "%u", i + 1) });
        CIM__TRY(relation_of(p, node, rule->class_id < CIM__CLASS_COUNT || rule->update.count, &rule->relations[i]));
        go_out(p, here);
    }
    rule->relation_count = n;
    go_out(p, before);
    return CIM_OK;
}

/* ---- conditions ---- */

static cim_status text_of(parser *p, uint32_t node, cim__str *out)
{
    cim__gis_const c;
    CIM__TRY(constant_of(p, node, &c));
    *out = c.type == '-' ? (cim__str){ NULL, 0 } : c.type == 'B' ? (c.yes ? CIM__STR("true") : CIM__STR("false")) : c.text;
    return CIM_OK;
}

static cim_status condition_of(parser *p, cim__str name, uint32_t value, cim__gis_condition *c)
{
    bool list = cim__jis(&p->tree, value, CIM__J_ARRAY);
    uint32_t n = list ? cim__jcount(&p->tree, value) : 1, node = list ? value + 1 : value;
    c->of.pieces = some(p, 1, sizeof *c->of.pieces);
    c->texts = some(p, n, sizeof *c->texts);
    if (!c->of.pieces || !c->texts) return cim__nomem(p->ctx);
    CIM__TRY(name_piece(p, c->of.pieces, name));
    c->of.count = 1;
    for (; c->count < n; node = cim__jskip(&p->tree, node)) CIM__TRY(text_of(p, node, &c->texts[c->count++]));
    return CIM_OK;
}

static cim_status where_of(parser *p, uint32_t object, cim__gis_rule *rule)
{
    uint32_t at = object + 1, key, value;
    if (object == CIM_NONE) return CIM_OK;
    size_t before = go_in(p, CIM__STR("where"));
    if (!cim__jis(&p->tree, object, CIM__J_OBJECT)) return fail(p, "not an object like {\"kind\": [\"cable\", \"line\"]}");
    rule->where = some(p, members(p, object), sizeof *rule->where);
    if (!rule->where) return cim__nomem(p->ctx);
    while (cim__jpair(&p->tree, object, &at, &key, &value)) {
        if (is_comment(p, key)) continue;
        CIM__TRY(condition_of(p, cim__jtext(&p->tree, key), value, &rule->where[rule->where_count++]));
    }
    go_out(p, before);
    return CIM_OK;
}

/* ---- rules ---- */

static cim_status class_named(parser *p, cim__str name, cim__class_id *class_out)
{
    cim__cql_near near = { .count = 0 };
    *class_out = cim__class_named(name);
    if (*class_out < CIM__CLASS_COUNT) return CIM_OK;
    for (int i = 0; i < CIM__CLASS_COUNT; i++) cim__cql_near_add(&near, name, cim__str_of(cim__classes[i].name));
    return unknown(p, "class", name, &near);
}

static cim_status class_of(parser *p, uint32_t node, cim__gis_rule *rule)
{
    uint32_t value = cim__jget(&p->tree, node, "class");
    rule->class_id = CIM__CLASS_COUNT;
    if (value == CIM_NONE) return CIM_OK;
    if (!cim__jis(&p->tree, value, CIM__J_STRING)) return fail(p, "class is a name like \"Pipe\"");
    return class_named(p, cim__jtext(&p->tree, value), &rule->class_id);
}

static cim_status crs_of(parser *p, uint32_t node, cim__gis_rule *rule)
{
    uint32_t value = cim__jget(&p->tree, node, "crs"), epsg = 0;
    if (value == CIM_NONE) return CIM_OK;
    if (!cim__jindex(&p->tree, value, &epsg) || epsg < 1 || epsg > 1000000) return fail(p, "crs is an EPSG code like 25832");
    rule->epsg = (int32_t)epsg;
    return CIM_OK;
}

static cim_status check_rule(parser *p, const cim__gis_rule *rule, bool has_attrs)
{
    bool makes = rule->class_id < CIM__CLASS_COUNT;
    if (makes && rule->update.count) return fail(p, "both class and update: rows make objects or change those that are there");
    if (!makes && !rule->update.count && !rule->relation_count) return fail(p, "neither class nor update nor relations: what its rows are");
    if (rule->id.count && !makes) return fail(p, "an id without class");
    if (!makes && !rule->update.count && (rule->column_count || has_attrs)) return fail(p, "columns or attrs without class or update: nothing has them");
    if (!rule->x.count != !rule->y.count) return fail(p, "x and y come together");
    if (rule->x.count && rule->wkt.count) return fail(p, "either x and y or wkt");
    if ((rule->x.count || rule->wkt.count) && !makes) return fail(p, "a place without class");
    return CIM_OK;
}

static cim_status rule_of(parser *p, uint32_t node, cim__gis_rule *rule)
{
    static const char *const known[] = { "where", "class", "id", "update", "crs", "x", "y", "wkt", "columns", "relations", "attrs", NULL };
    char place[800];
    if (!cim__jis(&p->tree, node, CIM__J_OBJECT)) return fail(p, "a rule is an object like {\"class\": \"Pipe\"}");
    CIM__TRY(only_members(p, node, known));
    snprintf(place, sizeof place, "%s: %s", p->path, p->place);
    rule->place = cim__arena_str(p->arena, cim__str_of(place)).ptr;
    if (!rule->place) return cim__nomem(p->ctx);
    CIM__TRY(where_of(p, cim__jget(&p->tree, node, "where"), rule));
    CIM__TRY(class_of(p, node, rule));
    CIM__TRY(crs_of(p, node, rule));
    CIM__TRY(template_of(p, node, "id", &rule->id));
    CIM__TRY(template_of(p, node, "update", &rule->update));
    CIM__TRY(template_of(p, node, "x", &rule->x));
    CIM__TRY(template_of(p, node, "y", &rule->y));
    CIM__TRY(template_of(p, node, "wkt", &rule->wkt));
    bool makes = rule->class_id < CIM__CLASS_COUNT;
    size_t before = go_in(p, CIM__STR("columns"));
    CIM__TRY(member_list(p, cim__jget(&p->tree, node, "columns"), &rule->columns, &rule->column_count, makes ? columns_of(rule->class_id) : UINT64_MAX,
                         makes ? rule->class_id : CIM__C_CityObject));
    go_out(p, before);
    CIM__TRY(relations_of(p, cim__jget(&p->tree, node, "relations"), rule));
    uint32_t attrs = cim__jget(&p->tree, node, "attrs");
    if (attrs != CIM_NONE && !cim__jis(&p->tree, attrs, CIM__J_TRUE) && !cim__jis(&p->tree, attrs, CIM__J_FALSE)) return fail(p, "attrs is true or false");
    rule->keep_attrs = !cim__jis(&p->tree, attrs, CIM__J_FALSE);
    return check_rule(p, rule, attrs != CIM_NONE);
}

static cim_status layer_of(parser *p, uint32_t node, cim__gis_map_layer *layer)
{
    bool list = cim__jis(&p->tree, node, CIM__J_ARRAY);
    uint32_t n = list ? cim__jcount(&p->tree, node) : 1, at = list ? node + 1 : node;
    if (!n) return fail(p, "no rules");
    layer->rules = some(p, n, sizeof *layer->rules);
    if (!layer->rules) return cim__nomem(p->ctx);
    for (; layer->rule_count < n; at = cim__jskip(&p->tree, at)) {
        char number[24];
        size_t before = strlen(p->place);
        if (list) go_in(p, (cim__str){ number, (size_t)snprintf(number, sizeof number, "rule %u", layer->rule_count + 1) });
        CIM__TRY(rule_of(p, at, &layer->rules[layer->rule_count++]));
        go_out(p, before);
    }
    return CIM_OK;
}

static cim_status layers_of(parser *p, cim__gis_map *map)
{
    static const char *const known[] = { "layers", NULL };
    uint32_t layers = cim__jget(&p->tree, 0, "layers"), at = layers + 1, key, value;
    if (!cim__jis(&p->tree, 0, CIM__J_OBJECT)) return fail(p, "not a JSON object");
    CIM__TRY(only_members(p, 0, known));
    if (!cim__jis(&p->tree, layers, CIM__J_OBJECT)) return fail(p, "layers is missing: an object with a member for every layer");
    go_in(p, CIM__STR("layers"));
    while (cim__jpair(&p->tree, layers, &at, &key, &value)) {
        if (is_comment(p, key)) continue;
        size_t before = go_in(p, cim__jtext(&p->tree, key));
        for (size_t i = 0; i < CIM__COUNT(&map->layers, cim__gis_map_layer); i++)
            if (cim__str_eq(CIM__AT(&map->layers, cim__gis_map_layer, i).name, cim__jtext(&p->tree, key))) return fail(p, "this layer has a mapping already (%s)", CIM__AT(&map->layers, cim__gis_map_layer, i).place);
        cim__gis_map_layer layer = { .name = copy(p, cim__jtext(&p->tree, key)) };
        if (!layer.name.ptr) return cim__nomem(p->ctx);
        CIM__TRY(layer_of(p, value, &layer));
        layer.place = layer.rules[0].place;
        cim__buf_put(&map->layers, &layer, sizeof layer);
        go_out(p, before);
    }
    return map->layers.failed ? cim__nomem(p->ctx) : CIM_OK;
}

/* ---- files ---- */

static cim_status read_text(cim_ctx *ctx, const char *path, cim__buf *text)
{
    cim__file file;
    size_t got = 1;
    CIM__TRY(cim__file_open(ctx, path, &file));
    cim_status st = CIM_OK;
    while (st >= 0 && got) {
        uint8_t *to = cim__buf_extend(text, 65536);
        st = to ? cim__file_read(ctx, &file, to, 65536, &got) : cim__nomem(ctx);
        if (to) text->size -= 65536 - (st < 0 ? 0 : got);
        if (st >= 0 && text->size > MAX_BYTES) st = cim__fail(ctx, CIM_ELIMIT, "%s: a mapping of more than %d bytes", path, MAX_BYTES);
    }
    cim__file_close(ctx, &file);
    return st;
}

static uint32_t line_of(cim__str text, size_t at)
{
    uint32_t line = 1;
    for (size_t i = 0; i < at && i < text.len; i++) line += text.ptr[i] == '\n';
    return line;
}

static cim_status read_file(cim_ctx *ctx, cim__gis_map *map, const char *path)
{
    parser p = { .ctx = ctx, .arena = &map->arena, .path = path };
    cim__buf text = cim__buf_on(ctx->mem);
    cim__jtree_init(&p.tree, ctx->mem);
    cim_status st = read_text(ctx, path, &text);
    size_t size = text.size;
    if (st >= 0) {
        cim__buf_putc(&text, 0);
        st = text.failed ? cim__nomem(ctx) : cim__jtree_read(ctx, &p.tree, (char *)text.data, size, MAX_DEPTH);
        if (st == CIM_EFORMAT || st == CIM_ELIMIT) {
            char what[200];
            snprintf(what, sizeof what, "%.190s", ctx->error);
            st = cim__fail(ctx, st, "%s:%u: %s", path, line_of((cim__str){ (const char *)text.data, size }, p.tree.error_at), what);
        }
    }
    if (st >= 0) st = layers_of(&p, map);
    cim__jtree_free(&p.tree);
    cim__buf_free(&text);
    return st;
}

cim_status cim__gis_map_read(cim_ctx *ctx, const char *const *paths, size_t count, cim__gis_map **map_out)
{
    cim__gis_map *map = cim__zalloc(ctx->mem, sizeof *map);
    if (!map) return cim__nomem(ctx);
    map->mem = ctx->mem;
    map->arena = cim__arena_on(ctx->mem);
    map->layers = cim__buf_on(ctx->mem);
    cim__names_init(&map->seen, ctx->mem);
    cim_status st = CIM_OK;
    for (size_t i = 0; i < count && st >= 0; i++) st = paths[i] ? read_file(ctx, map, paths[i]) : cim__fail(ctx, CIM_EARG, "a mapping without path");
    if (st < 0) cim__gis_map_free(map);
    else *map_out = map;
    return st;
}

void cim__gis_map_free(cim__gis_map *map)
{
    if (!map) return;
    cim__arena_free(&map->arena);
    cim__buf_free(&map->layers);
    cim__names_free(&map->seen);
    cim__free(map->mem, map);
}

cim__gis_map_layer *cim__gis_map_find(cim__gis_map *map, cim__str layer, cim__str base)
{
    const cim__str names[] = { layer, base, CIM__STR("*") };
    for (int n = 0; n < 3; n++)
        for (size_t i = 0; i < CIM__COUNT(&map->layers, cim__gis_map_layer); i++) {
            cim__gis_map_layer *l = &CIM__AT(&map->layers, cim__gis_map_layer, i);
            if (!cim__str_eq(l->name, names[n])) continue;
            l->used = true;
            return l;
        }
    return NULL;
}

cim_status cim__gis_map_seen(cim_ctx *ctx, cim__gis_map *map, cim__str layer)
{
    return cim__names_add(&map->seen, layer) == CIM_NONE ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__gis_map_check(cim_ctx *ctx, const cim__gis_map *map)
{
    for (size_t i = 0; i < CIM__COUNT(&map->layers, cim__gis_map_layer); i++) {
        const cim__gis_map_layer *l = &CIM__AT(&map->layers, cim__gis_map_layer, i);
        cim__cql_near near = { .count = 0 };
        char text[200];
        if (l->used) continue;
        for (size_t k = 0; k < map->seen.count; k++) cim__cql_near_add(&near, l->name, map->seen.texts[k]);
        cim__cql_near_put(&near, text);
        return cim__fail(ctx, CIM_EARG, "%s: no input has a layer %.*s%s", l->place, shown(l->name), l->name.ptr, text);
    }
    return CIM_OK;
}

cim_status cim__gis_plain_rule(cim_ctx *ctx, cim__arena *arena, const char *class_name, cim__gis_rule *rule)
{
    parser p = { .ctx = ctx, .arena = arena, .path = "option class" };
    *rule = (cim__gis_rule){ .place = "no mapping", .class_id = CIM__C_GenericOccupiedSpace, .keep_attrs = true };
    if (class_name) CIM__TRY(class_named(&p, cim__str_of(class_name), &rule->class_id));
    return parse_template(&p, CIM__STR("{:layer}/{:fid}"), &rule->id);
}
