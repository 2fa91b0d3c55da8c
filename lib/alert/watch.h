/* watch.h - rules of a file, the streams they are about, and what is told of alerts. */
#ifndef CIM_ALERT_WATCH_H
#define CIM_ALERT_WATCH_H

#include "core/ctx.h"
#include "core/hash.h"
#include "core/json.h"

#include "cim/utility.h"
#include "cim/watch.h"

/* Which streams: all of what is said must be so. */
typedef struct cim__watch_scope {
    cim__str *ids;           /* globs; any of them */
    uint32_t id_count;
    const char *thing, *property;
    bool has_area;
    cim__str area;           /* WKT */
    const char *objects;     /* a query */
    const char *start;       /* of a trace; NULL: none */
    uint32_t trace;          /* CIM_TRACE_UPSTREAM .. */
} cim__watch_scope;

typedef struct cim__watch_window {
    int64_t from_ms, to_ms;
} cim__watch_window;

typedef struct cim__watch_rule {
    const char *id, *title, *text;
    cim__watch_scope scope;
    bool downstream;
    double periods;          /* ABSENT: so many of the longest period of its streams; 0: for_ms is said */
    const cim__watch_window *windows;
    uint32_t window_count;
    uint32_t *streams, stream_count; /* found */
    uint32_t placeless;      /* streams without a place, which may or may not be in the area */
} cim__watch_rule;

typedef struct cim__watch_stream {
    const char *gid, *thing, *property, *unit;
    uint32_t object, edge;
    double x, y;
    int64_t period_ms;
} cim__watch_stream;

typedef struct cim__watch_baseline {
    bool wanted, said;
    int64_t from_ms, to_ms, utc_offset_ms;
    uint32_t least_count;
    double least_spread;
    cim__jvalue spreads;     /* by property; type NULL: none.  Of the rules' text, used while opening */
} cim__watch_baseline;

struct cim_watch {
    cim__mem *mem;
    cim__arena arena;
    cim_city *city;
    cim_utility *utility;    /* NULL: no rule needs it */
    cim_trace_status *status;
    cim_trace_query *query;
    cim__watch_stream *streams;
    const char **stream_names;
    uint32_t stream_count;
    cim__names by_name;
    cim_alert_rule *rules;   /* for the engine */
    cim__watch_rule *about;
    const char **rule_names;
    uint32_t rule_count;
    bool traces, needs_utility;
    cim__watch_baseline baseline;
    cim_alert_engine *engine;
};

/* rules.c: fills rules, about, baseline; strings lie in the arena. */
cim_status cim__watch_read(cim_ctx *ctx, cim_watch *w, cim__str text, const char *name);
/* scope.c: streams of one rule, into about[rule].streams (of w->mem). */
cim_status cim__watch_find(cim_ctx *ctx, cim_watch *w, uint32_t rule);
/* Elements of the network that a stream stands for; count 0: none.  Freed by the caller. */
cim_status cim__watch_elements(cim_ctx *ctx, const cim_watch *w, const cim__watch_stream *s, uint32_t **elements_out, size_t *count_out);
cim_status cim__watch_trace(cim_ctx *ctx, const cim_watch *w, uint32_t what, const uint32_t *starts, size_t count, cim_trace_result *result_out);

#endif
