/* lost.c - isolation, who loses supply, and what fails because its power does.
 *
 * Everything that is out of service is isolated together.  What fails then is taken out too, and all of it is done again, until nothing more fails:
 * each round takes out at least one object more, and costs what hangs on all of them. */
#include "impact/impact.h"

#include <math.h>

/* ---- isolation ---- */

static cim_status isolate(cim_ctx *ctx, cim__impact_ask *a)
{
    cim_impact_query *q = a->q;
    cim__isolation *i = &a->isolation;
    if (i->s) cim__isolation_end(i);
    i->s = NULL;
    i->q = q->trace;
    i->faults = (const uint32_t *)(const void *)q->faults.data;
    i->fault_count = CIM__COUNT(&q->faults, uint32_t);
    i->broken = (const uint32_t *)(const void *)q->broken.data;
    i->broken_count = CIM__COUNT(&q->broken, uint32_t);
    i->stuck = (const uint32_t *)(const void *)q->stuck.data;
    i->stuck_count = CIM__COUNT(&q->stuck, uint32_t);
    i->closed = (const uint32_t *)(const void *)q->closed.data;
    i->closed_count = CIM__COUNT(&q->closed, uint32_t);
    i->column = CIM_NONE;
    i->ways = true;
    return cim__isolation_run(ctx, i);
}

/* ---- who is without ---- */

static uint64_t loss_key(uint32_t object, uint32_t domain) { return (uint64_t)object << 8 | domain; }

/* Services of every element that had supply and has none: by who is served and domain, in q->items. */
static cim_status collect(cim_ctx *ctx, cim__impact_ask *a)
{
    cim_impact_query *q = a->q;
    const cim__buf *touched = &q->trace->touched;
    q->items.size = 0;
    for (size_t i = 0; i < CIM__COUNT(touched, uint32_t); i++) {
        uint32_t x = CIM__AT(touched, uint32_t, i);
        size_t count = 0;
        if (!cim__had_supply(&a->isolation, x) || cim__has_supply(&a->isolation, x)) continue;
        const cim_utility_service *s = cim_utility_services(a->impact->utility, x, &count);
        for (size_t k = 0; k < count; k++) {
            cim__keyed *at = CIM__PUSH(&q->items, cim__keyed);
            if (!at) return cim__nomem(ctx);
            *at = (cim__keyed){ loss_key(s[k].object, cim__impact_domain(a->impact, x)), x, (uint32_t)k };
        }
    }
    size_t count = CIM__COUNT(&q->items, cim__keyed);
    q->sorted.size = 0;
    cim__keyed *scratch = count ? cim__buf_extend(&q->sorted, count * sizeof *scratch) : NULL;
    if (count && !scratch) return cim__nomem(ctx);
    if (count) cim__sort_keyed((cim__keyed *)(void *)q->items.data, scratch, count);
    return CIM_OK;
}

/* Does another element of the domain still serve it? */
static cim_status keeps_another(cim_ctx *ctx, cim__impact_ask *a, uint32_t object, uint32_t domain, bool *keeps)
{
    cim__buf *list = &a->q->scratch;
    *keeps = false;
    list->size = 0;
    CIM__TRY(cim__impact_elements(ctx, a->impact, object, list));
    for (size_t i = 0; i < CIM__COUNT(list, uint32_t) && !*keeps; i++) {
        uint32_t x = CIM__AT(list, uint32_t, i);
        size_t count = 0;
        if (cim__impact_domain(a->impact, x) != domain || !cim__has_supply(&a->isolation, x)) continue;
        const cim_utility_service *s = cim_utility_services(a->impact->utility, x, &count);
        for (size_t k = 0; k < count && !*keeps; k++) *keeps = s[k].object == object;
    }
    return CIM_OK;
}

/* One row for all lost connections of an object in a domain. */
static cim_status put_loss(cim_ctx *ctx, cim__impact_ask *a, const cim__keyed *first, size_t count)
{
    const cim_utility *u = a->impact->utility;
    cim_impact_loss loss = { (uint32_t)(first->key >> 8), (uint32_t)(first->key & 255), CIM_NONE, 0, 0, 0, CIM_IMPACT_GUESSED, 0 };
    uint64_t customers = 0;
    bool keeps = false;
    for (size_t i = 0; i < count; i++) {
        size_t services = 0;
        const cim_utility_service *s = cim_utility_services(u, first[i].id, &services) + first[i].extra;
        if (first[i].id < loss.element) loss.element = first[i].id;
        customers += s->customers;
        if (s->people > loss.people) loss.people = s->people;
        if (s->beds > loss.beds) loss.beds = s->beds;
        if (s->critical && (!loss.site || s->critical < loss.site)) loss.site = s->critical;
        if (!s->guessed) loss.flags &= ~(uint32_t)CIM_IMPACT_GUESSED;
        if (a->isolation.q->state[first[i].id] & CIM__GONE) loss.flags |= CIM_IMPACT_IN_WORKS;
    }
    loss.customers = customers < UINT32_MAX ? (uint32_t)customers : UINT32_MAX;
    CIM__TRY(keeps_another(ctx, a, loss.object, loss.domain, &keeps));
    if (keeps) loss.flags |= CIM_IMPACT_PARTLY;
    cim__buf_put(&a->q->losses, &loss, sizeof loss);
    return a->q->losses.failed ? cim__nomem(ctx) : CIM_OK;
}

static cim_status find_losses(cim_ctx *ctx, cim__impact_ask *a)
{
    cim_impact_query *q = a->q;
    CIM__TRY(collect(ctx, a));
    q->losses.size = 0;
    const cim__keyed *items = (const cim__keyed *)(const void *)q->items.data;
    for (size_t i = 0, next, count = CIM__COUNT(&q->items, cim__keyed); i < count; i = next) {
        for (next = i + 1; next < count && items[next].key == items[i].key;) next++;
        CIM__TRY(put_loss(ctx, a, items + i, next - i));
    }
    return CIM_OK;
}

/* ---- what fails next ---- */

static bool has_failed(const cim_impact_query *q, uint32_t object)
{
    for (size_t i = 0; i < CIM__COUNT(&q->failures, cim_impact_failure); i++)
        if (CIM__AT(&q->failures, cim_impact_failure, i).object == object) return true;
    return false;
}

/* An object that stops: its devices let nothing pass; what has none is out itself. */
static cim_status stop(cim_ctx *ctx, cim__impact_ask *a, uint32_t object)
{
    cim_impact_query *q = a->q;
    size_t before = q->closed.size;
    CIM__TRY(cim__impact_devices(ctx, a->impact, object, &q->closed));
    if (q->closed.size > before) return CIM_OK;
    return cim__impact_own(ctx, a->impact, object, &q->broken);
}

static cim_status fail_dependents(cim_ctx *ctx, cim__impact_ask *a, const cim_impact_loss *loss, bool *more)
{
    const cim_impact *m = a->impact;
    const cim__keyed *items = (const cim__keyed *)(const void *)m->dependents.data;
    size_t count = CIM__COUNT(&m->dependents, cim__keyed);
    if (!m->is_power[loss->domain] || loss->flags & CIM_IMPACT_PARTLY) return CIM_OK;
    for (size_t i = cim__keyed_first(items, count, loss->object); i < count && items[i].key == loss->object; i++) {
        if (has_failed(a->q, items[i].id)) continue;
        const cim_impact_failure f = { items[i].id, loss->object, a->q->rounds + 1, items[i].extra & 255, items[i].extra & CIM__IMPACT_GUESSED ? 1 : 0, 0 };
        cim__buf_put(&a->q->failures, &f, sizeof f);
        if (a->q->failures.failed) return cim__nomem(ctx);
        CIM__TRY(stop(ctx, a, items[i].id));
        *more = true;
    }
    return CIM_OK;
}

static cim_status go_on(cim_ctx *ctx, cim__impact_ask *a, bool *more)
{
    *more = false;
    if (a->what.flags & CIM_IMPACT_NO_CASCADE || !a->impact->dependents.size) return CIM_OK;
    for (size_t i = 0; i < CIM__COUNT(&a->q->losses, cim_impact_loss); i++)
        CIM__TRY(fail_dependents(ctx, a, &CIM__AT(&a->q->losses, cim_impact_loss, i), more));
    if (*more) {
        a->q->rounds++;
        CIM__TRY(cim__impact_unique(ctx, a->q, &a->q->broken, 0));
        CIM__TRY(cim__impact_unique(ctx, a->q, &a->q->closed, 0));
    }
    return CIM_OK;
}

/* ---- lists and sums ---- */

static cim_status keep_lists(cim_ctx *ctx, cim__impact_ask *a)
{
    cim_impact_query *q = a->q;
    const cim__buf *out = q->trace->out;
    for (int i = 0; i < 5; i++) {
        q->lists[i].size = 0;
        cim__buf_put(&q->lists[i], out[CIM__SHUT + i].data, out[CIM__SHUT + i].size);
        if (q->lists[i].failed) return cim__nomem(ctx);
    }
    cim__buf_put(&q->lost, out[CIM__LOST].data, out[CIM__LOST].size);
    cim__buf_put(&q->cut, out[CIM__WORKS].data, out[CIM__WORKS].size);
    cim__buf_put(&q->cut, q->broken.data, q->broken.size);
    if (q->lost.failed) return cim__nomem(ctx);
    return cim__impact_unique(ctx, q, &q->cut, 0);
}

static cim_status find_hydrants(cim_ctx *ctx, cim__impact_ask *a)
{
    const cim_impact *m = a->impact;
    size_t count = CIM__COUNT(&m->hydrants, cim__impact_hydrant);
    const cim__buf *lists[] = { &a->q->cut, &a->q->lost };
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; count && i < CIM__COUNT(lists[l], uint32_t); i++) {
            uint32_t x = CIM__AT(lists[l], uint32_t, i);
            size_t lo = 0, hi = count;
            while (lo < hi) {
                size_t mid = lo + (hi - lo) / 2;
                if (CIM__AT(&m->hydrants, cim__impact_hydrant, mid).element < x) lo = mid + 1;
                else hi = mid;
            }
            for (; lo < count && CIM__AT(&m->hydrants, cim__impact_hydrant, lo).element == x && cim__had_supply(&a->isolation, x); lo++) {
                const cim__impact_hydrant *h = &CIM__AT(&m->hydrants, cim__impact_hydrant, lo);
                const cim_impact_hydrant row = { CIM_NONE, h->object, x, 0, h->x, h->y, 0.0 };
                cim__buf_put(&a->q->hydrants, &row, sizeof row);
            }
        }
    return a->q->hydrants.failed ? cim__nomem(ctx) : CIM_OK;
}

static void insert_live(cim_impact_hydrant *best, uint32_t *count, uint32_t most, const cim_impact_hydrant *row)
{
    uint32_t at = *count;
    while (at > 0 && (best[at - 1].distance_m > row->distance_m || (best[at - 1].distance_m == row->distance_m && best[at - 1].object > row->object))) at--;
    if (at >= most) return;
    if (*count < most) ++*count;
    for (uint32_t i = *count - 1; i > at; i--) best[i] = best[i - 1];
    best[at] = *row;
}

/* The nearest with water, straight from the site. */
static cim_status find_live(cim_ctx *ctx, cim__impact_ask *a)
{
    const cim_impact *m = a->impact;
    cim_impact_query *q = a->q;
    uint32_t most = a->what.hydrants;
    for (uint32_t w = 0; most && w < CIM__COUNT(&q->works, cim_impact_site); w++) {
        const cim_impact_site *s = &CIM__AT(&q->works, cim_impact_site, w);
        size_t before = q->live.size;
        uint32_t count = 0;
        cim_impact_hydrant *best = cim__buf_extend(&q->live, most * sizeof *best);
        if (!best) return cim__nomem(ctx);
        for (size_t i = 0; i < CIM__COUNT(&m->hydrants, cim__impact_hydrant); i++) {
            const cim__impact_hydrant *h = &CIM__AT(&m->hydrants, cim__impact_hydrant, i);
            double dx = h->x - s->x, dy = h->y - s->y;
            double reach = count == most ? best[count - 1].distance_m : INFINITY;
            if (!(dx * dx + dy * dy <= reach * reach) || !cim__has_supply(&a->isolation, h->element)) continue;
            const cim_impact_hydrant row = { w, h->object, h->element, 0, h->x, h->y, hypot(dx, dy) };
            insert_live(best, &count, most, &row);
        }
        q->live.size = before + count * sizeof *best;
    }
    return CIM_OK;
}

static cim_impact_domain *domain_row(cim_impact_query *q, uint32_t domain)
{
    for (size_t i = 0; i < CIM__COUNT(&q->domains, cim_impact_domain); i++)
        if (CIM__AT(&q->domains, cim_impact_domain, i).domain == domain) return &CIM__AT(&q->domains, cim_impact_domain, i);
    cim_impact_domain *d = CIM__PUSH(&q->domains, cim_impact_domain);
    if (d) *d = (cim_impact_domain){ .domain = domain };
    return d;
}

static void count_elements(const cim__impact_ask *a, cim_impact_domain *d, const cim__buf *list)
{
    const cim_impact *m = a->impact;
    const double *length = m->view.columns[CIM_UTILITY_LENGTH_M];
    for (size_t i = 0; i < CIM__COUNT(list, uint32_t); i++) {
        uint32_t x = CIM__AT(list, uint32_t, i);
        if (cim__impact_domain(m, x) == d->domain && cim__had_supply(&a->isolation, x) && length) d->length_m += length[x];
    }
}

static void count_losses(const cim__impact_ask *a, cim_impact_domain *d)
{
    for (size_t i = 0; i < CIM__COUNT(&a->q->losses, cim_impact_loss); i++) {
        const cim_impact_loss *l = &CIM__AT(&a->q->losses, cim_impact_loss, i);
        if (l->domain != d->domain) continue;
        d->partly += l->flags & CIM_IMPACT_PARTLY ? 1 : 0;
        if (l->flags & CIM_IMPACT_PARTLY) continue;
        d->buildings++;
        d->customers += l->customers;
        d->people += l->people;
        d->sites += l->site != CIM_UTILITY_SITE_NONE;
    }
    for (size_t i = 0; i < CIM__COUNT(&a->q->hydrants, cim_impact_hydrant); i++)
        d->hydrants += cim__impact_domain(a->impact, CIM__AT(&a->q->hydrants, cim_impact_hydrant, i).element) == d->domain;
}

static cim_status add_up(cim_ctx *ctx, cim__impact_ask *a)
{
    cim_impact_query *q = a->q;
    const cim__buf *lists[] = { &q->hits, &q->cut, &q->lost };
    const cim_utility_view *v = &a->impact->view;
    bool touched[256] = { false };
    for (size_t l = 0; l < 3; l++)
        for (size_t i = 0; i < CIM__COUNT(lists[l], uint32_t); i++) touched[cim__impact_domain(a->impact, CIM__AT(lists[l], uint32_t, i))] = true;
    for (uint32_t k = 0; k < 256; k++) {
        cim_impact_domain *d = touched[k] ? domain_row(q, k) : NULL;
        if (touched[k] && !d) return cim__nomem(ctx);
        if (!d) continue;
        for (size_t i = 0; i < CIM__COUNT(&q->hits, uint32_t); i++) d->hit_count += cim__impact_domain(a->impact, CIM__AT(&q->hits, uint32_t, i)) == k;
        for (size_t i = 0; i < CIM__COUNT(&q->lists[0], uint32_t); i++) d->shut_count += v->edge_domain[v->device_edge[CIM__AT(&q->lists[0], uint32_t, i)]] == k;
        count_elements(a, d, &q->cut);
        count_elements(a, d, &q->lost);
        count_losses(a, d);
    }
    return CIM_OK;
}

cim_status cim__impact_lost(cim_ctx *ctx, cim__impact_ask *a)
{
    bool more = true;
    while (more) {
        CIM__TRY(isolate(ctx, a));
        CIM__TRY(find_losses(ctx, a));
        CIM__TRY(go_on(ctx, a, &more));
    }
    CIM__TRY(keep_lists(ctx, a));
    CIM__TRY(find_hydrants(ctx, a));
    CIM__TRY(find_live(ctx, a));
    return add_up(ctx, a);
}
