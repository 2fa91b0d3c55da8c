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
    cim__large_pages(h->up_tail, (size_t)h->up_count * 4);
    cim__large_pages(h->up_depth, (size_t)h->up_count * 2);
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

/* Row y without its first head, which is the parent, lies in the parent's row, if elimination made it: at[j] says where head j is, j > 0. */
static bool find_in_parent(const cim_route_hierarchy *h, uint32_t y, uint16_t *at)
{
    uint32_t first = h->up_first[y], size = cim__row_size(h, y), p = h->up_head[first], k = h->up_first[p], end = h->up_first[p + 1];
    for (uint32_t j = 1; j < size; j++, k++) {
        uint32_t z = h->up_head[first + j];
        while (k < end && h->up_head[k] < z) k++;
        if (k == end || h->up_head[k] != z) return false;
        at[j] = (uint16_t)(k - h->up_first[p]);
    }
    return true;
}

/* The positions of heads j > k in the row of head k: for the parent they have been found, for others they are among what the parent has for the
 * same head.  From `run` on the heads lie one behind the other there too. */
#define MAP_ROW(name, to_t, from_t)                                                                                \
    static void name(to_t *to, const from_t *parent, uint32_t parent_size, const uint16_t *at, uint32_t size, uint32_t run) \
    {                                                                                                              \
        for (uint32_t j = 1; j < size; j++) *to++ = (to_t)at[j];                                                   \
        for (uint32_t k = 1; k + 1 < size; k++) {                                                                  \
            uint32_t i = at[k], j = k + 1;                                                                         \
            const from_t *from = parent + (size_t)i * (parent_size - 1) - (size_t)i * (i - (size_t)1) / 2;         \
            for (; j < run; j++) *to++ = (to_t)from[at[j] - i - 1];                                                \
            from += at[j] - i - 1;                                                                                 \
            if (sizeof(to_t) == sizeof(from_t) && size - j >= 16) {                                                \
                memcpy(to, from, (size - j) * sizeof *to);                                                         \
                to += size - j;                                                                                    \
            } else                                                                                                 \
                for (; j < size; j++) *to++ = (to_t)*from++;                                                       \
        }                                                                                                          \
    }
MAP_ROW(map_narrow, uint8_t, uint8_t)
MAP_ROW(map_narrow_from_wide, uint8_t, uint16_t)
MAP_ROW(map_wide_from_narrow, uint16_t, uint8_t)
MAP_ROW(map_wide, uint16_t, uint16_t)
#undef MAP_ROW

static void map_row(cim_route_hierarchy *h, uint32_t y, const uint16_t *at)
{
    uint32_t size = cim__row_size(h, y), p = h->up_head[h->up_first[y]], parent_size = cim__row_size(h, p), run = size - 1;
    uint8_t *to = h->map + (h->map_first[y] & ~1ull);
    const uint8_t *from = h->map + (h->map_first[p] & ~1ull);
    while (run > 1 && at[run - 1] + 1 == at[run]) run--;
    if (h->map_first[y] & 1) {
        if (h->map_first[p] & 1) map_wide((uint16_t *)(void *)to, (const uint16_t *)(const void *)from, parent_size, at, size, run);
        else map_wide_from_narrow((uint16_t *)(void *)to, from, parent_size, at, size, run);
    } else if (h->map_first[p] & 1) map_narrow_from_wide(to, (const uint16_t *)(const void *)from, parent_size, at, size, run);
    else map_narrow(to, from, parent_size, at, size, run);
}

/* From the roots down: each row's map comes out of its parent's. */
static cim_status assembly_map(cim_ctx *ctx, cim_route_hierarchy *h)
{
    h->map_first = cim__alloc_n(h->mem, (size_t)h->node_count + 1, sizeof *h->map_first);
    if (!h->map_first) return cim__nomem(ctx);
    CIM__TRY(map_sizes(ctx, h));
    h->map = cim__alloc(h->mem, (size_t)h->map_first[h->node_count] + 64);
    uint16_t *at = cim__alloc_n(ctx->mem, (size_t)h->levels + 1, sizeof *at);
    cim_status st = h->map && at ? CIM_OK : cim__nomem(ctx);
    if (st >= 0) cim__large_pages(h->map, (size_t)h->map_first[h->node_count]);
    for (uint32_t y = h->node_count; st >= 0 && y-- > 0;) {
        if (cim__row_size(h, y) < 2) continue;
        if (find_in_parent(h, y, at)) map_row(h, y, at);
        else st = damaged(ctx, "an arc that elimination makes is missing");
    }
    cim__free(ctx->mem, at);
    return st;
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
    cim__large_pages(h->meet, total * sizeof **h->meet);
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
    cim__large_pages(h->slot_arc, (size_t)h->arc_count * 4);
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
    return sizeof *h + (size_t)h->node_count * (5 * 4 + 2 + 8) + (size_t)h->up_count * (3 * 4 + 2) + (size_t)h->arc_count * 8 +
           (size_t)h->map_first[h->node_count];
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
