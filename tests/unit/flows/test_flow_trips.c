/* test_flow_trips.c - trips by link against paths found one by one by another program's algorithm; samples against the exact sums; the same bits
 * for any number of threads. */
#include "nets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NODES = 9, WAYS_MAX = 16, PLACES = 6, NETS = 260 };
static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

static void random_net(char *lines, size_t size, uint64_t *seed)
{
    int count = 8 + (int)(support_random(seed) % (WAYS_MAX - 8));
    lines[0] = 0;
    for (int i = 0; i < NODES; i++)
        snprintf(lines + strlen(lines), size - strlen(lines), "n %c %d %d\n", 'a' + i, (int)(support_random(seed) % 4000) + i,
                 (int)(support_random(seed) % 4000));
    for (int i = 0; i < count; i++) {
        int a = (int)(support_random(seed) % NODES), b = (int)(support_random(seed) % NODES);
        if (a == b) continue;
        snprintf(lines + strlen(lines), size - strlen(lines), "w %d %c,%c %s\n", i + 1, 'a' + a, 'a' + b,
                 support_random(seed) % 4 ? "highway=residential" : "highway=residential|oneway=yes");
    }
    for (int i = 0; i < 4; i++)
        snprintf(lines + strlen(lines), size - strlen(lines), "r %d %d %c %d restriction=no_left_turn\n", i + 1,
                 1 + (int)(support_random(seed) % (uint64_t)count), 'a' + (int)(support_random(seed) % NODES),
                 1 + (int)(support_random(seed) % (uint64_t)count));
}

/* Quickest ways from a place by Bellman's algorithm over states. */
typedef struct tree {
    uint32_t time[2000], by[2000]; /* by: arc, or STARTED */
    bool several[2000]; /* another arc or start is as quick */
} tree;
static const uint32_t STARTED = 0x80000000u;

static void relax(const cim_net_costs *c, tree *t)
{
    const cim_net *net = c->net;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t a = 0; a < net->arc_count; a++) {
            uint32_t tail = net->arc_tail[a], head = net->arc_head[a];
            if (c->weights_ms[a] >= NO_WAY || t->time[tail] >= NO_WAY || t->time[tail] + c->weights_ms[a] >= t->time[head]) continue;
            t->time[head] = t->time[tail] + c->weights_ms[a];
            t->by[head] = a;
            changed = true;
        }
    }
    for (uint32_t a = 0; a < net->arc_count; a++) {
        uint32_t tail = net->arc_tail[a], head = net->arc_head[a];
        if (c->weights_ms[a] < NO_WAY && t->time[tail] < NO_WAY && t->time[tail] + c->weights_ms[a] == t->time[head] && t->by[head] != a)
            t->several[head] = true;
    }
}

static void grow(cim_ctx *ctx, const cim_net_costs *c, const cim_net_place *from, tree *t)
{
    cim_route_end starts[CIM_NET_ENDS];
    size_t count;
    assert_true(c->net->state_count < 2000);
    assert_ok(ctx, cim_net_ends(ctx, c, NULL, from, CIM_ROUTE_FORWARD, starts, &count));
    for (uint32_t s = 0; s < c->net->state_count; s++) t->time[s] = NO_WAY, t->several[s] = false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = starts[i].node;
        if (starts[i].offset_ms == t->time[node]) t->several[node] = true;
        if (starts[i].offset_ms >= t->time[node]) continue;
        t->time[node] = starts[i].offset_ms;
        t->by[node] = STARTED;
    }
    relax(c, t);
}

/* The least time over the ends of a place and the state before it; *tie_out when there are several. */
static uint32_t arrival(cim_ctx *ctx, const cim_net_costs *c, const tree *t, const cim_net_place *to, uint32_t *state_out, bool *tie_out)
{
    cim_route_end ends[CIM_NET_ENDS];
    size_t count;
    uint32_t best = NO_WAY;
    assert_ok(ctx, cim_net_ends(ctx, c, NULL, to, CIM_ROUTE_BACKWARD, ends, &count));
    for (uint32_t i = 0; i < count; i++) {
        if (t->time[ends[i].node] >= NO_WAY) continue;
        uint32_t whole = t->time[ends[i].node] + ends[i].offset_ms;
        if (whole == best) *tie_out = true;
        if (whole >= best) continue;
        best = whole;
        *state_out = ends[i].node;
        *tie_out = false;
    }
    return best;
}

/* Along one edge, when that is not slower than `best`. */
static uint32_t along(const cim_net_costs *c, const cim_net_place *from, const cim_net_place *to, uint32_t *best, bool *tie)
{
    uint32_t straight = CIM_NONE;
    for (uint32_t d = 0; d < 2 && from->edge == to->edge; d++) {
        double part = d ? from->fraction - to->fraction : to->fraction - from->fraction;
        uint32_t link = 2 * from->edge + d;
        if (!(from->directions >> d & 1) || c->link_ms[link] >= NO_WAY || part < 0.0) continue;
        uint32_t ms = (uint32_t)(c->link_ms[link] * part + 0.5);
        if (ms > *best) continue;
        if (straight != CIM_NONE || (ms == *best && *best < NO_WAY)) *tie = true;
        *best = ms;
        straight = link;
    }
    return straight;
}

/* The only link of a place's edge that begins (or ends) at a state; CIM_NONE when there are more. */
static uint32_t only_link(const cim_net *net, const cim_net_place *p, uint32_t state, bool ending)
{
    uint32_t found = CIM_NONE, count = 0;
    for (uint32_t d = 0; d < 2; d++) {
        uint32_t link = 2 * p->edge + d, junction = ending ? cim__link_head(net, link) : cim__link_tail(net, link);
        if (!(p->directions >> d & 1) || junction != net->state_junction[state]) continue;
        if (ending && net->turns == CIM_NET_TURNS_FULL && net->state_link[state] != CIM_NONE && net->state_link[state] != link) continue;
        found = link;
        count++;
    }
    return count == 1 ? found : CIM_NONE;
}

/* Marks the links of the way to a place; false when it is not the only one. */
static bool mark_way(const cim_net *net, const tree *t, const cim_net_place *from, const cim_net_place *to, uint32_t state, bool *used)
{
    uint32_t last = only_link(net, to, state, false);
    if (last == CIM_NONE) return false; /* a loop */
    used[last] = true;
    for (; !t->several[state]; state = net->arc_tail[t->by[state]]) {
        if (t->by[state] != STARTED) {
            used[net->arc_link[t->by[state]]] = true;
            continue;
        }
        uint32_t first = only_link(net, from, state, true);
        if (first != CIM_NONE) used[first] = true;
        return first != CIM_NONE;
    }
    return false;
}

/* Adds the way's links to `trips` when it is the only quickest one. */
typedef enum found { UNREACHABLE, UNIQUE, SEVERAL } found;
static found add_path(cim_ctx *ctx, const cim_net_costs *c, const cim_net_place *from, const cim_net_place *to, double weight, double *trips)
{
    static tree t;
    uint32_t state = 0;
    bool tie = false, used[2 * WAYS_MAX + 64] = { false };
    grow(ctx, c, from, &t);
    uint32_t best = arrival(ctx, c, &t, to, &state, &tie), straight = along(c, from, to, &best, &tie);
    if (best >= NO_WAY) return UNREACHABLE;
    if (tie) return SEVERAL;
    if (straight != CIM_NONE) used[straight] = true;
    else if (!mark_way(c->net, &t, from, to, state, used)) return SEVERAL;
    for (uint32_t l = 0; l < 2 * c->net->edge_count; l++) trips[l] += used[l] ? weight : 0.0;
    return UNIQUE;
}

static void check_flow(cim_ctx *ctx, const cim_net_costs *c, const cim_route_metric *metric, const cim_flow_demand *d, const double *wanted, double unreachable)
{
    cim_flow *flow = NULL;
    cim_flow_view v = { .struct_size = sizeof v };
    assert_ok(ctx, cim_flow_run(ctx, c, metric, d, NULL, &flow));
    assert_ok(ctx, cim_flow_get(ctx, flow, &v));
    assert_null(v.link_error);
    assert_true(fabs(v.unreachable_trips - unreachable) < 1e-9 * v.trips);
    for (uint32_t l = 0; l < v.link_count; l++)
        if (fabs(v.link_trips[l] - wanted[l]) > 1e-9 * v.trips) fail_msg("link %u: %g, wanted %g", l, v.link_trips[l], wanted[l]);
    cim_flow_free(flow);
}

static void test_flow_random(void **state)
{
    uint64_t seed = 31;
    int pairs_checked = 0, whole = 0;
    (void)state;
    for (int round = 0; round < NETS; round++) {
        char lines[3000];
        random_net(lines, sizeof lines, &seed);
        street_net n = net_of(lines, round & 1);
        cim_net_costs *c = net_costs(&n, round % 3 ? "car" : "foot", NULL);
        cim_route_graph g = cim_net_graph(n.net);
        cim_route_hierarchy *h = NULL;
        cim_route_metric *metric = NULL;
        cim_net_place places[PLACES];
        double weights[2][PLACES], trips[200] = { 0.0 }, unreachable = 0.0, half[200] = { 0.0 }, half_unreachable = 0.0;
        cim_flow_pair pairs[PLACES * PLACES];
        size_t count = 0;
        bool unique = true;
        assert_ok(n.ctx, cim_route_hierarchy_build(n.ctx, &g, NULL, &h));
        assert_ok(n.ctx, cim_route_metric_build(n.ctx, h, c->weights_ms, NULL, &metric));
        for (int i = 0; i < PLACES; i++) {
            uint32_t e = (uint32_t)(support_random(&seed) % n.net->edge_count);
            places[i] = (cim_net_place){ .edge = e, .fraction = support_uniform(&seed, 0.01, 0.99) };
            for (uint32_t d = 0; d < 2; d++)
                if (c->link_ms[2 * e + d] < NO_WAY) places[i].directions |= 1u << d;
            for (int k = 0; k < 2; k++) weights[k][i] = (double)(1 + support_random(&seed) % 5);
        }
        for (uint32_t a = 0; a < PLACES; a++)
            for (uint32_t b = 0; b < PLACES; b++) {
                double w = weights[0][a] * weights[1][b];
                found f = add_path(n.ctx, c, &places[a], &places[b], w, trips);
                unreachable += f == UNREACHABLE ? w : 0.0;
                if (a < PLACES / 2 && b >= PLACES / 2) {
                    f = add_path(n.ctx, c, &places[a], &places[b], w, half);
                    unique &= f != SEVERAL;
                    half_unreachable += f == UNREACHABLE ? w : 0.0;
                }
                if (f != SEVERAL) pairs[count++] = (cim_flow_pair){ a, b, w };
            }
        cim_flow_demand d = CIM_FLOW_DEMAND_INIT;
        d.origins = d.destinations = places;
        d.origin_count = d.destination_count = PLACES;
        d.pairs = pairs;
        d.pair_count = count;
        if (count) check_flow(n.ctx, c, metric, &d, trips, unreachable);
        if (count) check_flow(n.ctx, c, NULL, &d, trips, unreachable);
        pairs_checked += (int)count;
        double sums[2] = { 0.0, 0.0 }; /* the first places to the others, as trees */
        d.pairs = NULL;
        d.destinations = places + PLACES / 2;
        d.origin_count = d.destination_count = PLACES / 2;
        d.origin_weights = weights[0];
        d.destination_weights = weights[1] + PLACES / 2;
        for (int i = 0; i < PLACES / 2; i++) {
            sums[0] += d.origin_weights[i];
            sums[1] += d.destination_weights[i];
        }
        d.trips = sums[0] * sums[1];
        whole += unique;
        if (unique) check_flow(n.ctx, c, metric, &d, half, half_unreachable);
        if (unique) check_flow(n.ctx, c, NULL, &d, half, half_unreachable);
        cim_route_metric_free(metric);
        cim_route_hierarchy_free(h);
        cim_net_costs_free(c);
        net_done(&n);
    }
    print_message("%d pairs, %d nets as a whole\n", pairs_checked, whole);
    assert_true(pairs_checked > 2000 && whole > 100);
}

/* ---- the town: samples, threads ---- */

typedef struct town {
    street_net n;
    cim_net_costs *costs;
    cim_route_hierarchy *hierarchy;
    cim_route_metric *metric;
    cim_net_place places[40];
    cim_flow_demand demand;
} town;

static void town_open(town *t)
{
    const char *path = support_own("town.osm.pbf");
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
    uint64_t seed = 8;
    *t = (town){ .n = { .ctx = support_ctx() } };
    options.turns = CIM_NET_TURNS_FULL;
    assert_ok(t->n.ctx, cim_city_load(t->n.ctx, &path, 1, NULL, &t->n.city, NULL));
    assert_ok(t->n.ctx, cim_net_build(t->n.ctx, t->n.city, &options, &t->n.net));
    t->costs = net_costs(&t->n, "car", NULL);
    cim_route_graph g = cim_net_graph(t->n.net);
    assert_ok(t->n.ctx, cim_route_hierarchy_build(t->n.ctx, &g, NULL, &t->hierarchy));
    assert_ok(t->n.ctx, cim_route_metric_build(t->n.ctx, t->hierarchy, t->costs->weights_ms, &labels, &t->metric));
    for (int i = 0; i < 40;) {
        size_t count;
        assert_ok(t->n.ctx, cim_net_snap(t->n.ctx, t->costs, support_uniform(&seed, 504300, 507700), support_uniform(&seed, 5381700, 5384300), NULL, 1,
                                         &t->places[i], &count));
        i += (int)count;
    }
    t->demand = (cim_flow_demand)CIM_FLOW_DEMAND_INIT;
    t->demand.origins = t->demand.destinations = t->places;
    t->demand.origin_count = t->demand.destination_count = 40;
    t->demand.trips = 1000.0;
}

static void town_close(town *t)
{
    cim_route_metric_free(t->metric);
    cim_route_hierarchy_free(t->hierarchy);
    cim_net_costs_free(t->costs);
    net_done(&t->n);
}

static cim_flow *flow_of(const town *t, uint32_t threads, uint32_t mode, uint64_t samples, cim_flow_view *v)
{
    cim_ctx_options ctx_options = CIM_CTX_OPTIONS_INIT;
    cim_flow_options options = CIM_FLOW_OPTIONS_INIT;
    cim_ctx *ctx = NULL;
    cim_flow *flow = NULL;
    ctx_options.threads = threads;
    options.mode = mode;
    options.samples = samples;
    assert_int_equal(cim_ctx_new(&ctx_options, &ctx), CIM_OK);
    assert_ok(ctx, cim_flow_run(ctx, t->costs, t->metric, &t->demand, &options, &flow));
    v->struct_size = sizeof *v;
    assert_ok(ctx, cim_flow_get(ctx, flow, v));
    cim_ctx_free(ctx);
    return flow;
}

static void test_flow_samples(void **state)
{
    town t;
    cim_flow_view exact, v;
    (void)state;
    town_open(&t);
    cim_flow *all = flow_of(&t, 2, 0, 0, &exact);
    for (uint32_t mode = 0; mode < 2; mode++) {
        cim_flow *flow = flow_of(&t, 2, mode, mode ? 400 : 20000, &v);
        double worst = 0.0, squares = 0.0;
        int count = 0;
        for (uint32_t l = 0; l < v.link_count; l++) {
            if (exact.link_trips[l] < 20.0) continue;
            double off = v.link_trips[l] - exact.link_trips[l];
            off = fabs(off) < 1e-6 ? 0.0 : off / v.link_error[l]; /* what all samples have in common has no error */
            worst = fmax(worst, fabs(off));
            squares += off * off;
            count++;
        }
        print_message("mode %u: %d links, root mean square of errors %.2f standard errors, worst %.2f\n", mode, count, sqrt(squares / count), worst);
        assert_true(count > 50 && worst < 5.5 && sqrt(squares / count) > 0.4 && sqrt(squares / count) < 1.8);
        assert_true(fabs(v.time_s - exact.time_s) < 0.05 * exact.time_s && fabs(v.length_m - exact.length_m) < 0.05 * exact.length_m);
        cim_flow_free(flow);
    }
    cim_flow_free(all);
    town_close(&t);
}

static void test_flow_threads(void **state)
{
    town t;
    cim_flow_view one, many;
    (void)state;
    town_open(&t);
    for (int i = 0; i < 3; i++) {
        uint64_t samples = i == 2 ? 0 : i ? 300 : 3000;
        cim_flow *a = flow_of(&t, 1, (uint32_t)(i == 1), samples, &one), *b = flow_of(&t, 5, (uint32_t)(i == 1), samples, &many);
        assert_memory_equal(one.link_trips, many.link_trips, one.link_count * sizeof(double));
        if (samples) assert_memory_equal(one.link_error, many.link_error, one.link_count * sizeof(double));
        assert_true(one.time_s == many.time_s && one.length_m == many.length_m && one.unreachable_trips == many.unreachable_trips);
        cim_flow_free(a);
        cim_flow_free(b);
    }
    town_close(&t);
}

/* The mean time and length of one trip are those of its route. */
static void test_flow_means(void **state)
{
    town t;
    (void)state;
    town_open(&t);
    cim_route_query *q = NULL;
    assert_ok(t.n.ctx, cim_route_query_new(t.n.ctx, t.hierarchy, &q));
    for (uint32_t i = 0; i + 1 < 40; i++) {
        cim_flow_pair pair = { i, i + 1, 3.0 };
        cim_net_route *route = NULL;
        cim_net_route_view r = { .struct_size = sizeof r };
        cim_flow *flow = NULL;
        cim_flow_view v = { .struct_size = sizeof v };
        t.demand.pairs = &pair;
        t.demand.pair_count = 1;
        assert_ok(t.n.ctx, cim_flow_run(t.n.ctx, t.costs, t.metric, &t.demand, NULL, &flow));
        assert_ok(t.n.ctx, cim_flow_get(t.n.ctx, flow, &v));
        assert_ok(t.n.ctx, cim_net_route_find(t.n.ctx, t.costs, &t.places[i], &t.places[i + 1], t.metric, q, &route));
        assert_ok(t.n.ctx, cim_net_route_get(t.n.ctx, route, &r));
        assert_true(fabs(v.time_s - r.time_ms / 1000.0) < 1e-6 && fabs(v.length_m - r.length_m) < 0.01 * r.leg_count);
        for (uint32_t k = 0; k < r.leg_count; k++) assert_true(fabs(v.link_trips[r.legs[k].link] - 3.0) < 1e-9);
        cim_flow_free(flow);
        cim_net_route_free(route);
    }
    cim_route_query_free(q);
    town_close(&t);
}

/* Live weights of 0: trees and pairs agree as well as they do without. */
static void test_flow_weightless(void **state)
{
    town t;
    cim_flow_view v[2];
    cim_flow *flows[2];
    cim_flow_pair pairs[1600];
    (void)state;
    town_open(&t);
    uint32_t *weights = malloc(t.n.net->arc_count * sizeof *weights);
    memcpy(weights, t.costs->weights_ms, t.n.net->arc_count * sizeof *weights);
    for (uint32_t a = 0; a < t.n.net->arc_count; a += 5)
        if (weights[a] < NO_WAY) weights[a] = 0;
    cim_route_metric_free(t.metric);
    assert_ok(t.n.ctx, cim_route_metric_build(t.n.ctx, t.hierarchy, weights, NULL, &t.metric));
    for (uint32_t i = 0; i < 1600; i++) pairs[i] = (cim_flow_pair){ i / 40, i % 40, 0.625 };
    for (int i = 0; i < 2; i++) {
        t.demand.pairs = i ? pairs : NULL;
        t.demand.pair_count = 1600;
        flows[i] = flow_of(&t, 2, 0, 0, &v[i]);
    }
    for (uint32_t l = 0; l < v[0].link_count; l++) assert_true(fabs(v[0].link_trips[l] - v[1].link_trips[l]) < 1e-6);
    assert_true(v[0].time_s > 1.0 && fabs(v[0].time_s - v[1].time_s) < 1e-6);
    for (int i = 0; i < 2; i++) cim_flow_free(flows[i]);
    free(weights);
    town_close(&t);
}

static void test_flow_refuses(void **state)
{
    town t;
    cim_flow *flow = NULL;
    cim_flow_view v = { 0 };
    cim_flow_options o = CIM_FLOW_OPTIONS_INIT;
    (void)state;
    town_open(&t);
    cim_ctx *ctx = t.n.ctx;
    double bad[40] = { NAN }, none[40] = { 0.0 };
    cim_flow_pair pair = { 0, 40, 1.0 };
    cim_flow_demand d = t.demand;
    assert_status(ctx, cim_flow_run(ctx, NULL, NULL, &d, NULL, &flow), CIM_EARG);
    assert_status(ctx, cim_flow_run(ctx, t.costs, NULL, NULL, NULL, &flow), CIM_EARG);
    d.origin_count = 0;
    assert_status(ctx, cim_flow_run(ctx, t.costs, NULL, &d, NULL, &flow), CIM_EARG);
    d = t.demand;
    d.origin_weights = bad;
    assert_status(ctx, cim_flow_run(ctx, t.costs, NULL, &d, NULL, &flow), CIM_EARG);
    d.origin_weights = none;
    assert_status(ctx, cim_flow_run(ctx, t.costs, NULL, &d, NULL, &flow), CIM_EARG);
    d = t.demand;
    d.trips = -1.0;
    assert_status(ctx, cim_flow_run(ctx, t.costs, NULL, &d, NULL, &flow), CIM_EARG);
    d = t.demand;
    d.pairs = &pair;
    d.pair_count = 1;
    assert_status(ctx, cim_flow_run(ctx, t.costs, NULL, &d, NULL, &flow), CIM_EARG);
    pair = (cim_flow_pair){ 0, 1, NAN };
    assert_status(ctx, cim_flow_run(ctx, t.costs, NULL, &d, NULL, &flow), CIM_EARG);
    d = t.demand;
    o.samples = 1ull << 40;
    assert_status(ctx, cim_flow_run(ctx, t.costs, t.metric, &d, &o, &flow), CIM_ELIMIT);
    o.samples = 1;
    o.mode = 7;
    assert_status(ctx, cim_flow_run(ctx, t.costs, t.metric, &d, &o, &flow), CIM_EARG);
    cim_net_place place = t.places[0];
    place.fraction = 2.0;
    d.origins = &place;
    d.origin_count = 1;
    assert_status(ctx, cim_flow_run(ctx, t.costs, t.metric, &d, NULL, &flow), CIM_EARG);
    assert_ok(ctx, cim_flow_run(ctx, t.costs, t.metric, &t.demand, NULL, &flow));
    assert_status(ctx, cim_flow_get(ctx, flow, &v), CIM_EARG);
    cim_flow_free(flow);
    cim_flow_free(NULL);
    town_close(&t);
}

static town fault_town;
static cim_status scenario(cim_ctx *ctx)
{
    cim_flow *flow = NULL;
    cim_flow_options o = CIM_FLOW_OPTIONS_INIT;
    for (uint32_t i = 0; i < 3; i++) {
        o.samples = i < 2 ? 4 : 0;
        o.mode = i & 1;
        cim_status st = cim_flow_run(ctx, fault_town.costs, i == 1 ? NULL : fault_town.metric, &fault_town.demand, &o, &flow);
        if (st < 0) return st;
        cim_flow_free(flow);
    }
    return CIM_OK;
}

static void test_flow_oom(void **state)
{
    (void)state;
    town_open(&fault_town);
    fault_town.demand.origin_count = 3;
    support_fault_loop("flow", scenario, 300);
    town_close(&fault_town);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_flow_random), cmocka_unit_test(test_flow_samples),    cmocka_unit_test(test_flow_threads),
                                        cmocka_unit_test(test_flow_means),  cmocka_unit_test(test_flow_weightless), cmocka_unit_test(test_flow_refuses),
                                        cmocka_unit_test(test_flow_oom) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
