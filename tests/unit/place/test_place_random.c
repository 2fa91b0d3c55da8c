/* test_place_random.c - plans of small random problems beside all subsets of their sites, valued by the few lines below: the best plan is
 * found and proven, no bound is ever on the wrong side, and with no work allowed what is said is still true. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 11, M = 16, GROUPS = 5, SITE_GROUPS = 3, ROUNDS = 1500 };

static cim_ctx *ctx;
static uint32_t solver;

typedef struct instance {
    cim_place_problem p;
    uint64_t first[N + 1];
    uint32_t demands[N * M], groups[M];
    double values[N * M], matrix[N * M + N * N], weights[M], miss[M], costs[N], needs[GROUPS], group_weights[GROUPS];
    uint8_t folds[M], flags[N];
    uint64_t group_first[SITE_GROUPS + 1];
    uint32_t group_sites[SITE_GROUPS * N], least[SITE_GROUPS], most[SITE_GROUPS];
    bool serves[N][M];
    double value[N][M];
} instance;

static uint32_t below(uint64_t *state, uint32_t n) { return (uint32_t)(support_random(state) % n); }
static double number(uint64_t *state, bool whole) { return whole ? below(state, 20) : support_uniform(state, 0.0, 20.0); }

static void make_sets(instance *x, uint64_t *state, bool whole)
{
    uint32_t density = 1 + below(state, 5), n = x->p.site_count, m = x->p.demand_count;
    bool all = x->p.kind >= CIM_PLACE_MEDIAN && below(state, 2);
    uint64_t at = 0;
    for (uint32_t j = 0; j < n; j++) {
        uint32_t start = below(state, m + 1);
        for (uint32_t i = 0; i < m; i++) {
            uint32_t to = (i + start) % (m ? m : 1);
            x->serves[j][to] = all || below(state, 6) < density;
            if (!x->serves[j][to]) continue;
            x->demands[at] = to;
            x->value[j][to] = x->values[at++] = number(state, whole);
        }
        x->first[j + 1] = at;
    }
    x->p.first = x->first, x->p.demands = x->demands;
    if (x->p.kind == CIM_PLACE_MEDIAN || x->p.kind == CIM_PLACE_CENTER || x->p.kind == CIM_PLACE_IMPACT) x->p.values = x->values;
    if (!all || !x->p.values || below(state, 2)) return;
    for (uint32_t j = 0; j < n; j++)
        for (uint32_t i = 0; i < m; i++) x->matrix[j * m + i] = x->value[j][i];
    x->p.first = NULL, x->p.demands = NULL, x->p.values = NULL, x->p.matrix = x->matrix;
}

static void make_matrix(instance *x, uint64_t *state, bool whole)
{
    uint32_t n = x->p.site_count;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j <= i; j++) x->matrix[i * n + j] = x->matrix[j * n + i] = number(state, whole);
    x->p.matrix = x->matrix;
}

/* Groups of sites that overlap; some are limited from both sides. */
static void make_groups(instance *x, uint64_t *state)
{
    cim_place_problem *p = &x->p;
    uint64_t at = 0;
    if ((p->kind > CIM_PLACE_MEDIAN && p->kind != CIM_PLACE_IMPACT) || below(state, 3)) return;
    p->site_group_count = 1 + below(state, SITE_GROUPS), p->site_group_first = x->group_first, p->site_group_sites = x->group_sites;
    for (uint32_t g = 0; g < p->site_group_count; g++) {
        for (uint32_t j = 0; j < p->site_count; j++)
            if (below(state, 2)) x->group_sites[at++] = j;
        x->group_first[g + 1] = at;
        x->least[g] = below(state, 4) ? 0 : 1 + below(state, 2), x->most[g] = below(state, 4) ? below(state, 4) : CIM_NONE;
    }
    if (below(state, 3)) p->site_group_most = x->most;
    if (below(state, 2)) p->site_group_least = x->least;
}

static bool keeps_groups(const instance *x, uint32_t set)
{
    for (uint32_t g = 0; g < x->p.site_group_count; g++) {
        uint32_t have = 0;
        for (uint64_t k = x->group_first[g]; k < x->group_first[g + 1]; k++) have += set >> x->group_sites[k] & 1;
        if ((x->p.site_group_least && have < x->least[g]) || (x->p.site_group_most && have > x->most[g])) return false;
    }
    return true;
}

static void make(instance *x, uint32_t kind, uint64_t *state)
{
    bool whole = below(state, 3) > 0;
    memset(x, 0, sizeof *x);
    x->p = (cim_place_problem)CIM_PLACE_PROBLEM_INIT;
    cim_place_problem *p = &x->p;
    p->kind = kind, p->site_count = 1 + below(state, N - 1), p->demand_count = below(state, M);
    if (kind != CIM_PLACE_COVER_ALL || !below(state, 6)) p->most = 1 + below(state, 6);
    if (kind == CIM_PLACE_DISPERSION) make_matrix(x, state, whole);
    else make_sets(x, state, whole);
    for (uint32_t i = 0; i < p->demand_count; i++) {
        x->weights[i] = number(state, whole), x->miss[i] = number(state, whole), x->folds[i] = (uint8_t)(1 + below(state, 2) * below(state, 3));
        x->groups[i] = below(state, GROUPS + 1);
        if (x->groups[i] == GROUPS) x->groups[i] = CIM_NONE;
    }
    for (uint32_t j = 0; j < p->site_count; j++) {
        uint32_t dice = below(state, 12);
        x->costs[j] = number(state, whole), x->flags[j] = dice == 0 ? CIM_PLACE_FIXED : dice == 1 ? CIM_PLACE_FORBIDDEN : 0;
    }
    if (below(state, 2)) p->weights = x->weights;
    if (below(state, 2)) p->costs = x->costs;
    if (below(state, 2)) p->flags = x->flags;
    if (kind <= CIM_PLACE_COVER_MOST && below(state, 2)) p->folds = x->folds;
    if (kind == CIM_PLACE_IMPACT) p->miss = x->miss;
    make_groups(x, state);
    if ((kind == CIM_PLACE_COVER_MOST || kind == CIM_PLACE_MEDIAN || kind == CIM_PLACE_IMPACT) && below(state, 3) == 0) {
        p->budget = below(state, 50);
        if (below(state, 2)) p->most = CIM_NONE;
    }
    if (kind != CIM_PLACE_THRESHOLD) return;
    p->group_count = GROUPS, p->groups = x->groups, p->needs = x->needs;
    for (uint32_t g = 0; g < GROUPS; g++) x->needs[g] = 1.0 + number(state, whole), x->group_weights[g] = number(state, whole);
    if (below(state, 2)) p->group_weights = x->group_weights;
}

/* ---- the oracle ---- */

static double weight(const instance *x, uint32_t i) { return x->p.weights ? x->weights[i] : 1.0; }
static double cost(const instance *x, uint32_t j) { return x->p.costs ? x->costs[j] : 1.0; }

static bool allowed(const instance *x, uint32_t set)
{
    double sum = 0.0;
    uint32_t count = (uint32_t)__builtin_popcount(set);
    for (uint32_t j = 0; j < x->p.site_count; j++) {
        bool in = set >> j & 1;
        if (in) sum += cost(x, j);
        if (x->p.flags && ((x->flags[j] == CIM_PLACE_FIXED && !in) || (x->flags[j] == CIM_PLACE_FORBIDDEN && in))) return false;
    }
    if (!keeps_groups(x, set)) return false;
    if (x->p.kind == CIM_PLACE_DISPERSION) return count == x->p.most;
    return count <= x->p.most && sum <= x->p.budget + 1e-9;
}

static double nearest(const instance *x, uint32_t set, uint32_t i, uint32_t *count)
{
    double best = INFINITY;
    *count = 0;
    for (uint32_t j = 0; j < x->p.site_count; j++) {
        if (!(set >> j & 1) || !x->serves[j][i]) continue;
        ++*count;
        if (x->value[j][i] < best) best = x->value[j][i];
    }
    return best;
}

static double spread(const instance *x, uint32_t set)
{
    double least = INFINITY;
    for (uint32_t a = 0; a < x->p.site_count; a++)
        for (uint32_t b = 0; b < a; b++)
            if ((set >> a & 1) && (set >> b & 1)) least = fmin(least, x->matrix[a * x->p.site_count + b]);
    return least;
}

static double group_sum(const instance *x, uint32_t set)
{
    double sum = 0.0;
    for (uint32_t g = 0; g < GROUPS; g++) {
        double have = 0.0;
        uint32_t count;
        for (uint32_t i = 0; i < x->p.demand_count; i++) {
            nearest(x, set, i, &count);
            if (x->groups[i] == g && count) have += weight(x, i);
        }
        if (have >= x->needs[g] - 1e-11) sum += x->p.group_weights ? x->group_weights[g] : 1.0;
    }
    return sum;
}

static double worth(const instance *x, uint32_t set)
{
    double sum = 0.0, most = 0.0, spent = 0.0, covered = 0.0;
    bool short_of = false;
    if (x->p.kind == CIM_PLACE_DISPERSION) return spread(x, set);
    if (x->p.kind == CIM_PLACE_THRESHOLD) return group_sum(x, set);
    for (uint32_t j = 0; j < x->p.site_count; j++) spent += set >> j & 1 ? cost(x, j) : 0.0;
    for (uint32_t i = 0; i < x->p.demand_count; i++) {
        uint32_t count, folds = x->p.folds ? x->folds[i] : 1;
        double near = nearest(x, set, i, &count), w = weight(x, i);
        if (x->p.kind == CIM_PLACE_IMPACT) near = fmin(near, x->miss[i]);
        if (count < folds) short_of = true;
        else covered += w;
        if (w > 0.0) sum += w * near, most = fmax(most, w * near);
    }
    if (x->p.kind == CIM_PLACE_COVER_ALL) return short_of ? INFINITY : spent;
    if (x->p.kind == CIM_PLACE_COVER_MOST) return covered;
    return x->p.kind == CIM_PLACE_CENTER ? most : sum;
}

static bool is_minimum(uint32_t kind) { return kind != CIM_PLACE_COVER_MOST && kind != CIM_PLACE_DISPERSION && kind != CIM_PLACE_THRESHOLD; }

/* The best of all subsets; NAN: there is no plan. */
static double exhaust(const instance *x)
{
    double best = NAN;
    for (uint32_t set = 0; set < 1u << x->p.site_count; set++) {
        if (!allowed(x, set)) continue;
        double value = worth(x, set);
        if (is_minimum(x->p.kind) ? value < INFINITY && !(best <= value) : !(best >= value)) best = value;
    }
    return best;
}

static bool same(double a, double b) { return a == b || fabs(a - b) <= 1e-9 * (1.0 + fabs(a)); }

static void check_servers(const instance *x, const cim_place_result *r, uint32_t set)
{
    assert_int_equal(r->server_count, x->p.kind == CIM_PLACE_DISPERSION ? 0 : x->p.demand_count);
    for (uint32_t i = 0; i < r->server_count; i++) {
        uint32_t count, s = r->servers[i];
        double near = nearest(x, set, i, &count);
        if (s == CIM_NONE) assert_true(!count || (x->p.kind == CIM_PLACE_IMPACT && near > x->miss[i]));
        else assert_true((set >> s & 1) && x->serves[s][i] && (!x->p.values || x->value[s][i] == near));
    }
}

/* What the value loses without each of its sites. */
static void check_gains(const instance *x, const cim_place_result *r, uint32_t set)
{
    for (uint32_t k = 0; k < r->count; k++) {
        uint32_t less = set & ~(1u << r->sites[k]);
        double value = worth(x, less), wanted = is_minimum(x->p.kind) ? value - r->value : r->value - value;
        if (x->p.kind == CIM_PLACE_COVER_ALL || x->p.kind == CIM_PLACE_DISPERSION) continue;
        assert_true(same(r->gains[k], wanted) || (wanted == INFINITY && r->gains[k] == INFINITY));
    }
}

static void check(const instance *x, uint64_t work, double best)
{
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    cim_place_plan *plan = NULL, *again = NULL;
    cim_place_result r = { .struct_size = sizeof r }, r2 = { .struct_size = sizeof r2 };
    uint32_t set = 0;
    double value = 0.0;
    o.work = work, o.solver = solver;
    cim_status st = cim_place_solve(ctx, &x->p, &o, &plan);
    if (st == CIM_ELIMIT && work != CIM_PLACE_PROVE) return;
    assert_status(ctx, st, isnan(best) ? CIM_ENOTFOUND : CIM_OK);
    if (st < 0) return;
    assert_ok(ctx, cim_place_plan_get(ctx, plan, &r));
    for (uint32_t k = 0; k < r.count; k++) set |= 1u << r.sites[k];
    assert_int_equal(__builtin_popcount(set), r.count);
    assert_true(allowed(x, set));
    assert_true(same(worth(x, set), r.value));
    assert_ok(ctx, cim_place_value(ctx, &x->p, r.sites, r.count, &value));
    assert_true(same(value, r.value));
    double sign = is_minimum(x->p.kind) ? 1.0 : -1.0, tolerance = 1e-9 * (1.0 + fabs(best));
    assert_true(r.value == best || sign * (r.value - best) >= -tolerance);
    if (!isnan(r.bound)) assert_true(r.bound == best || sign * (best - r.bound) >= -tolerance);
    if (r.status == CIM_PLACE_PROVEN) assert_true(same(r.value, best));
    assert_true((r.status == CIM_PLACE_HEURISTIC) == (isnan(r.bound) != 0));
    if (work == CIM_PLACE_PROVE || solver == CIM_PLACE_CBC) assert_int_equal(r.status, CIM_PLACE_PROVEN);
    check_servers(x, &r, set);
    check_gains(x, &r, set);
    assert_ok(ctx, cim_place_solve(ctx, &x->p, &o, &again));
    assert_ok(ctx, cim_place_plan_get(ctx, again, &r2));
    assert_int_equal(r.count, r2.count);
    assert_int_equal(r.work, r2.work);
    for (uint32_t k = 0; k < r.count; k++) assert_int_equal(r.sites[k], r2.sites[k]);
    cim_place_plan_free(plan);
    cim_place_plan_free(again);
}

static void run(uint32_t kind)
{
    uint64_t state = 77 + kind;
    uint32_t plans = 0;
    instance *x = malloc(sizeof *x);
    assert_non_null(x);
    for (uint32_t round = 0; round < (uint32_t)support_rounds(ROUNDS); round++) {
        make(x, kind, &state);
        double best = exhaust(x);
        plans += !isnan(best);
        check(x, CIM_PLACE_PROVE, best);
        check(x, 0, best);
        check(x, below(&state, 3000), best);
    }
    assert_true((int)plans > support_rounds(ROUNDS) / 4);
    free(x);
}

static void test_place_cover_all(void **state) { (void)state, run(CIM_PLACE_COVER_ALL); }
static void test_place_cover_most(void **state) { (void)state, run(CIM_PLACE_COVER_MOST); }
static void test_place_median(void **state) { (void)state, run(CIM_PLACE_MEDIAN); }
static void test_place_center(void **state) { (void)state, run(CIM_PLACE_CENTER); }
static void test_place_dispersion(void **state) { (void)state, run(CIM_PLACE_DISPERSION); }
static void test_place_impact(void **state) { (void)state, run(CIM_PLACE_IMPACT); }
static void test_place_threshold(void **state) { (void)state, run(CIM_PLACE_THRESHOLD); }

/* A first plan of ours, and the proof from CBC; without CBC there is nothing to test but that it is said. */
static void test_place_cbc(void **state)
{
    static const uint32_t kinds[] = { CIM_PLACE_COVER_ALL, CIM_PLACE_COVER_MOST, CIM_PLACE_MEDIAN, CIM_PLACE_IMPACT };
    uint64_t random = 5;
    uint32_t plans = 0;
    instance *x = malloc(sizeof *x);
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    cim_place_plan *plan = NULL;
    (void)state;
    assert_non_null(x);
    o.solver = CIM_PLACE_CBC;
    make(x, CIM_PLACE_CENTER, &random);
    assert_status(ctx, cim_place_solve(ctx, &x->p, &o, &plan), CIM_EUNSUPPORTED);
    make(x, CIM_PLACE_COVER_MOST, &random);
    cim_status st = cim_place_solve(ctx, &x->p, &o, &plan);
    cim_place_plan_free(plan);
    solver = CIM_PLACE_CBC;
    for (uint32_t round = 0; st != CIM_EUNSUPPORTED && round < 150; round++) {
        make(x, kinds[round % 4], &random);
        double best = exhaust(x);
        plans += !isnan(best);
        check(x, 0, best);
    }
    solver = CIM_PLACE_OWN;
    free(x);
    if (st == CIM_EUNSUPPORTED) print_message("# configured without CBC: nothing to compare\n");
    else assert_true(plans > 50);
}

static int begin(void **state)
{
    (void)state;
    ctx = support_ctx();
    return 0;
}

static int end(void **state)
{
    (void)state;
    cim_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_cover_all), cmocka_unit_test(test_place_cover_most), cmocka_unit_test(test_place_median),
        cmocka_unit_test(test_place_center), cmocka_unit_test(test_place_dispersion), cmocka_unit_test(test_place_impact),
        cmocka_unit_test(test_place_threshold), cmocka_unit_test(test_place_cbc),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
