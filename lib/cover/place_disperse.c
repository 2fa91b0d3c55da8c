/* place_disperse.c - DISPERSION: `most` sites whose two nearest are as far apart as can be.
 *
 * A plan is made greedily (the farthest next: T. F. Gonzalez, 1985) and improved by exchanges.  That a distance r cannot be reached is proven in the
 * graph of pairs at least r apart: it has no clique of so many sites.  The search for one colours what may still be added, and so many colours
 * are the most that can be (E. Tomita, T. Seki, "An efficient branch-and-bound algorithm for finding a maximum clique", 2003). */
#include "cover/place.h"

#include <stdlib.h>

typedef struct apart {
    place_run *r;
    const double *d;     /* the matrix */
    uint32_t all;        /* its width */
    uint32_t n, want;    /* sites that may be chosen, the fixed ones first; how many are */
    uint32_t fixed;
    uint32_t *site;      /* of the problem */
    uint32_t *plan;      /* the best one: numbers of sites here */
    uint8_t *in;
    double worst;
    /* the clique search */
    size_t words;
    uint64_t *near_enough; /* rows of pairs that may be chosen both */
    uint64_t *left;        /* a set for each level */
    uint32_t *order, *colour; /* of each level, want * n of them at most */
    uint64_t *scratch;
    uint32_t *now;
    uint64_t end_work;
} apart;

static bool over(apart *a) { return a->r->work >= a->end_work || cim__place_stop(a->r); }

static double between(const apart *a, uint32_t x, uint32_t y) { return a->d[(size_t)a->site[x] * a->all + a->site[y]]; }

static double least_of(const apart *a, const uint32_t *plan, uint32_t count)
{
    double least = INFINITY;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = i + 1; k < count; k++) least = fmin(least, between(a, plan[i], plan[k]));
    return least;
}

/* ---- a plan ---- */

static void farthest_next(apart *a, uint32_t *plan, uint32_t count, double *near)
{
    memset(a->in, 0, a->n);
    for (uint32_t x = 0; x < a->n; x++) near[x] = INFINITY;
    for (uint32_t i = 0; i < a->want; i++) {
        uint32_t best = i < count ? plan[i] : CIM_NONE;
        for (uint32_t x = 0; i >= count && x < a->n; x++)
            if (!a->in[x] && (best == CIM_NONE || near[x] > near[best])) best = x;
        plan[i] = best;
        a->in[best] = 1;
        for (uint32_t x = 0; x < a->n; x++) near[x] = fmin(near[x], between(a, x, best));
    }
    a->r->work += (uint64_t)a->want * a->n;
}

/* One of the two that are nearest moves to where it is farthest from the others. */
static bool exchange(apart *a, uint32_t *plan)
{
    double least = least_of(a, plan, a->want);
    for (uint32_t i = a->fixed; i < a->want; i++) {
        double own = INFINITY, most = least;
        uint32_t best = CIM_NONE;
        for (uint32_t k = 0; k < a->want; k++)
            if (k != i) own = fmin(own, between(a, plan[i], plan[k]));
        if (own > least) continue;
        for (uint32_t x = 0; x < a->n; x++) {
            double far = INFINITY;
            for (uint32_t k = 0; !a->in[x] && k < a->want && far > most; k++)
                if (k != i) far = fmin(far, between(a, x, plan[k]));
            if (!a->in[x] && far > most) most = far, best = x;
        }
        a->r->work += a->n;
        if (best == CIM_NONE) continue;
        a->in[plan[i]] = 0, a->in[best] = 1;
        plan[i] = best;
        a->r->swaps++;
        return true;
    }
    return false;
}

static void keep_plan(apart *a, const uint32_t *plan)
{
    double worst = least_of(a, plan, a->want);
    if (!(worst > a->worst)) return;
    a->worst = worst;
    memcpy(a->plan, plan, a->want * sizeof *plan);
}

static cim_status first_plans(apart *a)
{
    double *near = cim__place_room(a->r, a->n, sizeof *near);
    uint32_t *plan = cim__place_zeros(a->r, a->want, sizeof *plan);
    if (!near || !plan) return cim__nomem(a->r->ctx);
    a->worst = -1.0;
    for (uint32_t round = 0; round < 1 + (a->n < 32 ? a->n : 32) ; round++) {
        if (round && over(a)) break;
        for (uint32_t i = 0; i < a->fixed; i++) plan[i] = i;
        if (!a->fixed) plan[0] = round < a->n ? round : 0;
        farthest_next(a, plan, a->fixed ? a->fixed : 1, near);
        while (exchange(a, plan) && !over(a)) CIM__TRY(cim__place_tick(a->r, "placement: swaps"));
        keep_plan(a, plan);
        if (a->fixed) break;
    }
    return CIM_OK;
}

/* ---- is there one with all at least r apart? ---- */

static void graph(apart *a, double r)
{
    memset(a->near_enough, 0, a->words * a->n * sizeof *a->near_enough);
    for (uint32_t x = 0; x < a->n; x++)
        for (uint32_t y = 0; y < a->n; y++)
            if (x != y && between(a, x, y) >= r) a->near_enough[x * a->words + (y >> 6)] |= 1ull << (y & 63);
    a->r->work += (uint64_t)a->n * a->n / 4;
}

/* Sites of a set in the order of their colours: no two of one colour can be chosen both, so that k colours are k sites at most. */
static uint32_t colours(apart *a, const uint64_t *set, uint32_t *order, uint32_t *colour)
{
    uint64_t *rest = a->scratch, *free = a->scratch + a->words;
    uint32_t count = 0, used = 0;
    bool any = true;
    memcpy(rest, set, a->words * sizeof *rest);
    while (any) {
        any = false;
        memcpy(free, rest, a->words * sizeof *free);
        used++;
        for (size_t w = 0; w < a->words; w++) {
            while (free[w]) {
                uint32_t x = (uint32_t)(64 * w + (size_t)__builtin_ctzll(free[w]));
                rest[w] &= ~(1ull << (x & 63)), free[w] &= ~(1ull << (x & 63));
                for (size_t k = w; k < a->words; k++) free[k] &= ~a->near_enough[x * a->words + k];
                order[count] = x, colour[count++] = used;
                any = true;
            }
        }
        a->r->work += a->words;
    }
    a->r->work += (uint64_t)count * a->words / 4 + 1;
    return count;
}

/* 1: a->now is such a plan; 0: there is none; -1: not known. */
static cim_status clique(apart *a, uint32_t depth, int *answer_out)
{
    uint32_t base = depth, *at = cim__place_zeros(a->r, a->want, sizeof *at);
    if (!at) return cim__nomem(a->r->ctx);
    *answer_out = 1;
    if (depth == a->want) return CIM_OK;
    at[depth] = colours(a, a->left + depth * a->words, a->order + (size_t)depth * a->n, a->colour + (size_t)depth * a->n);
    for (;;) {
        uint64_t *set = a->left + depth * a->words;
        uint32_t *order = a->order + (size_t)depth * a->n, *colour = a->colour + (size_t)depth * a->n;
        if (!at[depth] || depth + colour[at[depth] - 1] < a->want) { /* nothing here: back */
            *answer_out = 0;
            if (depth == base) return CIM_OK;
            depth--;
            continue;
        }
        uint32_t x = order[--at[depth]];
        a->now[depth] = x;
        set[x >> 6] &= ~(1ull << (x & 63));
        if (depth + 1 == a->want) {
            *answer_out = 1;
            return CIM_OK;
        }
        for (size_t w = 0; w < a->words; w++) set[a->words + w] = set[w] & a->near_enough[x * a->words + w];
        depth++;
        a->r->nodes++;
        at[depth] = colours(a, set + a->words, a->order + (size_t)depth * a->n, a->colour + (size_t)depth * a->n);
        if (over(a)) {
            *answer_out = -1;
            return CIM_OK;
        }
        if (!(a->r->nodes & 255)) CIM__TRY(cim__place_tick(a->r, "placement: cliques"));
    }
}

static cim_status ask(apart *a, double r, int *answer_out)
{
    graph(a, r);
    memset(a->left, 0, a->words * sizeof *a->left);
    for (uint32_t x = a->fixed; x < a->n; x++) a->left[x >> 6] |= 1ull << (x & 63);
    for (uint32_t x = 0; x < a->fixed; x++) {
        a->now[x] = x;
        for (uint32_t y = 0; y < a->fixed; y++)
            if (x != y && !(between(a, x, y) >= r)) return *answer_out = 0, CIM_OK;
        for (size_t w = 0; w < a->words; w++) a->left[w] &= a->near_enough[x * a->words + w];
    }
    memcpy(a->left + (size_t)a->fixed * a->words, a->left, a->fixed ? a->words * sizeof *a->left : 0);
    return clique(a, a->fixed, answer_out);
}

static int by_value(const void *x, const void *y)
{
    double p = *(const double *)x, q = *(const double *)y;
    return (p > q) - (p < q);
}

/* The distances above the plan's own; a better plan is among them or none is. */
static cim_status list_distances(apart *a, double **values_out, size_t *count_out)
{
    size_t count = 0, kept = 0;
    double *values = cim__place_room(a->r, (size_t)a->n * (a->n - 1) / 2, sizeof *values);
    if (!values) return cim__nomem(a->r->ctx);
    for (uint32_t x = 0; x < a->n; x++)
        for (uint32_t y = x + 1; y < a->n; y++)
            if (between(a, x, y) > a->worst) values[count++] = between(a, x, y);
    if (count) qsort(values, count, sizeof *values, by_value);
    for (size_t k = 0; k < count; k++)
        if (!kept || values[k] > values[kept - 1]) values[kept++] = values[k];
    *values_out = values, *count_out = kept;
    return CIM_OK;
}

static cim_status rooms(apart *a)
{
    place_run *r = a->r;
    a->words = ((size_t)a->n + 63) / 64;
    a->near_enough = cim__place_room(r, a->words * a->n, sizeof *a->near_enough);
    a->left = cim__place_zeros(r, a->words * ((size_t)a->want + 1), sizeof *a->left);
    a->order = cim__place_room(r, (size_t)(a->want + 1) * a->n, sizeof *a->order);
    a->colour = cim__place_room(r, (size_t)(a->want + 1) * a->n, sizeof *a->colour);
    a->scratch = cim__place_room(r, 2 * a->words, sizeof *a->scratch);
    a->now = cim__place_zeros(r, a->want, sizeof *a->now);
    return a->near_enough && a->left && a->order && a->colour && a->scratch && a->now ? CIM_OK : cim__nomem(r->ctx);
}

/* Distances from values[top] on are impossible; *bound_out is the greatest that may be possible. */
static cim_status prove(apart *a, double *bound_out)
{
    double *values = NULL;
    size_t lo = 0, top, count = 0;
    CIM__TRY(list_distances(a, &values, &count));
    CIM__TRY(rooms(a));
    for (size_t hi = top = count; lo < hi && !over(a);) {
        size_t mid = lo + (hi - lo) / 2;
        int answer;
        uint64_t all = a->end_work;
        a->end_work = a->r->work + (all - a->r->work) / 3;
        CIM__TRY(ask(a, values[mid], &answer));
        a->end_work = all;
        if (answer == 1) keep_plan(a, a->now), lo = mid + 1;
        else hi = mid;
        if (answer == 0) top = mid;
    }
    *bound_out = top && values[top - 1] > a->worst ? values[top - 1] : a->worst;
    return CIM_OK;
}

cim_status cim__place_solve_dispersion(place_run *r, place_answer *answer)
{
    const cim_place_problem *p = r->p;
    apart a = { .r = r, .d = p->matrix, .all = p->site_count, .want = p->most, .end_work = r->o.work };
    a.site = cim__place_room(r, p->site_count, sizeof *a.site);
    a.plan = cim__place_zeros(r, p->most, sizeof *a.plan);
    a.in = cim__place_zeros(r, p->site_count, 1);
    if (!a.site || !a.plan || !a.in) return cim__nomem(r->ctx);
    for (uint32_t j = 0; j < p->site_count; j++)
        if (cim__place_flag(p, j) == CIM_PLACE_FIXED) a.site[a.n++] = j;
    a.fixed = a.n;
    for (uint32_t j = 0; j < p->site_count; j++)
        if (!cim__place_flag(p, j)) a.site[a.n++] = j;
    if (a.want > a.n) return cim__fail(r->ctx, CIM_ENOTFOUND, "%u sites are wanted and %u may be chosen", a.want, a.n);
    CIM__TRY(first_plans(&a));
    answer->bound = a.worst, answer->proof = "reductions";
    if (a.want > 1 && a.want > a.fixed) {
        answer->proof = "no greater distance is possible";
        CIM__TRY(prove(&a, &answer->bound));
        if (answer->bound > a.worst) answer->proof = "colouring";
    }
    answer->found = true;
    answer->value = a.worst;
    for (uint32_t i = 0; i < a.want; i++) answer->open[a.site[a.plan[i]]] = 1;
    return CIM_OK;
}
