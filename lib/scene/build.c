/* build.c - from a city to prisms: read, choose, put on the ground, in the order of buildings. */
#include "scene/scene.h"

#include "cim/query.h"
#include "crs/crs.h"
#include "geom/geom.h"

#include <stdlib.h>

/* ---- what was asked for ---- */

static cim_status metres_only(cim_ctx *ctx, const cim_city *city)
{
    cim__crs_info info;
    if (!city->epsg) return CIM_OK;
    CIM__TRY(cim__crs_info_of(ctx, city->epsg, &info));
    if (info.geographic || !(fabs(info.unit_m - 1.0) < 1e-3))
        return cim__fail(ctx, CIM_EUNSUPPORTED, "EPSG:%d of the city is not in metres: import it into a projected reference system", city->epsg);
    return CIM_OK;
}

static cim_status options_ok(cim_ctx *ctx, const cim_scene_options *o, bool *whole)
{
    const cim_box *a = &o->area;
    const uint32_t kinds = CIM_SCENE_BUILDINGS | CIM_SCENE_CONSTRUCTIONS | CIM_SCENE_TREES | CIM_SCENE_BARRIERS;
    *whole = a->min_x == 0.0 && a->min_y == 0.0 && a->max_x == 0.0 && a->max_y == 0.0;
    if (!*whole && !(a->min_x <= a->max_x && a->min_y <= a->max_y)) return cim__fail(ctx, CIM_EARG, "the area is no box");
    if (o->kinds & ~kinds) return cim__fail(ctx, CIM_EARG, "unknown kinds of what hides");
    if (o->detail != CIM_SCENE_PRISMS && o->detail != CIM_SCENE_TRIANGLES) return cim__fail(ctx, CIM_EARG, "detail %d is none", o->detail);
    if (!(o->storey_m > 0.0 && o->storey_m <= 100.0)) return cim__fail(ctx, CIM_EARG, "storey_m must be above 0 and at most 100");
    if (!(o->default_height_m > 0.0 && o->default_height_m <= 1000.0)) return cim__fail(ctx, CIM_EARG, "default_height_m must be above 0 and at most 1000");
    if (!(o->terrain_cell_m >= 0.01 && o->terrain_cell_m <= 1000.0)) return cim__fail(ctx, CIM_EARG, "terrain_cell_m must be 0.01 to 1000");
    if (o->terrain && o->terrain_path) return cim__fail(ctx, CIM_EARG, "two terrains: a file and a raster");
    if (o->removed_count && !o->removed) return cim__fail(ctx, CIM_EARG, "removed_count without removed");
    return CIM_OK;
}

static cim_status filter(cim_ctx *ctx, cim__scene_maker *m)
{
    cim_query_options options = CIM_QUERY_OPTIONS_INIT;
    cim_query_result result = CIM_QUERY_RESULT_INIT;
    if (!m->options.hides && !m->options.at) return CIM_OK;
    options.at = m->options.at;
    m->wanted = cim__zalloc_n(ctx->mem, (size_t)m->city->max_id + 1, 1);
    if (!m->wanted) return cim__nomem(ctx);
    CIM__TRY(cim_query_run(ctx, m->city, m->options.hides, &options, &result));
    for (size_t i = 0; i < result.count; i++) m->wanted[result.ids[i]] = 1;
    cim_query_result_dispose(&result);
    return CIM_OK;
}

/* ---- prisms ---- */

static uint32_t ring_first(const cim__scene_maker *m, uint32_t ring) { return ring ? CIM__AT(&m->rings, uint32_t, ring - 1) : 0; }

/* The lowest ground along some rings, the highest too. */
static void stand(const cim__scene_maker *m, uint32_t ring, uint32_t rings, double *low, double *high)
{
    *low = HUGE_VAL, *high = -HUGE_VAL;
    for (uint32_t v = ring_first(m, ring); v < ring_first(m, ring + rings); v++) {
        double z = cim__scene_ground_at(&m->s->ground, CIM__AT(&m->coords, double, 2 * (size_t)v), CIM__AT(&m->coords, double, 2 * (size_t)v + 1));
        *low = z < *low ? z : *low;
        *high = z > *high ? z : *high;
    }
}

static void put_u32(cim__buf *buf, uint32_t value) { cim__buf_put(buf, &value, sizeof value); }
static void put_real(cim__buf *buf, double value) { cim__buf_put(buf, &value, sizeof value); }

static void put_prism(cim__scene_maker *m, const cim__scene_thing *t, uint32_t ring, uint32_t rings, double base, double top)
{
    cim_scene *s = m->s;
    uint32_t vertex = ring_first(m, ring), end = ring_first(m, ring + rings), shift = (uint32_t)(CIM__COUNT(&s->xy, double) / 2) - vertex;
    cim__buf_put(&s->xy, (const double *)(const void *)m->coords.data + 2 * (size_t)vertex, 2 * sizeof(double) * (end - vertex));
    for (uint32_t r = ring; r < ring + rings; r++) put_u32(&s->ring_end, CIM__AT(&m->rings, uint32_t, r) + shift);
    put_u32(&s->prism_end, (uint32_t)CIM__COUNT(&s->ring_end, uint32_t));
    put_real(&s->base, base);
    put_real(&s->top, top);
    put_u32(&s->prism_object, t->object);
    put_u32(&s->prism_root, t->root);
    cim__buf_putc(&s->has_faces, t->faces ? 1 : 0);
}

/* What stands on the ground: a wall piece by piece, all else as a whole. */
static void put_thing(cim__scene_maker *m, cim__scene_thing *t)
{
    for (uint32_t r = t->ring; r < t->ring + t->rings; r += t->each ? 1 : t->rings) {
        uint32_t rings = t->each ? 1 : t->rings;
        double low = 0.0, high = 0.0;
        if (!t->absolute) stand(m, r, rings, &low, &high);
        put_prism(m, t, r, rings, low + t->base, low + t->top);
    }
}

/* All of it below the ground. */
static bool is_buried(const cim__scene_maker *m, const cim__scene_thing *t)
{
    double low, high;
    if (!t->absolute || m->s->ground.kind < CIM_SCENE_GROUND_RELIEF) return false;
    stand(m, t->ring, t->rings, &low, &high);
    return t->top <= low;
}

/* Things that hide in the order of their buildings; all others into the list of what is left out. */
static cim_status put_things(cim_ctx *ctx, cim__scene_maker *m)
{
    size_t n = CIM__COUNT(&m->things, cim__scene_thing);
    cim__keyed *order = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *order);
    cim_status st = order ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < n && st >= 0; i++) {
        const cim__scene_thing *t = &CIM__AT(&m->things, cim__scene_thing, i);
        order[i] = (cim__keyed){ (uint64_t)t->root << 32 | t->object, (uint32_t)i, 0 };
    }
    if (st >= 0) cim__sort_keyed(order, order + n, n);
    for (size_t i = 0; i < n && st >= 0; i++) {
        cim__scene_thing *t = &CIM__AT(&m->things, cim__scene_thing, order[i].id);
        if (!t->reason && is_buried(m, t)) t->reason = CIM_SCENE_UNDERGROUND;
        if (t->only_faces) {
            put_u32(&m->s->objects, t->object);
            continue;
        }
        if (t->reason) {
            cim_scene_left left = { t->object, t->reason, t->reason == CIM_SCENE_SAME ? t->other : CIM_NONE, 0 };
            cim__buf_put(&m->s->left, &left, sizeof left);
            continue;
        }
        put_thing(m, t);
        put_u32(&m->s->objects, t->object);
        if (t->guessed) put_u32(&m->s->guessed, t->object);
        if ((i & 0xfff) == 0) st = cim__tick(ctx, i, n, "prisms");
    }
    cim__free(ctx->mem, order);
    return st;
}

static cim_status put_added(cim_ctx *ctx, cim__scene_maker *m)
{
    cim_sight_prisms a = CIM_SIGHT_PRISMS_INIT;
    cim_sight_scene *trial = NULL;
    cim__scene_thing none = { .object = CIM_NONE, .root = CIM_NONE };
    if (!m->options.added) return CIM_OK;
    CIM__TRY(cim_sight_scene_build(ctx, m->options.added, NULL, &trial)); /* are they good? */
    cim_sight_scene_free(trial);
    CIM__TRY(cim__opts(ctx, &a, sizeof a, m->options.added, "cim_sight_prisms"));
    uint32_t ring = (uint32_t)CIM__COUNT(&m->rings, uint32_t), first = ring_first(m, ring);
    cim__buf_put(&m->coords, a.xy, a.ring_count ? 2 * sizeof(double) * a.ring_end[a.ring_count - 1] : 0);
    for (uint32_t r = 0; r < a.ring_count; r++) put_u32(&m->rings, first + a.ring_end[r]);
    if (m->rings.failed || m->coords.failed) return cim__nomem(ctx);
    for (uint32_t p = 0, from = 0; p < a.prism_count; from = a.prism_end[p++]) {
        double low, high;
        stand(m, ring + from, a.prism_end[p] - from, &low, &high);
        if (!(low < HUGE_VAL)) low = 0.0;
        put_prism(m, &none, ring + from, a.prism_end[p] - from, low + a.base_m[p], low + a.top_m[p]);
    }
    return CIM_OK;
}

/* ---- lists ---- */

static int by_object(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x), memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* Sorts elements that begin with an object's number; each is there once. */
static void sort_by_object(cim__buf *list, size_t size)
{
    if (list->size > size) qsort(list->data, list->size / size, size, by_object);
}

static void put_entry(cim__buf *entries, uint32_t object, uint32_t first, uint32_t count)
{
    cim__scene_entry e = { object, first, count };
    cim__buf_put(entries, &e, sizeof e);
}

/* Objects and the buildings of parts with their prisms; then those that are the same as one of them. */
static cim_status make_entries(cim_ctx *ctx, cim_scene *s)
{
    uint32_t n = (uint32_t)CIM__COUNT(&s->prism_object, uint32_t);
    const uint32_t *object = (const uint32_t *)(const void *)s->prism_object.data, *root = (const uint32_t *)(const void *)s->prism_root.data;
    for (uint32_t i = 0, j; i < n && root[i] != CIM_NONE; i = j) {
        bool other = false;
        for (j = i; j < n && root[j] == root[i]; j++) other |= object[j] != root[i];
        if (other) put_entry(&s->entries, root[i], i, j - i);
        for (uint32_t k = i, end; k < j; k = end) {
            for (end = k; end < j && object[end] == object[k]; end++) continue;
            if (!other || object[k] != root[i]) put_entry(&s->entries, object[k], k, end - k);
        }
    }
    sort_by_object(&s->entries, sizeof(cim__scene_entry));
    size_t known = CIM__COUNT(&s->entries, cim__scene_entry);
    for (size_t i = 0; i < CIM__COUNT(&s->left, cim_scene_left); i++) {
        const cim_scene_left *l = &CIM__AT(&s->left, cim_scene_left, i);
        if (l->reason != CIM_SCENE_SAME) continue;
        const cim__scene_entry *e = bsearch(&l->other, s->entries.data, known, sizeof *e, by_object);
        if (e) put_entry(&s->entries, l->object, e->first, e->count);
    }
    if (s->entries.failed) return cim__nomem(ctx);
    sort_by_object(&s->entries, sizeof(cim__scene_entry));
    sort_by_object(&s->objects, sizeof(uint32_t));
    sort_by_object(&s->guessed, sizeof(uint32_t));
    sort_by_object(&s->left, sizeof(cim_scene_left));
    return CIM_OK;
}

/* Prisms of what has no faces, as a scene of their own. */
static cim_status make_rest(cim_ctx *ctx, cim_scene *s, const cim_sight_options *options)
{
    const cim_sight_prisms *p = &s->prisms;
    cim__buf prism_end = cim__buf_on(ctx->mem), ring_end = prism_end, xy = prism_end, base = prism_end, top = prism_end;
    for (uint32_t i = 0; i < p->prism_count; i++) {
        if (s->has_faces.data[i]) continue;
        for (uint32_t r = i ? p->prism_end[i - 1] : 0; r < p->prism_end[i]; r++) {
            uint32_t first = r ? p->ring_end[r - 1] : 0;
            cim__buf_put(&xy, p->xy + 2 * (size_t)first, 2 * sizeof(double) * (p->ring_end[r] - first));
            put_u32(&ring_end, (uint32_t)(CIM__COUNT(&xy, double) / 2));
        }
        put_u32(&prism_end, (uint32_t)CIM__COUNT(&ring_end, uint32_t));
        put_real(&base, p->base_m[i]);
        put_real(&top, p->top_m[i]);
        put_u32(&s->rest_prism, i);
    }
    cim_sight_prisms rest = { .struct_size = sizeof rest, .prism_count = (uint32_t)CIM__COUNT(&prism_end, uint32_t), .ring_count = (uint32_t)CIM__COUNT(&ring_end, uint32_t),
                              .vertex_count = (uint32_t)(CIM__COUNT(&xy, double) / 2), .prism_end = (const uint32_t *)(const void *)prism_end.data,
                              .ring_end = (const uint32_t *)(const void *)ring_end.data, .xy = (const double *)(const void *)xy.data,
                              .base_m = (const double *)(const void *)base.data, .top_m = (const double *)(const void *)top.data };
    bool failed = prism_end.failed || ring_end.failed || xy.failed || base.failed || top.failed || s->rest_prism.failed;
    cim_status st = failed ? cim__nomem(ctx) : cim_sight_scene_build(ctx, &rest, options, &s->rest);
    cim__buf_free(&prism_end);
    cim__buf_free(&ring_end);
    cim__buf_free(&xy);
    cim__buf_free(&base);
    cim__buf_free(&top);
    return st;
}

static cim_status finish(cim_ctx *ctx, cim__scene_maker *m)
{
    cim_scene *s = m->s;
    if (s->prism_end.failed || s->ring_end.failed || s->xy.failed || s->base.failed || s->top.failed || s->prism_object.failed || s->prism_root.failed ||
        s->objects.failed || s->guessed.failed || s->left.failed || s->has_faces.failed)
        return cim__nomem(ctx);
    s->prisms = (cim_sight_prisms){ .struct_size = sizeof s->prisms,
                                    .prism_count = (uint32_t)CIM__COUNT(&s->prism_end, uint32_t),
                                    .ring_count = (uint32_t)CIM__COUNT(&s->ring_end, uint32_t),
                                    .vertex_count = (uint32_t)(CIM__COUNT(&s->xy, double) / 2),
                                    .prism_end = (const uint32_t *)(const void *)s->prism_end.data,
                                    .ring_end = (const uint32_t *)(const void *)s->ring_end.data,
                                    .xy = (const double *)(const void *)s->xy.data,
                                    .base_m = (const double *)(const void *)s->base.data,
                                    .top_m = (const double *)(const void *)s->top.data };
    cim_sight_options options = CIM_SIGHT_OPTIONS_INIT;
    if (s->ground.raster.height_m) options.terrain = &s->ground.raster;
    CIM__TRY(make_entries(ctx, s));
    CIM__TRY(cim_sight_scene_build(ctx, &s->prisms, &options, &s->sight));
    return s->mesh ? make_rest(ctx, s, &options) : CIM_OK;
}

/* ---- all of it ---- */

static cim_status make(cim_ctx *ctx, cim__scene_maker *m)
{
    size_t n = (size_t)m->city->max_id + 1;
    m->thing_of = cim__alloc_n(ctx->mem, n, sizeof *m->thing_of);
    m->gone = cim__zalloc_n(ctx->mem, n, 1);
    if (!m->thing_of || !m->gone) return cim__nomem(ctx);
    memset(m->thing_of, 0xff, n * sizeof *m->thing_of);
    CIM__TRY(filter(ctx, m));
    CIM__TRY(cim__scene_read(ctx, m));
    CIM__TRY(cim__scene_choose(ctx, m));
    CIM__TRY(cim__scene_ground_make(ctx, m));
    if (m->options.detail == CIM_SCENE_TRIANGLES) CIM__TRY(cim__scene_faces(ctx, m));
    CIM__TRY(put_things(ctx, m));
    CIM__TRY(put_added(ctx, m));
    return finish(ctx, m);
}

static cim__buf *scene_buf(cim_scene *s, size_t i)
{
    cim__buf *const bufs[] = { &s->prism_end, &s->ring_end, &s->xy, &s->base, &s->top, &s->prism_object, &s->prism_root, &s->objects, &s->guessed, &s->left, &s->entries,
                              &s->face_end, &s->face_ring_end, &s->face_xyz, &s->face_solid, &s->face_object, &s->rest_prism, &s->has_faces };
    return i < sizeof bufs / sizeof *bufs ? bufs[i] : NULL;
}

static cim_scene *scene_new(cim_ctx *ctx)
{
    cim_scene *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return NULL;
    s->mem = cim__mem_ref(ctx->mem);
    atomic_init(&s->refs, 1);
    for (size_t i = 0; scene_buf(s, i); i++) *scene_buf(s, i) = cim__buf_on(s->mem);
    return s;
}

cim_status cim_scene_build(cim_ctx *ctx, cim_city *city, const cim_scene_options *options, cim_scene **scene_out)
{
    cim__scene_maker m = { .city = city, .options = CIM_SCENE_OPTIONS_INIT };
    cim__enter(ctx);
    if (!city || !scene_out) return cim__fail(ctx, CIM_EARG, "no city, or no place for the scene");
    CIM__TRY(cim__opts(ctx, &m.options, sizeof m.options, options, "cim_scene_options"));
    CIM__TRY(options_ok(ctx, &m.options, &m.whole));
    CIM__TRY(metres_only(ctx, city));
    m.s = scene_new(ctx);
    if (!m.s) return cim__nomem(ctx);
    m.things = m.rings = m.coords = cim__buf_on(ctx->mem);
    cim__gbuild_init(&m.geom, ctx->mem);
    cim_status st = make(ctx, &m);
    cim__free(ctx->mem, m.wanted);
    cim__free(ctx->mem, m.gone);
    cim__free(ctx->mem, m.thing_of);
    cim__buf_free(&m.things);
    cim__buf_free(&m.rings);
    cim__buf_free(&m.coords);
    cim__gbuild_free(&m.geom);
    if (st >= 0) *scene_out = m.s;
    else cim_scene_free(m.s);
    return st < 0 ? st : CIM_OK;
}

cim_scene *cim_scene_ref(cim_scene *scene)
{
    if (scene) atomic_fetch_add_explicit(&scene->refs, 1, memory_order_relaxed);
    return scene;
}

void cim_scene_free(cim_scene *scene)
{
    if (!scene || atomic_fetch_sub_explicit(&scene->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = scene->mem;
    cim_sight_scene_free(scene->sight);
    cim_sight_scene_free(scene->rest);
    cim_sight_mesh_free(scene->mesh);
    cim__scene_ground_free(mem, &scene->ground);
    for (size_t i = 0; scene_buf(scene, i); i++) cim__buf_free(scene_buf(scene, i));
    cim__free(mem, scene);
    cim__mem_unref(mem);
}
