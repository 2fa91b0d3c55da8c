/* live_watch.c - which watched nodes closures cut off from the main part of the network.
 *
 * Strongly connected parts by R. Tarjan's algorithm (1972) without recursion.  They come out in reverse topological order: arcs between
 * parts lead to earlier ones.  So who reaches the main part is known after one pass in that order, whom it reaches after one pass back. */
#include "route/live.h"

enum { REACHES = 1, REACHED = 2 };

struct cim__watch {
    uint32_t node_count, arc_count, count;
    uint32_t *first, *head, *arc; /* arcs by tail, in places */
    uint32_t *part, *low, *index, *order, *stack, *next;
    const uint32_t *name;         /* of places */
    uint32_t seen, parts, done, open;
    uint8_t *flags;               /* of parts */
    uint32_t *nodes;              /* watched: node, then place */
    uint32_t *cut;                /* now, then before */
};

void cim__watch_free(cim__mem *mem, cim__watch *w)
{
    if (!w) return;
    cim__free(mem, w->first);
    cim__free(mem, w->head);
    cim__free(mem, w->part);
    cim__free(mem, w->flags);
    cim__free(mem, w->nodes);
    cim__free(mem, w);
}

static void ends_of(const cim_route_hierarchy *h, uint32_t arc, uint32_t *tail, uint32_t *head)
{
    uint32_t slot = h->arc_slot[arc], low = h->up_tail[slot >> 1], high = h->up_head[slot >> 1];
    *tail = slot & 1 ? high : low;
    *head = slot & 1 ? low : high;
}

static void sort_arcs(cim__watch *w, const cim_route_hierarchy *h)
{
    uint32_t tail, head;
    for (uint32_t a = 0; a < h->arc_count; a++) {
        if (h->arc_slot[a] == CIM_NONE) continue; /* a loop */
        ends_of(h, a, &tail, &head);
        w->first[tail + 2]++;
    }
    for (uint32_t v = 2; v <= h->node_count + 1; v++) w->first[v] += w->first[v - 1];
    for (uint32_t a = 0; a < h->arc_count; a++) {
        if (h->arc_slot[a] == CIM_NONE) continue;
        ends_of(h, a, &tail, &head);
        w->head[w->first[tail + 1]] = head;
        w->arc[w->first[tail + 1]++] = a;
    }
}

static cim__watch *watch_new(cim__mem *mem, const cim_route_hierarchy *h, const uint32_t *nodes, size_t count)
{
    size_t n = h->node_count, m = h->arc_count;
    cim__watch *w = cim__zalloc(mem, sizeof *w);
    if (!w) return NULL;
    w->first = cim__zalloc_n(mem, n + 2, 4);
    w->head = cim__alloc_n(mem, 2 * m + 1, 4);
    w->part = cim__alloc_n(mem, 6 * n + 1, 4);
    w->flags = cim__alloc(mem, n + 1);
    w->nodes = cim__alloc_n(mem, count, 16);
    if (!w->first || !w->head || !w->part || !w->flags || !w->nodes) {
        cim__watch_free(mem, w);
        return NULL;
    }
    w->node_count = h->node_count;
    w->arc = w->head + m;
    w->low = w->part + n;
    w->index = w->low + n;
    w->order = w->index + n;
    w->stack = w->order + n;
    w->next = w->stack + n;
    w->name = h->order;
    w->count = (uint32_t)count;
    w->cut = w->nodes + 2 * count;
    for (size_t i = 0; i < count; i++) {
        w->nodes[i] = nodes[i];
        w->nodes[count + i] = h->rank[nodes[i]];
        w->cut[i] = w->cut[count + i] = 0;
    }
    sort_arcs(w, h);
    return w;
}

static void enter(cim__watch *w, uint32_t v)
{
    w->low[v] = w->index[v] = w->seen++;
    w->part[v] = CIM_NONE;
    w->stack[w->open++] = v;
    w->next[v] = w->first[v];
}

/* The next node to go down to from v; CIM_NONE when all its arcs were looked at. */
static uint32_t deeper(cim__watch *w, const uint32_t *ms, uint32_t v)
{
    while (w->next[v] < w->first[v + 1]) {
        uint32_t k = w->next[v]++, to = w->head[k];
        if (ms[w->arc[k]] >= CIM__INF) continue;
        if (w->index[to] == CIM_NONE) return to;
        if (w->part[to] == CIM_NONE) w->low[v] = cim__min32(w->low[v], w->index[to]);
    }
    return CIM_NONE;
}

/* Everything above v on the stack of open nodes is a part. */
static void close_part(cim__watch *w, uint32_t v)
{
    uint32_t to;
    do {
        to = w->stack[--w->open];
        w->part[to] = w->parts;
        w->order[w->done++] = to;
    } while (to != v);
    w->parts++;
}

/* `order` holds finished nodes from the front and the path of the search from the back; together they are never more than all nodes. */
static void search(cim__watch *w, const uint32_t *ms, uint32_t root)
{
    uint32_t path = w->node_count, v = root;
    enter(w, v);
    for (;;) {
        uint32_t to = deeper(w, ms, v);
        if (to != CIM_NONE) {
            w->order[--path] = v;
            enter(w, v = to);
            continue;
        }
        uint32_t low = w->low[v];
        if (low == w->index[v]) close_part(w, v);
        if (path == w->node_count) return;
        v = w->order[path++];
        w->low[v] = cim__min32(w->low[v], low);
    }
}

/* The part with the most nodes; of equal ones that with the lowest node of the caller's. */
static uint32_t main_part(const cim__watch *w)
{
    uint32_t best = CIM_NONE, best_size = 0, best_node = CIM_NONE;
    for (uint32_t i = 0, end; i < w->node_count; i = end) {
        uint32_t least = CIM_NONE;
        for (end = i; end < w->node_count && w->part[w->order[end]] == w->part[w->order[i]]; end++) least = cim__min32(least, w->name[w->order[end]]);
        if (end - i < best_size || (end - i == best_size && least > best_node)) continue;
        best = w->part[w->order[i]];
        best_size = end - i;
        best_node = least;
    }
    return best;
}

static void find_parts(cim__watch *w, const uint32_t *ms)
{
    w->seen = w->parts = w->done = w->open = 0;
    for (uint32_t v = 0; v < w->node_count; v++) w->index[v] = CIM_NONE;
    for (uint32_t v = 0; v < w->node_count; v++)
        if (w->index[v] == CIM_NONE) search(w, ms, v);
}

static void spread(cim__watch *w, const uint32_t *ms)
{
    memset(w->flags, 0, w->parts);
    w->flags[main_part(w)] = REACHES | REACHED;
    for (uint32_t i = 0; i < w->node_count; i++) {
        uint32_t v = w->order[i];
        for (uint32_t k = w->first[v]; k < w->first[v + 1]; k++)
            if (ms[w->arc[k]] < CIM__INF) w->flags[w->part[v]] |= w->flags[w->part[w->head[k]]] & REACHES;
    }
    for (uint32_t i = w->node_count; i-- > 0;) {
        uint32_t v = w->order[i];
        for (uint32_t k = w->first[v]; k < w->first[v + 1]; k++)
            if (ms[w->arc[k]] < CIM__INF) w->flags[w->part[w->head[k]]] |= w->flags[w->part[v]] & REACHED;
    }
}

void cim__watch_look(cim__watch *w, const uint32_t *ms, bool again)
{
    if (!w->count) return;
    memcpy(w->cut + w->count, w->cut, w->count * sizeof *w->cut);
    if (!again) return;
    find_parts(w, ms);
    spread(w, ms);
    for (uint32_t i = 0; i < w->count; i++) {
        uint8_t f = w->flags[w->part[w->nodes[w->count + i]]];
        w->cut[i] = (f & REACHED ? 0u : CIM_ROUTE_CUT_TO) | (f & REACHES ? 0u : CIM_ROUTE_CUT_FROM);
    }
}

void cim__watch_counts(const cim__watch *w, uint32_t *cut_out, uint32_t *newly_out, uint32_t *first_new_out)
{
    *cut_out = *newly_out = 0;
    *first_new_out = CIM_NONE;
    for (uint32_t i = 0; w && i < w->count; i++) {
        bool fresh = w->cut[i] & ~w->cut[w->count + i];
        *cut_out += w->cut[i] != 0;
        *newly_out += fresh;
        if (fresh && *first_new_out == CIM_NONE) *first_new_out = w->nodes[i];
    }
}

cim_status cim_route_live_watch(cim_ctx *ctx, cim_route_live *live, const uint32_t *nodes, size_t count)
{
    cim__watch *w = NULL;
    cim__enter(ctx);
    if (count > CIM_ROUTE_MAX_NODES) return cim__fail(ctx, CIM_EARG, "%zu nodes to watch", count);
    for (size_t i = 0; i < count; i++)
        if (nodes[i] >= live->hierarchy->node_count) return cim__fail(ctx, CIM_EARG, "node %u of %u", nodes[i], live->hierarchy->node_count);
    if (count && !(w = watch_new(live->mem, live->hierarchy, nodes, count))) return cim__nomem(ctx);
    pthread_mutex_lock(&live->lock);
    cim__watch *old = live->watch;
    live->watch = w;
    if (w) {
        cim__watch_look(w, cim_route_metric_weights(live->now->metric), true);
        memcpy(w->cut + w->count, w->cut, w->count * sizeof *w->cut); /* nothing is new yet */
    }
    pthread_mutex_unlock(&live->lock);
    cim__watch_free(live->mem, old);
    return CIM_OK;
}

cim_status cim_route_live_cuts(cim_ctx *ctx, cim_route_live *live, cim_route_cut *cuts_out, size_t cap, size_t *count_out)
{
    size_t found = 0;
    cim__enter(ctx);
    pthread_mutex_lock(&live->lock);
    const cim__watch *w = live->watch;
    for (uint32_t i = 0; w && i < w->count; i++) {
        if (!w->cut[i]) continue;
        if (found < cap) cuts_out[found] = (cim_route_cut){ w->nodes[i], w->cut[i], w->cut[w->count + i] };
        found++;
    }
    pthread_mutex_unlock(&live->lock);
    *count_out = found;
    return CIM_OK;
}
