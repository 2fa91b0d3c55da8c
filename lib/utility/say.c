/* say.c */
#include "utility/utility.h"

cim_status cim_utility_say(cim_ctx *ctx, const cim_utility *utility, cim_trace_status *status, uint32_t object, uint32_t state)
{
    (void)ctx;
    (void)utility;
    (void)status;
    (void)object;
    (void)state;
    return CIM_EUNSUPPORTED;
}
