/* save.c - the index as bytes and back.  The bytes are the memory layout on little-endian machines. */
#include "index/tree.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "index files are little-endian: this machine needs byte swapping here"
#endif

static size_t body_size(const cim__index_header *h)
{
    return (size_t)h->node_count * sizeof(cim__node) + ((size_t)h->count + CIM__FANOUT - 1) / CIM__FANOUT * CIM__FANOUT * sizeof(uint32_t);
}

cim_status cim_index_save(cim_ctx *ctx, const cim_index *index, cim_buf *bytes_out)
{
    cim__enter(ctx);
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__buf_reserve(&buf, sizeof index->head + body_size(&index->head) + 1);
    cim__buf_put(&buf, &index->head, sizeof index->head);
    cim__buf_put(&buf, index->nodes, body_size(&index->head));
    if (cim__buf_give(&buf, bytes_out)) return CIM_OK;
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

/* The levels follow from the count, so a header that says otherwise is damaged. */
static bool header_ok(const cim__index_header *h, size_t size)
{
    cim__index_header expected = *h;
    if (memcmp(h->magic, CIM__INDEX_MAGIC, sizeof h->magic) != 0 || h->count > 0xfffffff0u) return false;
    cim__index_levels(&expected);
    return memcmp(&expected, h, sizeof expected) == 0 && h->step > 0.0 && h->step < 1e300 && size == sizeof *h + body_size(h);
}

static bool ids_ok(const cim_index *index)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < index->head.count; i++) bad |= index->ids[i] >= index->head.count;
    return !bad;
}

/* Only the last node of a level has unused slots; they must meet nothing, or a query would leave the array. */
static bool unused_slots_ok(const cim_index *index)
{
    const cim__index_header *h = &index->head;
    for (uint32_t level = 0; level < h->levels; level++) {
        const cim__node *last = &index->nodes[h->level_start[level + 1] - 1];
        uint32_t below = level ? h->level_start[level] - h->level_start[level - 1] : h->count;
        for (uint32_t slot = (below - 1) % CIM__FANOUT + 1; slot < CIM__FANOUT; slot++)
            if (last->min_x[slot] != INT32_MAX || last->max_x[slot] != INT32_MIN) return false;
    }
    return true;
}

cim_status cim_index_load(cim_ctx *ctx, const void *bytes, size_t size, cim_index **index_out)
{
    cim__index_header head;
    cim_index *index = NULL;
    cim__enter(ctx);
    if (size < sizeof head) return cim__fail(ctx, CIM_EFORMAT, "not a spatial index");
    memcpy(&head, bytes, sizeof head);
    if (!memcmp(head.magic, CIM__INDEX_MAGIC, sizeof head.magic) && head.version > CIM__INDEX_VERSION)
        return cim__fail(ctx, CIM_EVERSION, "spatial index of version %u", head.version);
    if (!header_ok(&head, size)) return cim__fail(ctx, CIM_EFORMAT, "damaged spatial index");
    CIM__TRY(cim__index_alloc(ctx, &head, &index));
    memcpy(index->nodes, (const char *)bytes + sizeof head, body_size(&head));
    if (!ids_ok(index) || !unused_slots_ok(index)) {
        cim_index_free(index);
        return cim__fail(ctx, CIM_EFORMAT, "damaged spatial index");
    }
    *index_out = index;
    return CIM_OK;
}
