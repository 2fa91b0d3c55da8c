/* test_serve_assign.c - demands on facilities that hold only so much: beside a flow unit by unit over an explicit graph (Bellman and Ford), and
 * beside all assignments there are when demands may not be split. */
#include "support.h"

#include "cim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { F = 4, D = 8, ROUNDS = 2000, WHOLE_D = 6 };
static const uint32_t NO_WAY = CIM_ROUTE_UNREACHABLE_MS;
static cim_ctx *ctx;

typedef struct instance {
    uint32_t f, d, limit;
    uint32_t costs[F * D];
    double amounts[D], capacities[F];
} instance;

static uint32_t below(uint64_t *state, uint32_t n) { return (uint32_t)(support_random(state) % n); }

static instance make(uint64_t *state, uint32_t most_d, uint32_t most_units)
{
    instance x = { .f = below(state, F + 1), .d = below(state, most_d + 1), .limit = below(state, 3) ? NO_WAY : 12 };
    for (uint32_t k = 0; k < x.f * x.d; k++) x.costs[k] = below(state, 7) ? below(state, 20) : NO_WAY;
    for (uint32_t i = 0; i < x.d; i++) x.amounts[i] = below(state, most_units);
    for (uint32_t j = 0; j < x.f; j++) x.capacities[j] = below(state, 6) ? below(state, 2 * most_units) : INFINITY;
    return x;
}

static bool may(const instance *x, uint32_t j, uint32_t i) { return x->costs[j * x->d + i] < NO_WAY && x->costs[j * x->d + i] <= x->limit; }

/* ---- unit by unit ---- */

/* Nodes: demands, facilities, the source, the sink. */
static void oracle(const instance *x, double *served, double *total)
{
    uint32_t flow[F][D] = { { 0 } }, given[D] = { 0 }, taken[F] = { 0 };
    *served = *total = 0.0;
    for (;;) {
        double dist_d[D], dist_f[F], best = INFINITY;
        int from_d[D], from_f[F], end = -1;
        for (uint32_t i = 0; i < x->d; i++) dist_d[i] = given[i] < x->amounts[i] ? 0.0 : INFINITY, from_d[i] = -1;
        for (uint32_t j = 0; j < x->f; j++) dist_f[j] = INFINITY, from_f[j] = -1;
        for (uint32_t round = 0; round < x->d + x->f + 1; round++)
            for (uint32_t j = 0; j < x->f; j++)
                for (uint32_t i = 0; i < x->d; i++) {
                    double cost = x->costs[j * x->d + i];
                    if (may(x, j, i) && dist_d[i] + cost < dist_f[j]) dist_f[j] = dist_d[i] + cost, from_f[j] = (int)i;
                    if (flow[j][i] && dist_f[j] - cost < dist_d[i]) dist_d[i] = dist_f[j] - cost, from_d[i] = (int)j;
                }
        for (uint32_t j = 0; j < x->f; j++)
            if (taken[j] < x->capacities[j] && dist_f[j] < best) best = dist_f[j], end = (int)j;
        if (end < 0) return;
        taken[end]++;
        *served += 1.0, *total += best;
        for (int j = end;;) {
            int i = from_f[j];
            flow[j][i]++;
            if (from_d[i] < 0) {
                given[i]++;
                break;
            }
            j = from_d[i];
            flow[j][i]--;
        }
    }
}

/* ---- what is true of every assignment ---- */

static cim_serve_assignment *assign(const instance *x, bool whole, cim_serve_assignment_view *v)
{
    cim_serve_assign_options o = CIM_SERVE_ASSIGN_OPTIONS_INIT;
    cim_serve_assignment *a = NULL;
    o.whole = whole;
    assert_ok(ctx, cim_serve_assign(ctx, x->f, x->d, x->costs, x->amounts, x->capacities, x->limit, &o, &a));
    v->struct_size = sizeof *v;
    assert_ok(ctx, cim_serve_assignment_get(ctx, a, v));
    return a;
}

static void check_shares(const instance *x, const cim_serve_assignment_view *v, bool whole)
{
    double loads[F] = { 0.0 }, given[D] = { 0.0 }, served = 0.0, total = 0.0;
    for (size_t k = 0; k < v->share_count; k++) {
        const cim_serve_share *s = &v->shares[k];
        assert_true(s->demand < x->d && s->facility < x->f && may(x, s->facility, s->demand) && s->amount > 0.0);
        assert_int_equal(s->cost, x->costs[s->facility * x->d + s->demand]);
        if (whole) assert_true(s->amount == x->amounts[s->demand]);
        if (k) assert_true(s->demand > s[-1].demand || (!whole && s->demand == s[-1].demand && s->facility > s[-1].facility));
        loads[s->facility] += s->amount, given[s->demand] += s->amount, served += s->amount, total += s->amount * s->cost;
    }
    for (uint32_t j = 0; j < x->f; j++) assert_true(loads[j] == v->loads[j] && loads[j] <= x->capacities[j]);
    for (uint32_t i = 0; i < x->d; i++) assert_true(given[i] + v->left[i] == x->amounts[i]);
    assert_true(served == v->served && total == v->total);
}

static void test_assign_split(void **state)
{
    uint64_t seed = 3;
    uint32_t full = 0;
    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        instance x = make(&seed, D, round % 4 ? 5 : 40);
        cim_serve_assignment_view v;
        double served, total, wanted = 0.0;
        cim_serve_assignment *a = assign(&x, false, &v);
        check_shares(&x, &v, false);
        oracle(&x, &served, &total);
        if (v.served != served || v.total != total) print_message("round %u: %g for %g, wanted %g for %g\n", round, v.served, v.total, served, total);
        assert_true(v.served == served && v.total == total && v.served_bound == served && v.total_bound == total);
        for (uint32_t i = 0; i < x.d; i++) wanted += x.amounts[i];
        full += served < wanted;
        cim_serve_assignment_free(a);
    }
    assert_true(full > ROUNDS / 4);
}

/* ---- whole demands ---- */

static void exhaust(const instance *x, uint32_t i, double *room, double served, double total, double *best)
{
    if (i == x->d) {
        if (served > best[0] || (served == best[0] && total < best[1])) best[0] = served, best[1] = total;
        return;
    }
    exhaust(x, i + 1, room, served, total, best);
    for (uint32_t j = 0; j < x->f; j++) {
        if (!may(x, j, i) || room[j] < x->amounts[i]) continue;
        room[j] -= x->amounts[i];
        exhaust(x, i + 1, room, served + x->amounts[i], total + x->amounts[i] * x->costs[j * x->d + i], best);
        room[j] += x->amounts[i];
    }
}

static void test_assign_whole(void **state)
{
    uint64_t seed = 4;
    uint32_t same = 0;
    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        instance x = make(&seed, WHOLE_D, 6);
        cim_serve_assignment_view v;
        double room[F], best[2] = { 0.0, INFINITY };
        cim_serve_assignment *a = assign(&x, true, &v);
        check_shares(&x, &v, true);
        memcpy(room, x.capacities, sizeof room);
        exhaust(&x, 0, room, 0.0, 0.0, best);
        assert_true(v.served <= best[0] && (v.served < best[0] || v.total >= best[1]));
        assert_true(v.served_bound >= best[0] && (isnan(v.total_bound) || v.total_bound <= best[1]));
        same += v.served == best[0] && v.total == best[1];
        cim_serve_assignment_free(a);
    }
    print_message("whole demands: the best assignment in %u of %d\n", same, ROUNDS);
    assert_true(same > ROUNDS * 9 / 10);
}

/* ---- numbers ---- */

static void test_assign_thousandths(void **state)
{
    const uint32_t costs[] = { 1, 1, 5, 5 };
    const double amounts[] = { 1.25, 1.5 }, capacities[] = { 2.0, 10.0 };
    cim_serve_assignment_view v = { .struct_size = sizeof v };
    cim_serve_assignment *a = NULL;
    (void)state;
    assert_ok(ctx, cim_serve_assign(ctx, 2, 2, costs, amounts, capacities, NO_WAY, NULL, &a));
    assert_ok(ctx, cim_serve_assignment_get(ctx, a, &v));
    assert_true(fabs(v.served - 2.75) < 1e-9 && fabs(v.total - (2.0 + 0.75 * 5.0)) < 1e-9);
    assert_string_equal(v.proof, "min-cost flow");
    cim_serve_assignment_free(a);
}

static void test_assign_refuses(void **state)
{
    const uint32_t costs[] = { 1 };
    const double minus[] = { -1.0 }, none[] = { NAN }, huge[] = { 1e300 }, endless[] = { INFINITY }, one[] = { 1.0 };
    cim_serve_assignment *a = NULL;
    cim_serve_assign_options wrong = CIM_SERVE_ASSIGN_OPTIONS_INIT;
    cim_serve_assignment_view v = { .struct_size = sizeof v };
    (void)state;
    assert_status(ctx, cim_serve_assign(ctx, 1, 1, NULL, NULL, NULL, NO_WAY, NULL, &a), CIM_EARG);
    assert_status(ctx, cim_serve_assign(ctx, 1, 1, costs, minus, NULL, NO_WAY, NULL, &a), CIM_EARG);
    assert_status(ctx, cim_serve_assign(ctx, 1, 1, costs, none, NULL, NO_WAY, NULL, &a), CIM_EARG);
    assert_status(ctx, cim_serve_assign(ctx, 1, 1, costs, endless, NULL, NO_WAY, NULL, &a), CIM_EARG);
    assert_status(ctx, cim_serve_assign(ctx, 1, 1, costs, NULL, minus, NO_WAY, NULL, &a), CIM_EARG);
    assert_status(ctx, cim_serve_assign(ctx, 1, 1, costs, NULL, none, NO_WAY, NULL, &a), CIM_EARG);
    assert_status(ctx, cim_serve_assign(ctx, 1, 1, costs, huge, NULL, NO_WAY, NULL, &a), CIM_ELIMIT);
    assert_status(ctx, cim_serve_assign(ctx, CIM_SERVE_MAX_FACILITIES + 1, 0, costs, NULL, NULL, NO_WAY, NULL, &a), CIM_ELIMIT);
    wrong.struct_size = 2;
    assert_status(ctx, cim_serve_assign(ctx, 1, 1, costs, one, one, NO_WAY, &wrong, &a), CIM_EARG);
    assert_status(ctx, cim_serve_assignment_get(ctx, NULL, &v), CIM_EARG);
    assert_null(a);
    cim_serve_assignment_free(NULL);
}

static cim_status one_of_each(cim_ctx *c)
{
    uint64_t seed = 12;
    cim_serve_assign_options o = CIM_SERVE_ASSIGN_OPTIONS_INIT;
    cim_status st = CIM_OK;
    for (uint32_t round = 0; round < 6 && st >= 0; round++) {
        instance x = make(&seed, D, 5);
        cim_serve_assignment *a = NULL;
        o.whole = round & 1;
        st = cim_serve_assign(c, x.f, x.d, x.costs, x.amounts, x.capacities, x.limit, &o, &a);
        cim_serve_assignment_free(a);
    }
    return st;
}

static void test_assign_oom(void **state)
{
    (void)state;
    support_fault_loop("assign", one_of_each, 2000);
}

static int begin(void **state)
{
    (void)state;
    ctx = support_ctx();
    return 0;
}

static int end(void **state)
{
    (void)state;
    cim_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assign_split), cmocka_unit_test(test_assign_whole), cmocka_unit_test(test_assign_thousandths),
        cmocka_unit_test(test_assign_refuses), cmocka_unit_test(test_assign_oom),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
