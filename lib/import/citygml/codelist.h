/* codelist.h - labels of codes, from dictionaries that lie beside the input.
 *
 * A codeSpace is followed when it is a relative path that stays inside the folder of the input, or, for a file of a PLATEAU
 * package (.../udx/bldg/x.gml), inside the package.  Anything else is left alone; nothing is ever fetched. */
#ifndef CIM_IMPORT_CITYGML_CODELIST_H
#define CIM_IMPORT_CITYGML_CODELIST_H

#include "core/hash.h"
#include "import/input.h"

typedef struct cim__gcodes cim__gcodes;

cim_status cim__gcodes_new(cim_ctx *ctx, const char *input_path, cim__gcodes **codes_out);
void cim__gcodes_free(cim__gcodes *codes);
/* The label of a code; empty when there is none.  Valid as long as `codes`.  May be called from several threads. */
cim_status cim__gcodes_label(cim_ctx *ctx, cim__gcodes *codes, cim__str space, cim__str code, cim__str *label_out);

/* A path as a reference in the input means it: relative to the input's folder, inside its collection after all links are followed.
 * Empty: refused or not there. Appended to `path`, with a NUL behind it. */
bool cim__gcodes_resolve(const cim__gcodes *codes, cim__str reference, cim__buf *path);

#endif
