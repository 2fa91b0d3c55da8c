/* lookahead.h - the first reference system that a file names anywhere, for coordinates that come before it. */
#ifndef CIM_IMPORT_CITYGML_LOOKAHEAD_H
#define CIM_IMPORT_CITYGML_LOOKAHEAD_H

#include "import/citygml/axis.h"

/* Makes it the file's. Nothing happens when there is none or the input cannot be opened a second time. */
cim_status cim__gsrs_look_ahead(cim_ctx *ctx, cim__job *job, cim__gsrses *srses);

#endif
