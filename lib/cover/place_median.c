/* place_median.c - MEDIAN and IMPACT: each demand is served by the open site of the least value, or costs what a miss costs.
 *
 * The constraints "each demand is served once" are relaxed (G. Cornuejols, M. Fisher, G. Nemhauser, 1977; J. E. Beasley, 1993): a site is worth
 * the sum of what its values are below the multipliers, so that only the beginning of a demand's list is ever looked at. */
#include "cover/place.h"

#include <stdlib.h>

/* ---- the relaxation ---- */

/* Nobody pays more than a site that is taken costs it. */
static double capped(const place_median *q, uint32_t i, uint64_t *work)
{
    double u = q->c.u[i];
    uint64_t k = q->first[i], end = q->first[i + 1];
    while (k < end && q->value[k] < u && q->c.state[q->site[k]] != PLACE_IN) k++;
    *work += k - q->first[i];
    return k < end && q->value[k] < u ? q->value[k] : u;
}

static double relax(place_core *c, double *amount)
{
    place_median *q = c->engine;
    double sum = 0.0, used = 0.0;
    uint64_t work = c->n + c->m;
    bool taken = false;
    memset(c->rc, 0, c->n * sizeof *c->rc);
    for (uint32_t j = 0; j < c->n && !taken; j++) taken = c->state[j] == PLACE_IN;
    for (uint32_t i = 0; i < c->m; i++) {
        double u = taken ? c->u[i] = capped(q, i, &work) : c->u[i];
        uint64_t k = q->first[i], end = q->first[i + 1];
        sum += u;
        for (; k < end && q->value[k] < u; k++) c->rc[q->site[k]] += q->value[k] - u;
        q->upto[i] = (uint32_t)(k - q->first[i]);
        used += (double)q->upto[i] * u;
        work += q->upto[i];
    }
    c->run->work += work;
    *amount += sum + used;
    return sum;
}

static void gradient(place_core *c)
{
    place_median *q = c->engine;
    uint64_t by_demand = 0, by_site = 0;
    for (uint32_t i = 0; i < c->m; i++) by_demand += q->upto[i], c->slope[i] = 1.0;
    for (uint32_t j = 0; j < c->n; j++)
        if (c->x[j] > 0.0) by_site += q->row[j + 1] - q->row[j];
    if (by_demand <= by_site) {
        for (uint32_t i = 0; i < c->m; i++)
            for (uint64_t k = q->first[i]; k < q->first[i] + q->upto[i]; k++) c->slope[i] -= c->x[q->site[k]];
    } else {
        for (uint32_t j = 0; j < c->n; j++)
            for (uint64_t k = q->row[j]; c->x[j] > 0.0 && k < q->row[j + 1]; k++)
                if (q->row_value[k] < c->u[q->row_demand[k]]) c->slope[q->row_demand[k]] -= c->x[j];
    }
    for (uint32_t i = 0; i < c->m; i++)
        if ((c->u[i] <= 0.0 && c->slope[i] < 0.0) || (c->u[i] >= c->cap[i] && c->slope[i] > 0.0)) c->slope[i] = 0.0;
    c->run->work += (by_demand < by_site ? by_demand : by_site) + 2ull * c->m;
}

static double value_of(place_core *c, const uint8_t *open)
{
    const place_median *q = c->engine;
    double sum = 0.0;
    for (uint32_t i = 0; i < c->m; i++) {
        uint64_t k = q->first[i], end = q->first[i + 1];
        while (k < end && !open[q->site[k]]) k++;
        sum += k < end ? q->value[k] : q->miss[i];
    }
    return sum;
}

/* ---- the lists ---- */

typedef struct entry {
    double value;
    uint32_t site;
} entry;

static int by_value(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return x->site < y->site ? -1 : x->site > y->site;
}

typedef struct maker {
    place_run *r;
    place_median *q;
    uint32_t *site_to, *demand_to; /* of the problem to here; CIM_NONE: not here */
    uint32_t *served;              /* demands of the problem: entries */
    double *most;                  /* their largest value */
    double constant;               /* what demands cost that nothing serves: IMPACT */
    bool whole;
} maker;

/* Calls of one entry each: the weighted value, or -1 when it is of no use. */
static double entry_value(const cim_place_problem *p, size_t demand, double value)
{
    double weight = cim__place_weight(p, demand);
    if (!(weight > 0.0) || (p->kind == CIM_PLACE_IMPACT && !(value < p->miss[demand]))) return -1.0;
    return weight * value;
}

static cim_status count_entries(maker *b)
{
    const cim_place_problem *p = b->r->p;
    place_median *q = b->q;
    uint32_t unserved = 0;
    for (uint32_t j = 0; j < p->site_count; j++) {
        const uint32_t *demands;
        const double *values;
        b->site_to[j] = cim__place_flag(p, j) == CIM_PLACE_FORBIDDEN ? CIM_NONE : q->c.n++;
        if (b->site_to[j] == CIM_NONE) continue;
        size_t count = cim__place_row(p, j, &demands, &values);
        for (size_t e = 0; e < count; e++) {
            size_t i = demands ? demands[e] : e;
            double value = entry_value(p, i, values[e]);
            if (value < 0.0) continue;
            b->served[i]++;
            b->most[i] = fmax(b->most[i], value);
            b->whole &= value == floor(value);
        }
    }
    for (uint32_t i = 0; i < p->demand_count; i++) {
        bool counts = cim__place_weight(p, i) > 0.0;
        b->demand_to[i] = counts && b->served[i] ? q->c.m++ : CIM_NONE;
        if (counts && !b->served[i]) unserved++, b->constant += p->kind == CIM_PLACE_IMPACT ? cim__place_weight(p, i) * p->miss[i] : 0.0;
        if (counts && p->kind == CIM_PLACE_IMPACT) b->whole &= cim__place_weight(p, i) * p->miss[i] == floor(cim__place_weight(p, i) * p->miss[i]);
        if (counts && !b->served[i] && p->kind == CIM_PLACE_MEDIAN)
            return cim__fail(b->r->ctx, CIM_ENOTFOUND, "no plan serves demand %u: no site does that may be chosen", i);
    }
    b->r->left_out = unserved;
    return CIM_OK;
}

/* More than any plan costs that serves everything: only then may a demand be missed. */
static double miss_of(const maker *b, uint32_t i, double sum)
{
    const cim_place_problem *p = b->r->p;
    if (p->kind == CIM_PLACE_IMPACT) return cim__place_weight(p, i) * p->miss[i];
    return b->served[i] == b->q->c.n ? b->most[i] + 1.0 : sum + 1.0;
}

static cim_status fill_lists(maker *b)
{
    const cim_place_problem *p = b->r->p;
    place_median *q = b->q;
    double sum = 0.0;
    for (uint32_t i = 0; i < p->demand_count; i++) {
        if (b->demand_to[i] == CIM_NONE) continue;
        q->first[b->demand_to[i] + 1] = b->served[i];
        sum += b->most[i];
    }
    for (uint32_t i = 0; i < q->c.m; i++) q->first[i + 1] += q->first[i];
    entry *entries = cim__alloc_n(b->r->ctx->mem, (size_t)q->first[q->c.m] + 1, sizeof *entries);
    uint64_t *at = cim__alloc_n(b->r->ctx->mem, (size_t)q->c.m + 1, sizeof *at);
    if (entries && at) memcpy(at, q->first, ((size_t)q->c.m + 1) * sizeof *at);
    for (uint32_t j = 0; entries && at && j < p->site_count; j++) {
        const uint32_t *demands;
        const double *values;
        uint32_t to = b->site_to[j];
        if (to == CIM_NONE) continue;
        q->name[to] = j;
        q->c.base[to] = cim__place_flag(p, j) == CIM_PLACE_FIXED ? PLACE_IN : PLACE_FREE;
        size_t count = cim__place_row(p, j, &demands, &values);
        q->row[to + 1] = q->row[to];
        for (size_t e = 0; e < count; e++) {
            size_t i = demands ? demands[e] : e;
            double value = entry_value(p, i, values[e]);
            if (value < 0.0) continue;
            uint64_t k = q->row[to + 1]++;
            q->row_demand[k] = b->demand_to[i], q->row_value[k] = value;
            entries[at[b->demand_to[i]]++] = (entry){ value, to };
        }
    }
    for (uint32_t i = 0; entries && at && i < q->c.m; i++) {
        if (q->first[i + 1] > q->first[i]) qsort(entries + q->first[i], (size_t)(q->first[i + 1] - q->first[i]), sizeof *entries, by_value);
        for (uint64_t k = q->first[i]; k < q->first[i + 1]; k++) q->site[k] = entries[k].site, q->value[k] = entries[k].value;
    }
    for (uint32_t i = 0; i < p->demand_count; i++)
        if (b->demand_to[i] != CIM_NONE) q->miss[b->demand_to[i]] = q->c.cap[b->demand_to[i]] = miss_of(b, i, sum);
    bool made = entries && at;
    cim__free(b->r->ctx->mem, entries);
    cim__free(b->r->ctx->mem, at);
    return made ? CIM_OK : cim__nomem(b->r->ctx);
}

static cim_status room_for(maker *b)
{
    place_run *r = b->r;
    place_median *q = b->q;
    uint64_t entries = 0;
    for (uint32_t i = 0; i < r->p->demand_count; i++) entries += b->demand_to[i] != CIM_NONE ? b->served[i] : 0;
    struct { void **at; size_t count, size; } rooms[] = {
        { (void **)&q->first, (size_t)q->c.m + 1, 8 }, { (void **)&q->row, (size_t)q->c.n + 1, 8 }, { (void **)&q->site, entries, 4 },
        { (void **)&q->value, entries, 8 }, { (void **)&q->row_demand, entries, 4 }, { (void **)&q->row_value, entries, 8 },
        { (void **)&q->upto, q->c.m, 4 }, { (void **)&q->miss, q->c.m, 8 }, { (void **)&q->name, q->c.n, 4 }, { (void **)&q->c1, q->c.m, 4 },
        { (void **)&q->c2, q->c.m, 4 }, { (void **)&q->chosen, q->c.m, 4 }, { (void **)&q->slot, q->c.n, 4 }, { (void **)&q->d1, q->c.m, 8 },
        { (void **)&q->d2, q->c.m, 8 }, { (void **)&q->gain, q->c.n, 8 }, { (void **)&q->loss, q->c.n, 8 }, { (void **)&q->extra, q->c.n, 8 },
        { (void **)&q->c.u, q->c.m, 8 }, { (void **)&q->c.cap, q->c.m, 8 }, { (void **)&q->c.base, q->c.n, 1 },
    };
    for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++)
        if (!(*rooms[k].at = cim__place_zeros(r, rooms[k].count, rooms[k].size))) return cim__nomem(r->ctx);
    r->work += 4 * entries;
    return CIM_OK;
}

static cim_status build(place_run *r, place_median *q, double *constant_out)
{
    const cim_place_problem *p = r->p;
    maker b = { .r = r, .q = q, .whole = true };
    double sum = 0.0;
    b.site_to = cim__place_room(r, p->site_count, sizeof *b.site_to);
    b.demand_to = cim__place_room(r, p->demand_count, sizeof *b.demand_to);
    b.served = cim__place_zeros(r, p->demand_count, sizeof *b.served);
    b.most = cim__place_zeros(r, p->demand_count, sizeof *b.most);
    if (!b.site_to || !b.demand_to || !b.served || !b.most) return cim__nomem(r->ctx);
    CIM__TRY(count_entries(&b));
    CIM__TRY(room_for(&b));
    CIM__TRY(fill_lists(&b));
    for (uint32_t i = 0; i < q->c.m; i++) sum += q->miss[i];
    q->c.whole = b.whole && sum + b.constant < 0x1p50;
    *constant_out = b.constant;
    return CIM_OK;
}

/* ---- the search ---- */

static cim_status costs_of(place_run *r, place_median *q)
{
    if (!r->p->costs || !(r->p->budget < INFINITY)) return CIM_OK;
    double *cost = cim__place_room(r, q->c.n, sizeof *cost);
    if (!cost) return cim__nomem(r->ctx);
    for (uint32_t j = 0; j < q->c.n; j++) cost[j] = r->p->costs[q->name[j]];
    q->c.cost = cost;
    return CIM_OK;
}

/* A MEDIAN in which something is missed is none. */
static bool serves_all(const place_median *q, const uint8_t *open)
{
    for (uint32_t i = 0; i < q->c.m; i++) {
        uint64_t k = q->first[i];
        while (k < q->first[i + 1] && !open[q->site[k]]) k++;
        if (k == q->first[i + 1]) return false;
    }
    return true;
}

cim_status cim__place_solve_median(place_run *r, place_answer *a)
{
    const cim_place_problem *p = r->p;
    place_median *q = cim__place_zeros(r, 1, sizeof *q);
    double value, bound, constant = 0.0;
    if (!q) return cim__nomem(r->ctx);
    place_core *c = &q->c;
    CIM__TRY(build(r, q, &constant));
    CIM__TRY(costs_of(r, q));
    CIM__TRY(cim__place_groups_build(r, c->n, q->name, &c->groups));
    c->run = r, c->engine = q, c->most = p->most, c->budget = p->budget, c->best = INFINITY, c->enough = -INFINITY, c->end_work = r->o.work;
    c->relax = relax, c->gradient = gradient, c->improve = cim__place_swap_improve, c->value = value_of;
    CIM__TRY(cim__place_core_init(c));
    for (uint32_t j = 0; j < c->n; j++) c->open[j] = c->base[j] == PLACE_IN;
    CIM__TRY(cim__place_swap_improve(c, c->open, &value));
    CIM__TRY(cim__place_take(c, c->open, value));
    if (c->m) memcpy(c->u, q->d2, c->m * sizeof *c->u);
    for (uint32_t i = 0; i < c->m; i++) c->u[i] = fmin(c->u[i], c->cap[i]);
    CIM__TRY(cim__place_search(c, 1500, &bound, &a->proof));
    bool serves = c->has_best && (p->kind == CIM_PLACE_IMPACT || serves_all(q, c->best_open));
    if (c->has_best && !serves && c->best - bound <= PLACE_SAME * fabs(c->best)) return cim__fail(r->ctx, CIM_ENOTFOUND, "no plan within the limits serves every demand");
    a->found = serves;
    for (uint32_t j = 0; serves && j < c->n; j++)
        if (c->best_open[j]) a->open[q->name[j]] = 1;
    double slack = c->whole ? 0.0 : 4e-16 * (c->m + 64.0) * fabs(constant);
    a->value = c->best + constant;
    a->bound = fmin(bound, c->best) + constant - slack;
    return CIM_OK;
}
