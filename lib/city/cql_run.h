/* cql_run.h - parts of running a query that explain, values and names share. */
#ifndef CIM_CITY_CQL_RUN_H
#define CIM_CITY_CQL_RUN_H

#include "city/cql_plan.h"

/* Parsed and bound; *sort_out is the path of opts->sort or NULL. */
cim_status cim__cql_prepare(cim_ctx *ctx, cim_city *city, const char *text, const cim_query_options *opts, cim__cql *cql, const cim__cql_path **sort_out);

/* Every attribute that was not seen must be somewhere in the city, else CIM_EARG with names that are near. */
cim_status cim__cql_check_names(cim_ctx *ctx, cim_city *city, const cim__cql *cql, bool *seen);

/* Rows of objects of one layer, ascending, in runs of neighbouring numbers; every one of them must be there. */
cim_status cim__cql_read_rows(cim_ctx *ctx, cim_city *city, cim__layer_id layer, const cim__columns *columns, const uint32_t *ids, size_t count,
                               cim__object_fn fn, void *user);

#endif
