/* links.c - ids and references. */
#include "import/citygml/links.h"

void cim__gindex_init(cim__gindex *x, cim__mem *mem)
{
    cim__map seeded;
    cim__map_init(&seeded, mem);
    *x = (cim__gindex){ cim__buf_on(mem), seeded.seed, 0 };
}

void cim__gindex_free(cim__gindex *x) { cim__buf_free(&x->slots); }

static uint32_t *slot_of(const cim__gindex *x, const cim__gtree *t, cim__str id)
{
    uint32_t *slots = (uint32_t *)(void *)x->slots.data;
    size_t i = cim__hash64(id.ptr, id.len, x->seed) & x->mask;
    while (slots[i] && !cim__str_eq(cim__gtree_id(t, cim__gtree_node(t, slots[i] - 1)), id)) i = (i + 1) & x->mask;
    return &slots[i];
}

cim_status cim__gindex_make(cim_ctx *ctx, cim__gindex *x, const cim__gtree *t, uint32_t node, uint32_t end, uint32_t *repeated_out)
{
    size_t ids = 0, size = 16;
    *repeated_out = CIM_NONE;
    for (uint32_t i = node; i < end; i++) ids += cim__gtree_node(t, i)->attr_count > 0;
    while (size < 2 * ids) size *= 2;
    x->slots.size = 0;
    x->mask = size - 1;
    uint32_t *slots = cim__buf_extend(&x->slots, size * sizeof *slots);
    if (!slots) return cim__nomem(ctx);
    memset(slots, 0, size * sizeof *slots);
    for (uint32_t i = node; i < end; i++) {
        const cim__gnode *n = cim__gtree_node(t, i);
        cim__str id = n->attr_count ? cim__gtree_id(t, n) : (cim__str){ "", 0 };
        if (!id.len) continue;
        uint32_t *slot = slot_of(x, t, id);
        if (*slot) *repeated_out = i;
        else *slot = i + 1;
    }
    return CIM_OK;
}

uint32_t cim__gindex_find(const cim__gindex *x, const cim__gtree *t, cim__str id)
{
    if (!x->slots.size || !id.len) return CIM_NONE;
    uint32_t found = *slot_of(x, t, id);
    return found ? found - 1 : CIM_NONE;
}

cim__ghref cim__ghref_of(cim__str href)
{
    cim__ghref h = { { "", 0 }, { "", 0 }, false };
    href = cim__str_trim(href);
    const char *hash = href.len ? memchr(href.ptr, '#', href.len) : NULL;
    if (!hash) {
        h.id = href;
        h.remote = href.len && (memchr(href.ptr, '/', href.len) || memchr(href.ptr, ':', href.len));
        return h;
    }
    h.file = (cim__str){ href.ptr, (size_t)(hash - href.ptr) };
    h.id = (cim__str){ hash + 1, href.len - h.file.len - 1 };
    h.remote = h.file.len && (h.file.ptr[0] == '/' || memchr(h.file.ptr, ':', h.file.len) || memchr(h.file.ptr, '\\', h.file.len));
    return h;
}

uint64_t cim__ghref_hash(cim__str file, cim__str id) { return cim__hash64(id.ptr, id.len, file.len ? cim__hash64(file.ptr, file.len, 1) : 0); }

void cim__gstore_init(cim__gstore *s, cim__mem *mem, size_t limit)
{
    cim__gtree_init(&s->tree, mem, limit);
    cim__map_init(&s->nodes, mem);
    s->roots = cim__buf_on(mem);
}

void cim__gstore_free(cim__gstore *s)
{
    if (!s->tree.nodes.mem) return;
    cim__gtree_free(&s->tree);
    cim__map_free(&s->nodes);
    cim__buf_free(&s->roots);
}

cim__str cim__gstore_file(const cim__gstore *s, uint32_t node)
{
    size_t low = 0, high = CIM__COUNT(&s->roots, cim__groot);
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (CIM__AT(&s->roots, cim__groot, middle).node <= node) low = middle;
        else high = middle;
    }
    return high ? CIM__AT(&s->roots, cim__groot, low).file : (cim__str){ "", 0 };
}
