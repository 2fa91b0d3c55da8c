/* imp_citygml.c - the importer of CityGML 1.0, 2.0 and 3.0 with any extension.
 *
 * The input is read once; members go to builders as they come (pipe.h).  Members that refer to geometry outside themselves are
 * put off: their targets are gathered in a second reading (gather.h).  Some of them are kept until then, the others are read a
 * third time. */
#include "import/citygml/counts.h"
#include "import/citygml/gather.h"
#include "import/citygml/pipe.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct run {
    cim__job *job;
    cim__gnames names;
    cim__gsrses srses;
    cim__gcodes *codes;
    cim__gshared shared;
    cim__gpipe pipe, later;   /* of the first reading; of what was put off */
    cim__gpipe *filling;      /* one of them */
    cim__greader reader;
    cim__ggather gather;
    cim__gtree kept;          /* members that are put off, as many as KEEP_BYTES hold */
    cim__buf kept_members;    /* cim__gmember_at */
    cim__buf deferred;        /* uint64_t ordinals of the others, ascending */
    size_t next_deferred;
    cim__map lines;           /* hash of a gid -> line of the object that has it */
    cim__map templates;       /* hash of an id -> 1: defined, 0: used only */
    cim__buf uses;            /* cim__gtemplate_seen: first use of each, texts in names.arena */
    uint64_t repeated, lost;
    char *stem;
    cim__str gid;             /* of the document */
    uint32_t pages;
    bool building_failed;     /* not the input's fault */
    cim__gbuilder *builder;   /* for what comes after the members */
} run;

enum { KEEP_BYTES = 32 << 20 };

/* ---- groups ---- */

static cim_status put_off(cim_ctx *ctx, run *r, const cim__ggroup *g, cim__gmember_at m)
{
    if (cim__gtree_bytes(&r->kept) > KEEP_BYTES) {
        uint64_t *ordinal = CIM__PUSH(&r->deferred, uint64_t);
        if (!ordinal) return cim__nomem(ctx);
        *ordinal = m.ordinal;
        return CIM_OK;
    }
    CIM__TRY(cim__gtree_copy(ctx, &r->kept, &g->tree, m.node, &m.node));
    cim__buf_put(&r->kept_members, &m, sizeof m);
    return r->kept_members.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status take_wanted(cim_ctx *ctx, run *r, const cim__ggroup *g)
{
    for (size_t i = 0; i < CIM__COUNT(&g->wanted, cim__gwant); i++) {
        const cim__gwant *want = &CIM__AT(&g->wanted, cim__gwant, i);
        CIM__TRY(cim__ggather_want(ctx, &r->gather, want->hash, want->file));
    }
    for (size_t i = 0; i < CIM__COUNT(&g->deferred, cim__gmember_at); i++) CIM__TRY(put_off(ctx, r, g, CIM__AT(&g->deferred, cim__gmember_at, i)));
    return CIM_OK;
}

static cim_status take_objects(cim_ctx *ctx, run *r, const cim__ggroup *g)
{
    for (size_t i = 0; i < CIM__COUNT(&g->objects, cim__gobject_seen); i++) {
        const cim__gobject_seen *seen = &CIM__AT(&g->objects, cim__gobject_seen, i);
        uint32_t line = cim__map_get(&r->lines, seen->hash);
        if (line != CIM_NONE) {
            r->repeated++;
            cim__report_warn(r->job->report, seen->line, "line %u: an object with the same gml:id as the one in line %u", seen->line, line);
        } else if (!cim__map_put(&r->lines, seen->hash, seen->line)) {
            return cim__nomem(ctx);
        }
    }
    return CIM_OK;
}

static cim_status take_use(cim_ctx *ctx, run *r, const cim__gtemplate_seen *seen)
{
    cim__gtemplate_seen use = *seen, *kept = CIM__PUSH(&r->uses, cim__gtemplate_seen);
    use.id = cim__arena_str(&r->names.arena, seen->id);
    use.file = cim__arena_str(&r->names.arena, seen->file);
    if (!kept || !use.id.ptr || !use.file.ptr) return cim__nomem(ctx);
    *kept = use;
    return CIM_OK;
}

static cim_status take_templates(cim_ctx *ctx, run *r, const cim__ggroup *g)
{
    for (size_t i = 0; i < CIM__COUNT(&g->templates, cim__gtemplate_seen); i++) {
        const cim__gtemplate_seen *seen = &CIM__AT(&g->templates, cim__gtemplate_seen, i);
        uint64_t hash = cim__hash64(seen->id.ptr, seen->id.len, 0);
        uint32_t known = cim__map_get(&r->templates, hash);
        if (known == 1 || (known == 0 && !seen->defined)) continue;
        if (known == CIM_NONE && !seen->defined) CIM__TRY(take_use(ctx, r, seen));
        if (!cim__map_put(&r->templates, hash, seen->defined)) return cim__nomem(ctx);
    }
    return CIM_OK;
}

static cim_status on_take(cim_ctx *ctx, cim__ggroup *g, void *user)
{
    run *r = user;
    CIM__TRY(take_wanted(ctx, r, g));
    CIM__TRY(take_objects(ctx, r, g));
    return take_templates(ctx, r, g);
}

static cim_status submit(cim_ctx *ctx, run *r, cim__greader *reader)
{
    cim_status st = cim__gpipe_submit(ctx, r->filling);
    reader->tree = &cim__gpipe_group(r->filling)->tree;
    r->building_failed = st < 0;
    return st;
}

/* ---- the reader's events ---- */

static cim_status on_member(cim_ctx *ctx, cim__greader *reader, uint32_t node, uint64_t ordinal, void *user)
{
    run *r = user;
    cim__ggroup *g = cim__gpipe_group(r->filling);
    cim__gmember_at *m = CIM__PUSH(&g->members, cim__gmember_at);
    if (!m) return cim__nomem(ctx);
    *m = (cim__gmember_at){ node, ordinal };
    if (cim__gtree_bytes(reader->tree) < CIM__GROUP_BYTES && CIM__COUNT(&g->members, cim__gmember_at) < CIM__GROUP_MEMBERS) return CIM_OK;
    return submit(ctx, r, reader);
}

static cim_status document_gid(cim_ctx *ctx, run *r)
{
    const cim__gtree *t = &r->reader.document;
    cim__str id = r->reader.has_root && cim__gtree_count(t) ? cim__gtree_id(t, cim__gtree_node(t, 0)) : (cim__str){ "", 0 };
    cim__buf gid = cim__buf_on(ctx->mem);
    if (r->gid.len) return CIM_OK;
    cim__buf_puts(&gid, "gml:");
    cim__buf_putstr(&gid, id.len ? id : r->shared.stem);
    cim__buf_puts(&gid, "/document");
    if (!gid.failed) r->gid = cim__arena_str(&r->names.arena, cim__buf_str(&gid));
    cim__buf_free(&gid);
    return r->gid.ptr ? CIM_OK : cim__nomem(ctx);
}

/* Appearances of the whole model: an object of their own a page, so that none grows without bounds. */
static cim_status on_page(cim_ctx *ctx, cim__greader *reader, void *user)
{
    run *r = user;
    char number[24];
    CIM__TRY(document_gid(ctx, r));
    r->pipe.document_gid = r->gid;
    if (CIM__COUNT(&cim__gpipe_group(&r->pipe)->members, cim__gmember_at)) CIM__TRY(submit(ctx, r, reader));
    cim__ggroup *g = cim__gpipe_group(&r->pipe);
    cim__buf gid = cim__buf_on(ctx->mem);
    snprintf(number, sizeof number, "/%u", ++r->pages);
    cim__buf_putstr(&gid, r->gid);
    cim__buf_puts(&gid, number);
    g->page_gid = gid.failed ? (cim__str){ NULL, 0 } : cim__arena_str(&r->names.arena, cim__buf_str(&gid));
    cim__buf_free(&gid);
    if (!g->page_gid.ptr) return cim__nomem(ctx);
    cim__buf_putstr(&g->page, cim__buf_str(&reader->page));
    reader->page.size = 0;
    return submit(ctx, r, reader);
}

static cim_status on_chunk(cim_ctx *ctx, cim__greader *reader, void *user)
{
    const run *r = user;
    (void)reader;
    return cim__job_tick(ctx, r->job, "read");
}

/* ---- passes ---- */

/* Damage in the middle: with CIM_IMPORT_KEEP_GOING what is complete stays. */
static cim_status keep_going(cim_ctx *ctx, run *r, cim_status failure)
{
    bool damaged = failure == CIM_EFORMAT && !r->building_failed;
    uint64_t complete = r->reader.ordinal - (r->reader.state == CIM__GR_TREE);
    if (!damaged || !(r->job->opts->flags & CIM_IMPORT_KEEP_GOING) || !complete) return failure;
    cim__report_warn(r->job->report, 0, "%s: what comes before it was imported", ctx->error);
    cim__enter(ctx);
    CIM__TRY(cim__greader_damage(ctx, &r->reader, &r->lost));
    r->job->partial = true;
    return CIM_OK;
}

static cim_status first_pass(cim_ctx *ctx, run *r)
{
    static const cim__greader_handler calls = { .member = on_member, .page = on_page, .chunk = on_chunk };
    cim__greader_handler handler = calls;
    handler.user = r;
    cim__greader_init(&r->reader, ctx->mem, &r->names, &r->srses, r->job->report, &handler);
    r->reader.tree = &cim__gpipe_group(&r->pipe)->tree;
    cim_status st = cim__greader_run(ctx, &r->reader, r->job->input, r->job->opts->max_depth);
    if (st < 0) st = keep_going(ctx, r, st);
    if (st >= 0 && r->reader.page.size) st = on_page(ctx, &r->reader, r);
    if (st >= 0) st = cim__gpipe_finish(ctx, &r->pipe);
    r->reader.handler = NULL;
    return st;
}

static bool is_deferred(uint64_t ordinal, void *user)
{
    run *r = user;
    size_t count = CIM__COUNT(&r->deferred, uint64_t);
    while (r->next_deferred < count && CIM__AT(&r->deferred, uint64_t, r->next_deferred) < ordinal) r->next_deferred++;
    return r->next_deferred < count && CIM__AT(&r->deferred, uint64_t, r->next_deferred) == ordinal;
}

/* As one group: the pipe's own tree is exchanged for the one that holds them. */
static cim_status build_kept(cim_ctx *ctx, run *r)
{
    cim__ggroup *g = cim__gpipe_group(&r->later);
    cim__gtree own = g->tree;
    cim__buf members = g->members;
    g->tree = r->kept;
    g->members = r->kept_members;
    r->kept = own;
    r->kept_members = members;
    return cim__gpipe_submit(ctx, &r->later);
}

static cim_status read_deferred(cim_ctx *ctx, run *r, cim__gpipe *pipe)
{
    cim__greader_handler handler = { .member = on_member, .wants = is_deferred, .chunk = on_chunk, .user = r };
    cim__greader reader;
    cim__greader_init(&reader, ctx->mem, &r->names, &r->srses, r->job->report, &handler);
    reader.tree = &cim__gpipe_group(pipe)->tree;
    reader.foreign = true;
    cim_status st = cim__input_rewind(ctx, r->job->input);
    if (st >= 0) st = cim__greader_run(ctx, &reader, r->job->input, r->job->opts->max_depth);
    if (st == CIM_EFORMAT && r->job->partial) {
        uint64_t lost;
        cim__enter(ctx);
        st = cim__greader_damage(ctx, &reader, &lost);
    }
    if (st >= 0) st = cim__gpipe_finish(ctx, pipe);
    cim__greader_free(&reader);
    return st;
}

static bool is_defined(const run *r, const cim__gtemplate_seen *use) { return cim__map_get(&r->templates, cim__hash64(use->id.ptr, use->id.len, 0)) == 1; }

static cim_status want_templates(cim_ctx *ctx, run *r)
{
    for (size_t i = 0; i < CIM__COUNT(&r->uses, cim__gtemplate_seen); i++) {
        const cim__gtemplate_seen *use = &CIM__AT(&r->uses, cim__gtemplate_seen, i);
        if (!is_defined(r, use)) CIM__TRY(cim__ggather_want(ctx, &r->gather, cim__ghref_hash(use->file, use->id), use->file));
    }
    return CIM_OK;
}

/* Templates that are used and were not met inside an implicit geometry of this file. */
static cim_status put_templates(cim_ctx *ctx, run *r, cim__gbuilder *b)
{
    cim__batch batch;
    cim_status st = CIM_OK;
    cim__batch_init(&batch, ctx->mem, r->job->sink->epsg);
    b->batch = &batch;
    for (size_t i = 0; i < CIM__COUNT(&r->uses, cim__gtemplate_seen) && st >= 0; i++) {
        const cim__gtemplate_seen *use = &CIM__AT(&r->uses, cim__gtemplate_seen, i);
        if (is_defined(r, use)) continue;
        st = cim__gbuild_template(ctx, b, use->id, use->file);
        if (cim__map_get(&r->gather.store.nodes, cim__ghref_hash(use->file, use->id)) == CIM_NONE)
            cim__report_warn(r->job->report, use->line, "line %u: the template \"%.*s\" is not there", use->line, (int)(use->id.len < 150 ? use->id.len : 150), use->id.ptr);
    }
    if (st >= 0) st = cim__sink_take(ctx, r->job->sink, &batch, r->job->source_number);
    cim__batch_free(&batch);
    return st;
}

static cim_status build_put_off(cim_ctx *ctx, run *r)
{
    cim__gbuilder *b = &r->later.builders[0];
    b->store = &r->gather.store;
    r->filling = &r->later;
    CIM__TRY(put_templates(ctx, r, b));
    CIM__TRY(build_kept(ctx, r));
    CIM__TRY(r->deferred.size ? read_deferred(ctx, r, &r->later) : cim__gpipe_finish(ctx, &r->later));
    return cim__gcounts_add(ctx, &r->pipe.builders[0], b);
}

/* Geometry gathered for one member marks its nodes, so one thread builds what was put off. */
static cim_status later_passes(cim_ctx *ctx, run *r)
{
    CIM__TRY(want_templates(ctx, r));
    if (!cim__ggather_any(&r->gather)) return CIM_OK;
    CIM__TRY(cim__ggather_run(ctx, &r->gather));
    CIM__TRY(cim__gpipe_start(ctx, &r->later, r->job, &r->srses, &r->shared, 0, on_take, r));
    return build_put_off(ctx, r);
}

/* ---- the end ---- */

static cim_status put_document(cim_ctx *ctx, run *r)
{
    cim__gbuilder *b = &r->pipe.builders[0];
    if (!r->reader.has_root) return CIM_OK;
    CIM__TRY(document_gid(ctx, r));
    cim__batch batch;
    cim__batch_init(&batch, ctx->mem, r->job->sink->epsg);
    b->batch = &batch;
    cim_status st = cim__gbuild_document(ctx, b, &r->reader.document, r->gid);
    if (st >= 0) st = cim__sink_take(ctx, r->job->sink, &batch, r->job->source_number);
    cim__batch_free(&batch);
    return st;
}

/* A file with objects that have no coordinates, but its envelope has: it says where a new city is. */
static cim_status decide_by_envelope(cim_ctx *ctx, run *r)
{
    const cim__gtree *t = &r->reader.document;
    cim_box box = CIM__BOX_EMPTY;
    if (r->job->sink->epsg || !r->reader.has_root || !cim__gsrses_get(&r->srses, CIM__GSRS_FILE)->parsed.epsg) return CIM_OK;
    for (uint32_t i = 0; i < cim__gtree_count(t); i++) {
        const cim__gnode *n = cim__gtree_node(t, i);
        bool corner = n->flags & CIM__GN_NUMBERS && n->count >= 2 && cim__gtree_node(t, n->parent)->name->kind == CIM__G_ENVELOPE;
        if (corner) cim__box_add(&box, cim__gtree_coords(t, n)[0], cim__gtree_coords(t, n)[1]);
    }
    return cim__box_ok(&box) ? cim__gsrs_decide(ctx, r->job, &r->srses, CIM__GSRS_FILE, box) : CIM_OK;
}

static void note_source(run *r)
{
    cim__source *source = r->job->source;
    snprintf(source->version, sizeof source->version, "%s", r->reader.version);
    snprintf(source->encoding, sizeof source->encoding, "%s", r->reader.encoding);
}

static cim_status finish(cim_ctx *ctx, run *r)
{
    CIM__TRY(later_passes(ctx, r));
    CIM__TRY(decide_by_envelope(ctx, r));
    CIM__TRY(put_document(ctx, r));
    note_source(r);
    for (uint32_t i = 1; i < r->pipe.workers; i++) CIM__TRY(cim__gcounts_add(ctx, &r->pipe.builders[0], &r->pipe.builders[i]));
    return cim__gcounts_report(ctx, r->job->report, &r->pipe.builders[0], &r->reader, &r->names, r->lost, r->repeated);
}

/* ---- set-up ---- */

/* "53394525_bldg" of ".../53394525_bldg.gml.gz" */
static char *stem_of(cim__mem *mem, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t n = strlen(name);
    static const char *const endings[] = { ".gz", ".bz2", ".gml", ".xml", ".citygml" };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t e = strlen(endings[i]);
        if (n > e && !strncmp(name + n - e, endings[i], e)) n -= e;
    }
    return cim__strndup(mem, n ? name : "input", n ? n : 5);
}

static cim_status set_up(cim_ctx *ctx, run *r)
{
    const char *path = cim__input_path(r->job->input);
    uint32_t workers = ctx->threads > 1 ? ctx->threads - 1 : 0;
    cim__gnames_init(&r->names, ctx->mem);
    r->deferred = r->kept_members = r->uses = cim__buf_on(ctx->mem);
    cim__gtree_init(&r->kept, ctx->mem, SIZE_MAX);
    cim__map_init(&r->lines, ctx->mem);
    cim__map_init(&r->templates, ctx->mem);
    CIM__TRY(cim__gsrses_init(ctx, &r->srses, ctx->mem));
    CIM__TRY(cim__gcodes_new(ctx, path, &r->codes));
    r->stem = stem_of(ctx->mem, path);
    if (!r->stem) return cim__nomem(ctx);
    r->shared = (cim__gshared){ &r->names, &r->srses, r->codes, path, cim__str_of(r->stem) };
    cim__ggather_init(&r->gather, ctx->mem, r->job, &r->names, &r->srses, r->codes);
    r->filling = &r->pipe;
    return cim__gpipe_start(ctx, &r->pipe, r->job, &r->srses, &r->shared, workers, on_take, r);
}

static void tear_down(cim_ctx *ctx, run *r)
{
    cim__gpipe_free(ctx, &r->pipe);
    cim__gpipe_free(ctx, &r->later);
    cim__greader_free(&r->reader);
    cim__ggather_free(&r->gather);
    cim__gcodes_free(r->codes);
    cim__gsrses_free(&r->srses);
    cim__gnames_free(&r->names);
    cim__gtree_free(&r->kept);
    cim__buf_free(&r->kept_members);
    cim__buf_free(&r->deferred);
    cim__buf_free(&r->uses);
    cim__map_free(&r->lines);
    cim__map_free(&r->templates);
    cim__free(ctx->mem, r->stem);
}

static cim_status import_citygml(cim_ctx *ctx, cim__job *job)
{
    run *r = cim__zalloc(ctx->mem, sizeof *r);
    if (!r) return cim__nomem(ctx);
    r->job = job;
    cim_status st = set_up(ctx, r);
    if (st >= 0) st = first_pass(ctx, r);
    if (st >= 0) st = finish(ctx, r);
    tear_down(ctx, r);
    cim__free(ctx->mem, r);
    return st;
}

/* ---- recognising ---- */

/* The start tag of the root element, if it is in the head. */
static cim__str root_tag(cim__str head)
{
    for (size_t i = 0; i + 1 < head.len; i++) {
        if (head.ptr[i] != '<') continue;
        char next = head.ptr[i + 1];
        const char *end;
        if (next == '!' && head.len - i > 4 && !memcmp(head.ptr + i, "<!--", 4)) {
            end = memmem(head.ptr + i, head.len - i, "-->", 3);
            if (!end) break;
            i = (size_t)(end - head.ptr) + 2;
        } else if (next != '?' && next != '!') {
            end = memchr(head.ptr + i, '>', head.len - i);
            return (cim__str){ head.ptr + i, end ? (size_t)(end - head.ptr) - i : head.len - i };
        }
    }
    return (cim__str){ "", 0 };
}

/* A bare object has a CityGML or ADE namespace and a name with a capital letter. */
static int probe(cim__str head)
{
    static const char *const model[] = { "CityModel" }, *const others[] = { "IndoorFeatures", "osm", "osmChange", "Dictionary", "schema", "CityModelType" };
    cim__str tag = root_tag(head);
    bool ours = cim__str_has(tag, "opengis.net/citygml") || cim__str_has(tag, "www.citygml.org");
    if (cim__head_has_root(head, model, 1)) return ours ? 100 : 80;
    if (!ours || cim__head_has_root(head, others, sizeof others / sizeof *others)) return 0;
    size_t start = 1;
    for (size_t i = 1; i < tag.len && (unsigned char)tag.ptr[i] > ' '; i++)
        if (tag.ptr[i] == ':') start = i + 1;
    return start < tag.len && tag.ptr[start] >= 'A' && tag.ptr[start] <= 'Z' ? 60 : 0;
}

extern const cim__importer cim__importer_citygml;
const cim__importer cim__importer_citygml = { "citygml", "CityGML 1.0, 2.0, 3.0", probe, import_citygml };
