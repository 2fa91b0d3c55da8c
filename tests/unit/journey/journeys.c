#include "journeys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- nets ---- */

journey_net journey_net_of(const char *lines, uint32_t turns)
{
    journey_net j = { .n = net_of(lines, turns) };
    cim_route_graph g = cim_net_graph(j.n.net);
    j.costs = net_costs(&j.n, "car", NULL);
    assert_ok(j.n.ctx, cim_route_hierarchy_build(j.n.ctx, &g, NULL, &j.hierarchy));
    assert_ok(j.n.ctx, cim_route_metric_build(j.n.ctx, j.hierarchy, j.costs->weights_ms, NULL, &j.metric));
    assert_ok(j.n.ctx, cim_route_query_new(j.n.ctx, j.hierarchy, &j.query));
    return j;
}

void journey_net_done(journey_net *j)
{
    cim_route_query_free(j->query);
    cim_route_metric_free(j->metric);
    cim_route_hierarchy_free(j->hierarchy);
    cim_net_costs_free(j->costs);
    net_done(&j->n);
}

static int pick(uint64_t *seed, int n) { return (int)(support_random(seed) % (uint64_t)n); }

journey_net journey_net_random(uint64_t *seed, uint32_t turns)
{
    static const char *const tags[] = { "highway=residential", "highway=residential|oneway=yes", "highway=primary", "highway=tertiary|oneway=-1", "highway=service|access=private", "highway=residential|tunnel=yes" };
    char lines[6000] = "", line[160];
    int nodes = 5 + pick(seed, 6), ways = 6 + pick(seed, 10), from[20], to[20];
    for (int i = 0; i < nodes; i++) {
        snprintf(line, sizeof line, "n %c %d %d%s\n", 'a' + i, pick(seed, 600), pick(seed, 600) + i, pick(seed, 4) ? "" : " highway=traffic_signals");
        strcat(lines, line);
    }
    for (int w = 0; w < ways; w++) {
        from[w] = pick(seed, nodes);
        to[w] = (from[w] + 1 + pick(seed, nodes - 1)) % nodes;
        snprintf(line, sizeof line, "w %d %c,%c %s\n", w + 1, 'a' + from[w], 'a' + to[w], tags[pick(seed, 6)]); /* parallel ones too */
        strcat(lines, line);
    }
    for (int r = 0; r < 6; r++) {
        int a = pick(seed, ways), b = pick(seed, ways), c = pick(seed, ways), shared = from[b] == from[a] || from[b] == to[a] ? from[b] : to[b];
        const char *rule = pick(seed, 3) ? "no_left_turn" : "only_straight_on";
        if (a == b || (shared != from[a] && shared != to[a])) continue;
        if (r % 2 || c == a || c == b) snprintf(line, sizeof line, "r %d %d %c %d restriction=%s\n", r + 1, a + 1, 'a' + shared, b + 1, rule);
        else snprintf(line, sizeof line, "r %d %d %d %d restriction=no_left_turn\n", r + 1, a + 1, b + 1, c + 1);
        strcat(lines, line);
    }
    return journey_net_of(lines, turns);
}

cim_net_place journey_place(const journey_net *j, uint64_t *seed)
{
    const cim_net_costs *c = j->costs;
    static const double fractions[] = { 0.0, 0.25, 0.5, 0.5, 0.8, 1.0 };
    cim_net_place p = { .edge = (uint32_t)pick(seed, (int)c->net->edge_count), .fraction = pick(seed, 3) ? support_uniform(seed, 0, 1) : fractions[pick(seed, 6)], .side = pick(seed, 3) - 1 };
    for (uint32_t d = 0; d < 2; d++)
        if (c->link_ms[2 * p.edge + d] < NO_WAY) p.directions |= 1u << d;
    return p;
}

/* ---- the oracle ---- */

typedef struct spot {
    uint32_t time;
    bool settled;
} spot;

/* Spots by layer (stops passed): states, then arcs at the last stop passed, then fresh links there, of which nothing is remembered. */
typedef struct layers {
    const cim_net *net;
    const cim_net_costs *costs;
    const uint32_t *weights;
    const cim_journey_stop *stops;
    size_t count, side;
    spot *spots;
} layers;

static void reach(layers *l, size_t layer, size_t spot_number, uint64_t time)
{
    spot *s = &l->spots[layer * l->side + spot_number];
    if (time < s->time && time < NO_WAY) s->time = (uint32_t)time;
}

static double done(const cim_net_place *p, uint32_t link) { return link & 1 ? 1.0 - p->fraction : p->fraction; }

/* What a link itself takes with these weights. */
static uint32_t link_ms(const layers *l, uint32_t link) { return cim__net_link_now(l->costs, l->weights, link); }

static bool may(const layers *l, const cim_net_place *p, uint32_t link)
{
    return link / 2 == p->edge && (p->directions >> (link & 1) & 1) && l->costs->link_ms[link] < NO_WAY;
}

static size_t at_arc(const layers *l, uint32_t arc) { return l->net->state_count + arc; }
static size_t at_link(const layers *l, uint32_t link) { return (size_t)l->net->state_count + l->net->arc_count + link; }

/* At stop `k` at a time, having come over a link by an arc or (CIM_NONE) fresh. */
static void be_at(layers *l, size_t k, uint32_t link, uint32_t arc, uint64_t time)
{
    if (l->stops[k].flags & CIM_JOURNEY_PASS) reach(l, k + 1, arc == CIM_NONE ? at_link(l, link) : at_arc(l, arc), time);
    else
        for (uint32_t d = 0; d < 2; d++)
            if (may(l, &l->stops[k].place, 2 * l->stops[k].place.edge + d) || k + 1 == l->count) reach(l, k + 1, at_link(l, 2 * l->stops[k].place.edge + d), time);
}

/* On from the last stop passed, over the rest of its link: to its end, and to the next stop when that lies on it. */
static void go_on(layers *l, size_t layer, uint32_t link, uint32_t arc, uint32_t state, uint64_t time)
{
    const cim_net_place *here = &l->stops[layer - 1].place;
    uint32_t ms = link_ms(l, link), behind = l->costs->junction_ms[cim__link_head(l->net, link)];
    if (layer == l->count || !may(l, here, link) || ms >= NO_WAY) return;
    const cim_net_place *next = &l->stops[layer].place;
    if (behind < NO_WAY) reach(l, layer, state, time + (uint32_t)(ms * (1.0 - done(here, link)) + 0.5) + behind);
    if (may(l, next, link) && done(next, link) - done(here, link) >= 0.0) be_at(l, layer, link, arc, time + (uint32_t)(ms * (done(next, link) - done(here, link)) + 0.5));
}

static void from_state(layers *l, size_t layer, uint32_t state, uint64_t time)
{
    const cim_net *net = l->net;
    for (uint32_t a = net->first_arc[state]; a < net->first_arc[state + 1]; a++) {
        uint32_t link = net->arc_link[a], w = l->weights[a], base = l->costs->weights_ms[a], behind = l->costs->junction_ms[cim__link_head(net, link)];
        reach(l, layer, net->arc_head[a], time + w);
        if (layer == l->count || !may(l, &l->stops[layer].place, link) || w >= NO_WAY || base >= NO_WAY) continue;
        uint32_t own = l->costs->link_ms[link] + w - base; /* what the link takes on this arc */
        be_at(l, layer, link, a, time + (base - l->costs->link_ms[link] - behind) + (uint32_t)(own * done(&l->stops[layer].place, link) + 0.5));
    }
}

uint32_t journey_oracle(const journey_net *j, const uint32_t *weights, const cim_journey_stop *stops, size_t count)
{
    const cim_net *net = j->n.net;
    layers l = { net, j->costs, weights, stops, count, (size_t)net->state_count + net->arc_count + 2 * net->edge_count, NULL };
    size_t n = l.side * (count + 1);
    uint32_t result = NO_WAY;
    l.spots = calloc(n, sizeof *l.spots);
    assert_non_null(l.spots);
    assert_int_equal(net->turns, CIM_NET_TURNS_FULL);
    for (size_t i = 0; i < n; i++) l.spots[i].time = NO_WAY;
    be_at(&l, 0, 0, CIM_NONE, 0);
    for (;;) {
        size_t best = n;
        for (size_t i = 0; i < n; i++)
            if (!l.spots[i].settled && l.spots[i].time < NO_WAY && (best == n || l.spots[i].time < l.spots[best].time)) best = i;
        if (best == n) break;
        l.spots[best].settled = true;
        uint32_t time = l.spots[best].time;
        size_t layer = best / l.side, at = best % l.side;
        if (layer == count && at >= net->state_count) {
            result = time;
            break;
        }
        if (at < net->state_count) from_state(&l, layer, (uint32_t)at, time);
        else if (at < net->state_count + net->arc_count) go_on(&l, layer, net->arc_link[at - net->state_count], (uint32_t)(at - net->state_count), net->arc_head[at - net->state_count], time);
        else go_on(&l, layer, (uint32_t)(at - net->state_count - net->arc_count), CIM_NONE, (uint32_t)(at - net->state_count - net->arc_count), time);
    }
    free(l.spots);
    return result;
}

/* ---- what a route promises ---- */

void journey_check(const journey_net *j, const cim_journey *journey, size_t number, const cim_journey_stop *stops, size_t count)
{
    cim_ctx *ctx = j->n.ctx;
    cim_journey_view v = { .struct_size = sizeof v };
    cim_net_route_view r = { .struct_size = sizeof r };
    assert_ok(ctx, cim_journey_get(ctx, journey, number, &v));
    assert_ok(ctx, cim_net_route_get(ctx, v.route, &r));
    assert_int_equal(v.section_count, count - 1);
    uint32_t time = 0, leg = 0, rules = 0, section_time = 0;
    double length = 0.0, drawn = 0.0;
    for (uint32_t s = 0; s < v.section_count; s++) {
        const cim_journey_stop *from = &stops[v.order[s]], *to = &stops[v.order[s + 1]];
        assert_int_equal(v.sections[s].first_leg, leg);
        assert_true(v.sections[s].leg_count >= 1);
        uint32_t sum = 0, first = r.legs[leg].link, last;
        double metres = 0.0;
        for (; leg < v.sections[s].first_leg + v.sections[s].leg_count; leg++) {
            if (leg > v.sections[s].first_leg) assert_int_equal(cim__link_tail(j->n.net, r.legs[leg].link), cim__link_head(j->n.net, r.legs[leg - 1].link));
            sum += r.legs[leg].time_ms;
            metres += r.legs[leg].length_m;
            rules |= r.legs[leg].rules;
        }
        last = r.legs[leg - 1].link;
        assert_int_equal(first / 2, from->place.edge);
        assert_int_equal(last / 2, to->place.edge);
        if (from->flags & CIM_JOURNEY_PASS) assert_int_equal(first, r.legs[v.sections[s].first_leg - 1].link);
        assert_int_equal(sum, v.sections[s].time_ms);
        assert_true(fabs(metres - v.sections[s].length_m) < 1e-6);
        section_time += sum;
        time += sum;
        length += metres;
    }
    assert_int_equal(leg, r.leg_count);
    assert_int_equal(time, r.time_ms);
    assert_int_equal(section_time, r.time_ms);
    assert_int_equal(rules, r.rules);
    for (uint32_t i = 1; i < r.vertex_count; i++) drawn += hypot(r.xy[2 * i] - r.xy[2 * i - 2], r.xy[2 * i + 1] - r.xy[2 * i - 1]);
    assert_true(fabs(drawn - length) < 1e-6 * (1.0 + length) && fabs(length - r.length_m) < 1e-6 * (1.0 + length));
}
