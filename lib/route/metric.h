/* metric.h - making metrics; used by their files only. */
#ifndef CIM_ROUTE_METRIC_H
#define CIM_ROUTE_METRIC_H

#include "route/route.h"

/* One customisation: rows of one subtree after the other (on the context's threads), then the top.  `lanes` is 1 or CIM__LANES. */
cim_status cim__customize(cim_ctx *ctx, const cim_route_hierarchy *h, uint32_t *weight, uint32_t lanes);

cim_status cim__metric_alloc(cim_ctx *ctx, cim_route_hierarchy *h, cim_route_metric **metric_out);

/* Adds labels as the options say (NULL: none). */
cim_status cim__metric_add_labels(cim_ctx *ctx, cim_route_metric *metric, const cim_route_label_options *labels);

/* Brings `metric` up to date: its arc_ms are those of another, whose slots are `before`, with new weights of `count` arcs.  False when it gave
 * up because everything anew is less work. */
cim_status cim__metric_touch(cim_ctx *ctx, cim_route_metric *metric, const uint32_t *before, const uint32_t *arcs, size_t count, bool *done_out);

void cim__metric_fill(cim_route_metric *metric); /* the weights of the input arcs into their slots, the rest unreachable */

#endif
