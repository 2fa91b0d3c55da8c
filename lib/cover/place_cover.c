/* place_cover.c - COVER_ALL and COVER_MOST on coverage sets.
 *
 * A plan is improved in three ways: sites are added by what they cover anew, with the gains in a heap and computed again only when they come
 * up (CELF); sites that nothing needs are closed; for COVER_MOST one open site is exchanged for a shut one as long as that gains.  The
 * relaxation prices the rows  sum of x >= folds  (J. E. Beasley, "A Lagrangian heuristic for set-covering problems", 1990). */
#include "cover/place.h"

typedef struct cover {
    place_core c;
    const place_sets *s;
    bool all;
    uint32_t *count;      /* of a demand: open sites */
    uint32_t *held;       /* and those that are taken in a part of the tree */
    double *gain, *pair;  /* of sites */
    uint32_t *heap, *stamp;
    size_t heap_size;
    uint64_t *covered;    /* bits, where sets are dense */
} cover;

/* ---- the relaxation ---- */

/* What sites that are taken cover enough has no price. */
static void hold(cover *v)
{
    place_core *c = &v->c;
    const place_sets *s = v->s;
    memset(v->held, 0, s->m * sizeof *v->held);
    for (uint32_t j = 0; j < s->n; j++) {
        if (c->state[j] != PLACE_IN) continue;
        for (uint64_t k = s->first[j]; k < s->first[j + 1]; k++)
            if (++v->held[s->demands[k]] == s->folds[s->demands[k]]) c->u[s->demands[k]] = 0.0;
    }
}

static double relax(place_core *c, double *amount)
{
    cover *v = c->engine;
    const place_sets *s = v->s;
    double sum = 0.0, used = 0.0;
    hold(v);
    for (uint32_t i = 0; i < s->m; i++) sum += s->folds[i] * c->u[i];
    for (uint32_t j = 0; j < s->n; j++) {
        double own = 0.0;
        c->rc[j] = v->all ? s->cost[j] : 0.0;
        if (c->state[j] == PLACE_OUT) continue;
        for (uint64_t k = s->first[j]; k < s->first[j + 1]; k++) own += c->u[s->demands[k]];
        c->rc[j] -= own;
        used += own;
    }
    c->run->work += s->m + s->first[s->n];
    *amount += sum + used;
    return sum;
}

static void gradient(place_core *c)
{
    const cover *v = c->engine;
    const place_sets *s = v->s;
    for (uint32_t i = 0; i < s->m; i++) c->slope[i] = s->folds[i];
    for (uint32_t j = 0; j < s->n; j++) {
        if (!(c->x[j] > 0.0)) continue;
        for (uint64_t k = s->first[j]; k < s->first[j + 1]; k++) c->slope[s->demands[k]] -= c->x[j];
    }
    for (uint32_t i = 0; i < s->m; i++) /* what cannot move is no part of the direction */
        if ((c->u[i] <= 0.0 && c->slope[i] < 0.0) || (c->u[i] >= c->cap[i] && c->slope[i] > 0.0)) c->slope[i] = 0.0;
    c->run->work += 2ull * s->m;
}

/* ---- a plan ---- */

static void count_up(cover *v, const uint8_t *open)
{
    const place_sets *s = v->s;
    memset(v->count, 0, s->m * sizeof *v->count);
    if (s->bits) memset(v->covered, 0, s->words * sizeof *v->covered);
    for (uint32_t j = 0; j < s->n; j++) {
        if (!open[j]) continue;
        for (uint64_t k = s->first[j]; k < s->first[j + 1]; k++) v->count[s->demands[k]]++;
        for (size_t w = 0; s->bits && w < s->words; w++) v->covered[w] |= s->bits[j * s->words + w];
    }
    v->c.run->work += s->m;
}

static void put(cover *v, uint8_t *open, uint32_t j)
{
    const place_sets *s = v->s;
    open[j] = 1;
    for (uint64_t k = s->first[j]; k < s->first[j + 1]; k++) v->count[s->demands[k]]++;
    for (size_t w = 0; s->bits && w < s->words; w++) v->covered[w] |= s->bits[j * s->words + w];
}

static double value_of(place_core *c, const uint8_t *open)
{
    cover *v = c->engine;
    const place_sets *s = v->s;
    double value = 0.0;
    count_up(v, open);
    for (uint32_t i = 0; i < s->m; i++)
        if (v->count[i] < s->folds[i]) value += s->weight[i];
    for (uint32_t j = 0; v->all && value < INFINITY && j < s->n; j++) value += open[j] ? s->cost[j] : 0.0;
    return value;
}

/* ---- adding ---- */

/* What a site brings; of several folds each brings its share. */
static double gain_of(cover *v, uint32_t j)
{
    const place_sets *s = v->s;
    double gain = 0.0;
    v->c.run->evaluations++;
    if (s->bits) {
        uint64_t bits = 0;
        for (size_t w = 0; w < s->words; w++) bits += (uint64_t)__builtin_popcountll(s->bits[j * s->words + w] & ~v->covered[w]);
        v->c.run->work += s->words;
        return (double)bits;
    }
    for (uint64_t k = s->first[j]; k < s->first[j + 1]; k++) {
        uint32_t i = s->demands[k];
        if (v->count[i] < s->folds[i]) gain += (v->all ? 1.0 : s->weight[i]) / s->folds[i];
    }
    v->c.run->work += s->first[j + 1] - s->first[j];
    return gain;
}

static double priced(const cover *v, uint32_t j, double gain)
{
    if (!v->all && !(v->c.budget < INFINITY)) return gain;
    return v->s->cost[j] > 0.0 ? gain / v->s->cost[j] : gain > 0.0 ? INFINITY : 0.0;
}

static bool above(const cover *v, uint32_t a, uint32_t b) { return v->gain[a] > v->gain[b] || (v->gain[a] == v->gain[b] && a < b); }

static void sink(cover *v, size_t at)
{
    uint32_t item = v->heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= v->heap_size) break;
        if (child + 1 < v->heap_size && above(v, v->heap[child + 1], v->heap[child])) child++;
        if (!above(v, v->heap[child], item)) break;
        v->heap[at] = v->heap[child];
        at = child;
    }
    v->heap[at] = item;
}

static void pop(cover *v)
{
    v->heap[0] = v->heap[--v->heap_size];
    if (v->heap_size) sink(v, 0);
}

/* May this one be shut and that one opened, as far as groups go?  After cim__place_groups_count(). */
static bool grouped(const cover *v, uint32_t out, uint32_t in) { return !v->c.groups || cim__place_groups_may(v->c.groups, out, in); }

static void count_groups(const cover *v, const uint8_t *open)
{
    if (v->c.groups) cim__place_groups_count(v->c.groups, open);
}

static void spend(const cover *v, const uint8_t *open, uint32_t *count, double *cost)
{
    *count = 0, *cost = 0.0;
    for (uint32_t j = 0; j < v->s->n; j++)
        if (open[j]) ++*count, *cost += v->s->cost[j];
}

/* Greedy additions with lazy gains, as long as something is gained and allowed. */
static void fill(cover *v, uint8_t *open)
{
    const place_core *c = &v->c;
    uint32_t count, round = 1;
    double cost, money = c->budget * (1.0 + 1e-12);
    spend(v, open, &count, &cost);
    count_groups(v, open);
    v->heap_size = 0;
    if (count >= c->most) return;
    for (uint32_t j = 0; j < v->s->n; j++) {
        if (open[j] || cost + v->s->cost[j] > money) continue;
        v->gain[j] = priced(v, j, gain_of(v, j)), v->stamp[j] = round;
        if (v->gain[j] > 0.0) v->heap[v->heap_size++] = j;
    }
    for (size_t k = v->heap_size / 2; k--;) sink(v, k);
    while (v->heap_size && count < c->most) {
        uint32_t j = v->heap[0];
        if (cost + v->s->cost[j] > money || !grouped(v, CIM_NONE, j)) {
            pop(v);
        } else if (v->stamp[j] == round) {
            pop(v);
            put(v, open, j);
            count_groups(v, open);
            count++, cost += v->s->cost[j], round++;
        } else {
            v->gain[j] = priced(v, j, gain_of(v, j)), v->stamp[j] = round;
            if (v->gain[j] > 0.0) sink(v, 0);
            else pop(v);
        }
    }
}

/* ---- closing what nothing needs ---- */

static bool is_needless(const cover *v, uint32_t j)
{
    const place_sets *s = v->s;
    for (uint64_t k = s->first[j]; k < s->first[j + 1]; k++)
        if (v->count[s->demands[k]] <= s->folds[s->demands[k]]) return false;
    return true;
}

static void prune(cover *v, uint8_t *open)
{
    const place_sets *s = v->s;
    for (;;) {
        uint32_t worst = CIM_NONE;
        count_groups(v, open);
        for (uint32_t j = 0; j < s->n; j++) {
            if (!open[j] || v->c.base[j] == PLACE_IN || !is_needless(v, j) || !grouped(v, j, CIM_NONE)) continue;
            if (worst == CIM_NONE || s->cost[j] > s->cost[worst]) worst = j;
        }
        if (worst == CIM_NONE) return;
        open[worst] = 0;
        for (uint64_t k = s->first[worst]; k < s->first[worst + 1]; k++) v->count[s->demands[k]]--;
        v->c.run->work += s->first[worst + 1] - s->first[worst] + s->n;
    }
}

/* ---- exchanges ---- */

typedef struct exchange {
    double gain;
    uint32_t out, in;
} exchange;

/* gain: of an open site what would be lost without it, of a shut one what it would bring. */
static void all_gains(cover *v, const uint8_t *open)
{
    const place_sets *s = v->s;
    for (uint32_t j = 0; j < s->n; j++) {
        double gain = 0.0;
        for (uint64_t k = s->first[j]; k < s->first[j + 1]; k++) {
            uint32_t i = s->demands[k];
            if (v->count[i] + !open[j] == s->folds[i]) gain += s->weight[i];
        }
        v->gain[j] = gain;
    }
    v->c.run->work += s->first[s->n];
}

/* What the exchange of `out` for each other site is better than the sum of both. */
static void pairs(cover *v, uint32_t out)
{
    const place_sets *s = v->s;
    memset(v->pair, 0, s->n * sizeof *v->pair);
    for (uint64_t k = s->first[out]; k < s->first[out + 1]; k++) {
        uint32_t i = s->demands[k];
        double weight = v->count[i] == s->folds[i] ? s->weight[i] : v->count[i] + 1 == s->folds[i] ? -s->weight[i] : 0.0;
        if (weight == 0.0) continue;
        for (uint64_t e = s->back[i]; e < s->back[i + 1]; e++) v->pair[s->sites[e]] += weight;
        v->c.run->work += s->back[i + 1] - s->back[i];
    }
}

static exchange best_exchange(cover *v, const uint8_t *open, double cost)
{
    const place_core *c = &v->c;
    const place_sets *s = v->s;
    exchange best = { 1e-12 * s->sum, CIM_NONE, CIM_NONE };
    double money = c->budget * (1.0 + 1e-12);
    all_gains(v, open);
    count_groups(v, open);
    for (uint32_t a = 0; a < s->n; a++) {
        if (!open[a] || c->base[a] == PLACE_IN) continue;
        pairs(v, a);
        for (uint32_t j = 0; j < s->n; j++) {
            double gain = v->gain[j] - v->gain[a] + v->pair[j];
            if (gain > best.gain && !open[j] && cost - s->cost[a] + s->cost[j] <= money && grouped(v, a, j)) best = (exchange){ gain, a, j };
        }
        c->run->work += s->n / 2;
    }
    return best;
}

static cim_status exchanges(cover *v, uint8_t *open)
{
    uint32_t count;
    double cost;
    while (!cim__place_stop(v->c.run) && v->c.run->work < v->c.end_work) {
        spend(v, open, &count, &cost);
        exchange e = best_exchange(v, open, cost);
        if (e.out == CIM_NONE) return CIM_OK;
        open[e.out] = 0;
        count_up(v, open);
        put(v, open, e.in);
        v->c.run->swaps++;
        if (v->c.budget < INFINITY) fill(v, open);
        CIM__TRY(cim__place_tick(v->c.run, "placement: swaps"));
    }
    return CIM_OK;
}

/* Too many sites are open: the last ones go. */
static void trim(cover *v, uint8_t *open)
{
    uint32_t count;
    double cost;
    spend(v, open, &count, &cost);
    for (uint32_t j = v->s->n; j-- && (count > v->c.most || cost > v->c.budget * (1.0 + 1e-12));) {
        if (!open[j] || v->c.base[j] != PLACE_FREE) continue;
        count_groups(v, open);
        if (grouped(v, j, CIM_NONE)) open[j] = 0, count--, cost -= v->s->cost[j];
    }
}

static cim_status improve(place_core *c, uint8_t *open, double *value_out)
{
    cover *v = c->engine;
    if (c->groups) cim__place_groups_repair(c->groups, c->base, open);
    if (!v->all) trim(v, open);
    count_up(v, open);
    fill(v, open);
    if (v->all) prune(v, open);
    else CIM__TRY(exchanges(v, open));
    *value_out = value_of(c, open);
    return CIM_OK;
}

/* ---- the search ---- */

static void start(cover *v)
{
    const place_sets *s = v->s;
    for (uint32_t i = 0; i < s->m; i++) {
        double least = INFINITY;
        v->c.cap[i] = s->weight[i] / s->folds[i];
        for (uint64_t k = s->back[i]; v->all && k < s->back[i + 1]; k++) {
            uint32_t j = s->sites[k];
            least = fmin(least, s->cost[j] / (double)(s->first[j + 1] - s->first[j]));
        }
        v->c.u[i] = v->all ? least : 0.5 * v->c.cap[i];
    }
}

static cim_status make(place_run *r, cover *v)
{
    const place_sets *s = v->s;
    place_core *c = &v->c;
    c->run = r, c->engine = v, c->n = s->n, c->m = s->m, c->cost = s->cost, c->base = s->base, c->best = INFINITY;
    c->relax = relax, c->gradient = gradient, c->improve = improve, c->value = value_of;
    c->u = cim__place_zeros(r, s->m, sizeof(double));
    c->cap = cim__place_zeros(r, s->m, sizeof(double));
    v->count = cim__place_zeros(r, s->m, sizeof *v->count);
    v->held = cim__place_zeros(r, s->m, sizeof *v->held);
    v->gain = cim__place_zeros(r, s->n, sizeof(double));
    v->pair = cim__place_zeros(r, s->n, sizeof(double));
    v->heap = cim__place_zeros(r, s->n, sizeof *v->heap);
    v->stamp = cim__place_zeros(r, s->n, sizeof *v->stamp);
    v->covered = cim__place_zeros(r, s->words, sizeof *v->covered);
    if (!c->u || !c->cap || !v->count || !v->held || !v->gain || !v->pair || !v->heap || !v->stamp || !v->covered) return cim__nomem(r->ctx);
    return cim__place_core_init(c);
}

cim_status cim__place_cover_search(place_run *r, const place_sets *s, place_groups *groups, bool all, uint32_t most, double budget, double cutoff, double enough, uint64_t end_work,
                               uint8_t *open, double *value_out, double *bound_out, const char **proof_out)
{
    cover v = { .s = s, .all = all };
    double value;
    CIM__TRY(make(r, &v));
    v.c.groups = groups;
    v.c.most = most, v.c.budget = budget, v.c.enough = enough, v.c.end_work = end_work, v.c.best = cutoff;
    v.c.whole = all ? cim__place_whole(s->cost, s->n, 1.0) : cim__place_whole(s->weight, s->m, 1.0);
    v.c.total = all ? 0.0 : s->sum - s->lost;
    start(&v);
    for (uint32_t j = 0; j < s->n; j++) v.c.open[j] = s->base[j] == PLACE_IN;
    CIM__TRY(improve(&v.c, v.c.open, &value));
    CIM__TRY(cim__place_take(&v.c, v.c.open, value));
    CIM__TRY(cim__place_search(&v.c, 1500, bound_out, proof_out));
    if (v.c.has_best) memcpy(open, v.c.best_open, s->n);
    *value_out = v.c.has_best ? v.c.best : INFINITY;
    return CIM_OK;
}

cim_status cim__place_solve_cover(place_run *r, place_answer *a)
{
    const cim_place_problem *p = r->p;
    bool all = p->kind == CIM_PLACE_COVER_ALL;
    place_entries e = { .n = p->site_count, .m = p->demand_count, .first = p->first, .demands = p->demands, .weights = p->weights };
    place_sets s;
    place_groups *groups;
    double value, bound;
    e.folds = p->folds, e.flags = p->flags, e.costs = p->costs, e.by_cost = all || p->budget < INFINITY;
    CIM__TRY(cim__place_sets_build(r, &e, all, &s));
    uint8_t *open = cim__place_zeros(r, s.n, 1);
    if (!open) return cim__nomem(r->ctx);
    CIM__TRY(cim__place_groups_build(r, s.n, s.name, &groups));
    CIM__TRY(cim__place_cover_search(r, &s, groups, all, p->most, p->budget, INFINITY, -INFINITY, r->o.work, open, &value, &bound, &a->proof));
    a->found = value < INFINITY;
    for (uint32_t j = 0; a->found && j < s.n; j++)
        if (open[j]) a->open[s.name[j]] = 1;
    double all_weight = s.sum - s.lost, slack = all || cim__place_whole(s.weight, s.m, 1.0) ? 0.0 : 4e-16 * (s.m + 64.0) * all_weight;
    a->value = all ? value : all_weight - value;
    a->bound = all ? bound : all_weight - fmax(bound, 0.0) + slack;
    return CIM_OK;
}
