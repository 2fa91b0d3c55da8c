/* cql_hop.c - following relations, and values of the objects they lead to.
 *
 * What a path ends in at another object is kept: thousands of buildings lie in one district.  The cache is emptied when it has
 * grown large, between objects only, so that texts of the current one stay where they are. */
#include "city/cql_bind.h"
#include "city/cql_eval.h"
#include "geom/topo.h"

enum { CACHE_MAX = 64 << 20 };

/* ---- objects ---- */

static cim_status new_stamp(cim__cql_eval *e)
{
    size_t n = (size_t)e->city->max_id + 1;
    if (!e->stamps) e->stamps = cim__zalloc_n(e->ctx->mem, n, sizeof *e->stamps);
    if (!e->stamps) return cim__nomem(e->ctx);
    if (++e->stamp == 0) {
        memset(e->stamps, 0, n * sizeof *e->stamps);
        e->stamp = 1;
    }
    return CIM_OK;
}

static void reach(cim__cql_eval *e, cim__buf *to, uint32_t id)
{
    if (e->stamps[id] == e->stamp) return;
    e->stamps[id] = e->stamp;
    uint32_t *slot = CIM__PUSH(to, uint32_t);
    if (slot) *slot = id;
}

static void along(cim__cql_eval *e, const cim__edges *edges, uint32_t id, int32_t type, cim__buf *to)
{
    for (uint32_t i = edges->first[id]; i < edges->first[id + 1]; i++)
        if (edges->type[i] == type) reach(e, to, edges->other[i]);
}

static void hop_from(cim__cql_eval *e, const cim__cql_hop *hop, uint32_t id, cim__buf *to)
{
    const cim_city *city = e->city;
    if (hop->type == CIM__R_PART_OF && hop->forward) {
        if (city->parent[id] != CIM_NONE && cim__city_has(city, city->parent[id])) reach(e, to, city->parent[id]);
        return;
    }
    if (hop->forward) along(e, &city->out, id, hop->type, to);
    if (hop->backward) along(e, &city->in, id, hop->type, to);
}

cim_status cim__cql_targets(cim__cql_eval *e, const cim__cql_path *path, uint8_t hops, const uint32_t **ids_out, size_t *count_out)
{
    cim__buf *from = &e->targets[0], *to = &e->targets[1];
    from->size = 0;
    uint32_t *start = CIM__PUSH(from, uint32_t);
    if (!start) return cim__nomem(e->ctx);
    *start = e->id;
    for (uint8_t h = 0; h < hops; h++) {
        to->size = 0;
        CIM__TRY(new_stamp(e));
        for (size_t i = 0; i < CIM__COUNT(from, uint32_t); i++) hop_from(e, &path->hops[h], CIM__AT(from, uint32_t, i), to);
        if (to->failed) return cim__nomem(e->ctx);
        cim__buf *swap = from;
        from = to;
        to = swap;
        if (atomic_load_explicit(e->ctx->cancel, memory_order_relaxed)) return cim__fail(e->ctx, CIM_ECANCEL, "cancelled while: query");
    }
    *ids_out = (const uint32_t *)(const void *)from->data;
    *count_out = CIM__COUNT(from, uint32_t);
    return CIM_OK;
}

/* ---- rows of other objects ---- */

typedef struct other {
    cim__object_fn fn;
    void *user;
    bool there;
} other;

static cim_status see_other(cim_ctx *ctx, const cim__object *object, void *user)
{
    other *o = user;
    o->there = true;
    return o->fn(ctx, object, o->user);
}

cim_status cim__cql_other_row(cim__cql_eval *e, uint32_t id, cim__object_fn fn, void *user)
{
    uint8_t layer = e->city->layer[id];
    other o = { fn, user, false };
    const cim__rows *rows = e->city->rows;
    if (!e->others[layer]) CIM__TRY(rows->select(e->ctx, e->city->store, (cim__layer_id)layer, &e->other_columns, &e->others[layer]));
    CIM__TRY(rows->select_run(e->ctx, e->city->store, e->others[layer], id, id, see_other, &o));
    return o.there ? CIM_OK : cim__fail(e->ctx, CIM_EFORMAT, "object %u is not in table %s", id, cim__layers[layer].table);
}

/* ---- the cache ---- */

static void empty_cache(cim__cql_cache *c, cim__mem *mem)
{
    cim__map_free(&c->places);
    cim__map_init(&c->places, mem);
    c->runs.size = c->values.size = c->text_size = 0;
    cim__arena_reset(&c->texts);
}

void cim__cql_cache_trim(cim__cql_eval *e)
{
    if (e->cache.text_size + e->cache.values.size > CACHE_MAX) empty_cache(&e->cache, e->ctx->mem);
}

typedef struct filling {
    cim__cql_eval *e;
    const cim__cql_path *path;
} filling;

/* Values borrow their texts from the row, which goes. */
static cim_status keep_texts(cim__cql_eval *e, size_t first)
{
    cim__cql_cache *c = &e->cache;
    for (size_t i = first; i < CIM__COUNT(&c->values, cim__cql_value); i++) {
        cim__cql_value *v = &CIM__AT(&c->values, cim__cql_value, i);
        if (v->type != CIM__CQL_TEXT) continue;
        v->text = cim__arena_str(&c->texts, v->text);
        if (!v->text.ptr) return cim__nomem(e->ctx);
        c->text_size += v->text.len + 16;
    }
    return CIM_OK;
}

static cim_status fill(cim_ctx *ctx, const cim__object *object, void *user)
{
    filling *f = user;
    cim__cql_eval *e = f->e;
    cim__cql_cache *c = &e->cache;
    size_t first = CIM__COUNT(&c->values, cim__cql_value);
    CIM__TRY(cim__cql_end_values(ctx, e->city, f->path, object->id, object, &c->texts, &c->values, e->seen));
    CIM__TRY(keep_texts(e, first));
    uint32_t *run = cim__buf_extend(&c->runs, 2 * sizeof *run);
    if (!run) return cim__nomem(ctx);
    run[0] = (uint32_t)first;
    run[1] = (uint32_t)(CIM__COUNT(&c->values, cim__cql_value) - first);
    uint64_t key = (uint64_t)f->path->index << 32 | object->id;
    return cim__map_put(&c->places, key, (uint32_t)(c->runs.size / sizeof *run - 2)) ? CIM_OK : cim__nomem(ctx);
}

static cim_status push_cached(cim__cql_eval *e, const cim__cql_path *path, uint32_t id)
{
    uint64_t key = (uint64_t)path->index << 32 | id;
    uint32_t place = cim__map_get(&e->cache.places, key);
    if (place == CIM_NONE) {
        filling f = { e, path };
        CIM__TRY(cim__cql_other_row(e, id, fill, &f));
        place = cim__map_get(&e->cache.places, key);
    }
    uint32_t first = CIM__AT(&e->cache.runs, uint32_t, place), count = CIM__AT(&e->cache.runs, uint32_t, place + 1);
    if (!count) return CIM_OK;
    cim__buf_put(&e->values, &CIM__AT(&e->cache.values, cim__cql_value, first), count * sizeof(cim__cql_value));
    return e->values.failed ? cim__nomem(e->ctx) : CIM_OK;
}

/* ---- thematic surfaces ---- */

typedef struct surfaces {
    cim__cql_eval *e;
    const cim__cql_path *path;
    cim__topo topo;
} surfaces;

static cim_status push_surface(cim__cql_eval *e, const cim__cql_path *path, const cim__tsurface *s)
{
    cim__cql_value v = { .type = CIM__CQL_OPAQUE };
    if (path->end == CIM__CQL_CLASS || path->end == CIM__CQL_ID) {
        cim__str text = cim__arena_str(&e->texts, path->end == CIM__CQL_CLASS ? s->class : s->gid);
        if (!text.ptr) return cim__nomem(e->ctx);
        v = (cim__cql_value){ .type = CIM__CQL_TEXT, .text = text };
        return text.len ? cim__cql_push(e, &v) : CIM_OK;
    }
    if (path->end == CIM__CQL_RELATED) return cim__cql_push(e, &v);
    if (path->end != CIM__CQL_ATTRIBUTE || !s->attrs.len) return CIM_OK;
    cim__str attrs = cim__arena_str(&e->texts, s->attrs);
    if (!attrs.ptr) return cim__nomem(e->ctx);
    if (cim__cql_attribute(attrs, path, &e->texts, &e->values, &e->seen[path->index])) return CIM_OK;
    return e->values.failed ? cim__nomem(e->ctx) : cim__fail(e->ctx, CIM_EFORMAT, "the attributes of a surface are damaged");
}

static cim_status see_shape(cim_ctx *ctx, const cim__stored_shape *shape, void *user)
{
    surfaces *s = user;
    if (!shape->topo.len) return CIM_OK;
    CIM__TRY(cim__topo_get(ctx, shape->topo, UINT32_MAX, &s->topo)); /* polygons are not looked at */
    const cim__buf *list = &s->topo.surfaces;
    for (size_t i = 0; i < CIM__COUNT(list, cim__tsurface); i++) CIM__TRY(push_surface(s->e, s->path, &CIM__AT(list, cim__tsurface, i)));
    return CIM_OK;
}

static cim_status push_surfaces(cim__cql_eval *e, const cim__cql_path *path)
{
    const uint32_t *owners;
    size_t count;
    surfaces s = { .e = e, .path = path };
    CIM__TRY(cim__cql_targets(e, path, (uint8_t)(path->hop_count - 1), &owners, &count));
    cim__topo_init(&s.topo, e->ctx->mem);
    cim_status st = CIM_OK;
    for (size_t i = 0; i < count && st >= 0; i++) st = e->city->rows->shapes(e->ctx, e->city->store, owners[i], see_shape, &s);
    cim__topo_free(&s.topo);
    return st;
}

/* ---- the whole ---- */

cim_status cim__cql_push_related(cim__cql_eval *e, const cim__cql_path *path)
{
    const uint32_t *ids;
    size_t count;
    CIM__TRY(cim__cql_targets(e, path, path->hop_count, &ids, &count));
    bool row = (cim__cql_path_reads(path) & CIM__CQL_READS_OTHERS) != 0;
    for (size_t i = 0; i < count; i++) {
        if (row) CIM__TRY(push_cached(e, path, ids[i]));
        else CIM__TRY(cim__cql_end_values(e->ctx, e->city, path, ids[i], NULL, &e->texts, &e->values, e->seen));
        if (path->end == CIM__CQL_RELATED && !path->hops[path->hop_count - 1].surfaces) return CIM_OK; /* one is enough */
    }
    return path->hops[path->hop_count - 1].surfaces ? push_surfaces(e, path) : CIM_OK;
}
