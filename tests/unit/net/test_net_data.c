/* test_net_data.c - the sample town from end to end: what its ground truth says, one hierarchy for all profiles, hostile numbers. */
#include "nets.h"

#include <stdio.h>

static street_net town(uint32_t turns)
{
    const char *path = support_own("town.osm.pbf");
    street_net n = { .ctx = support_ctx() };
    cim_net_options options = CIM_NET_OPTIONS_INIT;
    options.turns = turns;
    assert_ok(n.ctx, cim_city_load(n.ctx, &path, 1, NULL, &n.city, NULL));
    assert_ok(n.ctx, cim_net_build(n.ctx, n.city, &options, &n.net));
    return n;
}

/* town-expected.json: 16 restrictions, and two broken ones. */
static void test_net_town_turns(void **state)
{
    street_net n = town(CIM_NET_TURNS_FULL);
    cim_net_view v = { .struct_size = sizeof v };
    (void)state;
    assert_ok(n.ctx, cim_net_get(n.ctx, n.net, &v));
    assert_int_equal(v.rule_count, 16);
    assert_int_equal(v.unlocated_count, 0);
    cim_route_graph g = cim_net_graph(n.net);
    assert_int_equal(g.node_count, v.state_count);
    for (uint32_t a = 0; a < g.arc_count; a++) {
        assert_int_equal(v.state_junction[g.tail[a]], cim__link_tail(n.net, v.arc_link[a]));
        assert_int_equal(v.state_junction[g.head[a]], cim__link_head(n.net, v.arc_link[a]));
    }
    net_done(&n);
}

static bool turns_into(const street_net *n, const char *profile, const char *time, int from, int to)
{
    cim_net_costs *c = net_costs(n, profile, time);
    bool open = false;
    for (uint32_t a = 0; a < n->net->arc_count; a++) {
        uint32_t into = n->net->arc_link[a], out_of = n->net->state_link[n->net->arc_tail[a]];
        if (out_of == CIM_NONE || c->weights_ms[a] >= CIM_ROUTE_UNREACHABLE_MS) continue;
        char gids[2][40], wanted[2][40];
        const uint32_t links[2] = { out_of, into };
        const int ways[2] = { from, to };
        bool fits = true;
        for (int i = 0; i < 2 && fits; i++) {
            cim_buf gid = CIM_BUF_INIT;
            assert_ok(n->ctx, cim_city_gid(n->ctx, n->city, n->net->edge_object[links[i] >> 1], &gid));
            snprintf(gids[i], sizeof gids[i], "%.*s", (int)strcspn(gid.data, "#"), gid.data);
            snprintf(wanted[i], sizeof wanted[i], "osm:way/41%08d", ways[i]);
            fits = !strcmp(gids[i], wanted[i]);
            cim_buf_dispose(&gid);
        }
        open |= fits;
    }
    cim_net_costs_free(c);
    return open;
}

/* The bans of the ground truth, ways counted from 4100000000. */
static void test_net_town_bans(void **state)
{
    static const struct {
        int from, to;
        const char *profile, *time;
        bool open;
    } cases[] = {
        { 6, 37, "car", NULL, false },      { 8, 101, "car", NULL, false },     { 43, 9, "car", NULL, false },      { 43, 9, "bus", NULL, true },
        { 92, 94, "car", NULL, true },      { 37, 44, "bicycle", NULL, true },  { 189, 191, "truck", NULL, false }, { 189, 191, "car", NULL, true },
        { 40, 64, "car", NULL, true },      { 40, 64, "car", "2026-01-30T08:00", false }, { 40, 64, "car", "2026-01-31T08:00", true },
        { 6, 37, "emergency", NULL, true }, { 121, 8, "car", NULL, false },
    };
    street_net n = town(CIM_NET_TURNS_FULL);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (turns_into(&n, cases[i].profile, cases[i].time, cases[i].from, cases[i].to) != cases[i].open) fail_msg("case %zu", i);
    net_done(&n);
}

/* One hierarchy, a metric for each profile: the same answers as without. */
static void test_net_town_profiles(void **state)
{
    uint64_t seed = 6;
    (void)state;
    for (uint32_t turns = 0; turns < 2; turns++) {
        street_net n = town(turns);
        cim_route_graph g = cim_net_graph(n.net);
        cim_route_hierarchy *h = NULL;
        cim_route_query *q = NULL;
        assert_ok(n.ctx, cim_route_hierarchy_build(n.ctx, &g, NULL, &h));
        assert_ok(n.ctx, cim_route_query_new(n.ctx, h, &q));
        for (uint32_t p = 0; cim_net_profile(p); p++) {
            cim_net_costs *c = net_costs(&n, cim_net_profile(p), "2026-01-30T08:00");
            cim_route_metric *m = NULL;
            int found = 0;
            assert_ok(n.ctx, cim_route_metric_build(n.ctx, h, c->weights_ms, NULL, &m));
            for (int i = 0; i < 60; i++) {
                cim_net_place a, b;
                cim_net_route *r[2] = { NULL, NULL };
                cim_net_route_view v[2] = { { .struct_size = sizeof *v }, { .struct_size = sizeof *v } };
                size_t count;
                assert_ok(n.ctx, cim_net_snap(n.ctx, c, support_uniform(&seed, 504300, 507700), support_uniform(&seed, 5381700, 5384300), NULL, 1, &a, &count));
                assert_ok(n.ctx, cim_net_snap(n.ctx, c, support_uniform(&seed, 504300, 507700), support_uniform(&seed, 5381700, 5384300), NULL, 1, &b, &count));
                cim_status st = cim_net_route_find(n.ctx, c, &a, &b, m, q, &r[0]);
                assert_status(n.ctx, cim_net_route_find(n.ctx, c, &a, &b, NULL, NULL, &r[1]), st);
                for (int k = 0; k < 2 && st == CIM_OK; k++) assert_ok(n.ctx, cim_net_route_get(n.ctx, r[k], &v[k]));
                assert_int_equal(v[0].time_ms, v[1].time_ms);
                found += st == CIM_OK;
                cim_net_route_free(r[0]);
                cim_net_route_free(r[1]);
            }
            assert_true(found > 50);
            cim_route_metric_free(m);
            cim_net_costs_free(c);
        }
        cim_route_query_free(q);
        cim_route_hierarchy_free(h);
        net_done(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_net_town_turns), cmocka_unit_test(test_net_town_bans), cmocka_unit_test(test_net_town_profiles) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
