/* tree.c - depth-first trees with low points (J. Hopcroft, R. Tarjan, 1973), without recursion.
 *
 * Everything is by place, the preorder number, so that a subtree is a run of places and a parent's place is lower than its children's.
 * The way back is the parent array: there is no stack.  The edge to the parent is told by its number, so that a parallel edge counts as
 * another way up. */
#include "trace/trace.h"

static bool is_source(const cim__graph *g, uint32_t v) { return g->is_source && (g->is_source[v] & (CIM_TRACE_SOURCE | CIM_TRACE_OUT)) == CIM_TRACE_SOURCE; }

/* The vertex gets the next place. */
static uint32_t enter(const cim__graph *g, cim__blocks *t, uint32_t vertex, uint32_t up, uint32_t via)
{
    uint32_t i = t->count++;
    t->place[vertex] = i;
    t->vertex[i] = vertex;
    t->up[i] = up;
    t->via[i] = via;
    t->low[i] = up && is_source(g, vertex) ? 0 : i;
    t->head[i] = g->first[vertex];
    return i;
}

/* `head` holds how far a vertex's links were looked at. */
static void walk(const cim__graph *g, cim__blocks *t, uint32_t root, uint32_t up)
{
    const uint32_t *place = t->place, *first = g->first;
    const cim__link *links = g->links;
    uint32_t *low = t->low, top = enter(g, t, root, up, CIM_NONE), i = top;
    for (;;) {
        uint32_t v = t->vertex[i], via = t->via[i], at = t->head[i], end = first[v + 1], lowest = low[i], down = CIM_NONE;
        while (at < end) {
            cim__link link = links[at++];
            uint32_t there = place[link.to];
            if (link.end >> 1 == via || link.to == v || (g->pass && !cim__open(g->pass[link.end >> 1]))) continue;
            if (there == CIM_NONE) {
                down = at - 1;
                break;
            }
            lowest = there < lowest ? there : lowest;
        }
        low[i] = lowest;
        if (down != CIM_NONE) {
            t->head[i] = at;
            i = enter(g, t, links[down].to, i, links[down].end >> 1);
            continue;
        }
        t->last[i] = t->count - 1;
        if (i == top) return;
        i = t->up[i];
        low[i] = lowest < low[i] ? lowest : low[i];
    }
}

static cim__blocks *tree_alloc(cim__mem *mem, uint32_t vertices)
{
    cim__blocks *t = cim__zalloc(mem, sizeof *t);
    size_t row = (size_t)vertices + 1;
    uint32_t *at = t ? cim__alloc_big(mem, row * 7 * sizeof *at, &t->block) : NULL;
    if (!at) {
        cim__free(mem, t);
        return NULL;
    }
    uint32_t **rows[] = { &t->place, &t->vertex, &t->up, &t->via, &t->low, &t->last, &t->head };
    for (size_t i = 0; i < 7; i++) *rows[i] = at + i * row;
    t->mem = mem;
    return t;
}

cim_status cim__blocks_build(cim_ctx *ctx, cim__mem *mem, const cim__graph *g, cim__blocks **tree_out)
{
    cim__blocks *t = tree_alloc(mem, g->count);
    if (!t) return cim__nomem(ctx);
    memset(t->place, 0xff, ((size_t)g->count + 1) * sizeof *t->place);
    t->vertex[0] = t->up[0] = t->via[0] = CIM_NONE;
    t->low[0] = 0;
    t->count = 1;
    for (uint32_t v = 0; v < g->count; v++)
        if (is_source(g, v) && t->place[v] == CIM_NONE) walk(g, t, v, 0);
    t->last[0] = t->count - 1;
    t->fed = t->count;
    for (uint32_t v = 0; v < g->count; v++)
        if (t->place[v] == CIM_NONE) walk(g, t, v, CIM_NONE);
    for (uint32_t i = 0; i < t->count; i++) t->head[i] = t->up[i] == CIM_NONE || t->low[i] >= t->up[i] ? i : t->head[t->up[i]];
    *tree_out = t;
    return CIM_OK;
}

cim__lie cim__edge_lie(const cim_trace_view *view, const cim__blocks *t, uint32_t edge)
{
    const uint32_t *ends = view->network->ends + 2 * (size_t)edge;
    uint8_t pass = view->bits.pass[edge];
    if (!(pass & CIM__OPEN)) return (cim__lie){ CIM_NONE, CIM_NONE };
    if (!cim__open(pass)) return (cim__lie){ t->place[ends[pass & CIM__OPEN0 ? 0 : 1]], CIM_NONE };
    uint32_t a = t->place[ends[0]], b = t->place[ends[1]];
    if (a == b) return (cim__lie){ a, CIM_NONE };
    return a > b ? (cim__lie){ a, b } : (cim__lie){ b, a };
}

void cim__blocks_free(cim__blocks *t)
{
    if (!t) return;
    cim__free(t->mem, t->block);
    cim__free(t->mem, t);
}
