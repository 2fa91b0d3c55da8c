/* whole.c - demands that may not be split: a flow is rounded, then improved by moves and swaps as long as that serves more, or costs less. */
#include "serve/serve.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
enum { ROUNDS = 50, WORK = 400000000 };

typedef struct rounding {
    serve_task *t;
    uint32_t *at;   /* facility of each demand; CIM_NONE */
    uint64_t work;
} rounding;

static bool is_over(const rounding *r) { return r->work > WORK; }

static void put(rounding *r, uint32_t demand, uint32_t facility)
{
    if (r->at[demand] != CIM_NONE) r->t->room[r->at[demand]] += r->t->amount[demand];
    r->at[demand] = facility;
    if (facility != CIM_NONE) r->t->room[facility] -= r->t->amount[demand];
}

/* The cheapest facility with room for it, at less than `most`; CIM_NONE: there is none. */
static uint32_t cheapest(rounding *r, uint32_t demand, uint32_t most)
{
    uint32_t best = CIM_NONE;
    for (uint32_t b = 0; b < r->t->f; b++) {
        uint32_t cost = cim__serve_cost(r->t, b, demand);
        if (b != r->at[demand] && cost < most && r->t->room[b] >= r->t->amount[demand]) best = b, most = cost;
    }
    r->work += r->t->f;
    return best;
}

static bool move(rounding *r, uint32_t i)
{
    uint32_t most = r->at[i] == CIM_NONE ? NO_WAY : cim__serve_cost(r->t, r->at[i], i), b = cheapest(r, i, most);
    if (b != CIM_NONE) put(r, i, b);
    return b != CIM_NONE;
}

/* One who is not served gets in where somebody else can move on. */
static bool push_in(rounding *r, uint32_t i)
{
    for (uint32_t k = 0; k < r->t->d && !is_over(r); k++) {
        uint32_t a = r->at[k];
        if (a == CIM_NONE || k == i || cim__serve_cost(r->t, a, i) >= NO_WAY || r->t->room[a] + r->t->amount[k] < r->t->amount[i]) continue;
        uint32_t b = cheapest(r, k, NO_WAY);
        if (b != CIM_NONE) {
            put(r, k, b);
        } else if (r->t->amount[k] < r->t->amount[i]) {
            put(r, k, CIM_NONE); /* the larger one stays */
        } else continue;
        put(r, i, a);
        return true;
    }
    return false;
}

static bool swap(rounding *r, uint32_t i)
{
    serve_task *t = r->t;
    uint32_t a = r->at[i], own = cim__serve_cost(t, a, i);
    for (uint32_t k = i + 1; k < t->d; k++) {
        uint32_t b = r->at[k];
        if (b == CIM_NONE || b == a) continue;
        uint32_t there = cim__serve_cost(t, b, i), here = cim__serve_cost(t, a, k), other = cim__serve_cost(t, b, k);
        if (there >= NO_WAY || here >= NO_WAY || t->room[a] + t->amount[i] < t->amount[k] || t->room[b] + t->amount[k] < t->amount[i]) continue;
        double gain = (double)t->amount[i] * ((double)own - there) + (double)t->amount[k] * ((double)other - here);
        if (!(gain > 0.0)) continue;
        put(r, i, CIM_NONE);
        put(r, k, a);
        put(r, i, b);
        r->work += k - i;
        return true;
    }
    r->work += t->d - i;
    return false;
}

static cim_status improve(rounding *r)
{
    bool changed = true;
    for (int round = 0; changed && round < ROUNDS && !is_over(r); round++) {
        changed = false;
        for (uint32_t i = 0; i < r->t->d && !is_over(r); i++) {
            if (r->t->amount[i] <= 0) continue;
            changed |= move(r, i);
            changed |= r->at[i] == CIM_NONE ? push_in(r, i) : swap(r, i);
        }
        CIM__TRY(cim__tick(r->t->ctx, 0, 0, "assignment: whole demands"));
    }
    return CIM_OK;
}

/* Demands that are not split stay; the others go where most of them was, the largest first. */
static void start(rounding *r, const cim__buf *flows)
{
    serve_task *t = r->t;
    for (uint32_t i = 0; i < t->d; i++) r->at[i] = CIM_NONE;
    for (size_t k = 0; k < CIM__COUNT(flows, serve_flow); k++) {
        const serve_flow *s = &CIM__AT(flows, serve_flow, k);
        t->room[s->facility] += s->units;
        if (s->units == t->amount[s->demand]) r->at[s->demand] = s->facility;
    }
    for (uint32_t i = 0; i < t->d; i++)
        if (r->at[i] != CIM_NONE) t->room[r->at[i]] -= t->amount[i];
    for (size_t k = 0; k < CIM__COUNT(flows, serve_flow); k++) {
        const serve_flow *s = &CIM__AT(flows, serve_flow, k);
        if (r->at[s->demand] == CIM_NONE && t->room[s->facility] >= t->amount[s->demand]) put(r, s->demand, s->facility);
    }
}

cim_status cim__serve_whole(serve_task *t, cim__buf *flows)
{
    rounding r = { .t = t, .at = cim__alloc_n(t->ctx->mem, (size_t)t->d + 1, sizeof *r.at) };
    if (!r.at) return cim__nomem(t->ctx);
    start(&r, flows);
    cim_status st = improve(&r);
    flows->size = 0;
    for (uint32_t i = 0; st >= 0 && i < t->d; i++) {
        serve_flow s = { i, r.at[i], t->amount[i] };
        if (r.at[i] != CIM_NONE && t->amount[i] > 0) cim__buf_put(flows, &s, sizeof s);
    }
    if (st >= 0 && flows->failed) st = cim__nomem(t->ctx);
    cim__free(t->ctx->mem, r.at);
    return st;
}
