/* save.c - the index as bytes and back.  The bytes are the memory layout on little-endian machines. */
#include "index/save.h"
#include "core/hash.h"
#include "index/tree.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "index files are little-endian: this machine needs byte swapping here"
#endif

static uint64_t checksum_of(const cim__sums *s, size_t size) { return cim__hash64(s->h, sizeof s->h, size); }

static uint64_t checksum(const void *body, size_t size)
{
    cim__sums s = CIM__SUMS_START;
    cim__sums_add(&s, body, size);
    return checksum_of(&s, size);
}

/* What stands in the header decides where everything lies and which ids there are, so it is checked even where the boxes are not. */
static uint64_t head_checksum(const cim__index_header *head)
{
    cim__index_header plain = *head;
    plain.head_checksum = 0;
    return cim__hash64(&plain, sizeof plain, CIM__INDEX_VERSION);
}

/* ---- saving ---- */

/* A view of a live index has several trees or unused places. */
static cim_status pack_view(cim_ctx *ctx, const cim_index *index, cim__tree *tree_out)
{
    cim__index_header head = { .grid = index->grid };
    cim__item *items = NULL;
    size_t count = 0;
    CIM__TRY(cim__index_items(ctx, index, &items, &count));
    for (uint32_t i = 0; i < index->tree_count; i++) head.flags |= index->trees[i]->head.flags;
    cim_status st = cim__pack_items(ctx, ctx->mem, &head, items, count, tree_out);
    cim__free(ctx->mem, items);
    return st;
}

static cim_status save_tree(cim_ctx *ctx, const cim__tree *tree, cim_buf *bytes_out)
{
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__index_header head = tree->head;
    size_t body = cim__tree_body(&head);
    head.checksum = checksum(tree->nodes, body);
    head.head_checksum = head_checksum(&head);
    cim__buf_reserve(&buf, sizeof head + body + 1);
    cim__buf_put(&buf, &head, sizeof head);
    cim__buf_put(&buf, tree->nodes, body);
    if (cim__buf_give(&buf, bytes_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

cim_status cim_index_save(cim_ctx *ctx, const cim_index *index, cim_buf *bytes_out)
{
    cim__tree packed = { .block = NULL };
    cim__enter(ctx);
    if (!index->epoch) return save_tree(ctx, &index->own, bytes_out);
    CIM__TRY(pack_view(ctx, index, &packed));
    cim_status st = save_tree(ctx, &packed, bytes_out);
    cim__tree_free(ctx->mem, &packed);
    return st;
}

/* ---- loading ---- */

/* The levels follow from the count, so a header that says otherwise is damaged. */
static bool header_ok(const cim__index_header *h, size_t size)
{
    cim__index_header expected = *h;
    const cim__grid *g = &h->grid;
    if (memcmp(h->magic, CIM__INDEX_MAGIC, sizeof h->magic) != 0 || h->count > 0xfffffff0u || h->id_bound > 0xfffffff0u) return false;
    cim__tree_levels(&expected);
    memset(expected.reserved, 0, sizeof expected.reserved);
    if (memcmp(&expected, h, sizeof expected) != 0 || h->flags & ~(uint32_t)(CIM__HAS_Z | CIM__HAS_CLASSES)) return false;
    if (!(g->step > 0.0 && g->step < 1e300) || g->scale != 1.0 / g->step) return false;
    return isfinite(g->origin_x) && isfinite(g->origin_y) && isfinite(g->origin_z) && size == sizeof *h + cim__tree_body(h);
}

static bool ids_below(const uint32_t *ids, size_t count, uint32_t bound, const void *user)
{
    uint32_t bad = 0;
    (void)user;
    for (size_t i = 0; i < count; i++) bad |= ids[i] >= bound;
    return !bad;
}

/* Only the last node of a level has unused slots; they must meet nothing, or a query would leave the array. */
static bool unused_slots_ok(const cim__tree *t)
{
    const cim__index_header *h = &t->head;
    for (uint32_t level = 0; level < h->levels; level++) {
        const cim__node *last = &t->nodes[h->level_start[level + 1] - 1];
        uint32_t below = level ? h->level_start[level] - h->level_start[level - 1] : h->count;
        for (uint32_t slot = (below - 1) % CIM__FANOUT + 1; slot < CIM__FANOUT; slot++)
            if (last->min_x[slot] != INT32_MAX || last->max_x[slot] != INT32_MIN) return false;
    }
    return true;
}

static cim_status head_ok(cim_ctx *ctx, const cim__index_header *head, size_t size)
{
    if (!memcmp(head->magic, CIM__INDEX_MAGIC, sizeof head->magic) && head->version != CIM__INDEX_VERSION)
        return cim__fail(ctx, CIM_EVERSION, "spatial index of version %u", head->version);
    return head->head_checksum == head_checksum(head) && header_ok(head, size) ? CIM_OK : cim__fail(ctx, CIM_EFORMAT, "damaged spatial index");
}

static cim_status tree_ok(cim_ctx *ctx, const cim__tree *t, bool ok) { return ok && unused_slots_ok(t) ? CIM_OK : cim__fail(ctx, CIM_EFORMAT, "damaged spatial index"); }

/* The ids among the bytes at .. end of the body, which have just been read. */
static bool ids_between_ok(const cim__tree *t, const cim__index_input *input, size_t at, size_t end)
{
    size_t ids_at = (size_t)((const char *)t->ids - (const char *)t->nodes), first = at > ids_at ? (at - ids_at) / sizeof *t->ids : 0;
    size_t behind = end > ids_at ? (end - ids_at) / sizeof *t->ids : 0;
    if (behind > t->head.count) behind = t->head.count;
    if (first >= behind) return true;
    return (input->ids_ok ? input->ids_ok : ids_below)(t->ids + first, behind - first, t->head.id_bound, input->user);
}

/* Each piece is looked at while the machine still has it at hand. */
enum { AT_ONCE = 256 << 10 };

static cim_status read_tree(cim_ctx *ctx, const cim__index_input *input, cim__tree *t)
{
    size_t body = cim__tree_body(&t->head);
    cim__sums s = CIM__SUMS_START;
    bool ok = true;
    for (size_t at = 0; at < body && ok;) {
        size_t size = body - at < AT_ONCE ? body - at : AT_ONCE;
        char *to = (char *)t->nodes + at;
        CIM__TRY(input->read(ctx, to, size, input->user));
        cim__sums_add(&s, to, size);
        ok = ids_between_ok(t, input, at, at + size);
        at += size;
    }
    return tree_ok(ctx, t, ok && checksum_of(&s, body) == t->head.checksum);
}

cim_status cim__index_load_from(cim_ctx *ctx, const cim__index_input *input, cim_index **index_out)
{
    cim__index_header head;
    cim__tree tree;
    if (input->size < sizeof head) return cim__fail(ctx, CIM_EFORMAT, "not a spatial index");
    CIM__TRY(input->read(ctx, &head, sizeof head, input->user));
    CIM__TRY(head_ok(ctx, &head, input->size));
    CIM__TRY(cim__tree_alloc(ctx, &head, &tree));
    cim_status st = read_tree(ctx, input, &tree);
    if (st >= 0) return cim__index_of_tree(ctx, &tree, index_out);
    cim__tree_free(ctx->mem, &tree);
    return st;
}

static cim_status read_memory(cim_ctx *ctx, void *to, size_t size, void *user)
{
    const char **at = user;
    (void)ctx;
    memcpy(to, *at, size);
    *at += size;
    return CIM_OK;
}

cim_status cim_index_load(cim_ctx *ctx, const void *bytes, size_t size, cim_index **index_out)
{
    const char *at = bytes;
    cim__index_input input = { size, read_memory, NULL, &at };
    cim__enter(ctx);
    return cim__index_load_from(ctx, &input, index_out);
}

cim_status cim_index_borrow(cim_ctx *ctx, const void *bytes, size_t size, cim_index **index_out)
{
    cim__tree tree = { .block = NULL, .holes = NULL };
    cim__enter(ctx);
    if ((uintptr_t)bytes % 64) return cim__fail(ctx, CIM_EARG, "the bytes of a spatial index must be aligned to 64");
    if (size < sizeof tree.head) return cim__fail(ctx, CIM_EFORMAT, "not a spatial index");
    memcpy(&tree.head, bytes, sizeof tree.head);
    CIM__TRY(head_ok(ctx, &tree.head, size));
    cim__tree_point(&tree, (char *)(uintptr_t)bytes + sizeof tree.head);
    CIM__TRY(tree_ok(ctx, &tree, ids_below(tree.ids, tree.head.count, tree.head.id_bound, NULL)));
    return cim__index_of_tree(ctx, &tree, index_out);
}
