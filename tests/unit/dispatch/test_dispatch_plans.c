/* test_dispatch_plans.c - assignments against all permutations; coverage, gaps and moves on the sample town against counting place by place. */
#include "nets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

static uint32_t pick(uint64_t *seed, uint32_t below) { return (uint32_t)(support_random(seed) % below); }

/* ---- assignment ---- */

enum { SIDE = 6 };

typedef struct value {
    int64_t unserved, late, total;
} value;

static bool less(value a, value b) { return a.unserved != b.unserved ? a.unserved < b.unserved : a.late != b.late ? a.late < b.late : a.total < b.total; }

typedef struct problem {
    uint32_t units, incidents, times[SIDE * SIDE], limit;
    double shares[SIDE * SIDE];
    bool shared;
} problem;

static int64_t lateness(const problem *p, uint32_t at) { return p->shared ? (int64_t)(p->shares[at] * 1e6 + 0.5) : p->times[at] > p->limit ? 1000000 : 0; }

/* All ways to give incidents from `incident` on a unit that is left, or none. */
static value best_plan(const problem *p, uint32_t incident, uint32_t used)
{
    if (incident == p->incidents) return (value){ 0, 0, 0 };
    value best = best_plan(p, incident + 1, used);
    best.unserved++;
    for (uint32_t u = 0; u < p->units; u++) {
        uint32_t at = u * p->incidents + incident;
        if (used >> u & 1 || p->times[at] >= NO_WAY) continue;
        value v = best_plan(p, incident + 1, used | 1u << u);
        v.late += lateness(p, at);
        v.total += p->times[at];
        if (less(v, best)) best = v;
    }
    return best;
}

static void random_problem(problem *p, uint64_t *seed)
{
    uint32_t range = pick(seed, 3) ? 900000 : 6;
    p->units = pick(seed, SIDE + 1);
    p->incidents = pick(seed, SIDE + 1);
    p->limit = pick(seed, 3) ? pick(seed, range) : NO_WAY;
    p->shared = pick(seed, 3) == 0;
    for (uint32_t i = 0; i < p->units * p->incidents; i++) {
        p->times[i] = pick(seed, 5) ? pick(seed, range) : NO_WAY;
        p->shares[i] = pick(seed, 5) / 4.0;
    }
}

static void test_assign_random(void **state)
{
    uint64_t seed = 20;
    cim_ctx *ctx = support_ctx();
    int served_in_part = 0;
    (void)state;
    for (int round = 0; round < 4000; round++) {
        problem p;
        uint32_t unit_of[SIDE], used = 0;
        value got = { 0, 0, 0 };
        cim_assignment info = { .struct_size = sizeof info };
        random_problem(&p, &seed);
        assert_ok(ctx, cim_dispatch_assign(ctx, p.units, p.incidents, p.times, p.shared ? p.shares : NULL, p.limit, unit_of, &info));
        uint32_t late = 0;
        double share = 0.0;
        for (uint32_t i = 0; i < p.incidents; i++) {
            if (unit_of[i] == CIM_NONE) {
                got.unserved++;
                continue;
            }
            uint32_t at = unit_of[i] * p.incidents + i;
            assert_true(unit_of[i] < p.units && !(used >> unit_of[i] & 1) && p.times[at] < NO_WAY);
            used |= 1u << unit_of[i];
            got.late += lateness(&p, at);
            got.total += p.times[at];
            late += p.times[at] > p.limit;
            share += p.shared ? p.shares[at] : p.times[at] > p.limit;
        }
        value best = best_plan(&p, 0, 0);
        if (less(got, best) || less(best, got)) fail_msg("round %d: %lld late %lld, best %lld late %lld", round, (long long)got.total, (long long)got.late,
                                                         (long long)best.total, (long long)best.late);
        assert_int_equal(info.assigned_count, p.incidents - got.unserved);
        assert_int_equal(info.late_count, late);
        assert_int_equal(info.total_ms, got.total);
        assert_true(fabs(info.late_share - share) < 1e-9);
        served_in_part += got.unserved > 0 && info.assigned_count > 0;
    }
    assert_true(served_in_part > 200);
    cim_ctx_free(ctx);
}

/* ---- the sample town ---- */

enum { POSTS = 24, DEMAND = 230 };

typedef struct town {
    street_net n;
    cim_net_costs *costs;
    cim_route_hierarchy *h;
    cim_route_metric *metric;
    cim_route_query *q;
    cim_net_place posts[POSTS], demand[DEMAND];
    double weights[DEMAND];
    bool covers[POSTS][DEMAND];
    cim_fleet *fleet;
    cim_coverage *coverage;
} town;

static cim_net_place somewhere(town *t, uint64_t *seed)
{
    cim_net_place p;
    size_t count;
    assert_ok(t->n.ctx, cim_net_snap(t->n.ctx, t->costs, support_uniform(seed, 504300, 507700), support_uniform(seed, 5381700, 5384300), NULL, 1, &p, &count));
    return p;
}

static void begin(town *t, uint64_t seed, bool weighted, uint32_t limit)
{
    const char *path = support_own("town.osm.pbf");
    memset(t, 0, sizeof *t);
    t->n.ctx = support_ctx();
    assert_ok(t->n.ctx, cim_city_load(t->n.ctx, &path, 1, NULL, &t->n.city, NULL));
    assert_ok(t->n.ctx, cim_net_build(t->n.ctx, t->n.city, NULL, &t->n.net));
    t->costs = net_costs(&t->n, "emergency", NULL);
    cim_route_graph g = cim_net_graph(t->n.net);
    assert_ok(t->n.ctx, cim_route_hierarchy_build(t->n.ctx, &g, NULL, &t->h));
    assert_ok(t->n.ctx, cim_route_metric_build(t->n.ctx, t->h, t->costs->weights_ms, NULL, &t->metric));
    assert_ok(t->n.ctx, cim_route_query_new(t->n.ctx, t->h, &t->q));
    for (int i = 0; i < POSTS; i++) t->posts[i] = somewhere(t, &seed);
    for (int i = 0; i < DEMAND; i++) t->demand[i] = somewhere(t, &seed);
    for (int i = 0; i < DEMAND; i++) t->weights[i] = weighted ? pick(&seed, 40) : 1.0;
    for (int p = 0; p < POSTS; p++)
        for (int i = 0; i < DEMAND; i++) {
            cim_net_route *route = NULL;
            cim_net_route_view v = { .struct_size = sizeof v };
            cim_status st = cim_net_route_find(t->n.ctx, t->costs, &t->posts[p], &t->demand[i], t->metric, t->q, &route);
            if (st == CIM_ENOTFOUND) continue;
            assert_ok(t->n.ctx, st);
            assert_ok(t->n.ctx, cim_net_route_get(t->n.ctx, route, &v));
            t->covers[p][i] = v.time_ms <= limit;
            cim_net_route_free(route);
        }
    assert_ok(t->n.ctx, cim_fleet_build(t->n.ctx, t->costs, t->metric, NULL, t->posts, POSTS, CIM_ROUTE_BACKWARD, &t->fleet));
    assert_ok(t->n.ctx, cim_coverage_build(t->n.ctx, t->fleet, t->demand, weighted ? t->weights : NULL, DEMAND, limit, &t->coverage));
}

static void end(town *t)
{
    cim_coverage_free(t->coverage);
    cim_fleet_free(t->fleet);
    cim_route_query_free(t->q);
    cim_route_metric_free(t->metric);
    cim_route_hierarchy_free(t->h);
    cim_net_costs_free(t->costs);
    net_done(&t->n);
}

static double covered(const town *t, const uint32_t *at, size_t count, bool *in)
{
    double sum = 0.0;
    for (int i = 0; i < DEMAND; i++) {
        in[i] = false;
        for (size_t u = 0; u < count; u++) in[i] |= t->covers[at[u]][i];
        if (in[i]) sum += t->weights[i];
    }
    return sum;
}

static void check_gap(const town *t, const uint32_t *before, size_t before_count, const uint32_t *after, size_t after_count)
{
    bool was[DEMAND], is[DEMAND];
    uint32_t lost[DEMAND], expected = 0;
    size_t count;
    double lost_weight = 0.0;
    cim_gap gap = { .struct_size = sizeof gap };
    assert_ok(t->n.ctx, cim_coverage_gap(t->n.ctx, t->coverage, before, before_count, after, after_count, lost, DEMAND, &count, &gap));
    assert_true(gap.before_weight == covered(t, before, before_count, was) && gap.after_weight == covered(t, after, after_count, is));
    for (uint32_t i = 0; i < DEMAND; i++) {
        gap.before_count -= was[i];
        gap.after_count -= is[i];
        if (!was[i] || is[i]) continue;
        assert_int_equal(lost[expected++], i);
        lost_weight += t->weights[i];
    }
    assert_int_equal(count, expected);
    assert_int_equal(gap.lost_count, expected);
    assert_int_equal(gap.before_count, 0);
    assert_int_equal(gap.after_count, 0);
    assert_true(gap.lost_weight == lost_weight);
}

/* The best single move by trying them all, and then the next after it. */
static bool best_move(const town *t, const uint32_t *at, const bool *moved, size_t units, const uint32_t *to, size_t posts, const uint32_t *times,
                      uint32_t limit, cim_move_up *best)
{
    bool in[DEMAND];
    double now = covered(t, at, units, in);
    *best = (cim_move_up){ .unit = CIM_NONE, .after_weight = now };
    for (uint32_t u = 0; u < units; u++)
        for (size_t p = 0; p < posts && !moved[u]; p++) {
            uint32_t then[POSTS], time = times[u * posts + p];
            memcpy(then, at, units * sizeof *then);
            then[u] = to[p];
            if (to[p] == at[u] || time >= NO_WAY || time > limit) continue;
            best->considered++;
            double after = covered(t, then, units, in);
            if (after <= now || after < best->after_weight || (after == best->after_weight && best->unit != CIM_NONE && time >= best->time_ms)) continue;
            uint64_t considered = best->considered;
            *best = (cim_move_up){ .unit = u, .from = at[u], .to = to[p], .time_ms = time, .before_weight = now, .after_weight = after,
                                  .considered = considered };
        }
    return best->unit != CIM_NONE;
}

static uint64_t moves_seen;

static void check_moves(const town *t, uint64_t *seed, const uint32_t *list, size_t units)
{
    enum { MOST = 3 };
    uint32_t at[POSTS], to[POSTS], times[POSTS * POSTS], limit = pick(seed, 2) ? NO_WAY : 200000, posts = 1 + pick(seed, POSTS);
    bool moved[POSTS] = { false }, was[DEMAND], is[DEMAND];
    cim_move_up moves[MOST];
    size_t count, expected = 0;
    bool all = pick(seed, 3) == 0;
    memcpy(at, list, units * sizeof *at);
    if (all) posts = POSTS;
    for (uint32_t i = 0; i < posts; i++) to[i] = all ? i : pick(seed, POSTS);
    for (uint32_t i = 0; i < units * posts; i++) times[i] = pick(seed, 9) ? pick(seed, 4) * 100000 : NO_WAY;
    assert_ok(t->n.ctx, cim_coverage_move_up(t->n.ctx, t->coverage, at, units, all ? NULL : to, posts, times, limit, MOST, moves, &count));
    for (; expected < MOST; expected++) {
        cim_move_up best;
        if (!best_move(t, at, moved, units, to, posts, times, limit, &best)) break;
        assert_true(expected < count);
        const cim_move_up *got = &moves[expected];
        assert_int_equal(got->unit, best.unit);
        assert_int_equal(got->from, best.from);
        assert_int_equal(got->to, best.to);
        assert_int_equal(got->time_ms, best.time_ms);
        assert_true(got->before_weight == best.before_weight && got->after_weight == best.after_weight);
        covered(t, at, units, was);
        at[best.unit] = best.to;
        moved[best.unit] = true;
        covered(t, at, units, is);
        double gained = 0.0, lost = 0.0;
        for (int i = 0; i < DEMAND; i++) {
            if (is[i] && !was[i]) gained += t->weights[i];
            if (was[i] && !is[i]) lost += t->weights[i];
        }
        assert_true(got->gained_weight == gained && got->lost_weight == lost);
        moves_seen++;
    }
    assert_int_equal(count, expected);
}

static void test_coverage_town(void **state)
{
    static town t;
    static const uint32_t limits[] = { 45000, 90000, 150000, 0 };
    (void)state;
    for (uint64_t round = 0; round < 4; round++) {
        uint64_t seed = 90 + round;
        begin(&t, seed, round & 1, limits[round]);
        uint32_t never = 0;
        for (uint32_t i = 0; i < DEMAND; i++) {
            bool any = false;
            for (uint32_t p = 0; p < POSTS; p++) {
                assert_int_equal(cim_coverage_has(t.coverage, p, i), t.covers[p][i]);
                any |= t.covers[p][i];
            }
            never += !any;
        }
        cim_gap gap = { .struct_size = sizeof gap };
        assert_ok(t.n.ctx, cim_coverage_gap(t.n.ctx, t.coverage, NULL, 0, NULL, 0, NULL, 0, NULL, &gap));
        assert_int_equal(gap.never_count, never);
        assert_int_equal(cim_coverage_has(t.coverage, POSTS, 0), 0);
        assert_int_equal(cim_coverage_has(t.coverage, 0, DEMAND), 0);
        for (int i = 0; i < 400; i++) {
            uint32_t at[POSTS], units = pick(&seed, 7), left = units ? pick(&seed, units + 1) : 0;
            for (uint32_t u = 0; u < units; u++) at[u] = pick(&seed, POSTS);
            check_gap(&t, at, units, at, left);
            check_moves(&t, &seed, at, left);
        }
        end(&t);
    }
    assert_true(moves_seen > 500);
}

/* ---- drawn scenarios ---- */

static double mean_log(const uint32_t *a, const uint32_t *b, size_t count, double *deviation_out)
{
    double sum = 0.0, squares = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (b[i] >= NO_WAY || b[i] < 1000) continue;
        double x = log((double)a[i] / (double)b[i]);
        sum += x;
        squares += x * x;
        n++;
    }
    *deviation_out = sqrt(squares / (double)n - sum / (double)n * sum / (double)n);
    return sum / (double)n;
}

static void test_scenarios_drawn(void **state)
{
    static town t;
    cim_scenarios *s[4] = { NULL };
    cim_scenario_options options = CIM_SCENARIO_OPTIONS_INIT;
    double mean[CIM_ROUTE_LANES], deviation, share, sum = 0.0;
    (void)state;
    begin(&t, 5, false, 1000);
    size_t arcs = t.n.net->arc_count;
    options.seed = 42;
    assert_ok(t.n.ctx, cim_scenarios_make(t.n.ctx, t.costs, t.h, NULL, &options, &s[0]));
    assert_ok(t.n.ctx, cim_scenarios_make(t.n.ctx, t.costs, t.h, t.costs->weights_ms, &options, &s[1]));
    options.seed = 43;
    assert_ok(t.n.ctx, cim_scenarios_make(t.n.ctx, t.costs, t.h, NULL, &options, &s[2]));
    options.city_spread = options.class_spread = options.area_spread = 0.0;
    options.count = 3;
    assert_ok(t.n.ctx, cim_scenarios_make(t.n.ctx, t.costs, t.h, NULL, &options, &s[3]));
    for (uint32_t k = 0; k < CIM_ROUTE_LANES; k++) {
        const uint32_t *w = cim_scenarios_weights(s[0], k, &share);
        assert_memory_equal(w, cim_scenarios_weights(s[1], k, NULL), arcs * sizeof *w);
        assert_memory_not_equal(w, cim_scenarios_weights(s[2], k, NULL), arcs * sizeof *w);
        mean[k] = mean_log(w, t.costs->weights_ms, arcs, &deviation);
        assert_true(deviation > 0.02 && deviation < 0.5);
        for (size_t a = 0; a < arcs; a++) assert_int_equal(w[a] >= NO_WAY, t.costs->weights_ms[a] >= NO_WAY);
        sum += share;
    }
    assert_true(fabs(sum - 1.0) < 1e-12);
    for (uint32_t k = 0; k < 3; k++) assert_memory_equal(cim_scenarios_weights(s[3], k, NULL), t.costs->weights_ms, arcs * sizeof(uint32_t));
    assert_null(cim_scenarios_weights(s[3], 3, NULL));
    assert_true(mean[0] < mean[15] - 0.1);
    /* what all streets have in common: quantiles of the normal distribution, from tables */
    for (int i = 0; i < 3; i++) cim_scenarios_free(s[i]);
    options.city_spread = 0.5;
    assert_ok(t.n.ctx, cim_scenarios_make(t.n.ctx, t.costs, t.h, NULL, &options, &s[0]));
    static const double wanted[] = { -0.967422, 0.0, 0.967422 };
    for (uint32_t k = 0; k < 3; k++) {
        double got = mean_log(cim_scenarios_weights(s[0], k, NULL), t.costs->weights_ms, arcs, &deviation);
        assert_true(fabs(got - 0.5 * wanted[k]) < 0.002);
    }
    cim_scenarios_free(s[0]);
    cim_scenarios_free(s[3]);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_assign_random), cmocka_unit_test(test_coverage_town), cmocka_unit_test(test_scenarios_drawn) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
