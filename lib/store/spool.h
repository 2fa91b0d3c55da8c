/* spool.h - bytes kept until they are needed again: in memory up to a limit, the rest in a file without a name. */
#ifndef CIM_STORE_SPOOL_H
#define CIM_STORE_SPOOL_H

#include "core/ctx.h"

typedef struct cim__segment {
    uint64_t start; /* place of its first byte in the spool */
    size_t size;
    uint8_t *data;  /* NULL: in the file at the same place as in `file_at` */
    uint64_t file_at;
} cim__segment;

typedef struct cim__spool {
    cim__mem *mem;
    cim__buf segments; /* cim__segment, ascending */
    uint64_t size, in_memory, in_file, memory_limit;
    const char *dir; /* where the file goes */
    int fd;          /* -1: none yet */
} cim__spool;

void cim__spool_init(cim__spool *spool, cim__mem *mem, const char *dir, uint64_t memory_limit);
void cim__spool_free(cim__spool *spool);
/* Takes over the bytes of `data` (left empty); *start_out is their place. */
cim_status cim__spool_take(cim_ctx *ctx, cim__spool *spool, cim__buf *data, uint64_t *start_out);
/* `size` bytes at `start`, all of one segment; borrowed from the spool, or from scratch when they are in the file. */
cim_status cim__spool_get(cim_ctx *ctx, const cim__spool *spool, uint64_t start, size_t size, cim__buf *scratch, cim__str *bytes_out);

/* Bring the bytes at `start` nearer; does nothing when they are in the file. */
void cim__spool_prefetch(const cim__spool *spool, uint64_t start);

#endif
