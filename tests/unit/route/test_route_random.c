/* Every kind of question on thousands of small graphs, against Dijkstra. */
#include "graphs.h"
#include "route/kernels.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 2400 };

typedef struct world {
    cim_ctx *ctx;
    const graph *g;
    cim_route_hierarchy *h;
    cim_route_metric *metric[3]; /* without labels, with core labels, with full ones */
    cim_route_query *q;
    uint32_t *truth; /* n * n */
    uint64_t seed;
} world;

static uint32_t truth(const world *w, uint32_t from, uint32_t to) { return w->truth[(size_t)from * w->g->n + to]; }

static const cim__kernels *some_kernels(int round)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (round % 3 == 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return &cim__kernels_avx2;
    if (round % 3 == 2) return cim__kernels_choose();
#endif
    (void)round;
    return &cim__kernels_plain;
}

static void open_world(world *w, int round)
{
    static uint32_t order[MAX_NODES];
    bool own = support_random(&w->seed) % 2;
    w->g = graph_random(&w->seed, round);
    order_random(&w->seed, w->g->n, order);
    w->h = graph_hierarchy(w->ctx, w->g, own ? NULL : order);
    w->h->kernels = some_kernels(round);
    cim_route_label_options core = CIM_ROUTE_LABEL_OPTIONS_INIT, full = CIM_ROUTE_LABEL_OPTIONS_INIT;
    core.mode = CIM_ROUTE_LABELS_CORE;
    core.core_size = 1 + (uint32_t)(support_random(&w->seed) % 6);
    full.mode = CIM_ROUTE_LABELS_FULL;
    assert_ok(w->ctx, cim_route_metric_build(w->ctx, w->h, w->g->weight, NULL, &w->metric[0]));
    assert_ok(w->ctx, cim_route_metric_label(w->ctx, w->metric[0], &core, &w->metric[1]));
    assert_ok(w->ctx, cim_route_metric_build(w->ctx, w->h, w->g->weight, &full, &w->metric[2]));
    assert_int_equal(cim_route_metric_labelled(w->metric[0], NULL), 0);
    assert_int_equal(cim_route_metric_labelled(w->metric[2], NULL), w->g->n);
    assert_ok(w->ctx, cim_route_query_new(w->ctx, w->h, &w->q));
    w->truth = calloc((size_t)w->g->n * w->g->n + 1, 4);
    assert_non_null(w->truth);
    for (uint32_t v = 0; v < w->g->n; v++) oracle(w->g, w->g->weight, false, &(cim_route_end){ v, 0 }, 1, w->truth + (size_t)v * w->g->n);
}

static void close_world(world *w)
{
    for (int i = 0; i < 3; i++) cim_route_metric_free(w->metric[i]);
    cim_route_query_free(w->q);
    cim_route_hierarchy_free(w->h);
    graph_free((graph *)(uintptr_t)w->g);
    free(w->truth);
}

static void check_pairs(world *w, const cim_route_metric *m)
{
    uint32_t n = w->g->n, *from = calloc((size_t)n * n + 1, 4), *to = calloc((size_t)n * n + 1, 4), *times = calloc((size_t)n * n + 1, 4);
    for (uint32_t i = 0; i < n * n; i++) from[i] = i / n, to[i] = i % n;
    for (uint32_t i = 0; i < n * n; i++) {
        uint32_t time = 1;
        assert_ok(w->ctx, cim_route_time(w->ctx, m, w->q, from[i], to[i], &time));
        assert_int_equal(time, w->truth[i]);
    }
    assert_ok(w->ctx, cim_route_times(w->ctx, m, w->q, from, to, (size_t)n * n, times));
    assert_memory_equal(times, w->truth, (size_t)n * n * 4);
    free(from), free(to), free(times);
}

static size_t some_ends(world *w, cim_route_end *ends, size_t most)
{
    size_t count = 1 + support_random(&w->seed) % most;
    uint32_t largest = support_random(&w->seed) % 8 ? 2000 : 0xffffffffu;
    for (size_t i = 0; i < count; i++) {
        uint32_t offset = support_random(&w->seed) % 3 ? (uint32_t)(support_random(&w->seed) % largest) : 0;
        ends[i] = (cim_route_end){ (uint32_t)(support_random(&w->seed) % w->g->n), offset };
    }
    return count;
}

static uint32_t least_of(const world *w, const cim_route_end *s, size_t sn, const cim_route_end *t, size_t tn)
{
    uint64_t best = NO_WAY;
    for (size_t i = 0; i < sn; i++)
        for (size_t j = 0; j < tn; j++) {
            uint64_t time = (uint64_t)s[i].offset_ms + t[j].offset_ms + truth(w, s[i].node, t[j].node);
            if (truth(w, s[i].node, t[j].node) < NO_WAY && time < best) best = time;
        }
    return (uint32_t)best;
}

/* The arcs join, start and end where they say, pass no node twice, and sum up. */
static void check_path(const world *w, const cim_route_path *p, const cim_route_end *s, size_t sn, const cim_route_end *t, size_t tn)
{
    bool been[MAX_NODES] = { false };
    assert_true(p->start < sn && p->end < tn);
    uint32_t at = s[p->start].node;
    uint64_t sum = (uint64_t)s[p->start].offset_ms + t[p->end].offset_ms;
    been[at] = true;
    for (uint32_t k = 0; k < p->arc_count; k++) {
        uint32_t a = p->arcs[k];
        assert_true(a < w->g->m);
        assert_int_equal(w->g->tail[a], at);
        at = w->g->head[a];
        sum += w->g->weight[a];
        assert_false(been[at]);
        been[at] = true;
    }
    assert_int_equal(at, t[p->end].node);
    assert_int_equal(sum, p->time_ms);
}

static void check_ends(world *w, const cim_route_metric *m)
{
    cim_route_end s[70], t[70];
    for (int i = 0; i < 12; i++) {
        size_t most = i == 11 ? 70 : 4, sn = some_ends(w, s, most), tn = some_ends(w, t, most);
        uint32_t time = 1, expected = least_of(w, s, sn, t, tn);
        cim_route_path p;
        assert_ok(w->ctx, cim_route_time_ends(w->ctx, m, w->q, s, sn, t, tn, &time));
        assert_int_equal(time, expected);
        cim_status st = cim_route_path_find(w->ctx, m, w->q, s, sn, t, tn, &p);
        assert_status(w->ctx, st, expected < NO_WAY ? CIM_OK : CIM_ENOTFOUND);
        if (st < 0) continue;
        assert_int_equal(p.time_ms, expected);
        check_path(w, &p, s, sn, t, tn);
    }
}

static void check_all(world *w, const cim_route_metric *m)
{
    static uint32_t got[MAX_NODES], expected[MAX_NODES], nodes[MAX_NODES], near[MAX_NODES];
    cim_route_end ends[5];
    for (int backward = 0; backward < 2; backward++) {
        size_t count = some_ends(w, ends, 5), found, within = 0;
        uint32_t n = w->g->n, limit = support_random(&w->seed) % 4 ? (uint32_t)(support_random(&w->seed) % 3000) : NO_WAY;
        oracle(w->g, w->g->weight, backward, ends, count, expected);
        assert_ok(w->ctx, cim_route_all(w->ctx, m, w->q, backward, ends, count, NO_WAY, got));
        assert_memory_equal(got, expected, n * 4);
        assert_ok(w->ctx, cim_route_all(w->ctx, m, w->q, backward, ends, count, limit, got));
        for (uint32_t v = 0; v < n; v++) {
            assert_int_equal(got[v], expected[v] <= limit ? expected[v] : NO_WAY);
            within += expected[v] <= limit && expected[v] < NO_WAY;
        }
        assert_ok(w->ctx, cim_route_within(w->ctx, m, w->q, backward, ends, count, limit, nodes, near, MAX_NODES, &found));
        assert_int_equal(found, within);
        for (size_t i = 0; i < found; i++) {
            assert_int_equal(near[i], expected[nodes[i]]);
            expected[nodes[i]] = NO_WAY; /* each once */
        }
        assert_ok(w->ctx, cim_route_within(w->ctx, m, w->q, backward, ends, count, limit, NULL, NULL, 0, &found));
        assert_int_equal(found, within);
    }
}

/* Places with none to three ends each. */
static cim_route_places some_places(world *w, size_t count, cim_route_end *ends, uint32_t *first)
{
    bool simple = support_random(&w->seed) % 2;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        first[i] = (uint32_t)at;
        size_t more = simple ? 1 : support_random(&w->seed) % 4;
        for (size_t k = 0; k < more; k++, at++) {
            some_ends(w, ends + at, 1);
            if (simple && support_random(&w->seed) % 2) ends[at].offset_ms = 0;
        }
    }
    first[count] = (uint32_t)at;
    return (cim_route_places){ ends, simple ? NULL : first, count };
}

static size_t first_of(const cim_route_places *p, size_t i) { return p->first_end ? p->first_end[i] : i; }

static uint32_t place_time(const world *w, const cim_route_places *a, size_t i, const cim_route_places *b, size_t j)
{
    return least_of(w, a->ends + first_of(a, i), first_of(a, i + 1) - first_of(a, i), b->ends + first_of(b, j), first_of(b, j + 1) - first_of(b, j));
}

static void check_matrix(world *w, const cim_route_metric *m)
{
    static cim_route_end ends[2][200];
    static uint32_t first[2][100], times[50 * 90];
    size_t a = support_random(&w->seed) % 20, b = support_random(&w->seed) % 60;
    cim_route_places from = some_places(w, a, ends[0], first[0]), to = some_places(w, b, ends[1], first[1]);
    assert_ok(w->ctx, cim_route_matrix(w->ctx, m, &from, &to, times));
    for (size_t i = 0; i < a; i++)
        for (size_t j = 0; j < b; j++) assert_int_equal(times[i * b + j], place_time(w, &from, i, &to, j));
}

static void check_nearest(world *w, const cim_route_metric *m)
{
    static cim_route_end ends[200], here[3];
    static uint32_t first[100], which[60], times[60], all[60];
    size_t n = support_random(&w->seed) % 50, k = support_random(&w->seed) % 8, count, within = 0;
    cim_route_places candidates = some_places(w, n, ends, first), me = { here, NULL, 1 };
    uint32_t here_first[2] = { 0, (uint32_t)some_ends(w, here, 3) }, limit = support_random(&w->seed) % 3 ? NO_WAY : (uint32_t)(support_random(&w->seed) % 3000);
    int backward = (int)(support_random(&w->seed) % 2);
    me.first_end = here_first;
    assert_ok(w->ctx, cim_route_nearest(w->ctx, m, w->q, backward, here, here_first[1], &candidates, k, limit, which, times, &count));
    for (size_t i = 0; i < n; i++) {
        all[i] = backward ? place_time(w, &candidates, i, &me, 0) : place_time(w, &me, 0, &candidates, i);
        within += all[i] < NO_WAY && all[i] <= limit;
    }
    assert_int_equal(count, within < k ? within : k);
    for (size_t r = 0; r < count; r++) { /* the r-th of all by time, then number */
        size_t before = 0;
        for (size_t i = 0; i < n; i++) before += all[i] < times[r] || (all[i] == times[r] && i < which[r]);
        assert_int_equal(before, r);
        assert_int_equal(times[r], all[which[r]]);
    }
    assert_ok(w->ctx, cim_route_nearest(w->ctx, m, w->q, backward, here, here_first[1], &candidates, k, limit, all, NULL, &count));
    assert_memory_equal(all, which, count * 4);
}

static void check_all_lanes(world *w, const cim_route_metric *m)
{
    static cim_route_end ends[64];
    static uint32_t first[20], times[MAX_NODES * CIM_ROUTE_LANES], expected[MAX_NODES];
    size_t count = 1 + support_random(&w->seed) % CIM_ROUTE_LANES;
    int backward = (int)(support_random(&w->seed) % 2);
    cim_route_places places = some_places(w, count, ends, first);
    assert_ok(w->ctx, cim_route_all_lanes(w->ctx, m, w->q, backward, &places, times));
    for (size_t i = 0; i < count; i++) {
        oracle(w->g, w->g->weight, backward, ends + first_of(&places, i), first_of(&places, i + 1) - first_of(&places, i), expected);
        for (uint32_t v = 0; v < w->g->n; v++) assert_int_equal(times[v * count + i], expected[v]);
    }
}

static void check_lanes(world *w)
{
    static uint32_t weights[CIM_ROUTE_LANES][MAX_ARCS];
    const uint32_t *rows[CIM_ROUTE_LANES];
    uint32_t count = 1 + (uint32_t)(support_random(&w->seed) % CIM_ROUTE_LANES), got[CIM_ROUTE_LANES], times[MAX_NODES];
    cim_route_lanes *lanes = NULL;
    cim_route_end s[3], t[3];
    for (uint32_t k = 0; k < count; k++) {
        rows[k] = weights[k];
        for (uint32_t a = 0; a < w->g->m; a++) weights[k][a] = k ? weight_random(&w->seed, (int)k % 6) : w->g->weight[a];
    }
    assert_ok(w->ctx, cim_route_lanes_build(w->ctx, w->h, rows, count, &lanes));
    for (int i = 0; i < 3; i++) {
        size_t sn = some_ends(w, s, 3), tn = some_ends(w, t, 3);
        assert_ok(w->ctx, cim_route_lanes_time(w->ctx, lanes, w->q, s, sn, t, tn, got));
        for (uint32_t k = 0; k < count; k++) {
            uint64_t best = NO_WAY;
            oracle(w->g, weights[k], false, s, sn, times);
            for (size_t j = 0; j < tn; j++)
                if (times[t[j].node] < NO_WAY && (uint64_t)times[t[j].node] + t[j].offset_ms < best) best = (uint64_t)times[t[j].node] + t[j].offset_ms;
            assert_int_equal(got[k], best);
        }
    }
    cim_route_lanes_free(lanes);
}

static void check_dijkstra(world *w)
{
    static uint32_t got[MAX_NODES], expected[MAX_NODES];
    cim_route_graph view = graph_view(w->g);
    cim_route_dijkstra *d = NULL;
    cim_route_end ends[4];
    assert_ok(w->ctx, cim_route_dijkstra_new(w->ctx, &view, &d));
    for (int backward = 0; backward < 2; backward++) {
        size_t count = some_ends(w, ends, 4);
        uint32_t limit = support_random(&w->seed) % 2 ? NO_WAY : (uint32_t)(support_random(&w->seed) % 2000), stop = (uint32_t)(support_random(&w->seed) % w->g->n);
        oracle(w->g, w->g->weight, backward, ends, count, expected);
        assert_ok(w->ctx, cim_route_dijkstra_run(w->ctx, d, w->g->weight, backward, ends, count, limit, CIM_NONE, got));
        for (uint32_t v = 0; v < w->g->n; v++) assert_int_equal(got[v], expected[v] <= limit ? expected[v] : NO_WAY);
        assert_ok(w->ctx, cim_route_dijkstra_run(w->ctx, d, w->g->weight, backward, ends, count, NO_WAY, stop, got));
        assert_int_equal(got[stop], expected[stop]);
    }
    cim_route_dijkstra_free(d);
}

static void test_route_random_graphs(void **state)
{
    world w = { .ctx = support_ctx(), .seed = 42 };
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        open_world(&w, round);
        for (int i = 0; i < 3 && w.g->n; i++) {
            check_pairs(&w, w.metric[i]);
            check_ends(&w, w.metric[i]);
            check_all(&w, w.metric[i]);
            check_matrix(&w, w.metric[i]);
            check_nearest(&w, w.metric[i]);
        }
        if (w.g->n) {
            check_all_lanes(&w, w.metric[0]);
            check_lanes(&w);
            check_dijkstra(&w);
        }
        close_world(&w);
    }
    cim_ctx_free(w.ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_route_random_graphs) };
    return cmocka_run_group_tests_name("route_random", tests, NULL, NULL);
}
