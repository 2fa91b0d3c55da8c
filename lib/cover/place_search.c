/* place_search.c - Lagrangian bounds by subgradients, sites that these decide, branch and bound on the rest.
 *
 * The demand constraints are relaxed with multipliers u.  What is left is a choice of sites by reduced costs rc under `most` and `budget`, of
 * which the linear relaxation is solved at sight: the least rc, or the least rc a unit of cost.  Its dual price theta makes rc + theta * cost
 * the amount by which the bound rises when a site is decided the other way, so that sites are fixed as soon as that passes the best plan.
 * Branch and bound goes depth first, so that its memory is one path; what is open on the path is the bound when it has to stop. */
#include "cover/place.h"

#include <float.h>
#include <stdlib.h>

enum { ROOT_PATIENCE = 20, NODE_ITERATIONS = 30, MAX_PATH_BYTES = 1 << 28 };

bool cim__place_stop(place_run *r)
{
    if (!r->late && r->end_ms < INFINITY && cim__now_ms() >= r->end_ms) r->late = true;
    return r->late;
}

uint64_t cim__place_random(place_run *r)
{
    uint64_t z = r->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void *cim__place_room(place_run *r, size_t count, size_t size)
{
    if (count >= SIZE_MAX / 2 / size) return NULL;
    return cim__arena_alloc(r->arena, (count + 1) * size);
}

void *cim__place_zeros(place_run *r, size_t count, size_t size)
{
    void *p = cim__place_room(r, count, size);
    return p ? memset(p, 0, (count + 1) * size) : NULL;
}

cim_status cim__place_tick(place_run *r, const char *step)
{
    uint64_t most = r->o.work == CIM_PLACE_PROVE ? 0 : r->o.work;
    return cim__tick(r->ctx, r->work < most ? r->work : most, most, step);
}

bool cim__place_whole(const double *values, size_t count, double times)
{
    double sum = 0.0;
    for (size_t i = 0; values && i < count; i++) {
        if (values[i] == INFINITY) continue;
        if (!(values[i] == floor(values[i]))) return false;
        sum += values[i];
    }
    return sum * times < 0x1p50;
}

cim_status cim__place_core_init(place_core *c)
{
    place_run *r = c->run;
    double **doubles[] = { &c->rc, &c->x, &c->mean, &c->kept_rc };
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        if (!(*doubles[i] = cim__place_zeros(r, c->n, sizeof(double)))) return cim__nomem(r->ctx);
    c->slope = cim__place_zeros(r, c->m, sizeof(double));
    c->way = cim__place_zeros(r, c->m, sizeof(double));
    c->kept_u = cim__place_zeros(r, c->m, sizeof(double));
    c->state = cim__place_zeros(r, c->n, 1);
    c->open = cim__place_zeros(r, c->n, 1);
    c->best_open = cim__place_zeros(r, c->n, 1);
    c->order = cim__place_zeros(r, c->n, sizeof *c->order);
    c->trail = cim__place_zeros(r, c->n, sizeof *c->trail);
    if (!c->slope || !c->way || !c->kept_u || !c->state || !c->open || !c->best_open || !c->order || !c->trail) return cim__nomem(r->ctx);
    if (c->n) memcpy(c->state, c->base, c->n);
    return CIM_OK;
}

static double cost_of(const place_core *c, uint32_t j) { return c->cost ? c->cost[j] : 1.0; }

/* A sum of costs may miss the budget by rounding. */
static bool affords(const place_core *c, double cost) { return cost <= c->budget * (1.0 + 1e-12); }

bool cim__place_fits(const place_core *c, const uint8_t *open)
{
    double cost = 0.0;
    uint32_t count = 0;
    for (uint32_t j = 0; j < c->n; j++) {
        if (!open[j]) continue;
        count++;
        cost += cost_of(c, j);
    }
    return count <= c->most && affords(c, cost) && (!c->groups || cim__place_groups_fit(c->groups, open));
}

cim_status cim__place_take(place_core *c, const uint8_t *open, double value)
{
    if (!(value < c->best) || !cim__place_fits(c, open)) return CIM_OK;
    c->best = value;
    c->has_best = true;
    if (c->n) memcpy(c->best_open, open, c->n);
    return CIM_OK;
}

/* ---- the relaxed choice of sites ---- */

static int before(const place_core *c, uint32_t a, uint32_t b) /* a is to be opened before b */
{
    double x = c->rc[a], y = c->rc[b];
    if (x != y) return x < y;
    return a < b;
}

static void exchange(uint32_t *a, uint32_t *b)
{
    uint32_t t = *a;
    *a = *b, *b = t;
}

/* The `left` least of order[0 .. count) come to its front. */
static void part(const place_core *c, uint32_t *order, size_t count, size_t left)
{
    size_t lo = 0, hi = count;
    while (left > lo && left < hi) {
        size_t at = lo;
        uint32_t pivot = order[lo + (hi - lo) / 2];
        exchange(&order[lo + (hi - lo) / 2], &order[hi - 1]);
        for (size_t k = lo; k + 1 < hi; k++)
            if (before(c, order[k], pivot)) exchange(&order[k], &order[at++]);
        exchange(&order[at], &order[hi - 1]);
        if (at < left) lo = at + 1;
        else hi = at;
    }
}

static size_t useful(place_core *c, double *in_sum, double *in_cost, uint32_t *in_count)
{
    size_t count = 0;
    *in_sum = *in_cost = 0.0, *in_count = 0;
    for (uint32_t j = 0; j < c->n; j++) {
        c->x[j] = c->state[j] == PLACE_IN;
        if (c->state[j] == PLACE_IN) *in_sum += c->rc[j], *in_cost += cost_of(c, j), ++*in_count;
        else if (c->state[j] == PLACE_FREE && c->rc[j] < 0.0) c->order[count++] = j;
    }
    return count;
}

/* At most `left` sites: the sum, and the two prices between which the last one is. */
static double by_count(place_core *c, size_t count, size_t left, double theta[2])
{
    double sum = 0.0;
    theta[0] = theta[1] = 0.0;
    if (left < count) {
        part(c, c->order, count, left);
        for (size_t k = 0; k < left; k++) theta[0] = k ? fmax(theta[0], c->rc[c->order[k]]) : c->rc[c->order[k]];
        theta[1] = c->rc[c->order[left]];
        for (size_t k = left; k < count; k++) theta[1] = fmin(theta[1], c->rc[c->order[k]]);
        if (!left) theta[0] = theta[1];
        theta[0] = -theta[0], theta[1] = -theta[1];
    }
    for (size_t k = 0; k < left && k < count; k++) sum += c->rc[c->order[k]];
    return sum;
}

typedef struct priced {
    double ratio;
    uint32_t site;
} priced;

static int by_ratio(const void *a, const void *b)
{
    const priced *x = a, *y = b;
    if (x->ratio != y->ratio) return x->ratio < y->ratio ? -1 : 1;
    return x->site < y->site ? -1 : x->site > y->site;
}

/* What `left` of the budget buys, the last site in part.  x is filled when it is the answer. */
static cim_status by_budget(place_core *c, size_t count, double left, double *sum_out, double *theta, double *x)
{
    priced *items = cim__alloc_n(c->run->ctx->mem, count + 1, sizeof *items);
    if (!items) return cim__nomem(c->run->ctx);
    double sum = 0.0;
    for (size_t k = 0; k < count; k++) {
        double cost = cost_of(c, c->order[k]);
        items[k] = (priced){ cost > 0.0 ? c->rc[c->order[k]] / cost : -INFINITY, c->order[k] };
    }
    if (count) qsort(items, count, sizeof *items, by_ratio);
    *theta = 0.0;
    for (size_t k = 0; k < count; k++) {
        double cost = cost_of(c, items[k].site), share = cost <= left ? 1.0 : fmax(left, 0.0) / cost;
        sum += share * c->rc[items[k].site];
        if (x) x[items[k].site] = share;
        left -= share * cost;
        if (share < 1.0) {
            *theta = -items[k].ratio;
            break;
        }
    }
    *sum_out = sum;
    cim__free(c->run->ctx->mem, items);
    return CIM_OK;
}

/* The least sum of reduced costs; x says which.  Of both limits the one that binds more. */
static cim_status choose(place_core *c, double *sum_out, double *amount)
{
    double in_sum, in_cost, theta[2] = { 0.0, 0.0 };
    uint32_t in_count;
    size_t count = useful(c, &in_sum, &in_cost, &in_count), left = c->most == CIM_NONE ? count : c->most > in_count ? c->most - in_count : 0;
    double sum = by_count(c, count, left, theta), money = c->budget < INFINITY ? (c->budget - in_cost) * (1.0 + 1e-12) + 1e-12 * c->budget : INFINITY;
    c->price_by_cost = false;
    if (c->budget < INFINITY) {
        double price, other;
        CIM__TRY(by_budget(c, count, money, &other, &price, NULL));
        if (other > sum) {
            sum = other;
            theta[0] = theta[1] = price;
            c->price_by_cost = true;
            CIM__TRY(by_budget(c, count, money, &other, &price, c->x));
        }
    }
    for (size_t k = 0; !c->price_by_cost && k < left && k < count; k++) c->x[c->order[k]] = 1.0;
    c->theta[0] = theta[0], c->theta[1] = theta[1];
    *amount += fabs(sum) + fabs(in_sum);
    *sum_out = in_sum + sum;
    return CIM_OK;
}

/* ---- subgradients ---- */

static double rounded(const place_core *c, double bound, double amount) /* what is certain of it */
{
    double safe = bound - 4.0 * DBL_EPSILON * ((double)c->m + c->n + 64.0) * amount;
    return c->whole ? ceil(safe) : safe;
}

bool cim__place_is_cut(const place_core *c, double bound)
{
    double gap = fmax(c->run->o.gap, c->whole ? 0.0 : PLACE_SAME);
    return bound >= c->best || (c->best < INFINITY && c->best - bound <= gap * fabs(c->total - c->best));
}

static uint64_t hash_of(const uint8_t *open, uint32_t n)
{
    uint64_t h = 0x2545f4914f6cdd1du;
    for (uint32_t j = 0; j < n; j++)
        if (open[j]) h = (h ^ j) * 0x9e3779b97f4a7c15u, h ^= h >> 29;
    return h;
}

/* A plan of what the relaxation opens, made better, unless this has been done. */
static cim_status try_plan(place_core *c)
{
    double value;
    for (uint32_t j = 0; j < c->n; j++) c->open[j] = c->x[j] >= 0.999 || c->base[j] == PLACE_IN;
    uint64_t h = hash_of(c->open, c->n);
    if (c->seen[h & 63] == h) return CIM_OK;
    c->seen[h & 63] = h;
    CIM__TRY(c->improve(c, c->open, &value));
    return cim__place_take(c, c->open, value);
}

static void step(place_core *c, double length)
{
    for (uint32_t i = 0; i < c->m; i++) c->u[i] = fmin(fmax(c->u[i] + length * c->way[i], 0.0), c->cap[i]);
}

static bool is_over(place_core *c)
{
    return c->best <= c->enough || c->run->work >= c->end_work || cim__place_stop(c->run);
}

static void keep(place_core *c)
{
    if (c->m) memcpy(c->kept_u, c->u, c->m * sizeof *c->u);
    if (c->n) memcpy(c->kept_rc, c->rc, c->n * sizeof *c->rc);
}

typedef struct ascent {
    double least, raw; /* the bound, as it is certain and before; */
    double theta[2];
    bool by_cost;
    uint32_t every;    /* iterations between plans */
    bool quiet;        /* no plan at the first one either */
} ascent;

/* The best bound of so many iterations from u, which end at the best multipliers. */
static cim_status ascend(place_core *c, uint32_t iterations, double scale, uint32_t patience, ascent *a)
{
    uint32_t stale = 0;
    a->raw = -INFINITY;
    if (c->m) memset(c->way, 0, c->m * sizeof *c->way);
    for (uint32_t it = 0; it < iterations && !(it && is_over(c)); it++) {
        double amount = 0.0, sum, bound = c->relax(c, &amount), squares = 0.0;
        CIM__TRY(choose(c, &sum, &amount));
        bound += sum;
        c->run->iterations++;
        for (uint32_t j = 0; j < c->n; j++) c->mean[j] = 0.95 * c->mean[j] + 0.05 * c->x[j];
        stale = bound > a->raw + 1e-5 * fabs(a->raw) ? 0 : stale + 1;
        if (bound > a->raw) {
            a->raw = bound;
            a->least = fmax(a->least, rounded(c, bound, amount));
            a->theta[0] = c->theta[0], a->theta[1] = c->theta[1], a->by_cost = c->price_by_cost;
            keep(c);
        }
        if (it % a->every == 0 && !a->quiet) CIM__TRY(try_plan(c));
        if (cim__place_is_cut(c, a->least)) break;
        if (stale >= patience) {
            scale *= 0.75, stale = 0;
            if (scale < 2e-4) break;
        }
        c->gradient(c);
        for (uint32_t i = 0; i < c->m; i++) {
            c->way[i] = c->slope[i] + 0.75 * c->way[i];
            squares += c->way[i] * c->way[i];
        }
        if (!(squares > 0.0)) break;
        double target = c->best < INFINITY ? 1.02 * c->best - 0.02 * bound : bound + 0.05 * fabs(bound) + 1.0;
        step(c, scale * fmax(target - bound, 1e-9 * fabs(bound)) / squares);
        if (it % 64 == 0) CIM__TRY(cim__place_tick(c->run, "placement"));
    }
    if (c->m) memcpy(c->u, c->kept_u, c->m * sizeof *c->u);
    return CIM_OK;
}

/* ---- branch and bound ---- */

static void decide(place_core *c, uint32_t j, uint8_t state)
{
    c->state[j] = state;
    c->trail[c->trail_count++] = j;
}

/* Sites that the best multipliers decide. */
static void fix(place_core *c, const ascent *a)
{
    if (c->best == INFINITY || a->raw == -INFINITY) return;
    double room = (c->whole ? c->best - 1.0 + 1e-6 : c->best) - (a->raw - 1e-9 * fabs(a->raw));
    for (uint32_t j = 0; j < c->n; j++) {
        if (c->state[j] != PLACE_FREE) continue;
        double unit = a->by_cost ? cost_of(c, j) : 1.0, shut = c->kept_rc[j] + a->theta[0] * unit, open = c->kept_rc[j] + a->theta[1] * unit;
        if (shut > 0.0 && shut > room) decide(c, j, PLACE_OUT);
        else if (open < 0.0 && -open > room) decide(c, j, PLACE_IN);
    }
}

typedef struct frame {
    double bound;  /* of the node that was split */
    size_t trail;
    double *u;     /* its multipliers, or NULL */
    uint32_t site;
    bool second;   /* the other half is at work */
} frame;

static uint32_t branch_site(const place_core *c)
{
    uint32_t best = CIM_NONE;
    double most = -1.0;
    for (uint32_t j = 0; j < c->n; j++) {
        if (c->state[j] != PLACE_FREE) continue;
        double doubt = fmin(c->mean[j], 1.0 - c->mean[j]) + 1e-3 * c->mean[j];
        if (doubt > most) most = doubt, best = j;
    }
    return best;
}

typedef enum { NODE_POSSIBLE, NODE_NOT, NODE_LEAF } node_kind;

/* What the groups decide, until nothing changes; false: they cannot be kept to. */
static bool settle_groups(place_core *c)
{
    place_groups *g = c->groups;
    for (bool changed = g != NULL; changed;) {
        changed = false;
        memset(g->have, 0, g->count * sizeof *g->have);
        memset(g->may, 0, g->count * sizeof *g->may);
        for (uint32_t j = 0; j < c->n; j++)
            for (uint64_t k = g->first[j]; k < g->first[j + 1]; k++) {
                if (c->state[j] == PLACE_IN) g->have[g->of[k]]++;
                else if (c->state[j] == PLACE_FREE) g->may[g->of[k]]++;
            }
        for (uint32_t k = 0; k < g->count; k++)
            if (g->have[k] > g->most[k] || g->have[k] + g->may[k] < g->least[k]) return false;
        for (uint32_t j = 0; j < c->n && !changed; j++)
            for (uint64_t k = g->first[j]; k < g->first[j + 1] && c->state[j] == PLACE_FREE; k++) {
                uint32_t group = g->of[k];
                bool full = g->have[group] >= g->most[group], short_of = g->have[group] + g->may[group] == g->least[group];
                if (full || short_of) decide(c, j, full ? PLACE_OUT : PLACE_IN), changed = true;
            }
    }
    return true;
}

/* Sites that no longer fit are out; a node without free ones is a leaf. */
static node_kind settle(place_core *c)
{
    double cost = 0.0;
    uint32_t count = 0, free_count = 0;
    if (!settle_groups(c)) return NODE_NOT;
    for (uint32_t j = 0; j < c->n; j++)
        if (c->state[j] == PLACE_IN) count++, cost += cost_of(c, j);
    if (count > c->most || !affords(c, cost)) return NODE_NOT;
    for (uint32_t j = 0; j < c->n; j++) {
        if (c->state[j] != PLACE_FREE) continue;
        if (count >= c->most || !affords(c, cost + cost_of(c, j))) decide(c, j, PLACE_OUT);
        else free_count++;
    }
    return free_count ? NODE_POSSIBLE : NODE_LEAF;
}

static cim_status leaf(place_core *c)
{
    for (uint32_t j = 0; j < c->n; j++) c->open[j] = c->state[j] == PLACE_IN;
    return cim__place_take(c, c->open, c->value(c, c->open));
}

/* One node: its bound, INFINITY of one without plans; and whether there is nothing to be looked for below it. */
static cim_status node(place_core *c, double above, double *bound_out, bool *closed_out)
{
    ascent a = { .least = above, .every = c->run->nodes % 16 ? 1000 : 10, .quiet = c->run->nodes % 16 != 0 };
    node_kind kind = settle(c);
    c->run->nodes++;
    *closed_out = true, *bound_out = INFINITY;
    for (int round = 0; kind == NODE_POSSIBLE && round < 2; round++) {
        size_t decided = c->trail_count;
        CIM__TRY(ascend(c, round ? 5 : NODE_ITERATIONS, 0.5, 5, &a));
        *bound_out = a.least;
        if (cim__place_is_cut(c, a.least)) return CIM_OK;
        fix(c, &a);
        if (c->trail_count == decided) break;
        kind = settle(c);
    }
    if (kind == NODE_POSSIBLE) *closed_out = false;
    else *bound_out = INFINITY;
    return kind == NODE_LEAF ? leaf(c) : CIM_OK;
}

/* ---- random exchanges from the best plan ---- */

static void kick(place_core *c, uint8_t *open, uint32_t times)
{
    for (uint32_t k = 0; k < times; k++) {
        uint32_t out = CIM_NONE, in = CIM_NONE;
        for (uint32_t tries = 0; tries < 4 * c->n && (out == CIM_NONE || in == CIM_NONE); tries++) {
            uint32_t j = (uint32_t)(cim__place_random(c->run) % c->n);
            if (open[j] && c->base[j] == PLACE_FREE) out = j;
            else if (!open[j]) in = j;
        }
        if (out == CIM_NONE || in == CIM_NONE) return;
        open[out] = 0, open[in] = 1;
        if (!cim__place_fits(c, open)) open[in] = 0;
    }
}

/* As long as it pays, within a share of the work. */
static cim_status shake(place_core *c)
{
    uint64_t end = c->run->work + (c->end_work - c->run->work) / 4;
    uint8_t *now = cim__place_zeros(c->run, c->n, 1);
    uint32_t count = 0;
    double current = c->best, value;
    if (!now) return cim__nomem(c->run->ctx);
    if (!c->has_best) return CIM_OK;
    memcpy(now, c->best_open, c->n);
    for (uint32_t j = 0; j < c->n; j++) count += now[j];
    for (uint32_t round = 0, stale = 0; stale < 400 && c->run->work < end && !is_over(c); round++, stale++) {
        memcpy(c->open, now, c->n);
        kick(c, c->open, 1 + (uint32_t)(cim__place_random(c->run) % (2 + count / 8)));
        CIM__TRY(c->improve(c, c->open, &value));
        if (value < c->best && cim__place_fits(c, c->open)) stale = 0;
        CIM__TRY(cim__place_take(c, c->open, value));
        if (value <= current && cim__place_fits(c, c->open)) current = value, memcpy(now, c->open, c->n);
        CIM__TRY(cim__place_tick(c->run, "placement: exchanges"));
    }
    return CIM_OK;
}

/* ---- the tree ---- */

static void undo(place_core *c, size_t mark)
{
    while (c->trail_count > mark) c->state[c->trail[--c->trail_count]] = PLACE_FREE;
}

typedef struct path {
    place_core *c;
    cim__buf frames;
    double cut;      /* the least bound of a node that was cut though it might hold a plan a little better */
} path;

static cim_status push(path *p, double bound)
{
    place_core *c = p->c;
    frame *f = CIM__PUSH(&p->frames, frame);
    if (!f) return cim__nomem(c->run->ctx);
    size_t depth = CIM__COUNT(&p->frames, frame);
    *f = (frame){ .bound = bound, .trail = c->trail_count, .site = branch_site(c) };
    if (depth * c->m * sizeof(double) <= MAX_PATH_BYTES) {
        f->u = cim__alloc_n(c->run->ctx->mem, c->m + 1, sizeof(double));
        if (!f->u) return cim__nomem(c->run->ctx);
        memcpy(f->u, c->u, c->m * sizeof(double));
    }
    decide(c, f->site, c->mean[f->site] >= 0.5 ? PLACE_IN : PLACE_OUT);
    return CIM_OK;
}

/* To the next half that has not been looked at; false: there is none. */
static bool back(path *p, double *bound)
{
    place_core *c = p->c;
    while (p->frames.size) {
        frame *f = &CIM__AT(&p->frames, frame, CIM__COUNT(&p->frames, frame) - 1);
        bool use = !f->second && !cim__place_is_cut(c, f->bound);
        uint8_t other = c->state[f->site] == PLACE_IN ? PLACE_OUT : PLACE_IN;
        if (!f->second && !use) p->cut = fmin(p->cut, f->bound);
        undo(c, f->trail);
        if (use) {
            if (f->u) memcpy(c->u, f->u, c->m * sizeof(double));
            f->second = true;
            *bound = f->bound;
            decide(c, f->site, other);
            return true;
        }
        cim__free(c->run->ctx->mem, f->u);
        p->frames.size -= sizeof *f;
    }
    return false;
}

static cim_status branch(path *p, double root_bound, double *bound_out)
{
    place_core *c = p->c;
    double bound = root_bound;
    bool more = true;
    CIM__TRY(push(p, root_bound));
    while (more && !is_over(c)) {
        double found;
        bool closed;
        CIM__TRY(node(c, bound, &found, &closed));
        CIM__TRY(cim__place_tick(c->run, "placement: branch and bound"));
        if (!closed) {
            CIM__TRY(push(p, found));
            bound = found;
        } else {
            p->cut = fmin(p->cut, found);
            more = back(p, &bound);
        }
    }
    *bound_out = fmin(p->cut, c->best);
    if (more) *bound_out = fmin(*bound_out, bound);
    for (size_t k = 0; more && k < CIM__COUNT(&p->frames, frame); k++) {
        const frame *f = &CIM__AT(&p->frames, frame, k);
        if (!f->second) *bound_out = fmin(*bound_out, f->bound);
    }
    return CIM_OK;
}

cim_status cim__place_search(place_core *c, uint32_t root_iterations, double *bound_out, const char **proof_out)
{
    ascent a = { .least = -INFINITY, .every = 12 };
    *proof_out = "lagrangian bound";
    node_kind kind = settle(c);
    if (kind == NODE_LEAF) CIM__TRY(leaf(c));
    if (kind != NODE_POSSIBLE) {
        *proof_out = "reductions";
        *bound_out = c->best;
        return CIM_OK;
    }
    CIM__TRY(ascend(c, root_iterations, 1.5, ROOT_PATIENCE, &a));
    *bound_out = fmin(a.least, c->best);
    if (cim__place_is_cut(c, a.least) || is_over(c)) return CIM_OK;
    CIM__TRY(shake(c));
    *bound_out = fmin(a.least, c->best);
    if (cim__place_is_cut(c, a.least) || is_over(c)) return CIM_OK;
    fix(c, &a);
    kind = settle(c);
    if (kind == NODE_LEAF) CIM__TRY(leaf(c));
    *proof_out = "branch and bound";
    if (kind != NODE_POSSIBLE) {
        *bound_out = c->best;
        return CIM_OK;
    }
    path p = { .c = c, .frames = cim__buf_on(c->run->ctx->mem), .cut = INFINITY };
    double bound = a.least;
    cim_status st = branch(&p, a.least, &bound);
    for (size_t k = 0; k < CIM__COUNT(&p.frames, frame); k++) cim__free(c->run->ctx->mem, CIM__AT(&p.frames, frame, k).u);
    cim__buf_free(&p.frames);
    if (st >= 0) *bound_out = fmax(a.least, bound);
    if (st >= 0 && *bound_out <= a.least && *bound_out < c->best) *proof_out = "lagrangian bound";
    return st;
}
