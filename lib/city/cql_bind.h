/* cql_bind.h - tying a parsed query to a city: ids become numbers, geometries the city's coordinates. */
#ifndef CIM_CITY_CQL_BIND_H
#define CIM_CITY_CQL_BIND_H

#include "city/cql.h"
#include "crs/crs.h"

typedef struct cim__cql_binding {
    cim_ctx *ctx;
    cim_city *city;
    cim__cql *cql;
    int32_t epsg; /* of literals; 0: the city's */
    cim__transform *transform;
    cim__gbuild build; /* scratch */
} cim__cql_binding;

/* Everything in the tree; at: an instant that the life spans must contain, or NULL.  CIM_EARG for what the city does not have. */
cim_status cim__cql_bind(cim_ctx *ctx, cim_city *city, int32_t epsg, const char *at, cim__cql *cql);
/* Only what a path reads, for columns and sorting. */
uint8_t cim__cql_path_reads(const cim__cql_path *path);

cim_status cim__cql_bind_geometry(cim__cql_binding *b, const cim__cql_node *call, cim__cql_node *node);
cim_status cim__cql_geos(cim__cql_binding *b); /* makes cql->geos */
cim_status cim__cql_no_object(cim_ctx *ctx, uint32_t column, cim__str gid); /* the failure */
/* Objects of a text id, ascending, in the query's arena; count 0: none. */
cim_status cim__cql_find(cim__cql_binding *b, cim__str gid, uint32_t **ids_out, size_t *count_out);

#endif
