/* say.h - states of objects as changes of a status, for one object and for streams. */
#ifndef CIM_UTILITY_SAY_H
#define CIM_UTILITY_SAY_H

#include "utility/utility.h"

/* Append the changes (cim_trace_change) that say the state of an object; CIM_DONE: it is in no network. */
cim_status cim__u_say(cim_ctx *ctx, const cim_utility *u, uint32_t object, uint32_t state, cim__buf *changes);

bool cim__u_is_switch(const cim_utility *u, uint32_t object); /* for whom closed means that current flows */

#endif
