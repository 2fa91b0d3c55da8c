/* A city file: the quickest way between two objects, and the valves that isolate a pipe.  e06 CITY FROM TO PIPE   (cim-net.3, cim-utility.3) */
#include <cim.h>
#include <stdio.h>

static int done(cim_ctx *ctx, cim_status st) { return st < 0 ? fprintf(stderr, "%s\n", cim_ctx_error(ctx)), 1 : 0; }

int main(int argc, char **argv)
{
    cim_ctx *ctx = NULL; cim_city *city = NULL; cim_net *net = NULL; cim_net_costs *costs = NULL; cim_net_route *route = NULL;
    cim_utility *utility = NULL; cim_trace_status *status = NULL; cim_trace_query *query = NULL;
    cim_net_place from, to; cim_net_route_view way = { .struct_size = sizeof way }; cim_trace_isolation cut = { .struct_size = sizeof cut };
    uint32_t id[2], element[64]; size_t count;
    if (argc != 5) return fprintf(stderr, "usage: e06 CITY FROM TO PIPE\n"), 2;
    if (cim_ctx_new(NULL, &ctx) < 0 || done(ctx, cim_city_open(ctx, argv[1], NULL, &city))) return 1;
    for (int i = 0; i < 2; i++) if (done(ctx, cim_city_find(ctx, city, argv[2 + i], &id[i], 1, &count))) return 1;
    if (done(ctx, cim_net_open(ctx, city, NULL, &net)) || done(ctx, cim_net_costs_build(ctx, net, NULL, &costs))) return 1;
    if (done(ctx, cim_net_place_find(ctx, costs, city, id[0], &from)) || done(ctx, cim_net_place_find(ctx, costs, city, id[1], &to))) return 1;
    if (done(ctx, cim_net_route_find(ctx, costs, &from, &to, NULL, NULL, &route)) || done(ctx, cim_net_route_get(ctx, route, &way))) return 1;
    printf("%.0f m in %.0f s\n", way.length_m, way.time_ms / 1000.0);
    if (done(ctx, cim_utility_build(ctx, city, NULL, &utility)) || done(ctx, cim_city_find(ctx, city, argv[4], id, 1, &count))) return 1;
    if (done(ctx, cim_utility_elements(ctx, utility, id[0], element, 64, &count))) return 1;
    if (done(ctx, cim_trace_status_new(ctx, cim_utility_network(utility), NULL, NULL, &status))) return 1;
    cim_trace_view *view = cim_trace_status_view(status);
    if (done(ctx, cim_trace_query_new(ctx, cim_utility_network(utility), &query))) return 1;
    if (done(ctx, cim_trace_isolate(ctx, view, query, element, count < 64 ? count : 64, NULL, 0, &cut))) return 1;
    printf("%lu devices to shut, %lu elements cut off\n", (unsigned long)cut.shut_count, (unsigned long)cut.works_count);
    cim_trace_query_free(query); cim_trace_view_free(view); cim_trace_status_free(status); cim_utility_free(utility);
    cim_net_route_free(route); cim_net_costs_free(costs); cim_net_free(net); cim_city_free(city); cim_ctx_free(ctx);
    return 0;
}
