/* query.h - what the kinds of questions share. */
#ifndef CIM_ROUTE_QUERY_H
#define CIM_ROUTE_QUERY_H

#include "route/kernels.h"

/* Empty a buffer of a query for the next call; memory that ran out in the last one may be there again. */
static inline void cim__again(cim__buf *buf)
{
    buf->size = 0;
    buf->failed = false;
}

cim_status cim__query_ok(cim_ctx *ctx, const cim_route_hierarchy *h, const cim_route_query *query);
cim_status cim__ends_ok(cim_ctx *ctx, const cim_route_hierarchy *h, const cim_route_end *ends, size_t count, const char *what);
cim_status cim__places_ok(cim_ctx *ctx, const cim_route_hierarchy *h, const cim_route_places *places, const char *what);

static inline size_t cim__first_end(const cim_route_places *p, size_t i) { return p->first_end ? p->first_end[i] : i; }
static inline size_t cim__end_count(const cim_route_places *p) { return cim__first_end(p, p->count); }

/* Times between a place and its ancestors 0 .. count - 1 (side 0: to them, 1: from them): its label, or made in `row`
 * with the help of `chain`; both have room for levels + 32 numbers.  Entries from `count` on are undefined. */
const uint32_t *cim__row(const cim_route_metric *m, uint32_t x, uint32_t side, uint32_t count, uint32_t *row, uint32_t *chain);

static inline bool cim__is_above(const cim_route_hierarchy *h, uint32_t high, uint32_t low) { return low <= high && h->subtree_first[high] <= low; }

/* Ends on one way to the root are one start of a walk: the two ends of a street always are.  More than 64 ends are walked one
 * by one. */
typedef struct cim__group {
    const cim_route_end *ends;
    uint64_t members; /* bits of ends, or 0: the one end `single` */
    size_t single;
    uint32_t low;     /* the lowest place */
} cim__group;

typedef struct cim__groups {
    const cim_route_hierarchy *h;
    const cim_route_end *ends;
    size_t count, next;
    uint64_t done;
} cim__groups;

static inline cim__groups cim__groups_of(const cim_route_hierarchy *h, const cim_route_end *ends, size_t count)
{
    return (cim__groups){ h, ends, count, 0, 0 };
}
bool cim__groups_next(cim__groups *g, cim__group *group_out);
/* At least of offset and number for each member: values[stride * depth], which the caller has cleared. */
void cim__group_put(const cim_route_hierarchy *h, const cim__group *group, uint32_t *values, uint32_t stride);

/* Least time between two groups, by the elimination tree alone. */
uint32_t cim__time_by_walk(const cim_route_metric *m, cim_route_query *q, const cim__group *s, const cim__group *t);


#endif
