/* geos.h - adapter to GEOS: predicates between any two geometries, overlay and repair.  Not for hot loops. */
#ifndef CIM_GEOM_GEOS_H
#define CIM_GEOM_GEOS_H

#include "geom/geom.h"

/* One per thread. */
typedef struct cim__geos cim__geos;

cim_status cim__geos_new(cim_ctx *ctx, cim__geos **geos_out);
void cim__geos_free(cim__geos *geos);

/* A geometry in GEOS' form, prepared for many predicates. */
typedef struct cim__prepared cim__prepared;
cim_status cim__prepared_new(cim_ctx *ctx, cim__geos *geos, const cim_geom *geom, cim__prepared **prepared_out);
void cim__prepared_free(cim__prepared *prepared);

typedef enum cim__predicate {
    CIM__INTERSECTS,
    CIM__DISJOINT,
    CIM__WITHIN, /* geom is within the prepared one */
    CIM__CONTAINS,
    CIM__TOUCHES,
    CIM__CROSSES,
    CIM__OVERLAPS,
    CIM__EQUALS
} cim__predicate;

/* *holds_out: does `geom` stand in that relation to the prepared geometry?  CIM_EFORMAT when GEOS finds either invalid. */
cim_status cim__prepared_test(cim_ctx *ctx, const cim__prepared *prepared, const cim_geom *geom, cim__predicate predicate, bool *holds_out);
cim_status cim__prepared_distance(cim_ctx *ctx, const cim__prepared *prepared, const cim_geom *geom, double *distance_out);

cim_status cim__geos_valid(cim_ctx *ctx, cim__geos *geos, const cim_geom *geom, bool *valid_out);
/* Polygons only: what is left of it as a valid MULTIPOLYGON (structure method: rings keep their meaning).  CIM_EFORMAT when lines
 * cross more than some ten thousand times, or there are more than 200,000: that could take hours and all memory. */
cim_status cim__geos_make_valid(cim_ctx *ctx, cim__geos *geos, const cim_geom *geom, cim__gbuild *valid_out);
/* Union of all parts of a MULTIPOLYGON whose parts may overlap and touch. */
cim_status cim__geos_union(cim_ctx *ctx, cim__geos *geos, const cim_geom *geom, cim__gbuild *union_out);
cim_status cim__geos_common_area(cim_ctx *ctx, cim__geos *geos, const cim_geom *a, const cim_geom *b, double *area_out);

#endif
