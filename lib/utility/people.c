/* people.c */
#include "utility/utility.h"

cim_status cim__u_people(cim_ctx *ctx, cim__umaker *m)
{
    (void)ctx;
    (void)m;
    return CIM_OK;
}
