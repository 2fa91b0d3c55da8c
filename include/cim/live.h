/**
 * @file live.h
 * Live weights: speeds, closures and penalties from several sources, with expiry, on a hierarchy of cim/route.h.
 *
 *     cim_route_live_new(ctx, hierarchy, base_weights_ms, &options, &live);
 *     cim_route_live_source(ctx, live, "police", 10, &police);          who says it; the higher priority wins
 *     cim_route_live_apply(ctx, live, changes, count);                  a delta; or cim_route_live_replace(): a snapshot of one source
 *     cim_route_live_publish(ctx, live, now_ms, &info);                 seen by readers from here on
 *
 *     view = cim_route_live_view(live);                                 any thread, without waiting
 *     cim_route_time(ctx, cim_route_view_metric(view), query, from, to, &time_ms);
 *     cim_route_view_free(view);
 *
 * A *statement* is what one source says of one arc: a time (as weight, factor or speed), a closure, or a penalty.  These three
 * *aspects* are independent.  A source has one statement for each arc, aspect and event number; a delta adds to them, a snapshot
 * replaces all of that source.
 *
 * What counts at a time `now`: statements with from_ms <= now < until_ms are in force.  In each aspect of an arc one of them decides:
 * that of the source with the highest priority; among equals the one reported last; then, for closures, closed before open; then the
 * source with the lower number; then the greater event.  The weight is then
 *
 *     closed, or closed in the base and not opened:  CIM_ROUTE_UNREACHABLE_MS, whatever is said of time and penalty
 *     otherwise:  time (the base weight when nothing is said of it) + penalty, cut at CIM_ROUTE_UNREACHABLE_MS
 *
 * An arc that is closed in the base (a street against its direction) opens only by CIM_ROUTE_OPEN with a weight or speed beside it:
 * a speed alone, as a feed gives for both directions of a street, opens nothing.
 *
 * Times of the clock are milliseconds in any count the caller likes, e.g. since 1970; libcim looks at no clock.
 *
 * What it costs is measured by tests/bench/bench_live.c on the car graph of Porto, 67,066 nodes and 157,965 arcs, one thread: publishing one
 * changed arc 0.2 ms, 100 of them 1.7 ms, all arcs 4.2 ms, and with full labels 15 ms; a what-if the same.
 */
#ifndef CIM_LIVE_H
#define CIM_LIVE_H

#include "cim/route.h"

CIM_BEGIN

typedef struct cim_route_live cim_route_live;
typedef struct cim_route_view cim_route_view;

/** Sources of one cim_route_live. */
#define CIM_ROUTE_MAX_SOURCES 64

/** No beginning, no end. */
#define CIM_ROUTE_ALWAYS_FROM INT64_MIN
#define CIM_ROUTE_ALWAYS_UNTIL INT64_MAX

/** What a change says. */
enum {
    CIM_ROUTE_WEIGHT = 0,   /* time: value milliseconds, 0 .. CIM_ROUTE_UNREACHABLE_MS */
    CIM_ROUTE_FACTOR = 1,   /* time: value times the base weight, > 0 */
    CIM_ROUTE_SPEED = 2,    /* time: the arc's length at value km/h, >= 0, and its fixed_ms; below min_speed_kmh counts as that.  Needs lengths */
    CIM_ROUTE_CLOSED = 3,   /* closure */
    CIM_ROUTE_OPEN = 4,     /* closure: not closed, against sources of lower priority and earlier reports */
    CIM_ROUTE_PENALTY = 5,  /* penalty: value milliseconds, >= 0, added to the time */
    CIM_ROUTE_WITHDRAW = 6, /* the source takes back what it said of this arc with this event, in all aspects */
    CIM_ROUTE_WITHDRAW_CLOSURE = 7 /* the same of CIM_ROUTE_CLOSED and CIM_ROUTE_OPEN only */
};

/** One statement, or one taken back. */
typedef struct cim_route_change {
    uint32_t arc;
    uint32_t source;     /* from cim_route_live_source() */
    uint32_t kind;       /* CIM_ROUTE_WEIGHT .. */
    uint32_t event;      /* number that keeps several statements of a source about one arc and aspect apart, e.g. two closures of different nights; 0 */
    double value;
    int64_t reported_ms; /* when it was observed or said.  Of two about the same the later report stays, of equal ones the later given */
    int64_t from_ms;     /* in force from here; CIM_ROUTE_ALWAYS_FROM */
    int64_t until_ms;    /* and before this; then it is forgotten; CIM_ROUTE_ALWAYS_UNTIL */
} cim_route_change;

typedef struct cim_route_live_options {
    size_t struct_size;                    /* set by CIM_ROUTE_LIVE_OPTIONS_INIT */
    const float *lengths_m;                /* NULL, or the length of every arc for CIM_ROUTE_SPEED, finite and >= 0; copied */
    const cim_route_label_options *labels; /* NULL: published metrics have no labels; copied */
    double min_speed_kmh;                  /* 0: 1 km/h */
    uint64_t max_statements;               /* 0: 16,777,216 */
    const uint32_t *fixed_ms;              /* NULL, or what every arc takes beside its length (turns, signals), added to the time of a speed; copied */
} cim_route_live_options;

#define CIM_ROUTE_LIVE_OPTIONS_INIT { sizeof(cim_route_live_options), NULL, NULL, 0.0, 0, NULL }

/**
 * Live weights that begin with the base weights; they are published as epoch 0, as of CIM_ROUTE_ALWAYS_FROM.
 *
 * @param base_weights_ms  arc_count weights; copied.
 * @param options          NULL: all defaults.
 * @param[out] live_out    freed with cim_route_live_free().
 * @return CIM_OK; CIM_EARG; CIM_EVERSION; CIM_ELIMIT if full labels do not fit their limit; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: one metric.
 * Since 0.1.
 */
CIM_API cim_status cim_route_live_new(cim_ctx *ctx, cim_route_hierarchy *hierarchy, const uint32_t *base_weights_ms,
                                      const cim_route_live_options *options, cim_route_live **live_out);

/**
 * Give up live weights; NULL is accepted.  Views that are still held stay valid.
 *
 * @return nothing.
 * Thread rule: any thread, when no other function of it runs.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_route_live_free(cim_route_live *live);

/* ---- what is said ---- */

/**
 * The number of a source, made when the name is new; of a known one the priority is set, which counts from the next publish on.
 *
 * @param name      1 to 255 bytes of UTF-8.
 * @param priority  any; the higher one wins.
 * @param[out] source_out  0, 1, 2, ... in the order in which they came.
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT beyond CIM_ROUTE_MAX_SOURCES; CIM_ENOMEM.
 * Thread rule: any thread.   Cost: O(statements of the source) when the priority changes.
 * Since 0.1.
 */
CIM_API cim_status cim_route_live_source(cim_ctx *ctx, cim_route_live *live, const char *name, int32_t priority, uint32_t *source_out);

/**
 * The name of a source.
 *
 * @return borrowed text; NULL for a number that is none.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_route_live_source_name(cim_route_live *live, uint32_t source);

/**
 * A delta: each change adds a statement or takes one back; everything else that was said stays.
 *
 * @param changes  count changes, of any sources.  A bad one refuses them all.
 * @return CIM_OK; CIM_EARG naming the first bad change; CIM_ELIMIT beyond max_statements; CIM_ENOMEM: nothing has changed.
 * Thread rule: any thread; waits for a publish that runs, readers never do.   Cost: some 45 ns a change in any order, 20 by arc.
 * Since 0.1.
 */
CIM_API cim_status cim_route_live_apply(cim_ctx *ctx, cim_route_live *live, const cim_route_change *changes, size_t count);

/**
 * A snapshot: everything that the source said before is forgotten, this is all it says.
 *
 * @param source   of all changes.
 * @param changes  count changes; 0: the source has nothing to say any more.
 * @return as cim_route_live_apply().
 * Thread rule: as cim_route_live_apply().   Cost: as cim_route_live_apply().
 * Since 0.1.
 */
CIM_API cim_status cim_route_live_replace(cim_ctx *ctx, cim_route_live *live, uint32_t source, const cim_route_change *changes, size_t count);

/** A statement, and whether it counts. */
typedef struct cim_route_statement {
    cim_route_change change;
    int32_t in_force; /* at the time asked about */
    int32_t decides;  /* and it is the one that decides its aspect of the arc */
} cim_route_statement;

/**
 * What is said, as a publish at this time would see it: batches that were not published yet are in it, and statements that wait for
 * their time; those that have ended are not.  By arc, then source.
 *
 * @param arc   one arc, or CIM_NONE for all.
 * @param statements_out  room for cap statements, or NULL with cap 0.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK; CIM_EARG for an arc that does not exist.
 * Thread rule: any thread; waits for a publish that runs.   Cost: O(statements).
 * Since 0.1.
 */
CIM_API cim_status cim_route_live_statements(cim_ctx *ctx, cim_route_live *live, uint32_t arc, int64_t now_ms, cim_route_statement *statements_out,
                                             size_t cap, size_t *count_out);

/* ---- publishing ---- */

/** What a publish did. */
typedef struct cim_route_published {
    size_t struct_size;       /* set by the caller */
    uint64_t epoch;
    int64_t as_of_ms;
    uint64_t statement_count; /* known, in force or waiting */
    uint64_t expired_count;   /* forgotten by this publish */
    uint32_t changed_count;   /* arcs with another weight than before */
    uint32_t closed_count;    /* arcs closed by statements */
    uint32_t cut_count;       /* watched nodes that are cut off now, see cim_route_live_watch() */
    uint32_t newly_cut_count; /* of these, those that were not in the epoch before */
} cim_route_published;

/**
 * The state at a time becomes the next epoch: weights are computed where something changed, the metric is updated in part or as a
 * whole, whichever is estimated to be less work, labels are made as the options say, and later views show it.
 *
 * @param now_ms        not before that of the last publish.
 * @param[in,out] info_out  NULL, or filled as far as struct_size has room.
 * @return CIM_OK; CIM_EARG if the clock goes back or struct_size was not set; CIM_ELIMIT when 4,096 views of different epochs are held
 *         or full labels do not fit their limit; CIM_ENOMEM; CIM_ECANCEL: readers see what they saw, the next publish makes up for it.
 * Thread rule: any thread; one at a time, readers never wait.   Cost: 15 ns an arc that something is said of anew, and cim_route_metric_update().
 * Since 0.1.
 */
CIM_API cim_status cim_route_live_publish(cim_ctx *ctx, cim_route_live *live, int64_t now_ms, cim_route_published *info_out);

/** What is wrong with a watched node. */
enum {
    CIM_ROUTE_CUT_TO = 1,  /* the main part of the network cannot reach it */
    CIM_ROUTE_CUT_FROM = 2 /* it cannot reach the main part */
};

/** A watched node that is cut off. */
typedef struct cim_route_cut {
    uint32_t node;
    uint32_t cut;    /* bits CIM_ROUTE_CUT_* */
    uint32_t before; /* the same in the epoch before */
} cim_route_cut;

/**
 * Watch nodes that matter (stations, hospitals): every publish tells which of them are cut off from the main part of the network,
 * the largest set of nodes that reach each other over arcs that are not closed (of equal ones that with the lowest node), and
 * logs a warning for those that were not before.
 *
 * @param nodes  count nodes, replacing those watched before; 0: none any more.
 * @return CIM_OK; CIM_EARG naming a node that does not exist; CIM_ENOMEM.
 * Thread rule: any thread; waits for a publish that runs.   Cost: 29 bytes a node and 8 an arc are kept; some 5 ms for Porto here and at each
 *              publish in which an arc was closed or opened, after readers see it.
 * Since 0.1.
 */
CIM_API cim_status cim_route_live_watch(cim_ctx *ctx, cim_route_live *live, const uint32_t *nodes, size_t count);

/**
 * The watched nodes that are cut off in the current epoch, in the order in which they were given.
 *
 * @param cuts_out  room for cap, or NULL with cap 0.
 * @param[out] count_out  how many there are, also when that is more than cap.
 * @return CIM_OK.
 * Thread rule: any thread; waits for a publish that runs.   Cost: O(watched nodes).
 * Since 0.1.
 */
CIM_API cim_status cim_route_live_cuts(cim_ctx *ctx, cim_route_live *live, cim_route_cut *cuts_out, size_t cap, size_t *count_out);

/* ---- reading ---- */

/**
 * The state that was published last.  It never changes.
 *
 * @return a view, freed with cim_route_view_free().
 * Thread rule: any thread.   Cost: O(1), without a lock or an allocation.
 * Since 0.1.
 */
CIM_API cim_route_view *cim_route_live_view(cim_route_live *live);

/**
 * One more owner of the same view; each calls cim_route_view_free().
 *
 * @return view.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_route_view *cim_route_view_ref(cim_route_view *view);

/**
 * Give up a view; NULL is accepted.  Its memory is used again by the next publish.
 *
 * @return nothing.
 * Thread rule: any thread.   Cost: O(1), without a lock.
 * Since 0.1.
 */
CIM_API void cim_route_view_free(cim_route_view *view);

/**
 * The metric of a view, for all questions of cim/route.h.
 *
 * @return borrowed until the view is freed; cim_route_metric_ref() keeps it longer.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_route_metric *cim_route_view_metric(const cim_route_view *view);

/**
 * The epoch of a view, and the time it was published for.
 *
 * @param[out] as_of_ms_out  now_ms of its publish, or NULL.
 * @return number of the epoch: 0, 1, 2, ...
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API uint64_t cim_route_view_epoch(const cim_route_view *view, int64_t *as_of_ms_out);

/**
 * What if: a metric of the caller's own with changes on top of a view; nothing that others see is touched.
 *
 * @param changes  as in cim_route_live_apply(), but on the view's weights: a factor multiplies the weight of the view, a penalty is added
 *                 to it, CIM_ROUTE_OPEN gives an arc that statements closed the weight it would have; `source` and `event` play no part, and
 *                 those not in force at the view's time are left out.  Of several for one aspect of an arc the last counts.
 *                 CIM_ROUTE_WITHDRAW and CIM_ROUTE_WITHDRAW_CLOSURE are refused.
 * @param labels   as in cim_route_metric_build().
 * @param[out] metric_out  new metric, freed with cim_route_metric_free(); it does not need the view.
 * @return CIM_OK; CIM_EARG naming the first bad change; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.
 * Thread rule: any thread.   Cost: cim_route_metric_update().
 * Since 0.1.
 */
CIM_API cim_status cim_route_view_whatif(cim_ctx *ctx, const cim_route_view *view, const cim_route_change *changes, size_t count,
                                         const cim_route_label_options *labels, cim_route_metric **metric_out);

/* ---- feeds ---- */

enum { CIM_ROUTE_FEED_CSV = 0, CIM_ROUTE_FEED_NDJSON = 1 };

/** More bytes of the feed: how many were written to data, 0 at the end, negative for a failure. */
typedef int64_t (*cim_route_feed_read_fn)(void *user, void *data, size_t size);
/** The arcs that an id of the feed means.  Writes at most cap of them and returns how many there are; 0: unknown. */
typedef size_t (*cim_route_feed_map_fn)(void *user, const char *id, size_t id_size, uint32_t *arcs_out, size_t cap);


/** Which way along its line a street is meant. */
enum { CIM_ROUTE_BOTH_WAYS = 0, CIM_ROUTE_ALONG = 1, CIM_ROUTE_AGAINST = 2 };

/** What a row of a feed speaks of; texts are not NUL-terminated, and a row has one of them. */
typedef struct cim_route_feed_where {
    const char *id;       /* NULL: none */
    size_t id_size;
    const char *geometry; /* NULL: none; WKT, or a GeoJSON geometry */
    size_t geometry_size;
    uint32_t direction;   /* CIM_ROUTE_BOTH_WAYS ... */
    uint32_t reserved0;
} cim_route_feed_where;

/**
 * The arcs that a row speaks of.  Writes at most cap of them; *count_out says how many there are, 0: unknown.  A failure is that of the row:
 * the feed is refused with its line.
 */
typedef cim_status (*cim_route_feed_where_fn)(cim_ctx *ctx, void *user, const cim_route_feed_where *where, uint32_t *arcs_out, size_t cap, size_t *count_out);

typedef struct cim_route_feed {
    size_t struct_size;          /* set by CIM_ROUTE_FEED_INIT */
    const char *name;            /* of the file, for messages */
    cim_route_feed_read_fn read; /* must be set */
    void *read_user;
    cim_route_feed_map_fn map;   /* NULL: ids are numbers of arcs, and one that does not exist is an error */
    void *map_user;
    int64_t reported_ms;         /* of rows that do not say when they were reported */
    uint64_t max_rows;           /* 0: 16,777,216 */
    uint32_t format;             /* CIM_ROUTE_FEED_* */
    uint32_t source;             /* of rows that name none; CIM_NONE: every row must */
    int32_t snapshot;            /* 1: replaces all that `source` said, and no row may name another */
    uint32_t max_line_bytes;     /* 0: 65,536 */
    cim_route_feed_where_fn where; /* NULL, or asked instead of map, with map_user; without it there are no columns geometry and direction */
} cim_route_feed;

#define CIM_ROUTE_FEED_INIT { sizeof(cim_route_feed), NULL, NULL, NULL, NULL, NULL, 0, 0, CIM_ROUTE_FEED_CSV, CIM_NONE, 0, 0, NULL }

/** What was read. */
typedef struct cim_route_fed {
    size_t struct_size;      /* set by the caller */
    uint64_t row_count;
    uint64_t change_count;   /* given to cim_route_live_apply() */
    uint64_t unknown_count;  /* rows of which map() or where() knows no arc; they are left out */
    uint64_t first_unknown_line;
} cim_route_fed;

/**
 * Read a feed and apply it, as a delta or a snapshot: all of it or, after an error, nothing.  cim-route(7) describes the columns:
 * id, speed_kmh, weight_s, factor, penalty_s, closed, open, withdraw, event, reported, from, until, source, geometry, direction.
 *
 * @param[in,out] fed_out  NULL, or filled as far as struct_size has room.
 * @return CIM_OK; CIM_EFORMAT with file and line; CIM_ELIMIT for lines or rows beyond the limits; CIM_EIO if reading failed; CIM_EARG;
 *         CIM_EVERSION; CIM_ENOMEM.
 * Thread rule: any thread; reads without holding up others.   Cost: 0.2 us a row of CSV, 0.5 of NDJSON, and cim_route_live_apply().
 * Since 0.1.
 */
CIM_API cim_status cim_route_live_feed(cim_ctx *ctx, cim_route_live *live, const cim_route_feed *feed, cim_route_fed *fed_out);

CIM_END

#endif
