/* dijkstra.c - Dijkstra's algorithm. */
#include "core/heap.h"
#include "route/graph.h"

typedef struct star {
    uint32_t *first, *other, *arc; /* arcs at a node, their other ends */
} star;

struct cim_route_dijkstra {
    cim__mem *mem;
    uint32_t node_count, arc_count;
    star star[2]; /* leaving, arriving */
    cim__buf heap;
};

static bool star_make(cim__mem *mem, const cim_route_graph *g, star *s, bool arriving)
{
    const uint32_t *here = arriving ? g->head : g->tail, *there = arriving ? g->tail : g->head;
    s->first = cim__zalloc_n(mem, (size_t)g->node_count + 2, 4);
    s->other = cim__alloc_n(mem, g->arc_count, 4);
    s->arc = cim__alloc_n(mem, g->arc_count, 4);
    if (!s->first || !s->other || !s->arc) return false;
    for (uint32_t a = 0; a < g->arc_count; a++) s->first[here[a] + 2]++;
    for (uint32_t v = 2; v <= g->node_count + 1; v++) s->first[v] += s->first[v - 1];
    for (uint32_t a = 0; a < g->arc_count; a++) {
        uint32_t at = s->first[here[a] + 1]++;
        s->other[at] = there[a];
        s->arc[at] = a;
    }
    return true;
}

cim_status cim_route_dijkstra_new(cim_ctx *ctx, const cim_route_graph *graph, cim_route_dijkstra **dijkstra_out)
{
    cim_route_graph g;
    cim__enter(ctx);
    CIM__TRY(cim__route_graph_ok(ctx, graph, &g));
    cim_route_dijkstra *d = cim__zalloc(ctx->mem, sizeof *d);
    if (!d) return cim__nomem(ctx);
    d->mem = cim__mem_ref(ctx->mem);
    d->node_count = g.node_count;
    d->arc_count = g.arc_count;
    d->heap = cim__buf_on(d->mem);
    if (!star_make(d->mem, &g, &d->star[0], false) || !star_make(d->mem, &g, &d->star[1], true)) {
        cim_route_dijkstra_free(d);
        return cim__nomem(ctx);
    }
    *dijkstra_out = d;
    return CIM_OK;
}

void cim_route_dijkstra_free(cim_route_dijkstra *d)
{
    if (!d) return;
    cim__mem *mem = d->mem;
    for (int side = 0; side < 2; side++) {
        cim__free(mem, d->star[side].first);
        cim__free(mem, d->star[side].other);
        cim__free(mem, d->star[side].arc);
    }
    cim__buf_free(&d->heap);
    cim__free(mem, d);
    cim__mem_unref(mem);
}

static bool relax(cim_route_dijkstra *d, const star *s, const uint32_t *weights, uint32_t limit, cim__timed at, uint32_t *times)
{
    for (uint32_t i = s->first[at.node]; i < s->first[at.node + 1]; i++) {
        uint32_t time = cim__plus(at.time, cim__min32(weights[s->arc[i]], CIM__INF)), w = s->other[i];
        if (time >= times[w] || time > limit) continue;
        times[w] = time;
        if (!cim__heap_push(&d->heap, time, w)) return false;
    }
    return true;
}

static cim_status search(cim_ctx *ctx, cim_route_dijkstra *d, const star *s, const uint32_t *weights, uint32_t limit, uint32_t stop, uint32_t *times)
{
    for (uint64_t steps = 1; d->heap.size; steps++) {
        cim__timed at = cim__heap_pop(&d->heap);
        if (at.time > times[at.node]) continue;
        if (at.node == stop) break;
        if (!relax(d, s, weights, limit, at, times)) return cim__nomem(ctx);
        if (!(steps & 0xffff)) CIM__TRY(cim__tick(ctx, 0, 0, "searching"));
    }
    return CIM_OK;
}

cim_status cim_route_dijkstra_run(cim_ctx *ctx, cim_route_dijkstra *d, const uint32_t *weights_ms, int32_t direction, const cim_route_end *ends,
                                  size_t end_count, uint32_t limit_ms, uint32_t stop, uint32_t *times_ms_out)
{
    cim__enter(ctx);
    if (!d || (d->arc_count && !weights_ms)) return cim__fail(ctx, CIM_EARG, "no graph or no weights");
    if (direction != CIM_ROUTE_FORWARD && direction != CIM_ROUTE_BACKWARD) return cim__fail(ctx, CIM_EARG, "direction %d", direction);
    if (!ends || !end_count) return cim__fail(ctx, CIM_EARG, "no ends");
    for (size_t i = 0; i < end_count; i++)
        if (ends[i].node >= d->node_count) return cim__fail(ctx, CIM_EARG, "end %zu is node %u of %u", i, ends[i].node, d->node_count);
    uint32_t limit = cim__min32(limit_ms, CIM__INF);
    d->heap.size = 0;
    d->heap.failed = false;
    for (uint32_t v = 0; v < d->node_count; v++) times_ms_out[v] = CIM__INF;
    for (size_t i = 0; i < end_count; i++) {
        uint32_t v = ends[i].node, time = ends[i].offset_ms;
        if (time >= times_ms_out[v] || time > limit) continue;
        times_ms_out[v] = time;
        if (!cim__heap_push(&d->heap, time, v)) return cim__nomem(ctx);
    }
    return search(ctx, d, &d->star[direction], weights_ms, limit, stop, times_ms_out);
}
