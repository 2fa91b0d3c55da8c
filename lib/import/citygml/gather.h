/* gather.h - geometry that members refer to and do not hold: found in a second reading of the input, or in other files beside
 * it, and copied to where the builder of those members finds it. */
#ifndef CIM_IMPORT_CITYGML_GATHER_H
#define CIM_IMPORT_CITYGML_GATHER_H

#include "import/citygml/build.h"
#include "import/citygml/reader.h"

typedef struct cim__ggather {
    cim__mem *mem;
    cim__job *job;
    cim__gnames *names;
    cim__gsrses *srses;
    const cim__gcodes *codes; /* resolves paths */
    cim__gstore store;
    cim__map wanted;          /* cim__ghref_hash -> 0 */
    cim__names files;         /* names of other files, as references write them */
    size_t found, missing;    /* of the wanted */
    bool full;
} cim__ggather;

enum { CIM__GATHER_BYTES = 128 << 20, CIM__GATHER_FILES = 64, CIM__GATHER_ROUNDS = 4 };

void cim__ggather_init(cim__ggather *gather, cim__mem *mem, cim__job *job, cim__gnames *names, cim__gsrses *srses, const cim__gcodes *codes);
void cim__ggather_free(cim__ggather *gather);
cim_status cim__ggather_want(cim_ctx *ctx, cim__ggather *gather, uint64_t hash, cim__str file);
static inline bool cim__ggather_any(const cim__ggather *g) { return g->wanted.count > 0; }
/* Read the input (again) and the other files until nothing new is wanted. */
cim_status cim__ggather_run(cim_ctx *ctx, cim__ggather *gather);

#endif
