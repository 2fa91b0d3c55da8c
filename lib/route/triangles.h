/* triangles.h - the lower triangles of every up-arc. */
#ifndef CIM_ROUTE_TRIANGLES_H
#define CIM_ROUTE_TRIANGLES_H

#include "route/route.h"

/* Triangle k of up-arc a, first[a] <= k < first[a + 1]: its lower sides are up-arcs arc[k], to the lower end of a, and
 * arc[k] + step[k], to the higher end, of the same row.  Ascending. */
struct cim__triangles {
    uint32_t *first, *arc;
    uint16_t *step;
};

/* Made when first asked for: times need no such list, paths and partial updates do. */
cim_status cim__triangles_of(cim_ctx *ctx, cim_route_hierarchy *h, const cim__triangles **triangles_out);
void cim__triangles_free(cim__mem *mem, cim__triangles *t);

#endif
