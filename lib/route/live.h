/* live.h - live weights: what sources said, what is published; used by their files only.
 *
 *   statements  of each source one array, ascending by arc, aspect and event; a delta is merged into it, a snapshot takes its place
 *   dirty       one bit an arc: something about it may differ from what was published
 *   state       what readers see: metric, time, and the arcs that statements closed with the weights they would have
 *
 * Only who holds the lock touches statements and dirty bits.  A publish computes the weights of dirty arcs, and forgets expired statements
 * and dirty bits only when the new state is seen, so a failure leaves everything to be done again. */
#ifndef CIM_ROUTE_LIVE_H
#define CIM_ROUTE_LIVE_H

#include "cim/live.h"
#include "core/epoch.h"
#include "core/sort.h"
#include "route/route.h"

enum { CIM__TIME, CIM__CLOSURE, CIM__PENALTY, CIM__ASPECTS };

typedef struct cim__said {
    cim_route_change *at;
    size_t count, cap;
    int64_t next_ms; /* nothing begins or ends before */
    int32_t priority;
    char *name;
} cim__said;

/* An arc that statements closed. */
typedef struct cim__shut {
    uint32_t arc, open_ms;
} cim__shut;

struct cim_route_view {
    cim__epoch epoch; /* first */
    cim_route_metric *metric;
    int64_t as_of_ms;
    cim__buf shut; /* cim__shut, ascending */
    double min_speed_kmh;
    const float *lengths_m;  /* the owner's, which lives as long as a state */
    const uint32_t *fixed_ms; /* the same; NULL: nothing */
};

typedef struct cim__views {
    cim__epochs epochs; /* first */
    float *lengths_m;
    uint32_t *fixed_ms;
} cim__views;

typedef struct cim__watch cim__watch;

struct cim_route_live {
    cim__mem *mem;
    cim_route_hierarchy *hierarchy;
    pthread_mutex_t lock; /* of what follows */
    cim__views *views;
    cim_route_view *now;
    uint32_t *base;
    uint64_t *dirty; /* a bit an arc */
    size_t dirty_words;
    cim__said said[CIM_ROUTE_MAX_SOURCES];
    uint32_t source_count;
    uint64_t statement_count, max_statements;
    double min_speed_kmh;
    bool has_labels;
    cim_route_label_options labels;
    cim__watch *watch; /* NULL: nothing is watched */
    cim__buf arcs, weights; /* of a publish */
};

uint32_t cim__live_aspect(uint32_t kind);
/* Whether a change is one: everything but arc and source. */
cim_status cim__live_check(cim_ctx *ctx, const cim_route_change *change, size_t number, bool has_lengths);
uint32_t cim__cut_ms(double ms); /* rounded, at most CIM__INF; ms >= 0 */
uint32_t cim__speed_ms(float length_m, uint32_t fixed_ms, double kmh, double least_kmh);

/* Is it a column of a feed? */
bool cim__live_column(cim__str name);
/* RFC 3339 with a zone, or a whole number of milliseconds; false if it is neither. */
bool cim__live_time(cim__str text, int64_t *ms_out);

static inline bool cim__in_force(const cim_route_change *c, int64_t now) { return c->from_ms <= now && now < c->until_ms; }
static inline void cim__live_mark(cim_route_live *live, uint32_t arc) { live->dirty[arc >> 6] |= 1ull << (arc & 63); }

/* Locked.  A delta, or with replace below CIM_ROUTE_MAX_SOURCES the snapshot of that source. */
cim_status cim__live_change(cim_ctx *ctx, cim_route_live *live, uint32_t replace, const cim_route_change *changes, size_t count);
/* Marks what begins or ends up to now. */
void cim__live_mark_until(cim_route_live *live, int64_t now);
uint64_t cim__live_forget(cim_route_live *live, int64_t now); /* expired statements; how many */

/* Positions in the arrays of all sources, for arcs in ascending order.  Starts as zeros. */
typedef struct cim__cursors {
    size_t at[CIM_ROUTE_MAX_SOURCES];
} cim__cursors;
/* The statements that decide the aspects of an arc, or NULL. */
void cim__live_decide(const cim_route_live *live, uint32_t arc, int64_t now, cim__cursors *cursors, const cim_route_change *by[CIM__ASPECTS]);
/* The weight that follows; *open_out is what it would be if nobody had closed it. */
uint32_t cim__live_weight(const cim_route_live *live, uint32_t arc, const cim_route_change *const by[CIM__ASPECTS], uint32_t *open_out);

/* ---- watched nodes ---- */

void cim__watch_free(cim__mem *mem, cim__watch *watch);
/* What is cut off with these weights; the result becomes the current one.  `again` false: it is as it was.  Cannot fail. */
void cim__watch_look(cim__watch *watch, const uint32_t *weights_ms, bool again);
void cim__watch_counts(const cim__watch *watch, uint32_t *cut_out, uint32_t *newly_out, uint32_t *first_new_out);

#endif
