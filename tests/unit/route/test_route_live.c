/* Live weights against a list of everything that was said, looked through anew for every publish, and Dijkstra. */
#include "graphs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES = 4, MAX_SAID = 20000 };

static const int32_t priorities[SOURCES] = { 0, 5, 5, -3 };
static cim_route_change said[MAX_SAID]; /* the model: in no order */
static size_t said_count;

static uint32_t aspect_of(uint32_t kind) { return kind == CIM_ROUTE_CLOSED || kind == CIM_ROUTE_OPEN || kind == CIM_ROUTE_WITHDRAW_CLOSURE ? 1 : kind == CIM_ROUTE_PENALTY ? 2 : 0; }

static void model_one(const cim_route_change *c, uint32_t aspect)
{
    bool back = c->kind >= CIM_ROUTE_WITHDRAW;
    for (size_t i = 0; i < said_count; i++) {
        cim_route_change *s = &said[i];
        if (s->source != c->source || s->arc != c->arc || s->event != c->event || aspect_of(s->kind) != aspect) continue;
        if (s->reported_ms > c->reported_ms) return;
        *s = said[--said_count];
        break;
    }
    if (!back) said[said_count++] = *c;
}

/* Of changes about the same in a batch the last reported counts, so a batch is not merely its changes one by one: what is taken back
 * has a time, too. */
static void model_batch(const cim_route_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (uint32_t aspect = 0; aspect < 3; aspect++) {
            const cim_route_change *c = &changes[i];
            bool beaten = false;
            if (c->kind != CIM_ROUTE_WITHDRAW && aspect_of(c->kind) != aspect) continue;
            for (size_t j = 0; j < count; j++) {
                const cim_route_change *d = &changes[j];
                if (d->source != c->source || d->arc != c->arc || d->event != c->event || (d->kind != CIM_ROUTE_WITHDRAW && aspect_of(d->kind) != aspect)) continue;
                beaten |= d->reported_ms > c->reported_ms || (d->reported_ms == c->reported_ms && j > i);
            }
            if (!beaten) model_one(c, aspect);
        }
}

static bool wins(const cim_route_change *a, const cim_route_change *b)
{
    if (priorities[a->source] != priorities[b->source]) return priorities[a->source] > priorities[b->source];
    if (a->reported_ms != b->reported_ms) return a->reported_ms > b->reported_ms;
    if (a->kind == CIM_ROUTE_CLOSED && b->kind == CIM_ROUTE_OPEN) return true;
    if (b->kind == CIM_ROUTE_CLOSED && a->kind == CIM_ROUTE_OPEN) return false;
    return a->source != b->source ? a->source < b->source : a->event > b->event;
}

static double cut(double ms) { return ms >= (double)NO_WAY ? (double)NO_WAY : (double)(uint32_t)(ms + 0.5); }

static uint32_t model_weight(uint32_t base, float length, uint32_t arc, int64_t now)
{
    const cim_route_change *by[3] = { NULL, NULL, NULL };
    for (size_t i = 0; i < said_count; i++) {
        const cim_route_change **best = &by[aspect_of(said[i].kind)];
        if (said[i].arc == arc && said[i].from_ms <= now && now < said[i].until_ms && (!*best || wins(&said[i], *best))) *best = &said[i];
    }
    if (by[1] && by[1]->kind == CIM_ROUTE_CLOSED) return NO_WAY;
    if (base >= NO_WAY && (!by[1] || !by[0] || by[0]->kind == CIM_ROUTE_FACTOR)) return NO_WAY;
    double ms = base;
    if (by[0] && by[0]->kind == CIM_ROUTE_WEIGHT) ms = cut(by[0]->value);
    if (by[0] && by[0]->kind == CIM_ROUTE_FACTOR) ms = cut(base * by[0]->value);
    if (by[0] && by[0]->kind == CIM_ROUTE_SPEED) ms = cut((double)length * 3600.0 / (by[0]->value < 1.0 ? 1.0 : by[0]->value));
    return (uint32_t)cut(by[2] ? ms + by[2]->value : ms);
}

static cim_route_change random_change(uint64_t *seed, uint32_t m, uint32_t source, int64_t now)
{
    cim_route_change c = { (uint32_t)(support_random(seed) % m), source, (uint32_t)(support_random(seed) % 8), (uint32_t)(support_random(seed) % 2), 0.0, 0, 0, 0 };
    c.value = c.kind == CIM_ROUTE_FACTOR ? support_uniform(seed, 0.01, 5.0) : c.kind == CIM_ROUTE_SPEED ? support_uniform(seed, 0.0, 90.0) : (double)(support_random(seed) % 90000);
    c.reported_ms = now + (int64_t)(support_random(seed) % 5) - 2;
    c.from_ms = support_random(seed) % 3 ? CIM_ROUTE_ALWAYS_FROM : now + (int64_t)(support_random(seed) % 12) - 2;
    c.until_ms = support_random(seed) % 3 ? CIM_ROUTE_ALWAYS_UNTIL : now + 10 + (int64_t)(support_random(seed) % 20) - 8;
    if (c.until_ms <= c.from_ms) c.until_ms = c.from_ms + 1;
    return c;
}

static void random_batch(cim_ctx *ctx, cim_route_live *live, uint64_t *seed, uint32_t m, int64_t now)
{
    cim_route_change changes[40];
    size_t count = m ? support_random(seed) % 40 : 0;
    uint32_t snapshot = support_random(seed) % 6 ? CIM_NONE : (uint32_t)(support_random(seed) % SOURCES);
    for (size_t i = 0; i < count; i++) changes[i] = random_change(seed, m, snapshot == CIM_NONE ? (uint32_t)(support_random(seed) % SOURCES) : snapshot, now);
    if (snapshot == CIM_NONE) {
        assert_ok(ctx, cim_route_live_apply(ctx, live, changes, count));
    } else {
        assert_ok(ctx, cim_route_live_replace(ctx, live, snapshot, changes, count));
        for (size_t i = said_count; i-- > 0;)
            if (said[i].source == snapshot) said[i] = said[--said_count];
    }
    model_batch(changes, count);
}

static void model_forget(int64_t now)
{
    for (size_t i = said_count; i-- > 0;)
        if (said[i].until_ms <= now) said[i] = said[--said_count];
}

static void check_epoch(cim_ctx *ctx, const graph *g, const float *lengths, cim_route_live *live, cim_route_query *q, uint64_t *seed, int64_t now)
{
    cim_route_view *view = cim_route_live_view(live);
    cim_route_metric *metric = cim_route_view_metric(view);
    uint32_t weights[MAX_ARCS], times[MAX_NODES], time;
    for (uint32_t a = 0; a < g->m; a++) weights[a] = model_weight(g->weight[a], lengths[a], a, now);
    if (g->m) assert_memory_equal(weights, cim_route_metric_weights(metric), g->m * 4);
    if (g->n) {
        uint32_t from = (uint32_t)(support_random(seed) % g->n);
        oracle(g, weights, false, &(cim_route_end){ from, 0 }, 1, times);
        for (uint32_t v = 0; v < g->n; v++) {
            assert_ok(ctx, cim_route_time(ctx, metric, q, from, v, &time));
            assert_int_equal(time, times[v]);
        }
    }
    cim_route_view_free(view);
}

static void test_route_live_equals_model(void **state)
{
    cim_ctx *ctx = support_ctx();
    uint64_t seed = 5;
    int batches = 0;
    (void)state;
    for (int round = 0; round < 120; round++) {
        graph *g = graph_random(&seed, round);
        cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL);
        cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
        cim_route_live_options o = CIM_ROUTE_LIVE_OPTIONS_INIT;
        cim_route_live *live = NULL;
        cim_route_query *q = NULL;
        float lengths[MAX_ARCS];
        int64_t now = 1000;
        said_count = 0;
        for (uint32_t a = 0; a < g->m; a++) lengths[a] = (float)support_uniform(&seed, 0.0, 900.0);
        o.lengths_m = lengths;
        o.labels = round % 2 ? &labels : NULL;
        assert_ok(ctx, cim_route_live_new(ctx, h, g->weight, &o, &live));
        assert_ok(ctx, cim_route_query_new(ctx, h, &q));
        for (uint32_t s = 0, got; s < SOURCES; s++) {
            char name[] = { 's', (char)('0' + s), 0 };
            assert_ok(ctx, cim_route_live_source(ctx, live, name, priorities[s], &got));
            assert_int_equal(got, s);
        }
        for (int step = 0; step < 15; step++) {
            cim_route_published info = { .struct_size = sizeof info };
            for (uint64_t k = support_random(&seed) % 4; k-- > 0; batches++) random_batch(ctx, live, &seed, g->m, now);
            now += (int64_t)(support_random(&seed) % 9);
            assert_ok(ctx, cim_route_live_publish(ctx, live, now, &info));
            model_forget(now);
            assert_int_equal(info.statement_count, said_count);
            assert_int_equal(info.epoch, step + 1);
            check_epoch(ctx, g, lengths, live, q, &seed, now);
        }
        cim_route_live_free(live);
        cim_route_query_free(q);
        cim_route_hierarchy_free(h);
        graph_free(g);
    }
    assert_true(batches > 2000);
    cim_ctx_free(ctx);
}

/* ---- a street of three nodes, both ways: arcs 0, 1 forward, 2, 3 back; arc 4 closed in the base ---- */

static graph *street(void)
{
    static const uint32_t tail[] = { 0, 1, 1, 2, 2 }, head[] = { 1, 2, 0, 1, 0 }, weight[] = { 1000, 2000, 1000, 2000, NO_WAY };
    graph *g = graph_new(3, 5);
    memcpy(g->tail, tail, sizeof tail);
    memcpy(g->head, head, sizeof head);
    memcpy(g->weight, weight, sizeof weight);
    return g;
}

static cim_route_change say(uint32_t arc, uint32_t source, uint32_t kind, double value, int64_t reported)
{
    return (cim_route_change){ arc, source, kind, 0, value, reported, CIM_ROUTE_ALWAYS_FROM, CIM_ROUTE_ALWAYS_UNTIL };
}

static uint32_t weight_now(cim_route_live *live, uint32_t arc)
{
    cim_route_view *view = cim_route_live_view(live);
    uint32_t ms = cim_route_metric_weights(cim_route_view_metric(view))[arc];
    cim_route_view_free(view);
    return ms;
}

static void test_route_live_rules(void **state)
{
    cim_ctx *ctx = support_ctx();
    graph *g = street();
    cim_route_hierarchy *h = graph_hierarchy(ctx, g, NULL);
    cim_route_live *live = NULL;
    cim_route_metric *imagined = NULL;
    cim_route_published info = { .struct_size = sizeof info };
    uint32_t feed, police;
    size_t count;
    (void)state;
    assert_ok(ctx, cim_route_live_new(ctx, h, g->weight, NULL, &live));
    assert_ok(ctx, cim_route_live_source(ctx, live, "feed", 0, &feed));
    assert_ok(ctx, cim_route_live_source(ctx, live, "police", 10, &police));
    assert_string_equal(cim_route_live_source_name(live, police), "police");
    assert_null(cim_route_live_source_name(live, 2));
    assert_ok(ctx, cim_route_live_watch(ctx, live, (const uint32_t[]){ 2, 0 }, 2));
    cim_route_change first[] = { say(1, police, CIM_ROUTE_CLOSED, 0, 1), say(1, feed, CIM_ROUTE_WEIGHT, 700, 9), say(4, feed, CIM_ROUTE_WEIGHT, 50, 9) };
    assert_ok(ctx, cim_route_live_apply(ctx, live, first, 3));
    cim_route_view *before = cim_route_live_view(live);
    assert_ok(ctx, cim_route_live_publish(ctx, live, 10, &info));
    assert_int_equal(weight_now(live, 1), NO_WAY);
    assert_int_equal(weight_now(live, 4), NO_WAY); /* closed in the base: a weight alone opens nothing */
    assert_int_equal(info.closed_count, 1);
    assert_int_equal(info.newly_cut_count, 1);
    cim_route_cut cuts[2];
    assert_ok(ctx, cim_route_live_cuts(ctx, live, cuts, 2, &count));
    assert_int_equal(count, 1);
    assert_int_equal(cuts[0].node, 2);
    assert_int_equal(cuts[0].cut, CIM_ROUTE_CUT_TO);
    assert_int_equal(cuts[0].before, 0);
    /* the view from before is as it was */
    int64_t as_of;
    assert_int_equal(cim_route_view_epoch(before, &as_of), 0);
    assert_true(as_of == CIM_ROUTE_ALWAYS_FROM);
    assert_int_equal(cim_route_metric_weights(cim_route_view_metric(before))[1], 2000);
    cim_route_view_free(before);
    /* the feed cannot open what police closed; police can.  A what-if can, and has the feed's weight then */
    cim_route_view *view = cim_route_live_view(live);
    cim_route_change what[] = { say(1, 0, CIM_ROUTE_OPEN, 0, 0), say(0, 0, CIM_ROUTE_FACTOR, 2, 0), say(4, 0, CIM_ROUTE_OPEN, 0, 0), say(4, 0, CIM_ROUTE_WEIGHT, 60, 0) };
    assert_ok(ctx, cim_route_view_whatif(ctx, view, what, 4, NULL, &imagined));
    assert_int_equal(cim_route_metric_weights(imagined)[1], 700);
    assert_int_equal(cim_route_metric_weights(imagined)[0], 2000);
    assert_int_equal(cim_route_metric_weights(imagined)[4], 60);
    assert_int_equal(cim_route_metric_weights(cim_route_view_metric(view))[1], NO_WAY);
    cim_route_metric_free(imagined);
    imagined = NULL;
    what[0].kind = CIM_ROUTE_WITHDRAW;
    assert_status(ctx, cim_route_view_whatif(ctx, view, what, 1, NULL, &imagined), CIM_EARG);
    assert_null(imagined);
    cim_route_change open = say(1, feed, CIM_ROUTE_OPEN, 0, 99);
    assert_ok(ctx, cim_route_live_apply(ctx, live, &open, 1));
    assert_ok(ctx, cim_route_live_publish(ctx, live, 10, &info));
    assert_int_equal(weight_now(live, 1), NO_WAY);
    assert_int_equal(info.cut_count, 1);
    assert_int_equal(info.newly_cut_count, 0);
    open.source = police;
    open.until_ms = 20;
    assert_ok(ctx, cim_route_live_apply(ctx, live, &open, 1));
    assert_ok(ctx, cim_route_live_publish(ctx, live, 11, &info));
    assert_int_equal(weight_now(live, 1), 700);
    cim_route_statement list[9];
    assert_ok(ctx, cim_route_live_statements(ctx, live, 1, 11, list, 9, &count));
    assert_int_equal(count, 3);
    assert_true(list[0].decides && list[0].change.kind == CIM_ROUTE_WEIGHT && !list[1].decides && list[2].decides && list[2].change.source == police);
    assert_ok(ctx, cim_route_live_publish(ctx, live, 20, &info)); /* it ends */
    assert_int_equal(info.expired_count, 1);
    assert_ok(ctx, cim_route_live_statements(ctx, live, CIM_NONE, 20, NULL, 0, &count));
    assert_int_equal(count, 3);
    assert_ok(ctx, cim_route_live_replace(ctx, live, feed, NULL, 0));
    assert_ok(ctx, cim_route_live_publish(ctx, live, 20, &info));
    assert_int_equal(weight_now(live, 1), 2000);
    assert_int_equal(info.statement_count, 0);
    /* refusals */
    assert_status(ctx, cim_route_live_publish(ctx, live, 19, NULL), CIM_EARG);
    cim_route_change bad[] = { say(5, feed, CIM_ROUTE_CLOSED, 0, 0), say(0, 2, CIM_ROUTE_CLOSED, 0, 0), say(0, feed, 8, 0, 0), say(0, feed, CIM_ROUTE_FACTOR, 0, 0),
                               say(0, feed, CIM_ROUTE_WEIGHT, -1, 0), say(0, feed, CIM_ROUTE_WEIGHT, (double)INFINITY, 0), say(0, feed, CIM_ROUTE_SPEED, 50, 0) };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_status(ctx, cim_route_live_apply(ctx, live, &bad[i], 1), CIM_EARG);
    assert_status(ctx, cim_route_live_replace(ctx, live, feed, &open, 1), CIM_EARG);
    assert_status(ctx, cim_route_live_watch(ctx, live, (const uint32_t[]){ 3 }, 1), CIM_EARG);
    assert_status(ctx, cim_route_live_source(ctx, live, "", 0, &feed), CIM_EARG);
    cim_route_live_free(live);
    assert_int_equal(cim_route_metric_weights(cim_route_view_metric(view))[1], NO_WAY); /* outlives the rest */
    cim_route_view_free(view);
    cim_route_hierarchy_free(h);
    graph_free(g);
    cim_ctx_free(ctx);
}

/* ---- out of memory: all or nothing ---- */

static support_fault *fault;

static cim_status scenario(cim_ctx *ctx, graph *g)
{
    cim_route_live *live = NULL;
    cim_route_graph arcs = graph_view(g);
    cim_route_hierarchy *h = NULL;
    uint32_t s = 0;
    cim_status st = cim_route_hierarchy_build(ctx, &arcs, NULL, &h);
    if (st >= 0) st = cim_route_live_new(ctx, h, g->weight, NULL, &live);
    if (st >= 0) st = cim_route_live_source(ctx, live, "a", 0, &s);
    if (st >= 0) st = cim_route_live_watch(ctx, live, (const uint32_t[]){ 2 }, 1);
    for (int tick = 0; tick < 3 && st >= 0; tick++) {
        cim_route_change c[] = { say(1, s, CIM_ROUTE_CLOSED, 0, tick), say(0, s, CIM_ROUTE_WEIGHT, 5 + tick, tick) };
        size_t count, again;
        cim_route_live_statements(ctx, live, CIM_NONE, tick, NULL, 0, &count);
        st = tick == 1 ? cim_route_live_replace(ctx, live, s, c, 2) : cim_route_live_apply(ctx, live, c, 2);
        if (st < 0) {
            cim_route_live_statements(ctx, live, CIM_NONE, tick, NULL, 0, &again);
            assert_int_equal(count, again);
            break;
        }
        st = cim_route_live_publish(ctx, live, tick, NULL);
        assert_int_equal(weight_now(live, 0), st < 0 ? (tick ? 4 + tick : 1000) : 5 + tick);
        if (st < 0 && !fault->persistent) { /* the next one makes up for it */
            assert_ok(ctx, cim_route_live_publish(ctx, live, tick, NULL));
            assert_int_equal(weight_now(live, 0), 5 + tick);
        }
        cim_route_view *view = cim_route_live_view(live);
        cim_route_metric *m = NULL;
        if (st >= 0) st = cim_route_view_whatif(ctx, view, c, 2, NULL, &m);
        cim_route_metric_free(m);
        cim_route_view_free(view);
    }
    cim_route_live_free(live);
    cim_route_hierarchy_free(h);
    return st;
}

static void test_route_live_out_of_memory(void **state)
{
    graph *g = street();
    (void)state;
    for (int persistent = 0; persistent < 2; persistent++)
        for (long n = 0;; n++) {
            support_fault f = { .left = 1000000 };
            cim_ctx *ctx = support_fault_ctx(&f, 1);
            fault = &f;
            f.left = n;
            f.persistent = persistent;
            cim_status st = scenario(ctx, g);
            bool hit = f.hit;
            cim_ctx_free(ctx);
            assert_int_equal(f.live, 0);
            if (!hit) {
                assert_int_equal(st, CIM_OK);
                break;
            }
            assert_true(st == CIM_ENOMEM || (st == CIM_OK && !persistent));
        }
    graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_live_equals_model), cmocka_unit_test(test_route_live_rules), cmocka_unit_test(test_route_live_out_of_memory) };
    return cmocka_run_group_tests_name("route_live", tests, NULL, NULL);
}
