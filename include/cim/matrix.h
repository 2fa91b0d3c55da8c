/**
 * @file matrix.h
 * Times between many places of a road net.
 */
#ifndef CIM_MATRIX_H
#define CIM_MATRIX_H

#include "cim/net.h"

CIM_BEGIN

/**
 * Times from every start to every destination: times_ms_out[i * to_count + j], each that of cim_net_route_find().
 *
 * Which streets places are on was decided by who made them: cim_net_snap() leaves out islands unless asked not to, and says how far off a street
 * is; what other places there are changes no answer.
 *
 * @param metric  as in cim_net_route_find(); NULL: costs' weights by Dijkstra's algorithm, a search for each place of the smaller side.
 * @param from    from_count places.
 * @param to      to_count places.
 * @param times_ms_out  from_count * to_count times; CIM_ROUTE_UNREACHABLE_MS where there is no way.
 * @return CIM_OK; CIM_EARG; CIM_ELIMIT; CIM_ENOMEM; CIM_ECANCEL.  After a failure times_ms_out may be partly written.
 * Thread rule: costs and metric shared; uses the context's threads.   Cost: with labels 0.02 us a pair and some 2 us a place in a city, without labels
 *              30 us a place more; without metric some 20 ms a search.
 * Since 0.1.
 */
CIM_API cim_status cim_net_matrix(cim_ctx *ctx, const cim_net_costs *costs, const cim_route_metric *metric, const cim_net_place *from, size_t from_count,
                                  const cim_net_place *to, size_t to_count, uint32_t *times_ms_out);

CIM_END

#endif
