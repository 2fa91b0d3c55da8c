/* judge.c - one rule, one observation. */
#include "alert/alert.h"

static bool outside(const cim_alert_rule *r, double score, bool holding)
{
    double low = holding && !isnan(r->clear_low) ? r->clear_low : r->low, high = holding && !isnan(r->clear_high) ? r->clear_high : r->high;
    bool out = score < low || score > high;
    return r->inside ? !out : out;
}

static bool long_enough(const cim_alert_rule *r, const cim__alert_item *item, int64_t time_ms)
{
    if (!item->holds) return time_ms - item->since_ms >= r->clear_ms;
    return time_ms - item->since_ms >= r->for_ms && item->run >= (r->for_count ? r->for_count : 1);
}

/* The condition does hold, or does not: since when, how often, and is that enough. */
static void step(cim_alert_engine *e, uint32_t number, bool holds, const cim__alert_cause *cause)
{
    cim__alert_item *item = cim__alert_at(e, number);
    if (item->since_ms == INT64_MIN || holds != item->holds) {
        item->holds = holds;
        item->since_ms = cause->time_ms;
        item->run = 0;
    }
    if (item->run < UINT32_MAX) item->run++;
    if (holds != item->active && long_enough(&e->rules[item->rule].r, item, cause->time_ms)) cim__alert_set(e, number, holds, cause);
}

/* The value is as it was, or what it is from now on is another. */
static void step_flat(cim_alert_engine *e, uint32_t number, const cim__alert_cause *cause)
{
    cim__alert_item *item = cim__alert_at(e, number);
    const cim_alert_rule *r = &e->rules[item->rule].r;
    uint32_t least = r->for_count > 2 ? r->for_count : 2;
    if (!item->run || !(fabs(cause->value - item->anchor) <= r->tolerance)) {
        item->anchor = cause->value;
        item->since_ms = cause->time_ms;
        item->run = 0;
    }
    item->holds = true;
    if (item->run < UINT32_MAX) item->run++;
    cim__alert_set(e, number, item->run >= least && cause->time_ms - item->since_ms >= r->for_ms, cause);
}

/* NAN: nothing to compare with. */
static double rate(const cim_alert_engine *e, const cim_alert_rule *r, uint32_t stream, int64_t time_ms, double value)
{
    const cim__alert_stream *s = &e->streams[stream];
    for (uint32_t back = 1; back <= s->past_count; back++) {
        const cim__alert_past *p = &s->past[(s->next_past + CIM_ALERT_REMEMBERED - back) % CIM_ALERT_REMEMBERED];
        int64_t span = time_ms - p->time_ms;
        if (span < r->span_ms || (cim__alert_bit(p->quality) & r->skip_quality)) continue;
        if (r->max_span_ms && span > r->max_span_ms) return NAN;
        return (value - p->value) / (double)span * (double)(r->per_ms ? r->per_ms : 3600000);
    }
    return NAN;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static double deviation(const cim_alert_engine *e, const cim_alert_rule *r, uint32_t stream, int64_t time_ms, double value)
{
    const cim_alert_baseline *b = e->streams[stream].baseline;
    if (!b) return NAN;
    int64_t hour = floor_div(time_ms + r->utc_offset_ms, 3600000) + 72; /* 1970 began on a Thursday */
    uint32_t slot = (uint32_t)(hour - floor_div(hour, CIM_ALERT_SLOTS) * CIM_ALERT_SLOTS);
    return (value - b->mean[slot]) / b->spread[slot];
}

void cim__alert_judge(cim_alert_engine *e, uint32_t number, int64_t time_ms, double value, uint32_t quality)
{
    cim__alert_item *item = cim__alert_at(e, number);
    const cim_alert_rule *r = &e->rules[item->rule].r;
    cim__alert_cause cause = { item->stream, time_ms, value, value };
    if (cim__alert_bit(quality) & r->skip_quality) return;
    e->counts.judged++;
    if (r->kind == CIM_ALERT_RATE) cause.score = rate(e, r, item->stream, time_ms, value);
    if (r->kind == CIM_ALERT_DEVIATION) cause.score = deviation(e, r, item->stream, time_ms, value);
    switch (r->kind) {
    case CIM_ALERT_VALUE:
    case CIM_ALERT_RATE:
    case CIM_ALERT_DEVIATION:
        if (!isnan(cause.score)) step(e, number, outside(r, cause.score, item->holds), &cause);
        break;
    case CIM_ALERT_FLAT: step_flat(e, number, &cause); break;
    case CIM_ALERT_ABSENT:
        item->since_ms = time_ms;
        cim__alert_set(e, number, false, &cause);
        cim__alert_wait(e, number);
        break;
    case CIM_ALERT_QUALITY: step(e, number, (cim__alert_bit(quality) & r->mask) != 0, &cause); break;
    default: cim__alert_set(e, number, false, &cause); /* IRREGULAR: this one was in order */
    }
}

void cim__alert_irregular(cim_alert_engine *e, uint32_t stream, int64_t time_ms, double value, uint32_t what)
{
    cim__alert_cause cause = { stream, time_ms, value, value };
    for (uint32_t i = e->streams[stream].first; i != CIM_NONE; i = cim__alert_at(e, i)->of_stream) {
        const cim_alert_rule *r = &e->rules[cim__alert_at(e, i)->rule].r;
        if (r->kind != CIM_ALERT_IRREGULAR || !(r->mask & what)) continue;
        cim__alert_at(e, i)->since_ms = time_ms;
        cim__alert_set(e, i, true, &cause);
    }
}

void cim__alert_remember(cim__alert_stream *s, int64_t time_ms, double value, uint32_t quality)
{
    s->seen = true;
    s->last_ms = time_ms;
    s->last = value;
    if (!s->past) return;
    s->past[s->next_past] = (cim__alert_past){ time_ms, value, quality };
    s->next_past = (uint8_t)((s->next_past + 1u) % CIM_ALERT_REMEMBERED);
    if (s->past_count < CIM_ALERT_REMEMBERED) s->past_count++;
}
