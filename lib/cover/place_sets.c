/* place_sets.c - who covers what, as lists both ways, after reductions that lose no best plan.
 *
 * Demands with the same sites and folds become one.  A site is dropped when another one covers at least the same and costs no more.  Where all
 * must be covered, a demand is dropped when another one cannot be covered without covering it too, and sites without which a demand cannot
 * be covered are taken.  (C. Toregas and C. ReVelle, "Binary logic solutions to a class of location problem", 1973.) */
#include "cover/place.h"

#include "core/sort.h"

enum { ROUNDS = 6 };

typedef struct cut { /* the sets while they shrink */
    place_run *r;
    const place_entries *e;
    bool all;
    uint64_t *back;      /* m + 1 */
    uint32_t *sites;     /* ascending */
    uint8_t *site_on, *demand_on;
    uint8_t *taken;      /* sites that are in every plan */
    uint8_t *grouped;    /* sites whose number is limited: they stay, and replace no others */
    uint32_t *site_size, *demand_size; /* of what is on */
    double *weight;
    uint32_t folds_most;
    uint64_t end_work;
} cut;

static uint32_t folds_of(const place_entries *e, uint32_t i) { return e->folds ? e->folds[i] : 1; }
static double cost_of(const place_entries *e, uint32_t j) { return e->costs ? e->costs[j] : 1.0; }

static cim_status lists(cut *c)
{
    const place_entries *e = c->e;
    size_t entries = (size_t)e->first[e->n];
    c->back = cim__place_zeros(c->r, (size_t)e->m + 1, sizeof *c->back);
    c->sites = cim__place_room(c->r, entries, sizeof *c->sites);
    c->site_on = cim__place_zeros(c->r, e->n, 1);
    c->taken = cim__place_zeros(c->r, e->n, 1);
    c->grouped = cim__place_zeros(c->r, e->n, 1);
    c->demand_on = cim__place_zeros(c->r, e->m, 1);
    c->site_size = cim__place_zeros(c->r, e->n, sizeof *c->site_size);
    c->demand_size = cim__place_zeros(c->r, e->m, sizeof *c->demand_size);
    c->weight = cim__place_room(c->r, e->m, sizeof *c->weight);
    if (!c->back || !c->sites || !c->site_on || !c->taken || !c->grouped || !c->demand_on || !c->site_size || !c->demand_size || !c->weight) return cim__nomem(c->r->ctx);
    const cim_place_problem *p = c->r->p;
    for (uint64_t k = 0; p->site_group_count && k < p->site_group_first[p->site_group_count]; k++) c->grouped[p->site_group_sites[k]] = 1;
    for (uint32_t j = 0; j < e->n; j++) {
        uint8_t flag = e->flags ? e->flags[j] : 0;
        c->site_on[j] = flag != CIM_PLACE_FORBIDDEN, c->taken[j] = flag == CIM_PLACE_FIXED;
        for (uint64_t k = e->first[j]; c->site_on[j] && k < e->first[j + 1]; k++) c->back[e->demands[k] + 1]++;
    }
    for (uint32_t i = 0; i < e->m; i++) c->back[i + 1] += c->back[i];
    for (uint32_t j = 0; j < e->n; j++)
        for (uint64_t k = e->first[j]; c->site_on[j] && k < e->first[j + 1]; k++) c->sites[c->back[e->demands[k]]++] = j;
    for (uint32_t i = e->m; i; i--) c->back[i] = c->back[i - 1];
    c->back[0] = 0;
    c->r->work += 2 * entries;
    return CIM_OK;
}

/* Demands that cannot be covered, are covered already, or count for nothing. */
static void sift(cut *c, place_sets *s)
{
    const place_entries *e = c->e;
    c->folds_most = 1;
    for (uint32_t i = 0; i < e->m; i++) {
        uint32_t have = 0, folds = folds_of(e, i);
        c->weight[i] = c->all ? INFINITY : e->weights ? e->weights[i] : 1.0;
        for (uint64_t k = c->back[i]; k < c->back[i + 1]; k++) have += c->taken[c->sites[k]];
        if (c->back[i + 1] - c->back[i] < folds) {
            c->r->left_out++;
            continue;
        }
        if (have >= folds) {
            s->lost -= c->all ? 0.0 : c->weight[i]; /* below 0: what is won before anything is chosen */
            continue;
        }
        c->demand_on[i] = c->weight[i] > 0.0;
        if (folds > c->folds_most) c->folds_most = folds;
    }
}

static bool same_demand(const cut *c, uint32_t a, uint32_t b)
{
    size_t size = (size_t)(c->back[a + 1] - c->back[a]);
    if (size != c->back[b + 1] - c->back[b] || folds_of(c->e, a) != folds_of(c->e, b)) return false;
    return !size || !memcmp(c->sites + c->back[a], c->sites + c->back[b], size * sizeof *c->sites);
}

static cim_status merge(cut *c)
{
    uint32_t m = c->e->m;
    size_t count = 0;
    cim__keyed *keys = cim__alloc_n(c->r->ctx->mem, (size_t)m + 1, sizeof *keys), *scratch = cim__alloc_n(c->r->ctx->mem, (size_t)m + 1, sizeof *keys);
    for (uint32_t i = 0; keys && scratch && i < m; i++) {
        if (!c->demand_on[i]) continue;
        uint64_t h = folds_of(c->e, i);
        for (uint64_t k = c->back[i]; k < c->back[i + 1]; k++) h = (h ^ c->sites[k]) * 0x9e3779b97f4a7c15u, h ^= h >> 32;
        keys[count++] = (cim__keyed){ h, i, 0 };
    }
    if (keys && scratch) cim__sort_keyed(keys, scratch, count);
    for (size_t k = 0, head = 0; keys && scratch && k < count; k++) {
        if (k && keys[k].key == keys[head].key && same_demand(c, keys[k].id, keys[head].id)) {
            c->weight[keys[head].id] += c->weight[keys[k].id];
            c->demand_on[keys[k].id] = 0;
            c->r->merged++;
        } else head = k;
    }
    bool made = keys && scratch;
    cim__free(c->r->ctx->mem, keys);
    cim__free(c->r->ctx->mem, scratch);
    return made ? CIM_OK : cim__nomem(c->r->ctx);
}

static void sizes(cut *c)
{
    const place_entries *e = c->e;
    memset(c->site_size, 0, e->n * sizeof *c->site_size);
    memset(c->demand_size, 0, e->m * sizeof *c->demand_size);
    for (uint32_t j = 0; j < e->n; j++)
        for (uint64_t k = e->first[j]; c->site_on[j] && k < e->first[j + 1]; k++) c->site_size[j] += c->demand_on[e->demands[k]];
    for (uint32_t i = 0; i < e->m; i++)
        for (uint64_t k = c->back[i]; k < c->back[i + 1]; k++) c->demand_size[i] += c->site_on[c->sites[k]];
    c->r->work += 2 * e->first[e->n];
}

static bool serves(cut *c, uint32_t site, uint32_t demand)
{
    uint64_t lo = c->back[demand], hi = c->back[demand + 1];
    c->r->work += 4;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (c->sites[mid] < site) lo = mid + 1;
        else hi = mid;
    }
    return lo < c->back[demand + 1] && c->sites[lo] == site;
}

/* Site k makes site j needless. */
static bool dominates(cut *c, uint32_t k, uint32_t j)
{
    const place_entries *e = c->e;
    double less = e->by_cost ? cost_of(e, j) - cost_of(e, k) : 0.0;
    if (k == j || !c->site_on[k] || less < 0.0 || c->grouped[k] || c->site_size[k] < c->site_size[j]) return false;
    if (c->site_size[k] == c->site_size[j] && less == 0.0 && k > j) return false;
    for (uint64_t x = e->first[j]; x < e->first[j + 1]; x++)
        if (c->demand_on[e->demands[x]] && !serves(c, k, e->demands[x])) return false;
    return true;
}

static bool drop_sites(cut *c)
{
    const place_entries *e = c->e;
    bool changed = false;
    for (uint32_t j = 0; j < e->n; j++) {
        uint32_t rarest = CIM_NONE;
        if (!c->site_on[j] || c->taken[j]) continue;
        for (uint64_t k = e->first[j]; k < e->first[j + 1]; k++) {
            uint32_t i = e->demands[k];
            if (c->demand_on[i] && (rarest == CIM_NONE || c->demand_size[i] < c->demand_size[rarest])) rarest = i;
        }
        if (c->grouped[j]) continue; /* may be wanted for its group */
        bool needless = rarest == CIM_NONE;
        if (!needless && c->folds_most == 1 && c->r->work < c->end_work)
            for (uint64_t k = c->back[rarest]; !needless && k < c->back[rarest + 1]; k++) needless = dominates(c, c->sites[k], j);
        if (!needless) continue;
        c->site_on[j] = 0;
        c->r->dropped++;
        changed = true;
    }
    return changed;
}

/* Every plan that covers demand i covers demand other. */
static bool implies(cut *c, uint32_t i, uint32_t other)
{
    if (i == other || !c->demand_on[other] || c->demand_size[other] < c->demand_size[i] || folds_of(c->e, i) < folds_of(c->e, other)) return false;
    if (c->demand_size[other] == c->demand_size[i] && folds_of(c->e, i) == folds_of(c->e, other) && other < i) return false;
    for (uint64_t k = c->back[i]; k < c->back[i + 1]; k++)
        if (c->site_on[c->sites[k]] && !serves(c, c->sites[k], other)) return false;
    return true;
}

/* Demands that others imply, and sites that must be taken; only where all must be covered. */
static bool drop_demands(cut *c)
{
    const place_entries *e = c->e;
    bool changed = false;
    for (uint32_t i = 0; i < e->m; i++) {
        uint32_t have = 0, least = CIM_NONE;
        if (!c->demand_on[i]) continue;
        for (uint64_t k = c->back[i]; k < c->back[i + 1]; k++) {
            uint32_t j = c->sites[k];
            if (!c->site_on[j]) continue;
            if (c->demand_size[i] == folds_of(e, i) && !c->taken[j]) c->taken[j] = 1, changed = true;
            have += c->taken[j];
            if (least == CIM_NONE || c->site_size[j] < c->site_size[least]) least = j;
        }
        if (have >= folds_of(e, i)) c->demand_on[i] = 0, changed = true;
        for (uint64_t k = e->first[least]; c->demand_on[i] && c->r->work < c->end_work && k < e->first[least + 1]; k++) {
            if (!implies(c, i, e->demands[k])) continue;
            c->demand_on[e->demands[k]] = 0;
            c->r->merged++;
            changed = true;
        }
    }
    return changed;
}

/* ---- what is left, numbered anew ---- */

static cim_status room_for(place_run *r, place_sets *s, size_t entries)
{
    s->first = cim__place_zeros(r, (size_t)s->n + 1, sizeof *s->first);
    s->back = cim__place_zeros(r, (size_t)s->m + 1, sizeof *s->back);
    s->demands = cim__place_room(r, entries, sizeof *s->demands);
    s->sites = cim__place_room(r, entries, sizeof *s->sites);
    s->weight = cim__place_room(r, s->m, sizeof *s->weight);
    s->folds = cim__place_room(r, s->m, sizeof *s->folds);
    s->cost = cim__place_room(r, s->n, sizeof *s->cost);
    s->base = cim__place_zeros(r, s->n, 1);
    s->name = cim__place_room(r, s->n, sizeof *s->name);
    return s->first && s->back && s->demands && s->sites && s->weight && s->folds && s->cost && s->base && s->name ? CIM_OK : cim__nomem(r->ctx);
}

static cim_status densify(place_run *r, place_sets *s)
{
    size_t entries = (size_t)s->first[s->n], cells = (size_t)s->n * s->m;
    s->words = ((size_t)s->m + 63) / 64;
    for (uint32_t i = 0; i < s->m; i++)
        if (s->weight[i] != 1.0 || s->folds[i] != 1) return CIM_OK; /* counting bits is of no use then */
    if ((double)entries < 0.015 * (double)cells || cells > (size_t)1 << 31) return CIM_OK;
    s->bits = cim__place_zeros(r, s->words * s->n, sizeof *s->bits);
    if (!s->bits) return cim__nomem(r->ctx);
    for (uint32_t j = 0; j < s->n; j++)
        for (uint64_t k = s->first[j]; k < s->first[j + 1]; k++) s->bits[j * s->words + (s->demands[k] >> 6)] |= 1ull << (s->demands[k] & 63);
    return CIM_OK;
}

static cim_status compact(cut *c, place_sets *s)
{
    const place_entries *e = c->e;
    uint32_t *site_to = cim__place_room(c->r, e->n, sizeof *site_to), *demand_to = cim__place_room(c->r, e->m, sizeof *demand_to);
    size_t entries = 0;
    if (!site_to || !demand_to) return cim__nomem(c->r->ctx);
    for (uint32_t j = 0; j < e->n; j++) site_to[j] = c->site_on[j] ? s->n++ : CIM_NONE;
    for (uint32_t i = 0; i < e->m; i++) {
        demand_to[i] = c->demand_on[i] ? s->m++ : CIM_NONE;
        for (uint64_t k = c->back[i]; c->demand_on[i] && k < c->back[i + 1]; k++) entries += c->site_on[c->sites[k]];
    }
    CIM__TRY(room_for(c->r, s, entries));
    size_t at = 0;
    for (uint32_t i = 0; i < e->m; i++) {
        if (!c->demand_on[i]) continue;
        uint32_t to = demand_to[i];
        s->weight[to] = c->weight[i], s->folds[to] = folds_of(e, i), s->sum += c->all ? 0.0 : c->weight[i];
        for (uint64_t k = c->back[i]; k < c->back[i + 1]; k++)
            if (c->site_on[c->sites[k]]) s->sites[at++] = site_to[c->sites[k]], s->first[site_to[c->sites[k]] + 1]++;
        s->back[to + 1] = at;
    }
    for (uint32_t j = 0; j < e->n; j++)
        if (c->site_on[j]) s->name[site_to[j]] = j, s->cost[site_to[j]] = cost_of(e, j), s->base[site_to[j]] = c->taken[j] ? PLACE_IN : PLACE_FREE;
    for (uint32_t j = 0; j < s->n; j++) s->first[j + 1] += s->first[j];
    for (uint32_t i = 0; i < s->m; i++)
        for (uint64_t k = s->back[i]; k < s->back[i + 1]; k++) s->demands[s->first[s->sites[k]]++] = i;
    for (uint32_t j = s->n; j; j--) s->first[j] = s->first[j - 1];
    s->first[0] = 0;
    return densify(c->r, s);
}

cim_status cim__place_sets_build(place_run *r, const place_entries *e, bool all, place_sets *sets_out)
{
    place_sets s = { 0 };
    cut c = { .r = r, .e = e, .all = all, .end_work = r->work + 200000000u };
    CIM__TRY(lists(&c));
    sift(&c, &s);
    CIM__TRY(merge(&c));
    for (int round = 0; round < ROUNDS; round++) {
        sizes(&c);
        bool changed = drop_sites(&c);
        if (all && changed) sizes(&c);
        if (all) changed |= drop_demands(&c);
        if (!changed) break;
        CIM__TRY(cim__place_tick(r, "placement: reductions"));
    }
    CIM__TRY(compact(&c, &s));
    *sets_out = s;
    return CIM_OK;
}
