/* query.c - window queries: depth first, one comparison of 16 lanes a node. */
#include "index/tree.h"

#include <math.h>

typedef struct window_scan {
    const cim_index *index;
    cim__ibox window;
    uint32_t *ids;
    size_t cap, count;
} window_scan;

/* Bit i: child i meets the window; *inside_out: lies in it wholly. */
static uint32_t test_node(const cim__node *n, const cim__ibox *w, uint32_t *inside_out)
{
    uint32_t meets = 0, inside = 0;
    for (uint32_t i = 0; i < CIM__FANOUT; i++) {
        uint32_t m = (n->min_x[i] <= w->max_x) & (n->min_y[i] <= w->max_y) & (n->max_x[i] >= w->min_x) & (n->max_y[i] >= w->min_y);
        uint32_t in = m & (n->min_x[i] >= w->min_x) & (n->min_y[i] >= w->min_y) & (n->max_x[i] <= w->max_x) & (n->max_y[i] <= w->max_y);
        meets |= m << i;
        inside |= in << i;
    }
    *inside_out = inside;
    return meets;
}

static void emit(window_scan *s, size_t first, size_t count)
{
    if (s->count < s->cap) {
        size_t room = s->cap - s->count;
        memcpy(s->ids + s->count, s->index->ids + first, (count < room ? count : room) * sizeof *s->ids);
    }
    s->count += count;
}

/* All boxes below child `child` (a node number within its level, `level` >= 0). */
static void emit_subtree(window_scan *s, uint32_t level, uint32_t child)
{
    size_t span = CIM__FANOUT, first, end;
    for (uint32_t l = 0; l < level; l++) span *= CIM__FANOUT;
    first = (size_t)child * span;
    end = first + span;
    if (end > s->index->head.count) end = s->index->head.count;
    emit(s, first, end - first);
}

static void scan_leaf(window_scan *s, uint32_t node, uint32_t meets)
{
    if (s->count >= s->cap) {
        s->count += (size_t)__builtin_popcount(meets);
        return;
    }
    for (; meets; meets &= meets - 1) emit(s, (size_t)node * CIM__FANOUT + (size_t)__builtin_ctz(meets), 1);
}

/* The stack holds at most 15 siblings a level. */
static void scan(window_scan *s)
{
    struct {
        uint32_t level, node;
    } stack[CIM__FANOUT * CIM__MAX_LEVELS];
    const cim__index_header *h = &s->index->head;
    size_t top = 0;
    if (!h->levels) return;
    stack[top].level = h->levels - 1;
    stack[top++].node = 0;
    while (top) {
        uint32_t level = stack[--top].level, node = stack[top].node, inside;
        uint32_t meets = test_node(&s->index->nodes[h->level_start[level] + node], &s->window, &inside);
        if (!level) {
            scan_leaf(s, node, meets);
            continue;
        }
        for (uint32_t m = meets & inside; m; m &= m - 1) emit_subtree(s, level - 1, node * CIM__FANOUT + (uint32_t)__builtin_ctz(m));
        for (uint32_t m = meets & ~inside; m; m &= m - 1) {
            stack[top].level = level - 1;
            stack[top++].node = node * CIM__FANOUT + (uint32_t)__builtin_ctz(m);
        }
    }
}

static int32_t to_grid(double v, double origin, double step, bool up)
{
    double g = (v - origin) / step;
    g = up ? ceil(g) : floor(g);
    return g < -2147483646.0 ? -2147483646 : g > 2147483646.0 ? 2147483646 : (int32_t)g;
}

cim_status cim_index_query(cim_ctx *ctx, const cim_index *index, const cim_box *w, uint32_t *ids, size_t cap, size_t *count_out)
{
    const cim__index_header *h = &index->head;
    cim__enter(ctx);
    if (!(w->min_x <= w->max_x && w->min_y <= w->max_y) || !isfinite(w->min_x) || !isfinite(w->max_x) || !isfinite(w->min_y) || !isfinite(w->max_y))
        return cim__fail(ctx, CIM_EARG, "the window is reversed or not finite");
    window_scan s = { index,
                      { to_grid(w->min_x, h->origin_x, h->step, false), to_grid(w->min_y, h->origin_y, h->step, false),
                        to_grid(w->max_x, h->origin_x, h->step, true), to_grid(w->max_y, h->origin_y, h->step, true) },
                      ids, ids ? cap : 0, 0 };
    scan(&s);
    *count_out = s.count;
    return CIM_OK;
}
