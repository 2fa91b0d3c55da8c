/* place_threshold.c - THRESHOLD: the weight of groups of which enough is covered.
 *
 * What a site adds to that is often nothing until another one is there, so that neither greedy gains nor relaxations say anything.  The greedy
 * start and the exchanges follow a milder aim, the covered share of each group up to what it needs, and the true one first where it
 * decides.  When all plans are few enough they are all looked at: that is the only proof; else there is no bound. */
#include "cover/place.h"

typedef struct groups {
    place_run *r;
    const cim_place_problem *p;
    uint32_t n, most;
    uint32_t *site;       /* that may be chosen, the fixed ones first */
    uint32_t fixed;
    uint32_t *count;      /* of each demand: chosen sites that cover it */
    double *amount;       /* of groups */
    uint8_t *in;
    uint32_t *best;
    uint32_t best_count;
    double best_value;
    /* all plans */
    double *most_of;      /* of each group: the most one site brings */
    uint32_t *touched;    /* groups of a site, while it is tried */
    double *saved;
    double *upper;        /* of sites: what they brought when they were looked at last */
    uint32_t *stamp;
} groups;

typedef struct aim { /* compared in this order */
    double value, mild;
} aim;

/* By more than sums in another order differ. */
static bool better(aim a, aim b)
{
    double near = 1e-9 * (fabs(a.value) + fabs(b.value));
    if (a.value > b.value + near) return true;
    return a.value >= b.value - near && a.mild > b.mild + 1e-9 * (1.0 + fabs(b.mild));
}

static double weight_of(const groups *g, uint32_t k) { return g->p->group_weights ? g->p->group_weights[k] : 1.0; }
static bool is_enough(const groups *g, uint32_t k) { return g->amount[k] >= g->p->needs[k] * (1.0 - 1e-12); }

static void put(groups *g, uint32_t x, int by)
{
    const cim_place_problem *p = g->p;
    uint32_t j = g->site[x];
    g->in[x] = by > 0;
    for (uint64_t k = p->first[j]; k < p->first[j + 1]; k++) {
        uint32_t i = p->demands[k], to = p->groups[i];
        uint32_t was = g->count[i];
        g->count[i] = (uint32_t)((int64_t)was + by);
        if (to == CIM_NONE || (was && g->count[i])) continue;
        g->amount[to] = fmax(g->amount[to] + (by > 0 ? cim__place_weight(p, i) : -cim__place_weight(p, i)), 0.0);
    }
    g->r->work += p->first[j + 1] - p->first[j];
}

static aim aim_now(const groups *g)
{
    aim a = { 0.0, 0.0 };
    for (uint32_t k = 0; k < g->p->group_count; k++) {
        if (is_enough(g, k)) a.value += weight_of(g, k);
        a.mild += weight_of(g, k) * fmin(g->amount[k] / g->p->needs[k], 1.0);
    }
    g->r->work += g->p->group_count;
    return a;
}

/* Sums of what was added and taken again are made anew now and then. */
static void recount(groups *g)
{
    memset(g->count, 0, g->p->demand_count * sizeof *g->count);
    memset(g->amount, 0, g->p->group_count * sizeof *g->amount);
    for (uint32_t x = 0; x < g->n; x++)
        if (g->in[x]) put(g, x, 1);
}

/* How the aim changes with this site, by looking at its own groups only. */
static aim with(groups *g, uint32_t x, aim now)
{
    const cim_place_problem *p = g->p;
    uint32_t j = g->site[x], touched = 0;
    for (uint64_t k = p->first[j]; k < p->first[j + 1]; k++) {
        uint32_t i = p->demands[k], to = p->groups[i];
        if (to == CIM_NONE || g->count[i]) continue;
        if (!(g->saved[to] >= 0.0)) g->saved[to] = g->amount[to], g->touched[touched++] = to;
        g->amount[to] += cim__place_weight(p, i);
    }
    for (uint32_t t = 0; t < touched; t++) {
        uint32_t to = g->touched[t];
        double before = fmin(g->saved[to] / p->needs[to], 1.0), after = fmin(g->amount[to] / p->needs[to], 1.0);
        bool is = is_enough(g, to);
        g->amount[to] = g->saved[to];
        if (is && !is_enough(g, to)) now.value += weight_of(g, to);
        now.mild += weight_of(g, to) * (after - before);
        g->saved[to] = -1.0;
    }
    g->r->work += p->first[j + 1] - p->first[j] + touched;
    g->r->evaluations++;
    return now;
}

static uint32_t chosen(const groups *g)
{
    uint32_t count = 0;
    for (uint32_t x = 0; x < g->n; x++) count += g->in[x];
    return count;
}

static void keep(groups *g)
{
    recount(g);
    aim now = aim_now(g);
    if (now.value <= g->best_value) return;
    g->best_value = now.value, g->best_count = 0;
    for (uint32_t x = 0; x < g->n; x++)
        if (g->in[x]) g->best[g->best_count++] = x;
}

/* By the milder aim, whose gains only ever shrink: they are computed again when they come up (CELF). */
static void fill_mild(groups *g)
{
    uint32_t count = chosen(g), round = 1;
    aim now = aim_now(g);
    for (uint32_t x = 0; x < g->n; x++) g->upper[x] = g->in[x] ? -1.0 : with(g, x, now).mild - now.mild, g->stamp[x] = round;
    while (count < g->most) {
        uint32_t best = 0;
        for (uint32_t x = 1; x < g->n; x++)
            if (g->upper[x] > g->upper[best]) best = x;
        if (!g->n || !(g->upper[best] > 1e-12)) return;
        if (g->stamp[best] == round) {
            put(g, best, 1);
            g->upper[best] = -1.0;
            now = aim_now(g);
            count++, round++;
        } else {
            g->upper[best] = with(g, best, now).mild - now.mild;
            g->stamp[best] = round;
        }
        g->r->work += g->n / 4;
    }
}

/* By the true aim first. */
static void fill(groups *g)
{
    for (uint32_t count = chosen(g); count < g->most; count++) {
        uint32_t best = CIM_NONE;
        aim now = aim_now(g), most = now;
        for (uint32_t x = 0; x < g->n; x++) {
            if (g->in[x]) continue;
            aim a = with(g, x, now);
            if (better(a, most)) most = a, best = x;
        }
        if (best == CIM_NONE) return;
        put(g, best, 1);
    }
}

static cim_status exchanges(groups *g)
{
    bool any = true;
    aim reached = { -1.0, -1.0 };
    while (any && !cim__place_stop(g->r) && g->r->work < g->r->o.work) {
        any = false;
        recount(g);
        if (!better(aim_now(g), reached)) break;
        reached = aim_now(g);
        for (uint32_t out = g->fixed; out < g->n; out++) {
            uint32_t best = CIM_NONE;
            if (!g->in[out] || g->r->work >= g->r->o.work) continue;
            aim most = aim_now(g);
            put(g, out, -1);
            aim without = aim_now(g);
            for (uint32_t x = 0; x < g->n; x++) {
                if (g->in[x] || x == out) continue;
                aim a = with(g, x, without);
                if (better(a, most)) most = a, best = x;
            }
            put(g, best == CIM_NONE ? out : best, 1);
            any |= best != CIM_NONE;
            g->r->swaps += best != CIM_NONE;
            CIM__TRY(cim__place_tick(g->r, "placement: swaps"));
        }
    }
    return CIM_OK;
}

static void kick(groups *g)
{
    uint32_t times = 1 + (uint32_t)(cim__place_random(g->r) % 3);
    for (uint32_t k = 0; k < times; k++) {
        uint32_t out = CIM_NONE;
        for (uint32_t tries = 0; tries < 4 * g->n && out == CIM_NONE; tries++) {
            uint32_t x = (uint32_t)(cim__place_random(g->r) % g->n);
            if (g->in[x] && x >= g->fixed) out = x;
        }
        if (out != CIM_NONE) put(g, out, -1);
        uint32_t in = (uint32_t)(cim__place_random(g->r) % g->n);
        if (!g->in[in] && chosen(g) < g->most) put(g, in, 1);
    }
}

/* ---- all plans ---- */

static double combinations(double n, double k, double most)
{
    double count = 1.0;
    for (double i = 0.0; i < k && count <= most; i++) count *= (n - i) / (i + 1.0);
    return count;
}

/* Groups that so many more sites may bring to what they need, if each were the best for each. */
static double hope(const groups *g, uint32_t more)
{
    double sum = 0.0;
    for (uint32_t k = 0; k < g->p->group_count; k++)
        if (g->amount[k] + more * g->most_of[k] >= g->p->needs[k] * (1.0 - 1e-9)) sum += weight_of(g, k);
    g->r->work += g->p->group_count;
    return sum;
}

/* Sites in ascending order; *done_out is false when it had to stop. */
static cim_status all_plans(groups *g, bool *done_out)
{
    uint32_t depth = 0, more = g->most - g->fixed, *at = cim__place_zeros(g->r, (size_t)more + 1, sizeof *at);
    if (!at) return cim__nomem(g->r->ctx);
    for (uint32_t x = g->fixed; x < g->n; x++) g->in[x] = 0;
    recount(g);
    keep(g);
    at[0] = g->fixed;
    *done_out = false;
    aim now = aim_now(g);
    while (more) {
        if (at[depth] >= g->n || (depth + 1 < more && hope(g, more - depth) <= g->best_value)) {
            if (!depth--) break;
            put(g, at[depth]++, -1);
            if (!depth) recount(g);
            now = aim_now(g);
            continue;
        }
        if (depth + 1 == more) {
            if (with(g, at[depth], now).value > g->best_value) put(g, at[depth], 1), keep(g), put(g, at[depth], -1);
            at[depth]++;
            continue;
        }
        put(g, at[depth], 1);
        now = aim_now(g);
        at[depth + 1] = at[depth] + 1;
        depth++;
        g->r->nodes++;
        if (!(g->r->nodes & 255)) CIM__TRY(cim__place_tick(g->r, "placement: all plans"));
        if (cim__place_stop(g->r) || g->r->work > g->r->o.work) return CIM_OK;
    }
    *done_out = true;
    return CIM_OK;
}

/* ---- the search ---- */

static cim_status rooms(groups *g)
{
    place_run *r = g->r;
    const cim_place_problem *p = r->p;
    g->site = cim__place_room(r, p->site_count, sizeof *g->site);
    g->count = cim__place_zeros(r, p->demand_count, sizeof *g->count);
    g->amount = cim__place_zeros(r, p->group_count, sizeof *g->amount);
    g->in = cim__place_zeros(r, p->site_count, 1);
    g->best = cim__place_zeros(r, p->site_count, sizeof *g->best);
    g->most_of = cim__place_zeros(r, p->group_count, sizeof *g->most_of);
    g->touched = cim__place_zeros(r, p->group_count, sizeof *g->touched);
    g->saved = cim__place_room(r, p->group_count, sizeof *g->saved);
    g->upper = cim__place_zeros(r, p->site_count, sizeof *g->upper);
    g->stamp = cim__place_zeros(r, p->site_count, sizeof *g->stamp);
    return g->upper && g->stamp && g->site && g->count && g->amount && g->in && g->best && g->most_of && g->touched && g->saved ? CIM_OK : cim__nomem(r->ctx);
}

/* The groups that could be served if all sites were chosen; and most_of. */
static double reachable(groups *g)
{
    const cim_place_problem *p = g->p;
    for (uint32_t x = 0; x < g->n; x++) {
        uint64_t from = p->first[g->site[x]], end = p->first[g->site[x] + 1];
        for (uint64_t k = from; k < end; k++)
            if (p->groups[p->demands[k]] != CIM_NONE) g->amount[p->groups[p->demands[k]]] += cim__place_weight(p, p->demands[k]);
        for (uint64_t k = from; k < end; k++) {
            uint32_t to = p->groups[p->demands[k]];
            if (to != CIM_NONE) g->most_of[to] = fmax(g->most_of[to], g->amount[to]), g->amount[to] = 0.0;
        }
    }
    memset(g->in, 1, g->n);
    recount(g);
    double sum = aim_now(g).value;
    memset(g->in, 0, g->n);
    memset(g->in, 1, g->fixed);
    recount(g);
    return sum;
}

static cim_status improve(groups *g)
{
    bool few = (double)g->p->first[g->p->site_count] * g->most < 2e8; /* the true aim looks at all sites for each that it takes */
    for (int truly = 0; truly < 1 + few; truly++) {
        memset(g->in + g->fixed, 0, g->n - g->fixed);
        recount(g);
        if (!truly) fill_mild(g);
        else fill(g);
        CIM__TRY(exchanges(g));
        if (few) fill(g);
        keep(g);
    }
    return CIM_OK;
}

static cim_status shake(groups *g, uint64_t end_work)
{
    for (uint32_t stale = 0; stale < 200 && g->r->work < end_work && !cim__place_stop(g->r) && g->n > g->fixed; stale++) {
        double was = g->best_value;
        memset(g->in + g->fixed, 0, g->n - g->fixed);
        for (uint32_t k = 0; k < g->best_count; k++) g->in[g->best[k]] = 1;
        recount(g);
        kick(g);
        fill(g);
        CIM__TRY(exchanges(g));
        keep(g);
        if (g->best_value > was) stale = 0;
    }
    return CIM_OK;
}

cim_status cim__place_solve_threshold(place_run *r, place_answer *a)
{
    const cim_place_problem *p = r->p;
    groups g = { .r = r, .p = p, .best_value = -1.0 };
    bool done = false;
    CIM__TRY(rooms(&g));
    for (uint32_t k = 0; k < p->group_count; k++) g.saved[k] = -1.0;
    for (uint32_t j = 0; j < p->site_count; j++)
        if (cim__place_flag(p, j) == CIM_PLACE_FIXED) g.site[g.n++] = j;
    g.fixed = g.n;
    for (uint32_t j = 0; j < p->site_count; j++)
        if (!cim__place_flag(p, j)) g.site[g.n++] = j;
    g.most = p->most < g.n ? p->most : g.n;
    double all = reachable(&g);
    keep(&g);
    CIM__TRY(improve(&g));
    a->bound = NAN, a->proof = "no bound";
    if (g.best_value < all) CIM__TRY(shake(&g, r->work + (r->o.work - (r->work < r->o.work ? r->work : r->o.work)) / 4));
    double plans = combinations(g.n - g.fixed, g.most - g.fixed, 1e15);
    if (g.best_value >= all) a->bound = g.best_value, a->proof = "every group is served that can be";
    else if (plans <= 1e15 && r->o.work > r->work && plans * 4.0 <= (double)(r->o.work - r->work)) {
        CIM__TRY(all_plans(&g, &done));
        if (done) a->bound = g.best_value, a->proof = "exhaustive search";
    }
    a->found = true;
    for (uint32_t k = 0; k < g.best_count; k++) a->open[g.site[g.best[k]]] = 1;
    a->value = NAN; /* sums of shares depend on their order: what counts is the evaluation */
    return CIM_OK;
}
