/* io.h - files through the context's io table: whole reads, and outputs that appear only when complete. */
#ifndef CIM_CORE_IO_H
#define CIM_CORE_IO_H

#include "core/ctx.h"

extern const cim_io cim__io_posix;

/* An input file.  `size` is UINT64_MAX for a stream. */
typedef struct cim__file {
    void *handle;
    const char *path; /* borrowed, for messages */
    uint64_t size;
} cim__file;

cim_status cim__file_open(cim_ctx *ctx, const char *path, cim__file *file_out);
void cim__file_close(cim_ctx *ctx, cim__file *file);
cim_status cim__file_read(cim_ctx *ctx, cim__file *file, void *data, size_t size, size_t *got_out); /* short only at the end */
cim_status cim__file_read_at(cim_ctx *ctx, cim__file *file, uint64_t offset, void *data, size_t size); /* all or failure */

/* An output file: written under a temporary name beside its place, synced and renamed by commit, removed by abort.
 * "-" and other names that are no regular file are written directly. */
typedef struct cim__out {
    cim_ctx *ctx;
    void *handle;
    char *path, *temp; /* temp NULL when written directly */
    cim__buf pending;
    uint64_t written;
    cim_status status; /* first failure; later writes do nothing */
} cim__out;

cim_status cim__out_open(cim_ctx *ctx, const char *path, bool overwrite, cim__out *out);
void cim__out_write(cim__out *out, const void *data, size_t size);
void cim__out_drain(cim__out *out, cim__buf *buf); /* write and empty a buffer of text */
cim_status cim__out_commit(cim__out *out);
void cim__out_abort(cim__out *out);

/* `path` + ".tmp-" + 8 letters that no file has. */
char *cim__temp_name(cim_ctx *ctx, const char *path);

#endif
