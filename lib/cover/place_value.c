/* place_value.c - what a plan is worth, from the arrays of the problem and its sites alone: nothing of the search is looked at. */
#include "cover/place.h"

typedef struct tally {
    cim_ctx *ctx;
    const cim_place_problem *p;
    const uint8_t *ignored; /* demands that are left out, or NULL */
    uint32_t *count;        /* of each demand: chosen sites that serve it */
    uint32_t *server;       /* the one of the least value */
    double *near, *next;    /* the least and the second least value */
    double *groups;         /* THRESHOLD: amounts */
} tally;

size_t cim__place_row(const cim_place_problem *p, uint32_t site, const uint32_t **demands_out, const double **values_out)
{
    if (p->matrix) {
        *demands_out = NULL;
        *values_out = p->matrix + (size_t)site * p->demand_count;
        return p->demand_count;
    }
    size_t from = (size_t)p->first[site];
    *demands_out = p->demands + from;
    *values_out = p->values ? p->values + from : NULL;
    return (size_t)(p->first[site + 1] - p->first[site]);
}

static void tally_free(tally *t)
{
    void *arrays[] = { t->count, t->server, t->near, t->next, t->groups };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(t->ctx->mem, arrays[i]);
}

static cim_status tally_fill(tally *t, const uint32_t *sites, size_t count)
{
    const cim_place_problem *p = t->p;
    size_t m = p->demand_count;
    t->count = cim__zalloc_n(t->ctx->mem, m + 1, sizeof *t->count);
    t->server = cim__alloc_n(t->ctx->mem, m + 1, sizeof *t->server);
    t->near = cim__alloc_n(t->ctx->mem, m + 1, sizeof *t->near);
    t->next = cim__alloc_n(t->ctx->mem, m + 1, sizeof *t->next);
    t->groups = cim__zalloc_n(t->ctx->mem, (size_t)p->group_count + 1, sizeof *t->groups);
    if (!t->count || !t->server || !t->near || !t->next || !t->groups) return cim__nomem(t->ctx);
    for (size_t i = 0; i < m; i++) t->near[i] = t->next[i] = INFINITY, t->server[i] = CIM_NONE;
    for (size_t k = 0; k < count; k++) {
        const uint32_t *demands;
        const double *values;
        size_t entries = cim__place_row(p, sites[k], &demands, &values);
        for (size_t e = 0; e < entries; e++) {
            size_t i = demands ? demands[e] : e;
            double value = values ? values[e] : 0.0;
            t->count[i]++;
            if (value < t->near[i] || (value == t->near[i] && sites[k] < t->server[i])) t->next[i] = t->near[i], t->near[i] = value, t->server[i] = sites[k];
            else if (value < t->next[i]) t->next[i] = value;
        }
    }
    for (size_t i = 0; p->groups && i < m; i++)
        if (t->count[i] && p->groups[i] != CIM_NONE) t->groups[p->groups[i]] += cim__place_weight(p, i);
    return CIM_OK;
}

static bool is_left_out(const tally *t, size_t demand) { return t->ignored && t->ignored[demand]; }
static double group_weight(const cim_place_problem *p, size_t g) { return p->group_weights ? p->group_weights[g] : 1.0; }

/* An amount that is a sum of lengths may miss its need by rounding. */
static bool is_enough(double amount, double need) { return amount >= need * (1.0 - 1e-12); }

static double of_costs(const tally *t, const uint32_t *sites, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < t->p->demand_count; i++)
        if (t->count[i] < cim__place_folds(t->p, i) && !is_left_out(t, i)) return INFINITY;
    for (size_t k = 0; k < count; k++) sum += cim__place_cost(t->p, sites[k]);
    return sum;
}

static double of_weights(const tally *t)
{
    double sum = 0.0;
    for (size_t i = 0; i < t->p->demand_count; i++)
        if (t->count[i] >= cim__place_folds(t->p, i)) sum += cim__place_weight(t->p, i);
    return sum;
}

static double weighed(const cim_place_problem *p, size_t demand, double value)
{
    double weight = cim__place_weight(p, demand);
    return weight > 0.0 ? weight * value : 0.0;
}

static double of_distances(const tally *t)
{
    double sum = 0.0;
    for (size_t i = 0; i < t->p->demand_count; i++)
        sum += weighed(t->p, i, t->p->kind == CIM_PLACE_IMPACT ? fmin(t->near[i], t->p->miss[i]) : t->near[i]);
    return sum;
}

static double of_farthest(const tally *t)
{
    double most = 0.0;
    for (size_t i = 0; i < t->p->demand_count; i++)
        if (!is_left_out(t, i)) most = fmax(most, weighed(t->p, i, t->near[i]));
    return most;
}

static double of_pairs(const cim_place_problem *p, const uint32_t *sites, size_t count)
{
    double least = INFINITY;
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++)
            if (a != b) least = fmin(least, p->matrix[(size_t)sites[a] * p->site_count + sites[b]]);
    return least;
}

static double of_groups(const tally *t)
{
    double sum = 0.0;
    for (size_t g = 0; g < t->p->group_count; g++)
        if (is_enough(t->groups[g], t->p->needs[g])) sum += group_weight(t->p, g);
    return sum;
}

static double worth(const tally *t, const uint32_t *sites, size_t count)
{
    switch (t->p->kind) {
    case CIM_PLACE_COVER_ALL: return of_costs(t, sites, count);
    case CIM_PLACE_COVER_MOST: return of_weights(t);
    case CIM_PLACE_CENTER: return of_farthest(t);
    case CIM_PLACE_THRESHOLD: return of_groups(t);
    default: return of_distances(t);
    }
}

cim_status cim__place_evaluate(cim_ctx *ctx, const cim_place_problem *p, const uint32_t *sites, size_t count, const uint8_t *ignored, double *value_out,
                           uint32_t *servers)
{
    tally t = { .ctx = ctx, .p = p, .ignored = ignored };
    if (p->kind == CIM_PLACE_DISPERSION) {
        *value_out = of_pairs(p, sites, count);
        return CIM_OK;
    }
    cim_status st = tally_fill(&t, sites, count);
    if (st >= 0) *value_out = worth(&t, sites, count);
    if (st >= 0 && servers && p->demand_count) memcpy(servers, t.server, p->demand_count * sizeof *servers);
    for (size_t i = 0; st >= 0 && servers && p->kind == CIM_PLACE_IMPACT && i < p->demand_count; i++)
        if (t.near[i] > p->miss[i]) servers[i] = CIM_NONE;
    tally_free(&t);
    return st;
}

/* ---- what is lost with one site ---- */

static double lost_groups(const tally *t, const uint32_t *demands, size_t entries, double *less)
{
    const cim_place_problem *p = t->p;
    double lost = 0.0;
    for (size_t e = 0; e < entries; e++)
        if (t->count[demands[e]] == 1 && p->groups[demands[e]] != CIM_NONE) less[p->groups[demands[e]]] += cim__place_weight(p, demands[e]);
    for (size_t e = 0; e < entries; e++) {
        uint32_t g = p->groups[demands[e]];
        if (g == CIM_NONE || less[g] == 0.0) continue;
        if (is_enough(t->groups[g], p->needs[g]) && !is_enough(t->groups[g] - less[g], p->needs[g])) lost += group_weight(p, g);
        less[g] = 0.0;
    }
    return lost;
}

static double lost_with(const tally *t, uint32_t site, double value, double *less)
{
    const cim_place_problem *p = t->p;
    const uint32_t *demands;
    const double *values;
    size_t entries = cim__place_row(p, site, &demands, &values);
    double lost = 0.0, most = value;
    if (p->kind == CIM_PLACE_THRESHOLD) return lost_groups(t, demands, entries, less);
    for (size_t e = 0; e < entries; e++) {
        size_t i = demands ? demands[e] : e;
        double next = p->kind == CIM_PLACE_IMPACT ? fmin(t->next[i], p->miss[i]) : t->next[i];
        double near = p->kind == CIM_PLACE_IMPACT ? fmin(t->near[i], p->miss[i]) : t->near[i];
        if (p->kind <= CIM_PLACE_COVER_MOST) lost += t->count[i] == cim__place_folds(p, i) ? cim__place_weight(p, i) : 0.0;
        else if (t->server[i] != site || is_left_out(t, i)) continue;
        else if (p->kind == CIM_PLACE_CENTER) most = fmax(most, weighed(p, i, next));
        else lost += next > near ? weighed(p, i, next - near) : 0.0;
    }
    return p->kind == CIM_PLACE_CENTER ? most - value : lost;
}

cim_status cim__place_gains(cim_ctx *ctx, const cim_place_problem *p, const uint32_t *sites, size_t count, const uint8_t *ignored, double *gains)
{
    tally t = { .ctx = ctx, .p = p, .ignored = ignored };
    for (size_t a = 0; p->kind == CIM_PLACE_DISPERSION && a < count; a++) {
        gains[a] = INFINITY;
        for (size_t b = 0; b < count; b++)
            if (a != b) gains[a] = fmin(gains[a], p->matrix[(size_t)sites[a] * p->site_count + sites[b]]);
    }
    if (p->kind == CIM_PLACE_DISPERSION) return CIM_OK;
    double *less = cim__zalloc_n(ctx->mem, (size_t)p->group_count + 1, sizeof *less);
    cim_status st = less ? tally_fill(&t, sites, count) : cim__nomem(ctx);
    double value = st >= 0 ? worth(&t, sites, count) : 0.0;
    for (size_t k = 0; st >= 0 && k < count; k++) gains[k] = lost_with(&t, sites[k], value, less);
    tally_free(&t);
    cim__free(ctx->mem, less);
    return st;
}
