/* test_serve_service.c - service coverage and placement on random street nets, beside single routes and all subsets of the candidates. */
#include "reach.h"

#include "cim/serve.h"

#include <math.h>
#include <stdlib.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
enum { NETS = 60, OF_EACH = 18, F = 5, D = 8, DISTRICTS = 3 };

typedef struct instance {
    cim_net_place facilities[F], demands[D];
    uint32_t f, d, times[F][D], districts[D];
    double weights[D];
} instance;

static instance make(const reach_net *r, uint64_t *seed, int32_t direction, bool with_metric)
{
    instance x = { .f = (uint32_t)(support_random(seed) % (F + 1)), .d = 1 + (uint32_t)(support_random(seed) % D) };
    for (uint32_t j = 0; j < x.f; j++) x.facilities[j] = reach_place(r, seed);
    for (uint32_t i = 0; i < x.d; i++) {
        x.demands[i] = reach_place(r, seed);
        x.weights[i] = (double)(support_random(seed) % 10);
        x.districts[i] = (uint32_t)(support_random(seed) % (DISTRICTS + 1));
        if (x.districts[i] == DISTRICTS) x.districts[i] = CIM_NONE;
        for (uint32_t j = 0; j < x.f; j++)
            x.times[j][i] = direction == CIM_ROUTE_FORWARD ? reach_time(r, &x.facilities[j], &x.demands[i], with_metric)
                                                           : reach_time(r, &x.demands[i], &x.facilities[j], with_metric);
    }
    return x;
}

static void check_service(const instance *x, const cim_service_view *v, const uint32_t *limits)
{
    double served[2] = { 0.0, 0.0 }, district[DISTRICTS][2] = { { 0.0 } }, catchment[F] = { 0.0 };
    uint32_t unserved = 0;
    for (uint32_t i = 0; i < x->d; i++) {
        uint32_t best = NO_WAY, who = CIM_NONE;
        for (uint32_t j = 0; j < x->f; j++)
            if (x->times[j][i] < best) best = x->times[j][i], who = j;
        assert_int_equal(v->costs[i], best);
        assert_int_equal(v->nearest[i], who);
        for (int k = 0; k < 2; k++) {
            if (best > limits[k]) continue;
            served[k] += x->weights[i];
            if (x->districts[i] != CIM_NONE) district[x->districts[i]][k] += x->weights[i];
        }
        if (best > limits[1]) assert_int_equal(v->unserved[unserved++], i);
        else catchment[who] += x->weights[i];
    }
    assert_int_equal(v->unserved_count, unserved);
    for (int k = 0; k < 2; k++) {
        assert_true(v->served_weights[k] == served[k]);
        for (uint32_t d = 0; d < DISTRICTS; d++) assert_true(v->district_served[2 * d + (uint32_t)k] == district[d][k]);
    }
    for (uint32_t j = 0; j < x->f; j++) assert_true(v->catchments[j] == catchment[j]);
}

static void one_service(const reach_net *r, uint64_t *seed, int round, bool with_metric)
{
    int32_t direction = round & 1 ? CIM_ROUTE_BACKWARD : CIM_ROUTE_FORWARD;
    instance x = make(r, seed, direction, with_metric);
    uint32_t limits[2] = { 1 + (uint32_t)(support_random(seed) % 60000), 60001 + (uint32_t)(support_random(seed) % 200000) };
    cim_service_task t = CIM_SERVICE_TASK_INIT;
    cim_service *s = NULL;
    cim_service_view v = { .struct_size = sizeof v };
    t.facilities = x.facilities, t.demands = x.demands, t.facility_count = x.f, t.demand_count = x.d, t.weights = x.weights;
    t.limits = limits, t.limit_count = 2, t.districts = x.districts, t.district_count = DISTRICTS, t.direction = direction;
    assert_ok(r->net.ctx, cim_service_run(r->net.ctx, r->costs, with_metric ? r->metric : NULL, &t, &s));
    assert_ok(r->net.ctx, cim_service_get(r->net.ctx, s, &v));
    check_service(&x, &v, limits);
    cim_service_free(s);
}

static void test_service_random(void **state)
{
    uint64_t seed = 31;
    (void)state;
    for (int k = 0; k < NETS; k++) {
        bool changed = k % 3 == 2;
        reach_net r = reach_random(&seed, (uint32_t)k & 1, changed);
        for (int round = 0; round < OF_EACH; round++) one_service(&r, &seed, round, changed || round % 3);
        reach_done(&r);
    }
}

/* ---- lengths ---- */

/* A shortest way is as long as it says, and no quickest way is shorter. */
static void test_service_lengths(void **state)
{
    uint64_t seed = 32;
    uint32_t ways = 0, shorter = 0;
    (void)state;
    for (int k0 = 0; k0 < NETS; k0++) {
        reach_net r = reach_random(&seed, (uint32_t)k0 & 1, false);
        cim_net_costs *lengths = NULL;
        assert_ok(r.net.ctx, cim_net_costs_lengths(r.net.ctx, r.costs, NULL, &lengths));
        for (int k = 0; k < 2 * OF_EACH; k++) {
            cim_net_place from = reach_place(&r, &seed), to = reach_place(&r, &seed);
            cim_net_route *route = NULL, *quick = NULL;
            cim_net_route_view v = { .struct_size = sizeof v }, q = { .struct_size = sizeof q };
            cim_status st = cim_net_route_find(r.net.ctx, lengths, &from, &to, NULL, NULL, &route);
            cim_status other = cim_net_route_find(r.net.ctx, r.costs, &from, &to, NULL, NULL, &quick);
            assert_int_equal(st, other);
            if (st < 0) continue;
            assert_ok(r.net.ctx, cim_net_route_get(r.net.ctx, route, &v));
            assert_ok(r.net.ctx, cim_net_route_get(r.net.ctx, quick, &q));
            assert_true(fabs(v.time_ms - v.length_m * 1000.0) <= 2.0 + v.leg_count);
            assert_true(v.time_ms <= q.length_m * 1000.0 + 2.0 + q.leg_count);
            ways++, shorter += v.length_m < q.length_m - 1.0;
            cim_net_route_free(route);
            cim_net_route_free(quick);
        }
        cim_net_costs_free(lengths);
        reach_done(&r);
    }
    assert_true(ways > NETS * OF_EACH && shorter > 10);
}

/* ---- placement ---- */

static double worth(const instance *x, uint32_t kind, uint32_t set, uint32_t limit)
{
    double sum = 0.0, most = 0.0;
    for (uint32_t i = 0; i < x->d; i++) {
        double best = INFINITY;
        for (uint32_t j = 0; j < x->f; j++)
            if (set >> j & 1 && x->times[j][i] < NO_WAY && x->times[j][i] <= limit) best = fmin(best, x->times[j][i]);
        if (kind == CIM_PLACE_COVER_MOST) sum += best < INFINITY ? x->weights[i] : 0.0;
        else if (x->weights[i] > 0.0) sum += x->weights[i] * best, most = fmax(most, x->weights[i] * best);
    }
    return kind == CIM_PLACE_CENTER ? most : sum;
}

static void check_place(const reach_net *r, const instance *x, uint32_t kind, uint32_t limit, int32_t direction, bool with_metric)
{
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    cim_place_result v = { .struct_size = sizeof v };
    cim_place_plan *plan = NULL;
    cim_reach *reach = NULL;
    double best = kind == CIM_PLACE_COVER_MOST ? 0.0 : INFINITY;
    p.kind = kind, p.most = 2, p.weights = x->weights, o.work = CIM_PLACE_PROVE;
    for (uint32_t set = 0; set < 1u << x->f; set++)
        if (__builtin_popcount(set) <= 2) best = kind == CIM_PLACE_COVER_MOST ? fmax(best, worth(x, kind, set, limit)) : fmin(best, worth(x, kind, set, limit));
    assert_ok(r->net.ctx, cim_reach_road(r->net.ctx, r->costs, with_metric ? r->metric : NULL, x->facilities, x->f, x->demands, x->d, direction, limit, &reach));
    cim_status st = cim_reach_place(r->net.ctx, reach, &p, &o, &plan);
    if (best == INFINITY) assert_status(r->net.ctx, st, CIM_ENOTFOUND);
    else {
        assert_ok(r->net.ctx, st);
        assert_ok(r->net.ctx, cim_place_plan_get(r->net.ctx, plan, &v));
        assert_true(fabs(v.value - best) <= 1e-9 * (1.0 + best));
        assert_int_equal(v.status, CIM_PLACE_PROVEN);
    }
    cim_place_plan_free(plan);
    cim_reach_free(reach);
}

static void test_place_random(void **state)
{
    static const uint32_t kinds[] = { CIM_PLACE_COVER_MOST, CIM_PLACE_MEDIAN, CIM_PLACE_CENTER };
    uint64_t seed = 33;
    (void)state;
    for (int k = 0; k < NETS; k++) {
        bool changed = k % 3 == 2;
        reach_net r = reach_random(&seed, (uint32_t)k & 1, changed);
        for (int round = 0; round < OF_EACH; round++) {
            bool with_metric = changed || round % 4;
            int32_t direction = round & 1 ? CIM_ROUTE_BACKWARD : CIM_ROUTE_FORWARD;
            instance x = make(&r, &seed, direction, with_metric);
            check_place(&r, &x, kinds[round % 3], round % 5 ? NO_WAY : 1 + (uint32_t)(support_random(&seed) % 200000), direction, with_metric);
        }
        reach_done(&r);
    }
}

/* Least distance of two of three, and what is nearest straight. */
static void test_place_air(void **state)
{
    static const double sites[] = { 0, 0, 10, 0, 100, 0, 100, 3 }, demands[] = { 0, 4, 11, 0, 99, 0 };
    cim_ctx *ctx = support_ctx();
    cim_reach *reach = NULL;
    cim_place_plan *plan = NULL;
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_place_result v = { .struct_size = sizeof v };
    (void)state;
    p.kind = CIM_PLACE_DISPERSION, p.most = 2;
    assert_ok(ctx, cim_reach_air(ctx, sites, 4, sites, 4, INFINITY, &reach));
    assert_ok(ctx, cim_reach_place(ctx, reach, &p, NULL, &plan));
    assert_ok(ctx, cim_place_plan_get(ctx, plan, &v));
    assert_true(v.sites[0] == 0 && v.sites[1] == 3 && fabs(v.value - hypot(100.0, 3.0)) < 1e-12);
    cim_place_plan_free(plan);
    cim_reach_free(reach);
    p.kind = CIM_PLACE_MEDIAN;
    assert_ok(ctx, cim_reach_air(ctx, sites, 4, demands, 3, INFINITY, &reach));
    assert_ok(ctx, cim_reach_place(ctx, reach, &p, NULL, &plan));
    assert_ok(ctx, cim_place_plan_get(ctx, plan, &v));
    assert_true(v.sites[0] == 1 && v.sites[1] == 2 && fabs(v.value - (hypot(10.0, 4.0) + 2.0)) < 1e-12);
    cim_place_plan_free(plan);
    cim_reach_free(reach);
    cim_ctx_free(ctx);
}

/* A row that is not the same when it is asked for again is found out. */
static cim_status other_row(cim_ctx *ctx, void *user, uint32_t site, uint32_t *demands, double *values, uint32_t *count)
{
    (void)ctx, (void)user, (void)values;
    demands[0] = site;
    *count = 1;
    return CIM_OK;
}

static void test_place_looks_again(void **state)
{
    static const uint64_t first[] = { 0, 2, 3 };
    static const uint32_t demands[] = { 0, 1, 1 };
    cim_ctx *ctx = support_ctx();
    cim_reach *reach = NULL;
    cim_place_plan *plan = NULL;
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    (void)state;
    p.kind = CIM_PLACE_COVER_MOST, p.most = 1;
    assert_ok(ctx, cim_reach_rows(ctx, 2, 2, first, demands, NULL, other_row, NULL, &reach));
    assert_status(ctx, cim_reach_place(ctx, reach, &p, NULL, &plan), CIM_EINTERNAL);
    assert_null(plan);
    p.kind = CIM_PLACE_MEDIAN;
    assert_status(ctx, cim_reach_place(ctx, reach, &p, NULL, &plan), CIM_EARG);
    cim_reach_free(reach);
    cim_ctx_free(ctx);
}

/* ---- refusals ---- */

static void test_service_refuses(void **state)
{
    uint64_t seed = 34;
    reach_net r = reach_random(&seed, 1, false);
    cim_ctx *ctx = r.net.ctx;
    cim_net_place place = reach_place(&r, &seed), bad = place;
    cim_service_task t = CIM_SERVICE_TASK_INIT;
    cim_service *s = NULL;
    cim_reach *reach = NULL;
    const uint32_t falling[] = { 5, 5 }, district[] = { 7 };
    const double minus[] = { -1.0 }, nowhere[] = { NAN, 0.0 };
    (void)state;
    bad.edge = 0xfffffff0u;
    t.facilities = &place, t.demands = &place, t.facility_count = t.demand_count = 1;
    assert_status(ctx, cim_service_run(ctx, NULL, NULL, &t, &s), CIM_EARG);
    t.limits = falling, t.limit_count = 2;
    assert_status(ctx, cim_service_run(ctx, r.costs, NULL, &t, &s), CIM_EARG);
    t.limit_count = 0, t.weights = minus;
    assert_status(ctx, cim_service_run(ctx, r.costs, NULL, &t, &s), CIM_EARG);
    t.weights = NULL, t.districts = district, t.district_count = 7;
    assert_status(ctx, cim_service_run(ctx, r.costs, NULL, &t, &s), CIM_EARG);
    t.districts = NULL, t.direction = 7;
    assert_status(ctx, cim_service_run(ctx, r.costs, NULL, &t, &s), CIM_EARG);
    t.direction = CIM_ROUTE_FORWARD, t.demands = &bad;
    assert_status(ctx, cim_service_run(ctx, r.costs, NULL, &t, &s), CIM_EARG);
    t.demands = NULL;
    assert_status(ctx, cim_service_run(ctx, r.costs, NULL, &t, &s), CIM_EARG);
    assert_null(s);
    assert_status(ctx, cim_reach_road(ctx, NULL, NULL, &place, 1, &place, 1, CIM_ROUTE_FORWARD, NO_WAY, &reach), CIM_EARG);
    assert_status(ctx, cim_reach_road(ctx, r.costs, NULL, &place, 1, &place, 1, 5, NO_WAY, &reach), CIM_EARG);
    assert_status(ctx, cim_reach_road(ctx, r.costs, NULL, &bad, 1, &place, 1, CIM_ROUTE_FORWARD, NO_WAY, &reach), CIM_EARG);
    assert_status(ctx, cim_reach_air(ctx, nowhere, 1, nowhere, 0, 1.0, &reach), CIM_EARG);
    assert_status(ctx, cim_reach_air(ctx, nowhere, 0, nowhere, 0, -1.0, &reach), CIM_EARG);
    assert_null(reach);
    reach_done(&r);
}

/* ---- memory ---- */

static reach_net shared;
static cim_net_place places[4];

static cim_status use_all(cim_ctx *ctx)
{
    cim_service_task t = CIM_SERVICE_TASK_INIT;
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    cim_service *s = NULL;
    cim_reach *reach = NULL;
    cim_place_plan *plan = NULL;
    cim_net_costs *lengths = NULL;
    const double capacities[] = { 1.0, 5.0 };
    t.facilities = places, t.facility_count = 2, t.demands = places + 1, t.demand_count = 3, t.capacities = capacities, t.direction = CIM_ROUTE_BACKWARD;
    p.kind = CIM_PLACE_COVER_MOST, p.most = 1;
    cim_status st = cim_service_run(ctx, shared.costs, NULL, &t, &s);
    if (st >= 0) st = cim_reach_road(ctx, shared.costs, NULL, places, 2, places + 1, 3, CIM_ROUTE_BACKWARD, NO_WAY, &reach);
    if (st >= 0) st = cim_reach_place(ctx, reach, &p, NULL, &plan);
    if (st >= 0) st = cim_net_costs_lengths(ctx, shared.costs, NULL, &lengths);
    cim_net_costs_free(lengths);
    cim_place_plan_free(plan);
    cim_reach_free(reach);
    cim_service_free(s);
    return st;
}

static void test_service_oom(void **state)
{
    uint64_t seed = 35;
    (void)state;
    shared = reach_random(&seed, 0, false);
    for (int k = 0; k < 4; k++) places[k] = reach_place(&shared, &seed);
    support_fault_loop("service", use_all, 2000);
    reach_done(&shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_service_random), cmocka_unit_test(test_service_lengths), cmocka_unit_test(test_place_random), cmocka_unit_test(test_place_air),
        cmocka_unit_test(test_place_looks_again), cmocka_unit_test(test_service_refuses), cmocka_unit_test(test_service_oom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
