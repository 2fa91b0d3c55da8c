/* plan.c - giving out object numbers. */
#include "store/plan.h"
#include "index/order.h"

#include <stdlib.h>

void cim__plan_free(cim__plan *p)
{
    cim__mem *mem = p->sink ? p->sink->mem : NULL;
    if (!mem) return;
    cim__free(mem, p->order);
    cim__free(mem, p->by_hash);
    cim__free(mem, p->bucket);
    cim__free(mem, p->removed);
    cim__buf_free(&p->edges);
    p->sink = NULL;
}

/* ---- objects of one id: several segments of a way, repetitions, predecessors in the city ---- */

typedef struct group {
    size_t first, end; /* in by_hash */
    uint64_t hash;
} group;

static void mark_repeats(cim__plan *p, const group *g)
{
    for (size_t i = g->first; i < g->end; i++) {
        cim__head *a = cim__sink_head(p->sink, p->by_hash[i].id);
        for (size_t j = g->first; j < i && a->repeat < 255; j++) a->repeat += cim__sink_head(p->sink, p->by_hash[j].id)->part == a->part;
        p->repeated += a->repeat > 0;
    }
}

static bool take_over(cim__plan *p, const group *g, cim__buf *removed)
{
    size_t next = g->first, count = p->sink->city->count;
    for (size_t i = cim__gids_first(p->old, count, g->hash); i < count && p->old->hash[i] == g->hash; i++) {
        uint32_t *slot = CIM__PUSH(removed, uint32_t);
        if (!slot) return false;
        *slot = p->old->id[i];
        if (next < g->end) cim__sink_head(p->sink, p->by_hash[next++].id)->id = p->old->id[i];
    }
    return true;
}

/* The old object that had the same made-up id. */
static bool take_over_one(cim__plan *p, cim__head *h, cim__buf *removed)
{
    size_t count = p->old ? p->sink->city->count : 0, i = p->old ? cim__gids_first(p->old, count, h->gid_hash) : 0;
    if (i == count || p->old->hash[i] != h->gid_hash) return true;
    uint32_t *slot = CIM__PUSH(removed, uint32_t);
    if (!slot) return false;
    *slot = p->old->id[i];
    if (h->id == CIM_NONE) h->id = p->old->id[i];
    return true;
}

/* "id~2": what the writer will call it, so that look-ups find it. */
static cim_status rename_repeats(cim_ctx *ctx, cim__plan *p, cim__buf *removed)
{
    size_t count = p->repeated ? cim__sink_count(p->sink) : 0;
    cim__buf scratch = cim__buf_on(ctx->mem), gid = cim__buf_on(ctx->mem);
    cim__record *record = count ? cim__alloc(ctx->mem, sizeof *record) : NULL;
    cim_status st = record || !count ? CIM_OK : cim__nomem(ctx);
    for (size_t i = 0; i < count && st >= 0; i++) {
        cim__head *h = cim__sink_head(p->sink, i);
        if (!h->repeat) continue;
        st = cim__sink_record(ctx, p->sink, i, &scratch, record);
        if (st < 0) break;
        cim__str unique = cim__unique_gid(h, record->gid, &gid);
        h->gid_hash = cim__gid_hash(unique);
        if (gid.failed || !take_over_one(p, h, removed)) st = cim__nomem(ctx);
    }
    cim__buf_free(&scratch);
    cim__buf_free(&gid);
    cim__free(ctx->mem, record);
    return st;
}

enum { GROUP_REPEATS = 4096 }; /* a way has fewer segments; larger groups are repetitions of a hostile file */

static cim_status match_groups(cim_ctx *ctx, cim__plan *p, size_t count)
{
    cim__buf removed = cim__buf_on(ctx->mem);
    for (size_t i = 0; i < count;) {
        group g = { i, i + 1, p->by_hash[i].key };
        while (g.end < count && p->by_hash[g.end].key == g.hash) g.end++;
        if (g.end - g.first > GROUP_REPEATS) {
            cim__buf_free(&removed);
            return cim__fail(ctx, CIM_ELIMIT, "more than %d objects have one id", GROUP_REPEATS);
        }
        if (g.end - g.first > 1) mark_repeats(p, &g);
        if (p->old && !take_over(p, &g, &removed)) break;
        i = g.end;
    }
    cim_status st = removed.failed ? cim__nomem(ctx) : rename_repeats(ctx, p, &removed);
    if (st < 0) {
        cim__buf_free(&removed);
        return st;
    }
    p->removed = (uint32_t *)(void *)removed.data;
    p->removed_count = CIM__COUNT(&removed, uint32_t);
    return CIM_OK;
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* ---- numbers along the curve ---- */

static cim_box extent_of(const cim__sink *sink, size_t count)
{
    cim_box all = CIM__BOX_EMPTY;
    for (size_t i = 0; i < count; i++) cim__box_join(&all, &cim__sink_head(sink, i)->box);
    return all;
}

static uint64_t place_key(const cim__head *h, const cim_box *all, double scale)
{
    uint64_t layer = (uint64_t)h->layer << 32;
    if (!cim__box_ok(&h->box)) return layer | 0xffffffffu;
    double x = (0.5 * (h->box.min_x + h->box.max_x) - all->min_x) * scale, y = (0.5 * (h->box.min_y + h->box.max_y) - all->min_y) * scale;
    return layer | cim__hilbert((uint32_t)x & 0xffff, (uint32_t)y & 0xffff);
}

static void number_fresh(cim__plan *p, cim__keyed *keys, cim__keyed *scratch, size_t count)
{
    cim_box all = extent_of(p->sink, count);
    double width = all.max_x - all.min_x > all.max_y - all.min_y ? all.max_x - all.min_x : all.max_y - all.min_y;
    double scale = width > 0.0 ? 65535.0 / width : 0.0;
    size_t fresh = 0;
    for (size_t i = 0; i < count; i++) {
        const cim__head *h = cim__sink_head(p->sink, i);
        if (h->id == CIM_NONE) keys[fresh++] = (cim__keyed){ place_key(h, &all, scale), (uint32_t)i, 0 };
    }
    cim__sort_keyed(keys, scratch, fresh);
    for (size_t i = 0; i < fresh; i++) cim__sink_head(p->sink, keys[i].id)->id = ++p->max_id;
}

static void order_rows(cim__plan *p, cim__keyed *keys, cim__keyed *scratch, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cim__head *h = cim__sink_head(p->sink, i);
        keys[i] = (cim__keyed){ (uint64_t)h->layer << 32 | h->id, (uint32_t)i, 0 };
        p->layer_start[h->layer + 1]++;
    }
    cim__sort_keyed(keys, scratch, count);
    for (size_t i = 0; i < count; i++) p->order[i] = keys[i].id;
    for (int l = 0; l < CIM__LAYER_COUNT; l++) p->layer_start[l + 1] += p->layer_start[l];
}

/* Hashes are spread evenly, so a bucket holds one or two: a lookup is two cache misses where a binary search has many. */
static bool make_buckets(cim_ctx *ctx, cim__plan *p, size_t count)
{
    unsigned bits = 1;
    while (bits < 28 && (size_t)1 << bits < count) bits++;
    p->bucket_shift = 64 - bits;
    p->bucket = cim__alloc_n(ctx->mem, (size_t)1 << bits, sizeof *p->bucket);
    if (!p->bucket) return false;
    for (size_t b = 0, i = 0; b < (size_t)1 << bits; b++) {
        while (i < count && p->by_hash[i].key >> p->bucket_shift < b) i++;
        p->bucket[b] = (uint32_t)i;
    }
    return true;
}

cim_status cim__plan_new(cim_ctx *ctx, cim__sink *sink, cim__plan *p)
{
    size_t count = cim__sink_count(sink);
    memset(p, 0, sizeof *p);
    p->sink = sink;
    p->edges = cim__buf_on(ctx->mem);
    p->max_id = sink->city ? sink->city->max_id : 0;
    if (sink->city) CIM__TRY(cim__city_gids(ctx, sink->city, &p->old));
    if (count > UINT32_MAX - 16 - p->max_id) return cim__fail(ctx, CIM_ELIMIT, "object numbers are used up");
    p->by_hash = cim__alloc_n(ctx->mem, count, sizeof *p->by_hash);
    p->order = cim__alloc_n(ctx->mem, count, sizeof *p->order);
    cim__keyed *keys = cim__alloc_n(ctx->mem, count, 2 * sizeof *keys);
    cim_status st = p->by_hash && p->order && keys ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) {
        for (size_t i = 0; i < count; i++) p->by_hash[i] = (cim__keyed){ cim__sink_head(sink, i)->gid_hash, (uint32_t)i, 0 };
        cim__sort_keyed(p->by_hash, keys, count);
        if (!make_buckets(ctx, p, count)) st = cim__nomem(ctx);
    }
    if (st >= 0) {
        st = match_groups(ctx, p, count);
    }
    if (st >= 0) {
        if (p->removed_count) qsort(p->removed, p->removed_count, sizeof *p->removed, ascending);
        number_fresh(p, keys, keys + count, count);
        order_rows(p, keys, keys + count, count);
    }
    cim__free(ctx->mem, keys);
    if (st >= 0) st = cim__plan_edges(ctx, p);
    cim__free(ctx->mem, p->by_hash);
    cim__free(ctx->mem, p->bucket);
    p->by_hash = NULL;
    p->bucket = NULL;
    if (st < 0) cim__plan_free(p);
    return st;
}

bool cim__plan_removes(const cim__plan *p, uint32_t id)
{
    return p->removed_count && bsearch(&id, p->removed, p->removed_count, sizeof *p->removed, ascending) != NULL;
}

/* ---- references ---- */

static size_t first_new(const cim__plan *p, uint64_t hash)
{
    size_t i = p->bucket[hash >> p->bucket_shift], count = cim__sink_count(p->sink);
    while (i < count && p->by_hash[i].key < hash) i++;
    return i;
}

static cim_status resolve_old(cim_ctx *ctx, const cim__plan *p, cim__ref ref, uint32_t *ids, size_t cap, size_t *count)
{
    cim_city *city = p->sink->city;
    cim__arena arena = cim__arena_on(ctx->mem);
    cim_status st = CIM_OK;
    for (size_t i = cim__gids_first(p->old, city->count, ref.key); i < city->count && p->old->hash[i] == ref.key && *count < cap && st >= 0; i++) {
        cim__object object;
        uint32_t id = p->old->id[i];
        if (cim__plan_removes(p, id)) continue;
        if (ref.part != CIM_NONE) {
            st = cim__city_object(ctx, city, id, &arena, &object);
            if (st < 0 || cim__ref_to(object.gid).part != ref.part) continue;
        }
        ids[(*count)++] = id;
    }
    cim__arena_free(&arena);
    return st;
}

cim_status cim__plan_resolve(cim_ctx *ctx, const cim__plan *p, cim__ref ref, uint32_t *ids, size_t cap, size_t *count_out)
{
    size_t total = cim__sink_count(p->sink);
    *count_out = 0;
    if (ref.kind != CIM__REF_GID) {
        if (cap) ids[(*count_out)++] = ref.kind == CIM__REF_NEW ? cim__sink_head(p->sink, (size_t)ref.key)->id : (uint32_t)ref.key;
        return CIM_OK;
    }
    for (size_t i = first_new(p, ref.key); i < total && p->by_hash[i].key == ref.key && *count_out < cap; i++) {
        const cim__head *h = cim__sink_head(p->sink, p->by_hash[i].id);
        if (h->repeat || (ref.part != CIM_NONE && h->part != ref.part)) continue;
        ids[(*count_out)++] = h->id;
    }
    if (*count_out || !p->old) return CIM_OK;
    return resolve_old(ctx, p, ref, ids, cap, count_out);
}
