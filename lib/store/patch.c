/* patch.c - finding the objects of patches, and rewriting those of the same import. */
#include "store/patch.h"

enum { FLUSH = 1 << 20 };

cim_status cim__batch_patch(cim_ctx *ctx, cim__batch *b, const cim__feature *f, uint64_t order, const char *kind)
{
    size_t start = b->records.size;
    if (!f->gid.len) return cim__fail(ctx, CIM_EARG, "an update without id");
    cim__record_put(&b->records, f, (cim__str){ "", 0 }, b->srid);
    cim__patch *p = CIM__PUSH(&b->patches, cim__patch);
    if (!p || b->records.failed) return cim__nomem(ctx);
    *p = (cim__patch){ .start = start, .gid_hash = cim__gid_hash(f->gid), .order = order, .size = (uint32_t)(b->records.size - start), .kind = kind, .next = CIM_NONE };
    return CIM_OK;
}

static bool has_key(cim__str object, cim__str wanted)
{
    cim__jvalue root, value;
    cim__str key;
    if (!object.len || !cim__jparse(object, &root) || root.type != CIM__J_OBJECT) return false;
    cim__jiter it = cim__jiter_of(root);
    while (cim__jnext(&it, &key, &value))
        if (cim__str_eq(key, wanted)) return true;
    return false;
}

/* Keys are raw: both texts are libcim's own, which writes a name one way only. */
static void put_members(cim__buf *out, cim__str object, cim__str except, bool *any)
{
    cim__jvalue root, value;
    cim__str key;
    if (!object.len || !cim__jparse(object, &root) || root.type != CIM__J_OBJECT) return;
    cim__jiter it = cim__jiter_of(root);
    while (cim__jnext(&it, &key, &value)) {
        if (has_key(except, key)) continue;
        cim__buf_puts(out, *any ? ",\"" : "\"");
        cim__buf_putstr(out, key);
        cim__buf_puts(out, "\":");
        cim__buf_putstr(out, value.text);
        *any = true;
    }
}

void cim__attrs_merge(cim__buf *out, cim__str object, cim__str more)
{
    bool any = false;
    cim__buf_putc(out, '{');
    put_members(out, object, more, &any);
    put_members(out, more, (cim__str){ "", 0 }, &any);
    cim__buf_putc(out, '}');
}

/* ---- settling ---- */

typedef struct settling {
    cim__sink *sink;
    cim__patch_fn fn;
    void *user;
    cim__map first;                 /* hash -> first patch of it */
    cim__buf records, moved;        /* waiting for the spool: bytes, moved_head */
    cim__buf scratch, patch_scratch, attrs, one, two;
    cim__record record, patch;
} settling;

typedef struct moved_head {
    uint32_t number, size;
    size_t at;
} moved_head;

static cim__patch *patch_at(const cim__sink *sink, size_t i) { return &CIM__AT(&sink->patches, cim__patch, i); }

static bool chain(settling *s)
{
    for (size_t i = CIM__COUNT(&s->sink->patches, cim__patch); i-- > 0;) {
        cim__patch *p = patch_at(s->sink, i);
        p->next = cim__map_get(&s->first, p->gid_hash);
        if (!cim__map_put(&s->first, p->gid_hash, (uint32_t)i)) return false;
    }
    return true;
}

static cim_status read_patch(cim_ctx *ctx, settling *s, const cim__patch *p)
{
    cim__str bytes;
    CIM__TRY(cim__spool_get(ctx, &s->sink->spool, p->start, p->size, &s->patch_scratch, &bytes));
    return cim__record_get(bytes, &s->patch) ? CIM_OK : cim__fail(ctx, CIM_EINTERNAL, "a patch in the spool is damaged");
}

/* An id without segment means all segments. */
static bool is_meant(cim__str wanted, cim__str gid) { return cim__str_eq(wanted, gid) || cim__str_eq(wanted, cim__gid_base(gid)); }

static uint64_t columns_of(uint8_t layer)
{
    uint64_t columns = 0;
    for (int32_t i = 0; layer < CIM__LAYER_COUNT && i < cim__layers[layer].column_count; i++) columns |= 1ull << cim__layers[layer].columns[i];
    return columns;
}

/* Keeps the values that the layer has. */
static void fit_values(settling *s, const cim__patch *p, uint8_t layer)
{
    uint32_t kept = 0;
    uint64_t columns = columns_of(layer);
    for (uint32_t i = 0; i < s->patch.value_count; i++) {
        if (columns >> s->patch.values[i].attr & 1) s->patch.values[kept++] = s->patch.values[i];
        else s->fn(p, s->patch.gid, CIM__PATCH_NO_COLUMN, cim__attrs[s->patch.values[i].attr].name, s->user);
    }
    s->patch.value_count = kept;
}

static cim_status flush(cim_ctx *ctx, settling *s)
{
    uint64_t start = 0;
    if (s->records.failed || s->moved.failed) return cim__nomem(ctx);
    if (!s->moved.size) return CIM_OK;
    CIM__TRY(cim__spool_take(ctx, &s->sink->spool, &s->records, &start));
    for (size_t i = 0; i < CIM__COUNT(&s->moved, moved_head); i++) {
        const moved_head *m = &CIM__AT(&s->moved, moved_head, i);
        cim__head *h = cim__sink_head(s->sink, m->number);
        h->start = start + m->at;
        h->size = m->size;
    }
    s->moved.size = 0;
    return CIM_OK;
}

/* All patches of a new object, one after the other, on its record's bytes. */
static cim_status patch_new(cim_ctx *ctx, settling *s, uint32_t number, uint32_t first)
{
    cim__head *h = cim__sink_head(s->sink, number);
    cim__str bytes;
    bool changed = false;
    CIM__TRY(cim__spool_get(ctx, &s->sink->spool, h->start, h->size, &s->scratch, &bytes));
    for (uint32_t i = first; i != CIM_NONE; i = patch_at(s->sink, i)->next) {
        cim__patch *p = patch_at(s->sink, i);
        CIM__TRY(read_patch(ctx, s, p));
        if (!cim__record_get(bytes, &s->record)) return cim__fail(ctx, CIM_EINTERNAL, "a record in the spool is damaged");
        if (!is_meant(s->patch.gid, s->record.gid)) continue;
        fit_values(s, p, h->layer);
        cim__buf *to = bytes.ptr == (const char *)s->one.data ? &s->two : &s->one;
        to->size = s->attrs.size = 0;
        if (s->patch.attrs.len) cim__attrs_merge(&s->attrs, s->record.attrs, s->patch.attrs);
        cim__record_patch(to, bytes, s->patch.values, s->patch.value_count, s->patch.attrs.len ? cim__buf_str(&s->attrs) : s->record.attrs);
        if (to->failed || s->attrs.failed) return cim__nomem(ctx);
        for (uint32_t k = 0; k < s->patch.value_count; k++) s->sink->used_values[h->layer] |= 1ull << s->patch.values[k].attr;
        bytes = cim__buf_str(to);
        p->done = changed = true;
    }
    if (!changed) return CIM_OK;
    moved_head m = { number, (uint32_t)bytes.len, s->records.size };
    cim__buf_putstr(&s->records, bytes);
    cim__buf_put(&s->moved, &m, sizeof m);
    return s->records.size >= FLUSH ? flush(ctx, s) : CIM_OK;
}

static cim_status patch_all_new(cim_ctx *ctx, settling *s)
{
    for (size_t i = 0; i < cim__sink_count(s->sink); i++) {
        uint32_t first = cim__map_get(&s->first, cim__sink_head(s->sink, i)->gid_hash);
        if (first != CIM_NONE) CIM__TRY(patch_new(ctx, s, (uint32_t)i, first));
    }
    return flush(ctx, s);
}

/* Objects that the city has already. */
static cim_status find_old(cim_ctx *ctx, settling *s, uint32_t i)
{
    cim__patch *p = patch_at(s->sink, i);
    uint32_t ids[64];
    size_t count = 0;
    CIM__TRY(cim__city_find(ctx, s->sink->city, s->patch.gid, ids, sizeof ids / sizeof *ids, &count));
    if (count > sizeof ids / sizeof *ids) count = sizeof ids / sizeof *ids;
    for (size_t k = 0; k < count; k++) {
        cim__old_patch *old = CIM__PUSH(&s->sink->old_patches, cim__old_patch);
        if (!old) return cim__nomem(ctx);
        *old = (cim__old_patch){ ids[k], i };
    }
    if (count) fit_values(s, p, s->sink->city->layer[ids[0]]);
    p->done = count > 0;
    return CIM_OK;
}

static cim_status settle(cim_ctx *ctx, settling *s)
{
    if (!chain(s)) return cim__nomem(ctx);
    CIM__TRY(patch_all_new(ctx, s));
    for (size_t i = 0; i < CIM__COUNT(&s->sink->patches, cim__patch); i++) {
        cim__patch *p = patch_at(s->sink, i);
        if (!(i & 1023)) CIM__TRY(cim__tick(ctx, i, CIM__COUNT(&s->sink->patches, cim__patch), "updates"));
        CIM__TRY(read_patch(ctx, s, p));
        if (!p->done && s->sink->city) CIM__TRY(find_old(ctx, s, (uint32_t)i));
        s->fn(p, s->patch.gid, p->done ? CIM__PATCH_DONE : CIM__PATCH_NO_OBJECT, NULL, s->user);
    }
    return CIM_OK;
}

cim_status cim__patches_settle(cim_ctx *ctx, cim__sink *sink, cim__patch_fn fn, void *user)
{
    if (!sink->patches.size) return CIM_OK;
    settling *s = cim__zalloc(ctx->mem, sizeof *s);
    if (!s) return cim__nomem(ctx);
    s->sink = sink;
    s->fn = fn;
    s->user = user;
    s->records = s->moved = s->scratch = s->patch_scratch = s->attrs = s->one = s->two = cim__buf_on(ctx->mem);
    cim__map_init(&s->first, ctx->mem);
    cim_status st = settle(ctx, s);
    cim__buf *bufs[] = { &s->records, &s->moved, &s->scratch, &s->patch_scratch, &s->attrs, &s->one, &s->two };
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) cim__buf_free(bufs[i]);
    cim__map_free(&s->first);
    cim__free(ctx->mem, s);
    return st;
}
