/* triangles.c - the assembly map turned round: from "which arcs does a row's pair relax" to "which pairs relax an arc". */
#include "route/triangles.h"

void cim__triangles_free(cim__mem *mem, cim__triangles *t)
{
    if (!t) return;
    cim__free(mem, t->first);
    cim__free(mem, t->arc);
    cim__free(mem, t->step);
    cim__free(mem, t);
}

/* The triangles of row y in the order of the map: counted at first[target + 2], or put where first[target + 1] points. */
static void visit(const cim_route_hierarchy *h, uint32_t y, cim__triangles *t, bool put)
{
    const uint8_t *narrow = h->map + (h->map_first[y] & ~1ull);
    const uint16_t *wide = h->map_first[y] & 1 ? (const uint16_t *)(const void *)narrow : NULL;
    for (uint32_t i = h->up_first[y], e = h->up_first[y + 1]; i < e; i++) {
        uint32_t row = h->up_first[h->up_head[i]];
        for (uint32_t j = i + 1; j < e; j++) {
            uint32_t target = row + (wide ? *wide++ : *narrow++);
            if (!put) t->first[target + 2]++;
            else {
                uint32_t at = t->first[target + 1]++;
                t->arc[at] = i;
                t->step[at] = (uint16_t)(j - i);
            }
        }
    }
}

static cim__triangles *make(cim_route_hierarchy *h)
{
    cim__triangles *t = cim__zalloc(h->mem, sizeof *t);
    if (!t) return NULL;
    t->first = cim__zalloc_n(h->mem, (size_t)h->up_count + 2, 4);
    t->arc = cim__alloc_n(h->mem, (size_t)h->triangle_count, 4);
    t->step = cim__alloc_n(h->mem, (size_t)h->triangle_count, sizeof *t->step);
    if (!t->first || !t->arc || !t->step) {
        cim__triangles_free(h->mem, t);
        return NULL;
    }
    for (uint32_t y = 0; y < h->node_count; y++) visit(h, y, t, false);
    for (size_t i = 2; i <= (size_t)h->up_count + 1; i++) t->first[i] += t->first[i - 1];
    for (uint32_t y = 0; y < h->node_count; y++) visit(h, y, t, true);
    return t;
}

cim_status cim__triangles_of(cim_ctx *ctx, cim_route_hierarchy *h, const cim__triangles **triangles_out)
{
    cim__triangles *t = atomic_load_explicit(&h->triangles, memory_order_acquire);
    if (!t) {
        pthread_mutex_lock(&h->pool_lock);
        t = atomic_load_explicit(&h->triangles, memory_order_relaxed);
        if (!t) {
            t = make(h);
            atomic_store_explicit(&h->triangles, t, memory_order_release);
        }
        pthread_mutex_unlock(&h->pool_lock);
    }
    if (!t) return cim__nomem(ctx);
    *triangles_out = t;
    return CIM_OK;
}
