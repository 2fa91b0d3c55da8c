/* find.h - from a probe to the searches of trees. */
#ifndef CIM_INDEX_FIND_H
#define CIM_INDEX_FIND_H

#include "index/lanes.h"

/* Is the probe in order?  CIM_EARG and a line otherwise; `nearest`: it is for cim_index_nearest(). */
cim_status cim__probe_check(cim_ctx *ctx, const cim_probe *probe, bool nearest);
/* The search of an index's grid; the probe must be in order and stay. */
cim__find cim__find_of(const cim_index *index, const cim_probe *probe);
void cim__find_all(const cim_index *index, const cim__find *find, cim__hits *hits);
/* A box in grid numbers around a probe, for putting probes into an order. */
cim__ibox cim__probe_around(const cim__grid *grid, const cim_probe *probe);
cim_status cim__nearest_into(cim_ctx *ctx, const cim_index *index, const cim_probe *probe, size_t k, uint32_t *ids, double *distances, size_t *count_out);

/* Rounded outwards to the grid; what lies beyond the numbers is clamped. */
static inline cim__ibox cim__grid_around(const cim__grid *g, double x0, double y0, double x1, double y1)
{
    double scale = 1.0 / g->step;
    return (cim__ibox){ cim__grid_down(cim__grid_clamp((x0 - g->origin_x) * scale)), cim__grid_down(cim__grid_clamp((y0 - g->origin_y) * scale)),
                        cim__grid_up(cim__grid_clamp((x1 - g->origin_x) * scale)), cim__grid_up(cim__grid_clamp((y1 - g->origin_y) * scale)) };
}

#endif
