/* ties.c - what would bring supply back: devices that are shut, between what was lost and what still has supply.
 *
 * Opening one gives supply to what flow reaches from it in the lost part.  The one that brings back most people is proposed first, then the best of
 * what is left; that is greedy, and need not be the least number of ties. */
#include "impact/impact.h"

enum { MOST_TIES = 8, MOST_CANDIDATES = 512, REGAINED = 8 }; /* REGAINED: in trace->state */
#define TRIED 0x80000000u /* in flags of losses, while a candidate is weighed */

typedef struct candidate {
    uint32_t device, inside, outside;
    uint64_t people, customers, buildings;
} candidate;

static bool is_lost(const cim__impact_ask *a, uint32_t x) { return a->q->trace->state[x] == CIM__HANGS; }

/* A device that is shut, and can be opened, with no other one that is shut beside it. */
static uint32_t shut_at(const cim__impact_ask *a, uint32_t end)
{
    const cim_trace_network *n = a->impact->network;
    const uint8_t *bits = a->isolation.view->bits.device;
    uint32_t found = CIM_NONE;
    for (uint32_t k = n->device_first[end >> 1]; k < n->device_first[(end >> 1) + 1]; k++) {
        uint32_t d = n->device_at[k];
        if (n->device_end[d] != (end & 1) || (bits[d] & (CIM_TRACE_SHUT | CIM_TRACE_OUT)) != CIM_TRACE_SHUT) continue;
        bool opens = n->isolating_kinds >> n->device_kind[d] & 1 && !(bits[d] & (CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE));
        if (found != CIM_NONE || !opens) return CIM_NONE;
        found = d;
    }
    return found;
}

/* The end of an edge between what is lost and what is not, with such a device, through which flow would come in. */
static cim_status look_at(cim_ctx *ctx, cim__impact_ask *a, uint32_t end)
{
    const cim_trace_view *view = a->isolation.view;
    const cim_trace_network *n = view->network;
    uint32_t edge = n->node_count + (end >> 1), node = n->ends[end];
    if (cim__end_open(view->bits.pass, end) || view->bits.edge[end >> 1] & CIM_TRACE_OUT || view->bits.node[node] & CIM_TRACE_OUT) return CIM_OK;
    bool in_edge = is_lost(a, edge) && cim__has_supply(&a->isolation, node), in_node = is_lost(a, node) && cim__has_supply(&a->isolation, edge);
    if (!(in_edge && cim__leaves(view->bits.pass, end)) && !(in_node && cim__leaves(view->bits.pass, end ^ 1))) return CIM_OK;
    uint32_t device = shut_at(a, end);
    if (device == CIM_NONE || CIM__COUNT(&a->q->items, candidate) >= MOST_CANDIDATES) return CIM_OK;
    candidate *c = CIM__PUSH(&a->q->items, candidate);
    if (!c) return cim__nomem(ctx);
    *c = (candidate){ device, in_edge ? edge : node, in_edge ? node : edge, 0, 0, 0 };
    return CIM_OK;
}

static cim_status find_candidates(cim_ctx *ctx, cim__impact_ask *a)
{
    const cim_trace_network *n = a->impact->network;
    a->q->items.size = 0;
    for (size_t i = 0; i < CIM__COUNT(&a->q->lost, uint32_t); i++) {
        uint32_t x = CIM__AT(&a->q->lost, uint32_t, i);
        for (uint32_t k = x < n->node_count ? n->first[x] : 0; x < n->node_count && k < n->first[x + 1]; k++)
            if (!is_lost(a, n->node_count + (n->links[k].end >> 1))) CIM__TRY(look_at(ctx, a, n->links[k].end));
        for (uint32_t k = 0; x >= n->node_count && k < 2; k++) CIM__TRY(look_at(ctx, a, 2 * (x - n->node_count) + k));
    }
    return CIM_OK;
}

/* ---- what one gives ---- */

static bool reach(cim__impact_ask *a, uint32_t x, uint32_t from)
{
    cim_trace_query *t = a->q->trace;
    if (t->state[x] != CIM__HANGS) return true;
    t->state[x] |= REGAINED;
    t->parent[x] = from;
    return cim__impact_put(&a->q->more, x);
}

static bool is_cut(const cim__impact_ask *a, uint32_t end)
{
    return a->isolation.closed_count && a->q->trace->flow[end >> 1] >> (end & 1) & 1;
}

/* What flow reaches from the inside of the tie, in q->more; marked. */
static cim_status flood(cim_ctx *ctx, cim__impact_ask *a, const candidate *c)
{
    const cim_trace_network *n = a->impact->network;
    const uint8_t *pass = a->isolation.view->bits.pass;
    a->q->more.size = 0;
    bool ok = reach(a, c->inside, c->outside);
    for (size_t i = 0; ok && i < CIM__COUNT(&a->q->more, uint32_t); i++) {
        uint32_t x = CIM__AT(&a->q->more, uint32_t, i);
        for (uint32_t k = x < n->node_count ? n->first[x] : 0; ok && x < n->node_count && k < n->first[x + 1]; k++) {
            uint32_t end = n->links[k].end;
            if (cim__enters(pass, end) && !is_cut(a, end)) ok = reach(a, n->node_count + (end >> 1), x);
        }
        for (uint32_t k = 0, end = x < n->node_count ? 0 : 2 * (x - n->node_count); ok && x >= n->node_count && k < 2; k++, end++)
            if (cim__comes_out(pass, end) && !is_cut(a, end)) ok = reach(a, n->ends[end], x);
    }
    return ok ? CIM_OK : cim__nomem(ctx);
}

static cim_impact_loss *loss_of(const cim__impact_ask *a, uint32_t object, uint32_t domain)
{
    cim_impact_loss *rows = (cim_impact_loss *)(void *)a->q->losses.data;
    size_t lo = 0, hi = CIM__COUNT(&a->q->losses, cim_impact_loss), count = hi;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (rows[mid].object < object || (rows[mid].object == object && rows[mid].domain < domain)) lo = mid + 1;
        else hi = mid;
    }
    return lo < count && rows[lo].object == object && rows[lo].domain == domain ? &rows[lo] : NULL;
}

/* Who gets it again; each is counted once, since it is flagged. */
static void count(cim__impact_ask *a, candidate *c, uint32_t flag)
{
    c->people = c->customers = c->buildings = 0;
    for (size_t i = 0; i < CIM__COUNT(&a->q->more, uint32_t); i++) {
        uint32_t x = CIM__AT(&a->q->more, uint32_t, i);
        size_t services = 0;
        const cim_utility_service *s = cim_utility_services(a->impact->utility, x, &services);
        for (size_t k = 0; k < services; k++) {
            cim_impact_loss *l = loss_of(a, s[k].object, cim__impact_domain(a->impact, x));
            if (!l || l->flags & (CIM_IMPACT_BACK | CIM_IMPACT_PARTLY | TRIED)) continue;
            l->flags |= flag;
            c->buildings++;
            c->people += l->people;
            c->customers += l->customers;
        }
    }
}

static void unmark(cim__impact_ask *a)
{
    for (size_t i = 0; i < CIM__COUNT(&a->q->more, uint32_t); i++) {
        uint32_t x = CIM__AT(&a->q->more, uint32_t, i);
        size_t services = 0;
        const cim_utility_service *s = cim_utility_services(a->impact->utility, x, &services);
        a->q->trace->state[x] = CIM__HANGS;
        for (size_t k = 0; k < services; k++) {
            cim_impact_loss *l = loss_of(a, s[k].object, cim__impact_domain(a->impact, x));
            if (l) l->flags &= ~TRIED;
        }
    }
}

static bool better(const candidate *a, const candidate *b)
{
    if (a->people != b->people) return a->people > b->people;
    if (a->buildings != b->buildings) return a->buildings > b->buildings;
    return a->device < b->device;
}

/* ---- the way ---- */

/* From a source to the outside of the tie, then into the lost part. */
static cim_status put_steps(cim_ctx *ctx, cim__impact_ask *a, const candidate *c, cim_impact_tie *tie)
{
    const cim_trace_query *t = a->q->trace;
    cim__buf *steps = &a->q->steps;
    uint32_t first = (uint32_t)CIM__COUNT(steps, uint32_t), limit = cim__element_count(a->impact->network);
    for (uint32_t x = c->outside, n = 0; x != CIM_NONE && n < limit; n++) {
        if (!cim__impact_put(steps, x)) return cim__nomem(ctx);
        x = t->state[x] & (CIM__BACK | REGAINED) ? t->parent[x] : a->isolation.fed->up[x];
    }
    uint32_t count = (uint32_t)CIM__COUNT(steps, uint32_t) - first;
    uint32_t *at = &CIM__AT(steps, uint32_t, first);
    for (uint32_t i = 0; i < count / 2; i++) {
        uint32_t swap = at[i];
        at[i] = at[count - 1 - i];
        at[count - 1 - i] = swap;
    }
    if (!cim__impact_put(steps, c->inside)) return cim__nomem(ctx);
    tie->first_step = first;
    tie->step_count = count + 1;
    return CIM_OK;
}

/* Devices between the works and what has supply again, from where nothing came before. */
static cim_status put_shut(cim_ctx *ctx, cim__impact_ask *a, cim_impact_tie *tie)
{
    const cim_trace_network *n = a->impact->network;
    const cim__buf *leave = &a->q->lists[1];
    tie->first_shut = (uint32_t)CIM__COUNT(&a->q->tie_shut, uint32_t);
    for (size_t i = 0; i < CIM__COUNT(leave, uint32_t); i++) {
        uint32_t d = CIM__AT(leave, uint32_t, i), edge = n->node_count + n->device_edge[d], node = n->ends[2 * n->device_edge[d] + n->device_end[d]];
        const uint8_t *state = a->q->trace->state;
        bool outside = (state[edge] | state[node]) & REGAINED, seen = false;
        for (size_t k = 0; outside && k < CIM__COUNT(&a->q->tie_shut, uint32_t) && !seen; k++) seen = CIM__AT(&a->q->tie_shut, uint32_t, k) == d;
        if (outside && !seen && !cim__impact_put(&a->q->tie_shut, d)) return cim__nomem(ctx);
    }
    tie->shut_count = (uint32_t)CIM__COUNT(&a->q->tie_shut, uint32_t) - tie->first_shut;
    return CIM_OK;
}

static cim_status take(cim_ctx *ctx, cim__impact_ask *a, candidate *c)
{
    cim_impact_tie tie = { .device = c->device, .domain = cim__impact_domain(a->impact, c->inside) };
    CIM__TRY(flood(ctx, a, c));
    count(a, c, CIM_IMPACT_BACK);
    tie.buildings = (uint32_t)c->buildings;
    tie.people = c->people;
    tie.customers = c->customers;
    CIM__TRY(put_steps(ctx, a, c, &tie));
    CIM__TRY(put_shut(ctx, a, &tie));
    for (size_t i = 0; i < CIM__COUNT(&a->q->domains, cim_impact_domain); i++) {
        cim_impact_domain *d = &CIM__AT(&a->q->domains, cim_impact_domain, i);
        if (d->domain != tie.domain) continue;
        d->back += tie.buildings;
        d->people_back += tie.people;
    }
    cim__buf_put(&a->q->ties, &tie, sizeof tie);
    return a->q->ties.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status best_of(cim_ctx *ctx, cim__impact_ask *a, candidate **best_out)
{
    *best_out = NULL;
    for (size_t i = 0; i < CIM__COUNT(&a->q->items, candidate); i++) {
        candidate *c = &CIM__AT(&a->q->items, candidate, i);
        if (!is_lost(a, c->inside)) continue;
        CIM__TRY(flood(ctx, a, c));
        count(a, c, TRIED);
        unmark(a);
        if (c->buildings && (!*best_out || better(c, *best_out))) *best_out = c;
    }
    return CIM_OK;
}

cim_status cim__impact_ties(cim_ctx *ctx, cim__impact_ask *a)
{
    candidate *best;
    if (!CIM__COUNT(&a->q->lost, uint32_t)) return CIM_OK;
    CIM__TRY(find_candidates(ctx, a));
    for (int i = 0; i < MOST_TIES; i++) {
        CIM__TRY(best_of(ctx, a, &best));
        if (!best) break;
        CIM__TRY(take(ctx, a, best));
    }
    return CIM_OK;
}
