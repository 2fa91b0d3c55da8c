/* place_center.c - CENTER: the least radius within which `most` sites serve every demand.
 *
 * A radius is possible when COVER_ALL with it needs no more sites than that.  The radii that matter are the weighted values themselves; they are
 * searched by halves (E. Minieka, 1970; M. Daskin, 1995).  A radius for which the cover search has to stop without an answer is passed as if it
 * were impossible, but the bound stays below it. */
#include "cover/place.h"

#include <stdlib.h>

typedef struct radii {
    place_run *r;
    const uint8_t *ignored;
    double *value;   /* ascending, different */
    size_t count;
    uint64_t *first; /* lists of a radius */
    uint32_t *demands;
    uint8_t *open, *best;
    bool found;
    double worst;    /* of the best plan */
} radii;

static double weighed(const cim_place_problem *p, size_t demand, double value)
{
    double weight = cim__place_weight(p, demand);
    return weight > 0.0 ? weight * value : 0.0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static cim_status list_radii(radii *d, uint64_t entries)
{
    const cim_place_problem *p = d->r->p;
    d->value = cim__place_room(d->r, (size_t)entries + 1, sizeof *d->value);
    if (!d->value) return cim__nomem(d->r->ctx);
    size_t count = 0, kept = 0;
    d->value[count++] = 0.0;
    for (uint32_t j = 0; j < p->site_count; j++) {
        const uint32_t *demands;
        const double *values;
        size_t n = cim__place_flag(p, j) == CIM_PLACE_FORBIDDEN ? 0 : cim__place_row(p, j, &demands, &values);
        for (size_t e = 0; e < n; e++) d->value[count++] = weighed(p, demands ? demands[e] : e, values[e]);
    }
    qsort(d->value, count, sizeof *d->value, by_value);
    for (size_t k = 0; k < count; k++)
        if (!kept || d->value[k] > d->value[kept - 1]) d->value[kept++] = d->value[k];
    d->count = kept;
    d->r->work += 8 * entries;
    return CIM_OK;
}

static void list_within(radii *d, double radius)
{
    const cim_place_problem *p = d->r->p;
    uint64_t at = 0;
    for (uint32_t j = 0; j < p->site_count; j++) {
        const uint32_t *demands;
        const double *values;
        size_t n = cim__place_row(p, j, &demands, &values);
        for (size_t e = 0; e < n; e++) {
            uint32_t i = demands ? demands[e] : (uint32_t)e;
            if (!d->ignored[i] && cim__place_weight(p, i) > 0.0 && weighed(p, i, values[e]) <= radius) d->demands[at++] = i;
        }
        d->first[j + 1] = at;
    }
    d->r->work += at;
}

/* 1: the sites suffice, 0: they do not, -1: not known. */
static cim_status ask(radii *d, const place_entries *whole, double radius, uint64_t end_work, int *answer_out)
{
    place_run *r = d->r;
    const cim_place_problem *p = r->p;
    place_entries e = *whole;
    place_sets s;
    double value, bound, most = p->most == CIM_NONE ? p->site_count : p->most;
    const char *proof;
    uint32_t impossible = 0, merged = r->merged, dropped = r->dropped, left_out = r->left_out;
    list_within(d, radius);
    e.folds = NULL;
    r->left_out = 0;
    CIM__TRY(cim__place_sets_build(r, &e, true, &s));
    impossible = r->left_out;
    for (uint32_t i = 0; i < p->demand_count; i++) impossible -= d->ignored[i] || !(cim__place_weight(p, i) > 0.0);
    r->left_out = left_out, r->merged = merged, r->dropped = dropped;
    *answer_out = 0;
    if (impossible) return CIM_OK;
    uint8_t *open = cim__place_zeros(r, s.n, 1);
    if (!open) return cim__nomem(r->ctx);
    CIM__TRY(cim__place_cover_search(r, &s, NULL, true, CIM_NONE, INFINITY, most + 1.0, most, end_work, open, &value, &bound, &proof));
    *answer_out = value <= most ? 1 : bound > most ? 0 : -1;
    if (*answer_out != 1) return CIM_OK;
    memset(d->open, 0, p->site_count);
    for (uint32_t j = 0; j < s.n; j++)
        if (open[j]) d->open[s.name[j]] = 1;
    return CIM_OK;
}

/* The plan's own radius may be less than the one that was asked for. */
static cim_status take(radii *d)
{
    const cim_place_problem *p = d->r->p;
    double worst;
    uint32_t count = 0, *sites = cim__place_room(d->r, p->site_count, sizeof *sites);
    if (!sites) return cim__nomem(d->r->ctx);
    for (uint32_t j = 0; j < p->site_count; j++)
        if (d->open[j]) sites[count++] = j;
    CIM__TRY(cim__place_evaluate(d->r->ctx, p, sites, count, d->ignored, &worst, NULL));
    if (d->found && worst >= d->worst) return CIM_OK;
    d->found = true, d->worst = worst;
    memcpy(d->best, d->open, p->site_count);
    return CIM_OK;
}

static size_t index_of(const radii *d, double value)
{
    size_t lo = 0, hi = d->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (d->value[mid] < value) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* lo: radii below are impossible, for sure below `sure`; hi: this one is possible. */
static cim_status halve(radii *d, const place_entries *e, size_t *sure_out)
{
    place_run *r = d->r;
    size_t lo = 0, hi = d->count, sure = 0;
    cim__arena *arena = r->arena;
    cim_status st = CIM_OK;
    while (st >= 0 && lo < hi && (!d->found || !cim__place_stop(r))) {
        size_t mid = d->found ? lo + (hi - lo) / 2 : hi - 1;
        int answer = -1;
        cim__arena own = cim__arena_on(r->ctx->mem);
        uint64_t left = r->o.work > r->work ? r->o.work - r->work : 0;
        r->arena = &own;
        st = ask(d, e, d->value[mid], r->work + left / 3, &answer);
        if (st >= 0 && answer == 1) st = take(d);
        r->arena = arena;
        cim__arena_free(&own);
        if (st < 0) return st;
        if (answer == 1) hi = index_of(d, d->worst);
        else lo = mid + 1;
        if (answer == 0 && mid >= sure) sure = mid + 1;
        if (d->found && answer == 1 && hi < lo) lo = hi;
        CIM__TRY(cim__place_tick(r, "placement: radii"));
    }
    *sure_out = sure;
    return st;
}

cim_status cim__place_solve_center(place_run *r, place_answer *a)
{
    const cim_place_problem *p = r->p;
    uint64_t entries = p->matrix ? (uint64_t)p->site_count * p->demand_count : p->first[p->site_count];
    radii d = { .r = r };
    size_t sure = 0;
    d.first = cim__place_zeros(r, (size_t)p->site_count + 1, sizeof *d.first);
    d.demands = cim__place_room(r, (size_t)entries, sizeof *d.demands);
    d.open = cim__place_zeros(r, p->site_count, 1);
    d.best = a->open;
    if (!d.first || !d.demands || !d.open) return cim__nomem(r->ctx);
    d.ignored = r->ignored;
    CIM__TRY(list_radii(&d, entries));
    place_entries e = { .n = p->site_count, .m = p->demand_count, .first = d.first, .demands = d.demands, .flags = p->flags };
    CIM__TRY(halve(&d, &e, &sure));
    if (!d.found && sure >= d.count) return cim__fail(r->ctx, CIM_ENOTFOUND, "no plan within the limits serves every demand");
    a->found = d.found;
    a->value = d.worst;
    a->bound = sure < d.count ? d.value[sure] : d.worst;
    a->proof = "covers of every lesser radius are impossible";
    if (a->bound < a->value) a->proof = "covers of lesser radii are impossible";
    return CIM_OK;
}
