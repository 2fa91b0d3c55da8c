/* test_alert_refuses.c - refusals, maintenance windows, streams that come and go, damaged states and files of rules, memory that runs out. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cim_ctx *ctx;

static cim_alert_rule above(double high)
{
    cim_alert_rule r = CIM_ALERT_RULE_INIT;
    r.low = -INFINITY, r.high = high, r.clear_low = r.clear_high = NAN;
    return r;
}

#define REFUSE(member, given)                                                                    \
    do {                                                                                         \
        cim_alert_rule r = above(1.0);                                                           \
        cim_alert_engine *e = (cim_alert_engine *)(uintptr_t)1;                                  \
        r.member = given;                                                                        \
        assert_status(ctx, cim_alert_engine_new(ctx, &r, 1, 2, NULL, &e), CIM_EARG);             \
        assert_ptr_equal(e, (cim_alert_engine *)(uintptr_t)1);                                   \
    } while (0)

static void test_alert_refuses_rules(void **state)
{
    const uint32_t itself[] = { 0 };
    (void)state;
    REFUSE(struct_size, 0);
    REFUSE(kind, CIM_ALERT_KINDS);
    REFUSE(severity, 5);
    REFUSE(escalate_to, 5);
    REFUSE(low, NAN);
    REFUSE(low, 2.0);
    REFUSE(high, INFINITY);
    REFUSE(clear_high, 1.5);
    REFUSE(for_ms, -1);
    REFUSE(repeat_ms, INT64_MAX);
    REFUSE(utc_offset_ms, 86400001);
    REFUSE(kind, CIM_ALERT_FLAT);
    REFUSE(kind, CIM_ALERT_ABSENT);
    REFUSE(kind, CIM_ALERT_QUALITY);
    REFUSE(kind, CIM_ALERT_IRREGULAR);
    REFUSE(kind, CIM_ALERT_RULES);
    REFUSE(input_count, 1);
    cim_alert_rule r = above(1.0);
    cim_alert_engine *e = NULL;
    r.kind = CIM_ALERT_RULES, r.inputs = itself, r.input_count = 1, r.least = 1;
    assert_status(ctx, cim_alert_engine_new(ctx, &r, 1, 2, NULL, &e), CIM_EARG);
}

static void test_alert_refuses_calls(void **state)
{
    cim_alert_rule r = above(1.0);
    cim_alert_engine *e = NULL;
    cim_alert_engine_options o = CIM_ALERT_ENGINE_OPTIONS_INIT;
    uint32_t streams[] = { 0, 1, 2 };
    cim_buf text = CIM_BUF_INIT;
    const char *const names[] = { "a", "b" }, *const same[] = { "a", "a" };
    (void)state;
    o.max_items = 1;
    assert_ok(ctx, cim_alert_engine_new(ctx, &r, 1, 2, &o, &e));
    assert_status(ctx, cim_alert_streams(ctx, e, 0, streams, 3), CIM_EARG);
    assert_status(ctx, cim_alert_streams(ctx, e, 1, streams, 1), CIM_EARG);
    assert_status(ctx, cim_alert_streams(ctx, e, 0, streams, 2), CIM_ELIMIT);
    assert_ok(ctx, cim_alert_streams(ctx, e, 0, streams, 1));
    assert_status(ctx, cim_alert_observe(ctx, e, 2, 0, 1.0, 0), CIM_EARG);
    assert_status(ctx, cim_alert_observe(ctx, e, 0, INT64_MIN, 1.0, 0), CIM_EARG);
    assert_status(ctx, cim_alert_advance(ctx, e, INT64_MAX), CIM_EARG);
    assert_status(ctx, cim_alert_suppress(ctx, e, 0, CIM_NONE, 5, 5), CIM_EARG);
    assert_status(ctx, cim_alert_suppress(ctx, e, 3, CIM_NONE, 5, 6), CIM_EARG);
    assert_status(ctx, cim_alert_acknowledge(ctx, e, 3, CIM_NONE, NULL), CIM_EARG);
    assert_status(ctx, cim_alert_save(ctx, e, names, NULL, &text), CIM_EARG);
    assert_status(ctx, cim_alert_restore(ctx, e, names, same, "{}", 2, NULL), CIM_EARG);
    assert_status(ctx, cim_alert_restore(ctx, e, names, names, "{}", 2, NULL), CIM_EFORMAT);
    cim_alert_engine_free(e);
    cim_alert_engine_free(NULL);
}

static cim_alert_event next(cim_alert_engine *e)
{
    cim_alert_event event = { .struct_size = sizeof event };
    assert_int_equal(cim_alert_next(e, &event), 1);
    return event;
}

static void none(cim_alert_engine *e)
{
    cim_alert_event event = { .struct_size = sizeof event };
    assert_int_equal(cim_alert_next(e, &event), 0);
}

static void test_alert_windows(void **state)
{
    cim_alert_rule r = above(1.0);
    cim_alert_engine *e = NULL;
    uint32_t streams[] = { 0 };
    (void)state;
    r.repeat_ms = 10;
    assert_ok(ctx, cim_alert_engine_new(ctx, &r, 1, 1, NULL, &e));
    assert_ok(ctx, cim_alert_streams(ctx, e, 0, streams, 1));
    assert_ok(ctx, cim_alert_suppress(ctx, e, CIM_NONE, CIM_NONE, 100, 200));
    assert_ok(ctx, cim_alert_observe(ctx, e, 0, 110, 5.0, 0)); /* over before the window is: nobody is told */
    assert_ok(ctx, cim_alert_observe(ctx, e, 0, 120, 0.0, 0));
    none(e);
    assert_ok(ctx, cim_alert_observe(ctx, e, 0, 150, 5.0, 0)); /* still so at its end */
    assert_ok(ctx, cim_alert_observe(ctx, e, 0, 190, 5.0, 0));
    none(e);
    assert_ok(ctx, cim_alert_advance(ctx, e, 205));
    cim_alert_event raised = next(e);
    assert_true(raised.what == CIM_ALERT_RAISED && raised.time_ms == 200 && raised.alert == 2);
    assert_ok(ctx, cim_alert_suppress(ctx, e, 0, 0, 206, 300)); /* it is not told again in the next one */
    assert_ok(ctx, cim_alert_advance(ctx, e, 299));
    none(e);
    assert_ok(ctx, cim_alert_advance(ctx, e, 301));
    assert_true(next(e).what == CIM_ALERT_REPEATED);
    assert_ok(ctx, cim_alert_suppress(ctx, e, 0, 0, 302, 400)); /* but that it is over is */
    assert_ok(ctx, cim_alert_observe(ctx, e, 0, 310, 0.0, 0));
    assert_true(next(e).what == CIM_ALERT_CLEARED);
    none(e);
    cim_alert_engine_free(e);
}

static void test_alert_streams_change(void **state)
{
    cim_alert_rule rules[2] = { above(1.0), above(1.0) };
    cim_alert_engine *e = NULL;
    const uint32_t all[] = { 0, 1, 2 }, some[] = { 2, 1 };
    (void)state;
    rules[1].least = CIM_NONE;
    assert_ok(ctx, cim_alert_engine_new(ctx, rules, 2, 3, NULL, &e));
    for (uint32_t i = 0; i < 2; i++) assert_ok(ctx, cim_alert_streams(ctx, e, i, all, 3));
    assert_ok(ctx, cim_alert_observe(ctx, e, 0, 1, 5.0, 0));
    assert_ok(ctx, cim_alert_observe(ctx, e, 1, 2, 5.0, 0));
    assert_true(next(e).stream == 0 && next(e).stream == 1);
    assert_ok(ctx, cim_alert_streams(ctx, e, 0, some, 2)); /* stream 0 goes: its alert is over */
    cim_alert_event gone = next(e);
    assert_true(gone.what == CIM_ALERT_CLEARED && gone.stream == 0 && gone.rule == 0);
    assert_ok(ctx, cim_alert_streams(ctx, e, 1, all, 2)); /* all that are left hold */
    cim_alert_event whole = next(e);
    assert_true(whole.what == CIM_ALERT_RAISED && whole.rule == 1 && !whole.single && whole.holding == 2);
    assert_ok(ctx, cim_alert_streams(ctx, e, 1, NULL, 0)); /* of none it is not */
    assert_true(next(e).what == CIM_ALERT_CLEARED);
    none(e);
    cim_alert_engine_free(e);
}

/* Random changes of a saved state: refused or taken, never a crash, and afterwards the engine works. */
static void test_alert_damaged_states(void **state)
{
    cim_alert_rule rules[3] = { above(1.0), above(0.0), CIM_ALERT_RULE_INIT };
    const uint32_t inputs[] = { 0, 1 }, streams[] = { 0, 1 };
    const char *const names[] = { "a", "b", "c" };
    cim_buf text = CIM_BUF_INIT;
    cim_alert_engine *e = NULL;
    uint64_t seed = 5;
    int taken = 0;
    (void)state;
    rules[1].kind = CIM_ALERT_RATE, rules[1].low = -5.0, rules[2].kind = CIM_ALERT_RULES, rules[2].inputs = inputs, rules[2].input_count = 2, rules[2].least = 1;
    for (int round = -1; round < 4000; round++) {
        assert_ok(ctx, cim_alert_engine_new(ctx, rules, 3, 2, NULL, &e));
        for (uint32_t i = 0; i < 2; i++) assert_ok(ctx, cim_alert_streams(ctx, e, i, streams, 2));
        if (round < 0) {
            for (int k = 0; k < 20; k++) assert_ok(ctx, cim_alert_observe(ctx, e, (uint32_t)k % 2, 1000 * k, k % 5, 0));
            assert_ok(ctx, cim_alert_save(ctx, e, names, names, &text));
        } else {
            char *copy = malloc(text.size + 1);
            memcpy(copy, text.data, text.size + 1);
            size_t size = text.size;
            for (uint64_t k = 1 + support_random(&seed) % 3; k--;) {
                size_t at = support_random(&seed) % size;
                if (support_random(&seed) % 8 == 0) size = at + 1;
                else copy[at] = "0123456789-[]{}\",:eabn"[support_random(&seed) % 22];
            }
            cim_status status = cim_alert_restore(ctx, e, names, names, copy, size, NULL);
            assert_true(status == CIM_OK || status == CIM_EFORMAT);
            taken += status == CIM_OK;
            for (int k = 0; k < 4; k++) assert_ok(ctx, cim_alert_observe(ctx, e, (uint32_t)k % 2, 100000 + k, k % 5, 0));
            free(copy);
        }
        cim_alert_engine_free(e);
    }
    print_message("%d of 4000 damaged states make sense\n", taken);
    assert_true(taken > 10 && taken < 3900);
    cim_buf_dispose(&text);
}

static void test_alert_learn(void **state)
{
    cim_alert_baseline b = { .struct_size = sizeof b };
    int64_t times[9];
    double values[] = { 1, 2, 3, 4, 100, 7, NAN, 8, 9 };
    (void)state;
    for (int i = 0; i < 5; i++) times[i] = 345600000 + i * 7 * 86400000ll; /* Mondays, 00:00 */
    for (int i = 5; i < 9; i++) times[i] = 345600000 + 3600000 * 25 + i; /* a Tuesday, 01:00 */
    assert_ok(ctx, cim_alert_learn(ctx, times, values, 9, 0, 4, 0.1, &b));
    assert_true(b.mean[0] == 3.0 && fabs(b.spread[0] - 1.4826) < 1e-12 && b.counts[0] == 5);
    assert_true(b.counts[25] == 8 && b.mean[25] == 5.5); /* three are too few there, and at that hour of all days: all */
    assert_ok(ctx, cim_alert_learn(ctx, times, values, 9, -3600000, 5, 0.1, &b));
    assert_true(b.counts[CIM_ALERT_SLOTS - 1] == 5);
    assert_status(ctx, cim_alert_learn(ctx, times, values, 9, 0, 4, 0.0, &b), CIM_EARG);
    assert_status(ctx, cim_alert_learn(ctx, times, NULL, 9, 0, 4, 0.1, &b), CIM_EARG);
}

static cim_status scenario(cim_ctx *faulty)
{
    cim_alert_rule rules[2] = { above(1.0), above(0.0) };
    const uint32_t streams[] = { 0, 1 };
    const char *const names[] = { "a", "b" };
    const int64_t times[] = { 1, 2, 3 };
    const double values[] = { 1, 2, 3 };
    cim_alert_engine *e = NULL, *other = NULL;
    cim_buf text = CIM_BUF_INIT;
    cim_alert_baseline b = { .struct_size = sizeof b };
    rules[1].kind = CIM_ALERT_RATE, rules[1].low = -5.0, rules[1].least = 1;
    cim_status status = cim_alert_engine_new(faulty, rules, 2, 2, NULL, &e);
    for (uint32_t i = 0; i < 2 && status == CIM_OK; i++) status = cim_alert_streams(faulty, e, i, streams, 2);
    if (status == CIM_OK) status = cim_alert_learn(faulty, times, values, 3, 0, 1, 1.0, &b);
    if (status == CIM_OK) status = cim_alert_baseline_set(faulty, e, 0, &b);
    if (status == CIM_OK) status = cim_alert_suppress(faulty, e, 0, 0, 1, 2);
    for (int k = 0; k < 6 && status == CIM_OK; k++) status = cim_alert_observe(faulty, e, (uint32_t)k % 2, k, k % 3, 0);
    if (status == CIM_OK) status = cim_alert_save(faulty, e, names, names, &text);
    if (status == CIM_OK) status = cim_alert_engine_new(faulty, rules, 2, 2, NULL, &other);
    for (uint32_t i = 0; i < 2 && status == CIM_OK; i++) status = cim_alert_streams(faulty, other, i, streams, 2);
    if (status == CIM_OK) status = cim_alert_restore(faulty, other, names, names, text.data, text.size, NULL);
    cim_buf_dispose(&text);
    cim_alert_engine_free(e);
    cim_alert_engine_free(other);
    return status;
}

static void test_alert_memory_runs_out(void **state)
{
    (void)state;
    support_fault_loop("alert", scenario, 1000);
}

static int set_up(void **state) { return (void)state, ctx = support_ctx(), ctx ? 0 : -1; }
static int tear_down(void **state) { return (void)state, cim_ctx_free(ctx), 0; }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alert_refuses_rules), cmocka_unit_test(test_alert_refuses_calls), cmocka_unit_test(test_alert_windows),
        cmocka_unit_test(test_alert_streams_change), cmocka_unit_test(test_alert_damaged_states), cmocka_unit_test(test_alert_learn),
        cmocka_unit_test(test_alert_memory_runs_out),
    };
    return cmocka_run_group_tests_name("alert_refuses", tests, set_up, tear_down);
}
