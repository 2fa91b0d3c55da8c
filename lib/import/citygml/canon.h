/* canon.h - elements as canonical XML: Exclusive XML Canonicalization 1.0 without comments, with the prefixes of names.h.
 *
 * Namespaces are declared where they are first used, so every fragment stands by itself. */
#ifndef CIM_IMPORT_CITYGML_CANON_H
#define CIM_IMPORT_CITYGML_CANON_H

#include "import/citygml/tree.h"

typedef struct cim__canon {
    cim__buf *out;
    cim__buf scope; /* namespaces in force */
    cim__buf open;  /* names of open elements */
    bool in_tag;
} cim__canon;

void cim__canon_init(cim__canon *c, cim__mem *mem, cim__buf *out);
void cim__canon_free(cim__canon *c);

/* attrs: texts are in `tree`. */
void cim__canon_start(cim__canon *c, const cim__gname *name, const cim__gtree *tree, const cim__gattr *attrs, size_t count);
void cim__canon_text(cim__canon *c, cim__str text);
void cim__canon_end(cim__canon *c);
bool cim__canon_ok(const cim__canon *c);
static inline size_t cim__canon_depth(const cim__canon *c) { return CIM__COUNT(&c->open, const cim__gname *); }

/* The whole subtree. */
void cim__canon_tree(cim__canon *c, const cim__gtree *tree, uint32_t node);

#endif
