/* isolate.c - which devices to shut around a fault, and who is without supply then.
 *
 * The works are whole segments.  What else is lost hangs on them: with one segment it is read off the tree of segments; with several, and where
 * edges are one-way, off the ways from the sources (supply.c).  A device around the works is to be shut only
 * when something still comes to it from outside. */
#include "trace/trace.h"

enum { GONE = 1, CUT_OFF = 2 }; /* q->barrier, by segment */

static bool is_stuck(const cim__isolation *i, uint32_t device)
{
    for (size_t k = 0; k < i->stuck_count; k++)
        if (i->stuck[k] == device) return true;
    return false;
}

/* Could the device be used, as far as its status says? */
static bool is_usable(const cim__isolation *i, uint32_t device)
{
    const cim_trace_network *n = i->view->network;
    uint8_t flags = i->view->bits.device[device];
    return n->isolating_kinds >> n->device_kind[device] & 1 && !(flags & (CIM_TRACE_OUT | CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE));
}

/* The first device on an end that can be shut; CIM_NONE: none. */
static uint32_t device_to_shut(const cim__isolation *i, uint32_t end)
{
    const cim_trace_network *n = i->view->network;
    for (uint32_t k = n->device_first[end >> 1]; k < n->device_first[(end >> 1) + 1]; k++) {
        uint32_t d = n->device_at[k];
        if (n->device_end[d] == (end & 1) && is_usable(i, d) && !is_stuck(i, d)) return d;
    }
    return CIM_NONE;
}

/* ---- the works ---- */

static bool take(cim__isolation *i, uint32_t segment)
{
    if (i->flag[segment] & GONE) return true;
    i->flag[segment] |= GONE;
    return cim__buf_u32(&i->q->out[CIM__GONE_LIST], segment);
}

/* The end a device that does not turn sits on joins its two segments, unless it is shut, or another device there turns. */
static cim_status join_stuck(cim_ctx *ctx, cim__isolation *i)
{
    const cim_trace_network *n = i->view->network;
    for (size_t before = 0; before != i->q->out[CIM__GONE_LIST].size;) {
        before = i->q->out[CIM__GONE_LIST].size;
        for (size_t k = 0; k < i->stuck_count; k++) {
            uint32_t end = 2 * n->device_edge[i->stuck[k]] + n->device_end[i->stuck[k]];
            uint32_t a = i->s->of[n->node_count + (end >> 1)], b = i->s->of[n->ends[end]];
            if (!((i->flag[a] ^ i->flag[b]) & GONE) || !cim__end_open(i->view->bits.pass, end) || device_to_shut(i, end) != CIM_NONE) continue;
            if (!take(i, a) || !take(i, b)) return cim__nomem(ctx);
        }
    }
    return CIM_OK;
}

static cim_status find_works(cim_ctx *ctx, cim__isolation *i)
{
    for (size_t k = 0; k < i->fault_count; k++)
        if (!take(i, i->s->of[i->faults[k]])) return cim__nomem(ctx);
    CIM__TRY(join_stuck(ctx, i));
    for (size_t k = 0; k < CIM__COUNT(&i->q->out[CIM__GONE_LIST], uint32_t); k++) {
        uint32_t segment = CIM__AT(&i->q->out[CIM__GONE_LIST], uint32_t, k), first = i->s->first[segment], count = i->s->first[segment + 1] - first;
        cim__buf_put(&i->q->out[CIM__WORKS], i->s->elements + first, count * sizeof(uint32_t));
    }
    return cim__sort_u32(ctx, i->q, &i->q->out[CIM__WORKS]);
}

/* ---- what is lost with them ---- */

static bool put_segment(cim__isolation *i, uint32_t segment)
{
    uint32_t first = i->s->first[segment], count = i->s->first[segment + 1] - first;
    i->flag[segment] |= CUT_OFF;
    cim__buf_put(&i->q->out[CIM__LOST], i->s->elements + first, count * sizeof(uint32_t));
    return !i->q->out[CIM__LOST].failed;
}

static cim_status lost_below(cim_ctx *ctx, cim__isolation *i, uint32_t segment)
{
    const cim__blocks *t = i->s->tree;
    uint32_t place = t->place[segment];
    if (place >= t->fed) return CIM_OK;
    for (uint32_t child = place + 1; child <= t->last[place]; child = t->last[child] + 1)
        for (uint32_t k = child; t->head[child] == child && k <= t->last[child]; k++)
            if (!put_segment(i, t->vertex[k])) return cim__nomem(ctx);
    return CIM_OK;
}

/* By the ways from the sources. */
static cim_status lost_of_several(cim_ctx *ctx, cim__isolation *i)
{
    const cim_trace_network *n = i->view->network;
    cim_trace_query *q = i->q;
    bool ok = true;
    for (size_t k = 0; ok && k < CIM__COUNT(&q->out[CIM__WORKS], uint32_t); k++) ok = cim__lose(i->fed, q, CIM__AT(&q->out[CIM__WORKS], uint32_t, k));
    for (size_t k = 0; ok && k < i->broken_count; k++) ok = cim__lose(i->fed, q, i->broken[k]);
    for (size_t k = 0; ok && k < i->closed_count; k++) ok = cim__lose_end(n, i->fed, q, 2 * n->device_edge[i->closed[k]] + n->device_end[i->closed[k]]);
    CIM__TRY(cim__lose_settle(ctx, i->view, i->fed, q));
    for (size_t k = 0; k < CIM__COUNT(&q->touched, uint32_t); k++) {
        uint32_t x = CIM__AT(&q->touched, uint32_t, k);
        if (q->state[x] == CIM__HANGS && !cim__buf_u32(&q->out[CIM__LOST], x)) return cim__nomem(ctx);
    }
    return CIM_OK;
}

static cim_status find_lost(cim_ctx *ctx, cim__isolation *i)
{
    if (!i->fed) CIM__TRY(lost_below(ctx, i, CIM__AT(&i->q->out[CIM__GONE_LIST], uint32_t, 0)));
    else CIM__TRY(lost_of_several(ctx, i));
    return cim__sort_u32(ctx, i->q, &i->q->out[CIM__LOST]);
}

bool cim__had_supply(const cim__isolation *i, uint32_t element)
{
    return i->fed ? i->fed->place[element] != CIM_NONE : i->s->tree->place[i->s->of[element]] < i->s->tree->fed;
}

bool cim__has_supply(const cim__isolation *i, uint32_t element)
{
    if (!cim__had_supply(i, element)) return false;
    return i->fed ? !i->q->state[element] || i->q->state[element] & CIM__BACK : !(i->flag[i->s->of[element]] & (GONE | CUT_OFF));
}

/* ---- the devices around and inside ---- */

static bool put_devices(cim__isolation *i, uint32_t end, uint32_t list, bool (*wanted)(const cim__isolation *, uint32_t device))
{
    const cim_trace_network *n = i->view->network;
    bool ok = true;
    for (uint32_t k = n->device_first[end >> 1]; ok && k < n->device_first[(end >> 1) + 1]; k++)
        if (n->device_end[n->device_at[k]] == (end & 1) && wanted(i, n->device_at[k])) ok = cim__buf_u32(&i->q->out[list], n->device_at[k]);
    return ok;
}

static bool is_shut(const cim__isolation *i, uint32_t device)
{
    return (i->view->bits.device[device] & (CIM_TRACE_SHUT | CIM_TRACE_OUT)) == CIM_TRACE_SHUT;
}

static bool is_closed(const cim__isolation *i, uint32_t device)
{
    for (size_t k = 0; k < i->closed_count; k++)
        if (i->closed[k] == device) return true;
    return false;
}

static bool is_no_use(const cim__isolation *i, uint32_t device)
{
    const cim_trace_network *n = i->view->network;
    bool is_there = n->isolating_kinds >> n->device_kind[device] & 1 && !(i->view->bits.device[device] & CIM_TRACE_OUT);
    return is_there && (!is_usable(i, device) || is_stuck(i, device));
}

static bool look_at_end(cim__isolation *i, uint32_t end)
{
    const cim_trace_network *n = i->view->network;
    const uint8_t *pass = i->view->bits.pass;
    uint32_t edge = n->node_count + (end >> 1), node = n->ends[end];
    bool edge_gone = i->flag[i->s->of[edge]] & GONE, node_gone = i->flag[i->s->of[node]] & GONE;
    if (edge_gone && node_gone) return put_devices(i, end, CIM__STUCK, is_no_use);
    if (!cim__end_open(pass, end)) return put_devices(i, end, CIM__KEEP, is_shut);
    if (i->closed_count && i->q->flow[end >> 1] >> (end & 1) & 1) return put_devices(i, end, CIM__KEEP, is_closed);
    bool comes = cim__has_supply(i, edge_gone ? node : edge) && cim__leaves(pass, edge_gone ? end : end ^ 1);
    uint32_t device = device_to_shut(i, end);
    return device == CIM_NONE || cim__buf_u32(&i->q->out[comes ? CIM__SHUT : CIM__LEAVE], device);
}

/* Every end between the works and the rest is looked at from the element in the works, ends inside from the edge. */
static cim_status find_devices(cim_ctx *ctx, cim__isolation *i)
{
    const cim_trace_network *n = i->view->network;
    bool ok = true;
    for (size_t w = 0; ok && w < CIM__COUNT(&i->q->out[CIM__WORKS], uint32_t); w++) {
        uint32_t x = CIM__AT(&i->q->out[CIM__WORKS], uint32_t, w);
        if (x >= n->node_count) {
            ok = look_at_end(i, 2 * (x - n->node_count)) && look_at_end(i, 2 * (x - n->node_count) + 1);
            continue;
        }
        if (cim__feeds(i->view, x)) ok = cim__buf_u32(&i->q->out[CIM__SOURCES], x);
        for (uint32_t k = n->first[x]; ok && k < n->first[x + 1]; k++)
            if (!(i->flag[i->s->of[n->node_count + (n->links[k].end >> 1)]] & GONE)) ok = look_at_end(i, n->links[k].end);
    }
    if (!ok) return cim__nomem(ctx);
    for (uint32_t list = CIM__SHUT; list <= CIM__STUCK; list++) CIM__TRY(cim__sort_u32(ctx, i->q, &i->q->out[list]));
    return CIM_OK;
}

static double supplied(const cim__isolation *i)
{
    const cim_trace_network *n = i->view->network;
    double sum = 0.0;
    for (uint32_t list = CIM__WORKS; list <= CIM__LOST; list++)
        for (size_t k = 0; k < CIM__COUNT(&i->q->out[list], uint32_t); k++) {
            uint32_t x = CIM__AT(&i->q->out[list], uint32_t, k);
            if (cim__had_supply(i, x)) sum += cim__value_of(n, i->column, x);
        }
    return sum;
}

static cim_status solve(cim_ctx *ctx, cim__isolation *i)
{
    cim__query_begin(i->q);
    CIM__TRY(cim__query_barrier(ctx, i->q));
    i->flag = i->q->barrier;
    i->fed = NULL;
    CIM__TRY(find_works(ctx, i));
    if (i->ways || cim__oneway(i->view) || CIM__COUNT(&i->q->out[CIM__GONE_LIST], uint32_t) != 1) {
        CIM__TRY(cim__query_state(ctx, i->q));
        if (i->closed_count) CIM__TRY(cim__query_flow(ctx, i->q));
        CIM__TRY(cim__view_supply(ctx, i->view, &i->fed));
    }
    CIM__TRY(find_lost(ctx, i));
    CIM__TRY(find_devices(ctx, i));
    if (i->column != CIM_NONE) i->supplied = supplied(i);
    return CIM_OK;
}

static void clean(cim__isolation *i)
{
    const cim__buf *gone = &i->q->out[CIM__GONE_LIST], *lost = &i->q->out[CIM__LOST];
    bool few = !gone->failed && !lost->failed;
    for (size_t k = 0; few && i->flag && k < CIM__COUNT(gone, uint32_t); k++) i->flag[CIM__AT(gone, uint32_t, k)] = 0;
    for (size_t k = 0; few && i->flag && k < CIM__COUNT(lost, uint32_t); k++) i->flag[i->s->of[CIM__AT(lost, uint32_t, k)]] = 0;
    if (!few && i->flag) memset(i->flag, 0, cim__element_count(i->view->network));
    if (i->q->state) cim__lose_clear(i->q);
    for (size_t k = 0; i->q->flow && k < i->closed_count; k++) i->q->flow[i->view->network->device_edge[i->closed[k]]] = 0;
}

cim_status cim__isolation_run(cim_ctx *ctx, cim__isolation *i)
{
    i->flag = NULL;
    CIM__TRY(cim__view_segments(ctx, i->view, &i->s));
    return solve(ctx, i);
}

void cim__isolation_end(cim__isolation *i) { clean(i); }

/* ---- public ---- */

static cim_status start(cim_ctx *ctx, cim__isolation *i)
{
    CIM__TRY(cim__trace_ok(ctx, i->view, i->q));
    const cim_trace_network *n = i->view->network;
    if (!i->fault_count) return cim__fail(ctx, CIM_EARG, "no faults");
    CIM__TRY(cim__elements_ok(ctx, n, i->faults, i->fault_count, "fault"));
    if (i->stuck_count && !i->stuck) return cim__fail(ctx, CIM_EARG, "no array of stuck devices");
    for (size_t k = 0; k < i->stuck_count; k++)
        if (i->stuck[k] >= n->device_count) return cim__fail(ctx, CIM_EARG, "stuck device %u of %u", i->stuck[k], n->device_count);
    return cim__view_segments(ctx, i->view, &i->s);
}

static const uint32_t *list(const cim__isolation *i, uint32_t which, size_t *count_out)
{
    *count_out = CIM__COUNT(&i->q->out[which], uint32_t);
    return (const uint32_t *)(const void *)i->q->out[which].data;
}

static void give(const cim__isolation *i, cim_trace_isolation *out)
{
    cim_trace_isolation r = { 0 };
    r.shut = list(i, CIM__SHUT, &r.shut_count);
    r.leave = list(i, CIM__LEAVE, &r.leave_count);
    r.keep = list(i, CIM__KEEP, &r.keep_count);
    r.stuck = list(i, CIM__STUCK, &r.stuck_count);
    r.works = list(i, CIM__WORKS, &r.works_count);
    r.lost = list(i, CIM__LOST, &r.lost_count);
    r.sources = list(i, CIM__SOURCES, &r.source_count);
    cim__sum_elements(i->view->network, r.works, r.works_count, i->q->sums);
    cim__sum_elements(i->view->network, r.lost, r.lost_count, i->q->more_sums);
    r.works_sums = i->q->sums;
    r.lost_sums = i->q->more_sums;
    r.epoch = i->view->epoch.number;
    cim__out_fill(out, &r, sizeof r);
}

cim_status cim_trace_isolate(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, const uint32_t *faults, size_t count, const uint32_t *stuck,
                             size_t stuck_count, cim_trace_isolation *isolation_out)
{
    cim__isolation i = { .view = view, .q = query, .faults = faults, .fault_count = count, .stuck = stuck, .stuck_count = stuck_count, .column = CIM_NONE };
    cim__enter(ctx);
    if (!isolation_out) return cim__fail(ctx, CIM_EARG, "nothing to fill");
    CIM__TRY(cim__out_ok(ctx, isolation_out, "cim_trace_isolation"));
    CIM__TRY(start(ctx, &i));
    cim_status st = solve(ctx, &i);
    clean(&i);
    if (st >= 0) give(&i, isolation_out);
    return st;
}

/* One isolation with one more stuck device each. */
static cim_status fall_back(cim_ctx *ctx, cim__isolation *i, const uint32_t *shut, size_t count, uint32_t *stuck, double base, cim_trace_fallback *made)
{
    for (size_t k = 0; k < count; k++) {
        stuck[i->stuck_count] = shut[k];
        cim__isolation one = *i;
        one.stuck = stuck;
        one.stuck_count++;
        cim_status st = solve(ctx, &one);
        made[k] = (cim_trace_fallback){ shut[k], (uint32_t)CIM__COUNT(&i->q->out[CIM__SHUT], uint32_t), i->q->out[CIM__SOURCES].size > 0, 0, one.supplied - base };
        clean(&one);
        CIM__TRY(st);
    }
    return CIM_OK;
}

static cim_status rank(cim_ctx *ctx, cim__isolation *i, const cim_trace_fallback *made, size_t count, cim_trace_fallback *out, size_t cap)
{
    cim__query_begin(i->q);
    for (size_t k = 0; k < count; k++)
        if (!cim__heap_push(&i->q->heap, made[k].added, (uint32_t)k, 0)) return cim__nomem(ctx);
    for (size_t k = 0; k < count && k < cap; k++) out[k] = made[cim__heap_pop(&i->q->heap).id];
    return CIM_OK;
}

cim_status cim_trace_fallbacks(cim_ctx *ctx, cim_trace_view *view, cim_trace_query *query, const uint32_t *faults, size_t count, const uint32_t *stuck,
                               size_t stuck_count, uint32_t column, cim_trace_fallback *fallbacks_out, size_t cap, size_t *fallback_count_out)
{
    cim__isolation i = { .view = view, .q = query, .faults = faults, .fault_count = count, .stuck = stuck, .stuck_count = stuck_count, .column = column };
    cim__enter(ctx);
    if (!fallback_count_out || (cap && !fallbacks_out)) return cim__fail(ctx, CIM_EARG, "nothing to fill");
    CIM__TRY(start(ctx, &i));
    CIM__TRY(cim__column_ok(ctx, view->network, column, false));
    cim_status st = solve(ctx, &i);
    double base = i.supplied;
    clean(&i);
    CIM__TRY(st);
    size_t shut_count = CIM__COUNT(&query->out[CIM__SHUT], uint32_t);
    uint32_t *lists = cim__alloc_n(ctx->mem, shut_count + stuck_count + 2, sizeof *lists), *more = lists ? lists + shut_count : NULL;
    cim_trace_fallback *made = cim__alloc_n(ctx->mem, shut_count + 1, sizeof *made);
    if (!lists || !made) st = cim__nomem(ctx);
    if (st >= 0) {
        if (shut_count) memcpy(lists, query->out[CIM__SHUT].data, shut_count * sizeof *lists);
        if (stuck_count) memcpy(more, stuck, stuck_count * sizeof *more);
        st = fall_back(ctx, &i, lists, shut_count, more, base, made);
    }
    if (st >= 0) st = rank(ctx, &i, made, shut_count, fallbacks_out, cap);
    if (st >= 0) *fallback_count_out = shut_count;
    cim__free(ctx->mem, lists);
    cim__free(ctx->mem, made);
    return st;
}
