/* cityjson.c - a CityJSON 2.0 document, or a sequence of features. */
#include "export/cityjson.h"

#include <math.h>

/* ---- choosing whole objects ---- */

static uint32_t parent_of(const cim_city *city, uint32_t id)
{
    uint32_t parent = city->parent[id];
    return parent != CIM_NONE && parent != id && cim__city_has(city, parent) ? parent : CIM_NONE;
}

enum { MAX_LEVELS = 64 };

static void mark(uint64_t *bits, uint32_t id) { bits[id >> 6] |= 1ull << (id & 63); }
static bool marked(const uint64_t *bits, uint32_t id) { return bits[id >> 6] >> (id & 63) & 1; }

/* What is chosen, everything it is a part of, and all parts of those. */
static cim_status choose_wholes(cim_ctx *ctx, cim__cjx *x)
{
    const cim_city *city = x->e->city;
    uint64_t *roots;
    if (!x->e->chosen) return CIM_OK;
    roots = cim__zalloc_n(ctx->mem, (size_t)city->max_id / 64 + 1, sizeof *roots);
    if (!roots) return cim__nomem(ctx);
    for (int pass = 0; pass < 2; pass++) /* first the roots of what is chosen, then what has a chosen root */
        for (uint32_t id = 0; id <= city->max_id; id++) {
            uint32_t root = id, up;
            if (!cim__city_has(city, id) || (pass == 0 && !marked(x->e->chosen, id))) continue;
            for (int level = 0; level < MAX_LEVELS && (up = parent_of(city, root)) != CIM_NONE; level++) root = up;
            if (pass == 0) mark(roots, root);
            else if (marked(roots, root)) mark(x->e->chosen, id);
        }
    cim__free(ctx->mem, roots);
    return CIM_OK;
}

static cim_status link_parts(cim_ctx *ctx, cim__cjx *x)
{
    const cim_city *city = x->e->city;
    size_t n = (size_t)city->max_id + 1;
    x->first_part = cim__alloc_n(ctx->mem, n, sizeof *x->first_part);
    x->next_part = cim__alloc_n(ctx->mem, n, sizeof *x->next_part);
    x->written = cim__zalloc_n(ctx->mem, n, sizeof *x->written);
    if (!x->first_part || !x->next_part || !x->written) return cim__nomem(ctx);
    memset(x->first_part, 0xff, n * sizeof *x->first_part);
    memset(x->next_part, 0xff, n * sizeof *x->next_part);
    for (uint32_t id = city->max_id + 1; id-- > 0;) { /* downwards, so that lists ascend */
        uint32_t parent = cim__export_has(x->e, id) ? parent_of(city, id) : CIM_NONE;
        if (parent == CIM_NONE || !cim__export_has(x->e, parent)) continue;
        x->next_part[id] = x->first_part[parent];
        x->first_part[parent] = id;
    }
    return CIM_OK;
}

/* ---- objects ---- */

/* Restrictions, routes and networks are relations rather than things: without a place or parts there is nothing to show. */
static bool is_shown(cim__cjx *x, uint32_t id)
{
    static const uint8_t abstract[] = { CIM__C_TurnRestriction, CIM__C_Route, CIM__C_Network, CIM__C_Version, CIM__C_VersionTransition };
    const cim_city *city = x->e->city;
    if (!cim__export_has(x->e, id) || city->class_id[id] == CIM__C_CityModel) return false;
    for (size_t i = 0; i < sizeof abstract; i++)
        if (city->class_id[id] == abstract[i] && city->layer[id] == CIM__L_NONSPATIAL && x->first_part[id] == CIM_NONE) {
            x->e->placeless++;
            x->written[id] = 1; /* once is enough */
            return false;
        }
    return true;
}

static cim_status put_one(cim_ctx *ctx, cim__cjx *x, cim__json *json, uint32_t id)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__object o;
    cim_status st = cim__city_object(ctx, x->e->city, id, &arena, &o);
    x->written[id] = 1;
    x->e->written++;
    if (st >= 0 && !x->sequence) cim__buf_puts(json->buf, json->comma ? "" : "\n");
    if (st >= 0) st = cim__cjx_put_object(ctx, x, json, &o);
    cim__arena_free(&arena);
    return st;
}

/* A root and all its parts, parents first.  The city's parents may form circles; each object is written once. */
static cim_status put_whole(cim_ctx *ctx, cim__cjx *x, cim__json *json, uint32_t root, cim__jvalue feature)
{
    uint32_t id = root;
    (void)feature; /* joined with those of others */
    for (;;) {
        if (!x->written[id]) CIM__TRY(put_one(ctx, x, json, id));
        if (!x->sequence) cim__out_drain(&x->out, json->buf);
        uint32_t next = x->first_part[id];
        if (next != CIM_NONE && x->written[next]) next = CIM_NONE;
        for (; next == CIM_NONE && id != root; id = x->e->city->parent[id]) {
            next = x->next_part[id];
            if (next != CIM_NONE && !x->written[next]) break;
            next = CIM_NONE;
        }
        if (next == CIM_NONE) return x->out.status;
        id = next;
    }
}

/* Called with what a CityJSONFeature said beside its objects. */
typedef cim_status (*root_fn)(cim_ctx *ctx, cim__cjx *x, cim__json *json, uint32_t root, cim__jvalue feature);

static cim_status put_root(cim_ctx *ctx, cim__cjx *x, cim__json *json, uint32_t root, root_fn fn)
{
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__str residue = { "", 0 };
    cim__jvalue kept, feature = { CIM__J_NULL, { "", 0 } };
    cim_status st = x->e->city->rows->residue(ctx, x->e->city->store, root, &arena, &residue);
    if (st >= 0) {
        kept = cim__cjx_kept(residue);
        if (kept.type == CIM__J_OBJECT) cim__jfind(kept, CIM__STR("feature"), &feature);
        cim__cjx_begin_feature(x, feature);
        st = fn(ctx, x, json, root, feature);
    }
    cim__arena_free(&arena);
    return st;
}

/* Roots first, by number; then what hangs in a circle of parents. */
static cim_status each_root(cim_ctx *ctx, cim__cjx *x, cim__json *json, root_fn fn)
{
    const cim_city *city = x->e->city;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t id = 0; id <= city->max_id; id++) {
            if ((id & 0xff) == 0) CIM__TRY(cim__tick(ctx, id, city->max_id, "export"));
            if (!cim__city_has(city, id) || x->written[id]) continue;
            uint32_t parent = parent_of(city, id);
            if (pass == 0 && parent != CIM_NONE && cim__export_has(x->e, parent)) continue;
            if (is_shown(x, id)) CIM__TRY(put_root(ctx, x, json, id, fn));
        }
    return CIM_OK;
}

/* ---- transform ---- */

static double power_of_ten(int n)
{
    double p = 1.0;
    while (n-- > 0) p *= 10.0;
    return p;
}

/* Offsets in whole units near the lower left corner, so that numbers are short. */
static void choose_transform(cim__cjx *x)
{
    cim__export *e = x->e;
    cim_box extent = { 0.0, 0.0, 0.0, 0.0 };
    double corner[2];
    bool known = e->city->index && cim_index_extent(e->city->index, &extent);
    corner[0] = known ? extent.min_x : 0.0;
    corner[1] = known ? extent.min_y : 0.0;
    if (e->transform) cim__transform_run(e->transform, &corner[0], &corner[1], 2, 1);
    x->vertices.scale[0] = x->vertices.scale[1] = power_of_ten(e->decimals);
    x->vertices.scale[2] = power_of_ten(e->geographic ? 3 : e->decimals);
    for (int i = 0; i < 2; i++) x->vertices.offset[i] = isfinite(corner[i]) && fabs(corner[i]) < 1e8 ? (int64_t)(floor(corner[i]) * x->vertices.scale[i]) : 0;
}

static void put_transform(cim__cjx *x, cim__json *json)
{
    const cim__cjx_vertices *v = &x->vertices;
    cim__json_key(json, "transform");
    cim__json_open(json, '{');
    for (int what = 0; what < 2; what++) {
        cim__json_key(json, what ? "translate" : "scale");
        cim__json_open(json, '[');
        for (int i = 0; i < 3; i++) cim__json_num(json, what ? (double)v->offset[i] / v->scale[i] : 1.0 / v->scale[i]);
        cim__json_close(json, ']');
    }
    cim__json_close(json, '}');
}

/* ---- plain ---- */

static void put_templates(cim__cjx *x, cim__json *json)
{
    if (!x->template_count) return;
    cim__json_key(json, "geometry-templates");
    cim__json_open(json, '{');
    cim__json_key(json, "templates");
    cim__json_open(json, '[');
    cim__json_raw(json, cim__buf_str(&x->template_text));
    cim__json_close(json, ']');
    cim__json_key(json, "vertices-templates");
    cim__json_open(json, '[');
    cim__cjx_vertices_put(&x->template_vertices, 0, cim__cjx_vertex_count(&x->template_vertices), json);
    cim__json_close(json, ']');
    cim__json_close(json, '}');
}

enum { VERTICES_AT_ONCE = 4096 };

static void put_vertices(cim__cjx *x, cim__json *json, bool drain)
{
    size_t count = cim__cjx_vertex_count(&x->vertices);
    cim__json_key(json, "vertices");
    cim__json_open(json, '[');
    for (size_t i = 0; i < count; i += VERTICES_AT_ONCE) {
        cim__cjx_vertices_put(&x->vertices, i, i + VERTICES_AT_ONCE < count ? i + VERTICES_AT_ONCE : count, json);
        if (drain) cim__out_drain(&x->out, json->buf);
    }
    cim__json_close(json, ']');
}

static void put_head(cim__cjx *x, cim__json *json)
{
    cim__json_open(json, '{');
    cim__json_kv_text(json, "type", "CityJSON");
    cim__json_kv_text(json, "version", "2.0");
    put_transform(x, json);
}

static cim_status put_document(cim_ctx *ctx, cim__cjx *x)
{
    cim__json json = cim__json_on(&x->text);
    put_head(x, &json);
    cim__json_key(&json, "CityObjects");
    cim__json_open(&json, '{');
    CIM__TRY(each_root(ctx, x, &json, put_whole));
    cim__json_close(&json, '}');
    put_vertices(x, &json, true);
    put_templates(x, &json);
    cim__cjx_put_metadata(x, &json);
    cim__cjx_put_root_members(x, &json);
    cim__json_close(&json, '}');
    cim__buf_putc(&x->text, '\n');
    cim__out_drain(&x->out, &x->text);
    return x->template_text.failed || x->lists[0].failed || x->lists[1].failed || x->lists[2].failed ? cim__nomem(ctx) : x->out.status;
}

/* ---- sequence ---- */

static void put_feature_members(cim__json *json, cim__jvalue feature)
{
    cim__jiter it = cim__jiter_of(feature);
    cim__str key;
    cim__jvalue value;
    while (feature.type == CIM__J_OBJECT && cim__jnext(&it, &key, &value)) {
        cim__cjx_raw_key(json, key);
        cim__json_raw(json, value.text);
    }
}

static cim_status put_feature(cim_ctx *ctx, cim__cjx *x, cim__json *outer, uint32_t root, cim__jvalue feature)
{
    cim__json json = cim__json_on(&x->text);
    cim_buf gid = CIM_BUF_INIT;
    (void)outer;
    cim__cjx_vertices_clear(&x->vertices);
    CIM__TRY(cim_city_gid(ctx, x->e->city, root, &gid));
    x->scratch.size = 0;
    cim__cjx_id(&x->scratch, (cim__str){ gid.data, gid.size });
    cim_buf_dispose(&gid);
    if (x->e->opts->flags & CIM_EXPORT_RS) cim__buf_putc(&x->text, 0x1e);
    cim__json_open(&json, '{');
    cim__json_kv_text(&json, "type", "CityJSONFeature");
    cim__json_kv_str(&json, "id", cim__buf_str(&x->scratch));
    cim__json_key(&json, "CityObjects");
    cim__json_open(&json, '{');
    CIM__TRY(put_whole(ctx, x, &json, root, feature));
    cim__json_close(&json, '}');
    put_vertices(x, &json, false);
    put_feature_members(&json, feature);
    cim__json_close(&json, '}');
    cim__buf_putc(&x->text, '\n');
    cim__out_drain(&x->out, &x->text);
    return x->out.status;
}

static cim_status put_sequence(cim_ctx *ctx, cim__cjx *x)
{
    cim__json json = cim__json_on(&x->text);
    CIM__TRY(cim__cjx_all_templates(ctx, x));
    if (x->e->opts->flags & CIM_EXPORT_RS) cim__buf_putc(&x->text, 0x1e);
    put_head(x, &json);
    cim__cjx_put_metadata(x, &json);
    cim__buf_puts(&x->text, ",\"CityObjects\":{},\"vertices\":[]");
    put_templates(x, &json);
    cim__cjx_put_root_members(x, &json);
    cim__json_close(&json, '}');
    cim__buf_putc(&x->text, '\n');
    cim__out_drain(&x->out, &x->text);
    return each_root(ctx, x, &json, put_feature);
}

/* ---- the whole ---- */

static void init(cim_ctx *ctx, cim__cjx *x, cim__export *e, bool sequence)
{
    memset(x, 0, sizeof *x);
    x->e = e;
    x->sequence = sequence;
    x->text = x->template_text = x->models = x->numbers = x->geometry = x->scratch = x->in_solid = cim__buf_on(ctx->mem);
    for (int i = 0; i < CIM__CJX_LISTS; i++) x->lists[i] = cim__buf_on(ctx->mem);
    cim__cjx_vertices_init(&x->vertices, ctx->mem, false);
    cim__cjx_vertices_init(&x->template_vertices, ctx->mem, true);
    cim__map_init(&x->templates, ctx->mem);
    x->arena = cim__arena_on(ctx->mem);
    cim__gbuild_init(&x->build, ctx->mem);
    cim__gbuild_init(&x->placed, ctx->mem);
    cim__topo_init(&x->topo, ctx->mem);
}

static void dispose(cim_ctx *ctx, cim__cjx *x)
{
    cim__buf *bufs[] = { &x->text, &x->template_text, &x->models, &x->numbers, &x->geometry, &x->scratch, &x->in_solid, &x->lists[0], &x->lists[1], &x->lists[2] };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__cjx_vertices_free(&x->vertices);
    cim__cjx_vertices_free(&x->template_vertices);
    cim__map_free(&x->templates);
    cim__arena_free(&x->arena);
    cim__gbuild_free(&x->build);
    cim__gbuild_free(&x->placed);
    cim__topo_free(&x->topo);
    cim__free(ctx->mem, x->first_part);
    cim__free(ctx->mem, x->next_part);
    cim__free(ctx->mem, x->written);
}

static cim_status prepare(cim_ctx *ctx, cim__cjx *x)
{
    CIM__TRY(choose_wholes(ctx, x));
    CIM__TRY(link_parts(ctx, x));
    CIM__TRY(cim__city_relations(ctx, x->e->city));
    choose_transform(x);
    return cim__cjx_read_models(ctx, x);
}

cim_status cim__export_cityjson(cim_ctx *ctx, cim__export *e, bool sequence)
{
    cim__cjx x;
    init(ctx, &x, e, sequence);
    cim_status st = prepare(ctx, &x);
    if (st >= 0) st = cim__out_open(ctx, e->path, e->opts->flags & CIM_EXPORT_OVERWRITE, &x.out);
    if (st >= 0) {
        st = sequence ? put_sequence(ctx, &x) : put_document(ctx, &x);
        if (st >= 0) st = cim__out_commit(&x.out);
        else cim__out_abort(&x.out);
    }
    dispose(ctx, &x);
    return st;
}
