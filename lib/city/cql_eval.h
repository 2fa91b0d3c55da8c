/* cql_eval.h - evaluating a bound query on objects. */
#ifndef CIM_CITY_CQL_EVAL_H
#define CIM_CITY_CQL_EVAL_H

#include "city/cql.h"

/* Values of a path at other objects, kept because many objects lead to the same ones. */
typedef struct cim__cql_cache {
    cim__map places;  /* path << 32 | object -> place in runs */
    cim__buf runs;    /* uint32_t pairs: first value, count */
    cim__buf values;
    cim__arena texts;
    size_t text_size;
} cim__cql_cache;

/* One evaluation; one thread. */
typedef struct cim__cql_eval {
    cim_ctx *ctx;
    cim_city *city;
    cim__cql *cql;
    uint32_t id;            /* the object */
    const cim__object *row; /* NULL: not read, only what needs no row may be asked */
    cim__buf values;        /* cim__cql_value: a stack */
    cim__arena texts;       /* of values of the current object */
    bool *seen;             /* by path: an attribute of that name was met */

    /* the geometry of the current object */
    enum { CIM__CQL_GEOM_UNSEEN, CIM__CQL_GEOM_NONE, CIM__CQL_GEOM_BOX, CIM__CQL_GEOM_READ } geom_state;
    cim_box geom_box; /* from the blob's header */
    cim__gbuild geom;

    /* along relations */
    cim__buf targets[2];    /* uint32_t */
    uint32_t *stamps, stamp;
    cim__columns other_columns;
    void *others[CIM__LAYER_COUNT]; /* selections by layer */
    cim__cql_cache cache;
    cim__gbuild other_geom;
} cim__cql_eval;

cim_status cim__cql_eval_new(cim_ctx *ctx, cim_city *city, cim__cql *cql, cim__cql_eval *eval_out);
void cim__cql_eval_free(cim__cql_eval *e);
/* Columns that the paths of a query read of the objects themselves (own) or of those behind relations. */
void cim__cql_columns(const cim__cql *cql, bool own, cim__columns *columns_out);

/* Go to an object; row may be NULL. */
void cim__cql_eval_at(cim__cql_eval *e, uint32_t id, const cim__object *row);
cim_status cim__cql_truth(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out);

/* Values of a path at the current object, pushed on the stack. */
cim_status cim__cql_push_path(cim__cql_eval *e, const cim__cql_path *path);
cim_status cim__cql_push(cim__cql_eval *e, const cim__cql_value *value);

/* ---- along relations (cql_hop.c) ---- */

/* Objects that a path reaches over its first `hops` relations, each once; valid until the next call. */
cim_status cim__cql_targets(cim__cql_eval *e, const cim__cql_path *path, uint8_t hops, const uint32_t **ids_out, size_t *count_out);
/* Pushes the values at the path's end of everything it reaches. */
cim_status cim__cql_push_related(cim__cql_eval *e, const cim__cql_path *path);
/* Between objects: forget what was kept when it has become much. */
void cim__cql_cache_trim(cim__cql_eval *e);
/* Call fn with the row of another object, which has the columns in e->other_columns. */
cim_status cim__cql_other_row(cim__cql_eval *e, uint32_t id, cim__object_fn fn, void *user);

/* ---- values of a row (cql_row.c) ---- */

/* What a path ends in, of an object; row NULL only for what needs none.  Texts are borrowed from the row, or in the arena. */
cim_status cim__cql_end_values(cim_ctx *ctx, const cim_city *city, const cim__cql_path *path, uint32_t id, const cim__object *row, cim__arena *texts,
                                cim__buf *values, bool *seen);
/* Values of an attribute by name in a JSON object; *seen becomes true when it is there, even without value.  False: damaged JSON or out
 * of memory. */
bool cim__cql_attribute(cim__str json, const cim__cql_path *path, cim__arena *texts, cim__buf *values, bool *seen);

/* ---- space (cql_spatial.c) ---- */

cim_status cim__cql_spatial(cim__cql_eval *e, const cim__cql_node *node, cim__truth *truth_out);
/* Both arguments are constants. */
cim_status cim__cql_test_constants(cim_ctx *ctx, cim__cql *cql, const cim__cql_node *node, bool *truth_out);

#endif
