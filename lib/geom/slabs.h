/* slabs.h - a polygon prepared for many "is this point inside" questions. */
#ifndef CIM_GEOM_SLABS_H
#define CIM_GEOM_SLABS_H

#include "geom/geom.h"

/* Edges by horizontal slab; immutable, may be shared by threads.  Keeps its own copy of the coordinates. */
typedef struct cim__slabs cim__slabs;
cim_status cim__slabs_new(cim_ctx *ctx, const cim_geom *polygon, cim__slabs **slabs_out);
void cim__slabs_free(cim__slabs *slabs);
cim__where cim__slabs_where(const cim__slabs *slabs, double x, double y); /* equals cim__point_in_polygon() */

#endif
