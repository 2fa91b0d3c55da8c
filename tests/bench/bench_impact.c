/* bench_impact.c - streets of a city closed one by one: bench_impact CITY. */
#include "cim.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STREETS = 2000 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void must(cim_ctx *ctx, cim_status st)
{
    if (st >= 0) return;
    fprintf(stderr, "%s\n", cim_ctx_error(ctx));
    exit(1);
}

int main(int argc, char **argv)
{
    const cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    cim_city *city;
    cim_utility *utility;
    cim_net *net;
    cim_trace_status *status;
    cim_impact *impact;
    cim_impact_query *query;
    cim_net_view view = { .struct_size = sizeof view };
    cim_query_result first = CIM_QUERY_RESULT_INIT;
    cim_utility_options networks = CIM_UTILITY_OPTIONS_INIT;
    double *ms = malloc(STREETS * sizeof *ms), begin;
    uint64_t buildings = 0, shut = 0, seed = 1;
    if (argc != 2 || !ms || cim_ctx_new(&options, &ctx) < 0) return 2;
    must(ctx, cim_city_open(ctx, argv[1], NULL, &city));
    must(ctx, cim_query_run(ctx, city, "class = 'Tank' OR class = 'Plant'", NULL, &first));
    networks.serve_m = 40.0;
    networks.controllers = first.ids;
    networks.controller_count = first.count ? 1 : 0;
    begin = now_ms();
    must(ctx, cim_utility_build(ctx, city, &networks, &utility));
    printf("networks built in %.0f ms\n", now_ms() - begin);
    must(ctx, cim_net_open(ctx, city, NULL, &net));
    must(ctx, cim_net_get(ctx, net, &view));
    begin = now_ms();
    must(ctx, cim_impact_build(ctx, city, utility, net, NULL, &impact));
    must(ctx, cim_impact_query_new(ctx, impact, &query));
    must(ctx, cim_trace_status_new(ctx, cim_utility_network(utility), NULL, NULL, &status));
    cim_trace_view *state = cim_trace_status_view(status);
    for (int i = -1; i < STREETS; i++) { /* the first makes the indexes of the state */
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t street = view.edge_object[(seed >> 33) % view.edge_count];
        cim_impact_work work = { .kind = CIM_IMPACT_CLOSE, .objects = &street, .object_count = 1 };
        cim_impact_case what = CIM_IMPACT_CASE_INIT;
        cim_impact_result r = { .struct_size = sizeof r };
        what.works = &work;
        what.work_count = 1;
        double start = now_ms();
        must(ctx, cim_impact_find(ctx, impact, state, query, &what, NULL, &r));
        if (i < 0) {
            printf("made ready in %.0f ms\n", now_ms() - begin);
            continue;
        }
        ms[i] = now_ms() - start;
        buildings += r.loss_count;
        shut += r.shut_count;
    }
    qsort(ms, STREETS, sizeof *ms, by_value);
    cim_utility_view v = { .struct_size = sizeof v };
    cim_utility_get(utility, &v);
    printf("%u streets, %u nodes, %u edges, %u devices; %d closed: median %.3f ms, 99%% %.3f ms, most %.3f ms; on average %.1f connections lost, %.1f valves\n",
           view.edge_count, v.node_count, v.edge_count, v.device_count, STREETS, ms[STREETS / 2], ms[STREETS * 99 / 100], ms[STREETS - 1],
           (double)buildings / STREETS, (double)shut / STREETS);
    cim_impact_query_free(query);
    cim_impact_free(impact);
    cim_trace_view_free(state);
    cim_trace_status_free(status);
    cim_net_free(net);
    cim_utility_free(utility);
    cim_query_result_dispose(&first);
    cim_city_free(city);
    cim_ctx_free(ctx);
    free(ms);
    return 0;
}
