/* place_groups.c - groups of sites of which a plan has at least and at most so many. */
#include "cover/place.h"

static uint32_t least_of(const cim_place_problem *p, uint32_t g) { return p->site_group_least ? p->site_group_least[g] : 0; }
static uint32_t most_of(const cim_place_problem *p, uint32_t g) { return p->site_group_most ? p->site_group_most[g] : CIM_NONE; }

static cim_status room_for(place_run *r, uint32_t n, place_groups *g)
{
    const cim_place_problem *p = r->p;
    g->count = p->site_group_count, g->n = n;
    g->first = cim__place_zeros(r, (size_t)n + 1, sizeof *g->first);
    g->of = cim__place_room(r, (size_t)p->site_group_first[g->count], sizeof *g->of);
    uint32_t **counts[] = { &g->least, &g->most, &g->have, &g->may };
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        if (!(*counts[k] = cim__place_zeros(r, g->count, sizeof **counts[k]))) return cim__nomem(r->ctx);
    return g->first && g->of ? CIM_OK : cim__nomem(r->ctx);
}

cim_status cim__place_groups_build(place_run *r, uint32_t n, const uint32_t *name, place_groups **out)
{
    const cim_place_problem *p = r->p;
    *out = NULL;
    if (!p->site_group_count) return CIM_OK;
    place_groups *g = cim__place_zeros(r, 1, sizeof *g);
    uint32_t *to = cim__place_room(r, p->site_count, sizeof *to);
    if (!g || !to) return cim__nomem(r->ctx);
    CIM__TRY(room_for(r, n, g));
    for (uint32_t j = 0; j < p->site_count; j++) to[j] = name ? CIM_NONE : j;
    for (uint32_t j = 0; name && j < n; j++) to[name[j]] = j;
    for (uint32_t k = 0; k < g->count; k++) g->least[k] = least_of(p, k), g->most[k] = most_of(p, k);
    uint64_t entries = p->site_group_first[g->count];
    for (uint64_t e = 0; e < entries; e++)
        if (to[p->site_group_sites[e]] != CIM_NONE) g->first[to[p->site_group_sites[e]] + 1]++;
    for (uint32_t j = 0; j < n; j++) g->first[j + 1] += g->first[j];
    for (uint32_t k = 0; k < g->count; k++)
        for (uint64_t e = p->site_group_first[k]; e < p->site_group_first[k + 1]; e++)
            if (to[p->site_group_sites[e]] != CIM_NONE) g->of[g->first[to[p->site_group_sites[e]]]++] = k;
    for (uint32_t j = n; j; j--) g->first[j] = g->first[j - 1];
    g->first[0] = 0;
    *out = g;
    return CIM_OK;
}

void cim__place_groups_count(place_groups *g, const uint8_t *open)
{
    memset(g->have, 0, g->count * sizeof *g->have);
    for (uint32_t j = 0; j < g->n; j++)
        for (uint64_t k = g->first[j]; open[j] && k < g->first[j + 1]; k++) g->have[g->of[k]]++;
}

bool cim__place_groups_fit(place_groups *g, const uint8_t *open)
{
    cim__place_groups_count(g, open);
    for (uint32_t k = 0; k < g->count; k++)
        if (g->have[k] < g->least[k] || g->have[k] > g->most[k]) return false;
    return true;
}

static bool is_in(const place_groups *g, uint32_t site, uint32_t group)
{
    for (uint64_t k = g->first[site]; k < g->first[site + 1]; k++)
        if (g->of[k] == group) return true;
    return false;
}

bool cim__place_groups_may(const place_groups *g, uint32_t out, uint32_t in)
{
    for (uint64_t k = in == CIM_NONE ? 0 : g->first[in]; in != CIM_NONE && k < g->first[in + 1]; k++)
        if (g->have[g->of[k]] >= g->most[g->of[k]] && !(out != CIM_NONE && is_in(g, out, g->of[k]))) return false;
    for (uint64_t k = out == CIM_NONE ? 0 : g->first[out]; out != CIM_NONE && k < g->first[out + 1]; k++)
        if (g->have[g->of[k]] <= g->least[g->of[k]] && !(in != CIM_NONE && is_in(g, in, g->of[k]))) return false;
    return true;
}

static void move(place_groups *g, uint8_t *open, uint32_t site)
{
    open[site] = !open[site];
    for (uint64_t k = g->first[site]; k < g->first[site + 1]; k++) open[site] ? g->have[g->of[k]]++ : g->have[g->of[k]]--;
}

void cim__place_groups_repair(place_groups *g, const uint8_t *base, uint8_t *open)
{
    cim__place_groups_count(g, open);
    for (uint32_t j = g->n; j--;)
        for (uint64_t k = g->first[j]; open[j] && base[j] == PLACE_FREE && k < g->first[j + 1]; k++)
            if (g->have[g->of[k]] > g->most[g->of[k]]) move(g, open, j);
    for (uint32_t j = 0; j < g->n; j++)
        for (uint64_t k = g->first[j]; !open[j] && k < g->first[j + 1]; k++)
            if (g->have[g->of[k]] < g->least[g->of[k]] && cim__place_groups_may(g, CIM_NONE, j)) move(g, open, j);
}
