/* index.c - an index as a whole: its owners and what it says of itself. */
#include "index/live.h"

cim_index *cim_index_ref(cim_index *index)
{
    if (index->epoch) cim__epoch_ref(index->epoch);
    else atomic_fetch_add_explicit(&index->refs, 1, memory_order_relaxed);
    return index;
}

void cim_index_free(cim_index *index)
{
    if (!index) return;
    if (index->epoch) {
        cim__epoch_unref(index->epoch);
        return;
    }
    if (atomic_fetch_sub_explicit(&index->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = index->mem;
    cim__tree_free(mem, &index->own);
    cim__free(mem, index);
    cim__mem_unref(mem);
}

size_t cim_index_count(const cim_index *index) { return index->count; }

double cim_index_step(const cim_index *index) { return index->count ? index->grid.step : 0.0; }

size_t cim_index_bytes(const cim_index *index)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < index->tree_count; i++) bytes += sizeof(cim__index_header) + cim__tree_body(&index->trees[i]->head);
    return bytes;
}

cim__ibox cim__index_box(const cim_index *index)
{
    cim__ibox all = cim__ibox_nothing;
    for (uint32_t i = 0; i < index->tree_count; i++) {
        cim__ibox b = cim__tree_box(index->trees[i]);
        cim__ibox_join(&all, &b);
    }
    return all;
}

int32_t cim_index_extent(const cim_index *index, cim_box *extent_out)
{
    cim__ibox all = cim__index_box(index);
    if (!index->count) return 0;
    *extent_out = cim__grid_back(&index->grid, &all);
    return 1;
}

cim_status cim__index_items(cim_ctx *ctx, const cim_index *index, cim__item **items_out, size_t *count_out)
{
    cim__item *items = cim__alloc_n(ctx->mem, index->count + 1, sizeof *items);
    size_t count = 0;
    if (!items) return cim__nomem(ctx);
    for (uint32_t i = 0; i < index->tree_count; i++) count += cim__tree_items(index->trees[i], items + count);
    *items_out = items;
    *count_out = count;
    return CIM_OK;
}
