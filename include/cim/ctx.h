/**
 * @file ctx.h
 * The context: allocator, input/output table, messages, progress and cancellation.
 *
 * A context is passed into every call and never stored by an object, so objects outlive the context they were made
 * with and move freely between threads.  One context per thread.
 */
#ifndef CIM_CTX_H
#define CIM_CTX_H

#include "cim/base.h"

CIM_BEGIN

typedef struct cim_ctx cim_ctx;

/** Allocate (`ptr` NULL), resize, or free (`size` 0, returns NULL).  NULL with size > 0 means out of memory.
 *  Must be callable from several threads at once. */
typedef void *(*cim_realloc_fn)(void *user, void *ptr, size_t size);

enum { CIM_LOG_ERROR = 0, CIM_LOG_WARNING = 1, CIM_LOG_INFO = 2, CIM_LOG_DEBUG = 3 };

/** A finished line without newline; `level` is one of CIM_LOG_*.  Calls are serialised. */
typedef void (*cim_log_fn)(int32_t level, const char *line, void *user);

/** `done` rises from 0 to 1 within one `step`; returning 0 is a cim_ctx_cancel(), anything else goes on.  The shape of
 *  GDALProgressFunc. */
typedef int32_t (*cim_progress_fn)(double done, const char *step, void *user);

enum { CIM_IO_READ = 0, CIM_IO_CREATE = 1 };

/**
 * Where libcim reads inputs and writes outputs other than city files (those go through SQLite).  Every function gets
 * `user`; files are opaque.  Results < 0 are negative errno values.  Functions may be called from several threads, but
 * never two at once on one file.
 */
typedef struct cim_io {
    size_t struct_size;
    void *user;
    int32_t (*open)(void *user, const char *path, int32_t mode, void **file_out);     /* CIM_IO_READ or CIM_IO_CREATE */
    int64_t (*read)(void *user, void *file, void *data, size_t size);                 /* bytes read, 0 at the end */
    int64_t (*write)(void *user, void *file, const void *data, size_t size);          /* bytes written */
    int64_t (*seek)(void *user, void *file, uint64_t offset);                         /* new offset */
    int64_t (*size)(void *user, void *file);                                          /* bytes; -ESPIPE for a stream */
    int32_t (*sync)(void *user, void *file);                                          /* to stable storage */
    int32_t (*close)(void *user, void *file);                                         /* always releases the file */
    int32_t (*rename)(void *user, const char *from, const char *to);
    int32_t (*remove)(void *user, const char *path);
} cim_io;

typedef struct cim_ctx_options {
    size_t struct_size;             /* set by CIM_CTX_OPTIONS_INIT */
    cim_realloc_fn realloc_fn;      /* NULL: the C library's */
    void *realloc_user;
    const cim_io *io;               /* NULL: POSIX files, "-" is the standard stream; copied */
    cim_log_fn log;                 /* NULL: none */
    void *log_user;
    cim_progress_fn progress;       /* NULL: none */
    void *progress_user;
    int32_t log_level;              /* lines above this level are not made; 0: errors only */
    uint32_t threads;               /* workers of one call; 0: one per processor, at most 16 */
} cim_ctx_options;

#define CIM_CTX_OPTIONS_INIT { sizeof(cim_ctx_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 }

/**
 * Make a context.
 *
 * @param opts     NULL for defaults.
 * @param ctx_out  new context, freed by the caller with cim_ctx_free().
 * @return CIM_OK; CIM_ENOMEM; CIM_EARG if ctx_out is NULL or opts was not initialised; CIM_EVERSION if opts or opts->io
 *         sets a field this library does not have.
 * Thread rule: any thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API cim_status cim_ctx_new(const cim_ctx_options *opts, cim_ctx **ctx_out);

/**
 * Free a context.  Objects made with it stay valid.  NULL is accepted.
 *
 * @return nothing.
 * Thread rule: no other call may be using ctx.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_ctx_free(cim_ctx *ctx);

/**
 * Stop: the call that runs on this context and every later one ends soon with CIM_ECANCEL, until cim_ctx_resume().  Safe in
 * a signal handler; a request that comes a moment before a call begins is not lost.
 *
 * @return nothing.
 * Thread rule: any thread, at any time between cim_ctx_new() and cim_ctx_free().   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_ctx_cancel(cim_ctx *ctx);

/**
 * Take cim_ctx_cancel() back.
 *
 * @return nothing.
 * Thread rule: the context's thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API void cim_ctx_resume(cim_ctx *ctx);

/**
 * The message of the last failed call on this context: one line, without newline, never NULL; "" after a success.
 *
 * @return text valid until the next call on ctx.
 * Thread rule: the context's thread.   Cost: O(1).
 * Since 0.1.
 */
CIM_API const char *cim_ctx_error(const cim_ctx *ctx);

CIM_END

#endif
