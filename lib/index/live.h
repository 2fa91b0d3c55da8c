/* live.h - epochs: which state of a live index readers see, and when a state is no longer seen. */
#ifndef CIM_INDEX_LIVE_H
#define CIM_INDEX_LIVE_H

#include "index/lanes.h"

typedef struct cim__epoch cim__epoch;
void cim__epoch_ref(cim__epoch *epoch);
void cim__epoch_unref(cim__epoch *epoch);

#endif
