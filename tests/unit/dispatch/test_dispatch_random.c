/* test_dispatch_random.c - fleets on small random nets against one route for each pair: parallel and one-way streets, islands, bans, closed and
 * slowed streets, places on one street, both kinds of turns, all kinds of labels, both directions; scenarios against metrics of their own. */
#include "nets.h"

#include <stdio.h>
#include <stdlib.h>

enum { NODES = 8, MEMBERS = 7, ROUNDS = 1000 };
static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;

typedef struct trial {
    street_net n;
    cim_net_costs *costs;
    cim_route_hierarchy *h;
    cim_route_query *q;
    uint64_t seed;
} trial;

static uint32_t pick(trial *t, uint32_t below) { return (uint32_t)(support_random(&t->seed) % below); }

static void put_lines(trial *t, char *lines, size_t size)
{
    char line[160];
    uint32_t ways = 6 + pick(t, 9), bans = pick(t, 4);
    lines[0] = 0;
    for (int i = 0; i < NODES; i++) {
        snprintf(line, sizeof line, "n %c %u %u\n", 'a' + i, pick(t, 800), pick(t, 800) + (uint32_t)i);
        strncat(lines, line, size - strlen(lines) - 1);
    }
    for (uint32_t w = 1; w <= ways; w++) {
        uint32_t a = pick(t, NODES), b = (a + 1 + pick(t, NODES - 1)) % NODES, c = pick(t, NODES);
        static const char *const kinds[] = { "residential", "primary", "service", "residential|oneway=yes", "tertiary|maxspeed=30",
            "residential|access=private" };
        if (pick(t, 4)) snprintf(line, sizeof line, "w %u %c,%c highway=%s\n", w, 'a' + (int)a, 'a' + (int)b, kinds[pick(t, 6)]);
        else snprintf(line, sizeof line, "w %u %c,%c,%c highway=%s\n", w, 'a' + (int)a, 'a' + (int)b, 'a' + (int)(c == b ? a : c), kinds[pick(t, 6)]);
        strncat(lines, line, size - strlen(lines) - 1);
    }
    for (uint32_t r = 1; r <= bans; r++) {
        snprintf(line, sizeof line, "r %u %u %c %u restriction=no_left_turn\n", r, 1 + pick(t, ways), 'a' + (int)pick(t, NODES), 1 + pick(t, ways));
        strncat(lines, line, size - strlen(lines) - 1);
    }
}

static trial begin(uint64_t seed)
{
    char lines[4000];
    trial t = { .seed = seed };
    put_lines(&t, lines, sizeof lines);
    t.n = net_of(lines, (uint32_t)(seed & 1));
    t.costs = net_costs(&t.n, seed & 2 ? "car" : "emergency", NULL);
    cim_route_graph g = cim_net_graph(t.n.net);
    assert_ok(t.n.ctx, cim_route_hierarchy_build(t.n.ctx, &g, NULL, &t.h));
    assert_ok(t.n.ctx, cim_route_query_new(t.n.ctx, t.h, &t.q));
    return t;
}

static void end(trial *t)
{
    cim_route_query_free(t->q);
    cim_route_hierarchy_free(t->h);
    cim_net_costs_free(t->costs);
    net_done(&t->n);
}

/* Weights as traffic may make them: slower, quicker, closed, opened. */
static uint32_t *random_weights(trial *t)
{
    size_t count = t->n.net->arc_count;
    uint32_t *w = malloc((count + 1) * sizeof *w);
    for (size_t a = 0; a < count; a++) {
        uint32_t kind = pick(t, 10);
        w[a] = kind == 0 ? NO_WAY : kind < 4 ? pick(t, 90000) : kind == 4 ? 0 : t->costs->weights_ms[a];
    }
    return w;
}

static cim_route_metric *metric_of(trial *t, const uint32_t *weights, uint32_t labels)
{
    cim_route_metric *m = NULL;
    cim_route_label_options options = CIM_ROUTE_LABEL_OPTIONS_INIT;
    options.mode = labels;
    options.core_size = 3;
    assert_ok(t->n.ctx, cim_route_metric_build(t->n.ctx, t->h, weights, &options, &m));
    return m;
}

static cim_net_place random_place(trial *t)
{
    static const double parts[] = { 0.0, 1.0, 0.5, 0.25 };
    cim_net_place p = { .edge = pick(t, t->n.net->edge_count), .fraction = pick(t, 3) ? support_uniform(&t->seed, 0.0, 1.0) : parts[pick(t, 4)] };
    for (uint32_t d = 0; d < 2; d++)
        if (t->costs->link_ms[2 * p.edge + d] < NO_WAY && pick(t, 8)) p.directions |= 1u << d;
    return p;
}

/* The oracle: the quickest route, without a hierarchy when there is no metric. */
static uint32_t time_of(trial *t, const cim_net_place *from, const cim_net_place *to, const cim_route_metric *m)
{
    cim_net_route *route = NULL;
    cim_net_route_view v = { .struct_size = sizeof v };
    cim_status st = cim_net_route_find(t->n.ctx, t->costs, from, to, m, m ? t->q : NULL, &route);
    if (st == CIM_ENOTFOUND) return NO_WAY;
    assert_ok(t->n.ctx, st);
    assert_ok(t->n.ctx, cim_net_route_get(t->n.ctx, route, &v));
    cim_net_route_free(route);
    return v.time_ms;
}

static uint32_t oracle(trial *t, int32_t direction, const cim_net_place *place, const cim_net_place *member, const cim_route_metric *m)
{
    return direction == CIM_ROUTE_FORWARD ? time_of(t, place, member, m) : time_of(t, member, place, m);
}

/* ---- nearest ---- */

static uint64_t straight_cases, no_way_cases, way_cases;

static void check_nearest(trial *t, const cim_fleet *f, cim_route_query *q, const cim_net_place *place, const uint32_t *wanted, uint32_t count)
{
    uint32_t which[MEMBERS], times[MEMBERS], limit = pick(t, 3) ? NO_WAY : pick(t, 120000), expected = 0, beyond = 0, none = 0;
    size_t k = pick(t, MEMBERS + 1), found = 99;
    cim_fleet_rest rest = { .struct_size = sizeof rest };
    bool taken[MEMBERS] = { false };
    assert_ok(t->n.ctx, cim_fleet_nearest(t->n.ctx, f, q, place, k, limit, which, times, &found, &rest));
    for (uint32_t i = 0; i < count; i++) {
        none += wanted[i] == NO_WAY;
        beyond += wanted[i] < NO_WAY && wanted[i] > limit;
    }
    for (; expected < k; expected++) {
        uint32_t best = CIM_NONE;
        for (uint32_t i = 0; i < count; i++)
            if (!taken[i] && wanted[i] < NO_WAY && wanted[i] <= limit && (best == CIM_NONE || wanted[i] < wanted[best])) best = i;
        if (best == CIM_NONE) break;
        taken[best] = true;
        assert_true(expected < found);
        assert_int_equal(which[expected], best);
        assert_int_equal(times[expected], wanted[best]);
    }
    assert_int_equal(found, expected);
    assert_int_equal(rest.unreachable_count, none);
    assert_int_equal(rest.beyond_count, beyond);
}

static void check_fleet(trial *t, int32_t direction, const cim_net_place *members, uint32_t count, cim_route_metric *m, const cim_route_metric *asked)
{
    cim_fleet *f = NULL;
    cim_net_place places[3];
    uint32_t times[MEMBERS], matrix[3 * MEMBERS];
    cim_route_query *q = m ? t->q : NULL;
    assert_ok(t->n.ctx, cim_fleet_build(t->n.ctx, t->costs, m, NULL, members, count, direction, &f));
    for (int i = 0; i < 3; i++) {
        places[i] = random_place(t);
        if (count && i == 1) places[i].edge = members[pick(t, count)].edge, places[i].directions = t->costs->edge_bits[places[i].edge] & 3u;
    }
    assert_ok(t->n.ctx, cim_fleet_matrix(t->n.ctx, f, places, 3, matrix));
    for (int i = 0; i < 3; i++) {
        uint32_t wanted[MEMBERS];
        assert_ok(t->n.ctx, cim_fleet_times(t->n.ctx, f, q, &places[i], times));
        for (uint32_t j = 0; j < count; j++) {
            wanted[j] = oracle(t, direction, &places[i], &members[j], asked);
            if (times[j] != wanted[j]) fail_msg("seed %llu: %u ms, not %u", (unsigned long long)t->seed, times[j], wanted[j]);
            assert_int_equal(matrix[(size_t)i * count + j], wanted[j]);
            straight_cases += members[j].edge == places[i].edge;
            no_way_cases += wanted[j] == NO_WAY;
            way_cases += wanted[j] < NO_WAY;
        }
        check_nearest(t, f, q, &places[i], wanted, count);
    }
    cim_fleet_free(f);
}

static void test_fleet_random(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        trial t = begin(round);
        cim_net_place members[MEMBERS];
        uint32_t count = pick(&t, MEMBERS + 1), labels = (uint32_t)(round / 4 % 4);
        for (uint32_t i = 0; i < count; i++) members[i] = random_place(&t);
        uint32_t *weights = random_weights(&t);
        cim_route_metric *base = metric_of(&t, t.costs->weights_ms, labels), *live = metric_of(&t, weights, labels);
        cim_route_metric *bare = metric_of(&t, weights, CIM_ROUTE_LABELS_NONE);
        for (int32_t direction = 0; direction < 2; direction++) {
            check_fleet(&t, direction, members, count, base, NULL);
            check_fleet(&t, direction, members, count, NULL, NULL);
            check_fleet(&t, direction, members, count, live, bare);
        }
        cim_route_metric_free(bare);
        cim_route_metric_free(live);
        cim_route_metric_free(base);
        free(weights);
        end(&t);
    }
    assert_true(straight_cases > 1000 && no_way_cases > 1000 && way_cases > 10000);
}

/* More members than are picked by insertion. */
static void test_fleet_many(void **state)
{
    trial t = begin(6);
    enum { COUNT = 400 };
    cim_net_place members[COUNT], place = random_place(&t);
    uint32_t times[COUNT], which[COUNT];
    size_t found;
    cim_fleet *f = NULL;
    (void)state;
    for (int i = 0; i < COUNT; i++) members[i] = random_place(&t);
    cim_route_metric *m = metric_of(&t, t.costs->weights_ms, CIM_ROUTE_LABELS_FULL);
    assert_ok(t.n.ctx, cim_fleet_build(t.n.ctx, t.costs, m, NULL, members, COUNT, CIM_ROUTE_BACKWARD, &f));
    assert_ok(t.n.ctx, cim_fleet_times(t.n.ctx, f, t.q, &place, times));
    for (size_t k = 1; k <= COUNT; k += 57) {
        assert_ok(t.n.ctx, cim_fleet_nearest(t.n.ctx, f, t.q, &place, k, NO_WAY, which, NULL, &found, NULL));
        uint32_t last = 0, least_left = NO_WAY;
        bool in[COUNT] = { false };
        for (size_t i = 0; i < found; i++) {
            assert_false(in[which[i]]);
            in[which[i]] = true;
            assert_true(times[which[i]] > last || (times[which[i]] == last && (!i || which[i] > which[i - 1])));
            last = times[which[i]];
        }
        for (int i = 0; i < COUNT; i++)
            if (!in[i] && times[i] < least_left) least_left = times[i];
        assert_true(found == k ? least_left >= last : least_left == NO_WAY);
    }
    cim_fleet_free(f);
    cim_route_metric_free(m);
    end(&t);
}

/* ---- scenarios ---- */

static void check_rank(trial *t, const cim_fleet *f, const cim_net_place *place, const uint32_t *times, const double *shares, uint32_t count, uint32_t lanes)
{
    cim_rank_options options = CIM_RANK_OPTIONS_INIT;
    cim_rank ranks[MEMBERS];
    size_t found, reachable = 0;
    options.within_ms = pick(t, 200000);
    options.by = pick(t, 3);
    assert_ok(t->n.ctx, cim_fleet_rank(t->n.ctx, f, t->q, place, &options, MEMBERS, ranks, &found));
    for (uint32_t j = 0; j < count; j++) {
        bool any = false;
        for (uint32_t s = 0; s < lanes; s++) any |= times[j * lanes + s] < NO_WAY;
        reachable += any;
    }
    assert_int_equal(found, reachable);
    for (size_t i = 0; i < found; i++) {
        const uint32_t *mine = times + ranks[i].member * lanes;
        double within = 0.0, reached = 0.0, below = 0.0, upto = 0.0, sum = 0.0, all = 0.0;
        uint32_t best = NO_WAY, worst = 0;
        for (uint32_t s = 0; s < lanes; s++) {
            all += shares[s];
            if (mine[s] < NO_WAY) reached += shares[s], sum += shares[s] * mine[s];
            if (mine[s] < NO_WAY && mine[s] <= options.within_ms) within += shares[s];
            if (mine[s] < ranks[i].median_ms) below += shares[s];
            if (mine[s] <= ranks[i].median_ms) upto += shares[s];
            if (mine[s] < best) best = mine[s];
            if (mine[s] > worst) worst = mine[s];
        }
        assert_true(below / all < 0.5 + 1e-6 && upto / all > 0.5 - 1e-6);
        assert_true(within / all - ranks[i].within_share < 1e-9 && ranks[i].within_share - within / all < 1e-9);
        assert_true(reached / all - ranks[i].reached_share < 1e-9 && ranks[i].reached_share - reached / all < 1e-9);
        assert_true(labs((long)ranks[i].mean_ms - (long)(sum / reached + 0.5)) <= 1);
        assert_int_equal(ranks[i].best_ms, best);
        assert_int_equal(ranks[i].worst_ms, worst);
        if (!i) continue;
        const cim_rank *a = &ranks[i - 1], *b = &ranks[i];
        if (options.by == CIM_RANK_WITHIN) assert_true(a->within_share > b->within_share - 1e-6);
        if (options.by == CIM_RANK_WORST) assert_true(a->worst_ms <= b->worst_ms);
        bool same = options.by == CIM_RANK_MEDIAN || (options.by == CIM_RANK_WORST ? a->worst_ms == b->worst_ms : a->within_share - b->within_share < 1e-7);
        if (same) assert_true(a->median_ms <= b->median_ms);
    }
}

static void test_scenarios_random(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        trial t = begin(round + 7777);
        cim_net_place members[MEMBERS];
        uint32_t count = pick(&t, MEMBERS + 1), lanes = 1 + pick(&t, CIM_ROUTE_LANES), times[MEMBERS * CIM_ROUTE_LANES], *weights[CIM_ROUTE_LANES];
        double shares[CIM_ROUTE_LANES];
        cim_route_metric *metrics[CIM_ROUTE_LANES];
        cim_scenarios *s = NULL;
        cim_fleet *f = NULL;
        int32_t direction = (int32_t)pick(&t, 2);
        for (uint32_t i = 0; i < count; i++) members[i] = random_place(&t);
        for (uint32_t k = 0; k < lanes; k++) {
            weights[k] = random_weights(&t);
            shares[k] = support_uniform(&t.seed, 0.1, 3.0);
            metrics[k] = metric_of(&t, weights[k], CIM_ROUTE_LABELS_NONE);
        }
        assert_ok(t.n.ctx, cim_scenarios_build(t.n.ctx, t.costs, t.h, (const uint32_t *const *)weights, shares, lanes, &s));
        assert_ok(t.n.ctx, cim_fleet_build(t.n.ctx, t.costs, metrics[0], s, members, count, direction, &f));
        for (int i = 0; i < 3; i++) {
            cim_net_place place = random_place(&t);
            if (count && i == 1) place.edge = members[0].edge, place.directions = t.costs->edge_bits[place.edge] & 3u;
            assert_ok(t.n.ctx, cim_fleet_scenario_times(t.n.ctx, f, t.q, &place, times));
            for (uint32_t j = 0; j < count; j++)
                for (uint32_t k = 0; k < lanes; k++) assert_int_equal(times[j * lanes + k], oracle(&t, direction, &place, &members[j], metrics[k]));
            check_rank(&t, f, &place, times, shares, count, lanes);
        }
        cim_fleet_free(f);
        cim_scenarios_free(s);
        for (uint32_t k = 0; k < lanes; k++) {
            cim_route_metric_free(metrics[k]);
            free(weights[k]);
        }
        end(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_fleet_random), cmocka_unit_test(test_fleet_many), cmocka_unit_test(test_scenarios_random) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
