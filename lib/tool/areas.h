/* areas.h - polygons named on the command line. */
#ifndef CIM_TOOL_AREAS_H
#define CIM_TOOL_AREAS_H

#include "travel.h"

typedef struct areas {
    cim_geom *geoms; /* in the city's coordinates */
    size_t count;
} areas;

/* A box "X0,Y0,X1,Y1", well-known text of polygons, or a file of GeoJSON.  The first two are in the city's coordinates, or in degrees with
 * --lonlat.  EXIT_DONE or the status after a message. */
int areas_add(travel *t, areas *a, const char *text);
bool areas_is(const char *text); /* it looks like an area: else an expression */
void areas_print(const cim_geom *area, FILE *out); /* as well-known text */
void areas_free(areas *a);

#endif
