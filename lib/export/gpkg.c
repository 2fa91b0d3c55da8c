#include "export/export.h"
cim_status cim__export_gpkg(cim_ctx *ctx, cim__export *e)
{
    (void)e;
    return cim__fail(ctx, CIM_EUNSUPPORTED, "not there yet");
}
