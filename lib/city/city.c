/* city.c - the snapshot's arrays and look-ups in them. */
#include "city/city.h"

#include <stdlib.h>

cim__str cim__gid_base(cim__str gid)
{
    const char *hash = gid.len ? memchr(gid.ptr, '#', gid.len) : NULL;
    return hash ? (cim__str){ gid.ptr, (size_t)(hash - gid.ptr) } : gid;
}

uint64_t cim__gid_hash(cim__str gid)
{
    gid = cim__gid_base(gid);
    return cim__hash64(gid.ptr, gid.len, 0);
}

static size_t padded(size_t size) { return (size + 7) & ~(size_t)7; }

size_t cim__city_bytes(uint32_t max_id)
{
    size_t n = (size_t)max_id + 1;
    return 2 * padded(n) + padded(2 * n) + padded(4 * n);
}

cim_status cim__city_alloc(cim_ctx *ctx, const cim__rows *rows, void *store, uint32_t max_id, cim_city **city_out)
{
    size_t n = (size_t)max_id + 1;
    cim_city *city = cim__zalloc(ctx->mem, sizeof *city);
    uint8_t *arrays = city ? cim__alloc_big(ctx->mem, cim__city_bytes(max_id), &city->block) : NULL;
    if (!arrays) {
        cim__free(ctx->mem, city);
        return cim__nomem(ctx);
    }
    city->mem = cim__mem_ref(ctx->mem);
    atomic_init(&city->refs, 1);
    atomic_init(&city->has_gids, false);
    pthread_mutex_init(&city->lock, NULL);
    city->max_id = max_id;
    city->layer = arrays;
    city->class_id = city->layer + padded(n);
    city->source = (uint16_t *)(void *)(city->class_id + padded(n));
    city->parent = (uint32_t *)(void *)((char *)city->source + padded(2 * n));
    city->rows = rows;
    city->store = store;
    *city_out = city;
    return CIM_OK;
}

cim_status cim__city_new(cim_ctx *ctx, const cim__rows *rows, void *store, uint32_t max_id, cim_city **city_out)
{
    size_t n = (size_t)max_id + 1;
    CIM__TRY(cim__city_alloc(ctx, rows, store, max_id, city_out));
    cim_city *city = *city_out;
    memset(city->layer, 0, cim__city_bytes(max_id));
    memset(city->layer, CIM__LAYER_COUNT, n);
    memset(city->parent, 0xff, n * sizeof *city->parent); /* CIM_NONE */
    return CIM_OK;
}

cim_city *cim_city_ref(cim_city *city)
{
    atomic_fetch_add_explicit(&city->refs, 1, memory_order_relaxed);
    return city;
}

static void edges_free(cim__mem *mem, cim__edges *e)
{
    cim__free(mem, e->first);
    cim__free(mem, e->other);
    cim__free(mem, e->type);
}

void cim_city_free(cim_city *city)
{
    if (!city || atomic_fetch_sub_explicit(&city->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = city->mem;
    if (city->store) city->rows->close(city->store);
    cim_index_free(city->index);
    cim__free(mem, city->block);
    cim__free(mem, city->gids.block);
    edges_free(mem, &city->out);
    edges_free(mem, &city->in);
    pthread_mutex_destroy(&city->lock);
    cim__free(mem, city);
    cim__mem_unref(mem);
}

int32_t cim_city_epsg(const cim_city *city) { return city->epsg; }
uint32_t cim_city_max_id(const cim_city *city) { return city->max_id; }
uint32_t cim_city_count(const cim_city *city) { return city->count; }
const char *cim_city_class(const cim_city *city, uint32_t id) { return cim__city_has(city, id) ? cim__classes[city->class_id[id]].name : NULL; }
const char *cim_city_layer(const cim_city *city, uint32_t id) { return cim__city_has(city, id) ? cim__layers[city->layer[id]].table : NULL; }
uint32_t cim_city_parent(const cim_city *city, uint32_t id) { return cim__city_has(city, id) ? city->parent[id] : CIM_NONE; }

cim_status cim__city_object(cim_ctx *ctx, cim_city *city, uint32_t id, cim__arena *arena, cim__object *object_out)
{
    if (!cim__city_has(city, id)) return cim__fail(ctx, CIM_ENOTFOUND, "no object with the number %u", id);
    return city->rows->object(ctx, city->store, (cim__layer_id)city->layer[id], id, arena, object_out);
}

/* ---- by text id ---- */

size_t cim__gids_bytes(size_t count) { return 8 * count + padded(4 * count); }

cim_status cim__gids_alloc(cim_ctx *ctx, size_t count, cim__gids *gids)
{
    gids->size = cim__gids_bytes(count);
    gids->hash = cim__alloc_big(ctx->mem, gids->size, &gids->block);
    if (!gids->hash) return cim__nomem(ctx);
    gids->id = (uint32_t *)(void *)(gids->hash + count);
    if (count & 1) gids->id[count] = 0; /* what is written is determined */
    return CIM_OK;
}

cim_status cim__city_gids(cim_ctx *ctx, cim_city *city, const cim__gids **gids_out)
{
    if (!atomic_load_explicit(&city->has_gids, memory_order_acquire)) CIM__TRY(city->rows->gids(ctx, city->store, city));
    *gids_out = &city->gids;
    return CIM_OK;
}

size_t cim__gids_first(const cim__gids *gids, size_t count, uint64_t hash)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (gids->hash[mid] < hash) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static cim_status find_by_hash(cim_ctx *ctx, cim_city *city, uint64_t hash, cim__str gid, uint32_t *ids, size_t cap, size_t *count)
{
    bool exact = cim__gid_base(gid).len != gid.len;
    const cim__gids *gids;
    CIM__TRY(cim__city_gids(ctx, city, &gids));
    cim_status st = CIM_OK;
    cim__arena arena = cim__arena_on(ctx->mem);
    for (size_t i = cim__gids_first(gids, city->count, hash); i < city->count && gids->hash[i] == hash && st >= 0; i++) {
        cim__object object;
        st = cim__city_object(ctx, city, gids->id[i], &arena, &object);
        if (st < 0 || !cim__str_eq(exact ? object.gid : cim__gid_base(object.gid), gid)) continue;
        if (*count < cap) ids[*count] = object.id;
        ++*count;
    }
    cim__arena_free(&arena);
    return st;
}

/* An id that came twice was given "~2" when its row was written; it is listed under the hash of the id as it came. */
static cim__str without_repeat(cim__str gid)
{
    size_t n = gid.len;
    while (n && gid.ptr[n - 1] >= '0' && gid.ptr[n - 1] <= '9') n--;
    return n && n < gid.len && gid.ptr[n - 1] == '~' ? (cim__str){ gid.ptr, n - 1 } : gid;
}

cim_status cim__city_find(cim_ctx *ctx, cim_city *city, cim__str gid, uint32_t *ids, size_t cap, size_t *count_out)
{
    size_t count = 0;
    cim__str first = without_repeat(gid);
    CIM__TRY(find_by_hash(ctx, city, cim__gid_hash(gid), gid, ids, cap, &count));
    if (!count && first.len < gid.len) CIM__TRY(find_by_hash(ctx, city, cim__gid_hash(first), gid, ids, cap, &count));
    *count_out = count;
    return count ? CIM_OK : CIM_DONE;
}

cim_status cim_city_find(cim_ctx *ctx, cim_city *city, const char *gid, uint32_t *ids, size_t cap, size_t *count_out)
{
    cim__enter(ctx);
    cim_status st = cim__city_find(ctx, city, cim__str_of(gid), ids, ids ? cap : 0, count_out);
    return st == CIM_DONE ? cim__fail(ctx, CIM_ENOTFOUND, "no object with the id %.200s", gid) : st;
}

cim_status cim_city_gid(cim_ctx *ctx, cim_city *city, uint32_t id, cim_buf *gid_out)
{
    cim__enter(ctx);
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__object object;
    cim_status st = cim__city_object(ctx, city, id, &arena, &object);
    if (st >= 0) cim__buf_putstr(&buf, object.gid);
    cim__arena_free(&arena);
    if (st >= 0 && !cim__buf_give(&buf, gid_out)) st = cim__nomem(ctx);
    cim__buf_free(&buf);
    return st;
}

/* ---- by place ---- */

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

cim_status cim_city_window(cim_ctx *ctx, cim_city *city, const cim_box *window, uint32_t *ids, size_t cap, size_t *count_out)
{
    cim__enter(ctx);
    cim_probe probe = cim_probe_box(window);
    CIM__TRY(cim_index_query(ctx, city->index, &probe, ids, cap, count_out));
    size_t got = *count_out < cap ? *count_out : cap;
    if (ids) qsort(ids, got, sizeof *ids, ascending);
    return CIM_OK;
}

cim_status cim_city_geometry(cim_ctx *ctx, cim_city *city, uint32_t id, cim_buf *wkb_out)
{
    cim__enter(ctx);
    cim__arena arena = cim__arena_on(ctx->mem);
    cim__gbuild build;
    cim__object object;
    cim__gbuild_init(&build, ctx->mem);
    cim_status st = cim__city_object(ctx, city, id, &arena, &object);
    if (st >= 0 && !object.geom.len) st = cim__fail(ctx, CIM_ENOTFOUND, "object %u has no geometry in the plane", id);
    if (st >= 0) st = cim__gaia_get(ctx, object.geom, &build, NULL);
    if (st >= 0) {
        cim_geom geom = cim__gbuild_view(&build);
        st = cim_geom_wkb(ctx, &geom, wkb_out);
    }
    cim__gbuild_free(&build);
    cim__arena_free(&arena);
    return st;
}
