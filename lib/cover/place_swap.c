/* place_swap.c - medians: the exchange of one open site for a shut one.
 *
 * Of every demand the nearest open site and the values d1, d2 of the nearest two are known.  Opening j gains where j is nearer than d1; shutting r
 * loses d2 - d1 where r is the nearest; done at once they are better than the sum of both where j is nearer than d2 and r was the nearest:
 * by d2 - max(d1, value of j).  All three are read off the lists of the demands, nearest first, as far as d2.  (M. Resende, R. Werneck,
 * "A fast swap-based local search procedure for location problems", 2007; after R. Whitaker, 1983.) */
#include "cover/place.h"

/* The two nearest open sites of a demand. */
static void nearest(place_median *q, uint32_t i, const uint8_t *open)
{
    uint64_t k = q->first[i], end = q->first[i + 1];
    while (k < end && !open[q->site[k]]) k++;
    q->c1[i] = k < end ? q->site[k] : CIM_NONE;
    q->d1[i] = k < end ? q->value[k] : q->miss[i];
    for (k += k < end; k < end && !open[q->site[k]];) k++;
    q->d2[i] = k < end ? q->value[k] : q->miss[i];
    q->c2[i] = k < end ? q->site[k] : CIM_NONE;
    q->c.run->work += k - q->first[i];
}

static double total(const place_median *q)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < q->c.m; i++) sum += q->d1[i];
    return sum;
}

static void gains(place_median *q)
{
    memset(q->gain, 0, q->c.n * sizeof *q->gain);
    memset(q->loss, 0, q->c.n * sizeof *q->loss);
    for (uint32_t i = 0; i < q->c.m; i++) {
        uint64_t k = q->first[i];
        for (; k < q->first[i + 1] && q->value[k] < q->d1[i]; k++) q->gain[q->site[k]] += q->d1[i] - q->value[k];
        q->c.run->work += k - q->first[i] + 1;
        if (q->c1[i] != CIM_NONE) q->loss[q->c1[i]] += q->d2[i] - q->d1[i];
    }
}

static double cost_of(const place_core *c, uint32_t j) { return c->cost ? c->cost[j] : 1.0; }

static void spend(const place_core *c, const uint8_t *open, uint32_t *count, double *cost)
{
    *count = 0, *cost = 0.0;
    for (uint32_t j = 0; j < c->n; j++)
        if (open[j]) ++*count, *cost += cost_of(c, j);
}

/* May this one be shut and that one opened, as far as groups go?  After cim__place_groups_count(). */
static bool grouped(const place_core *c, uint32_t out, uint32_t in) { return !c->groups || cim__place_groups_may(c->groups, out, in); }

static void count_groups(const place_core *c, const uint8_t *open)
{
    if (c->groups) cim__place_groups_count(c->groups, open);
}

static void opened(place_median *q, uint32_t site, uint8_t *open)
{
    open[site] = 1;
    for (uint64_t k = q->row[site]; k < q->row[site + 1]; k++)
        if (q->row_value[k] <= q->d2[q->row_demand[k]]) nearest(q, q->row_demand[k], open);
    q->c.run->work += q->row[site + 1] - q->row[site];
}

static void shut(place_median *q, uint32_t site, uint8_t *open)
{
    open[site] = 0;
    for (uint32_t i = 0; i < q->c.m; i++)
        if (q->c1[i] == site || q->c2[i] == site) nearest(q, i, open);
    q->c.run->work += q->c.m;
}

/* Sites are added by what they gain, or gain a unit of cost. */
static void fill(place_median *q, uint8_t *open)
{
    const place_core *c = &q->c;
    uint32_t count;
    double cost, money = c->budget * (1.0 + 1e-12);
    spend(c, open, &count, &cost);
    while (count < c->most && count < c->n) {
        uint32_t best = CIM_NONE;
        double most = 0.0;
        gains(q);
        count_groups(c, open);
        for (uint32_t j = 0; j < c->n; j++) {
            double gain = q->gain[j];
            if (open[j] || cost + cost_of(c, j) > money || !grouped(c, CIM_NONE, j)) continue;
            if (c->budget < INFINITY) gain = cost_of(c, j) > 0.0 ? gain / cost_of(c, j) : gain > 0.0 ? INFINITY : 0.0;
            if (gain > most) most = gain, best = j;
        }
        q->c.run->evaluations += c->n;
        if (best == CIM_NONE) return;
        opened(q, best, open);
        count++, cost += cost_of(c, best);
    }
}

typedef struct exchange {
    double gain;
    uint32_t out, in;
} exchange;

/* Demands by the open site that is nearest to them: slot holds the first of each site, chosen the next of each demand. */
static void sort_demands(place_median *q)
{
    for (uint32_t j = 0; j < q->c.n; j++) q->slot[j] = CIM_NONE;
    for (uint32_t i = q->c.m; i--;) {
        if (q->c1[i] == CIM_NONE) continue;
        q->chosen[i] = q->slot[q->c1[i]];
        q->slot[q->c1[i]] = i;
    }
}

static void pairs(place_median *q, uint32_t out)
{
    memset(q->extra, 0, q->c.n * sizeof *q->extra);
    for (uint32_t i = q->slot[out]; i != CIM_NONE; i = q->chosen[i]) {
        uint64_t k = q->first[i], end = q->first[i + 1];
        double d1 = q->d1[i], d2 = q->d2[i];
        for (; k < end && q->value[k] < d1; k++) q->extra[q->site[k]] += d2 - d1;
        for (; k < end && q->value[k] < d2; k++) q->extra[q->site[k]] += d2 - q->value[k];
        q->c.run->work += k - q->first[i] + 1;
    }
}

static exchange best_exchange(place_median *q, const uint8_t *open, double value)
{
    const place_core *c = &q->c;
    exchange best = { 1e-12 * value, CIM_NONE, CIM_NONE };
    double cost, money = c->budget * (1.0 + 1e-12);
    uint32_t count;
    bool any = !(c->budget < INFINITY);
    spend(c, open, &count, &cost);
    gains(q);
    count_groups(c, open);
    sort_demands(q);
    for (uint32_t j = 0; j < c->n; j++)
        if (open[j]) q->gain[j] = -INFINITY;
    for (uint32_t r = 0; r < c->n; r++) {
        if (!open[r] || c->base[r] == PLACE_IN) continue;
        pairs(q, r);
        double least = best.gain + q->loss[r];
        for (uint32_t j = 0; j < c->n; j++) {
            if (!(q->gain[j] + q->extra[j] > least) || (!any && cost - cost_of(c, r) + cost_of(c, j) > money) || !grouped(c, r, j)) continue;
            best = (exchange){ q->gain[j] + q->extra[j] - q->loss[r], r, j };
            least = q->gain[j] + q->extra[j];
        }
        c->run->work += c->n / 4;
    }
    return best;
}

static void trim(const place_core *c, uint8_t *open)
{
    uint32_t count;
    double cost;
    spend(c, open, &count, &cost);
    for (uint32_t j = c->n; j-- && (count > c->most || cost > c->budget * (1.0 + 1e-12));) {
        if (!open[j] || c->base[j] != PLACE_FREE) continue;
        count_groups(c, open);
        if (grouped(c, j, CIM_NONE)) open[j] = 0, count--, cost -= cost_of(c, j);
    }
}

cim_status cim__place_swap_improve(place_core *c, uint8_t *open, double *value_out)
{
    place_median *q = c->engine;
    if (c->groups) cim__place_groups_repair(c->groups, c->base, open);
    trim(c, open);
    for (uint32_t i = 0; i < c->m; i++) nearest(q, i, open);
    fill(q, open);
    double value = total(q);
    while (!cim__place_stop(c->run) && c->run->work < c->end_work) {
        exchange e = best_exchange(q, open, value);
        if (e.out == CIM_NONE) break;
        shut(q, e.out, open);
        opened(q, e.in, open);
        c->run->swaps++;
        if (c->budget < INFINITY) fill(q, open);
        double now = total(q);
        bool better = now < value;
        value = now;
        if (!better) break; /* rounding */
        CIM__TRY(cim__place_tick(c->run, "placement: swaps"));
    }
    *value_out = value;
    return CIM_OK;
}
