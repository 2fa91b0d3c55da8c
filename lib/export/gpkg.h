/* gpkg.h - a GeoPackage file that appears only when it is complete, whoever fills it. */
#ifndef CIM_EXPORT_GPKG_H
#define CIM_EXPORT_GPKG_H

#include "core/gdal.h"
#include "export/export.h"

typedef struct cim__gpkg_file cim__gpkg_file;

/* Layers and rows of the last layer; wkb NULL: no geometry.  The columns of a layer stay the caller's until the next. */
cim_status cim__gpkg_layer(cim_ctx *ctx, cim__gpkg_file *file, const cim__gdal_layer *layer);
cim_status cim__gpkg_row(cim_ctx *ctx, cim__gpkg_file *file, int64_t id, const cim__gdal_value *values, const cim__buf *wkb);

typedef cim_status (*cim__gpkg_fn)(cim_ctx *ctx, cim__gpkg_file *file, void *user);
/* The file at e->path in EPSG e->plane_epsg, as `fill` fills it; `time` as in core/gdal.h. */
cim_status cim__gpkg_write(cim_ctx *ctx, cim__export *e, const char *time, cim__gpkg_fn fill, void *user);

#endif
