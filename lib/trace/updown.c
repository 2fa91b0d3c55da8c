/* updown.c - traces that are read off a tree: upstream and downstream, rings, bridges, cut nodes.
 *
 * A block is a run of places without the runs of the blocks that hang on it; what hangs on a node by itself are whole subtrees. */
#include "trace/trace.h"

/* The way up to the ground. */
static uint32_t why_tree(const cim_trace_view *view, const cim_trace_query *q, const void *user, uint32_t element)
{
    const cim__blocks *t = user;
    uint32_t nodes = view->network->node_count;
    (void)q;
    if (element < nodes) {
        uint32_t via = t->via[t->place[element]];
        return via == CIM_NONE ? CIM_NONE : nodes + via;
    }
    cim__lie l = cim__edge_lie(view, t, element - nodes);
    if (l.deep == CIM_NONE) return CIM_NONE;
    return t->vertex[l.upper == CIM_NONE ? l.deep : l.upper];
}

/* Marks the edges that belong to the vertex at a place, and its leaves when wanted. */
static void mark_edges(const cim_trace_view *view, cim_trace_query *q, const cim__blocks *t, uint32_t place, bool belonging, bool leaves)
{
    const cim_trace_network *n = view->network;
    uint32_t v = t->vertex[place];
    for (uint32_t i = n->first[v]; i < n->first[v + 1]; i++) {
        const cim__link *link = &n->links[i];
        uint8_t pass = view->bits.pass[link->end >> 1];
        if (!cim__end_open(view->bits.pass, link->end)) continue;
        bool leaf = !cim__open(pass) || link->to == v;
        if (leaf ? leaves : belonging && t->place[link->to] < place) cim__mark(q, n->node_count + (link->end >> 1));
    }
}

/* All elements of the block with this head: its top, the vertices below, and their edges. */
static void mark_block(const cim_trace_view *view, cim_trace_query *q, const cim__blocks *t, uint32_t head)
{
    if (t->up[head]) cim__mark(q, t->vertex[t->up[head]]);
    for (uint32_t i = head; i <= t->last[head]; i++) {
        if (i != head && t->head[i] == i) {
            i = t->last[i];
            continue;
        }
        cim__mark(q, t->vertex[i]);
        mark_edges(view, q, t, i, true, false);
    }
}

/* ---- upstream ---- */

static bool block_done(cim_trace_query *q, uint32_t head)
{
    uint8_t *seen = &q->barrier[head];
    if (*seen) return true;
    *seen = 1;
    cim__buf_u32(&q->out[0], head);
    return false;
}

/* The blocks from a place to the ground go to out[0], each once.  Heads' places fit where elements' numbers do: vertices, and one more. */
static void climb(cim_trace_query *q, const cim__blocks *t, uint32_t place)
{
    while (place) {
        uint32_t head = t->head[place];
        if (block_done(q, head)) return;
        place = t->up[head];
    }
}

static void upstream(const cim_trace_view *view, cim_trace_query *q, const cim__blocks *t, uint32_t start)
{
    uint32_t nodes = view->network->node_count;
    cim__lie l;
    if (start >= nodes) {
        l = cim__edge_lie(view, t, start - nodes);
        if (l.deep == CIM_NONE || l.deep >= t->fed) return;
        cim__mark(q, start);
        if (l.upper == CIM_NONE) cim__mark(q, t->vertex[l.deep]);
        bool bridge = l.upper != CIM_NONE && t->via[l.deep] == start - nodes && cim__is_bridge(t, l.deep);
        climb(q, t, bridge ? l.upper : l.deep);
        return;
    }
    if (t->place[start] >= t->fed) return;
    cim__mark(q, start);
    climb(q, t, t->place[start]);
}

static cim_status all_upstream(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, const cim__blocks *t, const uint32_t *starts, size_t count)
{
    CIM__TRY(cim__query_barrier(ctx, q));
    for (size_t i = 0; i < count; i++) upstream(view, q, t, starts[i]);
    for (size_t i = 0; i < CIM__COUNT(&q->out[0], uint32_t); i++) {
        uint32_t head = CIM__AT(&q->out[0], uint32_t, i);
        q->barrier[head] = 0;
        mark_block(view, q, t, head);
    }
    if (!q->out[0].failed) return CIM_OK;
    memset(q->barrier, 0, cim__element_count(view->network));
    return cim__nomem(ctx);
}

/* ---- downstream ---- */

static void mark_below(const cim_trace_view *view, cim_trace_query *q, const cim__blocks *t, uint32_t place)
{
    for (uint32_t i = place; i <= t->last[place]; i++) {
        cim__mark(q, t->vertex[i]);
        mark_edges(view, q, t, i, true, true);
    }
}

/* The subtrees whose places are in out[0]; of one in another only the outer is gone over. */
static cim_status all_below(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, const cim__blocks *t)
{
    uint32_t done = 0;
    CIM__TRY(cim__sort_u32(ctx, q, &q->out[0]));
    for (size_t i = 0; i < CIM__COUNT(&q->out[0], uint32_t); i++) {
        uint32_t place = CIM__AT(&q->out[0], uint32_t, i);
        if (place <= done) continue;
        mark_below(view, q, t, place);
        done = t->last[place];
    }
    return CIM_OK;
}

static void downstream(const cim_trace_view *view, cim_trace_query *q, const cim__blocks *t, uint32_t start)
{
    uint32_t nodes = view->network->node_count;
    if (start >= nodes) {
        cim__lie l = cim__edge_lie(view, t, start - nodes);
        if (l.deep == CIM_NONE || l.deep >= t->fed) return;
        cim__mark(q, start);
        if (l.upper != CIM_NONE && t->via[l.deep] == start - nodes && cim__is_bridge(t, l.deep)) cim__buf_u32(&q->out[0], l.deep);
        return;
    }
    uint32_t place = t->place[start];
    if (place >= t->fed) return;
    cim__mark(q, start);
    mark_edges(view, q, t, place, false, true);
    for (uint32_t child = place + 1; child <= t->last[place]; child = t->last[child] + 1)
        if (t->head[child] == child) cim__buf_u32(&q->out[0], child);
}

/* ---- where edges are one-way ---- */

static uint32_t why_dominators(const cim_trace_view *view, const cim_trace_query *q, const void *user, uint32_t element)
{
    const cim__dominators *d = user;
    (void)view, (void)q;
    return d->why[d->place[element]];
}

static cim_status dominated(cim_ctx *ctx, cim_trace_query *q, const cim__dominators *d, const uint32_t *starts, size_t count)
{
    uint32_t done = 0;
    for (size_t i = 0; i < count; i++)
        if (d->place[starts[i]] != CIM_NONE) cim__buf_u32(&q->out[0], d->place[starts[i]]);
    CIM__TRY(cim__sort_u32(ctx, q, &q->out[0]));
    for (size_t i = 0; i < CIM__COUNT(&q->out[0], uint32_t); i++) {
        uint32_t place = CIM__AT(&q->out[0], uint32_t, i);
        for (uint32_t k = place; place > done && k <= d->last[place]; k++) cim__mark(q, d->element[k]);
        done = place > done ? d->last[place] : done;
    }
    return CIM_OK;
}

static void tally(uint32_t *tree, uint32_t size, uint32_t at, uint32_t by)
{
    for (at++; at <= size; at += at & -at) tree[at] += by;
}

static uint32_t tallied(const uint32_t *tree, uint32_t at)
{
    uint32_t sum = 0;
    for (at++; at; at -= at & -at) sum += tree[at];
    return sum;
}

/* The elements x such that no element but x must be passed both from the sources to x and from x to the start: those with no common proper
 * dominator in the tree `from` the sources and in the tree `to` the start.  While the first tree is walked, the dominators of the current
 * element are tallied over what they dominate in the second. */
static cim_status between(cim_ctx *ctx, cim_trace_query *q, const cim__dominators *from, const cim__dominators *to)
{
    uint32_t size = to->count;
    uint32_t *tree = cim__zalloc_n(q->mem, (size_t)size + 2, sizeof *tree), *open = cim__alloc_n(q->mem, (size_t)from->count + 1, sizeof *open), depth = 0;
    if (tree && open) {
        for (uint32_t i = 1; i < from->count; i++) {
            for (; depth && from->last[open[depth - 1]] < i; depth--) {
                uint32_t p = to->place[from->element[open[depth - 1]]];
                if (p != CIM_NONE) tally(tree, size, p, CIM_NONE), tally(tree, size, to->last[p] + 1, 1);
            }
            uint32_t p = to->place[from->element[i]];
            if (p != CIM_NONE && !tallied(tree, p)) cim__mark(q, from->element[i]);
            if (p != CIM_NONE) tally(tree, size, p, 1), tally(tree, size, to->last[p] + 1, CIM_NONE);
            open[depth++] = i;
        }
    }
    cim__free(q->mem, tree);
    cim__free(q->mem, open);
    return tree && open ? CIM_OK : cim__nomem(ctx);
}

static cim_status upstream_oneway(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, const cim__dominators *from, uint32_t start)
{
    cim__dominators *to = NULL;
    if (from->place[start] == CIM_NONE) return CIM_OK;
    CIM__TRY(cim__dominators_build(ctx, q->mem, view, start, &to));
    cim_status st = between(ctx, q, from, to);
    cim__dominators_free(to);
    return st;
}

static cim_status updown_oneway(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count,
                                cim__why_fn *why_out, const void **user_out)
{
    const cim__dominators *d = NULL;
    CIM__TRY(cim__view_dominators(ctx, view, &d));
    *why_out = why_dominators;
    *user_out = d;
    if (what == CIM_TRACE_DOWNSTREAM) return dominated(ctx, q, d, starts, count);
    for (size_t i = 0; i < count; i++) CIM__TRY(upstream_oneway(ctx, view, q, d, starts[i]));
    return CIM_OK;
}

cim_status cim__updown(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count, cim__why_fn *why_out,
                       const void **user_out)
{
    const cim__blocks *t = NULL;
    if (cim__oneway(view)) return updown_oneway(ctx, view, q, what, starts, count, why_out, user_out);
    CIM__TRY(cim__view_tree(ctx, view, CIM__SUPPLY, &t));
    *why_out = why_tree;
    *user_out = t;
    if (what == CIM_TRACE_UPSTREAM) return all_upstream(ctx, view, q, t, starts, count);
    for (size_t i = 0; i < count; i++) downstream(view, q, t, starts[i]);
    return all_below(ctx, view, q, t);
}

/* ---- rings, bridges, cut nodes ---- */

/* A ring has two vertices at least, or is one edge from a node to itself. */
static bool is_ring(const cim__blocks *t, uint32_t head) { return cim__is_head(t, head) && t->low[head] < head; }

static void mark_own_rings(const cim_trace_view *view, cim_trace_query *q, uint32_t v)
{
    const cim_trace_network *n = view->network;
    for (uint32_t i = n->first[v]; i < n->first[v + 1]; i++) {
        if (n->links[i].to != v || !cim__open(view->bits.pass[n->links[i].end >> 1])) continue;
        cim__mark(q, v);
        cim__mark(q, n->node_count + (n->links[i].end >> 1));
    }
}

static void loops_at_node(const cim_trace_view *view, cim_trace_query *q, const cim__blocks *t, uint32_t v)
{
    uint32_t place = t->place[v];
    mark_own_rings(view, q, v);
    if (is_ring(t, t->head[place]) && !block_done(q, t->head[place])) mark_block(view, q, t, t->head[place]);
    for (uint32_t child = place + 1; child <= t->last[place]; child = t->last[child] + 1)
        if (t->head[child] == child && is_ring(t, child) && !block_done(q, child)) mark_block(view, q, t, child);
}

static void loops_at(const cim_trace_view *view, cim_trace_query *q, const cim__blocks *t, uint32_t start)
{
    uint32_t nodes = view->network->node_count;
    if (start < nodes) {
        loops_at_node(view, q, t, start);
        return;
    }
    cim__lie l = cim__edge_lie(view, t, start - nodes);
    const uint32_t *ends = view->network->ends + 2 * (size_t)(start - nodes);
    if (l.deep == CIM_NONE) return;
    if (l.upper != CIM_NONE && is_ring(t, t->head[l.deep]) && !block_done(q, t->head[l.deep])) mark_block(view, q, t, t->head[l.deep]);
    if (l.upper == CIM_NONE && cim__open(view->bits.pass[start - nodes])) {
        cim__mark(q, ends[0]);
        cim__mark(q, start);
    }
}

static cim_status loops(cim_ctx *ctx, const cim_trace_view *view, cim_trace_query *q, const cim__blocks *t, const uint32_t *starts, size_t count)
{
    CIM__TRY(cim__query_barrier(ctx, q));
    for (size_t i = 0; i < count; i++) loops_at(view, q, t, starts[i]);
    for (uint32_t i = 1; !count && i < t->count; i++) {
        mark_own_rings(view, q, t->vertex[i]);
        if (t->head[i] == i && is_ring(t, i)) mark_block(view, q, t, i);
    }
    for (size_t i = 0; i < CIM__COUNT(&q->out[0], uint32_t); i++) q->barrier[CIM__AT(&q->out[0], uint32_t, i)] = 0;
    if (!q->out[0].failed) return CIM_OK;
    memset(q->barrier, 0, cim__element_count(view->network));
    return cim__nomem(ctx);
}

static bool is_cut_node(const cim__blocks *t, uint32_t place)
{
    uint32_t heads = 0;
    for (uint32_t child = place + 1; child <= t->last[place]; child = t->last[child] + 1) heads += t->head[child] == child;
    return heads > (t->up[place] == CIM_NONE);
}

cim_status cim__cuts(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *q, uint32_t what, const uint32_t *starts, size_t count, bool through_sources,
                     cim__why_fn *why_out, const void **user_out)
{
    const cim__blocks *t = NULL;
    CIM__TRY(cim__view_tree(ctx, view, through_sources ? CIM__SUPPLY : CIM__PLAIN, &t));
    *why_out = why_tree;
    *user_out = t;
    if (what == CIM_TRACE_LOOPS) return loops(ctx, view, q, t, starts, count);
    for (uint32_t i = 1; i < t->count; i++) {
        if (what == CIM_TRACE_BRIDGES && cim__is_bridge(t, i)) cim__mark(q, view->network->node_count + t->via[i]);
        if (what == CIM_TRACE_CUT_NODES && is_cut_node(t, i)) cim__mark(q, t->vertex[i]);
    }
    return CIM_OK;
}
