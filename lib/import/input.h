/* input.h - an input file as a stream of bytes, decompressed on the way. */
#ifndef CIM_IMPORT_INPUT_H
#define CIM_IMPORT_INPUT_H

#include "core/io.h"

typedef enum cim__packing { CIM__PLAIN, CIM__GZIP, CIM__BZIP2 } cim__packing;

typedef struct cim__input cim__input;

enum { CIM__INPUT_HEAD = 65536 };

/* limit: bytes after decompression; ratio_limit: bytes out a byte in, 0 for none (checked beyond 16 MiB). */
cim_status cim__input_open(cim_ctx *ctx, const char *path, uint64_t limit, unsigned ratio_limit, cim__input **input_out);
void cim__input_close(cim_ctx *ctx, cim__input *input);
const char *cim__input_path(const cim__input *input);
cim__packing cim__input_packing(const cim__input *input);
/* The first bytes (at most CIM__INPUT_HEAD), decompressed; reading still starts at the beginning. */
cim_status cim__input_head(cim_ctx *ctx, cim__input *input, cim__str *head_out);
/* Next bytes; 0 at the end. Truncated and damaged compressed data is CIM_EFORMAT, never a silent end. */
cim_status cim__input_read(cim_ctx *ctx, cim__input *input, void *data, size_t size, size_t *got_out);
/* Back to the first byte; CIM_EIO for streams that cannot. */
cim_status cim__input_rewind(cim_ctx *ctx, cim__input *input);
/* Share of the file that was read, 0 .. 1, for progress. */
uint64_t cim__input_position(const cim__input *input); /* bytes of the file as it is */
uint64_t cim__input_size(const cim__input *input);     /* UINT64_MAX: a stream */

/* The file as it is, for readers that want random access; only when the packing is CIM__PLAIN and it is no stream. */
cim__file *cim__input_file(cim__input *input);

/* SHA-256 and size of the input as it is (not decompressed).  May run beside the reader on another thread. */
cim_status cim__input_sha256(cim_ctx *ctx, const cim__input *input, char hex_out[65], uint64_t *bytes_out);

#endif
