/* feed.c */
#include "utility/utility.h"

cim_status cim_utility_feed_read(cim_ctx *ctx, const cim_utility *utility, cim_city *city, cim_trace_status *status, const char *text, size_t length, cim_utility_feed *feed_out)
{
    (void)ctx;
    (void)utility;
    (void)city;
    (void)status;
    (void)text;
    (void)length;
    (void)feed_out;
    return CIM_EUNSUPPORTED;
}
