/* export.h - writing streams and observations as text. */
#ifndef CIM_SENSE_EXPORT_H
#define CIM_SENSE_EXPORT_H

#include "crs/crs.h"
#include "sense/sense.h"

typedef struct cim__observed cim__observed;
typedef void (*cim__observed_fn)(cim__observed *e, int64_t time, double value, uint8_t quality);

struct cim__observed {
    cim_sense *sense;
    cim_sense_export_options o;
    uint32_t *ids, count, id; /* id: of the stream at hand */
    cim__buf *out;
    cim__json json;
    cim__transform *to_lonlat; /* NULL: without places */
    cim__observed_fn value;
};

cim_status cim__observed_values(cim_ctx *ctx, cim__observed *e, uint32_t id, cim__observed_fn value);
void cim__observed_result(cim__observed *e, double value);
cim_status cim__observed_sensorthings(cim_ctx *ctx, cim__observed *e);
cim_status cim__observed_dataarray(cim_ctx *ctx, cim__observed *e);
cim_status cim__observed_geojson(cim_ctx *ctx, cim__observed *e);

#endif
