/* parts.c - the largest strongly connected part of the routing graph (R. Tarjan, SIAM J. Comput. 1972, without recursion). */
#include "net/net.h"

/* What is known of a state, in one place of memory. */
typedef struct visit {
    uint32_t number; /* 0: not seen */
    uint32_t low, part, next;
} visit;

typedef struct search {
    const cim_net_costs *costs;
    visit *at; /* by state */
    uint32_t *stack, *path;
    uint32_t count, stack_size, part_count;
    uint32_t largest, largest_size;
} search;

static void close_part(search *s, uint32_t root)
{
    uint32_t size = 0, v;
    do {
        v = s->stack[--s->stack_size];
        s->at[v].part = s->part_count;
        size++;
    } while (v != root);
    if (size > s->largest_size) {
        s->largest_size = size;
        s->largest = s->part_count;
    }
    s->part_count++;
}

static void open_state(search *s, uint32_t v)
{
    uint32_t number = ++s->count;
    s->at[v] = (visit){ number, number, CIM_NONE, s->costs->net->first_arc[v] };
    s->stack[s->stack_size++] = v;
}

/* One step at the end of the path; true: go down to *v_out. */
static bool step(search *s, uint32_t v, uint32_t *down)
{
    const cim_net *net = s->costs->net;
    visit *here = &s->at[v];
    uint32_t a = here->next, end = net->first_arc[v + 1], low = here->low;
    for (; a < end; a++) {
        uint32_t w = net->arc_head[a];
        if (s->costs->weights_ms[a] >= CIM_ROUTE_UNREACHABLE_MS) continue;
        const visit *there = &s->at[w];
        if (!there->number) {
            *down = w;
            break;
        }
        if (there->part == CIM_NONE && there->number < low) low = there->number;
    }
    here->low = low;
    here->next = a + 1;
    return a < end;
}

static void run(search *s, uint32_t root)
{
    uint32_t depth = 0, v;
    s->path[depth++] = root;
    open_state(s, root);
    while (depth) {
        v = s->path[depth - 1];
        uint32_t w;
        if (step(s, v, &w)) {
            s->path[depth++] = w;
            open_state(s, w);
            continue;
        }
        uint32_t low = s->at[v].low;
        if (low == s->at[v].number) close_part(s, v);
        if (--depth && low < s->at[s->path[depth - 1]].low) s->at[s->path[depth - 1]].low = low;
    }
}

/* Links that lead from the largest part to it. */
static void mark_links(const search *s, cim_net_costs *c)
{
    const cim_net *net = c->net;
    for (uint32_t v = 0; v < net->state_count; v++) {
        if (s->at[v].part != s->largest) continue;
        for (uint32_t a = net->first_arc[v]; a < net->first_arc[v + 1]; a++)
            if (c->weights_ms[a] < CIM_ROUTE_UNREACHABLE_MS && s->at[net->arc_head[a]].part == s->largest) c->link_main[net->arc_link[a]] = 1;
    }
    for (uint32_t l = 0; l < 2 * net->edge_count; l++)
        if (c->link_ms[l] < CIM_ROUTE_UNREACHABLE_MS) c->edge_bits[l >> 1] |= (uint8_t)((c->link_main[l] ? 5u : 1u) << (l & 1));
}

cim_status cim__net_parts(cim_ctx *ctx, cim_net_costs *c)
{
    size_t n = (size_t)c->net->state_count + 1;
    visit *at = cim__zalloc_n(ctx->mem, n, sizeof *at);
    uint32_t *lists = cim__alloc_n(ctx->mem, 2 * n, sizeof *lists);
    if (at && lists) {
        search s = { .costs = c, .at = at, .stack = lists, .path = lists + n };
        for (uint32_t v = 0; v < c->net->state_count; v++)
            if (!s.at[v].number) run(&s, v);
        mark_links(&s, c);
        c->main_states = s.largest_size;
    }
    cim_status st = at && lists ? CIM_OK : cim__nomem(ctx);
    cim__free(ctx->mem, at);
    cim__free(ctx->mem, lists);
    return st;
}
