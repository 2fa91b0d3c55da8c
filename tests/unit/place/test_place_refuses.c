/* test_place_refuses.c - every refusal the header names, empty and extreme problems, limits of work and time, cancelling, memory that runs out. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

static const uint64_t first[] = { 0, 2, 4, 6 };
static const uint32_t demands[] = { 0, 1, 1, 2, 2, 3 }, groups[] = { 0, 0, 1, CIM_NONE };
static const double values[] = { 1.0, 2.0, 3.0, 4.0, 5.0, 6.0 }, ones[] = { 1.0, 1.0, 1.0, 1.0 }, needs[] = { 1.0, 1.0 };
static const double square[] = { 0.0, 1.0, 2.0, 1.0, 0.0, 3.0, 2.0, 3.0, 0.0 }, full[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
static const uint8_t flags[] = { 0, 0, 0 }, folds[] = { 1, 1, 1, 1 };

static cim_place_problem good(uint32_t kind)
{
    cim_place_problem p = CIM_PLACE_PROBLEM_INIT;
    p.kind = kind, p.site_count = 3, p.demand_count = 4, p.most = 2;
    p.first = first, p.demands = demands, p.weights = ones, p.costs = ones, p.flags = flags;
    if (kind <= CIM_PLACE_COVER_MOST) p.folds = folds;
    if (kind == CIM_PLACE_MEDIAN || kind == CIM_PLACE_CENTER || kind == CIM_PLACE_IMPACT) p.values = values;
    if (kind == CIM_PLACE_IMPACT) p.miss = ones;
    if (kind == CIM_PLACE_DISPERSION) p.first = NULL, p.demands = NULL, p.matrix = square;
    if (kind == CIM_PLACE_THRESHOLD) p.group_count = 2, p.groups = groups, p.needs = needs;
    return p;
}

static void refuse(const cim_place_problem *p, cim_status wanted)
{
    cim_place_plan *plan = (cim_place_plan *)(uintptr_t)1;
    double value = 7.0;
    assert_status(ctx, cim_place_solve(ctx, p, NULL, &plan), wanted);
    assert_ptr_equal(plan, (cim_place_plan *)(uintptr_t)1);
    if (wanted == CIM_ENOTFOUND) return;
    assert_status(ctx, cim_place_value(ctx, p, NULL, 0, &value), wanted);
    assert_true(value == 7.0);
}

#define REFUSE(kind, field, given)             \
    do {                                       \
        cim_place_problem p = good(kind);      \
        p.field = given;                       \
        refuse(&p, CIM_EARG);                  \
    } while (0)

static void test_place_refuses_sites(void **state)
{
    const double not[] = { 1.0, NAN, 1.0, 1.0 }, negative[] = { 1.0, -1.0, 1.0, 1.0 }, huge_[] = { 1.0, 1e101, 1.0, 1.0 };
    const uint8_t flag[] = { 0, 3, 0 };
    (void)state;
    refuse(NULL, CIM_EARG);
    REFUSE(CIM_PLACE_COVER_ALL, struct_size, 0);
    REFUSE(7, first, first);
    REFUSE(CIM_PLACE_COVER_ALL, site_count, CIM_PLACE_MAX_SITES + 1);
    REFUSE(CIM_PLACE_COVER_ALL, demand_count, CIM_PLACE_MAX_DEMANDS + 1);
    REFUSE(CIM_PLACE_COVER_MOST, budget, NAN);
    REFUSE(CIM_PLACE_COVER_MOST, budget, -1.0);
    REFUSE(CIM_PLACE_COVER_ALL, budget, 1.0);
    REFUSE(CIM_PLACE_CENTER, budget, 1.0);
    REFUSE(CIM_PLACE_COVER_MOST, costs, not);
    REFUSE(CIM_PLACE_COVER_MOST, costs, negative);
    REFUSE(CIM_PLACE_COVER_MOST, costs, huge_);
    REFUSE(CIM_PLACE_COVER_MOST, flags, flag);
    REFUSE(CIM_PLACE_DISPERSION, most, 0);
    REFUSE(CIM_PLACE_DISPERSION, most, CIM_NONE);
    REFUSE(CIM_PLACE_COVER_MOST, weights, not);
    REFUSE(CIM_PLACE_IMPACT, miss, NULL);
    REFUSE(CIM_PLACE_IMPACT, miss, not);
    struct { cim_place_problem p; uint64_t more; } later = { good(CIM_PLACE_COVER_ALL), 1 };
    later.p.struct_size = sizeof later;
    refuse(&later.p, CIM_EVERSION);
}

static void test_place_refuses_tables(void **state)
{
    const uint64_t late[] = { 1, 2, 4, 6 }, back[] = { 0, 4, 2, 6 }, far_[] = { 0, UINT64_MAX, UINT64_MAX, UINT64_MAX };
    const uint32_t twice[] = { 0, 0, 1, 2, 2, 3 }, beyond[] = { 0, 1, 1, 2, 2, 4 }, group[] = { 0, 2, 1, 0 };
    const double skew[] = { 0.0, 1.0, 2.0, 9.0, 0.0, 3.0, 2.0, 3.0, 0.0 }, nothing[] = { 1.0, 0.0 }, odd[] = { 1.0, NAN }, inf_[] = { 1, 2, 3, 4, 5, INFINITY };
    const uint8_t none[] = { 1, 0, 1, 1 };
    (void)state;
    REFUSE(CIM_PLACE_COVER_ALL, first, NULL);
    REFUSE(CIM_PLACE_COVER_ALL, demands, NULL);
    REFUSE(CIM_PLACE_COVER_ALL, first, late);
    REFUSE(CIM_PLACE_COVER_ALL, first, back);
    REFUSE(CIM_PLACE_COVER_ALL, first, far_);
    REFUSE(CIM_PLACE_COVER_ALL, demands, twice);
    REFUSE(CIM_PLACE_COVER_ALL, demands, beyond);
    REFUSE(CIM_PLACE_COVER_ALL, matrix, full);
    REFUSE(CIM_PLACE_COVER_ALL, folds, none);
    REFUSE(CIM_PLACE_MEDIAN, folds, folds);
    REFUSE(CIM_PLACE_MEDIAN, values, NULL);
    REFUSE(CIM_PLACE_MEDIAN, values, inf_);
    REFUSE(CIM_PLACE_MEDIAN, first, NULL);
    REFUSE(CIM_PLACE_MEDIAN, group_count, 1);
    REFUSE(CIM_PLACE_DISPERSION, matrix, NULL);
    REFUSE(CIM_PLACE_DISPERSION, matrix, skew);
    REFUSE(CIM_PLACE_DISPERSION, first, first);
    REFUSE(CIM_PLACE_THRESHOLD, groups, NULL);
    REFUSE(CIM_PLACE_THRESHOLD, groups, group);
    REFUSE(CIM_PLACE_THRESHOLD, needs, NULL);
    REFUSE(CIM_PLACE_THRESHOLD, needs, nothing);
    REFUSE(CIM_PLACE_THRESHOLD, needs, odd);
    REFUSE(CIM_PLACE_THRESHOLD, group_weights, odd);
}

static void test_place_refuses_options(void **state)
{
    cim_place_problem p = good(CIM_PLACE_COVER_MOST);
    cim_place_options o = CIM_PLACE_OPTIONS_INIT, none = CIM_PLACE_OPTIONS_INIT;
    cim_place_plan *plan = NULL;
    cim_place_result r = { .struct_size = 0 };
    const uint32_t far_[] = { 3 }, twice[] = { 1, 1 };
    double value = 7.0;
    (void)state;
    o.gap = NAN;
    assert_status(ctx, cim_place_solve(ctx, &p, &o, &plan), CIM_EARG);
    o = none, o.time_limit_s = -1.0;
    assert_status(ctx, cim_place_solve(ctx, &p, &o, &plan), CIM_EARG);
    o = none, o.struct_size = 0;
    assert_status(ctx, cim_place_solve(ctx, &p, &o, &plan), CIM_EARG);
    assert_null(plan);
    assert_status(ctx, cim_place_value(ctx, &p, far_, 1, &value), CIM_EARG);
    assert_status(ctx, cim_place_value(ctx, &p, twice, 2, &value), CIM_EARG);
    assert_status(ctx, cim_place_value(ctx, &p, NULL, 1, &value), CIM_EARG);
    assert_true(value == 7.0);
    assert_ok(ctx, cim_place_solve(ctx, &p, NULL, &plan));
    assert_status(ctx, cim_place_plan_get(ctx, plan, &r), CIM_EARG);
    assert_status(ctx, cim_place_plan_get(ctx, plan, NULL), CIM_EARG);
    assert_status(ctx, cim_place_plan_get(ctx, NULL, &r), CIM_EARG);
    cim_place_plan_free(plan);
    cim_place_plan_free(NULL);
}

/* Problems without a plan. */
static void test_place_impossible(void **state)
{
    const uint8_t shut[] = { CIM_PLACE_FORBIDDEN, 0, 0 }, stand[] = { CIM_PLACE_FIXED, CIM_PLACE_FIXED, CIM_PLACE_FIXED }, twice[] = { 1, 1, 1, 2 };
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    cim_place_result r = { .struct_size = sizeof r };
    cim_place_plan *plan = NULL;
    cim_place_problem p = good(CIM_PLACE_COVER_ALL);
    (void)state;
    p.flags = shut;
    refuse(&p, CIM_ENOTFOUND);
    o.leave_out = 1;
    assert_ok(ctx, cim_place_solve(ctx, &p, &o, &plan));
    assert_ok(ctx, cim_place_plan_get(ctx, plan, &r));
    assert_true(r.left_out == 1 && r.value == 2.0 && r.status == CIM_PLACE_PROVEN && r.servers[0] == CIM_NONE);
    cim_place_plan_free(plan);
    p.kind = CIM_PLACE_CENTER, p.values = values, p.folds = NULL;
    refuse(&p, CIM_ENOTFOUND);
    assert_ok(ctx, cim_place_solve(ctx, &p, &o, &plan));
    assert_ok(ctx, cim_place_plan_get(ctx, plan, &r));
    assert_true(r.left_out == 1 && r.value == 6.0 && r.status == CIM_PLACE_PROVEN);
    cim_place_plan_free(plan);
    p.kind = CIM_PLACE_MEDIAN;
    refuse(&p, CIM_ENOTFOUND);
    p = good(CIM_PLACE_COVER_ALL), p.folds = twice;
    refuse(&p, CIM_ENOTFOUND);
    p = good(CIM_PLACE_COVER_MOST), p.flags = stand;
    refuse(&p, CIM_ENOTFOUND);
    p.most = CIM_NONE, p.budget = 2.0;
    refuse(&p, CIM_ENOTFOUND);
    p = good(CIM_PLACE_COVER_ALL), p.most = 1;
    refuse(&p, CIM_ENOTFOUND);
    p = good(CIM_PLACE_MEDIAN), p.most = 1;
    refuse(&p, CIM_ENOTFOUND);
    p = good(CIM_PLACE_DISPERSION), p.most = 4;
    refuse(&p, CIM_ENOTFOUND);
}

/* Nothing to choose from, and nothing to serve. */
static void test_place_empty(void **state)
{
    static const uint64_t none[] = { 0 };
    (void)state;
    for (uint32_t kind = 0; kind <= CIM_PLACE_THRESHOLD; kind++) {
        cim_place_problem p = good(kind);
        cim_place_result r = { .struct_size = sizeof r };
        cim_place_plan *plan = NULL;
        if (kind == CIM_PLACE_DISPERSION) continue;
        p.site_count = p.demand_count = 0, p.first = none;
        if (kind == CIM_PLACE_THRESHOLD) p.group_count = 0;
        assert_ok(ctx, cim_place_solve(ctx, &p, NULL, &plan));
        assert_ok(ctx, cim_place_plan_get(ctx, plan, &r));
        assert_true(r.value == 0.0 && r.status == CIM_PLACE_PROVEN && !r.count);
        cim_place_plan_free(plan);
        p.demand_count = kind == CIM_PLACE_THRESHOLD ? 0 : 4, plan = NULL;
        bool must = kind == CIM_PLACE_COVER_ALL || kind == CIM_PLACE_MEDIAN || kind == CIM_PLACE_CENTER;
        assert_status(ctx, cim_place_solve(ctx, &p, NULL, &plan), must ? CIM_ENOTFOUND : CIM_OK);
        cim_place_plan_free(plan);
    }
}

/* ---- large enough not to end by itself ---- */

enum { SITES = 150, DEMANDS = 1500 };

typedef struct large {
    cim_place_problem p;
    uint64_t first[SITES + 1];
    uint32_t demands[SITES * DEMANDS];
    double weights[DEMANDS];
} large;

static large *make_large(void)
{
    large *x = calloc(1, sizeof *x);
    uint64_t state = 5, at = 0;
    assert_non_null(x);
    for (uint32_t j = 0; j < SITES; j++) {
        for (uint32_t i = 0; i < DEMANDS; i++)
            if (support_random(&state) % 16 == 0) x->demands[at++] = i;
        x->first[j + 1] = at;
    }
    for (uint32_t i = 0; i < DEMANDS; i++) x->weights[i] = (double)(1 + support_random(&state) % 100);
    x->p = (cim_place_problem)CIM_PLACE_PROBLEM_INIT;
    x->p.kind = CIM_PLACE_COVER_MOST, x->p.site_count = SITES, x->p.demand_count = DEMANDS, x->p.most = 15, x->p.first = x->first;
    x->p.demands = x->demands, x->p.weights = x->weights;
    return x;
}

static void test_place_limits(void **state)
{
    large *x = make_large();
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    cim_place_result r = { .struct_size = sizeof r };
    cim_place_plan *plan = NULL;
    (void)state;
    o.work = CIM_PLACE_PROVE, o.time_limit_s = 0.2;
    assert_ok(ctx, cim_place_solve(ctx, &x->p, &o, &plan));
    assert_ok(ctx, cim_place_plan_get(ctx, plan, &r));
    assert_true(r.stopped == 1 && r.status == CIM_PLACE_BOUNDED && r.bound > r.value && r.gap > 0.0 && r.gap < 0.5);
    cim_place_plan_free(plan);
    o.time_limit_s = 0.0, o.gap = 0.3;
    assert_ok(ctx, cim_place_solve(ctx, &x->p, &o, &plan));
    assert_ok(ctx, cim_place_plan_get(ctx, plan, &r));
    assert_true(!r.stopped && r.gap <= 0.3 && r.bound >= r.value);
    cim_place_plan_free(plan);
    free(x);
}

static int32_t stop_later(double done, const char *step, void *user)
{
    (void)done, (void)step;
    return --*(int *)user > 0;
}

static void test_place_cancel(void **state)
{
    large *x = make_large();
    cim_ctx_options options = CIM_CTX_OPTIONS_INIT;
    cim_place_options o = CIM_PLACE_OPTIONS_INIT;
    cim_place_plan *plan = NULL;
    cim_ctx *own = NULL;
    int left = 40;
    (void)state;
    options.progress = stop_later, options.progress_user = &left;
    assert_int_equal(cim_ctx_new(&options, &own), CIM_OK);
    o.work = CIM_PLACE_PROVE;
    assert_status(own, cim_place_solve(own, &x->p, &o, &plan), CIM_ECANCEL);
    assert_null(plan);
    cim_ctx_free(own);
    free(x);
}

/* ---- memory ---- */

static uint32_t fault_kind;

static cim_status use(cim_ctx *own)
{
    static const double d[] = { 0, 4, 7, 3, 4, 0, 5, 6, 7, 5, 0, 2, 3, 6, 2, 0 };
    cim_place_problem p = good(fault_kind);
    cim_place_plan *plan = NULL;
    cim_place_result r = { .struct_size = sizeof r };
    double value;
    p.weights = NULL, p.most = CIM_NONE;
    if (fault_kind == CIM_PLACE_DISPERSION || fault_kind == CIM_PLACE_MEDIAN || fault_kind == CIM_PLACE_CENTER)
        p.first = NULL, p.demands = NULL, p.values = NULL, p.matrix = d, p.site_count = 4, p.demand_count = 4, p.most = 2, p.costs = p.weights, p.flags = NULL;
    if (fault_kind == CIM_PLACE_COVER_MOST) p.budget = 2.5;
    cim_status st = cim_place_solve(own, &p, NULL, &plan);
    if (st >= 0) st = cim_place_plan_get(own, plan, &r);
    if (st >= 0) st = cim_place_value(own, &p, r.sites, r.count, &value);
    cim_place_plan_free(plan);
    return st;
}

static void test_place_oom(void **state)
{
    static const char *const names[] = { "cover all", "cover most", "median", "center", "dispersion", "impact", "threshold" };
    (void)state;
    for (fault_kind = 0; fault_kind <= CIM_PLACE_THRESHOLD; fault_kind++) support_fault_loop(names[fault_kind], use, 400);
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
        cmocka_unit_test(test_place_refuses_sites), cmocka_unit_test(test_place_refuses_tables), cmocka_unit_test(test_place_refuses_options),
        cmocka_unit_test(test_place_impossible), cmocka_unit_test(test_place_empty), cmocka_unit_test(test_place_limits), cmocka_unit_test(test_place_cancel),
        cmocka_unit_test(test_place_oom),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
