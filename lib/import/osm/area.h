/* area.h - polygons from the segments of ways, in whatever order, direction and role they come. */
#ifndef CIM_IMPORT_OSM_AREA_H
#define CIM_IMPORT_OSM_AREA_H

#include "core/ctx.h"

typedef enum cim__osm_area_problem {
    CIM__OSM_AREA_FINE,
    CIM__OSM_AREA_NOTHING,  /* no segments, or all cancel each other */
    CIM__OSM_AREA_OPEN,     /* a ring does not close */
    CIM__OSM_AREA_CROSSING, /* segments cross, overlap or touch away from common ends */
    CIM__OSM_AREA_COMPLEX   /* more comparisons than is reasonable */
} cim__osm_area_problem;
extern const char *const cim__osm_area_problems[]; /* "open ring", ... */

/* A piece of a boundary; a comes before b in the order of x, then y.  Coordinates are whole numbers: every test is exact. */
typedef struct cim__osm_segment {
    int32_t a[2], b[2];
    uint32_t way;   /* the caller's */
    uint32_t next;  /* segment that follows when the inside is kept on the left */
    uint32_t walk;
    uint8_t back;   /* goes from b to a */
    uint8_t outer;  /* part of an outer ring */
    uint16_t reserved0;
} cim__osm_segment;

typedef struct cim__osm_area {
    cim__mem *mem;
    cim__buf segments; /* cim__osm_segment: given, then sorted and without duplicates */
    cim__buf scratch[6];
    /* result: rings of x, y pairs, the first repeated as last; outer ring of a part first; outer ones counter-clockwise */
    cim__buf xy, ring_end, part_end; /* int32_t, uint32_t in vertices, uint32_t in rings */
    cim__osm_area_problem problem;
    int32_t at[2];          /* where the problem is */
    uint32_t ways[2];       /* between which ways (CROSSING) or at the end of which one (OPEN) */
    uint32_t repeated;      /* segments that came twice */
} cim__osm_area;

void cim__osm_area_init(cim__osm_area *area, cim__mem *mem);
void cim__osm_area_free(cim__osm_area *area);
void cim__osm_area_begin(cim__osm_area *area);
/* Segments without length are left out. */
void cim__osm_area_add(cim__osm_area *area, const int32_t from[2], const int32_t to[2], uint32_t way);
/* CIM_OK also when there is a problem; then there are no rings. */
cim_status cim__osm_area_build(cim_ctx *ctx, cim__osm_area *area);

#endif
