/* Segments, losses and isolation on small networks: what is to be shut is shut in a status of one's own, and nothing may come through. */
#include "networks.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 9000 };

static cim_ctx *ctx;
static network w;
static cim_trace_network *built;
static cim_trace_view *view;
static cim_trace_query *query;
static uint32_t fed;

/* ---- segments by spreading ---- */

static uint32_t segment_of(uint32_t x)
{
    uint32_t made = 1u << x, before = 0;
    while (made != before) {
        before = made;
        for (uint32_t e = 0; e < w.m; e++)
            for (uint32_t k = 0; k < 2; k++) {
                uint32_t both = 1u << (w.n + e) | 1u << (k ? w.to[e] : w.from[e]);
                if (end_open(&w, e, k) && !end_isolates(&w, e, k) && made & both) made |= both;
            }
    }
    return made;
}

static double sum_of(uint32_t mask)
{
    double sum = 0.0;
    for (uint32_t x = 0; x < w.x; x++) sum += mask >> x & 1 ? w.demand[x] : 0.0;
    return sum;
}

static void check_segments(void)
{
    cim_trace_segments s = { .struct_size = sizeof s };
    double loss[MAX_X];
    assert_ok(ctx, cim_trace_segments_get(ctx, view, &s));
    assert_ok(ctx, cim_trace_segment_losses(ctx, view, 0, loss));
    assert_int_equal(s.first[0], 0);
    assert_int_equal(s.first[s.count], w.x);
    for (uint32_t i = 0; i < s.count; i++) {
        uint32_t mask = mask_of(s.elements + s.first[i], s.first[i + 1] - s.first[i]), lowest = (uint32_t)__builtin_ctz(mask);
        assert_int_equal(mask, segment_of(lowest));
        assert_int_equal(s.elements[s.first[i]], lowest);
        assert_true(!i || s.elements[s.first[i - 1]] < lowest);
        for (uint32_t x = 0; x < w.x; x++)
            if (mask >> x & 1) assert_int_equal(s.of[x], i);
        assert_true(fabs(loss[i] - sum_of(fed & ~reach(&w, sources(&w), mask, true))) < 1e-9);
    }
}

/* ---- isolation by shutting ---- */

static cim_trace_isolation isolate(const uint32_t *faults, size_t count, const uint32_t *stuck, size_t stuck_count)
{
    cim_trace_isolation i = { .struct_size = sizeof i };
    assert_ok(ctx, cim_trace_isolate(ctx, view, query, faults, count, stuck, stuck_count, &i));
    return i;
}

/* The works by merging until nothing changes. */
static uint32_t works_of(const uint32_t *faults, size_t count, const uint32_t *stuck, size_t stuck_count)
{
    network joined = w, kept = w;
    uint32_t made = 0;
    for (size_t i = 0; i < stuck_count; i++) joined.flags[stuck[i]] |= CIM_TRACE_INOPERABLE;
    w = joined;
    for (size_t i = 0; i < count; i++) made |= segment_of(faults[i]);
    w = kept;
    return made;
}

static network with_shut(const uint32_t *devices, size_t count, size_t but, uint32_t sources_off)
{
    network made = w;
    for (size_t i = 0; i < count; i++)
        if (i != but) made.flags[devices[i]] |= CIM_TRACE_SHUT;
    for (uint32_t v = 0; v < w.n; v++)
        if (sources_off >> v & 1) made.node_flags[v] &= (uint8_t)~CIM_TRACE_SOURCE;
    return made;
}

static bool is_in(const uint32_t *list, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == value) return true;
    return false;
}

static void check_lists(const cim_trace_isolation *i, uint32_t works, const uint32_t *stuck, size_t stuck_count)
{
    for (uint32_t d = 0; d < w.d; d++) {
        uint32_t e = w.device_edge[d], node = w.end[d] ? w.to[e] : w.from[e];
        bool edge_in = works >> (w.n + e) & 1, node_in = works >> node & 1, there = !(w.flags[d] & CIM_TRACE_OUT);
        bool open = end_open(&w, e, w.end[d]), cannot = w.flags[d] & (CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE) || is_in(stuck, stuck_count, d);
        assert_int_equal(is_in(i->stuck, i->stuck_count, d), edge_in && node_in && there && w.kind[d] <= CIM_TRACE_SWITCH && cannot);
        assert_int_equal(is_in(i->keep, i->keep_count, d), edge_in != node_in && there && !open && w.flags[d] & CIM_TRACE_SHUT);
        if (is_in(i->shut, i->shut_count, d) || is_in(i->leave, i->leave_count, d))
            assert_true(edge_in != node_in && there && open && !cannot && w.kind[d] <= CIM_TRACE_SWITCH);
    }
}

/* Nothing comes into the works when the devices are shut, something does when one of them is not, and nobody else loses supply. */
static void check_isolation(const uint32_t *faults, size_t count, const uint32_t *stuck, size_t stuck_count)
{
    cim_trace_isolation i = isolate(faults, count, stuck, stuck_count);
    uint32_t works = mask_of(i.works, i.works_count), lost = mask_of(i.lost, i.lost_count), inside = sources(&w) & works;
    assert_int_equal(works, works_of(faults, count, stuck, stuck_count));
    assert_int_equal(lost, fed & ~works & ~reach(&w, sources(&w), works, true));
    assert_int_equal(mask_of(i.sources, i.source_count), inside);
    assert_true(fabs(i.works_sums[0] - sum_of(works)) < 1e-9 && fabs(i.lost_sums[0] - sum_of(lost)) < 1e-9);
    check_lists(&i, works, stuck, stuck_count);
    network all = with_shut(i.shut, i.shut_count, SIZE_MAX, inside);
    uint32_t after = reach(&all, sources(&all), 0, true);
    assert_int_equal(after & works, 0);
    assert_int_equal(after, fed & ~works & ~lost);
    for (size_t k = 0; k < i.shut_count; k++) {
        network but = with_shut(i.shut, i.shut_count, k, inside);
        assert_true(reach(&but, sources(&but), 0, true) & works);
        assert_true(!k || i.shut[k - 1] < i.shut[k]);
    }
}

static void check_fallbacks(const uint32_t *faults, size_t count)
{
    cim_trace_isolation i = isolate(faults, count, NULL, 0);
    uint32_t shut[MAX_D], base = mask_of(i.works, i.works_count) | mask_of(i.lost, i.lost_count);
    size_t shut_count = i.shut_count, found = 99;
    cim_trace_fallback f[MAX_D];
    if (shut_count) memcpy(shut, i.shut, shut_count * sizeof *shut);
    assert_ok(ctx, cim_trace_fallbacks(ctx, view, query, faults, count, NULL, 0, 0, f, MAX_D, &found));
    assert_int_equal(found, shut_count);
    for (size_t k = 0; k < found; k++) {
        assert_true(is_in(shut, shut_count, f[k].device));
        assert_true(!k || f[k - 1].added <= f[k].added);
        i = isolate(faults, count, &f[k].device, 1);
        assert_int_equal(f[k].shut_count, i.shut_count);
        assert_int_equal(f[k].has_source, i.source_count > 0);
        uint32_t gone = mask_of(i.works, i.works_count) | mask_of(i.lost, i.lost_count);
        assert_true(fabs(f[k].added - (sum_of(gone & fed) - sum_of(base & fed))) < 1e-9);
    }
}

static void round_of(uint64_t *seed, bool directed)
{
    network_random(&w, seed, directed);
    built = network_build(ctx, &w);
    view = network_view(ctx, built);
    fed = reach(&w, sources(&w), 0, true);
    assert_ok(ctx, cim_trace_query_new(ctx, built, &query));
    check_segments();
    for (uint32_t x = 0; x < w.x; x++) check_isolation(&x, 1, NULL, 0);
    uint32_t faults[3], stuck[4];
    size_t fault_count = 1 + support_random(seed) % 3, stuck_count = w.d ? support_random(seed) % 5 : 0;
    for (size_t i = 0; i < fault_count; i++) faults[i] = (uint32_t)(support_random(seed) % w.x);
    for (size_t i = 0; i < stuck_count; i++) stuck[i] = (uint32_t)(support_random(seed) % w.d);
    check_isolation(faults, fault_count, NULL, 0);
    check_isolation(faults, 1, stuck, stuck_count);
    check_isolation(faults, fault_count, stuck, stuck_count);
    check_fallbacks(faults, fault_count);
    cim_trace_query_free(query);
    cim_trace_view_free(view);
    cim_trace_network_free(built);
}

static void test_trace_isolation(void **state)
{
    uint64_t seed = 11;
    (void)state;
    for (int round = 0; round < support_rounds(ROUNDS); round++) round_of(&seed, round % 3 == 2);
}

/* ---- statuses: a changed status is as a network built that way ---- */

static void change_random(uint64_t *seed, network *to, cim_trace_change *c)
{
    static const uint32_t device_bits[] = { CIM_TRACE_OUT, CIM_TRACE_SHUT, CIM_TRACE_INOPERABLE, CIM_TRACE_INACCESSIBLE, CIM_TRACE_NORMALLY_SHUT };
    uint32_t what = (uint32_t)(support_random(seed) % 3), count = what == CIM_TRACE_NODE ? to->n : what == CIM_TRACE_EDGE ? to->m : to->d;
    if (!count) what = CIM_TRACE_NODE, count = to->n;
    uint32_t id = (uint32_t)(support_random(seed) % count);
    uint32_t node_bit = support_random(seed) % 2 ? CIM_TRACE_OUT : CIM_TRACE_SOURCE, device_bit = device_bits[support_random(seed) % 5];
    uint32_t bit = what == CIM_TRACE_NODE ? node_bit : what == CIM_TRACE_EDGE ? CIM_TRACE_OUT : device_bit;
    uint8_t *flags = what == CIM_TRACE_NODE ? &to->node_flags[id] : what == CIM_TRACE_EDGE ? &to->edge_flags[id] : &to->flags[id];
    bool set = support_random(seed) % 2;
    *flags = (uint8_t)(set ? *flags | bit : *flags & ~bit);
    *c = (cim_trace_change){ what, id, set ? bit : 0, set ? 0 : bit };
}

static uint32_t up_or_down(cim_trace_view *of, cim_trace_query *q, uint32_t what, uint32_t x)
{
    cim_trace_result r = { .struct_size = sizeof r };
    assert_ok(ctx, cim_trace_find(ctx, of, q, what, &x, 1, NULL, &r));
    return mask_of(r.elements, r.count);
}

static void assert_same(cim_trace_view *of, cim_trace_query *q, const network *as)
{
    cim_trace_network *other = network_build(ctx, as);
    cim_trace_view *wanted = network_view(ctx, other);
    cim_trace_query *other_query = NULL;
    assert_ok(ctx, cim_trace_query_new(ctx, other, &other_query));
    for (uint32_t x = 0; x < as->x; x++)
        for (uint32_t what = CIM_TRACE_SUBNETWORK; what <= CIM_TRACE_DOWNSTREAM; what++)
            assert_int_equal(up_or_down(of, q, what, x), up_or_down(wanted, other_query, what, x));
    cim_trace_query_free(other_query);
    cim_trace_view_free(wanted);
    cim_trace_network_free(other);
}

static void test_trace_status(void **state)
{
    uint64_t seed = 12;
    (void)state;
    for (int round = 0; round < 600; round++) {
        cim_trace_status *status = NULL, *whatif = NULL;
        cim_trace_change c[6];
        uint64_t epoch = 99;
        network_random(&w, &seed, round % 2);
        network first = w, now = w, imagined;
        built = network_build(ctx, &w);
        assert_ok(ctx, cim_trace_query_new(ctx, built, &query));
        assert_ok(ctx, cim_trace_status_new(ctx, built, NULL, NULL, &status));
        cim_trace_view *before = cim_trace_status_view(status);
        for (int i = 0; i < 6; i++) change_random(&seed, &now, &c[i]);
        assert_ok(ctx, cim_trace_status_apply(ctx, status, c, 6));
        assert_same(before, query, &first);
        assert_ok(ctx, cim_trace_status_publish(ctx, status, &epoch));
        assert_int_equal(epoch, 1);
        cim_trace_view *after = cim_trace_status_view(status);
        assert_ok(ctx, cim_trace_status_new(ctx, built, after, NULL, &whatif));
        imagined = now;
        for (int i = 0; i < 6; i++) change_random(&seed, &imagined, &c[i]);
        assert_ok(ctx, cim_trace_status_apply(ctx, whatif, c, 6));
        assert_ok(ctx, cim_trace_status_publish(ctx, whatif, NULL));
        cim_trace_view *other = cim_trace_status_view(whatif);
        cim_trace_status_free(whatif);
        cim_trace_status_free(status);
        assert_same(before, query, &first);
        assert_same(after, query, &now);
        assert_same(other, query, &imagined);
        cim_trace_view_free(before);
        cim_trace_view_free(cim_trace_view_ref(after));
        cim_trace_view_free(after);
        cim_trace_view_free(other);
        cim_trace_query_free(query);
        cim_trace_network_free(built);
    }
}

static void test_trace_normal_state(void **state)
{
    cim_trace_status_options o = CIM_TRACE_STATUS_OPTIONS_INIT;
    uint64_t seed = 13;
    (void)state;
    o.normal_state = 1;
    for (int round = 0; round < 300; round++) {
        cim_trace_status *status = NULL;
        network_random(&w, &seed, false);
        network normal = w;
        for (uint32_t d = 0; d < w.d; d++)
            normal.flags[d] = (uint8_t)(w.flags[d] & CIM_TRACE_NORMALLY_SHUT ? w.flags[d] | CIM_TRACE_SHUT : w.flags[d] & ~CIM_TRACE_SHUT);
        built = network_build(ctx, &w);
        assert_ok(ctx, cim_trace_query_new(ctx, built, &query));
        assert_ok(ctx, cim_trace_status_new(ctx, built, NULL, &o, &status));
        view = cim_trace_status_view(status);
        assert_same(view, query, &normal);
        cim_trace_view_free(view);
        cim_trace_status_free(status);
        cim_trace_query_free(query);
        cim_trace_network_free(built);
    }
}

/* ---- supply from elsewhere ---- */

/* Can an end that is shut be opened: nothing but devices of isolating kinds that turn keeps it shut? */
static bool end_opens(uint32_t e, uint32_t k, const uint32_t *stuck, size_t stuck_count, uint32_t *devices_out)
{
    uint32_t shut = 0, bad = 0;
    for (uint32_t d = 0; d < w.d; d++) {
        if (w.device_edge[d] != e || w.end[d] != k || (w.flags[d] & (CIM_TRACE_SHUT | CIM_TRACE_OUT)) != CIM_TRACE_SHUT) continue;
        if (w.kind[d] > CIM_TRACE_SWITCH || w.flags[d] & (CIM_TRACE_INOPERABLE | CIM_TRACE_INACCESSIBLE) || is_in(stuck, stuck_count, d)) bad |= 1u << d;
        else shut |= 1u << d;
    }
    *devices_out = shut;
    return shut && !bad && edge_ways(&w, e) && !(w.edge_flags[e] & CIM_TRACE_OUT) && !(w.node_flags[k ? w.to[e] : w.from[e]] & CIM_TRACE_OUT);
}

enum { OPENED = 2 * MAX_M + 1 };

/* The least length with so many ends opened, by element, from what is alive around the works; by relaxing until nothing changes. */
static void lengths(uint32_t alive, uint32_t works, const uint32_t *stuck, size_t stuck_count, double best[OPENED][MAX_X])
{
    for (uint32_t c = 0; c < OPENED; c++)
        for (uint32_t x = 0; x < w.x; x++) best[c][x] = !c && alive >> x & 1 ? w.length[x] : INFINITY;
    for (bool again = true; again;) {
        again = false;
        for (uint32_t e = 0; e < w.m; e++)
            for (uint32_t k = 0; k < 2; k++)
                for (uint32_t into = 0; into < 2; into++) {
                    uint32_t node = k ? w.to[e] : w.from[e], a = into ? node : w.n + e, b = into ? w.n + e : node, devices;
                    bool open = end_open(&w, e, k), opens = end_opens(e, k, stuck, stuck_count, &devices);
                    if (!(edge_ways(&w, e) & (into == k ? 2u : 1u)) || works >> a & 1 || works >> b & 1 || !(open || opens)) continue;
                    for (uint32_t c = 0; c + 1 < OPENED; c++) {
                        double made = best[c][a] + w.length[b], *at = &best[c + !open][b];
                        if (made < *at) *at = made, again = true;
                    }
                }
    }
}

static network with_opened(const uint32_t *devices, size_t count)
{
    network made = w;
    for (size_t i = 0; i < count; i++) made.flags[devices[i]] &= (uint8_t)~CIM_TRACE_SHUT;
    return made;
}

static int supplied_again, never;

static void check_resupply(const uint32_t *faults, size_t count, const uint32_t *stuck, size_t stuck_count)
{
    static double best[OPENED][MAX_X];
    cim_trace_isolation i = isolate(faults, count, stuck, stuck_count);
    cim_trace_resupplied r = { .struct_size = sizeof r };
    uint32_t works = mask_of(i.works, i.works_count), lost = mask_of(i.lost, i.lost_count), shut[MAX_D];
    size_t shut_count = i.shut_count;
    if (!lost) return;
    if (shut_count) memcpy(shut, i.shut, shut_count * sizeof *shut);
    uint32_t alive = reach(&w, sources(&w), works, true), c = 0;
    assert_ok(ctx, cim_trace_resupply(ctx, view, query, i.works, i.works_count, i.lost, i.lost_count, stuck, stuck_count, 1, &r));
    lengths(alive, works, stuck, stuck_count, best);
    double least = INFINITY;
    for (c = 0; c < OPENED && isinf(least); c++)
        for (uint32_t x = 0; x < w.x; x++)
            if (lost >> x & 1 && best[c][x] < least) least = best[c][x];
    never += isinf(least);
    assert_true(r.length == least || (isinf(least) && !r.way_count && !r.open_count && !r.regained_count && !r.shut_count && isinf(r.length)));
    if (isinf(least)) return;
    supplied_again++;
    /* As many ends as need be, not one more; devices on one end count once. */
    uint32_t ends = 0;
    for (size_t k = 0; k < r.open_count; k++) ends |= 1u << (2 * w.device_edge[r.open[k]] + w.end[r.open[k]]);
    assert_int_equal(__builtin_popcount(ends), c - 1);
    assert_true(alive >> r.way[0] & 1 && lost >> r.way[r.way_count - 1] & 1);
    network opened = with_opened(r.open, r.open_count), kept = w;
    uint32_t after = reach(&opened, alive, works, true);
    assert_int_equal(mask_of(r.regained, r.regained_count), after & lost);
    assert_true(fabs(r.regained_sums[0] - sum_of(after & lost)) < 1e-9);
    /* With all of it done in the field nothing comes into the works. */
    w = opened;
    network first = with_shut(shut, shut_count, SIZE_MAX, sources(&w) & works);
    w = first;
    network all = with_shut(r.shut, r.shut_count, SIZE_MAX, 0);
    w = kept;
    assert_int_equal(reach(&all, sources(&all), 0, true) & works, 0);
    assert_int_equal(reach(&all, sources(&all), 0, true) & lost, after & lost);
}

static void test_trace_resupply(void **state)
{
    uint64_t seed = 77;
    (void)state;
    for (int round = 0; round < 24 * ROUNDS; round++) {
        network_random(&w, &seed, round % 2);
        for (uint32_t d = 0; d < w.d && round % 4 < 3; d++) /* mostly valves that turn, some of them shut */
            if (support_random(&seed) % 8) w.kind[d] = CIM_TRACE_VALVE, w.turn[d] = 0, w.flags[d] = support_random(&seed) % 4 ? 0 : CIM_TRACE_SHUT;
        built = network_build(ctx, &w);
        view = network_view(ctx, built);
        assert_ok(ctx, cim_trace_query_new(ctx, built, &query));
        fed = reach(&w, sources(&w), 0, true);
        uint32_t faults[2] = { (uint32_t)(support_random(&seed) % w.x), (uint32_t)(support_random(&seed) % w.x) };
        uint32_t stuck[2] = { w.d ? (uint32_t)(support_random(&seed) % w.d) : 0, w.d ? (uint32_t)(support_random(&seed) % w.d) : 0 };
        check_resupply(faults, 1 + support_random(&seed) % 2, stuck, w.d ? support_random(&seed) % 3 : 0);
        cim_trace_query_free(query);
        cim_trace_view_free(view);
        cim_trace_network_free(built);
    }
    print_message("%d supplied from elsewhere, %d could not be\n", supplied_again, never);
    assert_true((int)supplied_again > support_rounds(1000) && (int)never > support_rounds(1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_trace_isolation), cmocka_unit_test(test_trace_status),
                                        cmocka_unit_test(test_trace_normal_state), cmocka_unit_test(test_trace_resupply) };
    ctx = support_ctx();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cim_ctx_free(ctx);
    return failed;
}
