/* ctx.h - the context as the library sees it, and the only way to report a failure. */
#ifndef CIM_CORE_CTX_H
#define CIM_CORE_CTX_H

#include "core/mem.h"

#include <stdatomic.h>
#include <pthread.h>

struct cim_ctx {
    cim__mem *mem;
    cim_io io;
    cim_log_fn log;
    void *log_user;
    pthread_mutex_t *log_lock; /* shared with the contexts of workers */
    cim_progress_fn progress;
    void *progress_user;
    int32_t log_level;
    uint32_t threads;
    atomic_int *cancel; /* own_cancel, or the parent's */
    atomic_int own_cancel;
    pthread_mutex_t own_lock;
    cim_status status;
    char error[1000];
};

/* Begin a public call: forget the last error. */
void cim__enter(cim_ctx *ctx);

/* The only way to return a failure.  One line, saying what and where, without repeating the function's name. */
cim_status cim__fail(cim_ctx *ctx, cim_status code, const char *format, ...) __attribute__((format(printf, 3, 4)));
cim_status cim__nomem(cim_ctx *ctx);
/* The same with "place: " before the text that is already there (or alone when there is none). */
cim_status cim__fail_at(cim_ctx *ctx, cim_status code, const char *place);
/* CIM_EIO with the text of a negative errno value. */
cim_status cim__fail_errno(cim_ctx *ctx, int64_t negative_errno, const char *what, const char *path);

void cim__log(cim_ctx *ctx, int32_t level, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Call now and then in long loops: reports progress, returns CIM_ECANCEL when asked to stop. */
cim_status cim__tick(cim_ctx *ctx, uint64_t done, uint64_t total, const char *step);

/* A context for a worker thread: shares allocator, io, log and cancellation; reports no progress. */
void cim__ctx_fork(cim_ctx *ctx, cim_ctx *worker_out);
void cim__ctx_join(cim_ctx *ctx, cim_ctx *worker); /* takes over the worker's error text when ctx has none */

/* Copy an options struct of the caller over dst, which holds defaults.  have = sizeof *dst. */
cim_status cim__opts(cim_ctx *ctx, void *dst, size_t have, const void *src, const char *what);

/* Structs that the library fills; like options they begin with struct_size, and are filled as far as that reaches, with zeros in what this
 * library does not know.  Where filling takes work its own steps: first is struct_size set (none asked for is fine too), at the end the copy.
 * have = sizeof *view; view's own struct_size becomes the caller's. */
cim_status cim__out_ok(cim_ctx *ctx, const void *out, const char *what);
void cim__out_fill(void *out, void *view, size_t have);
/* Both at once, for a struct that must be there. */
cim_status cim__view_copy(cim_ctx *ctx, void *view_out, void *view, size_t have);

/* Milliseconds of a monotonic clock; UTC time as "2026-01-31T12:00:00Z" (21 bytes with NUL). */
double cim__now_ms(void);
void cim__now_utc(char text[21]);

#define CIM__TRY(call)                                       \
    do {                                                     \
        cim_status cim__try_status = (call);                 \
        if (cim__try_status < 0) return cim__try_status;     \
    } while (0)

#endif
