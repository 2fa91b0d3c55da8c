/* demand.h - objects found by an expression as places on the net, with numbers of theirs. */
#ifndef CIM_TOOL_DEMAND_H
#define CIM_TOOL_DEMAND_H

#include "travel.h"

typedef struct demand {
    cim_net_place *at;
    double *weights; /* footprints; 1 where none is known */
    uint32_t *ids;   /* objects; NULL: none */
    size_t count, lost; /* lost: objects without a street */
} demand;

/* EXIT_DONE; or a status after a message, EXIT_NEGATIVE when nothing was found. */
int demand_find(travel *t, const char *filter, demand *demand_out);
/* A property of the objects as numbers, `missing` where it is none. */
int demand_values(travel *t, const char *property, const uint32_t *ids, size_t count, double missing, double *values_out);
void demand_free(demand *demand);

#endif
