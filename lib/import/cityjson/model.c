/* model.c - what belongs to the file as a whole: geometry templates, and the object that keeps its metadata. */
#include "import/cityjson/cityjson.h"

#include <stdio.h>

/* ---- templates ---- */

static cim_status name_template(cim_ctx *ctx, cim__cj_file *f, cim__cj_template *t, cim__cj_worker *w)
{
    char name[CIM__TEMPLATE_NAME];
    cim_geom geom = cim__gbuild_view(&t->geom);
    cim__template_name(&w->other, &geom, cim__buf_str(&t->topo), t->lod, name);
    t->gid = cim__arena_str(&f->arena, cim__str_of(name));
    t->lod = cim__arena_str(&f->arena, t->lod);
    return t->gid.ptr && t->lod.ptr && !w->other.failed ? CIM_OK : cim__nomem(ctx);
}

static cim_status one_template(cim_ctx *ctx, cim__cj_file *f, cim__cj_worker *w, cim__batch *batch, uint32_t node, cim__json *appearances)
{
    cim__cj_template *t = CIM__PUSH(&f->templates, cim__cj_template);
    cim__shape shape;
    char id[40];
    bool fits = false;
    if (!t) return cim__nomem(ctx);
    size_t number = CIM__COUNT(&f->templates, cim__cj_template) - 1;
    memset(t, 0, sizeof *t);
    cim__gbuild_init(&t->geom, ctx->mem);
    t->topo = cim__buf_on(ctx->mem);
    snprintf(id, sizeof id, "template %zu", number);
    w->id = cim__str_of(id);
    CIM__TRY(cim__cj_geometry(ctx, w, node, CIM__CJ_TEMPLATE, &t->geom, &t->topo, &shape, &t->usable, &fits));
    if (!t->usable) return CIM_OK;
    t->lod = shape.lod;
    CIM__TRY(name_template(ctx, f, t, w));
    cim__cj_put_appearance(w, appearances, node, fits, number, t->gid);
    cim__template row = { .gid = t->gid, .topo = cim__buf_str(&t->topo), .geom = cim__gbuild_view(&t->geom) };
    return cim__batch_template(ctx, batch, &row);
}

static cim_status all_templates(cim_ctx *ctx, cim__cj_file *f, cim__batch *batch, cim__cj_worker *w)
{
    cim__jtree *t = &w->tree;
    cim__cj_place here = { .transform = NULL };
    cim__json json = cim__json_on(&f->extras);
    for (int i = 0; i < 3; i++) cim__cj_axis_set(&here.axis[i], 1.0, 0.0);
    if (!cim__cj_vertices_tree(&w->vertices, t, cim__jget(t, 0, "vertices-templates"))) return cim__nomem(ctx);
    w->from = &w->vertices;
    w->place = &here;
    uint32_t list = cim__jget(t, 0, "templates");
    if (!cim__jis(t, list, CIM__J_ARRAY)) return CIM_OK;
    size_t before = f->extras.size;
    cim__json_key(&json, "template_appearances");
    cim__json_open(&json, '[');
    size_t empty = f->extras.size;
    for (uint32_t i = list + 1; i < cim__jskip(t, list); i = cim__jskip(t, i)) CIM__TRY(one_template(ctx, f, w, batch, i, &json));
    if (f->extras.size == empty) f->extras.size = before;
    else cim__buf_puts(&f->extras, "],");
    return f->extras.failed ? cim__nomem(ctx) : CIM_OK;
}

cim_status cim__cj_templates(cim_ctx *ctx, cim__cj_file *f, cim__batch *batch, cim__cj_worker *w)
{
    if (!f->templates_text.size) return CIM_OK;
    if (!cim__buf_reserve(&f->templates_text, 1)) return cim__nomem(ctx); /* the reader wants one byte behind */
    CIM__TRY(cim__jtree_read(ctx, &w->tree, (char *)f->templates_text.data, f->templates_text.size, f->max_depth));
    cim_status st = all_templates(ctx, f, batch, w);
    cim__cj_vertices_reset(&w->vertices);
    return st;
}

/* ---- the model as an object ---- */

static bool is_modelled(cim__str key)
{
    return cim__str_is(key, "referenceSystem") || cim__str_is(key, "geographicalExtent") || cim__str_is(key, "presentLoDs");
}

static bool has_metadata(const cim__jtree *t)
{
    uint32_t at = 1, key, value;
    while (cim__jis(t, 0, CIM__J_OBJECT) && cim__jpair(t, 0, &at, &key, &value))
        if (!is_modelled(cim__jtext(t, key))) return true;
    return false;
}

static void put_model_gid(cim__cj_worker *w, const cim__cj_file *f)
{
    static const char *const names[] = { "identifier", "citymodelIdentifier", "fileIdentifier" };
    const cim__jtree *t = &w->tree;
    w->gid.size = 0;
    cim__buf_puts(&w->gid, "cityjson:");
    for (size_t i = 0; i < sizeof names / sizeof *names && t->nodes.size; i++) {
        uint32_t node = cim__jget(t, 0, names[i]);
        if (!cim__jis(t, node, CIM__J_STRING) || !cim__jtext(t, node).len) continue;
        cim__cj_escape(&w->gid, cim__jtext(t, node));
        return;
    }
    const char *slash = strrchr(f->path, '/');
    cim__cj_escape(&w->gid, cim__str_of(slash ? slash + 1 : f->path));
}

cim_status cim__cj_model(cim_ctx *ctx, cim__cj_file *f, cim__batch *batch, cim__cj_worker *w)
{
    static const char *const titles[] = { "title", "datasetTitle" };
    cim__jtree *t = &w->tree;
    cim__json json;
    cim__value name = { .attr = CIM__A_NAME };
    size_t names = 0;
    t->nodes.size = 0;
    if (f->metadata.size) {
        if (!cim__buf_reserve(&f->metadata, 1)) return cim__nomem(ctx);
        CIM__TRY(cim__jtree_read(ctx, t, (char *)f->metadata.data, f->metadata.size, f->max_depth));
    }
    bool metadata = t->nodes.size && has_metadata(t);
    if (!metadata && !f->extras.size) return CIM_OK;
    for (size_t i = 0; i < 2 && t->nodes.size && !names; i++) {
        uint32_t title = cim__jget(t, 0, titles[i]);
        if (!cim__jis(t, title, CIM__J_STRING)) continue;
        name.text = cim__jtext(t, title);
        names = 1;
    }
    put_model_gid(w, f);
    w->attrs.size = w->residue.size = 0;
    json = cim__json_on(&w->attrs);
    if (metadata && t->deepest < CIM__JSON_DEPTH) cim__jput(&json, t, 0);
    json = cim__json_on(&w->residue);
    cim__buf_puts(&w->residue, "{\"cityjson\":{");
    cim__json_kv_str(&json, "version", cim__buf_str(&f->version));
    if (f->extras.size) cim__json_raw(&json, (cim__str){ (const char *)f->extras.data, f->extras.size - 1 }); /* without the last comma */
    cim__buf_puts(&w->residue, "}}");
    if (w->gid.failed || w->attrs.failed || w->residue.failed) return cim__nomem(ctx);
    cim__feature feature = { .gid = cim__buf_str(&w->gid), .class_id = CIM__C_CityModel, .values = &name, .value_count = names, .attrs = cim__buf_str(&w->attrs), .residue = cim__buf_str(&w->residue) };
    return cim__batch_add(ctx, batch, &feature);
}
