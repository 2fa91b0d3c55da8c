/* cql_plan.h - which objects can match at all, found in memory.
 *
 * For every node and object there is a set of truths that are possible as far as classes, layers, ids, relations and the index over
 * boxes tell.  Where TRUE is not possible for the whole, the row is never read; where nothing else is, it need not be. */
#ifndef CIM_CITY_CQL_PLAN_H
#define CIM_CITY_CQL_PLAN_H

#include "city/cql_eval.h"

enum { CIM__CQL_WINDOWS = 64 };

typedef struct cim__cql_window {
    cim__cql_node *node; /* the predicate */
    cim_box box;         /* objects whose box does not meet it do not satisfy the predicate; empty: none does */
    size_t count;        /* objects whose box does, if required */
    bool required;       /* the whole is false without it */
    uint64_t *bits;      /* by object; NULL: not made */
} cim__cql_window;

typedef struct cim__cql_plan {
    cim_ctx *ctx;
    cim_city *city;
    cim__cql *cql;
    uint32_t window_count;
    cim__cql_window windows[CIM__CQL_WINDOWS];
    enum { CIM__CQL_FROM_ALL, CIM__CQL_FROM_IDS, CIM__CQL_FROM_WINDOW } from; /* where candidates come from */
    const cim__cql_node *members; /* the ids */
    uint32_t start;         /* the window */
    size_t considered;      /* objects that were looked at in memory */

    uint64_t *certain;      /* bits of objects that match without being read */
    size_t certain_count;
    uint32_t *rows;         /* objects to be read, by layer, then ascending */
    size_t layer_start[CIM__LAYER_COUNT + 1];
} cim__cql_plan;

/* read_all: rows are wanted for all that may match (sorting by an attribute). */
cim_status cim__cql_plan_new(cim_ctx *ctx, cim_city *city, cim__cql *cql, cim__cql_eval *eval, bool read_all, cim__cql_plan *plan_out);
void cim__cql_plan_free(cim__cql_plan *plan);

static inline bool cim__cql_bit(const uint64_t *bits, uint32_t id) { return bits[id >> 6] >> (id & 63) & 1; }
static inline void cim__cql_set_bit(uint64_t *bits, uint32_t id) { bits[id >> 6] |= 1ull << (id & 63); }
uint64_t *cim__cql_bits(cim_ctx *ctx, const cim_city *city); /* all clear; NULL when out of memory */

#endif
