/* place.c - the calls of the placement engine: what is wrong with a problem, which engine solves it, and the plan.
 *
 * The engines say what their plan is worth; place_value.c says it again from the problem, and only when both agree the plan is returned. */
#include "cover/place.h"

static const double HUGE_NUMBER = 1e100; /* products and sums of what is not above stay finite */

struct cim_place_plan {
    cim__mem *mem;
    cim_place_result result;
    uint32_t *sites, *servers;
    double *gains;
};

void cim_place_plan_free(cim_place_plan *plan)
{
    if (!plan) return;
    cim__mem *mem = plan->mem;
    cim__free(mem, plan->sites);
    cim__free(mem, plan->servers);
    cim__free(mem, plan->gains);
    cim__free(mem, plan);
    cim__mem_unref(mem);
}

cim_status cim_place_plan_get(cim_ctx *ctx, const cim_place_plan *plan, cim_place_result *result_out)
{
    cim__enter(ctx);
    if (!plan) return cim__fail(ctx, CIM_EARG, "no plan");
    cim_place_result view = plan->result;
    return cim__view_copy(ctx, result_out, &view, sizeof view);
}

/* ---- what is wrong with a problem ---- */

static cim_status check_numbers(cim_ctx *ctx, const double *values, size_t count, const char *what)
{
    for (size_t i = 0; values && i < count; i++)
        if (!(values[i] >= 0.0 && values[i] <= HUGE_NUMBER)) return cim__fail(ctx, CIM_EARG, "%s %zu is below 0, no number or above 1e100", what, i);
    return CIM_OK;
}

static bool wants_values(uint32_t kind) { return kind == CIM_PLACE_MEDIAN || kind == CIM_PLACE_CENTER || kind == CIM_PLACE_IMPACT; }

/* Each demand once a site. */
static cim_status check_lists(cim_ctx *ctx, const cim_place_problem *p)
{
    uint32_t *last = cim__zalloc_n(ctx->mem, (size_t)p->demand_count + 1, sizeof *last);
    cim_status st = last ? CIM_OK : cim__nomem(ctx);
    if (st >= 0 && p->first[0] != 0) st = cim__fail(ctx, CIM_EARG, "the first list does not begin at 0");
    for (uint32_t j = 0; st >= 0 && j < p->site_count; j++)
        if (p->first[j + 1] < p->first[j] || p->first[j + 1] - p->first[j] > p->demand_count)
            st = cim__fail(ctx, CIM_EARG, "the list of site %u ends before it begins, or is longer than there are demands", j);
    if (st >= 0 && p->first[p->site_count] && (!p->demands || (wants_values(p->kind) && !p->values)))
        st = cim__fail(ctx, CIM_EARG, "lists without demands or values");
    for (uint32_t j = 0; st >= 0 && j < p->site_count; j++) {
        for (uint64_t k = p->first[j]; st >= 0 && k < p->first[j + 1]; k++) {
            uint32_t i = p->demands[k];
            if (i >= p->demand_count) st = cim__fail(ctx, CIM_EARG, "site %u lists demand %u of %u", j, i, p->demand_count);
            else if (last[i] == j + 1) st = cim__fail(ctx, CIM_EARG, "site %u lists demand %u twice", j, i);
            else last[i] = j + 1;
        }
    }
    cim__free(ctx->mem, last);
    CIM__TRY(st);
    return wants_values(p->kind) ? check_numbers(ctx, p->values, (size_t)p->first[p->site_count], "value") : CIM_OK;
}

static cim_status check_matrix(cim_ctx *ctx, const cim_place_problem *p)
{
    bool square = p->kind == CIM_PLACE_DISPERSION;
    size_t n = p->site_count, width = square ? n : p->demand_count;
    if (!p->matrix) return n && width ? cim__fail(ctx, CIM_EARG, "no matrix and no lists") : CIM_OK;
    CIM__TRY(check_numbers(ctx, p->matrix, n * width, "value"));
    for (size_t i = 0; square && i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (p->matrix[i * n + j] != p->matrix[j * n + i]) return cim__fail(ctx, CIM_EARG, "the distance from site %zu to site %zu is not that back", i, j);
    return CIM_OK;
}

static cim_status check_table(cim_ctx *ctx, const cim_place_problem *p)
{
    if (p->matrix && p->first) return cim__fail(ctx, CIM_EARG, "both lists and a matrix");
    if (p->kind == CIM_PLACE_DISPERSION) return p->first ? cim__fail(ctx, CIM_EARG, "DISPERSION wants a matrix") : check_matrix(ctx, p);
    if (!p->first && wants_values(p->kind)) return check_matrix(ctx, p);
    if (!p->first) return cim__fail(ctx, CIM_EARG, "no lists of demands");
    return check_lists(ctx, p);
}

static cim_status check_sites(cim_ctx *ctx, const cim_place_problem *p)
{
    bool may_budget = p->kind == CIM_PLACE_COVER_MOST || p->kind == CIM_PLACE_MEDIAN || p->kind == CIM_PLACE_IMPACT;
    if (!(p->budget >= 0.0)) return cim__fail(ctx, CIM_EARG, "the budget is below 0 or no number");
    if (p->budget < INFINITY && !may_budget) return cim__fail(ctx, CIM_EARG, "this kind of problem has no budget");
    CIM__TRY(check_numbers(ctx, p->costs, p->site_count, "cost"));
    for (uint32_t j = 0; p->flags && j < p->site_count; j++)
        if (p->flags[j] > CIM_PLACE_FORBIDDEN) return cim__fail(ctx, CIM_EARG, "flag of site %u is %u", j, p->flags[j]);
    if (p->kind == CIM_PLACE_DISPERSION && (p->most == CIM_NONE || !p->most)) return cim__fail(ctx, CIM_EARG, "DISPERSION wants a number of sites");
    return CIM_OK;
}

static cim_status check_demands(cim_ctx *ctx, const cim_place_problem *p)
{
    if (p->folds && p->kind > CIM_PLACE_COVER_MOST) return cim__fail(ctx, CIM_EARG, "this kind of problem has no folds");
    CIM__TRY(check_numbers(ctx, p->weights, p->demand_count, "weight"));
    for (uint32_t i = 0; p->folds && i < p->demand_count; i++)
        if (!p->folds[i]) return cim__fail(ctx, CIM_EARG, "demand %u is to be served 0 times", i);
    if (p->kind == CIM_PLACE_IMPACT && p->demand_count && !p->miss) return cim__fail(ctx, CIM_EARG, "IMPACT wants what a miss costs");
    return p->kind == CIM_PLACE_IMPACT ? check_numbers(ctx, p->miss, p->demand_count, "miss") : CIM_OK;
}

static cim_status check_groups(cim_ctx *ctx, const cim_place_problem *p)
{
    if (p->kind != CIM_PLACE_THRESHOLD) return p->group_count || p->groups ? cim__fail(ctx, CIM_EARG, "only THRESHOLD has groups") : CIM_OK;
    if ((p->demand_count && !p->groups) || (p->group_count && !p->needs)) return cim__fail(ctx, CIM_EARG, "no groups or no needs");
    for (uint32_t i = 0; i < p->demand_count; i++)
        if (p->groups[i] != CIM_NONE && p->groups[i] >= p->group_count)
            return cim__fail(ctx, CIM_EARG, "demand %u is of group %u of %u", i, p->groups[i], p->group_count);
    for (uint32_t g = 0; g < p->group_count; g++)
        if (!(p->needs[g] > 0.0)) return cim__fail(ctx, CIM_EARG, "group %u needs nothing", g);
    CIM__TRY(check_numbers(ctx, p->needs, p->group_count, "need"));
    return check_numbers(ctx, p->group_weights, p->group_count, "weight of group");
}

static cim_status check_site_groups(cim_ctx *ctx, const cim_place_problem *p)
{
    if (!p->site_group_count) return CIM_OK;
    if (p->kind == CIM_PLACE_CENTER || p->kind == CIM_PLACE_DISPERSION || p->kind == CIM_PLACE_THRESHOLD)
        return cim__fail(ctx, CIM_EARG, "this kind of problem has no groups of sites");
    if (!p->site_group_first || p->site_group_first[0] != 0) return cim__fail(ctx, CIM_EARG, "the first group of sites does not begin at 0");
    uint32_t *last = cim__zalloc_n(ctx->mem, (size_t)p->site_count + 1, sizeof *last);
    cim_status st = last ? CIM_OK : cim__nomem(ctx);
    for (uint32_t g = 0; st >= 0 && g < p->site_group_count; g++) {
        uint64_t from = p->site_group_first[g], to = p->site_group_first[g + 1];
        if (to < from || to - from > p->site_count) st = cim__fail(ctx, CIM_EARG, "group %u of sites ends before it begins, or is longer than there are sites", g);
        else if (to > from && !p->site_group_sites) st = cim__fail(ctx, CIM_EARG, "groups without sites");
        for (uint64_t k = from; st >= 0 && k < to; k++) {
            uint32_t j = p->site_group_sites[k];
            if (j >= p->site_count) st = cim__fail(ctx, CIM_EARG, "group %u lists site %u of %u", g, j, p->site_count);
            else if (last[j] == g + 1) st = cim__fail(ctx, CIM_EARG, "group %u lists site %u twice", g, j);
            else last[j] = g + 1;
        }
    }
    cim__free(ctx->mem, last);
    return st;
}

static cim_status take_problem(cim_ctx *ctx, cim_place_problem *p, const cim_place_problem *given)
{
    *p = (cim_place_problem)CIM_PLACE_PROBLEM_INIT;
    if (!given) return cim__fail(ctx, CIM_EARG, "no problem");
    CIM__TRY(cim__opts(ctx, p, sizeof *p, given, "problem"));
    if (p->kind > CIM_PLACE_THRESHOLD) return cim__fail(ctx, CIM_EARG, "no kind of problem: %u", p->kind);
    if (p->site_count > CIM_PLACE_MAX_SITES) return cim__fail(ctx, CIM_EARG, "%u sites are too many", p->site_count);
    if (p->demand_count > CIM_PLACE_MAX_DEMANDS) return cim__fail(ctx, CIM_EARG, "%u demands are too many", p->demand_count);
    if (p->kind == CIM_PLACE_DISPERSION) p->demand_count = 0;
    CIM__TRY(check_sites(ctx, p));
    CIM__TRY(check_demands(ctx, p));
    CIM__TRY(check_groups(ctx, p));
    CIM__TRY(check_site_groups(ctx, p));
    return check_table(ctx, p);
}

/* ---- what cannot be ---- */

static cim_status check_fixed(place_run *r)
{
    const cim_place_problem *p = r->p;
    uint32_t count = 0;
    double cost = 0.0;
    for (uint32_t j = 0; j < p->site_count; j++)
        if (cim__place_flag(p, j) == CIM_PLACE_FIXED) count++, cost += cim__place_cost(p, j);
    if (count > p->most) return cim__fail(r->ctx, CIM_ENOTFOUND, "%u sites are fixed, but a plan has at most %u", count, p->most);
    if (cost > p->budget * (1.0 + 1e-12)) return cim__fail(r->ctx, CIM_ENOTFOUND, "the fixed sites alone cost more than the budget");
    return CIM_OK;
}

/* COVER_ALL, CENTER: demands that too few sites may serve. */
static cim_status ignore(place_run *r)
{
    const cim_place_problem *p = r->p;
    if (p->kind != CIM_PLACE_COVER_ALL && p->kind != CIM_PLACE_CENTER) return CIM_OK;
    uint32_t *may = cim__place_zeros(r, p->demand_count, sizeof *may);
    r->ignored = cim__place_zeros(r, p->demand_count, 1);
    if (!may || !r->ignored) return cim__nomem(r->ctx);
    for (uint32_t j = 0; j < p->site_count; j++) {
        const uint32_t *demands = NULL;
        const double *values;
        size_t count = cim__place_flag(p, j) == CIM_PLACE_FORBIDDEN ? 0 : cim__place_row(p, j, &demands, &values);
        for (size_t e = 0; e < count; e++) may[demands ? demands[e] : e]++;
    }
    for (uint32_t i = 0; i < p->demand_count; i++) {
        if (may[i] >= cim__place_folds(p, i) || (p->kind == CIM_PLACE_CENTER && !(cim__place_weight(p, i) > 0.0))) continue;
        if (!r->o.leave_out)
            return cim__fail(r->ctx, CIM_ENOTFOUND, "no plan serves demand %u: %u of the sites that may be chosen do, it needs %u", i, may[i], cim__place_folds(p, i));
        r->ignored[i] = 1;
        r->left_out++;
    }
    return CIM_OK;
}

/* ---- the plan ---- */

static bool is_minimum(uint32_t kind) { return kind != CIM_PLACE_COVER_MOST && kind != CIM_PLACE_DISPERSION && kind != CIM_PLACE_THRESHOLD; }

static cim_status check_plan(place_run *r, const place_answer *a, cim_place_result *v)
{
    const cim_place_problem *p = r->p;
    for (uint32_t j = 0; j < p->site_count; j++) {
        uint8_t flag = cim__place_flag(p, j);
        if ((flag == CIM_PLACE_FIXED && !a->open[j]) || (flag == CIM_PLACE_FORBIDDEN && a->open[j]))
            return cim__fail(r->ctx, CIM_EINTERNAL, "the plan ignores the flag of site %u", j);
        if (a->open[j]) v->count++, v->cost += cim__place_cost(p, j);
    }
    if (v->count > p->most || v->cost > p->budget * (1.0 + 1e-9) || (p->kind == CIM_PLACE_DISPERSION && v->count != p->most))
        return cim__fail(r->ctx, CIM_EINTERNAL, "the plan has %u sites", v->count);
    place_groups *groups;
    CIM__TRY(cim__place_groups_build(r, p->site_count, NULL, &groups));
    if (groups && !cim__place_groups_fit(groups, a->open)) return cim__fail(r->ctx, CIM_EINTERNAL, "the plan does not keep to the groups of sites");
    return CIM_OK;
}

/* The value is that of the evaluation; bounds beyond it by rounding are cut. */
static cim_status settle(place_run *r, const place_answer *a, cim_place_result *v)
{
    const cim_place_problem *p = r->p;
    double scale = fabs(v->value), sign = is_minimum(p->kind) ? 1.0 : -1.0;
    for (uint32_t i = 0; p->kind == CIM_PLACE_COVER_MOST && i < p->demand_count; i++) scale += cim__place_weight(p, i);
    if (!isnan(a->value) && a->value != v->value && !(fabs(a->value - v->value) <= PLACE_SAME * scale))
        return cim__fail(r->ctx, CIM_EINTERNAL, "the plan is not worth what the search said");
    v->bound = a->bound, v->proof = a->proof;
    if (isnan(v->bound)) {
        v->status = CIM_PLACE_HEURISTIC, v->gap = INFINITY;
        return CIM_OK;
    }
    if (sign * (v->bound - v->value) > PLACE_SAME * scale) return cim__fail(r->ctx, CIM_EINTERNAL, "the plan is better than its bound");
    if (sign * (v->bound - v->value) > 0.0 || fabs(v->bound - v->value) <= 1e-12 * scale) v->bound = v->value;
    v->gap = v->bound == v->value ? 0.0 : v->value != 0.0 ? fabs(v->bound - v->value) / fabs(v->value) : INFINITY;
    v->status = v->gap <= PLACE_SAME ? CIM_PLACE_PROVEN : CIM_PLACE_BOUNDED;
    return CIM_OK;
}

static cim_status fill_plan(place_run *r, const place_answer *a, cim_place_plan *plan)
{
    const cim_place_problem *p = r->p;
    cim_place_result *v = &plan->result;
    bool servers = p->kind != CIM_PLACE_DISPERSION;
    CIM__TRY(check_plan(r, a, v));
    plan->sites = cim__alloc_n(plan->mem, (size_t)v->count + 1, sizeof *plan->sites);
    plan->gains = cim__alloc_n(plan->mem, (size_t)v->count + 1, sizeof *plan->gains);
    plan->servers = servers ? cim__alloc_n(plan->mem, (size_t)p->demand_count + 1, sizeof *plan->servers) : NULL;
    if (!plan->sites || !plan->gains || (servers && !plan->servers)) return cim__nomem(r->ctx);
    uint32_t count = 0;
    for (uint32_t j = 0; j < p->site_count; j++)
        if (a->open[j]) plan->sites[count++] = j;
    CIM__TRY(cim__place_evaluate(r->ctx, p, plan->sites, count, r->ignored, &v->value, plan->servers));
    CIM__TRY(cim__place_gains(r->ctx, p, plan->sites, count, r->ignored, plan->gains));
    CIM__TRY(settle(r, a, v));
    v->kind = p->kind, v->sites = plan->sites, v->gains = plan->gains, v->servers = plan->servers, v->server_count = servers ? p->demand_count : 0;
    v->stopped = r->late, v->left_out = r->left_out, v->merged_demands = r->merged, v->dropped_sites = r->dropped, v->seed = r->o.seed;
    v->iterations = r->iterations, v->nodes = r->nodes, v->swaps = r->swaps, v->evaluations = r->evaluations, v->work = r->work;
    return CIM_OK;
}

static cim_status make_plan(place_run *r, const place_answer *a, cim_place_plan **plan_out)
{
    if (!a->found && a->bound == (is_minimum(r->p->kind) ? INFINITY : -INFINITY)) return cim__fail(r->ctx, CIM_ENOTFOUND, "no plan keeps to the limits");
    if (!a->found) return cim__fail(r->ctx, CIM_ELIMIT, "no plan was found with the work and time allowed");
    cim_place_plan *plan = cim__zalloc(r->ctx->mem, sizeof *plan);
    if (!plan) return cim__nomem(r->ctx);
    plan->mem = cim__mem_ref(r->ctx->mem);
    cim_status st = fill_plan(r, a, plan);
    if (st < 0) cim_place_plan_free(plan);
    else *plan_out = plan;
    return st;
}

static cim_status solve(place_run *r, cim_place_plan **plan_out)
{
    place_answer a = { .bound = NAN, .value = NAN, .proof = "no bound" };
    CIM__TRY(check_fixed(r));
    CIM__TRY(ignore(r));
    a.open = cim__place_zeros(r, r->p->site_count, 1);
    if (!a.open) return cim__nomem(r->ctx);
    switch (r->p->kind) {
    case CIM_PLACE_COVER_ALL: r->left_out = 0; /* counted again with the sets */ CIM__TRY(cim__place_solve_cover(r, &a)); break;
    case CIM_PLACE_COVER_MOST: CIM__TRY(cim__place_solve_cover(r, &a)); break;
    case CIM_PLACE_CENTER: CIM__TRY(cim__place_solve_center(r, &a)); break;
    case CIM_PLACE_DISPERSION: CIM__TRY(cim__place_solve_dispersion(r, &a)); break;
    case CIM_PLACE_THRESHOLD: CIM__TRY(cim__place_solve_threshold(r, &a)); break;
    default: CIM__TRY(cim__place_solve_median(r, &a)); break;
    }
    if (r->o.solver == CIM_PLACE_CBC) CIM__TRY(cim__place_solve_cbc(r, &a));
    return make_plan(r, &a, plan_out);
}

cim_status cim_place_solve(cim_ctx *ctx, const cim_place_problem *given, const cim_place_options *options, cim_place_plan **plan_out)
{
    cim_place_problem p;
    cim__arena arena = cim__arena_on(ctx->mem);
    place_run r = { .ctx = ctx, .arena = &arena, .p = &p, .o = CIM_PLACE_OPTIONS_INIT, .end_ms = INFINITY };
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &r.o, sizeof r.o, options, "placement options"));
    if (!(r.o.gap >= 0.0) || !(r.o.time_limit_s >= 0.0)) return cim__fail(ctx, CIM_EARG, "the gap or the time limit is below 0 or no number");
    CIM__TRY(take_problem(ctx, &p, given));
    if (r.o.solver > CIM_PLACE_CBC) return cim__fail(ctx, CIM_EARG, "no solver: %u", r.o.solver);
    if (r.o.solver == CIM_PLACE_CBC) CIM__TRY(cim__place_cbc_fits(ctx, &p));
    if (r.o.time_limit_s > 0.0) r.end_ms = cim__now_ms() + 1e3 * r.o.time_limit_s;
    r.random = r.o.seed;
    cim_status st = solve(&r, plan_out);
    cim__arena_free(&arena);
    return st;
}

cim_status cim_place_value(cim_ctx *ctx, const cim_place_problem *given, const uint32_t *sites, size_t count, double *value_out)
{
    cim_place_problem p;
    cim__enter(ctx);
    CIM__TRY(take_problem(ctx, &p, given));
    if ((count && !sites) || !value_out) return cim__fail(ctx, CIM_EARG, "no sites, or nothing to fill");
    uint8_t *seen = cim__zalloc_n(ctx->mem, (size_t)p.site_count + 1, 1);
    cim_status st = seen ? CIM_OK : cim__nomem(ctx);
    for (size_t k = 0; st >= 0 && k < count; k++) {
        if (sites[k] >= p.site_count) st = cim__fail(ctx, CIM_EARG, "site %u of %u", sites[k], p.site_count);
        else if (seen[sites[k]]++) st = cim__fail(ctx, CIM_EARG, "site %u twice", sites[k]);
    }
    cim__free(ctx->mem, seen);
    return st < 0 ? st : cim__place_evaluate(ctx, &p, sites, count, NULL, value_out, NULL);
}
