/* Memory that runs out while feeds of both formats are read, statements merged, states published, seen and imagined. */
#include "graphs.h"

#include "core/ctx.h"

#include <stdlib.h>
#include <string.h>

typedef struct text {
    const char *at;
    size_t left;
} text;

static int64_t read_text(void *user, void *data, size_t size)
{
    text *t = user;
    size_t count = t->left < 11 ? t->left : 11; /* in small bites, so that lines are put together */
    if (count > size) count = size;
    memcpy(data, t->at, count);
    t->at += count;
    t->left -= count;
    return (int64_t)count;
}

/* "many": more arcs than there is room for at first. */
static cim_status where(cim_ctx *ctx, void *user, const cim_route_feed_where *w, uint32_t *arcs, size_t cap, size_t *count_out)
{
    (void)ctx, (void)user;
    *count_out = w->id && w->id_size == 4 ? 80 : w->direction == CIM_ROUTE_AGAINST ? 0 : 1;
    for (uint32_t i = 0; i < *count_out && i < cap; i++) arcs[i] = i;
    return CIM_OK;
}

static graph *g;

static cim_status feed(cim_ctx *ctx, cim_route_live *live, uint32_t source, const char *content, uint32_t format, bool snapshot, bool places, uint64_t rows)
{
    text t = { content, strlen(content) };
    cim_route_feed f = CIM_ROUTE_FEED_INIT;
    cim_route_fed fed = { .struct_size = sizeof fed };
    f.read = read_text;
    f.read_user = &t;
    f.format = format;
    f.source = source;
    f.snapshot = snapshot;
    f.where = places ? where : NULL;
    CIM__TRY(cim_route_live_feed(ctx, live, &f, &fed));
    assert_int_equal(fed.row_count, rows);
    return CIM_OK;
}

static cim_status use_live(cim_ctx *ctx, cim_route_live *live)
{
    uint32_t source, other;
    size_t count;
    cim_route_metric *m = NULL;
    cim_route_statement said[4];
    const cim_route_change change = { 1, 0, CIM_ROUTE_CLOSED, 0, 0.0, 0, CIM_ROUTE_ALWAYS_FROM, CIM_ROUTE_ALWAYS_UNTIL };
    CIM__TRY(cim_route_live_source(ctx, live, "first", 1, &source));
    CIM__TRY(cim_route_live_source(ctx, live, "second", 2, &other));
    CIM__TRY(cim_route_live_watch(ctx, live, (uint32_t[]){ 0, 5 }, 2));
    CIM__TRY(feed(ctx, live, source, "id,closed,source\n\"1\",true,\n2,true,second\n", CIM_ROUTE_FEED_CSV, false, false, 2));
    CIM__TRY(feed(ctx, live, source, "{\"id\":\"4\\u0030\",\"speed_kmh\":3}\n{\"id\":7,\"source\":\"sec\\u006fnd\",\"factor\":2}\n", CIM_ROUTE_FEED_NDJSON,
                  false, false, 2));
    CIM__TRY(feed(ctx, live, other, "{\"id\":\"many\",\"penalty_s\":1}\n{\"geometry\":\"POINT(1 1)\",\"closed\":true,\"direction\":\"backward\"}\n",
                  CIM_ROUTE_FEED_NDJSON, true, true, 2));
    CIM__TRY(cim_route_live_publish(ctx, live, 1, NULL));
    CIM__TRY(cim_route_live_statements(ctx, live, CIM_NONE, 1, said, 4, &count));
    assert_int_equal(count, 82); /* 80 penalties, arc 1 closed, arc 40 slow: what "second" said before is replaced */
    cim_route_view *view = cim_route_live_view(live);
    cim_status st = cim_route_view_whatif(ctx, view, &change, 1, NULL, &m);
    cim_route_view_free(view);
    cim_route_metric_free(m);
    return st;
}

static cim_status scenario(cim_ctx *ctx)
{
    cim_route_live_options o = CIM_ROUTE_LIVE_OPTIONS_INIT;
    cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
    cim_route_graph view = { sizeof view, g->n, g->m, g->tail, g->head, NULL, NULL };
    cim_route_hierarchy *h = NULL;
    cim_route_live *live = NULL;
    static float lengths[1000];
    static uint32_t fixed[1000];
    o.lengths_m = lengths;
    o.fixed_ms = fixed;
    o.labels = &labels;
    cim_status st = cim_route_hierarchy_build(ctx, &view, NULL, &h);
    if (st >= 0) st = cim_route_live_new(ctx, h, g->weight, &o, &live);
    if (st >= 0) st = use_live(ctx, live);
    cim_route_live_free(live);
    cim_route_hierarchy_free(h);
    return st;
}

static void test_route_live_oom(void **state)
{
    (void)state;
    g = graph_grid(6, 6, 2);
    assert_in_range(g->m, 81, 1000);
    support_fault_loop("live", scenario, 800);
    graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_live_oom) };
    return cmocka_run_group_tests_name("route_live_faults", tests, NULL, NULL);
}
