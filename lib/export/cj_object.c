/* cj_object.c - one city object. */
#include "export/cityjson.h"

/* "gml:X" is X; '#' and '%' were escaped by the importer. */
void cim__cjx_id(cim__buf *out, cim__str gid)
{
    bool gml = cim__str_starts(gid, "gml:");
    for (size_t i = gml ? 4 : 0; i < gid.len; i++) {
        bool escape = gml && gid.ptr[i] == '%' && gid.len - i >= 3 && gid.ptr[i + 1] == '2' && (gid.ptr[i + 2] == '3' || gid.ptr[i + 2] == '5');
        if (escape) {
            cim__buf_putc(out, gid.ptr[i + 2] == '3' ? '#' : '%');
            i += 2;
        } else {
            cim__buf_putc(out, gid.ptr[i]);
        }
    }
}

static void put_id(cim__cjx *x, cim__json *json, cim__str gid, bool key)
{
    x->scratch.size = 0;
    cim__cjx_id(&x->scratch, gid);
    if (key) cim__json_keystr(json, cim__buf_str(&x->scratch));
    else cim__json_str(json, cim__buf_str(&x->scratch));
}

static cim_status put_id_of(cim_ctx *ctx, cim__cjx *x, cim__json *json, uint32_t id)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__object o;
    cim_status st = cim__city_object(ctx, x->e->city, id, &arena, &o);
    if (st >= 0) put_id(x, json, o.gid, false);
    cim__arena_free(&arena);
    return st;
}

/* ---- attributes ---- */

/* Names that CityJSON has for values; written for sources that do not use them themselves. */
static const struct {
    const char *name;
    cim__attr attr;
} standard[] = {
    { "name", CIM__A_NAME },
    { "function", CIM__A_FUNCTION },
    { "usage", CIM__A_USAGE },
    { "measuredHeight", CIM__A_HEIGHT_M },
    { "roofType", CIM__A_ROOF_TYPE },
    { "storeysAboveGround", CIM__A_STOREYS },
    { "storeysBelowGround", CIM__A_STOREYS_BELOW },
    { "yearOfConstruction", CIM__A_YEAR_BUILT },
};

static void put_date(cim__json *json, const char *name, cim__str date, cim__jvalue attrs)
{
    cim__jvalue there;
    if (date.len && !(attrs.type == CIM__J_OBJECT && cim__jfind(attrs, cim__str_of(name), &there))) cim__json_kv_str(json, name, date);
}

static void put_standard(cim__json *json, const cim__object *o, cim__jvalue attrs)
{
    cim__jvalue there;
    put_date(json, "validFrom", o->valid_from, attrs);
    put_date(json, "validTo", o->valid_to, attrs);
    for (size_t i = 0; i < sizeof standard / sizeof *standard; i++) {
        const cim__value *v = &o->values[standard[i].attr];
        if (!(o->present >> standard[i].attr & 1) || v->rule != CIM__RULE_TAGGED) continue; /* what was guessed is not measured */
        if (attrs.type == CIM__J_OBJECT && cim__jfind(attrs, cim__str_of(standard[i].name), &there)) continue;
        cim__json_key(json, standard[i].name);
        if (cim__attrs[standard[i].attr].type == 'I') cim__json_int(json, v->integer);
        else if (cim__attrs[standard[i].attr].type == 'R') cim__json_num(json, v->real);
        else cim__json_str(json, v->text);
    }
}

static void put_attributes(cim__json *json, const cim__object *o, cim__str own_type, bool exact)
{
    cim__buf *out = json->buf;
    size_t before = out->size;
    bool comma = json->comma;
    cim__jvalue attrs = { CIM__J_NULL, { "", 0 } }, value;
    cim__str key;
    cim__json_key(json, "attributes");
    cim__json_open(json, '{');
    size_t empty = out->size;
    if (o->attrs.len && cim__jparse(o->attrs, &attrs) && attrs.type == CIM__J_OBJECT) {
        cim__jiter it = cim__jiter_of(attrs);
        while (cim__jnext(&it, &key, &value)) {
            /* the importer noted the type of the source as a class */
            if (own_type.len && cim__str_is(key, "class") && value.type == CIM__J_STRING && value.text.len == own_type.len + 2 && !memcmp(value.text.ptr + 1, own_type.ptr, own_type.len)) continue;
            cim__cjx_raw_key(json, key);
            cim__json_raw(json, value.text);
        }
    }
    if (!cim__str_starts(o->gid, "gml:")) put_standard(json, o, attrs);
    if (!exact) cim__json_kv_str(json, "cim:class", o->class_name);
    if (out->size == empty) {
        out->size = before;
        json->comma = comma;
        return;
    }
    cim__json_close(json, '}');
}

/* ---- links ---- */

/* A list under `name` that is begun with its first entry. */
typedef struct list {
    cim__json *json;
    const char *name;
    bool any;
} list;

static void begin_entry(list *l)
{
    if (l->any) return;
    cim__json_key(l->json, l->name);
    cim__json_open(l->json, '[');
    l->any = true;
}

static void end_list(list *l)
{
    if (l->any) cim__json_close(l->json, ']');
}

/* Edges from object `id` in one direction. */
typedef struct edges {
    const cim__edges *e;
    uint32_t at, end;
} edges;

static edges edges_of(const cim_city *city, uint32_t id, bool incoming)
{
    const cim__edges *e = incoming ? &city->in : &city->out;
    return (edges){ e, e->first[id], e->first[id + 1] };
}

static bool is_group(const cim__cjx *x, uint32_t id)
{
    return !x->sequence && cim__export_has(x->e, id) && x->e->city->class_id[id] == CIM__C_CityObjectGroup; /* features of a sequence stand alone */
}

/* "role" of a relation's attributes, as JSON text; empty: none. */
static cim_status role_of(cim_ctx *ctx, cim__cjx *x, uint32_t from, int32_t type, uint32_t to, cim__arena *arena, cim__str *role_out)
{
    cim__str attrs;
    cim__jvalue root, role;
    CIM__TRY(x->e->city->rows->relation_attrs(ctx, x->e->city->store, from, type, to, arena, &attrs));
    *role_out = attrs.len && cim__jparse(attrs, &root) && cim__jfind(root, CIM__STR("role"), &role) && role.type == CIM__J_STRING ? role.text : (cim__str){ "", 0 };
    return CIM_OK;
}

/* Is the relation one that the importer made of a second parent? */
static cim_status is_parent_relation(cim_ctx *ctx, cim__cjx *x, uint32_t from, uint32_t to, bool *is_out)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__str role;
    cim_status st = role_of(ctx, x, from, CIM__R_RELATED, to, &arena, &role);
    *is_out = st >= 0 && cim__str_is(role, "\"parent\"");
    cim__arena_free(&arena);
    return st;
}

static cim_status put_parents(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o, bool *has_parent)
{
    const cim_city *city = x->e->city;
    list l = { json, "parents", false };
    *has_parent = cim__export_has(x->e, o->parent) && o->parent != o->id;
    if (*has_parent) {
        begin_entry(&l);
        CIM__TRY(put_id_of(ctx, x, json, o->parent));
    }
    for (edges i = edges_of(city, o->id, false); i.at < i.end; i.at++) {
        uint32_t other = i.e->other[i.at];
        bool parent = i.e->type[i.at] == CIM__R_MEMBER && is_group(x, other);
        if (i.e->type[i.at] == CIM__R_RELATED && !x->sequence && cim__export_has(x->e, other)) CIM__TRY(is_parent_relation(ctx, x, o->id, other, &parent));
        if (!parent) continue;
        begin_entry(&l);
        CIM__TRY(put_id_of(ctx, x, json, other));
    }
    end_list(&l);
    return CIM_OK;
}

/* Parts, other children, and members when it is a group. */
static cim_status put_children(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o)
{
    const cim_city *city = x->e->city;
    list l = { json, "children", false };
    bool group = is_group(x, o->id);
    if (city->class_id[o->id] == CIM__C_CityObjectGroup) begin_entry(&l); /* obligatory */
    for (uint32_t part = x->first_part[o->id]; part != CIM_NONE; part = x->next_part[part]) {
        begin_entry(&l);
        CIM__TRY(put_id_of(ctx, x, json, part));
    }
    for (edges i = edges_of(city, o->id, true); i.at < i.end; i.at++) {
        uint32_t other = i.e->other[i.at];
        bool child = group && i.e->type[i.at] == CIM__R_MEMBER && cim__export_has(x->e, other);
        if (i.e->type[i.at] == CIM__R_RELATED && !x->sequence && cim__export_has(x->e, other)) CIM__TRY(is_parent_relation(ctx, x, other, o->id, &child));
        if (!child) continue;
        begin_entry(&l);
        CIM__TRY(put_id_of(ctx, x, json, other));
    }
    end_list(&l);
    return CIM_OK;
}

/* One role for every child, when any member has one. */
static cim_status put_roles(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__buf *out = json->buf;
    size_t before = out->size;
    bool comma = json->comma, any = false;
    cim_status st = CIM_OK;
    cim__json_key(json, "children_roles");
    cim__json_open(json, '[');
    for (uint32_t part = x->first_part[o->id]; part != CIM_NONE; part = x->next_part[part]) cim__json_text(json, "");
    for (edges i = edges_of(x->e->city, o->id, true); i.at < i.end && st >= 0; i.at++) {
        cim__str role;
        if (i.e->type[i.at] != CIM__R_MEMBER || !cim__export_has(x->e, i.e->other[i.at])) continue;
        st = role_of(ctx, x, i.e->other[i.at], CIM__R_MEMBER, o->id, &arena, &role);
        if (st < 0) break;
        cim__json_raw(json, role.len ? role : CIM__STR("\"\""));
        any = any || role.len;
    }
    cim__json_close(json, ']');
    cim__arena_free(&arena);
    if (any) return st;
    out->size = before;
    json->comma = comma;
    return st;
}

/* ---- what the importer kept ---- */

/* {"coordinates": [[x, y, z], ...]} back to {"boundaries": [vertex, ...]}. */
static cim_status put_location(cim_ctx *ctx, cim__cjx *x, cim__json *json, cim__jvalue location)
{
    cim__jiter it = cim__jiter_of(location), points, numbers;
    cim__str key, none;
    cim__jvalue value, point, number;
    cim__json_open(json, '{');
    while (cim__jnext(&it, &key, &value)) {
        if (!cim__str_is(key, "coordinates")) {
            cim__cjx_raw_key(json, key);
            cim__json_raw(json, value.text);
            continue;
        }
        cim__json_key(json, "boundaries");
        cim__json_open(json, '[');
        points = cim__jiter_of(value);
        while (cim__jnext(&points, &none, &point)) {
            double xyz[3] = { 0.0, 0.0, 0.0 };
            int n = 0;
            numbers = cim__jiter_of(point);
            while (n < 3 && cim__jnext(&numbers, &none, &number) && cim__jnumber(number, &xyz[n])) n++;
            if (n < 3 || !cim__export_transform(x->e, xyz, 3, 1) || !cim__cjx_vertex_fits(&x->vertices, xyz)) continue;
            uint32_t vertex = cim__cjx_vertex(&x->vertices, xyz);
            if (vertex == CIM_NONE) return cim__nomem(ctx);
            cim__json_int(json, vertex);
        }
        cim__json_close(json, ']');
    }
    cim__json_close(json, '}');
    return CIM_OK;
}

static cim_status put_address(cim_ctx *ctx, cim__cjx *x, cim__json *json, cim__jvalue address)
{
    cim__jiter it = cim__jiter_of(address);
    cim__str key;
    cim__jvalue value;
    if (address.type != CIM__J_OBJECT) {
        cim__json_raw(json, address.text);
        return CIM_OK;
    }
    cim__json_open(json, '{');
    while (cim__jnext(&it, &key, &value)) {
        cim__cjx_raw_key(json, key);
        if (cim__str_is(key, "location") && value.type == CIM__J_OBJECT) CIM__TRY(put_location(ctx, x, json, value));
        else cim__json_raw(json, value.text);
    }
    cim__json_close(json, '}');
    return CIM_OK;
}

static cim_status put_kept(cim_ctx *ctx, cim__cjx *x, cim__json *json, cim__jvalue residue)
{
    cim__jvalue value, inner;
    cim__str key;
    if (cim__jfind(residue, CIM__STR("address"), &value)) {
        cim__json_key(json, "address");
        cim__json_open(json, '[');
        cim__jiter it = cim__jiter_of(value);
        if (value.type != CIM__J_ARRAY) CIM__TRY(put_address(ctx, x, json, value));
        while (value.type == CIM__J_ARRAY && cim__jnext(&it, &key, &inner)) CIM__TRY(put_address(ctx, x, json, inner));
        cim__json_close(json, ']');
    }
    if (!cim__jfind(residue, CIM__STR("members"), &value)) return CIM_OK;
    cim__jiter it = cim__jiter_of(value);
    while (value.type == CIM__J_OBJECT && cim__jnext(&it, &key, &inner)) {
        cim__cjx_raw_key(json, key);
        cim__json_raw(json, inner.text);
    }
    return CIM_OK;
}

/* ---- the whole ---- */

static cim__str own_type_of(cim__jvalue kept)
{
    cim__jvalue type;
    if (kept.type != CIM__J_OBJECT || !cim__jfind(kept, CIM__STR("type"), &type) || type.type != CIM__J_STRING) return CIM__STR("");
    return (cim__str){ type.text.ptr + 1, type.text.len - 2 };
}

static cim_status put_members(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o, cim__str residue)
{
    cim__jvalue kept = cim__cjx_kept(residue);
    cim__str own = own_type_of(kept);
    bool orphan = !(cim__export_has(x->e, o->parent) && o->parent != o->id), has_parent;
    cim__cjx_type type = cim__cjx_type_of((cim__class_id)x->e->city->class_id[o->id], own, orphan);
    cim__json_key(json, "type");
    if (own.len && own.ptr[0] == '+') cim__buf_printf(json->buf, "\"%.*s\"", (int)own.len, own.ptr), json->comma = true; /* escaped as it was */
    else cim__json_str(json, type.name);
    put_attributes(json, o, own, type.exact);
    CIM__TRY(put_parents(ctx, x, json, o, &has_parent));
    CIM__TRY(put_children(ctx, x, json, o));
    if (is_group(x, o->id)) CIM__TRY(put_roles(ctx, x, json, o));
    if (kept.type == CIM__J_OBJECT) CIM__TRY(put_kept(ctx, x, json, kept));
    return cim__cjx_put_geometries(ctx, x, json, o, &type, kept);
}

cim_status cim__cjx_put_object(cim_ctx *ctx, cim__cjx *x, cim__json *json, const cim__object *o)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__str residue = { "", 0 };
    cim_status st = x->e->city->rows->residue(ctx, x->e->city->store, o->id, &arena, &residue);
    put_id(x, json, o->gid, true);
    cim__json_open(json, '{');
    if (st >= 0) st = put_members(ctx, x, json, o, residue);
    cim__json_close(json, '}');
    cim__arena_free(&arena);
    if (st >= 0 && (json->buf->failed || x->scratch.failed || x->geometry.failed)) st = cim__nomem(ctx);
    return st;
}
