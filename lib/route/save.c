/* save.c - a hierarchy as bytes and back.
 *
 *   header     64 bytes
 *   order      u32 a node
 *   up_first   u32 a node and one more
 *   up_head    u32 an up-arc
 *   arc_slot   u32 an arc
 *
 * The rest follows from these (derive.c), which also proves that they are what they should be.  The check sum finds damage
 * that would still be some hierarchy. */
#include "core/hash.h"
#include "route/graph.h"
#include "route/hierarchy.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "hierarchies are little-endian in files: this machine needs byte swapping here"
#endif

#define MAGIC "CIMCCH1"
enum { VERSION = 1 };

typedef struct header {
    char magic[8];
    uint32_t version, node_count, arc_count, up_count;
    uint64_t graph_hash, check;
    uint64_t reserved[3];
} header;
_Static_assert(sizeof(header) == 64, "the header is part of the file format");

static uint64_t body_words(const header *h) { return 2 * (uint64_t)h->node_count + 1 + h->up_count + h->arc_count; }

cim_status cim_route_hierarchy_save(cim_ctx *ctx, const cim_route_hierarchy *h, cim_buf *bytes_out)
{
    cim__enter(ctx);
    header head = { .magic = MAGIC, .version = VERSION, .node_count = h->node_count, .arc_count = h->arc_count, .up_count = h->up_count,
                    .graph_hash = h->graph_hash };
    cim__buf buf = cim__buf_on(ctx->mem);
    cim__buf_reserve(&buf, sizeof head + (size_t)body_words(&head) * 4 + 1);
    cim__buf_put(&buf, &head, sizeof head);
    cim__buf_put(&buf, h->order, (size_t)h->node_count * 4);
    cim__buf_put(&buf, h->up_first, ((size_t)h->node_count + 1) * 4);
    cim__buf_put(&buf, h->up_head, (size_t)h->up_count * 4);
    cim__buf_put(&buf, h->arc_slot, (size_t)h->arc_count * 4);
    if (!buf.failed) {
        head.check = cim__hash64(buf.data + sizeof head, buf.size - sizeof head, h->graph_hash);
        memcpy(buf.data, &head, sizeof head);
        if (cim__buf_give(&buf, bytes_out)) return CIM_OK;
    }
    cim__buf_free(&buf);
    return cim__nomem(ctx);
}

static cim_status damaged(cim_ctx *ctx, const char *what) { return cim__fail(ctx, CIM_EFORMAT, "damaged hierarchy: %s", what); }

static cim_status read_header(cim_ctx *ctx, const void *bytes, size_t size, header *head)
{
    if (!bytes || size < sizeof *head) return cim__fail(ctx, CIM_EFORMAT, "not a hierarchy");
    memcpy(head, bytes, sizeof *head);
    if (memcmp(head->magic, MAGIC, sizeof head->magic) != 0) return cim__fail(ctx, CIM_EFORMAT, "not a hierarchy");
    if (head->version > VERSION) return cim__fail(ctx, CIM_EVERSION, "hierarchy of version %u", head->version);
    if (head->version != VERSION || head->reserved[0] || head->reserved[1] || head->reserved[2]) return damaged(ctx, "its header");
    if (head->node_count > CIM_ROUTE_MAX_NODES || head->arc_count > CIM_ROUTE_MAX_ARCS || head->up_count > CIM__MAX_UP ||
        size != sizeof *head + body_words(head) * 4)
        return damaged(ctx, "its size");
    if (cim__hash64((const char *)bytes + sizeof *head, size - sizeof *head, head->graph_hash) != head->check) return damaged(ctx, "its check sum");
    return CIM_OK;
}

static cim_status read_order(cim_ctx *ctx, cim_route_hierarchy *h, const uint8_t *bytes)
{
    h->order = cim__alloc_n(h->mem, h->node_count, 4);
    h->rank = cim__alloc_n(h->mem, h->node_count, 4);
    if (!h->order || !h->rank) return cim__nomem(ctx);
    memcpy(h->order, bytes, (size_t)h->node_count * 4);
    memset(h->rank, 0xff, (size_t)h->node_count * 4);
    for (uint32_t x = 0; x < h->node_count; x++) {
        if (h->order[x] >= h->node_count || h->rank[h->order[x]] != CIM_NONE) return damaged(ctx, "its order");
        h->rank[h->order[x]] = x;
    }
    return CIM_OK;
}

static bool rows_ok(uint32_t n, uint32_t m, const uint32_t *first, const uint32_t *head)
{
    if (first[0] || first[n] != m) return false;
    for (uint32_t x = 0; x < n; x++)
        if (first[x + 1] < first[x] || first[x + 1] > m) return false;
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t i = first[x], before = x; i < first[x + 1]; before = head[i++])
            if (head[i] <= before || head[i] >= n) return false;
    return true;
}

static cim_status read_body(cim_ctx *ctx, cim_route_hierarchy *h, const uint8_t *bytes)
{
    size_t n = h->node_count, m = h->up_count;
    CIM__TRY(read_order(ctx, h, bytes));
    h->up_first = cim__alloc_n(h->mem, n + 1, 4);
    h->up_head = cim__alloc_n(h->mem, m, 4);
    h->arc_slot = cim__alloc_n(h->mem, h->arc_count, 4);
    if (!h->up_first || !h->up_head || !h->arc_slot) return cim__nomem(ctx);
    cim__large_pages(h->up_head, m * 4);
    memcpy(h->up_first, bytes + n * 4, (n + 1) * 4);
    memcpy(h->up_head, bytes + (2 * n + 1) * 4, m * 4);
    memcpy(h->arc_slot, bytes + (2 * n + 1 + m) * 4, (size_t)h->arc_count * 4);
    if (!rows_ok(h->node_count, h->up_count, h->up_first, h->up_head)) return damaged(ctx, "its rows");
    return cim__hierarchy_derive(ctx, h);
}

cim_status cim_route_hierarchy_load(cim_ctx *ctx, const void *bytes, size_t size, const cim_route_graph *graph, cim_route_hierarchy **hierarchy_out)
{
    header head;
    cim_route_graph g;
    cim__enter(ctx);
    CIM__TRY(read_header(ctx, bytes, size, &head));
    if (graph) {
        CIM__TRY(cim__route_graph_ok(ctx, graph, &g));
        if (g.node_count != head.node_count || g.arc_count != head.arc_count || cim__route_graph_hash(&g) != head.graph_hash)
            return cim__fail(ctx, CIM_ENOTFOUND, "the hierarchy of another graph");
    }
    cim_route_hierarchy *h = cim__hierarchy_new(ctx);
    if (!h) return cim__nomem(ctx);
    h->node_count = head.node_count;
    h->arc_count = head.arc_count;
    h->up_count = head.up_count;
    h->graph_hash = head.graph_hash;
    cim_status st = read_body(ctx, h, (const uint8_t *)bytes + sizeof head);
    if (st < 0) cim_route_hierarchy_free(h);
    else *hierarchy_out = h;
    return st;
}
