/* shapes.c - the geometries of an object sorted into shapes, one a level of detail and role.
 *
 * Polygons of thematic surfaces go where the object's solid of the same level of detail is, when that refers to any of them or
 * they to it; else they form a "multi_surface" of their own. */
#include "import/citygml/build.h"

#include <stdio.h>

enum { MIXED_DEPTH = 16 };

/* ---- items ---- */

static const char *usual_role(cim__gwhat what)
{
    static const char *const roles[] = { "point", "multi_curve", "multi_surface", "solid" };
    return roles[what];
}

/* A role that names a kind of geometry is replaced when the geometry is of another kind. */
static cim__str role_for(cim__str role, cim__gwhat what)
{
    if (!role.len) return cim__str_of(usual_role(what));
    for (int k = CIM__GW_POINT; k <= CIM__GW_SOLID; k++)
        if (k != (int)what && cim__str_is(role, usual_role((cim__gwhat)k))) return cim__str_of(usual_role(what));
    return role;
}

static int what_of(const cim__gname *name)
{
    switch (name->kind) {
    case CIM__G_POINT: return CIM__GW_POINT;
    case CIM__G_LINE:
    case CIM__G_ARC:
    case CIM__G_CURVES:
    case CIM__G_ORIENTABLE_CURVE: return CIM__GW_CURVE;
    case CIM__G_POLYGON:
    case CIM__G_SURFACES:
    case CIM__G_ORIENTABLE_SURFACE: return CIM__GW_SURFACE;
    case CIM__G_SOLID:
    case CIM__G_SOLIDS: return CIM__GW_SOLID;
    default: return -1;
    }
}

/* Number of the shape for items like this; CIM__GSHAPES when there are too many. */
static uint16_t key_of(cim__gbuilder *b, int8_t lod, cim__str role, cim__gwhat what)
{
    for (uint32_t i = 0; i < b->shape_count; i++)
        if (b->shapes[i].lod == lod && b->shapes[i].what == what && cim__str_eq(b->shapes[i].role, role)) return (uint16_t)i;
    if (b->shape_count == CIM__GSHAPES) return CIM__GSHAPES;
    cim__gshape *s = &b->shapes[b->shape_count];
    s->lod = lod;
    s->what = (uint8_t)what;
    s->role = role;
    return (uint16_t)b->shape_count++;
}

cim_status cim__gb_push_item(cim_ctx *ctx, cim__gbuilder *b, cim__gplace at, int8_t lod, cim__str role, uint32_t surface, int depth)
{
    const cim__gname *name = cim__gplace_node(at)->name;
    int what = what_of(name);
    if (name->kind == CIM__G_MIXED && depth < MIXED_DEPTH) {
        size_t base = cim__gb_members(b, at), end = CIM__COUNT(&b->places, cim__gplace);
        cim_status st = CIM_OK;
        cim__gb_used(b, at);
        for (size_t i = base; i < end && st >= 0; i++) st = cim__gb_push_item(ctx, b, CIM__AT(&b->places, cim__gplace, i), lod, role, surface, depth + 1);
        b->places.size = base * sizeof(cim__gplace);
        return st;
    }
    if (what < 0) {
        cim__gb_reject(b, at, "a kind of geometry that is not supported");
        return CIM_OK;
    }
    cim__gitem item = { .tree = at.tree, .node = at.node, .surface = surface, .lod = lod, .what = (uint8_t)what, .role = role_for(role, (cim__gwhat)what) };
    item.key = key_of(b, lod, item.role, (cim__gwhat)what);
    if (item.key == CIM__GSHAPES) {
        cim__gb_reject(b, at, "more shapes than an object can have");
        return CIM_OK;
    }
    cim__gitem *kept = CIM__PUSH(&b->items, cim__gitem);
    if (!kept) return cim__nomem(ctx);
    *kept = item;
    return CIM_OK;
}

cim_status cim__gb_add_geometry(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, uint32_t surface)
{
    const cim__gname *name = cim__gb_node(b, property)->name;
    int8_t lod = name->lod >= 0 ? name->lod : b->lod;
    cim__gplace to, self = { b->tree, property };
    bool any = false;
    cim__gb_used(b, self);
    CIM__GTREE_EACH(b->tree, property, c)
    {
        any = true;
        if (cim__gname_geometry(cim__gb_node(b, c)->name)) CIM__TRY(cim__gb_push_item(ctx, b, (cim__gplace){ b->tree, c }, lod, name->role, surface, 0));
    }
    if (!any && cim__gb_resolve(b, self, &to)) return cim__gb_push_item(ctx, b, to, lod, name->role, surface, 0);
    return CIM_OK;
}

/* ---- one shape ---- */

static const int32_t types[] = { CIM_GEOM_MULTIPOINT, CIM_GEOM_MULTILINESTRING, CIM_GEOM_MULTIPOLYGON, CIM_GEOM_MULTIPOLYGON };

static void begin_shape(cim__gbuilder *b, cim__gshape *s)
{
    cim__gbuild_begin(&s->geom, types[s->what], 3);
    cim__topo_reset(&s->topo);
    s->serial = ++b->serial;
    s->visited = 0;
    s->topo_size = 0;
    for (size_t i = 0; i < CIM__COUNT(&b->surfaces, cim__gsurface); i++) CIM__AT(&b->surfaces, cim__gsurface, i).local = CIM_NONE;
}

static cim__topo_kind kind_of(const cim__gname *name)
{
    return name->kind == CIM__G_SOLID || name->kind == CIM__G_SOLIDS || name->kind == CIM__G_SURFACES ? (cim__topo_kind)name->code : CIM__TOPO_MULTISURFACE;
}

/* Several geometries in one shape: what they are together. */
static void join_kind(cim__gshape *s, const cim__gname *name, bool first)
{
    cim__topo_kind kind = kind_of(name);
    if (first) s->topo.kind = kind;
    else if (s->what == CIM__GW_SOLID) s->topo.kind = CIM__TOPO_MULTISOLID;
    else if (kind != s->topo.kind || kind != CIM__TOPO_TIN) s->topo.kind = CIM__TOPO_MULTISURFACE;
}

static void add_item(cim__gbuilder *b, cim__gshape *s, const cim__gitem *item, bool first)
{
    cim__gplace at = { item->tree, item->node };
    switch (item->what) {
    case CIM__GW_POINT: cim__gb_points(b, s, at); return;
    case CIM__GW_CURVE: cim__gb_curves(b, s, at); return;
    case CIM__GW_SURFACE:
        if (s->what == CIM__GW_SURFACE) join_kind(s, cim__gplace_node(at)->name, first);
        cim__gb_surfaces(b, s, at, item->surface, false, false, 0);
        return;
    default:
        join_kind(s, cim__gplace_node(at)->name, first);
        cim__gb_solids(b, s, at, 0);
    }
}

static cim__gitem *item_at(const cim__gbuilder *b, size_t i) { return &CIM__AT(&b->items, cim__gitem, i); }

/* The first polygon at or below a node; CIM_NONE if there is none, or it is too far. */
static uint32_t first_polygon(cim__gbuilder *b, uint32_t node)
{
    for (uint32_t i = node; i < cim__gb_node(b, node)->end && cim__gb_spend(b); i++)
        if (cim__gb_node(b, i)->name && cim__gb_node(b, i)->name->kind == CIM__G_POLYGON) return i;
    return CIM_NONE;
}

/* Is a polygon of this surface in the shape already?  Looks at one level of references, without following chains. */
static bool shares(cim__gbuilder *b, const cim__gshape *s, const cim__gitem *item)
{
    if (item->tree != b->tree) return false;
    for (uint32_t i = item->node, end = cim__gb_node(b, item->node)->end; i < end; i++) {
        const cim__gnode *n = cim__gb_node(b, i);
        cim__str href;
        if (!n->name) continue;
        if (n->name->kind == CIM__G_POLYGON && n->shape == s->serial) return true;
        if (!(n->flags & CIM__GN_LINK) || !cim__gtree_attr(b->tree, n, "href", &href)) continue;
        uint32_t target = cim__gindex_find(&b->index, b->tree, cim__ghref_of(href).id);
        if (target != CIM_NONE) target = first_polygon(b, target);
        if (target != CIM_NONE && cim__gb_node(b, target)->shape == s->serial) return true;
    }
    return false;
}

/* Thematic surfaces of a solid's level of detail join it. */
static void take_boundary(cim__gbuilder *b, cim__gshape *s)
{
    size_t count = CIM__COUNT(&b->items, cim__gitem);
    bool shared = false;
    for (size_t i = 0; i < count && !shared; i++) {
        const cim__gitem *item = item_at(b, i);
        shared = item->surface != CIM_NONE && item->lod == s->lod && item->what == CIM__GW_SURFACE && shares(b, s, item);
    }
    for (size_t i = 0; i < count && shared; i++) {
        cim__gitem *item = item_at(b, i);
        if (item->surface == CIM_NONE || item->lod != s->lod || item->what != CIM__GW_SURFACE) continue;
        item->key = (uint16_t)(s - b->shapes);
        add_item(b, s, item, false);
    }
}

static cim_status finish_shape(cim_ctx *ctx, cim__gbuilder *b, cim__gshape *s)
{
    if (!cim__gbuild_ok(&s->geom) || !cim__topo_ok(&s->topo) || b->vertices.failed || b->places.failed || b->surfaces.failed || b->piece_ends.failed) return cim__nomem(ctx);
    if (s->what < CIM__GW_SURFACE) return CIM_OK;
    s->topo_at = b->topo_bytes.size;
    cim__topo_put(&b->topo_bytes, &s->topo);
    s->topo_size = b->topo_bytes.size - s->topo_at;
    return b->topo_bytes.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status make_shape(cim_ctx *ctx, cim__gbuilder *b, uint32_t key)
{
    cim__gshape *s = &b->shapes[key];
    bool first = true;
    begin_shape(b, s);
    for (size_t i = 0; i < CIM__COUNT(&b->items, cim__gitem); i++) {
        const cim__gitem *item = item_at(b, i);
        if (item->key != key) continue;
        add_item(b, s, item, first);
        first = false;
    }
    if (s->what == CIM__GW_SOLID) take_boundary(b, s);
    return finish_shape(ctx, b, s);
}

/* ---- all shapes ---- */

static void put_out(cim__gbuilder *b, cim__gshape *s)
{
    cim_geom geom = cim__gbuild_view(&s->geom);
    if (!geom.part_count || b->out_count == CIM__GSHAPES) return;
    s->lod_text[0] = (char)('0' + s->lod);
    cim__str topo = { (const char *)b->topo_bytes.data + s->topo_at, s->topo_size };
    b->out[b->out_count++] = (cim__shape){ .lod = { s->lod_text, s->lod >= 0 ? 1 : 0 }, .role = s->role, .geom = geom, .topo = s->topo_size ? topo : (cim__str){ "", 0 } };
}

/* Surfaces whose polygons are nowhere: they are kept as text. */
static void leave_unused(cim__gbuilder *b)
{
    for (size_t i = 0; i < CIM__COUNT(&b->surfaces, cim__gsurface); i++) {
        const cim__gsurface *g = &CIM__AT(&b->surfaces, cim__gsurface, i);
        if (g->own && !g->used) cim__gb_fate_all(b, g->node, CIM__GF_NONE);
    }
}

cim_status cim__gb_make_shapes(cim_ctx *ctx, cim__gbuilder *b)
{
    for (uint32_t pass = 0; pass < 2; pass++) /* solids first: they take surfaces away from the others */
        for (uint32_t k = 0; k < b->shape_count; k++)
            if ((b->shapes[k].what == CIM__GW_SOLID) == (pass == 0)) CIM__TRY(make_shape(ctx, b, k));
    for (int lod = -1; lod <= 4; lod++)
        for (uint32_t k = 0; k < b->shape_count; k++)
            if (b->shapes[k].lod == lod) put_out(b, &b->shapes[k]);
    leave_unused(b);
    return CIM_OK;
}

/* ---- implicit geometry ---- */

static bool read_matrix(cim__str text, double matrix[16])
{
    const char *p = text.ptr, *end = p + text.len;
    for (int i = 0; i < 16; i++) {
        while (p < end && (unsigned char)*p <= ' ') p++;
        p = cim__read_double(p, end, &matrix[i]);
        if (!p || !(matrix[i] > -1e12 && matrix[i] < 1e12)) return false;
    }
    return true;
}

/* Polygons and solids of a template; everything else in it stays text. */
static void template_faces(cim__gbuilder *b, cim__gshape *s, cim__gplace at, int depth)
{
    const cim__gname *name = cim__gplace_node(at)->name;
    int what = what_of(name);
    if (name->kind == CIM__G_MIXED && depth < MIXED_DEPTH) {
        size_t base = cim__gb_members(b, at), end = CIM__COUNT(&b->places, cim__gplace);
        cim__gb_used(b, at);
        for (size_t i = base; i < end; i++) template_faces(b, s, CIM__AT(&b->places, cim__gplace, i), depth + 1);
        b->places.size = base * sizeof(cim__gplace);
    } else if (what == (int)s->what || (what == CIM__GW_SURFACE && s->what == CIM__GW_SOLID)) {
        add_item(b, s, &(cim__gitem){ .tree = at.tree, .node = at.node, .surface = CIM_NONE, .what = (uint8_t)what }, !s->visited);
    }
}

static int first_what(const cim__gtree *t, uint32_t node)
{
    int best = -1;
    for (uint32_t i = node; i < cim__gtree_node(t, node)->end; i++) {
        const cim__gname *name = cim__gtree_node(t, i)->name;
        int what = name ? what_of(name) : -1;
        if (what == CIM__GW_SOLID || what == CIM__GW_SURFACE) return what == CIM__GW_SOLID && best < 0 ? CIM__GW_SOLID : CIM__GW_SURFACE;
        if (what >= 0 && best < 0) best = what;
    }
    return best;
}

static cim_status make_template(cim_ctx *ctx, cim__gbuilder *b, cim__gplace at, cim__str gid)
{
    cim__gshape *s = &b->template;
    int what = first_what(at.tree, at.node);
    if (what < 0) return CIM_OK;
    s->what = (uint8_t)what;
    begin_shape(b, s);
    template_faces(b, s, at, 0);
    size_t before = b->topo_bytes.size;
    CIM__TRY(finish_shape(ctx, b, s));
    cim__template t = { .gid = gid, .geom = cim__gbuild_view(&s->geom), .topo = { (const char *)b->topo_bytes.data + before, s->topo_size } };
    cim_status st = cim__batch_template(ctx, b->batch, &t);
    b->topo_bytes.size = before;
    return st;
}

cim_status cim__gbuild_template(cim_ctx *ctx, cim__gbuilder *b, cim__str id, cim__str file)
{
    cim__gplace at = { &b->store->tree, cim__map_get(&b->store->nodes, cim__ghref_hash(file, id)) };
    cim__arena_reset(&b->arena);
    b->tree = &b->none;
    b->surfaces.size = b->places.size = b->topo_bytes.size = 0;
    b->visits = 10000 + 8ull * cim__gtree_count(at.tree);
    cim__str gid = cim__gb_gid_of(b, id);
    if (!gid.ptr) return cim__nomem(ctx);
    if (at.node != CIM_NONE && cim__gname_geometry(cim__gplace_node(at)->name)) return make_template(ctx, b, at, gid);
    return cim__batch_template(ctx, b->batch, &(cim__template){ .gid = gid, .geom = { .type = CIM_GEOM_MULTIPOLYGON, .dim = 3 } });
}

static cim_status note_template(cim_ctx *ctx, cim__gbuilder *b, cim__str id, cim__str file, uint32_t line, bool defined)
{
    cim__gtemplate_seen *seen = CIM__PUSH(&b->templates, cim__gtemplate_seen);
    if (!seen) return cim__nomem(ctx);
    *seen = (cim__gtemplate_seen){ id, file, line, defined };
    return CIM_OK;
}

/* relativeGMLGeometry: a template here or a reference to one. */
static cim_status local_template(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, cim__str *gid_out)
{
    cim__gnode *n = cim__gb_node(b, property);
    uint32_t geometry = cim__gtree_first(b->tree, property);
    cim__str href;
    if (geometry == CIM_NONE) {
        if (!cim__gtree_attr(b->tree, n, "href", &href)) return CIM_OK;
        cim__ghref h = cim__ghref_of(href);
        if (h.remote || !h.id.len) {
            n->flags |= CIM__GN_UNRESOLVED;
            cim__gb_warn(b, property, "a template that is not followed");
            return CIM_OK;
        }
        *gid_out = cim__gb_gid_of(b, h.id);
        n->flags |= CIM__GN_RESOLVED; /* or else it is found out at the end of the file */
        return note_template(ctx, b, h.id, h.file, n->line, false);
    }
    if (!cim__gname_geometry(cim__gb_node(b, geometry)->name)) return CIM_OK;
    cim__str id = cim__gtree_id(b->tree, cim__gb_node(b, geometry));
    char made[24];
    if (!id.len) {
        snprintf(made, sizeof made, "/template%u", b->unnamed++);
        b->text.size = 0;
        cim__buf_putstr(&b->text, b->gid);
        cim__buf_puts(&b->text, made);
        *gid_out = cim__arena_str(&b->arena, cim__buf_str(&b->text));
    } else {
        *gid_out = cim__gb_gid_of(b, id);
        CIM__TRY(note_template(ctx, b, id, (cim__str){ "", 0 }, n->line, true));
    }
    if (!gid_out->ptr) return cim__nomem(ctx);
    return make_template(ctx, b, (cim__gplace){ b->tree, geometry }, *gid_out);
}

/* libraryObject: a template somewhere else, by its address. */
static cim_status library_template(cim_ctx *ctx, cim__gbuilder *b, uint32_t implicit, uint32_t library, cim__str *gid_out)
{
    cim__str uri = cim__gtree_text(b->tree, cim__gb_node(b, library)), mime = { "", 0 };
    uint32_t type = cim__gtree_child(b->tree, implicit, "mimeType");
    if (type != CIM_NONE) mime = cim__gtree_text(b->tree, cim__gb_node(b, type));
    if (!uri.len) cim__gtree_attr(b->tree, cim__gb_node(b, library), "href", &uri);
    if (!uri.len) return CIM_OK;
    b->text.size = 0;
    cim__buf_puts(&b->text, "uri:");
    cim__buf_putstr(&b->text, uri);
    *gid_out = cim__arena_str(&b->arena, cim__buf_str(&b->text));
    if (b->text.failed || !gid_out->ptr) return cim__nomem(ctx);
    return cim__batch_template(ctx, b->batch, &(cim__template){ .gid = *gid_out, .mime = mime, .uri = uri, .geom = { .type = CIM_GEOM_MULTIPOLYGON, .dim = 3 } });
}

static bool read_anchor(cim__gbuilder *b, uint32_t implicit, double anchor[3])
{
    uint32_t property = cim__gtree_child(b->tree, implicit, "referencePoint");
    cim__gplace point;
    if (property == CIM_NONE) return false;
    uint32_t first = cim__gtree_first(b->tree, property);
    point = (cim__gplace){ b->tree, first };
    if (first == CIM_NONE && !cim__gb_resolve(b, (cim__gplace){ b->tree, property }, &point)) return false;
    return cim__gb_point(b, point, anchor);
}

/* The parts of an implicit geometry that are now in the shape or the template. */
static void use_implicit(cim__gbuilder *b, uint32_t property, uint32_t implicit)
{
    static const char *const parts[] = { "referencePoint", "transformationMatrix", "libraryObject", "mimeType", "relativeGMLGeometry", "relativeGeometry" };
    cim__gb_used(b, (cim__gplace){ b->tree, property });
    cim__gb_used(b, (cim__gplace){ b->tree, implicit });
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint32_t part = cim__gtree_child(b->tree, implicit, parts[i]);
        if (part == CIM_NONE) continue;
        cim__gb_used(b, (cim__gplace){ b->tree, part });
        uint32_t point = i == 0 ? cim__gtree_first(b->tree, part) : CIM_NONE;
        if (point != CIM_NONE) cim__gb_used(b, (cim__gplace){ b->tree, point });
    }
}

cim_status cim__gb_implicit(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, uint32_t node)
{
    static const double identity[16] = { 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1 };
    static const char lods[] = "01234";
    cim__shape shape = { .role = CIM__STR("implicit"), .geom = { .type = CIM_GEOM_MULTIPOLYGON, .dim = 3 } };
    int8_t lod = cim__gb_node(b, property)->name->lod;
    uint32_t matrix = cim__gtree_child(b->tree, node, "transformationMatrix"), library = cim__gtree_child(b->tree, node, "libraryObject");
    uint32_t relative = cim__gtree_child(b->tree, node, "relativeGMLGeometry");
    if (relative == CIM_NONE) relative = cim__gtree_child(b->tree, node, "relativeGeometry");
    memcpy(shape.matrix, identity, sizeof identity);
    if (lod >= 0) shape.lod = (cim__str){ lods + lod, 1 };
    if (!read_anchor(b, node, shape.anchor) || (matrix != CIM_NONE && !read_matrix(cim__gtree_text(b->tree, cim__gb_node(b, matrix)), shape.matrix))) {
        cim__gb_reject(b, (cim__gplace){ b->tree, property }, "an implicit geometry without a point to stand on, or with a damaged matrix");
        return CIM_OK;
    }
    if (relative != CIM_NONE) CIM__TRY(local_template(ctx, b, relative, &shape.template_gid));
    if (!shape.template_gid.len && library != CIM_NONE) CIM__TRY(library_template(ctx, b, node, library, &shape.template_gid));
    if (!shape.template_gid.len || b->out_count == CIM__GSHAPES) {
        cim__gb_reject(b, (cim__gplace){ b->tree, property }, "an implicit geometry without a template");
        return CIM_OK;
    }
    b->out[b->out_count++] = shape;
    use_implicit(b, property, node);
    return CIM_OK;
}
