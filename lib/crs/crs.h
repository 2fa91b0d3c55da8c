/* crs.h - reference systems as importers and exporters need them. */
#ifndef CIM_CRS_CRS_H
#define CIM_CRS_CRS_H

#include "cim/crs.h"
#include "core/ctx.h"

/* What is known of an EPSG code. */
typedef struct cim__crs_info {
    int32_t epsg;            /* the horizontal part of a compound */
    int32_t vertical_epsg;   /* 0: none */
    bool geographic;         /* degrees */
    bool north_first;        /* the authority lists latitude or northing first */
    bool has_z;              /* three axes, or compound */
    double unit_m;           /* metres a horizontal unit, 1 for metres; radians for degrees */
    double west_deg, south_deg, east_deg, north_deg; /* area of use; 0 0 0 0: unknown */
    char name[100];
} cim__crs_info;

cim_status cim__crs_info_of(cim_ctx *ctx, int32_t epsg, cim__crs_info *info_out);

/* EPSG code of the WGS 84 / UTM zone of a place; polar places get the nearest zone. */
int32_t cim__crs_utm(double lon_deg, double lat_deg);

/* A spatial reference name as data files write it. epsg 0: not recognised. */
typedef struct cim__srs {
    int32_t epsg, vertical_epsg;
    bool north_first; /* of coordinates written with this spelling: "EPSG:25832" and the AdV names mean east first */
} cim__srs;
cim_status cim__srs_parse(cim_ctx *ctx, cim__str text, cim__srs *srs_out);

/* A transformation source -> target of x, y in map order.  Build once, share: after cim__transform_new() it may be used
 * by any number of threads. */
typedef struct cim__transform cim__transform;
cim_status cim__transform_new(cim_ctx *ctx, int32_t source_epsg, int32_t target_epsg, cim__transform **transform_out);
void cim__transform_free(cim__transform *t);
bool cim__transform_is_identity(const cim__transform *t);
/* In place; x[i * stride], y[i * stride].  What cannot be transformed becomes HUGE_VAL. */
void cim__transform_run(cim__transform *t, double *x, double *y, size_t stride, size_t count);
/* "" or what a user should know: a ballpark operation, or its accuracy when worse than 1 m. */
const char *cim__transform_note(const cim__transform *t);

#endif
