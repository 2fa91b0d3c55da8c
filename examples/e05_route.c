/* Routing without any city: a grid of streets, the time across it, and how a closed street changes the way. */
#include <cim.h>

#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 100, NODES = SIDE * SIDE, ARCS = 4 * SIDE * (SIDE - 1) };

static uint32_t tail[ARCS], head[ARCS], weight_ms[ARCS];

static uint32_t streets(void)
{
    uint32_t count = 0;
    for (uint32_t v = 0; v < NODES; v++)
        for (uint32_t turn = 0; turn < 2; turn++) {
            uint32_t w = turn ? v + SIDE : v + 1;
            if (turn ? w >= NODES : w % SIDE == 0) continue;
            for (uint32_t way = 0; way < 2; way++, count++) {
                tail[count] = way ? w : v;
                head[count] = way ? v : w;
                weight_ms[count] = 10000; /* ten seconds a block */
            }
        }
    return count;
}

static int fail(cim_ctx *ctx)
{
    fprintf(stderr, "%s\n", cim_ctx_error(ctx));
    return EXIT_FAILURE;
}

int main(void)
{
    cim_ctx *ctx = NULL;
    cim_route_graph graph = CIM_ROUTE_GRAPH_INIT;
    cim_route_hierarchy *hierarchy = NULL;
    cim_route_metric *now = NULL, *later = NULL;
    cim_route_query *query = NULL;
    cim_route_end start = { 0, 0 }, end = { NODES - 1, 0 };
    cim_route_path path;
    uint32_t closed = CIM_ROUTE_UNREACHABLE_MS, time_ms;
    graph.node_count = NODES;
    graph.arc_count = streets();
    graph.tail = tail;
    graph.head = head;
    if (cim_ctx_new(NULL, &ctx) < 0) return EXIT_FAILURE;
    if (cim_route_hierarchy_build(ctx, &graph, NULL, &hierarchy) < 0) return fail(ctx);
    if (cim_route_metric_build(ctx, hierarchy, weight_ms, NULL, &now) < 0) return fail(ctx);
    if (cim_route_query_new(ctx, hierarchy, &query) < 0) return fail(ctx);
    if (cim_route_path_find(ctx, now, query, &start, 1, &end, 1, &path) < 0) return fail(ctx);
    printf("%u arcs, %u s\n", (unsigned)path.arc_count, (unsigned)path.time_ms / 1000);
    uint32_t first = path.arcs[0];
    if (cim_route_metric_update(ctx, now, &first, &closed, 1, NULL, &later) < 0) return fail(ctx);
    if (cim_route_time(ctx, later, query, tail[first], head[first], &time_ms) < 0) return fail(ctx);
    printf("round the closed block: %u s\n", (unsigned)time_ms / 1000);
    cim_route_query_free(query);
    cim_route_metric_free(later);
    cim_route_metric_free(now);
    cim_route_hierarchy_free(hierarchy);
    cim_ctx_free(ctx);
    return EXIT_SUCCESS;
}
