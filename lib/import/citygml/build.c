/* build.c - objects from trees: what each property of an object is, and putting the parts together. */
#include "import/citygml/build.h"

#include <stdio.h>

enum { BUFS = 24 };

static void list_bufs(cim__gbuilder *b, cim__buf *bufs[BUFS])
{
    cim__buf *all[] = { &b->objects, &b->templates, &b->queue,  &b->places, &b->piece_ends,    &b->graphs, &b->links, &b->items, &b->surfaces, &b->members, &b->json, &b->topo_bytes,
                        &b->residue, &b->packed,    &b->text,   &b->path,   &b->table,         &b->vertices, &b->canon_text, &b->sibling_counts, &b->names, NULL, NULL, NULL };
    memcpy(bufs, all, sizeof all);
}

static void init_shape(cim__gshape *s, cim__mem *mem)
{
    cim__gbuild_init(&s->geom, mem);
    cim__topo_init(&s->topo, mem);
}

static void free_shape(cim__gshape *s)
{
    cim__gbuild_free(&s->geom);
    cim__topo_free(&s->topo);
}

cim_status cim__gbuilder_init(cim_ctx *ctx, cim__gbuilder *b, cim__mem *mem, const cim__gshared *shared)
{
    cim__buf *bufs[BUFS];
    memset(b, 0, sizeof *b);
    b->mem = mem;
    b->shared = *shared;
    cim__report_init(&b->report, mem);
    list_bufs(b, bufs);
    for (int i = 0; i < BUFS && bufs[i]; i++) *bufs[i] = cim__buf_on(mem);
    b->arena = cim__arena_on(mem);
    cim__gtree_init(&b->none, mem, 0);
    cim__gindex_init(&b->index, mem);
    for (int i = 0; i < CIM__GSHAPES; i++) init_shape(&b->shapes[i], mem);
    init_shape(&b->template, mem);
    cim__footprint_init(&b->footprint, mem);
    cim__canon_init(&b->canon, mem, &b->canon_text);
    return cim__deflater_new(ctx, &b->deflater);
}

void cim__gbuilder_free(cim__gbuilder *b)
{
    cim__buf *bufs[BUFS];
    if (!b->mem) return;
    cim__report_free(&b->report);
    list_bufs(b, bufs);
    for (int i = 0; i < BUFS && bufs[i]; i++) cim__buf_free(bufs[i]);
    cim__arena_free(&b->arena);
    cim__gindex_free(&b->index);
    for (int i = 0; i < CIM__GSHAPES; i++) free_shape(&b->shapes[i]);
    free_shape(&b->template);
    cim__footprint_free(&b->footprint);
    cim__canon_free(&b->canon);
    cim__deflater_free(b->deflater);
}

/* ---- fates and warnings ---- */

/* Objects inside keep their own; so does what is in a residue already. */
void cim__gb_fate_all(cim__gbuilder *b, uint32_t node, cim__gfate fate)
{
    uint32_t end = cim__gb_node(b, node)->end;
    for (uint32_t i = node; i < end; i++) {
        cim__gnode *n = cim__gb_node(b, i);
        if (n->flags & CIM__GN_FEATURE && i != node) i = n->end - 1;
        else if (n->fate != CIM__GF_VERBATIM) n->fate = (uint8_t)fate;
    }
}

void cim__gb_warn(cim__gbuilder *b, uint32_t node, const char *text)
{
    const cim__gnode *n = cim__gb_node(b, node);
    cim__str id = cim__gtree_id(b->tree, n);
    if (!id.len) id = b->gid;
    cim__report_warn(&b->report, n->line, "line %u: %s (%.*s, %.*s)", n->line, text, (int)n->name->qname.len, n->name->qname.ptr, (int)(id.len < 100 ? id.len : 100), id.ptr);
}

/* ---- what is an object ---- */

/* GML's object-property pattern: an element with a capital letter and an id that has a geometry or an envelope of its own. */
static bool looks_like_feature(const cim__gbuilder *b, uint32_t node)
{
    if (!cim__gtree_id(b->tree, cim__gb_node(b, node)).len) return false;
    CIM__GTREE_EACH(b->tree, node, c)
    {
        const cim__gnode *n = cim__gb_node(b, c);
        if (n->name->lod >= 0 || cim__gname_is(n->name, CIM__GML_GML, "boundedBy")) return true;
        uint32_t inner = cim__gtree_first(b->tree, c);
        if (inner != CIM_NONE && (cim__gname_geometry(cim__gb_node(b, inner)->name) || cim__gb_node(b, inner)->name->kind == CIM__G_IMPLICIT)) return true;
    }
    return false;
}

static bool address_has_place(const cim__gbuilder *b, uint32_t node)
{
    uint32_t points = cim__gtree_child(b->tree, node, "multiPoint");
    return points != CIM_NONE && cim__gtree_first(b->tree, points) != CIM_NONE;
}

bool cim__gb_is_object(const cim__gbuilder *b, uint32_t node)
{
    const cim__gname *name = cim__gb_node(b, node)->name;
    if (!name || !name->upper) return false;
    if (name->kind == CIM__G_OBJECT) return true;
    if (name->kind == CIM__G_ADDRESS) return address_has_place(b, node);
    return name->kind == CIM__G_OTHER && name->module != CIM__GML_GML && name->module != CIM__GML_XAL && looks_like_feature(b, node);
}

/* A class that is not in the tables is stored as the nearest thing that is. */
static cim__class_id class_of(const cim__gbuilder *b, uint32_t node)
{
    const cim__gname *name = cim__gb_node(b, node)->name;
    if (name->kind == CIM__G_OBJECT) return cim__gb_network_class(b, node, (cim__class_id)name->code);
    if (name->kind == CIM__G_ADDRESS) return CIM__C_Address;
    return name->module == CIM__GML_URF ? CIM__C_Zone : CIM__C_CityObject;
}

/* ---- ids ---- */

cim__str cim__gb_gid_of(cim__gbuilder *b, cim__str id)
{
    char *text = cim__arena_alloc(&b->arena, id.len + 5);
    if (!text) return (cim__str){ NULL, 0 };
    memcpy(text, "gml:", 4);
    for (size_t i = 0; i < id.len; i++) text[4 + i] = id.ptr[i] == '#' ? '_' : id.ptr[i]; /* behind '#' are parts of an object */
    text[4 + id.len] = 0;
    return (cim__str){ text, id.len + 4 };
}

/* For an object without id: file, member, number of such objects in the member.  The same in every import of the file. */
static cim__str made_gid(cim__gbuilder *b)
{
    b->text.size = 0;
    cim__buf_putstr(&b->text, b->shared.stem);
    cim__buf_printf(&b->text, "/%llu", (unsigned long long)b->ordinal);
    if (b->unnamed) cim__buf_printf(&b->text, "/%u", b->unnamed);
    b->unnamed++;
    b->ids_missing++;
    return b->text.failed ? (cim__str){ NULL, 0 } : cim__gb_gid_of(b, cim__buf_str(&b->text));
}

cim_status cim__gb_queue(cim_ctx *ctx, cim__gbuilder *b, uint32_t node, cim__str parent_gid, cim__str *gid_out)
{
    cim__gnode *n = cim__gb_node(b, node);
    cim__str id = cim__gtree_id(b->tree, n), gid = id.len ? cim__gb_gid_of(b, id) : made_gid(b);
    if (!gid.ptr) return cim__nomem(ctx);
    n->flags |= CIM__GN_FEATURE;
    cim__gqueued *q = CIM__PUSH(&b->queue, cim__gqueued);
    cim__gobject_seen *seen = CIM__PUSH(&b->objects, cim__gobject_seen);
    if (!q || !seen) return cim__nomem(ctx);
    *q = (cim__gqueued){ node, gid, parent_gid };
    *seen = (cim__gobject_seen){ cim__hash64(gid.ptr, gid.len, 0), n->line };
    if (gid_out) *gid_out = gid;
    return CIM_OK;
}

/* ---- properties ---- */

static cim_status take_surface(cim_ctx *ctx, cim__gbuilder *b, uint32_t node, uint32_t parent);

/* A property whose content is elements; `first` is the first of them. */
static cim_status take_elements(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, uint32_t first, uint32_t surface)
{
    const cim__gname *name = cim__gb_node(b, property)->name, *inner = cim__gb_node(b, first)->name;
    if (cim__gname_geometry(inner)) return cim__gb_add_geometry(ctx, b, property, surface);
    if (inner->kind == CIM__G_IMPLICIT) return cim__gb_implicit(ctx, b, property, first);
    if (inner->kind == CIM__G_ENVELOPE || cim__str_is(inner->local, "Null")) {
        cim__gb_fate_all(b, property, CIM__GF_ENVELOPE);
        return CIM_OK;
    }
    if (inner->kind == CIM__G_VERBATIM) return CIM_OK; /* to the residue */
    if (inner->kind == CIM__G_GENERIC && cim__str_is(name->local, "genericAttribute")) {
        cim__gb_fate(b, property, CIM__GF_STRUCTURE);
        CIM__GTREE_EACH(b->tree, property, c)
        if (cim__gb_node(b, c)->name->kind == CIM__G_GENERIC) CIM__TRY(cim__gb_generic(ctx, b, c));
        return CIM_OK;
    }
    if (inner->kind == CIM__G_ADDRESS && surface == CIM_NONE) cim__gb_address(b, first);
    if (!cim__gb_can_be_json(b, property)) return CIM_OK;
    return cim__gb_attribute(ctx, b, name->qname, property);
}

/* Objects and thematic surfaces in a property leave it; *rest_out says whether anything else is there. */
static cim_status take_features(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, uint32_t surface, bool *rest_out)
{
    const cim__grelation_rule *rule = cim__gb_relation_rule(cim__gb_node(b, property)->name);
    *rest_out = false;
    CIM__GTREE_EACH(b->tree, property, c)
    {
        const cim__gname *name = cim__gb_node(b, c)->name;
        cim__str gid;
        if (name->kind == CIM__G_SURFACE) {
            CIM__TRY(take_surface(ctx, b, c, surface));
        } else if (cim__gb_is_object(b, c)) {
            if (name->kind == CIM__G_ADDRESS) cim__gb_address(b, c);
            CIM__TRY(cim__gb_queue(ctx, b, c, rule && rule->no_parts ? (cim__str){ "", 0 } : b->gid, &gid));
            CIM__TRY(cim__gb_inline(ctx, b, property, gid));
        } else {
            *rest_out = true;
            continue;
        }
        cim__gb_fate(b, property, CIM__GF_STRUCTURE);
    }
    return CIM_OK;
}

static bool is_geometry_link(const cim__gname *name) { return name->kind == CIM__G_GEOMETRY_PROPERTY || (name->lod >= 0 && !cim__str_is(name->role, "implicit")); }

/* A property without elements. */
static cim_status take_leaf(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, uint32_t surface)
{
    const cim__gnode *n = cim__gb_node(b, property);
    bool text = cim__gtree_text(b->tree, n).len > 0;
    if (n->flags & CIM__GN_LINK && !text) {
        if (is_geometry_link(n->name)) return cim__gb_add_geometry(ctx, b, property, surface);
        if (!b->in_surface) CIM__TRY(cim__gb_link(ctx, b, property));
        cim__gb_fate(b, property, CIM__GF_RELATION);
        return cim__gb_attribute(ctx, b, n->name->qname, property);
    }
    const cim__grelation_rule *rule = text && !b->in_surface ? cim__gb_relation_rule(n->name) : NULL;
    if (rule && rule->type == CIM__R_SERVES) CIM__TRY(cim__gb_link(ctx, b, property));
    if (!text && !n->attr_count) {
        cim__gb_fate(b, property, CIM__GF_EMPTY);
        return CIM_OK;
    }
    return cim__gb_attribute(ctx, b, n->name->qname, property);
}

static bool has_stray_text(const cim__gbuilder *b, uint32_t node)
{
    for (uint32_t c = node + 1; c < cim__gb_node(b, node)->end; c = cim__gb_node(b, c)->end)
        if (!cim__gb_node(b, c)->name) return true;
    return false;
}

static cim_status take_property(cim_ctx *ctx, cim__gbuilder *b, uint32_t property, uint32_t surface)
{
    const cim__gnode *n = cim__gb_node(b, property);
    uint32_t first = cim__gtree_first(b->tree, property);
    bool rest = true;
    if (n->name->kind == CIM__G_GENERIC) return cim__gb_generic(ctx, b, property);
    if (n->name->kind == CIM__G_SURFACE) return take_surface(ctx, b, property, surface); /* without a property between */
    if (cim__gb_is_object(b, property)) return cim__gb_queue(ctx, b, property, b->gid, NULL);
    if (has_stray_text(b, property)) return CIM_OK; /* to the residue */
    if (surface == CIM_NONE) CIM__TRY(cim__gb_value(ctx, b, property));
    if (first == CIM_NONE) return take_leaf(ctx, b, property, surface);
    if (!cim__gname_geometry(cim__gb_node(b, first)->name)) CIM__TRY(take_features(ctx, b, property, surface, &rest));
    if (!rest) return CIM_OK;
    if (cim__gb_node(b, property)->fate == CIM__GF_STRUCTURE) return CIM_OK; /* what else there is goes to the residue */
    return take_elements(ctx, b, property, first, surface);
}

/* ---- thematic surfaces ---- */

static cim_status take_surface(cim_ctx *ctx, cim__gbuilder *b, uint32_t node, uint32_t parent)
{
    uint32_t number = (uint32_t)CIM__COUNT(&b->surfaces, cim__gsurface);
    size_t members = CIM__COUNT(&b->members, cim__gmember);
    bool outer = b->in_surface;
    cim__gsurface *s = CIM__PUSH(&b->surfaces, cim__gsurface);
    if (!s) return cim__nomem(ctx);
    *s = (cim__gsurface){ .tree = b->tree, .node = node, .parent = parent, .own = true, .local = CIM_NONE };
    cim__gb_fate(b, node, CIM__GF_SURFACE);
    cim__gb_node(b, node)->shape = b->object_serial;
    cim__gb_node(b, node)->polygon = number;
    b->in_surface = true;
    CIM__GTREE_EACH(b->tree, node, c) CIM__TRY(take_property(ctx, b, c, number));
    size_t at = b->json.size;
    CIM__TRY(cim__gb_write_members(ctx, b, members, NULL));
    b->in_surface = outer;
    s = &CIM__AT(&b->surfaces, cim__gsurface, number);
    s->json = at;
    s->json_size = b->json.size - at;
    return CIM_OK;
}

/* ---- residue ---- */

/* Which of its siblings of the same name a node is, from 1. */
static uint32_t sibling_number(cim__gbuilder *b, uint32_t node)
{
    uint32_t parent = cim__gb_node(b, node)->parent;
    bool only = parent == CIM_NONE || (parent + 1 == node && cim__gb_node(b, parent)->end == cim__gb_node(b, node)->end);
    if (only) return 1;
    if (!(cim__gb_node(b, parent)->flags & CIM__GN_NUMBERED)) {
        size_t names = b->name_count;
        b->sibling_counts.size = 0;
        uint32_t *counts = cim__buf_extend(&b->sibling_counts, names * sizeof *counts);
        if (!counts) return 1;
        memset(counts, 0, names * sizeof *counts);
        CIM__GTREE_EACH(b->tree, parent, c)
        {
            cim__gnode *n = cim__gb_node(b, c);
            if (n->name->id < names) n->sibling = ++counts[n->name->id];
        }
        cim__gb_node(b, parent)->flags |= CIM__GN_NUMBERED;
    }
    return cim__gb_node(b, node)->sibling;
}

static void put_path(cim__gbuilder *b, uint32_t node)
{
    uint32_t parent = cim__gb_node(b, node)->parent;
    if (parent == CIM_NONE || node == b->node) return;
    put_path(b, parent);
    const cim__gname *name = cim__gb_node(b, node)->name;
    if (b->path.size) cim__buf_putc(&b->path, '/');
    cim__buf_putstr(&b->path, name->qname);
    cim__buf_printf(&b->path, "[%u]", sibling_number(b, node));
}

static cim_status keep_verbatim(cim_ctx *ctx, cim__gbuilder *b, uint32_t node)
{
    b->path.size = b->canon_text.size = 0;
    put_path(b, cim__gb_node(b, node)->parent);
    cim__canon_tree(&b->canon, b->tree, node);
    cim__gb_fate_all(b, node, CIM__GF_VERBATIM);
    cim__residue_add(&b->residue, cim__buf_str(&b->path), cim__buf_str(&b->canon_text));
    return !cim__canon_ok(&b->canon) || b->path.failed || b->residue.failed || b->sibling_counts.failed ? cim__nomem(ctx) : CIM_OK;
}

/* Everything of the object that nobody has used. */
static cim_status sweep(cim_ctx *ctx, cim__gbuilder *b)
{
    uint32_t end = cim__gb_node(b, b->node)->end;
    for (uint32_t i = b->node + 1; i < end; i++) {
        const cim__gnode *n = cim__gb_node(b, i);
        if (n->flags & CIM__GN_FEATURE) i = n->end - 1;
        if (n->flags & CIM__GN_FEATURE || !n->name || n->fate) continue;
        CIM__TRY(keep_verbatim(ctx, b, i));
        i = cim__gb_node(b, i)->end - 1;
    }
    return CIM_OK;
}

/* ---- objects ---- */

static void begin_object(cim__gbuilder *b, const cim__gqueued *q)
{
    b->node = q->node;
    b->gid = q->gid;
    b->in_surface = false;
    b->object_serial = ++b->serial;
    b->items.size = b->surfaces.size = b->members.size = b->json.size = b->topo_bytes.size = b->residue.size = b->places.size = 0;
    b->shape_count = 0;
    b->out_count = b->value_count = 0;
    b->have_values = 0;
    b->valid_from = b->valid_to = (cim__str){ "", 0 };
    b->lod = -1;
    uint32_t lod = cim__gtree_child(b->tree, q->node, "lod");
    cim__str text = lod == CIM_NONE ? (cim__str){ "", 0 } : cim__gtree_text(b->tree, cim__gb_node(b, lod));
    if (text.len == 1 && text.ptr[0] >= '0' && text.ptr[0] <= '4') b->lod = (int8_t)(text.ptr[0] - '0');
}

static cim_status pack_residue(cim_ctx *ctx, cim__gbuilder *b, cim__str entries)
{
    b->packed.size = 0;
    return entries.len ? cim__residue_pack(ctx, b->deflater, entries, &b->packed) : CIM_OK;
}

static cim_status refused(cim_ctx *ctx, const cim__gbuilder *b, uint32_t line)
{
    char place[400];
    snprintf(place, sizeof place, "%s:%u: %.*s", b->shared.path, line, (int)(b->gid.len < 150 ? b->gid.len : 150), b->gid.ptr);
    return cim__fail_at(ctx, ctx->status, place);
}

static cim_status add_to_batch(cim_ctx *ctx, cim__gbuilder *b, const cim__gqueued *q, cim__str attrs)
{
    cim_geom plane;
    cim__footprint_from from;
    cim__feature f = { .gid = q->gid, .class_id = class_of(b, q->node), .parent_gid = q->parent_gid, .valid_from = b->valid_from, .valid_to = b->valid_to, .values = b->values,
                       .value_count = b->value_count, .shapes = b->out, .shape_count = b->out_count };
    CIM__TRY(cim__footprint_of_shapes(ctx, &b->footprint, f.class_id, b->out, b->out_count, &plane, &from));
    if (from == CIM__FROM_BOX) b->footprints_boxed++;
    if (plane.part_count) f.plane = &plane;
    if (attrs.len > 2) f.attrs = attrs;
    f.residue = cim__buf_str(&b->packed);
    cim_status st = cim__batch_add(ctx, b->batch, &f);
    return st < 0 && st != CIM_ENOMEM ? refused(ctx, b, cim__gb_node(b, q->node)->line) : st;
}

/* Of an object without geometry the envelope is all there is. */
static void keep_envelope(cim__gbuilder *b)
{
    if (b->out_count) return;
    CIM__GTREE_EACH(b->tree, b->node, c)
    if (cim__gb_node(b, c)->fate == CIM__GF_ENVELOPE) cim__gb_fate_all(b, c, CIM__GF_NONE);
}

static cim_status build_object(cim_ctx *ctx, cim__gbuilder *b, const cim__gqueued *q)
{
    const cim__gname *name = cim__gb_node(b, q->node)->name;
    begin_object(b, q);
    cim__gb_fate(b, q->node, CIM__GF_OBJECT);
    if (name->kind == CIM__G_ADDRESS) cim__gb_address(b, q->node);
    cim__gb_class_values(b, name);
    if (has_stray_text(b, q->node) || cim__gtree_text(b->tree, cim__gb_node(b, q->node)).len) cim__gb_warn(b, q->node, "text between properties is left out");
    CIM__GTREE_EACH(b->tree, q->node, c) CIM__TRY(take_property(ctx, b, c, CIM_NONE));
    CIM__TRY(cim__gb_network_object(ctx, b));
    size_t at = b->json.size;
    bool renamed = !cim__str_is(name->local, cim__classes[class_of(b, q->node)].name);
    CIM__TRY(cim__gb_write_members(ctx, b, 0, renamed ? name : NULL));
    cim__str attrs = { (const char *)b->json.data + at, b->json.size - at };
    CIM__TRY(cim__gb_make_shapes(ctx, b));
    keep_envelope(b);
    CIM__TRY(sweep(ctx, b));
    CIM__TRY(pack_residue(ctx, b, cim__buf_str(&b->residue)));
    return add_to_batch(ctx, b, q, attrs);
}

/* ---- members ---- */

static bool has_links(const cim__gtree *t, uint32_t node, uint32_t end)
{
    for (uint32_t i = node; i < end; i++)
        if (cim__gtree_node(t, i)->flags & CIM__GN_LINK) return true;
    return false;
}

static bool wants_geometry(const cim__gname *name)
{
    return is_geometry_link(name) || name->kind == CIM__G_EXTERIOR || name->kind == CIM__G_INTERIOR;
}

/* References to geometry that is not in the member. */
static cim_status find_wanted(cim_ctx *ctx, cim__gbuilder *b, cim__buf *wanted)
{
    for (uint32_t i = b->first; i < b->end; i++) {
        const cim__gnode *n = cim__gb_node(b, i);
        cim__str href;
        if (!(n->flags & CIM__GN_LINK) || !wants_geometry(n->name) || n->end > i + 1 || !cim__gtree_attr(b->tree, n, "href", &href)) continue;
        cim__ghref h = cim__ghref_of(href);
        if (h.remote || !h.id.len || (!h.file.len && cim__gindex_find(&b->index, b->tree, h.id) != CIM_NONE)) continue;
        cim__gwant *want = CIM__PUSH(wanted, cim__gwant);
        if (!want) return cim__nomem(ctx);
        *want = (cim__gwant){ cim__ghref_hash(h.file, h.id), h.file };
    }
    return CIM_OK;
}

static cim_status index_member(cim_ctx *ctx, cim__gbuilder *b, cim__buf *wanted)
{
    uint32_t repeated;
    b->index.slots.size = 0;
    if (!has_links(b->tree, b->first, b->end)) return CIM_OK;
    CIM__TRY(cim__gindex_make(ctx, &b->index, b->tree, b->first, b->end, &repeated));
    if (!b->store) {
        CIM__TRY(find_wanted(ctx, b, wanted));
        if (wanted->size) return CIM_DONE;
    }
    if (repeated != CIM_NONE) cim__gb_warn(b, repeated, "an id that another element has too: references mean the first one");
    return CIM_OK;
}

/* The objects of a member are the element itself, or what is in it. */
static cim_status queue_roots(cim_ctx *ctx, cim__gbuilder *b)
{
    const cim__gnode *root = cim__gb_node(b, b->first);
    if (root->name->upper) return cim__gb_queue(ctx, b, b->first, (cim__str){ "", 0 }, NULL);
    bool any = false;
    CIM__GTREE_EACH(b->tree, b->first, c)
    {
        CIM__TRY(cim__gb_queue(ctx, b, c, (cim__str){ "", 0 }, NULL));
        any = true;
    }
    cim__gb_fate(b, b->first, any ? CIM__GF_STRUCTURE : CIM__GF_EMPTY);
    if (!any && root->flags & CIM__GN_LINK) cim__gb_warn(b, b->first, "a member that is somewhere else is not followed");
    return CIM_OK;
}

static cim_status build_queue(cim_ctx *ctx, cim__gbuilder *b)
{
    CIM__TRY(queue_roots(ctx, b));
    for (size_t i = 0; i < CIM__COUNT(&b->queue, cim__gqueued); i++) {
        cim__gqueued q = CIM__AT(&b->queue, cim__gqueued, i);
        CIM__TRY(build_object(ctx, b, &q));
    }
    return cim__gb_network_links(ctx, b);
}

static void begin_member(cim__gbuilder *b, cim__gtree *tree, uint32_t node, uint64_t ordinal)
{
    cim__arena_reset(&b->arena);
    b->tree = tree;
    b->first = b->node = node;
    b->end = cim__gtree_node(tree, node)->end;
    b->ordinal = ordinal;
    b->unnamed = 0;
    b->gid = (cim__str){ "", 0 };
    b->network = CIM_NONE;
    b->queue.size = b->graphs.size = b->links.size = 0;
    b->visits = 10000 + 8ull * (b->end - node) + (b->store ? 8ull * cim__gtree_count(&b->store->tree) : 0);
}

cim_status cim__gbuild_member(cim_ctx *ctx, cim__gbuilder *b, cim__gtree *tree, uint32_t node, uint64_t ordinal, cim__buf *wanted)
{
    begin_member(b, tree, node, ordinal);
    cim_status st = index_member(ctx, b, wanted);
    if (st != CIM_OK) return st;
    CIM__TRY(build_queue(ctx, b));
    return cim__gbuild_tally(ctx, b, tree, b->first, b->end);
}

/* ---- the file's own content ---- */

static cim_status add_plain(cim_ctx *ctx, cim__gbuilder *b, cim__str gid, cim__str parent_gid, cim__str attrs)
{
    cim__feature f = { .gid = gid, .class_id = CIM__C_CityObject, .parent_gid = parent_gid, .attrs = attrs, .residue = cim__buf_str(&b->packed), .values = b->values, .value_count = b->value_count };
    return cim__batch_add(ctx, b->batch, &f);
}

static void put_namespaces(cim__gbuilder *b, cim__json *json)
{
    const cim__buf *spaces = &b->shared.names->namespaces;
    cim__json_key(json, "namespaces");
    cim__json_open(json, '{');
    for (size_t i = 0; i < CIM__COUNT(spaces, cim__gspace); i++) {
        const cim__gspace *space = &CIM__AT(spaces, cim__gspace, i);
        bool first = true;
        for (size_t k = 0; k < i && first; k++) first = !cim__str_eq(CIM__AT(spaces, cim__gspace, k).prefix, space->prefix);
        if (!first) continue;
        cim__json_keystr(json, space->prefix);
        cim__json_open(json, '[');
        for (size_t k = i; k < CIM__COUNT(spaces, cim__gspace); k++)
            if (cim__str_eq(CIM__AT(spaces, cim__gspace, k).prefix, space->prefix)) cim__json_str(json, CIM__AT(spaces, cim__gspace, k).uri);
        cim__json_close(json, ']');
    }
    cim__json_close(json, '}');
}

/* {"class": "core:CityModel", "namespaces": {...}, properties} */
static cim_status document_attrs(cim_ctx *ctx, cim__gbuilder *b, cim__str *attrs_out)
{
    size_t at = b->json.size;
    CIM__TRY(cim__gb_write_members(ctx, b, 0, cim__gb_node(b, b->node)->name));
    b->json.size--; /* the closing bracket */
    cim__json json = { &b->json, true };
    put_namespaces(b, &json);
    cim__json_close(&json, '}');
    *attrs_out = (cim__str){ (const char *)b->json.data + at, b->json.size - at };
    return b->json.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__gbuild_document(cim_ctx *ctx, cim__gbuilder *b, cim__gtree *tree, cim__str gid)
{
    cim__str attrs;
    begin_member(b, tree, 0, 0);
    b->name_count = b->shared.names->count;
    begin_object(b, &(cim__gqueued){ 0, gid, { "", 0 } });
    cim__gb_fate(b, 0, CIM__GF_STRUCTURE);
    CIM__GTREE_EACH(b->tree, 0, c)
    {
        uint32_t first = cim__gtree_first(b->tree, c);
        bool plain = first == CIM_NONE || cim__gb_node(b, first)->name->kind == CIM__G_ENVELOPE;
        if (plain) CIM__TRY(take_property(ctx, b, c, CIM_NONE)); /* the rest is metadata: kept as it is */
    }
    CIM__TRY(document_attrs(ctx, b, &attrs));
    CIM__TRY(sweep(ctx, b));
    CIM__TRY(pack_residue(ctx, b, cim__buf_str(&b->residue)));
    CIM__TRY(add_plain(ctx, b, gid, (cim__str){ "", 0 }, attrs));
    return cim__gbuild_tally(ctx, b, tree, 0, cim__gtree_count(tree));
}

cim_status cim__gbuild_page(cim_ctx *ctx, cim__gbuilder *b, cim__str gid, cim__str parent_gid, cim__str entries)
{
    b->value_count = 0;
    CIM__TRY(pack_residue(ctx, b, entries));
    return add_plain(ctx, b, gid, parent_gid, CIM__STR("{\"class\":\"app:Appearance\"}"));
}

/* ---- counting ---- */

static uint64_t *counts_of(cim__gbuilder *b, uint32_t name)
{
    size_t have = CIM__COUNT(&b->names, uint64_t), need = ((size_t)name + 1) * CIM__GFATES;
    if (need > have) {
        size_t more = need + 64 * CIM__GFATES - have;
        uint64_t *fresh = cim__buf_extend(&b->names, more * sizeof *fresh);
        if (!fresh) return NULL;
        memset(fresh, 0, more * sizeof *fresh);
    }
    return &CIM__AT(&b->names, uint64_t, (size_t)name * CIM__GFATES);
}

static void tally_link(cim__gbuilder *b, const cim__gnode *n)
{
    if (n->flags & CIM__GN_UNRESOLVED) b->links_dangling++;
    if (n->fate == CIM__GF_VERBATIM) b->links_seen[CIM__GL_VERBATIM]++;
    else if (n->flags & CIM__GN_UNRESOLVED) b->links_seen[CIM__GL_UNRESOLVED]++;
    else if (n->flags & CIM__GN_RESOLVED) b->links_seen[CIM__GL_GEOMETRY]++;
    else b->links_seen[n->fate == CIM__GF_RELATION ? CIM__GL_RELATION : CIM__GL_ATTRIBUTE]++;
}

cim_status cim__gbuild_tally(cim_ctx *ctx, cim__gbuilder *b, const cim__gtree *tree, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        const cim__gnode *n = cim__gtree_node(tree, i);
        if (!n->name) continue;
        if (n->fate) b->elements[n->fate] += n->elements;
        if (n->flags & CIM__GN_LINK) tally_link(b, n);
        if (!n->name->upper) continue;
        uint64_t *counts = counts_of(b, n->name->id);
        if (!counts) return cim__nomem(ctx);
        counts[n->fate]++;
    }
    return CIM_OK;
}
