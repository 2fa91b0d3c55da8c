/* hierarchy.c - symbolic elimination: from a graph and an order to the hierarchy.
 *
 * The elimination tree comes first, without fill (J. W. H. Liu, "A compact row storage scheme for Cholesky factors using
 * elimination trees", ACM TOMS 1986): it fixes the places.  Then rows are merged up the tree.  Everything else (derive.c) follows from
 * the rows, and is made the same way for a hierarchy read from bytes. */
#include "route/hierarchy.h"
#include "route/graph.h"
#include "route/kernels.h"
#include "route/triangles.h"

cim_route_hierarchy *cim__hierarchy_new(cim_ctx *ctx)
{
    cim_route_hierarchy *h = cim__zalloc(ctx->mem, sizeof *h);
    if (!h) return NULL;
    if (pthread_mutex_init(&h->pool_lock, NULL)) {
        cim__free(ctx->mem, h);
        return NULL;
    }
    h->mem = cim__mem_ref(ctx->mem);
    atomic_init(&h->refs, 1);
    h->kernels = cim__kernels_choose();
    return h;
}

cim_route_hierarchy *cim_route_hierarchy_ref(cim_route_hierarchy *h)
{
    atomic_fetch_add_explicit(&h->refs, 1, memory_order_relaxed);
    return h;
}

void cim_route_hierarchy_free(cim_route_hierarchy *h)
{
    if (!h || atomic_fetch_sub_explicit(&h->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = h->mem;
    void *blocks[] = { h->order, h->rank, h->up_first, h->up_head, h->up_depth, h->depth, h->parent, h->subtree_first, h->up_tail,
                       h->map_first, h->map, h->arc_slot, h->slot_first, h->slot_arc, h->meet, h->task_root };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) cim__free(mem, blocks[i]);
    cim__pool_clear(h);
    cim__triangles_free(mem, atomic_load_explicit(&h->triangles, memory_order_relaxed));
    pthread_mutex_destroy(&h->pool_lock);
    cim__free(mem, h);
    cim__mem_unref(mem);
}

/* ---- places ---- */

static cim_status ranks(cim_ctx *ctx, const uint32_t *order, uint32_t count, uint32_t *rank)
{
    memset(rank, 0xff, (size_t)count * 4);
    for (uint32_t i = 0; i < count; i++) {
        if (order[i] >= count) return cim__fail(ctx, CIM_EARG, "order: node %u of %u at place %u", order[i], count, i);
        if (rank[order[i]] != CIM_NONE) return cim__fail(ctx, CIM_EARG, "order: node %u twice, at places %u and %u", order[i], rank[order[i]], i);
        rank[order[i]] = i;
    }
    return CIM_OK;
}

/* parent by rank; `top` compresses paths. */
static void elimination_tree(const cim__adjacency *g, const uint32_t *order, const uint32_t *rank, uint32_t *parent, uint32_t *top)
{
    for (uint32_t r = 0; r < g->count; r++) {
        uint32_t v = order[r];
        parent[r] = top[r] = CIM_NONE;
        for (uint32_t i = g->first[v]; i < g->first[v + 1]; i++) {
            uint32_t q = rank[g->head[i]];
            while (q < r) {
                uint32_t next = top[q];
                top[q] = r;
                if (next == CIM_NONE) parent[q] = r;
                q = next == CIM_NONE ? r : next;
            }
        }
    }
}

/* New order: reverse preorder, children with higher ranks first; `child`, `sibling` and `stack` are scratch. */
static void reverse_preorder(uint32_t n, const uint32_t *parent, const uint32_t *old, uint32_t *order, uint32_t *child, uint32_t *sibling, uint32_t *stack)
{
    uint32_t place = n, depth;
    memset(child, 0xff, (size_t)n * 4);
    for (uint32_t r = n; r-- > 0;)
        if (parent[r] != CIM_NONE) sibling[r] = child[parent[r]], child[parent[r]] = r;
    for (uint32_t root = n; root-- > 0;) {
        if (parent[root] != CIM_NONE) continue;
        stack[0] = root;
        for (depth = 1; depth;) {
            uint32_t r = stack[--depth];
            order[--place] = old[r];
            for (uint32_t c = child[r]; c != CIM_NONE; c = sibling[c]) stack[depth++] = c;
        }
    }
}

static cim_status settle_places(cim_ctx *ctx, cim_route_hierarchy *h, const cim__adjacency *g, const uint32_t *order)
{
    size_t n = h->node_count;
    uint32_t *work = cim__alloc_n(ctx->mem, n, 16);
    if (!work) return cim__nomem(ctx);
    cim_status st = ranks(ctx, order, h->node_count, h->rank);
    if (st >= 0) {
        elimination_tree(g, order, h->rank, work, work + n);
        reverse_preorder(h->node_count, work, order, h->order, work + n, work + 2 * n, work + 3 * n);
        for (uint32_t x = 0; x < n; x++) h->rank[h->order[x]] = x;
    }
    cim__free(ctx->mem, work);
    return st;
}

/* ---- rows ---- */

typedef struct rows {
    uint32_t *first, *mark, *child, *sibling;
    cim__buf head;
} rows;

/* Row x: its higher neighbours and the rows of its children, without x; not sorted.  Returns the parent. */
static uint32_t merge_row(rows *r, const cim_route_hierarchy *h, const cim__adjacency *g, uint32_t x)
{
    uint32_t v = h->order[x], parent = CIM_NONE, bound = g->first[v + 1] - g->first[v], count = 0;
    for (uint32_t c = r->child[x]; c != CIM_NONE; c = r->sibling[c]) bound += r->first[c + 1] - r->first[c];
    if (bound > h->node_count - x) bound = h->node_count - x;
    if (!cim__buf_reserve(&r->head, (size_t)bound * 4)) return CIM_NONE;
    uint32_t *head = (uint32_t *)(void *)r->head.data, *out = head + r->first[x];
    r->mark[x] = x;
    for (uint32_t i = g->first[v]; i < g->first[v + 1]; i++) {
        uint32_t z = h->rank[g->head[i]];
        if (z < x || r->mark[z] == x) continue;
        r->mark[z] = x;
        out[count++] = z;
        parent = z < parent ? z : parent;
    }
    for (uint32_t c = r->child[x]; c != CIM_NONE; c = r->sibling[c])
        for (uint32_t i = r->first[c]; i < r->first[c + 1]; i++) {
            uint32_t z = head[i];
            if (r->mark[z] == x) continue;
            r->mark[z] = x;
            out[count++] = z;
            parent = z < parent ? z : parent;
        }
    r->head.size += (size_t)count * 4;
    r->first[x + 1] = r->first[x] + count;
    return parent;
}

static cim_status eliminate(cim_ctx *ctx, cim_route_hierarchy *h, const cim__adjacency *g, rows *r)
{
    for (uint32_t x = 0; x < h->node_count; x++) {
        uint32_t parent = merge_row(r, h, g, x), size = r->first[x + 1] - r->first[x];
        if (r->head.failed) return cim__nomem(ctx);
        if (parent != CIM_NONE) r->sibling[x] = r->child[parent], r->child[parent] = x;
        h->triangle_count += (uint64_t)size * (size ? size - 1 : 0) / 2;
        if (r->first[x + 1] > CIM__MAX_UP || h->triangle_count > CIM__MAX_TRIANGLES) return cim__fail(ctx, CIM_ELIMIT, "this node order makes too many arcs");
        if (!(x & 0xfff)) CIM__TRY(cim__tick(ctx, x, h->node_count, "building the hierarchy"));
    }
    h->up_count = r->first[h->node_count];
    return CIM_OK;
}

static cim_status make_rows(cim_ctx *ctx, cim_route_hierarchy *h, const cim__adjacency *g)
{
    size_t n = h->node_count;
    rows r = { cim__zalloc_n(ctx->mem, n + 1, 4), cim__alloc_n(ctx->mem, n, 4), cim__alloc_n(ctx->mem, n, 4), cim__alloc_n(ctx->mem, n, 4),
               cim__buf_on(ctx->mem) };
    cim_status st = CIM_OK;
    if (r.first && r.mark && r.child && r.sibling) {
        memset(r.mark, 0xff, n * 4);
        memset(r.child, 0xff, n * 4);
        st = eliminate(ctx, h, g, &r);
    } else st = cim__nomem(ctx);
    if (st >= 0) st = cim__hierarchy_sort_rows(ctx, h, r.first, (const uint32_t *)(const void *)r.head.data);
    cim__free(ctx->mem, r.first);
    cim__free(ctx->mem, r.mark);
    cim__free(ctx->mem, r.child);
    cim__free(ctx->mem, r.sibling);
    cim__buf_free(&r.head);
    return st;
}

/* ---- input arcs ---- */

uint32_t cim__hierarchy_find(const cim_route_hierarchy *h, uint32_t low, uint32_t high)
{
    uint32_t l = h->up_first[low], r = h->up_first[low + 1];
    while (l < r) {
        uint32_t k = l + (r - l) / 2;
        if (h->up_head[k] < high) l = k + 1;
        else r = k;
    }
    return l;
}

static void place_arcs(cim_route_hierarchy *h, const cim_route_graph *g)
{
    for (uint32_t a = 0; a < g->arc_count; a++) {
        uint32_t p = h->rank[g->tail[a]], q = h->rank[g->head[a]];
        h->arc_slot[a] = p == q ? CIM_NONE : 2 * cim__hierarchy_find(h, p < q ? p : q, p < q ? q : p) + (p > q);
    }
}

static cim_status build(cim_ctx *ctx, cim_route_hierarchy *h, const cim_route_graph *g, const uint32_t *order)
{
    cim__adjacency adjacency = { 0 };
    cim_status st = CIM_OK;
    h->node_count = g->node_count;
    h->arc_count = g->arc_count;
    h->graph_hash = cim__route_graph_hash(g);
    h->order = cim__alloc_n(h->mem, g->node_count, 4);
    h->rank = cim__alloc_n(h->mem, g->node_count, 4);
    h->arc_slot = cim__alloc_n(h->mem, g->arc_count, 4);
    if (!h->order || !h->rank || !h->arc_slot) return cim__nomem(ctx);
    st = cim__adjacency_make(ctx, g, &adjacency);
    if (st >= 0) st = settle_places(ctx, h, &adjacency, order);
    if (st >= 0) st = make_rows(ctx, h, &adjacency);
    cim__adjacency_free(ctx->mem, &adjacency);
    CIM__TRY(st);
    place_arcs(h, g);
    return cim__hierarchy_derive(ctx, h);
}

cim_status cim_route_hierarchy_build(cim_ctx *ctx, const cim_route_graph *graph, const uint32_t *order, cim_route_hierarchy **hierarchy_out)
{
    cim_route_graph g;
    uint32_t *own = NULL;
    cim_status st = CIM_OK;
    cim__enter(ctx);
    CIM__TRY(cim__route_graph_ok(ctx, graph, &g));
    cim_route_hierarchy *h = cim__hierarchy_new(ctx);
    if (!h) return cim__nomem(ctx);
    if (!order) {
        own = cim__alloc_n(ctx->mem, g.node_count, 4);
        st = own ? cim__route_order(ctx, &g, own) : cim__nomem(ctx);
    }
    if (st >= 0) st = build(ctx, h, &g, order ? order : own);
    cim__free(ctx->mem, own);
    if (st < 0) cim_route_hierarchy_free(h);
    else *hierarchy_out = h;
    return st;
}

/* ---- asking ---- */

const uint32_t *cim_route_hierarchy_order(const cim_route_hierarchy *h) { return h->order; }

cim_status cim_route_hierarchy_stat(cim_ctx *ctx, const cim_route_hierarchy *h, cim_route_hierarchy_info *info_out)
{
    cim_route_hierarchy_info info = { 0 };
    cim__enter(ctx);
    info.node_count = h->node_count;
    info.arc_count = h->arc_count;
    info.up_arc_count = h->up_count;
    info.levels = h->levels;
    info.triangle_count = h->triangle_count;
    info.bytes = h->bytes;
    info.graph_hash = h->graph_hash;
    for (uint32_t x = 0; x < h->node_count; x++) info.mean_search_arcs += (double)cim__row_size(h, x) * (x - h->subtree_first[x] + 1);
    if (h->node_count) info.mean_search_arcs /= h->node_count;
    return cim__view_copy(ctx, info_out, &info, sizeof info);
}
