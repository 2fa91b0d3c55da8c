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

int32_t cim_index_extent(const cim_index *index, cim_box *extent_out)
{
    cim__ibox all = cim__ibox_nothing;
    if (!index->count) return 0;
    for (uint32_t i = 0; i < index->tree_count; i++) {
        cim__ibox b = cim__tree_box(index->trees[i]);
        cim__ibox_join(&all, &b);
    }
    *extent_out = cim__grid_back(&index->grid, &all);
    return 1;
}
