/* pool.c - large blocks that are used again.
 *
 * A metric is built every tick of live traffic and freed a little later.  Fresh memory costs a page fault every 4 KiB: as much
 * time as the customisation itself, and a third of building labels.  So a hierarchy keeps the last blocks of each kind. */
#include "route/hierarchy.h"

#include <sys/mman.h>

enum { ALIGN = 64, HUGE = 1 << 21 };

static void *take_spare(cim_route_hierarchy *h, int kind, size_t size)
{
    cim__pool *pool = &h->pool[kind];
    void *block = NULL;
    pthread_mutex_lock(&h->pool_lock);
    for (int i = 0; i < CIM__SPARES && pool->size == size && !block; i++) {
        block = pool->spare[i];
        pool->spare[i] = NULL;
    }
    pthread_mutex_unlock(&h->pool_lock);
    return block;
}

static void release(cim__mem *mem, void *block)
{
    if (block) cim__free(mem, ((void **)block)[-1]);
}

void *cim__pool_take(cim_route_hierarchy *h, int kind, size_t size)
{
    void *block = take_spare(h, kind, size);
    if (block) return block;
    size_t align = size >= 4 * (size_t)HUGE ? HUGE : ALIGN;
    char *base = size < SIZE_MAX - 2 * align ? cim__alloc(h->mem, size + align + sizeof(void *)) : NULL;
    if (!base) return NULL;
    block = (void *)(((uintptr_t)base + sizeof(void *) + align - 1) & ~(uintptr_t)(align - 1));
    ((void **)block)[-1] = base;
#ifdef MADV_HUGEPAGE
    /* Advice only: rows far apart cost a walk through the page tables each, and fresh memory a fault every 4 KiB. */
    if (align == HUGE) madvise(block, size & ~(size_t)(HUGE - 1), MADV_HUGEPAGE);
#endif
    return block;
}

void cim__pool_give(cim_route_hierarchy *h, int kind, size_t size, void *block)
{
    cim__pool *pool = &h->pool[kind];
    void *old[CIM__SPARES] = { NULL };
    if (!block) return;
    pthread_mutex_lock(&h->pool_lock);
    if (pool->size != size) {
        memcpy(old, pool->spare, sizeof old);
        memset(pool->spare, 0, sizeof pool->spare);
        pool->size = size;
    }
    for (int i = 0; i < CIM__SPARES && block; i++)
        if (!pool->spare[i]) pool->spare[i] = block, block = NULL;
    pthread_mutex_unlock(&h->pool_lock);
    release(h->mem, block);
    for (int i = 0; i < CIM__SPARES; i++) release(h->mem, old[i]);
}

void cim__pool_clear(cim_route_hierarchy *h)
{
    for (int kind = 0; kind < CIM__POOLS; kind++)
        for (int i = 0; i < CIM__SPARES; i++) {
            release(h->mem, h->pool[kind].spare[i]);
            h->pool[kind].spare[i] = NULL;
        }
}
