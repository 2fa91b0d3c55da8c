/* inflate.h - decompressing a block of known size in memory, and compressing one. */
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

/* Zlib format, for content that is kept and rarely read. One per thread. */
typedef struct cim__deflater cim__deflater;
cim_status cim__deflater_new(cim_ctx *ctx, cim__deflater **deflater_out);
void cim__deflater_free(cim__deflater *deflater);
/* Append the compressed bytes to out. */
cim_status cim__deflate(cim_ctx *ctx, cim__deflater *deflater, const uint8_t *data, size_t size, cim__buf *out);

#endif
