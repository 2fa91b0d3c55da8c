/* gather.c - the second reading. */
#include "import/citygml/gather.h"

#include "import/citygml/pipe.h"

void cim__ggather_init(cim__ggather *g, cim__mem *mem, cim__job *job, cim__gnames *names, cim__gsrses *srses, const cim__gcodes *codes)
{
    *g = (cim__ggather){ .mem = mem, .job = job, .names = names, .srses = srses, .codes = codes };
    cim__gstore_init(&g->store, mem, CIM__GATHER_BYTES);
    cim__map_init(&g->wanted, mem);
    cim__names_init(&g->files, mem);
}

void cim__ggather_free(cim__ggather *g)
{
    if (!g->mem) return;
    cim__gstore_free(&g->store);
    cim__map_free(&g->wanted);
    cim__names_free(&g->files);
}

cim_status cim__ggather_want(cim_ctx *ctx, cim__ggather *g, uint64_t hash, cim__str file)
{
    if (cim__map_get(&g->wanted, hash) != CIM_NONE) return CIM_OK;
    if (!cim__map_put(&g->wanted, hash, 0)) return cim__nomem(ctx);
    g->missing++;
    if (file.len && g->files.count < CIM__GATHER_FILES && cim__names_add(&g->files, file) == CIM_NONE) return cim__nomem(ctx);
    return CIM_OK;
}

/* ---- one file ---- */

typedef struct pass {
    cim__ggather *gather;
    cim__str file; /* as references write it; empty: the input itself */
    cim__gtree tree;
} pass;

/* References in what was copied lead on. */
static cim_status want_more(cim_ctx *ctx, cim__ggather *g, uint32_t root, cim__str file)
{
    const cim__gtree *t = &g->store.tree;
    for (uint32_t i = root; i < cim__gtree_count(t); i++) {
        const cim__gnode *n = cim__gtree_node(t, i);
        cim__str href;
        if (!(n->flags & CIM__GN_LINK) || !cim__gtree_attr(t, n, "href", &href)) continue;
        cim__ghref h = cim__ghref_of(href);
        if (h.remote || !h.id.len || (h.file.len && file.len)) continue; /* no hopping from file to file */
        cim__str from = h.file.len ? h.file : file;
        CIM__TRY(cim__ggather_want(ctx, g, cim__ghref_hash(from, h.id), from));
    }
    return CIM_OK;
}

static cim_status copy_target(cim_ctx *ctx, pass *p, const cim__gtree *tree, uint32_t node, uint64_t hash)
{
    cim__ggather *g = p->gather;
    uint32_t copy;
    if (cim__gtree_bytes(&g->store.tree) > g->store.tree.limit) {
        g->full = true;
        return CIM_OK;
    }
    CIM__TRY(cim__gpipe_decide(ctx, g->job, g->srses, tree, node, cim__gtree_node(tree, node)->end));
    CIM__TRY(cim__gtree_copy(ctx, &g->store.tree, tree, node, &copy));
    cim__groot *root = CIM__PUSH(&g->store.roots, cim__groot);
    if (!root || !cim__map_put(&g->store.nodes, hash, copy)) return cim__nomem(ctx);
    *root = (cim__groot){ copy, p->file };
    g->missing--;
    g->found++;
    return want_more(ctx, g, copy, p->file);
}

static bool is_sought(cim__str id, void *user)
{
    const pass *p = user;
    uint64_t hash = cim__ghref_hash(p->file, id);
    return cim__map_get(&p->gather->wanted, hash) != CIM_NONE && cim__map_get(&p->gather->store.nodes, hash) == CIM_NONE;
}

static cim_status look_through(cim_ctx *ctx, cim__greader *r, uint32_t node, uint64_t ordinal, void *user)
{
    pass *p = user;
    (void)ordinal;
    for (uint32_t i = node; i < cim__gtree_count(r->tree); i++) {
        const cim__gnode *n = cim__gtree_node(r->tree, i);
        cim__str id = n->name && n->attr_count ? cim__gtree_id(r->tree, n) : (cim__str){ "", 0 };
        if (!id.len || !cim__gname_geometry(n->name)) continue;
        if (is_sought(id, p)) CIM__TRY(copy_target(ctx, p, r->tree, i, cim__ghref_hash(p->file, id)));
    }
    cim__gtree_reset(r->tree);
    return CIM_OK;
}

static cim_status tick(cim_ctx *ctx, cim__greader *r, void *user)
{
    const pass *p = user;
    (void)r;
    return cim__job_tick(ctx, p->gather->job, "references");
}

static cim_status read_file(cim_ctx *ctx, cim__ggather *g, cim__input *input, cim__str file)
{
    pass p = { .gather = g, .file = file };
    cim__greader_handler handler = { .member = look_through, .seeks = is_sought, .chunk = tick, .user = &p };
    cim__greader reader;
    cim__gtree_init(&p.tree, g->mem, (size_t)512 << 20);
    cim__greader_init(&reader, g->mem, g->names, g->srses, g->job->report, &handler);
    reader.tree = &p.tree;
    reader.foreign = true;
    cim_status st = cim__greader_run(ctx, &reader, input, g->job->opts->max_depth);
    cim__greader_free(&reader);
    cim__gtree_free(&p.tree);
    return st;
}

/* ---- all of them ---- */

static bool goes_on(cim_status st) { return st != CIM_ENOMEM && st != CIM_ECANCEL && st != CIM_EINTERNAL; }

static cim_status read_other(cim_ctx *ctx, cim__ggather *g, cim__str file)
{
    cim__buf path = cim__buf_on(g->mem);
    cim__input *input = NULL;
    cim_status st = CIM_OK;
    if (!cim__gcodes_resolve(g->codes, file, &path)) {
        cim__report_warn(g->job->report, 0, "references to %.*s are not followed: it is not a file in the folder of the input", (int)(file.len < 150 ? file.len : 150), file.ptr);
    } else {
        st = cim__input_open(ctx, (const char *)path.data, g->job->opts->max_bytes, g->job->opts->flags & CIM_IMPORT_UNSAFE_LIMITS ? 0 : 400, &input);
        if (st >= 0) st = read_file(ctx, g, input, file);
        cim__input_close(ctx, input);
        if (st < 0 && goes_on(st)) {
            cim__report_warn(g->job->report, 0, "references to another file: %s", ctx->error);
            cim__enter(ctx);
            st = CIM_OK;
        }
    }
    cim__buf_free(&path);
    return st;
}

/* The input was read once without failure, or what failed is the same as then. */
static cim_status read_again(cim_ctx *ctx, cim__ggather *g)
{
    CIM__TRY(cim__input_rewind(ctx, g->job->input));
    cim_status st = read_file(ctx, g, g->job->input, (cim__str){ "", 0 });
    if (st < 0 && st == CIM_EFORMAT && (g->job->opts->flags & CIM_IMPORT_KEEP_GOING)) {
        cim__enter(ctx);
        st = CIM_OK;
    }
    return st;
}

cim_status cim__ggather_run(cim_ctx *ctx, cim__ggather *g)
{
    for (int round = 0; round < CIM__GATHER_ROUNDS && g->missing && !g->full; round++) {
        size_t before = g->found;
        CIM__TRY(read_again(ctx, g));
        for (size_t i = 0; i < g->files.count; i++) CIM__TRY(read_other(ctx, g, g->files.texts[i]));
        if (g->found == before) break;
    }
    if (g->full) cim__report_warn(g->job->report, 0, "geometry shared between objects is larger than %d MiB: not all of it is resolved", CIM__GATHER_BYTES >> 20);
    return CIM_OK;
}
