/* rows_out.h - the rows of an import. */
#ifndef CIM_STORE_ROWS_OUT_H
#define CIM_STORE_ROWS_OUT_H

#include "store/writer.h"

cim_status cim__rows_remove(cim_ctx *ctx, cim__writer *w, const cim__plan *plan);                        /* rows of replaced objects */
cim_status cim__rows_put(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, uint16_t first_source);    /* layers, shapes, residue, spatial indexes */
cim_status cim__rows_relate(cim_ctx *ctx, cim__writer *w, const cim__plan *plan, cim__import_result *r); /* relations between ids that are known now */

/* The compiled arrays of the city after the import: made beside the writing of rows, saved at the end. */
typedef struct cim__compiled {
    const cim__plan *plan;
    uint16_t first_source;
    cim_city *city;
    uint64_t *hash_of;
    cim_box *boxes;
} cim__compiled;
cim_status cim__rows_compile(cim_ctx *ctx, void *compiled); /* a cim__task_fn */
void cim__compiled_free(cim__mem *mem, cim__compiled *compiled);

#endif
