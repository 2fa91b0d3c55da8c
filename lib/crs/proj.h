/* proj.h - the part of the PROJ adapter that transform.c builds on; everybody else uses crs.h. */
#ifndef CIM_CRS_PROJ_H
#define CIM_CRS_PROJ_H

#include "crs/crs.h"

/* One operation with a PROJ context of its own; one thread at a time. */
typedef struct cim__proj cim__proj;
cim_status cim__proj_open(cim_ctx *ctx, int32_t source_epsg, int32_t target_epsg, cim__proj **proj_out);
void cim__proj_close(cim__proj *proj);
void cim__proj_run(cim__proj *proj, double *x, double *y, size_t stride, size_t count); /* HUGE_VAL on failure */
const cim__crs_info *cim__proj_source(const cim__proj *proj);
const cim__crs_info *cim__proj_target(const cim__proj *proj);
const char *cim__proj_note(const cim__proj *proj);

#endif
