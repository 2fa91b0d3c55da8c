/* test_alert_random.c - random rules over random series against an evaluator that goes through the whole history at every observation. */
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 1500, STREAMS = 4, RULES = 9, STEPS = 110, EVENTS = 4000 };

typedef struct row {
    int64_t t;
    double v;
    uint32_t q;
} row;

typedef struct told {
    uint32_t what, rule, stream;
    int64_t t;
} told;

typedef struct world {
    cim_alert_rule rules[RULES];
    uint32_t inputs[RULES][RULES], rule_count;
    bool looks[RULES][STREAMS];
    row past[STREAMS][STEPS];
    size_t n[STREAMS];
    int64_t last_sign[STREAMS]; /* for absences */
    bool active[RULES][STREAMS + 1]; /* the last: over all */
    bool acked[RULES][STREAMS + 1], escalated[RULES][STREAMS + 1];
    int64_t raised[RULES][STREAMS + 1];
    int64_t clock;
    bool started;
    cim_alert_baseline base[STREAMS];
    told expected[EVENTS], got[EVENTS];
    size_t expected_count, got_count;
} world;

static cim_ctx *ctx;

/* ---- the evaluator ---- */

static uint32_t bit(uint32_t q) { return 1u << (q < 31 ? q : 31); }

/* Of observation k of a stream what a rule compares; NAN: nothing. */
static double score(const world *w, const cim_alert_rule *r, uint32_t s, size_t k)
{
    const row *h = w->past[s];
    if (r->kind == CIM_ALERT_VALUE) return h[k].v;
    if (r->kind == CIM_ALERT_QUALITY) return (r->mask & bit(h[k].q)) ? 1.0 : 0.0;
    if (r->kind == CIM_ALERT_RATE) {
        for (size_t j = k; j-- > 0 && k - j <= 64;) {
            if (h[k].t - h[j].t < r->span_ms || (bit(h[j].q) & r->skip_quality)) continue;
            if (r->max_span_ms && h[k].t - h[j].t > r->max_span_ms) return NAN;
            return (h[k].v - h[j].v) / (double)(h[k].t - h[j].t) * (double)(r->per_ms ? r->per_ms : 3600000);
        }
        return NAN;
    }
    int64_t week = 7 * 86400000ll, monday = 4 * 86400000ll; /* 1970-01-05 */
    int64_t in_week = ((h[k].t + r->utc_offset_ms - monday) % week + week) % week;
    return (h[k].v - w->base[s].mean[in_week / 3600000]) / w->base[s].spread[in_week / 3600000];
}

static bool beyond(const cim_alert_rule *r, double x, bool already)
{
    if (r->kind == CIM_ALERT_QUALITY) return x > 0.5;
    double low = already && !isnan(r->clear_low) ? r->clear_low : r->low, high = already && !isnan(r->clear_high) ? r->clear_high : r->high;
    return r->inside ? x >= low && x <= high : x < low || x > high;
}

/* Does the rule hold for the stream after its whole history? */
static bool holds(const world *w, uint32_t rule, uint32_t s)
{
    const cim_alert_rule *r = &w->rules[rule];
    int64_t t[STEPS];
    double v[STEPS];
    bool is[STEPS], on[STEPS];
    size_t n = 0;
    for (size_t k = 0; k < w->n[s]; k++) {
        if (bit(w->past[s][k].q) & r->skip_quality) continue;
        v[n] = r->kind == CIM_ALERT_FLAT ? w->past[s][k].v : score(w, r, s, k);
        t[n] = w->past[s][k].t;
        n += !isnan(v[n]);
    }
    if (r->kind == CIM_ALERT_FLAT) { /* the run that the last value is in: from the first value on, each that is too far from a run's first begins another */
        size_t first = 0;
        for (size_t k = 1; k < n; k++)
            if (fabs(v[k] - v[first]) > r->tolerance) first = k;
        return n && n - first >= (r->for_count > 2 ? r->for_count : 2) && t[n - 1] - t[first] >= r->for_ms;
    }
    for (size_t k = 0; k < n; k++) {
        size_t run = k;
        is[k] = beyond(r, v[k], k && is[k - 1]);
        while (run && is[run - 1] == is[k]) run--;
        bool enough = is[k] ? t[k] - t[run] >= r->for_ms && k - run + 1 >= (r->for_count ? r->for_count : 1) : t[k] - t[run] >= r->clear_ms;
        on[k] = enough ? is[k] : k && on[k - 1];
    }
    return n && on[n - 1];
}

static void expect(world *w, uint32_t what, uint32_t rule, uint32_t stream, int64_t t)
{
    if (w->rules[rule].quiet) return;
    assert_true(w->expected_count < EVENTS);
    w->expected[w->expected_count++] = (told){ what, rule, stream, t };
}

static uint32_t holding(const world *w, uint32_t rule, uint32_t *of_out)
{
    const cim_alert_rule *r = &w->rules[rule];
    uint32_t count = 0, of = 0;
    if (r->kind == CIM_ALERT_RULES) {
        for (uint32_t i = 0; i < r->input_count; i++) {
            uint32_t input = r->inputs[i], any = 0;
            if (w->rules[input].least) any = w->active[input][STREAMS];
            else
                for (uint32_t s = 0; s < STREAMS; s++) any |= w->active[input][s];
            count += any;
        }
        of = r->input_count;
    } else {
        for (uint32_t s = 0; s < STREAMS; s++) count += w->active[rule][s], of += w->looks[rule][s];
    }
    *of_out = of;
    return count;
}

static void change(world *w, uint32_t rule, uint32_t s, bool on, uint32_t stream, int64_t t)
{
    if (w->active[rule][s] == on) return;
    w->active[rule][s] = on;
    if (w->rules[rule].least && s < STREAMS) return;
    w->raised[rule][s] = w->clock;
    w->acked[rule][s] = w->escalated[rule][s] = false;
    expect(w, on ? CIM_ALERT_RAISED : CIM_ALERT_CLEARED, rule, stream, t);
}

static void wholes(world *w, uint32_t stream, int64_t t)
{
    for (uint32_t i = 0; i < w->rule_count; i++) {
        uint32_t of, count = holding(w, i, &of), least = w->rules[i].least == CIM_NONE ? of : w->rules[i].least;
        if (w->rules[i].least) change(w, i, STREAMS, of && count >= least, stream, t);
    }
}

/* Repetitions and escalations in (from, to]. */
static void reminders(world *w, uint32_t rule, uint32_t s, int64_t from, int64_t to)
{
    const cim_alert_rule *r = &w->rules[rule];
    if (!w->active[rule][s] || w->acked[rule][s] || (r->least && s < STREAMS)) return;
    uint32_t stream = CIM_NONE;
    int64_t at = w->raised[rule][s] + r->escalate_ms;
    if (r->escalate_ms && !w->escalated[rule][s] && at > from && at <= to) {
        w->escalated[rule][s] = true;
        expect(w, CIM_ALERT_ESCALATED, rule, stream, at);
    }
    for (at = w->raised[rule][s]; r->repeat_ms && at <= to; at += r->repeat_ms) {
        if (at <= from || at == w->raised[rule][s]) continue;
        expect(w, CIM_ALERT_REPEATED, rule, stream, at);
        break;
    }
}

static void clock_goes(world *w, int64_t to)
{
    int64_t from = w->clock;
    if (!w->started) {
        for (uint32_t s = 0; s < STREAMS; s++) w->last_sign[s] = to;
        w->started = true, w->clock = from = to;
    }
    if (to < from) return;
    bool before[RULES][STREAMS + 1];
    memcpy(before, w->active, sizeof before);
    while (to > from) {
        uint32_t rule = CIM_NONE, stream = 0;
        int64_t first = INT64_MAX;
        for (uint32_t i = 0; i < w->rule_count; i++)
            for (uint32_t s = 0; s < STREAMS; s++) {
                if (w->rules[i].kind != CIM_ALERT_ABSENT || !w->looks[i][s] || w->active[i][s]) continue;
                int64_t due = w->last_sign[s] + w->rules[i].for_ms;
                if (due <= to && due < first) first = due, rule = i, stream = s;
            }
        if (rule == CIM_NONE) break;
        if (first > w->clock) w->clock = first;
        change(w, rule, stream, true, stream, w->clock);
        wholes(w, stream, w->clock);
    }
    for (uint32_t i = 0; i < w->rule_count; i++)
        for (uint32_t s = 0; s <= STREAMS; s++) reminders(w, i, s, before[i][s] ? from : w->raised[i][s], to);
    w->clock = to;
}

static void observed(world *w, uint32_t s, int64_t t, double v, uint32_t q)
{
    size_t *n = &w->n[s];
    if (!w->started || t > w->clock) clock_goes(w, t);
    if (isnan(v)) return;
    if (*n && t <= w->past[s][*n - 1].t) {
        const row *last = &w->past[s][*n - 1];
        uint32_t what = t < last->t ? CIM_ALERT_LATE : v != last->v ? CIM_ALERT_CONFLICT : 0;
        for (uint32_t i = 0; i < w->rule_count; i++)
            if (w->rules[i].kind == CIM_ALERT_IRREGULAR && w->looks[i][s] && (w->rules[i].mask & what)) change(w, i, s, true, s, t);
    } else {
        w->past[s][(*n)++] = (row){ t, v, q };
        for (uint32_t i = 0; i < w->rule_count; i++) {
            const cim_alert_rule *r = &w->rules[i];
            if (!w->looks[i][s] || (bit(q) & r->skip_quality)) continue;
            if (r->kind == CIM_ALERT_ABSENT) w->last_sign[s] = t; /* of rules that do not skip; they all do not */
            change(w, i, s, r->kind != CIM_ALERT_ABSENT && r->kind != CIM_ALERT_IRREGULAR && holds(w, i, s), s, t);
        }
    }
    wholes(w, s, t);
}

/* ---- rules ---- */

static uint32_t pick(uint64_t *seed, uint32_t n) { return (uint32_t)(support_random(seed) % n); }

static void random_limits(uint64_t *seed, cim_alert_rule *r, double wide)
{
    double gap = pick(seed, 2) ? support_uniform(seed, 0.0, 0.3) * wide : 0.0;
    r->low = pick(seed, 2) ? -INFINITY : -support_uniform(seed, 0.1, 1.0) * wide;
    r->high = r->low > -INFINITY && pick(seed, 2) ? INFINITY : support_uniform(seed, 0.1, 1.0) * wide;
    r->inside = r->low > -INFINITY && r->high < INFINITY && !pick(seed, 3);
    r->clear_low = gap > 0.0 ? r->inside ? r->low - gap : r->low + gap / 3.5 : NAN;
    r->clear_high = gap > 0.0 ? r->inside ? r->high + gap : r->high - gap / 3.5 : NAN;
    if (!r->inside && !(r->clear_low <= r->clear_high)) r->clear_low = r->clear_high = NAN;
}

static void random_over_rules(uint64_t *seed, world *w, uint32_t i)
{
    cim_alert_rule *r = &w->rules[i];
    for (uint32_t k = 0; k < i; k++)
        if (pick(seed, 2) || (k == i - 1 && !r->input_count)) w->inputs[i][r->input_count++] = k;
    r->inputs = w->inputs[i];
    r->least = pick(seed, 4) ? 1 + pick(seed, r->input_count) : CIM_NONE;
}

static void random_condition(uint64_t *seed, cim_alert_rule *r)
{
    if (r->kind <= CIM_ALERT_DEVIATION) random_limits(seed, r, r->kind == CIM_ALERT_RATE ? 3000.0 : r->kind == CIM_ALERT_VALUE ? 4.0 : 3.0);
    if (r->kind == CIM_ALERT_RATE && pick(seed, 2)) r->span_ms = pick(seed, 9000), r->max_span_ms = pick(seed, 2) ? 20000 : 0;
    if (r->kind == CIM_ALERT_RATE && pick(seed, 2)) r->per_ms = 60000;
    if (r->kind == CIM_ALERT_FLAT) r->tolerance = pick(seed, 2) ? 0.0 : 1.5, r->for_count += 2;
    if (r->kind == CIM_ALERT_ABSENT) r->for_ms = 1 + pick(seed, 30000);
    if (r->kind == CIM_ALERT_QUALITY) r->mask = 1 + pick(seed, 7);
    if (r->kind == CIM_ALERT_IRREGULAR) r->mask = 1 + pick(seed, 3);
    if (r->kind == CIM_ALERT_DEVIATION) r->utc_offset_ms = ((int64_t)pick(seed, 25) - 12) * 3600000;
}

static void random_rule(uint64_t *seed, world *w, uint32_t i)
{
    cim_alert_rule *r = &w->rules[i];
    *r = (cim_alert_rule)CIM_ALERT_RULE_INIT;
    r->kind = pick(seed, i > 1 ? CIM_ALERT_KINDS : CIM_ALERT_RULES);
    r->severity = pick(seed, 4);
    r->quiet = !pick(seed, 6);
    if (!pick(seed, 3)) r->least = pick(seed, 4) ? 1 + pick(seed, 3) : CIM_NONE;
    if (!pick(seed, 3)) r->repeat_ms = 1 + pick(seed, 60000);
    if (!pick(seed, 3)) r->escalate_ms = 1 + pick(seed, 60000), r->escalate_to = 4;
    if (r->kind == CIM_ALERT_RULES) {
        random_over_rules(seed, w, i);
        return;
    }
    if (pick(seed, 2)) r->for_ms = pick(seed, 20000);
    if (pick(seed, 2)) r->for_count = pick(seed, 5);
    if (pick(seed, 2)) r->clear_ms = pick(seed, 15000);
    random_condition(seed, r);
    if (r->kind != CIM_ALERT_ABSENT && r->kind != CIM_ALERT_IRREGULAR && !pick(seed, 3)) r->skip_quality = 1u << pick(seed, 3);
    for (uint32_t s = 0; s < STREAMS; s++) w->looks[i][s] = pick(seed, 3) > 0;
}

static void random_world(uint64_t *seed, world *w)
{
    memset(w, 0, sizeof *w);
    w->rule_count = 1 + pick(seed, RULES);
    for (uint32_t i = 0; i < w->rule_count; i++) random_rule(seed, w, i);
    for (uint32_t s = 0; s < STREAMS; s++)
        for (uint32_t k = 0; k < CIM_ALERT_SLOTS; k++) {
            w->base[s].struct_size = sizeof w->base[s];
            w->base[s].mean[k] = pick(seed, 10) ? support_uniform(seed, -1.0, 1.0) : NAN;
            w->base[s].spread[k] = support_uniform(seed, 0.5, 2.0);
        }
}

static cim_alert_engine *engine_of(const world *w)
{
    cim_alert_engine *e = NULL;
    assert_ok(ctx, cim_alert_engine_new(ctx, w->rules, w->rule_count, STREAMS, NULL, &e));
    for (uint32_t i = 0; i < w->rule_count; i++) {
        uint32_t streams[STREAMS + 1], count = 0;
        if (w->rules[i].kind == CIM_ALERT_RULES) continue;
        for (uint32_t s = STREAMS; s-- > 0;)
            if (w->looks[i][s]) streams[count++] = s;
        if (count) streams[count] = streams[0], count++; /* twice is once */
        assert_ok(ctx, cim_alert_streams(ctx, e, i, streams, count));
    }
    for (uint32_t s = 0; s < STREAMS; s++) assert_ok(ctx, cim_alert_baseline_set(ctx, e, s, &w->base[s]));
    return e;
}

/* ---- comparing ---- */

static int by_all(const void *a, const void *b) { return memcmp(a, b, sizeof(told)); }

static void compare(world *w, cim_alert_engine *e, uint64_t number)
{
    cim_alert_event event = { .struct_size = sizeof event };
    for (w->got_count = 0; cim_alert_next(e, &event);) {
        bool own = event.what == CIM_ALERT_RAISED || event.what == CIM_ALERT_CLEARED;
        assert_true(w->got_count < EVENTS);
        w->got[w->got_count++] = (told){ event.what, event.rule, own ? event.stream : CIM_NONE, event.time_ms };
        assert_true(event.alert > 0);
        assert_int_equal(event.severity == 4, event.what == CIM_ALERT_ESCALATED || event.severity == 4);
    }
    qsort(w->got, w->got_count, sizeof(told), by_all);
    qsort(w->expected, w->expected_count, sizeof(told), by_all);
    for (size_t i = 0; i < w->got_count && i < w->expected_count; i++)
        if (memcmp(&w->got[i], &w->expected[i], sizeof(told)))
            fail_msg("case %llu: event %u of rule %u (kind %u), stream %u, at %lld; expected %u of rule %u (kind %u), stream %u, at %lld", (unsigned long long)number,
                     w->got[i].what, w->got[i].rule, w->rules[w->got[i].rule].kind, w->got[i].stream, (long long)w->got[i].t, w->expected[i].what, w->expected[i].rule,
                     w->rules[w->expected[i].rule].kind, w->expected[i].stream, (long long)w->expected[i].t);
    if (w->got_count != w->expected_count) fail_msg("case %llu: %zu events, expected %zu", (unsigned long long)number, w->got_count, w->expected_count);
    w->expected_count = 0;
}

static void acknowledge(world *w, cim_alert_engine *e, uint64_t *seed)
{
    uint32_t rule = pick(seed, w->rule_count), wanted = 0, got = 0;
    bool whole = w->rules[rule].least != 0;
    for (uint32_t s = whole ? STREAMS : 0; s <= STREAMS; s++) {
        if (!w->active[rule][s] || w->acked[rule][s] || w->rules[rule].quiet) continue;
        w->acked[rule][s] = true;
        wanted++;
        expect(w, CIM_ALERT_ACKNOWLEDGED, rule, CIM_NONE, w->clock);
    }
    assert_ok(ctx, cim_alert_acknowledge(ctx, e, rule, CIM_NONE, &got));
    assert_int_equal(got, wanted);
}

static const char *const rule_names[] = { "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8" }, *const stream_names[] = { "s0", "s \"1\"", "\xc3\xa4", "" };

/* Another engine goes on. */
static cim_alert_engine *hand_over(const world *w, cim_alert_engine *e)
{
    cim_buf text = CIM_BUF_INIT, again = CIM_BUF_INIT;
    uint32_t left = 7;
    assert_ok(ctx, cim_alert_save(ctx, e, rule_names, stream_names, &text));
    cim_alert_engine_free(e);
    e = engine_of(w);
    assert_ok(ctx, cim_alert_restore(ctx, e, rule_names, stream_names, text.data, text.size, &left));
    assert_int_equal(left, 0);
    assert_ok(ctx, cim_alert_save(ctx, e, rule_names, stream_names, &again));
    if (strcmp(text.data, again.data)) fail_msg("saved\n%s\nand then\n%s", text.data, again.data);
    cim_buf_dispose(&text);
    cim_buf_dispose(&again);
    return e;
}

static size_t run_case(uint64_t number, uint64_t *seed, world *w)
{
    size_t events = 0;
    random_world(seed, w);
    cim_alert_engine *e = engine_of(w);
    int64_t now = (int64_t)(support_random(seed) % 4000000000000ull) - 1000000000000;
    for (int step = 0; step < STEPS; step++) {
        uint32_t s = pick(seed, STREAMS), what = pick(seed, 40);
        now += pick(seed, 4) ? pick(seed, 4000) : pick(seed, 20) ? 0 : pick(seed, 100000);
        int64_t t = now - (pick(seed, 8) ? 0 : pick(seed, 6000));
        double v = pick(seed, 3) ? (double)pick(seed, 9) - 4.0 : support_uniform(seed, -5.0, 5.0);
        uint32_t q = pick(seed, 4) ? 0 : pick(seed, 40);
        if (what == 0) {
            clock_goes(w, now > w->clock || !w->started ? now : w->clock);
            assert_ok(ctx, cim_alert_advance(ctx, e, now));
        } else if (what == 1) {
            acknowledge(w, e, seed);
        } else {
            if (what == 2) v = NAN;
            observed(w, s, t, v, q);
            assert_ok(ctx, cim_alert_observe(ctx, e, s, t, v, q));
        }
        events += w->expected_count;
        compare(w, e, number);
        if (!pick(seed, 30)) e = hand_over(w, e);
    }
    cim_alert_engine_free(e);
    return events;
}

static void test_alert_random_rules(void **state)
{
    uint64_t seed = 20260101;
    size_t events = 0;
    world *w = malloc(sizeof *w);
    (void)state;
    for (uint64_t i = 0; i < CASES; i++) events += run_case(i, &seed, w);
    print_message("%d cases, %zu events\n", CASES, events);
    assert_true(events > 20 * CASES);
    free(w);
}

static int set_up(void **state) { return (void)state, ctx = support_ctx(), ctx ? 0 : -1; }
static int tear_down(void **state) { return (void)state, cim_ctx_free(ctx), 0; }

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_alert_random_rules) };
    return cmocka_run_group_tests_name("alert_random", tests, set_up, tear_down);
}
