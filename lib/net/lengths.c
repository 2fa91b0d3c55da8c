/* lengths.c - costs that are lengths: what is a way with other costs is one here, and the shortest counts instead of the quickest.
 *
 * Millimetres take the place of milliseconds everywhere, turns and junctions cost nothing: what works on times works on lengths as it is. */
#include "net/ends.h"

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

static uint32_t mm_of(double length_m)
{
    double mm = length_m * 1000.0 + 0.5;
    return mm < 1.0 ? 1 : mm < NO_WAY ? (uint32_t)mm : NO_WAY;
}

static void *copy_of(cim__mem *mem, const void *from, size_t count, size_t size)
{
    void *to = cim__alloc_n(mem, count + 1, size);
    return to && count ? memcpy(to, from, count * size) : to;
}

static cim_status copy_arrays(cim_ctx *ctx, const cim_net_costs *from, cim_net_costs *c)
{
    const cim_net *net = from->net;
    size_t links = 2 * (size_t)net->edge_count, junctions = net->junction_count, rules = CIM__COUNT(&net->rules, cim__net_rule);
    c->weights_ms = copy_of(c->mem, from->weights_ms, net->arc_count, sizeof(uint32_t));
    c->link_ms = copy_of(c->mem, from->link_ms, links, sizeof(uint32_t));
    c->link_kmh = copy_of(c->mem, from->link_kmh, links, sizeof(float));
    c->link_rules = copy_of(c->mem, from->link_rules, links, sizeof(uint32_t));
    c->link_zone = copy_of(c->mem, from->link_zone, links, 1);
    c->link_source = copy_of(c->mem, from->link_source, links, 1);
    c->link_main = copy_of(c->mem, from->link_main, links, 1);
    c->edge_bits = copy_of(c->mem, from->edge_bits, net->edge_count, 1);
    c->junction_ms = copy_of(c->mem, from->junction_ms, junctions, sizeof(uint32_t));
    c->junction_rules = copy_of(c->mem, from->junction_rules, junctions, sizeof(uint32_t));
    c->holds = copy_of(c->mem, from->holds, rules / 64 + 1, sizeof(uint64_t));
    c->broken = copy_of(c->mem, from->broken, (size_t)net->arc_count / 64 + 1, sizeof(uint64_t));
    bool made = c->weights_ms && c->link_ms && c->link_kmh && c->link_rules && c->link_zone && c->link_source && c->link_main && c->edge_bits && c->junction_ms &&
                c->junction_rules && c->holds && c->broken;
    return made ? CIM_OK : cim__nomem(ctx);
}

static void measure(const cim_net_costs *from, const uint32_t *now, cim_net_costs *c)
{
    const cim_net *net = from->net;
    for (uint32_t link = 0; link < 2 * net->edge_count; link++) {
        bool closed = from->link_ms[link] >= NO_WAY || cim__net_link_now(from, now, link) >= NO_WAY;
        c->link_ms[link] = closed ? NO_WAY : mm_of(net->edge_length_m[link >> 1]);
    }
    for (uint32_t j = 0; j < net->junction_count; j++) c->junction_ms[j] = from->junction_ms[j] >= NO_WAY ? NO_WAY : 0;
    for (uint32_t a = 0; a < net->arc_count; a++) {
        uint32_t ms = from->weights_ms[a] >= NO_WAY || now[a] >= NO_WAY ? NO_WAY : c->link_ms[net->arc_link[a]];
        c->weights_ms[a] = ms;
    }
}

cim_status cim_net_costs_lengths(cim_ctx *ctx, cim_net_costs *costs, const cim_route_metric *metric, cim_net_costs **lengths_out)
{
    cim__enter(ctx);
    if (!costs || !lengths_out) return cim__fail(ctx, CIM_EARG, "no costs, or nothing to fill");
    CIM__TRY(cim__net_metric_fits(ctx, costs, metric));
    cim_net_costs *c = cim__zalloc(ctx->mem, sizeof *c);
    if (!c) return cim__nomem(ctx);
    atomic_init(&c->refs, 1);
    c->mem = cim__mem_ref(ctx->mem);
    c->net = cim_net_ref(costs->net);
    c->profile = costs->profile;
    c->heeds_turns = costs->heeds_turns;
    c->main_states = costs->main_states;
    cim_status st = copy_arrays(ctx, costs, c);
    if (st >= 0) measure(costs, cim__net_weights(costs, metric), c);
    if (st < 0) cim_net_costs_free(c);
    else *lengths_out = c;
    return st;
}
