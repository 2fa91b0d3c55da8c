/* ctx.c - contexts, failures, messages, progress. */
#include "core/ctx.h"
#include "core/io.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 16 };

static uint32_t default_threads(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (uint32_t)n;
}

/* Options are checked before a context exists, so the failure has nowhere to put its text. */
static cim_status take_options(cim_ctx_options *opts, const cim_ctx_options *given, cim_io *io)
{
    CIM__TRY(cim__opts(NULL, opts, sizeof *opts, given, "context options"));
    *io = cim__io_posix;
    return opts->io ? cim__opts(NULL, io, sizeof *io, opts->io, "io table") : CIM_OK;
}

cim_status cim_ctx_new(const cim_ctx_options *given, cim_ctx **ctx_out)
{
    cim_ctx_options opts = CIM_CTX_OPTIONS_INIT;
    cim_io io;
    if (!ctx_out) return CIM_EARG;
    CIM__TRY(take_options(&opts, given, &io));
    cim__mem *mem = cim__mem_new(opts.realloc_fn, opts.realloc_user);
    if (!mem) return CIM_ENOMEM;
    cim_ctx *ctx = cim__zalloc(mem, sizeof *ctx);
    if (!ctx) {
        cim__mem_unref(mem);
        return CIM_ENOMEM;
    }
    ctx->mem = mem;
    ctx->io = io;
    ctx->log = opts.log;
    ctx->log_user = opts.log_user;
    ctx->log_level = opts.log_level;
    ctx->progress = opts.progress;
    ctx->progress_user = opts.progress_user;
    ctx->threads = !opts.threads ? default_threads() : opts.threads > MAX_THREADS ? MAX_THREADS : opts.threads;
    atomic_init(&ctx->own_cancel, 0);
    ctx->cancel = &ctx->own_cancel;
    pthread_mutex_init(&ctx->own_lock, NULL);
    ctx->log_lock = &ctx->own_lock;
    *ctx_out = ctx;
    return CIM_OK;
}

void cim_ctx_free(cim_ctx *ctx)
{
    if (!ctx) return;
    cim__mem *mem = ctx->mem;
    pthread_mutex_destroy(&ctx->own_lock);
    cim__free(mem, ctx);
    cim__mem_unref(mem);
}

void cim_ctx_cancel(cim_ctx *ctx)
{
    if (ctx) atomic_store(ctx->cancel, 1);
}

void cim_ctx_resume(cim_ctx *ctx)
{
    if (ctx) atomic_store(ctx->cancel, 0);
}

const char *cim_ctx_error(const cim_ctx *ctx) { return ctx ? ctx->error : "no context"; }

void cim__enter(cim_ctx *ctx)
{
    if (!ctx) return;
    ctx->error[0] = 0;
    ctx->status = CIM_OK;
}

/* Control characters would break the one-line promise (inputs may hold them). */
static void one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f) *text = ' ';
}

cim_status cim__fail(cim_ctx *ctx, cim_status code, const char *format, ...)
{
    if (!ctx) return code;
    va_list args;
    va_start(args, format);
    vsnprintf(ctx->error, sizeof ctx->error, format, args);
    va_end(args);
    one_line(ctx->error);
    return ctx->status = code;
}

cim_status cim__nomem(cim_ctx *ctx) { return cim__fail(ctx, CIM_ENOMEM, "out of memory"); }

cim_status cim__fail_at(cim_ctx *ctx, cim_status code, const char *place)
{
    char old[sizeof ctx->error];
    if (!ctx) return code;
    memcpy(old, ctx->error, sizeof old);
    return cim__fail(ctx, code, "%s: %.900s", place, old[0] ? old : cim_status_text(code));
}

cim_status cim__fail_errno(cim_ctx *ctx, int64_t negative_errno, const char *what, const char *path)
{
    char buffer[200];
    int number = (int)-negative_errno;
    if (number == ENOMEM) return cim__nomem(ctx);
    const char *text = strerror_r(number, buffer, sizeof buffer); /* GNU's: returns the text */
    return cim__fail(ctx, CIM_EIO, "%s: %s: %s", path, what, text);
}

void cim__log(cim_ctx *ctx, int32_t level, const char *format, ...)
{
    char line[1000];
    if (!ctx || !ctx->log || level > ctx->log_level) return;
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    one_line(line);
    pthread_mutex_lock(ctx->log_lock);
    ctx->log(level, line, ctx->log_user);
    pthread_mutex_unlock(ctx->log_lock);
}

cim_status cim__tick(cim_ctx *ctx, uint64_t done, uint64_t total, const char *step)
{
    if (ctx->progress && !ctx->progress(total ? (double)done / (double)total : 0.0, step, ctx->progress_user))
        atomic_store(ctx->cancel, 1);
    if (atomic_load_explicit(ctx->cancel, memory_order_relaxed)) return cim__fail(ctx, CIM_ECANCEL, "cancelled while: %s", step);
    return CIM_OK;
}

void cim__ctx_fork(cim_ctx *ctx, cim_ctx *worker)
{
    memset(worker, 0, sizeof *worker);
    worker->mem = ctx->mem;
    worker->io = ctx->io;
    worker->log = ctx->log;
    worker->log_user = ctx->log_user;
    worker->log_lock = ctx->log_lock;
    worker->log_level = ctx->log_level;
    worker->threads = 1;
    worker->cancel = ctx->cancel;
}

void cim__ctx_join(cim_ctx *ctx, cim_ctx *worker)
{
    if (worker->status >= 0 || ctx->status < 0) return;
    ctx->status = worker->status;
    memcpy(ctx->error, worker->error, sizeof ctx->error);
}

/* A shorter struct than ours leaves our defaults in the rest; a longer one is fine while its unknown tail is zero. */
cim_status cim__opts(cim_ctx *ctx, void *dst, size_t have, const void *src, const char *what)
{
    size_t got;
    if (!src) return CIM_OK;
    memcpy(&got, src, sizeof got);
    if (got < sizeof got || got > 1 << 20) return cim__fail(ctx, CIM_EARG, "%s not initialised", what);
    for (size_t i = have; i < got; i++)
        if (((const unsigned char *)src)[i]) return cim__fail(ctx, CIM_EVERSION, "%s sets a field this library does not have", what);
    memcpy(dst, src, got < have ? got : have);
    memcpy(dst, &have, sizeof have); /* it is ours now, and may be handed on */
    return CIM_OK;
}

cim_status cim__out_ok(cim_ctx *ctx, const void *out, const char *what)
{
    size_t size = sizeof size;
    if (out) memcpy(&size, out, sizeof size);
    return size >= sizeof size && size <= 1 << 20 ? CIM_OK : cim__fail(ctx, CIM_EARG, "struct_size of %s is not set", what);
}

void cim__out_fill(void *out, void *view, size_t have)
{
    size_t room;
    if (!out) return;
    memcpy(&room, out, sizeof room);
    memcpy(view, &room, sizeof room);
    if (room > have) memset((char *)out + have, 0, room - have);
    memcpy(out, view, room < have ? room : have);
}

cim_status cim__view_copy(cim_ctx *ctx, void *view_out, void *view, size_t have)
{
    if (!view_out) return cim__fail(ctx, CIM_EARG, "nothing to fill");
    CIM__TRY(cim__out_ok(ctx, view_out, "what to fill"));
    cim__out_fill(view_out, view, have);
    return CIM_OK;
}

double cim__now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

void cim__now_utc(char text[21])
{
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(text, 21, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
