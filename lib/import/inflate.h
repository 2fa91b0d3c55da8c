/* inflate.h - decompressing a block of known size in memory. */
#ifndef CIM_IMPORT_INFLATE_H
#define CIM_IMPORT_INFLATE_H

#include "core/ctx.h"

typedef enum cim__codec { CIM__ZLIB, CIM__LZ4, CIM__ZSTD } cim__codec;

/* One per thread. */
typedef struct cim__inflater cim__inflater;
cim_status cim__inflater_new(cim_ctx *ctx, cim__inflater **inflater_out);
void cim__inflater_free(cim__inflater *inflater);
/* Exactly `size` bytes come out, or CIM_EFORMAT. */
cim_status cim__inflate(cim_ctx *ctx, cim__inflater *inflater, cim__codec codec, const uint8_t *packed, size_t packed_size, uint8_t *data, size_t size);

#endif
