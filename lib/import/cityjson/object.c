/* object.c - one city object to a feature. */
#include "import/cityjson/cityjson.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- the worker ---- */

void cim__cj_worker_init(cim__cj_worker *w, cim__mem *mem, cim__cj_file *file)
{
    memset(w, 0, sizeof *w);
    w->file = file;
    cim__jtree_init(&w->key, mem);
    cim__jtree_init(&w->tree, mem);
    cim__cj_vertices_init(&w->vertices, mem);
    for (size_t i = 0; i < CIM__RECORD_SHAPES; i++) {
        cim__gbuild_init(&w->build[i], mem);
        w->topo[i] = cim__buf_on(mem);
    }
    cim__gbuild_init(&w->placed, mem);
    cim__topo_init(&w->scratch, mem);
    w->texts = w->attrs = w->residue = w->gid = w->parent = w->other = w->new_types = cim__buf_on(mem);
    cim__footprint_init(&w->footprint, mem);
}

void cim__cj_worker_free(cim__cj_worker *w)
{
    cim__buf *bufs[] = { &w->texts, &w->attrs, &w->residue, &w->gid, &w->parent, &w->other, &w->new_types };
    cim__jtree_free(&w->key);
    cim__jtree_free(&w->tree);
    cim__cj_vertices_free(&w->vertices);
    for (size_t i = 0; i < CIM__RECORD_SHAPES; i++) {
        cim__gbuild_free(&w->build[i]);
        cim__buf_free(&w->topo[i]);
    }
    cim__gbuild_free(&w->placed);
    cim__topo_free(&w->scratch);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__footprint_free(&w->footprint);
}

void cim__cj_skip(cim__cj_worker *w, cim__cj_kind kind, uint64_t count, const char *reason)
{
    cim__report_fate(w->report, cim__cj_kind_names[kind], CIM__SKIPPED, reason, count);
}

void cim__cj_warn(cim__cj_worker *w, const char *format, ...)
{
    char line[200];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    cim__report_warn(w->report, w->at, "%s: byte %llu: object %.*s: %s", w->file->path, (unsigned long long)w->at, (int)(w->id.len < 100 ? w->id.len : 100), w->id.ptr, line);
}

/* Behind '#' our ids have the number of a segment, so a '#' in the file's id is written %23 (and "%23" itself %2523). */
void cim__cj_escape(cim__buf *out, cim__str id)
{
    for (size_t i = 0; i < id.len; i++) {
        bool escape = id.ptr[i] == '%' && id.len - i >= 3 && id.ptr[i + 1] == '2' && (id.ptr[i + 2] == '3' || id.ptr[i + 2] == '5');
        if (id.ptr[i] == '#') cim__buf_puts(out, "%23");
        else if (escape) cim__buf_puts(out, "%25");
        else cim__buf_putc(out, id.ptr[i]);
    }
}

/* Objects that libcim exported from OpenStreetMap come back under their own ids. */
static void put_gid(cim__buf *out, cim__str id)
{
    bool ours = cim__str_starts(id, "osm:");
    if (!ours) cim__buf_puts(out, "gml:");
    if (ours) cim__buf_putstr(out, id);
    else cim__cj_escape(out, id);
}

static cim__str gid_into(cim__buf *buf, cim__str id)
{
    buf->size = 0;
    put_gid(buf, id);
    return cim__buf_str(buf);
}

/* ---- type ---- */

typedef struct kind {
    cim__str type;
    cim__class_id class_id;
    uint32_t row;
    bool keep_type; /* our class does not say it */
    bool own_class; /* stated by an attribute that our exporter wrote */
} kind;

static const char own_class_key[] = "cim:class";

static kind kind_of(cim__cj_worker *w, uint32_t object)
{
    uint32_t node = cim__jget(&w->tree, object, "type");
    kind k = { CIM__STR("(no type)"), CIM__C_CityObject, CIM_NONE, false, false };
    if (!cim__jis(&w->tree, node, CIM__J_STRING)) {
        cim__cj_warn(w, "no type");
        return k;
    }
    k.type = cim__jtext(&w->tree, node);
    k.row = cim__cj_type_row(k.type);
    k.keep_type = k.row == CIM_NONE;
    k.class_id = k.row == CIM_NONE ? cim__cj_nearest_class(k.type) : (cim__class_id)cim__cj_types[k.row].class_id;
    if (k.keep_type && (!k.type.len || k.type.ptr[0] != '+')) cim__cj_warn(w, "type %.*s is not of CityJSON", (int)(k.type.len < 60 ? k.type.len : 60), k.type.ptr);
    return k;
}

/* Classes that CityJSON has no type for are exported with their name as an attribute. */
static void read_own_class(cim__cj_worker *w, uint32_t attributes, kind *k)
{
    uint32_t node = cim__jget(&w->tree, attributes, own_class_key);
    cim__class_id c = cim__jis(&w->tree, node, CIM__J_STRING) ? cim__class_named(cim__jtext(&w->tree, node)) : CIM__CLASS_COUNT;
    if (c == CIM__CLASS_COUNT) return;
    k->class_id = c;
    k->own_class = true;
}

static void count_kind(cim__cj_worker *w, const kind *k)
{
    if (k->row != CIM_NONE) {
        w->counts->type_stored[k->row]++;
        return;
    }
    for (size_t i = 0; i < k->type.len && i < 60; i++) cim__buf_putc(&w->new_types, k->type.ptr[i] == '\n' ? ' ' : k->type.ptr[i]);
    cim__buf_putc(&w->new_types, '\n');
}

/* ---- attributes ---- */

enum { ATTRIBUTE_DEPTH = CIM__JSON_DEPTH - 4 }; /* what the reader of our own JSON takes */

static uint32_t depth_of(const cim__jtree *t, uint32_t node)
{
    uint32_t deepest = 0, ends[256], depth = 0;
    for (uint32_t i = node, stop = cim__jskip(t, node); i < stop; i++) {
        while (depth && i >= ends[depth - 1]) depth--;
        if (cim__jat(t, i)->type < CIM__J_ARRAY || depth == sizeof ends / sizeof *ends) continue;
        ends[depth++] = cim__jat(t, i)->end;
        if (depth > deepest) deepest = depth;
    }
    return deepest;
}

static void put_attributes(cim__cj_worker *w, uint32_t attributes, const kind *k)
{
    const cim__jtree *t = &w->tree;
    cim__json json = cim__json_on(&w->attrs);
    uint32_t at = attributes + 1, key, value;
    bool has_class = false, any = false;
    w->attrs.size = 0;
    cim__json_open(&json, '{');
    while (cim__jis(t, attributes, CIM__J_OBJECT) && cim__jpair(t, attributes, &at, &key, &value)) {
        w->counts->seen[CIM__CJ_ATTRIBUTE]++;
        if (t->deepest > ATTRIBUTE_DEPTH && depth_of(t, value) > ATTRIBUTE_DEPTH) {
            cim__cj_skip(w, CIM__CJ_ATTRIBUTE, 1, "nested too deeply");
            cim__cj_warn(w, "an attribute is nested more than %d deep", ATTRIBUTE_DEPTH);
            continue;
        }
        w->counts->stored[CIM__CJ_ATTRIBUTE]++;
        if (k->own_class && cim__str_is(cim__jtext(t, key), own_class_key)) continue;
        has_class = has_class || cim__str_is(cim__jtext(t, key), "class");
        cim__json_keystr(&json, cim__jtext(t, key));
        cim__jput(&json, t, value);
        any = true;
    }
    if (k->keep_type && !has_class) cim__json_kv_str(&json, "class", k->type);
    cim__json_close(&json, '}');
    if (!any && !(k->keep_type && !has_class)) w->attrs.size = 0;
}

/* ---- links ---- */

static void add_link(cim__str parent, cim__str child, uint64_t *count, uint64_t *sum)
{
    ++*count;
    *sum += cim__hash64(parent.ptr, parent.len, cim__hash64(child.ptr, child.len, 1));
}

/* Ids are strings; some programs write numbers. */
static bool id_at(const cim__jtree *t, uint32_t node, cim__str *id)
{
    bool good = cim__jis(t, node, CIM__J_STRING) || cim__jis(t, node, CIM__J_NUMBER);
    if (good) *id = cim__jtext(t, node);
    return good;
}

static bool is_group(const cim__cj_worker *w, uint32_t objects, cim__str id)
{
    if (objects == CIM_NONE) return cim__names_find(&w->file->groups, id) != CIM_NONE;
    uint32_t at = objects + 1, key, value;
    while (cim__jpair(&w->tree, objects, &at, &key, &value)) {
        if (!cim__str_eq(cim__jtext(&w->tree, key), id)) continue;
        uint32_t type = cim__jget(&w->tree, value, "type");
        return cim__jis(&w->tree, type, CIM__J_STRING) && cim__str_is(cim__jtext(&w->tree, type), "CityObjectGroup");
    }
    return false;
}

/* The first parent that is no group into w->parent; the others become relations.  Membership of groups is read from the groups. */
static cim_status read_parents(cim_ctx *ctx, cim__cj_worker *w, cim__batch *batch, uint32_t object, uint32_t objects, cim__str gid)
{
    const cim__jtree *t = &w->tree;
    uint32_t list = cim__jget(t, object, "parents");
    w->parent.size = 0;
    if (!cim__jis(t, list, CIM__J_ARRAY)) return CIM_OK;
    for (uint32_t i = list + 1; i < cim__jskip(t, list); i = cim__jskip(t, i)) {
        cim__str id;
        w->counts->seen[CIM__CJ_PARENT]++;
        if (!id_at(t, i, &id) || cim__str_eq(id, w->id)) {
            cim__cj_skip(w, CIM__CJ_PARENT, 1, "not the id of another object");
            cim__cj_warn(w, "a parent is not the id of another object");
            continue;
        }
        add_link(id, w->id, &w->counts->parents, &w->counts->parents_sum);
        w->counts->stored[CIM__CJ_PARENT]++;
        if (is_group(w, objects, id)) continue;
        if (!w->parent.size) put_gid(&w->parent, id);
        else CIM__TRY(cim__batch_relate(ctx, batch, gid, CIM__R_RELATED, gid_into(&w->other, id), CIM__STR("{\"role\":\"parent\"}")));
    }
    return w->parent.failed || w->other.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status add_member(cim_ctx *ctx, cim__cj_worker *w, cim__batch *batch, cim__str group, cim__str id, uint32_t role)
{
    cim__json json = cim__json_on(&w->texts);
    w->texts.size = 0;
    if (cim__jis(&w->tree, role, CIM__J_STRING)) {
        cim__json_open(&json, '{');
        cim__json_kv_str(&json, "role", cim__jtext(&w->tree, role));
        cim__json_close(&json, '}');
    }
    cim__str member = gid_into(&w->other, id);
    if (w->texts.failed || w->other.failed) return cim__nomem(ctx);
    w->counts->stored[CIM__CJ_MEMBER]++;
    return cim__batch_relate(ctx, batch, member, CIM__R_MEMBER, group, cim__buf_str(&w->texts));
}

/* Children of a group are its members, with roles (CityJSON 1.0 calls them "members"); those of other objects name their parent
 * themselves, so here they are only checked. */
static cim_status read_children(cim_ctx *ctx, cim__cj_worker *w, cim__batch *batch, uint32_t object, const char *name, bool group, cim__str gid)
{
    const cim__jtree *t = &w->tree;
    uint32_t list = cim__jget(t, object, name), roles = cim__jget(t, object, "children_roles"), role = CIM_NONE;
    if (!cim__jis(t, list, CIM__J_ARRAY)) return CIM_OK;
    if (cim__jis(t, roles, CIM__J_ARRAY)) role = roles + 1;
    for (uint32_t i = list + 1; i < cim__jskip(t, list); i = cim__jskip(t, i)) {
        cim__str id;
        bool good = id_at(t, i, &id);
        if (good && name[0] == 'c') add_link(w->id, id, &w->counts->children, &w->counts->children_sum);
        if (group) {
            w->counts->seen[CIM__CJ_MEMBER]++;
            if (good) CIM__TRY(add_member(ctx, w, batch, gid, id, role));
            else cim__cj_skip(w, CIM__CJ_MEMBER, 1, "not an id");
        }
        if (role != CIM_NONE) role = cim__jskip(t, role) < cim__jskip(t, roles) ? cim__jskip(t, role) : CIM_NONE;
    }
    return CIM_OK;
}

/* ---- residue ---- */

/* The members of one geometry that are kept as they are. */
void cim__cj_put_appearance(cim__cj_worker *w, cim__json *json, uint32_t node, bool fits, size_t shape, cim__str template_gid)
{
    const cim__jtree *t = &w->tree;
    uint32_t at = node + 1, key, value;
    bool any = false;
    while (cim__jis(t, node, CIM__J_OBJECT) && cim__jpair(t, node, &at, &key, &value)) {
        cim__str name = cim__jtext(t, key);
        if (cim__cj_is_geometry_member(name)) continue;
        cim__cj_kind k = cim__str_is(name, "material") ? CIM__CJ_MATERIAL : cim__str_is(name, "texture") ? CIM__CJ_TEXTURE : CIM__CJ_EXTRA;
        uint32_t themes = k == CIM__CJ_EXTRA || !cim__jis(t, value, CIM__J_OBJECT) ? 1 : cim__jcount(t, value);
        w->counts->seen[k] += themes;
        w->counts->verbatim[k] += themes;
        if (!any) {
            cim__json_open(json, '{');
            if (fits) cim__json_kv_int(json, "shape", (int64_t)shape);
            if (template_gid.len) cim__json_kv_str(json, "template", template_gid);
            any = true;
        }
        cim__json_keystr(json, name);
        cim__jput(json, t, value);
    }
    if (any) cim__json_close(json, '}');
}

/* {"boundaries": [vertex, ...]} becomes {"coordinates": [[x, y, z], ...]}: the list of vertices is not kept. */
static void put_location(cim__cj_worker *w, cim__json *json, uint32_t location)
{
    const cim__jtree *t = &w->tree;
    uint32_t at = location + 1, key, value;
    cim__json_open(json, '{');
    while (cim__jpair(t, location, &at, &key, &value)) {
        if (!cim__str_is(cim__jtext(t, key), "boundaries")) {
            cim__json_keystr(json, cim__jtext(t, key));
            cim__jput(json, t, value);
            continue;
        }
        cim__json_key(json, "coordinates");
        cim__json_open(json, '[');
        for (uint32_t i = value + 1; cim__jis(t, value, CIM__J_ARRAY) && i < cim__jskip(t, value); i = cim__jskip(t, i)) {
            uint32_t index;
            double xyz[3];
            if (!cim__jindex(t, i, &index) || !cim__cj_vertex(w->from, w->place, index, xyz)) {
                cim__cj_warn(w, "the location of an address is not a vertex");
                continue;
            }
            cim__json_open(json, '[');
            for (int k = 0; k < 3; k++) cim__json_num(json, xyz[k]);
            cim__json_close(json, ']');
        }
        cim__json_close(json, ']');
    }
    cim__json_close(json, '}');
}

static void put_address(cim__cj_worker *w, cim__json *json, uint32_t address)
{
    const cim__jtree *t = &w->tree;
    uint32_t at = address + 1, key, value;
    w->counts->seen[CIM__CJ_ADDRESS]++;
    w->counts->verbatim[CIM__CJ_ADDRESS]++;
    if (!cim__jis(t, address, CIM__J_OBJECT)) {
        cim__jput(json, t, address);
        return;
    }
    cim__json_open(json, '{');
    while (cim__jpair(t, address, &at, &key, &value)) {
        cim__json_keystr(json, cim__jtext(t, key));
        if (cim__str_is(cim__jtext(t, key), "location") && cim__jis(t, value, CIM__J_OBJECT)) put_location(w, json, value);
        else cim__jput(json, t, value);
    }
    cim__json_close(json, '}');
}

static void put_addresses(cim__cj_worker *w, cim__json *json, uint32_t object)
{
    const cim__jtree *t = &w->tree;
    uint32_t address = cim__jget(t, object, "address");
    if (address == CIM_NONE || cim__jis(t, address, CIM__J_NULL)) return;
    cim__json_key(json, "address");
    if (!cim__jis(t, address, CIM__J_ARRAY)) { /* CityJSON 1.0 has one */
        put_address(w, json, address);
        return;
    }
    cim__json_open(json, '[');
    for (uint32_t i = address + 1; i < cim__jskip(t, address); i = cim__jskip(t, i)) put_address(w, json, i);
    cim__json_close(json, ']');
}

static bool is_object_member(cim__str key, bool group)
{
    static const char *const names[] = { "type", "attributes", "geometry", "parents", "children", "address", "geographicalExtent", "children_roles", "members" };
    size_t count = sizeof names / sizeof *names - (group ? 0 : 2);
    for (size_t i = 0; i < count; i++)
        if (cim__str_is(key, names[i])) return true;
    return false;
}

static bool is_feature_member(cim__str key)
{
    return cim__str_is(key, "type") || cim__str_is(key, "id") || cim__str_is(key, "CityObjects") || cim__str_is(key, "vertices");
}

/* Members of `node` that the test does not know, as "name": {...}. */
static void put_others(cim__cj_worker *w, cim__json *json, const char *name, uint32_t node, bool is_object, bool group)
{
    const cim__jtree *t = &w->tree;
    uint32_t at = node + 1, key, value;
    bool any = false;
    while (cim__jpair(t, node, &at, &key, &value)) {
        if (is_object ? is_object_member(cim__jtext(t, key), group) : is_feature_member(cim__jtext(t, key))) continue;
        if (!any) {
            cim__json_key(json, name);
            cim__json_open(json, '{');
            any = true;
        }
        w->counts->seen[CIM__CJ_EXTRA]++;
        w->counts->verbatim[CIM__CJ_EXTRA]++;
        cim__json_keystr(json, cim__jtext(t, key));
        cim__jput(json, t, value);
    }
    if (any) cim__json_close(json, '}');
}

/* ---- geometries ---- */

typedef struct appearance {
    uint32_t node;
    bool fits;
    uint8_t shape;
} appearance;

/* All geometries of an object; those with other members than ours are listed in w->other. */
static cim_status read_geometries(cim_ctx *ctx, cim__cj_worker *w, uint32_t object)
{
    const cim__jtree *t = &w->tree;
    uint32_t list = cim__jget(t, object, "geometry");
    w->shape_count = 0;
    w->other.size = 0;
    if (list == CIM_NONE || cim__jis(t, list, CIM__J_NULL)) return CIM_OK;
    if (!cim__jis(t, list, CIM__J_ARRAY)) {
        w->counts->seen[CIM__CJ_GEOMETRY]++;
        cim__cj_skip(w, CIM__CJ_GEOMETRY, 1, "geometry is not a list");
        cim__cj_warn(w, "geometry is not a list");
        return CIM_OK;
    }
    for (uint32_t i = list + 1; i < cim__jskip(t, list); i = cim__jskip(t, i)) {
        bool stored = false, fits = false;
        size_t slot = w->shape_count;
        if (slot == CIM__RECORD_SHAPES) {
            w->counts->seen[CIM__CJ_GEOMETRY]++;
            cim__cj_skip(w, CIM__CJ_GEOMETRY, 1, "more than 64 geometries of one object");
            continue;
        }
        CIM__TRY(cim__cj_geometry(ctx, w, i, CIM__CJ_GEOMETRY, &w->build[slot], &w->topo[slot], &w->shapes[slot], &stored, &fits));
        appearance *a = CIM__PUSH(&w->other, appearance);
        if (!a) return cim__nomem(ctx);
        *a = (appearance){ i, stored && fits, (uint8_t)slot };
        w->shape_count += stored;
    }
    return CIM_OK;
}

static void put_appearances(cim__cj_worker *w, cim__json *json)
{
    cim__buf *out = json->buf;
    size_t before = out->size;
    bool comma = json->comma;
    cim__json_key(json, "geometry");
    cim__json_open(json, '[');
    size_t empty = out->size;
    for (size_t i = 0; i < CIM__COUNT(&w->other, appearance); i++) {
        appearance a = CIM__AT(&w->other, appearance, i);
        cim__cj_put_appearance(w, json, a.node, a.fits, a.shape, CIM__STR(""));
    }
    if (out->size == empty) { /* as a rule */
        out->size = before;
        json->comma = comma;
        return;
    }
    cim__json_close(json, ']');
}

static cim_status put_residue(cim_ctx *ctx, cim__cj_worker *w, uint32_t object, uint32_t feature, const kind *k)
{
    static const char head[] = "{\"cityjson\":{";
    cim__json json = cim__json_on(&w->residue);
    w->residue.size = 0;
    cim__buf_puts(&w->residue, head);
    if (k->keep_type) cim__json_kv_str(&json, "type", k->type);
    put_addresses(w, &json, object);
    put_others(w, &json, "members", object, true, k->class_id == CIM__C_CityObjectGroup);
    put_appearances(w, &json);
    if (feature != CIM_NONE) put_others(w, &json, "feature", feature, false, false);
    if (w->residue.size == sizeof head - 1) w->residue.size = 0;
    else cim__buf_puts(&w->residue, "}}");
    return w->residue.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- plane geometry ---- */

/* Of objects that have nothing but instances: a tree or bench is a point where it stands, of others the template's outline is
 * taken where it stands. */
static cim_status plane_of_instances(cim_ctx *ctx, cim__cj_worker *w, cim__class_id class_id, cim_geom *plane, cim__footprint_from *from)
{
    const cim__cj_file *file = w->file;
    for (size_t i = 0; i < w->shape_count && class_id != CIM__C_SolitaryVegetationObject && class_id != CIM__C_CityFurniture; i++) {
        const cim__shape *s = &w->shapes[i];
        for (size_t k = 0; k < CIM__COUNT(&file->templates, cim__cj_template); k++) {
            const cim__cj_template *template = &CIM__AT(&file->templates, cim__cj_template, k);
            if (!template->usable || !cim__str_eq(template->gid, s->template_gid)) continue;
            cim_geom own = cim__gbuild_view(&template->geom);
            cim__instance_geom(&own, s->matrix, s->anchor, &w->placed);
            if (!cim__gbuild_ok(&w->placed)) return cim__nomem(ctx);
            cim__shape placed = { .lod = template->lod, .geom = cim__gbuild_view(&w->placed), .topo = cim__buf_str(&template->topo) };
            if (!cim__geom_finite(&placed.geom)) break;
            CIM__TRY(cim__footprint_of_shapes(ctx, &w->footprint, class_id, &placed, 1, plane, from));
            if (plane->part_count) return CIM_OK;
            break;
        }
    }
    return cim__footprint_of_shapes(ctx, &w->footprint, class_id, w->shapes, w->shape_count, plane, from);
}

static cim_status make_plane(cim_ctx *ctx, cim__cj_worker *w, cim__class_id class_id, cim_geom *plane)
{
    cim__footprint_from from;
    bool only_instances = true;
    for (size_t i = 0; i < w->shape_count; i++) only_instances = only_instances && w->shapes[i].template_gid.len;
    if (only_instances) CIM__TRY(plane_of_instances(ctx, w, class_id, plane, &from));
    else CIM__TRY(cim__footprint_of_shapes(ctx, &w->footprint, class_id, w->shapes, w->shape_count, plane, &from));
    if (from == CIM__FROM_BOX) cim__cj_warn(w, "the footprint is only the box around too many overlapping faces");
    for (uint32_t i = 0; i < plane->vertex_count; i++) {
        const double *c = plane->coords + (size_t)i * (size_t)plane->dim;
        if (!(c[0] > -1e9 && c[0] < 1e9 && c[1] > -1e9 && c[1] < 1e9)) plane->part_count = plane->ring_count = plane->vertex_count = 0; /* a wild matrix */
    }
    return CIM_OK;
}

/* ---- the whole ---- */

static cim_status not_an_object(cim__cj_worker *w)
{
    static const char name[] = "(not an object)";
    cim__report_seen(w->report, name, 1);
    cim__report_fate(w->report, name, CIM__SKIPPED, "the value in CityObjects is not an object", 1);
    cim__cj_warn(w, "is not a JSON object");
    return CIM_OK;
}

static void note_odd_json(cim__cj_worker *w, uint32_t object)
{
    const cim__jtree *t = &w->tree;
    if (t->surrogates) cim__cj_warn(w, "%u escapes in its text are no characters (read as U+FFFD)", t->surrogates);
    if (t->shadowed) cim__cj_warn(w, "%u keys come twice in one JSON object; the last ones count", t->shadowed);
    if (cim__jget(t, object, "geographicalExtent") == CIM_NONE) return;
    w->counts->seen[CIM__CJ_EXTRA]++;
    cim__cj_skip(w, CIM__CJ_EXTRA, 1, "geographicalExtent: follows from the geometry");
}

cim_status cim__cj_object(cim_ctx *ctx, cim__cj_worker *w, cim__batch *batch, uint32_t object, uint32_t objects, uint32_t feature)
{
    const cim__jtree *t = &w->tree;
    cim__value values[CIM__ATTR_COUNT];
    cim_geom plane;
    if (!cim__jis(t, object, CIM__J_OBJECT)) return not_an_object(w);
    kind k = kind_of(w, object);
    uint32_t attributes = cim__jget(t, object, "attributes");
    read_own_class(w, attributes, &k);
    bool group = k.class_id == CIM__C_CityObjectGroup;
    cim__feature f = { .gid = gid_into(&w->gid, w->id), .class_id = k.class_id, .values = values };
    if (k.row != CIM_NONE) w->counts->type_seen[k.row]++;
    note_odd_json(w, object);
    put_attributes(w, attributes, &k);
    CIM__TRY(read_parents(ctx, w, batch, object, objects, f.gid));
    CIM__TRY(read_children(ctx, w, batch, object, "children", group, f.gid));
    if (group) CIM__TRY(read_children(ctx, w, batch, object, "members", true, f.gid));
    CIM__TRY(read_geometries(ctx, w, object));
    CIM__TRY(put_residue(ctx, w, object, feature, &k));
    CIM__TRY(make_plane(ctx, w, k.class_id, &plane));
    f.value_count = cim__cj_values(t, attributes, cim__jget(t, object, "address"), values, CIM__ATTR_COUNT);
    cim__cj_life(t, attributes, &f.valid_from, &f.valid_to);
    f.attrs = cim__buf_str(&w->attrs);
    f.residue = cim__buf_str(&w->residue);
    f.parent_gid = cim__buf_str(&w->parent);
    f.plane = plane.part_count ? &plane : NULL;
    f.shapes = w->shapes;
    f.shape_count = w->shape_count;
    count_kind(w, &k);
    if (w->attrs.failed || w->gid.failed || w->new_types.failed) return cim__nomem(ctx);
    return cim__batch_add(ctx, batch, &f);
}
