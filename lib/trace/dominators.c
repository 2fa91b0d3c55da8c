/* dominators.c - which elements every way passes, where edges are one-way (T. Lengauer, R. Tarjan, "A fast algorithm for finding
 * dominators in a flowgraph", 1979; the version with path compression alone), without recursion.
 *
 * Vertices are elements: one goes from a node into an edge at an open end if the edge leads away, and out of it at the other.  Against the
 * flow the same backwards.  The root is the ground under all sources, or the element asked about. */
#include "trace/trace.h"

typedef struct flowgraph {
    const cim_trace_network *n;
    const cim_trace_view *view;
    bool backward;
    uint32_t count;     /* elements reached, and the root */
    uint32_t *number;   /* of an element in depth-first order; CIM_NONE: not reached */
    uint32_t *element;  /* by number, as all that follows */
    uint32_t *parent, *semi, *stack, *ancestor, *label, *bucket, *next;
} flowgraph;

/* Through this end, into the edge or out of it? */
static bool step(const flowgraph *g, uint32_t end, bool into_edge)
{
    const uint8_t *pass = g->view->bits.pass;
    return cim__end_open(pass, end) && cim__leaves(pass, into_edge != g->backward ? end : end ^ 1);
}

static uint32_t degree(const flowgraph *g, uint32_t element)
{
    return element < g->n->node_count ? g->n->first[element + 1] - g->n->first[element] : 2;
}

/* The k-th neighbour when one may go there, or, with `back`, come from there; else CIM_NONE. */
static uint32_t neighbour(const flowgraph *g, uint32_t element, uint32_t k, bool back)
{
    const cim_trace_network *n = g->n;
    bool node = element < n->node_count;
    uint32_t end = node ? n->links[n->first[element] + k].end : 2 * (element - n->node_count) + k;
    if (!step(g, end, node != back)) return CIM_NONE;
    return node ? n->node_count + (end >> 1) : n->ends[end];
}

/* ---- depth first ---- */

static void enter(flowgraph *g, uint32_t element, uint32_t parent)
{
    uint32_t i = g->count++;
    g->number[element] = i;
    g->element[i] = element;
    g->parent[i] = parent;
}

static void walk(flowgraph *g, uint32_t root)
{
    uint32_t *cursor = g->next, i = g->number[root];
    cursor[i] = 0;
    for (;;) {
        uint32_t element = g->element[i], to = CIM_NONE, count = degree(g, element);
        while (to == CIM_NONE && cursor[i] < count) {
            to = neighbour(g, element, cursor[i]++, false);
            if (to != CIM_NONE && g->number[to] != CIM_NONE) to = CIM_NONE;
        }
        if (to != CIM_NONE) {
            enter(g, to, i);
            i = g->number[to];
            cursor[i] = 0;
        } else {
            if (element == root) return;
            i = g->parent[i];
        }
    }
}

static void number_all(flowgraph *g, uint32_t to)
{
    memset(g->number, 0xff, (size_t)cim__element_count(g->n) * sizeof *g->number);
    if (to != CIM_NONE) {
        enter(g, to, CIM_NONE);
        walk(g, to);
        return;
    }
    g->element[0] = g->parent[0] = CIM_NONE;
    g->count = 1;
    for (uint32_t v = 0; v < g->n->node_count; v++) {
        if (!cim__feeds(g->view, v) || g->number[v] != CIM_NONE) continue;
        enter(g, v, 0);
        walk(g, v);
    }
}

/* ---- semidominators ---- */

/* The number with the least semidominator on the way from v up to, not with, the root of its tree. */
static uint32_t eval(flowgraph *g, uint32_t v)
{
    uint32_t *back = g->stack, depth = 0, u = v;
    if (g->ancestor[v] == CIM_NONE) return v;
    for (; g->ancestor[g->ancestor[u]] != CIM_NONE; u = g->ancestor[u]) back[depth++] = u;
    while (depth) {
        uint32_t w = back[--depth], a = g->ancestor[w];
        if (g->semi[g->label[a]] < g->semi[g->label[w]]) g->label[w] = g->label[a];
        g->ancestor[w] = g->ancestor[a];
    }
    return g->label[v];
}

static void look_at(flowgraph *g, uint32_t w, uint32_t from)
{
    uint32_t u = eval(g, from);
    if (g->semi[u] < g->semi[w]) g->semi[w] = g->semi[u];
}

static void semidominate(flowgraph *g, uint32_t w, bool grounded)
{
    uint32_t element = g->element[w], count = degree(g, element);
    for (uint32_t k = 0; k < count; k++) {
        uint32_t from = neighbour(g, element, k, true);
        if (from != CIM_NONE && g->number[from] != CIM_NONE) look_at(g, w, g->number[from]);
    }
    if (grounded && element < g->n->node_count && cim__feeds(g->view, element)) g->semi[w] = 0;
}

/* Immediate dominators, by number. */
static void dominate(flowgraph *g, uint32_t *made, bool grounded)
{
    for (uint32_t i = 0; i < g->count; i++) {
        g->semi[i] = g->label[i] = i;
        g->ancestor[i] = g->bucket[i] = CIM_NONE;
    }
    for (uint32_t w = g->count - 1; w && w != CIM_NONE; w--) {
        uint32_t p = g->parent[w];
        semidominate(g, w, grounded);
        g->next[w] = g->bucket[g->semi[w]];
        g->bucket[g->semi[w]] = w;
        g->ancestor[w] = p;
        for (uint32_t v = g->bucket[p]; v != CIM_NONE; v = g->next[v]) {
            uint32_t u = eval(g, v);
            made[v] = g->semi[u] < g->semi[v] ? u : p;
        }
        g->bucket[p] = CIM_NONE;
    }
    made[0] = CIM_NONE;
    for (uint32_t w = 1; w < g->count; w++)
        if (made[w] != g->semi[w]) made[w] = made[made[w]];
}

/* ---- the tree in preorder ---- */

static void lay_out(const flowgraph *g, const uint32_t *idom, uint32_t *size, uint32_t *at, cim__dominators *d)
{
    d->count = g->count;
    for (uint32_t i = 0; i < g->count; i++) size[i] = 1;
    for (uint32_t i = g->count - 1; i && i != CIM_NONE; i--) size[idom[i]] += size[i];
    for (uint32_t i = 0, next = 0; i < g->count; i++) {
        uint32_t place = i ? at[idom[i]] : next;
        if (i) at[idom[i]] += size[i];
        at[i] = place + 1;
        d->element[place] = g->element[i];
        d->last[place] = place + size[i] - 1;
        d->why[place] = i && g->parent[i] != CIM_NONE ? g->element[g->parent[i]] : CIM_NONE;
        if (g->element[i] != CIM_NONE) d->place[g->element[i]] = place;
        d->up[place] = i ? (g->element[idom[i]] == CIM_NONE ? 0 : d->place[g->element[idom[i]]]) : CIM_NONE;
    }
}

static bool graph_alloc(cim__mem *mem, flowgraph *g, size_t rows)
{
    uint32_t **arrays[] = { &g->number, &g->element, &g->parent, &g->semi, &g->stack, &g->ancestor, &g->label, &g->bucket, &g->next };
    bool ok = true;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) ok = (*arrays[i] = cim__alloc_n(mem, rows, sizeof(uint32_t))) && ok;
    return ok;
}

static void graph_free(cim__mem *mem, flowgraph *g)
{
    uint32_t *arrays[] = { g->number, g->element, g->parent, g->semi, g->stack, g->ancestor, g->label, g->bucket, g->next };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(mem, arrays[i]);
}

static cim__dominators *tree_alloc(cim__mem *mem, size_t rows)
{
    cim__dominators *d = cim__zalloc(mem, sizeof *d);
    if (!d) return NULL;
    d->mem = mem;
    uint32_t **arrays[] = { &d->place, &d->element, &d->up, &d->last, &d->why };
    bool ok = true;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) ok = (*arrays[i] = cim__alloc_n(mem, rows, sizeof(uint32_t))) && ok;
    if (ok) return d;
    cim__dominators_free(d);
    return NULL;
}

cim_status cim__dominators_build(cim_ctx *ctx, cim__mem *mem, const cim_trace_view *view, uint32_t to, cim__dominators **out)
{
    flowgraph g = { .n = view->network, .view = view, .backward = to != CIM_NONE };
    size_t rows = (size_t)cim__element_count(g.n) + 2;
    cim__dominators *d = tree_alloc(mem, rows);
    uint32_t *idom = cim__alloc_n(mem, rows, sizeof *idom);
    bool ok = graph_alloc(mem, &g, rows) && d && idom;
    if (ok) {
        number_all(&g, to);
        dominate(&g, idom, to == CIM_NONE);
        memset(d->place, 0xff, rows * sizeof *d->place);
        lay_out(&g, idom, g.semi, g.label, d);
    }
    graph_free(mem, &g);
    cim__free(mem, idom);
    if (ok) *out = d;
    else cim__dominators_free(d);
    return ok ? CIM_OK : cim__nomem(ctx);
}

void cim__dominators_free(cim__dominators *d)
{
    if (!d) return;
    uint32_t *arrays[] = { d->place, d->element, d->up, d->last, d->why };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(d->mem, arrays[i]);
    cim__free(d->mem, d);
}
