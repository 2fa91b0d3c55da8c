/* costs.c - what links, junctions and arcs cost with a profile.
 *
 * An arc weighs what its link takes, what the junction at its end takes, and what it takes to get onto the link: turning, entering a
 * zone that is only for some, boarding a ferry, breaking a turn restriction at a price.  Every arc weighs at least 1 ms. */
#include "net/ends.h"

#include <math.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

cim_net_costs *cim_net_costs_ref(cim_net_costs *c)
{
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void cim_net_costs_free(cim_net_costs *c)
{
    if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1) return;
    cim__mem *mem = c->mem;
    void *arrays[] = { c->weights_ms, c->link_ms, c->link_kmh, c->link_rules, c->link_zone, c->link_source, c->link_main, c->edge_bits, c->junction_ms,
                       c->junction_rules, c->holds, c->broken };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) cim__free(mem, arrays[i]);
    cim_net_free(c->net);
    cim__free(mem, c);
    cim__mem_unref(mem);
}

static uint32_t ms_of(double seconds)
{
    double ms = seconds * 1000.0 + 0.5;
    return ms < 1.0 ? 1 : ms < NO_WAY ? (uint32_t)ms : NO_WAY;
}

static uint32_t sum(uint32_t a, uint32_t b) { return a >= NO_WAY || b >= NO_WAY || a + b >= NO_WAY ? NO_WAY : a + b; }

/* ---- links and junctions ---- */

enum { FERRY = 0x80, /* beside the zone */ FERRY_TOP_KMH = 300 /* a duration that asks for more is an error */ };

static void set_link(cim_net_costs *c, uint32_t link, const cim__passage *p)
{
    const cim_net *net = c->net;
    uint32_t e = link >> 1;
    double length = net->edge_length_m[e], seconds = p->kmh > 0.0 ? length / p->kmh * 3.6 : 0.0;
    double way = net->way_length_m[net->edge_way[e]];
    if (p->ferry_s > 0.0 && way > 0.0 && way / p->ferry_s * 3.6 < FERRY_TOP_KMH) seconds = p->ferry_s * length / way;
    c->link_ms[link] = p->kmh > 0.0 ? ms_of(seconds * p->factor + p->fixed_s) : NO_WAY;
    c->link_kmh[link] = seconds > 0.0 ? (float)(length / seconds * 3.6) : (float)p->kmh;
    c->link_rules[link] = p->rules;
    c->link_zone[link] = (uint8_t)(p->zone | (p->ferry ? FERRY : 0));
    c->link_source[link] = p->source;
}

static cim_status cost_links(cim_ctx *ctx, cim_net_costs *c, const cim__prof *prof)
{
    const cim_net *net = c->net;
    cim__passage *by_set = cim__alloc_n(ctx->mem, 2 * (size_t)net->set_count + 1, sizeof *by_set);
    if (!by_set) return cim__nomem(ctx);
    for (uint32_t s = 0; s < net->set_count; s++)
        for (int against = 0; against < 2; against++) cim__prof_link(prof, s, against, &by_set[2 * s + (uint32_t)against]);
    for (uint32_t l = 0; l < 2 * net->edge_count; l++) set_link(c, l, &by_set[2 * net->edge_set[l >> 1] + (l & 1)]);
    for (uint32_t j = 0; j < net->junction_count; j++) {
        double seconds = cim__prof_junction(prof, net->junction_set[j], &c->junction_rules[j]);
        c->junction_ms[j] = seconds < 0.0 ? NO_WAY : seconds > 0.0 ? ms_of(seconds) : 0;
    }
    cim__free(ctx->mem, by_set);
    return CIM_OK;
}

/* ---- arcs ---- */

typedef struct pricing {
    cim_net_costs *c;
    const cim__prof *prof;
    uint8_t *exits;     /* by junction: links that may be used from there, at most 255 */
    uint8_t *least;     /* by junction: the most open zone around */
    uint32_t *through;  /* by link: its time and that of the junction behind it */
} pricing;

/* 1 - cos(a) = 2 sin(a / 2)^2, |a| <= pi, by the sine's series to 1e-9: a tenth of the time of cos(). */
static double one_minus_cos(double a)
{
    double x = a / 2.0, q = x * x;
    double sine = x * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362880.0 + q * (-1.0 / 39916800.0 + q / 6227020800.0))))));
    return 2.0 * sine * sine;
}

static double turning(const pricing *p, uint32_t from, uint32_t to)
{
    const cim_net *net = p->c->net;
    double angle = (double)net->heading[2 * (size_t)to] - net->heading[2 * (size_t)from + 1];
    if (angle > M_PI) angle -= 2.0 * M_PI;
    if (angle < -M_PI) angle += 2.0 * M_PI;
    double part = one_minus_cos(angle);
    return p->prof->turn_s * part + (angle > 0.5 ? p->prof->left_s * part : 0.0);
}

static const double *vertex_of(const cim_net *net, uint32_t link, uint32_t i)
{
    const uint32_t *first = net->first_vertex + (link >> 1);
    return net->xy + 2 * (size_t)(link & 1 ? first[1] - 1 - i : first[0] + i);
}

/* Do two links run along the same line, to the centimetre? */
static bool same_line(const cim_net *net, uint32_t a, uint32_t b)
{
    uint32_t count = net->first_vertex[(a >> 1) + 1] - net->first_vertex[a >> 1];
    if (net->first_vertex[(b >> 1) + 1] - net->first_vertex[b >> 1] != count) return false;
    for (uint32_t i = 0; i < count; i++) {
        const double *p = vertex_of(net, a, i), *q = vertex_of(net, b, i);
        if (!(fabs(p[0] - q[0]) < 0.01 && fabs(p[1] - q[1]) < 0.01)) return false;
    }
    return true;
}

/* Turning back on the spot, also over a street that is drawn once for each direction. */
static bool turns_back(const cim_net *net, uint32_t from, uint32_t to)
{
    if ((from ^ to) == 1) return true;
    return from >> 1 != to >> 1 && cim__link_tail(net, from) == cim__link_head(net, to) && same_line(net, from, to ^ 1);
}

/* Links that may be used from a junction without breaking a rule. */
static uint32_t exits_of(const cim_net_costs *c, uint32_t j)
{
    uint32_t exits = 0;
    for (uint32_t i = c->net->first_out[j]; i < c->net->first_out[j + 1]; i++) {
        uint32_t l = c->net->out_link[i];
        exits += c->link_ms[l] < NO_WAY && !(c->link_rules[l] & 63);
    }
    return exits;
}

uint32_t cim__net_u_turn(const cim_net_costs *c, uint32_t arc)
{
    const cim_net *net = c->net;
    uint32_t state = net->arc_tail[arc], from = net->state_link[state];
    if (!c->heeds_turns || from == CIM_NONE || !turns_back(net, from, net->arc_link[arc])) return 0;
    return exits_of(c, net->state_junction[state]) > 1 ? CIM_NET_BREAKS_U_TURN : 0;
}

/* Seconds of turning from one link into another, < 0: not allowed. */
static double turn(const pricing *p, uint32_t from, uint32_t to, uint32_t j)
{
    if (from == CIM_NONE) return 0.0;
    if (p->c->heeds_turns && turns_back(p->c->net, from, to)) {
        if (p->exits[j] <= 1) return p->prof->uturn_s;
        if (!p->prof->price_uturn) return -1.0;
        return p->prof->uturn_s + p->prof->price_uturn->b;
    }
    if (p->c->net->turns != CIM_NET_TURNS_FULL || p->c->net->first_out[j + 1] - p->c->net->first_out[j] <= 2) return 0.0;
    return turning(p, from, to);
}

/* Seconds of entering a zone or boarding. */
static double entering(const pricing *p, uint32_t from, uint32_t to, uint32_t j)
{
    const cim_net_costs *c = p->c;
    uint8_t zone = c->link_zone[to], before = from == CIM_NONE ? p->least[j] : c->link_zone[from];
    double seconds = 0.0;
    if ((zone & ~FERRY) > (before & ~FERRY)) seconds = (zone & ~FERRY) == CIM__ZONE_PRIVATE ? p->prof->private_s : p->prof->destination_s;
    if ((zone & FERRY) && !(before & FERRY)) seconds += p->prof->boarding_s;
    return seconds;
}

/* The most open of the links at a junction: for arcs of which is not known where they come from. */
static void look_around(pricing *p)
{
    const cim_net_costs *c = p->c;
    const cim_net *net = c->net;
    for (uint32_t j = 0; j < net->junction_count; j++) {
        uint32_t exits = exits_of(c, j);
        uint8_t least = 0xff;
        for (uint32_t i = net->first_out[j]; i < net->first_out[j + 1]; i++) {
            uint32_t l = net->out_link[i];
            if (c->link_ms[l ^ 1] < NO_WAY && c->link_zone[l ^ 1] < least) least = c->link_zone[l ^ 1];
        }
        p->exits[j] = exits < 255 ? (uint8_t)exits : 255;
        p->least[j] = least == 0xff ? 0 : least;
    }
}

/* Going on over a link that may be used. */
static uint32_t weight_of(const pricing *p, uint32_t from, uint32_t link, uint32_t j)
{
    uint32_t ms = p->through[link];
    double seconds = turn(p, from, link, j);
    if (seconds < 0.0) return NO_WAY;
    seconds += entering(p, from, link, j);
    return seconds > 0.0 ? sum(ms, ms_of(seconds)) : ms;
}

static void weigh_state(const pricing *p, uint32_t state)
{
    cim_net_costs *c = p->c;
    const cim_net *net = c->net;
    uint32_t from = net->state_link[state], j = net->state_junction[state];
    for (uint32_t a = net->first_arc[state]; a < net->first_arc[state + 1]; a++) {
        uint32_t link = net->arc_link[a];
        c->weights_ms[a] = p->through[link] < NO_WAY ? weight_of(p, from, link, j) : NO_WAY;
    }
}

/* Arcs that break restrictions: at a price, or not at all. */
static void weigh_bans(const pricing *p)
{
    cim_net_costs *c = p->c;
    const cim__net_ban *bans = (const cim__net_ban *)(const void *)c->net->bans.data;
    for (size_t b = 0; b < CIM__COUNT(&c->net->bans, cim__net_ban); b++) {
        uint32_t a = bans[b].arc, *w = &c->weights_ms[a];
        uint64_t *broken = &c->broken[a >> 6], bit = 1ull << (a & 63);
        if (!(c->holds[bans[b].rule >> 6] >> (bans[b].rule & 63) & 1) || (*broken & bit)) continue;
        *broken |= bit;
        *w = p->prof->price_turn ? sum(*w, ms_of(p->prof->price_turn->b)) : NO_WAY;
    }
}

static void weigh(pricing *p)
{
    const cim_net *net = p->c->net;
    for (uint32_t l = 0; l < 2 * net->edge_count; l++) p->through[l] = sum(p->c->link_ms[l], p->c->junction_ms[cim__link_head(net, l)]);
    for (uint32_t s = 0; s < net->state_count; s++) weigh_state(p, s);
    weigh_bans(p);
}

static cim_status cost_arcs(cim_ctx *ctx, cim_net_costs *c, const cim__prof *prof)
{
    const cim_net *net = c->net;
    pricing p = { .c = c, .prof = prof };
    const cim__net_rule *rules = (const cim__net_rule *)(const void *)net->rules.data;
    p.exits = cim__zalloc_n(ctx->mem, (size_t)net->junction_count + 1, 1);
    p.least = cim__zalloc_n(ctx->mem, (size_t)net->junction_count + 1, 1);
    p.through = cim__alloc_n(ctx->mem, 2 * (size_t)net->edge_count + 1, sizeof *p.through);
    bool ok = p.exits && p.least && p.through;
    for (size_t r = 0; r < CIM__COUNT(&net->rules, cim__net_rule); r++)
        if (cim__prof_rule(prof, &rules[r])) c->holds[r >> 6] |= 1ull << (r & 63);
    if (ok) {
        look_around(&p);
        weigh(&p);
    }
    cim_status st = ok ? CIM_OK : cim__nomem(ctx);
    cim__free(ctx->mem, p.exits);
    cim__free(ctx->mem, p.least);
    cim__free(ctx->mem, p.through);
    return st;
}

/* ---- all of it ---- */

static bool make_arrays(cim_net_costs *c)
{
    const cim_net *net = c->net;
    size_t links = 2 * (size_t)net->edge_count + 1, junctions = (size_t)net->junction_count + 1;
    c->weights_ms = cim__alloc_n(c->mem, (size_t)net->arc_count + 1, sizeof(uint32_t));
    c->link_ms = cim__alloc_n(c->mem, links, sizeof(uint32_t));
    c->link_kmh = cim__alloc_n(c->mem, links, sizeof(float));
    c->link_rules = cim__alloc_n(c->mem, links, sizeof(uint32_t));
    c->link_zone = cim__alloc_n(c->mem, links, 1);
    c->link_source = cim__alloc_n(c->mem, links, 1);
    c->link_main = cim__zalloc_n(c->mem, links, 1);
    c->edge_bits = cim__zalloc_n(c->mem, (size_t)net->edge_count + 1, 1);
    c->junction_ms = cim__alloc_n(c->mem, junctions, sizeof(uint32_t));
    c->junction_rules = cim__zalloc_n(c->mem, junctions, sizeof(uint32_t));
    c->holds = cim__zalloc_n(c->mem, CIM__COUNT(&net->rules, cim__net_rule) / 64 + 1, sizeof(uint64_t));
    c->broken = cim__zalloc_n(c->mem, (size_t)net->arc_count / 64 + 1, sizeof(uint64_t));
    return c->weights_ms && c->link_ms && c->link_kmh && c->link_rules && c->link_zone && c->link_source && c->link_main && c->edge_bits && c->junction_ms &&
    c->junction_rules && c->holds && c->broken;
}

static cim_status build(cim_ctx *ctx, cim_net_costs *c, const cim_net_cost_options *options)
{
    cim__prof prof;
    cim_status st = cim__prof_ready(ctx, c->net, options, &prof);
    if (st >= 0) {
        c->profile = prof.profile->name;
        c->heeds_turns = prof.heed_turns > 0.0;
    }
    if (st >= 0 && !make_arrays(c)) st = cim__nomem(ctx);
    if (st >= 0) st = cost_links(ctx, c, &prof);
    if (st >= 0) st = cost_arcs(ctx, c, &prof);
    if (st >= 0) st = cim__net_parts(ctx, c);
    cim__prof_free(ctx, &prof);
    return st;
}

cim_status cim_net_costs_build(cim_ctx *ctx, cim_net *net, const cim_net_cost_options *options, cim_net_costs **costs_out)
{
    cim_net_cost_options opts = CIM_NET_COST_OPTIONS_INIT;
    cim__enter(ctx);
    CIM__TRY(cim__opts(ctx, &opts, sizeof opts, options, "cost options"));
    if (!net) return cim__fail(ctx, CIM_EARG, "no net");
    cim_net_costs *c = cim__zalloc(ctx->mem, sizeof *c);
    if (!c) return cim__nomem(ctx);
    c->mem = cim__mem_ref(ctx->mem);
    atomic_init(&c->refs, 1);
    c->net = cim_net_ref(net);
    cim_status st = build(ctx, c, &opts);
    if (st < 0) cim_net_costs_free(c);
    else *costs_out = c;
    return st < 0 ? st : CIM_OK;
}

cim_status cim_net_costs_get(cim_ctx *ctx, const cim_net_costs *c, cim_net_costs_view *view_out)
{
    cim__enter(ctx);
    cim_net_costs_view v = { sizeof v, c->weights_ms, c->link_ms, c->link_kmh, c->link_rules, c->link_source, c->link_main, c->junction_ms };
    return cim__view_copy(ctx, view_out, &v, sizeof v);
}
