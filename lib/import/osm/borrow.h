/* borrow.h - tags of ways that bound areas, kept while it is decided to whom they belong. */
#ifndef CIM_IMPORT_OSM_BORROW_H
#define CIM_IMPORT_OSM_BORROW_H

#include "import/osm/osm.h"

/* Significant tags of one way; texts in an arena. */
typedef struct cim__osm_borrowed {
    uint32_t way, count;
    const cim__osm_tag *tags;
} cim__osm_borrowed;

/* Copy the significant tags of a way into the arena. */
cim_status cim__osm_borrow(cim_ctx *ctx, const cim__osm_tags *tags, uint32_t way, cim__arena *arena, cim__buf *list);

/* After all ways were seen: sort, find the tags of bare areas among their outer ways, and mark ways whose tags say nothing that
 * their area does not say as absorbed. */
cim_status cim__osm_settle_tags(cim_ctx *ctx, cim__osm *osm);

/* Add what a bare area takes over to its own tags. */
bool cim__osm_take_borrowed(const cim__osm *osm, const cim__osm_relation *relation, cim__osm_tags *tags);

#endif
