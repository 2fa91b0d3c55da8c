/* derive.c - what follows from the rows: tree, depths, assembly map, common ancestors, input arcs, tasks. */
#include "route/hierarchy.h"

/* Two transpositions: the first gives the tails by head, ascending, the second the heads by tail, ascending. */
cim_status cim__hierarchy_sort_rows(cim_ctx *ctx, cim_route_hierarchy *h, const uint32_t *first, const uint32_t *head)
{
    uint32_t n = h->node_count, m = h->up_count;
    uint32_t *down = cim__zalloc_n(ctx->mem, (size_t)n + 2, 4), *tail = cim__alloc_n(ctx->mem, m, 4), *fill = cim__alloc_n(ctx->mem, n, 4);
    h->up_first = cim__alloc_n(h->mem, (size_t)n + 1, 4);
    h->up_head = cim__alloc_n(h->mem, m, 4);
    bool ok = down && tail && fill && h->up_first && h->up_head;
    if (ok) {
        memcpy(h->up_first, first, ((size_t)n + 1) * 4);
        memcpy(fill, first, (size_t)n * 4);
        for (uint32_t i = 0; i < m; i++) down[head[i] + 2]++;
        for (uint32_t x = 2; x <= n; x++) down[x] += down[x - 1];
        for (uint32_t x = 0; x < n; x++)
            for (uint32_t i = first[x]; i < first[x + 1]; i++) tail[down[head[i] + 1]++] = x;
        for (uint32_t x = 0; x < n; x++)
            for (uint32_t k = down[x]; k < down[x + 1]; k++) h->up_head[fill[tail[k]]++] = x;
    }
    cim__free(ctx->mem, down);
    cim__free(ctx->mem, tail);
    cim__free(ctx->mem, fill);
    return ok ? CIM_OK : cim__nomem(ctx);
}

static cim_status damaged(cim_ctx *ctx, const char *what) { return cim__fail(ctx, CIM_EFORMAT, "damaged hierarchy: %s", what); }

/* ---- tree ---- */

static cim_status tree(cim_ctx *ctx, cim_route_hierarchy *h)
{
    uint32_t n = h->node_count, before = 0, *path;
    h->parent = cim__alloc_n(h->mem, n, 4);
    h->depth = cim__alloc_n(h->mem, n, sizeof *h->depth);
    h->subtree_first = cim__alloc_n(h->mem, n, 4);
    h->up_depth = cim__alloc_n(h->mem, h->up_count, sizeof *h->up_depth);
    h->up_tail = cim__alloc_n(h->mem, h->up_count, 4);
    if (!h->parent || !h->depth || !h->subtree_first || !h->up_depth || !h->up_tail || !(path = cim__alloc_n(h->mem, n, 4))) return cim__nomem(ctx);
    cim_status st = CIM_OK;
    for (uint32_t x = n; x-- > 0 && st >= 0;) {
        uint32_t p = cim__row_size(h, x) ? h->up_head[h->up_first[x]] : CIM_NONE, d = p == CIM_NONE ? 0 : h->depth[p] + 1u;
        h->parent[x] = p;
        h->subtree_first[x] = x;
        if (d > CIM__MAX_DEPTH) st = cim__fail(ctx, CIM_ELIMIT, "this node order makes a tree deeper than %u", (unsigned)CIM__MAX_DEPTH + 1);
        else if (d && (d > before + 1 || path[d - 1] != p)) st = damaged(ctx, "its places are no reverse preorder");
        else {
            h->depth[x] = (uint16_t)d;
            path[d] = x;
            before = d;
            h->levels = cim__max32(h->levels, d + 1);
        }
    }
    cim__free(h->mem, path);
    CIM__TRY(st);
    for (uint32_t x = 0; x < n; x++)
        if (h->parent[x] != CIM_NONE) h->subtree_first[h->parent[x]] = cim__min32(h->subtree_first[h->parent[x]], h->subtree_first[x]);
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t i = h->up_first[x]; i < h->up_first[x + 1]; i++) {
            h->up_tail[i] = x;
            h->up_depth[i] = h->depth[h->up_head[i]];
        }
    return CIM_OK;
}

/* ---- assembly map ---- */

/* Rows that meet only short rows have one byte an entry; the lowest bit of map_first says two. */
static cim_status map_sizes(cim_ctx *ctx, cim_route_hierarchy *h)
{
    uint64_t at = 0;
    h->triangle_count = 0;
    for (uint32_t y = 0; y < h->node_count; y++) {
        uint64_t size = cim__row_size(h, y), count = size ? size * (size - 1) / 2 : 0;
        bool wide = false;
        for (uint32_t i = h->up_first[y]; i < h->up_first[y + 1]; i++) wide |= cim__row_size(h, h->up_head[i]) > 256;
        h->map_first[y] = at | wide;
        at += wide ? count * 2 : count + (count & 1);
        h->triangle_count += count;
        if (h->triangle_count > CIM__MAX_TRIANGLES) return cim__fail(ctx, CIM_ELIMIT, "this node order makes too many arcs");
    }
    h->map_first[h->node_count] = at;
    return CIM_OK;
}

/* Entries of arc k of row y; false if row x lacks one. */
static bool map_arc(cim_route_hierarchy *h, uint32_t y, uint32_t i, uint8_t *narrow, uint16_t *wide)
{
    uint32_t x = h->up_head[i], at = h->up_first[x], end = h->up_first[x + 1], e = h->up_first[y + 1];
    for (uint32_t j = i + 1; j < e; j++) {
        uint32_t z = h->up_head[j];
        while (at < end && h->up_head[at] < z) at++;
        if (at == end || h->up_head[at] != z) return false;
        if (wide) *wide++ = (uint16_t)(at - h->up_first[x]);
        else *narrow++ = (uint8_t)(at - h->up_first[x]);
    }
    return true;
}

static cim_status assembly_map(cim_ctx *ctx, cim_route_hierarchy *h)
{
    h->map_first = cim__alloc_n(h->mem, (size_t)h->node_count + 1, sizeof *h->map_first);
    if (!h->map_first) return cim__nomem(ctx);
    CIM__TRY(map_sizes(ctx, h));
    h->map = cim__alloc(h->mem, (size_t)h->map_first[h->node_count] + 64);
    if (!h->map) return cim__nomem(ctx);
    for (uint32_t y = 0; y < h->node_count; y++) {
        uint64_t at = h->map_first[y] & ~1ull;
        bool wide = h->map_first[y] & 1;
        for (uint32_t i = h->up_first[y], e = h->up_first[y + 1]; i < e; i++) {
            if (!map_arc(h, y, i, h->map + at, wide ? (uint16_t *)(void *)(h->map + at) : NULL)) return damaged(ctx, "an arc that elimination makes is missing");
            at += (uint64_t)(e - i - 1) << wide;
        }
    }
    return CIM_OK;
}

/* ---- common ancestors ---- */

static cim_status meet_table(cim_ctx *ctx, cim_route_hierarchy *h)
{
    size_t n = h->node_count, total = 0;
    uint32_t levels = 0;
    while (n >> levels) total += n - ((size_t)1 << levels) + 1, levels++;
    h->meet_levels = levels;
    h->meet = cim__alloc(h->mem, levels * sizeof *h->meet + total * sizeof **h->meet);
    if (!h->meet) return cim__nomem(ctx);
    uint16_t *at = (uint16_t *)(void *)(h->meet + levels);
    for (uint32_t k = 0; k < levels; k++) {
        size_t count = n - ((size_t)1 << k) + 1, half = k ? (size_t)1 << (k - 1) : 0;
        h->meet[k] = at;
        for (size_t x = 0; x < count; x++) {
            uint16_t a = k ? h->meet[k - 1][x] : h->depth[x], b = k ? h->meet[k - 1][x + half] : a;
            at[x] = a < b ? a : b;
        }
        at += count;
    }
    h->bytes += total * sizeof **h->meet;
    return CIM_OK;
}

/* ---- lists ---- */

/* Counting sort of the input arcs by up-arc. */
static cim_status slots(cim_ctx *ctx, cim_route_hierarchy *h)
{
    uint32_t *first = h->slot_first = cim__zalloc_n(h->mem, (size_t)h->up_count + 2, 4);
    h->slot_arc = cim__alloc_n(h->mem, h->arc_count, 4);
    if (!first || !h->slot_arc) return cim__nomem(ctx);
    for (uint32_t a = 0; a < h->arc_count; a++) {
        if (h->arc_slot[a] == CIM_NONE) continue;
        if (h->arc_slot[a] >> 1 >= h->up_count) return damaged(ctx, "an arc is nowhere");
        first[(h->arc_slot[a] >> 1) + 2]++;
    }
    for (uint32_t i = 2; i <= h->up_count + 1; i++) first[i] += first[i - 1];
    for (uint32_t a = 0; a < h->arc_count; a++)
        if (h->arc_slot[a] != CIM_NONE) h->slot_arc[first[(h->arc_slot[a] >> 1) + 1]++] = a << 1 | (h->arc_slot[a] & 1);
    return CIM_OK;
}

/* ---- tasks ---- */

enum { SHARES = 64, LEAST_TASK = 4096 };

/* The largest disjoint subtrees with at most 1/64 of all triangles; small ones stay in the top. */
static cim_status tasks(cim_ctx *ctx, cim_route_hierarchy *h)
{
    uint32_t n = h->node_count;
    uint64_t *work = cim__zalloc_n(h->mem, n, sizeof *work), most = h->triangle_count / SHARES;
    h->task_root = cim__alloc_n(h->mem, SHARES * 64, 4);
    if (!work || !h->task_root) {
        cim__free(h->mem, work);
        return cim__nomem(ctx);
    }
    for (uint32_t x = 0; x < n; x++) {
        uint64_t size = cim__row_size(h, x);
        work[x] += size ? size * (size - 1) / 2 : 0;
        if (h->parent[x] != CIM_NONE) work[h->parent[x]] += work[x];
    }
    for (uint32_t x = 0; x < n && h->task_count < SHARES * 64; x++)
        if (work[x] <= most && work[x] >= LEAST_TASK && (h->parent[x] == CIM_NONE || work[h->parent[x]] > most)) h->task_root[h->task_count++] = x;
    cim__free(h->mem, work);
    return CIM_OK;
}

static size_t held(const cim_route_hierarchy *h)
{
    return sizeof *h + (size_t)h->node_count * (5 * 4 + 2 + 8) + (size_t)h->up_count * (3 * 4 + 2) + (size_t)h->arc_count * 8 + (size_t)h->map_first[h->node_count];
}

cim_status cim__hierarchy_derive(cim_ctx *ctx, cim_route_hierarchy *h)
{
    CIM__TRY(tree(ctx, h));
    CIM__TRY(assembly_map(ctx, h));
    CIM__TRY(slots(ctx, h));
    CIM__TRY(meet_table(ctx, h));
    CIM__TRY(tasks(ctx, h));
    h->bytes += held(h);
    return CIM_OK;
}
