/* relate.c - relations that inputs do not state, made from places and names when all inputs are in the sink. */
#include "import/relate.h"

/* ---- universe ---- */

static cim_status mark_replaced(cim_ctx *ctx, cim__universe *u)
{
    const cim_city *city = u->sink->city;
    if (!city) return CIM_OK;
    const cim__gids *gids;
    cim__map fresh;
    CIM__TRY(cim__city_gids(ctx, u->sink->city, &gids));
    cim__map_init(&fresh, ctx->mem);
    u->replaced = cim__zalloc(ctx->mem, (size_t)city->max_id + 1);
    bool ok = u->replaced != NULL;
    for (size_t i = 0; i < cim__sink_count(u->sink) && ok; i++) ok = cim__map_put(&fresh, cim__sink_head(u->sink, i)->gid_hash, 1);
    for (uint32_t i = 0; i < city->count && ok; i++)
        if (cim__map_get(&fresh, gids->hash[i]) != CIM_NONE) u->replaced[gids->id[i]] = 1;
    cim__map_free(&fresh);
    return ok ? CIM_OK : cim__nomem(ctx);
}

static bool add_thing(cim__buf *list, uint32_t number, bool old, uint8_t layer, uint8_t class_id, const cim_box *box)
{
    cim__thing *t = CIM__PUSH(list, cim__thing);
    if (t) *t = (cim__thing){ number, old, layer, class_id, *box };
    return t != NULL;
}

static bool collect(const cim__universe *u, cim__want_fn want, cim__buf *list)
{
    const cim__sink *sink = u->sink;
    const cim_city *city = sink->city;
    for (uint32_t id = 0; city && id <= city->max_id; id++) {
        if (!cim__city_has(city, id) || u->replaced[id] || !want(city->layer[id], city->class_id[id])) continue;
        if (cim__box_ok(&sink->city_boxes[id]) && !add_thing(list, id, true, city->layer[id], city->class_id[id], &sink->city_boxes[id])) return false;
    }
    for (size_t i = 0; i < cim__sink_count(sink); i++) {
        const cim__head *h = cim__sink_head(sink, i);
        if (!want(h->layer, h->class_id) || !cim__box_ok(&h->box)) continue;
        if (!add_thing(list, (uint32_t)i, false, h->layer, h->class_id, &h->box)) return false;
    }
    return true;
}

cim_status cim__things_new(cim_ctx *ctx, const cim__universe *u, cim__want_fn want, cim__things *things)
{
    cim__buf list = cim__buf_on(ctx->mem);
    *things = (cim__things){ NULL, 0, NULL };
    if (!collect(u, want, &list)) {
        cim__buf_free(&list);
        return cim__nomem(ctx);
    }
    things->list = (cim__thing *)(void *)list.data;
    things->count = CIM__COUNT(&list, cim__thing);
    cim_box *boxes = cim__alloc_n(ctx->mem, things->count, sizeof *boxes);
    for (size_t i = 0; boxes && i < things->count; i++) boxes[i] = things->list[i].box;
    cim_status st = boxes ? cim_index_build(ctx, boxes, things->count, NULL, &things->index) : cim__nomem(ctx);
    cim__free(ctx->mem, boxes);
    if (st < 0) cim__things_free(ctx->mem, things);
    return st;
}

void cim__things_free(cim__mem *mem, cim__things *things)
{
    cim__free(mem, things->list);
    cim_index_free(things->index);
    *things = (cim__things){ NULL, 0, NULL };
}

/* ---- looking ---- */

cim_status cim__looker_new(cim_ctx *ctx, cim__universe *u, cim__looker **looker_out)
{
    cim__looker *l = cim__zalloc(u->mem, sizeof *l);
    if (!l) return cim__nomem(ctx);
    l->universe = u;
    l->scratch = l->relations = l->texts = cim__buf_on(u->mem);
    l->arena = cim__arena_on(u->mem);
    cim__gbuild_init(&l->geom, u->mem);
    cim__gbuild_init(&l->other, u->mem);
    cim_status st = cim__geos_new(ctx, &l->geos);
    if (st < 0) {
        cim__looker_free(l);
        return st;
    }
    *looker_out = l;
    return CIM_OK;
}

void cim__looker_free(cim__looker *l)
{
    if (!l) return;
    cim__mem *mem = l->universe->mem;
    cim__buf_free(&l->scratch);
    cim__buf_free(&l->relations);
    cim__buf_free(&l->texts);
    cim__arena_free(&l->arena);
    cim__gbuild_free(&l->geom);
    cim__gbuild_free(&l->other);
    cim__geos_free(l->geos);
    cim__free(mem, l);
}

static cim_status look_old(cim_ctx *ctx, cim__looker *l, const cim__thing *t)
{
    cim__arena_reset(&l->arena);
    return cim__city_object(ctx, l->universe->sink->city, t->number, &l->arena, &l->object);
}

static cim_status look_new(cim_ctx *ctx, cim__looker *l, const cim__thing *t) { return cim__sink_record(ctx, l->universe->sink, t->number, &l->scratch, &l->record); }

cim_status cim__look_geom(cim_ctx *ctx, cim__looker *l, const cim__thing *t, cim__gbuild *build, cim_geom *geom_out)
{
    CIM__TRY(t->old ? look_old(ctx, l, t) : look_new(ctx, l, t));
    cim__str blob = t->old ? l->object.geom : l->record.geom;
    *geom_out = (cim_geom){ .dim = 2 };
    if (!blob.len) return CIM_OK;
    CIM__TRY(cim__gaia_get(ctx, blob, build, NULL));
    *geom_out = cim__gbuild_view(build);
    return CIM_OK;
}

cim_status cim__look_gid(cim_ctx *ctx, cim__looker *l, const cim__thing *t, cim__str *gid_out)
{
    CIM__TRY(t->old ? look_old(ctx, l, t) : look_new(ctx, l, t));
    *gid_out = t->old ? l->object.gid : l->record.gid;
    return CIM_OK;
}

cim_status cim__look_texts(cim_ctx *ctx, cim__looker *l, const cim__thing *t, const cim__attr *attrs, size_t count, cim__str *texts_out)
{
    CIM__TRY(t->old ? look_old(ctx, l, t) : look_new(ctx, l, t));
    for (size_t k = 0; k < count; k++) {
        texts_out[k] = (cim__str){ "", 0 };
        if (t->old && (l->object.present >> attrs[k] & 1)) texts_out[k] = l->object.values[attrs[k]].text;
        for (uint32_t i = 0; !t->old && i < l->record.value_count; i++)
            if (l->record.values[i].attr == attrs[k]) texts_out[k] = l->record.values[i].text;
    }
    return CIM_OK;
}

cim_status cim__look_text(cim_ctx *ctx, cim__looker *l, const cim__thing *t, cim__attr attr, cim__str *text_out)
{
    return cim__look_texts(ctx, l, t, &attr, 1, text_out);
}

/* ---- making ---- */

cim__ref cim__thing_ref(const cim__thing *t) { return (cim__ref){ t->old ? CIM__REF_OLD : CIM__REF_NEW, CIM_NONE, t->number }; }

cim_status cim__relate_things(cim_ctx *ctx, cim__looker *l, const cim__thing *from, cim__relation_type type, const cim__thing *to, cim__str attrs)
{
    cim__pending_relation *r = CIM__PUSH(&l->relations, cim__pending_relation);
    if (!r) return cim__nomem(ctx);
    *r = (cim__pending_relation){ cim__thing_ref(from), cim__thing_ref(to), type, (uint32_t)attrs.len, l->texts.size };
    cim__buf_putstr(&l->texts, attrs);
    return l->texts.failed ? cim__nomem(ctx) : CIM_OK;
}

enum { CHUNK = 512 };

typedef struct chunk {
    cim__buf relations, texts;
} chunk;

typedef struct run {
    cim__universe *u;
    cim__relate_fn fn;
    void *user;
    size_t count;
    cim__looker *lookers[CIM__WORKERS];
    chunk *chunks;
} run;

static cim_status run_chunk(cim_ctx *ctx, uint32_t worker, size_t item, void *user)
{
    run *r = user;
    if (!r->lookers[worker]) CIM__TRY(cim__looker_new(ctx, r->u, &r->lookers[worker]));
    cim__looker *l = r->lookers[worker];
    size_t end = (item + 1) * CHUNK < r->count ? (item + 1) * CHUNK : r->count;
    for (size_t i = item * CHUNK; i < end; i++) CIM__TRY(r->fn(ctx, l, i, r->user));
    r->chunks[item] = (chunk){ l->relations, l->texts };
    l->relations = l->texts = cim__buf_on(r->u->mem);
    return CIM_OK;
}

static void append(cim__universe *u, const chunk *c)
{
    size_t base = u->texts.size, first = u->made.size;
    cim__buf_put(&u->made, c->relations.data, c->relations.size);
    cim__buf_put(&u->texts, c->texts.data, c->texts.size);
    if (u->made.failed) return;
    for (size_t at = first; at < u->made.size; at += sizeof(cim__pending_relation)) ((cim__pending_relation *)(void *)(u->made.data + at))->attrs_at += base;
}

cim_status cim__relate_run(cim_ctx *ctx, cim__universe *u, size_t count, const char *step, cim__relate_fn fn, void *user)
{
    size_t chunks = (count + CHUNK - 1) / CHUNK;
    run r = { .u = u, .fn = fn, .user = user, .count = count };
    if (!count) return CIM_OK;
    r.chunks = cim__zalloc_n(ctx->mem, chunks, sizeof *r.chunks);
    if (!r.chunks) return cim__nomem(ctx);
    cim_status st = cim__par_run(ctx, chunks, step, run_chunk, &r);
    for (size_t i = 0; i < chunks; i++) {
        if (st >= 0) append(u, &r.chunks[i]);
        if (r.chunks[i].relations.mem) cim__buf_free(&r.chunks[i].relations);
        if (r.chunks[i].texts.mem) cim__buf_free(&r.chunks[i].texts);
    }
    for (size_t i = 0; i < CIM__WORKERS; i++) cim__looker_free(r.lookers[i]);
    cim__free(ctx->mem, r.chunks);
    if (st >= 0 && (u->made.failed || u->texts.failed)) st = cim__nomem(ctx);
    return st;
}

typedef struct has {
    const cim__universe *universe;
    cim__relation_type type;
    uint32_t max_id;
    uint8_t *bits;
} has;

/* What led to an object that is replaced is looked for anew. */

static cim_status note_relation(cim_ctx *ctx, const cim__stored_relation *r, void *user)
{
    has *h = user;
    (void)ctx;
    bool stays = r->to > h->max_id || !h->universe->replaced[r->to];
    if (r->type == (int32_t)h->type && r->from <= h->max_id && stays) h->bits[r->from] = 1;
    return CIM_OK;
}

cim_status cim__has_relation(cim_ctx *ctx, const cim__universe *u, cim__relation_type type, uint8_t **has_out)
{
    cim_city *city = u->sink->city;
    has h = { u, type, city ? city->max_id : 0, NULL };
    h.bits = cim__zalloc(ctx->mem, (size_t)h.max_id + 1);
    if (!h.bits) return cim__nomem(ctx);
    cim_status st = city ? city->rows->relations(ctx, city->store, note_relation, &h) : CIM_OK;
    if (st < 0) {
        cim__free(ctx->mem, h.bits);
        return st;
    }
    *has_out = h.bits;
    return CIM_OK;
}

/* ---- all of them ---- */

static cim_status make_all(cim_ctx *ctx, cim__universe *u)
{
    CIM__TRY(mark_replaced(ctx, u));
    CIM__TRY(cim__relate_parts(ctx, u));
    CIM__TRY(cim__relate_same(ctx, u));
    CIM__TRY(cim__relate_access(ctx, u));
    CIM__TRY(cim__relate_mounts(ctx, u));
    CIM__TRY(cim__relate_districts(ctx, u));
    CIM__TRY(cim__relate_stations(ctx, u));
    u->sink->remade = 1ull << CIM__R_SAME_AS | 1ull << CIM__R_ACCESSES | 1ull << CIM__R_MOUNTED_ON | 1ull << CIM__R_ADDRESS_OF | 1ull << CIM__R_LOCATED_IN;
    return cim__sink_relations(ctx, u->sink, &u->made, &u->texts);
}

cim_status cim__relate(cim_ctx *ctx, cim__sink *sink)
{
    cim__universe u = { .mem = ctx->mem, .sink = sink, .made = cim__buf_on(ctx->mem), .texts = cim__buf_on(ctx->mem) };
    cim_status st = make_all(ctx, &u);
    cim__free(ctx->mem, u.replaced);
    cim__buf_free(&u.made);
    cim__buf_free(&u.texts);
    return st;
}
