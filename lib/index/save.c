/* save.c - the index as bytes and back.  The bytes are the memory layout on little-endian machines. */
#include "index/tree.h"
#include "core/hash.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "index files are little-endian: this machine needs byte swapping here"
#endif

/* Four hashes side by side over 64-byte steps, so that the machine does not wait for one multiplication after the other; the body is a
 * multiple of 64. */
static uint64_t checksum(const void *body, size_t size)
{
    enum { SIDE_BY_SIDE = 4 };
    const uint64_t *p = body;
    uint64_t h[SIDE_BY_SIDE] = { 0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u, 0x94d049bb133111ebu, 0xd6e8feb86659fd93u };
    for (size_t i = 0; i < size / 64; i++, p += 8)
        for (int k = 0; k < SIDE_BY_SIDE; k++) {
            uint64_t v = p[k] ^ (p[k + 4] << 32 | p[k + 4] >> 32);
            uint64_t q = p[k + 4] * 0x9fb21c651e98df25u;
            h[k] = ((h[k] ^ v) * 0xff51afd7ed558ccdu) + (q ^ q >> 29);
            h[k] ^= h[k] >> 32;
        }
    return cim__hash64(h, sizeof h, size);
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
    cim__index_header head = { .grid = index->grid, .id_bound = 0 };
    cim__item *items = cim__alloc_n(ctx->mem, index->count + 1, sizeof *items);
    size_t count = 0;
    if (!items) return cim__nomem(ctx);
    for (uint32_t i = 0; i < index->tree_count; i++) {
        count += cim__tree_items(index->trees[i], items + count);
        head.flags |= index->trees[i]->head.flags;
    }
    for (size_t i = 0; i < count; i++)
        if (items[i].id >= head.id_bound) head.id_bound = items[i].id + 1;
    cim__source source = { .items = items };
    cim__ibox extent = cim__items_box(items, count);
    cim_status st = cim__pack_tree(ctx, &head, &source, count, &extent, CIM_INDEX_HILBERT, tree_out);
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
    return g->step > 0.0 && g->step < 1e300 && isfinite(g->origin_x) && isfinite(g->origin_y) && isfinite(g->origin_z) && size == sizeof *h + cim__tree_body(h);
}

static bool ids_ok(const cim__tree *t)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < t->head.count; i++) bad |= t->ids[i] >= t->head.id_bound;
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

static cim_status read_head(cim_ctx *ctx, const void *bytes, size_t size, cim__index_header *head)
{
    if (size < sizeof *head) return cim__fail(ctx, CIM_EFORMAT, "not a spatial index");
    memcpy(head, bytes, sizeof *head);
    if (!memcmp(head->magic, CIM__INDEX_MAGIC, sizeof head->magic) && head->version != CIM__INDEX_VERSION)
        return cim__fail(ctx, CIM_EVERSION, "spatial index of version %u", head->version);
    return head->head_checksum == head_checksum(head) && header_ok(head, size) ? CIM_OK : cim__fail(ctx, CIM_EFORMAT, "damaged spatial index");
}

static cim_status tree_ok(cim_ctx *ctx, const cim__tree *t) { return ids_ok(t) && unused_slots_ok(t) ? CIM_OK : cim__fail(ctx, CIM_EFORMAT, "damaged spatial index"); }

cim_status cim_index_load(cim_ctx *ctx, const void *bytes, size_t size, cim_index **index_out)
{
    cim__index_header head;
    cim__tree tree;
    cim__enter(ctx);
    CIM__TRY(read_head(ctx, bytes, size, &head));
    CIM__TRY(cim__tree_alloc(ctx, &head, &tree));
    memcpy(tree.nodes, (const char *)bytes + sizeof head, size - sizeof head);
    cim_status st = checksum(tree.nodes, size - sizeof head) == head.checksum ? tree_ok(ctx, &tree) : cim__fail(ctx, CIM_EFORMAT, "damaged spatial index");
    if (st >= 0) return cim__index_of_tree(ctx, &tree, index_out);
    cim__tree_free(ctx->mem, &tree);
    return st;
}

cim_status cim_index_borrow(cim_ctx *ctx, const void *bytes, size_t size, cim_index **index_out)
{
    cim__tree tree = { .block = NULL, .holes = NULL };
    cim__enter(ctx);
    if ((uintptr_t)bytes % 64) return cim__fail(ctx, CIM_EARG, "the bytes of a spatial index must be aligned to 64");
    CIM__TRY(read_head(ctx, bytes, size, &tree.head));
    cim__tree_point(&tree, (char *)(uintptr_t)bytes + sizeof tree.head);
    CIM__TRY(tree_ok(ctx, &tree));
    return cim__index_of_tree(ctx, &tree, index_out);
}
