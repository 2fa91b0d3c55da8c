/**
 * @file alert.h
 * Rules over streams of observations, and the alerts they raise.
 *
 * The engine knows numbers only: rules 0, 1, 2, ... over streams 0, 1, 2, ...
 *
 *     cim_alert_engine_new(ctx, rules, rule_count, stream_count, NULL, &engine);
 *     cim_alert_streams(ctx, engine, rule, streams, count);            which streams a rule looks at
 *     cim_alert_observe(ctx, engine, stream, time_ms, value, quality);
 *     while (cim_alert_next(engine, &event)) ...                      raised, cleared, ...
 *     cim_alert_advance(ctx, engine, now_ms);                          time passes without observations
 *
 * Each observation costs what the rules on its stream cost, however many others there are.  The clock of an engine is the latest time it was
 * told of, by an observation or by cim_alert_advance(); it never goes back.  Same input, same events, on every machine.
 *
 * Late and repeated observations: what is not later than the last observation of its stream is judged by no rule but CIM_ALERT_IRREGULAR, and
 * changes nothing else.  It is counted: as repeated (same time and value), as conflicting (same time, another value: the first stays) or as late.
 * A value that is no finite number counts as empty: it is not judged, and does not end an absence.
 *
 * cim-cover(7) explains rules with examples; cim-rules(5) is their file format.
 */
#ifndef CIM_ALERT_H
#define CIM_ALERT_H

#include "cim/ctx.h"

CIM_BEGIN

typedef struct cim_alert_engine cim_alert_engine;

#define CIM_ALERT_MAX_RULES 0x1000000u
#define CIM_ALERT_MAX_STREAMS 0x10000000u
#define CIM_ALERT_MAX_TIME_MS 8640000000000000 /* +-100,000,000 days about 1970 UTC */
#define CIM_ALERT_SLOTS 168u                   /* hours of a week */
#define CIM_ALERT_REMEMBERED 64u               /* values of a stream that rules of rates can look back at */

/** What a rule looks at. */
enum {
    CIM_ALERT_VALUE = 0,     /* the value is outside [low, high] */
    CIM_ALERT_RATE = 1,      /* the change of the value in per_ms is */
    CIM_ALERT_DEVIATION = 2, /* the distance from the baseline of that hour, in spreads of it, is */
    CIM_ALERT_FLAT = 3,      /* the value stays within +-tolerance of what it was, for for_ms and for_count values */
    CIM_ALERT_ABSENT = 4,    /* no observation for for_ms */
    CIM_ALERT_QUALITY = 5,   /* the quality is one of mask */
    CIM_ALERT_IRREGULAR = 6, /* an observation is late (mask 1) or conflicts with another one of the same time (mask 2) */
    CIM_ALERT_RULES = 7,     /* at least `least` of other rules hold */
    CIM_ALERT_KINDS = 8
};

enum { CIM_ALERT_LATE = 1, CIM_ALERT_CONFLICT = 2 };

/** Severities, as the Common Alerting Protocol names them. */
enum { CIM_ALERT_INFO = 0, CIM_ALERT_MINOR = 1, CIM_ALERT_MODERATE = 2, CIM_ALERT_SEVERE = 3, CIM_ALERT_EXTREME = 4 };

/**
 * A rule.  It holds for a stream when its condition did so for the time for_ms and for_count values one after the other; it no longer holds
 * when the condition did not for clear_ms.  Only observations of the stream itself tell, silence does not.
 */
typedef struct cim_alert_rule {
    size_t struct_size;        /* set by CIM_ALERT_RULE_INIT */
    uint32_t kind, severity;   /* CIM_ALERT_VALUE .., CIM_ALERT_INFO .. */
    double low, high;          /* VALUE, RATE, DEVIATION: holds below low or above high; -INFINITY, INFINITY: not */
    double clear_low, clear_high; /* once it holds, it does so until the value is within these; NAN: as low and high */
    int32_t inside;            /* 1: holds within [low, high] instead; once it does, until outside [clear_low, clear_high] */
    uint32_t least;            /* 0: an alert for each stream; n: one alert when the rule holds for n streams (RULES: n rules) or more; CIM_NONE: all */
    int64_t for_ms;            /* 0: at once */
    int64_t clear_ms;          /* 0: at once */
    uint32_t for_count;        /* 0 is as 1 */
    uint32_t mask;             /* QUALITY: bit 1 << q for quality q, 1 << 31 for all from 31 on; IRREGULAR: CIM_ALERT_LATE, CIM_ALERT_CONFLICT */
    int64_t per_ms;            /* RATE: change in this time; 0: an hour */
    int64_t span_ms;           /* RATE: against the newest value that is so much older; 0: against the one before */
    int64_t max_span_ms;       /* RATE: not against one that is older than this; 0: any of the last CIM_ALERT_REMEMBERED */
    double tolerance;          /* FLAT */
    int64_t utc_offset_ms;     /* DEVIATION: of the hours of the baseline */
    int64_t repeat_ms;         /* tell again after this time, until acknowledged or over; 0: never */
    int64_t escalate_ms;       /* with escalate_to after this time, unless acknowledged or over; 0: never */
    uint32_t escalate_to;
    uint32_t skip_quality;     /* observations of these qualities, bits as in mask, are not judged */
    int32_t quiet;             /* 1: no events; for other rules to look at */
    uint32_t input_count;      /* RULES */
    const uint32_t *inputs;    /* numbers of other rules, all less than the number of this one; copied */
} cim_alert_rule;

#define CIM_ALERT_RULE_INIT \
    { sizeof(cim_alert_rule), 0, 0, 0.0, 0.0, 0.0, 0.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0, 0, 0, 0, 0, 0, 0, NULL }

/** What happened. */
enum {
    CIM_ALERT_RAISED = 0,
    CIM_ALERT_ESCALATED = 1,
    CIM_ALERT_REPEATED = 2,
    CIM_ALERT_ACKNOWLEDGED = 3,
    CIM_ALERT_CLEARED = 4
};

typedef struct cim_alert_event {
    size_t struct_size; /* set by the caller */
    uint32_t what;      /* CIM_ALERT_RAISED .. */
    uint32_t severity;
    uint32_t rule;
    uint32_t stream;    /* whose observation, or absence, did it; CIM_NONE: the clock, of an alert over several streams */
    uint32_t holding;   /* of an alert over several streams or rules: for how many the rule holds; otherwise 1 or, cleared, 0 */
    int32_t single;     /* 1: an alert of this one stream; 0: over several */
    int64_t time_ms;    /* of the observation, or of the clock */
    int64_t since_ms;   /* when the condition began to hold; cleared: when the alert was raised */
    uint64_t alert;     /* number of the alert, from 1: the same from raised to cleared */
    double value;       /* observed; NAN: none */
    double score;       /* what was compared: the value, its rate, its deviation; NAN: none */
} cim_alert_event;

typedef struct cim_alert_counts {
    size_t struct_size; /* set by the caller */
    uint64_t observed, judged; /* observations; times that a rule was applied to one */
    uint64_t late, repeated, conflicting, empty;
    uint64_t raised, cleared, suppressed; /* suppressed: alerts that nobody was told of */
    uint64_t active;    /* alerts now, without those of quiet rules */
    int64_t now_ms;     /* the clock; INT64_MIN: nothing happened yet */
} cim_alert_counts;

typedef struct cim_alert_engine_options {
    size_t struct_size;  /* set by CIM_ALERT_ENGINE_OPTIONS_INIT */
    uint32_t max_items;  /* CIM_ELIMIT beyond so many pairs of rule and stream; 0: 50,000,000 */
    uint32_t reserved0;
} cim_alert_engine_options;

#define CIM_ALERT_ENGINE_OPTIONS_INIT { sizeof(cim_alert_engine_options), 0, 0 }

/**
 * An engine for rules; which streams each looks at is said by cim_alert_streams().
 *
 * @param rules  rule_count rules, copied.
 * @param[out] engine_out  freed with cim_alert_engine_free().
 * @return CIM_OK; CIM_EARG naming the first rule that makes no sense, and why; CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread; the engine belongs to one thread at a time.   Cost: O(rules + streams).
 * Since 0.1.
 */
CIM_API cim_status cim_alert_engine_new(cim_ctx *ctx, const cim_alert_rule *rules, uint32_t rule_count, uint32_t stream_count,
                                        const cim_alert_engine_options *options, cim_alert_engine **engine_out);

/**
 * Free an engine; NULL is accepted.
 *
 * @return nothing.
 * Thread rule: no other call may be using it.   Cost: O(items).
 * Since 0.1.
 */
CIM_API void cim_alert_engine_free(cim_alert_engine *engine);

/**
 * Say which streams a rule looks at.  May be said again at any time (a valve was shut, and other sensors are upstream now): streams that stay keep
 * their state, alerts of streams that go are cleared at the clock's time, streams that come begin anew.
 *
 * @param streams  count numbers; the same one twice is as once.
 * @return CIM_OK; CIM_EARG when a number is out of range, or the rule is one over rules; CIM_ELIMIT; CIM_ENOMEM: nothing is changed.
 * Thread rule: one at a time per engine.   Cost: O(streams of the rule, before and after), with a logarithm.
 * Since 0.1.
 */
CIM_API cim_status cim_alert_streams(cim_ctx *ctx, cim_alert_engine *engine, uint32_t rule, const uint32_t *streams, uint32_t count);

/**
 * An observation: the clock goes to its time, what is due by then happens, and the rules on its stream are judged.
 *
 * @param time_ms  ms since 1970 UTC.
 * @param quality  0: good, 1: uncertain, 2: bad (sense.h); any other number has the meaning it has for the rules.
 * @return CIM_OK; CIM_EARG for a stream or time out of range; CIM_ENOMEM: the observation was not taken, and may be given again.
 * Thread rule: one at a time per engine.   Cost: O(rules on the stream), and O(log items) for each thing that was due.
 * Since 0.1.
 */
CIM_API cim_status cim_alert_observe(cim_ctx *ctx, cim_alert_engine *engine, uint32_t stream, int64_t time_ms, double value, uint32_t quality);

/**
 * Time passes: absences, escalations and repetitions up to now_ms happen, each at its own time.  A time before the clock changes nothing.
 * Of repetitions that would have been due several times since the clock last moved, one is told.
 *
 * @return CIM_OK; CIM_EARG for a time out of range; CIM_ENOMEM: the clock stands where memory ran out, and the call may be repeated.
 * Thread rule: one at a time per engine.   Cost: O(log items) for each thing that was due.
 * Since 0.1.
 */
CIM_API cim_status cim_alert_advance(cim_ctx *ctx, cim_alert_engine *engine, int64_t now_ms);

/**
 * The next event that was not yet fetched, in the order in which they happened.
 *
 * @param[in,out] event_out  struct_size set by the caller; untouched when there is none.
 * @return 1, or 0 when there is none.
 * Thread rule: one at a time per engine.   Cost: O(1).
 * Since 0.1.
 */
CIM_API int32_t cim_alert_next(cim_alert_engine *engine, cim_alert_event *event_out);

/**
 * Somebody takes care: alerts of a rule are acknowledged, which ends repetitions and escalation until they are raised anew.
 *
 * @param rule    CIM_NONE: of all rules.
 * @param stream  only the alert of this stream; CIM_NONE: all alerts of the rule.
 * @param[out] count_out  NULL or how many were not acknowledged before.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM: none was acknowledged.
 * Thread rule: one at a time per engine.   Cost: O(streams of the rule).
 * Since 0.1.
 */
CIM_API cim_status cim_alert_acknowledge(cim_ctx *ctx, cim_alert_engine *engine, uint32_t rule, uint32_t stream, uint32_t *count_out);

/**
 * A maintenance window: from from_ms until before to_ms nobody is told of a new alert, nor again of an old one.  An alert that still stands at the
 * end is told then; that an alert is over is told at any time, if it had been told.
 *
 * @param rule    CIM_NONE: all rules.
 * @param stream  only alerts of this one stream; CIM_NONE: all, also those over several streams.
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT beyond 100,000 windows; CIM_ENOMEM.
 * Thread rule: one at a time per engine.   Cost: O(1); each new alert looks at all windows that are not over.
 * Since 0.1.
 */
CIM_API cim_status cim_alert_suppress(cim_ctx *ctx, cim_alert_engine *engine, uint32_t rule, uint32_t stream, int64_t from_ms, int64_t to_ms);

/** What is usual, hour by hour of the week; slot 0 begins on Monday 00:00. */
typedef struct cim_alert_baseline {
    size_t struct_size;            /* set by the caller */
    double mean[CIM_ALERT_SLOTS];  /* NAN: not known, nothing is judged in that hour */
    double spread[CIM_ALERT_SLOTS]; /* > 0 */
    uint32_t counts[CIM_ALERT_SLOTS]; /* values behind it */
} cim_alert_baseline;

/**
 * Learn a baseline from history, so that single wrong values do not matter: the median, and 1.4826 times the median distance from it (as much as a
 * standard deviation if values were normal: F. R. Hampel, 1974).  An hour of the week with less than least_count values takes those of
 * the same hour of all days, or, when they are too few as well, all values.
 *
 * @param times_ms, values  count of them, in any order; values that are no finite numbers are left out.
 * @param utc_offset_ms     what to add to UTC to get the hours people live by.
 * @param least_count       e.g. 4; 0 is as 1.
 * @param least_spread      spreads below this become this; > 0.
 * @param[in,out] baseline_out  struct_size set by the caller.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(count log count).
 * Since 0.1.
 */
CIM_API cim_status cim_alert_learn(cim_ctx *ctx, const int64_t *times_ms, const double *values, size_t count, int64_t utc_offset_ms, uint32_t least_count,
                                   double least_spread, cim_alert_baseline *baseline_out);

/**
 * Give a stream the baseline that rules of deviations compare with; copied.
 *
 * @param baseline  NULL: none any more.
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: one at a time per engine.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_alert_baseline_set(cim_ctx *ctx, cim_alert_engine *engine, uint32_t stream, const cim_alert_baseline *baseline);

/**
 * What was counted.
 *
 * @param[in,out] counts_out  struct_size set by the caller.
 * @return nothing.
 * Thread rule: one at a time per engine.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_alert_count(const cim_alert_engine *engine, cim_alert_counts *counts_out);

/**
 * All that the engine knows, as text, so that another one can go on where it is: the clock, the last values of streams, alerts and conditions that
 * stand.  Events that were not fetched are not in it, nor are baselines and windows.
 *
 * @param rule_names, stream_names  by which rules and streams are found again, one of each; unique.
 * @param[in,out] text_out  JSON, released with cim_buf_dispose().
 * @return CIM_OK; CIM_EARG; CIM_ENOMEM.
 * Thread rule: one at a time per engine.   Cost: O(items + streams).
 * Since 0.1.
 */
CIM_API cim_status cim_alert_save(cim_ctx *ctx, const cim_alert_engine *engine, const char *const *rule_names, const char *const *stream_names, cim_buf *text_out);

/**
 * Go on where another engine was.  What belongs to rules or streams that are no more, or to rules that have changed, is left out and counted;
 * those begin anew.
 *
 * @param engine  has its rules and streams, and has not seen an observation yet.
 * @param[out] left_out  NULL or how many items were left out.
 * @return CIM_OK; CIM_EARG; CIM_EFORMAT when the text is not what cim_alert_save() wrote, with what is wrong; CIM_ENOMEM.  After a failure the
 *         engine is as new.
 * Thread rule: one at a time per engine.   Cost: O(text), with a logarithm.
 * Since 0.1.
 */
CIM_API cim_status cim_alert_restore(cim_ctx *ctx, cim_alert_engine *engine, const char *const *rule_names, const char *const *stream_names, const char *text,
                                     size_t size, uint32_t *left_out);

CIM_END

#endif
