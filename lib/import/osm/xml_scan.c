/* xml_scan.c - placeholder until the scanner is there. */
#include "import/osm/xml_in.h"

cim_status cim__osm_xml_scan(cim_ctx *ctx, cim__osm_xml *x)
{
    (void)ctx, (void)x;
    return CIM_DONE;
}
