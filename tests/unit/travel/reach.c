/* reach.c - random street nets with places. */
#include "reach.h"

#include <stdio.h>

static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
enum { NODES = 9, TEXT = 6000 };

static uint32_t pick(uint64_t *seed, uint32_t count) { return (uint32_t)(support_random(seed) % count); }

static void put_nodes(char *text, uint64_t *seed)
{
    static const char *const tags[] = { " barrier=block", " highway=traffic_signals", " highway=traffic_signals", "", "", "", "", "", "", "", "", "" };
    for (int i = 0; i < NODES; i++)
        snprintf(text + strlen(text), TEXT - strlen(text), "n %c %d %d%s\n", 'a' + i, (int)pick(seed, 600), (int)pick(seed, 600) + i, tags[pick(seed, sizeof tags / sizeof *tags)]);
}

/* Ways of two to four nodes: some are parallel to others, some come back to where they begin. */
static int put_ways(char *text, uint64_t *seed)
{
    static const char *const tags[] = { "highway=residential", "highway=residential|oneway=yes", "highway=primary", "highway=primary|oneway=-1", "highway=footway", "highway=residential|maxspeed=20" };
    int count = 7 + (int)pick(seed, 8);
    for (int w = 1; w <= count; w++) {
        char nodes[20] = "";
        int last = -1, first = -1, length = 2 + (int)pick(seed, 3);
        for (int k = 0; k < length; k++) {
            int n = (int)pick(seed, NODES);
            if (n == last) n = (n + 1) % NODES;
            if (k == 2 && pick(seed, 3) == 0) n = first;
            snprintf(nodes + strlen(nodes), sizeof nodes - strlen(nodes), k ? ",%c" : "%c", 'a' + n);
            last = n;
            if (!k) first = n;
        }
        snprintf(text + strlen(text), TEXT - strlen(text), "w %d %s %s\n", w, nodes, tags[pick(seed, sizeof tags / sizeof *tags)]);
    }
    return count;
}

static void put_restrictions(char *text, uint64_t *seed, int ways)
{
    for (int r = 1; r <= 6; r++)
        snprintf(text + strlen(text), TEXT - strlen(text), "r %d %u %c %u restriction=%s\n", r, 1 + pick(seed, (uint32_t)ways), 'a' + (int)pick(seed, NODES), 1 + pick(seed, (uint32_t)ways),
                 pick(seed, 3) ? "no_left_turn" : "only_straight_on");
}

/* Other weights for a third of the arcs, or for all arcs over some links. */
static void change(reach_net *r, uint64_t *seed)
{
    const cim_net *net = r->net.net;
    cim_route_metric *changed = NULL;
    cim_net_costs_view view = { .struct_size = sizeof view };
    assert_ok(r->net.ctx, cim_net_costs_get(r->net.ctx, r->costs, &view));
    for (uint32_t a = 0; a < net->arc_count; a++) {
        if (pick(seed, 3) || view.weights_ms[a] >= NO_WAY) continue;
        uint32_t kind = pick(seed, 6), weight = kind == 0 ? NO_WAY : kind == 1 ? pick(seed, 3) : kind == 2 ? view.weights_ms[a] / 2 + 1 : view.weights_ms[a] + pick(seed, 60000);
        assert_ok(r->net.ctx, cim_route_metric_update(r->net.ctx, r->metric, &a, &weight, 1, NULL, &changed));
        cim_route_metric_free(r->metric);
        r->metric = changed;
    }
}

reach_net reach_random(uint64_t *seed, uint32_t turns, bool changed)
{
    char text[TEXT] = "";
    reach_net r = { .costs = NULL };
    put_nodes(text, seed);
    put_restrictions(text, seed, put_ways(text, seed));
    r.net = net_of(text, turns);
    r.costs = net_costs(&r.net, pick(seed, 3) ? "car" : "emergency", NULL);
    cim_route_graph g = cim_net_graph(r.net.net);
    cim_route_label_options labels = CIM_ROUTE_LABEL_OPTIONS_INIT;
    const uint32_t modes[3] = { CIM_ROUTE_LABELS_NONE, CIM_ROUTE_LABELS_FULL, CIM_ROUTE_LABELS_CORE };
    labels.mode = changed ? CIM_ROUTE_LABELS_NONE : modes[pick(seed, 3)];
    labels.core_size = 4;
    assert_ok(r.net.ctx, cim_route_hierarchy_build(r.net.ctx, &g, NULL, &r.hierarchy));
    assert_ok(r.net.ctx, cim_route_metric_build(r.net.ctx, r.hierarchy, r.costs->weights_ms, &labels, &r.metric));
    assert_ok(r.net.ctx, cim_route_query_new(r.net.ctx, r.hierarchy, &r.query));
    if (changed) change(&r, seed);
    return r;
}

void reach_done(reach_net *r)
{
    cim_route_query_free(r->query);
    cim_route_metric_free(r->metric);
    cim_route_hierarchy_free(r->hierarchy);
    cim_net_costs_free(r->costs);
    net_done(&r->net);
}

cim_net_place reach_place_at(const reach_net *r, uint32_t edge, double fraction)
{
    cim_net_place p = { .edge = edge, .fraction = fraction };
    for (uint32_t d = 0; d < 2; d++)
        if (r->costs->link_ms[2 * edge + d] < NO_WAY) p.directions |= 1u << d;
    return p;
}

cim_net_place reach_place(const reach_net *r, uint64_t *seed)
{
    static const double ends[3] = { 0.0, 0.5, 1.0 };
    cim_net_place p = { 0 };
    for (int tries = 0; tries < 100 && !p.directions; tries++)
        p = reach_place_at(r, pick(seed, r->net.net->edge_count), pick(seed, 4) ? support_uniform(seed, 0.0, 1.0) : ends[pick(seed, 3)]);
    if (p.directions == 3 && !pick(seed, 6)) p.directions = 1 + pick(seed, 2);
    return p;
}

uint32_t reach_time(const reach_net *r, const cim_net_place *from, const cim_net_place *to, bool with_metric)
{
    cim_net_route *route = NULL;
    cim_net_route_view v = { .struct_size = sizeof v };
    cim_status st = cim_net_route_find(r->net.ctx, r->costs, from, to, with_metric ? r->metric : NULL, with_metric ? r->query : NULL, &route);
    if (st == CIM_ENOTFOUND) return NO_WAY;
    assert_ok(r->net.ctx, st);
    assert_ok(r->net.ctx, cim_net_route_get(r->net.ctx, route, &v));
    cim_net_route_free(route);
    return v.time_ms;
}
