/* engine.c - the clock, observations, and who is told.
 *
 * Nothing here fails half way: room for all events that a step can make is reserved before it. */
#include "alert/alert.h"

#include <stdlib.h>

enum { MAX_WINDOWS = 100000 };

/* ---- the heap: four children, by time, then by item ---- */

static bool before(cim_alert_engine *e, uint32_t a, uint32_t b)
{
    int64_t x = cim__alert_at(e, a)->due_ms, y = cim__alert_at(e, b)->due_ms;
    return x != y ? x < y : a < b;
}

static void heap_put(cim_alert_engine *e, uint32_t at, uint32_t item)
{
    e->heap[at] = item;
    cim__alert_at(e, item)->place = at;
}

static void heap_up(cim_alert_engine *e, uint32_t at)
{
    uint32_t item = e->heap[at];
    for (; at && before(e, item, e->heap[(at - 1) / 4]); at = (at - 1) / 4) heap_put(e, at, e->heap[(at - 1) / 4]);
    heap_put(e, at, item);
}

static void heap_down(cim_alert_engine *e, uint32_t at)
{
    uint32_t item = e->heap[at];
    for (;;) {
        uint32_t least = 4 * at + 1, end = 4 * at + 5 < e->heap_count ? 4 * at + 5 : e->heap_count;
        if (least >= e->heap_count) break;
        for (uint32_t c = least + 1; c < end; c++)
            if (before(e, e->heap[c], e->heap[least])) least = c;
        if (!before(e, e->heap[least], item)) break;
        heap_put(e, at, e->heap[least]);
        at = least;
    }
    heap_put(e, at, item);
}

static void heap_out(cim_alert_engine *e, uint32_t item)
{
    uint32_t at = cim__alert_at(e, item)->place;
    if (at == CIM_NONE) return;
    uint32_t last = e->heap[--e->heap_count];
    cim__alert_at(e, item)->place = CIM_NONE;
    if (last == item) return;
    heap_put(e, at, last);
    heap_up(e, at);
    heap_down(e, cim__alert_at(e, last)->place);
}

/* ---- what an item waits for ---- */

static int64_t later(int64_t time_ms, int64_t span_ms) { return time_ms > INT64_MAX - span_ms ? INT64_MAX : time_ms + span_ms; }

/* When a window ends that hides new alerts of an item; INT64_MIN: none does. */
static int64_t hidden_until(const cim_alert_engine *e, const cim__alert_item *item, int64_t time_ms)
{
    int64_t until = INT64_MIN;
    for (size_t i = 0; i < CIM__COUNT(&e->windows, cim__alert_window); i++) {
        const cim__alert_window *w = &CIM__AT(&e->windows, cim__alert_window, i);
        bool meant = (w->rule == CIM_NONE || w->rule == item->rule) && (w->stream == CIM_NONE || w->stream == item->stream);
        if (meant && time_ms >= w->from_ms && time_ms < w->to_ms && w->to_ms > until) until = w->to_ms;
    }
    return until;
}

static bool is_alert(const cim_alert_engine *e, const cim__alert_item *item)
{
    const cim__alert_rule *r = &e->rules[item->rule];
    return !r->r.quiet && (item->stream == CIM_NONE || r->whole == CIM_NONE);
}

static int64_t due(const cim_alert_engine *e, const cim__alert_item *item)
{
    const cim_alert_rule *r = &e->rules[item->rule].r;
    int64_t when = CIM__ALERT_NEVER;
    if (r->kind == CIM_ALERT_ABSENT && item->stream != CIM_NONE && !item->active && item->since_ms != INT64_MIN) when = later(item->since_ms, r->for_ms);
    if (!item->active || !is_alert(e, item)) return when;
    if (item->repeat_ms < when) when = item->repeat_ms;
    if (item->escalate_ms < when) when = item->escalate_ms;
    return when;
}

void cim__alert_wait(cim_alert_engine *e, uint32_t number)
{
    cim__alert_item *item = cim__alert_at(e, number);
    int64_t when = due(e, item);
    if (when == CIM__ALERT_NEVER) return;
    if (item->place == CIM_NONE) {
        item->due_ms = when;
        heap_put(e, e->heap_count++, number);
        heap_up(e, item->place);
    } else if (when < item->due_ms) {
        item->due_ms = when;
        heap_up(e, item->place);
    }
}

/* ---- who is told ---- */

cim_status cim__alert_room(cim_ctx *ctx, cim_alert_engine *e, size_t events)
{
    if (e->fetched && e->fetched == CIM__COUNT(&e->events, cim_alert_event)) e->events.size = e->fetched = 0;
    size_t count = events + e->over_rules;
    if (count <= SIZE_MAX / sizeof(cim_alert_event) / 2 && cim__buf_reserve(&e->events, count * sizeof(cim_alert_event))) return CIM_OK;
    e->events.failed = false; /* what is there stays, and the call may be repeated */
    return cim__nomem(ctx);
}

static void tell(cim_alert_engine *e, const cim__alert_item *item, uint32_t what, const cim__alert_cause *cause)
{
    const cim__alert_rule *r = &e->rules[item->rule];
    cim_alert_event *event = CIM__PUSH(&e->events, cim_alert_event);
    if (!event) return; /* not so: there is room */
    *event = (cim_alert_event){ .struct_size = sizeof *event, .what = what, .rule = item->rule, .stream = cause->stream, .alert = item->alert };
    event->severity = item->escalated ? r->r.escalate_to : r->r.severity;
    event->single = item->stream != CIM_NONE;
    event->holding = event->single ? item->active : r->r.kind == CIM_ALERT_RULES ? r->true_inputs : r->active;
    event->time_ms = cause->time_ms;
    event->since_ms = what == CIM_ALERT_RAISED ? item->since_ms : item->raised_ms;
    if (!event->single && what == CIM_ALERT_RAISED) event->since_ms = item->raised_ms;
    event->value = cause->value;
    event->score = cause->score;
}

/* Tell of a new alert, or wait for the end of a window. */
static void raise_it(cim_alert_engine *e, cim__alert_item *item, const cim__alert_cause *cause)
{
    const cim_alert_rule *r = &e->rules[item->rule].r;
    int64_t hidden = hidden_until(e, item, cause->time_ms);
    item->escalate_ms = CIM__ALERT_NEVER;
    item->repeat_ms = hidden == INT64_MIN ? CIM__ALERT_NEVER : hidden;
    if (hidden != INT64_MIN) return;
    item->told = true;
    e->counts.raised++;
    if (r->repeat_ms) item->repeat_ms = later(e->clock_ms, r->repeat_ms);
    if (r->escalate_ms && r->escalate_to > r->severity) item->escalate_ms = later(e->clock_ms, r->escalate_ms);
    tell(e, item, CIM_ALERT_RAISED, cause);
}

static void alert_on(cim_alert_engine *e, uint32_t number, const cim__alert_cause *cause)
{
    cim__alert_item *item = cim__alert_at(e, number);
    item->raised_ms = cause->time_ms;
    item->told = item->acknowledged = item->escalated = false;
    if (!is_alert(e, item)) return;
    item->alert = ++e->alerts;
    e->counts.active++;
    raise_it(e, item, cause);
    cim__alert_wait(e, number);
}

static void alert_off(cim_alert_engine *e, uint32_t number, const cim__alert_cause *cause)
{
    cim__alert_item *item = cim__alert_at(e, number);
    if (!is_alert(e, item)) return;
    e->counts.active--;
    if (!item->told) {
        e->counts.suppressed++;
        return;
    }
    e->counts.cleared++;
    tell(e, item, CIM_ALERT_CLEARED, cause);
}

/* ---- what holds ---- */

static void wait_for_look(cim_alert_engine *e, uint32_t rule)
{
    if (e->rules[rule].waiting) return;
    e->rules[rule].waiting = true;
    uint32_t at = e->waiting_count++;
    for (; at && e->waiting[at - 1] > rule; at--) e->waiting[at] = e->waiting[at - 1];
    e->waiting[at] = rule;
}

static void set_truth(cim_alert_engine *e, uint32_t rule, bool truth)
{
    cim__alert_rule *r = &e->rules[rule];
    if (r->truth == truth) return;
    r->truth = truth;
    for (uint32_t i = 0; i < r->user_count; i++) {
        uint32_t user = e->users[r->first_user + i];
        e->rules[user].true_inputs += truth ? 1u : (uint32_t)-1;
        wait_for_look(e, user);
    }
}

void cim__alert_whole(cim_alert_engine *e, uint32_t rule, const cim__alert_cause *cause)
{
    cim__alert_rule *r = &e->rules[rule];
    bool over_rules = r->r.kind == CIM_ALERT_RULES;
    uint32_t all = over_rules ? r->r.input_count : r->members, now = over_rules ? r->true_inputs : r->active;
    bool enough = all && now >= (r->r.least == CIM_NONE ? all : r->r.least);
    cim__alert_item *item = cim__alert_at(e, r->whole);
    if (enough == item->active) return;
    item->active = item->holds = enough;
    item->since_ms = cause->time_ms;
    if (enough) alert_on(e, r->whole, cause);
    else alert_off(e, r->whole, cause);
    set_truth(e, rule, enough);
}

void cim__alert_set(cim_alert_engine *e, uint32_t number, bool active, const cim__alert_cause *cause)
{
    cim__alert_item *item = cim__alert_at(e, number);
    cim__alert_rule *r = &e->rules[item->rule];
    if (item->active == active) return;
    item->active = active;
    r->active += active ? 1u : (uint32_t)-1;
    if (r->whole != CIM_NONE) {
        item->raised_ms = cause->time_ms;
        cim__alert_whole(e, item->rule, cause);
        return;
    }
    if (active) alert_on(e, number, cause);
    else alert_off(e, number, cause);
    set_truth(e, item->rule, r->active > 0);
}

void cim__alert_settle(cim_alert_engine *e, const cim__alert_cause *cause)
{
    while (e->waiting_count) { /* those that come up meanwhile have greater numbers */
        uint32_t rule = e->waiting[0];
        memmove(e->waiting, e->waiting + 1, --e->waiting_count * sizeof *e->waiting);
        e->rules[rule].waiting = false;
        cim__alert_whole(e, rule, cause);
    }
}

/* ---- the clock ---- */

void cim__alert_start(cim_alert_engine *e, int64_t now_ms)
{
    e->started = true;
    e->clock_ms = now_ms;
    for (uint32_t i = 0; i < CIM__COUNT(&e->items, cim__alert_item); i++) {
        cim__alert_item *item = cim__alert_at(e, i);
        if (!item->used || item->stream == CIM_NONE || e->rules[item->rule].r.kind != CIM_ALERT_ABSENT) continue;
        if (item->since_ms == INT64_MIN) item->since_ms = now_ms;
        cim__alert_wait(e, i);
    }
}

static int64_t next_repeat(int64_t due_ms, int64_t every_ms, int64_t now_ms)
{
    if (now_ms > due_ms) due_ms += (now_ms - due_ms) / every_ms * every_ms; /* several were due: one is told */
    return later(due_ms, every_ms);
}

/* The time of an item has come; the clock goes on to `until`. */
static void happen(cim_alert_engine *e, uint32_t number, int64_t until)
{
    cim__alert_item *item = cim__alert_at(e, number);
    const cim_alert_rule *r = &e->rules[item->rule].r;
    int64_t now = e->clock_ms, hidden;
    cim__alert_cause cause = { item->stream, now, (double)NAN, (double)NAN };
    if (r->kind == CIM_ALERT_ABSENT && item->stream != CIM_NONE && !item->active && item->since_ms != INT64_MIN && later(item->since_ms, r->for_ms) <= now) {
        cim__alert_set(e, number, true, &cause);
    } else if (item->active && !item->told) {
        raise_it(e, item, &cause);
    } else if ((hidden = hidden_until(e, item, now)) != INT64_MIN) {
        if (item->repeat_ms <= now) item->repeat_ms = hidden;
        if (item->escalate_ms <= now) item->escalate_ms = hidden;
    } else if (item->escalate_ms <= now) {
        item->escalate_ms = CIM__ALERT_NEVER;
        item->escalated = true;
        tell(e, item, CIM_ALERT_ESCALATED, &cause);
    } else if (item->repeat_ms <= now) {
        item->repeat_ms = r->repeat_ms ? next_repeat(item->repeat_ms, r->repeat_ms, until) : CIM__ALERT_NEVER;
        tell(e, item, CIM_ALERT_REPEATED, &cause);
    }
    cim__alert_settle(e, &cause);
}

static cim_status run_clock(cim_ctx *ctx, cim_alert_engine *e, int64_t to_ms)
{
    if (!e->started) cim__alert_start(e, to_ms);
    while (e->heap_count && cim__alert_at(e, e->heap[0])->due_ms <= to_ms) {
        uint32_t number = e->heap[0];
        cim__alert_item *item = cim__alert_at(e, number);
        CIM__TRY(cim__alert_room(ctx, e, 4));
        heap_out(e, number);
        int64_t when = due(e, item);
        if (when <= item->due_ms) { /* else it waits for something later by now */
            if (when > e->clock_ms) e->clock_ms = when;
            happen(e, number, to_ms);
        }
        cim__alert_wait(e, number);
    }
    if (to_ms > e->clock_ms) e->clock_ms = to_ms;
    return CIM_OK;
}

static bool time_ok(int64_t time_ms) { return time_ms >= -CIM_ALERT_MAX_TIME_MS && time_ms <= CIM_ALERT_MAX_TIME_MS; }

cim_status cim_alert_advance(cim_ctx *ctx, cim_alert_engine *e, int64_t now_ms)
{
    cim__enter(ctx);
    if (!e) return cim__fail(ctx, CIM_EARG, "engine is NULL");
    if (!time_ok(now_ms)) return cim__fail(ctx, CIM_EARG, "%lld is no time in ms", (long long)now_ms);
    return e->started && now_ms <= e->clock_ms ? CIM_OK : run_clock(ctx, e, now_ms);
}

/* ---- observations ---- */

/* Not later than the one before. */
static void count_irregular(cim_alert_engine *e, uint32_t stream, int64_t time_ms, double value)
{
    const cim__alert_stream *s = &e->streams[stream];
    if (time_ms == s->last_ms && value == s->last) {
        e->counts.repeated++;
    } else if (time_ms == s->last_ms) {
        e->counts.conflicting++;
        cim__alert_irregular(e, stream, time_ms, value, CIM_ALERT_CONFLICT);
    } else {
        e->counts.late++;
        cim__alert_irregular(e, stream, time_ms, value, CIM_ALERT_LATE);
    }
}

cim_status cim_alert_observe(cim_ctx *ctx, cim_alert_engine *e, uint32_t stream, int64_t time_ms, double value, uint32_t quality)
{
    cim__enter(ctx);
    if (!e) return cim__fail(ctx, CIM_EARG, "engine is NULL");
    if (stream >= e->stream_count) return cim__fail(ctx, CIM_EARG, "stream %u of %u", stream, e->stream_count);
    if (!time_ok(time_ms)) return cim__fail(ctx, CIM_EARG, "%lld is no time in ms", (long long)time_ms);
    if (!e->started || time_ms > e->clock_ms) CIM__TRY(run_clock(ctx, e, time_ms));
    cim__alert_stream *s = &e->streams[stream];
    size_t on_stream = 0;
    for (uint32_t i = s->first; i != CIM_NONE; i = cim__alert_at(e, i)->of_stream) on_stream++;
    CIM__TRY(cim__alert_room(ctx, e, on_stream + 1));
    cim__alert_cause cause = { stream, time_ms, value, (double)NAN };
    e->counts.observed++;
    if (!isfinite(value)) {
        e->counts.empty++;
        return CIM_OK;
    }
    if (s->seen && time_ms <= s->last_ms) {
        count_irregular(e, stream, time_ms, value);
    } else {
        for (uint32_t i = s->first; i != CIM_NONE; i = cim__alert_at(e, i)->of_stream) cim__alert_judge(e, i, time_ms, value, quality);
        cim__alert_remember(s, time_ms, value, quality);
    }
    cim__alert_settle(e, &cause);
    return CIM_OK;
}

int32_t cim_alert_next(cim_alert_engine *e, cim_alert_event *event_out)
{
    if (!e || !event_out || e->fetched >= CIM__COUNT(&e->events, cim_alert_event)) return 0;
    cim__out_fill(event_out, &CIM__AT(&e->events, cim_alert_event, e->fetched++), sizeof *event_out);
    return 1;
}

void cim_alert_count(const cim_alert_engine *e, cim_alert_counts *counts_out)
{
    cim_alert_counts counts = { 0 };
    if (!e || !counts_out) return;
    counts = e->counts;
    counts.now_ms = e->started ? e->clock_ms : INT64_MIN;
    cim__out_fill(counts_out, &counts, sizeof counts);
}

/* ---- people ---- */

static bool waits_for_somebody(const cim_alert_engine *e, const cim__alert_item *item, uint32_t stream)
{
    return item->used && item->active && item->told && !item->acknowledged && is_alert(e, item) && (stream == CIM_NONE || item->stream == stream);
}

cim_status cim_alert_acknowledge(cim_ctx *ctx, cim_alert_engine *e, uint32_t rule, uint32_t stream, uint32_t *count_out)
{
    uint32_t count = 0;
    cim__enter(ctx);
    if (!e) return cim__fail(ctx, CIM_EARG, "engine is NULL");
    if (rule != CIM_NONE && rule >= e->rule_count) return cim__fail(ctx, CIM_EARG, "rule %u of %u", rule, e->rule_count);
    if (stream != CIM_NONE && stream >= e->stream_count) return cim__fail(ctx, CIM_EARG, "stream %u of %u", stream, e->stream_count);
    CIM__TRY(cim__alert_room(ctx, e, rule == CIM_NONE ? e->item_count : e->rules[rule].members + 1u));
    for (uint32_t r = rule == CIM_NONE ? 0 : rule; r < e->rule_count && (rule == CIM_NONE || r == rule); r++) {
        uint32_t i = e->rules[r].whole == CIM_NONE ? e->rules[r].first : e->rules[r].whole;
        for (; i != CIM_NONE; i = cim__alert_at(e, i)->of_rule) {
            cim__alert_item *item = cim__alert_at(e, i);
            cim__alert_cause cause = { item->stream, e->clock_ms, (double)NAN, (double)NAN };
            if (!waits_for_somebody(e, item, stream)) continue;
            tell(e, item, CIM_ALERT_ACKNOWLEDGED, &cause);
            item->acknowledged = true;
            item->repeat_ms = item->escalate_ms = CIM__ALERT_NEVER;
            count++;
        }
    }
    if (count_out) *count_out = count;
    return CIM_OK;
}

cim_status cim_alert_suppress(cim_ctx *ctx, cim_alert_engine *e, uint32_t rule, uint32_t stream, int64_t from_ms, int64_t to_ms)
{
    cim__enter(ctx);
    if (!e) return cim__fail(ctx, CIM_EARG, "engine is NULL");
    if (rule != CIM_NONE && rule >= e->rule_count) return cim__fail(ctx, CIM_EARG, "rule %u of %u", rule, e->rule_count);
    if (stream != CIM_NONE && stream >= e->stream_count) return cim__fail(ctx, CIM_EARG, "stream %u of %u", stream, e->stream_count);
    if (!time_ok(from_ms) || !time_ok(to_ms) || from_ms >= to_ms) return cim__fail(ctx, CIM_EARG, "a window ends before it begins, or is at no time");
    size_t kept = 0;
    for (size_t i = 0; i < CIM__COUNT(&e->windows, cim__alert_window); i++) { /* those that are over go */
        cim__alert_window w = CIM__AT(&e->windows, cim__alert_window, i);
        if (!e->started || w.to_ms > e->clock_ms) CIM__AT(&e->windows, cim__alert_window, kept++) = w;
    }
    e->windows.size = kept * sizeof(cim__alert_window);
    if (kept >= MAX_WINDOWS) return cim__fail(ctx, CIM_ELIMIT, "%d windows are the most", MAX_WINDOWS);
    cim__alert_window *w = CIM__PUSH(&e->windows, cim__alert_window);
    if (!w) {
        e->windows.failed = false;
        return cim__nomem(ctx);
    }
    *w = (cim__alert_window){ rule, stream, from_ms, to_ms };
    return CIM_OK;
}

/* ---- streams of rules ---- */

static uint32_t new_item(cim_alert_engine *e, uint32_t rule, uint32_t stream) /* there is room */
{
    uint32_t number = e->free_item;
    if (number != CIM_NONE) {
        e->free_item = cim__alert_at(e, number)->of_rule;
    } else {
        number = (uint32_t)CIM__COUNT(&e->items, cim__alert_item);
        (void)CIM__PUSH(&e->items, cim__alert_item);
    }
    *cim__alert_at(e, number) = (cim__alert_item){ .rule = rule, .stream = stream, .of_stream = CIM_NONE, .of_rule = CIM_NONE, .place = CIM_NONE,
                                                   .since_ms = INT64_MIN, .repeat_ms = CIM__ALERT_NEVER, .escalate_ms = CIM__ALERT_NEVER, .used = true };
    e->item_count++;
    return number;
}

static cim_status item_room(cim_ctx *ctx, cim_alert_engine *e, uint32_t more)
{
    uint64_t count = CIM__COUNT(&e->items, cim__alert_item) + (uint64_t)more;
    if ((uint64_t)e->item_count + more > e->max_items)
        return cim__fail(ctx, CIM_ELIMIT, "more than %u pairs of rule and stream", e->max_items);
    if (!cim__buf_reserve(&e->items, more * sizeof(cim__alert_item))) {
        e->items.failed = false;
        return cim__nomem(ctx);
    }
    if (count > e->heap_cap) {
        uint64_t cap = count + count / 2;
        uint32_t *heap = cap < CIM_NONE ? cim__realloc_n(e->mem, e->heap, cap, sizeof *heap) : NULL;
        if (!heap) return cim__nomem(ctx);
        e->heap = heap, e->heap_cap = (uint32_t)cap;
    }
    return CIM_OK;
}

/* Items of a stream stand by rule. */
static void link_item(cim_alert_engine *e, uint32_t number)
{
    cim__alert_item *item = cim__alert_at(e, number);
    uint32_t *at = &e->streams[item->stream].first;
    while (*at != CIM_NONE && cim__alert_at(e, *at)->rule < item->rule) at = &cim__alert_at(e, *at)->of_stream;
    item->of_stream = *at;
    *at = number;
    item->of_rule = e->rules[item->rule].first;
    e->rules[item->rule].first = number;
    e->rules[item->rule].members++;
}

static void unlink_item(cim_alert_engine *e, uint32_t number)
{
    cim__alert_item *item = cim__alert_at(e, number);
    uint32_t *at = &e->streams[item->stream].first;
    while (*at != number) at = &cim__alert_at(e, *at)->of_stream;
    *at = item->of_stream;
    heap_out(e, number);
    item->used = false;
    item->of_rule = e->free_item;
    e->free_item = number;
    e->item_count--;
    e->rules[item->rule].members--;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t find_number(const uint32_t *sorted, uint32_t count, uint32_t wanted)
{
    uint32_t lo = 0, hi = count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (sorted[mid] < wanted) lo = mid + 1;
        else hi = mid;
    }
    return lo < count && sorted[lo] == wanted ? lo : CIM_NONE;
}

static cim_status past_room(cim_ctx *ctx, cim_alert_engine *e, uint32_t rule, const uint32_t *streams, uint32_t count)
{
    if (e->rules[rule].r.kind != CIM_ALERT_RATE) return CIM_OK;
    for (uint32_t i = 0; i < count; i++) {
        cim__alert_stream *s = &e->streams[streams[i]];
        if (!s->past) s->past = cim__zalloc_n(e->mem, CIM_ALERT_REMEMBERED, sizeof *s->past);
        if (!s->past) return cim__nomem(ctx);
    }
    return CIM_OK;
}

/* Streams that are no longer of the rule go; of those that stay have[] is set. */
static void drop_streams(cim_alert_engine *e, uint32_t rule, const uint32_t *streams, uint32_t count, uint8_t *have, const cim__alert_cause *cause)
{
    cim__alert_rule *r = &e->rules[rule];
    for (uint32_t *at = &r->first; *at != CIM_NONE;) {
        uint32_t number = *at, k = find_number(streams, count, cim__alert_at(e, number)->stream);
        cim__alert_item *item = cim__alert_at(e, number);
        if (k != CIM_NONE) {
            have[k] = 1;
            at = &item->of_rule;
            continue;
        }
        *at = item->of_rule;
        cim__alert_cause gone = *cause;
        gone.stream = item->stream;
        if (r->whole == CIM_NONE) cim__alert_set(e, number, false, &gone);
        else r->active -= item->active;
        unlink_item(e, number);
    }
}

static cim_status change_streams(cim_ctx *ctx, cim_alert_engine *e, uint32_t rule, const uint32_t *streams, uint32_t count, uint8_t *have)
{
    cim__alert_cause cause = { CIM_NONE, e->clock_ms, (double)NAN, (double)NAN };
    CIM__TRY(item_room(ctx, e, count));
    CIM__TRY(cim__alert_room(ctx, e, e->rules[rule].members + 2u));
    CIM__TRY(past_room(ctx, e, rule, streams, count));
    drop_streams(e, rule, streams, count, have, &cause);
    for (uint32_t k = 0; k < count; k++) {
        if (have[k]) continue;
        uint32_t number = new_item(e, rule, streams[k]);
        link_item(e, number);
        if (!e->started || e->rules[rule].r.kind != CIM_ALERT_ABSENT) continue;
        cim__alert_at(e, number)->since_ms = e->clock_ms;
        cim__alert_wait(e, number);
    }
    if (e->rules[rule].whole != CIM_NONE) cim__alert_whole(e, rule, &cause);
    cim__alert_settle(e, &cause);
    return CIM_OK;
}

cim_status cim_alert_streams(cim_ctx *ctx, cim_alert_engine *e, uint32_t rule, const uint32_t *streams, uint32_t count)
{
    cim__enter(ctx);
    if (!e || (count && !streams)) return cim__fail(ctx, CIM_EARG, "engine or streams are NULL");
    if (rule >= e->rule_count) return cim__fail(ctx, CIM_EARG, "rule %u of %u", rule, e->rule_count);
    if (e->rules[rule].r.kind == CIM_ALERT_RULES) return cim__fail(ctx, CIM_EARG, "rule %u is over rules, not over streams", rule);
    for (uint32_t i = 0; i < count; i++)
        if (streams[i] >= e->stream_count) return cim__fail(ctx, CIM_EARG, "stream %u of %u", streams[i], e->stream_count);
    uint32_t *sorted = cim__alloc_n(ctx->mem, count + (size_t)1, sizeof *sorted), kept = 0;
    uint8_t *have = cim__zalloc_n(ctx->mem, count + (size_t)1, 1);
    cim_status status = sorted && have ? CIM_OK : cim__nomem(ctx);
    if (status == CIM_OK) {
        if (count) memcpy(sorted, streams, count * sizeof *sorted);
        if (count) qsort(sorted, count, sizeof *sorted, by_number);
        for (uint32_t i = 0; i < count; i++)
            if (!kept || sorted[i] != sorted[kept - 1]) sorted[kept++] = sorted[i];
        status = change_streams(ctx, e, rule, sorted, kept, have);
    }
    cim__free(ctx->mem, sorted);
    cim__free(ctx->mem, have);
    return status;
}

/* ---- a new one ---- */

static cim_status take_rules(cim_ctx *ctx, cim_alert_engine *e, const cim_alert_rule *rules)
{
    uint32_t users = 0;
    for (uint32_t i = 0; i < e->rule_count; i++) {
        cim__alert_rule *r = &e->rules[i];
        r->r = (cim_alert_rule)CIM_ALERT_RULE_INIT;
        r->whole = r->first = CIM_NONE;
        const void *at = (const char *)rules + i * rules[0].struct_size;
        CIM__TRY(cim__opts(ctx, &r->r, sizeof r->r, at, "alert rule"));
        CIM__TRY(cim__alert_rule_ok(ctx, &r->r, i));
        if (r->r.input_count) r->inputs = cim__alloc_n(e->mem, r->r.input_count, sizeof *r->inputs);
        if (r->r.input_count && !r->inputs) return cim__nomem(ctx);
        if (r->r.input_count) memcpy(r->inputs, r->r.inputs, r->r.input_count * sizeof *r->inputs);
        r->r.inputs = r->inputs;
        for (uint32_t k = 0; k < r->r.input_count; k++, users++) e->rules[r->inputs[k]].user_count++;
        e->over_rules += r->r.kind == CIM_ALERT_RULES;
    }
    e->users = cim__alloc_n(e->mem, (size_t)users + 1, sizeof *e->users);
    if (!e->users) return cim__nomem(ctx);
    for (uint32_t i = 0, at = 0; i < e->rule_count; i++) {
        e->rules[i].first_user = at;
        at += e->rules[i].user_count;
        e->rules[i].user_count = 0;
    }
    for (uint32_t i = 0; i < e->rule_count; i++)
        for (uint32_t k = 0; k < e->rules[i].r.input_count; k++) {
            cim__alert_rule *input = &e->rules[e->rules[i].inputs[k]];
            e->users[input->first_user + input->user_count++] = i;
        }
    return CIM_OK;
}

static cim_status fill(cim_ctx *ctx, cim_alert_engine *e, const cim_alert_rule *rules)
{
    uint32_t whole = 0;
    e->rules = cim__zalloc_n(e->mem, (size_t)e->rule_count + 1, sizeof *e->rules);
    e->streams = cim__zalloc_n(e->mem, (size_t)e->stream_count + 1, sizeof *e->streams);
    e->waiting = cim__alloc_n(e->mem, (size_t)e->rule_count + 1, sizeof *e->waiting);
    if (!e->rules || !e->streams || !e->waiting) return cim__nomem(ctx);
    for (uint32_t s = 0; s < e->stream_count; s++) e->streams[s].first = CIM_NONE;
    if (e->rule_count) CIM__TRY(take_rules(ctx, e, rules));
    for (uint32_t i = 0; i < e->rule_count; i++) whole += e->rules[i].r.least != 0;
    CIM__TRY(item_room(ctx, e, whole));
    for (uint32_t i = 0; i < e->rule_count; i++)
        if (e->rules[i].r.least) e->rules[i].whole = new_item(e, i, CIM_NONE);
    return CIM_OK;
}

cim_status cim_alert_engine_new(cim_ctx *ctx, const cim_alert_rule *rules, uint32_t rule_count, uint32_t stream_count,
                                const cim_alert_engine_options *options, cim_alert_engine **engine_out)
{
    cim_alert_engine_options o = CIM_ALERT_ENGINE_OPTIONS_INIT;
    cim__enter(ctx);
    if (!engine_out || (rule_count && !rules)) return cim__fail(ctx, CIM_EARG, "rules or the place of the engine are NULL");
    if (rule_count > CIM_ALERT_MAX_RULES || stream_count > CIM_ALERT_MAX_STREAMS)
        return cim__fail(ctx, CIM_EARG, "%u rules and %u streams are too many", rule_count, stream_count);
    if (rule_count && rules[0].struct_size < sizeof(size_t)) return cim__fail(ctx, CIM_EARG, "alert rule not initialised");
    CIM__TRY(cim__opts(ctx, &o, sizeof o, options, "options of an alert engine"));
    cim_alert_engine *e = cim__zalloc(ctx->mem, sizeof *e);
    if (!e) return cim__nomem(ctx);
    e->mem = cim__mem_ref(ctx->mem);
    e->rule_count = rule_count, e->stream_count = stream_count;
    e->max_items = o.max_items ? o.max_items : 50000000u;
    e->free_item = CIM_NONE;
    e->items = cim__buf_on(e->mem), e->events = cim__buf_on(e->mem), e->windows = cim__buf_on(e->mem);
    cim_status status = fill(ctx, e, rules);
    if (status < 0) {
        cim_alert_engine_free(e);
        return status;
    }
    *engine_out = e;
    return CIM_OK;
}

void cim_alert_engine_free(cim_alert_engine *e)
{
    if (!e) return;
    cim__mem *mem = e->mem;
    for (uint32_t i = 0; e->rules && i < e->rule_count; i++) cim__free(mem, e->rules[i].inputs);
    for (uint32_t s = 0; e->streams && s < e->stream_count; s++) {
        cim__free(mem, e->streams[s].past);
        cim__free(mem, e->streams[s].baseline);
    }
    cim__free(mem, e->rules);
    cim__free(mem, e->streams);
    cim__free(mem, e->users);
    cim__free(mem, e->waiting);
    cim__free(mem, e->heap);
    cim__buf_free(&e->items);
    cim__buf_free(&e->events);
    cim__buf_free(&e->windows);
    cim__free(mem, e);
    cim__mem_unref(mem);
}

void cim__alert_unset(cim_alert_engine *e)
{
    for (uint32_t i = 0; i < CIM__COUNT(&e->items, cim__alert_item); i++) {
        cim__alert_item *item = cim__alert_at(e, i);
        if (!item->used) continue;
        *item = (cim__alert_item){ .rule = item->rule, .stream = item->stream, .of_stream = item->of_stream, .of_rule = item->of_rule, .place = CIM_NONE,
                                   .since_ms = INT64_MIN, .repeat_ms = CIM__ALERT_NEVER, .escalate_ms = CIM__ALERT_NEVER, .used = true };
    }
    for (uint32_t i = 0; i < e->rule_count; i++) {
        cim__alert_rule *r = &e->rules[i];
        r->active = r->true_inputs = 0;
        r->truth = r->waiting = false;
    }
    for (uint32_t s = 0; s < e->stream_count; s++) e->streams[s].seen = false, e->streams[s].next_past = e->streams[s].past_count = 0;
    e->heap_count = e->waiting_count = 0;
    e->events.size = e->fetched = 0;
    e->started = false;
    e->alerts = 0;
    e->counts = (cim_alert_counts){ 0 };
}
