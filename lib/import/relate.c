/* relate.c - relations that inputs do not state. */
#include "import/importer.h"

cim_status cim__relate(cim_ctx *ctx, cim__sink *sink)
{
    (void)ctx, (void)sink;
    return CIM_OK;
}
