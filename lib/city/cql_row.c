/* cql_row.c - values of a row: pseudo properties, columns, and attributes found in JSON by name.
 *
 * An attribute is found by its full key ("osm:highway", "bldg:measuredHeight") or, when no key of the object is like that, by what
 * stands behind the key's first colon ("measuredHeight").  Dots of a name go down into nested objects, but a key that holds the
 * dots itself is found as well.  {"value": v, ...}, which is how measures and codes are kept, counts as v; the members of an array
 * are values one by one. */
#include "city/cql_eval.h"
#include "core/num.h"

static bool push(cim__buf *values, cim__cql_value value)
{
    cim__cql_value *slot = CIM__PUSH(values, cim__cql_value);
    if (slot) *slot = value;
    return slot != NULL;
}

static bool push_text(cim__buf *values, cim__str text) { return push(values, (cim__cql_value){ .type = CIM__CQL_TEXT, .text = text }); }
static bool push_real(cim__buf *values, double real) { return push(values, (cim__cql_value){ .type = CIM__CQL_REAL, .real = real }); }

static bool push_opaque(cim__buf *values) { return push(values, (cim__cql_value){ .type = CIM__CQL_OPAQUE }); }

/* ---- JSON ---- */

typedef struct search {
    cim__arena *texts;
    cim__buf *values;
    bool seen, bad;
} search;

/* The text of a JSON string; escapes are resolved into the arena. */
static cim__str text_of(search *s, cim__jvalue v)
{
    cim__str raw = { v.text.ptr + 1, v.text.len - 2 };
    if (!raw.len || !memchr(raw.ptr, '\\', raw.len)) return raw;
    cim__buf buf = cim__buf_on(s->texts->mem);
    cim__str text = cim__arena_str(s->texts, cim__jstring(v, &buf));
    if (!text.ptr || buf.failed) s->bad = s->values->failed = true;
    cim__buf_free(&buf);
    return text.ptr ? text : (cim__str){ "", 0 };
}

static void take_value(search *s, cim__jvalue v, int depth);

static void take_members(search *s, cim__jvalue array, int depth)
{
    cim__jiter it = cim__jiter_of(array);
    cim__str key;
    cim__jvalue member;
    while (cim__jnext(&it, &key, &member)) take_value(s, member, depth + 1);
    if (it.pos < it.end) s->bad = true;
}

static void take_value(search *s, cim__jvalue v, int depth)
{
    double number;
    cim__jvalue inner;
    if (depth > CIM__JSON_DEPTH) {
        s->bad = true;
        return;
    }
    switch (v.type) {
    case CIM__J_NULL: return;
    case CIM__J_FALSE:
    case CIM__J_TRUE: s->bad |= !push(s->values, (cim__cql_value){ .type = CIM__CQL_BOOL, .truth = v.type == CIM__J_TRUE }); return;
    case CIM__J_STRING: s->bad |= !push_text(s->values, text_of(s, v)); return;
    case CIM__J_ARRAY: take_members(s, v, depth); return;
    case CIM__J_OBJECT:
        if (cim__jfind(v, CIM__STR("value"), &inner)) take_value(s, inner, depth + 1);
        else s->bad |= !push_opaque(s->values);
        return;
    case CIM__J_NUMBER: s->bad |= !(cim__jnumber(v, &number) ? push_real(s->values, number) : push_opaque(s->values)); return;
    }
}

/* How a key begins a dotted name: 0 not, 1 by what is behind its colon, 2 as a whole; *rest is the name behind it, "" at its end. */
static int begins(cim__str key, cim__str name, cim__str *rest)
{
    for (int exact = 2; exact; exact--) {
        if (exact == 1) {
            const char *colon = key.len ? memchr(key.ptr, ':', key.len) : NULL;
            if (!colon) return 0;
            key = (cim__str){ colon + 1, key.len - (size_t)(colon + 1 - key.ptr) };
        }
        if (key.len > name.len || !key.len || memcmp(key.ptr, name.ptr, key.len) != 0) continue;
        if (key.len < name.len && name.ptr[key.len] != '.') continue;
        size_t skip = key.len + (key.len < name.len);
        *rest = (cim__str){ name.ptr + skip, name.len - skip };
        return exact;
    }
    return 0;
}

static void find(search *s, cim__jvalue v, cim__str name, int depth);

static void descend(search *s, cim__jvalue v, cim__str rest, int depth)
{
    if (rest.len) {
        find(s, v, rest, depth + 1);
        return;
    }
    s->seen = true;
    take_value(s, v, depth + 1);
}

/* Members of an object whose keys match in one of the two ways; false: there is none. */
static bool find_members(search *s, cim__jvalue object, cim__str name, int way, int depth)
{
    cim__jiter it = cim__jiter_of(object);
    cim__str key, rest;
    cim__jvalue member;
    bool any = false;
    while (cim__jnext(&it, &key, &member)) {
        if (key.len && memchr(key.ptr, '\\', key.len)) key = text_of(s, (cim__jvalue){ CIM__J_STRING, { key.ptr - 1, key.len + 2 } });
        if (begins(key, name, &rest) != way) continue;
        any = true;
        descend(s, member, rest, depth);
    }
    if (it.pos < it.end) s->bad = true;
    return any;
}

static void find(search *s, cim__jvalue v, cim__str name, int depth)
{
    if (depth > CIM__JSON_DEPTH) {
        s->bad = true;
    } else if (v.type == CIM__J_OBJECT) {
        if (!find_members(s, v, name, 2, depth)) find_members(s, v, name, 1, depth);
    } else if (v.type == CIM__J_ARRAY) {
        cim__jiter it = cim__jiter_of(v);
        cim__str key;
        cim__jvalue member;
        while (cim__jnext(&it, &key, &member)) find(s, member, name, depth + 1);
    }
}

/* The outermost object without a pass that checks all of it: the iteration checks what it goes over. */
static bool outer_object(cim__str json, cim__jvalue *object)
{
    const char *p = json.ptr, *end = p + json.len;
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) p++;
    while (end > p && (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\t' || end[-1] == '\r')) end--;
    *object = (cim__jvalue){ CIM__J_OBJECT, { p, (size_t)(end - p) } };
    return end - p >= 2 && *p == '{' && end[-1] == '}';
}

bool cim__cql_attribute(cim__str json, const cim__cql_path *path, cim__arena *texts, cim__buf *values, bool *seen)
{
    search s = { texts, values, false, false };
    cim__jvalue object;
    if (!json.len) return true;
    /* Most objects do not have most attributes, and looking for a run of bytes is much faster than reading JSON. */
    if (!memmem(json.ptr, json.len, path->needle.ptr, path->needle.len) && !memchr(json.ptr, '\\', json.len)) return true;
    if (!outer_object(json, &object)) return false;
    find(&s, object, path->name, 0);
    *seen |= s.seen;
    return !s.bad;
}

/* ---- columns ---- */

static bool push_column(const cim__object *row, cim__attr attr, cim__buf *values)
{
    const cim__value *v = &row->values[attr];
    if (!(row->present >> attr & 1)) return true;
    if (cim__attrs[attr].type == 'T') return push_text(values, v->text);
    return push_real(values, cim__attrs[attr].type == 'I' ? (double)v->integer : v->real);
}

/* Only values that the source did not state have a rule. */
static bool push_rule(const cim__object *row, cim__attr attr, cim__buf *values)
{
    if (!(row->present >> attr & 1) || !row->values[attr].rule) return true;
    return push_text(values, cim__str_of(cim__rules[row->values[attr].rule]));
}

/* A segment of a way that was split has the way's id too. */
static bool push_id(cim__str gid, cim__buf *values)
{
    cim__str base = cim__gid_base(gid);
    return push_text(values, gid) && (base.len == gid.len || push_text(values, base));
}

static bool push_parent(const cim_city *city, uint32_t id, cim__buf *values)
{
    uint32_t parent = city->parent[id];
    return parent == CIM_NONE || !cim__city_has(city, parent) || push_real(values, parent);
}

static bool push_life(cim__str at, cim__buf *values) { return !at.len || push_text(values, at); }

cim_status cim__cql_end_values(cim_ctx *ctx, const cim_city *city, const cim__cql_path *path, uint32_t id, const cim__object *row, cim__arena *texts,
                                cim__buf *values, bool *seen)
{
    bool ok = true;
    switch (path->end) {
    case CIM__CQL_RELATED: ok = push_opaque(values); break;
    case CIM__CQL_NUMBER_OF: ok = push_real(values, id); break;
    case CIM__CQL_CLASS: ok = push_text(values, cim__str_of(cim__classes[city->class_id[id]].name)); break;
    case CIM__CQL_LAYER: ok = push_text(values, cim__str_of(cim__layers[city->layer[id]].table)); break;
    case CIM__CQL_SOURCE: ok = push_real(values, city->source[id]); break;
    case CIM__CQL_PARENT: ok = push_parent(city, id, values); break;
    case CIM__CQL_ID: ok = push_id(row->gid, values); break;
    case CIM__CQL_VALID_FROM: ok = push_life(row->valid_from, values); break;
    case CIM__CQL_VALID_TO: ok = push_life(row->valid_to, values); break;
    case CIM__CQL_GEOM: ok = !row->geom.len || push_opaque(values); break;
    case CIM__CQL_COLUMN: ok = push_column(row, path->attr, values); break;
    case CIM__CQL_RULE: ok = push_rule(row, path->attr, values); break;
    case CIM__CQL_ATTRIBUTE:
        if (cim__cql_attribute(row->attrs, path, texts, values, &seen[path->index])) break;
        return values->failed ? cim__nomem(ctx) : cim__fail(ctx, CIM_EFORMAT, "the attributes of object %u are damaged", id);
    }
    return ok ? CIM_OK : cim__nomem(ctx);
}
