/* parts.c - the largest strongly connected part of the routing graph (R. Tarjan, SIAM J. Comput. 1972, without recursion). */
#include "net/net.h"

typedef struct search {
    const cim_net_costs *costs;
    uint32_t *number, *low, *part, *next, *stack, *path; /* by state; number 0: not seen */
    uint32_t count, stack_size, part_count;
    uint32_t largest, largest_size;
} search;

static void close_part(search *s, uint32_t root)
{
    uint32_t size = 0, v;
    do {
        v = s->stack[--s->stack_size];
        s->part[v] = s->part_count;
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
    s->number[v] = s->low[v] = ++s->count;
    s->next[v] = s->costs->net->first_arc[v];
    s->stack[s->stack_size++] = v;
}

/* One step at the end of the path; true: go down to *v_out. */
static bool step(search *s, uint32_t v, uint32_t *down)
{
    const cim_net *net = s->costs->net;
    while (s->next[v] < net->first_arc[v + 1]) {
        uint32_t a = s->next[v]++, w = net->arc_head[a];
        if (s->costs->weights_ms[a] >= CIM_ROUTE_UNREACHABLE_MS) continue;
        if (!s->number[w]) {
            *down = w;
            return true;
        }
        if (s->part[w] == CIM_NONE && s->number[w] < s->low[v]) s->low[v] = s->number[w];
    }
    return false;
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
        if (s->low[v] == s->number[v]) close_part(s, v);
        if (--depth && s->low[v] < s->low[s->path[depth - 1]]) s->low[s->path[depth - 1]] = s->low[v];
    }
}

cim_status cim__net_parts(cim_ctx *ctx, cim_net_costs *c)
{
    const cim_net *net = c->net;
    size_t n = (size_t)net->state_count + 1;
    uint32_t *block = cim__zalloc_n(ctx->mem, 6 * n, sizeof *block);
    if (!block) return cim__nomem(ctx);
    search s = { .costs = c, .number = block, .low = block + n, .part = block + 2 * n, .next = block + 3 * n, .stack = block + 4 * n, .path = block + 5 * n };
    memset(s.part, 0xff, n * sizeof *s.part);
    for (uint32_t v = 0; v < net->state_count; v++)
        if (!s.number[v]) run(&s, v);
    for (uint32_t a = 0; a < net->arc_count; a++) {
        bool both = s.part[net->arc_tail[a]] == s.largest && s.part[net->arc_head[a]] == s.largest;
        if (both && c->weights_ms[a] < CIM_ROUTE_UNREACHABLE_MS) c->link_main[net->arc_link[a]] = 1;
    }
    for (uint32_t l = 0; l < 2 * net->edge_count; l++)
        if (c->link_ms[l] < CIM_ROUTE_UNREACHABLE_MS) c->edge_bits[l >> 1] |= (uint8_t)((c->link_main[l] ? 5u : 1u) << (l & 1));
    c->main_states = s.largest_size;
    cim__free(ctx->mem, block);
    return CIM_OK;
}
