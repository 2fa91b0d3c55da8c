/* ask.c - see ask.h. */
#include "travel/ask.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

cim_status cim__ask_begin(cim_ctx *ctx, const cim_net_costs *costs, const uint32_t *weights_ms, const cim_route_metric *metric, cim_route_query *query, cim__ask *ask_out)
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

static uint32_t nearest_end(const cim__ask *a, const cim_route_end *ends, size_t count, uint32_t *which)
{
    uint32_t best = NO_WAY;
    for (size_t i = 0; i < count; i++) {
        uint32_t time = a->times_ms[ends[i].node];
        if (time >= NO_WAY || ends[i].offset_ms >= NO_WAY || time + ends[i].offset_ms >= best) continue;
        best = time + ends[i].offset_ms;
        *which = (uint32_t)i;
    }
    return best;
}

/* The arc on which a state was reached at its time. */
static uint32_t arrived_by(const cim__ask *a, uint32_t state)
{
    const cim_net *net = a->costs->net;
    uint32_t j = net->state_junction[state];
    for (uint32_t i = net->first_out[j]; i < net->first_out[j + 1]; i++) {
        uint32_t link = net->out_link[i] ^ 1;
        for (uint32_t k = net->first_of_link[link]; k < net->first_of_link[link + 1]; k++) {
            uint32_t arc = net->arc_of_link[k], before = a->times_ms[net->arc_tail[arc]], weight = a->weights_ms[arc];
            if (net->arc_head[arc] == state && weight < NO_WAY && before < NO_WAY && before + weight == a->times_ms[state]) return arc;
        }
    }
    return CIM_NONE;
}

static uint32_t started_at(const cim__ask *a, uint32_t state)
{
    for (uint32_t i = 0; i < a->start_count; i++)
        if (a->starts[i].node == state && a->starts[i].offset_ms == a->times_ms[state]) return i;
    return CIM_NONE;
}

static cim_status walk_back(cim__ask *a, uint32_t state, cim__way *w)
{
    while ((w->start = started_at(a, state)) == CIM_NONE) {
        uint32_t arc = arrived_by(a, state);
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
    *time_ms_out = nearest_end(a, ends, count, &which);
    return CIM_OK;
}

cim_status cim__ask_way(cim__ask *a, const cim_route_end *ends, size_t count, cim__way *w)
{
    cim_route_path path;
    w->time_ms = NO_WAY;
    w->arcs.size = 0;
    if (!count || !a->start_count) return CIM_OK;
    if (!a->metric) {
        w->time_ms = nearest_end(a, ends, count, &w->end);
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
