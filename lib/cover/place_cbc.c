/* place_cbc.c - COVER_ALL, COVER_MOST, MEDIAN and IMPACT as mixed integer programs for COIN-OR CBC, on request.
 *
 * One column a site; one more a demand of COVER_MOST, or a pair of a site and a demand of a median, with "a site serves only when it is open" by
 * pairs.  The problem goes there as it was given, without our reductions: what CBC says is a second opinion. */
#include "cover/place.h"

static bool is_kind(uint32_t kind) { return kind <= CIM_PLACE_MEDIAN || kind == CIM_PLACE_IMPACT; }

#ifdef CIM_WITH_CBC
#include <coin/Cbc_C_Interface.h>

enum { MOST_ENTRIES = 20000000 };

cim_status cim__place_cbc_fits(cim_ctx *ctx, const cim_place_problem *p)
{
    return is_kind(p->kind) ? CIM_OK : cim__fail(ctx, CIM_EUNSUPPORTED, "CBC gets COVER_ALL, COVER_MOST, MEDIAN and IMPACT only");
}

/* Columns with their entries, rows only counted. */
typedef struct program {
    place_run *r;
    cim__buf start, row, value;        /* int, int, double: entries by column */
    cim__buf low, high, cost, whole;   /* by column: double, double, double, uint8_t */
    cim__buf row_low, row_high;        /* double */
} program;

static void put_int(cim__buf *b, int v) { cim__buf_put(b, &v, sizeof v); }
static void put_real(cim__buf *b, double v) { cim__buf_put(b, &v, sizeof v); }

static void column(program *m, double low, double high, double cost, bool whole)
{
    uint8_t flag = whole;
    put_int(&m->start, (int)CIM__COUNT(&m->row, int));
    put_real(&m->low, low);
    put_real(&m->high, high);
    put_real(&m->cost, cost);
    cim__buf_put(&m->whole, &flag, 1);
}

static void entry(program *m, size_t row, double value)
{
    put_int(&m->row, (int)row);
    put_real(&m->value, value);
}

static size_t row(program *m, double low, double high)
{
    put_real(&m->row_low, low);
    put_real(&m->row_high, high);
    return CIM__COUNT(&m->row_low, double) - 1;
}

static const double FAR = 1e300; /* CBC takes more than 1e30 for infinite */

/* What is the same for all: the count, the budget, the groups. */
typedef struct limits {
    size_t most, budget, groups;
} limits;

static limits limit_rows(program *m)
{
    const cim_place_problem *p = m->r->p;
    limits l = { SIZE_MAX, SIZE_MAX, SIZE_MAX };
    if (p->most != CIM_NONE) l.most = row(m, -FAR, p->most);
    if (p->budget < INFINITY) l.budget = row(m, -FAR, p->budget);
    for (uint32_t g = 0; g < p->site_group_count; g++) {
        uint32_t most = p->site_group_most ? p->site_group_most[g] : CIM_NONE;
        size_t at = row(m, p->site_group_least ? p->site_group_least[g] : 0.0, most == CIM_NONE ? FAR : most);
        if (!g) l.groups = at;
    }
    return l;
}

/* A site's column, as far as the limits; entries of the demands follow. */
static void site_column(program *m, const limits *l, const place_groups *groups, uint32_t j, double cost)
{
    const cim_place_problem *p = m->r->p;
    uint8_t flag = cim__place_flag(p, j);
    column(m, flag == CIM_PLACE_FIXED, flag != CIM_PLACE_FORBIDDEN, cost, true);
    if (l->most != SIZE_MAX) entry(m, l->most, 1.0);
    if (l->budget != SIZE_MAX && cim__place_cost(p, j) != 0.0) entry(m, l->budget, cim__place_cost(p, j));
    for (uint64_t k = groups ? groups->first[j] : 0; groups && k < groups->first[j + 1]; k++) entry(m, l->groups + groups->of[k], 1.0);
}

static bool failed(const program *m)
{
    return m->start.failed || m->row.failed || m->value.failed || m->low.failed || m->high.failed || m->cost.failed || m->whole.failed || m->row_low.failed ||
           m->row_high.failed;
}

/* Demand i is row `first + i`. */
static void cover_program(program *m, const place_groups *groups)
{
    const cim_place_problem *p = m->r->p;
    bool all = p->kind == CIM_PLACE_COVER_ALL;
    limits l = limit_rows(m);
    size_t first = CIM__COUNT(&m->row_low, double);
    for (uint32_t i = 0; i < p->demand_count; i++)
        row(m, all && !(m->r->ignored && m->r->ignored[i]) ? cim__place_folds(p, i) : 0.0, FAR);
    for (uint32_t j = 0; j < p->site_count; j++) {
        site_column(m, &l, groups, j, all ? cim__place_cost(p, j) : 0.0);
        for (uint64_t k = p->first[j]; k < p->first[j + 1]; k++) entry(m, first + p->demands[k], 1.0);
    }
    for (uint32_t i = 0; !all && i < p->demand_count; i++) {
        column(m, 0.0, 1.0, -cim__place_weight(p, i), cim__place_folds(p, i) > 1);
        entry(m, first + i, -(double)cim__place_folds(p, i));
    }
}

/* Rows: each demand once, then each pair. */
static void median_program(program *m, const place_groups *groups)
{
    const cim_place_problem *p = m->r->p;
    limits l = limit_rows(m);
    size_t first = CIM__COUNT(&m->row_low, double), pair;
    for (uint32_t i = 0; i < p->demand_count; i++) row(m, cim__place_weight(p, i) > 0.0, 1.0);
    pair = CIM__COUNT(&m->row_low, double);
    for (uint32_t j = 0; j < p->site_count && !failed(m); j++) {
        const uint32_t *demands;
        const double *values;
        size_t count = cim__place_row(p, j, &demands, &values), at = pair;
        site_column(m, &l, groups, j, 0.0);
        for (size_t e = 0; e < count; e++) entry(m, row(m, -FAR, 0.0), -1.0);
        for (size_t e = 0; e < count; e++) {
            size_t i = demands ? demands[e] : e;
            column(m, 0.0, 1.0, cim__place_weight(p, i) * values[e], false);
            entry(m, first + i, 1.0);
            entry(m, at++, 1.0);
        }
        pair = at;
    }
    for (uint32_t i = 0; p->kind == CIM_PLACE_IMPACT && i < p->demand_count; i++) {
        column(m, 0.0, 1.0, cim__place_weight(p, i) * p->miss[i], false);
        entry(m, first + i, 1.0);
    }
}

/* The columns of sites come first, or in a row with those of their pairs. */
static void take(program *m, const double *x, place_answer *a)
{
    const cim_place_problem *p = m->r->p;
    size_t at = 0;
    bool pairs = p->kind == CIM_PLACE_MEDIAN || p->kind == CIM_PLACE_IMPACT;
    for (uint32_t j = 0; j < p->site_count; j++) {
        const uint32_t *demands;
        const double *values;
        a->open[j] = x[at] > 0.5;
        at += 1 + (pairs ? cim__place_row(p, j, &demands, &values) : 0);
    }
}

static cim_status value_of(place_run *r, const uint8_t *open, double *value_out)
{
    const cim_place_problem *p = r->p;
    uint32_t *sites = cim__place_room(r, p->site_count, sizeof *sites), count = 0;
    if (!sites) return cim__nomem(r->ctx);
    for (uint32_t j = 0; j < p->site_count; j++)
        if (open[j]) sites[count++] = j;
    return cim__place_evaluate(r->ctx, p, sites, count, r->ignored, value_out, NULL);
}

static cim_status keep(program *m, Cbc_Model *model, place_answer *a)
{
    place_run *r = m->r;
    bool most = r->p->kind == CIM_PLACE_COVER_MOST, had = a->found;
    double value, had_value = had ? a->value : most ? -INFINITY : INFINITY;
    uint8_t *own = cim__place_zeros(r, r->p->site_count, 1);
    if (!own) return cim__nomem(r->ctx);
    if (Cbc_isProvenInfeasible(model)) return had ? cim__fail(r->ctx, CIM_EINTERNAL, "CBC says that there is no plan, but there is one") : cim__fail(r->ctx, CIM_ENOTFOUND, "no plan keeps to the limits");
    bool proven = Cbc_isProvenOptimal(model), found = proven || Cbc_numberSavedSolutions(model) > 0;
    double bound = Cbc_getBestPossibleObjValue(model);
    if (r->p->site_count) memcpy(own, a->open, r->p->site_count);
    if (found) {
        take(m, Cbc_getColSolution(model), a);
        CIM__TRY(value_of(r, a->open, &value));
        if (most ? value > had_value : value < had_value) a->found = true, a->value = value;
        else if (had && r->p->site_count) memcpy(a->open, own, r->p->site_count);
    }
    if (!a->found || (!proven && !(fabs(bound) < 1e100))) return CIM_OK;
    bound = proven ? a->value : (most ? -bound : bound);
    if (isnan(a->bound) || (most ? bound < a->bound : bound > a->bound)) a->bound = bound, a->proof = "cbc";
    return CIM_OK;
}

static cim_status run(program *m, place_answer *a)
{
    place_run *r = m->r;
    size_t columns = CIM__COUNT(&m->low, double), rows = CIM__COUNT(&m->row_low, double);
    put_int(&m->start, (int)CIM__COUNT(&m->row, int));
    if (failed(m)) return cim__nomem(r->ctx);
    Cbc_Model *model = Cbc_newModel();
    if (!model) return cim__nomem(r->ctx);
    Cbc_setLogLevel(model, 0);
    Cbc_setParameter(model, "log", "0");
    if (r->end_ms < INFINITY) Cbc_setMaximumSeconds(model, fmax(0.1, 1e-3 * (r->end_ms - cim__now_ms())));
    Cbc_loadProblem(model, (int)columns, (int)rows, (const int *)(void *)m->start.data, (const int *)(void *)m->row.data, (const double *)(void *)m->value.data,
                    (const double *)(void *)m->low.data, (const double *)(void *)m->high.data, (const double *)(void *)m->cost.data,
                    (const double *)(void *)m->row_low.data, (const double *)(void *)m->row_high.data);
    for (size_t k = 0; k < columns; k++)
        if (m->whole.data[k]) Cbc_setInteger(model, (int)k);
    Cbc_solve(model);
    cim_status st = keep(m, model, a);
    if (st >= 0 && r->end_ms < INFINITY) cim__place_stop(r);
    Cbc_deleteModel(model);
    return st;
}

cim_status cim__place_solve_cbc(place_run *r, place_answer *a)
{
    const cim_place_problem *p = r->p;
    size_t entries = p->first ? (size_t)p->first[p->site_count] : (size_t)p->site_count * p->demand_count;
    place_groups *groups;
    if (entries > MOST_ENTRIES) return cim__fail(r->ctx, CIM_ELIMIT, "%zu entries are too many for CBC", entries);
    if (!entries || a->value == a->bound) return CIM_OK; /* proven already */
    CIM__TRY(cim__place_groups_build(r, p->site_count, NULL, &groups));
    cim__mem *mem = r->ctx->mem;
    program m = { .r = r };
    cim__buf *all[] = { &m.start, &m.row, &m.value, &m.low, &m.high, &m.cost, &m.whole, &m.row_low, &m.row_high };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) *all[k] = cim__buf_on(mem);
    if (p->kind <= CIM_PLACE_COVER_MOST) cover_program(&m, groups);
    else median_program(&m, groups);
    cim_status st = run(&m, a);
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) cim__buf_free(all[k]);
    return st;
}

#else

cim_status cim__place_cbc_fits(cim_ctx *ctx, const cim_place_problem *p)
{
    return cim__fail(ctx, CIM_EUNSUPPORTED, is_kind(p->kind) ? "libcim was configured without CBC" : "CBC gets COVER_ALL, COVER_MOST, MEDIAN and IMPACT only");
}

cim_status cim__place_solve_cbc(place_run *r, place_answer *a)
{
    (void)a;
    return cim__place_cbc_fits(r->ctx, r->p);
}

#endif
