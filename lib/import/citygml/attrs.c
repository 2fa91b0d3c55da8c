/* attrs.c - what a file says of an object, as JSON: {"bldg:measuredHeight": {"value": 12.3, "uom": "m"}, ...}.
 *
 * A property becomes a member under its name with the usual prefix; the same name a second time makes an array.  Its value is
 *   text                         a number if it is one, as it is written; else a string
 *   text with attributes         {"value": ..., "uom": ..., "codeSpace": ..., "label": ...}
 *   elements                     {"type": "uro:BuildingDetailAttribute", "id": ..., properties}
 *   a geometry                   {"geometry": "0/multi_curve"}: level and role of the shape it went to
 *   an object of its own         {"href": "#id"}
 * Generic attributes are "gen:NAME". */
#include "import/citygml/build.h"

enum { MAX_DEPTH = 24 /* the reader of libcim's own JSON stops at 64 */ };

cim_status cim__gb_attribute(cim_ctx *ctx, cim__gbuilder *b, cim__str key, uint32_t node)
{
    cim__gmember *m = CIM__PUSH(&b->members, cim__gmember);
    if (!m) return cim__nomem(ctx);
    *m = (cim__gmember){ key, node, CIM_NONE, true };
    return CIM_OK;
}

/* ---- same keys together ---- */

static cim__gmember *member_at(const cim__gbuilder *b, size_t i) { return &CIM__AT(&b->members, cim__gmember, i); }

static void chain_few(cim__gbuilder *b, size_t from, size_t count)
{
    for (size_t i = from + 1; i < from + count; i++)
        for (size_t k = i; k-- > from;) {
            if (!cim__str_eq(member_at(b, k)->key, member_at(b, i)->key)) continue;
            member_at(b, k)->next = (uint32_t)i;
            member_at(b, i)->first = false;
            break;
        }
}

static bool chain_many(cim__gbuilder *b, size_t from, size_t count)
{
    size_t size = 64;
    while (size < 2 * count) size *= 2;
    b->table.size = 0;
    uint32_t *slots = cim__buf_extend(&b->table, size * sizeof *slots); /* last member of each key, plus one */
    if (!slots) return false;
    memset(slots, 0, size * sizeof *slots);
    for (size_t i = from; i < from + count; i++) {
        cim__str key = member_at(b, i)->key;
        size_t at = cim__hash64(key.ptr, key.len, b->index.seed) & (size - 1);
        while (slots[at] && !cim__str_eq(member_at(b, slots[at] - 1)->key, key)) at = (at + 1) & (size - 1);
        if (slots[at]) {
            member_at(b, slots[at] - 1)->next = (uint32_t)i;
            member_at(b, i)->first = false;
        }
        slots[at] = (uint32_t)i + 1;
    }
    return true;
}

/* ---- values ---- */

/* Behind the digits at i; *any_out: there was one. */
static size_t skip_digits(cim__str s, size_t i, bool *any_out)
{
    size_t from = i;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
    *any_out = i > from;
    return i;
}

static bool is_json_number(cim__str s)
{
    size_t start = s.len && s.ptr[0] == '-' ? 1 : 0;
    bool any;
    if (s.len > 40) return false;
    size_t i = skip_digits(s, start, &any);
    if (!any || (s.ptr[start] == '0' && i - start > 1)) return false;
    if (i < s.len && s.ptr[i] == '.') i = skip_digits(s, i + 1, &any);
    if (any && i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        i++;
        if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) i++;
        start = i;
        i = skip_digits(s, i, &any);
        if (i - start > 2) return false; /* 1e999 is no double */
    }
    return any && i == s.len;
}

/* Codes and names stay text even when they look like numbers. */
static bool is_textual(const cim__gbuilder *b, const cim__gnode *n)
{
    cim__str space;
    return n->name->module == CIM__GML_GML || n->name->module == CIM__GML_XAL || n->name->conversion == CIM__GV_CODE || cim__str_is(n->name->local, "class") ||
           cim__gtree_attr(b->tree, n, "codeSpace", &space);
}

static void put_scalar(cim__json *json, cim__str text, bool textual)
{
    if (!textual && is_json_number(text)) cim__json_raw(json, text);
    else if (!textual && cim__str_is(text, "true")) cim__json_bool(json, true);
    else if (!textual && cim__str_is(text, "false")) cim__json_bool(json, false);
    else cim__json_str(json, text);
}

static cim_status put_label(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, const cim__gnode *n, cim__str code)
{
    cim__str space, label;
    if (!b->shared.codes || !cim__gtree_attr(b->tree, n, "codeSpace", &space)) return CIM_OK;
    CIM__TRY(cim__gcodes_label(ctx, b->shared.codes, space, code, &label));
    if (label.len) cim__json_kv_str(json, "label", label);
    return CIM_OK;
}

static void put_attributes(cim__gbuilder *b, cim__json *json, const cim__gnode *n, bool with_id)
{
    for (uint32_t i = 0; i < n->attr_count; i++) {
        const cim__gattr *a = &CIM__AT(&b->tree->attrs, cim__gattr, n->attr + i);
        bool id = cim__str_is(a->name->local, "id");
        if (id && !with_id) continue;
        bool plain = !a->name->prefix_len || a->name->module == CIM__GML_XLINK || a->name->module == CIM__GML_XAL || id;
        cim__json_keystr(json, plain ? a->name->local : a->name->qname);
        cim__json_str(json, cim__gtree_value(b->tree, a));
    }
}

static cim_status put_leaf(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, const cim__gnode *n)
{
    cim__str text = cim__gtree_text(b->tree, n);
    bool textual = is_textual(b, n);
    if (!n->attr_count) {
        put_scalar(json, text, textual);
        return CIM_OK;
    }
    cim__json_open(json, '{');
    if (text.len) {
        cim__json_key(json, "value");
        put_scalar(json, text, textual);
    }
    put_attributes(b, json, n, true);
    if (text.len) CIM__TRY(put_label(ctx, b, json, n, text));
    cim__json_close(json, '}');
    return CIM_OK;
}

static cim_status put_content(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t node, int depth);
static cim_status put_members(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, size_t from, int depth);

/* Geometry inside an attribute is the object's. */
static cim_status put_geometry(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t property)
{
    const cim__gname *name = cim__gb_node(b, property)->name;
    size_t before = CIM__COUNT(&b->items, cim__gitem);
    CIM__TRY(cim__gb_add_geometry(ctx, b, property, CIM_NONE));
    cim__json_open(json, '{');
    if (CIM__COUNT(&b->items, cim__gitem) > before) {
        const cim__gitem *item = &CIM__AT(&b->items, cim__gitem, before);
        b->text.size = 0;
        if (name->lod >= 0) cim__buf_printf(&b->text, "%d", name->lod);
        cim__buf_putc(&b->text, '/');
        cim__buf_putstr(&b->text, item->role);
        cim__json_kv_str(json, "geometry", cim__buf_str(&b->text));
    }
    cim__json_close(json, '}');
    return b->text.failed ? cim__nomem(ctx) : CIM_OK;
}

/* An object inside an attribute stands for itself. */
static cim_status put_object(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t property, uint32_t node)
{
    cim__str gid;
    const cim__grelation_rule *rule = cim__gb_relation_rule(cim__gb_node(b, property)->name);
    CIM__TRY(cim__gb_queue(ctx, b, node, rule && rule->no_parts ? (cim__str){ "", 0 } : b->gid, &gid));
    CIM__TRY(cim__gb_inline(ctx, b, property, gid));
    cim__json_open(json, '{');
    b->text.size = 0;
    cim__buf_putc(&b->text, '#');
    cim__buf_put(&b->text, gid.ptr + 4, gid.len - 4);
    cim__json_kv_str(json, "href", cim__buf_str(&b->text));
    cim__json_close(json, '}');
    return b->text.failed ? cim__nomem(ctx) : CIM_OK;
}

/* The properties of a data type, or of an element that has elements in it without one. */
static cim_status put_properties(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t node, int depth)
{
    size_t from = CIM__COUNT(&b->members, cim__gmember);
    CIM__GTREE_EACH(b->tree, node, c) CIM__TRY(cim__gb_attribute(ctx, b, cim__gb_node(b, c)->name->qname, c));
    return put_members(ctx, b, json, from, depth);
}

static cim_status put_data_type(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t node, int depth)
{
    const cim__gnode *n = cim__gb_node(b, node);
    cim__gb_fate(b, node, CIM__GF_ATTRIBUTE);
    cim__json_open(json, '{');
    cim__json_kv_str(json, "type", n->name->qname);
    put_attributes(b, json, n, true);
    cim__str text = cim__gtree_text(b->tree, n);
    if (text.len) cim__json_kv_str(json, "value", text);
    if (cim__str_is(n->name->local, "CityObjectRelation")) CIM__TRY(cim__gb_relation_object(ctx, b, node));
    CIM__TRY(put_properties(ctx, b, json, node, depth));
    cim__json_close(json, '}');
    return CIM_OK;
}

static cim_status put_child(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t property, uint32_t child, int depth)
{
    if (cim__gb_is_object(b, child)) return put_object(ctx, b, json, property, child);
    return put_data_type(ctx, b, json, child, depth + 1);
}

/* Elements inside a property: data types or objects, or properties without one between. */
static cim_status put_elements(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t node, int depth)
{
    uint32_t first = cim__gtree_first(b->tree, node), count = 0;
    const cim__gnode *n = cim__gb_node(b, node);
    cim__str text = cim__gtree_text(b->tree, n);
    bool types = true;
    CIM__GTREE_EACH(b->tree, node, c)
    {
        count++;
        types = types && cim__gb_node(b, c)->name->upper;
    }
    if (types && count == 1 && !n->attr_count && !text.len) return put_child(ctx, b, json, node, first, depth);
    if (types && !n->attr_count && !text.len) {
        cim__json_open(json, '[');
        CIM__GTREE_EACH(b->tree, node, each) CIM__TRY(put_child(ctx, b, json, node, each, depth));
        cim__json_close(json, ']');
        return CIM_OK;
    }
    cim__json_open(json, '{');
    put_attributes(b, json, n, true);
    if (text.len) cim__json_kv_str(json, "value", text);
    CIM__TRY(put_properties(ctx, b, json, node, depth + 1));
    cim__json_close(json, '}');
    return CIM_OK;
}

static bool holds_geometry(const cim__gbuilder *b, uint32_t node)
{
    uint32_t first = cim__gtree_first(b->tree, node);
    return first != CIM_NONE && cim__gname_geometry(cim__gb_node(b, first)->name);
}

/* 2.0: <gen:stringAttribute name="n"><gen:value>v</...>; 3.0: <gen:StringAttribute><gen:name>n</...><gen:value>v</...>. */
static cim__str generic_name(const cim__gbuilder *b, uint32_t node)
{
    cim__str name = { "", 0 };
    uint32_t child = cim__gtree_child(b->tree, node, "name");
    if (cim__gb_node(b, node)->name->upper && child != CIM_NONE) return cim__gtree_text(b->tree, cim__gb_node(b, child));
    cim__gtree_attr(b->tree, cim__gb_node(b, node), "name", &name);
    return name;
}

static cim_status add_generic_members(cim_ctx *ctx, cim__gbuilder *b, uint32_t node)
{
    CIM__GTREE_EACH(b->tree, node, c)
    {
        uint32_t inner = c;
        if (cim__str_is(cim__gb_node(b, c)->name->local, "genericAttribute")) {
            cim__gb_fate(b, c, CIM__GF_ATTRIBUTE);
            inner = cim__gtree_first(b->tree, c);
        }
        if (inner == CIM_NONE || cim__gb_node(b, inner)->name->kind != CIM__G_GENERIC) continue;
        CIM__TRY(cim__gb_attribute(ctx, b, generic_name(b, inner), inner));
    }
    return CIM_OK;
}

static cim_status put_generic_set(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t node, int depth)
{
    cim__str space;
    size_t from = CIM__COUNT(&b->members, cim__gmember);
    uint32_t child = cim__gtree_child(b->tree, node, "codeSpace"), name = cim__gtree_child(b->tree, node, "name");
    cim__gb_fate(b, node, CIM__GF_ATTRIBUTE);
    cim__json_open(json, '{');
    if (cim__gtree_attr(b->tree, cim__gb_node(b, node), "codeSpace", &space)) cim__json_kv_str(json, "@codeSpace", space);
    if (child != CIM_NONE) {
        cim__gb_fate(b, child, CIM__GF_ATTRIBUTE);
        cim__json_kv_str(json, "@codeSpace", cim__gtree_text(b->tree, cim__gb_node(b, child)));
    }
    if (name != CIM_NONE) cim__gb_fate(b, name, CIM__GF_ATTRIBUTE);
    CIM__TRY(add_generic_members(ctx, b, node));
    CIM__TRY(put_members(ctx, b, json, from, depth + 1));
    cim__json_close(json, '}');
    return CIM_OK;
}

static cim_status put_generic(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t node, int depth)
{
    const cim__gnode *n = cim__gb_node(b, node);
    uint32_t value = cim__gtree_child(b->tree, node, "value"), name = cim__gtree_child(b->tree, node, "name");
    if (n->name->code == 'S') return put_generic_set(ctx, b, json, node, depth);
    cim__gb_fate(b, node, CIM__GF_ATTRIBUTE);
    if (name != CIM_NONE) cim__gb_fate(b, name, CIM__GF_ATTRIBUTE);
    if (value == CIM_NONE) {
        cim__json_null(json);
        return CIM_OK;
    }
    cim__gb_fate(b, value, CIM__GF_ATTRIBUTE);
    const cim__gnode *v = cim__gb_node(b, value);
    cim__str text = cim__gtree_text(b->tree, v);
    if (!v->attr_count) {
        put_scalar(json, text, n->name->code == 's');
        return CIM_OK;
    }
    cim__json_open(json, '{');
    cim__json_key(json, "value");
    put_scalar(json, text, n->name->code == 's');
    put_attributes(b, json, v, true);
    CIM__TRY(put_label(ctx, b, json, v, text));
    cim__json_close(json, '}');
    return CIM_OK;
}

static cim_status put_content(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, uint32_t node, int depth)
{
    const cim__gnode *n = cim__gb_node(b, node);
    if (n->name->kind == CIM__G_GENERIC) return put_generic(ctx, b, json, node, depth);
    if (holds_geometry(b, node)) return put_geometry(ctx, b, json, node);
    if (cim__gb_is_object(b, node)) return put_object(ctx, b, json, n->parent, node);
    if (!n->fate) cim__gb_fate(b, node, CIM__GF_ATTRIBUTE);
    if (cim__gtree_first(b->tree, node) == CIM_NONE) return put_leaf(ctx, b, json, n);
    return n->name->upper ? put_data_type(ctx, b, json, node, depth + 1) : put_elements(ctx, b, json, node, depth);
}

/* Members from number `from` on into the open object; they are forgotten. */
static cim_status put_members(cim_ctx *ctx, cim__gbuilder *b, cim__json *json, size_t from, int depth)
{
    size_t count = CIM__COUNT(&b->members, cim__gmember) - from;
    if (count > 8 && !chain_many(b, from, count)) return cim__nomem(ctx);
    if (count <= 8) chain_few(b, from, count);
    for (size_t i = from; i < from + count; i++) {
        cim__gmember m = *member_at(b, i);
        if (!m.first) continue;
        cim__json_keystr(json, m.key);
        if (m.next != CIM_NONE) cim__json_open(json, '[');
        for (cim__gmember each = m;; each = *member_at(b, each.next)) {
            CIM__TRY(put_content(ctx, b, json, each.node, depth));
            if (each.next == CIM_NONE) break;
        }
        if (m.next != CIM_NONE) cim__json_close(json, ']');
    }
    b->members.size = from * sizeof(cim__gmember);
    return CIM_OK;
}

cim_status cim__gb_write_members(cim_ctx *ctx, cim__gbuilder *b, size_t from, const cim__gname *class)
{
    cim__json json = cim__json_on(&b->json);
    cim__json_open(&json, '{');
    if (class) cim__json_kv_str(&json, "class", class->qname);
    CIM__TRY(put_members(ctx, b, &json, from, 0));
    cim__json_close(&json, '}');
    return b->json.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__gb_generic(cim_ctx *ctx, cim__gbuilder *b, uint32_t node)
{
    cim__str name = generic_name(b, node);
    cim__gb_generic_value(b, name, node);
    b->text.size = 0;
    cim__buf_puts(&b->text, "gen:");
    cim__buf_putstr(&b->text, name);
    cim__str key = b->text.failed ? (cim__str){ NULL, 0 } : cim__arena_str(&b->arena, cim__buf_str(&b->text));
    return key.ptr ? cim__gb_attribute(ctx, b, key, node) : cim__nomem(ctx);
}

/* ---- what can be JSON ---- */

bool cim__gb_can_be_json(const cim__gbuilder *b, uint32_t node)
{
    uint32_t end = cim__gb_node(b, node)->end;
    for (uint32_t i = node + 1; i < end; i++) {
        const cim__gnode *n = cim__gb_node(b, i);
        if (!n->name || n->name->kind == CIM__G_VERBATIM || n->name->kind == CIM__G_IMPLICIT || cim__gname_geometry(n->name)) return false;
        if (n->flags & (CIM__GN_NUMBERS | CIM__GN_FOLDED)) return false;
        int depth = 0;
        for (uint32_t up = i; up != node && depth <= MAX_DEPTH; up = cim__gb_node(b, up)->parent) depth++;
        if (depth > MAX_DEPTH) return false;
        if (cim__gb_is_object(b, i) || holds_geometry(b, i)) i = n->end - 1;
    }
    return true;
}
