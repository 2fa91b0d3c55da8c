/* feed.h - the part of bulk insertion that db.c needs. */
#ifndef CIM_STORE_FEED_H
#define CIM_STORE_FEED_H

#include "store/db.h"

cim_status cim__feed_register(cim_ctx *ctx, cim__db *db);

#endif
