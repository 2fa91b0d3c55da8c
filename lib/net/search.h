/* search.h - the quickest way over a net without a hierarchy, for single questions. */
#ifndef CIM_NET_SEARCH_H
#define CIM_NET_SEARCH_H

#include "net/ends.h"

typedef struct cim__way {
    uint32_t time_ms;    /* CIM_ROUTE_UNREACHABLE_MS: there is none */
    uint32_t start, end; /* numbers of ends */
    const uint32_t *arcs; /* first to last */
    size_t arc_count;
} cim__way;

/* By the weights of costs.  The arcs are in `arcs`, which the caller frees. */
cim_status cim__net_search(cim_ctx *ctx, const cim_net_costs *costs, const cim__ends *starts, const cim__ends *ends, cim__buf *arcs, cim__way *way_out);

#endif
