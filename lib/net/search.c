/* search.c - Dijkstra's algorithm from both sides on a net's own arrays (T. A. J. Nicholson, Computer Journal 1966).
 *
 * The side whose next state is nearer goes on.  The best way found is the quickest as soon as what both sides have gone is no less: any
 * other way has a state that both sides would have settled by then. */
#include "net/search.h"

#include "core/heap.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

/* What a side knows of a state. */
typedef struct reached {
    uint32_t time_ms; /* NO_WAY: not reached */
    uint32_t by;      /* the arc it was reached by; ENDS + i: it is end i */
} reached;

enum { SIDES = 2 };
static const uint32_t ENDS = 0x80000000u;

typedef struct search {
    const cim_net_costs *costs;
    reached *at[SIDES]; /* by state: from the starts, to the ends */
    cim__buf heap[SIDES];
    uint32_t best, meet;
} search;

static bool reach(search *s, int side, uint32_t state, uint32_t time, uint32_t by)
{
    reached *r = &s->at[side][state];
    if (time >= r->time_ms) return true;
    *r = (reached){ time, by };
    uint32_t other = s->at[!side][state].time_ms;
    if (other < NO_WAY && time + other < s->best) {
        s->best = time + other;
        s->meet = state;
    }
    return cim__heap_push(&s->heap[side], time, state);
}

static bool reach_ends(search *s, int side, const cim__ends *ends)
{
    for (uint32_t i = 0; i < ends->count; i++)
        if (!reach(s, side, ends->end[i].node, ends->end[i].offset_ms, ENDS + i)) return false;
    return true;
}

static bool go_on(search *s, cim__timed at)
{
    const cim_net *net = s->costs->net;
    for (uint32_t a = net->first_arc[at.node]; a < net->first_arc[at.node + 1]; a++) {
        uint32_t weight = s->costs->weights_ms[a];
        if (weight < NO_WAY && !reach(s, 0, net->arc_head[a], at.time + weight, a)) return false;
    }
    return true;
}

/* Arcs to a state over a link. */
static bool go_back_over(search *s, cim__timed at, uint32_t link)
{
    const cim_net *net = s->costs->net;
    for (uint32_t k = net->first_of_link[link]; k < net->first_of_link[link + 1]; k++) {
        uint32_t a = net->arc_of_link[k], weight = s->costs->weights_ms[a];
        if (net->arc_head[a] == at.node && weight < NO_WAY && !reach(s, 1, net->arc_tail[a], at.time + weight, a)) return false;
    }
    return true;
}

static bool go_back(search *s, cim__timed at)
{
    const cim_net *net = s->costs->net;
    uint32_t link = net->state_link[at.node], j = net->state_junction[at.node];
    if (link != CIM_NONE) return go_back_over(s, at, link);
    for (uint32_t i = net->first_out[j]; i < net->first_out[j + 1]; i++)
        if (!go_back_over(s, at, net->out_link[i] ^ 1)) return false;
    return true;
}

static uint32_t next_time(const cim__buf *heap) { return heap->size ? CIM__AT(heap, cim__timed, 0).time : NO_WAY; }

static cim_status run(cim_ctx *ctx, search *s)
{
    for (uint64_t steps = 1;; steps++) {
        uint32_t forward = next_time(&s->heap[0]), backward = next_time(&s->heap[1]);
        if (forward >= NO_WAY || backward >= NO_WAY || forward + backward >= s->best) return CIM_OK;
        int side = backward < forward;
        cim__timed at = cim__heap_pop(&s->heap[side]);
        if (at.time > s->at[side][at.node].time_ms) continue;
        if (!(side ? go_back(s, at) : go_on(s, at))) return cim__nomem(ctx);
        if (!(steps & 0xffff)) CIM__TRY(cim__tick(ctx, 0, 0, "searching"));
    }
}

/* From the meeting state to both sides. */
static bool list_arcs(const search *s, cim__buf *arcs, cim__way *way)
{
    const cim_net *net = s->costs->net;
    uint32_t state = s->meet, by;
    size_t first = 0, last;
    for (; (by = s->at[0][state].by) < ENDS; state = net->arc_tail[by]) cim__buf_put(arcs, &by, sizeof by);
    way->start = by - ENDS;
    for (last = CIM__COUNT(arcs, uint32_t); first + 1 < last; first++) {
        uint32_t *list = (uint32_t *)(void *)arcs->data, swap = list[first];
        list[first] = list[--last];
        list[last] = swap;
    }
    for (state = s->meet; (by = s->at[1][state].by) < ENDS; state = net->arc_head[by]) cim__buf_put(arcs, &by, sizeof by);
    way->end = by - ENDS;
    way->arcs = (const uint32_t *)(const void *)arcs->data;
    way->arc_count = CIM__COUNT(arcs, uint32_t);
    return !arcs->failed;
}

cim_status cim__net_search(cim_ctx *ctx, const cim_net_costs *c, const cim__ends *starts, const cim__ends *ends, cim__buf *arcs, cim__way *way)
{
    size_t n = c->net->state_count;
    search s = { .costs = c, .best = NO_WAY, .meet = CIM_NONE };
    reached *block = cim__alloc_n(ctx->mem, 2 * n + 1, sizeof *block);
    if (!block) return cim__nomem(ctx);
    memset(block, 0xff, 2 * n * sizeof *block); /* above NO_WAY */
    for (int side = 0; side < SIDES; side++) {
        s.at[side] = block + (size_t)side * n;
        s.heap[side] = cim__buf_on(ctx->mem);
    }
    cim_status st = reach_ends(&s, 0, starts) && reach_ends(&s, 1, ends) ? run(ctx, &s) : cim__nomem(ctx);
    *way = (cim__way){ s.best, 0, 0, NULL, 0 };
    if (st >= 0 && s.best < NO_WAY && !list_arcs(&s, arcs, way)) st = cim__nomem(ctx);
    for (int side = 0; side < SIDES; side++) cim__buf_free(&s.heap[side]);
    cim__free(ctx->mem, block);
    return st;
}
