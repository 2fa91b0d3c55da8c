/* fits.c - whether metrics, hierarchies and queries are of a net's graph.
 *
 * Numbers of nodes and arcs may agree by chance, or because it is the net of the same city before a change: so the graph itself is compared, by
 * the hash that its hierarchy has of it.  The net's own is made when it is first asked for. */
#include "net/ends.h"

#include "route/graph.h"
#include "route/query.h"

static uint64_t graph_hash(cim_net *net)
{
    uint64_t hash = atomic_load_explicit(&net->graph_hash, memory_order_relaxed);
    if (hash) return hash;
    cim_route_graph graph = cim_net_graph(net);
    hash = cim__route_graph_hash(&graph); /* threads that come here at once store the same */
    atomic_store_explicit(&net->graph_hash, hash, memory_order_relaxed);
    return hash;
}

cim_status cim__net_fits(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_hierarchy *h)
{
    cim_net *net = costs->net;
    if (h->node_count != net->state_count || h->arc_count != net->arc_count)
        return cim__fail(ctx, CIM_EARG, "a hierarchy of %u nodes and %u arcs, but the net has %u states and %u arcs", h->node_count, h->arc_count,
                         net->state_count, net->arc_count);
    if (h->graph_hash == graph_hash(net)) return CIM_OK;
    return cim__fail(ctx, CIM_EARG, "a hierarchy of another graph than the net's, though of as many nodes and arcs");
}

cim_status cim__net_metric_fits(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric)
{
    return metric ? cim__net_fits(ctx, costs, metric->hierarchy) : CIM_OK;
}

cim_status cim__net_question_fits(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_route_query *query)
{
    if (!metric != !query) return cim__fail(ctx, CIM_EARG, metric ? "a metric without a query" : "a query without a metric");
    CIM__TRY(cim__net_metric_fits(ctx, costs, metric));
    return metric ? cim__query_ok(ctx, metric->hierarchy, query) : CIM_OK;
}
