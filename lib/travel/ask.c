/* ask.c - see ask.h. */
#include "travel/ask.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

cim_status cim__ask_begin(cim_ctx *ctx, const cim_net_costs *costs, const uint32_t *weights_ms, const cim_route_metric *metric, cim_route_query *query,
                          cim__ask *ask_out)
{
    *ask_out = (cim__ask){ .ctx = ctx, .costs = costs, .weights_ms = weights_ms, .metric = metric, .query = query };
    if (metric) return CIM_OK;
    cim_route_graph graph = cim_net_graph(costs->net);
    ask_out->times_ms = cim__alloc_n(ctx->mem, (size_t)costs->net->state_count + 1, sizeof *ask_out->times_ms);
    return ask_out->times_ms ? cim_route_dijkstra_new(ctx, &graph, &ask_out->dijkstra) : cim__nomem(ctx);
}

void cim__ask_end(cim__ask *a)
{
    if (!a->ctx) return;
    cim_route_dijkstra_free(a->dijkstra);
    cim__free(a->ctx->mem, a->times_ms);
    a->ctx = NULL;
}

cim_status cim__ask_from(cim__ask *a, const cim_route_end *starts, size_t count)
{
    a->starts = starts;
    a->start_count = count;
    if (a->metric || !count) return CIM_OK;
    return cim_route_dijkstra_run(a->ctx, a->dijkstra, a->weights_ms, CIM_ROUTE_FORWARD, starts, count, NO_WAY, CIM_NONE, a->times_ms);
}

/* ---- by Dijkstra ---- */

static cim_status walk_back(cim__ask *a, uint32_t state, cim__asked *w)
{
    while ((w->start = cim__travel_started(a->times_ms, a->starts, a->start_count, state)) == CIM_NONE) {
        uint32_t arc = cim__travel_arrived(a->costs->net, a->weights_ms, a->times_ms, state);
        if (arc == CIM_NONE || CIM__COUNT(&w->arcs, uint32_t) > a->costs->net->state_count) return cim__fail(a->ctx, CIM_EINTERNAL, "no way back");
        cim__buf_put(&w->arcs, &arc, sizeof arc);
        if (w->arcs.failed) return cim__nomem(a->ctx);
        state = a->costs->net->arc_tail[arc];
    }
    uint32_t *arcs = (uint32_t *)(void *)w->arcs.data;
    size_t n = CIM__COUNT(&w->arcs, uint32_t);
    for (size_t i = 0; i < n / 2; i++) {
        uint32_t swap = arcs[i];
        arcs[i] = arcs[n - 1 - i];
        arcs[n - 1 - i] = swap;
    }
    return CIM_OK;
}

/* ---- by either ---- */

cim_status cim__ask_time(cim__ask *a, const cim_route_end *ends, size_t count, uint32_t *time_ms_out)
{
    uint32_t which;
    *time_ms_out = NO_WAY;
    if (!count || !a->start_count) return CIM_OK;
    if (a->metric) return cim_route_time_ends(a->ctx, a->metric, a->query, a->starts, a->start_count, ends, count, time_ms_out);
    *time_ms_out = cim__travel_least(a->times_ms, ends, count, &which);
    return CIM_OK;
}

cim_status cim__ask_way(cim__ask *a, const cim_route_end *ends, size_t count, cim__asked *w)
{
    cim_route_path path;
    w->time_ms = NO_WAY;
    w->arcs.size = 0;
    if (!count || !a->start_count) return CIM_OK;
    if (!a->metric) {
        w->time_ms = cim__travel_least(a->times_ms, ends, count, &w->end);
        return w->time_ms < NO_WAY ? walk_back(a, ends[w->end].node, w) : CIM_OK;
    }
    cim_status st = cim_route_path_find(a->ctx, a->metric, a->query, a->starts, a->start_count, ends, count, &path);
    if (st == CIM_ENOTFOUND) return CIM_OK;
    if (st < 0) return st;
    w->time_ms = path.time_ms;
    w->start = path.start;
    w->end = path.end;
    cim__buf_put(&w->arcs, path.arcs, path.arc_count * sizeof *path.arcs);
    return w->arcs.failed ? cim__nomem(a->ctx) : CIM_OK;
}
