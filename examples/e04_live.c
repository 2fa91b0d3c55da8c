/* A live index: ambulances move while the nearest free one is sought. */
#include <cim.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { AMBULANCES = 200, FREE = 1 << 0, BUSY = 1 << 1 };

static cim_index_change at(uint32_t ambulance, double x, double y, uint32_t state)
{
    cim_index_change c = { .id = ambulance, .op = CIM_CHANGE_PUT, .box = { x, y, x, y }, .classes = state };
    return c;
}

static int nearest_free(cim_ctx *ctx, cim_live_index *live, double x, double y)
{
    uint64_t epoch;
    uint32_t id;
    double distance_m;
    size_t count;
    cim_index *view = cim_live_index_view(live, &epoch); /* stays as it is, whatever is applied meanwhile */
    cim_probe probe = cim_probe_near(x, y, HUGE_VAL);
    probe.classes = FREE;
    cim_status st = cim_index_nearest(ctx, view, &probe, 1, &id, &distance_m, &count);
    if (st >= 0 && count) printf("epoch %u: ambulance %u, %.0f m away\n", (unsigned)epoch, (unsigned)id, distance_m);
    cim_index_free(view);
    return st;
}

int main(void)
{
    cim_ctx *ctx = NULL;
    cim_live_index *live = NULL;
    cim_live_options options = CIM_LIVE_OPTIONS_INIT;
    cim_index_change changes[AMBULANCES];
    options.has_classes = 1;
    if (cim_ctx_new(NULL, &ctx) < 0 || cim_live_index_new(ctx, NULL, &options, &live) < 0) return EXIT_FAILURE;
    for (uint32_t i = 0; i < AMBULANCES; i++) changes[i] = at(i, 100.0 * (i % 20), 100.0 * (i / 20), i % 3 ? BUSY : FREE);
    if (cim_live_index_apply(ctx, live, changes, AMBULANCES, NULL) < 0 || nearest_free(ctx, live, 530, 470) < 0) return EXIT_FAILURE;
    cim_index_change news[2] = { at(105, 530, 460, BUSY), at(86, 560, 440, FREE) }; /* one takes the call, one is free again */
    if (cim_live_index_apply(ctx, live, news, 2, NULL) < 0 || nearest_free(ctx, live, 530, 470) < 0) return EXIT_FAILURE;
    cim_live_index_free(live);
    cim_ctx_free(ctx);
    return EXIT_SUCCESS;
}
