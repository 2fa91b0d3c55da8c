/* links.h - finding what an xlink:href refers to: in the same object first, then among geometry gathered from elsewhere. */
#ifndef CIM_IMPORT_CITYGML_LINKS_H
#define CIM_IMPORT_CITYGML_LINKS_H

#include "import/citygml/tree.h"

/* gml:ids of a range of nodes; open addressing, seeded against ids made to collide. */
typedef struct cim__gindex {
    cim__buf slots; /* node + 1; 0: empty */
    uint64_t seed;
    size_t mask;
} cim__gindex;

void cim__gindex_init(cim__gindex *index, cim__mem *mem);
void cim__gindex_free(cim__gindex *index);
/* Of equal ids the first is kept; *repeated_out one of the others, CIM_NONE if there is none. */
cim_status cim__gindex_make(cim_ctx *ctx, cim__gindex *index, const cim__gtree *tree, uint32_t node, uint32_t end, uint32_t *repeated_out);
uint32_t cim__gindex_find(const cim__gindex *index, const cim__gtree *tree, cim__str id); /* CIM_NONE if absent */

/* The parts of a reference: "#id", "file.gml#id", "id". */
typedef struct cim__ghref {
    cim__str file, id;
    bool remote; /* a URL or a path that is not followed */
} cim__ghref;
cim__ghref cim__ghref_of(cim__str href);
/* Of a file name and id: what gathered geometry is found by. */
uint64_t cim__ghref_hash(cim__str file, cim__str id);

/* Geometry that other members or files define and this one's objects use: copies, kept until the end of the input. */
typedef struct cim__gstore {
    cim__gtree tree;
    cim__map nodes; /* cim__ghref_hash -> node */
    cim__buf roots; /* cim__groot, ascending: where each copy begins and which file it is of */
} cim__gstore;

typedef struct cim__groot {
    uint32_t node;
    cim__str file;
} cim__groot;

void cim__gstore_init(cim__gstore *store, cim__mem *mem, size_t limit);
void cim__gstore_free(cim__gstore *store);
cim__str cim__gstore_file(const cim__gstore *store, uint32_t node); /* empty: the input itself */

#endif
