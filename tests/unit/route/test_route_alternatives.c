/* Alternatives: what each promises, checked by an own search; corridors of which is known by hand which are good. */
#include "graphs.h"
#include "route/route.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 6, ROUNDS = 1600 };

typedef struct world {
    cim_ctx *ctx;
    graph *g;
    cim_route_hierarchy *h;
    cim_route_metric *m;
    cim_route_query *q;
    uint32_t *truth; /* n * n */
} world;

static world world_of(graph *g)
{
    world w = { .ctx = support_ctx(), .g = g };
    w.h = graph_hierarchy(w.ctx, g, NULL);
    assert_ok(w.ctx, cim_route_metric_build(w.ctx, w.h, g->weight, NULL, &w.m));
    assert_ok(w.ctx, cim_route_query_new(w.ctx, w.h, &w.q));
    w.truth = calloc((size_t)g->n * g->n + 1, 4);
    assert_non_null(w.truth);
    for (uint32_t v = 0; v < g->n; v++) oracle(g, g->weight, false, &(cim_route_end){ v, 0 }, 1, w.truth + (size_t)v * g->n);
    return w;
}

static void world_done(world *w)
{
    cim_route_query_free(w->q);
    cim_route_metric_free(w->m);
    cim_route_hierarchy_free(w->h);
    graph_free(w->g);
    cim_ctx_free(w->ctx);
    free(w->truth);
}

static uint32_t distance(const world *w, uint32_t from, uint32_t to) { return w->truth[(size_t)from * w->g->n + to]; }

typedef struct ends {
    cim_route_end s[3], t[3];
    size_t sn, tn;
} ends;

/* Nodes and their times of a path; asserts that it is one, simple, and sums up. */
static uint32_t follow(const world *w, const ends *e, const cim_route_path *p, uint32_t *nodes, uint32_t *at)
{
    assert_true(p->start < e->sn && p->end < e->tn);
    nodes[0] = e->s[p->start].node;
    at[0] = 0;
    for (uint32_t k = 0; k < p->arc_count; k++) {
        assert_true(p->arcs[k] < w->g->m);
        assert_int_equal(w->g->tail[p->arcs[k]], nodes[k]);
        nodes[k + 1] = w->g->head[p->arcs[k]];
        at[k + 1] = at[k] + w->g->weight[p->arcs[k]];
        for (uint32_t i = 0; i <= k; i++) assert_int_not_equal(nodes[i], nodes[k + 1]);
    }
    assert_int_equal(nodes[p->arc_count], e->t[p->end].node);
    assert_int_equal(e->s[p->start].offset_ms + at[p->arc_count] + e->t[p->end].offset_ms, p->time_ms);
    return p->arc_count + 1;
}

static uint32_t common_ms(const world *w, const ends *e, const cim_route_path *p, const cim_route_alternative *others, size_t count)
{
    uint32_t sum = 0;
    bool start = false, end = false;
    for (uint32_t k = 0; k < p->arc_count; k++) {
        bool shared = false;
        for (size_t i = 0; i < count; i++)
            for (uint32_t j = 0; j < others[i].path.arc_count; j++) shared |= others[i].path.arcs[j] == p->arcs[k];
        if (shared) sum += w->g->weight[p->arcs[k]];
    }
    for (size_t i = 0; i < count; i++) {
        start |= others[i].path.start == p->start;
        end |= others[i].path.end == p->end;
    }
    return sum + (start ? e->s[p->start].offset_ms : 0) + (end ? e->t[p->end].offset_ms : 0);
}

/* Everything that the header promises of alternative `number`. */
static void check_one(const world *w, const ends *e, const cim_route_alternative_options *o, const cim_route_alternative *all, size_t number)
{
    uint32_t nodes[MAX_NODES + 1], at[MAX_NODES + 1], best = all[0].path.time_ms;
    const cim_route_alternative *a = &all[number];
    uint32_t n = follow(w, e, &a->path, nodes, at), shared = common_ms(w, e, &a->path, all, number), quickest = common_ms(w, e, &a->path, all, 1), v = 0;
    assert_true(a->path.time_ms >= best && a->path.time_ms <= (1.0 + o->stretch) * best);
    assert_int_equal(a->shared_ms, shared);
    assert_true(shared <= o->sharing * best);
    assert_true(a->path.time_ms - (double)quickest <= (1.0 + o->stretch) * (best - (double)quickest) + 1e-6);
    while (v < n && nodes[v] != a->via) v++;
    assert_true(v < n);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i + 1; j < n; j++)
            if (at[j] - at[i] <= o->locality * best || j <= v || i >= v) assert_int_equal(distance(w, nodes[i], nodes[j]), at[j] - at[i]);
}

static size_t check(const world *w, const ends *e, const cim_route_alternative_options *o)
{
    cim_route_alternative all[MOST];
    cim_route_path path;
    size_t count = 99;
    uint32_t copy[MAX_NODES];
    cim_status st = cim_route_path_find(w->ctx, w->m, w->q, e->s, e->sn, e->t, e->tn, &path);
    if (st == CIM_OK) memcpy(copy, path.arcs, path.arc_count * 4u);
    assert_status(w->ctx, cim_route_alternatives_find(w->ctx, w->m, w->q, e->s, e->sn, e->t, e->tn, o, MOST, all, &count), st);
    if (st != CIM_OK) {
        assert_int_equal(count, 99);
        return 0;
    }
    assert_true(count >= 1 && count <= MOST);
    assert_int_equal(all[0].path.time_ms, path.time_ms);
    assert_int_equal(all[0].path.arc_count, path.arc_count);
    assert_memory_equal(all[0].path.arcs, copy, path.arc_count * 4u);
    assert_int_equal(all[0].via, CIM_NONE);
    for (size_t i = 1; i < count; i++) check_one(w, e, o, all, i);
    return count - 1;
}

static ends random_ends(const world *w, uint64_t *seed)
{
    ends e = { .sn = 1 + support_random(seed) % 3, .tn = 1 + support_random(seed) % 3 };
    for (size_t i = 0; i < 3; i++) {
        e.s[i] = (cim_route_end){ (uint32_t)(support_random(seed) % w->g->n), (uint32_t)(support_random(seed) % 3 ? 0 : support_random(seed) % 3000) };
        e.t[i] = (cim_route_end){ (uint32_t)(support_random(seed) % w->g->n), (uint32_t)(support_random(seed) % 3 ? 0 : support_random(seed) % 3000) };
    }
    return e;
}

static void test_alternatives_random(void **state)
{
    uint64_t seed = 61;
    size_t found = 0;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        graph *g = round % 2 ? graph_grid(8, 8, (uint64_t)round) : graph_random(&seed, round);
        if (!g->n) {
            graph_free(g);
            continue;
        }
        world w = world_of(g);
        for (int i = 0; i < 4; i++) {
            cim_route_alternative_options o = CIM_ROUTE_ALTERNATIVE_OPTIONS_INIT;
            if (i) {
                o.stretch = support_uniform(&seed, 0.0, 1.0);
                o.sharing = support_random(&seed) % 4 ? support_uniform(&seed, 0.0, 1.0) : 1.0;
                o.locality = support_uniform(&seed, 0.0, 0.6);
            }
            ends e = random_ends(&w, &seed);
            found += check(&w, &e, &o);
        }
        world_done(&w);
    }
    print_message("%zu alternatives\n", found);
    assert_true(found > 1000);
}

/* Corridors from node 0 to node 1 over four arcs each, of so many seconds altogether. */
static graph *corridors(const uint32_t *seconds, uint32_t count)
{
    graph *g = graph_new(2 + 3 * count, 4 * count);
    for (uint32_t c = 0, a = 0; c < count; c++)
        for (uint32_t i = 0; i < 4; i++, a++) {
            g->tail[a] = i ? 2 + 3 * c + i - 1 : 0;
            g->head[a] = i < 3 ? 2 + 3 * c + i : 1;
            g->weight[a] = seconds[c] * 250;
        }
    return g;
}

static void test_alternatives_corridors(void **state)
{
    const uint32_t seconds[] = { 130, 100, 124, 110, 126, 500 };
    world w = world_of(corridors(seconds, 6));
    cim_route_alternative all[MOST];
    cim_route_alternative_options o = CIM_ROUTE_ALTERNATIVE_OPTIONS_INIT;
    cim_route_end s = { 0, 0 }, t = { 1, 0 };
    size_t count;
    (void)state;
    assert_ok(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &s, 1, &t, 1, NULL, MOST, all, &count));
    assert_int_equal(count, 3); /* 100, 110, 124 s; the others are more than a quarter longer */
    assert_int_equal(all[0].path.time_ms, 100000);
    assert_int_equal(all[1].path.time_ms, 110000);
    assert_int_equal(all[2].path.time_ms, 124000);
    assert_int_equal(all[1].shared_ms, 0);
    assert_ok(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &s, 1, &t, 1, NULL, 2, all, &count));
    assert_int_equal(count, 2);
    o.stretch = 0.3;
    assert_ok(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &s, 1, &t, 1, &o, MOST, all, &count));
    assert_int_equal(count, 5);
    o.stretch = 0.0;
    assert_ok(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &s, 1, &t, 1, &o, MOST, all, &count));
    assert_int_equal(count, 1);
    t = s;
    assert_ok(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &s, 1, &t, 1, NULL, MOST, all, &count));
    assert_int_equal(count, 1);
    assert_int_equal(all[0].path.arc_count, 0);
    world_done(&w);
}

static void test_alternatives_refuses(void **state)
{
    const uint32_t seconds[] = { 100, 110 };
    world w = world_of(corridors(seconds, 2));
    cim_route_alternative all[2];
    cim_route_end s = { 0, 0 }, t = { 1, 0 }, none = { 99, 0 };
    size_t count = 7;
    const double bad[] = { -0.1, NAN, INFINITY, 101.0 };
    (void)state;
    assert_status(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &s, 1, &t, 1, NULL, 0, all, &count), CIM_EARG);
    assert_status(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &s, 1, &t, 1, NULL, 1001, all, &count), CIM_EARG);
    assert_status(w.ctx, cim_route_alternatives_find(w.ctx, NULL, w.q, &s, 1, &t, 1, NULL, 2, all, &count), CIM_EARG);
    assert_status(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &none, 1, &t, 1, NULL, 2, all, &count), CIM_EARG);
    assert_status(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &t, 1, &s, 1, NULL, 2, all, &count), CIM_ENOTFOUND);
    for (int field = 0; field < 3; field++)
        for (size_t i = 0; i < 4; i++) {
            cim_route_alternative_options o = CIM_ROUTE_ALTERNATIVE_OPTIONS_INIT;
            *(field == 0 ? &o.stretch : field == 1 ? &o.sharing : &o.locality) = bad[i];
            assert_status(w.ctx, cim_route_alternatives_find(w.ctx, w.m, w.q, &s, 1, &t, 1, &o, 2, all, &count), CIM_EARG);
        }
    assert_int_equal(count, 7);
    world_done(&w);
}

static cim_status scenario(cim_ctx *ctx)
{
    graph *g = graph_grid(6, 6, 5);
    cim_route_graph view = graph_view(g);
    cim_route_hierarchy *h = NULL;
    cim_route_metric *m = NULL;
    cim_route_query *q = NULL;
    cim_route_alternative all[4];
    cim_route_alternative_options o = CIM_ROUTE_ALTERNATIVE_OPTIONS_INIT;
    cim_route_end s = { 0, 0 }, t = { g->n - 1, 0 };
    size_t count = 0;
    o.stretch = 1.0;
    cim_status st = cim_route_hierarchy_build(ctx, &view, NULL, &h);
    if (st >= 0) st = cim_route_metric_build(ctx, h, g->weight, NULL, &m);
    if (st >= 0) st = cim_route_query_new(ctx, h, &q);
    if (st >= 0) st = cim_route_alternatives_find(ctx, m, q, &s, 1, &t, 1, &o, 4, all, &count);
    for (uint32_t i = 0; q && i < g->n; i++) assert_int_equal(q->seen[i], 0);
    cim_route_query_free(q);
    cim_route_metric_free(m);
    cim_route_hierarchy_free(h);
    graph_free(g);
    return st;
}

static void test_alternatives_oom(void **state)
{
    (void)state;
    support_fault_loop("alternatives", scenario, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_alternatives_random), cmocka_unit_test(test_alternatives_corridors), cmocka_unit_test(test_alternatives_refuses),
                                        cmocka_unit_test(test_alternatives_oom) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
