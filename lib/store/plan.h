/* plan.h - numbers for the new objects, and what happens to old ones of the same id. */
#ifndef CIM_STORE_PLAN_H
#define CIM_STORE_PLAN_H

#include "core/sort.h"
#include "store/sink.h"

/* A relation between object numbers. */
typedef struct cim__edge {
    uint32_t from, to;
    int32_t type;
    uint32_t attrs_size;
    uint64_t attrs_at; /* in the sink's texts */
} cim__edge;

typedef struct cim__plan {
    cim__sink *sink;
    const cim__gids *old;                      /* of the city that there was; NULL: none */
    uint32_t max_id;                           /* after the import */
    uint32_t *order;                           /* sink numbers, by layer, then by object number */
    size_t layer_start[CIM__LAYER_COUNT + 1];  /* in order */
    cim__keyed *by_hash;                       /* gid hash -> sink number; while the plan is made */
    uint32_t *bucket;                          /* high bits of a hash -> where it may begin in by_hash */
    unsigned bucket_shift;
    uint32_t *removed;                         /* old objects whose rows go, ascending; the number may be used again */
    size_t removed_count;
    cim__buf edges;                            /* cim__edge, in the order of table relation, each once */
    uint64_t unresolved;                       /* relations with an end that nobody knows */
    uint32_t repeated;                         /* objects of this import with an id that another one of it has */
} cim__plan;

/* Numbers go up along a Hilbert curve within a layer, so that neighbours in the city are neighbours in the file.  An object
 * whose id exists already replaces the old one and takes over its number. */
cim_status cim__plan_new(cim_ctx *ctx, cim__sink *sink, cim__plan *plan_out);
void cim__plan_free(cim__plan *plan);

/* Object numbers behind a reference, new objects before old ones; at most cap.  Only while the plan is made. */
cim_status cim__plan_resolve(cim_ctx *ctx, const cim__plan *plan, cim__ref ref, uint32_t *ids, size_t cap, size_t *count_out);
/* The nearest thing to cim__plan_resolve() for all pending relations and parents: part of cim__plan_new(). */
cim_status cim__plan_edges(cim_ctx *ctx, cim__plan *plan);
bool cim__plan_removes(const cim__plan *plan, uint32_t id); /* its old row goes */

#endif
