/* alert.h - inside an engine.
 *
 * An item is a rule on one of its streams, or a rule as a whole: one over several streams or over rules.  Items of a stream hang on a list by
 * rule, so that an observation meets them and no others.  An item that something will happen to without an observation is in a heap by when. */
#ifndef CIM_ALERT_ALERT_H
#define CIM_ALERT_ALERT_H

#include "core/ctx.h"

#include "cim/alert.h"

#include <math.h>

#define CIM__ALERT_NEVER INT64_MAX

typedef struct cim__alert_item {
    uint32_t rule, stream;         /* stream CIM_NONE: the rule as a whole */
    uint32_t of_stream, of_rule;   /* the next item of that stream, by rule; of that rule */
    uint32_t place;                /* in the heap; CIM_NONE: not there */
    uint32_t run;                  /* values one after the other for which holds is what it is */
    int64_t due_ms;                /* where it is in the heap: not later than what it waits for */
    int64_t since_ms;              /* since when holds is what it is; ABSENT: the last sign of life; INT64_MIN: never judged */
    int64_t raised_ms, repeat_ms, escalate_ms;
    uint64_t alert;
    double anchor;                 /* FLAT: the value that stays */
    bool holds, active, told, acknowledged, escalated, used;
} cim__alert_item;

typedef struct cim__alert_past {
    int64_t time_ms;
    double value;
    uint32_t quality;
} cim__alert_past;

typedef struct cim__alert_stream {
    uint32_t first;                /* item */
    bool seen;
    uint8_t next_past, past_count;
    int64_t last_ms;
    double last;
    cim__alert_past *past;         /* a ring; NULL: no rule looks back */
    cim_alert_baseline *baseline;
} cim__alert_stream;

typedef struct cim__alert_rule {
    cim_alert_rule r;
    uint32_t first, members, active; /* items of streams */
    uint32_t whole;                /* item; CIM_NONE: none */
    uint32_t true_inputs;
    uint32_t first_user, user_count; /* rules that look at this one, in users */
    uint32_t *inputs;
    bool truth, waiting;
} cim__alert_rule;

typedef struct cim__alert_window {
    uint32_t rule, stream;
    int64_t from_ms, to_ms;
} cim__alert_window;

struct cim_alert_engine {
    cim__mem *mem;
    uint32_t rule_count, stream_count, over_rules, max_items;
    cim__alert_rule *rules;
    cim__alert_stream *streams;
    uint32_t *users;
    uint32_t *waiting, waiting_count; /* rules over rules that have to be looked at, ascending */
    cim__buf items;                   /* cim__alert_item */
    uint32_t free_item, item_count;
    uint32_t *heap, heap_count, heap_cap;
    cim__buf events, windows;
    size_t fetched;
    bool started;
    int64_t clock_ms;
    uint64_t alerts;
    cim_alert_counts counts;
};

static inline cim__alert_item *cim__alert_at(cim_alert_engine *e, uint32_t item) { return &CIM__AT(&e->items, cim__alert_item, item); }

/* What an observation brings; stream CIM_NONE: the clock. */
typedef struct cim__alert_cause {
    uint32_t stream;
    int64_t time_ms;
    double value, score;
} cim__alert_cause;

/* ---- engine.c ---- */
cim_status cim__alert_room(cim_ctx *ctx, cim_alert_engine *e, size_t events); /* for so many events, and those of rules over rules */
void cim__alert_set(cim_alert_engine *e, uint32_t item, bool active, const cim__alert_cause *cause);
void cim__alert_settle(cim_alert_engine *e, const cim__alert_cause *cause);   /* rules over rules */
void cim__alert_whole(cim_alert_engine *e, uint32_t rule, const cim__alert_cause *cause); /* does it hold for enough? */
void cim__alert_wait(cim_alert_engine *e, uint32_t item); /* put it into the heap where it belongs, or leave it where that is earlier */
void cim__alert_start(cim_alert_engine *e, int64_t now_ms);
void cim__alert_unset(cim_alert_engine *e); /* as new, but for rules, streams, baselines, windows */

static inline uint32_t cim__alert_bit(uint32_t quality) { return 1u << (quality < 31 ? quality : 31); }

/* ---- judge.c ---- */
void cim__alert_judge(cim_alert_engine *e, uint32_t item, int64_t time_ms, double value, uint32_t quality);
void cim__alert_irregular(cim_alert_engine *e, uint32_t stream, int64_t time_ms, double value, uint32_t what);
void cim__alert_remember(cim__alert_stream *stream, int64_t time_ms, double value, uint32_t quality);

/* ---- rule.c ---- */
cim_status cim__alert_rule_ok(cim_ctx *ctx, const cim_alert_rule *r, uint32_t number);

#endif
