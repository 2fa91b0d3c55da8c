/* assign.c - demands to facilities that hold only so much, by minimum cost flow.
 *
 * Demands come one after the other.  Every facility has a price, 0 as long as it has room, and every unit that has been assigned is where cost plus price
 * is least.  A demand that comes takes the least; where that is full, somebody moves on: a Dijkstra over the full facilities, in which the
 * edge a -> b is the cheapest unit that can change from a to b (heaps, one a pair, made when a facility is first full).  What nobody takes goes to one more
 * facility, "left", which has room for all and costs more than any chain of moves; so as much as possible is served. */
#include "serve/serve.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
static const double MOST = 0x1p61;

typedef struct item { /* somebody at a who may go to b */
    int64_t key;
    uint32_t demand;
} item;

typedef struct part { /* of a demand's amount */
    uint32_t facility, next;
    int64_t units;
} part;

typedef struct flow {
    serve_task *t;
    uint32_t left;       /* number of the last facility */
    int64_t dear;        /* cost of being left */
    int64_t *price, *dist;
    uint32_t *via, *who; /* of the path: the facility before, CIM_NONE for the demand itself; and who moves */
    uint8_t *done, *active;
    cim__buf *heaps;     /* (f + 1) * (f + 1), of item; those of active rows are in use */
    uint32_t *first;     /* parts of a demand */
    cim__buf parts;      /* part */
    cim__buf *members;   /* by facility: demands that once got there (uint32_t) */
} flow;

static int64_t cost_of(const flow *w, uint32_t facility, uint32_t demand)
{
    if (facility == w->left) return w->dear;
    uint32_t cost = cim__serve_cost(w->t, facility, demand);
    return cost >= NO_WAY ? -1 : (int64_t)cost;
}

static part *find_part(const flow *w, uint32_t demand, uint32_t facility)
{
    for (uint32_t k = w->first[demand]; k != CIM_NONE; k = CIM__AT(&w->parts, part, k).next)
        if (CIM__AT(&w->parts, part, k).facility == facility) return &CIM__AT(&w->parts, part, k);
    return NULL;
}

static int64_t units_at(const flow *w, uint32_t demand, uint32_t facility)
{
    const part *p = find_part(w, demand, facility);
    return p ? p->units : 0;
}

/* ---- heaps ---- */

static bool before(item a, item b) { return a.key < b.key || (a.key == b.key && a.demand < b.demand); }

static bool push(cim__buf *heap, item it)
{
    size_t i = CIM__COUNT(heap, item);
    if (!CIM__PUSH(heap, item)) return false;
    item *e = (item *)(void *)heap->data;
    for (; i && before(it, e[(i - 1) / 2]); i = (i - 1) / 2) e[i] = e[(i - 1) / 2];
    e[i] = it;
    return true;
}

static void pop(cim__buf *heap)
{
    item *e = (item *)(void *)heap->data;
    heap->size -= sizeof *e;
    size_t count = CIM__COUNT(heap, item), i = 0;
    item last = e[count];
    for (;;) {
        size_t c = 2 * i + 1;
        if (c >= count) break;
        if (c + 1 < count && before(e[c + 1], e[c])) c++;
        if (!before(e[c], last)) break;
        e[i] = e[c];
        i = c;
    }
    if (count) e[i] = last;
}

static cim_status offer(flow *w, uint32_t a, uint32_t demand)
{
    int64_t here = cost_of(w, a, demand);
    for (uint32_t b = 0; b <= w->t->f; b++) {
        int64_t there = b == a ? -1 : cost_of(w, b, demand);
        if (there >= 0 && !push(&w->heaps[(size_t)a * (w->t->f + 1) + b], (item){ there - here, demand })) return cim__nomem(w->t->ctx);
    }
    return CIM_OK;
}

static cim_status activate(flow *w, uint32_t a)
{
    if (w->active[a]) return CIM_OK;
    w->active[a] = 1;
    for (size_t k = 0; k < CIM__COUNT(&w->members[a], uint32_t); k++) {
        uint32_t demand = CIM__AT(&w->members[a], uint32_t, k);
        if (units_at(w, demand, a)) CIM__TRY(offer(w, a, demand));
    }
    return CIM_OK;
}

/* Who goes from a to b at the least cost; false: nobody. */
static bool cheapest(flow *w, uint32_t a, uint32_t b, item *out)
{
    cim__buf *heap = &w->heaps[(size_t)a * (w->t->f + 1) + b];
    while (heap->size) {
        *out = CIM__AT(heap, item, 0);
        if (units_at(w, out->demand, a)) return true;
        pop(heap);
    }
    return false;
}

/* ---- amounts ---- */

static cim_status give(flow *w, uint32_t demand, uint32_t facility, int64_t units)
{
    part *p = find_part(w, demand, facility);
    bool was = p && p->units;
    if (!p) {
        uint32_t at = (uint32_t)CIM__COUNT(&w->parts, part);
        p = CIM__PUSH(&w->parts, part);
        if (p) *p = (part){ facility, w->first[demand], 0 }, w->first[demand] = at;
        uint32_t *member = p && facility != w->left ? CIM__PUSH(&w->members[facility], uint32_t) : NULL;
        if (!p || (facility != w->left && !member)) return cim__nomem(w->t->ctx);
        if (member) *member = demand;
    }
    p->units += units;
    return !was && facility != w->left && w->active[facility] ? offer(w, facility, demand) : CIM_OK;
}

/* ---- paths ---- */

/* A way for the next units of a demand to a facility with room. */
static cim_status find_path(flow *w, uint32_t demand, uint32_t *end_out)
{
    uint32_t count = w->t->f + 1;
    int64_t base = INT64_MAX;
    for (uint32_t b = 0; b < count; b++) {
        int64_t cost = cost_of(w, b, demand);
        w->dist[b] = cost < 0 ? INT64_MAX : cost + w->price[b];
        w->via[b] = CIM_NONE, w->who[b] = demand, w->done[b] = 0;
        if (w->dist[b] < base) base = w->dist[b];
    }
    for (uint32_t b = 0; b < count; b++)
        if (w->dist[b] != INT64_MAX) w->dist[b] -= base;
    for (;;) {
        uint32_t a = CIM_NONE;
        for (uint32_t b = 0; b < count; b++)
            if (!w->done[b] && w->dist[b] != INT64_MAX &&
                (a == CIM_NONE || w->dist[b] < w->dist[a] || (w->dist[b] == w->dist[a] && w->t->room[b] > 0 && w->t->room[a] <= 0)))
                a = b;
        if (w->t->room[a] > 0) { /* "left" always has: the loop ends */
            *end_out = a;
            return CIM_OK;
        }
        w->done[a] = 1;
        CIM__TRY(activate(w, a));
        for (uint32_t b = 0; b < count; b++) {
            item it;
            if (w->done[b] || b == a || !cheapest(w, a, b, &it)) continue;
            int64_t dist = w->dist[a] + it.key + w->price[b] - w->price[a];
            if (dist < w->dist[b]) w->dist[b] = dist, w->via[b] = a, w->who[b] = it.demand;
        }
    }
}

static cim_status augment(flow *w, uint32_t demand, uint32_t end)
{
    int64_t units = w->t->amount[demand] < w->t->room[end] ? w->t->amount[demand] : w->t->room[end];
    for (uint32_t b = end; w->via[b] != CIM_NONE; b = w->via[b]) {
        int64_t there = units_at(w, w->who[b], w->via[b]);
        if (there < units) units = there;
    }
    for (uint32_t b = end;; b = w->via[b]) {
        CIM__TRY(give(w, w->who[b], b, units));
        if (w->via[b] == CIM_NONE) break;
        find_part(w, w->who[b], w->via[b])->units -= units;
    }
    w->t->room[end] -= units;
    w->t->amount[demand] -= units;
    return CIM_OK;
}

static cim_status run(flow *w)
{
    for (uint32_t i = 0; i < w->t->d; i++) {
        if (i % 256 == 0) CIM__TRY(cim__tick(w->t->ctx, i, w->t->d, "assignment"));
        while (w->t->amount[i] > 0) {
            uint32_t end;
            CIM__TRY(find_path(w, i, &end));
            for (uint32_t b = 0; b <= w->t->f; b++)
                if (w->done[b] && w->dist[b] < w->dist[end]) w->price[b] += w->dist[end] - w->dist[b];
            CIM__TRY(augment(w, i, end));
        }
    }
    return CIM_OK;
}

static cim_status flow_init(flow *w, serve_task *t)
{
    cim__mem *mem = t->ctx->mem;
    size_t count = (size_t)t->f + 1;
    uint32_t dearest = 0;
    for (size_t k = 0; k < (size_t)t->f * t->d; k++)
        if (t->costs[k] < NO_WAY && t->costs[k] <= t->limit && t->costs[k] > dearest) dearest = t->costs[k];
    w->t = t, w->left = t->f, w->dear = ((int64_t)dearest + 1) * (int64_t)(count + 1);
    w->price = cim__zalloc_n(mem, count, sizeof *w->price);
    w->dist = cim__zalloc_n(mem, count, sizeof *w->dist);
    w->via = cim__zalloc_n(mem, count, sizeof *w->via);
    w->who = cim__zalloc_n(mem, count, sizeof *w->who);
    w->done = cim__zalloc_n(mem, count, 1);
    w->active = cim__zalloc_n(mem, count, 1);
    w->heaps = cim__zalloc_n(mem, count * count, sizeof *w->heaps);
    w->members = cim__zalloc_n(mem, count, sizeof *w->members);
    w->first = cim__alloc_n(mem, (size_t)t->d + 1, sizeof *w->first);
    if (!w->price || !w->dist || !w->via || !w->who || !w->done || !w->active || !w->heaps || !w->members || !w->first) return cim__nomem(t->ctx);
    for (size_t k = 0; k < count * count; k++) w->heaps[k] = cim__buf_on(mem);
    for (size_t k = 0; k < count; k++) w->members[k] = cim__buf_on(mem);
    for (uint32_t i = 0; i < t->d; i++) w->first[i] = CIM_NONE;
    return CIM_OK;
}

static void flow_free(flow *w)
{
    cim__mem *mem = w->t->ctx->mem;
    size_t count = (size_t)w->t->f + 1;
    for (size_t k = 0; w->heaps && k < count * count; k++)
        if (w->heaps[k].mem) cim__buf_free(&w->heaps[k]);
    for (size_t k = 0; w->members && k < count; k++)
        if (w->members[k].mem) cim__buf_free(&w->members[k]);
    void *arrays[] = { w->price, w->dist, w->via, w->who, w->done, w->active, w->heaps, w->members, w->first };
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) cim__free(mem, arrays[k]);
    cim__buf_free(&w->parts);
}

/* The parts of each demand, by facility; what is left is no part. */
static cim_status list_parts(const flow *w, cim__buf *out)
{
    for (uint32_t i = 0; i < w->t->d; i++) {
        size_t begin = CIM__COUNT(out, serve_flow);
        for (uint32_t k = w->first[i]; k != CIM_NONE; k = CIM__AT(&w->parts, part, k).next) {
            part p = CIM__AT(&w->parts, part, k);
            if (!p.units || p.facility == w->left) continue;
            if (!CIM__PUSH(out, serve_flow)) return cim__nomem(w->t->ctx);
            size_t at = CIM__COUNT(out, serve_flow) - 1;
            for (; at > begin && CIM__AT(out, serve_flow, at - 1).facility > p.facility; at--) CIM__AT(out, serve_flow, at) = CIM__AT(out, serve_flow, at - 1);
            CIM__AT(out, serve_flow, at) = (serve_flow){ i, p.facility, p.units };
        }
    }
    return CIM_OK;
}

/* ---- in units ---- */

static bool is_whole(const double *values, size_t count)
{
    for (size_t i = 0; values && i < count; i++)
        if (values[i] < INFINITY && values[i] != floor(values[i])) return false;
    return true;
}

static cim_status take_units(serve_task *t, const double *amounts, const double *capacities)
{
    double sum = 0.0;
    for (uint32_t i = 0; amounts && i < t->d; i++)
        if (!(amounts[i] >= 0.0 && amounts[i] < INFINITY)) return cim__fail(t->ctx, CIM_EARG, "the amount of demand %u is below 0 or no number", i);
    for (uint32_t j = 0; capacities && j < t->f; j++)
        if (!(capacities[j] >= 0.0)) return cim__fail(t->ctx, CIM_EARG, "the capacity of facility %u is below 0 or no number", j);
    t->unit = is_whole(amounts, t->d) ? 1.0 : 1e-3;
    t->amount = cim__zalloc_n(t->ctx->mem, (size_t)t->d + 1, sizeof *t->amount);
    t->room = cim__zalloc_n(t->ctx->mem, (size_t)t->f + 1, sizeof *t->room);
    if (!t->amount || !t->room) return cim__nomem(t->ctx);
    for (uint32_t i = 0; i < t->d; i++) {
        double units = (amounts ? amounts[i] : 1.0) / t->unit;
        sum += units;
        if (!(sum < MOST)) return cim__fail(t->ctx, CIM_ELIMIT, "the amounts are too large to be added up");
        t->amount[i] = (int64_t)(units + 0.5);
    }
    if (sum * (double)NO_WAY >= MOST * 4.0) return cim__fail(t->ctx, CIM_ELIMIT, "the amounts are too large to be added up");
    for (uint32_t j = 0; j < t->f; j++) {
        double units = capacities ? floor(capacities[j] / t->unit + 1e-6) : INFINITY;
        t->room[j] = units < MOST ? (int64_t)units : INT64_MAX / 4;
    }
    t->room[t->f] = INT64_MAX / 4;
    return CIM_OK;
}

/* ---- the answer ---- */

void cim_serve_assignment_free(cim_serve_assignment *a)
{
    if (!a) return;
    cim__mem *mem = a->mem;
    cim__buf_free(&a->shares);
    cim__free(mem, a->loads);
    cim__free(mem, a->left);
    cim__free(mem, a);
    cim__mem_unref(mem);
}

cim_status cim_serve_assignment_get(cim_ctx *ctx, const cim_serve_assignment *a, cim_serve_assignment_view *view_out)
{
    cim__enter(ctx);
    if (!a) return cim__fail(ctx, CIM_EARG, "no assignment");
    cim_serve_assignment_view view = a->view;
    return cim__view_copy(ctx, view_out, &view, sizeof view);
}

static void tally(const serve_task *t, const cim__buf *flows, double *served, double *total)
{
    *served = *total = 0.0;
    for (size_t k = 0; k < CIM__COUNT(flows, serve_flow); k++) {
        const serve_flow *s = &CIM__AT(flows, serve_flow, k);
        double amount = (double)s->units * t->unit;
        *served += amount;
        *total += amount * cim__serve_cost(t, s->facility, s->demand);
    }
}

static cim_status fill(const serve_task *t, const double *amounts, const cim__buf *flows, cim_serve_assignment *a)
{
    a->loads = cim__zalloc_n(a->mem, (size_t)t->f + 1, sizeof *a->loads);
    a->left = cim__zalloc_n(a->mem, (size_t)t->d + 1, sizeof *a->left);
    if (!a->loads || !a->left) return cim__nomem(t->ctx);
    for (uint32_t i = 0; i < t->d; i++) a->left[i] = floor((amounts ? amounts[i] : 1.0) / t->unit + 0.5);
    for (size_t k = 0; k < CIM__COUNT(flows, serve_flow); k++) {
        const serve_flow *s = &CIM__AT(flows, serve_flow, k);
        double amount = (double)s->units * t->unit;
        cim_serve_share share = { s->demand, s->facility, cim__serve_cost(t, s->facility, s->demand), 0, amount };
        cim__buf_put(&a->shares, &share, sizeof share);
        a->loads[s->facility] += amount;
        a->left[s->demand] -= (double)s->units;
    }
    for (uint32_t i = 0; i < t->d; i++) a->left[i] *= t->unit;
    return a->shares.failed ? cim__nomem(t->ctx) : CIM_OK;
}

static cim_status assign(serve_task *t, const double *amounts, const double *capacities, bool whole, cim_serve_assignment *a)
{
    flow w = { .t = t, .parts = cim__buf_on(t->ctx->mem) };
    cim__buf flows = cim__buf_on(t->ctx->mem);
    cim_serve_assignment_view *v = &a->view;
    cim_status st = take_units(t, amounts, capacities);
    if (st >= 0) st = flow_init(&w, t);
    if (st >= 0) st = run(&w);
    if (st >= 0) st = list_parts(&w, &flows);
    flow_free(&w);
    if (st >= 0) tally(t, &flows, &v->served_bound, &v->total_bound);
    for (uint32_t i = 0; st >= 0 && i < t->d; i++) t->amount[i] = (int64_t)((amounts ? amounts[i] : 1.0) / t->unit + 0.5);
    if (st >= 0 && whole) st = cim__serve_whole(t, &flows);
    if (st >= 0) st = fill(t, amounts, &flows, a);
    if (st >= 0) tally(t, &flows, &v->served, &v->total);
    if (st >= 0 && v->served != v->served_bound) v->total_bound = NAN;
    v->proof = whole ? "min-cost flow as bound" : "min-cost flow";
    v->facility_count = t->f, v->demand_count = t->d, v->loads = a->loads, v->left = a->left;
    v->shares = (const cim_serve_share *)(const void *)a->shares.data, v->share_count = CIM__COUNT(&a->shares, cim_serve_share);
    cim__free(t->ctx->mem, t->amount);
    cim__free(t->ctx->mem, t->room);
    cim__buf_free(&flows);
    return st;
}

cim_status cim_serve_assign(cim_ctx *ctx, uint32_t facility_count, uint32_t demand_count, const uint32_t *costs, const double *amounts,
                            const double *capacities, uint32_t limit, const cim_serve_assign_options *options, cim_serve_assignment **assignment_out)
{
    cim_serve_assign_options o = CIM_SERVE_ASSIGN_OPTIONS_INIT;
    serve_task t = { .ctx = ctx, .f = facility_count, .d = demand_count, .costs = costs, .limit = limit };
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "assignment options"));
    if (!assignment_out || (!costs && facility_count && demand_count)) return cim__fail(ctx, CIM_EARG, "no costs, or nothing to fill");
    if (facility_count > CIM_SERVE_MAX_FACILITIES) return cim__fail(ctx, CIM_ELIMIT, "%u facilities with capacities", facility_count);
    if (demand_count == CIM_NONE) return cim__fail(ctx, CIM_EARG, "%u demands", demand_count);
    cim_serve_assignment *a = cim__zalloc(ctx->mem, sizeof *a);
    if (!a) return cim__nomem(ctx);
    a->mem = cim__mem_ref(ctx->mem);
    a->shares = cim__buf_on(a->mem);
    cim_status st = assign(&t, amounts, capacities, o.whole != 0, a);
    if (st < 0) cim_serve_assignment_free(a);
    else *assignment_out = a;
    return st < 0 ? st : CIM_OK;
}
