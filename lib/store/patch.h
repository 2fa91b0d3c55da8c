/* patch.h - changes of objects that are there: typed values and attributes, and nothing else of them.
 *
 * Tables beside a city (people of buildings, states of valves) have no objects of their own.  A patch names its object by id; when
 * all inputs are read, patches of objects of the same import are put into their records, the others wait for the writer, which
 * updates their rows.  Number, geometry, relations and source of the object stay. */
#ifndef CIM_STORE_PATCH_H
#define CIM_STORE_PATCH_H

#include "store/sink.h"

typedef struct cim__patch {
    uint64_t start;    /* of its record: id, values, attributes */
    uint64_t gid_hash, order; /* place in its input, for messages */
    uint32_t size, next;      /* next: of the same hash, CIM_NONE: none */
    const char *kind; /* of thing in the report of its input; the caller's */
    uint16_t source;
    bool done;
} cim__patch;

/* A patch and the number of the object in the city as it was. */
typedef struct cim__old_patch {
    uint32_t id, patch;
} cim__old_patch;

/* What became of a patch; the callback gets the id. */
typedef enum cim__patch_fate { CIM__PATCH_DONE, CIM__PATCH_NO_OBJECT, CIM__PATCH_NO_COLUMN } cim__patch_fate;
typedef void (*cim__patch_fn)(const cim__patch *patch, cim__str gid, cim__patch_fate fate, const char *column, void *user);

/* Of f: gid, values, attrs, whose members replace those of the object. */
cim_status cim__batch_patch(cim_ctx *ctx, cim__batch *batch, const cim__feature *f, uint64_t order, const char *kind);
/* After the last input: find the objects.  NO_COLUMN comes once for each value that has no column in the object's layer, before DONE. */
cim_status cim__patches_settle(cim_ctx *ctx, cim__sink *sink, cim__patch_fn fn, void *user);

/* The members of JSON object `more` put into `object` (either may be empty), replacing members of the same name. */
void cim__attrs_merge(cim__buf *out, cim__str object, cim__str more);

#endif
