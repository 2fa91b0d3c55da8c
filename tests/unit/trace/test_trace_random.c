/* Every trace on thousands of small networks, against trying everything: all simple paths, all removals. */
#include "networks.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 2500 };

static cim_ctx *ctx;
static network w;
static cim_trace_network *built;
static cim_trace_view *view;
static cim_trace_query *query;
static uint32_t next[MAX_X], flow[MAX_X], fed; /* of the network of the round */
static int differs;                            /* upstream sets that are larger than simple paths say */

static void open_round(uint64_t *seed, bool directed)
{
    network_random(&w, seed, directed);
    built = network_build(ctx, &w);
    view = network_view(ctx, built);
    assert_ok(ctx, cim_trace_query_new(ctx, built, &query));
    for (uint32_t x = 0; x < w.x; x++) next[x] = next_to(&w, x), flow[x] = flows_to(&w, x);
    fed = reach(&w, sources(&w), 0, true);
}

static void close_round(void)
{
    cim_trace_query_free(query);
    cim_trace_view_free(view);
    cim_trace_network_free(built);
}

static void rounds(void (*check)(uint64_t *seed), uint64_t seed)
{
    for (int round = 0; round < 2 * ROUNDS; round++) {
        open_round(&seed, round % 2);
        check(&seed);
        close_round();
    }
}

/* What a trace finds, with what every result must be. */
static uint32_t find(uint32_t what, const uint32_t *starts, size_t count, const cim_trace_options *o)
{
    cim_trace_result r = { .struct_size = sizeof r };
    uint32_t features = 0, mask;
    double sum = 0.0;
    assert_ok(ctx, cim_trace_find(ctx, view, query, what, starts, count, o, &r));
    mask = mask_of(r.elements, r.count);
    assert_int_equal(__builtin_popcount(mask), r.count);
    for (size_t i = 0; i < r.count; i++) {
        uint32_t x = r.elements[i];
        assert_true(!i || r.elements[i - 1] < x);
        assert_int_equal(x < w.n, i < r.node_count);
        sum += w.demand[x];
        if (x >= w.n && w.feature[x - w.n] != CIM_NONE) features |= 1u << w.feature[x - w.n];
        if (what != CIM_TRACE_CONNECTED && r.why[i] != CIM_NONE) assert_true(next[r.why[i]] >> x & 1);
    }
    assert_true(fabs(r.sums[0] - sum) < 1e-9);
    assert_int_equal(mask_of(r.features, r.feature_count), features);
    return mask;
}

/* ---- upstream and downstream ---- */

static uint32_t on_paths;

/* All simple paths from here on to the goal; the masks of those that arrive are united. */
static void simple_paths(uint32_t x, uint32_t goal, uint32_t path)
{
    path |= 1u << x;
    if (x == goal) on_paths |= path;
    for (uint32_t y = 0; y < w.x && x != goal; y++)
        if (flow[x] >> y & 1 && !(path >> y & 1)) simple_paths(y, goal, path);
}

static uint32_t upstream_by_paths(uint32_t goal)
{
    on_paths = 0;
    for (uint32_t v = 0; v < w.n; v++)
        if (is_source(&w, v)) simple_paths(v, goal, 0);
    return on_paths;
}

static uint32_t below(uint32_t x) { return fed >> x & 1 ? fed & ~reach(&w, sources(&w), 1u << x, true) : 0; }

/* Elements between the sources and the goal such that no other element must be passed twice. */
static uint32_t upstream_by_removal(uint32_t goal)
{
    uint32_t made = 0;
    for (uint32_t x = 0; x < w.x; x++) {
        bool good = fed >> x & 1 && reach(&w, 1u << x, 0, true) >> goal & 1;
        for (uint32_t y = 0; good && y < w.x; y++)
            if (y != x && below(y) >> x & 1 && !(reach(&w, 1u << x, 1u << y, true) >> goal & 1)) good = false;
        made |= (uint32_t)good << x;
    }
    return made;
}

static bool has_cycle(void)
{
    for (uint32_t x = 0; x < w.x; x++)
        if (fed >> x & 1 && reach(&w, flow[x], 0, true) >> x & 1) return true;
    return false;
}

static void check_up(uint64_t *seed)
{
    uint32_t any[3], all_up = 0, all_down = 0;
    (void)seed;
    for (uint32_t x = 0; x < w.x; x++) {
        uint32_t up = find(CIM_TRACE_UPSTREAM, &x, 1, NULL), paths = upstream_by_paths(x);
        assert_int_equal(up & paths, paths);
        if (!w.directed || !has_cycle()) assert_int_equal(up, paths);
        if (w.directed) assert_int_equal(up, upstream_by_removal(x));
        differs += up != paths;
        uint32_t down = find(CIM_TRACE_DOWNSTREAM, &x, 1, NULL);
        assert_int_equal(down, below(x));
        if (x < 3) any[x] = x, all_up |= up, all_down |= down;
    }
    size_t count = w.x < 3 ? w.x : 3;
    assert_int_equal(find(CIM_TRACE_UPSTREAM, any, count, NULL), all_up);
    assert_int_equal(find(CIM_TRACE_DOWNSTREAM, any, count, NULL), all_down);
}

/* Of one start and of three at once, one of them twice; by column, and how many. */
static void check_up_sums(uint64_t *seed)
{
    uint32_t starts[4] = { 0 };
    double each[4], all;
    for (int i = 0; i < 3; i++) starts[i] = (uint32_t)(support_random(seed) % w.x);
    starts[3] = starts[0];
    size_t count = 1 + support_random(seed) % 4;
    for (uint32_t column = 0; column < 3; column++) {
        cim_trace_result r = { .struct_size = sizeof r };
        uint32_t c = column == 2 ? CIM_NONE : column;
        assert_ok(ctx, cim_trace_upstream_sums(ctx, view, query, c, starts, count, each, &all));
        for (size_t i = 0; i < count; i++) {
            assert_ok(ctx, cim_trace_find(ctx, view, query, CIM_TRACE_UPSTREAM, starts + i, 1, NULL, &r));
            assert_true(fabs(each[i] - (column == 2 ? (double)r.count : r.sums[c])) < 1e-9);
        }
        assert_ok(ctx, cim_trace_find(ctx, view, query, CIM_TRACE_UPSTREAM, starts, count, NULL, &r));
        assert_true(fabs(all - (column == 2 ? (double)r.count : r.sums[c])) < 1e-9);
    }
}

static void test_trace_upstream_sums(void **state)
{
    (void)state;
    rounds(check_up_sums, 11);
}

static void test_trace_upstream_downstream(void **state)
{
    (void)state;
    rounds(check_up, 1);
    print_message("with one-way edges %d upstream sets hold more than simple paths\n", differs);
}

static void check_losses(uint64_t *seed)
{
    double loss[MAX_X];
    (void)seed;
    assert_ok(ctx, cim_trace_criticality(ctx, view, 0, loss));
    for (uint32_t x = 0; x < w.x; x++) {
        double sum = 0.0;
        for (uint32_t y = 0; y < w.x; y++) sum += below(x) >> y & 1 ? w.demand[y] : 0.0;
        assert_true(fabs(sum - loss[x]) < 1e-9);
    }
}

static void test_trace_criticality(void **state)
{
    (void)state;
    rounds(check_losses, 2);
}

/* ---- rings, bridges, cut nodes ---- */

/* Parts among the nodes without an edge or a node; `ground` joins the sources. */
static uint32_t parts(uint32_t gone, bool ground)
{
    uint32_t left = ((1u << w.n) - 1) & ~gone, count = 0;
    while (left) {
        uint32_t set = reach(&w, left & -left, gone, false);
        if (ground && set & sources(&w)) set = reach(&w, set | (sources(&w) & ~gone), gone, false);
        left &= ~set;
        count++;
    }
    return count;
}

static bool whole(uint32_t e) { return end_open(&w, e, 0) && end_open(&w, e, 1); }

static uint32_t on_ring;

static void simple_rings(uint32_t x, uint32_t start, uint32_t path, int length)
{
    path |= 1u << x;
    if (next[x] >> start & 1 && length > 2) on_ring |= path;
    for (uint32_t y = 0; y < w.x; y++)
        if (next[x] >> y & 1 && !(path >> y & 1)) simple_rings(y, start, path, length + 1);
}

static uint32_t rings_at(uint32_t start)
{
    on_ring = 0;
    simple_rings(start, start, 0, 1);
    for (uint32_t e = 0; e < w.m; e++) /* a node and its own edge are a ring of two elements */
        if (w.from[e] == w.to[e] && whole(e) && (start == w.from[e] || start == w.n + e)) on_ring |= 1u << w.from[e] | 1u << (w.n + e);
    return on_ring;
}

static uint32_t cut_off(uint32_t gone) /* nodes that have supply, and none without these */
{
    return reach(&w, sources(&w), 0, false) & ~reach(&w, sources(&w), gone, false) & ~gone & ((1u << w.n) - 1);
}

static void check_cuts_through_sources(uint32_t bridges, uint32_t cuts, uint32_t loops)
{
    for (uint32_t e = 0; e < w.m; e++) {
        bool parted = whole(e) && parts(1u << (w.n + e), true) > parts(0, true);
        assert_int_equal(bridges >> (w.n + e) & 1, parted);
        assert_int_equal(loops >> (w.n + e) & 1, whole(e) && !parted);
    }
    for (uint32_t v = 0; v < w.n; v++) {
        uint32_t fed_anyhow = reach(&w, sources(&w), 0, false);
        bool alone = !(reach(&w, 1u << v, 0, false) & ((1u << w.n) - 1) & ~(1u << v));
        bool parted = fed_anyhow >> v & 1 ? cut_off(1u << v) != 0 : !alone && parts(1u << v, true) > parts(0, true);
        assert_int_equal(cuts >> v & 1, parted);
    }
}

static void check_cuts(uint64_t *seed)
{
    cim_trace_options ground = CIM_TRACE_OPTIONS_INIT;
    uint32_t bridges = find(CIM_TRACE_BRIDGES, NULL, 0, NULL), cuts = find(CIM_TRACE_CUT_NODES, NULL, 0, NULL), loops = find(CIM_TRACE_LOOPS, NULL, 0, NULL);
    uint32_t all = 0;
    (void)seed;
    for (uint32_t e = 0; e < w.m; e++) {
        bool parted = whole(e) && parts(1u << (w.n + e), false) > parts(0, false);
        assert_int_equal(bridges >> (w.n + e) & 1, parted);
        assert_int_equal(loops >> (w.n + e) & 1, whole(e) && !parted);
        if (whole(e) && !parted) all |= 1u << w.from[e] | 1u << w.to[e] | 1u << (w.n + e);
    }
    assert_int_equal(loops, all);
    for (uint32_t v = 0; v < w.n; v++) {
        bool alone = !(reach(&w, 1u << v, 0, false) & ((1u << w.n) - 1) & ~(1u << v));
        assert_int_equal(cuts >> v & 1, !alone && parts(1u << v, false) > parts(0, false));
    }
    for (uint32_t x = 0; x < w.x; x++) assert_int_equal(find(CIM_TRACE_LOOPS, &x, 1, NULL), rings_at(x));
    ground.through_sources = 1;
    check_cuts_through_sources(find(CIM_TRACE_BRIDGES, NULL, 0, &ground), find(CIM_TRACE_CUT_NODES, NULL, 0, &ground), find(CIM_TRACE_LOOPS, NULL, 0, &ground));
}

static void test_trace_cuts(void **state)
{
    (void)state;
    rounds(check_cuts, 3);
}

/* ---- floods ---- */

static uint32_t any_set(uint64_t *seed, uint32_t list[MAX_X], size_t *count)
{
    *count = 0;
    for (uint32_t x = 0; x < w.x; x++)
        if (!(support_random(seed) % 5)) list[(*count)++] = x;
    return mask_of(list, *count);
}

static bool stops_kind(uint32_t e, uint32_t k, uint32_t kinds)
{
    for (uint32_t d = 0; d < w.d; d++)
        if (w.device_edge[d] == e && w.end[d] == k && kinds >> w.kind[d] & 1 && !(w.flags[d] & CIM_TRACE_OUT)) return true;
    return false;
}

/* Least sums from the start by going over all ends until nothing changes; INFINITY: not reached. */
static void sums_from(uint32_t start, bool state, bool stops_at_sources, uint32_t barriers, uint32_t kinds, uint32_t domain, const double *weight, double *sum)
{
    for (uint32_t x = 0; x < w.x; x++) sum[x] = x == start ? 0.0 : INFINITY;
    for (uint32_t turn = 0; turn < w.x + 1; turn++)
        for (uint32_t e = 0; e < w.m; e++)
            for (uint32_t k = 0; k < 2; k++) {
                uint32_t ends[] = { k ? w.to[e] : w.from[e], w.n + e };
                if ((state && !end_open(&w, e, k)) || stops_kind(e, k, kinds)) continue;
                for (int i = 0; i < 2; i++) {
                    uint32_t a = ends[i], b = ends[1 - i];
                    if (barriers >> a & 1 || (stops_at_sources && a != start && a < w.n && is_source(&w, a))) continue;
                    if (domain != CIM_NONE && (b < w.n ? w.domain_n[b] : w.domain_e[b - w.n]) != domain) continue;
                    if (sum[a] + weight[b] < sum[b]) sum[b] = sum[a] + weight[b];
                }
            }
}

static void check_flood(uint64_t *seed)
{
    cim_trace_options o = CIM_TRACE_OPTIONS_INIT;
    uint32_t list[MAX_X], start = (uint32_t)(support_random(seed) % w.x), what = (uint32_t)(support_random(seed) % 3), expected = 0;
    double sum[MAX_X];
    uint32_t barriers = any_set(seed, list, &o.barrier_count);
    o.barriers = list;
    if (support_random(seed) % 2) o.domain = (uint32_t)(support_random(seed) % 2);
    if (support_random(seed) % 2) o.barrier_kinds = (uint32_t)(support_random(seed) % 1024);
    if (support_random(seed) % 2) o.limit_column = 1, o.limit = (double)(support_random(seed) % 20);
    sums_from(start, what != CIM_TRACE_CONNECTED, what != CIM_TRACE_CONNECTED, barriers, o.barrier_kinds, o.domain, w.length, sum);
    for (uint32_t x = 0; x < w.x; x++)
        if (isfinite(sum[x]) && (o.limit_column == CIM_NONE || sum[x] <= o.limit)) expected |= 1u << x;
    if (what == CIM_TRACE_CONTROLLERS) expected &= sources(&w);
    assert_int_equal(find(what, &start, 1, &o), expected);
    o.no_edges = 1;
    assert_int_equal(find(what, &start, 1, &o), expected & ((1u << w.n) - 1));
}

static void check_result_barriers(uint64_t *seed)
{
    cim_trace_options o = CIM_TRACE_OPTIONS_INIT;
    uint32_t list[MAX_X], start = (uint32_t)(support_random(seed) % w.x), what = 1 + (uint32_t)(support_random(seed) % 4);
    uint32_t found = find(what, &start, 1, NULL), made, before = 0;
    uint32_t barriers = any_set(seed, list, &o.result_barrier_count);
    o.result_barriers = list;
    for (made = found & 1u << start; made != before;) {
        before = made;
        for (uint32_t x = 0; x < w.x; x++)
            if (before >> x & 1 && !(barriers >> x & 1)) made |= next[x] & found;
    }
    assert_int_equal(find(what, &start, 1, &o), o.result_barrier_count ? made : found);
}

static void test_trace_floods(void **state)
{
    (void)state;
    rounds(check_flood, 4);
    rounds(check_result_barriers, 5);
}

/* ---- ways ---- */

static void check_path(uint64_t *seed)
{
    uint32_t from = (uint32_t)(support_random(seed) % w.x), to = (uint32_t)(support_random(seed) % w.x), steps = 0;
    double sum[MAX_X], ones[MAX_X], length = -1.0, along = 0.0;
    bool hops = support_random(seed) % 2;
    cim_trace_result r = { .struct_size = sizeof r };
    for (uint32_t x = 0; x < w.x; x++) ones[x] = 1.0;
    sums_from(from, true, false, 0, 0, CIM_NONE, hops ? ones : w.length, sum);
    assert_ok(ctx, cim_trace_path(ctx, view, query, from, to, hops ? CIM_NONE : 1, &length, &r));
    assert_true(length == sum[to] + (hops ? ones : w.length)[from]);
    if (!isfinite(length)) {
        assert_int_equal(r.count, 0);
        return;
    }
    for (uint32_t x = to; x != CIM_NONE; steps++) {
        size_t i = 0;
        while (i < r.count && r.elements[i] != x) i++;
        assert_true(i < r.count && steps < r.count);
        along += hops ? 1.0 : w.length[x];
        assert_true(r.why[i] == CIM_NONE ? x == from : next[r.why[i]] >> x & 1);
        x = r.why[i];
    }
    assert_int_equal(steps, r.count);
    assert_true(along == length);
}

static void check_nearest(uint64_t *seed)
{
    uint32_t from = (uint32_t)(support_random(seed) % w.x), kinds = (uint32_t)(support_random(seed) % 1024) | 1u, expected_count = 0;
    size_t k = 1 + support_random(seed) % 6, count = 99;
    cim_trace_hit expected[MAX_D], hits[8];
    double sum[MAX_X];
    sums_from(from, true, false, 0, 0, CIM_NONE, w.length, sum);
    for (uint32_t d = 0; d < w.d; d++) {
        uint32_t e = w.device_edge[d], node = w.end[d] ? w.to[e] : w.from[e];
        double length = fmin(sum[node], sum[w.n + e]) + w.length[from];
        if (!(kinds >> w.kind[d] & 1) || w.flags[d] & CIM_TRACE_OUT || !isfinite(length)) continue;
        uint32_t i = expected_count++;
        for (; i && expected[i - 1].length > length; i--) expected[i] = expected[i - 1];
        expected[i] = (cim_trace_hit){ d, length };
    }
    assert_ok(ctx, cim_trace_nearest(ctx, view, query, from, 1, kinds, k, hits, &count));
    assert_int_equal(count, k < expected_count ? k : expected_count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(hits[i].device, expected[i].device);
        assert_true(hits[i].length == expected[i].length);
    }
}

static bool fed_without(uint32_t node, uint32_t gone) { return reach(&w, sources(&w), gone, true) >> node & 1; }

/* How many edges must go until the node has no supply: no more than 3 are tried. */
static uint32_t ways_by_removal(uint32_t node)
{
    if (is_source(&w, node)) return 3;
    if (!fed_without(node, 0)) return 0;
    for (uint32_t a = w.n; a < w.x; a++)
        if (!fed_without(node, 1u << a)) return 1;
    for (uint32_t a = w.n; a < w.x; a++)
        for (uint32_t b = a + 1; b < w.x; b++)
            if (!fed_without(node, 1u << a | 1u << b)) return 2;
    return 3;
}

static void check_redundancy(uint64_t *seed)
{
    (void)seed;
    for (uint32_t v = 0; v < w.n; v++)
        for (uint32_t k = 1; k <= 3; k++) {
            cim_trace_result r = { .struct_size = sizeof r };
            uint32_t ways = 99, expected = ways_by_removal(v);
            assert_ok(ctx, cim_trace_redundancy(ctx, view, query, v, k, &ways, &r));
            assert_int_equal(ways, expected < k ? expected : k);
            uint32_t mask = mask_of(r.elements, r.count), others = ((1u << w.x) - 1) & ~mask, into = 0;
            if (ways && !is_source(&w, v)) assert_true(fed_without(v, others & ~((1u << w.n) - 1)));
            for (uint32_t e = 0; e < w.m; e++) into += (mask >> (w.n + e) & 1) && (w.from[e] == v || w.to[e] == v);
            if (!is_source(&w, v)) assert_int_equal(into, ways);
        }
}

/* The shortest way 0-1-2-3 must be given up again for the two ways 0-4-5-2-3 and 0-1-6-7-3. */
static void test_trace_redundancy_gives_a_way_up(void **state)
{
    static const uint32_t from[] = { 0, 1, 2, 0, 4, 5, 1, 6, 7 }, to[] = { 1, 2, 3, 4, 5, 2, 6, 7, 3 };
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        memset(&w, 0, sizeof w);
        w.n = 8, w.m = 9, w.x = 17, w.node_flags[3] = CIM_TRACE_SOURCE;
        memcpy(w.from, turn ? to : from, sizeof from);
        memcpy(w.to, turn ? from : to, sizeof to);
        built = network_build(ctx, &w);
        view = network_view(ctx, built);
        assert_ok(ctx, cim_trace_query_new(ctx, built, &query));
        check_redundancy(NULL);
        close_round();
    }
}

static void test_trace_ways(void **state)
{
    (void)state;
    rounds(check_path, 6);
    rounds(check_nearest, 7);
    rounds(check_redundancy, 8);
}

/* ---- values from the sources ---- */

static double low[MAX_X], high[MAX_X];
static uint32_t bits[MAX_X], own_bits[MAX_X];

static void carry(uint32_t x, uint32_t path, double least, double most, uint32_t left)
{
    least = fmin(least, w.demand[x]), most = fmax(most, w.demand[x]), left &= own_bits[x], path |= 1u << x;
    low[x] = fmax(low[x], least), high[x] = fmin(high[x], most), bits[x] |= left;
    for (uint32_t y = 0; y < w.x; y++)
        if (flow[x] >> y & 1 && !(path >> y & 1)) carry(y, path, least, most, left);
}

static void check_carry(uint64_t *seed)
{
    double made[MAX_X];
    uint32_t made_bits[MAX_X];
    for (uint32_t x = 0; x < w.x; x++) {
        low[x] = -INFINITY, high[x] = INFINITY, bits[x] = 0;
        own_bits[x] = (uint32_t)(support_random(seed) | support_random(seed));
    }
    for (uint32_t v = 0; v < w.n; v++)
        if (is_source(&w, v)) carry(v, 0, INFINITY, -INFINITY, CIM_NONE);
    assert_ok(ctx, cim_trace_propagate(ctx, view, query, CIM_TRACE_MIN, w.demand, made));
    for (uint32_t x = 0; x < w.x; x++) assert_true(made[x] == low[x]);
    memcpy(made, w.demand, sizeof made);
    assert_ok(ctx, cim_trace_propagate(ctx, view, query, CIM_TRACE_MAX, made, made));
    for (uint32_t x = 0; x < w.x; x++) assert_true(made[x] == high[x]);
    assert_ok(ctx, cim_trace_propagate_bits(ctx, view, query, own_bits, made_bits));
    assert_memory_equal(made_bits, bits, w.x * sizeof *bits);
}

static void test_trace_propagate(void **state)
{
    (void)state;
    rounds(check_carry, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace_upstream_downstream), cmocka_unit_test(test_trace_upstream_sums),
        cmocka_unit_test(test_trace_criticality),         cmocka_unit_test(test_trace_cuts),
        cmocka_unit_test(test_trace_floods),              cmocka_unit_test(test_trace_ways),        cmocka_unit_test(test_trace_propagate),
        cmocka_unit_test(test_trace_redundancy_gives_a_way_up),
    };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
