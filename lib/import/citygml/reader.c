/* reader.c - the SAX handler. */
#include "import/citygml/reader.h"

#include <stdio.h>

enum { DOCUMENT_LIMIT = 64 << 20, FIRST_POINTERS = 1024 };

void cim__greader_init(cim__greader *r, cim__mem *mem, cim__gnames *names, cim__gsrses *srses, cim__report *report, const cim__greader_handler *handler)
{
    memset(r, 0, sizeof *r);
    r->mem = mem;
    r->names = names;
    r->srses = srses;
    r->report = report;
    r->handler = handler;
    r->text = r->page = r->seen = r->verbatim = r->context = cim__buf_on(mem);
    if (handler->seeks) r->state = CIM__GR_SEEK;
    cim__gtree_init(&r->document, mem, DOCUMENT_LIMIT);
    cim__gtree_init(&r->scratch, mem, SIZE_MAX);
    cim__canon_init(&r->canon, mem, &r->text);
}

void cim__greader_free(cim__greader *r)
{
    if (!r->mem) return;
    cim__gtree_free(&r->document);
    cim__gtree_free(&r->scratch);
    cim__canon_free(&r->canon);
    cim__buf_free(&r->text);
    cim__buf_free(&r->page);
    cim__buf_free(&r->seen);
    cim__buf_free(&r->verbatim);
    cim__buf_free(&r->context);
    cim__free(r->mem, r->pointers);
}

/* ---- names by the parser's pointers ---- */

static size_t pointer_slot(const cim__greader *r, const char *local, const char *space)
{
    uint64_t h = ((uint64_t)(uintptr_t)local * 0x9e3779b97f4a7c15ull) ^ ((uint64_t)(uintptr_t)space * 0xd6e8feb86659fd93ull);
    size_t i = (h ^ (h >> 29)) & (r->pointer_cap - 1);
    while (r->pointers[i].name && (r->pointers[i].local != local || r->pointers[i].space != space)) i = (i + 1) & (r->pointer_cap - 1);
    return i;
}

static bool grow_pointers(cim__greader *r)
{
    cim__gpointer *old = r->pointers;
    size_t old_cap = r->pointer_cap, cap = old_cap ? old_cap * 2 : FIRST_POINTERS;
    cim__gpointer *fresh = cim__zalloc_n(r->mem, cap, sizeof *fresh);
    if (!fresh) return false;
    r->pointers = fresh;
    r->pointer_cap = cap;
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].name) r->pointers[pointer_slot(r, old[i].local, old[i].space)] = old[i];
    cim__free(r->mem, old);
    return true;
}

static cim_status new_pointer(cim_ctx *ctx, cim__greader *r, cim__xml *xml, const cim__xml_name *name, size_t slot)
{
    size_t before = r->names->count;
    const cim__gname *found;
    if (r->names->count >= CIM__GNAMES_MAX) return cim__fail(ctx, CIM_ELIMIT, "%s:%u: more than %d different names", r->path, cim__xml_line(xml), CIM__GNAMES_MAX);
    CIM__TRY(cim__gnames_get(ctx, r->names, name->local, name->prefix, name->uri, &found));
    if (r->names->count > before && name->prefix && !name->uri)
        cim__report_warn(r->report, cim__xml_line(xml), "line %u: prefix of %s:%s is not declared", cim__xml_line(xml), name->prefix, name->local);
    if (!r->version[0] && found->module >= CIM__GML_APP && found->module <= CIM__GML_CORE) {
        const char *slash = strrchr(found->uri.ptr, '/');
        snprintf(r->version, sizeof r->version, "%s", slash ? slash + 1 : "");
    }
    r->pointers[slot] = (cim__gpointer){ name->local, name->uri ? name->uri : name->prefix, found };
    r->pointer_count++;
    return CIM_OK;
}

static cim_status name_of(cim_ctx *ctx, cim__greader *r, cim__xml *xml, const cim__xml_name *name, const cim__gname **name_out)
{
    if (r->pointer_count * 2 >= r->pointer_cap && !grow_pointers(r)) return cim__nomem(ctx);
    const char *space = name->uri ? name->uri : name->prefix;
    size_t slot = pointer_slot(r, name->local, space);
    if (!r->pointers[slot].name) CIM__TRY(new_pointer(ctx, r, xml, name, slot));
    *name_out = r->pointers[slot].name;
    return CIM_OK;
}

static void count_name(cim__buf *counts, uint32_t id)
{
    size_t have = CIM__COUNT(counts, uint64_t);
    if (id >= have) {
        uint64_t *fresh = cim__buf_extend(counts, (id + 64 - have) * sizeof(uint64_t));
        if (!fresh) return;
        memset(fresh, 0, (id + 64 - have) * sizeof(uint64_t));
    }
    CIM__AT(counts, uint64_t, id)++;
}

/* ---- an element in a tree ---- */

static bool is_template_geometry(const cim__gname *name) { return cim__str_is(name->local, "relativeGMLGeometry") || cim__str_is(name->local, "relativeGeometry"); }

/* The envelope of a feature says what its geometries are in, when they do not say themselves. */
static void spread_srs(cim__greader *r, cim__gtree *t, uint32_t envelope, uint16_t srs)
{
    uint32_t property = cim__gtree_node(t, envelope)->parent;
    uint32_t feature = property == CIM_NONE ? CIM_NONE : cim__gtree_node(t, property)->parent;
    if (feature == CIM_NONE) return;
    cim__gtree_node(t, feature)->srs = srs;
    if (t != &r->document || feature != 0) return;
    r->srs = srs;
    bool settled = r->foreign || !srs || r->srses->list[r->srses->file]->decided;
    if (!settled) r->srses->file = srs;
}

static cim_status take_srs(cim_ctx *ctx, cim__greader *r, cim__gtree *t, cim__str value)
{
    uint16_t srs;
    cim__gnode *n = cim__gtree_node(t, t->open);
    if (n->srs == CIM__GSRS_LOCAL) return CIM_OK;
    value = cim__str_trim(value);
    if (!value.len) return CIM_OK;
    CIM__TRY(cim__gsrses_add(ctx, r->srses, value, n->line, &srs));
    if (r->srses->file == CIM__GSRS_FILE && !r->foreign) r->srses->file = srs; /* until an envelope says better */
    n->srs = srs;
    if (n->name->kind == CIM__G_ENVELOPE) spread_srs(r, t, t->open, srs);
    return CIM_OK;
}

static cim_status add_attributes(cim_ctx *ctx, cim__greader *r, cim__xml *xml, cim__gtree *t, const cim__xml_start *s, bool in_tree)
{
    for (int i = 0; i < s->attribute_count; i++) {
        cim__xml_name xml_name = cim__xml_attribute_name(s, i);
        cim__str value = cim__xml_attribute_value(s, i);
        const cim__gname *name;
        CIM__TRY(name_of(ctx, r, xml, &xml_name, &name));
        cim__gtree_add_attr(t, name, value);
        bool link = name->local.len == 4 && !memcmp(name->local.ptr, "href", 4);
        if (link) r->links++;
        if (link && !in_tree) r->verbatim_links++;
        if (!in_tree || !cim__gtree_ok(t)) continue;
        if (link) cim__gtree_node(t, t->open)->flags |= CIM__GN_LINK;
        else if (cim__str_is(name->local, "srsName")) CIM__TRY(take_srs(ctx, r, t, value));
        else if (cim__str_is(name->local, "srsDimension")) cim__gtree_node(t, t->open)->dim = value.len == 1 && (value.ptr[0] == '2' || value.ptr[0] == '3') ? (uint8_t)(value.ptr[0] - '0') : 0;
    }
    return CIM_OK;
}

static cim_status start_in_tree(cim_ctx *ctx, cim__greader *r, cim__xml *xml, cim__gtree *t, const cim__gname *name, const cim__xml_start *s)
{
    if (cim__gtree_start(ctx, t, name, cim__xml_line(xml)) < 0) return cim__fail_at(ctx, ctx->status, r->path);
    if (is_template_geometry(name)) cim__gtree_node(t, t->open)->srs = CIM__GSRS_LOCAL;
    CIM__TRY(add_attributes(ctx, r, xml, t, s, true));
    return cim__gtree_ok(t) ? CIM_OK : cim__nomem(ctx);
}

/* ---- appearances: text ---- */

static cim_status flush_text(cim_ctx *ctx, cim__greader *r, bool complete)
{
    if (r->text.size) cim__residue_add(&r->page, r->goes_on ? CIM__STR("+") : (cim__str){ "", 0 }, cim__buf_str(&r->text));
    r->goes_on = !complete;
    r->text.size = 0;
    if (r->page.failed || !cim__canon_ok(&r->canon)) return cim__nomem(ctx);
    if (r->page.size >= CIM__GREADER_PAGE && r->handler->page) CIM__TRY(r->handler->page(ctx, r, r->handler->user));
    return CIM_OK;
}

static cim_status start_in_text(cim_ctx *ctx, cim__greader *r, cim__xml *xml, const cim__gname *name, const cim__xml_start *s)
{
    r->verbatim_elements++;
    count_name(&r->verbatim, name->id);
    cim__gtree_reset(&r->scratch);
    CIM__TRY(cim__gtree_start(ctx, &r->scratch, name, 0));
    CIM__TRY(add_attributes(ctx, r, xml, &r->scratch, s, false));
    if (!cim__gtree_ok(&r->scratch)) return cim__nomem(ctx);
    const cim__gnode *n = cim__gtree_node(&r->scratch, 0);
    cim__canon_start(&r->canon, name, &r->scratch, n->attr_count ? &CIM__AT(&r->scratch.attrs, cim__gattr, 0) : NULL, n->attr_count);
    return r->text.size >= CIM__GREADER_PAGE ? flush_text(ctx, r, false) : CIM_OK;
}

/* ---- the top of the document ---- */

static void begin(cim__greader *r, cim__greader_state state, uint32_t depth)
{
    r->state = state;
    r->base = depth;
}

static cim_status begin_member(cim_ctx *ctx, cim__greader *r, cim__xml *xml, const cim__gname *name, const cim__xml_start *s)
{
    r->ordinal++;
    if (r->handler->wants && !r->handler->wants(r->ordinal, r->handler->user)) {
        begin(r, CIM__GR_SKIP, cim__xml_depth(xml));
        return CIM_OK;
    }
    begin(r, CIM__GR_TREE, cim__xml_depth(xml));
    r->member = cim__gtree_count(r->tree);
    r->tree->dim = r->dim;
    CIM__TRY(start_in_tree(ctx, r, xml, r->tree, name, s));
    cim__gnode *root = cim__gtree_node(r->tree, r->member);
    if (r->foreign && !r->handler->seeks && root->srs == CIM__GSRS_FILE) root->srs = r->srs;
    return CIM_OK;
}

static cim_status start_at_top(cim_ctx *ctx, cim__greader *r, cim__xml *xml, const cim__gname *name, const cim__xml_start *s)
{
    uint32_t depth = cim__xml_depth(xml);
    if (depth == 1 && name->kind == CIM__G_CONTAINER) {
        r->has_root = true;
        r->document.open = CIM_NONE;
        return start_in_tree(ctx, r, xml, &r->document, name, s);
    }
    if (depth == 1) return begin_member(ctx, r, xml, name, s);
    if (name->kind == CIM__G_MEMBERS && depth == 2) { /* its children are the members */
        r->structure_elements++;
        return CIM_OK;
    }
    if (name->kind == CIM__G_APPEARANCES || name->kind == CIM__G_VERBATIM) {
        begin(r, CIM__GR_VERBATIM, depth);
        return start_in_text(ctx, r, xml, name, s);
    }
    if (name->kind == CIM__G_MEMBER || name->upper) return begin_member(ctx, r, xml, name, s);
    begin(r, CIM__GR_DOCUMENT, depth);
    return start_in_tree(ctx, r, xml, &r->document, name, s);
}

/* ---- seeking ---- */

typedef struct context {
    uint32_t depth;
    uint16_t srs;
    uint8_t dim;
} context;

static context context_of(const cim__greader *r)
{
    size_t count = CIM__COUNT(&r->context, context);
    return count ? CIM__AT(&r->context, context, count - 1) : (context){ 0, r->srs, 0 };
}

static cim_status push_context(cim_ctx *ctx, cim__greader *r, context c)
{
    context *to = CIM__PUSH(&r->context, context);
    if (!to) return cim__nomem(ctx);
    *to = c;
    return CIM_OK;
}

/* What start_in_tree() would note in the tree. */
static cim_status note_context(cim_ctx *ctx, cim__greader *r, cim__xml *xml, const cim__xml_start *s, const char *attribute, cim__str value)
{
    uint32_t depth = cim__xml_depth(xml);
    context c = context_of(r);
    if (!strcmp(attribute, "srsDimension")) {
        c.dim = value.len == 1 && (value.ptr[0] == '2' || value.ptr[0] == '3') ? (uint8_t)(value.ptr[0] - '0') : 0;
    } else if (c.srs != CIM__GSRS_LOCAL) {
        CIM__TRY(cim__gsrses_add(ctx, r->srses, cim__str_trim(value), cim__xml_line(xml), &c.srs));
        if (!strcmp(s->name.local, "Envelope") && depth > 2) depth -= 2; /* it speaks for the feature it is the envelope of */
        if (depth == 1) r->srs = c.srs;
    }
    c.depth = depth;
    return push_context(ctx, r, c);
}

static cim_status seek(cim_ctx *ctx, cim__greader *r, cim__xml *xml, const cim__xml_start *s)
{
    bool sought = false;
    if (!strcmp(s->name.local, "relativeGMLGeometry") || !strcmp(s->name.local, "relativeGeometry")) CIM__TRY(push_context(ctx, r, (context){ cim__xml_depth(xml), CIM__GSRS_LOCAL, 0 }));
    for (int i = 0; i < s->attribute_count; i++) {
        const char *local = cim__xml_attribute_name(s, i).local;
        if (!strcmp(local, "id")) sought = sought || r->handler->seeks(cim__xml_attribute_value(s, i), r->handler->user);
        else if (!strncmp(local, "srs", 3) && (!strcmp(local + 3, "Name") || !strcmp(local + 3, "Dimension"))) CIM__TRY(note_context(ctx, r, xml, s, local, cim__xml_attribute_value(s, i)));
    }
    if (!sought) return CIM_OK;
    const cim__gname *name;
    context c = context_of(r);
    CIM__TRY(name_of(ctx, r, xml, &s->name, &name));
    CIM__TRY(begin_member(ctx, r, xml, name, s));
    cim__gnode *root = cim__gtree_node(r->tree, r->member);
    if (root->srs == CIM__GSRS_FILE) root->srs = c.srs;
    if (!root->dim) root->dim = c.dim;
    return CIM_OK;
}

static void leave_context(cim__greader *r, uint32_t depth)
{
    while (r->context.size && CIM__AT(&r->context, context, CIM__COUNT(&r->context, context) - 1).depth >= depth) r->context.size -= sizeof(context);
}

static cim_status on_start(cim_ctx *ctx, cim__xml *xml, const cim__xml_start *s, void *user)
{
    cim__greader *r = user;
    const cim__gname *name;
    if (r->state == CIM__GR_SKIP) return CIM_OK;
    if (r->state == CIM__GR_SEEK) return seek(ctx, r, xml, s);
    CIM__TRY(name_of(ctx, r, xml, &s->name, &name));
    r->elements++;
    count_name(&r->seen, name->id);
    switch (r->state) {
    case CIM__GR_TOP: return start_at_top(ctx, r, xml, name, s);
    case CIM__GR_TREE: return start_in_tree(ctx, r, xml, r->tree, name, s);
    case CIM__GR_DOCUMENT: return start_in_tree(ctx, r, xml, &r->document, name, s);
    case CIM__GR_VERBATIM: return start_in_text(ctx, r, xml, name, s);
    default: return CIM_OK;
    }
}

/* Numbers a vertex in the file, from the model's envelope. */
static void note_dim(cim__greader *r, const cim__gnode *n)
{
    if (n->name->kind == CIM__G_POSITIONS && (n->count == 2 || n->count == 3)) r->dim = (uint8_t)n->count;
}

static cim_status end_member(cim_ctx *ctx, cim__greader *r)
{
    r->state = r->handler->seeks ? CIM__GR_SEEK : CIM__GR_TOP;
    if (!cim__gtree_ok(r->tree)) return cim__nomem(ctx);
    r->tree->open = CIM_NONE;
    return r->handler->member(ctx, r, r->member, r->ordinal, r->handler->user);
}

static cim_status on_end(cim_ctx *ctx, cim__xml *xml, const cim__xml_name *name, void *user)
{
    cim__greader *r = user;
    bool last = cim__xml_depth(xml) == r->base;
    (void)name;
    if (r->context.size) leave_context(r, cim__xml_depth(xml));
    switch (r->state) {
    case CIM__GR_TREE:
        cim__gtree_end(r->tree);
        return last ? end_member(ctx, r) : CIM_OK;
    case CIM__GR_DOCUMENT: {
        uint32_t at = r->document.open;
        cim__gtree_end(&r->document);
        if (at < cim__gtree_count(&r->document)) note_dim(r, cim__gtree_node(&r->document, at));
        if (last) r->state = CIM__GR_TOP;
        return cim__gtree_ok(&r->document) ? CIM_OK : cim__nomem(ctx);
    }
    case CIM__GR_VERBATIM:
        cim__canon_end(&r->canon);
        if (!last) return CIM_OK;
        r->state = CIM__GR_TOP;
        return flush_text(ctx, r, true);
    case CIM__GR_SKIP:
        if (last) r->state = CIM__GR_TOP;
        return CIM_OK;
    default:
        if (cim__xml_depth(xml) == 1 && r->has_root) cim__gtree_end(&r->document);
        return CIM_OK;
    }
}

static cim_status on_text(cim_ctx *ctx, cim__xml *xml, cim__str text, void *user)
{
    cim__greader *r = user;
    (void)ctx, (void)xml;
    switch (r->state) {
    case CIM__GR_TREE: cim__gtree_add_text(r->tree, text); break;
    case CIM__GR_DOCUMENT: cim__gtree_add_text(&r->document, text); break;
    case CIM__GR_VERBATIM: cim__canon_text(&r->canon, text); break;
    case CIM__GR_TOP:
        if (r->has_root) cim__gtree_add_text(&r->document, text);
        break;
    default: break;
    }
    return CIM_OK;
}

static cim_status on_chunk(cim_ctx *ctx, cim__xml *xml, void *user)
{
    cim__greader *r = user;
    if (!r->encoding[0]) snprintf(r->encoding, sizeof r->encoding, "%s", cim__xml_encoding(xml));
    if (r->seen.failed || r->verbatim.failed) return cim__nomem(ctx);
    return r->handler->chunk ? r->handler->chunk(ctx, r, r->handler->user) : CIM_OK;
}

cim_status cim__greader_run(cim_ctx *ctx, cim__greader *r, cim__input *input, uint32_t max_depth)
{
    static const cim__xml_handler handler = { on_start, on_end, on_text, on_chunk };
    r->path = cim__input_path(input);
    CIM__TRY(cim__xml_run(ctx, input, max_depth, &handler, r));
    return r->seen.failed || r->verbatim.failed ? cim__nomem(ctx) : CIM_OK;
}

/* ---- damage ---- */

static void close_tree(cim__gtree *t)
{
    while (t->open != CIM_NONE) cim__gtree_end(t);
}

cim_status cim__greader_damage(cim_ctx *ctx, cim__greader *r, uint64_t *lost_out)
{
    *lost_out = 0;
    if (r->state == CIM__GR_VERBATIM) {
        while (cim__canon_depth(&r->canon) && cim__canon_ok(&r->canon)) cim__canon_end(&r->canon);
        CIM__TRY(flush_text(ctx, r, true));
    } else if (r->state == CIM__GR_TREE) {
        for (uint32_t i = r->member; i < cim__gtree_count(r->tree); i++) *lost_out += cim__gtree_node(r->tree, i)->elements;
        cim__gtree_cut(r->tree, r->member);
    }
    if (r->has_root) close_tree(&r->document);
    r->state = CIM__GR_TOP;
    return CIM_OK;
}
